/* nvme's Identify subcommands on a simulated controller that answers what no device of QEMU has:
 * lists that are full, and that say they are longer than there is room for. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Before cmocka.h, which has a macro fail(). */
#include "kernel/commands/command.h"

#include "drivers/nvme/spec/spec.h"
#include "tests/sim/driver.h"
#include "tests/unit/captured.h"

/* No PCI here. */
unsigned nvme_rescan(void)
{
	return 0;
}

static struct nvme_identifier_list identifiers = {.num = 0xffff, .identifier = {7, 9}};
static struct nvme_nvm_set_list sets = {.nid = 0xff, .ent = {{.nvmsetid = 1, .endgid = 2}}};
static struct nvme_secondary_controller_list secondaries = {
	.num = 0xff, .sc_entry = {{.scid = 0x10, .scs = 1}, {.scid = 0x11}}};
static struct nvme_granularity_list granularities = {.num_descriptors = 0xff,
						     .entry = {{.nszegran = 0x1000}}};
static struct nvme_uuid_list uuids = {.entry = {{.header = 1, .uuid = {1}}, {.uuid = {2}}}};
static struct nvme_domain_list domains = {.num = 0xff, .domain_attr = {{.dom_id = 5}}};
static struct nvme_identify_independent_namespace independent = {.rescap = 0x81, .nstat = 1};
static uint32_t namespaces[1024] = {3, 2, 1};
static struct nvme_identify_namespace format = {
	.nlbaf = 1, .mc = 3, .lbaf = {{0, 9, 0}, {8, 12, 1}}};
static struct nvme_identify_namespace_nvm format_nvm = {
	.lbstm = 5, .pic = 3, .elbaf = {[1] = 2u << 7 | 16}};

static const struct sim_identify answers[] = {
	{NVME_CNS_NAMESPACE_CONTROLLERS, &identifiers},
	{NVME_CNS_CONTROLLERS, &identifiers},
	{NVME_CNS_ENDURANCE_GROUPS, &identifiers},
	{NVME_CNS_NVM_SETS, &sets},
	{NVME_CNS_SECONDARY_CONTROLLERS, &secondaries},
	{NVME_CNS_NAMESPACE_GRANULARITY, &granularities},
	{NVME_CNS_UUIDS, &uuids},
	{NVME_CNS_DOMAINS, &domains},
	{NVME_CNS_INDEPENDENT_NAMESPACE, &independent},
	{NVME_CNS_ALLOCATED_NAMESPACES, namespaces},
	{NVME_CNS_LBA_FORMAT, &format},
	{NVME_CNS_IOCS_LBA_FORMAT, &format_nvm},
	{0, NULL},
};

static struct driver driver;

static int start(void **state)
{
	struct sim_config config = {.tolerant = true, .identify = answers};

	(void)state;
	driver_start(&driver, &config, NULL);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	driver_stop(&driver);
	return 0;
}

/* A count that is too large shows what there is room for, and no more. */
static void test_lists_end(void **state)
{
	(void)state;
	expect(LINE("list-ctrl", "| tail -n 1"), 0, "[2046]:0\n");
	expect(LINE("list-ctrl", "-n 1 | head -n 3"), 0,
	       "num of ctrls present: 65535\n[   0]:0x7\n[   1]:0x9\n");
	expect(LINE("list-endgrp", "-o json | head -n 5"), 0,
	       "{\n  \"num_endgrp_id\":65535,\n  \"endgrp_list\":[\n    {\n      "
	       "\"endgrp_id\":7\n");
	expect(LINE("list-endgrp", "-o binary | wc -c"), 0, "4096\n");
	expect(LINE("id-nvmset", "| grep -c Entry"), 0, "31\n");
	expect(LINE("id-nvmset", "| head -n 7"), 0,
	       "nid     : 255\n.................\n NVM Set Attribute Entry[ 0]\n"
	       ".................\nnvmset_id               : 1\nendurance_group_id      : 2\n");
	expect(LINE("list-secondary", "| grep -c SCEntry"), 0, "127\n");
	expect(LINE("list-secondary", "-e 1"), 0,
	       "   SCEntry[0  ]:\n................\n"
	       "     SCID      : Secondary Controller Identifier : 0x0010\n"
	       "     PCID      : Primary Controller Identifier   : 0x0000\n"
	       "     SCS       : Secondary Controller State      : 0x0001 (Online)\n");
	expect(LINE("id-ns-granularity", "| grep -c Entry"), 0, "16\n");
	expect(LINE("id-ns-granularity", "-o json | grep -c size"), 0, "16\n");
	expect(LINE("id-domain", "| grep -c 'Domain Id'"), 0, "31\n");
	expect(LINE("id-domain", "-o json | grep -c dom_id"), 0, "31\n");
}

static void test_uuids(void **state)
{
	(void)state;
	expect(LINE("id-uuid", "-H"), 0,
	       "NVME Identify UUID:\n Entry[  1]\n.................\n"
	       "association  : 0x1 associated with PCI Vendor ID\n"
	       "UUID         : 01000000-0000-0000-0000-000000000000\n.................\n"
	       " Entry[  2]\n");
	expect(LINE("id-uuid", "-o json | grep -c association"), 0, "2\n");
}

/* What is the same for all namespaces of a format: without what a namespace has. */
static void test_formats(void **state)
{
	(void)state;
	expect(LINE("id-ns-lba-format", "-i 1"), 0,
	       "NVMe Identify Namespace for LBA format[1]:\nnlbaf   : 1\nmc      : 0x3\n"
	       "dpc     : 0\nnulbaf  : 0\nlbaf  0 : ms:0   lbads:9  rp:0 \n"
	       "lbaf  1 : ms:8   lbads:12 rp:0x1 \n");
	expect(LINE("id-ns-lba-format", "-o json | grep -c nsze; echo"), 0, "0\n");
	expect(LINE("id-ns-lba-format", "-o binary | wc -c"), 0, "4096\n");
	/* Identify Namespace of all namespaces: one format here. */
	expect(LINE("nvm-id-ns-lba-format", "-i 1"), 0,
	       "NVMe NVM Identify Namespace for LBA format[1]:\npic   : 0x3\n"
	       "elbaf  0 : pif:0 lbads:0  \n");
	expect(LINE("nvm-id-ns-lba-format", "-v"), 0,
	       "  [0:0] : 0x1\t16b Guard Protection Information Storage Tag Support\n");
	expect(LINE("nvm-id-ns-lba-format", "-o json"), 0, "{\n  \"pic\":3,\n  \"elbafs\":[\n");
	expect(LINE("nvm-id-ns-lba-format", "-o binary | wc -c"), 0, "4096\n");
	expect(LINE("nvm-id-ns-lba-format", "-i 65536"), 1, "invalid lba-format-index");
}

/* One that descends could go round for ever. */
static void test_namespaces_ascend(void **state)
{
	(void)state;
	expect(LINE("list-ns", "-a"), 0, "[   0]:0x3\n");
	assert_null(strstr(output, "[   1]"));
	expect(LINE("list-ns", ""), 0, "[   0]:0x1\n");
	expect(LINE("list-ns", "-n 2"), 0, "");
	expect(LINE("list-ns", "-n 0"), 1, "invalid nsid parameter\n");
}

static void test_structures(void **state)
{
	(void)state;
	expect(LINE("cmdset-ind-id-ns", "-n 1 -H"), 0,
	       "nstat   : 0x1\n  [0:0] : 0x1\tName space is ready\n");
	expect(LINE("cmdset-ind-id-ns", "-n 1 -o json"), 0, "  \"rescap\":129,\n");
	expect(LINE("primary-ctrl-caps", ""), 1, "NVMe status: Invalid Field in Command");
	expect(LINE("id-ns", "-n 1 -o binary | wc -c"), 0, "4096\n");
	expect(LINE("id-ctrl", "-v | tail -n 1"), 0, "03f0: 00 00");
	expect("nvme ns-descs /dev/my_nvme0n1", 0,
	       "NVME Namespace Identification Descriptors NS 1:\n");
	expect("nvme get-ns-id /dev/my_nvme0n1", 0, "my_nvme0n1: namespace-id:1\n");
	expect("nvme list-subsys", 0,
	       "my_nvme-subsys0 - NQN=nqn.2019-08.org.qemu:SIM0001\n\\\n +- my_nvme0 pcie 0000:");
	expect("nvme list -o json", 0, "      \"SectorSize\":512\n");
	expect(LINE("get-property", "-o 8"), 0, "property: 0x08 (Version), value: 10400\n");
	expect(LINE("get-reg", "-O 8 -o json"), 0, "{\n  \"vs\":66560\n}\n");
	expect(LINE("set-property", "-o 0x28 -v 0"), 1, "only the driver may write asq\n");
}

#define IDENTIFY_TEST(test) cmocka_unit_test_setup_teardown(test, start, stop)
GROUP_TESTS(host_set_up, NULL, IDENTIFY_TEST(test_lists_end), IDENTIFY_TEST(test_uuids),
	    IDENTIFY_TEST(test_formats), IDENTIFY_TEST(test_namespaces_ascend),
	    IDENTIFY_TEST(test_structures))

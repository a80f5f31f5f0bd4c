/* The nvme command's subcommands on simulated controllers: what they send, to the bit, which blocks
 * of which namespace change, what they print, and that nothing is sent on bad input. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Before cmocka.h, which has a macro fail(). */
#include "kernel/commands/command.h"

#include "lib/endian.h"
#include "tests/sim/driver.h"
#include "tests/unit/captured.h"

/* No PCI here. */
unsigned nvme_rescan(void)
{
	return 0;
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct driver driver;
static bool running;

/* What a test takes for itself of the commands. */
static struct {
	int first, last; /* opcodes */
	bool admin;
	struct nvme_command command; /* the last one */
	unsigned count;
	_Alignas(8) uint8_t bytes[8192];
	size_t size;
} taken;

/* What a disk that is none of the controller's had been written when a command came. */
static struct block_device *other;
static struct host_disk_counts other_counts;

static void *take(void *context, uint16_t queue, const uint8_t command[64], size_t *size)
{
	(void)context;
	if (other)
		host_disk_counts(other, &other_counts);
	if ((queue == 0) != taken.admin || command[0] < taken.first || command[0] > taken.last)
		return NULL;
	memcpy(&taken.command, command, sizeof(taken.command));
	taken.count++;
	*size = taken.size;
	return taken.bytes;
}

/* What all namespaces have in common: blocks of 512 bytes in format 0 alone. */
static void tell_formats(void *context, uint16_t queue, const uint8_t command[64], uint8_t *bytes,
			 size_t size)
{
	struct nvme_identify_namespace *id = (void *)bytes;

	(void)context, (void)size;
	if (!queue && command[0] == NVME_ADMIN_IDENTIFY && command[40] == NVME_CNS_NAMESPACE &&
	    get_le32(command + 4) == NVME_NSID_ALL)
		id->lbaf[0].data_size_shift = 9;
}

#define BLOCKS 256
static const struct sim_namespace_config namespaces[] = {
	{.block_count = BLOCKS},
	{.block_count = BLOCKS},
	{.block_count = BLOCKS, .metadata = 8, .protection = 1},
	{.block_count = BLOCKS, .metadata = 16, .extended = true},
	{.block_count = BLOCKS, .metadata = 8, .protection = 1, .storage_tag = 8},
	{.block_count = BLOCKS, .metadata = 16, .protection = 1, .guard = 1, .storage_tag = 16},
	{.block_count = BLOCKS, .metadata = 16, .protection = 1, .guard = 2, .storage_tag = 16},
};

static void start(void)
{
	const struct sim_config config = {
		.oacs = SIM_OACS_NAMESPACES,
		.oncs = SIM_ONCS_COMPARE | SIM_ONCS_DSM | SIM_ONCS_WRITE_ZEROES |
			SIM_ONCS_UNCORRECT,
		.tolerant = true,
		.namespaces = namespaces,
		.namespace_count = COUNT(namespaces),
		.hooks = {.command = take, .data = tell_formats},
	};

	memset(&taken, 0, sizeof(taken));
	taken.first = 0x100;
	driver_start(&driver, &config, NULL);
	running = true;
}

static int tear_down(void **state)
{
	(void)state;
	if (running)
		driver_stop(&driver);
	running = false;
	return 0;
}

/* Names of what libnvme, and so nvme-cli, puts into the dwords for the same line. */
static void test_what_is_sent(void **state)
{
	static const struct {
		const char *line;
		bool admin;
		struct nvme_command sent;
		size_t size;
	} rows[] = {
		{"read /dev/my_nvme0n1 -s 0x123456789 -c 7 -z 4096 -l -f -D 0xa5 -d /out",
		 .sent = {.opcode = 0x02,
			  .nsid = 1,
			  .cdw10 = 0x23456789,
			  .cdw11 = 1,
			  .cdw12 = 0xc0000007,
			  .cdw13 = 0xa5},
		 .size = 4096},
		{"write my_nvme0n2 -z 1k -c 1 -T 1 -S 0x77 -D 2 -p 0xf -C -a 0x1111 -m 0x2222 "
		 "-r 0x33334444 -d /in",
		 .sent = {.opcode = 0x01,
			  .nsid = 2,
			  .cdw12 = 0x3d100001,
			  .cdw13 = 0x770002,
			  .cdw14 = 0x33334444,
			  .cdw15 = 0x22221111},
		 .size = 1024},
		{"compare /dev/my_nvme0 -n 1 -s 1M -z 512 < /in",
		 .sent = {.opcode = 0x05, .nsid = 1, .cdw10 = 1 << 20}, .size = 512},
		{"verify /dev/my_nvme0 -n 5 -c 3 -S 0xab -r 0x123456",
		 .sent = {.opcode = 0x0c, .nsid = 5, .cdw12 = 3, .cdw14 = 0xab123456}},
		{"verify /dev/my_nvme0 -n 6 -S 0xabcd -r 0x1122334455667788",
		 .sent = {.opcode = 0x0c,
			  .nsid = 6,
			  .cdw2 = 0xabcd,
			  .cdw3 = 0x11223344,
			  .cdw14 = 0x55667788}},
		{"verify /dev/my_nvme0 -n 7 -S 0xabcd -r 0x11223344",
		 .sent = {.opcode = 0x0c, .nsid = 7, .cdw3 = 0xabcd, .cdw14 = 0x11223344}},
		{"write-zeroes /dev/my_nvme0n1 -s 4 -c 5 -d -f",
		 .sent = {.opcode = 0x08, .nsid = 1, .cdw10 = 4, .cdw12 = 0x42000005}},
		{"write-uncor /dev/my_nvme0n1 -s 4 -c 5",
		 .sent = {.opcode = 0x04, .nsid = 1, .cdw10 = 4, .cdw12 = 5}},
		{"dsm /dev/my_nvme0n1 -a 1,2 -b 3 -s 5,0x100000006,7 -d -r",
		 .sent = {.opcode = 0x09, .nsid = 1, .cdw10 = 2, .cdw11 = 5}, .size = 48},
		{"dsm /dev/my_nvme0n1 -s 0 -c 0x80000002 -d",
		 .sent = {.opcode = 0x09, .nsid = 1, .cdw11 = 0x80000002}, .size = 16},
		{"copy /dev/my_nvme0n1 -d 0x200000001 -s 5,6 -b 7,8 -p 1 -P 2 -T 3 -S 4 -r 5 -a 6 "
		 "-m 7 -f -l",
		 .sent = {.opcode = 0x19,
			  .nsid = 1,
			  .cdw10 = 1,
			  .cdw11 = 2,
			  .cdw12 = 0xc4302001,
			  .cdw13 = 0x40000,
			  .cdw14 = 5,
			  .cdw15 = 0x70006},
		 .size = 64},
		{"copy /dev/my_nvme0n1 -s 5 -F 1 -R 0x1122334455667788 -r 0x100000002",
		 .sent = {.opcode = 0x19, .nsid = 1, .cdw3 = 1, .cdw12 = 0x100, .cdw14 = 2},
		 .size = 40},
		{"flush /dev/my_nvme0 -n 0xffffffff", .sent = {.nsid = 0xffffffff}},
		{"resv-acquire /dev/my_nvme0n1 -c 1 -p 2 -t 3 -a 4 -i",
		 .sent = {.opcode = 0x11, .nsid = 1, .cdw10 = 0x30c}, .size = 16},
		{"resv-register /dev/my_nvme0n1 -c 1 -k 2 -r 1 -p 3 -i",
		 .sent = {.opcode = 0x0d, .nsid = 1, .cdw10 = 0xc0000009}, .size = 16},
		{"resv-release /dev/my_nvme0n1 -c 1 -t 2 -a 1",
		 .sent = {.opcode = 0x15, .nsid = 1, .cdw10 = 0x201}, .size = 8},
		{"resv-report /dev/my_nvme0n1 -e",
		 .sent = {.opcode = 0x0e, .nsid = 1, .cdw10 = 0x3ff, .cdw11 = 1}, .size = 4096},
		{"resv-report /dev/my_nvme0n1 -d 1",
		 .sent = {.opcode = 0x0e, .nsid = 1, .cdw10 = 3}, .size = 16},
		{"virt-mgmt /dev/my_nvme0 -c 0x102 -r 1 -a 8 -n 0x304", .admin = true,
		 .sent = {.opcode = 0x1c, .cdw10 = 0x01020108, .cdw11 = 0x304}},
		{"virt-mgmt /dev/my_nvme0 --cntlid=1 --act=9", .admin = true,
		 .sent = {.opcode = 0x1c, .cdw10 = 0x00010009}},
		{"format /dev/my_nvme0n1 --force -l 0 -s 1 -i 3 -p 1 -m 1", .admin = true,
		 .sent = {.opcode = 0x80, .nsid = 1, .cdw10 = 0x370}},
		{"format /dev/my_nvme0 --force -n 0xffffffff -l 0x2f -t 1000", .admin = true,
		 .sent = {.opcode = 0x80, .nsid = 0xffffffff, .cdw10 = 0x200f}},
		{"format /dev/my_nvme0 --force -n 2 -b 512", .admin = true,
		 .sent = {.opcode = 0x80, .nsid = 2}},
		{"create-ns /dev/my_nvme0 -f 3 -y 2", .admin = true,
		 .sent = {.opcode = 0x0d, .cdw11 = 0x02000000}, .size = 4096},
		{"delete-ns /dev/my_nvme0 -n 5", .admin = true,
		 .sent = {.opcode = 0x0d, .nsid = 5, .cdw10 = 1}},
		{"attach-ns /dev/my_nvme0 -n 2 -c 1,0x2", .admin = true,
		 .sent = {.opcode = 0x15, .nsid = 2}, .size = 4096},
		{"detach-ns /dev/my_nvme0n1 --namespace-id=2 --controllers=1", .admin = true,
		 .sent = {.opcode = 0x15, .nsid = 2, .cdw10 = 1}, .size = 4096},
		{"device-self-test /dev/my_nvme0 -n 1 -s 2", .admin = true,
		 .sent = {.opcode = 0x14, .nsid = 1, .cdw10 = 2}},
		{"device-self-test /dev/my_nvme0 -s 0xf -w", .admin = true,
		 .sent = {.opcode = 0x14, .nsid = 0xffffffff, .cdw10 = 0xf}},
		{"sanitize /dev/my_nvme0 -a Start-O -n 3 -i -d -u -p 0x12345678", .admin = true,
		 .sent = {.opcode = 0x84, .cdw10 = 0x33b, .cdw11 = 0x12345678}},
		{"sanitize /dev/my_nvme0 -a start-overwrite -n 16", .admin = true,
		 .sent = {.opcode = 0x84, .cdw10 = 3}},
		{"sanitize /dev/my_nvme0 -a e", .admin = true,
		 .sent = {.opcode = 0x84, .cdw10 = 1}},
		{"sanitize /dev/my_nvme0 -a 4 -e", .admin = true,
		 .sent = {.opcode = 0x84, .cdw10 = 0x404}},
		{"fw-download /dev/my_nvme0 -f /in -x 8192", .admin = true,
		 .sent = {.opcode = 0x11, .cdw10 = 2047}, .size = 8192},
		{"fw-download /dev/my_nvme0 -f /in -O 1024 -x 8192", .admin = true,
		 .sent = {.opcode = 0x11, .cdw10 = 1023, .cdw11 = 1024}, .size = 4096},
		{"fw-commit /dev/my_nvme0 -s 2 -a 3", .admin = true,
		 .sent = {.opcode = 0x10, .cdw10 = 0x1a}},
		{"fw-activate /dev/my_nvme0 -s 1 -a 7 -b 1", .admin = true,
		 .sent = {.opcode = 0x10, .cdw10 = 0x80000039}},
		{"dir-send /dev/my_nvme0 -D 0 -O 1 -T 2 -e 1", .admin = true,
		 .sent = {.opcode = 0x19, .nsid = 1, .cdw11 = 1, .cdw12 = 0x201}},
		{"dir-send /dev/my_nvme0 -D 1 -O 1 -S 0x77 -n 2 -l 8 -i /in", .admin = true,
		 .sent = {.opcode = 0x19, .nsid = 2, .cdw10 = 1, .cdw11 = 0x770101}, .size = 8},
		{"dir-receive /dev/my_nvme0 -D 0 -O 1 -n 2", .admin = true,
		 .sent = {.opcode = 0x1a, .nsid = 2, .cdw10 = 1023, .cdw11 = 1}, .size = 4096},
		{"dir-receive /dev/my_nvme0 -D 1 -O 3 -r 5", .admin = true,
		 .sent = {.opcode = 0x1a, .nsid = 1, .cdw11 = 0x103, .cdw12 = 5}, .size = 4},
		{"security-send /dev/my_nvme0 -n 1 -N 1 -p 0xef -s 0x1234 -t 100 -f /in",
		 .admin = true,
		 .sent = {.opcode = 0x81, .nsid = 1, .cdw10 = 0xef123401, .cdw11 = 100},
		 .size = 100},
		{"security-recv /dev/my_nvme0 -p 1 -s 2 -t 64 -x 512", .admin = true,
		 .sent = {.opcode = 0x82, .cdw10 = 0x01000200, .cdw11 = 64}, .size = 64},
		{"capacity-mgmt /dev/my_nvme0 -O 3 -i 0x102 -l 5 -u 6", .admin = true,
		 .sent = {.opcode = 0x20, .cdw10 = 0x01020003, .cdw11 = 5, .cdw12 = 6}},
		{"lockdown /dev/my_nvme0 -O 0x84 -f 2 -p 1 -s 3 -U 5", .admin = true,
		 .sent = {.opcode = 0x24, .cdw10 = 0x8453, .cdw14 = 5}},
		{"io-mgmt-recv /dev/my_nvme0n1 -m 1 -s 2 -l 64",
		 .sent = {.opcode = 0x12, .nsid = 1, .cdw10 = 0x20001, .cdw11 = 15}, .size = 64},
		{"io-mgmt-send /dev/my_nvme0n1 -m 1 -s 2 -l 6 -d /in",
		 .sent = {.opcode = 0x1d, .nsid = 1, .cdw10 = 0x20001}, .size = 6},
		{"get-lba-status /dev/my_nvme0n1 -s 0x100000002 -m 7 -a 0x10 -l 9", .admin = true,
		 .sent = {.opcode = 0x86,
			  .nsid = 1,
			  .cdw10 = 2,
			  .cdw11 = 1,
			  .cdw12 = 7,
			  .cdw13 = 0x10000009},
		 .size = 32},
		{"io-passthru /dev/my_nvme0n1 -O 2 -2 1 -3 2 -4 3 -5 4 -6 0 -7 6 -8 7 -9 8 -l 512",
		 .sent = {.opcode = 0x02,
			  .nsid = 1,
			  .cdw2 = 1,
			  .cdw3 = 2,
			  .cdw10 = 3,
			  .cdw11 = 4,
			  .cdw13 = 6,
			  .cdw14 = 7,
			  .cdw15 = 8},
		 .size = 512},
	};

	(void)state;
	start();
	run("head -c 8192 /dev/zero > /in");
	for (unsigned i = 0; i < COUNT(rows); i++) {
		char line[240];

		snprintf(line, sizeof(line), "nvme %s", rows[i].line);
		taken.first = taken.last = rows[i].sent.opcode;
		taken.admin = rows[i].admin;
		taken.count = 0;
		taken.size = rows[i].size;
		run(line);
		expect_status(0);
		if (taken.count != 1)
			fail_msg("%s: sent %u times", line, taken.count);
		taken.command.cid = 0;
		taken.command.prp1 = taken.command.prp2 = taken.command.mptr = 0;
		for (unsigned dword = 0; dword < 16; dword++)
			if (get_le32((uint8_t *)&taken.command + 4 * dword) !=
			    get_le32((const uint8_t *)&rows[i].sent + 4 * dword))
				fail_msg("%s: dword %u is %08x, not %08x", line, dword,
					 get_le32((uint8_t *)&taken.command + 4 * dword),
					 get_le32((const uint8_t *)&rows[i].sent + 4 * dword));
	}
	run("rm /in /out");
}

/* Ranges and keys, as they go out. */
static void test_data_structures(void **state)
{
	(void)state;
	start();
	taken.first = 0;
	taken.last = 0xff;
	taken.size = 48;
	run("nvme dsm /dev/my_nvme0n1 -a 1,2 -b 3 -s 5,0x100000006,7 -d");
	expect_exactly("NVMe DSM: success\n");
	assert_int_equal(get_le32(taken.bytes), 1);
	assert_int_equal(get_le32(taken.bytes + 4), 3);
	assert_int_equal(get_le64(taken.bytes + 8), 5);
	assert_int_equal(get_le32(taken.bytes + 16), 2);
	assert_int_equal(get_le32(taken.bytes + 20), 0);
	assert_int_equal(get_le64(taken.bytes + 24), 0x100000006);
	assert_int_equal(get_le64(taken.bytes + 40), 7);
	taken.size = 64;
	run("nvme copy /dev/my_nvme0n1 -s 5,6 -b 7,8 -R 0x11223344,2 -A 3 -M 4");
	expect_exactly("NVMe Copy: success\n");
	assert_int_equal(get_le64(taken.bytes + 8), 5);
	assert_int_equal(get_le16(taken.bytes + 16), 7);
	assert_int_equal(get_le32(taken.bytes + 24), 0x11223344);
	assert_int_equal(get_le16(taken.bytes + 28), 3);
	assert_int_equal(get_le16(taken.bytes + 30), 4);
	assert_int_equal(get_le64(taken.bytes + 32 + 8), 6);
	assert_int_equal(get_le16(taken.bytes + 32 + 16), 8);
	taken.size = 40;
	run("nvme copy /dev/my_nvme0n1 -s 5 -b 7 -F 1 -R 0x1122334455667788 -A 3 -M 4");
	assert_int_equal(get_le64(taken.bytes + 8), 5);
	assert_int_equal(get_be64(taken.bytes + 28), 0x1122334455667788);
	assert_int_equal(get_le16(taken.bytes + 26), 0);
	assert_int_equal(get_le16(taken.bytes + 36), 3);
	assert_int_equal(get_le16(taken.bytes + 38), 4);
	taken.size = 16;
	run("nvme resv-register /dev/my_nvme0n1 -c 0x1122 -k 0x3344");
	expect_exactly("NVME Reservation  success\n");
	assert_int_equal(get_le64(taken.bytes), 0x1122);
	assert_int_equal(get_le64(taken.bytes + 8), 0x3344);
}

static void test_reservation_report(void **state)
{
	(void)state;
	start();
	taken.first = taken.last = NVME_IO_RESERVATION_REPORT;
	taken.size = 4096;
	put_le32(taken.bytes, 7);
	taken.bytes[4] = 1;
	put_le16(taken.bytes + 5, 1);
	taken.bytes[9] = 1;
	put_le16(taken.bytes + 24, 0x21);
	taken.bytes[26] = 1;
	put_le64(taken.bytes + 32, 0xabc);
	put_le64(taken.bytes + 40, 0x1234);
	run("nvme resv-report /dev/my_nvme0n1");
	expect_exactly("\nNVME Reservation status:\n\ngen       : 7\nrtype     : 1\n"
		       "regctl    : 1\nptpls     : 1\nregctl[0] :\n  cntlid  : 21\n"
		       "  rcsts   : 1\n  hostid  : abc\n  rkey    : 1234\n\n");
	/* The count is the device's: no entry is beyond what was read. */
	put_le16(taken.bytes + 5, 0xffff);
	taken.size = 52;
	run("nvme resv-report /dev/my_nvme0n1 -d 12 | grep -c cntlid");
	expect_exactly("1\n");
	taken.size = 4096;
	put_le16(taken.bytes + 5, 1);
	put_le16(taken.bytes + 64, 0x21);
	put_le64(taken.bytes + 72, 0x1234);
	taken.bytes[80] = 0xde;
	taken.bytes[95] = 0xad;
	run("nvme resv-report /dev/my_nvme0n1 -e");
	expect_output("regctlext[0] :\n  cntlid     : 21\n  rcsts      : 0\n"
		      "  rkey       : 1234\n  hostid     : de0000000000000000000000000000ad\n");
	run("nvme resv-report /dev/my_nvme0n1 -e -o json");
	expect_output("\"regctlext\":[");
	expect_output("\"hostid\":\"de0000000000000000000000000000ad\"");
	run("nvme resv-report /dev/my_nvme0n1 -b | wc -c");
	expect_exactly("4096\n");
}

static void test_lba_status(void **state)
{
	(void)state;
	start();
	taken.first = taken.last = NVME_ADMIN_GET_LBA_STATUS;
	taken.admin = true;
	taken.size = 40;
	put_le32(taken.bytes, 0xffffffff); /* more than there is room for */
	taken.bytes[4] = 1;
	put_le64(taken.bytes + 8, 17);
	put_le32(taken.bytes + 16, 3);
	taken.bytes[21] = 2;
	run("nvme get-lba-status /dev/my_nvme0n1 -a 0x10 -m 9");
	expect_exactly("Number of LBA Status Descriptors(NLSD): 4294967295\n"
		       "Completion Condition(CMPC): 1\n"
		       "\tCompleted due to transferring the amount of data specified in the MNDW "
		       "field\n"
		       "{ DSLBA: 0x0000000000000017, NLB: 0x00000003, Status: 0x02 }\n"
		       "{ DSLBA: 0x0000000000000000, NLB: 0x00000000, Status: 0x00 }\n");
}

/* Every block holds its namespace and number before; afterwards those that are not named do. */
static uint8_t expected[3][BLOCKS][520];

static unsigned stored(unsigned index)
{
	return 512 + namespaces[index].metadata;
}

static void fill(void)
{
	for (unsigned n = 0; n < 3; n++)
		for (unsigned block = 0; block < BLOCKS; block++) {
			memset(expected[n][block], (int)(n * 64 + block % 61 + 1), stored(n));
			sim_namespace_write(driver.sim, n + 1, block, 1, expected[n][block]);
		}
}

static void expect_blocks(const char *line)
{
	uint8_t bytes[520];

	for (unsigned n = 0; n < 3; n++)
		for (unsigned block = 0; block < BLOCKS; block++) {
			sim_namespace_read(driver.sim, n + 1, block, 1, bytes);
			if (memcmp(bytes, expected[n][block], stored(n)) != 0)
				fail_msg("%s: block %u of namespace %u", line, block, n + 1);
		}
}

static void run_good(const char *line)
{
	run(line);
	expect_status(0);
}

static void test_only_what_was_asked_for_changes(void **state)
{
	(void)state;
	start();
	fill();
	run("yes | head -c 1024 > /y; yes no | head -c 16 > /m");
	run_good("nvme write /dev/my_nvme0n2 -s 9 -c 1 -z 1024 -d /y");
	for (unsigned i = 0; i < 512; i++)
		expected[1][9][i] = expected[1][10][i] = i % 2 ? '\n' : 'y';
	expect_blocks("write");
	run_good("nvme write /dev/my_nvme0 -n 3 -s 255 -z 512 -y 8 -M /m < /y");
	for (unsigned i = 0; i < 512; i++)
		expected[2][255][i] = i % 2 ? '\n' : 'y';
	memcpy(expected[2][255] + 512, "no\nno\nno", 8);
	expect_blocks("write with metadata");
	run_good("nvme read /dev/my_nvme0 -n 3 -s 254 -c 1 -z 1024 -y 16 -d /d -M /n");
	run("cmp -n 512 -i 512:0 /d /y && cmp -n 8 -i 8:0 /n /m && wc -c < /n");
	expect_exactly("16\n");
	/* What the file is short of is zero. */
	run_good("echo hi | nvme write /dev/my_nvme0n1 -s 3 -z 512");
	expect_exactly("write: Success\n");
	memset(expected[0][3], 0, 512);
	memcpy(expected[0][3], "hi\n", 3);
	expect_blocks("short write");
	run_good("nvme write-zeroes /dev/my_nvme0n1 -s 100 -c 2");
	memset(expected[0][100], 0, 3 * sizeof(expected[0][0]));
	expect_blocks("write-zeroes");
	run_good("nvme dsm /dev/my_nvme0n2 -d -s 0,20 -b 1,2");
	memset(expected[1][0], 0, sizeof(expected[1][0]));
	memset(expected[1][20], 0, 2 * sizeof(expected[1][0]));
	expect_blocks("dsm");
	run_good("nvme dsm /dev/my_nvme0n2 -w -s 40 -b 2");
	run_good("nvme io-passthru /dev/my_nvme0n1 -o 1 -l 512 -i /y --cdw10=7 -w");
	for (unsigned i = 0; i < 512; i++)
		expected[0][7][i] = i % 2 ? '\n' : 'y';
	expect_blocks("io-passthru");
	run_good("nvme write-uncor /dev/my_nvme0n1 -s 200 -c 1");
	expect_exactly("NVME Write Uncorrectable Success\n");
	expect_blocks("write-uncor"); /* the data are not told */
	for (unsigned block = 199; block < 203; block++) {
		char line[80];

		snprintf(line, sizeof(line), "nvme read /dev/my_nvme0n1 -s %u -z 512 > /d", block);
		run(line);
		expect_status(block == 200 || block == 201);
	}
	run_good("nvme write /dev/my_nvme0n1 -s 200 -c 1 -z 1024 -d /y");
	run_good("nvme compare /dev/my_nvme0n1 -s 200 -c 1 -z 1024 -d /y");
	run("nvme compare /dev/my_nvme0n1 -s 202 -z 512 -d /y");
	expect_status(1);
	expect_output("NVMe status: Compare Failure");
	run("rm /y /m /d /n");
}

/* The controller has it in a namespace with 8 bytes of metadata; with PRACT none are moved. */
static void test_metadata(void **state)
{
	(void)state;
	start();
	run("head -c 512 /dev/zero > /z");
	run("nvme write /dev/my_nvme0 -n 3 -z 512 -d /z");
	expect_status(1);
	expect_exactly(
		"nvme: write: Write moves 8 bytes of metadata by its own fields, 0 are given\n");
	run_good("nvme write /dev/my_nvme0 -n 3 -z 512 -p 8 -d /z");
	run_good("nvme read /dev/my_nvme0 -n 3 -z 512 -y 3 -d /out -M /more");
	expect_exactly("Rounding metadata size to fit block count (8 bytes)\nread: Success\n");
	run("nvme write /dev/my_nvme0 -n 4 -z 512 -d /z");
	expect_status(1);
	expect_exactly("nvme: write: Write moves 528 bytes by its own fields, data-size is 512\n");
	run_good("nvme write /dev/my_nvme0 -n 4 -z 528 -d /z");
	run_good("nvme read /dev/my_nvme0 -n 4 -z 528 | wc -c");
	expect_output("528\n");
	run("rm /z /out /more");
}

static void test_nothing_is_sent_on_bad_input(void **state)
{
	static const char *const lines[][2] = {
		{"read /dev/my_nvme0n1", "data size not provided\n"},
		{"read /dev/my_nvme0n1 -z 512 -c 65536", "nvme: invalid block-count '65536'\n"},
		{"read /dev/my_nvme0n1 -z 512 -p 16", "nvme: invalid prinfo '16'\n"},
		{"read /dev/my_nvme0n1 -z 512 -s 16777216T",
		 "nvme: invalid start-block '16777216T'\n"},
		{"read /dev/my_nvme0n1 -z 512 -s 1KB", "nvme: invalid start-block '1KB'\n"},
		{"read /dev/my_nvme0n1 -z 512 -s -1", "nvme: invalid start-block '-1'\n"},
		{"write /dev/my_nvme0n1 -z 512 -d /nowhere",
		 "/nowhere: No such file or directory\n"},
		{"write /dev/my_nvme0n1 -z 512 < /dev/null",
		 "nvme: write: standard input is empty\n"},
		{"write /dev/my_nvme0n1 -z 512 -n 2 < /dev/zero",
		 "nvme: namespace-id 2 is another namespace than the device is (1)\n"},
		{"write /dev/my_nvme0 -z 512 < /dev/zero",
		 "nvme: a namespace is needed: name one (my_nvme0n1) or give its number with -n\n"},
		{"write /dev/my_nvme0n1 -z 1G < /dev/zero",
		 "nvme: write: data-size 1073741824 is more than my_nvme0 takes in one command "
		 "(1048576)\n"},
		{"write /dev/my_nvme0n1 -z 512 -r 0x100000000 < /dev/zero",
		 "nvme: storage tag 0 or reference tag 0x100000000 is larger than its room in the "
		 "format\n"},
		{"write /dev/my_nvme0 -n 5 -z 512 -y 8 -g 0x100 < /dev/zero",
		 "nvme: storage tag 0x100 or reference tag 0 is larger than its room in the "
		 "format\n"},
		{"read /dev/my_nvme0n1 -z 512 -d /no/where",
		 "/no/where: No such file or directory\n"},
		{"write /dev/null -z 512", "nvme: /dev/null: Inappropriate ioctl for device\n"},
		{"dsm /dev/my_nvme0n1 -d", "No range definition provided\n"},
		{"dsm /dev/my_nvme0n1 -d -s 1,x", "nvme: invalid slbs 'x'\n"},
		{"dsm /dev/my_nvme0n1 -d -s 1,,2", "nvme: invalid slbs ''\n"},
		{"dsm /dev/my_nvme0n1 -d -b 0x100000000", "nvme: invalid blocks '0x100000000'\n"},
		{"dsm /dev/my_nvme0n1 -d -s $(seq -s , 1 257)",
		 "nvme: slbs: more than 256 values\n"},
		{"copy /dev/my_nvme0n1 -d 1", "invalid range\n"},
		{"copy /dev/my_nvme0n1 -s 1 -F 2", "invalid format\n"},
		{"copy /dev/my_nvme0n1 -s 1 -r 0x100000000",
		 "nvme: invalid ref-tag 0x100000000: format 0 has room for 32 bits\n"},
		{"resv-acquire /dev/my_nvme0n1 -a 8", "nvme: invalid racqa '8'\n"},
		{"resv-register /dev/my_nvme0n1 -p 4", "nvme: invalid cptpl '4'\n"},
		{"virt-mgmt /dev/my_nvme0 -r 8", "nvme: invalid rt '8'\n"},
		{"virt-mgmt /dev/my_nvme0 -a 16", "nvme: invalid act '16'\n"},
		{"io-mgmt-recv /dev/my_nvme0n1 -l 6",
		 "nvme: io-mgmt-recv: data-len 6 is no number of dwords\n"},
		{"io-mgmt-send /dev/my_nvme0n1 -l 6 < /dev/null",
		 "nvme: io-mgmt-send: standard input has less than the 6 bytes of data-len\n"},
		{"io-mgmt-send /dev/my_nvme0n1 -m 1 -s 3 -l 6 -d /in",
		 "nvme: io-mgmt-send: I/O Management Send moves 8 bytes by its own fields, "
		 "data-len "
		 "is 6\n"},
		{"get-lba-status /dev/my_nvme0n1", "action type (--action) has to be given\n"},
		{"get-lba-status /dev/my_nvme0n1 -a 16 -m 0xffffffff",
		 "nvme: get-lba-status: max-dw, in bytes, 17179869184 is more than my_nvme0 takes "
		 "in one command (1048576)\n"},
		{"io-passthru /dev/my_nvme0n1 -o 4 -l 512", "data direction not given\n"},
		{"io-passthru /dev/my_nvme0n1 -o 2 -l 512 -w",
		 "nvme: io-passthru: opcode 0x2 does not take data\n"},
		{"io-passthru /dev/my_nvme0 -n 3 -o 1 -l 512 < /dev/zero",
		 "nvme: io-passthru: Write moves 8 bytes of metadata by its own fields, 0 are "
		 "given\n"},
	};

	(void)state;
	start();
	taken.first = 0;
	taken.last = 0xff;
	for (unsigned i = 0; i < COUNT(lines); i++) {
		char line[240];

		snprintf(line, sizeof(line), "nvme %s", lines[i][0]);
		run(line);
		expect_exactly(lines[i][1]);
		expect_status(1);
	}
	assert_int_equal(taken.count, 0);
}

static void test_outcomes(void **state)
{
	(void)state;
	expect("nvme", 0, "The commands are:\n");
	expect("nvme fdp", 0, "The commands of nvme fdp are:\n");
	start();
	run("nvme flush /dev/my_nvme0n1");
	expect_exactly("NVMe Flush: success\n");
	expect_status(0);
	run("nvme write-zeroes /dev/my_nvme0n1 -s 256");
	expect_status(1);
	expect_output("NVMe status: LBA Out of Range: ");
	run("nvme read /dev/my_nvme0n1 -z 512 -w -v -t");
	expect_status(0);
	expect_output("nblocks      : 0000\nmetadata     : 0\n");
	expect_no_output("latency");
	run("nvme read /dev/my_nvme0n1 -z 512 -t -d /out");
	expect_output(" latency: read: ");
	expect_output(" us\nread: Success\n");
	run("nvme io-passthru /dev/my_nvme0n1 -o 2 -l 512 -T -i /out");
	expect_output("IO Command Read latency: ");
	expect_output(" us\nIO Command Read is Success and result: 0x00000000\n");
	sim_remove(driver.sim);
	run("nvme flush /dev/my_nvme0 -n 1");
	expect_status(1);
	run("nvme flush /dev/my_nvme0 -n 1");
	expect_exactly("flush: No such device\n");
	expect_status(1);
	run("rm /out");
}

/* Admin commands: no line sends one that changes anything. */
static void test_nothing_is_managed_on_bad_input(void **state)
{
	static const char *const lines[][2] = {
		{"format /dev/my_nvme0 --force",
		 "get-namespace-id: Inappropriate ioctl for device\n"},
		{"format /dev/my_nvme0n1 --force -l 0 -b 512",
		 "Invalid specification of both LBAF and Block Size, please specify only one\n"},
		{"format /dev/my_nvme0n1 --force -b 1000",
		 "Invalid value for block size (1000), must be a power of two\n"},
		{"format /dev/my_nvme0n1 --force -b 1k",
		 "LBAF corresponding to given block size 1024 not found\n"
		 "Please correct block size, or specify LBAF directly\n"},
		{"format /dev/my_nvme0n1 --force -b 1",
		 "LBAF corresponding to given block size 1 not found\n"
		 "Please correct block size, or specify LBAF directly\n"},
		{"format /dev/my_nvme0n1 --force -l 63", "invalid lbaf:63\n"},
		{"format /dev/my_nvme0 -n 0xffffffff --force -l 64", "invalid lbaf:64\n"},
		{"format /dev/my_nvme0n1 --force -s 8", "invalid secure erase settings:8\n"},
		{"format /dev/my_nvme0n1 --force -i 8", "invalid pi:8\n"},
		{"format /dev/my_nvme0n1 --force -p 2", "invalid pil:2\n"},
		{"format /dev/my_nvme0n1 --force -m 2", "invalid ms:2\n"},
		{"format /dev/my_nvme0n1 --force -l 256", "nvme: invalid lbaf '256'\n"},
		{"format /dev/my_nvme0n1 --force -n 2",
		 "nvme: namespace-id 2 is another namespace than the device is (1)\n"},
		{"create-ns /dev/my_nvme0",
		 "FLBAS corresponding to block size 0 not found\n"
		 "Please correct block size, or specify FLBAS directly\n"},
		{"create-ns /dev/my_nvme0 -f 0 -b 512",
		 "Invalid specification of both FLBAS and Block Size, please specify only one\n"},
		{"create-ns /dev/my_nvme0 -b 513",
		 "Invalid value for block size (513). Block size must be a power of two\n"},
		{"create-ns /dev/my_nvme0 -f 0 -s 1 -S 1k",
		 "Invalid specification of both nsze and its SI argument, please specify only "
		 "one\n"},
		{"create-ns /dev/my_nvme0 -f 9 -C 1k",
		 "create-ns: LBA format 9 is not available\n"},
		{"create-ns /dev/my_nvme0 -f 0 -C 1x",
		 "Expected long suffixed integer argument for 'ncap-si' but got '1x'!\n"},
		{"create-ns /dev/my_nvme0 -f 0 -C 1kk",
		 "Expected long suffixed integer argument for 'ncap-si' but got '1kk'!\n"},
		{"create-ns /dev/my_nvme0 -f 0 -C 19E",
		 "Expected long suffixed integer argument for 'ncap-si' but got '19E'!\n"},
		{"delete-ns /dev/my_nvme0", "get-namespace-id: Inappropriate ioctl for device\n"},
		{"delete-ns /dev/my_nvme0n1 -n 2",
		 "nvme: namespace-id 2 is another namespace than the device is (1)\n"},
		{"attach-ns /dev/my_nvme0n1 -c 1", "attach-ns: namespace-id parameter required\n"},
		{"detach-ns /dev/my_nvme0 -n 1 -c 1,x",
		 "detach-ns: controller id list is malformed\n"},
		{"detach-ns /dev/my_nvme0 -n 1 -c 65536",
		 "detach-ns: controller id list is malformed\n"},
		{"attach-ns /dev/my_nvme0 -n 1 -c $(seq -s , 1 2048)",
		 "attach-ns: controller id list is malformed\n"},
		{"device-self-test /dev/my_nvme0 -s 256", "nvme: invalid self-test-code '256'\n"},
		{"sanitize /dev/my_nvme0", "Invalid Sanitize Action\n"},
		{"sanitize /dev/my_nvme0 -a 5", "Invalid Sanitize Action\n"},
		{"sanitize /dev/my_nvme0 -a start", "nvme: invalid sanact 'start'\n"},
		{"sanitize /dev/my_nvme0 -a exit-failures",
		 "nvme: invalid sanact 'exit-failures'\n"},
		{"sanitize /dev/my_nvme0 -a 1 -u", "SANACT is Exit Failure Mode\n"},
		{"sanitize /dev/my_nvme0 -a 3 -n 17", "OWPASS out of range [0-16]\n"},
		{"sanitize /dev/my_nvme0 -a 2 -p 1", "SANACT is not Overwrite\n"},
		{"fw-download /dev/my_nvme0",
		 "Failed to open firmware file : No such file or directory\n"},
		{"fw-download /dev/my_nvme0 -f /odd", "Invalid size:3 for f/w image\n"},
		{"fw-download /dev/my_nvme0 -f /even -o 1",
		 "nvme: fw-download: offset 1 is behind the end of /even\n"},
		{"fw-commit /dev/my_nvme0 -s 8", "invalid slot:8\n"},
		{"fw-commit /dev/my_nvme0 -a 4", "invalid action:4\n"},
		{"fw-activate /dev/my_nvme0 -b 2", "invalid boot partition id:2\n"},
		{"dir-send /dev/my_nvme0",
		 "invalid directive operations for Identify Directives\n"},
		{"dir-send /dev/my_nvme0 -O 1", "target-dir required param\n"},
		{"dir-send /dev/my_nvme0 -D 1 -O 3",
		 "invalid directive operations for Streams Directives\n"},
		{"dir-receive /dev/my_nvme0 -D 2 -O 1", "invalid directive type\n"},
		{"dir-receive /dev/my_nvme0 -D 1 -O 4",
		 "invalid directive operations for Streams Directives\n"},
		{"security-send /dev/my_nvme0", "--tl unspecified or zero\n"},
		{"security-send /dev/my_nvme0 -t 4 -f /nowhere",
		 "/nowhere: No such file or directory\n"},
		{"security-recv /dev/my_nvme0 -t 512 -x 508",
		 "nvme: security-recv: Security Receive moves 512 bytes by its own fields, size "
		 "is 508\n"},
		{"capacity-mgmt /dev/my_nvme0", "invalid operation field: 255\n"},
		{"lockdown /dev/my_nvme0 -f 4", "invalid interface settings:4\n"},
		{"lockdown /dev/my_nvme0 -p 2", "invalid prohibit settings:2\n"},
		{"lockdown /dev/my_nvme0 -s 16", "invalid scope settings:16\n"},
		{"lockdown /dev/my_nvme0 -U 128", "invalid UUID index settings:128\n"},
	};

	(void)state;
	start();
	run("printf abc > /odd; printf abcd > /even");
	taken.admin = true;
	taken.first = NVME_ADMIN_NAMESPACE_MANAGEMENT;
	taken.last = 0xff;
	for (unsigned i = 0; i < COUNT(lines); i++) {
		char line[240];

		snprintf(line, sizeof(line), "nvme %s", lines[i][0]);
		run(line);
		expect_exactly(lines[i][1]);
		expect_status(1);
	}
	assert_int_equal(taken.count, 0);
	run("rm /odd /even");
}

static void take_admin(uint8_t opcode, size_t size)
{
	memset(&taken, 0, sizeof(taken));
	taken.admin = true;
	taken.first = taken.last = opcode;
	taken.size = size;
}

static void test_management_structures(void **state)
{
	static const struct {
		const char *options;
		uint64_t nsze, ncap;
	} sizes[] = {
		{"-s 1k -c 0x10", 1024, 16},
		{"-S 1k -C 1.5M", 1, 2929},
		{"-S 512 -C 512.9", 512, 512},
		{"-S 0.0005G -C 18.4E", 976, 35937500000000000},
		{"-S 1.0000000000000000000009k", 1, 0},
	};
	const struct nvme_namespace_create *create = (const void *)taken.bytes;

	(void)state;
	start();
	for (unsigned i = 0; i < COUNT(sizes); i++) {
		char line[120];

		take_admin(NVME_ADMIN_NAMESPACE_MANAGEMENT, sizeof(*create));
		snprintf(line, sizeof(line),
			 "nvme create-ns my_nvme0 -f 0 -d 1 -m 2 -a 3 -i 4 -l 5 %s",
			 sizes[i].options);
		run(line);
		expect_exactly("create-ns: Success, created nsid:0\n");
		if (create->nsze != sizes[i].nsze || create->ncap != sizes[i].ncap)
			fail_msg("%s: %llu and %llu blocks", line, (unsigned long long)create->nsze,
				 (unsigned long long)create->ncap);
		assert_int_equal(create->dps, 1);
		assert_int_equal(create->nmic, 2);
		assert_int_equal(create->anagrpid, 3);
		assert_int_equal(create->nvmsetid, 4);
		assert_int_equal(create->lbstm, 5);
	}
	take_admin(NVME_ADMIN_NAMESPACE_ATTACHMENT, 4096);
	run("nvme attach-ns my_nvme0 -n 2 -c 258,3");
	expect_exactly("attach-ns: Success, nsid:2\n");
	assert_memory_equal(taken.bytes, "\2\0\2\1\3\0\0", 7);
	run("nvme attach-ns my_nvme0 -n 2");
	expect_exactly("warning: empty controller-id list will result in no actual change in "
		       "namespace attachment\nattach-ns: Success, nsid:2\n");
	assert_int_equal(get_le32(taken.bytes), 0);
}

/* An image goes out in pieces, and what fails goes out again unless that cannot help. */
static void test_firmware(void **state)
{
	struct sim_fault fault = {.kind = SIM_STATUS,
				  .opcode = NVME_ADMIN_FIRMWARE_DOWNLOAD,
				  .status = NVME_SC_INTERNAL};

	(void)state;
	start();
	run("head -c 6144 /dev/zero > /image");
	take_admin(NVME_ADMIN_FIRMWARE_DOWNLOAD, 2048);
	run("nvme fw-download my_nvme0 -f /image -p");
	expect_exactly("Firmware download: transferring 0x00000000/0x00001800 bytes: 000%\r"
		       "Firmware download: transferring 0x00001000/0x00001800 bytes: 066%\r"
		       "\nFirmware download success\n");
	assert_int_equal(taken.count, 2);
	assert_int_equal(taken.command.cdw10, 511);
	assert_int_equal(taken.command.cdw11, 1024);
	take_admin(NVME_ADMIN_SANITIZE, 0);
	sim_add_fault(driver.sim, &fault);
	run("nvme fw-download my_nvme0 -f /image");
	expect_status(1);
	expect_output("fw-download: error on offset 0x00000000/0x00001800\n"
		      "NVMe status: Internal Error: ");
	expect_output("\nretrying offset 0 (1/3)\nfw-download: error on offset ");
	expect_no_output("(2/3)"); /* the second answer is another one, with Do Not Retry */
	fault.status = NVME_SC_OVERLAPPING_RANGE;
	sim_add_fault(driver.sim, &fault);
	run("nvme fw-download my_nvme0 -f /image");
	expect_status(1);
	expect_output("(0x114)\nUse --ignore-ovr to ignore overwrite errors\n");
	expect_no_output("retrying");
	fault.count = 2;
	sim_add_fault(driver.sim, &fault);
	run("nvme fw-download my_nvme0 -f /image -i");
	expect_exactly("Firmware download success\n");
	fault = (struct sim_fault){.kind = SIM_STATUS,
				   .opcode = NVME_ADMIN_FIRMWARE_COMMIT,
				   .status = NVME_SC_FIRMWARE_NEEDS_SUBSYSTEM_RESET};
	sim_add_fault(driver.sim, &fault);
	run("nvme fw-commit my_nvme0 -s 1 -a 6 -b 1");
	expect_status(1);
	expect_exactly("Success activating firmware action:6 slot:1 bpid:1, but firmware requires "
		       "subsystem reset\nMultiple Update Detected (MUD) Value: 0\n");
	take_admin(NVME_ADMIN_FIRMWARE_COMMIT, 0);
	run("nvme fw-commit my_nvme0 -s 1 -a 1");
	expect_status(0);
	expect_exactly("Success committing firmware action:1 slot:1\n"
		       "Multiple Update Detected (MUD) Value: 0\n");
	run("rm /image");
}

static void test_directives_and_security(void **state)
{
	(void)state;
	start();
	take_admin(NVME_ADMIN_DIRECTIVE_RECEIVE, 4096);
	taken.bytes[0] = 3;
	taken.bytes[32] = 1;
	run("nvme dir-receive my_nvme0 -D 0 -O 1 -H");
	expect_exactly("dir-receive: type:0 operation:0x1 spec:0 nsid:0x1 result:0\n"
		       "\tDirective support \n\t\tIdentify Directive  : supported\n"
		       "\t\tStream Directive    : supported\n\tDirective status \n"
		       "\t\tIdentify Directive  : enabled\n"
		       "\t\tStream Directive    : disabled\n");
	run("nvme dir-receive my_nvme0 -D 0 -O 1 -b | wc -c");
	expect_exactly("4096\n");
	taken.size = 32;
	put_le32(taken.bytes + 16, 0x12345);
	run("nvme dir-receive my_nvme0 -D 1 -O 1 -H");
	expect_output("\tMax Streams Limit                          (MSL): 3\n");
	expect_output("\tStream Write Size (in unit of LB size)     (SWS): 74565\n");
	/* As many as were read, whatever the count says. */
	taken.size = 8;
	put_le16(taken.bytes, 0xffff);
	put_le16(taken.bytes + 4, 9);
	run("nvme dir-receive my_nvme0 -D 1 -O 2 -l 8 -H");
	expect_output("\tOpen Stream Count  : 65535\n\tStream Identifier 000001 : 0\n"
		      "\tStream Identifier 000002 : 9\n\tStream Identifier 000003 : ");
	expect_no_output("000004");
	run("nvme dir-receive my_nvme0 -D 1 -O 1 -l 4 -H > /dev/null");
	expect_status(0);
	run("nvme dir-receive my_nvme0 -D 1 -O 3 -r 1 -H");
	expect_output("\tNamespace Streams Allocated (NSA): 0\n");
	take_admin(NVME_ADMIN_DIRECTIVE_SEND, 4);
	run("printf abcd | nvme dir-send my_nvme0 -D 1 -O 2 -l 4 -b");
	expect_exactly("dir-send: type 0x1, operation 0x2, spec_val 0, nsid 0x1, result 0 \nabcd");
	take_admin(NVME_ADMIN_SECURITY_SEND, 6);
	run("printf abc | nvme security-send my_nvme0 -t 6");
	expect_exactly("WARNING: --tl not dword aligned; unaligned bytes may be truncated\n"
		       "NVME Security Send Command Success\n");
	assert_memory_equal(taken.bytes, "abc\0\0\0", 6);
	take_admin(NVME_ADMIN_SECURITY_RECEIVE, 4);
	memcpy(taken.bytes, "wxyz", 4);
	run("nvme security-recv my_nvme0 -t 4 -x 4 -b");
	expect_exactly("NVME Security Receive Command Success\nwxyz");
}

static uint8_t steps[8];

/* The controller's log of a self-test that goes on a step each time that it is read. */
static void *test_goes_on(void *context, uint16_t queue, const uint8_t command[64], size_t *size)
{
	static struct nvme_self_test_log log;

	if (queue || command[0] != NVME_ADMIN_GET_LOG_PAGE || command[40] != NVME_LOG_SELF_TEST)
		return take(context, queue, command, size);
	log.operation = steps[0] ? 1 : 0;
	log.completion = steps[0];
	if (steps[0])
		memmove(steps, steps + 1, sizeof(steps) - 1);
	*size = sizeof(log);
	return &log;
}

static void test_self_test(void **state)
{
	const struct sim_config config = {.tolerant = true, .hooks = {.command = test_goes_on}};

	(void)state;
	driver_start(&driver, &config, NULL);
	running = true;
	take_admin(NVME_ADMIN_DEVICE_SELF_TEST, 0);
	run("nvme device-self-test my_nvme0");
	expect_exactly("no self test running\n");
	steps[0] = 7;
	run("nvme device-self-test my_nvme0");
	expect_exactly("progress 7%\n");
	memcpy(steps, "\1\62", 2);
	run("nvme device-self-test my_nvme0 -s 1 -w");
	expect_status(0);
	expect_output("Short Device self-test started\nWaiting for self test completion...\n");
	expect_output("\r[-                                                 ]   0%");
	expect_output("\r[\\                                                 ]   1%");
	expect_output("\r[-------------------------|                        ]  50%");
	expect_output("\r[--------------------------------------------------] 100%\n");
	memcpy(steps, "\10\7", 2);
	run("nvme device-self-test my_nvme0 -s 2 -w");
	expect_status(1);
	expect_output("Extended Device self-test started\n");
	expect_output("\nprogress broken\n");
	memset(steps, 0, sizeof(steps));
}

/* What is open on another device is not written for a command to this one. */
static void test_files_of_other_devices(void **state)
{
	(void)state;
	host_disk_remove(host_disk_memory(512, 8)); /* it takes the first name */
	start();
	other = host_disk_memory(512, 8);
	run("exec 5<> /dev/my_nvme1n1; echo x >&5; exec 6<> /dev/my_nvme0n2; echo y >&6; "
	    "head -c 512 /dev/zero > /in; nvme write /dev/my_nvme0n1 -z 512 -d /in");
	assert_int_equal(sim_statistics(driver.sim)->commands[1][NVME_IO_WRITE], 2);
	assert_int_equal(other_counts.writes, 0);
	host_disk_counts(other, &other_counts);
	assert_int_equal(other_counts.writes, 1);
	host_disk_remove(other);
	other = NULL;
}

#define TEST(name) cmocka_unit_test_teardown(name, tear_down)

GROUP_TESTS(host_set_up, NULL, TEST(test_what_is_sent), TEST(test_data_structures),
	    TEST(test_reservation_report), TEST(test_lba_status),
	    TEST(test_only_what_was_asked_for_changes), TEST(test_metadata),
	    TEST(test_nothing_is_sent_on_bad_input), TEST(test_nothing_is_managed_on_bad_input),
	    TEST(test_management_structures), TEST(test_firmware),
	    TEST(test_directives_and_security), TEST(test_self_test), TEST(test_outcomes),
	    TEST(test_files_of_other_devices))

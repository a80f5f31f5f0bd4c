/* Step 3: the admin queue. */
#include "tests/course/steps.h"

#include "tests/sim/internal.h"

static struct driver_controller controller;
static struct driver_namespace namespace;

static void test_attributes(void)
{
	uint32_t aqa;
	unsigned sq, cq;

	start_disabled();
	CALL(driver_admin_queue());
	aqa = machine_aqa();
	sq = (aqa & 0xfff) + 1;
	cq = (aqa >> 16 & 0xfff) + 1;
	expect(sq >= 2 && cq >= 2, "AQA is %08xh: a queue has 2 entries at least", aqa);
	expect(machine_owns(machine_asq(), 64ull * sq),
	       "AQA is %08xh: %u entries of 64 bytes at ASQ %llxh, where the driver has less "
	       "memory "
	       "than that",
	       aqa, sq, (unsigned long long)machine_asq());
	expect(machine_owns(machine_acq(), 16ull * cq),
	       "AQA is %08xh: %u entries of 16 bytes at ACQ %llxh, where the driver has less "
	       "memory "
	       "than that",
	       aqa, cq, (unsigned long long)machine_acq());
}

static void test_bases(void)
{
	start_disabled();
	CALL(driver_admin_queue());
	expect(machine_asq(), "ASQ is 0");
	expect(machine_acq(), "ACQ is 0");
	expect(machine_owns(machine_asq(), 64),
	       "ASQ is %llxh, where the driver has no memory: all of platform_dma_alloc()'s is "
	       "above 4 GiB here",
	       (unsigned long long)machine_asq());
	expect(machine_owns(machine_acq(), 16), "ACQ is %llxh, where the driver has no memory",
	       (unsigned long long)machine_acq());
	expect(machine_asq() != machine_acq(), "ASQ and ACQ are the same memory");
}

static void identify(void)
{
	CALL(driver_identify_controller(&controller));
}

static void test_entry(void)
{
	const uint8_t *entry;

	start_admin();
	identify();
	entry = machine_executed(0, SIM_IDENTIFY);
	expect(entry, "no Identify (06h) has come");
	expect(entry[40] == 1, "the last Identify had CNS %02xh: Identify Controller is 01h",
	       entry[40]);
	expect(machine_executed_count(0, SIM_IDENTIFY) == 1, "%u Identify commands have come",
	       machine_executed_count(0, SIM_IDENTIFY));
}

static void test_text(void)
{
	start_admin();
	identify();
	expect(!strcmp(controller.serial, "SERIAL 5"), "serial is \"%.21s\", not \"SERIAL 5\"",
	       controller.serial);
	expect(!strcmp(controller.model, "A controller whose name has forty bytes."),
	       "model is \"%.41s\"", controller.model);
	expect(!strcmp(controller.firmware, "2.5"), "firmware is \"%.9s\", not \"2.5\"",
	       controller.firmware);
}

static void test_numbers(void)
{
	size_t expected = setting->sim.mdts ? (size_t)4096 << setting->sim.mdts : 0;

	start_admin();
	identify();
	expect(controller.namespaces == 3, "namespaces is %u, NN 3", controller.namespaces);
	expect(controller.transfer_max == expected,
	       "transfer_max is %zu, MDTS %u: 2^MDTS pages of 4,096 bytes, 0 for no limit",
	       controller.transfer_max, setting->sim.mdts);
	expect(controller.volatile_cache == setting->sim.volatile_cache,
	       "volatile_cache is %u, VWC bit 0 %u", controller.volatile_cache,
	       setting->sim.volatile_cache);
}

static void test_namespace(void)
{
	start_admin();
	identify();
	CALL(driver_identify_namespace(1, &namespace));
	expect(namespace.blocks == 2048 && namespace.block_size == 512,
	       "namespace 1 has %llu blocks of %u bytes, and should have 2,048 of 512",
	       (unsigned long long)namespace.blocks, namespace.block_size);
	CALL(driver_identify_namespace(3, &namespace));
	expect(namespace.blocks == 777, "namespace 3 has %llu blocks, NSZE 777",
	       (unsigned long long)namespace.blocks);
	expect(namespace.block_size == 4096,
	       "block_size is %u: FLBAS says that LBA format 1 is in use, whose LBADS is 12",
	       namespace.block_size);
}

static void test_wrap(void)
{
	unsigned cid, before = 0;

	start_admin();
	for (unsigned i = 0; i < 150; i++) {
		memset(&controller, 0, sizeof(controller));
		identify();
		expect(controller.namespaces == 1, "the answer of command %u of 150 did not come",
		       i + 1);
		cid = get16(machine_executed(0, SIM_IDENTIFY) + 2);
		expect(!i || cid != before, "two commands, one after the other, had CID %u", cid);
		before = cid;
	}
}

static void test_memory(void)
{
	size_t before;

	start_admin();
	identify();
	before = machine_dma();
	for (unsigned i = 0; i < 20; i++)
		identify();
	expect(machine_dma() <= before,
	       "20 more Identify commands, and the driver has %zu bytes of DMA memory, before %zu",
	       machine_dma(), before);
}

static void test_slow(void)
{
	const struct sim_fault slow = {
		.kind = SIM_DELAY, .queue = 0, .opcode = SIM_IDENTIFY, .value = 3 * S};

	start_admin();
	sim_add_fault(sim, &slow);
	identify();
	expect(controller.namespaces == 1, "the answer was not waited for: namespaces is %u, NN 1",
	       controller.namespaces);
}

static void test_lost(void)
{
	const struct sim_fault lost = {.kind = SIM_LOSE, .queue = 0, .opcode = SIM_IDENTIFY};

	start_admin();
	sim_add_fault(sim, &lost);
	CALL_FAILS(driver_identify_controller(&controller), ETIMEDOUT);
	expect(call_ns >= 5 * S && call_ns < 12 * S, "it gave up after %llu ms, 5,000 are allowed",
	       (unsigned long long)(call_ns / MS));
}

static void test_status(void)
{
	const struct sim_fault status = {
		.kind = SIM_STATUS, .queue = 0, .opcode = SIM_IDENTIFY, .status = SIM_SC_FIELD};
	/* SC is 0, SCT is not. */
	const struct sim_fault type = {
		.kind = SIM_STATUS, .queue = 0, .opcode = SIM_IDENTIFY, .status = 0x700};

	start_admin();
	sim_add_fault(sim, &status);
	CALL_FAILS(driver_identify_controller(&controller), EIO);
	identify();
	sim_add_fault(sim, &type);
	CALL_FAILS(driver_identify_controller(&controller), EIO);
}

static void test_nobody(void)
{
	const struct sim_fault stale = {
		.kind = SIM_UNKNOWN_CID, .queue = 0, .opcode = SIM_IDENTIFY, .value = 65536};
	/* It comes alone: who takes it has the data all the same. */
	const struct sim_fault alone = {
		.kind = SIM_WRONG_CID, .queue = 0, .opcode = SIM_IDENTIFY, .value = 65536};

	start_admin();
	identify();
	sim_add_fault(sim, &stale);
	for (unsigned i = 0; i < 5; i++) {
		memset(&controller, 0, sizeof(controller));
		identify();
		expect(controller.namespaces == 1,
		       "a completion with another CID was there before, and was taken for this "
		       "command's");
	}
	sim_add_fault(sim, &alone);
	CALL_FAILS(driver_identify_controller(&controller), ETIMEDOUT);
}

static void test_shortage(void)
{
	start_disabled();
	sim_fail_allocations(1);
	CALL_FAILS(driver_admin_queue(), ENOMEM);
}

static const struct sim_namespace_config three[] = {
	{.nsid = 1}, {.nsid = 2}, {.nsid = 3, .block_count = 777, .block_shift = 12, .format = 1}};

#define SEED  .sim.cap = SIM_CAP_SEED
#define THREE .namespace_count = 3, .namespaces = three

static const struct check checks[] = {
	CHECK("3.1", "ASQ and ACQ: all 64 bits of the addresses", "3.1.3.9", test_bases),
	CHECK("3.2", "AQA: as many entries as there is memory for, counted from 0", "3.1.3.8",
	      test_attributes),
	CHECK("3.3", "sends Identify Controller", "5.17", test_entry),
	CHECK("3.4", "rings doorbells that are 64 bytes apart", "PCIe transport 1.0, section 3.1.2",
	      test_entry, SEED),
	CHECK("3.5", "serial, model and firmware without the blanks", "5.17.2.1", test_text,
	      .sim = {.serial = "SERIAL 5",
		      .model = "A controller whose name has forty bytes.",
		      .firmware = "2.5"}),
	CHECK("3.6", "NN, MDTS and VWC", "5.17.2.1", test_numbers,
	      .sim = {.mdts = 5, .volatile_cache = true, THREE}),
	CHECK("3.7", "MDTS = 0 is no limit", "5.17.2.1", test_numbers, .sim = {THREE}),
	CHECK("3.8", "Identify Namespace: NSZE, and LBADS of the format in use",
	      "NVM Command Set 1.0, section 4.1.5.1", test_namespace, .sim = {THREE}),
	CHECK("3.9", "150 commands: both queues wrap, and the phase turns", "3.3.3.2", test_wrap),
	CHECK("3.10", "the same on the course's controller", "3.3.3.2", test_wrap, SEED),
	CHECK("3.11", "gives the memory of a command back", "5.17", test_memory),
	CHECK("3.12", "waits for a command that takes 3 s", "3.3.1.2", test_slow),
	CHECK("3.13", "gives up on a command that never ends", "3.3.1.2", test_lost),
	CHECK("3.14", "a status other than 0 is an error", "3.3.3.2.1", test_status),
	CHECK("3.15", "skips a completion for nobody", "3.3.3.2", test_nobody),
	CHECK("3.16", "-ENOMEM where there is no memory", "3.5.1", test_shortage),
};

const struct step step3 = STEP("3-admin.md", checks);

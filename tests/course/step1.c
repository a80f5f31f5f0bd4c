/* Step 1: the function, BAR0, and what the controller can do. */
#include "tests/course/steps.h"

static struct driver_found found;

static void find(void)
{
	memset(&found, 0x5a, sizeof(found));
	CALL(driver_find(&found));
}

static void test_place(void)
{
	unsigned device = setting->device ? setting->device : 4;

	find();
	expect(found.bus == 0 && found.device == device && found.function == setting->function,
	       "driver_find() found %02x:%02x.%x, the controller 1b36:0010 is 00:%02x.%x",
	       found.bus, found.device, found.function, device, setting->function);
}

static void test_absent(void)
{
	CALL_FAILS(driver_find(&found), ENODEV);
}

static void test_bar(void)
{
	uint64_t address = setting->bar0 ? setting->bar0 : SETTING_BAR0;

	find();
	expect(found.bar0 == address, "bar0 is %llxh; the controller's registers are at %llxh",
	       (unsigned long long)found.bar0, (unsigned long long)address);
}

static void test_command(void)
{
	find();
	expect(machine_command() & 2, "the command register is %04xh: memory space (bit 1) is off",
	       machine_command());
	expect(machine_command() & 4, "the command register is %04xh: bus mastering (bit 2) is off",
	       machine_command());
	expect(machine_command() & 0x400,
	       "the command register is %04xh: bit 10 was set, and is not any more",
	       machine_command());
}

static void test_cap(void)
{
	find();
	expect(found.cap == setting->sim.cap || (!setting->sim.cap && found.cap == SIM_CAP_QEMU),
	       "cap is %016llxh, CAP %016llxh", (unsigned long long)found.cap,
	       (unsigned long long)(setting->sim.cap ? setting->sim.cap : SIM_CAP_QEMU));
	expect(found.vs == 0x10400, "vs is %08xh, VS 00010400h", found.vs);
}

static unsigned cap_bits(unsigned low, unsigned width)
{
	uint64_t cap = setting->sim.cap ? setting->sim.cap : SIM_CAP_QEMU;

	return (unsigned)(cap >> low & ((1ull << width) - 1));
}

static void test_entries(void)
{
	find();
	expect(found.queue_entries == cap_bits(0, 16) + 1,
	       "queue_entries is %u, CAP.MQES %u, which counts from 0", found.queue_entries,
	       cap_bits(0, 16));
}

static void test_stride(void)
{
	find();
	expect(found.doorbell_stride == 4u << cap_bits(32, 4),
	       "doorbell_stride is %u bytes, CAP.DSTRD %u: 2^(2 + DSTRD) bytes",
	       found.doorbell_stride, cap_bits(32, 4));
}

static void test_ready(void)
{
	find();
	expect(found.ready_ms == cap_bits(24, 8) * 500,
	       "ready_ms is %u, CAP.TO %u, in units of 500 ms", found.ready_ms, cap_bits(24, 8));
}

static void test_mapped(void)
{
	uint64_t end = 0x1000 + 16ull * (1u << cap_bits(32, 4));

	find();
	expect(seen.mapped >= end,
	       "%llx bytes of BAR0 are mapped; the doorbells of two queue pairs end at %llxh",
	       (unsigned long long)seen.mapped, (unsigned long long)end);
}

static void test_untouched(void)
{
	find();
	expect(!seen.writes, "a register was written: step 1 only looks");
}

#define SEED .sim.cap = SIM_CAP_SEED

static const struct check checks[] = {
	CHECK("1.1", "finds 1b36:0010 at 00:04.0", "PCI 3.0, section 6.2.1", test_place),
	CHECK("1.2", "finds it where it is function 5 of device 31", "PCI 3.0, section 6.2.1",
	      test_place, .device = 31, .function = 5),
	CHECK("1.3", "leaves another vendor's controller alone", "PCI 3.0, section 6.2.1",
	      test_place, .stranger = true),
	CHECK("1.4", "says -ENODEV where there is none", "PCI 3.0, section 6.1", test_absent,
	      .absent = true, .stranger = true),
	CHECK("1.5", "reads the address in a BAR0 of 32 bits", "PCI 3.0, section 6.2.5.1", test_bar,
	      .bar0 = 0xfebc0000, .bar_32 = true),
	CHECK("1.6", "keeps the flags in bits 3:0 out of the address", "PCI 3.0, section 6.2.5.1",
	      test_bar, .bar0 = 0xfebc0000, .prefetchable = true),
	CHECK("1.7", "reads the upper half of a BAR0 above 4 GiB", "PCI 3.0, section 6.2.5.1",
	      test_bar, .bar0 = 0x38000000000),
	CHECK("1.8", "turns on memory space and bus mastering", "PCI 3.0, section 6.2.2",
	      test_command, .off = true),
	CHECK("1.9", "reads CAP and VS", "3.1.3.1", test_cap),
	CHECK("1.10", "reads CAP and VS of the course's controller", "3.1.3.1", test_cap, SEED),
	CHECK("1.11", "CAP.MQES: queues of 2,048 entries", "3.1.3.1", test_entries),
	CHECK("1.12", "CAP.MQES: queues of 16 entries", "3.1.3.1", test_entries, SEED),
	CHECK("1.13", "CAP.DSTRD: doorbells 4 bytes apart", "3.1.3.1", test_stride),
	CHECK("1.14", "CAP.DSTRD: doorbells 64 bytes apart", "3.1.3.1", test_stride, SEED),
	CHECK("1.15", "CAP.TO: 7.5 s", "3.1.3.1", test_ready),
	CHECK("1.16", "maps BAR0 as far as the doorbells reach",
	      "PCIe transport 1.0, section 3.1.2", test_mapped,
	      .sim.cap = (SIM_CAP_QEMU & ~(0xfull << 32)) | 10ull << 32),
	CHECK("1.17", "says -ENODEV where all registers read as ones", "3.1.3.2", test_absent,
	      .dead = true),
	CHECK("1.18", "writes no register", "3.1.3", test_untouched),
};

const struct step step1 = STEP("1-registers.md", checks);

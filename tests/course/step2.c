/* Step 2: off and on. The admin queues that a controller wants before CC.EN = 1 are the grader's
 * here. */
#include "tests/course/steps.h"

#include "course/platform.h"

#include "tests/sim/internal.h"

#define ENTRIES 16u

/* What driver_admin_queue() does in step 3. */
static void admin_queue(void)
{
	uint64_t sq, cq;

	if (!platform_dma_alloc(64 * ENTRIES, &sq) || !platform_dma_alloc(16 * ENTRIES, &cq))
		abort();
	sim_property_write(sim, SIM_AQA, (ENTRIES - 1) << 16 | (ENTRIES - 1), 4);
	sim_property_write(sim, SIM_ASQ, sq, 8);
	sim_property_write(sim, SIM_ACQ, cq, 8);
	machine_judge();
}

static struct driver_found found;

static void find(void)
{
	CALL(driver_find(&found));
}

static void disable(void)
{
	find();
	CALL(driver_disable());
}

static void test_disable(void)
{
	disable();
	expect(!(machine_cc() & 1), "CC is %08xh: CC.EN is still 1", machine_cc());
}

static void test_waits(void)
{
	disable();
	expect(!(sim->csts & 1), "driver_disable() returned while CSTS.RDY was 1");
	admin_queue();
}

static void test_already(void)
{
	disable();
	expect(!seen.cc_writes || !(machine_cc() & 1), "CC is %08xh", machine_cc());
	expect(call_ns < 100 * MS, "it took %llu ms to disable a controller that was",
	       (unsigned long long)(call_ns / MS));
}

/* Within CAP.TO, and a second more. */
static void expect_deadline(void)
{
	uint64_t least = found.ready_ms * MS;

	expect(call_ns >= least, "it gave up after %llu ms, CAP.TO is %u ms",
	       (unsigned long long)(call_ns / MS), found.ready_ms);
	expect(call_ns <= least + 2 * S, "it waited for %llu ms, CAP.TO is %u ms",
	       (unsigned long long)(call_ns / MS), found.ready_ms);
}

static void test_disable_never(void)
{
	find();
	CALL_FAILS(driver_disable(), ETIMEDOUT);
	expect_deadline();
}

static void test_disable_gone(void)
{
	find();
	sim_remove(sim);
	CALL_FAILS(driver_disable(), ENODEV);
	expect(call_ns < 100 * MS, "it took %llu ms to see that",
	       (unsigned long long)(call_ns / MS));
}

static void test_enable(void)
{
	disable();
	admin_queue();
	CALL(driver_enable());
	expect(machine_cc() & 1, "CC is %08xh: CC.EN is 0", machine_cc());
	expect(sim->csts & 1, "driver_enable() returned while CSTS.RDY was 0");
}

static void test_configuration(void)
{
	uint32_t cc;

	test_enable();
	cc = machine_cc();
	expect((cc >> 16 & 0xf) == 6,
	       "CC.IOSQES is %u: submission queue entries have 2^6 bytes (CC %08xh)",
	       cc >> 16 & 0xf, cc);
	expect((cc >> 20 & 0xf) == 4,
	       "CC.IOCQES is %u: completion queue entries have 2^4 bytes (CC %08xh)",
	       cc >> 20 & 0xf, cc);
	expect(!(cc >> 7 & 0xf), "CC.MPS is %u: pages of 4,096 bytes are 0 (CC %08xh)",
	       cc >> 7 & 0xf, cc);
}

static void test_enable_never(void)
{
	disable();
	admin_queue();
	CALL_FAILS(driver_enable(), ETIMEDOUT);
	expect_deadline();
}

static void test_fatal(void)
{
	disable();
	admin_queue();
	sim_set_fatal(sim);
	CALL_FAILS(driver_enable(), EIO);
	expect(call_ns < 100 * MS, "CSTS.CFS was 1 all the time, and it took %llu ms to give up",
	       (unsigned long long)(call_ns / MS));
}

static void test_enable_gone(void)
{
	disable();
	admin_queue();
	sim_remove(sim);
	CALL_FAILS(driver_enable(), ENODEV);
}

static void test_again(void)
{
	for (unsigned i = 0; i < 3; i++) {
		CALL(driver_disable());
		admin_queue();
		CALL(driver_enable());
	}
}

static void test_on_and_off(void)
{
	find();
	test_again();
}

static const struct check checks[] = {
	CHECK("2.1", "disables a controller that firmware left running", "3.1.3.5", test_disable,
	      .sim.enabled = true),
	CHECK("2.2", "waits for CSTS.RDY = 0 before AQA is written", "3.5.1", test_waits,
	      .sim = {.enabled = true, .unready_ns = 300 * MS}),
	CHECK("2.3", "takes a controller that is disabled already", "3.5.1", test_already),
	CHECK("2.4", "gives up after CAP.TO where CSTS.RDY stays 1", "3.1.3.1", test_disable_never,
	      .sim = {.enabled = true, .never_unready = true}),
	CHECK("2.5", "sees that a controller is gone while it disables it", "3.1.3.6",
	      test_disable_gone),
	CHECK("2.6", "enables it and waits for CSTS.RDY = 1", "3.5.1", test_enable),
	CHECK("2.7", "waits for a controller that takes 7 s", "3.5.1", test_enable,
	      .sim.ready_ns = 7 * S),
	CHECK("2.8", "sets CC.IOSQES, CC.IOCQES and CC.MPS", "3.1.3.5", test_configuration),
	CHECK("2.9", "gives up after CAP.TO where CSTS.RDY stays 0", "3.1.3.1", test_enable_never,
	      .sim.never_ready = true),
	CHECK("2.10", "gives a controller with CAP.TO = 0 some time", "3.1.3.1", test_enable,
	      .sim = {.cap = SIM_CAP_SEED, .ready_ns = 50 * MS}),
	CHECK("2.11", "gives up at once where CSTS.CFS is 1", "3.1.3.6", test_fatal,
	      .sim.never_ready = true),
	CHECK("2.12", "sees that a controller is gone while it enables it", "3.1.3.6",
	      test_enable_gone),
	CHECK("2.13", "off and on, three times", "3.5.1", test_on_and_off,
	      .sim = {.enabled = true, .ready_ns = 20 * MS, .unready_ns = 20 * MS}),
};

const struct step step2 = STEP("2-enable.md", checks);

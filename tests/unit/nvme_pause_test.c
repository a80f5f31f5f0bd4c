/* What CSTS says besides errors: RDY that falls, and PP, by which a controller that activates
 * firmware tells that it completes nothing for a while. */
#include "lib/errno.h"
#include "tests/sim/driver.h"
#include "tests/sim/nvme_platform.h"
#include "tests/unit/cmocka.h"

static struct sim_controller *sim; /* NULL: not started yet */
static bool unready, paused;	   /* until it is reset */
static uint16_t mtfa;		   /* in 100 ms */

static uint64_t change_csts(void *context, unsigned offset, uint64_t value)
{
	(void)context;
	if (offset != NVME_REG_CSTS || !sim || sim_statistics(sim)->resets)
		return value;
	return (unready ? value & ~(uint64_t)NVME_CSTS_RDY : value) | (paused ? NVME_CSTS_PP : 0);
}

static void set_mtfa(void *context, uint16_t queue, const uint8_t command[64], uint8_t *bytes,
		     size_t size)
{
	(void)context;
	if (queue == 0 && command[0] == NVME_ADMIN_IDENTIFY && command[40] == 1 && size == 4096)
		memcpy(bytes + 270, &mtfa, 2);
}

static const struct sim_config config = {.hooks.property = change_csts, .hooks.data = set_mtfa};

static void start(struct driver *driver, const struct nvme_options *options, unsigned ms)
{
	unready = paused = false;
	sim = NULL;
	mtfa = (uint16_t)(ms / 100);
	driver_start(driver, &config, options);
	sim = driver->sim;
}

/* RDY has fallen, and the command goes with it: the reset does not first wait for what will not
 * come, and what CAP.TO allows. */
static void test_ready_falls(void **state)
{
	static struct reads reads;
	struct driver driver;
	uint64_t begun;

	(void)state;
	start(&driver, NULL, 0);
	driver_add_fault(&driver, SIM_LOSE_HARD, NVME_IO_READ, 0, 1, 0);
	reads_start(&reads, &driver, 1);
	unready = true;
	begun = nvme_time_ns();
	while (!sim_statistics(driver.sim)->resets)
		driver_idle(MS);
	unready = false;
	reads_finish(&reads, 0);
	assert_in_range(nvme_time_ns() - begun, 0, 500 * MS);
	assert_logged("not ready any more (CSTS.RDY)");
	assert_int_equal(statistics(&driver)->resets, 1);
	driver_finish(&driver);
}

/* Nothing is late while it is paused: I/O and admin commands, several deadlines long. */
static void test_paused(void **state)
{
	static const struct nvme_command features = {.opcode = NVME_ADMIN_GET_FEATURES,
						     .cdw10 = NVME_FEATURE_NUMBER_OF_QUEUES};
	struct nvme_options options = {.timeout_ms = 5000, .admin_timeout_ms = 5000};
	static struct reads reads;
	struct driver driver;
	uint64_t begun;

	(void)state;
	start(&driver, &options, 50000);
	driver_add_fault(&driver, SIM_DELAY, NVME_IO_READ, 0, 20, 40 * S);
	reads_start(&reads, &driver, 20);
	paused = true;
	begun = nvme_time_ns();
	driver_add_fault_to(&driver, 0, SIM_DELAY, NVME_ADMIN_GET_FEATURES, 0, 1, 8 * S);
	reads_finish(&reads, 0);
	assert_in_range(nvme_time_ns() - begun, 40 * S, 41 * S);
	assert_int_equal(nvme_admin_command(driver.controller,
					    &(struct nvme_passthrough){.command = &features}),
			 0);
	paused = false;
	driver_idle(S);
	assert_int_equal(statistics(&driver)->timeouts, 0);
	assert_int_equal(statistics(&driver)->resets, 0);
	assert_logged("commands are paused (CSTS.PP), for 50000 ms at most");
	driver_finish(&driver);
}

/* A command that was lost in a pause has what was left of its time behind it. */
static void test_lost_in_a_pause(void **state)
{
	struct driver driver;
	static struct reads reads;
	uint64_t begun;

	(void)state;
	start(&driver, NULL, 50000);
	driver_add_fault(&driver, SIM_LOSE, NVME_IO_READ, 0, 1, 0);
	begun = nvme_time_ns();
	reads_start(&reads, &driver, 1);
	driver_idle(10 * S);
	paused = true;
	driver_idle(40 * S);
	paused = false;
	reads_finish(&reads, 0);
	assert_in_range(nvme_time_ns() - begun, DEADLINE + 40 * S, DEADLINE + 42 * S);
	assert_int_equal(statistics(&driver)->timeouts, 1);
	driver_finish(&driver);
}

/* Paused for longer than it said, or than anybody would believe: it is reset. */
static void test_paused_for_too_long(void **state)
{
	static const struct {
		unsigned mtfa_ms;
		uint64_t pause;
	} rows[] = {{8000, 8 * S}, {0, 30 * S}, {6553500, 600 * S}};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		static struct reads reads;
		struct driver driver;
		uint64_t begun;

		start(&driver, NULL, rows[i].mtfa_ms);
		driver_add_fault(&driver, SIM_LOSE_HARD, NVME_IO_READ, 0, 1, 0);
		reads_start(&reads, &driver, 1);
		paused = true;
		begun = nvme_time_ns();
		while (!sim_statistics(driver.sim)->resets)
			driver_idle(10 * MS);
		assert_in_range(nvme_time_ns() - begun, rows[i].pause, rows[i].pause + 200 * MS);
		paused = false;
		reads_finish(&reads, 0);
		assert_logged("commands are paused for too long (CSTS.PP)");
		assert_int_equal(statistics(&driver)->timeouts, 0);
		driver_finish(&driver);
	}
}

/* A fatal status counts all the same. */
static void test_fatal_in_a_pause(void **state)
{
	static struct reads reads;
	struct driver driver;

	(void)state;
	start(&driver, NULL, 50000);
	driver_add_fault(&driver, SIM_FATAL, NVME_IO_READ, 0, 1, 0);
	paused = true;
	reads_start(&reads, &driver, 1);
	driver_idle(500 * MS);
	paused = false;
	reads_finish(&reads, 0);
	assert_logged("fatal status (CSTS.CFS)");
	driver_finish(&driver);
}

/* The pause ends with what is in flight, and nobody looks until the next command: what lay between
 * is no part of a pause. */
static void test_pause_ends_unseen(void **state)
{
	(void)state;
	for (unsigned again = 0; again < 2; again++) {
		static struct reads reads;
		struct driver driver;

		start(&driver, NULL, 8000);
		driver_idle(20 * S); /* no admin command, either, is under way any more */
		driver_add_fault(&driver, SIM_DELAY, NVME_IO_READ, 0, 1, 2 * S);
		reads_start(&reads, &driver, 1);
		paused = true;
		reads_finish(&reads, 0);
		paused = false;
		driver_idle(300 * S);
		if (again) {
			driver_add_fault(&driver, SIM_DELAY, NVME_IO_READ, 0, 1, 2 * S);
			reads_start(&reads, &driver, 1);
			paused = true;
			reads_finish(&reads, 0);
			paused = false;
			assert_int_equal(statistics(&driver)->resets, 0);
		} else {
			driver_add_fault(&driver, SIM_LOSE, NVME_IO_READ, 0, 1, 0);
			assert_read(&driver, 0, DEADLINE, DEADLINE + 2 * S);
		}
		driver_finish(&driver);
	}
}

TESTS(cmocka_unit_test(test_ready_falls), cmocka_unit_test(test_paused),
      cmocka_unit_test(test_lost_in_a_pause), cmocka_unit_test(test_paused_for_too_long),
      cmocka_unit_test(test_fatal_in_a_pause), cmocka_unit_test(test_pause_ends_unseen))

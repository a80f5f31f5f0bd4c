/* Bare jobs of fio, on a queue pair of their own, on simulated controllers: what they send, count
 * and survive. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/fio_driver.h"

#define LOADS  2
#define BLOCKS 4096 /* 2 MiB */
#define UNIT   4096 /* bytes */
#define QUEUE  2    /* of the first job: behind the block layer's */
#define JOB    "fio --name=a --filename=/dev/my_nvme0n1 --bs=4k --iodepth=16 "

static struct sim_namespace_config namespaces[] = {{.block_count = BLOCKS}};

static int set_up_with(const struct nvme_options *options)
{
	return start_driver(namespaces, 1, options);
}

static int set_up(void **state)
{
	(void)state;
	return set_up_with(&(struct nvme_options){.loads = LOADS, .irq = NVME_IRQ_MSIX});
}

static int set_up_polling(void **state)
{
	(void)state;
	return set_up_with(&(struct nvme_options){.loads = LOADS, .irq = NVME_IRQ_POLL});
}

static int set_up_hasty(void **state)
{
	(void)state;
	return set_up_with(
		&(struct nvme_options){.loads = LOADS, .irq = NVME_IRQ_BEST, .timeout_ms = 200});
}

/* Halts pass in no time: its deadlines are far away all the same. */
static int set_up_patient(void **state)
{
	(void)state;
	return set_up_with(&(struct nvme_options){
		.loads = LOADS, .irq = NVME_IRQ_MSIX, .timeout_ms = 3600 * 1000});
}

static uint64_t queues_created(void)
{
	return sim_statistics(driver.sim)->commands[0][NVME_ADMIN_CREATE_SQ];
}

/* Runs it; it gets so many queue pairs for itself. */
static void expect_with_queues(unsigned queues, const char *line, int expected, const char *text)
{
	uint64_t before = queues_created();

	expect(line, expected, text);
	assert_int_equal(queues_created() - before, queues);
}

/* How many of the first so many units are not zeroes any more. */
static unsigned written_units(unsigned count)
{
	static const uint8_t zeroes[UNIT];
	uint8_t *unit = nvme_dma_alloc(UNIT, &(uint64_t){0});
	unsigned written = 0;

	for (unsigned i = 0; i < count; i++) {
		assert_int_equal(block_read(driver.device, i * (UNIT / 512), UNIT / 512, unit), 0);
		written += memcmp(unit, zeroes, UNIT) != 0;
	}
	nvme_dma_free(unit, UNIT);
	return written;
}

static void test_each_block_once(void **state)
{
	(void)state;
	expect_with_queues(1, JOB "--rw=randwrite --size=1m", 0, "total=0,256,0,0");
	assert_int_equal(sent(NVME_IO_WRITE), 256);
	assert_int_equal(written_units(BLOCKS / 8), 256);
	/* Below the first, all of them are behind it. */
	expect_with_queues(1, JOB "--rw=write --size=1m --offset=1m", 0, "total=0,256,0,0");
	assert_int_equal(written_units(BLOCKS / 8), 512);
}

static void test_directions(void **state)
{
	char total[64];
	uint64_t reads;

	(void)state;
	expect_with_queues(1,
			   JOB "--rw=randrw --rwmixread=25 --number_ios=1000 --norandommap "
			       "--loops=100",
			   0, "err= 0");
	reads = sent(NVME_IO_READ);
	assert_in_range(reads, 150, 350);
	snprintf(total, sizeof(total), "total=%u,%u,0,0", (unsigned)reads,
		 (unsigned)sent(NVME_IO_WRITE));
	expect_output(total);
	assert_int_equal(reads + sent(NVME_IO_WRITE), 1000);
}

static void test_limits(void **state)
{
	static const struct {
		const char *options;
		unsigned reads;
	} rows[] = {
		{"--rw=read --size=64k --loops=3", 48},
		{"--rw=randread --size=64k --loops=3", 48},
		{"--rw=read --number_ios=5", 5},
		{"--rw=randread --norandommap --number_ios=5", 5},
		{"--rw=read --size=1m --io_size=10000", 3},
		{"--rw=read --size=10000", 2},
		{"--rw=randread --random_distribution=zipf:1.2 --number_ios=100", 100},
	};
	uint64_t before = 0;
	char line[256], total[64];

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(line, sizeof(line), JOB "%s", rows[i].options);
		snprintf(total, sizeof(total), "total=%u,0,0,0", rows[i].reads);
		expect_with_queues(1, line, 0, total);
		assert_int_equal(sent(NVME_IO_READ) - before, rows[i].reads);
		before = sent(NVME_IO_READ);
	}
}

/* What one job has more than others; and jobs without it that find no queue pair. */
static void test_who_is_not_bare(void **state)
{
	static const char *const options[] = {
		"--rw=read --size=64k --rate_iops=10000", "--rw=write --size=64k --fsync=4",
		"--rw=write --size=64k --verify=md5",	  "--rw=read --size=64k --bsrange=4k-8k",
		"--rw=read --size=64k --write_lat_log=a", "--rw=randtrim --size=64k",
	};
	char line[256];

	(void)state;
	for (unsigned i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		snprintf(line, sizeof(line), "cd /tmp; " JOB "%s", options[i]);
		expect_with_queues(0, line, 0, "err= 0");
	}
	expect_with_queues(LOADS, JOB "--rw=read --size=64k --numjobs=4 --group_reporting", 0,
			   "total=64,0,0,0");
}

static void test_flush_at_the_end(void **state)
{
	(void)state;
	expect_with_queues(1, JOB "--rw=write --size=64k --end_fsync=1", 0, "total=0,16,0,0");
	assert_int_equal(sent(NVME_IO_FLUSH), 1);
}

/* Counted are the 30 ms behind the ramp, at least. */
static void test_time(void **state)
{
	const char *run;

	(void)state;
	expect_with_queues(1, JOB "--rw=randread --time_based --runtime=30ms --ramp_time=20ms", 0,
			   "err= 0");
	run = strstr(output, "run=");
	assert_non_null(run);
	assert_in_range(atoi(run + 4), 30, 10000);
	assert_true(sent(NVME_IO_READ) > 100);
}

/* The command that fails is named, ends the job, and is not counted. */
static void test_errors(void **state)
{
	(void)state;
	driver_add_fault_to(&driver, QUEUE, SIM_STATUS, NVME_IO_READ, 20, 1, 0x281 | SIM_DNR);
	expect_with_queues(1, JOB "--rw=read --size=1m --output-format=json", 1, "\"error\" : 5");
	expect_output("fio: a: read error on file /dev/my_nvme0n1: Input/output error: "
		      "offset=81920, length=4096");
	/* Without DNR it is sent again. */
	driver_add_fault_to(&driver, QUEUE, SIM_STATUS, NVME_IO_READ, 20, 1, 0x281);
	expect_with_queues(1, JOB "--rw=read --size=1m", 0, "total=256,0,0,0");
	driver_add_fault_to(&driver, QUEUE, SIM_UNKNOWN_CID, NVME_IO_READ, 20, 1, 65536);
	expect_with_queues(1, JOB "--rw=read --size=1m", 0, "total=256,0,0,0");
}

/* Behind it nothing else is sent that would tell of it. */
static void test_repetition_alone(void **state)
{
	(void)state;
	driver_add_fault_to(&driver, QUEUE, SIM_STATUS, NVME_IO_READ, 20, 1, 0x281);
	expect_with_queues(1, JOB "--rw=read --size=1m --iodepth=1", 0, "total=256,0,0,0");
	driver_add_fault_to(&driver, QUEUE, SIM_STATUS, NVME_IO_READ, 255, 1, 0x281);
	expect_with_queues(1, JOB "--rw=read --size=1m", 0, "total=256,0,0,0");
	assert_int_equal(sim_statistics(driver.sim)->resets, 0);
}

/* Its queue pair is created anew, and what was in flight is sent again. */
static void test_reset(void **state)
{
	static const enum sim_fault_kind faults[] = {SIM_LOSE, SIM_FATAL};

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		uint64_t resets = sim_statistics(driver.sim)->resets;

		driver_add_fault_to(&driver, QUEUE, faults[i], NVME_IO_WRITE, 40, 1, 0);
		expect_with_queues(3, JOB "--rw=randwrite --size=1m --offset=1m", 0,
				   "total=0,256,0,0");
		assert_int_equal(sim_statistics(driver.sim)->resets - resets, 1);
		assert_int_equal(written_units(BLOCKS / 8), 256);
	}
}

static void test_end_of_the_controller(void **state)
{
	(void)state;
	driver_add_fault_to(&driver, QUEUE, SIM_GONE, NVME_IO_READ, 40, 1, 0);
	expect(JOB "--rw=randread --size=1m --loops=100", 1, "fio: a: read error on file");
	expect_output("Run status group 0");
}

/* Commands that never end: a signal ends the job all the same. */
static void test_commands_that_hang(void **state)
{
	(void)state;
	driver_add_fault_to(&driver, QUEUE, SIM_LOSE_HARD, NVME_IO_READ, 40, 1000, 0);
	expect(JOB "--rw=read --size=1m & sleep 0.05; kill $!; wait $!; echo status $?", 0,
	       "terminating on signal 15");
	expect_output("status 143");
	sim_clear_faults(driver.sim);
	expect_with_queues(1, JOB "--rw=read --size=1m", 0, "total=256,0,0,0");
}

/* An interrupt that does not come is missed, and what it was for found. */
static void test_lost_interrupt(void **state)
{
	(void)state;
	driver_add_fault_to(&driver, QUEUE, SIM_NO_INTERRUPT, NVME_IO_READ, 100, 1, 0);
	expect_with_queues(1, JOB "--rw=read --size=1m --iodepth=1", 0, "total=256,0,0,0");
	assert_int_equal(statistics(&driver)->lost_interrupts, 1);
}

#define TEST(function)	  cmocka_unit_test_setup_teardown(function, set_up, tear_down)
#define POLLING(function) cmocka_unit_test_setup_teardown(function, set_up_polling, tear_down)
#define PATIENT(function) cmocka_unit_test_setup_teardown(function, set_up_patient, tear_down)
#define HASTY(function)	  cmocka_unit_test_setup_teardown(function, set_up_hasty, tear_down)

GROUP_TESTS(host_set_up, NULL, TEST(test_each_block_once), POLLING(test_each_block_once),
	    TEST(test_directions), TEST(test_limits), TEST(test_who_is_not_bare),
	    TEST(test_flush_at_the_end), TEST(test_time), TEST(test_errors),
	    PATIENT(test_repetition_alone), HASTY(test_reset), TEST(test_end_of_the_controller),
	    PATIENT(test_commands_that_hang), TEST(test_lost_interrupt))

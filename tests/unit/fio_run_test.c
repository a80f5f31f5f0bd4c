/* fio on simulated controllers: what its jobs send, count and verify. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/fio_driver.h"

#define MIB    2048u /* blocks */
#define ZONE   256u
#define ZONES  16u
#define DEVICE "--filename=/dev/my_nvme0n1 "
#define ZONED  "--filename=/dev/my_nvme0n2 --zonemode=zbd "

static struct sim_namespace_config namespaces[] = {
	{.block_count = 16 * MIB},
	{.csi = NVME_CSI_ZONED,
	 .block_count = ZONES * ZONE,
	 .zone_size = ZONE,
	 .zone_capacity = ZONE - 64},
};

static int set_up(void **state)
{
	(void)state;
	return start_driver(namespaces, 2, NULL);
}

/* Messages of a run that are not read until it is over: the thread waits there, not in the driver.
 */
static void test_messages_that_nobody_reads(void **state)
{
	(void)state;
	expect("fio --name=r " DEVICE "--rw=read --bs=4k --size=4m --iodepth=64 --verify=md5 "
	       "2>&1 > /dev/null | { sleep 0.1; "
	       "dd if=/dev/my_nvme0n1 of=/dev/null bs=64k count=10 skip=20; } 2>&1",
	       0, "10+0 records in");
}

/* What was held back at the end was not written, and is not verified. */
static void test_rate_and_runtime(void **state)
{
	(void)state;
	expect("fio --name=a " DEVICE "--rw=write --bs=4k --offset=8m --size=1m --rate=40k "
	       "--runtime=500ms --verify=crc32c",
	       0, "err= 0");
	assert_int_equal(sent(NVME_IO_READ), sent(NVME_IO_WRITE));
}

/* As fio: the command that reaches io_size is whole. */
static void test_sizes_that_are_no_multiple(void **state)
{
	(void)state;
	expect("fio --name=a " DEVICE "--rw=write --bs=4k --size=1m --io_size=10000", 0,
	       "issued rwts: total=0,3,0,0");
	expect("fio --name=a " DEVICE "--rw=write --bs=64k --size=1m --io_size=100k", 0,
	       "issued rwts: total=0,2,0,0");
	expect("fio --name=a " DEVICE "--rw=write --bs=4k --size=10000", 0,
	       "issued rwts: total=0,2,0,0");
}

/* Trims and Write Zeroes carry no data, and need no memory for it. */
static void test_commands_without_data(void **state)
{
	(void)state;
	expect("fio --name=a " DEVICE "--rw=trim --bs=16m --size=16m --iodepth=1024", 0,
	       "total=0,0,1,0");
	expect("fio --name=a " DEVICE "--rw=write-zeroes --bs=16m --size=16m --iodepth=1024", 0,
	       "total=0,1,0,0");
}

/* Sizes that vary: a second pass leaves parts of what the first wrote. */
static void test_passes_that_overlap(void **state)
{
	(void)state;
	expect("fio --name=a " DEVICE "--rw=randwrite --bsrange=4k-32k --size=1m --io_size=1500k "
	       "--verify=crc32c",
	       0, "err= 0");
	expect("fio --name=a " DEVICE "--rw=write --bsrange=4k-32k --size=1m --loops=3 "
	       "--verify=md5",
	       0, "err= 0");
	expect("fio --name=a " DEVICE "--rw=randwrite --bs=4k --size=1m --loops=2 --norandommap "
	       "--verify=md5",
	       0, "err= 0");
	expect("fio --name=a " DEVICE "--rw=randwrite --bsrange=4k-32k --norandommap --size=1m "
	       "--verify=md5",
	       1, "norandommap given for variable block sizes");
}

/* Each job goes by what those before it left in the zones, or is writing there. */
static void test_zones_of_several_jobs(void **state)
{
	(void)state;
	expect("fio " ZONED "--bs=4k --size=256k --name=w --rw=write --verify=crc32c "
	       "--name=r --stonewall --rw=read",
	       0, "total=64,0,0,0");
	/* 16 of the second pass, 24 of the first; the rest was reset. */
	expect_output("total=40,64,0,0");
	expect("fio " ZONED "--bs=4k --offset=1m --size=128k --io_size=32k --name=w --rw=write "
	       "--name=v --stonewall --rw=write",
	       0, "total=0,8,0,0");
	expect_no_output("error");
	expect("fio " ZONED "--bs=4k --offset=512k --size=128k --numjobs=4 --name=w --rw=write "
	       "--iodepth=4 --verify=md5 --group_reporting",
	       0, "err= 0");
	expect_no_output("error");
}

/* Whatever resets the zones, and wherever they begin, what is there at the end is verified. */
static void test_zones_are_verified(void **state)
{
	static const char *const lines[] = {
		"--rw=write --bs=12k --size=128k --verify=crc32c --io_size=512k",
		"--rw=randwrite --bs=4k --size=512k --verify=crc32c --io_size=700k",
		"--rw=randwrite --bsrange=4k-16k --size=512k --verify=md5 --io_size=2m",
		"--rw=randrw --bs=4k --size=512k --verify=crc32c --io_size=2m",
		"--rw=rw --bs=4k --size=512k --verify=crc32c --loops=5",
		"--rw=write --bs=4k --size=1m --verify=crc32c --numjobs=3 --loops=2",
		"--rw=randwrite --bs=8k --norandommap --size=1m --verify=crc32c --io_size=3m",
	};
	char line[256];

	(void)state;
	for (unsigned i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		uint64_t before = sent(NVME_IO_READ);

		snprintf(line, sizeof(line), "fio --name=a " ZONED "%s", lines[i]);
		expect(line, 0, "err= 0");
		expect_no_output("verify");
		assert_true(sent(NVME_IO_READ) > before);
	}
}

static void test_trims_are_zone_resets(void **state)
{
	(void)state;
	expect("fio --name=a " ZONED "--rw=write --bs=4k --size=2m", 0, "err= 0");
	assert_int_equal(sim_zone_get(driver.sim, 2, 0).state, SIM_ZONE_FULL);
	expect("fio --name=a " ZONED "--rw=trim --bs=128k --size=1m", 0, "total=0,0,8,0");
	assert_int_equal(sim_zone_get(driver.sim, 2, 0).state, SIM_ZONE_EMPTY);
	assert_int_equal(sim_zone_get(driver.sim, 2, 7).state, SIM_ZONE_EMPTY);
	assert_int_equal(sim_zone_get(driver.sim, 2, 8).state, SIM_ZONE_FULL);
	expect("fio --name=a " ZONED "--rw=randtrim --bs=128k --size=2m", 0, "total=0,0,8,0");
	expect("fio --name=a " ZONED "--rw=trimwrite --bs=4k,4k,128k --size=1m --io_size=900k "
	       "--verify=crc32c",
	       0, "err= 0");
	expect_no_output("verify:");
	expect("fio --name=a " ZONED "--rw=trim --bs=4k --size=1m", 1,
	       "trim block size 4096 is not the zone size 131072");
	assert_int_equal(sent(NVME_IO_DATASET_MANAGEMENT), 0);
}

static void report_an_empty_zone(struct block_device *device, struct block_request *request)
{
	*(struct block_zone *)request->segments->address =
		(struct block_zone){.capacity = device->zones.size, .state = BLOCK_ZONE_IS_EMPTY};
	block_complete(request, 0);
}

/* Very many places, and in none of them anything was written: a signal ends the search. */
static void test_places_that_are_all_skipped(void **state)
{
	struct block_device *device = host_disk_memory(512, 8);
	struct block_operations operations = {.submit = report_an_empty_zone,
					      .poll = device->operations->poll};
	char line[256];

	(void)state;
	device->operations = &operations;
	device->block_count = 1ull << 26;
	device->zones = (struct block_zones){.size = 1ull << 26, .count = 1};
	snprintf(line, sizeof(line),
		 "fio --name=a --filename=/dev/%s --zonemode=zbd --rw=read --bs=512 & "
		 "sleep 0.05; kill $!; wait $!; echo status $?",
		 device->name);
	expect(line, 0, "total=0,0,0,0");
	expect_output("status 143");
	host_disk_remove(device);
}

/* Commands that do not end: a signal ends fio all the same, with a report, and what the device
 * still has keeps its memory until that ends. */
static void test_commands_that_hang(void **state)
{
	struct block_device *device = host_disk_memory(512, MIB);
	char line[256];

	(void)state;
	for (unsigned abortable = 0; abortable < 2; abortable++) {
		host_disk_stall(device, true, abortable);
		snprintf(line, sizeof(line),
			 "fio --name=a --filename=/dev/%s --rw=write --bs=4k --iodepth=4 "
			 "--end_fsync=1 & sleep 0.05; kill $!; wait $!; echo status $?",
			 device->name);
		expect(line, 0, "terminating on signal 15");
		expect_output("err= 0");
		expect_output("Run status group 0");
		expect_output("status 143");
		host_disk_stall(device, false, false);
		while (block_poll(device))
			;
	}
	host_disk_remove(device);
}

static const struct block_operations *disk_operations;
static struct block_request *flush;

static void submit_but_no_flush(struct block_device *device, struct block_request *request)
{
	if (block_operation(request) == BLOCK_FLUSH)
		flush = request;
	else
		disk_operations->submit(device, request);
}

/* The Flush at the end, or between writes, is given up like all others, and what was written until
 * then is told. */
static void test_flushes_that_hang(void **state)
{
	static const char *const options[] = {"--end_fsync=1", "--fsync=16"};
	struct block_device *device = host_disk_memory(512, MIB);
	struct block_operations operations = *device->operations;
	char line[256];

	(void)state;
	disk_operations = device->operations;
	operations.submit = submit_but_no_flush;
	operations.cancel = NULL;
	device->operations = &operations;
	for (unsigned i = 0; i < 2; i++) {
		flush = NULL;
		snprintf(line, sizeof(line),
			 "fio --name=a --filename=/dev/%s --rw=write --bs=4k --size=%uk %s & "
			 "sleep 0.1; kill $!; wait $!; echo status $?",
			 device->name, i ? 128 : 64, options[i]);
		expect(line, 0, "total=0,16,0,0");
		expect_output("status 143");
		assert_non_null(flush);
		block_complete(flush, 0);
	}
	device->operations = disk_operations;
	host_disk_remove(device);
}

/* What was written to a file on the job's device meanwhile, and cannot be: the report is there. */
static void test_a_file_that_cannot_be_written(void **state)
{
	struct block_device *device = host_disk_memory(512, MIB), *other = host_disk_memory(512, 8);
	char line[512];

	(void)state;
	host_disk_set_bad(device, MIB - 8, MIB - 1, false, true);
	host_disk_set_bad(other, 0, 7, false, true);
	snprintf(line, sizeof(line),
		 "exec 4<> /dev/%s; echo x >&4; exec 5<> /dev/%s; "
		 "{ sleep 0.05; dd bs=512 seek=2040 count=1 if=/dev/zero status=none >&5; } & "
		 "fio --name=a --filename=/dev/%s --rw=read --bs=4k --size=64k --time_based "
		 "--runtime=200ms; echo status $?; exec 5>&-; exec 4>&-",
		 other->name, device->name, device->name);
	run(line);
	expect_output("Run status group 0");
	snprintf(line, sizeof(line), "fio: cannot write back /dev/%s: Input/output error",
		 device->name);
	expect_output(line);
	expect_output("status 1\n");
	host_disk_remove(device);
	host_disk_remove(other);
}

/* A job that is refused, or fails, does not hide what the others did. */
static void test_jobs_that_are_refused(void **state)
{
	(void)state;
	expect("fio --rw=read --size=64k --name=a --filename=/dev/my_nvme7n1 --name=b " DEVICE
	       "--name=c " DEVICE "--offset=1g --name=d --stonewall " DEVICE "--size=32k",
	       1, "fio: open(/dev/my_nvme7n1): No such file or directory");
	expect_output("a: (groupid=0, jobs=1): err= 2 (No such file or directory)");
	expect_output("total=16,0,0,0");
	expect_output("c: (groupid=0, jobs=1): err=22");
	expect_output("total=8,0,0,0");
	driver_add_fault(&driver, SIM_STATUS, NVME_IO_READ, 3, 1, 0x281 | SIM_DNR);
	expect("fio --rw=read --bs=4k --name=a " DEVICE "--size=64k --output-format=json "
	       "--name=b --stonewall " DEVICE "--size=32k --bs=4k",
	       1, "\"error\" : 5");
	expect_output("\"total_ios\" : 3,");
	expect_output("\"total_ios\" : 8,");
}

/* As many as fio 3.33 has: none behind the last write. */
static void test_flushes_between_writes(void **state)
{
	static const struct {
		const char *options;
		unsigned flushes;
		const char *shown;
	} rows[] = {
		{"--rw=write --size=1m --fsync=8", 31, "total=0,256,0,31"},
		{"--rw=write --size=1m --fsync=8 --iodepth=8", 31, "total=0,256,0,31"},
		{"--rw=write --size=1m --fdatasync=3", 85, "total=0,256,0,0"},
		{"--rw=write --size=64k --fsync=1 --verify=md5", 15, "total=16,16,0,15"},
		{"--rw=randwrite --size=64k --fsync=5 --end_fsync=1", 4, "total=0,16,0,3"},
		{"--rw=read --size=64k --fsync=1", 0, "total=16,0,0,0"},
	};
	char line[256];

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t before = sent(NVME_IO_FLUSH);

		snprintf(line, sizeof(line), "fio --name=a " DEVICE "--bs=4k %s", rows[i].options);
		expect(line, 0, rows[i].shown);
		assert_int_equal(sent(NVME_IO_FLUSH) - before, rows[i].flushes);
	}
}

static void test_variables(void **state)
{
	(void)state;
	run("printf '[a]\nfilename=/dev/my_nvme${X}n1\nrw=${RW}write\nbs=4k\nsize=${S}k\n' > /job; "
	    "export RW=rand X=0; S=64 fio /job; unset RW; fio /job; RW=x fio /job");
	expect_output("rw=randwrite");
	expect_output("total=0,16,0,0");
	expect_output("fio: /job:3: failed parsing rw=${RW}write\n        valid values: read ");
	expect_output("fio: /job:3: failed parsing rw=xwrite\n        valid values: read ");
	/* What is not exported is the shell's alone. */
	run("S=64; RW=rand fio /job");
	expect_output("fio: /job:5: failed parsing size=${S}k\n");
}

/* What is verified behind each so many writes is not verified at the end again: as fio counts. */
static void test_verify_backlog(void **state)
{
	static const char *const lines[] = {
		DEVICE "--rw=write --bs=4k --size=1m --verify_backlog=16",
		DEVICE "--rw=randwrite --bs=4k --size=1m --verify_backlog=100 --iodepth=16",
		DEVICE "--rw=write --bs=4k --size=1m --verify_backlog=1 --end_fsync=1",
		DEVICE "--rw=write --bs=4k --size=1m --verify_backlog=1000",
		ZONED "--rw=write --bs=4k --size=1m --io_size=1m --verify_backlog=16",
	};
	char line[256];

	(void)state;
	for (unsigned i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		snprintf(line, sizeof(line), "fio --name=a --verify=md5 %s", lines[i]);
		expect(line, 0, "total=256,256,0,0");
	}
	expect("fio --name=a " DEVICE "--rw=randwrite --bsrange=4k-32k --size=1m --loops=3 "
	       "--verify=md5 --verify_backlog=10 --iodepth=4",
	       0, "err= 0");
	expect_no_output("verify");
	/* What was found, and is not due when the time is over, is not sent between the reads. */
	expect("fio --name=a " DEVICE "--rw=write --bs=4k --size=1m --verify=md5 --rate_iops=100 "
	       "--runtime=55ms --verify_backlog=1000 --iodepth=16",
	       0, "err= 0");
	expect_no_output("verify");
	expect("fio --name=a " DEVICE "--rw=write --bs=4k --size=1m --verify=md5 --rate_iops=100 "
	       "--runtime=205ms --verify_backlog=22",
	       0, "err= 0");
	expect_no_output("total=0,");
	/* An interval needs room for its header as well. */
	expect("fio --name=a " DEVICE "--rw=write --bs=4k --size=1m --verify=sha256 "
	       "--verify_interval=64",
	       1, "no room for the header");
	/* They come between the writes: a fault of the first is seen before the last. */
	sim_clear_faults(driver.sim);
	driver_add_fault(&driver, SIM_CORRUPT, NVME_IO_READ, 0, 1, 0);
	expect("fio --name=a " DEVICE "--rw=write --bs=4k --size=1m --verify=md5 "
	       "--verify_backlog=16 --verify_fatal=1",
	       1, "total=1,16,0,0");
}

/* A fault that goes on, or ends the job; what was received and what it should have been. */
static void test_verify_fatal_and_dump(void **state)
{
	(void)state;
	run("fio --name=a " DEVICE "--rw=write --bs=8k --size=64k --verify=crc32c "
	    "--verify_interval=4k > /dev/null; "
	    "dd if=/dev/my_nvme0n1 of=/right bs=4k count=1 skip=5 status=none; "
	    "printf x | dd of=/dev/my_nvme0n1 bs=1 seek=22000 conv=notrunc status=none; "
	    "printf x | dd of=/dev/my_nvme0n1 bs=1 seek=38000 conv=notrunc status=none; "
	    "dd if=/dev/my_nvme0n1 of=/wrong bs=4k count=1 skip=5 status=none");
	expect("cd /tmp; fio --name=a " DEVICE "--rw=read --bs=8k --size=64k --verify=crc32c "
	       "--verify_interval=4k --verify_dump=1",
	       1, "total=8,0,0,0");
	expect_output("verify failed at file /dev/my_nvme0n1 offset 20480, length 4096");
	expect_output("verify failed at file /dev/my_nvme0n1 offset 36864, length 4096");
	expect_output("received data dumped as my_nvme0n1.20480.received");
	expect("cd /tmp; cmp my_nvme0n1.20480.received /wrong && "
	       "cmp my_nvme0n1.20480.expected /right && echo same",
	       0, "same");
	expect("fio --name=a " DEVICE "--rw=read --bs=8k --size=64k --verify=crc32c "
	       "--verify_interval=4k --verify_fatal=1",
	       1, "total=3,0,0,0");
}

/* Paces are told by counts: more than is due never goes out, and so many take their time. */
static void test_rates(void **state)
{
	uint64_t before = sent(NVME_IO_READ), count;

	(void)state;
	expect("fio --name=a " DEVICE "--rw=read --bs=4k --time_based --runtime=300ms "
	       "--rate_iops=100",
	       0, "err= 0");
	count = sent(NVME_IO_READ) - before;
	assert_in_range(count, 1, 31);
	before = sent(NVME_IO_READ);
	expect("time -p fio --name=a " DEVICE "--rw=read --bs=4k --size=64k --rate=128k", 0,
	       "total=16,0,0,0");
	assert_true(strtod(strstr(output, "real ") + 5, NULL) >= 0.46);
	/* What was sent while it warmed up does not count. */
	before = sent(NVME_IO_READ);
	expect("fio --name=a " DEVICE "--rw=read --bs=4k --time_based --runtime=200ms "
	       "--ramp_time=200ms --rate_iops=100 --output-format=json",
	       0, "\"error\" : 0");
	count = strtoul(strstr(output, "\"total_ios\" : ") + 14, NULL, 10);
	assert_true(count > 0 && sent(NVME_IO_READ) - before > count);
	expect("time -p fio --name=a " DEVICE "--rw=read --bs=4k --size=64k --startdelay=300ms", 0,
	       "total=16,0,0,0");
	assert_true(strtod(strstr(output, "real ") + 5, NULL) >= 0.3);
}

/* A line for each command, or for each direction in each span. */
static void test_logs(void **state)
{
	(void)state;
	expect("cd /tmp; fio --name=a " DEVICE "--rw=read --bs=4k --size=64k --write_lat_log L "
	       "--write_bw_log --write_iops_log=/tmp/i --log_offset=1",
	       0, "err= 0");
	expect("cd /tmp; wc -l L_lat.1.log L_slat.1.log L_clat.1.log a_bw.1.log i_iops.1.log", 0,
	       "80 total");
	expect("cat /tmp/i_iops.1.log | tail -n 1 | cut -d, -f2-", 0, " 1, 0, 4096, 61440, 0\n");
	expect("cd /tmp; fio --numjobs=2 --name=b " DEVICE "--rw=rw --bs=4k --rate_iops=100 "
	       "--time_based --runtime=500ms --log_avg_msec=100 --write_iops_log=b",
	       0, "err= 0");
	expect("cd /tmp; grep -c '^[0-9]*, [0-9]*, [01], 0, 0$' b_iops.1.log b_iops.2.log", 0,
	       "b_iops.2.log:");
	expect("fio --name=a " DEVICE "--rw=read --bs=4k --size=64k --write_lat_log=/nowhere/L", 1,
	       "total=16,0,0,0");
	expect_output("fio: /nowhere/L_slat.1.log: No such file or directory");
}

/* What ended before the ramp did is not in the log; of what did later the time is that since. */
static void test_log_behind_a_ramp(void **state)
{
	(void)state;
	expect("cd /tmp; fio --name=r --filename=/tmp/r --rw=randwrite --norandommap --bs=4k "
	       "--size=64k --iodepth=64 --time_based --runtime=50ms --ramp_time=50ms "
	       "--write_lat_log=r",
	       0, "err= 0");
	expect("cut -d, -f1 /tmp/r_clat.1.log | sort -n | tail -n 1 | "
	       "{ read last; test $last -lt 10000; }",
	       0, "");
}

/* Another job's look at the device may have found the end of its command. */
static void test_a_job_with_something_to_count_does_not_wait(void **state)
{
	struct fio_job job = {.in_flight = 1};
	struct fio_unit unit = {0};

	(void)state;
	assert_true(fio_job_waits(&job));
	job.units.ended = &unit;
	assert_false(fio_job_waits(&job));
}

/* As fio 3.33 prints it. */
static void test_showcmd(void **state)
{
	(void)state;
	run("printf '[global]\nfilename=fx\nbs=${BS}\n[one]\nrw=read\nsize=16k\n[two]\n"
	    "stonewall\nrw=randwrite\nsize=64k\nverify=md5\n' > /job; "
	    "BS=4k fio --showcmd /job");
	expect_exactly("fio --bs=4k --filename=fx --name=one --rw=read --size=16k --name=two "
		       "--stonewall --rw=randwrite --size=64k --verify=md5 \n");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

GROUP_TESTS(host_set_up, NULL, TEST(test_messages_that_nobody_reads), TEST(test_rate_and_runtime),
	    TEST(test_sizes_that_are_no_multiple), TEST(test_commands_without_data),
	    TEST(test_passes_that_overlap), TEST(test_zones_of_several_jobs),
	    TEST(test_zones_are_verified), TEST(test_trims_are_zone_resets),
	    TEST(test_jobs_that_are_refused), TEST(test_flushes_between_writes),
	    TEST(test_variables), TEST(test_verify_backlog), TEST(test_verify_fatal_and_dump),
	    TEST(test_rates), TEST(test_logs), TEST(test_log_behind_a_ramp), TEST(test_showcmd),
	    cmocka_unit_test(test_a_job_with_something_to_count_does_not_wait),
	    cmocka_unit_test(test_places_that_are_all_skipped),
	    cmocka_unit_test(test_commands_that_hang), cmocka_unit_test(test_flushes_that_hang),
	    cmocka_unit_test(test_a_file_that_cannot_be_written))

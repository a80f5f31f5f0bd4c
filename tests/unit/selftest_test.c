/* selftest on simulated controllers: that a good one passes whatever its block size, that one which
 * answers wrongly or not at all fails, and what is said where there is nothing to test. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Before cmocka.h, which has a macro fail(). */
#include "kernel/commands/command.h"

#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "kernel/shell/shell.h"
#include "tests/guest/guest.h"
#include "tests/sim/driver.h"
#include "tests/host/host.h"
#include "tests/unit/captured.h"
#include "tests/unit/cmocka.h"

/* No PCI here. */
unsigned nvme_rescan(void)
{
	return 0;
}

#define ONCS (SIM_ONCS_COMPARE | SIM_ONCS_DSM | SIM_ONCS_WRITE_ZEROES | SIM_ONCS_VERIFY)

static struct driver driver;
static bool running;

/* A namespace of 16 MiB with blocks of this size. */
static void start(unsigned block_shift, const struct sim_hooks *hooks)
{
	const struct sim_namespace_config namespace = {.block_shift = block_shift,
						       .block_count = (16u << 20) >> block_shift};
	const struct sim_config config = {.oncs = ONCS,
					  .tolerant = true,
					  .namespaces = &namespace,
					  .namespace_count = 1,
					  .hooks = hooks ? *hooks : (struct sim_hooks){0}};

	driver_start(&driver, &config, NULL);
	running = true;
}

static void stop(void)
{
	running = false;
	driver_stop(&driver);
}

/* Of a test that failed. */
static int tear_down(void **state)
{
	(void)state;
	if (running)
		stop();
	return 0;
}

static void test_good_controller(void **state)
{
	(void)state;
	start(9, NULL);
	run("selftest");
	expect_status(0);
	expect_output(" 0 failures");
	expect_no_output("FAIL");
	stop();
}

static void test_block_sizes(void **state)
{
	(void)state;
	for (unsigned shift = 9; shift <= 16; shift++) {
		start(shift, NULL);
		run("selftest shell geometry buffers bounds commands speed");
		expect_status(0);
		expect_no_output("FAIL");
		expect_output("PASS: buffers: segments: a head and pages\n");
		expect_output("PASS: buffers: segments: the same page many times\n");
		stop();
	}
}

/* No status says that it is of no use to repeat the command. */
static bool without_dnr(void *context, uint16_t queue, uint8_t entry[16])
{
	(void)context, (void)queue;
	entry[15] &= 0x7f;
	return true;
}

static void test_errors_without_dnr(void **state)
{
	const struct sim_hooks hooks = {.completion = without_dnr};
	(void)state;
	start(9, &hooks);
	run("selftest commands controller");
	expect_status(1);
	expect_output("FAIL: commands: unknown admin opcode: Unknown: expected Invalid Command "
		      "Opcode (001) with Do Not Retry, got it without\n");
	expect_output("FAIL: commands: LBA out of range: ");
	expect_output("FAIL: commands: Identify with an unknown CNS: ");
	expect_output("FAIL: commands: unknown log page: ");
	expect_output("FAIL: commands: unknown feature: ");
	expect_output("FAIL: controller: Identify of a namespace beyond NN: ");
	expect_output("PASS: commands: write and read passed through\n");
	/* Some devices are known for it. */
	expect_output("XFAIL: commands: Compare (Compare Failure without Do Not Retry)\n");
	stop();
}

static void test_wrong_status(void **state)
{
	(void)state;
	start(9, NULL);
	driver_add_fault_to(&driver, 0, SIM_STATUS, 0x03, 0, 1, 0x002 | SIM_DNR);
	driver_add_fault_to(&driver, 1, SIM_STATUS, 0x05, 1, 1, 0x280);
	run("selftest commands");
	expect_status(1);
	expect_output("FAIL: commands: unknown admin opcode: Unknown: expected Invalid Command "
		      "Opcode (001), got Invalid Field in Command (002)\n");
	expect_output("FAIL: commands: Compare: Compare: expected Compare Failure (285), got Write "
		      "Fault (280)\n");
	stop();
}

/* A controller that answers no more is not one that answered with success. */
static void test_no_answer(void **state)
{
	static const char *const cases[] = {
		"unknown admin opcode", "unknown I/O opcode",
		"Write Zeroes",		"write and read passed through",
		"unknown log page",	"unknown feature",
		"invalid namespace",	"Identify of a namespace beyond NN",
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char line[100];

		start(9, NULL);
		sim_remove(driver.sim);
		snprintf(line, sizeof(line), "selftest '%s'", cases[i]);
		run(line);
		expect_status(1);
		expect_output("FAIL: ");
		expect_output("No such device");
		expect_no_output("Successful");
		stop();
	}
}

static void test_all_skipped(void **state)
{
	const struct sim_config config = {.tolerant = true};
	(void)state;
	driver_start(&driver, &config, NULL);
	run("selftest Compare 'Write Zeroes'");
	expect_status(77);
	expect_output("SUMMARY: 2 tests, 0 failures, 2 skipped\n");
	run("selftest Compare 'first block'");
	expect_status(0);
	expect_output("SUMMARY: 2 tests, 0 failures, 1 skipped\n");
	stop();
}

static void test_no_namespace(void **state)
{
	const struct sim_namespace_config namespace = {.inactive = true};
	const struct sim_config config = {
		.tolerant = true, .namespaces = &namespace, .namespace_count = 1};
	(void)state;
	driver_start(&driver, &config, NULL);
	run("selftest");
	expect_status(0);
	expect_output("PASS: controller: Identify Controller\n");
	expect_output("PASS: controller: active namespaces\n");
	expect_output("PASS: commands: unknown feature\n");
	expect_output("SKIP: geometry: first block (my_nvme0 has no usable namespace)\n");
	expect_output("SKIP: shell: TEST1: 1 MiB written, read back, compared (my_nvme0 has no ");
	run("selftest geometry");
	expect_status(77);
	run("selftest -d /dev/my_nvme0 SMART*");
	expect_status(0);
	run("selftest --stress 1 -d /dev/my_nvme0");
	expect_status(1);
	expect_output("selftest: /dev/my_nvme0: not an NVMe namespace\n");
	stop();
}

static void test_no_controller(void **state)
{
	(void)state;
	run("selftest");
	expect_status(1);
	expect_output("selftest: there is no NVMe controller\n");
	run("selftest -d my_nvme0n1");
	expect_status(1);
	expect_output("selftest: my_nvme0n1: not an NVMe controller or namespace\n");
}

#define TEST(name) cmocka_unit_test_teardown(name, tear_down)

GROUP_TESTS(host_set_up, NULL, TEST(test_good_controller), TEST(test_block_sizes),
	    TEST(test_errors_without_dnr), TEST(test_wrong_status), TEST(test_no_answer),
	    TEST(test_all_skipped), TEST(test_no_namespace), TEST(test_no_controller))

/* The command trace: what is recorded, what is shown of it, and what it refuses. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Before cmocka.h, which has a macro fail(). */
#include "kernel/commands/command.h"

#include "drivers/nvme/transport/record.h"
#include "tests/sim/driver.h"
#include "tests/unit/captured.h"

/* No PCI here. */
unsigned nvme_rescan(void)
{
	return 0;
}

static struct driver driver;

static int set_up(void **state)
{
	struct nvme_options options = {.irq = NVME_IRQ_POLL};

	(void)state;
	driver_start(&driver, &(struct sim_config){.tolerant = true}, &options);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	nvme_record_free();
	driver_stop(&driver);
	return 0;
}

static unsigned lines(void)
{
	unsigned count = 0;

	for (const char *c = output; *c; c++)
		count += *c == '\n';
	return count;
}

#define READ "dd if=/dev/my_nvme0n1 of=/dev/null bs=512 count=1 iflag=direct status=none"

static void test_state(void **state)
{
	(void)state;
	run("trace");
	expect_exactly("trace: off, 0 events\n");
	expect("trace show", 1, "trace: nothing is recorded (trace on begins)\n");
	run("trace on");
	expect_exactly("");
	assert_int_equal(status, 0);
	expect("trace", 0, "trace: on, 0 events, room for 16384, 0 overwritten\n");
	run("trace on -b 4; nvme get-feature /dev/my_nvme0 -f 7; nvme get-feature /dev/my_nvme0 "
	    "-f 7");
	expect("trace", 0, "trace: on, 4 events, room for 4, ");
	expect_no_output(" 0 overwritten");
	run("trace show");
	expect_output(" older events were overwritten)\n");
	assert_int_equal(lines(), 5);
	/* On again: nothing is lost. Off: nothing comes, and what there is stays. */
	expect("trace on; trace", 0, "trace: on, 4 events");
	run("trace off");
	expect("trace clear; " READ "; trace", 0,
	       "trace: off, 0 events, room for 4, 0 overwritten\n");
	run("trace show");
	expect_exactly("");
	expect("trace on --buffer=100; trace", 0, "room for 100,");
}

static void test_filters(void **state)
{
	(void)state;
	run("trace on; nvme get-feature /dev/my_nvme0 -f 7 >/dev/null; nvme show-regs "
	    "/dev/my_nvme0 >/dev/null; " READ "; trace off; trace show");
	assert_int_equal(status, 0);
	expect_output(" my_nvme0 admin -> Get Features cid ");
	expect_output(": FID 07h (Number of Queues)\n");
	expect_output(" my_nvme0       CSTS read 0x1: RDY 1 ");
	expect_output(" my_nvme0 q1    -> Read cid ");
	expect_output(" my_nvme0 q1    SQ1 tail write 1\n");
	expect_output(" my_nvme0 q1    <- Read cid ");
	run("trace show -q 1");
	assert_int_equal(lines(), 4);
	run("trace show -q admin");
	assert_int_equal(lines(), 4);
	expect_output("Get Features");
	run("trace show -q 1 -t command,completion my_nvme0");
	assert_int_equal(lines(), 2);
	run("trace show /dev/my_nvme0 -q 1 --type=doorbell -n 1");
	assert_int_equal(lines(), 1);
	expect_output("CQ1 head write 1\n");
	run("trace show -n 0");
	expect_exactly("");
	run("trace show -t interrupt");
	expect_exactly("");
	expect("trace show my_nvme1", 1, "trace: nothing is recorded of 'my_nvme1'\n");
	expect("trace show -q 77", 1, "trace: nothing is recorded of queue 77\n");
	expect("trace show my_nvme0 -q 77 -o json", 1, "trace: nothing is recorded of queue 77\n");
	run("trace -n 3");
	assert_int_equal(lines(), 3);
	run("trace show -t register");
	expect_no_output("tail");
	expect_no_output("->");
}

static void test_json(void **state)
{
	(void)state;
	run("trace on; " READ "; trace off; trace -o json -q 1");
	assert_int_equal(status, 0);
	expect_output("{\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":");
	expect_output("\"args\":{\"name\":\"q1\"}}");
	expect_output("{\"ph\":\"X\",\"name\":\"Read\",");
	expect_output("{\"ph\":\"i\",\"name\":\"SQ1 tail\",");
	expect_no_output("registers read");
	run("trace show -o text -n 1");
	assert_int_equal(lines(), 1);
}

static void test_refused(void **state)
{
	static const struct {
		const char *line, *message;
	} cases[] = {
		{"trace of", "trace: invalid action 'of'\nTry 'trace --help'"},
		{"trace on off", "trace: extra operand 'off'\n"},
		{"trace show my_nvme0 x", "trace: extra operand 'x'\n"},
		{"trace on -b 1", "trace: invalid buffer '1': 2 to 16777216\n"},
		{"trace on -b x", "trace: invalid buffer 'x': "},
		{"trace show -n -1", "trace: invalid number of lines '-1'\n"},
		{"trace show -q 65536", "trace: invalid queue '65536': 0 to 65535\n"},
		{"trace show -t command,x", "trace: invalid type 'x'\n"},
		{"trace show -t ''", "trace: invalid type ''\n"},
		{"trace show -o xml", "trace: invalid output 'xml'\n"},
		{"trace off -b 5", "trace: -b is for trace on\n"},
		{"trace clear -n 5", "trace: -n, -o, -q and -t are for trace show\n"},
		{"trace show -z", "trace: invalid option -- 'z'\n"},
	};

	(void)state;
	run("trace on");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect(cases[i].line, 1, cases[i].message);
	sim_fail_allocations(0);
	expect("trace on -b 1000", 1, "trace: cannot record: Cannot allocate memory\n");
	sim_fail_allocations(-1);
	expect("trace --help", 0, "Usage: trace [on|off|clear|show [CONTROLLER]] [OPTION]...\n");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

GROUP_TESTS(host_set_up, NULL, TEST(test_state), TEST(test_filters), TEST(test_json),
	    TEST(test_refused))

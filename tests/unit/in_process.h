/* The body of a test as a process: its status is 0, and no memory is kept. */
#pragma once

#include "kernel/memory.h"
#include "tests/host/host.h"
#include "tests/unit/cmocka.h"

static int (*test_body)(void);

static int run_body(int argc, char **argv)
{
	(void)argc, (void)argv;
	return test_body();
}

static inline void run_in_process(int (*body)(void))
{
	static char *argv[] = {"test", NULL};
	struct memory_stats before, after;

	memory_stats(&before);
	test_body = body;
	assert_int_equal(host_run(run_body, 1, argv), 0);
	memory_stats(&after);
	assert_int_equal(before.used, after.used);
}

/* sleep: waits. */
#include "kernel/commands/command.h"
#include "kernel/commands/support/interval.h"
#include "kernel/posix/process.h"
#include "kernel/thread.h"
#include "kernel/x86/time.h"

#define SLICE_NS (20 * NS_PER_MS) /* how soon Ctrl-C is noticed */

static bool never(void *arg)
{
	(void)arg;
	return false;
}

static const struct option no_options[] = {{NULL, 0, 0}};

static int sleep_main(int argc, char **argv)
{
	struct getopt state = {0};
	uint64_t total = 0, ns, start = time_ns();
	bool valid = true;

	if (getopt_next(&state, argc, argv, "", no_options) != -1)
		fail_usage(1);
	if (state.index == argc)
		fail_missing_operand();
	for (int i = state.index; i < argc; i++) {
		if (!interval_parse(argv[i], &ns)) {
			complain("invalid time interval %s", quote_text(argv[i]));
			valid = false;
		} else if (__builtin_add_overflow(total, ns, &total)) {
			total = UINT64_MAX;
		}
	}
	if (!valid)
		fail_usage(1);
	uint64_t end;

	if (__builtin_add_overflow(start, total, &end))
		end = UINT64_MAX;
	for (uint64_t now = start; now < end; now = time_ns()) {
		process_check_interrupt();
		thread_attend();
		thread_wait_until(never, NULL, end - now < SLICE_NS ? end : now + SLICE_NS);
	}
	process_check_interrupt();
	return 0;
}

COMMAND(sleep, "NUMBER[smhd]...", "Wait",
	"NUMBER may have a fraction; it counts seconds, minutes (m), hours (h) or days (d).\n"
	"\"infinity\" waits for Ctrl-C.\n");

/* sleep: waits. */
#include "kernel/commands/command.h"
#include "kernel/commands/support/interval.h"

static const struct option no_options[] = {{NULL, 0, 0}};

static int sleep_main(int argc, char **argv)
{
	struct getopt state = {0};
	uint64_t total = 0, ns;
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
	interval_wait(total);
	return 0;
}

COMMAND(sleep, "NUMBER[smhd]...", "Wait",
	"NUMBER may have a fraction; it counts seconds, minutes (m), hours (h) or days (d).\n"
	"\"infinity\" waits for Ctrl-C.\n");

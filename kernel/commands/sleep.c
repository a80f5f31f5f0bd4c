#include "kernel/commands/command.h"
#include "kernel/posix/process.h"
#include "kernel/thread.h"
#include "kernel/x86/time.h"
#include "lib/ctype.h"
#include "lib/string.h"

#define SLICE_NS (20 * NS_PER_MS) /* how soon Ctrl-C is noticed */

/* "1.5", "2m", "infinity": nanoseconds, UINT64_MAX when it is longer than a clock can tell. */
static bool parse_interval(const char *text, uint64_t *ns)
{
	static const char units[] = "smhd";
	static const unsigned seconds[] = {1, 60, 3600, 86400};
	const char *at = text;
	uint64_t whole = 0, fraction = 0, unit = NS_PER_S, by = 1;
	bool digits = false, overflow = false;

	if (strcmp(text, "infinity") == 0 || strcmp(text, "inf") == 0) {
		*ns = UINT64_MAX;
		return true;
	}
	if (*at == '+')
		at++;
	for (; is_digit(*at); at++, digits = true)
		overflow |= __builtin_mul_overflow(whole, 10u, &whole) ||
			    __builtin_add_overflow(whole, (uint64_t)(*at - '0'), &whole);
	if (*at == '.')
		for (at++; is_digit(*at); at++, digits = true) {
			unit /= 10;
			fraction += unit * (uint64_t)(*at - '0');
		}
	const char *found = *at ? strchr(units, *at) : NULL;

	if (found) {
		by = seconds[found - units];
		at++;
	}
	if (!digits || *at)
		return false;
	overflow |= __builtin_mul_overflow(whole, NS_PER_S, &whole) ||
		    __builtin_add_overflow(whole, fraction, &whole) ||
		    __builtin_mul_overflow(whole, by, &whole);
	*ns = overflow ? UINT64_MAX : whole;
	return true;
}

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
		if (!parse_interval(argv[i], &ns)) {
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

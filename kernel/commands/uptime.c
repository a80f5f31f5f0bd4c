/* uptime: the time, and how long the machine has been running. */
#include "kernel/commands/command.h"
#include "kernel/commands/support/calendar.h"
#include "kernel/x86/time.h"
#include "lib/string.h"

static void print_span(uint64_t seconds, bool pretty)
{
	uint64_t days = seconds / 86400;
	unsigned hours = (unsigned)(seconds / 3600 % 24), minutes = (unsigned)(seconds / 60 % 60);

	if (pretty) {
		const char *comma = "";

		out("up ");
		if (days) {
			out("%llu day%s", (unsigned long long)days, days == 1 ? "" : "s");
			comma = ", ";
		}
		if (hours) {
			out("%s%u hour%s", comma, hours, hours == 1 ? "" : "s");
			comma = ", ";
		}
		if (minutes || (!days && !hours))
			out("%s%u minute%s", comma, minutes, minutes == 1 ? "" : "s");
		return;
	}
	out("up ");
	if (days)
		out("%llu day%s, ", (unsigned long long)days, days == 1 ? "" : "s");
	if (hours)
		out("%2u:%02u", hours, minutes);
	else
		out("%u min", minutes);
}

static const struct option long_options[] = {{"pretty", 0, 'p'}, {"since", 0, 's'}, {NULL, 0, 0}};

static int uptime_main(int argc, char **argv)
{
	uint64_t up = time_ns() / NS_PER_S, now = time_wall_s();
	struct calendar date;
	struct getopt state = {0};
	bool pretty = false, since = false;
	int option;

	while ((option = getopt_next(&state, argc, argv, "ps", long_options)) != -1) {
		if (option == 'p')
			pretty = true;
		else if (option == 's')
			since = true;
		else
			fail_usage(1);
	}
	if (state.index < argc)
		fail_extra_operand(argv[state.index]);
	if (since) {
		calendar_from_seconds(now - up, &date);
		out("%04lld-%02u-%02u %02u:%02u:%02u\n", (long long)date.year, date.month, date.day,
		    date.hour, date.minute, date.second);
		return 0;
	}
	calendar_from_seconds(now, &date);
	if (!pretty)
		out(" %02u:%02u:%02u ", date.hour, date.minute, date.second);
	print_span(up, pretty);
	out_char('\n');
	return 0;
}

COMMAND(uptime, "[-p] [-s]", "Show the time, and how long the machine has been running",
	"  -p   the span in words\n"
	"  -s   when it was started\n");

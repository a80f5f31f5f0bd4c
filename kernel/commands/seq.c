/* seq: a sequence of integers. */
#include "kernel/commands/command.h"
#include "kernel/posix/process.h"
#include "lib/ctype.h"
#include "lib/errno.h"
#include "lib/string.h"

static int64_t parse_integer(const char *text)
{
	const char *at = text;
	uint64_t value = 0;
	bool overflow = false;
	bool negative = *at == '-';

	if (*at == '-' || *at == '+')
		at++;
	const char *digits = at;

	for (; is_digit(*at); at++)
		overflow |= __builtin_mul_overflow(value, 10u, &value) ||
			    __builtin_add_overflow(value, (uint64_t)(*at - '0'), &value);
	if (at == digits || *at) {
		complain("invalid integer argument: %s", quote_text(text));
		fail_usage(1);
	}
	if (overflow || value > INT64_MAX)
		fail_about("invalid integer argument:", text, -EOVERFLOW);
	return negative ? -(int64_t)value : (int64_t)value;
}

/* Leading zeros count, as they are typed. */
static int text_width(const char *text)
{
	return (int)strlen(text + (*text == '+'));
}

static bool is_number(const char *text)
{
	return text[0] == '-' && (is_digit(text[1]) || text[1] == '.');
}

static const struct option long_options[] = {
	{"separator", 1, 's'}, {"equal-width", 0, 'w'}, {NULL, 0, 0}};

static int seq_main(int argc, char **argv)
{
	const char *separator = "\n";
	bool equal_width = false;
	int64_t first = 1, step = 1, last;
	int option, width = 1;
	struct getopt state = {0};

	/* a negative number is no option */
	while ((!state.index || state.next ||
		(state.index < argc && !is_number(argv[state.index]))) &&
	       !(argc > 1 && !state.index && is_number(argv[1])) &&
	       (option = getopt_next(&state, argc, argv, "+s:w", long_options)) != -1) {
		if (option == 's')
			separator = state.argument;
		else if (option == 'w')
			equal_width = true;
		else
			fail_usage(1);
	}
	if (!state.index)
		state.index = 1;
	char **operands = argv + state.index;
	int count = argc - state.index;

	if (count < 1 || count > 3) {
		if (count < 1)
			complain("missing operand");
		else
			complain("extra operand %s", quote_text(operands[3]));
		fail_usage(1);
	}
	if (count > 1)
		first = parse_integer(operands[0]);
	if (count > 2)
		step = parse_integer(operands[1]);
	last = parse_integer(operands[count - 1]);
	if (!step) {
		complain("invalid Zero increment value: %s", quote_text(operands[1]));
		fail_usage(1);
	}
	if (equal_width) {
		width = count > 1 ? text_width(operands[0]) : 1;
		if (text_width(operands[count - 1]) > width)
			width = text_width(operands[count - 1]);
	}
	bool any = false;

	for (int64_t value = first; step > 0 ? value <= last : value >= last;) {
		process_check_interrupt();
		out("%s%0*lld", any ? separator : "", width, (long long)value);
		any = true;
		if (__builtin_add_overflow(value, step, &value))
			break;
	}
	if (any)
		out_char('\n');
	return 0;
}

COMMAND(seq, "[-w] [-s STRING] [FIRST [INCREMENT]] LAST", "Print a sequence of integers",
	"  -s STRING   between the numbers, instead of a newline\n"
	"  -w          zeros in front, so that all are equally wide\n");

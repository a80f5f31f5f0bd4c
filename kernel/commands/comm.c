/* comm: GNU's, in the C locale. */
#include "kernel/commands/command.h"
#include "kernel/commands/support/input.h"
#include "kernel/posix/process.h"
#include "lib/string.h"

struct side {
	struct input input;
	char *line, *last; /* copies: the input's is written over */
	size_t length, last_length, room, last_room;
	bool ended, any, complained;
};

struct settings {
	bool hidden[3]; /* only in the first, only in the second, in both */
	const char *delimiter;
	size_t delimiter_length;
	char end;
	enum { WHERE_IT_MATTERS, ALWAYS, NEVER } check;
	bool total, unpaired, unsorted;
	uint64_t totals[3];
};

static int compare(const char *a, size_t a_length, const char *b, size_t b_length)
{
	int order = memcmp(a, b, a_length < b_length ? a_length : b_length);

	return order ? order : a_length < b_length ? -1 : a_length > b_length;
}

static void check_order(struct settings *settings, struct side *side, int number)
{
	if (settings->check == NEVER || side->complained || !side->any || side->ended)
		return;
	if (settings->check == WHERE_IT_MATTERS && !settings->unpaired)
		return;
	if (compare(side->last, side->last_length, side->line, side->length) <= 0)
		return;
	complain("file %d is not in sorted order", number);
	side->complained = settings->unsorted = true;
	if (settings->check == ALWAYS)
		process_exit(1);
}

static void advance(struct settings *settings, struct side *side, int number)
{
	char *line = side->last;
	size_t room = side->last_room, length;
	bool any = side->line != NULL;

	side->last = side->line;
	side->last_length = side->length;
	side->last_room = side->room;
	char *next = input_line(&side->input, &length, NULL);

	if (side->input.failed)
		process_exit(1);

	side->any = any;
	side->ended = !next;
	side->line = line;
	side->room = room;
	if (!next)
		return;
	if (length >= room) {
		side->room = length + length / 2 + 128;
		side->line = process_realloc(line, side->room);
		if (!side->line)
			fail(1, "memory exhausted");
	}
	memcpy(side->line, next, length);
	side->length = length;
	check_order(settings, side, number);
}

static void put(struct settings *settings, const struct side *side, int column)
{
	settings->totals[column]++;
	if (settings->hidden[column])
		return;
	for (int i = 0; i < column; i++)
		if (!settings->hidden[i])
			out_bytes(settings->delimiter, settings->delimiter_length);
	out_bytes(side->line, side->length);
	out_char(settings->end);
}

enum { CHECK = 256, NO_CHECK, DELIMITER, TOTAL };

static const struct option long_options[] = {
	{"check-order", 0, CHECK},	    {"nocheck-order", 0, NO_CHECK},
	{"output-delimiter", 1, DELIMITER}, {"total", 0, TOTAL},
	{"zero-terminated", 0, 'z'},	    {NULL, 0, 0}};

static int run(struct settings *settings, char **names)
{
	struct side *sides = alloc_or_fail(2 * sizeof(*sides));

	memset(sides, 0, 2 * sizeof(*sides));
	for (int i = 0; i < 2; i++) {
		int fd = input_open(names[i]);

		if (fd < 0)
			return 1;
		input_start(&sides[i].input, fd, names[i], NULL);
		sides[i].input.end_of_line = settings->end;
		advance(settings, &sides[i], i + 1);
	}
	while (!sides[0].ended || !sides[1].ended) {
		int order = sides[0].ended   ? 1
			    : sides[1].ended ? -1
					     : compare(sides[0].line, sides[0].length,
						       sides[1].line, sides[1].length);

		settings->unpaired |= order != 0;
		put(settings, &sides[order > 0], order == 0 ? 2 : order > 0);
		if (order <= 0)
			advance(settings, &sides[0], 1);
		if (order >= 0)
			advance(settings, &sides[1], 2);
	}
	if (settings->total)
		out("%llu%s%llu%s%llu%stotal%c", (unsigned long long)settings->totals[0],
		    settings->delimiter, (unsigned long long)settings->totals[1],
		    settings->delimiter, (unsigned long long)settings->totals[2],
		    settings->delimiter, settings->end);
	if (settings->unsorted)
		complain("input is not in sorted order");
	return settings->unsorted || sides[0].input.failed || sides[1].input.failed;
}

static int comm_main(int argc, char **argv)
{
	struct settings settings = {.end = '\n', .delimiter = "\t", .delimiter_length = 1};
	struct getopt state = {0};
	const char *given = NULL;
	int option;

	while ((option = getopt_next(&state, argc, argv, "123z", long_options)) != -1) {
		switch (option) {
		case '1':
		case '2':
		case '3':
			settings.hidden[option - '1'] = true;
			break;
		case 'z':
			settings.end = '\0';
			break;
		case CHECK:
			settings.check = ALWAYS;
			break;
		case NO_CHECK:
			settings.check = NEVER;
			break;
		case DELIMITER:
			if (given && strcmp(given, state.argument) != 0)
				fail(1, "multiple output delimiters specified");
			given = state.argument;
			settings.delimiter = state.argument;
			settings.delimiter_length = *state.argument ? strlen(state.argument) : 1;
			break;
		case TOTAL:
			settings.total = true;
			break;
		default:
			fail_usage(1);
		}
	}
	int count = argc - state.index;

	if (!count)
		fail_missing_operand();
	if (count == 1) {
		complain("missing operand after %s", quote_text(argv[state.index]));
		fail_usage(1);
	}
	if (count > 2)
		fail_extra_operand(argv[state.index + 2]);
	return run(&settings, argv + state.index);
}

COMMAND(comm, "[-123z] [OPTION]... FILE1 FILE2", "Compare sorted files line by line",
	"Three columns: lines only in FILE1, only in FILE2, in both.\n"
	"  -1, -2, -3   without that column\n"
	"  --check-order, --nocheck-order   fail where a file is not sorted, or never\n"
	"  --output-delimiter=STRING   between columns, instead of a tab\n"
	"  --total      how many there are in each\n"
	"  -z           lines end with NUL\n");

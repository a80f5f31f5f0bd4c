/* Options and operands of the nvme subcommands: one table for each says what there is, how large it
 * may be and where it goes, to the parser, to --help and to completion. */
#include "kernel/commands/nvme/options.h"

#include "kernel/commands/command.h"
#include "kernel/commands/nvme/nvme.h"
#include "kernel/posix/process.h"
#include "lib/ctype.h"
#include "lib/format.h"
#include "lib/number.h"
#include "lib/string.h"

#define OPTIONS_MAX 32
/* What getopt gives for row n of the table: no letter is as large. */
#define ROW_VALUE 256

const char nvme_output_option[] = "output-format\0FMT\0output format: normal|json|binary";
const char nvme_raw_option[] = "raw-binary\0\0output in binary format";
const char nvme_human_option[] = "human-readable\0\0decode the fields";
const char nvme_nsid_option[] = "namespace-id\0NUM\0desired namespace";

const struct nvme_option nvme_no_options[] = {NVME_OPTIONS_END};

uint64_t nvme_number(const char *what, const char *text, uint64_t max)
{
	uint64_t value;

	if (number_parse(text, 0, &value) || value > max)
		fail(1, "invalid %s %s", what, quote(text));
	return value;
}

static uint64_t suffixed_number(const char *what, const char *text)
{
	static const char suffixes[] = "kmgtpe";
	const char *end, *suffix;
	uint64_t value;
	unsigned shift;

	if (number_parse_prefix(text, &end, 0, &value))
		fail(1, "invalid %s %s", what, quote(text));
	if (!*end)
		return value;
	suffix = strchr(suffixes, to_lower(*end));
	shift = suffix ? 10 * (unsigned)(suffix - suffixes + 1) : 0;
	if (!suffix || end[1] || value > UINT64_MAX >> shift)
		fail(1, "invalid %s %s", what, quote(text));
	return value << shift;
}

static uint8_t format_number(const char *text)
{
	static const char *const names[] = {[NVME_OUTPUT_NORMAL] = "normal",
					    [NVME_OUTPUT_JSON] = "json",
					    [NVME_OUTPUT_BINARY] = "binary"};

	for (uint8_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(text, names[i]) == 0)
			return i;
	fail(1, "invalid output format %s: normal, json or binary", quote(text));
}

static void store(const struct nvme_option *option, const char *text, void *values)
{
	void *place = (char *)values + option->offset;
	uint64_t number = option->bits;

	switch (option->kind) {
	case NVME_OPTION_TEXT:
		memcpy(place, &text, sizeof(text));
		return;
	case NVME_OPTION_FORMAT:
		number = format_number(text);
		/* -b stays, wherever it stands. */
		if (*(const uint8_t *)place == NVME_OUTPUT_BINARY)
			number = NVME_OUTPUT_BINARY;
		break;
	case NVME_OPTION_SUFFIXED:
		number = suffixed_number(option->text, text);
		break;
	case NVME_OPTION_NUMBER:
		number = nvme_number(option->text, text, UINT64_MAX >> (64 - option->bits));
		break;
	}
	/* x86-64 and its like: the first bytes are the low ones. */
	memcpy(place, &number, option->size);
}

/* Parses the options into values. Returns the index of the first operand. */
static int parse(int argc, char **argv, const struct nvme_option *options, void *values)
{
	struct option long_options[OPTIONS_MAX + 2];
	char letters[2 * OPTIONS_MAX + 2];
	unsigned count = 0, length = 0;
	struct getopt state = {0};
	bool h_taken = false;
	int value;

	for (; options[count].text && count < OPTIONS_MAX; count++) {
		const struct nvme_option *option = &options[count];

		long_options[count] = (struct option){
			option->text, *nvme_option_argument(option) != 0, ROW_VALUE + (int)count};
		h_taken |= option->letter == 'h';
		if (!option->letter)
			continue;
		letters[length++] = option->letter;
		if (*nvme_option_argument(option))
			letters[length++] = ':';
	}
	long_options[count++] = (struct option){"help", 0, 'h' + 2 * ROW_VALUE};
	long_options[count] = (struct option){NULL, 0, 0};
	if (!h_taken)
		letters[length++] = 'h';
	letters[length] = '\0';
	while ((value = getopt_next(&state, argc, argv, letters, long_options)) != -1) {
		const struct nvme_option *option = options;

		if (value == '?')
			process_exit(1);
		if (value == 'h' + 2 * ROW_VALUE || (value == 'h' && !h_taken)) {
			nvme_print_help(argv[0]);
			process_exit(0);
		}
		if (value >= ROW_VALUE)
			option = &options[value - ROW_VALUE];
		else
			while (option->letter != value)
				option++;
		store(option, state.argument, values);
	}
	return state.index;
}

struct nvme_target nvme_arguments(int argc, char **argv, const struct nvme_option *options,
				  void *values)
{
	return nvme_operand(argc, argv, parse(argc, argv, options, values));
}

struct nvme_target nvme_arguments_optional(int argc, char **argv, const struct nvme_option *options,
					   void *values)
{
	int index = parse(argc, argv, options, values);

	return index < argc ? nvme_operand(argc, argv, index) : (struct nvme_target){NULL, 0};
}

int nvme_arguments_only(int argc, char **argv, const struct nvme_option *options, void *values)
{
	return parse(argc, argv, options, values);
}

void nvme_no_operand(int argc, char **argv)
{
	int index = parse(argc, argv, nvme_no_options, NULL);

	if (index < argc)
		fail(1, "%s: extra operand %s", argv[0], quote(argv[index]));
}

void nvme_print_options(const struct nvme_option *options)
{
	if (options->text)
		out("\nOptions:\n");
	for (; options->text; options++) {
		const char *argument = nvme_option_argument(options);
		char names[80], letter[24] = "";

		if (!*nvme_option_help(options))
			continue;
		if (options->letter && *argument)
			snprintf(letter, sizeof(letter), ", -%c <%s>", options->letter, argument);
		else if (options->letter)
			snprintf(letter, sizeof(letter), ", -%c", options->letter);
		if (*argument)
			snprintf(names, sizeof(names), "[  --%s=<%s>%s ]", options->text, argument,
				 letter);
		else
			snprintf(names, sizeof(names), "[  --%s%s ]", options->text, letter);
		out("  %-37s --- %s\n", names, nvme_option_help(options));
	}
}

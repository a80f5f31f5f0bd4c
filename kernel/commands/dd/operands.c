/* dd's operands. */
#include "kernel/commands/dd/dd.h"

#include "kernel/commands/command.h"
#include "kernel/commands/support/size.h"
#include "kernel/posix/file.h"
#include "lib/errno.h"
#include "lib/string.h"

struct symbol {
	const char *name;
	int value;
};

static const struct symbol conversions[] = {
	{"ascii", DD_ASCII | DD_UNBLOCK | DD_TWO_BUFFERS},
	{"ebcdic", DD_EBCDIC | DD_BLOCK | DD_TWO_BUFFERS},
	{"ibm", DD_IBM | DD_BLOCK | DD_TWO_BUFFERS},
	{"block", DD_BLOCK | DD_TWO_BUFFERS},
	{"unblock", DD_UNBLOCK | DD_TWO_BUFFERS},
	{"lcase", DD_LCASE | DD_TWO_BUFFERS},
	{"ucase", DD_UCASE | DD_TWO_BUFFERS},
	{"sparse", DD_SPARSE},
	{"swab", DD_SWAB | DD_TWO_BUFFERS},
	{"noerror", DD_NOERROR},
	{"nocreat", DD_NOCREAT},
	{"excl", DD_EXCL},
	{"notrunc", DD_NOTRUNC},
	{"sync", DD_SYNC},
	{"fdatasync", DD_FDATASYNC},
	{"fsync", DD_FSYNC},
	{NULL, 0},
};

static const struct symbol flags[] = {
	{"append", O_APPEND},
	{"direct", O_DIRECT},
	{"directory", O_DIRECTORY},
	{"dsync", O_DSYNC},
	{"noatime", DD_IGNORED},
	{"nocache", DD_NOCACHE},
	{"noctty", DD_IGNORED},
	{"nofollow", DD_IGNORED},
	{"nolinks", DD_IGNORED},
	{"nonblock", O_NONBLOCK},
	{"sync", O_SYNC},
	{"fullblock", DD_FULLBLOCK},
	{"count_bytes", DD_COUNT_BYTES},
	{"skip_bytes", DD_SKIP_BYTES},
	{"seek_bytes", DD_SEEK_BYTES},
	{NULL, 0},
};

static const struct symbol status_levels[] = {
	{"none", DD_STATUS_NONE},
	{"noxfer", DD_STATUS_NOXFER},
	{"progress", DD_STATUS_PROGRESS},
	{NULL, 0},
};

/* A comma-separated list of names: their values or'ed, or only the last one's. */
static int parse_symbols(const char *text, const struct symbol *table, bool exclusive,
			 const char *what)
{
	int value = 0;

	for (;;) {
		size_t length = strcspn(text, ",");
		const struct symbol *symbol = table;

		while (symbol->name &&
		       (strncmp(symbol->name, text, length) != 0 || symbol->name[length] != '\0'))
			symbol++;
		if (!symbol->name) {
			char *bad = alloc_or_fail(length + 1);

			memcpy(bad, text, length);
			bad[length] = '\0';
			complain("%s: %s", what, quote_text(bad));
			fail_usage(1);
		}
		value = exclusive ? symbol->value : value | symbol->value;
		if (!text[length])
			return value;
		text += length + 1;
	}
}

/* The factors of "2x512" have been read into *value up to here. SIZE_… */
static int parse_number(const char *text, uint64_t *value)
{
	const char *end;
	bool zero_x = text[0] == '0' && text[1] == 'x';
	int result = size_scan(text, &end, 10, "bcEGkKMPTwYZ0", value);

	/* a trailing B says bytes, it does not change the number */
	if (!(result & SIZE_INVALID) && *end == 'B' && end > text && end[-1] != 'B') {
		end++;
		if (!*end)
			result &= ~SIZE_SUFFIX;
	}
	if (!(result & SIZE_INVALID) && *end == 'x') {
		uint64_t factor;
		int factor_result = parse_number(end + 1, &factor);

		result &= ~SIZE_SUFFIX;
		if (factor_result & (SIZE_INVALID | SIZE_SUFFIX)) {
			*value = 0;
			return SIZE_INVALID;
		}
		/* zero times too much is zero */
		if (*value == 0 || factor == 0) {
			*value = 0;
			result = SIZE_OK;
		} else {
			result |= factor_result;
			if (__builtin_mul_overflow(*value, factor, value))
				result |= SIZE_OVERFLOW;
		}
		if (*value == 0 && zero_x)
			complain("warning: '0x' is a zero multiplier; use '00x' if that is "
				 "intended");
	}
	if (*value > INT64_MAX)
		result |= SIZE_OVERFLOW;
	if (result & SIZE_OVERFLOW)
		*value = INT64_MAX;
	return result;
}

static bool operand_is(const char *operand, const char *name)
{
	size_t length = strlen(name);

	return strncmp(operand, name, length) == 0 && operand[length] == '=';
}

/* A count, and whether it is one of bytes ("B" in its text). */
struct amount {
	uint64_t value;
	bool bytes;
};

struct sizes {
	uint64_t both, input, output;
	struct amount skip, seek, count;
};

static void parse_number_operand(const char *operand, const char *text, struct dd_options *options,
				 struct sizes *sizes)
{
	uint64_t value;
	uint64_t min = 0, max = INT64_MAX;
	bool has_b = strchr(text, 'B') != NULL;
	/* the number is judged before the name, as its warnings show */
	int result = parse_number(text, &value);

	if (operand_is(operand, "ibs")) {
		min = 1;
		max = INT64_MAX - 1;
		sizes->input = value;
	} else if (operand_is(operand, "obs")) {
		min = 1;
		max = INT64_MAX - 1;
		sizes->output = value;
	} else if (operand_is(operand, "bs")) {
		min = 1;
		max = INT64_MAX - 1;
		sizes->both = value;
	} else if (operand_is(operand, "cbs")) {
		min = 1;
		options->record_size = value;
	} else if (operand_is(operand, "skip") || operand_is(operand, "iseek")) {
		sizes->skip = (struct amount){value, has_b};
	} else if (operand_is(operand, "seek") || operand_is(operand, "oseek")) {
		sizes->seek = (struct amount){value, has_b};
	} else if (operand_is(operand, "count")) {
		sizes->count = (struct amount){value, has_b};
	} else {
		complain("unrecognized operand %s", quote_text(operand));
		fail_usage(1);
	}
	if (value < min)
		result = SIZE_INVALID;
	else if (value > max)
		result = SIZE_OVERFLOW;
	if (result & SIZE_OVERFLOW)
		fail_about("invalid number:", text, -EOVERFLOW);
	if (result != SIZE_OK)
		fail(1, "invalid number: %s", quote_text(text));
}

static void split(const struct amount *amount, bool bytes, uint64_t block, uint64_t *blocks,
		  uint64_t *rest)
{
	*blocks = bytes ? amount->value / block : amount->value;
	*rest = bytes ? amount->value % block : 0;
}

static bool several_of(unsigned conversions_set, unsigned mask)
{
	unsigned bits = conversions_set & mask;

	return bits & (bits - 1);
}

static void check_combinations(const struct dd_options *options)
{
	unsigned set = options->conversions;

	if (several_of(set, DD_ASCII | DD_EBCDIC | DD_IBM))
		fail(1, "cannot combine any two of {ascii,ebcdic,ibm}");
	if (several_of(set, DD_BLOCK | DD_UNBLOCK))
		fail(1, "cannot combine block and unblock");
	if (several_of(set, DD_LCASE | DD_UCASE))
		fail(1, "cannot combine lcase and ucase");
	if (several_of(set, DD_EXCL | DD_NOCREAT))
		fail(1, "cannot combine excl and nocreat");
	if ((options->input_flags & O_DIRECT && options->input_flags & DD_NOCACHE) ||
	    (options->output_flags & O_DIRECT && options->output_flags & DD_NOCACHE))
		fail(1, "cannot combine direct and nocache");
}

void dd_parse_operands(int argc, char **argv, struct dd_options *options)
{
	static const struct option none[] = {{NULL, 0, 0}};
	struct getopt state = {0};
	struct sizes sizes = {.count = {INT64_MAX, false}};

	/* no options at all: getopt's message for whoever gives one */
	if (getopt_next(&state, argc, argv, "", none) != -1)
		fail_usage(1);
	memset(options, 0, sizeof(*options));
	for (int i = state.index; i < argc; i++) {
		const char *operand = argv[i];
		const char *value = strchr(operand, '=');

		if (!value) {
			complain("unrecognized operand %s", quote_text(operand));
			fail_usage(1);
		}
		value++;
		if (operand_is(operand, "if"))
			options->input = value;
		else if (operand_is(operand, "of"))
			options->output = value;
		else if (operand_is(operand, "conv"))
			options->conversions |= (unsigned)parse_symbols(value, conversions, false,
									"invalid conversion");
		else if (operand_is(operand, "iflag"))
			options->input_flags |=
				parse_symbols(value, flags, false, "invalid input flag");
		else if (operand_is(operand, "oflag"))
			options->output_flags |=
				parse_symbols(value, flags, false, "invalid output flag");
		else if (operand_is(operand, "status"))
			options->status = (enum dd_status)parse_symbols(value, status_levels, true,
									"invalid status level");
		else
			parse_number_operand(operand, value, options, &sizes);
	}

	if (sizes.both)
		sizes.input = sizes.output = sizes.both;
	else
		options->conversions |= DD_TWO_BUFFERS;
	options->input_size = sizes.input ? sizes.input : 512;
	options->output_size = sizes.output ? sizes.output : 512;
	if (!options->record_size)
		options->conversions &= ~(unsigned)(DD_BLOCK | DD_UNBLOCK);
	if (options->output_flags & DD_FULLBLOCK) {
		complain("invalid output flag: %s", quote("fullblock"));
		fail_usage(1);
	}
	split(&sizes.skip, sizes.skip.bytes || options->input_flags & DD_SKIP_BYTES,
	      options->input_size, &options->skip_blocks, &options->skip_bytes);
	split(&sizes.seek, sizes.seek.bytes || options->output_flags & DD_SEEK_BYTES,
	      options->output_size, &options->seek_blocks, &options->seek_bytes);
	split(&sizes.count,
	      sizes.count.value != INT64_MAX &&
		      (sizes.count.bytes || options->input_flags & DD_COUNT_BYTES),
	      options->input_size, &options->max_blocks, &options->max_bytes);
	options->warn_partial_read =
		!(options->conversions & DD_TWO_BUFFERS) &&
		!(options->input_flags & DD_FULLBLOCK) &&
		(options->skip_blocks ||
		 (options->max_blocks > 0 && options->max_blocks < INT64_MAX) ||
		 (options->input_flags | options->output_flags) & O_DIRECT);
	check_combinations(options);
	if (options->output_flags & O_APPEND && !(options->conversions & DD_NOTRUNC))
		complain("you probably want conv=notrunc with oflag=append");
}

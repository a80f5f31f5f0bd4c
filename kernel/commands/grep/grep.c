/* grep, egrep, fgrep: options and patterns. */
#include "kernel/commands/command.h"
#include "kernel/commands/grep/grep.h"
#include "kernel/commands/support/expression.h"
#include "kernel/commands/support/input.h"
#include "kernel/commands/support/size.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/ctype.h"
#include "lib/errno.h"
#include "lib/number.h"
#include "lib/string.h"

#define PATTERNS_MAX (1024 * 1024) /* bytes */

enum {
	OPTION_LABEL = 256,
	OPTION_INCLUDE,
	OPTION_EXCLUDE,
	OPTION_EXCLUDE_DIR,
	OPTION_BINARY,
	OPTION_COLOR,
	OPTION_LINE_BUFFERED,
	OPTION_NO_IGNORE_CASE,
	OPTION_SEPARATOR,
	OPTION_NO_SEPARATOR,
};

static const struct option long_options[] = {
	{"basic-regexp", 0, 'G'},
	{"extended-regexp", 0, 'E'},
	{"fixed-strings", 0, 'F'},
	{"fixed-regexp", 0, 'F'},
	{"perl-regexp", 0, 'P'},
	{"after-context", 1, 'A'},
	{"before-context", 1, 'B'},
	{"context", 1, 'C'},
	{"binary-files", 1, OPTION_BINARY},
	{"line-buffered", 0, OPTION_LINE_BUFFERED},
	{"byte-offset", 0, 'b'},
	{"color", 2, OPTION_COLOR},
	{"colour", 2, OPTION_COLOR},
	{"count", 0, 'c'},
	{"devices", 1, 'D'},
	{"directories", 1, 'd'},
	{"exclude", 1, OPTION_EXCLUDE},
	{"exclude-dir", 1, OPTION_EXCLUDE_DIR},
	{"file", 1, 'f'},
	{"files-with-matches", 0, 'l'},
	{"files-without-match", 0, 'L'},
	{"group-separator", 1, OPTION_SEPARATOR},
	{"include", 1, OPTION_INCLUDE},
	{"initial-tab", 0, 'T'},
	{"label", 1, OPTION_LABEL},
	{"line-number", 0, 'n'},
	{"line-regexp", 0, 'x'},
	{"max-count", 1, 'm'},
	{"no-filename", 0, 'h'},
	{"no-group-separator", 0, OPTION_NO_SEPARATOR},
	{"no-ignore-case", 0, OPTION_NO_IGNORE_CASE},
	{"no-messages", 0, 's'},
	{"null", 0, 'Z'},
	{"null-data", 0, 'z'},
	{"only-matching", 0, 'o'},
	{"quiet", 0, 'q'},
	{"recursive", 0, 'r'},
	{"dereference-recursive", 0, 'R'},
	{"regexp", 1, 'e'},
	{"invert-match", 0, 'v'},
	{"silent", 0, 'q'},
	{"text", 0, 'a'},
	{"binary", 0, 'U'},
	{"unix-byte-offsets", 0, 'u'},
	{"version", 0, 'V'},
	{"with-filename", 0, 'H'},
	{"word-regexp", 0, 'w'},
	{"ignore-case", 0, 'i'},
	{NULL, 0, 0},
};

struct patterns {
	char *text; /* each with a newline behind it */
	size_t length, room;
	bool given;
};

struct settings {
	struct grep grep;
	struct patterns patterns;
	unsigned flags;		 /* of regex_compile() */
	int64_t context, digits; /* -C or -NUM; -1: not given */
	bool digit_last;
};

_Noreturn static void usage(void)
{
	err("Usage: %s [OPTION]... PATTERNS [FILE]...\n", process_name());
	fail_usage(STATUS_TROUBLE);
}

static void add_patterns(struct patterns *patterns, const char *text, size_t length)
{
	if (length > PATTERNS_MAX - patterns->length - 1)
		fail(STATUS_TROUBLE, "patterns too long (%u KiB at most)", PATTERNS_MAX >> 10);
	if (patterns->length + length + 1 > patterns->room) {
		patterns->room = 2 * (patterns->length + length + 1);
		patterns->text = process_realloc(patterns->text, patterns->room);
		if (!patterns->text)
			fail(STATUS_TROUBLE, "memory exhausted");
	}
	memcpy(patterns->text + patterns->length, text, length);
	patterns->length += length;
	patterns->text[patterns->length++] = '\n';
}

static void add_pattern_file(struct patterns *patterns, const char *name)
{
	struct input input;
	size_t length;
	char *line;
	int fd = strcmp(name, "-") ? process_open(name, O_RDONLY, 0) : 0;

	if (fd < 0)
		fail(STATUS_TROUBLE, "%s: %s", name, error_text(-fd));
	input_start(&input, fd, name, NULL);
	while ((line = input_line(&input, &length, NULL)))
		add_patterns(patterns, line, length);
	if (input.failed)
		process_exit(STATUS_TROUBLE);
	process_free(input.buffer);
	process_free(input.line);
	input_close(fd);
}

static int64_t context_length(const char *text)
{
	uint64_t value;
	int error = number_parse(text, 10, &value);

	if (error == -EINVAL)
		fail(STATUS_TROUBLE, "%s: invalid context length argument", text);
	return value > INT64_MAX ? INT64_MAX : (int64_t)value;
}

static uint64_t max_count(const char *text)
{
	int64_t value;
	int error = number_parse_signed(text, 10, &value);

	if (error == -EINVAL)
		fail(STATUS_TROUBLE, "invalid max count");
	return value < 0 ? NO_LIMIT : (uint64_t)value;
}

static void add_glob(struct settings *settings, const char *text, bool include, bool directories)
{
	struct grep_glob *glob = alloc_or_fail(sizeof(*glob));
	const char *error = expression_from_glob(&glob->regex, text, false);

	if (error)
		fail(STATUS_TROUBLE, "%s: %s", text, error);
	glob->include = include;
	glob->directories = directories;
	/* the last one comes first */
	glob->next = settings->grep.globs;
	settings->grep.globs = glob;
}

static void unknown_word(const char *what)
{
	complain("unknown %s", what);
	process_exit(STATUS_TROUBLE);
}

static void set_directories(struct grep *grep, const char *word)
{
	grep->recursive = strcmp(word, "recurse") == 0;
	grep->skip_directories = strcmp(word, "skip") == 0;
	if (!grep->recursive && !grep->skip_directories && strcmp(word, "read") != 0) {
		complain("invalid argument %s for %s", quote(word), quote("--directories"));
		err("Valid arguments are:\n  - 'read'\n  - 'recurse'\n  - 'skip'\n");
		usage();
	}
}

static void set_binary(struct grep *grep, const char *word)
{
	grep->text = strcmp(word, "text") == 0;
	grep->skip_binary = strcmp(word, "without-match") == 0;
	if (!grep->text && !grep->skip_binary && strcmp(word, "binary") != 0)
		fail(STATUS_TROUBLE, "invalid argument %s for %s", quote(word),
		     quote("--binary-files"));
}

/* -2 is -C 2, -12 and -1 -2 are -C 12. */
static void add_digit(struct settings *settings, int digit)
{
	int64_t digits = settings->digit_last ? settings->digits : 0;

	settings->digits = digits > INT64_MAX / 10 - 1 ? INT64_MAX : digits * 10 + digit - '0';
	settings->context = settings->digits;
}

static void take_pattern_option(struct settings *settings, int option, const char *argument)
{
	const unsigned syntaxes = REGEX_EXTENDED | REGEX_LITERAL | REGEX_UNPAIRED;

	switch (option) {
	case 'E':
		settings->flags = (settings->flags & ~syntaxes) | REGEX_EXTENDED | REGEX_UNPAIRED;
		break;
	case 'F':
		settings->flags = (settings->flags & ~syntaxes) | REGEX_LITERAL;
		break;
	case 'G':
		settings->flags &= ~syntaxes;
		break;
	case 'P':
		fail(STATUS_TROUBLE,
		     "Perl matching not supported in a --disable-perl-regexp build");
	case 'e':
		add_patterns(&settings->patterns, argument, strlen(argument));
		settings->patterns.given = true;
		break;
	case 'f':
		add_pattern_file(&settings->patterns, argument);
		settings->patterns.given = true;
		break;
	case 'i':
	case 'y':
		settings->flags |= REGEX_FOLD;
		break;
	case OPTION_NO_IGNORE_CASE:
		settings->flags &= ~(unsigned)REGEX_FOLD;
		break;
	case 'w':
		settings->flags |= REGEX_WORD;
		break;
	case 'x':
		settings->flags |= REGEX_WHOLE;
		break;
	}
}

static bool take_flag(struct grep *grep, int option)
{
	switch (option) {
	case 'H':
		grep->with_names = true;
		grep->no_names = false;
		return true;
	case 'h':
		grep->no_names = true;
		grep->with_names = false;
		return true;
	case 'L':
		grep->list_without = true;
		grep->list = false;
		return true;
	case 'l':
		grep->list = true;
		grep->list_without = false;
		return true;
	case 'R':
	case 'r':
		grep->recursive = true;
		grep->skip_directories = false;
		return true;
	case 'a':
		grep->text = true;
		return true;
	case 'z':
		grep->end = '\0';
		return true;
	case 'u':
		complain("warning: --unix-byte-offsets (-u) is obsolete");
		return true;
	case 'U':
	case OPTION_COLOR:
		return true;
	}
	const struct {
		int option;
		bool *flag;
	} flags[] = {
		{'T', &grep->initial_tab},  {'Z', &grep->zero_names},
		{'b', &grep->byte_offsets}, {'c', &grep->count},
		{'n', &grep->line_numbers}, {'o', &grep->only_matching},
		{'q', &grep->quiet},	    {'s', &grep->suppress},
		{'v', &grep->invert},	    {OPTION_LINE_BUFFERED, &grep->line_buffered},
	};

	for (unsigned i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (flags[i].option == option)
			return *flags[i].flag = true;
	return false;
}

static void take_option(struct settings *settings, int option, const char *argument)
{
	struct grep *grep = &settings->grep;

	if (take_flag(grep, option))
		return;
	switch (option) {
	case 'A':
		grep->after = context_length(argument);
		break;
	case 'B':
		grep->before = context_length(argument);
		break;
	case 'C':
		settings->context = context_length(argument);
		break;
	case 'D':
		grep->skip_devices = strcmp(argument, "skip") == 0;
		if (!grep->skip_devices && strcmp(argument, "read") != 0)
			unknown_word("devices method");
		break;
	case 'd':
		set_directories(grep, argument);
		break;
	case 'm':
		grep->most = max_count(argument);
		break;
	case OPTION_BINARY:
		set_binary(grep, argument);
		break;
	case OPTION_INCLUDE:
	case OPTION_EXCLUDE:
	case OPTION_EXCLUDE_DIR:
		add_glob(settings, argument, option == OPTION_INCLUDE,
			 option == OPTION_EXCLUDE_DIR);
		break;
	case OPTION_LABEL:
		grep->label = argument;
		break;
	case OPTION_SEPARATOR:
		grep->separator = argument;
		break;
	case OPTION_NO_SEPARATOR:
		grep->separator = NULL;
		break;
	case 'V':
	case '?':
		usage();
	default:
		take_pattern_option(settings, option, argument);
		break;
	}
}

/* Says what is wrong with each pattern, or with all of them together. */
_Noreturn static void fail_patterns(const struct patterns *patterns, unsigned flags,
				    const char *together)
{
	const char *text = patterns->text, *last = text + patterns->length;
	unsigned wrong = 0;

	while (text < last) {
		const char *end = memchr(text, '\n', (size_t)(last - text));
		struct regex regex;
		const char *error = regex_compile(&regex, text, (size_t)(end - text), flags,
						  &process_regex_host);

		if (error)
			complain("%s", error);
		else
			regex_free(&regex);
		wrong += error != NULL;
		text = end + 1;
	}
	if (!wrong)
		complain("%s", together);
	process_exit(STATUS_TROUBLE);
}

static void compile(struct settings *settings)
{
	struct grep *grep = &settings->grep;
	struct patterns *patterns = &settings->patterns;
	const char *error;

	/* without the newline behind the last one */
	grep->nothing = patterns->length == 0;
	settings->flags |= REGEX_LENIENT;
	error = regex_compile(&grep->regex, patterns->text,
			      patterns->length ? patterns->length - 1 : 0,
			      settings->flags | REGEX_LINES, &process_regex_host);
	if (error)
		fail_patterns(patterns, settings->flags, error);
	expression_check(&grep->regex, STATUS_TROUBLE);
	grep->empty = grep->invert !=
		      (!grep->nothing &&
		       expression_search(&grep->regex, "", 0, 0, NULL, 0, STATUS_TROUBLE));
}

static int run(struct settings *settings, char **operands, int count)
{
	struct grep *grep = &settings->grep;
	bool tree = grep->recursive && !count;

	if (!grep->no_names && (grep->recursive || count > 1))
		grep->with_names = true;
	if (tree)
		grep_operand(grep, NULL);
	else if (!count)
		grep_operand(grep, "-");
	for (int i = 0; i < count && !(grep->quiet && grep->selected); i++)
		grep_operand(grep, operands[i]);
	if (grep->trouble && !(grep->quiet && grep->selected))
		return STATUS_TROUBLE;
	return grep->selected ? 0 : 1;
}

static int grep_with(int argc, char **argv, unsigned flags)
{
	struct settings *settings = alloc_or_fail(sizeof(*settings));
	struct getopt state = {0};
	int option;

	out_failure(NULL, STATUS_TROUBLE);
	memset(settings, 0, sizeof(*settings));
	settings->grep.end = '\n';
	settings->grep.most = NO_LIMIT;
	settings->grep.before = settings->grep.after = settings->context = -1;
	settings->grep.separator = "--";
	settings->flags = flags;
	while ((option = getopt_next(&state, argc, argv,
				     "0123456789A:B:C:D:EFGHILPRTUVZabcd:e:f:hilm:noqrsuvwxyz",
				     long_options)) != -1) {
		bool digit = option < 256 && is_digit(option);

		if (digit)
			add_digit(settings, option);
		else if (option == 'I')
			set_binary(&settings->grep, "without-match");
		else
			take_option(settings, option, state.argument);
		settings->digit_last = digit;
	}
	char **operands = argv + state.index;
	int count = argc - state.index;

	if (settings->grep.before < 0)
		settings->grep.before = settings->context;
	if (settings->grep.after < 0)
		settings->grep.after = settings->context;
	if (!settings->patterns.given) {
		if (!count)
			usage();
		add_patterns(&settings->patterns, operands[0], strlen(operands[0]));
		operands++;
		count--;
	}
	/* nothing can be selected; not even a bad pattern is looked at then */
	bool none = !settings->patterns.length && !settings->grep.invert;

	if (!settings->grep.list_without && (settings->grep.most == 0 || none))
		return 1;
	compile(settings);
	return run(settings, operands, count);
}

static int grep_main(int argc, char **argv)
{
	return grep_with(argc, argv, 0);
}

static int egrep_main(int argc, char **argv)
{
	return grep_with(argc, argv, REGEX_EXTENDED | REGEX_UNPAIRED);
}

static int fgrep_main(int argc, char **argv)
{
	return grep_with(argc, argv, REGEX_LITERAL);
}

COMMAND(grep, "[OPTION]... PATTERNS [FILE]...", "Print lines that match patterns",
	"  -E -F -G         PATTERNS are extended, no (plain text), basic (default) expressions\n"
	"  -e PATTERNS      for more than one, or one that begins with -; -f FILE: from a file\n"
	"  -i -w -x         ignore case; match whole words, whole lines only\n"
	"  -v               lines that do not match\n"
	"  -c -l -L -q      print counts; names of files with, without a match; nothing\n"
	"  -o               only the parts that match\n"
	"  -n -b -H -h      line numbers, byte offsets; with, without the files' names\n"
	"  -A N -B N -C N   N lines of context after, before, around; -N is -C N\n"
	"  -m N             stop after N lines of a file\n"
	"  -r -R            all files below directories (of . without FILE)\n"
	"  --include=GLOB --exclude=GLOB --exclude-dir=GLOB   which of them\n"
	"  -a -I -z         binary files are text, have no match; lines end with NUL\n"
	"  -s -T -Z         no messages about files; line up with tabs; NUL behind names\n"
	"  --label=NAME     of standard input; --color is accepted, and there are no colors\n"
	"Each line of PATTERNS is a pattern. Back references (\\1) are not supported.\n"
	"The status is 0 with a match, 1 without, 2 for trouble.\n");
COMMAND(egrep, "[OPTION]... PATTERNS [FILE]...", "Print lines that match extended expressions",
	"The same as grep -E.\n");
COMMAND(fgrep, "[OPTION]... PATTERNS [FILE]...", "Print lines that have a text",
	"The same as grep -F.\n");

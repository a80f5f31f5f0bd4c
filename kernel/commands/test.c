/* test and [: dash's grammar and messages. */
#include "kernel/commands/command.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "kernel/thread.h"
#include "lib/ctype.h"
#include "lib/string.h"

#define STACK_LEAST 8192 /* what the innermost operator and its message may need */

enum kind { OPERAND, UNARY, BINARY, NOT, AND, OR, OPEN, CLOSE, END };

struct expression {
	char **word; /* the current one; NULL behind the last */
};

static bool is_one_of(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(word, *list) == 0)
			return true;
	return false;
}

static bool is_binary(const char *word)
{
	static const char *const names[] = {"=",   "!=",  "<",	 ">",	"-eq", "-ne", "-gt",
					    "-ge", "-lt", "-le", "-nt", "-ot", "-ef", NULL};

	return word && is_one_of(word, names);
}

static bool is_unary(const char *word)
{
	return word[0] == '-' && word[1] && !word[2] && strchr("rwxefdcbpugkstznhLOGS", word[1]);
}

/* What the word is in its place: an operator name may have to be an operand. */
static enum kind kind_of(char **word)
{
	if (!word[0])
		return END;
	if (is_unary(word[0])) {
		if (!word[1] || (word[2] && is_binary(word[1])))
			return OPERAND;
		return UNARY;
	}
	if (strcmp(word[0], "-a") == 0)
		return AND;
	if (strcmp(word[0], "-o") == 0)
		return OR;
	if (is_binary(word[0]))
		return BINARY;
	if (strcmp(word[0], "!") == 0)
		return NOT;
	if (strcmp(word[0], "(") == 0)
		return word[1] ? OPEN : OPERAND;
	if (strcmp(word[0], ")") == 0)
		return CLOSE;
	return OPERAND;
}

static _Noreturn void unexpected(const char *word)
{
	fail(2, "%s%sunexpected operator", word, *word ? ": " : "");
}

static int64_t number(const char *text)
{
	const char *at = text;
	uint64_t value = 0;
	bool bad = false;

	while (is_space(*at))
		at++;
	bool negative = *at == '-';

	if (*at == '-' || *at == '+')
		at++;
	bad = !is_digit(*at);
	for (; is_digit(*at); at++)
		bad |= __builtin_mul_overflow(value, 10u, &value) ||
		       __builtin_add_overflow(value, (uint64_t)(*at - '0'), &value);
	while (is_space(*at))
		at++;
	if (bad || *at || value > (uint64_t)INT64_MAX + negative)
		fail(2, "Illegal number: %s", text);
	return (int64_t)(negative ? -value : value);
}

static bool test_file(char operator, const char * name)
{
	struct file_stat stat;

	if (path_stat(name, &stat) != 0)
		return false;
	switch (operator) {
	case 'f':
		return stat.type == FILE_REGULAR;
	case 'd':
		return stat.type == FILE_DIRECTORY;
	case 'c':
		return stat.type == FILE_CHARACTER;
	case 'b':
		return stat.type == FILE_BLOCK;
	case 'p':
		return stat.type == FILE_PIPE;
	case 's':
		return stat.size > 0 && stat.type != FILE_BLOCK; /* as on Linux */
	case 'x':
		return stat.mode & 0111 || path_is_program(name, &stat);
	case 'u':
		return stat.mode & 04000;
	case 'g':
		return stat.mode & 02000;
	case 'k':
		return stat.mode & 01000;
	case 'h':
	case 'L':
	case 'S':
		return false;
	default:
		/* e, and r w O G: everything is root's */
		return true;
	}
}

static bool test_unary(const char *operator, const char * operand)
{
	switch (operator[1]) {
	case 'z':
		return !*operand;
	case 'n':
		return *operand;
	case 't': {
		int64_t fd = number(operand);
		struct file *file =
			fd >= 0 && fd < PROCESS_FILES_MAX ? process_file((int)fd) : NULL;

		return file && file_is_console(file);
	}
	default:
		return test_file(operator[1], operand);
	}
}

static bool test_files(const char *a, const char *operator, const char * b)
{
	struct file_stat x, y;

	if (path_stat(a, &x) != 0 || path_stat(b, &y) != 0)
		return false;
	if (operator[1] == 'e')
		return x.inode == y.inode;
	if (operator[1] == 'o') {
		struct file_stat older = x;

		x = y;
		y = older;
	}
	return x.mtime_s > y.mtime_s || (x.mtime_s == y.mtime_s && x.mtime_ns > y.mtime_ns);
}

static bool test_binary(const char *a, const char *operator, const char * b)
{
	if (operator[0] != '-') {
		int order = strcmp(a, b);

		return operator[0] == '=' ? order == 0 :
		       operator[0] == '!' ? order != 0
		       :
		       operator[0] == '<' ? order < 0
					  : order> 0;
	}
	if (operator[2] == 't' && operator[1] != 'g' && operator[1] != 'l')
		return test_files(a, operator, b);
	if (strcmp(operator, "-ef") == 0)
		return test_files(a, operator, b);

	int64_t x = number(a), y = number(b);

	if (strcmp(operator, "-eq") == 0)
		return x == y;
	if (strcmp(operator, "-ne") == 0)
		return x != y;
	if (strcmp(operator, "-gt") == 0)
		return x > y;
	if (strcmp(operator, "-ge") == 0)
		return x >= y;
	return strcmp(operator, "-lt") == 0 ? x < y : x <= y;
}

/* Each of these starts at the current word and ends at the last word it took. */
static bool parse_or(struct expression *expression);

static bool parse_primary(struct expression *expression)
{
	char **word = expression->word;
	enum kind kind = kind_of(word);

	if (kind == END)
		return false;
	if (kind == OPEN) {
		if (thread_stack_left() < STACK_LEAST)
			fail(2, "expression nested too deeply");
		expression->word++;
		if (kind_of(expression->word) == CLOSE)
			return false;
		bool value = parse_or(expression);

		if (*expression->word)
			expression->word++;
		if (kind_of(expression->word) != CLOSE)
			fail(2, "closing paren expected");
		return value;
	}
	if (kind == UNARY) {
		expression->word++;
		return test_unary(word[0], word[1]);
	}
	enum kind next = kind_of(word + 1);

	if (next == BINARY) {
		if (!word[2])
			fail(2, "%s: argument expected", word[1]);
		expression->word += 2;
		return test_binary(word[0], word[1], word[2]);
	}
	return **word;
}

static bool parse_not(struct expression *expression)
{
	bool inverted = false;

	while (kind_of(expression->word) == NOT) {
		inverted = !inverted;
		if (!expression->word[1])
			return inverted;
		expression->word++;
	}
	return parse_primary(expression) != inverted;
}

static bool parse_and(struct expression *expression)
{
	bool value = true;

	for (;;) {
		value &= parse_not(expression);
		if (!*expression->word || kind_of(expression->word + 1) != AND)
			return value;
		expression->word += 2;
	}
}

static bool parse_or(struct expression *expression)
{
	bool value = false;

	for (;;) {
		value |= parse_and(expression);
		if (!*expression->word || kind_of(expression->word + 1) != OR)
			return value;
		expression->word += 2;
	}
}

/* words ends with NULL. The status. */
static int evaluate(char **words, int count)
{
	bool inverted = false;

	/* What POSIX fixes for up to four words: "!" turns around what the rest says by itself. */
	for (; count == 3 || count == 4; count--, words++) {
		if (count == 3 && is_binary(words[1]))
			return test_binary(words[0], words[1], words[2]) != inverted ? 0 : 1;
		if (strcmp(words[0], "(") == 0 && strcmp(words[count - 1], ")") == 0) {
			words[count - 1] = NULL;
			words++;
			break;
		}
		if (strcmp(words[0], "!") != 0)
			break;
		inverted = !inverted;
	}
	struct expression expression = {.word = words};
	bool value = parse_or(&expression);

	if (expression.word[0] && expression.word[1])
		unexpected(expression.word[0]);
	return value != inverted ? 0 : 1;
}

static int test_main(int argc, char **argv)
{
	if (strcmp(argv[0], "[") == 0) {
		if (argc < 2 || strcmp(argv[argc - 1], "]") != 0)
			fail(2, "missing ]");
		argv[--argc] = NULL;
	}
	return evaluate(argv + 1, argc - 1);
}

#define TEST_HELP                                                                       \
	"  -n S, S, -z S          S is not empty; S is empty\n"                         \
	"  A = B, A != B, A < B, A > B          the strings' order\n"                   \
	"  A -eq B, -ne, -lt, -le, -gt, -ge     the integers' order\n"                  \
	"  -e F, -f F, -d F, -b F, -c F, -p F   F exists; is a regular file, a\n"       \
	"                         directory, a block device, a character device, a "    \
	"pipe\n"                                                                        \
	"  -s F, -x F, -r F, -w F               F is not empty; may be executed, …\n" \
	"  A -nt B, A -ot B, A -ef B            newer, older, the same file\n"          \
	"  -t FD                  FD is the console\n"                                  \
	"  ! E, E1 -a E2, E1 -o E2, ( E )       not, and, or, grouping\n"               \
	"Status 0 if true, 1 if false, 2 on errors.\n"

COMMAND(test, "[EXPRESSION]", "Check files and compare values", TEST_HELP);
COMMAND_NAMED(bracket, "[", test_main, "[EXPRESSION] ]", "Check files and compare values",
	      TEST_HELP);

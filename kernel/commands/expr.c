/* expr: evaluates expressions out of its operands. Numbers have 64 bits; what does not fit is an
 * error. */
#include "kernel/commands/command.h"
#include "kernel/commands/support/expression.h"
#include "kernel/posix/process.h"
#include "kernel/thread.h"
#include "lib/ctype.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/number.h"
#include "lib/string.h"

#define STATUS_INVALID 2
#define STATUS_FAILURE 3
#define STACK_LEAST    8192 /* what a pair of parentheses may need */

#define NUMBER_TEXT 24

/* All values are texts; what is a number, and whether it is one, is asked where it matters. */
struct words {
	char **next;
};

static char *number_text(int64_t number)
{
	char *text = alloc_or_fail(NUMBER_TEXT);

	snprintf(text, NUMBER_TEXT, "%lld", (long long)number);
	return text;
}

static bool is_integer(const char *text)
{
	text += *text == '-';
	if (!*text)
		return false;
	return text[strspn(text, "0123456789")] == '\0';
}

static int64_t to_number(const char *text)
{
	int64_t number;

	if (!is_integer(text))
		fail(STATUS_INVALID, "non-integer argument");
	if (number_parse_signed(text, 10, &number) != 0)
		fail(STATUS_FAILURE, "%s: %s", text, error_text(ERANGE));
	return number;
}

/* Empty, or zero. */
static bool is_null(const char *text)
{
	if (!*text)
		return true;
	text += *text == '-';
	return *text && text[strspn(text, "0")] == '\0';
}

static bool take(struct words *words, const char *word)
{
	if (!*words->next || strcmp(*words->next, word) != 0)
		return false;
	words->next++;
	return true;
}

static void need_more(struct words *words)
{
	if (!*words->next)
		fail(STATUS_INVALID, "syntax error: missing argument after %s",
		     quote_text(words->next[-1]));
}

/* The match of a pattern at the start of text: how long it is, or its first group. */
static char *match(char *text, const char *pattern)
{
	struct regex regex;
	struct regex_match found[2];
	const char *error = regex_compile(&regex, pattern, strlen(pattern),
					  REGEX_LENIENT | REGEX_EMPTY_RANGES | REGEX_ANCHORED,
					  &process_regex_host);

	if (error)
		fail(STATUS_INVALID, "%s", error);
	bool matches = expression_search(&regex, text, strlen(text), 0, found, 2, STATUS_FAILURE);
	bool group = regex.groups > 0;

	regex_free(&regex);
	if (!group)
		return number_text(matches ? (int64_t)found[0].end : 0);
	if (!matches || found[1].start == REGEX_NONE)
		return "";
	char *copy = alloc_or_fail(found[1].end - found[1].start + 1);

	memcpy(copy, text + found[1].start, found[1].end - found[1].start);
	copy[found[1].end - found[1].start] = '\0';
	return copy;
}

static char *substring(const char *text, const char *from, const char *count)
{
	size_t length = strlen(text);
	int64_t start, wanted;

	if (!is_integer(from) || !is_integer(count))
		return "";
	/* numbers that do not fit are at one end or the other all the same */
	number_parse_signed(from, 10, &start);
	number_parse_signed(count, 10, &wanted);
	if (start < 1 || wanted < 1 || (uint64_t)start > length)
		return "";
	text += start - 1;
	length -= (size_t)start - 1;
	if ((uint64_t)wanted < length)
		length = (size_t)wanted;
	char *copy = alloc_or_fail(length + 1);

	memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

static char *evaluate_or(struct words *words, bool counts);

static char *evaluate_primary(struct words *words, bool counts)
{
	need_more(words);
	if (take(words, "(")) {
		if (thread_stack_left() < STACK_LEAST)
			fail(STATUS_FAILURE, "too many parentheses");
		char *value = evaluate_or(words, counts);

		if (!*words->next)
			fail(STATUS_INVALID, "syntax error: expecting ')' after %s",
			     quote_text(words->next[-1]));
		if (!take(words, ")"))
			fail(STATUS_INVALID, "syntax error: expecting ')' instead of %s",
			     quote_text(*words->next));
		return value;
	}
	if (take(words, ")"))
		fail(STATUS_INVALID, "syntax error: unexpected ')'");
	return *words->next++;
}

static char *evaluate_word(struct words *words, bool counts)
{
	if (thread_stack_left() < STACK_LEAST)
		fail(STATUS_FAILURE, "too many operators");
	if (take(words, "+")) {
		need_more(words);
		return *words->next++;
	}
	if (take(words, "length"))
		return number_text((int64_t)strlen(evaluate_word(words, counts)));
	if (take(words, "match")) {
		char *text = evaluate_word(words, counts), *pattern = evaluate_word(words, counts);

		return counts ? match(text, pattern) : text;
	}
	if (take(words, "index")) {
		char *text = evaluate_word(words, counts), *bytes = evaluate_word(words, counts);
		size_t at = strcspn(text, bytes);

		return number_text(text[at] ? (int64_t)at + 1 : 0);
	}
	if (take(words, "substr")) {
		char *text = evaluate_word(words, counts), *from = evaluate_word(words, counts);

		return substring(text, from, evaluate_word(words, counts));
	}
	return evaluate_primary(words, counts);
}

static char *evaluate_match(struct words *words, bool counts)
{
	char *value = evaluate_word(words, counts);

	while (take(words, ":")) {
		char *pattern = evaluate_word(words, counts);

		if (counts)
			value = match(value, pattern);
	}
	return value;
}

static char *calculate(char operation, const char *left, const char *right)
{
	int64_t a, b, result = 0;
	bool overflow = false;

	if (!is_integer(left) || !is_integer(right))
		fail(STATUS_INVALID, "non-integer argument");
	a = to_number(left);
	b = to_number(right);
	if ((operation == '/' || operation == '%') && b == 0)
		fail(STATUS_INVALID, "division by zero");
	if (operation == '+')
		overflow = __builtin_add_overflow(a, b, &result);
	else if (operation == '-')
		overflow = __builtin_sub_overflow(a, b, &result);
	else if (operation == '*')
		overflow = __builtin_mul_overflow(a, b, &result);
	else if (b == -1) /* the smallest number has no opposite */
		overflow = operation == '/' && __builtin_sub_overflow(0, a, &result);
	else
		result = operation == '/' ? a / b : a % b;
	if (overflow)
		fail(STATUS_FAILURE, "%c: %s", operation, error_text(ERANGE));
	return number_text(result);
}

static char *evaluate_product(struct words *words, bool counts)
{
	char *value = evaluate_match(words, counts);

	for (;;) {
		char operation = take(words, "*")   ? '*'
				 : take(words, "/") ? '/'
				 : take(words, "%") ? '%'
						    : 0;

		if (!operation)
			return value;
		char *right = evaluate_match(words, counts);

		if (counts)
			value = calculate(operation, value, right);
	}
}

static char *evaluate_sum(struct words *words, bool counts)
{
	char *value = evaluate_product(words, counts);

	for (;;) {
		char operation = take(words, "+") ? '+' : take(words, "-") ? '-' : 0;

		if (!operation)
			return value;
		char *right = evaluate_product(words, counts);

		if (counts)
			value = calculate(operation, value, right);
	}
}

/* Of numbers with any number of digits. */
static int compare_integers(const char *a, const char *b)
{
	bool a_negative = *a == '-', b_negative = *b == '-';
	int order;

	a += a_negative;
	b += b_negative;
	a += strspn(a, "0");
	b += strspn(b, "0");
	if (!*a && !*b)
		return 0;
	if (a_negative != b_negative)
		return (*a && a_negative) || (!*a && !b_negative) ? -1 : 1;
	size_t a_length = strlen(a), b_length = strlen(b);

	order = a_length == b_length ? strcmp(a, b) : a_length < b_length ? -1 : 1;
	return a_negative ? -order : order;
}

static bool holds(const char *relation, const char *left, const char *right)
{
	int order = is_integer(left) && is_integer(right) ? compare_integers(left, right)
							  : strcmp(left, right);

	switch (relation[0]) {
	case '<':
		return relation[1] ? order <= 0 : order < 0;
	case '>':
		return relation[1] ? order >= 0 : order > 0;
	case '!':
		return order != 0;
	default:
		return order == 0;
	}
}

static char *evaluate_comparison(struct words *words, bool counts)
{
	static const char *const relations[] = {"<", "<=", "=", "==", "!=", ">=", ">"};
	char *value = evaluate_sum(words, counts);

	for (;;) {
		unsigned i = 0;

		while (i < sizeof(relations) / sizeof(*relations) && !take(words, relations[i]))
			i++;
		if (i == sizeof(relations) / sizeof(*relations))
			return value;
		char *right = evaluate_sum(words, counts);

		if (counts)
			value = holds(relations[i], value, right) ? "1" : "0";
	}
}

static char *evaluate_and(struct words *words, bool counts)
{
	char *value = evaluate_comparison(words, counts);

	while (take(words, "&")) {
		char *right = evaluate_comparison(words, counts && !is_null(value));

		if (is_null(value) || is_null(right))
			value = "0";
	}
	return value;
}

static char *evaluate_or(struct words *words, bool counts)
{
	char *value = evaluate_and(words, counts);

	while (take(words, "|")) {
		char *right = evaluate_and(words, counts && is_null(value));

		if (is_null(value))
			value = is_null(right) ? "0" : right;
	}
	return value;
}

static int expr_main(int argc, char **argv)
{
	char *value;

	out_failure(NULL, STATUS_FAILURE);
	if (argc > 1 && strcmp(argv[1], "--") == 0) {
		argv++;
		argc--;
	}
	if (argc <= 1) {
		complain("missing operand");
		fail_usage(STATUS_INVALID);
	}
	struct words list = {argv + 1}, *words = &list;

	value = evaluate_or(words, true);
	if (*words->next)
		fail(STATUS_INVALID, "syntax error: unexpected argument %s",
		     quote_text(*words->next));
	out("%s\n", value);
	return is_null(value);
}

COMMAND(expr, "EXPRESSION", "Evaluate an expression",
	"Each operator and operand is a word of its own. From the weakest to the strongest:\n"
	"  A | B    A if it is neither empty nor 0, else B\n"
	"  A & B    A if neither is empty or 0, else 0\n"
	"  A < B    1 if it holds, else 0; also <= = != >= >\n"
	"  A + B    A - B    A * B    A / B    A % B    with 64 bits; overflow is an error\n"
	"  A : B    match of the basic regular expression B at the start of A: its length, or\n"
	"           what \\(...\\) matched; also match A B\n"
	"  substr A POSITION LENGTH    index A CHARACTERS    length A    + A (A is no operator)\n"
	"  ( A )\n"
	"Back references (\\1) are not supported. The status is 0, 1 if the value is empty or 0,\n"
	"2 if the expression is invalid, 3 for other errors.\n");

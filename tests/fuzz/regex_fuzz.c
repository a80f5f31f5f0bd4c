/* lib/regex.c with any pattern and any text: no access outside, the same answer with places and
 * without, a number of steps that is linear in the text, and the GNU C library's answer where it
 * has one. The input: flags, the length of the pattern, the pattern, the text.
 *
 * Left out of the comparison, as known differences: back references (refused here); anchors, which
 * the library's own loses within repetitions, and takes for true behind newlines; several intervals
 * in a pattern, which it writes out without a limit; alternatives in groups, in which it may look
 * for ever for where an empty one stood. What it does with groups is compared by the unit test. */
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "lib/regex.h"
#include "lib/regex_program.h"

#define COMPARED_PATTERN 40
#define COMPARED_TEXT	 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct regex_host host = {malloc, free, NULL};

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void check_groups(const struct regex_match *found, unsigned groups, size_t from, size_t size)
{
	check(found[0].start >= from && found[0].start <= found[0].end && found[0].end <= size);
	for (unsigned i = 1; i < REGEX_GROUPS; i++) {
		if (found[i].start == REGEX_NONE) {
			check(found[i].end == REGEX_NONE);
			continue;
		}
		check(i <= groups && found[i].start >= found[0].start);
		check(found[i].start <= found[i].end && found[i].end <= found[0].end);
	}
}

static bool is_comparable(const char *pattern, const char *text, size_t size, unsigned flags)
{
	unsigned intervals = 0;

	if (strlen(pattern) > COMPARED_PATTERN || size > COMPARED_TEXT || strlen(text) != size)
		return false;
	if (flags & ~(unsigned)(REGEX_EXTENDED | REGEX_FOLD | REGEX_NEWLINE | REGEX_UNPAIRED))
		return false;
	for (const char *at = pattern; *at; at++)
		intervals += *at == '{';
	return intervals < 2 && !strpbrk(pattern, "^$|<>bB`'");
}

static void compare(const char *pattern, const char *text, size_t size, unsigned flags,
		    const char *error, const struct regex_match *match, bool found)
{
	regmatch_t expected;
	regex_t theirs;

	if (!is_comparable(pattern, text, size, flags) ||
	    !(flags & REGEX_UNPAIRED) != !(flags & REGEX_EXTENDED))
		return;
	if (error && (strstr(error, "not supported") || strstr(error, "too big")))
		return;
	bool refused = regcomp(&theirs, pattern,
			       (flags & REGEX_EXTENDED ? REG_EXTENDED : 0) |
				       (flags & REGEX_FOLD ? REG_ICASE : 0) |
				       (flags & REGEX_NEWLINE ? REG_NEWLINE : 0)) != 0;

	check(refused == (error != NULL));
	if (refused)
		return;
	check((regexec(&theirs, text, 1, &expected, 0) == 0) == found);
	if (found)
		check((size_t)expected.rm_so == match->start &&
		      (size_t)expected.rm_eo == match->end);
	regfree(&theirs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct regex_match found[REGEX_GROUPS] = {{0, 0}};
	struct regex regex;
	int result = 0;

	if (size < 4)
		return 0;
	unsigned flags = data[0] | (data[1] & 7u) << 8;
	size_t length = data[2] < size - 4 ? data[2] : size - 4, from = data[3];

	data += 4;
	size -= 4 + length;
	/* of their own, so that a byte too far is seen */
	char *pattern = malloc(length + 1), *text = malloc(size + 1);

	memcpy(pattern, data, length);
	pattern[length] = '\0';
	memcpy(text, data + length, size);
	text[size] = '\0';
	char *exact = malloc(length);

	memcpy(exact, data, length);
	const char *error = regex_compile(&regex, exact, length, flags, &host);

	free(exact);
	if (!error) {
		check(regex.program->length <= REGEX_PROGRAM_MAX);
		from = size ? from % (size + 1) : 0;
		int answer = regex_search(&regex, text, size, from, NULL, 0);

		result = regex_search(&regex, text, size, from, found, REGEX_GROUPS);
		check(result == answer && (result == 0 || result == 1));
		check(regex.steps <= (size + 3) * (12ull * regex.program->length + 400));
		if (result)
			check_groups(found, regex.groups, from, size);
		result = regex_search(&regex, text, size, 0, found, REGEX_GROUPS);
		regex_free(&regex);
	}
	if (strlen(pattern) == length)
		compare(pattern, text, size, flags, error, found, result == 1);
	free(pattern);
	free(text);
	return 0;
}

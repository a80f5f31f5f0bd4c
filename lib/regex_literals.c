/* Many texts to be looked for at once: sorted, so that those that begin alike share that code. A
 * search is then in few places of it at a time, however many texts there are. */
#include "lib/ctype.h"
#include "lib/regex_compiler.h"
#include "lib/sort.h"
#include "lib/string.h"

struct literal {
	const unsigned char *text;
	size_t length;
};

static int compare(const struct literal *a, const struct literal *b, bool fold)
{
	for (size_t i = 0; i < a->length && i < b->length; i++) {
		int x = fold ? to_lower(a->text[i]) : a->text[i];
		int y = fold ? to_lower(b->text[i]) : b->text[i];

		if (x != y)
			return x - y;
	}
	return (a->length > b->length) - (a->length < b->length);
}

static int compare_exactly(const void *a, const void *b)
{
	return compare(a, b, false);
}

static int compare_folded(const void *a, const void *b)
{
	return compare(a, b, true);
}

static size_t common_length(const struct literal *a, const struct literal *b, bool fold)
{
	size_t i = 0;

	while (i < a->length && i < b->length &&
	       (fold ? to_lower(a->text[i]) == to_lower(b->text[i]) : a->text[i] == b->text[i]))
		i++;
	return i;
}

static size_t count_lines(const char *text, size_t length)
{
	size_t count = 1;

	for (size_t i = 0; i < length; i++)
		count += text[i] == '\n';
	return count;
}

/* Returns the length of the longest one. */
static size_t split_lines(const char *text, size_t length, struct literal *literals)
{
	size_t longest = 0, start = 0;

	for (size_t i = 0; i <= length; i++) {
		if (i < length && text[i] != '\n')
			continue;
		*literals++ = (struct literal){(const unsigned char *)text + start, i - start};
		if (i - start > longest)
			longest = i - start;
		start = i + 1;
	}
	return longest;
}

/* forks[depth]: where the code of the last text decided on its byte at depth, or that it ends. */
static void emit_literals(struct regex_compiler *compiler, struct regex_group *group,
			  const struct literal *literals, size_t count, uint16_t *forks)
{
	bool fold = compiler->flags & REGEX_FOLD;

	for (size_t i = 0; i < count && !compiler->error; i++) {
		const struct literal *literal = &literals[i];
		size_t shared = i ? common_length(literal - 1, literal, fold) : 0;

		if (i && shared == literal->length && shared == literal[-1].length)
			continue; /* the same once more */
		if (i)
			regex_split(compiler, forks[shared], forks[shared] + 1u,
				    compiler->program->length);
		for (size_t at = shared; at <= literal->length && !compiler->error; at++) {
			forks[at] = (uint16_t)regex_emit(compiler, OP_JUMP, 0);
			if (at < literal->length)
				regex_emit_byte(compiler, literal->text[at]);
		}
		regex_jump_to_end(compiler, group);
	}
}

void regex_take_literals(struct regex_compiler *compiler, struct regex_group *group,
			 const char *text, size_t length)
{
	struct regex_host *host = &compiler->regex->host;
	size_t count = count_lines(text, length), longest;
	struct literal *literals = host->alloc(count * sizeof(*literals));
	uint16_t *forks = NULL;

	if (literals) {
		longest = split_lines(text, length, literals);
		forks = host->alloc((longest + 1) * sizeof(*forks));
		sort(literals, count, sizeof(*literals),
		     compiler->flags & REGEX_FOLD ? compare_folded : compare_exactly);
	}
	if (forks)
		emit_literals(compiler, group, literals, count, forks);
	else
		regex_fail(compiler, REGEX_NO_MEMORY);
	host->free(forks);
	host->free(literals);
}

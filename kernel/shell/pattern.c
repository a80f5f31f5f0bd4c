/* Shell patterns: * ? [...] and what is quoted. */
#include "kernel/shell/name.h"
#include "kernel/shell/pattern.h"
#include "lib/string.h"

static bool is_magic(const struct pattern *pattern, size_t i, char c)
{
	return pattern->bytes[i] == c && !pattern->quoted[i];
}

static bool in_class(const char *name, size_t length, unsigned char c)
{
	bool lower = c >= 'a' && c <= 'z', upper = c >= 'A' && c <= 'Z', digit = is_digit(c);
	bool graph = c > ' ' && c < 127;
	const struct {
		const char *name;
		bool member;
	} classes[] = {
		{"alnum", lower || upper || digit},
		{"alpha", lower || upper},
		{"blank", c == ' ' || c == '\t'},
		{"cntrl", c < ' ' || c == 127},
		{"digit", digit},
		{"graph", graph},
		{"lower", lower},
		{"print", graph || c == ' '},
		{"punct", graph && !lower && !upper && !digit},
		{"space", c == ' ' || (c >= '\t' && c <= '\r')},
		{"upper", upper},
		{"xdigit", digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')},
	};
	unsigned i;

	for (i = 0; i < sizeof(classes) / sizeof(*classes); i++)
		if (strlen(classes[i].name) == length && !memcmp(classes[i].name, name, length))
			return classes[i].member;
	return false;
}

/* The length of "[:name:]" at i, 0 where there is none. */
static size_t class_length(const struct pattern *pattern, size_t i)
{
	size_t end = i + 2;

	if (i + 1 >= pattern->length || !is_magic(pattern, i, '[') || pattern->bytes[i + 1] != ':')
		return 0;
	while (end < pattern->length && pattern->bytes[end] >= 'a' && pattern->bytes[end] <= 'z')
		end++;
	if (end + 1 < pattern->length && pattern->bytes[end] == ':' &&
	    pattern->bytes[end + 1] == ']')
		return end + 2 - i;
	return 0;
}

/* Matches the bracket expression at *position against c; false for "no bracket expression", with
 * *matches the answer otherwise. */
static bool match_bracket(const struct pattern *pattern, size_t *position, unsigned char c,
			  bool *matches)
{
	size_t i = *position + 1, first;
	bool negated = false, found = false;

	if (i < pattern->length && is_magic(pattern, i, '!')) {
		negated = true;
		i++;
	}
	for (first = i;; i++) {
		unsigned char low, high;
		size_t length;

		if (i >= pattern->length)
			return false;
		if (i > first && is_magic(pattern, i, ']'))
			break;
		length = class_length(pattern, i);
		if (length) {
			found |= in_class(pattern->bytes + i + 2, length - 4, c);
			i += length - 1;
			continue;
		}
		if (is_magic(pattern, i, '\\') && i + 1 < pattern->length)
			i++;
		low = high = (unsigned char)pattern->bytes[i];
		if (i + 2 < pattern->length && is_magic(pattern, i + 1, '-') &&
		    !is_magic(pattern, i + 2, ']')) {
			i += 2;
			if (is_magic(pattern, i, '\\') && i + 1 < pattern->length)
				i++;
			high = (unsigned char)pattern->bytes[i];
		}
		found |= c >= low && c <= high;
	}
	*position = i + 1;
	*matches = found != negated;
	return true;
}

/* Whether the pattern's element at *position, not a star, matches c. */
static bool match_one(const struct pattern *pattern, size_t *position, unsigned char c)
{
	bool matches;

	if (is_magic(pattern, *position, '?')) {
		++*position;
		return true;
	}
	if (is_magic(pattern, *position, '[') && match_bracket(pattern, position, c, &matches))
		return matches;
	if (is_magic(pattern, *position, '\\') && *position + 1 < pattern->length)
		++*position;
	return (unsigned char)pattern->bytes[(*position)++] == c;
}

bool pattern_match(const struct pattern *pattern, const char *text, size_t length)
{
	size_t p = 0, t = 0, star = 0, star_text = 0;
	bool starred = false;

	/* Only the last star needs a second try: what matched before it can stay. */
	while (t < length) {
		size_t next = p;

		if (p < pattern->length && is_magic(pattern, p, '*')) {
			star = ++p;
			star_text = t;
			starred = true;
		} else if (p < pattern->length &&
			   match_one(pattern, &next, (unsigned char)text[t])) {
			p = next;
			t++;
		} else if (starred) {
			p = star;
			t = ++star_text;
		} else {
			return false;
		}
	}
	while (p < pattern->length && is_magic(pattern, p, '*'))
		p++;
	return p == pattern->length;
}

/* What sort compares by. */
#include "kernel/commands/sort_key.h"

#include "kernel/commands/command.h"
#include "kernel/posix/process.h"
#include "lib/ctype.h"
#include "lib/string.h"

#define TROUBLE 2

bool sort_order_letter(struct sort_order *order, char letter, bool start, bool end)
{
	switch (letter) {
	case 'b':
		order->skip_start |= start;
		order->skip_end |= end;
		return true;
	case 'd':
		order->dictionary = true;
		order->printable = false;
		return true;
	case 'i':
		order->printable = !order->dictionary;
		return true;
	case 'f':
		order->fold = true;
		return true;
	case 'h':
		order->human = true;
		return true;
	case 'M':
		order->month = true;
		return true;
	case 'n':
		order->numeric = true;
		return true;
	case 'r':
		order->reverse = true;
		return true;
	case 'V':
		order->version = true;
		return true;
	}
	return false;
}

void sort_order_check(const struct sort_order *order)
{
	char letters[8];
	size_t count = 0;

	if (order->numeric + order->human + order->month +
		    (order->version || order->dictionary || order->printable) <=
	    1)
		return;
	if (order->dictionary)
		letters[count++] = 'd';
	if (order->fold)
		letters[count++] = 'f';
	if (order->human)
		letters[count++] = 'h';
	if (order->printable)
		letters[count++] = 'i';
	if (order->month)
		letters[count++] = 'M';
	if (order->numeric)
		letters[count++] = 'n';
	if (order->version)
		letters[count++] = 'V';
	letters[count] = '\0';
	fail(TROUBLE, "options '-%s' are incompatible", letters);
}

static _Noreturn void fail_key(const char *what, const char *text)
{
	fail(TROUBLE, "%s: invalid field specification %s", what, quote_text(text));
}

/* A number of a key at *at; where says which one, for messages. */
static uint64_t parse_count(const char **at, const char *where)
{
	const char *digits = *at + (**at == '+');
	uint64_t value = 0;
	bool large = false;

	if (!is_digit(*digits))
		fail(TROUBLE, "%s: invalid count at start of %s", where, quote_text(*at));
	for (*at = digits; is_digit(**at); ++*at)
		large |= __builtin_mul_overflow(value, 10u, &value) ||
			 __builtin_add_overflow(value, (unsigned)(**at - '0'), &value);
	return large ? UINT64_MAX : value;
}

static const char *parse_letters(const char *at, struct sort_key *key, bool start)
{
	while (*at && sort_order_letter(&key->order, *at, start, !start)) {
		key->ordered = true;
		at++;
	}
	return at;
}

struct sort_key *sort_key_parse(const char *text)
{
	struct sort_key *key = alloc_or_fail(sizeof(*key));
	const char *at = text;

	memset(key, 0, sizeof(*key));
	key->first_field = parse_count(&at, "invalid number at field start");
	if (!key->first_field--)
		fail_key("field number is zero", text);
	if (*at == '.') {
		at++;
		key->first_byte = parse_count(&at, "invalid number after '.'");
		if (!key->first_byte--)
			fail_key("character offset is zero", text);
	}
	at = parse_letters(at, key, true);
	key->to_end = *at != ',';
	if (*at == ',') {
		at++;
		key->last_field = parse_count(&at, "invalid number after ','");
		if (!key->last_field--)
			fail_key("field number is zero", text);
		if (*at == '.') {
			at++;
			key->last_byte = parse_count(&at, "invalid number after '.'");
		}
		at = parse_letters(at, key, false);
	}
	if (*at)
		fail_key("stray character in field spec", text);
	return key;
}

static bool is_gap(char c)
{
	return is_blank(c) || c == '\n';
}

/* Behind the field that starts at at; blanks before a field are part of it. */
static const char *skip_field(const char *at, const char *end, int separator)
{
	if (separator != SORT_BLANKS) {
		const char *found = memchr(at, separator, (size_t)(end - at));

		return found ? found : end;
	}
	while (at < end && is_gap(*at))
		at++;
	while (at < end && !is_gap(*at))
		at++;
	return at;
}

static const char *skip_gaps(const char *at, const char *end)
{
	while (at < end && is_gap(*at))
		at++;
	return at;
}

static const char *skip_bytes(const char *at, const char *end, uint64_t count)
{
	return count < (uint64_t)(end - at) ? at + count : end;
}

void sort_key_find(const struct sort_key *key, int separator, const char *line, size_t length,
		   const char **start, size_t *size)
{
	const char *end = line + length, *from = line, *to = line;

	for (uint64_t field = key->first_field; from < end && field; field--) {
		from = skip_field(from, end, separator);
		from += separator != SORT_BLANKS && from < end;
	}
	if (key->order.skip_start)
		from = skip_gaps(from, end);
	from = skip_bytes(from, end, key->first_byte);
	*start = from;
	*size = (size_t)(end - from);
	if (key->to_end)
		return;
	uint64_t field = key->last_field;

	if (!key->last_byte && field < UINT64_MAX)
		field++;
	while (to < end && field--) {
		to = skip_field(to, end, separator);
		to += separator != SORT_BLANKS && to < end && (field || key->last_byte);
	}
	if (key->last_byte) {
		if (key->order.skip_end)
			to = skip_gaps(to, end);
		to = skip_bytes(to, end, key->last_byte);
	}
	*size = to > from ? (size_t)(to - from) : 0;
}

/* A decimal number of any length: its digits without zeros in front, its fraction. */
struct number {
	bool negative;
	const char *digits, *fraction;
	size_t digit_count, fraction_count;
	const char *end;
};

static struct number scan_number(const char *at, const char *end)
{
	struct number number = {0};

	at = skip_gaps(at, end);
	if (at < end && *at == '-') {
		number.negative = true;
		at++;
	}
	while (at < end && *at == '0')
		at++;
	for (number.digits = at; at < end && is_digit(*at); at++)
		number.digit_count++;
	if (at < end && *at == '.') {
		number.fraction = ++at;
		for (; at < end && is_digit(*at); at++)
			if (*at != '0')
				number.fraction_count = (size_t)(at - number.fraction) + 1;
	}
	number.end = at;
	if (!number.digit_count && !number.fraction_count)
		number.negative = false;
	return number;
}

static int compare_bytes(const char *a, size_t a_size, const char *b, size_t b_size)
{
	size_t common = a_size < b_size ? a_size : b_size;
	int order = common ? memcmp(a, b, common) : 0;

	return order ? order : a_size < b_size ? -1 : a_size > b_size;
}

static int compare_numbers(const struct number *a, const struct number *b)
{
	int order;

	if (a->negative != b->negative)
		return a->negative ? -1 : 1;
	if (a->digit_count != b->digit_count)
		order = a->digit_count < b->digit_count ? -1 : 1;
	else
		order = compare_bytes(a->digits, a->digit_count, b->digits, b->digit_count);
	if (!order)
		order = compare_bytes(a->fraction, a->fraction_count, b->fraction,
				      b->fraction_count);
	return a->negative ? -order : order;
}

/* The place of a number's suffix among k M G T P E Z Y, negative for negative numbers. */
static int magnitude(const struct number *number, const char *end)
{
	static const char letters[] = "KMGTPEZY";
	char letter = number->end < end ? *number->end : '\0';
	const char *found = letter ? strchr(letters, letter == 'k' ? 'K' : letter) : NULL;
	int place = found ? (int)(found - letters) + 1 : 0;

	if (!number->digit_count && !number->fraction_count)
		return 0;
	return number->negative ? -place : place;
}

static int month(const char *at, const char *end)
{
	static const char names[] = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";

	at = skip_gaps(at, end);
	for (int i = 0; end - at >= 3 && i < 12; i++)
		if (to_upper(at[0]) == names[3 * i] && to_upper(at[1]) == names[3 * i + 1] &&
		    to_upper(at[2]) == names[3 * i + 2])
			return i + 1;
	return 0;
}

/* Versions: runs of digits compare as numbers, "~" comes before everything, even the end; letters
 * before other characters. */
static int version_weight(const char *text, size_t at, size_t size)
{
	if (at == size)
		return -1;
	unsigned char c = (unsigned char)text[at];

	if (is_digit(c))
		return 0;
	return is_alpha(c) ? c : c == '~' ? -2 : c + 256;
}

static int compare_version_parts(const char *a, size_t a_size, const char *b, size_t b_size)
{
	size_t i = 0, j = 0;

	while (i < a_size || j < b_size) {
		int first = 0;

		while ((i < a_size && !is_digit(a[i])) || (j < b_size && !is_digit(b[j]))) {
			int order = version_weight(a, i, a_size) - version_weight(b, j, b_size);

			if (order)
				return order;
			i++;
			j++;
		}
		while (i < a_size && a[i] == '0')
			i++;
		while (j < b_size && b[j] == '0')
			j++;
		for (; i < a_size && j < b_size && is_digit(a[i]) && is_digit(b[j]); i++, j++)
			if (!first)
				first = a[i] - b[j];
		if (i < a_size && is_digit(a[i]))
			return 1;
		if (j < b_size && is_digit(b[j]))
			return -1;
		if (first)
			return first;
	}
	return 0;
}

/* Without suffixes such as ".tar.gz". */
static size_t version_stem(const char *text, size_t size)
{
	size_t stem = 0, i = 0;

	while (i < size) {
		stem = ++i;
		while (i + 1 < size && text[i] == '.' &&
		       (is_alpha(text[i + 1]) || text[i + 1] == '~'))
			for (i += 2; i < size && (is_alnum(text[i]) || text[i] == '~');)
				i++;
	}
	return stem;
}

static int compare_versions(const char *a, size_t a_size, const char *b, size_t b_size)
{
	if (!a_size || !b_size)
		return (a_size != 0) - (b_size != 0);
	if (a[0] == '.' || b[0] == '.') {
		if (a[0] != b[0])
			return a[0] == '.' ? -1 : 1;
		if (a_size == 1 || b_size == 1)
			return (a_size != 1) - (b_size != 1);
		bool a_dots = a_size == 2 && a[1] == '.', b_dots = b_size == 2 && b[1] == '.';

		if (a_dots || b_dots)
			return b_dots - a_dots;
	}
	size_t a_stem = version_stem(a, a_size), b_stem = version_stem(b, b_size);
	int order = compare_version_parts(a, a_stem, b, b_stem);

	if (order || (a_stem == a_size && b_stem == b_size))
		return order;
	return compare_version_parts(a, a_size, b, b_size);
}

static bool counts(const struct sort_order *order, char c)
{
	if (order->dictionary)
		return is_alnum(c) || is_gap(c);
	return !order->printable || is_print(c);
}

/* As -d, -i and -f see it: byte by byte. */
static int compare_selected(const struct sort_order *order, const char *a, const char *a_end,
			    const char *b, const char *b_end)
{
	for (;;) {
		while (a < a_end && !counts(order, *a))
			a++;
		while (b < b_end && !counts(order, *b))
			b++;
		if (a == a_end || b == b_end)
			return (a != a_end) - (b != b_end);
		int x = (unsigned char)*a++, y = (unsigned char)*b++;

		if (order->fold) {
			x = to_upper(x);
			y = to_upper(y);
		}
		if (x != y)
			return x - y;
	}
}

/* What -d, -i and -f leave, for versions: a copy. */
static char *select_bytes(const struct sort_order *order, const char *text, size_t *size)
{
	char *copy = alloc_or_fail(*size + 1), *to = copy;

	for (size_t i = 0; i < *size; i++)
		if (counts(order, text[i]))
			*to++ = (char)(order->fold ? to_upper(text[i]) : text[i]);
	*size = (size_t)(to - copy);
	return copy;
}

int sort_key_compare(const struct sort_order *order, const char *a, size_t a_size, const char *b,
		     size_t b_size)
{
	const char *a_end = a + a_size, *b_end = b + b_size;
	bool selected = order->dictionary || order->printable || order->fold;

	if (order->numeric || order->human) {
		struct number x = scan_number(a, a_end), y = scan_number(b, b_end);
		int first = order->human ? magnitude(&x, a_end) - magnitude(&y, b_end) : 0;

		return first ? first : compare_numbers(&x, &y);
	}
	if (order->month)
		return month(a, a_end) - month(b, b_end);
	if (order->version && selected) {
		char *x = select_bytes(order, a, &a_size), *y = select_bytes(order, b, &b_size);
		int result = compare_versions(x, a_size, y, b_size);

		process_free(x);
		process_free(y);
		return result;
	}
	if (order->version)
		return compare_versions(a, a_size, b, b_size);
	if (selected)
		return compare_selected(order, a, a_end, b, b_end);
	return compare_bytes(a, a_size, b, b_size);
}

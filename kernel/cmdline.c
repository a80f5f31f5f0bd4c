/* The kernel command line: words "key" or "key=value", separated by blanks. Quotes as in a shell,
 * '…', "…" and \c, keep blanks together. */
#include "kernel/machine.h"

#include "kernel/console.h"
#include "lib/number.h"
#include "lib/string.h"

#define TEXT_MAX 2048

static char text[TEXT_MAX];
static char words[TEXT_MAX + 1]; /* "key=value" NUL … with the quotes gone, an empty word ends it */

void cmdline_init(const char *line)
{
	size_t length = strnlen(line, TEXT_MAX - 1), out = 0;
	size_t word = 0; /* where the current word starts */
	char quote = 0;

	memcpy(text, line, length);
	text[length] = '\0';

	for (const char *c = text; *c; c++) {
		if (!quote && (*c == ' ' || *c == '\t' || *c == '\n' || *c == '\r')) {
			if (out > word)
				words[out++] = '\0';
			word = out;
			continue;
		}
		if (quote && *c == quote)
			quote = 0;
		else if (!quote && (*c == '"' || *c == '\''))
			quote = *c;
		else if (*c == '\\' && quote != '\'' && c[1] != '\0')
			words[out++] = *++c;
		else
			words[out++] = *c;
	}
	if (out > word)
		words[out++] = '\0';
	words[out] = '\0';
}

const char *cmdline_get(const char *key)
{
	size_t key_length = strlen(key);
	const char *value = NULL;

	for (const char *word = words; *word; word += strlen(word) + 1) {
		if (strncmp(word, key, key_length) != 0)
			continue;
		if (word[key_length] == '=')
			value = word + key_length + 1;
		else if (word[key_length] == '\0')
			value = word + key_length;
		/* the last one wins: what is appended overrides */
	}
	return value;
}

uint64_t cmdline_get_number(const char *key, uint64_t fallback, uint64_t min, uint64_t max)
{
	const char *value = cmdline_get(key);
	uint64_t number;

	if (!value)
		return fallback;
	if (number_parse(value, 0, &number) < 0 || number < min || number > max) {
		/* Not what is used instead: the fallback may stand for a default elsewhere. */
		log_warning("command line: %s=%s: not a number from %llu to %llu, ignored", key,
			    value, (unsigned long long)min, (unsigned long long)max);
		return fallback;
	}
	return number;
}

const char *cmdline_text(void)
{
	return text;
}

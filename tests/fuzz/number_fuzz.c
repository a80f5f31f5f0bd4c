/* lib/number.c with any text: no input makes it read too far, and what it accepts is what it says.
 */
#include <stdlib.h>
#include "lib/errno.h"
#include "lib/number.h"
#include "lib/string.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int holds)
{
	if (!holds)
		abort();
}

static void check_result(int error, uint64_t value)
{
	check(error == 0 || error == -EINVAL || error == -ERANGE);
	if (error == -ERANGE)
		check(value == UINT64_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int bases[] = {0, 2, 8, 10, 16, 36};
	char *text = malloc(size + 1), buffer[16];
	const char *end;
	uint64_t value, again;
	int64_t number;
	unsigned i;
	int error;

	check(text != NULL);
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';

	for (i = 0; i < sizeof(bases) / sizeof(*bases); i++) {
		error = number_parse(text, bases[i], &value);
		check_result(error, value);
		check(number_parse_prefix(text, &end, bases[i], &again) == error || *end);
		check(end >= text && end <= text + strlen(text));
		if (!error)
			check(value == again && !*end);
		number_parse_signed(text, bases[i], &number);
	}
	/* strtoull() takes white space and signs as well. */
	if (!number_parse(text, 10, &value)) {
		char *libc_end;

		check(strtoull(text, &libc_end, 10) == value && !*libc_end);
	}
	error = number_parse_size(text, &value);
	check_result(error, value);
	if (!error) {
		number_format_iec(value, buffer, sizeof(buffer));
		check(strlen(buffer) <= 7);
	}
	free(text);
	return 0;
}

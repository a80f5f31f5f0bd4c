#include "lib/md5.h"
#include "tests/unit/cmocka.h"

static const char *hex_of(const void *data, size_t size, size_t step)
{
	static char text[2 * MD5_SIZE + 1];
	uint8_t digest[MD5_SIZE];
	const uint8_t *next = data;
	struct md5 hash;

	md5_init(&hash);
	while (size) {
		size_t part = size < step ? size : step;

		md5_update(&hash, next, part);
		next += part;
		size -= part;
	}
	md5_final(&hash, digest);
	for (unsigned i = 0; i < MD5_SIZE; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
	return text;
}

/* RFC 1321's test suite. */
static void test_vectors(void **state)
{
	static const struct {
		const char *text, *digest;
	} rows[] = {
		{"", "d41d8cd98f00b204e9800998ecf8427e"},
		{"a", "0cc175b9c0f1b6a831c399e269772661"},
		{"abc", "900150983cd24fb0d6963f7d28e17f72"},
		{"message digest", "f96b697d7cb7938d525a2f31aaf161d0"},
		{"abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"},
		{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
		 "d174ab98d277d9f5a5611c2c9f419d9f"},
		{"1234567890123456789012345678901234567890123456789012345678901234567890"
		 "1234567890",
		 "57edf4a22be3c955ac49da2e2107b67a"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_string_equal(hex_of(rows[i].text, strlen(rows[i].text), 1000),
				    rows[i].digest);
}

/* Steps of any size give the same, at every length around the padding's limits. */
static void test_steps(void **state)
{
	uint8_t pattern[300];
	char whole[2 * MD5_SIZE + 1];

	(void)state;
	for (size_t size = 0; size < sizeof(pattern); size++)
		pattern[size] = (uint8_t)(size * 7 + 3);
	for (size_t size = 0; size <= sizeof(pattern); size++) {
		memcpy(whole, hex_of(pattern, size, 1000), sizeof(whole));
		for (size_t step = 1; step < 140; step += 1 + size % 3)
			assert_string_equal(hex_of(pattern, size, step), whole);
	}
}

TESTS(cmocka_unit_test(test_vectors), cmocka_unit_test(test_steps))

#include "lib/sha256.h"
#include "tests/unit/cmocka.h"

static const char *hex_of(const void *data, size_t size, size_t step)
{
	static char text[SHA256_HEX_SIZE];
	uint8_t digest[SHA256_SIZE];
	const uint8_t *next = data;
	struct sha256 hash;

	sha256_init(&hash);
	while (size) {
		size_t part = size < step ? size : step;

		sha256_update(&hash, next, part);
		next += part;
		size -= part;
	}
	sha256_final(&hash, digest);
	return sha256_hex(digest, text);
}

/* FIPS 180-4's examples, as NIST publishes them. */
static void test_vectors(void **state)
{
	static const struct {
		const char *text, *digest;
	} rows[] = {
		{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
		{"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
		 "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
		 "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_string_equal(hex_of(rows[i].text, strlen(rows[i].text), 1000),
				    rows[i].digest);
}

static void test_million(void **state)
{
	char *text = malloc(1000000);

	(void)state;
	memset(text, 'a', 1000000);
	assert_string_equal(hex_of(text, 1000000, 999),
			    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	free(text);
}

/* Every length around the padding's limits: the digest of all their digests, made by another
 * implementation. Steps of any size give the same. */
static void test_lengths_and_steps(void **state)
{
	uint8_t pattern[300], digest[SHA256_SIZE];
	char text[SHA256_HEX_SIZE];
	struct sha256 all, one;
	size_t size, step;

	(void)state;
	for (size = 0; size < sizeof(pattern); size++)
		pattern[size] = (uint8_t)(size * 7 + 3);
	sha256_init(&all);
	for (size = 0; size <= sizeof(pattern); size++) {
		sha256_init(&one);
		sha256_update(&one, pattern, size);
		sha256_final(&one, digest);
		sha256_update(&all, digest, sizeof(digest));
		sha256_hex(digest, text);
		for (step = 1; step < 140; step += 1 + size % 3)
			assert_string_equal(hex_of(pattern, size, step), text);
	}
	sha256_final(&all, digest);
	assert_string_equal(sha256_hex(digest, text),
			    "7d917fbd2cf49ddff9ad0a8706bba32d204e92e71d2e369c5a03d6af29278c9f");
}

TESTS(cmocka_unit_test(test_vectors), cmocka_unit_test(test_million),
      cmocka_unit_test(test_lengths_and_steps))

/* MD5 and SHA-256: the examples of their specifications, and data in steps of any size. */
#include "lib/md5.h"
#include "lib/sha256.h"
#include "tests/unit/cmocka.h"

static const struct algorithm {
	void (*init)(struct block_hash *hash);
	void (*final)(struct block_hash *hash, uint8_t *digest);
	size_t size;
	/* Of the digests of every length of the pattern in test_lengths_and_steps(), by another
	 * implementation. */
	const char *digest_of_digests;
} algorithms[] = {
	{md5_init, md5_final, MD5_SIZE, "bbc8219ce2f09cb1b1235ce3b7ef018c"},
	{sha256_init, sha256_final, SHA256_SIZE,
	 "7d917fbd2cf49ddff9ad0a8706bba32d204e92e71d2e369c5a03d6af29278c9f"},
};

#define MD5    (&algorithms[0])
#define SHA256 (&algorithms[1])

static void hash_in_steps(const struct algorithm *algorithm, const void *data, size_t size,
			  size_t step, uint8_t *digest)
{
	const uint8_t *next = data;
	struct block_hash hash;

	algorithm->init(&hash);
	while (size) {
		size_t part = size < step ? size : step;

		block_hash_update(&hash, next, part);
		next += part;
		size -= part;
	}
	algorithm->final(&hash, digest);
}

static void assert_digest(const struct algorithm *algorithm, const uint8_t *digest,
			  const char *expected)
{
	char text[2 * SHA256_SIZE + 1];

	for (size_t i = 0; i < algorithm->size; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
	assert_string_equal(text, expected);
}

/* RFC 1321's test suite, and FIPS 180-4's examples, as NIST publishes them. */
static void test_vectors(void **state)
{
	static const struct {
		const struct algorithm *algorithm;
		const char *text, *digest;
	} rows[] = {
		{MD5, "", "d41d8cd98f00b204e9800998ecf8427e"},
		{MD5, "a", "0cc175b9c0f1b6a831c399e269772661"},
		{MD5, "abc", "900150983cd24fb0d6963f7d28e17f72"},
		{MD5, "message digest", "f96b697d7cb7938d525a2f31aaf161d0"},
		{MD5, "abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"},
		{MD5, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
		 "d174ab98d277d9f5a5611c2c9f419d9f"},
		{MD5,
		 "1234567890123456789012345678901234567890123456789012345678901234567890"
		 "1234567890",
		 "57edf4a22be3c955ac49da2e2107b67a"},
		{SHA256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{SHA256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{SHA256, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
		{SHA256,
		 "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
		 "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
		 "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
	};
	uint8_t digest[SHA256_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		hash_in_steps(rows[i].algorithm, rows[i].text, strlen(rows[i].text), 1000, digest);
		assert_digest(rows[i].algorithm, digest, rows[i].digest);
	}
}

static void test_million(void **state)
{
	uint8_t digest[SHA256_SIZE];
	char *text = malloc(1000000);

	(void)state;
	memset(text, 'a', 1000000);
	hash_in_steps(SHA256, text, 1000000, 999, digest);
	assert_digest(SHA256, digest,
		      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	free(text);
}

/* Every length around the padding's limits. */
static void test_lengths_and_steps(void **state)
{
	uint8_t pattern[300], whole[SHA256_SIZE], digest[SHA256_SIZE];

	(void)state;
	for (size_t size = 0; size < sizeof(pattern); size++)
		pattern[size] = (uint8_t)(size * 7 + 3);
	for (const struct algorithm *algorithm = MD5; algorithm <= SHA256; algorithm++) {
		struct block_hash all;

		algorithm->init(&all);
		for (size_t size = 0; size <= sizeof(pattern); size++) {
			hash_in_steps(algorithm, pattern, size, 1000, whole);
			block_hash_update(&all, whole, algorithm->size);
			for (size_t step = 1; step < 140; step += 1 + size % 3) {
				hash_in_steps(algorithm, pattern, size, step, digest);
				assert_memory_equal(digest, whole, algorithm->size);
			}
		}
		algorithm->final(&all, digest);
		assert_digest(algorithm, digest, algorithm->digest_of_digests);
	}
}

TESTS(cmocka_unit_test(test_vectors), cmocka_unit_test(test_million),
      cmocka_unit_test(test_lengths_and_steps))

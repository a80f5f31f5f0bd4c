/* CRC-32 against its definition. */
#include "lib/crc32.h"
#include "tests/unit/cmocka.h"

/* The definition, a bit at a time. */
static uint32_t slow(uint32_t crc, const uint8_t *data, size_t size)
{
	unsigned i;

	crc = ~crc;
	while (size--) {
		crc ^= *data++;
		for (i = 0; i < 8; i++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

static void test_check_value(void **state)
{
	(void)state;
	assert_int_equal(crc32(0, "123456789", 9), 0xcbf43926);
	assert_int_equal(crc32(0, "", 0), 0);
	assert_int_equal(crc32(0x1234, "", 0), 0x1234);
}

static void test_sizes_and_alignments(void **state)
{
	uint8_t pattern[1000];
	size_t offset, size;

	(void)state;
	for (size = 0; size < sizeof(pattern); size++)
		pattern[size] = (uint8_t)(size * 7 + 3);
	assert_int_equal(crc32(0, pattern, sizeof(pattern)), 0x17bc2a46);
	for (offset = 0; offset < 9; offset++) {
		for (size = 0; size < 100; size++) {
			uint32_t whole = slow(0, pattern + offset, size);

			assert_int_equal(crc32(0, pattern + offset, size), whole);
			assert_int_equal(crc32(crc32(0, pattern + offset, size / 3),
					       pattern + offset + size / 3, size - size / 3),
					 whole);
		}
	}
}

/* What cksum of GNU coreutils prints. */
static void test_posix(void **state)
{
	(void)state;
	assert_int_equal(crc32_posix_end(0, 0), 4294967295u);
	assert_int_equal(crc32_posix_end(crc32_posix(0, "123456789", 9), 9), 930766865u);
	assert_int_equal(crc32_posix_end(crc32_posix(crc32_posix(0, "1234", 4), "56789", 5), 9),
			 930766865u);
	/* the CRC of zeros is 0 until the size comes to it */
	assert_int_equal(crc32_posix_end(0, 0x1020304), 626050507u);
}

TESTS(cmocka_unit_test(test_check_value), cmocka_unit_test(test_sizes_and_alignments),
      cmocka_unit_test(test_posix))

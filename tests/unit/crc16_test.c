/* CRC-16 against known answers. */
#include "lib/crc16.h"
#include "tests/unit/cmocka.h"

/* The examples of T10 (SBC-3, table of CRC test cases), and the catalogue's check value. */
static void test_known_values(void **state)
{
	uint8_t bytes[32] = {0};

	(void)state;
	assert_int_equal(crc16_t10(0, bytes, 32), 0x0000);
	bytes[0] = bytes[1] = 0xff;
	assert_int_equal(crc16_t10(0, bytes, 32), 0x21b8);
	memset(bytes, 0xff, 32);
	assert_int_equal(crc16_t10(0, bytes, 32), 0xa293);
	for (unsigned i = 0; i < 32; i++)
		bytes[i] = (uint8_t)i;
	assert_int_equal(crc16_t10(0, bytes, 32), 0x0224);
	for (unsigned i = 0; i < 32; i++)
		bytes[i] = (uint8_t)(0xff - i);
	assert_int_equal(crc16_t10(0, bytes, 32), 0xa0b7);
	assert_int_equal(crc16_t10(0, "123456789", 9), 0xd0db);
}

static void test_goes_on(void **state)
{
	(void)state;
	assert_int_equal(crc16_t10(crc16_t10(0, "1234", 4), "56789", 5), 0xd0db);
	assert_int_equal(crc16_t10(0x1234, "", 0), 0x1234);
}

TESTS(cmocka_unit_test(test_known_values), cmocka_unit_test(test_goes_on))

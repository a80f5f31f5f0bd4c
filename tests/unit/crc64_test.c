/* CRC-64 against known answers. */
#include "lib/crc64.h"
#include "tests/unit/cmocka.h"

/* NVM Command Set 1.0, section 5.2.1.3: the CRC of 4 KiB of zeroes, of ones, of bytes that count up
 * from 00h and down from FFh, over and over; and the catalogue's check value. */
static void test_known_values(void **state)
{
	static uint8_t bytes[4096];

	(void)state;
	assert_true(crc64_nvme(0, bytes, 4096) == 0x6482d367eb22b64eu);
	memset(bytes, 0xff, 4096);
	assert_true(crc64_nvme(0, bytes, 4096) == 0xc0ddba7302eca3acu);
	for (unsigned i = 0; i < 4096; i++)
		bytes[i] = (uint8_t)i;
	assert_true(crc64_nvme(0, bytes, 4096) == 0x3e729f5f6750449cu);
	for (unsigned i = 0; i < 4096; i++)
		bytes[i] = (uint8_t)~i;
	assert_true(crc64_nvme(0, bytes, 4096) == 0x9a2df64b8e9e517eu);
	assert_true(crc64_nvme(0, "123456789", 9) == 0xae8b14860a799888u);
}

static void test_goes_on(void **state)
{
	(void)state;
	assert_true(crc64_nvme(crc64_nvme(0, "1234", 4), "56789", 5) == 0xae8b14860a799888u);
	assert_true(crc64_nvme(5, "", 0) == 5);
}

TESTS(cmocka_unit_test(test_known_values), cmocka_unit_test(test_goes_on))

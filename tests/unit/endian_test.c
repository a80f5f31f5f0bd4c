/* Numbers in both orders of bytes. */
#include "lib/endian.h"
#include "tests/unit/cmocka.h"

static void test_both_orders(void **state)
{
	uint8_t bytes[9] = {0, 0xf1, 0x02, 0xf3, 0x04, 0xf5, 0x06, 0xf7, 0x08};
	uint8_t out[8];

	(void)state;
	assert_int_equal(get_le16(bytes + 1), 0x02f1);
	assert_int_equal(get_le32(bytes + 1), 0x04f302f1);
	assert_int_equal(get_le64(bytes + 1), 0x08f706f504f302f1);
	assert_int_equal(get_be32(bytes + 1), 0xf102f304);
	assert_int_equal(get_be64(bytes + 1), 0xf102f304f506f708);
	put_le16(out, 0x02f1);
	assert_memory_equal(out, bytes + 1, 2);
	put_le32(out, 0x04f302f1);
	assert_memory_equal(out, bytes + 1, 4);
	put_be32(out, 0xf102f304);
	assert_memory_equal(out, bytes + 1, 4);
	put_le64(out, 0x08f706f504f302f1);
	assert_memory_equal(out, bytes + 1, 8);
	put_be64(out, 0xf102f304f506f708);
	assert_memory_equal(out, bytes + 1, 8);
	for (unsigned size = 1; size <= 8; size++) {
		memset(out, 0, sizeof(out));
		put_be(out, get_be(bytes + 1, size), size);
		assert_memory_equal(out, bytes + 1, size);
	}
	assert_int_equal(get_be(bytes + 1, 3), 0xf102f3);
}

TESTS(cmocka_unit_test(test_both_orders))

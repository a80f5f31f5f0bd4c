/* lib/string.c against the C library, over all alignments and every size around a word and a block.
 * The buffers end where the memory ends, so that ASan sees a byte too far. */
#include "tests/unit/cmocka.h"
#include "tests/unit/renamed.h"

#define ALIGNMENTS 9
#define SIZES	   210

static void fill(unsigned char *bytes, size_t size)
{
	static unsigned seed = 1;
	size_t i;

	for (i = 0; i < size; i++) {
		seed = seed * 1103515245 + 12345;
		bytes[i] = (unsigned char)(seed >> 16);
	}
}

static void test_memcpy(void **state)
{
	unsigned to, from;
	size_t size;

	(void)state;
	for (to = 0; to < ALIGNMENTS; to++) {
		for (from = 0; from < ALIGNMENTS; from++) {
			for (size = 0; size < SIZES; size++) {
				unsigned char *a = malloc(to + size);
				unsigned char *b = malloc(from + size);

				fill(b, from + size);
				memset(a, 0xee, to + size);
				assert_ptr_equal(lib_memcpy(a + to, b + from, size), a + to);
				assert_memory_equal(a + to, b + from, size);
				free(a);
				free(b);
			}
		}
	}
}

static void test_memcpy_keeps_neighbours(void **state)
{
	unsigned char from[SIZES], to[SIZES + 16];
	unsigned offset;
	size_t size;

	(void)state;
	fill(from, sizeof(from));
	for (offset = 0; offset < 8; offset++) {
		for (size = 0; size < SIZES; size++) {
			memset(to, 0xee, sizeof(to));
			lib_memcpy(to + offset, from, size);
			assert_memory_equal(to + offset, from, size);
			for (size_t i = 0; i < offset; i++)
				assert_int_equal(to[i], 0xee);
			for (size_t i = offset + size; i < sizeof(to); i++)
				assert_int_equal(to[i], 0xee);
		}
	}
}

static void test_memmove(void **state)
{
	enum { SPACE = 400 };
	unsigned char *start = malloc(SPACE), *expected = malloc(SPACE);
	int distance;
	size_t size;

	(void)state;
	fill(start, SPACE);
	for (distance = -150; distance <= 150; distance++) {
		for (size = 0; size <= 240; size++) {
			size_t from = distance < 0 ? 150 : 5;
			size_t to = (size_t)((int)from + distance);

			memcpy(expected, start, SPACE);
			memmove(expected + to, start + from, size);
			assert_ptr_equal(lib_memmove(start + to, start + from, size), start + to);
			assert_memory_equal(start, expected, SPACE);
		}
	}
	free(start);
	free(expected);
}

static void test_memmove_large(void **state)
{
	enum { SPACE = 20000 };
	static const int distances[] = {-4096, -65, -64, -63, -8, -1, 0, 1, 7, 8, 63, 64, 65, 4096};
	unsigned char *start = malloc(SPACE), *expected = malloc(SPACE);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(distances) / sizeof(distances[0]); i++) {
		fill(start, SPACE);
		memcpy(expected, start, SPACE);
		memmove(expected + 5003 + distances[i], expected + 5003, 10001);
		lib_memmove(start + 5003 + distances[i], start + 5003, 10001);
		assert_memory_equal(start, expected, SPACE);
	}
	free(start);
	free(expected);
}

static void test_memset(void **state)
{
	unsigned offset;
	size_t size, i;

	(void)state;
	for (offset = 0; offset < 16; offset++) {
		for (size = 0; size < SIZES; size++) {
			unsigned char *a = malloc(offset + size);
			unsigned char around[SIZES + 32];

			assert_ptr_equal(lib_memset(a + offset, 0x1a5, size), a + offset);
			for (i = 0; i < size; i++)
				assert_int_equal(a[offset + i], 0xa5);
			free(a);

			memset(around, 0xee, sizeof(around));
			lib_memset(around + offset, 0, size);
			for (i = 0; i < sizeof(around); i++)
				assert_int_equal(around[i],
						 i >= offset && i < offset + size ? 0 : 0xee);
		}
	}
}

static int sign(int value)
{
	return (value > 0) - (value < 0);
}

static void test_memcmp(void **state)
{
	unsigned x, y;
	size_t size, i;

	(void)state;
	for (x = 0; x < 8; x++) {
		for (y = 0; y < 8; y++) {
			for (size = 0; size < 40; size++) {
				unsigned char *a = malloc(x + size), *b = malloc(y + size);

				fill(a, x + size);
				memcpy(b + y, a + x, size);
				assert_int_equal(lib_memcmp(a + x, b + y, size), 0);
				for (i = 0; i < size; i++) {
					b[y + i] ^= 0x80;
					/* What comes behind the first difference is ignored. */
					if (i + 1 < size)
						b[y + size - 1] ^= 1;
					assert_int_equal(sign(lib_memcmp(a + x, b + y, size)),
							 sign(memcmp(a + x, b + y, size)));
					if (i + 1 < size)
						b[y + size - 1] ^= 1;
					b[y + i] ^= 0x80;
				}
				free(a);
				free(b);
			}
		}
	}
}

static void test_memchr(void **state)
{
	/* Bytes next to the one that is looked for trip word tricks. */
	static const unsigned char bytes[] = {0x00, 0x01, 0x7f, 0x80, 0x81, 0xff, 0xfe};
	unsigned offset, n;
	size_t size, i;

	(void)state;
	for (offset = 0; offset < 8; offset++) {
		for (size = 0; size < 30; size++) {
			unsigned char *a = malloc(offset + size);

			for (n = 0; n < 300; n++) {
				for (i = 0; i < offset + size; i++)
					a[i] = bytes[(unsigned)rand() % sizeof(bytes)];
				for (i = 0; i < sizeof(bytes); i++) {
					assert_ptr_equal(lib_memchr(a + offset, bytes[i], size),
							 memchr(a + offset, bytes[i], size));
					assert_ptr_equal(
						lib_memchr(a + offset, bytes[i] - 256, size),
						memchr(a + offset, bytes[i], size));
				}
			}
			free(a);
		}
	}
}

static void test_memrchr(void **state)
{
	const char text[] = "abcabc";

	(void)state;
	assert_ptr_equal(lib_memrchr(text, 'a', 6), text + 3);
	assert_ptr_equal(lib_memrchr(text, 'a', 3), text);
	assert_ptr_equal(lib_memrchr(text, 'c', 6), text + 5);
	assert_null(lib_memrchr(text, 'x', 6));
	assert_null(lib_memrchr(text, 'a', 0));
}

static void test_lengths(void **state)
{
	unsigned offset;
	size_t size, max;

	(void)state;
	for (offset = 0; offset < 8; offset++) {
		for (size = 0; size < 40; size++) {
			char *s = malloc(offset + size + 1);

			memset(s, 0x80, offset + size);
			s[offset + size] = '\0';
			assert_int_equal(lib_strlen(s + offset), size);
			for (max = 0; max < size + 3; max++)
				assert_int_equal(lib_strnlen(s + offset, max),
						 max < size ? max : size);
			free(s);
		}
	}
	assert_int_equal(lib_strnlen("abc", 4), 3);
}

static void random_string(char *s, size_t max)
{
	size_t size = (size_t)rand() % max, i;

	for (i = 0; i < size; i++)
		s[i] = "ab\xe4"[rand() % 3];
	s[size] = '\0';
}

static void test_strings(void **state)
{
	char a[12], b[5];
	int n;
	size_t max;

	(void)state;
	for (n = 0; n < 100000; n++) {
		random_string(a, sizeof(a));
		random_string(b, sizeof(b));
		assert_int_equal(sign(lib_strcmp(a, b)), sign(strcmp(a, b)));
		for (max = 0; max < 6; max++)
			assert_int_equal(sign(lib_strncmp(a, b, max)), sign(strncmp(a, b, max)));
		assert_ptr_equal(lib_strchr(a, b[0]), strchr(a, b[0]));
		assert_ptr_equal(lib_strrchr(a, b[0]), strrchr(a, b[0]));
		assert_ptr_equal(lib_strstr(a, b), strstr(a, b));
		assert_int_equal(lib_strspn(a, b), strspn(a, b));
		assert_int_equal(lib_strcspn(a, b), strcspn(a, b));
	}
	assert_ptr_equal(lib_strchr(a, '\0'), a + strlen(a));
	assert_ptr_equal(lib_strrchr(a, '\0'), a + strlen(a));
}

TESTS(cmocka_unit_test(test_memcpy), cmocka_unit_test(test_memcpy_keeps_neighbours),
      cmocka_unit_test(test_memmove), cmocka_unit_test(test_memmove_large),
      cmocka_unit_test(test_memset), cmocka_unit_test(test_memcmp), cmocka_unit_test(test_memchr),
      cmocka_unit_test(test_memrchr), cmocka_unit_test(test_lengths),
      cmocka_unit_test(test_strings))

/* Pseudo-random numbers against the authors' values. */
#include "lib/prng.h"
#include "tests/unit/cmocka.h"

/* The values that the authors' programs give. */
static void test_vectors(void **state)
{
	struct prng prng = {{1, 2, 3, 4}};

	(void)state;
	assert_true(prng_next(&prng) == 11520);
	assert_true(prng_next(&prng) == 0);
	assert_true(prng_next(&prng) == 1509978240);
	assert_true(prng_next(&prng) == 1215971899390074240);
	prng_seed(&prng, 1234567);
	assert_true(prng.state[0] == 6457827717110365317u);
	assert_true(prng.state[1] == 3203168211198807973u);
	assert_true(prng.state[2] == 9817491932198370423u);
	assert_true(prng.state[3] == 4593380528125082431u);
}

static void test_below(void **state)
{
	unsigned long counts[10] = {0};
	struct prng prng;
	int i;

	(void)state;
	prng_seed(&prng, 1);
	for (i = 0; i < 100000; i++) {
		uint64_t value = prng_below(&prng, 10);

		assert_true(value < 10);
		counts[value]++;
	}
	for (i = 0; i < 10; i++)
		assert_in_range(counts[i], 9500, 10500);
	assert_int_equal(prng_below(&prng, 0), 0);
	assert_int_equal(prng_below(&prng, 1), 0);
	for (i = 0; i < 1000; i++)
		assert_true(prng_below(&prng, (1ull << 63) + 1) <= 1ull << 63);
}

/* A longer fill starts with the bytes of a shorter one, and writes no further. */
static void test_fill(void **state)
{
	uint8_t whole[40], *part;
	struct prng prng;
	size_t size;

	(void)state;
	prng_seed(&prng, 5);
	prng_fill(&prng, whole, sizeof(whole));
	for (size = 0; size <= sizeof(whole); size++) {
		part = malloc(size);
		prng_seed(&prng, 5);
		prng_fill(&prng, part, size);
		assert_memory_equal(part, whole, size);
		free(part);
	}
}

TESTS(cmocka_unit_test(test_vectors), cmocka_unit_test(test_below), cmocka_unit_test(test_fill))

/* Sorting: order, stability, the number of comparisons. */
#include "lib/sort.h"
#include "tests/unit/cmocka.h"

static unsigned long comparisons;

static int compare_bytes(const void *a, const void *b)
{
	comparisons++;
	return *(const unsigned char *)a - *(const unsigned char *)b;
}

static int compare_ints(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	comparisons++;
	return (x > y) - (x < y);
}

struct record {
	char text[100];
	int key;
};

static int compare_records(const void *a, const void *b)
{
	return compare_ints(&((const struct record *)a)->key, &((const struct record *)b)->key);
}

static void test_small(void **state)
{
	unsigned char bytes[16], expected[16];
	size_t count, i;
	int n;

	(void)state;
	for (count = 0; count <= sizeof(bytes); count++) {
		for (n = 0; n < 2000; n++) {
			for (i = 0; i < count; i++)
				bytes[i] = (unsigned char)(rand() % 20);
			memcpy(expected, bytes, count);
			qsort(expected, count, 1, compare_bytes);
			sort(bytes, count, 1, compare_bytes);
			assert_memory_equal(bytes, expected, count);
		}
	}
}

/* No order of the input is slow. */
static void test_worst_case(void **state)
{
	enum { COUNT = 1 << 14 };
	int *numbers = malloc(COUNT * sizeof(int));
	int shape, i;

	(void)state;
	for (shape = 0; shape < 5; shape++) {
		for (i = 0; i < COUNT; i++) {
			switch (shape) {
			case 0:
				numbers[i] = i;
				break;
			case 1:
				numbers[i] = -i;
				break;
			case 2:
				numbers[i] = 7;
				break;
			case 3:
				numbers[i] = i < COUNT / 2 ? i : COUNT - i;
				break;
			default:
				numbers[i] = rand();
			}
		}
		comparisons = 0;
		sort(numbers, COUNT, sizeof(int), compare_ints);
		assert_true(comparisons < 2ul * COUNT * 14 + 2 * COUNT);
		for (i = 1; i < COUNT; i++)
			assert_true(numbers[i - 1] <= numbers[i]);
	}
	free(numbers);
}

/* Elements larger than what is swapped at a time stay whole. */
static void test_records(void **state)
{
	enum { COUNT = 500 };
	struct record *records = calloc(COUNT, sizeof(*records));
	char text[100];
	int i;

	(void)state;
	for (i = 0; i < COUNT; i++) {
		records[i].key = (i * 311) % COUNT;
		snprintf(records[i].text, sizeof(records[i].text), "%080d", records[i].key);
	}
	sort(records, COUNT, sizeof(*records), compare_records);
	for (i = 0; i < COUNT; i++) {
		assert_int_equal(records[i].key, i);
		snprintf(text, sizeof(text), "%080d", i);
		assert_string_equal(records[i].text, text);
	}
	free(records);
}

TESTS(cmocka_unit_test(test_small), cmocka_unit_test(test_worst_case),
      cmocka_unit_test(test_records))

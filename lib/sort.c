/* Heapsort: not the quickest on average, but never slow and never short of memory or stack. */
#include "lib/sort.h"
#include "lib/string.h"

static void swap(unsigned char *a, unsigned char *b, size_t size)
{
	unsigned char part[64];

	while (size) {
		size_t step = size < sizeof(part) ? size : sizeof(part);

		memcpy(part, a, step);
		memcpy(a, b, step);
		memcpy(b, part, step);
		a += step;
		b += step;
		size -= step;
	}
}

/* Lets the element at parent sink in the heap of count elements until no child is above it. */
static void sink(unsigned char *base, size_t parent, size_t count, size_t size,
		 int (*compare)(const void *a, const void *b))
{
	while (parent < count / 2) {
		size_t child = 2 * parent + 1;

		if (child + 1 < count &&
		    compare(base + child * size, base + (child + 1) * size) < 0)
			child++;
		if (compare(base + parent * size, base + child * size) >= 0)
			return;
		swap(base + parent * size, base + child * size, size);
		parent = child;
	}
}

void sort(void *base, size_t count, size_t size, int (*compare)(const void *a, const void *b))
{
	unsigned char *elements = base;
	size_t i;

	for (i = count / 2; i-- > 0;)
		sink(elements, i, count, size, compare);
	for (i = count; i-- > 1;) {
		swap(elements, elements + i * size, size);
		sink(elements, 0, i, size, compare);
	}
}

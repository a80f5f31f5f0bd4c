/* The lines typed before, newest last, in a ring. They belong to the machine, not to one shell. */
#include "kernel/memory.h"
#include "kernel/shell/history.h"
#include "lib/string.h"

#define HISTORY_MAX   500
#define HISTORY_BYTES (256u << 10) /* of all lines together */

static struct {
	char *text;
	size_t length;
} lines[HISTORY_MAX];
static unsigned first, count; /* the oldest line, and how many there are */
static unsigned first_number = 1;
static size_t total;

static void drop_oldest(void)
{
	total -= lines[first].length;
	kfree(lines[first].text);
	lines[first].text = NULL;
	first = (first + 1) % HISTORY_MAX;
	count--;
	first_number++;
}

/* The line does not end with a NUL. */
static bool is_blank(const char *line, size_t length)
{
	while (length && (line[length - 1] == ' ' || line[length - 1] == '\t'))
		length--;
	return !length;
}

/* Lines without anything in them, and repetitions of the last one, are not kept; no more are very
 * long ones, or any when memory is out. */
void history_add(const char *line, size_t length)
{
	size_t previous_length = 0;
	const char *previous = history_get(0, &previous_length);
	char *copy;

	if (is_blank(line, length) || length > HISTORY_BYTES / 4)
		return;
	if (previous && previous_length == length && !memcmp(previous, line, length))
		return;
	copy = kmalloc(length + 1);
	if (!copy)
		return;
	memcpy(copy, line, length);
	copy[length] = '\0';
	while (count == HISTORY_MAX || (count && total + length > HISTORY_BYTES))
		drop_oldest();
	lines[(first + count) % HISTORY_MAX].text = copy;
	lines[(first + count) % HISTORY_MAX].length = length;
	count++;
	total += length;
}

const char *history_get(unsigned index, size_t *length)
{
	unsigned slot;

	if (index >= count)
		return NULL;
	slot = (first + count - 1 - index) % HISTORY_MAX;
	*length = lines[slot].length;
	return lines[slot].text;
}

unsigned history_count(void)
{
	return count;
}

unsigned history_first_number(void)
{
	return first_number;
}

void history_clear(void)
{
	while (count)
		drop_oldest();
	first_number = 1;
}

/* The kernel log: records in a ring, the oldest make room. */
#include "kernel/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "kernel/cmdline.h"
#include "kernel/x86/cpu.h"
#include "kernel/x86/time.h"
#include "lib/format.h"
#include "lib/string.h"

#define RING_SIZE     65536u /* a power of two */
#define TEXT_MAX      256    /* bytes of one message */
#define STAMP_MAX     32
#define LEVEL_DEFAULT 4 /* warnings */

/* The time is kept as the TSC's: lines from before time_source_init() get the right one afterwards.
 */
struct record {
	uint64_t tsc;
	uint16_t length; /* of the text that follows */
	uint8_t level;
};

static char ring[RING_SIZE];
static size_t oldest, next; /* bytes since the start, at record boundaries */
static size_t printed;	    /* up to here the console has had its lines */
static int print_level = LEVEL_DEFAULT;
static const struct log_sink *sink;

static void ring_put(size_t at, const void *bytes, size_t size)
{
	size_t offset = at % RING_SIZE, first = RING_SIZE - offset;

	if (first > size)
		first = size;
	memcpy(ring + offset, bytes, first);
	memcpy(ring, (const char *)bytes + first, size - first);
}

static void ring_get(size_t at, void *bytes, size_t size)
{
	size_t offset = at % RING_SIZE, first = RING_SIZE - offset;

	if (first > size)
		first = size;
	memcpy(bytes, ring + offset, first);
	memcpy((char *)bytes + first, ring, size - first);
}

static void append(const struct record *record, const char *text)
{
	uint64_t flags = cpu_interrupts_save();
	size_t size = sizeof(*record) + record->length;

	while (next - oldest + size > RING_SIZE) {
		struct record old;

		ring_get(oldest, &old, sizeof(old));
		oldest += sizeof(old) + old.length;
	}
	ring_put(next, record, sizeof(*record));
	ring_put(next + sizeof(*record), text, record->length);
	next += size;
	cpu_interrupts_restore(flags);
}

/* The record at *position as a line with its time, NUL-terminated; moves *position behind it.
 * Returns the line's length, 0 at the end. */
static size_t get_line(size_t *position, int *level, char line[STAMP_MAX + TEXT_MAX + 2])
{
	uint64_t flags = cpu_interrupts_save(), us;
	struct record record = {0, 0, 0};
	size_t length;

	if (*position < oldest)
		*position = oldest;
	if (*position >= next) {
		cpu_interrupts_restore(flags);
		return 0;
	}
	ring_get(*position, &record, sizeof(record));
	us = time_of_tsc(record.tsc) / NS_PER_US;
	length = (size_t)snprintf(line, STAMP_MAX, "[%5llu.%06llu] ",
				  (unsigned long long)(us / 1000000),
				  (unsigned long long)(us % 1000000));
	ring_get(*position + sizeof(record), line + length, record.length);
	*position += sizeof(record) + record.length;
	cpu_interrupts_restore(flags);

	length += record.length;
	line[length++] = '\n';
	line[length] = '\0';
	*level = record.level;
	return length;
}

static void print_line(const char *line, size_t length)
{
	if (sink->column() != 0)
		sink->write("\n", 1);
	sink->write(line, length);
}

/* Prints the lines that have come since the last time; those of interrupt handlers, which must not
 * wait for the console, come out here, too. */
static void print_new(void)
{
	char line[STAMP_MAX + TEXT_MAX + 2];
	size_t length;
	int level;

	while ((length = get_line(&printed, &level, line)) > 0)
		if (level <= print_level)
			print_line(line, length);
}

void klog(int level, const char *format, ...)
{
	struct record record = {cpu_tsc(), 0, 0};
	char text[TEXT_MAX];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (length < 0)
		return;
	if ((size_t)length >= sizeof(text)) {
		length = sizeof(text) - 1;
		memcpy(text + length - 3, "...", 3);
	}
	/* One record is one line, and a device's strings do not steer the terminal. */
	for (int i = 0; i < length; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			text[i] = ' ';
	record.length = (uint16_t)length;
	record.level = (uint8_t)level;
	append(&record, text);
	if (sink && sink->ready())
		print_new();
}

size_t klog_read(size_t *position, char *buffer, size_t size)
{
	char line[STAMP_MAX + TEXT_MAX + 2];
	size_t total = 0;
	int level;

	for (;;) {
		size_t behind = *position;
		size_t length = get_line(&behind, &level, line);

		if (length == 0)
			break;
		if (length > size - total) {
			if (total > 0)
				break;
			length = size; /* not even one line fits: its start has to do */
		}
		memcpy(buffer + total, line, length);
		total += length;
		*position = behind;
		if (total == size)
			break;
	}
	return total;
}

void log_set_sink(const struct log_sink *to)
{
	sink = to;
	print_new();
}

void log_init(void)
{
	char line[STAMP_MAX + TEXT_MAX + 2];
	size_t position = 0, length;
	int level;

	print_level = (int)cmdline_number("loglevel", LEVEL_DEFAULT);
	/* Those of higher importance have been printed when they came. */
	while ((length = get_line(&position, &level, line)) > 0)
		if (level > LEVEL_DEFAULT && level <= print_level)
			print_line(line, length);
	printed = position;
}

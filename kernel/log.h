/* The kernel log: kept in a ring for dmesg, and printed on the console. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* level as in syslog: 3 error, 4 warning, 6 information, 7 debug; printed when level <= the
 * loglevel= of the command line (default 4). No newline at the end of format. */
void klog(int level, const char *format, ...) __attribute__((format(printf, 2, 3)));
#define log_error(...)	 klog(3, __VA_ARGS__)
#define log_warning(...) klog(4, __VA_ARGS__)
#define log_info(...)	 klog(6, __VA_ARGS__)
#define log_debug(...)	 klog(7, __VA_ARGS__)

/* Copies the log's text from *position on, one or more whole lines; returns its length, 0 at the
 * end. Start with *position = 0. Lines look like "[    0.001234] my_nvme0: …". */
size_t klog_read(size_t *position, char *buffer, size_t size);

/* Where lines are printed. */
struct log_sink {
	void (*write)(const char *bytes, size_t size);
	unsigned (*column)(void); /* where the cursor is: a line begins at 0 */
	/* Whether it may be written to now; interrupt handlers must not wait for it. What they log
	 * is printed with the next line. */
	bool (*ready)(void);
};

/* From here on lines are printed; those that came before and the default level wants are printed
 * now. */
void log_set_sink(const struct log_sink *sink);
/* Takes loglevel= from the command line and prints what it wants of the lines until now. */
void log_init(void);

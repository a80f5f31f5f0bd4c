/* The kernel on the host, as fuzz targets use it: the same machine again for each input. */
#include "tests/fuzz/machine.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/block/block.h"
#include "kernel/console.h"
#include "kernel/console_size.h"
#include "kernel/log.h"
#include "kernel/posix/file.h"
#include "kernel/shutdown.h"
#include "kernel/x86/panic.h"
#include "kernel/x86/power.h"
#include "kernel/memory.h"
#include "kernel/posix/process.h"
#include "kernel/random.h"
#include "kernel/thread.h"
#include "kernel/x86/thread_stack.h"
#include "kernel/x86/time.h"
#include "lib/errno.h"
#include "tests/host/host.h"

#define MEMORY_TOTAL (26ull << 20)
#define BLOCK_SIZE   512u
#define BLOCK_COUNT  128u
/* What directories keep room for that they once held, the block device's buffer, the history. */
#define MEMORY_SLACK (1u << 20)

static uint64_t memory_at_start, now_ns, looks;
static bool interactive, raw, interrupted;
static unsigned interrupts, insistence_start;
static unsigned halted; /* how often since the last Ctrl-C was noticed */
static const char *typed, *typed_end;
static unsigned end_count;
static struct block_device *disk;

/* Time moves a little whenever somebody looks at it. */

uint64_t time_ns(void)
{
	return now_ns += 1000;
}

uint64_t time_wall_s(void)
{
	return 1700000000 + now_ns / NS_PER_S;
}

void time_delay_ns(uint64_t ns)
{
	now_ns += ns;
}

static void interrupt(void)
{
	interrupted = true;
	interrupts++;
}

void thread_halt(uint64_t deadline)
{
	if (deadline != UINT64_MAX) {
		if (deadline > now_ns)
			now_ns = deadline;
		return;
	}
	/* Only Ctrl-C helps; and if that does not, time and again, nothing does. */
	if (++halted > 8)
		panic("deadlock");
	interrupt();
}

/* Console */

static bool look(void)
{
	if (++looks >= MACHINE_BUDGET && looks % 16 == 0)
		interrupt();
	return interrupted;
}

void console_write(const char *bytes, size_t size)
{
	static char sink[4096];

	/* The sanitizer sees every byte. */
	for (size_t piece; size; bytes += piece, size -= piece) {
		piece = size < sizeof(sink) ? size : sizeof(sink);
		memcpy(sink, bytes, piece);
	}
}

bool console_readable(void)
{
	return true;
}

long console_read(char *bytes, size_t size)
{
	static const char ends[] = "\3\4exit\r";
	size_t left = (size_t)(typed_end - typed);

	thread_yield();
	if (!raw && look())
		return -EINTR;
	if (!left) {
		/* Ctrl-C and Ctrl-D until they are understood */
		if (raw && size)
			bytes[0] = ends[end_count++ % (sizeof(ends) - 1)];
		if (end_count > 4096)
			panic("does not stop reading");
		return raw && size;
	}
	if (size > left)
		size = left;
	memcpy(bytes, typed, size);
	typed += size;
	return (long)size;
}

void console_set_raw(bool is)
{
	raw = is;
}

bool console_is_raw(void)
{
	return raw;
}

void console_set_interactive(bool is)
{
	interactive = is;
}

bool console_is_interactive(void)
{
	return interactive;
}

bool console_interrupted(void)
{
	return look();
}

unsigned console_interrupts(void)
{
	look();
	return interrupts;
}

/* Some input takes no notice of Ctrl-C: the way out is to type it again and again. */
bool console_insists(void)
{
	return interrupts - insistence_start >= 5;
}

void console_clear_insistence(void)
{
	insistence_start = interrupts;
}

void console_clear_interrupt(void)
{
	halted = 0;
	interrupted = false;
}

/* Log */

void klog(int level, const char *format, ...)
{
	char line[512];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (getenv("FUZZ_VERBOSE"))
		fprintf(stderr, "<%d> %s\n", level, line);
}

size_t klog_read(size_t *position, char *buffer, size_t size)
{
	static const char text[] = "[    0.000000] one line\n";
	size_t count = sizeof(text) - 1 - *position;

	if (count > size)
		count = size;
	memcpy(buffer, text + *position, count);
	*position += count;
	return count;
}

struct console_size console_size(void)
{
	return (struct console_size){80, 24};
}

void console_size_ask(void)
{
}

bool console_size_answers(void)
{
	return false;
}

/* Machine */

int shutdown_prepare(void)
{
	return files_sync_all();
}

_Noreturn void power_off(int status)
{
	panic("power_off(%d)", status);
}

_Noreturn void power_reset(void)
{
	panic("power_reset()");
}

void random_bytes(void *buffer, size_t size)
{
	memset(buffer, 0xc5, size);
}

/* A run */

static uint64_t memory_used(void)
{
	struct memory_stats stats;

	memory_stats(&stats);
	return stats.used;
}

void machine_start(void)
{
	thread_init();
	host_set_memory_limit(MEMORY_TOTAL);
	now_ns = 1;
	if (files_init())
		panic("files_init");
	disk = host_disk_memory(BLOCK_SIZE, BLOCK_COUNT);
	machine_end();
	memory_at_start = memory_used();
}

void machine_begin(const void *text, size_t size, bool is_interactive)
{
	memset(host_disk_data(disk), 'd', BLOCK_SIZE * BLOCK_COUNT);
	now_ns = 1;
	looks = end_count = 0;
	halted = 0;
	interrupted = raw = false;
	insistence_start = interrupts;
	interactive = is_interactive;
	typed = text;
	typed_end = typed + size;
}

static bool is_kept(const char *name)
{
	return strncmp(name, "/dev/", 5) == 0 || strcmp(name, "/dev") == 0 ||
	       strcmp(name, "/tmp") == 0 || strcmp(name, "/root") == 0;
}

/* Removes what is in the directory, but for what there is from the start. */
static void clear(const char *path)
{
	struct directory_entry entry;
	char name[PATH_MAX + NAME_MAX + 2];
	struct file *directory;
	uint64_t cursor;

	if (file_open(path, O_RDONLY | O_DIRECTORY, 0, &directory))
		panic("%s cannot be opened", path);
	for (cursor = 0; directory_read(directory, &cursor, &entry) > 0;) {
		bool is_directory = entry.type == FILE_DIRECTORY;

		snprintf(name, sizeof(name), "%s/%s", path[1] ? path : "", entry.name);
		if (is_directory)
			clear(name);
		if (!is_kept(name) && (is_directory ? path_rmdir(name) : path_unlink(name)))
			panic("%s cannot be removed", name);
	}
	file_close(directory);
}

static int clean(int argc, char **argv)
{
	(void)argc, (void)argv;
	files_sync_all();
	path_mkdir("/tmp", 0777);
	path_mkdir("/root", 0700);
	clear("/");
	return 0;
}

int machine_run(int (*entry)(int argc, char **argv), int argc, char **argv)
{
	return process_run(entry, argc, argv);
}

void machine_end(void)
{
	char *argv[] = {(char *)"clean", NULL};
	uint64_t used;

	host_fail_allocations(0);
	looks = 0;
	halted = 0;
	interrupted = false;
	process_run(clean, 1, argv);
	if (process_current())
		panic("a process is left");
	used = memory_used();
	if (getenv("FUZZ_VERBOSE"))
		fprintf(stderr, "memory %lld\n", (long long)(used - memory_at_start));
	if (memory_at_start && used > memory_at_start + MEMORY_SLACK)
		panic("%llu bytes of memory are lost",
		      (unsigned long long)(used - memory_at_start));
}

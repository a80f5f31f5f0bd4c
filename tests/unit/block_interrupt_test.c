/* Ctrl-C while a block device does not answer: who waits is back at once, and what the device still
 * works on, memory or blocks, is nobody else's before it is done. */
#include "drivers/block/block.h"
#include "kernel/console.h"
#include "kernel/posix/file.h"
#include "kernel/memory.h"
#include "kernel/posix/process.h"
#include "kernel/x86/time.h"
#include "lib/errno.h"
#include "tests/host/host.h"
#include "tests/unit/cmocka.h"

#define BLOCKS 8192u
#define LARGE  (1u << 20)

static struct block_device *device;
static uint8_t *disk;
static char path[64];
static struct memory_stats before;

static uint64_t used(void)
{
	struct memory_stats stats;

	memory_stats(&stats);
	return stats.used;
}

static int plug(void **state)
{
	(void)state;
	console_clear_interrupt();
	memory_stats(&before);
	device = host_disk_memory(512, BLOCKS);
	disk = (uint8_t *)host_disk_data(device);
	for (unsigned i = 0; i < BLOCKS * 512; i++)
		disk[i] = (uint8_t)(i * 7 >> 5);
	snprintf(path, sizeof(path), "/dev/%s", device->name);
	return 0;
}

static int unplug(void **state)
{
	struct file_stat stat;

	(void)state;
	host_disk_remove(device);
	assert_int_equal(path_stat(path, &stat), -ENOENT);
	assert_int_equal(used(), before.used);
	return 0;
}

static struct file *open_device(int flags)
{
	struct file *file;

	assert_int_equal(file_open(path, flags, 0, &file), 0);
	return file;
}

/* The device answers again; what was left behind ends. */
static void go_on(void)
{
	console_clear_interrupt();
	host_disk_stall(device, false, false);
	while (block_poll(device))
		;
}

static void expect_soon(uint64_t start)
{
	assert_true(time_ns() - start < 900ull * NS_PER_MS);
}

static void interrupt(bool abortable)
{
	host_disk_stall(device, true, abortable);
	host_interrupt();
}

/* Straight from the device: the buffer that is freed meanwhile is given to nobody, and the device
 * may write to it (the sanitizer would tell). */
static void test_direct_read(void **state)
{
	(void)state;
	for (unsigned abortable = 0; abortable < 2; abortable++) {
		struct file *file = open_device(O_RDONLY | O_DIRECT);
		uint8_t *small = kmalloc(512), *pages = pages_alloc(LARGE / PAGE_SIZE);
		uint64_t at_first = used(), start = time_ns();
		uint8_t again[512];

		interrupt(abortable);
		assert_int_equal(file_read(file, pages, LARGE), -EINTR);
		assert_int_equal(file_read(file, small, 512), -EINTR);
		expect_soon(start);
		pages_free(pages, LARGE / PAGE_SIZE);
		kfree(small);
		if (!abortable)
			assert_true(used() >= at_first);
		/* a read beside it does not wait for that */
		go_on();
		assert_true(used() < at_first - LARGE / 2);
		assert_int_equal(file_seek(file, 0, SEEK_SET), 0);
		assert_int_equal(file_read(file, again, 512), 512);
		assert_memory_equal(again, disk, 512);
		file_close(file);
	}
}

/* A write that may still come: nothing is written, or read, before it has ended, so that no later
 * write is overtaken by it. */
static void test_direct_write(void **state)
{
	struct file *file = open_device(O_RDWR | O_DIRECT);
	uint8_t *old = kmalloc(4096), *new = kmalloc(4096);
	uint64_t start = time_ns();

	(void)state;
	memset(old, 1, 4096);
	memset(new, 2, 4096);
	interrupt(false);
	assert_int_equal(file_write(file, old, 4096), -EINTR);
	kfree(old);
	assert_int_equal(file_seek(file, 0, SEEK_SET), 0);
	assert_int_equal(file_write(file, new, 4096), -EINTR);
	assert_int_equal(file_read(file, new, 4096), -EINTR);
	expect_soon(start);
	console_clear_interrupt();
	host_disk_stall(device, false, false);
	memset(new, 2, 4096);
	assert_int_equal(file_seek(file, 0, SEEK_SET), 0);
	assert_int_equal(file_write(file, new, 4096), 4096);
	assert_memory_equal(disk, new, 4096);
	file_close(file);
	kfree(new);
}

/* Through the buffer: what was on its way into it is not mistaken for data, before or after. */
static void test_buffered_read(void **state)
{
	(void)state;
	for (unsigned abortable = 0; abortable < 2; abortable++) {
		struct file *file = open_device(O_RDONLY);
		uint8_t bytes[3000];
		uint64_t start = time_ns();

		interrupt(abortable);
		assert_int_equal(file_read(file, bytes, sizeof(bytes)), -EINTR);
		assert_int_equal(file_read(file, bytes, sizeof(bytes)), -EINTR);
		expect_soon(start);
		if (abortable)
			disk[5] ^= 0xff;
		console_clear_interrupt();
		host_disk_stall(device, false, false);
		assert_int_equal(file_read(file, bytes, sizeof(bytes)), sizeof(bytes));
		assert_memory_equal(bytes, disk, sizeof(bytes));
		file_close(file);
	}
}

/* What write() has taken is written, although nobody waits: at the close of a process that Ctrl-C
 * ends, too; and opened anew, it is there. */
static void test_write_behind_goes_on(void **state)
{
	struct file *file = open_device(O_RDWR);
	uint8_t *bytes = malloc(LARGE), *read = malloc(LARGE);
	uint64_t start = time_ns();
	long count, more;

	(void)state;
	for (unsigned i = 0; i < LARGE; i++)
		bytes[i] = (uint8_t)(i >> 3);
	memcpy(read, disk, LARGE);
	/* in pieces that are not aligned, with gaps: a few requests to write back */
	for (unsigned i = 0; i < 24; i++) {
		assert_int_equal(file_seek(file, i * 40000, SEEK_SET), i * 40000);
		assert_int_equal(file_write(file, bytes + i * 40000, 10000), 10000);
		memcpy(read + i * 40000, bytes + i * 40000, 10000);
	}
	interrupt(true);
	file_close(file);
	expect_soon(start);
	console_clear_interrupt();
	file = open_device(O_RDONLY);
	host_disk_stall(device, false, false);
	for (count = 0; count < (long)LARGE; count += more) {
		more = file_read(file, bytes + count, LARGE - count < 3000 ? LARGE - count : 3000);
		assert_true(more > 0);
	}
	assert_memory_equal(bytes, read, LARGE);
	assert_memory_equal(disk, read, LARGE);
	file_close(file);
	free(bytes);
	free(read);
}

/* More is written than the buffer holds, interrupted in between: what was counted arrives. */
static void test_interrupted_writer(void **state)
{
	struct file *file = open_device(O_WRONLY);
	uint8_t *bytes = malloc(2 * LARGE);
	uint64_t start = time_ns();
	long count = 0, written = 0;

	(void)state;
	memset(bytes, 0x77, 2 * LARGE);
	interrupt(false);
	while (written < (long)(2 * LARGE)) {
		count = file_write(file, bytes, 5120);
		if (count < 0)
			break;
		written += count;
	}
	assert_int_equal(count, -EINTR);
	assert_true(written > 0);
	file_close(file);
	expect_soon(start);
	go_on();
	file = open_device(O_RDONLY);
	assert_memory_equal(disk, bytes, (size_t)written);
	file_close(file);
	free(bytes);
}

/* An error of what nobody waits for is told: by the next one who asks. */
static void test_error_behind_the_back(void **state)
{
	struct file *file = open_device(O_RDWR), *other = open_device(O_RDWR);
	uint8_t bytes[512] = {0};

	(void)state;
	assert_int_equal(file_write(file, bytes, sizeof(bytes)), sizeof(bytes));
	host_disk_set_bad(device, 0, 0, false, true);
	interrupt(false);
	assert_int_equal(file_sync(other), -EINTR);
	go_on();
	host_disk_set_bad(device, 1, 0, false, false);
	assert_int_equal(file_sync(file), -EIO);
	file_close(file);
	file_close(other);
}

/* sync and flush as well, and Ctrl-C again while that waits. */
static void test_sync(void **state)
{
	struct file *file = open_device(O_RDWR);
	uint8_t bytes[512] = {9};
	struct host_disk_counts counts;

	(void)state;
	interrupt(false);
	assert_int_equal(file_sync(file), -EINTR);
	console_clear_interrupt();
	assert_int_equal(file_write(file, bytes, sizeof(bytes)), sizeof(bytes));
	host_interrupt();
	assert_int_equal(file_sync(file), -EINTR);
	assert_int_equal(file_sync(file), -EINTR);
	go_on();
	assert_int_equal(file_sync(file), 0);
	host_disk_counts(device, &counts);
	assert_true(counts.flushes >= 2);
	assert_memory_equal(disk, bytes, sizeof(bytes));
	file_close(file);
}

/* No memory for another record: then the first one has to end. */
static void test_without_memory(void **state)
{
	struct file *file = open_device(O_RDONLY | O_DIRECT);
	uint8_t *bytes = kmalloc(512);

	(void)state;
	interrupt(false);
	assert_int_equal(file_read(file, bytes, 512), -EINTR);
	console_clear_interrupt();
	host_disk_stall(device, false, false);
	host_fail_allocations(1);
	assert_int_equal(file_read(file, bytes, 512), 512);
	host_fail_allocations(0);
	file_close(file);
	kfree(bytes);
}

/* A discard that may still come: nothing else is done on the device before it has ended. */
static void test_discard(void **state)
{
	(void)state;
	for (unsigned zero = 0; zero < 2; zero++) {
		struct file *file = open_device(O_RDWR);
		uint8_t bytes[512];

		interrupt(false);
		assert_int_equal(zero ? file_zero(file, 512, 512) : file_discard(file, 512, 512),
				 -EINTR);
		assert_int_equal(file_pwrite(file, bytes, 512, 512), -EINTR);
		assert_int_equal(file_pread(file, bytes, 512, 0), -EINTR);
		go_on();
		memset(bytes, 'n', 512);
		assert_int_equal(file_pwrite(file, bytes, 512, 512), 512);
		assert_int_equal(file_sync(file), 0);
		assert_memory_equal(disk + 512, bytes, 512);
		file_close(file);
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, plug, unplug)

GROUP_TESTS(host_set_up, NULL, TEST(test_direct_read), TEST(test_direct_write),
	    TEST(test_buffered_read), TEST(test_write_behind_goes_on),
	    TEST(test_interrupted_writer), TEST(test_error_behind_the_back), TEST(test_sync),
	    TEST(test_without_memory), TEST(test_discard))

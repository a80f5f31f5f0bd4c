/* Files on block devices: the buffer, direct I/O, errors, against a model in memory. */
#include "drivers/block/block.h"
#include "kernel/posix/file.h"
#include "kernel/memory.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/prng.h"
#include "tests/host/host.h"
#include "tests/unit/cmocka.h"

#define FILES_MAX 3

static struct prng random_state;
static struct block_device *device;
static char *disk, *model;
static uint64_t size;
static char path[64];
static char *memory; /* for transfers */

static uint32_t below(uint64_t limit)
{
	return (uint32_t)prng_below(&random_state, limit);
}

static struct memory_stats before;

static void plug(uint32_t block_size, uint64_t bytes)
{
	memory_stats(&before);
	size = bytes;
	device = host_disk_memory(block_size, bytes / block_size);
	disk = host_disk_data(device);
	model = malloc(bytes);
	memory = malloc(bytes);
	assert_non_null(model);
	prng_fill(&random_state, disk, bytes);
	memcpy(model, disk, bytes);
	snprintf(path, sizeof(path), "/dev/%s", device->name);
}

static void unplug(void)
{
	struct memory_stats after;
	struct file_stat stat;

	host_disk_remove(device);
	assert_int_equal(path_stat(path, &stat), -ENOENT);
	free(model);
	free(memory);
	memory_stats(&after);
	assert_int_equal(before.used, after.used);
}

static struct file *open_device(int flags)
{
	struct file *file;

	assert_int_equal(file_open(path, flags, 0, &file), 0);
	return file;
}

static uint64_t random_offset(uint32_t block_size)
{
	uint64_t offset = below(4) ? below(size + 100) : below(300000);

	if (below(2))
		offset -= offset % (below(2) ? 65536 : block_size);
	return offset;
}

static size_t random_size(uint32_t block_size)
{
	static const uint32_t limits[] = {10, 1000, 9000, 70000, 300000, 2000000};
	size_t bytes = below(limits[below(6)]);

	if (below(2))
		bytes -= bytes % block_size;
	return bytes;
}

/* As a Linux block device counts. */
static long expected(bool write, bool direct, uint64_t offset, size_t bytes, uint32_t block_size)
{
	if (!bytes)
		return 0;
	if (offset >= size)
		return write ? -ENOSPC : 0;
	if (bytes > size - offset)
		bytes = size - offset;
	if (direct && (offset % block_size || bytes % block_size))
		return -EINVAL;
	return (long)bytes;
}

static void transfer(struct file *file, uint32_t block_size)
{
	bool direct = file_get_flags(file) & O_DIRECT, write = below(2);
	uint64_t offset = random_offset(block_size);
	size_t bytes = random_size(block_size);
	long count = expected(write, direct, offset, bytes, block_size);

	if (below(2) && offset <= size) {
		assert_int_equal(file_seek(file, (int64_t)offset, SEEK_SET), offset);
		if (write)
			prng_fill(&random_state, memory, bytes);
		assert_int_equal(write ? file_write(file, memory, bytes)
				       : file_read(file, memory, bytes),
				 count);
	} else {
		if (write)
			prng_fill(&random_state, memory, bytes);
		assert_int_equal(write ? file_pwrite(file, memory, bytes, offset)
				       : file_pread(file, memory, bytes, offset),
				 count);
	}
	if (count > 0 && write)
		memcpy(model + offset, memory, (size_t)count);
	else if (count > 0)
		assert_memory_equal(memory, model + offset, count);
}

/* Discards (the disk has ones then) or zeroes, of whole blocks mostly. */
static void clear(struct file *file, uint32_t block_size)
{
	uint64_t offset = random_offset(block_size), bytes = random_size(block_size);
	bool zero = below(2), offered = device->limits.discard_max;
	int expect = zero || offered ? 0 : -EOPNOTSUPP;

	if (offset % block_size || bytes % block_size || offset > size || bytes > size - offset)
		expect = -EINVAL;
	assert_int_equal(zero ? file_zero(file, offset, bytes) : file_discard(file, offset, bytes),
			 expect);
	if (!expect)
		memset(model + offset, zero ? 0 : 0xff, bytes);
}

static void random_test(uint32_t block_size, uint64_t seed)
{
	struct file *files[FILES_MAX];

	prng_seed(&random_state, seed);
	plug(block_size, 3 << 20);
	if (seed % 2)
		host_disk_offer_nothing(device);
	for (unsigned i = 0; i < FILES_MAX; i++)
		files[i] = open_device(O_RDWR | (i == 2 ? O_DIRECT : i == 1 ? O_DSYNC : 0));
	for (unsigned step = 0; step < 400; step++) {
		struct file **file = &files[below(FILES_MAX)];

		if (below(20) == 0) {
			assert_int_equal(file_sync(*file), 0);
			assert_memory_equal(disk, model, size);
		} else if (below(30) == 0) {
			int flags = file_get_flags(*file);

			assert_int_equal(file_close(*file), 0);
			*file = open_device(flags);
		} else if (below(8) == 0) {
			clear(*file, block_size);
		} else {
			transfer(*file, block_size);
		}
	}
	for (unsigned i = 0; i < FILES_MAX; i++)
		assert_int_equal(file_close(files[i]), 0);
	assert_memory_equal(disk, model, size);
	unplug();
}

static void test_random(void **state)
{
	uint64_t seed = getenv("SEED") ? strtoull(getenv("SEED"), NULL, 0) : 1;
	uint64_t count = getenv("COUNT") ? strtoull(getenv("COUNT"), NULL, 0) : 6;

	(void)state;
	for (uint64_t i = seed; i < seed + count; i++) {
		random_test(512, i);
		random_test(4096, i);
	}
	random_test(131072, seed);
	random_test(1 << 20, seed);
}

/* Blocks of 2 MiB do not fill the memory with what is buffered of them. */
static void test_large_blocks(void **state)
{
	struct memory_stats now;
	struct file *file;

	(void)state;
	prng_seed(&random_state, 1);
	plug(2 << 20, 48 << 20);
	file = open_device(O_RDWR);
	for (uint64_t offset = 4000; offset < size; offset += 2 << 20) {
		memset(model + offset, 0x33, 100);
		assert_int_equal(file_pwrite(file, model + offset, 100, offset), 100);
		memory_stats(&now);
		assert_in_range(now.used - before.used, 0, 9 << 20);
	}
	for (uint64_t offset = 0; offset < size; offset += 1 << 20) {
		assert_int_equal(file_pread(file, memory, 5000, offset), 5000);
		assert_memory_equal(memory, model + offset, 5000);
	}
	assert_int_equal(file_close(file), 0);
	assert_memory_equal(disk, model, size);
	unplug();
}

static void test_random_scarce(void **state)
{
	(void)state;
	/* Room for a few chunks only. */
	memory_stats(&before);
	host_set_memory_limit(before.used + (400 << 10));
	random_test(512, 98);
	host_set_memory_limit(256 << 20);
}

static void test_positions(void **state)
{
	struct file_stat stat;
	struct file *file;

	(void)state;
	plug(512, 1 << 20);
	file = open_device(O_RDWR);
	assert_int_equal(file_stat(file, &stat), 0);
	assert_int_equal(stat.type, FILE_BLOCK);
	assert_int_equal(stat.size, 1 << 20);
	assert_int_equal(stat.major, 259);
	assert_ptr_equal(file_block_device(file), device);
	assert_int_equal(file_seek(file, 0, SEEK_END), 1 << 20);
	assert_int_equal(file_seek(file, 1, SEEK_CUR), -EINVAL);
	assert_int_equal(file_seek(file, -1, SEEK_SET), -EINVAL);
	assert_int_equal(file_read(file, memory, 1), 0);
	assert_int_equal(file_write(file, memory, 1), -ENOSPC);
	assert_int_equal(file_write(file, memory, 0), 0);
	assert_int_equal(file_truncate(file, 0), -EINVAL);
	assert_int_equal(file_seek(file, -3, SEEK_END), (1 << 20) - 3);
	assert_int_equal(file_write(file, "abcdef", 6), 3);
	assert_int_equal(file_close(file), 0);
	assert_memory_equal(disk + size - 3, "abc", 3);
	/* Neither O_TRUNC nor O_APPEND means anything. */
	file = open_device(O_WRONLY | O_CREAT | O_TRUNC | O_APPEND);
	assert_int_equal(file_write(file, "xyz", 3), 3);
	assert_int_equal(file_close(file), 0);
	assert_memory_equal(disk, "xyz", 3);
	assert_memory_equal(disk + 3, model + 3, 1000);
	assert_int_equal(path_unlink(path), -EPERM);
	unplug();
}

/* Small transfers in sequence take few device commands. */
static void test_commands(void **state)
{
	struct host_disk_counts counts;
	struct file *from, *to;
	char byte;

	(void)state;
	plug(512, 4 << 20);
	from = open_device(O_RDONLY);
	for (unsigned i = 0; i < 1 << 20; i++)
		assert_int_equal(file_read(from, &byte, 1), 1);
	host_disk_counts(device, &counts);
	assert_true(counts.reads <= 5);
	to = open_device(O_WRONLY);
	for (unsigned i = 0; i < 1 << 18; i++)
		assert_int_equal(file_write(to, "x", 1), 1);
	assert_int_equal(file_sync(to), 0);
	host_disk_counts(device, &counts);
	assert_true(counts.reads <= 8);
	assert_true(counts.writes <= 2);
	assert_int_equal(counts.flushes, 1);
	for (unsigned i = 0; i < 1 << 18; i++)
		assert_int_equal(disk[i], 'x');
	/* Large ones go straight. */
	assert_int_equal(file_pread(from, memory, 1 << 20, 3 << 20), 1 << 20);
	assert_int_equal(file_pwrite(to, memory, 1 << 20, 2 << 20), 1 << 20);
	assert_memory_equal(disk + (2 << 20), disk + (3 << 20), 1 << 20);
	host_disk_counts(device, &counts);
	assert_true(counts.reads <= 9);
	assert_true(counts.writes <= 3);
	/* In no order: no more than what is asked for, in pages. */
	for (unsigned i = 0; i < 10; i++)
		file_pread(from, &byte, 1, 70000 * (10 - i));
	host_disk_counts(device, &counts);
	assert_true(counts.blocks_read <= (1 << 11) + 1024 + (1 << 11) + 800 + 80);
	file_close(from);
	file_close(to);
	unplug();
}

static void test_read_errors(void **state)
{
	struct file *file;

	(void)state;
	plug(512, 1 << 20);
	host_disk_set_bad(device, 100, 101, true, false);
	file = open_device(O_RDONLY);
	/* Whatever the size: all up to the bad block, then the error, then what is behind. */
	for (size_t bytes = 512; bytes <= 256 << 10; bytes *= 8) {
		uint64_t at = 0;
		long count;

		while ((count = file_pread(file, memory + at, bytes, at)) > 0)
			at += (uint64_t)count;
		assert_int_equal(count, -EIO);
		assert_int_equal(at, 100 * 512);
		assert_memory_equal(memory, disk, at);
		assert_int_equal(file_pread(file, memory, bytes, 101 * 512), -EIO);
		assert_int_equal(file_pread(file, memory, bytes, 102 * 512), bytes);
		assert_memory_equal(memory, disk + 102 * 512, bytes);
	}
	file_close(file);
	/* A write of a whole bad block needs no reading, a part of one does. */
	file = open_device(O_RDWR);
	assert_int_equal(file_pwrite(file, memory, 10, 100 * 512), -EIO);
	assert_int_equal(file_pwrite(file, memory, 512, 100 * 512), 512);
	assert_int_equal(file_sync(file), 0);
	assert_memory_equal(disk + 100 * 512, memory, 512);
	file_close(file);
	unplug();
}

static void test_write_errors(void **state)
{
	struct file *file, *other;

	(void)state;
	plug(512, 1 << 20);
	host_disk_set_bad(device, 100, 101, false, true);
	file = open_device(O_RDWR);
	other = open_device(O_RDWR);
	memset(memory, 'x', size);
	assert_int_equal(file_pwrite(file, memory, 40000, 40000), 40000);
	/* Told once to each; the good blocks got through. */
	assert_int_equal(file_sync(file), -EIO);
	assert_int_equal(file_sync(file), 0);
	assert_int_equal(file_sync(other), -EIO);
	assert_int_equal(file_sync(other), 0);
	assert_memory_equal(disk + 40000, memory, 100 * 512 - 40000);
	assert_memory_equal(disk + 100 * 512, model + 100 * 512, 1024);
	assert_memory_equal(disk + 102 * 512, memory, 80000 - 102 * 512);
	/* Straight ones tell at once how far they came. */
	assert_int_equal(file_pwrite(file, memory, 128 << 10, 0), 100 * 512);
	assert_int_equal(file_pwrite(file, memory, 128 << 10, 100 * 512), -EIO);
	assert_int_equal(file_sync(file), 0);
	assert_int_equal(file_pwrite(file, memory, 10, 100 * 512), 10);
	assert_int_equal(file_close(file), 0);
	assert_int_equal(file_close(other), -EIO);
	/* O_SYNC. */
	file = open_device(O_RDWR | O_SYNC);
	assert_int_equal(file_pwrite(file, memory, 10, 100 * 512), -EIO);
	assert_int_equal(file_pwrite(file, memory, 10, 0), 10);
	assert_memory_equal(disk, memory, 10);
	assert_int_equal(file_close(file), 0);
	unplug();
}

static void test_removed(void **state)
{
	struct file *file, *again;

	(void)state;
	plug(512, 1 << 20);
	file = open_device(O_RDWR);
	assert_int_equal(file_pwrite(file, "dirty", 5, 0), 5);
	device->gone = true;
	assert_int_equal(file_sync(file), -ENODEV);
	assert_int_equal(file_pread(file, memory, 4096, 65536), -ENODEV);
	assert_int_equal(file_pwrite(file, "dirty", 5, 0), 5);
	host_disk_remove(device);
	assert_int_equal(file_pread(file, memory, 10, 0), -ENODEV);
	assert_int_equal(file_pwrite(file, memory, 10, 0), -ENODEV);
	assert_int_equal(file_sync(file), -ENODEV);
	assert_null(file_block_device(file));
	assert_int_equal(file_open(path, O_RDONLY, 0, &again), -ENOENT);
	file_close(file);
	free(model);
	free(memory);
}

static const struct block_operations *real_operations;
static unsigned polls_left;

/* As a driver does that finds out that a namespace is gone while somebody waits for it. */
static unsigned removing_poll(struct block_device *polled)
{
	if (polls_left && --polls_left == 0) {
		polled->gone = true;
		block_unregister(polled);
	}
	return real_operations->poll(polled);
}

/* The device goes at each moment of a wait, in every kind of access; what is left behind is for the
 * sanitizers to find. */
static void test_removed_while_waiting(void **state)
{
	struct file_stat stat;

	(void)state;
	for (unsigned access = 0; access < 7; access++)
		for (unsigned moment = 1; moment < 6; moment++) {
			struct block_operations operations;
			struct file *file;

			plug(512, 4 << 20);
			file = open_device(O_RDWR);
			if (access >= 4) /* far apart: several requests */
				for (unsigned i = 0; i < 20; i++)
					assert_int_equal(file_pwrite(file, "x", 1, i * 131072), 1);
			real_operations = device->operations;
			operations = *real_operations;
			operations.poll = removing_poll;
			device->operations = &operations;
			polls_left = moment;
			switch (access) {
			case 0:
				file_pread(file, memory, 100, 5000);
				break;
			case 1:
				file_pread(file, memory, 300001, 5000);
				break;
			case 2:
				for (unsigned i = 0; i < 40; i++)
					file_pwrite(file, "x", 1, i * 65536);
				break;
			case 3:
				file_pwrite(file, memory, 300001, 5000);
				break;
			case 4:
				file_sync(file);
				break;
			case 5:
				files_sync_all();
				break;
			}
			file_close(file);
			polls_left = 0;
			device->operations = real_operations;
			host_disk_remove(device);
			assert_int_equal(path_stat(path, &stat), -ENOENT);
			free(model);
			free(memory);
		}
}

/* What was not written yet when the device went is lost, and the close says so. */
static void test_removed_dirty(void **state)
{
	struct file_stat stat;
	struct file *file;

	(void)state;
	plug(512, 1 << 20);
	file = open_device(O_RDWR);
	assert_int_equal(file_pwrite(file, memory, 512, 0), 512);
	host_disk_remove(device);
	assert_int_equal(file_close(file), -ENODEV);
	assert_int_equal(path_stat(path, &stat), -ENOENT);
	free(model);
	free(memory);
}

static void test_read_only(void **state)
{
	struct file *file;

	(void)state;
	plug(512, 1 << 20);
	device->read_only = true;
	assert_int_equal(file_open(path, O_RDWR, 0, &file), -EROFS);
	file = open_device(O_RDONLY);
	assert_int_equal(file_read(file, memory, 1 << 20), 1 << 20);
	assert_int_equal(file_write(file, memory, 1), -EBADF);
	file_close(file);
	unplug();
}

static void test_sync_all(void **state)
{
	struct host_disk_counts counts;
	struct file *file;

	(void)state;
	plug(512, 1 << 20);
	file = open_device(O_RDWR);
	assert_int_equal(file_pwrite(file, "abc", 3, 1000), 3);
	assert_memory_equal(disk + 1000, model + 1000, 3);
	assert_int_equal(files_sync_all(), 0);
	assert_memory_equal(disk + 1000, "abc", 3);
	host_disk_counts(device, &counts);
	assert_int_equal(counts.flushes, 1);
	file_close(file);
	unplug();
}

/* What was buffered of blocks is gone with them, and is not written later; their neighbours in the
 * buffer stay, and are. What is refused changes nothing. */
static void test_clear(void **state)
{
	struct host_disk_counts counts;
	struct file *file, *reader;

	(void)state;
	plug(512, 1 << 20);
	file = open_device(O_RDWR);
	reader = open_device(O_RDONLY);
	for (unsigned zero = 0; zero < 2; zero++) {
		int (*clear_blocks)(struct file * cleared, uint64_t offset, uint64_t bytes) =
			zero ? file_zero : file_discard;

		memset(memory, 'd', 4096);
		assert_int_equal(file_pwrite(file, memory, 4096, 8192), 4096);
		assert_int_equal(clear_blocks(reader, 8704, 1024), -EBADF);
		assert_int_equal(clear_blocks(file, 8705, 1024), -EINVAL);
		assert_int_equal(clear_blocks(file, 8704, 1023), -EINVAL);
		assert_int_equal(clear_blocks(file, size - 512, 1024), -EINVAL);
		assert_int_equal(clear_blocks(file, UINT64_MAX - 511, 1024), -EINVAL);
		block_lock(device, true);
		assert_int_equal(clear_blocks(file, 8704, 1024), -EROFS);
		block_lock(device, false);
		assert_int_equal(file_pread(reader, memory + 4096, 4096, 8192), 4096);
		assert_memory_equal(memory, memory + 4096, 4096);
		assert_int_equal(clear_blocks(file, 8704, 1024), 0);
		assert_int_equal(clear_blocks(file, size - 512, 512), 0);
		assert_int_equal(clear_blocks(file, size, 0), 0);
		assert_int_equal(file_pread(reader, memory + 4096, 4096, 8192), 4096);
		memset(memory + 512, zero ? 0 : 0xff, 1024);
		assert_memory_equal(memory, memory + 4096, 4096);
		assert_int_equal(file_sync(file), 0);
		assert_memory_equal(disk + 8192, memory, 4096);
		assert_int_equal((uint8_t)disk[size - 1], zero ? 0 : 0xff);
		assert_memory_equal(disk, model, 8192);
		assert_memory_equal(disk + 12288, model + 12288, size - 12288 - 512);
	}
	host_disk_counts(device, &counts);
	assert_int_equal(counts.clears, 4);
	assert_int_equal(counts.blocks_cleared, 6);
	/* Without the commands: zeroes are written, and nothing is lost that cannot be discarded.
	 */
	host_disk_offer_nothing(device);
	memset(memory, 'd', 4096);
	assert_int_equal(file_pwrite(file, memory, 4096, 8192), 4096);
	assert_int_equal(file_discard(file, 8192, 4096), -EOPNOTSUPP);
	assert_int_equal(file_zero(file, 8704, 512), 0);
	memset(memory + 512, 0, 512);
	assert_int_equal(file_sync(file), 0);
	assert_memory_equal(disk + 8192, memory, 4096);
	assert_int_equal(file_zero(file, 16384, 200 << 10), 0);
	memset(memory, 0, 200 << 10);
	assert_memory_equal(disk + 16384, memory, 200 << 10);
	assert_memory_equal(disk + 16384 + (200 << 10), model + 16384 + (200 << 10), 4096);
	host_disk_set_bad(device, 20, 20, false, true);
	assert_int_equal(file_zero(file, 8192, 4096), -EIO);
	file_close(file);
	file_close(reader);
	assert_int_equal(file_open("/tmp/regular", O_RDWR | O_CREAT, 0644, &file), 0);
	assert_int_equal(file_discard(file, 0, 512), -ENOTTY);
	file_close(file);
	path_unlink("/tmp/regular");
	unplug();
}

/* O_DSYNC: whole blocks are forced, others flushed; O_SYNC always flushes. */
static void test_forced(void **state)
{
	static const struct {
		int flags;
		bool offered;
		size_t offset, bytes;
		unsigned forced, flushes;
	} rows[] = {
		{O_DSYNC, true, 1024, 512, 1, 0},
		{O_DSYNC, true, 1024, 300 << 10, 1, 0},
		{O_DSYNC, true, 1000, 512, 0, 1},
		{O_DSYNC, true, 1024, 511, 0, 1},
		{O_DSYNC, false, 1024, 512, 0, 1},
		{O_SYNC, true, 1024, 512, 0, 1},
		{O_DSYNC | O_DIRECT, true, 0, 512, 1, 0},
		{O_DIRECT, true, 0, 512, 0, 0},
		{0, true, 1024, 512, 0, 0},
		{O_DSYNC, true, 1024, 512, 1, 1}, /* ignored */
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct host_disk_counts counts;
		struct file *file;

		plug(512, 1 << 20);
		if (!rows[i].offered)
			host_disk_offer_nothing(device);
		device->limits.fua_ignored = rows[i].forced && rows[i].flushes;
		file = open_device(O_RDWR | rows[i].flags);
		memset(memory, 'f', rows[i].bytes);
		assert_int_equal(file_pwrite(file, memory, rows[i].bytes, rows[i].offset),
				 rows[i].bytes);
		if (rows[i].flags & O_DSYNC)
			assert_memory_equal(disk + rows[i].offset, memory, rows[i].bytes);
		host_disk_counts(device, &counts);
		assert_int_equal(counts.forced, rows[i].forced);
		assert_int_equal(counts.flushes, rows[i].flushes);
		assert_int_equal(file_close(file), 0);
		memcpy(model + rows[i].offset, memory, rows[i].bytes);
		assert_memory_equal(disk, model, size);
		unplug();
	}
}

static int set_up(void **state)
{
	prng_seed(&random_state, 7);
	return host_set_up(state);
}

GROUP_TESTS(set_up, NULL, cmocka_unit_test(test_random), cmocka_unit_test(test_large_blocks),
	    cmocka_unit_test(test_random_scarce), cmocka_unit_test(test_positions),
	    cmocka_unit_test(test_commands), cmocka_unit_test(test_read_errors),
	    cmocka_unit_test(test_write_errors), cmocka_unit_test(test_removed),
	    cmocka_unit_test(test_read_only), cmocka_unit_test(test_removed_while_waiting),
	    cmocka_unit_test(test_removed_dirty), cmocka_unit_test(test_sync_all),
	    cmocka_unit_test(test_clear), cmocka_unit_test(test_forced))

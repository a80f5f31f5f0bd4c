/* Names, regular files, directories and devices of the file tree: limits, and what runs out. */
#include "kernel/posix/file.h"
#include "kernel/memory.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/in_process.h"

static char bytes[32768];

static int names_body(void)
{
	char name[NAME_MAX + 3], path[PATH_MAX + 2];
	struct file_stat stat;
	struct file *file;

	memset(name, 'n', sizeof(name));
	name[0] = '/';
	name[NAME_MAX + 1] = '\0';
	assert_int_equal(path_mkdir(name, 0755), 0);
	assert_int_equal(path_rmdir(name), 0);
	name[NAME_MAX + 1] = 'n';
	name[NAME_MAX + 2] = '\0';
	assert_int_equal(path_mkdir(name, 0755), -ENAMETOOLONG);
	memset(path, '/', sizeof(path));
	path[PATH_MAX] = '\0';
	assert_int_equal(path_stat(path, &stat), -ENAMETOOLONG);
	path[PATH_MAX - 1] = '\0';
	assert_int_equal(path_stat(path, &stat), 0);
	assert_int_equal(path_stat("", &stat), -ENOENT);
	assert_int_equal(path_rmdir("/"), -EBUSY);
	assert_int_equal(path_unlink("/"), -EISDIR);
	assert_int_equal(path_mkdir("/", 0755), -EEXIST);
	assert_int_equal(path_rename("/dev/null", "/tmp/x"), -EPERM);
	assert_int_equal(path_unlink("/dev/zero"), -EPERM);
	assert_int_equal(path_rename("/tmp", "/tmp/x"), -EINVAL);
	assert_int_equal(file_open("/tmp/f", O_WRONLY | O_CREAT, 0644, &file), 0);
	assert_int_equal(path_rename("/tmp/f", "/dev/null"), -EPERM);
	file_close(file);
	assert_int_equal(path_stat("/tmp/f", &stat), 0);
	assert_int_equal(path_unlink("/tmp/f"), 0);
	return 0;
}

static void test_names(void **state)
{
	(void)state;
	run_in_process(names_body);
}

/* Nothing but devices: a slip must not leave a regular file in the place of one that is missing. */
static int dev_body(void)
{
	struct file_stat stat;
	struct file *file;

	assert_int_equal(file_open("/dev/f", O_WRONLY | O_CREAT, 0644, &file), -EROFS);
	assert_int_equal(file_open("/dev/f", O_WRONLY, 0, &file), -ENOENT);
	assert_int_equal(path_mkdir("/dev/d", 0755), -EROFS);
	assert_int_equal(path_mkdir("/dev/null", 0755), -EEXIST);
	assert_int_equal(path_mkdir("/dev/d/e", 0755), -ENOENT);
	assert_int_equal(file_open("/tmp/f", O_WRONLY | O_CREAT, 0644, &file), 0);
	assert_int_equal(file_close(file), 0);
	assert_int_equal(path_mkdir("/tmp/d", 0755), 0);
	assert_int_equal(path_rename("/tmp/f", "/dev/f"), -EROFS);
	assert_int_equal(path_rename("/tmp/d", "/dev/d"), -EROFS);
	assert_int_equal(path_rename("/tmp/f", "/tmp/../dev/./f"), -EROFS);
	assert_int_equal(path_stat("/dev/f", &stat), -ENOENT);
	assert_int_equal(path_stat("/dev/d", &stat), -ENOENT);
	assert_int_equal(file_open("/dev/null", O_WRONLY | O_CREAT | O_TRUNC, 0644, &file), 0);
	assert_int_equal(file_close(file), 0);
	assert_int_equal(path_rmdir("/tmp/d"), 0);
	return path_unlink("/tmp/f");
}

static void test_dev(void **state)
{
	(void)state;
	run_in_process(dev_body);
}

static int sparse_body(void)
{
	const uint64_t far = INT64_MAX - 5;
	struct file_stat stat;
	struct file *file;
	char byte = 'x';

	assert_int_equal(file_open("/tmp/f", O_RDWR | O_CREAT, 0644, &file), 0);
	assert_int_equal(file_pwrite(file, &byte, 1, far), 1);
	assert_int_equal(file_pwrite(file, &byte, 1, 0), 1);
	assert_int_equal(file_pwrite(file, "12345678", 8, far), 5);
	assert_int_equal(file_pwrite(file, &byte, 1, INT64_MAX), -EFBIG);
	file_stat(file, &stat);
	assert_int_equal(stat.size, INT64_MAX);
	assert_int_equal(stat.blocks, 16);
	assert_int_equal(file_pread(file, &byte, 1, far - 1), 1);
	assert_int_equal(byte, 0);
	assert_int_equal(file_pread(file, &byte, 1, far + 4), 1);
	assert_int_equal(byte, '5');
	assert_int_equal(file_truncate(file, (1ull << 40) + 1), 0);
	file_stat(file, &stat);
	assert_int_equal(stat.blocks, 8);
	/* What was cut off reads as zeros when the file grows again. */
	assert_int_equal(file_truncate(file, 0), 0);
	assert_int_equal(file_truncate(file, 10), 0);
	assert_int_equal(file_pread(file, &byte, 1, 0), 1);
	assert_int_equal(byte, 0);
	/* Unlinked, it lives until it is closed. */
	assert_int_equal(path_unlink("/tmp/f"), 0);
	assert_int_equal(file_pwrite(file, "abc", 3, 0), 3);
	assert_int_equal(file_pread(file, bytes, 10, 0), 10);
	assert_memory_equal(bytes, "abc", 4);
	file_stat(file, &stat);
	assert_int_equal(stat.links, 0);
	file_close(file);
	assert_int_equal(file_open("/tmp/f", O_RDONLY, 0, &file), -ENOENT);
	return 0;
}

static void test_sparse(void **state)
{
	(void)state;
	run_in_process(sparse_body);
}

static int full_body(void)
{
	struct memory_stats stats;
	struct file *file;
	uint64_t written = 0;
	long count;

	assert_int_equal(file_open("/tmp/f", O_RDWR | O_CREAT, 0644, &file), 0);
	while ((count = file_write(file, bytes, 30000)) == 30000)
		written += (uint64_t)count;
	/* The last write is short, the next one fails; the rest of the kernel has memory left. */
	if (count > 0) {
		written += (uint64_t)count;
		count = file_write(file, bytes, 30000);
	}
	assert_int_equal(count, -ENOSPC);
	assert_int_equal(file_seek(file, 0, SEEK_END), written);
	memory_stats(&stats);
	assert_true(stats.total - stats.used > 1 << 20);
	assert_true(written > stats.total / 2);
	/* Over what is there it can still write. */
	assert_int_equal(file_pwrite(file, "abc", 3, 100), 3);
	assert_int_equal(file_truncate(file, 0), 0);
	assert_int_equal(file_pwrite(file, bytes, 30000, 0), 30000);
	file_close(file);
	return path_unlink("/tmp/f");
}

static void test_full(void **state)
{
	(void)state;
	host_set_memory_limit(32 << 20);
	run_in_process(full_body);
	host_set_memory_limit(256 << 20);
}

static int stable_body(void)
{
	struct directory_entry entry;
	uint64_t cursor = 0;
	struct file *directory;
	unsigned seen = 0;
	char path[NAME_MAX + 16];

	assert_int_equal(path_mkdir("/tmp/d", 0755), 0);
	for (unsigned i = 0; i < 500; i++) {
		snprintf(path, sizeof(path), "/tmp/d/%04u", i);
		assert_int_equal(path_mkdir(path, 0755), 0);
	}
	assert_int_equal(file_open("/tmp/d", O_RDONLY, 0, &directory), 0);
	/* What is read is removed, new names come before and behind. */
	while (directory_read(directory, &cursor, &entry) == 1) {
		if (strlen(entry.name) == 4)
			assert_int_equal(atoi(entry.name), seen++);
		snprintf(path, sizeof(path), "/tmp/d/%s", entry.name);
		assert_int_equal(path_rmdir(path), 0);
		if (seen % 3 == 0 && strlen(entry.name) == 4) {
			snprintf(path, sizeof(path), "/tmp/d/%04u+", seen + 7);
			assert_int_equal(path_mkdir(path, 0755), 0);
		}
	}
	assert_int_equal(seen, 500);
	file_close(directory);
	return path_rmdir("/tmp/d");
}

static void test_directory_stable(void **state)
{
	(void)state;
	run_in_process(stable_body);
}

static int devices_body(void)
{
	static const struct {
		const char *path;
		unsigned major, minor;
	} devices[] = {{"/dev/null", 1, 3},
		       {"/dev/zero", 1, 5},
		       {"/dev/full", 1, 7},
		       {"/dev/random", 1, 8},
		       {"/dev/urandom", 1, 9}};
	struct file_stat stat;
	struct file *file;

	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(path_stat(devices[i].path, &stat), 0);
		assert_int_equal(stat.type, FILE_CHARACTER);
		assert_int_equal(stat.major, devices[i].major);
		assert_int_equal(stat.minor, devices[i].minor);
		assert_int_equal(
			file_open(devices[i].path, O_RDWR | O_CREAT | O_TRUNC, 0644, &file), 0);
		memset(bytes, 'x', 100);
		assert_int_equal(file_read(file, bytes, 100), i == 0 ? 0 : 100);
		assert_int_equal(file_write(file, bytes, 100), i == 2 ? -ENOSPC : 100);
		assert_int_equal(file_seek(file, 1000, SEEK_SET), 0);
		assert_int_equal(file_truncate(file, 0), -EINVAL);
		assert_int_equal(file_sync(file), -EINVAL);
		assert_int_equal(bytes[50], i == 0 ? 'x' : i < 3 ? 0 : bytes[50]);
		file_close(file);
	}
	return 0;
}

static void test_devices(void **state)
{
	(void)state;
	run_in_process(devices_body);
}

/* Controllers are named for as long as they are there. */
static const char *controllers[3];

static const char *controller_at(unsigned index)
{
	return controllers[index];
}

static int controllers_body(void)
{
	struct file_stat stat;
	struct file *file;

	files_set_controllers(controller_at);
	assert_int_equal(path_stat("/dev/my_nvme0", &stat), -ENOENT);
	controllers[0] = "my_nvme12";
	controllers[1] = "my_nvme0";
	assert_int_equal(path_stat("/dev/my_nvme12", &stat), 0);
	assert_int_equal(stat.type, FILE_CHARACTER);
	assert_int_equal(stat.minor, 12);
	assert_int_equal(path_unlink("/dev/my_nvme12"), -EPERM);
	assert_int_equal(file_open("/dev/my_nvme0", O_RDWR, 0, &file), 0);
	assert_int_equal(file_read(file, bytes, 1), -EINVAL);
	assert_int_equal(file_write(file, bytes, 1), -EINVAL);
	assert_int_equal(file_pread(file, bytes, 1, 0), -ESPIPE);
	assert_int_equal(file_sync(file), -EINVAL);
	assert_int_equal(file_truncate(file, 0), -EINVAL);
	assert_null(file_block_device(file));
	/* Gone while it is open. */
	controllers[1] = NULL;
	assert_int_equal(path_stat("/dev/my_nvme0", &stat), -ENOENT);
	assert_int_equal(file_read(file, bytes, 1), -EINVAL);
	assert_int_equal(file_close(file), 0);
	assert_int_equal(path_stat("/dev/my_nvme12", &stat), 0);
	controllers[0] = NULL;
	assert_int_equal(path_stat("/dev/my_nvme12", &stat), -ENOENT);
	files_set_controllers(NULL);
	return 0;
}

static void test_controllers(void **state)
{
	(void)state;
	run_in_process(controllers_body);
}

/* Whichever allocation fails: an error, no crash, and all memory comes back. */
static int scarce_body(void)
{
	struct file *file, *read_end, *write_end;
	struct directory_entry entry;
	uint64_t cursor = 0;

	if (path_mkdir("/tmp/d", 0755) == 0) {
		if (file_open("/tmp/d/f", O_RDWR | O_CREAT, 0644, &file) == 0) {
			file_write(file, bytes, sizeof(bytes));
			file_pwrite(file, bytes, 100, 1ull << 33);
			path_rename("/tmp/d/f", "/tmp/g");
			file_close(file);
		}
		if (file_open("/tmp/d", O_RDONLY, 0, &file) == 0) {
			directory_read(file, &cursor, &entry);
			file_close(file);
		}
	}
	if (file_pipe(&read_end, &write_end) == 0) {
		file_write(write_end, bytes, 100);
		file_close(write_end);
		file_close(read_end);
	}
	process_change_directory("/tmp/d");
	process_alloc(100);
	process_alloc_pages(10000);
	process_free(process_realloc(process_alloc(10), 1000));
	host_fail_allocations(0);
	path_unlink("/tmp/d/f");
	path_unlink("/tmp/g");
	path_rmdir("/tmp/d");
	return 0;
}

static void test_scarce(void **state)
{
	static char *argv[] = {"test", NULL};

	(void)state;
	test_body = scarce_body;
	for (unsigned n = 1; n < 60; n++) {
		struct memory_stats before, after;
		int status;

		memory_stats(&before);
		host_fail_allocations(n);
		status = process_run(run_body, 1, argv);
		host_fail_allocations(0);
		assert_true(status == 0 || status == STATUS_NOT_EXECUTABLE);
		memory_stats(&after);
		assert_int_equal(after.used, before.used);
	}
}

/* An open that fails for want of memory makes no name, and cuts nothing short. */
static int failed_open_body(void)
{
	struct file_stat stat;
	struct file *file;
	int error = -ENOMEM;

	assert_int_equal(files_add("/tmp/there", "abc", 3), 0);
	for (unsigned n = 1; error; n++) {
		host_fail_allocations(n);
		error = file_open("/tmp/there", O_WRONLY | O_TRUNC, 0644, &file);
		host_fail_allocations(0);
		assert_int_equal(path_stat("/tmp/there", &stat), 0);
		assert_int_equal(stat.size, error ? 3 : 0);
	}
	file_close(file);
	error = -ENOMEM;
	for (unsigned n = 1; error; n++) {
		host_fail_allocations(n);
		error = file_open("/tmp/new", O_WRONLY | O_CREAT, 0644, &file);
		host_fail_allocations(0);
		assert_int_equal(path_stat("/tmp/new", &stat), error ? -ENOENT : 0);
	}
	file_close(file);
	assert_int_equal(path_unlink("/tmp/new"), 0);
	return path_unlink("/tmp/there");
}

static void test_failed_open(void **state)
{
	(void)state;
	run_in_process(failed_open_body);
}

GROUP_TESTS(host_set_up, NULL, cmocka_unit_test(test_names), cmocka_unit_test(test_dev),
	    cmocka_unit_test(test_sparse), cmocka_unit_test(test_full),
	    cmocka_unit_test(test_directory_stable), cmocka_unit_test(test_devices),
	    cmocka_unit_test(test_controllers), cmocka_unit_test(test_scarce),
	    cmocka_unit_test(test_failed_open))

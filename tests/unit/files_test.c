/* Names, regular files and directories: the RAM file system against the host's own. */
#include "kernel/files/file.h"
#include "kernel/memory.h"
#include "kernel/process.h"
#include "lib/errno.h"
#include "lib/prng.h"
#include "tests/sim/host.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/files_reference.h"

static uint64_t seed = 1;
static struct prng random_state;

static uint32_t below(uint32_t limit)
{
	return (uint32_t)(prng_next(&random_state) % limit);
}

/* Runs a test's body as a process; its status is 0. */
static int (*body)(void);

static int enter(int argc, char **argv)
{
	(void)argc, (void)argv;
	return body();
}

static void run_process(int (*function)(void))
{
	static char *argv[] = {"test", NULL};
	struct memory_stats before, after;

	memory_stats(&before);
	body = function;
	assert_int_equal(host_run(enter, 1, argv), 0);
	memory_stats(&after);
	assert_int_equal(before.used, after.used);
}

/* The differential test */

#define FILES_MAX 6

struct pair {
	struct file *file;
	int fd;
};
static struct pair pairs[FILES_MAX];

static const char *random_path(char *path)
{
	static const char *const names[] = {"a", "b", "c", "d", "a", "b", ".", ".."};
	unsigned components = 1 + below(3);

	path[0] = '\0';
	for (unsigned i = 0; i < components; i++) {
		strcat(path, names[below(8)]);
		if (i + 1 < components || below(12) == 0)
			strcat(path, below(10) ? "/" : "//");
	}
	return path;
}

static char operation[512];
static int current; /* the file it is about */

static void compare(const char *what, int64_t ours, int64_t theirs)
{
	if (getenv("VERBOSE"))
		print_message("%d: %s: %s %lld\n", current, operation, what, (long long)theirs);
	if (ours != theirs)
		fail_msg("seed %llu: %s: %s: %lld, the host has %lld", (unsigned long long)seed,
			 operation, what, (long long)ours, (long long)theirs);
}

static uint64_t random_offset(void)
{
	switch (below(6)) {
	case 0:
		return below(3 << 20);
	case 1:
		return below(1u << 30);
	case 2:
		return 4096 * below(8);
	default:
		return below(20000);
	}
}

static size_t random_size(void)
{
	return below(4) ? below(3000) : below(20000);
}

static char ours[32768], theirs[32768];

static void fill(char *buffer, size_t size)
{
	char value = (char)below(256);

	for (size_t i = 0; i < size; i++)
		buffer[i] = (char)(value + i);
}

static void do_open(struct pair *pair)
{
	static const int accesses[] = {O_RDONLY, O_WRONLY, O_RDWR, O_RDWR};
	int flags = accesses[below(4)], result;
	char path[64];

	if (below(2))
		flags |= O_CREAT;
	if (below(8) == 0)
		flags |= O_EXCL & (flags & O_CREAT ? ~0 : 0);
	if (below(6) == 0)
		flags |= O_TRUNC;
	if (below(6) == 0)
		flags |= O_APPEND;
	if (below(10) == 0 && !(flags & O_CREAT))
		flags |= O_DIRECTORY;
	random_path(path);
	snprintf(operation, sizeof operation, "open %s 0%o", path, flags);
	result = file_open(path, flags, 0644, &pair->file);
	pair->fd = reference_open(path, flags, 0644);
	compare("result", result, pair->fd < 0 ? pair->fd : 0);
	if (result)
		pair->file = NULL;
}

static void do_file(struct pair *pair)
{
	size_t size = random_size();
	uint64_t offset = random_offset();
	int whence = (int)below(3);
	int64_t distance = (int64_t)offset - (below(3) ? 0 : 10000);
	long count;

	memset(ours, 0, sizeof ours);
	memset(theirs, 0, sizeof theirs);
	switch (below(7)) {
	case 0:
		snprintf(operation, sizeof operation, "read %zu", size);
		count = reference_read(pair->fd, theirs, size);
		compare("count", file_read(pair->file, ours, size), count);
		assert_memory_equal(ours, theirs, sizeof ours);
		break;
	case 1:
		snprintf(operation, sizeof operation, "write %zu", size);
		fill(ours, size);
		count = reference_write(pair->fd, ours, size);
		compare("count", file_write(pair->file, ours, size), count);
		break;
	case 2:
		snprintf(operation, sizeof operation, "pread %zu at %llu", size,
			 (unsigned long long)offset);
		count = reference_pread(pair->fd, theirs, size, offset);
		compare("count", file_pread(pair->file, ours, size, offset), count);
		assert_memory_equal(ours, theirs, sizeof ours);
		break;
	case 3:
		snprintf(operation, sizeof operation, "pwrite %zu at %llu", size,
			 (unsigned long long)offset);
		fill(ours, size);
		count = reference_pwrite(pair->fd, ours, size, offset);
		compare("count", file_pwrite(pair->file, ours, size, offset), count);
		break;
	case 4:
		snprintf(operation, sizeof operation, "seek %lld %d", (long long)distance, whence);
		/* The end of a directory is the file system's own affair. */
		{
			struct file_stat stat;

			file_stat(pair->file, &stat);
			if (stat.type == FILE_DIRECTORY)
				break;
		}
		compare("position", file_seek(pair->file, distance, whence),
			reference_seek(pair->fd, distance, whence));
		break;
	case 5:
		snprintf(operation, sizeof operation, "truncate %llu", (unsigned long long)offset);
		compare("result", file_truncate(pair->file, offset),
			reference_truncate(pair->fd, offset));
		break;
	case 6:
		snprintf(operation, sizeof operation, "close");
		compare("result", file_close(pair->file), reference_close(pair->fd));
		pair->file = NULL;
		break;
	}
}

static void list(const char *path, char *names)
{
	struct directory_entry entry;
	struct file *directory;
	uint64_t cursor = 0;

	names[0] = '\0';
	if (file_open(path, O_RDONLY | O_DIRECTORY, 0, &directory))
		return;
	while (directory_read(directory, &cursor, &entry) == 1)
		strcat(strcat(names, entry.name), "\n");
	file_close(directory);
}

static void do_name(void)
{
	struct reference_stat their_stat;
	struct file_stat our_stat;
	char path[64], to[64];
	int result;

	random_path(path);
	random_path(to);
	switch (below(6)) {
	case 0:
		snprintf(operation, sizeof operation, "mkdir %s", path);
		compare("result", path_mkdir(path, 0755), reference_mkdir(path));
		break;
	case 1:
		snprintf(operation, sizeof operation, "rmdir %s", path);
		compare("result", path_rmdir(path), reference_rmdir(path));
		break;
	case 2:
		snprintf(operation, sizeof operation, "unlink %s", path);
		compare("result", path_unlink(path), reference_unlink(path));
		break;
	case 3:
		snprintf(operation, sizeof operation, "rename %s %s", path, to);
		compare("result", path_rename(path, to), reference_rename(path, to));
		break;
	case 4:
		snprintf(operation, sizeof operation, "stat %s", path);
		result = reference_stat(path, &their_stat);
		compare("result", path_stat(path, &our_stat), result);
		if (!result) {
			compare("type", our_stat.type, their_stat.type);
			if (our_stat.type == FILE_REGULAR)
				compare("size", (int64_t)our_stat.size, (int64_t)their_stat.size);
		}
		break;
	case 5:
		snprintf(operation, sizeof operation, "list %s", path);
		/* Only below the directory of the test: above it the two trees differ. */
		if (strstr(path, ".."))
			break;
		list(path, ours);
		if (reference_list(path, theirs, sizeof theirs))
			theirs[0] = '\0';
		assert_string_equal(ours, theirs);
		break;
	}
}

static int differ(void)
{
	char absolute[PATH_MAX];

	assert_int_equal(path_mkdir("/1", 0755), 0);
	assert_int_equal(path_mkdir("/1/2", 0755), 0);
	assert_int_equal(path_mkdir("/1/2/3", 0755), 0);
	assert_int_equal(process_change_directory("/1/2/3"), 0);
	for (int step = 0; step < 3000; step++) {
		struct pair *pair = &pairs[below(FILES_MAX)];

		current = (int)(pair - pairs);
		if (below(3) == 0)
			do_name();
		else if (pair->file)
			do_file(pair);
		else
			do_open(pair);
	}
	for (unsigned i = 0; i < FILES_MAX; i++) {
		if (!pairs[i].file)
			continue;
		file_close(pairs[i].file);
		reference_close(pairs[i].fd);
		pairs[i].file = NULL;
	}
	assert_int_equal(path_absolute("a/../b//.", absolute, sizeof absolute), 0);
	assert_string_equal(absolute, "/1/2/3/b");
	return 0;
}

/* Removes path and all below it. */
static void remove_tree(const char *path)
{
	char names[4096], inside[512];

	if (path_unlink(path) == 0)
		return;
	list(path, names);
	for (char *name = names, *end; *name; name = end + 1) {
		end = strchr(name, '\n');
		snprintf(inside, sizeof inside, "%s/%.*s", path, (int)(end - name), name);
		remove_tree(inside);
	}
	assert_int_equal(path_rmdir(path), 0);
}

static int remove_all(void)
{
	remove_tree("/1");
	return 0;
}

static int differ_and_remove(void)
{
	differ();
	return remove_all();
}

static void test_differential(void **state)
{
	uint64_t count = getenv("COUNT") ? strtoull(getenv("COUNT"), NULL, 0) : 40;

	(void)state;
	if (getenv("SEED"))
		seed = strtoull(getenv("SEED"), NULL, 0);
	for (uint64_t end = seed + count; seed < end; seed++) {
		prng_seed(&random_state, seed);
		reference_start();
		run_process(differ_and_remove);
		reference_end();
	}
}

/* Single cases */

static int names_body(void)
{
	char name[NAME_MAX + 3], path[PATH_MAX + 2];
	struct file_stat stat;
	struct file *file;

	memset(name, 'n', sizeof name);
	name[0] = '/';
	name[NAME_MAX + 1] = '\0';
	assert_int_equal(path_mkdir(name, 0755), 0);
	assert_int_equal(path_rmdir(name), 0);
	name[NAME_MAX + 1] = 'n';
	name[NAME_MAX + 2] = '\0';
	assert_int_equal(path_mkdir(name, 0755), -ENAMETOOLONG);
	memset(path, '/', sizeof path);
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
	run_process(names_body);
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
	assert_int_equal(file_pread(file, ours, 10, 0), 10);
	assert_memory_equal(ours, "abc", 4);
	file_stat(file, &stat);
	assert_int_equal(stat.links, 0);
	file_close(file);
	assert_int_equal(file_open("/tmp/f", O_RDONLY, 0, &file), -ENOENT);
	return 0;
}

static void test_sparse(void **state)
{
	(void)state;
	run_process(sparse_body);
}

static int full_body(void)
{
	struct memory_stats stats;
	struct file *file;
	uint64_t written = 0;
	long count;

	assert_int_equal(file_open("/tmp/f", O_RDWR | O_CREAT, 0644, &file), 0);
	while ((count = file_write(file, ours, 30000)) == 30000)
		written += (uint64_t)count;
	/* The last write is short, the next one fails; the rest of the kernel has memory left. */
	if (count > 0) {
		written += (uint64_t)count;
		count = file_write(file, ours, 30000);
	}
	assert_int_equal(count, -ENOSPC);
	assert_int_equal(file_seek(file, 0, SEEK_END), written);
	memory_stats(&stats);
	assert_true(stats.total - stats.used > 1 << 20);
	assert_true(written > stats.total / 2);
	/* Over what is there it can still write. */
	assert_int_equal(file_pwrite(file, "abc", 3, 100), 3);
	assert_int_equal(file_truncate(file, 0), 0);
	assert_int_equal(file_pwrite(file, ours, 30000, 0), 30000);
	file_close(file);
	return path_unlink("/tmp/f");
}

static void test_full(void **state)
{
	(void)state;
	host_set_memory_limit(32 << 20);
	run_process(full_body);
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
		snprintf(path, sizeof path, "/tmp/d/%04u", i);
		assert_int_equal(path_mkdir(path, 0755), 0);
	}
	assert_int_equal(file_open("/tmp/d", O_RDONLY, 0, &directory), 0);
	/* What is read is removed, new names come before and behind. */
	while (directory_read(directory, &cursor, &entry) == 1) {
		if (strlen(entry.name) == 4)
			assert_int_equal(atoi(entry.name), seen++);
		snprintf(path, sizeof path, "/tmp/d/%s", entry.name);
		assert_int_equal(path_rmdir(path), 0);
		if (seen % 3 == 0 && strlen(entry.name) == 4) {
			snprintf(path, sizeof path, "/tmp/d/%04u+", seen + 7);
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
	run_process(stable_body);
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
		memset(ours, 'x', 100);
		assert_int_equal(file_read(file, ours, 100), i == 0 ? 0 : 100);
		assert_int_equal(file_write(file, ours, 100), i == 2 ? -ENOSPC : 100);
		assert_int_equal(file_seek(file, 1000, SEEK_SET), 0);
		assert_int_equal(file_truncate(file, 0), -EINVAL);
		assert_int_equal(file_sync(file), -EINVAL);
		assert_int_equal(ours[50], i == 0 ? 'x' : i < 3 ? 0 : ours[50]);
		file_close(file);
	}
	return 0;
}

static void test_devices(void **state)
{
	(void)state;
	run_process(devices_body);
}

/* Whichever allocation fails: an error, no crash, and all memory comes back. */
static int scarce_body(void)
{
	struct file *file, *read_end, *write_end;
	struct directory_entry entry;
	uint64_t cursor = 0;

	if (path_mkdir("/tmp/d", 0755) == 0) {
		if (file_open("/tmp/d/f", O_RDWR | O_CREAT, 0644, &file) == 0) {
			file_write(file, ours, sizeof ours);
			file_pwrite(file, ours, 100, 1ull << 33);
			path_rename("/tmp/d/f", "/tmp/g");
			file_close(file);
		}
		if (file_open("/tmp/d", O_RDONLY, 0, &file) == 0) {
			directory_read(file, &cursor, &entry);
			file_close(file);
		}
	}
	if (file_pipe(&read_end, &write_end) == 0) {
		file_write(write_end, ours, 100);
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
	body = scarce_body;
	for (unsigned n = 1; n < 60; n++) {
		struct memory_stats before, after;
		int status;

		memory_stats(&before);
		host_fail_allocations(n);
		status = process_run(enter, 1, argv);
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
	run_process(failed_open_body);
}

GROUP_TESTS(host_set_up, NULL, cmocka_unit_test(test_differential), cmocka_unit_test(test_names),
	    cmocka_unit_test(test_sparse), cmocka_unit_test(test_full),
	    cmocka_unit_test(test_directory_stable), cmocka_unit_test(test_devices),
	    cmocka_unit_test(test_scarce), cmocka_unit_test(test_failed_open))

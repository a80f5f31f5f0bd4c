/* Random operations on names, regular files and directories, on the RAM file system and on the
 * host's own: the same results. SEED=N and COUNT=N choose which, VERBOSE=1 shows them. */
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/prng.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/files_reference.h"
#include "tests/unit/in_process.h"

static uint64_t seed = 1;
static struct prng random_state;

static uint32_t below(uint32_t limit)
{
	return (uint32_t)(prng_next(&random_state) % limit);
}

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
	snprintf(operation, sizeof(operation), "open %s 0%o", path, flags);
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

	memset(ours, 0, sizeof(ours));
	memset(theirs, 0, sizeof(theirs));
	switch (below(7)) {
	case 0:
		snprintf(operation, sizeof(operation), "read %zu", size);
		count = reference_read(pair->fd, theirs, size);
		compare("count", file_read(pair->file, ours, size), count);
		assert_memory_equal(ours, theirs, sizeof(ours));
		break;
	case 1:
		snprintf(operation, sizeof(operation), "write %zu", size);
		fill(ours, size);
		count = reference_write(pair->fd, ours, size);
		compare("count", file_write(pair->file, ours, size), count);
		break;
	case 2:
		snprintf(operation, sizeof(operation), "pread %zu at %llu", size,
			 (unsigned long long)offset);
		count = reference_pread(pair->fd, theirs, size, offset);
		compare("count", file_pread(pair->file, ours, size, offset), count);
		assert_memory_equal(ours, theirs, sizeof(ours));
		break;
	case 3:
		snprintf(operation, sizeof(operation), "pwrite %zu at %llu", size,
			 (unsigned long long)offset);
		fill(ours, size);
		count = reference_pwrite(pair->fd, ours, size, offset);
		compare("count", file_pwrite(pair->file, ours, size, offset), count);
		break;
	case 4:
		snprintf(operation, sizeof(operation), "seek %lld %d", (long long)distance, whence);
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
		snprintf(operation, sizeof(operation), "truncate %llu", (unsigned long long)offset);
		compare("result", file_truncate(pair->file, offset),
			reference_truncate(pair->fd, offset));
		break;
	case 6:
		snprintf(operation, sizeof(operation), "close");
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
		snprintf(operation, sizeof(operation), "mkdir %s", path);
		compare("result", path_mkdir(path, 0755), reference_mkdir(path));
		break;
	case 1:
		snprintf(operation, sizeof(operation), "rmdir %s", path);
		compare("result", path_rmdir(path), reference_rmdir(path));
		break;
	case 2:
		snprintf(operation, sizeof(operation), "unlink %s", path);
		compare("result", path_unlink(path), reference_unlink(path));
		break;
	case 3:
		snprintf(operation, sizeof(operation), "rename %s %s", path, to);
		compare("result", path_rename(path, to), reference_rename(path, to));
		break;
	case 4:
		snprintf(operation, sizeof(operation), "stat %s", path);
		result = reference_stat(path, &their_stat);
		compare("result", path_stat(path, &our_stat), result);
		if (!result) {
			compare("type", our_stat.type, their_stat.type);
			if (our_stat.type == FILE_REGULAR)
				compare("size", (int64_t)our_stat.size, (int64_t)their_stat.size);
		}
		break;
	case 5:
		snprintf(operation, sizeof(operation), "list %s", path);
		/* Only below the directory of the test: above it the two trees differ. */
		if (strstr(path, ".."))
			break;
		list(path, ours);
		if (reference_list(path, theirs, sizeof(theirs)))
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
	assert_int_equal(path_absolute("a/../b//.", absolute, sizeof(absolute)), 0);
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
		snprintf(inside, sizeof(inside), "%s/%.*s", path, (int)(end - name), name);
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
		run_in_process(differ_and_remove);
		reference_end();
	}
}

GROUP_TESTS(host_set_up, NULL, cmocka_unit_test(test_differential))

/* Apart from the test itself: <fcntl.h> and kernel/posix/file.h define the same names. */
#include "tests/unit/files_reference.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char base[64], deep[96];

static long checked(long result)
{
	return result < 0 ? -errno : result;
}

const char *reference_start(void)
{
	snprintf(base, sizeof(base), "/tmp/files_test.XXXXXX");
	if (!mkdtemp(base))
		abort();
	snprintf(deep, sizeof(deep), "%s/1", base);
	mkdir(deep, 0755);
	strcat(deep, "/2");
	mkdir(deep, 0755);
	strcat(deep, "/3");
	mkdir(deep, 0755);
	if (chdir(deep))
		abort();
	return deep;
}

void reference_end(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", base);
	if (chdir("/") || system(command))
		abort();
}

int reference_open(const char *path, int flags, unsigned mode)
{
	return (int)checked(open(path, flags, mode));
}

int reference_close(int fd)
{
	return (int)checked(close(fd));
}

long reference_read(int fd, void *buffer, unsigned long size)
{
	return checked(read(fd, buffer, size));
}

long reference_write(int fd, const void *buffer, unsigned long size)
{
	return checked(write(fd, buffer, size));
}

long reference_pread(int fd, void *buffer, unsigned long size, uint64_t offset)
{
	return checked(pread(fd, buffer, size, (off_t)offset));
}

long reference_pwrite(int fd, const void *buffer, unsigned long size, uint64_t offset)
{
	return checked(pwrite(fd, buffer, size, (off_t)offset));
}

int64_t reference_seek(int fd, int64_t offset, int whence)
{
	return checked(lseek(fd, offset, whence));
}

int reference_truncate(int fd, uint64_t size)
{
	return (int)checked(ftruncate(fd, (off_t)size));
}

int reference_stat(const char *path, struct reference_stat *result)
{
	struct stat status;
	int error = (int)checked(stat(path, &status));

	if (error)
		return error;
	result->type = S_ISDIR(status.st_mode) ? 1 : 0;
	result->size = (uint64_t)status.st_size;
	return 0;
}

int reference_unlink(const char *path)
{
	return (int)checked(unlink(path));
}

int reference_rename(const char *from, const char *to)
{
	return (int)checked(rename(from, to));
}

int reference_mkdir(const char *path)
{
	return (int)checked(mkdir(path, 0755));
}

int reference_rmdir(const char *path)
{
	return (int)checked(rmdir(path));
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

int reference_list(const char *path, char *names, unsigned long size)
{
	struct dirent **entries;
	int count = scandir(path, &entries, NULL, by_bytes);
	unsigned long length = 0;

	if (count < 0)
		return -errno;
	names[0] = '\0';
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;

		if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && length < size)
			length += (unsigned long)snprintf(names + length, size - length, "%s\n",
							  name);
		free(entries[i]);
	}
	free(entries);
	return 0;
}

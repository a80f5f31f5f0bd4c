/* Descriptors 0, 1 and 2 of the first process, and files from and to the host. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "kernel/console.h"
#include "kernel/posix/inode.h"
#include "kernel/posix/process_internal.h"
#include "kernel/thread.h"
#include "tests/host/host.h"

static bool may_read(void *arg)
{
	(void)arg;
	return console_readable() || process_wakes();
}

static long host_read(struct file *file, void *buffer, size_t size, uint64_t offset)
{
	ssize_t count;

	(void)file, (void)offset;
	thread_wait(may_read, NULL);
	if (process_wakes())
		return -EINTR;
	count = read(STDIN_FILENO, buffer, size);
	return count < 0 ? -errno : count;
}

static long host_write(struct file *file, const void *buffer, size_t size, uint64_t offset)
{
	ssize_t count = write((int)file->inode->minor, buffer, size);

	(void)offset;
	return count < 0 ? -errno : count;
}

static const struct file_operations host_operations = {
	.read = host_read,
	.write = host_write,
	.seeking = SEEK_NOT,
};

/* The host's descriptor as a file without a name. */
static struct file *host_file(int fd)
{
	const char *path = "/dev/.host";
	struct file *file = NULL;

	if (device_file_add(path, 0, (unsigned)fd, 0666, &host_operations) == 0) {
		if (file_open(path, fd ? O_WRONLY : O_RDONLY, 0, &file))
			file = NULL;
		directory_remove(files_dev, ".host");
	}
	return file;
}

int host_set_up(void **state)
{
	(void)state;
	host_init();
	return files_init();
}

static int (*first_entry)(int argc, char **argv);

static int run_first(int argc, char **argv)
{
	/* A terminal is the console; anything else is told apart, and its errors are seen. */
	if (!console_is_interactive())
		for (int fd = 0; fd < 3; fd++)
			process_set_file(fd, host_file(fd));
	return first_entry(argc, argv);
}

int host_run(int (*entry)(int argc, char **argv), int argc, char **argv)
{
	first_entry = entry;
	return process_run(run_first, argc, argv);
}

int host_import(const char *host_path, const char *path)
{
	static char buffer[65536];
	FILE *from = fopen(host_path, "rb");
	struct file *to;
	size_t count;
	int error;

	if (!from)
		return -errno;
	error = files_add(path, NULL, 0);
	if (!error)
		error = file_open(path, O_WRONLY, 0, &to);
	if (error) {
		fclose(from);
		return error;
	}
	while (!error && (count = fread(buffer, 1, sizeof(buffer), from)) > 0) {
		long written = file_write(to, buffer, count);

		if (written != (long)count)
			error = written < 0 ? (int)written : -ENOSPC;
	}
	fclose(from);
	file_close(to);
	return error;
}

int host_export(const char *path, const char *host_path)
{
	static char buffer[65536];
	struct file *from;
	FILE *to;
	long count;
	int error = file_open(path, O_RDONLY, 0, &from);

	if (error)
		return error;
	to = fopen(host_path, "wb");
	if (!to) {
		file_close(from);
		return -errno;
	}
	while ((count = file_read(from, buffer, sizeof(buffer))) > 0)
		if (fwrite(buffer, 1, (size_t)count, to) != (size_t)count)
			count = -EIO;
	file_close(from);
	if (fclose(to) && !count)
		count = -EIO;
	return (int)count;
}

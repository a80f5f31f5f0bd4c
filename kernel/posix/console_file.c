/* The console as a file. */
#include "kernel/posix/console_file.h"

#include "kernel/console.h"
#include "kernel/posix/inode.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/string.h"

static void (*transient_gone)(void);

void console_file_transient(const char *text, void (*gone)(void))
{
	console_write("\r", 1);
	console_write(text, strlen(text));
	console_write("\033[K", 3);
	transient_gone = gone;
}

void console_file_end_transient(void)
{
	if (!transient_gone)
		return;
	transient_gone();
	transient_gone = NULL;
	console_write("\r\033[K", 4);
}

static long console_file_read(struct file *file, void *buffer, size_t size, uint64_t offset)
{
	(void)offset;
	if (!size)
		return 0;
	if (process_in_background())
		return -EIO; /* what is typed is for those in the foreground */
	if ((file->flags & O_NONBLOCK) && !console_readable())
		return -EAGAIN;
	console_file_end_transient();
	return console_read(buffer, size);
}

static long console_file_write(struct file *file, const void *buffer, size_t size, uint64_t offset)
{
	(void)file, (void)offset;
	console_file_end_transient();
	console_write(buffer, size);
	return (long)size;
}

static bool console_file_readable(struct file *file)
{
	(void)file;
	return console_readable();
}

const struct file_operations console_file_operations = {
	.read = console_file_read,
	.write = console_file_write,
	.readable = console_file_readable,
	.seeking = SEEK_NOT,
};

bool is_console_file(const struct file *file)
{
	return file->inode->operations == &console_file_operations;
}

/* Copying files and trees, for cp and mv. */
#include "kernel/commands/support/paths.h"

#include "kernel/commands/command.h"
#include "kernel/commands/support/input.h"
#include "kernel/posix/process.h"
#include "kernel/thread.h"
#include "lib/errno.h"
#include "lib/string.h"

#define STACK_LEAST 8192 /* what a level of a tree may need */

static int copy_bytes(struct file *input, struct file *output, const char *from, const char *to,
		      uint64_t total)
{
	unsigned char *buffer = input_buffer();
	uint64_t done = 0;
	int status = 0;

	for (;;) {
		process_check_interrupt();
		long count = file_read(input, buffer, INPUT_BUFFER);

		if (count < 0)
			status = complain_about("error reading", from, (int)count);
		if (count <= 0)
			break;
		for (long at = 0; at < count && !status;) {
			long written = file_write(output, buffer + at, (size_t)(count - at));

			if (written <= 0)
				status = complain_about("error writing", to,
							written ? (int)written : -ENOSPC);
			else
				at += written;
		}
		if (status)
			break;
		done += (uint64_t)count;
		progress(done, total);
	}
	process_free(buffer);
	return status;
}

static int copy_file(const char *from, const struct file_stat *from_stat, const char *to,
		     const struct copy_options *options)
{
	struct file *input, *output;
	struct file_stat to_stat;
	int error = path_stat(to, &to_stat);
	bool exists = error == 0;

	if (error && error != -ENOENT)
		return complain_about("cannot stat", to, error);
	if (exists && options->no_clobber)
		return 0;
	if (exists && to_stat.inode == from_stat->inode && to_stat.type == from_stat->type) {
		complain("%s and %s are the same file", quote(from), quote(to));
		return 1;
	}
	if (exists && to_stat.type == FILE_DIRECTORY) {
		complain("cannot overwrite directory %s with non-directory", quote(to));
		return 1;
	}
	if (options->verbose)
		out("%s -> %s\n", quote(from), quote(to));
	error = file_open(from, O_RDONLY, 0, &input);

	if (error)
		return complain_about("cannot open", from, error);
	int input_fd = process_add_file(input);

	if (input_fd < 0) {
		file_close(input);
		return complain_about("cannot open", from, input_fd);
	}
	error = file_open(to, exists ? O_WRONLY | O_TRUNC : O_WRONLY | O_CREAT, from_stat->mode,
			  &output);
	if (error && exists && options->force && path_unlink(to) == 0) {
		if (options->verbose)
			out("removed %s\n", quote(to));
		error = file_open(to, O_WRONLY | O_CREAT, from_stat->mode, &output);
	}
	int output_fd = error ? error : process_add_file(output);

	if (output_fd < 0) {
		if (!error)
			file_close(output);
		/* a slash behind a name that is not there asks for a directory */
		if (error == -EISDIR && to[0] && to[strlen(to) - 1] == '/')
			output_fd = -ENOTDIR;
		process_set_file(input_fd, NULL);
		return complain_about("cannot create regular file", to, output_fd);
	}
	int status = copy_bytes(input, output, from, to, from_stat->size);

	process_set_file(input_fd, NULL);
	error = process_set_file(output_fd, NULL);
	if (error < 0)
		status = complain_about("failed to close", to, error);
	return status;
}

static int copy_directory(const char *from, const struct file_stat *from_stat, const char *to,
			  const struct copy_options *options);

int copy_path(const char *from, const char *to, const struct copy_options *options)
{
	struct file_stat stat;
	int error = path_stat(from, &stat);

	if (error)
		return complain_about("cannot stat", from, error);
	if (stat.type != FILE_DIRECTORY)
		return copy_file(from, &stat, to, options);
	if (!options->recursive) {
		complain("-r not specified; omitting directory %s", quote(from));
		return 1;
	}
	return copy_directory(from, &stat, to, options);
}

/* Whether to would stand below from. */
static bool is_below(const char *from, const char *to)
{
	char *a = alloc_or_fail(PATH_MAX), *b = alloc_or_fail(PATH_MAX);
	bool below = false;

	if (path_absolute(from, a, PATH_MAX) == 0 && path_absolute(to, b, PATH_MAX) == 0) {
		size_t length = strlen(a);

		if (length == 1)
			length = 0;
		below = strncmp(a, b, length) == 0 && b[length] == '/';
	}
	process_free(a);
	process_free(b);
	return below;
}

static int copy_entries(struct file *directory, const char *from, const char *to,
			const struct copy_options *options)
{
	struct directory_entry *entry = alloc_or_fail(sizeof(*entry));
	uint64_t cursor = 0;
	int status = 0, more;

	while ((more = directory_read(directory, &cursor, entry)) == 1) {
		char *source = path_join(from, entry->name), *target = path_join(to, entry->name);

		status |= copy_path(source, target, options);
		process_free(source);
		process_free(target);
	}
	if (more < 0)
		status = complain_about("cannot access", from, more);
	process_free(entry);
	return status;
}

static int copy_directory(const char *from, const struct file_stat *from_stat, const char *to,
			  const struct copy_options *options)
{
	struct file *directory;
	struct file_stat stat;

	if (thread_stack_left() < STACK_LEAST)
		return complain_about("cannot access", from, -ENAMETOOLONG);
	int error = path_stat(to, &stat);

	if (error && error != -ENOENT)
		return complain_about("cannot stat", to, error);
	if (!error && stat.type != FILE_DIRECTORY) {
		complain("cannot overwrite non-directory %s with directory %s", quote(to),
			 quote(from));
		return 1;
	}
	if (!error && stat.inode == from_stat->inode) {
		complain("%s and %s are the same file", quote(from), quote(to));
		return 1;
	}
	if (is_below(from, to)) {
		complain("cannot copy a directory, %s, into itself, %s", quote(from), quote(to));
		return 1;
	}
	if (error) {
		error = path_mkdir(to, from_stat->mode);
		if (error)
			return complain_about("cannot create directory", to, error);
		if (options->verbose)
			out("%s -> %s\n", quote(from), quote(to));
	}
	if (!path_is_walked(from_stat))
		return 0;
	error = file_open(from, O_RDONLY | O_DIRECTORY, 0, &directory);
	if (error)
		return complain_about("cannot access", from, error);
	int fd = process_add_file(directory);

	if (fd < 0) {
		file_close(directory);
		return complain_about("cannot access", from, fd);
	}
	int status = copy_entries(directory, from, to, options);

	process_set_file(fd, NULL);
	return status;
}

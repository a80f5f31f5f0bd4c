/* Blocks that are wrong, as files. */
#include "kernel/commands/fio/dump.h"

#include "kernel/commands/command.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"

static void write_part(const struct fio_unit *unit, const struct fio_verify_failure *failure,
		       const unsigned char *block, const char *what)
{
	const char *name = strrchr(unit->target->name, '/');
	size_t size = failure->size;
	char path[FIO_PATH_MAX + 48];
	struct file *file;
	long error;

	block += failure->offset - unit->offset;
	snprintf(path, sizeof(path), "%s.%llu.%s", name ? name + 1 : unit->target->name,
		 (unsigned long long)failure->offset, what);
	error = file_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644, &file);
	if (!error) {
		error = file_pwrite(file, block, size, 0);
		error = error < 0 ? error : (size_t)error == size ? 0 : -ENOSPC;
		file_close(file);
	}
	if (error)
		err("       %s: %s\n", path, error_text((int)-error));
	else
		err("       %s data dumped as %s\n", what, path);
}

void fio_dump(const struct fio_options *options, const struct fio_unit *unit,
	      const struct fio_verify_failure *failure)
{
	unsigned char *expected = process_alloc(unit->size);

	write_part(unit, failure, unit->buffer, "received");
	if (expected && fio_verify_again(options, unit->buffer, unit->size, unit->offset, expected))
		write_part(unit, failure, expected, "expected");
	process_free(expected);
}

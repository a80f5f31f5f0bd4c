/* The screen that standard output is shown on. */
#include "kernel/commands/command.h"
#include "kernel/console_size.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"

#define COLUMNS_ELSEWHERE 80 /* in a file, in a pipe */

unsigned screen_columns(void)
{
	struct file *file = process_file(1);

	if (process_columns())
		return process_columns();
	return file && file_is_console(file) ? console_size().columns : COLUMNS_ELSEWHERE;
}

unsigned screen_rows(void)
{
	return process_lines() ? process_lines() : console_size().rows;
}

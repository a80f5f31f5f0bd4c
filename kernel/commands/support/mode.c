/* How ls -l and stat show a file's type and permissions. */
#include "kernel/commands/support/mode.h"

char *mode_text(const struct file_stat *stat, char text[MODE_TEXT])
{
	static const char letters[] = "rwxrwxrwx";
	unsigned mode = stat->mode;

	switch (stat->type) {
	case FILE_DIRECTORY:
		text[0] = 'd';
		break;
	case FILE_CHARACTER:
		text[0] = 'c';
		break;
	case FILE_BLOCK:
		text[0] = 'b';
		break;
	case FILE_PIPE:
		text[0] = 'p';
		break;
	default:
		text[0] = '-';
	}
	for (unsigned i = 0; i < 9; i++)
		text[i + 1] = mode & (0400u >> i) ? letters[i] : '-';
	if (mode & 04000)
		text[3] = mode & 0100 ? 's' : 'S';
	if (mode & 02000)
		text[6] = mode & 010 ? 's' : 'S';
	if (mode & 01000)
		text[9] = mode & 01 ? 't' : 'T';
	text[10] = '\0';
	return text;
}

const char *mode_type_name(const struct file_stat *stat)
{
	switch (stat->type) {
	case FILE_DIRECTORY:
		return "directory";
	case FILE_CHARACTER:
		return "character special file";
	case FILE_BLOCK:
		return "block special file";
	case FILE_PIPE:
		return "fifo";
	default:
		return stat->size ? "regular file" : "regular empty file";
	}
}

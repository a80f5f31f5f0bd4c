/* wc: counts lines, words and bytes. */
#include "kernel/commands/command.h"
#include "kernel/commands/support/input.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/ctype.h"
#include "lib/errno.h"
#include "lib/string.h"

struct counts {
	uint64_t lines, words, characters, bytes, longest;
};

struct settings {
	bool lines, words, characters, bytes, longest;
	bool named; /* print the names */
	int width;
	void *buffer;
	struct counts total;
};

static void count_text(struct counts *counts, const unsigned char *at, size_t size, bool *in_word,
		       uint64_t *column)
{
	for (; size; size--, at++) {
		unsigned char c = *at;

		if (is_space(c)) {
			if (c == '\n' || c == '\r' || c == '\f') {
				counts->lines += c == '\n';
				if (*column > counts->longest)
					counts->longest = *column;
				*column = 0;
			} else if (c == '\t') {
				*column += 8 - *column % 8;
			} else if (c == ' ') {
				++*column;
			}
			counts->words += *in_word;
			*in_word = false;
		} else if (is_print(c)) {
			++*column;
			*in_word = true;
		}
	}
}

/* The size, if that is all that is asked for and known without reading. */
static bool size_known(int fd, uint64_t *bytes)
{
	struct file *file = process_file(fd);
	struct file_stat stat;
	int64_t at;

	if (!file || file_stat(file, &stat) != 0 ||
	    (stat.type != FILE_REGULAR && stat.type != FILE_BLOCK))
		return false;
	at = file_seek(file, 0, SEEK_CUR);
	if (at < 0)
		return false;
	*bytes = stat.size > (uint64_t)at ? stat.size - (uint64_t)at : 0;
	file_seek(file, 0, SEEK_END);
	return true;
}

static void print_counts(const struct settings *settings, const struct counts *counts,
			 const char *name)
{
	const struct {
		bool wanted;
		uint64_t value;
	} columns[] = {
		{settings->lines, counts->lines},	    {settings->words, counts->words},
		{settings->characters, counts->characters}, {settings->bytes, counts->bytes},
		{settings->longest, counts->longest},
	};
	const char *space = "";

	for (unsigned i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		if (columns[i].wanted) {
			out("%s%*llu", space, settings->width,
			    (unsigned long long)columns[i].value);
			space = " ";
		}
	if (name)
		out(" %s", name);
	out_char('\n');
}

static int wc_one(int fd, const char *name, void *context)
{
	struct settings *settings = context;
	struct counts counts = {0};
	bool in_word = false;
	uint64_t column = 0;
	bool text = settings->words || settings->longest;
	long count = 0;

	bool known = !text && !settings->lines && size_known(fd, &counts.bytes);

	while (!known && (count = process_read(fd, settings->buffer, INPUT_BUFFER)) > 0) {
		counts.bytes += (uint64_t)count;
		if (text)
			count_text(&counts, settings->buffer, (size_t)count, &in_word, &column);
		else if (settings->lines)
			counts.lines += bytes_count(settings->buffer, (size_t)count, '\n');
		progress(counts.bytes, 0);
	}
	if (count < 0)
		input_complain(settings->named ? name : "standard input", count);
	counts.words += in_word;
	counts.characters = counts.bytes;
	if (column > counts.longest)
		counts.longest = column;
	print_counts(settings, &counts, settings->named ? name : NULL);
	settings->total.lines += counts.lines;
	settings->total.words += counts.words;
	settings->total.characters += counts.characters;
	settings->total.bytes += counts.bytes;
	if (counts.longest > settings->total.longest)
		settings->total.longest = counts.longest;
	return count < 0;
}

/* GNU's: as many digits as all sizes together have, at least 7 if one is not a regular file; 1 for
 * a single number. */
static int number_width(char **operands, int count, int columns)
{
	uint64_t total = 0;
	int width = 1, minimum = 1;

	if (columns == 1 && count <= 1)
		return 1;
	for (int i = 0; i < (count ? count : 1); i++) {
		bool standard = !count || strcmp(operands[i], "-") == 0;
		struct file *file = standard ? process_file(0) : NULL;
		struct file_stat stat;
		int error = standard ? (file ? file_stat(file, &stat) : -EBADF)
				     : path_stat(operands[i], &stat);

		if (error)
			continue;
		if (stat.type == FILE_REGULAR)
			total += stat.size;
		else
			minimum = 7;
	}
	for (; total >= 10; total /= 10)
		width++;
	return width < minimum ? minimum : width;
}

static const struct option long_options[] = {
	{"bytes", 0, 'c'}, {"chars", 0, 'm'},		{"lines", 0, 'l'},
	{"words", 0, 'w'}, {"max-line-length", 0, 'L'}, {NULL, 0, 0},
};

static int wc_main(int argc, char **argv)
{
	struct settings settings = {0};
	struct getopt state = {0};
	int option;

	while ((option = getopt_next(&state, argc, argv, "clLmw", long_options)) != -1) {
		if (option == 'c')
			settings.bytes = true;
		else if (option == 'l')
			settings.lines = true;
		else if (option == 'L')
			settings.longest = true;
		else if (option == 'm')
			settings.characters = true;
		else if (option == 'w')
			settings.words = true;
		else
			fail_usage(1);
	}
	int columns = settings.bytes + settings.lines + settings.longest + settings.characters +
		      settings.words;

	if (!columns) {
		settings.bytes = settings.lines = settings.words = true;
		columns = 3;
	}
	char **operands = argv + state.index;
	int count = argc - state.index;

	settings.named = count > 0;
	settings.width = number_width(operands, count, columns);
	settings.buffer = input_buffer();
	int status = input_for_each(operands, count, wc_one, &settings);

	if (count > 1)
		print_counts(&settings, &settings.total, "total");
	return status;
}

COMMAND(wc, "[-clLmw] [FILE]...", "Count lines, words and bytes",
	"  -c   bytes; -m characters (the same here)\n"
	"  -l   newlines\n"
	"  -w   words\n"
	"  -L   width of the longest line\n"
	"Without options -l, -w and -c. Without FILE, or for -, reads standard input.\n");

#include "kernel/commands/command.h"
#include "kernel/commands/support/calendar.h"
#include "kernel/commands/support/mode.h"
#include "kernel/commands/support/paths.h"
#include "kernel/commands/support/size.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "kernel/thread.h"
#include "kernel/x86/time.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/sort.h"
#include "lib/string.h"

#define TAB_WIDTH      8
#define STACK_LEAST    8192
#define HALF_YEAR      (31556952 / 2)
#define STATUS_MINOR   1 /* something below an operand could not be read */
#define STATUS_SERIOUS 2 /* an operand could not */

struct settings {
	bool all, almost_all; /* -a, -A */
	bool long_form, human, inode, directories, recursive, classify;
	bool reverse, by_size, by_time;
	bool columns, quoted;
	bool headings; /* name each directory */
	bool printed;  /* something stands above: an empty line parts it from what follows */
	int status;
};

struct entry {
	char *name;
	const char *shown;
	struct file_stat stat;
	bool reverse, by_size, by_time; /* how it is to be sorted */
};

struct list {
	struct entry *entries;
	size_t count, room;
};

static void report(struct settings *settings, int status, const char *what, const char *path,
		   int error)
{
	complain_about(what, path, error);
	if (settings->status < status)
		settings->status = status;
}

static void list_add(struct list *list, const struct settings *settings, const char *name,
		     const struct file_stat *stat)
{
	if (list->count == list->room) {
		list->room = list->room ? list->room * 2 : 32;
		list->entries = process_realloc(list->entries, list->room * sizeof(struct entry));
		if (!list->entries)
			fail(STATUS_SERIOUS, "memory exhausted");
	}
	struct entry *entry = &list->entries[list->count++];
	size_t size = strlen(name) + 1;

	entry->name = alloc_or_fail(size);
	memcpy(entry->name, name, size);
	entry->shown = settings->quoted ? quote_if_needed(entry->name) : entry->name;
	entry->stat = *stat;
	entry->reverse = settings->reverse;
	entry->by_size = settings->by_size;
	entry->by_time = settings->by_time;
}

static void list_free(struct list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->entries[i].shown != list->entries[i].name)
			process_free((char *)list->entries[i].shown);
		process_free(list->entries[i].name);
	}
	process_free(list->entries);
	memset(list, 0, sizeof(*list));
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = 0;

	if (x->by_size)
		order = compare_numbers(y->stat.size, x->stat.size);
	else if (x->by_time && x->stat.mtime_s != y->stat.mtime_s)
		order = compare_numbers(y->stat.mtime_s, x->stat.mtime_s);
	else if (x->by_time)
		order = compare_numbers(y->stat.mtime_ns, x->stat.mtime_ns);
	if (!order)
		order = strcmp(x->name, y->name);
	return x->reverse ? -order : order;
}

static char indicator(const struct settings *settings, const struct entry *entry)
{
	if (!settings->classify)
		return 0;
	switch (entry->stat.type) {
	case FILE_DIRECTORY:
		return '/';
	case FILE_PIPE:
		return '|';
	case FILE_REGULAR:
		return entry->stat.mode & 0111 ? '*' : 0;
	default:
		return 0;
	}
}

static int decimal_width(uint64_t value)
{
	int width = 1;

	while (value /= 10)
		width++;
	return width;
}

/* The size column: a number, "1.5K", or a device's "259, 0". */
static const char *size_text(const struct settings *settings, const struct entry *entry,
			     int major_width, int minor_width, char text[HUMAN_TEXT])
{
	if (entry->stat.type == FILE_CHARACTER || entry->stat.type == FILE_BLOCK)
		snprintf(text, HUMAN_TEXT, "%*u, %*u", major_width, entry->stat.major, minor_width,
			 entry->stat.minor);
	else if (settings->human)
		size_human_short(text, entry->stat.size);
	else
		snprintf(text, HUMAN_TEXT, "%llu", (unsigned long long)entry->stat.size);
	return text;
}

static void print_name(const struct settings *settings, const struct entry *entry)
{
	char mark = indicator(settings, entry);

	out("%s", entry->shown);
	if (mark)
		out_char(mark);
}

static void print_long(const struct settings *settings, const struct list *list)
{
	int links_width = 1, size_width = 1, major_width = 0, minor_width = 0, inode_width = 1;
	uint64_t now = time_wall_s();
	char text[HUMAN_TEXT], mode[MODE_TEXT];

	for (size_t i = 0; i < list->count; i++) {
		const struct file_stat *stat = &list->entries[i].stat;
		int width;

		if ((width = decimal_width(stat->links)) > links_width)
			links_width = width;
		if ((width = decimal_width(stat->inode)) > inode_width)
			inode_width = width;
		if (stat->type != FILE_CHARACTER && stat->type != FILE_BLOCK)
			continue;
		if ((width = decimal_width(stat->major)) > major_width)
			major_width = width;
		if ((width = decimal_width(stat->minor)) > minor_width)
			minor_width = width;
	}
	for (size_t i = 0; i < list->count; i++) {
		int width = (int)strlen(
			size_text(settings, &list->entries[i], major_width, minor_width, text));

		if (width > size_width)
			size_width = width;
	}
	for (size_t i = 0; i < list->count; i++) {
		const struct entry *entry = &list->entries[i];
		const struct file_stat *stat = &entry->stat;
		struct calendar date;

		if (settings->inode)
			out("%*llu ", inode_width, (unsigned long long)stat->inode);
		out("%s %*u root root %*s ", mode_text(stat, mode), links_width, stat->links,
		    size_width, size_text(settings, entry, major_width, minor_width, text));
		calendar_from_seconds(stat->mtime_s, &date);
		out("%.3s %2u ", calendar_months[date.month - 1], date.day);
		/* neither long ago nor in the future */
		if (stat->mtime_s <= now && now - stat->mtime_s < HALF_YEAR)
			out("%02u:%02u ", date.hour, date.minute);
		else
			out("%5lld ", (long long)date.year);
		print_name(settings, entry);
		out_char('\n');
	}
}

static size_t entry_width(const struct settings *settings, const struct entry *entry,
			  int inode_width)
{
	return strlen(entry->shown) + (indicator(settings, entry) != 0) +
	       (settings->inode ? (size_t)inode_width + 1 : 0);
}

/* The screen's width that so many rows take; each column as wide as its widest entry and two. */
static size_t columns_width(const struct settings *settings, const struct list *list, size_t rows,
			    int inode_width)
{
	size_t total = 0;

	for (size_t i = 0; i < list->count;) {
		size_t widest = 0;

		for (size_t row = 0; row < rows && i < list->count; row++, i++) {
			size_t width = entry_width(settings, &list->entries[i], inode_width);

			if (width > widest)
				widest = width;
		}
		total += widest + (i < list->count ? 2 : 0);
	}
	return total;
}

/* Of all entries in one row, two columns behind each. */
static size_t list_width(const struct settings *settings, const struct list *list, int inode_width)
{
	size_t total = 0;

	for (size_t i = 0; i < list->count; i++)
		total += entry_width(settings, &list->entries[i], inode_width) + 2;
	return total;
}

/* From one column to another, with tabs as far as they lead. */
static void move_right(size_t from, size_t to)
{
	while (from < to)
		if (to / TAB_WIDTH > (from + 1) / TAB_WIDTH) {
			out_char('\t');
			from += TAB_WIDTH - from % TAB_WIDTH;
		} else {
			out_char(' ');
			from++;
		}
}

static void print_short(const struct settings *settings, const struct list *list)
{
	size_t rows = list->count, width = screen_columns();
	int inode_width = 1;

	for (size_t i = 0; settings->inode && i < list->count; i++)
		if (decimal_width(list->entries[i].stat.inode) > inode_width)
			inode_width = decimal_width(list->entries[i].stat.inode);
	if (settings->columns) {
		/* No fewer rows can do than if all columns were full. */
		rows = list_width(settings, list, inode_width) / (width + 2);
		if (!rows)
			rows = 1;
		if (rows > list->count)
			rows = list->count;
		while (rows < list->count &&
		       columns_width(settings, list, rows, inode_width) > width) {
			process_check_interrupt();
			rows++;
		}
	}
	size_t *widths = alloc_or_fail((list->count / rows + 1) * sizeof(*widths));

	for (size_t i = 0; i + rows < list->count; i += rows) {
		struct list column = {.entries = list->entries + i, .count = rows};

		widths[i / rows] = columns_width(settings, &column, rows, inode_width) + 2;
	}
	for (size_t row = 0; row < rows; row++) {
		size_t start = 0;

		for (size_t i = row; i < list->count; i += rows) {
			const struct entry *entry = &list->entries[i];

			if (settings->inode)
				out("%*llu ", inode_width, (unsigned long long)entry->stat.inode);
			print_name(settings, entry);
			if (i + rows >= list->count)
				break;
			move_right(start + entry_width(settings, entry, inode_width),
				   start + widths[i / rows]);
			start += widths[i / rows];
		}
		out_char('\n');
	}
	process_free(widths);
}

static void print_list(const struct settings *settings, struct list *list)
{
	sort(list->entries, list->count, sizeof(struct entry), compare_entries);
	if (settings->long_form)
		print_long(settings, list);
	else
		print_short(settings, list);
}

static void add_below(struct list *list, struct settings *settings, const char *directory,
		      const char *name)
{
	char *path = path_join(directory, name);
	struct file_stat stat;
	int error = path_stat(path, &stat);

	if (error)
		report(settings, STATUS_MINOR, "cannot access", path, error);
	else
		list_add(list, settings, name, &stat);
	process_free(path);
}

static int read_directory(struct list *list, struct settings *settings, const char *path)
{
	struct directory_entry *entry;
	struct file *directory;
	uint64_t cursor = 0;
	int result = file_open(path, O_RDONLY | O_DIRECTORY, 0, &directory);

	if (result)
		return result;
	int fd = process_add_file(directory);

	if (fd < 0) {
		file_close(directory);
		return fd;
	}
	entry = alloc_or_fail(sizeof(*entry));
	if (settings->all) {
		add_below(list, settings, path, ".");
		add_below(list, settings, path, "..");
	}
	while ((result = directory_read(directory, &cursor, entry)) == 1) {
		process_check_interrupt();
		if (entry->name[0] != '.' || settings->all || settings->almost_all)
			add_below(list, settings, path, entry->name);
	}
	process_free(entry);
	process_set_file(fd, NULL);
	return result;
}

static void list_directory(struct settings *settings, const char *path, bool operand)
{
	struct list list = {0};
	uint64_t blocks = 0;
	int error = read_directory(&list, settings, path);

	if (error) {
		report(settings, operand ? STATUS_SERIOUS : STATUS_MINOR, "cannot open directory",
		       path, error);
		return;
	}
	if (settings->headings)
		out("%s%s:\n", settings->printed ? "\n" : "",
		    settings->quoted ? quote_if_needed(path) : path);
	settings->printed = true;
	for (size_t i = 0; i < list.count; i++)
		blocks += list.entries[i].stat.blocks;
	if (settings->long_form) {
		char text[HUMAN_TEXT];

		if (settings->human)
			out("total %s\n", size_human_short(text, blocks * 512));
		else
			out("total %llu\n", (unsigned long long)(blocks + 1) / 2);
	}
	if (list.count)
		print_list(settings, &list);
	for (size_t i = 0; settings->recursive && i < list.count; i++) {
		const struct entry *entry = &list.entries[i];

		if (entry->stat.type != FILE_DIRECTORY || strcmp(entry->name, ".") == 0 ||
		    strcmp(entry->name, "..") == 0 || !path_is_walked(&entry->stat))
			continue;
		char *below = path_join(path, entry->name);

		if (thread_stack_left() < STACK_LEAST)
			report(settings, STATUS_MINOR, "cannot open directory", below,
			       -ENAMETOOLONG);
		else
			list_directory(settings, below, false);
		process_free(below);
	}
	list_free(&list);
}

static void list_operands(struct settings *settings, char **operands, int count)
{
	struct list files = {0}, directories = {0};

	for (int i = 0; i < count; i++) {
		struct file_stat stat;
		int error = path_stat(operands[i], &stat);

		if (error)
			report(settings, STATUS_SERIOUS, "cannot access", operands[i], error);
		else
			list_add(stat.type == FILE_DIRECTORY && !settings->directories
					 ? &directories
					 : &files,
				 settings, operands[i], &stat);
	}
	if (files.count) {
		print_list(settings, &files);
		settings->printed = true;
	}
	settings->headings = settings->recursive || count > 1;
	sort(directories.entries, directories.count, sizeof(struct entry), compare_entries);
	for (size_t i = 0; i < directories.count; i++)
		list_directory(settings, directories.entries[i].name, true);
}

static const struct option long_options[] = {
	{"all", 0, 'a'},      {"almost-all", 0, 'A'},	  {"directory", 0, 'd'},
	{"classify", 0, 'F'}, {"human-readable", 0, 'h'}, {"inode", 0, 'i'},
	{"reverse", 0, 'r'},  {"recursive", 0, 'R'},	  {NULL, 0, 0},
};

static void parse_option(struct settings *settings, int option)
{
	switch (option) {
	case 'a':
		settings->all = true;
		settings->almost_all = false;
		break;
	case 'A':
		settings->almost_all = true;
		settings->all = false;
		break;
	case 'C':
		settings->columns = true;
		settings->long_form = false;
		break;
	case 'd':
		settings->directories = true;
		break;
	case 'F':
		settings->classify = true;
		break;
	case 'h':
		settings->human = true;
		break;
	case 'i':
		settings->inode = true;
		break;
	case 'l':
		settings->long_form = true;
		break;
	case 'r':
		settings->reverse = true;
		break;
	case 'R':
		settings->recursive = true;
		break;
	case 'S':
		settings->by_size = true;
		settings->by_time = false;
		break;
	case 't':
		settings->by_time = true;
		settings->by_size = false;
		break;
	case '1':
		settings->columns = false;
		break;
	default:
		fail_usage(STATUS_SERIOUS);
	}
}

static int ls_main(int argc, char **argv)
{
	static char *here[] = {"."};
	struct file *output = process_file(1);
	bool console = output && file_is_console(output);
	struct settings settings = {.columns = console, .quoted = console};
	struct getopt state = {0};
	int option;

	out_failure(NULL, STATUS_SERIOUS);
	while ((option = getopt_next(&state, argc, argv, "aACdFhilrRSt1", long_options)) != -1)
		parse_option(&settings, option);
	if (state.index == argc)
		list_operands(&settings, here, 1);
	else
		list_operands(&settings, argv + state.index, argc - state.index);
	return settings.status;
}

COMMAND(ls, "[-aACdFhilrRSt1] [FILE]...", "List directories",
	"  -a   names that start with a dot, too; -A without . and ..\n"
	"  -l   mode, links, owner, group, size and time\n"
	"  -h   sizes as 1.5K, 64M; -i inode numbers; -F mark directories with /\n"
	"  -d   directories themselves, not what is in them; -R all below, too\n"
	"  -S   by size, -t by time, newest first; -r the other way round\n"
	"  -1   a name per line, -C in columns (as on the console)\n");

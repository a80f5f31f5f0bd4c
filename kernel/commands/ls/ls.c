/* ls: files and what is in directories, sorted. */
#include "kernel/commands/command.h"
#include "kernel/commands/ls/ls.h"
#include "kernel/commands/support/paths.h"
#include "kernel/commands/support/size.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "kernel/thread.h"
#include "lib/errno.h"
#include "lib/sort.h"
#include "lib/string.h"

#define STACK_LEAST    8192
#define STATUS_MINOR   1 /* something below an operand could not be read */
#define STATUS_SERIOUS 2 /* an operand could not */

static void report(struct ls_settings *settings, int status, const char *what, const char *path,
		   int error)
{
	complain_about(what, path, error);
	if (settings->status < status)
		settings->status = status;
}

static void list_add(struct ls_list *list, const struct ls_settings *settings, const char *name,
		     const struct file_stat *stat)
{
	if (list->count == list->room) {
		list->room = list->room ? list->room * 2 : 32;
		list->entries =
			process_realloc(list->entries, list->room * sizeof(struct ls_entry));
		if (!list->entries)
			fail(STATUS_SERIOUS, "memory exhausted");
	}
	struct ls_entry *entry = &list->entries[list->count++];
	size_t size = strlen(name) + 1;

	entry->name = alloc_or_fail(size);
	memcpy(entry->name, name, size);
	entry->shown = settings->quoted ? quote_if_needed(entry->name) : entry->name;
	entry->stat = *stat;
	entry->reverse = settings->reverse;
	entry->by_size = settings->by_size;
	entry->by_time = settings->by_time;
}

static void list_free(struct ls_list *list)
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
	const struct ls_entry *x = a, *y = b;
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

static void sort_and_print(const struct ls_settings *settings, struct ls_list *list)
{
	sort(list->entries, list->count, sizeof(struct ls_entry), compare_entries);
	ls_print(settings, list);
}

static void add_below(struct ls_list *list, struct ls_settings *settings, const char *directory,
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

static int read_directory(struct ls_list *list, struct ls_settings *settings, const char *path)
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

static void list_directory(struct ls_settings *settings, const char *path, bool operand)
{
	struct ls_list list = {0};
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
		sort_and_print(settings, &list);
	for (size_t i = 0; settings->recursive && i < list.count; i++) {
		const struct ls_entry *entry = &list.entries[i];

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

static void list_operands(struct ls_settings *settings, char **operands, int count)
{
	struct ls_list files = {0}, directories = {0};

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
		sort_and_print(settings, &files);
		settings->printed = true;
	}
	settings->headings = settings->recursive || count > 1;
	sort(directories.entries, directories.count, sizeof(struct ls_entry), compare_entries);
	for (size_t i = 0; i < directories.count; i++)
		list_directory(settings, directories.entries[i].name, true);
}

static const struct option long_options[] = {
	{"all", 0, 'a'},      {"almost-all", 0, 'A'},	  {"directory", 0, 'd'},
	{"classify", 0, 'F'}, {"human-readable", 0, 'h'}, {"inode", 0, 'i'},
	{"reverse", 0, 'r'},  {"recursive", 0, 'R'},	  {NULL, 0, 0},
};

static void parse_option(struct ls_settings *settings, int option)
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
	struct ls_settings settings = {.columns = console, .quoted = console};
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

/* A list as ls prints it: in long lines, in columns, or a name per line. */
#include "kernel/commands/command.h"
#include "kernel/commands/ls/ls.h"
#include "kernel/commands/support/calendar.h"
#include "kernel/commands/support/mode.h"
#include "kernel/commands/support/size.h"
#include "kernel/posix/process.h"
#include "kernel/x86/time.h"
#include "lib/format.h"
#include "lib/string.h"

#define TAB_WIDTH 8
#define HALF_YEAR (31556952 / 2)

static char indicator(const struct ls_settings *settings, const struct ls_entry *entry)
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
static const char *size_text(const struct ls_settings *settings, const struct ls_entry *entry,
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

static void print_name(const struct ls_settings *settings, const struct ls_entry *entry)
{
	char mark = indicator(settings, entry);

	out("%s", entry->shown);
	if (mark)
		out_char(mark);
}

static void print_long(const struct ls_settings *settings, const struct ls_list *list)
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
		const struct ls_entry *entry = &list->entries[i];
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

static size_t entry_width(const struct ls_settings *settings, const struct ls_entry *entry,
			  int inode_width)
{
	return strlen(entry->shown) + (indicator(settings, entry) != 0) +
	       (settings->inode ? (size_t)inode_width + 1 : 0);
}

/* The screen's width that so many rows take; each column as wide as its widest entry and two. */
static size_t columns_width(const struct ls_settings *settings, const struct ls_list *list,
			    size_t rows, int inode_width)
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
static size_t list_width(const struct ls_settings *settings, const struct ls_list *list,
			 int inode_width)
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

static void print_short(const struct ls_settings *settings, const struct ls_list *list)
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
		struct ls_list column = {.entries = list->entries + i, .count = rows};

		widths[i / rows] = columns_width(settings, &column, rows, inode_width) + 2;
	}
	for (size_t row = 0; row < rows; row++) {
		size_t start = 0;

		for (size_t i = row; i < list->count; i += rows) {
			const struct ls_entry *entry = &list->entries[i];

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

void ls_print(const struct ls_settings *settings, const struct ls_list *list)
{
	if (settings->long_form)
		print_long(settings, list);
	else
		print_short(settings, list);
}

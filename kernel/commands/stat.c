/* stat: what is known about files. */
#include "kernel/commands/command.h"
#include "kernel/commands/support/calendar.h"
#include "kernel/commands/support/mode.h"
#include "kernel/posix/file.h"
#include "lib/ctype.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"

static void format_time(const struct file_stat *stat, char *text, size_t size)
{
	struct calendar date;

	calendar_from_seconds(stat->mtime_s, &date);
	snprintf(text, size, "%04lld-%02u-%02u %02u:%02u:%02u.%09u +0000", (long long)date.year,
		 date.month, date.day, date.hour, date.minute, date.second, stat->mtime_ns);
}

static void print_default(const char *name, const struct file_stat *stat)
{
	char time[64], mode[MODE_TEXT];
	bool device = stat->type == FILE_CHARACTER || stat->type == FILE_BLOCK;

	format_time(stat, time, sizeof(time));
	out("  File: %s\n", name);
	out("  Size: %-10llu\tBlocks: %-10llu IO Block: %-6u %s\n",
	    device ? 0ull : (unsigned long long)stat->size, (unsigned long long)stat->blocks,
	    stat->block_size, mode_type_name(stat));
	out("Device: 0,1\tInode: %-10llu  Links: ", (unsigned long long)stat->inode);
	if (device)
		out("%-5u Device type: %u,%u\n", stat->links, stat->major, stat->minor);
	else
		out("%u\n", stat->links);
	out("Access: (%04o/%s)  Uid: (    0/    root)   Gid: (    0/    root)\n", stat->mode,
	    mode_text(stat, mode));
	out("Access: %s\nModify: %s\nChange: %s\n Birth: -\n", time, time, time);
}

/* The value of %letter as text or number; false where there is no such. */
static bool directive(char letter, const char *name, const struct file_stat *stat, char *text,
		      size_t size, const char **string, uint64_t *number, const char **form)
{
	*string = NULL;
	*form = "llu";
	switch (letter) {
	case 'a':
		*number = stat->mode;
		*form = "llo";
		break;
	case 'A':
		*string = mode_text(stat, text);
		break;
	case 'b':
		*number = stat->blocks;
		break;
	case 'B':
		*number = 512;
		break;
	case 'd':
		*number = 1;
		break;
	case 'f':
		*number = stat->mode | (stat->type == FILE_DIRECTORY   ? 0040000u
					: stat->type == FILE_CHARACTER ? 0020000u
					: stat->type == FILE_BLOCK     ? 0060000u
					: stat->type == FILE_PIPE      ? 0010000u
								       : 0100000u);
		*form = "llx";
		break;
	case 'F':
		*string = mode_type_name(stat);
		break;
	case 'g':
	case 'u':
		*number = 0;
		break;
	case 'G':
	case 'U':
		*string = "root";
		break;
	case 'h':
		*number = stat->links;
		break;
	case 'i':
		*number = stat->inode;
		break;
	case 'n':
		*string = name;
		break;
	case 'N':
		*string = quote(name);
		break;
	case 'o':
		*number = stat->block_size;
		break;
	case 's':
		*number = stat->type == FILE_BLOCK ? 0 : stat->size;
		break;
	case 't':
		*number = stat->major;
		*form = "llx";
		break;
	case 'T':
		*number = stat->minor;
		*form = "llx";
		break;
	case 'x':
	case 'y':
	case 'z':
		format_time(stat, text, size);
		*string = text;
		break;
	case 'w':
		*string = "-";
		break;
	case 'W':
		*number = 0;
		break;
	case 'X':
	case 'Y':
	case 'Z':
		*number = stat->mtime_s;
		break;
	default:
		return false;
	}
	return true;
}

/* A directive behind its '%'; returns what stands behind it. */
static const char *print_directive(const char *format, const char *name,
				   const struct file_stat *stat)
{
	char flags[8] = "", specification[24], text[64];
	const char *start = format, *string, *form;
	size_t count = 0;
	int width = 0;
	uint64_t number = 0;

	for (; *format && strchr("#-+ 0", *format); format++)
		if (count + 1 < sizeof(flags) && !strchr(flags, *format))
			flags[count++] = *format;
	for (; is_digit(*format) && width < 1000; format++)
		width = width * 10 + *format - '0';
	if (*format == '%' && format == start) {
		out_char('%');
		return format + 1;
	}
	if (!*format) {
		out("%%%s", start);
		return format;
	}
	if (!directive(*format, name, stat, text, sizeof(text), &string, &number, &form)) {
		out("?");
		return format + 1;
	}
	if (string && strchr(flags, '-'))
		out("%-*s", width, string);
	else if (string)
		out("%*s", width, string);
	if (string)
		return format + 1;
	snprintf(specification, sizeof(specification), "%%%s*%s", flags, form);
	char digits[64];

	snprintf(digits, sizeof(digits), specification, width < 60 ? width : 60,
		 (unsigned long long)number);
	out("%s", digits);
	return format + 1;
}

/* format stands behind a backslash: prints what it means, returns what stands behind it. */
static const char *print_escape(const char *format)
{
	static const char letters[] = "abefnrtv\\\"";
	static const char bytes[] = "\a\b\033\f\n\r\t\v\\\"";
	char c = *format;
	const char *found = c ? strchr(letters, c) : NULL;
	bool hex = c == 'x' && is_xdigit(format[1]);
	int digits = hex ? 2 : 3, value = 0;

	if (!c) {
		complain("warning: backslash at end of format");
		out_char('\\');
		return format;
	}
	if (!hex && (c < '0' || c > '7')) {
		if (!found)
			complain("warning: unrecognized escape '\\%c'", c);
		out_char(found ? bytes[found - letters] : c);
		return format + 1;
	}
	for (format += hex; digits && (hex ? is_xdigit(*format) : *format >= '0' && *format <= '7');
	     digits--, format++)
		value = hex ? value * 16 + (is_digit(*format) ? *format - '0'
							      : to_lower(*format) - 'a' + 10)
			    : value * 8 + *format - '0';
	out_char((char)value);
	return format;
}

static void print_format(const char *format, bool escapes, const char *name,
			 const struct file_stat *stat)
{
	while (*format) {
		char c = *format++;

		if (c == '%')
			format = print_directive(format, name, stat);
		else if (c == '\\' && escapes)
			format = print_escape(format);
		else
			out_char(c);
	}
}

static const struct option long_options[] = {
	{"format", 1, 'c'}, {"printf", 1, 'p'}, {"dereference", 0, 'L'}, {NULL, 0, 0}};

static int stat_main(int argc, char **argv)
{
	const char *format = NULL;
	bool escapes = false;
	struct getopt state = {0};
	int option, status = 0;

	while ((option = getopt_next(&state, argc, argv, "c:L", long_options)) != -1) {
		if (option == 'c' || option == 'p') {
			format = state.argument;
			escapes = option == 'p';
		} else if (option != 'L') {
			fail_usage(1);
		}
	}
	if (state.index == argc)
		fail_missing_operand();
	for (int i = state.index; i < argc; i++) {
		struct file_stat stat;
		int error = path_stat(argv[i], &stat);

		if (error) {
			complain_about("cannot statx", argv[i], error);
			status = 1;
		} else if (format) {
			print_format(format, escapes, argv[i], &stat);
			if (!escapes)
				out_char('\n');
		} else {
			print_default(argv[i], &stat);
		}
	}
	return status;
}

COMMAND(stat, "[-c FORMAT | --printf=FORMAT] FILE...", "Show what is known about files",
	"  -c FORMAT   a line of FORMAT for each file; --printf without newline, with escapes:\n"
	"              %a %A mode, %b blocks of %B bytes, %F type, %h links, %i inode, %n %N "
	"name,\n"
	"              %o I/O size, %s size, %t %T device type, %u %U %g %G owner and group,\n"
	"              %x %y %z time, %X %Y %Z in seconds\n");

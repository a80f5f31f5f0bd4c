/* chmod: GNU's, with the umask 022 that files here are made with. */
#include "kernel/commands/command.h"
#include "kernel/commands/support/mode.h"
#include "kernel/commands/support/paths.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "kernel/thread.h"
#include "lib/errno.h"
#include "lib/string.h"

#define UMASK	    022
#define ALL_BITS    07777
#define SET_ID_BITS 06000
#define STACK_LEAST 8192

struct change {
	char operator; /* one of "+-=" */
	unsigned who;  /* the bits it is about; 0: all that the umask leaves */
	unsigned value;
	unsigned mentioned; /* a directory keeps its set-id bits where they are not */
	bool copy;	    /* value is the class that it takes its bits from */
	bool execute;	    /* X: where it is a directory or somebody may execute it */
};

struct settings {
	struct change *changes;
	size_t count;
	bool recursive, quiet, verbose, only_changes;
	bool as_option; /* -w: what the umask keeps from it is told */
};

static unsigned scan_octal(const char **text)
{
	unsigned value = 0;

	for (; **text >= '0' && **text <= '7'; ++*text)
		value = value > ALL_BITS ? value : value * 8 + (unsigned)(**text - '0');
	return value;
}

static struct change *add_change(struct settings *settings, char operator, unsigned who)
{
	struct change *change = &settings->changes[settings->count++];

	*change = (struct change){.operator= operator, .who = who };
	return change;
}

/* What stands behind an operator; false where it is none. */
static bool parse_permissions(const char **text, struct change *change)
{
	static const char letters[] = "rwxst", classes[] = "ugo";
	static const unsigned bits[] = {0444, 0222, 0111, 06000, 01000};
	static const unsigned class_bits[] = {0700, 0070, 0007};
	const char *found = **text ? strchr(classes, **text) : NULL;

	if (**text >= '0' && **text <= '7') {
		change->value = scan_octal(text);
		change->mentioned = ALL_BITS;
		if (change->who || change->value > ALL_BITS)
			return false;
		change->who = ALL_BITS;
		return !**text || **text == ',';
	}
	if (found) {
		change->copy = true;
		change->value = class_bits[found - classes];
		++*text;
		return true;
	}
	for (; **text; ++*text) {
		found = strchr(letters, **text);
		if (**text == 'X')
			change->execute = true;
		else if (found)
			change->value |= bits[found - letters];
		else
			break;
	}
	change->mentioned = change->who ? change->who & change->value : change->value;
	return true;
}

/* "755", "u+x,go-w", "a=rX", "g=u". */
static bool parse_mode(const char *text, struct settings *settings)
{
	static const char letters[] = "ugoa";
	static const unsigned bits[] = {04700, 02070, 01007, ALL_BITS};

	settings->changes = alloc_or_fail((strlen(text) + 1) * sizeof(struct change));
	if (*text >= '0' && *text <= '7') {
		const char *start = text;
		struct change *change = add_change(settings, '=', ALL_BITS);

		change->value = scan_octal(&text);
		change->mentioned =
			text - start < 5 ? (change->value & SET_ID_BITS) | 01777 : ALL_BITS;
		return !*text && change->value <= ALL_BITS;
	}
	for (;; text++) {
		unsigned who = 0;
		const char *found;

		for (; *text && (found = strchr(letters, *text)); text++)
			who |= bits[found - letters];
		if (!*text || !strchr("+-=", *text))
			return false;
		while (*text && strchr("+-=", *text)) {
			char operator= * text++;

			if (!parse_permissions(&text, add_change(settings, operator, who)))
				return false;
		}
		if (!*text)
			return true;
		if (*text != ',')
			return false;
	}
}

static unsigned adjust(const struct settings *settings, unsigned mode, bool directory,
		       unsigned umask)
{
	for (size_t i = 0; i < settings->count; i++) {
		const struct change *change = &settings->changes[i];
		unsigned kept = directory ? SET_ID_BITS & ~change->mentioned : 0;
		unsigned value = change->value;

		if (change->copy) {
			unsigned from = mode & value;

			value = (from & 0444 ? 0444u : 0) | (from & 0222 ? 0222u : 0) |
				(from & 0111 ? 0111u : 0);
		}
		if (change->execute && (directory || (mode & 0111)))
			value |= 0111;
		value &= (change->who ? change->who : ~umask) & ~kept;
		if (change->operator== '+')
			mode |= value;
		else if (change->operator== '-')
			mode &= ~value;
		else
			mode = (mode & ((change->who ? ~change->who : 0) | kept)) | value;
	}
	return mode & ALL_BITS;
}

static void tell(const char *path, const struct file_stat *before, unsigned mode)
{
	struct file_stat after = *before;
	char old_text[MODE_TEXT], new_text[MODE_TEXT];

	after.mode = mode;
	mode_text(before, old_text);
	mode_text(&after, new_text);
	if (before->mode == mode)
		out("mode of %s retained as %04o (%s)\n", quote(path), mode, new_text + 1);
	else
		out("mode of %s changed from %04o (%s) to %04o (%s)\n", quote(path), before->mode,
		    old_text + 1, mode, new_text + 1);
}

static int change_one(const char *path, const struct settings *settings);

/* The names first: no descriptor stays open while going down. */
static int change_entries(const char *path, const struct settings *settings)
{
	struct directory_entry *entry = alloc_or_fail(sizeof(*entry));
	int fd = process_open(path, O_RDONLY | O_DIRECTORY, 0), status = 0;
	char **names = NULL;
	size_t count = 0, room = 0;
	uint64_t cursor = 0;

	if (fd < 0)
		return complain_about("cannot read directory", path, fd);
	while (directory_read(process_file(fd), &cursor, entry) == 1) {
		if (count == room) {
			room = room ? 2 * room : 16;
			names = process_realloc(names, room * sizeof(*names));
			if (!names)
				fail(1, "memory exhausted");
		}
		names[count++] = path_join(path, entry->name);
	}
	process_set_file(fd, NULL);
	process_free(entry);
	for (size_t i = 0; i < count; i++) {
		process_check_interrupt();
		status |= change_one(names[i], settings);
		process_free(names[i]);
	}
	process_free(names);
	return status;
}

static int change_one(const char *path, const struct settings *settings)
{
	struct file_stat stat;
	int error = path_stat(path, &stat);

	if (error && !settings->quiet)
		complain_about("cannot access", path, error);
	if (error && settings->verbose)
		out("%s could not be accessed\n", quote(path));
	if (error)
		return 1;
	bool directory = stat.type == FILE_DIRECTORY;
	unsigned mode = adjust(settings, stat.mode, directory, UMASK);
	unsigned meant = adjust(settings, stat.mode, directory, 0);
	int status = 0;

	error = path_chmod(path, mode);
	if (error)
		return complain_about("changing permissions of", path, error);
	if (settings->verbose || (settings->only_changes && mode != stat.mode))
		tell(path, &stat, mode);
	if (settings->as_option && (mode & ~meant)) {
		struct file_stat shown = stat;
		char is[MODE_TEXT], should[MODE_TEXT];

		shown.mode = mode;
		mode_text(&shown, is);
		shown.mode = meant;
		mode_text(&shown, should);
		complain("%s: new permissions are %s, not %s", quote_if_needed(path), is + 1,
			 should + 1);
		status = 1;
	}
	if (!settings->recursive || !directory || !path_is_walked(&stat))
		return status;
	if (thread_stack_left() < STACK_LEAST)
		return complain_about("cannot access", path, -ENAMETOOLONG);
	return change_entries(path, settings) | status;
}

enum { REFERENCE = 256 };

static const struct option long_options[] = {
	{"changes", 0, 'c'},   {"quiet", 0, 'f'},	    {"silent", 0, 'f'}, {"verbose", 0, 'v'},
	{"recursive", 0, 'R'}, {"reference", 1, REFERENCE}, {NULL, 0, 0}};

static int chmod_main(int argc, char **argv)
{
	struct settings settings = {.count = 0};
	struct getopt state = {0};
	const char *reference = NULL;
	char *mode = NULL;
	int option, status = 0;

	out_failure_waits();
	/* "-x" and "-rwx" are modes */
	while ((option = getopt_next(&state, argc, argv,
				     "Rcfvr::w::x::X::s::t::u::g::o::a::,::+::=::"
				     "0::1::2::3::4::5::6::7::",
				     long_options)) != -1) {
		switch (option) {
		case 'R':
			settings.recursive = true;
			break;
		case 'c':
			settings.only_changes = true;
			settings.verbose = false;
			break;
		case 'f':
			settings.quiet = true;
			break;
		case 'v':
			settings.verbose = true;
			break;
		case REFERENCE:
			reference = state.argument;
			break;
		case '?':
			fail_usage(1);
		default: {
			const char *rest = state.argument ? state.argument : "";
			size_t used = mode ? strlen(mode) : 0, size = used + strlen(rest) + 4;
			char *longer = alloc_or_fail(size);

			memcpy(longer, mode ? mode : "", used);
			if (used)
				longer[used++] = ',';
			longer[used++] = '-';
			longer[used++] = (char)option;
			memcpy(longer + used, rest, strlen(rest) + 1);
			mode = longer;
			settings.as_option = true;
		}
		}
	}
	int at = state.index;

	if (reference && mode) {
		complain("cannot combine mode and --reference options");
		fail_usage(1);
	}
	if (!reference && !mode && at < argc)
		mode = argv[at++];
	if (at >= argc) {
		if (!mode || mode != argv[at - 1])
			complain("missing operand");
		else
			complain("missing operand after %s", quote_text(argv[at - 1]));
		fail_usage(1);
	}
	if (reference) {
		struct file_stat stat;
		int error = path_stat(reference, &stat);

		if (error)
			fail_about("failed to get attributes of", reference, error);
		settings.changes = alloc_or_fail(sizeof(struct change));
		*add_change(&settings, '=', ALL_BITS) =
			(struct change){'=', ALL_BITS, stat.mode, ALL_BITS, false, false};
	} else if (!parse_mode(mode, &settings)) {
		complain("invalid mode: %s", quote_text(mode));
		fail_usage(1);
	}
	for (; at < argc; at++)
		status |= change_one(argv[at], &settings);
	return status;
}

COMMAND(chmod, "[-Rcfv] MODE | --reference=FILE FILE...", "Change the permissions of files",
	"MODE is octal, or [ugoa][+-=][rwxXst] or [ugo][+-=][ugo], separated by commas.\n"
	"  -R   directories with all that is in them\n"
	"  -v   tell of every file, -c of those that are changed\n"
	"  -f   no complaint about files that are not there\n"
	"Everybody is root here: permissions are kept and shown, and a program has to have x.\n");

#include "lib/sha256.h"

#include "kernel/commands/command.h"
#include "kernel/commands/support/input.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/ctype.h"
#include "lib/string.h"

#define DIGITS (2 * SHA256_SIZE)

struct settings {
	bool check, binary, kind_given, quiet, status_only, warn, strict, ignore_missing, tag;
	void *buffer;
	struct input list; /* a second buffer, for the list of -c */
};

static int hash_file(int fd, const char *name, void *buffer, char hex[SHA256_HEX_SIZE])
{
	struct file *file = process_file(fd);
	struct file_stat stat;
	struct sha256 hash;
	uint8_t digest[SHA256_SIZE];
	uint64_t done = 0, total = 0;
	long count;

	if (file && file_stat(file, &stat) == 0 &&
	    (stat.type == FILE_REGULAR || stat.type == FILE_BLOCK))
		total = stat.size;
	sha256_init(&hash);
	while ((count = process_read(fd, buffer, INPUT_BUFFER)) > 0) {
		sha256_update(&hash, buffer, (size_t)count);
		done += (uint64_t)count;
		progress(done, total);
	}
	progress_clear();
	if (count < 0)
		return input_complain(name, count);
	sha256_final(&hash, digest);
	sha256_hex(digest, hex);
	return 0;
}

/* A name with a backslash or newline is escaped, and the line says so with a backslash in front. */
static bool needs_escape(const char *name)
{
	return name[strcspn(name, "\\\n\r")] != '\0';
}

static void print_name(const char *name, bool escape)
{
	for (; *name; name++) {
		if (escape && *name == '\n')
			out("\\n");
		else if (escape && *name == '\r')
			out("\\r");
		else if (escape && *name == '\\')
			out("\\\\");
		else
			out_char(*name);
	}
}

static int print_one(int fd, const char *name, void *context)
{
	struct settings *settings = context;
	char hex[SHA256_HEX_SIZE];
	bool escape = needs_escape(name);

	if (hash_file(fd, name, settings->buffer, hex))
		return 1;
	if (escape)
		out_char('\\');
	if (settings->tag) {
		out("SHA256 (");
		print_name(name, escape);
		out(") = %s\n", hex);
	} else {
		out(settings->binary ? "%s *" : "%s  ", hex);
		print_name(name, escape);
		out_char('\n');
	}
	return 0;
}

static bool is_digest(const char *text)
{
	for (int i = 0; i < DIGITS; i++)
		if (!is_xdigit(text[i]))
			return false;
	return true;
}

static bool same_digest(const char *a, const char *b)
{
	for (int i = 0; i < DIGITS; i++)
		if (to_lower(a[i]) != to_lower(b[i]))
			return false;
	return true;
}

static bool unescape(char *name)
{
	char *to = name;

	for (; *name; name++) {
		if (*name != '\\') {
			*to++ = *name;
			continue;
		}
		name++;
		if (*name == 'n')
			*to++ = '\n';
		else if (*name == 'r')
			*to++ = '\r';
		else if (*name == '\\')
			*to++ = '\\';
		else
			return false;
	}
	*to = '\0';
	return true;
}

/* "DIGEST  NAME", "DIGEST *NAME" or "SHA256 (NAME) = DIGEST"; cut up in place. */
static bool parse_line(char *line, size_t length, char **digest, char **name)
{
	bool escaped;

	while (*line == ' ' || *line == '\t') {
		line++;
		length--;
	}
	if (length && line[length - 1] == '\r')
		line[--length] = '\0';
	escaped = *line == '\\';
	line += escaped;
	length -= escaped;
	if (length > DIGITS + 12 && strncmp(line, "SHA256 (", 8) == 0) {
		char *end = line + length - DIGITS - 4;

		if (strncmp(end, ") = ", 4) != 0 || !is_digest(end + 4))
			return false;
		*digest = end + 4;
		*end = '\0';
		*name = line + 8;
	} else {
		if (length < DIGITS + 3 || !is_digest(line) || line[DIGITS] != ' ')
			return false;
		*digest = line;
		*name = line + DIGITS + 1;
		if (**name == ' ' || **name == '*')
			++*name;
		line[DIGITS] = '\0';
	}
	return !escaped || unescape(*name);
}

struct tally {
	uint64_t good, different, unreadable, malformed, formed;
};

static void check_file(struct settings *settings, const char *digest, const char *name,
		       struct tally *tally)
{
	char hex[SHA256_HEX_SIZE];
	struct file_stat stat;
	bool escape = needs_escape(name);

	if (settings->ignore_missing && strcmp(name, "-") != 0 && path_stat(name, &stat) != 0)
		return;
	int fd = input_open(name);

	if (fd < 0 || hash_file(fd, name, settings->buffer, hex)) {
		tally->unreadable++;
		if (!settings->status_only) {
			print_name(name, escape);
			out(": FAILED open or read\n");
		}
	} else {
		bool same = same_digest(hex, digest);

		if (same)
			tally->good++;
		else
			tally->different++;
		if (!settings->status_only && (!same || !settings->quiet)) {
			print_name(name, escape);
			out(same ? ": OK\n" : ": FAILED\n");
		}
	}
	if (fd >= 0)
		input_close(fd);
}

static void warn(uint64_t count, const char *one, const char *more)
{
	if (count)
		complain("WARNING: %llu %s", (unsigned long long)count, count == 1 ? one : more);
}

static int check_one(int fd, const char *name, void *context)
{
	struct settings *settings = context;
	struct tally tally = {0};
	uint64_t number = 0;
	size_t length;
	char *line, *digest, *file;

	if (strcmp(name, "-") == 0)
		name = "standard input";
	input_start(&settings->list, fd, name, settings->list.buffer);
	while ((line = input_line(&settings->list, &length, NULL))) {
		number++;
		if (*line == '#')
			continue;
		if (!parse_line(line, length, &digest, &file)) {
			tally.malformed++;
			if (settings->warn)
				complain("%s: %llu: improperly formatted SHA256 checksum line",
					 quote_if_needed(name), (unsigned long long)number);
			continue;
		}
		tally.formed++;
		check_file(settings, digest, file, &tally);
	}
	if (!tally.formed) {
		complain("%s: no properly formatted checksum lines found", quote_if_needed(name));
		return 1;
	}
	if (!settings->status_only) {
		warn(tally.malformed, "line is improperly formatted",
		     "lines are improperly formatted");
		warn(tally.unreadable, "listed file could not be read",
		     "listed files could not be read");
		warn(tally.different, "computed checksum did NOT match",
		     "computed checksums did NOT match");
		if (settings->ignore_missing && !tally.good && !tally.different)
			complain("%s: no file was verified", quote_if_needed(name));
	}
	return tally.different || tally.unreadable || settings->list.failed ||
	       (settings->strict && tally.malformed) || (settings->ignore_missing && !tally.good);
}

static const struct option long_options[] = {
	{"binary", 0, 'b'}, {"text", 0, 't'}, {"check", 0, 'c'},  {"quiet", 0, 'q'},
	{"status", 0, 's'}, {"warn", 0, 'w'}, {"strict", 0, 'S'}, {"ignore-missing", 0, 'i'},
	{"tag", 0, 'T'},    {NULL, 0, 0},
};

static void check_combination(const struct settings *settings)
{
	const struct {
		bool given;
		const char *option;
	} checking[] = {
		{settings->ignore_missing, "ignore-missing"},
		{settings->status_only, "status"},
		{settings->warn, "warn"},
		{settings->quiet, "quiet"},
		{settings->strict, "strict"},
	};
	const char *meaningless = settings->tag		 ? "--tag option is"
				  : settings->kind_given ? "--binary and --text options are"
							 : NULL;

	if (settings->check && meaningless) {
		complain("the %s meaningless when verifying checksums", meaningless);
		fail_usage(1);
	}
	for (unsigned i = 0; !settings->check && i < sizeof(checking) / sizeof(checking[0]); i++) {
		if (!checking[i].given)
			continue;
		complain("the --%s option is meaningful only when verifying checksums",
			 checking[i].option);
		fail_usage(1);
	}
}

static int sha256sum_main(int argc, char **argv)
{
	struct settings settings = {0};
	struct getopt state = {0};
	int option;

	while ((option = getopt_next(&state, argc, argv, "bctw", long_options)) != -1) {
		switch (option) {
		case 'c':
			settings.check = true;
			break;
		case 'q':
			settings.quiet = true;
			break;
		case 's':
			settings.status_only = true;
			break;
		case 'w':
			settings.warn = true;
			break;
		case 'S':
			settings.strict = true;
			break;
		case 'i':
			settings.ignore_missing = true;
			break;
		case 'T':
			settings.tag = true;
			break;
		case 'b':
		case 't':
			settings.binary = option == 'b';
			settings.kind_given = true;
			break;
		default:
			fail_usage(1);
		}
	}
	check_combination(&settings);
	settings.buffer = input_buffer();
	if (settings.check)
		settings.list.buffer = input_buffer();
	return input_for_each(argv + state.index, argc - state.index,
			      settings.check ? check_one : print_one, &settings);
}

COMMAND(sha256sum, "[-c] [FILE]...", "Print or check SHA-256 digests",
	"  -c   read digests and names from the FILEs and check them\n"
	"  -b   mark the lines as binary (*); -t as text, the default\n"
	"  --quiet   no OK for files that are; --status nothing, only the status\n"
	"  --warn, --strict   complain about, fail on lines of a wrong form\n"
	"  --ignore-missing   leave out files that are not there; --tag BSD form\n"
	"Without FILE, or for -, reads standard input.\n");

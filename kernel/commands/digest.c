/* md5sum, sha256sum and cksum: digests of files, and lists of them checked. */
#include "kernel/commands/command.h"
#include "kernel/commands/support/input.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/crc32.h"
#include "lib/ctype.h"
#include "lib/format.h"
#include "lib/md5.h"
#include "lib/sha256.h"
#include "lib/string.h"

#define DIGEST_MAX SHA256_SIZE
#define HEX_MAX	   (2 * DIGEST_MAX + 1)

enum algorithm { CRC, MD5, SHA256 };

static const struct {
	const char *name, *tag;
	size_t size; /* bytes; 0: the CRC is printed as numbers, and not checked */
} algorithms[] = {{"crc", "", 0}, {"md5", "MD5", MD5_SIZE}, {"sha256", "SHA256", SHA256_SIZE}};

#define ALGORITHMS (sizeof(algorithms) / sizeof(algorithms[0]))

struct settings {
	enum algorithm algorithm;
	bool any; /* -c takes what each line's tag says */
	bool check, binary, kind_given, quiet, status_only, warn, strict, ignore_missing, tag;
	bool operands; /* there are some */
	char end;      /* of a line; with NUL names stand as they are */
	void *buffer;
	struct input list; /* a second buffer, for the list of -c */
};

struct digest {
	char hex[HEX_MAX];
	uint32_t crc;
	uint64_t size;
};

static void to_hex(const uint8_t *bytes, size_t size, char *text)
{
	for (size_t i = 0; i < size; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
}

static int hash_file(int fd, const char *name, enum algorithm algorithm, void *buffer,
		     struct digest *digest)
{
	struct file *file = process_file(fd);
	struct file_stat stat;
	struct block_hash hash;
	uint8_t bytes[DIGEST_MAX];
	uint64_t done = 0, total = 0;
	uint32_t crc = 0;
	long count;

	if (file && file_stat(file, &stat) == 0 &&
	    (stat.type == FILE_REGULAR || stat.type == FILE_BLOCK))
		total = stat.size;
	if (algorithm == MD5)
		md5_init(&hash);
	else if (algorithm == SHA256)
		sha256_init(&hash);
	while ((count = process_read(fd, buffer, INPUT_BUFFER)) > 0) {
		if (algorithm == CRC)
			crc = crc32_posix(crc, buffer, (size_t)count);
		else
			block_hash_update(&hash, buffer, (size_t)count);
		done += (uint64_t)count;
		progress(done, total);
	}
	progress_clear();
	if (count < 0)
		return input_complain(name, count);
	if (algorithm == MD5)
		md5_final(&hash, bytes);
	else if (algorithm == SHA256)
		sha256_final(&hash, bytes);
	to_hex(bytes, algorithms[algorithm].size, digest->hex);
	digest->crc = crc32_posix_end(crc, done);
	digest->size = done;
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
	struct digest digest;
	bool escape = settings->end && needs_escape(name);

	if (hash_file(fd, name, settings->algorithm, settings->buffer, &digest))
		return 1;
	if (settings->algorithm == CRC) {
		out("%u %llu%s%s%c", digest.crc, (unsigned long long)digest.size,
		    settings->operands ? " " : "", settings->operands ? name : "", settings->end);
		return 0;
	}
	if (escape)
		out_char('\\');
	if (settings->tag) {
		out("%s (", algorithms[settings->algorithm].tag);
		print_name(name, escape);
		out(") = %s%c", digest.hex, settings->end);
	} else {
		out(settings->binary ? "%s *" : "%s  ", digest.hex);
		print_name(name, escape);
		out_char(settings->end);
	}
	return 0;
}

static bool is_digest(const char *text, size_t digits)
{
	for (size_t i = 0; i < digits; i++)
		if (!is_xdigit(text[i]))
			return false;
	return true;
}

static bool same_digest(const char *a, const char *b, size_t digits)
{
	for (size_t i = 0; i < digits; i++)
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

/* What a line of a list says. */
struct entry {
	enum algorithm algorithm;
	const char *digest;
	char *name;
};

/* "MD5 (NAME) = DIGEST"; cut up in place. */
static bool parse_tagged(const struct settings *settings, char *line, size_t length,
			 struct entry *entry)
{
	for (unsigned i = MD5; i < ALGORITHMS; i++) {
		size_t tag = strlen(algorithms[i].tag), digits = 2 * algorithms[i].size;

		if ((!settings->any && i != settings->algorithm) || length < tag + digits + 7 ||
		    strncmp(line, algorithms[i].tag, tag) != 0 || strncmp(line + tag, " (", 2) != 0)
			continue;
		char *end = line + length - digits - 4;

		if (strncmp(end, ") = ", 4) != 0 || !is_digest(end + 4, digits))
			return false;
		*end = '\0';
		*entry = (struct entry){i, end + 4, line + tag + 2};
		return true;
	}
	return false;
}

/* That, or "DIGEST  NAME", or "DIGEST *NAME". */
static bool parse_line(const struct settings *settings, char *line, size_t length,
		       struct entry *entry)
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
	if (!parse_tagged(settings, line, length, entry)) {
		size_t digits = 2 * algorithms[settings->algorithm].size;

		if (settings->any || length < digits + 3 || !is_digest(line, digits) ||
		    line[digits] != ' ')
			return false;
		*entry = (struct entry){settings->algorithm, line, line + digits + 1};
		if (*entry->name == ' ' || *entry->name == '*')
			entry->name++;
		line[digits] = '\0';
	}
	return !escaped || unescape(entry->name);
}

struct tally {
	uint64_t good, different, unreadable, malformed, formed;
};

/* A name with a newline is escaped, and the line says so with a backslash in front. */
static void print_result(const char *name, const char *result)
{
	bool escape = strchr(name, '\n');

	if (escape)
		out_char('\\');
	print_name(name, escape);
	out(": %s\n", result);
}

static void check_file(struct settings *settings, const struct entry *entry, struct tally *tally)
{
	const char *name = entry->name;
	struct digest digest;
	struct file_stat stat;

	if (settings->ignore_missing && strcmp(name, "-") != 0 && path_stat(name, &stat) != 0)
		return;
	int fd = input_open(name);

	if (fd < 0 || hash_file(fd, name, entry->algorithm, settings->buffer, &digest)) {
		tally->unreadable++;
		if (!settings->status_only)
			print_result(name, "FAILED open or read");
	} else {
		bool same = same_digest(digest.hex, entry->digest,
					2 * algorithms[entry->algorithm].size);

		if (same)
			tally->good++;
		else
			tally->different++;
		if (!settings->status_only && (!same || !settings->quiet))
			print_result(name, same ? "OK" : "FAILED");
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
	char *line;
	struct entry entry;

	if (strcmp(name, "-") == 0)
		name = "standard input";
	input_start(&settings->list, fd, name, settings->list.buffer);
	while ((line = input_line(&settings->list, &length, NULL))) {
		number++;
		if (*line == '#')
			continue;
		if (!parse_line(settings, line, length, &entry)) {
			tally.malformed++;
			if (settings->warn)
				complain("%s: %llu: improperly formatted %s checksum line",
					 quote_if_needed(name), (unsigned long long)number,
					 settings->any ? "CRC"
						       : algorithms[settings->algorithm].tag);
			continue;
		}
		tally.formed++;
		check_file(settings, &entry, &tally);
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

static const struct option sum_options[] = {
	{"binary", 0, 'b'}, {"text", 0, 't'}, {"check", 0, 'c'},  {"quiet", 0, 'q'},
	{"status", 0, 's'}, {"warn", 0, 'w'}, {"strict", 0, 'S'}, {"ignore-missing", 0, 'i'},
	{"tag", 0, 'T'},    {"zero", 0, 'z'}, {NULL, 0, 0},
};
static const struct option cksum_options[] = {
	{"algorithm", 1, 'a'},	    {"untagged", 0, 'U'}, {"check", 0, 'c'},  {"quiet", 0, 'q'},
	{"status", 0, 's'},	    {"warn", 0, 'w'},	  {"strict", 0, 'S'}, {"tag", 0, 'T'},
	{"ignore-missing", 0, 'i'}, {"zero", 0, 'z'},	  {NULL, 0, 0},
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

static void parse_option(struct settings *settings, int option)
{
	switch (option) {
	case 'c':
		settings->check = true;
		break;
	case 'q':
		settings->quiet = true;
		break;
	case 's':
		settings->status_only = true;
		break;
	case 'w':
		settings->warn = true;
		break;
	case 'S':
		settings->strict = true;
		break;
	case 'i':
		settings->ignore_missing = true;
		break;
	case 'T':
		settings->tag = settings->binary = true; /* takes a -t before it back */
		break;
	case 'z':
		settings->end = '\0';
		break;
	case 'b':
	case 't':
		settings->binary = option == 'b';
		settings->kind_given = true;
		break;
	default:
		fail_usage(1);
	}
}

static int run(struct settings *settings, char **operands, int count)
{
	settings->operands = count > 0;
	settings->buffer = input_buffer();
	if (settings->check)
		settings->list.buffer = input_buffer();
	return input_for_each(operands, count, settings->check ? check_one : print_one, settings);
}

static int sum(int argc, char **argv, enum algorithm algorithm)
{
	struct settings settings = {.algorithm = algorithm, .end = '\n'};
	struct getopt state = {0};
	int option;

	while ((option = getopt_next(&state, argc, argv, "bctwz", sum_options)) != -1)
		parse_option(&settings, option);
	if (settings.tag && settings.kind_given && !settings.binary && !settings.check) {
		complain("--tag does not support --text mode");
		fail_usage(1);
	}
	check_combination(&settings);
	return run(&settings, argv + state.index, argc - state.index);
}

static int md5sum_main(int argc, char **argv)
{
	return sum(argc, argv, MD5);
}

static int sha256sum_main(int argc, char **argv)
{
	return sum(argc, argv, SHA256);
}

static enum algorithm parse_algorithm(const char *name)
{
	for (unsigned i = 0; i < ALGORITHMS; i++)
		if (strcmp(name, algorithms[i].name) == 0)
			return i;
	complain("invalid argument %s for '--algorithm'", quote_text(name));
	err("Valid arguments are:\n");
	for (unsigned i = 0; i < ALGORITHMS; i++)
		err("  - '%s'\n", algorithms[i].name);
	fail_usage(1);
}

static int cksum_main(int argc, char **argv)
{
	struct settings settings = {.algorithm = CRC, .tag = true, .any = true, .end = '\n'};
	struct getopt state = {0};
	int option;

	while ((option = getopt_next(&state, argc, argv, "a:cwz", cksum_options)) != -1) {
		if (option == 'a') {
			settings.algorithm = parse_algorithm(state.argument);
			settings.any = false;
		} else if (option == 'U' || option == 'T') {
			settings.tag = option == 'T';
		} else {
			parse_option(&settings, option);
		}
	}
	if (settings.check && !settings.any && settings.algorithm == CRC)
		fail(1, "--check is not supported with --algorithm={bsd,sysv,crc}");
	settings.tag &= !settings.check;
	check_combination(&settings);
	return run(&settings, argv + state.index, argc - state.index);
}

#define COMMON_HELP                                                                 \
	"  --quiet   no OK for files that are; --status nothing, only the status\n" \
	"  --warn, --strict   complain about, fail on lines of a wrong form\n"      \
	"  --ignore-missing   leave out files that are not there; --tag BSD form\n" \
	"  -z   lines end with NUL\n"                                               \
	"Without FILE, or for -, reads standard input.\n"
#define SUM_HELP                                                        \
	"  -c   read digests and names from the FILEs and check them\n" \
	"  -b   mark the lines as binary (*); -t as text, the default\n" COMMON_HELP

COMMAND(md5sum, "[-c] [FILE]...", "Print or check MD5 digests", SUM_HELP);
COMMAND(sha256sum, "[-c] [FILE]...", "Print or check SHA-256 digests", SUM_HELP);
COMMAND(cksum, "[-a crc|md5|sha256] [-c] [FILE]...", "Print CRCs and sizes, or digests of files",
	"  -a NAME      crc, that of POSIX with the size (default), md5 or sha256\n"
	"  --untagged   digests as md5sum writes them\n"
	"  -c           read digests and names from the FILEs and check them\n" COMMON_HELP);

/* sed: options. */
#include "kernel/commands/command.h"
#include "kernel/commands/sed/sed.h"
#include "kernel/commands/support/input.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/number.h"
#include "lib/string.h"

enum { OPTION_POSIX = 256, OPTION_DEBUG };

static const struct option long_options[] = {
	{"expression", 1, 'e'},
	{"file", 1, 'f'},
	{"in-place", 2, 'i'},
	{"line-length", 1, 'l'},
	{"null-data", 0, 'z'},
	{"zero-terminated", 0, 'z'},
	{"quiet", 0, 'n'},
	{"silent", 0, 'n'},
	{"regexp-extended", 0, 'E'},
	{"separate", 0, 's'},
	{"unbuffered", 0, 'u'},
	{"posix", 0, OPTION_POSIX},
	{NULL, 0, 0},
};

struct piece {
	struct piece *next;
	char *text;
	size_t length;
	const char *name; /* of the file; NULL: an expression */
};

struct settings {
	struct sed_script script;
	struct piece *pieces, **pieces_end;
	bool in_place;
	const char *suffix;
	unsigned width;
};

_Noreturn static void usage(void)
{
	err("Usage: %s [OPTION]... {script-only-if-no-other-script} [input-file]...\n",
	    process_name());
	fail_usage(STATUS_USAGE);
}

static void add_piece(struct settings *settings, char *text, size_t length, const char *name)
{
	struct piece *piece = alloc_or_fail(sizeof(*piece));

	*piece = (struct piece){NULL, text, length, name};
	*settings->pieces_end = piece;
	settings->pieces_end = &piece->next;
}

static void add_file(struct settings *settings, const char *name)
{
	struct sed_text text = {0};
	char *buffer = input_buffer();
	long count;
	int fd = strcmp(name, "-") ? process_open(name, O_RDONLY, 0) : 0;

	if (fd < 0)
		fail(STATUS_USAGE, "couldn't open file %s: %s", name, error_text(-fd));
	while ((count = process_read(fd, buffer, INPUT_BUFFER)) > 0)
		sed_add(&text, buffer, (size_t)count);
	if (count < 0)
		fail(STATUS_USAGE, "couldn't read %s: %s", name, error_text((int)-count));
	process_free(buffer);
	input_close(fd);
	add_piece(settings, text.bytes, text.length, name);
}

static void take_option(struct settings *settings, int option, char *argument)
{
	uint64_t width;

	switch (option) {
	case 'e':
		add_piece(settings, argument, strlen(argument), NULL);
		break;
	case 'f':
		add_file(settings, argument);
		break;
	case 'E':
	case 'r':
		settings->script.extended = true;
		break;
	case 'i':
		settings->in_place = true;
		settings->suffix = argument;
		break;
	case 'l':
		if (number_parse(argument, 10, &width) != 0 || width > 65535)
			fail(STATUS_USAGE, "invalid line length: %s", argument);
		settings->width = (unsigned)width;
		break;
	case 'n':
		settings->script.quiet = true;
		break;
	case 's':
		settings->script.separate = true;
		break;
	case 'z':
		settings->script.null_data = true;
		break;
	case 'u':
	case OPTION_POSIX:
		break;
	default:
		usage();
	}
}

static int sed_main(int argc, char **argv)
{
	struct settings *settings = alloc_or_fail(sizeof(*settings));
	struct getopt state = {0};
	unsigned number = 0;
	int option;

	memset(settings, 0, sizeof(*settings));
	settings->pieces_end = &settings->pieces;
	settings->width = 70;
	out_failure(NULL, STATUS_PANIC);
	while ((option = getopt_next(&state, argc, argv, "Ee:f:i::l:nrsuz", long_options)) != -1)
		take_option(settings, option, state.argument);
	if (!settings->pieces) {
		if (state.index == argc)
			usage();
		add_piece(settings, argv[state.index], strlen(argv[state.index]), NULL);
		state.index++;
	}
	for (struct piece *piece = settings->pieces; piece; piece = piece->next)
		sed_script_add(&settings->script, piece->text, piece->length, piece->name,
			       piece->name ? 0 : ++number);
	sed_script_end(&settings->script);
	return sed_run(&settings->script, argv + state.index, argc - state.index,
		       settings->in_place, settings->suffix, settings->width);
}

COMMAND(sed, "[OPTION]... SCRIPT [FILE]...", "Edit a stream of lines",
	"  -n         print only what is asked for\n"
	"  -e SCRIPT  for more than one; -f FILE: from a file\n"
	"  -E -r      extended regular expressions\n"
	"  -i[SUFFIX] change the files themselves, and keep what they were with SUFFIX\n"
	"  -s -z      each FILE on its own; lines end with NUL\n"
	"  -l N       width for the command l\n"
	"Commands: s/RE/TEXT/[NgpiMw FILE]  y/ABC/XYZ/  p P d D n N q Q g G h H x  a i c TEXT\n"
	"  = l F z  b t T :LABEL  { }  r w FILE  #\n"
	"Addresses: N  $  /RE/IM  \\cREc  FIRST~STEP  0,/RE/  ADDR,+N  ADDR,~N; ! for all others.\n"
	"Back references in regular expressions (\\1) are not supported, in TEXT they are.\n");

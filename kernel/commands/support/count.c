#include "kernel/commands/support/count.h"

#include "kernel/commands/command.h"
#include "kernel/commands/support/size.h"
#include "kernel/files/file.h"
#include "kernel/process.h"
#include "lib/ctype.h"
#include "lib/errno.h"
#include "lib/string.h"

static void parse_count(const char *text, char sign, struct count_options *options)
{
	const char *what = options->bytes ? "bytes" : "lines";
	const char *number = text;

	options->signed_prefix = *text == sign;
	/* the other sign is the default, spelled out */
	if (*number == '-' || *number == '+')
		number++;
	int error =
		is_digit(*number) ? size_parse(number, "bkKmMGTPEZY0", &options->count) : -EINVAL;

	if (error == -ERANGE && sign == '+' && options->signed_prefix)
		error = 0;
	if (error)
		fail(1, "invalid number of %s: %s%s%s", what, quote(text),
		     error == -ERANGE ? ": " : "", error == -ERANGE ? error_text(EOVERFLOW) : "");
}

static const struct option long_options[] = {
	{"bytes", 1, 'c'},  {"lines", 1, 'n'},	 {"quiet", 0, 'q'},
	{"silent", 0, 'q'}, {"verbose", 0, 'v'}, {NULL, 0, 0},
};

/* "-5", "+5" (tail): an old form, only as the first operand. */
static bool is_old_form(const char *text, char sign)
{
	if (text[0] != '-' && !(sign == '+' && text[0] == '+'))
		return false;
	return is_digit(text[1]) && text[1 + strspn(text + 1, "0123456789")] == '\0';
}

void count_parse(int argc, char **argv, char sign, struct count_options *options)
{
	struct getopt state = {0};
	int option;

	memset(options, 0, sizeof(*options));
	options->count = 10;
	if (argc > 1 && is_old_form(argv[1], sign)) {
		const char *text = argv[1];

		parse_count(sign == '-' ? text + 1 : text, sign, options);
		argv[1] = argv[0];
		argv++;
		argc--;
	}
	while ((option = getopt_next(&state, argc, argv, "c:n:qv", long_options)) != -1) {
		switch (option) {
		case 'c':
		case 'n':
			options->bytes = option == 'c';
			parse_count(state.argument, sign, options);
			break;
		case 'q':
			options->never_headers = true;
			options->always_headers = false;
			break;
		case 'v':
			options->always_headers = true;
			options->never_headers = false;
			break;
		default:
			fail_usage(1);
		}
	}
	options->files = argv + state.index;
	options->file_count = argc - state.index;
}

int count_complain(const char *name, long error)
{
	complain_about("error reading", strcmp(name, "-") ? name : "standard input", error);
	return 1;
}

int count_for_each(const struct count_options *options,
		   int (*each)(int fd, const char *name, const struct count_options *options))
{
	static char *standard[] = {"-"};
	char **files = options->file_count ? options->files : standard;
	int count = options->file_count ? options->file_count : 1;
	bool headers = options->always_headers || (!options->never_headers && count > 1);
	bool first = true;
	int status = 0;

	for (int i = 0; i < count; i++) {
		bool is_standard = strcmp(files[i], "-") == 0;
		int fd = is_standard ? 0 : process_open(files[i], O_RDONLY, 0);

		if (fd < 0) {
			complain("cannot open %s for reading: %s", quote(files[i]),
				 error_text(-fd));
			status = 1;
			continue;
		}
		if (headers)
			out("%s==> %s <==\n", first ? "" : "\n",
			    is_standard ? "standard input" : files[i]);
		first = false;
		status |= each(fd, files[i], options);
		if (fd)
			process_set_file(fd, NULL);
	}
	return status;
}

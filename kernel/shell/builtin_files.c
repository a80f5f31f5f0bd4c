/* The built-ins about directories, input and names: cd, pwd, read, ".", type, history. */
#include "kernel/commands/command.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "kernel/shell/arena.h"
#include "kernel/shell/builtin_files.h"
#include "kernel/shell/builtin_support.h"
#include "kernel/shell/builtins.h"
#include "kernel/shell/history.h"
#include "kernel/shell/input.h"
#include "kernel/shell/name.h"
#include "kernel/shell/parameter.h"
#include "kernel/shell/parser.h"
#include "kernel/shell/program.h"
#include "kernel/shell/state.h"
#include "kernel/shell/unwind.h"
#include "kernel/shell/variables.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"

const char *path_next(struct shell *sh, const char **path, const char *name)
{
	const char *start = *path;
	size_t length;

	if (!start)
		return NULL;
	length = strcspn(start, ":");
	*path = start[length] ? start + length + 1 : NULL;
	return arena_format(&sh->arena, "%.*s%s%s", (int)length, start, length ? "/" : "", name);
}

static bool is_relative_to_here(const char *name)
{
	if (name[0] == '.')
		name += 1 + (name[1] == '.');
	else if (name[0] != '/')
		return false;
	return *name == '/' || *name == '\0';
}

/* What CDPATH makes of the name; *print: the user is told where that is. */
static const char *find_directory(struct shell *sh, const char *name, bool *print)
{
	const char *path = variable_get(sh, "CDPATH"), *candidate;
	struct file_stat stat;

	if (is_relative_to_here(name))
		return name;
	if (!*name)
		name = ".";
	if (path)
		path = arena_copy(&sh->arena, path, strlen(path));
	for (;;) {
		bool here = path && (*path == ':' || !*path);

		candidate = path_next(sh, &path, name);
		if (!candidate)
			return name;
		if (path_stat(candidate, &stat) || stat.type != FILE_DIRECTORY)
			continue;
		*print |= !here;
		return candidate;
	}
}

int builtin_cd(struct shell *sh, int argc, char **argv)
{
	struct builtin_options options = {.index = 1};
	const char *directory, *old, *found;
	bool print = false;
	int letter;

	while ((letter = builtin_option(sh, argc, argv, "LP", &options)))
		if (letter < 0)
			return 2;
	directory = options.index < argc ? argv[options.index] : variable_get(sh, "HOME");
	if (!directory)
		directory = "";
	if (!strcmp(directory, "-")) {
		directory = variable_get(sh, "OLDPWD");
		print = true;
		if (!directory)
			directory = process_directory();
	}
	old = arena_copy(&sh->arena, process_directory(), strlen(process_directory()));
	directory = arena_copy(&sh->arena, directory, strlen(directory));
	found = find_directory(sh, directory, &print);
	if (process_change_directory(found))
		return builtin_error(sh, "can't cd to %s", directory);
	variable_set(sh, "OLDPWD", old);
	variable_set(sh, "PWD", process_directory());
	if (print)
		return builtin_pwd(sh, argc, argv);
	return 0;
}

int builtin_pwd(struct shell *sh, int argc, char **argv)
{
	const char *directory = process_directory();

	(void)argc;
	(void)argv;
	return builtin_output(sh, arena_format(&sh->arena, "%s\n", directory),
			      strlen(directory) + 1);
}

/* "." searches the PATH for names without a slash. */
static const char *find_source(struct shell *sh, const char *name, struct file_stat *stat)
{
	const char *path = variable_get(sh, "PATH"), *candidate;

	if (strchr(name, '/'))
		return name;
	while ((candidate = path_next(sh, &path, name)))
		if (!path_stat(candidate, stat) && stat->type == FILE_REGULAR)
			return candidate;
	return NULL;
}

int builtin_dot(struct shell *sh, int argc, char **argv)
{
	struct file_stat stat;
	struct input input;
	struct file *file;
	const char *path;
	int status, error, line = sh->line;

	if (argc < 2)
		return 0;
	path = find_source(sh, argv[1], &stat);
	if (!path)
		return builtin_error(sh, "%s: not found", argv[1]);
	error = path_stat(path, &stat);
	if (!error && stat.type == FILE_DIRECTORY)
		error = -EISDIR;
	if (!error)
		error = file_open(path, O_RDONLY, 0, &file);
	if (error)
		return builtin_error(sh, "cannot open %s: %s", path,
				     error == -ENOENT || error == -ENOTDIR ? "No such file"
									   : error_text(-error));
	input_push_file(sh, &input, file);
	sh->command_name = path;
	status = execute_input(sh, 0);
	input_pop(sh);
	sh->line = line;
	if (sh->skip == SKIP_RETURN)
		sh->skip = SKIP_NONE;
	return status;
}

/* --- read --- */

/* A line as it came, and which of its bytes a backslash protects. */
struct line {
	struct text bytes, quoted;
	bool ended; /* by a newline */
};

static void line_add(struct line *line, char c, bool quoted)
{
	text_add_char(&line->bytes, c);
	text_add_char(&line->quoted, quoted);
}

static void read_line(struct shell *sh, struct line *line, bool raw)
{
	bool escaped = false;
	char c;

	for (;;) {
		long got = process_read(0, &c, 1);

		if (got == -EINTR)
			shell_check_interrupt(sh); /* comes back where there is an action for it */
		if (got <= 0)
			return;
		if (!c)
			continue;
		if (escaped) {
			escaped = false;
			if (c != '\n')
				line_add(line, c, true);
		} else if (c == '\\' && !raw) {
			escaped = true;
		} else if (c == '\n') {
			line->ended = true;
			return;
		} else {
			line_add(line, c, false);
		}
	}
}

static bool is_white(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

static bool assign_field(struct shell *sh, const char *name, const char *bytes, size_t length)
{
	if (variable_try_set(sh, name, arena_copy(&sh->arena, bytes, length)))
		return true;
	builtin_error(sh, "%s: is read only", name);
	return false;
}

/* Deals the line out to the variables; the last one takes the rest. False after a message. */
static bool assign_fields(struct shell *sh, const struct line *line, int count, char **names)
{
	const char *ifs = variable_get(sh, "IFS"), *bytes = line->bytes.bytes;
	const char *quoted = line->quoted.bytes;
	size_t length = line->bytes.length, i = 0, end;

	ifs = arena_copy(&sh->arena, ifs ? ifs : " \t\n", ifs ? strlen(ifs) : 3);
#define IS_SEPARATOR(at)       (!quoted[at] && strchr(ifs, bytes[at]))
#define IS_WHITE_SEPARATOR(at) (IS_SEPARATOR(at) && is_white(bytes[at]))
	while (i < length && IS_WHITE_SEPARATOR(i))
		i++;
	for (; count > 1; count--, names++) {
		for (end = i; end < length && !IS_SEPARATOR(end); end++)
			;
		if (!assign_field(sh, *names, bytes + i, end - i))
			return false;
		i = end;
		while (i < length && IS_WHITE_SEPARATOR(i))
			i++;
		if (i < length && IS_SEPARATOR(i)) {
			i++;
			while (i < length && IS_WHITE_SEPARATOR(i))
				i++;
		}
	}
	end = length;
	while (end > i && IS_WHITE_SEPARATOR(end - 1))
		end--;
	/* a separator that ends the last field is not part of it, if it is the only one */
	if (end > i && IS_SEPARATOR(end - 1)) {
		size_t at = i;

		while (at < end && !IS_SEPARATOR(at))
			at++;
		if (at == end - 1) {
			end--;
		} else {
			size_t white = at;

			while (white < end && IS_WHITE_SEPARATOR(white))
				white++;
			if (white == end - 1)
				end = at;
		}
	}
#undef IS_SEPARATOR
#undef IS_WHITE_SEPARATOR
	return assign_field(sh, *names, bytes + i, end - i);
}

int builtin_read(struct shell *sh, int argc, char **argv)
{
	struct builtin_options options = {.index = 1};
	struct line line = {.ended = false};
	const char *prompt = NULL;
	bool raw = false;
	int letter, first;

	while ((letter = builtin_option(sh, argc, argv, "rp:", &options))) {
		if (letter < 0)
			return 2;
		if (letter == 'r')
			raw = true;
		else
			prompt = options.argument;
	}
	first = options.index;
	if (first == argc)
		return builtin_error(sh, "arg count");
	for (int i = first; i < argc; i++)
		if (!is_name(argv[i], strlen(argv[i])))
			return builtin_error(sh, "%s: bad variable name", argv[i]);
	if (prompt && process_file(0) && file_is_console(process_file(0)))
		shell_write(sh, 2, prompt, strlen(prompt));
	text_init(&line.bytes, &sh->arena);
	text_init(&line.quoted, &sh->arena);
	read_line(sh, &line, raw);
	text_finish(&line.bytes);
	text_finish(&line.quoted);
	if (!assign_fields(sh, &line, argc - first, argv + first))
		return 2;
	return !line.ended;
}

/* --- type and command -v --- */

static bool is_keyword(const char *name)
{
	unsigned token;

	for (token = TOKEN_NOT; token <= TOKEN_CLOSE_BRACE; token++)
		if (!strcmp(keyword_text((enum token)token), name))
			return true;
	return false;
}

/* What a built-in of dash is a command of its own here, but tells the same. */
bool is_builtin_in_dash(const char *name)
{
	static const char *const names[] = {"[", "echo", "false", "printf", "test", "true"};
	unsigned i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

static int describe_program(const char *name, const char *path, bool verbose, struct text *text)
{
	if (verbose) {
		text_add_string(text, name);
		text_add_string(text, " is ");
	}
	text_add_string(text, path);
	text_add_char(text, '\n');
	return 0;
}

static int describe_one(struct shell *sh, const char *name, bool verbose, struct text *text)
{
	const struct builtin *builtin = builtin_find(name);
	struct program program;
	const char *what = NULL;
	int status = 0;

	if (is_keyword(name))
		what = " is a shell keyword";
	else if (is_special_builtin(name))
		what = " is a special shell builtin";
	else if (function_find(sh, name))
		what = " is a shell function";
	else if (builtin || is_builtin_in_dash(name))
		what = " is a shell builtin";
	else if (*name && !program_find(sh, name, &program))
		return describe_program(name, program.path, verbose, text);
	if (!what) {
		status = STATUS_NOT_FOUND;
		if (!verbose)
			return status;
		what = ": not found";
	}
	text_add(text, name, strlen(name));
	if (verbose)
		text_add(text, what, strlen(what));
	text_add_char(text, '\n');
	return status;
}

int describe_command(struct shell *sh, int argc, char **argv, bool verbose)
{
	struct text text;
	int status = 0, i;

	text_init(&text, &sh->arena);
	for (i = 0; i < argc; i++)
		status |= describe_one(sh, argv[i], verbose, &text);
	return builtin_output(sh, text.bytes, text.length) | status;
}

int builtin_type(struct shell *sh, int argc, char **argv)
{
	return describe_command(sh, argc - 1, argv + 1, true);
}

int builtin_history(struct shell *sh, int argc, char **argv)
{
	unsigned count = history_count(), shown = count, i;
	struct text text;

	if (argc > 1 && !strcmp(argv[1], "-c")) {
		history_clear();
		return 0;
	}
	if (argc > 1) {
		int wanted = builtin_number(sh, argv[1]);

		if (wanted < 0)
			return 2;
		if ((unsigned)wanted < shown)
			shown = (unsigned)wanted;
	}
	text_init(&text, &sh->arena);
	for (i = shown; i-- > 0;) {
		size_t length;
		const char *line = history_get(i, &length);
		char number[NUMBER_TEXT_MAX];

		text_add(&text, number,
			 (size_t)snprintf(number, sizeof(number), "%5u  ",
					  history_first_number() + count - 1 - i));
		text_add(&text, line, length);
		text_add_char(&text, '\n');
	}
	return builtin_output(sh, text.bytes, text.length);
}

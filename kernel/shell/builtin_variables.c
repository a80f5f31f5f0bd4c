/* The built-ins about variables and parameters. */
#include "kernel/shell/arena.h"
#include "kernel/shell/builtin_support.h"
#include "kernel/shell/builtins.h"
#include "kernel/shell/name.h"
#include "kernel/shell/options.h"
#include "kernel/shell/positional.h"
#include "kernel/shell/state.h"
#include "kernel/shell/variables.h"
#include "lib/string.h"

struct listing {
	struct text text;
	const char *command; /* "export", "readonly"; NULL: set */
};

static void list_variable(struct shell *sh, const struct variable *variable, void *arg)
{
	struct listing *listing = arg;

	(void)sh;
	if (listing->command) {
		if (!(listing->command[0] == 'e' ? variable->exported : variable->read_only))
			return;
		text_add(&listing->text, listing->command, strlen(listing->command));
		text_add_char(&listing->text, ' ');
	} else if (!variable->value) {
		return;
	}
	text_add(&listing->text, variable->name, strlen(variable->name));
	if (variable->value) {
		text_add_char(&listing->text, '=');
		text_add_quoted(&listing->text, variable->value);
	}
	text_add_char(&listing->text, '\n');
}

/* The list lives in process memory of its own: variables_each() releases the arena. */
static int list_variables(struct shell *sh, const char *command)
{
	struct unit *unit = unit_new(sh);
	struct listing listing = {.command = command};
	int status;

	text_init(&listing.text, &unit->arena);
	variables_each(sh, list_variable, &listing);
	status = builtin_output(sh, listing.text.bytes, listing.text.length);
	unit_put(sh, unit);
	return status;
}

static bool check_name(struct shell *sh, const char *text, size_t length)
{
	if (is_name(text, length))
		return true;
	builtin_error(sh, "%s: bad variable name", arena_copy(&sh->arena, text, length));
	return false;
}

/* NAME or NAME=VALUE: sets the variable; false after a message. */
static bool declare(struct shell *sh, char *argument, bool local, bool read_only, bool exported)
{
	size_t length = strcspn(argument, "=");
	struct local_scope *scope = sh->locals;
	char *name;

	if (!check_name(sh, argument, length))
		return false;
	name = arena_copy(&sh->arena, argument, length);
	if (local) {
		/* A command's assignment before it is taken back first. */
		while (!scope->function && !local_is_saved(scope, name))
			scope = scope->outer;
		local_save(sh, scope, name);
	}
	if (argument[length] && !variable_try_set(sh, name, argument + length + 1)) {
		builtin_error(sh, "%s: is read only", name);
		return false;
	}
	if (read_only || exported)
		variable_mark(sh, name, read_only, exported);
	return true;
}

/* export and readonly */
int builtin_export(struct shell *sh, int argc, char **argv)
{
	struct builtin_options options = {.index = 1};
	bool exported = argv[0][0] == 'e';
	int letter;

	while ((letter = builtin_option(sh, argc, argv, "p", &options)))
		if (letter < 0)
			return 2;
	if (options.index == argc)
		return list_variables(sh, argv[0]);
	for (int i = options.index; i < argc; i++)
		if (!declare(sh, argv[i], false, !exported, exported))
			return 2;
	return 0;
}

int builtin_local(struct shell *sh, int argc, char **argv)
{
	int i;

	if (!sh->function_depth)
		return builtin_error(sh, "not in a function");
	for (i = 1; i < argc; i++)
		if (!declare(sh, argv[i], true, false, false))
			return 2;
	return 0;
}

int builtin_unset(struct shell *sh, int argc, char **argv)
{
	struct builtin_options options = {.index = 1};
	bool functions = false;
	int letter, status = 0;

	while ((letter = builtin_option(sh, argc, argv, "fv", &options))) {
		if (letter < 0)
			return 2;
		functions = letter == 'f';
	}
	for (int i = options.index; i < argc; i++) {
		if (functions) {
			function_unset(sh, argv[i]);
			continue;
		}
		if (!check_name(sh, argv[i], strlen(argv[i])))
			return 2;
		if (!variable_unset(sh, argv[i]))
			return builtin_error(sh, "%s: is read only", argv[i]);
	}
	return status;
}

int builtin_shift(struct shell *sh, int argc, char **argv)
{
	int count = 1;

	if (argc > 1) {
		count = builtin_number(sh, argv[1]);
		if (count < 0)
			return 2;
	}
	if (count > sh->positional.count)
		return builtin_error(sh, "can't shift that many");
	/* The block is one allocation: what is dropped stays until it is replaced. */
	if (sh->positional.owned)
		memmove(sh->positional.values, sh->positional.values + count,
			(size_t)(sh->positional.count - count) * sizeof(char *));
	else
		sh->positional.values += count;
	sh->positional.count -= count;
	return 0;
}

int builtin_set(struct shell *sh, int argc, char **argv)
{
	int first;

	if (argc == 1)
		return list_variables(sh, NULL);
	first = options_parse(sh, argc, argv, NULL);
	if (first < 0)
		return 2;
	if (first < argc || !strcmp(argv[first - 1], "--"))
		positional_set(sh, argc - first, argv + first);
	return 0;
}

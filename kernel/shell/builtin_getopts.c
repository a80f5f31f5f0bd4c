/* getopts: an argument's options, one call each. Where it stands is kept with the arguments. */
#include "kernel/shell/arena.h"
#include "kernel/shell/builtin_support.h"
#include "kernel/shell/builtins.h"
#include "kernel/shell/name.h"
#include "kernel/shell/parameter.h"
#include "kernel/shell/positional.h"
#include "kernel/shell/state.h"
#include "kernel/shell/unwind.h"
#include "kernel/shell/variables.h"
#include "lib/format.h"
#include "lib/string.h"

struct option_scan {
	char **words, **end; /* behind the one that is being read */
	char *at;	     /* the rest of that one; NULL: nothing */
	char letter;
	char *argument; /* NULL: none is known */
};

/* Into the next word where one is finished; false at the end of the options. */
static bool find_option(struct option_scan *scan)
{
	if (scan->at && *scan->at)
		return true;
	scan->at = scan->words < scan->end ? *scan->words : NULL;
	if (!scan->at || *scan->at != '-' || !*++scan->at) {
		scan->at = NULL;
		return false;
	}
	scan->words++;
	if (strcmp(scan->at, "-"))
		return true;
	scan->at = NULL; /* "--" */
	return false;
}

/* In the table "ab:c"; NULL where it is not. */
static const char *find_letter(const char *table, char letter)
{
	while (*table && *table != letter) {
		table++;
		if (*table == ':')
			table++;
	}
	return *table ? table : NULL;
}

static void complain_about_option(struct shell *sh, const char *format, char letter)
{
	const char *message = arena_format(&sh->arena, format, letter);

	shell_write(sh, 2, message, strlen(message));
}

/* Takes one letter; what getopts puts into its variable is scan->letter. */
static void take_letter(struct shell *sh, struct option_scan *scan, const char *table)
{
	char letter = *scan->at++, text[] = {letter, '\0'};
	const char *found = find_letter(table, letter);
	bool silent = table[0] == ':';

	scan->letter = letter;
	scan->argument = (char *)"";
	if (found && found[1] != ':')
		return;
	if (found && (*scan->at || scan->words < scan->end)) {
		scan->argument = *scan->at ? scan->at : *scan->words++;
		scan->at = NULL;
		return;
	}
	scan->letter = found && silent ? ':' : '?';
	scan->argument = silent ? arena_copy(&sh->arena, text, 1) : NULL;
	if (!silent)
		complain_about_option(
			sh, found ? "No arg for -%c option\n" : "Illegal option -%c\n", letter);
}

static bool set_or_complain(struct shell *sh, const char *name, const char *value)
{
	if (value ? variable_try_set(sh, name, value) : variable_unset(sh, name))
		return true;
	builtin_error(sh, "%s: is read only", name);
	return false;
}

int builtin_getopts(struct shell *sh, int argc, char **argv)
{
	struct positional *positional = &sh->positional;
	struct option_scan scan = {.letter = '?'};
	char **words, letter[2] = "", index[NUMBER_TEXT_MAX];
	int count, next, offset;
	bool found;

	if (argc < 3)
		return builtin_error(sh, "Usage: getopts optstring var [arg...]");
	count = argc > 3 ? argc - 3 : positional->count;
	words = argc > 3 ? argv + 3 : positional->values;
	if (positional->option_index > count + 1)
		options_restart(positional, 1);
	next = positional->option_index;
	offset = positional->option_offset;
	scan.words = words + next - 1;
	scan.end = words + count;
	if (next > 1 && offset >= 0 && (size_t)offset <= strlen(scan.words[-1]))
		scan.at = scan.words[-1] + offset;
	found = find_option(&scan);
	if (found) {
		take_letter(sh, &scan, argv[1]);
		if (!set_or_complain(sh, "OPTARG", scan.argument))
			return 2;
	}
	next = (int)(scan.words - words) + 1;
	snprintf(index, sizeof(index), "%d", next);
	variable_set(sh, "OPTIND", index);
	letter[0] = scan.letter;
	if (!is_name(argv[2], strlen(argv[2])))
		return builtin_error(sh, "%s: bad variable name", argv[2]);
	if (!set_or_complain(sh, argv[2], letter))
		return 2;
	positional->option_index = next;
	positional->option_offset = scan.at ? (int)(scan.at - scan.words[-1]) : NO_OFFSET;
	return !found;
}

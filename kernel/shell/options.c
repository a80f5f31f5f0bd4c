/* The options of sh and set: their names and letters, and how they are given. */
#include "kernel/shell/arena.h"
#include "kernel/shell/builtin_support.h"
#include "kernel/shell/options.h"
#include "kernel/shell/state.h"
#include "lib/format.h"
#include "lib/string.h"

#define OPTION(name, letter, member)                                 \
	{                                                            \
		name, letter, offsetof(struct shell_options, member) \
	}
/* In dash's order. What has no meaning here, for want of job control and of another line editor, is
 * kept all the same. */
static const struct {
	const char *name;
	char letter;
	unsigned char offset;
} option_names[] = {
	OPTION("errexit", 'e', exit_on_error),
	OPTION("noglob", 'f', no_glob),
	OPTION("ignoreeof", 'I', ignore_eof),
	OPTION("interactive", 'i', interactive),
	OPTION("monitor", 'm', monitor),
	OPTION("noexec", 'n', no_execute),
	OPTION("stdin", 's', read_stdin),
	OPTION("xtrace", 'x', trace),
	OPTION("verbose", 'v', verbose),
	OPTION("vi", 'V', vi),
	OPTION("emacs", 'E', emacs),
	OPTION("noclobber", 'C', no_clobber),
	OPTION("allexport", 'a', all_export),
	OPTION("notify", 'b', notify),
	OPTION("nounset", 'u', unset_is_error),
	OPTION("privileged", 'p', privileged),
	OPTION("nolog", '\0', no_log),
	OPTION("debug", '\0', debug),
	OPTION("pipefail", '\0', pipe_fail),
	OPTION("hashall", 'h', hash_all),
};
#define OPTIONS (sizeof(option_names) / sizeof(*option_names))

static bool *option_at(struct shell *sh, unsigned index)
{
	return (bool *)((char *)&sh->options + option_names[index].offset);
}

static bool option_by_letter(struct shell *sh, char letter, bool value)
{
	for (unsigned i = 0; i < OPTIONS; i++) {
		if (option_names[i].letter == letter) {
			*option_at(sh, i) = value;
			return true;
		}
	}
	return false;
}

void option_letters(struct shell *sh, char *letters)
{
	for (unsigned i = OPTIONS; i-- > 0;) /* as dash does it */
		if (*option_at(sh, i) && option_names[i].letter)
			*letters++ = option_names[i].letter;
	*letters = '\0';
}

static bool option_by_name(struct shell *sh, const char *name, bool value)
{
	for (unsigned i = 0; i < OPTIONS; i++) {
		if (!strcmp(option_names[i].name, name)) {
			*option_at(sh, i) = value;
			return true;
		}
	}
	builtin_error(sh, "Illegal option -o %s", name);
	return false;
}

static int list_options(struct shell *sh, bool as_commands)
{
	struct text text;

	text_init(&text, &sh->arena);
	if (!as_commands)
		text_add(&text, "Current option settings\n", 24);
	for (unsigned i = 0; i < OPTIONS; i++) {
		bool on = *option_at(sh, i);
		char line[48];
		int length;

		if (as_commands)
			length = snprintf(line, sizeof(line), "set %s %s\n", on ? "-o" : "+o",
					  option_names[i].name);
		else
			length = snprintf(line, sizeof(line), "%-16s%s\n", option_names[i].name,
					  on ? "on" : "off");
		text_add(&text, line, (size_t)length);
	}
	return builtin_output(sh, text.bytes, text.length);
}

int options_parse(struct shell *sh, int argc, char **argv, const char **string)
{
	int i;

	for (i = 1; i < argc; i++) {
		const char *letter = argv[i];
		bool value = *letter == '-';

		if (*letter != '-' && *letter != '+')
			break;
		if (value && (!letter[1] || !strcmp(letter, "--"))) {
			if (!string && !letter[1]) { /* "set -": tracing off */
				sh->options.trace = false;
				sh->options.verbose = false;
			}
			return i + 1;
		}
		while (*++letter) {
			if (*letter == 'o') {
				if (i + 1 < argc) {
					if (!option_by_name(sh, argv[++i], value))
						return -1;
				} else if (list_options(sh, !value)) {
					return -1;
				}
			} else if (*letter == 'c' && string) {
				*string = "";
			} else if (*letter == 'l' && string) {
				continue; /* there is nothing that a login shell reads */
			} else if (!option_by_letter(sh, *letter, value)) {
				builtin_error(sh, "Illegal option -%c", *letter);
				return -1;
			}
		}
	}
	return i;
}

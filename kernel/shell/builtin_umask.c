/* umask: the mode bits that new files do not get. */
#include "kernel/posix/process.h"
#include "kernel/shell/arena.h"
#include "kernel/shell/builtin_support.h"
#include "kernel/shell/builtins.h"
#include "kernel/shell/name.h"
#include "kernel/shell/state.h"
#include "lib/string.h"

#define ALL_BITS 0777u

/* The bits of a clause's letters, for user, group and others alike; its end. */
static const char *read_bits(const char *text, unsigned *bits)
{
	static const char letters[] = "xwr";
	const char *letter;

	for (*bits = 0; *text && (letter = strchr(letters, *text)); text++)
		*bits |= 0111u << (letter - letters);
	return text;
}

/* "u=rwx,g-w": changes the bits that are allowed; false where it is no such mode. */
static bool read_symbolic(const char *text, unsigned *allowed)
{
	for (;;) {
		unsigned who = 0, bits;

		for (; *text && strchr("ugoa", *text); text++)
			who |= *text == 'u'   ? 0700
			       : *text == 'g' ? 070
			       : *text == 'o' ? 07
					      : ALL_BITS;
		if (!who)
			who = ALL_BITS;
		while (*text && strchr("+-=", *text)) {
			char operator= * text;

			text = read_bits(text + 1, &bits);
			if (operator== '=')
				*allowed &= ~who;
			if (operator== '-')
				*allowed &= ~(who & bits);
			else
				*allowed |= who & bits;
		}
		if (!*text)
			return true;
		if (*text++ != ',')
			return false;
	}
}

static int print_mask(struct shell *sh, bool symbolic)
{
	unsigned mask = process_file_mask();
	struct text text;

	text_init(&text, &sh->arena);
	if (!symbolic)
		text_add_string(&text, arena_format(&sh->arena, "%04o", mask));
	for (unsigned who = 0; symbolic && who < 3; who++) {
		unsigned allowed = ~mask >> (6 - 3 * who);

		if (who)
			text_add_char(&text, ',');
		text_add_char(&text, "ugo"[who]);
		text_add_char(&text, '=');
		for (unsigned bit = 0; bit < 3; bit++)
			if (allowed & (4u >> bit))
				text_add_char(&text, "rwx"[bit]);
	}
	text_add_char(&text, '\n');
	return builtin_output(sh, text.bytes, text.length);
}

int builtin_umask(struct shell *sh, int argc, char **argv)
{
	struct builtin_options options = {.index = 1};
	unsigned mask = 0, allowed;
	bool symbolic = false;
	const char *mode;
	int letter;

	while ((letter = builtin_option(sh, argc, argv, "S", &options))) {
		if (letter < 0)
			return 2;
		symbolic = true;
	}
	if (options.index == argc)
		return print_mask(sh, symbolic);
	mode = argv[options.index];
	if (is_digit(*mode)) {
		for (const char *digit = mode; *digit; digit++) {
			if (*digit < '0' || *digit > '7')
				return builtin_error(sh, "Illegal number: %s", mode);
			mask = mask * 8 + (unsigned)(*digit - '0');
		}
	} else {
		allowed = ~process_file_mask();
		if (!read_symbolic(mode, &allowed))
			return builtin_error(sh, "Illegal mode: %s", mode);
		mask = ~allowed;
	}
	process_set_file_mask(mask & ALL_BITS);
	return 0;
}

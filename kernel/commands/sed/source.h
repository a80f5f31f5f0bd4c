/* Inside sed: a script that is being read. */
#pragma once

#include "kernel/commands/sed/sed.h"

/* The piece of the script that is being read. */
struct sed_source {
	struct sed_script *script;
	const char *text;
	size_t length, at;
	const char *name;
	unsigned number;
	unsigned line;
};

struct sed_script_place sed_place_of(const struct sed_source *source, size_t at);
/* Ends the process: what is wrong, and where. */
_Noreturn void sed_bad(const struct sed_source *source, const char *what);

/* The next byte, and the next one that is no blank; -1 at the end. */
int sed_take(struct sed_source *source);
int sed_take_nonblank(struct sed_source *source);
/* What was taken last; -1 changes nothing. */
void sed_put_back(struct sed_source *source, int c);
/* The number that begins with c, which was taken; 0 where that is no digit. */
uint64_t sed_take_number(struct sed_source *source, int c);

enum sed_delimited { SED_EXPRESSION, SED_REPLACEMENT, SED_LIST };

/* What comes up to an unescaped delimiter; false at the end of the line. The delimiter loses its
 * backslash, and \n is a newline but in a replacement. */
bool sed_take_delimited(struct sed_source *source, int delimiter, enum sed_delimited kind,
			struct sed_text *text);
/* The byte that text, behind a backslash, stands for, and how many bytes of text that takes; -1: it
 * is none of these escapes. */
int sed_escape(const char *text, size_t length, size_t *used);
/* Makes escapes the bytes that they stand for; those of the special ones, as \x26, keep standing
 * for themselves. */
void sed_unescape(struct sed_text *text, const char *special);
/* The expression that is written in text, which is gone then; NULL where that is empty. */
struct regex *sed_compile(struct sed_source *source, struct sed_text *text, unsigned flags);

/* address.c: the addresses of the command and its !, from c on, which was taken. The first byte
 * behind them. */
int sed_take_addresses(struct sed_source *source, struct sed_command *line, int c);

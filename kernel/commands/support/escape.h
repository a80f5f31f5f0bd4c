/* Backslash escapes, as dash's echo and printf know them. */
#pragma once

#define ESCAPE_NONE 256 /* no escape: the backslash stands for itself */
#define ESCAPE_STOP 257 /* \c in escape_echo(): nothing more is printed */

/* text stands behind a backslash. Decodes \a \b \e \f \n \r \t \v \\ and \ooo, moves *text behind
 * it and returns the byte, or ESCAPE_NONE. */
int escape_printf(const char **text);
/* The same for echo and printf's %b: \0ooo as well, and \c. */
int escape_echo(const char **text);

/* Text a screen at a time, on a console where somebody sits: less, more, help. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct pager_options {
	bool ends;	 /* at the end of the text, as more does */
	bool ends_short; /* at once, where the text fits on one screen */
	bool last;	 /* no other file follows */
};

/* Whether standard output is such a console. */
bool pager_is_useful(void);
/* Shows what can be read from fd, named name in the prompt. False: the user has had enough. Ctrl-C
 * ends the process; *failed is set where reading failed, after a message. */
bool pager_show_file(int fd, const char *name, const struct pager_options *options, bool *failed);
/* The same for text in memory of the process, which it takes over. */
bool pager_show_text(char *text, size_t length, const struct pager_options *options);

/* What words become: a list of strings, in the shell's arena. */
#pragma once

struct shell;

struct fields {
	char **values; /* NULL behind the last one */
	int count, capacity;
};
void fields_add(struct shell *sh, struct fields *fields, char *value);

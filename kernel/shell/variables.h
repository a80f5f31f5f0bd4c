/* Variables, functions, and what is local to one. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/shell/unwind.h"

struct shell;
struct node;
struct unit;

struct variable {
	struct variable *next;
	char *value; /* NULL: unset (and hides the parent's) */
	size_t capacity;
	bool read_only, exported;
	uint32_t hash;
	char name[];
};

struct function {
	struct function *next;
	struct node *body; /* NULL: unset (and hides the parent's) */
	struct unit *unit;
	uint32_t hash;
	char name[];
};

/* Variables as they were before a function or a prefix assignment changed them. */
struct local_scope {
	struct cleanup cleanup;
	struct local_scope *outer;
	struct local_variable *saved;
	bool function;
};

/* NULL where it is unset. */
const char *variable_get(struct shell *sh, const char *name);
/* Errors (read-only, no memory) are raised. value NULL unsets. */
void variable_set(struct shell *sh, const char *name, const char *value);
/* The same, but a read-only variable gives false and nothing else. */
bool variable_try_set(struct shell *sh, const char *name, const char *value);
void variable_set_number(struct shell *sh, const char *name, int64_t value);
bool variable_unset(struct shell *sh, const char *name); /* false: read-only */
void variable_mark(struct shell *sh, const char *name, bool read_only, bool exported);
bool variable_is_read_only(struct shell *sh, const char *name);
/* Visits every variable once, in byte order. */
void variables_each(struct shell *sh,
		    void (*visit)(struct shell *sh, const struct variable *variable, void *arg),
		    void *arg);
void variables_init(struct shell *sh, struct shell *environment);

void variables_copy(struct shell *sh, struct shell *from);

void local_scope_push(struct shell *sh, struct local_scope *scope, bool function);
void local_scope_pop(struct shell *sh);
bool local_is_saved(const struct local_scope *scope, const char *name);
/* Saves the variable in scope, to be restored when it ends. */
void local_save(struct shell *sh, struct local_scope *scope, const char *name);

struct function *function_find(struct shell *sh, const char *name);
void function_define(struct shell *sh, const char *name, struct node *body, struct unit *unit);
void function_unset(struct shell *sh, const char *name);
struct function *function_at(struct shell *sh, unsigned index);

/* Gives COLUMNS and LINES to what runs next. */
void shell_set_screen(struct shell *sh);
/* Those and what is exported. */
void shell_set_environment(struct shell *sh);

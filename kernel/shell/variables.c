/* Shell variables and functions: hash tables, a subshell's lying over its parent's. */
#include "kernel/posix/process.h"
#include "kernel/shell/arena.h"
#include "kernel/shell/ast.h"
#include "kernel/shell/name.h"
#include "kernel/shell/parameter.h"
#include "kernel/shell/positional.h"
#include "kernel/shell/state.h"
#include "kernel/shell/unwind.h"
#include "kernel/shell/variables.h"
#include "lib/format.h"
#include "lib/number.h"
#include "lib/sort.h"
#include "lib/string.h"

#define SCREEN_MAX 10000

static uint32_t hash_name(const char *name)
{
	uint32_t hash = 2166136261u;

	while (*name)
		hash = (hash ^ (unsigned char)*name++) * 16777619u;
	return hash;
}

static struct variable *find_own(struct shell *sh, const char *name, uint32_t hash)
{
	struct variable *variable = sh->variables[hash % SHELL_BUCKETS];

	while (variable && (variable->hash != hash || strcmp(variable->name, name)))
		variable = variable->next;
	return variable;
}

static struct variable *find(struct shell *sh, const char *name, uint32_t hash)
{
	struct variable *variable = NULL;

	for (; sh && !variable; sh = sh->parent)
		variable = find_own(sh, name, hash);
	return variable;
}

/* The shell's own entry, made where there is none, with what the parents know of it. */
static struct variable *get_own(struct shell *sh, const char *name)
{
	uint32_t hash = hash_name(name);
	struct variable *variable = find_own(sh, name, hash), *inherited;
	size_t size;

	if (variable)
		return variable;
	size = strlen(name) + 1;
	variable = process_alloc(sizeof(*variable) + size);
	if (!variable)
		shell_out_of_memory(sh);
	memset(variable, 0, sizeof(*variable));
	memcpy(variable->name, name, size);
	variable->hash = hash;
	inherited = find(sh->parent, name, hash);
	if (inherited) {
		variable->read_only = inherited->read_only;
		variable->exported = inherited->exported;
	}
	variable->next = sh->variables[hash % SHELL_BUCKETS];
	sh->variables[hash % SHELL_BUCKETS] = variable;
	return variable;
}

static void set_value(struct shell *sh, struct variable *variable, const char *value)
{
	size_t size;

	if (!value) {
		process_free(variable->value);
		variable->value = NULL;
		variable->capacity = 0;
		return;
	}
	size = strlen(value) + 1;
	if (!variable->value || size > variable->capacity ||
	    (variable->capacity > 256 && size < variable->capacity / 4)) {
		/* The old value may be what the new one is made of: freed last. */
		size_t capacity = (size + 31) & ~(size_t)31;
		char *copy = process_alloc(capacity);

		if (!copy)
			shell_out_of_memory(sh);
		memcpy(copy, value, size);
		process_free(variable->value);
		variable->value = copy;
		variable->capacity = capacity;
		return;
	}
	memmove(variable->value, value, size);
}

const char *variable_get(struct shell *sh, const char *name)
{
	struct variable *variable = find(sh, name, hash_name(name));

	return variable ? variable->value : NULL;
}

bool variable_is_read_only(struct shell *sh, const char *name)
{
	struct variable *variable = find(sh, name, hash_name(name));

	return variable && variable->read_only;
}

/* OPTIND is more than a variable. */
static void note_value(struct shell *sh, const char *name, const char *value)
{
	int number = 0;

	if (name[0] != 'O' || strcmp(name, "OPTIND"))
		return;
	if (!value || !parse_count(value, &number))
		shell_error(sh, "Illegal number: %s", value ? value : "");
	options_restart(&sh->positional, number ? number : 1);
}

bool variable_try_set(struct shell *sh, const char *name, const char *value)
{
	struct variable *variable;

	if (variable_is_read_only(sh, name))
		return false;
	note_value(sh, name, value);
	variable = get_own(sh, name);
	set_value(sh, variable, value);
	if (value && sh->options.all_export)
		variable->exported = true;
	return true;
}

void variable_set(struct shell *sh, const char *name, const char *value)
{
	if (!variable_try_set(sh, name, value))
		shell_error(sh, "%s: is read only", name);
}

void variable_set_number(struct shell *sh, const char *name, int64_t value)
{
	char text[NUMBER_TEXT_MAX];

	snprintf(text, sizeof(text), "%lld", (long long)value);
	variable_set(sh, name, text);
}

bool variable_unset(struct shell *sh, const char *name)
{
	uint32_t hash = hash_name(name);
	struct variable *variable = find(sh, name, hash), **link;

	if (!variable)
		return true;
	if (variable->read_only)
		return false;
	note_value(sh, name, NULL);
	if (find(sh->parent, name, hash)) { /* an unset entry hides the parent's */
		variable = get_own(sh, name);
		set_value(sh, variable, NULL);
		variable->exported = false;
		return true;
	}
	link = &sh->variables[hash % SHELL_BUCKETS];
	while (*link != variable)
		link = &(*link)->next;
	*link = variable->next;
	process_free(variable->value);
	process_free(variable);
	return true;
}

void variable_mark(struct shell *sh, const char *name, bool read_only, bool exported)
{
	struct variable *inherited = find(sh->parent, name, hash_name(name));
	bool fresh = !find_own(sh, name, hash_name(name));
	struct variable *variable = get_own(sh, name);

	if (fresh && inherited)
		set_value(sh, variable, inherited->value);
	variable->read_only |= read_only;
	variable->exported |= exported;
}

static int compare_variables(const void *a, const void *b)
{
	return strcmp((*(struct variable *const *)a)->name, (*(struct variable *const *)b)->name);
}

void variables_each(struct shell *sh,
		    void (*visit)(struct shell *sh, const struct variable *variable, void *arg),
		    void *arg)
{
	struct arena_mark mark = arena_mark(&sh->arena);
	struct variable **list, *variable;
	struct shell *level;
	size_t count = 0, i;
	unsigned bucket;

	for (level = sh; level; level = level->parent)
		for (bucket = 0; bucket < SHELL_BUCKETS; bucket++)
			for (variable = level->variables[bucket]; variable;
			     variable = variable->next)
				count++;
	list = arena_alloc(&sh->arena, count * sizeof(*list));
	count = 0;
	for (level = sh; level; level = level->parent)
		for (bucket = 0; bucket < SHELL_BUCKETS; bucket++)
			for (variable = level->variables[bucket]; variable;
			     variable = variable->next)
				if (find(sh, variable->name, variable->hash) == variable)
					list[count++] = variable;
	sort(list, count, sizeof(*list), compare_variables);
	for (i = 0; i < count; i++)
		visit(sh, list[i], arg);
	arena_release(&sh->arena, mark);
}

/* Without variables_each(): that allocates in the other shell, and fails in its name. */
static void inherit(struct shell *sh, struct shell *environment)
{
	const struct variable *variable;
	struct shell *level;
	unsigned bucket;

	for (level = environment; level; level = level->parent) {
		for (bucket = 0; bucket < SHELL_BUCKETS; bucket++) {
			for (variable = level->variables[bucket]; variable;
			     variable = variable->next) {
				if (!variable->exported || !variable->value ||
				    find(environment, variable->name, variable->hash) != variable)
					continue;
				variable_set(sh, variable->name, variable->value);
				variable_mark(sh, variable->name, false, true);
			}
		}
	}
}

/* What the variable says in characters; 0 where it is none that a screen can have. */
static unsigned screen_variable(struct shell *sh, const char *name)
{
	const char *text = variable_get(sh, name);
	uint64_t value;

	return text && !number_parse(text, 10, &value) && value <= SCREEN_MAX ? (unsigned)value : 0;
}

static const char *exported(void *context, const char *name)
{
	const struct variable *variable = find(context, name, hash_name(name));

	return variable && variable->exported ? variable->value : NULL;
}

void shell_set_environment(struct shell *sh)
{
	shell_set_screen(sh);
	process_set_environment(exported, sh);
}

void shell_set_screen(struct shell *sh)
{
	process_set_screen(screen_variable(sh, "COLUMNS"), screen_variable(sh, "LINES"));
}

void variables_copy(struct shell *sh, struct shell *from)
{
	const struct variable *variable;
	struct variable *copy;

	for (struct shell *level = from; level; level = level->parent) {
		for (unsigned bucket = 0; bucket < SHELL_BUCKETS; bucket++) {
			for (variable = level->variables[bucket]; variable;
			     variable = variable->next) {
				if (find(from, variable->name, variable->hash) != variable)
					continue;
				copy = get_own(sh, variable->name);
				set_value(sh, copy, variable->value);
				copy->read_only = variable->read_only;
				copy->exported = variable->exported;
			}
		}
	}
}

void variables_init(struct shell *sh, struct shell *environment)
{
	variable_set(sh, "HOME", "/root");
	variable_mark(sh, "HOME", false, true);
	variable_set(sh, "PS1", "my_nvme# ");
	variable_set(sh, "PS2", "> ");
	variable_set(sh, "PS4", "+ ");
	variable_set(sh, "PATH", "/bin");
	variable_mark(sh, "PATH", false, true);
	inherit(sh, environment);
	variable_set(sh, "IFS", " \t\n");
	variable_set(sh, "OPTIND", "1");
	variable_set(sh, "PWD", process_directory());
	variable_mark(sh, "PWD", false, true);
}

/* --- scopes --- */

struct local_variable {
	struct local_variable *next;
	char *value; /* NULL: was unset */
	size_t capacity;
	bool existed, read_only, exported;
	char name[];
};

static void local_cleanup(struct shell *sh, struct cleanup *cleanup)
{
	struct local_scope *scope = (struct local_scope *)cleanup;
	struct local_variable *saved;

	sh->locals = scope->outer;
	while ((saved = scope->saved)) {
		struct variable *variable = find_own(sh, saved->name, hash_name(saved->name));

		scope->saved = saved->next;
		if (variable) {
			process_free(variable->value);
			variable->value = saved->value;
			variable->capacity = saved->capacity;
			variable->read_only = saved->read_only;
			variable->exported = saved->exported;
			if (!saved->existed)
				variable_unset(sh, saved->name);
			else if (saved->value && !strcmp(saved->name, "OPTIND"))
				note_value(sh, saved->name, saved->value);
		} else if (saved->existed) { /* unset since */
			variable = get_own(sh, saved->name);
			variable->value = saved->value;
			variable->capacity = saved->capacity;
			variable->read_only = saved->read_only;
			variable->exported = saved->exported;
		} else {
			process_free(saved->value);
		}
		process_free(saved);
	}
}

void local_scope_push(struct shell *sh, struct local_scope *scope, bool function)
{
	scope->outer = sh->locals;
	scope->saved = NULL;
	scope->function = function;
	sh->locals = scope;
	cleanup_push(sh, &scope->cleanup, local_cleanup);
}

void local_scope_pop(struct shell *sh)
{
	cleanup_pop(sh);
}

bool local_is_saved(const struct local_scope *scope, const char *name)
{
	const struct local_variable *saved = scope->saved;

	while (saved && strcmp(saved->name, name))
		saved = saved->next;
	return saved;
}

void local_save(struct shell *sh, struct local_scope *scope, const char *name)
{
	struct local_variable *saved;
	struct variable *variable;
	const char *value = variable_get(sh, name);
	uint32_t hash = hash_name(name);
	bool existed = find(sh, name, hash) != NULL;
	size_t size = strlen(name) + 1;
	char *copy = NULL;

	if (local_is_saved(scope, name))
		return;
	saved = process_alloc(sizeof(*saved) + size);
	if (value)
		copy = process_alloc(strlen(value) + 1);
	if (!saved || (value && !copy)) {
		process_free(saved);
		process_free(copy);
		shell_out_of_memory(sh);
	}
	variable = find(sh, name, hash);
	memcpy(saved->name, name, size);
	if (value)
		memcpy(copy, value, strlen(value) + 1);
	saved->value = copy;
	saved->capacity = value ? strlen(value) + 1 : 0;
	saved->existed = existed;
	saved->read_only = existed && variable->read_only;
	saved->exported = existed && variable->exported;
	saved->next = scope->saved;
	scope->saved = saved;
}

/* --- functions --- */

static struct function *function_find_own(struct shell *sh, const char *name, uint32_t hash)
{
	struct function *function = sh->functions[hash % SHELL_BUCKETS];

	while (function && (function->hash != hash || strcmp(function->name, name)))
		function = function->next;
	return function;
}

struct function *function_find(struct shell *sh, const char *name)
{
	uint32_t hash = hash_name(name);
	struct function *function = NULL;

	for (; sh && !function; sh = sh->parent)
		function = function_find_own(sh, name, hash);
	return function && function->body ? function : NULL;
}

static struct function *function_get_own(struct shell *sh, const char *name)
{
	uint32_t hash = hash_name(name);
	struct function *function = function_find_own(sh, name, hash);
	size_t size = strlen(name) + 1;

	if (function)
		return function;
	function = process_alloc(sizeof(*function) + size);
	if (!function)
		shell_out_of_memory(sh);
	memset(function, 0, sizeof(*function));
	memcpy(function->name, name, size);
	function->hash = hash;
	function->next = sh->functions[hash % SHELL_BUCKETS];
	sh->functions[hash % SHELL_BUCKETS] = function;
	return function;
}

void function_define(struct shell *sh, const char *name, struct node *body, struct unit *unit)
{
	struct function *function = function_get_own(sh, name);
	struct unit *old = function->unit;

	if (unit)
		unit_get(sh, unit);
	function->unit = unit;
	function->body = body;
	if (old)
		unit_put(sh, old);
}

void function_unset(struct shell *sh, const char *name)
{
	if (function_find(sh, name))
		function_define(sh, name, NULL, NULL);
}

struct function *function_at(struct shell *sh, unsigned index)
{
	struct function *function;
	unsigned bucket;

	for (; sh; sh = sh->parent)
		for (bucket = 0; bucket < SHELL_BUCKETS; bucket++)
			for (function = sh->functions[bucket]; function; function = function->next)
				if (!index--)
					return function;
	return NULL;
}

/* What words become: a list of strings, in the shell's arena. */
#include "kernel/shell/arena.h"
#include "kernel/shell/fields.h"
#include "kernel/shell/state.h"
#include "lib/string.h"

void fields_add(struct shell *sh, struct fields *fields, char *value)
{
	if (fields->count + 1 >= fields->capacity) {
		int capacity = fields->capacity ? fields->capacity * 2 : 16;
		char **values = arena_alloc(&sh->arena, (size_t)capacity * sizeof(*values));

		if (fields->count)
			memcpy(values, fields->values, (size_t)fields->count * sizeof(*values));
		fields->values = values;
		fields->capacity = capacity;
	}
	fields->values[fields->count++] = value;
	fields->values[fields->count] = NULL;
}

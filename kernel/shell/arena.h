/* Memory of the shell, in the order of its use. */
#pragma once

#include <stddef.h>

struct shell;

/* A stack of chunks; released as a whole, or back to a mark. Running out of memory raises an error
 * in the arena's shell. */
struct arena {
	struct shell *shell;
	struct arena_chunk *chunk;
};
struct arena_mark {
	struct arena_chunk *chunk;
	size_t used;
};

void *arena_alloc(struct arena *arena, size_t size);
void *arena_zalloc(struct arena *arena, size_t size);
char *arena_copy(struct arena *arena, const char *bytes, size_t length); /* and a NUL */
char *arena_format(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
struct arena_mark arena_mark(struct arena *arena);
void arena_release(struct arena *arena, struct arena_mark mark);
void arena_reset(struct arena *arena); /* keeps one chunk for what comes next */

/* Text that grows in an arena. Always room for a NUL behind length. */
struct text {
	struct arena *arena;
	char *bytes;
	size_t length, capacity;
};
void text_init(struct text *text, struct arena *arena);
void text_reserve(struct text *text, size_t more);
void text_add(struct text *text, const char *bytes, size_t length);
static inline void text_add_char(struct text *text, char c)
{
	if (text->length + 1 >= text->capacity)
		text_reserve(text, 1);
	text->bytes[text->length++] = c;
}
char *text_finish(struct text *text); /* the bytes, NUL behind */
void text_add_string(struct text *text, const char *string);
/* 'string', in a form that the shell reads back. */
void text_add_quoted(struct text *text, const char *string);

/* One parsed command with its memory; function definitions keep theirs alive. */
struct unit {
	unsigned references;
	struct arena arena;
};
struct unit *unit_new(struct shell *sh);
void unit_get(struct shell *sh, struct unit *unit);
void unit_put(struct shell *sh, struct unit *unit);

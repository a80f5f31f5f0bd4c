/* Memory in the order of its use: a command takes what it needs and gives it back as a whole. */
#include "kernel/posix/process.h"
#include "kernel/shell/arena.h"
#include "kernel/shell/state.h"
#include "kernel/shell/unwind.h"
#include "lib/format.h"
#include "lib/string.h"

struct arena_chunk {
	struct arena_chunk *previous;
	size_t size, used; /* bytes of data */
	char data[] __attribute__((aligned(16)));
};

#define CHUNK_SIZE (4096 - sizeof(struct arena_chunk))
#define ALIGNMENT  16

static struct arena_chunk *chunk_new(struct arena *arena, size_t size)
{
	struct arena_chunk *chunk;

	if (size < CHUNK_SIZE)
		size = CHUNK_SIZE;
	chunk = size > SIZE_MAX / 2 ? NULL : process_alloc(sizeof(*chunk) + size);
	if (!chunk)
		shell_out_of_memory(arena->shell);
	chunk->previous = arena->chunk;
	chunk->size = size;
	chunk->used = 0;
	arena->chunk = chunk;
	return chunk;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	struct arena_chunk *chunk = arena->chunk;
	size_t rounded = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
	void *memory;

	if (rounded < size)
		shell_out_of_memory(arena->shell);
	if (!chunk || chunk->size - chunk->used < rounded)
		chunk = chunk_new(arena, rounded);
	memory = chunk->data + chunk->used;
	chunk->used += rounded;
	return memory;
}

void *arena_zalloc(struct arena *arena, size_t size)
{
	return memset(arena_alloc(arena, size), 0, size);
}

char *arena_copy(struct arena *arena, const char *bytes, size_t length)
{
	char *copy = arena_alloc(arena, length + 1);

	memcpy(copy, bytes, length);
	copy[length] = '\0';
	return copy;
}

char *arena_format(struct arena *arena, const char *format, ...)
{
	va_list args;
	int length;
	char *text;

	va_start(args, format);
	length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	text = arena_alloc(arena, (size_t)length + 1);
	va_start(args, format);
	vsnprintf(text, (size_t)length + 1, format, args);
	va_end(args);
	return text;
}

struct arena_mark arena_mark(struct arena *arena)
{
	struct arena_mark mark = {arena->chunk, arena->chunk ? arena->chunk->used : 0};

	return mark;
}

void arena_release(struct arena *arena, struct arena_mark mark)
{
	struct arena_chunk *chunk = arena->chunk;

	/* The very first chunk stays, so that a loop need not allocate it again and again. */
	while (chunk != mark.chunk) {
		struct arena_chunk *previous = chunk->previous;

		if (!previous && chunk->size == CHUNK_SIZE) {
			chunk->used = 0;
			arena->chunk = chunk;
			return;
		}
		process_free(chunk);
		chunk = previous;
	}
	arena->chunk = chunk;
	if (chunk)
		chunk->used = mark.used;
}

void arena_reset(struct arena *arena)
{
	struct arena_mark mark = {NULL, 0};

	arena_release(arena, mark);
}

void text_init(struct text *text, struct arena *arena)
{
	text->arena = arena;
	text->bytes = NULL;
	text->length = 0;
	text->capacity = 0;
}

void text_reserve(struct text *text, size_t more)
{
	struct arena_chunk *chunk = text->arena->chunk;
	size_t needed = text->length + more + 1, capacity = text->capacity;
	char *bytes;

	if (needed <= capacity)
		return;
	if (needed < more)
		shell_out_of_memory(text->arena->shell);
	capacity = capacity ? capacity * 2 : 48;
	if (capacity < needed)
		capacity = (needed + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
	/* The newest allocation of a chunk grows where it is. */
	if (text->bytes && text->bytes + text->capacity == chunk->data + chunk->used &&
	    capacity - text->capacity <= chunk->size - chunk->used) {
		chunk->used += capacity - text->capacity;
		text->capacity = capacity;
		return;
	}
	bytes = arena_alloc(text->arena, capacity);
	if (text->length)
		memcpy(bytes, text->bytes, text->length);
	text->bytes = bytes;
	text->capacity = capacity;
}

void text_add(struct text *text, const char *bytes, size_t length)
{
	text_reserve(text, length);
	if (length)
		memcpy(text->bytes + text->length, bytes, length);
	text->length += length;
}

char *text_finish(struct text *text)
{
	text_reserve(text, 0);
	text->bytes[text->length] = '\0';
	return text->bytes;
}

void text_add_string(struct text *text, const char *string)
{
	text_add(text, string, strlen(string));
}

void text_add_quoted(struct text *text, const char *string)
{
	do {
		size_t length = strcspn(string, "'");

		if (length || !*string) {
			text_add_char(text, '\'');
			text_add(text, string, length);
			text_add_char(text, '\'');
			string += length;
		}
		length = strspn(string, "'");
		if (length) {
			text_add_char(text, '"');
			text_add(text, string, length);
			text_add_char(text, '"');
			string += length;
		}
	} while (*string);
}

struct unit *unit_new(struct shell *sh)
{
	struct unit *unit = sh->spare_unit;

	if (unit) {
		sh->spare_unit = NULL;
	} else {
		unit = process_alloc(sizeof(*unit));
		if (!unit)
			shell_out_of_memory(sh);
		unit->arena.shell = sh;
		unit->arena.chunk = NULL;
	}
	unit->references = 1;
	return unit;
}

/* A unit of the parent's outlives its subshells: they need not hold it. */
void unit_get(struct shell *sh, struct unit *unit)
{
	if (unit->arena.shell == sh)
		unit->references++;
}

void unit_put(struct shell *sh, struct unit *unit)
{
	if (unit->arena.shell != sh || --unit->references)
		return;
	arena_reset(&unit->arena);
	if (!sh->spare_unit) {
		sh->spare_unit = unit;
		return;
	}
	process_free(unit->arena.chunk);
	process_free(unit);
}

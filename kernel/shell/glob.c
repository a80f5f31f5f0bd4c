/* Patterns to file names. */
#include "kernel/posix/file.h"
#include "kernel/shell/arena.h"
#include "kernel/shell/fields.h"
#include "kernel/shell/glob.h"
#include "kernel/shell/pattern.h"
#include "kernel/shell/state.h"
#include "kernel/shell/unwind.h"
#include "lib/sort.h"
#include "lib/string.h"

struct glob {
	struct shell *sh;
	const struct pattern *pattern;
	struct fields *fields;
	struct text path; /* what has been matched so far */
};

static void glob_from(struct glob *glob, size_t start);

static bool segment_is_literal(const struct pattern *pattern, size_t start, size_t end)
{
	struct pattern segment = {pattern->bytes + start, pattern->quoted + start, end - start};
	size_t i;

	for (i = 0; i < segment.length; i++) {
		if (segment.quoted[i])
			continue;
		if (memchr("*?[", segment.bytes[i], 3))
			return false;
		i += segment.bytes[i] == '\\';
	}
	return true;
}

/* The bytes that a segment without pattern characters stands for. */
static void add_literal(struct text *path, const struct pattern *pattern, size_t start, size_t end)
{
	size_t i;

	for (i = start; i < end; i++) {
		if (pattern->bytes[i] == '\\' && !pattern->quoted[i] && i + 1 < end)
			i++;
		text_add_char(path, pattern->bytes[i]);
	}
}

static void try_name(struct glob *glob, const struct pattern *segment, const char *name,
		     size_t next)
{
	size_t length = glob->path.length, name_length = strlen(name);

	if (name[0] == '.' && !(segment->length && segment->bytes[0] == '.'))
		return;
	if (!pattern_match(segment, name, name_length))
		return;
	text_add(&glob->path, name, name_length);
	glob_from(glob, next);
	glob->path.length = length;
}

static void close_directory(struct shell *sh, struct cleanup *cleanup)
{
	(void)sh;
	file_close(((struct open_directory *)cleanup)->file);
}

bool directory_push(struct shell *sh, struct open_directory *directory, const char *path)
{
	if (file_open(path, O_RDONLY | O_DIRECTORY, 0, &directory->file))
		return false;
	cleanup_push(sh, &directory->cleanup, close_directory);
	return true;
}

static void glob_directory(struct glob *glob, size_t start, size_t end)
{
	struct pattern segment = {glob->pattern->bytes + start, glob->pattern->quoted + start,
				  end - start};
	struct directory_entry *entry = arena_alloc(&glob->sh->arena, sizeof(*entry));
	struct open_directory directory;
	uint64_t cursor = 0;

	if (!directory_push(glob->sh, &directory,
			    glob->path.length ? text_finish(&glob->path) : "."))
		return;
	if (segment.bytes[0] == '.') {
		try_name(glob, &segment, ".", end);
		try_name(glob, &segment, "..", end);
	}
	while (directory_read(directory.file, &cursor, entry) > 0)
		try_name(glob, &segment, entry->name, end);
	cleanup_pop(glob->sh);
}

/* Continues at the pattern's element at start, which is not inside a name. */
static void glob_from(struct glob *glob, size_t start)
{
	const struct pattern *pattern = glob->pattern;
	size_t length = glob->path.length, end;
	struct file_stat stat;

	shell_check_interrupt(glob->sh);
	if (shell_stack_is_low())
		return;
	for (;;) {
		while (start < pattern->length && pattern->bytes[start] == '/')
			text_add_char(&glob->path, pattern->bytes[start++]);
		if (start == pattern->length) {
			if (!path_stat(text_finish(&glob->path), &stat) &&
			    (stat.type == FILE_DIRECTORY || pattern->bytes[start - 1] != '/'))
				fields_add(glob->sh, glob->fields,
					   arena_copy(&glob->sh->arena, glob->path.bytes,
						      glob->path.length));
			break;
		}
		for (end = start; end < pattern->length && pattern->bytes[end] != '/'; end++)
			;
		if (!segment_is_literal(pattern, start, end)) {
			glob_directory(glob, start, end);
			break;
		}
		add_literal(&glob->path, pattern, start, end);
		start = end;
	}
	glob->path.length = length;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

bool glob_expand(struct shell *sh, const struct pattern *pattern, struct fields *fields)
{
	struct glob glob = {.sh = sh, .pattern = pattern, .fields = fields};
	int first = fields->count, count;

	if (segment_is_literal(pattern, 0, pattern->length))
		return false;
	text_init(&glob.path, &sh->arena);
	glob_from(&glob, 0);
	count = fields->count - first;
	if (!count)
		return false;
	sort(fields->values + first, (size_t)count, sizeof(char *), compare_names);
	return true;
}

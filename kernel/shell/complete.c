/* Tab: completes commands, files and devices. */
#include "kernel/commands/command.h"
#include "kernel/console.h"
#include "kernel/posix/file.h"
#include "kernel/shell/editor.h"
#include "lib/sort.h"
#include "lib/string.h"

/* The word at the cursor. */
struct subject {
	size_t start;	    /* where it begins in the line */
	bool is_command;    /* a command's name is expected */
	char quote;	    /* the quote that is open, or 0 */
	char *word;	    /* without quotes and backslashes */
	const char *prefix; /* its part behind the last slash */
};

struct candidates {
	struct shell *sh;
	const char *prefix;
	size_t prefix_length;
	struct fields names;
	size_t common;	/* bytes that all of them begin with */
	bool directory; /* of the last one */
};

static bool expects_command(const char *word, size_t length)
{
	static const char *const words[] = {"!",    "{",  "command", "do",   "elif",  "else",
					    "exec", "if", "then",    "time", "until", "while"};
	const char *equals = memchr(word, '=', length);
	unsigned i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strlen(words[i]) == length && !memcmp(words[i], word, length))
			return true;
	return equals && is_name(word, (size_t)(equals - word));
}

static void find_subject(struct editor *editor, struct subject *subject)
{
	const char *text = editor->text;
	struct text word;
	size_t i, begin = 0; /* of the whole word; start may be behind a "NAME=" in it */

	subject->is_command = true;
	subject->start = 0;
	subject->quote = 0;
	text_init(&word, &editor->sh->arena);
	for (i = 0; i < editor->cursor; i++) {
		char c = text[i];

		if (subject->quote && c == subject->quote) {
			subject->quote = 0;
		} else if (c == '\\' && subject->quote != '\'' && i + 1 < editor->cursor) {
			text_add_char(&word, text[++i]);
		} else if (subject->quote || (c != '\\' && !strchr(" \t\n;|&()<>=`\"'", c))) {
			text_add_char(&word, c);
		} else if (c == '"' || c == '\'') {
			subject->quote = c;
		} else if (c != '\\') {
			if (strchr(" \t", c)) {
				if (i > begin)
					subject->is_command =
						subject->is_command &&
						expects_command(text + begin, i - begin);
				begin = i + 1;
			} else if (c != '=') { /* behind "=": dd if=FILE */
				subject->is_command = c != '<' && c != '>';
				begin = i + 1;
			}
			subject->start = i + 1;
			word.length = 0;
		}
	}
	if (subject->start > begin)
		subject->is_command = false;
	subject->word = text_finish(&word);
	subject->prefix = strrchr(subject->word, '/');
	subject->prefix = subject->prefix ? subject->prefix + 1 : subject->word;
}

static void add_candidate(struct candidates *candidates, const char *name, bool directory)
{
	size_t length = strlen(name), same = 0;
	const char *first;
	int i;

	if (length < candidates->prefix_length ||
	    memcmp(name, candidates->prefix, candidates->prefix_length))
		return;
	for (i = 0; i < candidates->names.count; i++)
		if (!strcmp(candidates->names.values[i], name))
			return; /* a function over a command */
	fields_add(candidates->sh, &candidates->names,
		   arena_copy(&candidates->sh->arena, name, length));
	candidates->directory = directory;
	first = candidates->names.values[0];
	if (candidates->names.count == 1)
		candidates->common = length;
	while (same < candidates->common && same < length && first[same] == name[same])
		same++;
	/* never half a character */
	while (same && same < candidates->common && ((unsigned char)first[same] & 0xc0) == 0x80)
		same--;
	candidates->common = same;
}

static void add_commands(struct candidates *candidates)
{
	const struct command *command;
	const struct builtin *builtin;
	struct function *function;
	unsigned i;

	for (i = 0; (command = command_at(i)); i++)
		add_candidate(candidates, command->name, false);
	for (i = 0; (builtin = builtin_at(i)); i++)
		add_candidate(candidates, builtin->name, false);
	for (i = 0; (function = function_at(candidates->sh, i)); i++)
		if (function->body)
			add_candidate(candidates, function->name, false);
}

static void add_files(struct candidates *candidates, const struct subject *subject)
{
	struct shell *sh = candidates->sh;
	struct directory_entry *entry = arena_alloc(&sh->arena, sizeof(*entry));
	const char *path =
		arena_copy(&sh->arena, subject->word, (size_t)(subject->prefix - subject->word));
	const char *home = variable_get(sh, "HOME");
	struct open_directory directory;
	uint64_t cursor = 0;

	if (path[0] == '~' && path[1] == '/' && home)
		path = arena_format(&sh->arena, "%s%s", home, path + 1);
	if (!directory_push(sh, &directory, *path ? path : "."))
		return;
	while (directory_read(directory.file, &cursor, entry) > 0)
		if (entry->name[0] != '.' || candidates->prefix[0] == '.')
			add_candidate(candidates, entry->name, entry->type == FILE_DIRECTORY);
	cleanup_pop(sh);
}

/* Inserts what the name adds, quoted as the place needs it. */
static void insert_quoted(struct editor *editor, const char *bytes, size_t length, char quote)
{
	const char *special = quote == '\'' ? ""
			      : quote	    ? "\"$`\\"
					    : " \t\n\"'$`\\|&;()<>*?[#~=!{}";
	size_t i;

	for (i = 0; i < length; i++) {
		if (bytes[i] && strchr(special, bytes[i]))
			editor_insert(editor, "\\", 1);
		editor_insert(editor, bytes + i, 1);
	}
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list(struct editor *editor, struct candidates *candidates)
{
	unsigned columns, rows, row, column, width = 0;
	size_t cursor = editor->cursor;
	struct text text;
	int i, count = candidates->names.count;

	sort(candidates->names.values, (size_t)count, sizeof(char *), compare_names);
	for (i = 0; i < count; i++)
		if (strlen(candidates->names.values[i]) + 2 > width)
			width = (unsigned)strlen(candidates->names.values[i]) + 2;
	columns = editor->columns / width ? editor->columns / width : 1;
	rows = ((unsigned)count + columns - 1) / columns;
	text_init(&text, &editor->sh->arena);
	for (row = 0; row < rows; row++) {
		for (column = 0; column * rows + row < (unsigned)count; column++) {
			const char *name = candidates->names.values[column * rows + row];
			size_t length = strlen(name);

			text_add(&text, name, length);
			if ((column + 1) * rows + row < (unsigned)count)
				for (; length < width; length++)
					text_add_char(&text, ' ');
		}
		text_add_char(&text, '\n');
	}
	screen_leave(editor);
	console_write(text.bytes, text.length);
	editor->start_column = 0;
	screen_restart(editor);
	editor_move(editor, cursor);
}

static void bell(void)
{
	console_write("\a", 1);
}

void editor_complete(struct editor *editor, bool again)
{
	struct shell *sh = editor->sh;
	struct arena_mark mark = arena_mark(&sh->arena);
	struct candidates candidates = {.sh = sh};
	struct subject subject;
	size_t added;

	find_subject(editor, &subject);
	candidates.prefix = subject.prefix;
	candidates.prefix_length = strlen(subject.prefix);
	if (subject.is_command && subject.prefix == subject.word)
		add_commands(&candidates);
	else
		add_files(&candidates, &subject);
	added = candidates.common - candidates.prefix_length;
	if (!candidates.names.count) {
		bell();
	} else {
		insert_quoted(editor, candidates.names.values[0] + candidates.prefix_length, added,
			      subject.quote);
		if (candidates.names.count == 1) {
			if (candidates.directory) {
				editor_insert(editor, "/", 1);
			} else {
				editor_insert(editor, &subject.quote, subject.quote ? 1 : 0);
				editor_insert(editor, " ", 1);
			}
		} else if (!added && again) {
			list(editor, &candidates);
		} else if (!added) {
			bell();
		}
	}
	arena_release(&sh->arena, mark);
}

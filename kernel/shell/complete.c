/* Tab: completes commands, variables, files, and what a command says may follow it. */
#include "kernel/commands/command.h"
#include "kernel/console.h"
#include "kernel/posix/file.h"
#include "kernel/shell/arena.h"
#include "kernel/shell/builtins.h"
#include "kernel/shell/complete.h"
#include "kernel/shell/editor.h"
#include "kernel/shell/fields.h"
#include "kernel/shell/glob.h"
#include "kernel/shell/name.h"
#include "kernel/shell/state.h"
#include "kernel/shell/unwind.h"
#include "kernel/shell/variables.h"
#include "lib/sort.h"
#include "lib/string.h"

/* The word at the cursor. */
struct subject {
	bool is_command; /* a command's name is expected */
	bool is_file;	 /* behind "=", as in dd if=FILE, or a redirection */
	char quote;	 /* the quote that is open, or 0 */
	char *word;	 /* without quotes and backslashes, behind a "=" in it */
	/* The part of word that is completed: behind the last slash, or a variable's name. */
	const char *prefix;
	bool is_variable;    /* "$NAME" */
	bool in_braces;	     /* "${NAME" */
	struct fields words; /* the command and its arguments so far */
};

struct candidates {
	struct shell *sh;
	const char *prefix;
	size_t prefix_length;
	struct fields names;
	size_t common;	/* bytes that all of them begin with */
	bool directory; /* of the last one */
};

/* A command's completion, and where its offers go. */
struct offers {
	struct completion completion;
	struct candidates *candidates;
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

/* A word ends in front of the cursor. */
static void end_word(struct shell *sh, struct subject *subject, const char *raw, size_t length,
		     struct text *word)
{
	if (subject->is_command && !expects_command(raw, length))
		subject->is_command = false;
	if (!subject->is_command && !subject->is_file)
		fields_add(sh, &subject->words,
			   arena_copy(&sh->arena, text_finish(word), word->length));
	subject->is_file = false;
}

static void find_subject(struct editor *editor, struct subject *subject)
{
	const char *text = editor->text;
	struct text word;
	size_t begin = 0;	  /* of the word in the line */
	size_t part = 0;	  /* what is behind a "=" in the word */
	size_t name = 0;	  /* what is behind a '$' in it; 0: none */
	bool assigned, in_braces; /* the part is behind a "=", the name behind a '{' */

	*subject = (struct subject){.is_command = true};
	assigned = in_braces = false;
	text_init(&word, &editor->sh->arena);
	for (size_t i = 0; i < editor->cursor; i++) {
		char c = text[i];

		if (c == '{' && name && name == word.length && !in_braces) {
			in_braces = true;
			name++;
		} else if (c == '$' && subject->quote != '\'') {
			in_braces = false;
			name = word.length + 1;
		} else if (!is_name_char(c)) {
			name = 0;
		}
		if (subject->quote && c == subject->quote) {
			subject->quote = 0;
		} else if (c == '\\' && subject->quote != '\'' && i + 1 < editor->cursor) {
			text_add_char(&word, text[++i]);
		} else if (subject->quote || (c != '\\' && !strchr(" \t\n;|&()<>`\"'", c))) {
			text_add_char(&word, c);
			if (c == '=' && !subject->quote) {
				part = word.length;
				assigned = true;
			}
		} else if (c == '"' || c == '\'') {
			subject->quote = c;
		} else if (c != '\\') {
			if (i > begin)
				end_word(editor->sh, subject, text + begin, i - begin, &word);
			if (strchr("<>", c)) {
				subject->is_file = true;
			} else if (!strchr(" \t", c)) {
				subject->is_command = true;
				subject->is_file = false;
				subject->words.count = 0;
			}
			begin = i + 1;
			word.length = part = 0;
			assigned = false;
		}
	}
	subject->is_file |= assigned;
	subject->word = text_finish(&word) + part;
	subject->is_variable = name > 0;
	subject->in_braces = in_braces;
	subject->prefix = strrchr(subject->word, '/');
	subject->prefix = subject->prefix ? subject->prefix + 1 : subject->word;
	if (name)
		subject->prefix = word.bytes + name;
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

static void add_variables(struct candidates *candidates)
{
	struct shell *sh = candidates->sh;
	const struct variable *variable;

	for (struct shell *level = sh; level; level = level->parent)
		for (unsigned bucket = 0; bucket < SHELL_BUCKETS; bucket++)
			for (variable = level->variables[bucket]; variable;
			     variable = variable->next)
				if (variable_get(sh, variable->name))
					add_candidate(candidates, variable->name, false);
}

static void offer(struct completion *completion, const char *text)
{
	add_candidate(((struct offers *)completion)->candidates, text, false);
}

/* What the command itself says may stand there; false where files may. */
static bool add_offers(struct candidates *candidates, const struct subject *subject)
{
	const struct command *command =
		subject->words.count ? command_find(subject->words.values[0]) : NULL;
	struct offers offers = {
		.completion = {.argc = subject->words.count,
			       .argv = subject->words.values,
			       .word = subject->word,
			       .files = true,
			       .offer = offer},
		.candidates = candidates,
	};

	if (!command || !command->complete)
		return false;
	command->complete(&offers.completion);
	return !offers.completion.files;
}

static void add_all(struct candidates *candidates, const struct subject *subject)
{
	if (subject->is_variable) {
		add_variables(candidates);
		return;
	}
	if (!subject->is_file && subject->is_command && subject->prefix == subject->word)
		add_commands(candidates);
	else if (subject->is_file || subject->is_command || !add_offers(candidates, subject))
		add_files(candidates, subject);
}

/* Inserts what the name adds, quoted as the place needs it; the "=" of an option needs no quotes.
 */
static void insert_quoted(struct editor *editor, const char *bytes, size_t length, char quote)
{
	const char *special = quote == '\'' ? ""
			      : quote	    ? "\"$`\\"
					    : " \t\n\"'$`\\|&;()<>*?[#~=!{}";
	size_t i;

	for (i = 0; i < length; i++) {
		if (bytes[i] && strchr(special, bytes[i]) && (bytes[i] != '=' || i + 1 < length))
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

/* What follows the only one. */
static void end_candidate(struct editor *editor, const struct subject *subject,
			  const struct candidates *candidates)
{
	const char *name = candidates->names.values[0];

	if (candidates->directory) {
		editor_insert(editor, "/", 1);
		return;
	}
	if (subject->in_braces && subject->is_variable)
		editor_insert(editor, "}", 1);
	if (subject->is_variable && subject->quote) /* text may follow */
		return;
	editor_insert(editor, &subject->quote, subject->quote ? 1 : 0);
	if (name[strlen(name) - 1] != '=') /* its value follows */
		editor_insert(editor, " ", 1);
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
	add_all(&candidates, &subject);
	added = candidates.common - candidates.prefix_length;
	if (!candidates.names.count) {
		bell();
	} else {
		insert_quoted(editor, candidates.names.values[0] + candidates.prefix_length, added,
			      subject.quote);
		if (candidates.names.count == 1) {
			end_candidate(editor, &subject, &candidates);
		} else if (!added && again) {
			list(editor, &candidates);
		} else if (!added) {
			bell();
		}
	}
	arena_release(&sh->arena, mark);
}

/* Sections and lines of job files. */
#include "kernel/commands/fio/job_file.h"

#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"

void fio_job_list_init(struct fio_job_list *list, bool (*grow)(struct fio_job_list *list))
{
	memset(list, 0, sizeof(*list));
	list->grow = grow;
	fio_options_init(&list->global);
}

static int complain_of(struct fio_job_list *list, unsigned line, const char *what, const char *text)
{
	int at = 0;

	if (line)
		at = snprintf(list->error, sizeof(list->error), "%u: ", line);
	snprintf(list->error + at, sizeof(list->error) - (size_t)at, what, text);
	return -EINVAL;
}

static int begin_job(struct fio_job_list *list, const char *name, unsigned line)
{
	struct fio_options *job;

	if (strlen(name) >= FIO_NAME_MAX)
		return complain_of(list, line, "name too long: %s", name);
	if (!list->grow(list))
		return complain_of(list, line, "no memory for job %s", name);
	job = &list->jobs[list->count++];
	*job = list->global;
	job->given_size = 0;
	memcpy(job->name, name, strlen(name) + 1);
	return 0;
}

static char *trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && strchr(" \t\r", end[-1]))
		*--end = '\0';
	return text + strspn(text, " \t");
}

/* "name = value" into the two; the value is NULL where there is no '='. */
static char *split(char *text, char **value)
{
	*value = strchr(text, '=');
	if (*value) {
		*(*value)++ = '\0';
		*value = trim(*value);
	}
	return trim(text);
}

/* For the report, which leaves out what has no room here. */
static void keep(struct fio_options *options, const char *name, const char *value)
{
	size_t size = strlen(name) + 1, more = strlen(value) + 1;

	if (size + more > FIO_GIVEN_MAX - options->given_size)
		return;
	memcpy(options->given + options->given_size, name, size);
	memcpy(options->given + options->given_size + size, value, more);
	options->given_size += (unsigned)(size + more);
}

static int set(struct fio_job_list *list, struct fio_options *options, char *text, unsigned line)
{
	char *value, *name = split(text, &value), shown[96], first[32];
	enum fio_option_result result = fio_option_set(options, name, value);
	size_t used;

	if (result == FIO_OPTION_TAKEN) {
		keep(options, fio_option_first_name(name, first), value ? value : FIO_NO_VALUE);
		return 0;
	}
	snprintf(shown, sizeof(shown), "%s%s%s", name, value ? "=" : "", value ? value : "");
	if (result == FIO_OPTION_BAD) {
		complain_of(list, line, "failed parsing %s", shown);
		used = strlen(list->error);
		fio_option_values(name, list->error + used, sizeof(list->error) - used);
		return -EINVAL;
	}
	return complain_of(list, line, line ? "Bad option <%s>" : "unrecognized option '--%s'",
			   shown);
}

#define LINE_MAX     512
#define VARIABLE_MAX 64

/* ${NAME} is replaced where it is known. False: there is no room. */
static bool expand(const struct fio_job_list *list, const char *text, char to[LINE_MAX])
{
	size_t at = 0;

	while (*text) {
		const char *end = strncmp(text, "${", 2) ? NULL : strchr(text, '}'), *value = NULL;
		char name[VARIABLE_MAX];
		size_t size = end ? (size_t)(end - text) - 2 : 0;

		if (end && size < sizeof(name) && list->variable) {
			memcpy(name, text + 2, size);
			name[size] = '\0';
			value = list->variable(name);
		}
		size = value ? strlen(value) : 1;
		if (size >= LINE_MAX - at)
			return false;
		memcpy(to + at, value ? value : text, size);
		at += size;
		text = value ? end + 1 : text + 1;
	}
	to[at] = '\0';
	return true;
}

/* A ';' or '#' that begins a line or follows a blank begins a comment. */
static void cut_comment(char *line)
{
	for (char *at = line; *at; at++)
		if ((*at == ';' || *at == '#') && (at == line || at[-1] == ' ' || at[-1] == '\t')) {
			*at = '\0';
			return;
		}
}

int fio_job_file_parse(struct fio_job_list *list, char *text)
{
	struct fio_options *section = NULL;
	char expanded[LINE_MAX], *next;
	unsigned line = 0;
	int error;

	for (; text; text = next) {
		char *end;

		line++;
		next = strchr(text, '\n');
		if (next)
			*next++ = '\0';
		cut_comment(text);
		text = trim(text);
		if (!*text)
			continue;
		if (*text != '[') {
			if (!section)
				return complain_of(list, line,
						   "option <%s> outside of [] job section", text);
			if (!expand(list, text, expanded))
				return complain_of(list, line, "line too long: %s", text);
			error = set(list, section, expanded, line);
			if (error)
				return error;
			continue;
		}
		end = strchr(text, ']');
		if (!end || end == text + 1)
			return complain_of(list, line, "bad section %s", text);
		*end = '\0';
		if (!strcmp(text + 1, "global")) {
			section = &list->global;
			continue;
		}
		error = begin_job(list, text + 1, line);
		if (error)
			return error;
		section = &list->jobs[list->count - 1];
	}
	return 0;
}

int fio_job_option(struct fio_job_list *list, char *text)
{
	if (!strncmp(text, "name=", 5)) {
		list->open = true;
		return begin_job(list, text + 5, 0);
	}
	return set(list, list->open ? &list->jobs[list->count - 1] : &list->global, text, 0);
}

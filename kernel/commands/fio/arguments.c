/* The command line of fio: what is about the run, jobs, and the job files that it names. */
#include "kernel/commands/fio/arguments.h"

#include "kernel/commands/command.h"
#include "kernel/commands/fio/log.h"
#include "kernel/commands/fio/report.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/number.h"
#include "lib/string.h"

#define JOB_FILE_MAX (1u << 20)

static bool grow(struct fio_job_list *list)
{
	struct fio_options *more =
		process_realloc(list->jobs, (list->count + 1) * sizeof(list->jobs[0]));

	if (more)
		list->jobs = more;
	return more != NULL;
}

static void read_job_file(struct fio_job_list *list, const char *path)
{
	int fd = strcmp(path, "-") ? process_open(path, O_RDONLY, 0) : 0;
	char *text = alloc_or_fail(JOB_FILE_MAX + 1);
	size_t size = 0;
	long count = 0;

	if (fd < 0)
		fail(1, "unable to open '%s' job file: %s", path, error_text(-fd));
	while (size < JOB_FILE_MAX &&
	       (count = process_read(fd, text + size, JOB_FILE_MAX - size)) > 0)
		size += (size_t)count;
	if (count < 0)
		fail(1, "%s: %s", path, error_text((int)-count));
	if (size == JOB_FILE_MAX || memchr(text, '\0', size))
		fail(1, "%s: this is no job file", path);
	text[size] = '\0';
	if (fio_job_file_parse(list, text))
		fail(1, "%s:%s", path, list->error);
	process_free(text);
}

static const char *value_of(const char *text, const char *name)
{
	size_t length = strlen(name);

	return !strncmp(text, name, length) && text[length] == '=' ? text + length + 1 : NULL;
}

static void set_format(struct fio_settings *settings, const char *text)
{
	static const char *const names[] = {"normal", "terse", "json", "json+"};

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(text, names[i])) {
			settings->format = (enum fio_format)i;
			return;
		}
	fail(1, "unknown output format %s: normal, terse, json and json+ are known", text);
}

/* What is printed from here on goes there, and messages where they went. */
static void set_output(const char *path)
{
	struct file *file;
	int error = file_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666, &file);

	if (error)
		fail(1, "output file open error: %s: %s", path, error_text(-error));
	error = process_set_file(1, file);
	if (error)
		fail(1, "write error: %s", error_text(-error));
}

/* The options that are about the run and no job's. */
static bool take_setting(struct fio_settings *settings, const char *text)
{
	static const char *const ignored[] = {"eta",	  "eta-interval", "eta-newline",
					      "max-jobs", "alloc-size",	  "status-interval"};
	const char *value;

	if ((value = value_of(text, "output-format"))) {
		set_format(settings, value);
	} else if ((value = value_of(text, "output"))) {
		set_output(value);
	} else if ((value = value_of(text, "terse-version"))) {
		if (number_parse(value, 10, &settings->terse_version) ||
		    settings->terse_version < 3 || settings->terse_version > 4)
			fail(1, "bad terse version format: %s", value);
	} else if ((value = value_of(text, "section"))) {
		settings->section = value;
	} else if (!strcmp(text, "minimal")) {
		settings->format = FIO_TERSE;
	} else if (!strcmp(text, "parse-only")) {
		settings->parse_only = true;
	} else if (!strcmp(text, "showcmd")) {
		settings->show = true;
	} else if (!strcmp(text, "readonly")) {
		settings->read_only = true;
	} else if (!strcmp(text, "version")) {
		out(FIO_VERSION "\n");
		process_exit(0);
	} else {
		for (unsigned i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
			if (value_of(text, ignored[i]))
				return true;
		return false;
	}
	return true;
}

/* Whether the option's value is the next word. A log may be without one. */
static bool takes_word(const char *text, const char *next)
{
	struct fio_options *scratch = alloc_or_fail(sizeof(*scratch));
	bool takes;

	fio_options_init(scratch);
	takes = !strchr(text, '=') && (fio_option_set(scratch, text, NULL) == FIO_OPTION_BAD ||
				       !strcmp(text, "output-format") || !strcmp(text, "output") ||
				       !strcmp(text, "section") ||
				       (fio_log_wanted(scratch) && strncmp(next, "--", 2) != 0));
	process_free(scratch);
	return takes;
}

void fio_arguments(struct fio_settings *settings, struct fio_job_list *list, int argc, char **argv)
{
	memset(settings, 0, sizeof(*settings));
	settings->terse_version = 3;
	fio_job_list_init(list, grow);
	list->variable = process_environment;
	for (int i = 1; i < argc; i++) {
		char *text = argv[i];

		if (strncmp(text, "--", 2) != 0) {
			read_job_file(list, text);
			continue;
		}
		text += 2;
		if (i + 1 < argc && takes_word(text, argv[i + 1])) {
			size_t length = strlen(text), more = strlen(argv[i + 1]);
			char *joined = alloc_or_fail(length + more + 2);

			memcpy(joined, text, length);
			joined[length] = '=';
			memcpy(joined + length + 1, argv[++i], more + 1);
			text = joined;
		}
		if (!take_setting(settings, text) && fio_job_option(list, text))
			fail(1, "%s", list->error);
	}
}

static void show_options(const struct fio_options *options)
{
	const char *end = options->given + options->given_size, *filename = NULL;

	for (const char *name = options->given; name < end;) {
		const char *value = name + strlen(name) + 1;

		/* As fio sorts them. */
		if (!strcmp(name, "filename"))
			filename = value;
		else if (!strcmp(value, FIO_NO_VALUE))
			out("--%s ", name);
		else
			out("--%s=%s ", name, value);
		name = value + strlen(value) + 1;
	}
	if (filename)
		out("--filename=%s ", filename);
}

void fio_show_jobs(const struct fio_job_list *list)
{
	out("fio ");
	show_options(&list->global);
	for (unsigned i = 0; i < list->count; i++) {
		out("--name=%s ", list->jobs[i].name);
		show_options(&list->jobs[i]);
	}
	out("\n");
}

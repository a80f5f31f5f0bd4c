/* The command line of fio. */
#pragma once

#include "kernel/commands/fio/job_file.h"

enum fio_format { FIO_NORMAL, FIO_TERSE, FIO_JSON, FIO_JSON_PLUS };

/* What is about the run and no job's. */
struct fio_settings {
	enum fio_format format;
	uint64_t terse_version;
	bool parse_only, read_only;
	bool show; /* the jobs as a command line, and run none */
	const char *section;
};

/* Ends the process with a message where something is wrong. */
void fio_arguments(struct fio_settings *settings, struct fio_job_list *list, int argc, char **argv);
/* Prints the jobs as a command line that has them. */
void fio_show_jobs(const struct fio_job_list *list);

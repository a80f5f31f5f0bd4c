/* Job files and the options of the command line: text to a list of jobs. */
#pragma once

#include "kernel/commands/fio/options.h"

struct fio_job_list {
	struct fio_options global;
	struct fio_options *jobs;
	unsigned count;
	/* Room for one more, which becomes jobs[count]; false: there is none. */
	bool (*grow)(struct fio_job_list *list);
	/* The value of ${NAME} in a job file, or NULL: it stays as it is. NULL: all stay. */
	const char *(*variable)(const char *name);
	bool open; /* --name began a job: options belong to that */
	char error[1280]; /* of lines: those behind the first say which values there are */
};

void fio_job_list_init(struct fio_job_list *list, bool (*grow)(struct fio_job_list *list));
/* The text is changed. 0 or -EINVAL: error has "LINE: reason" then. */
int fio_job_file_parse(struct fio_job_list *list, char *text);
/* "name=value" or "name", as behind "--". 0 or -EINVAL. */
int fio_job_option(struct fio_job_list *list, char *text);

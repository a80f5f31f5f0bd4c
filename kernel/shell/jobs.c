/* Jobs: lists that run in the background, each in a thread and a process of its own. A job outlives
 * the shell that has started it, but for the first one: with that the machine ends. */
#include "kernel/posix/file.h"
#include "kernel/memory.h"
#include "kernel/posix/process.h"
#include "kernel/shell/arena.h"
#include "kernel/shell/ast.h"
#include "kernel/shell/builtin_support.h"
#include "kernel/shell/builtins.h"
#include "kernel/shell/copy.h"
#include "kernel/shell/execute.h"
#include "kernel/shell/jobs.h"
#include "kernel/shell/name.h"
#include "kernel/shell/node_text.h"
#include "kernel/shell/shell.h"
#include "kernel/shell/signals.h"
#include "kernel/shell/state.h"
#include "kernel/shell/subshell.h"
#include "kernel/shell/unwind.h"
#include "kernel/thread.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"

struct job {
	struct job *next;
	struct shell *owner; /* NULL: it has ended */
	struct node *node;   /* the owner's, until the job has begun */
	struct thread *thread;
	unsigned number;
	int process; /* its first one's number */
	int status, signal;
	bool begun; /* it has copied what it needs of its owner */
	bool ended;
	bool waited; /* its status has been asked for, or told */
	char text[];
};

static struct job *jobs; /* all shells', the newest first */

/* A shell's own, from the newest on. */
static struct job *next_of(const struct shell *sh, struct job *job)
{
	while (job && job->owner != sh)
		job = job->next;
	return job;
}

static struct job *newest_of(const struct shell *sh)
{
	return next_of(sh, jobs);
}

/* Out of the list first: other threads run meanwhile, and may do the same with others. */
static void forget(struct job *job)
{
	struct job **link = &jobs;

	while (*link != job)
		link = &(*link)->next;
	*link = job->next;
	thread_join(job->thread);
	kfree(job);
}

/* Those that have ended and that nobody will ask about. */
static void forget_ended(void)
{
	struct job *job = jobs;

	while (job) {
		if (job->ended && (job->waited || !job->owner)) {
			forget(job);
			job = jobs;
		} else {
			job = job->next;
		}
	}
}

/* --- the job's own process --- */

static int job_main(int argc, char **argv)
{
	struct job *job = (struct job *)argv[1];
	struct shell *from = job->owner, *sh;
	struct node *node;
	struct file *null;

	(void)argc;
	job->process = process_id();
	process_detach(!from->interactive);
	process_set_file(0, file_open("/dev/null", O_RDONLY, 0, &null) ? NULL : null);
	sh = shell_new(from, true);
	if (!sh) {
		shell_cannot_start();
		return 2;
	}
	sh->parent = NULL;
	sh->ignored_at_start = process_ignored();
	node = shell_copy(sh, from, job->node);
	sh->last = last_command(node);
	job->begun = true;
	shell_exit(sh, execute(sh, node, 0));
}

static void job_thread(void *arg)
{
	struct job *job = arg;
	char *argv[] = {(char *)shell_name, (char *)job, NULL};

	job->status = process_run(job_main, 1, argv);
	job->signal = process_last_signal();
	job->begun = job->ended = true;
}

static bool has_begun(void *arg)
{
	return ((struct job *)arg)->begun;
}

/* As dash does it, only interactive shells know what their jobs are called. */
static char *text_of(struct shell *sh, const struct node *node)
{
	struct text text;

	text_init(&text, &sh->arena);
	if (sh->interactive) {
		text_add_node(sh, &text, node);
	} else if (node->type == NODE_PIPELINE) {
		for (node = node->list->next; node; node = node->next)
			text_add_string(&text, " | ");
	}
	return text_finish(&text);
}

static unsigned free_number(struct shell *sh)
{
	struct job *job;
	unsigned number = 0;

	do {
		number++;
		for (job = newest_of(sh); job && job->number != number;)
			job = next_of(sh, job->next);
	} while (job);
	return number;
}

void job_start(struct shell *sh, struct node *node)
{
	struct arena_mark mark = arena_mark(&sh->arena);
	const char *text = text_of(sh, node);
	size_t size = strlen(text) + 1;
	struct job *job;

	forget_ended();
	job = kzalloc(sizeof(*job) + size);
	if (job) {
		memcpy(job->text, text, size);
		job->owner = sh;
		job->node = node;
		job->number = free_number(sh);
	}
	arena_release(&sh->arena, mark);
	if (!job || thread_create(&job->thread, job_thread, job)) {
		kfree(job);
		shell_error(sh, "Cannot fork");
	}
	job->next = jobs;
	jobs = job;
	thread_wait(has_begun, job);
	sh->background = job->process;
}

void jobs_abandon(struct shell *sh)
{
	for (struct job *job = jobs; job; job = job->next)
		if (job->owner == sh)
			job->owner = NULL;
	forget_ended();
}

void shell_end_jobs(void)
{
	while (jobs) {
		struct job *job = jobs;

		process_kill(job->process, SIGNAL_KILL);
		forget(job);
	}
}

/* --- asking about them --- */

static bool matches(const struct job *job, const char *text)
{
	size_t length = strlen(text);

	if (*text != '?')
		return length && !strncmp(job->text, text, length);
	for (const char *at = job->text; *at; at++)
		if (!strncmp(at, text + 1, length - 1))
			return true;
	return false;
}

/* "%1", "%+", "%-", "%name", "%?part", NULL: the current one; or a process's number, where only
 * that is told apart by *unknown. NULL after a message. */
static struct job *find_job(struct shell *sh, const char *name, bool *unknown)
{
	struct job *job = newest_of(sh);
	int number;

	*unknown = false;
	if (!name || !strcmp(name, "%") || !strcmp(name, "%%") || !strcmp(name, "%+")) {
		if (!job)
			builtin_error(sh, "No current job");
		return job;
	}
	if (name[0] != '%') {
		number = builtin_number(sh, name);
		*unknown = number >= 0;
		while (job && job->process != number)
			job = next_of(sh, job->next);
		return job;
	}
	if (!strcmp(name, "%-")) {
		job = job ? next_of(sh, job->next) : NULL;
		if (!job)
			builtin_error(sh, "No previous job");
		return job;
	}
	if (!parse_count(name + 1, &number))
		number = -1;
	while (job && (number >= 0 ? job->number != (unsigned)number : !matches(job, name + 1)))
		job = next_of(sh, job->next);
	if (!job)
		builtin_error(sh, "No such job: %s", name);
	return job;
}

int job_process(struct shell *sh, const char *name)
{
	bool unknown;
	struct job *job = find_job(sh, name, &unknown);

	return job ? job->process : -1;
}

#define STATUS_WIDTH 33

/* A line for the listing; a job that has ended is forgotten with it. */
static void list_job(struct shell *sh, struct job *job, bool with_process, struct text *text)
{
	struct job *current = newest_of(sh);
	char name[SIGNAL_TEXT], line[80];
	int length;

	length = snprintf(line, sizeof(line), "[%u] %c ", job->number,
			  job == current		      ? '+'
			  : job == next_of(sh, current->next) ? '-'
							      : ' ');
	if (with_process)
		length +=
			snprintf(line + length, sizeof(line) - (size_t)length, "%d ", job->process);
	if (job->signal)
		length += snprintf(line + length, sizeof(line) - (size_t)length, "%s",
				   signal_text(job->signal, name));
	else if (job->ended && job->status)
		length += snprintf(line + length, sizeof(line) - (size_t)length, "Done(%d)",
				   job->status);
	else
		length += snprintf(line + length, sizeof(line) - (size_t)length, "%s",
				   job->ended ? "Done" : "Running");
	text_add(text, line, (size_t)length);
	for (; length < STATUS_WIDTH; length++)
		text_add_char(text, ' ');
	text_add_string(text, job->text);
	text_add_char(text, '\n');
	job->waited = job->ended;
	if (job->ended)
		job->owner = NULL;
}

void jobs_tell(struct shell *sh)
{
	struct job *job, *next;
	struct text text;

	text_init(&text, &sh->arena);
	for (job = newest_of(sh); job; job = next) {
		next = next_of(sh, job->next);
		if (job->ended && !job->waited)
			list_job(sh, job, false, &text);
	}
	shell_write(sh, 2, text.bytes, text.length);
	forget_ended();
}

int builtin_jobs(struct shell *sh, int argc, char **argv)
{
	struct builtin_options options = {.index = 1};
	bool with_process = false, only_process = false, unknown;
	struct job *job, *next;
	struct text text;
	int letter, i;

	while ((letter = builtin_option(sh, argc, argv, "lp", &options))) {
		if (letter < 0)
			return 2;
		with_process = letter == 'l';
		only_process = letter == 'p';
	}
	text_init(&text, &sh->arena);
	i = options.index;
	for (job = i < argc ? NULL : newest_of(sh); i < argc || job; job = next) {
		next = NULL;
		if (i < argc)
			job = find_job(sh, argv[i++], &unknown);
		else
			next = next_of(sh, job->next);
		if (!job)
			return unknown ? builtin_error(sh, "No such job: %s", argv[i - 1]) : 2;
		if (only_process)
			text_add_string(&text, arena_format(&sh->arena, "%d\n", job->process));
		else
			list_job(sh, job, with_process, &text);
	}
	return builtin_output(sh, text.bytes, text.length);
}

struct job_wait {
	struct shell *sh;
	struct job *job; /* NULL: all of the shell's */
};

static bool wait_is_over(void *arg)
{
	const struct job_wait *wait = arg;
	struct job *job = wait->job ? wait->job : newest_of(wait->sh);

	if (process_interrupted() || process_pending())
		return true;
	if (wait->job)
		return job->ended;
	while (job && job->ended)
		job = next_of(wait->sh, job->next);
	return !job;
}

/* 0, or the status that a signal gives, whose action is run next. */
static int wait_for(struct shell *sh, struct job *job)
{
	struct job_wait wait = {sh, job};

	/* One that has ended is there only as long as no other thread runs. */
	if (!wait_is_over(&wait))
		thread_wait(wait_is_over, &wait);
	shell_check_interrupt(sh);
	return process_pending() ? STATUS_SIGNAL + __builtin_ctzll(process_pending()) + 1 : 0;
}

static int wait_for_one(struct shell *sh, struct job *job)
{
	bool waited = job->waited;
	int status = wait_for(sh, job);

	if (status)
		return status;
	job->waited = true;
	if (!waited)
		signal_report(sh, job->signal);
	return job->status;
}

int builtin_wait(struct shell *sh, int argc, char **argv)
{
	struct builtin_options options = {.index = 1};
	int status = 0;

	if (builtin_option(sh, argc, argv, "", &options) < 0)
		return 2;
	if (options.index == argc) {
		status = wait_for(sh, NULL);
		for (struct job *job = newest_of(sh); job && !status; job = next_of(sh, job->next))
			job->waited = true;
		return status;
	}
	for (int i = options.index; i < argc; i++) {
		bool unknown;
		struct job *job = find_job(sh, argv[i], &unknown);

		if (!job && !unknown)
			return 2;
		status = job ? wait_for_one(sh, job) : STATUS_NOT_FOUND;
		if (process_pending())
			break;
	}
	return status;
}

/* fg and bg: a job cannot be stopped, so there is nothing to continue; fg waits for it, and Ctrl-C
 * ends it. */
int builtin_fg(struct shell *sh, int argc, char **argv)
{
	bool unknown;
	struct job *job = find_job(sh, argc > 1 ? argv[1] : NULL, &unknown);
	const char *line;
	struct job_wait wait = {sh, job};
	int status;

	if (!job)
		return unknown ? builtin_error(sh, "No such job: %s", argv[1]) : 2;
	line = arena_format(&sh->arena, "%s\n", job->text);
	if (builtin_output(sh, line, strlen(line)))
		return 1;
	if (argv[0][0] == 'b')
		return 0;
	thread_wait(wait_is_over, &wait);
	if (!job->ended) {
		process_kill(job->process, SIGNAL_KILL);
		shell_check_interrupt(sh);
	}
	status = wait_for_one(sh, job);
	job->owner = NULL;
	return status;
}

/* Commands as processes of their own: ( ), pipelines, $( ). A subshell's process ends before its
 * parent goes on, so it may use what the parent has: nodes, variables, parameters. */
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "kernel/shell/arena.h"
#include "kernel/shell/ast.h"
#include "kernel/shell/execute.h"
#include "kernel/shell/signals.h"
#include "kernel/shell/state.h"
#include "kernel/shell/subshell.h"
#include "kernel/shell/trap.h"
#include "kernel/shell/unwind.h"
#include "kernel/thread.h"
#include "lib/errno.h"
#include "lib/string.h"

/* A process that is begun with less stack than this gets a thread, and so a stack, of its own. */
#define PROCESS_STACK 24576

struct start {
	const char *name;
	int (*function)(void *arg);
	void *arg;
	int status;
	int signal; /* that was sent to it and has ended it; 0: none */
};

static int process_entry(int argc, char **argv)
{
	struct start *start = (struct start *)argv[1];

	(void)argc;
	return start->function(start->arg);
}

static void start_here(void *arg)
{
	struct start *start = arg;
	char *argv[] = {(char *)start->name, (char *)start, NULL};

	start->status = process_run(process_entry, 1, argv);
	start->signal = process_last_signal();
}

static const char cannot_fork[] = "Cannot fork";

/* False where there is no memory for a stack. */
static bool run(struct start *start)
{
	struct thread *thread;

	if (thread_stack_left() >= PROCESS_STACK)
		start_here(start);
	else if (!thread_create(&thread, start_here, start))
		thread_join(thread);
	else
		return false;
	return true;
}

int run_process(struct shell *sh, const char *name, int (*function)(void *arg), void *arg)
{
	struct start start = {.name = name, .function = function, .arg = arg, .status = 2};

	if (!run(&start))
		shell_message(sh, "%s", cannot_fork);
	else
		signal_report(sh, start.signal);
	return start.status;
}

const struct node *last_command(const struct node *list)
{
	while (list && (list->type == NODE_GROUP || list->type == NODE_SEQUENCE ||
			list->type == NODE_AND_OR)) {
		list = list->list;
		while (list && list->next)
			list = list->next;
	}
	return list;
}

bool hand_over_to(struct shell *sh, const struct node *node)
{
	if (node != sh->last || traps_are_set(sh))
		return false;
	process_hand_over();
	return true;
}

struct subshell {
	struct shell *parent;
	struct node *node;
	unsigned flags;
	bool is_last;		     /* it takes its parent's place */
	struct file *input, *output; /* the process takes them over; NULL: as the parent's */
	struct thread *thread;
	struct start start;
};

static int subshell_main(void *arg)
{
	struct subshell *subshell = arg;
	struct shell *sh;

	if (subshell->input)
		process_set_file(0, subshell->input);
	if (subshell->output)
		process_set_file(1, subshell->output);
	subshell->input = NULL;
	subshell->output = NULL;
	sh = shell_new(subshell->parent, true);
	if (!sh) {
		/* Not in the parent's name: an error in writing it would end the parent. */
		shell_cannot_start();
		return 2;
	}
	if (subshell->is_last)
		sh->last = last_command(subshell->node);
	shell_exit(sh, subshell->node ? execute(sh, subshell->node, subshell->flags) : 0);
}

int execute_subshell(struct shell *sh, struct node *node, unsigned flags)
{
	struct subshell subshell = {.parent = sh, .node = node->list, .flags = flags};

	subshell.is_last = hand_over_to(sh, node);
	return run_process(sh, shell_name, subshell_main, &subshell);
}

/* Ends that the process has not taken over, because it never began, must not keep others waiting.
 */
static void close_unused(struct subshell *subshell)
{
	if (subshell->input)
		file_close(subshell->input);
	if (subshell->output)
		file_close(subshell->output);
	subshell->input = NULL;
	subshell->output = NULL;
}

static void subshell_thread(void *arg)
{
	struct subshell *subshell = arg;

	start_here(&subshell->start);
	close_unused(subshell);
}

static void prepare(struct subshell *subshell)
{
	subshell->start.name = shell_name;
	subshell->start.function = subshell_main;
	subshell->start.arg = subshell;
	subshell->start.status = 2;
}

static bool start_thread(struct subshell *subshell)
{
	prepare(subshell);
	return !thread_create(&subshell->thread, subshell_thread, subshell);
}

/* All but the last command run in threads. Nothing here may raise an error before they are joined,
 * as a message into a broken pipe does: they use this shell's memory. */
int execute_pipeline(struct shell *sh, struct node *node, unsigned flags)
{
	struct arena_mark mark = arena_mark(&sh->arena);
	struct node *member;
	struct subshell *subshells;
	unsigned count = 0, i;
	const char *trouble = NULL;
	int status, signal;

	for (member = node->list; member; member = member->next)
		count++;
	subshells = arena_zalloc(&sh->arena, count * sizeof(*subshells));
	for (i = 0, member = node->list; member; member = member->next, i++) {
		subshells[i].parent = sh;
		subshells[i].node = member;
		subshells[i].flags = flags;
		if (i + 1 < count && !trouble &&
		    file_pipe(&subshells[i + 1].input, &subshells[i].output))
			trouble = "Pipe call failed";
	}
	for (i = 0; i + 1 < count && !trouble; i++) {
		if (!start_thread(&subshells[i])) {
			subshells[i].thread = NULL;
			trouble = cannot_fork;
		}
	}
	prepare(&subshells[count - 1]);
	if (!trouble) {
		thread_yield(); /* the commands begin in their order */
		if (!run(&subshells[count - 1].start))
			trouble = cannot_fork;
	}
	for (i = 0; i < count; i++)
		if (!subshells[i].thread)
			close_unused(&subshells[i]);
	for (i = 0; i < count; i++)
		if (subshells[i].thread)
			thread_join(subshells[i].thread);
	status = subshells[count - 1].start.status;
	for (i = count - 1; i-- > 0 && !status && sh->options.pipe_fail;)
		status = subshells[i].start.status;
	signal = subshells[count - 1].start.signal;
	arena_release(&sh->arena, mark);
	if (trouble)
		shell_message(sh, "%s", trouble);
	signal_report(sh, signal);
	return status;
}

/* Reads until the end into process memory: the length, or a negative errno. */
static long read_all(struct file *file, char **bytes)
{
	size_t length = 0, capacity = 0;
	long got;

	*bytes = NULL;
	for (;;) {
		if (capacity - length < 512) {
			size_t more = capacity ? capacity * 2 : 1024;
			char *larger = process_realloc(*bytes, more);

			if (!larger)
				return -ENOMEM;
			*bytes = larger;
			capacity = more;
		}
		got = file_read(file, *bytes + length, capacity - length);
		if (got <= 0)
			return got ? got : (long)length;
		length += (size_t)got;
	}
}

static size_t remove_nulls(char *bytes, size_t length)
{
	size_t kept = 0, i;

	if (!memchr(bytes, '\0', length))
		return length;
	for (i = 0; i < length; i++)
		if (bytes[i])
			bytes[kept++] = bytes[i];
	return kept;
}

void execute_substitution(struct shell *sh, struct node *command, struct text *output)
{
	struct subshell subshell = {.parent = sh, .node = command};
	struct file *read_end;
	char *bytes = NULL;
	long length;

	if (!command) {
		sh->substitution_status = 0;
		return;
	}
	if (file_pipe(&read_end, &subshell.output))
		shell_error(sh, "Pipe call failed");
	if (!start_thread(&subshell)) {
		close_unused(&subshell);
		file_close(read_end);
		shell_error(sh, "%s", cannot_fork);
	}
	/* However this ends, the thread uses this shell's memory until it is joined. */
	length = read_all(read_end, &bytes);
	file_close(read_end);
	thread_join(subshell.thread);
	sh->substitution_status = subshell.start.status;
	if (length < 0)
		process_free(bytes);
	shell_check_interrupt(sh);
	if (length == -ENOMEM)
		shell_out_of_memory(sh);
	if (length <= 0) {
		process_free(bytes);
		return;
	}
	length = (long)remove_nulls(bytes, (size_t)length);
	while (length && bytes[length - 1] == '\n')
		length--;
	text_add(output, bytes, (size_t)length);
	process_free(bytes);
}

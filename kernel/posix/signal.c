/* Signals: Ctrl-C, and what one process sends another. Nothing is preempted: a process looks for
 * them where it calls process_check_interrupt() and the like. */
#include "kernel/console.h"
#include "kernel/posix/process_internal.h"
#include "kernel/thread.h"
#include "lib/errno.h"

/* What does nothing to a process that has not asked for it; stopping does not exist here. */
#define HARMLESS                                                                       \
	(SIGNAL_BIT(SIGNAL_CHLD) | SIGNAL_BIT(SIGNAL_CONT) | SIGNAL_BIT(SIGNAL_STOP) | \
	 SIGNAL_BIT(SIGNAL_TSTP) | SIGNAL_BIT(SIGNAL_TTIN) | SIGNAL_BIT(SIGNAL_TTOU) | \
	 SIGNAL_BIT(SIGNAL_URG) | SIGNAL_BIT(SIGNAL_WINCH))

#define NO_ID -1

static struct process *processes;
static int last_signal;

void process_begin_signals(struct process *process)
{
	static int last_id;
	struct process *parent = process->parent;

	if (parent && parent->signals.hands_over) {
		parent->signals.hands_over = false;
		process->signals.stands_in = true;
		process->id = parent->id;
		parent->id = NO_ID;
	} else {
		process->id = last_id = last_id < INT32_MAX ? last_id + 1 : 2;
	}
	process->next = processes;
	if (processes)
		processes->previous = process;
	processes = process;
	process->signals.interrupts_seen = console_interrupts();
	if (!parent)
		return;
	process->signals.ignored = parent->signals.ignored;
	process->signals.interrupts_seen = parent->signals.interrupts_seen;
	process->signals.background = parent->signals.background;
}

void process_end_signals(struct process *process)
{
	struct process *parent = process->parent;

	if (process->next)
		process->next->previous = process->previous;
	if (process->previous)
		process->previous->next = process->next;
	else
		processes = process->next;
	last_signal = process->signals.fatal;
	if (process->signals.stands_in) {
		parent->id = process->id;
		if (!parent->signals.fatal)
			parent->signals.fatal = last_signal;
	}
	if (parent && parent->signals.leads && !process->killed)
		parent->signals.interrupts_seen = process->signals.interrupts_seen;
}

int process_id(void)
{
	struct process *process = process_current();

	return process ? process->id : 0;
}

int process_last_signal(void)
{
	return last_signal;
}

int process_kill(int id, int signal)
{
	struct process *process = processes;

	while (process && process->id != id)
		process = process->next;
	if (!process)
		return -ESRCH;
	if (!signal)
		return 0;
	if (signal != SIGNAL_KILL && (process->signals.ignored & SIGNAL_BIT(signal)))
		return 0;
	if (signal != SIGNAL_KILL && (process->signals.caught & SIGNAL_BIT(signal)))
		process->signals.pending |= SIGNAL_BIT(signal);
	else if (!(HARMLESS & SIGNAL_BIT(signal)))
		process->signals.fatal = signal;
	return 0;
}

void process_set_signal(int signal, enum signal_action action)
{
	struct process_signals *signals = &process_current()->signals;

	signals->ignored &= ~SIGNAL_BIT(signal);
	signals->caught &= ~SIGNAL_BIT(signal);
	signals->pending &= ~SIGNAL_BIT(signal);
	if (action == SIGNAL_IGNORED)
		signals->ignored |= SIGNAL_BIT(signal);
	else if (action == SIGNAL_CAUGHT)
		signals->caught |= SIGNAL_BIT(signal);
}

uint64_t process_ignored(void)
{
	return process_current()->signals.ignored;
}

uint64_t process_pending(void)
{
	struct process *process = process_current();

	return process ? process->signals.pending : 0;
}

int process_take_signal(void)
{
	struct process_signals *signals = &process_current()->signals;
	int signal;

	if (!signals->pending)
		return 0;
	signal = __builtin_ctzll(signals->pending) + 1;
	signals->pending &= ~SIGNAL_BIT(signal);
	return signal;
}

void process_detach(bool ignore_keyboard)
{
	struct process *process = process_current();

	process->parent = NULL;
	process->signals.background = true;
	if (ignore_keyboard)
		process->signals.ignored |= SIGNAL_BIT(SIGNAL_INT) | SIGNAL_BIT(SIGNAL_QUIT);
}

void process_hand_over(void)
{
	process_current()->signals.hands_over = true;
}

bool process_in_background(void)
{
	struct process *process = process_current();

	return process && process->signals.background;
}

void process_lead(void)
{
	process_current()->signals.leads = true;
}

void process_forget_interrupts(void)
{
	struct process_signals *signals = &process_current()->signals;

	signals->interrupts_seen = console_interrupts();
	signals->pending &= ~SIGNAL_BIT(SIGNAL_INT);
	console_clear_interrupt();
	console_clear_insistence();
}

/* What Ctrl-C does to the process: true where it ends it. */
static bool interrupted_by_console(struct process *process)
{
	struct process_signals *signals = &process->signals;
	unsigned count;

	if (signals->background)
		return false;
	if (console_insists())
		return true;
	count = console_interrupts();
	if (signals->interrupts_seen == count)
		return false;
	if (!((signals->ignored | signals->caught) & SIGNAL_BIT(SIGNAL_INT)))
		return true;
	signals->interrupts_seen = count;
	signals->pending |= signals->caught & SIGNAL_BIT(SIGNAL_INT);
	return false;
}

/* With those that a signal has ended end those that they run. */
int process_fatal_signal(void)
{
	struct process *current = process_current(), *process;

	for (process = current; process; process = process->parent)
		if (process->signals.fatal)
			return process->signals.fatal;
	return current && interrupted_by_console(current) ? SIGNAL_INT : 0;
}

bool process_interrupted(void)
{
	return process_fatal_signal() != 0;
}

bool process_wakes(void)
{
	return process_interrupted() || process_pending();
}

/* Nothing of what the process had buffered is written any more. */
void process_end_by(int signal)
{
	process_current()->killed = true;
	process_exit(128 + signal);
}

void process_check_interrupt(void)
{
	struct process *process = process_current();
	int signal;

	thread_pause();
	signal = process_fatal_signal();
	if (signal && !process->catches)
		process_end_by(signal);
}

void process_catch_interrupt(bool catches)
{
	process_current()->catches = catches;
}

/* Cooperative threads: a ring of them, each with a stack and, while it waits, a question whose
 * answer makes it run again. */

#include "kernel/thread.h"

#include <stdint.h>

#include "kernel/x86/cpu.h"
#include "kernel/x86/panic.h"
#include "kernel/memory.h"
#include "kernel/x86/paging.h"
#include "kernel/x86/thread_stack.h"
#include "kernel/x86/time.h"
#include "lib/errno.h"

#define NO_DEADLINE UINT64_MAX
#define SLICE_NS    (2 * NS_PER_MS)

struct thread {
	struct thread *next, *previous; /* the ring of those that have not ended */
	struct thread_stack stack;
	struct process *process;
	void (*entry)(void *arg);
	void *arg;
	bool ended;

	/* while it waits */
	bool (*ready)(void *arg);
	void *ready_arg;
	uint64_t deadline;
	bool was_ready; /* the answer that made it run; false: the deadline did */
};

static struct thread first = {.next = &first, .previous = &first};
static struct thread *running = &first;
static struct thread *asked = &first; /* whose ready() is being called; else the running one */

void thread_init(void)
{
	thread_stack_adopt(&first.stack);
}

struct process *process_current(void)
{
	return asked->process;
}

void process_set_current(struct process *process)
{
	running->process = process;
}

size_t thread_stack_left(void)
{
	uintptr_t here = (uintptr_t)__builtin_frame_address(0);

	return here > running->stack.low ? here - running->stack.low : 0;
}

static bool can_run(struct thread *thread)
{
	asked = thread;
	thread->was_ready = thread->ready(thread->ready_arg);
	asked = running;
	return thread->was_ready ||
	       (thread->deadline != NO_DEADLINE && time_ns() >= thread->deadline);
}

/* The next one that can run, in the ring's order, the running one last. NULL if none can. */
static struct thread *find_next(void)
{
	/* One that has ended is not in the ring any more, but its next still is. */
	struct thread *start = running->ended ? running->next->previous : running;
	struct thread *thread = start;

	do {
		thread = thread->next;
		if (can_run(thread))
			return thread;
	} while (thread != start);
	return NULL;
}

/* The earliest of all that wait. */
static uint64_t next_deadline(void)
{
	struct thread *start = running->ended ? running->next : running, *thread = start;
	uint64_t deadline = NO_DEADLINE;

	do {
		if (thread->deadline < deadline)
			deadline = thread->deadline;
		thread = thread->next;
	} while (thread != start);
	return deadline;
}

static uint64_t slice_end_ns; /* when the running thread has had its share */

/* Runs other threads until this one can run (never, where it has ended). */
static void schedule(void)
{
	struct thread *next = find_next(), *previous = running;

	while (!next) {
		/* Asked once more with interrupts off: what an interrupt changes after the answer
		 * is no stays pending until the CPU halts, and so ends the halt. */
		cpu_interrupts_off();
		next = find_next();
		if (next)
			cpu_interrupts_on();
		else
			thread_halt(next_deadline());
	}
	slice_end_ns = time_ns() + SLICE_NS;
	if (next == running)
		return;
	running = next;
	asked = next;
	thread_switch(&previous->stack, &next->stack, previous->ended);
}

bool thread_wait_until(bool (*ready)(void *arg), void *arg, unsigned long long deadline_ns)
{
	running->ready = ready;
	running->ready_arg = arg;
	running->deadline = deadline_ns;
	schedule();
	return running->was_ready;
}

void thread_wait(bool (*ready)(void *arg), void *arg)
{
	thread_wait_until(ready, arg, NO_DEADLINE);
}

bool thread_alone(void)
{
	return running->next == running;
}

static bool always(void *arg)
{
	(void)arg;
	return true;
}

void thread_yield(void)
{
	if (running->next != running)
		thread_wait(always, NULL);
}

void thread_pause(void)
{
	if (running->next != running && time_ns() >= slice_end_ns)
		thread_yield();
}

/* The first function on a new thread's stack. */
static _Noreturn void thread_main(void)
{
	running->entry(running->arg);
	running->ended = true;
	running->previous->next = running->next;
	running->next->previous = running->previous;
	schedule();
	panic("thread: one that has ended was run again");
}

int thread_create(struct thread **result, void (*entry)(void *arg), void *arg)
{
	struct thread *thread = kzalloc(sizeof(*thread));
	int error = thread ? thread_stack_create(&thread->stack, thread_main) : -ENOMEM;

	if (error) {
		kfree(thread);
		return error;
	}
	thread->process = running->process;
	thread->entry = entry;
	thread->arg = arg;
	thread->ready = always;
	thread->deadline = NO_DEADLINE;
	thread->next = running;
	thread->previous = running->previous;
	thread->previous->next = thread;
	running->previous = thread;
	*result = thread;
	return 0;
}

static const struct thread_attendant *attendant;

void thread_set_attendant(const struct thread_attendant *who)
{
	attendant = who;
}

void thread_attend(void)
{
	if (attendant)
		attendant->attend();
}

bool thread_attend_wanted(void)
{
	return attendant && attendant->wanted();
}

static bool has_ended(void *arg)
{
	return ((struct thread *)arg)->ended;
}

void thread_join(struct thread *thread)
{
	if (thread == running || thread == &first)
		panic("thread: it cannot join itself or the first one");
	thread_wait(has_ended, thread);
	thread_stack_destroy(&thread->stack);
	kfree(thread);
}

/* Only the running thread's links are known to be right when a panic asks; a chain that does not
 * come back to its start ends after so many. */
#define PANIC_THREADS_MAX 64

bool thread_stack_of(uintptr_t address, uintptr_t *low, uintptr_t *high)
{
	struct thread *thread = running;

	for (unsigned i = 0; i < PANIC_THREADS_MAX; i++) {
		if (address >= thread->stack.low && address < thread->stack.high) {
			*low = thread->stack.low;
			*high = thread->stack.high;
			return true;
		}
		thread = thread->next;
		if (thread == running || !paging_mapped((uintptr_t)thread))
			break;
	}
	return false;
}

bool thread_guards(uintptr_t address)
{
	uintptr_t low, high;

	return thread_stack_of(address + PAGE_SIZE, &low, &high) && address < low;
}

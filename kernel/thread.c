/* Cooperative threads: a ring of them, each with a stack and, while it waits, a question whose
 * answer makes it run again. */

#include "kernel/thread.h"

#include <stdint.h>

#include "boot/layout.h"
#include "drivers/serial/serial.h"
#include "kernel/apic.h"
#include "kernel/cpu.h"
#include "kernel/machine.h"
#include "kernel/memory.h"
#include "kernel/paging.h"
#include "kernel/time.h"
#include "lib/errno.h"

#define STACK_PAGES 16 /* and a guard page below */
#define NO_DEADLINE UINT64_MAX

/* How long the CPU halts at most where input has to be polled for. */
#define POLL_INTERVAL_NS NS_PER_MS

/* What thread_switch() pops, then its return address, then two words that end backtraces. */
enum { SAVED_REGISTERS = 6, FIRST_FRAME = SAVED_REGISTERS + 3 };

struct thread {
	struct thread *next, *previous; /* the ring of those that have not ended */
	uint64_t *stack_pointer;	/* while it does not run */
	uint8_t *memory;		/* guard page and stack; NULL for the first thread */
	uintptr_t stack_low, stack_high;
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

void thread_switch(uint64_t **save, uint64_t *stack);

static struct thread first = {
	.next = &first,
	.previous = &first,
	.stack_low = (uintptr_t)boot_stack,
	.stack_high = (uintptr_t)boot_stack_top,
};
static struct thread *running = &first;
static struct thread *asked = &first; /* whose ready() is being called; else the running one */

void thread_init(void)
{
	/* The first thread is complete as it is: code before this may already ask for the current
	 * process or its stack. */
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

	return here > running->stack_low ? here - running->stack_low : 0;
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

/* Halts until something may have changed. Called with interrupts off, comes back with them on. */
static void halt(void)
{
	struct thread *start = running->ended ? running->next : running, *thread = start;
	uint64_t deadline = NO_DEADLINE;

	do {
		if (thread->deadline < deadline)
			deadline = thread->deadline;
		thread = thread->next;
	} while (thread != start);
	if (!serial_input_by_interrupt()) {
		uint64_t soon = time_ns() + POLL_INTERVAL_NS;

		if (soon < deadline)
			deadline = soon;
	}
	if (!apic_present() || (deadline != NO_DEADLINE && !apic_timer_set(deadline))) {
		cpu_interrupts_on();
		cpu_relax();
		return;
	}
	cpu_interrupts_on_and_halt();
}

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
			halt();
	}
	if (next == running)
		return;
	running = next;
	asked = next;
	thread_switch(&previous->stack_pointer, next->stack_pointer);
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

/* The first function on a new thread's stack; thread_switch() returns into it. */
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
	uint64_t *top;

	if (!thread)
		return -ENOMEM;
	thread->memory = pages_alloc(STACK_PAGES + 1);
	if (!thread->memory) {
		kfree(thread);
		return -ENOMEM;
	}
	paging_guard(thread->memory);
	thread->stack_low = (uintptr_t)thread->memory + PAGE_SIZE;
	thread->stack_high = thread->stack_low + STACK_PAGES * PAGE_SIZE;
	thread->process = running->process;
	thread->entry = entry;
	thread->arg = arg;
	thread->ready = always;
	thread->deadline = NO_DEADLINE;

	top = (uint64_t *)thread->stack_high - FIRST_FRAME - 1;
	for (unsigned i = 0; i < FIRST_FRAME + 1; i++)
		top[i] = 0;
	/* After its ret the stack is as after a call: 8 bytes off a 16-byte boundary. */
	top[SAVED_REGISTERS] = (uint64_t)thread_main;
	thread->stack_pointer = top;

	thread->next = running;
	thread->previous = running->previous;
	thread->previous->next = thread;
	running->previous = thread;
	*result = thread;
	return 0;
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
	paging_unguard(thread->memory);
	pages_free(thread->memory, STACK_PAGES + 1);
	kfree(thread);
}

/* Only the running thread's links are known to be right when a panic asks; a chain that does not
 * come back to its start ends after so many. */
#define PANIC_THREADS_MAX 64

bool thread_stack_of(uintptr_t address, uintptr_t *low, uintptr_t *high)
{
	struct thread *thread = running;

	for (unsigned i = 0; i < PANIC_THREADS_MAX; i++) {
		if (address >= thread->stack_low && address < thread->stack_high) {
			*low = thread->stack_low;
			*high = thread->stack_high;
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

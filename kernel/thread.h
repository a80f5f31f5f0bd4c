/* Cooperative threads: the parts of a pipeline. A thread runs until it waits; nothing is preempted.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct process;

struct thread; /* has a guarded stack of its own and a current process */

/* 0 or -ENOMEM. entry(arg) runs when the caller next waits; its return ends the thread. The new
 * thread starts with the caller's current process. */
int thread_create(struct thread **thread, void (*entry)(void *arg), void *arg);

/* Waits until the thread has ended, then frees it. */
void thread_join(struct thread *thread);

/* Whether there is no other thread. */
bool thread_alone(void);

/* Lets the other threads run once. */
void thread_yield(void);
/* The same, but only where this one has run for a while: for those that compute or read and write
 * for long without having to wait. */
void thread_pause(void);

/* Waits until ready(arg) is true. The CPU halts while no thread is ready and no timer is due.
 * ready() is called often, by any thread but with process_current() as the waiting one has it, at
 * times with interrupts off: it looks, it does not wait. What it looks at changes by interrupt or
 * by another thread; for a device that has to be polled, poll and thread_yield(). */
void thread_wait(bool (*ready)(void *arg), void *arg);

/* The same, but no longer than until time_ns() reaches deadline; false when it was the deadline. */
bool thread_wait_until(bool (*ready)(void *arg), void *arg, unsigned long long deadline_ns);

/* Who looks after devices while commands run. Handed in: threads know nothing of devices. */
struct thread_attendant {
	void (*attend)(void);
	/* Whether there is something to do right now that an interrupt told of. Asked last before
	 * the machine goes idle, at times with interrupts off. */
	bool (*wanted)(void);
};
void thread_set_attendant(const struct thread_attendant *attendant);
/* A place where the caller holds no device, controller or namespace, only open files: here they may
 * come and go. Cheap to call often; does something a few times a second at most. */
void thread_attend(void);
bool thread_attend_wanted(void);
/* How long a wait should last at most before thread_attend() is called again. */
#define THREAD_ATTEND_NS 100000000ull

/* The process that the running thread works for (kernel/posix/process.h). */
struct process *process_current(void);
void process_set_current(struct process *process);
/* Bytes left on the running thread's stack: recursive code asks before it goes deeper. */
size_t thread_stack_left(void);

/* The caller becomes the first thread. Before anything that may panic. */
void thread_init(void);

/* For panic: the bounds of the thread's stack that address is in (false: in none), and whether
 * address is in the guard page below one. Follow no doubtful pointer. */
bool thread_stack_of(uintptr_t address, uintptr_t *low, uintptr_t *high);
bool thread_guards(uintptr_t address);

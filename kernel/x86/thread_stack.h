/* What threads stand on: stacks, changing from one to another, and halting the CPU. Here they are
 * the machine's; the host has its own (tests/host/thread.c), under the same kernel/thread.c. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct thread_stack {
	void *pointer;	     /* what thread_switch() left, while its thread does not run */
	uintptr_t low, high; /* the part that may be used */
	void *memory;
};

/* The stack that the caller is on, the first one. */
void thread_stack_adopt(struct thread_stack *stack);
/* A new one, with a guard below: the first switch to it calls entry(), which does not return. 0 or
 * -ENOMEM. */
int thread_stack_create(struct thread_stack *stack, void (*entry)(void));
void thread_stack_destroy(struct thread_stack *stack);

/* Leaves the running thread's registers on its stack, from, and goes on with what was left on to.
 * for_ever: nobody will come back to from. */
void thread_switch(struct thread_stack *from, struct thread_stack *to, bool for_ever);

/* Halts until something may have changed, or time_ns() reaches the deadline. Called with interrupts
 * off, comes back with them on. */
void thread_halt(uint64_t deadline);

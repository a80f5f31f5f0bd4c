/* Cooperative threads on the host: kernel/thread.h. On x86-64 the switch is written out: sanitizers
 * warn about swapcontext(). */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "kernel/memory.h"
#include "kernel/thread.h"
#include "kernel/time.h"
#include "tests/sim/host.h"

#if defined(__SANITIZE_ADDRESS__)
#define ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ADDRESS_SANITIZER 1
#endif
#endif
#ifdef ADDRESS_SANITIZER
#include <sanitizer/common_interface_defs.h>
#endif

#define STACK_SIZE (1ul << 20) /* sanitizers make frames large */
#define GUARD_SIZE 4096ul
#define STACK_TOLD (64ul << 10) /* as much as the kernel's threads have */

#ifdef __x86_64__
/* The pointer of a stack that has the registers of a waiting thread on it. */
typedef void *saved_context;

void host_switch(saved_context *from, saved_context *to);
__asm__(".text\n"
	".globl host_switch\n"
	".type host_switch, @function\n"
	"host_switch:\n"
	"	push %rbp; push %rbx; push %r12; push %r13; push %r14; push %r15\n"
	"	mov %rsp, (%rdi)\n"
	"	mov (%rsi), %rsp\n"
	"	pop %r15; pop %r14; pop %r13; pop %r12; pop %rbx; pop %rbp\n"
	"	ret\n"
	".size host_switch, . - host_switch\n");

static void prepare(saved_context *context, char *stack, size_t size, void (*entry)(void))
{
	uint64_t *top = (uint64_t *)(stack + size);

	*--top = 0; /* a return address of entry, and the alignment of a call */
	*--top = (uint64_t)entry;
	for (unsigned i = 0; i < 6; i++)
		*--top = 0;
	*context = top;
}
#else
typedef ucontext_t saved_context;

static void host_switch(saved_context *from, saved_context *to)
{
	swapcontext(from, to);
}

static void prepare(saved_context *context, char *stack, size_t size, void (*entry)(void))
{
	getcontext(context);
	context->uc_stack.ss_sp = stack;
	context->uc_stack.ss_size = size;
	makecontext(context, entry, 0);
}
#endif

struct thread {
	struct thread *next, *previous;
	saved_context context;
	char *stack;
	void *fake_stack;
	struct process *process;
	void (*entry)(void *arg);
	void *arg;
	bool (*ready)(void *arg);
	void *ready_arg;
	unsigned long long deadline;
	bool waits, was_ready, ended;
};

static struct thread first = {.next = &first, .previous = &first};
static struct thread *running = &first, *asked = &first;
static const void *first_stack;
static size_t first_stack_size;
static uintptr_t first_stack_top;

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
	uintptr_t top = running == &first ? first_stack_top
					  : (uintptr_t)running->stack + GUARD_SIZE + STACK_SIZE;
	size_t used, told = STACK_TOLD;

	if (!first_stack_top)
		first_stack_top = top = here;
	used = here < top ? top - here : 0;
#ifdef ADDRESS_SANITIZER
	told = STACK_SIZE / 2;
#endif
	return used < told ? told - used : 0;
}

/* After a switch: on the stack of the running thread. */
static void arrived(struct thread *from)
{
#ifdef ADDRESS_SANITIZER
	const void *bottom;
	size_t size;

	__sanitizer_finish_switch_fiber(running->fake_stack, &bottom, &size);
	if (from == &first) {
		first_stack = bottom;
		first_stack_size = size;
	}
#else
	(void)from, (void)first_stack, (void)first_stack_size;
#endif
}

static struct thread *left; /* the thread that the last switch left */

static void switch_to(struct thread *to)
{
	struct thread *from = running;

	if (to == from)
		return;
	left = from;
	running = asked = to;
#ifdef ADDRESS_SANITIZER
	__sanitizer_start_switch_fiber(from->ended ? NULL : &from->fake_stack,
				       to->stack ? to->stack + GUARD_SIZE : first_stack,
				       to->stack ? STACK_SIZE : first_stack_size);
#endif
	host_switch(&from->context, &to->context);
	arrived(left);
}

static bool can_run(struct thread *thread)
{
	bool ready;

	if (!thread->waits)
		return true;
	asked = thread;
	ready = !thread->ready || thread->ready(thread->ready_arg);
	asked = running;
	thread->was_ready = ready;
	return ready || time_ns() >= thread->deadline;
}

/* Runs the next thread that can, perhaps this one again. */
static void schedule(void)
{
	uint64_t idle_since = time_ns();

	for (;;) {
		struct thread *thread = running;
		uint64_t deadline = UINT64_MAX;

		do {
			thread = thread->next;
			if (!thread->ended && can_run(thread)) {
				thread->waits = false;
				switch_to(thread);
				return;
			}
			if (!thread->ended && thread->deadline < deadline)
				deadline = thread->deadline;
		} while (thread != running);
		host_idle(idle_since, deadline);
	}
}

static void start(void)
{
	struct thread *self;

	arrived(left);
	self = running;
	self->entry(self->arg);
	self->ended = true;
	schedule();
	abort();
}

int thread_create(struct thread **created, void (*entry)(void *arg), void *arg)
{
	struct thread *thread = kzalloc(sizeof *thread);

	if (!thread)
		return -ENOMEM;
	thread->stack = mmap(NULL, GUARD_SIZE + STACK_SIZE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (thread->stack == MAP_FAILED) {
		kfree(thread);
		return -ENOMEM;
	}
	mprotect(thread->stack, GUARD_SIZE, PROT_NONE);
	prepare(&thread->context, thread->stack + GUARD_SIZE, STACK_SIZE, start);
	thread->entry = entry;
	thread->arg = arg;
	thread->process = running->process;
	thread->previous = running->previous;
	thread->next = running;
	thread->previous->next = thread;
	running->previous = thread;
	*created = thread;
	return 0;
}

static bool has_ended(void *arg)
{
	return ((struct thread *)arg)->ended;
}

void thread_join(struct thread *thread)
{
	thread_wait(has_ended, thread);
	thread->previous->next = thread->next;
	thread->next->previous = thread->previous;
	munmap(thread->stack, GUARD_SIZE + STACK_SIZE);
	kfree(thread);
}

void thread_yield(void)
{
	schedule();
}

void thread_wait(bool (*ready)(void *arg), void *arg)
{
	thread_wait_until(ready, arg, UINT64_MAX);
}

bool thread_wait_until(bool (*ready)(void *arg), void *arg, unsigned long long deadline_ns)
{
	struct thread *self = running;

	if (ready && ready(arg))
		return true;
	self->ready = ready;
	self->ready_arg = arg;
	self->deadline = deadline_ns;
	self->waits = true;
	self->was_ready = false;
	schedule();
	return self->was_ready;
}

/* Stacks of threads on the host: kernel/x86/thread_stack.h. On x86-64 the switch is written out:
 * sanitizers warn about swapcontext(). */
#include "kernel/x86/thread_stack.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "kernel/x86/paging.h"

#if defined(__SANITIZE_ADDRESS__)
#define ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ADDRESS_SANITIZER 1
#endif
#endif

#define STACK_SIZE (1ul << 20) /* sanitizers make frames large */
#define GUARD_SIZE 4096ul

/* How much of it threads may use: as much as the kernel's have, or as sanitizers make of it. */
#ifdef ADDRESS_SANITIZER
#include <sanitizer/common_interface_defs.h>
#define STACK_TOLD (STACK_SIZE / 2)
#else
#define STACK_TOLD (64ul << 10)
#endif

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

/* What a thread_stack's pointer points to. */
struct host_stack {
	saved_context context;
	char *memory; /* guard and stack; the first stack's is not known */
	void (*entry)(void);
	/* for AddressSanitizer */
	const void *bottom;
	size_t size;
	void *fake_stack;
};

static struct host_stack first;
static struct host_stack *running = &first;
static struct host_stack *left; /* the stack that the last switch left */

void thread_stack_adopt(struct thread_stack *stack)
{
	stack->pointer = &first;
	stack->high = (uintptr_t)__builtin_frame_address(0);
	stack->low = stack->high - STACK_TOLD;
}

/* After a switch: on the running stack. */
static void arrived(void)
{
#ifdef ADDRESS_SANITIZER
	__sanitizer_finish_switch_fiber(running->fake_stack, &left->bottom, &left->size);
#endif
}

static void start(void)
{
	arrived();
	running->entry();
}

int thread_stack_create(struct thread_stack *stack, void (*entry)(void))
{
	struct host_stack *host = calloc(1, sizeof(*host));

	if (!host)
		return -ENOMEM;
	host->memory = mmap(NULL, GUARD_SIZE + STACK_SIZE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (host->memory == MAP_FAILED) {
		free(host);
		return -ENOMEM;
	}
	mprotect(host->memory, GUARD_SIZE, PROT_NONE);
	host->bottom = host->memory + GUARD_SIZE;
	host->size = STACK_SIZE;
	host->entry = entry;
	prepare(&host->context, host->memory + GUARD_SIZE, STACK_SIZE, start);
	stack->pointer = host;
	stack->high = (uintptr_t)host->memory + GUARD_SIZE + STACK_SIZE;
	stack->low = stack->high - STACK_TOLD;
	return 0;
}

void thread_stack_destroy(struct thread_stack *stack)
{
	struct host_stack *host = stack->pointer;

	munmap(host->memory, GUARD_SIZE + STACK_SIZE);
	free(host);
}

void thread_switch(struct thread_stack *from, struct thread_stack *to, bool for_ever)
{
	left = from->pointer;
	running = to->pointer;
#ifdef ADDRESS_SANITIZER
	__sanitizer_start_switch_fiber(for_ever ? NULL : &left->fake_stack, running->bottom,
				       running->size);
#else
	(void)for_ever;
#endif
	host_switch(&left->context, &running->context);
	arrived();
}

/* A panic asks before it follows the threads' chain; the host's panic does not. */
bool paging_mapped(uint64_t address)
{
	(void)address;
	return true;
}

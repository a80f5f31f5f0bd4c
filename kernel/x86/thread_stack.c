/* Stacks of threads, with guard pages, and changing from one to another. */
#include "kernel/x86/thread_stack.h"

#include "boot/layout.h"
#include "drivers/serial/serial.h"
#include "kernel/x86/apic.h"
#include "kernel/x86/cpu.h"
#include "kernel/memory.h"
#include "kernel/x86/paging.h"
#include "kernel/x86/time.h"
#include "lib/errno.h"

#define STACK_PAGES 16 /* and a guard page below */

/* How long the CPU halts at most where input has to be polled for. */
#define POLL_INTERVAL_NS NS_PER_MS

/* What thread_switch() pops, then its return address, then two words that end backtraces. */
enum { SAVED_REGISTERS = 6, FIRST_FRAME = SAVED_REGISTERS + 3 };

void thread_stack_adopt(struct thread_stack *stack)
{
	stack->low = (uintptr_t)boot_stack;
	stack->high = (uintptr_t)boot_stack_top;
}

int thread_stack_create(struct thread_stack *stack, void (*entry)(void))
{
	uint64_t *top;

	stack->memory = pages_alloc(STACK_PAGES + 1);
	if (!stack->memory)
		return -ENOMEM;
	paging_guard(stack->memory);
	stack->low = (uintptr_t)stack->memory + PAGE_SIZE;
	stack->high = stack->low + STACK_PAGES * PAGE_SIZE;
	top = (uint64_t *)stack->high - FIRST_FRAME - 1;
	for (unsigned i = 0; i < FIRST_FRAME + 1; i++)
		top[i] = 0;
	/* After its ret the stack is as after a call: 8 bytes off a 16-byte boundary. */
	top[SAVED_REGISTERS] = (uint64_t)entry;
	stack->pointer = top;
	return 0;
}

void thread_stack_destroy(struct thread_stack *stack)
{
	paging_unguard(stack->memory);
	pages_free(stack->memory, STACK_PAGES + 1);
}

void thread_halt(uint64_t deadline)
{
	if (!serial_input_by_interrupt()) {
		uint64_t soon = time_ns() + POLL_INTERVAL_NS;

		if (soon < deadline)
			deadline = soon;
	}
	if (!apic_present() || (deadline != UINT64_MAX && !apic_timer_set(deadline))) {
		cpu_interrupts_on();
		cpu_relax();
		return;
	}
	cpu_interrupts_on_and_halt();
}

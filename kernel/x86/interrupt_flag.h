/* The CPU's interrupt flag. Programs for the host find tests/host/machine's instead. */
#pragma once

#include <stdint.h>

#define CPU_FLAG_INTERRUPTS 0x200u /* RFLAGS.IF */

static inline void cpu_interrupts_on(void)
{
	__asm__ volatile("sti" : : : "memory");
}

static inline void cpu_interrupts_off(void)
{
	__asm__ volatile("cli" : : : "memory");
}

/* Takes interrupts off; the result, given to cpu_interrupts_restore(), brings back what was. */
static inline uint64_t cpu_interrupts_save(void)
{
	uint64_t flags;

	__asm__ volatile("pushfq; popq %0; cli" : "=r"(flags) : : "memory");
	return flags;
}

static inline void cpu_interrupts_restore(uint64_t flags)
{
	if (flags & CPU_FLAG_INTERRUPTS)
		cpu_interrupts_on();
}

/* Called with interrupts off: no interrupt comes between the two instructions, so one that became
 * pending after the caller's last look ends the halt at once. */
static inline void cpu_interrupts_on_and_halt(void)
{
	__asm__ volatile("sti; hlt" : : : "memory");
}

/* Instructions of the CPU that C has no words for (Intel SDM volume 2). Ports are in
 * kernel/x86/port.h.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define CPU_FLAG_INTERRUPTS 0x200u /* RFLAGS.IF */

#if __STDC_HOSTED__

/* On the host nothing interrupts. */
static inline void cpu_interrupts_on(void)
{
}

static inline void cpu_interrupts_off(void)
{
}

/* On the host: whoever simulates the machine has them. */
uint64_t cpu_interrupts_save(void);
void cpu_interrupts_restore(uint64_t flags);

#else

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

#endif

/* Called with interrupts off: no interrupt comes between the two instructions, so one that became
 * pending after the caller's last look ends the halt at once. */
static inline void cpu_interrupts_on_and_halt(void)
{
	__asm__ volatile("sti; hlt" : : : "memory");
}

static inline void cpu_relax(void)
{
	__asm__ volatile("pause" : : : "memory");
}

_Noreturn static inline void cpu_halt_for_ever(void)
{
	for (;;)
		__asm__ volatile("cli; hlt" : : : "memory");
}

static inline uint64_t cpu_tsc(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

static inline uint64_t cpu_read_msr(uint32_t msr)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return (uint64_t)high << 32 | low;
}

static inline void cpu_write_msr(uint32_t msr, uint64_t value)
{
	__asm__ volatile("wrmsr"
			 :
			 : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
			 : "memory");
}

struct cpuid {
	uint32_t eax, ebx, ecx, edx;
};

static inline struct cpuid cpu_id(uint32_t leaf, uint32_t subleaf)
{
	struct cpuid r;

	__asm__ volatile("cpuid"
			 : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
			 : "a"(leaf), "c"(subleaf));
	return r;
}

static inline uint64_t cpu_read_cr2(void)
{
	uint64_t value;

	__asm__ volatile("movq %%cr2, %0" : "=r"(value));
	return value;
}

static inline uint64_t cpu_read_cr3(void)
{
	uint64_t value;

	__asm__ volatile("movq %%cr3, %0" : "=r"(value));
	return value;
}

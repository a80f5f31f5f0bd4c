/* The end after an internal error. */
#pragma once

#include <stdint.h>

#include "kernel/x86/cpu.h"

struct interrupt_frame;

/* Prints the message, the registers where there are any, and a backtrace; then
 * power_off(PANIC_STATUS). */
_Noreturn void panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A CPU exception in the kernel: prints its name, decoded error code, registers and backtrace, then
 * ends the machine with PANIC_STATUS. */
_Noreturn void panic_exception(const struct interrupt_frame *frame);

/* Who knows more that belongs into a report: called behind the backtrace, in the middle of anything
 * and with interrupts off, so it takes no memory, waits for nothing, and believes no pointer that
 * it need not. An error there ends the report. NULL: nobody, as at first. */
void panic_set_witness(void (*witness)(void));
/* For a witness: a line, without its end. */
void panic_write(const char *line);

extern uintptr_t __stack_chk_guard;

/* Makes the stack protector's guard value different at every start, by RDRAND where the CPU has it
 * (CPUID leaf 1, ECX bit 30) and by the time stamp counter. Only for a function that never
 * returns (kmain, first thing): the guards of the frames that are already there become wrong. The
 * lowest byte stays 0, so that no string function copies a guard. */
__attribute__((always_inline)) static inline void stack_guard_init(void)
{
	uint64_t random = 0;

	if (cpu_id(1, 0).ecx & 1u << 30)
		__asm__ volatile("rdrand %0" : "=r"(random) : : "cc");
	__stack_chk_guard ^= (random ^ cpu_tsc() * 0x9e3779b97f4a7c15ull) << 8;
}

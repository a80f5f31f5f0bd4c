/* The other CPUs. They run nothing but functions that are given to them, and have no log, no heap
 * and no locks: what such a function shares with CPU 0 are plain words, by the atomic built-ins of
 * the compiler, with acquire and release. All else stays CPU 0's, and so do the functions here, but
 * for those that say so. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kernel/x86/interrupts.h"

/* How many CPUs can be used, CPU 0 included. The first call starts the others, which takes some ten
 * milliseconds; one that does not come within a second is logged and not used. */
unsigned smp_count(void);
/* How many have been started, CPU 0 included: starts none. */
unsigned smp_started(void);

/* Has a CPU (1 to smp_count() - 1) call function(argument), with interrupts on and a stack of 64
 * KiB. Everything that was stored before is seen there. 0, -ENODEV where there is no such CPU,
 * -EBUSY while it runs something. */
int smp_run(unsigned cpu, void (*function)(void *argument), void *argument);
/* Whether the function has not returned yet. When it has, what it stored is seen. */
bool smp_running(unsigned cpu);
/* Waits until it has, while other threads run. */
void smp_wait(unsigned cpu);
/* The first CPU but 0 that runs nothing; 0 where there is none. */
unsigned smp_idle(void);

/* How many functions a CPU has run, how long it ran them in ns, and the bytes of memory that it
 * has. */
struct smp_figures {
	uint64_t functions, busy_ns, memory;
};
struct smp_figures smp_figures(unsigned cpu);

/* On any CPU, for the end of the machine: stops all others for good, and waits, 100 ms at most,
 * until they have stopped. smp_stop_here() is for the non-maskable interrupt that it does this by,
 * and comes back where that was no such. */
void smp_stop_others(void);
void smp_stop_here(void);

/* For panic, on any CPU: thread_stack_of() and thread_guards() for the stacks of other CPUs. */
bool smp_stack_of(uintptr_t address, uintptr_t *low, uintptr_t *high);
bool smp_guards(uintptr_t address);

/* Interrupts: descriptor tables, CPU exceptions, and vectors for devices. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* What the entry code leaves on the stack (kernel/x86/interrupt_entry.S builds it in this order;
 * the last five are pushed by the CPU, Intel SDM volume 3, figure 6-9). */
struct interrupt_frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8;
	uint64_t rbp, rdi, rsi, rdx, rcx, rbx, rax;
	uint64_t vector;
	uint64_t error; /* the exception's error code, 0 where there is none */
	uint64_t rip, cs, rflags, rsp, ss;
};

#define CPUS_MAX 64 /* that are used */

#define INTERRUPT_VECTORS	 256
#define INTERRUPT_EXCEPTIONS	 32
#define INTERRUPT_LEGACY_FIRST	 0x20 /* the two 8259s, masked: only their spurious ones come */
#define INTERRUPT_LEGACY_COUNT	 16
#define INTERRUPT_DYNAMIC_FIRST	 0x30 /* interrupt_allocate() hands out from here … */
#define INTERRUPT_DYNAMIC_LAST	 0xef /* … to here */
#define INTERRUPT_LOCAL_SPURIOUS 0xff

/* Loads GDT, TSS and IDT, gives double fault, NMI, page fault and machine check stacks of their
 * own. An exception from here on prints what happened and ends the machine. Interrupts stay off
 * until apic_init(). */
void interrupts_init(void);

/* For another CPU (1 to CPUS_MAX - 1): memory for what is its own, on CPU 0; 0 or -ENOMEM. Then, on
 * that CPU, its tables: from there on an exception is a panic there as well. */
int interrupts_prepare_cpu(unsigned cpu);
void interrupts_init_cpu(unsigned cpu);
/* The number of the CPU that asks: by its task register, which holds nothing else. */
unsigned interrupts_cpu(void);
/* The bytes that interrupts_prepare_cpu() takes. */
uint64_t interrupts_cpu_memory(void);

/* A vector for a device (0x30 to 0xef) whose interrupts call handler(context), with interrupts off
 * and the end of interrupt sent afterwards. Handlers only set flags and fill rings: they do not
 * wait and do not allocate. name is kept as a pointer, for interrupt_line(). The vector, or -ENOSPC
 * when all are taken. */
int interrupt_allocate_named(void (*handler)(void *context), void *context, const char *name);
int interrupt_allocate(void (*handler)(void *context), void *context);
/* Gives a vector back; one that still arrives counts as spurious. The caller has silenced the
 * device. */
void interrupt_free(int vector);

/* watch() is called at each interrupt of the first CPU, behind its handler and like one, with what
 * was interrupted. NULL: nobody watches. */
void interrupts_set_watch(void (*watch)(const struct interrupt_frame *frame));

/* How often a CPU took a vector (0 to 255), and whose it is (NULL: nobody's). Devices interrupt CPU
 * 0. */
uint64_t interrupt_counts(unsigned cpu, unsigned vector);
const char *interrupt_name(unsigned vector);
/* Interrupts of a CPU that nobody owned; harmless, counted. */
uint64_t interrupt_spurious_count(unsigned cpu);
/* Whether an interrupt handler is running on CPU 0: what waits or prints must not be called. */
bool interrupt_running(void);

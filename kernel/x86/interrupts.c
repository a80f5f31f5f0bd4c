/* Interrupts: GDT and IDT of all CPUs, the TSS of each, and the table of vectors. */

#include "kernel/x86/interrupts.h"

#include <stddef.h>

#include "kernel/x86/apic.h"
#include "kernel/x86/cpu.h"
#include "kernel/x86/panic.h"
#include "kernel/memory.h"
#include "lib/errno.h"
#include "lib/string.h"

#define SELECTOR_CODE 0x08
#define SELECTOR_DATA 0x10
#define SELECTOR_TSS  0x18 /* of CPU 0; those of the others follow */
#define TSS_SELECTORS 0x10 /* bytes of the GDT for each */

#define ENTRY_SIZE 8 /* bytes between two entries of interrupt_entry.S */

#define GATE_INTERRUPT 0x8e /* present, ring 0, 64-bit interrupt gate */

#define CPUID_MACHINE_CHECK (1u << 7) /* leaf 1, EDX */
#define CR4_MACHINE_CHECK   (1 << 6)

/* Exceptions that must not run on the interrupted stack: it may be the cause. */
enum { STACK_NONE, STACK_DOUBLE_FAULT, STACK_NMI, STACK_PAGE_FAULT, STACK_MACHINE_CHECK, STACKS };
#define EXCEPTION_STACK_SIZE 8192

/* Intel SDM volume 3, figure 6-8 */
struct gate {
	uint16_t offset_low;
	uint16_t selector;
	uint8_t stack;
	uint8_t type;
	uint16_t offset_middle;
	uint32_t offset_high;
	uint32_t reserved;
};
_Static_assert(sizeof(struct gate) == 16, "IDT gate");

/* Intel SDM volume 3, figure 8-11 */
struct task_state {
	uint32_t reserved0;
	uint64_t rsp[3];
	uint64_t reserved1;
	uint64_t ist[7];
	uint64_t reserved2;
	uint16_t reserved3;
	uint16_t io_map;
} __attribute__((packed));
_Static_assert(sizeof(struct task_state) == 104, "64-bit TSS");
_Static_assert(offsetof(struct task_state, ist) == 36, "64-bit TSS");

struct table_register {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed));

struct vector {
	void (*handler)(void *context);
	void *context;
	const char *name;
};

/* What each CPU has for itself. */
struct interrupt_cpu {
	struct task_state tss;
	uint64_t counts[INTERRUPT_VECTORS], spurious;
	uint8_t stacks[STACKS - 1][EXCEPTION_STACK_SIZE] __attribute__((aligned(16)));
};
#define CPU_PAGES ((sizeof(struct interrupt_cpu) + PAGE_SIZE - 1) / PAGE_SIZE)

extern const char interrupt_entries[];
void interrupt_dispatch(struct interrupt_frame *frame);

static uint64_t gdt[3 + 2 * CPUS_MAX] = {
	0, 0x00af9b000000ffff, /* code: 64 bit, ring 0, execute and read, accessed */
	0x00cf93000000ffff,    /* data: ring 0, read and write, accessed */
};
static struct gate idt[INTERRUPT_VECTORS] __attribute__((aligned(16)));
static struct vector vectors[INTERRUPT_VECTORS];
static struct interrupt_cpu first;
static struct interrupt_cpu *cpus[CPUS_MAX] = {&first};
static bool handler_running; /* on CPU 0, which alone has devices */
static void (*watcher)(const struct interrupt_frame *frame);

/* Available 64-bit TSS, two entries: Intel SDM volume 3, figure 8-4 */
static void describe_tss(unsigned cpu)
{
	struct task_state *tss = &cpus[cpu]->tss;
	uint64_t base = (uint64_t)tss, limit = sizeof(*tss) - 1;
	uint64_t *entry = &gdt[(SELECTOR_TSS + cpu * TSS_SELECTORS) / sizeof(*gdt)];

	tss->io_map = sizeof(*tss); /* none */
	for (unsigned i = 0; i < STACKS - 1; i++)
		tss->ist[i] = (uint64_t)cpus[cpu]->stacks[i] + EXCEPTION_STACK_SIZE;
	entry[0] = limit | (base & 0xffffff) << 16 | 0x89ull << 40 | (base >> 24 & 0xff) << 56;
	entry[1] = base >> 32;
}

static void load_gdt(unsigned cpu)
{
	struct table_register gdtr = {sizeof(gdt) - 1, (uint64_t)gdt};

	__asm__ volatile("lgdt %0\n\t"
			 "pushq %1\n\t"
			 "leaq 1f(%%rip), %%rax\n\t"
			 "pushq %%rax\n\t"
			 "lretq\n"
			 "1:\tmovl %2, %%eax\n\t"
			 "movl %%eax, %%ds\n\t"
			 "movl %%eax, %%es\n\t"
			 "movl %%eax, %%ss\n\t"
			 "xorl %%eax, %%eax\n\t"
			 "movl %%eax, %%fs\n\t"
			 "movl %%eax, %%gs\n\t"
			 :
			 : "m"(gdtr), "i"(SELECTOR_CODE), "i"(SELECTOR_DATA)
			 : "rax", "memory");
	__asm__ volatile("ltr %w0" : : "r"(SELECTOR_TSS + cpu * TSS_SELECTORS) : "memory");
}

unsigned interrupts_cpu(void)
{
	uint64_t selector;
	unsigned cpu;

	__asm__ volatile("str %0" : "=r"(selector));
	if (selector < SELECTOR_TSS) /* CPU 0, before interrupts_init() */
		return 0;
	cpu = (unsigned)(selector - SELECTOR_TSS) / TSS_SELECTORS;
	return cpu < CPUS_MAX && cpus[cpu] ? cpu : 0;
}

static unsigned exception_stack(unsigned vector)
{
	switch (vector) {
	case 2:
		return STACK_NMI;
	case 8:
		return STACK_DOUBLE_FAULT;
	case 14:
		return STACK_PAGE_FAULT;
	case 18:
		return STACK_MACHINE_CHECK;
	default:
		return STACK_NONE;
	}
}

static void load_tables(unsigned cpu)
{
	struct table_register idtr = {sizeof(idt) - 1, (uint64_t)idt};

	load_gdt(cpu);
	__asm__ volatile("lidt %0" : : "m"(idtr));
	/* Without this a machine check would stop the CPU without a word. */
	if (cpu_id(1, 0).edx & CPUID_MACHINE_CHECK)
		__asm__ volatile("movq %%cr4, %%rax; orq %0, %%rax; movq %%rax, %%cr4"
				 :
				 : "i"(CR4_MACHINE_CHECK)
				 : "rax");
}

void interrupts_init(void)
{
	describe_tss(0);
	for (unsigned i = 0; i < INTERRUPT_VECTORS; i++) {
		uint64_t entry = (uint64_t)interrupt_entries + i * ENTRY_SIZE;

		idt[i] = (struct gate){
			.offset_low = (uint16_t)entry,
			.selector = SELECTOR_CODE,
			.stack = (uint8_t)exception_stack(i),
			.type = GATE_INTERRUPT,
			.offset_middle = (uint16_t)(entry >> 16),
			.offset_high = (uint32_t)(entry >> 32),
		};
	}
	load_tables(0);
}

int interrupts_prepare_cpu(unsigned cpu)
{
	struct interrupt_cpu *new = pages_alloc(CPU_PAGES);

	if (!new)
		return -ENOMEM;
	memset(new, 0, sizeof(*new));
	cpus[cpu] = new;
	describe_tss(cpu);
	return 0;
}

uint64_t interrupts_cpu_memory(void)
{
	return CPU_PAGES * PAGE_SIZE;
}

void interrupts_init_cpu(unsigned cpu)
{
	load_tables(cpu);
}

void interrupts_set_watch(void (*watch)(const struct interrupt_frame *frame))
{
	watcher = watch;
}

/* Every interrupt and exception, from interrupt_entry.S. */
void interrupt_dispatch(struct interrupt_frame *frame)
{
	unsigned number = frame->vector & (INTERRUPT_VECTORS - 1), cpu = interrupts_cpu();
	struct vector *vector = &vectors[number];

	cpus[cpu]->counts[number]++;
	if (frame->vector < INTERRUPT_EXCEPTIONS)
		panic_exception(frame);
	if (cpu == 0)
		handler_running = true; /* they do not nest: interrupts are off in them */
	if (vector->handler)
		vector->handler(vector->context);
	else
		cpus[cpu]->spurious++;
	if (cpu == 0) {
		if (watcher)
			watcher(frame);
		handler_running = false;
	}
	/* A spurious one may have come without being in service: then there is nothing to end. */
	if (vector->handler || apic_in_service((unsigned)frame->vector))
		apic_end_of_interrupt();
}

int interrupt_allocate_named(void (*handler)(void *context), void *context, const char *name)
{
	for (int i = INTERRUPT_DYNAMIC_FIRST; i <= INTERRUPT_DYNAMIC_LAST; i++) {
		uint64_t flags;

		if (vectors[i].handler)
			continue;
		flags = cpu_interrupts_save();
		vectors[i] = (struct vector){handler, context, name};
		for (unsigned cpu = 0; cpu < CPUS_MAX; cpu++)
			if (cpus[cpu])
				cpus[cpu]->counts[i] = 0;
		cpu_interrupts_restore(flags);
		return i;
	}
	return -ENOSPC;
}

int interrupt_allocate(void (*handler)(void *context), void *context)
{
	return interrupt_allocate_named(handler, context, "device");
}

void interrupt_free(int vector)
{
	uint64_t flags;

	if (vector < INTERRUPT_DYNAMIC_FIRST || vector > INTERRUPT_DYNAMIC_LAST)
		return;
	flags = cpu_interrupts_save();
	vectors[vector].handler = NULL;
	vectors[vector].context = NULL;
	vectors[vector].name = NULL;
	cpu_interrupts_restore(flags);
}

uint64_t interrupt_counts(unsigned cpu, unsigned vector)
{
	return cpu < CPUS_MAX && cpus[cpu] && vector < INTERRUPT_VECTORS ? cpus[cpu]->counts[vector]
									 : 0;
}

const char *interrupt_name(unsigned vector)
{
	return vector < INTERRUPT_VECTORS ? vectors[vector].name : NULL;
}

uint64_t interrupt_spurious_count(unsigned cpu)
{
	return cpu < CPUS_MAX && cpus[cpu] ? cpus[cpu]->spurious : 0;
}

bool interrupt_running(void)
{
	return handler_running;
}

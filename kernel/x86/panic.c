/* Panic: say what is known about an internal error, then end the machine. Written for a machine of
 * which nothing is certain: polled output, no allocation, no pointer followed that is not known to
 * be mapped. */

#include "kernel/x86/panic.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "boot/layout.h"
#include "drivers/serial/serial.h"
#include "kernel/x86/cpu.h"
#include "kernel/x86/interrupts.h"
#include "kernel/memory.h"
#include "kernel/x86/power.h"
#include "kernel/x86/smp.h"
#include "kernel/x86/symbols.h"
#include "kernel/thread.h"
#include "lib/format.h"
#include "lib/string.h"

#define BACKTRACE_MAX 32 /* lines */

/* Page fault error code bits (Intel SDM volume 3, section 4.7) */
#define FAULT_PRESENT  0x01
#define FAULT_WRITE    0x02
#define FAULT_USER     0x04
#define FAULT_RESERVED 0x08
#define FAULT_EXECUTE  0x10

#define VECTOR_NMI	  2
#define VECTOR_PAGE_FAULT 14

uintptr_t __stack_chk_guard = 0x5bd1e995a7c31d00;

_Noreturn void __stack_chk_fail(void);

static unsigned panic_depth;
static void (*panic_witness)(void);

static const char *const exception_names[INTERRUPT_EXCEPTIONS] = {
	[0] = "divide error",
	[1] = "debug exception",
	[2] = "non-maskable interrupt",
	[3] = "breakpoint",
	[4] = "overflow",
	[5] = "bound range exceeded",
	[6] = "invalid opcode",
	[7] = "device not available",
	[8] = "double fault",
	[9] = "coprocessor segment overrun",
	[10] = "invalid TSS",
	[11] = "segment not present",
	[12] = "stack segment fault",
	[13] = "general protection fault",
	[14] = "page fault",
	[16] = "x87 floating-point error",
	[17] = "alignment check",
	[18] = "machine check",
	[19] = "SIMD floating-point exception",
	[20] = "virtualization exception",
	[21] = "control protection exception",
	[28] = "hypervisor injection exception",
	[29] = "VMM communication exception",
	[30] = "security exception",
};

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
	char line[256];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (length < 0)
		return;
	if ((size_t)length >= sizeof(line))
		length = sizeof(line) - 1;
	for (int i = 0; i < length; i++) {
		if (line[i] == '\n')
			serial_write("\r", 1);
		serial_write(&line[i], 1);
	}
}

/* Stops what could disturb the report. A second error while reporting the first one only gets a
 * line, a third one nothing: each step uses less of the machine. */
static void panic_begin(void)
{
	static unsigned reporting; /* the number of the CPU that came first, plus 1 */
	unsigned nobody = 0, own = interrupts_cpu() + 1;

	cpu_interrupts_off();
	if (!__atomic_compare_exchange_n(&reporting, &nobody, own, false, __ATOMIC_SEQ_CST,
					 __ATOMIC_SEQ_CST) &&
	    nobody != own) {
		smp_stop_here();
		cpu_halt_for_ever();
	}
	panic_depth++;
	if (panic_depth == 1) {
		smp_stop_others();
		serial_emergency();
		return;
	}
	if (panic_depth == 2) {
		serial_write("\r\npanic: another error while reporting this one\r\n", 49);
		power_off(PANIC_STATUS);
	}
	power_debug_exit(PANIC_STATUS);
	cpu_halt_for_ever();
}

void panic_set_witness(void (*witness)(void))
{
	panic_witness = witness;
}

void panic_write(const char *line)
{
	serial_write(line, strlen(line));
	serial_write("\r\n", 2);
}

static _Noreturn void panic_end(void)
{
	if (panic_witness)
		panic_witness();
	power_off(PANIC_STATUS);
}

/* A return address belongs to the call before it, which matters where the call is a function's last
 * instruction (it never returns): those are looked up one byte back. */
static void say_address(const char *before, uint64_t address, unsigned back)
{
	uint64_t offset = 0;
	const char *name = symbol_find(address - back, &offset);

	if (name)
		say("%s0x%016llx %s+0x%llx\n", before, (unsigned long long)address, name,
		    (unsigned long long)(offset + back));
	else
		say("%s0x%016llx ?\n", before, (unsigned long long)address);
}

static bool stack_of(uintptr_t address, uintptr_t *low, uintptr_t *high)
{
	return interrupts_cpu() ? smp_stack_of(address, low, high)
				: thread_stack_of(address, low, high);
}

static void say_cpu(void)
{
	if (interrupts_cpu())
		say("on CPU %u\n", interrupts_cpu());
}

/* Follows the chain of saved frame pointers, upwards only and only inside one known stack. */
static void backtrace(uint64_t frame_pointer)
{
	uintptr_t low, high;
	uint64_t last = 0;
	unsigned lines = 0, repeated = 0;

	if (!stack_of(frame_pointer, &low, &high)) {
		say("  (the frame pointer 0x%llx is in no stack)\n",
		    (unsigned long long)frame_pointer);
		return;
	}
	while (frame_pointer >= low && frame_pointer <= high - 16 && frame_pointer % 8 == 0) {
		const uint64_t *frame = (const uint64_t *)frame_pointer;

		if (frame[1] == 0)
			break;
		if (frame[1] == last) {
			repeated++;
		} else {
			if (repeated)
				say("  ... %u times more\n", repeated);
			repeated = 0;
			if (lines++ == BACKTRACE_MAX) {
				say("  ... and so on\n");
				break;
			}
			last = frame[1];
			say_address("  ", last, 1);
		}
		if (frame[0] <= frame_pointer)
			break;
		frame_pointer = frame[0];
	}
}

/* The caller of a function that was interrupted before it had a frame of its own (push %rbp is one
 * byte), or of no function at all: a call through a bad pointer. */
static void say_frameless_caller(const struct interrupt_frame *frame)
{
	uintptr_t low, high, at = frame->rsp;
	uint64_t offset = 0;

	if (symbol_find(frame->rip, &offset) && offset > 1)
		return;
	at += 8 * offset;
	if (at % 8 == 0 && stack_of(at, &low, &high)) {
		uint64_t caller = *(const uint64_t *)at;

		if (symbol_find(caller - 1, &offset))
			say_address("  ", caller, 1);
	}
}

void panic(const char *format, ...)
{
	char message[256];
	va_list args;

	panic_begin();
	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	say("\npanic: %s\n", message);
	say_cpu();
	say("backtrace:\n");
	backtrace((uint64_t)__builtin_frame_address(0));
	panic_end();
}

_Noreturn void __stack_chk_fail(void)
{
	panic("stack smashing detected: a function wrote past one of its local arrays");
}

static void say_page_fault(uint64_t error, uint64_t address)
{
	const char *access = error & FAULT_EXECUTE ? "execute"
			     : error & FAULT_WRITE ? "write"
						   : "read";
	const char *cause = error & FAULT_RESERVED  ? "reserved bit set in a page table"
			    : error & FAULT_PRESENT ? "the page does not allow it"
						    : "page not present";
	const char *hint = "";

	if (!(error & FAULT_PRESENT) &&
	    (interrupts_cpu() ? smp_guards(address) : thread_guards(address)))
		hint = ": stack overflow (guard page)";
	else if (!(error & FAULT_PRESENT) && address < PAGE_SIZE)
		hint = ": null pointer";
	say("page fault: %s at 0x%llx, %s%s\n", access, (unsigned long long)address, cause, hint);
}

void panic_exception(const struct interrupt_frame *frame)
{
	uint64_t address = cpu_read_cr2();
	const char *name;

	if (frame->vector == VECTOR_NMI)
		smp_stop_here();
	panic_begin();
	say("\npanic: ");
	name = frame->vector < INTERRUPT_EXCEPTIONS ? exception_names[frame->vector] : NULL;
	if (frame->vector == VECTOR_PAGE_FAULT)
		say_page_fault(frame->error, address);
	else
		say("%s (exception %llu)\n", name ? name : "unknown exception",
		    (unsigned long long)frame->vector);
	say_cpu();
	/* Selector error codes: Intel SDM volume 3, section 6.13 */
	if (frame->error && frame->vector >= 10 && frame->vector <= 13)
		say("error code 0x%llx: %s entry %llu%s\n", (unsigned long long)frame->error,
		    frame->error & 2   ? "IDT"
		    : frame->error & 4 ? "LDT"
				       : "GDT",
		    (unsigned long long)(frame->error >> 3 & 0x1fff),
		    frame->error & 1 ? ", external event" : "");
	else
		say("error code 0x%llx\n", (unsigned long long)frame->error);
	say_address("rip ", frame->rip, 0);
#define REGISTER(name) (unsigned long long)frame->name
	say("rax %016llx rbx %016llx rcx %016llx rdx %016llx\n", REGISTER(rax), REGISTER(rbx),
	    REGISTER(rcx), REGISTER(rdx));
	say("rsi %016llx rdi %016llx rbp %016llx rsp %016llx\n", REGISTER(rsi), REGISTER(rdi),
	    REGISTER(rbp), REGISTER(rsp));
	say("r8  %016llx r9  %016llx r10 %016llx r11 %016llx\n", REGISTER(r8), REGISTER(r9),
	    REGISTER(r10), REGISTER(r11));
	say("r12 %016llx r13 %016llx r14 %016llx r15 %016llx\n", REGISTER(r12), REGISTER(r13),
	    REGISTER(r14), REGISTER(r15));
	say("rflags %08llx cs %04llx ss %04llx cr2 %016llx cr3 %016llx\n", REGISTER(rflags),
	    REGISTER(cs), REGISTER(ss), (unsigned long long)address,
	    (unsigned long long)cpu_read_cr3());
#undef REGISTER
	say("backtrace:\n");
	say_address("  ", frame->rip, 0);
	say_frameless_caller(frame);
	backtrace(frame->rbp);
	panic_end();
}

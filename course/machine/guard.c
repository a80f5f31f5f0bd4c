/* The guard: what runs, since when, and the timer that looks after it. A call that waits calls the
 * machine, which looks at the clock; one that only computes is found by the timer's interrupt. */
#include "course/machine/guard.h"

#include <stddef.h>
#include <stdint.h>

#include "kernel/x86/apic.h"
#include "kernel/x86/interrupts.h"
#include "kernel/x86/panic.h"
#include "kernel/x86/symbols.h"
#include "kernel/x86/time.h"

/* The driver's own deadlines are shorter: 5 s for a command, 1 s for an Abort, and a reset. */
#define CALL_SECONDS 20

static const char *volatile running; /* NULL: the kernel itself */
static volatile uint64_t deadline;

static _Noreturn void give_up(void)
{
	panic("the driver of the course: %s() has not returned for %u s", running, CALL_SECONDS);
}

void course_check(void)
{
	if (running && time_ns() > deadline)
		give_up();
}

static void watch(const struct interrupt_frame *frame)
{
	uint64_t offset = 0;
	const char *name;

	if (!running)
		return;
	if (time_ns() <= deadline) {
		apic_timer_before(deadline + NS_PER_MS);
		return;
	}
	name = symbol_find(frame->rip, &offset);
	panic("the driver of the course: %s() has not returned for %u s; it is at 0x%016llx %s",
	      running, CALL_SECONDS, (unsigned long long)frame->rip, name ? name : "?");
}

void course_guard_init(void)
{
	interrupts_set_watch(watch);
}

void course_enter(const char *function)
{
	deadline = time_ns() + CALL_SECONDS * NS_PER_S;
	running = function;
	apic_timer_before(deadline + NS_PER_MS);
}

void course_leave(void)
{
	running = NULL;
}

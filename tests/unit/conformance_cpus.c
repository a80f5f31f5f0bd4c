/* Two CPUs for the conformance suite on simulated controllers, of which there is one thread: what the
 * other one is given it does at once, and then goes on. */
#include "kernel/x86/smp.h"

#include "lib/errno.h"

unsigned smp_count(void)
{
	return 2;
}

int smp_run(unsigned cpu, void (*function)(void *argument), void *argument)
{
	if (cpu != 1)
		return -ENODEV;
	function(argument);
	return 0;
}

bool smp_running(unsigned cpu)
{
	(void)cpu;
	return false;
}

void smp_wait(unsigned cpu)
{
	(void)cpu;
}

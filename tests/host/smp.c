/* The CPUs of the host's machine: one. */
#include "kernel/x86/smp.h"

#include "lib/errno.h"

unsigned smp_count(void)
{
	return 1;
}

unsigned smp_started(void)
{
	return 1;
}

int smp_run(unsigned cpu, void (*function)(void *argument), void *argument)
{
	(void)cpu;
	(void)function;
	(void)argument;
	return -ENODEV;
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

unsigned smp_idle(void)
{
	return 0;
}

struct smp_figures smp_figures(unsigned cpu)
{
	(void)cpu;
	return (struct smp_figures){0};
}

unsigned interrupts_cpu(void)
{
	return 0;
}

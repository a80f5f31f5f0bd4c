/* The clocks as they are read. Where they come from is in time_source.c. */
#include "kernel/x86/time.h"

#include "kernel/x86/cpu.h"
#include "kernel/x86/port.h"

#define DELAY_PORT 0x80 /* one access: about a microsecond on a PC */

static uint64_t tsc_start;
static uint64_t ns_per_tick; /* times 2^32; 0 before time_set_rate() */
static uint64_t wall_at_start;

void time_start(void)
{
	tsc_start = cpu_tsc();
}

uint64_t time_of_tsc(uint64_t tsc)
{
	/* The product has 128 bits: no overflow, and no division. */
	return (uint64_t)((unsigned __int128)(tsc - tsc_start) * ns_per_tick >> 32);
}

uint64_t time_ns(void)
{
	return time_of_tsc(cpu_tsc());
}

void time_delay_ns(uint64_t ns)
{
	uint64_t start = time_ns();

	if (ns_per_tick == 0) {
		for (uint64_t us = 0; us < ns / NS_PER_US + 1; us++)
			port_write8(DELAY_PORT, 0);
		return;
	}
	while (time_ns() - start < ns)
		cpu_relax();
}

uint64_t time_wall_s(void)
{
	return wall_at_start + time_ns() / NS_PER_S;
}

void time_set_rate(uint64_t tsc_hz)
{
	ns_per_tick = (NS_PER_S << 32) / tsc_hz;
}

void time_set_wall(uint64_t now_s)
{
	wall_at_start = now_s - time_ns() / NS_PER_S;
}

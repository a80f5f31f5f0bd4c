/* The simulated machine: MMIO decoding, time, the driver's log. */
#include "drivers/nvme/transport/platform.h"

#include "tests/sim/internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct sim_controller *controllers;

/*
 * MMIO. The BARs are inaccessible memory: an access that does not go through these functions ends
 * the program.
 */
void sim_attach(struct sim_controller *sim)
{
	sim->next = controllers;
	controllers = sim;
}

struct sim_controller *sim_first(void)
{
	return controllers;
}

void sim_detach(struct sim_controller *sim)
{
	struct sim_controller **at = &controllers;

	while (*at && *at != sim)
		at = &(*at)->next;
	if (*at)
		*at = sim->next;
}

static struct sim_controller *decode(const volatile void *address, unsigned width, uint64_t *offset)
{
	for (struct sim_controller *sim = controllers; sim; sim = sim->next) {
		uintptr_t distance = (uintptr_t)address - (uintptr_t)sim->bar;

		if (distance < sim->bar_room) {
			*offset = distance;
			if (distance % width || distance + width > sim->bar_size)
				sim_violation(sim, "%u-byte access at BAR offset %llxh of %llxh",
					      width, (unsigned long long)distance,
					      (unsigned long long)sim->bar_size);
			return sim;
		}
	}
	fprintf(stderr, "sim: MMIO access to %p, which is no controller\n", (const void *)address);
	abort();
}

uint32_t nvme_read32(const volatile void *address)
{
	uint64_t offset;
	struct sim_controller *sim = decode(address, 4, &offset);

	return (uint32_t)sim_property_read(sim, offset, 4);
}

uint8_t nvme_read8(const volatile void *address)
{
	uint64_t offset;
	struct sim_controller *sim = decode(address, 1, &offset);

	return (uint8_t)sim_property_read(sim, offset, 1);
}

void nvme_write8(volatile void *address, uint8_t value)
{
	uint64_t offset;
	struct sim_controller *sim = decode(address, 1, &offset);

	sim_property_write(sim, offset, value, 1);
}

uint16_t nvme_read16(const volatile void *address)
{
	uint64_t offset;
	struct sim_controller *sim = decode(address, 2, &offset);

	return (uint16_t)sim_property_read(sim, offset, 2);
}

void nvme_write16(volatile void *address, uint16_t value)
{
	uint64_t offset;
	struct sim_controller *sim = decode(address, 2, &offset);

	sim_property_write(sim, offset, value, 2);
}

uint64_t nvme_read64(const volatile void *address)
{
	uint64_t offset;
	struct sim_controller *sim = decode(address, 8, &offset);

	return sim_property_read(sim, offset, 8);
}

void nvme_write32(volatile void *address, uint32_t value)
{
	uint64_t offset;
	struct sim_controller *sim = decode(address, 4, &offset);

	sim_property_write(sim, offset, value, 4);
}

void nvme_write64(volatile void *address, uint64_t value)
{
	uint64_t offset;
	struct sim_controller *sim = decode(address, 8, &offset);

	sim_property_write(sim, offset, value, 8);
}

void *nvme_map_bar(struct nvme_pci *pci, unsigned index, uint64_t *size, uint64_t *bus)
{
	struct sim_controller *sim = (struct sim_controller *)pci;

	*bus = SIM_BAR_BUS;
	if (sim->cmb_bar && index == (sim->config.cmb.location & 7)) {
		*size = sim->cmb_bar_size;
		return sim->cmb_bar;
	}
	if (sim->pmr && index == (sim->config.pmr.capabilities >> 5 & 7)) {
		*size = sim->config.pmr.size;
		return sim->pmr;
	}
	return NULL;
}

/*
 * Time. It only moves while somebody waits. Each turn of a waiting loop is a microsecond at first
 * and longer while nothing happens, so that a deadline of seconds takes thousands of turns and
 * not millions; it never jumps over something that a controller has to do.
 */
#define TURN_NS 1000ull

static uint64_t now = 1000000;
static unsigned idle_turns;
static uint64_t wake_ns; /* from an interrupt to the end of a halt */
static uint64_t halts;
static uint64_t limit = UINT64_MAX;
static void (*limit_reached)(void);

void sim_limit(uint64_t ns, void (*reached)(void))
{
	limit = reached ? now + ns : UINT64_MAX;
	limit_reached = reached;
}

uint64_t sim_now(void)
{
	return now;
}

void sim_stir(void)
{
	idle_turns = 0;
}

static void work(void)
{
	for (struct sim_controller *sim = controllers; sim; sim = sim->next)
		sim_work(sim);
}

static uint64_t next_event(void)
{
	uint64_t first = UINT64_MAX;

	for (struct sim_controller *sim = controllers; sim; sim = sim->next) {
		uint64_t at = sim_next(sim);

		if (at < first)
			first = at;
	}
	return first;
}

/* The controllers work until then, each event at its time. */
static void run_until(uint64_t until)
{
	for (;;) {
		uint64_t event = next_event();

		if (event > until)
			break;
		if (event > now)
			now = event;
		work();
		if (next_event() <= now)
			break; /* it has no wish to proceed (stopped, full) */
	}
	if (until > now)
		now = until;
	work();
	if (now >= limit) {
		limit = UINT64_MAX;
		limit_reached();
	}
}

void sim_advance(uint64_t ns)
{
	if (limit < UINT64_MAX - ns)
		limit += ns;
	run_until(now + ns);
}

void sim_wake_time(uint64_t ns)
{
	wake_ns = ns;
}

uint64_t sim_halts(void)
{
	return halts;
}

void nvme_relax(void)
{
	uint64_t step = TURN_NS, event;

	idle_turns++;
	if (idle_turns > 6000)
		step = 5000 * TURN_NS;
	else if (idle_turns > 3000)
		step = 1000 * TURN_NS;
	else if (idle_turns > 300)
		step = 100 * TURN_NS;
	else if (idle_turns > 64)
		step = 10 * TURN_NS;
	event = next_event();
	if (event > now && event < now + step)
		step = event - now;
	run_until(now + step);
}

static uint64_t interrupt_at = UINT64_MAX;

void sim_interrupt_after(uint64_t ns)
{
	interrupt_at = now + ns;
}

void sim_interrupt_clear(void)
{
	interrupt_at = UINT64_MAX;
}

bool nvme_interrupted(void)
{
	return now >= interrupt_at;
}

uint64_t nvme_time_ns(void)
{
	run_until(now + 20);
	return now;
}

int nvme_interrupt_wait(struct nvme_pci *pci, const volatile bool *noted, uint64_t deadline_ns)
{
	if (!sim_line_works(pci))
		return -EIO;
	while (!*noted && now < deadline_ns) {
		uint64_t event = next_event();

		if (event > deadline_ns)
			event = deadline_ns;
		run_until(event > now ? event : now + 1000);
	}
	/* Being interrupted takes its time as well, or a storm would last for ever. */
	run_until(now + 500 + wake_ns);
	halts++;
	return 0;
}

void sim_start_again(void)
{
	sim_interrupt_clear();
	now = 1000000;
	idle_turns = 0;
	sim_memory_start_again();
}

/* The log, also on standard error with SIM_VERBOSE in the environment. */
static struct sim_text log_lines;

void nvme_log(int level, const char *format, ...)
{
	char line[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	sim_text_add(&log_lines, "%d %s", level, line);
	if (getenv("SIM_VERBOSE"))
		fprintf(stderr, "%d.%06d <%d> %s\n", (int)(now / 1000000000),
			(int)(now / 1000 % 1000000), level, line);
}

const char *sim_log(void)
{
	return log_lines.bytes ? log_lines.bytes : "";
}

void sim_log_clear(void)
{
	sim_text_clear(&log_lines);
}

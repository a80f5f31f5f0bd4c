/* The machine of the course on the host: the seam of course/platform.h over the simulated
 * controller. Whatever the driver calls is noted, and judged as soon as it was done. */
#include "course/platform.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "course/machine/observer.h"
#include "drivers/nvme/transport/platform.h"
#include "drivers/nvme/transport/trace.h"
#include "tests/course/grade.h"
#include "tests/sim/internal.h"
#include "tests/sim/space.h"

#define TURNS_MAX 64 /* reads in a row after which time goes on by itself */
#define EXECUTED  512

struct sim_controller *sim;
const struct setting *setting;
struct machine_seen seen;
void (*machine_before)(unsigned queue, const uint8_t entry[64]);

static struct sim_space space;
static unsigned turns;
static void (*interrupt_handler)(void);

/* What platform_dma_alloc() gave. */
static struct memory {
	uint8_t *memory;
	size_t size, asked; /* whole pages, and what was asked for */
	uint64_t bus;
	struct memory *next;
} * memories;

static const uint8_t *buffer;
static size_t buffer_size;

static struct executed {
	uint16_t queue;
	uint8_t entry[64];
} executed[EXECUTED];
static unsigned executed_count;

/* The listing of the seed, and a controller that is somebody else's. */
static const struct function {
	unsigned device, function;
	uint32_t id, class_code;
} functions[] = {
	{0, 0, 0x12378086, 0x060000}, {1, 0, 0x70008086, 0x060100}, {1, 1, 0x70108086, 0x010180},
	{1, 3, 0x71138086, 0x068000}, {2, 0, 0x11111234, 0x030000}, {3, 0, 0x100e8086, 0x020000},
};
#define STRANGER_ID 0x00101af4

/*
 * The machine
 */

static unsigned note_executed(void *context, uint16_t queue, uint8_t command[64])
{
	struct executed *entry = &executed[executed_count++ % EXECUTED];

	(void)context;
	entry->queue = queue;
	memcpy(entry->entry, command, 64);
	hint_command(queue, command);
	if (machine_before)
		machine_before(queue, command);
	return SIM_EXECUTE;
}

static void *memory_at(uint64_t bus, size_t size)
{
	for (struct memory *m = memories; m; m = m->next)
		if (bus >= m->bus && bus - m->bus + size <= m->size)
			return m->memory + (bus - m->bus);
	return NULL;
}

static uint64_t bar0(void)
{
	return setting->bar0 ? setting->bar0 : SETTING_BAR0;
}

static void create_space(void)
{
	uint32_t low =
		(uint32_t)bar0() | (setting->bar_32 ? 0 : 4) | (setting->prefetchable ? 8 : 0);

	sim_space_create(&space, sim);
	put32(space.bytes + 0x10, low);
	put32(space.bytes + 0x14, setting->bar_32 ? 0xfebd1000 : (uint32_t)(bar0() >> 32));
	if (setting->off)
		sim_space_write(&space, 0x04, 2, 0x0400);
}

static _Noreturn void never_returns(void)
{
	fail("100 s of simulated time have passed, and it still waits");
}

void machine_create(const struct setting *wanted)
{
	struct sim_config config = wanted->sim;

	setting = wanted;
	config.hooks.misread = note_executed;
	sim = sim_create(&config);
	if (setting->dead)
		sim_remove(sim);
	create_space();
	observer_begin(sim_bar(sim), sim_bar_size(sim), memory_at);
	sim_limit(100 * S, never_returns);
}

void machine_judge(void)
{
	const char *violations;

	observer_look();
	if (!sim_violation_count(sim))
		return;
	violations = sim_take_violations(sim);
	printf("  seen: ");
	report_violation(violations);
	hint_violation(violations);
	fail_said();
}

uint16_t machine_command(void)
{
	return get16(space.bytes + 0x04);
}

const uint8_t *machine_executed(unsigned queue, uint8_t opcode)
{
	for (unsigned i = executed_count; i-- > 0 && i + EXECUTED >= executed_count;)
		if (executed[i % EXECUTED].queue == queue &&
		    executed[i % EXECUTED].entry[0] == opcode)
			return executed[i % EXECUTED].entry;
	return NULL;
}

unsigned machine_executed_count(unsigned queue, uint8_t opcode)
{
	return (unsigned)sim_statistics(sim)->commands[queue != 0][opcode];
}

uint32_t machine_cc(void)
{
	return sim->cc;
}

uint32_t machine_aqa(void)
{
	return sim->aqa;
}

uint64_t machine_asq(void)
{
	return sim->asq;
}

uint64_t machine_acq(void)
{
	return sim->acq;
}

void machine_say_queues(void)
{
	for (unsigned id = 0; id < SIM_QUEUES_MAX; id++) {
		const struct sim_cq *cq = &sim->cq[id];
		const struct sim_sq *sq = sim->sq[id];

		if (!sq || !sq->exists || !cq->exists)
			continue;
		printf("  queue %u: %u entries, tail doorbell %u, the controller has fetched up to "
		       "%u; "
		       "completions of %u up to entry %u, head doorbell %u%s\n",
		       id, sq->size, sq->tail, sq->head, cq->size, cq->tail, cq->head,
		       cq->waiting ? ": it is full, and others wait for room" : "");
	}
}

void machine_buffer(const void *memory, size_t size)
{
	buffer = memory;
	buffer_size = size;
}

bool machine_owns(uint64_t bus, size_t size)
{
	for (struct memory *m = memories; m; m = m->next)
		if (bus >= m->bus && bus - m->bus + size <= m->asked)
			return true;
	return false;
}

bool machine_is_pointer(uint64_t address)
{
	for (struct memory *m = memories; m; m = m->next)
		if (address - (uintptr_t)m->memory < m->size)
			return true;
	return buffer && address - (uintptr_t)buffer < buffer_size;
}

size_t machine_dma(void)
{
	return (size_t)sim_memory();
}

/*
 * PCI
 */

static bool is_ours(unsigned bus, unsigned device, unsigned function)
{
	return bus == 0 && !setting->absent && device == (setting->device ? setting->device : 4) &&
	       function == setting->function;
}

static bool is_stranger(unsigned bus, unsigned device, unsigned function)
{
	return setting->stranger && bus == 0 && device == 3 && function == 1;
}

uint32_t platform_pci_read32(unsigned bus, unsigned device, unsigned function, unsigned offset)
{
	if (device > 31 || function > 7 || offset > 252 || offset % 4)
		fail("platform_pci_read32(%u, %u, %u, %xh): there are 32 devices of 8 functions, "
		     "with 64 dwords",
		     bus, device, function, offset);
	if (is_ours(bus, device, function))
		return sim_space_read(&space, offset, 4);
	if (is_stranger(bus, device, function))
		return offset == 0x00	? STRANGER_ID
		       : offset == 0x08 ? 0x01080200
		       : offset == 0x10 ? 0xfebf0000
					: 0;
	for (unsigned i = 0; bus == 0 && i < sizeof(functions) / sizeof(functions[0]); i++)
		if (functions[i].device == device && functions[i].function == function)
			return offset == 0x00	? functions[i].id
			       : offset == 0x08 ? functions[i].class_code << 8
						: 0;
	return UINT32_MAX;
}

void platform_pci_write16(unsigned bus, unsigned device, unsigned function, unsigned offset,
			  uint16_t value)
{
	if (!is_ours(bus, device, function) || offset % 2 || offset > 254)
		fail("%04xh written to offset %xh of function %02x:%02x.%x, which is not the "
		     "controller",
		     value, offset, bus, device, function);
	seen.config_writes++;
	sim_space_write(&space, offset, 2, value);
}

/*
 * Registers
 */

volatile void *platform_map(uint64_t address, uint64_t size)
{
	uint64_t end = (sim_bar_size(sim) + 4095) & ~4095ull;

	if (address < bar0() || address - bar0() >= end || size > end - (address - bar0()))
		fail("platform_map(%llxh, %llxh): the controller's BAR0 is %llxh bytes at %llxh",
		     (unsigned long long)address, (unsigned long long)size, (unsigned long long)end,
		     (unsigned long long)bar0());
	if (address - bar0() + size > seen.mapped)
		seen.mapped = (address - bar0() + size + 4095) & ~4095ull;
	return (volatile char *)sim_bar(sim) + (address - bar0());
}

static void check_access(const volatile void *address, unsigned width)
{
	uint64_t offset =
		(uint64_t)((const volatile char *)address - (const volatile char *)sim_bar(sim));

	if (offset >= seen.mapped)
		fail("an access of %u bytes to %p, which is not in what platform_map() mapped",
		     width, (const void *)(uintptr_t)address);
	if (offset % width)
		fail("an access of %u bytes at offset %llxh, which is no multiple of that", width,
		     (unsigned long long)offset);
}

/* Who reads again and again waits, whether he says so or not. */
static void turn(void)
{
	if (++turns > TURNS_MAX)
		nvme_relax();
}

static uint64_t read_register(const volatile void *address, unsigned width)
{
	uint64_t value;

	check_access(address, width);
	seen.reads++;
	turn();
	value = width == 8 ? nvme_read64(address) : nvme_read32(address);
	observer_read(address, width, value);
	machine_judge();
	return value;
}

static void write_register(volatile void *address, unsigned width, uint64_t value)
{
	uint64_t offset;

	check_access(address, width);
	offset = (uint64_t)((volatile char *)address - (volatile char *)sim_bar(sim));
	seen.writes++;
	seen.cc_writes += offset == SIM_CC;
	turns = 0;
	observer_write(address, width, value);
	if (width == 8)
		nvme_write64(address, value);
	else
		nvme_write32(address, (uint32_t)value);
	machine_judge();
}

uint32_t platform_read32(const volatile void *address)
{
	return (uint32_t)read_register(address, 4);
}

uint64_t platform_read64(const volatile void *address)
{
	return read_register(address, 8);
}

void platform_write32(volatile void *address, uint32_t value)
{
	write_register(address, 4, value);
}

void platform_write64(volatile void *address, uint64_t value)
{
	write_register(address, 8, value);
}

/*
 * Memory
 */

void *platform_dma_alloc(size_t size, uint64_t *bus)
{
	struct memory *m;
	void *memory;

	if (!size || size > 1u << 30)
		fail("platform_dma_alloc(%zu)", size);
	memory = nvme_dma_alloc(size, bus);
	if (!memory)
		return NULL;
	m = malloc(sizeof(*m));
	*m = (struct memory){memory, (size + 4095) & ~(size_t)4095, size, *bus, memories};
	memories = m;
	return memory;
}

void platform_dma_free(void *memory, size_t size)
{
	for (struct memory **at = &memories; *at; at = &(*at)->next) {
		struct memory *m = *at;

		if (m->memory != memory)
			continue;
		if (((size + 4095) & ~(size_t)4095) != m->size)
			fail("platform_dma_free() of %zu bytes that were %zu", size, m->size);
		*at = m->next;
		free(m);
		nvme_dma_free(memory, size);
		return;
	}
	if (memory)
		fail("platform_dma_free(%p), which platform_dma_alloc() never gave", memory);
}

uint64_t platform_bus_address(const void *memory)
{
	const uint8_t *byte = memory;

	for (struct memory *m = memories; m; m = m->next)
		if (byte >= m->memory && byte < m->memory + m->size)
			return m->bus + (uint64_t)(byte - m->memory);
	if (!buffer || byte < buffer || byte >= buffer + buffer_size)
		fail("platform_bus_address(%p): neither memory from platform_dma_alloc() nor the "
		     "buffer of a request (a variable on the stack?)",
		     memory);
	return nvme_dma_address(memory);
}

void platform_write_barrier(void)
{
	nvme_write_barrier();
}

void platform_read_barrier(void)
{
	nvme_read_barrier();
}

/*
 * Time and interrupts
 */

uint64_t platform_time_ns(void)
{
	seen.time_reads++;
	if (setting->clock_ns)
		sim_advance(setting->clock_ns);
	turn();
	machine_judge();
	return nvme_time_ns();
}

void platform_relax(void)
{
	seen.relaxes++;
	nvme_relax();
	machine_judge();
}

static bool interrupted(void *context)
{
	(void)context;
	if (nvme_tracing())
		nvme_trace->interrupt(sim_bar(sim), 1);
	interrupt_handler();
	return true;
}

int platform_interrupt_begin(unsigned vector, void (*handler)(void))
{
	int vectors;

	seen.interrupt_begins++;
	vectors = nvme_interrupt_begin((struct nvme_pci *)sim, true);
	if (vectors < 0)
		return vectors;
	interrupt_handler = handler;
	seen.handler = true;
	return nvme_interrupt_register((struct nvme_pci *)sim, vector, interrupted, NULL, "course");
}

void platform_interrupt_end(void)
{
	seen.handler = false;
	nvme_interrupt_end((struct nvme_pci *)sim);
}

void platform_interrupt_wait(const volatile bool *noted, uint64_t deadline_ns)
{
	seen.interrupt_waits++;
	if (!seen.handler)
		fail("platform_interrupt_wait() without platform_interrupt_begin()");
	nvme_interrupt_wait((struct nvme_pci *)sim, noted, deadline_ns);
	machine_judge();
}

void platform_log(const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	report_log(text);
}

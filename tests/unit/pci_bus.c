/* A bus of functions whose configuration spaces are arrays. */
#include "tests/unit/pci_bus.h"

#include "kernel/log.h"
#include "kernel/memory.h"
#include "kernel/x86/paging.h"
#include "kernel/x86/time.h"
#include "tests/host/pci.h"

struct bus_function bus_functions[BUS_FUNCTIONS_MAX];
bool bus_everywhere;
unsigned bus_reads, bus_allocations_left;
char bus_opened[64], bus_logged[512];
uint64_t bus_mapped;
int bus_map_error;
static unsigned function_count, allocations;

static struct bus_function *find(uint16_t place)
{
	for (unsigned i = 0; i < function_count; i++)
		if (bus_functions[i].place == place || bus_everywhere)
			return &bus_functions[i];
	return NULL;
}

uint32_t config_space_read(uint16_t place, unsigned offset, unsigned width)
{
	const struct bus_function *function = find(place);
	uint32_t value = UINT32_MAX;

	bus_reads++;
	if (function) {
		value = 0;
		memcpy(&value, function->space + offset, width);
	}
	return value;
}

void config_space_write(uint16_t place, unsigned offset, uint32_t value, unsigned width)
{
	struct bus_function *function = find(place);
	uint32_t old;

	if (!function)
		return;
	if (offset >= PCI_BAR0 &&
	    offset < PCI_BAR0 + 4 * (function->space[PCI_HEADER_TYPE] & 0x7f ? 2 : PCI_BARS)) {
		uint32_t fixed = function->fixed[(offset - PCI_BAR0) / 4];

		assert_int_equal(width, 4);
		/* It would answer at wrong addresses meanwhile. */
		if (value == UINT32_MAX && function->space[PCI_CLASS] != 6)
			assert_int_equal(function->space[PCI_COMMAND] & 3, 0);
		memcpy(&old, function->space + offset, 4);
		if (value == UINT32_MAX && function->sized[(offset - PCI_BAR0) / 4])
			value = function->sized[(offset - PCI_BAR0) / 4];
		else
			value = (value & ~fixed) | (old & fixed);
	}
	if (offset == PCI_COMMAND && strlen(bus_opened) < 48)
		sprintf(bus_opened + strlen(bus_opened), "%x:%x ", place, value);
	memcpy(function->space + offset, &value, width);
}

uint64_t time_ns(void)
{
	return 0;
}

void time_delay_ns(uint64_t ns)
{
	(void)ns;
}

int paging_map_device(uint64_t address, uint64_t size)
{
	(void)size;
	bus_mapped = address;
	return bus_map_error;
}

void *kzalloc(size_t size)
{
	if (!bus_allocations_left)
		return NULL;
	bus_allocations_left--;
	allocations++;
	return calloc(1, size);
}

void kfree(void *memory)
{
	allocations -= memory != NULL;
	free(memory);
}

void klog(int level, const char *format, ...)
{
	size_t length = strlen(bus_logged);
	va_list args;

	if (level > 4)
		return;
	va_start(args, format);
	vsnprintf(bus_logged + length, sizeof(bus_logged) - length, format, args);
	va_end(args);
}

void bus_put32(struct bus_function *function, unsigned offset, uint32_t value)
{
	memcpy(function->space + offset, &value, 4);
}

struct bus_function *bus_add(uint16_t place, uint32_t id, uint8_t header_type)
{
	struct bus_function *function = &bus_functions[function_count++];

	memset(function, 0, sizeof(*function));
	function->place = place;
	for (unsigned i = 0; i < PCI_BARS; i++)
		function->fixed[i] = UINT32_MAX; /* not there */
	bus_put32(function, PCI_VENDOR_ID, id);
	function->space[PCI_HEADER_TYPE] = header_type;
	return function;
}

struct bus_function *bus_add_bridge(uint16_t place, uint8_t bus)
{
	struct bus_function *bridge = bus_add(place, 0x000c1b36, 1);

	bridge->space[PCI_SECONDARY_BUS] = bus;
	return bridge;
}

void bus_set_bar(struct bus_function *function, unsigned index, uint32_t value, uint32_t fixed)
{
	bus_put32(function, PCI_BAR0 + 4 * index, value);
	function->fixed[index] = fixed;
}

int bus_start(void **state)
{
	(void)state;
	function_count = 0;
	bus_opened[0] = '\0';
	pci_set_hole(0, 0);
	bus_allocations_left = 1000;
	bus_map_error = 0;
	bus_logged[0] = '\0';
	return 0;
}

int bus_end(void **state)
{
	(void)state;
	while (pci_first())
		pci_remove(pci_first());
	assert_int_equal(allocations, 0);
	return 0;
}

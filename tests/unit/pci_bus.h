/* A bus of functions whose configuration spaces are arrays, and the little of the kernel that
 * drivers/pci wants. */
#pragma once

#include "drivers/pci/pci.h"
#include "tests/unit/cmocka.h"

#define BUS_FUNCTIONS_MAX	       16
#define BUS_PLACE(bus, slot, function) ((uint16_t)((bus) << 8 | (slot) << 3 | (function)))

struct bus_function {
	uint16_t place;
	uint8_t space[256];
	uint32_t fixed[PCI_BARS]; /* the bits of each BAR that cannot be written */
	uint32_t sized[PCI_BARS]; /* what each says of its size, if not what it does */
};

/* In the order in which they were added. */
extern struct bus_function bus_functions[BUS_FUNCTIONS_MAX];
extern bool bus_everywhere;	      /* the first one answers at every place */
extern unsigned bus_reads;	      /* of configuration space */
extern char bus_opened[64];	      /* command registers that were written, in order */
extern char bus_logged[512];	      /* warnings and errors */
extern unsigned bus_allocations_left; /* before memory runs out */
extern uint64_t bus_mapped;	      /* what was mapped last */
extern int bus_map_error;	      /* of mapping */

/* For tests: an empty bus before, no memory kept behind. */
int bus_start(void **state);
int bus_end(void **state);
#define BUS_TEST(name) cmocka_unit_test_setup_teardown(name, bus_start, bus_end)

struct bus_function *bus_add(uint16_t place, uint32_t id, uint8_t header_type);
/* A bridge, with the bus that it says is behind it. */
struct bus_function *bus_add_bridge(uint16_t place, uint8_t bus);
void bus_put32(struct bus_function *function, unsigned offset, uint32_t value);
/* fixed: the bits that cannot be written. */
void bus_set_bar(struct bus_function *function, unsigned index, uint32_t value, uint32_t fixed);

/* For pci_init(): there are no root buses but 0. */
static const uint8_t no_others[PCI_BUSES / 8];

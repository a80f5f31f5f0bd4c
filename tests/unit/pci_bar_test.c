/* BARs: what they say, addresses for those that have none, and the way there. */
#include "lib/errno.h"
#include "tests/unit/pci_bus.h"

static void assert_bar(unsigned index, uint64_t address, uint64_t size, bool io, bool is_64bit)
{
	const struct pci_bar *bar = pci_bar(pci_first(), index);

	assert_int_equal(bar->address, address);
	assert_int_equal(bar->size, size);
	assert_int_equal(bar->io, io);
	assert_int_equal(bar->is_64bit, is_64bit);
}

static void test_bars(void **state)
{
	struct bus_function *function;
	uint8_t before[256];

	(void)state;
	function = bus_add(BUS_PLACE(0, 4, 0), 0x00101b36, 0);
	function->space[PCI_COMMAND] = PCI_COMMAND_IO | PCI_COMMAND_MEMORY;
	bus_set_bar(function, 0, 0xfebc0004, 0x3fff); /* 64 bit, 16 KiB, above 4 GiB */
	bus_set_bar(function, 1, 0x00000008, 0);
	bus_set_bar(function, 2, 0x0000c041, 0xffff003f); /* I/O, 64 bytes; upper half fixed */
	bus_set_bar(function, 3, 0xfe000008, 0x00ffffff); /* prefetchable, 16 MiB */
	bus_set_bar(function, 5, 0xfebf0000, 0x00000fff);
	memcpy(before, function->space, sizeof(before));
	pci_init(no_others);
	assert_bar(0, 0x8febc0000, 0x4000, false, true);
	assert_bar(2, 0xc040, 0x40, true, false);
	assert_bar(3, 0xfe000000, 0x1000000, false, false);
	assert_true(pci_bar(pci_first(), 3)->prefetchable);
	assert_bar(4, 0, 0, false, false);
	assert_bar(5, 0xfebf0000, 0x1000, false, false);
	assert_memory_equal(function->space, before, sizeof(before));
}

/* BARs that no device can have, or that do not fit where they are, are none. */
static void test_bars_that_lie(void **state)
{
	struct bus_function *function;

	(void)state;
	function = bus_add(BUS_PLACE(0, 4, 0), 0x00101b36, 0);
	bus_set_bar(function, 0, 0xfebc0000, 0x0000f0ff); /* a hole in the bits */
	bus_set_bar(function, 1, 0xfebc1000, 0x00000fff); /* not aligned to its size */
	function->sized[1] = 0xffffc000;
	bus_set_bar(function, 5, 0xfebf0004,
		    0x00000fff); /* 64 bit, and no room for the other half */
	pci_init(no_others);
	assert_bar(0, 0xfebc0000, 0, false, false);
	assert_bar(1, 0xfebc1000, 0, false, false);
	assert_bar(5, 0xfebf0000, 0x1000, false, false);
	/* A bridge has two, a header of another kind none. */
	function = bus_add_bridge(BUS_PLACE(0, 1, 0), 0);
	bus_set_bar(function, 1, 0xfebd0000, 0x00000fff);
	bus_set_bar(function, 2, 0xfebe0000, 0x00000fff);
	pci_rescan();
	assert_bar(1, 0xfebd0000, 0x1000, false, false);
	assert_bar(2, 0, 0, false, false);
	function = bus_add(BUS_PLACE(0, 0, 0), 0x00101b36, 2);
	bus_set_bar(function, 0, 0xfeb00000, 0x00000fff);
	pci_rescan();
	assert_bar(0, 0, 0, false, false);
}

/* What is behind a bridge, whatever its kind, goes on while its BARs are sized. */
static void test_bridges_go_on(void **state)
{
	static const uint32_t classes[] = {0x06000000, 0x06010000, 0x06040000, 0x06800000};

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct bus_function *bridge =
			bus_add(BUS_PLACE(0, i, 0), 0x00101b36, classes[i] == 0x06040000);

		bus_put32(bridge, PCI_REVISION, classes[i]);
		bridge->space[PCI_COMMAND] = PCI_COMMAND_IO | PCI_COMMAND_MEMORY;
		bus_set_bar(bridge, 0, 0xfebc0000, 0xfff);
	}
	pci_init(no_others);
	for (struct pci_device *device = pci_first(); device; device = device->next) {
		assert_int_equal(pci_bar(device, 0)->address, 0xfebc0000);
		assert_int_equal(pci_bar(device, 0)->size, 0x1000);
	}
	assert_string_equal(bus_opened, "");
}

static void test_map(void **state)
{
	struct bus_function *function;

	(void)state;
	function = bus_add(BUS_PLACE(0, 4, 0), 0x00101b36, 0);
	bus_set_bar(function, 0, 0xfebc0000, 0x00003fff);
	bus_set_bar(function, 1, 0x0000c001, 0x0000001f);
	bus_set_bar(function, 2, 0, 0x00000fff);
	pci_init(no_others);
	assert_null(pci_map_bar(pci_first(), 1));
	assert_null(pci_map_bar(pci_first(), 2)); /* no bridge could give it an address */
	assert_null(pci_map_bar(pci_first(), 3));
	bus_map_error = -ENOMEM;
	assert_null(pci_map_bar(pci_first(), 0));
	assert_int_equal(function->space[PCI_COMMAND], 0);
	assert_string_equal(bus_logged,
			    "pci 00:04.0: BAR1 is in I/O space"
			    "pci 00:04.0: BAR2 is without an address, and none is "
			    "free for it"
			    "pci 00:04.0: BAR3 is missing"
			    "pci 00:04.0: BAR0 at 0xfebc0000 cannot be mapped (error -12)");
	bus_map_error = 0;
	assert_ptr_equal((void *)pci_map_bar(pci_first(), 0), (void *)0xfebc0000);
	assert_int_equal(bus_mapped, 0xfebc0000);
	assert_int_equal(function->space[PCI_COMMAND] & PCI_COMMAND_MEMORY, PCI_COMMAND_MEMORY);
}

/* Addresses in the window of the bridge above, past what is there. */
static void test_assign(void **state)
{
	struct bus_function *bridge, *there, *late;
	struct pci_device *device;

	(void)state;
	bridge = bus_add_bridge(BUS_PLACE(0, 2, 0), 1);
	bus_put32(bridge, 0x20, 0xfe91fe80);
	there = bus_add(BUS_PLACE(1, 0, 0), 0x00101b36, 0);
	bus_set_bar(there, 0, 0xfe800004, 0x00003fff);
	bus_set_bar(there, 1, 0, 0);
	late = bus_add(BUS_PLACE(1, 1, 0), 0x00101b36, 0);
	bus_set_bar(late, 0, 4, 0x00003fff);
	bus_set_bar(late, 1, 0, 0);
	bus_set_bar(late, 2, 0, 0x000fffff);
	bus_set_bar(late, 3, 0, 0x000fffff);
	pci_init(no_others);
	for (device = pci_first(); device->bus != 1 || device->slot != 1;)
		device = device->next;
	assert_int_equal(pci_assign_bar(device, 0), 0);
	assert_int_equal(pci_bar(device, 0)->address, 0xfe804000);
	assert_int_equal(pci_read32(device, PCI_BAR0), 0xfe804004);
	assert_int_equal(pci_assign_bar(device, 2), 0);
	assert_int_equal(pci_bar(device, 2)->address, 0xfe900000);
	/* The window is full. */
	assert_int_equal(pci_assign_bar(device, 3), -ENOSPC);
	assert_int_equal(pci_read32(device, PCI_BAR0 + 12), 0);
	assert_int_equal(pci_assign_bar(device, 4), -EINVAL);
}

static struct pci_device *listed(unsigned bus, unsigned slot)
{
	struct pci_device *device = pci_first();

	while (device && (device->bus != bus || device->slot != slot))
		device = device->next;
	assert_non_null(device);
	return device;
}

static void add_late(uint16_t place, uint32_t fixed)
{
	struct bus_function *late = bus_add(place, 0x00101b36, 0);

	bus_set_bar(late, 0, 4, fixed);
	bus_set_bar(late, 1, 0, 0);
}

/* Firmware that gives no addresses at all: out of the hole, past what is there, windows as well. */
static void test_assign_from_hole(void **state)
{
	struct bus_function *there, *outer, *other;

	(void)state;
	there = bus_add(BUS_PLACE(0, 1, 0), 0x11111234, 0);
	bus_set_bar(there, 0, 0xc0000000, 0x00ffffff);
	add_late(BUS_PLACE(0, 3, 0), 0x3fff);
	outer = bus_add_bridge(BUS_PLACE(0, 4, 0), 1);
	bus_put32(outer, 0x24, 0x00010001); /* 64 bits, from 0 on */
	bus_add_bridge(BUS_PLACE(1, 0, 0), 2);
	add_late(BUS_PLACE(2, 0, 0), 0x3fff);
	add_late(BUS_PLACE(2, 1, 0), 0x3fff);
	other = bus_add_bridge(BUS_PLACE(0, 5, 0), 3);
	bus_put32(other, 0x20, 0xc120c110);
	add_late(BUS_PLACE(0, 6, 0), 0x1fffffff); /* more than there is */
	pci_init(no_others);
	assert_int_equal(pci_assign_bar(listed(0, 3), 0), -ENOSPC);
	pci_set_hole(0xc0000000, 0xd0000000);
	assert_int_equal(pci_assign_bar(listed(0, 3), 0), 0);
	assert_int_equal(pci_bar(listed(0, 3), 0)->address, 0xc1000000);
	assert_int_equal(pci_assign_bar(listed(2, 0), 0), 0);
	assert_int_equal(pci_assign_bar(listed(2, 1), 0), 0);
	/* Past the other bridge's window */
	assert_int_equal(pci_bar(listed(2, 0), 0)->address, 0xc1400000);
	assert_int_equal(pci_bar(listed(2, 1), 0)->address, 0xc1404000);
	assert_int_equal(pci_read32(listed(0, 4), 0x20), 0xc150c140);
	assert_int_equal(pci_read32(listed(1, 0), 0x20), 0xc150c140);
	assert_int_equal(pci_read32(listed(0, 4), 0x24), 0x0000fff0);
	assert_int_equal(pci_read32(&(struct pci_device){.slot = 5}, 0x20), 0xc120c110);
	assert_int_equal(pci_assign_bar(listed(0, 6), 0), -ENOSPC);
}

/* Memory decoding is for all BARs of a function: none answers at address 0, and what is saved once
 * one is mapped has all addresses. What there is no room for stays without. */
static void test_map_gives_all_addresses(void **state)
{
	struct bus_function *function = bus_add(BUS_PLACE(0, 4, 0), 0x00101b36, 0);

	(void)state;
	bus_set_bar(function, 0, 4, 0x00003fff);
	bus_set_bar(function, 1, 0, 0);
	bus_set_bar(function, 2, 0, 0x3fffffff);
	bus_set_bar(function, 3, 1, 0x0000001f);
	bus_set_bar(function, 4, 0, 0x00000fff);
	pci_set_hole(0xc0000000, 0xd0000000);
	pci_init(no_others);
	assert_ptr_equal((void *)pci_map_bar(pci_first(), 0), (void *)0xc0000000);
	assert_int_equal(pci_read32(pci_first(), PCI_BAR0 + 8), 0);
	assert_int_equal(pci_read32(pci_first(), PCI_BAR0 + 12), 1);
	assert_int_equal(pci_read32(pci_first(), PCI_BAR0 + 16), 0xc0004000);
}

/* What is above is opened before what is below, and only as far as it is needed. */
static void test_path(void **state)
{
	struct bus_function *bar;

	(void)state;
	bus_add_bridge(BUS_PLACE(0, 1, 0), 1);
	bus_add_bridge(BUS_PLACE(1, 2, 0), 5);
	bus_add_bridge(BUS_PLACE(5, 3, 0), 6);
	bus_add_bridge(BUS_PLACE(0, 7, 0), 9); /* not on the way */
	bar = bus_add(BUS_PLACE(6, 0, 0), 0x00101b36, 0);
	bus_set_bar(bar, 0, 0xfebc0000, 0x3fff);
	bus_functions[1].space[PCI_COMMAND] = PCI_COMMAND_MEMORY;
	pci_init(no_others);
	assert_non_null((void *)pci_map_bar(listed(6, 0), 0));
	assert_string_equal(bus_opened, "8:2 518:2 600:2 ");
	bus_opened[0] = '\0';
	pci_set_master(listed(6, 0), true);
	assert_string_equal(bus_opened, "8:6 110:6 518:6 600:6 ");
	bus_opened[0] = '\0';
	pci_set_master(listed(6, 0), false);
	assert_string_equal(bus_opened, "600:2 ");
	/* Bridges that lead to each other */
	bus_functions[0].place = BUS_PLACE(3, 1, 0);
	bus_functions[1].place = BUS_PLACE(1, 2, 0);
	bus_functions[1].space[PCI_SECONDARY_BUS] = 3;
	bus_end(state);
	pci_init((const uint8_t[PCI_BUSES / 8]){0xff});
	bus_opened[0] = '\0';
	pci_set_master(listed(1, 2), true);
	assert_int_equal(pci_assign_bar(listed(1, 2), 0), -EINVAL);
}

TESTS(BUS_TEST(test_bars), BUS_TEST(test_bars_that_lie), BUS_TEST(test_bridges_go_on),
      BUS_TEST(test_map), BUS_TEST(test_assign), BUS_TEST(test_assign_from_hole),
      BUS_TEST(test_map_gives_all_addresses), BUS_TEST(test_path))

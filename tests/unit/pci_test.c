/* What is on the bus: enumeration and capabilities. */
#include "tests/unit/pci_bus.h"

/* The functions that were found, as text. */
static const char *found(void)
{
	static char text[256];
	char name[8];

	text[0] = '\0';
	for (struct pci_device *device = pci_first(); device; device = device->next)
		sprintf(text + strlen(text), "%s ", pci_name(device, name));
	return text;
}

static void test_nothing(void **state)
{
	(void)state;
	assert_int_equal(pci_init(no_others), 0);
	assert_null(pci_first());
}

static void test_functions(void **state)
{
	struct bus_function *function;

	(void)state;
	bus_add(BUS_PLACE(0, 31, 3), 0x29308086, 0);
	bus_add(BUS_PLACE(0, 31, 0), 0x29188086, 0x80);
	bus_add(BUS_PLACE(0, 31, 2), 0x29228086, 0);
	bus_add(BUS_PLACE(0, 4, 0), 0x00101b36, 0);
	bus_add(BUS_PLACE(0, 4, 1), 0x00101b36, 0);    /* 0 says that it is alone */
	bus_add(BUS_PLACE(0, 5, 1), 0x00101b36, 0x80); /* there is no function 0 */
	bus_add(BUS_PLACE(0, 6, 0), 0xffff0000, 0);    /* nor a vendor 0 */
	function = &bus_functions[3];
	bus_put32(function, PCI_REVISION, 0x01080207);
	bus_put32(function, PCI_SUBSYSTEM_VENDOR, 0x11001af4);
	bus_put32(function, PCI_INTERRUPT_LINE, 0x010b);
	assert_int_equal(pci_init(no_others), 4);
	assert_string_equal(found(), "00:04.0 00:1f.0 00:1f.2 00:1f.3 ");
	assert_int_equal(pci_first()->vendor, 0x1b36);
	assert_int_equal(pci_first()->device, 0x0010);
	assert_int_equal(pci_first()->class_code, 0x010802);
	assert_int_equal(pci_first()->revision, 7);
	assert_int_equal(pci_first()->subsystem_vendor, 0x1af4);
	assert_int_equal(pci_first()->subsystem, 0x1100);
	assert_int_equal(pci_first()->interrupt_line, 11);
	assert_int_equal(pci_first()->interrupt_pin, 1);
	assert_int_equal(pci_first()->next->header_type, 0);
}

static void test_bridges(void **state)
{
	(void)state;
	bus_add_bridge(BUS_PLACE(0, 2, 0), 1);
	bus_add(BUS_PLACE(1, 0, 0), 0x00101b36, 0);
	bus_add_bridge(BUS_PLACE(1, 1, 0), 7); /* behind a bridge */
	bus_add(BUS_PLACE(7, 3, 0), 0x00101b36, 0);
	bus_add_bridge(BUS_PLACE(7, 4, 0), 1);	    /* names a bus that is another's */
	bus_add_bridge(BUS_PLACE(7, 5, 0), 7);	    /* and its own */
	bus_add_bridge(BUS_PLACE(7, 6, 0), 0);	    /* not set up */
	bus_add(BUS_PLACE(9, 0, 0), 0x00101b36, 0); /* nobody leads there */
	assert_int_equal(pci_init(no_others), 7);
	assert_string_equal(found(), "00:02.0 01:00.0 01:01.0 07:03.0 07:04.0 07:05.0 07:06.0 ");
}

/* Buses that no bridge leads to: those that firmware names, or all where it does not. */
static void test_root_buses(void **state)
{
	uint8_t others[PCI_BUSES / 8] = {0};

	(void)state;
	bus_add(BUS_PLACE(0, 4, 0), 0x00101b36, 0);
	bus_add_bridge(BUS_PLACE(128, 5, 0), 129);
	bus_add(BUS_PLACE(129, 0, 0), 0x00101b36, 0);
	bus_add(BUS_PLACE(255, 31, 0), 0x00101b36, 0);
	others[16] = 1;
	bus_reads = 0;
	assert_int_equal(pci_init(others), 3);
	assert_string_equal(found(), "00:04.0 80:05.0 81:00.0 ");
	assert_in_range(bus_reads, 96, 160); /* three buses */
	bus_add(BUS_PLACE(128, 6, 0), 0x00101b36, 0);
	assert_int_equal(pci_rescan(), 1);
	assert_int_equal(pci_search(), 1);
	bus_end(state);
	assert_int_equal(pci_init(NULL), 5);
	assert_string_equal(found(), "00:04.0 80:05.0 80:06.0 81:00.0 ff:1f.0 ");
	/* Every bus is looked at once, and not again each time that something comes. */
	bus_reads = 0;
	bus_add(BUS_PLACE(255, 30, 0), 0x00101b36, 0);
	bus_add(BUS_PLACE(129, 1, 0), 0x00101b36, 0);
	assert_int_equal(pci_rescan(), 2);
	assert_in_range(bus_reads, 128, 192);
}

/* Where every address answers there is an end all the same. */
static void test_everywhere(void **state)
{
	(void)state;
	bus_add(BUS_PLACE(0, 0, 0), 0x00101b36, 0x80);
	bus_everywhere = true;
	bus_allocations_left = 100000;
	assert_in_range(pci_init(NULL), 1, 10000);
	assert_non_null(strstr(bus_logged, "functions"));
	assert_int_equal(pci_search(), 0);
	bus_everywhere = false;
}

/* What came since is added where it belongs, what has gone stays until it is removed. */
static void test_rescan(void **state)
{
	(void)state;
	bus_add(BUS_PLACE(0, 4, 0), 0x00101b36, 0);
	bus_add_bridge(BUS_PLACE(0, 6, 0), 1);
	assert_int_equal(pci_init(no_others), 2);
	assert_int_equal(pci_rescan(), 0);
	bus_add(BUS_PLACE(0, 5, 0), 0x00101b36, 0);
	bus_add(BUS_PLACE(1, 0, 0), 0x00101b36, 0);
	bus_functions[0].place = BUS_PLACE(5, 0, 0);
	assert_int_equal(pci_rescan(), 2);
	assert_string_equal(found(), "00:04.0 00:05.0 00:06.0 01:00.0 ");
	assert_false(pci_present(pci_first()));
	assert_int_equal(pci_read32(pci_first(), PCI_VENDOR_ID), UINT32_MAX);
	assert_true(pci_present(pci_first()->next));
	pci_remove(pci_first());
	assert_string_equal(found(), "00:05.0 00:06.0 01:00.0 ");
}

static void test_out_of_memory(void **state)
{
	(void)state;
	bus_add(BUS_PLACE(0, 4, 0), 0x00101b36, 0x80);
	bus_add(BUS_PLACE(0, 4, 1), 0x00101b36, 0);
	bus_add(BUS_PLACE(0, 5, 0), 0x00101b36, 0);
	bus_allocations_left = 0;
	assert_int_equal(pci_init(no_others), 0);
	assert_string_equal(bus_logged, "pci: 00:04.0 left out: out of memory"
					"pci: 00:04.1 left out: out of memory"
					"pci: 00:05.0 left out: out of memory");
	/* and is found when there is some */
	bus_allocations_left = 2;
	assert_int_equal(pci_rescan(), 2);
	/* What is known needs none. */
	bus_logged[0] = '\0';
	bus_allocations_left = 0;
	assert_int_equal(pci_rescan(), 0);
	assert_string_equal(bus_logged, "pci: 00:05.0 left out: out of memory");
	bus_allocations_left = 1;
	assert_int_equal(pci_rescan(), 1);
	assert_string_equal(found(), "00:04.0 00:04.1 00:05.0 ");
}

static void test_capabilities(void **state)
{
	struct bus_function *function;

	(void)state;
	function = bus_add(BUS_PLACE(0, 4, 0), 0x00101b36, 0);
	function->space[PCI_CAPABILITY_POINTER] = 0x43; /* the two low bits are reserved */
	bus_put32(function, 0x40, 0x6011);
	bus_put32(function, 0x60, 0x8001);
	bus_put32(function, 0x80, 0x0010);
	pci_init(no_others);
	/* There is no list until the status says so. */
	assert_int_equal(pci_find_capability(pci_first(), PCI_CAP_MSIX), 0);
	function->space[PCI_STATUS] = PCI_STATUS_CAPABILITIES;
	assert_int_equal(pci_find_capability(pci_first(), PCI_CAP_MSIX), 0x40);
	assert_int_equal(pci_find_capability(pci_first(), PCI_CAP_PM), 0x60);
	assert_int_equal(pci_find_capability(pci_first(), PCI_CAP_PCIE), 0x80);
	assert_int_equal(pci_find_capability(pci_first(), PCI_CAP_MSI), 0);
	assert_int_equal(pci_next_capability(pci_first(), 0), 0x40);
	assert_int_equal(pci_next_capability(pci_first(), 0x80), 0);
	/* A list that loops, and one that leads into the header */
	bus_put32(function, 0x80, 0x4010);
	assert_int_equal(pci_find_capability(pci_first(), PCI_CAP_MSI), 0);
	assert_int_equal(pci_find_capability(pci_first(), PCI_CAP_PCIE), 0x80);
	bus_put32(function, 0x80, 0x3f10);
	bus_put32(function, 0x3c, PCI_CAP_MSI);
	assert_int_equal(pci_find_capability(pci_first(), PCI_CAP_MSI), 0);
}

TESTS(BUS_TEST(test_nothing), BUS_TEST(test_functions), BUS_TEST(test_bridges),
      BUS_TEST(test_root_buses), BUS_TEST(test_everywhere), BUS_TEST(test_rescan),
      BUS_TEST(test_out_of_memory), BUS_TEST(test_capabilities))

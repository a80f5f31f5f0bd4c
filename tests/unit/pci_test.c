/* What is on the bus: enumeration, BARs and capabilities, over configuration spaces that are
 * arrays.
 */
#include "drivers/pci/pci.h"
#include "kernel/log.h"
#include "kernel/memory.h"
#include "kernel/x86/paging.h"
#include "kernel/x86/time.h"
#include "lib/errno.h"
#include "tests/host/pci.h"
#include "tests/unit/cmocka.h"

#define FUNCTIONS_MAX		   16
#define PLACE(bus, slot, function) ((uint16_t)((bus) << 8 | (slot) << 3 | (function)))

static struct function {
	uint16_t place;
	uint8_t space[256];
	uint32_t fixed[PCI_BARS]; /* the bits of each BAR that cannot be written */
	uint32_t sized[PCI_BARS]; /* what each says of its size, if not what it does */
} functions[FUNCTIONS_MAX];
static unsigned function_count, allocations, allocations_left;
static uint64_t mapped;
static int map_error;
static char logged[512];

static const uint8_t no_others[PCI_BUSES / 8];
static unsigned reads;
static bool everywhere;
static char opened[64]; /* command registers that were written, in order */

static struct function *find(uint16_t place)
{
	for (unsigned i = 0; i < function_count; i++)
		if (functions[i].place == place || everywhere)
			return &functions[i];
	return NULL;
}

uint32_t config_space_read(uint16_t place, unsigned offset, unsigned width)
{
	const struct function *function = find(place);
	uint32_t value = UINT32_MAX;

	reads++;
	if (function) {
		value = 0;
		memcpy(&value, function->space + offset, width);
	}
	return value;
}

void config_space_write(uint16_t place, unsigned offset, uint32_t value, unsigned width)
{
	struct function *function = find(place);
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
	if (offset == PCI_COMMAND && strlen(opened) < 48)
		sprintf(opened + strlen(opened), "%x:%x ", place, value);
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
	mapped = address;
	return map_error;
}

void *kzalloc(size_t size)
{
	if (!allocations_left)
		return NULL;
	allocations_left--;
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
	size_t length = strlen(logged);
	va_list args;

	if (level > 4)
		return;
	va_start(args, format);
	vsnprintf(logged + length, sizeof(logged) - length, format, args);
	va_end(args);
}

static void put32(struct function *function, unsigned offset, uint32_t value)
{
	memcpy(function->space + offset, &value, 4);
}

static struct function *add(uint16_t place, uint32_t id, uint8_t header_type)
{
	struct function *function = &functions[function_count++];

	memset(function, 0, sizeof(*function));
	function->place = place;
	for (unsigned i = 0; i < PCI_BARS; i++)
		function->fixed[i] = UINT32_MAX; /* not there */
	put32(function, PCI_VENDOR_ID, id);
	function->space[PCI_HEADER_TYPE] = header_type;
	return function;
}

/* A bridge, with the bus that it says is behind it. */
static struct function *add_bridge(uint16_t place, uint8_t bus)
{
	struct function *bridge = add(place, 0x000c1b36, 1);

	bridge->space[PCI_SECONDARY_BUS] = bus;
	return bridge;
}

static void set_bar(struct function *function, unsigned index, uint32_t value, uint32_t fixed)
{
	put32(function, PCI_BAR0 + 4 * index, value);
	function->fixed[index] = fixed;
}

static int start(void **state)
{
	(void)state;
	function_count = 0;
	opened[0] = '\0';
	pci_set_hole(0, 0);
	allocations_left = 1000;
	map_error = 0;
	logged[0] = '\0';
	return 0;
}

static int end(void **state)
{
	(void)state;
	while (pci_first())
		pci_remove(pci_first());
	assert_int_equal(allocations, 0);
	return 0;
}

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
	struct function *function;

	(void)state;
	add(PLACE(0, 31, 3), 0x29308086, 0);
	add(PLACE(0, 31, 0), 0x29188086, 0x80);
	add(PLACE(0, 31, 2), 0x29228086, 0);
	add(PLACE(0, 4, 0), 0x00101b36, 0);
	add(PLACE(0, 4, 1), 0x00101b36, 0);    /* 0 says that it is alone */
	add(PLACE(0, 5, 1), 0x00101b36, 0x80); /* there is no function 0 */
	add(PLACE(0, 6, 0), 0xffff0000, 0);    /* nor a vendor 0 */
	function = &functions[3];
	put32(function, PCI_REVISION, 0x01080207);
	put32(function, PCI_SUBSYSTEM_VENDOR, 0x11001af4);
	put32(function, PCI_INTERRUPT_LINE, 0x010b);
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
	add_bridge(PLACE(0, 2, 0), 1);
	add(PLACE(1, 0, 0), 0x00101b36, 0);
	add_bridge(PLACE(1, 1, 0), 7); /* behind a bridge */
	add(PLACE(7, 3, 0), 0x00101b36, 0);
	add_bridge(PLACE(7, 4, 0), 1);	    /* names a bus that is another's */
	add_bridge(PLACE(7, 5, 0), 7);	    /* and its own */
	add_bridge(PLACE(7, 6, 0), 0);	    /* not set up */
	add(PLACE(9, 0, 0), 0x00101b36, 0); /* nobody leads there */
	assert_int_equal(pci_init(no_others), 7);
	assert_string_equal(found(), "00:02.0 01:00.0 01:01.0 07:03.0 07:04.0 07:05.0 07:06.0 ");
}

/* Buses that no bridge leads to: those that firmware names, or all where it does not. */
static void test_root_buses(void **state)
{
	uint8_t others[PCI_BUSES / 8] = {0};

	(void)state;
	add(PLACE(0, 4, 0), 0x00101b36, 0);
	add_bridge(PLACE(128, 5, 0), 129);
	add(PLACE(129, 0, 0), 0x00101b36, 0);
	add(PLACE(255, 31, 0), 0x00101b36, 0);
	others[16] = 1;
	reads = 0;
	assert_int_equal(pci_init(others), 3);
	assert_string_equal(found(), "00:04.0 80:05.0 81:00.0 ");
	assert_in_range(reads, 96, 160); /* three buses */
	add(PLACE(128, 6, 0), 0x00101b36, 0);
	assert_int_equal(pci_rescan(), 1);
	assert_int_equal(pci_search(), 1);
	end(state);
	assert_int_equal(pci_init(NULL), 5);
	assert_string_equal(found(), "00:04.0 80:05.0 80:06.0 81:00.0 ff:1f.0 ");
	/* Every bus is looked at once, and not again each time that something comes. */
	reads = 0;
	add(PLACE(255, 30, 0), 0x00101b36, 0);
	add(PLACE(129, 1, 0), 0x00101b36, 0);
	assert_int_equal(pci_rescan(), 2);
	assert_in_range(reads, 128, 192);
}

/* Where every address answers there is an end all the same. */
static void test_everywhere(void **state)
{
	(void)state;
	add(PLACE(0, 0, 0), 0x00101b36, 0x80);
	everywhere = true;
	allocations_left = 100000;
	assert_in_range(pci_init(NULL), 1, 10000);
	assert_non_null(strstr(logged, "functions"));
	assert_int_equal(pci_search(), 0);
	everywhere = false;
}

/* What came since is added where it belongs, what has gone stays until it is removed. */
static void test_rescan(void **state)
{
	(void)state;
	add(PLACE(0, 4, 0), 0x00101b36, 0);
	add_bridge(PLACE(0, 6, 0), 1);
	assert_int_equal(pci_init(no_others), 2);
	assert_int_equal(pci_rescan(), 0);
	add(PLACE(0, 5, 0), 0x00101b36, 0);
	add(PLACE(1, 0, 0), 0x00101b36, 0);
	functions[0].place = PLACE(5, 0, 0);
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
	add(PLACE(0, 4, 0), 0x00101b36, 0x80);
	add(PLACE(0, 4, 1), 0x00101b36, 0);
	add(PLACE(0, 5, 0), 0x00101b36, 0);
	allocations_left = 0;
	assert_int_equal(pci_init(no_others), 0);
	assert_string_equal(logged, "pci: 00:04.0 left out: out of memory"
				    "pci: 00:04.1 left out: out of memory"
				    "pci: 00:05.0 left out: out of memory");
	/* and is found when there is some */
	allocations_left = 2;
	assert_int_equal(pci_rescan(), 2);
	/* What is known needs none. */
	logged[0] = '\0';
	allocations_left = 0;
	assert_int_equal(pci_rescan(), 0);
	assert_string_equal(logged, "pci: 00:05.0 left out: out of memory");
	allocations_left = 1;
	assert_int_equal(pci_rescan(), 1);
	assert_string_equal(found(), "00:04.0 00:04.1 00:05.0 ");
}

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
	struct function *function;
	uint8_t before[256];

	(void)state;
	function = add(PLACE(0, 4, 0), 0x00101b36, 0);
	function->space[PCI_COMMAND] = PCI_COMMAND_IO | PCI_COMMAND_MEMORY;
	set_bar(function, 0, 0xfebc0004, 0x3fff); /* 64 bit, 16 KiB, above 4 GiB */
	set_bar(function, 1, 0x00000008, 0);
	set_bar(function, 2, 0x0000c041, 0xffff003f); /* I/O, 64 bytes; upper half fixed */
	set_bar(function, 3, 0xfe000008, 0x00ffffff); /* prefetchable, 16 MiB */
	set_bar(function, 5, 0xfebf0000, 0x00000fff);
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
	struct function *function;

	(void)state;
	function = add(PLACE(0, 4, 0), 0x00101b36, 0);
	set_bar(function, 0, 0xfebc0000, 0x0000f0ff); /* a hole in the bits */
	set_bar(function, 1, 0xfebc1000, 0x00000fff); /* not aligned to its size */
	function->sized[1] = 0xffffc000;
	set_bar(function, 5, 0xfebf0004, 0x00000fff); /* 64 bit, and no room for the other half */
	pci_init(no_others);
	assert_bar(0, 0xfebc0000, 0, false, false);
	assert_bar(1, 0xfebc1000, 0, false, false);
	assert_bar(5, 0xfebf0000, 0x1000, false, false);
	/* A bridge has two, a header of another kind none. */
	function = add_bridge(PLACE(0, 1, 0), 0);
	set_bar(function, 1, 0xfebd0000, 0x00000fff);
	set_bar(function, 2, 0xfebe0000, 0x00000fff);
	pci_rescan();
	assert_bar(1, 0xfebd0000, 0x1000, false, false);
	assert_bar(2, 0, 0, false, false);
	function = add(PLACE(0, 0, 0), 0x00101b36, 2);
	set_bar(function, 0, 0xfeb00000, 0x00000fff);
	pci_rescan();
	assert_bar(0, 0, 0, false, false);
}

/* What is behind a bridge, whatever its kind, goes on while its BARs are sized. */
static void test_bridges_go_on(void **state)
{
	static const uint32_t classes[] = {0x06000000, 0x06010000, 0x06040000, 0x06800000};

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct function *bridge = add(PLACE(0, i, 0), 0x00101b36, classes[i] == 0x06040000);

		put32(bridge, PCI_REVISION, classes[i]);
		bridge->space[PCI_COMMAND] = PCI_COMMAND_IO | PCI_COMMAND_MEMORY;
		set_bar(bridge, 0, 0xfebc0000, 0xfff);
	}
	pci_init(no_others);
	for (struct pci_device *device = pci_first(); device; device = device->next) {
		assert_int_equal(pci_bar(device, 0)->address, 0xfebc0000);
		assert_int_equal(pci_bar(device, 0)->size, 0x1000);
	}
	assert_string_equal(opened, "");
}

static void test_map(void **state)
{
	struct function *function;

	(void)state;
	function = add(PLACE(0, 4, 0), 0x00101b36, 0);
	set_bar(function, 0, 0xfebc0000, 0x00003fff);
	set_bar(function, 1, 0x0000c001, 0x0000001f);
	set_bar(function, 2, 0, 0x00000fff);
	pci_init(no_others);
	assert_null(pci_map_bar(pci_first(), 1));
	assert_null(pci_map_bar(pci_first(), 2)); /* no bridge could give it an address */
	assert_null(pci_map_bar(pci_first(), 3));
	map_error = -ENOMEM;
	assert_null(pci_map_bar(pci_first(), 0));
	assert_int_equal(function->space[PCI_COMMAND], 0);
	assert_string_equal(logged, "pci 00:04.0: BAR1 is in I/O space"
				    "pci 00:04.0: BAR2 is without an address, and none is "
				    "free for it"
				    "pci 00:04.0: BAR3 is missing"
				    "pci 00:04.0: BAR0 at 0xfebc0000 cannot be mapped (error -12)");
	map_error = 0;
	assert_ptr_equal((void *)pci_map_bar(pci_first(), 0), (void *)0xfebc0000);
	assert_int_equal(mapped, 0xfebc0000);
	assert_int_equal(function->space[PCI_COMMAND] & PCI_COMMAND_MEMORY, PCI_COMMAND_MEMORY);
}

/* Addresses in the window of the bridge above, past what is there. */
static void test_assign(void **state)
{
	struct function *bridge, *there, *late;
	struct pci_device *device;

	(void)state;
	bridge = add_bridge(PLACE(0, 2, 0), 1);
	put32(bridge, 0x20, 0xfe91fe80);
	there = add(PLACE(1, 0, 0), 0x00101b36, 0);
	set_bar(there, 0, 0xfe800004, 0x00003fff);
	set_bar(there, 1, 0, 0);
	late = add(PLACE(1, 1, 0), 0x00101b36, 0);
	set_bar(late, 0, 4, 0x00003fff);
	set_bar(late, 1, 0, 0);
	set_bar(late, 2, 0, 0x000fffff);
	set_bar(late, 3, 0, 0x000fffff);
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
	struct function *late = add(place, 0x00101b36, 0);

	set_bar(late, 0, 4, fixed);
	set_bar(late, 1, 0, 0);
}

/* Firmware that gives no addresses at all: out of the hole, past what is there, windows as well. */
static void test_assign_from_hole(void **state)
{
	struct function *there, *outer, *inner, *other;

	(void)state;
	there = add(PLACE(0, 1, 0), 0x11111234, 0);
	set_bar(there, 0, 0xc0000000, 0x00ffffff);
	add_late(PLACE(0, 3, 0), 0x3fff);
	outer = add_bridge(PLACE(0, 4, 0), 1);
	put32(outer, 0x24, 0x00010001); /* 64 bits, from 0 on */
	inner = add_bridge(PLACE(1, 0, 0), 2);
	add_late(PLACE(2, 0, 0), 0x3fff);
	add_late(PLACE(2, 1, 0), 0x3fff);
	other = add_bridge(PLACE(0, 5, 0), 3);
	put32(other, 0x20, 0xc120c110);
	add_late(PLACE(0, 6, 0), 0x1fffffff); /* more than there is */
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
	(void)inner;
}

/* Memory decoding is for all BARs of a function: none answers at address 0, and what is saved once
 * one is mapped has all addresses. What there is no room for stays without. */
static void test_map_gives_all_addresses(void **state)
{
	struct function *function = add(PLACE(0, 4, 0), 0x00101b36, 0);

	(void)state;
	set_bar(function, 0, 4, 0x00003fff);
	set_bar(function, 1, 0, 0);
	set_bar(function, 2, 0, 0x3fffffff);
	set_bar(function, 3, 1, 0x0000001f);
	set_bar(function, 4, 0, 0x00000fff);
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
	struct function *bar;

	(void)state;
	add_bridge(PLACE(0, 1, 0), 1);
	add_bridge(PLACE(1, 2, 0), 5);
	add_bridge(PLACE(5, 3, 0), 6);
	add_bridge(PLACE(0, 7, 0), 9); /* not on the way */
	bar = add(PLACE(6, 0, 0), 0x00101b36, 0);
	set_bar(bar, 0, 0xfebc0000, 0x3fff);
	functions[1].space[PCI_COMMAND] = PCI_COMMAND_MEMORY;
	pci_init(no_others);
	assert_non_null((void *)pci_map_bar(listed(6, 0), 0));
	assert_string_equal(opened, "8:2 518:2 600:2 ");
	opened[0] = '\0';
	pci_set_master(listed(6, 0), true);
	assert_string_equal(opened, "8:6 110:6 518:6 600:6 ");
	opened[0] = '\0';
	pci_set_master(listed(6, 0), false);
	assert_string_equal(opened, "600:2 ");
	/* Bridges that lead to each other */
	functions[0].place = PLACE(3, 1, 0);
	functions[1].place = PLACE(1, 2, 0);
	functions[1].space[PCI_SECONDARY_BUS] = 3;
	end(state);
	pci_init((const uint8_t[PCI_BUSES / 8]){0xff});
	opened[0] = '\0';
	pci_set_master(listed(1, 2), true);
	assert_int_equal(pci_assign_bar(listed(1, 2), 0), -EINVAL);
}

static void test_capabilities(void **state)
{
	struct function *function;

	(void)state;
	function = add(PLACE(0, 4, 0), 0x00101b36, 0);
	function->space[PCI_CAPABILITY_POINTER] = 0x43; /* the two low bits are reserved */
	put32(function, 0x40, 0x6011);
	put32(function, 0x60, 0x8001);
	put32(function, 0x80, 0x0010);
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
	put32(function, 0x80, 0x4010);
	assert_int_equal(pci_find_capability(pci_first(), PCI_CAP_MSI), 0);
	assert_int_equal(pci_find_capability(pci_first(), PCI_CAP_PCIE), 0x80);
	put32(function, 0x80, 0x3f10);
	put32(function, 0x3c, PCI_CAP_MSI);
	assert_int_equal(pci_find_capability(pci_first(), PCI_CAP_MSI), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)

TESTS(TEST(test_nothing), TEST(test_functions), TEST(test_bridges), TEST(test_root_buses),
      TEST(test_everywhere), TEST(test_rescan), TEST(test_out_of_memory), TEST(test_bars),
      TEST(test_bars_that_lie), TEST(test_bridges_go_on), TEST(test_map), TEST(test_assign),
      TEST(test_map_gives_all_addresses), TEST(test_assign_from_hole), TEST(test_path),
      TEST(test_capabilities))

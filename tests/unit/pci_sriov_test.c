/* Virtual functions: switched on and off, listed, given addresses; and capabilities that lie. */
#include "drivers/pci/sriov.h"

#include "drivers/pci/bridge.h"
#include "drivers/pci/extended.h"
#include "lib/errno.h"
#include "tests/unit/pci_bus.h"

#define FUNCTIONS 8
#define ARI	  0x100
#define SRIOV	  0x140
#define WINDOW	  0xc0200000u

static uint8_t memory[FUNCTIONS][PCI_EXTENDED_SIZE] __attribute__((aligned(PCI_EXTENDED_SIZE)));
static struct bus_function *port, *physical;

static void put(unsigned offset, uint32_t value, unsigned width)
{
	memcpy(memory[0] + offset, &value, width);
}

static unsigned get(unsigned offset, unsigned width)
{
	unsigned value = 0;

	memcpy(&value, memory[0] + offset, width);
	return value;
}

static void express(struct bus_function *function)
{
	bus_put32(function, PCI_COMMAND, PCI_STATUS_CAPABILITIES << 16);
	function->space[PCI_CAPABILITY_POINTER] = 0x40;
	bus_put32(function, 0x40, PCI_CAP_PCIE);
}

/* A port with a window of a MiB, and behind it a function that can have three virtual ones. */
static struct pci_device *start(void)
{
	port = bus_add_bridge(BUS_PLACE(0, 2, 0), 1);
	express(port);
	bus_put32(port, 0x40 + 0x24, 0x20); /* forwards by ARI */
	port->space[PCI_SUBORDINATE_BUS] = 1;
	bus_put32(port, 0x20, WINDOW | WINDOW >> 16);
	physical = bus_add(BUS_PLACE(1, 0, 0), 0x00101b36, 0);
	express(physical);
	memset(memory, 0, sizeof(memory));
	put(PCI_VENDOR_ID, 0x00101b36, 4);
	put(ARI, SRIOV << 20 | 0x1000e, 4);
	put(SRIOV, 0x10010, 4);
	put(SRIOV + 0x0c, 3, 2);
	put(SRIOV + 0x0e, 3, 2);
	put(SRIOV + 0x14, 2, 2); /* offset */
	put(SRIOV + 0x16, 2, 2); /* stride */
	put(SRIOV + 0x1a, 0xabcd, 2);
	put(SRIOV + 0x1c, 0x553, 4);
	put(SRIOV + 0x24, 4, 4); /* 16 bytes, as memory is; of 64 bits */
	pci_set_ecam((uintptr_t)memory - (1 << 20), 1, 1);
	assert_int_equal(pci_init(no_others), 2);
	return pci_first()->next;
}

/* A virtual function comes: it answers ones for its vendor. */
static void come(unsigned function)
{
	struct bus_function *virtual = bus_add(BUS_PLACE(1, function / 8, function % 8), UINT32_MAX,
					       0);

	bus_put32(virtual, PCI_REVISION, 0x01080202);
	memset(memory[function], 0xff, 4);
}

static void go(void)
{
	for (unsigned i = 2; i < BUS_FUNCTIONS_MAX; i++)
		bus_functions[i].place = BUS_PLACE(99, 0, i);
}

static unsigned listed(void)
{
	unsigned count = 0;

	for (struct pci_device *device = pci_first(); device; device = device->next)
		count++;
	return count;
}

static void test_on_and_off(void **state)
{
	struct pci_device *device = start(), *virtual;
	uint64_t first;

	(void)state;
	assert_int_equal(pci_sriov_total(device), 3);
	assert_int_equal(pci_sriov_count(device), 0);
	assert_int_equal(pci_sriov_total(pci_first()), 0);
	come(2);
	come(4);
	assert_int_equal(pci_rescan(), 0); /* nobody switched them on */
	assert_int_equal(pci_sriov_enable(device, 2), 0);
	assert_int_equal(get(SRIOV + 8, 2), 0x19); /* on, memory, ARI */
	assert_int_equal(get(SRIOV + 0x10, 2), 2);
	assert_int_equal(get(SRIOV + 0x20, 4), 1); /* pages of 4 KiB */
	assert_int_equal(port->space[0x40 + 0x28] & 0x20, 0x20);
	assert_int_equal(pci_sriov_count(device), 2);
	first = get(SRIOV + 0x24, 4) & ~0xfu;
	assert_in_range(first, WINDOW, WINDOW + 0xfffff);
	virtual = device->next;
	for (unsigned i = 1; i <= 2; i++, virtual = virtual->next) {
		assert_int_equal(virtual->function, 2 * i);
		assert_int_equal(virtual->bus, 1);
		assert_int_equal(virtual->vendor, 0x1b36);
		assert_int_equal(virtual->device, 0xabcd);
		assert_int_equal(virtual->class_code, 0x010802);
		assert_int_equal(virtual->virtual, i);
		assert_ptr_equal(virtual->physical, device);
		assert_true(pci_bar(virtual, 0)->is_64bit);
		assert_int_equal(pci_bar(virtual, 0)->size, 16);
		assert_int_equal(pci_bar(virtual, 0)->address, first + (i - 1) * 16);
		assert_true(pci_present(virtual));
		assert_int_equal(pci_sriov_total(virtual), 0);
		assert_int_equal(pci_sriov_enable(virtual, 1), -ERANGE);
	}
	assert_null(virtual);
	assert_int_equal(pci_sriov_enable(device, 1), -EBUSY);
	pci_sriov_disable(device);
	assert_int_equal(get(SRIOV + 8, 2) & 9, 0);
	assert_int_equal(get(SRIOV + 0x10, 2), 0);
	assert_int_equal(listed(), 2);
	/* The addresses stay. */
	assert_int_equal(pci_sriov_enable(device, 1), 0);
	assert_int_equal(pci_bar(device->next, 0)->address, first);
	assert_int_equal(listed(), 3);
}

static void test_refusals(void **state)
{
	struct pci_device *device = start();

	(void)state;
	come(2);
	assert_int_equal(pci_sriov_enable(device, 0), -ERANGE);
	assert_int_equal(pci_sriov_enable(device, 4), -ERANGE);
	assert_int_equal(pci_sriov_enable(pci_first(), 1), -ERANGE);
	put(SRIOV + 0x0c, 4, 2); /* more in the beginning than ever */
	assert_int_equal(pci_sriov_enable(device, 1), -ERANGE);
	put(SRIOV + 0x0c, 3, 2);
	/* The second one would be on a bus that is not behind the port. */
	put(SRIOV + 0x16, 0x100, 2);
	assert_int_equal(pci_sriov_enable(device, 2), -ENOSPC);
	assert_int_equal(get(SRIOV + 8, 2) & 9, 0);
	assert_int_equal(get(SRIOV + 0x10, 2), 0);
	assert_int_equal(pci_sriov_enable(device, 1), 0);
	pci_sriov_disable(device);
	/* Nobody answers. */
	go();
	assert_int_equal(pci_sriov_enable(device, 1), -EIO);
	assert_int_equal(get(SRIOV + 8, 2) & 9, 0);
	assert_int_equal(get(SRIOV + 0x10, 2), 0);
	assert_int_equal(listed(), 2);
	/* No room behind the port. */
	put(SRIOV + 0x24, 4, 4);
	put(SRIOV + 0x28, 0, 4);
	bus_put32(port, 0x20, 0);
	assert_int_equal(pci_sriov_enable(device, 1), -ENOSPC);
	assert_int_equal(get(SRIOV + 8, 2) & 9, 0);
	/* No way to the capability. */
	pci_set_ecam(0, 0, 0);
	assert_int_equal(pci_sriov_total(device), 0);
	assert_int_equal(pci_sriov_enable(device, 1), -ERANGE);
	pci_sriov_disable(device);
}

/* Others switch them on and off. */
static void test_scan(void **state)
{
	struct pci_device *device = start(), *driven;

	(void)state;
	come(2);
	come(4);
	put(SRIOV + 0x10, 9, 2); /* more than there can be */
	put(SRIOV + 8, 1, 2);	 /* without memory: it would be at 0 */
	assert_int_equal(pci_rescan(), 2);
	assert_int_equal(get(SRIOV + 8, 2), 9);
	assert_int_not_equal(get(SRIOV + 0x24, 4), 4);
	assert_int_equal(pci_rescan(), 0);
	driven = device->next;
	driven->driver = "somebody";
	go();
	assert_int_equal(pci_rescan(), 0);
	assert_int_equal(listed(), 3); /* but the one that somebody drives */
	assert_ptr_equal(device->next, driven);
	assert_false(pci_present(driven));
	driven->driver = NULL;
	pci_rescan();
	assert_int_equal(listed(), 2);
}

/* A virtual function outlives in the list what it is of. */
static void test_without_the_physical_one(void **state)
{
	struct pci_device *device = start(), *virtual;

	(void)state;
	come(2);
	assert_int_equal(pci_sriov_enable(device, 1), 0);
	virtual = device->next;
	pci_remove(device);
	assert_null(virtual->physical);
	assert_int_equal(virtual->virtual, 1);
	assert_false(pci_present(virtual));
	physical->place = BUS_PLACE(99, 1, 0);
	assert_int_equal(pci_rescan(), 0);
	assert_int_equal(listed(), 1);
}

static void test_lies(void **state)
{
	static const struct {
		uint16_t offset, stride;
	} places[] = {{0, 0}, {0, 1}, {1, 0}, {0xffff, 1}, {1, 0xffff}, {0xfff0, 0xfff0}};
	struct pci_device *device = start();

	(void)state;
	come(1);
	put(SRIOV + 0x0c, 0xffff, 2);
	put(SRIOV + 0x0e, 0xffff, 2);
	put(SRIOV + 0x10, 0xffff, 2);
	for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		put(SRIOV + 0x14, places[i].offset, 2);
		put(SRIOV + 0x16, places[i].stride, 2);
		put(SRIOV + 8, 1, 2);
		pci_rescan();
		assert_in_range(listed(), 2, 3);
		put(SRIOV + 8, 0, 2);
		pci_sriov_disable(device);
		assert_int_equal(listed(), 2);
	}
	/* A capability that reaches beyond the end, a list that loops, and one that leads back. */
	put(ARI, 0xfd0u << 20 | 0x1000e, 4);
	put(0xfd0, 0x10010, 4);
	assert_int_equal(pci_sriov_total(device), 0);
	put(ARI, ARI << 20 | 0x1000e, 4);
	assert_int_equal(pci_sriov_total(device), 0);
	put(ARI, 0x40 << 20 | 0x1000e, 4);
	assert_int_equal(pci_sriov_total(device), 0);
}

/* Where the BARs of virtual functions are, those that have none yet are not on, nobody else gets an
 * address. */
static void test_room_for_all(void **state)
{
	struct pci_device *device = start(), *other;
	struct bus_function *late;
	uint64_t first;

	(void)state;
	come(2);
	assert_int_equal(pci_sriov_enable(device, 1), 0);
	first = pci_bar(device->next, 0)->address;
	late = bus_add(BUS_PLACE(1, 1, 0), 0x00101b36, 0);
	bus_set_bar(late, 0, 0, 0xf);
	assert_int_equal(pci_rescan(), 1);
	other = device->next->next;
	assert_int_equal(other->slot, 1);
	assert_int_equal(pci_assign_bar(other, 0), 0);
	assert_false(pci_bar(other, 0)->address >= first &&
		     pci_bar(other, 0)->address < first + 3 * 16);
}

TESTS(BUS_TEST(test_on_and_off), BUS_TEST(test_refusals), BUS_TEST(test_scan),
      BUS_TEST(test_without_the_physical_one), BUS_TEST(test_lies), BUS_TEST(test_room_for_all))

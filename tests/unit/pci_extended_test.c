/* Configuration space through memory: where it is, and where there is no way to it. */
#include "drivers/pci/extended.h"
#include "lib/errno.h"
#include "tests/unit/pci_bus.h"

static uint8_t memory[2][PCI_EXTENDED_SIZE] __attribute__((aligned(PCI_EXTENDED_SIZE)));

static uint64_t address_of_bus_0(unsigned bus)
{
	return (uint64_t)(uintptr_t)memory - ((uint64_t)bus << 20);
}

/* Two functions of a bus, the first an Express one. */
static struct pci_device *start(unsigned bus)
{
	struct bus_function *express = bus_add(BUS_PLACE(bus, 0, 0), 0x00101b36, 0x80);

	bus_add(BUS_PLACE(bus, 0, 1), 0x100e8086, 0);
	bus_put32(express, PCI_COMMAND, PCI_STATUS_CAPABILITIES << 16);
	express->space[PCI_CAPABILITY_POINTER] = 0x40;
	bus_put32(express, 0x40, PCI_CAP_PCIE);
	memset(memory, 0, sizeof(memory));
	memcpy(memory[0], "\x36\x1b\x10\x00", 4);
	memcpy(memory[1], "\x86\x80\x0e\x10", 4);
	pci_set_ecam(0, 0, 0);
	assert_int_equal(pci_search(), 2);
	return pci_first();
}

static void test_reads_and_writes(void **state)
{
	struct pci_device *device = start(7);

	(void)state;
	pci_set_ecam(address_of_bus_0(7), 7, 7);
	memcpy(memory[0] + 0x100, "\x01\x02\x03\x04", 4);
	assert_int_equal(pci_config_size(device), PCI_EXTENDED_SIZE);
	assert_int_equal(pci_config_read(device, 0x100, 4), 0x04030201);
	assert_int_equal(pci_config_read(device, 0x102, 2), 0x0403);
	assert_int_equal(pci_config_read(device, 0x103, 1), 4);
	assert_true(bus_mapped == (uintptr_t)memory);
	assert_int_equal(pci_config_read(device, PCI_VENDOR_ID, 4), 0x00101b36);
	pci_config_write(device, 0x101, 1, 0xaa);
	pci_config_write(device, 0x102, 2, 0xbbcc);
	pci_config_write(device, 0xffc, 4, 0x12345678);
	assert_memory_equal(memory[0] + 0x100, "\x01\xaa\xcc\xbb", 4);
	assert_memory_equal(memory[0] + 0xffc, "\x78\x56\x34\x12", 4);
	pci_config_write(device, 0x60, 1, 0xdd);
	assert_int_equal(pci_config_read(device, 0x60, 1), 0xdd);
	/* the next function's page, and a function that has no more than 256 bytes */
	memory[1][0x200] = 5;
	assert_int_equal(pci_config_read(device->next, 0x200, 1), 5);
	assert_true(bus_mapped == (uintptr_t)memory[1]);
	assert_int_equal(pci_config_size(device->next), PCI_CONFIG_SIZE);
}

static void test_no_way(void **state)
{
	struct pci_device *device = start(7);

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		uint8_t last = i == 1 ? 6 : 255;

		pci_set_ecam(i == 0 ? 0 : address_of_bus_0(7), i == 2 ? 8 : 0, last);
		bus_map_error = i == 3 ? -EINVAL : 0;
		assert_int_equal(pci_config_size(device), PCI_CONFIG_SIZE);
		assert_int_equal(pci_config_read(device, 0x100, 1), 0xff);
		assert_int_equal(pci_config_read(device, 0x100, 2), 0xffff);
		assert_true(pci_config_read(device, 0x100, 4) == UINT32_MAX);
		pci_config_write(device, 0x100, 4, 1);
		assert_int_equal(memory[0][0x100], 0);
	}
}

/* A table that is wrong, and leads to another function or to registers of a device. */
static void test_another_page(void **state)
{
	struct pci_device *device = start(7);

	(void)state;
	memcpy(memory[0] + 0x100, "\x01\x02\x03\x04", 4);
	for (unsigned i = 0; i < 3; i++) {
		uint64_t bus_0 = address_of_bus_0(7);

		if (i == 0) /* the page of the other function */
			pci_set_ecam(bus_0 + PCI_EXTENDED_SIZE, 0, 255);
		else
			pci_set_ecam(bus_0, 0, 255);
		if (i == 1)
			memory[0][PCI_DEVICE_ID] ^= 1;
		assert_int_equal(pci_config_size(device), i == 2 ? PCI_EXTENDED_SIZE : 256);
		assert_int_equal(pci_config_read(device, 0x100, 1), i == 2 ? 1 : 0xff);
		pci_config_write(device, 0x104, 4, 0x11223344);
		assert_int_equal(memory[1][0x104], 0);
		assert_int_equal(memory[0][0x104], i == 2 ? 0x44 : 0);
		if (i == 1)
			memory[0][PCI_DEVICE_ID] ^= 1;
	}
}

/* Conventional functions behind an Express one answer with ones. */
static void test_ones(void **state)
{
	struct pci_device *device = start(0);

	(void)state;
	pci_set_ecam(address_of_bus_0(0), 0, 0);
	memset(memory[0] + 0x100, 0xff, 4);
	assert_int_equal(pci_config_size(device), PCI_CONFIG_SIZE);
}

TESTS(BUS_TEST(test_no_way), BUS_TEST(test_reads_and_writes), BUS_TEST(test_another_page),
      BUS_TEST(test_ones))

/* MSI-X: the table is only believed where it is inside its BAR, and is changed in the order that
 * the specification wants. The configuration space and the BARs are arrays. */
#include "drivers/pci/msix.h"
#include "kernel/log.h"
#include "kernel/x86/paging.h"
#include "lib/errno.h"
#include "tests/unit/cmocka.h"

#define CAPABILITY 0x40
#define BAR_SIZE   0x4000

static uint8_t space[256];
static unsigned capability = CAPABILITY;
static uint32_t bar_memory[BAR_SIZE / 4] __attribute__((aligned(4096)));
static struct pci_bar bars[PCI_BARS];
static struct pci_device device;
static unsigned complaints;
static int map_error;
static bool assignable;
static char said[256];

unsigned pci_find_capability(const struct pci_device *d, uint8_t id)
{
	(void)d;
	return id == PCI_CAP_MSIX && space[capability] == id ? capability : 0;
}

uint16_t pci_read16(const struct pci_device *d, unsigned offset)
{
	(void)d;
	return (uint16_t)(space[offset] | space[offset + 1] << 8);
}

uint32_t pci_read32(const struct pci_device *d, unsigned offset)
{
	return pci_read16(d, offset) | (uint32_t)pci_read16(d, offset + 2) << 16;
}

void pci_write16(const struct pci_device *d, unsigned offset, uint16_t value)
{
	(void)d;
	space[offset] = (uint8_t)value;
	space[offset + 1] = (uint8_t)(value >> 8);
}

const struct pci_bar *pci_bar(struct pci_device *d, unsigned index)
{
	(void)d;
	return &bars[index];
}

int pci_assign_bar(struct pci_device *d, unsigned index)
{
	(void)d;
	if (!assignable)
		return -ENOSPC;
	bars[index].address = (uintptr_t)bar_memory;
	return 0;
}

char *pci_name(const struct pci_device *d, char *buffer)
{
	(void)d;
	return strcpy(buffer, "00:04.0");
}

int paging_map_device(uint64_t address, uint64_t size)
{
	assert_in_range(address, (uintptr_t)bar_memory, (uintptr_t)bar_memory + BAR_SIZE - size);
	return map_error;
}

void klog(int level, const char *format, ...)
{
	va_list args;

	(void)level;
	va_start(args, format);
	vsnprintf(said, sizeof(said), format, args);
	va_end(args);
	complaints++;
}

static void set32(unsigned offset, uint32_t value)
{
	pci_write16(&device, offset, (uint16_t)value);
	pci_write16(&device, offset + 2, (uint16_t)(value >> 16));
}

/* A function with so many vectors; where: the registers of table and pending bits. */
static int init(struct pci_msix *msix, unsigned count, uint32_t table, uint32_t pending)
{
	memset(space, 0, sizeof(space));
	memset(bar_memory, 0, sizeof(bar_memory));
	memset(bars, 0, sizeof(bars));
	bars[0] = (struct pci_bar){.address = (uintptr_t)bar_memory, .size = BAR_SIZE};
	bars[1] = (struct pci_bar){.address = 0xc000, .size = BAR_SIZE, .io = true};
	bars[2] = (struct pci_bar){.size = BAR_SIZE};
	complaints = 0;
	map_error = 0;
	space[CAPABILITY] = PCI_CAP_MSIX;
	pci_write16(&device, CAPABILITY + 2, (uint16_t)(count - 1));
	set32(CAPABILITY + 4, table);
	set32(CAPABILITY + 8, pending);
	return pci_msix_init(msix, &device);
}

static void test_place(void **state)
{
	struct pci_msix msix;

	(void)state;
	assert_int_equal(init(&msix, 65, 0x2000, 0x3000), 0);
	assert_int_equal(msix.count, 65);
	assert_ptr_equal(msix.table, bar_memory + 0x2000 / 4);
	assert_true(space[PCI_COMMAND] & PCI_COMMAND_MEMORY);
	/* up to the last byte */
	assert_int_equal(init(&msix, 16, BAR_SIZE - 256, BAR_SIZE - 8), 0);
	assert_int_equal(init(&msix, 1, 0, BAR_SIZE - 8), 0);
	assert_int_equal(complaints, 0);

	assert_int_equal(init(&msix, 17, BAR_SIZE - 256, 0), -EINVAL);
	assert_int_equal(init(&msix, 65, 0x2000, BAR_SIZE - 8), -EINVAL);
	assert_int_equal(init(&msix, 2048, 0, BAR_SIZE), -EINVAL);
	assert_int_equal(init(&msix, 1, 0xfffffff8, 0), -EINVAL);
	assert_int_equal(complaints, 1);
	/* BARs that are in I/O space, have no address, do not exist, cannot exist */
	for (unsigned bir = 1; bir < 8; bir++) {
		assert_int_equal(init(&msix, 1, bir, 0), -EINVAL);
		assert_int_equal(init(&msix, 1, 0, bir), -EINVAL);
	}
}

static void test_none(void **state)
{
	struct pci_msix msix;

	(void)state;
	init(&msix, 1, 0, 0x1000);
	space[CAPABILITY] = PCI_CAP_MSI;
	assert_int_equal(pci_msix_init(&msix, &device), -ENODEV);
	space[CAPABILITY] = PCI_CAP_MSIX;
	map_error = -ENOMEM;
	assert_int_equal(pci_msix_init(&msix, &device), -ENOMEM);
	/* behind the end of configuration space */
	map_error = 0;
	capability = 0xf8;
	space[capability] = PCI_CAP_MSIX;
	assert_int_equal(pci_msix_init(&msix, &device), -ENODEV);
	capability = CAPABILITY;
}

static void test_vectors(void **state)
{
	struct pci_msix msix;

	(void)state;
	assert_int_equal(init(&msix, 65, 0x2000, 0x3000), 0);
	pci_msix_enable(&msix);
	assert_int_equal(pci_read16(&device, CAPABILITY + 2), 0x8040);
	assert_true(pci_read16(&device, PCI_COMMAND) & PCI_COMMAND_INTX_OFF);
	for (unsigned i = 0; i < 65; i++)
		assert_true(pci_msix_masked(&msix, i));
	pci_msix_set(&msix, 64, 0x1fee01000, 0x51);
	assert_true(pci_msix_masked(&msix, 64));
	assert_int_equal(bar_memory[0x2000 / 4 + 256], 0xfee01000);
	assert_int_equal(bar_memory[0x2000 / 4 + 257], 1);
	assert_int_equal(bar_memory[0x2000 / 4 + 258], 0x51);
	pci_msix_mask(&msix, 64, false);
	assert_false(pci_msix_masked(&msix, 64));
	assert_true(pci_msix_masked(&msix, 63));
	bar_memory[0x3000 / 4 + 2] = 1;
	assert_true(pci_msix_pending(&msix, 64));
	assert_false(pci_msix_pending(&msix, 0));
	pci_msix_mask_function(&msix, true);
	assert_int_equal(pci_read16(&device, CAPABILITY + 2), 0xc040);
	pci_msix_mask_function(&msix, false);
	assert_int_equal(pci_read16(&device, CAPABILITY + 2), 0x8040);
	pci_msix_disable(&msix);
	assert_int_equal(pci_read16(&device, CAPABILITY + 2), 0x0040);
	assert_true(pci_msix_masked(&msix, 64));
	/* Gone: its configuration space reads all ones, and nothing is written back. */
	pci_write16(&device, CAPABILITY + 2, 0xffff);
	pci_msix_mask_function(&msix, false);
	pci_msix_disable(&msix);
	assert_int_equal(pci_read16(&device, CAPABILITY + 2), 0xffff);
}

/* A BAR that firmware has not seen gets an address; why the table cannot be used is said as it is.
 */
static void test_bar_without_address(void **state)
{
	struct pci_msix msix;

	(void)state;
	assignable = true;
	assert_int_equal(init(&msix, 65, 0x2002, 0x3002), 0);
	assert_ptr_equal(msix.table, bar_memory + 0x2000 / 4);
	assert_int_equal(complaints, 0);
	assignable = false;
	assert_int_equal(init(&msix, 65, 0x2002, 0x3000), -EINVAL);
	assert_string_equal(said, "pci 00:04.0: MSI-X: no address is free for BAR2 (16384 bytes), "
				  "which has the table");
	assert_int_equal(init(&msix, 65, 0x2001, 0x3000), -EINVAL);
	assert_string_equal(said,
			    "pci 00:04.0: MSI-X: the table (1040 bytes at 0x2000) is not inside "
			    "BAR1, which is in I/O space");
	assert_int_equal(init(&msix, 65, 0x2000, 0x3003), -EINVAL);
	assert_string_equal(said, "pci 00:04.0: MSI-X: the bit array of pending interrupts (16 "
				  "bytes at 0x3000) is not "
				  "inside BAR3, which is missing");
	assert_int_equal(init(&msix, 65, 0x3ff0, 0x3000), -EINVAL);
	assert_string_equal(said,
			    "pci 00:04.0: MSI-X: the table (1040 bytes at 0x3ff0) is not inside "
			    "BAR0");
}

/* Reserved bits of vector control are left as they are, in every vector. */
static void test_reserved_bits(void **state)
{
	struct pci_msix msix;

	(void)state;
	assert_int_equal(init(&msix, 4, 0, 0x3000), 0);
	for (unsigned i = 0; i < 4; i++)
		bar_memory[4 * i + 3] = 0xa5a5a5a4u << i & ~1u;
	pci_msix_enable(&msix);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(bar_memory[4 * i + 3], (0xa5a5a5a4u << i & ~1u) | 1);
		pci_msix_set(&msix, i, 0xfee00000, 0x40);
		pci_msix_mask(&msix, i, false);
		assert_int_equal(bar_memory[4 * i + 3], 0xa5a5a5a4u << i & ~1u);
	}
	pci_msix_disable(&msix);
	assert_int_equal(bar_memory[3], 0xa5a5a5a5);
}

TESTS(cmocka_unit_test(test_bar_without_address), cmocka_unit_test(test_reserved_bits),
      cmocka_unit_test(test_place), cmocka_unit_test(test_none), cmocka_unit_test(test_vectors))

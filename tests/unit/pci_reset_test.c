/* Power states and resets of a function, over one that does what the specification allows: forgets
 * all that was written to it on the way from D3hot to D0 and in a reset, and does not answer for a
 * time. */
#include "drivers/pci/reset.h"
#include "kernel/log.h"
#include "kernel/x86/time.h"
#include "lib/errno.h"
#include "tests/host/pci.h"
#include "tests/unit/cmocka.h"

#define POWER	 0x40
#define PMCSR	 (POWER + 4)
#define EXPRESS	 0x60
#define CONTROL	 (EXPRESS + 8)
#define ADVANCED 0xa0

static uint8_t space[256], fresh[256];
static uint64_t now_ns, answer_ns, answers_at_ns, quiet_until_ns;
static unsigned resets;
static bool keeps_state, stuck, removed, pending;
static struct pci_device device = {.slot = 4, .vendor = 0x1b36, .device = 0x10};
static char logged[256];

static void put(unsigned offset, uint32_t value, unsigned width)
{
	memcpy(space + offset, &value, width);
}

static uint32_t get(unsigned offset, unsigned width)
{
	uint32_t value = 0;

	memcpy(&value, space + offset, width);
	return value;
}

uint32_t config_space_read(uint16_t place, unsigned offset, unsigned width)
{
	assert_int_equal(place, 4 << 3);
	assert_true(now_ns >= quiet_until_ns);
	now_ns += 1000;
	if (removed)
		return UINT32_MAX;
	if (now_ns < answers_at_ns)
		return offset || keeps_state ? UINT32_MAX : 0xffff0001; /* not ready yet */
	return get(offset, width);
}

static void forget(void)
{
	memcpy(space, fresh, sizeof(space));
}

void config_space_write(uint16_t place, unsigned offset, uint32_t value, unsigned width)
{
	assert_int_equal(place, 4 << 3);
	assert_true(now_ns >= quiet_until_ns && now_ns >= answers_at_ns);
	if (removed)
		return;
	/* Never at an address that is half written */
	if (offset >= PCI_BAR0 && offset < PCI_BAR0 + 4 * PCI_BARS)
		assert_int_equal(space[PCI_COMMAND] & 3, 0);
	if (offset == PMCSR && (space[PMCSR] & 3) == 3 && !(value & 3) && !stuck) {
		if (!keeps_state)
			forget();
		assert_int_equal(value & 0x8000, 0); /* would clear PME status */
		put(PMCSR, value, 2);
		quiet_until_ns = now_ns + 10 * NS_PER_MS;
		return;
	}
	if (offset == PMCSR && stuck)
		return;
	if ((offset == CONTROL && value & 0x8000) || (offset == ADVANCED + 4 && value & 1)) {
		/* It does nothing of its own any more. */
		assert_int_equal(space[PCI_COMMAND] & 7, 0);
		assert_false(pending);
		forget();
		resets++;
		quiet_until_ns = now_ns + 100 * NS_PER_MS;
		answers_at_ns = now_ns + answer_ns;
		return;
	}
	put(offset, value, width);
}

uint64_t time_ns(void)
{
	return now_ns += 100;
}

void time_delay_ns(uint64_t ns)
{
	now_ns += ns;
	if (pending && now_ns > 20 * NS_PER_MS) { /* what was on its way has arrived */
		pending = false;
		put(EXPRESS + 10, 0, 2);
	}
}

char *pci_name(const struct pci_device *of, char *buffer)
{
	(void)of;
	return strcpy(buffer, "00:04.0");
}

void klog(int level, const char *format, ...)
{
	va_list args;

	(void)level;
	va_start(args, format);
	vsnprintf(logged, sizeof(logged), format, args);
	va_end(args);
}

/* A function as it is after power-on, then as its driver has set it up. */
static int start(void **state)
{
	(void)state;
	memset(space, 0, sizeof(space));
	now_ns = answer_ns = answers_at_ns = quiet_until_ns = 0;
	resets = 0;
	keeps_state = stuck = removed = pending = false;
	logged[0] = '\0';
	put(PCI_VENDOR_ID, 0x00101b36, 4);
	put(PCI_STATUS, PCI_STATUS_CAPABILITIES, 2);
	put(PCI_BAR0, 4, 4);
	space[PCI_CAPABILITY_POINTER] = POWER;
	put(POWER, EXPRESS << 8 | PCI_CAP_PM, 2);
	put(EXPRESS, 0x00020010, 4);
	put(EXPRESS + 4, 1u << 28, 4);
	memcpy(fresh, space, sizeof(space));
	put(PCI_COMMAND, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_INTX_OFF, 2);
	put(PCI_BAR0, 0xfebc0004, 4);
	put(PCI_BAR0 + 4, 0x80, 4);
	put(PCI_INTERRUPT_LINE, 0x010b, 2);
	put(CONTROL, 0x2050, 2);
	put(EXPRESS + 0x10, 0x40, 2);
	put(EXPRESS + 0x28, 9, 2);
	return 0;
}

static void test_awake(void **state)
{
	uint8_t before[256];

	(void)state;
	memcpy(before, space, sizeof(space));
	assert_int_equal(pci_wake(&device), 0);
	assert_memory_equal(space, before, sizeof(space));
	assert_true(now_ns < 10 * NS_PER_MS);
}

static void test_asleep(void **state)
{
	uint8_t before[256];

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		start(state);
		keeps_state = i;
		put(PMCSR, 0x8100, 2);
		memcpy(before, space, sizeof(space));
		before[PMCSR + 1] &= 0x7f;
		put(PMCSR, 0x8103, 2);
		assert_int_equal(pci_wake(&device), 0);
		assert_memory_equal(space, before, sizeof(space));
	}
}

static void test_does_not_wake(void **state)
{
	(void)state;
	put(PMCSR, 3, 2);
	stuck = true;
	assert_int_equal(pci_wake(&device), -EIO);
	assert_string_equal(logged, "pci 00:04.0: stays in a low power state");
}

/* Only what is not as it was is written; bus mastering stays as it is. */
static void test_restore(void **state)
{
	struct pci_state saved;
	uint8_t before[256];

	(void)state;
	pci_save(&device, &saved);
	memcpy(before, space, sizeof(space));
	assert_int_equal(pci_restore(&device, &saved), 0);
	assert_memory_equal(space, before, sizeof(space));
	forget();
	put(PMCSR, 3, 2);
	assert_int_equal(pci_restore(&device, &saved), 0);
	before[PCI_COMMAND] &= (uint8_t)~PCI_COMMAND_MASTER;
	assert_memory_equal(space, before, sizeof(space));
	/* Another one, or none */
	put(PCI_VENDOR_ID, 0x8086, 2);
	assert_int_equal(pci_restore(&device, &saved), -ENODEV);
	removed = true;
	assert_int_equal(pci_restore(&device, &saved), -ENODEV);
	assert_int_equal(pci_reset_function(&device, &saved), -ENODEV);
}

/* The capabilities that offer a reset of the function, and such that do not. */
static void test_reset(void **state)
{
	static const struct {
		bool express;
		uint16_t advanced; /* length, features */
		unsigned answer_ms;
		int error;
	} rows[] = {
		{true, 0, 0, 0},
		{true, 0, 700, 0},
		{true, 0, 1500, -ENODEV},
		{false, 0x0306, 300, 0},
		{true, 0x0306, 0, 0},
		{false, 0x0106, 0, -EOPNOTSUPP},
		{false, 0, 0, -EOPNOTSUPP},
	};
	struct pci_state saved;
	uint8_t before[256];

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		start(state);
		keeps_state = i & 1;
		if (!rows[i].express)
			fresh[EXPRESS + 7] = space[EXPRESS + 7] = 0;
		if (rows[i].advanced) {
			fresh[EXPRESS + 1] = space[EXPRESS + 1] = ADVANCED;
			put(ADVANCED, PCI_CAP_ADVANCED | (uint32_t)rows[i].advanced << 16, 4);
			memcpy(fresh + ADVANCED, space + ADVANCED, 8);
		}
		pci_save(&device, &saved);
		memcpy(before, space, sizeof(space));
		if (rows[i].express) {
			pending = true;
			put(EXPRESS + 10, 0x20, 2);
		}
		answer_ns = rows[i].answer_ms * NS_PER_MS;
		assert_int_equal(pci_reset_function(&device, &saved), rows[i].error);
		assert_int_equal(resets, rows[i].error != -EOPNOTSUPP);
		if (rows[i].error)
			continue;
		before[PCI_COMMAND] &= (uint8_t)~PCI_COMMAND_MASTER;
		assert_memory_equal(space, before, sizeof(space));
	}
}

/* Capabilities at the end of configuration space, parts of which would be outside */
static void test_cut_off(void **state)
{
	struct pci_state saved;

	(void)state;
	for (unsigned offset = 0xc0; offset <= 0xfc; offset += 4) {
		start(state);
		space[PCI_CAPABILITY_POINTER] = (uint8_t)offset;
		for (unsigned i = 0; i < 3; i++) {
			static const uint8_t ids[] = {PCI_CAP_PM, PCI_CAP_PCIE, PCI_CAP_ADVANCED};

			memset(space + offset, 0xff, 256 - offset);
			space[offset] = ids[i];
			space[offset + 1] = 0;
			memcpy(fresh, space, sizeof(space));
			now_ns = answer_ns = answers_at_ns = quiet_until_ns = 0;
			stuck = true;
			pci_wake(&device);
			pci_save(&device, &saved);
			pci_restore(&device, &saved);
			pci_reset_function(&device, &saved);
		}
	}
}

#define TEST(name) cmocka_unit_test_setup(name, start)

TESTS(TEST(test_awake), TEST(test_asleep), TEST(test_does_not_wake), TEST(test_restore),
      TEST(test_reset), TEST(test_cut_off))

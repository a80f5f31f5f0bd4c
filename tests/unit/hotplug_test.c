/* Hot-plug slots: a root port and what is in its slot, in a configuration space of this file's own,
 * which does what a port does when software writes to it. */
#include "drivers/pci/hotplug.h"
#include "drivers/pci/pci.h"
#include "kernel/log.h"
#include "kernel/memory.h"
#include "kernel/x86/paging.h"
#include "kernel/x86/time.h"
#include "lib/errno.h"
#include "tests/host/pci.h"
#include "tests/unit/cmocka.h"

#define EXPRESS 0x54
#define CONTROL (EXPRESS + 0x18)
#define STATUS	(EXPRESS + 0x1a)

static uint8_t port_space[256], device_space[256];
static const uint8_t no_others[PCI_BUSES / 8];
static bool plugged, powered, link_works;
static bool two_bars; /* has a second one of 4 KiB */
static uint64_t now_ns, completes_at_ns, quiet_until_ns;
static bool commanded; /* and not told to have ended */
static bool silent;    /* the port does not tell */
static unsigned arrived_count, left_there, left_gone;

static uint8_t *find(uint16_t place)
{
	if (place == 1 << 3)
		return port_space;
	return place == 1 << 8 && plugged && powered ? device_space : NULL;
}

static void put16(unsigned offset, uint16_t value)
{
	memcpy(port_space + offset, &value, 2);
}

static uint16_t get16(unsigned offset)
{
	uint16_t value;

	memcpy(&value, port_space + offset, 2);
	return value;
}

uint32_t config_space_read(uint16_t place, unsigned offset, unsigned width)
{
	const uint8_t *space = find(place);
	uint32_t value = UINT32_MAX;

	now_ns += 1000;
	if (now_ns > 100000000000)
		fail_msg("somebody waits for ever");
	if (place == 1 << 8 && plugged)
		assert_true(now_ns >= quiet_until_ns);
	if (place == 1 << 3 && offset == STATUS && commanded && now_ns >= completes_at_ns)
		put16(STATUS, get16(STATUS) | 0x10);
	if (space)
		memcpy(&value, space + offset, width);
	return value;
}

static void events(uint16_t bits)
{
	put16(STATUS, (get16(STATUS) & ~0x40) | bits | (plugged ? 0x40 : 0));
	put16(EXPRESS + 0x12, plugged && link_works ? 0x2000 : 0);
}

void config_space_write(uint16_t place, unsigned offset, uint32_t value, unsigned width)
{
	uint8_t *space = find(place);

	if (space == port_space && offset == STATUS) {
		commanded &= !(value & get16(STATUS) & 0x10);
		put16(STATUS, get16(STATUS) & ~(value & 0x1f)); /* ones clear */
		return;
	}
	if (space == port_space && offset == CONTROL) {
		bool off = value & 0x400;

		/* Attention indicator 0 is reserved; the command before has ended. */
		assert_int_not_equal(value & 0xc0, 0);
		assert_false(commanded);
		commanded = !silent;
		completes_at_ns = now_ns + 3000000;
		if (!off)
			quiet_until_ns = now_ns + 100000000;
		put16(CONTROL, (uint16_t)value);
		if (off && powered && plugged) { /* as QEMU: it may go */
			plugged = false;
			events(8);
		}
		powered = !off;
		return;
	}
	if (space == device_space && offset >= 0x10 && offset < 0x28) {
		uint32_t kept = offset == 0x10	 ? (value & ~0x3fffu) | 4
				: offset == 0x14 ? value
				: offset == 0x18 ? (two_bars ? value & ~0xfffu : 0)
				: offset == 0x24 ? device_space[0x24]
						 : 0;

		memcpy(device_space + offset, &kept, 4);
		return;
	}
	if (space)
		memcpy(space + offset, &value, width);
}

int paging_map_device(uint64_t address, uint64_t size)
{
	(void)address, (void)size;
	return 0;
}

uint64_t time_ns(void)
{
	return now_ns += 1000;
}

void time_delay_ns(uint64_t ns)
{
	now_ns += ns;
}

void *kmalloc(size_t size)
{
	return malloc(size);
}

void *kzalloc(size_t size)
{
	return calloc(1, size);
}

void kfree(void *memory)
{
	free(memory);
}

void klog(int level, const char *format, ...)
{
	(void)level, (void)format;
}

static void leaving(struct pci_device *device, bool there)
{
	assert_int_equal(device->bus, 1);
	assert_int_equal(there, plugged && powered);
	*(there ? &left_there : &left_gone) += 1;
}

static void arrived(void)
{
	arrived_count++;
}

static const struct pci_hotplug_actions actions = {leaving, arrived};

static struct pci_device *endpoint(void)
{
	for (struct pci_device *device = pci_first(); device; device = device->next)
		if (device->bus == 1)
			return device;
	return NULL;
}

static void plug(void)
{
	static const uint8_t header[] = {0x36, 0x1b, 0x10, 0, 0, 0, 0, 0, 2, 2, 8, 1};

	memset(device_space, 0, sizeof(device_space));
	memcpy(device_space, header, sizeof(header));
	device_space[0x10] = 4;
	plugged = true;
}

/* A port with a slot that has all there is, hot-plug capable or not. */
static void start(bool full, bool hot_plug)
{
	static const uint8_t header[] = {0x36, 0x1b, 0x0c, 0, 7, 0, 0x10, 0, 0, 0, 4, 6, 0, 0, 1};
	uint32_t link = 1u << 20;
	uint32_t slot = 5u << 19 | 3 | (hot_plug ? 1u << 6 : 0) | (silent ? 1u << 18 : 0);

	commanded = false;
	quiet_until_ns = 0;

	memset(port_space, 0, sizeof(port_space));
	memcpy(port_space, header, sizeof(header));
	port_space[0x19] = port_space[0x1a] = 1;
	put16(0x20, 0xfe80);
	put16(0x22, 0xfe90);
	port_space[0x34] = EXPRESS;
	port_space[EXPRESS] = 0x10;
	put16(EXPRESS + 2, 0x0142);
	memcpy(port_space + EXPRESS + 0x0c, &link, 4);
	memcpy(port_space + EXPRESS + 0x14, &slot, 4);
	link_works = true;
	plugged = false;
	powered = full;
	if (full)
		plug();
	put16(CONTROL, full ? 0x100 : 0x700);
	events(8);
	arrived_count = left_there = left_gone = 0;
	assert_int_equal(pci_init(no_others), full ? 2 : 1);
	assert_int_equal(pci_hotplug_init(&actions), hot_plug);
}

static void end(void)
{
	while (pci_first()) {
		pci_hotplug_forget(pci_first());
		pci_remove(pci_first());
	}
}

static void expect(unsigned arrivals, unsigned there, unsigned gone)
{
	for (unsigned i = 0; i < 3; i++) /* and nothing happens twice */
		pci_hotplug_poll();
	assert_int_equal(arrived_count, arrivals);
	assert_int_equal(left_there, there);
	assert_int_equal(left_gone, gone);
}

static void test_nothing_happens(void **state)
{
	(void)state;
	start(true, true);
	expect(0, 0, 0);
	assert_int_equal(get16(STATUS) & 0x1f, 0);
	end();
	start(false, true);
	expect(0, 0, 0);
	end();
}

static void test_attention_button(void **state)
{
	(void)state;
	start(true, true);
	events(1);
	expect(0, 1, 0);
	assert_null(endpoint());
	assert_false(powered);
	assert_int_equal(get16(CONTROL), 0x7c0);
	end();
}

static void test_put_in(void **state)
{
	uint64_t address;

	(void)state;
	start(false, true);
	for (unsigned round = 0; round < 3; round++) {
		plug();
		events(9);
		expect(round + 1, round, 0);
		assert_true(powered);
		assert_non_null(endpoint());
		/* In the window of the port, aligned to its size. */
		address = (uintptr_t)pci_map_bar(endpoint(), 0);
		assert_in_range(address, 0xfe800000, 0xfe9fffff);
		assert_int_equal(address % 0x4000, 0);
		assert_int_equal(pci_bar(endpoint(), 0)->size, 0x4000);
		/* It does no DMA before its driver lets it. */
		assert_int_equal(pci_read16(endpoint(), PCI_COMMAND) & 7, PCI_COMMAND_MEMORY);
		events(1);
		expect(round + 1, round + 1, 0);
	}
	end();
}

/* A port that does not tell when it has carried out a command, and says so */
static void test_silent_port(void **state)
{
	uint64_t before;

	silent = true;
	test_put_in(state);
	before = now_ns;
	test_attention_button(state);
	assert_in_range(now_ns - before, 0, 500000000);
	silent = false;
}

static void test_pulled_out(void **state)
{
	(void)state;
	start(true, true);
	plugged = false;
	events(8);
	expect(0, 0, 1);
	assert_null(endpoint());
	plug();
	events(9);
	expect(1, 0, 1);
	end();
}

/* Presence that is never reported (QEMU with hot-plug by ACPI) is no reason to let go. */
static void test_presence_not_reported(void **state)
{
	(void)state;
	start(true, true);
	put16(STATUS, 0);
	expect(0, 0, 0);
	assert_non_null(endpoint());
	end();
}

/* A device that does not answer ends the wait, and may be taken out again. */
static void test_does_not_answer(void **state)
{
	(void)state;
	start(false, true);
	link_works = false;
	plug();
	events(9);
	expect(0, 0, 0);
	assert_null(endpoint());
	plugged = false;
	events(8);
	expect(0, 0, 0);
	link_works = true;
	plug();
	events(9);
	expect(1, 0, 0);
	end();
}

static void test_slot_without_hot_plug(void **state)
{
	(void)state;
	start(true, false);
	events(1);
	expect(0, 0, 0);
	assert_non_null(endpoint());
	end();
}

/* Capabilities where none can be, and BARs that reach beyond the last. */
static void test_impossible_registers(void **state)
{
	(void)state;
	start(true, true);
	device_space[6] = 0x10;
	device_space[0x34] = 0x20; /* in the header */
	device_space[0x20] = PCI_CAP_MSIX;
	assert_int_equal(pci_find_capability(endpoint(), PCI_CAP_MSIX), 0);
	device_space[0x34] = 0x40; /* points to itself */
	device_space[0x41] = 0x40;
	assert_int_equal(pci_find_capability(endpoint(), PCI_CAP_MSIX), 0);
	device_space[0x24] = 4; /* a 64-bit BAR in the last register */
	assert_false(pci_bar(endpoint(), 5)->is_64bit);
	end();

	/* a port's capability that reaches beyond its configuration space */
	start(false, true);
	end();
	port_space[0x34] = 0xf0;
	memcpy(port_space + 0xf0, port_space + EXPRESS, 16);
	memset(port_space + 4, 0xff, 1); /* what a register at 104h would read */
	assert_int_equal(pci_init(no_others), 1);
	assert_int_equal(pci_hotplug_init(&actions), 0);
	end();
}

/* Two BARs of one function get memory of their own. */
static void test_two_bars(void **state)
{
	uint64_t first, second;

	(void)state;
	start(true, true);
	two_bars = true;
	first = (uintptr_t)pci_map_bar(endpoint(), 0);
	second = (uintptr_t)pci_map_bar(endpoint(), 2);
	two_bars = false;
	assert_int_not_equal(first, 0);
	assert_true(second >= first + 0x4000 || (second && second + 0x1000 <= first));
	end();
}

static void test_window_full(void **state)
{
	(void)state;
	start(false, true);
	put16(0x20, 0xfe90); /* base above limit: no window */
	put16(0x22, 0xfe80);
	plug();
	events(9);
	expect(1, 0, 0);
	assert_null(pci_map_bar(endpoint(), 0));
	assert_int_equal(pci_assign_bar(endpoint(), 0), -ENOSPC);
	assert_int_equal(pci_assign_bar(endpoint(), 3), -EINVAL);
	end();
}

TESTS(cmocka_unit_test(test_nothing_happens), cmocka_unit_test(test_attention_button),
      cmocka_unit_test(test_put_in), cmocka_unit_test(test_silent_port),
      cmocka_unit_test(test_pulled_out), cmocka_unit_test(test_presence_not_reported),
      cmocka_unit_test(test_does_not_answer), cmocka_unit_test(test_slot_without_hot_plug),
      cmocka_unit_test(test_window_full), cmocka_unit_test(test_impossible_registers),
      cmocka_unit_test(test_two_bars))

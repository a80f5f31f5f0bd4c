/* PCI enumeration, BARs, capabilities, hot-plug slots, lspci and setpci over any configuration
 * space.
 *
 * Input: flags, the number of functions, for each function its place (bus, slot and function) and
 * which registers can be written; then configuration spaces of 64 bytes and more. With a flag set,
 * registers do not read the same twice; with another, every address answers like the first
 * function, as on a bus without decoding; with another, the first function is on bus 0 and has
 * extended configuration space. */
#include <stdlib.h>
#include <string.h>

#include "drivers/pci/bridge.h"
#include "drivers/pci/extended.h"
#include "drivers/pci/hotplug.h"
#include "drivers/pci/msix.h"
#include "drivers/pci/pci.h"
#include "drivers/pci/reset.h"
#include "drivers/pci/sriov.h"
#include "kernel/commands/command.h"
#include "kernel/x86/paging.h"
#include "kernel/x86/time.h"
#include "lib/errno.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/machine.h"
#include "tests/host/pci.h"

#define FUNCTIONS_MAX 8
#define SPACE	      256
#define FLAKY	      1
#define MIRRORED      2
#define SEARCH	      4 /* every bus is looked at, not only some */
#define EXTENDED      8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct input in;
static unsigned flags, function_count;
static struct function {
	uint16_t place; /* bus << 8 | slot << 3 | function */
	uint8_t space[SPACE];
	uint8_t writable; /* the ones of a BAR: those above this bit */
} functions[FUNCTIONS_MAX];

/* Of bus 0, where the first function may be in device 0. */
static uint8_t extended[256][PCI_EXTENDED_SIZE] __attribute__((aligned(PCI_EXTENDED_SIZE)));

static void check(bool holds)
{
	if (!holds)
		abort();
}

static struct function *find(uint16_t place)
{
	for (unsigned i = 0; i < function_count; i++)
		if (functions[i].place == place || (flags & MIRRORED && i == 0))
			return &functions[i];
	return NULL;
}

uint32_t config_space_read(uint16_t place, unsigned offset, unsigned width)
{
	const struct function *function = find(place);
	uint32_t value = UINT32_MAX;

	/* An access takes its time. */
	time_delay_ns(20000);
	if (function) {
		value = 0;
		memcpy(&value, function->space + offset, width);
		if (flags & FLAKY && input_take_back(&in, 1) & 1)
			value ^= (uint32_t)input_take_back(&in, width);
	}
	return value;
}

void config_space_write(uint16_t place, unsigned offset, uint32_t value, unsigned width)
{
	struct function *function = find(place);

	if (!function)
		return;
	if (offset >= PCI_BAR0 && offset < 0x28 && width == 4) {
		uint32_t fixed = (1u << function->writable % 32) - 1, old;

		memcpy(&old, function->space + offset, 4);
		value = (value & ~fixed) | (old & 15);
	}
	memcpy(function->space + offset, &value, width);
}

int paging_map_device(uint64_t address, uint64_t size)
{
	return size && address && address + size > address ? 0 : -EINVAL;
}

static void leaving(struct pci_device *device, bool there)
{
	char name[8];

	(void)there;
	check(strlen(pci_name(device, name)) == 7);
}

static void arrived(void)
{
}

static void look_at(struct pci_device *device)
{
	static const uint8_t ids[] = {PCI_CAP_PM, PCI_CAP_MSI, PCI_CAP_PCIE, PCI_CAP_MSIX};
	struct pci_device *path[PCI_PATH_MAX];
	struct pci_state state;
	struct pci_msix msix;
	char name[8];

	check(strlen(pci_name(device, name)) == 7);
	for (unsigned i = 0; i < sizeof(ids); i++) {
		unsigned offset = pci_find_capability(device, ids[i]);

		check(offset < 256 && offset % 4 == 0 && (!offset || offset >= 0x40));
	}
	for (unsigned i = 0; i < PCI_BARS; i++) {
		const struct pci_bar *bar = pci_bar(device, i);

		check((bar->size & (bar->size - 1)) == 0);
		check(bar->address + bar->size >= bar->address || bar->address + bar->size == 0);
		pci_map_bar(device, i);
		pci_assign_bar(device, i);
	}
	pci_wake(device);
	pci_save(device, &state);
	check(pci_path(device, path) <= PCI_PATH_MAX);
	pci_set_master(device, true);
	pci_restore(device, &state);
	pci_reset_function(device, &state);
	if (pci_msix_init(&msix, device) == 0)
		check(msix.count >= 1 && msix.count <= PCI_MSIX_VECTORS_MAX && msix.table &&
		      msix.pending);
	pci_present(device);
	check(pci_sriov_count(device) <= PCI_BUSES * 256u);
	if (pci_sriov_total(device) && pci_sriov_enable(device, 1) == 0)
		pci_sriov_disable(device);
}

static int run(int argc, char **argv)
{
	static const struct pci_hotplug_actions actions = {leaving, arrived};
	static const uint8_t root_buses[PCI_BUSES / 8] = {0, 0x81, 0, 0xff};
	static char *const commands[][8] = {
		{"lspci", "-vvvxxxx"},
		{"lspci", "-nnvk", "-s", "0:4.0"},
		{"lspci", "-tv"},
		{"lspci", "-vmm"},
		{"lspci", "-t", "-s", "4"},
		{"setpci", "-v", "-s", ":", "-f", "CAP_EXP+8.w=f:1", "0.l"},
		{"setpci", "-v", "-d", ":", "ECAP_AER+10.l=ff", "CAP_MSIX+2.w@1"},
	};
	unsigned count = pci_init(flags & SEARCH ? NULL : root_buses), listed = 0;

	(void)argc, (void)argv;
	for (struct pci_device *device = pci_first(); device; device = device->next) {
		listed++;
		if (listed <= 16)
			look_at(device);
	}
	check(count == listed);
	for (unsigned i = 0; i < sizeof(commands) / sizeof(commands[0]) && listed <= 16; i++) {
		char *words[8];
		int words_count = 0;

		memcpy(words, commands[i], sizeof(words));
		while (words[words_count])
			words_count++;
		command_run(command_find(words[0]), words_count, words);
	}
	pci_hotplug_init(&actions);
	for (unsigned i = 0; i < 4; i++) {
		unsigned changed = (unsigned)input_take(&in, 1) % FUNCTIONS_MAX;

		functions[changed].space[input_take(&in, 1)] = (uint8_t)input_take(&in, 1);
		pci_hotplug_poll();
	}
	if (flags & SEARCH)
		pci_search();
	else
		pci_rescan();
	while (pci_first()) {
		pci_hotplug_forget(pci_first());
		pci_remove(pci_first());
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool started;
	char *argv[] = {(char *)"pci", NULL};

	if (!started)
		machine_start();
	started = true;
	machine_begin("", 0, false);
	pci_set_hole(0xc0000000, 0xfec00000);
	in = (struct input){data, data + size};
	memset(functions, 0, sizeof(functions));
	flags = (unsigned)input_take(&in, 1);
	function_count = (unsigned)input_take(&in, 1) % (FUNCTIONS_MAX + 1);
	for (unsigned i = 0; i < function_count; i++) {
		functions[i].place = (uint16_t)input_take(&in, 2);
		functions[i].writable = (uint8_t)input_take(&in, 1);
	}
	memset(extended, 0, sizeof(extended));
	pci_set_ecam(0, 0, 0);
	if (flags & EXTENDED) {
		functions[0].place &= 7;
		pci_set_ecam((uintptr_t)extended, 0, 0);
		for (unsigned at = 0; at < 256; at++)
			extended[functions[0].place & 7][PCI_EXTENDED_FROM + at] =
				(uint8_t)input_take(&in, 1);
	}
	for (unsigned i = 0; i < function_count; i++)
		for (unsigned at = 0; at < (i ? 96 : SPACE); at++)
			functions[i].space[at] = (uint8_t)input_take(&in, 1);
	if (flags & EXTENDED)
		memcpy(extended[functions[0].place & 7], functions[0].space, 4);
	machine_run(run, 1, argv);
	machine_end();
	return 0;
}

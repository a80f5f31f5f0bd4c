/* What drivers/nvme/probe.c stands on, in tests. */
#include "tests/unit/probe_machine.h"

#include "drivers/pci/reset.h"
#include "kernel/cmdline.h"
#include "kernel/log.h"
#include "kernel/memory.h"
#include "lib/errno.h"
#include "tests/unit/cmocka.h"

struct probe_machine probe_machine;

unsigned nvme_quirks(uint16_t vendor, uint16_t device)
{
	return vendor == 0x1b36 && device == 0x0010 ? NVME_QUIRK_STICKY_PIN : 0;
}

static struct function *function_of(const struct pci_device *device)
{
	return (struct function *)((char *)device - offsetof(struct function, device));
}

struct pci_device *pci_first(void)
{
	struct pci_device *first = NULL, **link = &first;

	for (unsigned i = 0; i < probe_machine.function_count; i++)
		if (probe_machine.functions[i].listed) {
			*link = &probe_machine.functions[i].device;
			link = &probe_machine.functions[i].device.next;
			*link = NULL;
		}
	return first;
}

unsigned pci_search(void)
{
	unsigned added = 0;

	for (unsigned i = 0; i < probe_machine.function_count; i++) {
		added += probe_machine.functions[i].plugged && !probe_machine.functions[i].listed;
		probe_machine.functions[i].listed |= probe_machine.functions[i].plugged;
	}
	return added;
}

int pci_wake(struct pci_device *device)
{
	if (probe_machine.sleeps_on)
		return -EIO;
	function_of(device)->awake = true;
	return 0;
}

void pci_set_master(struct pci_device *device, bool on)
{
	uint16_t *command = &function_of(device)->command;

	if (!function_of(device)->plugged)
		return;
	*command = on ? *command | PCI_COMMAND_MASTER : *command & (uint16_t)~PCI_COMMAND_MASTER;
}

void pci_save(struct pci_device *device, struct pci_state *state)
{
	*state = (struct pci_state){.command = function_of(device)->command};
}

int pci_restore(struct pci_device *device, const struct pci_state *state)
{
	function_of(device)->command = state->command;
	return -ENODEV;
}

int pci_reset_function(struct pci_device *device, const struct pci_state *state)
{
	function_of(device)->command = state->command;
	return -EOPNOTSUPP;
}

void pci_remove(struct pci_device *device)
{
	assert_false(function_of(device)->plugged);
	function_of(device)->listed = false;
	probe_machine.removed++;
}

bool pci_present(const struct pci_device *device)
{
	return function_of(device)->plugged;
}

uint16_t pci_read16(const struct pci_device *device, unsigned offset)
{
	assert_int_equal(offset, PCI_COMMAND);
	return function_of(device)->plugged ? function_of(device)->command : 0xffff;
}

void pci_write16(const struct pci_device *device, unsigned offset, uint16_t value)
{
	assert_int_equal(offset, PCI_COMMAND);
	function_of(device)->command = value;
}

/* Nobody claims a controller here. */
uint8_t pci_read8(const struct pci_device *device, unsigned offset)
{
	fail_msg("%p: read of offset %u", (const void *)device, offset);
	return 0;
}

uint32_t pci_read32(const struct pci_device *device, unsigned offset)
{
	return pci_read8(device, offset);
}

void pci_write8(const struct pci_device *device, unsigned offset, uint8_t value)
{
	fail_msg("%p: write of %x to offset %u", (const void *)device, value, offset);
}

void pci_write32(const struct pci_device *device, unsigned offset, uint32_t value)
{
	fail_msg("%p: write of %x to offset %u", (const void *)device, value, offset);
}

struct nvme_controller *nvme_find(const char *name)
{
	fail_msg("%s is looked for", name);
	return NULL;
}

const struct pci_bar *pci_bar(struct pci_device *device, unsigned index)
{
	assert_int_equal(index, 0);
	assert_true(function_of(device)->awake);
	return &device->bars[0];
}

volatile void *pci_map_bar(struct pci_device *device, unsigned index)
{
	if (probe_machine.no_mapping)
		return NULL;
	return (volatile void *)(uintptr_t)pci_bar(device, index)->address;
}

char *pci_name(const struct pci_device *device, char *buffer)
{
	snprintf(buffer, 8, "00:%02x.0", device->slot & 31u);
	return buffer;
}

void *kzalloc(size_t size)
{
	probe_machine.allocations += !probe_machine.out_of_memory;
	return probe_machine.out_of_memory ? NULL : calloc(1, size);
}

void kfree(void *memory)
{
	probe_machine.allocations -= memory != NULL;
	free(memory);
}

void klog(int level, const char *format, ...)
{
	size_t length = strlen(probe_machine.logged);
	va_list args;

	length += (size_t)snprintf(probe_machine.logged + length,
				   sizeof(probe_machine.logged) - length, "<%d>", level);
	va_start(args, format);
	vsnprintf(probe_machine.logged + length, sizeof(probe_machine.logged) - length, format,
		  args);
	va_end(args);
}

int nvme_attach(volatile void *bar, uint64_t bar_size, struct nvme_pci *pci,
		const struct nvme_options *options, struct nvme_controller **controller)
{
	if (probe_machine.attach_error)
		return probe_machine.attach_error;
	*controller = calloc(1, sizeof(**controller));
	**controller = (struct nvme_controller){
		.pci = pci,
		.options = *options,
		.bar = bar,
		.bar_size = bar_size,
		.state = NVME_LIVE,
		.next = probe_machine.controllers,
	};
	strcpy((*controller)->address, options->address);
	probe_machine.controllers = *controller;
	return 0;
}

void nvme_detach(struct nvme_controller *controller, bool orderly)
{
	struct nvme_controller **link = &probe_machine.controllers;

	while (*link != controller)
		link = &(*link)->next;
	*link = controller->next;
	free(controller);
	probe_machine.detached++;
	probe_machine.detached_in_order += orderly;
}

int nvme_identify_command(struct nvme_controller *controller, unsigned cns, uint32_t nsid,
			  void *buffer, struct nvme_reply *reply)
{
	(void)reply;
	assert_ptr_equal(controller, nvme_on(&probe_machine.functions[0].device));
	assert_int_equal(cns, NVME_CNS_SECONDARY_CONTROLLERS);
	assert_int_equal(nsid, 0);
	if (probe_machine.identify_error)
		return probe_machine.identify_error;
	memcpy(buffer, &probe_machine.secondaries, sizeof(probe_machine.secondaries));
	return 0;
}

struct nvme_controller *nvme_first(void)
{
	return probe_machine.controllers;
}

enum nvme_state nvme_state(const struct nvme_controller *controller)
{
	return controller->state;
}

struct function *probe_add(uint16_t vendor, uint16_t id, uint32_t class_code)
{
	struct function *function = &probe_machine.functions[probe_machine.function_count];

	*function = (struct function){
		.device = {.vendor = vendor,
			   .device = id,
			   .class_code = class_code,
			   .slot = (uint8_t)(4 + probe_machine.function_count),
			   .bars = {{.address = 0xfebc0000, .size = 0x4000}}},
		.command = PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER,
		.plugged = true,
		.listed = true,
	};
	probe_machine.function_count++;
	return function;
}

struct function *probe_add_ours(void)
{
	return probe_add(0x1b36, 0x0010, 0x010802);
}

int probe_start(void **state)
{
	(void)state;
	probe_machine.function_count = 0;
	probe_machine.allocations = probe_machine.detached = probe_machine.detached_in_order =
		probe_machine.removed = 0;
	probe_machine.out_of_memory = probe_machine.no_mapping = probe_machine.sleeps_on = false;
	probe_machine.attach_error = probe_machine.identify_error = 0;
	memset(&probe_machine.secondaries, 0, sizeof(probe_machine.secondaries));
	probe_machine.logged[0] = '\0';
	cmdline_init("");
	return 0;
}

int probe_end(void **state)
{
	(void)state;
	for (unsigned i = 0; i < probe_machine.function_count; i++)
		nvme_remove(&probe_machine.functions[i].device, true);
	assert_null(probe_machine.controllers);
	assert_int_equal(probe_machine.allocations, 0);
	return 0;
}

/* Controllers on PCI: which functions are taken, with which options, and what becomes of them when
 * they go. The functions and what starts a controller are this file's own; the command line is
 * real. */
#include "drivers/nvme/nvme.h"
#include "drivers/pci/pci.h"
#include "drivers/pci/reset.h"
#include "kernel/cmdline.h"
#include "kernel/log.h"
#include "kernel/memory.h"
#include "lib/errno.h"
#include "tests/unit/cmocka.h"

#define FUNCTIONS_MAX 8

struct nvme_controller {
	struct nvme_pci *pci;
	struct nvme_options options;
	char address[8];
	volatile void *bar;
	uint64_t bar_size;
	enum nvme_state state;
	struct nvme_controller *next;
};

static struct function {
	struct pci_device device;
	uint16_t command;
	bool plugged, listed, awake;
} functions[FUNCTIONS_MAX];
static unsigned function_count;
static struct nvme_controller *controllers;
static unsigned allocations, detached, detached_in_order, removed;
static bool out_of_memory, no_mapping, sleeps_on;
static int attach_error;
static char logged[1024];

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

	for (unsigned i = 0; i < function_count; i++)
		if (functions[i].listed) {
			*link = &functions[i].device;
			link = &functions[i].device.next;
			*link = NULL;
		}
	return first;
}

unsigned pci_search(void)
{
	unsigned added = 0;

	for (unsigned i = 0; i < function_count; i++) {
		added += functions[i].plugged && !functions[i].listed;
		functions[i].listed |= functions[i].plugged;
	}
	return added;
}

int pci_wake(struct pci_device *device)
{
	if (sleeps_on)
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
	removed++;
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

const struct pci_bar *pci_bar(struct pci_device *device, unsigned index)
{
	assert_int_equal(index, 0);
	assert_true(function_of(device)->awake);
	return &device->bars[0];
}

volatile void *pci_map_bar(struct pci_device *device, unsigned index)
{
	if (no_mapping)
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
	allocations += !out_of_memory;
	return out_of_memory ? NULL : calloc(1, size);
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

	length += (size_t)snprintf(logged + length, sizeof(logged) - length, "<%d>", level);
	va_start(args, format);
	vsnprintf(logged + length, sizeof(logged) - length, format, args);
	va_end(args);
}

int nvme_attach(volatile void *bar, uint64_t bar_size, struct nvme_pci *pci,
		const struct nvme_options *options, struct nvme_controller **controller)
{
	if (attach_error)
		return attach_error;
	*controller = calloc(1, sizeof(**controller));
	**controller = (struct nvme_controller){
		.pci = pci,
		.options = *options,
		.bar = bar,
		.bar_size = bar_size,
		.state = NVME_LIVE,
		.next = controllers,
	};
	strcpy((*controller)->address, options->address);
	controllers = *controller;
	return 0;
}

void nvme_detach(struct nvme_controller *controller, bool orderly)
{
	struct nvme_controller **link = &controllers;

	while (*link != controller)
		link = &(*link)->next;
	*link = controller->next;
	free(controller);
	detached++;
	detached_in_order += orderly;
}

struct nvme_controller *nvme_first(void)
{
	return controllers;
}

enum nvme_state nvme_state(const struct nvme_controller *controller)
{
	return controller->state;
}

/* A function more, that is plugged in and listed. */
static struct function *add(uint16_t vendor, uint16_t id, uint32_t class_code)
{
	struct function *function = &functions[function_count];

	*function = (struct function){
		.device = {.vendor = vendor,
			   .device = id,
			   .class_code = class_code,
			   .slot = (uint8_t)(4 + function_count),
			   .bars = {{.address = 0xfebc0000, .size = 0x4000}}},
		.command = PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER,
		.plugged = true,
		.listed = true,
	};
	function_count++;
	return function;
}

static struct function *add_ours(void)
{
	return add(0x1b36, 0x0010, 0x010802);
}

static int start(void **state)
{
	(void)state;
	function_count = 0;
	allocations = detached = detached_in_order = removed = 0;
	out_of_memory = no_mapping = sleeps_on = false;
	attach_error = 0;
	logged[0] = '\0';
	cmdline_init("");
	return 0;
}

/* Everything is taken away, and nothing is kept. */
static int end(void **state)
{
	(void)state;
	for (unsigned i = 0; i < function_count; i++)
		nvme_remove(&functions[i].device, true);
	assert_null(controllers);
	assert_int_equal(allocations, 0);
	return 0;
}

static void test_found(void **state)
{
	struct function *disk, *ours, *foreign;

	(void)state;
	disk = add(0x8086, 0x2922, 0x010601);
	ours = add_ours();
	foreign = add(0x144d, 0xa808, 0x010802);
	assert_int_equal(nvme_init(), 1);
	assert_string_equal(controllers->address, "00:05.0");
	assert_ptr_equal((void *)controllers->bar, (void *)0xfebc0000);
	assert_int_equal(controllers->bar_size, 0x4000);
	assert_string_equal(ours->device.driver, "my_nvme");
	assert_null(disk->device.driver);
	assert_null(foreign->device.driver);
	/* The pin is off until it is asked for; the others' are their own. */
	assert_true(ours->command & PCI_COMMAND_INTX_OFF);
	assert_false(foreign->command & PCI_COMMAND_INTX_OFF);
	assert_int_equal(nvme_init(), 0);
	assert_string_equal(logged, "");
	/* QEMU's has its quirks, others have not. */
	assert_int_equal(controllers->options.quirks, NVME_QUIRK_STICKY_PIN);
	cmdline_init("nvme.any=1");
	assert_int_equal(nvme_rescan(), 1);
	assert_string_equal(controllers->address, "00:06.0");
	assert_int_equal(controllers->options.quirks, 0);
	assert_null(disk->device.driver);
}

/* What the driver may do to the function while it has the controller */
static void test_function(void **state)
{
	struct function *ours;
	const struct nvme_options *options;

	(void)state;
	ours = add_ours();
	sleeps_on = true;
	assert_int_equal(nvme_init(), 0);
	assert_null(controllers);
	sleeps_on = false;
	assert_int_equal(nvme_rescan(), 1);
	options = &controllers->options;
	ours->command = 0;
	assert_int_equal(options->restore(controllers->pci), -ENODEV);
	assert_int_equal(ours->command,
			 PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_INTX_OFF);
	ours->command = 0;
	assert_int_equal(options->reset(controllers->pci), -EOPNOTSUPP);
	assert_true(ours->command & PCI_COMMAND_MEMORY);
}

/* One on a bus that was not looked at in the beginning. */
static void test_left_out_by_firmware(void **state)
{
	(void)state;
	add_ours()->listed = false;
	assert_int_equal(nvme_init(), 1);
	assert_string_equal(logged, "");
}

static void test_none(void **state)
{
	(void)state;
	add(0x8086, 0x5845, 0x010802);
	assert_int_equal(nvme_init(), 0);
	assert_string_equal(logged, "<4>nvme: no controller found (looked for 1b36:0010; "
				    "nvme.any=1 takes any NVMe controller)");
}

static void test_options(void **state)
{
	const struct nvme_options *options;

	(void)state;
	add_ours();
	cmdline_init("nvme.timeout_ms=700 nvme.admin_timeout_ms=3600000 nvme.queues=64 "
		     "nvme.depth=2 nvme.max_transfer=0x20000 nvme.irq=intx nvme.spin_us=9 "
		     "nvme.shadow=1 nvme.data=sgl nvme.coalesce=4,255");
	assert_int_equal(nvme_init(), 1);
	options = &controllers->options;
	assert_int_equal(options->timeout_ms, 700);
	assert_int_equal(options->admin_timeout_ms, 3600000);
	assert_int_equal(options->queues, 64);
	assert_int_equal(options->depth, 2);
	assert_int_equal(options->max_transfer, 128 << 10);
	assert_int_equal(options->irq, NVME_IRQ_INTX);
	assert_int_equal(options->spin_us, 9);
	assert_true(options->shadow_doorbells);
	assert_int_equal(options->data, NVME_DATA_SGL);
	assert_int_equal(options->coalesce_threshold, 4);
	assert_int_equal(options->coalesce_time, 255);
	assert_string_equal(logged, "");
}

static void test_words(void **state)
{
	static const struct {
		const char *line;
		enum nvme_irq irq;
		enum nvme_data data;
		const char *warning;
	} rows[] = {
		{"", NVME_IRQ_BEST, NVME_DATA_AUTO, ""},
		{"nvme.irq=poll nvme.data=auto", NVME_IRQ_POLL, NVME_DATA_AUTO, ""},
		{"nvme.irq=intx nvme.data=prp", NVME_IRQ_INTX, NVME_DATA_PRP, ""},
		{"nvme.irq=msix nvme.data=sgl", NVME_IRQ_MSIX, NVME_DATA_SGL, ""},
		{"nvme.irq=msi", NVME_IRQ_BEST, NVME_DATA_AUTO,
		 "<4>command line: nvme.irq=msi: expected poll, intx, msix, ignored"},
		{"nvme.data=dma", NVME_IRQ_BEST, NVME_DATA_AUTO,
		 "<4>command line: nvme.data=dma: expected auto, prp, sgl, ignored"},
		{"nvme.depth=1", NVME_IRQ_BEST, NVME_DATA_AUTO,
		 "<4>command line: nvme.depth=1: expected 2 to 1024, ignored"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		start(state);
		add_ours();
		cmdline_init(rows[i].line);
		cmdline_check();
		assert_int_equal(nvme_init(), 1);
		assert_int_equal(controllers->options.irq, rows[i].irq);
		assert_int_equal(controllers->options.data, rows[i].data);
		assert_int_equal(controllers->options.depth, 0);
		assert_string_equal(logged, rows[i].warning);
		end(state);
	}
}

static void test_coalescing(void **state)
{
	static const struct {
		const char *line;
		unsigned threshold, time;
		bool good;
	} rows[] = {
		{"nvme.coalesce=0,0", 0, 0, true},    {"nvme.coalesce=255,255", 255, 255, true},
		{"nvme.coalesce=08,001", 8, 1, true}, {"nvme.coalesce=", 0, 0, false},
		{"nvme.coalesce=8", 0, 0, false},     {"nvme.coalesce=8,", 0, 0, false},
		{"nvme.coalesce=,8", 0, 0, false},    {"nvme.coalesce=256,1", 0, 0, false},
		{"nvme.coalesce=1,256", 0, 0, false}, {"nvme.coalesce=1,2,3", 0, 0, false},
		{"nvme.coalesce=1;2", 0, 0, false},   {"nvme.coalesce=-1,2", 0, 0, false},
		{"nvme.coalesce=1,2x", 0, 0, false},  {"nvme.coalesce=4294967297,1", 0, 0, false},
		{"nvme.coalesce=0x1,1", 0, 0, false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		start(state);
		add_ours();
		cmdline_init(rows[i].line);
		cmdline_check();
		assert_int_equal(nvme_init(), 1);
		assert_int_equal(controllers->options.coalesce_threshold, rows[i].threshold);
		assert_int_equal(controllers->options.coalesce_time, rows[i].time);
		if (rows[i].good)
			assert_string_equal(logged, "");
		else
			assert_non_null(strstr(logged, "expected COMPLETIONS,TIME, each 0 to 255"));
		end(state);
	}
}

/* What cannot be started is left alone, whole, and the next one is started. */
static void test_failures(void **state)
{
	struct function *io, *bare, *ours;

	(void)state;
	io = add_ours();
	io->device.bars[0].io = true;
	bare = add_ours();
	bare->device.bars[0].size = 0;
	ours = add_ours();
	assert_int_equal(nvme_init(), 1);
	assert_string_equal(controllers->address, "00:06.0");
	assert_string_equal(logged, "<3>nvme: 00:04.0: BAR0 is no memory"
				    "<3>nvme: 00:05.0: BAR0 is no memory");
	assert_null(io->device.driver);
	nvme_remove(&io->device, true);
	assert_int_equal(detached, 0);
	nvme_remove(&ours->device, true);

	io->listed = bare->listed = false;
	no_mapping = true;
	assert_int_equal(nvme_init(), 0);
	no_mapping = false;
	out_of_memory = true;
	logged[0] = '\0';
	assert_int_equal(nvme_init(), 0);
	assert_non_null(strstr(logged, "<3>nvme: 00:06.0: out of memory"));
	out_of_memory = false;
	attach_error = -5;
	assert_int_equal(nvme_init(), 0);
	assert_null(strstr(logged, "no controller found"));
	assert_int_equal(allocations, 0);
	assert_null(ours->device.driver);
	/* and later it works */
	attach_error = 0;
	assert_int_equal(nvme_rescan(), 1);
	assert_string_equal(ours->device.driver, "my_nvme");
}

static void test_remove(void **state)
{
	struct function *one, *two;

	(void)state;
	one = add_ours();
	two = add_ours();
	assert_int_equal(nvme_init(), 2);
	nvme_remove(&one->device, true);
	assert_int_equal(detached, 1);
	assert_int_equal(detached_in_order, 1);
	assert_null(one->device.driver);
	assert_non_null(two->device.driver);
	nvme_remove(&one->device, true);
	assert_int_equal(detached, 1);
	two->plugged = false;
	nvme_remove(&two->device, false);
	assert_int_equal(detached, 2);
	assert_int_equal(detached_in_order, 1);
}

static void test_rescan(void **state)
{
	struct function *one, *two, *three;

	(void)state;
	one = add_ours();
	two = add_ours();
	three = add_ours();
	three->plugged = three->listed = false;
	assert_int_equal(nvme_init(), 2);
	assert_int_equal(nvme_rescan(), 0);
	assert_int_equal(detached, 0);
	/* One was pulled out, another one came. */
	one->plugged = false;
	three->plugged = true;
	assert_int_equal(nvme_rescan(), 1);
	assert_int_equal(detached, 1);
	assert_int_equal(detached_in_order, 0);
	assert_int_equal(removed, 1);
	assert_null(one->device.driver);
	assert_non_null(three->device.driver);
	/* Out and in again between two looks: the controller knows that it was gone. */
	for (struct nvme_controller *c = controllers; c; c = c->next)
		if (strcmp(c->address, "00:05.0") == 0)
			c->state = NVME_GONE;
	assert_int_equal(nvme_rescan(), 1);
	assert_int_equal(detached, 2);
	assert_int_equal(removed, 1);
	assert_non_null(two->device.driver);
	/* All are gone; and all come back. */
	two->plugged = three->plugged = false;
	assert_int_equal(nvme_rescan(), 0);
	assert_null(controllers);
	one->plugged = two->plugged = three->plugged = true;
	assert_int_equal(nvme_rescan(), 3);
	assert_int_equal(removed, 3);
}

/* The driver's way to keep a controller that it cannot stop off its memory. */
static void test_bus_master(void **state)
{
	struct function *ours;
	struct nvme_controller *controller;

	(void)state;
	ours = add_ours();
	assert_int_equal(nvme_init(), 1);
	controller = controllers;
	controller->options.bus_master(controller->pci, false);
	assert_int_equal(ours->command, PCI_COMMAND_MEMORY | PCI_COMMAND_INTX_OFF);
	controller->options.bus_master(controller->pci, true);
	assert_int_equal(ours->command,
			 PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_INTX_OFF);
	ours->plugged = false;
	controller->options.bus_master(controller->pci, false);
	assert_int_equal(ours->command,
			 PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_INTX_OFF);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)

TESTS(TEST(test_found), TEST(test_function), TEST(test_left_out_by_firmware), TEST(test_none),
      TEST(test_options), TEST(test_words), TEST(test_coalescing), TEST(test_failures),
      TEST(test_remove), TEST(test_rescan), TEST(test_bus_master))

/* lspci: the PCI functions, from configuration space alone, in the form of pciutils. */
#include "kernel/commands/pci/lspci.h"

#include "drivers/pci/names.h"
#include "kernel/commands/command.h"
#include "kernel/commands/pci/selector.h"
#include "lib/string.h"

struct settings {
	struct lspci view; /* numeric, verbose */
	int dump;	   /* how many -x */
	int machine;	   /* how many -m */
	bool kernel, domains, tree, selective;
	struct pci_selector selector;
};

/* A register of width bytes; all ones where it is not there. */
static uint32_t read(const struct lspci *view, unsigned offset, unsigned width)
{
	if (view->at + offset + width > view->size)
		return UINT32_MAX;
	return pci_config_read(view->device, view->at + offset, width);
}

uint8_t lspci_read8(const struct lspci *view, unsigned offset)
{
	return (uint8_t)read(view, offset, 1);
}

uint16_t lspci_read16(const struct lspci *view, unsigned offset)
{
	return (uint16_t)read(view, offset, 2);
}

uint32_t lspci_read32(const struct lspci *view, unsigned offset)
{
	return read(view, offset, 4);
}

bool lspci_decodes(const struct lspci *view, unsigned end)
{
	return view->verbose > 1 && view->at + end <= view->size;
}

void lspci_bits(uint32_t value, const char *text)
{
	for (; *text; text++) {
		if (*text != '%') {
			out_char(*text);
			continue;
		}
		text++;
		out_char(value >> (*text <= '9' ? *text - '0' : *text - 'a' + 10) & 1 ? '+' : '-');
	}
}

void lspci_name(uint16_t vendor, uint16_t id, const char *device_name, int numeric)
{
	const char *vendor_name = pci_vendor_name(vendor);

	if (numeric == 1) {
		out("%04x:%04x", vendor, id);
		return;
	}
	if (vendor_name && device_name)
		out("%s %s", vendor_name, device_name);
	else if (vendor_name && numeric)
		out("%s Device", vendor_name);
	else if (vendor_name)
		out("%s Device %04x", vendor_name, id);
	else if (numeric)
		out("Device");
	else
		out("Device %04x:%04x", vendor, id);
	if (numeric)
		out(" [%04x:%04x]", vendor, id);
}

/* A name, or its number, or both: "Red Hat, Inc. [1b36]". */
static void print_named(const char *name, const char *unknown, unsigned number, int numeric)
{
	if (numeric == 1)
		out("%04x", number);
	else if (numeric)
		out("%s [%04x]", name ? name : unknown, number);
	else if (name)
		out("%s", name);
	else
		out("%s %04x", unknown, number);
}

static uint16_t class_of(const struct pci_device *device)
{
	return (uint16_t)(device->class_code >> 8);
}

static void print_slot(const struct settings *settings)
{
	char name[8];

	out("%s%s", settings->domains ? "0000:" : "", pci_name(settings->view.device, name));
}

static void print_headline(const struct settings *settings)
{
	const struct pci_device *device = settings->view.device;
	const char *interface = pci_interface_name(device->class_code);
	int numeric = settings->view.numeric, verbose = settings->view.verbose;

	print_slot(settings);
	if (numeric >= 2) {
		out(" Class %04x: %04x:%04x", class_of(device), device->vendor, device->device);
	} else {
		out(" ");
		print_named(pci_class_name(class_of(device)), "Class", class_of(device), numeric);
		out(": ");
		lspci_name(device->vendor, device->device,
			   pci_device_name(device->vendor, device->device), numeric);
	}
	/* The listing with -nn is the bare one. */
	if (numeric < 2 || verbose) {
		if (device->revision)
			out(" (rev %02x)", device->revision);
		if (verbose && interface)
			out(" (prog-if %02x [%s])", device->class_code & 0xff, interface);
		else if (verbose && (device->class_code & 0xff))
			out(" (prog-if %02x)", device->class_code & 0xff);
	}
	out("\n");
}

static void print_function(struct settings *settings)
{
	struct lspci *view = &settings->view;

	print_headline(settings);
	if (view->verbose || settings->kernel)
		lspci_subsystem(view);
	if (view->verbose)
		lspci_header(view);
	if (view->device->driver && (view->verbose || settings->kernel))
		out("\tKernel driver in use: %s\n", view->device->driver);
}

/* What identifies a function, for programs: its name in -vm, whether an identifier of the
 * subsystem, and what an unknown one is called. */
enum identity { CLASS, VENDOR, DEVICE, SUBSYSTEM_VENDOR, SUBSYSTEM_DEVICE, IDENTITIES };

static void print_identity(const struct lspci *view, enum identity what)
{
	const struct pci_device *device = view->device;
	uint16_t vendor = 0, id = 0;
	int numeric = view->numeric;

	lspci_find_subsystem(view, &vendor, &id);
	switch (what) {
	case CLASS:
		print_named(pci_class_name(class_of(device)), "Class", class_of(device), numeric);
		break;
	case VENDOR:
		print_named(pci_vendor_name(device->vendor), "Vendor", device->vendor, numeric);
		break;
	case DEVICE:
		print_named(pci_device_name(device->vendor, device->device), "Device",
			    device->device, numeric);
		break;
	case SUBSYSTEM_VENDOR:
		print_named(pci_vendor_name(vendor), "Unknown vendor", vendor, numeric);
		break;
	default:
		print_named(pci_subsystem_name(device->vendor, device->device, vendor, id),
			    "Device", id, numeric);
	}
}

/* -m: one line; -vm, -vmm: a line for each item. */
static void print_for_machines(const struct settings *settings)
{
	static const char *const titles[] = {"Class", "Vendor", "Device", "SVendor", "SDevice"};
	const struct lspci *view = &settings->view;
	const struct pci_device *device = view->device;
	unsigned interface = device->class_code & 0xff;
	uint16_t vendor, id;
	unsigned count = lspci_find_subsystem(view, &vendor, &id) ? IDENTITIES : SUBSYSTEM_VENDOR;

	if (view->verbose)
		out(settings->machine > 1 ? "Slot:\t" : "Device:\t");
	print_slot(settings);
	if (view->verbose) {
		out("\n");
		for (unsigned i = 0; i < count; i++) {
			out("%s:\t", titles[i]);
			print_identity(view, i);
			out("\n");
		}
		if (device->revision)
			out("Rev:\t%02x\n", device->revision);
		out("ProgIf:\t%02x\n", interface);
		if (settings->kernel && device->driver)
			out("Driver:\t%s\n", device->driver);
		return;
	}
	for (unsigned i = 0; i < IDENTITIES; i++) {
		if (i == SUBSYSTEM_VENDOR && device->revision)
			out(" -r%02x", device->revision);
		if (i == SUBSYSTEM_VENDOR)
			out(" -p%02x", interface);
		out(" \"");
		if (i < count)
			print_identity(view, i);
		out("\"");
	}
	out("\n");
}

static void print_dump(const struct lspci *view, int much)
{
	unsigned size = much < 3 ? 64 : much < 4 ? PCI_CONFIG_SIZE : view->size;

	for (unsigned offset = 0; offset < size; offset++) {
		if (offset % 16 == 0)
			out("%02x:", offset);
		out(" %02x%s", lspci_read8(view, offset), offset % 16 == 15 ? "\n" : "");
	}
}

static void parse_options(struct settings *settings, int argc, char **argv)
{
	struct getopt state = {0};
	int option;

	while ((option = getopt_next(&state, argc, argv, "nvxktmDs:d:", NULL)) != -1) {
		switch (option) {
		case 'n':
			settings->view.numeric++;
			break;
		case 'v':
			settings->view.verbose++;
			break;
		case 'x':
			settings->dump++;
			break;
		case 'm':
			settings->machine++;
			break;
		case 'k':
			settings->kernel = true;
			break;
		case 't':
			settings->tree = true;
			break;
		case 'D':
			settings->domains = true;
			break;
		case 's':
			settings->selective = true;
			if (!pci_select_slot(&settings->selector, state.argument))
				fail(1, "-s: %s is not [[[domain]:]bus:][slot][.[function]]",
				     quote(state.argument));
			break;
		case 'd':
			settings->selective = true;
			if (!pci_select_id(&settings->selector, state.argument))
				fail(1, "-d: %s is not [vendor]:[device][:class[:interface]]",
				     quote(state.argument));
			break;
		default:
			fail_usage(1);
		}
	}
	if (state.index < argc)
		fail(1, "extra operand %s", quote(argv[state.index]));
}

static int lspci_main(int argc, char **argv)
{
	struct settings settings = {.selector = PCI_SELECT_ALL};
	struct lspci *view = &settings.view;

	parse_options(&settings, argc, argv);
	if (settings.tree) {
		lspci_tree(view, settings.selective ? &settings.selector : NULL);
		return 0;
	}
	for (struct pci_device *device = pci_first(); device; device = device->next) {
		if (!pci_selected(&settings.selector, device))
			continue;
		view->device = device;
		view->size = pci_config_size(device);
		if (settings.machine)
			print_for_machines(&settings);
		else
			print_function(&settings);
		if (settings.dump)
			print_dump(view, settings.dump);
		if (view->verbose || settings.dump)
			out("\n");
	}
	return 0;
}

static void lspci_complete(struct completion *completion)
{
	const char *before = completion->argv[completion->argc - 1];

	completion->files = false;
	if (before[0] == '-' && before[strlen(before) - 1] == 's')
		pci_complete_slot(completion);
}

COMMAND(lspci, "[-nvktmDx]... [-s SLOT] [-d ID]", "List all PCI functions",
	"  -n        show numbers instead of names\n"
	"  -nn       show class, vendor and device numbers only: 00:04.0 Class 0108: 1b36:0010\n"
	"  -v        show subsystem, flags, base address registers and capabilities\n"
	"  -vv       show what the capabilities say, -vvv also windows that are closed\n"
	"  -k        show the driver in use\n"
	"  -t        show the buses as a tree, -tv with names\n"
	"  -m        show one quoted line for programs, -vm, -vmm a line for each item\n"
	"  -D        show domains\n"
	"  -x        dump the first 64 bytes of configuration space, -xxx 256, -xxxx all\n"
	"  -s SLOT   only functions at [[[domain]:]bus:][slot][.[function]], hexadecimal\n"
	"  -d ID     only functions with [vendor]:[device][:class[:interface]], hexadecimal;\n"
	"            an x in the class is any digit\n",
	.complete = lspci_complete);

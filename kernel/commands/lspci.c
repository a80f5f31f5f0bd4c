/* lspci: the PCI functions, from configuration space alone, in the form of pciutils. */
#include "drivers/pci/names.h"
#include "drivers/pci/pci.h"
#include "kernel/commands/command.h"
#include "lib/format.h"
#include "lib/number.h"
#include "lib/string.h"

#define ANY (-1)

/* What -s and -d select. */
struct filter {
	int bus, slot, function;
	int vendor, device, class;
};

struct settings {
	int numeric; /* how many -n */
	int verbose;
	int dump; /* bytes of configuration space, 0 none */
	struct filter filter;
};

/* One field of a selector: empty or "*" is ANY, else hexadecimal up to max. False on anything else.
 */
static bool parse_field(const char *text, size_t length, int max, int *field)
{
	char digits[8];
	uint64_t value;

	if (!length || (length == 1 && *text == '*'))
		return true;
	if (length >= sizeof(digits))
		return false;
	memcpy(digits, text, length);
	digits[length] = '\0';
	if (number_parse(digits, 16, &value) || value > (uint64_t)max)
		return false;
	*field = (int)value;
	return true;
}

/* [[[domain]:]bus]:][slot][.[function]] */
static bool parse_slot(const char *text, struct filter *filter)
{
	const char *colon = strrchr(text, ':');
	const char *slot = colon ? colon + 1 : text;
	const char *dot = strchr(slot, '.');

	if (colon) {
		const char *domain_end = memchr(text, ':', (size_t)(colon - text));
		int domain = ANY;

		if (domain_end) {
			if (!parse_field(text, (size_t)(domain_end - text), 0, &domain))
				return false;
			text = domain_end + 1;
		}
		if (!parse_field(text, (size_t)(colon - text), 0xff, &filter->bus))
			return false;
	}
	if (dot && !parse_field(dot + 1, strlen(dot + 1), 7, &filter->function))
		return false;
	return parse_field(slot, dot ? (size_t)(dot - slot) : strlen(slot), 0x1f, &filter->slot);
}

/* [vendor]:[device][:class] */
static bool parse_id(const char *text, struct filter *filter)
{
	size_t vendor = strcspn(text, ":");
	const char *device = text + vendor + 1;
	size_t length;

	if (!text[vendor])
		return false;
	length = strcspn(device, ":");
	return parse_field(text, vendor, 0xffff, &filter->vendor) &&
	       parse_field(device, length, 0xffff, &filter->device) &&
	       (!device[length] || parse_field(device + length + 1, strlen(device + length + 1),
					       0xffff, &filter->class));
}

static bool matches(const struct filter *filter, const struct pci_device *device)
{
	return (filter->bus == ANY || filter->bus == device->bus) &&
	       (filter->slot == ANY || filter->slot == device->slot) &&
	       (filter->function == ANY || filter->function == device->function) &&
	       (filter->vendor == ANY || filter->vendor == device->vendor) &&
	       (filter->device == ANY || filter->device == device->device) &&
	       (filter->class == ANY || filter->class == (int)(device->class_code >> 8));
}

static void print_device_name(uint16_t vendor, uint16_t id)
{
	const char *vendor_name = pci_vendor_name(vendor);
	const char *device_name = pci_device_name(vendor, id);

	if (vendor_name && device_name)
		out("%s %s", vendor_name, device_name);
	else if (vendor_name)
		out("%s Device %04x", vendor_name, id);
	else
		out("Device %04x:%04x", vendor, id);
}

static void print_headline(const struct pci_device *device, const struct settings *settings)
{
	uint16_t class = (uint16_t)(device->class_code >> 8);
	const char *class_name = pci_class_name(class);
	char name[8];

	out("%s ", pci_name(device, name));
	if (settings->numeric >= 2) {
		out("Class %04x: %04x:%04x", class, device->vendor, device->device);
	} else if (settings->numeric == 1) {
		out("%04x: %04x:%04x", class, device->vendor, device->device);
	} else {
		if (class_name)
			out("%s: ", class_name);
		else
			out("Class %04x: ", class);
		print_device_name(device->vendor, device->device);
	}
	/* The listing with -nn is the bare one. */
	if (settings->numeric < 2 || settings->verbose) {
		if (device->revision)
			out(" (rev %02x)", device->revision);
		if (settings->verbose && (device->class_code & 0xff))
			out(" (prog-if %02x%s)", device->class_code & 0xff,
			    device->class_code == 0x010802 ? " [NVM Express]" : "");
	}
	out("\n");
}

static void print_flags(const struct pci_device *device)
{
	uint16_t command = pci_read16(device, PCI_COMMAND);
	static const char *const speeds[] = {"fast", "medium", "slow", "??"};
	uint16_t status = pci_read16(device, PCI_STATUS);

	out("\tFlags: ");
	if (command & PCI_COMMAND_MASTER)
		out("bus master, ");
	out("%s devsel, latency %u", speeds[status >> 9 & 3], pci_read8(device, 0x0d));
	if (device->interrupt_pin)
		out(", IRQ %u", device->interrupt_line);
	out("\n");
}

static void print_bars(struct pci_device *device)
{
	uint16_t command = pci_read16(device, PCI_COMMAND);

	for (unsigned i = 0; i < PCI_BARS; i++) {
		const struct pci_bar *bar = pci_bar(device, i);
		char size[16];

		if (!bar->size)
			continue;
		number_format_iec(bar->size, size, sizeof(size));
		if (bar->io)
			out("\tI/O ports at %04llx", (unsigned long long)bar->address);
		else
			out("\tMemory at %08llx (%s, %sprefetchable)",
			    (unsigned long long)bar->address, bar->is_64bit ? "64-bit" : "32-bit",
			    bar->prefetchable ? "" : "non-");
		if (!(command & (bar->io ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY)))
			out(" [disabled]");
		out(" [size=%s]\n", size);
	}
}

static void print_capability(const struct pci_device *device, unsigned offset)
{
	static const char *const express_types[16] = {"Endpoint",
						      "Legacy Endpoint",
						      NULL,
						      NULL,
						      "Root Port",
						      "Upstream Port",
						      "Downstream Port",
						      "PCI-Express to PCI/PCI-X Bridge",
						      "PCI/PCI-X to PCI-Express Bridge",
						      "Root Complex Integrated Endpoint",
						      "Root Complex Event Collector"};
	uint8_t id = pci_read8(device, offset);
	uint16_t control = pci_read16(device, offset + 2);
	const char *name = pci_capability_name(id);

	out("\tCapabilities: [%02x] ", offset);
	switch (id) {
	case PCI_CAP_MSIX:
		out("MSI-X: Enable%c Count=%u Masked%c\n", control & 0x8000 ? '+' : '-',
		    (control & 0x7ff) + 1, control & 0x4000 ? '+' : '-');
		break;
	case PCI_CAP_MSI:
		out("MSI: Enable%c Count=%u/%u Maskable%c 64bit%c\n", control & 1 ? '+' : '-',
		    1u << (control >> 4 & 7), 1u << (control >> 1 & 7), control & 0x100 ? '+' : '-',
		    control & 0x80 ? '+' : '-');
		break;
	case PCI_CAP_PCIE:
		name = express_types[control >> 4 & 0xf];
		out("Express %s, MSI %02x\n", name ? name : "Unknown type", control >> 9 & 0x1f);
		break;
	case PCI_CAP_PM:
		out("Power Management version %u\n", control & 7);
		break;
	default:
		if (name)
			out("%s\n", name);
		else
			out("Capability ID 0x%02x\n", id);
	}
}

static void print_details(struct pci_device *device)
{
	unsigned offset = pci_next_capability(device, 0);
	unsigned left = 48; /* as many as fit; a longer list is a loop */

	if (device->subsystem_vendor) {
		out("\tSubsystem: ");
		print_device_name(device->subsystem_vendor, device->subsystem);
		out("\n");
	}
	print_flags(device);
	print_bars(device);
	if (device->header_type == 1)
		out("\tBus: primary=%02x, secondary=%02x, subordinate=%02x\n",
		    pci_read8(device, PCI_PRIMARY_BUS), pci_read8(device, PCI_SECONDARY_BUS),
		    pci_read8(device, PCI_SUBORDINATE_BUS));
	for (; offset && left; left--, offset = pci_next_capability(device, offset))
		print_capability(device, offset);
	if (device->driver)
		out("\tKernel driver in use: %s\n", device->driver);
	out("\n");
}

static void print_dump(const struct pci_device *device, unsigned size)
{
	for (unsigned offset = 0; offset < size; offset++)
		if (offset % 16 == 0)
			out("%02x: %02x", offset, pci_read8(device, offset));
		else
			out(" %02x%s", pci_read8(device, offset), offset % 16 == 15 ? "\n" : "");
	out("\n");
}

static int lspci_main(int argc, char **argv)
{
	struct settings settings = {.filter = {ANY, ANY, ANY, ANY, ANY, ANY}};
	struct getopt state = {0};
	int option;

	while ((option = getopt_next(&state, argc, argv, "nvxs:d:", NULL)) != -1) {
		switch (option) {
		case 'n':
			settings.numeric++;
			break;
		case 'v':
			settings.verbose++;
			break;
		case 'x':
			settings.dump = settings.dump ? 256 : 64;
			break;
		case 's':
			if (!parse_slot(state.argument, &settings.filter))
				fail(1, "-s: %s is not [[[domain]:]bus:][slot][.[function]]",
				     quote(state.argument));
			break;
		case 'd':
			if (!parse_id(state.argument, &settings.filter))
				fail(1, "-d: %s is not [vendor]:[device][:class]",
				     quote(state.argument));
			break;
		default:
			fail_usage(1);
		}
	}
	if (state.index < argc)
		fail(1, "extra operand %s", quote(argv[state.index]));
	for (struct pci_device *device = pci_first(); device; device = device->next) {
		if (!matches(&settings.filter, device))
			continue;
		print_headline(device, &settings);
		if (settings.verbose)
			print_details(device);
		if (settings.dump)
			print_dump(device, (unsigned)settings.dump);
	}
	return 0;
}

COMMAND(lspci, "[-n|-nn] [-v] [-x|-xxx] [-s SLOT] [-d ID]", "List all PCI functions",
	"  -n        show numbers instead of names\n"
	"  -nn       show class, vendor and device numbers only: 00:04.0 Class 0108: 1b36:0010\n"
	"  -v        show subsystem, flags, base address registers and capabilities\n"
	"  -x        dump the first 64 bytes of configuration space, -xxx all 256\n"
	"  -s SLOT   only functions at [[[domain]:]bus:][slot][.[function]], hexadecimal\n"
	"  -d ID     only functions with [vendor]:[device][:class], hexadecimal\n");

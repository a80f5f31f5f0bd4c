/* lspci: the PCI functions, from configuration space alone, in the form of pciutils. */
#include "drivers/pci/names.h"
#include "drivers/pci/pci.h"
#include "kernel/commands/command.h"
#include "lib/format.h"
#include "lib/number.h"
#include "lib/string.h"

#define ANY (-1)

/* Capabilities and registers that nobody else needs */
#define PCI_CAP_SLOT_ID	   0x04
#define PCI_CAP_SUBSYSTEM  0x0d
#define PCI_CAP_SATA	   0x12
#define PCI_LATENCY	   0x0d
#define PCI_BRIDGE_ROM	   0x38
#define PCI_STATUS_66MHZ   0x0020
#define EXPRESS_ROOT_PORT  4
#define EXPRESS_DOWNSTREAM 6

/* What -s and -d select. */
struct filter {
	int domain, bus, slot, function;
	int vendor, device, interface;
	int class, class_mask;
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
	char digits[16];
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

/* A class, in which each x stands for any digit. */
static bool parse_class(const char *text, size_t length, struct filter *filter)
{
	char digits[4];

	filter->class_mask = 0xffff;
	if (!memchr(text, 'x', length) && !memchr(text, 'X', length))
		return parse_field(text, length, 0xffff, &filter->class);
	if (length > sizeof(digits))
		return false;
	for (size_t i = 0; i < length; i++) {
		bool any = text[i] == 'x' || text[i] == 'X';

		digits[i] = any ? '0' : text[i];
		if (any)
			filter->class_mask &= ~(0xf << 4 * (length - 1 - i));
	}
	return parse_field(digits, length, 0xffff, &filter->class);
}

/* [[[domain]:]bus]:][slot][.[function]] */
static bool parse_slot(const char *text, struct filter *filter)
{
	const char *colon = strrchr(text, ':');
	const char *slot = colon ? colon + 1 : text;
	const char *dot = strchr(slot, '.');

	if (colon) {
		const char *domain_end = memchr(text, ':', (size_t)(colon - text));

		if (domain_end) {
			if (!parse_field(text, (size_t)(domain_end - text), INT32_MAX,
					 &filter->domain))
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

/* [vendor]:[device][:class[:interface]] */
static bool parse_id(const char *text, struct filter *filter)
{
	const char *fields[4];
	size_t lengths[4], count = 0;

	for (; count < 4; text += lengths[count++] + 1) {
		fields[count] = text;
		lengths[count] = strcspn(text, ":");
		if (!text[lengths[count]])
			break;
	}
	return count >= 1 && count < 4 &&
	       parse_field(fields[0], lengths[0], 0xffff, &filter->vendor) &&
	       parse_field(fields[1], lengths[1], 0xffff, &filter->device) &&
	       (count < 2 || parse_class(fields[2], lengths[2], filter)) &&
	       (count < 3 || parse_field(fields[3], lengths[3], 0xff, &filter->interface));
}

static bool matches(const struct filter *filter, const struct pci_device *device)
{
	int class = (int)(device->class_code >> 8);

	return (filter->domain == ANY || filter->domain == 0) && /* there is no other */
	       (filter->bus == ANY || filter->bus == device->bus) &&
	       (filter->slot == ANY || filter->slot == device->slot) &&
	       (filter->function == ANY || filter->function == device->function) &&
	       (filter->vendor == ANY || filter->vendor == device->vendor) &&
	       (filter->device == ANY || filter->device == device->device) &&
	       (filter->class == ANY || filter->class == (class & filter->class_mask)) &&
	       (filter->interface == ANY || filter->interface == (int)(device->class_code & 0xff));
}

static void print_device_name(uint16_t vendor, uint16_t id, int numeric)
{
	const char *vendor_name = pci_vendor_name(vendor);
	const char *device_name = pci_device_name(vendor, id);

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

static void print_headline(const struct pci_device *device, const struct settings *settings)
{
	uint16_t class = (uint16_t)(device->class_code >> 8);
	const char *class_name = pci_class_name(class);
	const char *interface = pci_interface_name(device->class_code);
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
		print_device_name(device->vendor, device->device, 0);
	}
	/* The listing with -nn is the bare one. */
	if (settings->numeric < 2 || settings->verbose) {
		if (device->revision)
			out(" (rev %02x)", device->revision);
		if (settings->verbose && interface)
			out(" (prog-if %02x [%s])", device->class_code & 0xff, interface);
		else if (settings->verbose && (device->class_code & 0xff))
			out(" (prog-if %02x)", device->class_code & 0xff);
	}
	out("\n");
}

static void print_flags(const struct pci_device *device)
{
	uint16_t command = pci_read16(device, PCI_COMMAND);
	static const char *const speeds[] = {"fast", "medium", "slow", "??"};
	uint16_t status = pci_read16(device, PCI_STATUS);

	out("\tFlags: %s%s%s devsel", command & PCI_COMMAND_MASTER ? "bus master, " : "",
	    status & PCI_STATUS_66MHZ ? "66MHz, " : "", speeds[status >> 9 & 3]);
	if (command & PCI_COMMAND_MASTER)
		out(", latency %u", pci_read8(device, PCI_LATENCY));
	if (device->interrupt_pin)
		out(", IRQ %u", device->interrupt_line);
	out("\n");
}

static void print_size(uint64_t size)
{
	static const char suffixes[] = "\0KMGTPE";
	unsigned i = 0;

	for (; size % 1024 == 0 && size && i < 6; i++)
		size /= 1024;
	out(" [size=%llu%.1s]", (unsigned long long)size, suffixes + i);
}

static void print_bars(struct pci_device *device)
{
	uint16_t command = pci_read16(device, PCI_COMMAND);

	for (unsigned i = 0; i < PCI_BARS; i++) {
		const struct pci_bar *bar = pci_bar(device, i);

		if (!bar->size)
			continue;
		out(bar->io ? "\tI/O ports at " : "\tMemory at ");
		if (bar->address)
			out(bar->io ? "%04llx" : "%08llx", (unsigned long long)bar->address);
		else
			out("<unassigned>");
		if (!bar->io)
			out(" (%s, %sprefetchable)", bar->is_64bit ? "64-bit" : "32-bit",
			    bar->prefetchable ? "" : "non-");
		if (!(command & (bar->io ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY)))
			out(" [disabled]");
		print_size(bar->size);
		out("\n");
	}
}

static void print_rom(const struct pci_device *device)
{
	uint32_t rom = pci_read32(device, device->header_type == 1 ? PCI_BRIDGE_ROM : PCI_ROM);

	if (rom & ~0x7ffu)
		out("\tExpansion ROM at %08x%s\n", rom & ~0x7ffu, rom & 1 ? "" : " [disabled]");
}

/* What a bridge passes on: first and last address; digits: of an address. */
static void print_window(const char *what, uint64_t first, uint64_t last, unsigned bits)
{
	out("\t%s:", what);
	if (first <= last) {
		out(" %0*llx-%0*llx", bits == 16 ? 4 : (int)bits / 4, (unsigned long long)first,
		    bits == 16 ? 4 : (int)bits / 4, (unsigned long long)last);
		print_size(last - first + 1);
	} else {
		out(" [disabled]");
	}
	out(" [%u-bit]\n", bits);
}

/* PCI-to-PCI Bridge Architecture Specification 1.2, section 3.2.5 */
static void print_bridge(const struct pci_device *device)
{
	uint16_t io = pci_read16(device, 0x1c);
	uint32_t io_upper = pci_read32(device, 0x30), memory = pci_read32(device, 0x20);
	uint32_t prefetchable = pci_read32(device, 0x24);
	bool io_32 = (io & 0xf) == 1, is_64 = (prefetchable & 0xf) == 1;
	uint64_t first = (io & 0xf0) << 8, last = (io & 0xf000) | 0xfff;

	out("\tBus: primary=%02x, secondary=%02x, subordinate=%02x, sec-latency=%u\n",
	    pci_read8(device, PCI_PRIMARY_BUS), pci_read8(device, PCI_SECONDARY_BUS),
	    pci_read8(device, PCI_SUBORDINATE_BUS), pci_read8(device, 0x1b));
	if (io_32) {
		first |= (uint64_t)(io_upper & 0xffff) << 16;
		last |= io_upper & 0xffff0000;
	}
	print_window("I/O behind bridge", first, last, io_32 ? 32 : 16);
	print_window("Memory behind bridge", (memory & 0xfff0) << 16,
		     (memory & 0xfff00000) | 0xfffff, 32);
	first = (prefetchable & 0xfff0) << 16;
	last = (prefetchable & 0xfff00000) | 0xfffff;
	if (is_64) {
		first |= (uint64_t)pci_read32(device, 0x28) << 32;
		last |= (uint64_t)pci_read32(device, 0x2c) << 32;
	}
	print_window("Prefetchable memory behind bridge", first, last, is_64 ? 64 : 32);
}

static void print_capability(const struct pci_device *device, unsigned offset, int numeric)
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
		out("Express %s", name ? name : "Unknown type");
		if ((control >> 4 & 0xf) == EXPRESS_ROOT_PORT ||
		    (control >> 4 & 0xf) == EXPRESS_DOWNSTREAM)
			out(" (Slot%c)", control & 0x100 ? '+' : '-');
		out(", MSI %02x\n", control >> 9 & 0x1f);
		break;
	case PCI_CAP_SLOT_ID:
		out("Slot ID: %u slots, First%c, chassis %02x\n", control & 0x1f,
		    control & 0x20 ? '+' : '-', control >> 8);
		break;
	case PCI_CAP_SUBSYSTEM:
		out("Subsystem: ");
		if (offset <= PCI_CONFIG_SIZE - 8)
			print_device_name(pci_read16(device, offset + 4),
					  pci_read16(device, offset + 6), numeric);
		out("\n");
		break;
	case PCI_CAP_SATA:
		out("SATA HBA v%x.%x\n", control >> 4 & 0xf, control & 0xf);
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

static void print_subsystem(const struct pci_device *device, int numeric)
{
	uint16_t vendor = device->subsystem_vendor, id = device->subsystem;
	unsigned offset = pci_find_capability(device, PCI_CAP_SUBSYSTEM); /* a bridge's */

	if (device->header_type == 1 && offset && offset <= PCI_CONFIG_SIZE - 8) {
		vendor = pci_read16(device, offset + 4);
		id = pci_read16(device, offset + 6);
	}
	if (!vendor || vendor == 0xffff)
		return;
	out("\tSubsystem: ");
	print_device_name(vendor, id, numeric);
	out("\n");
}

static void print_details(struct pci_device *device, int numeric)
{
	unsigned offset = pci_next_capability(device, 0);
	unsigned left = 48; /* as many as fit; a longer list is a loop */

	print_subsystem(device, numeric);
	print_flags(device);
	print_bars(device);
	if (device->header_type == 1)
		print_bridge(device);
	if (device->header_type <= 1)
		print_rom(device);
	for (; offset && left; left--, offset = pci_next_capability(device, offset))
		print_capability(device, offset, numeric);
	if (device->driver)
		out("\tKernel driver in use: %s\n", device->driver);
}

static void print_dump(const struct pci_device *device, unsigned size)
{
	for (unsigned offset = 0; offset < size; offset++)
		if (offset % 16 == 0)
			out("%02x: %02x", offset, pci_read8(device, offset));
		else
			out(" %02x%s", pci_read8(device, offset), offset % 16 == 15 ? "\n" : "");
}

static int lspci_main(int argc, char **argv)
{
	struct settings settings = {.filter = {ANY, ANY, ANY, ANY, ANY, ANY, ANY, ANY, 0}};
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
				fail(1, "-d: %s is not [vendor]:[device][:class[:interface]]",
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
			print_details(device, settings.numeric);
		if (settings.dump)
			print_dump(device, (unsigned)settings.dump);
		if (settings.verbose || settings.dump)
			out("\n");
	}
	return 0;
}

COMMAND(lspci, "[-n|-nn] [-v] [-x|-xxx] [-s SLOT] [-d ID]", "List all PCI functions",
	"  -n        show numbers instead of names\n"
	"  -nn       show class, vendor and device numbers only: 00:04.0 Class 0108: 1b36:0010\n"
	"  -v        show subsystem, flags, base address registers and capabilities\n"
	"  -x        dump the first 64 bytes of configuration space, -xxx all 256\n"
	"  -s SLOT   only functions at [[[domain]:]bus:][slot][.[function]], hexadecimal\n"
	"  -d ID     only functions with [vendor]:[device][:class[:interface]], hexadecimal;\n"
	"            an x in the class is any digit\n");

/* lspci -v: the header of a function. Offsets and bits: PCI Local Bus Specification 3.0, chapter 6;
 * of a bridge: PCI-to-PCI Bridge Architecture Specification 1.2, section 3.2.5. */
#include "drivers/pci/names.h"
#include "kernel/commands/command.h"
#include "kernel/commands/pci/lspci.h"

#define HEADER_BRIDGE	1
#define CLASS_BRIDGE	0x06
#define CLASS_PCI	0x0604 /* PCI-to-PCI bridge */
#define CACHE_LINE	0x0c
#define LATENCY		0x0d
#define BIST		0x0f
#define MINIMUM_GRANT	0x3e
#define MAXIMUM_LATENCY 0x3f
/* of a bridge */
#define SECONDARY_LATENCY 0x1b
#define IO_WINDOW	  0x1c
#define SECONDARY_STATUS  0x1e
#define MEMORY_WINDOW	  0x20
#define PREFETCH_WINDOW	  0x24
#define PREFETCH_BASE_32  0x28
#define PREFETCH_LIMIT_32 0x2c
#define IO_WINDOW_16	  0x30
#define BRIDGE_ROM	  0x38
#define BRIDGE_CONTROL	  0x3e

#define COMMAND_FLAGS 0x4
#define SUBSYSTEM_CAP 0x0d /* Subsystem ID and Vendor ID, of a bridge */

static const char *const speeds[] = {"fast", "medium", "slow", "??"};

static const char *speed(uint16_t status)
{
	return speeds[status >> 9 & 3];
}

bool lspci_find_subsystem(const struct lspci *view, uint16_t *vendor, uint16_t *id)
{
	const struct pci_device *device = view->device;
	unsigned offset = pci_find_capability(device, SUBSYSTEM_CAP);

	*vendor = device->subsystem_vendor;
	*id = device->subsystem;
	if (device->header_type == HEADER_BRIDGE && offset && offset <= PCI_CONFIG_SIZE - 8) {
		*vendor = pci_read16(device, offset + 4);
		*id = pci_read16(device, offset + 6);
	}
	return *vendor && *vendor != 0xffff;
}

void lspci_subsystem(const struct lspci *view)
{
	const struct pci_device *device = view->device;
	uint16_t vendor, id;

	if (!lspci_find_subsystem(view, &vendor, &id))
		return;
	out("\tSubsystem: ");
	lspci_name(vendor, id, pci_subsystem_name(device->vendor, device->device, vendor, id),
		   view->numeric);
	out("\n");
}

void lspci_size(uint64_t size)
{
	unsigned i = 0;

	if (!size)
		return;
	for (; size % 1024 == 0 && i < 4; i++)
		size /= 1024;
	out(" [size=%llu%.1s]", (unsigned long long)size, &"\0KMGT"[i]);
}

/* One line of the essential, for -v. */
static void print_flags(const struct lspci *view, uint16_t command, uint16_t status)
{
	static const struct {
		uint16_t bit;
		const char *text;
	} flags[] = {{PCI_COMMAND_MASTER, "bus master"},
		     {0x20, "VGA palette snoop"},
		     {0x80, "stepping"},
		     {0x200, "fast Back2Back"}};

	out("\tFlags: ");
	for (unsigned i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (command & flags[i].bit)
			out("%s, ", flags[i].text);
	out("%s%s%s devsel", status & 0x20 ? "66MHz, " : "",
	    status & 0x40 ? "user-definable features, " : "", speed(status));
	if (command & PCI_COMMAND_MASTER)
		out(", latency %u", lspci_read8(view, LATENCY));
	if (view->device->interrupt_pin && view->device->interrupt_line)
		out(", IRQ %u", view->device->interrupt_line);
	out("\n");
}

static void print_latency(const struct lspci *view)
{
	bool bridge = view->device->header_type == HEADER_BRIDGE;
	unsigned minimum = bridge ? 0 : lspci_read8(view, MINIMUM_GRANT);
	unsigned maximum = bridge ? 0 : lspci_read8(view, MAXIMUM_LATENCY);
	unsigned line = lspci_read8(view, CACHE_LINE);

	out("\tLatency: %u", lspci_read8(view, LATENCY));
	if (minimum || maximum)
		out(" (");
	if (minimum)
		out("%uns min%s", minimum * 250, maximum ? ", " : "");
	if (maximum)
		out("%uns max", maximum * 250);
	out(minimum || maximum ? ")" : "");
	if (line)
		out(", Cache Line Size: %u bytes", line * 4);
	out("\n");
}

/* The same in full, for -vv. */
static void print_control(const struct lspci *view, uint16_t command, uint16_t status)
{
	lspci_bits(command,
		   "\tControl: I/O%0 Mem%1 BusMaster%2 SpecCycle%3 MemWINV%4 VGASnoop%5 ParErr%6 "
		   "Stepping%7 SERR%8 FastB2B%9 DisINTx%a\n");
	lspci_bits(status, "\tStatus: Cap%4 66MHz%5 UDF%6 FastB2B%7 ParErr%8 ");
	out("DEVSEL=%s ", speed(status));
	lspci_bits(status, ">TAbort%b <TAbort%c <MAbort%d >SERR%e <PERR%f INTx%3\n");
	if (command & PCI_COMMAND_MASTER)
		print_latency(view);
}

static void print_bars(const struct lspci *view, uint16_t command)
{
	for (unsigned i = 0; i < PCI_BARS; i++) {
		const struct pci_bar *bar = pci_bar(view->device, i);
		uint16_t decoding = command & (bar->io ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY);

		if (!bar->size)
			continue;
		if (view->verbose > 1)
			out("\tRegion %u: ", i);
		else
			out("\t");
		/* Not in its own registers, and decoded as the physical function says. */
		if (view->device->virtual)
			out("[virtual] ");
		out(bar->io ? "I/O ports at " : "Memory at ");
		if (bar->address || (bar->io && decoding))
			out(bar->io ? "%04llx" : "%08llx", (unsigned long long)bar->address);
		else
			out("<unassigned>");
		if (!bar->io)
			out(" (%s, %sprefetchable)", bar->is_64bit ? "64-bit" : "32-bit",
			    bar->prefetchable ? "" : "non-");
		if (!decoding && !view->device->virtual)
			out(" [disabled]");
		lspci_size(bar->size);
		out("\n");
	}
}

static void print_rom(const struct lspci *view, uint16_t command)
{
	uint32_t rom = lspci_read32(view, view->device->header_type == HEADER_BRIDGE ? BRIDGE_ROM
										     : PCI_ROM);

	if (!(rom & ~0x7ffu))
		return;
	out("\tExpansion ROM at %08x%s\n", rom & ~0x7ffu,
	    !(rom & 1)			      ? " [disabled]"
	    : !(command & PCI_COMMAND_MEMORY) ? " [disabled by cmd]"
					      : "");
}

/* What a bridge passes on: first and last address. */
static void print_window(const struct lspci *view, const char *what, uint64_t first, uint64_t last,
			 unsigned bits)
{
	int digits = (int)bits / 4;

	out("\t%s behind bridge:", what);
	if (first <= last || view->verbose > 2)
		out(" %0*llx-%0*llx", digits, (unsigned long long)first, digits,
		    (unsigned long long)last);
	if (first <= last)
		lspci_size(last - first + 1);
	else
		out(" [disabled]");
	out(" [%u-bit]\n", bits);
}

static void print_bridge(const struct lspci *view)
{
	uint16_t io = lspci_read16(view, IO_WINDOW);
	uint32_t memory = lspci_read32(view, MEMORY_WINDOW), io_upper = 0;
	uint32_t prefetchable = lspci_read32(view, PREFETCH_WINDOW);
	bool io_32 = (io & 0xf) == 1, is_64 = (prefetchable & 0xf) == 1;
	uint64_t first = (prefetchable & 0xfff0) << 16, last = prefetchable & 0xfff00000;

	out("\tBus: primary=%02x, secondary=%02x, subordinate=%02x, sec-latency=%u\n",
	    lspci_read8(view, PCI_PRIMARY_BUS), lspci_read8(view, PCI_SECONDARY_BUS),
	    lspci_read8(view, PCI_SUBORDINATE_BUS), lspci_read8(view, SECONDARY_LATENCY));
	if (io_32)
		io_upper = lspci_read32(view, IO_WINDOW_16);
	if ((io & 0xf) > 1 || (io >> 8 & 0xf) != (io & 0xf))
		out("\t!!! Unknown I/O range types %x/%x\n", io & 0xff, io >> 8);
	else
		print_window(view, "I/O", (uint32_t)(io & 0xf0) << 8 | io_upper << 16,
			     (io & 0xf000) | (io_upper & 0xffff0000) | 0xfff, io_32 ? 32 : 16);
	if (memory & 0xf000f)
		out("\t!!! Unknown memory range types %x/%x\n", memory & 0xffff, memory >> 16);
	else
		print_window(view, "Memory", (memory & 0xfff0) << 16,
			     (memory & 0xfff00000) | 0xfffff, 32);
	if (is_64) {
		first |= (uint64_t)lspci_read32(view, PREFETCH_BASE_32) << 32;
		last |= (uint64_t)lspci_read32(view, PREFETCH_LIMIT_32) << 32;
	}
	if ((prefetchable & 0xf) > 1 || (prefetchable >> 16 & 0xf) != (prefetchable & 0xf))
		out("\t!!! Unknown prefetchable memory range types %x/%x\n", prefetchable & 0xffff,
		    prefetchable >> 16);
	else
		print_window(view, "Prefetchable memory", first, last | 0xfffff, is_64 ? 64 : 32);
}

static void print_secondary_status(const struct lspci *view)
{
	uint16_t status = lspci_read16(view, SECONDARY_STATUS);

	lspci_bits(status, "\tSecondary status: 66MHz%5 FastB2B%7 ParErr%8 ");
	out("DEVSEL=%s ", speed(status));
	lspci_bits(status, ">TAbort%b <TAbort%c <MAbort%d <SERR%e <PERR%f\n");
}

static void print_self_test(const struct lspci *view)
{
	uint8_t bist = lspci_read8(view, BIST);

	if (bist & 0x80 && bist & 0x40)
		out("\tBIST is running\n");
	else if (bist & 0x80)
		out("\tBIST result: %02x\n", bist & 0xf);
}

void lspci_header(struct lspci *view)
{
	const struct pci_device *device = view->device;
	uint16_t command = lspci_read16(view, PCI_COMMAND), status = lspci_read16(view, PCI_STATUS);
	bool bridge = device->header_type == HEADER_BRIDGE;

	if (device->header_type > HEADER_BRIDGE) {
		out("\t!!! Unknown header type %02x\n", device->header_type);
		return;
	}
	if (bridge ? device->class_code >> 16 != CLASS_BRIDGE
		   : device->class_code >> 8 == CLASS_PCI)
		out("\t!!! Invalid class %04x for header type %02x\n", device->class_code >> 8,
		    device->header_type);
	if (view->verbose > 1)
		print_control(view, command, status);
	else
		print_flags(view, command, status);
	if (view->verbose > 1 && device->interrupt_pin)
		out("\tInterrupt: pin %c routed to IRQ %u\n", 'A' + device->interrupt_pin - 1,
		    device->interrupt_line);
	print_self_test(view);
	print_bars(view, command);
	if (bridge)
		print_bridge(view);
	if (bridge && view->verbose > 1)
		print_secondary_status(view);
	print_rom(view, command);
	if (bridge && view->verbose > 1)
		lspci_bits(
			lspci_read16(view, BRIDGE_CONTROL),
			"\tBridgeCtl: Parity%0 SERR%1 NoISA%2 VGA%3 VGA16%4 MAbort%5 >Reset%6 "
			"FastB2B%7\n\t\tPriDiscTmr%8 SecDiscTmr%9 DiscTmrStat%a DiscTmrSERREn%b\n");
	lspci_capabilities(view);
}

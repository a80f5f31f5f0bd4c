/* lspci -v: the capabilities in the first 256 bytes. Their layouts: PCI Local Bus
 * Specification 3.0, section 6.8 (MSI, MSI-X); PCI Bus Power Management Interface
 * Specification 1.2, section 3.2. */
#include "drivers/pci/names.h"
#include "kernel/commands/command.h"
#include "kernel/commands/pci/lspci.h"
#include "lib/string.h"

/* Capabilities that nobody else needs */
#define CAP_AGP	       0x02
#define CAP_SLOT_ID    0x04
#define CAP_PCIX       0x07
#define CAP_VENDOR     0x09
#define CAP_DEBUG_PORT 0x0a
#define CAP_SUBSYSTEM  0x0d
#define CAP_SATA       0x12

#define PM_CONTROL 4
#define PM_BRIDGE  6
#define PM_SIZE	   8

static void print_power_management(const struct lspci *view, uint16_t word)
{
	static const uint16_t currents[] = {0, 55, 100, 160, 220, 270, 320, 375};
	uint16_t control = lspci_read16(view, PM_CONTROL);
	uint8_t bridge = lspci_read8(view, PM_BRIDGE);

	out("Power Management version %u\n", word & 7);
	if (view->verbose < 2)
		return;
	lspci_bits(word, "\t\tFlags: PMEClk%3 DSI%5 D1%9 D2%a ");
	out("AuxCurrent=%umA ", currents[word >> 6 & 7]);
	lspci_bits(word, "PME(D0%b,D1%c,D2%d,D3hot%e,D3cold%f)\n");
	if (!lspci_decodes(view, PM_SIZE))
		return;
	out("\t\tStatus: D%u ", control & 3);
	lspci_bits(control, "NoSoftRst%3 PME-Enable%8 ");
	out("DSel=%u DScale=%u ", control >> 9 & 0xf, control >> 13 & 3);
	lspci_bits(control, "PME%f\n");
	if (bridge)
		lspci_bits(bridge ^ 0x40, "\t\tBridge: PM%7 B3%6\n");
}

static void print_msi(const struct lspci *view, uint16_t control)
{
	unsigned wide = control & 0x80 ? 4 : 0; /* a 64-bit address moves what is behind it */

	lspci_bits(control, "MSI: Enable%0 ");
	out("Count=%u/%u ", 1u << (control >> 4 & 7), 1u << (control >> 1 & 7));
	lspci_bits(control, "Maskable%8 64bit%7\n");
	if (!lspci_decodes(view, 10 + wide))
		return;
	out("\t\tAddress: ");
	if (wide)
		out("%08x", lspci_read32(view, 8));
	out("%08x  Data: %04x\n", lspci_read32(view, 4), lspci_read16(view, 8 + wide));
	if (control & 0x100 && lspci_decodes(view, 20 + wide))
		out("\t\tMasking: %08x  Pending: %08x\n", lspci_read32(view, 12 + wide),
		    lspci_read32(view, 16 + wide));
}

static void print_msix(const struct lspci *view, uint16_t control)
{
	static const char *const names[] = {"Vector table", "PBA"};

	lspci_bits(control, "MSI-X: Enable%f ");
	out("Count=%u ", (control & 0x7ff) + 1);
	lspci_bits(control, "Masked%e\n");
	if (!lspci_decodes(view, 12))
		return;
	for (unsigned i = 0; i < 2; i++) {
		uint32_t where = lspci_read32(view, 4 + 4 * i);

		out("\t\t%s: BAR=%u offset=%08x\n", names[i], where & 7, where & ~7u);
	}
}

/* Virtual I/O Device 1.1, section 4.1.4: where its structures are */
static bool print_virtio(const struct lspci *view, unsigned length, unsigned type)
{
	static const char *const types[] = {"CommonCfg", "Notify", "ISR", "DeviceCfg"};
	const struct pci_device *device = view->device;

	if (device->vendor != 0x1af4 || device->device < 0x1000 || device->device > 0x107f ||
	    length < 16 || view->at + length > view->size)
		return false;
	out("VirtIO: %s\n", type - 1 < 4 ? types[type - 1] : "<unknown>");
	if (view->verbose < 2)
		return true;
	out("\t\tBAR=%u offset=%08x size=%08x", lspci_read8(view, 4), lspci_read32(view, 8),
	    lspci_read32(view, 12));
	if (type == 2 && length >= 20)
		out(" multiplier=%08x", lspci_read32(view, 16));
	out("\n");
	return true;
}

/* Serial ATA AHCI 1.3, section 2.1.9: where the index-data pair is */
static void print_sata(const struct lspci *view, uint16_t revision)
{
	uint32_t where = lspci_read32(view, 4);
	unsigned bar = where & 0xf;

	out("SATA HBA v%u.%u", revision >> 4 & 0xf, revision & 0xf);
	if (!lspci_decodes(view, 8))
		out("\n");
	else if (bar >= 4 && bar <= 9)
		out(" BAR%u Offset=%08x\n", bar - 4, where >> 4 & 0xfffff);
	else if (bar == 15)
		out(" InCfgSpace\n");
	else
		out(" BAR??%u\n", bar);
}

static void print_advanced(const struct lspci *view)
{
	out("PCI Advanced Features\n");
	if (!lspci_decodes(view, 6))
		return;
	lspci_bits(lspci_read8(view, 3), "\t\tAFCap: TP%0 FLR%1\n");
	lspci_bits(lspci_read8(view, 4), "\t\tAFCtrl: FLR%0\n");
	lspci_bits(lspci_read8(view, 5), "\t\tAFStatus: TP%0\n");
}

static void print_capability(const struct lspci *view, uint8_t id, uint16_t word)
{
	const char *name = pci_capability_name(id);

	switch (id) {
	case PCI_CAP_PM:
		print_power_management(view, word);
		break;
	case CAP_AGP:
		out("AGP version %x.%x\n", word >> 4 & 0xf, word & 0xf);
		break;
	case CAP_SLOT_ID:
		out("Slot ID: %u slots, ", word & 0x1f);
		lspci_bits(word, "First%5, ");
		out("chassis %02x\n", word >> 8);
		break;
	case PCI_CAP_MSI:
		print_msi(view, word);
		break;
	case CAP_PCIX:
		out("PCI-X %s device\n", view->device->header_type ? "bridge" : "non-bridge");
		break;
	case CAP_VENDOR:
		out("Vendor Specific Information: ");
		if (!print_virtio(view, word & 0xff, word >> 8))
			out("Len=%02x <?>\n", word & 0xff);
		break;
	case CAP_DEBUG_PORT:
		out("Debug port: BAR=%u offset=%04x\n", word >> 13, word & 0x1fff);
		break;
	case CAP_SUBSYSTEM:
		if (view->at + 8 > view->size)
			break;
		out("Subsystem: ");
		lspci_name(lspci_read16(view, 4), lspci_read16(view, 6),
			   pci_subsystem_name(view->device->vendor, view->device->device,
					      lspci_read16(view, 4), lspci_read16(view, 6)),
			   view->numeric);
		out("\n");
		break;
	case PCI_CAP_MSIX:
		print_msix(view, word);
		break;
	case CAP_SATA:
		print_sata(view, word);
		break;
	case PCI_CAP_ADVANCED:
		print_advanced(view);
		break;
	default:
		if (name)
			out("%s\n", name);
		else
			out("Capability ID %#02x [%04x]\n", id, word);
	}
}

void lspci_capabilities(struct lspci *view)
{
	uint64_t seen = 0; /* a bit for each dword */
	unsigned at = lspci_read8(view, PCI_CAPABILITY_POINTER) & 0xfc;
	unsigned type = EXPRESS_NONE;
	bool extended = false;

	if (!(lspci_read16(view, PCI_STATUS) & PCI_STATUS_CAPABILITIES))
		return;
	while (at) {
		uint8_t id, next;

		view->at = at;
		id = lspci_read8(view, 0);
		next = lspci_read8(view, 1) & 0xfc;
		out("\tCapabilities: [%02x] ", at);
		if (seen >> at / 4 & 1 || id == 0xff) {
			out("<chain %s>\n", id == 0xff ? "broken" : "looped");
			break;
		}
		seen |= 1ull << at / 4;
		if (id == PCI_CAP_PCIE)
			type = lspci_express(view);
		else
			print_capability(view, id, lspci_read16(view, 2));
		extended |= id == PCI_CAP_PCIE || id == CAP_PCIX;
		at = next;
	}
	view->at = 0;
	if (extended)
		lspci_extended_capabilities(view, type);
}

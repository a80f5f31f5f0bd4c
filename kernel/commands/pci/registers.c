/* Registers by name. Offsets: PCI Local Bus Specification 3.0, section 6.1; PCI-to-PCI Bridge
 * Architecture Specification 1.2, section 3.2; identifiers: PCI Code and ID Assignment
 * Specification. */
#include "kernel/commands/pci/registers.h"

#include "drivers/pci/extended.h"
#include "kernel/commands/command.h"
#include "lib/format.h"
#include "lib/number.h"
#include "lib/string.h"

#define NAME_MAX 24

/* Header types that have a register */
#define DEVICES 1
#define BRIDGES 2
#define BOTH	(DEVICES | BRIDGES)

static const struct header_register {
	uint8_t offset, width, headers;
	const char *name;
} header[] = {{0x00, 2, 0, "VENDOR_ID"},
	      {0x02, 2, 0, "DEVICE_ID"},
	      {0x04, 2, 0, "COMMAND"},
	      {0x06, 2, 0, "STATUS"},
	      {0x08, 1, 0, "REVISION"},
	      {0x09, 1, 0, "CLASS_PROG"},
	      {0x0a, 2, 0, "CLASS_DEVICE"},
	      {0x0c, 1, 0, "CACHE_LINE_SIZE"},
	      {0x0d, 1, 0, "LATENCY_TIMER"},
	      {0x0e, 1, 0, "HEADER_TYPE"},
	      {0x0f, 1, 0, "BIST"},
	      {0x10, 4, BOTH, "BASE_ADDRESS_0"},
	      {0x14, 4, BOTH, "BASE_ADDRESS_1"},
	      {0x18, 4, DEVICES, "BASE_ADDRESS_2"},
	      {0x1c, 4, DEVICES, "BASE_ADDRESS_3"},
	      {0x20, 4, DEVICES, "BASE_ADDRESS_4"},
	      {0x24, 4, DEVICES, "BASE_ADDRESS_5"},
	      {0x28, 4, DEVICES, "CARDBUS_CIS"},
	      {0x2c, 2, DEVICES, "SUBSYSTEM_VENDOR_ID"},
	      {0x2e, 2, DEVICES, "SUBSYSTEM_ID"},
	      {0x30, 4, DEVICES, "ROM_ADDRESS"},
	      {0x34, 1, BOTH, "CAPABILITIES"},
	      {0x3c, 1, BOTH, "INTERRUPT_LINE"},
	      {0x3d, 1, BOTH, "INTERRUPT_PIN"},
	      {0x3e, 1, DEVICES, "MIN_GNT"},
	      {0x3f, 1, DEVICES, "MAX_LAT"},
	      {0x18, 1, 2, "PRIMARY_BUS"},
	      {0x19, 1, 2, "SECONDARY_BUS"},
	      {0x1a, 1, 2, "SUBORDINATE_BUS"},
	      {0x1b, 1, 2, "SEC_LATENCY_TIMER"},
	      {0x1c, 1, 2, "IO_BASE"},
	      {0x1d, 1, 2, "IO_LIMIT"},
	      {0x1e, 2, 2, "SEC_STATUS"},
	      {0x20, 2, 2, "MEMORY_BASE"},
	      {0x22, 2, 2, "MEMORY_LIMIT"},
	      {0x24, 2, 2, "PREF_MEMORY_BASE"},
	      {0x26, 2, 2, "PREF_MEMORY_LIMIT"},
	      {0x28, 4, 2, "PREF_BASE_UPPER32"},
	      {0x2c, 4, 2, "PREF_LIMIT_UPPER32"},
	      {0x30, 2, 2, "IO_BASE_UPPER16"},
	      {0x32, 2, 2, "IO_LIMIT_UPPER16"},
	      {0x38, 4, 2, "BRIDGE_ROM_ADDRESS"},
	      {0x3e, 2, 2, "BRIDGE_CONTROL"}};
#define HEADER_REGISTERS (sizeof(header) / sizeof(header[0]))

/* Capabilities by identifier, from 1; NULL: none */
static const char *const capabilities[] = {
	[0x1] = "PM",	 [0x2] = "AGP",	    [0x3] = "VPD",   [0x4] = "SLOTID", [0x5] = "MSI",
	[0x6] = "CHSWP", [0x7] = "PCIX",    [0x8] = "HT",    [0x9] = "VNDR",   [0xa] = "DBG",
	[0xb] = "CCRC",	 [0xc] = "HOTPLUG", [0xd] = "SSVID", [0xe] = "AGP3",   [0xf] = "SECURE",
	[0x10] = "EXP",	 [0x11] = "MSIX",   [0x12] = "SATA", [0x13] = "AF",    [0x14] = "EA"};
static const char *const extended[] = {
	[0x1] = "AER",	  [0x2] = "VC",	       [0x3] = "DSN",	  [0x4] = "PB",
	[0x5] = "RCLINK", [0x6] = "RCILINK",   [0x7] = "RCEC",	  [0x8] = "MFVC",
	[0x9] = "VC2",	  [0xa] = "RBCB",      [0xb] = "VNDR",	  [0xd] = "ACS",
	[0xe] = "ARI",	  [0xf] = "ATS",       [0x10] = "SRIOV",  [0x11] = "MRIOV",
	[0x12] = "MCAST", [0x13] = "PRI",      [0x15] = "REBAR",  [0x16] = "DPA",
	[0x17] = "TPH",	  [0x18] = "LTR",      [0x19] = "SECPCI", [0x1a] = "PMUX",
	[0x1b] = "PASID", [0x1c] = "LNR",      [0x1d] = "DPC",	  [0x1e] = "L1PM",
	[0x1f] = "PTM",	  [0x20] = "M_PCIE",   [0x21] = "FRS",	  [0x22] = "RTR",
	[0x23] = "DVSEC", [0x24] = "VF_REBAR", [0x25] = "DLNK",	  [0x26] = "16GT",
	[0x27] = "LMR",	  [0x28] = "HIER_ID",  [0x29] = "NPEM"};
#define CAPABILITIES (sizeof(capabilities) / sizeof(capabilities[0]))
#define EXTENDED     (sizeof(extended) / sizeof(extended[0]))

/* The index-th of all; false behind the last. An unused identifier has an empty name. */
static bool register_at(unsigned index, struct pci_register_name *reg, char name[NAME_MAX])
{
	const char *text;

	*reg = (struct pci_register_name){.name = name};
	name[0] = '\0';
	if (index < HEADER_REGISTERS) {
		reg->offset = header[index].offset;
		reg->width = header[index].width;
		reg->headers = header[index].headers;
		snprintf(name, NAME_MAX, "%s", header[index].name);
		return true;
	}
	index -= HEADER_REGISTERS;
	reg->extended = index >= CAPABILITIES;
	if (reg->extended)
		index -= CAPABILITIES;
	if (reg->extended && index >= EXTENDED)
		return false;
	reg->capability = (uint16_t)index;
	text = reg->extended ? extended[index] : capabilities[index];
	if (text)
		snprintf(name, NAME_MAX, "%sCAP_%s", reg->extended ? "E" : "", text);
	return true;
}

static bool same(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if ((*a >= 'a' && *a <= 'z' ? *a - 0x20 : *a) != *b)
			return false;
	return *a == *b;
}

bool pci_register_find(const char *name, struct pci_register_name *found)
{
	char text[NAME_MAX];
	uint64_t id;

	for (unsigned i = 0; register_at(i, found, text); i++)
		if (text[0] && same(name, text))
			return true;
	*found = (struct pci_register_name){.extended = (*name | 0x20) == 'e'};
	if (found->extended)
		name++;
	if (strlen(name) <= 3 || (name[0] | 0x20) != 'c' || (name[1] | 0x20) != 'a' ||
	    (name[2] | 0x20) != 'p' || number_parse(name + 3, 16, &id) || !id ||
	    id >= (found->extended ? 0x1000 : 0x100))
		return false;
	found->capability = (uint16_t)id;
	return true;
}

void pci_register_list(void)
{
	struct pci_register_name reg;
	char name[NAME_MAX];

	out("cap pos w name\n");
	for (unsigned i = 0; register_at(i, &reg, name); i++) {
		if (!name[0])
			continue;
		if (!reg.capability)
			out("    ");
		else
			out(reg.extended ? "%04x" : "  %02x", reg.capability);
		out(" %02x %c %s\n", reg.offset, "-BW?L"[reg.width], name);
	}
}

void pci_complete_register(struct completion *completion)
{
	struct pci_register_name reg;
	char name[NAME_MAX];

	for (unsigned i = 0; register_at(i, &reg, name); i++)
		if (name[0])
			completion->offer(completion, name);
}

unsigned pci_capability_nth(const struct pci_device *device, const struct pci_register_name *reg,
			    unsigned instance, unsigned *count)
{
	unsigned size = reg->extended ? pci_config_size(device) : PCI_CONFIG_SIZE;
	unsigned at = reg->extended ? PCI_EXTENDED_FROM : pci_next_capability(device, 0);
	unsigned left = size / 4; /* a longer list is a loop */
	unsigned found = 0;

	*count = 0;
	for (; at && at + 4 <= size && left; left--) {
		uint32_t head = pci_config_read(device, at, 4);
		uint32_t id = reg->extended ? head & 0xffff : head & 0xff;

		if (reg->extended && (!head || head == UINT32_MAX))
			break;
		if (id == reg->capability && (*count)++ == instance)
			found = at;
		at = reg->extended ? head >> 20 & 0xffc : pci_next_capability(device, at);
	}
	return found;
}

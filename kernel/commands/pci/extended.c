/* lspci -v: extended capabilities, behind the first 256 bytes (PCI Express Base Specification 4.0,
 * chapters 7.6 to 7.9; Single Root I/O Virtualization 1.1, section 3.3). */
#include "kernel/commands/command.h"
#include "kernel/commands/pci/lspci.h"

#define LTR_VALUE 0x3ff

/* A register as +/- of its bits; with a length of 0 the list ends. */
struct flags {
	uint8_t offset, width;
	const char *text;
};

static void print_flags(const struct lspci *view, const struct flags *flags)
{
	for (; flags->width; flags++)
		lspci_bits(flags->width == 2 ? lspci_read16(view, flags->offset)
					     : lspci_read32(view, flags->offset),
			   flags->text);
}

#define UNCORRECTABLE                                                                 \
	"DLP%4 SDES%5 TLP%c FCP%d CmpltTO%e CmpltAbrt%f UnxCmplt%g RxOF%h MalfTLP%i " \
	"ECRC%j UnsupReq%k ACSViol%l\n"
#define CORRECTABLE "RxErr%0 BadTLP%6 BadDLLP%7 Rollover%8 Timeout%c AdvNonFatalErr%d\n"

/* Advanced Error Reporting (section 7.8.4) */
static void print_errors(const struct lspci *view, unsigned type)
{
	static const struct flags masks[] = {
		{4, 4, "\t\tUESta:\t" UNCORRECTABLE},	{8, 4, "\t\tUEMsk:\t" UNCORRECTABLE},
		{12, 4, "\t\tUESvrt:\t" UNCORRECTABLE}, {16, 4, "\t\tCESta:\t" CORRECTABLE},
		{20, 4, "\t\tCEMsk:\t" CORRECTABLE},	{0, 0, NULL}};
	uint32_t control = lspci_read32(view, 24), root = lspci_read32(view, 48);

	if (!lspci_decodes(view, 44))
		return;
	print_flags(view, masks);
	out("\t\tAERCap:\tFirst Error Pointer: %02x, ", control & 0x1f);
	lspci_bits(control, "ECRCGenCap%5 ECRCGenEn%6 ECRCChkCap%7 ECRCChkEn%8\n"
			    "\t\t\tMultHdrRecCap%9 MultHdrRecEn%a TLPPfxPres%b HdrLogCap%c\n");
	out("\t\tHeaderLog: %08x %08x %08x %08x\n", lspci_read32(view, 28), lspci_read32(view, 32),
	    lspci_read32(view, 36), lspci_read32(view, 40));
	if ((type != EXPRESS_ROOT_PORT && type != EXPRESS_EVENT_COLLECTOR) ||
	    !lspci_decodes(view, 56))
		return;
	lspci_bits(lspci_read32(view, 44), "\t\tRootCmd: CERptEn%0 NFERptEn%1 FERptEn%2\n");
	lspci_bits(root, "\t\tRootSta: CERcvd%0 MultCERcvd%1 UERcvd%2 MultUERcvd%3\n"
			 "\t\t\t FirstFatal%4 NonFatalMsg%5 FatalMsg%6 ");
	out("IntMsg %u\n\t\tErrorSrc: ERR_COR: %04x ERR_FATAL/NONFATAL: %04x\n", root >> 27,
	    lspci_read16(view, 52), lspci_read16(view, 54));
}

/* Device Serial Number (section 7.9.3) */
static void print_serial_number(const struct lspci *view)
{
	for (unsigned i = 12; i-- > 4;)
		out("%c%02x", i == 11 ? ' ' : '-', lspci_read8(view, i));
	out("\n");
}

#define SERVICES \
	"SrcValid%0 TransBlk%1 ReqRedir%2 CmpltRedir%3 UpstreamFwd%4 EgressCtrl%5 DirectTrans%6\n"

/* Access Control Services (section 7.7.8) */
static void print_access_control(const struct lspci *view)
{
	static const struct flags registers[] = {
		{4, 2, "\t\tACSCap:\t" SERVICES}, {6, 2, "\t\tACSCtl:\t" SERVICES}, {0, 0, NULL}};

	if (lspci_decodes(view, 8))
		print_flags(view, registers);
}

/* Alternative Routing-ID Interpretation (section 7.8.7) */
static void print_routing(const struct lspci *view)
{
	uint16_t cap = lspci_read16(view, 4), control = lspci_read16(view, 6);

	if (!lspci_decodes(view, 8))
		return;
	lspci_bits(cap, "\t\tARICap:\tMFVC%0 ACS%1, ");
	out("Next Function: %u\n", cap >> 8);
	lspci_bits(control, "\t\tARICtl:\tMFVC%0 ACS%1, ");
	out("Function Group: %u\n", control >> 4 & 7);
}

/* Address Translation Services 1.1, section 5.1 */
static void print_translation(const struct lspci *view)
{
	uint16_t control = lspci_read16(view, 6);

	if (!lspci_decodes(view, 8))
		return;
	out("\t\tATSCap:\tInvalidate Queue Depth: %02x\n", lspci_read16(view, 4) & 0x1f);
	lspci_bits(control, "\t\tATSCtl:\tEnable%f, ");
	out("Smallest Translation Unit: %02x\n", control & 0x1f);
}

/* Single Root I/O Virtualization */
static void print_virtualization(const struct lspci *view)
{
	uint32_t cap = lspci_read32(view, 4), migration = lspci_read32(view, 60);

	if (!lspci_decodes(view, 64))
		return;
	lspci_bits(cap, "\t\tIOVCap:\tMigration%0 10BitTagReq%2 ");
	out("Interrupt Message Number: %03x\n", cap >> 21);
	lspci_bits(lspci_read16(view, 8), "\t\tIOVCtl:\tEnable%0 Migration%1 Interrupt%2 MSE%3 "
					  "ARIHierarchy%4 10BitTagReq%5\n");
	lspci_bits(lspci_read16(view, 10), "\t\tIOVSta:\tMigration%0\n");
	out("\t\tInitial VFs: %u, Total VFs: %u, Number of VFs: %u, "
	    "Function Dependency Link: %02x\n",
	    lspci_read16(view, 12), lspci_read16(view, 14), lspci_read16(view, 16),
	    lspci_read8(view, 18));
	out("\t\tVF offset: %u, stride: %u, Device ID: %04x\n", lspci_read16(view, 20),
	    lspci_read16(view, 22), lspci_read16(view, 26));
	out("\t\tSupported Page Size: %08x, System Page Size: %08x\n", lspci_read32(view, 28),
	    lspci_read32(view, 32));
	for (unsigned i = 0; i < PCI_BARS; i++) {
		uint32_t bar = lspci_read32(view, 36 + 4 * i);
		bool is_64 = (bar & 6) == 4;

		if (!bar || bar == UINT32_MAX)
			continue;
		out("\t\tRegion %u: Memory at ", i);
		if (is_64)
			out("%08x", lspci_read32(view, 36 + 4 * ++i));
		out("%08x (%s-bit, %sprefetchable)\n", bar & ~0xfu, bar & 6 ? "64" : "32",
		    bar & 8 ? "" : "non-");
	}
	out("\t\tVF Migration: offset: %08x, BIR: %x\n", migration & ~7u, migration & 7);
}

/* Process Address Space ID (section 7.8.8) */
static void print_process_id(const struct lspci *view)
{
	uint16_t cap = lspci_read16(view, 4);

	if (!lspci_decodes(view, 8))
		return;
	lspci_bits(cap, "\t\tPASIDCap: Exec%1 Priv%2, ");
	out("Max PASID Width: %02x\n", cap >> 8 & 0x1f);
	lspci_bits(lspci_read16(view, 6), "\t\tPASIDCtl: Enable%0 Exec%1 Priv%2\n");
}

/* Latency Tolerance Reporting (section 7.8.2): a value, and 32 to the power of its scale. */
static void print_latency(const struct lspci *view)
{
	if (!lspci_decodes(view, 8))
		return;
	for (unsigned i = 0; i < 2; i++) {
		uint16_t latency = lspci_read16(view, 4 + 2 * i);
		uint64_t scale = (uint32_t)(1ull << (latency >> 10 & 7) * 5);

		out("\t\tMax %ssnoop latency: %lluns\n", i ? "no " : "",
		    (unsigned long long)((latency & LTR_VALUE) * scale));
	}
}

/* Downstream Port Containment (section 7.9.15) */
static void print_containment(const struct lspci *view)
{
	uint16_t cap = lspci_read16(view, 4), control = lspci_read16(view, 6);
	uint16_t status = lspci_read16(view, 8);

	if (!lspci_decodes(view, 12))
		return;
	out("\t\tDpcCap:\tINT Msg #%u, ", cap & 0x1f);
	lspci_bits(cap, "RPExt%5 PoisonedTLP%6 SwTrigger%7 ");
	out("RP PIO Log %u, ", cap >> 8 & 0xf);
	lspci_bits(cap, "DL_ActiveErr%c\n");
	out("\t\tDpcCtl:\tTrigger:%x ", control & 3);
	lspci_bits(control, "Cmpl%2 INT%3 ErrCor%4 PoisonedTLP%5 SwTrigger%6 DL_ActiveErr%7\n");
	lspci_bits(status, "\t\tDpcSta:\tTrigger%0 ");
	out("Reason:%02x ", status >> 1 & 3);
	lspci_bits(status, "INT%3 RPBusy%4 ");
	out("TriggerExt:%02x RP PIO ErrPtr:%02x\n\t\tSource:\t%04x\n", status >> 5 & 3,
	    status >> 8 & 0x1f, lspci_read16(view, 10));
}

/* By their identifiers; pciutils knows more of some than their name. */
static const char *const names[] = {
	[0x00] = "Null",
	[0x01] = "Advanced Error Reporting",
	[0x02] = "Virtual Channel",
	[0x03] = "Device Serial Number",
	[0x04] = "Power Budgeting <?>",
	[0x05] = "Root Complex Link",
	[0x06] = "Root Complex Internal Link <?>",
	[0x07] = "Root Complex Event Collector Endpoint Association",
	[0x08] = "Multi-Function Virtual Channel <?>",
	[0x09] = "Virtual Channel",
	[0x0a] = "Root Complex Register Block <?>",
	[0x0b] = "Vendor Specific Information",
	[0x0d] = "Access Control Services",
	[0x0e] = "Alternative Routing-ID Interpretation (ARI)",
	[0x0f] = "Address Translation Service (ATS)",
	[0x10] = "Single Root I/O Virtualization (SR-IOV)",
	[0x11] = "Multi-Root I/O Virtualization <?>",
	[0x12] = "Multicast",
	[0x13] = "Page Request Interface (PRI)",
	[0x15] = "Physical Resizable BAR",
	[0x16] = "Dynamic Power Allocation <?>",
	[0x17] = "Transaction Processing Hints",
	[0x18] = "Latency Tolerance Reporting",
	[0x19] = "Secondary PCI Express",
	[0x1a] = "Protocol Multiplexing <?>",
	[0x1b] = "Process Address Space ID (PASID)",
	[0x1c] = "LN Requester <?>",
	[0x1d] = "Downstream Port Containment",
	[0x1e] = "L1 PM Substates",
	[0x1f] = "Precision Time Measurement",
	[0x20] = "PCI Express over M_PHY <?>",
	[0x21] = "FRS Queueing <?>",
	[0x22] = "Readiness Time Reporting <?>",
	[0x23] = "Designated Vendor-Specific",
	[0x24] = "Virtual Resizable BAR",
	[0x25] = "Data Link Feature <?>",
	[0x26] = "Physical Layer 16.0 GT/s <?>",
	[0x27] = "Lane Margining at the Receiver <?>",
	[0x28] = "Hierarchy ID <?>",
	[0x29] = "Native PCIe Enclosure Management <?>",
	[0x2e] = "Data Object Exchange",
};

static void print_capability(const struct lspci *view, uint16_t id, unsigned type)
{
	if (id >= sizeof(names) / sizeof(names[0]) || !names[id]) {
		out("Extended Capability ID %#02x\n", id);
		return;
	}
	out("%s", names[id]);
	if (id == 0x03) {
		print_serial_number(view);
		return;
	}
	out("\n");
	switch (id) {
	case 0x01:
		print_errors(view, type);
		break;
	case 0x0d:
		print_access_control(view);
		break;
	case 0x0e:
		print_routing(view);
		break;
	case 0x0f:
		print_translation(view);
		break;
	case 0x10:
		print_virtualization(view);
		break;
	case 0x18:
		print_latency(view);
		break;
	case 0x1b:
		print_process_id(view);
		break;
	case 0x1d:
		print_containment(view);
		break;
	}
}

void lspci_extended_capabilities(struct lspci *view, unsigned type)
{
	uint8_t seen[PCI_EXTENDED_SIZE / 4 / 8] = {0}; /* a bit for each dword */
	unsigned at = PCI_EXTENDED_FROM;

	while (at + 4 <= view->size) {
		uint32_t header;

		view->at = at;
		header = lspci_read32(view, 0);
		if (!header || header == UINT32_MAX)
			break;
		out("\tCapabilities: [%03x", at);
		if (view->verbose > 1)
			out(" v%u", header >> 16 & 0xf);
		out("] ");
		if (seen[at / 32] >> at / 4 % 8 & 1) {
			out("<chain looped>\n");
			break;
		}
		seen[at / 32] |= (uint8_t)(1 << at / 4 % 8);
		print_capability(view, (uint16_t)header, type);
		at = header >> 20 & 0xffc;
		if (!at)
			break;
	}
	view->at = 0;
}

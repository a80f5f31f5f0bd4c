/* lspci -vv: the PCI Express capability (PCI Express Base Specification 4.0, section 7.5.3). */
#include "kernel/commands/command.h"
#include "kernel/commands/pci/lspci.h"

enum {
	FLAGS = 0x02,
	DEVICE_CAP = 0x04,
	DEVICE_CONTROL = 0x08,
	DEVICE_STATUS = 0x0a,
	LINK_CAP = 0x0c,
	LINK_CONTROL = 0x10,
	LINK_STATUS = 0x12,
	SLOT_CAP = 0x14,
	SLOT_CONTROL = 0x18,
	SLOT_STATUS = 0x1a,
	ROOT_CONTROL = 0x1c,
	ROOT_CAP = 0x1e,
	ROOT_STATUS = 0x20,
	DEVICE_CAP_2 = 0x24,
	DEVICE_CONTROL_2 = 0x28,
	LINK_CAP_2 = 0x2c,
	LINK_CONTROL_2 = 0x30,
	LINK_STATUS_2 = 0x32,
	SLOT_CAP_2 = 0x34,
	SLOT_END = 0x3c,
};

/* Sets of port types */
#define ONE(type) (1u << EXPRESS_##type)
#define ENDPOINTS (ONE(ENDPOINT) | ONE(LEGACY_ENDPOINT))
#define SWITCH	  (ONE(UPSTREAM) | ONE(DOWNSTREAM))
#define HAVE_SLOT (ONE(ROOT_PORT) | ONE(DOWNSTREAM) | ONE(FROM_PCI))
#define HAVE_ROOT (ONE(ROOT_PORT) | ONE(EVENT_COLLECTOR))
#define NO_LINK	  (ONE(INTEGRATED) | ONE(EVENT_COLLECTOR))
#define IS(set)	  ((set) >> type & 1)

#define BITS(value, shift, width) ((value) >> (shift) & ((1u << (width)) - 1))
#define PICK(texts, index)	  pick(texts, sizeof(texts) / sizeof((texts)[0]), index)

static const char *pick(const char *const *texts, unsigned count, unsigned index)
{
	return index < count && texts[index] ? texts[index] : "Unknown";
}

static const char *const speeds[] = {NULL,     "2.5GT/s", "5GT/s", "8GT/s",
				     "16GT/s", "32GT/s",  "64GT/s"};
/* Exit latencies: L0s begins with the first, L1 four later. */
static const char *const latencies[] = {"<64ns", "<128ns", "<256ns", "<512ns",
					"<1us",	 "<2us",   "<4us",   "<8us",
					"<16us", "<32us",  "<64us",  "unlimited"};

static const char *latency_l0s(unsigned value)
{
	return latencies[value == 7 ? 11 : value];
}

static const char *latency_l1(unsigned value)
{
	return latencies[value + 4];
}

/* Slot Power Limit Value and Scale (section 7.5.3.9); from F0h on 250 W, 275 W, ... */
static void print_power_limit(unsigned value, unsigned scale)
{
	static const uint16_t scales[] = {1, 10, 100, 1000};
	unsigned whole, rest;

	if (!scale && value == 0xff) {
		out(">600W");
		return;
	}
	if (!scale && value >= 0xf0)
		value = 250 + 25 * (value - 0xf0);
	whole = value / scales[scale];
	rest = value % scales[scale];
	out("%u", whole);
	if (rest) {
		unsigned digits = scale;

		for (; rest % 10 == 0; digits--)
			rest /= 10;
		out(".%0*u", (int)digits, rest);
	}
	out("W");
}

static void print_device(const struct lspci *view, unsigned type)
{
	uint32_t cap = lspci_read32(view, DEVICE_CAP);
	uint16_t control = lspci_read16(view, DEVICE_CONTROL);
	bool resets = IS(ENDPOINTS | ONE(INTEGRATED));

	out("\t\tDevCap:\tMaxPayload %u bytes, PhantFunc %u", 128u << BITS(cap, 0, 3),
	    (1u << BITS(cap, 3, 2)) - 1);
	if (IS(ENDPOINTS))
		out(", Latency L0s %s, L1 %s", latency_l0s(BITS(cap, 6, 3)),
		    latency_l1(BITS(cap, 9, 3)));
	lspci_bits(cap, "\n\t\t\tExtTag%5");
	if (IS(ENDPOINTS | ONE(UPSTREAM) | ONE(TO_PCI)))
		lspci_bits(cap, " AttnBtn%c AttnInd%d PwrInd%e");
	lspci_bits(cap, " RBE%f");
	if (resets)
		lspci_bits(cap, " FLReset%s");
	if (IS(ONE(ENDPOINT) | ONE(UPSTREAM) | ONE(TO_PCI))) {
		out(" SlotPowerLimit ");
		print_power_limit(BITS(cap, 18, 8), BITS(cap, 26, 2));
	}
	lspci_bits(control, "\n\t\tDevCtl:\tCorrErr%0 NonFatalErr%1 FatalErr%2 UnsupReq%3\n"
			    "\t\t\tRlxdOrd%4 ExtTag%8 PhantFunc%9 AuxPwr%a NoSnoop%b");
	if (IS(ONE(TO_PCI)))
		lspci_bits(control, " BrConfRtry%f");
	if (resets && BITS(cap, 28, 1))
		lspci_bits(control, " FLReset%f");
	out("\n\t\t\tMaxPayload %u bytes, MaxReadReq %u bytes\n", 128u << BITS(control, 5, 3),
	    128u << BITS(control, 12, 3));
	lspci_bits(lspci_read16(view, DEVICE_STATUS),
		   "\t\tDevSta:\tCorrErr%0 NonFatalErr%1 FatalErr%2 UnsupReq%3 AuxPwr%4 "
		   "TransPend%5\n");
}

/* What to think of a link that has less than the port could. */
static const char *compare(unsigned type, unsigned status, unsigned cap)
{
	if (status > cap)
		return " (overdriven)";
	return status == cap || IS(HAVE_SLOT) ? "" : " (downgraded)";
}

static const char *speed(unsigned code)
{
	return code && code < sizeof(speeds) / sizeof(speeds[0]) ? speeds[code] : "unknown";
}

static void print_link(const struct lspci *view, unsigned type)
{
	static const char *const supported[] = {"not supported", "L0s", "L1", "L0s L1"};
	static const char *const enabled[] = {"Disabled", "L0s Enabled", "L1 Enabled",
					      "L0s L1 Enabled"};
	uint32_t cap = lspci_read32(view, LINK_CAP);
	uint16_t control = lspci_read16(view, LINK_CONTROL);
	uint16_t status = lspci_read16(view, LINK_STATUS);
	unsigned aspm = BITS(cap, 10, 2);

	out("\t\tLnkCap:\tPort #%u, Speed %s, Width x%u, ASPM %s", cap >> 24,
	    speed(BITS(cap, 0, 4)), BITS(cap, 4, 6), supported[aspm]);
	if (aspm)
		out(", Exit Latency ");
	if (aspm & 1)
		out("L0s %s%s", latency_l0s(BITS(cap, 12, 3)), aspm & 2 ? ", " : "");
	if (aspm & 2)
		out("L1 %s", latency_l1(BITS(cap, 15, 3)));
	lspci_bits(cap, "\n\t\t\tClockPM%i Surprise%j LLActRep%k BwNot%l ASPMOptComp%m\n");
	out("\t\tLnkCtl:\tASPM %s;", enabled[BITS(control, 0, 2)]);
	if (IS(ENDPOINTS | ONE(ROOT_PORT) | ONE(TO_PCI)))
		out(" RCB %u bytes,", BITS(control, 3, 1) ? 128 : 64);
	lspci_bits(control, " Disabled%4 CommClk%6\n"
			    "\t\t\tExtSynch%7 ClockPM%8 AutWidDis%9 BWInt%a AutBWInt%b\n");
	out("\t\tLnkSta:\tSpeed %s%s, Width x%u%s\n", speed(BITS(status, 0, 4)),
	    compare(type, BITS(status, 0, 4), BITS(cap, 0, 4)), BITS(status, 4, 6),
	    compare(type, BITS(status, 4, 6), BITS(cap, 4, 6)));
	lspci_bits(status, "\t\t\tTrErr%a Train%b SlotClk%c DLActive%d BWMgmt%e ABWMgmt%f\n");
}

static void print_slot(const struct lspci *view)
{
	static const char *const indicators[] = {"Unknown", "On", "Blink", "Off"};
	uint32_t cap = lspci_read32(view, SLOT_CAP);
	uint16_t control = lspci_read16(view, SLOT_CONTROL);

	lspci_bits(cap, "\t\tSltCap:\tAttnBtn%0 PwrCtrl%1 MRL%2 AttnInd%3 PwrInd%4 HotPlug%6 "
			"Surprise%5\n");
	out("\t\t\tSlot #%u, PowerLimit ", BITS(cap, 19, 13));
	print_power_limit(BITS(cap, 7, 8), BITS(cap, 15, 2));
	lspci_bits(cap, "; Interlock%h NoCompl%i\n");
	lspci_bits(control, "\t\tSltCtl:\tEnable: AttnBtn%0 PwrFlt%1 MRL%2 PresDet%3 CmdCplt%4 "
			    "HPIrq%5 LinkChg%c\n");
	out("\t\t\tControl: AttnInd %s, PwrInd %s, ", indicators[BITS(control, 6, 2)],
	    indicators[BITS(control, 8, 2)]);
	lspci_bits(control, "Power%a Interlock%b\n");
	lspci_bits(lspci_read16(view, SLOT_STATUS),
		   "\t\tSltSta:\tStatus: AttnBtn%0 PowerFlt%1 MRL%5 CmdCplt%4 PresDet%6 "
		   "Interlock%7\n\t\t\tChanged: MRL%2 PresDet%3 LinkState%8\n");
}

static void print_root(const struct lspci *view)
{
	uint32_t status = lspci_read32(view, ROOT_STATUS);

	lspci_bits(lspci_read16(view, ROOT_CAP), "\t\tRootCap: CRSVisible%0\n");
	lspci_bits(lspci_read16(view, ROOT_CONTROL),
		   "\t\tRootCtl: ErrCorrectable%0 ErrNon-Fatal%1 ErrFatal%2 PMEIntEna%3 "
		   "CRSVisible%4\n");
	out("\t\tRootSta: PME ReqID %04x, ", status & 0xffff);
	lspci_bits(status, "PMEStatus%g PMEPending%h\n");
}

static bool has_memory_bar(const struct lspci *view)
{
	for (unsigned i = 0; view->device->header_type == 0 && i < PCI_BARS; i++) {
		const struct pci_bar *bar = pci_bar(view->device, i);

		if (bar->size && !bar->io)
			return true;
	}
	for (unsigned i = 0; view->device->header_type == 1 && i < 2; i++)
		if (pci_bar(view->device, i)->size && !pci_bar(view->device, i)->io)
			return true;
	return false;
}

static void print_device_cap_2(const struct lspci *view, unsigned type)
{
	static const char *const ranges[] = {
		"Not Supported", "Range A",   "Range B", "Range AB", NULL, NULL, "Range BC",
		"Range ABC",	 NULL,	      NULL,	 NULL,	     NULL, NULL, NULL,
		"Range BCD",	 "Range ABCD"};
	static const char *const obff[] = {"Not Supported", "Via message", "Via WAKE#",
					   "Via message/WAKE#"};
	static const char *const reductions[] = {"Not Supported", "Dev Specific",
						 "Form Factor Dev Specific", "Reserved"};
	static const char *const lines[] = {"Not Supported", "64byte cachelines",
					    "128byte cachelines", "Reserved"};
	static const char *const hints[] = {"TPHComp- ExtTPHComp-", "TPHComp+ ExtTPHComp-", "",
					    "TPHComp+ ExtTPHComp+"};
	uint32_t cap = lspci_read32(view, DEVICE_CAP_2);
	bool memory = has_memory_bar(view);

	out("\t\tDevCap2: Completion Timeout: %s, ", PICK(ranges, BITS(cap, 0, 4)));
	lspci_bits(cap, "TimeoutDis%4 NROPrPrP%a LTR%b\n\t\t\t 10BitTagComp%g 10BitTagReq%h ");
	out("OBFF %s, ", obff[BITS(cap, 18, 2)]);
	lspci_bits(cap, "ExtFmt%k EETLPPrefix%l");
	if (BITS(cap, 21, 1))
		out(", MaxEETLPPrefixes %u", BITS(cap, 22, 2) ? BITS(cap, 22, 2) : 4);
	out("\n\t\t\t EmergencyPowerReduction %s, ", reductions[BITS(cap, 24, 2)]);
	lspci_bits(cap, "EmergencyPowerReductionInit%q\n\t\t\t FRS%v");
	if (IS(ONE(ROOT_PORT)))
		out(" LN System CLS %s,", lines[BITS(cap, 14, 2)]);
	if (IS(ONE(ROOT_PORT) | ONE(ENDPOINT)))
		out(" %s", hints[BITS(cap, 12, 2)]);
	if (IS(ONE(ROOT_PORT) | ONE(DOWNSTREAM)))
		lspci_bits(cap, " ARIFwd%5");
	out("\n");
	if (!IS(ONE(ROOT_PORT) | SWITCH) && !memory)
		return;
	out("\t\t\t AtomicOpsCap:");
	if (IS(ONE(ROOT_PORT) | SWITCH))
		lspci_bits(cap, " Routing%6");
	if (IS(ONE(ROOT_PORT)) || memory)
		lspci_bits(cap, " 32bit%7 64bit%8 128bitCAS%9");
	out("\n");
}

static void print_device_control_2(const struct lspci *view, unsigned type)
{
	static const char *const timeouts[] = {
		"50us to 50ms", "50us to 100us",  "1ms to 10ms",   NULL,
		NULL,		"16ms to 55ms",	  "65ms to 210ms", NULL,
		NULL,		"260ms to 900ms", "1s to 3.5s",	   NULL,
		NULL,		"4s to 13s",	  "17s to 64s"};
	static const char *const obff[] = {"Disabled", "Via message A", "Via message B",
					   "Via WAKE#"};
	uint16_t control = lspci_read16(view, DEVICE_CONTROL_2);

	out("\t\tDevCtl2: Completion Timeout: %s, ", PICK(timeouts, BITS(control, 0, 4)));
	lspci_bits(control, "TimeoutDis%4 LTR%a 10BitTagReq%c ");
	out("OBFF %s,", obff[BITS(control, 13, 2)]);
	if (IS(ONE(ROOT_PORT) | ONE(DOWNSTREAM)))
		lspci_bits(control, " ARIFwd%5");
	out("\n");
	if (!IS(ENDPOINTS | ONE(INTEGRATED) | ONE(ROOT_PORT) | SWITCH))
		return;
	out("\t\t\t AtomicOpsCtl:");
	if (IS(ENDPOINTS | ONE(INTEGRATED) | ONE(ROOT_PORT)))
		lspci_bits(control, " ReqEn%6");
	if (IS(ONE(ROOT_PORT) | SWITCH))
		lspci_bits(control, " EgressBlck%7");
	out("\n");
}

static const char *de_emphasis(unsigned code)
{
	return code ? "-3.5dB" : "-6dB";
}

static void print_link_control_2(const struct lspci *view, unsigned type)
{
	static const char *const margins[] = {"Normal Operating Range",
					      "800-1200mV(full-swing)/400-700mV(half-swing)",
					      "200-400mV(full-swing)/100-200mV(half-swing)"};
	static const char *const presets[] = {
		"-6dB de-emphasis, 0dB",   "-3.5dB de-emphasis, 0dB",	"-4.4dB de-emphasis, 0dB",
		"-2.5dB de-emphasis, 0dB", "0dB de-emphasis, 0dB",	"0dB de-emphasis, 1.9dB",
		"0dB de-emphasis, 2.5dB",  "-6.0dB de-emphasis, 3.5dB", "-3.5dB de-emphasis, 3.5dB",
		"0dB de-emphasis, 3.5dB"};
	uint16_t control = lspci_read16(view, LINK_CONTROL_2);
	unsigned margin = BITS(control, 7, 3), preset = BITS(control, 12, 4);
	unsigned target = BITS(control, 0, 4);

	out("\t\tLnkCtl2: Target Link Speed: %s, ", PICK(speeds, target ? target : 1));
	lspci_bits(control, "EnterCompliance%4 SpeedDis%5");
	if (IS(ONE(DOWNSTREAM)))
		out(", Selectable De-emphasis: %s", de_emphasis(BITS(control, 6, 1)));
	out("\n\t\t\t Transmit Margin: %s, ", PICK(margins, margin > 2 && margin < 6 ? 2 : margin));
	lspci_bits(control, "EnterModifiedCompliance%a ComplianceSOS%b\n");
	out("\t\t\t Compliance Preset/De-emphasis: %s%s\n", PICK(presets, preset),
	    preset < sizeof(presets) / sizeof(presets[0]) ? " preshoot" : "");
}

static void print_link_2(const struct lspci *view, unsigned type)
{
	static const char *const crosslink[] = {"unsupported", "Upstream Port", "Downstream Port",
						"incomplete"};
	static const char *const components[] = {
		"Link Down - Not Determined", "Link Down - Not Present",
		"Link Down - Present",	      NULL,
		"Link Up - Present",	      "Link Up - Present and DRS Received"};
	const struct pci_device *device = view->device;
	uint16_t status = lspci_read16(view, LINK_STATUS_2);
	uint32_t cap = 0;

	/* pciutils leaves the first two out of endpoints that are not function 0 of device 0 */
	if (!IS(ENDPOINTS) || (!device->slot && !device->function)) {
		unsigned vector = BITS(lspci_read32(view, LINK_CAP_2), 1, 7), top = 5;

		cap = lspci_read32(view, LINK_CAP_2);
		while (top && !(vector >> (top - 1) & 1))
			top--;
		if (cap) {
			out("\t\tLnkCap2: Supported Link Speeds: %s%s, ",
			    vector & 0x60 || top < 2 ? "" : "2.5-",
			    vector & 0x60 ? "RsvdP" : PICK(speeds, top));
			lspci_bits(cap, "Crosslink%8 Retimer%n 2Retimers%o DRS%v\n");
		}
		print_link_control_2(view, type);
	}
	out("\t\tLnkSta2: Current De-emphasis Level: %s, ", de_emphasis(status & 1));
	lspci_bits(status, "EqualizationComplete%1 EqualizationPhase1%2\n"
			   "\t\t\t EqualizationPhase2%3 EqualizationPhase3%4 "
			   "LinkEqualizationRequest%5\n\t\t\t Retimer%6 2Retimers%7 ");
	out("CrosslinkRes: %s", crosslink[BITS(status, 8, 2)]);
	if (IS(HAVE_SLOT) && BITS(cap, 31, 1)) {
		unsigned component = BITS(status, 12, 3);

		lspci_bits(status, ", DRS%f\n");
		out("\t\t\t DownstreamComp: %s",
		    component == 3 || component > 5 ? "Reserved" : components[component]);
	}
	out("\n");
}

unsigned lspci_express(const struct lspci *view)
{
	static const char *const types[] = {"Endpoint",
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
	uint16_t flags = lspci_read16(view, FLAGS);
	unsigned type = BITS(flags, 4, 4);
	bool slot = IS(HAVE_SLOT) && BITS(flags, 8, 1);

	out("Express ");
	if (view->verbose > 1)
		out("(v%u) ", flags & 0xf);
	if (type < sizeof(types) / sizeof(types[0]) && types[type])
		out("%s", types[type]);
	else
		out("Unknown type %u", type);
	if (IS(HAVE_SLOT))
		lspci_bits(flags, " (Slot%8)");
	out(", MSI %02x\n", BITS(flags, 9, 5));
	if (!lspci_decodes(view, IS(HAVE_ROOT) ? DEVICE_CAP_2 : slot ? ROOT_CONTROL : SLOT_CAP))
		return type;
	print_device(view, type);
	if (!IS(NO_LINK))
		print_link(view, type);
	if (slot)
		print_slot(view);
	if (IS(HAVE_ROOT))
		print_root(view);
	if ((flags & 0xf) < 2 || !lspci_decodes(view, slot ? SLOT_END : SLOT_CAP_2))
		return type;
	print_device_cap_2(view, type);
	print_device_control_2(view, type);
	if (!IS(NO_LINK))
		print_link_2(view, type);
	return type;
}

/* The tables of Identify Controller and its power states. */
#include "drivers/nvme/spec/describe.h"
#include "drivers/nvme/spec/spec.h"

/* A power in the units of its scale: 1 is 0.0001 W, 2 is 0.01 W. */
static void print_power(nvme_print *print, unsigned power, unsigned scale)
{
	if (scale == 0)
		print("-");
	else if (scale == 1)
		print("%u.%04uW", power / 10000, power % 10000);
	else if (scale == 2)
		print("%u.%02uW", power / 100, power % 100);
	else
		print("reserved");
}

static void print_maximum_power(nvme_print *print, const void *structure)
{
	const struct nvme_power_state *state = structure;

	print_power(print, state->mp, state->flags & NVME_POWER_MXPS ? 1 : 2);
}

static void print_operational(nvme_print *print, const void *structure)
{
	const struct nvme_power_state *state = structure;

	print("%soperational", state->flags & NVME_POWER_NOPS ? "non-" : "");
}

static void print_idle_power(nvme_print *print, const void *structure)
{
	const struct nvme_power_state *state = structure;

	print_power(print, state->idlp, NVME_POWER_SCALE(state->ips));
}

static void print_active_power(nvme_print *print, const void *structure)
{
	const struct nvme_power_state *state = structure;

	print_power(print, state->actp, NVME_POWER_SCALE(state->apws));
}

static void print_workload(nvme_print *print, const void *structure)
{
	static const char *const workloads[] = {"-", "1MiB 32 RW, 30s idle", "80K 128KiB SW"};
	const struct nvme_power_state *state = structure;
	unsigned workload = NVME_POWER_WORKLOAD(state->apws);

	print("%s", workload < sizeof(workloads) / sizeof(workloads[0]) ? workloads[workload]
									: "reserved");
}

static const struct nvme_row power_state[] = {
	PROSE_FIELD(struct nvme_power_state, mp, "mp", print_maximum_power),
	KEY("max_power"),
	RESERVED(struct nvme_power_state, reserved2),
	PROSE_FIELD(struct nvme_power_state, flags, "flags", print_operational,
		    .flags = NVME_ROW_UNNAMED),
	FIELD(struct nvme_power_state, enlat, DECIMAL),
	KEY("entry_lat"),
	FIELD(struct nvme_power_state, exlat, DECIMAL),
	KEY("exit_lat"),
	FIELD(struct nvme_power_state, rrt, DECIMAL),
	KEY("read_tput"),
	FIELD(struct nvme_power_state, rrl, DECIMAL),
	KEY("read_lat"),
	FIELD(struct nvme_power_state, rwt, DECIMAL, .flags = NVME_ROW_NEW_LINE),
	KEY("write_tput"),
	FIELD(struct nvme_power_state, rwl, DECIMAL),
	KEY("write_lat"),
	PROSE_FIELD(struct nvme_power_state, idlp, "idle_power", print_idle_power),
	DIVIDED(struct nvme_power_state, ips),
	PART(7, 6, "idle_scale", DECIMAL, .flags = NVME_ROW_ONLY_JSON),
	RESERVED(struct nvme_power_state, reserved19),
	PROSE_FIELD(struct nvme_power_state, actp, "active_power", print_active_power),
	PROSE_FIELD(struct nvme_power_state, apws, "active_power_workload", print_workload,
		    .flags = NVME_ROW_NEW_LINE | NVME_ROW_NO_JSON),
	PART(2, 0, "active_power_work", DECIMAL, .flags = NVME_ROW_ONLY_JSON),
	PART(7, 6, "active_scale", DECIMAL, .flags = NVME_ROW_ONLY_JSON),
	RESERVED(struct nvme_power_state, reserved23),
};
const struct nvme_structure nvme_power_state_table =
	STRUCTURE(struct nvme_power_state, power_state, 0);

static unsigned power_state_count(const void *structure)
{
	const struct nvme_identify_controller *id = structure;

	return id->npss < NVME_POWER_STATES_MAX ? id->npss + 1u : NVME_POWER_STATES_MAX;
}

static const struct nvme_array power_states = {
	.element = &nvme_power_state_table, .digits = 6, .count = power_state_count};

static const char *const sgl_support[] = {
	[1] = "Scatter-Gather Lists Supported. No Dword alignment required.",
	[2] = "Scatter-Gather Lists Supported. Dword alignment required.",
};

static void print_no_sgls(nvme_print *print, const void *structure)
{
	const struct nvme_identify_controller *id = structure;

	if (!NVME_SGLS_SUPPORT(id->sgls))
		print(" [1:0]  : 0\tScatter-Gather Lists Not Supported\n");
}

#define SGL_SUPPORT(bit, words)                                             \
	SUPPORT(bit, words, WHEN(struct nvme_identify_controller, sgls, 3), \
		.name = " [" #bit ":" #bit "]:")

static const struct nvme_row identify_controller[] = {
	FIELD(struct nvme_identify_controller, vid, HEX),
	FIELD(struct nvme_identify_controller, ssvid, HEX),
	FIELD(struct nvme_identify_controller, sn, TEXT),
	FIELD(struct nvme_identify_controller, mn, TEXT),
	FIELD(struct nvme_identify_controller, fr, TEXT),
	FIELD(struct nvme_identify_controller, rab, DECIMAL),
	FIELD(struct nvme_identify_controller, ieee, OUI),
	FIELD(struct nvme_identify_controller, cmic, HEX, .flags = NVME_ROW_GAP),
	RESERVED_RANGE(7, 4),
	RANGE_OF(3, 3, "ANA %s", "not supported", "supported"),
	RANGE_OF(2, 2, "%s", "PCI", "SR-IOV"),
	RANGE_OF(1, 1, "%s Controller", "Single", "Multi"),
	RANGE_OF(0, 0, "%s Port", "Single", "Multi"),
	FIELD(struct nvme_identify_controller, mdts, DECIMAL),
	FIELD(struct nvme_identify_controller, cntlid, HEX),
	FIELD(struct nvme_identify_controller, ver, HEX),
	FIELD(struct nvme_identify_controller, rtd3r, HEX),
	FIELD(struct nvme_identify_controller, rtd3e, HEX),
	FIELD(struct nvme_identify_controller, oaes, HEX, .flags = NVME_ROW_GAP),
	SUPPORT(31, "Discovery Log Change Notice"),
	RESERVED_RANGE(30, 28),
	SUPPORT(27, "Zone Descriptor Changed Notices"),
	RESERVED_RANGE(26, 16),
	SUPPORT(15, "Normal NSS Shutdown Event"),
	SUPPORT(14, "Endurance Group Event Aggregate Log Page Change Notice"),
	SUPPORT(13, "LBA Status Information Notices"),
	SUPPORT(12, "Predictable Latency Event Aggregate Log Change Notices"),
	SUPPORT(11, "Asymmetric Namespace Access Change Notices"),
	RESERVED_RANGE(10, 10),
	SUPPORT(9, "Firmware Activation Notices"),
	SUPPORT(8, "Namespace Attribute Changed Event"),
	RESERVED_RANGE(7, 0),
	FIELD(struct nvme_identify_controller, ctratt, HEX, .flags = NVME_ROW_GAP),
	RESERVED_RANGE(31, 20, .name = " [31:20] :"),
	SUPPORT(19, "Flexible Data Placement"),
	RESERVED_RANGE(18, 16),
	SUPPORT(15, "Extended LBA Formats"),
	SUPPORT(14, "Delete NVM Set"),
	SUPPORT(13, "Delete Endurance Group"),
	SUPPORT(12, "Variable Capacity Management"),
	SUPPORT(11, "Fixed Capacity Management"),
	SUPPORT(10, "Multi Domain Subsystem"),
	SUPPORT(9, "UUID List"),
	SUPPORT(8, "SQ Associations"),
	SUPPORT(7, "Namespace Granularity"),
	SUPPORT(6, "Traffic Based Keep Alive"),
	SUPPORT(5, "Predictable Latency Mode"),
	SUPPORT(4, "Endurance Groups"),
	SUPPORT(3, "Read Recovery Levels"),
	SUPPORT(2, "NVM Sets"),
	SUPPORT(1, "Non-Operational Power State Permissive"),
	SUPPORT(0, "128-bit Host Identifier"),
	FIELD(struct nvme_identify_controller, rrls, HEX),
	RESERVED(struct nvme_identify_controller, reserved102),
	FIELD(struct nvme_identify_controller, cntrltype, DECIMAL),
	RANGE(7, 2, "Reserved", NUMBER),
	RANGE_OF(1, 0, "%s", "Controller type not reported", "I/O Controller",
		 "Discovery Controller", "Administrative Controller"),
	FIELD(struct nvme_identify_controller, fguid, UUID),
	FIELD(struct nvme_identify_controller, crdt1, DECIMAL),
	FIELD(struct nvme_identify_controller, crdt2, DECIMAL),
	FIELD(struct nvme_identify_controller, crdt3, DECIMAL),
	RESERVED(struct nvme_identify_controller, reserved134),
	FIELD(struct nvme_identify_controller, nvmsr, DECIMAL, .flags = NVME_ROW_GAP),
	RESERVED_RANGE(7, 2, .name = " [7:2] :"),
	RANGE_OF(1, 1, "NVM subsystem %s of an Enclosure", "Not part", "part"),
	RANGE_OF(0, 0, "NVM subsystem %s of an Storage Device", "Not part", "part"),
	FIELD(struct nvme_identify_controller, vwci, DECIMAL, .flags = NVME_ROW_GAP),
	RANGE_OF(7, 7, "VPD Write Cycles Remaining field is %s", "Not valid.", "valid."),
	RANGE(6, 0, "VPD Write Cycles Remaining ", NUMBER),
	FIELD(struct nvme_identify_controller, mec, DECIMAL, .flags = NVME_ROW_GAP),
	RESERVED_RANGE(7, 2, .name = " [7:2] :"),
	RANGE_OF(1, 1, "NVM subsystem %s a Management Endpoint on a PCIe port", "Not contains",
		 "contains"),
	RANGE_OF(0, 0, "NVM subsystem %s a Management Endpoint on an SMBus/I2C port",
		 "Not contains", "contains"),
	FIELD(struct nvme_identify_controller, oacs, HEX, .flags = NVME_ROW_GAP),
	RESERVED_RANGE(15, 11, .name = " [15:11] :"),
	SUPPORT(10, "Lockdown Command and Feature"),
	SUPPORT(9, "Get LBA Status Capability"),
	SUPPORT(8, "Doorbell Buffer Config"),
	SUPPORT(7, "Virtualization Management"),
	SUPPORT(6, "NVMe-MI Send and Receive"),
	SUPPORT(5, "Directives"),
	SUPPORT(4, "Device Self-test"),
	SUPPORT(3, "NS Management and Attachment"),
	SUPPORT(2, "FW Commit and Download"),
	SUPPORT(1, "Format NVM"),
	SUPPORT(0, "Security Send and Receive"),
	FIELD(struct nvme_identify_controller, acl, DECIMAL),
	FIELD(struct nvme_identify_controller, aerl, DECIMAL),
	FIELD(struct nvme_identify_controller, frmw, HEX, .flags = NVME_ROW_GAP),
	RESERVED_RANGE(7, 6),
	SUPPORT(5, "Multiple FW or Boot Update Detection"),
	SUPPORT(4, "Firmware Activate Without Reset"),
	RANGE(3, 1, "Number of Firmware Slots", NUMBER),
	RANGE_OF(0, 0, "Firmware Slot 1 %s", "Read/Write", "Read-Only"),
	FIELD(struct nvme_identify_controller, lpa, HEX, .flags = NVME_ROW_GAP),
	RESERVED_RANGE(7, 7),
	SUPPORT(6, "Telemetry Log Data Area 4"),
	SUPPORT(5, "LID 0x0, Scope of each command in LID 0x5, 0x12, 0x13"),
	SUPPORT(4, "Persistent Event log"),
	SUPPORT(3, "Telemetry host/controller initiated log page"),
	SUPPORT(2, "Extended data for Get Log Page"),
	SUPPORT(1, "Command Effects Log Page"),
	SUPPORT(0, "SMART/Health Log Page per NS"),
	FIELD(struct nvme_identify_controller, elpe, DECIMAL, .flags = NVME_ROW_GAP),
	RANGE(7, 0, "Error Log Page Entries (ELPE)", ZEROS_BASED),
	FIELD(struct nvme_identify_controller, npss, DECIMAL, .flags = NVME_ROW_GAP),
	RANGE(7, 0, "Number of Power States Support (NPSS)", ZEROS_BASED),
	FIELD(struct nvme_identify_controller, avscc, HEX, .flags = NVME_ROW_GAP),
	RESERVED_RANGE(7, 1),
	RANGE_OF(0, 0, "Admin Vendor Specific Commands uses %s Format", "Vendor Specific", "NVMe"),
	FIELD(struct nvme_identify_controller, apsta, HEX, .flags = NVME_ROW_GAP),
	RESERVED_RANGE(7, 1),
	SUPPORT(0, "Autonomous Power State Transitions"),
	FIELD(struct nvme_identify_controller, wctemp, DECIMAL, .flags = NVME_ROW_GAP),
	RANGE(15, 0, "Warning Composite Temperature Threshold (WCTEMP)", KELVIN,
	      .name = " [15:0] :"),
	FIELD(struct nvme_identify_controller, cctemp, DECIMAL, .flags = NVME_ROW_GAP),
	RANGE(15, 0, "Critical Composite Temperature Threshold (CCTEMP)", KELVIN,
	      .name = " [15:0] :"),
	FIELD(struct nvme_identify_controller, mtfa, DECIMAL),
	FIELD(struct nvme_identify_controller, hmpre, DECIMAL),
	FIELD(struct nvme_identify_controller, hmmin, DECIMAL),
	FIELD(struct nvme_identify_controller, tnvmcap, DECIMAL, .flags = NVME_ROW_GAP),
	RANGE(127, 0, "Total NVM Capacity (TNVMCAP)", WIDE),
	FIELD(struct nvme_identify_controller, unvmcap, DECIMAL, .flags = NVME_ROW_GAP),
	RANGE(127, 0, "Unallocated NVM Capacity (UNVMCAP)", WIDE),
	FIELD(struct nvme_identify_controller, rpmbs, HEX, .flags = NVME_ROW_GAP),
	RANGE(31, 24, "Access Size", NUMBER, .name = " [31:24]:"),
	RANGE(23, 16, "Total Size", NUMBER, .name = " [23:16]:"),
	RESERVED_RANGE(15, 6, .name = " [15:6] :"),
	RANGE(5, 3, "Authentication Method", NUMBER),
	RANGE(2, 0, "Number of RPMB Units", NUMBER),
	FIELD(struct nvme_identify_controller, edstt, DECIMAL),
	FIELD(struct nvme_identify_controller, dsto, DECIMAL),
	FIELD(struct nvme_identify_controller, fwug, DECIMAL),
	FIELD(struct nvme_identify_controller, kas, DECIMAL),
	FIELD(struct nvme_identify_controller, hctma, HEX, .flags = NVME_ROW_GAP),
	RESERVED_RANGE(15, 1, .name = " [15:1] :"),
	SUPPORT(0, "Host Controlled Thermal Management"),
	FIELD(struct nvme_identify_controller, mntmt, DECIMAL, .flags = NVME_ROW_GAP),
	RANGE(15, 0, "Minimum Thermal Management Temperature (MNTMT)", KELVIN, .name = " [15:0] :"),
	FIELD(struct nvme_identify_controller, mxtmt, DECIMAL, .flags = NVME_ROW_GAP),
	RANGE(15, 0, "Maximum Thermal Management Temperature (MXTMT)", KELVIN, .name = " [15:0] :"),
	FIELD(struct nvme_identify_controller, sanicap, HEX, .flags = NVME_ROW_GAP),
	RANGE_OF(31, 30, "%s",
		 "Additional media modification after sanitize operation completes successfully is "
		 "not defined",
		 "Media is not additionally modified after sanitize operation completes "
		 "successfully",
		 "Media is additionally modified after sanitize operation completes successfully"),
	RANGE_OF(29, 29, "No-Deallocate After Sanitize bit in Sanitize command %s", "Supported",
		 "Not Supported"),
	RESERVED_RANGE(28, 3),
	SUPPORT(2, "Overwrite Sanitize Operation", .name = "    [2:2] :"),
	SUPPORT(1, "Block Erase Sanitize Operation", .name = "    [1:1] :"),
	SUPPORT(0, "Crypto Erase Sanitize Operation", .name = "    [0:0] :"),
	FIELD(struct nvme_identify_controller, hmminds, DECIMAL),
	FIELD(struct nvme_identify_controller, hmmaxd, DECIMAL),
	FIELD(struct nvme_identify_controller, nsetidmax, DECIMAL),
	FIELD(struct nvme_identify_controller, endgidmax, DECIMAL),
	FIELD(struct nvme_identify_controller, anatt, DECIMAL),
	FIELD(struct nvme_identify_controller, anacap, DECIMAL, .flags = NVME_ROW_GAP),
	SUPPORT(7, "Non-zero group ID"),
	RANGE_OF(6, 6, "Group ID does %s", "change", "not change"),
	RESERVED_RANGE(5, 5, .name = " [5:5] :"),
	SUPPORT(4, "ANA Change state"),
	SUPPORT(3, "ANA Persistent Loss state"),
	SUPPORT(2, "ANA Inaccessible state"),
	SUPPORT(1, "ANA Non-optimized state"),
	SUPPORT(0, "ANA Optimized state"),
	FIELD(struct nvme_identify_controller, anagrpmax, DECIMAL),
	FIELD(struct nvme_identify_controller, nanagrpid, DECIMAL),
	FIELD(struct nvme_identify_controller, pels, DECIMAL),
	FIELD(struct nvme_identify_controller, domainid, DECIMAL),
	RESERVED(struct nvme_identify_controller, reserved358),
	FIELD(struct nvme_identify_controller, megcap, DECIMAL),
	RESERVED(struct nvme_identify_controller, reserved384),
	FIELD(struct nvme_identify_controller, sqes, HEX, .flags = NVME_ROW_GAP),
	RANGE(7, 4, "Max SQ Entry Size (%llu)", POWER),
	RANGE(3, 0, "Min SQ Entry Size (%llu)", POWER),
	FIELD(struct nvme_identify_controller, cqes, HEX, .flags = NVME_ROW_GAP),
	RANGE(7, 4, "Max CQ Entry Size (%llu)", POWER),
	RANGE(3, 0, "Min CQ Entry Size (%llu)", POWER),
	FIELD(struct nvme_identify_controller, maxcmd, DECIMAL),
	FIELD(struct nvme_identify_controller, nn, DECIMAL),
	FIELD(struct nvme_identify_controller, oncs, HEX, .flags = NVME_ROW_GAP),
	RESERVED_RANGE(15, 9, .name = " [15:9] :"),
	SUPPORT(8, "Copy"),
	SUPPORT(7, "Verify"),
	SUPPORT(6, "Timestamp"),
	SUPPORT(5, "Reservations"),
	SUPPORT(4, "Save and Select"),
	SUPPORT(3, "Write Zeroes"),
	SUPPORT(2, "Data Set Management"),
	SUPPORT(1, "Write Uncorrectable"),
	SUPPORT(0, "Compare"),
	FIELD(struct nvme_identify_controller, fuses, HEX, .flags = NVME_ROW_GAP),
	RESERVED_RANGE(15, 1, .name = " [15:1] :"),
	SUPPORT(0, "Fused Compare and Write"),
	FIELD(struct nvme_identify_controller, fna, HEX, .flags = NVME_ROW_GAP),
	RESERVED_RANGE(7, 4),
	RANGE_OF(3, 3, "Format NVM Broadcast NSID (FFFFFFFFh) %s", "Supported", "Not Supported"),
	RANGE_OF(2, 2, "Crypto Erase %s as part of Secure Erase", "Not Supported", "Supported"),
	RANGE_OF(1, 1, "Crypto Erase Applies to %s Namespace(s)", "Single", "All"),
	RANGE_OF(0, 0, "Format Applies to %s Namespace(s)", "Single", "All"),
	FIELD(struct nvme_identify_controller, vwc, HEX, .flags = NVME_ROW_GAP),
	RESERVED_RANGE(7, 3),
	RANGE_OF(2, 1, "%s", "Support for the NSID field set to FFFFFFFFh is not indicated",
		 "Reserved", "The Flush command does not support NSID set to FFFFFFFFh",
		 "The Flush command supports NSID set to FFFFFFFFh"),
	RANGE_OF(0, 0, "Volatile Write Cache %s", "Not Present", "Present"),
	FIELD(struct nvme_identify_controller, awun, DECIMAL),
	FIELD(struct nvme_identify_controller, awupf, DECIMAL),
	FIELD(struct nvme_identify_controller, icsvscc, DECIMAL, .flags = NVME_ROW_GAP),
	RESERVED_RANGE(7, 1),
	RANGE_OF(0, 0, "NVM Vendor Specific Commands uses %s Format", "Vendor Specific", "NVMe"),
	FIELD(struct nvme_identify_controller, nwpc, DECIMAL, .flags = NVME_ROW_GAP),
	RESERVED_RANGE(7, 3),
	SUPPORT(2, "Permanent Write Protect"),
	SUPPORT(1, "Write Protect Until Power Supply"),
	SUPPORT(0, "No Write Protect and Write Protect Namespace"),
	FIELD(struct nvme_identify_controller, acwu, DECIMAL),
	FIELD(struct nvme_identify_controller, ocfs, HEX, .flags = NVME_ROW_GAP),
	RESERVED_RANGE(15, 2),
	SUPPORT(1, "Controller Copy Format 1h"),
	SUPPORT(0, "Controller Copy Format 0h"),
	FIELD(struct nvme_identify_controller, sgls, HEX, .flags = NVME_ROW_GAP),
	RESERVED_RANGE(31, 22, .name = " [31:22]:"),
	SGL_SUPPORT(21, "Transport SGL Data Block Descriptor"),
	SGL_SUPPORT(20, "Address Offsets"),
	SGL_SUPPORT(19, "Metadata Pointer Containing SGL Descriptor is"),
	SGL_SUPPORT(18, "SGL Length Larger than Buffer"),
	SGL_SUPPORT(17, "Byte-Aligned Contig. MD Buffer"),
	SGL_SUPPORT(16, "SGL Bit-Bucket"),
	RANGE(15, 8, "SGL Descriptor Threshold", NUMBER, .name = " [15:8] :"),
	RESERVED_RANGE(7, 3, .name = " [7:3] :"),
	SUPPORT(2, "Keyed SGL Data Block descriptor",
		WHEN(struct nvme_identify_controller, sgls, 3)),
	RANGE_CHOICE(1, 0, "%s", sgl_support, WHEN(struct nvme_identify_controller, sgls, 3)),
	PROSE(print_no_sgls),
	FIELD(struct nvme_identify_controller, mnan, DECIMAL),
	FIELD(struct nvme_identify_controller, maxdna, DECIMAL),
	FIELD(struct nvme_identify_controller, maxcna, DECIMAL),
	RESERVED(struct nvme_identify_controller, reserved564),
	FIELD(struct nvme_identify_controller, subnqn, TEXT),
	RESERVED(struct nvme_identify_controller, reserved1024),
	FIELD(struct nvme_identify_controller, ioccsz, DECIMAL),
	FIELD(struct nvme_identify_controller, iorcsz, DECIMAL),
	FIELD(struct nvme_identify_controller, icdoff, DECIMAL),
	FIELD(struct nvme_identify_controller, fcatt, HEX, .flags = NVME_ROW_GAP),
	RESERVED_RANGE(7, 1),
	RANGE_OF(0, 0, "%s Controller Model", "Dynamic", "Static"),
	FIELD(struct nvme_identify_controller, msdbd, DECIMAL),
	FIELD(struct nvme_identify_controller, ofcs, DECIMAL, .flags = NVME_ROW_GAP),
	RESERVED_RANGE(15, 1),
	RANGE_OF(0, 0, "Disconnect command %s Supported", "Not", ""),
	FIELD(struct nvme_identify_controller, dctype, DECIMAL,
	      .flags = NVME_ROW_HIDDEN | NVME_ROW_NO_JSON),
	RESERVED(struct nvme_identify_controller, reserved1807),
	ARRAY(struct nvme_identify_controller, psd, "ps", &power_states),
	KEY("psds"),
	VENDOR(struct nvme_identify_controller, vs),
};
const struct nvme_structure nvme_identify_controller_table =
	STRUCTURE(struct nvme_identify_controller, identify_controller, 10);

static const struct nvme_row controller_nvm[] = {
	FIELD(struct nvme_identify_controller_nvm, vsl, DECIMAL),
	FIELD(struct nvme_identify_controller_nvm, wzsl, DECIMAL),
	FIELD(struct nvme_identify_controller_nvm, wusl, DECIMAL),
	FIELD(struct nvme_identify_controller_nvm, dmrl, DECIMAL),
	FIELD(struct nvme_identify_controller_nvm, dmrsl, DECIMAL),
	FIELD(struct nvme_identify_controller_nvm, dmsl, DECIMAL),
	RESERVED(struct nvme_identify_controller_nvm, reserved16),
};
const struct nvme_structure nvme_identify_controller_nvm_table =
	STRUCTURE(struct nvme_identify_controller_nvm, controller_nvm, 7);

static const char *const resources[] = {"not supported", "supported"};

static const struct nvme_row primary_capabilities[] = {
	FIELD(struct nvme_primary_capabilities, cntlid, HEX),
	FIELD(struct nvme_primary_capabilities, portid, HEX),
	FIELD(struct nvme_primary_capabilities, crt, HEX),
	RESERVED_RANGE(7, 2),
	RANGE_CHOICE(1, 1, "VI Resources are %s", resources, .name = "  [1:1]"),
	RANGE_CHOICE(0, 0, "VQ Resources are %s", resources, .name = "  [0:0]"),
	RESERVED(struct nvme_primary_capabilities, reserved5),
	FIELD(struct nvme_primary_capabilities, vqfrt, DECIMAL),
	FIELD(struct nvme_primary_capabilities, vqrfa, DECIMAL),
	FIELD(struct nvme_primary_capabilities, vqrfap, DECIMAL),
	FIELD(struct nvme_primary_capabilities, vqprt, DECIMAL),
	FIELD(struct nvme_primary_capabilities, vqfrsm, DECIMAL),
	FIELD(struct nvme_primary_capabilities, vqgran, DECIMAL),
	RESERVED(struct nvme_primary_capabilities, reserved48),
	FIELD(struct nvme_primary_capabilities, vifrt, DECIMAL),
	FIELD(struct nvme_primary_capabilities, virfa, DECIMAL),
	FIELD(struct nvme_primary_capabilities, virfap, DECIMAL),
	FIELD(struct nvme_primary_capabilities, viprt, DECIMAL),
	FIELD(struct nvme_primary_capabilities, vifrsm, DECIMAL),
	FIELD(struct nvme_primary_capabilities, vigran, DECIMAL),
	RESERVED(struct nvme_primary_capabilities, reserved80),
};
const struct nvme_structure nvme_primary_capabilities_table =
	STRUCTURE(struct nvme_primary_capabilities, primary_capabilities, 10);

/* The tables of persistent events. */
#include "drivers/nvme/spec/describe.h"
#include "drivers/nvme/spec/spec.h"

/* Names, and how nvme-cli calls what an event is made of. */
static const struct {
	const char *name, *title;
	const struct nvme_structure *table;
} types[] = {
	[NVME_PERSISTENT_SMART] = {"SMART/Health Log Snapshot Event(0x1)", "Smart Health Event",
				   &nvme_smart_log_table},
	[NVME_PERSISTENT_FIRMWARE] = {"Firmware Commit Event(0x2)", "FW Commit Event",
				      &nvme_persistent_firmware_table},
	[NVME_PERSISTENT_TIMESTAMP] = {"Timestamp Change Event(0x3)", "Time Stamp Change Event",
				       &nvme_persistent_timestamp_table},
	[NVME_PERSISTENT_POWER_ON] = {"Power-on or Reset Event(0x4)", "Power On Reset Event", NULL},
	[NVME_PERSISTENT_HARDWARE] = {"NVM Subsystem Hardware Error Event(0x5)", NULL, NULL},
	[NVME_PERSISTENT_NAMESPACE] = {"Change Namespace Event(0x6)", "Change Namespace Event",
				       &nvme_persistent_namespace_table},
	[NVME_PERSISTENT_FORMAT_START] = {"Format NVM Start Event(0x7)", "Format NVM Start Event",
					  &nvme_persistent_format_start_table},
	[NVME_PERSISTENT_FORMAT_END] = {"Format NVM Completion Event(0x8)",
					"Format NVM Completion Event",
					&nvme_persistent_format_end_table},
	[NVME_PERSISTENT_SANITIZE_START] = {"Sanitize Start Event(0x9)", "Sanitize Start Event",
					    &nvme_persistent_sanitize_start_table},
	[NVME_PERSISTENT_SANITIZE_END] = {"Sanitize Completion Event(0xa)",
					  "Sanitize Completion Event",
					  &nvme_persistent_sanitize_end_table},
	[NVME_PERSISTENT_FEATURE] = {"Set Feature Event(0xb)", "Set Feature Event", NULL},
	[NVME_PERSISTENT_TELEMETRY] = {"Set Telemetry CRT  Event(0xc)", NULL, NULL},
	[NVME_PERSISTENT_THERMAL] = {"Thermal Excursion Event(0xd)", "Thermal Excursion Event",
				     &nvme_persistent_thermal_table},
};

#define KNOWN(type) ((type) < sizeof(types) / sizeof(types[0]))

const char *nvme_persistent_name(unsigned type)
{
	return KNOWN(type) ? types[type].name : NULL;
}

struct nvme_persistent_description nvme_persistent_description(unsigned type)
{
	if (!KNOWN(type))
		return (struct nvme_persistent_description){NULL, NULL};
	return (struct nvme_persistent_description){types[type].table, types[type].title};
}

const char *nvme_persistent_hardware_name(unsigned code)
{
	static const char *const names[] = {
		NULL,
		"PCIe Correctable Error",
		"PCIe Uncorrectable Non fatal Error",
		"PCIe Uncorrectable Fatal Error",
		"PCIe Link Status Change",
		"PCIe Link Not Active",
		"Critical Warning Condition",
		"Endurance Group Critical Warning Condition",
		"Unsafe Shutdown",
		"Controller Fatal Status",
		"Media and Data Integrity Status",
		"Controller Ready Timeout Exceeded",
	};

	return code && code < sizeof(names) / sizeof(names[0]) ? names[code] : "Reserved";
}

/* Types of events, a line each. */
static void print_supported(nvme_print *print, const void *structure)
{
	const struct nvme_persistent_log *log = structure;

	for (unsigned type = 0; KNOWN(type); type++)
		if (log->seb[type / 8] >> type % 8 & 1 && nvme_persistent_name(type))
			print("\n\tSupport %s", nvme_persistent_name(type));
}

#define LOG(member, text, key) FIELD_AS(struct nvme_persistent_log, member, text, DECIMAL), KEY(key)

static const struct nvme_row persistent_log[] = {
	LOG(lid, "Log Identifier", "log_id"),
	RESERVED(struct nvme_persistent_log, reserved1),
	LOG(tnev, "Total Number of Events", "total_num_of_events"),
	LOG(tll, "Total Log Length ", "total_log_len"),
	LOG(rv, "Log Revision", "log_revision"),
	RESERVED(struct nvme_persistent_log, reserved17),
	LOG(lhl, "Log Header Length", "log_header_len"),
	LOG(ts, "Timestamp", "timestamp"),
	LOG(poh, "Power On Hours (POH)", "power_on_hours"),
	LOG(pcc, "Power Cycle Count", "power_cycle_count"),
	LOG(vid, "PCI Vendor ID (VID)", "pci_vid"),
	LOG(ssvid, "PCI Subsystem Vendor ID (SSVID)", "pci_ssvid"),
	FIELD_AS(struct nvme_persistent_log, sn, "Serial Number (SN)", TEXT),
	KEY("sn"),
	FIELD_AS(struct nvme_persistent_log, mn, "Model Number (MN)", TEXT),
	KEY("mn"),
	FIELD_AS(struct nvme_persistent_log, subnqn, "NVM Subsystem NVMe Qualified Name (SUBNQN)",
		 TEXT),
	KEY("subnqn"),
	LOG(gen_number, "Generation Number", "gen_number"),
	LOG(rci, "Reporting Context Information (RCI)", "rci"),
	RESERVED(struct nvme_persistent_log, reserved378),
	PROSE_FIELD(struct nvme_persistent_log, seb, "Supported Events Bitmap", print_supported,
		    .flags = NVME_ROW_NO_JSON),
};
const struct nvme_structure nvme_persistent_log_table =
	STRUCTURE(struct nvme_persistent_log, persistent_log, 0);

static void print_type(nvme_print *print, const void *structure)
{
	const struct nvme_persistent_event *event = structure;
	const char *name = nvme_persistent_name(event->etype);

	print("%s", name ? name : "(null)");
}

#define EVENT(member, text, key) \
	FIELD_AS(struct nvme_persistent_event, member, text, DECIMAL), KEY(key)

static const struct nvme_row persistent_event[] = {
	PROSE_FIELD(struct nvme_persistent_event, etype, "Event Type", print_type,
		    .flags = NVME_ROW_NO_JSON),
	EVENT(etype_rev, "Event Type Revision", "event_type_rev"),
	EVENT(ehl, "Event Header Length", "event_header_len"),
	EVENT(ehai, "Event Header Additional Info", "event_header_additional_info"),
	EVENT(cntlid, "Controller Identifier", "ctrl_id"),
	EVENT(ets, "Event Timestamp", "event_time_stamp"),
	EVENT(pelpid, "Port Identifier", "port_id"),
	RESERVED(struct nvme_persistent_event, reserved16),
	EVENT(vsil, "Vendor Specific Information Length", "vu_info_len"),
	EVENT(el, "Event Length", "event_len"),
};
const struct nvme_structure nvme_persistent_event_table =
	STRUCTURE(struct nvme_persistent_event, persistent_event, 0);

/* A revision as a number, and as text up to its first blank. */
static void print_revision(nvme_print *print, const char revision[8])
{
	unsigned length = 0;

	while (length < 8 && revision[length] > ' ' && revision[length] < 0x7f)
		length++;
	print("%llu (%.*s)", (unsigned long long)get_le64(revision), (int)length, revision);
}

static void print_old_revision(nvme_print *print, const void *structure)
{
	const struct nvme_persistent_firmware *event = structure;

	print_revision(print, event->old_revision);
}

static void print_new_revision(nvme_print *print, const void *structure)
{
	const struct nvme_persistent_firmware *event = structure;

	print_revision(print, event->new_revision);
}

#define FIRMWARE(member, text, key) \
	FIELD_AS(struct nvme_persistent_firmware, member, text, DECIMAL), KEY(key)

static const struct nvme_row firmware[] = {
	PROSE_FIELD(struct nvme_persistent_firmware, old_revision, "Old Firmware Revision",
		    print_old_revision, .flags = NVME_ROW_NO_JSON),
	PROSE_FIELD(struct nvme_persistent_firmware, new_revision, "New Firmware Revision",
		    print_new_revision, .flags = NVME_ROW_NO_JSON),
	FIRMWARE(action, "FW Commit Action", "fw_commit_action"),
	FIRMWARE(slot, "FW Slot", "fw_slot"),
	FIRMWARE(sct, "Status Code Type for Firmware Commit Command", "sct_fw"),
	FIRMWARE(sc, "Status Returned for Firmware Commit Command", "sc_fw"),
	FIRMWARE(vendor, "Vendor Assigned Firmware Commit Result Code", "vu_assign_fw_commit_rc"),
};
const struct nvme_structure nvme_persistent_firmware_table =
	STRUCTURE(struct nvme_persistent_firmware, firmware, 0);

static const struct nvme_row timestamp[] = {
	FIELD_AS(struct nvme_persistent_timestamp, previous, "Previous Timestamp", DECIMAL),
	KEY("prev_ts"),
	FIELD_AS(struct nvme_persistent_timestamp, since_reset, "Milliseconds Since Reset",
		 DECIMAL),
	KEY("ml_secs_since_reset"),
};
const struct nvme_structure nvme_persistent_timestamp_table =
	STRUCTURE(struct nvme_persistent_timestamp, timestamp, 0);

#define RESET(member, text, key) \
	FIELD_AS(struct nvme_persistent_reset, member, text, DECIMAL), KEY(key)

static const struct nvme_row reset[] = {
	RESET(cntlid, "Controller ID", "ctrl_id"),
	RESET(firmware_activation, "Firmware Activation", "fw_act"),
	RESET(operation, "Operation in Progress", "op_in_prog"),
	RESERVED(struct nvme_persistent_reset, reserved4),
	RESET(power_cycle, "Controller Power Cycle", "ctrl_power_cycle"),
	RESET(power_on, "Power on milliseconds", "power_on_ml_secs"),
	RESET(timestamp, "Controller Timestamp", "ctrl_time_stamp"),
};
const struct nvme_structure nvme_persistent_reset_table =
	STRUCTURE(struct nvme_persistent_reset, reset, 0);

#define NAMESPACE(member, text, key) \
	FIELD_AS(struct nvme_persistent_namespace, member, text, DECIMAL), KEY(key)

static const struct nvme_row namespace[] = {
	NAMESPACE(cdw10, "Namespace Management CDW10", "nsmgt_cdw10"),
	RESERVED(struct nvme_persistent_namespace, reserved4),
	NAMESPACE(nsze, "Namespace Size", "nsze"),
	RESERVED(struct nvme_persistent_namespace, reserved16),
	NAMESPACE(ncap, "Namespace Capacity", "nscap"),
	NAMESPACE(flbas, "Formatted LBA Size", "flbas"),
	NAMESPACE(dps, "End-to-end Data Protection Type Settings", "dps"),
	NAMESPACE(nmic, "Namespace Multi-path I/O and Namespace Sharing Capabilities", "nmic"),
	RESERVED(struct nvme_persistent_namespace, reserved35),
	NAMESPACE(anagrpid, "ANA Group Identifier", "ana_grp_id"),
	NAMESPACE(nvmsetid, "NVM Set Identifier", "nvmset_id"),
	RESERVED(struct nvme_persistent_namespace, reserved42),
	NAMESPACE(nsid, "Namespace ID", "nsid"),
};
const struct nvme_structure nvme_persistent_namespace_table =
	STRUCTURE(struct nvme_persistent_namespace, namespace, 0);

static const struct nvme_row format_start[] = {
	FIELD_AS(struct nvme_persistent_format_start, nsid, "Namespace Identifier", DECIMAL),
	KEY("nsid"),
	FIELD_AS(struct nvme_persistent_format_start, fna, "Format NVM Attributes", DECIMAL),
	KEY("fna"),
	RESERVED(struct nvme_persistent_format_start, reserved5),
	FIELD_AS(struct nvme_persistent_format_start, cdw10, "Format NVM CDW10", DECIMAL),
	KEY("format_nvm_cdw10"),
};
const struct nvme_structure nvme_persistent_format_start_table =
	STRUCTURE(struct nvme_persistent_format_start, format_start, 0);

#define FORMAT_END(member, text, key) \
	FIELD_AS(struct nvme_persistent_format_end, member, text, DECIMAL), KEY(key)

static const struct nvme_row format_end[] = {
	FORMAT_END(nsid, "Namespace Identifier", "nsid"),
	FORMAT_END(progress, "Smallest Format Progress Indicator", "smallest_fpi"),
	FORMAT_END(status, "Format NVM Status", "format_nvm_status"),
	FORMAT_END(information, "Completion Information", "compln_info"),
	FORMAT_END(status_field, "Status Field", "status_field"),
};
const struct nvme_structure nvme_persistent_format_end_table =
	STRUCTURE(struct nvme_persistent_format_end, format_end, 0);

static const struct nvme_row sanitize_start[] = {
	FIELD_AS(struct nvme_persistent_sanitize_start, sanicap, "SANICAP", DECIMAL),
	FIELD_AS(struct nvme_persistent_sanitize_start, cdw10, "Sanitize CDW10", DECIMAL),
	KEY("sani_cdw10"),
	FIELD_AS(struct nvme_persistent_sanitize_start, cdw11, "Sanitize CDW11", DECIMAL),
	KEY("sani_cdw11"),
};
const struct nvme_structure nvme_persistent_sanitize_start_table =
	STRUCTURE(struct nvme_persistent_sanitize_start, sanitize_start, 0);

static const struct nvme_row sanitize_end[] = {
	FIELD_AS(struct nvme_persistent_sanitize_end, progress, "Sanitize Progress", DECIMAL),
	KEY("sani_prog"),
	FIELD_AS(struct nvme_persistent_sanitize_end, status, "Sanitize Status", DECIMAL),
	KEY("sani_status"),
	FIELD_AS(struct nvme_persistent_sanitize_end, information, "Completion Information",
		 DECIMAL),
	KEY("cmpln_info"),
	RESERVED(struct nvme_persistent_sanitize_end, reserved6),
};
const struct nvme_structure nvme_persistent_sanitize_end_table =
	STRUCTURE(struct nvme_persistent_sanitize_end, sanitize_end, 0);

static const struct nvme_row thermal[] = {
	FIELD_AS(struct nvme_persistent_thermal, temperature, "Over Temperature", DECIMAL),
	KEY("over_temp"),
	FIELD_AS(struct nvme_persistent_thermal, threshold, "Threshold", DECIMAL),
	KEY("threshold"),
};
const struct nvme_structure nvme_persistent_thermal_table =
	STRUCTURE(struct nvme_persistent_thermal, thermal, 0);

/* The tables of log pages. */
#include "drivers/nvme/spec/describe.h"
#include "drivers/nvme/spec/spec.h"

static void print_error_status(nvme_print *print, const void *structure)
{
	const struct nvme_error_log_entry *entry = structure;
	unsigned status = entry->status >> 1;
	const char *text = nvme_status_text(status);

	print("%#x(%s%s%s)", status, nvme_status_name(status), text ? ": " : "", text ? text : "");
}

/* Base, figure 206, bytes 29 */
static const char *const transport_types[] = {
	"The transport type is not indicated or the error is not transport related.",
	"RDMA Transport error.",
	"Fibre Channel Transport error.",
	"TCP Transport error.",
};

static const struct nvme_row error_log_entry[] = {
	FIELD(struct nvme_error_log_entry, error_count, DECIMAL),
	FIELD(struct nvme_error_log_entry, sqid, DECIMAL),
	FIELD_AS(struct nvme_error_log_entry, cid, "cmdid", HEX),
	DIVIDED(struct nvme_error_log_entry, status),
	PART(15, 1, "status_field", PROSE, .prose = print_error_status),
	PART(0, 0, "phase_tag", HEX),
	FIELD_AS(struct nvme_error_log_entry, parameter_location, "parm_err_loc", HEX),
	KEY("parm_error_location"),
	FIELD(struct nvme_error_log_entry, lba, HEX),
	FIELD(struct nvme_error_log_entry, nsid, HEX),
	FIELD_AS(struct nvme_error_log_entry, vendor, "vs", DECIMAL),
	CHOICE_FIELD(struct nvme_error_log_entry, trtype, "trtype", transport_types),
	RESERVED(struct nvme_error_log_entry, reserved30),
	FIELD_AS(struct nvme_error_log_entry, command_specific, "cs", HEX),
	FIELD_AS(struct nvme_error_log_entry, transport_specific, "trtype_spec_info", HEX),
	RESERVED(struct nvme_error_log_entry, reserved42),
};
const struct nvme_structure nvme_error_log_entry_table =
	STRUCTURE_TABS(struct nvme_error_log_entry, error_log_entry, 16);

static void print_warnings(nvme_print *print, const void *structure)
{
	static const char *const names[] = {
		"Available Spare[0]",
		"Temp. Threshold[1]",
		"NVM subsystem Reliability[2]",
		"Read-only[3]",
		"Volatile mem. backup failed[4]",
		"Persistent Mem. RO[5]",
	};
	const struct nvme_smart_log *log = structure;

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		print("      %-31s: %u\n", names[i], log->critical_warning >> i & 1);
}

#define SENSOR(index, number)                                        \
	FIELD_AS(struct nvme_smart_log, temperature_sensor[index],   \
		 "Temperature Sensor " number "           ", KELVIN, \
		 .flags = NVME_ROW_NONZERO | NVME_ROW_PADDED),       \
		KEY("temperature_sensor_" number)

static const struct nvme_row smart_log[] = {
	FIELD(struct nvme_smart_log, critical_warning, HEX),
	PROSE(print_warnings),
	FIELD(struct nvme_smart_log, temperature, KELVIN),
	FIELD(struct nvme_smart_log, available_spare, PERCENT),
	KEY("avail_spare"),
	FIELD(struct nvme_smart_log, available_spare_threshold, PERCENT),
	KEY("spare_thresh"),
	FIELD(struct nvme_smart_log, percentage_used, PERCENT),
	KEY("percent_used"),
	FIELD_AS(struct nvme_smart_log, endurance_group_warning,
		 "endurance group critical warning summary", HEX),
	KEY("endurance_grp_critical_warning_summary"),
	RESERVED(struct nvme_smart_log, reserved7),
	FIELD_AS(struct nvme_smart_log, data_units_read, "Data Units Read", DATA_UNITS),
	KEY("data_units_read"),
	FIELD_AS(struct nvme_smart_log, data_units_written, "Data Units Written", DATA_UNITS),
	KEY("data_units_written"),
	FIELD(struct nvme_smart_log, host_read_commands, DECIMAL),
	FIELD(struct nvme_smart_log, host_write_commands, DECIMAL),
	FIELD(struct nvme_smart_log, controller_busy_time, DECIMAL),
	FIELD(struct nvme_smart_log, power_cycles, DECIMAL),
	FIELD(struct nvme_smart_log, power_on_hours, DECIMAL),
	FIELD(struct nvme_smart_log, unsafe_shutdowns, DECIMAL),
	FIELD(struct nvme_smart_log, media_errors, DECIMAL),
	FIELD_AS(struct nvme_smart_log, error_log_entries, "num_err_log_entries", DECIMAL),
	FIELD_AS(struct nvme_smart_log, warning_temperature_time, "Warning Temperature Time",
		 DECIMAL),
	KEY("warning_temp_time"),
	FIELD_AS(struct nvme_smart_log, critical_temperature_time,
		 "Critical Composite Temperature Time", DECIMAL),
	KEY("critical_comp_time"),
	SENSOR(0, "1"),
	SENSOR(1, "2"),
	SENSOR(2, "3"),
	SENSOR(3, "4"),
	SENSOR(4, "5"),
	SENSOR(5, "6"),
	SENSOR(6, "7"),
	SENSOR(7, "8"),
	FIELD_AS(struct nvme_smart_log, thermal_transitions[0], "Thermal Management T1 Trans Count",
		 DECIMAL),
	KEY("thm_temp1_trans_count"),
	FIELD_AS(struct nvme_smart_log, thermal_transitions[1], "Thermal Management T2 Trans Count",
		 DECIMAL),
	KEY("thm_temp2_trans_count"),
	FIELD_AS(struct nvme_smart_log, thermal_time[0], "Thermal Management T1 Total Time",
		 DECIMAL),
	KEY("thm_temp1_total_time"),
	FIELD_AS(struct nvme_smart_log, thermal_time[1], "Thermal Management T2 Total Time",
		 DECIMAL),
	KEY("thm_temp2_total_time"),
	RESERVED(struct nvme_smart_log, reserved232),
};
const struct nvme_structure nvme_smart_log_table =
	STRUCTURE_TABS(struct nvme_smart_log, smart_log, 40);

#define UNSHOWN .flags = NVME_ROW_HIDDEN | NVME_ROW_NO_JSON

static const struct nvme_row endurance_group_log[] = {
	FIELD_AS(struct nvme_endurance_group_log, critical_warning, "critical warning", DECIMAL),
	KEY("critical_warning"),
	RESERVED(struct nvme_endurance_group_log, reserved1),
	FIELD_AS(struct nvme_endurance_group_log, available_spare, "avl_spare", DECIMAL),
	FIELD_AS(struct nvme_endurance_group_log, available_spare_threshold, "avl_spare_threshold",
		 DECIMAL),
	FIELD_AS(struct nvme_endurance_group_log, percentage_used, "percent_used", PERCENT),
	RESERVED(struct nvme_endurance_group_log, reserved6),
	FIELD(struct nvme_endurance_group_log, endurance_estimate, DECIMAL),
	FIELD(struct nvme_endurance_group_log, data_units_read, DECIMAL),
	FIELD(struct nvme_endurance_group_log, data_units_written, DECIMAL),
	FIELD(struct nvme_endurance_group_log, media_units_written, DECIMAL),
	FIELD_AS(struct nvme_endurance_group_log, host_read_commands, "host_read_cmds", DECIMAL),
	FIELD_AS(struct nvme_endurance_group_log, host_write_commands, "host_write_cmds", DECIMAL),
	FIELD_AS(struct nvme_endurance_group_log, integrity_errors, "media_data_integrity_err",
		 DECIMAL),
	FIELD_AS(struct nvme_endurance_group_log, error_log_entries, "num_err_info_log_entries",
		 DECIMAL),
	FIELD(struct nvme_endurance_group_log, total_capacity, DECIMAL, UNSHOWN),
	FIELD(struct nvme_endurance_group_log, unallocated_capacity, DECIMAL, UNSHOWN),
	RESERVED(struct nvme_endurance_group_log, reserved192),
};
const struct nvme_structure nvme_endurance_group_log_table =
	STRUCTURE_TABS(struct nvme_endurance_group_log, endurance_group_log, 24);

#define LATENCY(member, text) \
	FIELD_AS(struct nvme_predictable_latency_log, member, text, DECIMAL), KEY(#member)

static const struct nvme_row predictable_latency_log[] = {
	LATENCY(status, "Status"),
	RESERVED(struct nvme_predictable_latency_log, reserved1),
	LATENCY(event_type, "Event Type"),
	RESERVED(struct nvme_predictable_latency_log, reserved4),
	LATENCY(dtwin_reads_typical, "DTWIN Reads Typical"),
	LATENCY(dtwin_writes_typical, "DTWIN Writes Typical"),
	LATENCY(dtwin_time_maximum, "DTWIN Time Maximum"),
	LATENCY(ndwin_time_minimum_high, "NDWIN Time Minimum High"),
	LATENCY(ndwin_time_minimum_low, "NDWIN Time Minimum Low"),
	RESERVED(struct nvme_predictable_latency_log, reserved72),
	LATENCY(dtwin_reads_estimate, "DTWIN Reads Estimate"),
	LATENCY(dtwin_writes_estimate, "DTWIN Writes Estimate"),
	LATENCY(dtwin_time_estimate, "DTWIN Time Estimate"),
	RESERVED(struct nvme_predictable_latency_log, reserved152),
};
const struct nvme_structure nvme_predictable_latency_log_table =
	STRUCTURE(struct nvme_predictable_latency_log, predictable_latency_log, 0);

static void print_notification(nvme_print *print, const void *structure)
{
	static const char *const types[] = {"Empty Log Page", "Registration Preempted",
					    "Reservation Released", "Reservation Preempted"};
	unsigned type = ((const struct nvme_reservation_log *)structure)->type;

	print("%u (%s)", type, type < sizeof(types) / sizeof(types[0]) ? types[type] : "Reserved");
}

static const struct nvme_row reservation_log[] = {
	FIELD_AS(struct nvme_reservation_log, count, "Log Page Count\t\t\t\t", BARE_HEX),
	KEY("count"),
	PROSE_FIELD(struct nvme_reservation_log, type, "Resv Notif Log Page Type\t",
		    print_notification),
	KEY("rn_log_type"),
	FIELD_AS(struct nvme_reservation_log, available, "Num of Available Log Pages\t", DECIMAL),
	KEY("num_logs"),
	RESERVED(struct nvme_reservation_log, reserved10),
	FIELD_AS(struct nvme_reservation_log, nsid, "Namespace ID:\t\t\t\t", BARE_HEX),
	KEY("nsid"),
	RESERVED(struct nvme_reservation_log, reserved16),
};
const struct nvme_structure nvme_reservation_log_table =
	STRUCTURE(struct nvme_reservation_log, reservation_log, 0);

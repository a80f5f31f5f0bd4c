/* The table of the features, as nvme-cli decodes their dword. The I/O Command Set Profile follows
 * the specification where nvme-cli 2.3 does not: it is a number. */
#include "drivers/nvme/spec/describe.h"
#include "drivers/nvme/spec/spec.h"

static const char *const disabled_enabled[] = {"Disabled", "Enabled"};
static const char *const false_true[] = {"False", "True"};
static const char *const no_yes[] = {"No", "Yes"};

/* The words have the blanks of their column in them. */
#define VALUE(top, bottom, words, around, as) BITS(top, bottom, NULL, words, around, as)
#define NUMBER(top, bottom, words)	      VALUE(top, bottom, words, "%llu", NUMBER)
#define ONE_OF(top, bottom, words, list)      CHOICE(top, bottom, NULL, words, "%s", list)
#define NUMBERED(top, bottom, words, list)                                              \
	{                                                                               \
		.kind = NVME_ROW_BITS, .high = (top), .low = (bottom), .texts = (list), \
		.text = words "\0%s", .form = NVME_FORM_NUMBERED,                       \
		.text_count = sizeof(list) / sizeof((list)[0])                          \
	}

static const char *const bursts[] = {"1", "2", "4", "8", "16", "32", "64", "No limit"};
static const struct nvme_row arbitration[] = {
	VALUE(31, 24, "High Priority Weight   (HPW)", "%llu", PLUS_ONE),
	VALUE(23, 16, "Medium Priority Weight (MPW)", "%llu", PLUS_ONE),
	VALUE(15, 8, "Low Priority Weight    (LPW)", "%llu", PLUS_ONE),
	ONE_OF(2, 0, "Arbitration Burst       (AB)", bursts),
};

static const char *const workloads[] = {
	"No Workload",
	"Extended Idle Period with a Burst of Random Writes",
	"Heavy Sequential Writes",
};
static const struct nvme_row power_management[] = {
	NUMBERED(7, 5, "Workload Hint (WH)", workloads),
	NUMBER(4, 0, "Power State   (PS)"),
};

static const struct nvme_row lba_range[] = {
	VALUE(5, 0, "Number of LBA Ranges (NUM)", "%llu", PLUS_ONE),
};

static const char *const thresholds[] = {"Over Temperature Threshold",
					 "Under Temperature Threshold"};
static const char *const sensors[] = {
	"Composite Temperature", "Temperature Sensor 1", "Temperature Sensor 2",
	"Temperature Sensor 3",	 "Temperature Sensor 4", "Temperature Sensor 5",
	"Temperature Sensor 6",	 "Temperature Sensor 7", "Temperature Sensor 8",
};
static const struct nvme_row temperature_threshold[] = {
	NUMBERED(21, 20, "Threshold Type Select         (THSEL)", thresholds),
	NUMBERED(19, 16, "Threshold Temperature Select (TMPSEL)", sensors),
	VALUE(15, 0, "Temperature Threshold         (TMPTH)", "", KELVIN),
};

static const struct nvme_row error_recovery[] = {
	ONE_OF(16, 16, "Deallocated or Unwritten Logical Block Error Enable (DULBE)",
	       disabled_enabled),
	VALUE(15, 0, "Time Limited Error Recovery                          (TLER)", "%llu ms",
	      TIMES_100),
};

static const struct nvme_row volatile_write_cache[] = {
	ONE_OF(0, 0, "Volatile Write Cache Enable (WCE)", disabled_enabled),
};

static const struct nvme_row number_of_queues[] = {
	VALUE(31, 16, "Number of IO Completion Queues Allocated (NCQA)", "%llu", PLUS_ONE),
	VALUE(15, 0, "Number of IO Submission Queues Allocated (NSQA)", "%llu", PLUS_ONE),
};

static const struct nvme_row interrupt_coalescing[] = {
	VALUE(15, 8, "Aggregation Time     (TIME)", "%llu usec", TIMES_100),
	VALUE(7, 0, "Aggregation Threshold (THR)", "%llu", PLUS_ONE),
};

static const struct nvme_row interrupt_vector[] = {
	ONE_OF(16, 16, "Coalescing Disable (CD)", false_true),
	NUMBER(15, 0, "Interrupt Vector   (IV)"),
};

static const struct nvme_row write_atomicity[] = {
	ONE_OF(0, 0, "Disable Normal (DN)", false_true),
};

/* Notices by their bits, from the highest down, and of any warning. */
static void print_events(nvme_print *print, const void *value)
{
	static const struct {
		uint32_t bits;
		const char *what;
	} events[] = {
		{1u << 31, "Discovery Log Page Change Notices"},
		{1u << 14, "Endurance Group Event Aggregate Log Change Notices"},
		{1u << 13, "LBA Status Information Notices"},
		{1u << 12, "Predictable Latency Event Aggregate Log Change Notices"},
		{1u << 11, "Asymmetric Namespace Access Change Notices"},
		{1u << 10, "Telemetry Log Notices"},
		{NVME_ASYNC_FIRMWARE, "Firmware Activation Notices"},
		{NVME_ASYNC_NAMESPACE, "Namespace Attribute Notices"},
		{0xff, "SMART / Health Critical Warnings"},
	};

	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		print("\t%-58s: %s async event\n", events[i].what,
		      *(const uint32_t *)value & events[i].bits ? "Send" : "Do not send");
}

static const struct nvme_row async_event[] = {
	PROSE(print_events),
};

static const struct nvme_row auto_power_state[] = {
	ONE_OF(0, 0, "Autonomous Power State Transition Enable (APSTE)", disabled_enabled),
};

static const struct nvme_row host_memory_buffer[] = {
	ONE_OF(0, 0, "Enable Host Memory (EHM)", disabled_enabled),
};

static const struct nvme_row keep_alive[] = {
	NUMBER(31, 0, "Keep Alive Timeout (KATO) in milliseconds"),
};

static void print_thermal(nvme_print *print, const void *value)
{
	for (unsigned i = 1; i <= 2; i++) {
		unsigned kelvin = NVME_BITS(*(const uint32_t *)value, 32 - 16 * i, 16);

		print("\tThermal Management Temperature %u (TMT%u) : %u Kelvin (%d°C)\n", i, i,
		      kelvin, (int)kelvin - NVME_ZERO_CELSIUS);
	}
}

static const struct nvme_row thermal_management[] = {
	PROSE(print_thermal),
};

static const struct nvme_row non_operational_power[] = {
	ONE_OF(0, 0, "Non-Operational Power State Permissive Mode Enable (NOPPME)", false_true),
};

static const struct nvme_row read_recovery_level[] = {
	NUMBER(3, 0, "Read Recovery Level (RRL)"),
};

static const struct nvme_row predictable_latency_config[] = {
	ONE_OF(0, 0, "Predictable Latency Window Enabled", false_true),
};

static const char *const windows[] = {
	[1] = "Deterministic Window (DTWIN)", [2] = "Non-deterministic Window (NDWIN)"};
static const struct nvme_row predictable_latency_window[] = {
	ONE_OF(2, 0, "Window Select", windows),
};

static const struct nvme_row lba_status_attributes[] = {
	NUMBER(31, 16, "LBA Status Information Poll Interval (LSIPI)  "),
	NUMBER(15, 0, "LBA Status Information Report Interval (LSIRI)"),
};

static const struct nvme_row sanitize_config[] = {
	NUMBER(0, 0, "No-Deallocate Response Mode (NODRM) "),
};

static const struct nvme_row endurance_group_event[] = {
	NUMBER(15, 0, "Endurance Group Identifier (ENDGID)"),
	NUMBER(23, 16, "Endurance Group Critical Warnings  "),
};

static const struct nvme_row command_set_profile[] = {
	NUMBER(8, 0, "I/O Command Set Profile"),
};

static const struct nvme_row spinup_control[] = {
	ONE_OF(0, 0, "Spinup control feature Enabled", false_true),
};

static const struct nvme_row fdp[] = {
	ONE_OF(0, 0, "Flexible Direct Placement Enable (FDPE)       ", no_yes),
	NUMBER(15, 8, "Flexible Direct Placement Configuration Index "),
};

static const struct nvme_row software_progress[] = {
	NUMBER(7, 0, "Pre-boot Software Load Count (PBSLC)"),
};

static const struct nvme_row reservation_notification[] = {
	ONE_OF(3, 3, "Mask Reservation Preempted Notification  (RESPRE)", false_true),
	ONE_OF(2, 2, "Mask Reservation Released Notification   (RESREL)", false_true),
	ONE_OF(1, 1, "Mask Registration Preempted Notification (REGPRE)", false_true),
};

static const struct nvme_row reservation_persistence[] = {
	ONE_OF(0, 0, "Persist Through Power Loss (PTPL)", false_true),
};

static const char *const protections[] = {
	"No Write Protect",
	"Write Protect",
	"Write Protect Until Power Cycle",
	"Permanent Write Protect",
};
static const struct nvme_row write_protect[] = {
	ONE_OF(2, 0, "Namespace Write Protect", protections),
};

#define ROW(fid, text, bytes, ...)                                          \
	{                                                                   \
		.id = (fid), .name = (text), .size = (bytes), ##__VA_ARGS__ \
	}
#define DECODED(list) .bits = (list), .bit_count = sizeof(list) / sizeof((list)[0])

static const struct nvme_feature_row features[] = {
	ROW(NVME_FEATURE_ARBITRATION, "Arbitration", 0, DECODED(arbitration)),
	ROW(NVME_FEATURE_POWER_MANAGEMENT, "Power Management", 0, DECODED(power_management)),
	ROW(NVME_FEATURE_LBA_RANGE, "LBA Range Type",
	    NVME_LBA_RANGES_MAX * sizeof(struct nvme_lba_range), DECODED(lba_range)),
	ROW(NVME_FEATURE_TEMPERATURE_THRESHOLD, "Temperature Threshold", 0,
	    DECODED(temperature_threshold)),
	ROW(NVME_FEATURE_ERROR_RECOVERY, "Error Recovery", 0, DECODED(error_recovery)),
	ROW(NVME_FEATURE_VOLATILE_WRITE_CACHE, "Volatile Write Cache", 0,
	    DECODED(volatile_write_cache)),
	ROW(NVME_FEATURE_NUMBER_OF_QUEUES, "Number of Queues", 0, DECODED(number_of_queues)),
	ROW(NVME_FEATURE_INTERRUPT_COALESCING, "Interrupt Coalescing", 0,
	    DECODED(interrupt_coalescing)),
	ROW(NVME_FEATURE_INTERRUPT_VECTOR, "Interrupt Vector Configuration", 0,
	    DECODED(interrupt_vector)),
	ROW(NVME_FEATURE_WRITE_ATOMICITY, "Write Atomicity Normal", 0, DECODED(write_atomicity)),
	ROW(NVME_FEATURE_ASYNC_EVENT, "Async Event Configuration", 0, DECODED(async_event)),
	ROW(NVME_FEATURE_AUTO_POWER_STATE, "Autonomous Power State Transition",
	    sizeof(struct nvme_auto_power_state), DECODED(auto_power_state)),
	ROW(NVME_FEATURE_HOST_MEMORY_BUFFER, "Host Memory Buffer",
	    sizeof(struct nvme_host_memory_buffer), DECODED(host_memory_buffer)),
	ROW(NVME_FEATURE_TIMESTAMP, "Timestamp", sizeof(struct nvme_timestamp)),
	ROW(NVME_FEATURE_KEEP_ALIVE, "Keep Alive Timer", 0, DECODED(keep_alive)),
	ROW(NVME_FEATURE_THERMAL_MANAGEMENT, "Host Controlled Thermal Management", 0,
	    DECODED(thermal_management)),
	ROW(NVME_FEATURE_NON_OPERATIONAL_POWER, "Non-Operational Power State Config", 0,
	    DECODED(non_operational_power)),
	ROW(NVME_FEATURE_READ_RECOVERY_LEVEL, "Read Recovery Level", 0,
	    DECODED(read_recovery_level)),
	ROW(NVME_FEATURE_PREDICTABLE_LATENCY_CONFIG, "Predictable Latency Mode Config",
	    sizeof(struct nvme_predictable_latency_config), DECODED(predictable_latency_config)),
	ROW(NVME_FEATURE_PREDICTABLE_LATENCY_WINDOW, "Predictable Latency Mode Window", 0,
	    DECODED(predictable_latency_window)),
	ROW(NVME_FEATURE_LBA_STATUS_ATTRIBUTES, "LBA Status Interval", 0,
	    DECODED(lba_status_attributes)),
	ROW(NVME_FEATURE_HOST_BEHAVIOR, "Host Behavior", sizeof(struct nvme_host_behavior)),
	ROW(NVME_FEATURE_SANITIZE_CONFIG, "Sanitize", 0, DECODED(sanitize_config)),
	ROW(NVME_FEATURE_ENDURANCE_GROUP_EVENT, "Endurance Event Group Configuration", 0,
	    DECODED(endurance_group_event)),
	ROW(NVME_FEATURE_IO_COMMAND_SET_PROFILE, "I/O Command Set Profile", 0,
	    DECODED(command_set_profile)),
	ROW(NVME_FEATURE_SPINUP_CONTROL, "Spinup Control", 0, DECODED(spinup_control)),
	ROW(NVME_FEATURE_FDP, "Flexible Direct Placement", 0, DECODED(fdp)),
	ROW(NVME_FEATURE_FDP_EVENTS, "Flexible Direct Placement Events",
	    NVME_FDP_EVENTS_MAX * sizeof(struct nvme_fdp_event_support)),
	ROW(NVME_FEATURE_ENHANCED_CONTROLLER_METADATA, "Enhanced Controller Metadata",
	    sizeof(struct nvme_host_metadata)),
	ROW(NVME_FEATURE_CONTROLLER_METADATA, "Controller Metadata",
	    sizeof(struct nvme_host_metadata)),
	ROW(NVME_FEATURE_NAMESPACE_METADATA, "Namespace Metadata",
	    sizeof(struct nvme_host_metadata)),
	ROW(NVME_FEATURE_SOFTWARE_PROGRESS, "Software Progress", 0, DECODED(software_progress)),
	ROW(NVME_FEATURE_HOST_ID, "Host Identifier", 8),
	ROW(NVME_FEATURE_RESERVATION_NOTIFICATION, "Reservation Notification Mask", 0,
	    DECODED(reservation_notification)),
	ROW(NVME_FEATURE_RESERVATION_PERSISTENCE, "Reservation Persistence", 0,
	    DECODED(reservation_persistence)),
	ROW(NVME_FEATURE_WRITE_PROTECT, "Namespace Write Protect", 0, DECODED(write_protect)),
};

const struct nvme_feature_row *nvme_feature_row(unsigned feature)
{
	for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++)
		if (features[i].id == feature)
			return &features[i];
	return NULL;
}

uint64_t nvme_feature_bytes(unsigned feature, uint32_t cdw11, bool set)
{
	const struct nvme_feature_row *row = nvme_feature_row(feature);

	if (feature == NVME_FEATURE_HOST_ID && cdw11 & NVME_HOST_ID_EXTENDED)
		return 16;
	if (set && feature == NVME_FEATURE_LBA_RANGE)
		return NVME_LBA_RANGES(cdw11) * sizeof(struct nvme_lba_range);
	if (set && feature == NVME_FEATURE_FDP_EVENTS)
		return NVME_BITS(cdw11, NVME_FDP_EVENTS_SHIFT, 8);
	if (set && feature == NVME_FEATURE_HOST_MEMORY_BUFFER)
		return 0; /* CDW13 and CDW14 say where it is described */
	return row ? row->size : 0;
}

const char *nvme_fdp_event_name(unsigned type)
{
	static const char *const of_hosts[] = {
		"Reclaim Unit Not Fully Written",
		"Reclaim Unit Active Time Limit Exceeded",
		"Controller Level Reset Modified Reclaim Unit Handles",
		"Invalid Placement Identifier",
	};
	static const char *const of_controllers[] = {"Media Reallocated",
						     "Implicitly Modified Reclaim Unit Handle"};

	if (type < sizeof(of_hosts) / sizeof(of_hosts[0]))
		return of_hosts[type];
	if (type >= 0x80 && type - 0x80 < sizeof(of_controllers) / sizeof(of_controllers[0]))
		return of_controllers[type - 0x80];
	return NULL;
}

#include "drivers/nvme/spec/names.h"

#include <stdbool.h>
#include <stddef.h>

#include "drivers/nvme/spec/spec.h"
#include "lib/errno.h"

/* Packed: there are many. */
struct name {
	uint16_t code;
	const char *text;
} __attribute__((packed));

#define FIND(table, code) find(table, sizeof(table) / sizeof((table)[0]), code)

static const char *find(const struct name *table, size_t count, unsigned code)
{
	size_t low = 0;

	while (low < count) {
		size_t middle = low + (count - low) / 2;

		if (table[middle].code == code)
			return table[middle].text;
		if (table[middle].code < code)
			low = middle + 1;
		else
			count = middle;
	}
	return NULL;
}

/* Each table ascends by code. */

static const struct name status_names[] = {
	{NVME_SC_SUCCESS, "Successful Completion"},
	{NVME_SC_INVALID_OPCODE, "Invalid Command Opcode"},
	{NVME_SC_INVALID_FIELD, "Invalid Field in Command"},
	{NVME_SC_CID_CONFLICT, "Command ID Conflict"},
	{NVME_SC_DATA_TRANSFER_ERROR, "Data Transfer Error"},
	{NVME_SC_POWER_LOSS, "Commands Aborted due to Power Loss Notification"},
	{NVME_SC_INTERNAL, "Internal Error"},
	{NVME_SC_ABORT_REQUESTED, "Command Abort Requested"},
	{NVME_SC_SQ_DELETED, "Command Aborted due to SQ Deletion"},
	{NVME_SC_FUSED_FAILED, "Command Aborted due to Failed Fused Command"},
	{NVME_SC_FUSED_MISSING, "Command Aborted due to Missing Fused Command"},
	{NVME_SC_INVALID_NAMESPACE, "Invalid Namespace or Format"},
	{NVME_SC_SEQUENCE_ERROR, "Command Sequence Error"},
	{NVME_SC_SGL_INVALID_SEGMENT, "Invalid SGL Segment Descriptor"},
	{NVME_SC_SGL_INVALID_COUNT, "Invalid Number of SGL Descriptors"},
	{NVME_SC_SGL_INVALID_LENGTH, "Data SGL Length Invalid"},
	{NVME_SC_SGL_INVALID_METADATA_LENGTH, "Metadata SGL Length Invalid"},
	{NVME_SC_SGL_INVALID_TYPE, "SGL Descriptor Type Invalid"},
	{NVME_SC_INVALID_CMB_USE, "Invalid Use of Controller Memory Buffer"},
	{NVME_SC_INVALID_PRP_OFFSET, "PRP Offset Invalid"},
	{NVME_SC_ATOMIC_UNIT_EXCEEDED, "Atomic Write Unit Exceeded"},
	{NVME_SC_OPERATION_DENIED, "Operation Denied"},
	{NVME_SC_SGL_INVALID_OFFSET, "SGL Offset Invalid"},
	{NVME_SC_HOST_ID_INCONSISTENT, "Host Identifier Inconsistent Format"},
	{NVME_SC_KEEP_ALIVE_EXPIRED, "Keep Alive Timer Expired"},
	{NVME_SC_KEEP_ALIVE_INVALID, "Keep Alive Timeout Invalid"},
	{NVME_SC_PREEMPTED, "Command Aborted due to Preempt and Abort"},
	{NVME_SC_SANITIZE_FAILED, "Sanitize Failed"},
	{NVME_SC_SANITIZE_IN_PROGRESS, "Sanitize In Progress"},
	{NVME_SC_SGL_INVALID_GRANULARITY, "SGL Data Block Granularity Invalid"},
	{NVME_SC_CMB_QUEUE_UNSUPPORTED, "Command Not Supported for Queue in CMB"},
	{NVME_SC_WRITE_PROTECTED, "Namespace is Write Protected"},
	{NVME_SC_INTERRUPTED, "Command Interrupted"},
	{NVME_SC_TRANSIENT_TRANSPORT, "Transient Transport Error"},
	{NVME_SC_LOCKED_DOWN, "Command Prohibited by Command and Feature Lockdown"},
	{NVME_SC_ADMIN_MEDIA_NOT_READY, "Admin Command Media Not Ready"},
	{NVME_SC_LBA_OUT_OF_RANGE, "LBA Out of Range"},
	{NVME_SC_CAPACITY_EXCEEDED, "Capacity Exceeded"},
	{NVME_SC_NAMESPACE_NOT_READY, "Namespace Not Ready"},
	{NVME_SC_RESERVATION_CONFLICT, "Reservation Conflict"},
	{NVME_SC_FORMAT_IN_PROGRESS, "Format In Progress"},
	{NVME_SC_INVALID_VALUE_SIZE, "Invalid Value Size"},
	{NVME_SC_INVALID_KEY_SIZE, "Invalid Key Size"},
	{NVME_SC_KEY_DOES_NOT_EXIST, "KV Key Does Not Exist"},
	{NVME_SC_UNRECOVERED_ERROR, "Unrecovered Error"},
	{NVME_SC_KEY_EXISTS, "Key Exists"},
	{NVME_SC_INVALID_CQ, "Completion Queue Invalid"},
	{NVME_SC_INVALID_QUEUE_ID, "Invalid Queue Identifier"},
	{NVME_SC_INVALID_QUEUE_SIZE, "Invalid Queue Size"},
	{NVME_SC_ABORT_LIMIT, "Abort Command Limit Exceeded"},
	{NVME_SC_ASYNC_EVENT_LIMIT, "Asynchronous Event Request Limit Exceeded"},
	{NVME_SC_INVALID_FIRMWARE_SLOT, "Invalid Firmware Slot"},
	{NVME_SC_INVALID_FIRMWARE_IMAGE, "Invalid Firmware Image"},
	{NVME_SC_INVALID_VECTOR, "Invalid Interrupt Vector"},
	{NVME_SC_INVALID_LOG_PAGE, "Invalid Log Page"},
	{NVME_SC_INVALID_FORMAT, "Invalid Format"},
	{NVME_SC_FIRMWARE_NEEDS_CONVENTIONAL_RESET,
	 "Firmware Activation Requires Conventional Reset"},
	{NVME_SC_INVALID_QUEUE_DELETION, "Invalid Queue Deletion"},
	{NVME_SC_FEATURE_NOT_SAVEABLE, "Feature Identifier Not Saveable"},
	{NVME_SC_FEATURE_NOT_CHANGEABLE, "Feature Not Changeable"},
	{NVME_SC_FEATURE_NOT_PER_NAMESPACE, "Feature Not Namespace Specific"},
	{NVME_SC_FIRMWARE_NEEDS_SUBSYSTEM_RESET,
	 "Firmware Activation Requires NVM Subsystem Reset"},
	{NVME_SC_FIRMWARE_NEEDS_CONTROLLER_RESET,
	 "Firmware Activation Requires Controller Level Reset"},
	{NVME_SC_FIRMWARE_NEEDS_MAX_TIME, "Firmware Activation Requires Maximum Time Violation"},
	{NVME_SC_FIRMWARE_PROHIBITED, "Firmware Activation Prohibited"},
	{NVME_SC_OVERLAPPING_RANGE, "Overlapping Range"},
	{NVME_SC_NAMESPACE_INSUFFICIENT_CAPACITY, "Namespace Insufficient Capacity"},
	{NVME_SC_NAMESPACE_ID_UNAVAILABLE, "Namespace Identifier Unavailable"},
	{NVME_SC_NAMESPACE_ALREADY_ATTACHED, "Namespace Already Attached"},
	{NVME_SC_NAMESPACE_PRIVATE, "Namespace Is Private"},
	{NVME_SC_NAMESPACE_NOT_ATTACHED, "Namespace Not Attached"},
	{NVME_SC_THIN_PROVISIONING_UNSUPPORTED, "Thin Provisioning Not Supported"},
	{NVME_SC_INVALID_CONTROLLER_LIST, "Controller List Invalid"},
	{NVME_SC_SELF_TEST_IN_PROGRESS, "Device Self-test In Progress"},
	{NVME_SC_BOOT_PARTITION_PROHIBITED, "Boot Partition Write Prohibited"},
	{NVME_SC_INVALID_CONTROLLER_ID, "Invalid Controller Identifier"},
	{NVME_SC_INVALID_SECONDARY_STATE, "Invalid Secondary Controller State"},
	{NVME_SC_INVALID_RESOURCE_COUNT, "Invalid Number of Controller Resources"},
	{NVME_SC_INVALID_RESOURCE_ID, "Invalid Resource Identifier"},
	{NVME_SC_SANITIZE_PROHIBITED_PMR,
	 "Sanitize Prohibited While Persistent Memory Region is Enabled"},
	{NVME_SC_INVALID_ANA_GROUP, "ANA Group Identifier Invalid"},
	{NVME_SC_ANA_ATTACH_FAILED, "ANA Attach Failed"},
	{NVME_SC_INSUFFICIENT_CAPACITY, "Insufficient Capacity"},
	{NVME_SC_NAMESPACE_ATTACHMENT_LIMIT, "Namespace Attachment Limit Exceeded"},
	{NVME_SC_LOCKDOWN_UNSUPPORTED, "Prohibition of Command Execution Not Supported"},
	{NVME_SC_IOCS_UNSUPPORTED, "I/O Command Set Not Supported"},
	{NVME_SC_IOCS_NOT_ENABLED, "I/O Command Set Not Enabled"},
	{NVME_SC_IOCS_COMBINATION_REJECTED, "I/O Command Set Combination Rejected"},
	{NVME_SC_INVALID_IOCS, "Invalid I/O Command Set"},
	{NVME_SC_IDENTIFIER_UNAVAILABLE, "Identifier Unavailable"},
	{NVME_SC_CONFLICTING_ATTRIBUTES, "Conflicting Attributes"},
	{NVME_SC_INVALID_PROTECTION_INFORMATION, "Invalid Protection Information"},
	{NVME_SC_READ_ONLY_RANGE, "Attempted Write to Read Only Range"},
	{NVME_SC_COMMAND_SIZE_LIMIT, "Command Size Limit Exceeded"},
	{NVME_SC_ZONE_BOUNDARY, "Zoned Boundary Error"},
	{NVME_SC_ZONE_FULL, "Zone Is Full"},
	{NVME_SC_ZONE_READ_ONLY, "Zone Is Read Only"},
	{NVME_SC_ZONE_OFFLINE, "Zone Is Offline"},
	{NVME_SC_ZONE_INVALID_WRITE, "Zone Invalid Write"},
	{NVME_SC_TOO_MANY_ACTIVE_ZONES, "Too Many Active Zones"},
	{NVME_SC_TOO_MANY_OPEN_ZONES, "Too Many Open Zones"},
	{NVME_SC_INVALID_ZONE_TRANSITION, "Invalid Zone State Transition"},
	{NVME_SC_WRITE_FAULT, "Write Fault"},
	{NVME_SC_READ_ERROR, "Unrecovered Read Error"},
	{NVME_SC_GUARD_CHECK, "End-to-end Guard Check Error"},
	{NVME_SC_APPLICATION_TAG_CHECK, "End-to-end Application Tag Check Error"},
	{NVME_SC_REFERENCE_TAG_CHECK, "End-to-end Reference Tag Check Error"},
	{NVME_SC_COMPARE_FAILED, "Compare Failure"},
	{NVME_SC_ACCESS_DENIED, "Access Denied"},
	{NVME_SC_UNWRITTEN_BLOCK, "Deallocated or Unwritten Logical Block"},
	{NVME_SC_STORAGE_TAG_CHECK, "End-to-End Storage Tag Check Error"},
	{NVME_SC_PATH_INTERNAL, "Internal Path Error"},
	{NVME_SC_ANA_PERSISTENT_LOSS, "Asymmetric Access Persistent Loss"},
	{NVME_SC_ANA_INACCESSIBLE, "Asymmetric Access Inaccessible"},
	{NVME_SC_ANA_TRANSITION, "Asymmetric Access Transition"},
	{NVME_SC_CONTROLLER_PATHING, "Controller Pathing Error"},
	{NVME_SC_HOST_PATHING, "Host Pathing Error"},
	{NVME_SC_ABORTED_BY_HOST, "Command Aborted By Host"},
};

static const struct name feature_names[] = {
	{NVME_FEATURE_ARBITRATION, "Arbitration"},
	{NVME_FEATURE_POWER_MANAGEMENT, "Power Management"},
	{NVME_FEATURE_LBA_RANGE, "LBA Range Type"},
	{NVME_FEATURE_TEMPERATURE_THRESHOLD, "Temperature Threshold"},
	{NVME_FEATURE_ERROR_RECOVERY, "Error Recovery"},
	{NVME_FEATURE_VOLATILE_WRITE_CACHE, "Volatile Write Cache"},
	{NVME_FEATURE_NUMBER_OF_QUEUES, "Number of Queues"},
	{NVME_FEATURE_INTERRUPT_COALESCING, "Interrupt Coalescing"},
	{NVME_FEATURE_INTERRUPT_VECTOR, "Interrupt Vector Configuration"},
	{NVME_FEATURE_WRITE_ATOMICITY, "Write Atomicity Normal"},
	{NVME_FEATURE_ASYNC_EVENT, "Async Event Configuration"},
	{NVME_FEATURE_AUTO_POWER_STATE, "Autonomous Power State Transition"},
	{NVME_FEATURE_HOST_MEMORY_BUFFER, "Host Memory Buffer"},
	{NVME_FEATURE_TIMESTAMP, "Timestamp"},
	{NVME_FEATURE_KEEP_ALIVE, "Keep Alive Timer"},
	{NVME_FEATURE_THERMAL_MANAGEMENT, "Host Controlled Thermal Management"},
	{NVME_FEATURE_NON_OPERATIONAL_POWER, "Non-Operational Power State Config"},
	{NVME_FEATURE_READ_RECOVERY_LEVEL, "Read Recovery Level Config"},
	{NVME_FEATURE_PREDICTABLE_LATENCY_CONFIG, "Predictable Latency Mode Config"},
	{NVME_FEATURE_PREDICTABLE_LATENCY_WINDOW, "Predictable Latency Mode Window"},
	{NVME_FEATURE_LBA_STATUS_ATTRIBUTES, "LBA Status Information Attributes"},
	{NVME_FEATURE_HOST_BEHAVIOR, "Host Behavior Support"},
	{NVME_FEATURE_SANITIZE_CONFIG, "Sanitize Config"},
	{NVME_FEATURE_ENDURANCE_GROUP_EVENT, "Endurance Group Event Configuration"},
	{NVME_FEATURE_IO_COMMAND_SET_PROFILE, "I/O Command Set Profile"},
	{NVME_FEATURE_SPINUP_CONTROL, "Spinup Control"},
	{NVME_FEATURE_ENHANCED_CONTROLLER_METADATA, "Enhanced Controller Metadata"},
	{NVME_FEATURE_CONTROLLER_METADATA, "Controller Metadata"},
	{NVME_FEATURE_NAMESPACE_METADATA, "Namespace Metadata"},
	{NVME_FEATURE_SOFTWARE_PROGRESS, "Software Progress"},
	{NVME_FEATURE_HOST_ID, "Host Identifier"},
	{NVME_FEATURE_RESERVATION_NOTIFICATION, "Reservation Notification Mask"},
	{NVME_FEATURE_RESERVATION_PERSISTENCE, "Reservation Persistence"},
	{NVME_FEATURE_WRITE_PROTECT, "Namespace Write Protect"},
};

static const struct name log_names[] = {
	{NVME_LOG_SUPPORTED, "Supported Log Pages"},
	{NVME_LOG_ERROR, "Error Information"},
	{NVME_LOG_SMART, "SMART / Health Information"},
	{NVME_LOG_FIRMWARE, "Firmware Slot Information"},
	{NVME_LOG_CHANGED_NAMESPACES, "Changed Namespace List"},
	{NVME_LOG_COMMANDS, "Commands Supported and Effects"},
	{NVME_LOG_SELF_TEST, "Device Self-test"},
	{NVME_LOG_TELEMETRY_HOST, "Telemetry Host-Initiated"},
	{NVME_LOG_TELEMETRY_CONTROLLER, "Telemetry Controller-Initiated"},
	{NVME_LOG_ENDURANCE_GROUP, "Endurance Group Information"},
	{NVME_LOG_PREDICTABLE_LATENCY, "Predictable Latency Per NVM Set"},
	{NVME_LOG_PREDICTABLE_LATENCY_EVENTS, "Predictable Latency Event Aggregate"},
	{NVME_LOG_ANA, "Asymmetric Namespace Access"},
	{NVME_LOG_PERSISTENT_EVENT, "Persistent Event Log"},
	{NVME_LOG_LBA_STATUS, "LBA Status Information"},
	{NVME_LOG_ENDURANCE_GROUP_EVENTS, "Endurance Group Event Aggregate"},
	{NVME_LOG_MEDIA_UNITS, "Media Unit Status"},
	{NVME_LOG_CAPACITY_CONFIGURATIONS, "Supported Capacity Configuration List"},
	{NVME_LOG_FEATURES, "Feature Identifiers Supported and Effects"},
	{NVME_LOG_MI_COMMANDS, "NVMe-MI Commands Supported and Effects"},
	{NVME_LOG_LOCKDOWN, "Command and Feature Lockdown"},
	{NVME_LOG_BOOT_PARTITION, "Boot Partition"},
	{NVME_LOG_ROTATIONAL_MEDIA, "Rotational Media Information"},
	{NVME_LOG_DISCOVERY, "Discovery"},
	{NVME_LOG_RESERVATION, "Reservation Notification"},
	{NVME_LOG_SANITIZE, "Sanitize Status"},
	{NVME_LOG_CHANGED_ZONES, "Changed Zone List"},
};

static const struct name command_set_names[] = {
	{NVME_CSI_NVM, "NVM"},
	{NVME_CSI_KEY_VALUE, "Key Value"},
	{NVME_CSI_ZONED, "Zoned Namespace"},
	{NVME_CSI_LOCAL_MEMORY, "Subsystem Local Memory"},
	{NVME_CSI_PROGRAMS, "Computational Programs"},
};

static const char *or_unnamed(const char *text, bool vendor_specific)
{
	if (text)
		return text;
	return vendor_specific ? "Vendor Specific" : "Unknown";
}

/* Opcodes from vendor on are the vendor's. */
static const char *command_name(bool io, unsigned opcode, unsigned vendor)
{
	const struct nvme_command_row *row = nvme_command_row(io, opcode);

	return or_unnamed(row ? row->name : NULL, opcode >= vendor && opcode <= 0xff);
}

const char *nvme_admin_name(unsigned opcode)
{
	return command_name(false, opcode, 0xc0);
}

const char *nvme_io_name(unsigned opcode)
{
	return command_name(true, opcode, 0x80);
}

const char *nvme_status_name(unsigned status)
{
	return or_unnamed(FIND(status_names, status & NVME_STATUS_MASK),
			  NVME_STATUS_SCT(status) == NVME_SCT_VENDOR);
}

const char *nvme_feature_name(unsigned feature)
{
	return or_unnamed(FIND(feature_names, feature), feature >= 0xc0 && feature <= 0xff);
}

const char *nvme_command_set_name(unsigned csi)
{
	return or_unnamed(FIND(command_set_names, csi), csi >= 0x30 && csi <= 0x3f);
}

const char *nvme_log_name(unsigned lid)
{
	return or_unnamed(FIND(log_names, lid), lid >= 0xc0 && lid <= 0xff);
}

int nvme_status_errno(unsigned status)
{
	switch (status & NVME_STATUS_MASK) {
	case NVME_SC_SUCCESS:
		return 0;
	case NVME_SC_INVALID_OPCODE:
		return -EOPNOTSUPP;
	case NVME_SC_INVALID_FIELD:
	case NVME_SC_LBA_OUT_OF_RANGE:
	case NVME_SC_INVALID_QUEUE_ID:
	case NVME_SC_INVALID_LOG_PAGE:
	case NVME_SC_INVALID_FORMAT:
	case NVME_SC_COMMAND_SIZE_LIMIT:
		return -EINVAL;
	case NVME_SC_INVALID_NAMESPACE:
	case NVME_SC_NAMESPACE_NOT_ATTACHED:
		return -ENXIO;
	case NVME_SC_CAPACITY_EXCEEDED:
	case NVME_SC_NAMESPACE_INSUFFICIENT_CAPACITY:
	case NVME_SC_INSUFFICIENT_CAPACITY:
		return -ENOSPC;
	case NVME_SC_WRITE_PROTECTED:
	case NVME_SC_READ_ONLY_RANGE:
	case NVME_SC_ZONE_READ_ONLY:
		return -EROFS;
	case NVME_SC_OPERATION_DENIED:
	case NVME_SC_ACCESS_DENIED:
	case NVME_SC_LOCKED_DOWN:
		return -EACCES;
	case NVME_SC_NAMESPACE_NOT_READY:
	case NVME_SC_FORMAT_IN_PROGRESS:
	case NVME_SC_SANITIZE_IN_PROGRESS:
	case NVME_SC_SELF_TEST_IN_PROGRESS:
	case NVME_SC_RESERVATION_CONFLICT:
		return -EBUSY;
	case NVME_SC_COMPARE_FAILED:
		return -EILSEQ;
	default:
		return -EIO;
	}
}

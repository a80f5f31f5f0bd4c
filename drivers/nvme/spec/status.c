/* Statuses in words, and the errno that each comes nearest to. */
#include "drivers/nvme/spec/spec.h"

#include "lib/errno.h"

/* The name is nvme-cli's; the text says in a sentence what the name alone does not. */
static const struct status {
	unsigned code;
	const char *name;
	const char *text;
} statuses[] = {
	{NVME_SC_SUCCESS, "Successful Completion", "The command ended without an error"},
	{NVME_SC_INVALID_OPCODE, "Invalid Command Opcode",
	 "The controller has no command with this opcode"},
	{NVME_SC_INVALID_FIELD, "Invalid Field in Command",
	 "A field of the command has a reserved or unsupported value"},
	{NVME_SC_CID_CONFLICT, "Command ID Conflict",
	 "Another command with this identifier is under way"},
	{NVME_SC_DATA_TRANSFER_ERROR, "Data Transfer Error",
	 "Data or metadata could not be transferred"},
	{NVME_SC_POWER_LOSS, "Commands Aborted due to Power Loss Notification",
	 "Power is about to be lost"},
	{NVME_SC_INTERNAL, "Internal Error", "The controller could not carry it out"},
	{NVME_SC_ABORT_REQUESTED, "Command Abort Requested", "An Abort command ended it"},
	{NVME_SC_SQ_DELETED, "Command Aborted due to SQ Deletion",
	 "Its submission queue was deleted"},
	{NVME_SC_FUSED_FAILED, "Command Aborted due to Failed Fused Command",
	 "The other command of the fused operation failed"},
	{NVME_SC_FUSED_MISSING, "Command Aborted due to Missing Fused Command",
	 "The other command of the fused operation is not next to it"},
	{NVME_SC_INVALID_NAMESPACE, "Invalid Namespace or Format",
	 "There is no such namespace, or its format does not allow this"},
	{NVME_SC_SEQUENCE_ERROR, "Command Sequence Error",
	 "Commands that belong together came in the wrong order"},
	{NVME_SC_SGL_INVALID_SEGMENT, "Invalid SGL Segment Descriptor",
	 "A segment descriptor of the SGL is malformed"},
	{NVME_SC_SGL_INVALID_COUNT, "Invalid Number of SGL Descriptors",
	 "A segment descriptor stands where the SGL must not have one"},
	{NVME_SC_SGL_INVALID_LENGTH, "Data SGL Length Invalid",
	 "The SGL is too short, or too long, for the data"},
	{NVME_SC_SGL_INVALID_METADATA_LENGTH, "Metadata SGL Length Invalid",
	 "The SGL is too short, or too long, for the metadata"},
	{NVME_SC_SGL_INVALID_TYPE, "SGL Descriptor Type Invalid",
	 "The controller does not know a descriptor of the SGL"},
	{NVME_SC_INVALID_CMB_USE, "Invalid Use of Controller Memory Buffer",
	 "The controller memory buffer does not allow this use"},
	{NVME_SC_INVALID_PRP_OFFSET, "PRP Offset Invalid", "A PRP entry begins where it must not"},
	{NVME_SC_ATOMIC_UNIT_EXCEEDED, "Atomic Write Unit Exceeded",
	 "It writes more than can be written at once"},
	{NVME_SC_OPERATION_DENIED, "Operation Denied", "The host has no right to do this"},
	{NVME_SC_SGL_INVALID_OFFSET, "SGL Offset Invalid",
	 "An offset in the SGL is outside of what it refers to"},
	{NVME_SC_HOST_ID_INCONSISTENT, "Host Identifier Inconsistent Format",
	 "Hosts use identifiers of 64 and of 128 bits together"},
	{NVME_SC_KEEP_ALIVE_EXPIRED, "Keep Alive Timer Expired",
	 "No Keep Alive command came in time"},
	{NVME_SC_KEEP_ALIVE_INVALID, "Keep Alive Timeout Invalid",
	 "The Keep Alive time is not supported"},
	{NVME_SC_PREEMPTED, "Command Aborted due to Preempt and Abort",
	 "A Reservation Acquire command ended it"},
	{NVME_SC_SANITIZE_FAILED, "Sanitize Failed",
	 "The last sanitize operation failed, and nothing was done about it"},
	{NVME_SC_SANITIZE_IN_PROGRESS, "Sanitize In Progress",
	 "Not while a sanitize operation is under way"},
	{NVME_SC_SGL_INVALID_GRANULARITY, "SGL Data Block Granularity Invalid",
	 "A data block of the SGL is not aligned as it must be"},
	{NVME_SC_CMB_QUEUE_UNSUPPORTED, "Command Not Supported for Queue in CMB",
	 "No queues of this kind in the controller memory buffer"},
	{NVME_SC_WRITE_PROTECTED, "Namespace is Write Protected",
	 "Nothing may be written to the namespace"},
	{NVME_SC_INTERRUPTED, "Command Interrupted",
	 "The controller was interrupted; the command may be tried again"},
	{NVME_SC_TRANSIENT_TRANSPORT, "Transient Transport Error",
	 "The transport had a passing fault"},
	{NVME_SC_LOCKED_DOWN, "Command Prohibited by Command and Feature Lockdown",
	 "The command is locked"},
	{NVME_SC_ADMIN_MEDIA_NOT_READY, "Admin Command Media Not Ready",
	 "It needs the media, which are not ready yet"},
	{NVME_SC_FDP_DISABLED, "FDP Disabled",
	 "Not while flexible data placement is off in the endurance group"},
	{NVME_SC_INVALID_PLACEMENT_HANDLES, "Invalid Placement Handle List",
	 "The list has handles that do not exist, that repeat, or too many"},
	{NVME_SC_LBA_OUT_OF_RANGE, "LBA Out of Range", "It goes beyond the end of the namespace"},
	{NVME_SC_CAPACITY_EXCEEDED, "Capacity Exceeded", "The namespace has no space left for it"},
	{NVME_SC_NAMESPACE_NOT_READY, "Namespace Not Ready",
	 "The namespace cannot be accessed yet"},
	{NVME_SC_RESERVATION_CONFLICT, "Reservation Conflict",
	 "Another host has reserved the namespace"},
	{NVME_SC_FORMAT_IN_PROGRESS, "Format In Progress", "The namespace is being formatted"},
	{NVME_SC_INVALID_VALUE_SIZE, "Invalid Value Size", NULL},
	{NVME_SC_INVALID_KEY_SIZE, "Invalid Key Size", NULL},
	{NVME_SC_KEY_DOES_NOT_EXIST, "KV Key Does Not Exist", NULL},
	{NVME_SC_UNRECOVERED_ERROR, "Unrecovered Error", NULL},
	{NVME_SC_KEY_EXISTS, "Key Exists", NULL},
	{NVME_SC_INVALID_CQ, "Completion Queue Invalid", "There is no such completion queue"},
	{NVME_SC_INVALID_QUEUE_ID, "Invalid Queue Identifier",
	 "The queue identifier is in use, or out of range"},
	{NVME_SC_INVALID_QUEUE_SIZE, "Invalid Queue Size",
	 "The queue has too few or too many entries"},
	{NVME_SC_ABORT_LIMIT, "Abort Command Limit Exceeded",
	 "More Abort commands are under way than the controller takes"},
	{NVME_SC_ASYNC_EVENT_LIMIT, "Asynchronous Event Request Limit Exceeded",
	 "More such requests are under way than the controller takes"},
	{NVME_SC_INVALID_FIRMWARE_SLOT, "Invalid Firmware Slot",
	 "The slot does not exist, or cannot be written"},
	{NVME_SC_INVALID_FIRMWARE_IMAGE, "Invalid Firmware Image",
	 "The controller does not take this image"},
	{NVME_SC_INVALID_VECTOR, "Invalid Interrupt Vector",
	 "The interrupt vector is out of range"},
	{NVME_SC_INVALID_LOG_PAGE, "Invalid Log Page", "The controller has no such log page"},
	{NVME_SC_INVALID_FORMAT, "Invalid Format",
	 "The controller does not support this LBA format"},
	{NVME_SC_FIRMWARE_NEEDS_CONVENTIONAL_RESET,
	 "Firmware Activation Requires Conventional Reset",
	 "Committed; it runs after a conventional reset"},
	{NVME_SC_INVALID_QUEUE_DELETION, "Invalid Queue Deletion",
	 "The queue does not exist, or is still used by others"},
	{NVME_SC_FEATURE_NOT_SAVEABLE, "Feature Identifier Not Saveable",
	 "The value of the feature cannot be saved"},
	{NVME_SC_FEATURE_NOT_CHANGEABLE, "Feature Not Changeable",
	 "The value of the feature cannot be changed"},
	{NVME_SC_FEATURE_NOT_PER_NAMESPACE, "Feature Not Namespace Specific",
	 "The feature has one value for all namespaces"},
	{NVME_SC_FIRMWARE_NEEDS_SUBSYSTEM_RESET, "Firmware Activation Requires NVM Subsystem Reset",
	 "Committed; it runs after an NVM subsystem reset"},
	{NVME_SC_FIRMWARE_NEEDS_CONTROLLER_RESET,
	 "Firmware Activation Requires Controller Level Reset",
	 "Committed; it runs after a controller reset"},
	{NVME_SC_FIRMWARE_NEEDS_MAX_TIME, "Firmware Activation Requires Maximum Time Violation",
	 "To activate it now would take longer than MTFA"},
	{NVME_SC_FIRMWARE_PROHIBITED, "Firmware Activation Prohibited",
	 "The controller refuses to activate this image"},
	{NVME_SC_OVERLAPPING_RANGE, "Overlapping Range", "Parts of the image were sent twice"},
	{NVME_SC_NAMESPACE_INSUFFICIENT_CAPACITY, "Namespace Insufficient Capacity",
	 "There is not enough space for the namespace"},
	{NVME_SC_NAMESPACE_ID_UNAVAILABLE, "Namespace Identifier Unavailable",
	 "There are as many namespaces as there may be"},
	{NVME_SC_NAMESPACE_ALREADY_ATTACHED, "Namespace Already Attached",
	 "The controller has the namespace already"},
	{NVME_SC_NAMESPACE_PRIVATE, "Namespace Is Private",
	 "Another controller has the namespace, and it is not shared"},
	{NVME_SC_NAMESPACE_NOT_ATTACHED, "Namespace Not Attached",
	 "The controller does not have the namespace"},
	{NVME_SC_THIN_PROVISIONING_UNSUPPORTED, "Thin Provisioning Not Supported",
	 "A namespace cannot be larger than its capacity"},
	{NVME_SC_INVALID_CONTROLLER_LIST, "Controller List Invalid",
	 "The list names controllers that do not exist"},
	{NVME_SC_SELF_TEST_IN_PROGRESS, "Device Self-test In Progress",
	 "A self-test of the device is under way"},
	{NVME_SC_BOOT_PARTITION_PROHIBITED, "Boot Partition Write Prohibited",
	 "The boot partition is locked"},
	{NVME_SC_INVALID_CONTROLLER_ID, "Invalid Controller Identifier",
	 "There is no controller with this identifier"},
	{NVME_SC_INVALID_SECONDARY_STATE, "Invalid Secondary Controller State",
	 "The state of the controllers does not allow this"},
	{NVME_SC_INVALID_RESOURCE_COUNT, "Invalid Number of Controller Resources",
	 "There are not so many flexible resources"},
	{NVME_SC_INVALID_RESOURCE_ID, "Invalid Resource Identifier", "There is no such resource"},
	{NVME_SC_SANITIZE_PROHIBITED_PMR,
	 "Sanitize Prohibited While Persistent Memory Region is Enabled", NULL},
	{NVME_SC_INVALID_ANA_GROUP, "ANA Group Identifier Invalid", "There is no such ANA group"},
	{NVME_SC_ANA_ATTACH_FAILED, "ANA Attach Failed",
	 "Its ANA state keeps the namespace from being attached"},
	{NVME_SC_INSUFFICIENT_CAPACITY, "Insufficient Capacity",
	 "There is not enough space for this"},
	{NVME_SC_NAMESPACE_ATTACHMENT_LIMIT, "Namespace Attachment Limit Exceeded",
	 "The controller has as many namespaces as it may"},
	{NVME_SC_LOCKDOWN_UNSUPPORTED, "Prohibition of Command Execution Not Supported", NULL},
	{NVME_SC_IOCS_UNSUPPORTED, "I/O Command Set Not Supported", NULL},
	{NVME_SC_IOCS_NOT_ENABLED, "I/O Command Set Not Enabled", NULL},
	{NVME_SC_IOCS_COMBINATION_REJECTED, "I/O Command Set Combination Rejected", NULL},
	{NVME_SC_INVALID_IOCS, "Invalid I/O Command Set", NULL},
	{NVME_SC_IDENTIFIER_UNAVAILABLE, "Identifier Unavailable",
	 "There are as many endurance groups or NVM sets as may be"},
	{NVME_SC_CONFLICTING_ATTRIBUTES, "Conflicting Attributes",
	 "Its attributes exclude each other"},
	{NVME_SC_INVALID_PROTECTION_INFORMATION, "Invalid Protection Information",
	 "Its protection information does not fit the namespace's format"},
	{NVME_SC_READ_ONLY_RANGE, "Attempted Write to Read Only Range",
	 "Some of the blocks can only be read"},
	{NVME_SC_COMMAND_SIZE_LIMIT, "Command Size Limit Exceeded", NULL},
	{NVME_SC_INVALID_ZONE_OPERATION, "Invalid Zone Operation Request",
	 "The zone has no Zone Random Write Area"},
	{NVME_SC_ZRWA_UNAVAILABLE, "ZRWA Resources Unavailable",
	 "As many zones have a Zone Random Write Area as may"},
	{NVME_SC_ZONE_BOUNDARY, "Zoned Boundary Error", "It crosses from one zone into the next"},
	{NVME_SC_ZONE_FULL, "Zone Is Full", "The zone takes no more data"},
	{NVME_SC_ZONE_READ_ONLY, "Zone Is Read Only", "The zone can only be read"},
	{NVME_SC_ZONE_OFFLINE, "Zone Is Offline", "The zone can be neither read nor written"},
	{NVME_SC_ZONE_INVALID_WRITE, "Zone Invalid Write",
	 "It does not begin at the zone's write pointer"},
	{NVME_SC_TOO_MANY_ACTIVE_ZONES, "Too Many Active Zones",
	 "As many zones are active as may be"},
	{NVME_SC_TOO_MANY_OPEN_ZONES, "Too Many Open Zones", "As many zones are open as may be"},
	{NVME_SC_INVALID_ZONE_TRANSITION, "Invalid Zone State Transition",
	 "The zone cannot get into that state from its own"},
	{NVME_SC_WRITE_FAULT, "Write Fault", "The media did not take the data"},
	{NVME_SC_READ_ERROR, "Unrecovered Read Error", "The media did not give the data back"},
	{NVME_SC_GUARD_CHECK, "End-to-end Guard Check Error",
	 "The guard of the protection information is not that of the data"},
	{NVME_SC_APPLICATION_TAG_CHECK, "End-to-end Application Tag Check Error",
	 "The application tag is not the expected one"},
	{NVME_SC_REFERENCE_TAG_CHECK, "End-to-end Reference Tag Check Error",
	 "The reference tag is not the expected one"},
	{NVME_SC_COMPARE_FAILED, "Compare Failure", "The data on the media are others"},
	{NVME_SC_ACCESS_DENIED, "Access Denied", "The host may not access the blocks"},
	{NVME_SC_UNWRITTEN_BLOCK, "Deallocated or Unwritten Logical Block",
	 "Some of the blocks hold no data"},
	{NVME_SC_STORAGE_TAG_CHECK, "End-to-End Storage Tag Check Error",
	 "The storage tag is not the expected one"},
	{NVME_SC_PATH_INTERNAL, "Internal Path Error",
	 "The path to the controller has an internal fault"},
	{NVME_SC_ANA_PERSISTENT_LOSS, "Asymmetric Access Persistent Loss",
	 "This controller has lost the namespace for good"},
	{NVME_SC_ANA_INACCESSIBLE, "Asymmetric Access Inaccessible",
	 "The namespace cannot be reached by this controller"},
	{NVME_SC_ANA_TRANSITION, "Asymmetric Access Transition",
	 "The namespace is changing its ANA state"},
	{NVME_SC_CONTROLLER_PATHING, "Controller Pathing Error",
	 "The controller found a fault of the path"},
	{NVME_SC_HOST_PATHING, "Host Pathing Error", "The host found a fault of the path"},
	{NVME_SC_ABORTED_BY_HOST, "Command Aborted By Host", "The host ended it"},
};

static const struct status *find(unsigned status)
{
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (statuses[i].code == (status & NVME_STATUS_MASK))
			return &statuses[i];
	return NULL;
}

const char *nvme_status_name(unsigned status)
{
	const struct status *row = find(status);

	if (row)
		return row->name;
	return NVME_STATUS_SCT(status) == NVME_SCT_VENDOR ? "Vendor Specific" : "Unknown";
}

const char *nvme_status_text(unsigned status)
{
	const struct status *row = find(status);

	return row ? row->text : NULL;
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

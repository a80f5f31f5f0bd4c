/* How a command ended, in a sentence: what nvme-cli prints behind a status's name. Where the name
 * says all, there is none. */
#include "drivers/nvme/spec/names.h"
#include "drivers/nvme/nvme.h"
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/nvme.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"

static const struct {
	unsigned status;
	const char *text;
} explanations[] = {
	{NVME_SC_SUCCESS, "The command ended without an error"},
	{NVME_SC_INVALID_OPCODE, "The controller has no command with this opcode"},
	{NVME_SC_INVALID_FIELD, "A field of the command has a reserved or unsupported value"},
	{NVME_SC_CID_CONFLICT, "Another command with this identifier is under way"},
	{NVME_SC_DATA_TRANSFER_ERROR, "Data or metadata could not be transferred"},
	{NVME_SC_POWER_LOSS, "Power is about to be lost"},
	{NVME_SC_INTERNAL, "The controller could not carry it out"},
	{NVME_SC_ABORT_REQUESTED, "An Abort command ended it"},
	{NVME_SC_SQ_DELETED, "Its submission queue was deleted"},
	{NVME_SC_FUSED_FAILED, "The other command of the fused operation failed"},
	{NVME_SC_FUSED_MISSING, "The other command of the fused operation is not next to it"},
	{NVME_SC_INVALID_NAMESPACE,
	 "There is no such namespace, or its format does not allow this"},
	{NVME_SC_SEQUENCE_ERROR, "Commands that belong together came in the wrong order"},
	{NVME_SC_SGL_INVALID_SEGMENT, "A segment descriptor of the SGL is malformed"},
	{NVME_SC_SGL_INVALID_COUNT, "A segment descriptor stands where the SGL must not have one"},
	{NVME_SC_SGL_INVALID_LENGTH, "The SGL is too short, or too long, for the data"},
	{NVME_SC_SGL_INVALID_METADATA_LENGTH,
	 "The SGL is too short, or too long, for the metadata"},
	{NVME_SC_SGL_INVALID_TYPE, "The controller does not know a descriptor of the SGL"},
	{NVME_SC_INVALID_CMB_USE, "The controller memory buffer does not allow this use"},
	{NVME_SC_INVALID_PRP_OFFSET, "A PRP entry begins where it must not"},
	{NVME_SC_ATOMIC_UNIT_EXCEEDED, "It writes more than can be written at once"},
	{NVME_SC_OPERATION_DENIED, "The host has no right to do this"},
	{NVME_SC_SGL_INVALID_OFFSET, "An offset in the SGL is outside of what it refers to"},
	{NVME_SC_HOST_ID_INCONSISTENT, "Hosts use identifiers of 64 and of 128 bits together"},
	{NVME_SC_KEEP_ALIVE_EXPIRED, "No Keep Alive command came in time"},
	{NVME_SC_KEEP_ALIVE_INVALID, "The Keep Alive time is not supported"},
	{NVME_SC_PREEMPTED, "A Reservation Acquire command ended it"},
	{NVME_SC_SANITIZE_FAILED,
	 "The last sanitize operation failed, and nothing was done about it"},
	{NVME_SC_SANITIZE_IN_PROGRESS, "Not while a sanitize operation is under way"},
	{NVME_SC_SGL_INVALID_GRANULARITY, "A data block of the SGL is not aligned as it must be"},
	{NVME_SC_CMB_QUEUE_UNSUPPORTED, "No queues of this kind in the controller memory buffer"},
	{NVME_SC_WRITE_PROTECTED, "Nothing may be written to the namespace"},
	{NVME_SC_INTERRUPTED, "The controller was interrupted; the command may be tried again"},
	{NVME_SC_TRANSIENT_TRANSPORT, "The transport had a passing fault"},
	{NVME_SC_LOCKED_DOWN, "The command is locked"},
	{NVME_SC_ADMIN_MEDIA_NOT_READY, "It needs the media, which are not ready yet"},
	{NVME_SC_LBA_OUT_OF_RANGE, "It goes beyond the end of the namespace"},
	{NVME_SC_CAPACITY_EXCEEDED, "The namespace has no space left for it"},
	{NVME_SC_NAMESPACE_NOT_READY, "The namespace cannot be accessed yet"},
	{NVME_SC_RESERVATION_CONFLICT, "Another host has reserved the namespace"},
	{NVME_SC_FORMAT_IN_PROGRESS, "The namespace is being formatted"},
	{NVME_SC_INVALID_CQ, "There is no such completion queue"},
	{NVME_SC_INVALID_QUEUE_ID, "The queue identifier is in use, or out of range"},
	{NVME_SC_INVALID_QUEUE_SIZE, "The queue has too few or too many entries"},
	{NVME_SC_ABORT_LIMIT, "More Abort commands are under way than the controller takes"},
	{NVME_SC_ASYNC_EVENT_LIMIT, "More such requests are under way than the controller takes"},
	{NVME_SC_INVALID_FIRMWARE_SLOT, "The slot does not exist, or cannot be written"},
	{NVME_SC_INVALID_FIRMWARE_IMAGE, "The controller does not take this image"},
	{NVME_SC_INVALID_VECTOR, "The interrupt vector is out of range"},
	{NVME_SC_INVALID_LOG_PAGE, "The controller has no such log page"},
	{NVME_SC_INVALID_FORMAT, "The controller does not support this LBA format"},
	{NVME_SC_FIRMWARE_NEEDS_CONVENTIONAL_RESET,
	 "Committed; it runs after a conventional reset"},
	{NVME_SC_INVALID_QUEUE_DELETION, "The queue does not exist, or is still used by others"},
	{NVME_SC_FEATURE_NOT_SAVEABLE, "The value of the feature cannot be saved"},
	{NVME_SC_FEATURE_NOT_CHANGEABLE, "The value of the feature cannot be changed"},
	{NVME_SC_FEATURE_NOT_PER_NAMESPACE, "The feature has one value for all namespaces"},
	{NVME_SC_FIRMWARE_NEEDS_SUBSYSTEM_RESET, "Committed; it runs after an NVM subsystem reset"},
	{NVME_SC_FIRMWARE_NEEDS_CONTROLLER_RESET, "Committed; it runs after a controller reset"},
	{NVME_SC_FIRMWARE_NEEDS_MAX_TIME, "To activate it now would take longer than MTFA"},
	{NVME_SC_FIRMWARE_PROHIBITED, "The controller refuses to activate this image"},
	{NVME_SC_OVERLAPPING_RANGE, "Parts of the image were sent twice"},
	{NVME_SC_NAMESPACE_INSUFFICIENT_CAPACITY, "There is not enough space for the namespace"},
	{NVME_SC_NAMESPACE_ID_UNAVAILABLE, "There are as many namespaces as there may be"},
	{NVME_SC_NAMESPACE_ALREADY_ATTACHED, "The controller has the namespace already"},
	{NVME_SC_NAMESPACE_PRIVATE, "Another controller has the namespace, and it is not shared"},
	{NVME_SC_NAMESPACE_NOT_ATTACHED, "The controller does not have the namespace"},
	{NVME_SC_THIN_PROVISIONING_UNSUPPORTED, "A namespace cannot be larger than its capacity"},
	{NVME_SC_INVALID_CONTROLLER_LIST, "The list names controllers that do not exist"},
	{NVME_SC_SELF_TEST_IN_PROGRESS, "A self-test of the device is under way"},
	{NVME_SC_BOOT_PARTITION_PROHIBITED, "The boot partition is locked"},
	{NVME_SC_INVALID_CONTROLLER_ID, "There is no controller with this identifier"},
	{NVME_SC_INVALID_SECONDARY_STATE, "The state of the controllers does not allow this"},
	{NVME_SC_INVALID_RESOURCE_COUNT, "There are not so many flexible resources"},
	{NVME_SC_INVALID_RESOURCE_ID, "There is no such resource"},
	{NVME_SC_INVALID_ANA_GROUP, "There is no such ANA group"},
	{NVME_SC_ANA_ATTACH_FAILED, "Its ANA state keeps the namespace from being attached"},
	{NVME_SC_INSUFFICIENT_CAPACITY, "There is not enough space for this"},
	{NVME_SC_NAMESPACE_ATTACHMENT_LIMIT, "The controller has as many namespaces as it may"},
	{NVME_SC_IDENTIFIER_UNAVAILABLE,
	 "There are as many endurance groups or NVM sets as may be"},
	{NVME_SC_CONFLICTING_ATTRIBUTES, "Its attributes exclude each other"},
	{NVME_SC_INVALID_PROTECTION_INFORMATION,
	 "Its protection information does not fit the namespace's format"},
	{NVME_SC_READ_ONLY_RANGE, "Some of the blocks can only be read"},
	{NVME_SC_ZONE_BOUNDARY, "It crosses from one zone into the next"},
	{NVME_SC_ZONE_FULL, "The zone takes no more data"},
	{NVME_SC_ZONE_READ_ONLY, "The zone can only be read"},
	{NVME_SC_ZONE_OFFLINE, "The zone can be neither read nor written"},
	{NVME_SC_ZONE_INVALID_WRITE, "It does not begin at the zone's write pointer"},
	{NVME_SC_TOO_MANY_ACTIVE_ZONES, "As many zones are active as may be"},
	{NVME_SC_TOO_MANY_OPEN_ZONES, "As many zones are open as may be"},
	{NVME_SC_INVALID_ZONE_TRANSITION, "The zone cannot get into that state from its own"},
	{NVME_SC_WRITE_FAULT, "The media did not take the data"},
	{NVME_SC_READ_ERROR, "The media did not give the data back"},
	{NVME_SC_GUARD_CHECK, "The guard of the protection information is not that of the data"},
	{NVME_SC_APPLICATION_TAG_CHECK, "The application tag is not the expected one"},
	{NVME_SC_REFERENCE_TAG_CHECK, "The reference tag is not the expected one"},
	{NVME_SC_COMPARE_FAILED, "The data on the media are others"},
	{NVME_SC_ACCESS_DENIED, "The host may not access the blocks"},
	{NVME_SC_UNWRITTEN_BLOCK, "Some of the blocks hold no data"},
	{NVME_SC_STORAGE_TAG_CHECK, "The storage tag is not the expected one"},
	{NVME_SC_PATH_INTERNAL, "The path to the controller has an internal fault"},
	{NVME_SC_ANA_PERSISTENT_LOSS, "This controller has lost the namespace for good"},
	{NVME_SC_ANA_INACCESSIBLE, "The namespace cannot be reached by this controller"},
	{NVME_SC_ANA_TRANSITION, "The namespace is changing its ANA state"},
	{NVME_SC_CONTROLLER_PATHING, "The controller found a fault of the path"},
	{NVME_SC_HOST_PATHING, "The host found a fault of the path"},
	{NVME_SC_ABORTED_BY_HOST, "The host ended it"},
};

static const char *explanation(unsigned status)
{
	for (unsigned i = 0; i < sizeof(explanations) / sizeof(explanations[0]); i++)
		if (explanations[i].status == (status & NVME_STATUS_MASK))
			return explanations[i].text;
	return NULL;
}

int nvme_check(const char *what, int error, const struct nvme_reply *reply)
{
	const char *text = explanation(reply->status);

	if (error == -EINTR)
		process_check_interrupt();
	/* Of the status field, what an ioctl on Linux gives: DNR, More, CRD, SCT and SC. */
	if (reply->status)
		err("NVMe status: %s%s%s(%#x)\n", nvme_status_name(reply->status), text ? ": " : "",
		    text ? text : "", reply->status);
	else if (error)
		complain("%s: %s", what, error_text(-error));
	return error || reply->status;
}

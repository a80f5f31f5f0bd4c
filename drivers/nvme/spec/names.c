/* Opcodes, features and logs in words. */
#include "drivers/nvme/spec/names.h"

#include <stdbool.h>
#include <stddef.h>

#include "drivers/nvme/spec/spec.h"

struct name {
	unsigned code;
	const char *text;
};

#define FIND(table, code) find(table, sizeof(table) / sizeof((table)[0]), code)

static const char *find(const struct name *table, size_t count, unsigned code)
{
	for (size_t i = 0; i < count; i++)
		if (table[i].code == code)
			return table[i].text;
	return NULL;
}

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
	{NVME_LOG_FDP_CONFIGURATIONS, "FDP Configurations"},
	{NVME_LOG_FDP_USAGE, "Reclaim Unit Handle Usage"},
	{NVME_LOG_FDP_STATISTICS, "FDP Statistics"},
	{NVME_LOG_FDP_EVENTS, "FDP Events"},
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

const char *nvme_feature_name(unsigned feature)
{
	const struct nvme_feature_row *row = nvme_feature_row(feature);

	return or_unnamed(row ? row->name : NULL, feature >= 0xc0 && feature <= 0xff);
}

const char *nvme_command_set_name(unsigned csi)
{
	return or_unnamed(FIND(command_set_names, csi), csi >= 0x30 && csi <= 0x3f);
}

const char *nvme_log_name(unsigned lid)
{
	return or_unnamed(FIND(log_names, lid), lid >= 0xc0 && lid <= 0xff);
}

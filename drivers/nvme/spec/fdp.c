/* The tables of Flexible Data Placement. What is a list is walked by who shows it. */
#include "drivers/nvme/spec/describe.h"
#include "drivers/nvme/spec/spec.h"

static const struct nvme_row configurations_log[] = {
	FIELD_AS(struct nvme_fdp_configurations_log, last, "n", DECIMAL),
	FIELD(struct nvme_fdp_configurations_log, version, DECIMAL),
	RESERVED(struct nvme_fdp_configurations_log, reserved3),
	FIELD(struct nvme_fdp_configurations_log, size, DECIMAL),
	RESERVED(struct nvme_fdp_configurations_log, reserved8),
};
const struct nvme_structure nvme_fdp_configurations_log_table =
	STRUCTURE(struct nvme_fdp_configurations_log, configurations_log, 0);

#define UNSHOWN .flags = NVME_ROW_HIDDEN | NVME_ROW_NO_JSON

static const struct nvme_row configuration[] = {
	FIELD(struct nvme_fdp_configuration, size, DECIMAL, UNSHOWN),
	FIELD_AS(struct nvme_fdp_configuration, fdpa, "FDP Attributes", HEX),
	KEY("fdpa"),
	RANGE_OF(7, 7, "FDP Configuration %sValid", "Not ", ""),
	RANGE_OF(4, 4, "FDP Volatile Write Cache %sPresent", "Not ", ""),
	RANGE(3, 0, "Reclaim Group Identifier Format", NUMBER),
	FIELD_AS(struct nvme_fdp_configuration, vss, "Vendor Specific Size", DECIMAL),
	KEY("vss"),
	FIELD_AS(struct nvme_fdp_configuration, nrg, "Number of Reclaim Groups", DECIMAL),
	KEY("nrg"),
	FIELD_AS(struct nvme_fdp_configuration, nruh, "Number of Reclaim Unit Handles", DECIMAL),
	KEY("nruh"),
	FIELD(struct nvme_fdp_configuration, maxpids, DECIMAL, UNSHOWN),
	FIELD_AS(struct nvme_fdp_configuration, nnss, "Number of Namespaces Supported", DECIMAL),
	KEY("nnss"),
	FIELD_AS(struct nvme_fdp_configuration, runs, "Reclaim Unit Nominal Size", DECIMAL),
	KEY("runs"),
	FIELD_AS(struct nvme_fdp_configuration, erutl, "Estimated Reclaim Unit Time Limit",
		 DECIMAL),
	KEY("erutl"),
	RESERVED(struct nvme_fdp_configuration, reserved28),
};
const struct nvme_structure nvme_fdp_configuration_table =
	STRUCTURE(struct nvme_fdp_configuration, configuration, 0);

static const struct nvme_row handle[] = {
	FIELD(struct nvme_fdp_handle, ruht, DECIMAL),
	RESERVED(struct nvme_fdp_handle, reserved1),
};
const struct nvme_structure nvme_fdp_handle_table = STRUCTURE(struct nvme_fdp_handle, handle, 0);

static const struct nvme_row usage_log[] = {
	FIELD(struct nvme_fdp_usage_log, nruh, DECIMAL),
	RESERVED(struct nvme_fdp_usage_log, reserved2),
};
const struct nvme_structure nvme_fdp_usage_log_table =
	STRUCTURE(struct nvme_fdp_usage_log, usage_log, 0);

static const struct nvme_row usage[] = {
	FIELD(struct nvme_fdp_usage, ruha, HEX),
	RESERVED(struct nvme_fdp_usage, reserved1),
};
const struct nvme_structure nvme_fdp_usage_table = STRUCTURE(struct nvme_fdp_usage, usage, 0);

static const struct nvme_row statistics_log[] = {
	FIELD_AS(struct nvme_fdp_statistics_log, hbmw, "Host Bytes with Metadata Written (HBMW)",
		 DECIMAL),
	KEY("hbmw"),
	FIELD_AS(struct nvme_fdp_statistics_log, mbmw, "Media Bytes with Metadata Written (MBMW)",
		 DECIMAL),
	KEY("mbmw"),
	FIELD_AS(struct nvme_fdp_statistics_log, mbe, "Media Bytes Erased (MBE)", DECIMAL),
	KEY("mbe"),
	RESERVED(struct nvme_fdp_statistics_log, reserved48),
};
const struct nvme_structure nvme_fdp_statistics_log_table =
	STRUCTURE(struct nvme_fdp_statistics_log, statistics_log, 0);

static const struct nvme_row event[] = {
	FIELD(struct nvme_fdp_event, type, HEX),
	FIELD_AS(struct nvme_fdp_event, fdpef, "flags", HEX),
	KEY("fdpef"),
	FIELD(struct nvme_fdp_event, pid, HEX),
	FIELD_AS(struct nvme_fdp_event, timestamp, "ts", DECIMAL),
	KEY("timestamp"),
	FIELD(struct nvme_fdp_event, nsid, DECIMAL),
	FIELD_AS(struct nvme_fdp_event, specific, "type_specific", BYTES, UNSHOWN),
	FIELD(struct nvme_fdp_event, rgid, DECIMAL, UNSHOWN),
	FIELD(struct nvme_fdp_event, ruhid, DECIMAL, UNSHOWN),
	RESERVED(struct nvme_fdp_event, reserved35),
	VENDOR(struct nvme_fdp_event, vs),
};
const struct nvme_structure nvme_fdp_event_table = STRUCTURE(struct nvme_fdp_event, event, 0);

static const struct nvme_row reallocated[] = {
	FIELD(struct nvme_fdp_reallocated, flags, HEX, UNSHOWN),
	RESERVED(struct nvme_fdp_reallocated, reserved1),
	FIELD_AS(struct nvme_fdp_reallocated, nlbam, "  Number of LBAs Moved (NLBAM)", DECIMAL),
	KEY("nlbam"),
	FIELD(struct nvme_fdp_reallocated, lba, DECIMAL, .flags = NVME_ROW_HIDDEN,
	      WHEN(struct nvme_fdp_reallocated, flags, NVME_FDP_REALLOCATED_LBA)),
	RESERVED(struct nvme_fdp_reallocated, reserved12),
};
const struct nvme_structure nvme_fdp_reallocated_table =
	STRUCTURE(struct nvme_fdp_reallocated, reallocated, 0);

static const struct nvme_row status[] = {
	RESERVED(struct nvme_fdp_status, reserved0),
	FIELD(struct nvme_fdp_status, nruhsd, DECIMAL),
};
const struct nvme_structure nvme_fdp_status_table = STRUCTURE(struct nvme_fdp_status, status, 0);

static const struct nvme_row handle_status[] = {
	FIELD(struct nvme_fdp_handle_status, pid, DECIMAL, .flags = NVME_ROW_HIDDEN),
	FIELD(struct nvme_fdp_handle_status, ruhid, DECIMAL, .flags = NVME_ROW_HIDDEN),
	FIELD_AS(struct nvme_fdp_handle_status, earutr,
		 "  Estimated Active Reclaim Unit Time Remaining (EARUTR)", DECIMAL),
	KEY("earutr"),
	FIELD_AS(struct nvme_fdp_handle_status, ruamw,
		 "  Reclaim Unit Available Media Writes (RUAMW)", DECIMAL),
	KEY("ruamw"),
	RESERVED(struct nvme_fdp_handle_status, reserved16),
};
const struct nvme_structure nvme_fdp_handle_status_table =
	STRUCTURE(struct nvme_fdp_handle_status, handle_status, 0);

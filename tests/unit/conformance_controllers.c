/* The simulated controllers that conformance cases run on: each case on the first that has what it
 * is about. */
#include "tests/unit/conformance_run.h"

static const struct sim_namespace_config partly_active[] = {
	{.nsid = 1, .handles = 2},
	{.nsid = 2, .handles = 1, .first_handle = 2},
	{.nsid = 3, .inactive = true}};
static const struct sim_namespace_config placed_namespace[] = {{.handles = 1}};
static const struct sim_namespace_config two_namespaces[] = {{.nsid = 1}, {.nsid = 2}};
static const struct sim_namespace_config zoned_namespace[] = {
	{.nsid = 1},
	{.nsid = 2,
	 .csi = 2,
	 .zone_size = 64,
	 .zone_capacity = 48,
	 .zones_open = 3,
	 .zones_active = 4},
	{.nsid = 3,
	 .csi = 2,
	 .zone_size = 64,
	 .zone_capacity = 48,
	 .zones_open = 3,
	 .zones_active = 4},
};
/* With all that a zone may have besides. */
static const struct sim_namespace_config zoned_areas[] = {{.csi = 2,
							   .zone_size = 64,
							   .zone_capacity = 48,
							   .zones_open = 4,
							   .zones_active = 6,
							   .zone_extension = true,
							   .zone_area = 8,
							   .zone_granule = 4,
							   .zone_areas = 3}};

/* Larger than a command can be. */
static const struct sim_namespace_config large_namespaces[] = {
	{.nsid = 1,
	 .shared = true,
	 .block_count = 70000,
	 .dlfeat = 9,
	 .dulbe = true,
	 .mssrl = 64,
	 .mcl = 128,
	 .msrc = 3},
	{.nsid = 3, .dlfeat = 9, .mssrl = 64, .mcl = 128, .msrc = 3},
	{.nsid = 5, .inactive = true},
};
static const struct sim_namespace_config copied_namespaces[] = {
	{.nsid = 1, .dlfeat = 1, .mssrl = 16, .mcl = 40, .msrc = 7},
	{.nsid = 2, .dlfeat = 1, .mssrl = 16, .mcl = 40, .msrc = 7},
	{.nsid = 3, .block_shift = 12}};
static const struct sim_namespace_config metadata_namespaces[] = {
	{.nsid = 1, .metadata = 16, .mssrl = 16, .mcl = 40},
	{.nsid = 2, .metadata = 8, .protection = 1, .mssrl = 16, .mcl = 40}};
/* At the end of more metadata behind each block. */
static const struct sim_namespace_config guarded_namespaces[] = {{.nsid = 1,
								  .block_shift = 12,
								  .metadata = 64,
								  .extended = true,
								  .protection = 1,
								  .guard = 2,
								  .mssrl = 16,
								  .mcl = 40}};
/* A structure that it has, with nothing in it but what it needs: 1 NVM set */
static const uint8_t nvm_sets[4096] = {1, [128] = 1, [130] = 1};
static const struct sim_identify more_identify[] = {{0x04, nvm_sets}, {0, NULL}};
#define COMMANDS                                                                        \
	(SIM_ONCS_COMPARE | SIM_ONCS_UNCORRECT | SIM_ONCS_DSM | SIM_ONCS_WRITE_ZEROES | \
	 SIM_ONCS_VERIFY | SIM_ONCS_COPY)

const struct conformance_controller conformance_controllers[] = {
	{"plain", {.namespaces = two_namespaces, .namespace_count = 2, .volatile_cache = true}},
	{"version-2",
	 {.version = 0x20100,
	  .placement = {.groups = 2, .handles = 4},
	  .oncs = SIM_ONCS_SAVE,
	  .saveable = NVME_FEATURE_TEMPERATURE_THRESHOLD,
	  .oacs = SIM_OACS_DIRECTIVES,
	  .namespaces = partly_active,
	  .namespace_count = 3,
	  .nn = 4}},
	{"management",
	 {.namespaces = large_namespaces,
	  .namespace_count = 3,
	  .nn = 8,
	  .oncs = SIM_ONCS_SAVE | SIM_ONCS_TIMESTAMP,
	  .events_limit = 3,
	  .oacs = SIM_OACS_FORMAT | SIM_OACS_FIRMWARE | SIM_OACS_NAMESPACES | SIM_OACS_SELF_TEST |
		  SIM_OACS_DIRECTIVES | SIM_OACS_VIRTUALIZATION | SIM_OACS_DOORBELLS,
	  .identify = more_identify,
	  .unallocated = 4 << 20,
	  .other_controller = true,
	  .streams = 8,
	  .volatile_cache = true,
	  .keep_alive = true,
	  .sanitizes = true}},
	{"commands",
	 {.namespaces = large_namespaces,
	  .namespace_count = 3,
	  .oncs = COMMANDS,
	  .mdts = 3,
	  .sgl = true,
	  .volatile_cache = true}},
	{"limits",
	 {.namespaces = copied_namespaces,
	  .namespace_count = 3,
	  .copy_formats = 4,
	  /* these two are there up to their limits */
	  .oncs = COMMANDS & ~(SIM_ONCS_VERIFY | SIM_ONCS_WRITE_ZEROES),
	  .fused = true,
	  .ranges_limit = 7,
	  .range_limit = 20,
	  .discard_limit = 24,
	  .mdts = 3,
	  .verify_limit = 4,
	  .write_zeroes_limit = 2,
	  .sgl = true,
	  .sgl_longer = true,
	  .sgl_dwords = true}},
	{"buffer", {.cmb = {.location = 2 | NVME_CMBLOC_CDPCILS, .size = 0x1f | 64 << 12}}},
	{"region",
	 {.pmr = {.capabilities = 1 << 4 | 1 << 3 | 2 << 5 | 2 << 10 | 4 << 16,
		  .size = 65536,
		  .ready_ns = MS}}},
	/* weighted round robin, resets of the subsystem, CC.CSS 000b alone */
	{"modes",
	 {.cap = (SIM_CAP_QEMU & ~(3ull << 43)) | 1ull << 17 | 1ull << 36, .namespace_count = 1}},
	/* memory pages of 8 KiB at least */
	{"pages",
	 {.cap = SIM_CAP_QEMU | 1ull << 48,
	  .namespaces = two_namespaces,
	  .namespace_count = 2,
	  .oncs = COMMANDS & ~SIM_ONCS_COPY,
	  .sgl = true}},
	{"doorbells",
	 {.oacs = SIM_OACS_DOORBELLS,
	  .namespaces = placed_namespace,
	  .namespace_count = 1,
	  .placement = {.groups = 1, .handles = 1, .off = true}}},
	{"metadata", {.namespaces = metadata_namespaces, .namespace_count = 2, .oncs = COMMANDS}},
	{"guard-64",
	 {.namespaces = guarded_namespaces,
	  .namespace_count = 1,
	  .oncs = COMMANDS,
	  .copy_formats = 10}},
	{"zoned",
	 {.oncs = SIM_ONCS_WRITE_ZEROES,
	  .namespaces = zoned_namespace,
	  .namespace_count = 3,
	  .oaes = 0x8000000}},
	{"zone-areas",
	 {.namespaces = zoned_areas, .namespace_count = 1, .oacs = SIM_OACS_NAMESPACES}},
	{.name = NULL},
};

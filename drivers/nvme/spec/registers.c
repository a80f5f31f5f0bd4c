/* The table of the controller properties, as nvme-cli decodes them. Three lines follow the
 * specification where nvme-cli 2.3 does not: CRTO.CRIMT, PMRSTS.NRDY, and CMBEBS, CMBSWTP and NSSD,
 * which it leaves out. */
#include "drivers/nvme/spec/describe.h"
#include "drivers/nvme/spec/spec.h"

static const char *const false_true[] = {"False", "True"};
static const char *const no_yes[] = {"No", "Yes"};
const char *const nvme_support[2] = {"Not Supported", "Supported"};
static const char *const support_lower[] = {"not supported", "supported"};
static const char *const support_small[] = {"Not supported", "Supported"};
static const char *const command_sets[] = {"I/O Command Set is Supported",
					   "Only Admin Command Set Supported"};
static const char *const disabled_enabled[] = {"Disabled", "Enabled"};
static const char *const shutdown[] = {"No notification; no effect", "Normal shutdown notification",
				       "Abrupt shutdown notification"};
static const char *const arbitration[] = {[0] = "Round Robin",
					  [1] = "Weighted Round Robin with Urgent Priority Class",
					  [7] = "Vendor Specific"};
static const char *const command_set[] = {[0] = "NVM Command Set",
					  [6] = "All supported I/O Command Sets",
					  [7] = "Admin Command Set only"};
static const char *const shutdown_status[] = {"Normal operation (no shutdown has been requested)",
					      "Shutdown processing occurring",
					      "Shutdown processing complete"};
static const char *const enforced[] = {"Enforced", "Not Enforced"};
static const char *const size_unit[] = {"4 KB",	  "64 KB", "1 MB", "16 MB",
					"256 MB", "4 GB",  "64 GB"};
static const char *const boot_read[] = {
	"No Boot Partition read operation requested", "Boot Partition read in progress",
	"Boot Partition read completed successfully", "Error completing Boot Partition read"};
static const char *const not_enabled[] = {"NOT enabled", "enabled"};
static const char *const elasticity_unit[] = {"Bytes", "One KB", "One MB", "One GB"};
static const char *const may_shall[] = {"MAY", "SHALL"};
static const char *const time_unit[] = {"500 milliseconds", "minutes", "minutes", "minutes"};
static const char *const ready[] = {"Disabled", "READY"};
const char *const nvme_pmr_health[NVME_PMR_HEALTHS] = {"Normal Operation", "Restore Error",
						       "Read Only", "Unreliable"};
static const char *const not_ready[] = {"READY", "Not Ready"};

static void print_version(nvme_print *print, const void *structure)
{
	const struct nvme_properties *properties = structure;

	print("\tNVMe specification %u.%u\n", NVME_VS_MAJOR(properties->vs),
	      NVME_VS_MINOR(properties->vs));
}

#define ELASTICITY(region)                                                                \
	BITS(31, 8, region "WBZ", region " Elasticity Buffer Size Base", "%llx", NUMBER), \
		CHOICE(4, 4, "Read Bypass Behavior", "Read Bypass Behavior",              \
		       "memory reads not conflicting with memory writes in the " region   \
		       " Elasticity Buffer %s bypass those memory writes",                \
		       may_shall),                                                        \
		CHOICE(3, 0, region "SZU", region " Elasticity Buffer Size Units", "%s",  \
		       elasticity_unit)
#define THROUGHPUT(region)                                                                \
	BITS(31, 8, region "SWTV", region " Sustained Write Throughput", "%llx", NUMBER), \
		CHOICE(3, 0, region "SWTU", region " Sustained Write Throughput Units",   \
		       "%s/second", elasticity_unit)

#define NO_CMB "Controller Memory Buffer feature is not supported"

static const struct nvme_row properties[] = {
	FIELD(struct nvme_properties, cap, BARE_HEX, .width = 41, .flags = NVME_ROW_GAP),
	CHOICE(59, 59, "CRWMS", "Controller Ready With Media Support", "%s", nvme_support),
	CHOICE(60, 60, "CRIMS", "Controller Ready Independent of Media Support", "%s",
	       nvme_support),
	CHOICE(57, 57, "CMBS", "Controller Memory Buffer Supported",
	       "The Controller Memory Buffer is %s", nvme_support),
	CHOICE(56, 56, "PMRS", "Persistent Memory Region Supported",
	       "The Persistent Memory Region is %s", nvme_support),
	BITS(55, 52, "MPSMAX", "Memory Page Size Maximum", "%llu bytes", POWER_4K),
	BITS(51, 48, "MPSMIN", "Memory Page Size Minimum", "%llu bytes", POWER_4K),
	CHOICE(45, 45, "BPS", "Boot Partition Support", "%s", no_yes),
	CHOICE(37, 37, "CSS", "Command Sets Supported", "NVM command set is %s", nvme_support),
	CHOICE(43, 43, "IOCSS", "", "One or more I/O Command Sets are %s", nvme_support),
	CHOICE(44, 44, "NOIOCSS", "", "%s", command_sets),
	CHOICE(36, 36, "NSSRS", "NVM Subsystem Reset Supported", "%s", no_yes),
	BITS(35, 32, "DSTRD", "Doorbell Stride", "%llu bytes", POWER_4),
	BITS(31, 24, "TO", "Timeout", "%llu ms", TIMES_500),
	CHOICE(17, 17, "AMS", "Arbitration Mechanism Supported",
	       "Weighted Round Robin with Urgent Priority Class is %s", support_lower),
	CHOICE(16, 16, "CQR", "Contiguous Queues Required", "%s", no_yes),
	BITS(15, 0, "MQES", "Maximum Queue Entries Supported", "%llu", PLUS_ONE),
	FIELD_AS(struct nvme_properties, vs, "version", BARE_HEX, .flags = NVME_ROW_GAP),
	PROSE(print_version),
	KEY("vs"),
	FIELD(struct nvme_properties, intms, BARE_HEX, .flags = NVME_ROW_GAP),
	BITS(31, 0, "IVMS", "Interrupt Vector Mask Set", "%llx", NUMBER),
	FIELD(struct nvme_properties, intmc, BARE_HEX, .flags = NVME_ROW_GAP),
	BITS(31, 0, "IVMC", "Interrupt Vector Mask Clear", "%llx", NUMBER),
	FIELD(struct nvme_properties, cc, BARE_HEX, .width = 40, .flags = NVME_ROW_GAP),
	CHOICE(24, 24, "CRIME", "Controller Ready Independent of Media Enable", "%s",
	       disabled_enabled),
	BITS(23, 20, "IOCQES", "I/O Completion Queue Entry Size", "%llu bytes", POWER),
	BITS(19, 16, "IOSQES", "I/O Submission Queue Entry Size", "%llu bytes", POWER),
	CHOICE(15, 14, "SHN", "Shutdown Notification", "%s", shutdown),
	CHOICE(13, 11, "AMS", "Arbitration Mechanism Selected", "%s", arbitration),
	BITS(10, 7, "MPS", "Memory Page Size", "%llu bytes", POWER_4K),
	CHOICE(6, 4, "CSS", "I/O Command Set Selected", "%s", command_set),
	CHOICE(0, 0, "EN", "Enable", "%s", no_yes),
	RESERVED(struct nvme_properties, reserved18),
	FIELD(struct nvme_properties, csts, BARE_HEX, .width = 36, .flags = NVME_ROW_GAP),
	CHOICE(5, 5, "PP", "Processing Paused", "%s", no_yes),
	CHOICE(4, 4, "NSSRO", "NVM Subsystem Reset Occurred", "%s", no_yes),
	CHOICE(3, 2, "SHST", "Shutdown Status", "%s", shutdown_status),
	CHOICE(1, 1, "CFS", "Controller Fatal Status", "%s", false_true),
	CHOICE(0, 0, "RDY", "Ready", "%s", no_yes),
	FIELD(struct nvme_properties, nssr, BARE_HEX, .flags = NVME_ROW_GAP),
	BITS(31, 0, "NSSRC", "NVM Subsystem Reset Control", "%llu", NUMBER),
	FIELD(struct nvme_properties, aqa, BARE_HEX, .flags = NVME_ROW_GAP),
	BITS(27, 16, "ACQS", "Admin Completion Queue Size", "%llu", PLUS_ONE),
	BITS(11, 0, "ASQS", "Admin Submission Queue Size", "%llu", PLUS_ONE),
	FIELD(struct nvme_properties, asq, BARE_HEX, .flags = NVME_ROW_GAP),
	BITS(63, 0, "ASQB", "Admin Submission Queue Base", "%llx", NUMBER),
	FIELD(struct nvme_properties, acq, BARE_HEX, .flags = NVME_ROW_GAP),
	BITS(63, 0, "ACQB", "Admin Completion Queue Base", "%llx", NUMBER),
	FIELD(struct nvme_properties, cmbloc, BARE_HEX, .width = 68, .flags = NVME_ROW_GAP),
	WHEN_ZERO(NO_CMB),
	BITS(31, 12, "OFST", "Offset", "%#llx (See cmbsz.szu for granularity)", NUMBER),
	BITS(8, 8, "CQDA", "CMB Queue Dword Alignment", "%llu", NUMBER),
	CHOICE(7, 7, "CDMMMS", "CMB Data Metadata Mixed Memory Support", "%s", enforced),
	CHOICE(6, 6, "CDPCILS", "CMB Data Pointer and Command Independent Locations Support", "%s",
	       enforced),
	CHOICE(5, 5, "CDPMLS", "CMB Data Pointer Mixed Locations Support", "%s", enforced),
	CHOICE(4, 4, "CQPDS", "CMB Queue Physically Discontiguous Support", "%s", enforced),
	CHOICE(3, 3, "CQMMS", "CMB Queue Mixed Memory Support", "%s", enforced),
	BITS(2, 0, "BIR", "Base Indicator Register", "%#llx", NUMBER),
	FIELD(struct nvme_properties, cmbsz, BARE_HEX, .width = 30, .flags = NVME_ROW_GAP),
	WHEN_ZERO(NO_CMB),
	BITS(31, 12, "SZ", "Size", "%llu", NUMBER),
	CHOICE(11, 8, "SZU", "Size Units", "%s", size_unit),
	CHOICE(4, 4, "WDS", "Write Data Support",
	       "Write Data and metadata transfer in Controller Memory Buffer is %s", support_small),
	CHOICE(3, 3, "RDS", "Read Data Support",
	       "Read Data and metadata transfer in Controller Memory Buffer is %s", support_small),
	CHOICE(2, 2, "LISTS", "PRP SGL List Support",
	       "PRP/SG Lists in Controller Memory Buffer is %s", support_small),
	CHOICE(1, 1, "CQS", "Completion Queue Support",
	       "Admin and I/O Completion Queues in Controller Memory Buffer is %s", support_small),
	CHOICE(0, 0, "SQS", "Submission Queue Support",
	       "Admin and I/O Submission Queues in Controller Memory Buffer is %s", support_small),
	FIELD(struct nvme_properties, bpinfo, BARE_HEX, .width = 37),
	BITS(31, 31, "ABPID", "Active Boot Partition ID", "%llu", NUMBER),
	CHOICE(25, 24, "BRS", "Boot Read Status", "%s", boot_read),
	BITS(14, 0, "BPSZ", "Boot Partition Size", "%llu", NUMBER),
	FIELD(struct nvme_properties, bprsel, BARE_HEX, .width = 37),
	BITS(31, 31, "BPID", "Boot Partition Identifier", "%llu", NUMBER),
	BITS(29, 10, "BPROF", "Boot Partition Read Offset", "%llx", NUMBER),
	BITS(9, 0, "BPRSZ", "Boot Partition Read Size", "%llx", NUMBER),
	FIELD(struct nvme_properties, bpmbl, BARE_HEX),
	BITS(63, 0, "BMBBA", "Boot Partition Memory Buffer Base Address", "%llx", NUMBER),
	FIELD(struct nvme_properties, cmbmsc, BARE_HEX, .width = 37,
	      .flags = NVME_ROW_TAB | NVME_ROW_GAP),
	BITS(63, 12, "CBA", "Controller Base Address", "%llx", NUMBER),
	BITS(1, 1, "CMSE", "Controller Memory Space Enable", "%llu", NUMBER),
	CHOICE(0, 0, "CRE", "Capabilities Registers Enabled", "CMBLOC and CMBSZ registers are %s",
	       not_enabled),
	FIELD(struct nvme_properties, cmbsts, BARE_HEX, .flags = NVME_ROW_TAB | NVME_ROW_GAP),
	BITS(0, 0, "CBAI", "Controller Base Address Invalid", "%llu", NUMBER),
	FIELD(struct nvme_properties, cmbebs, BARE_HEX, .width = 41),
	ELASTICITY("CMB"),
	FIELD(struct nvme_properties, cmbswtp, BARE_HEX, .width = 46),
	THROUGHPUT("CMB"),
	FIELD(struct nvme_properties, nssd, BARE_HEX, .flags = NVME_ROW_GAP),
	BITS(31, 0, "NSSC", "NVM Subsystem Shutdown Control", "%llu", NUMBER),
	FIELD(struct nvme_properties, crto, BARE_HEX, .width = 36),
	BITS(31, 16, "CRIMT", "CRIMT", "%llu secs", HALF),
	BITS(15, 0, "CRWMT", "CRWMT", "%llu secs", HALF),
	RESERVED(struct nvme_properties, reserved6c),
	FIELD(struct nvme_properties, pmrcap, BARE_HEX, .width = 58),
	CHOICE(24, 24, "CMSS", "Controller Memory Space Supported",
	       "Referencing PMR with host supplied addresses is %s", nvme_support),
	BITS(23, 16, "PMRTO", "Persistent Memory Region Timeout", "%llx", NUMBER),
	BITS(13, 10, "PMRWBM", "Persistent Memory Region Write Barrier Mechanisms", "%llx", NUMBER),
	CHOICE(9, 8, "PMRTU", "Persistent Memory Region Time Units", "PMR time unit is %s",
	       time_unit),
	BITS(7, 5, "BIR", "Base Indicator Register", "%llx", NUMBER),
	CHOICE(4, 4, "WDS", "Write Data Support", "Write data to the PMR is %s", support_lower),
	CHOICE(3, 3, "RDS", "Read Data Support", "Read data from the PMR is %s", support_lower),
	FIELD(struct nvme_properties, pmrctl, BARE_HEX),
	CHOICE(0, 0, "EN", "Enable", "PMR is %s", ready),
	FIELD(struct nvme_properties, pmrsts, BARE_HEX, .width = 38),
	BITS(12, 12, "CBAI", "Controller Base Address Invalid", "%llx", NUMBER),
	CHOICE(11, 9, "HSTS", "Health Status", "%s", nvme_pmr_health),
	CHOICE(8, 8, "NRDY", "Not Ready",
	       "The Persistent Memory Region is %s to process PCI Express memory read and write "
	       "requests",
	       not_ready),
	BITS(7, 0, "ERR", "Error", "%llx", NUMBER),
	FIELD(struct nvme_properties, pmrebs, BARE_HEX, .width = 41),
	ELASTICITY("PMR"),
	FIELD(struct nvme_properties, pmrswtp, BARE_HEX, .width = 46),
	THROUGHPUT("PMR"),
	FIELD(struct nvme_properties, pmrmscl, HEX, .width = 37,
	      .flags = NVME_ROW_TAB | NVME_ROW_GAP),
	BITS(31, 12, "CBA", "Controller Base Address", "%#llx", NUMBER),
	BITS(1, 1, "CMSE", "Controller Memory Space Enable", "%#llx", NUMBER),
	FIELD(struct nvme_properties, pmrmscu, HEX, .width = 37, .flags = NVME_ROW_TAB),
	BITS(31, 0, "CBA", "Controller Base Address", "%#llx", NUMBER),
};
const struct nvme_structure nvme_properties_table =
	STRUCTURE(struct nvme_properties, properties, 8);

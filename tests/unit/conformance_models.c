/* Faults that models of controllers have had, as a guest sees them. docs/conformance-faults.md has
 * the same rows. A model that crashes is one whose registers read as ones. */
#include "tests/unit/conformance_models.h"

#include <string.h>

#include "drivers/nvme/spec/spec.h"

#define NO_RETRY(status) ((status) | SIM_DNR)
#define FID(id)		 .dword = 10, .mask = 0xff, .value = (id)
#define LID(id)		 .dword = 10, .mask = 0xff, .value = (id)
#define CNS(id)		 .dword = 10, .mask = 0xff, .value = (id)
#define NSID(id)	 .dword = 1, .mask = 0xffffffff, .value = (id)
#define FIELD(n, m, v)	 .dword = (n), .mask = (m), .value = (v)
#define MESSAGES(n)	 .strikes = {.kind = SIM_NO_INTERRUPT, .queue = 2, .opcode = SIM_ANY, .skip = n}

static uint32_t get_dword(const uint8_t command[64], unsigned n)
{
	uint32_t value;

	memcpy(&value, command + 4 * (size_t)n, sizeof(value));
	return value;
}

static void set_dword(uint8_t command[64], unsigned n, uint32_t value)
{
	memcpy(command + 4 * (size_t)n, &value, sizeof(value));
}

/* ---- What a table cannot say ---- */

static uint64_t commands_of(struct sim_controller *sim, bool io, uint8_t opcode)
{
	return sim_statistics(sim)->commands[io][opcode];
}

static unsigned waits_for_doorbell_buffer(struct sim_controller *sim, uint16_t queue,
					  uint8_t command[64])
{
	(void)command;
	return queue && !commands_of(sim, false, NVME_ADMIN_DOORBELL_BUFFER_CONFIG) ? SIM_FORGET
										    : SIM_EXECUTE;
}

static unsigned dies_of_second_buffer(struct sim_controller *sim, uint16_t queue,
				      uint8_t command[64])
{
	(void)command;
	if (queue || commands_of(sim, false, NVME_ADMIN_DOORBELL_BUFFER_CONFIG) < 2)
		return SIM_EXECUTE;
	sim_remove(sim);
	return SIM_FORGET;
}

static unsigned cq_has_number_of_sq(struct sim_controller *sim, uint16_t queue, uint8_t command[64])
{
	(void)sim;
	if (!queue && command[0] == NVME_ADMIN_CREATE_SQ)
		set_dword(command, 11,
			  (get_dword(command, 11) & 0xffff) | get_dword(command, 10) << 16);
	return SIM_EXECUTE;
}

static unsigned deallocates_all(struct sim_controller *sim, uint16_t queue, uint8_t command[64])
{
	static const uint8_t zeroes[64 * 512];

	if (queue && command[0] == NVME_IO_DATASET_MANAGEMENT)
		for (uint64_t lba = 0; lba < 2048; lba += 64)
			sim_namespace_write(sim, get_dword(command, 1), lba, 64, zeroes);
	return SIM_EXECUTE;
}

/* Another range is in the place of what was not read. */
static unsigned reads_too_few_ranges(struct sim_controller *sim, uint16_t queue,
				     uint8_t command[64])
{
	return get_dword(command, 10) & 0xff ? deallocates_all(sim, queue, command) : SIM_EXECUTE;
}

static unsigned resets_other_zone(struct sim_controller *sim, uint16_t queue, uint8_t command[64])
{
	(void)sim;
	if (queue && command[0] == NVME_IO_ZONE_MANAGEMENT_SEND &&
	    (get_dword(command, 13) & 0xff) == NVME_ZONE_RESET)
		set_dword(command, 10, get_dword(command, 10) ^ 64);
	return SIM_EXECUTE;
}

static unsigned cns_is_a_bit(struct sim_controller *sim, uint16_t queue, uint8_t command[64])
{
	(void)sim;
	if (!queue && command[0] == NVME_ADMIN_IDENTIFY && get_dword(command, 10) & 0xff)
		set_dword(command, 10, 1);
	return SIM_EXECUTE;
}

/* Of commands that overlap, the later one has the FID of the one before. */
static unsigned mixes_features(struct sim_controller *sim, uint16_t queue, uint8_t command[64])
{
	static uint32_t before;
	uint32_t own = get_dword(command, 10);

	if (queue || command[0] != NVME_ADMIN_GET_FEATURES)
		return SIM_EXECUTE;
	if (sim_statistics(sim)->in_flight > 1)
		set_dword(command, 10, before);
	before = own;
	return SIM_EXECUTE;
}

static bool is_identify(const uint8_t command[64], uint8_t cns)
{
	return command[0] == NVME_ADMIN_IDENTIFY && command[40] == cns;
}

static void second_has_other_set(const uint8_t command[64], uint8_t *bytes)
{
	if (is_identify(command, NVME_CNS_DESCRIPTORS) && get_dword(command, 1) == 3)
		bytes[24] = NVME_CSI_NVM;
}

/* NN becomes less while a namespace is detached. */
static bool is_detached;

static unsigned watches_attachment(struct sim_controller *sim, uint16_t queue, uint8_t command[64])
{
	(void)sim;
	if (!queue && command[0] == NVME_ADMIN_NAMESPACE_ATTACHMENT)
		is_detached = get_dword(command, 10) & 0xf;
	return SIM_EXECUTE;
}

static void nn_follows_attachment(const uint8_t command[64], uint8_t *bytes)
{
	if (is_identify(command, NVME_CNS_CONTROLLER) && is_detached)
		bytes[516]--;
}

static void aborted_are_media_errors(uint16_t queue, uint8_t entry[16])
{
	if (queue && (entry[14] & 0xfe) == NVME_SC_SQ_DELETED << 1 && !(entry[15] & 0xf)) {
		entry[14] = (uint8_t)(entry[14] & 1) | (0x81 << 1 & 0xfe);
		entry[15] = 0x281 >> 7;
	}
}

/* ---- The faults ---- */

const struct model_fault model_faults[] = {
	/* Arguments */
	{"Read with SLBA + NLB that wraps: crash", "FEMU",
	 "limits: Read with SLBA FFFFFFFFFFFFFFFFh: LBA Out of Range", "plain", IO, NVME_IO_READ,
	 FIELD(11, 0xffffffff, 0xffffffff), .does = DIES},
	{"Write Uncorrectable with SLBA + NLB that wraps: crash", "FEMU",
	 "limits: Write Uncorrectable with SLBA FFFFFFFFFFFFFFFFh: LBA Out of Range", "commands",
	 IO, NVME_IO_WRITE_UNCORRECTABLE, FIELD(11, 0xffffffff, 0xffffffff), .does = DIES},
	{"Read behind the last block: crash", "NVMeVirt",
	 "limits: Read behind the last block: LBA Out of Range", "plain", IO, NVME_IO_READ,
	 FIELD(10, 0xffffffff, 2048), .does = DIES},
	{"Read with NSID 0: crash", "NVMeVirt",
	 "io-nsid: Read with NSID 0: Invalid Namespace or Format", "plain", IO, NVME_IO_READ,
	 NSID(0), .does = DIES},
	{"an admin opcode that there is not: crash", "FEMU",
	 "admin: admin opcodes up to 7Fh that there are not: Invalid Command Opcode", "plain",
	 ADMIN, 0x03, .does = DIES},
	{"Dataset Management with several ranges takes others", "FEMU",
	 "dataset: Deallocate of 256 ranges: every second block stays", "commands",
	 .misread = reads_too_few_ranges},
	{"Copy takes more blocks than MCL", "QEMU 7.2",
	 "copy: one block more than MCL: Command Size Limit Exceeded", "limits", ADMIN,
	 NVME_ADMIN_IDENTIFY, CNS(NVME_CNS_NAMESPACE), .does = HANDS, .at = 76, .count = 1,
	 .set = 20},
	{"a status of I/O Command Set Profile has the wrong type", "QEMU 7.2",
	 "features: I/O Command Set Profile with an unused index: 12Bh", "plain", ADMIN,
	 NVME_ADMIN_SET_FEATURES, FID(NVME_FEATURE_IO_COMMAND_SET_PROFILE), .does = ENDS,
	 .status = NO_RETRY(0x02b)},
	{"Directive Receive without an endurance group: crash", "QEMU 8.0",
	 "namespace-changes: Directive Receive: Identify is supported and enabled", "management",
	 ADMIN, NVME_ADMIN_DIRECTIVE_RECEIVE, FIELD(11, 0xff, 1), .does = DIES},
	{"a Format NVM that is refused ends with the old Phase Tag", "bhyve",
	 "namespace-changes: Format NVM of a format that there is not: Invalid Format",
	 "management",
	 .strikes = {.kind = SIM_WRONG_PHASE, .queue = 0, .opcode = NVME_ADMIN_FORMAT_NVM}},
	{"Identify Namespace of FFFFFFFFh without Namespace Management succeeds", "bhyve",
	 "identify-namespaces: CNS 00h, NSID FFFFFFFFh without Namespace Management: 00Bh", "plain",
	 ADMIN, NVME_ADMIN_IDENTIFY, NSID(0xffffffff), .does = ENDS},

	/* Data */
	{"Write Zeroes in another namespace is done in the first", "FEMU",
	 "io-nsid: Write Zeroes in another namespace leaves this one", "commands", IO,
	 NVME_IO_WRITE_ZEROES, .does = TAKES, .at = 1, .clear = 0xffffffff, .set = 1},
	{"Deallocate in another namespace is done in the first", "FEMU",
	 "dataset: Deallocate in another namespace leaves this one", "commands", IO,
	 NVME_IO_DATASET_MANAGEMENT, .does = TAKES, .at = 1, .clear = 0xffffffff, .set = 1},
	{"Format NVM with SES 1h erases nothing", "FEMU",
	 "namespace-changes: Format NVM with SES 1h erases", "management", ADMIN,
	 NVME_ADMIN_FORMAT_NVM, FIELD(10, 7 << 9, 1 << 9), .does = ENDS},
	{"Compare compares with zeroes", "FEMU",
	 "compare: Compare of what was written succeeds and changes nothing", "commands", IO,
	 NVME_IO_COMPARE, .does = ENDS, .status = NO_RETRY(NVME_SC_COMPARE_FAILED)},
	{"Deallocate of a range erases the namespace", "FEMU",
	 "dataset: Deallocate of one block: as DLFEAT says, and no other", "commands",
	 .misread = deallocates_all},
	{"Read of the last block: crash", "FEMU", "limits: Read of the last block", "plain", IO,
	 NVME_IO_READ, FIELD(10, 0xffffffff, 2047), .does = DIES},

	/* Queues */
	{"I/O queues wait for Doorbell Buffer Config", "FEMU",
	 "read-write: Write changes the blocks that it names and no other", "plain",
	 .misread = waits_for_doorbell_buffer},
	{"Reads never end", "FEMU", "read-write: Read with Force Unit Access", "plain", IO,
	 NVME_IO_READ, .does = FORGETS},
	{"completions go to the queue with the submission queue's number", "FEMU",
	 "queues: completions go to the queue that CQID names", "plain",
	 .misread = cq_has_number_of_sq},
	{"the admin completion queue is filled without looking for room", "FEMU",
	 "admin-queue: completions wait for room in a queue of 2", "plain",
	 .defects = SIM_DEFECT_OVERWRITES},
	{"a queue pair that was full does not go on", "QEMU before 7.2.15",
	 "admin-queue: both queues of 8 full: goes on once there is room", "plain",
	 .defects = SIM_DEFECT_NEVER_RESUMES},
	{"Reads that the deletion of their queue ends have media errors", "QEMU before 10",
	 "in-flight: Reads that the deletion of their queue ends: no media errors", "plain",
	 .strikes = {.kind = SIM_DELAY,
		     .queue = SIM_ANY,
		     .opcode = NVME_IO_READ,
		     .count = SIM_FOREVER,
		     .value = MS},
	 .completion = aborted_are_media_errors},
	{"an Abort with I/O in flight: crash", "OpenVMM",
	 "concurrency: Abort of one among many: each command ends once", "plain", ADMIN,
	 NVME_ADMIN_ABORT, .does = DIES},
	{"Delete I/O Submission Queue takes QID 0", "SPDK",
	 "queues: Delete I/O SQ: QID 0 is refused", "plain", ADMIN, NVME_ADMIN_DELETE_SQ,
	 FIELD(10, 0xffff, 0), .does = ENDS},
	{"a submission queue is deleted twice", "SPDK", "queues: a queue is deleted once", "plain",
	 ADMIN, NVME_ADMIN_DELETE_SQ, FIELD(10, 0xffff, 1), .does = ENDS},
	{"a Create I/O Submission Queue that fails does not end", "SPDK",
	 "queues: Create I/O SQ: QSIZE FFFFh is refused, or does no harm", "plain", ADMIN,
	 NVME_ADMIN_CREATE_SQ, FIELD(10, 0xffff0000, 0xffff0000), .does = FORGETS},
	{"Create I/O Completion Queue does not look at PC", "SPDK",
	 "queues: Create I/O CQ: PC 0 is refused where CAP.CQR is 1", "plain", ADMIN,
	 NVME_ADMIN_CREATE_CQ, .does = TAKES, .at = 11, .set = 1},
	{"Get Features that overlap have each other's values", "SPDK",
	 "in-flight: Get Features, eight at once, each its value", "plain",
	 .misread = mixes_features},

	/* Registers, resets */
	{"CC.IOSQES and IOCQES 0 when it is enabled: CSTS.CFS", "QEMU before 10",
	 "enable: ready with CC.IOSQES and IOCQES 0", "plain", .defects = SIM_DEFECT_ENTRY_SIZES},
	{"Read with the largest page size: crash", "QEMU before 10",
	 "page-size: a list of the largest pages", "plain", IO, NVME_IO_READ, FIELD(6, 0xffff, 0),
	 .does = DIES},
	{"I/O and resets at once: crash", "FEMU",
	 "concurrency: reset under load three times: works, old queues quiet", "plain",
	 .defects = SIM_DEFECT_BUSY_RESET},
	{"reset with a Read in flight: crash", "Propolis", "reset: reset with a Read in flight",
	 "plain", .defects = SIM_DEFECT_BUSY_RESET},
	{"a reset waits for a command of a back end that is stuck", "OpenVMM, VirtualBox",
	 "reset: reset with a Read in flight", "plain",
	 .strikes = {.kind = SIM_LOSE_HARD, .queue = SIM_ANY, .opcode = NVME_IO_READ},
	 .defects = SIM_DEFECT_WAITS_RESET},
	{"a reset leaves I/O queues alive", "SPDK",
	 "reset: doorbells of an I/O queue of before are ignored", "plain",
	 .defects = SIM_DEFECT_KEEPS_QUEUES},
	{"enabled again without AQA written, the Phase Tag is the old one", "NVMeVirt",
	 "reset: heads, tails and phase begin anew, AQA not written", "plain",
	 .defects = SIM_DEFECT_OLD_PHASE},

	/* Doorbells */
	{"the second Doorbell Buffer Config: crash", "FEMU",
	 "shadow-doorbells: twice with the same pages: I/O works", "doorbells",
	 .misread = dies_of_second_buffer},
	{"shadow doorbells are overlooked", "QEMU 7.2",
	 "shadow-doorbells: I/O as EventIdx says, none is overlooked", "doorbells",
	 .doorbell_race = true},
	{"shadow doorbell pages are used behind a reset", "OpenVMM",
	 "shadow-doorbells: a reset forgets pages that were used", "doorbells",
	 .defects = SIM_DEFECT_KEEPS_SHADOW},
	{"a doorbell while disabled: crash", "Propolis",
	 "enable: doorbells while disabled do no harm", "plain",
	 .defects = SIM_DEFECT_DOORBELL_DIES},
	{"a doorbell with bits 31:16: crash", "Propolis",
	 "doorbells: SQ tail with bits 31:16: an event of its kind or none, others go on", "plain",
	 .defects = SIM_DEFECT_DOORBELL_DIES},

	/* Interrupts */
	{"interrupts of I/O queues get lost", "FEMU",
	 "interrupts: MSI-X: a CQ with IEN and IV 1 interrupts by vector 1 only", "plain",
	 MESSAGES(5)},
	{"Create I/O Completion Queue with a vector that there is not: crash", "FEMU",
	 "queues: Create I/O CQ: IV FFFFh is refused, or does no harm", "plain", ADMIN,
	 NVME_ADMIN_CREATE_CQ, FIELD(11, 0xffff0000, 0xffff0000), .does = DIES},
	{"the interrupt pin is never active", "FEMU", "interrupts: pin: the admin CQ interrupts",
	 "plain", .defects = SIM_DEFECT_NO_PIN},
	{"the pin stays active for completions that a reset threw away", "QEMU",
	 "interrupts: pin: it is inactive after a reset with completions left", "plain",
	 .defects = SIM_DEFECT_KEEPS_PIN},
	{"INTMS masks nothing", "SPDK", "interrupts: pin: INTMS masks it, INTMC lets it come",
	 "plain", .defects = SIM_DEFECT_NO_MASK},
	{"I/O without interrupts: crash", "NVMeVirt",
	 "interrupts: without interrupts a CQ with IEN is polled", "plain", IO, .any_opcode = true,
	 .does = DIES},

	/* Transfer descriptors */
	{"an SGL segment that leads to itself is followed for ever", "FEMU",
	 "sgl: segments that lead to themselves or in a circle are refused", "commands",
	 .defects = SIM_DEFECT_SGL_CIRCLE},
	{"Read into the controller's own registers: crash", "QEMU before 7.2.6",
	 "prp: Read to the registers ends, or the reset behind it does", "plain", IO, NVME_IO_READ,
	 FIELD(7, 0xffffffff, 0xfd), .does = DIES},
	{"data out of the memory buffer: the first page has another length", "QEMU 5.0",
	 "memory-buffer: Write out of the buffer from dword 1 of a page on", "buffer",
	 .defects = SIM_DEFECT_PRP1_WHOLE},
	{"Identify is written behind the page of PRP1", "Propolis",
	 "prp: Identify from dword 1 on goes to both pages", "plain",
	 .defects = SIM_DEFECT_PRP1_WHOLE},
	{"PRP1 of 0h: crash", "bhyve", "prp: PRP1 0h is an address", "plain", IO, NVME_IO_WRITE,
	 FIELD(6, 0xffffffff, 0), .does = DIES},
	{"Read to where there is no memory: crash", "NVMeVirt",
	 "prp: Read to where there is no memory ends, or the reset behind it does", "plain", IO,
	 NVME_IO_READ, FIELD(7, 0xffffffff, 1 << 13), .does = DIES},

	/* Identify, log pages */
	{"the number of secondary controllers has the wrong byte order", "QEMU before 7.2.10",
	 "identify-lists: the secondary controllers ascend, and are as many as it says",
	 "management", ADMIN, NVME_ADMIN_IDENTIFY, CNS(NVME_CNS_SECONDARY_CONTROLLERS),
	 .does = HANDS, .count = 1},
	{"CNTRLTYPE is 0h", "FEMU", "identify: CNTRLTYPE says which type of controller it is",
	 "plain", ADMIN, NVME_ADMIN_IDENTIFY, CNS(NVME_CNS_CONTROLLER), .does = HANDS, .at = 111,
	 .count = 1},
	{"Get Log Page ignores LPOL", "FEMU", "log-pages: SMART: LPOL leads into the page", "plain",
	 ADMIN, NVME_ADMIN_GET_LOG_PAGE, .does = TAKES, .at = 12, .clear = 0xffffffff},
	{"an offset behind the end of FDP Events: memory behind it", "FEMU, QEMU 8.0",
	 "log-pages: FDP Events: an offset behind its end is Invalid Field", "version-2", ADMIN,
	 NVME_ADMIN_GET_LOG_PAGE, LID(NVME_LOG_FDP_EVENTS), .does = ENDS},
	{"Get Log Page takes LPOL of 4096 for 512 bytes", "FEMU",
	 "log-pages: Error Information: an offset behind its end is Invalid Field", "plain", ADMIN,
	 NVME_ADMIN_GET_LOG_PAGE, LID(NVME_LOG_ERROR), .does = ENDS},
	{"the log of commands lacks Format NVM, which OACS has", "FEMU",
	 "admin: the log of commands has Format NVM if it is offered", "management", ADMIN,
	 NVME_ADMIN_GET_LOG_PAGE, LID(NVME_LOG_COMMANDS), .does = HANDS,
	 .at = 4 * NVME_ADMIN_FORMAT_NVM, .count = 4},
	{"the UUID of namespaces is 0h", "FEMU",
	 "identify-namespaces: no EUI-64, NGUID or UUID descriptor is all 0h", "plain", ADMIN,
	 NVME_ADMIN_IDENTIFY, CNS(NVME_CNS_DESCRIPTORS), .does = HANDS, .at = 4, .count = 16},
	{"RAE is taken as part of LID", "FEMU", "log-pages: RAE is no part of LID: SMART", "plain",
	 ADMIN, NVME_ADMIN_GET_LOG_PAGE, FIELD(10, 1 << 15, 1 << 15), .does = ENDS,
	 .status = NO_RETRY(NVME_SC_INVALID_LOG_PAGE)},
	{"a namespace's descriptor has another command set", "FEMU",
	 "identify-lists: the list of CSI 00h (CNS 07h) ascends, and begins above CDW1.NSID",
	 "zoned", .data = second_has_other_set},
	{"CNS is taken as a bit: every other page is Identify Controller", "QEMU before 2.9",
	 "identify: CNS that are reserved: Invalid Field", "plain", .misread = cns_is_a_bit},
	{"NN follows the namespaces that are attached", "OpenVMM",
	 "identify: no active NSID is above NN", "management", ADMIN, NVME_ADMIN_IDENTIFY,
	 CNS(NVME_CNS_CONTROLLER), .does = HANDS, .at = 516, .count = 1, .set = 2},
	{"NN changes when a namespace is detached", "OpenVMM",
	 "namespace-changes: Namespace Attachment detaches a namespace, attaches it again",
	 "management", .misread = watches_attachment, .data = nn_follows_attachment},
	{"the NVM command set's CNS 06h is missing although VS is 2.0", "OpenVMM",
	 "identify: there is the NVM command set's controller (CNS 06h) from 2.0 on", "version-2",
	 ADMIN, NVME_ADMIN_IDENTIFY, CNS(NVME_CNS_IOCS_CONTROLLER), .does = ENDS,
	 .status = NO_RETRY(NVME_SC_INVALID_FIELD)},
	{"CNS 11h of a zoned namespace: its status has the wrong type", "QEMU 7.2",
	 "identify-namespaces: CNS 11h of a zoned namespace is as CNS 00h, or 12Ch", "zone-areas",
	 ADMIN, NVME_ADMIN_IDENTIFY, CNS(NVME_CNS_ALLOCATED_NAMESPACE), .does = ENDS,
	 .status = NO_RETRY(0x02c)},
	{"CNS 03h is missing although VS is 1.3 or later", "bhyve",
	 "identify-namespaces: namespace descriptors have their lengths, and end", "plain", ADMIN,
	 NVME_ADMIN_IDENTIFY, CNS(NVME_CNS_DESCRIPTORS), .does = ENDS,
	 .status = NO_RETRY(NVME_SC_INVALID_FIELD)},
	{"Supported Log Pages is missing although VS is 2.0", "OpenVMM",
	 "log-pages: there is Supported Log Pages", "version-2", ADMIN, NVME_ADMIN_GET_LOG_PAGE,
	 LID(NVME_LOG_SUPPORTED), .does = ENDS, .status = NO_RETRY(NVME_SC_INVALID_LOG_PAGE)},

	/* Features, events */
	{"Volatile Write Cache is set where there is none", "FEMU",
	 "features: Volatile Write Cache that is not offered: Invalid Field", "version-2", ADMIN,
	 NVME_ADMIN_SET_FEATURES, FID(NVME_FEATURE_VOLATILE_WRITE_CACHE), .does = ENDS},
	{"Volatile Write Cache is got where there is none", "Propolis",
	 "features: Volatile Write Cache that is not offered: Invalid Field", "version-2", ADMIN,
	 NVME_ADMIN_GET_FEATURES, FID(NVME_FEATURE_VOLATILE_WRITE_CACHE), .does = ENDS},
	{"Volatile Write Cache is refused where there is one", "Propolis",
	 "features: Volatile Write Cache is switched off and on", "plain", ADMIN,
	 NVME_ADMIN_GET_FEATURES, FID(NVME_FEATURE_VOLATILE_WRITE_CACHE), .does = ENDS,
	 .status = NO_RETRY(NVME_SC_INVALID_FIELD)},
	{"reserved bits of Volatile Write Cache are kept", "FEMU",
	 "features: reserved bits of Volatile Write Cache do not come back", "plain",
	 .strikes = {.kind = SIM_RESULT,
		     .queue = 0,
		     .opcode = NVME_ADMIN_GET_FEATURES,
		     .count = SIM_FOREVER,
		     .value = 0xfffffffe}},
	{"a mandatory feature is refused", "OpenVMM",
	 "features: Get Features has Temperature Threshold", "plain", ADMIN,
	 NVME_ADMIN_GET_FEATURES, FID(NVME_FEATURE_TEMPERATURE_THRESHOLD), .does = ENDS,
	 .status = NO_RETRY(NVME_SC_INVALID_FIELD)},
	{"there is no Asynchronous Event Request", "FEMU, Propolis",
	 "events: an event request stays, other commands end", "plain", ADMIN,
	 NVME_ADMIN_ASYNC_EVENT_REQUEST, .does = ENDS, .status = NO_RETRY(NVME_SC_INVALID_OPCODE)},
	{"events before the log page was read are told behind it", "QEMU 7.2",
	 "events: events before the log was read are not told behind it", "management",
	 .defects = SIM_DEFECT_KEEPS_EVENTS},

	{"FDP Events of NSID FFFFFFFFh: crash", "QEMU 11.1",
	 "placement: events of NSID FFFFFFFFh: a status", "version-2", ADMIN,
	 NVME_ADMIN_SET_FEATURES, NSID(0xffffffff), .does = DIES},
	{"a Write with a wrong placement identifier is no event", "QEMU 11.1",
	 "placement-writes: Write with an identifier that there is not is an event", "version-2",
	 ADMIN, NVME_ADMIN_GET_LOG_PAGE, LID(NVME_LOG_FDP_EVENTS), .does = HANDS, .count = 4},

	/* Other command sets, protection information */
	{"Copy of two namespaces' ranges reads both in the first one", "QEMU 11.1",
	 "copy-formats: format 2h from two namespaces", "limits",
	 .defects = SIM_DEFECT_COPY_SOURCE},
	{"writes to the second zoned namespace land in the first", "FEMU",
	 "zones: zones of another namespace stay", "zoned", IO, .any_opcode = true, NSID(3),
	 .does = TAKES, .at = 1, .clear = 0xffffffff, .set = 2},
	{"Reset Zone resets another zone", "FEMU", "zones: Reset Zone of one leaves the others",
	 "zoned", .misread = resets_other_zone},
	{"there is no Changed Zone List", "FEMU",
	 "zones: Changed Zone List, where OAES has events about it", "zoned", ADMIN,
	 NVME_ADMIN_GET_LOG_PAGE, LID(0xbf), .does = ENDS,
	 .status = NO_RETRY(NVME_SC_INVALID_LOG_PAGE)},
	{"the guard of 64 bits is another", "QEMU before 7.2.6",
	 "protection: PRACT makes guard, application and reference tags", "guard-64", IO,
	 NVME_IO_READ, .does = HANDS, .at = 4096 + 48, .count = 1},
	{.fault = NULL},
};

/* Admin commands as such: the first dword, which opcodes there are, and optional commands. */
#include "tests/conformance/conformance.h"

#include "drivers/nvme/spec/names.h"
#include "lib/format.h"
#include "lib/string.h"

/* ---- Command identifiers ---- */

static struct nvme_command harmless(void)
{
	return ct_get_feature(NVME_FEATURE_NUMBER_OF_QUEUES, NVME_SELECT_CURRENT, 0);
}

static void run_with_cid(struct ct *ct, struct ct_sq *sq, struct nvme_command command, uint16_t cid)
{
	command.cid = cid;
	ct_push_cid(ct, sq, command);
	ct_ring(ct, sq);
	ct_success(ct, "a command with this CID", ct_wait(ct, sq, cid));
}

static void any_cid(struct ct *ct)
{
	static const uint16_t cids[] = {0, 1, 0x00ff, 0x0100, 0x7fff, 0x8000, 0xfffe, 0xffff};

	for (size_t i = 0; i < sizeof(cids) / sizeof(cids[0]); i++)
		run_with_cid(ct, ct->admin, harmless(), cids[i]);
}

static void cid_again(struct ct *ct)
{
	for (unsigned i = 0; i < 3; i++)
		run_with_cid(ct, ct->admin, harmless(), 0x1234);
}

/* A CID is one of its submission queue. */
static void cid_of_queue(struct ct *ct)
{
	struct nvme_command one = harmless(), other = ct_nsid_command(NVME_IO_FLUSH, ct->ns->nsid);

	one.cid = other.cid = 0x4321;
	ct_push_cid(ct, ct->admin, one);
	ct_push_cid(ct, ct->io, other);
	ct_ring(ct, ct->admin);
	ct_ring(ct, ct->io);
	ct_success(ct, "Flush", ct_wait(ct, ct->io, other.cid));
	ct_success(ct, "Get Features", ct_wait(ct, ct->admin, one.cid));
}

/* ---- FUSE and PSDT ---- */

/* None of the admin commands is one of two that are fused. */
static void fused(struct ct *ct)
{
	struct nvme_command command = harmless();
	uint16_t first, second;

	command.flags = (uint8_t)ct->argument;
	first = ct_push(ct, ct->admin, command);
	second = ct_push(ct, ct->admin, harmless());
	ct_ring(ct, ct->admin);
	ct_status_of(ct, "a fused admin command",
		     CT_STATUSES(NVME_SC_INVALID_FIELD, NVME_SC_FUSED_MISSING),
		     ct_wait(ct, ct->admin, first));
	ct_success(ct, "the command behind it", ct_wait(ct, ct->admin, second));
}

/* That admin commands have PRPs is told to the host; 11b is reserved. */
static void psdt(struct ct *ct)
{
	void *page = ct_buffer(ct, NVME_IDENTIFY_SIZE);
	struct nvme_command command = ct_identify(ct, NVME_CNS_CONTROLLER, 0, NULL);
	struct ct_answer answer;

	command.flags = (uint8_t)ct->argument;
	command.sgl.address = ct_bus(page);
	command.sgl.length = NVME_IDENTIFY_SIZE;
	answer = ct_ask(ct, command);
	if (ct->argument == NVME_FLAGS_PSDT_MASK)
		ct_refused(ct, "Identify with a reserved PSDT", answer);
	else
		ct_status_of(ct, "Identify with an SGL",
			     CT_STATUSES(NVME_SC_INVALID_FIELD, NVME_SC_SUCCESS), answer);
	if (answer.status & NVME_STATUS_MASK)
		ct_all(ct, "the buffer to stay", CT_FRESH, page, NVME_IDENTIFY_SIZE);
}

/* ---- Opcodes that nobody has defined ---- */

#define RANGE_OF_OPCODES(first, last) ((first) | (last) << 8)
#define IO_QUEUE		      0x10000

static void unknown(struct ct *ct)
{
	bool io = ct->argument & IO_QUEUE, logged = ct->identify->lpa & NVME_LPA_EFFECTS;
	const struct nvme_commands_log *effects = logged ? ct_effects(ct) : NULL;
	struct nvme_command command = {.nsid = io ? ct->ns->nsid : 0};
	unsigned sent = 0, vendor = io ? 0x80 : 0xc0;

	/* Nobody knows what the vendor's do, but where the log says that they are not there. */
	CT_NEED(logged || (ct->argument & 0xff) < vendor, "LPA has no log of commands");
	command.prp1 = ct_bus(ct_buffer(ct, NVME_IDENTIFY_SIZE));
	for (unsigned opcode = ct->argument & 0xff; opcode <= (ct->argument >> 8 & 0xff);
	     opcode++) {
		char what[24];
		struct ct_answer answer;

		if (nvme_command_row(io, opcode) ||
		    (effects && (io ? effects->io : effects->admin)[opcode] & NVME_EFFECTS_CSUPP))
			continue;
		sent++;
		command.opcode = (uint8_t)opcode;
		answer = ct_run(ct, io ? ct->io : ct->admin, command);
		snprintf(what, sizeof(what), "opcode %02xh", opcode);
		ct_status(ct, what, NVME_SC_INVALID_OPCODE, answer);
	}
	CT_NEED(sent, "there is none that it does not have");
	ct_success(ct, "the command behind them", ct_ask(ct, harmless()));
}

/* ---- Optional commands ---- */

/* Where Identify Controller says that there is a command. */
static const struct optional {
	uint8_t opcode;
	uint16_t oacs; /* or another field */
} optionals[] = {
	{NVME_ADMIN_SECURITY_SEND, NVME_OACS_SECURITY},
	{NVME_ADMIN_SECURITY_RECEIVE, NVME_OACS_SECURITY},
	{NVME_ADMIN_FORMAT_NVM, NVME_OACS_FORMAT},
	{NVME_ADMIN_FIRMWARE_COMMIT, NVME_OACS_FIRMWARE},
	{NVME_ADMIN_FIRMWARE_DOWNLOAD, NVME_OACS_FIRMWARE},
	{NVME_ADMIN_NAMESPACE_MANAGEMENT, NVME_OACS_NAMESPACES},
	{NVME_ADMIN_NAMESPACE_ATTACHMENT, NVME_OACS_NAMESPACES},
	{NVME_ADMIN_DEVICE_SELF_TEST, NVME_OACS_SELF_TEST},
	{NVME_ADMIN_DIRECTIVE_SEND, NVME_OACS_DIRECTIVES},
	{NVME_ADMIN_DIRECTIVE_RECEIVE, NVME_OACS_DIRECTIVES},
	{NVME_ADMIN_MI_SEND, NVME_OACS_MI},
	{NVME_ADMIN_MI_RECEIVE, NVME_OACS_MI},
	{NVME_ADMIN_VIRTUALIZATION_MANAGEMENT, NVME_OACS_VIRTUALIZATION},
	{NVME_ADMIN_DOORBELL_BUFFER_CONFIG, NVME_OACS_DOORBELLS},
	{NVME_ADMIN_GET_LBA_STATUS, NVME_OACS_LBA_STATUS},
	{NVME_ADMIN_LOCKDOWN, NVME_OACS_LOCKDOWN},
	{NVME_ADMIN_KEEP_ALIVE, 0},
	{NVME_ADMIN_SANITIZE, 0},
};

#define SANICAP_KINDS 0x7u

static bool offered(const struct ct *ct, const struct optional *row)
{
	if (row->opcode == NVME_ADMIN_KEEP_ALIVE)
		return ct->identify->kas;
	if (row->opcode == NVME_ADMIN_SANITIZE)
		return ct->identify->sanicap & SANICAP_KINDS;
	return ct->identify->oacs & row->oacs;
}

static const struct optional *row_of(struct ct *ct)
{
	for (size_t i = 0; i < sizeof(optionals) / sizeof(optionals[0]); i++)
		if (optionals[i].opcode == (ct->argument & 0xff))
			return &optionals[i];
	ct_skip(ct, "the case has no row");
}

/* It may be for its NSID or its fields, of which none is right, as well as for its opcode. */
static void not_offered(struct ct *ct)
{
	const struct optional *row = row_of(ct);
	struct nvme_command command = {.opcode = row->opcode};
	struct ct_answer answer;

	CT_NEED(!offered(ct, row), "the controller offers it");
	command.prp1 = ct_bus(ct_buffer(ct, NVME_IDENTIFY_SIZE));
	answer = ct_ask(ct, command);
	ct_status_of(ct, nvme_admin_name(row->opcode),
		     CT_STATUSES(NVME_SC_INVALID_OPCODE, NVME_SC_INVALID_FIELD,
				 NVME_SC_INVALID_NAMESPACE),
		     answer);
}

/* Whether the log of commands says the same as Identify Controller. */
static void logged(struct ct *ct)
{
	const struct optional *row = row_of(ct);
	uint32_t effects = ct_effects(ct)->admin[row->opcode];

	ct_equal(ct, "CSUPP of the command to be as Identify Controller says:", offered(ct, row),
		 effects & NVME_EFFECTS_CSUPP);
}

/* A command that the controller offers, with a value that is reserved. */
#define RESERVED_IN(opcode, cdw10) ((opcode) | (uint32_t)(cdw10) << 8)

static void reserved_value(struct ct *ct)
{
	const struct optional *row = row_of(ct);
	struct nvme_command command = {.opcode = row->opcode, .cdw10 = ct->argument >> 8};

	CT_NEED(offered(ct, row), "the controller does not offer it");
	ct_refused(ct, nvme_admin_name(row->opcode), ct_ask(ct, command));
	ct_success(ct, "the command behind it", ct_ask(ct, harmless()));
}

/* ---- Firmware ---- */

#define FRMW_SLOTS(frmw)    NVME_BITS(frmw, 1, 3)
#define COMMIT_ACTIVATE	    2u /* at the next reset */
#define COMMIT_ACTION_SHIFT 3

static void firmware_slot(struct ct *ct)
{
	struct nvme_command command = {.opcode = NVME_ADMIN_FIRMWARE_COMMIT};
	unsigned slots = FRMW_SLOTS(ct->identify->frmw);

	CT_NEED(ct->identify->oacs & NVME_OACS_FIRMWARE, "the controller does not offer it");
	CT_NEED(slots < NVME_FIRMWARE_SLOTS, "there are all seven slots");
	command.cdw10 = NVME_FIRMWARE_SLOTS | COMMIT_ACTIVATE << COMMIT_ACTION_SHIFT;
	/* There is no image, either. */
	ct_status_of(ct, "Firmware Commit of slot 7",
		     CT_STATUSES(NVME_SC_INVALID_FIRMWARE_SLOT, NVME_SC_INVALID_FIRMWARE_IMAGE),
		     ct_ask(ct, command));
}

/* ---- Keep Alive ---- */

static void keep_alive(struct ct *ct)
{
	CT_NEED(ct->identify->kas, "KAS is 0");
	ct_success(ct, "Keep Alive", ct_ask(ct, ct_nsid_command(NVME_ADMIN_KEEP_ALIVE, 0)));
}

#define NOT_OFFERED(name, opcode_)                                                               \
	CT_CASE(name " that is not offered is refused", "Base 3.3.3.2.1", not_offered, CT_ADMIN, \
		.argument = (opcode_)),                                                          \
		CT_CASE("the log of commands has " name " if it is offered", "Base 5.16.1.6",    \
			logged, CT_ADMIN, .argument = (opcode_))

static const struct ct_case cases[] = {
	CT_CASE("CIDs from 0h to FFFFh come back as they were sent", "Base 3.3.3.2", any_cid,
		CT_ADMIN),
	CT_CASE("a CID is free when its command has ended", "Base 3.3.3.1", cid_again, CT_ADMIN),
	CT_CASE("two queues have commands with the same CID", "Base 3.3.3.1", cid_of_queue,
		CT_BLOCKS),
	CT_CASE("an admin command with FUSE 01b is refused, the next one is not", "Base 3.4.2",
		fused, CT_ADMIN, .argument = NVME_FLAGS_FUSE_FIRST),
	CT_CASE("an admin command with FUSE 10b is refused, the next one is not", "Base 3.4.2",
		fused, CT_ADMIN, .argument = NVME_FLAGS_FUSE_SECOND),
	CT_CASE("an admin command with FUSE 11b is refused, the next one is not", "Base 3.3.3.1",
		fused, CT_ADMIN, .argument = NVME_FLAGS_FUSE_FIRST | NVME_FLAGS_FUSE_SECOND),
	CT_CASE("an admin command with an SGL: Invalid Field, or taken", "Base 3.3.3.1", psdt,
		CT_ADMIN, .argument = NVME_FLAGS_PSDT_SGL),
	CT_CASE("an admin command with PSDT 10b: Invalid Field, or taken", "Base 3.3.3.1", psdt,
		CT_ADMIN, .argument = NVME_FLAGS_PSDT_SGL_MD),
	CT_CASE("an admin command with PSDT 11b is refused", "Base 3.3.3.1", psdt, CT_ADMIN,
		.argument = NVME_FLAGS_PSDT_MASK),
	CT_CASE("admin opcodes up to 7Fh that there are not: Invalid Command Opcode",
		"Base 3.3.3.2.1", unknown, CT_ADMIN, .argument = RANGE_OF_OPCODES(0x00, 0x7f)),
	CT_CASE("admin opcodes up to BFh that there are not: Invalid Command Opcode",
		"Base 3.3.3.2.1", unknown, CT_ADMIN, .argument = RANGE_OF_OPCODES(0x80, 0xbf)),
	CT_CASE("the vendor's admin opcodes that there are not: Invalid Opcode", "Base 3.3.3.2.1",
		unknown, CT_ADMIN, .argument = RANGE_OF_OPCODES(0xc0, 0xff)),
	CT_CASE("I/O opcodes that there are not: Invalid Command Opcode", "Base 3.3.3.2.1", unknown,
		CT_BLOCKS, .argument = RANGE_OF_OPCODES(0x00, 0x7f) | IO_QUEUE),
	CT_CASE("the vendor's I/O opcodes that there are not: Invalid Command Opcode",
		"Base 3.3.3.2.1", unknown, CT_BLOCKS,
		.argument = RANGE_OF_OPCODES(0x80, 0xff) | IO_QUEUE),
	NOT_OFFERED("Security Send", NVME_ADMIN_SECURITY_SEND),
	NOT_OFFERED("Security Receive", NVME_ADMIN_SECURITY_RECEIVE),
	NOT_OFFERED("Format NVM", NVME_ADMIN_FORMAT_NVM),
	NOT_OFFERED("Firmware Commit", NVME_ADMIN_FIRMWARE_COMMIT),
	NOT_OFFERED("Firmware Image Download", NVME_ADMIN_FIRMWARE_DOWNLOAD),
	NOT_OFFERED("Namespace Management", NVME_ADMIN_NAMESPACE_MANAGEMENT),
	NOT_OFFERED("Namespace Attachment", NVME_ADMIN_NAMESPACE_ATTACHMENT),
	NOT_OFFERED("Device Self-test", NVME_ADMIN_DEVICE_SELF_TEST),
	NOT_OFFERED("Directive Send", NVME_ADMIN_DIRECTIVE_SEND),
	NOT_OFFERED("Directive Receive", NVME_ADMIN_DIRECTIVE_RECEIVE),
	NOT_OFFERED("NVMe-MI Send", NVME_ADMIN_MI_SEND),
	NOT_OFFERED("NVMe-MI Receive", NVME_ADMIN_MI_RECEIVE),
	NOT_OFFERED("Virtualization Management", NVME_ADMIN_VIRTUALIZATION_MANAGEMENT),
	NOT_OFFERED("Doorbell Buffer Config", NVME_ADMIN_DOORBELL_BUFFER_CONFIG),
	NOT_OFFERED("Get LBA Status", NVME_ADMIN_GET_LBA_STATUS),
	NOT_OFFERED("Lockdown", NVME_ADMIN_LOCKDOWN),
	NOT_OFFERED("Keep Alive", NVME_ADMIN_KEEP_ALIVE),
	NOT_OFFERED("Sanitize", NVME_ADMIN_SANITIZE),
	CT_CASE("Namespace Management with SEL Fh is refused", "Base 5.23", reserved_value,
		CT_ADMIN, .argument = RESERVED_IN(NVME_ADMIN_NAMESPACE_MANAGEMENT, 0xf)),
	CT_CASE("Device Self-test with STC 8h is refused", "Base 5.9", reserved_value, CT_ADMIN,
		.argument = RESERVED_IN(NVME_ADMIN_DEVICE_SELF_TEST, 0x8)),
	CT_CASE("Virtualization Management with ACT 0h is refused", "Base 5.28", reserved_value,
		CT_ADMIN, .argument = RESERVED_IN(NVME_ADMIN_VIRTUALIZATION_MANAGEMENT, 0x0)),
	CT_CASE("Sanitize with SANACT 7h is refused", "Base 5.24", reserved_value, CT_ADMIN,
		.argument = RESERVED_IN(NVME_ADMIN_SANITIZE, 0x7)),
	CT_CASE("Firmware Commit of a slot that there is not: 106h, or 107h", "Base 5.12",
		firmware_slot, CT_ADMIN),
	CT_CASE("Keep Alive succeeds", "Base 5.18", keep_alive, CT_ADMIN),
	{.name = NULL},
};
CONFORMANCE_GROUP("admin", cases);

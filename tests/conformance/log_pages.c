/* Get Log Page: which pages there are, how much of them, and what is in them. */
#include "tests/conformance/conformance.h"

#include "drivers/nvme/spec/names.h"
#include "lib/endian.h"
#include "lib/format.h"
#include "lib/string.h"

/* ---- Which there are ---- */

static bool offered(struct ct *ct, unsigned lid)
{
	const struct nvme_identify_controller *id = ct->identify;

	switch (lid) {
	case NVME_LOG_SUPPORTED:
		return ct_read(ct, NVME_REG_VS, 4) >= 0x020000;
	case NVME_LOG_CHANGED_NAMESPACES:
		return id->oaes & NVME_OAES_NAMESPACE;
	case NVME_LOG_COMMANDS:
		return id->lpa & NVME_LPA_EFFECTS;
	case NVME_LOG_SELF_TEST:
		return id->oacs & NVME_OACS_SELF_TEST;
	default:
		return true;
	}
}

#define SIZE 512u /* of each page there is at least so much, but of an entry of the error log */

static void there(struct ct *ct)
{
	CT_NEED(offered(ct, ct->argument), "Identify Controller does not offer it");
	ct_log(ct, ct->argument, ct->argument == NVME_LOG_ERROR ? 64 : SIZE);
}

/* Invalid Log Page is for them; the command's own text says Invalid Field. */
static void unknown(struct ct *ct)
{
	static const uint8_t lids[] = {0x3f, 0x5f, 0x6f, 0xbe};
	uint8_t *log = ct_buffer(ct, SIZE);

	for (size_t i = 0; i < sizeof(lids); i++) {
		char what[24];

		snprintf(what, sizeof(what), "log page %02xh", lids[i]);
		ct_status_of(ct, what, CT_STATUSES(NVME_SC_INVALID_LOG_PAGE, NVME_SC_INVALID_FIELD),
			     ct_ask(ct, ct_get_log(ct, lids[i], NVME_NSID_ALL, log, SIZE)));
	}
	ct_all(ct, "the buffer to stay", CT_FRESH, log, SIZE);
}

/* ---- How much of them ---- */

static struct nvme_command read_at(struct ct *ct, unsigned lid, uint64_t offset, void *log,
				   size_t size)
{
	struct nvme_command command = ct_get_log(ct, lid, NVME_NSID_ALL, log, size);

	command.cdw12 = (uint32_t)offset;
	command.cdw13 = (uint32_t)(offset >> 32);
	return command;
}

static void need_offsets(struct ct *ct)
{
	CT_NEED(ct->identify->lpa & NVME_LPA_EXTENDED, "LPA has no offsets");
	CT_NEED(offered(ct, ct->argument), "Identify Controller does not offer it");
}

static void one_dword(struct ct *ct)
{
	uint8_t *log = ct_buffer(ct, SIZE);

	CT_NEED(offered(ct, ct->argument), "Identify Controller does not offer it");
	ct_success(ct, "Get Log Page of one dword",
		   ct_ask(ct, ct_get_log(ct, ct->argument, NVME_NSID_ALL, log, 4)));
	ct_all(ct, "the bytes behind the dword to stay", CT_FRESH, log + 4, SIZE - 4);
	CT_EXPECT(log[3] != CT_FRESH || log[2] != CT_FRESH,
		  "expected four bytes to be written, the last ones are not");
}

/* What changes by itself, counters, is left out. */
static void part(struct ct *ct)
{
	unsigned from = ct->argument == NVME_LOG_SMART ? 32 : 8;
	unsigned size = ct->argument == NVME_LOG_ERROR ? 32 : 64;
	const uint8_t *whole;
	uint8_t *log = ct_buffer(ct, size);

	need_offsets(ct);
	whole = ct_log(ct, ct->argument, ct->argument == NVME_LOG_ERROR ? 64 : SIZE);
	ct_success(ct, "Get Log Page at an offset",
		   ct_ask(ct, read_at(ct, ct->argument, from, log, size)));
	ct_same(ct, "the bytes from the offset on:", whole + from, log, size);
}

static void beyond(struct ct *ct)
{
	uint8_t *log = ct_buffer(ct, SIZE);

	need_offsets(ct);
	ct_status(ct, "an offset behind the page", NVME_SC_INVALID_FIELD,
		  ct_ask(ct, read_at(ct, ct->argument, 1 << 20, log, SIZE)));
	ct_status(ct, "an offset in LPOU", NVME_SC_INVALID_FIELD,
		  ct_ask(ct, read_at(ct, ct->argument, 1ull << 32, log, SIZE)));
	ct_status(ct, "the largest offset", NVME_SC_INVALID_FIELD,
		  ct_ask(ct, read_at(ct, ct->argument, UINT64_MAX - 3, log, SIZE)));
	ct_all(ct, "the buffer to stay", CT_FRESH, log, SIZE);
}

/* The same of an endurance group's: the events of the controller, and those of the host. */
static void beyond_fdp_events(struct ct *ct)
{
	static const uint64_t offsets[] = {1 << 20, 1ull << 32, UINT64_MAX - 3};
	uint8_t *log = ct_buffer(ct, SIZE);

	CT_NEED(ct->identify->lpa & NVME_LPA_EXTENDED, "LPA has no offsets");
	CT_NEED(ct->identify->ctratt & NVME_CTRATT_FDP, "CTRATT has no Flexible Data Placement");
	CT_NEED(ct->namespace_count, "there is no namespace");
	for (unsigned i = 0; i < 2 * sizeof(offsets) / sizeof(offsets[0]); i++) {
		struct nvme_command command =
			read_at(ct, NVME_LOG_FDP_EVENTS, offsets[i / 2], log, SIZE);
		struct ct_answer answer;

		command.nsid = 0;
		command.cdw10 |= (i & 1 ? NVME_FDP_HOST_EVENTS : 0) << NVME_LOG_LSP_SHIFT;
		command.cdw11 |= (uint32_t)ct->namespaces[0].identify->endgid << NVME_LOG_LSI_SHIFT;
		answer = ct_ask(ct, command);
		CT_NEED((answer.status & NVME_STATUS_MASK) != NVME_SC_FDP_DISABLED,
			"Flexible Data Placement is off");
		ct_status(ct, "an offset behind the page", NVME_SC_INVALID_FIELD, answer);
	}
	ct_all(ct, "the buffer to stay", CT_FRESH, log, SIZE);
}

/* The controller need not look at bits 1:0; if it does not, they are 0. */
static void unaligned(struct ct *ct)
{
	const uint8_t *whole;
	uint8_t *log = ct_buffer(ct, 64);
	struct ct_answer answer;

	need_offsets(ct);
	whole = ct_log(ct, ct->argument, SIZE);
	answer = ct_ask(ct, read_at(ct, ct->argument, 9, log, 64));
	ct_status_of(ct, "an offset of 9h", CT_STATUSES(NVME_SC_SUCCESS, NVME_SC_INVALID_FIELD),
		     answer);
	if (!(answer.status & NVME_STATUS_MASK))
		ct_same(ct, "the bytes from 8h on:", whole + 8, log, 64);
}

/* Dwords that NUMDL alone does not say. */
static void mdts(struct ct *ct)
{
	uint8_t *log = ct_buffer(ct, 2 * (size_t)ct->page_size);
	struct nvme_command command =
		ct_get_log(ct, NVME_LOG_SMART, NVME_NSID_ALL, log, 2 * (size_t)ct->page_size);

	CT_NEED(ct->identify->mdts && ct->identify->mdts < 12, "there is no limit to exceed");
	CT_NEED(ct->identify->lpa & NVME_LPA_EXTENDED, "LPA has no NUMDU");
	command.cdw10 = NVME_LOG_SMART;
	command.cdw11 = 0x1000; /* 1 GiB */
	ct_status(ct, "more than MDTS", NVME_SC_INVALID_FIELD, ct_ask(ct, command));
	ct_all(ct, "the buffer to stay", CT_FRESH, log, 2 * (size_t)ct->page_size);
}

static void retain(struct ct *ct)
{
	uint8_t *log = ct_buffer(ct, 64);
	struct nvme_command command = ct_get_log(ct, ct->argument, NVME_NSID_ALL, log, 64);

	command.cdw10 |= NVME_LOG_RAE;
	ct_success(ct, "Get Log Page with RAE", ct_ask(ct, command));
	CT_EXPECT(log[63] != CT_FRESH || log[62] != CT_FRESH, "expected data, got none");
}

/* ---- Offset Type, and what is specific to a page ---- */

static bool takes_index(struct ct *ct, unsigned lid)
{
	const uint32_t *supported;

	CT_NEED(ct_read(ct, NVME_REG_VS, 4) >= 0x020000, "VS is below 2.0");
	supported = ct_log(ct, NVME_LOG_SUPPORTED, 256 * sizeof(*supported));
	return supported[lid] & NVME_LOG_IOS;
}

static struct nvme_command read_index(struct ct *ct, unsigned lid, uint64_t index, void *log,
				      size_t size)
{
	struct nvme_command command = read_at(ct, lid, index, log, size);

	command.cdw14 = NVME_LOG_OT;
	return command;
}

static void no_index(struct ct *ct)
{
	uint8_t *log = ct_buffer(ct, 64);

	CT_NEED(!takes_index(ct, ct->argument), "the page takes an index");
	ct_status(ct, "Get Log Page with OT", NVME_SC_INVALID_FIELD,
		  ct_ask(ct, read_index(ct, ct->argument, 0, log, 64)));
	ct_all(ct, "the buffer to stay", CT_FRESH, log, 64);
}

/* An entry of Error Information. */
static void index_leads(struct ct *ct)
{
	const unsigned lid = NVME_LOG_ERROR, size = sizeof(struct nvme_error_log_entry);
	unsigned count = ct->identify->elpe + 1u;
	const uint8_t *whole;
	uint8_t *log = ct_buffer(ct, size);

	CT_NEED(takes_index(ct, lid), "the page takes no index");
	CT_NEED(count > 1, "there is one entry");
	whole = ct_log(ct, lid, (size_t)count * size);
	ct_success(ct, "Get Log Page with OT",
		   ct_ask(ct, read_index(ct, lid, count - 1, log, size)));
	ct_same(ct, "the last entry:", whole + (size_t)(count - 1) * size, log, size);
	ct_status(ct, "Get Log Page with an index above the number of entries",
		  NVME_SC_INVALID_FIELD, ct_ask(ct, read_index(ct, lid, count + 1, log, size)));
}

/* Where it means nothing it is reserved: nobody has to look at it. */
static void no_specific(struct ct *ct)
{
	uint8_t *log = ct_buffer(ct, SIZE);
	struct nvme_command command = ct_get_log(ct, NVME_LOG_FIRMWARE, NVME_NSID_ALL, log, SIZE);
	const uint8_t *whole = ct_log(ct, NVME_LOG_FIRMWARE, SIZE);
	struct ct_answer answer;

	command.cdw10 |= 0x7fu << NVME_LOG_LSP_SHIFT;
	answer = ct_ask(ct, command);
	ct_status_of(ct, "Get Log Page with LSP",
		     CT_STATUSES(NVME_SC_SUCCESS, NVME_SC_INVALID_FIELD), answer);
	if (!(answer.status & NVME_STATUS_MASK))
		ct_same(ct, "the page without LSP:", whole, log, SIZE);
	else
		ct_all(ct, "the buffer to stay", CT_FRESH, log, SIZE);
}

/* ---- SMART ---- */

static void smart_nsid(struct ct *ct)
{
	uint8_t *log = ct_buffer(ct, SIZE);
	bool each = ct->identify->lpa & NVME_LPA_SMART;
	struct ct_answer answer;

	/* Before 2.0 that was for FFFFFFFFh alone. */
	if (ct_read(ct, NVME_REG_VS, 4) >= 0x020000)
		ct_success(ct, "SMART with NSID 0h",
			   ct_ask(ct, ct_get_log(ct, NVME_LOG_SMART, 0, log, SIZE)));
	CT_NEED(ct->namespace_count, "there is no namespace");
	answer = ct_ask(ct, ct_get_log(ct, NVME_LOG_SMART, ct->namespaces[0].nsid, log, SIZE));
	if (each)
		ct_success(ct, "SMART of a namespace", answer);
	else /* "should" */
		ct_status_of(ct, "SMART of a namespace, which LPA does not have",
			     CT_STATUSES(NVME_SC_INVALID_FIELD, NVME_SC_SUCCESS), answer);
}

static void smart_wrong(struct ct *ct)
{
	uint32_t nsid = ct_invalid_nsid(ct);

	ct_status_of(ct, "SMART with an NSID above NN",
		     CT_STATUSES(NVME_SC_INVALID_NAMESPACE, NVME_SC_INVALID_FIELD),
		     ct_ask(ct, ct_get_log(ct, NVME_LOG_SMART, nsid, ct_buffer(ct, SIZE), SIZE)));
}

static void smart_fields(struct ct *ct)
{
	const struct nvme_smart_log *log = ct_log(ct, NVME_LOG_SMART, sizeof(*log));

	CT_EXPECT(log->available_spare <= 100, "expected at most 100 %% of available spare, got %u",
		  log->available_spare);
	CT_EXPECT(log->available_spare_threshold <= 100,
		  "expected a threshold of at most 100 %%, got %u", log->available_spare_threshold);
	ct_all(ct, "reserved bytes of SMART", 0, log->reserved7, sizeof(log->reserved7));
	ct_all(ct, "reserved bytes of SMART", 0, log->reserved232, sizeof(log->reserved232));
}

static uint64_t commands(struct ct *ct, unsigned opcode)
{
	const struct nvme_smart_log *log = ct_log(ct, NVME_LOG_SMART, sizeof(*log));

	return get_le64(opcode == NVME_IO_READ ? log->host_read_commands
					       : log->host_write_commands);
}

static void counts(struct ct *ct)
{
	unsigned opcode = ct->argument;
	uint8_t *block = ct_buffer(ct, ct->ns->block_size);
	uint64_t before, after;

	ct_move(ct, ct->ns, NVME_IO_READ, 0, 1, block);
	before = commands(ct, opcode);
	ct_move(ct, ct->ns, opcode, 0, 1, block);
	after = commands(ct, opcode);
	ct_equal(ct, "the number of commands", before + 1, after);
}

/* ---- Other pages ---- */

static void errors(struct ct *ct)
{
	unsigned count = ct->identify->elpe + 1u;
	const struct nvme_error_log_entry *log = ct_log(ct, NVME_LOG_ERROR, count * sizeof(*log));

	/* An entry with a count of 0 is none. */
	for (unsigned i = 1; i < count; i++)
		if (log[i].error_count)
			CT_EXPECT(log[i].error_count < log[i - 1].error_count,
				  "expected error counts that fall, got %llxh behind %llxh",
				  (unsigned long long)log[i].error_count,
				  (unsigned long long)log[i - 1].error_count);
}

static void firmware(struct ct *ct)
{
	const struct nvme_firmware_log *log = ct_log(ct, NVME_LOG_FIRMWARE, sizeof(*log));
	unsigned slot = log->afi & 7, slots = ct->identify->frmw >> 1 & 7;

	CT_EXPECT(slot && slot <= slots, "expected an active slot of 1 to %u, got %u", slots, slot);
	ct_same(ct, "FR of the active slot:", ct->identify->fr, log->frs[slot - 1],
		sizeof(log->frs[0]));
	ct_all(ct, "reserved bytes", 0, log->reserved1, sizeof(log->reserved1));
	ct_all(ct, "reserved bytes", 0, log->reserved64, sizeof(log->reserved64));
}

static void changed_namespaces(struct ct *ct)
{
	CT_NEED(offered(ct, NVME_LOG_CHANGED_NAMESPACES), "OAES does not have it");
	ct_log(ct, NVME_LOG_CHANGED_NAMESPACES, NVME_IDENTIFY_SIZE);
	ct_all(ct, "the list, when it was read before", 0,
	       ct_log(ct, NVME_LOG_CHANGED_NAMESPACES, NVME_IDENTIFY_SIZE), NVME_IDENTIFY_SIZE);
}

/* ---- Commands Supported and Effects ---- */

static void effects_mandatory(struct ct *ct)
{
	static const uint8_t admin[] = {NVME_ADMIN_DELETE_SQ,	 NVME_ADMIN_CREATE_SQ,
					NVME_ADMIN_GET_LOG_PAGE, NVME_ADMIN_DELETE_CQ,
					NVME_ADMIN_CREATE_CQ,	 NVME_ADMIN_IDENTIFY,
					NVME_ADMIN_ABORT,	 NVME_ADMIN_SET_FEATURES,
					NVME_ADMIN_GET_FEATURES, NVME_ADMIN_ASYNC_EVENT_REQUEST};
	const struct nvme_commands_log *log = ct_effects(ct);

	for (size_t i = 0; i < sizeof(admin); i++)
		CT_EXPECT(log->admin[admin[i]] & NVME_EFFECTS_CSUPP,
			  "expected CSUPP of admin command %02xh", admin[i]);
}

static void effects_io(struct ct *ct)
{
	static const uint8_t io[] = {NVME_IO_FLUSH,   NVME_IO_WRITE,
				     NVME_IO_READ,    NVME_IO_WRITE_UNCORRECTABLE,
				     NVME_IO_COMPARE, NVME_IO_WRITE_ZEROES,
				     NVME_IO_VERIFY,  NVME_IO_DATASET_MANAGEMENT,
				     NVME_IO_COPY,    NVME_IO_RESERVATION_REGISTER};
	const struct nvme_commands_log *log = ct_effects(ct);

	for (size_t i = 0; i < sizeof(io); i++)
		CT_EXPECT(!!(log->io[io[i]] & NVME_EFFECTS_CSUPP) == ct_has_command(ct, io[i]),
			  "expected CSUPP of I/O command %02xh to be %u, as ONCS or its limit "
			  "says, got %xh",
			  io[i], ct_has_command(ct, io[i]), log->io[io[i]]);
}

static void effects_rest(struct ct *ct)
{
	const struct nvme_commands_log *log = ct_effects(ct);

	for (unsigned i = 0; i < 256; i++)
		CT_EXPECT((log->admin[i] & NVME_EFFECTS_CSUPP || !log->admin[i]) &&
				  (log->io[i] & NVME_EFFECTS_CSUPP || !log->io[i]),
			  "expected no effects of command %02xh, which is not supported", i);
	ct_all(ct, "reserved bytes", 0, log->reserved2048, sizeof(log->reserved2048));
}

#define THERE(text, section, lid) \
	CT_CASE("there is " text, section, there, CT_ADMIN, .argument = (lid))
#define PARTS(text, lid)                                                                         \
	CT_CASE(text ": one dword is four bytes", "Base 5.16", one_dword, CT_ADMIN,              \
		.argument = (lid)),                                                              \
		CT_CASE(text ": LPOL leads into the page", "Base 5.16", part, CT_ADMIN,          \
			.argument = (lid)),                                                      \
		CT_CASE(text ": an offset behind its end is Invalid Field", "Base 5.16", beyond, \
			CT_ADMIN, .argument = (lid))

static const struct ct_case cases[] = {
	THERE("Supported Log Pages", "Base 5.16.1.1", NVME_LOG_SUPPORTED),
	THERE("Error Information", "Base 5.16.1.2", NVME_LOG_ERROR),
	THERE("SMART / Health Information", "Base 5.16.1.3", NVME_LOG_SMART),
	THERE("Firmware Slot Information", "Base 5.16.1.4", NVME_LOG_FIRMWARE),
	THERE("Changed Namespace List", "Base 5.16.1.5", NVME_LOG_CHANGED_NAMESPACES),
	THERE("Commands Supported and Effects", "Base 5.16.1.6", NVME_LOG_COMMANDS),
	THERE("Device Self-test", "Base 5.16.1.7", NVME_LOG_SELF_TEST),
	CT_CASE("log pages that are reserved: 109h, or 002h", "Base 5.16", unknown, CT_ADMIN),
	PARTS("Error Information", NVME_LOG_ERROR),
	PARTS("SMART", NVME_LOG_SMART),
	PARTS("Firmware Slot Information", NVME_LOG_FIRMWARE),
	PARTS("Commands Supported and Effects", NVME_LOG_COMMANDS),
	CT_CASE("FDP Events: an offset behind its end is Invalid Field", "Base 5.16",
		beyond_fdp_events, CT_ADMIN),
	CT_CASE("an offset with bits 1:0: Invalid Field, or as if they were 0", "Base 5.16",
		unaligned, CT_ADMIN, .argument = NVME_LOG_FIRMWARE),
	CT_CASE("SMART with OT, where it takes no index: Invalid Field", "Base 2.1 5.1.12",
		no_index, CT_ADMIN, .argument = NVME_LOG_SMART),
	CT_CASE("Firmware Slot Information with OT, likewise: Invalid Field", "Base 2.1 5.1.12",
		no_index, CT_ADMIN, .argument = NVME_LOG_FIRMWARE),
	CT_CASE("Error Information with OT, where it takes one: that entry", "Base 2.1 5.1.12",
		index_leads, CT_ADMIN),
	CT_CASE("LSP where a page has none: as without, or Invalid Field", "Base 5.16", no_specific,
		CT_ADMIN),
	CT_CASE("NUMDU counts: more than MDTS is Invalid Field", "Base 5.16", mdts, CT_ADMIN),
	CT_CASE("RAE is no part of LID: SMART", "Base 5.16", retain, CT_ADMIN,
		.argument = NVME_LOG_SMART),
	CT_CASE("RAE is no part of LID: Error Information", "Base 5.16", retain, CT_ADMIN,
		.argument = NVME_LOG_ERROR),
	CT_CASE("SMART takes NSID 0h, and those of namespaces as LPA says", "Base 5.16.1.3",
		smart_nsid, CT_ADMIN),
	CT_CASE("SMART with an NSID above NN is refused", "Base 5.16.1.3", smart_wrong, CT_ADMIN),
	CT_CASE("SMART: spare in per cent, reserved bytes 0h", "Base 5.16.1.3", smart_fields,
		CT_ADMIN),
	CT_CASE("SMART counts a Read", "Base 5.16.1.3", counts, CT_BLOCKS,
		.argument = NVME_IO_READ),
	CT_CASE("SMART counts a Write", "Base 5.16.1.3", counts, CT_WRITES,
		.argument = NVME_IO_WRITE),
	CT_CASE("errors are told with the newest first", "Base 5.16.1.2", errors, CT_ADMIN),
	CT_CASE("the active firmware slot has FR", "Base 5.16.1.4", firmware, CT_ADMIN),
	CT_CASE("Changed Namespace List is empty when it was read", "Base 5.16.1.5",
		changed_namespaces, CT_ADMIN),
	CT_CASE("the log of commands has those that are mandatory", "Base 5.16.1.6",
		effects_mandatory, CT_ADMIN),
	CT_CASE("the log of commands has what ONCS or a limit has", "Base 5.16.1.6", effects_io,
		CT_ADMIN),
	CT_CASE("commands that are not there have no effects", "Base 5.16.1.6", effects_rest,
		CT_ADMIN),
	{.name = NULL},
};
CONFORMANCE_GROUP("log-pages", cases);

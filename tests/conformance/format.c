/* Format NVM, and the commands that make, attach and delete namespaces. */
#include "tests/conformance/conformance.h"

#include "lib/string.h"

/* ---- Format NVM ---- */

#define SES_SHIFT      9
#define PI_SHIFT       5
#define MSET	       0x10u
#define FNA_CRYPTO     0x4u
#define MC_SEPARATE    0x2u /* metadata may be in a buffer of its own */
#define PATTERN_BLOCKS 8u

/* As the namespace is formatted now. */
static struct nvme_command format_as(const struct ct_namespace *ns, unsigned index, unsigned ses)
{
	struct nvme_command command = ct_nsid_command(NVME_ADMIN_FORMAT_NVM, ns->nsid);

	command.cdw10 = (index & 0xf) | (index >> 4 & 3) << 12 | ses << SES_SHIFT |
			(ns->identify->flbas & NVME_FLBAS_EXTENDED ? MSET : 0);
	return command;
}

static unsigned format_of(const struct ct_namespace *ns)
{
	return NVME_FLBAS_INDEX(ns->identify->flbas, NVME_LBA_FORMATS(ns->identify));
}

static void begin(struct ct *ct)
{
	CT_NEED(ct->identify->oacs & NVME_OACS_FORMAT, "OACS has no Format NVM");
	ct_save(ct, ct->ns, 0, PATTERN_BLOCKS);
	ct_write_pattern(ct, ct->ns, 0, PATTERN_BLOCKS, 1);
}

/* What was written cannot be read any more. */
static void erases(struct ct *ct)
{
	uint8_t *bytes, *old;
	struct ct_answer answer;

	begin(ct);
	ct_success(ct, "Format NVM",
		   ct_ask(ct, format_as(ct->ns, format_of(ct->ns), ct->argument)));
	bytes = ct_buffer(ct, ct->ns->block_size);
	old = ct_buffer(ct, ct->ns->block_size);
	for (unsigned lba = 0; lba < PATTERN_BLOCKS; lba++) {
		answer = ct_do(ct, ct_rw(ct, NVME_IO_READ, ct->ns, lba, 1, bytes));
		ct_status_of(ct, "Read of a block that was erased",
			     CT_STATUSES(NVME_SC_SUCCESS, NVME_SC_UNWRITTEN_BLOCK), answer);
		ct_pattern(ct->ns, lba, 1, old);
		CT_EXPECT(memcmp(bytes, old, ct->ns->block_size) != 0,
			  "expected LBA %u to be erased, got what was written before", lba);
	}
}

static void only_that(struct ct *ct)
{
	struct ct_namespace *other = ct_other_namespace(ct);

	CT_NEED(!(ct->identify->fna & NVME_FNA_FORMAT_ALL), "FNA: all namespaces are formatted");
	begin(ct);
	ct_save(ct, other, 0, PATTERN_BLOCKS);
	ct_write_pattern(ct, other, 0, PATTERN_BLOCKS, 2);
	ct_success(ct, "Format NVM", ct_ask(ct, format_as(ct->ns, format_of(ct->ns), 1)));
	ct_expect_pattern(ct, other, 0, PATTERN_BLOCKS, 2);
}

static void stays(struct ct *ct)
{
	const struct nvme_identify_namespace *after;

	begin(ct);
	ct_success(ct, "Format NVM", ct_ask(ct, format_as(ct->ns, format_of(ct->ns), 0)));
	after = ct_identify_page(ct, NVME_CNS_NAMESPACE, ct->ns->nsid);
	ct_equal(ct, "FLBAS to stay", ct->ns->identify->flbas, after->flbas);
	ct_equal(ct, "NSZE to stay", ct->ns->size, after->nsze);
	ct_write_pattern(ct, ct->ns, 0, PATTERN_BLOCKS, 3);
	ct_expect_pattern(ct, ct->ns, 0, PATTERN_BLOCKS, 3);
}

/* One block of a format: it is written and read as large as the format says. What is wrong, or
 * NULL. */
static const char *try_block(struct ct *ct, const struct nvme_lba_format *format, bool extended)
{
	unsigned size = (1u << format->data_size_shift) + (extended ? format->metadata_size : 0);
	uint8_t *bytes = ct_buffer(ct, size), *got = ct_buffer(ct, size);
	struct nvme_command command = ct_nsid_command(NVME_IO_WRITE, ct->ns->nsid);

	ct_fill(bytes, size, format->data_size_shift);
	command.mptr = extended || !format->metadata_size
			       ? 0
			       : ct_bus(ct_buffer(ct, format->metadata_size));
	ct_prp(ct, &command, bytes, size);
	if ((ct_do(ct, command).status & NVME_STATUS_MASK) != NVME_SC_SUCCESS)
		return "Write fails";
	command.opcode = NVME_IO_READ;
	ct_prp(ct, &command, got, size);
	if ((ct_do(ct, command).status & NVME_STATUS_MASK) != NVME_SC_SUCCESS)
		return "Read fails";
	return memcmp(bytes, got, size) == 0 ? NULL : "a Read gives something else";
}

static const char *try_format(struct ct *ct, unsigned index)
{
	const struct nvme_lba_format *format = &ct->ns->identify->lbaf[index];
	bool extended = format->metadata_size && !(ct->ns->identify->mc & MC_SEPARATE);
	struct nvme_command command = format_as(ct->ns, index, 0);
	const struct nvme_identify_namespace *after;

	command.cdw10 = (command.cdw10 & ~MSET) | (extended ? MSET : 0);
	if ((ct_ask(ct, command).status & NVME_STATUS_MASK) != NVME_SC_SUCCESS)
		return "Format NVM fails";
	after = ct_identify_page(ct, NVME_CNS_NAMESPACE, ct->ns->nsid);
	if (NVME_FLBAS_INDEX(after->flbas, NVME_LBA_FORMATS(after)) != index)
		return "FLBAS has another";
	if (!after->nsze || after->ncap > after->nsze)
		return "NSZE is 0, or less than NCAP";
	return try_block(ct, format, extended);
}

/* Those with other protection information than of 16 bits, or with storage tags, are for a host
 * that has set LBAFEE. */
static bool is_plain(const struct nvme_identify_namespace_nvm *page, unsigned index)
{
	return !page || (NVME_ELBAF_GUARD(page->elbaf[index]) == NVME_GUARD_16 &&
			 !NVME_ELBAF_STS(page->elbaf[index]));
}

/* To each format and back; back whatever happens. */
static void each_format(struct ct *ct)
{
	unsigned formats = NVME_LBA_FORMATS(ct->ns->identify), own = format_of(ct->ns), wrong = 0;
	const struct nvme_identify_namespace_nvm *page = NULL;
	const struct nvme_identify_namespace *after;
	const char *problem = NULL;

	CT_NEED(formats > 1, "there is only one format");
	CT_NEED(!(ct->identify->fna & NVME_FNA_FORMAT_ALL), "FNA: all namespaces are formatted");
	begin(ct);
	if (ct->identify->ctratt & NVME_CTRATT_ELBAS)
		page = ct_identify_page(ct, NVME_CNS_IOCS_NAMESPACE, ct->ns->nsid);
	for (unsigned i = 0; i < formats && i < 16 && !problem; i++) {
		const struct nvme_lba_format *format = &ct->ns->identify->lbaf[i];

		if (i == own || !is_plain(page, i) || format->data_size_shift < 9 ||
		    1u << format->data_size_shift > 16 * ct->page_size)
			continue;
		problem = try_format(ct, i);
		wrong = i;
	}
	ct_success(ct, "Format NVM of the format of before", ct_ask(ct, format_as(ct->ns, own, 0)));
	CT_EXPECT(!problem, "expected format %u, which is offered, to work: %s", wrong, problem);
	after = ct_identify_page(ct, NVME_CNS_NAMESPACE, ct->ns->nsid);
	/* It may have lost some blocks where another block size did not divide its bytes. */
	CT_EXPECT(after->nsze && after->nsze <= ct->ns->size,
		  "expected NSZE of at most %llxh, got %llxh", (unsigned long long)ct->ns->size,
		  (unsigned long long)after->nsze);
	ct->ns->size = after->nsze;
	ct_write_pattern(ct, ct->ns, 0, PATTERN_BLOCKS, 3);
	ct_expect_pattern(ct, ct->ns, 0, PATTERN_BLOCKS, 3);
}

/* Refused: the data, and the admin queue, are as they were. */
static void refused(struct ct *ct, struct nvme_command command, const uint16_t *statuses)
{
	begin(ct);
	ct_status_of(ct, "Format NVM", statuses, ct_ask(ct, command));
	ct_identify_page(ct, NVME_CNS_CONTROLLER, 0);
	ct_expect_pattern(ct, ct->ns, 0, PATTERN_BLOCKS, 1);
}

static void wrong_format(struct ct *ct)
{
	unsigned formats = NVME_LBA_FORMATS(ct->ns->identify);

	CT_NEED(formats < 16, "there are all formats that four bits can name");
	refused(ct, format_as(ct->ns, 15, 0), CT_STATUSES(NVME_SC_INVALID_FORMAT));
}

static void wrong_protection(struct ct *ct)
{
	struct nvme_command command = format_as(ct->ns, format_of(ct->ns), 0);

	command.cdw10 |= ct->argument << PI_SHIFT;
	refused(ct, command, CT_STATUSES(NVME_SC_INVALID_FORMAT, NVME_SC_INVALID_FIELD));
}

static void wrong_erase(struct ct *ct)
{
	CT_NEED(ct->argument != 2 || !(ct->identify->fna & FNA_CRYPTO), "FNA has crypto erase");
	refused(ct, format_as(ct->ns, format_of(ct->ns), ct->argument),
		CT_STATUSES(NVME_SC_INVALID_FIELD, NVME_SC_INVALID_FORMAT));
}

static void wrong_nsid(struct ct *ct)
{
	struct nvme_command command = format_as(ct->ns, format_of(ct->ns), 0);

	command.nsid = ct->argument ? ct_invalid_nsid(ct) : 0;
	refused(ct, command, CT_STATUSES(NVME_SC_INVALID_NAMESPACE, NVME_SC_INVALID_FIELD));
}

/* ---- Namespace Attachment ---- */

enum { ATTACH, DETACH };

static struct ct_answer attachment(struct ct *ct, unsigned select, uint32_t nsid, unsigned count,
				   unsigned cntlid)
{
	struct nvme_identifier_list *list = ct_buffer(ct, sizeof(*list));
	struct nvme_command command = ct_nsid_command(NVME_ADMIN_NAMESPACE_ATTACHMENT, nsid);

	memset(list, 0, sizeof(*list));
	list->num = (uint16_t)count;
	list->identifier[0] = (uint16_t)cntlid;
	command.cdw10 = select;
	command.prp1 = ct_bus(list);
	return ct_ask(ct, command);
}

static void need_attachment(struct ct *ct)
{
	struct nvme_identifier_list *list = ct_buffer(ct, sizeof(*list));

	CT_NEED(ct->identify->oacs & NVME_OACS_NAMESPACES, "OACS has no Namespace Management");
	CT_NEED(!(ct_ask(ct, ct_identify(ct, NVME_CNS_CONTROLLERS, 0, list)).status &
		  NVME_STATUS_MASK),
		"there is no subsystem");
}

static void attached_already(struct ct *ct)
{
	need_attachment(ct);
	ct_status(ct, "Namespace Attachment of what is attached",
		  NVME_SC_NAMESPACE_ALREADY_ATTACHED,
		  attachment(ct, ATTACH, ct->ns->nsid, 1, ct->identify->cntlid));
}

static void wrong_attachment(struct ct *ct)
{
	unsigned cntlid = ct->identify->cntlid;

	need_attachment(ct);
	switch (ct->argument) {
	case 0:
		ct_refused(ct, "Namespace Attachment with SEL 7h",
			   attachment(ct, 7, ct->ns->nsid, 1, cntlid));
		break;
	case 1:
		ct_status_of(ct, "Namespace Attachment of no controller",
			     CT_STATUSES(NVME_SC_INVALID_CONTROLLER_LIST, NVME_SC_INVALID_FIELD),
			     attachment(ct, ATTACH, ct->ns->nsid, 0, cntlid));
		break;
	case 2:
		ct_status(ct, "Namespace Attachment of an unknown controller",
			  NVME_SC_INVALID_CONTROLLER_LIST,
			  attachment(ct, ATTACH, ct->ns->nsid, 1, 0xffef));
		break;
	default:
		ct_status(ct, "Namespace Attachment of an NSID above NN", NVME_SC_INVALID_NAMESPACE,
			  attachment(ct, ATTACH, ct_invalid_nsid(ct), 1, cntlid));
	}
	ct_identify_page(ct, NVME_CNS_CONTROLLER, 0);
}

static bool is_active(struct ct *ct, uint32_t nsid)
{
	const uint32_t *list = ct_identify_page(ct, NVME_CNS_ACTIVE_NAMESPACES, nsid - 1);

	return list[0] == nsid;
}

/* It is there for the controllers only that it is attached to; its data stays. */
static void detached(struct ct *ct)
{
	uint32_t nsid = ct->ns->nsid;
	unsigned cntlid = ct->identify->cntlid;
	struct ct_answer detach, read, again, attach;
	uint32_t nn;
	bool active;

	need_attachment(ct);
	ct_save(ct, ct->ns, 0, PATTERN_BLOCKS);
	ct_write_pattern(ct, ct->ns, 0, PATTERN_BLOCKS, 1);
	detach = attachment(ct, DETACH, nsid, 1, cntlid);
	ct_success(ct, "Namespace Attachment, detach", detach);
	/* Whatever it says, the namespace comes back. */
	active = is_active(ct, nsid);
	nn = ((struct nvme_identify_controller *)ct_identify_page(ct, NVME_CNS_CONTROLLER, 0))->nn;
	read = ct_do(ct, ct_rw(ct, NVME_IO_READ, ct->ns, 0, 1, ct_buffer(ct, ct->ns->block_size)));
	again = attachment(ct, DETACH, nsid, 1, cntlid);
	attach = attachment(ct, ATTACH, nsid, 1, cntlid);
	ct_success(ct, "Namespace Attachment, attach", attach);
	CT_EXPECT(!active, "expected namespace %u not to be active when it is detached", nsid);
	ct_equal(ct, "NN, which does not follow those that are attached", ct->identify->nn, nn);
	ct_status_of(ct, "Read of a namespace that is detached",
		     CT_STATUSES(NVME_SC_INVALID_FIELD, NVME_SC_INVALID_NAMESPACE), read);
	ct_status(ct, "Namespace Attachment, detach again", NVME_SC_NAMESPACE_NOT_ATTACHED, again);
	CT_EXPECT(is_active(ct, nsid), "expected namespace %u to be active again", nsid);
	ct_expect_pattern(ct, ct->ns, 0, PATTERN_BLOCKS, 1);
}

/* ---- Namespace Management ---- */

static void wrong_deletion(struct ct *ct)
{
	struct nvme_command command = ct_nsid_command(NVME_ADMIN_NAMESPACE_MANAGEMENT, 0);

	need_attachment(ct);
	CT_NEED(ct_effects(ct)->admin[NVME_ADMIN_NAMESPACE_MANAGEMENT] & NVME_EFFECTS_CSUPP,
		"the log of commands does not have it");
	command.cdw10 = 1; /* delete */
	command.nsid = ct->argument ? ct_invalid_nsid(ct) : 0;
	ct_status(ct, "Namespace Management, delete", NVME_SC_INVALID_NAMESPACE,
		  ct_ask(ct, command));
	ct_identify_page(ct, NVME_CNS_CONTROLLER, 0);
}

enum { WRONG_FORMAT, WRONG_SIZE, TOO_LARGE };

static void wrong_creation(struct ct *ct)
{
	struct nvme_identify_namespace *data = ct_buffer(ct, sizeof(*data));
	struct nvme_command command = ct_nsid_command(NVME_ADMIN_NAMESPACE_MANAGEMENT, 0);
	struct ct_answer answer;

	need_attachment(ct);
	CT_NEED(ct_effects(ct)->admin[NVME_ADMIN_NAMESPACE_MANAGEMENT] & NVME_EFFECTS_CSUPP,
		"the log of commands does not have it");
	CT_NEED(ct->argument != WRONG_FORMAT || NVME_LBA_FORMATS(ct->ns->identify) < 16,
		"there are all formats that four bits can name");
	memset(data, 0, sizeof(*data));
	data->nsze = data->ncap = ct->argument == TOO_LARGE ? UINT64_MAX / 2 : 64;
	data->flbas = ct->argument == WRONG_FORMAT ? 0xf : 0;
	if (ct->argument == WRONG_SIZE)
		data->ncap++;
	command.prp1 = ct_bus(data);
	answer = ct_ask(ct, command);
	if (ct->argument == WRONG_FORMAT)
		ct_status(ct, "Namespace Management, create", NVME_SC_INVALID_FORMAT, answer);
	else if (ct->argument == TOO_LARGE)
		ct_status(ct, "Namespace Management, create",
			  NVME_SC_NAMESPACE_INSUFFICIENT_CAPACITY, answer);
	else
		ct_status_of(
			ct, "Namespace Management, create",
			CT_STATUSES(NVME_SC_INVALID_FIELD, NVME_SC_NAMESPACE_INSUFFICIENT_CAPACITY),
			answer);
}

/* ---- Directives ---- */

static struct nvme_command directive(unsigned opcode, unsigned type, unsigned operation)
{
	return (struct nvme_command){.opcode = (uint8_t)opcode,
				     .cdw10 = NVME_IDENTIFY_SIZE / 4 - 1,
				     .cdw11 = operation | type << 8};
}

static void directives(struct ct *ct)
{
	uint8_t *page = ct_buffer(ct, NVME_IDENTIFY_SIZE);
	struct nvme_command command = directive(NVME_ADMIN_DIRECTIVE_RECEIVE, 0, 1);

	CT_NEED(ct->identify->oacs & NVME_OACS_DIRECTIVES, "OACS has no directives");
	command.nsid = ct->ns->nsid;
	command.prp1 = ct_bus(page);
	ct_success(ct, "Directive Receive, Identify", ct_ask(ct, command));
	CT_EXPECT(page[0] & 1, "expected the directive Identify to be supported");
	CT_EXPECT(page[32] & 1, "expected the directive Identify to be enabled");
	for (unsigned i = 0; i < 32; i++)
		CT_EXPECT(!(page[32 + i] & ~page[i]),
			  "expected no directive to be enabled that is not supported");
}

static void wrong_directive(struct ct *ct)
{
	struct nvme_command command = directive(ct->argument, 0x3f, 1);

	CT_NEED(ct->identify->oacs & NVME_OACS_DIRECTIVES, "OACS has no directives");
	command.nsid = ct->ns->nsid;
	command.prp1 = ct_bus(ct_buffer(ct, NVME_IDENTIFY_SIZE));
	ct_status(ct, "a directive that there is not", NVME_SC_INVALID_FIELD, ct_ask(ct, command));
}

#define FORMAT_CASE(text, function, value)                                              \
	CT_CASE("Format NVM " text, "Base 5.14", function, CT_WRITES, .destroys = true, \
		.argument = (value))
#define ATTACHMENT_CASE(text, function, value)                                                    \
	CT_CASE("Namespace Attachment " text, "Base 5.22", function, CT_WRITES, .destroys = true, \
		.argument = (value))
#define MANAGEMENT_CASE(text, function, value)                                                    \
	CT_CASE("Namespace Management " text, "Base 5.23", function, CT_WRITES, .destroys = true, \
		.argument = (value))

static const struct ct_case cases[] = {
	FORMAT_CASE("in the same format: size and format stay", stays, 0),
	FORMAT_CASE("to each other format and back", each_format, 0),
	FORMAT_CASE("with SES 1h erases", erases, 1),
	FORMAT_CASE("of one namespace leaves others alone", only_that, 0),
	FORMAT_CASE("of a format that there is not: Invalid Format", wrong_format, 0),
	FORMAT_CASE("with protection information without metadata is refused", wrong_protection, 1),
	FORMAT_CASE("with PI 7h is refused", wrong_protection, 7),
	FORMAT_CASE("with SES 2h without crypto erase is refused", wrong_erase, 2),
	FORMAT_CASE("with SES 7h is refused", wrong_erase, 7),
	FORMAT_CASE("with NSID 0h is refused", wrong_nsid, 0),
	FORMAT_CASE("with an NSID above NN is refused", wrong_nsid, 1),
	ATTACHMENT_CASE("of an attached namespace: 118h", attached_already, 0),
	ATTACHMENT_CASE("with SEL 7h is refused", wrong_attachment, 0),
	ATTACHMENT_CASE("of no controller is refused", wrong_attachment, 1),
	ATTACHMENT_CASE("of a controller that there is not: 11Ch", wrong_attachment, 2),
	ATTACHMENT_CASE("with an NSID above NN: 00Bh", wrong_attachment, 3),
	ATTACHMENT_CASE("detaches a namespace, attaches it again", detached, 0),
	MANAGEMENT_CASE("deletes no NSID 0h: 00Bh", wrong_deletion, 0),
	MANAGEMENT_CASE("deletes no NSID above NN: 00Bh", wrong_deletion, 1),
	MANAGEMENT_CASE("creates none of an unknown format: 10Ah", wrong_creation, WRONG_FORMAT),
	MANAGEMENT_CASE("creates none with NCAP above NSZE", wrong_creation, WRONG_SIZE),
	MANAGEMENT_CASE("creates none larger than there is room: 115h", wrong_creation, TOO_LARGE),
	CT_CASE("Directive Receive: Identify is supported and enabled", "Base 8.7.2", directives,
		CT_BLOCKS),
	CT_CASE("Directive Receive of an unknown type: Invalid Field", "Base 5.10", wrong_directive,
		CT_BLOCKS, .argument = NVME_ADMIN_DIRECTIVE_RECEIVE),
	CT_CASE("Directive Send of an unknown type: Invalid Field", "Base 5.11", wrong_directive,
		CT_BLOCKS, .argument = NVME_ADMIN_DIRECTIVE_SEND),
	{.name = NULL},
};
CONFORMANCE_GROUP("namespace-changes", cases);

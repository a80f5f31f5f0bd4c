/* Which namespaces I/O commands take, and which commands there are. */
#include "tests/conformance/conformance.h"

#include "lib/string.h"

/* A command that is all right but for its namespace. */
static struct nvme_command command_for(struct ct *ct, unsigned opcode, uint32_t nsid)
{
	uint8_t *buffer = ct_buffer(ct, ct->ns->block_size < 512 ? 512 : ct->ns->block_size);
	struct nvme_command command = ct_rw(ct, opcode, ct->ns, 0, 1, NULL);

	memset(buffer, 0, ct->ns->block_size);
	command.nsid = nsid;
	if (NVME_OPCODE_DIRECTION(opcode) != NVME_DIRECTION_NONE)
		command.prp1 = ct_bus(buffer);
	/* One range without blocks; one source range of block 0. */
	if (opcode == NVME_IO_FLUSH || opcode == NVME_IO_DATASET_MANAGEMENT)
		command.cdw10 = command.cdw11 = command.cdw12 = 0;
	return command;
}

enum { NONE, BEYOND, INACTIVE, ALL };
#define WRONG(opcode, which) ((opcode) | (which) << 8)

static void wrong(struct ct *ct)
{
	unsigned opcode = ct->argument & 0xff, which = ct->argument >> 8;
	struct ct_answer answer;
	uint32_t nsid = 0;

	ct_need_command(ct, opcode);
	if (which == BEYOND) {
		nsid = ct_invalid_nsid(ct);
	} else if (which == INACTIVE) {
		nsid = ct_inactive_nsid(ct);
	} else if (which == ALL) {
		nsid = NVME_NSID_ALL;
	}
	ct_save(ct, ct->ns, 0, 2);
	ct_write_pattern(ct, ct->ns, 0, 2, 1);
	answer = ct_do(ct, command_for(ct, opcode, nsid));
	if (which == ALL)
		ct_status_of(ct, "the command",
			     CT_STATUSES(NVME_SC_INVALID_FIELD, NVME_SC_INVALID_NAMESPACE), answer);
	else
		ct_status(ct, "the command",
			  which == INACTIVE ? NVME_SC_INVALID_FIELD : NVME_SC_INVALID_NAMESPACE,
			  answer);
	ct_expect_pattern(ct, ct->ns, 0, 2, 1);
}

/* ---- What is done in one namespace is not done in another ---- */

#define BLOCKS 8u

static void apart(struct ct *ct)
{
	struct ct_namespace *spaces[] = {ct->ns, ct_other_namespace(ct)};
	unsigned changed = ct->argument >> 8;

	ct_need_command(ct, ct->argument & 0xff);
	for (unsigned i = 0; i < 2; i++) {
		ct_save(ct, spaces[i], 0, BLOCKS);
		ct_save(ct, spaces[i], spaces[i]->size - BLOCKS, BLOCKS);
		ct_write_pattern(ct, spaces[i], 0, BLOCKS, 1);
		ct_write_pattern(ct, spaces[i], spaces[i]->size - BLOCKS, BLOCKS, 1);
	}
	if ((ct->argument & 0xff) == NVME_IO_WRITE) {
		ct_write_pattern(ct, spaces[changed], 0, BLOCKS, 2);
		ct_expect_pattern(ct, spaces[changed], 0, BLOCKS, 2);
	} else {
		ct_success(ct, "Write Zeroes",
			   ct_do(ct, ct_rw(ct, NVME_IO_WRITE_ZEROES, spaces[changed], 0, BLOCKS,
					   NULL)));
		ct_expect_zeroes(ct, spaces[changed], 0, BLOCKS);
	}
	ct_expect_pattern(ct, spaces[!changed], 0, BLOCKS, 1);
	for (unsigned i = 0; i < 2; i++)
		ct_expect_pattern(ct, spaces[i], spaces[i]->size - BLOCKS, BLOCKS, 1);
}

/* ---- Which commands there are ---- */

static void unknown(struct ct *ct)
{
	struct nvme_command command = ct_nsid_command(ct->argument, ct->ns->nsid);
	struct ct_answer answer;

	command.prp1 = ct_bus(ct_buffer(ct, ct->page_size));
	answer = ct_do(ct, command);
	ct_status(ct, "a command that there is not", NVME_SC_INVALID_OPCODE, answer);
}

static void not_had(struct ct *ct)
{
	struct nvme_command command = command_for(ct, ct->argument, ct->ns->nsid);

	CT_NEED(!ct_has_command(ct, ct->argument), "ONCS, or a limit of its own, has the command");
	ct_save(ct, ct->ns, 0, 1);
	ct_write_pattern(ct, ct->ns, 0, 1, 1);
	ct_status(ct, "a command that ONCS does not have", NVME_SC_INVALID_OPCODE,
		  ct_do(ct, command));
	ct_expect_pattern(ct, ct->ns, 0, 1, 1);
}

/* A zoned command in a namespace without zones. */
static void zoned_command(struct ct *ct)
{
	struct nvme_command command =
		ct_rw(ct, ct->argument, ct->ns, 0, 1, ct_buffer(ct, ct->ns->block_size));

	ct_save(ct, ct->ns, 0, 1);
	ct_write_pattern(ct, ct->ns, 0, 1, 1);
	ct_status(ct, "a command of another command set", NVME_SC_INVALID_OPCODE,
		  ct_do(ct, command));
	ct_expect_pattern(ct, ct->ns, 0, 1, 1);
}

#define NSID "Base 3.2.1.5"
#define WRONG_CASES(text, opcode)                                                             \
	CT_CASE(text " with NSID 0: Invalid Namespace or Format", NSID, wrong, CT_WRITES,     \
		.argument = WRONG(opcode, NONE)),                                             \
		CT_CASE(text " with NSID NN + 1: Invalid Namespace or Format", NSID, wrong,   \
			CT_WRITES, .argument = WRONG(opcode, BEYOND)),                        \
		CT_CASE(text " with an inactive NSID: Invalid Field", NSID, wrong, CT_WRITES, \
			.argument = WRONG(opcode, INACTIVE))
#define WRONG_ALL(text, opcode)                                                                    \
	WRONG_CASES(text, opcode), CT_CASE(text " with NSID FFFFFFFFh is refused", "Base 3.3.3.1", \
					   wrong, CT_WRITES, .argument = WRONG(opcode, ALL))

static const struct ct_case cases[] = {
	WRONG_CASES("Flush", NVME_IO_FLUSH),
	WRONG_ALL("Read", NVME_IO_READ),
	WRONG_ALL("Write", NVME_IO_WRITE),
	WRONG_ALL("Compare", NVME_IO_COMPARE),
	WRONG_ALL("Verify", NVME_IO_VERIFY),
	WRONG_ALL("Write Zeroes", NVME_IO_WRITE_ZEROES),
	WRONG_ALL("Write Uncorrectable", NVME_IO_WRITE_UNCORRECTABLE),
	WRONG_ALL("Dataset Management", NVME_IO_DATASET_MANAGEMENT),
	WRONG_ALL("Copy", NVME_IO_COPY),
	CT_CASE("Write in this namespace leaves another", NSID, apart, CT_WRITES,
		.argument = WRONG(NVME_IO_WRITE, 0)),
	CT_CASE("Write in another namespace leaves this one", NSID, apart, CT_WRITES,
		.argument = WRONG(NVME_IO_WRITE, 1)),
	CT_CASE("Write Zeroes in this namespace leaves another", NSID, apart, CT_WRITES,
		.argument = WRONG(NVME_IO_WRITE_ZEROES, 0)),
	CT_CASE("Write Zeroes in another namespace leaves this one", NSID, apart, CT_WRITES,
		.argument = WRONG(NVME_IO_WRITE_ZEROES, 1)),
	CT_CASE("opcode 03h: Invalid Command Opcode", "Base 3.3.3.2.1", unknown, CT_BLOCKS,
		.argument = 0x03),
	CT_CASE("opcode 07h: Invalid Command Opcode", "Base 3.3.3.2.1", unknown, CT_BLOCKS,
		.argument = 0x07),
	CT_CASE("opcode 3Eh: Invalid Command Opcode", "Base 3.3.3.2.1", unknown, CT_BLOCKS,
		.argument = 0x3e),
	CT_CASE("opcode 7Fh is for fabrics: Invalid Command Opcode", "Base 6", unknown, CT_BLOCKS,
		.argument = 0x7f),
	CT_CASE("Compare without ONCS: Invalid Command Opcode", "Base 5.17.2.1", not_had, CT_WRITES,
		.argument = NVME_IO_COMPARE),
	CT_CASE("Verify without ONCS: Invalid Command Opcode", "Base 5.17.2.1", not_had, CT_WRITES,
		.argument = NVME_IO_VERIFY),
	CT_CASE("Write Zeroes without ONCS: Invalid Command Opcode", "Base 5.17.2.1", not_had,
		CT_WRITES, .argument = NVME_IO_WRITE_ZEROES),
	CT_CASE("Write Uncorrectable without ONCS: Invalid Command Opcode", "Base 5.17.2.1",
		not_had, CT_WRITES, .argument = NVME_IO_WRITE_UNCORRECTABLE),
	CT_CASE("Copy without ONCS: Invalid Command Opcode", "Base 5.17.2.1", not_had, CT_WRITES,
		.argument = NVME_IO_COPY),
	CT_CASE("Reservation Register without ONCS: Invalid Command Opcode", "Base 5.17.2.1",
		not_had, CT_WRITES, .argument = NVME_IO_RESERVATION_REGISTER),
	CT_CASE("Reservation Report without ONCS: Invalid Command Opcode", "Base 5.17.2.1", not_had,
		CT_WRITES, .argument = NVME_IO_RESERVATION_REPORT),
	CT_CASE("Zone Append without zones: Invalid Command Opcode", "Base 3.3.3.2.1",
		zoned_command, CT_WRITES, .argument = NVME_IO_ZONE_APPEND),
	CT_CASE("Zone Management Receive without zones: Invalid Command Opcode", "Base 3.3.3.2.1",
		zoned_command, CT_WRITES, .argument = NVME_IO_ZONE_MANAGEMENT_RECEIVE),
	{.name = NULL},
};
CONFORMANCE_GROUP("io-nsid", cases);

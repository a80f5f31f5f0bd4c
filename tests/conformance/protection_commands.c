/* Metadata and protection information in commands that move none of it to the host: Compare,
 * Verify, Write Zeroes. */
#include "tests/conformance/protection.h"

#include "lib/string.h"

/* ---- Compare ---- */

static void compare_same(struct ct *ct)
{
	struct space s;

	ct_need_command(ct, NVME_IO_COMPARE);
	space_begin(ct, &s, ct->argument);
	ct_success(ct, "Write", space_send(ct, &s, NVME_IO_WRITE, 0));
	ct_success(ct, "Compare with the same",
		   space_send(ct, &s, NVME_IO_COMPARE, ct->argument ? space_all_checks(&s) : 0));
}

/* One byte of the third block is another. */
static void compare_data(struct ct *ct)
{
	struct space s;

	ct_need_command(ct, NVME_IO_COMPARE);
	space_begin(ct, &s, ct->argument);
	ct_success(ct, "Write", space_send(ct, &s, NVME_IO_WRITE, 0));
	space_data(&s, 2)[s.data - 1] ^= 0x80;
	ct_status(ct, "Compare with another byte of data", NVME_SC_COMPARE_FAILED,
		  space_send(ct, &s, NVME_IO_COMPARE, 0));
}

static void compare_metadata(struct ct *ct)
{
	struct space s;

	ct_need_command(ct, NVME_IO_COMPARE);
	space_begin(ct, &s, false);
	ct_success(ct, "Write", space_send(ct, &s, NVME_IO_WRITE, 0));
	space_metadata(&s, 2)[s.metadata - 1] ^= 0x80;
	ct_status(ct, "Compare with another byte of metadata", NVME_SC_COMPARE_FAILED,
		  space_send(ct, &s, NVME_IO_COMPARE, 0));
}

/* ---- What is on the media is checked ---- */

static void compare_checked(struct ct *ct)
{
	ct_need_command(ct, NVME_IO_COMPARE);
	space_expect_check(ct, NVME_IO_COMPARE, "Compare with that check", ct->argument);
}

static void verify_same(struct ct *ct)
{
	struct space s;

	ct_need_command(ct, NVME_IO_VERIFY);
	space_begin(ct, &s, ct->argument);
	ct_success(ct, "Write", space_send(ct, &s, NVME_IO_WRITE, 0));
	ct_success(ct, "Verify",
		   space_send(ct, &s, NVME_IO_VERIFY, ct->argument ? space_all_checks(&s) : 0));
}

static void verify_checked(struct ct *ct)
{
	ct_need_command(ct, NVME_IO_VERIFY);
	space_expect_check(ct, NVME_IO_VERIFY, "Verify with that check", ct->argument);
}

/* ---- Write Zeroes ---- */

/* NVM Command Set, section 3.2.8: with PRACT the controller makes the tuples, of data of zeroes. */
static void zeroes_made(struct ct *ct)
{
	struct space s, got;

	ct_need_command(ct, NVME_IO_WRITE_ZEROES);
	space_begin(ct, &s, true);
	ct_success(ct, "Write", space_send(ct, &s, NVME_IO_WRITE, 0));
	ct_success(ct, "Write Zeroes with PRACT",
		   space_send(ct, &s, NVME_IO_WRITE_ZEROES, NVME_RW_PRACT));
	got = space_read(ct, &s);
	for (unsigned i = 0; i < SPACE_BLOCKS; i++)
		ct_all(ct, "a block's data", 0, space_data(&got, i), s.data);
	space_expect_tuples(ct, &got);
	ct_success(ct, "Read with all checks",
		   space_send(ct, &got, NVME_IO_READ, space_all_checks(&got)));
}

/* Other blocks keep their metadata. */
static void zeroes_one(struct ct *ct)
{
	struct nvme_command command;
	struct space s, got;

	ct_need_command(ct, NVME_IO_WRITE_ZEROES);
	space_begin(ct, &s, ct->argument);
	ct_success(ct, "Write", space_send(ct, &s, NVME_IO_WRITE, 0));
	command = ct_rw(ct, NVME_IO_WRITE_ZEROES, s.ns, SPACE_LBA + 1, 1, NULL);
	if (ct->argument) {
		command.cdw12 |= NVME_RW_PRACT;
		command.cdw14 = s.ns->metadata.type == 3 ? SPACE_LBA : SPACE_LBA + 1;
		command.cdw15 = NVME_RW_APP_TAG(SPACE_APP_TAG, 0xffff);
	}
	ct_success(ct, "Write Zeroes of the second block", ct_do(ct, command));
	got = space_read(ct, &s);
	ct_all(ct, "the second block's data", 0, space_data(&got, 1), s.data);
	/* Its metadata are as they may be. */
	memset(space_data(&s, 1), 0, s.data);
	memcpy(space_metadata(&s, 1), space_metadata(&got, 1), s.metadata);
	space_same(ct, &s, &got);
}

#define CASE(text, section, function, value) \
	CT_CASE(text, section, function, CT_IO, .destroys = true, .argument = value)

static const struct ct_case cases[] = {
	CASE("Compare of the same data and metadata", "NVM 3.2.1", compare_same, false),
	CASE("Compare of the same data and protection information, all checks", "NVM 3.2.1",
	     compare_same, true),
	CASE("Compare, metadata: other data: Compare Failure", "NVM 3.2.1", compare_data, false),
	CASE("Compare, protection information: other data: Compare Failure", "NVM 3.2.1",
	     compare_data, true),
	CASE("Compare: other metadata: Compare Failure", "NVM 3.2.1", compare_metadata, 0),
	CASE("Compare of another guard: End-to-end Guard Check Error", "NVM 5.2", compare_checked,
	     SPACE_GUARD),
	CASE("Compare of another application tag: its check fails", "NVM 5.2", compare_checked,
	     SPACE_APP),
	CASE("Compare of another reference tag: its check fails", "NVM 5.2", compare_checked,
	     SPACE_REF),
	CASE("Verify of blocks with metadata", "NVM 3.2.5", verify_same, false),
	CASE("Verify of right protection information, all checks", "NVM 3.2.5", verify_same, true),
	CASE("Verify of another guard: End-to-end Guard Check Error", "NVM 3.2.5", verify_checked,
	     SPACE_GUARD),
	CASE("Verify of another application tag: its check fails", "NVM 3.2.5", verify_checked,
	     SPACE_APP),
	CASE("Verify of another reference tag: its check fails", "NVM 3.2.5", verify_checked,
	     SPACE_REF),
	CASE("Write Zeroes with PRACT makes protection information", "NVM 3.2.8", zeroes_made, 0),
	CASE("Write Zeroes of one block changes no other's metadata", "NVM 3.2.8", zeroes_one,
	     false),
	CASE("Write Zeroes of one block changes no other's protection information", "NVM 3.2.8",
	     zeroes_one, true),
	{.name = NULL},
};
CONFORMANCE_GROUP("protection-commands", cases);

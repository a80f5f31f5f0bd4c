/* Metadata and end-to-end data protection: what the controller makes, and what it checks. */
#include "tests/conformance/protection.h"

#include "lib/crc16.h"
#include "lib/crc64.h"
#include "lib/string.h"

uint8_t *space_data(const struct space *s, unsigned i)
{
	return s->bytes + i * (s->data + (s->ns->metadata.extended ? s->metadata : 0));
}

uint8_t *space_metadata(const struct space *s, unsigned i)
{
	return s->ns->metadata.extended ? space_data(s, i) + s->data : s->apart + i * s->metadata;
}

static void put_big(uint8_t *bytes, uint64_t value, unsigned size)
{
	while (size-- > 0) {
		bytes[size] = (uint8_t)value;
		value >>= 8;
	}
}

/* Of a block: with the metadata before the tuple. */
static uint64_t guard_of(const struct space *s, unsigned i)
{
	if (s->guard == 8)
		return crc64_nvme(crc64_nvme(0, space_data(s, i), s->data), space_metadata(s, i),
				  s->at);
	return crc16_t10(crc16_t10(0, space_data(s, i), s->data), space_metadata(s, i),
			 (size_t)s->at);
}

static uint32_t reference_of(const struct space *s, unsigned i)
{
	return s->ns->metadata.type == 3 ? SPACE_LBA : SPACE_LBA + i;
}

void space_make_tuple(const struct space *s, unsigned i, uint8_t *tuple)
{
	put_big(tuple, guard_of(s, i), s->guard);
	put_big(tuple + s->guard, SPACE_APP_TAG, 2);
	put_big(tuple + s->guard + 2, reference_of(s, i), s->tuple - s->guard - 2);
}

void space_begin(struct ct *ct, struct space *s, bool protected)
{
	struct nvme_identify_namespace_nvm *page = ct_buffer(ct, NVME_IDENTIFY_SIZE);
	unsigned guard = NVME_GUARD_16, formats;

	memset(s, 0, sizeof(*s));
	for (unsigned i = 0; i < ct->namespace_count && !s->ns; i++) {
		struct ct_namespace *ns = &ct->namespaces[i];

		if (ns->csi == NVME_CSI_NVM && ns->metadata.size && !ns->metadata.type != protected)
			s->ns = ns;
	}
	CT_NEED(s->ns, "there is no such namespace");
	if (ct->identify->ctratt & NVME_CTRATT_ELBAS) {
		ct_success(ct, "Identify, CNS 05h",
			   ct_ask(ct, ct_identify(ct, NVME_CNS_IOCS_NAMESPACE, s->ns->nsid, page)));
		formats = NVME_LBA_FORMATS(s->ns->identify);
		guard = page->elbaf[NVME_FLBAS_INDEX(s->ns->identify->flbas, formats) %
				    NVME_LBA_FORMATS_MAX];
		CT_NEED(!NVME_ELBAF_STS(guard), "it has storage tags");
		guard = NVME_ELBAF_GUARD(guard);
	}
	CT_NEED(guard == NVME_GUARD_16 || guard == NVME_GUARD_64, "its guard has 32 bits");
	if (guard) {
		struct nvme_command behavior = ct_set_feature(NVME_FEATURE_HOST_BEHAVIOR, 0, 0);
		uint8_t *bytes = ct_buffer(ct, 512);

		memset(bytes, 0, 512);
		bytes[2] = 1; /* LBAFEE */
		ct_prp(ct, &behavior, bytes, 512);
		ct->dirty = true;
		ct_success(ct, "Set Features, Host Behavior Support", ct_ask(ct, behavior));
	}
	s->tuple = protected ? nvme_protection_size(guard) : 0;
	s->guard = guard ? 8 : 2;
	s->data = s->ns->block_size;
	s->metadata = s->ns->metadata.size;
	s->at = s->ns->metadata.first ? 0 : s->metadata - s->tuple;
	s->bytes = ct_buffer(ct, SPACE_BLOCKS * (s->data + s->metadata));
	s->apart = ct_buffer(ct, SPACE_BLOCKS * s->metadata);
	CT_NEED(s->ns->size >= SPACE_LBA + SPACE_BLOCKS && s->ns->blocks_max >= 2 * SPACE_BLOCKS,
		"it is small");
	for (unsigned i = 0; i < SPACE_BLOCKS; i++) {
		ct_fill(space_data(s, i), s->data, i + 1);
		ct_fill(space_metadata(s, i), s->metadata, i + 101);
		if (protected)
			space_make_tuple(s, i, space_metadata(s, i) + s->at);
	}
}

struct nvme_command space_command(struct ct *ct, const struct space *s, unsigned opcode,
				  uint32_t cdw12)
{
	struct nvme_command command = ct_rw(ct, opcode, s->ns, SPACE_LBA, SPACE_BLOCKS, NULL);
	bool stripped = cdw12 & NVME_RW_PRACT && s->metadata == s->tuple;
	bool inside = s->ns->metadata.extended && !stripped;

	if (opcode != NVME_IO_VERIFY && opcode != NVME_IO_WRITE_ZEROES) {
		ct_prp(ct, &command, s->bytes,
		       SPACE_BLOCKS * (s->data + (inside ? s->metadata : 0)));
		command.mptr = s->ns->metadata.extended || stripped ? 0 : ct_bus(s->apart);
	}
	command.cdw12 |= cdw12;
	if (s->tuple) {
		command.cdw14 = SPACE_LBA;
		command.cdw15 = NVME_RW_APP_TAG(SPACE_APP_TAG, 0xffff);
	}
	return command;
}

struct ct_answer space_send(struct ct *ct, const struct space *s, unsigned opcode, uint32_t cdw12)
{
	return ct_do(ct, space_command(ct, s, opcode, cdw12));
}

struct space space_read(struct ct *ct, const struct space *s)
{
	struct space got = *s;

	got.bytes = ct_buffer(ct, SPACE_BLOCKS * (s->data + s->metadata));
	got.apart = ct_buffer(ct, SPACE_BLOCKS * s->metadata);
	ct_success(ct, "Read without checks", space_send(ct, &got, NVME_IO_READ, 0));
	return got;
}

void space_same(struct ct *ct, const struct space *wanted, const struct space *got)
{
	for (unsigned i = 0; i < SPACE_BLOCKS; i++) {
		ct_same(ct, "a block's data", space_data(wanted, i), space_data(got, i),
			wanted->data);
		ct_same(ct, "a block's metadata", space_metadata(wanted, i), space_metadata(got, i),
			wanted->metadata);
	}
}

const struct space_check_of space_checks[] = {
	[SPACE_GUARD] = {NVME_RW_PRCHK_GUARD, NVME_SC_GUARD_CHECK},
	[SPACE_APP] = {NVME_RW_PRCHK_APP, NVME_SC_APPLICATION_TAG_CHECK},
	[SPACE_REF] = {NVME_RW_PRCHK_REF, NVME_SC_REFERENCE_TAG_CHECK},
};

uint32_t space_all_checks(const struct space *s)
{
	return s->ns->metadata.type == 3 ? ALL_CHECKS & ~NVME_RW_PRCHK_REF : ALL_CHECKS;
}

void space_spoil(struct ct *ct, struct space *s, enum space_check which)
{
	space_begin(ct, s, true);
	CT_NEED(which != SPACE_REF || s->ns->metadata.type != 3,
		"type 3 has no reference tags to check");
	space_metadata(s, 2)[s->at + (which == SPACE_GUARD ? 0
				      : which == SPACE_APP ? s->guard
							   : s->tuple - 1)] ^= 1;
}

void space_expect_tuples(struct ct *ct, const struct space *got)
{
	uint8_t tuple[16];

	for (unsigned i = 0; i < SPACE_BLOCKS; i++) {
		space_make_tuple(got, i, tuple);
		ct_same(ct, "the protection information", tuple, space_metadata(got, i) + got->at,
			got->tuple);
	}
}

void space_expect_check(struct ct *ct, unsigned opcode, const char *name, enum space_check which)
{
	const struct space_check_of *check = &space_checks[which];
	struct space s, got;

	space_spoil(ct, &s, which);
	ct_success(ct, "Write without checks", space_send(ct, &s, NVME_IO_WRITE, 0));
	got = space_read(ct, &s);
	space_same(ct, &s, &got);
	ct_status(ct, name, check->status, space_send(ct, &got, opcode, check->check));
	ct_success(ct, "the same with the other checks",
		   space_send(ct, &got, opcode, space_all_checks(&s) & ~check->check));
}

/* ---- Metadata ---- */

static void round_trip(struct ct *ct)
{
	struct space s, got;

	space_begin(ct, &s, ct->argument);
	ct_success(ct, "Write",
		   space_send(ct, &s, NVME_IO_WRITE, ct->argument ? space_all_checks(&s) : 0));
	got = space_read(ct, &s);
	space_same(ct, &s, &got);
}

static void one_block(struct ct *ct)
{
	struct nvme_command command;
	struct space s, got;

	space_begin(ct, &s, false);
	ct_success(ct, "Write", space_send(ct, &s, NVME_IO_WRITE, 0));
	/* The third one anew, with data of the first. */
	command = space_command(ct, &s, NVME_IO_WRITE, 0);
	command.cdw10 += 2;
	command.cdw12 = 0;
	ct_prp(ct, &command, s.bytes, s.data + (s.ns->metadata.extended ? s.metadata : 0));
	ct_success(ct, "Write of one block", ct_do(ct, command));
	got = space_read(ct, &s);
	memcpy(space_data(&s, 2), space_data(&s, 0), s.data);
	memcpy(space_metadata(&s, 2), space_metadata(&s, 0), s.metadata);
	space_same(ct, &s, &got);
}

/* ---- What the controller makes ---- */

static void made(struct ct *ct)
{
	struct space s, got;

	space_begin(ct, &s, true);
	/* Where data and metadata are apart: without what is to be made. */
	if (s.metadata == s.tuple && s.ns->metadata.extended)
		for (unsigned i = 0; i < SPACE_BLOCKS; i++)
			ct_fill(s.bytes + i * s.data, s.data, i + 1);
	else
		for (unsigned i = 0; i < SPACE_BLOCKS; i++)
			memset(space_metadata(&s, i) + s.at, 0, s.tuple);
	ct_success(ct, "Write with PRACT", space_send(ct, &s, NVME_IO_WRITE, NVME_RW_PRACT));
	got = space_read(ct, &s);
	space_expect_tuples(ct, &got);
}

static void stripped(struct ct *ct)
{
	struct space s, got;

	space_begin(ct, &s, true);
	CT_NEED(s.metadata == s.tuple, "there is other metadata");
	ct_success(ct, "Write", space_send(ct, &s, NVME_IO_WRITE, 0));
	got = s;
	got.bytes = ct_buffer(ct, SPACE_BLOCKS * (s.data + s.metadata));
	got.apart = ct_buffer(ct, SPACE_BLOCKS * s.metadata);
	ct_success(ct, "Read with PRACT",
		   space_send(ct, &got, NVME_IO_READ, NVME_RW_PRACT | NVME_RW_PRCHK_GUARD));
	for (unsigned i = 0; i < SPACE_BLOCKS; i++)
		ct_same(ct, "a block's data", space_data(&s, i), got.bytes + i * s.data, s.data);
	ct_all(ct, "what is behind the data to stay", CT_FRESH, got.bytes + SPACE_BLOCKS * s.data,
	       SPACE_BLOCKS * s.metadata);
	ct_all(ct, "the metadata's memory to stay", CT_FRESH, got.apart, SPACE_BLOCKS * s.metadata);
}

/* ---- What it checks ---- */

static void write_checked(struct ct *ct)
{
	unsigned which = ct->argument;
	struct space s;

	space_spoil(ct, &s, which);
	ct_status(ct, "Write with that check", space_checks[which].status,
		  space_send(ct, &s, NVME_IO_WRITE, space_checks[which].check));
	ct_success(ct, "Write with the other checks",
		   space_send(ct, &s, NVME_IO_WRITE,
			      space_all_checks(&s) & ~space_checks[which].check));
}

static void read_checked(struct ct *ct)
{
	space_expect_check(ct, NVME_IO_READ, "Read with that check", ct->argument);
}

static void masked(struct ct *ct)
{
	struct nvme_command command;
	struct space s;

	space_begin(ct, &s, true);
	ct_success(ct, "Write", space_send(ct, &s, NVME_IO_WRITE, 0));
	command = space_command(ct, &s, NVME_IO_READ, NVME_RW_PRCHK_APP);
	command.cdw15 = NVME_RW_APP_TAG(SPACE_APP_TAG ^ 0xff, 0xff00);
	ct_success(ct, "Read with other bits that are masked", ct_do(ct, command));
	command.cdw15 = NVME_RW_APP_TAG(SPACE_APP_TAG ^ 0xff, 0x0001);
	ct_status(ct, "Read with another bit that is not masked", NVME_SC_APPLICATION_TAG_CHECK,
		  ct_do(ct, command));
}

/* Tuples that say of themselves that they are not to be checked. */
static void unchecked(struct ct *ct)
{
	struct space s;

	space_begin(ct, &s, true);
	for (unsigned i = 0; i < SPACE_BLOCKS; i++) {
		uint8_t *tuple = space_metadata(&s, i) + s.at;

		memset(tuple, 0, s.guard);
		memset(tuple + s.guard, 0xff, s.tuple - s.guard);
	}
	ct_success(ct, "Write without checks", space_send(ct, &s, NVME_IO_WRITE, 0));
	ct_success(ct, "Read of application tags FFFFh with checks",
		   space_send(ct, &s, NVME_IO_READ, NVME_RW_PRCHK_GUARD | NVME_RW_PRCHK_APP));
}

static void wrong_initial(struct ct *ct)
{
	struct nvme_command command;
	struct space s;

	space_begin(ct, &s, true);
	CT_NEED(s.ns->metadata.type == 1, "it is of another type than 1");
	command = space_command(ct, &s, ct->argument, NVME_RW_PRCHK_REF);
	command.cdw14 = SPACE_LBA + 1;
	/* Both apply. */
	ct_status_of(
		ct, "a reference tag that is not the LBA's",
		CT_STATUSES(NVME_SC_INVALID_PROTECTION_INFORMATION, NVME_SC_REFERENCE_TAG_CHECK),
		ct_do(ct, command));
}

#define CASE(text, section, function, value) \
	CT_CASE(text, section, function, CT_IO, .destroys = true, .argument = value)

static const struct ct_case cases[] = {
	CASE("metadata is kept with its block", "NVM 2.1.2", round_trip, false),
	CASE("Write of one block changes no other's metadata", "NVM 2.1.2", one_block, 0),
	CASE("protection information that is right is taken, and kept", "NVM 5.2", round_trip,
	     true),
	CASE("PRACT makes guard, application and reference tags", "NVM 5.2.2", made, 0),
	CASE("Read with PRACT takes away what is protection information", "NVM 5.2.2", stripped, 0),
	CASE("Write with another guard: End-to-end Guard Check Error", "NVM 5.2", write_checked,
	     SPACE_GUARD),
	CASE("Write with another application tag: its check fails", "NVM 5.2", write_checked,
	     SPACE_APP),
	CASE("Write with another reference tag: its check fails", "NVM 5.2", write_checked,
	     SPACE_REF),
	CASE("Read of another guard: End-to-end Guard Check Error", "NVM 5.2", read_checked,
	     SPACE_GUARD),
	CASE("Read of another application tag: its check fails", "NVM 5.2", read_checked,
	     SPACE_APP),
	CASE("Read of another reference tag: its check fails", "NVM 5.2", read_checked, SPACE_REF),
	CASE("the application tag's mask says which bits are checked", "NVM 5.2", masked, 0),
	CASE("application tags FFFFh are not checked", "NVM 5.2.3", unchecked, 0),
	CASE("Read, type 1: a reference tag that is not the LBA's is refused", "NVM 5.2.3",
	     wrong_initial, NVME_IO_READ),
	CASE("Write, type 1: a reference tag that is not the LBA's is refused", "NVM 5.2.3",
	     wrong_initial, NVME_IO_WRITE),
	{.name = NULL},
};
CONFORMANCE_GROUP("protection", cases);

/* Metadata and end-to-end data protection: what the controller makes, and what it checks. */
#include "tests/conformance/conformance.h"

#include "lib/crc16.h"
#include "lib/crc64.h"
#include "lib/string.h"

#define BLOCKS	   4u
#define LBA	   8u
#define APP_TAG	   0x1234u
#define ALL_CHECKS (NVME_RW_PRCHK_GUARD | NVME_RW_PRCHK_APP | NVME_RW_PRCHK_REF)

/* A namespace with metadata, and BLOCKS blocks of it in memory. */
struct space {
	struct ct_namespace *ns;
	unsigned tuple, guard; /* bytes of protection information and of its guard; 0: none */
	size_t at;	       /* of the tuple in the metadata */
	size_t data, metadata; /* of a block */
	uint8_t *bytes;	       /* the data, with metadata where it is extended */
	uint8_t *apart;	       /* the metadata where it is not */
};

static uint8_t *data_of(const struct space *s, unsigned i)
{
	return s->bytes + i * (s->data + (s->ns->metadata.extended ? s->metadata : 0));
}

static uint8_t *metadata_of(const struct space *s, unsigned i)
{
	return s->ns->metadata.extended ? data_of(s, i) + s->data : s->apart + i * s->metadata;
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
		return crc64_nvme(crc64_nvme(0, data_of(s, i), s->data), metadata_of(s, i), s->at);
	return crc16_t10(crc16_t10(0, data_of(s, i), s->data), metadata_of(s, i), (size_t)s->at);
}

static uint32_t reference_of(const struct space *s, unsigned i)
{
	return s->ns->metadata.type == 3 ? LBA : LBA + i;
}

/* The tuple that belongs to a block. */
static void make_tuple(const struct space *s, unsigned i, uint8_t *tuple)
{
	put_big(tuple, guard_of(s, i), s->guard);
	put_big(tuple + s->guard, APP_TAG, 2);
	put_big(tuple + s->guard + 2, reference_of(s, i), s->tuple - s->guard - 2);
}

static void begin(struct ct *ct, struct space *s, bool protected)
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
	s->bytes = ct_buffer(ct, BLOCKS * (s->data + s->metadata));
	s->apart = ct_buffer(ct, BLOCKS * s->metadata);
	CT_NEED(s->ns->size >= LBA + BLOCKS && s->ns->blocks_max >= 2 * BLOCKS, "it is small");
	for (unsigned i = 0; i < BLOCKS; i++) {
		ct_fill(data_of(s, i), s->data, i + 1);
		ct_fill(metadata_of(s, i), s->metadata, i + 101);
		if (protected)
			make_tuple(s, i, metadata_of(s, i) + s->at);
	}
}

/* With these bits in CDW12 and tags that are right. */
static struct nvme_command command_for(struct ct *ct, const struct space *s, unsigned opcode,
				       uint32_t cdw12)
{
	struct nvme_command command = ct_rw(ct, opcode, s->ns, LBA, BLOCKS, NULL);
	bool stripped = cdw12 & NVME_RW_PRACT && s->metadata == s->tuple;
	bool inside = s->ns->metadata.extended && !stripped;

	ct_prp(ct, &command, s->bytes, BLOCKS * (s->data + (inside ? s->metadata : 0)));
	command.mptr = s->ns->metadata.extended || stripped ? 0 : ct_bus(s->apart);
	command.cdw12 |= cdw12;
	if (s->tuple) {
		command.cdw14 = LBA;
		command.cdw15 = NVME_RW_APP_TAG(APP_TAG, 0xffff);
	}
	return command;
}

static struct ct_answer send(struct ct *ct, const struct space *s, unsigned opcode, uint32_t cdw12)
{
	return ct_do(ct, command_for(ct, s, opcode, cdw12));
}

/* What the blocks hold, without a check, in memory of its own. */
static struct space read_raw(struct ct *ct, const struct space *s)
{
	struct space got = *s;

	got.bytes = ct_buffer(ct, BLOCKS * (s->data + s->metadata));
	got.apart = ct_buffer(ct, BLOCKS * s->metadata);
	ct_success(ct, "Read without checks", send(ct, &got, NVME_IO_READ, 0));
	return got;
}

static void expect_same(struct ct *ct, const struct space *wanted, const struct space *got)
{
	for (unsigned i = 0; i < BLOCKS; i++) {
		ct_same(ct, "a block's data", data_of(wanted, i), data_of(got, i), wanted->data);
		ct_same(ct, "a block's metadata", metadata_of(wanted, i), metadata_of(got, i),
			wanted->metadata);
	}
}

/* ---- Metadata ---- */

static void round_trip(struct ct *ct)
{
	struct space s, got;

	begin(ct, &s, ct->argument);
	ct_success(ct, "Write",
		   send(ct, &s, NVME_IO_WRITE,
			ct->argument
				? ALL_CHECKS & ~(s.ns->metadata.type == 3 ? NVME_RW_PRCHK_REF : 0)
				: 0));
	got = read_raw(ct, &s);
	expect_same(ct, &s, &got);
}

static void one_block(struct ct *ct)
{
	struct nvme_command command;
	struct space s, got;

	begin(ct, &s, false);
	ct_success(ct, "Write", send(ct, &s, NVME_IO_WRITE, 0));
	/* The third one anew, with data of the first. */
	command = command_for(ct, &s, NVME_IO_WRITE, 0);
	command.cdw10 += 2;
	command.cdw12 = 0;
	ct_prp(ct, &command, s.bytes, s.data + (s.ns->metadata.extended ? s.metadata : 0));
	ct_success(ct, "Write of one block", ct_do(ct, command));
	got = read_raw(ct, &s);
	memcpy(data_of(&s, 2), data_of(&s, 0), s.data);
	memcpy(metadata_of(&s, 2), metadata_of(&s, 0), s.metadata);
	expect_same(ct, &s, &got);
}

/* ---- What the controller makes ---- */

static void made(struct ct *ct)
{
	struct space s, got;
	uint8_t tuple[16];

	begin(ct, &s, true);
	/* Where data and metadata are apart: without what is to be made. */
	if (s.metadata == s.tuple && s.ns->metadata.extended)
		for (unsigned i = 0; i < BLOCKS; i++)
			ct_fill(s.bytes + i * s.data, s.data, i + 1);
	else
		for (unsigned i = 0; i < BLOCKS; i++)
			memset(metadata_of(&s, i) + s.at, 0, s.tuple);
	ct_success(ct, "Write with PRACT", send(ct, &s, NVME_IO_WRITE, NVME_RW_PRACT));
	got = read_raw(ct, &s);
	for (unsigned i = 0; i < BLOCKS; i++) {
		make_tuple(&got, i, tuple);
		ct_same(ct, "the protection information", tuple, metadata_of(&got, i) + s.at,
			s.tuple);
	}
}

static void stripped(struct ct *ct)
{
	struct space s, got;

	begin(ct, &s, true);
	CT_NEED(s.metadata == s.tuple, "there is other metadata");
	ct_success(ct, "Write", send(ct, &s, NVME_IO_WRITE, 0));
	got = s;
	got.bytes = ct_buffer(ct, BLOCKS * (s.data + s.metadata));
	got.apart = ct_buffer(ct, BLOCKS * s.metadata);
	ct_success(ct, "Read with PRACT",
		   send(ct, &got, NVME_IO_READ, NVME_RW_PRACT | NVME_RW_PRCHK_GUARD));
	for (unsigned i = 0; i < BLOCKS; i++)
		ct_same(ct, "a block's data", data_of(&s, i), got.bytes + i * s.data, s.data);
	ct_all(ct, "what is behind the data to stay", CT_FRESH, got.bytes + BLOCKS * s.data,
	       BLOCKS * s.metadata);
	ct_all(ct, "the metadata's memory to stay", CT_FRESH, got.apart, BLOCKS * s.metadata);
}

/* ---- What it checks ---- */

enum { GUARD, APP, REF };
static const struct {
	uint32_t check;
	uint16_t status;
} checks[] = {
	[GUARD] = {NVME_RW_PRCHK_GUARD, NVME_SC_GUARD_CHECK},
	[APP] = {NVME_RW_PRCHK_APP, NVME_SC_APPLICATION_TAG_CHECK},
	[REF] = {NVME_RW_PRCHK_REF, NVME_SC_REFERENCE_TAG_CHECK},
};

/* One bit of the third block's tuple is another. */
static void spoil(struct ct *ct, struct space *s, unsigned which)
{
	begin(ct, s, true);
	CT_NEED(which != REF || s->ns->metadata.type != 3, "type 3 has no reference tags to check");
	metadata_of(s, 2)[s->at + (which == GUARD ? 0
				   : which == APP ? s->guard
						  : s->tuple - 1)] ^= 1;
}

static void write_checked(struct ct *ct)
{
	unsigned which = ct->argument;
	struct space s;

	spoil(ct, &s, which);
	ct_status(ct, "Write with that check", checks[which].status,
		  send(ct, &s, NVME_IO_WRITE, checks[which].check));
	ct_success(ct, "Write with the other checks",
		   send(ct, &s, NVME_IO_WRITE,
			(s.ns->metadata.type == 3 ? ALL_CHECKS & ~NVME_RW_PRCHK_REF : ALL_CHECKS) &
				~checks[which].check));
}

static void read_checked(struct ct *ct)
{
	unsigned which = ct->argument;
	struct space s, got;

	spoil(ct, &s, which);
	ct_success(ct, "Write without checks", send(ct, &s, NVME_IO_WRITE, 0));
	got = read_raw(ct, &s);
	expect_same(ct, &s, &got);
	ct_status(ct, "Read with that check", checks[which].status,
		  send(ct, &got, NVME_IO_READ, checks[which].check));
	ct_success(ct, "Read with the other checks",
		   send(ct, &got, NVME_IO_READ,
			(s.ns->metadata.type == 3 ? ALL_CHECKS & ~NVME_RW_PRCHK_REF : ALL_CHECKS) &
				~checks[which].check));
}

static void masked(struct ct *ct)
{
	struct nvme_command command;
	struct space s;

	begin(ct, &s, true);
	ct_success(ct, "Write", send(ct, &s, NVME_IO_WRITE, 0));
	command = command_for(ct, &s, NVME_IO_READ, NVME_RW_PRCHK_APP);
	command.cdw15 = NVME_RW_APP_TAG(APP_TAG ^ 0xff, 0xff00);
	ct_success(ct, "Read with other bits that are masked", ct_do(ct, command));
	command.cdw15 = NVME_RW_APP_TAG(APP_TAG ^ 0xff, 0x0001);
	ct_status(ct, "Read with another bit that is not masked", NVME_SC_APPLICATION_TAG_CHECK,
		  ct_do(ct, command));
}

/* Tuples that say of themselves that they are not to be checked. */
static void unchecked(struct ct *ct)
{
	struct space s;

	begin(ct, &s, true);
	for (unsigned i = 0; i < BLOCKS; i++) {
		uint8_t *tuple = metadata_of(&s, i) + s.at;

		memset(tuple, 0, s.guard);
		memset(tuple + s.guard, 0xff, s.tuple - s.guard);
	}
	ct_success(ct, "Write without checks", send(ct, &s, NVME_IO_WRITE, 0));
	ct_success(ct, "Read of application tags FFFFh with checks",
		   send(ct, &s, NVME_IO_READ, NVME_RW_PRCHK_GUARD | NVME_RW_PRCHK_APP));
}

static void wrong_initial(struct ct *ct)
{
	struct nvme_command command;
	struct space s;

	begin(ct, &s, true);
	CT_NEED(s.ns->metadata.type == 1, "it is of another type than 1");
	command = command_for(ct, &s, ct->argument, NVME_RW_PRCHK_REF);
	command.cdw14 = LBA + 1;
	ct_status(ct, "a reference tag that is not the LBA's",
		  NVME_SC_INVALID_PROTECTION_INFORMATION, ct_do(ct, command));
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
	     GUARD),
	CASE("Write with another application tag: its check fails", "NVM 5.2", write_checked, APP),
	CASE("Write with another reference tag: its check fails", "NVM 5.2", write_checked, REF),
	CASE("Read of another guard: End-to-end Guard Check Error", "NVM 5.2", read_checked, GUARD),
	CASE("Read of another application tag: its check fails", "NVM 5.2", read_checked, APP),
	CASE("Read of another reference tag: its check fails", "NVM 5.2", read_checked, REF),
	CASE("the application tag's mask says which bits are checked", "NVM 5.2", masked, 0),
	CASE("application tags FFFFh are not checked", "NVM 5.2.3", unchecked, 0),
	CASE("Read, type 1: reference tag not the LBA's: Invalid Protection", "NVM 5.2.3",
	     wrong_initial, NVME_IO_READ),
	CASE("Write, type 1: reference tag not the LBA's: Invalid Protection", "NVM 5.2.3",
	     wrong_initial, NVME_IO_WRITE),
	{.name = NULL},
};
CONFORMANCE_GROUP("protection", cases);

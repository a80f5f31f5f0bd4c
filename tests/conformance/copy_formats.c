/* Copy with descriptor formats that name the source's namespace, or that have room for longer tags;
 * and with protection information. */
#include "tests/conformance/protection.h"

#include "lib/string.h"

#define BLOCKS 16u
#define TO     32u
#define CROSS  2u /* the format whose ranges have an NSID */
#define WIDE   1u /* the one for guards of 32 and 64 bits */

static bool has_format(const struct ct *ct, unsigned format)
{
	return ct->identify->ocfs >> format & 1;
}

static void need_copy(struct ct *ct, const struct ct_namespace *ns, unsigned format)
{
	ct_need_command(ct, NVME_IO_COPY);
	CT_NEED(has_format(ct, format), "OCFS does not have descriptor format %xh", format);
	CT_NEED(ns->identify->mssrl >= BLOCKS && ns->identify->mcl >= 2 * BLOCKS,
		"MSSRL or MCL is less than the blocks");
}

/* ---- Of another namespace ---- */

/* The formats that the host says it uses, and whether it knows of longer guards. */
static void set_formats(struct ct *ct, unsigned formats, bool wide)
{
	struct nvme_host_behavior *data = ct_buffer(ct, sizeof(*data));
	struct nvme_command command = ct_set_feature(NVME_FEATURE_HOST_BEHAVIOR, 0, 0);

	memset(data, 0, sizeof(*data));
	data->cdfe = (uint16_t)formats;
	data->lbafee = wide;
	ct_prp(ct, &command, data, sizeof(*data));
	ct->dirty = true;
	ct_success(ct, "Set Features, Host Behavior Support", ct_ask(ct, command));
}

static void begin(struct ct *ct)
{
	need_copy(ct, ct->ns, CROSS);
	ct_save(ct, ct->ns, 0, 2 * TO);
	ct_write_pattern(ct, ct->ns, 0, 2 * TO, 1);
}

static struct ct_answer copy(struct ct *ct, const struct nvme_copy_range *ranges, unsigned count)
{
	struct nvme_command command = ct_copy(ct, ct->ns, TO, ranges, count);

	command.cdw12 = NVME_COPY_CDW12(count, CROSS);
	return ct_do(ct, command);
}

static struct nvme_copy_range range(uint32_t nsid, uint64_t lba, unsigned blocks)
{
	return (struct nvme_copy_range){.nsid = nsid, .lba = lba, .blocks = (uint16_t)(blocks - 1)};
}

static void expect_copied(struct ct *ct, uint64_t to, const struct ct_namespace *from, uint64_t lba,
			  unsigned blocks)
{
	uint8_t *got = ct_buffer(ct, ct->ns->block_size),
		*wanted = ct_buffer(ct, ct->ns->block_size);

	for (unsigned i = 0; i < blocks; i++) {
		ct_move(ct, ct->ns, NVME_IO_READ, to + i, 1, got);
		ct_pattern(from, lba + i, 1, wanted);
		ct_same(ct, "a copied block", wanted, got, ct->ns->block_size);
	}
}

static void own(struct ct *ct)
{
	struct nvme_copy_range source = range(ct->ns->nsid, 3, 5);

	begin(ct);
	set_formats(ct, 1u << CROSS, false);
	ct_success(ct, "Copy", copy(ct, &source, 1));
	expect_copied(ct, TO, ct->ns, 3, 5);
	ct_expect_pattern(ct, ct->ns, 0, TO, 1);
	ct_expect_pattern(ct, ct->ns, TO + 5, TO - 5, 1);
}

/* Another namespace of the same format. */
static struct ct_namespace *alike(struct ct *ct)
{
	for (unsigned i = 0; i < ct->namespace_count; i++) {
		struct ct_namespace *ns = &ct->namespaces[i];

		if (ns == ct->ns || ns->csi != ct->ns->csi || ns->metadata.size ||
		    ns->block_size != ct->ns->block_size ||
		    ns->identify->flbas != ct->ns->identify->flbas)
			continue;
		ct_save(ct, ns, 0, BLOCKS);
		ct_write_pattern(ct, ns, 0, BLOCKS, 1);
		return ns;
	}
	ct_skip(ct, "there is no other namespace of the same format");
}

/* Of both in one command. */
static void other(struct ct *ct)
{
	struct ct_namespace *from;
	struct nvme_copy_range sources[2];

	begin(ct);
	CT_NEED(ct->ns->identify->msrc >= 1, "MSRC is one range");
	from = alike(ct);
	sources[0] = range(from->nsid, 2, 4);
	sources[1] = range(ct->ns->nsid, 7, 3);
	set_formats(ct, 1u << CROSS, false);
	ct_success(ct, "Copy from two namespaces", copy(ct, sources, 2));
	expect_copied(ct, TO, from, 2, 4);
	expect_copied(ct, TO + 4, ct->ns, 7, 3);
	ct_expect_pattern(ct, ct->ns, TO + 7, TO - 7, 1);
	ct_expect_pattern(ct, from, 0, BLOCKS, 1);
}

static void not_enabled(struct ct *ct)
{
	struct nvme_copy_range source = range(ct->ns->nsid, 3, 5);

	begin(ct);
	set_formats(ct, 0, false);
	ct_status(ct, "Copy with a format that the host has not enabled", NVME_SC_INVALID_FIELD,
		  copy(ct, &source, 1));
	ct_expect_pattern(ct, ct->ns, 0, 2 * TO, 1);
}

enum { NO_NAMESPACE, BEHIND_END, OTHER_BLOCKS };

static void wrong_source(struct ct *ct)
{
	struct nvme_copy_range source = range(ct->ns->nsid, 3, 5);

	begin(ct);
	if (ct->argument == NO_NAMESPACE)
		source.nsid = ct_invalid_nsid(ct);
	if (ct->argument == BEHIND_END)
		source.lba = ct->ns->size - 4;
	for (unsigned i = 0; ct->argument == OTHER_BLOCKS && i < ct->namespace_count; i++)
		if (ct->namespaces[i].block_size != ct->ns->block_size)
			source.nsid = ct->namespaces[i].nsid;
	CT_NEED(ct->argument != OTHER_BLOCKS || source.nsid != ct->ns->nsid,
		"all blocks have the same size");
	set_formats(ct, 1u << CROSS, false);
	if (ct->argument == NO_NAMESPACE)
		ct_status_of(ct, "Copy from no namespace",
			     CT_STATUSES(NVME_SC_INVALID_NAMESPACE, NVME_SC_INVALID_FIELD),
			     copy(ct, &source, 1));
	else if (ct->argument == BEHIND_END)
		ct_status(ct, "Copy from behind the end", NVME_SC_LBA_OUT_OF_RANGE,
			  copy(ct, &source, 1));
	else
		ct_refused(ct, "Copy from blocks of another size", copy(ct, &source, 1));
	ct_expect_pattern(ct, ct->ns, 0, 2 * TO, 1);
}

/* ---- Metadata and protection information ---- */

/* A range of the format that fits the guard, with an NSID or without, of the blocks that the group
 * writes. */
static struct nvme_command copy_space(struct ct *ct, const struct space *s, bool with_nsid)
{
	bool is_wide = s->guard > 2;
	unsigned format = (is_wide ? WIDE : 0) + (with_nsid ? CROSS : 0);
	uint32_t nsid = with_nsid ? s->ns->nsid : 0;
	struct nvme_copy_range_wide wide = {
		.nsid = nsid, .lba = SPACE_LBA, .blocks = SPACE_BLOCKS - 1};
	struct nvme_copy_range narrow = {
		.nsid = nsid, .lba = SPACE_LBA, .blocks = SPACE_BLOCKS - 1};
	size_t size = is_wide ? sizeof(wide) : sizeof(narrow);
	struct nvme_command command = ct_nsid_command(NVME_IO_COPY, s->ns->nsid);
	void *list = ct_buffer(ct, size);

	need_copy(ct, s->ns, format);
	if (with_nsid)
		set_formats(ct, 1u << format, is_wide);
	memcpy(list, is_wide ? (const void *)&wide : (const void *)&narrow, size);
	ct_prp(ct, &command, list, size);
	command.cdw10 = SPACE_LBA + SPACE_BLOCKS;
	command.cdw12 = NVME_COPY_CDW12(1, format);
	return command;
}

enum { METADATA, PROTECTION, PROTECTION_CROSS };

/* argument: with protection information, it goes along where PRACT is 0 */
static void along(struct ct *ct)
{
	struct nvme_command command;
	struct space s, got;

	ct_need_command(ct, NVME_IO_COPY);
	space_begin(ct, &s, ct->argument != METADATA);
	command = copy_space(ct, &s, ct->argument == PROTECTION_CROSS);
	ct_success(ct, "Write", space_send(ct, &s, NVME_IO_WRITE, 0));
	ct_success(ct, "Copy", ct_do(ct, command));
	got = s;
	got.bytes = ct_buffer(ct, SPACE_BLOCKS * (s.data + s.metadata));
	got.apart = ct_buffer(ct, SPACE_BLOCKS * s.metadata);
	command = space_command(ct, &got, NVME_IO_READ, 0);
	command.cdw10 += SPACE_BLOCKS;
	ct_success(ct, "Read of the copy", ct_do(ct, command));
	space_same(ct, &s, &got);
}

static void checked(struct ct *ct)
{
	struct nvme_command command;
	struct space s;

	ct_need_command(ct, NVME_IO_COPY);
	space_spoil(ct, &s, SPACE_GUARD);
	command = copy_space(ct, &s, false);
	ct_success(ct, "Write without checks", space_send(ct, &s, NVME_IO_WRITE, 0));
	command.cdw12 |= NVME_RW_PRCHK_GUARD >> NVME_RW_PRINFO_SHIFT << NVME_COPY_PRINFOR_SHIFT;
	ct_status(ct, "Copy that checks the guard of what it reads", NVME_SC_GUARD_CHECK,
		  ct_do(ct, command));
}

#define CROSS_CASE(text, function, value) \
	CT_CASE(text, "TP4130", function, CT_WRITES, .argument = (value))
#define CASE(text, function, value) \
	CT_CASE(text, "NVM 3.2.2", function, CT_IO, .destroys = true, .argument = (value))

static const struct ct_case cases[] = {
	CROSS_CASE("format 2h with the namespace's own NSID", own, 0),
	CROSS_CASE("format 2h from two namespaces", other, 0),
	CROSS_CASE("format 2h that the host has not enabled: Invalid Field", not_enabled, 0),
	CROSS_CASE("format 2h of an NSID above NN is refused", wrong_source, NO_NAMESPACE),
	CROSS_CASE("format 2h of blocks behind the end: LBA Out of Range", wrong_source,
		   BEHIND_END),
	CROSS_CASE("format 2h of blocks of another size is refused", wrong_source, OTHER_BLOCKS),
	CASE("metadata goes along", along, METADATA),
	CASE("protection information goes along", along, PROTECTION),
	CASE("protection information goes along with formats 2h and 3h", along, PROTECTION_CROSS),
	CASE("the guard of what is read is checked", checked, 0),
	{.name = NULL},
};
CONFORMANCE_GROUP("copy-formats", cases);

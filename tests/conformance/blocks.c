/* The blocks and features that a case changes, and how they are put back. */
#include "tests/conformance/conformance.h"

#include "lib/prng.h"
#include "lib/string.h"

/* Blocks as they were. */
struct ct_saved {
	struct ct_saved *next;
	struct ct_namespace *ns;
	uint64_t lba;
	unsigned blocks;
	uint8_t *bytes;
};

struct ct_feature {
	struct ct_feature *next;
	unsigned fid;
	uint32_t nsid, value;
};

/* Blocks of one command of the suite's own. */
static unsigned chunk(const struct ct_namespace *ns, uint64_t blocks)
{
	uint64_t most = 65536 / ns->block_size;

	if (!most)
		most = 1;
	if (most > ns->blocks_max)
		most = ns->blocks_max;
	return (unsigned)(blocks < most ? blocks : most);
}

void ct_move(struct ct *ct, struct ct_namespace *ns, unsigned opcode, uint64_t lba, uint64_t blocks,
	     void *bytes)
{
	for (uint64_t done = 0; done < blocks;) {
		unsigned now = chunk(ns, blocks - done);
		char *at = (char *)bytes + done * ns->block_size;

		ct_success(ct, opcode == NVME_IO_READ ? "Read" : "Write",
			   ct_do(ct, ct_rw(ct, opcode, ns, lba + done, now, at)));
		done += now;
	}
}

void ct_save(struct ct *ct, struct ct_namespace *ns, uint64_t lba, uint64_t blocks)
{
	struct ct_saved *saved;
	uint8_t *bytes;

	CT_NEED(lba <= ns->size && blocks <= ns->size - lba, "namespace %u has only %llu blocks",
		ns->nsid, (unsigned long long)ns->size);
	CT_NEED(!(ns->identify->nsattr & NVME_NSATTR_PROTECTED), "namespace %u is write protected",
		ns->nsid);
	bytes = ct_buffer(ct, blocks * ns->block_size);
	ct_move(ct, ns, NVME_IO_READ, lba, blocks, bytes);
	saved = nvme_alloc(sizeof(*saved));
	if (!saved)
		ct_skip(ct, "out of memory");
	*saved = (struct ct_saved){ct->saved, ns, lba, (unsigned)blocks, bytes};
	ct->saved = saved;
}

void ct_restore_drop(struct ct *ct)
{
	while (ct->saved) {
		struct ct_saved *saved = ct->saved;

		ct->saved = saved->next;
		nvme_free(saved);
	}
	while (ct->features) {
		struct ct_feature *feature = ct->features;

		ct->features = feature->next;
		nvme_free(feature);
	}
}

void ct_restore(struct ct *ct)
{
	for (struct ct_feature *feature = ct->features; feature; feature = feature->next)
		ct_success(ct, "Set Features",
			   ct_ask(ct, ct_set_feature(feature->fid, feature->nsid, feature->value)));
	for (struct ct_saved *saved = ct->saved; saved; saved = saved->next)
		ct_move(ct, saved->ns, NVME_IO_WRITE, saved->lba, saved->blocks, saved->bytes);
}

uint32_t ct_feature(struct ct *ct, unsigned fid, uint32_t nsid)
{
	struct ct_answer answer = ct_ask(ct, ct_get_feature(fid, NVME_SELECT_CURRENT, nsid));

	ct_success(ct, "Get Features", answer);
	return answer.dw0;
}

struct ct_answer ct_change_feature(struct ct *ct, unsigned fid, uint32_t nsid, uint32_t cdw11)
{
	struct ct_feature *feature = nvme_alloc(sizeof(*feature));

	if (!feature)
		ct_skip(ct, "out of memory");
	*feature = (struct ct_feature){ct->features, fid, nsid, 0};
	ct->features = feature;
	feature->value = ct_feature(ct, fid, nsid);
	return ct_ask(ct, ct_set_feature(fid, nsid, cdw11));
}

void ct_pattern(const struct ct_namespace *ns, uint64_t lba, unsigned generation, void *block)
{
	ct_fill(block, ns->block_size,
		(lba * 0x9e3779b97f4a7c15ull) ^ (uint64_t)ns->nsid << 40 ^
			(uint64_t)generation << 56);
}

void ct_write_pattern(struct ct *ct, struct ct_namespace *ns, uint64_t lba, unsigned blocks,
		      unsigned generation)
{
	char *bytes = ct_buffer(ct, (size_t)blocks * ns->block_size);

	for (unsigned i = 0; i < blocks; i++)
		ct_pattern(ns, lba + i, generation, bytes + (size_t)i * ns->block_size);
	ct_move(ct, ns, NVME_IO_WRITE, lba, blocks, bytes);
}

static void expect(struct ct *ct, struct ct_namespace *ns, uint64_t lba, unsigned blocks,
		   int generation)
{
	uint8_t *bytes = ct_buffer(ct, (size_t)blocks * ns->block_size);
	uint8_t *wanted = ct_buffer(ct, ns->block_size);

	memset(wanted, 0, ns->block_size);
	ct_move(ct, ns, NVME_IO_READ, lba, blocks, bytes);
	for (unsigned i = 0; i < blocks; i++) {
		const uint8_t *got = bytes + (size_t)i * ns->block_size;

		if (generation >= 0)
			ct_pattern(ns, lba + i, (unsigned)generation, wanted);
		if (memcmp(got, wanted, ns->block_size) == 0)
			continue;
		for (uint32_t at = 0; at < ns->block_size; at++)
			if (got[at] != wanted[at])
				ct_fail(ct,
					"expected %02xh in byte %u of LBA %llu of namespace %u "
					"(%s), got %02xh",
					wanted[at], at, (unsigned long long)(lba + i), ns->nsid,
					generation < 0 ? "zeroes" : "as it was written", got[at]);
	}
}

void ct_expect_pattern(struct ct *ct, struct ct_namespace *ns, uint64_t lba, unsigned blocks,
		       unsigned generation)
{
	expect(ct, ns, lba, blocks, (int)generation);
}

void ct_expect_zeroes(struct ct *ct, struct ct_namespace *ns, uint64_t lba, unsigned blocks)
{
	expect(ct, ns, lba, blocks, -1);
}

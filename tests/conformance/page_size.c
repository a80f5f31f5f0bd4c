/* Memory pages that are larger than the smallest ones: CC.MPS. */
#include "tests/conformance/conformance.h"

#define LARGE_MPS   4u /* 64 KiB */
#define LARGE_PAGES 3u /* of the data: two in the list */

static uint8_t *aligned(struct ct *ct, size_t size, size_t page)
{
	uint8_t *memory = ct_buffer(ct, size + page);

	return memory + (-ct_bus(memory) & (page - 1));
}

/* Queues begin with a page. */
static struct ct_sq *aligned_pair(struct ct *ct, unsigned id, size_t page)
{
	unsigned entries = ct_entries(ct, 8);
	struct ct_cq *cq = ct_cq(ct, id, entries);
	struct ct_sq *sq = ct_sq(ct, id, entries, cq);

	cq->view.cq = cq->entries = (void *)aligned(ct, page, page);
	cq->bus = ct_bus((const void *)(uintptr_t)cq->entries);
	sq->view.sq = sq->entries = (void *)aligned(ct, page, page);
	sq->bus = ct_bus(sq->entries);
	return sq;
}

/* The largest size that there is, up to LARGE_MPS. */
static void large_pages(struct ct *ct)
{
	unsigned most = NVME_CAP_MPSMAX(ct->registers.cap);
	unsigned mps = most < LARGE_MPS ? most : LARGE_MPS;
	size_t page = 4096u << mps, block = ct->ns->block_size;
	unsigned blocks = (unsigned)(LARGE_PAGES * page / block);
	uint8_t *pages[LARGE_PAGES], *wanted = ct_buffer(ct, block);
	struct nvme_command command;
	struct ct_sq *sq;
	uint64_t *list;

	CT_NEED(page > ct->page_size, "CAP has one page size");
	CT_NEED(blocks && blocks <= ct->ns->blocks_max && blocks <= ct->ns->size,
		"MDTS or the namespace is less than %u blocks", blocks);
	ct_save(ct, ct->ns, 0, blocks);
	ct_write_pattern(ct, ct->ns, 0, blocks, 1);
	ct_disable(ct);
	ct->admin = aligned_pair(ct, 0, page);
	CT_EXPECT(ct_enable_with(ct, (ct->cc & ~(0xfu << NVME_CC_MPS_SHIFT)) |
					     mps << NVME_CC_MPS_SHIFT),
		  "expected CSTS.RDY with CC.MPS %u, got CSTS.CFS", mps);
	ct_ask_queues(ct);
	sq = aligned_pair(ct, 1, page);
	ct_success(ct, "Create I/O Completion Queue", ct_ask(ct, ct_create_cq(sq->cq)));
	ct_success(ct, "Create I/O Submission Queue", ct_ask(ct, ct_create_sq(sq)));
	list = (void *)aligned(ct, page, page);
	for (unsigned i = 0; i < LARGE_PAGES; i++)
		pages[i] = aligned(ct, page, page);
	for (unsigned i = 1; i < LARGE_PAGES; i++)
		list[i - 1] = ct_bus(pages[i]);
	command = ct_rw(ct, NVME_IO_READ, ct->ns, 0, blocks, NULL);
	command.prp1 = ct_bus(pages[0]);
	command.prp2 = ct_bus(list);
	ct_success(ct, "Read", ct_run(ct, sq, command));
	for (unsigned i = 0; i < blocks; i++) {
		ct_pattern(ct->ns, i, 1, wanted);
		ct_same(ct, "a block of it", wanted, pages[i * block / page] + i * block % page,
			block);
	}
}

static const struct ct_case cases[] = {
	CT_CASE("a list of the largest pages", "Base 3.1.3.5", large_pages, CT_WRITES),
	{.name = NULL},
};
CONFORMANCE_GROUP("page-size", cases);

/* Memory pages that are larger than the smallest ones: CC.MPS. */
#include "tests/conformance/conformance.h"

#define LARGE_MPS   4u /* 64 KiB */
#define LARGE_PAGES 3u /* of the data: two in the list */

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
	ct->page_size = (uint32_t)page;
	ct_admin_queue(ct, 8, 8);
	CT_EXPECT(ct_enable_with(ct, (ct->cc & ~(0xfu << NVME_CC_MPS_SHIFT)) |
					     mps << NVME_CC_MPS_SHIFT),
		  "expected CSTS.RDY with CC.MPS %u, got CSTS.CFS", mps);
	ct_ask_queues(ct);
	sq = ct_pair(ct, 1, ct_entries(ct, 8));
	list = ct_buffer(ct, page);
	for (unsigned i = 0; i < LARGE_PAGES; i++)
		pages[i] = ct_buffer(ct, page);
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

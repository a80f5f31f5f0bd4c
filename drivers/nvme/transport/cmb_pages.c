/* Pages of the Controller Memory Buffer. */
#include "drivers/nvme/transport/cmb_pages.h"

#include "drivers/nvme/spec/spec.h"
#include "drivers/nvme/transport/platform.h"
#include "drivers/nvme/transport/prp.h"

struct nvme_cmb_block {
	uint64_t offset, size;
	struct nvme_cmb_block *next;
};

/* First fit. */
static void *allocate(struct nvme_cmb *cmb, size_t size, uint64_t *bus)
{
	struct nvme_cmb_block **link = &cmb->first, *block;
	uint64_t offset = 0;

	size = (size + NVME_PAGE_SIZE - 1) & ~(size_t)(NVME_PAGE_SIZE - 1);
	for (; *link && (*link)->offset - offset < size; link = &(*link)->next)
		offset = (*link)->offset + (*link)->size;
	if (size > cmb->size - offset) {
		cmb->full = true;
		return NULL;
	}
	block = nvme_alloc(sizeof(*block));
	if (!block)
		return NULL;
	*block = (struct nvme_cmb_block){offset, size, *link};
	*link = block;
	*bus = cmb->bus + offset;
	return cmb->memory + offset;
}

void *nvme_cmb_alloc_sq(struct nvme_cmb *cmb, size_t size, uint64_t *bus)
{
	return cmb && cmb->uses & NVME_CMBSZ_SQS ? allocate(cmb, size, bus) : NULL;
}

void *nvme_cmb_alloc_list(struct nvme_cmb *cmb, bool queue_there, size_t size, uint64_t *bus)
{
	if (!cmb || !(cmb->uses & NVME_CMBSZ_LISTS))
		return NULL;
	return queue_there || cmb->location & NVME_CMBLOC_CDPCILS ? allocate(cmb, size, bus) : NULL;
}

void *nvme_cmb_alloc_data(struct nvme_cmb *cmb, size_t size)
{
	uint64_t bus;

	return cmb->uses & NVME_CMBSZ_DATA ? allocate(cmb, size, &bus) : NULL;
}

bool nvme_cmb_free(struct nvme_cmb *cmb, const void *memory)
{
	struct nvme_cmb_block **link, *block;

	if (!cmb || !cmb->memory || !memory)
		return false;
	for (link = &cmb->first; *link; link = &(*link)->next) {
		block = *link;
		if (cmb->memory + block->offset != memory)
			continue;
		*link = block->next;
		nvme_free(block);
		return true;
	}
	return false;
}

uint64_t nvme_cmb_used(const struct nvme_cmb *cmb)
{
	uint64_t used = 0;

	for (const struct nvme_cmb_block *block = cmb->first; block; block = block->next)
		used += block->size;
	return used;
}

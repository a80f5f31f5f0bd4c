/* Bounce buffers of a lane: how many there are, how large, and who has which. */
#include "drivers/nvme/bounce.h"

#include "drivers/nvme/spec/spec.h"
#include "drivers/nvme/transport/platform.h"
#include "lib/errno.h"

/* NULL is the user of a free one. */
struct nvme_bounce_buffer *nvme_bounce_of(struct nvme_bounce *bounce, const struct nvme_slot *slot)
{
	for (unsigned i = 0; i < bounce->count; i++)
		if (bounce->buffers[i].slot == slot)
			return &bounce->buffers[i];
	return NULL;
}

struct nvme_bounce_buffer *nvme_bounce_take(struct nvme_bounce *bounce,
					    const struct nvme_slot *slot)
{
	struct nvme_bounce_buffer *buffer = nvme_bounce_of(bounce, NULL);

	if (buffer)
		buffer->slot = slot;
	return buffer;
}

static void divide(struct nvme_bounce *bounce, char *memory, uint32_t size, unsigned count)
{
	bounce->memory = memory;
	bounce->size = size;
	bounce->count = count;
	for (unsigned i = 0; i < count; i++)
		bounce->buffers[i].memory = memory + (size_t)i * size;
}

int nvme_bounce_provide(struct nvme_bounce *bounce, uint32_t size)
{
	unsigned count = size > NVME_BOUNCE_LARGE ? 1 : NVME_BOUNCE_BUFFERS;
	uint64_t bus;
	char *memory;

	if (size <= bounce->size)
		return 0;
	for (unsigned i = 0; i < bounce->count; i++)
		if (bounce->buffers[i].slot)
			return -EBUSY;
	/* Those that there are stay until there are others: somebody may wait for one. */
	memory = nvme_dma_alloc((size_t)size * count, &bus);
	if (!memory && count > 1)
		memory = nvme_dma_alloc((size_t)size * (count = 1), &bus);
	if (!memory)
		return -ENOMEM;
	nvme_bounce_free(bounce);
	divide(bounce, memory, size, count);
	return 0;
}

void nvme_bounce_free(struct nvme_bounce *bounce)
{
	if (bounce->memory)
		nvme_dma_free(bounce->memory, (size_t)bounce->size * bounce->count);
	bounce->memory = NULL;
	bounce->count = 0;
}

void nvme_bounce_provide_cmb(struct nvme_bounce *bounce, struct nvme_cmb *cmb)
{
	uint32_t size = cmb->location & NVME_CMBLOC_CDPMLS ? NVME_BOUNCE_CMB : 2 * NVME_PAGE_SIZE;
	char *memory = NULL;
	unsigned count = NVME_BOUNCE_BUFFERS;

	while (count && !(memory = nvme_cmb_alloc_data(cmb, (size_t)size * count)))
		count /= 2;
	divide(bounce, memory, size, count);
}

void nvme_bounce_free_cmb(struct nvme_bounce *bounce, struct nvme_cmb *cmb)
{
	nvme_cmb_free(cmb, bounce->memory);
	bounce->memory = NULL;
	bounce->count = 0;
}

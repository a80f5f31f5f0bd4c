/* Bounce buffers: data that a command cannot describe where it is goes through one, a copy that the
 * controller reaches. */
#pragma once

#include "drivers/nvme/transport/cmb_pages.h"
#include "drivers/nvme/transport/prp.h"

#define NVME_BOUNCE_BUFFERS 4u
#define NVME_BOUNCE_MIN	    (16u << 10)
#define NVME_BOUNCE_LARGE   (256u << 10) /* of what is larger, or where memory is short: one */
#define NVME_BOUNCE_CMB	    (64u << 10)	 /* in a controller memory buffer */

struct nvme_slot;

struct nvme_bounce_buffer {
	void *memory;
	const struct nvme_slot *slot; /* whose command uses it; NULL: free */
	struct nvme_cursor cursor;    /* where its bytes belong */
};

/* Those of one lane. */
struct nvme_bounce {
	struct nvme_bounce_buffer buffers[NVME_BOUNCE_BUFFERS];
	unsigned count;
	uint32_t size; /* bytes of each */
	void *memory;
};

/* Makes the buffers at least size bytes each (whole pages). 0, -ENOMEM, -EBUSY (in use); on errors
 * they stay what they were. */
int nvme_bounce_provide(struct nvme_bounce *bounce, uint32_t size);
void nvme_bounce_free(struct nvme_bounce *bounce);
/* The same in a controller memory buffer: as many as there is room for, of NVME_BOUNCE_CMB bytes,
 * or of two pages where data there may have no list in RAM. */
void nvme_bounce_provide_cmb(struct nvme_bounce *bounce, struct nvme_cmb *cmb);
void nvme_bounce_free_cmb(struct nvme_bounce *bounce, struct nvme_cmb *cmb);

/* A buffer for the command of a slot; NULL when all are in use. The caller gives it back by slot =
 * NULL. */
struct nvme_bounce_buffer *nvme_bounce_take(struct nvme_bounce *bounce,
					    const struct nvme_slot *slot);
/* The one that it took. */
struct nvme_bounce_buffer *nvme_bounce_of(struct nvme_bounce *bounce, const struct nvme_slot *slot);

/* The Controller Memory Buffer (Base, section 8.5): memory of the controller, behind one of its
 * BARs, that takes what it would otherwise have to read out of the host's. Here: who has which
 * pages. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What it is, by cmb.c; full and first by cmb_pages.c. */
struct nvme_cmb {
	char *memory;  /* NULL: it is not used */
	uint64_t bus;  /* by which the controller knows it */
	uint64_t size; /* bytes */
	uint32_t location, cmbsz;
	unsigned uses;		      /* NVME_CMBSZ_SQS, _LISTS, _RDS, _WDS: what is put there */
	bool tried;		      /* it has been looked for */
	bool full;		      /* something found no room */
	struct nvme_cmb_block *first; /* what is in use, by ascending addresses */
};

/* Whole pages of the buffer for a submission queue, or for lists of commands whose submission queue
 * is there (queue_there) or not; not zeroed. NULL where they may not be there, or there is no room.
 * cmb may be NULL. */
void *nvme_cmb_alloc_sq(struct nvme_cmb *cmb, size_t size, uint64_t *bus);
void *nvme_cmb_alloc_list(struct nvme_cmb *cmb, bool queue_there, size_t size, uint64_t *bus);
/* For data of commands; what may be there is cmb->uses. */
void *nvme_cmb_alloc_data(struct nvme_cmb *cmb, size_t size);
/* False: the memory is not of the buffer. */
bool nvme_cmb_free(struct nvme_cmb *cmb, const void *memory);
/* Bytes that are in use. */
uint64_t nvme_cmb_used(const struct nvme_cmb *cmb);

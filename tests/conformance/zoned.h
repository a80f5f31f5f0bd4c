/* Zoned namespaces, between the files of their cases. */
#pragma once

#include "tests/conformance/conformance.h"

#define CT_ZONES       4u /* that the cases use; all of them are reset */
#define CT_ANY_POINTER UINT64_MAX

struct ct_zoned {
	struct ct_namespace *ns;
	uint64_t size, capacity; /* of a zone, in blocks */
	uint64_t count;
	uint32_t open_max, active_max; /* 0's based; all ones: any number */
	const struct nvme_identify_namespace_zns *identify;
	unsigned extension; /* bytes of a zone's; 0: there is none */
};

/* Finds the namespace, and makes all of its zones empty; skips the case where there is none. */
void ct_zones_begin(struct ct *ct, struct ct_zoned *z);
uint64_t ct_zone_start(const struct ct_zoned *z, unsigned zone);
/* Zone Management Send and Receive with CDW13; Write of the pattern of generation 1. */
struct ct_answer ct_zone_send(struct ct *ct, const struct ct_zoned *z, uint64_t lba,
			      unsigned action);
struct ct_answer ct_zone_receive(struct ct *ct, const struct ct_zoned *z, uint64_t lba,
				 unsigned how, void *report, size_t size);
struct ct_answer ct_zone_write(struct ct *ct, const struct ct_zoned *z, uint64_t lba,
			       unsigned blocks);
struct nvme_zone_descriptor ct_zone_of(struct ct *ct, const struct ct_zoned *z, unsigned zone);
/* The zone has this state, and its write pointer is so many blocks behind its start. */
void ct_zone_expect(struct ct *ct, const struct ct_zoned *z, unsigned zone, unsigned state,
		    uint64_t written);
/* A zone that is empty becomes one of the state, with a block written where it can be. */
void ct_zone_make(struct ct *ct, const struct ct_zoned *z, unsigned zone, unsigned state);

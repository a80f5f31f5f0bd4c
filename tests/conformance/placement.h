/* Cases of Flexible Data Placement, between their files. A placement identifier is a reclaim group
 * and a placement handle, which is a namespace's name for a reclaim unit handle. */
#pragma once

#include "tests/conformance/conformance.h"

#define CT_HANDLES_MAX 64u /* reclaim unit handles, and identifiers, that are looked at */

struct ct_placement {
	struct ct_namespace *ns;
	unsigned group; /* the namespace's endurance group */
	const struct nvme_fdp_configuration *configuration;
	const struct nvme_fdp_handle_status *handles; /* as they were in the beginning */
	unsigned count;				      /* of them: the placement identifiers */
};

/* A namespace in a group that has it, and whether it is enabled there; the case is skipped where
 * there is none. */
bool ct_placement_find(struct ct *ct, struct ct_placement *p);
/* The same, skipped where it is disabled; with the identifiers. */
void ct_placement_begin(struct ct *ct, struct ct_placement *p);
/* The same with the configuration in use. */
void ct_placement_begin_configured(struct ct *ct, struct ct_placement *p);

struct ct_answer ct_placement_log(struct ct *ct, unsigned lid, unsigned group, unsigned lsp,
				  void *log, size_t size);
struct ct_answer ct_placement_receive(struct ct *ct, uint32_t nsid, unsigned operation, void *data,
				      size_t size);
/* The identifiers as they are now, and how many. */
const struct nvme_fdp_handle_status *
ct_placement_status(struct ct *ct, const struct ct_placement *p, unsigned *count);
/* Events of the host, or of the controller. */
const struct nvme_fdp_events_log *ct_placement_events(struct ct *ct, const struct ct_placement *p,
						      bool host);
/* Switches a type of event on or off at a placement handle; whether it is on, skipped where there
 * is no such type. */
struct ct_answer ct_placement_tell(struct ct *ct, uint32_t nsid, unsigned handle, uint8_t type,
				   bool on);
bool ct_placement_told(struct ct *ct, const struct ct_placement *p, unsigned handle, uint8_t type);

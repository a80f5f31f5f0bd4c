/* I/O command sets: which are enabled, which one a namespace has. */
#pragma once

#include "drivers/nvme/nvme.h"

/* Where several I/O command sets are enabled together (CC.CSS 110b): selects as many as can be. 0,
 * also where it is refused, or an error that ends the start. */
int nvme_select_command_sets(struct nvme_controller *controller);
/* Fills in the identifiers and the command set of a namespace as its identification descriptors
 * have them (Base, section 5.17.2.3). 0, also where there are none: reply tells; or an error when
 * the controller does not answer. */
int nvme_identify_descriptors(struct nvme_controller *controller, uint32_t nsid,
			      struct nvme_namespace *ns, struct nvme_reply *reply);

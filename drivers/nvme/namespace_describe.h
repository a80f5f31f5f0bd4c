/* What a namespace is: its command set, format and size, and whether the driver can work with them.
 */
#pragma once

#include "drivers/nvme/nvme.h"

#define NVME_BLOCK_SHIFT_MIN 9

/* Asks the controller for everything about a namespace; old is the one with this NSID that is in
 * use, or NULL. 0 and a description; 1: there is nothing to take in, which was said where it should
 * be, or the one in use stays as it was; or a negative errno: the controller does not answer. */
int nvme_namespace_describe(struct nvme_controller *controller, uint32_t nsid,
			    struct nvme_namespace *old, struct nvme_namespace *ns);
/* Says what one is that is no disk, in one line. */
void nvme_namespace_introduce(struct nvme_controller *controller, const struct nvme_namespace *ns);

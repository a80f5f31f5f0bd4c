/* How large commands are and where they begin, as controllers and namespaces wish it; and what
 * their block devices tell of that. */
#pragma once

#include <stdint.h>

#include "drivers/nvme/spec/spec.h"

struct nvme_controller;
struct nvme_namespace;

/* What a controller says of commands that move no data: Identify CNS 06h; 0: no limit. Written by
 * limits.c. */
struct nvme_limits {
	uint8_t verify_shift; /* VSL, WZSL: 4 KiB << this */
	uint8_t write_zeroes_shift;
	uint8_t ranges;	       /* DMRL */
	uint32_t range_blocks; /* DMRSL */
	uint64_t blocks;       /* DMSL */
};

/* Asks the controller, where it is to be known. 0, or an error that ends the start. */
int nvme_limits_setup(struct nvme_controller *controller);
/* Fills in those of a namespace whose block size is known, and of its block device. */
void nvme_limits_describe(const struct nvme_controller *controller,
			  const struct nvme_identify_namespace *data, struct nvme_namespace *ns);
/* Fills in the zones of a zoned namespace, behind that; its ->unsupported where the driver cannot
 * work with them. 0, or a negative errno: the controller does not answer. */
int nvme_limits_zones(struct nvme_controller *controller, struct nvme_namespace *ns);

/* Namespaces: which there are, and their block devices. */
#pragma once

#include "drivers/nvme/nvme.h"

#define NVME_NAMESPACES_MAX 1024u

/* Written by namespace.c. */
struct nvme_namespaces {
	struct nvme_namespace *first;		  /* by ascending NSID */
	struct nvme_identify_namespace *identify; /* of the last one looked at */
	uint32_t *list;				  /* the last part of it */
	uint64_t scan_until_ns;
};

/* Memory for what the controller says of them. 0 or -ENOMEM. */
int nvme_namespaces_alloc(struct nvme_controller *controller);
/* Asks the controller for its namespaces. 0, or an error when it does not answer. */
int nvme_scan_namespaces(struct nvme_controller *controller);
void nvme_register_namespaces(struct nvme_controller *controller);
void nvme_namespaces_gone(struct nvme_controller *controller);
void nvme_namespaces_free(struct nvme_controller *controller);

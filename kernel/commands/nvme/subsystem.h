/* NVM subsystems: the controllers that name the same one in Identify Controller. */
#pragma once

#include <stdbool.h>

struct nvme_controller;

#define NVME_NQN_MAX 256

struct nvme_subsystem {
	char name[24]; /* "my_nvme-subsys0": by its first controller's number */
	char nqn[NVME_NQN_MAX];
	struct nvme_controller *first;
};

/* What a host is called that was given no name: this one keeps none. */
#define NVME_HOST_NQN "nqn.2014-08.org.nvmexpress:uuid:00000000-0000-0000-0000-000000000000"

/* The subsystems, by their first controllers; false where there is none, or none more. */
bool nvme_subsystem_first(struct nvme_subsystem *subsystem);
bool nvme_subsystem_following(struct nvme_subsystem *subsystem);
/* The next controller of the same subsystem; NULL behind the last. */
struct nvme_controller *nvme_subsystem_next(struct nvme_controller *controller);
/* Whether the controller belongs to it. */
bool nvme_subsystem_has(const struct nvme_subsystem *subsystem,
			const struct nvme_controller *controller);

/* Where a controller sits, with the PCI domain: "0000:00:04.0". */
#define NVME_ADDRESS_TEXT 16
void nvme_full_address(const struct nvme_controller *controller, char *text);

/* Commands that somebody waits for: the same asynchronous path, with a waiting loop on top. */
#pragma once

#include "drivers/nvme/channel.h"
#include "drivers/nvme/nvme.h"

/* What who waits for a command has its answer in. */
struct nvme_wait {
	struct nvme_answer answer;
	bool done;
	bool left; /* behind, see below */
	/* Not NULL: Ctrl-C may end the wait while the controller still has the command. Whatever
	 * the wait is part of stays until this is called, at the end of the command. */
	void (*ended_late)(struct nvme_controller *controller, struct nvme_wait *wait);
};

/* Whether commands may be sent now at all; 0 or a negative errno. */
int nvme_may_send(const struct nvme_controller *controller);
/* A slot for a command that may be sent, though perhaps not at once; NULL and *error. */
struct nvme_slot *nvme_wait_for_slot(struct nvme_channel *channel, uint64_t deadline_ns,
				     bool interruptible, int *error);
/* Sends what the slot holds and waits for its end. 0, what the status says, -ETIMEDOUT, -EIO,
 * -ENODEV; -EINTR: as it was asked to, and where wait->left is set the command is still there. */
int nvme_send_and_wait(struct nvme_channel *channel, struct nvme_slot *slot, struct nvme_wait *wait,
		       uint64_t timeout_ns, struct nvme_reply *reply);

/* A command of the driver's own, its data at prp1; repeated where the controller says that it may
 * be. reply may be NULL. */
int nvme_admin_with_retries(struct nvme_controller *controller, const struct nvme_command *command,
			    uint64_t prp1, struct nvme_reply *reply);
/* Identify, so; into data, which is not DMA memory. */
int nvme_admin_identify(struct nvme_controller *controller, unsigned cns, uint32_t nsid, void *data,
			struct nvme_reply *reply);
/* The same of another command set. */
int nvme_admin_identify_set(struct nvme_controller *controller, unsigned cns, uint8_t csi,
			    uint32_t nsid, void *data, struct nvme_reply *reply);
/* Whether a failed command was answered by the controller, with a status of its own. */
bool nvme_answered(const struct nvme_reply *reply);

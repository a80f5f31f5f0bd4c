/* From an enabled controller to one that takes I/O, and what turned out on the way. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "drivers/nvme/transport/sgl.h"

struct nvme_controller;
struct nvme_load;
struct nvme_namespace;

/* Written by setup.c. */
struct nvme_setup {
	bool alone; /* the controller is started or ended: late commands fail, nobody resets it */
	uint64_t until_ns; /* meanwhile: nothing more is sent then; or 0 */
	unsigned io_entries;
	uint32_t transfer_max; /* bytes of one command */
	uint32_t block_limit;  /* what that may grow to for large blocks, as far as MDTS allows */
	struct nvme_sgl_rules sgl;
	char serial[20]; /* of the controller that was started */
};

struct nvme_queue;
/* Creates a queue pair in the controller; interrupts: with its vector, where there are any. 1:
 * refused, and nothing of the two is left. */
int nvme_create_queue(struct nvme_controller *controller, struct nvme_queue *queue,
		      bool interrupts);
/* Deletes one: 0 or an error. */
int nvme_delete_queue(struct nvme_controller *controller, unsigned id);
/* Before the first start: what one command may carry at most, and what that may grow to. */
void nvme_setup_limit(struct nvme_controller *controller, uint32_t transfer_max,
		      uint32_t block_limit);
/* There is room for so much in every channel. */
void nvme_setup_grow(struct nvme_controller *controller, uint32_t transfer_max);
/* Whoever starts or ends the controller has it for himself, for so long as commands are sent (0: no
 * limit), until nvme_setup_over(). */
void nvme_setup_alone(struct nvme_controller *controller, uint64_t ns);
void nvme_setup_over(struct nvme_controller *controller);
/* Identify, queues and features, behind each nvme_enable(). 0, or an error that has been said. */
int nvme_setup(struct nvme_controller *controller);

/* Deletes the queue pair of a load, which nobody is inside or which is frozen, if the controller
 * has it; what is in flight ends with that error. */
void nvme_load_take_away(struct nvme_load *load, int error);
/* A command is about to change the namespace's blocks: the controller must not find commands for
 * the old ones. Its loads end with -ENODEV. */
void nvme_loads_retire(struct nvme_namespace *namespace);

/* What happens to a whole controller that fails: reset, or given up. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "drivers/nvme/nvme.h"

/* Written by recovery.c. */
struct nvme_recovery {
	bool wanted; /* a reset, decided somewhere in the depth of a reap */
	const char *reason;
	uint64_t resets;	/* so far */
	unsigned faults;	/* resets that nobody asked for, with nothing completed between */
	bool function_reset;	/* was tried against them */
	uint64_t faults_at_ns;	/* the end of the last one */
	uint64_t faults_reaped; /* how much had been completed then */
};

/* Makes the PCI function answer again, if it is there. 0, -ENODEV, or another negative errno. */
int nvme_restore(struct nvme_controller *controller);
void nvme_want_reset(struct nvme_controller *controller, const char *reason);
int nvme_recover(struct nvme_controller *controller, const char *reason);
void nvme_die(struct nvme_controller *controller, enum nvme_state state, const char *reason);
/* The controller takes I/O from now on. */
void nvme_go_live(struct nvme_controller *controller);

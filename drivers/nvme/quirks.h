/* What models of controllers do that they should not, each under a name: the driver asks for the
 * name, and this file alone knows the model. */
#pragma once

#include <stdint.h>

enum nvme_quirk {
	/* It may find a doorbell while it is being disabled, starts that command all the same, and
	 * crashes when the command ends in a queue that is not there any more (QEMU 7.2). Before it
	 * is disabled it answers a command that was announced later: then it has seen the others.
	 */
	NVME_QUIRK_LATE_DOORBELLS = 1u << 0,
	/* Completions that a reset leaves in their queues keep the pin active for ever (QEMU 7.2).
	 * What is in flight may end before. */
	NVME_QUIRK_STICKY_PIN = 1u << 1,
	/* It leaves out the memory barriers that shadow doorbells rely on, and so misses one now
	 * and then (QEMU 7.2, when it emulates a machine of one CPU). The real ones are rung when a
	 * queue stands still. */
	NVME_QUIRK_MISSED_SHADOWS = 1u << 2,
	/* It counts wrongly which queues hold the pin active where it learns of a head from a
	 * shadow (QEMU 7.2). No shadow doorbells with INTx. */
	NVME_QUIRK_PIN_OR_SHADOWS = 1u << 3,
	/* The tuples of blocks that were never written are zeroes where their image's file system
	 * has begun to fill the same block of its own, and not all ones (QEMU 7.2, 11.1). A block
	 * of nothing but zeroes is taken for one. */
	NVME_QUIRK_ZERO_TUPLES = 1u << 4,
	/* It has a volatile write cache, and leaves there what is written with FUA (QEMU 7.2,
	 * 11.1). A Flush follows. */
	NVME_QUIRK_FUA_IGNORED = 1u << 5,
	/* It takes data for data in the Controller Memory Buffer where the SGL segments that
	 * describe it are there, and fails the command (QEMU 7.2, 11.1). No SGLs with lists there.
	 */
	NVME_QUIRK_SGL_IN_CMB = 1u << 6,
};

struct nvme_controller;
struct nvme_channel;

/* Those of the model with these PCI numbers. */
unsigned nvme_quirks(uint16_t vendor, uint16_t device);

/* NVME_QUIRK_LATE_DOORBELLS and NVME_QUIRK_STICKY_PIN: before the controller is disabled. Takes no
 * longer than half a second for each. */
void nvme_quirk_settle(struct nvme_controller *controller);

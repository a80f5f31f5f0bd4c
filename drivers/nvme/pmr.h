/* The Persistent Memory Region (Base, section 8.14) as a block device, my_nvme0pmr: memory behind a
 * BAR of the controller that keeps what is written to it without power. */
#pragma once

struct nvme_controller;

/* Where there is one, switches it on and registers its device; again behind each reset, which may
 * have switched it off. Does not wait for it to get ready: requests do. One that cannot be used is
 * said, and fails requests. */
void nvme_pmr_start(struct nvme_controller *controller);
/* Its controller is dead or gone, perhaps for a time. */
void nvme_pmr_gone(struct nvme_controller *controller);
void nvme_pmr_free(struct nvme_controller *controller);

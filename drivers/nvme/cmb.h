/* The Controller Memory Buffer (Base, section 8.5) found and switched on. */
#pragma once

struct nvme_controller;

/* Where the options ask for it, finds the buffer of a controller that is disabled, and makes it
 * take addresses; again behind each reset, which may have forgotten it. 0, also where there is none
 * to use, which is said; -EIO (said, too) where one that is in use is not what it was. */
int nvme_cmb_enable(struct nvme_controller *controller);
/* Says what is in it. */
void nvme_cmb_introduce(struct nvme_controller *controller);

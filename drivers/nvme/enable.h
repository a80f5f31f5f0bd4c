/* The controller enabled, disabled and shut down (Base, sections 3.5 and 3.6); errors are those of
 * transport/registers.h, and have been said. */
#pragma once

struct nvme_controller;

/* -EOPNOTSUPP: capabilities that the driver cannot work with. */
int nvme_read_capabilities(struct nvme_controller *controller);
int nvme_disable(struct nvme_controller *controller);
/* One that is not seen to stop must not write into memory that is not its own any more: it loses
 * bus mastering. So does one that reads all ones: it may be back as it was. */
void nvme_silence(struct nvme_controller *controller);
int nvme_enable(struct nvme_controller *controller);
int nvme_shut_down(struct nvme_controller *controller);

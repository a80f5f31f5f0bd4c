/* A controller that somebody has for himself: the driver lets go of it, and takes it back. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct nvme_pci;

/* What is there of it: its BAR0, mapped, and its PCI function. */
struct nvme_claim {
	const char *name; /* "my_nvme0" */
	volatile void *bar;
	uint64_t bar_size;
	uint64_t bar_bus; /* its address on the bus */
	struct nvme_pci *pci;
	/* Bus mastering on or off; the function as it was when the driver got it (0, -ENODEV or
	 * another negative errno); the function reset and as before, bus mastering off. */
	void (*bus_master)(struct nvme_pci *pci, bool on);
	int (*restore)(struct nvme_pci *pci);
	int (*reset)(struct nvme_pci *pci);
	/* Configuration space, by width in bytes (1, 2, 4). NULL where there is none. */
	uint32_t (*config_read)(struct nvme_pci *pci, unsigned offset, unsigned width);
	void (*config_write)(struct nvme_pci *pci, unsigned offset, unsigned width, uint32_t value);
};

/* Takes the controller of that name ("my_nvme0") from the driver: its block devices are gone, its
 * queues deleted, it is shut down in order. 0, or -ENODEV where there is none. */
int nvme_claim(const char *name, struct nvme_claim *claim);
/* Gives it back: the driver starts it as at first, under the same name. 0, or as nvme_attach(). */
int nvme_release(struct nvme_claim *claim);

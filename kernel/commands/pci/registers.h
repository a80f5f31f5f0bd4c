/* Registers of configuration space by name, as setpci calls them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct pci_device;

struct pci_register_name {
	const char *name;
	uint16_t offset;     /* in configuration space, or in the capability */
	uint16_t capability; /* its id; 0: none */
	bool extended;	     /* an extended capability */
	uint8_t width;	     /* bytes; 0: not known */
	uint8_t headers;     /* a bit for each header type that has it; 0: all do */
};

/* By its name in any case, CAPid or ECAPid. */
bool pci_register_find(const char *name, struct pci_register_name *found);
/* All of them, as a table. */
void pci_register_list(void);
struct completion;
void pci_complete_register(struct completion *completion);
/* The offset of a function's capability, the instance-th of its id from 0. 0 if there is none;
 * count is how many of the id there are. */
unsigned pci_capability_nth(const struct pci_device *device, const struct pci_register_name *reg,
			    unsigned instance, unsigned *count);

/* lspci: what its files share. The form of everything is that of pciutils 3.9. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "drivers/pci/extended.h"

/* What is shown, and how. */
struct lspci {
	struct pci_device *device;
	unsigned size; /* bytes of its configuration space that there are */
	unsigned at;   /* the capability that is looked at; 0: the header */
	int verbose;   /* how many -v */
	int numeric;   /* how many -n */
};

/* A register of the capability, or of the header; all ones behind the end. */
uint8_t lspci_read8(const struct lspci *view, unsigned offset);
uint16_t lspci_read16(const struct lspci *view, unsigned offset);
uint32_t lspci_read32(const struct lspci *view, unsigned offset);
/* Whether all of the capability up to end is there, and is to be decoded (-vv). */
bool lspci_decodes(const struct lspci *view, unsigned end);
/* The text, with + or - for the bit of value that stands behind each %, in base 32: "Mem%1
 * DisINTx%a" shows bits 1 and 10. */
void lspci_bits(uint32_t value, const char *text);
/* " [size=16K]"; nothing for 0. */
void lspci_size(uint64_t size);
/* "Red Hat, Inc. QEMU NVM Express Controller", or numbers; device_name: NULL where it has none. */
void lspci_name(uint16_t vendor, uint16_t id, const char *device_name, int numeric);

/* With what stands below the headline: header.c */
void lspci_subsystem(const struct lspci *view);
/* Vendor and device of the subsystem; false where there is none. */
bool lspci_find_subsystem(const struct lspci *view, uint16_t *vendor, uint16_t *id);
void lspci_header(struct lspci *view);
/* Every capability: capability.c, extended.c */
void lspci_capabilities(struct lspci *view);
void lspci_extended_capabilities(struct lspci *view, unsigned type);
/* The PCI Express capability and its port type: express.c */
unsigned lspci_express(const struct lspci *view);

/* Device/Port Type (PCI Express Base 4.0, section 7.5.3.2) */
enum {
	EXPRESS_ENDPOINT = 0,
	EXPRESS_LEGACY_ENDPOINT = 1,
	EXPRESS_ROOT_PORT = 4,
	EXPRESS_UPSTREAM = 5,
	EXPRESS_DOWNSTREAM = 6,
	EXPRESS_TO_PCI = 7,
	EXPRESS_FROM_PCI = 8,
	EXPRESS_INTEGRATED = 9,
	EXPRESS_EVENT_COLLECTOR = 10,
	EXPRESS_NONE = 16, /* none of them */
};

struct pci_selector;
/* -t: the buses and what is on them, with names where view is verbose; selector NULL: all of it. */
void lspci_tree(const struct lspci *view, const struct pci_selector *selector);

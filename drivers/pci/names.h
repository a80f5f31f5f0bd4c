/* Names of PCI classes, vendors and devices: the classes, and what QEMU's machines are made of. */
#pragma once

#include <stdint.h>

/* "Non-Volatile memory controller" for a class and subclass (class << 8 | subclass), "Class 0b40"
 * style text is left to the caller: NULL if unknown. */
const char *pci_class_name(uint16_t class_subclass);
/* "NVM Express" for a class code with its programming interface. */
const char *pci_interface_name(uint32_t class_code);
const char *pci_vendor_name(uint16_t vendor);
const char *pci_device_name(uint16_t vendor, uint16_t device);
/* What a device's subsystem is called. */
const char *pci_subsystem_name(uint16_t vendor, uint16_t device, uint16_t subsystem_vendor,
			       uint16_t subsystem);
/* "MSI-X" for a capability ID, NULL if unknown. */
const char *pci_capability_name(uint8_t id);

/* Names of PCI classes, vendors and devices. */
#include "drivers/pci/names.h"

#include <stddef.h>

struct name {
	uint32_t id;
	const char *text;
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* PCI Code and ID Assignment Specification, class and subclass */
static const struct name classes[] = {
	{0x0000, "Non-VGA unclassified device"},
	{0x0100, "SCSI storage controller"},
	{0x0101, "IDE interface"},
	{0x0104, "RAID bus controller"},
	{0x0106, "SATA controller"},
	{0x0107, "Serial Attached SCSI controller"},
	{0x0108, "Non-Volatile memory controller"},
	{0x0180, "Mass storage controller"},
	{0x0200, "Ethernet controller"},
	{0x0280, "Network controller"},
	{0x0300, "VGA compatible controller"},
	{0x0380, "Display controller"},
	{0x0401, "Multimedia audio controller"},
	{0x0403, "Audio device"},
	{0x0500, "RAM memory"},
	{0x0580, "Memory controller"},
	{0x0600, "Host bridge"},
	{0x0601, "ISA bridge"},
	{0x0604, "PCI bridge"},
	{0x0680, "Bridge"},
	{0x0700, "Serial controller"},
	{0x0780, "Communication controller"},
	{0x0805, "SD Host controller"},
	{0x0880, "System peripheral"},
	{0x0900, "Keyboard controller"},
	{0x0c03, "USB controller"},
	{0x0c05, "SMBus"},
	{0x00ff, "Unclassified device"},
};

static const struct name interfaces[] = {
	{0x010180, "ISA Compatibility mode-only controller, supports bus mastering"},
	{0x010601, "AHCI 1.0"},
	{0x010802, "NVM Express"},
	{0x030000, "VGA controller"},
	{0x060400, "Normal decode"},
	{0x060401, "Subtractive decode"},
	{0x0c0300, "UHCI"},
	{0x0c0310, "OHCI"},
	{0x0c0320, "EHCI"},
	{0x0c0330, "XHCI"},
};

static const struct name vendors[] = {
	{0x1013, "Cirrus Logic"},
	{0x1022, "Advanced Micro Devices, Inc. [AMD]"},
	{0x106b, "Apple Inc."},
	{0x10ec, "Realtek Semiconductor Co., Ltd."},
	{0x144d, "Samsung Electronics Co Ltd"},
	{0x15ad, "VMware"},
	{0x1af4, "Red Hat, Inc."},
	{0x1b36, "Red Hat, Inc."},
	{0x8086, "Intel Corporation"},
};

static const struct name devices[] = {
	{0x10222000, "PCnet32 LANCE"},
	{0x1af41000, "Virtio network device"},
	{0x1af41001, "Virtio block device"},
	{0x1af41041, "Virtio 1.0 network device"},
	{0x1af41042, "Virtio 1.0 block device"},
	{0x1b360001, "QEMU PCI-PCI bridge"},
	{0x1b360008, "QEMU PCIe Host bridge"},
	{0x1b36000c, "QEMU PCIe Root port"},
	{0x1b36000d, "QEMU XHCI Host Controller"},
	{0x1b36000e, "QEMU PCIe-to-PCI bridge"},
	{0x1b360010, "QEMU NVM Express Controller"},
	{0x8086100e, "82540EM Gigabit Ethernet Controller"},
	{0x808610d3, "82574L Gigabit Network Connection"},
	{0x80861237, "440FX - 82441FX PMC [Natoma]"},
	{0x80862918, "82801IB (ICH9) LPC Interface Controller"},
	{0x80862922, "82801IR/IO/IH (ICH9R/DO/DH) 6 port SATA Controller [AHCI mode]"},
	{0x80862930, "82801I (ICH9 Family) SMBus Controller"},
	{0x808629c0, "82G33/G31/P35/P31 Express DRAM Controller"},
	{0x80863420, "7500/5520/5500/X58 I/O Hub PCI Express Root Port 0"},
	{0x80865845, "QEMU NVM Express Controller"},
	{0x80867000, "82371SB PIIX3 ISA [Natoma/Triton II]"},
	{0x80867010, "82371SB PIIX3 IDE [Natoma/Triton II]"},
	{0x80867113, "82371AB/EB/MB PIIX4 ACPI"},
};

/* What the subsystem 1af4:1100 of a device of QEMU is called, as pci.ids spells it. */
static const struct name machines[] = {
	{0x10222000, "QEMU Virtual Machine"}, {0x1b360005, "QEMU Virtual Machine"},
	{0x8086100e, "QEMU Virtual Machine"}, {0x80861237, "Qemu virtual machine"},
	{0x80862918, "QEMU Virtual Machine"}, {0x80862922, "QEMU Virtual Machine"},
	{0x80862930, "QEMU Virtual Machine"}, {0x808629c0, "QEMU Virtual Machine"},
	{0x80865845, "QEMU Virtual Machine"}, {0x80867000, "Qemu virtual machine"},
	{0x80867010, "Qemu virtual machine"}, {0x80867113, "Qemu virtual machine"},
};

/* PCI Code and ID Assignment Specification, capability IDs */
static const struct name capabilities[] = {
	{0x00, "Null"},
	{0x01, "Power Management"},
	{0x02, "AGP"},
	{0x03, "Vital Product Data"},
	{0x04, "Slot ID"},
	{0x05, "MSI"},
	{0x06, "CompactPCI hot-swap <?>"},
	{0x07, "PCI-X"},
	{0x08, "HyperTransport"},
	{0x09, "Vendor Specific Information"},
	{0x0a, "Debug port"},
	{0x0b, "CompactPCI central resource control <?>"},
	{0x0c, "Hot-plug capable"},
	{0x0d, "Subsystem"},
	{0x0e, "AGP3 <?>"},
	{0x0f, "Secure device <?>"},
	{0x10, "Express"},
	{0x11, "MSI-X"},
	{0x12, "SATA HBA"},
	{0x13, "PCI Advanced Features"},
	{0x14, "Enhanced Allocation"},
};

static const char *find(const struct name *names, size_t count, uint32_t id)
{
	for (size_t i = 0; i < count; i++)
		if (names[i].id == id)
			return names[i].text;
	return NULL;
}

const char *pci_class_name(uint16_t class_subclass)
{
	return find(classes, COUNT(classes), class_subclass);
}

const char *pci_interface_name(uint32_t class_code)
{
	return find(interfaces, COUNT(interfaces), class_code);
}

const char *pci_vendor_name(uint16_t vendor)
{
	return find(vendors, COUNT(vendors), vendor);
}

const char *pci_device_name(uint16_t vendor, uint16_t device)
{
	return find(devices, COUNT(devices), (uint32_t)vendor << 16 | device);
}

const char *pci_subsystem_name(uint16_t vendor, uint16_t device, uint16_t subsystem_vendor,
			       uint16_t subsystem)
{
	if (subsystem_vendor == vendor && subsystem == device)
		return pci_device_name(vendor, device);
	if (subsystem_vendor != 0x1af4 || subsystem != 0x1100)
		return NULL;
	return find(machines, COUNT(machines), (uint32_t)vendor << 16 | device);
}

const char *pci_capability_name(uint8_t id)
{
	return find(capabilities, COUNT(capabilities), id);
}

/* What the boot loader hands over, whichever it was (multiboot2 or PVH), checked and in one form.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BOOT_RANGES_MAX	 128
#define BOOT_MODULES_MAX 16

struct boot_range {
	uint64_t start, size; /* bytes */
	bool usable;	      /* RAM; else reserved, ACPI, MMIO */
};

struct boot_module {
	uint64_t start, size;
	char name[64]; /* first word of its command line, "module0" … where it has none */
};

struct boot_info {
	char loader[32]; /* "GRUB 2.06", "PVH" */
	char command_line[2048];
	unsigned range_count;
	struct boot_range ranges[BOOT_RANGES_MAX];
	unsigned module_count;
	struct boot_module modules[BOOT_MODULES_MAX];
	uint64_t rsdp;	/* physical address, 0 if none was given */
	bool truncated; /* something did not fit into the arrays and was left out */
};

#define MULTIBOOT2_MAGIC 0x36d76289u /* in EAX at entry */

/* Pure parsers: they fill *info from nothing, and read only what they were given; no length and no
 * address in it is trusted. 0 or -EINVAL. */

/* Multiboot2 boot information (Multiboot2 Specification 2.0, section 3.6) in [data, data+size);
 * info->rsdp points into it (to the copy of the RSDP that the loader made). */
int boot_info_parse_multiboot2(struct boot_info *info, const void *data, size_t size);

/* hvm_start_info (Xen's PVH boot ABI) at the physical address start_info. map() gives size readable
 * bytes at a physical address, or NULL where it cannot; the pointer is used until the next call. */
int boot_info_parse_pvh(struct boot_info *info, uint64_t start_info,
			const void *(*map)(uint64_t address, size_t size));

/* The longest part of [from, to) that no range of the memory map touches: *start is *end where
 * there is none. */
void boot_info_gap(const struct boot_info *info, uint64_t from, uint64_t to, uint64_t *start,
		   uint64_t *end);

/* Page tables: identity mapping with rights, 4 levels. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Once, after memory_init(): RAM from the memory map, the image section by section, nothing else.
 * 0 or -ENOMEM. */
struct boot_info;
int paging_init(const struct boot_info *info);

/* What another CPU does first: the same tables and memory types. Tables change later only by what
 * CPU 0 maps, and by guard pages, neither of which another CPU reaches: so nobody tells it, and it
 * loads them anew before each function that it runs (kernel/x86/smp.c). */
void paging_init_cpu(void);
void paging_load(void);
uint64_t paging_root(void);

/* Maps [address, address+size) of device memory uncacheable, writable, never executable, at its own
 * address. 0 or -ENOMEM, -EINVAL (empty, beyond the CPU's physical addresses or 47 bits, or over
 * RAM). */
int paging_map_device(uint64_t address, uint64_t size);
/* Maps firmware tables (ACPI) that are not in usable RAM, read-only; what is mapped already stays
 * as it is. 0 or -ENOMEM, -EINVAL. */
int paging_map_firmware(uint64_t address, uint64_t size);
/* Takes away (gives back) a page: guard pages under stacks. A page that cannot be taken away for
 * want of memory stays. */
void paging_guard(void *page);
void paging_unguard(void *page);
/* Whether the page that holds address is mapped, as the page tables have it (for backtraces). */
bool paging_mapped(uint64_t address);

/* What boot.S, the linker script and the kernel have to agree on. */
#pragma once

#define PVH_MAGIC 0x336ec578 /* in hvm_start_info */

#define BOOT_CODE_SELECTOR   0x08
#define BOOT_DATA_SELECTOR   0x10
#define BOOT_CODE32_SELECTOR 0x18
#define BOOT_GDT_SIZE	     0x20
#define BOOT_STACK_SIZE	     (256 * 1024)

/* What is kept back at address 0 for the start of other CPUs, which begin below 1 MiB, and the page
 * of it that they begin on. */
#define LOW_MEMORY_END 0x10000
#define SMP_START_PAGE 0x8000

#define DEBUG_CON_PORT	0xe9 /* QEMU's isa-debugcon: text to the host */
#define DEBUG_EXIT_PORT 0xf4 /* QEMU's isa-debug-exit: ends QEMU with 2 * value + 1 */
#define PANIC_STATUS	120  /* of a machine that ends by an internal error */

#ifndef __ASSEMBLER__
#include <stdint.h>

/* The image, from linker.ld; every edge is page aligned. */
extern char kernel_start[], text_end[], rodata_end[], kernel_end[];
extern char boot_stack_guard[], boot_stack[], boot_stack_top[];

/* boot.S calls it on the main stack: which protocol (MULTIBOOT2_MAGIC, PVH_MAGIC, or what the
 * loader left there) and the address of its information. */
_Noreturn void kmain(uint32_t magic, uint64_t information);
#endif

/* The machine, as the driver of the course sees it: all that it may call. In the kernel these
 * functions are the machine's; on the host they lead to a simulated controller that watches what
 * the driver does. Registers are reached by them alone, never through a pointer. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/errno.h"	/* functions return 0 or one of these, negated */
#include "lib/string.h" /* memcpy(), memset(), memcmp() */

/*
 * PCI configuration space (chapter 1)
 */

/* A dword of a function's configuration space, offset a multiple of 4, below 256. All ones where
 * there is no such function. */
uint32_t platform_pci_read32(unsigned bus, unsigned device, unsigned function, unsigned offset);
/* Half of one, offset a multiple of 2: of the dword with the command register, the other half is
 * the status register, where a 1 that is written clears a bit. */
void platform_pci_write16(unsigned bus, unsigned device, unsigned function, unsigned offset,
			  uint16_t value);

/*
 * Registers (chapter 1)
 */

/* Where the driver finds size bytes of device memory at that address: uncached, for the functions
 * below. NULL where no device is. It may be called again for more of the same: what it returned
 * before stays valid. */
volatile void *platform_map(uint64_t address, uint64_t size);

/* One access of that width, in the order of the program. The address is a multiple of the width. */
uint32_t platform_read32(const volatile void *address);
uint64_t platform_read64(const volatile void *address);
void platform_write32(volatile void *address, uint32_t value);
void platform_write64(volatile void *address, uint64_t value);

/*
 * Memory (chapter 3)
 */

/* Memory that the controller reaches as well: zeroed, contiguous, at the beginning of a page of
 * 4,096 bytes. *bus is where the controller finds it. NULL: there is no more. */
void *platform_dma_alloc(size_t size, uint64_t *bus);
/* With the size that it was asked for; NULL is fine. The controller must not use it any more. */
void platform_dma_free(void *memory, size_t size);
/* Where the controller finds memory that came from platform_dma_alloc(), or the buffer of a read or
 * write that is under way. Pages that are adjacent in memory need not be adjacent there: ask for
 * each page. The answer is that of the byte, with its offset into the page. */
uint64_t platform_bus_address(const void *memory);

/* What was stored to memory before is there for the controller before what is stored after. */
void platform_write_barrier(void);
/* What is loaded from memory after is not older than what was loaded before. */
void platform_read_barrier(void);

/*
 * Time (chapter 2)
 */

/* Nanoseconds since some moment; never goes back. */
uint64_t platform_time_ns(void);
/* One turn of a waiting loop. Every waiting loop calls it: on the host the simulated time moves on
 * by it. */
void platform_relax(void);

/*
 * Interrupts (chapter 5)
 */

/* Turns the function's MSI-X on and calls handler() when that vector comes. The handler interrupts
 * the driver anywhere: it notes that it was called, and returns. 0, or a negative errno where the
 * function has no such vector: then the driver polls. */
int platform_interrupt_begin(unsigned vector, void (*handler)(void));
void platform_interrupt_end(void);
/* Halts until any interrupt, or until platform_time_ns() reaches the deadline; not at all once
 * *noted is true, so that an interrupt that comes before the halt is not slept through. */
void platform_interrupt_wait(const volatile bool *noted, uint64_t deadline_ns);

/* A line for the log, as printf() has it, without the newline. */
void platform_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The machine as far as the limit kernel needs it: serial port, memory, the clock, PCI, one
 * interrupt, and the end. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes to the first serial port, which QEMU has ready. */
void machine_print(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Reads a line without its end, cut off where it does not fit; waits for it. */
void machine_read_line(char *line, size_t size);

/* Zeroed whole pages; NULL when memory is out. */
void *machine_pages(size_t size);

static inline uint64_t machine_tsc(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}
/* Ticks of the TSC in a second, by the 8254; takes a twentieth of that. */
uint64_t machine_tsc_rate(void);

/* The BAR0 of the first function with that class code (24 bits), which may do DMA from now on; NULL
 * where there is none. */
volatile char *machine_pci_find(uint32_t class_code);
/* Has vector 0 of its MSI-X interrupt this CPU. False where it has no MSI-X table in BAR0. */
bool machine_pci_interrupt(void);
/* Halts until an interrupt; one that came since interrupts were last on, in the halt before, ends
 * it at once. */
void machine_halt(void);

/* Ends QEMU; status is what tools/run-qemu ends with, one digit. */
_Noreturn void machine_exit(unsigned status);

/* The ports of PCI configuration space, 0xcf8 to 0xcff, for code that uses kernel/x86/port.h. What
 * is on the bus is up to the test or fuzz target, which supplies the two functions. */
#pragma once

#include <stdint.h>

/* place is bus << 8 | slot << 3 | function; width bytes (1, 2 or 4) at offset lie within a dword. A
 * function that is not there reads as ones. */
uint32_t config_space_read(uint16_t place, unsigned offset, unsigned width);
void config_space_write(uint16_t place, unsigned offset, uint32_t value, unsigned width);

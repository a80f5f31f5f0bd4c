/* The interrupt flag on the host, where nothing interrupts: whoever simulates it has the other two.
 */
#pragma once

#include <stdint.h>

#define CPU_FLAG_INTERRUPTS 0x200u

static inline void cpu_interrupts_on(void)
{
}

static inline void cpu_interrupts_off(void)
{
}

uint64_t cpu_interrupts_save(void);
void cpu_interrupts_restore(uint64_t flags);

/* How the machine ends. What comes before (files, controllers) is in kernel/shutdown.h. */
#pragma once

/* Stops the machine and hands status (0 to 255) to whoever started QEMU: in decimal on port 0xe9,
 * then status 0 by ACPI S5, others by isa-debug-exit on port 0xf4 (at most 127). Where none of them
 * answers the CPU halts for ever. */
_Noreturn void power_off(int status);
_Noreturn void power_reset(void);
/* isa-debug-exit alone; comes back where there is none. */
void power_debug_exit(int status);

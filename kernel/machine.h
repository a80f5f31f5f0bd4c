/* The machine as a whole: how it ends. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Stops the machine and hands status (0 to 255) to whoever started QEMU: in decimal on port 0xe9,
 * then status 0 by ACPI S5, others by isa-debug-exit on port 0xf4 (at most 127). Where none of them
 * answers the CPU halts for ever. */
_Noreturn void machine_exit(int status);
_Noreturn void machine_reboot(void);
/* What has to come before: writes back every file, flushes the block devices and shuts their
 * controllers down in order. */
void machine_quiesce(void);
/* machine_quiesce(), then machine_exit(status). */
_Noreturn void machine_shutdown(int status);

/* Prints the message, the registers where there are any, and a backtrace; then
 * machine_exit(MACHINE_PANIC_STATUS). */
#define MACHINE_PANIC_STATUS 120
_Noreturn void panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

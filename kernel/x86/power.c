/* How the machine ends. */
#include "kernel/x86/power.h"

#include <stdint.h>

#include "boot/layout.h"
#include "drivers/serial/serial.h"
#include "kernel/x86/acpi.h"
#include "kernel/x86/cpu.h"
#include "kernel/x86/port.h"
#include "kernel/x86/smp.h"
#include "lib/format.h"

#define DEBUG_EXIT_MAX	 127
#define RESET_PORT	 0xcf9 /* of the PIIX and ICH */
#define KEYBOARD_COMMAND 0x64  /* of the 8042 */
#define KEYBOARD_RESET	 0xfe

void power_debug_exit(int status)
{
	port_write8(DEBUG_EXIT_PORT, (uint8_t)(status < DEBUG_EXIT_MAX ? status : DEBUG_EXIT_MAX));
}

_Noreturn void power_off(int status)
{
	char text[16];

	cpu_interrupts_off();
	smp_stop_others();
	serial_drain();
	if (status < 0 || status > 255)
		status = 255;
	snprintf(text, sizeof(text), "%d\n", status);
	for (const char *c = text; *c; c++)
		port_write8(DEBUG_CON_PORT, (uint8_t)*c);

	if (status == 0)
		acpi_power_off();
	power_debug_exit(status);

	/* A machine without the debug devices: off is the next best. Not after a panic, whose text
	 * shall stay readable. */
	if (status != 0 && status != PANIC_STATUS)
		acpi_power_off();
	cpu_halt_for_ever();
}

_Noreturn void power_reset(void)
{
	const struct {
		uint16_t size;
		uint64_t base;
	} __attribute__((packed)) no_table = {0, 0};

	cpu_interrupts_off();
	smp_stop_others();
	serial_drain();
	acpi_reset();
	port_write8(RESET_PORT, 0x02);
	port_write8(RESET_PORT, 0x06);
	port_write8(KEYBOARD_COMMAND, KEYBOARD_RESET);

	/* Without an IDT any exception is a triple fault, which resets every CPU. */
	__asm__ volatile("lidt %0; ud2" : : "m"(no_table));
	cpu_halt_for_ever();
}

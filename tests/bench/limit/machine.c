/* The bare machine under the limit kernel: what QEMU's pc and q35 have, and nothing is asked twice.
 */
#include "tests/bench/limit/machine.h"

#include <stdarg.h>

#include "boot/layout.h"
#include "kernel/x86/port.h"
#include "lib/format.h"
#include "lib/string.h"

#define SERIAL	      0x3f8
#define SERIAL_STATUS (SERIAL + 5)
#define SERIAL_HAS    0x01
#define SERIAL_TAKES  0x20

#define HEAP_END 0x7000000u /* 112 MiB: there in every machine that run-qemu makes */
#define PAGE	 4096u

/* 8254, channel 2: counts down once; bit 5 of port 0x61 rises at the end. */
#define PIT_HZ	      1193182u
#define PIT_COUNT     (PIT_HZ / 20)
#define PIT_CHANNEL2  0x42
#define PIT_COMMAND   0x43
#define PIT_ONCE      0xb0 /* channel 2, low byte then high byte, mode 0 */
#define PIT_GATE      0x61
#define PIT_GATE_OPEN 0x01
#define PIT_GATE_DONE 0x20

#define PCI_ADDRESS	  0xcf8
#define PCI_DATA	  0xcfc
#define PCI_COMMAND	  0x04
#define PCI_MEMORY_MASTER 0x06
#define PCI_CLASS	  0x08
#define PCI_BAR0	  0x10
#define PCI_CAPABILITIES  0x34
#define PCI_CAP_MSIX	  0x11
#define PCI_MSIX_ENABLE	  0x80000000u

#define APIC		0xfee00000u
#define APIC_EOI	(APIC + 0xb0)
#define APIC_SPURIOUS	(APIC + 0xf0)
#define APIC_ENABLE	0x100u
#define VECTOR		0x40
#define SPURIOUS_VECTOR 0x4f /* not ended; its low four bits are set, as on all APICs */

uintptr_t __stack_chk_guard = 0x5bd1e995a7c31d00;
_Noreturn void __stack_chk_fail(void);

static uint32_t pci_function; /* as the address port has it */
static volatile char *pci_bar;
static uintptr_t heap;

struct gate {
	uint16_t low, selector;
	uint8_t stack, type;
	uint16_t middle;
	uint32_t high, reserved;
};
static struct gate gates[256];

_Noreturn void __stack_chk_fail(void)
{
	machine_exit(3);
}

void machine_print(const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	for (const char *at = text; *at; at++) {
		while (!(port_read8(SERIAL_STATUS) & SERIAL_TAKES))
			;
		port_write8(SERIAL, (uint8_t)*at);
	}
}

void machine_read_line(char *line, size_t size)
{
	size_t length = 0;

	for (;;) {
		uint8_t byte;

		while (!(port_read8(SERIAL_STATUS) & SERIAL_HAS))
			__asm__ volatile("pause");
		byte = port_read8(SERIAL);
		if (byte == '\r' || byte == '\n')
			break;
		if (length + 1 < size)
			line[length++] = (char)byte;
	}
	line[length] = '\0';
}

void *machine_pages(size_t size)
{
	void *memory;

	size = (size + PAGE - 1) & ~(size_t)(PAGE - 1);
	if (!heap)
		heap = (uintptr_t)kernel_end;
	if (size > HEAP_END - heap)
		return NULL;
	memory = (void *)heap;
	heap += size;
	memset(memory, 0, size);
	return memory;
}

uint64_t machine_tsc_rate(void)
{
	uint8_t gate = port_read8(PIT_GATE) & 0xfc;
	uint64_t start;

	port_write8(PIT_GATE, gate | PIT_GATE_OPEN);
	port_write8(PIT_COMMAND, PIT_ONCE);
	port_write8(PIT_CHANNEL2, PIT_COUNT & 0xff);
	port_write8(PIT_CHANNEL2, PIT_COUNT >> 8);
	start = machine_tsc();
	while (!(port_read8(PIT_GATE) & PIT_GATE_DONE))
		;
	return (machine_tsc() - start) * PIT_HZ / PIT_COUNT;
}

static uint32_t config_read(unsigned offset)
{
	port_write32(PCI_ADDRESS, pci_function | (offset & 0xfc));
	return port_read32(PCI_DATA);
}

static void config_write(unsigned offset, uint32_t value)
{
	port_write32(PCI_ADDRESS, pci_function | (offset & 0xfc));
	port_write32(PCI_DATA, value);
}

volatile char *machine_pci_find(uint32_t class_code)
{
	for (unsigned slot = 0; slot < 32; slot++) {
		pci_function = 0x80000000u | slot << 11;
		if (config_read(PCI_CLASS) >> 8 != class_code)
			continue;
		config_write(PCI_COMMAND, config_read(PCI_COMMAND) | PCI_MEMORY_MASTER);
		/* Below 4 GiB, where firmware puts it and boot.S has mapped everything. */
		pci_bar = (volatile char *)(uintptr_t)(config_read(PCI_BAR0) & ~0xfu);
		return pci_bar;
	}
	return NULL;
}

__attribute__((interrupt)) static void on_interrupt(void *frame)
{
	(void)frame;
	*(volatile uint32_t *)APIC_EOI = 0;
}

__attribute__((interrupt)) static void on_spurious(void *frame)
{
	(void)frame;
}

static void set_gate(unsigned vector, void (*handler)(void *frame))
{
	uintptr_t address = (uintptr_t)handler;

	gates[vector] = (struct gate){.low = (uint16_t)address,
				      .selector = BOOT_CODE_SELECTOR,
				      .type = 0x8e,
				      .middle = (uint16_t)(address >> 16),
				      .high = (uint32_t)(address >> 32)};
}

bool machine_pci_interrupt(void)
{
	struct __attribute__((packed)) {
		uint16_t limit;
		uint64_t base;
	} idt = {sizeof(gates) - 1, (uintptr_t)gates};
	unsigned at = config_read(PCI_CAPABILITIES) & 0xfc;
	volatile uint32_t *entry;

	while (at && (config_read(at) & 0xff) != PCI_CAP_MSIX)
		at = config_read(at) >> 8 & 0xfc;
	if (!at || (config_read(at + 4) & 7) != 0)
		return false;
	port_write8(0x21, 0xff); /* nobody but the controller ends a halt */
	port_write8(0xa1, 0xff);
	set_gate(VECTOR, on_interrupt);
	set_gate(SPURIOUS_VECTOR, on_spurious);
	__asm__ volatile("lidt %0" : : "m"(idt));
	*(volatile uint32_t *)APIC_SPURIOUS = APIC_ENABLE | SPURIOUS_VECTOR;
	entry = (volatile uint32_t *)(pci_bar + (config_read(at + 4) & ~7u));
	entry[0] = APIC;
	entry[1] = 0;
	entry[2] = VECTOR;
	entry[3] = 0;
	config_write(at, config_read(at) | PCI_MSIX_ENABLE);
	return true;
}

void machine_halt(void)
{
	__asm__ volatile("sti; hlt; cli" : : : "memory");
}

_Noreturn void machine_exit(unsigned status)
{
	port_write8(DEBUG_CON_PORT, (uint8_t)('0' + status));
	port_write8(DEBUG_CON_PORT, '\n');
	port_write8(DEBUG_EXIT_PORT, (uint8_t)status);
	for (;;)
		__asm__ volatile("hlt");
}

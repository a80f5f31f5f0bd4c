/* PCI configuration space behind its ports. Aborts at an access that the ports do not have. */
#include "tests/host/pci.h"

#include <stdlib.h>

#include "kernel/x86/port.h"

#define ADDRESS 0xcf8
#define DATA	0xcfc
#define ENABLE	(1u << 31)

static uint32_t selected;

static uint16_t place(void)
{
	return (uint16_t)(selected >> 8);
}

static unsigned offset(uint16_t port, unsigned width)
{
	if (port < DATA || port - DATA + width > 4 || !(selected & ENABLE) || selected & 0x7f000003)
		abort();
	return (selected & 0xfc) + (port & 3);
}

static uint32_t read(uint16_t port, unsigned width)
{
	return config_space_read(place(), offset(port, width), width);
}

static void write(uint16_t port, uint32_t value, unsigned width)
{
	config_space_write(place(), offset(port, width), value, width);
}

uint8_t port_read8(uint16_t port)
{
	return (uint8_t)read(port, 1);
}

uint16_t port_read16(uint16_t port)
{
	return (uint16_t)read(port, 2);
}

uint32_t port_read32(uint16_t port)
{
	return read(port, 4);
}

void port_write8(uint16_t port, uint8_t value)
{
	write(port, value, 1);
}

void port_write16(uint16_t port, uint16_t value)
{
	write(port, value, 2);
}

void port_write32(uint16_t port, uint32_t value)
{
	if (port == ADDRESS)
		selected = value;
	else
		write(port, value, 4);
}

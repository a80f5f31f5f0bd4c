/* ACPI on this machine: finding the tables, power off, reset. */

#include "kernel/x86/acpi.h"

#include "kernel/log.h"
#include "kernel/x86/paging.h"
#include "kernel/x86/port.h"
#include "kernel/x86/time.h"
#include "lib/errno.h"

/* Where a BIOS leaves the root pointer (section 5.2.5.1). The pointer to the EBDA is in page 0,
 * which stays unmapped; its usual place is the last page below 640 KiB. */
#define EBDA_START 0x9f000ul
#define EBDA_SIZE  0x1000ul
#define BIOS_START 0xe0000ul
#define BIOS_SIZE  0x20000ul

/* PM1 control (section 4.8.3.2.1) */
#define PM1_SCI_ENABLE	     0x0001u
#define PM1_SLEEP_TYPE_SHIFT 10
#define PM1_SLEEP_TYPE_MASK  (7u << PM1_SLEEP_TYPE_SHIFT)
#define PM1_SLEEP_ENABLE     0x2000u

#define ENABLE_LIMIT_NS (100 * NS_PER_MS)
#define EFFECT_LIMIT_NS (500 * NS_PER_MS)

static struct acpi_info machine_acpi;

static const void *map_firmware(void *context, uint64_t address, size_t size)
{
	(void)context;
	return paging_map_firmware(address, size) ? NULL : (const void *)address;
}

static uint64_t search(uint64_t start, size_t size)
{
	const void *area = map_firmware(NULL, start, size);
	long offset = area ? acpi_find_rsdp(area, size) : -1;

	return offset >= 0 ? start + (uint64_t)offset : 0;
}

static uint64_t search_bios(void)
{
	uint64_t rsdp = search(BIOS_START, BIOS_SIZE);

	return rsdp ? rsdp : search(EBDA_START, EBDA_SIZE);
}

void acpi_init(uint64_t rsdp)
{
	const struct acpi_memory memory = {map_firmware, NULL};

	if (rsdp == 0)
		rsdp = search_bios();
	if (rsdp == 0 || acpi_parse(&memory, rsdp, &machine_acpi))
		log_warning("acpi: no valid tables: interrupts by default addresses, no power off");
	else
		log_info("acpi: %u CPUs, %u I/O APICs, %u overrides, power off %s",
			 machine_acpi.cpu_count, machine_acpi.ioapic_count,
			 machine_acpi.override_count, machine_acpi.s5 ? "by S5" : "unknown");
}

const struct acpi_info *acpi_info(void)
{
	return &machine_acpi;
}

const uint8_t *acpi_root_buses(void)
{
	return machine_acpi.dsdt && !machine_acpi.buses_unclear ? machine_acpi.root_buses : NULL;
}

static uint16_t register_read16(const struct acpi_register *reg)
{
	if (reg->space == ACPI_SPACE_IO)
		return port_read16((uint16_t)reg->address);
	return *(volatile uint16_t *)reg->address;
}

static void register_write16(const struct acpi_register *reg, uint16_t value)
{
	if (reg->space == ACPI_SPACE_IO)
		port_write16((uint16_t)reg->address, value);
	else
		*(volatile uint16_t *)reg->address = value;
}

/* False if the register does not exist or cannot be reached. */
static bool register_usable(const struct acpi_register *reg)
{
	if (reg->address == 0)
		return false;
	return reg->space == ACPI_SPACE_IO || paging_map_device(reg->address, 8) == 0;
}

int acpi_power_off(void)
{
	const struct acpi_info *info = &machine_acpi;
	uint16_t value;

	if (!info->s5 || !register_usable(&info->pm1a_control))
		return -ENODEV;
	value = register_read16(&info->pm1a_control);
	if (!(value & PM1_SCI_ENABLE) && info->smi_command && info->acpi_enable) {
		uint64_t start = time_ns();

		port_write8((uint16_t)info->smi_command, info->acpi_enable);
		while (!(register_read16(&info->pm1a_control) & PM1_SCI_ENABLE) &&
		       time_ns() - start < ENABLE_LIMIT_NS)
			time_delay_ns(10 * NS_PER_US);
		value = register_read16(&info->pm1a_control);
	}
	value &= (uint16_t) ~(PM1_SLEEP_TYPE_MASK | PM1_SLEEP_ENABLE);
	register_write16(
		&info->pm1a_control,
		(uint16_t)(value | info->s5_type_a << PM1_SLEEP_TYPE_SHIFT | PM1_SLEEP_ENABLE));
	if (register_usable(&info->pm1b_control)) {
		value = register_read16(&info->pm1b_control);
		value &= (uint16_t) ~(PM1_SLEEP_TYPE_MASK | PM1_SLEEP_ENABLE);
		register_write16(&info->pm1b_control,
				 (uint16_t)(value | info->s5_type_b << PM1_SLEEP_TYPE_SHIFT |
					    PM1_SLEEP_ENABLE));
	}
	time_delay_ns(EFFECT_LIMIT_NS);
	return -EIO;
}

int acpi_reset(void)
{
	const struct acpi_register *reset = &machine_acpi.reset;

	if (!register_usable(reset))
		return -ENODEV;
	if (reset->space == ACPI_SPACE_IO)
		port_write8((uint16_t)reset->address, machine_acpi.reset_value);
	else
		*(volatile uint8_t *)reset->address = machine_acpi.reset_value;
	time_delay_ns(EFFECT_LIMIT_NS);
	return -EIO;
}

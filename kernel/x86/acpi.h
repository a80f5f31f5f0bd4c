/* What the firmware's ACPI tables say (ACPI Specification 6.4): interrupt controllers, power off,
 * reset, the PM timer. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ACPI_CPUS_MAX	   64
#define ACPI_IOAPICS_MAX   8
#define ACPI_OVERRIDES_MAX 24

/* Generic Address Structure, address space IDs (section 5.2.3.2) */
#define ACPI_SPACE_MEMORY 0
#define ACPI_SPACE_IO	  1

struct acpi_register {
	uint8_t space;
	uint64_t address; /* 0: there is none */
};

struct acpi_ioapic {
	uint32_t address;
	uint32_t gsi_base; /* its first global system interrupt */
};

struct acpi_override {
	uint8_t irq; /* ISA */
	uint32_t gsi;
	bool level, active_low;
};

struct acpi_info {
	bool madt;
	uint64_t local_apic; /* physical address */
	unsigned cpu_count;  /* enabled ones */
	/* The local APIC identifiers of the first of them, each once. */
	unsigned apic_id_count;
	uint32_t apic_ids[ACPI_CPUS_MAX];
	unsigned ioapic_count;
	struct acpi_ioapic ioapics[ACPI_IOAPICS_MAX];
	unsigned override_count;
	struct acpi_override overrides[ACPI_OVERRIDES_MAX];

	bool fadt;
	struct acpi_register pm1a_control, pm1b_control;
	struct acpi_register pm_timer;
	bool pm_timer_32bit;
	uint32_t smi_command; /* I/O port, 0 where ACPI is always on */
	uint8_t acpi_enable;
	struct acpi_register reset;
	uint8_t reset_value;
	uint8_t century; /* CMOS register, 0 if none */

	bool dsdt;
	bool buses_unclear;	/* the bus numbers of host bridges are more than constants */
	uint8_t root_buses[32]; /* a bit for each bus that begins at a host bridge and is not 0 */

	/* Memory-mapped PCI configuration space of segment group 0, its address that of bus 0; 0:
	 * there is none (PCI Firmware Specification 3.2, section 4.1.2) */
	uint64_t ecam;
	uint8_t ecam_first_bus, ecam_last_bus;

	bool s5; /* the DSDT or an SSDT has \_S5 */
	uint8_t s5_type_a, s5_type_b;
};

/* The parsers' way to memory: size bytes at a physical address, readable until the end of the
 * parsing, or NULL. */
struct acpi_memory {
	const void *(*map)(void *context, uint64_t address, size_t size);
	void *context;
};

/* Pure: reads tables only through memory, believes no length and no table without a right checksum.
 * 0, or -EINVAL when there is no valid root table; tables that are missing or broken are left out
 * of info. */
int acpi_parse(const struct acpi_memory *memory, uint64_t rsdp, struct acpi_info *info);
/* Looks for the root pointer in size bytes: its offset, or -1. */
long acpi_find_rsdp(const void *bytes, size_t size);

/* Parses this machine's tables; rsdp is where the boot loader says, 0 to look in the BIOS's memory.
 * Without tables acpi_info() is empty. */
void acpi_init(uint64_t rsdp);
const struct acpi_info *acpi_info(void);
/* A bit for each PCI bus, besides bus 0, that begins at a host bridge; NULL where the tables do not
 * say. */
const uint8_t *acpi_root_buses(void);

/* Switches the machine off by S5 (resets it). They return only if that did not work: -ENODEV where
 * the tables do not say how, -EIO where it had no effect. */
int acpi_power_off(void);
int acpi_reset(void);

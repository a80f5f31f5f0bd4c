/* ACPI tables: pure parsers over a map callback (ACPI Specification 6.4, chapter 5). Nothing here
 * touches hardware; the same file is fuzzed on the host. */

#include "kernel/x86/acpi.h"

#include "lib/errno.h"
#include "lib/string.h"

#define RSDP_SIZE_1   20
#define RSDP_SIZE_2   36
#define HEADER_SIZE   36
#define TABLE_MAX     (1u << 20) /* bytes; real DSDTs stay below */
#define TABLES_MAX    64	 /* entries of the root table that are looked at */
#define MADT_ENTRIES  44	 /* offset of the first entry */
#define MADT_ENABLED  1		 /* a processor's flags */
#define APIC_ALL      0xff	 /* no processor's identifier: that of all of them */
#define MCFG_RANGES   44	 /* offset of the first one */
#define SLP_TYPE_MASK 7

static uint16_t read16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static uint32_t read32(const uint8_t *bytes)
{
	return read16(bytes) | (uint32_t)read16(bytes + 2) << 16;
}

static uint64_t read64(const uint8_t *bytes)
{
	return read32(bytes) | (uint64_t)read32(bytes + 4) << 32;
}

static bool checksum_right(const uint8_t *bytes, size_t size)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + bytes[i]);
	return sum == 0;
}

long acpi_find_rsdp(const void *memory, size_t size)
{
	const uint8_t *bytes = memory;

	/* On a 16-byte boundary (section 5.2.5.1) */
	for (size_t i = 0; i + RSDP_SIZE_1 <= size; i += 16)
		if (memcmp(bytes + i, "RSD PTR ", 8) == 0 && checksum_right(bytes + i, RSDP_SIZE_1))
			return (long)i;
	return -1;
}

static const uint8_t *map(const struct acpi_memory *memory, uint64_t address, size_t size)
{
	if (address == 0 || address + size < address)
		return NULL;
	return memory->map(memory->context, address, size);
}

/* A whole table by address: its length and checksum are right. NULL otherwise. */
static const uint8_t *map_table(const struct acpi_memory *memory, uint64_t address, size_t *size)
{
	const uint8_t *table = map(memory, address, HEADER_SIZE);

	if (!table)
		return NULL;
	*size = read32(table + 4);
	if (*size < HEADER_SIZE || *size > TABLE_MAX)
		return NULL;
	table = map(memory, address, *size);
	if (!table || !checksum_right(table, *size))
		return NULL;
	return table;
}

/* A processor of the MADT. One may have an entry of either kind, and broken firmware has two of the
 * same. */
static void add_cpu(struct acpi_info *info, uint32_t flags, uint32_t apic_id, uint32_t all)
{
	if (!(flags & MADT_ENABLED) || apic_id == all)
		return;
	for (unsigned i = 0; i < info->apic_id_count; i++)
		if (info->apic_ids[i] == apic_id)
			return;
	info->cpu_count++;
	if (info->apic_id_count < ACPI_CPUS_MAX)
		info->apic_ids[info->apic_id_count++] = apic_id;
}

/* Multiple APIC Description Table (section 5.2.12) */
static void parse_madt(const uint8_t *table, size_t size, struct acpi_info *info)
{
	size_t at = MADT_ENTRIES;

	if (size < MADT_ENTRIES)
		return;
	info->madt = true;
	info->local_apic = read32(table + 36);
	while (size - at >= 2) {
		const uint8_t *entry = table + at;
		size_t length = entry[1];

		if (length < 2 || length > size - at)
			return;
		at += length;
		if (entry[0] == 0 && length >= 8) { /* processor local APIC */
			add_cpu(info, read32(entry + 4), entry[3], APIC_ALL);
		} else if (entry[0] == 9 && length >= 16) { /* processor local x2APIC */
			add_cpu(info, read32(entry + 8), read32(entry + 4), UINT32_MAX);
		} else if (entry[0] == 1 && length >= 12) { /* I/O APIC */
			if (info->ioapic_count < ACPI_IOAPICS_MAX && read32(entry + 4) != 0)
				info->ioapics[info->ioapic_count++] = (struct acpi_ioapic){
					.address = read32(entry + 4),
					.gsi_base = read32(entry + 8),
				};
		} else if (entry[0] == 2 && length >= 10) { /* interrupt source override */
			uint16_t flags = read16(entry + 8);

			/* Bus 0 is ISA, whose own way is edge triggered, active high. */
			if (entry[2] == 0 && entry[3] < 16 &&
			    info->override_count < ACPI_OVERRIDES_MAX)
				info->overrides[info->override_count++] = (struct acpi_override){
					.irq = entry[3],
					.gsi = read32(entry + 4),
					.active_low = (flags & 3) == 3,
					.level = (flags >> 2 & 3) == 3,
				};
		} else if (entry[0] == 5 && length >= 12) { /* 64-bit local APIC address */
			info->local_apic = read64(entry + 4);
		}
	}
}

/* A register: the 64-bit form at extended (a Generic Address Structure) where the table reaches so
 * far and it is filled in, else the port number at legacy. */
static struct acpi_register fadt_register(const uint8_t *table, size_t size, size_t legacy,
					  size_t extended)
{
	struct acpi_register reg = {ACPI_SPACE_IO, 0};

	if (extended && size >= extended + 12) {
		reg.space = table[extended];
		reg.address = read64(table + extended + 4);
		if (reg.space == ACPI_SPACE_IO && reg.address > 0xffff)
			reg.address = 0;
	}
	if (reg.address == 0 && legacy && size >= legacy + 4) {
		uint32_t port = read32(table + legacy);

		reg.space = ACPI_SPACE_IO;
		reg.address = port <= 0xffff ? port : 0;
	}
	if (reg.space != ACPI_SPACE_IO && reg.space != ACPI_SPACE_MEMORY)
		reg.address = 0;
	return reg;
}

/* Fixed ACPI Description Table (section 5.2.9). Returns the DSDT's address. */
static uint64_t parse_fadt(const uint8_t *table, size_t size, struct acpi_info *info)
{
	uint64_t dsdt;
	uint32_t flags;

	if (size < 116)
		return 0;
	info->fadt = true;
	flags = read32(table + 112);
	info->smi_command = read32(table + 48);
	if (info->smi_command > 0xffff)
		info->smi_command = 0;
	info->acpi_enable = table[52];
	info->pm1a_control = fadt_register(table, size, 64, 172);
	info->pm1b_control = fadt_register(table, size, 68, 184);
	info->pm_timer = fadt_register(table, size, 76, 208);
	info->pm_timer_32bit = flags & 1u << 8;
	info->century = table[108] < 128 ? table[108] : 0;
	if ((flags & 1u << 10) && size >= 129) {
		info->reset = fadt_register(table, size, 0, 116);
		info->reset_value = table[128];
	}
	dsdt = size >= 148 ? read64(table + 140) : 0;
	return dsdt ? dsdt : read32(table + 40);
}

/* One integer of an AML package: its value's low byte; moves *at behind it. -1 for anything else
 * (section 20.2.3). */
static int aml_integer(const uint8_t *aml, size_t size, size_t *at)
{
	size_t value = *at + 1, width;

	if (*at >= size)
		return -1;
	switch (aml[*at]) {
	case 0x00: /* ZeroOp */
	case 0x01: /* OneOp */
		return aml[(*at)++];
	case 0xff: /* OnesOp */
		(*at)++;
		return 0xff;
	case 0x0a:
		width = 1;
		break;
	case 0x0b:
		width = 2;
		break;
	case 0x0c:
		width = 4;
		break;
	case 0x0e:
		width = 8;
		break;
	default:
		return -1;
	}
	if (width > size - value)
		return -1;
	*at = value + width;
	return aml[value];
}

/* Looks for Name(\_S5, Package() {type a, type b, …}) without understanding the rest: NameOp, the
 * name with or without a root prefix, PackageOp, package length, number of elements (section
 * 20.2.5.1). */
static void find_s5(const uint8_t *table, size_t size, struct acpi_info *info)
{
	for (size_t i = HEADER_SIZE; size >= 8 && i < size - 8; i++) {
		size_t at = i + 4;
		int a, b;

		if (memcmp(table + i, "_S5_", 4) != 0 || table[at] != 0x12)
			continue;
		if (table[i - 1] != 0x08 && !(table[i - 1] == '\\' && table[i - 2] == 0x08))
			continue;
		at += 2 + (table[at + 1] >> 6); /* bits 7:6: how many length bytes follow */
		if (at >= size || table[at] < 1)
			continue;
		at++;
		a = aml_integer(table, size, &at);
		if (a < 0)
			continue;
		b = aml_integer(table, size, &at);
		info->s5 = true;
		info->s5_type_a = a & SLP_TYPE_MASK;
		info->s5_type_b = (b < 0 ? a : b) & SLP_TYPE_MASK;
		return;
	}
}

/* Looks for Name(_BBN, number): the first bus of a host bridge, which each has where there are
 * several (section 6.5.5). A method, or a name that occurs otherwise, could be any number. */
static void find_root_buses(const uint8_t *table, size_t size, struct acpi_info *info)
{
	for (size_t i = HEADER_SIZE + 1; size >= 4 && i <= size - 4; i++) {
		size_t at = i + 4;
		int bus;

		if (memcmp(table + i, "_BBN", 4) != 0)
			continue;
		/* NameOp; in a method of eight bytes (MethodOp, its length) this is the length. */
		bus = table[i - 1] == 0x08 && table[i - 2] != 0x14 ? aml_integer(table, size, &at)
								   : -1;
		if (bus < 0)
			info->buses_unclear = true;
		else
			info->root_buses[bus / 8] |= (uint8_t)(1 << bus % 8);
	}
}

/* DSDT or SSDT */
static void parse_definitions(const uint8_t *table, size_t size, struct acpi_info *info)
{
	if (!info->s5)
		find_s5(table, size, info);
	find_root_buses(table, size, info);
}

/* The table of memory-mapped configuration space (PCI Firmware Specification 3.2, table 4-2):
 * ranges of 16 bytes. */
static void parse_mcfg(const uint8_t *table, size_t size, struct acpi_info *info)
{
	for (size_t at = MCFG_RANGES; at + 16 <= size && !info->ecam; at += 16) {
		const uint8_t *range = table + at;

		if (read16(range + 8) != 0 || range[10] > range[11]) /* segment group, buses */
			continue;
		info->ecam = read64(range);
		info->ecam_first_bus = range[10];
		info->ecam_last_bus = range[11];
	}
}

static void parse_table(const struct acpi_memory *memory, uint64_t address, struct acpi_info *info)
{
	size_t size;
	const uint8_t *table = map_table(memory, address, &size);

	if (!table)
		return;
	if (memcmp(table, "APIC", 4) == 0 && !info->madt) {
		parse_madt(table, size, info);
	} else if (memcmp(table, "FACP", 4) == 0 && !info->fadt) {
		uint64_t dsdt = parse_fadt(table, size, info);

		table = map_table(memory, dsdt, &size);
		info->dsdt = table && memcmp(table, "DSDT", 4) == 0;
		if (info->dsdt)
			parse_definitions(table, size, info);
	} else if (memcmp(table, "MCFG", 4) == 0) {
		parse_mcfg(table, size, info);
	} else if (memcmp(table, "SSDT", 4) == 0) {
		parse_definitions(table, size, info);
	}
}

int acpi_parse(const struct acpi_memory *memory, uint64_t rsdp, struct acpi_info *info)
{
	const uint8_t *root;
	uint64_t tables[TABLES_MAX];
	size_t size, width = 4, count;
	uint64_t address;

	memset(info, 0, sizeof(*info));
	root = map(memory, rsdp, RSDP_SIZE_1);
	if (!root || memcmp(root, "RSD PTR ", 8) != 0 || !checksum_right(root, RSDP_SIZE_1))
		return -EINVAL;
	address = read32(root + 16);
	if (root[15] >= 2) { /* revision 2: XSDT (section 5.2.5.3) */
		root = map(memory, rsdp, RSDP_SIZE_2);
		if (root && checksum_right(root, RSDP_SIZE_2) && read64(root + 24) != 0) {
			address = read64(root + 24);
			width = 8;
		}
	}
	root = map_table(memory, address, &size);
	if (!root || memcmp(root, width == 8 ? "XSDT" : "RSDT", 4) != 0)
		return -EINVAL;
	count = (size - HEADER_SIZE) / width;
	if (count > TABLES_MAX)
		count = TABLES_MAX;
	/* Copied first: the callback may give the same window again for the next table. */
	for (size_t i = 0; i < count; i++) {
		const uint8_t *entry = root + HEADER_SIZE + i * width;

		tables[i] = width == 8 ? read64(entry) : read32(entry);
	}
	for (size_t i = 0; i < count; i++)
		parse_table(memory, tables[i], info);
	return 0;
}

/* ACPI tables: sound ones, and broken ones. */
#include "kernel/x86/acpi.h"
#include "lib/errno.h"
#include "tests/unit/cmocka.h"

/* Memory from 0 to 64 KiB with tables built by hand, as QEMU's firmware has them. */
#define RSDP   0x1000u
#define ROOT   0x2000u
#define MADT   0x3000u
#define FADT   0x4000u
#define DSDT   0x5000u
#define SSDT   0x6000u
#define MEMORY 0x10000u

static uint8_t memory[MEMORY];

static const void *map(void *context, uint64_t address, size_t size)
{
	(void)context;
	assert_true(size <= UINT64_MAX - address && size <= 1 << 20);
	if (address > MEMORY || size > MEMORY - address)
		return NULL;
	return memory + address;
}

static const struct acpi_memory access_memory = {map, NULL};

static void put(uint32_t at, uint64_t value, unsigned width)
{
	for (unsigned i = 0; i < width; i++)
		memory[at + i] = (uint8_t)(value >> 8 * i);
}

static void checksum(uint32_t at, uint32_t size, uint32_t field)
{
	uint8_t sum = 0;

	memory[at + field] = 0;
	for (uint32_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + memory[at + i]);
	memory[at + field] = (uint8_t)-sum;
}

static void table(uint32_t at, const char *name, uint32_t size)
{
	memcpy(memory + at, name, 4);
	put(at + 4, size, 4);
	checksum(at, size, 9);
}

static const uint8_t s5_package[] = {0x08, '_',	 'S', '5',  '_', 0x12, 0x06,
				     0x04, 0x0a, 5,   0x0a, 3,	 0x00, 0x00};

static void build(unsigned revision)
{
	unsigned width = revision >= 2 ? 8 : 4;

	memset(memory, 0, sizeof(memory));
	memcpy(memory + RSDP, "RSD PTR ", 8);
	memory[RSDP + 15] = (uint8_t)revision;
	put(RSDP + 16, revision >= 2 ? 0xdead0000 : ROOT, 4);
	checksum(RSDP, 20, 8);
	put(RSDP + 20, 36, 4);
	put(RSDP + 24, ROOT, 8);
	checksum(RSDP, 36, 32);

	put(ROOT + 36, FADT, width);
	put(ROOT + 36 + width, MADT, width);
	put(ROOT + 36 + 2 * width, SSDT, width);
	table(ROOT, revision >= 2 ? "XSDT" : "RSDT", 36 + 3 * width);

	put(MADT + 36, 0xfee00000, 4);
	/* two CPUs, the second disabled; an I/O APIC; IRQ 0 on 2, IRQ 10 level, IRQ 9 active low */
	memcpy(memory + MADT + 44, "\0\10\0\0\1\0\0\0\0\10\1\1\0\0\0\0", 16);
	memcpy(memory + MADT + 60, "\1\14\0\0\0\0\xc0\xfe\0\0\0\0", 12);
	memcpy(memory + MADT + 72, "\2\12\0\0\2\0\0\0\0\0\2\12\0\12\12\0\0\0\15\0", 20);
	memcpy(memory + MADT + 92, "\2\12\0\11\11\0\0\0\17\0", 10);
	table(MADT, "APIC", 102);

	put(FADT + 40, DSDT, 4);
	put(FADT + 48, 0xb2, 4);
	memory[FADT + 52] = 0xf1;
	put(FADT + 64, 0x604, 4);
	put(FADT + 76, 0x608, 4);
	memory[FADT + 108] = 0x32;
	put(FADT + 112, 1u << 10, 4);
	memory[FADT + 116] = ACPI_SPACE_IO;
	put(FADT + 120, 0xcf9, 8);
	memory[FADT + 128] = 0x0f;
	table(FADT, "FACP", 244);

	memcpy(memory + DSDT + 100, s5_package, sizeof(s5_package));
	table(DSDT, "DSDT", 200);
	table(SSDT, "SSDT", 100);
}

static void check_all(const struct acpi_info *info)
{
	assert_true(info->madt);
	assert_int_equal(info->local_apic, 0xfee00000);
	assert_int_equal(info->cpu_count, 1);
	assert_int_equal(info->apic_id_count, 1);
	assert_int_equal(info->apic_ids[0], 0);
	assert_int_equal(info->ioapic_count, 1);
	assert_int_equal(info->ioapics[0].address, 0xfec00000);
	assert_int_equal(info->override_count, 3);
	assert_int_equal(info->overrides[0].gsi, 2);
	assert_false(info->overrides[0].level);
	assert_int_equal(info->overrides[1].irq, 10);
	assert_true(info->overrides[1].level);
	assert_false(info->overrides[1].active_low);
	assert_true(info->overrides[2].active_low);
	assert_true(info->fadt);
	assert_int_equal(info->pm1a_control.address, 0x604);
	assert_int_equal(info->pm1b_control.address, 0);
	assert_int_equal(info->pm_timer.address, 0x608);
	assert_int_equal(info->smi_command, 0xb2);
	assert_int_equal(info->reset.address, 0xcf9);
	assert_int_equal(info->reset_value, 0x0f);
	assert_int_equal(info->century, 0x32);
	assert_true(info->s5);
	assert_int_equal(info->s5_type_a, 5);
	assert_int_equal(info->s5_type_b, 3);
}

static void test_revision_0(void **state)
{
	struct acpi_info info;

	(void)state;
	build(0);
	assert_int_equal(acpi_find_rsdp(memory, sizeof(memory)), RSDP);
	assert_int_equal(acpi_parse(&access_memory, RSDP, &info), 0);
	check_all(&info);
}

static void test_revision_2(void **state)
{
	struct acpi_info info;

	(void)state;
	build(2);
	assert_int_equal(acpi_parse(&access_memory, RSDP, &info), 0);
	check_all(&info);
}

static void test_extended_registers(void **state)
{
	struct acpi_info info;

	(void)state;
	build(2);
	memory[FADT + 208] = ACPI_SPACE_IO;
	put(FADT + 212, 0xb008, 8);
	memory[FADT + 172] = 0x7f; /* a space that we do not know */
	put(FADT + 176, 0x1000, 8);
	checksum(FADT, 244, 9);
	assert_int_equal(acpi_parse(&access_memory, RSDP, &info), 0);
	assert_int_equal(info.pm_timer.address, 0xb008);
	assert_int_equal(info.pm1a_control.address, 0);
}

static void test_bad_root(void **state)
{
	struct acpi_info info;

	(void)state;
	build(0);
	assert_int_equal(acpi_parse(&access_memory, 0, &info), -EINVAL);
	assert_int_equal(acpi_parse(&access_memory, MEMORY - 4, &info), -EINVAL);
	assert_int_equal(acpi_parse(&access_memory, UINT64_MAX - 4, &info), -EINVAL);
	memory[RSDP + 9]++;
	assert_int_equal(acpi_find_rsdp(memory, sizeof(memory)), -1);
	assert_int_equal(acpi_parse(&access_memory, RSDP, &info), -EINVAL);
	build(0);
	memory[ROOT + 9]++;
	assert_int_equal(acpi_parse(&access_memory, RSDP, &info), -EINVAL);
	build(0);
	put(ROOT + 4, 35, 4);
	assert_int_equal(acpi_parse(&access_memory, RSDP, &info), -EINVAL);
	assert_false(info.madt);
}

/* A broken table is left out, the others count. */
static void test_bad_tables(void **state)
{
	struct acpi_info info;

	(void)state;
	build(0);
	memory[MADT + 50]++;
	assert_int_equal(acpi_parse(&access_memory, RSDP, &info), 0);
	assert_false(info.madt);
	assert_true(info.s5);

	build(0);
	put(FADT + 4, 0xfffffff0, 4);
	assert_int_equal(acpi_parse(&access_memory, RSDP, &info), 0);
	assert_false(info.fadt);
	assert_false(info.s5);
	assert_true(info.madt);

	/* an entry of length 0 must not go round for ever, one too long ends the table */
	build(0);
	memory[MADT + 45] = 0;
	checksum(MADT, 102, 9);
	assert_int_equal(acpi_parse(&access_memory, RSDP, &info), 0);
	assert_int_equal(info.ioapic_count, 0);
	build(0);
	memory[MADT + 93] = 11;
	checksum(MADT, 102, 9);
	assert_int_equal(acpi_parse(&access_memory, RSDP, &info), 0);
	assert_int_equal(info.override_count, 2);
}

/* Tables at the end of the address space, and entries shorter than what they should hold. */
static void test_tables_that_wrap(void **state)
{
	struct acpi_info info;

	(void)state;
	build(2);
	put(ROOT + 36 + 16, UINT64_MAX - 8, 8);
	checksum(ROOT, 60, 9);
	assert_int_equal(acpi_parse(&access_memory, RSDP, &info), 0);
	assert_true(info.madt);
}

static void test_short_entries(void **state)
{
	struct acpi_info info;

	(void)state;
	build(0);
	memcpy(memory + MADT + 44, "\1\10\0\0\0\0\xc0\xfe", 8);
	memcpy(memory + MADT + 52, "\2\10\0\1\1\1\1\1", 8);
	memcpy(memory + MADT + 60, "\0\4\1\1\1\1\1\1", 4);
	table(MADT, "APIC", 64);
	assert_int_equal(acpi_parse(&access_memory, RSDP, &info), 0);
	assert_int_equal(info.ioapic_count, 0);
	assert_int_equal(info.override_count, 0);
	assert_int_equal(info.cpu_count, 0);
}

/* Both kinds of entry, disabled ones, one that is there twice, and the identifiers that mean all.
 */
static void test_processors(void **state)
{
	struct acpi_info info;

	(void)state;
	build(0);
	memcpy(memory + MADT + 44, "\0\10\0\2\1\0\0\0\0\10\1\3\2\0\0\0", 16);
	memcpy(memory + MADT + 60, "\0\10\2\2\1\0\0\0\0\10\3\377\1\0\0\0", 16);
	memcpy(memory + MADT + 76, "\11\20\0\0\2\0\0\0\1\0\0\0\0\0\0\0", 16);
	memcpy(memory + MADT + 92, "\11\20\0\0\0\1\0\0\1\0\0\0\1\0\0\0", 16);
	memcpy(memory + MADT + 108, "\11\20\0\0\377\377\377\377\1\0\0\0\1\0\0\0", 16);
	table(MADT, "APIC", 124);
	assert_int_equal(acpi_parse(&access_memory, RSDP, &info), 0);
	assert_int_equal(info.cpu_count, 2);
	assert_int_equal(info.apic_id_count, 2);
	assert_int_equal(info.apic_ids[0], 2);
	assert_int_equal(info.apic_ids[1], 0x100);
}

static void test_too_many_processors(void **state)
{
	struct acpi_info info;

	(void)state;
	build(0);
	for (unsigned i = 0; i < 70; i++) {
		memcpy(memory + MADT + 44 + 8 * i, "\0\10\0\0\1\0\0\0", 8);
		memory[MADT + 44 + 8 * i + 3] = (uint8_t)i;
	}
	table(MADT, "APIC", 44 + 8 * 70);
	assert_int_equal(acpi_parse(&access_memory, RSDP, &info), 0);
	assert_int_equal(info.cpu_count, 70);
	assert_int_equal(info.apic_id_count, ACPI_CPUS_MAX);
	assert_int_equal(info.apic_ids[ACPI_CPUS_MAX - 1], ACPI_CPUS_MAX - 1);
}

static void test_too_many_overrides(void **state)
{
	struct acpi_info info;

	(void)state;
	build(0);
	for (unsigned i = 0; i < 60; i++)
		memcpy(memory + MADT + 44 + 10 * i, "\2\12\0\3\1\0\0\0\0\0", 10);
	table(MADT, "APIC", 44 + 10 * 60);
	assert_int_equal(acpi_parse(&access_memory, RSDP, &info), 0);
	assert_int_equal(info.override_count, ACPI_OVERRIDES_MAX);
}

static void test_too_many_ioapics(void **state)
{
	struct acpi_info info;

	(void)state;
	build(0);
	for (unsigned i = 0; i < 20; i++)
		memcpy(memory + MADT + 44 + 12 * i, "\1\14\0\0\0\0\xc0\xfe\0\0\0\0", 12);
	table(MADT, "APIC", 44 + 12 * 20);
	assert_int_equal(acpi_parse(&access_memory, RSDP, &info), 0);
	assert_int_equal(info.ioapic_count, ACPI_IOAPICS_MAX);
}

static void test_s5_forms(void **state)
{
	static const uint8_t rooted[] = {0x08, '\\', '_',  'S',	 '5',  '_',
					 0x12, 0x40, 0x00, 0x02, 0x01, 0x00};
	static const uint8_t not_a_name[] = {0x14, '_',	 'S',  '5',  '_',
					     0x12, 0x04, 0x02, 0x01, 0x01};
	struct acpi_info info;

	(void)state;
	build(0);
	memset(memory + DSDT + 36, 0, 164);
	memcpy(memory + DSDT + 60, not_a_name, sizeof(not_a_name));
	table(DSDT, "DSDT", 200);
	assert_int_equal(acpi_parse(&access_memory, RSDP, &info), 0);
	assert_false(info.s5);

	/* in an SSDT, with a root prefix, a two-byte length and constants without a prefix */
	memcpy(memory + SSDT + 50, rooted, sizeof(rooted));
	table(SSDT, "SSDT", 100);
	assert_int_equal(acpi_parse(&access_memory, RSDP, &info), 0);
	assert_true(info.s5);
	assert_int_equal(info.s5_type_a, 1);
	assert_int_equal(info.s5_type_b, 0);

	/* cut off by the end of the table */
	build(0);
	memset(memory + DSDT + 36, 0, 164);
	memcpy(memory + DSDT + 191, s5_package, 9);
	table(DSDT, "DSDT", 200);
	assert_int_equal(acpi_parse(&access_memory, RSDP, &info), 0);
	assert_false(info.s5);
}

/* The buses of host bridges: constants in any table, or nobody knows. */
static void test_root_buses(void **state)
{
	static const uint8_t names[] = {0x08, '_', 'B',	 'B', 'N', 0x0a, 0x80, 0x08, '_',  'B', 'B',
					'N',  0,   0x08, '_', 'B', 'B',	 'N',  0x0b, 0xff, 0};
	static const uint8_t method[] = {0x14, 0x08, '_', 'B', 'B', 'N', 0, 0xa4, 0x0a, 0x20};
	struct acpi_info info;

	(void)state;
	build(0);
	assert_int_equal(acpi_parse(&access_memory, RSDP, &info), 0);
	assert_true(info.dsdt && !info.buses_unclear);
	memcpy(memory + DSDT + 150, names, 13);
	table(DSDT, "DSDT", 200);
	memcpy(memory + SSDT + 36, names + 13, 8);
	table(SSDT, "SSDT", 100);
	assert_int_equal(acpi_parse(&access_memory, RSDP, &info), 0);
	check_all(&info);
	assert_false(info.buses_unclear);
	for (unsigned i = 0; i < sizeof(info.root_buses); i++)
		assert_int_equal(info.root_buses[i], i == 16 || i == 0 ? 1 : i == 31 ? 0x80 : 0);
	memcpy(memory + SSDT + 60, method, sizeof(method));
	table(SSDT, "SSDT", 100);
	assert_int_equal(acpi_parse(&access_memory, RSDP, &info), 0);
	assert_true(info.buses_unclear);
	/* cut off by the end of the table */
	build(0);
	memcpy(memory + DSDT + 194, names, 6);
	table(DSDT, "DSDT", 200);
	assert_int_equal(acpi_parse(&access_memory, RSDP, &info), 0);
	assert_true(info.buses_unclear);
	/* no DSDT, no answer */
	memory[DSDT + 9]++;
	assert_int_equal(acpi_parse(&access_memory, RSDP, &info), 0);
	assert_false(info.dsdt);
}

/* The first range of segment group 0; one that is cut off, or whose buses end before they begin, is
 * none. */
static void test_configuration_space(void **state)
{
	struct acpi_info info;

	(void)state;
	build(0);
	assert_int_equal(acpi_parse(&access_memory, RSDP, &info), 0);
	assert_true(info.ecam == 0);
	memset(memory + SSDT, 0, 0x100);
	put(SSDT + 44, 0xa0000000, 8);
	put(SSDT + 52, 1, 2); /* another segment group */
	put(SSDT + 55, 0xff, 1);
	put(SSDT + 60, 0xb0000000, 8);
	put(SSDT + 70, 2, 1);
	put(SSDT + 71, 0x3f, 1);
	table(SSDT, "MCFG", 76);
	assert_int_equal(acpi_parse(&access_memory, RSDP, &info), 0);
	assert_true(info.ecam == 0xb0000000);
	assert_int_equal(info.ecam_first_bus, 2);
	assert_int_equal(info.ecam_last_bus, 0x3f);
	table(SSDT, "MCFG", 75);
	assert_int_equal(acpi_parse(&access_memory, RSDP, &info), 0);
	assert_true(info.ecam == 0);
	put(SSDT + 71, 1, 1);
	table(SSDT, "MCFG", 76);
	assert_int_equal(acpi_parse(&access_memory, RSDP, &info), 0);
	assert_true(info.ecam == 0);
}

TESTS(cmocka_unit_test(test_root_buses), cmocka_unit_test(test_configuration_space),
      cmocka_unit_test(test_revision_0), cmocka_unit_test(test_revision_2),
      cmocka_unit_test(test_extended_registers), cmocka_unit_test(test_bad_root),
      cmocka_unit_test(test_bad_tables), cmocka_unit_test(test_tables_that_wrap),
      cmocka_unit_test(test_short_entries), cmocka_unit_test(test_processors),
      cmocka_unit_test(test_too_many_processors), cmocka_unit_test(test_too_many_overrides),
      cmocka_unit_test(test_too_many_ioapics), cmocka_unit_test(test_s5_forms))

/* kernel/x86/acpi_tables.c with any memory: the first byte chooses, the rest is memory from BASE on
 * with the root pointer at its start. Every mapping is a copy of exactly its size, so reading past
 * one is seen. Checksums are made right where the first byte is even: otherwise little would get
 * past them. */
#include <stdlib.h>

#include "kernel/x86/acpi.h"
#include "lib/errno.h"
#include "lib/string.h"

#define BASE	 0x1000u
#define MAPS_MAX 512

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct memory {
	const uint8_t *data;
	size_t size;
	int repair;
	void *maps[MAPS_MAX];
	unsigned map_count;
};

static void check(int holds)
{
	if (!holds)
		abort();
}

static void repair(uint8_t *bytes, size_t size, size_t at)
{
	uint8_t sum = 0;

	if (at >= size)
		return;
	bytes[at] = 0;
	for (size_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + bytes[i]);
	bytes[at] = (uint8_t)-sum;
}

static const void *map(void *context, uint64_t address, size_t size)
{
	struct memory *memory = context;
	uint8_t *copy;

	if (memory->map_count == MAPS_MAX || address < BASE || address - BASE > memory->size ||
	    size > memory->size - (address - BASE))
		return NULL;
	copy = malloc(size ? size : 1);
	check(copy != NULL);
	memcpy(copy, memory->data + (address - BASE), size);
	memory->maps[memory->map_count++] = copy;
	if (memory->repair && address == BASE) {
		repair(copy, size < 20 ? size : 20, 8);
		repair(copy, size, 32);
	} else if (memory->repair) {
		repair(copy, size, 9);
	}
	return copy;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct memory memory = {.data = data + 1, .size = size - 1};
	const struct acpi_memory access = {map, &memory};
	struct acpi_info info;
	int error;

	if (size == 0)
		return 0;
	memory.repair = !(data[0] & 1);
	error = acpi_parse(&access, BASE, &info);
	check(error == 0 || error == -EINVAL);
	check(info.ioapic_count <= ACPI_IOAPICS_MAX && info.override_count <= ACPI_OVERRIDES_MAX);
	check(info.s5_type_a < 8 && info.s5_type_b < 8 && info.century < 128);
	for (unsigned i = 0; i < info.override_count; i++)
		check(info.overrides[i].irq < 16);
	check(info.smi_command <= 0xffff);
	check(info.pm_timer.space != ACPI_SPACE_IO || info.pm_timer.address <= 0xffff);
	for (unsigned i = 0; i < memory.map_count; i++)
		free(memory.maps[i]);
	acpi_find_rsdp(data, size);
	return 0;
}

/* The PCI bus of a dump, as lspci -xxx or -xxxx prints it. Every register keeps what is written to
 * it; base address registers are 16 bytes of memory, or 4 ports, in size. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "drivers/pci/extended.h"
#include "kernel/x86/paging.h"
#include "tests/host/host.h"
#include "tests/host/pci.h"

#define PLACES	   65536
#define EXTENDED   ((size_t)PLACES << 12)
#define BAR_MEMORY 0xfu
#define BAR_IO	   0x3u

static uint8_t *space; /* as memory-mapped configuration space has it */
static uint8_t present[PLACES];

static uint8_t *find(uint16_t place, unsigned offset)
{
	return space && present[place] ? space + ((size_t)place << 12) + offset : NULL;
}

uint32_t config_space_read(uint16_t place, unsigned offset, unsigned width)
{
	const uint8_t *at = find(place, offset);
	uint32_t value = UINT32_MAX;

	if (!at)
		return value;
	value = 0;
	memcpy(&value, at, width);
	return value;
}

static bool is_bar(uint16_t place, unsigned offset)
{
	uint8_t type = *find(place, PCI_HEADER_TYPE) & 0x7f;

	return offset >= PCI_BAR0 && offset < PCI_BAR0 + 4 * (type == 1 ? 2 : type ? 0 : PCI_BARS);
}

void config_space_write(uint16_t place, unsigned offset, uint32_t value, unsigned width)
{
	uint8_t *at = find(place, offset);
	uint32_t old;

	if (!at)
		return;
	if (width == 4 && is_bar(place, offset)) {
		uint32_t fixed;

		memcpy(&old, at, 4);
		fixed = old & 1 ? BAR_IO : BAR_MEMORY;
		if (offset > PCI_BAR0 && is_bar(place, offset - 4) && (at[-4] & 7) == 4)
			fixed = 0; /* the upper half of one */
		else if (!old)
			return; /* there is none */
		value = (value & ~fixed) | (old & fixed);
	}
	memcpy(at, &value, width);
}

int paging_map_device(uint64_t address, uint64_t size)
{
	(void)address, (void)size;
	return 0;
}

static void read_dump(FILE *file)
{
	char line[256];
	uint16_t place = 0;

	while (fgets(line, sizeof(line), file)) {
		unsigned bus, slot, function, offset, used;

		if (sscanf(line, "%2x:%2x.%1x ", &bus, &slot, &function) == 3) {
			place = (uint16_t)(bus << 8 | slot << 3 | function);
			present[place] = 1;
			memset(space + ((size_t)place << 12) + PCI_CONFIG_SIZE, 0xff,
			       PCI_EXTENDED_SIZE - PCI_CONFIG_SIZE);
		} else if (sscanf(line, "%x:%n", &offset, &used) == 1 &&
			   offset < PCI_EXTENDED_SIZE) {
			char *at = line + used;
			uint8_t *byte = find(place, offset);

			for (int i = 0; byte && i < 16 && *at == ' '; i++)
				byte[i] = (uint8_t)strtoul(at, &at, 16);
		}
	}
}

int host_pci_load(const char *path)
{
	FILE *file = fopen(path, "r");

	if (!file)
		return -errno;
	space = mmap(NULL, EXTENDED, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (space == MAP_FAILED) {
		fclose(file);
		space = NULL;
		return -ENOMEM;
	}
	read_dump(file);
	fclose(file);
	pci_set_ecam((uintptr_t)space, 0, PCI_BUSES - 1);
	pci_init(NULL);
	return 0;
}

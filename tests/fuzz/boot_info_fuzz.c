/* Boot information of a hostile loader: the first byte chooses the protocol, the rest is multiboot2
 * information, or memory from physical address 0x1000 on with hvm_start_info at its start. What
 * comes out goes through the memory map. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/boot_info.h"
#include "kernel/memory_map.h"

#define BASE 0x1000

static const uint8_t *memory;
static size_t memory_size;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const void *map(uint64_t address, size_t size)
{
	if (address < BASE || address - BASE > memory_size || size > memory_size - (address - BASE))
		return NULL;
	return memory + (address - BASE);
}

static void check(int condition)
{
	if (!condition)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct boot_info info;
	static struct memory_map ram;

	if (size < 1)
		return 0;
	/* A copy of its own: the sanitizer sees every byte beyond. */
	uint8_t *copy = malloc(size - 1 ? size - 1 : 1);
	memcpy(copy, data + 1, size - 1);
	memory = copy;
	memory_size = size - 1;
	memset(&info, 0xa5, sizeof(info));
	int error = data[0] & 1 ? boot_info_parse_multiboot2(&info, copy, size - 1)
				: boot_info_parse_pvh(&info, BASE, map);

	if (!error) {
		check(memchr(info.loader, 0, sizeof(info.loader)) != NULL);
		check(memchr(info.command_line, 0, sizeof(info.command_line)) != NULL);
		check(info.range_count <= BOOT_RANGES_MAX);
		check(info.module_count <= BOOT_MODULES_MAX);
		for (unsigned i = 0; i < info.module_count; i++) {
			const struct boot_module *module = &info.modules[i];

			check(memchr(module->name, 0, sizeof(module->name)) != NULL);
			check(module->name[0] != '\0' && !strchr(module->name, '/'));
			check(strcmp(module->name, ".") != 0 && strcmp(module->name, "..") != 0);
			check(module->start + module->size >= module->start);
		}
		ram.count = 0;
		for (unsigned i = 0; i < info.range_count; i++) {
			const struct boot_range *range = &info.ranges[i];

			check(range->size != 0);
			if (range->usable)
				memory_map_add(&ram, range->start, range->start + range->size);
			else
				memory_map_remove(&ram, range->start, range->start + range->size);
			for (unsigned at = 0; at < ram.count; at++) {
				check(ram.spans[at].start < ram.spans[at].end);
				check(at == 0 || ram.spans[at - 1].end < ram.spans[at].start);
			}
		}
	}
	free(copy);
	return 0;
}

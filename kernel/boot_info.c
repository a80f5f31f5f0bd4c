/* What the boot loader hands over, multiboot2's or PVH's, checked and in one form. */
#include "kernel/boot_info.h"

#include "boot/layout.h"
#include "lib/errno.h"
#include "lib/string.h"

static void add_range(struct boot_info *info, uint64_t start, uint64_t size, bool usable)
{
	if (size == 0)
		return;
	if (start + size < start) /* cut at the end of the address space */
		size = -start;
	if (info->range_count == BOOT_RANGES_MAX) {
		info->truncated = true;
		return;
	}
	info->ranges[info->range_count++] = (struct boot_range){start, size, usable};
}

/* A module that wraps around the address space is dropped; an empty one is an empty file. */
static struct boot_module *add_module(struct boot_info *info, uint64_t start, uint64_t size)
{
	if (start + size < start)
		return NULL;
	if (info->module_count == BOOT_MODULES_MAX) {
		info->truncated = true;
		return NULL;
	}
	struct boot_module *module = &info->modules[info->module_count++];
	module->start = start;
	module->size = size;
	return module;
}

static bool name_char(char c)
{
	return c > ' ' && c < 127;
}

/* The last path component of the first word: a module's name is a file name later. */
static void name_module(struct boot_info *info, struct boot_module *module, const char *text)
{
	size_t from = 0, length = 0;

	while (text[from] == ' ')
		from++;
	while (name_char(text[from + length])) {
		if (text[from + length] == '/') {
			from += length + 1;
			length = 0;
		} else {
			length++;
		}
	}
	if (length >= sizeof(module->name))
		length = sizeof(module->name) - 1;
	memcpy(module->name, text + from, length);
	module->name[length] = '\0';

	if (length == 0 || strcmp(module->name, ".") == 0 || strcmp(module->name, "..") == 0) {
		unsigned index = module - info->modules;

		memcpy(module->name, "module", 6);
		length = 6;
		if (index >= 10)
			module->name[length++] = '0' + index / 10;
		module->name[length++] = '0' + index % 10;
		module->name[length] = '\0';
	}
}

/* Copies at most room - 1 bytes of a string that has size bytes, or ends earlier with NUL. */
static void copy_string(char *to, size_t room, const char *from, size_t size)
{
	size_t length = strnlen(from, size);

	if (length >= room)
		length = room - 1;
	memcpy(to, from, length);
	to[length] = '\0';
}

/* ---- Multiboot2 ---- */

enum {
	TAG_END = 0,
	TAG_COMMAND_LINE = 1,
	TAG_LOADER = 2,
	TAG_MODULE = 3,
	TAG_MEMORY_MAP = 6,
	TAG_RSDP_1 = 14,
	TAG_RSDP_2 = 15,
};

#define MULTIBOOT2_RAM 1

struct tag {
	uint32_t type, size; /* size: this header included, padding to 8 not */
};

struct tag_module {
	uint32_t start, end;
	char text[];
};

struct tag_memory_map {
	uint32_t entry_size, entry_version;
};

struct multiboot2_range {
	uint64_t start, size;
	uint32_t type, reserved;
};

static void parse_memory_map(struct boot_info *info, const char *content, size_t size)
{
	struct tag_memory_map header;

	if (size < sizeof(header))
		return;
	memcpy(&header, content, sizeof(header));
	if (header.entry_size < sizeof(struct multiboot2_range))
		return;
	content += sizeof(header);
	size -= sizeof(header);
	for (; size >= header.entry_size; size -= header.entry_size, content += header.entry_size) {
		struct multiboot2_range range;

		memcpy(&range, content, sizeof(range));
		add_range(info, range.start, range.size, range.type == MULTIBOOT2_RAM);
	}
}

static void parse_module(struct boot_info *info, const char *content, size_t size)
{
	struct tag_module header;
	char text[256];

	if (size < sizeof(header))
		return;
	memcpy(&header, content, sizeof(header));
	if (header.end < header.start)
		return;
	struct boot_module *module = add_module(info, header.start, header.end - header.start);
	if (!module)
		return;
	copy_string(text, sizeof(text), content + sizeof(header), size - sizeof(header));
	name_module(info, module, text);
}

int boot_info_parse_multiboot2(struct boot_info *info, const void *data, size_t size)
{
	const char *bytes = data;
	uint32_t total;

	memset(info, 0, sizeof(*info));
	if (size < 8)
		return -EINVAL;
	memcpy(&total, bytes, sizeof(total));
	if (total < 8 || total > size)
		return -EINVAL;

	for (size_t offset = 8; total - offset >= sizeof(struct tag);) {
		const char *content = bytes + offset + sizeof(struct tag);
		struct tag tag;

		memcpy(&tag, bytes + offset, sizeof(tag));
		if (tag.size < sizeof(tag) || tag.size > total - offset)
			return -EINVAL;
		size_t content_size = tag.size - sizeof(tag);

		switch (tag.type) {
		case TAG_END:
			return 0;
		case TAG_COMMAND_LINE:
			copy_string(info->command_line, sizeof(info->command_line), content,
				    content_size);
			break;
		case TAG_LOADER:
			copy_string(info->loader, sizeof(info->loader), content, content_size);
			break;
		case TAG_MODULE:
			parse_module(info, content, content_size);
			break;
		case TAG_MEMORY_MAP:
			parse_memory_map(info, content, content_size);
			break;
		case TAG_RSDP_1:
			if (!info->rsdp && content_size >= 20)
				info->rsdp = (uintptr_t)content;
			break;
		case TAG_RSDP_2: /* the better one, wherever it stands */
			if (content_size >= 36)
				info->rsdp = (uintptr_t)content;
			break;
		}

		size_t advance = ((size_t)tag.size + 7) & ~(size_t)7;
		if (advance > total - offset)
			break;
		offset += advance;
	}
	return 0; /* without its end tag, but whole up to here */
}

/* ---- PVH (Xen public/arch-x86/hvm/start_info.h describes the layout) ---- */

struct pvh_start_info {
	uint32_t magic, version, flags, module_count;
	uint64_t modules, command_line, rsdp;
	/* version 1 and later */
	uint64_t memory_map;
	uint32_t memory_map_entries, reserved;
};
_Static_assert(sizeof(struct pvh_start_info) == 56, "hvm_start_info version 1");
#define PVH_VERSION_0_SIZE 40

struct pvh_module {
	uint64_t start, size, command_line, reserved;
};

struct pvh_range {
	uint64_t start, size;
	uint32_t type, reserved;
};

#define PVH_RAM 1

typedef const void *map_function(uint64_t address, size_t size);

/* true when all size bytes at address were there. */
static bool fetch(void *to, uint64_t address, size_t size, map_function *map)
{
	const void *from = address + size < address ? NULL : map(address, size);

	if (!from)
		return false;
	memcpy(to, from, size);
	return true;
}

static void fetch_string(char *to, size_t room, uint64_t address, map_function *map)
{
	size_t length = 0;

	if (address != 0) {
		while (length < room - 1 && fetch(to + length, address + length, 1, map) &&
		       to[length] != '\0')
			length++;
	}
	to[length] = '\0';
}

int boot_info_parse_pvh(struct boot_info *info, uint64_t address, map_function *map)
{
	struct pvh_start_info start = {0};

	memset(info, 0, sizeof(*info));
	if (!fetch(&start, address, PVH_VERSION_0_SIZE, map) || start.magic != PVH_MAGIC)
		return -EINVAL;
	if (start.version >= 1 && !fetch(&start, address, sizeof(start), map))
		return -EINVAL;

	memcpy(info->loader, "PVH", 4);
	fetch_string(info->command_line, sizeof(info->command_line), start.command_line, map);
	info->rsdp = start.rsdp;

	for (uint32_t i = 0; start.version >= 1 && i < start.memory_map_entries; i++) {
		struct pvh_range range;

		if (info->truncated ||
		    !fetch(&range, start.memory_map + i * sizeof(range), sizeof(range), map))
			break;
		add_range(info, range.start, range.size, range.type == PVH_RAM);
	}

	for (uint32_t i = 0; i < start.module_count; i++) {
		struct pvh_module entry;
		char text[256];

		if (info->module_count == BOOT_MODULES_MAX) {
			info->truncated = true;
			break;
		}
		if (!fetch(&entry, start.modules + i * sizeof(entry), sizeof(entry), map))
			break;
		struct boot_module *module = add_module(info, entry.start, entry.size);
		if (!module)
			continue;
		fetch_string(text, sizeof(text), entry.command_line, map);
		name_module(info, module, text);
	}
	return 0;
}

void boot_info_gap(const struct boot_info *info, uint64_t from, uint64_t to, uint64_t *start,
		   uint64_t *end)
{
	*start = *end = from;
	/* A gap begins at from, or where a range ends. */
	for (unsigned i = 0; i <= info->range_count; i++) {
		const struct boot_range *before = i ? &info->ranges[i - 1] : NULL;
		uint64_t begin = before ? before->start + before->size : from, until = to;

		if (begin < from || begin >= to)
			continue;
		for (unsigned k = 0; k < info->range_count; k++) {
			const struct boot_range *range = &info->ranges[k];

			if (!range->size)
				continue;
			if (range->start <= begin && begin - range->start < range->size)
				until = begin;
			else if (range->start > begin && range->start < until)
				until = range->start;
		}
		if (until - begin > *end - *start) {
			*start = begin;
			*end = until;
		}
	}
}

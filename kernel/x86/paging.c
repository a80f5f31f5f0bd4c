/* Page tables: identity mapping with rights, 4 levels. */
#include "kernel/x86/paging.h"

#include "boot/layout.h"
#include "kernel/boot_info.h"
#include "kernel/x86/cpu.h"
#include "kernel/memory.h"
#include "kernel/memory_map.h"
#include "lib/errno.h"
#include "lib/string.h"

/* Intel SDM volume 3, section 4.5: bits of a page table entry. */
#define PRESENT	   (1ull << 0)
#define WRITABLE   (1ull << 1)
#define UNCACHED   (3ull << 3) /* PWT and PCD: PAT entry 3 */
#define LARGE	   (1ull << 7) /* in a level 2 entry: 2 MiB */
#define NO_EXECUTE (1ull << 63)
#define ADDRESS	   0x000ffffffffff000ull

#define LARGE_SIZE	   (2ull << 20)
#define ADDRESS_BITS_MAX   47 /* the lower half: identity mapping needs canonical addresses */
#define BIOS_START	   0xe0000
#define BIOS_END	   0x100000
#define CPUID_ADDRESS_BITS 0x80000008u
#define CPUID_PAT	   (1u << 16) /* in EDX of leaf 1 */
#define MSR_PAT		   0x277
#define PAT_TYPES	   0x0007040600070406ull /* as at power-on: WB, WT, UC-, UC, and again */

static uint64_t *root;
static uint64_t address_end; /* of physical addresses that can be mapped */

static uint64_t *new_table(void)
{
	uint64_t *table = pages_alloc(1);

	if (table)
		memset(table, 0, PAGE_SIZE);
	return table;
}

static unsigned index_at(uint64_t address, unsigned level)
{
	return address >> (PAGE_SHIFT + 9 * (level - 1)) & 511;
}

static uint64_t *table_of(uint64_t entry)
{
	return (uint64_t *)(uintptr_t)(entry & ADDRESS);
}

/* Entries of upper levels allow everything; the last one decides. */
static bool make_table(uint64_t *entry)
{
	uint64_t *table = new_table();

	if (!table)
		return false;
	if (*entry & PRESENT) { /* a large page becomes 512 small ones with the same rights */
		for (unsigned i = 0; i < 512; i++)
			table[i] = (*entry & ~LARGE) + i * PAGE_SIZE;
	}
	*entry = (uintptr_t)table | PRESENT | WRITABLE;
	return true;
}

/* The entry for address at level 1 (4 KiB) or 2 (2 MiB), tables above made on the way. NULL when
 * memory is out. At level 2 the entry may turn out to be a table. */
static uint64_t *walk(uint64_t address, unsigned level)
{
	uint64_t *table = root;

	for (unsigned at = 4; at > level; at--) {
		uint64_t *entry = &table[index_at(address, at)];

		if ((!(*entry & PRESENT) || (*entry & LARGE)) && !make_table(entry))
			return NULL;
		table = table_of(*entry);
	}
	return &table[index_at(address, level)];
}

static void flush_page(uint64_t address)
{
	__asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
}

void paging_load(void)
{
	__asm__ volatile("mov %0, %%cr3" : : "r"(root) : "memory");
}

/* Maps whole pages; keep leaves alone what is mapped already. */
static int map(uint64_t start, uint64_t end, uint64_t flags, bool keep)
{
	while (start < end) {
		uint64_t *entry = walk(start, 2);

		if (!entry)
			return -ENOMEM;
		bool is_table = (*entry & PRESENT) && !(*entry & LARGE);
		bool fits = start % LARGE_SIZE == 0 && end - start >= LARGE_SIZE;

		if (keep && (*entry & LARGE)) {
			start = (start | (LARGE_SIZE - 1)) + 1;
			continue;
		}
		if (fits && !is_table) {
			*entry = start | flags | LARGE | PRESENT;
			start += LARGE_SIZE;
			continue;
		}
		entry = walk(start, 1);
		if (!entry)
			return -ENOMEM;
		if (!keep || !(*entry & PRESENT))
			*entry = start | flags | PRESENT;
		start += PAGE_SIZE;
	}
	return 0;
}

/* [address, address+size) widened to pages; false when it cannot be mapped. */
static bool page_range(uint64_t address, uint64_t size, uint64_t *start, uint64_t *end)
{
	if (size == 0 || address < PAGE_SIZE || address >= address_end ||
	    size > address_end - address)
		return false;
	*start = address & ~(PAGE_SIZE - 1);
	*end = (address + size + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
	return true;
}

int paging_map_device(uint64_t address, uint64_t size)
{
	uint64_t start, end;

	if (!page_range(address, size, &start, &end) ||
	    memory_map_touches(memory_ram(), start, end))
		return -EINVAL;
	int error = map(start, end, WRITABLE | UNCACHED | NO_EXECUTE, false);
	paging_load();
	return error;
}

int paging_map_firmware(uint64_t address, uint64_t size)
{
	uint64_t start, end;

	if (!page_range(address, size, &start, &end))
		return -EINVAL;
	int error = map(start, end, NO_EXECUTE, true);
	paging_load();
	return error;
}

void paging_guard(void *page)
{
	uint64_t *entry = walk((uintptr_t)page, 1);

	if (!entry)
		return;
	*entry &= ~PRESENT;
	flush_page((uintptr_t)page);
}

void paging_unguard(void *page)
{
	uint64_t *entry = walk((uintptr_t)page, 1);

	if (!entry || (*entry & PRESENT))
		return;
	*entry = (uintptr_t)page | WRITABLE | NO_EXECUTE | PRESENT;
	flush_page((uintptr_t)page);
}

bool paging_mapped(uint64_t address)
{
	uint64_t *table = root;

	if (!root) /* still the tables of boot.S */
		return address >> 32 == 0;
	if (address >> ADDRESS_BITS_MAX)
		return false;
	for (unsigned level = 4; level > 0; level--) {
		uint64_t entry = table[index_at(address, level)];

		if (!(entry & PRESENT))
			return false;
		if (level == 2 && (entry & LARGE))
			return true;
		table = table_of(entry);
	}
	return true;
}

static void find_address_end(void)
{
	uint32_t a = CPUID_ADDRESS_BITS, b, c, d;
	unsigned bits = 36;

	__asm__ volatile("cpuid" : "=a"(a), "=b"(b), "=c"(c), "=d"(d) : "0"(0x80000000u), "2"(0));
	if (a >= CPUID_ADDRESS_BITS) {
		__asm__ volatile("cpuid"
				 : "=a"(a), "=b"(b), "=c"(c), "=d"(d)
				 : "0"(CPUID_ADDRESS_BITS), "2"(0));
		bits = a & 0xff;
	}
	if (bits > ADDRESS_BITS_MAX)
		bits = ADDRESS_BITS_MAX;
	address_end = 1ull << bits;
}

/* The memory types that page table entries choose from. A boot loader may have changed them; what
 * is cached under the old ones is written back (Intel SDM volume 3, section 12.12.4). */
static void set_memory_types(void)
{
	uint32_t a = 1, b, c = 0, d;

	__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	if (!(d & CPUID_PAT) || cpu_read_msr(MSR_PAT) == PAT_TYPES)
		return;
	__asm__ volatile("wbinvd" : : : "memory");
	cpu_write_msr(MSR_PAT, PAT_TYPES);
	__asm__ volatile("wbinvd" : : : "memory");
}

static int map_image(void)
{
	const struct {
		char *start, *end;
		uint64_t flags;
	} sections[] = {
		{kernel_start, text_end, 0},
		{text_end, rodata_end, NO_EXECUTE},
		{rodata_end, kernel_end, WRITABLE | NO_EXECUTE},
	};

	for (unsigned i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		int error = map((uintptr_t)sections[i].start, (uintptr_t)sections[i].end,
				sections[i].flags, false);
		if (error)
			return error;
	}
	return 0;
}

void paging_init_cpu(void)
{
	set_memory_types();
	paging_load();
}

uint64_t paging_root(void)
{
	return (uintptr_t)root;
}

int paging_init(const struct boot_info *info)
{
	const struct memory_map *ram = memory_ram();
	uint64_t *tables = new_table();
	int error = 0;

	(void)info;
	if (!tables)
		return -ENOMEM;
	root = tables;
	find_address_end();

	for (unsigned i = 0; i < ram->count && !error; i++) {
		uint64_t start = ram->spans[i].start;

		if (start == 0) /* NULL stays unmapped */
			start = PAGE_SIZE;
		error = map(start, ram->spans[i].end, WRITABLE | NO_EXECUTE, false);
	}
	if (!error)
		error = map_image();
	if (!error) /* where the RSDP and SMBIOS are looked for */
		error = paging_map_firmware(BIOS_START, BIOS_END - BIOS_START);
	if (error)
		return error;
	paging_init_cpu();
	paging_guard(boot_stack_guard);
	return 0;
}

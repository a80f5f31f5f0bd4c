/* Boot information as GRUB and QEMU hand it over, and broken. */
#include <errno.h>

#include "kernel/boot_info.h"
#include "tests/unit/cmocka.h"

static struct boot_info info;

/* ---- Multiboot2 ---- */

static uint32_t data[1024]; /* aligned */
static size_t used;

static void put(const void *bytes, size_t size)
{
	memcpy((char *)data + used, bytes, size);
	used += size;
}

static void put32(uint32_t value)
{
	put(&value, 4);
}

static void put64(uint64_t value)
{
	put(&value, 8);
}

static void begin(void)
{
	memset(data, 0, sizeof(data));
	used = 0;
	put64(0);
}

static void tag(uint32_t type, uint32_t content_size)
{
	used = (used + 7) & ~(size_t)7;
	put32(type);
	put32(8 + content_size);
}

static int parse(void)
{
	tag(0, 0);
	data[0] = used;
	return boot_info_parse_multiboot2(&info, data, used);
}

static void multiboot2_whole(void **state)
{
	(void)state;
	begin();
	tag(1, 9);
	put("quiet a=b", 9); /* without its NUL */
	tag(2, 10);
	put("GRUB 2.06", 10);
	tag(3, 8 + 14);
	put32(0x200000);
	put32(0x200123);
	put("dir/script x y", 14);
	tag(3, 8 + 1);
	put32(0x300000);
	put32(0x300000);
	put("", 1);
	tag(6, 8 + 2 * 32);
	put32(32); /* larger entries than we know */
	put32(0);
	for (unsigned i = 0; i < 2; i++) {
		put64(i << 20);
		put64(0x9fc00);
		put32(i + 1);
		put32(0);
		put64(~0ull);
	}
	tag(14, 20);
	put("RSD PTR 12345678901", 20);
	size_t at = 0;
	tag(15, 36);
	at = used;
	put("RSD PTR 12345678901234567890123456789012345", 36);
	tag(77, 3);
	put("???", 3);

	assert_int_equal(parse(), 0);
	assert_string_equal(info.command_line, "quiet a=b");
	assert_string_equal(info.loader, "GRUB 2.06");
	assert_int_equal(info.module_count, 2);
	assert_string_equal(info.modules[0].name, "script");
	assert_int_equal(info.modules[0].start, 0x200000);
	assert_int_equal(info.modules[0].size, 0x123);
	assert_string_equal(info.modules[1].name, "module1");
	assert_int_equal(info.modules[1].size, 0);
	assert_int_equal(info.range_count, 2);
	assert_true(info.ranges[0].usable);
	assert_false(info.ranges[1].usable);
	assert_int_equal(info.ranges[1].start, 1 << 20);
	assert_int_equal(info.rsdp, (uintptr_t)data + at);
	assert_false(info.truncated);
}

static void multiboot2_broken(void **state)
{
	(void)state;
	assert_int_equal(boot_info_parse_multiboot2(&info, data, 7), -EINVAL);
	begin();
	data[0] = 100;
	assert_int_equal(boot_info_parse_multiboot2(&info, data, 99), -EINVAL);

	begin();
	tag(1, 0);
	data[used / 4 - 1] = 7; /* shorter than its header */
	assert_int_equal(parse(), -EINVAL);
	begin();
	tag(1, 4096);
	assert_int_equal(parse(), -EINVAL);

	begin();
	tag(3, 4); /* too short for a module */
	put32(1);
	tag(3, 8);
	put32(2); /* ends before it starts */
	put32(1);
	tag(6, 32);
	put32(8); /* entries too small */
	put32(0);
	put64(0);
	put64(0);
	put64(0);
	assert_int_equal(parse(), 0);
	assert_int_equal(info.module_count, 0);
	assert_int_equal(info.range_count, 0);
}

static void multiboot2_too_many(void **state)
{
	(void)state;
	begin();
	for (unsigned i = 0; i < BOOT_MODULES_MAX + 1; i++) {
		tag(3, 8 + 2);
		put32(0);
		put32(1);
		put("..", 2);
	}
	assert_int_equal(parse(), 0);
	assert_int_equal(info.module_count, BOOT_MODULES_MAX);
	assert_string_equal(info.modules[15].name, "module15");
	assert_true(info.truncated);
}

static void multiboot2_ranges(void **state)
{
	(void)state;
	begin();
	tag(6, 8 + (BOOT_RANGES_MAX + 10) * 24);
	put32(24);
	put32(0);
	for (unsigned i = 0; i < BOOT_RANGES_MAX + 10; i++) {
		put64((uint64_t)i << 20);
		put64(0x1000);
		put32(1);
		put32(0);
	}
	assert_int_equal(parse(), 0);
	assert_int_equal(info.range_count, BOOT_RANGES_MAX);
	assert_true(info.truncated);
}

/* Strings longer than their room, and one that ends where the information ends. */
static void multiboot2_strings(void **state)
{
	char *exact;

	(void)state;
	begin();
	tag(2, 100);
	memset((char *)data + used, 'l', 100);
	used += 100;
	tag(1, 3000);
	memset((char *)data + used, 'c', 3000);
	used += 3000;
	assert_int_equal(parse(), 0);
	assert_int_equal(strlen(info.loader), sizeof(info.loader) - 1);
	assert_int_equal(strlen(info.command_line), sizeof(info.command_line) - 1);
	assert_int_equal(info.range_count, 0);

	begin();
	tag(1, 8);
	put("no=end=1", 8);
	data[0] = used;
	exact = malloc(used);
	memcpy(exact, data, used);
	assert_int_equal(boot_info_parse_multiboot2(&info, exact, used), 0);
	assert_string_equal(info.command_line, "no=end=1");
	free(exact);
}

/* Whoever reads the RSDP reads all of it: one that is cut off is none. */
static void multiboot2_short_rsdp(void **state)
{
	(void)state;
	begin();
	tag(14, 19);
	put("RSD PTR 1234567890", 19);
	tag(15, 35);
	put("RSD PTR 12345678901234567890123456", 35);
	assert_int_equal(parse(), 0);
	assert_int_equal(info.rsdp, 0);
}

/* ---- PVH ---- */

static char memory[4096]; /* at physical 0x10000 */

static const void *map(uint64_t address, size_t size)
{
	assert_true(size <= UINT64_MAX - address);
	if (address < 0x10000 || address - 0x10000 > sizeof(memory) ||
	    size > sizeof(memory) - (address - 0x10000))
		return NULL;
	return memory + address - 0x10000;
}

static void poke(unsigned offset, uint64_t value, unsigned size)
{
	memcpy(memory + offset, &value, size);
}

static void pvh(void **state)
{
	(void)state;
	memset(memory, 0, sizeof(memory));
	assert_int_equal(boot_info_parse_pvh(&info, 0x10000, map), -EINVAL);
	assert_int_equal(boot_info_parse_pvh(&info, 0, map), -EINVAL);
	poke(0, 0x336ec578, 4);
	poke(4, 1, 4);
	poke(12, 1, 4);
	poke(16, 0x10100, 8); /* modules */
	poke(24, 0x10200, 8); /* command line */
	poke(32, 0xf5a00, 8);
	poke(40, 0x10300, 8); /* memory map */
	poke(48, 3, 4);
	poke(0x100, 0x5000, 8);
	poke(0x108, 10, 8);
	memcpy(memory + 0x200, "a b=c", 6);
	poke(0x300, 0, 8);
	poke(0x308, 0xa0000, 8);
	poke(0x310, 1, 4);
	poke(0x318, 1 << 20, 8);
	poke(0x320, UINT64_MAX, 8); /* wraps */
	poke(0x328, 2, 4);
	assert_int_equal(boot_info_parse_pvh(&info, 0x10000, map), 0);
	assert_string_equal(info.loader, "PVH");
	assert_string_equal(info.command_line, "a b=c");
	assert_int_equal(info.rsdp, 0xf5a00);
	assert_int_equal(info.module_count, 1);
	assert_string_equal(info.modules[0].name, "module0");
	assert_int_equal(info.modules[0].size, 10);
	assert_int_equal(info.range_count, 2); /* the empty one is left out */
	assert_int_equal(info.ranges[1].start + info.ranges[1].size, 0);

	/* A command line without end, at the end of memory. */
	memset(memory + sizeof(memory) - 5, 'x', 5);
	poke(24, 0x10000 + sizeof(memory) - 5, 8);
	assert_int_equal(boot_info_parse_pvh(&info, 0x10000, map), 0);
	assert_string_equal(info.command_line, "xxxxx");

	/* Version 0 has no memory map and is shorter. */
	poke(4, 0, 4);
	assert_int_equal(boot_info_parse_pvh(&info, 0x10000, map), 0);
	assert_int_equal(info.range_count, 0);
}

/* Arrays at the end of the address space. */
static void pvh_wraps(void **state)
{
	(void)state;
	memset(memory, 0, sizeof(memory));
	poke(0, 0x336ec578, 4);
	poke(4, 1, 4);
	poke(12, 1, 4);
	poke(16, UINT64_MAX - 4, 8);
	poke(24, UINT64_MAX, 8);
	poke(40, UINT64_MAX - 10, 8);
	poke(48, 3, 4);
	assert_int_equal(boot_info_parse_pvh(&info, 0x10000, map), 0);
	assert_int_equal(info.module_count, 0);
	assert_int_equal(info.range_count, 0);
	assert_int_equal(boot_info_parse_pvh(&info, UINT64_MAX - 8, map), -EINVAL);
}

static unsigned times;

/* The same everywhere: ranges and modules without end. */
static const void *map_everywhere(uint64_t address, size_t size)
{
	static const uint64_t entry[4] = {0x100000, 0x1000, 1, 0};

	if (++times > 100000)
		fail_msg("it goes on for ever");
	return address == 0x10000 ? memory : size <= sizeof(entry) ? (const void *)entry : NULL;
}

static void pvh_too_many(void **state)
{
	(void)state;
	memset(memory, 0, sizeof(memory));
	poke(0, 0x336ec578, 4);
	poke(4, 1, 4);
	poke(12, UINT32_MAX, 4);
	poke(16, 0x20000, 8);
	poke(40, 0x20000, 8);
	poke(48, UINT32_MAX, 4);
	times = 0;
	assert_int_equal(boot_info_parse_pvh(&info, 0x10000, map_everywhere), 0);
	assert_int_equal(info.range_count, BOOT_RANGES_MAX);
	assert_int_equal(info.module_count, BOOT_MODULES_MAX);
	assert_true(info.truncated);
}

static void assert_gap(uint64_t start, uint64_t end)
{
	uint64_t is_start, is_end;

	boot_info_gap(&info, 0x1000, 0x9000, &is_start, &is_end);
	assert_int_equal(is_end - is_start, end - start);
	if (end > start)
		assert_int_equal(is_start, start);
}

static void gaps(void **state)
{
	(void)state;
	memset(&info, 0, sizeof(info));
	assert_gap(0x1000, 0x9000);
	info.ranges[info.range_count++] = (struct boot_range){0x8000, 0x1000, true};
	assert_gap(0x1000, 0x8000);
	info.ranges[info.range_count++] = (struct boot_range){0, 0x2000, true};
	assert_gap(0x2000, 0x8000);
	info.ranges[info.range_count++] = (struct boot_range){0x4000, 0x800, false};
	assert_gap(0x4800, 0x8000);
	info.ranges[info.range_count++] = (struct boot_range){0x4000, 0x3000, false};
	assert_gap(0x2000, 0x4000);
	info.ranges[info.range_count++] = (struct boot_range){0x2800, (uint64_t)-0x2800, false};
	assert_gap(0x2000, 0x2800);
	info.ranges[info.range_count++] = (struct boot_range){0, (uint64_t)-1, true};
	assert_gap(0, 0);
}

TESTS(cmocka_unit_test(gaps), cmocka_unit_test(multiboot2_whole),
      cmocka_unit_test(multiboot2_broken), cmocka_unit_test(multiboot2_too_many),
      cmocka_unit_test(pvh), cmocka_unit_test(multiboot2_ranges),
      cmocka_unit_test(multiboot2_strings), cmocka_unit_test(multiboot2_short_rsdp),
      cmocka_unit_test(pvh_wraps), cmocka_unit_test(pvh_too_many))

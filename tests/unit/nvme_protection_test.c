/* Tuples of protection information: against a CRC that is made bit by bit, the specification's own
 * examples, and every rule of what is checked. */
#include "drivers/nvme/protection.h"

#include "tests/unit/cmocka.h"

#define LBA   0x123456789abcdefull
#define BLOCK 512

static uint8_t data[4096];
static uint8_t metadata[64];
static struct nvme_protection_fault fault;

static struct nvme_cursor whole(void)
{
	static struct block_segment segment;

	segment = (struct block_segment){data, sizeof(data)};
	return (struct nvme_cursor){&segment, 0};
}

/* The definition of the two CRCs, a bit at a time. */
static uint64_t slow_guard(unsigned kind, size_t size, unsigned before)
{
	uint64_t crc = kind == NVME_GUARD_64 ? UINT64_MAX : 0;

	for (size_t i = 0; i < size + before; i++) {
		uint8_t byte = i < size ? data[i] : metadata[i - size];

		for (unsigned bit = 0; bit < 8; bit++) {
			if (kind == NVME_GUARD_64)
				crc = crc >> 1 ^
				      ((crc ^ byte >> bit) & 1 ? 0x9a6c9329ac4bc9b5u : 0);
			else
				crc = (crc << 1 ^
				       ((crc >> 15 ^ byte >> (7 - bit)) & 1 ? 0x8bb7 : 0)) &
				      0xffff;
		}
	}
	return kind == NVME_GUARD_64 ? ~crc : crc;
}

static uint64_t big(const uint8_t *bytes, unsigned size)
{
	uint64_t value = 0;

	while (size--)
		value = value << 8 | *bytes++;
	return value;
}

static void fill(void)
{
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7 + i / 256);
	for (size_t i = 0; i < sizeof(metadata); i++)
		metadata[i] = (uint8_t)(0xa0 + i);
}

static bool check(const struct nvme_metadata_format *format)
{
	return nvme_protection_check(format, whole(), BLOCK, metadata, LBA, &fault);
}

/* Every format, type and place: the bytes of the tuple, and that nothing else is written. */
static void test_what_is_made(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind <= 2; kind += 2) {
		unsigned size = nvme_protection_size(kind), guard = kind ? 8 : 2;

		for (unsigned row = 0; row < 2 * 3 * 3; row++) {
			const struct nvme_metadata_format format = {
				.type = (uint8_t)(1 + row % 3),
				.guard = (uint8_t)kind,
				.storage_tag_bits = (uint8_t)(row / 3 % 3 * 8),
				.size = 64,
				.first = row < 9,
			};
			unsigned offset = row < 9 ? 0 : 64 - size;
			unsigned bits = (kind ? 48 : 32) - format.storage_tag_bits;
			uint64_t reference = format.type == 3 ? 0 : LBA & ((1ull << bits) - 1);
			uint8_t *tuple = metadata + offset, before[64];

			fill();
			memcpy(before, metadata, 64);
			nvme_protection_make(&format, whole(), BLOCK, metadata, LBA);
			assert_true(big(tuple, guard) == slow_guard(kind, BLOCK, offset));
			assert_int_equal(big(tuple + guard, 2), 0);
			assert_true(big(tuple + guard + 2, size - guard - 2) == reference);
			memcpy(before + offset, tuple, size);
			assert_memory_equal(before, metadata, 64);
			assert_true(check(&format));
		}
	}
	assert_int_equal(nvme_protection_tag_bits(NVME_GUARD_16), 32);
	assert_int_equal(nvme_protection_tag_bits(NVME_GUARD_64), 48);
	assert_int_equal(nvme_protection_tag_bits(NVME_GUARD_32), 0);
	assert_int_equal(nvme_protection_tag_bits(NVME_GUARD_RESERVED), 0);
}

/* NVM Command Set 1.0, section 5.2.1.3, and T10's. */
static void test_known_guards(void **state)
{
	const struct nvme_metadata_format wide = {
		.size = 16, .first = true, .type = 1, .guard = NVME_GUARD_64};
	const struct nvme_metadata_format narrow = {.size = 8, .type = 1};

	(void)state;
	memset(data, 0, sizeof(data));
	nvme_protection_make(&wide, whole(), 4096, metadata, 0);
	assert_true(big(metadata, 8) == 0x6482d367eb22b64eu);
	memset(data, 0xff, sizeof(data));
	nvme_protection_make(&wide, whole(), 4096, metadata, 0);
	assert_true(big(metadata, 8) == 0xc0ddba7302eca3acu);
	nvme_protection_make(&narrow, whole(), 32, metadata, 0);
	assert_int_equal(big(metadata, 2), 0xa293);
}

/* Data that lies in pieces, with empty ones between, has the same guard. */
static void test_pieces(void **state)
{
	const struct block_segment segments[] = {
		{data, 0}, {data, 1}, {data + 1, 500}, {NULL, 0}, {data + 501, 300}};

	(void)state;
	for (unsigned kind = 0; kind <= 2; kind += 2) {
		const struct nvme_metadata_format format = {
			.size = 16, .first = true, .type = 1, .guard = (uint8_t)kind};
		uint8_t expected[16];

		fill();
		nvme_protection_make(&format, whole(), BLOCK, metadata, LBA);
		memcpy(expected, metadata, 16);
		memset(metadata, 0, 16);
		nvme_protection_make(&format, (struct nvme_cursor){segments, 0}, BLOCK, metadata,
				     LBA);
		assert_memory_equal(metadata, expected, nvme_protection_size(kind));
	}
}

static void assert_fault(const struct nvme_metadata_format *format, enum nvme_status status,
			 const char *text)
{
	char line[80];

	assert_false(check(format));
	assert_int_equal(fault.status, status);
	nvme_protection_describe(&fault, line, sizeof(line));
	assert_string_equal(line, text);
}

static void test_faults(void **state)
{
	struct nvme_metadata_format format = {.size = 8, .type = 1};
	char text[80];

	(void)state;
	fill();
	nvme_protection_make(&format, whole(), BLOCK, metadata, LBA);
	data[511] ^= 1;
	metadata[3] = 5; /* the guard comes first */
	snprintf(text, sizeof(text), "guard %llxh is not the data's %llxh",
		 (unsigned long long)big(metadata, 2),
		 (unsigned long long)slow_guard(NVME_GUARD_16, BLOCK, 0));
	assert_fault(&format, NVME_SC_GUARD_CHECK, text);
	data[511] ^= 1;
	assert_fault(&format, NVME_SC_APPLICATION_TAG_CHECK,
		     "application tag 5h is not the driver's 0h");
	metadata[3] = 0;
	metadata[7] ^= 1;
	assert_fault(&format, NVME_SC_REFERENCE_TAG_CHECK,
		     "reference tag 89abcdeeh is not the block's 89abcdefh");
	format.type = 2;
	assert_false(check(&format));
	format.type = 3; /* has none */
	assert_true(check(&format));
}

/* The storage tag is the business of whoever wrote it. */
static void test_storage_tag(void **state)
{
	const struct nvme_metadata_format format = {
		.size = 64, .first = true, .type = 1, .storage_tag_bits = 12};

	(void)state;
	fill();
	nvme_protection_make(&format, whole(), BLOCK, metadata, LBA);
	metadata[4] = 0xab;
	metadata[5] |= 0xc0;
	assert_true(check(&format));
	metadata[5] ^= 1;
	assert_fault(&format, NVME_SC_REFERENCE_TAG_CHECK,
		     "reference tag acdefh is not the block's bcdefh");
}

/* FFFFh, and of type 3 all ones behind it as well, but for the storage tag. */
static void test_unchecked(void **state)
{
	struct nvme_metadata_format format = {
		.size = 64, .first = true, .type = 1, .storage_tag_bits = 8};

	(void)state;
	for (unsigned kind = 0; kind <= 2; kind += 2) {
		unsigned guard = kind ? 8 : 2, size = kind ? 16 : 8;

		format.guard = (uint8_t)kind;
		for (format.type = 1; format.type <= 3; format.type++) {
			fill();
			memset(metadata + guard, 0xff, 2);
			assert_int_equal(check(&format), format.type != 3);
			memset(metadata + guard + 3, 0xff, size - guard - 3);
			assert_true(check(&format));
			metadata[guard] = 0xfe;
			assert_false(check(&format));
		}
	}
}

TESTS(cmocka_unit_test(test_what_is_made), cmocka_unit_test(test_known_guards),
      cmocka_unit_test(test_pieces), cmocka_unit_test(test_faults),
      cmocka_unit_test(test_storage_tag), cmocka_unit_test(test_unchecked))

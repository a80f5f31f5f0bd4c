/* The table of commands: sound in itself, its opcodes as libnvme's header has them. What it says of
 * sizes is in nvme_data_size_test.c, on the driver. */
#include "drivers/nvme/spec/names.h"
#include "drivers/nvme/spec/spec.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/nvme_describe_reference.h"

static void check_parts(const struct nvme_command_row *row)
{
	uint32_t seen[16] = {0};
	unsigned bits = 0;

	for (unsigned i = 0; i < row->part_count; i++) {
		const struct nvme_command_part *part = &row->parts[i];
		uint32_t mask;

		if (part->dword < 10 || part->dword > 15 || part->high < part->low ||
		    part->high > 31)
			fail_msg("%s: %s is in no command dword", row->name, part->name);
		mask = UINT32_MAX >> (31 - (part->high - part->low)) << part->low;
		if (seen[part->dword] & mask)
			fail_msg("%s: %s overlaps others", row->name, part->name);
		seen[part->dword] |= mask;
		for (unsigned j = 0; j < i; j++)
			if (strcmp(row->parts[j].name, part->name) == 0)
				fail_msg("%s: two fields are called %s", row->name, part->name);
		if (part->kind != NVME_PART)
			bits += part->high - part->low + 1u;
	}
	assert_true(bits <= 32);
	/* Units are counted by a field, and a field counts units, unless a function does. */
	if (!row->bytes)
		assert_int_equal(row->unit != 0, bits != 0);
	/* One answer to the question how much it moves. */
	assert_true((row->bytes != NULL) + (row->fixed != 0) + (row->unit != 0) <= 1);
	/* What moves something says which way. */
	if (row->bytes || row->fixed || row->unit)
		assert_int_not_equal(NVME_OPCODE_DIRECTION(row->opcode), NVME_DIRECTION_NONE);
}

static void test_rows_are_sound(void **state)
{
	(void)state;
	for (unsigned io = 0; io <= 1; io++)
		for (unsigned opcode = 0; opcode <= 0xff; opcode++) {
			const struct nvme_command_row *row = nvme_command_row(io, opcode);

			if (!row)
				continue;
			assert_int_equal(row->opcode, opcode);
			assert_string_equal(io ? nvme_io_name(opcode) : nvme_admin_name(opcode),
					    row->name);
			for (unsigned other = 0; other < opcode; other++) {
				const struct nvme_command_row *before = nvme_command_row(io, other);

				assert_false(before && strcmp(before->name, row->name) == 0);
			}
			check_parts(row);
		}
	assert_null(nvme_command_row(false, 0x100));
	assert_string_equal(nvme_admin_name(0xc0), "Vendor Specific");
	assert_string_equal(nvme_io_name(0x80), "Vendor Specific");
	assert_string_equal(nvme_admin_name(0x03), "Unknown");
}

/* What each command does to what the driver keeps, in words of the specification. */
static void test_effects(void **state)
{
	static const uint8_t queues[] = {NVME_ADMIN_DELETE_SQ, NVME_ADMIN_CREATE_SQ,
					 NVME_ADMIN_DELETE_CQ, NVME_ADMIN_CREATE_CQ,
					 NVME_ADMIN_DOORBELL_BUFFER_CONFIG};
	static const uint8_t namespaces[] = {
		NVME_ADMIN_NAMESPACE_MANAGEMENT, NVME_ADMIN_NAMESPACE_ATTACHMENT,
		NVME_ADMIN_CAPACITY_MANAGEMENT, NVME_ADMIN_FORMAT_NVM, NVME_ADMIN_SANITIZE};

	(void)state;
	for (unsigned opcode = 0; opcode <= 0xff; opcode++) {
		const struct nvme_command command = {.opcode = (uint8_t)opcode};
		unsigned effects = 0;

		if (memchr(queues, (int)opcode, sizeof(queues)))
			effects = NVME_CHANGES_QUEUES;
		else if (memchr(namespaces, (int)opcode, sizeof(namespaces)))
			effects = NVME_CHANGES_NAMESPACES;
		else if (opcode == NVME_ADMIN_ASYNC_EVENT_REQUEST)
			effects = NVME_STAYS;
		assert_int_equal(nvme_command_effects(false, &command), effects);
		assert_int_equal(nvme_command_effects(true, &command), 0);
	}
}

static void test_opcodes_as_libnvme_has_them(void **state)
{
	unsigned count = 0;

	(void)state;
	if (!reference_opcode_count) {
		print_message("libnvme's headers are not installed\n");
		skip();
	}
	for (size_t i = 0; i < reference_opcode_count; i++) {
		const struct reference_opcode *reference = &reference_opcodes[i];
		const struct nvme_command_row *row =
			nvme_command_row(reference->io, reference->opcode);

		if (!row || strcmp(row->name, reference->name) != 0)
			fail_msg("%s is not %#x", reference->name, reference->opcode);
	}
	for (unsigned opcode = 0; opcode <= 0xff; opcode++)
		count += (nvme_command_row(false, opcode) != NULL) +
			 (nvme_command_row(true, opcode) != NULL);
	assert_int_equal(count, reference_opcode_count);
}

TESTS(cmocka_unit_test(test_rows_are_sound), cmocka_unit_test(test_effects),
      cmocka_unit_test(test_opcodes_as_libnvme_has_them))

/* nvme show-regs: the controller properties, decoded on request. */
#include "drivers/nvme/spec/describe.h"
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/nvme.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/string.h"

/* What nvme-cli shows first; the others follow in the order of their offsets. */
static const uint16_t first[] = {NVME_REG_CAP,	NVME_REG_VS,   NVME_REG_CC,
				 NVME_REG_CSTS, NVME_REG_NSSR, NVME_REG_CRTO};

static bool is_first(const struct nvme_row *row)
{
	for (unsigned i = 0; i < sizeof(first) / sizeof(first[0]); i++)
		if (row->offset == first[i] && row->kind == NVME_ROW_FIELD)
			return true;
	return false;
}

static const struct nvme_row *property_at(unsigned offset)
{
	const struct nvme_row *row = nvme_properties_table.rows;

	while (row->offset != offset || row->kind != NVME_ROW_FIELD)
		row++;
	return row;
}

void nvme_print_properties(const struct nvme_properties *properties, unsigned how)
{
	const struct nvme_structure *table = &nvme_properties_table;

	for (unsigned i = 0; i < sizeof(first) / sizeof(first[0]); i++)
		nvme_show_row(table, property_at(first[i]), properties, how);
	for (unsigned i = 0; i < table->count; i++)
		if (!is_first(&table->rows[i]))
			nvme_show_row(table, &table->rows[i], properties, how);
}

/* In the widths that the properties have; what is behind the end of BAR0 reads as zero. */
static void copy_properties(struct nvme_controller *controller, struct nvme_properties *copy)
{
	memset(copy, 0, sizeof(*copy));
	for (unsigned i = 0; i < nvme_properties_table.count; i++) {
		const struct nvme_row *row = &nvme_properties_table.rows[i];
		uint64_t value = 0;
		int error;

		if (row->kind != NVME_ROW_FIELD)
			continue;
		error = nvme_property(controller, row->offset, row->size, &value);
		if (error == -ENODEV)
			fail(1, "show-regs: %s: %s", nvme_name(controller), error_text(ENODEV));
		memcpy((uint8_t *)copy + row->offset, &value, row->size);
	}
}

struct show_regs_options {
	uint8_t output;
	bool human, verbose;
};

static const struct nvme_option show_regs_options[] = {
	NVME_OUTPUT_OPTION(struct show_regs_options),
	NVME_HUMAN_OPTION(struct show_regs_options),
	NVME_FLAG(struct show_regs_options, verbose, "verbose", 'v',
		  "show offsets and sizes as well"),
	NVME_OPTIONS_END,
};

static int show_regs_main(int argc, char **argv)
{
	struct show_regs_options options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, show_regs_options, &options);
	struct nvme_properties *copy = alloc_or_fail(sizeof(*copy));

	copy_properties(target.controller, copy);
	if (options.output == NVME_OUTPUT_BINARY) {
		out_bytes(copy, sizeof(*copy));
	} else if (options.output == NVME_OUTPUT_JSON) {
		struct json json = nvme_json_begin();

		nvme_show_json(&json, &nvme_properties_table, copy);
		nvme_json_end(&json);
	} else {
		nvme_print_properties(copy, (options.human ? NVME_SHOW_BITS : 0) |
						    (options.verbose ? NVME_SHOW_PLACE : 0));
	}
	return 0;
}

NVME_SUBCOMMAND(show_regs, "show-regs", show_regs_main, "DEVICE [OPTIONS]",
		"Shows the controller registers or properties", show_regs_options);

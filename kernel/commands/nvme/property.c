/* nvme get-property, set-property, get-reg and set-reg: one property of a controller. */
#include "drivers/nvme/spec/describe.h"
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/nvme.h"
#include "lib/errno.h"
#include "lib/string.h"

struct property_options {
	uint32_t offset; /* NONE: not given */
	bool human, verbose;
	uint8_t output;
	const char *value;
};

#define NONE UINT32_MAX

/* A property by its offset; ends the process where there is none. */
static const struct nvme_row *property_of(const struct property_options *options)
{
	const struct nvme_structure *table = &nvme_properties_table;

	if (options->offset == NONE)
		fail(1, "offset required param");
	for (unsigned i = 0; i < table->count; i++)
		if (table->rows[i].kind == NVME_ROW_FIELD &&
		    table->rows[i].offset == options->offset)
			return &table->rows[i];
	fail(1, "invalid offset %#x: no property is there", options->offset);
}

/* As libnvme calls them. */
static const char *property_name(const struct nvme_row *row)
{
	static const struct {
		uint16_t offset;
		const char *name;
	} names[] = {
		{NVME_REG_CAP, "Controller Capabilities"},
		{NVME_REG_VS, "Version"},
		{NVME_REG_INTMS, "Interrupt Vector Mask Set"},
		{NVME_REG_INTMC, "Interrupt Vector Mask Clear"},
		{NVME_REG_CC, "Controller Configuration"},
		{NVME_REG_CSTS, "Controller Status"},
		{NVME_REG_NSSR, "NVM Subsystem Reset"},
		{NVME_REG_AQA, "Admin Queue Attributes"},
		{NVME_REG_ASQ, "Admin Submission Queue Base Address"},
		{NVME_REG_ACQ, "Admin Completion Queue Base Address"},
		{NVME_REG_CMBLOC, "Controller Memory Buffer Location"},
		{NVME_REG_CMBSZ, "Controller Memory Buffer Size"},
	};

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].offset == row->offset)
			return names[i].name;
	return row->name;
}

/* The properties with nothing but this one in them, in memory of the process. */
static struct nvme_properties *read_property(const char *what, struct nvme_controller *controller,
					     const struct nvme_row *row, uint64_t *value)
{
	struct nvme_properties *properties = alloc_or_fail(sizeof(*properties));
	int error = nvme_property(controller, row->offset, row->size, value);

	if (error)
		fail(1, "%s: %s: %s", what, nvme_name(controller), error_text(-error));
	memset(properties, 0, sizeof(*properties));
	memcpy((uint8_t *)properties + row->offset, value, row->size);
	return properties;
}

static const struct nvme_option get_property_options[] = {
	NVME_NUMBER(struct property_options, offset, "offset", 'o', "offset of the property"),
	NVME_NUMBER(struct property_options, offset, "offset", 'O', ""),
	NVME_HUMAN_OPTION(struct property_options),
	NVME_OPTIONS_END,
};

static int get_property_main(int argc, char **argv)
{
	struct property_options options = {.offset = NONE};
	struct nvme_target target = nvme_arguments(argc, argv, get_property_options, &options);
	const struct nvme_row *row = property_of(&options);
	struct nvme_structure narrow = nvme_properties_table;
	uint64_t value = 0;
	struct nvme_properties *properties = read_property(argv[0], target.controller, row, &value);

	narrow.width = (uint8_t)(strlen(row->name) + 1);
	if (options.human)
		nvme_show_row(&narrow, row, properties, NVME_SHOW_BITS);
	else
		out("property: 0x%02x (%s), value: %llx\n", row->offset, property_name(row),
		    (unsigned long long)value);
	return 0;
}

NVME_SUBCOMMAND(get_property, "get-property", get_property_main, "DEVICE -o OFFSET [OPTIONS]",
		"Get a property and show the resulting value", get_property_options);

static const struct nvme_option get_reg_options[] = {
	NVME_NUMBER(struct property_options, offset, "offset", 'O', "offset of the register"),
	NVME_OUTPUT_OPTION(struct property_options),
	NVME_HUMAN_OPTION(struct property_options),
	NVME_FLAG(struct property_options, verbose, "verbose", 'v', "its offset and size as well"),
	NVME_OPTIONS_END,
};

static int get_reg_main(int argc, char **argv)
{
	struct property_options options = {.offset = NONE};
	struct nvme_target target = nvme_arguments(argc, argv, get_reg_options, &options);
	const struct nvme_row *row = property_of(&options);
	uint64_t value = 0;
	struct nvme_properties *properties = read_property(argv[0], target.controller, row, &value);

	if (options.output == NVME_OUTPUT_BINARY) {
		out_bytes(&value, row->size);
	} else if (options.output == NVME_OUTPUT_JSON) {
		struct json json = nvme_json_begin();

		nvme_show_json_row(&json, &nvme_properties_table, row, properties);
		nvme_json_end(&json);
	} else {
		nvme_show_row(&nvme_properties_table, row, properties,
			      (options.human ? NVME_SHOW_BITS : 0) |
				      (options.verbose ? NVME_SHOW_PLACE : 0));
	}
	return 0;
}

NVME_SUBCOMMAND(get_reg, "get-reg", get_reg_main, "DEVICE -O OFFSET [OPTIONS]",
		"Reads and shows the defined NVMe controller register", get_reg_options);

static int set_property(int argc, char **argv, const struct nvme_option *table)
{
	struct property_options options = {.offset = NONE};
	struct nvme_target target = nvme_arguments(argc, argv, table, &options);
	const struct nvme_row *row = property_of(&options);
	uint64_t value;
	int error;

	if (!options.value)
		fail(1, "value required param");
	value = nvme_number("value", options.value, UINT64_MAX >> (64 - 8 * row->size));
	error = nvme_set_property(target.controller, row->offset, row->size, value);
	if (error == -EPERM)
		fail(1, "%s: only the driver may write %s", argv[0], row->name);
	if (error)
		fail(1, "%s: %s: %s", argv[0], nvme_name(target.controller), error_text(-error));
	out("set-property: %02x (%s), value: %#llx\n", row->offset, property_name(row),
	    (unsigned long long)value);
	return 0;
}

static const struct nvme_option set_property_options[] = {
	NVME_NUMBER(struct property_options, offset, "offset", 'o', "offset of the property"),
	NVME_NUMBER(struct property_options, offset, "offset", 'O', ""),
	NVME_TEXT(struct property_options, value, "NUM", "value", 'v', "what to write there"),
	NVME_TEXT(struct property_options, value, "NUM", "value", 'V', ""),
	NVME_OPTIONS_END,
};

static int set_property_main(int argc, char **argv)
{
	return set_property(argc, argv, set_property_options);
}

NVME_SUBCOMMAND(set_property, "set-property", set_property_main, "DEVICE -o OFFSET -v VALUE",
		"Set a property and show the resulting value", set_property_options);

static const struct nvme_option set_reg_options[] = {
	NVME_NUMBER(struct property_options, offset, "offset", 'O', "offset of the register"),
	NVME_TEXT(struct property_options, value, "NUM", "value", 'V', "what to write there"),
	NVME_OPTIONS_END,
};

static int set_reg_main(int argc, char **argv)
{
	return set_property(argc, argv, set_reg_options);
}

NVME_SUBCOMMAND(set_reg, "set-reg", set_reg_main, "DEVICE -O OFFSET -V VALUE",
		"Writes and shows the defined NVMe controller register", set_reg_options);

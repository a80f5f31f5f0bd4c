/* Structures of the specification in JSON, with nvme-cli's keys. */
#include "drivers/nvme/spec/describe.h"
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/show.h"
#include "lib/endian.h"
#include "lib/format.h"
#include "lib/string.h"

/* Fields that are written as their bytes are no longer. */
#define BYTES_MAX 32

static void write_out(const char *text)
{
	out("%s", text);
}

struct json nvme_json_begin(void)
{
	struct json json = {.write = write_out};

	json_object_begin(&json, NULL);
	return json;
}

void nvme_json_end(struct json *json)
{
	json_object_end(json);
	out("\n");
}

struct json nvme_json_list_begin(void)
{
	struct json json = {.write = write_out};

	json_array_begin(&json, NULL);
	return json;
}

void nvme_json_list_end(struct json *json)
{
	json_array_end(json);
	out("\n");
}

/* nvme-cli quotes what has more than 64 bits. */
static void show_number(struct json *json, const char *key, const uint8_t *bytes, unsigned size)
{
	char text[40];

	if (size == 16) {
		nvme_decimal128(bytes, text);
		json_string(json, key, text);
	} else {
		json_number(json, key, get_le(bytes, size));
	}
}

static void show_value(struct json *json, const char *key, const struct nvme_row *row,
		       const uint8_t *bytes)
{
	char text[2 * BYTES_MAX + 1];

	switch (row->form) {
	case NVME_FORM_TEXT:
		json_text(json, key, (const char *)bytes, row->size);
		break;
	case NVME_FORM_UUID:
		nvme_uuid(bytes, text);
		json_string(json, key, text);
		break;
	case NVME_FORM_BYTES:
		nvme_hex(bytes, row->size < BYTES_MAX ? row->size : BYTES_MAX, text);
		json_string(json, key, text);
		break;
	default:
		show_number(json, key, bytes, row->size);
		break;
	}
}

static const char *key_of(const struct nvme_structure *structure, const struct nvme_row *field)
{
	const struct nvme_row *end = structure->rows + structure->count;

	for (const struct nvme_row *row = field + 1;
	     row < end && row->kind >= NVME_ROW_BITS && row->kind != NVME_ROW_PART; row++)
		if (row->kind == NVME_ROW_KEY)
			return row->name;
	return field->name;
}

static void show_array(struct json *json, const char *key, const struct nvme_row *row,
		       const void *data)
{
	const uint8_t *bytes = (const uint8_t *)data + row->offset;
	const struct nvme_structure *element = row->array->element;
	unsigned count = row->array->count(data);

	json_array_begin(json, key);
	for (unsigned i = 0; i < count; i++, bytes += element->size) {
		json_object_begin(json, NULL);
		nvme_show_json(json, element, bytes);
		json_object_end(json);
	}
	json_array_end(json);
}

void nvme_show_json_row(struct json *json, const struct nvme_structure *structure,
			const struct nvme_row *row, const void *data)
{
	const char *key = key_of(structure, row);

	if (row->flags & NVME_ROW_NO_JSON || !nvme_row_applies(row, data))
		return;
	if (row->kind == NVME_ROW_ARRAY)
		show_array(json, key, row, data);
	else if (row->kind == NVME_ROW_FIELD)
		show_value(json, key, row, (const uint8_t *)data + row->offset);
	else if (row->kind == NVME_ROW_PART)
		json_number(json, key, nvme_row_part(row, data));
}

void nvme_show_json(struct json *json, const struct nvme_structure *structure, const void *data)
{
	for (unsigned i = 0; i < structure->count; i++)
		nvme_show_json_row(json, structure, &structure->rows[i], data);
}

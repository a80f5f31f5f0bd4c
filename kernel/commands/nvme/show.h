/* Structures of the specification as nvme-cli prints them, in text and JSON: one engine over the
 * tables of drivers/nvme/spec. Any bytes may stand in what is printed. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "drivers/nvme/spec/spec.h"
#include "kernel/commands/nvme/options.h"
#include "lib/json.h"

struct nvme_row;
struct nvme_structure;
enum nvme_show {
	NVME_SHOW_BITS = 1,   /* what stands below a field in its table as well */
	NVME_SHOW_PLACE = 2,  /* offset and size before the name */
	NVME_SHOW_VENDOR = 4, /* a dump of what is the vendor's */
	NVME_SHOW_UNUSED = 8, /* no element of an array is marked as the one in use */
};

/* data as its table (drivers/nvme/spec/describe.h) describes it, one field a line; a single field
 * or array of it, and how: enum nvme_show. */
void nvme_show(const struct nvme_structure *structure, const void *data, unsigned how);
void nvme_show_row(const struct nvme_structure *structure, const struct nvme_row *row,
		   const void *data, unsigned how);

/* The bits of a dword that stands in no structure, a line each. */
void nvme_show_value(const struct nvme_row *rows, unsigned count, uint32_t value);

/* The whole structure in the output that was chosen: as text below a line of its title, which is a
 * format without a colon at its end, as JSON, or as it is. */
void nvme_print_structure(const struct nvme_structure *structure, const void *data,
			  enum nvme_output output, unsigned how, const char *title, ...)
	__attribute__((format(printf, 5, 6)));

/* The same without a title. */
void nvme_print_data(const struct nvme_structure *structure, const void *data,
		     enum nvme_output output, unsigned how);

/* The same as members of the JSON object that json is in. */
void nvme_show_json(struct json *json, const struct nvme_structure *structure, const void *data);
void nvme_show_json_row(struct json *json, const struct nvme_structure *structure,
			const struct nvme_row *row, const void *data);
/* JSON on standard output: the whole document begins and ends as an object. */
struct json nvme_json_begin(void);
void nvme_json_end(struct json *json);
/* As an array. */
struct json nvme_json_list_begin(void);
void nvme_json_list_end(struct json *json);

/* A 128-bit little-endian number in decimal; text has room for 40 bytes. */
void nvme_decimal128(const uint8_t *bytes, char *text);
/* A UUID as it is written, and bytes in two digits each; text has room for a NUL behind. */
#define NVME_UUID_TEXT 37
void nvme_uuid(const uint8_t *bytes, char *text);
void nvme_hex(const uint8_t *bytes, size_t size, char *text);
/* A hexadecimal dump with offsets and text. */
void nvme_dump(const uint8_t *bytes, size_t size);

/* Every property, from a copy of the registers. */
void nvme_print_properties(const struct nvme_properties *properties, unsigned how);

/* One description of each structure of the specification: a table of rows. A row names a member of
 * the C structure, so that offset and size come from the compiler; who prints, checks or makes up
 * such a structure reads the table. Names, forms and order of bits are those of nvme-cli 2.3. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/string.h"

#include "lib/endian.h"

/* printf(), as the reader of a table hands it in. */
typedef void nvme_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

enum nvme_row_kind {
	NVME_ROW_FIELD,
	NVME_ROW_ARRAY,	   /* of structures that have a table of their own */
	NVME_ROW_RESERVED, /* zero, and not shown */
	NVME_ROW_VENDOR,   /* whatever the vendor likes, and not shown */
	/* Below a field, about its value: */
	NVME_ROW_BITS,
	NVME_ROW_RANGE, /* bits as nvme-cli shows those of most structures: "  [1:0] : 0x2\t…" */
	NVME_ROW_ZERO,	/* what a value of 0 means; there are no bits to look at then */
	NVME_ROW_PROSE, /* lines that bits alone do not make, written by a function */
	NVME_ROW_KEY,	/* the field's or array's name in JSON, where it is another */
	NVME_ROW_PART,	/* some of its bits, shown as a field of their own */
};

/* How a value is written; numbers are little endian. */
enum nvme_form {
	/* of fields */
	NVME_FORM_DECIMAL,  /* up to 16 bytes */
	NVME_FORM_HEX,	    /* with 0x */
	NVME_FORM_BARE_HEX, /* without */
	NVME_FORM_TEXT,	    /* as it is, trailing blanks too; up to its NUL */
	NVME_FORM_OUI,	    /* three bytes, most significant last */
	NVME_FORM_UUID,
	NVME_FORM_BYTES, /* every byte in two digits */
	NVME_FORM_PROSE, /* by a function */
	NVME_FORM_PERCENT,
	NVME_FORM_DATA_UNITS, /* of 512,000 bytes, and in bytes with an SI prefix; 16 bytes */
	/* of bits, behind which the number shown is: */
	NVME_FORM_NUMBER,
	NVME_FORM_PLUS_ONE,
	NVME_FORM_HALF,
	NVME_FORM_TIMES_100,
	NVME_FORM_TIMES_500,
	NVME_FORM_POWER,    /* of two */
	NVME_FORM_POWER_4,  /* times 4 */
	NVME_FORM_POWER_4K, /* times 4,096 */
	NVME_FORM_CHOICE,   /* one of several texts; of fields too */
	NVME_FORM_NUMBERED, /* the same, with its number before: "1 - Write Protect" */
	/* of ranges, whose number is shown before: */
	NVME_FORM_ZEROS_BASED, /* "3 (0's based)" */
	NVME_FORM_KELVIN,      /* "70°C (343 Kelvin)"; of fields and bits too */
	NVME_FORM_WIDE,	       /* all of 16 bytes in decimal, and what it is in another line */
};

/* What nvme-cli's layout asks for */
#define NVME_ROW_TAB	   0x01	 /* the name is padded by a tab */
#define NVME_ROW_GAP	   0x02	 /* an empty line behind the bits */
#define NVME_ROW_HIDDEN	   0x04	 /* nvme-cli 2.3 shows it as part of another field, or not at all */
#define NVME_ROW_UNNAMED   0x08	 /* in an array: the value says it all */
#define NVME_ROW_NEW_LINE  0x10	 /* in an array: the element goes on in another line */
#define NVME_ROW_ONLY_JSON 0x20	 /* nvme-cli 2.3 has it in JSON, not in text */
#define NVME_ROW_NO_JSON   0x40	 /* and the other way round */
#define NVME_ROW_NONZERO   0x80	 /* left out where it is 0 */
#define NVME_ROW_PADDED	   0x100 /* the name fills its column itself */

struct nvme_structure;

/* What an array has besides its elements. */
struct nvme_array {
	const struct nvme_structure *element;
	uint8_t digits; /* of the index */
	/* How many elements mean something, and NULL or which one is in use. */
	unsigned (*count)(const void *structure);
	unsigned (*used)(const void *structure);
	/* NULL, or how an element and its name are written where bits are decoded. */
	void (*decoded)(nvme_print *print, const void *element);
	const char *decoded_name;
};

struct nvme_row {
	/* Of a field or array, or the acronym of bits; unique in its structure or field. RANGE:
	 * NULL, or the column that nvme-cli has instead of "  [1:0] :". */
	const char *name;
	union {
		/* Below a field: what stands around the value: one conversion, for unsigned long
		 * long or a text, which RANGE may do without; of BITS behind their name in words
		 * and its NUL (nvme_row_format()). ZERO: all. */
		const char *text;
		/* Of all others: where it is, in bytes. */
		struct {
			uint16_t offset, size;
		};
	};
	union {
		const char *const *texts; /* for 0, 1, ...; NULL and behind the last: reserved */
		const struct nvme_array *array;
		void (*prose)(nvme_print *print, const void *structure);
	};
	/* 0, or defined where one of these bits is set in the byte there */
	uint8_t when_mask;
	uint8_t text_count;
	uint16_t when_offset : 12;
	uint16_t kind : 4;
	uint16_t flags : 10;
	uint16_t form : 6;
	union {
		uint8_t width; /* in an array: of the value; else of the column of its bits' labels
				*/
		uint8_t high;  /* bits, as low */
	};
	uint8_t low;
};
_Static_assert(sizeof(struct nvme_row) == 32, "there are thousands of rows");

struct nvme_structure {
	const struct nvme_row *rows;
	uint16_t count;
	uint16_t size;
	uint8_t width; /* of the column of names */
	bool tabs;     /* which tabs fill */
};

/* How bits are written. */
static inline const char *nvme_row_format(const struct nvme_row *row)
{
	return row->kind == NVME_ROW_BITS ? row->text + strlen(row->text) + 1 : row->text;
}

/* The bits of a row below a field, of the field's value. */
static inline uint64_t nvme_row_bits(const struct nvme_row *row, uint64_t value)
{
	return value >> row->low & UINT64_MAX >> (63 - (row->high - row->low));
}

/* Whether a field is defined: WHEN(), NVME_ROW_NONZERO. */
static inline bool nvme_row_applies(const struct nvme_row *row, const void *structure)
{
	const uint8_t *bytes = structure;
	unsigned set = 0;

	if (row->when_mask && !(bytes[row->when_offset] & row->when_mask))
		return false;
	if (row->kind != NVME_ROW_FIELD || !(row->flags & NVME_ROW_NONZERO))
		return true;
	for (unsigned i = 0; i < row->size; i++)
		set |= bytes[row->offset + i];
	return set;
}

/* The bits that a PART is about. */
static inline uint64_t nvme_row_part(const struct nvme_row *row, const void *structure)
{
	const struct nvme_row *field = row;

	while (field->kind >= NVME_ROW_BITS)
		field--;
	return get_le((const uint8_t *)structure + field->offset, field->size) >> row->low &
	       UINT64_MAX >> (63 - (row->high - row->low));
}

#define STRUCTURE(type, table, column)                                        \
	{                                                                     \
		.rows = (table), .count = sizeof(table) / sizeof((table)[0]), \
		.size = sizeof(type), .width = (column)                       \
	}

/* The same, its names followed by tabs up to the column. */
#define STRUCTURE_TABS(type, table, column)                                   \
	{                                                                     \
		.rows = (table), .count = sizeof(table) / sizeof((table)[0]), \
		.size = sizeof(type), .width = (column), .tabs = true         \
	}

#define NVME_ROW_PLACE(type, member) \
	.offset = offsetof(type, member), .size = sizeof(((type *)0)->member)

/* More about a row follows as designated initialisers: .flags, .width, WHEN(). */
#define FIELD_AS(type, member, text, as, ...)                                   \
	{                                                                       \
		.kind = NVME_ROW_FIELD, .name = (text), .form = NVME_FORM_##as, \
		NVME_ROW_PLACE(type, member), ##__VA_ARGS__                     \
	}
#define FIELD(type, member, as, ...) FIELD_AS(type, member, #member, as, ##__VA_ARGS__)
#define PROSE_FIELD(type, member, text, function, ...) \
	FIELD_AS(type, member, text, PROSE, .prose = (function), ##__VA_ARGS__)
#define CHOICE_FIELD(type, member, text, list, ...)           \
	FIELD_AS(type, member, text, CHOICE, .texts = (list), \
		 .text_count = sizeof(list) / sizeof((list)[0]), ##__VA_ARGS__)
/* A field that only its PARTs show. */
#define DIVIDED(type, member) FIELD(type, member, HEX, .flags = NVME_ROW_HIDDEN | NVME_ROW_NO_JSON)
#define ARRAY(type, member, text, about, ...)                             \
	{                                                                 \
		.kind = NVME_ROW_ARRAY, .name = (text), .array = (about), \
		NVME_ROW_PLACE(type, member), ##__VA_ARGS__               \
	}
#define RESERVED(type, member)                                                           \
	{                                                                                \
		.kind = NVME_ROW_RESERVED, .name = #member, NVME_ROW_PLACE(type, member) \
	}
#define VENDOR(type, member)                                                           \
	{                                                                              \
		.kind = NVME_ROW_VENDOR, .name = #member, NVME_ROW_PLACE(type, member) \
	}
/* member is a field of one byte. */
#define WHEN(type, member, mask) .when_offset = offsetof(type, member), .when_mask = (mask)

#define BITS(top, bottom, acronym, words, around, as)                                     \
	{                                                                                 \
		.kind = NVME_ROW_BITS, .high = (top), .low = (bottom), .name = (acronym), \
		.text = words "\0" around, .form = NVME_FORM_##as                         \
	}
#define CHOICE(top, bottom, acronym, words, around, list)                                 \
	{                                                                                 \
		.kind = NVME_ROW_BITS, .high = (top), .low = (bottom), .name = (acronym), \
		.text = words "\0" around, .form = NVME_FORM_CHOICE, .texts = (list),     \
		.text_count = sizeof(list) / sizeof((list)[0])                            \
	}
#define RANGE(top, bottom, around, as, ...)                                               \
	{                                                                                 \
		.kind = NVME_ROW_RANGE, .high = (top), .low = (bottom), .text = (around), \
		.form = NVME_FORM_##as, ##__VA_ARGS__                                     \
	}
#define RANGE_CHOICE(top, bottom, around, list, ...)        \
	RANGE(top, bottom, around, CHOICE, .texts = (list), \
	      .text_count = sizeof(list) / sizeof((list)[0]), ##__VA_ARGS__)
/* The texts for 0, 1, ... */
#define RANGE_OF(top, bottom, around, ...)                                   \
	RANGE(top, bottom, around, CHOICE, .texts = NVME_TEXTS(__VA_ARGS__), \
	      .text_count = sizeof(NVME_TEXTS(__VA_ARGS__)) / sizeof(char *))
#define NVME_TEXTS(...) ((const char *const[]){__VA_ARGS__})
/* One bit: "Verify Supported" */
#define SUPPORT(bit, words, ...) RANGE_CHOICE(bit, bit, words " %s", nvme_support, ##__VA_ARGS__)
#define RESERVED_RANGE(top, bottom, ...) \
	RANGE(top, bottom, "Reserved", NUMBER, .flags = NVME_ROW_NONZERO, ##__VA_ARGS__)
#define PART(top, bottom, text, as, ...)                                               \
	{                                                                              \
		.kind = NVME_ROW_PART, .high = (top), .low = (bottom), .name = (text), \
		.form = NVME_FORM_##as, ##__VA_ARGS__                                  \
	}
#define WHEN_ZERO(words)                               \
	{                                              \
		.kind = NVME_ROW_ZERO, .text = (words) \
	}
#define PROSE(function)                                     \
	{                                                   \
		.kind = NVME_ROW_PROSE, .prose = (function) \
	}
#define KEY(text)                                    \
	{                                            \
		.kind = NVME_ROW_KEY, .name = (text) \
	}

extern const char *const nvme_support[2]; /* "Not Supported", "Supported" */

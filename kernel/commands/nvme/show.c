/* Structures of the specification in text, as nvme-cli prints them: one engine over the tables of
 * drivers/nvme/spec. */
#include "drivers/nvme/spec/describe.h"
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/options.h"
#include "kernel/commands/nvme/show.h"
#include "lib/endian.h"
#include "lib/format.h"
#include "lib/string.h"

#define WORDS_MAX  5
#define DIGITS_MAX 50 /* of so many words, with the NUL */

/* By long division, nine digits at a time. words, least significant first, are used up. */
static void decimal(uint32_t *words, unsigned word_count, char *text)
{
	uint32_t groups[WORDS_MAX + 1], rest;
	unsigned count = 0;

	do {
		uint64_t remainder = 0;

		rest = 0;
		for (unsigned i = word_count; i-- > 0;) {
			uint64_t part = remainder << 32 | words[i];

			words[i] = (uint32_t)(part / 1000000000);
			remainder = part % 1000000000;
			rest |= words[i];
		}
		groups[count++] = (uint32_t)remainder;
	} while (rest);
	text += snprintf(text, 12, "%u", groups[--count]);
	while (count)
		text += snprintf(text, 12, "%09u", groups[--count]);
}

void nvme_hex(const uint8_t *bytes, size_t size, char *text)
{
	*text = '\0';
	for (size_t i = 0; i < size; i++)
		text += snprintf(text, 3, "%02x", bytes[i]);
}

void nvme_uuid(const uint8_t *bytes, char *text)
{
	for (unsigned i = 0; i < 16; i++)
		text += snprintf(text, 4, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x",
				 bytes[i]);
}

void nvme_decimal128(const uint8_t *bytes, char *text)
{
	uint32_t words[4];

	for (unsigned i = 0; i < 4; i++)
		words[i] = (uint32_t)get_le(bytes + 4 * i, 4);
	decimal(words, 4, text);
}

#define DATA_UNIT 512000u

/* Data units in bytes, with two decimals and an SI prefix: "6.32 GB". */
static void print_data_units(const uint8_t *units)
{
	static const char prefixes[][2] = {"", "k", "M", "G", "T", "P", "E", "Z", "Y", "R", "Q"};
	const unsigned last = sizeof(prefixes) / sizeof(prefixes[0]) - 1;
	uint32_t words[WORDS_MAX];
	char digits[DIGITS_MAX + 3] = "";
	uint64_t carry = 0, hundredths = 0;
	unsigned prefix, kept;

	for (unsigned i = 0; i < 4; i++) {
		carry += get_le(units + 4 * i, 4) * DATA_UNIT;
		words[i] = (uint32_t)carry;
		carry >>= 32;
	}
	words[4] = (uint32_t)carry;
	decimal(words, WORDS_MAX, digits);
	prefix = (unsigned)(strlen(digits) - 1) / 3;
	if (prefix > last)
		prefix = last;
	kept = (unsigned)strlen(digits) - 3 * prefix + 2;
	/* All but zero have at least six digits. */
	for (unsigned i = 0; i < kept; i++)
		hundredths = 10 * hundredths + (digits[i] ? (uint64_t)(digits[i] - '0') : 0);
	hundredths += digits[kept] >= '5';
	out("%llu.%02u %sB", (unsigned long long)(hundredths / 100), (unsigned)(hundredths % 100),
	    prefixes[prefix]);
}

static const char *choice(const struct nvme_row *row, uint64_t value)
{
	return value < row->text_count && row->texts[value] ? row->texts[value] : "Reserved";
}

static void print_kelvin(uint64_t kelvin)
{
	out("%lld°C (%llu Kelvin)", (long long)kelvin - NVME_ZERO_CELSIUS,
	    (unsigned long long)kelvin);
}

/* width: at least so many columns, for numbers. */
static void print_value(const struct nvme_row *row, const void *structure, int width)
{
	const uint8_t *bytes = (const uint8_t *)structure + row->offset;
	char text[40];

	switch (row->form) {
	case NVME_FORM_DECIMAL:
		if (row->size == 16) {
			nvme_decimal128(bytes, text);
			out("%-*s", width, text);
		} else {
			out("%-*llu", width, (unsigned long long)get_le(bytes, row->size));
		}
		break;
	case NVME_FORM_HEX:
		out("%#-*llx", width, (unsigned long long)get_le(bytes, row->size));
		break;
	case NVME_FORM_BARE_HEX:
		out("%-*llx", width, (unsigned long long)get_le(bytes, row->size));
		break;
	case NVME_FORM_TEXT:
		out("%.*s", (int)row->size, (const char *)bytes);
		break;
	case NVME_FORM_OUI:
		out("%02x%02x%02x", bytes[2], bytes[1], bytes[0]);
		break;
	case NVME_FORM_UUID:
		nvme_uuid(bytes, text);
		out("%s", text);
		break;
	case NVME_FORM_BYTES:
		for (unsigned i = 0; i < row->size; i++)
			out("%02x", bytes[i]);
		break;
	case NVME_FORM_PROSE:
		row->prose(out, structure);
		break;
	case NVME_FORM_PERCENT:
		out("%llu%%", (unsigned long long)get_le(bytes, row->size));
		break;
	case NVME_FORM_KELVIN:
		print_kelvin(get_le(bytes, row->size));
		break;
	case NVME_FORM_DATA_UNITS:
		nvme_decimal128(bytes, text);
		out("%s (", text);
		print_data_units(bytes);
		out(")");
		break;
	case NVME_FORM_CHOICE:
		out("%s", choice(row, get_le(bytes, row->size)));
		break;
	}
}

static bool shown(const struct nvme_row *row, const void *structure)
{
	return !(row->flags & (NVME_ROW_HIDDEN | NVME_ROW_ONLY_JSON)) &&
	       nvme_row_applies(row, structure);
}

static void print_element(const struct nvme_structure *element, const uint8_t *bytes, int indent)
{
	const char *before = "";

	for (unsigned j = 0; j < element->count; j++) {
		const struct nvme_row *part = &element->rows[j];

		if (part->kind != NVME_ROW_FIELD || !shown(part, bytes))
			continue;
		if (part->flags & NVME_ROW_NEW_LINE)
			out("\n%*s", indent, "");
		else
			out("%s", before);
		if (!(part->flags & NVME_ROW_UNNAMED))
			out("%s:", part->name);
		print_value(part, bytes, part->width);
		before = " ";
	}
}

/* Each element in a line of its own, or several: "lbaf  0 : ms:0   lbads:9  rp:0 (in use)". */
static void print_array(const struct nvme_row *row, const void *structure, unsigned how)
{
	const struct nvme_array *array = row->array;
	const uint8_t *bytes = (const uint8_t *)structure + row->offset;
	bool decoded = how & NVME_SHOW_BITS && array->decoded;
	const char *name = decoded ? array->decoded_name : row->name;
	unsigned count = array->count(structure);
	int indent = (int)(strlen(name) + array->digits + 4);

	for (unsigned i = 0; i < count; i++, bytes += array->element->size) {
		out("%s %*u : ", name, array->digits, i);
		if (decoded)
			array->decoded(out, bytes);
		else
			print_element(array->element, bytes, indent);
		if (array->used)
			out(" %s", !(how & NVME_SHOW_UNUSED) && i == array->used(structure)
					   ? "(in use)"
					   : "");
		out("\n");
	}
}

static unsigned long long meaning(enum nvme_form form, unsigned long long bits)
{
	switch (form) {
	case NVME_FORM_PLUS_ONE:
		return bits + 1;
	case NVME_FORM_HALF:
		return bits / 2;
	case NVME_FORM_TIMES_100:
		return bits * 100;
	case NVME_FORM_TIMES_500:
		return bits * 500;
	case NVME_FORM_POWER:
		return 1ull << bits;
	case NVME_FORM_POWER_4:
		return 4ull << bits;
	case NVME_FORM_POWER_4K:
		return 4096ull << bits;
	default:
		return bits;
	}
}

static void print_meaning(const struct nvme_row *row, uint64_t bits)
{
	const char *format = nvme_row_format(row);

	if (row->form == NVME_FORM_NUMBERED)
		out("%llu - ", (unsigned long long)bits);
	if (row->form == NVME_FORM_KELVIN && !format[0])
		print_kelvin(bits);
	else if (row->form == NVME_FORM_CHOICE || row->form == NVME_FORM_NUMBERED)
		out(format, choice(row, bits));
	else
		out(format, meaning(row->form, bits));
}

static void print_bits(const struct nvme_row *row, uint64_t value, int width)
{
	if (!row->text[0])
		out("%*s", width + 2, "");
	else if (strcmp(row->text, row->name) == 0)
		out("%-*s: ", width, row->text);
	else
		/* the acronym ends the column, with a blank before it at least */
		out("%-*s (%s): ", width - (int)strlen(row->name) - 3, row->text, row->name);
	print_meaning(row, nvme_row_bits(row, value));
}

static void print_range(const struct nvme_row *row, uint64_t value, const uint8_t *field)
{
	char text[40];
	uint64_t bits;

	if (row->form == NVME_FORM_WIDE) {
		nvme_decimal128(field, text);
		out("[127:0] : %s\n\t%s", text, row->text);
		return;
	}
	bits = nvme_row_bits(row, value);
	if (row->name)
		out("%s", row->name);
	else
		out("  [%u:%u] :", row->high, row->low);
	out_char(' ');
	if (row->form == NVME_FORM_ZEROS_BASED)
		out("%llu (0's based)", (unsigned long long)bits);
	else if (row->form == NVME_FORM_KELVIN)
		print_kelvin(bits);
	else
		out("%#llx", (unsigned long long)bits);
	out_char('\t');
	print_meaning(row, bits);
}

static void print_row_below(const struct nvme_row *row, const struct nvme_row *field,
			    uint64_t value, const void *data)
{
	switch (row->kind) {
	case NVME_ROW_BITS:
		out("\t");
		print_bits(row, value, field->width);
		break;
	case NVME_ROW_RANGE:
		print_range(row, value, (const uint8_t *)data + field->offset);
		break;
	case NVME_ROW_PROSE:
		row->prose(out, data);
		return;
	default:
		out("\t%s", row->text);
		break;
	}
	out("\n");
}

static bool shown_below(const struct nvme_row *row, uint64_t value, const void *data)
{
	if (row->kind == NVME_ROW_KEY || row->kind == NVME_ROW_PART)
		return false;
	if (row->kind == NVME_ROW_ZERO)
		return !value;
	if (row->flags & NVME_ROW_NONZERO && !nvme_row_bits(row, value))
		return false;
	return nvme_row_applies(row, data);
}

/* What stands below a field. */
static void print_below(const struct nvme_structure *structure, const struct nvme_row *field,
			const void *data)
{
	const struct nvme_row *end = structure->rows + structure->count;
	unsigned size = field->size < sizeof(uint64_t) ? field->size : sizeof(uint64_t);
	uint64_t value = get_le((const uint8_t *)data + field->offset, size);

	for (const struct nvme_row *row = field + 1; row < end && row->kind >= NVME_ROW_BITS;
	     row++) {
		if (!shown_below(row, value, data))
			continue;
		print_row_below(row, field, value, data);
		if (row->kind == NVME_ROW_ZERO)
			break;
	}
	if (field->flags & NVME_ROW_GAP)
		out("\n");
}

void nvme_show_value(const struct nvme_row *rows, unsigned count, uint32_t value)
{
	for (unsigned i = 0; i < count; i++) {
		const struct nvme_row *row = &rows[i];

		if (row->kind == NVME_ROW_PROSE) {
			row->prose(out, &value);
			continue;
		}
		out("\t%s: ", row->text);
		print_meaning(row, nvme_row_bits(row, value));
		out("\n");
	}
}

void nvme_dump(const uint8_t *bytes, size_t size)
{
	out("       0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f\n");
	for (size_t line = 0; line < size; line += 16) {
		size_t count = size - line < 16 ? size - line : 16;

		out("%04zx:", line);
		for (size_t i = 0; i < count; i++)
			out(" %02x", bytes[line + i]);
		out("%*s\"", (int)(3 * (16 - count)) + (count < 16 ? 2 : 1), "");
		for (size_t i = 0; i < count; i++)
			out_char(bytes[line + i] > ' ' && bytes[line + i] < 0x7f
					 ? (char)bytes[line + i]
					 : '.');
		out("\"\n");
	}
}

static void print_name(const struct nvme_structure *structure, const struct nvme_row *row)
{
	if (row->flags & NVME_ROW_TAB) {
		out("%s\t: ", row->name);
	} else if (row->flags & NVME_ROW_PADDED) {
		out("%s: ", row->name);
	} else if (!structure->tabs) {
		out("%-*s: ", structure->width, row->name);
	} else {
		out("%s", row->name);
		for (unsigned at = (unsigned)strlen(row->name); at < structure->width;
		     at += 8 - at % 8)
			out_char('\t');
		out(": ");
	}
}

void nvme_show_row(const struct nvme_structure *structure, const struct nvme_row *row,
		   const void *data, unsigned how)
{
	struct nvme_row part;
	uint64_t bits;

	if (!shown(row, data))
		return;
	if (row->kind == NVME_ROW_ARRAY)
		print_array(row, data, how);
	if (row->kind == NVME_ROW_VENDOR && how & NVME_SHOW_VENDOR) {
		out("%s[]:\n", row->name);
		nvme_dump((const uint8_t *)data + row->offset, row->size);
	}
	if (row->kind != NVME_ROW_FIELD && row->kind != NVME_ROW_PART)
		return;
	if (how & NVME_SHOW_PLACE)
		out("%03xh %u  ", row->offset, row->size);
	print_name(structure, row);
	if (row->kind == NVME_ROW_PART && row->form != NVME_FORM_PROSE) {
		bits = nvme_row_part(row, data);
		part = *row;
		part.offset = 0;
		part.size = sizeof(bits);
		print_value(&part, &bits, 0);
	} else {
		print_value(row, data, 0);
	}
	out("\n");
	if (how & NVME_SHOW_BITS && row->kind == NVME_ROW_FIELD)
		print_below(structure, row, data);
}

void nvme_show(const struct nvme_structure *structure, const void *data, unsigned how)
{
	for (unsigned i = 0; i < structure->count; i++)
		nvme_show_row(structure, &structure->rows[i], data, how);
}

void nvme_print_data(const struct nvme_structure *structure, const void *data,
		     enum nvme_output output, unsigned how)
{
	if (output == NVME_OUTPUT_BINARY) {
		out_bytes(data, structure->size);
	} else if (output == NVME_OUTPUT_JSON) {
		struct json json = nvme_json_begin();

		nvme_show_json(&json, structure, data);
		nvme_json_end(&json);
	} else {
		nvme_show(structure, data, how);
	}
}

void nvme_print_structure(const struct nvme_structure *structure, const void *data,
			  enum nvme_output output, unsigned how, const char *title, ...)
{
	char text[80];
	va_list arguments;

	if (output == NVME_OUTPUT_NORMAL) {
		va_start(arguments, title);
		vsnprintf(text, sizeof(text), title, arguments);
		va_end(arguments);
		out("%s:\n", text);
	}
	nvme_print_data(structure, data, output, how);
}

/* dd's conversions of bytes and records. */
#include "kernel/commands/dd/dd.h"

#include "lib/ctype.h"
#include "lib/string.h"

/* The code tables of POSIX, dd, figures "ASCII to EBCDIC" and "ASCII to IBM EBCDIC". The way back
 * is the inverse of the first. */
static const unsigned char to_ebcdic[256] = {
	0x00, 0x01, 0x02, 0x03, 0x37, 0x2d, 0x2e, 0x2f, 0x16, 0x05, 0x25, 0x0b, 0x0c, 0x0d, 0x0e,
	0x0f, 0x10, 0x11, 0x12, 0x13, 0x3c, 0x3d, 0x32, 0x26, 0x18, 0x19, 0x3f, 0x27, 0x1c, 0x1d,
	0x1e, 0x1f, 0x40, 0x5a, 0x7f, 0x7b, 0x5b, 0x6c, 0x50, 0x7d, 0x4d, 0x5d, 0x5c, 0x4e, 0x6b,
	0x60, 0x4b, 0x61, 0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0x7a, 0x5e,
	0x4c, 0x7e, 0x6e, 0x6f, 0x7c, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xd1,
	0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8,
	0xe9, 0xad, 0xe0, 0xbd, 0x9a, 0x6d, 0x79, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88,
	0x89, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6,
	0xa7, 0xa8, 0xa9, 0xc0, 0x4f, 0xd0, 0x5f, 0x07, 0x20, 0x21, 0x22, 0x23, 0x24, 0x15, 0x06,
	0x17, 0x28, 0x29, 0x2a, 0x2b, 0x2c, 0x09, 0x0a, 0x1b, 0x30, 0x31, 0x1a, 0x33, 0x34, 0x35,
	0x36, 0x08, 0x38, 0x39, 0x3a, 0x3b, 0x04, 0x14, 0x3e, 0xe1, 0x41, 0x42, 0x43, 0x44, 0x45,
	0x46, 0x47, 0x48, 0x49, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x62, 0x63,
	0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x70, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78,
	0x80, 0x8a, 0x8b, 0x8c, 0x8d, 0x8e, 0x8f, 0x90, 0x6a, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f, 0xa0,
	0xaa, 0xab, 0xac, 0x4a, 0xae, 0xaf, 0xb0, 0xb1, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8,
	0xb9, 0xba, 0xbb, 0xbc, 0xa1, 0xbe, 0xbf, 0xca, 0xcb, 0xcc, 0xcd, 0xce, 0xcf, 0xda, 0xdb,
	0xdc, 0xdd, 0xde, 0xdf, 0xea, 0xeb, 0xec, 0xed, 0xee, 0xef, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe,
	0xff,
};

/* Where IBM's table differs. */
static const unsigned char ibm_differences[][2] = {
	{0x5e, 0x5f}, {0x7e, 0xa1}, {0xcb, 0x9a}, {0xd5, 0xad}, {0xe5, 0xbd},
};

static unsigned char to_ibm(unsigned char ascii)
{
	for (unsigned i = 0; i < sizeof(ibm_differences) / sizeof(ibm_differences[0]); i++)
		if (ibm_differences[i][0] == ascii)
			return ibm_differences[i][1];
	return to_ebcdic[ascii];
}

void dd_convert_init(struct dd_convert *convert, const struct dd_options *options,
		     void (*output)(void *context, const unsigned char *bytes, size_t size),
		     void *context)
{
	unsigned set = options->conversions;
	unsigned char *table = convert->table;

	memset(convert, 0, sizeof(*convert));
	convert->conversions = set;
	convert->record_size = options->record_size;
	convert->saved_byte = -1;
	convert->output = output;
	convert->context = context;
	for (int i = 0; i < 256; i++) {
		if (set & DD_ASCII)
			table[to_ebcdic[i]] = (unsigned char)i;
		else
			table[i] = (unsigned char)i;
	}
	for (int i = 0; i < 256; i++) {
		if (set & DD_UCASE)
			table[i] = (unsigned char)to_upper(table[i]);
		else if (set & DD_LCASE)
			table[i] = (unsigned char)to_lower(table[i]);
		if (set & DD_EBCDIC)
			table[i] = to_ebcdic[table[i]];
		else if (set & DD_IBM)
			table[i] = to_ibm(table[i]);
	}
	bool coded = set & (DD_EBCDIC | DD_IBM);

	convert->newline = coded ? to_ebcdic['\n'] : '\n';
	convert->space = coded ? to_ebcdic[' '] : ' ';
	convert->translates = set & (DD_ASCII | DD_EBCDIC | DD_IBM | DD_UCASE | DD_LCASE);
}

/* Swaps the bytes of each pair; pairs reach over block boundaries. The new size. */
static size_t swap_pairs(struct dd_convert *convert, unsigned char *bytes, size_t size)
{
	size_t at = 0;

	if (convert->saved_byte < 0) {
		for (; at + 1 < size; at += 2) {
			unsigned char first = bytes[at];

			bytes[at] = bytes[at + 1];
			bytes[at + 1] = first;
		}
		if (at < size)
			convert->saved_byte = bytes[at];
		return at;
	}
	unsigned char first = (unsigned char)convert->saved_byte;

	for (; at < size; at += 2) {
		unsigned char next_first = bytes[at + 1];

		bytes[at + 1] = first;
		first = next_first;
	}
	/* an even number of bytes leaves one over again */
	convert->saved_byte = at == size ? (size ? first : convert->saved_byte) : -1;
	return at;
}

static void output_repeated(struct dd_convert *convert, unsigned char byte, uint64_t times)
{
	unsigned char run[64];

	memset(run, byte, sizeof(run));
	while (times) {
		size_t now = times < sizeof(run) ? (size_t)times : sizeof(run);

		convert->output(convert->context, run, now);
		times -= now;
	}
}

/* Lines become records of record_size, padded with spaces or cut off. */
static void lines_to_records(struct dd_convert *convert, const unsigned char *bytes, size_t size)
{
	uint64_t record = convert->record_size;

	for (size_t i = 0; i < size; i++) {
		if (bytes[i] == convert->newline) {
			if (convert->column < record)
				output_repeated(convert, convert->space, record - convert->column);
			convert->column = 0;
			continue;
		}
		if (convert->column == record)
			convert->truncated++;
		else if (convert->column < record)
			convert->output(convert->context, bytes + i, 1);
		convert->column++;
	}
}

/* Records become lines without their trailing spaces. */
static void records_to_lines(struct dd_convert *convert, const unsigned char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (convert->column == convert->record_size) {
			convert->column = convert->pending_spaces = 0;
			convert->output(convert->context, &convert->newline, 1);
		}
		convert->column++;
		if (bytes[i] == convert->space) {
			convert->pending_spaces++;
			continue;
		}
		output_repeated(convert, convert->space, convert->pending_spaces);
		convert->pending_spaces = 0;
		convert->output(convert->context, bytes + i, 1);
	}
}

void dd_convert(struct dd_convert *convert, unsigned char *bytes, size_t size)
{
	if (convert->translates)
		for (size_t i = 0; i < size; i++)
			bytes[i] = convert->table[bytes[i]];
	if (convert->conversions & DD_SWAB)
		size = swap_pairs(convert, bytes, size);
	if (convert->conversions & DD_BLOCK)
		lines_to_records(convert, bytes, size);
	else if (convert->conversions & DD_UNBLOCK)
		records_to_lines(convert, bytes, size);
	else
		convert->output(convert->context, bytes, size);
}

void dd_convert_end(struct dd_convert *convert)
{
	if (convert->saved_byte >= 0) {
		unsigned char last = (unsigned char)convert->saved_byte;

		if (convert->conversions & DD_BLOCK)
			lines_to_records(convert, &last, 1);
		else if (convert->conversions & DD_UNBLOCK)
			records_to_lines(convert, &last, 1);
		else
			convert->output(convert->context, &last, 1);
	}
	if (convert->conversions & DD_BLOCK && convert->column > 0 &&
	    convert->column < convert->record_size)
		output_repeated(convert, convert->space, convert->record_size - convert->column);
	if (convert->conversions & DD_UNBLOCK && convert->column > 0)
		convert->output(convert->context, &convert->newline, 1);
}

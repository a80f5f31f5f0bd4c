/* Verified blocks: header, digest and data. */
#include "kernel/commands/fio/verify.h"

#include "lib/crc32.h"
#include "lib/md5.h"
#include "lib/prng.h"
#include "lib/sha256.h"
#include "lib/string.h"

#define MAGIC 0xacca

struct header {
	uint16_t magic;
	uint16_t type;
	uint32_t size;
	uint64_t seed;
	uint64_t offset;
	uint32_t time_s, time_ns;
	uint16_t thread;
	uint16_t number;
	uint32_t crc; /* CRC-32C of what stands before */
};
_Static_assert(sizeof(struct header) == 40, "header of a verified block");

static const struct kind {
	uint8_t type;
	uint8_t room;	/* behind the header; the data follow */
	uint8_t digest; /* bytes of it that are used */
	char name[8];
} kinds[] = {
	{FIO_VERIFY_META, 0, 0, "meta"},
	{FIO_VERIFY_MD5, 16, MD5_SIZE, "md5"},
	{FIO_VERIFY_CRC32, 4, 4, "crc32"},
	{FIO_VERIFY_CRC32C, 4, 4, "crc32c"},
	{FIO_VERIFY_SHA256, 64, SHA256_SIZE, "sha256"},
};

static const struct kind *kind_of(enum fio_verify verify)
{
	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].type == verify)
			return &kinds[i];
	return NULL;
}

size_t fio_verify_header_size(enum fio_verify verify)
{
	const struct kind *kind = kind_of(verify);

	return kind ? sizeof(struct header) + kind->room : 0;
}

uint32_t fio_crc32c(const void *data, size_t size)
{
	static uint32_t table[256];
	const uint8_t *bytes = data;
	uint32_t crc = UINT32_MAX;

	for (unsigned i = 0; !table[255] && i < 256; i++) {
		uint32_t value = i;

		for (unsigned bit = 0; bit < 8; bit++)
			value = value >> 1 ^ (value & 1 ? 0x82f63b78 : 0);
		table[i] = value;
	}
	for (; size; size--)
		crc = crc >> 8 ^ table[(uint8_t)crc ^ *bytes++];
	return crc;
}

static void digest_of(const struct kind *kind, const void *data, size_t size,
		      uint8_t digest[FIO_DIGEST_MAX])
{
	struct block_hash hash;
	uint32_t crc;

	if (kind->type == FIO_VERIFY_MD5) {
		md5_init(&hash);
		block_hash_update(&hash, data, size);
		md5_final(&hash, digest);
	} else if (kind->type == FIO_VERIFY_SHA256) {
		sha256_init(&hash);
		block_hash_update(&hash, data, size);
		sha256_final(&hash, digest);
	} else if (kind->digest) {
		crc = kind->type == FIO_VERIFY_CRC32 ? crc32_posix(0, data, size)
						     : fio_crc32c(data, size);
		memcpy(digest, &crc, sizeof(crc));
	}
}

/* The pattern goes on from block to block: byte n of a block has byte n of it, going round. */
static void fill(const struct fio_options *options, uint8_t *buffer, size_t size, uint64_t seed)
{
	struct prng prng;
	unsigned at = 0;

	if (!options->pattern_size) {
		prng_seed(&prng, seed);
		prng_fill(&prng, buffer, size);
		return;
	}
	for (size_t i = 0; i < size; i++) {
		buffer[i] = options->pattern[at];
		if (++at == options->pattern_size)
			at = 0;
	}
}

static bool matches(const struct fio_options *options, const uint8_t *buffer, size_t size,
		    size_t *where)
{
	unsigned at = 0;

	for (size_t i = 0; i < size; i++) {
		if (buffer[i] != options->pattern[at]) {
			*where = i;
			return false;
		}
		if (++at == options->pattern_size)
			at = 0;
	}
	return true;
}

/* The part of a block that has a header of its own. */
static size_t interval(const struct fio_options *options, size_t size)
{
	return options->verify_interval && options->verify_interval < size
		       ? (size_t)options->verify_interval
		       : size;
}

void fio_verify_fill(const struct fio_options *options, void *buffer, size_t size, uint64_t offset,
		     uint64_t seed, uint16_t number)
{
	const struct kind *kind = kind_of(options->verify);
	size_t step = interval(options, size), header_size;
	uint8_t *part = buffer;

	fill(options, buffer, size, seed);
	if (!kind)
		return;
	header_size = sizeof(struct header) + kind->room;
	for (size_t left = size; left; left -= step, part += step, offset += step) {
		struct header header = {.magic = MAGIC,
					.type = kind->type,
					.seed = seed,
					.offset = offset,
					.number = number};
		uint8_t digest[FIO_DIGEST_MAX] = {0};

		if (step > left)
			step = left;
		if (step <= header_size)
			return;
		header.size = (uint32_t)step;
		header.crc = fio_crc32c(&header, offsetof(struct header, crc));
		memset(part, 0, header_size);
		memcpy(part, &header, sizeof(header));
		digest_of(kind, part + header_size, step - header_size, digest);
		memcpy(part + sizeof(header), digest, kind->digest);
	}
}

static const char *bad_field(const struct header *header, unsigned type, size_t size,
			     uint64_t offset)
{
	if (header->magic != MAGIC)
		return "magic";
	if (header->type != type)
		return "verify_type";
	if (header->size != size)
		return "len";
	if (header->offset != offset)
		return "offset";
	if (header->crc != fio_crc32c(header, offsetof(struct header, crc)))
		return "crc";
	return NULL;
}

static bool check_part(const struct kind *kind, const uint8_t *part, size_t size,
		       struct fio_verify_failure *failure)
{
	size_t header_size = sizeof(struct header) + kind->room;
	struct header header;

	if (size <= header_size)
		return true;
	memcpy(&header, part, sizeof(header));
	failure->size = size;
	failure->header = bad_field(&header, kind->type, size, failure->offset);
	if (failure->header)
		return false;
	failure->what = kind->name;
	failure->digest_size = kind->digest;
	memcpy(failure->received, part + sizeof(header), kind->digest);
	digest_of(kind, part + header_size, size - header_size, failure->expected);
	return !memcmp(failure->expected, failure->received, kind->digest);
}

bool fio_verify_check(const struct fio_options *options, const void *buffer, size_t size,
		      uint64_t offset, struct fio_verify_failure *failure)
{
	const struct kind *kind = kind_of(options->verify);
	size_t step = interval(options, size), where;
	const uint8_t *part = buffer;

	memset(failure, 0, sizeof(*failure));
	failure->offset = offset;
	if (!kind) {
		if (options->verify != FIO_VERIFY_PATTERN || !options->pattern_size ||
		    matches(options, buffer, size, &where))
			return true;
		failure->what = "pattern";
		failure->offset += where;
		failure->size = size - where;
		return false;
	}
	for (size_t left = size; left; left -= step, part += step) {
		if (step > left)
			step = left;
		failure->offset = offset + (size - left);
		if (!check_part(kind, part, step, failure))
			return false;
	}
	return true;
}

bool fio_verify_again(const struct fio_options *options, const void *received, size_t size,
		      uint64_t offset, void *buffer)
{
	const struct kind *kind = kind_of(options->verify);
	size_t step = interval(options, size);
	struct header header;

	if (!kind) {
		fio_verify_fill(options, buffer, size, offset, 0, 0);
		return true;
	}
	for (size_t at = 0; at + sizeof(header) <= size; at += step) {
		memcpy(&header, (const uint8_t *)received + at, sizeof(header));
		if (bad_field(&header, kind->type, header.size, header.offset))
			continue;
		fio_verify_fill(options, buffer, size, offset, header.seed, header.number);
		return true;
	}
	return false;
}

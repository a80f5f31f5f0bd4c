/* End-to-end data protection: NVM, section 5.2. */
#include "drivers/nvme/protection.h"

#include "lib/crc16.h"
#include "lib/crc64.h"
#include "lib/endian.h"
#include "lib/format.h"

/* A tuple of either format. */
struct tuple {
	uint64_t guard;
	uint64_t tags;
	uint16_t application_tag;
};

unsigned nvme_protection_tag_bits(unsigned guard)
{
	switch (guard) {
	case NVME_GUARD_16:
		return 8 * sizeof(((struct nvme_protection_16 *)0)->tags);
	case NVME_GUARD_64:
		return 8 * sizeof(((struct nvme_protection_64 *)0)->tags);
	default:
		return 0;
	}
}

/* Of the tuple into a block's metadata. */
static unsigned offset_of(const struct nvme_metadata_format *format)
{
	return format->first ? 0 : format->size - nvme_protection_size(format->guard);
}

/* Both begin with the guard; two bytes of application tag follow, and the other tags. */
static unsigned guard_size(const struct nvme_metadata_format *format)
{
	return format->guard == NVME_GUARD_64
		       ? offsetof(struct nvme_protection_64, application_tag)
		       : offsetof(struct nvme_protection_16, application_tag);
}

static unsigned tags_size(const struct nvme_metadata_format *format)
{
	return nvme_protection_tag_bits(format->guard) / 8;
}

static void put_tuple(const struct nvme_metadata_format *format, uint8_t *to,
		      const struct tuple *tuple)
{
	put_be(to, tuple->guard, guard_size(format));
	to += guard_size(format);
	put_be(to, tuple->application_tag, 2);
	put_be(to + 2, tuple->tags, tags_size(format));
}

static struct tuple get_tuple(const struct nvme_metadata_format *format, const uint8_t *from)
{
	const uint8_t *tags = from + guard_size(format);

	return (struct tuple){
		.guard = get_be(from, guard_size(format)),
		.application_tag = (uint16_t)get_be(tags, 2),
		.tags = get_be(tags + 2, tags_size(format)),
	};
}

static uint64_t crc(const struct nvme_metadata_format *format, uint64_t before, const void *bytes,
		    size_t size)
{
	return format->guard == NVME_GUARD_64 ? crc64_nvme(before, bytes, size)
					      : crc16_t10((uint16_t)before, bytes, size);
}

/* Of the data, and of the metadata that a tuple at the end has before it (NVM, section 5.2.1). */
static uint64_t guard(const struct nvme_metadata_format *format, struct nvme_cursor data,
		      size_t size, const uint8_t *metadata)
{
	uint64_t sum = 0;

	while (size) {
		size_t run = nvme_cursor_run(&data, size);

		sum = crc(format, sum, (const char *)data.segment->address + data.offset, run);
		data.offset += run;
		size -= run;
	}
	return crc(format, sum, metadata, offset_of(format));
}

static uint64_t reference_mask(const struct nvme_metadata_format *format)
{
	return (1ull << (nvme_protection_tag_bits(format->guard) - format->storage_tag_bits)) - 1;
}

uint64_t nvme_protection_reference(const struct nvme_metadata_format *format, uint64_t lba)
{
	return format->type == 3 ? 0 : lba & reference_mask(format);
}

void nvme_protection_make(const struct nvme_metadata_format *format, struct nvme_cursor data,
			  size_t size, uint8_t *metadata, uint64_t lba)
{
	put_tuple(format, metadata + offset_of(format),
		  &(struct tuple){
			  .guard = guard(format, data, size, metadata),
			  .tags = nvme_protection_reference(format, lba),
		  });
}

static bool unchecked(const struct nvme_metadata_format *format, const struct tuple *tuple)
{
	uint64_t mask = reference_mask(format);

	return tuple->application_tag == NVME_APP_TAG_UNCHECKED &&
	       (format->type != 3 || (tuple->tags & mask) == mask);
}

bool nvme_protection_check(const struct nvme_metadata_format *format, struct nvme_cursor data,
			   size_t size, const uint8_t *metadata, uint64_t lba,
			   struct nvme_protection_fault *fault)
{
	const struct tuple tuple = get_tuple(format, metadata + offset_of(format));

	if (unchecked(format, &tuple))
		return true;
	fault->found = tuple.guard;
	fault->expected = guard(format, data, size, metadata);
	fault->status = NVME_SC_GUARD_CHECK;
	if (fault->found != fault->expected)
		return false;
	fault->found = tuple.application_tag;
	fault->expected = 0;
	fault->status = NVME_SC_APPLICATION_TAG_CHECK;
	if (fault->found != fault->expected)
		return false;
	fault->found = tuple.tags & reference_mask(format);
	fault->expected = nvme_protection_reference(format, lba);
	fault->status = NVME_SC_REFERENCE_TAG_CHECK;
	return format->type == 3 || fault->found == fault->expected;
}

void nvme_protection_describe(const struct nvme_protection_fault *fault, char *text, size_t room)
{
	snprintf(text, room, "%s %llxh is not %s %llxh",
		 fault->status == NVME_SC_GUARD_CHECK		  ? "guard"
		 : fault->status == NVME_SC_APPLICATION_TAG_CHECK ? "application tag"
								  : "reference tag",
		 (unsigned long long)fault->found,
		 fault->status == NVME_SC_GUARD_CHECK		? "the data's"
		 : fault->status == NVME_SC_REFERENCE_TAG_CHECK ? "the block's"
								: "the driver's",
		 (unsigned long long)fault->expected);
}

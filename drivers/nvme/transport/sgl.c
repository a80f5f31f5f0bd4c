/* Scatter gather lists out of memory segments. */
#include "drivers/nvme/transport/sgl.h"

#include "drivers/nvme/transport/platform.h"

struct nvme_sgl_rules nvme_sgl_rules(uint32_t sgls)
{
	unsigned support = NVME_SGLS_SUPPORT(sgls);

	return (struct nvme_sgl_rules){
		.supported = support == NVME_SGLS_ANY || support == NVME_SGLS_DWORDS,
		.mask = support == NVME_SGLS_DWORDS ? 3 : 0,
		.descriptors = NVME_SGLS_THRESHOLD(sgls),
	};
}

/* Where descriptors are written: a segment of the list is a page of it. */
struct writer {
	struct nvme_sgl_descriptor *link;    /* becomes the descriptor of this segment */
	struct nvme_sgl_descriptor *segment; /* its beginning */
	struct nvme_sgl_descriptor *next;
	struct nvme_sgl_descriptor *segment_end;
	struct nvme_sgl_descriptor *end; /* of the list */
};

static void open_segment(struct writer *writer, struct nvme_sgl_descriptor *link)
{
	writer->link = link;
	writer->segment = writer->next;
	writer->segment_end = writer->next + NVME_SGL_PER_PAGE;
	if (writer->segment_end > writer->end)
		writer->segment_end = writer->end;
}

static void close_segment(struct writer *writer, uint8_t identifier)
{
	*writer->link = (struct nvme_sgl_descriptor){
		.address = nvme_dma_address(writer->segment),
		.length = (uint32_t)((char *)writer->next - (char *)writer->segment),
		.identifier = identifier,
	};
}

/* Room for one more descriptor; NULL when the list is full. */
static struct nvme_sgl_descriptor *put(struct writer *writer)
{
	if (writer->next == writer->segment_end) {
		struct nvme_sgl_descriptor *link = writer->next - 1, moved;

		if (writer->next == writer->end)
			return NULL;
		/* Another one comes behind a full page: its last one moves on, to make room for the
		 * descriptor of the next page. */
		moved = *link;
		close_segment(writer, NVME_SGL_SEGMENT);
		open_segment(writer, link);
		*writer->next++ = moved;
	}
	return writer->next++;
}

/* The run of bytes at the cursor that is contiguous on the bus for sure: no more than size, and no
 * further than the end of its page. Moves the cursor behind it. */
static size_t take_run(struct nvme_cursor *cursor, size_t size, uint64_t *bus)
{
	const char *address;
	size_t left;

	while ((left = cursor->segment->size - cursor->offset) == 0) {
		cursor->segment++;
		cursor->offset = 0;
	}
	address = (const char *)cursor->segment->address + cursor->offset;
	if (size > left)
		size = left;
	left = NVME_PAGE_SIZE - ((uintptr_t)address & (NVME_PAGE_SIZE - 1));
	if (size > left)
		size = left;
	*bus = nvme_dma_address(address);
	cursor->offset += size;
	return size;
}

size_t nvme_sgl_build(const struct nvme_cursor *cursor, size_t size,
		      const struct nvme_prp_list *list, const struct nvme_sgl_rules *rules,
		      struct nvme_sgl_descriptor *first)
{
	struct nvme_cursor at = *cursor;
	struct nvme_sgl_descriptor *entries = (struct nvme_sgl_descriptor *)list->entries;
	struct nvme_sgl_descriptor *last = NULL;
	struct writer writer = {.next = entries};
	size_t count = list->count / 2, done = 0;

	/* The one in the command counts as well, unless it is all there is. */
	if (rules->descriptors && count >= rules->descriptors)
		count = rules->descriptors > 1 ? rules->descriptors - 1u : 1;
	writer.end = entries + count;
	open_segment(&writer, first);
	while (done < size) {
		uint64_t bus;
		size_t run = take_run(&at, size - done, &bus);

		if (last && last->address + last->length == bus) {
			last->length += (uint32_t)run;
		} else {
			/* Here one descriptor ends and another begins. */
			if ((bus | done) & rules->mask)
				break;
			last = put(&writer);
			if (!last)
				break;
			*last = (struct nvme_sgl_descriptor){
				.address = bus,
				.length = (uint32_t)run,
				.identifier = NVME_SGL_DATA_BLOCK,
			};
		}
		done += run;
	}
	if (writer.next == entries + 1)
		*first = entries[0];
	else
		close_segment(&writer, NVME_SGL_LAST_SEGMENT);
	return done & ~(size_t)rules->mask;
}

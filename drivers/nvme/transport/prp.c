/* PRP entries and lists out of memory segments. */
#include "drivers/nvme/transport/prp.h"

#include "drivers/nvme/transport/platform.h"
#include "lib/string.h"

unsigned nvme_prp_capacity(unsigned count)
{
	unsigned pages = count / NVME_PRP_PER_PAGE;

	return pages > 1 ? count - (pages - 1) : count;
}

unsigned nvme_prp_entries(size_t size)
{
	/* PRP1 takes as little as 4 bytes: every page begun after it takes an entry. */
	size_t pointers = (size + NVME_PAGE_SIZE - 1) / NVME_PAGE_SIZE;
	size_t entries = 8, pages;

	if (pointers <= NVME_PRP_PER_PAGE) {
		while (entries < pointers)
			entries *= 2;
		return (unsigned)entries;
	}
	pages = (pointers - 2) / (NVME_PRP_PER_PAGE - 1) + 1;
	return (unsigned)(pages * NVME_PRP_PER_PAGE);
}

/* Where entries are written next. */
struct writer {
	uint64_t *next;
	uint64_t *page_end; /* behind the last entry of this page */
	uint64_t *end;
};

static bool put(struct writer *writer, uint64_t pointer)
{
	if (writer->next == writer->page_end) {
		uint64_t *link = writer->next - 1;

		if (writer->next == writer->end)
			return false;
		/* The page is full and another entry comes: its last one becomes the link. */
		*writer->next++ = *link;
		*link = nvme_dma_address(link + 1);
		writer->page_end += NVME_PRP_PER_PAGE;
	}
	*writer->next++ = pointer;
	return true;
}

size_t nvme_prp_build(const struct nvme_cursor *cursor, size_t size,
		      const struct nvme_prp_list *list, uint64_t *prp1, uint64_t *prp2)
{
	const struct block_segment *segment = cursor->segment;
	const char *address;
	size_t left, done;
	struct writer writer;

	address = (const char *)segment->address + cursor->offset;
	left = segment->size - cursor->offset;
	while (left == 0) {
		segment++;
		address = segment->address;
		left = segment->size;
	}
	if ((uintptr_t)address & 3)
		return 0;

	*prp1 = nvme_dma_address(address);
	*prp2 = 0;
	done = NVME_PAGE_SIZE - ((uintptr_t)address & (NVME_PAGE_SIZE - 1));
	if (done > left)
		done = left;
	if (done >= size)
		return size;
	address += done;
	left -= done;

	writer.next = list->entries;
	writer.end = list->entries + list->count;
	writer.page_end =
		list->count > NVME_PRP_PER_PAGE ? writer.next + NVME_PRP_PER_PAGE : writer.end;
	while (done < size) {
		size_t chunk = size - done;

		if (left == 0) {
			/* A gap is only possible between pages. */
			if ((uintptr_t)address & (NVME_PAGE_SIZE - 1))
				break;
			do {
				segment++;
				address = segment->address;
				left = segment->size;
			} while (left == 0);
			if ((uintptr_t)address & (NVME_PAGE_SIZE - 1))
				break;
		}
		if (!put(&writer, nvme_dma_address(address)))
			break;
		if (chunk > left)
			chunk = left;
		if (chunk > NVME_PAGE_SIZE)
			chunk = NVME_PAGE_SIZE;
		address += chunk;
		left -= chunk;
		done += chunk;
	}
	if (writer.next == list->entries + 1)
		*prp2 = list->entries[0];
	else if (writer.next != list->entries)
		*prp2 = list->bus;
	return done;
}

void nvme_cursor_advance(struct nvme_cursor *cursor, size_t size)
{
	while (size) {
		size_t left = cursor->segment->size - cursor->offset;

		if (size < left) {
			cursor->offset += size;
			return;
		}
		size -= left;
		cursor->segment++;
		cursor->offset = 0;
	}
}

size_t nvme_cursor_run(struct nvme_cursor *cursor, size_t size)
{
	size_t left;

	while ((left = cursor->segment->size - cursor->offset) == 0) {
		cursor->segment++;
		cursor->offset = 0;
	}
	return size < left ? size : left;
}

void nvme_cursor_gather(struct nvme_cursor cursor, void *buffer, size_t size)
{
	char *to = buffer;

	while (size) {
		size_t chunk = nvme_cursor_run(&cursor, size);

		memcpy(to, (const char *)cursor.segment->address + cursor.offset, chunk);
		cursor.offset += chunk;
		to += chunk;
		size -= chunk;
	}
}

void nvme_cursor_scatter(struct nvme_cursor cursor, const void *buffer, size_t size)
{
	const char *from = buffer;

	while (size) {
		size_t chunk = nvme_cursor_run(&cursor, size);

		memcpy((char *)cursor.segment->address + cursor.offset, from, chunk);
		cursor.offset += chunk;
		from += chunk;
		size -= chunk;
	}
}

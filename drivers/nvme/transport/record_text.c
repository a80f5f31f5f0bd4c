/* A recorder: its events in words, out of the tables of spec/. */
#include "drivers/nvme/spec/describe.h"
#include "drivers/nvme/spec/names.h"
#include "drivers/nvme/transport/record.h"
#include "lib/ctype.h"
#include "lib/format.h"
#include "lib/string.h"

struct line {
	char *buffer;
	size_t size, length; /* length < size */
	bool fields;	     /* the colon before them is there */
};

static __attribute__((format(printf, 2, 3))) void put(struct line *line, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(line->buffer + line->length, line->size - line->length, format, args);
	va_end(args);
	line->length += (size_t)length;
	if (line->length >= line->size)
		line->length = line->size - 1;
}

static struct line line_begin(char *buffer, size_t size)
{
	if (size)
		*buffer = 0;
	return (struct line){.buffer = buffer, .size = size};
}

/* What stands before a field. */
static void put_gap(struct line *line)
{
	put(line, line->fields ? " " : ": ");
	line->fields = true;
}

/* The first so many characters, in capitals. */
static void put_acronym(struct line *line, const char *name, size_t length)
{
	for (size_t i = 0; i < length; i++)
		put(line, "%c", to_upper(name[i]));
}

static const char *opcode_name(uint16_t sqid, unsigned opcode)
{
	return sqid ? nvme_io_name(opcode) : nvme_admin_name(opcode);
}

static void put_opcode(struct line *line, uint16_t sqid, unsigned opcode)
{
	put(line, "%s", opcode_name(sqid, opcode));
	if (!nvme_command_row(sqid != 0, opcode))
		put(line, " (opcode %02Xh)", opcode);
}

/* The property that an offset is in; NULL where there is none. */
static const struct nvme_row *property(uint32_t offset)
{
	for (unsigned i = 0; i < nvme_properties_table.count; i++) {
		const struct nvme_row *row = &nvme_properties_table.rows[i];

		if (row->kind == NVME_ROW_FIELD && offset >= row->offset &&
		    offset < (uint32_t)row->offset + row->size)
			return row;
	}
	return NULL;
}

/* Behind the last row about a property. */
static const struct nvme_row *property_end(const struct nvme_row *row)
{
	const struct nvme_row *end = nvme_properties_table.rows + nvme_properties_table.count;

	do
		row++;
	while (row < end && row->kind >= NVME_ROW_BITS);
	return row;
}

/* nvme-cli has another name for VS in its text. */
static const char *property_name(const struct nvme_row *row)
{
	for (const struct nvme_row *below = row + 1; below < property_end(row); below++)
		if (below->kind == NVME_ROW_KEY)
			return below->name;
	return row->name;
}

static void put_place(struct line *line, const struct nvme_record *event)
{
	uint32_t offset = event->access.offset, bits = event->access.width * 8u;
	const struct nvme_row *row = property(offset);

	if (event->controller == NVME_RECORD_NOBODY) {
		put(line, "register");
	} else if (!row) {
		put(line, "register %xh", offset);
	} else {
		unsigned low = (offset - row->offset) * 8;

		put_acronym(line, property_name(row), strlen(property_name(row)));
		if (low || event->access.width != row->size)
			put(line, "[%u:%u]", low + bits - 1, low);
	}
}

/* The fields that the access has whole, the lowest bits first. */
static void put_register_fields(struct line *line, const struct nvme_record *event)
{
	const struct nvme_row *row = property(event->access.offset), *below;
	unsigned low, high;

	if (!row || event->controller == NVME_RECORD_NOBODY)
		return;
	low = (event->access.offset - row->offset) * 8;
	high = low + event->access.width * 8u - 1;
	below = property_end(row);
	while (--below > row) {
		if (below->kind != NVME_ROW_BITS || below->low < low || below->high > high ||
		    (below->low == low && below->high == high))
			continue;
		put_gap(line);
		put(line, "%s %llu", below->name,
		    (unsigned long long)(event->access.value >> (below->low - low) &
					 UINT64_MAX >> (63 - (below->high - below->low))));
	}
}

static uint32_t part_mask(const struct nvme_command_part *part)
{
	return UINT32_MAX >> (31 - (part->high - part->low)) << part->low;
}

/* A field in two parts, SLBAL and SLBAU, is one: the other part of the one with that index. */
static const struct nvme_command_part *half_of(const struct nvme_command_row *row, unsigned index,
					       char letter, char other)
{
	const char *name = row->parts[index].name;
	size_t length = strlen(name) - 1;

	if (name[length] != letter)
		return NULL;
	for (unsigned i = 0; i < row->part_count; i++)
		if (strncmp(row->parts[i].name, name, length) == 0 &&
		    row->parts[i].name[length] == other && !row->parts[i].name[length + 1])
			return &row->parts[i];
	return NULL;
}

/* A field of a command, if it says something: it is the first, or how much, or not 0. */
static void put_part(struct line *line, const struct nvme_command_row *row, unsigned index,
		     const uint32_t *dwords)
{
	const struct nvme_command_part *part = &row->parts[index], *upper;
	uint64_t value = (dwords[part->dword] & part_mask(part)) >> part->low;
	size_t length = strlen(part->name);

	if (half_of(row, index, 'u', 'l'))
		return;
	upper = half_of(row, index, 'l', 'u');
	if (upper) {
		value |= (uint64_t)((dwords[upper->dword] & part_mask(upper)) >> upper->low)
			 << (part->high - part->low + 1);
		length--;
	}
	if (index && part->kind == NVME_PART && !value)
		return;
	put_gap(line);
	put_acronym(line, part->name, length);
	if (strcmp(part->name, "fid") == 0)
		put(line, " %02llXh (%s)", (unsigned long long)value,
		    nvme_feature_name((unsigned)value));
	else if (strcmp(part->name, "lid") == 0)
		put(line, " %02llXh (%s)", (unsigned long long)value,
		    nvme_log_name((unsigned)value));
	else if (strcmp(part->name, "cns") == 0)
		put(line, " %02llXh", (unsigned long long)value);
	else
		put(line, " %llu", (unsigned long long)value);
}

/* CDW10 to 15: fields, and what is in no field. */
static void put_command_fields(struct line *line, uint16_t sqid, const struct nvme_command *command)
{
	const struct nvme_command_row *row = nvme_command_row(sqid != 0, command->opcode);
	const uint32_t *dwords = (const void *)command;
	uint32_t rest[16];

	memcpy(rest, command, sizeof(rest));
	for (unsigned i = 0; row && i < row->part_count; i++) {
		put_part(line, row, i, dwords);
		rest[row->parts[i].dword] &= ~part_mask(&row->parts[i]);
	}
	for (unsigned i = 10; i < 16; i++)
		if (rest[i]) {
			put_gap(line);
			put(line, "CDW%u %#x", i, rest[i]);
		}
}

static void put_command(struct line *line, const struct nvme_record *event)
{
	const struct nvme_command *command = &event->command;

	put(line, "-> ");
	put_opcode(line, event->queue, command->opcode);
	put(line, " cid %u nsid %#x", command->cid, command->nsid);
	if (command->flags & (NVME_FLAGS_FUSE_FIRST | NVME_FLAGS_FUSE_SECOND))
		put(line, " fuse %u", command->flags & 3u);
	if (command->cdw2 || command->cdw3)
		put(line, " cdw2 %#x cdw3 %#x", command->cdw2, command->cdw3);
	if (command->mptr)
		put(line, " mptr %#llx", (unsigned long long)command->mptr);
	if (command->flags & NVME_FLAGS_PSDT_MASK) {
		put(line, " sgl %#llx+%#x type %02Xh", (unsigned long long)command->sgl.address,
		    command->sgl.length, command->sgl.identifier);
	} else {
		if (command->prp1)
			put(line, " prp1 %#llx", (unsigned long long)command->prp1);
		if (command->prp2)
			put(line, " prp2 %#llx", (unsigned long long)command->prp2);
	}
	put_command_fields(line, event->queue, command);
}

static void put_completion(struct line *line, const struct nvme_record *event)
{
	const struct nvme_queue_entry *entry = &event->entry;
	uint16_t sqid = nvme_queue_entry_sqid(entry), status = nvme_queue_entry_status(entry);
	uint32_t dw0 = (uint32_t)entry->result, dw1 = (uint32_t)(entry->result >> 32);
	struct nvme_record command;
	bool known = nvme_record_command(event, &command);

	put(line, "<- ");
	if (known)
		put_opcode(line, sqid, command.command.opcode);
	else
		put(line, "?");
	put(line, " cid %u sqhd %u", nvme_queue_entry_cid(entry), nvme_queue_entry_sqhd(entry));
	if (event->queue != sqid)
		put(line, " cq %u", event->queue);
	if (status) {
		put(line, ": %s (%03Xh)%s%s", nvme_status_name(status & NVME_STATUS_MASK),
		    status & NVME_STATUS_MASK, status & NVME_STATUS_DNR ? " DNR" : "",
		    status & NVME_STATUS_MORE ? " M" : "");
		if (NVME_STATUS_CRD(status))
			put(line, " CRD %u", NVME_STATUS_CRD(status));
	} else {
		put(line, ": success");
	}
	put(line, " dw0 %#x", dw0);
	if (dw1)
		put(line, " dw1 %#x", dw1);
	if (known) {
		uint64_t ns = event->time_ns - command.time_ns;

		put(line, " after %llu.%03u us", (unsigned long long)(ns / 1000),
		    (unsigned)(ns % 1000));
	} else {
		put(line, " (its command was not recorded)");
	}
}

static void put_doorbell(struct line *line, const struct nvme_record *event)
{
	put(line, "%cQ%u %s%s", event->access.head ? 'C' : 'S', event->queue,
	    event->access.head ? "head" : "tail",
	    event->kind == NVME_RECORD_SHADOW ? " shadow" : "");
}

static void put_interrupt(struct line *line, const struct nvme_record *event)
{
	if (event->vector == NVME_TRACE_PIN)
		put(line, "pin");
	else
		put(line, "vector %d", (int)event->vector);
}

static void put_event(struct line *line, const struct nvme_record *event)
{
	switch (event->kind) {
	case NVME_RECORD_COMMAND:
		put_command(line, event);
		break;
	case NVME_RECORD_COMPLETION:
		put_completion(line, event);
		break;
	case NVME_RECORD_DOORBELL:
	case NVME_RECORD_SHADOW:
		put_doorbell(line, event);
		put(line, " write %llu", (unsigned long long)event->access.value);
		if (event->access.width != 4)
			put(line, " (%u bytes)", event->access.width);
		break;
	case NVME_RECORD_INTERRUPT:
		put(line, "interrupt by ");
		put_interrupt(line, event);
		break;
	default:
		put_place(line, event);
		put(line, " %s %#llx", event->kind == NVME_RECORD_READ ? "read" : "write",
		    (unsigned long long)event->access.value);
		put_register_fields(line, event);
	}
}

static bool has_queue(const struct nvme_record *event)
{
	return event->kind != NVME_RECORD_READ && event->kind != NVME_RECORD_WRITE &&
	       event->kind != NVME_RECORD_INTERRUPT;
}

void nvme_record_queue(const struct nvme_record *event, char *buffer, size_t size)
{
	struct line line = line_begin(buffer, size);
	uint16_t id = event->kind == NVME_RECORD_COMPLETION ? nvme_queue_entry_sqid(&event->entry)
							    : event->queue;

	if (!size || !has_queue(event))
		return;
	if (id)
		put(&line, "q%u", id);
	else
		put(&line, "admin");
}

void nvme_record_subject(const struct nvme_record *event, char *buffer, size_t size)
{
	struct line line = line_begin(buffer, size);
	struct nvme_record command;

	if (!size)
		return;
	switch (event->kind) {
	case NVME_RECORD_COMMAND:
		put_opcode(&line, event->queue, event->command.opcode);
		break;
	case NVME_RECORD_COMPLETION:
		if (nvme_record_command(event, &command))
			put_opcode(&line, command.queue, command.command.opcode);
		else
			put(&line, "?");
		break;
	case NVME_RECORD_DOORBELL:
	case NVME_RECORD_SHADOW:
		put_doorbell(&line, event);
		break;
	case NVME_RECORD_INTERRUPT:
		put_interrupt(&line, event);
		break;
	default:
		put_place(&line, event);
	}
}

void nvme_record_words(const struct nvme_record *event, char *buffer, size_t size)
{
	struct line line = line_begin(buffer, size);

	if (size)
		put_event(&line, event);
}

void nvme_record_text(const struct nvme_record *event, char *buffer, size_t size)
{
	struct line line = line_begin(buffer, size);
	uint64_t us = event->time_ns / 1000;
	char queue[8];

	if (!size)
		return;
	nvme_record_queue(event, queue, sizeof(queue));
	put(&line, "%5llu.%06llu %s %-5s ", (unsigned long long)(us / 1000000),
	    (unsigned long long)(us % 1000000), nvme_record_controller_name(event->controller),
	    queue);
	put_event(&line, event);
}

/* PRPs: every page of a transfer has its own memory, wherever the entries and their lists are. */
#include "tests/conformance/conformance.h"

#include "lib/string.h"

#define PAGES_MAX 130

/* Where in its page the first byte is. */
enum { AT_0, AT_4, AT_MIDDLE, AT_BLOCK, AT_LAST };
/* left: entries from the beginning of the list to the end of its page, 0: all of them. Without
 * pages and blocks: as much as MDTS lets. */
#define SHAPE(opcode, at, pages, blocks, left) \
	((opcode) | (at) << 8 | (pages) << 12 | (blocks) << 20 | (uint32_t)(left) << 24)
#define SHAPE_OPCODE(ct) ((ct)->argument & 0xff)

/* Memory of a transfer, in pages that are not neighbours. */
struct scattered {
	uint8_t *page[PAGES_MAX];
	size_t first; /* bytes before the data in the first page */
	size_t size;
	unsigned blocks, pages;
};

/* The part of the data that is in a page. */
static uint8_t *part(const struct ct *ct, const struct scattered *s, unsigned i, size_t *size)
{
	size_t skip = i ? 0 : s->first, before = i ? (size_t)i * ct->page_size - s->first : 0;

	*size = ct->page_size - skip;
	if (*size > s->size - before)
		*size = s->size - before;
	return s->page[i] + skip;
}

static void scatter(struct ct *ct, struct scattered *s, unsigned at, unsigned pages,
		    unsigned blocks)
{
	const struct ct_namespace *ns = ct->ns;
	size_t page = ct->page_size;
	const size_t offsets[] = {0, 4, page / 2, page - ns->block_size % page, page - 4};
	uint64_t most = 128 * page / ns->block_size;

	s->first = offsets[at] % page;
	s->blocks = (unsigned)((pages * page + ns->block_size - 1) / ns->block_size) + blocks;
	if (!s->blocks)
		s->blocks = (unsigned)(ns->blocks_max < most ? ns->blocks_max : most);
	CT_NEED(s->blocks <= ns->blocks_max, "MDTS is less than %u blocks", s->blocks);
	CT_NEED(s->blocks <= ns->size, "namespace %u is too small", ns->nsid);
	s->size = (size_t)s->blocks * ns->block_size;
	s->pages = (unsigned)((s->first + s->size + page - 1) / page);
	CT_NEED(s->pages <= PAGES_MAX, "blocks are too large");
	for (unsigned i = 0; i < s->pages; i++)
		s->page[i] = ct_buffer(ct, page);
}

/* A list of the pages from the second one on, with so many entries in its first page. */
static uint64_t *make_list(struct ct *ct, const struct scattered *s, unsigned left)
{
	unsigned entries = ct->page_size / 8;
	uint64_t *list = ct_buffer(ct, ct->page_size), *first;

	first = list += left ? entries - left : 0;
	left = left ? left : entries;
	for (unsigned i = 1; i < s->pages; i++) {
		if (left == 1 && i + 1 < s->pages) {
			uint64_t *next = ct_buffer(ct, ct->page_size);

			*list = ct_bus(next);
			list = next;
			left = entries;
		}
		*list++ = ct_bus(s->page[i]);
		left--;
	}
	return first;
}

static struct nvme_command command_for(struct ct *ct, const struct scattered *s, unsigned opcode,
				       uint64_t **list, unsigned left)
{
	struct nvme_command command = ct_rw(ct, opcode, ct->ns, 0, s->blocks, NULL);

	*list = NULL;
	command.prp1 = ct_bus(s->page[0] + s->first);
	if (s->pages == 2)
		command.prp2 = ct_bus(s->page[1]);
	if (s->pages > 2) {
		*list = make_list(ct, s, left);
		command.prp2 = ct_bus(*list);
	}
	return command;
}

/* Blocks and memory become different from each other. */
static void prepare(struct ct *ct, const struct scattered *s, unsigned opcode)
{
	size_t size;

	ct_save(ct, ct->ns, 0, s->blocks);
	if (opcode == NVME_IO_READ) {
		ct_write_pattern(ct, ct->ns, 0, s->blocks, 1);
		return;
	}
	for (unsigned i = 0; i < s->pages; i++) {
		uint8_t *at = part(ct, s, i, &size);

		ct_fill(at, size, i + 1);
	}
}

/* Blocks and memory are the same, and what is round the data in its pages is as it was. */
static void compare(struct ct *ct, const struct scattered *s)
{
	uint8_t *flat = ct_buffer(ct, s->size), *from = flat;
	size_t size;

	ct_move(ct, ct->ns, NVME_IO_READ, 0, s->blocks, flat);
	for (unsigned i = 0; i < s->pages; i++) {
		const uint8_t *at = part(ct, s, i, &size);

		if (memcmp(from, at, size) != 0)
			for (size_t byte = 0; byte < size; byte++)
				CT_EXPECT(from[byte] == at[byte],
					  "expected %02xh in byte %lu of page %u, got %02xh",
					  from[byte], (unsigned long)byte, i, at[byte]);
		from += size;
	}
	ct_all(ct, "what is before the data to stay", CT_FRESH, s->page[0], s->first);
	ct_all(ct, "what is behind the data to stay", CT_FRESH,
	       part(ct, s, s->pages - 1, &size) + size,
	       ct->page_size - size - (s->pages == 1 ? s->first : 0));
}

static void shaped(struct ct *ct)
{
	struct scattered s;
	uint64_t *list;

	scatter(ct, &s, ct->argument >> 8 & 0xf, ct->argument >> 12 & 0xff,
		ct->argument >> 20 & 0xf);
	prepare(ct, &s, SHAPE_OPCODE(ct));
	ct_success(ct, "the command",
		   ct_do(ct, command_for(ct, &s, SHAPE_OPCODE(ct), &list, ct->argument >> 24)));
	compare(ct, &s);
}

/* ---- Offsets that may not be ---- */

enum { PRP1, PRP2, ENTRY, LAST_ENTRY, LIST }; /* what is odd */
#define ODD(opcode, which, bits) ((opcode) | (which) << 8 | (bits) << 12)

/* The controller says so, or does as if the bits were 0. */
static void odd(struct ct *ct)
{
	unsigned which = ct->argument >> 8 & 0xf, bits = ct->argument >> 12;
	struct nvme_command command;
	struct ct_answer answer;
	struct scattered s;
	uint64_t *list;

	scatter(ct, &s, AT_0, which == PRP1 ? 0 : which == PRP2 ? 2 : 4, which == PRP1);
	prepare(ct, &s, SHAPE_OPCODE(ct));
	command = command_for(ct, &s, SHAPE_OPCODE(ct), &list, 0);
	if (which == PRP1)
		command.prp1 += bits;
	else if (which == ENTRY || which == LAST_ENTRY)
		list[which == ENTRY ? 0 : s.pages - 2] += bits;
	else
		command.prp2 += bits;
	answer = ct_do(ct, command);
	ct_status_of(
		ct, "the command",
		CT_STATUSES(NVME_SC_INVALID_PRP_OFFSET, NVME_SC_INVALID_FIELD, NVME_SC_SUCCESS),
		answer);
	if (!(answer.status & NVME_STATUS_MASK))
		compare(ct, &s);
}

/* The list begins within a qword: nothing says what the controller does then, so it reads only. */
static void odd_list(struct ct *ct)
{
	struct nvme_command command;
	struct scattered s;
	uint64_t *list;

	scatter(ct, &s, AT_0, 4, 0);
	prepare(ct, &s, NVME_IO_WRITE);
	command = command_for(ct, &s, NVME_IO_WRITE, &list, 0);
	command.prp2 += ct->argument;
	ct_do(ct, command);
	ct_write_pattern(ct, ct->ns, 0, 1, 2);
	ct_expect_pattern(ct, ct->ns, 0, 1, 2);
}

static void unused_prp2(struct ct *ct)
{
	uint8_t *other = ct_buffer(ct, ct->page_size);
	struct nvme_command command;
	struct ct_answer answer;
	struct scattered s;
	uint64_t *list;

	scatter(ct, &s, AT_0, 0, 1);
	CT_NEED(s.pages == 1, "a block is larger than a page");
	prepare(ct, &s, SHAPE_OPCODE(ct));
	command = command_for(ct, &s, SHAPE_OPCODE(ct), &list, 0);
	command.prp2 = ct_bus(other);
	answer = ct_do(ct, command);
	ct_status_of(ct, "the command", CT_STATUSES(NVME_SC_SUCCESS, NVME_SC_INVALID_FIELD),
		     answer);
	if (!(answer.status & NVME_STATUS_MASK))
		compare(ct, &s);
	ct_all(ct, "the page of PRP2 to stay", CT_FRESH, other, ct->page_size);
}

/* ---- Where there is no memory of the host ---- */

/* Whatever became of it: it ended, or the controller is enabled again; then it works. */
static void endure(struct ct *ct, struct nvme_command command)
{
	uint64_t until;
	struct ct_answer answer;

	ct->dirty = true;
	ct_push(ct, ct->io, command);
	ct_ring(ct, ct->io);
	until = nvme_time_ns() + ct->patience_ns;
	while (!ct_look(ct, ct->io->cq, &answer) && ct_csts(ct) & NVME_CSTS_RDY) {
		if (nvme_time_ns() >= until)
			ct_hang(ct, "no completion");
		nvme_relax();
	}
	ct_forget(ct);
	ct_bring_to(ct, CT_IO);
	ct_write_pattern(ct, ct->ns, 0, 1, 2);
	ct_expect_pattern(ct, ct->ns, 0, 1, 2);
}

enum { REGISTERS, DOORBELLS };
#define WILD(opcode, which, where) ((opcode) | (which) << 8 | (where) << 12)

/* PRPs lead to the registers, which are then written with zeroes, or to the doorbells, with values
 * that are none. A list that is there is for what the controller reads only: nobody knows where its
 * entries lead. */
static void wild(struct ct *ct)
{
	unsigned which = ct->argument >> 8 & 0xf, where = ct->argument >> 12;
	uint64_t bus = ct->claim->bar_bus + (where == DOORBELLS ? NVME_REG_DOORBELLS : 0);
	struct nvme_command command;
	struct scattered s;
	uint64_t *list;
	uint8_t *flat;

	CT_NEED(ct->claim->bar_bus, "the address of BAR0 is not known");
	scatter(ct, &s, AT_0, which == PRP1 ? 0 : which == PRP2 ? 2 : 4, which == PRP1);
	ct_save(ct, ct->ns, 0, s.blocks);
	flat = ct_buffer(ct, s.size);
	memset(flat, where == DOORBELLS ? 0xff : 0, s.size);
	ct_move(ct, ct->ns, NVME_IO_WRITE, 0, s.blocks, flat);
	command = command_for(ct, &s, SHAPE_OPCODE(ct), &list, 0);
	if (which == PRP1)
		command.prp1 = bus;
	else if (which == ENTRY)
		list[1] = bus;
	else
		command.prp2 = bus;
	endure(ct, command);
}

/* Far above what a machine has, and as large an address as many have wires for. */
#define NO_MEMORY (1ull << 45)

static void no_memory(struct ct *ct)
{
	struct nvme_command command = ct_rw(ct, ct->argument, ct->ns, 0, 1, NULL);

	ct_save(ct, ct->ns, 0, 1);
	command.prp1 = NO_MEMORY;
	endure(ct, command);
}

static void address_zero(struct ct *ct)
{
	struct nvme_command command = ct_rw(ct, NVME_IO_WRITE, ct->ns, 0, 1, NULL);

	ct_save(ct, ct->ns, 0, 1);
	ct_status_of(ct, "Write with PRP1 0h",
		     CT_STATUSES(NVME_SC_SUCCESS, NVME_SC_DATA_TRANSFER_ERROR), ct_do(ct, command));
	ct_write_pattern(ct, ct->ns, 0, 1, 2);
	ct_expect_pattern(ct, ct->ns, 0, 1, 2);
}

/* ---- Queues as data ---- */

static void from_queue(struct ct *ct)
{
	uint8_t *got = ct_buffer(ct, ct->ns->block_size);
	struct nvme_command command = ct_rw(ct, NVME_IO_WRITE, ct->ns, 0, 1, NULL);

	CT_NEED(ct->ns->block_size <= 4096, "a block is larger than the queue");
	ct_save(ct, ct->ns, 0, 1);
	command.prp1 = ct->argument ? ct->io->bus : ct->io->cq->bus;
	ct_success(ct, "Write", ct_do(ct, command));
	command.opcode = NVME_IO_READ;
	command.prp1 = ct_bus(got);
	if (ct->argument) {
		ct_success(ct, "Read", ct_do(ct, command));
		/* The Write itself is in it, or was, and the Read is not yet: what both cannot
		 * have changed. */
		for (unsigned i = 0; i < ct->ns->block_size / 64 && i < ct->io->size; i++)
			if (i != (ct->io->tail + ct->io->size - 1) % ct->io->size)
				ct_same(ct, "an entry of the queue", &ct->io->entries[i],
					got + 64 * (size_t)i, 64);
		return;
	}
	ct_success(ct, "Read", ct_do(ct, command));
	for (unsigned i = 0; i < ct->ns->block_size / 16 && i < ct->io->cq->size; i++)
		if ((ct->io->cq->head + ct->io->cq->size - 1 - i) % ct->io->cq->size >= 2)
			ct_same(ct, "an entry of the queue",
				(const void *)(uintptr_t)&ct->io->cq->entries[i],
				got + 16 * (size_t)i, 16);
}

/* Commands are put into one queue by a Read of another. */
static void into_queue(struct ct *ct)
{
	unsigned count = 8;
	uint8_t *block = ct_buffer(ct, ct->ns->block_size);
	struct nvme_command read;
	struct ct_sq *sq;

	CT_NEED(ct_queues(ct) >= 2 && ct_entries_max(ct) > count, "one small queue");
	sq = ct_pair(ct, 2, ct_entries(ct, 64));
	CT_NEED(ct->ns->block_size <= sq->size * 64, "a block is larger than the queue");
	ct_save(ct, ct->ns, 0, 1);
	for (unsigned i = 0; i < count; i++)
		ct_push(ct, sq,
			ct_rw(ct, NVME_IO_READ, ct->ns, 1, 1, ct_buffer(ct, ct->ns->block_size)));
	memcpy(block, sq->entries, count * 64);
	memset(sq->entries, 0, count * 64);
	ct_move(ct, ct->ns, NVME_IO_WRITE, 0, 1, block);
	read = ct_rw(ct, NVME_IO_READ, ct->ns, 0, 1, NULL);
	read.prp1 = sq->bus;
	ct_success(ct, "Read into the other queue", ct_do(ct, read));
	ct_ring(ct, sq);
	for (unsigned i = 0; i < count; i++)
		ct_success(ct, "a command that was read", ct_wait_any(ct, sq->cq));
}

/* ---- Admin commands ---- */

#define SPLIT(cns_or_log, log, at) ((cns_or_log) | (log) << 8 | (at) << 12)

static void split(struct ct *ct)
{
	bool log = ct->argument >> 8 & 1;
	size_t offset = ct->argument >> 12, page = ct->page_size;
	size_t size = log ? 512 : NVME_IDENTIFY_SIZE, before;
	uint8_t *whole = ct_buffer(ct, size), *first = ct_buffer(ct, page),
		*rest = ct_buffer(ct, page);
	struct nvme_command command =
		log ? ct_get_log(ct, ct->argument & 0xff, NVME_NSID_ALL, whole, size)
		    : ct_identify(ct, ct->argument & 0xff, 0, whole);

	offset = page - offset;
	before = page - offset < size ? page - offset : size;
	ct_success(ct, "the command", ct_ask(ct, command));
	command.prp1 = ct_bus(first + offset);
	command.prp2 = before < size ? ct_bus(rest) : 0;
	ct_success(ct, "the command", ct_ask(ct, command));
	ct_same(ct, "the page of PRP1", whole, first + offset, before);
	ct_same(ct, "the page of PRP2", whole + before, rest, size - before);
	ct_all(ct, "what is before PRP1 to stay", CT_FRESH, first, offset);
	ct_all(ct, "what is behind the data to stay", CT_FRESH, rest + (size - before),
	       page - (size - before));
}

#define BOTH(text, at, pages, blocks, left)                                \
	CT_CASE("Read: " text, "Base 4.1.1", shaped, CT_WRITES,            \
		.argument = SHAPE(NVME_IO_READ, at, pages, blocks, left)), \
		CT_CASE("Write: " text, "Base 4.1.1", shaped, CT_WRITES,   \
			.argument = SHAPE(NVME_IO_WRITE, at, pages, blocks, left))

static const struct ct_case cases[] = {
	BOTH("a block at the beginning of a page", AT_0, 0, 1, 0),
	BOTH("a block from dword 1 of a page on", AT_4, 0, 1, 0),
	BOTH("a block at the end of a page", AT_BLOCK, 0, 1, 0),
	BOTH("a block from the last dword of a page on", AT_LAST, 0, 1, 0),
	BOTH("a page from dword 1 on: PRP2 is the second page", AT_4, 1, 0, 0),
	BOTH("a page from the last dword on: PRP2 is the second page", AT_LAST, 1, 0, 0),
	BOTH("two pages: PRP2 is the second page", AT_0, 2, 0, 0),
	BOTH("two pages from the middle on: PRP2 is a list of two", AT_MIDDLE, 2, 0, 0),
	BOTH("three pages: PRP2 is a list of two", AT_0, 3, 0, 0),
	BOTH("two pages and a block from dword 1 on: a list of two", AT_4, 2, 1, 0),
	BOTH("a list that begins in its page", AT_0, 5, 0, 9),
	BOTH("a list that ends with its page", AT_0, 4, 0, 3),
	BOTH("a list that is longer than its page by one entry", AT_0, 5, 0, 3),
	BOTH("a list in the last entry of a page leads to the next", AT_0, 4, 0, 1),
	BOTH("as much as MDTS lets, every page elsewhere", AT_0, 0, 0, 0),
	CT_CASE("Read: as much as MDTS lets, from dword 1 of a page on", "Base 4.1.1", shaped,
		CT_WRITES, .argument = SHAPE(NVME_IO_READ, AT_4, 0, 0, 7)),
	CT_CASE("PRP1 with bit 0: Invalid PRP Offset, or as if it was 0", "Base 4.1.1", odd,
		CT_WRITES, .argument = ODD(NVME_IO_READ, PRP1, 1)),
	CT_CASE("PRP1 with bit 1: Invalid PRP Offset, or as if it was 0", "Base 4.1.1", odd,
		CT_WRITES, .argument = ODD(NVME_IO_READ, PRP1, 2)),
	CT_CASE("PRP1 of a Write with bits 1:0: the same", "Base 4.1.1", odd, CT_WRITES,
		.argument = ODD(NVME_IO_WRITE, PRP1, 3)),
	CT_CASE("PRP2 with an offset: Invalid PRP Offset, or as if it was 0", "Base 4.1.1", odd,
		CT_WRITES, .argument = ODD(NVME_IO_READ, PRP2, 4)),
	CT_CASE("PRP2 of a Write with an offset: the same", "Base 4.1.1", odd, CT_WRITES,
		.argument = ODD(NVME_IO_WRITE, PRP2, 512)),
	CT_CASE("a first list entry with an offset: the same", "Base 4.1.1", odd, CT_WRITES,
		.argument = ODD(NVME_IO_READ, ENTRY, 2048)),
	CT_CASE("a last list entry with an offset: the same", "Base 4.1.1", odd, CT_WRITES,
		.argument = ODD(NVME_IO_WRITE, LAST_ENTRY, 4)),
	CT_CASE("Write with a list that is not aligned to qwords ends", "Base 4.1.1", odd_list,
		CT_WRITES, .argument = 4),
	CT_CASE("Read within a page: the page of PRP2 is not used", "Base 4.1.1", unused_prp2,
		CT_WRITES, .argument = NVME_IO_READ),
	CT_CASE("Write within a page: PRP2 is not used", "Base 4.1.1", unused_prp2, CT_WRITES,
		.argument = NVME_IO_WRITE),
	CT_CASE("PRP1 0h is an address", "Base 4.1.1", address_zero, CT_WRITES),
	CT_CASE("Read to the registers ends, or the reset behind it does", "Base 4.1.1", wild,
		CT_WRITES, .argument = WILD(NVME_IO_READ, PRP1, REGISTERS)),
	CT_CASE("Read to the doorbells ends", "Base 4.1.1", wild, CT_WRITES,
		.argument = WILD(NVME_IO_READ, PRP1, DOORBELLS)),
	CT_CASE("Read with a second page in the registers ends", "Base 4.1.1", wild, CT_WRITES,
		.argument = WILD(NVME_IO_READ, PRP2, REGISTERS)),
	CT_CASE("Read with a list entry for the doorbells ends", "Base 4.1.1", wild, CT_WRITES,
		.argument = WILD(NVME_IO_READ, ENTRY, DOORBELLS)),
	CT_CASE("Read to where there is no memory ends, or the reset behind it does", "Base 4.1.1",
		no_memory, CT_WRITES, .argument = NVME_IO_READ),
	CT_CASE("Write from where there is no memory ends, or the reset behind it does",
		"Base 4.1.1", no_memory, CT_WRITES, .argument = NVME_IO_WRITE),
	CT_CASE("Write from the registers ends", "Base 4.1.1", wild, CT_WRITES,
		.argument = WILD(NVME_IO_WRITE, PRP1, REGISTERS)),
	CT_CASE("Write with its list in the registers ends", "Base 4.1.1", wild, CT_WRITES,
		.argument = WILD(NVME_IO_WRITE, LIST, REGISTERS)),
	CT_CASE("Write with its list in the doorbells ends", "Base 4.1.1", wild, CT_WRITES,
		.argument = WILD(NVME_IO_WRITE, LIST, DOORBELLS)),
	CT_CASE("Write out of its submission queue: the entries", "Base 4.1.1", from_queue,
		CT_WRITES, .argument = 1),
	CT_CASE("Write out of its completion queue: the entries", "Base 4.1.1", from_queue,
		CT_WRITES, .argument = 0),
	CT_CASE("commands that a Read has put into a queue are executed", "Base 4.1.1", into_queue,
		CT_WRITES),
	CT_CASE("Identify from dword 1 on goes to both pages", "Base 5.17", split, CT_ADMIN,
		.argument = SPLIT(NVME_CNS_CONTROLLER, 0, 4092)),
	CT_CASE("Identify from the middle on goes to both pages", "Base 5.17", split, CT_ADMIN,
		.argument = SPLIT(NVME_CNS_CONTROLLER, 0, 2048)),
	CT_CASE("Identify from the last dword on goes to both pages", "Base 5.17", split, CT_ADMIN,
		.argument = SPLIT(NVME_CNS_CONTROLLER, 0, 4)),
	CT_CASE("the list of namespaces goes to both pages", "Base 5.17", split, CT_ADMIN,
		.argument = SPLIT(NVME_CNS_ACTIVE_NAMESPACES, 0, 8)),
	CT_CASE("Get Log Page from the last dword on goes to both pages", "Base 5.16", split,
		CT_ADMIN, .argument = SPLIT(NVME_LOG_FIRMWARE, 1, 4)),
	CT_CASE("Get Log Page at the end of a page stays in it", "Base 5.16", split, CT_ADMIN,
		.argument = SPLIT(NVME_LOG_FIRMWARE, 1, 512)),
	{.name = NULL},
};
CONFORMANCE_GROUP("prp", cases);

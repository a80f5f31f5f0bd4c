/* The Controller Memory Buffer: how it is found, and what may be there. */
#include "tests/conformance/conformance.h"

#include "lib/string.h"

#define CDMMMS 0x80u /* CMBLOC: what a command moves may be in the buffer in part */
#define PAGE   4096u

struct buffer {
	uint8_t *memory;
	uint64_t bus, size;
	uint32_t location, cmbsz;
};

static bool must_be_enabled(const struct ct *ct)
{
	return NVME_CAP_CMBS(ct->registers.cap);
}

/* Where it is, with the controller disabled; then the controller is enabled. */
static void open_buffer(struct ct *ct, struct buffer *b, unsigned uses)
{
	uint64_t bar_size, bar_bus, offset, unit;
	uint8_t *bar;

	if (must_be_enabled(ct))
		ct_write(ct, NVME_REG_CMBMSC, 8, NVME_CMBMSC_CRE);
	b->location = nvme_get32(&ct->registers, NVME_REG_CMBLOC);
	b->cmbsz = nvme_get32(&ct->registers, NVME_REG_CMBSZ);
	unit = NVME_CMBSZ_UNIT(b->cmbsz);
	offset = NVME_CMBLOC_OFST(b->location) * unit;
	b->size = NVME_CMBSZ_SZ(b->cmbsz) * unit;
	CT_NEED(b->size, "there is no controller memory buffer");
	CT_NEED((b->cmbsz & uses) == uses, "CMBSZ does not have the use");
	bar = nvme_map_bar(ct->claim->pci, NVME_CMBLOC_BIR(b->location), &bar_size, &bar_bus);
	CT_NEED(bar && offset < bar_size, "its BAR cannot be reached");
	if (b->size > bar_size - offset)
		b->size = bar_size - offset;
	CT_NEED(b->size >= 16 * PAGE && ct->page_size == PAGE, "it is small, or pages are large");
	b->memory = bar + offset;
	b->bus = bar_bus + offset;
	if (must_be_enabled(ct))
		ct_write(ct, NVME_REG_CMBMSC, 8, b->bus | NVME_CMBMSC_CRE | NVME_CMBMSC_CMSE);
	ct_bring_to(ct, uses ? CT_WRITES : CT_IO);
}

static uint64_t bus_of(const struct buffer *b, const void *memory)
{
	return b->bus + (uint64_t)((const uint8_t *)memory - b->memory);
}

/* ---- Properties ---- */

static void hidden(struct ct *ct)
{
	CT_NEED(must_be_enabled(ct), "CAP.CMBS is 0");
	ct->dirty = true;
	ct_write(ct, NVME_REG_CMBMSC, 8, 0);
	ct_equal(ct, "CMBLOC without CMBMSC.CRE", 0, nvme_get32(&ct->registers, NVME_REG_CMBLOC));
	ct_equal(ct, "CMBSZ without CMBMSC.CRE", 0, nvme_get32(&ct->registers, NVME_REG_CMBSZ));
	ct_write(ct, NVME_REG_CMBMSC, 8, NVME_CMBMSC_CRE);
	CT_EXPECT(NVME_CMBSZ_SZ(nvme_get32(&ct->registers, NVME_REG_CMBSZ)),
		  "expected CMBSZ.SZ with CMBMSC.CRE, got 0");
}

static void plausible(struct ct *ct)
{
	struct buffer b;

	open_buffer(ct, &b, 0);
	CT_EXPECT(NVME_CMBLOC_BIR(b.location) != 1 && NVME_CMBLOC_BIR(b.location) <= 5,
		  "expected CMBLOC.BIR 0h or 2h to 5h, got %xh", NVME_CMBLOC_BIR(b.location));
	CT_EXPECT(NVME_CMBSZ_SZU(b.cmbsz) <= NVME_CMBSZ_SZU_MAX,
		  "expected CMBSZ.SZU up to 6h, got %xh", NVME_CMBSZ_SZU(b.cmbsz));
	ct_equal(ct, "bits 7:5 of CMBSZ, which are reserved,", 0, NVME_BITS(b.cmbsz, 5, 3));
}

static void read_only(struct ct *ct)
{
	struct buffer b;

	open_buffer(ct, &b, 0);
	ct->dirty = true;
	nvme_set32(&ct->registers, NVME_REG_CMBLOC, ~b.location);
	nvme_set32(&ct->registers, NVME_REG_CMBSZ, ~b.cmbsz);
	ct_equal(ct, "CMBLOC to stay", b.location, nvme_get32(&ct->registers, NVME_REG_CMBLOC));
	ct_equal(ct, "CMBSZ to stay", b.cmbsz, nvme_get32(&ct->registers, NVME_REG_CMBSZ));
}

/* An address from which it goes on behind the last one. */
static void invalid_address(struct ct *ct)
{
	uint32_t status;

	CT_NEED(must_be_enabled(ct), "CAP.CMBS is 0");
	CT_NEED(ct->registers.cap, "there is no controller");
	ct->dirty = true;
	ct_write(ct, NVME_REG_CMBMSC, 8, ~(uint64_t)0xfff | NVME_CMBMSC_CRE | NVME_CMBMSC_CMSE);
	status = nvme_get32(&ct->registers, NVME_REG_CMBSTS);
	ct_write(ct, NVME_REG_CMBMSC, 8, NVME_CMBMSC_CRE);
	CT_EXPECT(status & NVME_CMBSTS_CBAI,
		  "expected CMBSTS.CBAI for an address that wraps, got 0");
}

/* ---- Memory ---- */

static void memory(struct ct *ct)
{
	struct buffer b;
	uint8_t *wanted = ct_buffer(ct, PAGE);

	open_buffer(ct, &b, 0);
	for (unsigned i = 0; i < 3; i++) {
		uint8_t *at = b.memory + (i == 0 ? 0 : i == 1 ? b.size / 2 : b.size - PAGE);

		ct_fill(wanted, PAGE, i + 1);
		memcpy(at, wanted, PAGE);
	}
	for (unsigned i = 0; i < 3; i++) {
		ct_fill(wanted, PAGE, i + 1);
		ct_same(ct, "the buffer's memory", wanted,
			b.memory + (i == 0   ? 0
				    : i == 1 ? b.size / 2
					     : b.size - PAGE),
			PAGE);
	}
}

/* ---- Data ---- */

/* offset: of the first byte in its page; at the end of the buffer, or not. */
#define PLACE(opcode, offset, end) ((opcode) | (end) << 8 | (offset) << 12)

static void data(struct ct *ct)
{
	unsigned opcode = ct->argument & 0xff, offset = ct->argument >> 12, blocks, before;
	bool end = ct->argument >> 8 & 1;
	struct nvme_command command;
	struct buffer b;
	uint8_t *at, *flat;
	size_t size;

	open_buffer(ct, &b, opcode == NVME_IO_READ ? NVME_CMBSZ_RDS : NVME_CMBSZ_WDS);
	CT_NEED(ct->ns->block_size <= 2 * PAGE, "a block is large");
	blocks = 2 * PAGE / ct->ns->block_size;
	size = (size_t)blocks * ct->ns->block_size;
	CT_NEED(blocks <= ct->ns->blocks_max, "MDTS is less than %u blocks", blocks);
	ct_save(ct, ct->ns, 0, blocks);
	ct_write_pattern(ct, ct->ns, 0, blocks, 1);
	flat = ct_buffer(ct, size);
	at = end ? b.memory + b.size - size : b.memory + 2 * PAGE + offset;
	before = at == b.memory + b.size - size ? 0 : PAGE;
	memset(at - PAGE, CT_FRESH, size + PAGE + before);
	if (opcode == NVME_IO_WRITE) {
		ct_fill(flat, size, 5);
		memcpy(at, flat, size);
	}
	command = ct_rw(ct, opcode, ct->ns, 0, blocks, NULL);
	command.prp1 = bus_of(&b, at);
	command.prp2 = command.prp1 - offset + PAGE;
	if (offset) {
		uint64_t *list = ct_buffer(ct, PAGE);

		list[0] = command.prp2;
		list[1] = list[0] + PAGE;
		command.prp2 = ct_bus(list);
	}
	ct_success(ct, "the command", ct_do(ct, command));
	ct_move(ct, ct->ns, NVME_IO_READ, 0, blocks, flat);
	ct_same(ct, "the data in the buffer", flat, at, size);
	ct_all(ct, "what is before the data to stay", CT_FRESH, at - PAGE, PAGE);
	ct_all(ct, "what is behind the data to stay", CT_FRESH, at + size, before);
}

/* The first page here, the second there. */
static void mixed(struct ct *ct)
{
	uint8_t *other = ct_buffer(ct, PAGE), *flat;
	struct nvme_command command;
	struct ct_answer answer;
	struct buffer b;
	unsigned blocks;

	open_buffer(ct, &b, NVME_CMBSZ_RDS | NVME_CMBSZ_WDS);
	CT_NEED(ct->ns->block_size <= PAGE, "a block is large");
	blocks = 2 * PAGE / ct->ns->block_size;
	CT_NEED(blocks <= ct->ns->blocks_max, "MDTS is less than %u blocks", blocks);
	ct_save(ct, ct->ns, 0, blocks);
	ct_write_pattern(ct, ct->ns, 0, blocks, 1);
	flat = ct_buffer(ct, 2 * PAGE);
	ct_move(ct, ct->ns, NVME_IO_READ, 0, blocks, flat);
	command = ct_rw(ct, NVME_IO_READ, ct->ns, 0, blocks, NULL);
	command.prp1 = ct->argument ? b.bus : ct_bus(other);
	command.prp2 = ct->argument ? ct_bus(other) : b.bus;
	answer = ct_do(ct, command);
	if (b.location & CDMMMS)
		ct_success(ct, "Read", answer);
	else
		ct_status_of(ct, "Read",
			     CT_STATUSES(NVME_SC_INVALID_CMB_USE, NVME_SC_INVALID_FIELD,
					 NVME_SC_SUCCESS),
			     answer);
	if (answer.status & NVME_STATUS_MASK)
		return;
	ct_same(ct, "the first page", flat, ct->argument ? b.memory : other, PAGE);
	ct_same(ct, "the second page", flat + PAGE, ct->argument ? other : b.memory, PAGE);
}

/* ---- Queues and lists ---- */

enum { SQ = 1, CQ = 2, DATA = 4, LIST = 8 };

/* Those are in the buffer, the others are not. */
static void parts(struct ct *ct)
{
	unsigned what = ct->argument, blocks;
	struct nvme_command command;
	uint8_t *pages[3], *flat;
	struct buffer b;
	struct ct_cq *cq;
	struct ct_sq *sq;
	uint64_t *list;

	open_buffer(ct, &b,
		    (what & SQ ? NVME_CMBSZ_SQS : 0) | (what & CQ ? NVME_CMBSZ_CQS : 0) |
			    (what & DATA ? NVME_CMBSZ_RDS : 0) |
			    (what & LIST ? NVME_CMBSZ_LISTS : 0));
	CT_NEED(!(what & LIST) || what & SQ || b.location & NVME_CMBLOC_CDPCILS,
		"lists want the command in the buffer, too");
	CT_NEED(ct_queues(ct) >= 2 && ct_entries_max(ct) >= 16, "there is one small queue");
	CT_NEED(ct->ns->block_size <= PAGE, "a block is large");
	blocks = 3 * PAGE / ct->ns->block_size;
	CT_NEED(blocks <= ct->ns->blocks_max, "MDTS is less than %u blocks", blocks);
	ct_save(ct, ct->ns, 0, blocks);
	ct_write_pattern(ct, ct->ns, 0, blocks, 1);
	flat = ct_buffer(ct, 3 * PAGE);
	ct_move(ct, ct->ns, NVME_IO_READ, 0, blocks, flat);
	cq = ct_cq(ct, 2, 16);
	sq = ct_sq(ct, 2, 16, cq);
	if (what & CQ) {
		cq->entries = (void *)(b.memory + PAGE);
		cq->bus = b.bus + PAGE;
		cq->view.cq = cq->entries;
		cq->view.cq_end = cq->entries + 16;
		ct_queue_clear_cq(cq);
	}
	if (what & SQ) {
		sq->entries = (void *)(b.memory + 2 * PAGE);
		sq->bus = b.bus + 2 * PAGE;
		sq->view.sq = sq->entries;
		ct_queue_clear_sq(sq);
	}
	ct->dirty = true;
	ct_success(ct, "Create I/O Completion Queue", ct_ask(ct, ct_create_cq(cq)));
	ct_success(ct, "Create I/O Submission Queue", ct_ask(ct, ct_create_sq(sq)));
	list = what & LIST ? (void *)(b.memory + 3 * PAGE) : ct_buffer(ct, PAGE);
	for (unsigned i = 0; i < 3; i++)
		pages[i] = what & DATA ? b.memory + (8 - 2 * i) * PAGE : ct_buffer(ct, PAGE);
	/* Twice round the queue. */
	for (unsigned i = 0; i < 32; i++) {
		for (unsigned p = 0; p < 3; p++)
			memset(pages[p], (int)i, PAGE);
		command = ct_rw(ct, NVME_IO_READ, ct->ns, 0, blocks, NULL);
		command.prp1 = what & DATA ? bus_of(&b, pages[0]) : ct_bus(pages[0]);
		for (unsigned p = 1; p < 3; p++)
			list[p - 1] = what & DATA ? bus_of(&b, pages[p]) : ct_bus(pages[p]);
		command.prp2 = what & LIST ? bus_of(&b, list) : ct_bus(list);
		ct_success(ct, "Read", ct_run(ct, sq, command));
		for (unsigned p = 0; p < 3; p++)
			if (memcmp(flat + p * PAGE, pages[p], PAGE) != 0)
				ct_same(ct, "a page", flat + p * PAGE, pages[p], PAGE);
	}
}

#define CASE(text, function, value) \
	CT_CASE(text, "Base 8.5", function, CT_DISABLED, .argument = value)
#define PROPERTY(text, section, function) CT_CASE(text, section, function, CT_DISABLED)

static const struct ct_case cases[] = {
	PROPERTY("CMBLOC and CMBSZ are 0 without CMBMSC.CRE", "Base 3.1.3.11", hidden),
	PROPERTY("CMBLOC and CMBSZ have values that there are", "Base 3.1.3.12", plausible),
	PROPERTY("CMBLOC and CMBSZ are read only", "Base 3.1.3.11", read_only),
	PROPERTY("CMBSTS.CBAI is set for an address that wraps", "Base 3.1.3.17", invalid_address),
	CASE("the buffer keeps what is written to it, up to its end", memory, 0),
	CASE("Read into the buffer", data, PLACE(NVME_IO_READ, 0, 0)),
	CASE("Read into the buffer from the middle of a page on", data,
	     PLACE(NVME_IO_READ, 2048, 0)),
	CASE("Read into the buffer from the last dword of a page on", data,
	     PLACE(NVME_IO_READ, 4092, 0)),
	CASE("Read into the last pages of the buffer", data, PLACE(NVME_IO_READ, 0, 1)),
	CASE("Write out of the buffer", data, PLACE(NVME_IO_WRITE, 0, 0)),
	CASE("Write out of the buffer from dword 1 of a page on", data, PLACE(NVME_IO_WRITE, 4, 0)),
	CASE("Write out of the last pages of the buffer", data, PLACE(NVME_IO_WRITE, 0, 1)),
	CASE("Read into the buffer, then into memory, as CMBLOC says", mixed, 1),
	CASE("Read into memory, then into the buffer, as CMBLOC says", mixed, 0),
	CASE("a submission queue in the buffer", parts, SQ),
	CASE("a completion queue in the buffer", parts, CQ),
	CASE("a queue pair in the buffer", parts, SQ | CQ),
	CASE("a PRP list in the buffer", parts, LIST),
	CASE("a submission queue and its PRP lists in the buffer", parts, SQ | LIST),
	CASE("PRP lists and data in the buffer", parts, LIST | DATA),
	CASE("queues, lists and data in the buffer", parts, SQ | CQ | LIST | DATA),
	{.name = NULL},
};
CONFORMANCE_GROUP("memory-buffer", cases);

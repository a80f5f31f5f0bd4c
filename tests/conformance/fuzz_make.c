/* What the fuzzer does next: commands out of the command table, their fields valid, at the limits
 * and beyond; registers and doorbells. */
#include "tests/conformance/fuzz.h"

#include "lib/string.h"

#define MOVED_MAX  0x3ffffu /* dwords or bytes of other commands */
#define BLOCKS_MAX 32u	    /* of a command that is meant to succeed */

static uint32_t below(struct fuzz *fuzz, uint32_t bound)
{
	return (uint32_t)prng_below(&fuzz->prng, bound);
}

/* True once in so many times. */
static bool once_in(struct fuzz *fuzz, uint32_t times)
{
	return below(fuzz, times) == 0;
}

/* Where there is no memory, whatever part of it is looked at: see fuzz.h. */
static uint64_t nowhere(struct fuzz *fuzz)
{
	return 0xfff0000070000000ull | (uint64_t)below(fuzz, 1 << 16) << 32 |
	       (prng_next(&fuzz->prng) & 0x0ffffff8u);
}

/* Pages of S. Nothing in S leads to D but two pages that are never written to by the controller: so
 * whatever it takes for a list, an address or a command, blocks go to S alone, and everything else
 * that it may say goes to D, which is never taken for anything. */
#define SOURCES	    0u /* what is written to the blocks, and its lists */
#define SOURCES_END (FUZZ_PAGES / 2)
#define QUEUES	    SOURCES_END		       /* submission queues: nothing else is there */
#define LISTS	    (QUEUES + FUZZ_WILD_COUNT) /* of what is read from the blocks */
#define LISTS_END   FUZZ_DIRTY_PRPS

static struct fuzz_pointer inside(struct fuzz *fuzz, enum fuzz_base base, uint32_t page,
				  uint32_t pages)
{
	uint32_t offset = (page + below(fuzz, pages)) * 4096;

	if (once_in(fuzz, 3))
		offset += below(fuzz, 1024) * 4;
	if (once_in(fuzz, 40))
		offset += below(fuzz, 4);
	return (struct fuzz_pointer){(uint8_t)base, offset};
}

/* What a command moves, by where that may be. */
enum flow {
	OUT,   /* to the controller: from S */
	BACK,  /* blocks of the area: to S */
	DIRTY, /* anything else from the controller: to D */
};

static struct fuzz_pointer data(struct fuzz *fuzz, enum flow flow)
{
	switch (below(fuzz, 24)) {
	case 0:
		return (struct fuzz_pointer){FUZZ_ABSOLUTE, nowhere(fuzz)};
	case 1: /* what is written there may ring doorbells */
		if (flow == OUT || fuzz->wild)
			return (struct fuzz_pointer){FUZZ_BAR, below(fuzz, 0x1000) & ~3u};
		break;
	case 2:
		if (flow == BACK)
			return inside(fuzz, FUZZ_S, LISTS, LISTS_END - LISTS);
		break;
	default:
		break;
	}
	return flow == DIRTY ? inside(fuzz, FUZZ_D, FUZZ_WILD_COUNT, FUZZ_PAGES - FUZZ_WILD_COUNT)
			     : inside(fuzz, FUZZ_S, SOURCES, SOURCES_END - SOURCES);
}

/* Where a list or an SGL's segment may begin. */
static struct fuzz_pointer structure(struct fuzz *fuzz, enum flow flow, bool sgl)
{
	switch (flow) {
	case OUT:
		return inside(fuzz, FUZZ_S, SOURCES, SOURCES_END - SOURCES);
	case BACK:
		return inside(fuzz, FUZZ_S, LISTS, LISTS_END - LISTS);
	default: /* the longest list does not come to the end of its page */
		return (struct fuzz_pointer){FUZZ_S,
					     (sgl ? FUZZ_DIRTY_SGL : FUZZ_DIRTY_PRPS) * 4096ull +
						     below(fuzz, 128) * 16};
	}
}

static struct fuzz_operation *make(struct fuzz *fuzz, enum fuzz_kind kind)
{
	struct fuzz_operation *operation = &fuzz->made[fuzz->made_count++];

	memset(operation, 0, sizeof(*operation));
	operation->kind = (uint8_t)kind;
	return operation;
}

static void put(struct fuzz *fuzz, uint32_t offset, struct fuzz_pointer value)
{
	struct fuzz_operation *operation = make(fuzz, FUZZ_PUT);

	operation->offset = offset & (FUZZ_SIZE - 8);
	operation->value = value;
}

/* The second half of an SGL descriptor. */
static struct fuzz_pointer length_and_type(struct fuzz *fuzz, unsigned type)
{
	uint64_t length = once_in(fuzz, 4) ? below(fuzz, FUZZ_SLACK) : 512 * below(fuzz, 17);

	return (struct fuzz_pointer){FUZZ_ABSOLUTE, (uint64_t)type << 56 | length};
}

/* A list of PRPs or an SGL's segment; where it begins. */
static struct fuzz_pointer list(struct fuzz *fuzz, enum flow flow, bool sgl)
{
	static const uint8_t types[] = {0x00, 0x00, 0x00, 0x10, 0x40, 0x01, 0x20, 0x30};
	struct fuzz_pointer at = structure(fuzz, flow, sgl);
	unsigned count = 1 + below(fuzz, 4);

	at.offset &= sgl ? ~15ull : ~7ull;
	if (flow != DIRTY && once_in(fuzz, 3)) /* across the end of a page */
		at.offset |= 4096 - 16;
	for (unsigned i = 0; i < count; i++) {
		/* No segment leads from what leads to D. */
		unsigned type = types[below(fuzz, flow == DIRTY ? 6 : sizeof(types))];
		bool segment = sgl && (type == 0x20 || type == 0x30);
		struct fuzz_pointer entry = segment ? structure(fuzz, flow, sgl) : data(fuzz, flow);
		uint32_t offset = (uint32_t)at.offset + i * (sgl ? 16 : 8);

		if (flow != DIRTY && once_in(fuzz, 6))
			entry = at; /* itself */
		if (!sgl && !once_in(fuzz, 8))
			entry.offset &= ~4095ull;
		put(fuzz, offset, entry);
		if (sgl)
			put(fuzz, offset + 8, length_and_type(fuzz, type));
	}
	return at;
}

/* Whether so much data is certain to need no list. */
static bool is_small(bool io, const struct nvme_command_row *row,
		     const struct nvme_command *command)
{
	static const struct nvme_metadata_format none;

	if (!row || (io && row->unit == NVME_UNIT_BLOCKS))
		return false;
	return nvme_command_bytes(row, command, 4096, &none, UINT64_MAX) <= 4096;
}

static void point(struct fuzz *fuzz, struct fuzz_operation *operation,
		  const struct nvme_command_row *row, enum flow flow)
{
	/* Lists come before it. */
	struct fuzz_operation command = *operation;
	bool io = command.queue != FUZZ_ADMIN;

	fuzz->made_count--;
	command.mptr = data(fuzz, flow == BACK ? DIRTY : flow);
	if (once_in(fuzz, 5)) {
		static const uint8_t types[] = {0x00, 0x10, 0x40, 0x50, 0x01, 0xf0, 0x20, 0x30};
		unsigned type = types[below(fuzz, sizeof(types))], psdt = 1 + below(fuzz, 3);

		command.command.flags |= (uint8_t)(psdt << 6);
		command.prp1 =
			type == 0x20 || type == 0x30 ? list(fuzz, flow, true) : data(fuzz, flow);
		/* Taken for a PRP, it is where there is no memory, or in the first MiB. */
		command.prp2 = length_and_type(fuzz, type);
		if (psdt == 2)
			command.mptr = list(fuzz, flow == BACK ? DIRTY : flow, true);
	} else {
		command.prp1 = data(fuzz, flow);
		command.prp2 =
			(flow != DIRTY || is_small(io, row, &command.command)) && once_in(fuzz, 2)
				? data(fuzz, flow)
				: list(fuzz, flow, false);
	}
	fuzz->made[fuzz->made_count++] = command;
}

static uint32_t some(struct fuzz *fuzz, uint32_t max)
{
	switch (below(fuzz, 6)) {
	case 0:
		return 0;
	case 1:
		return max;
	case 2:
		return 1u & max;
	case 3:
		return (uint32_t)prng_next(&fuzz->prng) & max;
	default:
		return below(fuzz, 16) & max;
	}
}

static uint32_t some_nsid(struct fuzz *fuzz)
{
	const struct ct *ct = fuzz->ct;

	if (ct->namespace_count && !once_in(fuzz, 8))
		return ct->namespaces[below(fuzz, ct->namespace_count)].nsid;
	return once_in(fuzz, 2) ? some(fuzz, UINT32_MAX) : NVME_NSID_ALL;
}

static const struct ct_namespace *find(const struct fuzz *fuzz, uint32_t nsid)
{
	for (unsigned i = 0; i < fuzz->ct->namespace_count; i++)
		if (fuzz->ct->namespaces[i].nsid == nsid)
			return &fuzz->ct->namespaces[i];
	return NULL;
}

/* Blocks of the area, or such as no namespace has. */
static void choose_blocks(struct fuzz *fuzz, const struct ct_namespace *ns,
			  struct nvme_command *command)
{
	uint32_t blocks = 1 + below(fuzz, once_in(fuzz, 4) ? BLOCKS_MAX : 4);
	uint64_t slba = prng_below(&fuzz->prng, fuzz->area - BLOCKS_MAX);

	if (once_in(fuzz, 12) || !ns) {
		slba = ns && once_in(fuzz, 2) ? ns->size - 1 : nowhere(fuzz);
		blocks = 2 + some(fuzz, 0xffff);
	}
	command->cdw10 = (uint32_t)slba;
	command->cdw11 = (uint32_t)(slba >> 32);
	command->cdw12 = ((blocks - 1) & 0xffff) | some(fuzz, 0xffff) << 16;
	if (slba + (command->cdw12 & 0xffff) < slba ||
	    (ns && slba == ns->size - 1 && !(command->cdw12 & 0xffff)))
		command->cdw12 |= 1;
}

/* Ranges of Dataset Management (16 bytes) or Copy (32): in the area. */
static void put_ranges(struct fuzz *fuzz, struct fuzz_operation *operation, bool copy)
{
	struct fuzz_operation command = *operation;
	uint32_t count = 1 + below(fuzz, 3);

	fuzz->made_count--;
	command.prp1 = (struct fuzz_pointer){FUZZ_S, below(fuzz, SOURCES_END) * 4096ull};
	for (uint32_t i = 0; i < count; i++) {
		uint32_t offset = (uint32_t)command.prp1.offset + i * (copy ? 32 : 16);
		uint64_t lba = prng_below(&fuzz->prng, fuzz->area - BLOCKS_MAX);
		/* All of them fit behind where a Copy begins. */
		uint32_t blocks = below(fuzz, copy ? BLOCKS_MAX / 4 : BLOCKS_MAX);

		put(fuzz, offset + (copy ? 8 : 0),
		    (struct fuzz_pointer){FUZZ_ABSOLUTE, copy ? lba : (uint64_t)blocks << 32});
		put(fuzz, offset + (copy ? 16 : 8),
		    (struct fuzz_pointer){FUZZ_ABSOLUTE, copy ? blocks : lba});
	}
	if (copy)
		command.command.cdw12 = (command.command.cdw12 & 0xffff0000u) | (count - 1);
	else
		command.command.cdw10 = count - 1;
	fuzz->made[fuzz->made_count++] = command;
}

/* Data beyond the area must not change, nor may queues that the fuzzer relies on. */
static bool allowed(const struct fuzz *fuzz, bool io, const struct nvme_command *command)
{
	if (io) /* a zone is larger than the area */
		return command->opcode != NVME_IO_ZONE_MANAGEMENT_SEND &&
		       command->opcode != NVME_IO_ZONE_APPEND;
	switch (command->opcode) {
	case NVME_ADMIN_FORMAT_NVM:
	case NVME_ADMIN_SANITIZE:
	case NVME_ADMIN_NAMESPACE_MANAGEMENT:
	case NVME_ADMIN_NAMESPACE_ATTACHMENT:
	case NVME_ADMIN_CAPACITY_MANAGEMENT:
		return fuzz->destroys;
	case NVME_ADMIN_DELETE_SQ:
	case NVME_ADMIN_DELETE_CQ:
	case NVME_ADMIN_CREATE_SQ:
	case NVME_ADMIN_CREATE_CQ:
		return (command->cdw10 & 0xffff) >= FUZZ_WILD || fuzz->wild;
	case NVME_ADMIN_DOORBELL_BUFFER_CONFIG: /* the real doorbells mean nothing any more */
		return fuzz->wild;
	case NVME_ADMIN_SET_FEATURES: /* for ever */
		return (command->cdw10 & 0xff) != NVME_FEATURE_WRITE_PROTECT;
	default:
		return true;
	}
}

static void fill_parts(struct fuzz *fuzz, const struct nvme_command_row *row,
		       struct nvme_command *command)
{
	uint32_t *dwords = (uint32_t *)command;

	for (unsigned i = 0; i < row->part_count; i++) {
		const struct nvme_command_part *part = &row->parts[i];
		unsigned width = part->high - part->low + 1u;
		uint32_t max = width < 32 ? (1u << width) - 1 : UINT32_MAX, value = some(fuzz, max);

		if (part->kind != NVME_PART)
			value &= once_in(fuzz, 8) ? MOVED_MAX : 1023;
		dwords[part->dword] |= value << part->low;
	}
	if (once_in(fuzz, 16))
		dwords[10 + below(fuzz, 6)] ^= 1u << below(fuzz, 32);
	/* No more than the slack behind S and D. */
	for (unsigned i = 0; i < row->part_count; i++)
		if (row->parts[i].kind != NVME_PART && row->parts[i].high == 31 &&
		    !row->parts[i].low)
			dwords[row->parts[i].dword] &= MOVED_MAX;
	if (command->opcode == NVME_ADMIN_GET_LOG_PAGE)
		command->cdw11 &= 0xffff0003u;
}

/* Wild queues: completion queues in D, submission queues in S, each in a page of its own. */
static void make_queue(struct fuzz *fuzz, struct fuzz_operation *operation, bool completion)
{
	uint32_t index = below(fuzz, FUZZ_WILD_COUNT), id = FUZZ_WILD + index;
	struct nvme_command *command = &operation->command;

	if (once_in(fuzz, 8))
		id = some(fuzz, 0xffff) | 8;
	command->nsid = 0;
	command->cdw10 = (once_in(fuzz, 8) ? some(fuzz, 0xffff) : FUZZ_WILD_SIZE - 1) << 16 | id;
	command->cdw11 =
		once_in(fuzz, 8) ? some(fuzz, 0xffff)
		: completion	 ? NVME_CREATE_CONTIGUOUS
			     : NVME_CREATE_CONTIGUOUS | (FUZZ_WILD + below(fuzz, FUZZ_WILD_COUNT))
								<< NVME_CREATE_SQ_CQID_SHIFT;
	operation->prp1 =
		(struct fuzz_pointer){completion ? FUZZ_D : FUZZ_S,
				      (completion ? 0 : QUEUES * 4096ull) + index * 4096ull};
	if (once_in(fuzz, 8))
		operation->prp1 = data(fuzz, completion ? DIRTY : OUT);
}

static void make_command(struct fuzz *fuzz, unsigned queue)
{
	bool io = queue != FUZZ_ADMIN;
	struct fuzz_operation *operation = make(fuzz, FUZZ_COMMAND);
	struct nvme_command *command = &operation->command;
	const struct nvme_command_row *row;
	const struct ct_namespace *ns;
	enum flow flow;

	operation->queue = (uint16_t)queue;
	do {
		memset(command, 0, sizeof(*command));
		command->opcode = (uint8_t)(once_in(fuzz, 20) ? below(fuzz, 256)
					    : io	      ? below(fuzz, 0x80)
							      : below(fuzz, 0x88));
		row = nvme_command_row(io, command->opcode);
		if (!row && !once_in(fuzz, 40))
			continue;
		command->nsid = some_nsid(fuzz);
		if (row)
			fill_parts(fuzz, row, command);
		if (!io && command->opcode == NVME_ADMIN_ASYNC_EVENT_REQUEST && !once_in(fuzz, 64))
			row = NULL;
	} while ((!row && !once_in(fuzz, 8)) || !allowed(fuzz, io, command));
	ns = find(fuzz, command->nsid);
	flow = NVME_OPCODE_DIRECTION(command->opcode) & NVME_DIRECTION_FROM_DEVICE ||
			       (!io && command->opcode == NVME_ADMIN_DOORBELL_BUFFER_CONFIG)
		       ? DIRTY
		       : OUT;
	if (io && command->opcode == NVME_IO_READ && ns && !ns->metadata.size)
		flow = BACK;
	if (once_in(fuzz, 64))
		command->flags |= (uint8_t)below(fuzz, 4);
	if (once_in(fuzz, 32))
		command->cdw2 = some(fuzz, UINT32_MAX);
	if (io)
		switch (command->opcode) {
		case NVME_IO_DATASET_MANAGEMENT:
			put_ranges(fuzz, operation, false);
			return;
		case NVME_IO_COPY:
			choose_blocks(fuzz, ns, command);
			command->cdw12 &= 0xffff0000u;
			put_ranges(fuzz, operation, true);
			return;
		default:
			choose_blocks(fuzz, ns, command);
		}
	else if (command->opcode == NVME_ADMIN_CREATE_CQ || command->opcode == NVME_ADMIN_CREATE_SQ)
		make_queue(fuzz, operation, command->opcode == NVME_ADMIN_CREATE_CQ);
	else if (command->opcode == NVME_ADMIN_DELETE_CQ || command->opcode == NVME_ADMIN_DELETE_SQ)
		command->cdw10 = FUZZ_WILD + below(fuzz, FUZZ_WILD_COUNT);
	if (io ||
	    (command->opcode != NVME_ADMIN_CREATE_CQ && command->opcode != NVME_ADMIN_CREATE_SQ))
		point(fuzz, operation, row, flow);
}

/* Registers whose writing changes nothing that the calm rounds rely on. */
static void make_register(struct fuzz *fuzz)
{
	static const uint16_t calm[] = {NVME_REG_INTMS, NVME_REG_INTMC, NVME_REG_CAP,
					NVME_REG_VS,	NVME_REG_CSTS,	NVME_REG_CMBLOC,
					NVME_REG_CMBSZ, NVME_REG_BPINFO};
	static const uint8_t widths[] = {4, 4, 4, 4, 8, 2, 1};
	bool write = once_in(fuzz, 2);
	struct fuzz_operation *operation = make(fuzz, write ? FUZZ_WRITE : FUZZ_READ);

	operation->width = widths[below(fuzz, sizeof(widths))];
	operation->offset = write && !fuzz->wild ? calm[below(fuzz, sizeof(calm) / sizeof(*calm))]
			    : once_in(fuzz, 3)	 ? below(fuzz, 0xe80)
						 : below(fuzz, 0x70) & ~3u;
	operation->value.offset = once_in(fuzz, 2) ? some(fuzz, UINT32_MAX) : nowhere(fuzz);
	if (!write)
		return;
	/* The admin queues may be anywhere that is harmless. */
	if (operation->offset >= NVME_REG_AQA && operation->offset < NVME_REG_CMBLOC) {
		operation->offset = once_in(fuzz, 2) ? NVME_REG_ASQ : NVME_REG_ACQ;
		operation->width = 8;
		operation->value = inside(fuzz, operation->offset == NVME_REG_ASQ ? FUZZ_S : FUZZ_D,
					  QUEUES, FUZZ_WILD_COUNT);
		operation->value.offset &= ~4095ull;
	}
	/* Memory of the controller's own in the place of the host's is nobody's mistake but ours.
	 */
	if ((operation->offset + operation->width > NVME_REG_CMBMSC &&
	     operation->offset < NVME_REG_CMBMSC + 8) ||
	    operation->offset + operation->width > NVME_REG_PMRMSCL)
		operation->value = (struct fuzz_pointer){FUZZ_ABSOLUTE, 0};
	/* One that reads all ones would be taken for gone. */
	if (operation->offset <= NVME_REG_CC && NVME_REG_CC - operation->offset < 8)
		operation->value.offset &= 0x00ffffff00ffffff;
	/* CC: mostly what a host would write. */
	if (operation->offset == NVME_REG_CC && !once_in(fuzz, 3)) {
		operation->width = 4;
		operation->value = (struct fuzz_pointer){
			FUZZ_ABSOLUTE, fuzz->ct->cc | (once_in(fuzz, 2) ? NVME_CC_EN : 0) |
					       (once_in(fuzz, 4) ? NVME_CC_SHN_NORMAL : 0)};
	}
}

static void make_doorbell(struct fuzz *fuzz)
{
	struct fuzz_operation *operation =
		make(fuzz, once_in(fuzz, 2) ? FUZZ_SQ_DOORBELL : FUZZ_CQ_DOORBELL);

	operation->queue = (uint16_t)(FUZZ_WILD + below(fuzz, FUZZ_WILD_COUNT));
	if (fuzz->wild && once_in(fuzz, 3))
		operation->queue = (uint16_t)below(fuzz, 80);
	operation->value.offset =
		once_in(fuzz, 4) ? some(fuzz, UINT32_MAX) : below(fuzz, FUZZ_WILD_SIZE);
}

static void make_more(struct fuzz *fuzz)
{
	unsigned queue;

	fuzz->made_count = fuzz->made_next = 0;
	switch (below(fuzz, 64)) {
	case 0 ... 3:
		make_register(fuzz);
		break;
	case 4 ... 7:
		make_doorbell(fuzz);
		break;
	case 8:
		make(fuzz, FUZZ_WAIT);
		break;
	case 9:
		if (once_in(fuzz, fuzz->wild ? 16 : 64))
			make(fuzz, FUZZ_RESET);
		break;
	case 10 ... 24:
		make_command(fuzz, FUZZ_ADMIN);
		if (!once_in(fuzz, 4))
			make(fuzz, FUZZ_RING)->queue = FUZZ_ADMIN;
		break;
	case 25 ... 29:
		queue = FUZZ_WILD + below(fuzz, FUZZ_WILD_COUNT);
		make_command(fuzz, queue);
		make(fuzz, FUZZ_RING)->queue = (uint16_t)queue;
		break;
	default:
		make_command(fuzz, FUZZ_IO);
		if (once_in(fuzz, 4))
			make(fuzz, FUZZ_RING)->queue = FUZZ_IO;
	}
}

struct fuzz_operation fuzz_next(struct fuzz *fuzz)
{
	while (fuzz->made_next == fuzz->made_count)
		make_more(fuzz);
	return fuzz->made[fuzz->made_next++];
}

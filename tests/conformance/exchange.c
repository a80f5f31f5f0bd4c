/* What a case sends, and what comes back: nothing is believed that the specification does not
 * allow. */
#include "tests/conformance/conformance.h"

#include "drivers/nvme/spec/names.h"
#include "lib/format.h"
#include "lib/string.h"

#define QUEUE_MEMORY(entries, size) ((size_t)(entries) * (size))

/* A case that asks for more than there can be is not for this controller. */
static void check_entries(struct ct *ct, unsigned id, unsigned entries)
{
	if (id && entries > ct_entries_max(ct))
		ct_skip(ct, "CAP.MQES allows I/O queues of %u entries", ct_entries_max(ct));
}

struct ct_cq *ct_cq(struct ct *ct, unsigned id, unsigned entries)
{
	struct ct_cq *cq;

	check_entries(ct, id, entries);
	cq = nvme_alloc(sizeof(*cq));
	if (!cq)
		ct_skip(ct, "out of memory");
	cq->next = ct->cqs;
	ct->cqs = cq;
	cq->id = (uint16_t)id;
	cq->size = entries;
	cq->entries = ct_buffer(ct, QUEUE_MEMORY(entries, sizeof(struct nvme_completion)));
	cq->bus = ct_bus((const void *)(uintptr_t)cq->entries);
	ct_queue_clear_cq(cq);
	cq->view.id = cq->id;
	cq->view.cq = cq->entries;
	cq->view.cq_end = cq->entries + entries;
	cq->view.sq_doorbell = nvme_sq_doorbell(&ct->registers, id);
	cq->view.cq_doorbell = nvme_cq_doorbell(&ct->registers, id);
	return cq;
}

struct ct_sq *ct_sq(struct ct *ct, unsigned id, unsigned entries, struct ct_cq *cq)
{
	struct ct_sq *sq;

	check_entries(ct, id, entries);
	sq = nvme_alloc(sizeof(*sq));
	if (!sq)
		ct_skip(ct, "out of memory");
	sq->next = ct->sqs;
	ct->sqs = sq;
	sq->id = (uint16_t)id;
	sq->size = entries;
	sq->cq = cq;
	sq->entries = ct_buffer(ct, QUEUE_MEMORY(entries, sizeof(struct nvme_command)));
	sq->bus = ct_bus(sq->entries);
	ct_queue_clear_sq(sq);
	sq->view.id = sq->id;
	sq->view.sq = sq->entries;
	sq->view.sq_doorbell = nvme_sq_doorbell(&ct->registers, id);
	sq->view.cq_doorbell = nvme_cq_doorbell(&ct->registers, id);
	return sq;
}

void ct_queue_clear_cq(struct ct_cq *cq)
{
	memset((void *)(uintptr_t)cq->entries, 0, cq->size * sizeof(struct nvme_completion));
	cq->head = cq->rung = 0;
	cq->phase = true;
}

void ct_queue_clear_sq(struct ct_sq *sq)
{
	memset(sq->entries, 0, sq->size * sizeof(struct nvme_command));
	sq->tail = sq->rung = 0;
}

/* The outstanding command with these numbers, by its index. */
static int find_outstanding(const struct ct *ct, unsigned sqid, unsigned cid)
{
	for (unsigned i = ct->outstanding_count; i-- > 0;)
		if (ct->outstanding[i].sqid == sqid && ct->outstanding[i].cid == cid)
			return (int)i;
	return -1;
}

static const char *opcode_name(unsigned sqid, unsigned opcode)
{
	return sqid ? nvme_io_name(opcode) : nvme_admin_name(opcode);
}

void ct_push_cid(struct ct *ct, struct ct_sq *sq, struct nvme_command command)
{
	if (ct->outstanding_count == CT_OUTSTANDING_MAX)
		ct_fail(ct, "the case has too many commands outstanding");
	sq->entries[sq->tail] = command;
	ct->outstanding[ct->outstanding_count++] =
		(struct ct_outstanding){sq->id, command.cid, command.opcode};
	if (nvme_tracing())
		nvme_trace->command(&sq->view, &sq->entries[sq->tail]);
	sq->tail = (sq->tail + 1) % sq->size;
}

uint16_t ct_push(struct ct *ct, struct ct_sq *sq, struct nvme_command command)
{
	/* FFFFh is special: Base, figure 87. */
	do {
		command.cid = ct->next_cid++;
	} while (command.cid == NVME_CID_NONE || find_outstanding(ct, sq->id, command.cid) >= 0);
	ct_push_cid(ct, sq, command);
	return command.cid;
}

void ct_ring(struct ct *ct, struct ct_sq *sq)
{
	(void)ct;
	sq->rung = sq->tail;
	nvme_write_barrier();
	nvme_bar_write(sq->view.sq_doorbell, sq->tail);
}

void ct_ring_cq(struct ct *ct, struct ct_cq *cq)
{
	(void)ct;
	cq->rung = cq->head;
	nvme_bar_write(cq->view.cq_doorbell, cq->head);
}

static const struct ct_sq *sq_of(const struct ct *ct, const struct ct_cq *cq, unsigned sqid)
{
	for (const struct ct_sq *sq = ct->sqs; sq; sq = sq->next)
		if (sq->id == sqid && sq->cq == cq)
			return sq;
	return NULL;
}

/* A new entry was taken: it is for a command that is outstanding, and its submission queue is one
 * of this completion queue's. */
static void check(struct ct *ct, const struct ct_cq *cq, const struct ct_answer *answer)
{
	const struct ct_sq *sq = sq_of(ct, cq, answer->sqid);
	int index = find_outstanding(ct, answer->sqid, answer->cid);

	CT_EXPECT(sq,
		  "expected a completion for a submission queue of completion queue %u, got "
		  "SQ ID %u (CID %04xh) [Base 3.3.3.2]",
		  cq->id, answer->sqid, answer->cid);
	CT_EXPECT(index >= 0,
		  "expected a completion for a command that is outstanding, got SQ %u, CID %04xh, "
		  "status %03xh [Base 3.3.3.2]",
		  answer->sqid, answer->cid, answer->status & NVME_STATUS_MASK);
	CT_EXPECT(answer->sqhd < sq->size, "expected SQHD below %u, got %u [Base 3.3.3.2]",
		  sq->size, answer->sqhd);
	ct->outstanding[index] = ct->outstanding[--ct->outstanding_count];
}

bool ct_peek(struct ct_cq *cq, struct ct_answer *answer)
{
	const volatile struct nvme_completion *entry = &cq->entries[cq->head];
	uint16_t status = entry->status;

	if ((status & 1) != cq->phase)
		return false;
	nvme_read_barrier();
	*answer = (struct ct_answer){
		.dw0 = entry->dw0,
		.dw1 = entry->dw1,
		.status = status >> 1,
		.sqhd = entry->sq_head,
		.sqid = entry->sq_id,
		.cid = entry->cid,
	};
	if (nvme_tracing()) {
		const volatile uint64_t *halves = (const volatile uint64_t *)entry;
		struct nvme_queue_entry both = {halves[0], halves[1]};

		nvme_trace->completion(&cq->view, &both);
	}
	cq->head = (cq->head + 1) % cq->size;
	if (!cq->head)
		cq->phase = !cq->phase;
	return true;
}

bool ct_look_only(struct ct *ct, struct ct_cq *cq, struct ct_answer *answer)
{
	if (!ct_peek(cq, answer))
		return false;
	check(ct, cq, answer);
	return true;
}

bool ct_look(struct ct *ct, struct ct_cq *cq, struct ct_answer *answer)
{
	if (!ct_look_only(ct, cq, answer))
		return false;
	ct_ring_cq(ct, cq);
	return true;
}

static void check_alive(struct ct *ct)
{
	uint32_t csts = nvme_get32(&ct->registers, NVME_REG_CSTS);

	if (csts == NVME_ALL_ONES)
		ct_hang(ct, "CSTS reads all ones");
	if (csts & NVME_CSTS_CFS)
		ct_hang(ct, "CSTS.CFS is set");
}

/* A turn of a loop that waits until then. */
static void turn(struct ct *ct, uint64_t until_ns)
{
	if (nvme_interrupted())
		ct_leave(ct, CT_SKIP, "interrupted");
	if (nvme_time_ns() >= until_ns) {
		check_alive(ct);
		ct_hang(ct, "no completion");
	}
	nvme_relax();
}

void ct_patient(struct ct *ct, uint64_t until_ns, const char *format, ...)
{
	char what[160];
	va_list args;

	if (nvme_interrupted())
		ct_leave(ct, CT_SKIP, "interrupted");
	if (nvme_time_ns() >= until_ns) {
		va_start(args, format);
		vsnprintf(what, sizeof(what), format, args);
		va_end(args);
		ct_hang(ct, what);
	}
	nvme_relax();
}

struct ct_answer ct_wait_any(struct ct *ct, struct ct_cq *cq)
{
	uint64_t until = nvme_time_ns() + ct->patience_ns;
	struct ct_answer answer;

	for (unsigned i = 0; i < ct->early_count; i++)
		if (sq_of(ct, cq, ct->early[i].sqid)) {
			answer = ct->early[i];
			for (; i + 1 < ct->early_count; i++)
				ct->early[i] = ct->early[i + 1];
			ct->early_count--;
			return answer;
		}
	while (!ct_look(ct, cq, &answer))
		turn(ct, until);
	return answer;
}

struct ct_answer ct_wait(struct ct *ct, struct ct_sq *sq, uint16_t cid)
{
	uint64_t until = nvme_time_ns() + ct->patience_ns;
	struct ct_answer answer;

	for (unsigned i = 0; i < ct->early_count; i++)
		if (ct->early[i].sqid == sq->id && ct->early[i].cid == cid) {
			answer = ct->early[i];
			ct->early[i] = ct->early[--ct->early_count];
			return answer;
		}
	for (;;) {
		if (!ct_look(ct, sq->cq, &answer)) {
			turn(ct, until);
			continue;
		}
		if (answer.sqid == sq->id && answer.cid == cid)
			return answer;
		ct->early[ct->early_count++] = answer;
	}
}

static _Noreturn void unexpected(struct ct *ct, const struct ct_answer *answer)
{
	ct_fail(ct, "expected no completion, got one: SQ %u, CID %04xh, status %03xh", answer->sqid,
		answer->cid, answer->status & NVME_STATUS_MASK);
}

void ct_silence(struct ct *ct, struct ct_cq *cq, uint64_t ns)
{
	uint64_t until = nvme_time_ns() + ns;
	struct ct_answer answer;

	for (unsigned i = 0; i < ct->early_count; i++)
		if (sq_of(ct, cq, ct->early[i].sqid))
			unexpected(ct, &ct->early[i]);
	do {
		if (ct_look(ct, cq, &answer))
			unexpected(ct, &answer);
		nvme_relax();
	} while (nvme_time_ns() < until);
}

void ct_pause(struct ct *ct, uint64_t ns)
{
	uint64_t until = nvme_time_ns() + ns;

	(void)ct;
	while (nvme_time_ns() < until)
		nvme_relax();
}

void ct_forget(struct ct *ct)
{
	ct->outstanding_count = ct->early_count = 0;
}

void ct_hang(struct ct *ct, const char *what)
{
	char list[200];
	size_t length = 0;

	list[0] = 0;
	for (unsigned i = 0; i < ct->outstanding_count && length < sizeof(list) - 48; i++)
		length += (size_t)snprintf(
			list + length, sizeof(list) - length, "%s%s (SQ %u, CID %04xh)",
			i ? ", " : "; outstanding: ",
			opcode_name(ct->outstanding[i].sqid, ct->outstanding[i].opcode),
			ct->outstanding[i].sqid, ct->outstanding[i].cid);
	ct->dirty = true;
	ct_leave(ct, CT_HANG, "%s%s", what, list);
}

struct ct_answer ct_run(struct ct *ct, struct ct_sq *sq, struct nvme_command command)
{
	uint16_t cid = ct_push(ct, sq, command);

	ct_ring(ct, sq);
	return ct_wait(ct, sq, cid);
}

struct ct_answer ct_ask(struct ct *ct, struct nvme_command command)
{
	return ct_run(ct, ct->admin, command);
}

struct ct_answer ct_do(struct ct *ct, struct nvme_command command)
{
	return ct_run(ct, ct->io, command);
}

void ct_sq_doorbell(struct ct *ct, unsigned id, uint32_t value)
{
	nvme_bar_write(nvme_sq_doorbell(&ct->registers, id), value);
}

void ct_cq_doorbell(struct ct *ct, unsigned id, uint32_t value)
{
	nvme_bar_write(nvme_cq_doorbell(&ct->registers, id), value);
}

struct nvme_command ct_create_cq(const struct ct_cq *cq)
{
	return (struct nvme_command){
		.opcode = NVME_ADMIN_CREATE_CQ,
		.prp1 = cq->bus,
		.cdw10 = NVME_QUEUE_CDW10(cq->id, cq->size),
		.cdw11 = NVME_CREATE_CONTIGUOUS,
	};
}

struct nvme_command ct_create_sq(const struct ct_sq *sq)
{
	return (struct nvme_command){
		.opcode = NVME_ADMIN_CREATE_SQ,
		.prp1 = sq->bus,
		.cdw10 = NVME_QUEUE_CDW10(sq->id, sq->size),
		.cdw11 = NVME_CREATE_CONTIGUOUS | (uint32_t)sq->cq->id << NVME_CREATE_SQ_CQID_SHIFT,
	};
}

struct nvme_command ct_delete_cq(unsigned id)
{
	return (struct nvme_command){.opcode = NVME_ADMIN_DELETE_CQ, .cdw10 = id};
}

struct nvme_command ct_delete_sq(unsigned id)
{
	return (struct nvme_command){.opcode = NVME_ADMIN_DELETE_SQ, .cdw10 = id};
}

struct ct_sq *ct_pair(struct ct *ct, unsigned id, unsigned entries)
{
	struct ct_cq *cq = ct_cq(ct, id, entries);
	struct ct_sq *sq = ct_sq(ct, id, entries, cq);

	ct->dirty = true;
	ct_success(ct, "Create I/O Completion Queue", ct_ask(ct, ct_create_cq(cq)));
	ct_success(ct, "Create I/O Submission Queue", ct_ask(ct, ct_create_sq(sq)));
	return sq;
}

unsigned ct_entries_max(const struct ct *ct)
{
	return NVME_CAP_MQES(ct->registers.cap) + 1;
}

unsigned ct_entries(const struct ct *ct, unsigned wanted)
{
	return wanted < ct_entries_max(ct) ? wanted : ct_entries_max(ct);
}

void ct_ask_queues(struct ct *ct)
{
	ct_success(ct, "Set Features, Number of Queues",
		   ct_ask(ct, ct_set_feature(NVME_FEATURE_NUMBER_OF_QUEUES, 0, 0xfffefffe)));
}

unsigned ct_queues(struct ct *ct)
{
	struct ct_answer answer = ct_ask(ct, ct_get_feature(NVME_FEATURE_NUMBER_OF_QUEUES, 0, 0));
	unsigned sqs = (answer.dw0 & 0xffff) + 1, cqs = (answer.dw0 >> 16) + 1;

	ct_success(ct, "Get Features, Number of Queues", answer);
	return sqs < cqs ? sqs : cqs;
}

void ct_prp(struct ct *ct, struct nvme_command *command, void *data, size_t size)
{
	size_t page = ct->page_size, first = page - ct_bus(data) % page, count;
	uint64_t *list;
	char *rest;

	command->prp1 = ct_bus(data);
	command->prp2 = 0;
	if (size <= first)
		return;
	rest = (char *)data + first;
	count = (size - first + page - 1) / page;
	if (count == 1) {
		command->prp2 = ct_bus(rest);
		return;
	}
	/* The last entry of a page that is full points to the next page. */
	list = ct_buffer(ct, (count + (count - 1) / (page / 8 - 1)) * 8);
	command->prp2 = ct_bus(list);
	for (size_t i = 0, at = 0; i < count; i++, at++) {
		if (at % (page / 8) == page / 8 - 1 && i + 1 < count) {
			list[at] = ct_bus(&list[at + 1]);
			at++;
		}
		list[at] = ct_bus(rest + i * page);
	}
}

struct nvme_command ct_identify(struct ct *ct, unsigned cns, uint32_t nsid, void *page)
{
	struct nvme_command command = {.opcode = NVME_ADMIN_IDENTIFY, .nsid = nsid, .cdw10 = cns};

	if (page)
		ct_prp(ct, &command, page, NVME_IDENTIFY_SIZE);
	return command;
}

struct nvme_command ct_get_log(struct ct *ct, unsigned lid, uint32_t nsid, void *buffer,
			       size_t size)
{
	uint32_t dwords = (uint32_t)(size / 4) - 1;
	struct nvme_command command = {
		.opcode = NVME_ADMIN_GET_LOG_PAGE,
		.nsid = nsid,
		.cdw10 = lid | dwords << 16,
		.cdw11 = dwords >> 16,
	};

	if (buffer)
		ct_prp(ct, &command, buffer, size);
	return command;
}

struct nvme_command ct_get_feature(unsigned fid, unsigned select, uint32_t nsid)
{
	return (struct nvme_command){
		.opcode = NVME_ADMIN_GET_FEATURES,
		.nsid = nsid,
		.cdw10 = fid | select << NVME_GET_FEATURES_SELECT_SHIFT,
	};
}

struct nvme_command ct_set_feature(unsigned fid, uint32_t nsid, uint32_t cdw11)
{
	return (struct nvme_command){
		.opcode = NVME_ADMIN_SET_FEATURES, .nsid = nsid, .cdw10 = fid, .cdw11 = cdw11};
}

struct nvme_command ct_nsid_command(unsigned opcode, uint32_t nsid)
{
	return (struct nvme_command){.opcode = (uint8_t)opcode, .nsid = nsid};
}

struct nvme_command ct_rw(struct ct *ct, unsigned opcode, const struct ct_namespace *ns,
			  uint64_t slba, unsigned blocks, void *buffer)
{
	struct nvme_command command = {
		.opcode = (uint8_t)opcode,
		.nsid = ns->nsid,
		.cdw10 = (uint32_t)slba,
		.cdw11 = (uint32_t)(slba >> 32),
		.cdw12 = (blocks - 1) & 0xffff,
	};

	if (buffer)
		ct_prp(ct, &command, buffer, (size_t)blocks * ns->block_size);
	return command;
}

/* Ranges are data to the controller: in memory of their own. */
static struct nvme_command with_ranges(struct ct *ct, unsigned opcode,
				       const struct ct_namespace *ns, const void *ranges,
				       size_t size)
{
	struct nvme_command command = ct_nsid_command(opcode, ns->nsid);
	void *buffer = ct_buffer(ct, size);

	memcpy(buffer, ranges, size);
	ct_prp(ct, &command, buffer, size);
	return command;
}

struct nvme_command ct_dsm(struct ct *ct, const struct ct_namespace *ns,
			   const struct nvme_dsm_range *ranges, unsigned count, uint32_t attributes)
{
	struct nvme_command command =
		with_ranges(ct, NVME_IO_DATASET_MANAGEMENT, ns, ranges, count * sizeof(*ranges));

	command.cdw10 = count - 1;
	command.cdw11 = attributes;
	return command;
}

struct nvme_command ct_copy(struct ct *ct, const struct ct_namespace *ns, uint64_t to,
			    const struct nvme_copy_range *ranges, unsigned count)
{
	struct nvme_command command =
		with_ranges(ct, NVME_IO_COPY, ns, ranges, count * sizeof(*ranges));

	command.cdw10 = (uint32_t)to;
	command.cdw11 = (uint32_t)(to >> 32);
	command.cdw12 = NVME_COPY_CDW12(count, 0);
	return command;
}

struct nvme_command ct_any(const struct ct *ct)
{
	return ct_nsid_command(NVME_IO_FLUSH, ct->namespace_count ? ct->namespaces[0].nsid : 1);
}

void ct_run_any(struct ct *ct, struct ct_sq *sq, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		ct_run(ct, sq, ct_any(ct));
}

static uint64_t read_width(const volatile char *address, unsigned width)
{
	switch (width) {
	case 1:
		return nvme_read8(address);
	case 2:
		return nvme_read16(address);
	case 8:
		return nvme_read64(address);
	default:
		return nvme_read32(address);
	}
}

uint64_t ct_read(struct ct *ct, unsigned offset, unsigned width)
{
	const volatile char *address = ct->registers.bar + offset;
	uint64_t value = read_width(address, width);

	if (nvme_tracing())
		nvme_trace->read(address, width, value);
	return value;
}

void ct_write(struct ct *ct, unsigned offset, unsigned width, uint64_t value)
{
	volatile char *address = ct->registers.bar + offset;

	if (nvme_tracing())
		nvme_trace->write(address, width, value);
	switch (width) {
	case 1:
		nvme_write8(address, (uint8_t)value);
		break;
	case 2:
		nvme_write16(address, (uint16_t)value);
		break;
	case 8:
		nvme_write64(address, value);
		break;
	default:
		nvme_write32(address, (uint32_t)value);
	}
}

/* Resets by CC.EN and what they leave, shutdowns, and the reset of the whole subsystem. */
#include "tests/conformance/conformance.h"

#include "lib/string.h"

static void works(struct ct *ct)
{
	uint8_t *page = ct_buffer(ct, NVME_IDENTIFY_SIZE);

	ct_success(ct, "Identify Controller behind it",
		   ct_ask(ct, ct_identify(ct, NVME_CNS_CONTROLLER, 0, page)));
	ct_equal(ct, "the vendor ID of Identify Controller", ct->identify->vid,
		 ((struct nvme_identify_controller *)(void *)page)->vid);
}

static void reset(struct ct *ct)
{
	ct_disable(ct);
	ct_enable(ct);
}

/* Without AQA, ASQ and ACQ, which a reset by CC.EN leaves alone. */
static void reset_only(struct ct *ct)
{
	ct_disable(ct);
	ct_queue_clear_sq(ct->admin);
	ct_queue_clear_cq(ct->admin->cq);
	nvme_write_barrier();
	nvme_set32(&ct->registers, NVME_REG_CC, ct->cc | NVME_CC_EN);
	CT_UNTIL(ct_csts(ct) & NVME_CSTS_RDY, "CSTS.RDY stays 0 after CC.EN = 1");
	ct->state = CT_ADMIN;
	ct->registers.was_ready = true;
}

static void set_queues(struct ct *ct)
{
	ct_success(ct, "Set Features, Number of Queues",
		   ct_ask(ct, ct_set_feature(NVME_FEATURE_NUMBER_OF_QUEUES, 0, 0xfffefffe)));
}

/* ---- The admin queue ---- */

static void keeps_bases(struct ct *ct)
{
	uint64_t asq = nvme_get64(&ct->registers, NVME_REG_ASQ),
		 acq = nvme_get64(&ct->registers, NVME_REG_ACQ);
	uint32_t aqa = nvme_get32(&ct->registers, NVME_REG_AQA);

	ct_disable(ct);
	ct_equal(ct, "ASQ to stay", asq, nvme_get64(&ct->registers, NVME_REG_ASQ));
	ct_equal(ct, "ACQ to stay", acq, nvme_get64(&ct->registers, NVME_REG_ACQ));
	ct_equal(ct, "AQA to stay", aqa, nvme_get32(&ct->registers, NVME_REG_AQA));
}

/* After so many commands heads, tails and phase are elsewhere. */
static void begins_anew(struct ct *ct)
{
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < ct->argument; i++)
			works(ct);
		reset_only(ct);
	}
	for (unsigned i = 0; i < ct->admin->size + 2; i++)
		works(ct);
}

static void unconsumed(struct ct *ct)
{
	for (unsigned i = 0; i < ct->argument; i++)
		ct_push(ct, ct->admin, ct_get_feature(NVME_FEATURE_ARBITRATION, 0, 0));
	ct_ring(ct, ct->admin);
	ct_pause(ct, 300000);
	reset_only(ct);
	ct_silence(ct, ct->admin->cq, 200000);
	works(ct);
}

/* What was pushed and not rung is no command of the controller behind the reset. */
static void unrung(struct ct *ct)
{
	uint8_t *page = ct_buffer(ct, NVME_IDENTIFY_SIZE);

	for (unsigned i = 0; i < 5; i++)
		ct_push(ct, ct->admin, ct_identify(ct, NVME_CNS_CONTROLLER, 0, page));
	reset(ct);
	ct_silence(ct, ct->admin->cq, 200000);
	ct_all(ct, "the buffer of commands without doorbell", CT_FRESH, page, NVME_IDENTIFY_SIZE);
	works(ct);
}

/* More completions than the queue has room for when it is reset */
static void full(struct ct *ct)
{
	ct_disable(ct);
	ct_admin_queue(ct, 64, 4);
	ct_enable(ct);
	unconsumed(ct);
}

/* ---- I/O queues ---- */

static void queues_are_gone(struct ct *ct)
{
	struct ct_cq *cq = ct_cq(ct, 1, ct_entries(ct, 8));
	struct ct_sq *sq = ct_sq(ct, 1, ct_entries(ct, 8), ct->io->cq);

	reset(ct);
	set_queues(ct);
	ct_status(ct, "Delete I/O Submission Queue of one that was there before",
		  NVME_SC_INVALID_QUEUE_ID, ct_ask(ct, ct_delete_sq(1)));
	ct_status_of(ct, "Delete I/O Completion Queue of one that was there before",
		     CT_STATUSES(NVME_SC_INVALID_QUEUE_ID, NVME_SC_INVALID_CQ),
		     ct_ask(ct, ct_delete_cq(1)));
	ct_status(ct, "Create I/O Submission Queue for a completion queue of before",
		  NVME_SC_INVALID_CQ, ct_ask(ct, ct_create_sq(sq)));
	ct_success(ct, "Create I/O Completion Queue", ct_ask(ct, ct_create_cq(cq)));
}

static void old_doorbell(struct ct *ct)
{
	struct nvme_command command = {.opcode = NVME_IO_FLUSH, .nsid = NVME_NSID_ALL};
	struct ct_sq *sq;

	CT_NEED(!ct->argument || ct_queues(ct) > ct->argument, "there is one I/O queue");
	sq = ct_pair(ct, 1 + ct->argument, ct_entries(ct, 8));

	reset(ct);
	ct_push(ct, sq, command);
	ct_ring(ct, sq);
	ct_silence(ct, sq->cq, 500000);
	ct_ring_cq(ct, sq->cq);
	/* What else comes of a doorbell without a queue is undefined. */
	ct_forget(ct);
	reset(ct);
	works(ct);
}

static void queues_again(struct ct *ct)
{
	uint8_t *block = ct_buffer(ct, ct->ns->block_size);

	for (unsigned i = 0; i < 10; i++) {
		struct ct_sq *sq;

		reset(ct);
		set_queues(ct);
		sq = ct_pair(ct, 1, ct_entries(ct, 4 + i));
		for (unsigned j = 0; j < 5; j++)
			ct_success(ct, "Read",
				   ct_run(ct, sq, ct_rw(ct, NVME_IO_READ, ct->ns, j, 1, block)));
		reset(ct);
		set_queues(ct);
	}
}

static void queue_count(struct ct *ct)
{
	ct_status(ct, "Set Features, Number of Queues while there are I/O queues",
		  NVME_SC_SEQUENCE_ERROR,
		  ct_ask(ct, ct_set_feature(NVME_FEATURE_NUMBER_OF_QUEUES, 0, 0)));
	reset(ct);
	set_queues(ct);
	CT_EXPECT(ct_queues(ct) >= 1, "expected an I/O queue, got none");
}

/* ---- Work in flight ---- */

#define FLIGHT(opcode, count, rounds) ((opcode) | (count) << 8 | (rounds) << 16)

/* Once CSTS.RDY is 0 nothing moves any more. */
static void in_flight(struct ct *ct)
{
	unsigned opcode = ct->argument & 0xff, count = ct->argument >> 8 & 0xff,
		 rounds = ct->argument >> 16, size = ct->ns->block_size;
	uint8_t *bytes = ct_buffer(ct, (size_t)count * size);
	uint8_t *wanted = ct_buffer(ct, size), *older = ct_buffer(ct, size);

	CT_NEED(ct->ns->size >= count, "the namespace is small");
	ct_save(ct, ct->ns, 0, count);
	ct_write_pattern(ct, ct->ns, 0, count, 1);
	for (unsigned round = 0; round < rounds; round++) {
		memset(bytes, CT_FRESH, (size_t)count * size);
		for (unsigned i = 0; i < count; i++) {
			uint8_t *block = bytes + (size_t)i * size;

			if (opcode == NVME_IO_WRITE)
				ct_pattern(ct->ns, i, 2, block);
			ct_push(ct, ct->io, ct_rw(ct, opcode, ct->ns, i, 1, block));
		}
		ct_ring(ct, ct->io);
		ct_disable(ct);
		memset(bytes, 0xa7, (size_t)count * size);
		ct_pause(ct, 100000);
		ct_all(ct, "buffers to stay behind a reset", 0xa7, bytes, (size_t)count * size);
		ct_bring_to(ct, CT_IO);
		ct->dirty = true;
	}
	for (unsigned i = 0; i < count; i++) {
		ct_success(ct, "Read behind a reset",
			   ct_do(ct, ct_rw(ct, NVME_IO_READ, ct->ns, i, 1, bytes)));
		ct_pattern(ct->ns, i, 2, wanted);
		ct_pattern(ct->ns, i, 1, older);
		if (opcode == NVME_IO_READ || memcmp(bytes, wanted, size) != 0)
			ct_same(ct, "a whole block, old or new:", older, bytes, size);
	}
}

static void admin_in_flight(struct ct *ct)
{
	uint8_t *page = ct_buffer(ct, NVME_IDENTIFY_SIZE);

	for (unsigned round = 0; round < 10; round++) {
		for (unsigned i = 0; i < ct->argument; i++)
			ct_push(ct, ct->admin, ct_identify(ct, NVME_CNS_CONTROLLER, 0, page));
		ct_ring(ct, ct->admin);
		ct_disable(ct);
		memset(page, 0xa7, NVME_IDENTIFY_SIZE);
		ct_enable(ct);
		ct_silence(ct, ct->admin->cq, 50000);
		ct_all(ct, "a buffer to stay behind a reset", 0xa7, page, NVME_IDENTIFY_SIZE);
		works(ct);
	}
}

/* Asynchronous Event Requests end with the reset, and as many can be sent again. */
static void events(struct ct *ct)
{
	unsigned limit = ct->identify->aerl + 1u;
	struct nvme_command request = {.opcode = NVME_ADMIN_ASYNC_EVENT_REQUEST};

	if (limit > ct->admin->size - 2)
		limit = ct->admin->size - 2;
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < limit; i++)
			ct_push(ct, ct->admin, request);
		ct_ring(ct, ct->admin);
		works(ct);
		ct_silence(ct, ct->admin->cq, 50000);
		reset(ct);
		ct_silence(ct, ct->admin->cq, 50000);
		works(ct);
	}
}

/* ---- Features ---- */

/* What is not saved, and not persistent (Base, figure 317), has its default again: what it was
 * behind another reset. */
static void feature(struct ct *ct)
{
	unsigned fid = ct->argument >> 24;
	uint32_t value = ct->argument & 0xffffff, before;
	struct ct_answer answer;

	CT_NEED(fid != NVME_FEATURE_VOLATILE_WRITE_CACHE || ct->identify->vwc & NVME_VWC_PRESENT,
		"there is no volatile write cache");
	reset(ct);
	before = ct_feature(ct, fid, 0);
	answer = ct_ask(ct, ct_set_feature(fid, 0, value == before ? value ^ 1 : value));
	CT_NEED(!(answer.status & NVME_STATUS_MASK), "the feature cannot be set");
	CT_NEED(ct_feature(ct, fid, 0) != before, "the feature does not change");
	reset(ct);
	ct_equal(ct, "the feature's value as behind the reset before", before,
		 ct_feature(ct, fid, 0));
}

static void mask(struct ct *ct)
{
	ct->dirty = true;
	nvme_set32(&ct->registers, NVME_REG_INTMS, 1);
	CT_NEED(nvme_get32(&ct->registers, NVME_REG_INTMS) & 1, "the mask cannot be set");
	ct_disable(ct);
	ct_equal(ct, "INTMS behind a reset", 0, nvme_get32(&ct->registers, NVME_REG_INTMS));
}

/* ---- Again and again ---- */

static void twice(struct ct *ct)
{
	for (unsigned i = 0; i < 3; i++) {
		ct_disable(ct);
		nvme_set32(&ct->registers, NVME_REG_CC, ct->cc);
		nvme_set32(&ct->registers, NVME_REG_CC, 0);
		ct_equal(ct, "CSTS", 0, ct_csts(ct) & ~NVME_CSTS_NSSRO);
		ct_enable(ct);
		works(ct);
	}
}

static void many(struct ct *ct)
{
	for (unsigned i = 0; i < 20; i++)
		reset(ct);
	works(ct);
}

/* ---- Shutdown ---- */

static void shut_down(struct ct *ct, uint32_t how)
{
	ct->dirty = true;
	nvme_set32(&ct->registers, NVME_REG_CC, ct->cc | NVME_CC_EN | how);
	CT_UNTIL(NVME_CSTS_SHST(ct_csts(ct)) == 2, "CSTS.SHST does not become 10b");
}

static void shutdown(struct ct *ct)
{
	ct_equal(ct, "CSTS.SHST before", 0, NVME_CSTS_SHST(ct_csts(ct)));
	shut_down(ct, ct->argument);
	ct_disable(ct);
	ct_equal(ct, "CSTS.SHST behind a reset", 0, NVME_CSTS_SHST(ct_csts(ct)));
	ct_enable(ct);
	ct_equal(ct, "CSTS behind it", NVME_CSTS_RDY, ct_csts(ct) & ~NVME_CSTS_NSSRO);
	works(ct);
}

/* What is sent then is nobody's business; a reset makes it good. */
static void after_shutdown(struct ct *ct)
{
	shut_down(ct, ct->argument);
	for (unsigned i = 0; i < 4; i++)
		ct_push(ct, ct->admin, ct_get_feature(NVME_FEATURE_ARBITRATION, 0, 0));
	ct_ring(ct, ct->admin);
	ct_sq_doorbell(ct, 1, 1);
	ct_pause(ct, 300000);
	reset(ct);
	ct_silence(ct, ct->admin->cq, 50000);
	works(ct);
}

static void shutdown_keeps_data(struct ct *ct)
{
	ct_save(ct, ct->ns, 0, 8);
	ct_write_pattern(ct, ct->ns, 0, 8, 3);
	if (ct->argument == NVME_CC_SHN_NORMAL) {
		ct_success(ct, "Delete I/O Submission Queue", ct_ask(ct, ct_delete_sq(1)));
		ct_success(ct, "Delete I/O Completion Queue", ct_ask(ct, ct_delete_cq(1)));
	}
	shut_down(ct, ct->argument);
	ct_bring_to(ct, CT_IO);
	ct->dirty = true;
	ct_expect_pattern(ct, ct->ns, 0, 8, 3);
}

static void shutdown_in_flight(struct ct *ct)
{
	uint8_t *bytes = ct_buffer(ct, 32 * (size_t)ct->ns->block_size);

	for (unsigned i = 0; i < 32; i++)
		ct_push(ct, ct->io,
			ct_rw(ct, NVME_IO_READ, ct->ns, i, 1,
			      bytes + (size_t)i * ct->ns->block_size));
	ct_ring(ct, ct->io);
	shut_down(ct, ct->argument);
	reset(ct);
	works(ct);
}

/* ---- NVM Subsystem Reset ---- */

static void subsystem_reset(struct ct *ct)
{
	CT_NEED(NVME_CAP_NSSRS(ct->registers.cap), "CAP.NSSRS is 0");
	CT_NEED(!(ct->identify->cmic & 2), "the subsystem may have other controllers");
	CT_NEED(ct->claim->restore, "the function cannot be restored");
	ct->dirty = true;
	nvme_set32(&ct->registers, NVME_REG_NSSR, NVME_NSSR_RESET);
	ct_forget(ct);
	ct->state = CT_DISABLED;
	CT_UNTIL(ct->claim->restore(ct->claim->pci) == 0, "the PCI function does not come back");
	ct->claim->bus_master(ct->claim->pci, true);
	ct_equal(ct, "CC.EN", 0, nvme_get32(&ct->registers, NVME_REG_CC) & NVME_CC_EN);
	ct_equal(ct, "CSTS with NSSRO alone", NVME_CSTS_NSSRO, ct_csts(ct));
	nvme_set32(&ct->registers, NVME_REG_CSTS, NVME_CSTS_NSSRO);
	ct_equal(ct, "CSTS once NSSRO is cleared", 0, ct_csts(ct));
	ct_enable(ct);
	works(ct);
}

#define FEATURE(fid, value) ((uint32_t)(fid) << 24 | (value))

static const struct ct_case cases[] = {
	CT_CASE("AQA, ASQ and ACQ stay over a reset", "Base 3.7.2", keeps_bases, CT_ADMIN),
	CT_CASE("heads, tails and phase begin anew, AQA not written", "Base 3.7.2", begins_anew,
		CT_ADMIN, .argument = 5),
	CT_CASE("the same behind more commands than the queue holds", "Base 3.7.2", begins_anew,
		CT_ADMIN, .argument = 70),
	CT_CASE("completions that nobody took are gone", "Base 3.7.2", unconsumed, CT_ADMIN,
		.argument = 5),
	CT_CASE("completions of a whole queue that nobody took are gone", "Base 3.7.2", unconsumed,
		CT_ADMIN, .argument = 63),
	CT_CASE("completions that wait for room are gone", "Base 3.7.2", full, CT_ADMIN,
		.argument = 20),
	CT_CASE("commands without doorbell are gone", "Base 3.7.2", unrung, CT_ADMIN),
	CT_CASE("I/O queues are deleted", "Base 3.7.2", queues_are_gone, CT_IO),
	CT_CASE("doorbells of an I/O queue of before are ignored", "Base 3.7.2", old_doorbell,
		CT_ADMIN, .argument = 0),
	CT_CASE("doorbells of the second I/O queue of before are ignored", "Base 3.7.2",
		old_doorbell, CT_IO, .argument = 1),
	CT_CASE("I/O queues are created again with other sizes, 10 times", "Base 3.7.2",
		queues_again, CT_BLOCKS),
	CT_CASE("Number of Queues can be set again", "Base 5.27.1.5", queue_count, CT_IO),
	CT_CASE("reset with a Read in flight", "Base 3.7.2", in_flight, CT_WRITES,
		.argument = FLIGHT(NVME_IO_READ, 1, 1)),
	CT_CASE("reset with 60 Reads in flight", "Base 3.7.2", in_flight, CT_WRITES,
		.argument = FLIGHT(NVME_IO_READ, 60, 1)),
	CT_CASE("reset with 60 Writes in flight", "Base 3.7.2", in_flight, CT_WRITES,
		.argument = FLIGHT(NVME_IO_WRITE, 60, 1)),
	CT_CASE("10 resets with 30 Reads in flight", "Base 3.7.2", in_flight, CT_WRITES,
		.argument = FLIGHT(NVME_IO_READ, 30, 10)),
	CT_CASE("10 resets with 30 Writes in flight", "Base 3.7.2", in_flight, CT_WRITES,
		.argument = FLIGHT(NVME_IO_WRITE, 30, 10)),
	CT_CASE("10 resets with 60 admin commands in flight", "Base 3.7.2", admin_in_flight,
		CT_ADMIN, .argument = 60),
	CT_CASE("Asynchronous Event Requests are gone", "Base 3.7.2", events, CT_ADMIN),
	CT_CASE("Arbitration is as it was", "Base 4.2", feature, CT_ADMIN,
		.argument = FEATURE(NVME_FEATURE_ARBITRATION, 2)),
	CT_CASE("Temperature Threshold is as it was", "Base 4.2", feature, CT_ADMIN,
		.argument = FEATURE(NVME_FEATURE_TEMPERATURE_THRESHOLD, 0x150)),
	CT_CASE("Volatile Write Cache is as it was", "Base 4.2", feature, CT_ADMIN,
		.argument = FEATURE(NVME_FEATURE_VOLATILE_WRITE_CACHE, 0)),
	CT_CASE("Interrupt Coalescing is as it was", "Base 4.2", feature, CT_ADMIN,
		.argument = FEATURE(NVME_FEATURE_INTERRUPT_COALESCING, 0x0101)),
	CT_CASE("Asynchronous Event Configuration is as it was", "Base 4.2", feature, CT_ADMIN,
		.argument = FEATURE(NVME_FEATURE_ASYNC_EVENT, 1)),
	CT_CASE("Interrupt Mask is cleared", "Base 3.1.3.3", mask, CT_ADMIN),
	CT_CASE("CC.EN = 0 again changes nothing", "Base 3.1.3.5", twice, CT_ADMIN),
	CT_CASE("20 resets one behind the other", "Base 3.7.2", many, CT_ADMIN),
	CT_CASE("normal shutdown: SHST 10b, and 00b behind a reset", "Base 3.6.1", shutdown,
		CT_ADMIN, .argument = NVME_CC_SHN_NORMAL),
	CT_CASE("abrupt shutdown: SHST 10b, and 00b behind a reset", "Base 3.6.1", shutdown,
		CT_ADMIN, .argument = NVME_CC_SHN_ABRUPT),
	CT_CASE("normal shutdown with I/O queues", "Base 3.6.1", shutdown, CT_IO,
		.argument = NVME_CC_SHN_NORMAL),
	CT_CASE("abrupt shutdown with I/O queues", "Base 3.6.1", shutdown, CT_IO,
		.argument = NVME_CC_SHN_ABRUPT),
	CT_CASE("commands behind a normal shutdown do no harm beyond a reset", "Base 3.6.1",
		after_shutdown, CT_IO, .argument = NVME_CC_SHN_NORMAL),
	CT_CASE("commands behind an abrupt shutdown do no harm beyond a reset", "Base 3.6.1",
		after_shutdown, CT_IO, .argument = NVME_CC_SHN_ABRUPT),
	CT_CASE("a normal shutdown keeps what was written", "Base 3.6.1", shutdown_keeps_data,
		CT_WRITES, .argument = NVME_CC_SHN_NORMAL),
	CT_CASE("an abrupt shutdown keeps what was written", "Base 3.6.1", shutdown_keeps_data,
		CT_WRITES, .argument = NVME_CC_SHN_ABRUPT),
	CT_CASE("abrupt shutdown with Reads in flight", "Base 3.6.1", shutdown_in_flight, CT_BLOCKS,
		.argument = NVME_CC_SHN_ABRUPT),
	CT_CASE("NVM subsystem reset: CSTS.NSSRO, and disabled", "Base 3.7.1", subsystem_reset,
		CT_IO),
	{.name = NULL},
};
CONFORMANCE_GROUP("reset", cases);

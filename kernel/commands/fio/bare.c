/* Bare jobs: places, commands and times of many, and nothing else. */
#include "kernel/commands/fio/bare.h"

#include "drivers/nvme/load_loop.h"
#include "drivers/nvme/spec/status.h"
#include "kernel/commands/command.h"
#include "kernel/commands/fio/settle.h"
#include "kernel/x86/time.h"
#include "lib/errno.h"

/* Commands that were sent together: theirs are the same times. */
struct batch {
	uint64_t begun, submitted;
	unsigned in_flight;
};

/* Those of a batch that have been found ended in this turn. */
struct tally {
	struct batch *batch;
	uint32_t count;
};

#define NOWHERE UINT64_MAX

struct fio_bare {
	struct fio_job *job;
	struct nvme_load *load;
	struct batch *batches; /* one more than there are commands: one is always free */
	unsigned batch_count;
	struct batch *sending;	 /* what is sent in this turn */
	struct tally tallies[2]; /* reads, writes */
	uint64_t now_ns;	 /* of the turn */
	uint64_t left;		 /* commands that may still begin */
	unsigned block_shift;
	unsigned ended; /* since the last turn, and counted */
};

bool fio_is_bare(const struct fio_job *job)
{
	const struct fio_options *options = &job->options;
	uint64_t costs = 0;

	for (unsigned i = 0; i < FIO_DIRECTIONS; i++)
		costs |= job->byte_cost[i] | job->command_cost[i];
	return job->target_count == 1 && job->orders[0].fixed && !costs && !options->fsync &&
	       !options->fdatasync && !options->zoned && !options->verify &&
	       !fio_log_wanted(options) && !(options->rw & (FIO_RW_TRIM | FIO_RW_ZEROES));
}

static enum fio_direction direction_of(const struct nvme_slot *slot)
{
	return slot->command.opcode == NVME_IO_WRITE ? FIO_WRITE : FIO_READ;
}

static uint8_t opcode_of(enum fio_direction direction)
{
	return direction == FIO_WRITE ? NVME_IO_WRITE : NVME_IO_READ;
}

static void count(struct fio_bare *bare, enum fio_direction direction, struct batch *batch,
		  uint64_t ended, uint32_t number)
{
	const struct fio_together commands = {
		.begun = batch->begun,
		/* Another CPU's clock may have told. */
		.submitted = batch->submitted < ended ? batch->submitted : ended,
		.ended = ended,
		.bytes = number * bare->job->orders[0].unit,
		.count = number,
	};

	fio_results_add(&bare->job->results, direction, &commands);
	batch->in_flight -= number;
	bare->ended += number;
}

/* Counts what it has, which is at least one. */
__attribute__((noinline)) static void flush(struct fio_bare *bare, struct tally *tally)
{
	count(bare, (enum fio_direction)(tally - bare->tallies), tally->batch, bare->now_ns,
	      tally->count);
	tally->count = 0;
}

/* The next offset of an order that is not uniform, for a command of this slot; NOWHERE: there is
 * none. At the end of a pass begins another. */
__attribute__((noinline)) static uint64_t find_by_order(struct fio_order *order,
							struct nvme_slot *slot)
{
	struct fio_place place;

	if (!fio_order_next(order, &place)) {
		fio_order_again(order);
		if (!fio_order_next(order, &place))
			return NOWHERE;
	}
	nvme_command_set_opcode(&slot->command, opcode_of(place.direction));
	return place.offset;
}

/* The slot's next command, if there is one. */
__attribute__((always_inline)) static inline bool
send_next(struct fio_bare *bare, struct nvme_channel *channel, struct nvme_slot *slot)
{
	struct fio_order *order = &bare->job->orders[0];
	uint64_t offset;

	if (!bare->left)
		return false;
	if (__builtin_expect(order->uniform, true)) {
		offset = fio_order_draw(order);
	} else {
		offset = find_by_order(order, slot);
		if (offset == NOWHERE) {
			bare->left = 0;
			return false;
		}
	}
	bare->left--;
	slot->context = bare->sending;
	nvme_load_again(channel, slot, offset >> bare->block_shift);
	return true;
}

__attribute__((noinline)) static bool
send_first(struct fio_bare *bare, struct nvme_channel *channel, struct nvme_slot *slot)
{
	return send_next(bare, channel, slot);
}

__attribute__((always_inline)) static inline void succeeded(struct nvme_channel *channel,
							    struct nvme_slot *slot, uint64_t result)
{
	struct fio_bare *bare = nvme_load_loop(channel);
	struct tally *tally = &bare->tallies[direction_of(slot)];
	struct batch *batch = slot->context;

	(void)result;
	if (tally->batch != batch) {
		if (tally->count)
			flush(bare, tally);
		tally->batch = batch;
	}
	tally->count++;
	if (!send_next(bare, channel, slot))
		nvme_slot_release(channel, slot);
}

/* The job's failure, as one of its units has it. */
static void failed(struct fio_bare *bare, enum fio_direction direction, uint64_t offset, int error)
{
	struct fio_job *job = bare->job;
	const struct fio_unit unit = {
		.request.error = error,
		.target = &job->targets[0],
		.kind = FIO_UNIT_IO,
		.direction = direction,
		.offset = offset,
		.size = job->orders[0].unit,
	};

	fio_failed(job, &unit);
}

/* What has failed, and what was looked at by somebody else, be it while it is traced or because the
 * controller is reset: the next command is sent in the next turn. */
static void done(struct nvme_channel *channel, struct nvme_slot *slot, struct nvme_answer answer)
{
	struct fio_bare *bare = nvme_load_loop(channel);
	const struct nvme_command *command = &slot->command;
	uint64_t lba = (uint64_t)command->cdw11 << 32 | command->cdw10;
	struct batch *batch = slot->context;
	int error = answer.error ? answer.error : nvme_status_errno(answer.status);

	if (error) {
		batch->in_flight--;
		failed(bare, direction_of(slot), lba << bare->block_shift, error);
	} else {
		count(bare, direction_of(slot), batch, time_ns(), 1);
	}
	nvme_slot_release(channel, slot);
}

struct fio_bare *fio_bare_make(struct fio_job *job)
{
	unsigned depth = (unsigned)job->options.iodepth;
	struct fio_bare *bare = alloc_or_fail(sizeof(*bare));
	struct batch *batches = alloc_or_fail((depth + 1) * sizeof(*batches));

	for (unsigned i = 0; i <= depth; i++)
		batches[i] = (struct batch){0};
	*bare = (struct fio_bare){
		.job = job,
		.batches = batches,
		.batch_count = depth + 1,
		.sending = batches,
		.block_shift = (unsigned)__builtin_ctz(job->targets[0].block_size),
	};
	return bare;
}

/* Commands that the job may have in all. */
static uint64_t limit_of(const struct fio_job *job)
{
	uint64_t size = job->orders[0].unit, count = job->limit_bytes / size;

	count += job->limit_bytes % size != 0;
	return count < job->limit ? count : job->limit;
}

void fio_bare_use(struct fio_bare *bare, struct nvme_load *load)
{
	const struct fio_job *job = bare->job;
	uint32_t blocks = (uint32_t)(job->orders[0].unit >> bare->block_shift);

	bare->load = load;
	if (!load) {
		bare->job->in_flight = 0;
		return;
	}
	load->loop = bare;
	bare->left = limit_of(job);
	for (unsigned i = 0; i < load->channel.slot_count; i++) {
		struct nvme_slot *slot = &load->channel.slots[i];
		unsigned char *data =
			job->units.buffers + nvme_slot_index(slot) * job->units.buffer_size;

		nvme_load_prepare(load, slot, opcode_of(job->orders[0].direction), data, blocks);
		nvme_slot_prepare(slot, done, NULL, true);
	}
}

/* What was sent is told to the controller and counted; the next goes to another batch, of which no
 * command is under way. */
static void ring(struct fio_bare *bare, struct nvme_channel *channel, uint64_t sent)
{
	struct fio_job *job = bare->job;

	bare->sending->begun = bare->now_ns;
	bare->sending->submitted = time_ns();
	bare->sending->in_flight += (unsigned)sent;
	nvme_queue_ring_sq(&channel->queue);
	job->begun += sent;
	job->begun_bytes += sent * job->orders[0].unit;
	fio_results_batch(job->results.submits, (unsigned)sent);
	while (bare->sending->in_flight)
		if (++bare->sending == bare->batches + bare->batch_count)
			bare->sending = bare->batches;
}

/* Slots that do nothing, at the start and behind what done() got. */
static void fill(struct fio_bare *bare, struct nvme_channel *channel)
{
	struct nvme_slot *slot;

	nvme_channel_set_deadline(channel);
	while (bare->left && (slot = nvme_slot_take(channel))) {
		if (send_first(bare, channel, slot))
			fio_results_depth(&bare->job->results, nvme_channel_in_flight(channel), 1);
		else
			nvme_slot_release(channel, slot);
	}
}

static void take_and_send(struct fio_bare *bare, struct nvme_channel *channel)
{
	struct fio_results *results = &bare->job->results;
	unsigned depth = nvme_channel_in_flight(channel);
	uint64_t left = bare->left;

	if (nvme_load_take(channel, succeeded)) {
		for (unsigned i = 0; i < 2; i++)
			if (bare->tallies[i].count)
				flush(bare, &bare->tallies[i]);
		fio_results_depth(results, depth, left - bare->left);
	}
	if (bare->ended)
		fio_results_batch(results->completes, bare->ended);
	if (channel->free && bare->left)
		fill(bare, channel);
	if (left != bare->left)
		ring(bare, channel, left - bare->left);
}

__attribute__((aligned(4096))) unsigned fio_bare_turn(struct fio_bare *bare)
{
	struct nvme_channel *channel = &bare->load->channel;
	struct fio_job *job = bare->job;
	int error = bare->load->error;
	unsigned ended;

	bare->now_ns = time_ns();
	if (error && !job->stopping)
		failed(bare, job->orders[0].direction, 0, error);
	if (job->stopping)
		bare->left = 0;
	if (!error)
		take_and_send(bare, channel);
	if (!bare->left)
		job->stopping = true;
	job->in_flight = nvme_channel_in_flight(channel);
	ended = bare->ended;
	bare->ended = 0;
	return ended;
}

uint64_t fio_bare_now(const struct fio_bare *bare)
{
	return bare->now_ns;
}

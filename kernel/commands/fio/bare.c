/* Bare jobs: places, commands and times of many, and nothing else. */
#include "kernel/commands/fio/bare.h"

#include "drivers/nvme/load_loop.h"
#include "drivers/nvme/spec/status.h"
#include "kernel/commands/command.h"
#include "kernel/commands/fio/settle.h"
#include "kernel/x86/time.h"
#include "lib/errno.h"

/* Commands of one direction that were sent together: theirs are the same times. */
struct batch {
	uint64_t begun, submitted;
	enum fio_direction direction;
	unsigned in_flight;
	unsigned found; /* of those, have been found ended in this turn */
	struct batch *next_found;
};

#define NOWHERE	   UINT64_MAX
#define DIRECTIONS 2 /* reads, writes */

struct fio_bare {
	struct fio_job *job;
	struct nvme_load *load;
	struct batch *batches[DIRECTIONS]; /* one more than commands: there is a free one */
	unsigned batch_count;		   /* of each */
	struct batch *sending[DIRECTIONS]; /* what is sent in this turn */
	struct batch *found;		   /* the first with commands that were found ended */
	uint64_t now_ns;		   /* of the turn */
	uint64_t left;			   /* commands that may still begin */
	uint64_t units, unit_blocks, first_lba;
	unsigned block_shift;
	unsigned ended; /* since the last turn, and counted */
	bool uniform;	/* the order is */
};

/* What a turn has at hand: in registers. */
struct turn {
	struct fio_bare *bare;
	uint64_t left, quick;
	struct batch *sending; /* of a uniform order */
	struct batch *found; /* of the last command that was found ended, and how many before it */
	unsigned found_count;
};

bool fio_is_bare(const struct fio_job *job)
{
	const struct fio_options *options = &job->options;
	uint64_t costs = 0;

	for (unsigned i = 0; i < FIO_DIRECTIONS; i++)
		costs |= job->byte_cost[i] | job->command_cost[i];
	return job->orders[0].fixed && !costs && !options->fsync && !options->fdatasync;
}

static uint8_t opcode_of(enum fio_direction direction)
{
	return direction == FIO_WRITE ? NVME_IO_WRITE : NVME_IO_READ;
}

static void count(struct fio_bare *bare, struct batch *batch, uint64_t ended, unsigned number)
{
	const struct fio_together commands = {
		.begun = batch->begun,
		/* Another CPU's clock may have told. */
		.submitted = batch->submitted < ended ? batch->submitted : ended,
		.ended = ended,
		.bytes = number * bare->job->orders[0].unit,
		.count = number,
	};

	fio_results_add(&bare->job->results, batch->direction, &commands);
	batch->in_flight -= number;
	bare->ended += number;
}

/* So many of its commands have been found ended, one at least. */
__attribute__((noinline)) static void found(struct fio_bare *bare, struct batch *batch,
					    unsigned number)
{
	if (!batch->found) {
		batch->next_found = bare->found;
		bare->found = batch;
	}
	batch->found += number;
}

static void count_found(struct fio_bare *bare)
{
	for (; bare->found; bare->found = bare->found->next_found) {
		count(bare, bare->found, bare->now_ns, bare->found->found);
		bare->found->found = 0;
	}
}

/* The next place of an order that is not uniform, for a command of this slot; NOWHERE: there is
 * none. At the end of a pass begins another. */
__attribute__((noinline)) static uint64_t find_by_order(struct fio_bare *bare,
							struct nvme_slot *slot)
{
	struct fio_order *order = &bare->job->orders[0];
	struct fio_place place;
	struct batch *batch;

	if (!fio_order_next(order, &place)) {
		fio_order_again(order);
		if (!fio_order_next(order, &place))
			return NOWHERE;
	}
	nvme_command_set_opcode(&slot->command, opcode_of(place.direction));
	batch = bare->sending[place.direction];
	batch->in_flight++;
	slot->context = batch;
	return place.offset >> bare->block_shift;
}

/* The slot's next command, if there is one. */
__attribute__((always_inline)) static inline bool
send_next(struct turn *turn, struct nvme_channel *channel, struct nvme_slot *slot)
{
	struct fio_bare *bare = turn->bare;
	uint64_t lba;

	if (!turn->left)
		return false;
	if (__builtin_expect(bare->uniform, true)) {
		lba = bare->first_lba +
		      prng_quick_below(&turn->quick, bare->units) * bare->unit_blocks;
		slot->context = turn->sending;
	} else {
		lba = find_by_order(bare, slot);
		if (lba == NOWHERE) {
			bare->job->stopping = true;
			return false;
		}
	}
	turn->left--;
	nvme_load_again(channel, slot, lba);
	return true;
}

__attribute__((always_inline)) static inline void
succeeded(void *context, struct nvme_channel *channel, struct nvme_slot *slot, uint64_t result)
{
	struct turn *turn = context;
	struct batch *batch = slot->context;

	(void)result;
	if (turn->found != batch) {
		if (turn->found_count)
			found(turn->bare, turn->found, turn->found_count);
		turn->found = batch;
		turn->found_count = 0;
	}
	turn->found_count++;
	if (!send_next(turn, channel, slot))
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
		failed(bare, batch->direction, lba << bare->block_shift, error);
	} else {
		count(bare, batch, time_ns(), 1);
	}
	nvme_slot_release(channel, slot);
}

struct fio_bare *fio_bare_make(struct fio_job *job)
{
	const struct fio_order *order = &job->orders[0];
	unsigned shift = (unsigned)__builtin_ctz(job->targets[0].block_size);
	unsigned batches = (unsigned)job->options.iodepth + 1;
	struct fio_bare *bare = alloc_or_fail(sizeof(*bare));

	*bare = (struct fio_bare){
		.job = job,
		.batch_count = batches,
		.units = order->units,
		.unit_blocks = order->unit >> shift,
		.first_lba = order->start >> shift,
		.block_shift = shift,
		.uniform = order->uniform,
	};
	for (unsigned i = 0; i < DIRECTIONS; i++) {
		bare->batches[i] = bare->sending[i] = alloc_or_fail(batches * sizeof(struct batch));
		for (unsigned at = 0; at < batches; at++)
			bare->batches[i][at] = (struct batch){.direction = (enum fio_direction)i};
	}
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

		nvme_load_prepare(load, slot, opcode_of(job->orders[0].direction), data,
				  (uint32_t)bare->unit_blocks);
		nvme_slot_prepare(slot, done, NULL, true);
	}
}

/* What was sent is told to the controller and counted; the next goes to other batches, of which no
 * command is under way. */
static void ring(struct fio_bare *bare, struct nvme_channel *channel, uint64_t sent)
{
	struct fio_job *job = bare->job;
	uint64_t sent_ns = time_ns();

	if (bare->uniform)
		bare->sending[job->orders[0].direction]->in_flight += (unsigned)sent;
	for (unsigned i = 0; i < DIRECTIONS; i++) {
		bare->sending[i]->begun = bare->now_ns;
		bare->sending[i]->submitted = sent_ns;
	}
	nvme_queue_ring_sq(&channel->queue);
	job->begun += sent;
	job->begun_bytes += sent * job->orders[0].unit;
	fio_results_batch(job->results.submits, (unsigned)sent);
	for (unsigned i = 0; i < DIRECTIONS; i++)
		while (bare->sending[i]->in_flight)
			if (++bare->sending[i] == bare->batches[i] + bare->batch_count)
				bare->sending[i] = bare->batches[i];
}

/* Slots that do nothing, at the start and behind what done() got. */
__attribute__((always_inline)) static inline void fill(struct turn *turn,
						       struct nvme_channel *channel)
{
	struct nvme_slot *slot;

	nvme_channel_set_deadline(channel);
	while (turn->left && (slot = nvme_slot_take(channel))) {
		if (!send_next(turn, channel, slot)) {
			nvme_slot_release(channel, slot);
			return;
		}
		fio_results_depth(&turn->bare->job->results, nvme_channel_in_flight(channel), 1);
	}
}

__attribute__((always_inline)) static inline void take_and_send(struct fio_bare *bare,
								struct nvme_channel *channel)
{
	struct fio_order *order = &bare->job->orders[0];
	struct fio_results *results = &bare->job->results;
	unsigned depth = nvme_channel_in_flight(channel);
	struct turn turn = {
		.bare = bare,
		.left = bare->left,
		.quick = order->quick,
		.sending = bare->sending[order->direction],
	};

	if (nvme_load_take(channel, succeeded, &turn)) {
		if (turn.found_count)
			found(bare, turn.found, turn.found_count);
		count_found(bare);
		fio_results_depth(results, depth, bare->left - turn.left);
	}
	if (bare->ended)
		fio_results_batch(results->completes, bare->ended);
	if (channel->free && turn.left)
		fill(&turn, channel);
	if (bare->uniform)
		order->quick = turn.quick;
	if (turn.left != bare->left)
		ring(bare, channel, bare->left - turn.left);
	else
		nvme_queue_ring_sq(&channel->queue); /* what failed may have been sent again */
	bare->left = turn.left;
}

/* QEMU's TCG goes from block to block of code faster within a page. */
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

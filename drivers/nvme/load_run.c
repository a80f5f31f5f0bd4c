/* The bare loop: nothing but reads, or writes, of one size. A completion is followed by the next
 * command of the same slot at once, of which only the place is new. */
#include "drivers/nvme/load.h"

#include "drivers/nvme/controller.h"
#include "drivers/nvme/load_loop.h"
#include "lib/prng.h"

static inline uint64_t next_lba(struct nvme_load_run *run)
{
	uint64_t place;

	if (run->random) {
		place = prng_quick_below(&run->seed, run->places);
	} else {
		place = run->place++;
		if (run->place == run->places)
			run->place = 0;
	}
	return run->lba + place * run->blocks;
}

static inline void send_next(struct nvme_channel *channel, struct nvme_slot *slot,
			     struct nvme_load_run *run)
{
	run->begun++;
	nvme_load_again(channel, slot, next_lba(run));
}

static inline bool more(const struct nvme_load_run *run)
{
	return run->begun < __atomic_load_n(&run->limit, __ATOMIC_RELAXED);
}

/* For nvme_load_failed(), and for what CPU 0 takes or ends. */
static void run_done(struct nvme_channel *channel, struct nvme_slot *slot,
		     struct nvme_answer answer)
{
	struct nvme_load_run *run = slot->context;

	run->ended++;
	if (answer.status) {
		run->errors++;
		nvme_load_run_stop(run);
		if (!run->error) {
			run->error = answer.error ? answer.error : nvme_status_errno(answer.status);
			run->status = answer.status;
			run->error_lba = (uint64_t)slot->command.cdw11 << 32 | slot->command.cdw10;
		}
	}
	if (more(run) && !nvme_load_of(channel)->closing)
		send_next(channel, slot, run);
	else
		nvme_slot_release(channel, slot);
}

static inline void succeeded(void *context, struct nvme_channel *channel, struct nvme_slot *slot,
			     uint64_t result)
{
	struct nvme_load_run *run = context;

	(void)result;
	run->ended++;
	if (more(run))
		send_next(channel, slot, run);
	else
		nvme_slot_release(channel, slot);
}

void nvme_load_run_begin(struct nvme_load *load, struct nvme_load_run *run)
{
	struct nvme_channel *channel = &load->channel;
	uint8_t *data = run->data;
	struct nvme_slot *slot;

	run->place = 0;
	if (!run->limit)
		run->limit = UINT64_MAX;
	nvme_channel_set_deadline(channel);
	while (more(run) && !load->error && (slot = nvme_slot_take(channel))) {
		if (!nvme_load_prepare(load, slot, run->opcode, data, run->blocks)) {
			nvme_slot_release(channel, slot);
			break;
		}
		data += (size_t)run->blocks << load->namespace->block_shift;
		nvme_slot_prepare(slot, run_done, run, true);
		send_next(channel, slot, run);
	}
	nvme_load_ring(load);
}

void nvme_load_run_stop(struct nvme_load_run *run)
{
	/* Not 0, which has no end where the loop has yet to begin. */
	__atomic_store_n(&run->limit, 1, __ATOMIC_RELAXED);
}

bool nvme_load_run_turn(struct nvme_load *load, struct nvme_load_run *run)
{
	if (!nvme_load_goes_on(load)) {
		if (!run->error)
			run->error = load->error;
		return false;
	}
	if (nvme_load_take(&load->channel, succeeded, run))
		nvme_queue_ring_sq(&load->channel.queue);
	return load->channel.in_flight;
}

/* Channels on loan: the loop's side, and how they are opened and closed. What CPU 0 does to them is
 * in load_control.c. */
#include "drivers/nvme/load.h"

#include "drivers/nvme/admin.h"
#include "drivers/nvme/controller.h"
#include "drivers/nvme/deadline.h"
#include "lib/errno.h"

#define CREATE_ATTEMPTS 2
#define LOOKS_MAX	64u /* of a wait that spins, before others have a turn */

/*
 * The loop's side
 */

void nvme_load_enter(struct nvme_load *load)
{
	uint32_t word = NVME_LOAD_FREE;

	while (!__atomic_compare_exchange_n(&load->word, &word, NVME_LOAD_RUNS, false,
					    __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
		word = NVME_LOAD_FREE;
		nvme_relax();
	}
}

void nvme_load_leave(struct nvme_load *load)
{
	uint32_t word = NVME_LOAD_RUNS;

	while (!__atomic_compare_exchange_n(&load->word, &word, NVME_LOAD_FREE, false,
					    __ATOMIC_RELEASE, __ATOMIC_RELAXED)) {
		word = NVME_LOAD_RUNS;
		nvme_load_goes_on(load);
	}
}

/* The acknowledgement: behind it nothing of the channel is touched until CPU 0 says so. */
__attribute__((noinline, cold)) static void stand_still(struct nvme_load *load)
{
	uint32_t freeze = NVME_LOAD_FREEZE;

	/* Not where CPU 0 has given up waiting for it. */
	if (!__atomic_compare_exchange_n(&load->word, &freeze, NVME_LOAD_FROZEN, false,
					 __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		return;
	while (__atomic_load_n(&load->word, __ATOMIC_ACQUIRE) == NVME_LOAD_FROZEN)
		nvme_relax();
}

bool nvme_load_goes_on(struct nvme_load *load)
{
	if (__atomic_load_n(&load->word, __ATOMIC_ACQUIRE) == NVME_LOAD_FREEZE)
		stand_still(load);
	return !load->error;
}

int nvme_load_error(const struct nvme_load *load)
{
	return load->error;
}

static void io_done(struct nvme_channel *channel, struct nvme_slot *slot, struct nvme_answer answer)
{
	struct nvme_load_io *io = slot->context;

	nvme_slot_release(channel, slot);
	io->done(io, answer.error ? answer.error : nvme_status_errno(answer.status), answer.status);
}

void nvme_load_fill(struct nvme_slot *slot, const struct nvme_load *load, uint8_t opcode,
		    uint64_t lba, uint32_t blocks)
{
	nvme_command_set_opcode(&slot->command, opcode);
	slot->command.nsid = load->namespace->nsid;
	nvme_command_set_lba(&slot->command, lba);
	slot->command.cdw12 = blocks ? blocks - 1 : 0;
}

bool nvme_load_place(struct nvme_load *load, struct nvme_slot *slot, void *data, uint32_t blocks)
{
	const size_t size = (size_t)blocks << load->namespace->block_shift;
	const struct block_segment segment = {data, size};
	const struct nvme_cursor cursor = {&segment, 0};
	struct nvme_prp_list list;

	slot->command.prp2 = 0;
	if (((uintptr_t)data & (NVME_PAGE_SIZE - 1)) + size <= NVME_PAGE_SIZE) {
		slot->command.prp1 = size ? nvme_dma_address(data) : 0;
		return true;
	}
	list = nvme_slot_list(&load->channel, slot);
	return nvme_prp_build(&cursor, size, &list, &slot->command.prp1, &slot->command.prp2) ==
	       size;
}

static bool is_reset(const struct nvme_load *load)
{
	return load->frozen && load->controller->state == NVME_RESETTING;
}

static void push(struct nvme_load *load, struct nvme_slot *slot, uint64_t deadline_ns)
{
	if (is_reset(load))
		slot->state = NVME_SLOT_HELD; /* sent behind the reset */
	else
		nvme_channel_push(&load->channel, slot, deadline_ns);
}

/* Of what is sent now. What the controller is told of together has one. */
static uint64_t deadline(struct nvme_load *load)
{
	struct nvme_channel *channel = &load->channel;

	return nvme_queue_is_rung(&channel->queue) ? nvme_channel_deadline(channel)
						   : channel->deadline_ns;
}

bool nvme_load_send(struct nvme_load *load, struct nvme_load_io *io)
{
	struct nvme_channel *channel = &load->channel;
	struct nvme_slot *slot;

	if (load->error || load->closing)
		return false;
	slot = nvme_slot_take(channel);
	if (!slot)
		return false;
	nvme_slot_prepare(slot, io_done, io, true);
	nvme_load_fill(slot, load, io->opcode, io->lba, io->blocks);
	if (!nvme_load_place(load, slot, io->data, io->blocks)) {
		nvme_slot_release(channel, slot);
		return false;
	}
	push(load, slot, deadline(load));
	return true;
}

void nvme_load_ring(struct nvme_load *load)
{
	if (!load->error && !is_reset(load))
		nvme_channel_ring(&load->channel);
}

unsigned nvme_load_reap(struct nvme_load *load)
{
	return load->error ? 0 : nvme_channel_reap(&load->channel);
}

unsigned nvme_load_in_flight(const struct nvme_load *load)
{
	return nvme_channel_in_flight(&load->channel);
}

unsigned nvme_load_await(struct nvme_load *load)
{
	struct nvme_controller *controller = load->controller;
	unsigned reaped, looks = 0;
	bool rested;

	if (!controller)
		return 0;
	do {
		rested = nvme_interrupts_rest(controller) || controller->interrupts.noted;
		nvme_interrupts_look(&controller->interrupts);
		/* What is behind a halt that no interrupt ended is for those who know all queues;
		 * so is what other loads, the block layer or somebody who waits for an admin
		 * command have, which a halt for this load alone would not see. */
		if (controller->state != NVME_LIVE || controller->interrupts.suspicious ||
		    controller->interrupts.admin_noted || controller->polling.busy ||
		    controller->loads.first != load || load->next || load->frozen ||
		    load->closing || load->error)
			return 0;
		reaped = load->attention.turn(load->attention.context);
	} while (!reaped && !rested && ++looks < LOOKS_MAX);
	if (reaped)
		nvme_interrupts_wait_over(controller, reaped);
	return reaped;
}

/* A command that failed is sent again where the controller says that it may be, as often as the
 * block layer would; delays that it asks for are left out. */
void nvme_load_failed(struct nvme_channel *channel, struct nvme_slot *slot,
		      struct nvme_answer answer)
{
	struct nvme_load *load = nvme_load_of(channel);

	if (answer.status & NVME_STATUS_DNR || slot->retries >= NVME_RETRIES_MAX || load->error ||
	    load->closing) {
		slot->done(channel, slot, answer);
		return;
	}
	slot->retries++;
	channel->statistics.retries++;
	push(load, slot, channel->deadline_ns);
}

/* Counted already; CPU 0 says it. */
static void load_ignored(struct nvme_channel *channel, const struct nvme_queue_entry *entry)
{
	(void)channel;
	(void)entry;
}

static const struct nvme_channel_functions load_functions = {
	.failed = nvme_load_failed,
	.ignored = load_ignored,
};

/*
 * CPU 0's side: open and close
 */

unsigned nvme_load_queues(const struct nvme_controller *controller)
{
	unsigned left = controller->loads.queues;

	for (const struct nvme_load *load = controller->loads.first; load; load = load->next)
		left -= left > 0; /* a reset may have granted fewer than there are */
	return controller->state == NVME_LIVE ? left : 0;
}

/* The lowest number that no other has. */
static uint16_t free_id(const struct nvme_controller *controller)
{
	const struct nvme_load *load = controller->loads.first;
	uint16_t id = (uint16_t)controller->channel_count;

	while (load) {
		if (load->channel.queue.id == id) {
			id++;
			load = controller->loads.first;
		} else {
			load = load->next;
		}
	}
	return id;
}

/* Entries for so many commands; 0: the controller has no queue that large. */
static unsigned entries_for(const struct nvme_controller *controller, unsigned depth)
{
	unsigned entries = 2;

	while (entries < depth + 1)
		entries *= 2;
	return entries <= NVME_CAP_MQES(controller->registers.cap) + 1 ? entries : 0;
}

int nvme_load_check(const struct nvme_namespace *namespace, unsigned depth, uint32_t size)
{
	const struct nvme_controller *controller = namespace->controller;
	uint64_t most = (uint64_t) namespace->blocks_max << namespace->block_shift;

	if (!controller || controller->state == NVME_GONE || controller->state == NVME_DEAD ||
	    controller->state == NVME_SHUT_DOWN || namespace->block.gone)
		return -ENODEV;
	if (controller->state != NVME_LIVE)
		return -EBUSY;
	if (!nvme_namespace_is_disk(namespace) || namespace->csi != NVME_CSI_NVM ||
	    namespace->metadata.size || controller->options.data == NVME_DATA_SGL ||
	    controller->options.cmb)
		return -EOPNOTSUPP;
	if (!depth || depth > NVME_SLOTS_MAX || size > most ||
	    size > controller->setup.transfer_max || !entries_for(controller, depth))
		return -EINVAL;
	return nvme_load_queues(controller) ? 0 : -ENOSPC;
}

/* Leaves that many slots. */
static void limit(struct nvme_channel *channel, unsigned depth)
{
	while (channel->slot_count > depth) {
		struct nvme_slot *slot = &channel->slots[--channel->slot_count];
		struct nvme_slot **link = &channel->free;

		while (*link != slot)
			link = &(*link)->next;
		*link = slot->next;
	}
}

/* 0 or a negative errno, with nothing left in the controller. A reset, which may come with the
 * very turn that has an answer, takes what there is of the queue pair: then once more. */
static int create(struct nvme_load *load, unsigned depth, uint32_t size)
{
	struct nvme_controller *controller = load->namespace->controller;
	struct nvme_queue *queue = &load->channel.queue;

	for (unsigned attempt = 0; attempt < CREATE_ATTEMPTS; attempt++) {
		uint64_t resets = controller->recovery.resets;
		int error;

		nvme_shadow_attach(controller, queue);
		error = nvme_create_queue(controller, queue, load->attention.turn);
		if (controller->state == NVME_LIVE && controller->recovery.resets == resets) {
			if (error < 0)
				nvme_reset(controller); /* it may have half of it */
			return error > 0 ? -EIO : error;
		}
		error = nvme_load_check(load->namespace, depth, size);
		if (error)
			return error;
		nvme_queue_clear(queue);
	}
	return -EIO;
}

void nvme_loads_hold(void)
{
	for (struct nvme_controller *c = nvme_first(); c; c = nvme_next(c))
		nvme_loads_freeze(c);
}

void nvme_loads_release(void)
{
	for (struct nvme_controller *c = nvme_first(); c; c = nvme_next(c))
		nvme_loads_thaw(c);
}

int nvme_load_open(struct nvme_namespace *namespace, unsigned depth, uint32_t size,
		   const struct nvme_load_attention *attention, struct nvme_load **result)
{
	struct nvme_controller *controller = namespace->controller;
	int error = nvme_load_check(namespace, depth, size);
	struct nvme_load *load;

	if (error)
		return error;
	const struct nvme_channel_config config = {
		.registers = &controller->registers,
		.id = free_id(controller),
		.entries = entries_for(controller, depth),
		.transfer_max = size,
		.timeout_ns = controller->io_timeout_ns,
		.functions = &load_functions,
	};

	load = nvme_alloc(sizeof(*load));
	if (!load)
		return -ENOMEM;
	error = nvme_channel_init(&load->channel, &config);
	if (error) {
		nvme_free(load);
		return error;
	}
	load->namespace = namespace;
	if (attention)
		load->attention = *attention;
	limit(&load->channel, depth);
	error = create(load, depth, size);
	if (error) {
		nvme_channel_free(&load->channel);
		nvme_free(load);
		return error;
	}
	load->block_shift = namespace->block_shift;
	load->created = true;
	nvme_loads_add(controller, load);
	/* Meanwhile, when it was no load yet that would have ended with it. */
	if (namespace->block.gone) {
		nvme_load_close(load);
		return -ENODEV;
	}
	*result = load;
	return 0;
}

void nvme_load_close(struct nvme_load *load)
{
	if (load->controller)
		nvme_load_take_away(load, -EINTR);
	nvme_load_end(load, -EINTR); /* what is not taken away, too: nobody is told later */
	if (load->controller)
		nvme_loads_remove(load);
	nvme_channel_free(&load->channel);
	nvme_free(load);
}

/* Polling: turns of those who wait, and the looks now and then at deadlines, doorbells and the
 * controller's health. */
#include "drivers/nvme/poll.h"

#include "drivers/nvme/controller.h"
#include "drivers/nvme/deadline.h"
#include "drivers/nvme/io.h"
#include "lib/errno.h"

#define SLOW_POLLS     64		      /* polls between two looks at the clock */
#define HEALTH_NS      (10 * NVME_NS_PER_MS)  /* between two looks at CSTS while waiting */
#define PAUSE_UNIT_NS  (100 * NVME_NS_PER_MS) /* MTFA: Base, section 5.17.2.1 */
#define PAUSE_USUAL_NS (30000 * NVME_NS_PER_MS)
#define PAUSE_MAX_NS   (600000 * NVME_NS_PER_MS)

/* Registers that read all ones are what is left of a controller that was pulled out, but also of
 * one whose function sleeps or has lost its addresses: with the reset of another controller of its
 * subsystem, for one. */
static bool comes_back(struct nvme_controller *controller)
{
	return nvme_restore(controller) == 0 &&
	       nvme_get32(&controller->registers, NVME_REG_CSTS) != NVME_ALL_ONES;
}

/* A controller that activates firmware may complete nothing for a while, and says so by CSTS.PP: no
 * command is late meanwhile. For as long as MTFA allows; where it says nothing, or too much, what
 * is usual. */
static void look_at_pause(struct nvme_controller *controller, bool paused, uint64_t now_ns)
{
	uint64_t longest_ns = controller->identify->mtfa * PAUSE_UNIT_NS;

	if (!longest_ns)
		longest_ns = PAUSE_USUAL_NS;
	if (longest_ns > PAUSE_MAX_NS)
		longest_ns = PAUSE_MAX_NS;
	if (paused && !controller->polling.paused_at_ns) {
		controller->polling.paused_at_ns = now_ns;
		nvme_warning(controller, "commands are paused (CSTS.PP), for %llu ms at most",
			     (unsigned long long)(longest_ns / NVME_NS_PER_MS));
	} else if (paused && now_ns - controller->polling.paused_at_ns > longest_ns) {
		nvme_want_reset(controller, "commands are paused for too long (CSTS.PP)");
	} else if (!paused && controller->polling.paused_at_ns) {
		nvme_deadlines_shift(controller, now_ns - controller->polling.paused_at_ns);
		controller->polling.paused_at_ns = 0;
	}
}

/* Deadlines, doorbells and the controller's health; a few thousand times a second at most. */
static void check(struct nvme_controller *controller)
{
	uint64_t now_ns = nvme_time_ns();

	for (unsigned i = 0; i < controller->channel_count; i++) {
		struct nvme_channel *channel = controller->channels[i];

		/* Nobody looks at the idle ones, where nothing is to come, else. */
		if (i == 0 || !nvme_channel_in_flight(channel))
			nvme_channel_reap(channel);
	}
	for (unsigned i = 0; i < controller->channel_count; i++) {
		struct nvme_channel *channel = controller->channels[i];

		if (now_ns >= channel->check_at_ns) {
			controller->polling.health_at_ns = 0; /* CSTS decides first */
			break;
		}
	}
	if (now_ns >= controller->polling.health_at_ns) {
		controller->polling.health_at_ns = now_ns + HEALTH_NS;
		if (nvme_in_flight(controller) || nvme_loads_in_flight(controller) ||
		    controller->channels[0]->check_at_ns != NVME_NEVER) {
			uint32_t csts = nvme_get32(&controller->registers, NVME_REG_CSTS);

			if (csts == NVME_ALL_ONES && !comes_back(controller)) {
				nvme_die(controller, NVME_GONE,
					 "gone: its registers read all ones");
				return;
			}
			if (csts == NVME_ALL_ONES)
				nvme_want_reset(controller, "its PCI function was off");
			else if (csts & NVME_CSTS_CFS)
				nvme_want_reset(controller, "fatal status (CSTS.CFS)");
			else if (!(csts & NVME_CSTS_RDY))
				nvme_want_reset(controller, "not ready any more (CSTS.RDY)");
			else
				look_at_pause(controller, csts & NVME_CSTS_PP, now_ns);
		} else {
			/* Nobody has looked when it ended, and nothing is late by it. */
			controller->polling.paused_at_ns = 0;
		}
	}
	for (unsigned i = 0; i < controller->channel_count && !controller->recovery.wanted; i++) {
		struct nvme_channel *channel = controller->channels[i];

		if (controller->shadow.may_miss && i > 0 &&
		    nvme_channel_stands_still(channel, now_ns))
			nvme_channel_ring_again(channel);
		if (now_ns >= channel->check_at_ns && !controller->polling.paused_at_ns)
			nvme_channel_expire(channel, now_ns);
	}
	if (!controller->recovery.wanted) {
		if (controller->shadow.may_miss)
			nvme_loads_ring_again(controller, now_ns);
		if (!controller->polling.paused_at_ns && nvme_loads_check(controller, now_ns))
			nvme_want_reset(controller, "a load's command was not completed");
	}
	if (controller->recovery.wanted)
		nvme_recover(controller, controller->recovery.reason);
}

void nvme_check_soon(struct nvme_controller *controller)
{
	controller->polling.turns |= SLOW_POLLS - 1;
}

/* Reaps a lane; what done() submits goes to it again. Returns how many completions there were. */
static unsigned turn_lane(struct nvme_controller *controller, struct nvme_lane *lane)
{
	struct nvme_channel *channel = &lane->channel;
	unsigned reaped;

	if (channel->reaping)
		return 0;
	nvme_queue_ring_sq(&channel->queue);
	controller->next_lane = lane;
	lane->direct = !channel->waiting;
	reaped = nvme_channel_reap(channel);
	lane->direct = false;
	if (nvme_channel_idle(channel))
		controller->next_lane = lane->next;
	return reaped;
}

/* Turns of loads that are attended to. Returns how many completions there were. */
static unsigned turn_loads(struct nvme_controller *controller)
{
	unsigned progress = 0;

	for (struct nvme_load *load = controller->loads.first; load; load = load->next) {
		if (!load->attention.turn || load->frozen || load->closing || load->error)
			continue;
		/* Before the turn sends what will interrupt. */
		if (controller->interrupts.suspicious && nvme_channel_has_news(&load->channel))
			nvme_interrupts_found(controller, load->channel.queue.id);
		progress += load->attention.turn(load->attention.context);
	}
	return progress;
}

unsigned nvme_turn(struct nvme_controller *controller)
{
	unsigned progress = 0;
	bool admin = nvme_interrupts_look_at_all(&controller->interrupts);

	if (controller->state != NVME_LIVE)
		return 0;
	if (admin)
		progress = nvme_channel_reap(controller->channels[0]);
	for (uint64_t busy = controller->polling.busy; busy; busy &= busy - 1) {
		unsigned id = 1 + (unsigned)__builtin_ctzll(busy), reaped;

		reaped = turn_lane(controller, nvme_lane_of(controller->channels[id]));
		progress += reaped;
		if (controller->interrupts.suspicious && reaped)
			nvme_interrupts_found(controller, id);
	}
	progress += turn_loads(controller);
	nvme_interrupts_turned(&controller->interrupts);
	if (progress && controller->interrupts.idle_turns)
		nvme_interrupts_wait_over(controller, progress);
	if (++controller->polling.turns % SLOW_POLLS == 0)
		check(controller);
	return progress;
}

int nvme_turn_alone(struct nvme_controller *controller, uint64_t deadline_ns)
{
	unsigned progress;
	uint32_t csts;

	nvme_interrupts_look_at_all(&controller->interrupts);
	progress = nvme_channel_reap(controller->channels[0]);
	if (progress) {
		if (controller->interrupts.suspicious)
			nvme_interrupts_found(controller, 0);
		nvme_interrupts_turned(&controller->interrupts);
		nvme_interrupts_busy(&controller->interrupts);
	}
	/* Then too: completions may come and come that are not the one. */
	if (nvme_time_ns() >= deadline_ns)
		return -ETIMEDOUT;
	if (++controller->polling.turns % SLOW_POLLS == 0) {
		csts = nvme_get32(&controller->registers, NVME_REG_CSTS);
		if (csts == NVME_ALL_ONES)
			return -ENODEV;
		if (csts & NVME_CSTS_CFS)
			return -EIO;
	}
	if (!progress)
		nvme_rest(controller);
	return 0;
}

unsigned nvme_poll(struct nvme_controller *controller)
{
	unsigned progress;

	if (controller->polling.inside)
		return 0;
	controller->polling.inside = true;
	progress = nvme_turn(controller);
	if (controller->events.pending && controller->state == NVME_LIVE)
		nvme_events_serve(controller);
	controller->polling.inside = false;
	return progress;
}

void nvme_rest(struct nvme_controller *controller)
{
	nvme_interrupts_rest(controller);
}

void nvme_poll_suspend(struct nvme_controller *controller)
{
	controller->polling.inside = true;
}

void nvme_poll_resume(struct nvme_controller *controller)
{
	controller->polling.inside = false;
}

void nvme_poll_reset(struct nvme_controller *controller)
{
	controller->polling.paused_at_ns = 0;
}

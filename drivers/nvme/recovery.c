/* Resets of a controller, and when it is given up. Single commands that are late are deadline.c's.
 *
 *                      nvme_attach()
 *                           │                         nvme_shutdown_all()
 *                        STARTING ── fails ──> (undone)     │
 *                           │                               v
 *                           v      nvme_detach()        SHUT_DOWN
 *      ┌───────────────── LIVE ────────────────> (ended)
 *      │                    ^
 *      │ deadline of an I/O │ completes after all, or as aborted: sent again, at most 3 times
 *      v                    │
 *   look at CSTS, reap ── Abort ── still nothing after a grace period ──┐
 *      │                                                                │
 *      │ CSTS all ones     CSTS.CFS, an admin command's deadline,       │
 *      │                   nvme_reset(), nvme_subsystem_reset()         │
 *      │                                  │                             │
 *      │                                  v                             │
 *      │                             RESETTING <────────────────────────┘
 *      │                                  │
 *      │          CC.EN = 0, RDY = 0; commands taken back; queues cleared;
 *      │          CC.EN = 1, RDY = 1; Identify; queues created; namespaces read again
 *      │                                  │
 *      │                    ┌─────────────┴─────────────┐
 *      │                    v                           v
 *      │                  LIVE: what was in flight     fails twice, and once more behind a
 *      │                  and may be repeated is        │  reset of the PCI function: DEAD
 *      │                  sent again in its order;      │ nvme_reset() tries again
 *      v                  the rest fails                v
 *    GONE ──────────> every request fails with -ENODEV, block devices are marked gone
 *
 * All of this happens inside nvme_poll(), which whoever waits for a request calls anyway. Every
 * wait in it has a deadline: CAP.TO for each half of a reset, the admin timeout for each command,
 * and two minutes for all of them.
 */
#include "drivers/nvme/controller.h"

#include "drivers/nvme/cmb.h"
#include "drivers/nvme/deadline.h"
#include "drivers/nvme/enable.h"
#include "drivers/nvme/io.h"
#include "drivers/nvme/part.h"
#include "drivers/nvme/pmr.h"
#include "lib/errno.h"

#define RESET_ATTEMPTS 2
#define FAULTS_MAX     20			/* resets in a row that nobody asked for */
#define FAULTS_NS      (60000 * NVME_NS_PER_MS) /* what is farther apart is not in a row */
/* Behind a subsystem reset: how long nobody looks at the PCI function (PCI Express, section 6.6.1),
 * and when it is there or broken. */
#define SUBSYSTEM_NS (100 * NVME_NS_PER_MS)
#define ANSWER_NS    (1000 * NVME_NS_PER_MS)

void nvme_want_reset(struct nvme_controller *controller, const char *reason)
{
	if (!controller->recovery.wanted)
		controller->recovery.reason = reason;
	controller->recovery.wanted = true;
}

int nvme_restore(struct nvme_controller *controller)
{
	return controller->options.restore ? controller->options.restore(controller->pci) : 0;
}

/* What the controller, which has let go of everything, has completed until then ends, and nothing
 * more is sent. */
static void collect(struct nvme_controller *controller, unsigned id)
{
	struct nvme_channel *channel = controller->channels[id];

	if (id > 0)
		nvme_lane_of(channel)->direct = false;
	nvme_channel_collect(channel);
	channel->check_at_ns = NVME_NEVER;
}

/* Of the rest admin commands fail, I/O commands are kept where they may be sent again. */
static void take_back(struct nvme_controller *controller, bool fault)
{
	for (unsigned i = 0; i < controller->channel_count; i++) {
		collect(controller, i);
		nvme_channel_hold(controller->channels[i], fault);
	}
}

/* The same where nothing is sent again. */
static void give_up(struct nvme_controller *controller, int error)
{
	for (unsigned i = 0; i < controller->channel_count; i++) {
		collect(controller, i);
		nvme_channel_fail(controller->channels[i], error);
	}
}

/* Ends what was held for namespaces that the controller has not any more, or is described by an SGL
 * where it takes none any more: it would read it as PRPs. */
static void drop_obsolete(struct nvme_channel *channel)
{
	const struct nvme_controller *controller = channel->owner;

	for (unsigned i = 0; i < channel->slot_count; i++) {
		struct nvme_slot *slot = &channel->slots[i];

		if (slot->state != NVME_SLOT_HELD)
			continue;
		if (nvme_io_obsolete(slot))
			nvme_slot_fail(channel, slot, -ENODEV);
		else if (slot->command.flags && !controller->setup.sgl.supported)
			nvme_slot_fail(channel, slot, -EIO);
	}
}

/* Sends the held commands of a channel again, oldest first. */
static void send_again(struct nvme_channel *channel)
{
	uint64_t now_ns = nvme_time_ns();

	for (;;) {
		struct nvme_slot *oldest = NULL;

		for (unsigned i = 0; i < channel->slot_count; i++) {
			struct nvme_slot *slot = &channel->slots[i];

			if (slot->state == NVME_SLOT_HELD &&
			    (!oldest || (int32_t)(slot->sequence - oldest->sequence) < 0))
				oldest = slot;
		}
		if (!oldest)
			break;
		channel->statistics.retries++;
		nvme_io_repeated(oldest);
		nvme_part_renew(nvme_lane_of(channel), oldest);
		nvme_channel_push(channel, oldest, now_ns + channel->timeout_ns);
	}
	nvme_queue_ring_sq(&channel->queue);
}

/* Stopped controller to one that takes I/O, once. */
static int bring_up(struct nvme_controller *controller)
{
	int error = nvme_read_capabilities(controller);

	if (!error)
		error = nvme_cmb_enable(controller);
	if (error)
		return error;
	for (unsigned i = 0; i < controller->channel_count; i++)
		nvme_queue_clear(&controller->channels[i]->queue);
	nvme_loads_clear(controller);
	nvme_interrupts_start(controller);
	error = nvme_enable(controller);
	if (!error)
		error = nvme_setup(controller);
	return error;
}

/* Whether a controller is beyond help: it has to be reset again and again, and does nothing in
 * between. */
static bool hopeless(struct nvme_controller *controller, bool fault)
{
	uint64_t reaped = nvme_loads_statistics(controller).reaped;

	for (unsigned i = 1; i < controller->channel_count; i++)
		reaped += controller->channels[i]->statistics.reaped;
	if (!fault || reaped != controller->recovery.faults_reaped ||
	    nvme_time_ns() - controller->recovery.faults_at_ns > FAULTS_NS) {
		controller->recovery.faults = 0;
		controller->recovery.function_reset = false;
	}
	controller->recovery.faults_reaped = reaped;
	return fault && ++controller->recovery.faults > FAULTS_MAX;
}

/* Stops the controller, takes its commands back, and brings it up again. */
static int restart(struct nvme_controller *controller, bool fault)
{
	int error = nvme_disable(controller);

	for (unsigned attempt = 1; !error; attempt++) {
		take_back(controller, fault);
		nvme_loads_take_back(controller, fault);
		/* One that has stopped may have it back. */
		if (controller->options.bus_master)
			controller->options.bus_master(controller->pci, true);
		error = bring_up(controller);
		if (!error || error == -ENODEV || attempt == RESET_ATTEMPTS)
			break;
		error = nvme_disable(controller);
	}
	return error;
}

/* The last resort before a controller is given up: once, until it has done something again. */
static int reset_function(struct nvme_controller *controller)
{
	int error;

	if (controller->recovery.function_reset || !controller->options.reset)
		return -EOPNOTSUPP;
	controller->recovery.function_reset = true;
	error = controller->options.reset(controller->pci);
	if (!error)
		nvme_warning(controller, "reset of its PCI function");
	return error;
}

void nvme_go_live(struct nvme_controller *controller)
{
	controller->state = NVME_LIVE;
	nvme_register_namespaces(controller);
	nvme_pmr_start(controller);
	nvme_events_start(controller);
}

/* At that level the log says why, and when it is over. */
static int recover(struct nvme_controller *controller, const char *reason, int level)
{
	uint64_t begun = nvme_time_ns();
	bool fault = controller->recovery.wanted, over;
	int error;

	if (controller->setup.alone)
		return -EBUSY;
	over = hopeless(controller, fault);
	controller->recovery.wanted = false;
	nvme_poll_reset(controller);
	nvme_setup_alone(controller, 0);
	controller->state = NVME_RESETTING;
	controller->recovery.resets++;
	nvme_loads_freeze(controller);
	nvme_controller_log(controller, level, "controller reset: %s", reason);
	if (fault)
		nvme_shadow_hint(controller);
	nvme_restore(controller);
	nvme_quirk_settle(controller);
	error = over ? -EIO : restart(controller, fault);
	if (error && reset_function(controller) == 0)
		error = restart(controller, fault);
	nvme_setup_over(controller);
	controller->recovery.wanted = false;
	if (controller->options.was_reset)
		controller->options.was_reset(controller->pci);
	if (error) {
		nvme_die(controller, error == -ENODEV ? NVME_GONE : NVME_DEAD,
			 error == -ENODEV ? "gone: its registers read all ones"
			 : over		  ? "dead: it fails again after each reset"
					  : "dead: it could not be reset");
		return error == -ENODEV ? -ENODEV : -EIO;
	}
	for (unsigned i = 1; i < controller->channel_count; i++)
		drop_obsolete(controller->channels[i]);
	nvme_go_live(controller);
	for (unsigned i = 1; i < controller->channel_count; i++) {
		send_again(controller->channels[i]);
		nvme_lane_dispatch(nvme_lane_of(controller->channels[i]));
		nvme_queue_ring_sq(&controller->channels[i]->queue);
	}
	nvme_loads_resume(controller);
	controller->recovery.faults_at_ns = nvme_time_ns();
	nvme_controller_log(
		controller, level, "back after %llu ms",
		(unsigned long long)((controller->recovery.faults_at_ns - begun) / NVME_NS_PER_MS));
	return 0;
}

int nvme_recover(struct nvme_controller *controller, const char *reason)
{
	return recover(controller, reason, NVME_LOG_WARNING);
}

void nvme_die(struct nvme_controller *controller, enum nvme_state state, const char *reason)
{
	int error = state == NVME_DEAD ? -EIO : -ENODEV;

	nvme_loads_freeze(controller);
	if (state != NVME_SHUT_DOWN) {
		nvme_error(controller, "%s", reason);
		nvme_silence(controller);
	}
	controller->state = state;
	nvme_interrupts_stop(controller);
	nvme_namespaces_gone(controller);
	nvme_pmr_gone(controller);
	give_up(controller, error);
	for (unsigned i = 1; i < controller->channel_count; i++)
		nvme_lane_fail_waiting(nvme_lane_of(controller->channels[i]), error);
	nvme_loads_end(controller, error);
	controller->recovery.wanted = false;
	nvme_events_stop(controller);
}

int nvme_reset(struct nvme_controller *controller)
{
	if (controller->polling.inside || controller->setup.alone)
		return -EBUSY;
	if (controller->state == NVME_SHUT_DOWN)
		return -ENODEV;
	return recover(controller, "requested", NVME_LOG_INFO);
}

int nvme_reset_function(struct nvme_controller *controller)
{
	int error;

	if (controller->polling.inside || controller->setup.alone)
		return -EBUSY;
	if (controller->state == NVME_SHUT_DOWN || controller->state == NVME_GONE)
		return -ENODEV;
	if (!controller->options.reset)
		return -EOPNOTSUPP;
	nvme_loads_freeze(controller);
	nvme_quirk_settle(controller);
	error = controller->options.reset(controller->pci);
	if (error) {
		nvme_loads_thaw(controller);
		return error;
	}
	return recover(controller, "reset of its PCI function requested", NVME_LOG_INFO);
}

int nvme_subsystem_reset(struct nvme_controller *controller)
{
	uint64_t begun_ns;

	if (controller->polling.inside || controller->setup.alone)
		return -EBUSY;
	if (controller->state == NVME_SHUT_DOWN || controller->state == NVME_GONE)
		return -ENODEV;
	if (!NVME_CAP_NSSRS(controller->registers.cap))
		return -EOPNOTSUPP;
	nvme_loads_freeze(controller);
	nvme_set32(&controller->registers, NVME_REG_NSSR, NVME_NSSR_RESET);
	begun_ns = nvme_time_ns();
	while (nvme_time_ns() - begun_ns < SUBSYSTEM_NS)
		nvme_relax();
	while (nvme_restore(controller) == -ENODEV && nvme_time_ns() - begun_ns < ANSWER_NS)
		nvme_relax();
	return recover(controller, "NVM subsystem reset requested", NVME_LOG_INFO);
}

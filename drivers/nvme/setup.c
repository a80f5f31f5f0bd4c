/* From an enabled controller to one that takes I/O: Identify Controller, then the queues in the
 * order of Base, section 3.3.1.1, then the features that the driver uses. */
#include "drivers/nvme/controller.h"

#include "drivers/nvme/admin.h"
#include "drivers/nvme/command_set.h"
#include "drivers/nvme/io.h"
#include "drivers/nvme/spec/names.h"
#include "lib/errno.h"
#include "lib/string.h"

#define SETUP_NS (120000 * NVME_NS_PER_MS) /* the longest for all but the namespaces */

static int complain(struct nvme_controller *controller, const char *what,
		    const struct nvme_reply *reply, int error)
{
	if (nvme_answered(reply))
		nvme_error(controller, "%s: %s (sct %x sc %02x)", what,
			   nvme_status_name(reply->status), NVME_STATUS_SCT(reply->status),
			   NVME_STATUS_SC(reply->status));
	else
		nvme_error(controller, "%s failed", what);
	return error;
}

void nvme_setup_limit(struct nvme_controller *controller, uint32_t transfer_max,
		      uint32_t block_limit)
{
	controller->setup.transfer_max = transfer_max;
	controller->setup.block_limit = block_limit;
}

void nvme_setup_grow(struct nvme_controller *controller, uint32_t transfer_max)
{
	controller->setup.transfer_max = transfer_max;
}

void nvme_setup_alone(struct nvme_controller *controller, uint64_t ns)
{
	controller->setup.alone = true;
	controller->setup.until_ns = ns ? nvme_time_ns() + ns : 0;
}

void nvme_setup_over(struct nvme_controller *controller)
{
	controller->setup.alone = false;
	controller->setup.until_ns = 0;
}

/* Whether it is the controller that was started, as far as its serial number tells. */
static bool is_the_same(struct nvme_controller *controller)
{
	const struct nvme_identify_controller *data = controller->identify;

	if (controller->state == NVME_STARTING)
		memcpy(controller->setup.serial, data->sn, sizeof(data->sn));
	return memcmp(controller->setup.serial, data->sn, sizeof(data->sn)) == 0;
}

static int identify(struct nvme_controller *controller)
{
	struct nvme_identify_controller *data = controller->identify;
	struct nvme_reply reply;
	int error;

	error = nvme_admin_identify(controller, NVME_CNS_CONTROLLER, 0, data, &reply);
	if (error)
		return complain(controller, "Identify Controller", &reply, error);
	if (!is_the_same(controller)) {
		nvme_error(controller, "serial number changed: this is another controller");
		return -EIO;
	}
	if ((data->sqes & 0xf) > NVME_SQ_ENTRY_SHIFT || data->sqes >> 4 < NVME_SQ_ENTRY_SHIFT ||
	    (data->cqes & 0xf) > NVME_CQ_ENTRY_SHIFT || data->cqes >> 4 < NVME_CQ_ENTRY_SHIFT) {
		nvme_error(
			controller,
			"queue entries of 64 and 16 bytes are not supported (SQES %02x, CQES %02x)",
			data->sqes, data->cqes);
		return -EOPNOTSUPP;
	}
	controller->setup.transfer_max =
		nvme_within_mdts(controller, controller->setup.transfer_max);
	controller->setup.sgl = nvme_sgl_rules(data->sgls);
	if (controller->options.data == NVME_DATA_PRP ||
	    (controller->cmb.uses & NVME_CMBSZ_LISTS &&
	     controller->options.quirks & NVME_QUIRK_SGL_IN_CMB))
		controller->setup.sgl.supported = false;
	return 0;
}

/* How many queue pairs there may be at all, as far as BAR0 holds their doorbells. */
static unsigned queues_in_bar(const struct nvme_controller *controller, unsigned wished)
{
	while (wished && !nvme_has_doorbells(&controller->registers, wished))
		wished--;
	return wished;
}

/* Step 3: asks for queues and is told how many there are; none where that is refused. */
static int number_of_queues(struct nvme_controller *controller, unsigned wished, unsigned *granted)
{
	const struct nvme_command command = {
		.opcode = NVME_ADMIN_SET_FEATURES,
		.cdw10 = NVME_FEATURE_NUMBER_OF_QUEUES,
		.cdw11 = NVME_QUEUES(wished, wished),
	};
	struct nvme_reply reply;
	int error = nvme_admin_with_retries(controller, &command, 0, &reply);

	*granted = 0;
	if (error) {
		complain(controller, "Set Features (Number of Queues)", &reply, error);
		return nvme_answered(&reply) ? 0 : error;
	}
	*granted = NVME_QUEUES_SQS(reply.result);
	if (NVME_QUEUES_CQS(reply.result) < *granted)
		*granted = NVME_QUEUES_CQS(reply.result);
	if (*granted > wished)
		*granted = wished;
	return 0;
}

/* Step 4: entries within MQES, a power of two. */
static unsigned queue_entries(const struct nvme_controller *controller)
{
	unsigned limit = NVME_CAP_MQES(controller->registers.cap) + 1, entries = 2;

	if (limit > controller->options.depth)
		limit = controller->options.depth;
	while (entries * 2 <= limit)
		entries *= 2;
	return entries;
}

/* Requests go to the lanes in turn: io.c. */
static void join_lanes(struct nvme_controller *controller)
{
	struct nvme_lane *first = NULL;

	for (unsigned id = controller->channel_count - 1; id > 0; id--) {
		struct nvme_lane *lane = nvme_lane_of(controller->channels[id]);

		lane->next = first;
		first = lane;
	}
	if (first)
		nvme_lane_of(controller->channels[controller->channel_count - 1])->next = first;
	controller->next_lane = first;
}

/* Leaves so many lanes, the first ones. */
static void keep_lanes(struct nvme_controller *controller, unsigned count)
{
	while (controller->channel_count > count + 1)
		nvme_lane_destroy(nvme_lane_of(controller->channels[--controller->channel_count]));
	join_lanes(controller);
}

/* Lanes, as many as wished for or as there is memory for; how many there are. */
static unsigned make_lanes(struct nvme_controller *controller, unsigned wished, unsigned entries)
{
	for (unsigned id = 1; id <= wished; id++) {
		struct nvme_lane *lane = nvme_lane_create(controller, (uint16_t)id, entries);

		if (!lane)
			break;
		controller->channels[id] = &lane->channel;
		controller->channel_count = id + 1;
	}
	join_lanes(controller);
	controller->setup.io_entries = entries;
	return controller->channel_count - 1;
}

/* Where there is not enough memory for all, half of those that there would be memory for are made,
 * or one that has half the entries, and so on: others need memory, too. */
static int allocate_lanes(struct nvme_controller *controller, unsigned wished)
{
	unsigned entries = queue_entries(controller), count = wished, made;

	while ((made = make_lanes(controller, count, entries)) < count) {
		keep_lanes(controller, 0);
		count = made > 1 ? made / 2 : 1;
		if (made <= 1)
			entries /= 2;
		if (entries < 2)
			return -ENOMEM;
	}
	if (count < wished || entries < queue_entries(controller))
		nvme_warning(controller,
			     "no memory for %u queue%s of %u entries and %u KiB transfers: uses %u "
			     "of %u",
			     wished, wished == 1 ? "" : "s", queue_entries(controller),
			     controller->setup.transfer_max >> 10, count, entries);
	return 0;
}

/* Steps 5 and 6 */
int nvme_create_queue(struct nvme_controller *controller, struct nvme_queue *queue, bool interrupts)
{
	unsigned entries = queue->mask + 1u;
	uint32_t interrupt =
		!interrupts || controller->interrupts.irq == NVME_IRQ_POLL
			? 0
			: NVME_CREATE_CQ_INTERRUPT | nvme_interrupts_vector(controller, queue->id)
							     << NVME_CREATE_CQ_VECTOR_SHIFT;
	uint64_t resets = controller->recovery.resets;
	const struct nvme_command create_cq = {
		.opcode = NVME_ADMIN_CREATE_CQ,
		.cdw10 = NVME_QUEUE_CDW10(queue->id, entries),
		.cdw11 = NVME_CREATE_CONTIGUOUS | interrupt,
	};
	const struct nvme_command create_sq = {
		.opcode = NVME_ADMIN_CREATE_SQ,
		.cdw10 = NVME_QUEUE_CDW10(queue->id, entries),
		.cdw11 = NVME_CREATE_CONTIGUOUS | (uint32_t)queue->id << NVME_CREATE_SQ_CQID_SHIFT,
	};
	const struct nvme_command delete_cq = {
		.opcode = NVME_ADMIN_DELETE_CQ,
		.cdw10 = queue->id,
	};
	struct nvme_reply reply;
	int error;

	error = nvme_admin_with_retries(controller, &create_cq, queue->cq_bus, &reply);
	if (error) {
		complain(controller, "Create I/O Completion Queue", &reply, error);
		return nvme_answered(&reply) ? 1 : error;
	}
	error = nvme_admin_with_retries(controller, &create_sq, queue->sq_bus, &reply);
	if (!error)
		return 0;
	complain(controller, "Create I/O Submission Queue", &reply, error);
	if (!nvme_answered(&reply) || controller->recovery.resets != resets)
		return error;
	/* Its memory is given back: the controller must not have it any more. */
	error = nvme_admin_with_retries(controller, &delete_cq, 0, &reply);
	return error ? complain(controller, "Delete I/O Completion Queue", &reply, error) : 1;
}

/* Creates the queues of all channels, up to the first that the controller refuses. How many there
 * are, or an error that ends the start. */
static int create_queues(struct nvme_controller *controller)
{
	int wished = (int)controller->channel_count - 1;

	nvme_interrupts_add_queues(controller, controller->channel_count - 1);
	for (int id = 1; id <= wished; id++) {
		int error = nvme_create_queue(controller, &controller->channels[id]->queue, true);

		if (error)
			return error < 0 ? error : id - 1;
	}
	return wished;
}

int nvme_delete_queue(struct nvme_controller *controller, unsigned id)
{
	struct nvme_command command = {.opcode = NVME_ADMIN_DELETE_SQ, .cdw10 = id};
	int error = nvme_admin_with_retries(controller, &command, 0, NULL);

	command.opcode = NVME_ADMIN_DELETE_CQ;
	return error ? error : nvme_admin_with_retries(controller, &command, 0, NULL);
}

/* Those of loads, behind a reset. Without its queue one has ended. */
static int create_loads(struct nvme_controller *controller)
{
	struct nvme_load *load = NULL;

	while ((load = nvme_loads_next(controller, load))) {
		struct nvme_queue *queue = &load->channel.queue;
		int error;

		nvme_shadow_attach(controller, queue);
		error = nvme_create_queue(controller, queue, load->attention.turn);
		if (error < 0)
			return error;
		if (error)
			nvme_load_end(load, -EIO);
		else
			load->created = true;
	}
	return 0;
}

/* Where the controller does not answer it has been reset meanwhile, which did not create it again,
 * or is dead. Where it refuses, and cannot be reset from here, the load ends behind the reset that
 * comes: until then its memory is the controller's. */
void nvme_load_take_away(struct nvme_load *load, int error)
{
	struct nvme_controller *controller = load->controller;
	uint64_t resets = controller->recovery.resets;

	load->closing = true;
	if (load->created && controller->state == NVME_LIVE &&
	    nvme_delete_queue(controller, load->channel.queue.id) < 0 &&
	    controller->state == NVME_LIVE && controller->recovery.resets == resets &&
	    nvme_reset(controller) == -EBUSY) {
		nvme_want_reset(controller, "a load's queue could not be deleted");
		return;
	}
	load->created = false;
	nvme_load_end(load, error);
}

void nvme_loads_retire(struct nvme_namespace *namespace)
{
	struct nvme_controller *controller = namespace->controller;

	if (controller->state != NVME_LIVE)
		return; /* a reset ends them */
	for (struct nvme_load *load = controller->loads.first; load; load = load->next) {
		if (load->namespace != namespace || load->error || load->closing)
			continue;
		nvme_load_freeze(load);
		nvme_load_take_away(load, -ENODEV);
		nvme_load_thaw(load);
	}
}

static bool takes_io(const struct nvme_controller *controller)
{
	return controller->identify->cntrltype != NVME_CNTRLTYPE_ADMIN &&
	       controller->identify->cntrltype != NVME_CNTRLTYPE_DISCOVERY &&
	       NVME_CC_CSS(controller->registers.cc) != NVME_CC_CSS_ADMIN;
}

/* A controller that gets no I/O queues keeps its admin queue: it may be for that only, or it may be
 * repaired by commands passed through. A reset tries again. */
static int setup_queues(struct nvme_controller *controller)
{
	unsigned there = controller->channel_count - 1;
	unsigned wished = there ? there : controller->options.queues, granted = 0, all;
	int error, created;

	if (takes_io(controller)) {
		wished = queues_in_bar(controller, wished);
		all = queues_in_bar(controller, wished + controller->options.loads);
		if (!wished) {
			nvme_error(controller,
				   "BAR0 of %llu bytes does not hold the doorbells of queue 1",
				   (unsigned long long)controller->registers.size);
			return -EOPNOTSUPP;
		}
		error = number_of_queues(controller, all, &granted);
		if (error)
			return error;
		nvme_loads_granted(controller, granted > wished ? granted - wished : 0);
		if (granted > wished)
			granted = wished;
	}
	if (granted < there || (there && controller->setup.io_entries >
						 NVME_CAP_MQES(controller->registers.cap) + 1)) {
		nvme_error(controller, "grants fewer or smaller queues than before");
		return -EIO;
	}
	if (granted && !there) {
		error = allocate_lanes(controller, granted);
		if (error)
			return error;
	}
	wished = controller->channel_count - 1;
	created = create_queues(controller);
	if (created < 0)
		return created;
	if ((unsigned)created < wished) {
		if (there) /* and in use */
			return -EIO;
		keep_lanes(controller, (unsigned)created);
		if (created)
			nvme_warning(controller, "uses %d of %u queues", created, wished);
	}
	if (!created)
		nvme_warning(controller, "has no I/O queues: takes admin commands only");
	return 0;
}

/* Without ACRE the controller does not use CRD, without LBAFEE it does not let extended LBA formats
 * be used: Base, section 5.27.1.18. A refusal changes nothing. */
static int setup_host_behavior(struct nvme_controller *controller)
{
	const struct nvme_identify_controller *identify = controller->identify;
	const struct nvme_command command = {
		.opcode = NVME_ADMIN_SET_FEATURES,
		.cdw10 = NVME_FEATURE_HOST_BEHAVIOR,
	};
	struct nvme_host_behavior *behavior = (void *)controller->scratch;
	struct nvme_reply reply;
	int error;

	memset(controller->scratch, 0, NVME_PAGE_SIZE);
	behavior->acre = identify->crdt1 || identify->crdt2 || identify->crdt3;
	behavior->lbafee = (identify->ctratt & NVME_CTRATT_ELBAS) != 0;
	if (!behavior->acre && !behavior->lbafee)
		return 0;
	error = nvme_admin_with_retries(controller, &command, controller->scratch_bus, &reply);
	return error && !nvme_answered(&reply) ? error : 0;
}

static int setup(struct nvme_controller *controller)
{
	int error = identify(controller);

	if (!error)
		error = nvme_select_command_sets(controller);
	if (!error)
		error = nvme_limits_setup(controller);
	if (!error)
		error = setup_queues(controller);
	if (error)
		return error;
	error = nvme_shadow_setup(controller);
	if (!error)
		error = create_loads(controller);
	if (!error)
		error = nvme_events_setup(controller);
	if (!error)
		error = setup_host_behavior(controller);
	if (!error)
		error = nvme_interrupts_setup(controller);
	return error;
}

int nvme_setup(struct nvme_controller *controller)
{
	int error;

	controller->setup.until_ns = nvme_time_ns() + SETUP_NS;
	error = setup(controller);
	if (error && nvme_time_ns() >= controller->setup.until_ns)
		nvme_error(controller, "set-up takes too long");
	controller->setup.until_ns = 0;
	if (!error && controller->channel_count > 1)
		error = nvme_scan_namespaces(controller);
	return error;
}

/* Controllers: start, end, and what the rest of the kernel asks about them. */
#include "drivers/nvme/controller.h"

#include "drivers/nvme/admin.h"
#include "drivers/nvme/cmb.h"
#include "drivers/nvme/deadline.h"
#include "drivers/nvme/enable.h"
#include "drivers/nvme/io.h"
#include "drivers/nvme/pmr.h"
#include "drivers/nvme/transport/record.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"

#define TIMEOUT_MS	 30000
#define ADMIN_TIMEOUT_MS 10000
#define DEPTH		 256
#define TRANSFER	 (1u << 20)
#define DRAIN_NS	 (2000 * NVME_NS_PER_MS)
#define DELETE_NS	 (10000 * NVME_NS_PER_MS) /* all queues */

static struct nvme_controller *first_controller;

static void take_number(struct nvme_controller *controller)
{
	const struct nvme_controller *other = first_controller;

	while (other) {
		if (other->number == controller->number) {
			controller->number++;
			other = first_controller;
		} else {
			other = other->next;
		}
	}
	snprintf(controller->name, sizeof(controller->name), "my_nvme%u", controller->number);
}

static void take_options(struct nvme_controller *controller, const struct nvme_options *given)
{
	struct nvme_options *options = &controller->options;

	if (given)
		*options = *given;
	if (!options->timeout_ms)
		options->timeout_ms = TIMEOUT_MS;
	if (!options->admin_timeout_ms)
		options->admin_timeout_ms = ADMIN_TIMEOUT_MS;
	if (!options->queues)
		options->queues = 1;
	if (options->queues > NVME_QUEUES_MAX)
		options->queues = NVME_QUEUES_MAX;
	if (!options->depth)
		options->depth = DEPTH;
	if (options->depth > NVME_SLOTS_MAX + 1)
		options->depth = NVME_SLOTS_MAX + 1;
	if (!options->max_transfer)
		options->max_transfer = TRANSFER;
	options->max_transfer &= ~(NVME_PAGE_SIZE - 1);
	if (options->max_transfer < NVME_PAGE_SIZE)
		options->max_transfer = NVME_PAGE_SIZE;
	if (options->max_transfer > NVME_TRANSFER_LIMIT)
		options->max_transfer = NVME_TRANSFER_LIMIT;
	nvme_setup_limit(controller, options->max_transfer,
			 given && given->max_transfer ? options->max_transfer
						      : NVME_TRANSFER_LIMIT);
	if (options->address)
		snprintf(controller->address, sizeof(controller->address), "%s", options->address);
	options->address = NULL;
	controller->io_timeout_ns = options->timeout_ms * NVME_NS_PER_MS;
	controller->admin_timeout_ns = options->admin_timeout_ms * NVME_NS_PER_MS;
}

static const struct nvme_channel_functions admin_functions = {
	.failed = nvme_slot_failed,
	.ignored = nvme_completion_ignored,
};

static int allocate(struct nvme_controller *controller)
{
	const struct nvme_channel_config config = {
		.registers = &controller->registers,
		.entries = NVME_ADMIN_ENTRIES,
		.transfer_max = controller->options.max_transfer,
		.timeout_ns = controller->admin_timeout_ns,
		.functions = &admin_functions,
		.owner = controller,
	};
	struct nvme_channel *admin;
	int error;

	controller->identify = nvme_alloc(NVME_IDENTIFY_SIZE);
	controller->scratch = nvme_dma_alloc(NVME_SCRATCH_SIZE, &controller->scratch_bus);
	if (!controller->identify || !controller->scratch || nvme_namespaces_alloc(controller) < 0)
		return -ENOMEM;
	error = nvme_shadow_alloc(controller);
	if (error)
		return error;
	admin = nvme_alloc(sizeof(*admin));
	if (!admin)
		return -ENOMEM;
	error = nvme_channel_init(admin, &config);
	if (error) {
		nvme_free(admin);
		return error;
	}
	controller->channels[0] = admin;
	controller->channel_count = 1;
	return 0;
}

static void free_controller(struct nvme_controller *controller)
{
	nvme_loads_forget(controller);
	nvme_interrupts_stop(controller);
	nvme_namespaces_free(controller);
	nvme_pmr_free(controller);
	for (unsigned i = 1; i < controller->channel_count; i++)
		nvme_lane_destroy(nvme_lane_of(controller->channels[i]));
	if (controller->channel_count) {
		nvme_channel_free(controller->channels[0]);
		nvme_free(controller->channels[0]);
	}
	nvme_free(controller->identify);
	if (controller->scratch)
		nvme_dma_free(controller->scratch, NVME_SCRATCH_SIZE);
	nvme_shadow_free(controller);
	nvme_free(controller);
}

/* Model or serial number for people: ASCII, blanks at the end cut off. */
static void take_text(char *to, const char *from, size_t length)
{
	while (length && (from[length - 1] == ' ' || !from[length - 1]))
		length--;
	for (size_t i = 0; i < length; i++)
		to[i] = from[i] >= ' ' && from[i] < 127 ? from[i] : '?';
	to[length] = 0;
}

/* Stops what firmware left it doing, and enables it. */
static int start(struct nvme_controller *controller)
{
	int error = nvme_disable(controller);

	if (error)
		return error;
	if (controller->options.bus_master)
		controller->options.bus_master(controller->pci, true);
	nvme_interrupts_start(controller);
	error = nvme_cmb_enable(controller);
	return error ? error : nvme_enable(controller);
}

static void introduce(struct nvme_controller *controller)
{
	char queues[40] = "no I/O queues";

	if (controller->channel_count > 1)
		snprintf(queues, sizeof(queues), "%u queue%s of %u entries",
			 controller->channel_count - 1, controller->channel_count == 2 ? "" : "s",
			 controller->setup.io_entries);
	nvme_info(controller, "%s, NVMe %u.%u, %s, transfers up to %u KiB%s", controller->model,
		  NVME_VS_MAJOR(controller->registers.version),
		  NVME_VS_MINOR(controller->registers.version), queues,
		  controller->setup.transfer_max >> 10,
		  controller->shadow.in_force ? ", shadow doorbells" : "");
	nvme_cmb_introduce(controller);
	if (nvme_interrupt_vectors(controller))
		nvme_info(controller, "interrupts by %s, %u vector%s",
			  nvme_interrupt_kind(controller), nvme_interrupt_vectors(controller),
			  nvme_interrupt_vectors(controller) == 1 ? "" : "s");
	for (struct nvme_namespace *n = controller->namespaces.first; n; n = n->next)
		if (n->registered)
			nvme_info(controller, "%s: %llu blocks of %u bytes%s", n->block.name,
				  (unsigned long long)n->block.block_count, n->block.block_size,
				  n->block.read_only ? ", write protected" : "");
}

int nvme_attach(volatile void *bar, uint64_t bar_size, struct nvme_pci *pci,
		const struct nvme_options *options, struct nvme_controller **attached)
{
	struct nvme_controller *controller = nvme_alloc(sizeof(*controller)), **link;
	bool touched = false;
	int error;

	if (!controller) {
		nvme_log(3, "nvme: %s: out of memory",
			 options && options->address ? options->address : "controller");
		return -ENOMEM;
	}
	controller->registers.bar = bar;
	controller->registers.size = bar_size;
	controller->pci = pci;
	nvme_setup_alone(controller, 0);
	take_options(controller, options);
	take_number(controller);
	nvme_record_controller(&controller->registers, controller->name);
	if (bar_size < NVME_REG_DOORBELLS + 8) {
		nvme_error(controller, "BAR0 of %llu bytes is too small for a controller",
			   (unsigned long long)bar_size);
		error = -EOPNOTSUPP;
		goto free;
	}
	error = nvme_read_capabilities(controller);
	if (!error)
		error = allocate(controller);
	if (!error) {
		touched = true;
		error = start(controller);
		/* One that somebody left in a state from which it cannot be stopped or started */
		if (error && controller->options.reset && controller->options.reset(pci) == 0) {
			nvme_warning(controller, "reset of its PCI function");
			error = start(controller);
		}
	}
	if (!error)
		error = nvme_setup(controller);
	if (error) {
		/* The rest has been said where it happened. */
		nvme_error(controller, "not used%s%s%s", *controller->address ? ": " : "",
			   controller->address,
			   error == -ENOMEM		 ? ": out of memory"
			   : error == -ENODEV && touched ? ": its registers read all ones"
							 : "");
		if (touched)
			nvme_silence(controller);
		goto free;
	}
	take_text(controller->model, controller->identify->mn, sizeof(controller->identify->mn));
	take_text(controller->serial_text, controller->identify->sn,
		  sizeof(controller->identify->sn));
	nvme_setup_over(controller);
	for (link = &first_controller; *link; link = &(*link)->next)
		;
	*link = controller;
	nvme_go_live(controller);
	introduce(controller);
	if (attached)
		*attached = controller;
	return 0;
free:
	free_controller(controller);
	return error;
}

static bool in_flight(const struct nvme_controller *controller)
{
	for (unsigned i = 1; i < controller->channel_count; i++)
		if (nvme_channel_in_flight(controller->channels[i]) ||
		    controller->channels[i]->waiting)
			return true;
	return false;
}

/* Ends the queues, then the controller, as Base, section 3.6.1 has it. */
static void shut_down(struct nvme_controller *controller)
{
	uint64_t deadline = nvme_time_ns() + DRAIN_NS;
	int error = 0;

	while (controller->state == NVME_LIVE && in_flight(controller) && nvme_time_ns() < deadline)
		if (!nvme_poll(controller))
			nvme_rest(controller);
	if (controller->state != NVME_LIVE)
		return;
	nvme_setup_alone(controller, DELETE_NS);
	nvme_loads_freeze(controller);
	for (struct nvme_load *load = controller->loads.first; load && !error; load = load->next)
		if (load->created)
			error = nvme_delete_queue(controller, load->channel.queue.id);
	for (unsigned i = 1; i < controller->channel_count && !error; i++)
		error = nvme_delete_queue(controller, i);
	if (nvme_shut_down(controller) < 0) {
		nvme_error(controller, "no orderly shutdown");
		nvme_silence(controller);
	} else if (in_flight(controller) || (error && nvme_loads_in_flight(controller)) ||
		   nvme_channel_in_flight(controller->channels[0]) >
			   nvme_events_in_flight(controller)) {
		/* What was left behind has memory that is given back now. */
		nvme_silence(controller);
	}
	nvme_die(controller, NVME_SHUT_DOWN, NULL);
	nvme_setup_over(controller);
}

void nvme_shutdown_all(void)
{
	for (struct nvme_controller *c = first_controller; c; c = c->next)
		if (c->state == NVME_LIVE && !c->polling.inside)
			shut_down(c);
}

void nvme_detach(struct nvme_controller *controller, bool orderly)
{
	struct nvme_controller **link = &first_controller;

	if (orderly && controller->state == NVME_LIVE)
		shut_down(controller);
	nvme_setup_alone(controller, 0);
	nvme_loads_freeze(controller);
	if (controller->state != NVME_GONE && nvme_disable(controller) < 0 &&
	    controller->options.bus_master)
		controller->options.bus_master(controller->pci, false);
	nvme_die(controller, controller->state == NVME_GONE ? NVME_GONE : NVME_SHUT_DOWN,
		 "removed");
	while (*link && *link != controller)
		link = &(*link)->next;
	if (*link)
		*link = controller->next;
	free_controller(controller);
}

struct nvme_controller *nvme_first(void)
{
	return first_controller;
}

struct nvme_controller *nvme_next(const struct nvme_controller *controller)
{
	return controller->next;
}

struct nvme_controller *nvme_find(const char *name)
{
	for (struct nvme_controller *c = first_controller; c; c = c->next)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

struct nvme_namespace *nvme_namespace_of(struct block_device *device)
{
	return device->operations == &nvme_block_operations ||
			       device->operations == &nvme_zoned_operations
		       ? device->driver_data
		       : NULL;
}

struct nvme_namespace *nvme_namespace_first(struct nvme_controller *controller)
{
	return controller->namespaces.first;
}

const char *nvme_name(const struct nvme_controller *controller)
{
	return controller->name;
}

enum nvme_state nvme_state(const struct nvme_controller *controller)
{
	return controller->state;
}

const char *nvme_state_name(enum nvme_state state)
{
	static const char *const names[] = {
		[NVME_STARTING] = "starting", [NVME_LIVE] = "live", [NVME_RESETTING] = "resetting",
		[NVME_DEAD] = "dead",	      [NVME_GONE] = "gone", [NVME_SHUT_DOWN] = "shut down",
	};

	return names[state];
}

const struct nvme_identify_controller *nvme_identify(const struct nvme_controller *controller)
{
	return controller->identify;
}

const char *nvme_address(const struct nvme_controller *controller)
{
	return controller->address;
}

struct nvme_statistics nvme_statistics(const struct nvme_controller *controller)
{
	struct nvme_statistics sum = {
		.resets = controller->recovery.resets,
		.events = controller->events.told,
		.lost_interrupts = controller->interrupts.lost,
	};
	const struct nvme_channel_statistics loads = nvme_loads_statistics(controller);

	for (unsigned i = 0; i < controller->channel_count; i++) {
		const struct nvme_channel_statistics *own = &controller->channels[i]->statistics;

		sum.retries += own->retries;
		sum.timeouts += own->timeouts;
		sum.aborts += own->aborts;
		sum.violations += own->ignored;
		sum.stalls += own->stalls;
	}
	for (unsigned i = 1; i < controller->channel_count; i++) {
		const struct nvme_lane *lane = nvme_lane_of(controller->channels[i]);

		sum.commands += lane->channel.statistics.reaped;
		sum.bounced += lane->bounced;
		sum.sgls += lane->sgls;
	}
	sum.commands += loads.reaped;
	sum.retries += loads.retries;
	sum.timeouts += loads.timeouts;
	sum.violations += loads.ignored;
	sum.stalls += loads.stalls;
	return sum;
}

unsigned nvme_queue_entries(const struct nvme_controller *controller)
{
	return controller->setup.io_entries;
}

unsigned nvme_queue_count(const struct nvme_controller *controller)
{
	return controller->channel_count - 1;
}

uint32_t nvme_transfer_max(const struct nvme_controller *controller)
{
	return controller->setup.transfer_max;
}

int nvme_property(struct nvme_controller *controller, uint32_t offset, unsigned size,
		  uint64_t *value)
{
	if ((size != 4 && size != 8) || offset & (size - 1) ||
	    (uint64_t)offset + size > controller->registers.size ||
	    offset + size > NVME_REG_DOORBELLS)
		return -EINVAL;
	if (size == 8)
		*value = nvme_get64(&controller->registers, offset);
	else
		*value = nvme_get32(&controller->registers, offset);
	if (nvme_get32(&controller->registers, NVME_REG_CSTS) == NVME_ALL_ONES) {
		*value = UINT64_MAX;
		return -ENODEV;
	}
	return 0;
}

/* Those of a host. The others hold addresses for DMA, belong to the interrupts, or are read only.
 */
static bool may_be_set(uint32_t offset)
{
	static const uint16_t offsets[] = {NVME_REG_CC, NVME_REG_CSTS, NVME_REG_NSSR, NVME_REG_NSSD,
					   NVME_REG_PMRCTL};

	for (unsigned i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++)
		if (offsets[i] == offset)
			return true;
	return false;
}

int nvme_set_property(struct nvme_controller *controller, uint32_t offset, unsigned size,
		      uint64_t value)
{
	uint64_t now;
	int error;

	if (!may_be_set(offset))
		return -EPERM;
	if (size != 4 || value > UINT32_MAX)
		return -EINVAL;
	error = nvme_property(controller, offset, size, &now);
	if (error)
		return error;
	nvme_set32(&controller->registers, offset, (uint32_t)value);
	return 0;
}

unsigned nvme_poll_all(void)
{
	unsigned progress = 0;

	for (struct nvme_controller *c = first_controller; c; c = c->next) {
		nvme_check_soon(c);
		progress += nvme_poll(c);
	}
	return progress;
}

/* Namespaces: which there are, and their block devices. */
#include "drivers/nvme/namespace.h"

#include "drivers/nvme/admin.h"
#include "drivers/nvme/controller.h"
#include "drivers/nvme/namespace_describe.h"
#include "drivers/nvme/io.h"
#include "drivers/nvme/metadata.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"

#define OBJECTS_MAX (4 * NVME_NAMESPACES_MAX)
#define SCAN_NS	    (120000 * NVME_NS_PER_MS) /* the longest for all of them */

static void retire(struct nvme_controller *controller, struct nvme_namespace *ns, const char *why)
{
	nvme_warning_limited(controller, "namespace %u %s", ns->nsid, why);
	ns->active = false;
	ns->block.gone = true;
	nvme_loads_retire(ns);
	if (ns->registered)
		block_unregister(&ns->block);
	ns->registered = false;
}

static void insert(struct nvme_controller *controller, struct nvme_namespace *ns)
{
	struct nvme_namespace **link = &controller->namespaces.first;

	while (*link && (*link)->nsid < ns->nsid)
		link = &(*link)->next;
	ns->next = *link;
	*link = ns;
}

/* The object of a namespace. There may be several with its NSID: it may have been formatted since,
 * or deleted, and another one created. A namespace keeps its identifiers (NVM, figure 97; Base,
 * section 4.5.1). */
static struct nvme_namespace *find(struct nvme_controller *controller,
				   const struct nvme_namespace *described)
{
	for (struct nvme_namespace *n = controller->namespaces.first;
	     n && n->nsid <= described->nsid; n = n->next)
		if (n->nsid == described->nsid && n->csi == described->csi &&
		    n->block_shift == described->block_shift &&
		    n->block.zones.size == described->block.zones.size &&
		    memcmp(&n->metadata, &described->metadata, sizeof(n->metadata)) == 0 &&
		    memcmp(n->nguid, described->nguid, sizeof(n->nguid)) == 0 &&
		    memcmp(n->eui64, described->eui64, sizeof(n->eui64)) == 0 &&
		    memcmp(n->uuid, described->uuid, sizeof(n->uuid)) == 0)
			return n;
	return NULL;
}

/* The one with this NSID that can be used now; NULL if there is none. Not one that a command passed
 * through has changed, or that a dead controller had. */
static struct nvme_namespace *in_use(struct nvme_controller *controller, uint32_t nsid)
{
	for (struct nvme_namespace *n = controller->namespaces.first; n; n = n->next)
		if (n->nsid == nsid && nvme_namespace_usable(n))
			return n;
	return NULL;
}

/* All objects stay until the controller ends, for who may still hold on to one; so there is a limit
 * to how many a controller brings up. */
static bool too_many(struct nvme_controller *controller, uint32_t nsid)
{
	unsigned count = 0;

	for (struct nvme_namespace *n = controller->namespaces.first; n; n = n->next)
		count++;
	if (count >= OBJECTS_MAX)
		nvme_error_limited(controller,
				   "namespace %u: too many different ones since the start", nsid);
	return count >= OBJECTS_MAX;
}

/* Takes in what the controller says about nsid. 0, also when there is nothing to take in; negative:
 * the controller does not answer. */
static int take_in(struct nvme_controller *controller, uint32_t nsid)
{
	struct nvme_namespace described, *ns;
	int error;

	if (nvme_time_ns() >= controller->namespaces.scan_until_ns) {
		nvme_error(controller, "namespace %u: the scan takes too long", nsid);
		return -ETIMEDOUT;
	}
	error = nvme_namespace_describe(controller, nsid, in_use(controller, nsid), &described);
	if (error)
		return error < 0 ? error : 0;
	ns = find(controller, &described);
	if (!ns) {
		if (too_many(controller, nsid))
			return 0;
		ns = nvme_alloc(sizeof(*ns));
		if (!ns) {
			nvme_error_limited(controller, "namespace %u: out of memory", nsid);
			return 0;
		}
		*ns = described;
		ns->block.gone = true; /* until it is registered: it may be left out */
		snprintf(ns->block.name, sizeof(ns->block.name), "%sn%u", controller->name, nsid);
		ns->block.model = controller->model;
		ns->block.serial = controller->serial_text;
		ns->block.operations = block_is_zoned(&ns->block) ? &nvme_zoned_operations
								  : &nvme_block_operations;
		ns->writer.below = &nvme_block_operations;
		ns->block.driver_data = ns;
		ns->controller = controller;
		insert(controller, ns);
		if (!nvme_namespace_is_disk(ns))
			nvme_namespace_introduce(controller, ns);
	} else {
		if (ns->block.block_count != described.block.block_count)
			nvme_warning_limited(controller, "namespace %u: %llu blocks, were %llu",
					     nsid, (unsigned long long)described.block.block_count,
					     (unsigned long long)ns->block.block_count);
		ns->block.block_count = described.block.block_count;
		ns->block.read_only = described.block.read_only;
		ns->block.transfer_max = described.block.transfer_max;
		ns->block.limits = described.block.limits;
		ns->block.zones = described.block.zones;
		ns->blocks_max = described.blocks_max;
		ns->small_max = described.small_max;
		ns->boundary = described.boundary;
		ns->ranges = described.ranges;
		ns->volatile_cache = described.volatile_cache;
		ns->capacity = described.capacity;
		ns->used = described.used;
		ns->format = described.format;
	}
	ns->seen = true;
	return 0;
}

/* Every namespace from 1 to NN: for controllers that know no list (before NVMe 1.1). */
static int scan_all(struct nvme_controller *controller)
{
	uint32_t count = controller->identify->nn;

	if (count > NVME_NAMESPACES_MAX) {
		nvme_warning(controller, "looks at the first %u of %u possible namespaces only",
			     NVME_NAMESPACES_MAX, count);
		count = NVME_NAMESPACES_MAX;
	}
	for (uint32_t nsid = 1; nsid <= count; nsid++) {
		int error = take_in(controller, nsid);

		if (error)
			return error;
	}
	return 0;
}

/* The active namespace list, 1,024 at a time, each list beginning above the last NSID seen. */
static int scan_list(struct nvme_controller *controller)
{
	uint32_t *list = controller->namespaces.list;
	uint32_t last = 0;
	unsigned count = 0;

	for (;;) {
		struct nvme_reply reply;
		int error;

		error = nvme_admin_identify(controller, NVME_CNS_ACTIVE_NAMESPACES, last, list,
					    &reply);
		if (error && last == 0 && nvme_answered(&reply))
			return scan_all(controller);
		if (error)
			return error;
		for (unsigned i = 0; i < NVME_NAMESPACE_LIST_ENTRIES; i++) {
			uint32_t nsid = list[i];

			if (nsid == 0)
				return 0;
			if (nsid <= last || nsid >= NVME_NSID_ALL - 1) {
				nvme_error(controller,
					   "active namespace list is damaged: %u follows %u", nsid,
					   last);
				return 0;
			}
			if (++count > NVME_NAMESPACES_MAX) {
				nvme_warning(controller, "uses the first %u namespaces only",
					     NVME_NAMESPACES_MAX);
				return 0;
			}
			last = nsid;
			error = take_in(controller, nsid);
			if (error)
				return error;
		}
	}
}

/* The largest block of the namespaces that are to be used. */
static uint32_t largest_block(const struct nvme_controller *controller)
{
	uint32_t size = 1u << NVME_BLOCK_SHIFT_MIN;

	for (struct nvme_namespace *n = controller->namespaces.first; n; n = n->next)
		if (n->seen && nvme_namespace_is_disk(n) && nvme_block_bytes(n) > size)
			size = nvme_block_bytes(n);
	return size;
}

/* New namespaces whose blocks are larger than what there is room for are left out: for now where
 * the room is only in use. */
static void leave_out(struct nvme_controller *controller, uint32_t room, int error)
{
	for (struct nvme_namespace *n = controller->namespaces.first; n; n = n->next) {
		if (!n->seen || !nvme_namespace_is_disk(n) || nvme_block_bytes(n) <= room)
			continue;
		n->seen = false;
		if (error != -EBUSY)
			nvme_error_limited(controller,
					   "namespace %u: no memory for blocks of %u bytes",
					   n->nsid, nvme_block_bytes(n));
	}
	if (error == -EBUSY)
		nvme_events_rescan(controller);
}

/* Room in a channel for commands that carry a block of size bytes, and to bounce one. On errors
 * *room is what it had before. */
static int provide_in(struct nvme_controller *controller, struct nvme_channel *channel,
		      uint32_t size, uint32_t *room)
{
	bool admin = channel == controller->channels[0];
	struct nvme_bounce *bounce;
	int error = 0;

	*room = controller->setup.transfer_max;
	/* Event requests have no data, their logs no list. */
	if (size > controller->setup.transfer_max &&
	    nvme_channel_in_flight(channel) > (admin ? nvme_events_in_flight(controller) : 0))
		return -EBUSY;
	if (size > controller->setup.transfer_max)
		error = nvme_channel_set_transfer(channel, size);
	if (error || admin)
		return error;
	bounce = &nvme_lane_of(channel)->bounce;
	*room = bounce->size;
	/* With its metadata a block need not be whole pages. */
	size = (size + NVME_PAGE_SIZE - 1) & ~(NVME_PAGE_SIZE - 1);
	return nvme_bounce_provide(bounce, size < NVME_BOUNCE_MIN ? NVME_BOUNCE_MIN : size);
}

/* Room for a block of every namespace in every channel. */
static void provide(struct nvme_controller *controller)
{
	uint32_t size = largest_block(controller), room;

	for (unsigned i = 0; i < controller->channel_count; i++) {
		int error = provide_in(controller, controller->channels[i], size, &room);

		if (!error)
			continue;
		leave_out(controller, room, error);
		size = largest_block(controller);
		i--; /* once more, with what is left */
	}
	if (size > controller->setup.transfer_max)
		nvme_setup_grow(controller, size);
}

int nvme_namespaces_alloc(struct nvme_controller *controller)
{
	controller->namespaces.identify = nvme_alloc(NVME_IDENTIFY_SIZE);
	controller->namespaces.list = nvme_alloc(NVME_IDENTIFY_SIZE);
	return controller->namespaces.identify && controller->namespaces.list ? 0 : -ENOMEM;
}

/* What the slots of all lanes need for metadata, once there is some. */
static void provide_for_metadata(struct nvme_controller *controller)
{
	int error = 0;

	for (struct nvme_namespace *n = controller->namespaces.first; n; n = n->next) {
		if (!n->seen || !nvme_namespace_is_disk(n) || !n->metadata.size)
			continue;
		for (unsigned i = 1; i < controller->channel_count && !error; i++) {
			struct nvme_channel *channel = controller->channels[i];

			error = nvme_parts_provide(&nvme_lane_of(channel)->parts,
						   channel->slot_count);
		}
		if (!error)
			continue;
		/* Also of one that was in use, with lanes that have gone since. */
		n->seen = false;
		n->block.gone = true;
		nvme_error_limited(controller, "namespace %u: no memory for its metadata", n->nsid);
	}
}

int nvme_scan_namespaces(struct nvme_controller *controller)
{
	int error;

	/* Without I/O queues there is nothing that a namespace could be used by. */
	if (controller->channel_count < 2)
		return -EOPNOTSUPP;
	controller->namespaces.scan_until_ns = nvme_time_ns() + SCAN_NS;
	for (struct nvme_namespace *n = controller->namespaces.first; n; n = n->next)
		n->seen = false;
	error = controller->registers.version >= NVME_VERSION(1, 1, 0) ? scan_list(controller)
								       : scan_all(controller);
	if (error)
		return error;
	for (struct nvme_namespace *n = controller->namespaces.first; n; n = n->next)
		if (n->active && !n->seen)
			retire(controller, n, "is gone");
	provide(controller);
	provide_for_metadata(controller);
	return 0;
}

void nvme_register_namespaces(struct nvme_controller *controller)
{
	if (controller->state != NVME_LIVE)
		return; /* it died in the turn that had the last answer */
	for (struct nvme_namespace *n = controller->namespaces.first; n; n = n->next) {
		if (!n->seen)
			continue;
		n->active = true;
		if (!nvme_namespace_is_disk(n))
			continue;
		n->block.gone = false;
		if (n->registered)
			continue;
		if (block_register(&n->block) == 0)
			n->registered = true;
		else
			nvme_error_limited(controller, "block device %s exists already",
					   n->block.name);
	}
}

void nvme_namespaces_gone(struct nvme_controller *controller)
{
	for (struct nvme_namespace *n = controller->namespaces.first; n; n = n->next)
		n->block.gone = true;
}

void nvme_namespaces_free(struct nvme_controller *controller)
{
	struct nvme_namespace *next;

	for (struct nvme_namespace *n = controller->namespaces.first; n; n = next) {
		next = n->next;
		n->block.gone = true;
		if (n->registered)
			block_unregister(&n->block);
		n->registered = n->active = false;
		n->controller = NULL;
		n->next = NULL;
		n->block.model = n->block.serial = "";
		/* An open file still points here: it keeps finding a device that is gone. */
		if (!n->block.file_data)
			nvme_free(n);
	}
	nvme_free(controller->namespaces.identify);
	nvme_free(controller->namespaces.list);
	controller->namespaces = (struct nvme_namespaces){0};
}

int nvme_rescan_namespaces(struct nvme_controller *controller)
{
	int error;

	if (controller->polling.inside || controller->state == NVME_RESETTING)
		return -EBUSY;
	if (controller->state != NVME_LIVE)
		return -ENODEV;
	/* Events that come meanwhile are served later: they use the same memory, for their logs and
	 * for a scan of their own. */
	nvme_poll_suspend(controller);
	error = nvme_scan_namespaces(controller);
	if (!error)
		nvme_register_namespaces(controller);
	nvme_poll_resume(controller);
	return error;
}

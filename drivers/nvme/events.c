/* Asynchronous events (Base, section 5.2): requests for them are kept outstanding, each event is
 * logged, and what it points at is read, which also lets the next of its kind come. */
#include "drivers/nvme/events.h"

#include "drivers/nvme/admin.h"
#include "drivers/nvme/controller.h"
#include "drivers/nvme/spec/names.h"
#include "lib/string.h"

#define REQUESTS_MAX 4u			    /* Asynchronous Event Requests kept outstanding */
#define SERVE_NS     (10 * NVME_NS_PER_MS)  /* a controller full of events gets no more attention */
#define AGAIN_NS     (100 * NVME_NS_PER_MS) /* until what failed for once is asked for again */
#define FAILURES_MAX 16			    /* in a row, of all requests together */

static const char *event_text(unsigned type, unsigned info)
{
	static const char *const errors[] = {
		"write to an invalid doorbell", "invalid doorbell value",
		"diagnostic failure",		"persistent internal error",
		"transient internal error",	"firmware image load error",
	};
	static const char *const health[] = {
		"subsystem reliability",
		"temperature threshold",
		"spare below threshold",
	};
	static const char *const notices[] = {
		"namespace attribute changed", "firmware activation starting",
		"telemetry log changed",       "asymmetric namespace access change",
		"predictable latency event",   "LBA status information alert",
		"endurance group event",
	};

	if (type == NVME_EVENT_NOTICE && info == NVME_EVENT_NOTICE_ZONES)
		return "zone descriptor changed";

	switch (type) {
	case NVME_EVENT_ERROR:
		return info < sizeof(errors) / sizeof(errors[0]) ? errors[info] : "error";
	case NVME_EVENT_SMART:
		return info < sizeof(health) / sizeof(health[0]) ? health[info] : "health";
	case NVME_EVENT_NOTICE:
		return info < sizeof(notices) / sizeof(notices[0]) ? notices[info] : "notice";
	case NVME_EVENT_IMMEDIATE:
		return "normal NVM subsystem shutdown";
	case NVME_EVENT_IO_COMMAND_SET:
		return "I/O command set specific";
	default:
		return "vendor specific";
	}
}

static void request_event(struct nvme_controller *controller, struct nvme_slot *slot);

/* A request that ended with a status instead of an event. One without DNR is sent again, later and
 * not for ever: there are controllers that refuse them all, though they must not. */
static void request_failed(struct nvme_controller *controller, unsigned status)
{
	if (!(status & NVME_STATUS_DNR) &&
	    (status & NVME_STATUS_MASK) != NVME_SC_ASYNC_EVENT_LIMIT &&
	    ++controller->events.failures < FAILURES_MAX) {
		controller->events.serve_at_ns = nvme_time_ns() + AGAIN_NS;
		controller->events.pending = true;
		return;
	}
	/* It takes as many as it holds now, which may be none. */
	controller->events.requests_max = controller->events.requests;
	if (controller->events.requests || controller->events.refused)
		return;
	controller->events.refused = true;
	nvme_warning(controller,
		     "no events will be told: Asynchronous Event Request: %s (sct %x sc %02x)",
		     nvme_status_name(status), NVME_STATUS_SCT(status), NVME_STATUS_SC(status));
}

static struct nvme_namespace *find_namespace(struct nvme_controller *controller, uint32_t nsid)
{
	struct nvme_namespace *ns = nvme_namespace_first(controller);

	while (ns && ns->nsid != nsid)
		ns = ns->next;
	return ns;
}

/* Which zones, its log says: of one namespace, which is read for each that has changed. */
static void zones_changed(struct nvme_controller *controller, uint32_t nsid)
{
	struct nvme_namespace *ns = find_namespace(controller, nsid);

	if (ns && block_is_zoned(&ns->block))
		ns->zones_changed = true;
}

static void event_done(struct nvme_channel *admin, struct nvme_slot *slot,
		       struct nvme_answer answer)
{
	struct nvme_controller *controller = admin->owner;
	uint32_t dw0 = (uint32_t)answer.result;
	unsigned type = NVME_EVENT_TYPE(dw0), info = NVME_EVENT_INFO(dw0);
	unsigned lid = NVME_EVENT_LOG(dw0);

	if (answer.status & NVME_STATUS_MASK) {
		controller->events.requests--;
		nvme_slot_release(admin, slot);
		/* not one that a reset takes back */
		if (!answer.error)
			request_failed(controller, answer.status);
		return;
	}
	controller->events.failures = 0;
	controller->events.told++;
	nvme_warning_limited(controller, "event: %s (type %u, information %02x, log page %02x)",
			     event_text(type, info), type, info, lid);
	if (type == NVME_EVENT_NOTICE && info == NVME_EVENT_NOTICE_ZONES)
		zones_changed(controller, (uint32_t)(answer.result >> 32));
	controller->events.pending_logs[lid / 64] |= 1ull << lid % 64;
	if (type == NVME_EVENT_NOTICE && info == NVME_EVENT_NOTICE_NAMESPACE)
		controller->events.namespaces_changed = true;
	controller->events.pending = true;
	request_event(controller, slot);
}

static void request_event(struct nvme_controller *controller, struct nvme_slot *slot)
{
	struct nvme_channel *admin = controller->channels[0];

	slot->command.opcode = NVME_ADMIN_ASYNC_EVENT_REQUEST;
	slot->command.nsid = 0;
	slot->command.prp1 = slot->command.prp2 = 0;
	slot->command.cdw10 = slot->command.cdw11 = slot->command.cdw12 = 0;
	nvme_slot_prepare(slot, event_done, NULL, false);
	nvme_channel_push(admin, slot, NVME_NEVER);
	nvme_channel_ring(admin);
}

void nvme_events_start(struct nvme_controller *controller)
{
	struct nvme_slot *slot;

	while (controller->events.requests < controller->events.requests_max &&
	       (slot = nvme_slot_take(controller->channels[0]))) {
		controller->events.requests++;
		request_event(controller, slot);
	}
}

static void report_error_log(struct nvme_controller *controller,
			     const struct nvme_error_log_entry *entry)
{
	if (entry->error_count == 0)
		return;
	nvme_warning_limited(
		controller, "error log: %s (sct %x sc %02x), queue %u, CID %04x, LBA %llu",
		nvme_status_name(entry->status >> 1), NVME_STATUS_SCT(entry->status >> 1),
		NVME_STATUS_SC(entry->status >> 1), entry->sqid, entry->cid,
		(unsigned long long)entry->lba);
}

static void report_smart(struct nvme_controller *controller, const struct nvme_smart_log *log)
{
	unsigned warning = log->critical_warning;

	if (!warning)
		return;
	nvme_warning_limited(controller, "critical warning %02x:%s%s%s%s%s%s", warning,
			     warning & NVME_SMART_SPARE ? " spare space low" : "",
			     warning & NVME_SMART_TEMPERATURE ? " temperature" : "",
			     warning & NVME_SMART_RELIABILITY ? " reliability degraded" : "",
			     warning & NVME_SMART_READ_ONLY ? " media read-only" : "",
			     warning & NVME_SMART_BACKUP ? " volatile memory backup failed" : "",
			     warning & NVME_SMART_PMR ? " persistent memory region unreliable"
						      : "");
}

static void report_zones(struct nvme_controller *controller, uint32_t nsid,
			 const struct nvme_changed_zones *list)
{
	struct nvme_namespace *ns = find_namespace(controller, nsid);
	unsigned count = list->count;

	if (!ns || !block_is_zoned(&ns->block) || !count)
		return;
	if (count > NVME_CHANGED_ZONES_MAX) {
		nvme_warning_limited(controller,
				     "namespace %u: more zones have changed than the "
				     "log has room for",
				     nsid);
		nvme_zone_forget_all(ns);
		return;
	}
	nvme_warning_limited(controller,
			     "namespace %u: %u zones have changed, the first one at "
			     "LBA %llu",
			     nsid, count, (unsigned long long)list->zones[0]);
	for (unsigned i = 0; i < count; i++)
		nvme_zone_forget(ns, list->zones[i]);
}

/* Their logs are read, each of which takes its group from this list. Those that there is no room
 * for stay in it, for whoever reads it. */
static void take_groups(struct nvme_controller *controller, const struct nvme_aggregate_log *list)
{
	struct nvme_events *events = &controller->events;
	const unsigned most = sizeof(events->groups) / sizeof(events->groups[0]);

	events->group_count = list->count < most ? (unsigned)list->count : most;
	for (unsigned i = 0; i < events->group_count; i++)
		events->groups[i] = list->entries[i];
	if (events->group_count)
		events->pending_logs[0] |= 1ull << NVME_LOG_ENDURANCE_GROUP;
}

static void report_group(struct nvme_controller *controller, unsigned group,
			 const struct nvme_endurance_group_log *log)
{
	struct nvme_events *events = &controller->events;

	nvme_warning_limited(
		controller, "endurance group %u: critical warning %02x, spare %u%%, used %u%%",
		group, log->critical_warning, log->available_spare, log->percentage_used);
	if (events->group_count)
		events->pending_logs[0] |= 1ull << NVME_LOG_ENDURANCE_GROUP;
}

/* What a log says that was read by that command. */
static void take_log(struct nvme_controller *controller, const struct nvme_command *command,
		     const void *page)
{
	switch (command->cdw10 & 0xff) {
	case NVME_LOG_ERROR:
		report_error_log(controller, page);
		break;
	case NVME_LOG_SMART:
		report_smart(controller, page);
		break;
	case NVME_LOG_CHANGED_ZONES:
		report_zones(controller, command->nsid, page);
		break;
	case NVME_LOG_ENDURANCE_GROUP_EVENTS:
		take_groups(controller, page);
		break;
	case NVME_LOG_ENDURANCE_GROUP:
		report_group(controller, command->cdw11 >> NVME_LOG_LSI_SHIFT, page);
		break;
	default:
		break;
	}
}

static void log_done(struct nvme_channel *admin, struct nvme_slot *slot, struct nvme_answer answer)
{
	struct nvme_controller *controller = admin->owner;
	const struct nvme_command command = slot->command;
	unsigned lid = command.cdw10 & 0xff;

	controller->events.reading_log = false;
	nvme_slot_release(admin, slot);
	if (answer.error) /* a reset has taken it back, and nothing is left to be cleared */
		return;
	if (answer.status && !(answer.status & NVME_STATUS_DNR) &&
	    controller->events.log_failures++ < NVME_RETRIES_MAX) {
		controller->events.pending_logs[lid / 64] |= 1ull << lid % 64;
		if (lid == NVME_LOG_CHANGED_ZONES)
			zones_changed(controller, command.nsid);
	} else {
		controller->events.log_failures = 0;
	}
	if (!answer.status)
		take_log(controller, &command, controller->scratch + NVME_SCRATCH_LOG);
	controller->events.pending = true; /* for the next one, and what is behind them */
	if (lid == NVME_LOG_CHANGED_NAMESPACES)
		controller->events.serve_at_ns = 0;
}

/* The next log page that is to be read, in turn; 0 if there is none. */
static unsigned next_log(const struct nvme_controller *controller)
{
	for (unsigned n = 1; n <= 256; n++) {
		unsigned lid = (controller->events.last_log + n) % 256;

		if (lid && controller->events.pending_logs[lid / 64] >> lid % 64 & 1)
			return lid;
	}
	return 0;
}

/* A namespace whose zones have changed; true where there are others. */
static bool next_zones(struct nvme_controller *controller, uint32_t *nsid)
{
	struct nvme_namespace *ns = nvme_namespace_first(controller);

	while (ns && !ns->zones_changed)
		ns = ns->next;
	if (!ns)
		return false;
	ns->zones_changed = false;
	*nsid = ns->nsid;
	while (ns && !ns->zones_changed)
		ns = ns->next;
	return ns;
}

/* Reads a log page so that its event is cleared; how much of it does not matter to that. Nobody
 * waits for it. */
static void read_log(struct nvme_controller *controller, unsigned lid)
{
	struct nvme_channel *admin = controller->channels[0];
	struct nvme_slot *slot = nvme_slot_take(admin);
	bool whole = lid == NVME_LOG_CHANGED_NAMESPACES || lid == NVME_LOG_CHANGED_ZONES;
	size_t size = whole		      ? NVME_PAGE_SIZE
		      : lid == NVME_LOG_ERROR ? sizeof(struct nvme_error_log_entry)
					      : 512;
	struct nvme_log_request request = {.lid = (uint8_t)lid, .nsid = NVME_NSID_ALL};
	struct nvme_command command;
	bool more = false;

	if (!slot) {
		controller->events.pending = true;
		return;
	}
	if (lid == NVME_LOG_CHANGED_ZONES)
		more = next_zones(controller, &request.nsid);
	if (lid == NVME_LOG_ENDURANCE_GROUP && controller->events.group_count)
		request.lsi = controller->events.groups[--controller->events.group_count];
	if (lid == NVME_LOG_ENDURANCE_GROUP)
		request.nsid = 0;
	command = nvme_log_command(&request, size);
	memset(controller->scratch + NVME_SCRATCH_LOG, 0, NVME_PAGE_SIZE);
	if (!more)
		controller->events.pending_logs[lid / 64] &= ~(1ull << lid % 64);
	controller->events.last_log = lid;
	controller->events.reading_log = true;
	nvme_slot_fill(slot, &command);
	slot->command.prp1 = controller->scratch_bus + NVME_SCRATCH_LOG;
	nvme_slot_prepare(slot, log_done, NULL, false);
	nvme_channel_push(admin, slot, nvme_channel_now(admin) + controller->admin_timeout_ns);
	nvme_channel_ring(admin);
}

/* Asynchronous Event Configuration: Base, section 5.27.1.8. What the controller does not take at
 * once it may take in part: notices of namespaces matter most. */
int nvme_events_setup(struct nvme_controller *controller)
{
	uint32_t oaes = controller->identify->oaes;
	uint32_t smart =
		NVME_ASYNC_SMART | (NVME_CAP_PMRS(controller->registers.cap) ? NVME_ASYNC_PMR : 0);
	uint32_t notices = (oaes & NVME_OAES_NAMESPACE ? NVME_ASYNC_NAMESPACE : 0) |
			   (oaes & NVME_OAES_FIRMWARE ? NVME_ASYNC_FIRMWARE : 0);
	uint32_t more = (oaes & NVME_OAES_ENDURANCE ? NVME_ASYNC_ENDURANCE : 0) |
			(oaes & NVME_OAES_ZONES ? NVME_ASYNC_ZONES : 0);
	const uint32_t values[] = {smart | notices | more, smart | notices, notices, smart};
	struct nvme_command command = {
		.opcode = NVME_ADMIN_SET_FEATURES,
		.cdw10 = NVME_FEATURE_ASYNC_EVENT,
	};
	struct nvme_reply reply;
	int error = 0;

	controller->events.requests_max = controller->identify->aerl + 1u;
	if (controller->events.requests_max > REQUESTS_MAX)
		controller->events.requests_max = REQUESTS_MAX;
	controller->events.failures = 0;
	for (unsigned i = more ? 0 : 1; i < (notices ? 4 : 2); i++) {
		command.cdw11 = values[i];
		error = nvme_admin_with_retries(controller, &command, 0, &reply);
		if (!error || !nvme_answered(&reply))
			return error;
	}
	nvme_warning(controller, "Set Features (Asynchronous Event Configuration): %s",
		     nvme_status_name(reply.status));
	return 0;
}

void nvme_events_stop(struct nvme_controller *controller)
{
	controller->events.pending = false;
}

void nvme_events_rescan(struct nvme_controller *controller)
{
	controller->events.namespaces_changed = controller->events.pending = true;
}

unsigned nvme_events_in_flight(const struct nvme_controller *controller)
{
	return controller->events.requests + controller->events.reading_log;
}

void nvme_events_serve(struct nvme_controller *controller)
{
	uint64_t now_ns = nvme_time_ns();
	unsigned lid;

	if (now_ns < controller->events.serve_at_ns)
		return;
	controller->events.serve_at_ns = now_ns + SERVE_NS;
	controller->events.pending = false;
	nvme_events_start(controller);
	if (controller->events.reading_log) /* its end calls again */
		return;
	/* Behind its log: what changes from now on is told by another event. */
	if (controller->events.namespaces_changed &&
	    !(controller->events.pending_logs[0] >> NVME_LOG_CHANGED_NAMESPACES & 1)) {
		controller->events.namespaces_changed = false;
		if (nvme_scan_namespaces(controller) == 0)
			nvme_register_namespaces(controller);
	}
	lid = next_log(controller);
	if (lid && controller->state == NVME_LIVE)
		read_log(controller, lid);
}

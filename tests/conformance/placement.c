/* Flexible Data Placement: what an endurance group has, and how it is asked and set. */
#include "tests/conformance/placement.h"

#include "lib/string.h"

#define CT_HANDLES_MAX 64u     /* reclaim unit handles, and identifiers, that are looked at */
#define NOWHERE	       0xfffeu /* an endurance group, and a placement handle */

/* ---- What is asked for ---- */

struct ct_answer ct_placement_log(struct ct *ct, unsigned lid, unsigned group, unsigned lsp,
				  void *log, size_t size)
{
	struct nvme_command command = ct_get_log(ct, lid, 0, log, size);

	command.cdw10 |= lsp << NVME_LOG_LSP_SHIFT;
	command.cdw11 |= group << NVME_LOG_LSI_SHIFT;
	return ct_ask(ct, command);
}

struct ct_answer ct_placement_receive(struct ct *ct, uint32_t nsid, unsigned operation, void *data,
				      size_t size)
{
	struct nvme_command command = ct_nsid_command(NVME_IO_MANAGEMENT_RECEIVE, nsid);

	ct_prp(ct, &command, data, size);
	command.cdw10 = operation;
	command.cdw11 = (uint32_t)(size / 4 - 1);
	return ct_do(ct, command);
}

static struct ct_answer get_events(struct ct *ct, uint32_t nsid, unsigned handle,
				   struct nvme_fdp_event_support *list)
{
	struct nvme_command command =
		ct_get_feature(NVME_FEATURE_FDP_EVENTS, NVME_SELECT_CURRENT, nsid);

	ct_prp(ct, &command, list, NVME_FDP_EVENTS_MAX * sizeof(*list));
	command.cdw11 = handle | NVME_FDP_EVENTS_MAX << NVME_FDP_EVENTS_SHIFT;
	return ct_ask(ct, command);
}

struct ct_answer ct_placement_tell(struct ct *ct, uint32_t nsid, unsigned handle, uint8_t type,
				   bool on)
{
	struct nvme_command command =
		ct_set_feature(NVME_FEATURE_FDP_EVENTS, nsid, handle | 1 << NVME_FDP_EVENTS_SHIFT);
	uint8_t *list = ct_buffer(ct, 4);

	list[0] = type;
	ct_prp(ct, &command, list, 4);
	command.cdw12 = on;
	return ct_ask(ct, command);
}

const struct nvme_fdp_handle_status *
ct_placement_status(struct ct *ct, const struct ct_placement *p, unsigned *count)
{
	size_t size = sizeof(struct nvme_fdp_status) +
		      CT_HANDLES_MAX * sizeof(struct nvme_fdp_handle_status);
	struct nvme_fdp_status *status = ct_buffer(ct, size);

	ct_success(ct, "I/O Management Receive",
		   ct_placement_receive(ct, p->ns->nsid, NVME_IO_MANAGEMENT_STATUS, status, size));
	*count = status->nruhsd < CT_HANDLES_MAX ? status->nruhsd : CT_HANDLES_MAX;
	return (const void *)(status + 1);
}

static const struct nvme_fdp_configuration *
next_of(const struct nvme_fdp_configuration *configuration)
{
	return (const void *)((const char *)configuration + configuration->size);
}

/* ---- The beginning ---- */

/* A namespace in a group that has it, and whether it is enabled there. */
bool ct_placement_find(struct ct *ct, struct ct_placement *p)
{
	struct nvme_command command;
	struct ct_answer answer;

	memset(p, 0, sizeof(*p));
	CT_NEED(ct->identify->ctratt & NVME_CTRATT_FDP, "CTRATT has no Flexible Data Placement");
	for (unsigned i = 0; i < ct->namespace_count && !p->ns; i++)
		if (ct->namespaces[i].identify->endgid && !ct->namespaces[i].metadata.size)
			p->ns = &ct->namespaces[i];
	CT_NEED(p->ns, "there is no namespace of an endurance group without metadata");
	p->group = p->ns->identify->endgid;
	command = ct_get_feature(NVME_FEATURE_FDP, NVME_SELECT_CURRENT, 0);
	command.cdw11 = p->group;
	answer = ct_ask(ct, command);
	ct_success(ct, "Get Features, Flexible Data Placement", answer);
	return answer.dw0 & NVME_FDP_ENABLE;
}

/* The configuration list of a group, checked as far as one can walk along it. */
static const struct nvme_fdp_configurations_log *configurations(struct ct *ct,
								const struct ct_placement *p)
{
	const size_t size = NVME_IDENTIFY_SIZE;
	struct nvme_fdp_configurations_log *log = ct_buffer(ct, size);
	const struct nvme_fdp_configuration *each = (const void *)(log + 1);

	ct_success(ct, "Get Log Page, FDP Configurations",
		   ct_placement_log(ct, NVME_LOG_FDP_CONFIGURATIONS, p->group, 0, log, size));
	CT_NEED(log->size <= size, "the configurations have %u bytes", log->size);
	for (unsigned i = 0; i <= log->last; i++, each = next_of(each)) {
		size_t at = (size_t)((const char *)each - (const char *)log);

		CT_EXPECT(at + sizeof(*each) <= log->size && at + each->size <= log->size,
			  "expected configuration %u to end within Size, %u bytes", i, log->size);
		CT_EXPECT(each->size >= sizeof(*each) +
						each->nruh * sizeof(struct nvme_fdp_handle) +
						each->vss,
			  "expected configuration %u to have room for %u handles, got %u bytes", i,
			  each->nruh, each->size);
	}
	return log;
}

void ct_placement_begin(struct ct *ct, struct ct_placement *p)
{
	CT_NEED(ct_placement_find(ct, p), "Flexible Data Placement is disabled");
	p->handles = ct_placement_status(ct, p, &p->count);
	CT_EXPECT(p->count, "expected a placement identifier, got none");
}

void ct_placement_begin_configured(struct ct *ct, struct ct_placement *p)
{
	const struct nvme_fdp_configurations_log *log;
	struct nvme_command command = ct_get_feature(NVME_FEATURE_FDP, NVME_SELECT_CURRENT, 0);
	unsigned index;

	ct_placement_begin(ct, p);
	command.cdw11 = p->group;
	index = NVME_FDP_INDEX(ct_ask(ct, command).dw0);
	log = configurations(ct, p);
	CT_EXPECT(index <= log->last, "expected FDPCIDX to be one of %u configurations, got %u",
		  log->last + 1u, index);
	for (p->configuration = (const void *)(log + 1); index > 0; index--)
		p->configuration = next_of(p->configuration);
}

/* ---- Log pages ---- */

static void configuration_list(struct ct *ct)
{
	const struct nvme_fdp_configurations_log *log;
	const struct nvme_fdp_configuration *each;
	struct ct_placement p;

	(void)ct_placement_find(ct, &p);
	log = configurations(ct, &p);
	each = (const void *)(log + 1);
	ct_all(ct, "reserved bytes of FDP Configurations", 0, log->reserved8,
	       sizeof(log->reserved8));
	for (unsigned i = 0; i <= log->last; i++, each = next_of(each)) {
		const struct nvme_fdp_handle *handles = (const void *)(each + 1);
		unsigned groups = NVME_FDPA_RGIF(each->fdpa);

		CT_EXPECT(each->size % 8 == 0, "expected DSZE to be a multiple of 8, got %u",
			  each->size);
		CT_EXPECT(each->nrg && each->nruh && each->runs,
			  "expected NRG, NRUH and RUNS that are not 0, got %u, %u and %llu",
			  each->nrg, each->nruh, (unsigned long long)each->runs);
		CT_EXPECT(each->nrg <= 1u << groups,
			  "expected RGIF to name %u reclaim groups, got %u bits", each->nrg,
			  groups);
		for (unsigned handle = 0; handle < each->nruh; handle++)
			CT_EXPECT(handles[handle].ruht == 1 || handles[handle].ruht == 2,
				  "expected RUHT 1h or 2h of handle %u, got %xh", handle,
				  handles[handle].ruht);
	}
}

static void configuration_in_use(struct ct *ct)
{
	struct ct_placement p;

	ct_placement_begin_configured(ct, &p);
	CT_EXPECT(p.configuration->fdpa & NVME_FDPA_VALID,
		  "expected the configuration in use to be valid, got FDPA %02xh",
		  p.configuration->fdpa);
}

static void usage(struct ct *ct)
{
	size_t size =
		sizeof(struct nvme_fdp_usage_log) + CT_HANDLES_MAX * sizeof(struct nvme_fdp_usage);
	struct nvme_fdp_usage_log *log = ct_buffer(ct, size);
	const struct nvme_fdp_usage *each = (const void *)(log + 1);
	struct ct_placement p;
	unsigned own = 0;

	ct_placement_begin_configured(ct, &p);
	ct_success(ct, "Get Log Page, Reclaim Unit Handle Usage",
		   ct_placement_log(ct, NVME_LOG_FDP_USAGE, p.group, 0, log, size));
	ct_equal(ct, "NRUH, as of the configuration", p.configuration->nruh, log->nruh);
	CT_NEED(log->nruh <= CT_HANDLES_MAX, "there are %u handles", log->nruh);
	for (unsigned i = 0; i < log->nruh; i++) {
		CT_EXPECT(each[i].ruha <= 2, "expected RUHA of up to 2h, got %xh", each[i].ruha);
		own += each[i].ruha == 2;
	}
	CT_EXPECT(own <= 1, "expected at most one handle of the controller's choice, got %u", own);
	for (unsigned i = 0; i < p.count; i++)
		CT_EXPECT(p.handles[i].ruhid < log->nruh && each[p.handles[i].ruhid].ruha,
			  "expected handle %u, which namespace %u has, to be in use",
			  p.handles[i].ruhid, p.ns->nsid);
}

/* argument: whether of the host */
const struct nvme_fdp_events_log *ct_placement_events(struct ct *ct, const struct ct_placement *p,
						      bool host)
{
	struct nvme_fdp_events_log *log = ct_buffer(ct, sizeof(*log));

	ct_success(ct, "Get Log Page, FDP Events",
		   ct_placement_log(ct, NVME_LOG_FDP_EVENTS, p->group,
				    host ? NVME_FDP_HOST_EVENTS : 0, log, sizeof(*log)));
	CT_EXPECT(log->count <= NVME_FDP_EVENTS_KEPT, "expected at most %u events, got %u",
		  NVME_FDP_EVENTS_KEPT, log->count);
	for (unsigned i = 0; i < log->count; i++)
		CT_EXPECT((log->events[i].type < NVME_FDP_EVENT_OWN) == host,
			  "expected events of the %s only, got type %02xh",
			  host ? "host" : "controller", log->events[i].type);
	return log;
}

static void event_lists(struct ct *ct)
{
	struct ct_placement p;

	ct_placement_begin(ct, &p);
	ct_placement_events(ct, &p, true);
	ct_placement_events(ct, &p, false);
}

static void wrong_group(struct ct *ct)
{
	uint8_t *log = ct_buffer(ct, 64);
	struct ct_placement p;

	(void)ct_placement_find(ct, &p);
	CT_NEED(p.group != NOWHERE, "there is such a group");
	ct_status(ct, "Get Log Page of a group that there is not", NVME_SC_INVALID_FIELD,
		  ct_placement_log(ct, ct->argument, NOWHERE, 0, log, 64));
	ct_all(ct, "the buffer to stay", CT_FRESH, log, 64);
}

static void disabled_log(struct ct *ct)
{
	uint8_t *log = ct_buffer(ct, 64);
	struct ct_placement p;

	CT_NEED(!ct_placement_find(ct, &p), "Flexible Data Placement is enabled");
	ct_status(ct, "Get Log Page", NVME_SC_FDP_DISABLED,
		  ct_placement_log(ct, ct->argument, p.group, 0, log, 64));
	ct_all(ct, "the buffer to stay", CT_FRESH, log, 64);
}

/* ---- Features ---- */

static void feature_wrong_group(struct ct *ct)
{
	struct nvme_command command = ct_get_feature(NVME_FEATURE_FDP, NVME_SELECT_CURRENT, 0);
	struct ct_placement p;

	(void)ct_placement_find(ct, &p);
	command.cdw11 = NOWHERE;
	ct_status(ct, "Get Features of a group that there is not", NVME_SC_INVALID_FIELD,
		  ct_ask(ct, command));
}

/* It can be changed once no namespace is left in the group. */
static void feature_change(struct ct *ct)
{
	struct nvme_command command = ct_get_feature(NVME_FEATURE_FDP, NVME_SELECT_CURRENT, 0);
	struct ct_placement p;
	uint32_t before;
	bool on = ct_placement_find(ct, &p);

	command.cdw11 = p.group;
	before = ct_ask(ct, command).dw0;
	command.cdw10 = NVME_FEATURE_FDP | NVME_SELECT_CAPABILITIES
						   << NVME_GET_FEATURES_SELECT_SHIFT;
	command = (struct nvme_command){.opcode = NVME_ADMIN_SET_FEATURES,
					.cdw10 = NVME_FEATURE_FDP |
						 (ct_ask(ct, command).dw0 & NVME_FEATURE_SAVEABLE
							  ? NVME_SET_FEATURES_SAVE
							  : 0),
					.cdw11 = p.group,
					.cdw12 = on ? 0 : NVME_FDP_ENABLE};
	ct_status(ct, "Set Features, Flexible Data Placement, of a group with namespaces",
		  NVME_SC_SEQUENCE_ERROR, ct_ask(ct, command));
	command = ct_get_feature(NVME_FEATURE_FDP, NVME_SELECT_CURRENT, 0);
	command.cdw11 = p.group;
	ct_equal(ct, "the feature to stay", before, ct_ask(ct, command).dw0);
}

static void event_types(struct ct *ct)
{
	struct nvme_fdp_event_support *list = ct_buffer(ct, NVME_FDP_EVENTS_MAX * sizeof(*list));
	struct ct_answer answer;
	struct ct_placement p;

	ct_placement_begin(ct, &p);
	answer = get_events(ct, p.ns->nsid, 0, list);
	ct_success(ct, "Get Features, FDP Events", answer);
	CT_EXPECT(answer.dw0 && answer.dw0 <= NVME_FDP_EVENTS_MAX,
		  "expected 1 to 255 supported events, got %u", answer.dw0);
	for (unsigned i = 0; i < answer.dw0; i++) {
		CT_EXPECT(!i || list[i].type > list[i - 1].type,
			  "expected types of events that ascend, got %02xh behind %02xh",
			  list[i].type, list[i ? i - 1 : 0].type);
		CT_EXPECT(list[i].attributes <= 1, "expected bit 0 of FDPETA alone, got %02xh",
			  list[i].attributes);
	}
}

bool ct_placement_told(struct ct *ct, const struct ct_placement *p, unsigned handle, uint8_t type)
{
	struct nvme_fdp_event_support *list = ct_buffer(ct, NVME_FDP_EVENTS_MAX * sizeof(*list));
	struct ct_answer answer = get_events(ct, p->ns->nsid, handle, list);

	ct_success(ct, "Get Features, FDP Events", answer);
	for (unsigned i = 0; i < answer.dw0 && i < NVME_FDP_EVENTS_MAX; i++)
		if (list[i].type == type)
			return list[i].attributes & 1;
	ct_skip(ct, "there is no event of type %02xh", type);
}

static void event_switch(struct ct *ct)
{
	struct ct_placement p;
	bool before;

	ct_placement_begin(ct, &p);
	before = ct_placement_told(ct, &p, 0, NVME_FDP_EVENT_WRONG_PID);
	for (unsigned i = 0; i < 2; i++) {
		bool on = before == !!i;

		ct_success(ct, "Set Features, FDP Events",
			   ct_placement_tell(ct, p.ns->nsid, 0, NVME_FDP_EVENT_WRONG_PID, on));
		ct_equal(ct, "whether Invalid Placement Identifier is told", on,
			 ct_placement_told(ct, &p, 0, NVME_FDP_EVENT_WRONG_PID));
	}
}

static void event_wrong_handle(struct ct *ct)
{
	struct nvme_fdp_event_support *list = ct_buffer(ct, NVME_FDP_EVENTS_MAX * sizeof(*list));
	struct ct_placement p;

	ct_placement_begin(ct, &p);
	ct_status(ct, "Get Features, FDP Events, of a handle that there is not",
		  NVME_SC_INVALID_FIELD, get_events(ct, p.ns->nsid, NOWHERE, list));
	ct_status(ct, "Set Features, FDP Events, of a handle that there is not",
		  NVME_SC_INVALID_FIELD,
		  ct_placement_tell(ct, p.ns->nsid, NOWHERE, NVME_FDP_EVENT_WRONG_PID, false));
}

/* It may be for all of them, or be refused. */
static void event_all_namespaces(struct ct *ct)
{
	struct ct_placement p;
	bool on;

	ct_placement_begin(ct, &p);
	on = ct_placement_told(ct, &p, 0, NVME_FDP_EVENT_WRONG_PID);
	ct_placement_tell(ct, NVME_NSID_ALL, 0, NVME_FDP_EVENT_WRONG_PID, on);
	ct_equal(ct, "whether Invalid Placement Identifier is told", on,
		 ct_placement_told(ct, &p, 0, NVME_FDP_EVENT_WRONG_PID));
}

static void disabled_events(struct ct *ct)
{
	struct nvme_fdp_event_support *list = ct_buffer(ct, NVME_FDP_EVENTS_MAX * sizeof(*list));
	struct ct_placement p;

	CT_NEED(!ct_placement_find(ct, &p), "Flexible Data Placement is enabled");
	ct_status(ct, "Get Features, FDP Events", NVME_SC_FDP_DISABLED,
		  get_events(ct, p.ns->nsid, 0, list));
	ct_status(ct, "Set Features, FDP Events", NVME_SC_FDP_DISABLED,
		  ct_placement_tell(ct, p.ns->nsid, 0, NVME_FDP_EVENT_WRONG_PID, true));
}

/* ---- I/O Management Receive ---- */

/* In the order of placement handles, and of reclaim groups for each of these. */
static void identifiers(struct ct *ct)
{
	struct ct_placement p;
	unsigned shift;

	ct_placement_begin_configured(ct, &p);
	CT_NEED(p.count < CT_HANDLES_MAX, "there are %u identifiers or more", p.count);
	ct_equal(ct, "descriptors behind those of every handle and group", 0,
		 p.count % p.configuration->nrg);
	shift = 16 - NVME_FDPA_RGIF(p.configuration->fdpa);
	for (unsigned i = 0; i < p.count; i++) {
		unsigned group = i % p.configuration->nrg, handle = i / p.configuration->nrg;

		ct_equal(ct, "Placement Identifier", group << shift | handle, p.handles[i].pid);
		CT_EXPECT(p.handles[i].ruhid < p.configuration->nruh,
			  "expected one of %u handles, got RUHID %u", p.configuration->nruh,
			  p.handles[i].ruhid);
		ct_equal(ct, "RUHID of the same placement handle",
			 p.handles[handle * p.configuration->nrg].ruhid, p.handles[i].ruhid);
		ct_all(ct, "reserved bytes of a descriptor", 0, p.handles[i].reserved16,
		       sizeof(p.handles[i].reserved16));
	}
}

static void short_status(struct ct *ct)
{
	uint8_t *bytes = ct_buffer(ct, 64);
	struct ct_placement p;

	ct_placement_begin(ct, &p);
	ct_success(ct, "I/O Management Receive of 16 bytes",
		   ct_placement_receive(ct, p.ns->nsid, NVME_IO_MANAGEMENT_STATUS, bytes, 16));
	ct_equal(ct, "NRUHSD", p.count, ((struct nvme_fdp_status *)bytes)->nruhsd);
	ct_all(ct, "the bytes behind them to stay", CT_FRESH, bytes + 16, 48);
}

static void wrong_receive(struct ct *ct)
{
	uint8_t *bytes = ct_buffer(ct, 64);
	struct ct_placement p;

	ct_placement_begin(ct, &p);
	ct_status(ct, "I/O Management Receive with a reserved operation", NVME_SC_INVALID_FIELD,
		  ct_placement_receive(ct, p.ns->nsid, 0x7f, bytes, 64));
	ct_status(ct, "I/O Management Receive with NSID 0h", NVME_SC_INVALID_NAMESPACE,
		  ct_placement_receive(ct, 0, NVME_IO_MANAGEMENT_STATUS, bytes, 64));
	ct_status(ct, "I/O Management Receive with NSID FFFFFFFFh", NVME_SC_INVALID_NAMESPACE,
		  ct_placement_receive(ct, NVME_NSID_ALL, NVME_IO_MANAGEMENT_STATUS, bytes, 64));
	ct_all(ct, "the buffer to stay", CT_FRESH, bytes, 64);
}

/* ---- Directives ---- */

/* The directive has no operations of its own; argument: the command. */
static void directive(struct ct *ct)
{
	struct nvme_command command = ct_nsid_command(ct->argument, 0);
	struct ct_placement p;

	ct_placement_begin(ct, &p);
	CT_NEED(ct->identify->oacs & NVME_OACS_DIRECTIVES, "OACS has no directives");
	command.nsid = p.ns->nsid;
	ct_prp(ct, &command, ct_buffer(ct, NVME_IDENTIFY_SIZE), NVME_IDENTIFY_SIZE);
	command.cdw10 = NVME_IDENTIFY_SIZE / 4 - 1;
	command.cdw11 = NVME_DIRECTIVE_CDW11(1, NVME_DIRECTIVE_PLACEMENT, 0);
	ct_status(ct, "an operation of the directive Data Placement", NVME_SC_INVALID_FIELD,
		  ct_ask(ct, command));
}

#define LOG(text, section, function, lid) \
	CT_CASE(text, section, function, CT_ADMIN, .argument = (lid))
#define CONFIGURATIONS "Base 2.1 5.1.12.1.28"
#define USAGE	       "Base 2.1 5.1.12.1.29"
#define STATISTICS     "Base 2.1 5.1.12.1.30"
#define EVENTS	       "Base 2.1 5.1.12.1.31"
#define FEATURE	       "Base 2.1 5.1.25.1.20"
#define EVENT_FEATURE  "Base 2.1 5.1.25.1.21"
#define RECEIVE	       "Base 2.1 7.3"

static const struct ct_case cases[] = {
	LOG("configurations have their sizes, handles and groups", CONFIGURATIONS,
	    configuration_list, 0),
	CT_CASE("the configuration in use is valid", CONFIGURATIONS, configuration_in_use, CT_IO),
	CT_CASE("usage has every handle, and those of namespaces in use", USAGE, usage, CT_IO),
	CT_CASE("events of the host and of the controller are apart", EVENTS, event_lists, CT_IO),
	LOG("configurations of no endurance group: Invalid Field", CONFIGURATIONS, wrong_group,
	    NVME_LOG_FDP_CONFIGURATIONS),
	LOG("usage of no endurance group: Invalid Field", USAGE, wrong_group, NVME_LOG_FDP_USAGE),
	LOG("statistics of no endurance group: Invalid Field", STATISTICS, wrong_group,
	    NVME_LOG_FDP_STATISTICS),
	LOG("events of no endurance group: Invalid Field", EVENTS, wrong_group,
	    NVME_LOG_FDP_EVENTS),
	LOG("usage where it is disabled: 029h", USAGE, disabled_log, NVME_LOG_FDP_USAGE),
	LOG("statistics where it is disabled: 029h", STATISTICS, disabled_log,
	    NVME_LOG_FDP_STATISTICS),
	LOG("events where it is disabled: 029h", EVENTS, disabled_log, NVME_LOG_FDP_EVENTS),
	LOG("Get Features of no endurance group: Invalid Field", FEATURE, feature_wrong_group, 0),
	LOG("a group with namespaces is not changed: 00Ch", FEATURE, feature_change, 0),
	CT_CASE("types of events ascend", EVENT_FEATURE, event_types, CT_IO),
	CT_CASE("an event is switched on and off", EVENT_FEATURE, event_switch, CT_IO),
	CT_CASE("events of no placement handle: Invalid Field", EVENT_FEATURE, event_wrong_handle,
		CT_IO),
	CT_CASE("events of NSID FFFFFFFFh: a status", EVENT_FEATURE, event_all_namespaces, CT_IO),
	LOG("events of handles where it is disabled: 029h", EVENT_FEATURE, disabled_events, 0),
	CT_CASE("each handle of each group has its identifier", RECEIVE, identifiers, CT_IO),
	CT_CASE("as much of the handles' status as NUMD says", RECEIVE, short_status, CT_IO),
	CT_CASE("I/O Management Receive that is wrong is refused", RECEIVE, wrong_receive, CT_IO),
	CT_CASE("Directive Receive of Data Placement: Invalid Field", "Base 2.1 8.1.8.4", directive,
		CT_IO, .argument = NVME_ADMIN_DIRECTIVE_RECEIVE),
	CT_CASE("Directive Send of Data Placement: Invalid Field", "Base 2.1 8.1.8.4", directive,
		CT_IO, .argument = NVME_ADMIN_DIRECTIVE_SEND),
	{.name = NULL},
};
CONFORMANCE_GROUP("placement", cases);

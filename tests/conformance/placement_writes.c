/* Flexible Data Placement: where Writes go, and what is told of it. */
#include "tests/conformance/placement.h"

#include "lib/endian.h"
#include "lib/string.h"

#define BLOCKS 8u

static struct ct_answer update(struct ct *ct, const struct ct_placement *p, const uint16_t *pids,
			       unsigned count)
{
	struct nvme_command command = ct_nsid_command(NVME_IO_MANAGEMENT_SEND, p->ns->nsid);
	uint16_t *list = ct_buffer(ct, count * sizeof(*list));

	memcpy(list, pids, count * sizeof(*list));
	ct_prp(ct, &command, list, count * sizeof(*list));
	command.cdw10 = NVME_IO_MANAGEMENT_UPDATE | (count - 1) << NVME_IO_MANAGEMENT_MOS_SHIFT;
	return ct_do(ct, command);
}

/* Writes with identifiers, which a host has to enable the directive for. */
static void begin_writes(struct ct *ct, struct ct_placement *p)
{
	struct nvme_directive_parameters *page = ct_buffer(ct, NVME_IDENTIFY_SIZE);
	struct nvme_command command = ct_nsid_command(NVME_ADMIN_DIRECTIVE_RECEIVE, 0);

	ct_placement_begin_configured(ct, p);
	CT_NEED(ct->identify->oacs & NVME_OACS_DIRECTIVES, "OACS has no directives");
	command.nsid = p->ns->nsid;
	ct_prp(ct, &command, page, NVME_IDENTIFY_SIZE);
	command.cdw10 = NVME_IDENTIFY_SIZE / 4 - 1;
	command.cdw11 =
		NVME_DIRECTIVE_CDW11(NVME_DIRECTIVE_RECEIVE_PARAMETERS, NVME_DIRECTIVE_IDENTIFY, 0);
	ct_success(ct, "Directive Receive, Identify", ct_ask(ct, command));
	CT_NEED(page->enabled[0] & 1u << NVME_DIRECTIVE_PLACEMENT,
		"the directive Data Placement is not enabled");
	ct_save(ct, p->ns, 0, CT_HANDLES_MAX * BLOCKS);
}

static struct ct_answer write_to(struct ct *ct, const struct ct_placement *p, uint64_t lba,
				 unsigned type, unsigned pid)
{
	uint8_t *bytes = ct_buffer(ct, BLOCKS * (size_t)p->ns->block_size);
	struct nvme_command command;

	for (unsigned i = 0; i < BLOCKS; i++)
		ct_pattern(p->ns, lba + i, 1, bytes + i * (size_t)p->ns->block_size);
	command = ct_rw(ct, NVME_IO_WRITE, p->ns, lba, BLOCKS, bytes);
	command.cdw12 |= type << NVME_RW_DIRECTIVE_SHIFT | NVME_RW_FUA;
	command.cdw13 = pid << NVME_RW_SPECIFIC_SHIFT;
	return ct_do(ct, command);
}

/* An identifier of the namespace's first reclaim group whose placement handle is nobody's. */
static uint16_t wrong_pid(struct ct *ct, const struct ct_placement *p)
{
	unsigned bits = 16 - NVME_FDPA_RGIF(p->configuration->fdpa);
	unsigned handle = p->count / p->configuration->nrg;

	CT_NEED(handle < 1u << bits, "every placement handle is there");
	return (uint16_t)handle;
}

static const struct nvme_fdp_statistics_log *statistics(struct ct *ct, const struct ct_placement *p)
{
	struct nvme_fdp_statistics_log *log = ct_buffer(ct, sizeof(*log));

	ct_success(ct, "Get Log Page, FDP Statistics",
		   ct_placement_log(ct, NVME_LOG_FDP_STATISTICS, p->group, 0, log, sizeof(*log)));
	ct_all(ct, "reserved bytes of FDP Statistics", 0, log->reserved48, sizeof(log->reserved48));
	return log;
}

static void host_bytes(struct ct *ct)
{
	struct ct_placement p;
	uint64_t before, after;

	begin_writes(ct, &p);
	before = get_le64(statistics(ct, &p)->hbmw);
	ct_success(ct, "Write", write_to(ct, &p, 0, 0, 0));
	after = get_le64(statistics(ct, &p)->hbmw);
	ct_equal(ct, "bytes that HBMW has grown by", BLOCKS * p.ns->block_size, after - before);
}

/* At every placement handle of the namespace. */
static void tell(struct ct *ct, const struct ct_placement *p, uint8_t type, bool on)
{
	for (unsigned handle = 0; handle < p->count / p->configuration->nrg; handle++)
		ct_success(ct, "Set Features, FDP Events",
			   ct_placement_tell(ct, p->ns->nsid, handle, type, on));
}

/* ---- Write ---- */

static void every_identifier(struct ct *ct)
{
	struct ct_placement p;

	begin_writes(ct, &p);
	for (unsigned i = 0; i < p.count; i++)
		ct_success(
			ct, "Write with a placement identifier",
			write_to(ct, &p, i * BLOCKS, NVME_DIRECTIVE_PLACEMENT, p.handles[i].pid));
	for (unsigned i = 0; i < p.count; i++)
		ct_expect_pattern(ct, p.ns, i * BLOCKS, BLOCKS, 1);
}

/* Room in the unit of the identifier that is written to; or there is another unit. */
static void takes_room(struct ct *ct)
{
	const struct nvme_fdp_handle_status *after;
	struct ct_placement p;
	unsigned count;

	begin_writes(ct, &p);
	for (unsigned i = 0; i < p.count; i++) {
		uint64_t before = ct_placement_status(ct, &p, &count)[i].ruamw;

		ct_success(ct, "Write with a placement identifier",
			   write_to(ct, &p, 0, NVME_DIRECTIVE_PLACEMENT, p.handles[i].pid));
		after = ct_placement_status(ct, &p, &count);
		/* More than before is that of another unit, to which it may have gone on. */
		CT_EXPECT(after[i].ruamw + BLOCKS <= before || after[i].ruamw > before,
			  "expected RUAMW of identifier %04xh to be less than %llu by %u blocks "
			  "behind a Write, got %llu",
			  p.handles[i].pid, (unsigned long long)before, BLOCKS,
			  (unsigned long long)after[i].ruamw);
	}
}

/* Without the directive, whatever DSPEC is. */
static void no_directive(struct ct *ct)
{
	struct ct_placement p;

	begin_writes(ct, &p);
	ct_success(ct, "Write with DTYPE 0h and a DSPEC", write_to(ct, &p, 0, 0, 0xffff));
	ct_expect_pattern(ct, p.ns, 0, BLOCKS, 1);
}

static void wrong_write(struct ct *ct)
{
	struct ct_placement p;

	begin_writes(ct, &p);
	ct_success(ct, "Write with an identifier of no placement handle",
		   write_to(ct, &p, 0, NVME_DIRECTIVE_PLACEMENT, wrong_pid(ct, &p)));
	ct_expect_pattern(ct, p.ns, 0, BLOCKS, 1);
}

/* Whether the newest event is such a one. */
static bool has_event(struct ct *ct, const struct ct_placement *p, uint8_t type, uint16_t pid)
{
	const struct nvme_fdp_events_log *log = ct_placement_events(ct, p, true);
	const struct nvme_fdp_event *event;

	if (!log->count)
		return false;
	event = &log->events[log->count - 1];
	return event->type == type && (!(event->fdpef & NVME_FDP_EVENT_PID) || event->pid == pid) &&
	       (!(event->fdpef & NVME_FDP_EVENT_NSID) || event->nsid == p->ns->nsid);
}

/* argument: the type, which a wrong identifier causes or a unit that is left early */
static void told(struct ct *ct)
{
	struct ct_placement p;
	uint16_t pid;
	bool before, found;

	begin_writes(ct, &p);
	before = ct_placement_told(ct, &p, 0, (uint8_t)ct->argument);
	tell(ct, &p, (uint8_t)ct->argument, true);
	if (ct->argument == NVME_FDP_EVENT_WRONG_PID) {
		pid = wrong_pid(ct, &p);
		ct_success(ct, "Write with an identifier of no placement handle",
			   write_to(ct, &p, 0, NVME_DIRECTIVE_PLACEMENT, pid));
	} else {
		pid = p.handles[0].pid;
		ct_success(ct, "Write", write_to(ct, &p, 0, NVME_DIRECTIVE_PLACEMENT, pid));
		ct_success(ct, "I/O Management Send", update(ct, &p, &pid, 1));
	}
	found = has_event(ct, &p, (uint8_t)ct->argument, pid);
	tell(ct, &p, (uint8_t)ct->argument, before);
	CT_EXPECT(found, "expected the newest event to be of type %02xh, of identifier %04xh",
		  ct->argument, pid);
}

static void not_told(struct ct *ct)
{
	struct ct_placement p;
	bool before;
	unsigned count;

	begin_writes(ct, &p);
	before = ct_placement_told(ct, &p, 0, NVME_FDP_EVENT_WRONG_PID);
	tell(ct, &p, NVME_FDP_EVENT_WRONG_PID, false);
	count = ct_placement_events(ct, &p, true)->count;
	ct_success(ct, "Write with an identifier of no placement handle",
		   write_to(ct, &p, 0, NVME_DIRECTIVE_PLACEMENT, wrong_pid(ct, &p)));
	tell(ct, &p, NVME_FDP_EVENT_WRONG_PID, before);
	ct_equal(ct, "the number of events, of which this one is switched off", count,
		 ct_placement_events(ct, &p, true)->count);
}

/* ---- I/O Management Send ---- */

/* A unit that was written is left for an empty one; what is in it stays. */
static void updates(struct ct *ct)
{
	const struct nvme_fdp_handle_status *after;
	struct ct_placement p;
	uint16_t pids[CT_HANDLES_MAX];
	uint64_t written;
	unsigned count;

	begin_writes(ct, &p);
	count = p.configuration->maxpids < p.count ? p.configuration->maxpids + 1u : p.count;
	for (unsigned i = 0; i < count; i++)
		pids[i] = p.handles[i].pid;
	ct_success(ct, "I/O Management Send", update(ct, &p, pids, count));
	ct_success(ct, "Write", write_to(ct, &p, 0, NVME_DIRECTIVE_PLACEMENT, pids[0]));
	written = ct_placement_status(ct, &p, &count)[0].ruamw;
	ct_success(ct, "I/O Management Send", update(ct, &p, pids, 1));
	after = ct_placement_status(ct, &p, &count);
	ct_equal(ct, "the number of identifiers", p.count, count);
	CT_EXPECT(after[0].ruamw && after[0].ruamw != written,
		  "expected RUAMW of an empty unit, got %llu as before the update",
		  (unsigned long long)after[0].ruamw);
	ct_expect_pattern(ct, p.ns, 0, BLOCKS, 1);
}

static void wrong_update(struct ct *ct)
{
	struct ct_placement p;
	uint16_t pid;

	ct_placement_begin_configured(ct, &p);
	pid = wrong_pid(ct, &p);
	ct_status(ct, "I/O Management Send with an identifier of no placement handle",
		  NVME_SC_INVALID_FIELD, update(ct, &p, &pid, 1));
}

static void too_many(struct ct *ct)
{
	struct ct_placement p;
	uint16_t pids[CT_HANDLES_MAX];

	ct_placement_begin_configured(ct, &p);
	CT_NEED(p.configuration->maxpids + 2u <= CT_HANDLES_MAX, "MAXPIDS is large");
	for (unsigned i = 0; i < CT_HANDLES_MAX; i++)
		pids[i] = p.handles[0].pid;
	ct_status(ct, "I/O Management Send with one identifier more than MAXPIDS",
		  NVME_SC_INVALID_FIELD, update(ct, &p, pids, p.configuration->maxpids + 2u));
}

static void wrong_send(struct ct *ct)
{
	struct nvme_command command = ct_nsid_command(NVME_IO_MANAGEMENT_SEND, 0);
	struct ct_placement p;

	ct_placement_begin(ct, &p);
	command.nsid = p.ns->nsid;
	ct_prp(ct, &command, ct_buffer(ct, 64), 64);
	command.cdw10 = 0x7f;
	ct_status(ct, "I/O Management Send with a reserved operation", NVME_SC_INVALID_FIELD,
		  ct_do(ct, command));
}

static void disabled_io(struct ct *ct)
{
	struct ct_placement p;
	const uint16_t pid = 0;

	CT_NEED(!ct_placement_find(ct, &p), "Flexible Data Placement is enabled");
	ct_status(ct, "I/O Management Receive", NVME_SC_FDP_DISABLED,
		  ct_placement_receive(ct, p.ns->nsid, NVME_IO_MANAGEMENT_STATUS, ct_buffer(ct, 64),
				       64));
	ct_status(ct, "I/O Management Send", NVME_SC_FDP_DISABLED, update(ct, &p, &pid, 1));
}

#define WRITES(text, section, function, value) \
	CT_CASE(text, section, function, CT_WRITES, .argument = (value))
#define STATISTICS    "Base 2.1 5.1.12.1.30"
#define EVENTS	      "Base 2.1 5.1.12.1.31"
#define EVENT_FEATURE "Base 2.1 5.1.25.1.21"
#define RECEIVE	      "Base 2.1 7.3"
#define SEND	      "Base 2.1 7.4"
#define PLACEMENT     "Base 2.1 8.1.10"

static const struct ct_case cases[] = {
	WRITES("HBMW grows by what is written", STATISTICS, host_bytes, 0),
	CT_CASE("I/O Management where it is disabled: 029h", RECEIVE, disabled_io, CT_IO),
	WRITES("Write with every identifier", PLACEMENT, every_identifier, 0),
	WRITES("Write takes room of its identifier", RECEIVE, takes_room, 0),
	WRITES("Write with DTYPE 0h: DSPEC does not matter", PLACEMENT, no_directive, 0),
	WRITES("Write with an identifier that there is not is done", PLACEMENT, wrong_write, 0),
	WRITES("Write with an identifier that there is not is an event", EVENTS, told,
	       NVME_FDP_EVENT_WRONG_PID),
	WRITES("a unit that is left before it is full is an event", EVENTS, told,
	       NVME_FDP_EVENT_NOT_FULL),
	WRITES("an event that is switched off is not told", EVENT_FEATURE, not_told, 0),
	WRITES("an update leads to empty units, the data stays", SEND, updates, 0),
	CT_CASE("an update of no placement handle: Invalid Field", SEND, wrong_update, CT_IO),
	CT_CASE("an update of more identifiers than MAXPIDS: Invalid Field", SEND, too_many, CT_IO),
	CT_CASE("I/O Management Send with a reserved operation: Invalid Field", SEND, wrong_send,
		CT_IO),
	{.name = NULL},
};
CONFORMANCE_GROUP("placement-writes", cases);

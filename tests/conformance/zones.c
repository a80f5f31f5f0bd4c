/* Zones: their states, write pointers and resources. */
#include "tests/conformance/zoned.h"

#include "lib/string.h"

#define OAES_ZONES    0x8000000u /* Zone Descriptor Changed Notices */
#define RESOURCES_MAX 32u

/* ---- States ---- */

/* to 0: there is no such transition. */
#define TRANSITION(action, from, to) ((action) | (from) << 8 | (to) << 16)

static void transition(struct ct *ct)
{
	unsigned action = ct->argument & 0xff, from = ct->argument >> 8 & 0xff;
	unsigned to = ct->argument >> 16;
	struct ct_answer answer;
	struct ct_zoned z;

	ct_zones_begin(ct, &z);
	ct_zone_make(ct, &z, 1, from);
	answer = ct_zone_send(ct, &z, ct_zone_start(&z, 1), action);
	if (to)
		ct_success(ct, "the action", answer);
	else
		ct_status(ct, "the action", NVME_SC_INVALID_ZONE_TRANSITION, answer);
	ct_zone_expect(ct, &z, 1, to ? to : from, to == NVME_ZONE_STATE_EMPTY ? 0 : CT_ANY_POINTER);
	ct_zone_expect(ct, &z, 0, NVME_ZONE_STATE_EMPTY, 0);
	ct_zone_expect(ct, &z, 2, NVME_ZONE_STATE_EMPTY, 0);
}

static void all_zones(struct ct *ct)
{
	unsigned action = ct->argument & 0xff;
	struct ct_zoned z;

	ct_zones_begin(ct, &z);
	CT_NEED(z.open_max >= 2 && z.active_max >= 3, "MOR or MAR is small");
	ct_zone_make(ct, &z, 0, NVME_ZONE_STATE_IMPLICITLY_OPEN);
	ct_zone_make(ct, &z, 1, NVME_ZONE_STATE_CLOSED);
	ct_zone_make(ct, &z, 2, NVME_ZONE_STATE_FULL);
	ct_success(ct, "the action on all zones", ct_zone_send(ct, &z, 0, action | NVME_ZONE_ALL));
	if (action == NVME_ZONE_RESET) {
		for (unsigned i = 0; i < 3; i++)
			ct_zone_expect(ct, &z, i, NVME_ZONE_STATE_EMPTY, 0);
		return;
	}
	ct_zone_expect(ct, &z, 0,
		       action == NVME_ZONE_FINISH ? NVME_ZONE_STATE_FULL
		       : action == NVME_ZONE_OPEN ? NVME_ZONE_STATE_IMPLICITLY_OPEN
						  : NVME_ZONE_STATE_CLOSED,
		       action == NVME_ZONE_FINISH ? CT_ANY_POINTER : 1);
	ct_zone_expect(ct, &z, 1,
		       action == NVME_ZONE_FINISH ? NVME_ZONE_STATE_FULL
		       : action == NVME_ZONE_OPEN ? NVME_ZONE_STATE_EXPLICITLY_OPEN
						  : NVME_ZONE_STATE_CLOSED,
		       action == NVME_ZONE_FINISH ? CT_ANY_POINTER : 1);
	ct_zone_expect(ct, &z, 2, NVME_ZONE_STATE_FULL, CT_ANY_POINTER);
	ct_zone_expect(ct, &z, 3, NVME_ZONE_STATE_EMPTY, 0);
}

static void reset_one(struct ct *ct)
{
	struct ct_zoned z;

	ct_zones_begin(ct, &z);
	CT_NEED(z.active_max >= 2, "MAR is small");
	for (unsigned i = 0; i < 3; i++)
		ct_success(ct, "Write", ct_zone_write(ct, &z, ct_zone_start(&z, i), 3));
	ct_success(ct, "Reset Zone", ct_zone_send(ct, &z, ct_zone_start(&z, 1), NVME_ZONE_RESET));
	ct_zone_expect(ct, &z, 1, NVME_ZONE_STATE_EMPTY, 0);
	for (unsigned i = 0; i < 3; i += 2) {
		CT_EXPECT(ct_zone_of(ct, &z, i).write_pointer == ct_zone_start(&z, i) + 3,
			  "expected the write pointer of zone %u to stay", i);
		ct_expect_pattern(ct, z.ns, ct_zone_start(&z, i), 3, 1);
	}
	/* It is written again from its beginning. */
	ct_success(ct, "Write", ct_zone_write(ct, &z, ct_zone_start(&z, 1), 2));
	ct_expect_pattern(ct, z.ns, ct_zone_start(&z, 1), 2, 1);
}

/* The same zones of two namespaces, by Write and by Reset Zone. */
static void two_namespaces(struct ct *ct)
{
	struct ct_zoned z, other;

	ct_zones_begin(ct, &z);
	other = z;
	for (unsigned i = 0; i < ct->namespace_count; i++)
		if (ct->namespaces[i].csi == NVME_CSI_ZONED && !ct->namespaces[i].metadata.size)
			other.ns = &ct->namespaces[i];
	CT_NEED(other.ns != z.ns && other.ns->size == z.ns->size, "there is no other like it");
	ct_success(ct, "Reset Zone of all",
		   ct_zone_send(ct, &other, 0, NVME_ZONE_RESET | NVME_ZONE_ALL));
	ct_success(ct, "Write", ct_zone_write(ct, &z, 0, 3));
	ct_zone_expect(ct, &other, 0, NVME_ZONE_STATE_EMPTY, 0);
	ct_success(ct, "Write to the other", ct_zone_write(ct, &other, 0, 2));
	ct_zone_expect(ct, &z, 0, NVME_ZONE_STATE_IMPLICITLY_OPEN, 3);
	ct_expect_pattern(ct, z.ns, 0, 3, 1);
	ct_expect_pattern(ct, other.ns, 0, 2, 1);
	ct_success(ct, "Reset Zone of the other", ct_zone_send(ct, &other, 0, NVME_ZONE_RESET));
	ct_zone_expect(ct, &z, 0, NVME_ZONE_STATE_IMPLICITLY_OPEN, 3);
	ct_expect_pattern(ct, z.ns, 0, 3, 1);
}

/* ---- Send: what is refused ---- */

enum { RESERVED_ACTION, NOT_START, BEHIND_END };

static void wrong_send(struct ct *ct)
{
	struct ct_zoned z;

	ct_zones_begin(ct, &z);
	ct_success(ct, "Write", ct_zone_write(ct, &z, ct_zone_start(&z, 1), 1));
	if (ct->argument == RESERVED_ACTION)
		ct_refused(ct, "a reserved action",
			   ct_zone_send(ct, &z, ct_zone_start(&z, 1), 0x7f));
	else if (ct->argument == NOT_START)
		ct_status(ct, "Reset Zone of the second block", NVME_SC_INVALID_FIELD,
			  ct_zone_send(ct, &z, ct_zone_start(&z, 1) + 1, NVME_ZONE_RESET));
	else
		ct_status_of(ct, "Reset Zone behind the end",
			     CT_STATUSES(NVME_SC_LBA_OUT_OF_RANGE, NVME_SC_INVALID_FIELD),
			     ct_zone_send(ct, &z, z.count * z.size, NVME_ZONE_RESET));
	ct_zone_expect(ct, &z, 1, NVME_ZONE_STATE_IMPLICITLY_OPEN, 1);
}

/* ---- Write ---- */

static void write_moves(struct ct *ct)
{
	struct ct_zoned z;

	ct_zones_begin(ct, &z);
	ct_success(ct, "Write", ct_zone_write(ct, &z, ct_zone_start(&z, 1), 3));
	ct_zone_expect(ct, &z, 1, NVME_ZONE_STATE_IMPLICITLY_OPEN, 3);
	ct_success(ct, "Write", ct_zone_write(ct, &z, ct_zone_start(&z, 1) + 3, 1));
	ct_zone_expect(ct, &z, 1, NVME_ZONE_STATE_IMPLICITLY_OPEN, 4);
	ct_expect_pattern(ct, z.ns, ct_zone_start(&z, 1), 4, 1);
}

/* Write or Write Zeroes somewhere else than at the write pointer. */
static void write_elsewhere(struct ct *ct)
{
	struct ct_zoned z;

	ct_zones_begin(ct, &z);
	ct_success(ct, "Write", ct_zone_write(ct, &z, ct_zone_start(&z, 1), 3));
	if (ct->argument == NVME_IO_WRITE_ZEROES) {
		ct_need_command(ct, NVME_IO_WRITE_ZEROES);
		ct_status(ct, "Write Zeroes behind the write pointer", NVME_SC_ZONE_INVALID_WRITE,
			  ct_do(ct, ct_rw(ct, NVME_IO_WRITE_ZEROES, z.ns, ct_zone_start(&z, 1) + 4,
					  1, NULL)));
	} else {
		ct_status(ct, "Write behind the write pointer", NVME_SC_ZONE_INVALID_WRITE,
			  ct_zone_write(ct, &z, ct_zone_start(&z, 1) + 4, 1));
		ct_status(ct, "Write before the write pointer", NVME_SC_ZONE_INVALID_WRITE,
			  ct_zone_write(ct, &z, ct_zone_start(&z, 1), 1));
		ct_status(ct, "Write in the middle of an empty zone", NVME_SC_ZONE_INVALID_WRITE,
			  ct_zone_write(ct, &z, ct_zone_start(&z, 2) + 1, 1));
	}
	ct_zone_expect(ct, &z, 1, NVME_ZONE_STATE_IMPLICITLY_OPEN, 3);
	ct_zone_expect(ct, &z, 2, NVME_ZONE_STATE_EMPTY, 0);
}

/* Blocks up to so many before the end of the capacity. */
static void fill_zone(struct ct *ct, const struct ct_zoned *z, unsigned zone, uint64_t left)
{
	uint64_t most = z->ns->blocks_max < 256 ? z->ns->blocks_max : 256;
	uint8_t *bytes;

	CT_NEED(z->capacity * z->ns->block_size <= 4u << 20, "zones are large");
	bytes = ct_buffer(ct, most * z->ns->block_size);
	for (uint64_t at = 0; at < z->capacity - left;) {
		uint64_t now = z->capacity - left - at < most ? z->capacity - left - at : most;

		ct_success(ct, "Write",
			   ct_do(ct, ct_rw(ct, NVME_IO_WRITE, z->ns, ct_zone_start(z, zone) + at,
					   (unsigned)now, bytes)));
		at += now;
	}
}

static void write_to_end(struct ct *ct)
{
	struct ct_zoned z;

	ct_zones_begin(ct, &z);
	fill_zone(ct, &z, 1, 2);
	ct_zone_expect(ct, &z, 1, NVME_ZONE_STATE_IMPLICITLY_OPEN, z.capacity - 2);
	ct_status(ct, "Write across the capacity", NVME_SC_ZONE_BOUNDARY,
		  ct_zone_write(ct, &z, ct_zone_start(&z, 1) + z.capacity - 2, 3));
	ct_zone_expect(ct, &z, 1, NVME_ZONE_STATE_IMPLICITLY_OPEN, z.capacity - 2);
	ct_success(ct, "Write up to the capacity",
		   ct_zone_write(ct, &z, ct_zone_start(&z, 1) + z.capacity - 2, 2));
	ct_zone_expect(ct, &z, 1, NVME_ZONE_STATE_FULL, CT_ANY_POINTER);
	ct_expect_pattern(ct, z.ns, ct_zone_start(&z, 1) + z.capacity - 2, 2, 1);
	ct_zone_expect(ct, &z, 2, NVME_ZONE_STATE_EMPTY, 0);
}

static void write_full(struct ct *ct)
{
	struct ct_zoned z;

	ct_zones_begin(ct, &z);
	ct_zone_make(ct, &z, 1, NVME_ZONE_STATE_FULL);
	ct_status(ct, "Write to a zone that is full", NVME_SC_ZONE_FULL,
		  ct_zone_write(ct, &z, ct_zone_start(&z, 1), 1));
	ct_zone_expect(ct, &z, 1, NVME_ZONE_STATE_FULL, CT_ANY_POINTER);
	ct_expect_pattern(ct, z.ns, ct_zone_start(&z, 1), 1, 1);
}

static void read_across(struct ct *ct)
{
	struct ct_answer answer;
	struct ct_zoned z;

	ct_zones_begin(ct, &z);
	answer = ct_do(ct, ct_rw(ct, NVME_IO_READ, z.ns, ct_zone_start(&z, 1) - 1, 2,
				 ct_buffer(ct, 2 * (size_t)z.ns->block_size)));
	if (z.identify->ozcs & NVME_OZCS_RAZB)
		ct_success(ct, "Read of two zones, which OZCS has", answer);
	else
		ct_status(ct, "Read of two zones, which OZCS does not have", NVME_SC_ZONE_BOUNDARY,
			  answer);
}

/* ---- Resources ---- */

static void open_limit(struct ct *ct)
{
	struct ct_zoned z;
	unsigned count;

	ct_zones_begin(ct, &z);
	CT_NEED(z.open_max < RESOURCES_MAX && z.open_max + 2 < z.count,
		"there is no limit, or a high one");
	count = z.open_max + 1;
	for (unsigned i = 0; i < count; i++)
		ct_success(ct, "Open Zone",
			   ct_zone_send(ct, &z, ct_zone_start(&z, i), NVME_ZONE_OPEN));
	ct_status_of(ct, "Open Zone of one more",
		     CT_STATUSES(NVME_SC_TOO_MANY_OPEN_ZONES, NVME_SC_TOO_MANY_ACTIVE_ZONES),
		     ct_zone_send(ct, &z, ct_zone_start(&z, count), NVME_ZONE_OPEN));
	ct_status_of(ct, "Write to one more",
		     CT_STATUSES(NVME_SC_TOO_MANY_OPEN_ZONES, NVME_SC_TOO_MANY_ACTIVE_ZONES),
		     ct_zone_write(ct, &z, ct_zone_start(&z, count), 1));
	ct_zone_expect(ct, &z, count, NVME_ZONE_STATE_EMPTY, 0);
	ct_success(ct, "Reset Zone", ct_zone_send(ct, &z, ct_zone_start(&z, 0), NVME_ZONE_RESET));
	ct_success(ct, "Open Zone in its place",
		   ct_zone_send(ct, &z, ct_zone_start(&z, count), NVME_ZONE_OPEN));
}

static void active_limit(struct ct *ct)
{
	struct ct_zoned z;
	unsigned count;

	ct_zones_begin(ct, &z);
	CT_NEED(z.active_max < RESOURCES_MAX && z.active_max + 2 < z.count,
		"there is no limit, or a high one");
	count = z.active_max + 1;
	for (unsigned i = 0; i < count; i++)
		ct_zone_make(ct, &z, i, NVME_ZONE_STATE_CLOSED);
	ct_status(ct, "Write to one more", NVME_SC_TOO_MANY_ACTIVE_ZONES,
		  ct_zone_write(ct, &z, ct_zone_start(&z, count), 1));
	ct_zone_expect(ct, &z, count, NVME_ZONE_STATE_EMPTY, 0);
	ct_success(ct, "Finish Zone", ct_zone_send(ct, &z, ct_zone_start(&z, 0), NVME_ZONE_FINISH));
	ct_success(ct, "Write in its place", ct_zone_write(ct, &z, ct_zone_start(&z, count), 1));
}

/* ---- Zone Append ---- */

static struct nvme_command append(struct ct *ct, const struct ct_zoned *z, uint64_t lba,
				  unsigned blocks, unsigned fill)
{
	uint8_t *bytes = ct_buffer(ct, (size_t)blocks * z->ns->block_size);

	memset(bytes, (int)fill, (size_t)blocks * z->ns->block_size);
	return ct_rw(ct, NVME_IO_ZONE_APPEND, z->ns, lba, blocks, bytes);
}

static uint64_t appended_at(struct ct_answer answer)
{
	return answer.dw0 | (uint64_t)answer.dw1 << 32;
}

static void appends(struct ct *ct)
{
	unsigned count = ct->argument;
	uint8_t *got;
	struct ct_zoned z;
	uint64_t seen = 0;
	uint16_t cids[16];

	ct_zones_begin(ct, &z);
	got = ct_buffer(ct, z.ns->block_size);
	CT_NEED(ct->io->size > count, "the queue is small");
	for (unsigned i = 0; i < count; i++)
		cids[i] = ct_push(ct, ct->io, append(ct, &z, ct_zone_start(&z, 1), 1, i + 1));
	ct_ring(ct, ct->io);
	for (unsigned i = 0; i < count; i++) {
		struct ct_answer answer = ct_wait(ct, ct->io, cids[i]);
		uint64_t at = appended_at(answer) - ct_zone_start(&z, 1);

		ct_success(ct, "Zone Append", answer);
		CT_EXPECT(at < count && !(seen >> at & 1),
			  "expected an LBA of the %u that were appended, got %llxh", count,
			  (unsigned long long)(at + ct_zone_start(&z, 1)));
		seen |= 1ull << at;
		ct_move(ct, z.ns, NVME_IO_READ, ct_zone_start(&z, 1) + at, 1, got);
		ct_all(ct, "a byte of the appended block", (uint8_t)(i + 1), got, z.ns->block_size);
	}
	ct_zone_expect(ct, &z, 1, NVME_ZONE_STATE_IMPLICITLY_OPEN, count);
}

enum { APPEND_NOT_START, APPEND_FULL, APPEND_ACROSS, APPEND_BEHIND };

static void wrong_append(struct ct *ct)
{
	struct ct_zoned z;

	ct_zones_begin(ct, &z);
	switch (ct->argument) {
	case APPEND_NOT_START:
		ct_status(ct, "Zone Append to the second block", NVME_SC_INVALID_FIELD,
			  ct_do(ct, append(ct, &z, ct_zone_start(&z, 1) + 1, 1, 1)));
		ct_zone_expect(ct, &z, 1, NVME_ZONE_STATE_EMPTY, 0);
		break;
	case APPEND_FULL:
		ct_zone_make(ct, &z, 1, NVME_ZONE_STATE_FULL);
		ct_status(ct, "Zone Append to a zone that is full", NVME_SC_ZONE_FULL,
			  ct_do(ct, append(ct, &z, ct_zone_start(&z, 1), 1, 1)));
		break;
	case APPEND_ACROSS:
		fill_zone(ct, &z, 1, 2);
		ct_status(ct, "Zone Append across the capacity", NVME_SC_ZONE_BOUNDARY,
			  ct_do(ct, append(ct, &z, ct_zone_start(&z, 1), 3, 1)));
		ct_zone_expect(ct, &z, 1, NVME_ZONE_STATE_IMPLICITLY_OPEN, z.capacity - 2);
		break;
	default:
		/* No zone begins there, either. */
		ct_status_of(ct, "Zone Append behind the end",
			     CT_STATUSES(NVME_SC_LBA_OUT_OF_RANGE, NVME_SC_INVALID_FIELD),
			     ct_do(ct, append(ct, &z, z.ns->size, 1, 1)));
	}
}

/* ---- Reports ---- */

static void report_counts(struct ct *ct)
{
	size_t size = sizeof(struct nvme_zone_report) + 2 * sizeof(struct nvme_zone_descriptor);
	struct nvme_zone_report *report = ct_buffer(ct, size);
	struct ct_zoned z;

	ct_zones_begin(ct, &z);
	ct_success(ct, "a report", ct_zone_receive(ct, &z, 0, NVME_ZONE_REPORT, report, size));
	ct_equal(ct, "Number of Zones of a report that is not partial", z.count, report->nr_zones);
	ct_success(ct, "a partial report",
		   ct_zone_receive(ct, &z, 0, NVME_ZONE_PARTIAL, report, size));
	ct_equal(ct, "Number of Zones of a partial report with room for two", 2, report->nr_zones);
	ct_success(ct, "a report from zone 1 on",
		   ct_zone_receive(ct, &z, ct_zone_start(&z, 1), NVME_ZONE_REPORT, report, size));
	ct_equal(ct, "Number of Zones from zone 1 on", z.count - 1, report->nr_zones);
	ct_success(ct, "a report of the last zone",
		   ct_zone_receive(ct, &z, (z.count - 1) * z.size, NVME_ZONE_REPORT, report, size));
	ct_equal(ct, "Number of Zones from the last on", 1, report->nr_zones);
}

/* Only those of a state. */
static void report_states(struct ct *ct)
{
	static const uint8_t states[] = {NVME_ZONE_STATE_IMPLICITLY_OPEN, NVME_ZONE_STATE_CLOSED,
					 NVME_ZONE_STATE_FULL};
	static const uint8_t lists[] = {2, 4, 5}; /* ZRASF: figure 28 */
	size_t size = sizeof(struct nvme_zone_report) + 2 * sizeof(struct nvme_zone_descriptor);
	struct nvme_zone_report *report = ct_buffer(ct, size);
	struct nvme_zone_descriptor descriptor;
	struct ct_zoned z;

	ct_zones_begin(ct, &z);
	CT_NEED(z.active_max >= 1 && z.open_max >= 1, "MOR or MAR is small");
	for (unsigned i = 0; i < 3; i++)
		ct_zone_make(ct, &z, 3 - i, states[i]);
	for (unsigned i = 0; i < 3; i++) {
		ct_success(ct, "a report of a state",
			   ct_zone_receive(ct, &z, 0, (unsigned)lists[i] << NVME_ZONE_STATE_SHIFT,
					   report, size));
		ct_equal(ct, "Number of Zones in the state", 1, report->nr_zones);
		memcpy(&descriptor, report + 1, sizeof(descriptor));
		ct_equal(ct, "Zone Start Logical Block Address", ct_zone_start(&z, 3 - i),
			 descriptor.start);
	}
	ct_success(ct, "a report of offline zones",
		   ct_zone_receive(ct, &z, 0, 7u << NVME_ZONE_STATE_SHIFT, report, size));
	ct_equal(ct, "Number of Zones that are offline", 0, report->nr_zones);
}

static void changed_zones(struct ct *ct)
{
	struct nvme_changed_zones *log = ct_buffer(ct, sizeof(*log));
	struct ct_zoned z;

	ct_zones_begin(ct, &z);
	CT_NEED(ct->identify->oaes & OAES_ZONES, "OAES has no Zone Descriptor Changed Notices");
	ct_success(
		ct, "Get Log Page, Changed Zone List",
		ct_ask(ct, ct_get_log(ct, NVME_LOG_CHANGED_ZONES, z.ns->nsid, log, sizeof(*log))));
	CT_EXPECT(log->count <= NVME_CHANGED_ZONES_MAX || log->count == 0xffff,
		  "expected a Number of Zone Identifiers up to 1FFh, got %xh", log->count);
}

/* ---- CC.CSS ---- */

/* Nothing says that it is not attached then; but no block beside a write pointer is written. */
static void other_command_set(struct ct *ct)
{
	uint32_t *list = ct_buffer(ct, NVME_IDENTIFY_SIZE);
	struct ct_zoned z;
	bool attached = false;

	CT_NEED(NVME_CAP_CSS(ct->registers.cap) & NVME_CAP_CSS_NVM, "CAP.CSS has no NVM alone");
	ct_zones_begin(ct, &z);
	ct_disable(ct);
	CT_EXPECT(ct_enable_with(ct, ct->cc & ~(7u << NVME_CC_CSS_SHIFT)),
		  "expected CSTS.RDY with CC.CSS 000b, got CSTS.CFS");
	ct_success(ct, "Identify, active namespaces",
		   ct_ask(ct, ct_identify(ct, NVME_CNS_ACTIVE_NAMESPACES, 0, list)));
	for (unsigned i = 0; i < NVME_NAMESPACE_LIST_ENTRIES && list[i]; i++)
		attached |= list[i] == z.ns->nsid;
	if (!attached)
		return;
	ct_ask_queues(ct);
	ct->io = ct_pair(ct, 1, ct_entries(ct, 4));
	ct_refused(ct, "Write in the middle of an empty zone with CC.CSS 000b",
		   ct_zone_write(ct, &z, ct_zone_start(&z, 2) + 1, 1));
}

#define CASE(text, section, function, value) \
	CT_CASE(text, section, function, CT_IO, .destroys = true, .argument = value)
#define EMPTY	    NVME_ZONE_STATE_EMPTY
#define IMPLICIT    NVME_ZONE_STATE_IMPLICITLY_OPEN
#define EXPLICIT    NVME_ZONE_STATE_EXPLICITLY_OPEN
#define CLOSED	    NVME_ZONE_STATE_CLOSED
#define FULL	    NVME_ZONE_STATE_FULL
#define TO_0	    ": Invalid Zone State Transition"
#define TO_EMPTY    ": empty"
#define TO_EXPLICIT ": open explicitly"
#define TO_CLOSED   ": closed"
#define TO_FULL	    ": full"
#define TRANSITIONS(text, section, action, empty, implicit, explicit, closed, full)        \
	CASE(text " of an empty zone" TO_##empty, section, transition,                     \
	     TRANSITION(action, EMPTY, empty)),                                            \
		CASE(text " of a zone open implicitly" TO_##implicit, section, transition, \
		     TRANSITION(action, IMPLICIT, implicit)),                              \
		CASE(text " of a zone open explicitly" TO_##explicit, section, transition, \
		     TRANSITION(action, EXPLICIT, explicit)),                              \
		CASE(text " of a closed zone" TO_##closed, section, transition,            \
		     TRANSITION(action, CLOSED, closed)),                                  \
		CASE(text " of a full zone" TO_##full, section, transition,                \
		     TRANSITION(action, FULL, full))

static const struct ct_case cases[] = {
	TRANSITIONS("Close Zone", "ZNS 3.4.3.1", NVME_ZONE_CLOSE, 0, CLOSED, CLOSED, CLOSED, 0),
	TRANSITIONS("Finish Zone", "ZNS 3.4.3.1", NVME_ZONE_FINISH, FULL, FULL, FULL, FULL, FULL),
	TRANSITIONS("Open Zone", "ZNS 3.4.3.1", NVME_ZONE_OPEN, EXPLICIT, EXPLICIT, EXPLICIT,
		    EXPLICIT, 0),
	TRANSITIONS("Reset Zone", "ZNS 3.4.3.1", NVME_ZONE_RESET, EMPTY, EMPTY, EMPTY, EMPTY,
		    EMPTY),
	TRANSITIONS("Offline Zone", "ZNS 3.4.3.1", NVME_ZONE_OFFLINE, 0, 0, 0, 0, 0),
	CASE("Close Zone of all: those that are open", "ZNS 3.4.3", all_zones, NVME_ZONE_CLOSE),
	CASE("Finish Zone of all: those that are active", "ZNS 3.4.3", all_zones, NVME_ZONE_FINISH),
	CASE("Open Zone of all: those that are closed", "ZNS 3.4.3", all_zones, NVME_ZONE_OPEN),
	CASE("Reset Zone of all: every one", "ZNS 3.4.3", all_zones, NVME_ZONE_RESET),
	CASE("Reset Zone of one leaves the others", "ZNS 3.4.3", reset_one, 0),
	CASE("zones of another namespace stay", "ZNS 2.1.1", two_namespaces, 0),
	CASE("a reserved Zone Send Action is refused", "ZNS 3.4.3", wrong_send, RESERVED_ACTION),
	CASE("SLBA that is not the zone's first: Invalid Field", "ZNS 3.4.3", wrong_send,
	     NOT_START),
	CASE("Reset Zone behind the last zone is refused", "ZNS 3.4.3", wrong_send, BEHIND_END),
	CASE("Write opens the zone and moves its write pointer", "ZNS 2.1.1.2", write_moves, 0),
	CASE("Write beside the write pointer: Zone Invalid Write", "ZNS 2.1.1.2", write_elsewhere,
	     NVME_IO_WRITE),
	CASE("Write Zeroes beside the write pointer: Zone Invalid Write", "ZNS 2.1.1.2",
	     write_elsewhere, NVME_IO_WRITE_ZEROES),
	CASE("Write up to the capacity makes the zone full, beyond it fails", "ZNS 2.1.1.2",
	     write_to_end, 0),
	CASE("Write to a full zone: Zone Is Full", "ZNS 2.1.1.2", write_full, 0),
	CASE("Read of two zones as OZCS says", "ZNS 2.1.1.2", read_across, 0),
	CASE("more open zones than MOR: Too Many Open Zones", "ZNS 2.1.1.4", open_limit, 0),
	CASE("more active zones than MAR: Too Many Active Zones", "ZNS 2.1.1.4", active_limit, 0),
	CASE("Zone Append tells where", "ZNS 3.4.1", appends, 1),
	CASE("Zone Append, sixteen at once: each its own place", "ZNS 3.4.1", appends, 16),
	CASE("Zone Append not to the zone's first block: Invalid Field", "ZNS 3.4.1", wrong_append,
	     APPEND_NOT_START),
	CASE("Zone Append to a full zone: Zone Is Full", "ZNS 3.4.1", wrong_append, APPEND_FULL),
	CASE("Zone Append across the capacity: Zone Boundary Error", "ZNS 3.4.1", wrong_append,
	     APPEND_ACROSS),
	CASE("Zone Append behind the end is refused", "ZNS 3.4.1", wrong_append, APPEND_BEHIND),
	CASE("reports count the zones from SLBA on, partial ones what fits", "ZNS 3.4.2",
	     report_counts, 0),
	CASE("reports of a state have its zones", "ZNS 3.4.2", report_states, 0),
	CASE("Changed Zone List, where OAES has events about it", "ZNS 4.1.4", changed_zones, 0),
	CASE("zones are not attached with CC.CSS 000b, or stay zones", "ZNS 2.2", other_command_set,
	     0),
	{.name = NULL},
};
CONFORMANCE_GROUP("zones", cases);

/* Asynchronous Event Request and Abort. */
#include "tests/conformance/conformance.h"

#include "lib/endian.h"

#define QUIET	  1000000u  /* ns in which nothing may come */
#define UNDEFINED 50000000u /* ns for what may come, or not */

/* ---- Requests ---- */

static uint16_t request(struct ct *ct)
{
	uint16_t cid = ct_push(ct, ct->admin, ct_nsid_command(NVME_ADMIN_ASYNC_EVENT_REQUEST, 0));

	ct_ring(ct, ct->admin);
	ct->dirty = true; /* only a reset takes it back */
	return cid;
}

/* The same, and it has arrived when this returns: what happens before need not be told. */
static uint16_t wait_for_event(struct ct *ct)
{
	uint16_t cid = request(ct);

	ct_feature(ct, NVME_FEATURE_NUMBER_OF_QUEUES, 0);
	ct_silence(ct, ct->admin->cq, QUIET / 4);
	return cid;
}

/* Nothing is there to be told, and no request that is left from before. */
static void begin(struct ct *ct, enum ct_level level)
{
	ct->dirty = true;
	ct_bring_to(ct, level);
	ct->dirty = true;
	ct_log(ct, NVME_LOG_ERROR, sizeof(struct nvme_error_log_entry));
	ct_log(ct, NVME_LOG_SMART, sizeof(struct nvme_smart_log));
}

static void pending(struct ct *ct)
{
	begin(ct, CT_ADMIN);
	request(ct);
	ct_silence(ct, ct->admin->cq, QUIET);
	ct_identify_page(ct, NVME_CNS_CONTROLLER, 0);
}

/* As many as AERL says, and then one more. */
static void limit(struct ct *ct)
{
	unsigned most = ct->identify->aerl + 1u;

	CT_NEED(most < ct->admin->size - 1, "AERL is more than the queue has room for");
	begin(ct, CT_ADMIN);
	for (unsigned i = 0; i < most; i++)
		request(ct);
	ct_silence(ct, ct->admin->cq, QUIET);
	ct_status(ct, "one request more than AERL", NVME_SC_ASYNC_EVENT_LIMIT,
		  ct_wait(ct, ct->admin, request(ct)));
	if (!ct->argument)
		return;
	/* They are forgotten by a reset. */
	ct_disable(ct);
	ct_enable(ct);
	for (unsigned i = 0; i < most; i++)
		request(ct);
	ct_silence(ct, ct->admin->cq, QUIET);
}

/* ---- Events ---- */

static void check_event(struct ct *ct, struct ct_answer answer, unsigned type, unsigned info,
			unsigned lid)
{
	ct_success(ct, "Asynchronous Event Request", answer);
	ct_equal(ct, "the type of the event", type, NVME_EVENT_TYPE(answer.dw0));
	ct_equal(ct, "the information of the event", info, NVME_EVENT_INFO(answer.dw0));
	ct_equal(ct, "the log page of the event", lid, NVME_EVENT_LOG(answer.dw0));
}

static void expect_event(struct ct *ct, uint16_t cid, unsigned type, unsigned info, unsigned lid)
{
	check_event(ct, ct_wait(ct, ct->admin, cid), type, info, lid);
}

enum { INVALID_REGISTER, INVALID_VALUE };

/* A tail that is not in the queue. */
static void wrong_doorbell(struct ct *ct)
{
	ct_sq_doorbell(ct, ct->io->id, ct->io->size + 5);
}

/* The event of a wrong doorbell. Whether it sees one is the controller's affair. */
static void need_event(struct ct *ct, unsigned info)
{
	uint64_t until = nvme_time_ns() + UNDEFINED;
	struct ct_answer answer;

	while (!ct_look(ct, ct->admin->cq, &answer)) {
		CT_NEED(nvme_time_ns() < until, "the controller has no event for it");
		nvme_relax();
	}
	check_event(ct, answer, NVME_EVENT_ERROR, info, NVME_LOG_ERROR);
}

static void invalid_value(struct ct *ct)
{
	begin(ct, CT_IO);
	wait_for_event(ct);
	wrong_doorbell(ct);
	need_event(ct, INVALID_VALUE);
}

/* Of a queue that there is not: PCIe, section 3.1.2.1. */
static void invalid_register(struct ct *ct)
{
	begin(ct, CT_IO);
	wait_for_event(ct);
	ct_sq_doorbell(ct, 2, 1);
	need_event(ct, INVALID_REGISTER);
}

static void need_requests(struct ct *ct, unsigned count)
{
	CT_NEED(ct->identify->aerl + 1u >= count, "AERL is less than the requests");
}

/* One of a type, until its log page is read; with RAE it stays so. */
static void masked(struct ct *ct)
{
	uint8_t *log;
	uint16_t second;
	struct nvme_command command;

	need_requests(ct, 2);
	begin(ct, CT_IO);
	log = ct_buffer(ct, sizeof(struct nvme_error_log_entry));
	wait_for_event(ct);
	wrong_doorbell(ct);
	need_event(ct, INVALID_VALUE);
	second = wait_for_event(ct);
	wrong_doorbell(ct);
	ct_silence(ct, ct->admin->cq, QUIET);
	command = ct_get_log(ct, NVME_LOG_ERROR, NVME_NSID_ALL, log,
			     sizeof(struct nvme_error_log_entry));
	command.cdw10 |= NVME_LOG_RAE;
	ct_success(ct, "Get Log Page with RAE", ct_ask(ct, command));
	wrong_doorbell(ct);
	ct_silence(ct, ct->admin->cq, QUIET);
	if (!ct->argument)
		return;
	command.cdw10 &= ~NVME_LOG_RAE;
	ct_success(ct, "Get Log Page without RAE", ct_ask(ct, command));
	wrong_doorbell(ct);
	expect_event(ct, second, NVME_EVENT_ERROR, INVALID_VALUE, NVME_LOG_ERROR);
}

/* ---- The temperature ---- */

#define THRESHOLD_UNDER		(1u << 20)
#define TEMPERATURE_INFORMATION 1u

static unsigned temperature(struct ct *ct)
{
	const struct nvme_smart_log *log = ct_log(ct, NVME_LOG_SMART, sizeof(*log));

	return get_le16(log->temperature);
}

/* Above or below what it is, behind the case as it was. */
static void set_threshold(struct ct *ct, uint32_t value)
{
	ct_success(ct, "Set Features, Temperature Threshold",
		   ct_ask(ct, ct_set_feature(NVME_FEATURE_TEMPERATURE_THRESHOLD, 0, value)));
}

/* The temperature, not beyond a threshold, and events as wanted. */
static unsigned prepare(struct ct *ct, uint32_t events)
{
	unsigned kelvin;

	begin(ct, CT_ADMIN);
	kelvin = temperature(ct);
	CT_NEED(kelvin > 10 && kelvin < 0x7fff, "there is no temperature");
	ct_success(ct, "Set Features, Asynchronous Event Configuration",
		   ct_change_feature(ct, NVME_FEATURE_ASYNC_EVENT, 0, events));
	ct_success(ct, "Set Features, Temperature Threshold",
		   ct_change_feature(ct, NVME_FEATURE_TEMPERATURE_THRESHOLD, 0, kelvin + 100));
	set_threshold(ct, THRESHOLD_UNDER);
	temperature(ct);
	return kelvin;
}

static void hot(struct ct *ct)
{
	unsigned kelvin = prepare(ct, NVME_SMART_TEMPERATURE);
	uint16_t cid = wait_for_event(ct);
	const struct nvme_smart_log *log;

	set_threshold(ct, ct->argument | (ct->argument ? kelvin + 5 : kelvin - 5));
	expect_event(ct, cid, NVME_EVENT_SMART, TEMPERATURE_INFORMATION, NVME_LOG_SMART);
	log = ct_log(ct, NVME_LOG_SMART, sizeof(*log));
	set_threshold(ct, ct->argument);
	CT_EXPECT(log->critical_warning & NVME_SMART_TEMPERATURE,
		  "expected the critical warning about the temperature, got %02xh",
		  log->critical_warning);
}

/* Asynchronous Event Configuration does not have it. */
static void not_wanted(struct ct *ct)
{
	unsigned kelvin = prepare(ct, 0);

	wait_for_event(ct);
	set_threshold(ct, kelvin - 5);
	ct_silence(ct, ct->admin->cq, QUIET);
}

static void warning_ends(struct ct *ct)
{
	unsigned kelvin = prepare(ct, 0);
	const struct nvme_smart_log *log;

	set_threshold(ct, kelvin - 5);
	log = ct_log(ct, NVME_LOG_SMART, sizeof(*log));
	ct_equal(ct, "the warning of a temperature above the threshold", NVME_SMART_TEMPERATURE,
		 log->critical_warning & NVME_SMART_TEMPERATURE);
	set_threshold(ct, kelvin + 100);
	log = ct_log(ct, NVME_LOG_SMART, sizeof(*log));
	ct_equal(ct, "the warning of a temperature below the threshold", 0,
		 log->critical_warning & NVME_SMART_TEMPERATURE);
}

/* Three times, and the first one is told. Returns the temperature. */
static unsigned hot_thrice(struct ct *ct)
{
	unsigned kelvin;

	need_requests(ct, 2);
	kelvin = prepare(ct, NVME_SMART_TEMPERATURE);
	wait_for_event(ct);
	wait_for_event(ct);
	for (unsigned i = 0; i < 3; i++) {
		set_threshold(ct, kelvin - 5);
		set_threshold(ct, kelvin + 100);
	}
	ct_success(ct, "the first request, or the second", ct_wait_any(ct, ct->admin->cq));
	return kelvin;
}

static void hot_again(struct ct *ct)
{
	unsigned kelvin = hot_thrice(ct);

	ct_silence(ct, ct->admin->cq, QUIET);
	temperature(ct);
	if (!ct->argument)
		return;
	set_threshold(ct, kelvin - 5);
	ct_success(ct, "the other request", ct_wait_any(ct, ct->admin->cq));
}

/* What came while its type was masked is cleared with it, and not told behind the log page. */
static void cleared(struct ct *ct)
{
	hot_thrice(ct);
	temperature(ct);
	ct_silence(ct, ct->admin->cq, QUIET);
}

/* ---- Abort ---- */

static struct nvme_command abort_of(unsigned sqid, unsigned cid)
{
	return (struct nvme_command){.opcode = NVME_ADMIN_ABORT,
				     .cdw10 = NVME_ABORT_CDW10(sqid, cid)};
}

static void abort_nothing(struct ct *ct)
{
	struct ct_answer answer = ct_ask(ct, abort_of(ct->argument, 0xdead));

	ct_success(ct, "Abort of a command that is not there", answer);
	ct_equal(ct, "dword 0 of its completion", NVME_ABORT_NOT_DONE, answer.dw0);
}

static void abort_done(struct ct *ct)
{
	uint16_t cid = ct_push(ct, ct->admin, ct_get_feature(NVME_FEATURE_NUMBER_OF_QUEUES, 0, 0));
	struct ct_answer answer;

	ct_ring(ct, ct->admin);
	ct_success(ct, "Get Features", ct_wait(ct, ct->admin, cid));
	answer = ct_ask(ct, abort_of(0, cid));
	ct_success(ct, "Abort of a command that has ended", answer);
	ct_equal(ct, "dword 0 of its completion", NVME_ABORT_NOT_DONE, answer.dw0);
}

static void abort_wrong_queue(struct ct *ct)
{
	struct ct_answer answer = ct_ask(ct, abort_of(0xfffe, 1));

	ct_status_of(ct, "Abort in a queue that is not there",
		     CT_STATUSES(NVME_SC_SUCCESS, NVME_SC_INVALID_FIELD, NVME_SC_INVALID_QUEUE_ID),
		     answer);
	if (!(answer.status & NVME_STATUS_MASK))
		ct_equal(ct, "dword 0 of its completion", NVME_ABORT_NOT_DONE, answer.dw0);
}

/* "Best effort": it is aborted, or says that it is not. */
static void abort_event(struct ct *ct)
{
	uint16_t aer, aborter;
	struct ct_answer answer;

	begin(ct, CT_ADMIN);
	aer = request(ct);
	aborter = ct_push(ct, ct->admin, abort_of(0, aer));
	ct_ring(ct, ct->admin);
	answer = ct_wait(ct, ct->admin, aborter);
	ct_success(ct, "Abort", answer);
	ct_equal(ct, "bits 31:1 of dword 0", 0, answer.dw0 >> 1);
	if (answer.dw0 & NVME_ABORT_NOT_DONE)
		ct_silence(ct, ct->admin->cq, QUIET);
	else
		ct_status(ct, "the request that was aborted", NVME_SC_ABORT_REQUESTED,
			  ct_wait(ct, ct->admin, aer));
}

/* More than ACL at a time: each ends, and what is not meant stays. */
static void abort_many(struct ct *ct)
{
	unsigned count = ct->identify->acl + 2u;
	uint16_t cids[64];

	CT_NEED(count < sizeof(cids) / sizeof(cids[0]) && count < ct->admin->size - 1,
		"ACL is more than the queue has room for");
	for (unsigned i = 0; i < count; i++)
		cids[i] = ct_push(ct, ct->admin, abort_of(0, 0xd000 + i));
	ct_ring(ct, ct->admin);
	for (unsigned i = 0; i < count; i++) {
		struct ct_answer answer = ct_wait(ct, ct->admin, cids[i]);

		ct_status_of(ct, "Abort", CT_STATUSES(NVME_SC_SUCCESS, NVME_SC_ABORT_LIMIT),
			     answer);
		if (!(answer.status & NVME_STATUS_MASK))
			ct_equal(ct, "dword 0 of its completion", NVME_ABORT_NOT_DONE, answer.dw0);
	}
}

static const struct ct_case cases[] = {
	CT_CASE("an event request stays, other commands end", "Base 5.2", pending, CT_ADMIN),
	CT_CASE("one event request more than AERL: 105h", "Base 5.2", limit, CT_ADMIN),
	CT_CASE("a reset forgets event requests", "Base 3.7.2", limit, CT_ADMIN, .argument = 1),
	CT_CASE("a doorbell of no queue: Invalid Doorbell Register, if any", "Base 5.2.1",
		invalid_register, CT_IO),
	CT_CASE("a tail beyond the queue: Invalid Doorbell Write Value, if any", "Base 5.2.1",
		invalid_value, CT_IO),
	CT_CASE("one event of a type, until its log page is read without RAE", "Base 5.2", masked,
		CT_IO),
	CT_CASE("the next event of a type when its log page was read", "Base 5.2", masked, CT_IO,
		.argument = 1),
	CT_CASE("a temperature above the threshold: event, and warning", "Base 5.2.1", hot,
		CT_ADMIN),
	CT_CASE("a temperature below the lower threshold: event, and warning", "Base 5.2.1", hot,
		CT_ADMIN, .argument = THRESHOLD_UNDER),
	CT_CASE("no temperature event that is not configured", "Base 5.27.1.8", not_wanted,
		CT_ADMIN),
	CT_CASE("the temperature's warning comes and goes with the threshold", "Base 5.16.1.3",
		warning_ends, CT_ADMIN),
	CT_CASE("three times too hot is one event before the log is read", "Base 5.2", hot_again,
		CT_ADMIN),
	CT_CASE("too hot again when the log was read is another event", "Base 5.2", hot_again,
		CT_ADMIN, .argument = 1),
	CT_CASE("events before the log was read are not told behind it", "Base 5.2", cleared,
		CT_ADMIN),
	CT_CASE("Abort of a CID that is not there: not aborted", "Base 5.1", abort_nothing,
		CT_ADMIN),
	CT_CASE("Abort of an I/O command that is not there: not aborted", "Base 5.1", abort_nothing,
		CT_IO, .argument = 1),
	CT_CASE("Abort of a command that has ended: not aborted", "Base 5.1", abort_done, CT_ADMIN),
	CT_CASE("Abort in a queue that is not there aborts nothing", "Base 5.1", abort_wrong_queue,
		CT_ADMIN),
	CT_CASE("Abort of an event request is done, or not done", "Base 5.1", abort_event,
		CT_ADMIN),
	CT_CASE("more Aborts than ACL all end", "Base 5.1", abort_many, CT_ADMIN),
	{.name = NULL},
};
CONFORMANCE_GROUP("events", cases);

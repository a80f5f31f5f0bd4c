/* Runs the cases: brings the controller to where each wants it, judges, and puts things in order.
 */
#include "tests/conformance/conformance.h"

#include "drivers/nvme/spec/names.h"
#include "drivers/nvme/transport/record.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"

extern const struct ct_group *const __start_conformance[], *const __stop_conformance[];
#define GROUP_COUNT ((size_t)(__stop_conformance - __start_conformance))

#define ENTRIES		64u /* of the admin and the I/O queue pair that cases find */
#define PATIENCE_NS	10000000000ull
#define LINE_MAX	700
#define NS_PER_MS	1000000ull
#define JOURNAL_EVENTS	2048u /* that are kept, and of a case that fails printed */
#define JOURNAL_PRINTED 48u
#define BLOCK_SHIFT_MAX 22
#define LIMIT_SHIFT_MAX 40
#define LIMIT_BLOCKS	64u /* that cases send at most, but those about limits */

/* ---- Ends of a case ---- */

void ct_leave(struct ct *ct, enum ct_outcome outcome, const char *format, ...)
{
	va_list args;

	ct->outcome = outcome;
	va_start(args, format);
	vsnprintf(ct->reason, sizeof(ct->reason), format, args);
	va_end(args);
	longjmp(ct->leave, 1);
}

#define LEAVE(outcome_)                                                  \
	do {                                                             \
		va_list args;                                            \
                                                                         \
		ct->outcome = (outcome_);                                \
		va_start(args, format);                                  \
		vsnprintf(ct->reason, sizeof(ct->reason), format, args); \
		va_end(args);                                            \
		longjmp(ct->leave, 1);                                   \
	} while (0)

void ct_fail(struct ct *ct, const char *format, ...)
{
	LEAVE(CT_FAIL);
}

void ct_skip(struct ct *ct, const char *format, ...)
{
	LEAVE(CT_SKIP);
}

void ct_equal(struct ct *ct, const char *what, uint64_t expected, uint64_t got)
{
	CT_EXPECT(expected == got, "expected %s %llxh, got %llxh", what,
		  (unsigned long long)expected, (unsigned long long)got);
}

void ct_same(struct ct *ct, const char *what, const void *expected, const void *got, size_t size)
{
	const uint8_t *a = expected, *b = got;

	if (memcmp(a, b, size) == 0)
		return;
	for (size_t i = 0; i < size; i++)
		CT_EXPECT(a[i] == b[i], "expected %s %02xh in byte %lu, got %02xh", what, a[i],
			  (unsigned long)i, b[i]);
}

void ct_all(struct ct *ct, const char *what, uint8_t expected, const void *got, size_t size)
{
	const uint8_t *bytes = got;

	if (ct_all_are(bytes, expected, size))
		return;
	for (size_t i = 0; i < size; i++)
		CT_EXPECT(bytes[i] == expected, "expected %s %02xh in byte %lu, got %02xh", what,
			  expected, (unsigned long)i, bytes[i]);
}

static const char *status_text(unsigned status)
{
	return nvme_status_name(status & NVME_STATUS_MASK);
}

void ct_status(struct ct *ct, const char *command, unsigned status, struct ct_answer answer)
{
	unsigned got = answer.status & NVME_STATUS_MASK;

	CT_EXPECT(got == status, "expected %s to end with %s (%03xh), got %s (%03xh)", command,
		  status_text(status), status, status_text(got), got);
}

void ct_status_of(struct ct *ct, const char *command, const uint16_t *statuses,
		  struct ct_answer answer)
{
	unsigned got = answer.status & NVME_STATUS_MASK;
	char list[160];
	size_t length = 0;

	for (unsigned i = 0; statuses[i] != 0xffff; i++)
		if (statuses[i] == got)
			return;
	for (unsigned i = 0; statuses[i] != 0xffff && length < sizeof(list) - 1; i++)
		length += (size_t)snprintf(list + length, sizeof(list) - length, "%s%s (%03xh)",
					   i ? " or " : "", status_text(statuses[i]), statuses[i]);
	ct_fail(ct, "expected %s to end with %s, got %s (%03xh)", command, list, status_text(got),
		got);
}

void ct_refused(struct ct *ct, const char *command, struct ct_answer answer)
{
	CT_EXPECT(answer.status & NVME_STATUS_MASK, "expected %s to be refused, got success",
		  command);
}

bool ct_has_oacs(const struct ct *ct, unsigned bit)
{
	return ct->identify->oacs >> bit & 1;
}

struct io_command {
	uint8_t opcode;
	uint16_t oncs; /* 0: every controller has it */
};

static const struct io_command *io_command(unsigned opcode)
{
	static const struct io_command rows[] = {
		{NVME_IO_FLUSH, 0},
		{NVME_IO_WRITE, 0},
		{NVME_IO_READ, 0},
		{NVME_IO_WRITE_UNCORRECTABLE, NVME_ONCS_WRITE_UNCORRECTABLE},
		{NVME_IO_COMPARE, NVME_ONCS_COMPARE},
		{NVME_IO_WRITE_ZEROES, NVME_ONCS_WRITE_ZEROES},
		{NVME_IO_DATASET_MANAGEMENT, NVME_ONCS_DSM},
		{NVME_IO_VERIFY, NVME_ONCS_VERIFY},
		{NVME_IO_RESERVATION_REGISTER, NVME_ONCS_RESERVATIONS},
		{NVME_IO_RESERVATION_REPORT, NVME_ONCS_RESERVATIONS},
		{NVME_IO_RESERVATION_ACQUIRE, NVME_ONCS_RESERVATIONS},
		{NVME_IO_RESERVATION_RELEASE, NVME_ONCS_RESERVATIONS},
		{NVME_IO_COPY, NVME_ONCS_COPY},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].opcode == opcode)
			return &rows[i];
	return NULL;
}

/* In the form of MDTS; 0: none. */
static unsigned limit_shift(const struct ct *ct, unsigned opcode)
{
	return opcode == NVME_IO_VERIFY		       ? ct->limits.vsl
	       : opcode == NVME_IO_WRITE_ZEROES	       ? ct->limits.wzsl
	       : opcode == NVME_IO_WRITE_UNCORRECTABLE ? ct->limits.wusl
						       : 0;
}

bool ct_has_oncs(const struct ct *ct, unsigned opcode)
{
	const struct io_command *row = io_command(opcode);

	return row && (!row->oncs || ct->identify->oncs & row->oncs);
}

bool ct_has_command(const struct ct *ct, unsigned opcode)
{
	return ct_has_oncs(ct, opcode) || limit_shift(ct, opcode) ||
	       (opcode == NVME_IO_DATASET_MANAGEMENT && ct->limits.dataset);
}

/* What cases find, and what the controller's limits count in. */
static uint32_t smallest_page(const struct ct *ct)
{
	return 4096u << NVME_CAP_MPSMIN(ct->registers.cap);
}

uint64_t ct_size_limit(const struct ct *ct, unsigned opcode)
{
	unsigned shift = limit_shift(ct, opcode);

	if (!shift)
		return 0;
	return shift > LIMIT_SHIFT_MAX
		       ? UINT64_MAX
		       : ((uint64_t)smallest_page(ct) << shift) / ct->ns->block_size;
}

void ct_need_command(struct ct *ct, unsigned opcode)
{
	CT_NEED(ct_has_command(ct, opcode), "the controller does not have %s",
		nvme_io_name(opcode));
	CT_NEED(ct_has_oncs(ct, opcode) || !ct->ns || !limit_shift(ct, opcode) ||
			ct_size_limit(ct, opcode) >= LIMIT_BLOCKS,
		"its limit is less than %u blocks", LIMIT_BLOCKS);
}

struct ct_namespace *ct_other_namespace(struct ct *ct)
{
	for (unsigned i = 0; i < ct->namespace_count; i++) {
		struct ct_namespace *ns = &ct->namespaces[i];

		if (ns != ct->ns && ns->csi == NVME_CSI_NVM && !ns->metadata.size)
			return ns;
	}
	ct_skip(ct, "there is only one namespace");
}

/* ---- The controller's states ---- */

uint32_t ct_csts(struct ct *ct)
{
	return nvme_get32(&ct->registers, NVME_REG_CSTS);
}

void ct_disable(struct ct *ct)
{
	int error = nvme_registers_disable(&ct->registers);

	ct->dirty = true;
	if (error == -ETIMEDOUT)
		ct_hang(ct, "CSTS.RDY stays 1 after CC.EN = 0");
	if (error)
		ct_hang(ct, "the controller is gone");
	ct_forget(ct);
	ct->state = CT_DISABLED;
}

bool ct_enable_with(struct ct *ct, uint32_t cc)
{
	const struct ct_sq *sq = ct->admin;

	ct->dirty = true;
	ct_queue_clear_sq(ct->admin);
	ct_queue_clear_cq(ct->admin->cq);
	nvme_set32(&ct->registers, NVME_REG_AQA, (sq->size - 1) | (sq->cq->size - 1) << 16);
	nvme_set64(&ct->registers, NVME_REG_ASQ, sq->bus);
	nvme_set64(&ct->registers, NVME_REG_ACQ, sq->cq->bus);
	nvme_set32(&ct->registers, NVME_REG_CC, cc & ~NVME_CC_EN);
	nvme_write_barrier();
	nvme_set32(&ct->registers, NVME_REG_CC, cc | NVME_CC_EN);
	ct->registers.was_ready = false;
	for (uint64_t until = nvme_time_ns() + ct->registers.ready_ns;;) {
		uint64_t now = nvme_time_ns();
		uint32_t csts = ct_csts(ct);

		if (csts == NVME_ALL_ONES)
			ct_hang(ct, "CSTS reads all ones");
		if (csts & NVME_CSTS_CFS)
			return false;
		if (csts & NVME_CSTS_RDY)
			break;
		if (now >= until)
			ct_hang(ct, "CSTS.RDY stays 0 after CC.EN = 1");
		nvme_relax();
	}
	ct->registers.was_ready = true;
	ct->state = CT_ADMIN;
	return true;
}

void ct_enable(struct ct *ct)
{
	if (!ct_enable_with(ct, ct->cc))
		ct_fail(ct, "expected CSTS.RDY, got a fatal status (CSTS.CFS) [Base 3.1.3.6]");
}

void ct_admin_queue(struct ct *ct, unsigned sq_entries, unsigned cq_entries)
{
	ct->dirty = true;
	ct->admin = ct_sq(ct, 0, sq_entries, ct_cq(ct, 0, cq_entries));
}

static void take_capabilities(struct ct *ct)
{
	uint64_t cap = ct->registers.cap;
	unsigned css = NVME_CAP_CSS(cap) & NVME_CAP_CSS_IOCS	? NVME_CC_CSS_IOCS
		       : NVME_CAP_CSS(cap) & NVME_CAP_CSS_ADMIN ? NVME_CC_CSS_ADMIN
								: NVME_CC_CSS_NVM;

	ct->page_size = smallest_page(ct);
	ct->cc = css << NVME_CC_CSS_SHIFT | NVME_CAP_MPSMIN(cap) << NVME_CC_MPS_SHIFT |
		 NVME_SQ_ENTRY_SHIFT << NVME_CC_IOSQES_SHIFT |
		 NVME_CQ_ENTRY_SHIFT << NVME_CC_IOCQES_SHIFT;
}

/* Its command set, by the descriptors; NVM where it has none that say it. */
static uint8_t command_set_of(struct ct *ct, uint32_t nsid, uint8_t *page)
{
	struct ct_answer answer = ct_ask(ct, ct_identify(ct, NVME_CNS_DESCRIPTORS, nsid, page));

	if (answer.status & NVME_STATUS_MASK)
		return NVME_CSI_NVM;
	for (unsigned at = 0; at + 4u + 16 <= NVME_IDENTIFY_SIZE && page[at];
	     at += 4u + page[at + 1])
		if (page[at] == NVME_NIDT_CSI)
			return page[at + 4];
	return NVME_CSI_NVM;
}

/* What there is to know of an active namespace; false: it is none with blocks. */
static bool describe(struct ct *ct, uint32_t nsid, uint8_t *page, struct ct_namespace *ns)
{
	const struct nvme_identify_namespace *data = (const void *)page;
	const struct nvme_lba_format *format;
	unsigned formats, index;

	memset(ns, 0, sizeof(*ns));
	ns->nsid = nsid;
	ns->csi = command_set_of(ct, nsid, page);
	if (ns->csi != NVME_CSI_NVM && ns->csi != NVME_CSI_ZONED)
		return false;
	if (ct_ask(ct, ct_identify(ct, NVME_CNS_NAMESPACE, nsid, page)).status & NVME_STATUS_MASK)
		return false;
	formats = NVME_LBA_FORMATS(data);
	index = NVME_FLBAS_INDEX(data->flbas, formats);
	format = &data->lbaf[index];
	if (index >= formats || format->data_size_shift < 9 ||
	    format->data_size_shift > BLOCK_SHIFT_MAX || !data->nsze)
		return false;
	ns->identify = nvme_alloc(NVME_IDENTIFY_SIZE);
	if (!ns->identify)
		return false;
	memcpy(ns->identify, data, NVME_IDENTIFY_SIZE);
	ns->size = data->nsze;
	ns->block_size = 1u << format->data_size_shift;
	ns->metadata.size = format->metadata_size;
	ns->metadata.extended = ns->metadata.size && data->flbas & NVME_FLBAS_EXTENDED;
	ns->metadata.type = (uint8_t)NVME_DPS_TYPE(data->dps);
	ns->metadata.first = data->dps & NVME_DPS_FIRST;
	ns->blocks_max = NVME_RW_BLOCKS_MAX;
	if (ct->identify->mdts && ct->identify->mdts < 20) {
		uint64_t most =
			((uint64_t)smallest_page(ct) << ct->identify->mdts) / ns->block_size;

		if (most < ns->blocks_max)
			ns->blocks_max = most;
	}
	return ns->blocks_max > 0;
}

/* Once: the controller is enabled. */
static void get_to_know(struct ct *ct)
{
	struct nvme_identify_controller *data = ct_buffer(ct, NVME_IDENTIFY_SIZE);
	uint32_t *list = ct_buffer(ct, NVME_IDENTIFY_SIZE);
	uint8_t *page = ct_buffer(ct, NVME_IDENTIFY_SIZE);
	struct nvme_identify_controller_nvm *limits = ct_buffer(ct, NVME_IDENTIFY_SIZE);

	ct_success(ct, "Identify Controller",
		   ct_ask(ct, ct_identify(ct, NVME_CNS_CONTROLLER, 0, data)));
	memcpy(ct->identify, data, sizeof(*ct->identify));
	/* Before 2.0 there is no such page. */
	if (!(ct_ask(ct, ct_identify(ct, NVME_CNS_IOCS_CONTROLLER, 0, limits)).status &
	      NVME_STATUS_MASK)) {
		ct->limits.known = true;
		ct->limits.vsl = limits->vsl;
		ct->limits.wzsl = limits->wzsl;
		ct->limits.wusl = limits->wusl;
		ct->limits.dataset = limits->dmrl || limits->dmrsl || limits->dmsl;
	}
	memset(list, 0, NVME_IDENTIFY_SIZE);
	if (ct_ask(ct, ct_identify(ct, NVME_CNS_ACTIVE_NAMESPACES, 0, list)).status &
	    NVME_STATUS_MASK) /* before 1.1 */
		list[0] = 1, list[1] = 0;
	for (unsigned i = 0;
	     i < NVME_NAMESPACE_LIST_ENTRIES && list[i] && ct->namespace_count < CT_NAMESPACES_MAX;
	     i++)
		ct->namespace_count +=
			describe(ct, list[i], page, &ct->namespaces[ct->namespace_count]);
	for (unsigned i = 0; i < ct->namespace_count && !ct->ns; i++)
		if (ct->namespaces[i].csi == NVME_CSI_NVM && !ct->namespaces[i].metadata.size)
			ct->ns = &ct->namespaces[i];
	ct->known = true;
}

static void make_io_queues(struct ct *ct)
{
	ct_ask_queues(ct);
	ct_queue_clear_sq(ct->io);
	ct_queue_clear_cq(ct->io->cq);
	ct_success(ct, "Create I/O Completion Queue", ct_ask(ct, ct_create_cq(ct->io->cq)));
	ct_success(ct, "Create I/O Submission Queue", ct_ask(ct, ct_create_sq(ct->io)));
	ct->state = CT_IO;
}

/* The controller as the case wants it. */
void ct_bring_to(struct ct *ct, enum ct_level level)
{
	enum ct_level state = level > CT_IO ? CT_IO : level;

	ct->admin = ct->base.admin;
	ct->io = ct->base.io;
	ct->page_size = smallest_page(ct);
	if (ct->dirty || state == CT_DISABLED)
		ct_disable(ct);
	/* Whatever case comes first: what it needs is known from here on. */
	if (!ct->known) {
		ct_enable(ct);
		get_to_know(ct);
		if (state == CT_DISABLED)
			ct_disable(ct);
	} else if (state > CT_DISABLED && ct->state == CT_DISABLED) {
		ct_enable(ct);
	}
	if (state >= CT_IO && ct->state < CT_IO)
		make_io_queues(ct);
	ct->dirty = false;
	if (level >= CT_BLOCKS)
		CT_NEED(ct->ns, "there is no namespace of the NVM command set without metadata");
}

int ct_interrupts(struct ct *ct, bool messages)
{
	int vectors = nvme_interrupt_begin(ct->claim->pci, messages);

	ct->interrupts = vectors > 0;
	return vectors;
}

/* ---- One case ---- */

/* Runs a part of a case; false when it was left. */
bool ct_guarded(struct ct *ct, void (*part)(struct ct *ct, const void *context),
		const void *context)
{
	if (setjmp(ct->leave))
		return false;
	part(ct, context);
	return true;
}

static void begin_part(struct ct *ct, const void *context)
{
	const struct ct_case *test = context;

	ct_bring_to(ct, (enum ct_level)test->level);
}

static void tell_running(const struct ct *ct, bool running)
{
	if (ct->host->running)
		ct->host->running(ct->host->context, running);
}

static void run_part(struct ct *ct, const void *context)
{
	const struct ct_case *test = context;

	ct->journal = nvme_record_end();
	tell_running(ct, true);
	test->run(ct);
	ct_memory_check(ct);
}

static void restore_part(struct ct *ct, const void *context)
{
	(void)context;
	if (ct->dirty || ct->outstanding_count || ct->state < CT_IO) {
		ct->dirty = true;
		ct_bring_to(ct, CT_IO);
	}
	ct_restore(ct);
}

static void reset_part(struct ct *ct, const void *context)
{
	(void)context;
	ct->admin = ct->base.admin;
	ct_disable(ct);
	ct_enable(ct);
}

/* It does not stop by itself: it may not touch memory any more, whatever it does. */
bool ct_revive(struct ct *ct)
{
	const struct nvme_claim *claim = ct->claim;

	if (ct_guarded(ct, reset_part, NULL))
		return true;
	claim->bus_master(claim->pci, false);
	if (!claim->reset || claim->reset(claim->pci) < 0)
		return false;
	claim->bus_master(claim->pci, true);
	ct->registers.was_ready = false;
	return ct_guarded(ct, reset_part, NULL);
}

static void judge(struct ct *ct, const struct ct_case *test)
{
	enum ct_outcome outcome;
	char reason[sizeof(ct->reason)];

	ct->outcome = CT_PASS;
	ct->reason[0] = 0;
	ct->journal = nvme_record_end();
	ct->argument = test->argument;
	if (ct_guarded(ct, begin_part, test))
		ct_guarded(ct, run_part, test);
	if (ct->interrupts)
		nvme_interrupt_end(ct->claim->pci);
	ct->interrupts = false;
	tell_running(ct, false);
	ct->journal_end = nvme_record_end();
	outcome = ct->outcome;
	memcpy(reason, ct->reason, sizeof(reason));
	if (outcome == CT_FAIL || outcome == CT_HANG || ct->outstanding_count)
		ct->dirty = true;
	if ((ct->saved || ct->features) && !ct_guarded(ct, restore_part, test)) {
		ct->dirty = true;
		if (outcome == CT_PASS) {
			outcome = CT_FAIL;
			snprintf(reason, sizeof(reason), "put back behind the case: %.360s",
				 ct->reason);
		}
	}
	/* Queues of a case go with its memory. */
	if (ct->dirty && !ct_revive(ct)) {
		ct->lost = true;
		if (outcome == CT_PASS) {
			outcome = CT_HANG;
			snprintf(reason, sizeof(reason), "reset behind the case: %.360s",
				 ct->reason);
		}
	}
	ct->dirty = false;
	ct_restore_drop(ct);
	ct_forget(ct);
	ct->outcome = outcome;
	memcpy(ct->reason, reason, sizeof(reason));
}

/* ---- All of them ---- */

/* '*' and '?' in pattern match as in file names. */
static bool matches(const char *pattern, const char *text)
{
	const char *star = NULL, *resume = NULL;

	while (*text) {
		if (*pattern == '*') {
			star = ++pattern;
			resume = text;
		} else if (*pattern == '?' || *pattern == *text) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star;
			text = ++resume;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

static void full_name(char *text, size_t size, const struct ct_group *group,
		      const struct ct_case *test)
{
	snprintf(text, size, "%s: %s", group->name, test->name);
}

bool conformance_matches(const char *pattern, const struct ct_group *group,
			 const struct ct_case *test)
{
	char full[160];

	full_name(full, sizeof(full), group, test);
	return matches(pattern, group->name) || matches(pattern, test->name) ||
	       matches(pattern, full);
}

static bool wanted(const struct ct_options *options, const struct ct_group *group,
		   const struct ct_case *test)
{
	bool chosen = true; /* where no pattern says what is */

	if (options->read_only && (test->level >= CT_WRITES || test->destroys))
		return false;
	for (int i = 0; i < options->pattern_count; i++) {
		const char *pattern = options->patterns[i];

		if (pattern[0] == '!' && conformance_matches(pattern + 1, group, test))
			return false;
	}
	for (int i = 0; i < options->pattern_count; i++) {
		if (options->patterns[i][0] == '!')
			continue;
		if (conformance_matches(options->patterns[i], group, test))
			return true;
		chosen = false;
	}
	return chosen;
}

bool conformance_each(const struct ct_options *options,
		      bool (*function)(void *context, const struct ct_group *group,
				       const struct ct_case *test),
		      void *context)
{
	bool begun = !options->after;
	char full[160];

	for (size_t g = 0; g < 2 * GROUP_COUNT; g++) {
		const struct ct_group *group = __start_conformance[g % GROUP_COUNT];

		if (group->first != (g < GROUP_COUNT))
			continue;
		for (const struct ct_case *test = group->cases; test->name; test++) {
			if (begun && wanted(options, group, test) &&
			    !function(context, group, test))
				return false;
			if (begun)
				continue;
			full_name(full, sizeof(full), group, test);
			begun = strcmp(full, options->after) == 0;
		}
	}
	return true;
}

struct run {
	struct ct *ct;
	const struct ct_options *options;
	const struct ct_host *host;
	struct ct_totals *totals;
};

static void say(const struct run *run, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void say(const struct run *run, const char *format, ...)
{
	char line[LINE_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	run->host->line(run->host->context, line);
}

static void report(const struct run *run, const struct ct_group *group, const struct ct_case *test,
		   uint64_t ns)
{
	static const char *const words[] = {
		[CT_PASS] = "PASS", [CT_FAIL] = "FAIL", [CT_SKIP] = "SKIP", [CT_HANG] = "HANG"};
	const struct ct *ct = run->ct;
	const char *word = words[ct->outcome];
	char time[32] = "";

	if (run->options->time)
		snprintf(time, sizeof(time), " (%llu.%03llu ms)",
			 (unsigned long long)(ns / NS_PER_MS),
			 (unsigned long long)(ns % NS_PER_MS / 1000));
	if (run->options->tap) {
		bool ok = ct->outcome == CT_PASS || ct->outcome == CT_SKIP;

		say(run, "%s %u - %s: %s%s%s%s", ok ? "ok" : "not ok", run->totals->tests,
		    group->name, test->name, ct->outcome == CT_SKIP ? " # SKIP " : "",
		    ct->outcome == CT_SKIP ? ct->reason : "", ok ? time : "");
		if (!ok)
			say(run, "# %s%s [%s]", ct->outcome == CT_HANG ? "HANG: " : "", ct->reason,
			    test->section);
	} else if (ct->outcome == CT_PASS) {
		say(run, "%s: %s: %s%s", word, group->name, test->name, time);
	} else if (ct->outcome == CT_SKIP) {
		say(run, "%s: %s: %s (%s)", word, group->name, test->name, ct->reason);
	} else {
		say(run, "%s: %s: %s: %s [%s]%s", word, group->name, test->name, ct->reason,
		    test->section, time);
	}
}

/* What a case sent and got, the last of it. */
static void print_journal(const struct run *run)
{
	uint64_t end = run->ct->journal_end, at = run->ct->journal;
	const char *indent = run->options->tap ? "#   " : "  ";
	char text[NVME_RECORD_TEXT];
	struct nvme_record event;

	if (end - at > JOURNAL_PRINTED) {
		say(run, "%s(%llu events before)", indent,
		    (unsigned long long)(end - at - JOURNAL_PRINTED));
		at = end - JOURNAL_PRINTED;
	}
	for (; at < end; at++) {
		if (!nvme_record_get(at, &event))
			continue;
		nvme_record_text(&event, text, sizeof(text));
		say(run, "%s%s", indent, text);
	}
}

static bool run_one(void *context, const struct ct_group *group, const struct ct_case *test)
{
	struct run *run = context;
	struct ct *ct = run->ct;
	char full[160];
	uint64_t begin;

	if (nvme_interrupted()) {
		run->totals->interrupted = true;
		return false;
	}
	full_name(full, sizeof(full), group, test);
	if (run->host->announce)
		run->host->announce(run->host->context, full);
	prng_seed(&ct->prng, run->options->seed);
	begin = nvme_time_ns();
	judge(ct, test);
	run->totals->tests++;
	run->totals->failures += ct->outcome == CT_FAIL || ct->outcome == CT_HANG;
	run->totals->skipped += ct->outcome == CT_SKIP;
	report(run, group, test, nvme_time_ns() - begin);
	if (ct->outcome == CT_FAIL || ct->outcome == CT_HANG)
		print_journal(run);
	if (run->host->finished)
		run->host->finished(run->host->context, ct);
	/* What it may still write to must stay. */
	if (!ct->lost)
		ct_memory_free(ct);
	if (ct->lost) {
		run->totals->lost = true;
		say(run, "%s%s: the controller does not come back: the other cases are not run",
		    run->options->tap ? "Bail out! " : "conformance: ", run->ct->claim->name);
	}
	return !ct->lost;
}

static bool count_one(void *context, const struct ct_group *group, const struct ct_case *test)
{
	(void)group;
	(void)test;
	++*(unsigned *)context;
	return true;
}

static void base_part(struct ct *ct, const void *context)
{
	unsigned entries = ct_entries(ct, ENTRIES);

	(void)context;
	ct->base.admin = ct_sq(ct, 0, ENTRIES, ct_cq(ct, 0, ENTRIES));
	ct->base.io = ct_sq(ct, 1, entries, ct_cq(ct, 1, entries));
	ct->base.memory = ct->memory;
	ct->base.sqs = ct->sqs;
	ct->base.cqs = ct->cqs;
}

static void close_without_stopping(struct ct *ct)
{
	ct->base = (struct ct_base){0};
	ct_memory_free(ct);
	for (unsigned i = 0; i < ct->namespace_count; i++)
		nvme_free(ct->namespaces[i].identify);
	if (ct->identify)
		nvme_free(ct->identify);
	nvme_free(ct);
}

int ct_open(const struct nvme_claim *claim, const struct ct_host *host, uint64_t patience_ns,
	    struct ct **opened)
{
	struct ct *ct = nvme_alloc(sizeof(*ct));
	int error = -ENOMEM;

	if (!ct)
		return error;

	ct->host = host;
	ct->claim = claim;
	ct->registers.bar = claim->bar;
	ct->registers.size = claim->bar_size;
	ct->patience_ns = patience_ns ? patience_ns : PATIENCE_NS;
	ct->identify = nvme_alloc(NVME_IDENTIFY_SIZE);
	if (ct->identify)
		error = nvme_registers_read(&ct->registers);
	if (!error) {
		take_capabilities(ct);
		claim->bus_master(claim->pci, true);
		ct->dirty = true;
		if (!ct_guarded(ct, base_part, NULL))
			error = -ENOMEM;
	}
	if (error) {
		close_without_stopping(ct);
		return error;
	}
	*opened = ct;
	return 0;
}

static void disable_part(struct ct *ct, const void *context)
{
	(void)context;
	ct_disable(ct);
}

bool ct_close(struct ct *ct)
{
	bool stopped = !ct->lost && ct_guarded(ct, disable_part, NULL);

	/* Whatever it does then, it reaches no memory; a driver stops it before that changes. */
	if (!stopped)
		ct->claim->bus_master(ct->claim->pci, false);
	close_without_stopping(ct);
	return stopped;
}

int conformance_run(const struct nvme_claim *claim, const struct ct_options *options,
		    const struct ct_host *host, struct ct_totals *totals)
{
	struct run run = {NULL, options, host, totals};
	unsigned count = 0, times = options->repeat ? options->repeat : 1;
	int error = ct_open(claim, host, options->patience_ns, &run.ct);
	bool recording;

	if (error)
		return error;
	/* Where somebody traces already, that is the journal. */
	recording = !nvme_record_is_running() && nvme_record_start(JOURNAL_EVENTS) == 0;
	nvme_record_controller(&run.ct->registers, claim->name);
	conformance_each(options, count_one, &count);
	if (options->tap) {
		say(&run, "TAP version 13");
		say(&run, "1..%u", count * times);
	}
	for (unsigned i = 0; i < times; i++)
		if (!conformance_each(options, run_one, &run))
			break;
	if (recording)
		nvme_record_free();
	if (!ct_close(run.ct)) {
		totals->lost = true;
		say(&run, "%s%s: the controller cannot be stopped", options->tap ? "# " : "",
		    claim->name);
	}
	return 0;
}

/* Carries out what the fuzzer makes, in rounds that each begin with a reset, and looks for what no
 * controller may do: see the oracles below. */
#include "tests/conformance/fuzz.h"

#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"

#define PAGE	      4096u
#define GUARD	      0xc3
#define AREA_MAX      1024u /* blocks at the beginning of each namespace that are written */
#define WATCHED	      16u   /* blocks behind them that are not */
#define GENERATION    9
#define LATE_NS	      5000000000ull
#define NS_PER_SECOND 1000000000ull
#define LINE_MAX      320
/* guard, S, slack, guard, D, slack, guard */
#define MEMORY_SIZE (3 * PAGE + 2 * (FUZZ_SIZE + FUZZ_SLACK))

struct session {
	struct fuzz fuzz;
	const struct fuzz_options *options;
	const struct ct_host *host;
	uint8_t *memory;
	uint64_t round, begun_ns;
	unsigned index; /* of the operation in its round */
	unsigned found;
	bool watched; /* blocks have their pattern */
	struct fuzz_operation *script;
	unsigned script_count, script_room;
};

static void say(const struct ct_host *host, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void say(const struct ct_host *host, const char *format, ...)
{
	char line[LINE_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	host->line(host->context, line);
}

/* ---- Memory ---- */

/* Addresses where there is none, whichever half of them is looked at. */
static void fill_harmless(struct session *session, uint8_t *bytes, size_t size)
{
	struct prng prng;

	prng_seed(&prng, session->options->seed);
	for (size_t at = 0; at < size; at += 8) {
		uint64_t random = prng_next(&prng);
		uint64_t word = 0xfff0000070000000ull | (random & 0x0000ffff0ffffff8ull);

		memcpy(bytes + at, &word, sizeof(word));
	}
}

/* S as a round begins: see fuzz_make.c for its last two pages. */
static void fill_s(struct session *session)
{
	struct fuzz *fuzz = &session->fuzz;
	uint64_t target = ct_bus(fuzz->d) + FUZZ_WILD_COUNT * PAGE;

	fill_harmless(session, fuzz->s, FUZZ_SIZE);
	for (unsigned at = 0; at < PAGE - 8; at += 8)
		memcpy(fuzz->s + FUZZ_DIRTY_PRPS * PAGE + at, &target, sizeof(target));
}

static uint8_t *guard(const struct session *session, unsigned index)
{
	static const size_t offsets[] = {0, PAGE + FUZZ_SIZE + FUZZ_SLACK,
					 2 * PAGE + 2 * (FUZZ_SIZE + FUZZ_SLACK)};

	return session->memory + offsets[index];
}

static int allocate(struct session *session)
{
	uint64_t bus;

	session->memory = nvme_dma_alloc(MEMORY_SIZE, &bus);
	if (!session->memory)
		return -ENOMEM;
	session->fuzz.s = guard(session, 0) + PAGE;
	session->fuzz.d = guard(session, 1) + PAGE;
	for (unsigned i = 0; i < 3; i++)
		memset(guard(session, i), GUARD, PAGE);
	fill_harmless(session, session->fuzz.s, FUZZ_SIZE + FUZZ_SLACK);
	memset(session->fuzz.d, 0, FUZZ_SIZE + FUZZ_SLACK);
	return 0;
}

static uint64_t address(const struct fuzz *fuzz, struct fuzz_pointer pointer)
{
	switch (pointer.base) {
	case FUZZ_S:
		return ct_bus(fuzz->s) + pointer.offset;
	case FUZZ_D:
		return ct_bus(fuzz->d) + pointer.offset;
	case FUZZ_BAR:
		return fuzz->ct->claim->bar_bus + pointer.offset;
	default:
		return pointer.offset;
	}
}

/* ---- Operations ---- */

/* The queue pair that commands of that queue go to; NULL: one of the fuzzer's own. */
static struct ct_sq *sq_of(const struct fuzz *fuzz, unsigned queue)
{
	return queue == FUZZ_ADMIN ? fuzz->ct->admin : queue == FUZZ_IO ? fuzz->ct->io : NULL;
}

/* Completions are taken as they come; in wild rounds nobody knows what they are for. */
static void take(struct fuzz *fuzz, struct ct_sq *sq)
{
	struct ct *ct = fuzz->ct;
	struct ct_answer answer;

	while (fuzz->wild ? ct_peek(sq->cq, &answer) : ct_look_only(ct, sq->cq, &answer)) {
		if (strcmp(nvme_status_name(answer.status & NVME_STATUS_MASK), "Unknown") == 0)
			ct_fail(ct, "status: a command ended with %03xh, which is no status",
				answer.status & NVME_STATUS_MASK);
	}
	if (sq->cq->rung != sq->cq->head)
		ct_ring_cq(ct, sq->cq);
}

static unsigned outstanding(const struct ct *ct, unsigned sqid)
{
	unsigned count = 0;

	for (unsigned i = 0; i < ct->outstanding_count; i++)
		count += ct->outstanding[i].sqid == sqid;
	return count;
}

/* Commands that stay are not waited for. */
static bool is_quiet(const struct ct *ct)
{
	for (unsigned i = 0; i < ct->outstanding_count; i++) {
		struct nvme_command command = {.opcode = ct->outstanding[i].opcode};

		if (ct->outstanding[i].sqid ||
		    !(nvme_command_effects(false, &command) & NVME_STAYS))
			return false;
	}
	return true;
}

static void ring(struct fuzz *fuzz, struct ct_sq *sq)
{
	if (sq->rung != sq->tail) {
		ct_ring(fuzz->ct, sq);
		fuzz->counts.doorbells++;
	}
}

/* Until all that was sent has ended. In wild rounds: for a little while. */
static void settle(struct fuzz *fuzz)
{
	struct ct *ct = fuzz->ct;
	uint64_t until = nvme_time_ns() + (fuzz->wild ? 200000 : LATE_NS);

	ring(fuzz, ct->admin);
	ring(fuzz, ct->io);
	do {
		take(fuzz, ct->admin);
		take(fuzz, ct->io);
		if (!fuzz->wild && is_quiet(ct))
			return;
		nvme_relax();
	} while (nvme_time_ns() < until);
	if (!fuzz->wild)
		ct_hang(ct, "lost: a command has no completion");
}

static void send(struct fuzz *fuzz, const struct fuzz_operation *operation)
{
	struct nvme_command command = operation->command;
	struct ct_sq *sq = sq_of(fuzz, operation->queue);
	struct ct *ct = fuzz->ct;

	command.mptr = address(fuzz, operation->mptr);
	command.prp1 = address(fuzz, operation->prp1);
	command.prp2 = address(fuzz, operation->prp2);
	fuzz->counts.commands++;
	if (!sq) {
		unsigned wild = operation->queue - FUZZ_WILD;
		struct nvme_command *entries = (void *)(fuzz->s + (FUZZ_PAGES / 2 + wild) * PAGE);

		command.cid = (uint16_t)fuzz->counts.commands;
		entries[fuzz->wild_tail[wild]] = command;
		fuzz->wild_tail[wild] = (fuzz->wild_tail[wild] + 1) % FUZZ_WILD_SIZE;
		return;
	}
	if (fuzz->wild) {
		ct_forget(ct);
		ct_push(ct, sq, command);
		take(fuzz, sq);
		return;
	}
	if (outstanding(ct, sq->id) + 2 >= sq->size) {
		take(fuzz, sq);
		if (outstanding(ct, sq->id) + 2 >= sq->size)
			settle(fuzz);
		/* Nothing but commands that stay. */
		if (outstanding(ct, sq->id) + 2 >= sq->size)
			return;
	}
	ct_push(ct, sq, command);
}

static void access(struct fuzz *fuzz, const struct fuzz_operation *operation)
{
	struct ct *ct = fuzz->ct;

	if (operation->offset + operation->width > ct->registers.size)
		return;
	fuzz->counts.registers++;
	if (operation->kind == FUZZ_READ)
		ct_read(ct, operation->offset, operation->width);
	else
		ct_write(ct, operation->offset, operation->width, address(fuzz, operation->value));
}

static void doorbell(struct fuzz *fuzz, const struct fuzz_operation *operation)
{
	struct ct *ct = fuzz->ct;
	uint32_t value = (uint32_t)operation->value.offset;

	if (NVME_CQ_DOORBELL(operation->queue, NVME_CAP_DSTRD(ct->registers.cap)) + 4 >
	    ct->registers.size)
		return;
	fuzz->counts.doorbells++;
	if (operation->kind == FUZZ_SQ_DOORBELL)
		ct_sq_doorbell(ct, operation->queue, value);
	else
		ct_cq_doorbell(ct, operation->queue, value);
}

static void carry_out(struct fuzz *fuzz, const struct fuzz_operation *operation)
{
	struct ct *ct = fuzz->ct;
	struct ct_sq *sq;
	uint64_t word;

	fuzz->counts.operations++;
	switch (operation->kind) {
	case FUZZ_PUT:
		word = address(fuzz, operation->value);
		memcpy(fuzz->s + operation->offset, &word, sizeof(word));
		break;
	case FUZZ_COMMAND:
		send(fuzz, operation);
		break;
	case FUZZ_RING:
		sq = sq_of(fuzz, operation->queue);
		if (sq) {
			ring(fuzz, sq);
			take(fuzz, sq);
			break;
		}
		fuzz->counts.doorbells++;
		ct_sq_doorbell(ct, operation->queue, fuzz->wild_tail[operation->queue - FUZZ_WILD]);
		break;
	case FUZZ_SQ_DOORBELL:
	case FUZZ_CQ_DOORBELL:
		doorbell(fuzz, operation);
		break;
	case FUZZ_READ:
	case FUZZ_WRITE:
		access(fuzz, operation);
		break;
	case FUZZ_WAIT:
		settle(fuzz);
		break;
	case FUZZ_RESET:
		ct->dirty = true;
		ct_bring_to(ct, CT_IO);
		memset(fuzz->wild_tail, 0, sizeof(fuzz->wild_tail));
		break;
	default:
		break;
	}
}

/* ---- Oracles ---- */

static void check_memory(struct session *session)
{
	struct ct *ct = session->fuzz.ct;

	for (unsigned i = 0; i < 3; i++) {
		uint8_t *bytes = guard(session, i);

		for (unsigned at = 0; at < PAGE; at++) {
			uint8_t got = bytes[at];

			if (got == GUARD)
				continue;
			memset(bytes, GUARD, PAGE);
			ct_fail(ct,
				"memory: byte %u of a page that no command names was changed to "
				"%02xh",
				at, got);
		}
	}
	ct_memory_check(ct);
}

/* Blocks that no command names are as they were. */
static void check_blocks(struct session *session)
{
	struct ct *ct = session->fuzz.ct;

	for (unsigned i = 0; session->watched && i < ct->namespace_count; i++) {
		struct ct_namespace *ns = &ct->namespaces[i];

		if (ns->csi == NVME_CSI_NVM && !ns->metadata.size)
			ct_expect_pattern(ct, ns, session->fuzz.area, WATCHED, GENERATION);
	}
}

/* ---- Rounds ---- */

static void prepare_part(struct ct *ct, const void *context)
{
	struct session *session = (struct session *)(uintptr_t)context;
	struct fuzz *fuzz = &session->fuzz;

	ct_bring_to(ct, CT_IO);
	fuzz->area = AREA_MAX;
	for (unsigned i = 0; i < ct->namespace_count; i++)
		if (ct->namespaces[i].size < fuzz->area + WATCHED)
			fuzz->area = ct->namespaces[i].size - WATCHED;
	CT_NEED(fuzz->area > 64 && fuzz->area <= AREA_MAX, "a namespace is too small");
	for (unsigned i = 0; i < ct->namespace_count; i++) {
		struct ct_namespace *ns = &ct->namespaces[i];
		uint8_t *bytes;

		if (ns->csi != NVME_CSI_NVM || ns->metadata.size ||
		    (ns->identify->nsattr & NVME_NSATTR_PROTECTED))
			continue;
		ct_save(ct, ns, 0, fuzz->area + WATCHED);
		ct_write_pattern(ct, ns, fuzz->area, WATCHED, GENERATION);
		/* What is read from there may come anywhere. */
		bytes = ct_buffer(ct, fuzz->area * ns->block_size);
		fill_harmless(session, bytes, fuzz->area * ns->block_size);
		ct_move(ct, ns, NVME_IO_WRITE, 0, fuzz->area, bytes);
	}
	session->watched = !session->options->destroys;
	/* All this stays. */
	ct->base.memory = ct->memory;
}

static int grow(struct session *session)
{
	unsigned room = session->script_room ? 2 * session->script_room : 256;
	struct fuzz_operation *larger = nvme_alloc(room * sizeof(*larger));

	if (!larger)
		return -ENOMEM;
	if (session->script) {
		memcpy(larger, session->script, session->script_count * sizeof(*larger));
		nvme_free(session->script);
	}
	session->script = larger;
	session->script_room = room;
	return 0;
}

/* All of a script before any of it is done, so that it is done as fast as what is made. 0, -EINVAL
 * (said where), -ENOMEM. */
static int read_script(struct session *session)
{
	const struct fuzz_options *options = session->options;
	const char *line;

	for (unsigned number = 1; (line = options->line(options->context)); number++) {
		if (strcmp(line, "wild") == 0 || strcmp(line, "calm") == 0) {
			session->fuzz.wild = *line == 'w';
			continue;
		}
		if (!*line || *line == '#')
			continue;
		if (session->script_count == session->script_room && grow(session) < 0)
			return -ENOMEM;
		if (!fuzz_parse(line, &session->script[session->script_count])) {
			say(session->host, "conformance: line %u is no operation: %.60s", number,
			    line);
			return -EINVAL;
		}
		session->script_count++;
	}
	return 0;
}

/* The next operation: of the script, or made. */
static bool next(struct session *session, struct fuzz_operation *operation)
{
	if (session->options->line) {
		if (session->index == session->script_count)
			return false;
		*operation = session->script[session->index++];
		return true;
	}
	if (session->index++ >= session->options->operations)
		return false;
	*operation = fuzz_next(&session->fuzz);
	return true;
}

static void begin_round(struct session *session)
{
	struct fuzz *fuzz = &session->fuzz;

	prng_seed(&fuzz->prng, session->options->seed ^ session->round * 0x9e3779b97f4a7c15ull);
	if (!session->options->line)
		fuzz->wild = session->round & 1;
	fuzz->made_count = fuzz->made_next = session->index = 0;
	memset(fuzz->wild_tail, 0, sizeof(fuzz->wild_tail));
}

static void round_part(struct ct *ct, const void *context)
{
	struct session *session = (struct session *)(uintptr_t)context;
	struct fuzz_operation operation;

	ct->dirty = true;
	ct_bring_to(ct, CT_IO);
	fill_s(session);
	while (next(session, &operation)) {
		carry_out(&session->fuzz, &operation);
		if (session->index % 256 == 0 && nvme_interrupted())
			return;
	}
	settle(&session->fuzz);
	if (session->fuzz.wild) {
		ct->dirty = true;
		ct_bring_to(ct, CT_IO);
	}
	check_memory(session);
	check_blocks(session);
}

static void restore_part(struct ct *ct, const void *context)
{
	(void)context;
	ct->dirty = true;
	ct_bring_to(ct, CT_IO);
	ct_restore(ct);
}

static void report(struct session *session)
{
	const struct ct *ct = session->fuzz.ct;

	session->found++;
	say(session->host, "FOUND: %s%s (seed %llu, round %llu, operation %u)",
	    ct->outcome == CT_HANG ? "hang: " : "", ct->reason,
	    (unsigned long long)session->options->seed, (unsigned long long)session->round,
	    session->index);
}

/* One round; false: it was the last one. */
static bool run_round(struct session *session)
{
	struct ct *ct = session->fuzz.ct;
	const struct fuzz_counts *counts = &session->fuzz.counts;
	char name[200];

	/* With what was done so far: whoever reads it may hear nothing more. */
	snprintf(name, sizeof(name),
		 "fuzz: seed %llu, round %llu: %llu operations, %llu commands, %llu doorbells, "
		 "%llu register accesses",
		 (unsigned long long)session->options->seed, (unsigned long long)session->round,
		 (unsigned long long)counts->operations, (unsigned long long)counts->commands,
		 (unsigned long long)counts->doorbells, (unsigned long long)counts->registers);
	if (session->host->announce)
		session->host->announce(session->host->context, name);
	begin_round(session);
	if (!ct_guarded(ct, round_part, session)) {
		if (ct->outcome == CT_SKIP && !nvme_interrupted())
			say(session->host, "conformance: %s", ct->reason);
		else if (ct->outcome != CT_SKIP)
			report(session);
		if (!ct_revive(ct)) {
			ct->lost = true;
			say(session->host,
			    "FOUND: dead: the controller does not come back (seed %llu, "
			    "round %llu)",
			    (unsigned long long)session->options->seed,
			    (unsigned long long)session->round);
			session->found++;
		}
	}
	ct_forget(ct);
	if (!ct->lost)
		ct_memory_free(ct);
	return !ct->lost && !nvme_interrupted();
}

static bool is_last(const struct session *session)
{
	const struct fuzz_options *options = session->options;
	uint64_t done = session->round - options->first_round;

	if (options->seconds)
		return nvme_time_ns() - session->begun_ns >= options->seconds * NS_PER_SECOND;
	return done >= options->rounds;
}

static void summarize(const struct session *session)
{
	const struct fuzz_counts *counts = &session->fuzz.counts;
	uint64_t ns = nvme_time_ns() - session->begun_ns + 1;

	say(session->host,
	    "FUZZ: %llu rounds, %llu operations (%llu commands, %llu doorbells, %llu register "
	    "accesses), %llu per second, %u found",
	    (unsigned long long)(session->round - session->options->first_round),
	    (unsigned long long)counts->operations, (unsigned long long)counts->commands,
	    (unsigned long long)counts->doorbells, (unsigned long long)counts->registers,
	    (unsigned long long)(counts->operations * 1000000 / (ns / 1000 + 1)), session->found);
}

static void print_round(struct session *session)
{
	char text[LINE_MAX];

	session->round = session->options->first_round;
	begin_round(session);
	say(session->host, "%s", session->fuzz.wild ? "wild" : "calm");
	for (unsigned i = 0; i < session->options->operations; i++) {
		struct fuzz_operation operation = fuzz_next(&session->fuzz);

		fuzz_print(&operation, text, sizeof(text));
		say(session->host, "%s", text);
	}
}

static void run(struct session *session)
{
	session->begun_ns = nvme_time_ns();
	for (session->round = session->options->first_round; !is_last(session); session->round++)
		if (!run_round(session)) {
			session->round++;
			break;
		}
	summarize(session);
}

int fuzz_run(const struct nvme_claim *claim, const struct fuzz_options *options,
	     const struct ct_host *host, unsigned *found)
{
	struct session *session = nvme_alloc(sizeof(*session));
	struct ct *ct = NULL;
	int error = session ? 0 : -ENOMEM;

	if (error)
		return error;
	session->options = options;
	session->host = host;
	session->fuzz.destroys = options->destroys;
	error = allocate(session);
	if (!error && options->line)
		error = read_script(session);
	if (!error)
		error = ct_open(claim, host, LATE_NS, &ct);
	if (error)
		goto out;
	session->fuzz.ct = ct;
	if (!ct_guarded(ct, prepare_part, session)) {
		say(host, "conformance: cannot begin to fuzz: %s", ct->reason);
		error = -EIO;
	} else if (options->print) {
		print_round(session);
	} else {
		run(session);
	}
	if (!ct->lost && ct->saved && !ct_guarded(ct, restore_part, NULL))
		say(host, "conformance: blocks are not put back: %s", ct->reason);
	ct_restore_drop(ct);
	*found = session->found;
	ct_close(ct);
out:
	if (session->script)
		nvme_free(session->script);
	if (session->memory)
		nvme_dma_free(session->memory, MEMORY_SIZE);
	nvme_free(session);
	return error;
}

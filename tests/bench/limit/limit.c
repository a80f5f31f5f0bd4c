/* The limit: a kernel that does nothing but read and write. One controller, one queue pair, one
 * loop: submit what is free, ring, look for completions. No driver, no checks, nothing beside it.
 * What a test kernel can reach on this machine is what this one does.
 *
 * It prints a prompt and takes lines of words as fio has them; an answer is one line:
 *
 *     limit# rw=randread bs=4096 iodepth=32 runtime_ms=1000 wait=halt
 *     ops 301234 ns 1000012345 busy 1730012345 p50 0 p99 0
 *
 * wait=halt waits for the interrupt when nothing has come, wait=spin looks on. number_ios=N ends
 * after N instead. busy are ticks of the TSC without those in which nothing came: instructions,
 * under -icount shift=0. latency=1 looks at the clock twice for each command and tells p50 and p99
 * in ns; it costs, so they are 0 otherwise. poweroff ends it. */
#include "boot/layout.h"
#include "drivers/nvme/transport/queue.h"
#include "drivers/nvme/transport/record.h"
#include "lib/number.h"
#include "lib/prng.h"
#include "lib/string.h"
#include "tests/bench/limit/machine.h"

#define CLASS_NVME  0x010802
#define ENTRIES	    1024 /* of the I/O queues */
#define DEPTH_MAX   256
#define BYTES_MAX   (128 * 1024)
#define BLOCK_SHIFT 9
#define SPAN_BLOCKS (1u << 20) /* 512 MiB from block 0 on */
#define PAGE	    4096u

enum { WRITES_NEVER = 0, WRITES_ALWAYS = 100 };

struct job {
	uint32_t bytes;
	unsigned depth;
	unsigned writes; /* of a hundred commands */
	bool random;
	bool halt;
	bool latency;
	uint64_t number_ios; /* or UINT64_MAX */
	uint64_t ticks;	     /* or UINT64_MAX */
};

struct outcome {
	uint64_t ops;
	uint64_t ticks;
	uint64_t waited; /* ticks of them in which nothing came */
};

/* Latencies in ticks: 32 steps for each power of two. */
#define STEPS 32
static uint32_t histogram[64 * STEPS];

static struct nvme_registers registers;
static struct nvme_queue admin, pair;
static struct nvme_command ready[DEPTH_MAX]; /* a command for each slot, which its CID is */
static const uint64_t *lists[DEPTH_MAX];     /* of PRPs, for the largest transfer */
static uint64_t submitted[DEPTH_MAX];
static uint64_t tsc_hz;

static uint64_t to_ns(uint64_t ticks)
{
	return (uint64_t)((unsigned __int128)ticks * ((1000000000ull << 32) / tsc_hz) >> 32);
}

/* The recorder is not here. */
void nvme_record_controller(const struct nvme_registers *known, const char *name)
{
	(void)known;
	(void)name;
}

static _Noreturn __attribute__((cold, noinline)) void fail(const char *what)
{
	machine_print("limit: %s\r\n", what);
	machine_exit(1);
}

static inline void check(bool works, const char *what)
{
	if (!works)
		fail(what);
}

static void ask(uint8_t opcode, uint64_t prp1, uint32_t cdw10, uint32_t cdw11)
{
	const struct nvme_command command = {
		.opcode = opcode, .prp1 = prp1, .cdw10 = cdw10, .cdw11 = cdw11};
	struct nvme_queue_entry entry;

	nvme_queue_push(&admin, &command);
	nvme_queue_ring_sq(&admin);
	while (!nvme_queue_take(&admin, &entry))
		nvme_relax();
	nvme_queue_ring_cq(&admin);
	check(nvme_queue_entry_status(&entry) == 0, "an admin command failed");
}

static void start_controller(void)
{
	bool interrupts;

	registers.bar = machine_pci_find(CLASS_NVME);
	check(registers.bar != NULL, "no controller");
	registers.size = 2 * PAGE;
	interrupts = machine_pci_interrupt();
	check(nvme_registers_read(&registers) == 0 && nvme_registers_disable(&registers) == 0 &&
		      nvme_queue_init(&admin, &registers, 0, 16, NULL) == 0 &&
		      nvme_queue_init(&pair, &registers, 1, ENTRIES, NULL) == 0 &&
		      nvme_registers_enable(&registers, &admin,
					    NVME_SQ_ENTRY_SHIFT << NVME_CC_IOSQES_SHIFT |
						    NVME_CQ_ENTRY_SHIFT << NVME_CC_IOCQES_SHIFT) ==
			      0,
	      "the controller does not start");
	check(interrupts, "no MSI-X");
	ask(NVME_ADMIN_CREATE_CQ, pair.cq_bus, NVME_QUEUE_CDW10(1, ENTRIES),
	    NVME_CREATE_CONTIGUOUS | NVME_CREATE_CQ_INTERRUPT);
	ask(NVME_ADMIN_CREATE_SQ, pair.sq_bus, NVME_QUEUE_CDW10(1, ENTRIES),
	    NVME_CREATE_CONTIGUOUS | 1u << NVME_CREATE_SQ_CQID_SHIFT);
}

static void make_slots(void)
{
	for (unsigned slot = 0; slot < DEPTH_MAX; slot++) {
		char *buffer = machine_pages(BYTES_MAX);
		uint64_t *list = machine_pages(PAGE);

		check(buffer && list, "no memory");
		for (unsigned page = 1; page < BYTES_MAX / PAGE; page++)
			list[page - 1] = (uintptr_t)buffer + page * PAGE;
		ready[slot] = (struct nvme_command){
			.cid = (uint16_t)slot, .nsid = 1, .prp1 = (uintptr_t)buffer};
		lists[slot] = list;
	}
}

static void note_latency(uint64_t ticks)
{
	unsigned exponent = ticks < STEPS ? 0 : 63u - 5u - (unsigned)__builtin_clzll(ticks);

	histogram[exponent * STEPS + (ticks >> exponent)]++;
}

/* The middle of the step in which that share of the latencies ends, in ns. */
static uint64_t percentile(uint64_t count, unsigned percent)
{
	uint64_t left = (count * percent + 99) / 100, ticks = 0;

	for (unsigned at = 0; at < sizeof(histogram) / sizeof(*histogram) && left; at++) {
		unsigned exponent = at < 2 * STEPS ? 0 : at / STEPS - 1;

		left -= histogram[at] < left ? histogram[at] : left;
		ticks = (uint64_t)(at - exponent * STEPS) << exponent;
	}
	return count ? to_ns(ticks) : 0;
}

/* What is the same in all commands of a job is written once, into the entries of the ring too. */
static void prepare(const struct job *job)
{
	for (unsigned slot = 0; slot < job->depth; slot++) {
		struct nvme_command *command = &ready[slot];

		command->opcode = job->writes == WRITES_NEVER ? NVME_IO_READ : NVME_IO_WRITE;
		command->prp2 = job->bytes <= PAGE	 ? 0
				: job->bytes <= 2 * PAGE ? *lists[slot]
							 : (uintptr_t)lists[slot];
	}
	for (unsigned i = 0; i < ENTRIES; i++) {
		pair.sq[i] = (struct nvme_command){0};
		pair.sq[i].cdw12 = (job->bytes >> BLOCK_SHIFT) - 1;
	}
}

/* Where the commands of a job go. */
struct places {
	uint32_t random;
	uint32_t next;
	uint32_t count;
	uint32_t blocks; /* of each */
};

static inline uint32_t next_block(struct places *places, bool random)
{
	uint32_t place = places->next;

	if (random) {
		/* xorshift; a multiplication brings it into the range. */
		places->random ^= places->random << 13;
		places->random ^= places->random >> 17;
		places->random ^= places->random << 5;
		return (uint32_t)((uint64_t)places->random * places->count >> 32) * places->blocks;
	}
	places->next = place + 1 == places->count ? 0 : place + 1;
	return place * places->blocks;
}

static inline void push(const struct job *job, struct nvme_command *command, uint32_t block,
			uint32_t random)
{
	struct nvme_command *entry = &pair.sq[pair.sq_tail];

	if (job->writes % WRITES_ALWAYS)
		command->opcode = (random >> 8) % 100 < job->writes ? NVME_IO_WRITE : NVME_IO_READ;
	if (job->latency)
		submitted[command->cid] = machine_tsc();
	*(uint64_t *)entry = *(const uint64_t *)command; /* CDW0 and NSID */
	entry->prp1 = command->prp1;
	entry->prp2 = command->prp2;
	entry->cdw10 = block;
	pair.sq_tail = (pair.sq_tail + 1) & (ENTRIES - 1);
}

/* Takes what has come; returns how many commands are idle then. */
static inline unsigned reap(const struct job *job, unsigned *idle, unsigned count)
{
	unsigned head = pair.cq_head;
	uint64_t phase = pair.phase;

	for (;;) {
		uint64_t what = ((const volatile uint64_t *)&pair.cq[head])[1];
		unsigned slot = (uint16_t)(what >> 32);

		if ((what ^ phase) & NVME_ENTRY_PHASE)
			break;
		check(what >> 49 == 0 && slot < job->depth, "a command failed");
		if (job->latency)
			note_latency(machine_tsc() - submitted[slot]);
		idle[count++] = slot;
		head = (head + 1) & (ENTRIES - 1);
		phase ^= head ? 0 : NVME_ENTRY_PHASE;
	}
	pair.cq_head = (uint16_t)head;
	pair.phase = phase;
	return count;
}

static struct outcome run(const struct job *job)
{
	struct places places = {.random = 2463534242,
				.count = SPAN_BLOCKS / (job->bytes >> BLOCK_SHIFT),
				.blocks = job->bytes >> BLOCK_SHIFT};
	uint64_t started = 0, begin = machine_tsc(), now = begin;
	unsigned idle[DEPTH_MAX], count = 0;
	struct outcome outcome = {0};

	while (count < job->depth) {
		idle[count] = count;
		count++;
	}
	for (;;) {
		unsigned before;

		if (now - begin < job->ticks) {
			while (count && started < job->number_ios) {
				uint32_t block = next_block(&places, job->random);

				push(job, &ready[idle[--count]], block, places.random);
				started++;
			}
		}
		nvme_queue_ring_sq(&pair);
		if (started == outcome.ops) {
			outcome.ticks = machine_tsc() - begin;
			return outcome;
		}
		now = machine_tsc();
		before = count;
		count = reap(job, idle, count);
		outcome.ops += count - before;
		nvme_queue_ring_cq(&pair);
		if (count == before) {
			if (job->halt)
				machine_halt();
			outcome.waited += machine_tsc() - now;
		}
	}
}

/* A word of the line; false where it is none of ours. */
static bool take_word(struct job *job, const char *word)
{
	static const struct {
		const char *name;
		bool random;
		uint8_t writes;
	} ways[] = {
		{"read", false, WRITES_NEVER},
		{"write", false, WRITES_ALWAYS},
		{"randread", true, WRITES_NEVER},
		{"randwrite", true, WRITES_ALWAYS},
		{"randrw", true, 30},
	};
	const char *value = strchr(word, '=');
	size_t length = value ? (size_t)(value - word) : 0;
	uint64_t number = 0;

	if (!value)
		return false;
	value++;
#define IS(name) (length == strlen(name) && strncmp(word, name, length) == 0)
	if (IS("rw")) {
		for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
			if (strcmp(value, ways[i].name) != 0)
				continue;
			job->random = ways[i].random;
			job->writes = ways[i].writes;
			return true;
		}
		return false;
	}
	if (IS("wait")) {
		job->halt = strcmp(value, "halt") == 0;
		return job->halt || strcmp(value, "spin") == 0;
	}
	if (number_parse(value, 10, &number) != 0)
		return false;
	if (IS("bs")) {
		job->bytes = (uint32_t)number;
		return number >= 1u << BLOCK_SHIFT && number <= BYTES_MAX &&
		       number % (1u << BLOCK_SHIFT) == 0;
	}
	if (IS("iodepth")) {
		job->depth = (unsigned)number;
		return number >= 1 && number <= DEPTH_MAX;
	}
	if (IS("runtime_ms")) {
		job->ticks = number * (tsc_hz / 1000);
		return number >= 1 && number <= 3600000;
	}
	if (IS("number_ios")) {
		job->number_ios = number;
		return number >= 1;
	}
	if (IS("latency")) {
		job->latency = number == 1;
		return number <= 1;
	}
#undef IS
	return false;
}

static void run_line(char *line)
{
	struct job job = {.bytes = 4096,
			  .depth = 1,
			  .random = true,
			  .number_ios = UINT64_MAX,
			  .ticks = UINT64_MAX};
	struct outcome outcome;

	while (*line) {
		char *end = strchr(line, ' ');

		if (end)
			*end = '\0';
		if (*line && !take_word(&job, line)) {
			machine_print("what is %s?\r\n", line);
			return;
		}
		line = end ? end + 1 : line + strlen(line);
	}
	if (job.number_ios == UINT64_MAX && job.ticks == UINT64_MAX) {
		machine_print("without runtime_ms= or number_ios= it would never end\r\n");
		return;
	}
	memset(histogram, 0, sizeof(histogram));
	prepare(&job);
	outcome = run(&job);
	machine_print("ops %llu ns %llu busy %llu p50 %llu p99 %llu\r\n",
		      (unsigned long long)outcome.ops, (unsigned long long)to_ns(outcome.ticks),
		      (unsigned long long)(outcome.ticks - outcome.waited),
		      (unsigned long long)(job.latency ? percentile(outcome.ops, 50) : 0),
		      (unsigned long long)(job.latency ? percentile(outcome.ops, 99) : 0));
}

_Noreturn void kmain(uint32_t magic, uint64_t information)
{
	char line[256];

	(void)magic;
	(void)information;
	start_controller();
	for (;;) {
		machine_print("limit# ");
		machine_read_line(line, sizeof(line));
		if (strcmp(line, "poweroff") == 0)
			machine_exit(0);
		if (!tsc_hz) { /* not before the first prompt: the start is measured */
			tsc_hz = machine_tsc_rate();
			make_slots();
		}
		run_line(line);
	}
}

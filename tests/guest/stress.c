/* selftest --stress: reads, writes, flushes and resets in random order, many at a time.
 *
 * Every block that was written carries its LBA and its generation, the words between are made from
 * both, and the last one is a checksum. A model in memory knows the generation of each block, so a
 * read that returns something old, something torn or another block's data is found out. Requests
 * that touch the same block are never in flight together unless both are reads: the controller may
 * order them as it likes.
 *
 * Where there are other CPUs, each runs a load loop on blocks behind those, through the same
 * resets. */
#include "tests/guest/guest.h"
#include "tests/guest/stress_loops.h"

#include "kernel/commands/command.h"
#include "kernel/memory.h"
#include "kernel/posix/process.h"
#include "kernel/x86/time.h"
#include "lib/errno.h"
#include "lib/string.h"

#define REGION_BLOCKS 65536u
#define SMALL_JOBS    128u
#define SMALL_BYTES   (64u << 10)
#define LARGE_JOBS    4u
#define JOBS	      (SMALL_JOBS + LARGE_JOBS)
#define SEGMENTS      4u
#define WARM_UP_NS    NS_PER_S
#define RESET_NS      (200 * NS_PER_MS) /* between two resets, on average */
#define DEPTH_NS      (50 * NS_PER_MS)	/* between two changes of the queue depth */
#define WRITER	      0xff

struct stress;

struct job {
	struct block_request request;
	struct block_segment segments[SEGMENTS];
	struct stress *stress;
	uint8_t *buffer;
	size_t buffer_size;
	uint8_t *data; /* somewhere in the buffer */
	bool busy;
};

struct stress {
	struct block_device *device;
	struct nvme_controller *controller;
	struct prng prng;
	uint64_t seed;
	uint32_t *generations; /* 0: not written yet */
	uint8_t *users;	       /* readers in flight, or WRITER */
	uint32_t generation;   /* of the latest write */
	unsigned blocks, block_size, depth, in_flight;
	struct job *jobs;
	uint64_t *copy; /* of a block, aligned */
	uint64_t reads, writes, flushes, resets, bytes;
	uint64_t repeated; /* commands, before the run */
	uint64_t reset_ns, depth_ns;
	bool failed;
};

/* Only the first failure is told. */
#define STRESS_FAIL(stress, ...)                                                              \
	do {                                                                                  \
		if (!(stress)->failed) {                                                      \
			out("FAIL: stress: seed %llu: ", (unsigned long long)(stress)->seed); \
			out(__VA_ARGS__);                                                     \
			out("\n");                                                            \
		}                                                                             \
		(stress)->failed = true;                                                      \
	} while (0)

static uint64_t scramble(uint64_t value)
{
	value *= 0x9e3779b97f4a7c15;
	return value ^ value >> 29;
}

static void fill_block(uint64_t *words, unsigned block_size, uint64_t lba, uint64_t generation)
{
	uint64_t word = scramble(lba << 32 ^ generation), sum = lba ^ generation;
	unsigned count = block_size / 8;

	words[0] = lba;
	words[1] = generation;
	for (unsigned i = 2; i < count - 1; i++) {
		word = word * 6364136223846793005 + 1442695040888963407;
		words[i] = word;
		sum = (sum << 1 | sum >> 63) ^ word;
	}
	words[count - 1] = sum;
}

/* What is wrong with a block that should have this content; NULL: nothing. */
static const char *look_at(const uint64_t *words, unsigned block_size, uint64_t lba,
			   uint64_t generation)
{
	uint64_t word = scramble(lba << 32 ^ generation), sum = lba ^ generation;
	unsigned count = block_size / 8;

	if (words[0] != lba)
		return "another block's data";
	if (words[1] != generation)
		return words[1] < generation ? "old data" : "data that was never written there";
	for (unsigned i = 2; i < count - 1; i++) {
		word = word * 6364136223846793005 + 1442695040888963407;
		if (words[i] != word)
			return "damaged data";
		sum = (sum << 1 | sum >> 63) ^ word;
	}
	return words[count - 1] == sum ? NULL : "a wrong checksum";
}

/* Blocks may stand at any address; words are looked at in an aligned copy. */
static void check_block(struct stress *stress, const uint8_t *data, uint64_t lba)
{
	uint64_t *copy = stress->copy;
	uint32_t generation = stress->generations[lba];
	const char *wrong;

	if (!generation)
		return;
	memcpy(copy, data, stress->block_size);
	wrong = look_at(copy, stress->block_size, lba, generation);
	if (wrong)
		STRESS_FAIL(stress,
			    "LBA %llu: %s: expected generation %u, got LBA %llu generation %llu",
			    (unsigned long long)lba, wrong, generation, (unsigned long long)copy[0],
			    (unsigned long long)copy[1]);
}

static void put_block(struct stress *stress, uint8_t *data, uint64_t lba, uint32_t generation)
{
	uint64_t *copy = stress->copy;

	fill_block(copy, stress->block_size, lba, generation);
	memcpy(data, copy, stress->block_size);
}

static const char *operation_name(enum block_operation operation)
{
	return operation == BLOCK_READ ? "read" : operation == BLOCK_WRITE ? "write" : "flush";
}

static void job_done(struct block_request *request)
{
	struct job *job = request->context;
	struct stress *stress = job->stress;

	job->busy = false;
	stress->in_flight--;
	if (request->error)
		STRESS_FAIL(stress, "%s LBA %llu+%llu: expected success, got %s",
			    operation_name(request->operation), (unsigned long long)request->lba,
			    (unsigned long long)request->count, error_text(-request->error));
	if (request->operation == BLOCK_FLUSH)
		return;
	for (uint64_t i = 0; i < request->count; i++) {
		uint8_t *user = &stress->users[request->lba + i];

		*user = request->operation == BLOCK_WRITE ? 0 : *user - 1;
		if (request->operation == BLOCK_READ && !request->error)
			check_block(stress, job->data + i * stress->block_size, request->lba + i);
	}
	stress->bytes += request->count * stress->block_size;
}

static uint64_t below(struct stress *stress, uint64_t bound)
{
	return prng_below(&stress->prng, bound);
}

static bool is_free(const struct stress *stress, uint64_t lba, uint64_t count, bool write)
{
	for (uint64_t i = lba; i < lba + count; i++)
		if (stress->users[i] >= (write ? 1 : WRITER - 1))
			return false;
	return true;
}

/* The data cut at random places, of which some are odd. */
static void cut(struct stress *stress, struct job *job, size_t size)
{
	unsigned count = 1 + (unsigned)below(stress, SEGMENTS);
	uint8_t *at = job->data;

	job->request.segments = job->segments;
	job->request.segment_count = 0;
	for (unsigned i = 0; i < count && size; i++) {
		size_t piece = i == count - 1 ? size : 1 + below(stress, size);

		if (i < count - 1 && below(stress, 4))
			piece = (piece + 511) & ~(size_t)511;
		if (piece > size)
			piece = size;
		job->segments[i] = (struct block_segment){at, piece};
		job->request.segment_count++;
		at += piece;
		size -= piece;
	}
}

/* Starts a read or a write somewhere, unless what was drawn collides with what is in flight. */
static void start(struct stress *stress, struct job *job)
{
	unsigned block_size = stress->block_size;
	uint64_t most = (job->buffer_size - PAGE_SIZE) / block_size;
	uint64_t count = 1 + below(stress, below(stress, 4) ? (most < 16 ? most : 16) : most);
	bool write = below(stress, 2);
	uint64_t lba;

	if (count > stress->blocks)
		count = stress->blocks;
	lba = below(stress, stress->blocks - count + 1);
	if (!is_free(stress, lba, count, write))
		return;
	job->data = job->buffer + below(stress, PAGE_SIZE / 4) * 4 +
		    (below(stress, 8) ? 0 : below(stress, 4));
	if (below(stress, 2))
		job->data = job->buffer;
	for (uint64_t i = 0; i < count; i++) {
		if (write) {
			stress->users[lba + i] = WRITER;
			stress->generations[lba + i] = ++stress->generation;
			put_block(stress, job->data + i * block_size, lba + i, stress->generation);
		} else {
			stress->users[lba + i]++;
		}
	}
	job->request = (struct block_request){
		.operation = write ? BLOCK_WRITE : BLOCK_READ,
		.lba = lba,
		.count = count,
		.done = job_done,
		.context = job,
	};
	cut(stress, job, count * block_size);
	write ? stress->writes++ : stress->reads++;
	job->busy = true;
	stress->in_flight++;
	block_submit(stress->device, &job->request);
}

static void start_flush(struct stress *stress, struct job *job)
{
	job->request =
		(struct block_request){.operation = BLOCK_FLUSH, .done = job_done, .context = job};
	stress->flushes++;
	job->busy = true;
	stress->in_flight++;
	block_submit(stress->device, &job->request);
}

/* What comes now and then, with requests in flight. */
static void disturb(struct stress *stress, uint64_t now_ns)
{
	int error = 0;

	if (now_ns >= stress->depth_ns) {
		stress->depth_ns = now_ns + below(stress, 2 * DEPTH_NS);
		stress->depth = 1 + (unsigned)below(stress, below(stress, 2) ? 8 : JOBS);
	}
	if (now_ns < stress->reset_ns)
		return;
	stress->reset_ns = now_ns + below(stress, 2 * RESET_NS);
	if (below(stress, 4)) {
		error = nvme_reset(stress->controller);
		stress->resets++;
	} else {
		error = nvme_rescan_namespaces(stress->controller);
	}
	if (error)
		STRESS_FAIL(stress, "reset or rescan with %u requests in flight: %s",
			    stress->in_flight, error_text(-error));
}

static void poll(struct stress *stress)
{
	if (!block_poll(stress->device) && stress->in_flight)
		block_rest(stress->device);
}

static void drain(struct stress *stress)
{
	while (stress->in_flight)
		poll(stress);
}

static void run(struct stress *stress, uint64_t end_ns)
{
	uint64_t now_ns = time_ns(), begun_ns = now_ns;

	while (now_ns < end_ns && !stress->failed && !process_interrupted()) {
		disturb(stress, now_ns);
		for (unsigned i = 0; i < JOBS && stress->in_flight < stress->depth; i++) {
			struct job *job = &stress->jobs[below(stress, JOBS)];

			if (job->busy || !job->buffer)
				continue;
			if (below(stress, 64))
				start(stress, job);
			else
				start_flush(stress, job);
		}
		poll(stress);
		now_ns = time_ns();
		if (progress_is_due())
			progress_text("stress: %llu of %llu s, %llu MiB, %llu resets",
				      (unsigned long long)((now_ns - begun_ns) / NS_PER_S),
				      (unsigned long long)((end_ns - begun_ns) / NS_PER_S),
				      (unsigned long long)(stress->bytes >> 20),
				      (unsigned long long)stress->resets);
	}
	drain(stress);
	/* One there is, however slow the machine: before all is read once more. */
	if (!stress->failed && !process_interrupted()) {
		start_flush(stress, &stress->jobs[0]);
		drain(stress);
	}
}

/* Everything that was written, once more. */
static void read_all(struct stress *stress)
{
	struct job *job = &stress->jobs[0];
	uint64_t most = job->buffer_size / stress->block_size, count;

	for (uint64_t lba = 0; lba < stress->blocks && !stress->failed; lba += count) {
		int error;

		count = stress->blocks - lba < most ? stress->blocks - lba : most;
		error = block_read(stress->device, lba, count, job->buffer);
		if (error) {
			STRESS_FAIL(stress, "reading LBA %llu+%llu at the end: %s",
				    (unsigned long long)lba, (unsigned long long)count,
				    error_text(-error));
			return;
		}
		for (uint64_t i = 0; i < count; i++)
			check_block(stress, job->buffer + i * stress->block_size, lba + i);
	}
}

static void *alloc_zeroed(size_t size)
{
	void *memory = process_alloc_pages(size);

	if (!memory)
		fail(1, "memory exhausted");
	memset(memory, 0, size);
	return memory;
}

static void prepare(struct stress *stress)
{
	struct nvme_namespace *namespace = nvme_namespace_of(stress->device);
	uint64_t large = (2ull * namespace->blocks_max + 3) * stress->device->block_size;

	stress->controller = namespace->controller;
	stress->block_size = stress->device->block_size;
	stress->blocks = stress->device->block_count < REGION_BLOCKS
				 ? (unsigned)stress->device->block_count
				 : REGION_BLOCKS;
	/* Half of it is left to other CPUs, at least. */
	if (stress_loops_count(stress->device) && stress->blocks > stress->device->block_count / 2)
		stress->blocks = (unsigned)(stress->device->block_count / 2);
	stress->generations = alloc_zeroed(stress->blocks * sizeof(*stress->generations));
	stress->users = alloc_zeroed(stress->blocks);
	stress->copy = alloc_zeroed(stress->block_size);
	stress->jobs = alloc_zeroed(JOBS * sizeof(*stress->jobs));
	for (unsigned i = 0; i < JOBS; i++) {
		struct job *job = &stress->jobs[i];

		job->stress = stress;
		job->buffer_size = (i < SMALL_JOBS ? SMALL_BYTES : large) + 2 * PAGE_SIZE;
		/* Where memory is short there are fewer. */
		job->buffer = process_alloc_pages(job->buffer_size);
		if (!job->buffer && i == 0)
			fail(1, "memory exhausted");
	}
	stress->repeated = nvme_statistics(stress->controller).retries;
	prng_seed(&stress->prng, stress->seed);
}

static void end_loops(struct stress *stress, struct stress_loops *loops)
{
	struct stress_loops_result result = stress_loops_stop(loops);

	out("stress: %u loops on other CPUs: %llu reads, %llu writes\n", result.loops,
	    (unsigned long long)result.reads, (unsigned long long)result.writes);
	if (result.failed)
		STRESS_FAIL(stress, "the loop on CPU %u, LBA %llu: %s%s%s", result.cpu,
			    (unsigned long long)result.lba, result.failed, result.error ? ": " : "",
			    result.error ? error_text(-result.error) : "");
}

int guest_stress(struct block_device *device, uint64_t seconds, uint64_t seed)
{
	struct stress *stress = alloc_zeroed(sizeof(*stress));
	struct stress_loops *loops;
	struct memory_stats before, after;
	uint64_t begun_ns = time_ns(), end_ns = begun_ns + seconds * NS_PER_S;

	stress->device = device;
	stress->seed = seed;
	prepare(stress);
	out("stress: %s, LBA 0+%u, %llu s, seed %llu\n", device->name, stress->blocks,
	    (unsigned long long)seconds, (unsigned long long)seed);
	out_flush();
	process_catch_interrupt(true);
	loops = stress_loops_start(device, stress->blocks, seed);
	run(stress,
	    begun_ns + (end_ns - begun_ns < 2 * WARM_UP_NS ? (end_ns - begun_ns) / 2 : WARM_UP_NS));
	memory_stats(&before);
	run(stress, end_ns);
	read_all(stress);
	memory_stats(&after);
	progress_clear();
	if (loops)
		end_loops(stress, loops);
	if (before.used != after.used)
		STRESS_FAIL(stress, "memory in use: expected %llu bytes as at the start, got %llu",
			    (unsigned long long)before.used, (unsigned long long)after.used);
	if (!stress->failed)
		out("PASS: stress: seed %llu: %llu reads, %llu writes, %llu flushes, %llu resets, "
		    "%llu commands repeated, %llu MiB, %llu bytes of memory in use at the start "
		    "and at the end\n",
		    (unsigned long long)seed, (unsigned long long)stress->reads,
		    (unsigned long long)stress->writes, (unsigned long long)stress->flushes,
		    (unsigned long long)stress->resets,
		    (unsigned long long)(nvme_statistics(stress->controller).retries -
					 stress->repeated),
		    (unsigned long long)(stress->bytes >> 20), (unsigned long long)after.used);
	out("SUMMARY: 1 tests, %u failures, 0 skipped\n", stress->failed);
	if (process_interrupted())
		return STATUS_INTERRUPTED;
	return stress->failed;
}

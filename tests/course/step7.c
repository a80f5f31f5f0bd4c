/* Step 7: many commands at once. */
#include "tests/course/steps.h"

#include "tests/sim/internal.h"

#define MANY   200u /* requests that are kept */
#define BLOCKS 2048u
#define BLOCK  512u
#define ROOM   (MANY * 8 * BLOCK)

static uint8_t *memory; /* of all requests */
static uint8_t image[BLOCKS * BLOCK];
static struct driver_request requests[MANY];

static void start(void)
{
	start_io();
	memory = aligned_alloc(4096, ROOM);
	machine_buffer(memory, ROOM);
	for (unsigned i = 0; i < sizeof(image); i++)
		image[i] = (uint8_t)(i * 2654435761u >> 13);
	sim_namespace_write(sim, 1, 0, BLOCKS, image);
}

/* Request number i: a read of some blocks into its part of the memory. */
static void prepare(unsigned i, unsigned blocks, bool write)
{
	uint8_t *at = memory + (size_t)i * 8 * BLOCK;

	requests[i] = (struct driver_request){.write = write,
					      .lba = i * 37 % (BLOCKS - blocks),
					      .blocks = blocks,
					      .buffer = at,
					      .error = 1};
	memset(at, 0xee, (size_t)blocks * BLOCK);
}

static void check_read(unsigned i)
{
	const struct driver_request *request = &requests[i];

	expect(request->done, "request %u was not done", i);
	expect(!request->error, "request %u ended with %s", i, error_name(request->error));
	expect(!memcmp(request->buffer, image + request->lba * BLOCK, request->blocks * BLOCK),
	       "request %u, %u blocks at %llu, did not get their data", i, request->blocks,
	       (unsigned long long)request->lba);
}

/* How many of so many requests the driver takes. */
static unsigned submit(unsigned count, unsigned blocks)
{
	for (unsigned i = 0; i < count; i++) {
		const char *name = call_begin("driver_submit()");
		int result;

		prepare(i, blocks, false);
		result = driver_submit(&requests[i]);
		if (result == -EAGAIN) {
			call_end(name, 0, 0);
			return i;
		}
		call_end(name, result, 0);
	}
	return count;
}

static unsigned poll_once(void)
{
	const char *name = call_begin("driver_poll()");
	int result = driver_poll();

	if (result < 0)
		call_end(name, result, 0);
	call_end(name, 0, 0);
	return (unsigned)result;
}

/* Until all are done; each is looked at when it is. */
static void poll_all(unsigned count)
{
	unsigned done = 0, turns = 0;
	bool looked[MANY] = {false};

	while (done < count) {
		sim_advance(10 * US);
		done += poll_once();
		for (unsigned i = 0; i < count; i++)
			if (requests[i].done && !looked[i]) {
				check_read(i);
				looked[i] = true;
			}
		expect(++turns < 100000, "%u of %u requests were done in 1 s", done, count);
	}
	expect(done == count, "driver_poll() counted %u requests of %u", done, count);
}

static void test_depth(void)
{
	unsigned taken;

	start();
	taken = submit(DRIVER_DEPTH, 1);
	expect(taken == DRIVER_DEPTH, "it took %u requests, and should take %u", taken,
	       DRIVER_DEPTH);
	CALL(driver_ring());
	expect(sim_statistics(sim)->in_flight_max >= DRIVER_DEPTH,
	       "%u commands were in the controller at the same time, and should be %u",
	       sim_statistics(sim)->in_flight_max, DRIVER_DEPTH);
	poll_all(taken);
}

static void test_one_doorbell(void)
{
	uint64_t before;

	start();
	before = sim_statistics(sim)->doorbell_writes;
	submit(DRIVER_DEPTH, 1);
	CALL(driver_ring());
	expect(sim_statistics(sim)->doorbell_writes == before + 1,
	       "%llu doorbells were written for %u requests, and should be 1",
	       (unsigned long long)(sim_statistics(sim)->doorbell_writes - before), DRIVER_DEPTH);
	CALL(driver_ring());
	expect(sim_statistics(sim)->doorbell_writes == before + 1,
	       "driver_ring() wrote a doorbell, and nothing was new");
}

static void test_one_head(void)
{
	uint64_t before;
	unsigned done;

	start();
	submit(DRIVER_DEPTH, 1);
	CALL(driver_ring());
	sim_advance(10 * MS);
	before = sim_statistics(sim)->doorbell_writes;
	done = poll_once();
	expect(done == DRIVER_DEPTH, "driver_poll() took %u completions of %u that were there",
	       done, DRIVER_DEPTH);
	expect(sim_statistics(sim)->doorbell_writes == before + 1,
	       "%llu doorbells were written for %u completions, and should be 1",
	       (unsigned long long)(sim_statistics(sim)->doorbell_writes - before), DRIVER_DEPTH);
}

static void test_order(void)
{
	unsigned taken;

	start();
	for (unsigned turn = 0; turn < 20; turn++) {
		taken = submit(DRIVER_DEPTH, 1 + turn % 8);
		CALL(driver_ring());
		poll_all(taken);
	}
}

static void test_full(void)
{
	unsigned taken;

	start();
	for (unsigned turn = 0; turn < 10; turn++) {
		taken = submit(MANY, 1);
		expect(taken < MANY, "it took %u requests, and never said -EAGAIN", taken);
		CALL(driver_ring());
		poll_all(taken);
	}
}

static void test_lists(void)
{
	unsigned size = DRIVER_PART, count = 12;
	uint8_t *large = aligned_alloc(4096, (size_t)size * count);

	start();
	machine_buffer(large, (size_t)size * count);
	for (unsigned i = 0; i < count; i++) {
		requests[i] = (struct driver_request){
			.lba = i * 100, .blocks = size / BLOCK, .buffer = large + (size_t)i * size};
		CALL(driver_submit(&requests[i]));
	}
	CALL(driver_ring());
	poll_all(count);
}

static void test_beside(void)
{
	unsigned taken;

	start();
	taken = submit(8, 1);
	CALL(driver_ring());
	CALL(driver_read(5, 8, memory + 100 * 8 * BLOCK));
	expect(!memcmp(memory + 100 * 8 * BLOCK, image + 5 * BLOCK, 8 * BLOCK),
	       "driver_read() did not get its blocks");
	for (unsigned turns = 0; turns < 1000; turns++) {
		sim_advance(10 * US);
		poll_once();
	}
	for (unsigned i = 0; i < taken; i++)
		check_read(i);
}

static void test_range(void)
{
	start();
	prepare(0, 1, false);
	requests[0].lba = BLOCKS;
	CALL_FAILS(driver_submit(&requests[0]), EINVAL);
	requests[0].lba = 0;
	requests[0].blocks = DRIVER_PART / BLOCK + 1;
	CALL_FAILS(driver_submit(&requests[0]), EINVAL);
	requests[0].blocks = 0;
	CALL_FAILS(driver_submit(&requests[0]), EINVAL);
}

static void test_lost(void)
{
	const struct sim_fault lost = {.kind = SIM_LOSE, .queue = 1, .opcode = SIM_READ, .skip = 3};
	unsigned taken;

	start();
	sim_add_fault(sim, &lost);
	taken = submit(8, 1);
	CALL(driver_ring());
	for (unsigned turns = 0; turns < 20000 && !requests[3].done; turns++) {
		sim_advance(1 * MS);
		poll_once();
	}
	expect(requests[3].done, "20 s have passed, and request 3, which is lost, is not done");
	expect(requests[3].error == -ETIMEDOUT, "request 3, which was lost, ended with %s",
	       error_name(requests[3].error));
	for (unsigned i = 0; i < taken; i++)
		if (i != 3)
			check_read(i);
}

/* A queue that is always full, of reads and writes that do not overlap. */
static void test_endurance(void)
{
	unsigned done = 0, next = 0, taken[MANY], count = 0;

	start();
	while (done < 5000) {
		while (next - done < MANY / 2) {
			unsigned i = next % MANY;

			prepare(i, 1 + next % 8, false);
			if (driver_submit(&requests[i]))
				break;
			taken[count++ % MANY] = i;
			next++;
		}
		CALL(driver_ring());
		sim_advance(20 * US);
		poll_once();
		while (done < next && requests[taken[done % MANY]].done) {
			check_read(taken[done % MANY]);
			done++;
		}
	}
}

static const struct check checks[] = {
	CHECK("7.1", "32 commands in the controller at the same time", "3.3.1", test_depth),
	CHECK("7.2", "one doorbell for all that was submitted", "PCIe transport 1.0, section 3.1.2",
	      test_one_doorbell),
	CHECK("7.3", "one doorbell for all that was completed", "PCIe transport 1.0, section 3.1.2",
	      test_one_head),
	CHECK("7.4", "completions in any order: the CID says whose they are", "3.3.3.2", test_order,
	      .sim.jitter_ns = 200 * US),
	CHECK("7.5", "-EAGAIN where the queue is full, which has one entry less", "3.3.1.2",
	      test_full, .sim = {.latency_ns = 100 * US}),
	CHECK("7.6", "the same on the course's controller: 16 entries", "3.3.1.2", test_full,
	      .sim = {.cap = SIM_CAP_SEED, .latency_ns = 100 * US}),
	CHECK("7.7", "a list of its own for each command", "4.1.1", test_lists,
	      .sim.jitter_ns = 200 * US),
	CHECK("7.8", "driver_read() beside requests", "3.3.3.2", test_beside,
	      .sim.jitter_ns = 200 * US),
	CHECK("7.9", "-EINVAL for what is too large, or beyond the end", "3.3.1", test_range),
	CHECK("7.10", "one command is lost, the others are not", "5.1", test_lost),
	CHECK("7.11", "5,000 requests, the queue always full", "3.3.3.2", test_endurance,
	      .sim.jitter_ns = 100 * US),
};

const struct step step7 = STEP("7-speed.md", checks);

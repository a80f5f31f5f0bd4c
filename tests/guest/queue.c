/* Many requests at once: more than the queue holds, rings that wrap, order, flush. */
#include "tests/guest/guest.h"

#include "lib/errno.h"
#include "lib/string.h"

struct many {
	unsigned count, done;
	unsigned repeats; /* completions of a request that was complete already */
	int error;	  /* the first */
	struct block_request *requests;
	struct block_segment *segments;
	bool *seen;
};

static void one_done(struct block_request *request)
{
	struct many *many = request->context;
	size_t index = (size_t)(request - many->requests);

	if (many->seen[index])
		many->repeats++;
	many->seen[index] = true;
	many->done++;
	if (request->error && !many->error)
		many->error = request->error;
}

static bool make_many(struct guest *guest, struct many *many, unsigned count)
{
	memset(many, 0, sizeof(*many));
	many->count = count;
	many->requests = guest_buffer(guest, count * sizeof(*many->requests));
	many->segments = guest_buffer(guest, count * sizeof(*many->segments));
	many->seen = guest_buffer(guest, count);
	return many->requests && many->segments && many->seen;
}

/* All of them at once, request i of one block at lba + order(i), from (into) its place in bytes. */
static bool run_many(struct guest *guest, struct many *many, enum block_operation operation,
		     uint64_t lba, uint8_t *bytes, unsigned step)
{
	many->done = 0;
	many->error = 0;
	memset(many->seen, 0, many->count);
	for (unsigned i = 0; i < many->count; i++) {
		unsigned at = (unsigned)((uint64_t)i * step % many->count);

		many->segments[i] = (struct block_segment){bytes + (size_t)at * guest->block_size,
							   guest->block_size};
		many->requests[i] = (struct block_request){
			.operation = operation,
			.lba = lba + at,
			.count = 1,
			.segments = &many->segments[i],
			.segment_count = 1,
			.done = one_done,
			.context = many,
		};
		block_submit(guest->device, &many->requests[i]);
	}
	for (unsigned i = 0; i < many->count; i++)
		guest_wait(&many->requests[i]);
	return guest_equal(guest, "requests completed", many->count, many->done) &&
	       guest_equal(guest, "requests completed twice", 0, many->repeats) &&
	       guest_error(guest, "the first error", 0, many->error);
}

/* An odd step that is no factor of the count visits every block, far apart. */
static unsigned odd_step(unsigned count)
{
	unsigned step = 7;

	while (count % step == 0)
		step += 2;
	return step;
}

static void write_and_read_many(struct guest *guest, unsigned count)
{
	uint8_t *bytes, *back;
	struct many many;
	size_t size;

	if (guest->device->block_count < count)
		count = (unsigned)guest->device->block_count;
	size = (size_t)count * guest->block_size;
	bytes = guest_buffer(guest, size);
	back = guest_buffer(guest, size);
	if (!bytes || !back || !make_many(guest, &many, count) || !guest_save(guest, 0, count))
		return;
	prng_fill(&guest->prng, bytes, size);
	if (!run_many(guest, &many, BLOCK_WRITE, 0, bytes, odd_step(count)))
		return;
	if (!run_many(guest, &many, BLOCK_READ, 0, back, 1))
		return;
	EXPECT_SAME("what was written", bytes, back, size);
}

static void full(struct guest *guest)
{
	write_and_read_many(guest, nvme_queue_entries(guest->controller));
}

static void overfull(struct guest *guest)
{
	write_and_read_many(guest, 3 * nvme_queue_entries(guest->controller) + 5);
}

/* One at a time, until both rings have wrapped more than twice. */
static void wraps(struct guest *guest)
{
	unsigned turns =
		nvme_queue_entries(guest->controller) * nvme_queue_count(guest->controller);
	uint8_t *bytes = guest_buffer(guest, guest->block_size);
	uint8_t *back = guest_buffer(guest, guest->block_size);

	if (turns > 5000)
		turns = 5000; /* several large queues: their share is enough */
	turns = turns * 5 / 2;
	if (!bytes || !back || !guest_save(guest, 1, 1))
		return;
	for (unsigned i = 0; i < turns; i += 2) {
		prng_fill(&guest->prng, bytes, 16);
		EXPECT_ERROR("writing", 0, guest_write(guest, 1, 1, bytes));
		EXPECT_ERROR("reading", 0, guest_read(guest, 1, 1, back));
		EXPECT_SAME("the block", bytes, back, guest->block_size);
	}
}

static void large_at_once(struct guest *guest)
{
	struct block_request requests[4];
	struct block_segment segments[4];
	uint64_t count = guest->blocks_max + 3ull;
	size_t size = count * guest->block_size;
	uint8_t *bytes, *back;

	if (guest->device->block_count < 4 * count) {
		guest_skip(guest, "%s is too small", guest->device->name);
		return;
	}
	bytes = guest_buffer(guest, 4 * size);
	back = guest_buffer(guest, 4 * size);
	if (!bytes || !back || !guest_save(guest, 0, 4 * count))
		return;
	prng_fill(&guest->prng, bytes, 4 * size);
	for (unsigned turn = 0; turn < 2; turn++) {
		for (unsigned i = 0; i < 4; i++) {
			segments[i].address = (turn ? back : bytes) + i * size;
			segments[i].size = size;
			requests[i] = (struct block_request){
				.operation = turn ? BLOCK_READ : BLOCK_WRITE,
				.lba = i * count,
				.count = count,
				.segments = &segments[i],
				.segment_count = 1,
			};
			block_submit(guest->device, &requests[i]);
		}
		/* All have to end before the case does. */
		for (unsigned i = 0; i < 4; i++)
			guest_error(guest, "a large request", 0, guest_wait(&requests[i]));
		if (guest_over(guest))
			return;
	}
	EXPECT_SAME("what was written", bytes, back, 4 * size);
}

static void flush(struct guest *guest)
{
	EXPECT_ERROR("Flush", 0, block_flush(guest->device));
}

static void flush_under_load(struct guest *guest)
{
	struct block_request flush = {.operation = BLOCK_FLUSH};
	uint8_t *bytes = guest_buffer(guest, 16 * guest->block_size);
	struct block_request writes[16];
	struct block_segment segments[16];

	if (!bytes || !guest_save(guest, 0, 16))
		return;
	for (unsigned i = 0; i < 16; i++) {
		segments[i] =
			(struct block_segment){bytes + i * guest->block_size, guest->block_size};
		writes[i] = (struct block_request){.operation = BLOCK_WRITE,
						   .lba = i,
						   .count = 1,
						   .segments = &segments[i],
						   .segment_count = 1};
		block_submit(guest->device, &writes[i]);
	}
	block_submit(guest->device, &flush);
	/* All have to end before the case does. */
	guest_error(guest, "Flush", 0, guest_wait(&flush));
	for (unsigned i = 0; i < 16; i++)
		guest_error(guest, "a write", 0, guest_wait(&writes[i]));
}

static const struct guest_case cases[] = {
	{"as many requests as entries", full, GUEST_NAMESPACE},
	{"three times as many requests as entries", overfull, GUEST_NAMESPACE},
	{"wraps more than twice", wraps, GUEST_NAMESPACE},
	{"several large requests at once", large_at_once, GUEST_NAMESPACE},
	{"flush", flush, GUEST_NAMESPACE},
	{"flush among writes", flush_under_load, GUEST_NAMESPACE},
	{NULL, NULL, 0},
};

GUEST_GROUP(queue, cases);

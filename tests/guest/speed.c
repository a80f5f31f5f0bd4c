/* How fast small reads are, and what they cost the CPU from submission to completion. Under qemu
 * -icount shift=0 a tick of the TSC is one instruction of the guest: then the cost is exact and the
 * same each time; elsewhere it is only time, with the device's in it. */
#include "tests/guest/guest.h"

#include "kernel/commands/command.h"
#include "kernel/posix/process.h"
#include "kernel/x86/cpu.h"
#include "kernel/x86/time.h"
#include "lib/errno.h"

#define DEPTH	  32
#define READ_SIZE 4096u
#define READS	  4096u
#define WARM_UP	  256u /* of them, not counted */

struct speed {
	struct block_device *device;
	struct block_request requests[DEPTH];
	struct block_segment segments[DEPTH];
	unsigned started, ended;
	int error; /* the last */
	uint64_t lbas[READS];
};

__attribute__((always_inline)) static inline void start(struct speed *speed,
							struct block_request *request)
{
	request->lba = speed->lbas[speed->started++];
	block_submit(speed->device, request);
}

static void read_done(struct block_request *request)
{
	struct speed *speed = request->context;

	speed->ended++;
	if (request->error)
		speed->error = request->error;
	else if (speed->started < READS)
		start(speed, request);
}

/* Fruitless polls do not count as ticks: how many there are is up to the device. */
static void small_reads(struct guest *guest)
{
	uint64_t count = guest_blocks(guest, READ_SIZE);
	size_t size = (size_t)count * guest->block_size;
	uint8_t *bytes = guest_buffer(guest, DEPTH * size);
	struct speed *speed = guest_buffer(guest, sizeof(*speed));
	uint64_t ticks = 0, begun_ns;
	unsigned counted = 0;

	if (!bytes || !speed)
		return;
	if (guest->device->block_count < count) {
		guest_skip(guest, "%s is too small", guest->device->name);
		return;
	}
	speed->device = guest->device;
	for (unsigned i = 0; i < READS; i++)
		speed->lbas[i] =
			prng_below(&guest->prng, guest->device->block_count / count) * count;
	begun_ns = time_ns();
	for (unsigned i = 0; i < DEPTH; i++) {
		speed->segments[i] = (struct block_segment){bytes + i * size, size};
		speed->requests[i] = (struct block_request){
			.operation = BLOCK_READ,
			.count = count,
			.segments = &speed->segments[i],
			.segment_count = 1,
			.done = read_done,
			.context = speed,
		};
		start(speed, &speed->requests[i]);
	}
	while (speed->ended < speed->started) {
		bool steady = speed->ended >= WARM_UP && speed->started < READS;
		unsigned before = speed->ended;
		uint64_t begun, spent;

		if (process_interrupted())
			speed->error = -EINTR;
		begun = cpu_tsc();
		block_poll(guest->device);
		spent = cpu_tsc() - begun;
		if (steady && speed->ended != before) {
			ticks += spent;
			counted += speed->ended - before;
		}
	}
	EXPECT_ERROR("reading", 0, speed->error);
	begun_ns = time_ns() - begun_ns;
	if (counted && begun_ns)
		out("INFO: speed: %llu reads of %zu bytes in a second, depth %u, %llu TSC ticks "
		    "each\n",
		    (unsigned long long)(READS * NS_PER_S / begun_ns), size, DEPTH,
		    (unsigned long long)(ticks / counted));
}

static const struct guest_case cases[] = {
	{"4 KiB reads at depth 32", small_reads, GUEST_NAMESPACE},
	{NULL, NULL, 0},
};

GUEST_GROUP(speed, cases);

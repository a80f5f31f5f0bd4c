/* Load loops beside selftest --stress. A loop's blocks are cells of a few blocks; command number i
 * takes cells i, i + DEPTH, i + 2 * DEPTH and so on, so that no two of them in flight touch the
 * same cell. Each word of a cell is made from its LBA and its generation. */
#include "tests/guest/stress_loops.h"

#include "drivers/nvme/load.h"
#include "kernel/commands/command.h"
#include "kernel/memory.h"
#include "kernel/posix/process.h"
#include "kernel/x86/cpu.h"
#include "kernel/x86/smp.h"
#include "lib/prng.h"
#include "lib/string.h"

#define DEPTH	   16u
#define CELL_BYTES 8192u
#define CELLS_MAX  4096u /* of each loop: generations in a page or four */

struct loop;

struct cell_io {
	struct nvme_load_io io; /* first */
	struct loop *loop;
	uint64_t *data;
	uint32_t cell;
	bool busy;
};

struct loop {
	struct nvme_load *load;
	unsigned cpu;
	uint64_t first; /* LBA of its cells */
	uint32_t blocks, cells;
	uint32_t *generations; /* of each cell; 0: not written yet */
	uint32_t generation;
	struct prng prng;
	struct cell_io ios[DEPTH];
	bool stop;
	uint64_t reads, writes;
	const char *failed;
	uint64_t failed_lba;
	int error;
};

struct stress_loops {
	struct process_guard guard; /* first */
	unsigned count;
	struct loop *loops[CPUS_MAX];
};

static void fail_at(struct loop *loop, const char *what, uint64_t lba, int error)
{
	if (loop->failed)
		return;
	loop->failed_lba = lba;
	loop->error = error;
	loop->failed = what;
}

static uint64_t word_of(uint64_t lba, uint32_t generation, unsigned index)
{
	return (lba << 24 ^ generation) * 0x9e3779b97f4a7c15 + index;
}

static void io_done(struct nvme_load_io *io, int error, uint16_t status)
{
	struct cell_io *own = (struct cell_io *)io;
	struct loop *loop = own->loop;
	uint32_t generation = loop->generations[own->cell];

	(void)status;
	own->busy = false;
	if (error)
		fail_at(loop, io->opcode == NVME_IO_READ ? "a read" : "a write", io->lba, error);
	if (error || io->opcode != NVME_IO_READ || !generation)
		return;
	for (unsigned i = 0; i < CELL_BYTES / 8; i++)
		if (own->data[i] != word_of(io->lba, generation, i)) {
			fail_at(loop, "data that was not written there", io->lba, 0);
			return;
		}
}

static void start(struct loop *loop, struct cell_io *io)
{
	unsigned index = (unsigned)(io - loop->ios);
	bool write = prng_below(&loop->prng, 2);

	io->cell = index + DEPTH * (uint32_t)prng_below(&loop->prng, loop->cells / DEPTH);
	io->io.opcode = write ? NVME_IO_WRITE : NVME_IO_READ;
	io->io.lba = loop->first + (uint64_t)io->cell * loop->blocks;
	if (write) {
		loop->generations[io->cell] = ++loop->generation;
		for (unsigned i = 0; i < CELL_BYTES / 8; i++)
			io->data[i] = word_of(io->io.lba, loop->generation, i);
	}
	io->busy = nvme_load_send(loop->load, &io->io);
	if (!io->busy)
		fail_at(loop, "sending", io->io.lba, nvme_load_error(loop->load));
	write ? loop->writes++ : loop->reads++;
}

/* On another CPU. */
static void run(void *argument)
{
	struct loop *loop = argument;

	nvme_load_enter(loop->load);
	while (!__atomic_load_n(&loop->stop, __ATOMIC_ACQUIRE) && !loop->failed) {
		nvme_load_goes_on(loop->load);
		for (unsigned i = 0; i < DEPTH && !loop->failed; i++)
			if (!loop->ios[i].busy)
				start(loop, &loop->ios[i]);
		nvme_load_ring(loop->load);
		nvme_load_reap(loop->load);
	}
	while (nvme_load_in_flight(loop->load)) {
		nvme_load_goes_on(loop->load);
		nvme_load_reap(loop->load);
	}
	nvme_load_leave(loop->load);
}

static void end(struct stress_loops *loops)
{
	for (unsigned i = 0; i < loops->count; i++)
		__atomic_store_n(&loops->loops[i]->stop, true, __ATOMIC_RELEASE);
	for (unsigned i = 0; i < loops->count; i++) {
		struct loop *loop = loops->loops[i];

		/* What is late is CPU 0's to find. */
		while (smp_running(loop->cpu)) {
			nvme_poll_all();
			cpu_relax();
		}
		if (loop->load)
			nvme_load_close(loop->load);
		loop->load = NULL;
	}
}

static void end_with_process(struct process_guard *guard)
{
	end((struct stress_loops *)guard);
}

static void *zeroed(size_t size)
{
	void *memory = process_alloc_pages(size);

	if (memory)
		memset(memory, 0, size);
	return memory;
}

/* NULL without memory or a queue pair. */
static struct loop *make(struct nvme_namespace *namespace, uint64_t first, uint32_t cells,
			 uint64_t seed)
{
	struct loop *loop = zeroed(sizeof(*loop));
	uint8_t *data = zeroed((size_t)DEPTH * CELL_BYTES);

	if (!loop || !data)
		return NULL;
	loop->generations = zeroed(cells * sizeof(*loop->generations));
	if (!loop->generations || nvme_load_open(namespace, DEPTH, CELL_BYTES, NULL, &loop->load))
		return NULL;
	loop->first = first;
	loop->cells = cells;
	loop->blocks = CELL_BYTES / namespace->block.block_size;
	prng_seed(&loop->prng, seed);
	for (unsigned i = 0; i < DEPTH; i++) {
		struct cell_io *io = &loop->ios[i];

		io->loop = loop;
		io->data = (uint64_t *)(data + i * CELL_BYTES);
		io->io = (struct nvme_load_io){
			.blocks = loop->blocks, .data = io->data, .done = io_done};
	}
	return loop;
}

unsigned stress_loops_count(struct block_device *device)
{
	struct nvme_namespace *namespace = nvme_namespace_of(device);
	unsigned cpus = smp_count() - 1, queues;

	if (!namespace || device->block_size > CELL_BYTES ||
	    nvme_load_check(namespace, DEPTH, CELL_BYTES))
		return 0;
	queues = nvme_load_queues(namespace->controller);
	return cpus < queues ? cpus : queues;
}

struct stress_loops *stress_loops_start(struct block_device *device, uint64_t first, uint64_t seed)
{
	unsigned count = stress_loops_count(device);
	struct stress_loops *loops;
	uint64_t cells, blocks;

	if (!count || !(loops = zeroed(sizeof(*loops))))
		return NULL;
	blocks = CELL_BYTES / device->block_size;
	cells = (device->block_count - first) / blocks / count;
	if (cells > CELLS_MAX)
		cells = CELLS_MAX;
	cells -= cells % DEPTH;
	if (!cells)
		return NULL;
	process_guard(&loops->guard);
	loops->guard.end = end_with_process;
	for (unsigned i = 0; i < count; i++) {
		struct loop *loop = make(nvme_namespace_of(device), first + i * cells * blocks,
					 (uint32_t)cells, seed + i);
		unsigned cpu = smp_idle();

		if (!loop)
			break;
		loops->loops[loops->count++] = loop;
		loop->cpu = cpu;
		if (!cpu || smp_run(cpu, run, loop)) {
			loop->cpu = 0;
			break;
		}
	}
	return loops;
}

struct stress_loops_result stress_loops_stop(struct stress_loops *loops)
{
	struct stress_loops_result result = {.loops = loops->count};

	end(loops);
	for (unsigned i = 0; i < loops->count; i++) {
		const struct loop *loop = loops->loops[i];

		result.reads += loop->reads;
		result.writes += loop->writes;
		if (!loop->failed || result.failed)
			continue;
		result.failed = loop->failed;
		result.cpu = loop->cpu;
		result.lba = loop->failed_lba;
		result.error = loop->error;
	}
	return result;
}

/* Load loops: what a read costs in one, on CPU 0 and on another, and that they go through a reset.
 */
#include "drivers/nvme/load.h"

#include "kernel/commands/command.h"
#include "kernel/posix/process.h"
#include "kernel/x86/cpu.h"
#include "kernel/x86/smp.h"
#include "kernel/x86/time.h"
#include "lib/errno.h"
#include "tests/guest/guest.h"

#define DEPTH	  32u
#define READ_SIZE 4096u
#define READS	  4096u
#define WARM_UP	  256u /* of them, not counted */

struct loop {
	struct nvme_load *load;
	struct nvme_load_run run;
	unsigned cpu; /* that runs it */
	uint64_t counted, ticks, ns;
};

/* Fruitless turns do not count as ticks: how many there are is up to the device. Under qemu -icount
 * shift=0 a tick is an instruction. */
static void run_loop(void *argument)
{
	struct loop *loop = argument;
	struct nvme_load_run *run = &loop->run;
	uint64_t begun_ns = time_ns();
	bool going = true;

	if (loop->cpu)
		nvme_load_enter(loop->load);
	nvme_load_run_begin(loop->load, run);
	while (going) {
		bool steady = run->ended >= WARM_UP && run->begun < run->limit;
		uint64_t before = run->ended, begun = cpu_tsc();

		going = nvme_load_run_turn(loop->load, run);
		if (steady && run->ended != before) {
			loop->ticks += cpu_tsc() - begun;
			loop->counted += run->ended - before;
		}
	}
	loop->ns = time_ns() - begun_ns;
	if (loop->cpu)
		nvme_load_leave(loop->load);
}

/* False, and the case is over, where there is no queue pair for it. */
static bool open_loop(struct guest *guest, struct loop *loop)
{
	uint64_t blocks = guest_blocks(guest, READ_SIZE);
	size_t size = (size_t)blocks * guest->block_size;
	int error;

	loop->run = (struct nvme_load_run){
		.opcode = NVME_IO_READ,
		.blocks = (uint32_t)blocks,
		.places = guest->device->block_count / blocks,
		.random = true,
		.seed = prng_next(&guest->prng),
		.data = guest_buffer(guest, DEPTH * size),
	};
	if (!loop->run.data)
		return false;
	if (!loop->run.places) {
		guest_skip(guest, "%s is too small", guest->device->name);
		return false;
	}
	error = nvme_load_open(guest->namespace, DEPTH, (uint32_t)size, NULL, &loop->load);
	if (error == -ENOSPC || error == -EINVAL || error == -EOPNOTSUPP) {
		guest_skip(guest, "no queue pair for a load loop (%s)", error_text(-error));
		return false;
	}
	return guest_error(guest, "opening a load", 0, error);
}

static void tell(const struct loop *loop)
{
	if (loop->counted && loop->ns)
		out("INFO: load: %llu reads in a second by a loop on CPU %u, depth %u, %llu TSC "
		    "ticks each\n",
		    (unsigned long long)(READS * NS_PER_S / loop->ns), loop->cpu, DEPTH,
		    (unsigned long long)(loop->ticks / loop->counted));
}

static void here(struct guest *guest)
{
	struct loop loop = {0};

	if (!open_loop(guest, &loop))
		return;
	loop.run.limit = READS;
	run_loop(&loop);
	nvme_load_close(loop.load);
	EXPECT_ERROR("reading", 0, loop.run.error);
	EXPECT_EQUAL("reads", READS, loop.run.ended);
	tell(&loop);
}

/* CPU 0 looks after the controller meanwhile; by the hint qemu -icount lets another CPU run. */
static void wait_for(struct guest *guest, unsigned cpu)
{
	while (smp_running(cpu)) {
		block_poll(guest->device);
		cpu_relax();
	}
}

static void elsewhere(struct guest *guest)
{
	struct loop loop = {.cpu = 1};

	if (smp_count() < 2) {
		guest_skip(guest, "there is one CPU");
		return;
	}
	if (!open_loop(guest, &loop))
		return;
	loop.run.limit = READS;
	if (guest_error(guest, "smp_run()", 0, smp_run(1, run_loop, &loop)))
		smp_wait(1);
	nvme_load_close(loop.load);
	EXPECT_ERROR("reading", 0, loop.run.error);
	EXPECT_EQUAL("reads", READS, loop.run.ended);
	tell(&loop);
}

/* Loops on all CPUs, and reads by the block layer, through resets. */
static void resets(struct guest *guest)
{
	static struct loop loops[CPUS_MAX];
	unsigned cpus = smp_count(), running = 1;

	if (cpus < 2) {
		guest_skip(guest, "there is one CPU");
		return;
	}
	for (; running < cpus; running++) {
		loops[running] = (struct loop){.cpu = running};
		if (!open_loop(guest, &loops[running]))
			break;
		if (!guest_error(guest, "smp_run()", 0,
				 smp_run(running, run_loop, &loops[running]))) {
			nvme_load_close(loops[running].load);
			break;
		}
	}
	for (unsigned i = 0; i < 5 && !guest_over(guest); i++) {
		guest_error(guest, "reset", 0, nvme_reset(guest->controller));
		guest_round_trip(guest, 0, 8, i);
	}
	for (unsigned cpu = 1; cpu < running; cpu++) {
		struct nvme_load_run *run = &loops[cpu].run;

		nvme_load_run_stop(run);
		wait_for(guest, cpu);
		nvme_load_close(loops[cpu].load);
		guest_error(guest, "reading", 0, run->error);
		guest_equal(guest, "commands that have ended", run->begun, run->ended);
	}
}

static const struct guest_case cases[] = {
	{"4 KiB reads at depth 32 in a load loop", here, GUEST_PLAIN_NAMESPACE},
	{"the same on another CPU", elsewhere, GUEST_PLAIN_NAMESPACE},
	{"resets with a loop on every CPU", resets, GUEST_PLAIN_NAMESPACE},
	{NULL, NULL, 0},
};

GUEST_GROUP(load, cases);

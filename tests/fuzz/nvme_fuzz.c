/* The NVMe driver against a controller that lies: what the host does and what the controller
 * answers both come from the input. The controller is tests/sim's, but its registers, completions,
 * data, interrupts and timing are changed on their way to the driver, and it writes into the memory
 * that it was given whenever it likes.
 *
 * Seen are: access outside of memory (AddressSanitizer; the simulated machine for MMIO and DMA), a
 * call that does not return (libFuzzer's -timeout, and limits of simulated time), requests that are
 * never completed or completed twice, and memory that the driver keeps (its allocations are
 * counted).
 *
 * A controller can write anywhere that it was told to at any later time; only an IOMMU could keep
 * it from that. So buffers live until the controller is gone, and DMA to memory that the driver has
 * freed only counts as long as the controller has not pretended to be finished with it. */
#include <stdlib.h>
#include <string.h>

#include "drivers/block/block.h"
#include "drivers/nvme/nvme.h"
#include "lib/errno.h"
#include "tests/fuzz/nvme_liar.h"
#include "tests/sim/controller.h"
#include "tests/sim/nvme_platform.h"

#define OPERATIONS_MAX 200
#define TIME_MAX       (300 * S) /* simulated: no more operations after it */
#define REQUESTS_MAX   32
#define SEGMENTS_MAX   6

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct request {
	struct block_request block;
	struct block_segment segments[SEGMENTS_MAX];
	bool done;
};

static struct request *requests[REQUESTS_MAX];
static unsigned started, finished;
static struct block_device *device(void)
{
	struct nvme_namespace *namespace = controller ? nvme_namespace_first(controller) : NULL;

	for (unsigned n = below(4); namespace && n; n--)
	namespace = namespace->next ? namespace->next : nvme_namespace_first(controller);
	return namespace ? &namespace->block : NULL;
}

static void request_done(struct block_request *block)
{
	struct request *request = block->context;

	if (request->done || !block->complete)
		fail("a request was completed twice");
	request->done = true;
	finished++;
	for (unsigned i = 0; i < REQUESTS_MAX; i++)
		if (requests[i] == request) {
			/* Nobody may touch it any more. */
			requests[i] = NULL;
			free(request);
			return;
		}
	fail("a request was completed that was not started");
}

static void start_request(void)
{
	struct block_device *block = device();
	struct request *request;
	unsigned at, kind, layout;
	size_t left;

	for (at = 0; at < REQUESTS_MAX && requests[at]; at++)
		;
	if (!block || at == REQUESTS_MAX)
		return;
	request = calloc(1, sizeof(*request));
	kind = below(8);
	layout = below(4);
	request->block.operation = kind & 1 ? BLOCK_WRITE : BLOCK_READ;
	if (kind == 7) /* Flush, or one of the others that move no data */
		request->block.operation = BLOCK_FLUSH + below(4);
	else if (kind == 5)
		request->block.operation |= BLOCK_FUA;
	request->block.segments = request->segments;
	request->block.context = request;
	request->block.done = request_done;
	if (request->block.operation != BLOCK_FLUSH) {
		request->block.lba = take(1);
		request->block.count = 1 + take(1);
	}
	if (kind != 7) {
		if (request->block.count * block->block_size > 1 << 20)
			request->block.count = 1;
		left = request->block.count * block->block_size;
		while (left) {
			struct block_segment *segment =
				&request->segments[request->block.segment_count++];
			size_t size = left, alignment = 0;

			if (request->block.segment_count < SEGMENTS_MAX && layout)
				size = layout == 1 ? (left > 4096 ? 4096 : left)
						   : 1 + take(2) % left;
			if (layout == 2)
				alignment = below(64) * 4;
			else if (layout == 3)
				alignment = below(64);
			segment->address = buffer(size, alignment);
			segment->size = size;
			left -= size;
			if (!segment->address) {
				free(request);
				return;
			}
		}
	}
	requests[at] = request;
	started++;
	block_submit(block, &request->block);
}

static void cancel_request(void)
{
	unsigned at = below(REQUESTS_MAX);

	if (requests[at])
		block_cancel(&requests[at]->block);
}

static uint64_t begun;

static void begin(void)
{
	begun = nvme_time_ns();
}

/* Nothing may take longer than that, whatever the controller does. */
static void end(uint64_t limit_ns, const char *what)
{
	uint64_t took = nvme_time_ns() - begun;

	if (took > limit_ns)
		fail("%s took %llu ms", what, (unsigned long long)(took / MS));
}

/* Of starting or resetting: up to 128 s for each half of two attempts and to be stopped in between,
 * and each admin command repeated for each of 1,024 namespaces. A request meets a reset each time
 * that it is sent. */
#define RESET_LIMIT   (2000 * S)
#define REQUEST_LIMIT (4 * RESET_LIMIT)

static void synchronous(void)
{
	struct block_device *block = device();
	unsigned kind = below(3);
	uint64_t lba = take(1), count = 1 + below(16);
	char *bytes;

	if (!block)
		return;
	bytes = buffer(count * block->block_size, below(8));
	if (!bytes)
		return;
	if (kind == 0)
		block_read(block, lba, count, bytes);
	else if (kind == 1)
		block_write(block, lba, count, bytes);
	else
		block_flush(block);
}

static void pass_through(bool io)
{
	struct nvme_command command = {0};
	struct nvme_reply reply;
	unsigned kind = below(4);
	size_t size = kind == 0 ? 0 : kind == 1 ? 4096 : take(2);
	void *bytes = buffer(size ? size : 1, 0);

	if (!bytes)
		return;
	command.opcode = (uint8_t)take(1);
	command.flags = (uint8_t)(take(1) & 0xc0);
	command.nsid = (uint32_t)take(1);
	command.cdw10 = (uint32_t)take(4);
	command.cdw11 = (uint32_t)take(2);
	command.cdw12 = (uint32_t)take(2);
	if (io)
		nvme_io_command(controller, &(struct nvme_passthrough){.command = &command,
								       .data = bytes,
								       .size = size,
								       .timeout_ms = below(60),
								       .reply = &reply});
	else
		nvme_admin_command(controller, &(struct nvme_passthrough){.command = &command,
									  .data = bytes,
									  .size = size,
									  .timeout_ms = below(60),
									  .reply = &reply});
	nvme_status_name(reply.status);
}

static void query(void)
{
	struct nvme_log_request request = {0};
	uint8_t bytes[8192];
	struct nvme_reply reply;
	uint64_t value;

	switch (below(6)) {
	case 0:
		nvme_identify_command(controller, below(32), (uint32_t)take(1), bytes, &reply);
		break;
	case 1:
		request.lid = (uint8_t)take(1);
		request.nsid = (uint32_t)take(1);
		request.retain = request.lid & 1;
		request.offset = take(2);
		nvme_log_page(controller, &request, bytes, take(2) % (sizeof(bytes) + 1), &reply);
		break;
	case 2:
		nvme_get_feature(controller, (unsigned)take(1), below(8), (uint32_t)take(1), 0,
				 bytes, below(2) ? 4096 : 0, &reply);
		break;
	case 3:
		nvme_set_feature(controller, (unsigned)take(1), below(2), (uint32_t)take(1),
				 (uint32_t)take(4), NULL, 0, &reply);
		break;
	case 4:
		nvme_property(controller, (uint32_t)take(2), below(2) ? 4 : 8, &value);
		break;
	default:
		nvme_statistics(controller);
		nvme_state_name(nvme_state(controller));
		nvme_rescan_namespaces(controller);
		break;
	}
}

static void poll(unsigned turns)
{
	while (turns--) {
		nvme_poll_all();
		nvme_relax();
	}
}

static void attach(const struct nvme_options *options)
{
	int error;

	begin();
	error = nvme_attach(sim_bar(sim), sim_bar_size(sim), (struct nvme_pci *)sim, options,
			    &controller);
	end(RESET_LIMIT, "nvme_attach");
	if (error) {
		controller = NULL;
		forget_pages();
		if (sim_allocations())
			fail("a failed nvme_attach keeps %u allocations", sim_allocations());
	}
}

static void detach(bool orderly)
{
	if (!controller)
		return;
	begin();
	nvme_detach(controller, orderly);
	end(RESET_LIMIT, "nvme_detach");
	controller = NULL;
	forget_pages();
	if (started != finished)
		fail("%u of %u requests were never completed", started - finished, started);
	if (sim_allocations())
		fail("nvme_detach keeps %u allocations", sim_allocations());
}

static void operate(const struct nvme_options *options)
{
	unsigned kind = below(32);

	if (!controller) {
		if (kind < 4)
			attach(options);
		else
			happen();
		return;
	}
	begin();
	switch (kind) {
	case 0:
	case 1:
	case 2:
	case 3:
	case 4:
		start_request();
		break;
	case 5:
	case 6:
		poll(1 + below(64));
		break;
	case 7:
		sim_advance(take(2) * 10000);
		break;
	case 8:
	case 9:
		synchronous();
		break;
	case 10:
		pass_through(false);
		break;
	case 11:
		pass_through(true);
		break;
	case 12:
	case 13:
		query();
		break;
	case 14:
		nvme_reset(controller);
		break;
	case 15:
		nvme_subsystem_reset(controller);
		break;
	case 16:
		add_rule();
		break;
	case 17:
		forget_rules();
		break;
	case 18:
		sim_clear_faults(sim);
		sim_stop(sim, false);
		break;
	case 19: {
		struct block_device *block = device();

		if (block && below(2))
			block_plug(block);
		else if (block)
			block_unplug(block);
		break;
	}
	case 20:
		nvme_shutdown_all();
		break;
	case 21:
		detach(take(1) & 1);
		break;
	case 22:
		sim_fail_allocations((long)below(16) - 1);
		break;
	case 23:
		cancel_request();
		break;
	case 24:
		sim_interrupt_after(take(1) * MS);
		pass_through(below(2));
		sim_interrupt_clear();
		break;
	default:
		happen();
		break;
	}
	end(REQUEST_LIMIT, "a call");
}

static void run_to_the_end(void)
{
	begin();
	while (controller && started != finished) {
		nvme_poll_all();
		nvme_relax();
		end(REQUEST_LIMIT, "a request");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nvme_options options;
	unsigned rules_at_start, failing;

	in = (struct input){data, data + size};
	sim_start_again();
	sim_log_clear();
	forget_rules();
	started = finished = 0;
	controller = NULL;
	make_controller(&options);
	rules_at_start = below(4);
	while (rules_at_start--)
		add_rule();
	failing = (unsigned)take(1);
	sim_fail_allocations(failing < 32 ? (long)failing - 1 : -1);
	attach(&options);
	for (unsigned i = 0;
	     i < OPERATIONS_MAX && !input_is_empty(&in) && nvme_time_ns() < TIME_MAX; i++) {
		operate(&options);
		check_violations();
	}
	sim_fail_allocations(-1);
	/* Whatever happens, what was asked for ends by itself. */
	run_to_the_end();
	check_violations();
	detach(true);
	check_violations();
	sim_take_violations(sim);
	sim_destroy(sim);
	sim = NULL;
	free_buffers();
	return 0;
}

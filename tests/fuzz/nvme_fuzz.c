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
#include <sanitizer/asan_interface.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/block/block.h"
#include "drivers/nvme/names.h"
#include "drivers/nvme/nvme.h"
#include "lib/errno.h"
#include "tests/fuzz/input.h"
#include "tests/sim/internal.h"
#include "tests/sim/platform.h"

#define MS	       1000000ull
#define S	       1000000000ull
#define OPERATIONS_MAX 200
#define TIME_MAX       (300 * S) /* simulated: no more operations after it */
#define REQUESTS_MAX   32
#define SEGMENTS_MAX   6
#define BUFFERS_MAX    1024
#define RULES_MAX      4
#define PAGES_MAX      4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is done to a property when it is read. */
struct rule {
	unsigned offset, kind, skip, left;
	uint64_t value;
};

struct request {
	struct block_request block;
	struct block_segment segments[SEGMENTS_MAX];
	bool done;
};

static struct input in;
static struct sim_controller *sim;
static struct nvme_controller *controller;
static struct rule rules[RULES_MAX];
static unsigned rule_count;
static struct request *requests[REQUESTS_MAX];
static unsigned started, finished;
static struct {
	char *memory;
	size_t room; /* whole pages */
} buffers[BUFFERS_MAX];
static unsigned buffer_count;
static uint64_t pages[PAGES_MAX]; /* bus addresses of the driver's own data pages */
static unsigned page_count;
/* The controller has said nothing yet that allows the driver to free what it still writes to. */
static bool dma_counts;
static char violations[4096];

static const unsigned offsets[] = {SIM_CAP, SIM_VS, SIM_CC, SIM_CSTS, SIM_CRTO, SIM_INTMS};

__attribute__((format(printf, 1, 2))) static void fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\nlog:\n%sviolations:\n%s\n", sim_log(), sim ? sim_violations(sim) : "");
	abort();
}

/* From now on the controller may write to wherever in their pages the driver's pointers point. */
static void lie_about_memory(void)
{
	for (unsigned i = 0; i < buffer_count && dma_counts; i++)
		ASAN_UNPOISON_MEMORY_REGION(buffers[i].memory, buffers[i].room);
	dma_counts = false;
}

static uint64_t take(unsigned size)
{
	return input_take(&in, size);
}

static unsigned below(unsigned bound)
{
	return (unsigned)take(1) % bound;
}

static uint64_t answer(unsigned size)
{
	return input_take_back(&in, size);
}

/*
 * The controller
 */

static uint64_t change_property(void *context, unsigned offset, uint64_t value)
{
	(void)context;
	for (unsigned i = 0; i < rule_count; i++) {
		struct rule *rule = &rules[i];

		if (rule->offset != offset || !rule->left)
			continue;
		if (rule->skip) {
			rule->skip--;
			continue;
		}
		if (rule->left != 255)
			rule->left--;
		if (offset == SIM_CSTS || offset == SIM_CC)
			lie_about_memory();
		switch (rule->kind) {
		case 0:
			return value ^ rule->value;
		case 1:
			return rule->value;
		case 2:
			return UINT64_MAX;
		default:
			return 0;
		}
	}
	return value;
}

/* Writes over an entry of a completion queue, whether it is its turn or not. */
static void forge_in_place(void)
{
	unsigned id = (unsigned)answer(1) % 4;
	const struct sim_cq *cq = &sim->cq[id];
	uint8_t entry[16];

	if (!cq->exists || !cq->size)
		return;
	put64(entry, answer(4));
	put64(entry + 8, answer(8));
	/* Near the place that the driver looks at. */
	sim_dma_write(sim, cq->base + 16ull * ((cq->tail + answer(1) % 4) % cq->size), entry, 16,
		      "forged entry");
	lie_about_memory();
}

static void write_own_pages(void)
{
	uint64_t page = page_count ? pages[answer(1) % page_count] : 0;
	unsigned size = 1 + (unsigned)answer(1) % 16, offset = (unsigned)answer(2) % (4096 - 16);
	uint8_t bytes[16];

	if (sim->shadow && answer(1) & 1)
		page = answer(1) & 1 ? sim->shadow : sim->event_indices;
	if (!page)
		return;
	for (unsigned i = 0; i < size; i++)
		bytes[i] = (uint8_t)answer(1);
	sim_dma_write(sim, page + offset, bytes, size, "own page");
}

static bool change_completion(void *context, uint16_t queue, uint8_t entry[16])
{
	uint8_t kind = (uint8_t)answer(1);

	(void)context;
	(void)queue;
	if (kind < 128)
		return true;
	switch (kind % 12) {
	case 0:
		return false;
	case 1: /* a status that allows repetition */
		put16(entry + 14, (uint16_t)(answer(2) & 0xfffe));
		break;
	case 2:
		put32(entry, (uint32_t)answer(4));
		break;
	case 3:
		put32(entry, answer(1) & 1 ? UINT32_MAX : 0);
		break;
	case 4:
		put16(entry + 10, (uint16_t)answer(2));
		lie_about_memory();
		break;
	case 5:
		put16(entry + 12, (uint16_t)(get16(entry + 12) ^ answer(2)));
		lie_about_memory();
		break;
	case 6: /* twice, or once more later */
		sim_post(sim, queue ? sim->sq[queue]->cq : 0, entry);
		break;
	case 7:
		forge_in_place();
		break;
	case 8:
		write_own_pages();
		break;
	case 9: {
		uint8_t other[16];

		put64(other, answer(8));
		put64(other + 8, answer(8));
		lie_about_memory();
		sim_post(sim, (uint16_t)(answer(1) % 4), other);
		break;
	}
	case 10:
		memset(entry, 0xff, 16);
		break;
	default:
		put16(entry + 14, (uint16_t)(0x4000 | (answer(1) << 1)));
		break;
	}
	return true;
}

static void remember_page(uint64_t page)
{
	for (unsigned i = 0; i < page_count; i++)
		if (pages[i] == page)
			return;
	if (page_count < PAGES_MAX)
		pages[page_count++] = page;
}

/* Fields worth lying about: of Identify Controller, of Identify Namespace. */
static const uint16_t controller_fields[] = {77,  80,  84,  88,	 92,  111, 256, 258, 259, 128,
					     130, 132, 134, 512, 513, 516, 520, 525, 536};
static const uint16_t namespace_fields[] = {0,	8,  16, 24,  25,  26,  27,
					    29, 30, 99, 128, 130, 132, 190};

static void change_data(void *context, uint16_t queue, const uint8_t command[64], uint8_t *bytes,
			size_t size)
{
	bool identify = queue == 0 && command[0] == SIM_IDENTIFY;
	unsigned kind = (unsigned)answer(1), patches, cns = command[40];

	(void)context;
	if (identify && get64(command + 24) % 4096 == 0 && !controller)
		remember_page(get64(command + 24));
	if (kind < 96 || !size)
		return;
	if (kind >= 250) {
		memset(bytes, (int)answer(1), size);
		if (identify)
			lie_about_memory();
		return;
	}
	patches = kind % 5;
	for (unsigned i = 0; i <= patches; i++) {
		size_t at = answer(1), length = 1 + answer(1) % 8;

		if (identify && cns == 1)
			at = at < 250 ? controller_fields[at % 19] : answer(2);
		else if (identify && cns == 0)
			at = at < 250 ? namespace_fields[at % 14] : answer(2);
		else
			at *= 4;
		/* Another block size than the one that is simulated moves more than was asked. */
		if (identify)
			lie_about_memory();
		for (size_t j = 0; j < length; j++)
			if (at + j < size)
				bytes[at + j] = (uint8_t)answer(1);
			else
				answer(1);
	}
}

static void bus_master(struct nvme_pci *pci, bool on)
{
	sim_set_bus_master((struct sim_controller *)pci, on);
}

static void add_rule(void)
{
	struct rule *rule = &rules[rule_count % RULES_MAX];

	if (rule_count < RULES_MAX)
		rule_count++;
	else
		rule = &rules[below(RULES_MAX)];
	rule->offset = offsets[below(sizeof(offsets) / sizeof(offsets[0]))];
	rule->kind = below(5);
	rule->skip = (unsigned)take(1);
	rule->left = (unsigned)take(1);
	rule->value = take(rule->offset == SIM_CAP ? 8 : 4);
}

static struct sim_namespace_config namespace_configs[4];

static void make_controller(struct nvme_options *options)
{
	struct sim_config config = {0};
	unsigned flags = (unsigned)take(2), count, more;

	/* with the shortest CAP.TO: waiting costs time here too */
	config.cap = flags & 1 ? SIM_CAP_QEMU & ~(0xffull << 24) : SIM_CAP_SEED;
	if (flags & 2) {
		unsigned mqes = (unsigned)take(1), dstrd = below(6), timeout = below(6);

		config.cap = sim_cap(mqes, true, timeout, dstrd, (unsigned)take(1), 0, below(3));
		if (flags & 4)
			config.cap = take(8) & ~(0xf0ull << 24); /* CAP.TO */
		/* the stride decides how large the BAR is */
		config.cap &= ~(8ull << 32);
		config.cap |= 1ull << 36; /* NSSRS */
	}
	config.version = flags & 8 ? 0x10000 : 0;
	config.enabled = flags & 16;
	config.never_ready = (flags & 32) && (flags & 64);
	config.never_unready = (flags & 32) && (flags & 128);
	config.volatile_cache = flags & 256;
	config.fetch_max = flags & 512 ? 3 : 0;
	config.doorbell_race = flags & 1024;
	config.tolerant = true;
	config.mdts = below(8);
	config.queues = 1 + below(8);
	config.queues_claimed = flags & 2048 ? 1 + (unsigned)take(2) : 0;
	if (config.queues_claimed > 65536)
		config.queues_claimed = 65536;
	config.oacs = flags & 4096 ? SIM_OACS_DOORBELLS : 0;
	config.bar_size = flags & 8192 ? 4096 + take(2) * 4 : 0;
	config.abort_limit = below(4);
	config.events_limit = below(5);
	config.jitter_ns = take(1) * 1000;
	more = (unsigned)take(1);
	config.random = more;
	config.sgl = more & 16;
	config.no_messages = more & 32;
	config.no_pin = more & 64;
	config.interrupts = more & 8 ? 2 : 0;
	count = below(5);
	memset(namespace_configs, 0, sizeof(namespace_configs));
	for (unsigned i = 0; i < count; i++) {
		unsigned kind = (unsigned)take(1);

		namespace_configs[i].nsid = i ? 0 : 1 + (kind & 1);
		namespace_configs[i].block_count = kind & 2 ? 7 : 256;
		namespace_configs[i].block_shift = kind & 4 ? 12 : 9;
		namespace_configs[i].read_only = kind & 8;
		namespace_configs[i].inactive = kind & 16;
	}
	config.namespace_count = count;
	config.namespaces = namespace_configs;
	config.hooks.completion = change_completion;
	config.hooks.data = change_data;
	config.hooks.property = change_property;
	memset(options, 0, sizeof(*options));
	options->irq = (enum nvme_irq)(more & 3);
	options->data = (enum nvme_data)((more >> 2) % 3);
	options->settle_ms = more & 128 ? 5 : 0;
	options->coalesce_threshold = more & 4 ? 8 : 0;
	options->coalesce_time = more & 4 ? 2 : 0;
	options->timeout_ms = 20;
	options->admin_timeout_ms = 50;
	options->queues = 1 + below(4);
	options->depth = 2 + below(31);
	options->max_transfer = 4096u << below(8);
	options->shadow_doorbells = flags & 4096;
	options->bus_master = bus_master;
	sim = sim_create(&config);
	dma_counts = true;
	page_count = 0;
}

/* Illegal things that the host did. A controller that lies makes the driver do many of them; what
 * counts is where the driver reads and writes. */
static void check_violations(void)
{
	const char *line = sim_take_violations(sim), *end;

	for (; *line; line = *end ? end + 1 : end) {
		size_t length;

		end = strchr(line, '\n');
		if (!end)
			end = line + strlen(line);
		length = (size_t)(end - line) < sizeof(violations) - 1 ? (size_t)(end - line)
								       : sizeof(violations) - 1;
		memcpy(violations, line, length);
		violations[length] = '\0';
		if (strstr(violations, "access at BAR offset") ||
		    (dma_counts && strstr(violations, "nobody's memory") &&
		     strncmp(violations, "own page", 8) != 0))
			fail("%s", violations);
	}
}

/*
 * The host
 */

static void *buffer(size_t size, size_t alignment)
{
	size_t room = (size + alignment + 4095) & ~(size_t)4095;
	void *memory;

	if (buffer_count == BUFFERS_MAX || posix_memalign(&memory, 4096, room))
		return NULL;
	memset(memory, 0x5a, room);
	buffers[buffer_count].memory = memory;
	buffers[buffer_count].room = room;
	buffer_count++;
	if (dma_counts) {
		ASAN_POISON_MEMORY_REGION(memory, alignment);
		ASAN_POISON_MEMORY_REGION((char *)memory + alignment + size,
					  room - alignment - size);
	}
	return (char *)memory + alignment;
}

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
	request->block.operation = kind == 7 ? BLOCK_FLUSH : kind & 1 ? BLOCK_WRITE : BLOCK_READ;
	request->block.segments = request->segments;
	request->block.context = request;
	request->block.done = request_done;
	if (kind != 7) {
		request->block.lba = take(1);
		request->block.count = 1 + take(1);
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
		nvme_io_command(controller, &command, bytes, size, below(60), &reply);
	else
		nvme_admin_command(controller, &command, bytes, size, below(60), &reply);
	nvme_status_name(reply.status);
}

static void query(void)
{
	uint8_t bytes[4096];
	struct nvme_reply reply;
	uint64_t value;

	switch (below(6)) {
	case 0:
		nvme_identify_command(controller, below(32), (uint32_t)take(1), bytes, &reply);
		break;
	case 1:
		nvme_log_page(controller, (unsigned)take(1), (uint32_t)take(1), take(2), bytes,
			      take(2), &reply);
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

/* Something happens to the controller. */
static void happening(void)
{
	struct sim_fault fault = {0};

	switch (below(14)) {
	case 0:
		sim_set_fatal(sim);
		break;
	case 1:
		sim_remove(sim);
		break;
	case 2:
		if (sim->gone)
			sim_plug(sim);
		break;
	case 3:
		sim_stop(sim, take(1) & 1);
		break;
	case 4:
		sim_event(sim, below(8), (unsigned)take(1), (unsigned)take(1));
		break;
	case 5:
		if (sim->namespace_count)
			sim->namespaces[below(4) % sim->namespace_count].config.inactive ^= true;
		break;
	case 6:
		if (sim->namespace_count)
			sim->namespaces[below(4) % sim->namespace_count].config.block_count =
				1 + take(1);
		break;
	case 7:
		sim_set_never_ready(sim, take(1) & 1);
		break;
	case 8:
		sim_set_never_unready(sim, take(1) & 1);
		break;
	case 9:
		for (unsigned vector = 0; vector < 8; vector++)
			sim->pending[0] |= (uint8_t)(take(1) & 1 << vector);
		sim_deliver(sim);
		break;
	case 10:
		forge_in_place();
		break;
	case 11:
		write_own_pages();
		break;
	default:
		fault.kind = below(SIM_RESULT + 1);
		fault.queue = below(4) ? SIM_ANY : (int)below(3);
		fault.opcode = below(4) ? SIM_ANY : (int)below(16);
		fault.skip = below(8);
		fault.count = below(5);
		fault.status = (unsigned)take(2) & 0x7fff;
		fault.value = take(3) * 100;
		if (fault.kind == SIM_UNKNOWN_CID || fault.kind == SIM_WRONG_CID ||
		    fault.kind == SIM_CORRUPT)
			lie_about_memory();
		sim_add_fault(sim, &fault);
		break;
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
		page_count = 0;
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
	page_count = 0;
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
			happening();
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
		rule_count = 0;
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
	default:
		happening();
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
	rule_count = started = finished = 0;
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
	lie_about_memory();
	while (buffer_count)
		free(buffers[--buffer_count].memory);
	return 0;
}

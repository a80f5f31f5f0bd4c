/* What tests of the driver begin and end with, and what several of them ask. */
#include "tests/sim/driver.h"

#include "tests/sim/nvme_platform.h"
#include "tests/unit/cmocka.h"

/* TEST_FILTER='test_ga*' in the environment runs only some of a program's tests. */
__attribute__((constructor)) static void filter_tests(void)
{
	if (getenv("TEST_FILTER"))
		cmocka_set_test_filter(getenv("TEST_FILTER"));
}

#if defined(__SANITIZE_ADDRESS__)
/* What waits for a command is on the stack: a completion must not reach it any more once it has
 * given up. */
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
	return "detect_stack_use_after_return=1";
}
#endif

void driver_bus_master(struct nvme_pci *pci, bool on)
{
	sim_set_bus_master((struct sim_controller *)pci, on);
}

static int restore(struct nvme_pci *pci)
{
	return sim_restore((struct sim_controller *)pci);
}

static int reset(struct nvme_pci *pci)
{
	return sim_reset_function((struct sim_controller *)pci);
}

/* No test lasts for so long: somebody waits for ever. */
#define LIMIT_NS (3600 * 1000000000ull)

static void nothing_ends(void)
{
	fail_msg("an hour has passed; log:\n%s", sim_log());
}

int driver_attach(struct sim_controller *sim, const struct nvme_options *options,
		  struct nvme_controller **controller)
{
	return nvme_attach(sim_bar(sim), sim_bar_size(sim), (struct nvme_pci *)sim, options,
			   controller);
}

int driver_try_with(struct driver *driver, const struct sim_config *config,
		    const struct nvme_options *options, const struct sim_fault *fault)
{
	struct nvme_options all = options ? *options : (struct nvme_options){0};
	int error;

	if (!all.bus_master)
		all.bus_master = driver_bus_master;
	all.restore = restore;
	all.reset = reset;
	memset(driver, 0, sizeof(*driver));
	sim_log_clear();
	sim_limit(LIMIT_NS, nothing_ends);
	driver->sim = sim_create(config);
	if (fault)
		sim_add_fault(driver->sim, fault);
	error = driver_attach(driver->sim, &all, &driver->controller);
	if (error)
		return error;
	for (struct nvme_namespace *ns = nvme_namespace_first(driver->controller); ns;
	     ns = ns->next) {
		if (!ns->registered)
			continue;
		driver->device = &ns->block;
		break;
	}
	return 0;
}

int driver_try(struct driver *driver, const struct sim_config *config,
	       const struct nvme_options *options)
{
	return driver_try_with(driver, config, options, NULL);
}

void driver_start(struct driver *driver, const struct sim_config *config,
		  const struct nvme_options *options)
{
	int error = driver_try(driver, config, options);

	if (error)
		fail_msg("nvme_attach: %d; log:\n%s", error, sim_log());
	assert_legal(driver);
}

void driver_stop(struct driver *driver)
{
	if (driver->controller)
		nvme_detach(driver->controller, true);
	sim_limit(0, NULL);
	assert_legal(driver);
	sim_destroy(driver->sim);
	if (sim_allocations())
		fail_msg("the driver keeps %u allocations", sim_allocations());
	memset(driver, 0, sizeof(*driver));
}

void driver_finish(struct driver *driver)
{
	sim_clear_faults(driver->sim);
	assert_works(driver);
	driver_stop(driver);
}

int driver_set_up(void **state)
{
	static struct driver driver;

	driver_start(&driver, NULL, NULL);
	*state = &driver;
	return 0;
}

int driver_tear_down(void **state)
{
	driver_finish(*state);
	return 0;
}

void driver_say_delays(void *context, uint16_t queue, const uint8_t command[64], uint8_t *bytes,
		       size_t size)
{
	struct nvme_identify_controller *identify = (void *)bytes;

	(void)context;
	if (queue == 0 && command[0] == NVME_ADMIN_IDENTIFY && command[40] == NVME_CNS_CONTROLLER &&
	    size == sizeof(*identify)) {
		identify->crdt1 = 2;
		identify->crdt2 = 10;
		identify->crdt3 = UINT16_MAX;
	}
}

void driver_add_fault_to(struct driver *driver, int queue, enum sim_fault_kind kind, int opcode,
			 unsigned skip, unsigned count, uint64_t value)
{
	struct sim_fault fault = {.kind = kind,
				  .queue = queue,
				  .opcode = opcode,
				  .skip = skip,
				  .count = count,
				  .value = value,
				  .status = (unsigned)value};

	sim_add_fault(driver->sim, &fault);
}

void driver_add_fault(struct driver *driver, enum sim_fault_kind kind, int opcode, unsigned skip,
		      unsigned count, uint64_t value)
{
	driver_add_fault_to(driver, 1, kind, opcode, skip, count, value);
}

void driver_idle(uint64_t ns)
{
	uint64_t start = nvme_time_ns();

	while (nvme_time_ns() - start < ns) {
		nvme_poll_all();
		nvme_relax();
	}
}

uint64_t driver_read(struct driver *driver, int *error)
{
	uint8_t bytes[512], expected[512], before[512];
	uint64_t start = nvme_time_ns();
	int result;

	memset(expected, 0x3c, sizeof(expected));
	sim_namespace_read(driver->sim, 1, 5, 1, before);
	sim_namespace_write(driver->sim, 1, 5, 1, expected);
	result = block_read(driver->device, 5, 1, bytes);
	sim_namespace_write(driver->sim, 1, 5, 1, before);
	if (error)
		*error = result;
	else
		assert_int_equal(result, 0);
	if (!result)
		assert_memory_equal(bytes, expected, sizeof(bytes));
	return nvme_time_ns() - start;
}

void assert_read(struct driver *driver, int error, uint64_t least, uint64_t most)
{
	int result;

	assert_in_range(driver_read(driver, &result), least, most);
	assert_int_equal(result, error);
}

void assert_works(struct driver *driver)
{
	assert_int_equal(nvme_state(driver->controller), NVME_LIVE);
	assert_read(driver, 0, 0, 10 * MS);
	assert_legal(driver);
}

void reads_start(struct reads *reads, struct driver *driver, unsigned count)
{
	reads->count = count;
	for (unsigned i = 0; i < count; i++) {
		reads->segments[i] = (struct block_segment){reads->bytes[i], 512};
		reads->requests[i] = (struct block_request){.operation = BLOCK_READ,
							    .lba = i,
							    .count = 1,
							    .segments = &reads->segments[i],
							    .segment_count = 1};
		block_submit(driver->device, &reads->requests[i]);
	}
}

void reads_start_delayed(struct reads *reads, struct driver *driver)
{
	struct sim_config config = {.hooks.data = driver_say_delays};

	driver_start(driver, &config, NULL);
	driver_add_fault(driver, SIM_STATUS, NVME_IO_READ, 0, 1, NVME_SC_INTERNAL | SIM_CRD(1));
	reads_start(reads, driver, 1);
	driver_idle(50 * MS);
	assert_false(reads->requests[0].complete);
}

void reads_finish(struct reads *reads, int error)
{
	for (unsigned i = 0; i < reads->count; i++)
		assert_int_equal(block_wait(&reads->requests[i]), error);
}

void assert_order(const char *text, const char *const *words)
{
	const char *at = text;

	for (; *words; words++) {
		const char *found = strstr(at, *words);

		if (!found)
			fail_msg("'%s' is missing or too early in:\n%s", *words, text);
		at = found + strlen(*words);
	}
}

void assert_logged(const char *text)
{
	if (!strstr(sim_log(), text))
		fail_msg("'%s' is not in the log:\n%s", text, sim_log());
}

void assert_not_logged(const char *text)
{
	if (strstr(sim_log(), text))
		fail_msg("'%s' is in the log:\n%s", text, sim_log());
}

void assert_legal(struct driver *driver)
{
	if (sim_violation_count(driver->sim))
		fail_msg("the driver did something illegal:\n%s", sim_violations(driver->sim));
}

#define TRANSFERS_MAX 4096
#define SEGMENTS_MAX  6

struct transfer {
	struct block_request request;
	struct block_segment segments[SEGMENTS_MAX];
	uint8_t *memory[SEGMENTS_MAX]; /* each segment has an allocation of its own */
	bool busy;
	struct model *model;
};

struct model *model_create(struct block_device *device, uint64_t seed)
{
	struct model *model = calloc(1, sizeof(*model));

	model->device = device;
	model->blocks = device->block_count;
	model->bytes = calloc(model->blocks, device->block_size);
	model->transfers = calloc(TRANSFERS_MAX, sizeof(*model->transfers));
	prng_seed(&model->prng, seed);
	return model;
}

void model_destroy(struct model *model)
{
	free(model->bytes);
	free(model->transfers);
	free(model);
}

static void copy_segments(struct transfer *transfer, uint8_t *flat, bool to_segments)
{
	for (unsigned i = 0; i < transfer->request.segment_count; i++) {
		const struct block_segment *segment = &transfer->segments[i];

		if (to_segments)
			memcpy(segment->address, flat, segment->size);
		else
			memcpy(flat, segment->address, segment->size);
		flat += segment->size;
	}
}

static void finish(struct block_request *request)
{
	struct transfer *transfer = request->context;
	struct model *model = transfer->model;
	size_t size = request->count * model->device->block_size;
	uint8_t *expected = model->bytes + request->lba * model->device->block_size;

	if (!transfer->busy || !request->complete) {
		model->repeated++;
		return;
	}
	if (request->error) {
		model->failed++;
		if (!model->may_fail)
			fail_msg("request at LBA %llu+%llu: error %d, status %03x; log:\n%s",
				 (unsigned long long)request->lba,
				 (unsigned long long)request->count, request->error,
				 request->status, sim_log());
	}
	if (request->operation == BLOCK_READ && !request->error) {
		uint8_t *got = malloc(size);

		copy_segments(transfer, got, false);
		if (memcmp(got, expected, size) != 0)
			fail_msg("wrong data at LBA %llu+%llu", (unsigned long long)request->lba,
				 (unsigned long long)request->count);
		free(got);
	}
	for (unsigned i = 0; i < SEGMENTS_MAX; i++) {
		free(transfer->memory[i]);
		transfer->memory[i] = NULL;
	}
	transfer->busy = false;
	model->running--;
	model->finished++;
}

static bool overlaps(const struct model *model, uint64_t lba, uint64_t count)
{
	for (unsigned i = 0; i < TRANSFERS_MAX; i++) {
		const struct transfer *transfer = &model->transfers[i];
		const struct block_request *request = &transfer->request;

		if (transfer->busy && request->operation != BLOCK_FLUSH &&
		    lba < request->lba + request->count && request->lba < lba + count)
			return true;
	}
	return false;
}

/* Memory of each kind that a caller might have: whole pages, dword-aligned, anything. */
static void make_segments(struct model *model, struct transfer *transfer, size_t size)
{
	unsigned kind = model->aligned ? 0 : (unsigned)prng_below(&model->prng, 4), count = 0;

	while (size) {
		size_t part = size, alignment = kind == 2 || model->aligned ? 4 : 1, offset;

		if (kind && count < SEGMENTS_MAX - 1) {
			part = 1 + prng_below(&model->prng, size);
			if (kind == 1 && part > 4096)
				part -= part % 4096;
		}
		offset = kind == 1 ? 0 : prng_below(&model->prng, 4096 / alignment) * alignment;
		/* the end of the allocation is the end of the segment: overruns are found */
		if (posix_memalign((void **)&transfer->memory[count], 4096, offset + part))
			fail_msg("no memory");
		transfer->segments[count] =
			(struct block_segment){transfer->memory[count] + offset, part};
		count++;
		size -= part;
	}
	transfer->request.segment_count = count;
}

static bool start_one(struct model *model, unsigned blocks_max)
{
	struct transfer *transfer = NULL;
	struct block_request *request;
	uint64_t lba, count;
	unsigned kind;

	for (unsigned i = 0; i < TRANSFERS_MAX && !transfer; i++)
		if (!model->transfers[i].busy)
			transfer = &model->transfers[i];
	if (!transfer)
		return false;
	if (blocks_max > model->blocks)
		blocks_max = (unsigned)model->blocks;
	count = 1 + prng_below(&model->prng, prng_below(&model->prng, 2) ? blocks_max : 3);
	if (count > blocks_max)
		count = blocks_max;
	lba = prng_below(&model->prng, model->blocks - count + 1);
	kind = (unsigned)prng_below(&model->prng, 16);
	if (overlaps(model, lba, count))
		return false;
	memset(transfer, 0, sizeof(*transfer));
	request = &transfer->request;
	transfer->model = model;
	transfer->busy = true;
	request->done = finish;
	request->context = transfer;
	request->segments = transfer->segments;
	if (kind == 0) {
		request->operation = BLOCK_FLUSH;
	} else {
		size_t size = count * model->device->block_size;
		uint8_t *there = model->bytes + lba * model->device->block_size;

		request->operation = kind < 8 ? BLOCK_READ : BLOCK_WRITE;
		request->lba = lba;
		request->count = count;
		make_segments(model, transfer, size);
		if (request->operation == BLOCK_WRITE) {
			prng_fill(&model->prng, there, size);
			copy_segments(transfer, there, true);
		}
	}
	model->running++;
	model->started++;
	block_submit(model->device, request);
	return true;
}

void model_start(struct model *model, unsigned depth, unsigned blocks_max)
{
	for (unsigned tries = 0; model->running < depth && tries < 4 * depth; tries++)
		start_one(model, blocks_max);
}

void model_run(struct model *model, unsigned count, unsigned depth, unsigned blocks_max)
{
	unsigned until = model->started + count;
	uint64_t start = nvme_time_ns();

	while (model->started < until) {
		if (model->running < depth)
			start_one(model, blocks_max);
		if (model->running == depth || !prng_below(&model->prng, 4)) {
			block_poll(model->device);
			nvme_relax();
		}
		if (nvme_time_ns() - start > 600 * S)
			fail_msg("no progress; log:\n%s", sim_log());
	}
	model_finish(model, 60 * S);
}

void model_exercise(struct block_device *device, uint64_t seed, unsigned count, unsigned depth,
		    unsigned blocks_max)
{
	struct model *model = model_create(device, seed);

	model_run(model, count, depth, blocks_max);
	model_end(model);
}

void model_finish(struct model *model, uint64_t limit_ns)
{
	uint64_t start = nvme_time_ns();

	while (model->running) {
		if (!block_poll(model->device))
			nvme_relax();
		if (nvme_time_ns() - start > limit_ns)
			fail_msg("%u requests never completed; log:\n%s", model->running,
				 sim_log());
	}
	assert_int_equal(model->repeated, 0);
	assert_int_equal(model->finished, model->started);
}

void model_verify(struct model *model)
{
	uint64_t step = (1 << 20) / model->device->block_size;
	uint8_t *bytes = malloc(step * model->device->block_size);

	for (uint64_t lba = 0; lba < model->blocks; lba += step) {
		uint64_t count = model->blocks - lba < step ? model->blocks - lba : step;

		assert_int_equal(block_read(model->device, lba, count, bytes), 0);
		if (memcmp(bytes, model->bytes + lba * model->device->block_size,
			   count * model->device->block_size) != 0)
			fail_msg("wrong data in blocks %llu to %llu", (unsigned long long)lba,
				 (unsigned long long)(lba + count - 1));
	}
	free(bytes);
}

void model_end(struct model *model)
{
	model_verify(model);
	model_destroy(model);
}

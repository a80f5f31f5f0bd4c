/* What changes under the driver's feet: another controller behind the same registers, another
 * namespace behind the same number, other abilities, at any moment. */
#include "lib/errno.h"
#include "tests/sim/driver.h"
#include "tests/sim/internal.h"
#include "tests/sim/nvme_platform.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/single.h"

static const char *serial; /* what Identify Controller says, if not NULL */

static void tell_serial(void *context, uint16_t queue, const uint8_t command[64], uint8_t *bytes,
			size_t size)
{
	(void)context, (void)size;
	if (queue == 0 && command[0] == SIM_IDENTIFY && command[40] == 1 && serial)
		memcpy(bytes + 4, serial, strlen(serial));
}

/* Another controller answers after a reset: what was meant for the one before is not sent to it,
 * however often it is asked who it is. */
static void test_another_controller(void **state)
{
	struct sim_config config = {.hooks = {.data = tell_serial}};
	struct driver driver;
	uint8_t bytes[512], there[512], zero[512] = {0};
	struct single one;

	(void)state;
	serial = NULL;
	driver_start(&driver, &config, NULL);
	memset(bytes, 0x77, sizeof(bytes));
	driver_add_fault(&driver, SIM_LOSE, 0x01, 0, 1, 0);
	single_start(&one, driver.device, BLOCK_WRITE, 3, 1, bytes);
	serial = "OTHER42";
	assert_int_equal(nvme_reset(driver.controller), -EIO);
	assert_logged("another controller");
	assert_int_equal(nvme_state(driver.controller), NVME_DEAD);
	assert_int_equal(single_finish(&one, 60 * S), -EIO);
	assert_int_equal(nvme_reset(driver.controller), -EIO);
	assert_int_equal(block_write(driver.device, 3, 1, bytes), -ENODEV);
	sim_namespace_read(driver.sim, 1, 3, 1, there);
	assert_memory_equal(there, zero, sizeof(there));
	/* the first one is back */
	serial = NULL;
	assert_int_equal(nvme_reset(driver.controller), 0);
	assert_int_equal(block_write(driver.device, 3, 1, bytes), 0);
	driver_stop(&driver);
}

/* A namespace that is not there any more after a reset takes no commands; its neighbour does. */
static void test_lost_in_a_reset(void **state)
{
	const struct sim_config config = {.namespace_count = 2};
	const struct nvme_options options = {.depth = 4};
	struct driver driver;
	struct single here[8], gone[8];
	uint8_t bytes[512];

	(void)state;
	driver_start(&driver, &config, &options);
	driver_add_fault(&driver, SIM_LOSE, SIM_ANY, 0, 3, 0);
	for (unsigned i = 0; i < 8; i++) {
		single_start(&gone[i], block_find("my_nvme0n2"), BLOCK_READ, i, 1, bytes);
		single_start(&here[i], driver.device, BLOCK_READ, i, 1, bytes);
	}
	sim_namespace_attach(driver.sim, 2, false);
	assert_int_equal(nvme_reset(driver.controller), 0);
	for (unsigned i = 0; i < 8; i++) {
		assert_int_equal(single_finish(&gone[i], 60 * S), -ENODEV);
		assert_int_equal(single_finish(&here[i], 60 * S), 0);
	}
	assert_null(block_find("my_nvme0n2"));
	driver_stop(&driver);
}

static uint8_t eui64_low;

static void tell_eui64(void *context, uint16_t queue, const uint8_t command[64], uint8_t *bytes,
		       size_t size)
{
	(void)context, (void)size;
	if (queue != 0 || command[0] != SIM_IDENTIFY || command[40] != 0)
		return;
	bytes[120] = 0x52;
	bytes[127] = eui64_low;
}

/* Deleted, and another one created with the same number and size: the globally unique identifier
 * tells. What was meant for the one before does not reach it. */
static void test_another_namespace(void **state)
{
	struct sim_config config = {.hooks = {.data = tell_eui64}};
	struct driver driver;
	uint8_t bytes[512], there[512], zero[512] = {0};
	struct single one;

	(void)state;
	eui64_low = 1;
	driver_start(&driver, &config, NULL);
	memset(bytes, 0x77, sizeof(bytes));
	driver_add_fault(&driver, SIM_LOSE, 0x01, 0, 1, 0);
	single_start(&one, driver.device, BLOCK_WRITE, 3, 1, bytes);
	eui64_low = 2;
	assert_int_equal(nvme_reset(driver.controller), 0);
	assert_int_equal(single_finish(&one, 60 * S), -ENODEV);
	assert_int_equal(block_write(driver.device, 3, 1, bytes), -ENODEV);
	sim_namespace_read(driver.sim, 1, 3, 1, there);
	assert_memory_equal(there, zero, sizeof(there));
	assert_non_null(block_find("my_nvme0n1"));
	assert_ptr_not_equal(block_find("my_nvme0n1"), driver.device);
	assert_int_equal(block_write(block_find("my_nvme0n1"), 3, 1, bytes), 0);
	/* the first one comes back */
	eui64_low = 1;
	assert_int_equal(nvme_rescan_namespaces(driver.controller), 0);
	assert_ptr_equal(block_find("my_nvme0n1"), driver.device);
	assert_int_equal(block_write(driver.device, 3, 1, bytes), 0);
	driver_stop(&driver);
}

/* A controller that comes up with new namespaces again and again does not use up the memory. */
static void test_ever_new_namespaces(void **state)
{
	struct sim_config config = {.hooks = {.data = tell_eui64}, .namespace_count = 64};
	unsigned allocations;
	struct driver driver;

	(void)state;
	eui64_low = 0;
	driver_start(&driver, &config, NULL);
	allocations = sim_allocations();
	for (unsigned i = 0; i < 250; i++) {
		eui64_low = (uint8_t)i;
		nvme_rescan_namespaces(driver.controller);
	}
	assert_in_range(sim_allocations(), allocations, allocations + 5000);
	driver_stop(&driver);
}

static struct sim_controller *telling;
static uint8_t telling_cns;

static void tell_event(void *context, uint16_t queue, const uint8_t command[64], uint8_t *bytes,
		       size_t size)
{
	(void)context, (void)bytes, (void)size;
	if (queue == 0 && command[0] == SIM_IDENTIFY && command[40] == telling_cns && telling) {
		struct sim_controller *sim = telling;

		telling = NULL;
		sim_event(sim, 1, 1, 2);
		sim_event(sim, 2, 0, 4);
	}
}

/* Events that come while the namespaces are read are served later: their logs go through the same
 * memory. */
static void test_event_in_a_scan(void **state)
{
	struct sim_config config = {
		.namespace_count = 3, .events_limit = 3, .hooks = {.data = tell_event}};
	struct driver driver;
	uint8_t bytes[512];

	(void)state;
	for (telling_cns = 0; telling_cns <= 2; telling_cns += 2) {
		telling = NULL;
		driver_start(&driver, &config, NULL);
		for (unsigned i = 0; i < 5; i++) {
			telling = driver.sim;
			assert_int_equal(nvme_rescan_namespaces(driver.controller), 0);
			assert_null(telling);
			for (unsigned n = 0; n < 50; n++) {
				nvme_poll_all();
				sim_advance(S / 1000);
			}
		}
		assert_int_equal(nvme_statistics(driver.controller).events, 10);
		assert_not_logged("damaged");
		assert_not_logged("is gone");
		assert_int_equal(block_read(driver.device, 1, 1, bytes), 0);
		assert_int_equal(block_read(block_find("my_nvme0n3"), 1, 1, bytes), 0);
		driver_stop(&driver);
	}
}

static bool no_sgls;

static void tell_sgls(void *context, uint16_t queue, const uint8_t command[64], uint8_t *bytes,
		      size_t size)
{
	(void)context, (void)size;
	if (queue == 0 && command[0] == SIM_IDENTIFY && command[40] == 1 && no_sgls)
		memset(bytes + 536, 0, 4);
}

/* A command that was described by an SGL is not sent again to a controller that takes none any
 * more: it would read it as PRPs. */
static void test_sgls_no_longer(void **state)
{
	struct sim_config config = {.sgl = true, .hooks = {.data = tell_sgls}};
	const struct nvme_options options = {.data = NVME_DATA_SGL};
	struct driver driver;
	struct single one;
	uint8_t bytes[512];

	(void)state;
	no_sgls = false;
	driver_start(&driver, &config, &options);
	driver_add_fault(&driver, SIM_LOSE, 0x02, 0, 1, 0);
	single_start(&one, driver.device, BLOCK_READ, 3, 1, bytes);
	assert_int_equal(nvme_statistics(driver.controller).sgls, 1);
	no_sgls = true;
	assert_int_equal(nvme_reset(driver.controller), 0);
	assert_int_equal(single_finish(&one, 60 * S), -EIO);
	assert_int_equal(sim_statistics(driver.sim)->commands[1][0x02], 0);
	assert_int_equal(block_read(driver.device, 3, 1, bytes), 0);
	driver_stop(&driver);
}

/* Whatever goes wrong at whichever command of a scan, or behind a Format NVM, with requests under
 * way: it ends, each request ends once, and the controller lives or is known to be gone. */
static void test_faults_in_changes(void **state)
{
	static const enum sim_fault_kind kinds[] = {SIM_LOSE_HARD, SIM_FATAL,	  SIM_GONE,
						    SIM_STATUS,	   SIM_DUPLICATE, SIM_CORRUPT};
	const struct nvme_command format = {.opcode = 0x80, .nsid = 1, .cdw10 = 1};

	(void)state;
	for (unsigned i = 0; i < 2 * 6 * 12; i++) {
		struct sim_config config = {.namespace_count = 3,
					    .oacs = SIM_OACS_FORMAT,
					    .tolerant = true,
					    .random = i};
		struct driver driver;
		struct single one[3];
		uint8_t *bytes = aligned_alloc(4096, 3 * 4096);

		driver_start(&driver, &config, NULL);
		driver_add_fault(&driver, SIM_LOSE, 0x02, 0, 3, 0);
		for (unsigned n = 0; n < 3; n++)
			single_start(&one[n], block_find(n ? "my_nvme0n2" : "my_nvme0n1"),
				     BLOCK_READ, n, 8, bytes + 4096 * n);
		sim_add_fault(driver.sim,
			      &(struct sim_fault){.kind = kinds[i / 2 % 6],
						  .queue = 0,
						  .opcode = SIM_ANY,
						  .skip = i / 12,
						  .status = 0x006 | (i & 4 ? SIM_DNR : 0),
						  .count = 1});
		if (i % 2)
			nvme_admin_command(driver.controller,
					   &(struct nvme_passthrough){.command = &format});
		else
			nvme_rescan_namespaces(driver.controller);
		for (unsigned n = 0; n < 3; n++)
			single_finish(&one[n], 600 * S);
		for (unsigned n = 0; n < 20; n++) {
			nvme_poll_all();
			sim_advance(S / 100);
		}
		if (kinds[i / 2 % 6] != SIM_GONE && kinds[i / 2 % 6] != SIM_CORRUPT)
			assert_int_equal(nvme_state(driver.controller), NVME_LIVE);
		sim_clear_faults(driver.sim);
		if (nvme_state(driver.controller) == NVME_LIVE) {
			assert_int_equal(nvme_rescan_namespaces(driver.controller), 0);
			assert_non_null(block_find("my_nvme0n1"));
			assert_int_equal(
				block_find("my_nvme0n1")->block_size,
				1u << sim_find_namespace(driver.sim, 1)->config.block_shift);
			assert_int_equal(block_read(block_find("my_nvme0n1"), 0, 1, bytes), 0);
		}
		driver_stop(&driver);
		free(bytes);
	}
}

#define REQUESTS 300

static struct sim_controller *changing;
static unsigned changes;

/* Namespaces change while the controller stands still in a reset, and only then: else commands that
 * are in flight would meet the change, which no driver can help. */
static uint64_t change_at_reset(void *context, unsigned offset, uint64_t value)
{
	static bool still;
	bool now = offset == SIM_CSTS && !(value & SIM_CSTS_RDY);

	(void)context;
	if (offset != SIM_CSTS || !changing)
		return value;
	if (now && !still) {
		for (uint32_t nsid = 1; nsid <= 3; nsid++) {
			uint64_t what = sim_random(changing) % 6;

			changes++;
			if (what < 2)
				sim_namespace_format(changing, nsid, what ? 9 : 12);
			else if (what < 4)
				sim_namespace_attach(changing, nsid, what == 2);
			else if (what == 4)
				sim_namespace_resize(changing, nsid,
						     100 + sim_random(changing) % 2000);
		}
		eui64_low = (uint8_t)(sim_random(changing) % 3);
	}
	still = now;
	return value;
}

static unsigned ended;

static void count_end(struct block_request *request)
{
	(void)request;
	ended++;
}

/* All of it at random, under load, with resets of every kind: each request ends once, and only its
 * own memory is written. */
static void test_changes_at_resets(void **state)
{
	static struct single pool[REQUESTS];

	(void)state;
	changes = 0;
	for (uint64_t seed = 1; seed <= 40; seed++) {
		struct sim_config config = {
			.namespace_count = 3,
			.random = seed,
			.latency_ns = 100000,
			.jitter_ns = 200000,
			.tolerant = true, /* commands may come too late for a namespace */
			.hooks = {.data = tell_eui64, .property = change_at_reset}};
		const struct nvme_options options = {.depth = 64, .queues = 1 + seed % 4};
		uint8_t *buffers = malloc(REQUESTS * 8192);
		struct driver driver;
		struct prng prng;

		changing = NULL;
		driver_start(&driver, &config, &options);
		changing = driver.sim;
		prng_seed(&prng, seed);
		for (unsigned round = 0; round < 10; round++) {
			unsigned submitted = 0;

			ended = 0;
			for (unsigned i = 0; i < REQUESTS; i++) {
				static const char *const names[] = {"my_nvme0n1", "my_nvme0n2",
								    "my_nvme0n3"};
				struct block_device *device = block_find(names[i % 3]);
				struct single *one = &pool[i];
				uint64_t count;

				if (!device)
					continue;
				count = 4096 / device->block_size;
				memset(one, 0, sizeof(*one));
				one->segment.address = buffers + i * 8192 + prng_below(&prng, 16);
				one->segment.size = 4096;
				one->request = (struct block_request){
					.operation =
						prng_below(&prng, 2) ? BLOCK_READ : BLOCK_WRITE,
					.lba = prng_below(&prng, 90),
					.count = count,
					.segments = &one->segment,
					.segment_count = 1,
					.done = count_end};
				submitted++;
				block_submit(device, &one->request);
				if (!prng_below(&prng, 8))
					nvme_poll_all();
			}
			if (prng_below(&prng, 2))
				sim_set_fatal(driver.sim);
			else
				nvme_reset(driver.controller);
			for (unsigned turns = 0; ended < submitted; turns++) {
				nvme_poll_all();
				nvme_relax();
				if (turns > 1000000)
					fail_msg("seed %llu: %u of %u ended; log:\n%s",
						 (unsigned long long)seed, ended, submitted,
						 sim_log());
			}
			assert_int_equal(ended, submitted);
		}
		changing = NULL;
		driver_stop(&driver);
		free(buffers);
	}
	assert_true(changes > 40 * 20);
}

TESTS(cmocka_unit_test(test_another_controller), cmocka_unit_test(test_lost_in_a_reset),
      cmocka_unit_test(test_another_namespace), cmocka_unit_test(test_ever_new_namespaces),
      cmocka_unit_test(test_event_in_a_scan), cmocka_unit_test(test_sgls_no_longer),
      cmocka_unit_test(test_faults_in_changes), cmocka_unit_test(test_changes_at_resets))

/* Get Log Page: what is sent for what is asked, in pieces, and what becomes of events meanwhile. */
#include "drivers/nvme/spec/spec.h"
#include "lib/endian.h"
#include "lib/errno.h"
#include "tests/sim/driver.h"
#include "tests/sim/nvme_platform.h"
#include "tests/unit/cmocka.h"

#define SENT_MAX 16

/* The Get Log Page commands that arrived. */
struct sent {
	struct nvme_command commands[SENT_MAX];
	unsigned count;
};

static void note(void *context, uint16_t queue, const uint8_t command[64], uint8_t *bytes,
		 size_t size)
{
	struct sent *sent = context;

	(void)bytes, (void)size;
	if (queue || command[0] != NVME_ADMIN_GET_LOG_PAGE)
		return;
	assert_true(sent->count < SENT_MAX);
	memcpy(&sent->commands[sent->count++], command, sizeof(struct nvme_command));
}

static struct sent sent;

static void start(struct driver *driver, struct sim_config config)
{
	memset(&sent, 0, sizeof(sent));
	config.hooks.data = note;
	config.hooks.context = &sent;
	driver_start(driver, &config, NULL);
}

/* 4 KiB at a time, the event retained by all but the last piece. */
static void test_pieces(void **state)
{
	const struct nvme_log_request request = {.lid = 0xc0, .nsid = 7, .offset = 8};
	uint8_t page[10000], read[9000];
	struct nvme_reply reply;
	struct driver driver;

	(void)state;
	start(&driver, (struct sim_config){.tolerant = true});
	for (size_t i = 0; i < sizeof(page); i++)
		page[i] = (uint8_t)(i / 4 + i);
	sim_set_log(driver.sim, 0xc0, page, sizeof(page));
	assert_int_equal(nvme_log_page(driver.controller, &request, read, sizeof(read), &reply), 0);
	assert_memory_equal(read, page + 8, sizeof(read));
	assert_int_equal(sent.count, 3);
	for (unsigned i = 0; i < 3; i++) {
		const struct nvme_command *command = &sent.commands[i];
		unsigned bytes = i < 2 ? 4096 : sizeof(read) - 8192;

		assert_int_equal(command->nsid, 7);
		assert_int_equal(command->cdw10,
				 0xc0 | (i < 2 ? NVME_LOG_RAE : 0) | (bytes / 4 - 1) << 16);
		assert_int_equal(command->cdw11, 0);
		assert_int_equal(command->cdw12, 8 + 4096 * i);
	}
	driver_stop(&driver);
}

/* Larger ones where they are asked for. */
static void test_large_pieces(void **state)
{
	const struct nvme_log_request request = {.lid = 0xc0, .piece = 65536};
	uint8_t page[20000] = {1}, read[20000];
	struct nvme_reply reply;
	struct driver driver;

	(void)state;
	start(&driver, (struct sim_config){.tolerant = true});
	sim_set_log(driver.sim, 0xc0, page, sizeof(page));
	assert_int_equal(nvme_log_page(driver.controller, &request, read, sizeof(read), &reply), 0);
	assert_memory_equal(read, page, sizeof(read));
	assert_int_equal(sent.count, 1);
	assert_int_equal(sent.commands->cdw10, 0xc0 | 4999 << 16);
	driver_stop(&driver);
}

static void test_every_field(void **state)
{
	const struct nvme_log_request request = {.nsid = 0xfffffffe,
						 .lsi = 0xabcd,
						 .lid = 0xc1,
						 .lsp = 0x7f,
						 .uuid_index = 0x7f,
						 .csi = 0xef,
						 .retain = true,
						 .by_index = true,
						 .offset = 3};
	uint8_t read[8192];
	struct nvme_reply reply;
	struct driver driver;

	(void)state;
	start(&driver, (struct sim_config){.tolerant = true});
	memset(read, 1, sizeof(read));
	sim_set_log(driver.sim, 0xc1, read, sizeof(read));
	/* an index is not counted on: one command */
	assert_int_equal(nvme_log_page(driver.controller, &request, read, sizeof(read), &reply), 0);
	assert_int_equal(sent.count, 1);
	assert_int_equal(sent.commands->nsid, 0xfffffffe);
	assert_int_equal(sent.commands->cdw10, 0x07ffffc1);
	assert_int_equal(sent.commands->cdw11, 0xabcd0000);
	assert_int_equal(sent.commands->cdw12, 3);
	assert_int_equal(sent.commands->cdw13, 0);
	assert_int_equal(sent.commands->cdw14, 0xef80007f);
	driver_stop(&driver);
}

/* Nothing is sent of what makes no sense, or what the controller would answer with other bytes. */
static void test_refused(void **state)
{
	static const struct {
		uint64_t offset;
		size_t size;
		int error;
	} cases[] = {
		{0, 0, -EINVAL},     {0, 6, -EINVAL},
		{2, 4, -EINVAL},     {UINT64_MAX - 3, 8, -EINVAL},
		{4, 4, -EOPNOTSUPP}, {0, 16388, -EOPNOTSUPP},
	};
	uint8_t read[8192];
	struct nvme_reply reply = {0};
	struct driver driver;

	(void)state;
	start(&driver, (struct sim_config){.no_log_offsets = true});
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct nvme_log_request request = {.lid = NVME_LOG_SMART,
							 .offset = cases[i].offset};

		assert_int_equal(
			nvme_log_page(driver.controller, &request, read, cases[i].size, &reply),
			cases[i].error);
	}
	assert_int_equal(sent.count, 0);
	driver_stop(&driver);
}

/* A controller that takes no offsets, but a page of up to 4,096 dwords in one command: as much as
 * MDTS lets it. */
static void test_without_offsets(void **state)
{
	const struct nvme_log_request request = {.lid = 0xc0};
	uint8_t page[16384] = {1}, read[16384];
	struct nvme_reply reply;
	struct driver driver;

	(void)state;
	for (unsigned mdts = 1; mdts < 3; mdts++) {
		start(&driver,
		      (struct sim_config){.no_log_offsets = true, .tolerant = true, .mdts = mdts});
		sim_set_log(driver.sim, 0xc0, page, sizeof(page));
		memset(read, 0xff, sizeof(read));
		assert_int_equal(
			nvme_log_page(driver.controller, &request, read, sizeof(read), &reply),
			mdts == 1 ? -EOPNOTSUPP : 0);
		assert_int_equal(sent.count, mdts - 1);
		if (mdts == 2) {
			assert_memory_equal(read, page, sizeof(page));
			assert_int_equal(sent.commands->cdw10, 0xc0 | 4095u << 16);
		}
		driver_stop(&driver);
	}
}

/* What the controller does not have ends with its status, at the first piece. */
static void test_unknown_page(void **state)
{
	const struct nvme_log_request request = {.lid = 0xbe};
	uint8_t read[8192];
	struct nvme_reply reply;
	struct driver driver;

	(void)state;
	start(&driver, (struct sim_config){.tolerant = true});
	assert_int_not_equal(nvme_log_page(driver.controller, &request, read, sizeof(read), &reply),
			     0);
	assert_int_equal(reply.status & NVME_STATUS_MASK, NVME_SC_INVALID_LOG_PAGE);
	assert_int_equal(sim_statistics(driver.sim)->commands[0][NVME_ADMIN_GET_LOG_PAGE], 1);
	driver_stop(&driver);
}

static unsigned clears(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < sent.count; i++)
		count += !(sent.commands[i].cdw10 & NVME_LOG_RAE);
	return count;
}

/* Somebody reads a page, retaining or clearing, while the driver has an event to look after: the
 * driver's own read comes all the same, the event is cleared, and so is the next. */
static void test_events(void **state)
{
	struct driver driver;
	uint8_t read[512];

	(void)state;
	start(&driver, (struct sim_config){0});
	for (unsigned retain = 0; retain <= 1; retain++) {
		const struct nvme_log_request request = {
			.lid = NVME_LOG_SMART, .nsid = NVME_NSID_ALL, .retain = retain};

		driver_idle(100 * MS);
		assert_false(sim_event_waits(driver.sim, NVME_LOG_SMART));
		sent.count = 0;
		assert_true(sim_event(driver.sim, NVME_EVENT_SMART, 1, NVME_LOG_SMART));
		assert_true(sim_event_waits(driver.sim, NVME_LOG_SMART));
		assert_int_equal(
			nvme_log_page(driver.controller, &request, read, sizeof(read), NULL), 0);
		driver_idle(100 * MS);
		assert_int_equal(sent.count, 2);
		assert_int_equal(clears(), retain ? 1 : 2);
		assert_false(sim_event_waits(driver.sim, NVME_LOG_SMART));
	}
	assert_int_equal(nvme_statistics(driver.controller).events, 2);
	driver_stop(&driver);
}

TESTS(cmocka_unit_test(test_pieces), cmocka_unit_test(test_large_pieces),
      cmocka_unit_test(test_every_field), cmocka_unit_test(test_refused),
      cmocka_unit_test(test_without_offsets), cmocka_unit_test(test_unknown_page),
      cmocka_unit_test(test_events))

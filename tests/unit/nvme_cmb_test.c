/* The Controller Memory Buffer: queues and lists are where they were asked for, as far as the
 * controller takes them there, and the driver works without one that is none. */
#include "drivers/nvme/transport/cmb_pages.h"

#include "drivers/nvme/spec/spec.h"
#include "lib/errno.h"
#include "tests/sim/driver.h"
#include "tests/unit/cmocka.h"

#define CDPCILS		       0x40u
#define BIR2		       2u
#define SIZE(units, szu, bits) ((uint32_t)(units) << 12 | (szu) << 8 | (bits))
#define SQS		       NVME_CMBSZ_SQS
#define LISTS		       NVME_CMBSZ_LISTS
#define BOTH		       (SQS | LISTS)
#define CDPMLS		       0x20u
#define RDS		       NVME_CMBSZ_RDS
#define WDS		       NVME_CMBSZ_WDS
#define DATA		       NVME_CMBSZ_DATA

/* Random requests with a controller like that; how many commands and list entries it read there. */
static struct sim_statistics run(const struct sim_cmb *cmb, struct nvme_options options,
				 const char *logged)
{
	struct driver driver;
	struct sim_statistics statistics;
	struct model *model;

	driver_start(&driver,
		     &(struct sim_config){.cmb = *cmb, .sgl = options.data == NVME_DATA_SGL},
		     &options);
	assert_logged(logged);
	model = model_create(driver.device, 1);
	model_run(model, 100, 16, 300);
	assert_int_equal(nvme_reset(driver.controller), 0);
	model_run(model, 100, 16, 300);
	model_end(model);
	statistics = *sim_statistics(driver.sim);
	driver_finish(&driver);
	return statistics;
}

static void test_what_is_there(void **state)
{
	static const struct {
		struct sim_cmb cmb;
		unsigned wanted;
		bool commands, lists;
		const char *logged;
	} rows[] = {
		{{.location = BIR2, .size = SIZE(4, 2, BOTH)},
		 BOTH,
		 true,
		 true,
		 "for submission queues and lists\n"},
		{{.location = BIR2, .size = SIZE(4, 2, BOTH), .legacy = true},
		 BOTH,
		 true,
		 true,
		 "KiB used for"},
		{{.location = BIR2, .size = SIZE(4, 2, BOTH)},
		 SQS,
		 true,
		 false,
		 "for submission queues\n"},
		/* Lists are not there for commands that are not, unless the controller allows it.
		 */
		{{.location = BIR2, .size = SIZE(4, 2, BOTH)},
		 LISTS,
		 false,
		 false,
		 "0 of 4096 KiB"},
		{{.location = BIR2 | CDPCILS, .size = SIZE(4, 2, BOTH)},
		 LISTS,
		 false,
		 true,
		 "for lists\n"},
		{{.location = BIR2, .size = SIZE(4, 2, SQS)},
		 BOTH,
		 true,
		 false,
		 "for submission queues\n"},
		{{.location = BIR2, .size = SIZE(4, 2, 0x1a)},
		 BOTH,
		 false,
		 false,
		 "it takes nothing"},
		/* At an offset, of pages; no room for all; longer than its BAR. */
		{{.location = BIR2 | 3 << 12, .size = SIZE(1024, 0, BOTH)},
		 BOTH,
		 true,
		 true,
		 "of 4096 KiB"},
		{{.location = 4, .size = SIZE(4, 0, BOTH)}, BOTH, true, false, "16 of 16 KiB"},
		{{.location = 4, .size = SIZE(3, 0, BOTH)},
		 BOTH,
		 false,
		 false,
		 "there is no room for all"},
		{{.location = BIR2 | 1 << 12, .size = SIZE(1, 6, BOTH), .bar_size = 16384},
		 BOTH,
		 false,
		 false,
		 "not inside its BAR"},
		{{.location = BIR2 | 1 << 12, .size = SIZE(64, 1, BOTH), .bar_size = 5 << 16},
		 BOTH,
		 true,
		 false,
		 "of 256 KiB"},
		/* None that is one */
		{{.location = BIR2, .size = SIZE(0, 2, BOTH), .bar_size = 4096},
		 BOTH,
		 false,
		 false,
		 "there is none"},
		{{.location = BIR2, .size = SIZE(4, 7, BOTH), .bar_size = 4096},
		 BOTH,
		 false,
		 false,
		 "reserved values"},
		{{.location = 1, .size = SIZE(4, 2, BOTH)}, BOTH, false, false, "reserved values"},
		{{.location = 6, .size = SIZE(4, 2, BOTH)}, BOTH, false, false, "reserved values"},
		{{.location = 0, .size = SIZE(4, 2, BOTH)},
		 BOTH,
		 false,
		 false,
		 "where the doorbells are"},
		{{.location = BIR2, .size = SIZE(4, 2, BOTH), .refuses = true},
		 BOTH,
		 false,
		 false,
		 "its address is refused"},
		{{.location = 0, .size = 0}, BOTH, false, false, "there is none"},
		{{.location = BIR2, .size = SIZE(4, 2, BOTH)}, 0, false, false, ""},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sim_statistics statistics = run(
			&rows[i].cmb, (struct nvme_options){.cmb = rows[i].wanted}, rows[i].logged);

		if ((statistics.cmb_commands > 0) != rows[i].commands ||
		    (statistics.cmb_lists > 0) != rows[i].lists)
			fail_msg("row %u: %llu commands, %llu entries of lists", i,
				 (unsigned long long)statistics.cmb_commands,
				 (unsigned long long)statistics.cmb_lists);
	}
}

static void test_sgl_segments(void **state)
{
	const struct sim_cmb cmb = {.location = BIR2, .size = SIZE(4, 2, BOTH)};

	(void)state;
	assert_true(
		run(&cmb, (struct nvme_options){.cmb = BOTH, .data = NVME_DATA_SGL}, "").cmb_lists >
		0);
}

/* Commands for data that is there; where is it, and how long? */
struct seen {
	unsigned there, lists;
	uint64_t most;
};

static void *look(void *context, uint16_t queue, const uint8_t bytes[64], size_t *size)
{
	struct seen *seen = context;
	struct nvme_command command;

	(void)size;
	memcpy(&command, bytes, sizeof(command));
	/* BARs of the simulation are there. */
	if (!queue || command.opcode > NVME_IO_READ || !command.opcode ||
	    command.prp1 >> 32 != 0xfe)
		return NULL;
	seen->there++;
	if (NVME_RW_BLOCKS(command.cdw12) > seen->most)
		seen->most = NVME_RW_BLOCKS(command.cdw12);
	if (!command.flags && command.prp2 && command.prp2 != command.prp1 + 4096)
		seen->lists++;
	return NULL;
}

static void test_data(void **state)
{
	static const struct {
		uint32_t location, offers;
		unsigned wanted;
		bool sgl, reads, writes, lists;
		uint64_t most; /* blocks of a command for data there */
		const char *logged;
	} rows[] = {
		{BIR2, DATA, DATA, false, true, true, false, 16, "32 of 4096 KiB used for data\n"},
		{BIR2, RDS, DATA, false, true, false, false, 16, "for data of reads\n"},
		{BIR2, WDS, DATA, false, false, true, false, 16, "for data of writes\n"},
		{BIR2, DATA | BOTH, DATA | SQS, false, true, true, false, 16,
		 "for submission queues and data\n"},
		{BIR2, DATA | BOTH, DATA | BOTH, false, true, true, false, 16,
		 "for submission queues, lists and data\n"},
		{BIR2 | CDPMLS, DATA, DATA, false, true, true, true, 128, "256 of 4096 KiB"},
		{BIR2 | CDPMLS, DATA, DATA, true, true, true, false, 128, "256 of 4096 KiB"},
		{BIR2, DATA, DATA, true, true, true, false, 16, "32 of 4096 KiB"},
		{BIR2, BOTH, DATA, false, false, false, false, 0, "it takes nothing"},
		{BIR2, DATA | BOTH, BOTH, false, false, false, false, 0,
		 "for submission queues and lists\n"},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct sim_statistics *counted;
		struct seen seen = {0};
		struct driver driver;
		struct model *model;

		driver_start(&driver,
			     &(struct sim_config){.cmb = {.location = rows[i].location,
							  .size = SIZE(4, 2, rows[i].offers)},
						  .sgl = rows[i].sgl,
						  .hooks = {&seen, .command = look}},
			     &(struct nvme_options){.cmb = rows[i].wanted,
						    .data = rows[i].sgl ? NVME_DATA_SGL
									: NVME_DATA_AUTO});
		assert_logged(rows[i].logged);
		model = model_create(driver.device, i);
		model_run(model, 100, 16, 300);
		assert_int_equal(nvme_reset(driver.controller), 0);
		model_run(model, 100, 16, 300);
		model_end(model);
		counted = sim_statistics(driver.sim);
		if ((counted->cmb_read > 0) != rows[i].reads ||
		    (counted->cmb_written > 0) != rows[i].writes ||
		    (seen.lists > 0) != rows[i].lists || seen.most != rows[i].most)
			fail_msg("row %u: %llu bytes read, %llu written, %u lists, %llu blocks", i,
				 (unsigned long long)counted->cmb_read,
				 (unsigned long long)counted->cmb_written, seen.lists,
				 (unsigned long long)seen.most);
		driver_finish(&driver);
	}
}

/* All of what is read and written goes that way, but where it cannot. */
static void test_all_data(void **state)
{
	static uint8_t bytes[64 << 10];
	static const struct {
		struct sim_namespace_config namespace;
		struct sim_cmb cmb;
		bool there;
	} rows[] = {
		{{.block_count = 256}, {.location = BIR2, .size = SIZE(4, 2, DATA)}, true},
		/* One buffer, none, and blocks that are larger than one. */
		{{.block_count = 256}, {.location = BIR2, .size = SIZE(2, 0, DATA)}, true},
		{{.block_count = 256}, {.location = BIR2, .size = SIZE(1, 0, DATA)}, false},
		{{.block_count = 16, .block_shift = 14},
		 {.location = BIR2, .size = SIZE(4, 2, DATA)},
		 false},
		{{.block_count = 16, .block_shift = 14},
		 {.location = BIR2 | CDPMLS, .size = SIZE(4, 2, DATA)},
		 true},
		{{.block_count = 256, .metadata = 8},
		 {.location = BIR2, .size = SIZE(4, 2, DATA)},
		 false},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct driver driver;
		uint64_t count = sizeof(bytes);

		driver_start(&driver,
			     &(struct sim_config){.cmb = rows[i].cmb,
						  .namespaces = &rows[i].namespace,
						  .namespace_count = 1},
			     &(struct nvme_options){.cmb = DATA});
		count /= driver.device->block_size;
		assert_int_equal(block_write(driver.device, 0, count, bytes), 0);
		assert_int_equal(block_read(driver.device, 0, count, bytes), 0);
		assert_int_equal(sim_statistics(driver.sim)->cmb_written,
				 rows[i].there ? sizeof(bytes) : 0);
		assert_int_equal(sim_statistics(driver.sim)->cmb_read,
				 rows[i].there ? sizeof(bytes) : 0);
		model_exercise(driver.device, i, 50, 8, 40);
		driver_stop(&driver);
	}
}

/* What a reset has taken from the buffer is written there again before a write is sent again. */
static void test_forgotten_data(void **state)
{
	struct driver driver;
	struct model *model;

	(void)state;
	driver_start(&driver,
		     &(struct sim_config){.cap = SIM_CAP_QEMU | 1ull << 36,
					  .forgetful = true,
					  .cmb = {.location = BIR2, .size = SIZE(4, 2, DATA)}},
		     &(struct nvme_options){.cmb = DATA});
	model = model_create(driver.device, 1);
	for (unsigned i = 0; i < 10; i++) {
		model_start(model, 16, 64);
		assert_int_equal(nvme_subsystem_reset(driver.controller), 0);
		model_finish(model, 10 * S);
	}
	assert_true(statistics(&driver)->retries > 0);
	model_end(model);
	driver_finish(&driver);
}

/* QEMU's controller is not given SGLs whose segments are there. */
static void test_no_sgls(void **state)
{
	struct driver driver;

	(void)state;
	driver_start(&driver,
		     &(struct sim_config){.cmb = {.location = BIR2, .size = SIZE(4, 2, BOTH)},
					  .sgl = true},
		     &(struct nvme_options){
			     .cmb = BOTH, .data = NVME_DATA_SGL, .quirks = NVME_QUIRK_SGL_IN_CMB});
	model_exercise(driver.device, 1, 50, 8, 300);
	assert_int_equal(statistics(&driver)->sgls, 0);
	driver_finish(&driver);
}

/* A reset by which the controller forgets where it was told that its memory is. */
static void test_forgotten(void **state)
{
	struct driver driver;
	uint64_t before;

	(void)state;
	driver_start(&driver,
		     &(struct sim_config){.cap = SIM_CAP_QEMU | 1ull << 36,
					  .forgetful = true,
					  .cmb = {.location = BIR2, .size = SIZE(4, 2, BOTH)}},
		     &(struct nvme_options){.cmb = BOTH});
	assert_int_equal(nvme_subsystem_reset(driver.controller), 0);
	before = sim_statistics(driver.sim)->cmb_commands;
	model_exercise(driver.device, 1, 50, 8, 300);
	assert_true(sim_statistics(driver.sim)->cmb_commands > before);
	driver_finish(&driver);
}

/* Lists that such a reset takes away are written again before their commands are sent again: those
 * alone, where a command in the host's memory may have them, and beside its queue. */
static void test_forgotten_lists(void **state)
{
	static const struct {
		uint32_t location;
		unsigned wanted;
		enum nvme_data data;
		struct sim_namespace_config namespace;
	} rows[] = {
		{BIR2 | CDPCILS, LISTS, NVME_DATA_AUTO, {0}},
		{BIR2 | CDPCILS, LISTS, NVME_DATA_SGL, {0}},
		{BIR2, BOTH, NVME_DATA_AUTO, {0}},
		{BIR2, BOTH, NVME_DATA_SGL, {0}},
		{BIR2, BOTH, NVME_DATA_AUTO, {.metadata = 8}},
		{BIR2, BOTH, NVME_DATA_AUTO, {.metadata = 8, .extended = true}},
		{BIR2 | CDPMLS, BOTH | DATA, NVME_DATA_AUTO, {0}},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sim_config config = {
			.cap = SIM_CAP_QEMU | 1ull << 36,
			.forgetful = true,
			.namespaces = &rows[i].namespace,
			.namespace_count = 1,
			.sgl = rows[i].data == NVME_DATA_SGL,
			.cmb = {.location = rows[i].location, .size = SIZE(4, 2, BOTH | DATA)}};
		struct driver driver;
		struct model *model;

		driver_start(&driver, &config,
			     &(struct nvme_options){.cmb = rows[i].wanted, .data = rows[i].data});
		model = model_create(driver.device, i);
		for (unsigned j = 0; j < 10; j++) {
			uint64_t before = sim_statistics(driver.sim)->cmb_lists;

			model_start(model, 16, 300);
			assert_int_equal(nvme_subsystem_reset(driver.controller), 0);
			model_finish(model, 10 * S);
			assert_true(sim_statistics(driver.sim)->cmb_lists > before);
		}
		assert_true(statistics(&driver)->retries > 0);
		model_end(model);
		driver_stop(&driver);
	}
}

static uint64_t change(void *context, unsigned offset, uint64_t value)
{
	return offset == NVME_REG_CMBSZ && *(bool *)context ? SIZE(1, 0, BOTH) : value;
}

/* One that is another one behind a reset: its queues cannot be where they are. */
static void test_changed(void **state)
{
	bool changed = false;
	struct driver driver;

	(void)state;
	driver_start(&driver,
		     &(struct sim_config){.cmb = {.location = BIR2, .size = SIZE(4, 2, BOTH)},
					  .hooks = {&changed, .property = change}},
		     &(struct nvme_options){.cmb = BOTH});
	changed = true;
	assert_int_equal(nvme_reset(driver.controller), -EIO);
	assert_logged("not used: it is not where it was");
	changed = false;
	assert_int_equal(nvme_reset(driver.controller), 0);
	driver_finish(&driver);
}

/* Pages that are given back are used again, whatever the order. */
static void test_pages(void **state)
{
	char pages[8 * 4096];
	struct nvme_cmb cmb = {
		.memory = pages, .bus = 0x100000, .size = sizeof(pages), .uses = BOTH};
	char *blocks[8];
	uint64_t bus;

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		blocks[i] = nvme_cmb_alloc_sq(&cmb, 1 + i * 512, &bus);
		assert_ptr_equal(blocks[i], pages + i * 4096);
		assert_int_equal(bus, cmb.bus + i * 4096);
	}
	assert_false(cmb.full);
	assert_null(nvme_cmb_alloc_list(&cmb, true, 1, &bus));
	assert_true(cmb.full);
	assert_false(nvme_cmb_free(&cmb, pages + 1));
	for (unsigned i = 2; i < 5; i++)
		assert_true(nvme_cmb_free(&cmb, blocks[i]));
	assert_false(nvme_cmb_free(&cmb, blocks[3]));
	assert_null(nvme_cmb_alloc_sq(&cmb, 3 * 4096 + 1, &bus));
	assert_ptr_equal(nvme_cmb_alloc_list(&cmb, true, 2 * 4096, &bus), blocks[2]);
	assert_ptr_equal(nvme_cmb_alloc_sq(&cmb, 4096, &bus), blocks[4]);
	assert_null(nvme_cmb_alloc_list(&cmb, false, 1, &bus));
	sim_fail_allocations(0);
	assert_true(nvme_cmb_free(&cmb, blocks[0]));
	assert_null(nvme_cmb_alloc_sq(&cmb, 1, &bus));
	sim_fail_allocations(-1);
	for (unsigned i = 1; i < 8; i++)
		nvme_cmb_free(&cmb, blocks[i]);
	assert_null(cmb.first);
	assert_false(nvme_cmb_free(NULL, pages));
	assert_int_equal(sim_allocations(), 0);
}

TESTS(cmocka_unit_test(test_data), cmocka_unit_test(test_all_data),
      cmocka_unit_test(test_forgotten_data), cmocka_unit_test(test_what_is_there),
      cmocka_unit_test(test_sgl_segments), cmocka_unit_test(test_no_sgls),
      cmocka_unit_test(test_forgotten), cmocka_unit_test(test_forgotten_lists),
      cmocka_unit_test(test_changed), cmocka_unit_test(test_pages))

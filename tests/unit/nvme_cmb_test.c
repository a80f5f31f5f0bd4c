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

TESTS(cmocka_unit_test(test_what_is_there), cmocka_unit_test(test_sgl_segments),
      cmocka_unit_test(test_no_sgls), cmocka_unit_test(test_forgotten),
      cmocka_unit_test(test_changed), cmocka_unit_test(test_pages))

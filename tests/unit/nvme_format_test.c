/* Format NVM, under commands and passed through: nobody goes on with the old block size. */
#include "lib/errno.h"
#include "tests/sim/driver.h"
#include "tests/sim/internal.h"
#include "tests/sim/nvme_platform.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/single.h"

/* Nothing of a command for blocks of 512 bytes fits a namespace that has blocks of 4096 since: as
 * many of them would not fit into the buffer. */
static void test_formatted_under_a_command(void **state)
{
	const struct nvme_options options = {.depth = 2};
	struct driver driver;
	struct single sent, waiting;
	uint8_t *bytes = aligned_alloc(4096, 8192);

	(void)state;
	for (unsigned with_reset = 0; with_reset < 2; with_reset++) {
		driver_start(&driver, NULL, &options);
		driver_add_fault(&driver, SIM_LOSE, 0x02, 0, 1, 0);
		single_start(&sent, driver.device, BLOCK_READ, 0, 8, bytes);
		single_start(&waiting, driver.device, BLOCK_READ, 8, 8, bytes + 4096);
		sim_namespace_format(driver.sim, 1, 12);
		if (with_reset)
			assert_int_equal(nvme_reset(driver.controller), 0);
		else /* the lost one is aborted, and would be sent again */
			assert_int_equal(nvme_rescan_namespaces(driver.controller), 0);
		assert_int_equal(single_finish(&sent, 60 * S), -ENODEV);
		assert_int_equal(single_finish(&waiting, 60 * S), -ENODEV);
		assert_legal(&driver);
		assert_int_equal(sim_statistics(driver.sim)->commands[1][0x02], 0);
		assert_true(driver.device->gone);
		assert_int_equal(block_find("my_nvme0n1")->block_size, 4096);
		assert_int_equal(block_read(block_find("my_nvme0n1"), 0, 1, bytes), 0);
		driver_stop(&driver);
	}
	free(bytes);
}

/* Format NVM passed through: the block device has the new block size at once, before anybody reads
 * more than fits. */
static void test_format_passed_through(void **state)
{
	const struct sim_config config = {.oacs = SIM_OACS_FORMAT};
	const struct nvme_command format = {.opcode = 0x80, .nsid = 1, .cdw10 = 1};
	uint8_t *bytes = aligned_alloc(4096, 4096);
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, NULL);
	assert_int_equal(driver.device->block_size, 512);
	assert_int_equal(nvme_admin_command(driver.controller,
					    &(struct nvme_passthrough){.command = &format}),
			 0);
	assert_int_equal(block_read(driver.device, 0, 8, bytes), -ENODEV);
	assert_non_null(block_find("my_nvme0n1"));
	assert_int_equal(block_find("my_nvme0n1")->block_size, 4096);
	assert_int_equal(block_read(block_find("my_nvme0n1"), 0, 1, bytes), 0);
	assert_legal(&driver);
	driver_stop(&driver);
	free(bytes);
}

/* A command that is refused changes nothing: no request finds its device gone meanwhile, and
 * nothing is sent. */
static void test_refused_before_it_is_sent(void **state)
{
	static const struct nvme_command commands[] = {
		{.opcode = NVME_ADMIN_NAMESPACE_ATTACHMENT, .nsid = 1, .cdw10 = 1},
		{.opcode = NVME_ADMIN_FORMAT_NVM, .flags = NVME_FLAGS_PSDT_SGL, .nsid = 1},
	};
	struct driver driver;

	(void)state;
	driver_start(&driver, NULL, NULL);
	for (unsigned i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		sim_trace_clear(driver.sim);
		assert_int_equal(
			nvme_admin_command(driver.controller,
					   &(struct nvme_passthrough){.command = &commands[i]}),
			-EINVAL);
		assert_string_equal(sim_trace(driver.sim), "");
	}
	driver_stop(&driver);
}

static void tell_subsystem(void *context, uint16_t queue, const uint8_t command[64], uint8_t *bytes,
			   size_t size)
{
	(void)size;
	if (queue == 0 && command[0] == SIM_IDENTIFY && command[40] == 1)
		strcpy((char *)bytes + 768, context);
}

/* The same of a namespace that another controller of the subsystem has as well: nothing tells that
 * one. Controllers of other subsystems, and those that have no name for theirs, are left alone. */
static void test_format_of_a_shared_namespace(void **state)
{
	static const struct {
		char *names[2];
		bool shared;
	} rows[] = {{{"nqn.a", "nqn.a"}, true}, {{"nqn.a", "nqn.b"}, false}, {{"", ""}, false}};
	const struct nvme_command format = {.opcode = 0x80, .nsid = 1, .cdw10 = 1};
	uint8_t *bytes = aligned_alloc(4096, 4096);

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sim_config config = {
			.oacs = SIM_OACS_FORMAT,
			.hooks = {.data = tell_subsystem, .context = rows[i].names[0]}};
		struct nvme_controller *other;
		struct sim_controller *sim;
		struct driver driver;
		struct single lost;

		driver_start(&driver, &config, NULL);
		config.hooks.context = rows[i].names[1];
		sim = sim_create(&config);
		assert_int_equal(driver_attach(sim, NULL, &other), 0);
		sim_add_fault(sim, &(struct sim_fault){.kind = SIM_LOSE, .queue = 1, .opcode = 2});
		single_start(&lost, block_find("my_nvme1n1"), BLOCK_READ, 0, 8, bytes);
		if (rows[i].shared)
			sim_namespace_format(sim, 1, 12);
		assert_int_equal(nvme_admin_command(driver.controller,
						    &(struct nvme_passthrough){.command = &format}),
				 0);
		assert_int_equal(single_finish(&lost, 60 * S), rows[i].shared ? -ENODEV : 0);
		assert_int_equal(block_find("my_nvme0n1")->block_size, 4096);
		assert_int_equal(block_find("my_nvme1n1")->block_size, rows[i].shared ? 4096 : 512);
		assert_int_equal(block_read(block_find("my_nvme1n1"), 0, 1, bytes), 0);
		assert_string_equal(sim_violations(sim), "");
		nvme_detach(other, true);
		sim_destroy(sim);
		driver_stop(&driver);
	}
	free(bytes);
}

TESTS(cmocka_unit_test(test_formatted_under_a_command),
      cmocka_unit_test(test_format_passed_through),
      cmocka_unit_test(test_refused_before_it_is_sent),
      cmocka_unit_test(test_format_of_a_shared_namespace))

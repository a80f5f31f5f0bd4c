/* Format NVM, under commands and passed through, and others that change namespaces: nobody goes on
 * with the old block size, or with the old content. */
#include "drivers/nvme/controller.h"
#include "lib/endian.h"
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

/* How many times the file layer was told that the device goes, as what is open on it is. */
static unsigned removals;

static void file_removed(struct block_device *device)
{
	removals++;
	device->file_data = NULL;
	device->file_removed = NULL;
}

static void open_file(struct block_device *device)
{
	removals = 0;
	device->file_data = &removals;
	device->file_removed = file_removed;
}

static void *nothing;

/* Executes what the controller has no command for. */
static void *execute(void *context, uint16_t queue, const uint8_t command[64], size_t *size)
{
	static uint8_t bytes[4096];

	(void)context;
	*size = command[0] == NVME_ADMIN_NAMESPACE_ATTACHMENT ? sizeof(bytes) : 0;
	if (queue ||
	    (command[0] != NVME_ADMIN_NAMESPACE_ATTACHMENT && command[0] != NVME_ADMIN_SANITIZE &&
	     command[0] != NVME_ADMIN_FORMAT_NVM && command[0] != NVME_ADMIN_CAPACITY_MANAGEMENT))
		return NULL;
	return bytes;
}

static unsigned answer; /* to the next admin command */

static bool refuse(void *context, uint16_t queue, uint8_t entry[16])
{
	(void)context;
	if (!queue && answer) {
		put_le16(entry + 14, (uint16_t)(answer << 1 | (entry[14] & 1)));
		answer = 0;
	}
	return true;
}

/* A namespace that has the same format as before, and other content: what files have read of it is
 * forgotten. It is not where the controller has refused the command, nor where another one is
 * meant. */
static void test_erased_in_the_same_format(void **state)
{
	static const struct {
		struct nvme_command command;
		unsigned status;
		uint8_t fna;
		bool erases;
	} rows[] = {
		{{.opcode = NVME_ADMIN_FORMAT_NVM, .nsid = 1}, .erases = true},
		{{.opcode = NVME_ADMIN_FORMAT_NVM, .nsid = NVME_NSID_ALL}, .erases = true},
		{{.opcode = NVME_ADMIN_FORMAT_NVM, .nsid = 2}, .status = 0},
		{{.opcode = NVME_ADMIN_FORMAT_NVM, .nsid = 2},
		 .fna = NVME_FNA_FORMAT_ALL,
		 .erases = true},
		{{.opcode = NVME_ADMIN_FORMAT_NVM, .nsid = 2}, .fna = NVME_FNA_ERASE_ALL},
		{{.opcode = NVME_ADMIN_FORMAT_NVM, .nsid = 2, .cdw10 = 0x200},
		 .fna = NVME_FNA_ERASE_ALL,
		 .erases = true},
		{{.opcode = NVME_ADMIN_FORMAT_NVM, .nsid = 1},
		 .status = NVME_SC_INTERNAL,
		 .erases = true},
		{{.opcode = NVME_ADMIN_FORMAT_NVM, .nsid = 1}, .status = NVME_SC_INVALID_FORMAT},
		{{.opcode = NVME_ADMIN_FORMAT_NVM, .nsid = 1}, .status = NVME_SC_INVALID_FIELD},
		{{.opcode = NVME_ADMIN_SANITIZE, .cdw10 = 2}, .erases = true},
		{{.opcode = NVME_ADMIN_SANITIZE, .cdw10 = 2}, .status = NVME_SC_INVALID_OPCODE},
		{{.opcode = NVME_ADMIN_SANITIZE, .cdw10 = 1}, .status = 0},
		{{.opcode = NVME_ADMIN_CAPACITY_MANAGEMENT, .cdw10 = 2}, .status = 0},
	};
	const struct sim_config config = {.tolerant = true,
					  .namespace_count = 2,
					  .hooks = {.command = execute, .completion = refuse}};
	uint8_t bytes[512];

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct driver driver;

		driver_start(&driver, &config, NULL);
		driver.controller->identify->fna = rows[i].fna;
		open_file(driver.device);
		answer = rows[i].status;
		assert_int_equal(!nvme_admin_command(
					 driver.controller,
					 &(struct nvme_passthrough){.command = &rows[i].command}),
				 !rows[i].status);
		if (removals != rows[i].erases)
			fail_msg("row %u: the file is told %u times", i, removals);
		assert_ptr_equal(block_find("my_nvme0n1"), driver.device);
		assert_int_equal(block_read(driver.device, 0, 1, bytes), 0);
		driver_stop(&driver);
	}
}

/* Commands that name two controllers by their identifiers: 0, or 7. */
static void tell_identifier(void *context, uint16_t queue, const uint8_t command[64],
			    uint8_t *bytes, size_t size)
{
	struct nvme_identify_controller *id = (void *)bytes;

	(void)size;
	if (queue || command[0] != NVME_ADMIN_IDENTIFY || command[40] != NVME_CNS_CONTROLLER)
		return;
	strcpy(id->subnqn, "nqn.a");
	id->cntlid = context ? 7 : 0;
}

/* While a command that changes namespaces is under way, those that it does not name go on. */
static int during;

static bool look(void *context, uint16_t queue, uint8_t entry[16])
{
	(void)context, (void)entry;
	if (!queue && during < 0)
		during = (block_find("my_nvme0n1")->gone ? 1 : 0) |
			 (block_find("my_nvme1n1")->gone ? 2 : 0);
	return true;
}

/* A namespace that is detached from one controller is gone there alone. */
static void test_detached_from_one(void **state)
{
	static const struct {
		uint16_t list[3];
		uint8_t how;
		int gone; /* meanwhile: bits */
	} rows[] = {
		{{1, 0}, NVME_NAMESPACE_DETACH, 1},	    {{1, 7}, NVME_NAMESPACE_DETACH, 2},
		{{2, 7, 0}, NVME_NAMESPACE_DETACH, 3},	    {{2, 0, 7}, NVME_NAMESPACE_ATTACH, 0},
		{{0, 0, 7}, NVME_NAMESPACE_DETACH, 0},	    {{1, 3}, NVME_NAMESPACE_DETACH, 0},
		{{0xffff, 7, 3}, NVME_NAMESPACE_DETACH, 3},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sim_config config = {
			.tolerant = true,
			.hooks = {.command = execute, .data = tell_identifier, .completion = look}};
		const struct nvme_command command = {
			.opcode = NVME_ADMIN_NAMESPACE_ATTACHMENT, .nsid = 1, .cdw10 = rows[i].how};
		uint8_t list[4096] = {0}, bytes[512];
		struct nvme_controller *other;
		struct sim_controller *sim;
		struct driver driver;

		during = 0;
		driver_start(&driver, &config, NULL);
		config.hooks.context = &nothing;
		sim = sim_create(&config);
		assert_int_equal(driver_attach(sim, NULL, &other), 0);
		memcpy(list, rows[i].list, sizeof(rows[i].list));
		during = -1;
		assert_int_equal(
			nvme_admin_command(driver.controller,
					   &(struct nvme_passthrough){.command = &command,
								      .data = list,
								      .size = sizeof(list)}),
			0);
		if (during != rows[i].gone)
			fail_msg("row %u: %d are gone", i, during);
		/* The controller did nothing: they are there again. */
		assert_int_equal(block_read(driver.device, 0, 1, bytes), 0);
		assert_int_equal(block_read(block_find("my_nvme1n1"), 0, 1, bytes), 0);
		nvme_detach(other, true);
		sim_destroy(sim);
		driver_stop(&driver);
	}
}

TESTS(cmocka_unit_test(test_formatted_under_a_command),
      cmocka_unit_test(test_format_passed_through),
      cmocka_unit_test(test_refused_before_it_is_sent),
      cmocka_unit_test(test_format_of_a_shared_namespace),
      cmocka_unit_test(test_erased_in_the_same_format), cmocka_unit_test(test_detached_from_one))

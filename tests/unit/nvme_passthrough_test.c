/* Commands passed through: what they give back, and what is left of them. */
#include "lib/errno.h"
#include "tests/sim/driver.h"
#include "tests/sim/internal.h"
#include "tests/sim/nvme_platform.h"
#include "tests/unit/cmocka.h"

/* A command that moves data but was given no buffer does not move it to address 0. */
static void test_no_buffer(void **state)
{
	const struct nvme_command identify = {.opcode = 0x06, .cdw10 = 1};
	const struct nvme_command get_log = {.opcode = 0x02, .nsid = 0xffffffff, .cdw10 = 0x7f0002};
	const struct nvme_command host_behavior = {.opcode = 0x0a, .cdw10 = 0x16};
	const struct nvme_command read = {.opcode = 0x02, .nsid = 1};
	struct driver driver;

	(void)state;
	driver_start(&driver, NULL, NULL);
	assert_int_equal(nvme_admin_command(driver.controller,
					    &(struct nvme_passthrough){.command = &identify}),
			 -EINVAL);
	assert_int_equal(nvme_admin_command(driver.controller,
					    &(struct nvme_passthrough){.command = &get_log}),
			 -EINVAL);
	assert_int_equal(
		nvme_io_command(driver.controller, &(struct nvme_passthrough){.command = &read}),
		-EINVAL);
	/* Nothing says how much this one moves. */
	assert_int_equal(nvme_admin_command(driver.controller,
					    &(struct nvme_passthrough){.command = &host_behavior}),
			 0);
	assert_legal(&driver);
	driver_stop(&driver);
}

/* No command passed through gives the controller memory by an address of its own: that would be
 * anybody's. To take it away is harmless. */
static void test_host_memory(void **state)
{
	struct nvme_command command = {.opcode = NVME_ADMIN_SET_FEATURES,
				       .cdw10 = NVME_SET_FEATURES_SAVE |
						NVME_FEATURE_HOST_MEMORY_BUFFER,
				       .cdw11 = 3,
				       .cdw12 = 1,
				       .cdw13 = 0x1000,
				       .cdw15 = 1};
	struct nvme_passthrough passthrough = {.command = &command};
	struct driver driver;
	uint64_t before;

	(void)state;
	driver_start(&driver, NULL, NULL);
	before = sim_statistics(driver.sim)->commands[0][NVME_ADMIN_SET_FEATURES];
	assert_true(nvme_reserved_for_driver(&command));
	assert_int_equal(nvme_admin_command(driver.controller, &passthrough), -EINVAL);
	assert_int_equal(sim_statistics(driver.sim)->commands[0][NVME_ADMIN_SET_FEATURES], before);
	command.cdw11 = 2;
	nvme_admin_command(driver.controller, &passthrough);
	assert_int_equal(sim_statistics(driver.sim)->commands[0][NVME_ADMIN_SET_FEATURES],
			 before + 1);
	sim_take_violations(driver.sim); /* it has no such feature */
	driver_stop(&driver);
}

/* What a command passed through leaves behind: nothing in the buffer when it fails, nothing in the
 * slot that the next command would send. */
static void test_pass_through_leaves_nothing(void **state)
{
	const struct nvme_command read = {.opcode = 0x02,
					  .nsid = 1,
					  .cdw2 = 1,
					  .cdw3 = 2,
					  .cdw13 = 0xffffff00,
					  .cdw14 = 4,
					  .cdw15 = 5};
	const struct nvme_command sgl = {.opcode = 0x02, .flags = 0x40, .nsid = 1};
	struct nvme_options options = {.depth = 8};
	struct sim_fault fault = {
		.kind = SIM_STATUS, .queue = 1, .opcode = 0x02, .status = 0x281 | SIM_DNR};
	uint8_t bytes[512], untouched[512];
	struct driver driver;
	uint64_t before;

	(void)state;
	driver_start(&driver, NULL, &options);
	memset(bytes, 0x5a, sizeof(bytes));
	memset(untouched, 0x5a, sizeof(untouched));
	sim_add_fault(driver.sim, &fault);
	assert_int_equal(nvme_io_command(driver.controller,
					 &(struct nvme_passthrough){
						 .command = &read, .data = bytes, .size = 512}),
			 -EIO);
	assert_memory_equal(bytes, untouched, sizeof(bytes));
	before = sim_statistics(driver.sim)->commands[1][0x02];
	assert_int_equal(nvme_io_command(driver.controller,
					 &(struct nvme_passthrough){
						 .command = &sgl, .data = bytes, .size = 512}),
			 -EINVAL);
	assert_int_equal(sim_statistics(driver.sim)->commands[1][0x02], before);
	assert_int_equal(nvme_io_command(driver.controller,
					 &(struct nvme_passthrough){
						 .command = &read, .data = bytes, .size = 512}),
			 0);
	sim_take_violations(driver.sim); /* that was the user's own fault */
	for (unsigned i = 0; i < 20; i++)
		assert_int_equal(block_read(driver.device, i, 1, bytes), 0);
	assert_legal(&driver);
	driver_stop(&driver);
}

/* The list of a command passed through has its own pages and nothing else: one that moves more than
 * it says does not find those of the command before. */
static struct sim_controller *listing;
static uint64_t list[16];

static void note_list(void *context, uint16_t queue, const uint8_t command[64], uint8_t *bytes,
		      size_t size)
{
	(void)context, (void)bytes, (void)size;
	if (queue == 0 && command[0] == SIM_GET_FEATURES)
		assert_true(sim_dma_read(listing, get64(command + 32), list, sizeof(list), "test"));
}

static void test_list_of_its_own(void **state)
{
	struct sim_config config = {.hooks.data = note_list};
	static uint8_t bytes[16 * 4096];
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, NULL);
	listing = driver.sim;
	assert_int_equal(
		nvme_get_feature(driver.controller, 0x16, 0, 0, 0, bytes, sizeof(bytes), NULL), 0);
	assert_int_not_equal(list[14], 0);
	assert_int_equal(nvme_get_feature(driver.controller, 0x16, 0, 0, 0, bytes, 3 * 4096, NULL),
			 0);
	assert_int_not_equal(list[1], 0);
	for (unsigned i = 2; i < 16; i++)
		assert_int_equal(list[i], 0);
	sim_take_violations(driver.sim); /* it took 512 bytes where the user gave more */
	driver_stop(&driver);
}

/* How long a block is of a namespace that the driver has left out, or does not know, it cannot say:
 * nothing that moves blocks is sent there. What moves none is, and what is for no namespace. */
static void test_namespaces_of_unknown_format(void **state)
{
	static const struct sim_namespace_config namespaces[] = {{.block_shift = 9},
								 {.block_shift = 23}};
	static const uint8_t moving[] = {0x01, 0x02, 0x05, 0x7d};
	static const uint32_t impossible[] = {0, 4, 0xffffffff};
	struct sim_config config = {.namespace_count = 2,
				    .namespaces = namespaces,
				    .nn = 3,
				    .oncs = SIM_ONCS_COMPARE,
				    .tolerant = true};
	struct driver driver;
	uint8_t bytes[512] = {0};

	(void)state;
	driver_start(&driver, &config, NULL);
	for (unsigned i = 0; i < 2 * sizeof(moving); i++) {
		const struct nvme_command command = {.opcode = moving[i / 2], .nsid = 2 + i % 2};
		char text[80];

		snprintf(text, sizeof(text), "namespace %u is not in use", command.nsid);
		sim_log_clear();
		assert_int_equal(nvme_io_command(driver.controller,
						 &(struct nvme_passthrough){.command = &command,
									    .data = bytes,
									    .size = sizeof(bytes)}),
				 -EINVAL);
		assert_logged(text);
	}
	assert_int_equal(nvme_io_command(driver.controller,
					 &(struct nvme_passthrough){
						 .command = &(struct nvme_command){.opcode = 0x00,
										   .nsid = 2}}),
			 0);
	for (unsigned i = 0; i < sizeof(impossible) / sizeof(impossible[0]); i++) {
		const struct nvme_command read = {.opcode = 0x02, .nsid = impossible[i]};
		struct nvme_reply reply;

		nvme_io_command(driver.controller, &(struct nvme_passthrough){.command = &read,
									      .data = bytes,
									      .size = sizeof(bytes),
									      .reply = &reply});
		assert_int_equal(reply.status & 0x7ff, 0x00b);
	}
	assert_legal(&driver);
	driver_stop(&driver);
}

/* Doorbell Buffer Config that is executed after all, when nobody waits for it any more, would leave
 * a controller that looks at memory which nobody writes. */
static void test_late_doorbell_buffer(void **state)
{
	const struct sim_config config = {.oacs = SIM_OACS_DOORBELLS};
	const struct nvme_options options = {.shadow_doorbells = true};
	struct driver driver;
	uint8_t bytes[512];

	(void)state;
	driver_start(&driver, &config, &options);
	driver_add_fault_to(&driver, 0, SIM_DELAY, SIM_DOORBELL_BUFFER, 0, 1, 10 * S + S / 2);
	assert_int_equal(nvme_reset(driver.controller), 0);
	sim_advance(S);
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(block_read(driver.device, i, 1, bytes), 0);
	assert_int_equal(statistics(&driver)->timeouts, 0);
	assert_int_equal(statistics(&driver)->resets, 1);
	assert_logged("Doorbell Buffer Config");
	driver_stop(&driver);
}

static void test_pass_through(void **state)
{
	struct sim_config config = {.oncs = SIM_ONCS_COMPARE | SIM_ONCS_WRITE_ZEROES,
				    .tolerant = true};
	struct nvme_command command = {.opcode = 0x02, .nsid = 1, .cdw10 = 3};
	struct nvme_reply reply;
	uint8_t *bytes = malloc(513);
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, NULL);
	/* any alignment */
	memset(bytes + 1, 0xff, 512);
	assert_int_equal(
		nvme_io_command(driver.controller, &(struct nvme_passthrough){.command = &command,
									      .data = bytes + 1,
									      .size = 512,
									      .reply = &reply}),
		0);
	assert_int_equal(bytes[1], 0);
	assert_int_equal(bytes[512], 0);
	command.opcode = 0x05;
	bytes[9] = 1;
	assert_int_not_equal(
		nvme_io_command(driver.controller, &(struct nvme_passthrough){.command = &command,
									      .data = bytes + 1,
									      .size = 512,
									      .reply = &reply}),
		0);
	assert_int_equal(reply.status & 0x7ff, 0x285);
	command.opcode = 0x99;
	assert_int_not_equal(
		nvme_io_command(driver.controller,
				&(struct nvme_passthrough){.command = &command, .reply = &reply}),
		0);
	assert_int_equal(reply.status & 0x7ff, 0x001);
	command = (struct nvme_command){.opcode = 0x02, .nsid = 1, .cdw10 = 4096};
	assert_int_not_equal(
		nvme_io_command(driver.controller, &(struct nvme_passthrough){.command = &command,
									      .data = bytes + 1,
									      .size = 512,
									      .reply = &reply}),
		0);
	assert_int_equal(reply.status & 0x7ff, 0x080);
	command = (struct nvme_command){.opcode = NVME_ADMIN_CREATE_SQ, .cdw10 = 1};
	assert_int_equal(nvme_admin_command(
				 driver.controller,
				 &(struct nvme_passthrough){.command = &command, .reply = &reply}),
			 -EINVAL);
	command = (struct nvme_command){.opcode = 0x99};
	assert_int_not_equal(nvme_admin_command(driver.controller,
						&(struct nvme_passthrough){.command = &command,
									   .reply = &reply}),
			     0);
	assert_int_equal(reply.status & 0x7ff, 0x001);
	free(bytes);
	driver_stop(&driver);
}

static void test_features_and_logs(void **state)
{
	const struct nvme_log_request request = {.lid = 0x02, .nsid = 0xffffffff};
	struct driver driver;
	struct nvme_reply reply;
	uint8_t log[512];

	(void)state;
	driver_start(&driver, &(struct sim_config){.tolerant = true}, NULL);
	assert_int_equal(nvme_get_feature(driver.controller, 0x04, 0, 0, 0, NULL, 0, &reply), 0);
	assert_int_equal(reply.result, 343);
	assert_int_equal(nvme_set_feature(driver.controller, 0x04, false, 0, 350, NULL, 0, &reply),
			 0);
	assert_int_equal(nvme_get_feature(driver.controller, 0x04, 0, 0, 0, NULL, 0, &reply), 0);
	assert_int_equal(reply.result, 350);
	assert_int_not_equal(nvme_get_feature(driver.controller, 0x55, 0, 0, 0, NULL, 0, &reply),
			     0);
	assert_int_equal(reply.status & 0x7ff, 0x002);
	assert_int_equal(nvme_log_page(driver.controller, &request, log, 512, &reply), 0);
	assert_int_equal(log[1] | log[2] << 8, 310);
	assert_int_equal(nvme_log_page(driver.controller, &request, log, 5, &reply), -EINVAL);
	driver_stop(&driver);
}

TESTS(cmocka_unit_test(test_no_buffer), cmocka_unit_test(test_host_memory),
      cmocka_unit_test(test_pass_through_leaves_nothing), cmocka_unit_test(test_list_of_its_own),
      cmocka_unit_test(test_namespaces_of_unknown_format),
      cmocka_unit_test(test_late_doorbell_buffer), cmocka_unit_test(test_pass_through),
      cmocka_unit_test(test_features_and_logs))

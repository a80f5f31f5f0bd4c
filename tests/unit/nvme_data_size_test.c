/* Commands passed through: what they move by their own fields against what they were given. */
#include "lib/errno.h"
#include "tests/sim/driver.h"
#include "tests/sim/nvme_platform.h"
#include "tests/unit/cmocka.h"

/* Every command that says how much it moves is held to what it is given, to the byte: sent with so
 * many bytes, refused with four less. What is beyond would be written, or compared, all the same.
 */
static void test_held_to_the_byte(void **state)
{
	static const struct {
		bool io;
		struct nvme_command command;
		size_t size;
	} rows[] = {
		{true, {.opcode = NVME_IO_WRITE, .nsid = 1}, 512},
		{true, {.opcode = NVME_IO_WRITE, .nsid = 1, .cdw12 = 7}, 4096},
		{true,
		 {.opcode = NVME_IO_WRITE, .nsid = 1, .cdw12 = 0xc000000f},
		 8192}, /* LR, FUA */
		{true, {.opcode = NVME_IO_READ, .nsid = 1, .cdw12 = 7}, 4096},
		{true, {.opcode = NVME_IO_COMPARE, .nsid = 1, .cdw12 = 7}, 4096},
		{true, {.opcode = NVME_IO_ZONE_APPEND, .nsid = 1, .cdw12 = 15}, 8192},
		{true, {.opcode = NVME_IO_DATASET_MANAGEMENT, .nsid = 1}, 16},
		{true, {.opcode = NVME_IO_DATASET_MANAGEMENT, .nsid = 1, .cdw10 = 255}, 4096},
		{true, {.opcode = NVME_IO_COPY, .nsid = 1}, 32},
		{true, {.opcode = NVME_IO_COPY, .nsid = 1, .cdw12 = 127}, 4096},
		{true, {.opcode = NVME_IO_COPY, .nsid = 1, .cdw12 = 0x100 | 51}, 2080},
		{true, {.opcode = NVME_IO_COPY, .nsid = 1, .cdw12 = 0x200 | 64}, 2080},
		{true, {.opcode = NVME_IO_COPY, .nsid = 1, .cdw12 = 0x300 | 51}, 2080},
		{true, {.opcode = NVME_IO_RESERVATION_REGISTER, .nsid = 1}, 16},
		{true, {.opcode = NVME_IO_RESERVATION_ACQUIRE, .nsid = 1}, 16},
		{true, {.opcode = NVME_IO_RESERVATION_RELEASE, .nsid = 1}, 8},
		{true, {.opcode = NVME_IO_RESERVATION_REPORT, .nsid = 1, .cdw10 = 0x7ff}, 8192},
		{true,
		 {.opcode = NVME_IO_ZONE_MANAGEMENT_RECEIVE, .nsid = 1, .cdw12 = 0x7ff},
		 8192},
		{true, {.opcode = NVME_IO_MANAGEMENT_RECEIVE, .nsid = 1, .cdw11 = 0x7ff}, 8192},
		{true, {.opcode = NVME_IO_MANAGEMENT_SEND, .nsid = 1, .cdw10 = 0x10001}, 4},
		{true, {.opcode = NVME_IO_MANAGEMENT_SEND, .nsid = 1, .cdw10 = 0xfff0001}, 8192},
		{false, {.opcode = NVME_ADMIN_IDENTIFY, .cdw10 = 1}, 4096},
		{false, {.opcode = NVME_ADMIN_GET_LOG_PAGE, .cdw10 = 0x7f0002}, 512},
		{false, {.opcode = NVME_ADMIN_GET_LOG_PAGE, .cdw10 = 0x3ff0004}, 4096},
		{false, {.opcode = NVME_ADMIN_SET_FEATURES, .cdw10 = 0x03, .cdw11 = 3}, 256},
		{false, {.opcode = NVME_ADMIN_SET_FEATURES, .cdw10 = 0x0c, .cdw11 = 1}, 256},
		{false, {.opcode = NVME_ADMIN_SET_FEATURES, .cdw10 = 0x0e}, 8},
		{false, {.opcode = NVME_ADMIN_SET_FEATURES, .cdw10 = 0x16}, 512},
		{false, {.opcode = NVME_ADMIN_SET_FEATURES, .cdw10 = 0x7f}, 4096},
		{false, {.opcode = NVME_ADMIN_SET_FEATURES, .cdw10 = 0x81}, 8},
		{false, {.opcode = NVME_ADMIN_SET_FEATURES, .cdw10 = 0x81, .cdw11 = 1}, 16},
		{false, {.opcode = NVME_ADMIN_NAMESPACE_MANAGEMENT}, 4096},
		{false, {.opcode = NVME_ADMIN_NAMESPACE_ATTACHMENT, .nsid = 1}, 4096},
		{false, {.opcode = NVME_ADMIN_FIRMWARE_DOWNLOAD, .cdw10 = 0x3ff}, 4096},
		{false, {.opcode = NVME_ADMIN_DIRECTIVE_SEND, .nsid = 1, .cdw10 = 3}, 16},
		{false, {.opcode = NVME_ADMIN_DIRECTIVE_RECEIVE, .nsid = 1, .cdw10 = 0x7ff}, 8192},
		{false, {.opcode = NVME_ADMIN_SECURITY_SEND, .cdw11 = 100}, 100},
		{false, {.opcode = NVME_ADMIN_SECURITY_RECEIVE, .cdw11 = 8192}, 8192},
		{false, {.opcode = NVME_ADMIN_GET_LBA_STATUS, .nsid = 1, .cdw12 = 0x7ff}, 8192},
	};
	struct sim_config config = {.tolerant = true, .oncs = SIM_ONCS_COMPARE | SIM_ONCS_DSM};
	uint8_t *bytes = calloc(1, 8192);
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, NULL);
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int (*send)(struct nvme_controller *, const struct nvme_passthrough *) =
			rows[i].io ? nvme_io_command : nvme_admin_command;
		struct nvme_reply reply;
		struct nvme_passthrough passthrough = {.command = &rows[i].command,
						       .data = bytes,
						       .size = rows[i].size - 4,
						       .reply = &reply};

		assert_int_equal(nvme_data_size(driver.controller, rows[i].io, &rows[i].command,
						rows[i].size),
				 rows[i].size);
		if (send(driver.controller, &passthrough) != -EINVAL || reply.status)
			fail_msg("row %u was sent with less than it moves", i);
		passthrough.size = rows[i].size;
		if (send(driver.controller, &passthrough) && !reply.status)
			fail_msg("row %u was not sent", i);
	}
	assert_legal(&driver);
	free(bytes);
	driver_finish(&driver);
}

/* Nothing at all is less than anything; and sizes that are beyond what any command carries. */
static void test_nothing_and_far_too_much(void **state)
{
	static const struct nvme_command io[] = {
		{.opcode = NVME_IO_WRITE, .nsid = 1},
		{.opcode = NVME_IO_COMPARE, .nsid = 1},
		{.opcode = NVME_IO_DATASET_MANAGEMENT, .nsid = 1, .cdw10 = 0xff},
		{.opcode = NVME_IO_WRITE, .nsid = 1, .cdw12 = 0xffff},
		{.opcode = NVME_IO_ZONE_MANAGEMENT_RECEIVE, .nsid = 1, .cdw12 = 0xffffffff},
	};
	static const struct nvme_command timestamp = {.opcode = NVME_ADMIN_SET_FEATURES,
						      .cdw10 = NVME_FEATURE_TIMESTAMP};
	struct sim_config config = {.tolerant = true, .oncs = SIM_ONCS_COMPARE | SIM_ONCS_DSM};
	uint8_t zeroes[512] = {0}, bytes[512];
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, NULL);
	memset(bytes, 0xaa, sizeof(bytes));
	sim_namespace_write(driver.sim, 1, 0, 1, zeroes);
	for (unsigned i = 0; i < sizeof(io) / sizeof(io[0]); i++)
		for (size_t size = 0; size <= (io[i].cdw12 ? 4 : 0); size += 4)
			assert_int_equal(nvme_io_command(driver.controller,
							 &(struct nvme_passthrough){
								 .command = &io[i],
								 .data = size ? bytes : NULL,
								 .size = size}),
					 -EINVAL);
	assert_int_equal(nvme_admin_command(driver.controller,
					    &(struct nvme_passthrough){.command = &timestamp}),
			 -EINVAL);
	sim_namespace_read(driver.sim, 1, 0, 1, bytes);
	assert_memory_equal(bytes, zeroes, sizeof(bytes));
	driver_finish(&driver);
}

/* Metadata are held to the byte too: with the data, or in a buffer of their own, or not moved at
 * all where the controller makes them. What goes to the one place is not taken from the other. */
static void test_metadata(void **state)
{
	static const struct sim_namespace_config namespaces[] = {
		{.metadata = 0},
		{.metadata = 8},
		{.metadata = 16, .extended = true},
		{.metadata = 8, .protection = 1},
		{.metadata = 8, .protection = 1, .extended = true},
		{.metadata = 16, .protection = 1},
		{.metadata = 16, .protection = 2, .guard = 2, .storage_tag = 16},
		{.metadata = 16, .protection = 2, .guard = 3, .extended = true},
	};
	static const struct {
		uint8_t opcode;
		uint32_t nsid, cdw12;
		size_t size, metadata_size;
	} rows[] = {
		{NVME_IO_WRITE, 2, 1, 1024, 16},
		{NVME_IO_READ, 2, 1, 1024, 16},
		{NVME_IO_COMPARE, 2, 1, 1024, 16},
		{NVME_IO_WRITE, 2, 1 | NVME_RW_PRACT, 1024, 16}, /* not protected */
		{NVME_IO_WRITE, 3, 1, 1056, 0},
		{NVME_IO_READ, 3, 0, 528, 0},
		{NVME_IO_READ, 4, 1, 1024, 16},
		{NVME_IO_READ, 4, 1 | NVME_RW_PRACT, 1024, 0},
		{NVME_IO_WRITE, 4, 1 | NVME_RW_PRACT, 1024, 0},
		{NVME_IO_COMPARE, 4, 1 | NVME_RW_PRACT, 1024, 16},
		{NVME_IO_READ, 5, 1, 1040, 0},
		{NVME_IO_READ, 5, 1 | NVME_RW_PRACT, 1024, 0},
		{NVME_IO_WRITE, 6, 1 | NVME_RW_PRACT, 1024, 32},
		{NVME_IO_WRITE, 7, 1, 1024, 32},
		{NVME_IO_WRITE, 7, 1 | NVME_RW_PRACT, 1024, 0},
		{NVME_IO_WRITE, 8, 1 | NVME_RW_PRACT, 1056, 0}, /* of no known format */
	};
	struct sim_config config = {.oncs = SIM_ONCS_COMPARE,
				    .namespaces = namespaces,
				    .namespace_count = sizeof(namespaces) / sizeof(namespaces[0])};
	uint8_t bytes[1056], metadata[32];
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, NULL);
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct nvme_command command = {
			.opcode = rows[i].opcode, .nsid = rows[i].nsid, .cdw12 = rows[i].cdw12};
		struct nvme_passthrough passthrough = {.command = &command,
						       .data = bytes,
						       .size = rows[i].size - 1,
						       .metadata = metadata,
						       .metadata_size = rows[i].metadata_size};

		memset(bytes, 0, sizeof(bytes));
		memset(metadata, 0, sizeof(metadata));
		assert_int_equal(nvme_data_size(driver.controller, true, &command, 0),
				 rows[i].size);
		assert_int_equal(nvme_metadata_size(driver.controller, true, &command),
				 rows[i].metadata_size);
		if (nvme_io_command(driver.controller, &passthrough) != -EINVAL)
			fail_msg("row %u was sent with less data than it moves", i);
		passthrough.size++;
		if (rows[i].metadata_size) {
			passthrough.metadata_size--;
			if (nvme_io_command(driver.controller, &passthrough) != -EINVAL)
				fail_msg("row %u was sent with less metadata than it moves", i);
			passthrough.metadata_size++;
		}
		if (nvme_io_command(driver.controller, &passthrough))
			fail_msg("row %u failed", i);
	}
	driver_finish(&driver);
}

/* Metadata arrive where they belong, and come back. */
static void test_metadata_go_and_come(void **state)
{
	static const struct sim_namespace_config namespaces[] = {{.metadata = 0},
								 {.metadata = 8},
								 {.metadata = 8, .extended = true},
								 {.metadata = 8}};
	struct sim_config config = {.namespaces = namespaces, .namespace_count = 4};
	struct nvme_command command = {.nsid = 2, .cdw10 = 3, .cdw12 = 1};
	uint8_t data[1040], metadata[16], back[1040], metadata_back[16], stored[1040];
	struct nvme_passthrough write = {.command = &command,
					 .data = data,
					 .size = 1024,
					 .metadata = metadata,
					 .metadata_size = 16},
				read = {.command = &command,
					.data = back,
					.size = 1024,
					.metadata = metadata_back,
					.metadata_size = 16};
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, NULL);
	for (unsigned i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i / 16 ^ i);
	memset(metadata, 0x11, 8);
	memset(metadata + 8, 0x22, 8);
	command.opcode = NVME_IO_WRITE;
	assert_int_equal(nvme_io_command(driver.controller, &write), 0);
	sim_namespace_read(driver.sim, 2, 3, 2, stored);
	assert_memory_equal(stored, data, 512);
	assert_memory_equal(stored + 512, metadata, 8);
	assert_memory_equal(stored + 520, data + 512, 512);
	assert_memory_equal(stored + 1032, metadata + 8, 8);
	command.opcode = NVME_IO_READ;
	assert_int_equal(nvme_io_command(driver.controller, &read), 0);
	assert_memory_equal(back, data, 1024);
	assert_memory_equal(metadata_back, metadata, 16);
	command.nsid = 3;
	command.opcode = NVME_IO_WRITE;
	write.size = read.size = 1040;
	write.metadata_size = read.metadata_size = 0;
	assert_int_equal(nvme_io_command(driver.controller, &write), 0);
	sim_namespace_read(driver.sim, 3, 3, 2, stored);
	assert_memory_equal(stored, data, 1040);
	command.opcode = NVME_IO_READ;
	assert_int_equal(nvme_io_command(driver.controller, &read), 0);
	assert_memory_equal(back, data, 1040);
	memset(data, 0, sizeof(data));
	sim_namespace_read(driver.sim, 4, 3, 2, stored);
	assert_memory_equal(stored, data, 1040);
	driver_finish(&driver);
}

/* A read leaves alone what is behind the bytes that were given to it. */
static void test_reads_keep_to_their_bytes(void **state)
{
	const struct nvme_command log = {
		.opcode = NVME_ADMIN_GET_LOG_PAGE, .nsid = NVME_NSID_ALL, .cdw10 = 31 << 16 | 0x02};
	struct sim_config config = {.tolerant = true};
	struct driver driver;
	uint8_t bytes[512];

	(void)state;
	driver_start(&driver, &config, NULL);
	memset(bytes, 0xee, sizeof(bytes));
	assert_int_equal(nvme_admin_command(driver.controller,
					    &(struct nvme_passthrough){
						    .command = &log, .data = bytes, .size = 128}),
			 0);
	for (unsigned i = 128; i < sizeof(bytes); i++)
		assert_int_equal(bytes[i], 0xee);
	driver_finish(&driver);
}

TESTS(cmocka_unit_test(test_held_to_the_byte), cmocka_unit_test(test_nothing_and_far_too_much),
      cmocka_unit_test(test_metadata), cmocka_unit_test(test_metadata_go_and_come),
      cmocka_unit_test(test_reads_keep_to_their_bytes))

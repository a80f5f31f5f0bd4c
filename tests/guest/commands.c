/* Commands passed through to the controller: statuses, features. */
#include "tests/guest/guest.h"

#include "drivers/nvme/spec/names.h"
#include "drivers/nvme/spec/spec.h"
#include "lib/errno.h"
#include "lib/string.h"

/* Sends the command; it must end with this status and the errno that fits. */
static void expect_status(struct guest *guest, bool admin, const struct nvme_command *command,
			  void *buffer, size_t size, unsigned status)
{
	struct nvme_reply reply = {0};
	int error;

	if (admin)
		error = nvme_admin_command(
			guest->controller,
			&(struct nvme_passthrough){
				.command = command, .data = buffer, .size = size, .reply = &reply});
	else
		error = nvme_io_command(
			guest->controller,
			&(struct nvme_passthrough){
				.command = command, .data = buffer, .size = size, .reply = &reply});
	EXPECT_STATUS(admin ? nvme_admin_name(command->opcode) : nvme_io_name(command->opcode),
		      status, error, &reply);
}

static void admin_opcode(struct guest *guest)
{
	struct nvme_command command = {.opcode = 0x03};

	/* reserved in the base specification; then a vendor specific one */
	expect_status(guest, true, &command, NULL, 0, NVME_SC_INVALID_OPCODE);
	command.opcode = 0xfc;
	expect_status(guest, true, &command, NULL, 0, NVME_SC_INVALID_OPCODE);
}

static void io_opcode(struct guest *guest)
{
	struct nvme_command command = {.opcode = 0xfc, .nsid = guest->namespace->nsid};

	expect_status(guest, false, &command, NULL, 0, NVME_SC_INVALID_OPCODE);
}

static void rw(struct nvme_command *command, uint8_t opcode, uint32_t nsid, uint64_t lba,
	       unsigned count)
{
	memset(command, 0, sizeof(*command));
	command->opcode = opcode;
	command->nsid = nsid;
	command->cdw10 = (uint32_t)lba;
	command->cdw11 = (uint32_t)(lba >> 32);
	command->cdw12 = count - 1;
}

static void namespace_id(struct guest *guest)
{
	uint32_t nn = nvme_identify(guest->controller)->nn;
	uint8_t *bytes = guest_buffer(guest, guest->block_size);
	struct nvme_command command;

	if (!bytes)
		return;
	rw(&command, NVME_IO_READ, nn + 1, 0, 1);
	expect_status(guest, false, &command, bytes, guest->block_size, NVME_SC_INVALID_NAMESPACE);
	rw(&command, NVME_IO_READ, 0, 0, 1);
	expect_status(guest, false, &command, bytes, guest->block_size, NVME_SC_INVALID_NAMESPACE);
}

static void lba_range(struct guest *guest)
{
	uint64_t count = guest->device->block_count;
	uint8_t *bytes = guest_buffer(guest, 2 * guest->block_size);
	struct nvme_command command;

	if (!bytes)
		return;
	rw(&command, NVME_IO_READ, guest->namespace->nsid, count, 1);
	expect_status(guest, false, &command, bytes, guest->block_size, NVME_SC_LBA_OUT_OF_RANGE);
	if (guest->blocks_max > 1) {
		rw(&command, NVME_IO_READ, guest->namespace->nsid, count - 1, 2);
		expect_status(guest, false, &command, bytes, 2 * guest->block_size,
			      NVME_SC_LBA_OUT_OF_RANGE);
	}
	rw(&command, NVME_IO_READ, guest->namespace->nsid, UINT64_MAX, 1);
	expect_status(guest, false, &command, bytes, guest->block_size, NVME_SC_LBA_OUT_OF_RANGE);
}

static void write_lba_range(struct guest *guest)
{
	uint64_t count = guest->device->block_count;
	uint32_t size = guest->block_size;
	uint8_t *bytes = guest_buffer(guest, 2 * size), *before = guest_buffer(guest, size);
	struct nvme_command command;

	if (guest->blocks_max == 1)
		guest_skip(guest, "a command carries one block only");
	if (guest->blocks_max == 1 || !bytes || !before || !guest_save(guest, count - 1, 1))
		return;
	EXPECT_ERROR("reading the last block", 0, block_read(guest->device, count - 1, 1, before));
	prng_fill(&guest->prng, bytes, 2 * size);
	rw(&command, NVME_IO_WRITE, guest->namespace->nsid, count - 1, 2);
	expect_status(guest, false, &command, bytes, 2 * size, NVME_SC_LBA_OUT_OF_RANGE);
	EXPECT_ERROR("reading the last block again", 0,
		     block_read(guest->device, count - 1, 1, bytes));
	EXPECT_SAME("the last block", before, bytes, size);
}

static void pass_through(struct guest *guest)
{
	uint32_t size = guest->block_size;
	uint8_t *bytes = guest_buffer(guest, size), *back = guest_buffer(guest, size);
	struct nvme_command command;

	if (!bytes || !back || !guest_save(guest, 2, 1))
		return;
	prng_fill(&guest->prng, bytes, size);
	rw(&command, NVME_IO_WRITE, guest->namespace->nsid, 2, 1);
	expect_status(guest, false, &command, bytes, size, NVME_SC_SUCCESS);
	rw(&command, NVME_IO_READ, guest->namespace->nsid, 2, 1);
	expect_status(guest, false, &command, back, size, NVME_SC_SUCCESS);
	EXPECT_SAME("the block", bytes, back, size);
}

static void compare(struct guest *guest)
{
	uint32_t size = guest->block_size;
	uint8_t *bytes = guest_buffer(guest, size);
	struct nvme_command command;

	if (!bytes)
		return;
	if (!(nvme_identify(guest->controller)->oncs & NVME_ONCS_COMPARE)) {
		guest_skip(guest, "the controller has no Compare");
		return;
	}
	EXPECT_ERROR("reading", 0, block_read(guest->device, 0, 1, bytes));
	rw(&command, NVME_IO_COMPARE, guest->namespace->nsid, 0, 1);
	expect_status(guest, false, &command, bytes, size, NVME_SC_SUCCESS);
	bytes[size - 1] ^= 1;
	expect_status(guest, false, &command, bytes, size, NVME_SC_COMPARE_FAILED);
}

static void write_zeroes(struct guest *guest)
{
	uint32_t size = guest->block_size;
	uint8_t *bytes = guest_buffer(guest, 3 * size), *back = guest_buffer(guest, 3 * size);
	struct nvme_command command;

	if (!bytes || !back)
		return;
	if (!(nvme_identify(guest->controller)->oncs & NVME_ONCS_WRITE_ZEROES)) {
		guest_skip(guest, "the controller has no Write Zeroes");
		return;
	}
	if (!guest_save(guest, 5, 3))
		return;
	prng_fill(&guest->prng, bytes, 3 * size);
	EXPECT_ERROR("writing", 0, block_write(guest->device, 5, 3, bytes));
	rw(&command, NVME_IO_WRITE_ZEROES, guest->namespace->nsid, 6, 1);
	expect_status(guest, false, &command, NULL, 0, NVME_SC_SUCCESS);
	memset(bytes + size, 0, size);
	EXPECT_ERROR("reading", 0, block_read(guest->device, 5, 3, back));
	EXPECT_SAME("the three blocks", bytes, back, 3 * size);
}

static void identify_cns(struct guest *guest)
{
	struct nvme_command command = {.opcode = NVME_ADMIN_IDENTIFY, .cdw10 = 0xfe};
	uint8_t *bytes = guest_buffer(guest, 4096);

	if (bytes)
		expect_status(guest, true, &command, bytes, 4096, NVME_SC_INVALID_FIELD);
}

static void log_page(struct guest *guest)
{
	uint8_t *bytes = guest_buffer(guest, 4096);
	struct nvme_reply reply = {0};
	int error;

	if (!bytes)
		return;
	error = nvme_log_page(guest->controller,
			      &(struct nvme_log_request){.lid = 0xbe, .nsid = NVME_NSID_ALL}, bytes,
			      512, &reply);
	/* QEMU's answer, 7.2 and 11.1 */
	if ((reply.status & NVME_STATUS_MASK) == NVME_SC_INVALID_FIELD) {
		EXPECT_STATUS("Get Log Page BEh", NVME_SC_INVALID_FIELD, error, &reply);
		guest_xfail(guest, "Invalid Field (002) rather than Invalid Log Page (109)");
		return;
	}
	EXPECT_STATUS("Get Log Page BEh", NVME_SC_INVALID_LOG_PAGE, error, &reply);
}

static void feature_get_set(struct guest *guest)
{
	struct nvme_reply before = {0}, reply = {0};
	uint32_t value;

	EXPECT_ERROR("Get Features, temperature threshold", 0,
		     nvme_get_feature(guest->controller, NVME_FEATURE_TEMPERATURE_THRESHOLD, 0, 0,
				      0, NULL, 0, &before));
	value = (before.result & 0xffff) == 350 ? 351 : 350; /* kelvin */
	EXPECT_ERROR("Set Features, temperature threshold", 0,
		     nvme_set_feature(guest->controller, NVME_FEATURE_TEMPERATURE_THRESHOLD, false,
				      0, value, NULL, 0, &reply));
	EXPECT_ERROR("Get Features again", 0,
		     nvme_get_feature(guest->controller, NVME_FEATURE_TEMPERATURE_THRESHOLD, 0, 0,
				      0, NULL, 0, &reply));
	nvme_set_feature(guest->controller, NVME_FEATURE_TEMPERATURE_THRESHOLD, false, 0,
			 before.result & 0xffff, NULL, 0, NULL);
	EXPECT_EQUAL("temperature threshold", value, reply.result & 0xffff);
}

static void feature_unknown(struct guest *guest)
{
	struct nvme_reply reply = {0};
	int error = nvme_get_feature(guest->controller, 0x00, 0, 0, 0, NULL, 0, &reply);

	EXPECT_STATUS("Get Features 00h", NVME_SC_INVALID_FIELD, error, &reply);
	error = nvme_set_feature(guest->controller, 0x00, false, 0, 0, NULL, 0, &reply);
	EXPECT_STATUS("Set Features 00h", NVME_SC_INVALID_FIELD, error, &reply);
}

static void number_of_queues(struct guest *guest)
{
	struct nvme_reply reply = {0};

	EXPECT_ERROR("Get Features, Number of Queues", 0,
		     nvme_get_feature(guest->controller, NVME_FEATURE_NUMBER_OF_QUEUES, 0, 0, 0,
				      NULL, 0, &reply));
	EXPECT(nvme_queue_count(guest->controller) <= NVME_QUEUES_SQS(reply.result),
	       "queue pairs in use: expected %u (granted) at most, got %u",
	       (unsigned)NVME_QUEUES_SQS(reply.result), nvme_queue_count(guest->controller));
}

static void driver_only(struct guest *guest)
{
	static const uint8_t opcodes[] = {NVME_ADMIN_CREATE_SQ, NVME_ADMIN_CREATE_CQ,
					  NVME_ADMIN_DELETE_SQ, NVME_ADMIN_DELETE_CQ,
					  NVME_ADMIN_DOORBELL_BUFFER_CONFIG};

	for (unsigned i = 0; i < sizeof(opcodes); i++) {
		struct nvme_command command = {.opcode = opcodes[i], .cdw10 = 1};

		EXPECT_ERROR(nvme_admin_name(opcodes[i]), -EINVAL,
			     nvme_admin_command(guest->controller,
						&(struct nvme_passthrough){.command = &command}));
	}
}

static const struct guest_case cases[] = {
	{"unknown admin opcode", admin_opcode, GUEST_CONTROLLER},
	{"unknown I/O opcode", io_opcode, GUEST_NAMESPACE},
	{"invalid namespace", namespace_id, GUEST_NAMESPACE},
	{"LBA out of range", lba_range, GUEST_PLAIN_NAMESPACE},
	{"write across the end changes nothing", write_lba_range, GUEST_PLAIN_NAMESPACE},
	{"write and read passed through", pass_through, GUEST_PLAIN_NAMESPACE},
	{"Compare", compare, GUEST_PLAIN_NAMESPACE},
	{"Write Zeroes", write_zeroes, GUEST_PLAIN_NAMESPACE},
	{"Identify with an unknown CNS", identify_cns, GUEST_CONTROLLER},
	{"unknown log page", log_page, GUEST_CONTROLLER},
	{"a feature set and got", feature_get_set, GUEST_CONTROLLER},
	{"unknown feature", feature_unknown, GUEST_CONTROLLER},
	{"Number of Queues", number_of_queues, GUEST_CONTROLLER},
	{"commands that only the driver may send", driver_only, GUEST_CONTROLLER},
	{NULL, NULL, 0},
};

GUEST_GROUP(commands, cases);

/* A controller through transport/ alone: nothing is chosen, checked or repaired on the way. */
#include "drivers/nvme/transport/queue.h"
#include "tests/sim/controller.h"
#include "tests/unit/cmocka.h"

/* Sends any 64 bytes. The next completion as it came, whatever it is for. */
static struct nvme_queue_entry run(struct nvme_queue *queue, const struct nvme_command *command)
{
	struct nvme_queue_entry entry;

	nvme_queue_push(queue, command);
	nvme_queue_ring_sq(queue);
	while (!nvme_queue_take(queue, &entry))
		nvme_relax();
	nvme_queue_ring_cq(queue);
	return entry;
}

/* The status of an admin command: SCT << 8 | SC. */
static unsigned ask(struct nvme_queue *admin, uint8_t opcode, uint64_t prp1, uint32_t cdw10,
		    uint32_t cdw11)
{
	struct nvme_command command = {
		.opcode = opcode, .prp1 = prp1, .cdw10 = cdw10, .cdw11 = cdw11};
	struct nvme_queue_entry entry = run(admin, &command);

	return nvme_queue_entry_status(&entry) & NVME_STATUS_MASK;
}

static void test_program(void **state)
{
	struct sim_controller *sim = sim_create(&(struct sim_config){.tolerant = true});
	struct nvme_registers registers = {.bar = sim_bar(sim), .size = sim_bar_size(sim)};
	struct nvme_command nonsense = {.opcode = 0xee, .cid = 0xabcd, .nsid = 1};
	struct nvme_queue admin, pair;

	(void)state;
	assert_int_equal(nvme_registers_read(&registers), 0);
	assert_int_equal(nvme_queue_init(&admin, &registers, 0, 4, NULL), 0);
	assert_int_equal(nvme_queue_init(&pair, &registers, 5, 16, NULL), 0);
	assert_int_equal(nvme_registers_enable(&registers, &admin, 0x460000), 0);
	/* Queue pair 5 of 16 entries: in the wrong order, in pieces, with vector 3 of 1, and well.
	 */
	assert_int_equal(ask(&admin, NVME_ADMIN_SET_FEATURES, 0, 7, NVME_QUEUES(8, 8)), 0);
	assert_int_equal(ask(&admin, NVME_ADMIN_CREATE_SQ, pair.sq_bus, 0xf0005, 0x50001), 0x100);
	assert_int_equal(ask(&admin, NVME_ADMIN_CREATE_CQ, pair.cq_bus, 0xf0005, 2), 0x002);
	assert_int_equal(ask(&admin, NVME_ADMIN_CREATE_CQ, pair.cq_bus, 0xf0005, 0x30003), 0x108);
	assert_int_equal(ask(&admin, NVME_ADMIN_CREATE_CQ, pair.cq_bus, 0xf0005, 3), 0);
	assert_int_equal(ask(&admin, NVME_ADMIN_CREATE_SQ, pair.sq_bus, 0xf0005, 0x50001), 0);
	/* Status 4001h and phase 1, CID ABCDh, SQ ID 5, SQHD 1: Invalid Command Opcode, DNR. */
	assert_int_equal(run(&pair, &nonsense).what, 0x8003abcd00050001);
	/* A tail beyond its queue, and the doorbell of a queue that is not there. */
	nvme_bar_write(nvme_sq_doorbell(&registers, 5), 16);
	nvme_bar_write(nvme_cq_doorbell(&registers, 9), 1);
	assert_int_equal(sim_violation_count(sim), 2);
	sim_take_violations(sim);
	assert_int_equal(nvme_registers_disable(&registers), 0);
	nvme_queue_free(&pair);
	nvme_queue_free(&admin);
	sim_destroy(sim);
}

TESTS(cmocka_unit_test(test_program))

/* A channel without a driver: what fails, what is for nobody, and who waits for slots is its
 * owner's affair, and nothing of it needs a controller. */
#include "drivers/nvme/channel.h"
#include "tests/sim/controller.h"
#include "tests/unit/cmocka.h"

#define ENTRIES 8

struct owner {
	struct sim_controller *sim;
	struct nvme_registers registers;
	struct nvme_channel admin;
	unsigned done, failed, drained, ignored;
	uint16_t status; /* of the last one that was done */
	uint16_t cid;	 /* of the last one that was ignored */
};

static void done(struct nvme_channel *channel, struct nvme_slot *slot, struct nvme_answer answer)
{
	struct owner *owner = channel->owner;

	owner->done++;
	owner->status = answer.status;
	nvme_slot_release(channel, slot);
}

/* Get Features, Number of Queues, or an opcode that there is not; false: there is no slot. */
static bool push(struct nvme_channel *channel, uint8_t opcode)
{
	struct nvme_slot *slot = nvme_slot_take(channel);

	if (!slot)
		return false;
	slot->command.opcode = opcode;
	slot->command.cdw10 = opcode == NVME_ADMIN_GET_FEATURES ? NVME_FEATURE_NUMBER_OF_QUEUES : 0;
	nvme_slot_prepare(slot, done, NULL, false);
	nvme_channel_push(channel, slot, NVME_NEVER);
	return true;
}

static void failed(struct nvme_channel *channel, struct nvme_slot *slot, struct nvme_answer answer)
{
	struct owner *owner = channel->owner;

	owner->failed++;
	slot->done(channel, slot, answer);
}

static void drained(struct nvme_channel *channel)
{
	struct owner *owner = channel->owner;

	owner->drained++;
	channel->waiting = false;
	assert_true(push(channel, NVME_ADMIN_GET_FEATURES));
}

static void ignored(struct nvme_channel *channel, const struct nvme_queue_entry *entry)
{
	struct owner *owner = channel->owner;

	owner->ignored++;
	owner->cid = nvme_queue_entry_cid(entry);
}

static int set_up(void **state)
{
	static const struct nvme_channel_functions functions = {failed, drained, ignored};
	struct owner *owner = calloc(1, sizeof(*owner));
	const struct nvme_channel_config config = {
		.registers = &owner->registers,
		.entries = ENTRIES,
		.transfer_max = 4096,
		.functions = &functions,
		.owner = owner,
	};

	owner->sim = sim_create(&(struct sim_config){.tolerant = true});
	owner->registers.bar = sim_bar(owner->sim);
	owner->registers.size = sim_bar_size(owner->sim);
	assert_int_equal(nvme_registers_read(&owner->registers), 0);
	assert_int_equal(nvme_channel_init(&owner->admin, &config), 0);
	assert_int_equal(nvme_registers_enable(&owner->registers, &owner->admin.queue,
					       NVME_SQ_ENTRY_SHIFT << NVME_CC_IOSQES_SHIFT |
						       NVME_CQ_ENTRY_SHIFT << NVME_CC_IOCQES_SHIFT),
			 0);
	*state = owner;
	return 0;
}

static int tear_down(void **state)
{
	struct owner *owner = *state;

	assert_int_equal(nvme_registers_disable(&owner->registers), 0);
	nvme_channel_free(&owner->admin);
	sim_destroy(owner->sim);
	free(owner);
	return sim_allocations() != 0;
}

static void reap_all(struct nvme_channel *channel)
{
	for (unsigned turns = 0; nvme_channel_in_flight(channel); turns++) {
		assert_true(turns < 100000);
		nvme_channel_reap(channel);
		nvme_relax();
	}
}

/* One slot less than entries; all are free again behind their ends. */
static void test_as_many_as_slots(void **state)
{
	struct owner *owner = *state;

	for (unsigned round = 1; round <= 3; round++) {
		for (unsigned i = 0; i < ENTRIES - 1; i++)
			assert_true(push(&owner->admin, NVME_ADMIN_GET_FEATURES));
		assert_false(push(&owner->admin, NVME_ADMIN_GET_FEATURES));
		nvme_channel_ring(&owner->admin);
		reap_all(&owner->admin);
		assert_int_equal(owner->done, round * (ENTRIES - 1));
	}
	assert_int_equal(owner->admin.statistics.reaped, owner->done);
	assert_int_equal(owner->failed + owner->drained + owner->ignored, 0);
}

static void test_the_owner_decides_about_failures(void **state)
{
	struct owner *owner = *state;

	assert_true(push(&owner->admin, 0xee));
	nvme_channel_ring(&owner->admin);
	reap_all(&owner->admin);
	assert_int_equal(owner->failed, 1);
	assert_int_equal(owner->done, 1);
	assert_int_equal(owner->status & NVME_STATUS_MASK, 0x001);
}

/* Asked once, at the end of a reap; what it pushes there is rung for. */
static void test_the_owner_waits_for_slots(void **state)
{
	struct owner *owner = *state;

	assert_true(push(&owner->admin, NVME_ADMIN_GET_FEATURES));
	nvme_channel_ring(&owner->admin);
	owner->admin.waiting = true;
	reap_all(&owner->admin);
	assert_int_equal(owner->drained, 1);
	assert_int_equal(owner->done, 2);
}

static void test_the_owner_hears_of_what_is_ignored(void **state)
{
	const struct sim_fault fault = {
		.kind = SIM_UNKNOWN_CID, .queue = 0, .opcode = SIM_ANY, .value = 0x1234};
	struct owner *owner = *state;

	sim_add_fault(owner->sim, &fault);
	assert_true(push(&owner->admin, NVME_ADMIN_GET_FEATURES));
	nvme_channel_ring(&owner->admin);
	reap_all(&owner->admin);
	assert_int_equal(owner->ignored, 1);
	assert_int_equal(owner->cid, 0x1234);
	assert_int_equal(owner->admin.statistics.ignored, 1);
	assert_int_equal(owner->admin.statistics.reaped, 2);
	assert_int_equal(owner->done, 1);
}

#define CHANNEL_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

TESTS(CHANNEL_TEST(test_as_many_as_slots), CHANNEL_TEST(test_the_owner_decides_about_failures),
      CHANNEL_TEST(test_the_owner_waits_for_slots),
      CHANNEL_TEST(test_the_owner_hears_of_what_is_ignored))

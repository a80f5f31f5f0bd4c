/* Which model has which quirk, and what is done about those at a reset. */
#include "drivers/nvme/quirks.h"

#include "drivers/nvme/admin.h"
#include "drivers/nvme/controller.h"

#define SETTLE_NS (500 * NVME_NS_PER_MS)

#define QEMU                                                                             \
	(NVME_QUIRK_LATE_DOORBELLS | NVME_QUIRK_STICKY_PIN | NVME_QUIRK_MISSED_SHADOWS | \
	 NVME_QUIRK_PIN_OR_SHADOWS | NVME_QUIRK_ZERO_TUPLES | NVME_QUIRK_FUA_IGNORED |   \
	 NVME_QUIRK_SGL_IN_CMB)

static const struct {
	uint16_t vendor, device;
	unsigned quirks;
} models[] = {
	{0x1b36, 0x0010, QEMU}, {0x8086, 0x5845, QEMU}, /* the same by use-intel-id=on */
};

unsigned nvme_quirks(uint16_t vendor, uint16_t device)
{
	for (unsigned i = 0; i < sizeof(models) / sizeof(models[0]); i++)
		if (models[i].vendor == vendor && models[i].device == device)
			return models[i].quirks;
	return 0;
}

/* Whether the controller has I/O commands that it has not completed. */
static bool has_commands(const struct nvme_controller *controller)
{
	for (unsigned i = 1; i < controller->channel_count; i++)
		for (unsigned s = 0; s < controller->channels[i]->slot_count; s++)
			if (controller->channels[i]->slots[s].state >= NVME_SLOT_SENT)
				return true;
	return false;
}

/* Waits until everything that is in flight has been completed, or the time is up. */
static void drain(struct nvme_controller *controller)
{
	uint64_t deadline_ns = nvme_time_ns() + SETTLE_NS;

	while (has_commands(controller) && nvme_time_ns() < deadline_ns) {
		for (unsigned i = 1; i < controller->channel_count; i++)
			nvme_channel_reap(controller->channels[i]);
		nvme_relax();
	}
}

/* Whether it answers a command, which comes behind all that was announced before. */
static bool answers(struct nvme_controller *controller)
{
	const struct nvme_command command = {
		.opcode = NVME_ADMIN_GET_FEATURES,
		.cdw10 = NVME_FEATURE_NUMBER_OF_QUEUES,
	};
	uint64_t timeout_ns = controller->admin_timeout_ns;
	int error;

	controller->admin_timeout_ns = SETTLE_NS;
	error = nvme_admin_with_retries(controller, &command, 0, NULL);
	controller->admin_timeout_ns = timeout_ns;
	return !error;
}

void nvme_quirk_settle(struct nvme_controller *controller)
{
	unsigned quirks = controller->options.quirks;

	if (!(quirks & (NVME_QUIRK_LATE_DOORBELLS | NVME_QUIRK_STICKY_PIN)) ||
	    !(nvme_in_flight(controller) || nvme_loads_in_flight(controller)) ||
	    !(nvme_get32(&controller->registers, NVME_REG_CSTS) & NVME_CSTS_RDY))
		return;
	if (answers(controller) && quirks & NVME_QUIRK_STICKY_PIN)
		drain(controller);
}

/* What has to be done now and then while commands run: slots that devices come to and leave, events
 * of controllers that nobody uses just now. Nothing is done while other threads run, which may be
 * in the middle of something, or where process_hold_devices() was called. */
#include "kernel/attend.h"

#include <stdint.h>

#include "drivers/nvme/nvme.h"
#include "drivers/pci/hotplug.h"
#include "kernel/log.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "kernel/thread.h"
#include "kernel/x86/time.h"

static uint64_t next_ns;
static bool busy;

static bool wanted(void)
{
	return !busy && thread_alone() && !process_holds_devices() && nvme_attention(true);
}

static void attend(void)
{
	bool due = time_ns() >= next_ns;

	if (busy || !thread_alone() || process_holds_devices())
		return;
	if (!due && !nvme_rescan_wanted() && !nvme_attention(false))
		return;
	busy = true;
	if (due)
		pci_hotplug_poll();
	if (nvme_rescan_wanted())
		nvme_rescan();
	nvme_poll_all();
	if (due)
		next_ns = time_ns() + THREAD_ATTEND_NS;
	busy = false;
}

static const struct thread_attendant attendant = {
	.attend = attend,
	.wanted = wanted,
};

/* What was written to its files so far is brought there while that is possible. */
static void leaving(struct pci_device *device, bool there)
{
	if (there)
		files_sync_all();
	nvme_remove(device, there);
}

static void arrived(void)
{
	nvme_rescan();
}

static const struct pci_hotplug_actions actions = {
	.leaving = leaving,
	.arrived = arrived,
};

void attend_init(void)
{
	unsigned slots = pci_hotplug_init(&actions);

	if (slots)
		log_info("pci: %u hot-plug slot%s", slots, slots == 1 ? "" : "s");
	thread_set_attendant(&attendant);
}

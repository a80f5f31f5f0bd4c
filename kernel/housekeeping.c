#include "kernel/housekeeping.h"

#include <stdint.h>

#include "drivers/nvme/nvme.h"
#include "drivers/pci/hotplug.h"
#include "kernel/log.h"
#include "kernel/files/file.h"
#include "kernel/process.h"
#include "kernel/thread.h"
#include "kernel/x86/time.h"

static uint64_t next_ns;
static bool busy;

bool housekeeping_wanted(void)
{
	return !busy && thread_alone() && !process_holds_devices() && nvme_attention(true);
}

void housekeeping(void)
{
	bool due = time_ns() >= next_ns;

	if (busy || (!due && !nvme_attention(false)) || !thread_alone() || process_holds_devices())
		return;
	busy = true;
	if (due)
		pci_hotplug_poll();
	nvme_poll_all();
	if (due)
		next_ns = time_ns() + HOUSEKEEPING_NS;
	busy = false;
}

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

void housekeeping_init(void)
{
	unsigned slots = pci_hotplug_init(&actions);

	if (slots)
		log_info("pci: %u hot-plug slot%s", slots, slots == 1 ? "" : "s");
}

/* pci: what is done to a whole function, and on Linux by files of it below /sys/bus/pci/devices:
 * sriov_numvfs, sriov_totalvfs and reset. */
#include "drivers/nvme/nvme.h"
#include "drivers/pci/pci.h"
#include "drivers/pci/reset.h"
#include "drivers/pci/sriov.h"
#include "kernel/commands/command.h"
#include "kernel/commands/pci/selector.h"
#include "kernel/posix/file.h"
#include "lib/errno.h"
#include "lib/number.h"
#include "lib/string.h"

/* The one function that the operand names. */
static struct pci_device *find(const char *text)
{
	struct pci_selector selector = PCI_SELECT_ALL;
	struct pci_device *found = NULL;

	if (!pci_select_slot(&selector, text))
		fail(1, "%s is not [[[domain]:]bus:][slot][.[function]]", quote(text));
	for (struct pci_device *device = pci_first(); device; device = device->next) {
		if (!pci_selected(&selector, device))
			continue;
		if (found)
			fail(1, "%s is more than one function", quote(text));
		found = device;
	}
	if (!found)
		fail(1, "%s: No such device", text);
	return found;
}

/* Virtual functions leave in good order: what was written to files is brought there before. */
static void take_down(struct pci_device *device)
{
	if (!pci_sriov_count(device))
		return;
	files_sync_all();
	for (struct pci_device *other = pci_first(); other; other = other->next)
		if (other->physical == device)
			nvme_remove(other, true);
	pci_sriov_disable(device);
}

static int virtual_functions(struct pci_device *device, const char *wanted)
{
	unsigned total = pci_sriov_total(device), now = pci_sriov_count(device);
	uint64_t count;
	int error;

	if (!total)
		return -EOPNOTSUPP;
	if (!wanted) {
		out("%u of %u\n", now, total);
		return 0;
	}
	if (number_parse(wanted, 0, &count))
		return -EINVAL;
	if (count > total)
		return -ERANGE;
	if (count == now)
		return 0;
	if (!count) {
		take_down(device);
		return 0;
	}
	error = pci_sriov_enable(device, (unsigned)count);
	if (!error)
		nvme_rescan();
	return error;
}

static int reset(struct pci_device *device)
{
	struct nvme_controller *controller = nvme_on(device);
	struct pci_state state;
	int error;

	take_down(device);
	if (controller) {
		error = nvme_reset_function(controller);
	} else {
		pci_save(device, &state);
		error = pci_reset_function(device, &state);
	}
	nvme_rescan();
	return error;
}

static int pci_main(int argc, char **argv)
{
	struct pci_device *device;
	bool resets;
	int error, most;

	if (argc < 2)
		fail_missing_operand();
	resets = strcmp(argv[1], "reset") == 0;
	if (!resets && strcmp(argv[1], "sriov") != 0) {
		complain("invalid action %s", quote(argv[1]));
		fail_usage(1);
	}
	if (argc < 3) {
		complain("missing SLOT after %s", quote(argv[1]));
		fail_usage(1);
	}
	most = resets ? 3 : 4;
	if (argc > most)
		fail_extra_operand(argv[most]);
	device = find(argv[2]);
	error = resets ? reset(device) : virtual_functions(device, argv[3]);
	if (error)
		fail(1, "%s: %s", argv[2], error_text(-error));
	return 0;
}

static void pci_complete(struct completion *completion)
{
	completion->files = false;
	if (completion->argc == 1) {
		completion->offer(completion, "reset");
		completion->offer(completion, "sriov");
	} else if (completion->argc == 2) {
		pci_complete_slot(completion);
	}
}

COMMAND(pci, "sriov SLOT [COUNT] | reset SLOT", "Virtual functions, and resets, of a PCI function",
	"  sriov SLOT         show how many virtual functions are on, and can be\n"
	"  sriov SLOT COUNT   switch so many on; 0: off. The number of those that are on is not\n"
	"                     changed: they have to be switched off before\n"
	"  reset SLOT         reset the function, with all that is in it; its virtual functions\n"
	"                     are off then\n"
	"SLOT is [[[domain]:]bus:][slot][.[function]], of one function.\n",
	.complete = pci_complete);

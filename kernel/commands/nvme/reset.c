/* nvme reset, subsystem-reset, ns-rescan and rescan */
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/nvme.h"
#include "lib/errno.h"

static int act(int argc, char **argv, int (*action)(struct nvme_controller *controller))
{
	struct nvme_target target = nvme_operand(argc, argv, 1);
	int error = action(target.controller);

	if (error)
		complain("%s: %s: %s", argv[0], nvme_name(target.controller), error_text(-error));
	return error != 0;
}

int nvme_reset_main(int argc, char **argv)
{
	return act(argc, argv, nvme_reset);
}

int nvme_subsystem_reset_main(int argc, char **argv)
{
	return act(argc, argv, nvme_subsystem_reset);
}

int nvme_ns_rescan_main(int argc, char **argv)
{
	return act(argc, argv, nvme_rescan_namespaces);
}

int nvme_rescan_main(int argc, char **argv)
{
	unsigned added;

	if (argc > 1)
		fail(1, "rescan: extra operand %s", quote(argv[1]));
	added = nvme_rescan();
	out("%u controller%s added\n", added, added == 1 ? "" : "s");
	return 0;
}

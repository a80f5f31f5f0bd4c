/* nvme reset, subsystem-reset, ns-rescan and rescan */
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/nvme.h"
#include "lib/errno.h"

/* The messages are nvme-cli's. */
static int act(const char *what, int argc, char **argv,
	       int (*action)(struct nvme_controller *controller))
{
	struct nvme_target target = nvme_operand_alone(argc, argv);
	int error = target.nsid ? -ENOTTY : action(target.controller);

	if (error == -EOPNOTSUPP)
		err("%s: NVM Subsystem Reset not supported.\n", what);
	else if (error)
		err("%s: %s\n", what, error_text(-error));
	return error != 0;
}

int nvme_reset_main(int argc, char **argv)
{
	return act("Reset", argc, argv, nvme_reset);
}

int nvme_subsystem_reset_main(int argc, char **argv)
{
	return act("Subsystem-reset", argc, argv, nvme_subsystem_reset);
}

int nvme_ns_rescan_main(int argc, char **argv)
{
	return act("Namespace Rescan", argc, argv, nvme_rescan_namespaces);
}

int nvme_rescan_main(int argc, char **argv)
{
	unsigned added;

	nvme_no_operand(argc, argv);
	added = nvme_rescan();
	out("%u controller%s added\n", added, added == 1 ? "" : "s");
	return 0;
}

/* nvme reset, subsystem-reset, ns-rescan and rescan */
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/nvme.h"
#include "lib/errno.h"

/* The messages are nvme-cli's. */
static int act(const char *what, int argc, char **argv,
	       int (*action)(struct nvme_controller *controller))
{
	struct nvme_target target = nvme_arguments(argc, argv, nvme_no_options, NULL);
	int error = target.nsid ? -ENOTTY : action(target.controller);

	if (error == -EOPNOTSUPP)
		err("%s: NVM Subsystem Reset not supported.\n", what);
	else if (error)
		err("%s: %s\n", what, error_text(-error));
	return error != 0;
}

/* The secondary controllers of a primary one are off line behind it. */
static int reset(struct nvme_controller *controller)
{
	int error = nvme_reset(controller);

	if (!error && nvme_identify(controller)->oacs & NVME_OACS_VIRTUALIZATION)
		nvme_rescan();
	return error;
}

static int reset_main(int argc, char **argv)
{
	return act("Reset", argc, argv, reset);
}

NVME_SUBCOMMAND(reset, "reset", reset_main, "DEVICE", "Resets the controller", nvme_no_options);

static int subsystem_reset_main(int argc, char **argv)
{
	return act("Subsystem-reset", argc, argv, nvme_subsystem_reset);
}

NVME_SUBCOMMAND(subsystem_reset, "subsystem-reset", subsystem_reset_main, "DEVICE",
		"Resets the subsystem", nvme_no_options);

static int ns_rescan_main(int argc, char **argv)
{
	return act("Namespace Rescan", argc, argv, nvme_rescan_namespaces);
}

NVME_SUBCOMMAND(ns_rescan, "ns-rescan", ns_rescan_main, "DEVICE", "Rescans the NVME namespaces",
		nvme_no_options);

static int rescan_main(int argc, char **argv)
{
	unsigned added;

	nvme_no_operand(argc, argv);
	added = nvme_rescan();
	out("%u controller%s added\n", added, added == 1 ? "" : "s");
	return 0;
}

NVME_SUBCOMMAND(rescan, "rescan", rescan_main, "", "Looks for controllers that came or went",
		nvme_no_options);

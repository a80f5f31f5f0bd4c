/* The nvme command: its subcommands and what they share. Names, options, fields and forms are those
 * of nvme-cli 2.3. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/nvme/nvme.h"
#include "kernel/commands/nvme/options.h"
#include "kernel/commands/nvme/show.h"

/* A subcommand runs with its own name as argv[0]; options and operands follow. */
struct nvme_subcommand {
	const char *name; /* "id-ctrl"; "zns report-zones" for one of a plugin */
	int (*main)(int argc, char **argv);
	const char *synopsis; /* what follows the name; begins with DEVICE where one is to follow */
	const char *summary;
	const struct nvme_option *options;
};

/* The linker collects the entries, in any order. */
#define NVME_SUBCOMMAND(identifier, name_text, main_function, synopsis_text, summary_text, \
			option_table)                                                      \
	static const struct nvme_subcommand nvme_subcommand_##identifier = {               \
		name_text, main_function, synopsis_text, summary_text, option_table};      \
	static const struct nvme_subcommand *const nvme_subcommand_entry_##identifier      \
		__attribute__((used, section("nvme_subcommands"))) = &nvme_subcommand_##identifier

/* What "nvme NAME --help" prints; ends the process where there is no such subcommand. */
void nvme_print_help(const char *name);

/* Checks how a command ended: 0, or 1 after its message on standard error: "NVMe status: LBA Out of
 * Range: It goes beyond the end of the namespace(0x4080)" where the controller refused it, "flush:
 * Input/output error" (what, and the error) where it has no status. Subcommands end with that, and
 * so does whatever else goes wrong: nvme-cli 2.3 has no other exit statuses. */
int nvme_check(const char *what, int error, const struct nvme_reply *reply);

/* Sends an admin command and checks how it ended: 0, or 1 after a message. */
int nvme_admin_run(const struct nvme_target *target, const struct nvme_passthrough *passthrough,
		   const char *what);

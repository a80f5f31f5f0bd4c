/* The nvme command: its subcommands and what they share. Names, options, fields and forms are those
 * of nvme-cli 2.3. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/nvme/nvme.h"

/* A subcommand runs with its own name as argv[0]; the operands follow. */
struct nvme_subcommand {
	const char *name;
	int (*main)(int argc, char **argv);
	const char *synopsis;
	const char *summary;
	const struct nvme_option *options; /* a name of NULL ends them */
};

/* --name=<argument> and -letter <argument>; without an argument where that is NULL. */
struct nvme_option {
	const char *name;
	char letter;
	const char *argument;
	const char *help; /* one line of 36 columns */
};

extern const struct nvme_option nvme_no_options[], nvme_id_ctrl_options[], nvme_id_ns_options[],
	nvme_show_regs_options[], nvme_passthru_options[];

struct getopt;
/* The letter of the next option, its argument in state; -1 behind the last. A wrong one ends the
 * process after a message, and so does --help, which prints that of the subcommand. */
int nvme_next_option(struct getopt *state, int argc, char **argv,
		     const struct nvme_option *options);
void nvme_print_options(const struct nvme_option *options);
struct completion;
/* Completes an option or its value; false where an operand is meant. */
bool nvme_complete_option(struct completion *completion, const struct nvme_option *options);
/* Completes a controller or namespace. */
void nvme_complete_device(struct completion *completion);
/* What "nvme NAME --help" prints; ends the process where there is no such subcommand. */
void nvme_print_help(const char *name);

int nvme_list_main(int argc, char **argv);
int nvme_list_ns_main(int argc, char **argv);
int nvme_id_ctrl_main(int argc, char **argv);
int nvme_id_ns_main(int argc, char **argv);
int nvme_show_regs_main(int argc, char **argv);
int nvme_admin_passthru_main(int argc, char **argv);
int nvme_io_passthru_main(int argc, char **argv);
int nvme_reset_main(int argc, char **argv);
int nvme_subsystem_reset_main(int argc, char **argv);
int nvme_ns_rescan_main(int argc, char **argv);
int nvme_rescan_main(int argc, char **argv);

/* What a device operand names: a controller ("/dev/my_nvme0", "my_nvme0") or a namespace of one
 * ("/dev/my_nvme0n1"). */
struct nvme_target {
	struct nvme_controller *controller;
	uint32_t nsid; /* 0 where it is a controller */
};

/* The one operand at argv[index]. Ends the process with a message where it is missing, unknown, or
 * not the only one. */
struct nvme_target nvme_operand(int argc, char **argv, int index);
/* The same for a subcommand without options. */
struct nvme_target nvme_operand_alone(int argc, char **argv);
/* Ends the process unless there are neither operands nor options. */
void nvme_no_operand(int argc, char **argv);
/* The namespace meant: nsid as given by -n (0: not given), else the operand's. Ends the process
 * where there is neither. */
uint32_t nvme_operand_nsid(const struct nvme_target *target, uint64_t nsid);
/* A number in any C base up to max. Ends the process where it is none. what: "namespace-id". */
uint64_t nvme_number(const char *what, const char *text, uint64_t max);
/* Whether -o asks for binary output; ends the process where it is neither binary nor normal. */
bool nvme_is_binary(const char *format);
/* Checks how a command ended: 0, or 1 after its message ("NVMe status: LBA Out of Range: It goes
 * beyond the end of the namespace(0x4080)" or "nvme: …"). */
int nvme_check(const char *what, int error, const struct nvme_reply *reply);
/* A hexadecimal dump with offsets and text. */
void nvme_dump(const uint8_t *bytes, size_t size);

/*
 * The printers; any bytes may stand in what they print.
 */

struct nvme_row;
struct nvme_structure;
enum nvme_show {
	NVME_SHOW_BITS = 1,  /* what stands below a field in its table as well */
	NVME_SHOW_PLACE = 2, /* offset and size before the name */
};
/* data as its table (drivers/nvme/spec/describe.h) describes it, one field a line; a single field
 * or array of it, and how: enum nvme_show. */
void nvme_show(const struct nvme_structure *structure, const void *data);
void nvme_show_row(const struct nvme_structure *structure, const struct nvme_row *row,
		   const void *data, unsigned how);
/* Every property, from a copy of the registers. */
void nvme_print_properties(const struct nvme_properties *properties, unsigned how);
void nvme_print_identify_controller(const struct nvme_identify_controller *id);
void nvme_print_identify_namespace(uint32_t nsid, const struct nvme_identify_namespace *id);

/* Options and operands of the nvme subcommands, in nvme-cli's names and letters. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/string.h"

struct nvme_controller;

enum nvme_output {
	NVME_OUTPUT_NORMAL,
	NVME_OUTPUT_JSON,
	NVME_OUTPUT_BINARY,
};

enum nvme_option_kind {
	NVME_OPTION_FLAG,     /* stores a constant */
	NVME_OPTION_NUMBER,   /* in any C base */
	NVME_OPTION_SUFFIXED, /* the same, of 64 bits, or K, M, G, T, P or E (powers of 1024) behind
				 it */
	NVME_OPTION_TEXT,     /* a const char * */
	NVME_OPTION_FORMAT,   /* enum nvme_output, in a byte */
};

/* --name=<argument> and -letter <argument>; without an argument where that is NULL. The value goes
 * into a member of the structure that is handed to nvme_arguments(), which holds the defaults
 * before. */
struct nvme_option {
	/* Its name, behind the NUL the argument, and behind the next one line of help of 36
	 * columns; "": none, and another name that --help leaves out. NULL ends a table. */
	const char *text;
	uint16_t offset;
	uint8_t size; /* of the member: bytes */
	char letter;  /* 0: none */
	uint8_t kind;
	uint8_t bits; /* numbers: how many they have; flags: the constant */
};

#define NVME_OPTION_PLACE(type, member) offsetof(type, member), sizeof(((type *)0)->member)
#define NVME_FLAG_OF(type, member, constant, long_name, short_name, help)           \
	{                                                                           \
		long_name "\0\0" help, NVME_OPTION_PLACE(type, member), short_name, \
			NVME_OPTION_FLAG, constant                                  \
	}
/* bool members */
#define NVME_FLAG(type, member, long_name, short_name, help) \
	NVME_FLAG_OF(type, member, 1, long_name, short_name, help)
/* Any number that the member holds; of so many bits. */
#define NVME_NUMBER(type, member, long_name, short_name, help) \
	NVME_NUMBER_OF(type, member, 8 * sizeof(((type *)0)->member), long_name, short_name, help)
#define NVME_NUMBER_OF(type, member, bits_, long_name, short_name, help)               \
	{                                                                              \
		long_name "\0NUM\0" help, NVME_OPTION_PLACE(type, member), short_name, \
			NVME_OPTION_NUMBER, bits_                                      \
	}
/* A uint64_t member */
#define NVME_SUFFIXED(type, member, long_name, short_name, help)                       \
	{                                                                              \
		long_name "\0NUM\0" help, NVME_OPTION_PLACE(type, member), short_name, \
			NVME_OPTION_SUFFIXED, 64                                       \
	}
#define NVME_TEXT(type, member, what, long_name, short_name, help)                          \
	{                                                                                   \
		long_name "\0" what "\0" help, NVME_OPTION_PLACE(type, member), short_name, \
			NVME_OPTION_TEXT, 0                                                 \
	}
/* Those that many have; their texts stand once, which the linker does not see to where there are
 * NULs inside. */
#define NVME_COMMON_OPTION(type, member, common, letter, kind, bits)        \
	{                                                                   \
		common, NVME_OPTION_PLACE(type, member), letter, kind, bits \
	}
/* -o and -b, for a member uint8_t output */
#define NVME_OUTPUT_OPTION(type) \
	NVME_COMMON_OPTION(type, output, nvme_output_option, 'o', NVME_OPTION_FORMAT, 0)
#define NVME_RAW_OPTION(type) \
	NVME_COMMON_OPTION(type, output, nvme_raw_option, 'b', NVME_OPTION_FLAG, NVME_OUTPUT_BINARY)
/* -H, for a member bool human */
#define NVME_HUMAN_OPTION(type) \
	NVME_COMMON_OPTION(type, human, nvme_human_option, 'H', NVME_OPTION_FLAG, 1)
/* -n, for a member uint32_t nsid */
#define NVME_NSID_OPTION(type) \
	NVME_COMMON_OPTION(type, nsid, nvme_nsid_option, 'n', NVME_OPTION_NUMBER, 32)
extern const char nvme_output_option[], nvme_raw_option[], nvme_human_option[], nvme_nsid_option[];
#define NVME_OPTIONS_END     \
	{                    \
		.text = NULL \
	}

static inline const char *nvme_option_argument(const struct nvme_option *option)
{
	return option->text + strlen(option->text) + 1;
}

static inline const char *nvme_option_help(const struct nvme_option *option)
{
	const char *argument = nvme_option_argument(option);

	return argument + strlen(argument) + 1;
}

extern const struct nvme_option nvme_no_options[];

/* What a device operand names: a controller ("/dev/my_nvme0", "my_nvme0") or a namespace of one
 * ("/dev/my_nvme0n1"). */
struct nvme_target {
	struct nvme_controller *controller;
	uint32_t nsid; /* 0 where it is a controller */
};

/* Parses the options into *values, and the one operand. Ends the process after a message where
 * something is wrong, and after --help. */
struct nvme_target nvme_arguments(int argc, char **argv, const struct nvme_option *options,
				  void *values);
/* The same where the device may be missing: its controller is NULL then. */
struct nvme_target nvme_arguments_optional(int argc, char **argv, const struct nvme_option *options,
					   void *values);
/* Only the options; returns the index of the first operand in argv, whose order is changed so that
 * operands come last. */
int nvme_arguments_only(int argc, char **argv, const struct nvme_option *options, void *values);
/* Ends the process unless there are neither operands nor options. */
void nvme_no_operand(int argc, char **argv);
/* What the operand names; false where there is nothing of that name. */
bool nvme_find_target(const char *operand, struct nvme_target *target);
/* The one operand at argv[index]. Ends the process with a message where it is missing, unknown, or
 * not the only one. */
struct nvme_target nvme_operand(int argc, char **argv, int index);
/* The namespace meant: nsid as given by -n (0: not given), else the operand's. Ends the process
 * where there is neither. */
uint32_t nvme_operand_nsid(const struct nvme_target *target, uint32_t nsid);
/* A number in any C base up to max. Ends the process where it is none. what: "namespace-id". */
uint64_t nvme_number(const char *what, const char *text, uint64_t max);

void nvme_print_options(const struct nvme_option *options);
struct completion;
/* Completes an option or its value; false where an operand is meant. */
bool nvme_complete_option(struct completion *completion, const struct nvme_option *options);
/* Completes a controller or namespace. */
void nvme_complete_device(struct completion *completion);

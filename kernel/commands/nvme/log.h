/* Log pages as the nvme subcommands read them. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "kernel/commands/nvme/nvme.h"

/* The options that several of them have. */
struct log_options {
	uint32_t nsid;
	uint32_t entries;
	uint32_t size;
	int16_t csi; /* -1: not given */
	uint16_t id;
	uint8_t output;
	uint8_t field; /* Log Specific Field */
	bool human;
	bool retain;
	bool groups;
};

#define LOG_OUTPUT_OPTION  NVME_OUTPUT_OPTION(struct log_options)
#define LOG_RAW_OPTION	   NVME_RAW_OPTION(struct log_options)
#define LOG_HUMAN_OPTION   NVME_HUMAN_OPTION(struct log_options)
#define LOG_VERBOSE_OPTION NVME_FLAG(struct log_options, human, "verbose", 'v', "decode the fields")
#define LOG_RETAIN_OPTION \
	NVME_FLAG(struct log_options, retain, "rae", 'r', "retain the asynchronous event")

/* size bytes of the log page, rounded up to a multiple of 4, in memory of the process, which ends
 * with a message where they cannot be read. what: the subcommand's name. */
void *nvme_read_log(const char *what, const struct nvme_target *target,
		    const struct nvme_log_request *request, size_t size);

/* Says on standard error what is wrong with the options, in nvme-cli's words, which have no name
 * before them. Returns 1. */
int nvme_refuse(const char *why);

/* What the operand names, as a message has it: "my_nvme0", "my_nvme0n1". */
const char *nvme_target_name(const struct nvme_target *target);

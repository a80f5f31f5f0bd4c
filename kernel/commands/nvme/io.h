/* What the subcommands share that send I/O commands: which blocks, tags, data out of files and into
 * them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/nvme/nvme.h"
#include "kernel/commands/nvme/options.h"

/* Logical blocks of a namespace, and how a command is to treat them. */
struct nvme_blocks {
	uint32_t nsid;
	uint64_t start;
	uint16_t count; /* 0's based */
	uint8_t prinfo;
	uint16_t app_tag, app_mask;
	uint64_t ref_tag, storage_tag;
	bool check_storage_tag, limited_retry, force_unit_access;
	uint32_t timeout_ms;
};

/* Rows for a member struct nvme_blocks blocks of the options: which blocks, and all of it. */
#define NVME_RANGE_OPTIONS(type)                                                                  \
	NVME_NUMBER(type, blocks.nsid, "namespace-id", 'n', "desired namespace"),                 \
		NVME_SUFFIXED(type, blocks.start, "start-block", 's', "LBA of the first block"),  \
		NVME_NUMBER(type, blocks.count, "block-count", 'c', "number of blocks less one"), \
		NVME_NUMBER(type, blocks.timeout_ms, "timeout", 0, "")
#define NVME_BLOCKS_OPTIONS(type, storage_tag_letter)                                          \
	NVME_RANGE_OPTIONS(type),                                                              \
		NVME_NUMBER_OF(type, blocks.prinfo, 4, "prinfo", 'p', "PI action and checks"), \
		NVME_SUFFIXED(type, blocks.ref_tag, "ref-tag", 'r', "reference tag of PI"),    \
		NVME_NUMBER(type, blocks.app_tag, "app-tag", 'a', "application tag of PI"),    \
		NVME_NUMBER(type, blocks.app_mask, "app-tag-mask", 'm',                        \
			    "mask of the application tag"),                                    \
		NVME_SUFFIXED(type, blocks.storage_tag, "storage-tag", storage_tag_letter,     \
			      "storage tag of PI"),                                            \
		NVME_FLAG(type, blocks.check_storage_tag, "storage-tag-check", 'C',            \
			  "check the storage tag"),                                            \
		NVME_FLAG(type, blocks.limited_retry, "limited-retry", 'l',                    \
			  "limit media access attempts"),                                      \
		NVME_FLAG(type, blocks.force_unit_access, "force-unit-access", 'f',            \
			  "commit data before it completes")

/* The namespace that an I/O command is for: nsid as -n gives it (0: not given), else the operand's.
 * Ends the process where there is none, or where both are given and differ. */
uint32_t nvme_io_nsid(const struct nvme_target *target, uint32_t nsid);
/* The driver's description of a namespace; NULL where it is not in use. */
const struct nvme_namespace *nvme_io_namespace(const struct nvme_target *target, uint32_t nsid);

/* Puts blocks, and how they are treated, into the command. Ends the process where a tag does not
 * fit into the room that the namespace's format leaves it. */
void nvme_blocks_fill(const struct nvme_blocks *blocks, const struct nvme_target *target,
		      struct nvme_command *command);

/* A tag of the same kind where it goes in a command: NVM, section 5.2.1.4. The storage tag has the
 * upper bits of the room, the reference tag all others. false: one of them is too large. */
bool nvme_tags_fill(const struct nvme_metadata_format *format, uint64_t storage_tag,
		    uint64_t ref_tag, struct nvme_command *command);

/* Memory for data that a command moves, zeroed; NULL where size is 0. Ends the process where they
 * are more than a command carries: option is what they were given by, name the subcommand's. */
void *nvme_io_buffer(const char *name, const struct nvme_target *target, const char *option,
		     uint64_t size);

/* Fills buffer from the file, or from standard input where it is NULL: what it has, up to size
 * bytes, which are returned. Ends the process where it cannot be read. */
size_t nvme_io_read(const char *file, void *buffer, size_t size);
/* Numbers in any C base between commas, of so many bits and at most most of them, which is no more
 * than there is room for; those that are not given stay 0. text: NULL is none. In memory of the
 * process, which ends where one is wrong; what is the option's name. */
struct nvme_list {
	uint64_t values[NVME_DSM_RANGES_MAX];
	unsigned count;
};
struct nvme_list *nvme_parse_list(const char *what, const char *text, unsigned bits, unsigned most);

/* Opens the file to write, standard output where it is NULL: before the command is sent. */
int nvme_io_open_output(const char *file);
/* Ends the process where they cannot be written; file is for the message. */
void nvme_io_write(int fd, const char *file, const void *bytes, size_t size);

/* Ends the process with a message if the command, by its own fields, moves more than it is given;
 * name and option as above. */
void nvme_io_check_sizes(const char *name, const struct nvme_target *target, bool io,
			 const struct nvme_passthrough *passthrough, const char *option);

/* Brings the files on the controller's namespaces in step with what goes past them: what was
 * written to them is on the device, and they read anew what is there. */
void nvme_io_settle_files(const struct nvme_target *target);
/* nvme_io_command() behind nvme_io_settle_files(); who tells how long the command took calls both
 * himself. */
int nvme_io_send(const struct nvme_target *target, const struct nvme_passthrough *passthrough);

/* Sends an I/O command that has no more to say than that it ended: success goes to standard output,
 * what stands before the error where there is one. Returns the exit status. */
int nvme_io_run(const struct nvme_target *target, const struct nvme_passthrough *passthrough,
		const char *what, const char *success);

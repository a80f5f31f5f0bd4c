/* nvme verify, write-zeroes, write-uncor and flush: commands about blocks that move no data. */
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/io.h"
#include "kernel/commands/nvme/nvme.h"

struct blocks_options {
	struct nvme_blocks blocks;
	uint8_t directive_type;
	uint16_t directive_specific;
	bool deallocate;
};

#define DIRECTIVE_TYPE \
	NVME_NUMBER_OF(struct blocks_options, directive_type, 4, "dir-type", 'T', "directive type")
#define DIRECTIVE_SPECIFIC(letter)                                                 \
	NVME_NUMBER(struct blocks_options, directive_specific, "dir-spec", letter, \
		    "directive specific")

static const struct nvme_option verify_options[] = {
	NVME_BLOCKS_OPTIONS(struct blocks_options, 'S'),
	NVME_OPTIONS_END,
};

static const struct nvme_option write_zeroes_options[] = {
	NVME_BLOCKS_OPTIONS(struct blocks_options, 'S'),
	NVME_FLAG(struct blocks_options, deallocate, "deac", 'd', "let the blocks be deallocated"),
	DIRECTIVE_TYPE,
	DIRECTIVE_SPECIFIC('D'),
	NVME_OPTIONS_END,
};

static const struct nvme_option write_uncor_options[] = {
	NVME_RANGE_OPTIONS(struct blocks_options),
	DIRECTIVE_TYPE,
	DIRECTIVE_SPECIFIC('S'),
	NVME_OPTIONS_END,
};

static const struct nvme_option flush_options[] = {
	NVME_NUMBER(struct blocks_options, blocks.nsid, "namespace-id", 'n', "desired namespace"),
	NVME_NUMBER(struct blocks_options, blocks.timeout_ms, "timeout", 0, ""),
	NVME_OPTIONS_END,
};

static int run(int argc, char **argv, const struct nvme_option *rows, uint8_t opcode,
	       const char *what, const char *success)
{
	struct blocks_options options = {.deallocate = false};
	struct nvme_target target = nvme_arguments(argc, argv, rows, &options);
	struct nvme_command command = {.opcode = opcode};

	if (opcode == NVME_IO_FLUSH)
		command.nsid = nvme_io_nsid(&target, options.blocks.nsid);
	else
		nvme_blocks_fill(&options.blocks, &target, &command);
	if (options.deallocate)
		command.cdw12 |= NVME_WZ_DEAC;
	command.cdw12 |= (uint32_t)options.directive_type << NVME_RW_DIRECTIVE_SHIFT;
	command.cdw13 = (uint32_t)options.directive_specific << 16;
	return nvme_io_run(&target,
			   &(struct nvme_passthrough){.command = &command,
						      .timeout_ms = options.blocks.timeout_ms},
			   what, success);
}

static int verify_main(int argc, char **argv)
{
	return run(argc, argv, verify_options, NVME_IO_VERIFY, "verify", "NVME Verify Success");
}

NVME_SUBCOMMAND(verify, "verify", verify_main, "DEVICE [OPTIONS]",
		"Submit a verify command, return results", verify_options);

static int write_zeroes_main(int argc, char **argv)
{
	return run(argc, argv, write_zeroes_options, NVME_IO_WRITE_ZEROES, "write-zeroes",
		   "NVME Write Zeroes Success");
}

NVME_SUBCOMMAND(write_zeroes, "write-zeroes", write_zeroes_main, "DEVICE [OPTIONS]",
		"Submit a write zeroes command, return results", write_zeroes_options);

static int write_uncor_main(int argc, char **argv)
{
	return run(argc, argv, write_uncor_options, NVME_IO_WRITE_UNCORRECTABLE,
		   "write uncorrectable", "NVME Write Uncorrectable Success");
}

NVME_SUBCOMMAND(write_uncor, "write-uncor", write_uncor_main, "DEVICE [OPTIONS]",
		"Submit a write uncorrectable command, return results", write_uncor_options);

static int flush_main(int argc, char **argv)
{
	return run(argc, argv, flush_options, NVME_IO_FLUSH, "flush", "NVMe Flush: success");
}

NVME_SUBCOMMAND(flush, "flush", flush_main, "DEVICE [OPTIONS]",
		"Submit a Flush command, return results", flush_options);

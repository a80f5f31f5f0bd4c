/* nvme read, write and compare: blocks and their metadata, from files and into them. */
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/io.h"
#include "kernel/commands/nvme/nvme.h"
#include "kernel/x86/time.h"
#include "lib/string.h"

struct rw {
	struct nvme_blocks blocks;
	uint64_t data_size, metadata_size;
	const char *data, *metadata;
	uint8_t directive_type;
	uint16_t directive_specific;
	uint8_t dsm;
	bool show, dry_run, latency, force;
};

static const struct nvme_option rw_options[] = {
	NVME_BLOCKS_OPTIONS(struct rw, 'g'),
	NVME_SUFFIXED(struct rw, data_size, "data-size", 'z', "size of the data in bytes"),
	NVME_SUFFIXED(struct rw, metadata_size, "metadata-size", 'y',
		      "size of the metadata in bytes"),
	NVME_TEXT(struct rw, data, "FILE", "data", 'd', "data file, else standard input or output"),
	NVME_TEXT(struct rw, metadata, "FILE", "metadata", 'M', "metadata file, likewise"),
	NVME_NUMBER_OF(struct rw, directive_type, 4, "dir-type", 'T', "directive type"),
	NVME_NUMBER(struct rw, directive_specific, "dir-spec", 'S', "directive specific"),
	NVME_NUMBER(struct rw, dsm, "dsm", 'D', "dataset management attributes"),
	NVME_FLAG(struct rw, show, "show-command", 'v', "show the command before sending it"),
	NVME_FLAG(struct rw, show, "show-command", 'V', ""),
	NVME_FLAG(struct rw, dry_run, "dry-run", 'w', "show the command and do not send it"),
	NVME_FLAG(struct rw, latency, "latency", 't', "say how long it took"),
	NVME_FLAG(struct rw, force, "force", 0, "taken and ignored"),
	NVME_OPTIONS_END,
};

/* As nvme-cli: what is too small for the blocks is made to fit, with zeroes. */
static uint64_t rounded(const char *what, uint64_t given, uint64_t needed)
{
	if (given >= needed)
		return given;
	err("Rounding %s size to fit block count (%llu bytes)\n", what, (unsigned long long)needed);
	return needed;
}

static void show(const struct rw *rw, const struct nvme_passthrough *passthrough,
		 const struct nvme_metadata_format *format)
{
	const struct nvme_command *command = passthrough->command;

	out("opcode       : %02x\n", command->opcode);
	out("nsid         : %02x\n", command->nsid);
	out("flags        : %02x\n", command->flags);
	out("control      : %04x\n", command->cdw12 >> 16);
	out("nblocks      : %04x\n", rw->blocks.count);
	out("metadata     : %lx\n", (unsigned long)passthrough->metadata);
	out("addr         : %lx\n", (unsigned long)passthrough->data);
	out("slba         : %llx\n", (unsigned long long)rw->blocks.start);
	out("dsmgmt       : %08x\n", command->cdw13);
	out("reftag       : %llx\n", (unsigned long long)rw->blocks.ref_tag);
	out("apptag       : %04x\n", rw->blocks.app_tag);
	out("appmask      : %04x\n", rw->blocks.app_mask);
	out("storagetagcheck : %04x\n", rw->blocks.check_storage_tag);
	out("storagetag      : %llx\n", (unsigned long long)rw->blocks.storage_tag);
	out("pif             : %02x\n", format->guard);
	out("sts             : %02x\n", format->storage_tag_bits);
}

/* What is given is read, and what it is short of is zero. An empty file is nobody's wish. */
static void take(const char *name, const char *file, void *buffer, size_t size)
{
	if (size && !nvme_io_read(file, buffer, size))
		fail(1, "%s: %s is empty", name, file ? file : "standard input");
}

static int send(const char *name, const struct rw *rw, const struct nvme_target *target,
		struct nvme_passthrough *passthrough)
{
	struct nvme_reply reply = {0};
	uint64_t begun;
	int error;

	passthrough->reply = &reply;
	nvme_io_settle_files(target);
	begun = time_ns();
	error = nvme_io_command(target->controller, passthrough);
	if (rw->latency)
		out(" latency: %s: %llu us\n", name,
		    (unsigned long long)((time_ns() - begun) / NS_PER_US));
	return nvme_check("submit-io", error, &reply);
}

static int run(int argc, char **argv, uint8_t opcode)
{
	static const struct nvme_metadata_format none;
	struct rw rw = {.data = NULL};
	struct nvme_target target = nvme_arguments(argc, argv, rw_options, &rw);
	struct nvme_command command = {.opcode = opcode};
	struct nvme_passthrough passthrough = {.command = &command,
					       .timeout_ms = rw.blocks.timeout_ms};
	const struct nvme_namespace *ns;
	bool reads = opcode == NVME_IO_READ;
	uint64_t data_size, metadata_size = 0;
	int data_fd = 1, metadata_fd = 1;

	command.cdw12 = (uint32_t)rw.directive_type << NVME_RW_DIRECTIVE_SHIFT;
	command.cdw13 = rw.dsm | (uint32_t)rw.directive_specific << 16;
	nvme_blocks_fill(&rw.blocks, &target, &command);
	ns = nvme_io_namespace(&target, command.nsid);
	if (!rw.data_size) {
		err("data size not provided\n");
		return 1;
	}
	data_size = rw.data_size;
	if (ns && ns->block_shift)
		data_size = rounded("data", data_size, (rw.blocks.count + 1ull) << ns->block_shift);
	if (rw.metadata_size)
		metadata_size = rounded("metadata", rw.metadata_size,
					ns ? (rw.blocks.count + 1ull) * ns->metadata.size : 0);
	passthrough.data = nvme_io_buffer(argv[0], &target, "data-size", data_size);
	passthrough.size = data_size;
	passthrough.metadata = nvme_io_buffer(argv[0], &target, "metadata-size", metadata_size);
	passthrough.metadata_size = metadata_size;
	if (!rw.dry_run)
		nvme_io_check_sizes(argv[0], &target, true, &passthrough, "data-size");
	if (reads) {
		data_fd = nvme_io_open_output(rw.data);
		metadata_fd = nvme_io_open_output(rw.metadata);
	} else {
		take(argv[0], rw.data, passthrough.data, rw.data_size);
		take(argv[0], rw.metadata, passthrough.metadata, metadata_size);
	}
	if (rw.show || rw.dry_run)
		show(&rw, &passthrough, ns ? &ns->metadata : &none);
	if (rw.dry_run)
		return 0;
	if (send(argv[0], &rw, &target, &passthrough))
		return 1;
	if (reads) {
		nvme_io_write(data_fd, rw.data, passthrough.data, rw.data_size);
		nvme_io_write(metadata_fd, rw.metadata, passthrough.metadata, metadata_size);
	}
	err("%s: Success\n", argv[0]);
	return 0;
}

static int read_main(int argc, char **argv)
{
	return run(argc, argv, NVME_IO_READ);
}

NVME_SUBCOMMAND(read, "read", read_main, "DEVICE --data-size=NUM [OPTIONS]",
		"Submit a read command, return results", rw_options);

static int write_main(int argc, char **argv)
{
	return run(argc, argv, NVME_IO_WRITE);
}

NVME_SUBCOMMAND(write, "write", write_main, "DEVICE --data-size=NUM [OPTIONS]",
		"Submit a write command, return results", rw_options);

static int compare_main(int argc, char **argv)
{
	return run(argc, argv, NVME_IO_COMPARE);
}

NVME_SUBCOMMAND(compare, "compare", compare_main, "DEVICE --data-size=NUM [OPTIONS]",
		"Submit a Compare command, return results", rw_options);

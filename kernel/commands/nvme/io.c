/* What the subcommands share that send I/O commands. */
#include "kernel/commands/nvme/io.h"

#include "drivers/nvme/spec/names.h"
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/nvme.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/string.h"

uint32_t nvme_io_nsid(const struct nvme_target *target, uint32_t nsid)
{
	if (target->nsid && nsid && nsid != target->nsid)
		fail(1, "namespace-id %u is another namespace than the device is (%u)", nsid,
		     target->nsid);
	return nvme_operand_nsid(target, nsid);
}

const struct nvme_namespace *nvme_io_namespace(const struct nvme_target *target, uint32_t nsid)
{
	for (const struct nvme_namespace *n = nvme_namespace_first(target->controller); n;
	     n = n->next)
		if (n->nsid == nsid && nvme_namespace_usable(n))
			return n;
	return NULL;
}

bool nvme_tags_fill(const struct nvme_metadata_format *format, uint64_t storage_tag,
		    uint64_t ref_tag, struct nvme_command *command)
{
	static const uint8_t room[] = {
		[NVME_GUARD_16] = 32,
		[NVME_GUARD_32] = 80,
		[NVME_GUARD_64] = 48,
		[NVME_GUARD_RESERVED] = 0,
	};
	unsigned storage_bits = format->storage_tag_bits, ref_bits;
	unsigned __int128 tags;

	if (storage_bits > room[format->guard])
		return false;
	ref_bits = room[format->guard] - storage_bits;
	if ((ref_bits < 64 && ref_tag >> ref_bits) ||
	    (storage_bits < 64 && storage_tag >> storage_bits))
		return false;
	tags = (unsigned __int128)storage_tag << ref_bits | ref_tag;
	command->cdw14 = (uint32_t)tags;
	command->cdw3 = (uint32_t)(tags >> 32);
	command->cdw2 = (uint32_t)(tags >> 64);
	return true;
}

void nvme_blocks_fill(const struct nvme_blocks *blocks, const struct nvme_target *target,
		      struct nvme_command *command)
{
	static const struct nvme_metadata_format none;
	const struct nvme_namespace *ns;
	const struct nvme_metadata_format *format;

	command->nsid = nvme_io_nsid(target, blocks->nsid);
	ns = nvme_io_namespace(target, command->nsid);
	format = ns ? &ns->metadata : &none;
	command->cdw10 = (uint32_t)blocks->start;
	command->cdw11 = (uint32_t)(blocks->start >> 32);
	command->cdw12 |= blocks->count | (uint32_t)blocks->prinfo << NVME_RW_PRINFO_SHIFT;
	if (blocks->check_storage_tag)
		command->cdw12 |= NVME_RW_STC;
	if (blocks->limited_retry)
		command->cdw12 |= NVME_RW_LR;
	if (blocks->force_unit_access)
		command->cdw12 |= NVME_RW_FUA;
	command->cdw15 = blocks->app_tag | (uint32_t)blocks->app_mask << 16;
	if (!nvme_tags_fill(format, blocks->storage_tag, blocks->ref_tag, command))
		fail(1,
		     "storage tag %#llx or reference tag %#llx is larger than its room in the "
		     "format",
		     (unsigned long long)blocks->storage_tag, (unsigned long long)blocks->ref_tag);
}

void *nvme_io_buffer(const char *name, const struct nvme_target *target, const char *option,
		     uint64_t size)
{
	uint32_t most = nvme_transfer_max(target->controller);
	void *buffer;

	if (!size)
		return NULL;
	if (size > most)
		fail(1, "%s: %s %llu is more than %s takes in one command (%u)", name, option,
		     (unsigned long long)size, nvme_name(target->controller), most);
	buffer = process_alloc_pages(size);
	if (!buffer)
		fail(1, "memory exhausted");
	memset(buffer, 0, size);
	return buffer;
}

/* As perror(3) has it. */
_Noreturn static void fail_with_file(const char *file, long error)
{
	err("%s: %s\n", file, error_text((int)-error));
	process_exit(1);
}

size_t nvme_io_read(const char *file, void *buffer, size_t size)
{
	int fd = file ? process_open(file, O_RDONLY, 0) : 0;
	size_t filled = 0;

	if (fd < 0)
		fail_with_file(file, fd);
	while (filled < size) {
		long count = process_read(fd, (uint8_t *)buffer + filled, size - filled);

		if (count < 0)
			fail_with_file(file ? file : "standard input", count);
		if (count == 0)
			break;
		filled += (size_t)count;
	}
	return filled;
}

int nvme_io_open_output(const char *file)
{
	int fd = file ? process_open(file, O_WRONLY | O_CREAT, 0664) : 1;

	if (fd < 0)
		fail_with_file(file, fd);
	return fd;
}

void nvme_io_write(int fd, const char *file, const void *bytes, size_t size)
{
	size_t written = 0;

	if (fd == 1) {
		out_bytes(bytes, size);
		return;
	}
	while (written < size) {
		long count = process_write(fd, (const uint8_t *)bytes + written, size - written);

		if (count < 0)
			fail_with_file(file, count);
		written += (size_t)count;
	}
}

void nvme_io_check_sizes(const char *name, const struct nvme_target *target, bool io,
			 const struct nvme_passthrough *passthrough, const char *option)
{
	const struct nvme_command *command = passthrough->command;
	const char *sent = io ? nvme_io_name(command->opcode) : nvme_admin_name(command->opcode);
	uint64_t data = nvme_data_size(target->controller, io, command, passthrough->size),
		 metadata = nvme_metadata_size(target->controller, io, command);

	if (data == UINT64_MAX)
		fail(1, "%s: namespace %u is not in use: the size of its blocks is not known", name,
		     command->nsid);
	if (data > passthrough->size)
		fail(1, "%s: %s moves %llu bytes by its own fields, %s is %zu", name, sent,
		     (unsigned long long)data, option, passthrough->size);
	if (metadata > passthrough->metadata_size)
		fail(1, "%s: %s moves %llu bytes of metadata by its own fields, %zu are given",
		     name, sent, (unsigned long long)metadata, passthrough->metadata_size);
}

void nvme_io_settle_files(const struct nvme_target *target)
{
	/* What cannot be written is logged, and an error of the files. */
	for (struct nvme_namespace *namespace = nvme_namespace_first(target->controller); namespace;
	     namespace = namespace->next)
		files_refresh(&namespace->block);
}

int nvme_io_send(const struct nvme_target *target, const struct nvme_passthrough *passthrough)
{
	nvme_io_settle_files(target);
	return nvme_io_command(target->controller, passthrough);
}

int nvme_io_run(const struct nvme_target *target, const struct nvme_passthrough *passthrough,
		const char *what, const char *success)
{
	struct nvme_reply reply;
	struct nvme_passthrough sent = *passthrough;
	int error;

	sent.reply = &reply;
	error = nvme_io_send(target, &sent);
	if (nvme_check(what, error, &reply))
		return 1;
	out("%s\n", success);
	return 0;
}

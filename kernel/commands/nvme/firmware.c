/* nvme fw-download and fw-commit. */
#include "drivers/nvme/spec/spec.h"
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/io.h"
#include "kernel/commands/nvme/nvme.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"

struct download {
	uint32_t transfer, offset, timeout_ms;
	bool progress, ignore_overlap;
	const char *file;
};

static const struct nvme_option download_options[] = {
	NVME_TEXT(struct download, file, "FILE", "fw", 'f', "firmware file (required)"),
	NVME_NUMBER(struct download, transfer, "xfer", 'x', "bytes of a command, times 4096"),
	NVME_NUMBER(struct download, offset, "offset", 'o', "starting dword, of file and image"),
	NVME_NUMBER(struct download, offset, "offset", 'O', ""),
	NVME_FLAG(struct download, progress, "progress", 'p', "display how far it is"),
	NVME_FLAG(struct download, ignore_overlap, "ignore-ovr", 'i', "ignore overwrite errors"),
	NVME_NUMBER(struct download, timeout_ms, "timeout", 't', ""),
	NVME_OPTIONS_END,
};

#define TRANSFER 4096u
#define TRIES	 3u

/* The whole file. Ends the process where there is none, or where it is no image. */
static uint8_t *read_image(const char *name, uint32_t *size)
{
	int fd = process_open(name, O_RDONLY, 0);
	struct file_stat stat;
	uint8_t *image;
	int error;

	if (fd < 0) {
		err("Failed to open firmware file %s: %s\n", name, error_text(-fd));
		process_exit(1);
	}
	error = file_stat(process_file(fd), &stat);
	if (error)
		fail(1, "%s: %s", name, error_text(-error));
	if (!stat.size || stat.size % 4 || stat.size > UINT32_MAX) {
		err("Invalid size:%llu for f/w image\n", (unsigned long long)stat.size);
		process_exit(1);
	}
	*size = (uint32_t)stat.size;
	image = alloc_or_fail(*size);
	if (nvme_io_read(name, image, *size) < *size)
		fail(1, "%s: %s", name, error_text(EIO));
	return image;
}

/* One piece, again where that may help. 0, or 1 after its messages. */
static int send_piece(const struct nvme_target *target, const struct download *download,
		      uint8_t *image, uint32_t size, uint32_t offset)
{
	uint32_t count = size - offset < download->transfer ? size - offset : download->transfer;
	const struct nvme_command command = {.opcode = NVME_ADMIN_FIRMWARE_DOWNLOAD,
					     .cdw10 = count / 4 - 1,
					     .cdw11 = offset / 4};

	if (download->progress) {
		out("Firmware download: transferring 0x%08x/0x%08x bytes: %03u%%\r", offset, size,
		    (unsigned)(100ull * offset / size));
		out_flush();
	}
	for (unsigned try = 0; try < TRIES; try++) {
		struct nvme_reply reply = {0};
		bool overlaps;
		int error;

		if (try)
			err("retrying offset %x (%u/%u)\n", offset, try, TRIES);
		error = nvme_admin_command(
			target->controller,
			&(struct nvme_passthrough){.command = &command,
						   .data = image + offset,
						   .size = count,
						   .timeout_ms = download->timeout_ms,
						   .reply = &reply});
		overlaps = (reply.status & NVME_STATUS_MASK) == NVME_SC_OVERLAPPING_RANGE;
		if ((!error && !reply.status) || (overlaps && download->ignore_overlap))
			return 0;
		if (download->progress)
			out("\n");
		err("fw-download: error on offset 0x%08x/0x%08x\n", offset, size);
		nvme_check("fw-download", error, &reply);
		if (overlaps)
			err("Use --ignore-ovr to ignore overwrite errors\n");
		if (overlaps || reply.status & NVME_STATUS_DNR)
			break;
	}
	return 1;
}

static int download_main(int argc, char **argv)
{
	struct download download = {.transfer = TRANSFER, .file = ""};
	struct nvme_target target = nvme_arguments(argc, argv, download_options, &download);
	uint64_t offset = (uint64_t)download.offset * 4;
	uint32_t size;
	uint8_t *image = read_image(download.file, &size);

	if (!download.transfer || download.transfer % TRANSFER)
		download.transfer = TRANSFER;
	if (offset >= size)
		fail(1, "%s: offset %u is behind the end of %s", argv[0], download.offset,
		     download.file);
	for (; offset < size; offset += download.transfer)
		if (send_piece(&target, &download, image, size, (uint32_t)offset))
			return 1;
	if (download.progress)
		out("\n");
	out("Firmware download success\n");
	return 0;
}

NVME_SUBCOMMAND(fw_download, "fw-download", download_main, "DEVICE [OPTIONS]",
		"Download new firmware", download_options);

struct commit {
	uint32_t timeout_ms;
	uint8_t slot, action, partition;
};

static const struct nvme_option commit_options[] = {
	NVME_NUMBER(struct commit, slot, "slot", 's', "firmware slot, 0 to 7"),
	NVME_NUMBER(struct commit, action, "action", 'a', "commit action, 0 to 3, 6 or 7"),
	NVME_NUMBER(struct commit, partition, "bpid", 'b', "boot partition, 0 or 1"),
	NVME_NUMBER(struct commit, timeout_ms, "timeout", 't', ""),
	NVME_OPTIONS_END,
};

static int refuse(const char *what, unsigned value)
{
	err("invalid %s:%u\n", what, value);
	return 1;
}

/* Which reset an image that was committed waits for; NULL: none. */
static const char *wanted_reset(unsigned status)
{
	switch (status & NVME_STATUS_MASK) {
	case NVME_SC_FIRMWARE_NEEDS_CONVENTIONAL_RESET:
		return "conventional";
	case NVME_SC_FIRMWARE_NEEDS_SUBSYSTEM_RESET:
		return "subsystem";
	case NVME_SC_FIRMWARE_NEEDS_CONTROLLER_RESET:
		return "any controller";
	default:
		return NULL;
	}
}

static void show_commit(const char *success, const struct commit *commit)
{
	out("Success %s firmware action:%u slot:%u", success, commit->action, commit->slot);
	if (commit->action == NVME_FIRMWARE_BOOT_PARTITION ||
	    commit->action == NVME_FIRMWARE_BOOT_ACTIVATE)
		out(" bpid:%u", commit->partition);
}

static void show_overlap(uint32_t result)
{
	static const char *const from[] = {"a Management Endpoint", "an Admin SQ on a controller"};

	out("Multiple Update Detected (MUD) Value: %u\n", result);
	for (unsigned i = 0; i < 2; i++)
		if (result >> i & 1)
			out("Detected an overlapping firmware/boot partition image update command "
			    "sequence due to processing a command from %s",
			    from[i]);
}

static int commit_main(int argc, char **argv)
{
	struct commit commit = {0};
	struct nvme_target target = nvme_arguments(argc, argv, commit_options, &commit);
	const struct nvme_command command = {
		.opcode = NVME_ADMIN_FIRMWARE_COMMIT,
		.cdw10 = commit.slot | (uint32_t)commit.action << NVME_FIRMWARE_ACTION_SHIFT |
			 (uint32_t)commit.partition << NVME_FIRMWARE_BPID_SHIFT,
	};
	struct nvme_reply reply = {0};
	const char *reset;
	int error;

	if (commit.slot > 7)
		return refuse("slot", commit.slot);
	if (commit.action > 7 || commit.action == 4 || commit.action == 5)
		return refuse("action", commit.action);
	if (commit.partition > 1)
		return refuse("boot partition id", commit.partition);
	error = nvme_admin_command(target.controller,
				   &(struct nvme_passthrough){.command = &command,
							      .timeout_ms = commit.timeout_ms,
							      .reply = &reply});
	reset = wanted_reset(reply.status);
	if (reset) {
		show_commit("activating", &commit);
		out(", but firmware requires %s reset\n", reset);
	} else if (!nvme_check("fw-commit", error, &reply)) {
		show_commit("committing", &commit);
		out("\n");
	} else if (!reply.status) {
		return 1;
	}
	show_overlap(reply.result);
	return reply.status != 0;
}

NVME_SUBCOMMAND(fw_commit, "fw-commit", commit_main, "DEVICE [OPTIONS]",
		"Verify and commit firmware to a specific slot", commit_options);
NVME_SUBCOMMAND(fw_activate, "fw-activate", commit_main, "DEVICE [OPTIONS]",
		"The same as fw-commit", commit_options);

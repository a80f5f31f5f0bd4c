/* nvme admin-passthru and io-passthru: any command, as it is given. */
#include "drivers/nvme/spec/names.h"
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/io.h"
#include "kernel/commands/nvme/nvme.h"
#include "kernel/posix/process.h"
#include "kernel/x86/time.h"
#include "lib/string.h"

struct passthru {
	struct nvme_command command;
	uint16_t opcode;  /* NO_OPCODE: none was given */
	uint16_t prefill; /* NO_PREFILL */
	uint16_t reserved;
	bool read, write, raw, show, dry_run, latency;
	uint32_t timeout_ms;
	uint32_t size, metadata_size;
	const char *file, *metadata;
	struct nvme_target target;
};

#define NO_OPCODE  0x100
#define NO_PREFILL 0x100

#define DWORD(n, letter) \
	NVME_NUMBER(struct passthru, command.cdw##n, "cdw" #n, letter, "command dword " #n " value")

static const struct nvme_option passthru_options[] = {
	NVME_NUMBER_OF(struct passthru, opcode, 8, "opcode", 'o', "opcode (required)"),
	NVME_NUMBER_OF(struct passthru, opcode, 8, "opcode", 'O', ""),
	NVME_NUMBER(struct passthru, command.flags, "flags", 'f', "command flags"),
	NVME_NUMBER_OF(struct passthru, prefill, 8, "prefill", 'p',
		       "byte to fill the buffer with first"),
	NVME_NUMBER(struct passthru, reserved, "rsvd", 'R', "shown only: this field is the CID"),
	NVME_NUMBER(struct passthru, command.nsid, "namespace-id", 'n', "desired namespace"),
	NVME_NUMBER(struct passthru, size, "data-len", 'l', "length of the data (bytes)"),
	NVME_NUMBER(struct passthru, metadata_size, "metadata-len", 'm',
		    "length of the metadata (bytes)"),
	NVME_NUMBER(struct passthru, timeout_ms, "timeout", 't', "timeout value, in milliseconds"),
	DWORD(2, '2'),
	DWORD(3, '3'),
	DWORD(10, '4'),
	DWORD(11, '5'),
	DWORD(12, '6'),
	DWORD(13, '7'),
	DWORD(14, '8'),
	DWORD(15, '9'),
	NVME_TEXT(struct passthru, file, "FILE", "input-file", 'i',
		  "file of the data, sent or returned"),
	NVME_TEXT(struct passthru, metadata, "FILE", "metadata", 'M', "file of the metadata"),
	NVME_FLAG(struct passthru, raw, "raw-binary", 'b', "print returned data as they are"),
	NVME_FLAG(struct passthru, show, "show-command", 's',
		  "print the command before sending it"),
	NVME_FLAG(struct passthru, dry_run, "dry-run", 'd', "print the command and do not send it"),
	NVME_FLAG(struct passthru, read, "read", 'r', "the command returns data"),
	NVME_FLAG(struct passthru, write, "write", 'w', "the command takes data"),
	NVME_FLAG(struct passthru, latency, "latency", 'T', "say how long it took"),
	NVME_OPTIONS_END,
};

static struct passthru parse(int argc, char **argv)
{
	struct passthru passthru = {.opcode = NO_OPCODE, .prefill = NO_PREFILL};
	unsigned direction;

	passthru.target = nvme_arguments(argc, argv, passthru_options, &passthru);
	if (passthru.opcode == NO_OPCODE)
		fail(1, "%s: an opcode is needed: -o OPCODE", argv[0]);
	/* The opcode itself says which way its data go; the driver follows it. */
	passthru.command.opcode = (uint8_t)passthru.opcode;
	direction = NVME_OPCODE_DIRECTION(passthru.command.opcode);
	if ((passthru.write && !(direction & NVME_DIRECTION_TO_DEVICE)) ||
	    (passthru.read && !(direction & NVME_DIRECTION_FROM_DEVICE)))
		fail(1, "%s: opcode %#x does not %s data", argv[0], passthru.command.opcode,
		     passthru.read ? "return" : "take");
	if ((passthru.size || passthru.metadata_size) && !direction) {
		err("data direction not given\n");
		process_exit(1);
	}
	passthru.write = direction & NVME_DIRECTION_TO_DEVICE;
	passthru.read = direction & NVME_DIRECTION_FROM_DEVICE;
	if (!passthru.command.nsid)
		passthru.command.nsid = passthru.target.nsid;
	return passthru;
}

static void show_command(const struct passthru *passthru, const struct nvme_passthrough *sent)
{
	const struct nvme_command *command = &passthru->command;

	out("opcode       : %02x\n", command->opcode);
	out("flags        : %02x\n", command->flags);
	out("rsvd1        : %04x\n", passthru->reserved);
	out("nsid         : %08x\n", command->nsid);
	out("cdw2         : %08x\n", command->cdw2);
	out("cdw3         : %08x\n", command->cdw3);
	out("data_len     : %08x\n", passthru->size);
	out("metadata_len : %08x\n", passthru->metadata_size);
	out("addr         : %lx\n", (unsigned long)sent->data);
	out("metadata     : %lx\n", (unsigned long)sent->metadata);
	out("cdw10        : %08x\n", command->cdw10);
	out("cdw11        : %08x\n", command->cdw11);
	out("cdw12        : %08x\n", command->cdw12);
	out("cdw13        : %08x\n", command->cdw13);
	out("cdw14        : %08x\n", command->cdw14);
	out("cdw15        : %08x\n", command->cdw15);
	out("timeout_ms   : %08x\n", passthru->timeout_ms);
}

/* Room that is filled with what -p says. What a file is short of is refused: the rest would be
 * written as well. Where -p says what the rest is to be, it is given too. */
static void *provide(const char *name, const struct passthru *passthru, const char *option,
		     const char *file, size_t size, size_t room)
{
	uint8_t *buffer = nvme_io_buffer(name, &passthru->target, option, room);
	size_t filled;

	if (!buffer)
		return NULL;
	memset(buffer, passthru->prefill & 0xff, room);
	if (!passthru->write || !size)
		return buffer;
	filled = nvme_io_read(file, buffer, size);
	if (filled < size && passthru->prefill == NO_PREFILL)
		fail(1, "%s: %s has only %zu of the %zu bytes of %s (-p BYTE fills up)", name,
		     file ? file : "standard input", filled, size, option);
	return buffer;
}

/* Identify has one size only: who asks for less gets the beginning. */
static size_t room_for(const struct passthru *passthru, bool admin)
{
	if (admin && passthru->command.opcode == NVME_ADMIN_IDENTIFY && passthru->size &&
	    passthru->size < NVME_IDENTIFY_SIZE)
		return NVME_IDENTIFY_SIZE;
	return passthru->size;
}

static int send(const struct passthru *passthru, struct nvme_passthrough *sent, bool admin)
{
	const char *kind = admin ? "Admin" : "IO";
	const char *name = admin ? nvme_admin_name(passthru->command.opcode)
				 : nvme_io_name(passthru->command.opcode);
	struct nvme_reply reply = {0};
	uint64_t begun;
	int error;

	sent->reply = &reply;
	if (!admin)
		nvme_io_settle_files(&passthru->target);
	begun = time_ns();
	error = admin ? nvme_admin_command(passthru->target.controller, sent)
		      : nvme_io_command(passthru->target.controller, sent);
	if (passthru->latency)
		out("%s Command %s latency: %llu us\n", kind, name,
		    (unsigned long long)((time_ns() - begun) / NS_PER_US));
	if (nvme_check("passthru", error, &reply))
		return 1;
	/* On standard error, so that the data stand alone. */
	err("%s Command %s is Success and result: 0x%08x\n", kind, name, reply.result);
	return 0;
}

static int run(int argc, char **argv, bool admin)
{
	struct passthru passthru = parse(argc, argv);
	struct nvme_passthrough sent = {.command = &passthru.command,
					.size = room_for(&passthru, admin),
					.metadata_size = passthru.metadata_size,
					.timeout_ms = passthru.timeout_ms};
	/* Where data are sent as well, the files are of these. */
	const char *file = passthru.write ? NULL : passthru.file,
		   *metadata = passthru.write ? NULL : passthru.metadata;
	int fd = 1, metadata_fd = 1;

	if (admin && !passthru.dry_run && nvme_reserved_for_driver(&passthru.command))
		fail(1, "%s: only the driver may send %s", argv[0],
		     nvme_admin_name(passthru.command.opcode));
	if (!passthru.dry_run)
		nvme_io_check_sizes(argv[0], &passthru.target, !admin, &sent, "data-len");
	sent.data =
		provide(argv[0], &passthru, "data-len", passthru.file, passthru.size, sent.size);
	sent.metadata = provide(argv[0], &passthru, "metadata-len", passthru.metadata,
				passthru.metadata_size, passthru.metadata_size);
	if (passthru.show || passthru.dry_run)
		show_command(&passthru, &sent);
	if (passthru.dry_run)
		return 0;
	if (passthru.read) {
		fd = nvme_io_open_output(file);
		metadata_fd = nvme_io_open_output(metadata);
	}
	if (send(&passthru, &sent, admin))
		return 1;
	if (!passthru.read)
		return 0;
	if (file || passthru.raw)
		nvme_io_write(fd, file, sent.data, passthru.size);
	else if (passthru.size)
		nvme_dump(sent.data, passthru.size);
	if (file || metadata)
		nvme_io_write(metadata_fd, metadata, sent.metadata, passthru.metadata_size);
	return 0;
}

static int admin_passthru_main(int argc, char **argv)
{
	return run(argc, argv, true);
}

NVME_SUBCOMMAND(admin_passthru, "admin-passthru", admin_passthru_main,
		"DEVICE --opcode=NUM [OPTIONS]",
		"Submit an arbitrary admin command, return results", passthru_options);

static int io_passthru_main(int argc, char **argv)
{
	return run(argc, argv, false);
}

NVME_SUBCOMMAND(io_passthru, "io-passthru", io_passthru_main, "DEVICE --opcode=NUM [OPTIONS]",
		"Submit an arbitrary IO command, return results", passthru_options);

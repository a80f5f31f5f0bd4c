/* nvme admin-passthru and io-passthru: any command, as it is given. */
#include "drivers/nvme/spec/names.h"
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/nvme.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/string.h"

struct passthru {
	struct nvme_command command;
	uint16_t opcode;  /* NO_OPCODE: none was given */
	uint16_t prefill; /* NO_PREFILL */
	bool read, write, raw, show, dry_run;
	uint32_t timeout_ms;
	uint32_t size;
	const char *input;
	struct nvme_target target;
};

#define NO_OPCODE  0x100
#define NO_PREFILL 0x100

#define DWORD(n, letter) \
	NVME_NUMBER(struct passthru, command.cdw##n, "cdw" #n, letter, "command dword " #n " value")

static const struct nvme_option passthru_options[] = {
	NVME_NUMBER_OF(struct passthru, opcode, 8, "opcode", 'o', "opcode (required)"),
	NVME_NUMBER(struct passthru, command.flags, "flags", 'f', "command flags"),
	NVME_NUMBER_OF(struct passthru, prefill, 8, "prefill", 'p',
		       "byte to fill the buffer with first"),
	NVME_NUMBER(struct passthru, command.nsid, "namespace-id", 'n', "desired namespace"),
	NVME_NUMBER(struct passthru, size, "data-len", 'l', "length of the data (bytes)"),
	NVME_NUMBER(struct passthru, timeout_ms, "timeout", 't', "timeout value, in milliseconds"),
	DWORD(2, '2'),
	DWORD(3, '3'),
	DWORD(10, '4'),
	DWORD(11, '5'),
	DWORD(12, '6'),
	DWORD(13, '7'),
	DWORD(14, '8'),
	DWORD(15, '9'),
	NVME_TEXT(struct passthru, input, "FILE", "input-file", 'i',
		  "file of data to send, else stdin"),
	NVME_FLAG(struct passthru, raw, "raw-binary", 'b', "print returned data as they are"),
	NVME_FLAG(struct passthru, show, "show-command", 's',
		  "print the command before sending it"),
	NVME_FLAG(struct passthru, dry_run, "dry-run", 'd', "print the command and do not send it"),
	NVME_FLAG(struct passthru, read, "read", 'r', "the command returns data"),
	NVME_FLAG(struct passthru, write, "write", 'w', "the command takes data"),
	NVME_OPTIONS_END,
};

static struct passthru parse(int argc, char **argv)
{
	struct passthru passthru = {.opcode = NO_OPCODE, .prefill = NO_PREFILL};
	unsigned direction;

	passthru.target = nvme_arguments(argc, argv, passthru_options, &passthru);
	if (passthru.opcode == NO_OPCODE)
		fail(1, "%s: an opcode is needed: -o OPCODE", argv[0]);
	if (passthru.read && passthru.write)
		fail(1, "%s: -r and -w exclude each other", argv[0]);
	if (passthru.size && !passthru.read && !passthru.write)
		fail(1, "%s: data need a direction: -r or -w", argv[0]);
	/* The opcode itself says which way its data go; the driver follows it. */
	passthru.command.opcode = (uint8_t)passthru.opcode;
	direction = NVME_OPCODE_DIRECTION(passthru.command.opcode);
	if ((passthru.write && !(direction & NVME_DIRECTION_TO_DEVICE)) ||
	    (passthru.read && !(direction & NVME_DIRECTION_FROM_DEVICE)))
		fail(1, "%s: opcode %#x does not %s data", argv[0], passthru.command.opcode,
		     passthru.read ? "return" : "take");
	if (!passthru.command.nsid)
		passthru.command.nsid = passthru.target.nsid;
	return passthru;
}

static void show_command(const struct passthru *passthru, const void *buffer)
{
	const struct nvme_command *command = &passthru->command;

	out("opcode       : %02x\n", command->opcode);
	out("flags        : %02x\n", command->flags);
	out("rsvd1        : 0000\n");
	out("nsid         : %08x\n", command->nsid);
	out("cdw2         : %08x\n", command->cdw2);
	out("cdw3         : %08x\n", command->cdw3);
	out("data_len     : %08x\n", passthru->size);
	out("metadata_len : 00000000\n");
	out("addr         : %lx\n", (unsigned long)buffer);
	out("metadata     : 0\n");
	out("cdw10        : %08x\n", command->cdw10);
	out("cdw11        : %08x\n", command->cdw11);
	out("cdw12        : %08x\n", command->cdw12);
	out("cdw13        : %08x\n", command->cdw13);
	out("cdw14        : %08x\n", command->cdw14);
	out("cdw15        : %08x\n", command->cdw15);
	out("timeout_ms   : %08x\n", passthru->timeout_ms);
}

/* Fills the buffer from -i FILE or, without it, from standard input. What is shorter is refused:
 * the rest would be written as well. Where -p says what the rest is to be, it is given too. */
static void read_input(const char *name, const struct passthru *passthru, uint8_t *buffer)
{
	const char *input = passthru->input ? passthru->input : "standard input";
	size_t filled = 0;
	int fd = 0;

	if (passthru->input) {
		fd = process_open(passthru->input, O_RDONLY, 0);
		if (fd < 0)
			fail(1, "%s: %s", passthru->input, error_text(-fd));
	}
	while (filled < passthru->size) {
		long count = process_read(fd, buffer + filled, passthru->size - filled);

		if (count < 0)
			fail(1, "%s: %s", input, error_text((int)-count));
		if (count == 0)
			break;
		filled += (size_t)count;
	}
	if (filled < passthru->size && passthru->prefill == NO_PREFILL)
		fail(1, "%s: %s has only %zu of the %u bytes of data-len (-p BYTE fills up)", name,
		     input, filled, passthru->size);
}

/* A command moves no more than it was given, or was given room for. Returns how much room it is
 * given: Identify has one size only, who asks for less gets the beginning. */
static size_t room_for(const char *name, const struct passthru *passthru, bool admin)
{
	const struct nvme_command *command = &passthru->command;
	uint64_t size =
		nvme_data_size(passthru->target.controller, !admin, command, passthru->size);

	if (size <= passthru->size)
		return passthru->size;
	if (admin && command->opcode == NVME_ADMIN_IDENTIFY && passthru->size)
		return size;
	if (size == UINT64_MAX)
		fail(1, "%s: namespace %u is not in use: the size of its blocks is not known", name,
		     command->nsid);
	fail(1, "%s: %s moves %llu bytes by its own fields, data-len is %u", name,
	     admin ? nvme_admin_name(command->opcode) : nvme_io_name(command->opcode),
	     (unsigned long long)size, passthru->size);
}

static int run(int argc, char **argv, bool admin)
{
	struct passthru passthru = parse(argc, argv);
	size_t room = passthru.size;
	uint8_t *buffer = NULL;
	struct nvme_reply reply = {0};
	int error;

	if (admin && !passthru.dry_run && nvme_reserved_for_driver(&passthru.command))
		fail(1, "%s: only the driver may send %s", argv[0],
		     nvme_admin_name(passthru.command.opcode));
	if (!passthru.dry_run)
		room = room_for(argv[0], &passthru, admin);
	if (passthru.size) {
		if (passthru.size > nvme_transfer_max(passthru.target.controller))
			fail(1, "%s: data-len %u is more than %s takes in one command (%u)",
			     argv[0], passthru.size, nvme_name(passthru.target.controller),
			     nvme_transfer_max(passthru.target.controller));
		buffer = process_alloc_pages(room);
		if (!buffer)
			fail(1, "memory exhausted");
		memset(buffer, passthru.prefill & 0xff, room);
	}
	if (passthru.write)
		read_input(argv[0], &passthru, buffer);
	if (passthru.show || passthru.dry_run)
		show_command(&passthru, buffer);
	if (passthru.dry_run)
		return 0;
	error = (admin ? nvme_admin_command : nvme_io_command)(
		passthru.target.controller,
		&(struct nvme_passthrough){.command = &passthru.command,
					   .data = buffer,
					   .size = room,
					   .timeout_ms = passthru.timeout_ms,
					   .reply = &reply});
	if (nvme_check(argv[0], error, &reply))
		return 1;
	/* On standard error, so that the data stand alone. */
	err("%s Command %s is Success and result: 0x%08x\n", admin ? "Admin" : "IO",
	    admin ? nvme_admin_name(passthru.command.opcode)
		  : nvme_io_name(passthru.command.opcode),
	    reply.result);
	if (passthru.read && passthru.raw)
		out_bytes(buffer, passthru.size);
	else if (passthru.read)
		nvme_dump(buffer, passthru.size);
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

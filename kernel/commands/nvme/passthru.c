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
	bool opcode_given;
	bool read, write, raw, show, dry_run, prefilled;
	uint8_t prefill;
	unsigned timeout_ms;
	size_t size;
	const char *input;
	struct nvme_target target;
};

enum { CDW2 = '2' };

const struct nvme_option nvme_passthru_options[] = {
	{"opcode", 'o', "NUM", "opcode (required)"},
	{"flags", 'f', "NUM", "command flags"},
	{"prefill", 'p', "NUM", "byte to fill the buffer with first"},
	{"namespace-id", 'n', "NUM", "desired namespace"},
	{"data-len", 'l', "NUM", "length of the data (bytes)"},
	{"timeout", 't', "NUM", "timeout value, in milliseconds"},
	{"cdw2", '2', "NUM", "command dword 2 value"},
	{"cdw3", '3', "NUM", "command dword 3 value"},
	{"cdw10", '4', "NUM", "command dword 10 value"},
	{"cdw11", '5', "NUM", "command dword 11 value"},
	{"cdw12", '6', "NUM", "command dword 12 value"},
	{"cdw13", '7', "NUM", "command dword 13 value"},
	{"cdw14", '8', "NUM", "command dword 14 value"},
	{"cdw15", '9', "NUM", "command dword 15 value"},
	{"input-file", 'i', "FILE", "file of data to send, else stdin"},
	{"raw-binary", 'b', NULL, "print returned data as they are"},
	{"show-command", 's', NULL, "print the command before sending it"},
	{"dry-run", 'd', NULL, "print the command and do not send it"},
	{"read", 'r', NULL, "the command returns data"},
	{"write", 'w', NULL, "the command takes data"},
	{NULL, 0, NULL, NULL},
};

static bool parse_flag(struct passthru *passthru, int option)
{
	switch (option) {
	case 'b':
		return passthru->raw = true;
	case 's':
		return passthru->show = true;
	case 'd':
		return passthru->show = passthru->dry_run = true;
	case 'r':
		return passthru->read = true;
	case 'w':
		return passthru->write = true;
	default:
		return false;
	}
}

static void parse_value(struct passthru *passthru, int option, const char *text)
{
	struct nvme_command *command = &passthru->command;
	uint32_t *const dwords[] = {&command->cdw2,  &command->cdw3,  &command->cdw10,
				    &command->cdw11, &command->cdw12, &command->cdw13,
				    &command->cdw14, &command->cdw15};

	switch (option) {
	case 'o':
		command->opcode = (uint8_t)nvme_number("opcode", text, UINT8_MAX);
		passthru->opcode_given = true;
		break;
	case 'f':
		command->flags = (uint8_t)nvme_number("flags", text, UINT8_MAX);
		break;
	case 'p':
		passthru->prefill = (uint8_t)nvme_number("prefill", text, UINT8_MAX);
		passthru->prefilled = true;
		break;
	case 'n':
		command->nsid = (uint32_t)nvme_number("namespace-id", text, UINT32_MAX);
		break;
	case 'l':
		passthru->size = (size_t)nvme_number("data-len", text, UINT32_MAX);
		break;
	case 't':
		passthru->timeout_ms = (unsigned)nvme_number("timeout", text, UINT32_MAX);
		break;
	case 'i':
		passthru->input = text;
		break;
	default:
		*dwords[option - CDW2] = (uint32_t)nvme_number("command dword", text, UINT32_MAX);
	}
}

static struct passthru parse(int argc, char **argv)
{
	struct passthru passthru = {0};
	struct getopt state = {0};
	unsigned direction;
	int option;

	while ((option = nvme_next_option(&state, argc, argv, nvme_passthru_options)) != -1)
		if (!parse_flag(&passthru, option))
			parse_value(&passthru, option, state.argument);
	if (!passthru.opcode_given)
		fail(1, "%s: an opcode is needed: -o OPCODE", argv[0]);
	if (passthru.read && passthru.write)
		fail(1, "%s: -r and -w exclude each other", argv[0]);
	if (passthru.size && !passthru.read && !passthru.write)
		fail(1, "%s: data need a direction: -r or -w", argv[0]);
	/* The opcode itself says which way its data go; the driver follows it. */
	direction = NVME_OPCODE_DIRECTION(passthru.command.opcode);
	if ((passthru.write && !(direction & NVME_DIRECTION_TO_DEVICE)) ||
	    (passthru.read && !(direction & NVME_DIRECTION_FROM_DEVICE)))
		fail(1, "%s: opcode %#x does not %s data", argv[0], passthru.command.opcode,
		     passthru.read ? "return" : "take");
	passthru.target = nvme_operand(argc, argv, state.index);
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
	out("data_len     : %08zx\n", passthru->size);
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
	if (filled < passthru->size && !passthru->prefilled)
		fail(1, "%s: %s has only %zu of the %zu bytes of data-len (-p BYTE fills up)", name,
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
	fail(1, "%s: %s moves %llu bytes by its own fields, data-len is %zu", name,
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
			fail(1, "%s: data-len %zu is more than %s takes in one command (%u)",
			     argv[0], passthru.size, nvme_name(passthru.target.controller),
			     nvme_transfer_max(passthru.target.controller));
		buffer = process_alloc_pages(room);
		if (!buffer)
			fail(1, "memory exhausted");
		memset(buffer, passthru.prefill, room);
	}
	if (passthru.write)
		read_input(argv[0], &passthru, buffer);
	if (passthru.show)
		show_command(&passthru, buffer);
	if (passthru.dry_run)
		return 0;
	error = (admin ? nvme_admin_command : nvme_io_command)(passthru.target.controller,
							       &passthru.command, buffer, room,
							       passthru.timeout_ms, &reply);
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

int nvme_admin_passthru_main(int argc, char **argv)
{
	return run(argc, argv, true);
}

int nvme_io_passthru_main(int argc, char **argv)
{
	return run(argc, argv, false);
}

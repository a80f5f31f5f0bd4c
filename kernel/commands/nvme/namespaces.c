/* nvme create-ns, delete-ns, attach-ns and detach-ns. */
#include "drivers/nvme/spec/spec.h"
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/format.h"
#include "kernel/commands/nvme/io.h"
#include "kernel/commands/nvme/log.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/ctype.h"
#include "lib/errno.h"
#include "lib/number.h"
#include "lib/string.h"

#define TIMEOUT_MS 120000

struct create {
	uint64_t nsze, ncap, block_size, lbstm;
	uint32_t anagrpid, timeout_ms;
	uint16_t nvmsetid;
	uint8_t flbas, dps, nmic, csi;
	const char *nsze_si, *ncap_si;
};

static const struct nvme_option create_options[] = {
	NVME_SUFFIXED(struct create, nsze, "nsze", 's', "size of ns (NSZE)"),
	NVME_SUFFIXED(struct create, ncap, "ncap", 'c', "capacity of ns (NCAP)"),
	NVME_NUMBER(struct create, flbas, "flbas", 'f', "LBA format and metadata (FLBAS)"),
	NVME_NUMBER(struct create, dps, "dps", 'd', "data protection settings (DPS)"),
	NVME_NUMBER(struct create, nmic, "nmic", 'm', "sharing capabilities (NMIC)"),
	NVME_NUMBER(struct create, anagrpid, "anagrp-id", 'a', "ANA Group Identifier (ANAGRPID)"),
	NVME_NUMBER(struct create, nvmsetid, "nvmset-id", 'i', "NVM Set Identifier (NVMSETID)"),
	NVME_SUFFIXED(struct create, block_size, "block-size", 'b',
		      "the LBA format with such blocks"),
	NVME_NUMBER(struct create, timeout_ms, "timeout", 't', "timeout value, in milliseconds"),
	NVME_NUMBER(struct create, csi, "csi", 'y', "command set identifier (CSI)"),
	NVME_SUFFIXED(struct create, lbstm, "lbstm", 'l', "storage tag mask (LBSTM)"),
	NVME_TEXT(struct create, nsze_si, "SIZE", "nsze-si", 'S', "NSZE in bytes, as 1.5G"),
	NVME_TEXT(struct create, ncap_si, "SIZE", "ncap-si", 'C', "NCAP in bytes, as 1.5G"),
	NVME_OPTIONS_END,
};

/* Identify Namespace of what all have in common. Ends the process where it fails. */
static const struct nvme_identify_namespace *common_to_all(const struct nvme_target *target)
{
	struct nvme_identify_namespace *id = alloc_or_fail(sizeof(*id));
	struct nvme_reply reply = {0};
	int error = nvme_identify_command(target->controller, NVME_CNS_NAMESPACE, NVME_NSID_ALL, id,
					  &reply);

	if (reply.status)
		err("identify failed\n");
	if (nvme_check("identify-namespace", error, &reply))
		process_exit(1);
	return id;
}

/* A number with a fraction and one of the SI's prefixes behind it, rounded down. */
static bool parse_si(const char *text, uint64_t *value, bool *prefixed)
{
	static const char prefixes[] = "kMGTPE";
	uint64_t whole, fraction = 0, unit = 1, part = 1;
	const char *prefix;

	*prefixed = false;
	if (number_parse_prefix(text, &text, 10, &whole))
		return false;
	if (*text == '.')
		/* Of more digits than these a byte is not made. */
		for (text++; is_digit(*text); text++)
			if (part < 1000000000000000000u) {
				fraction = 10 * fraction + (uint64_t)(*text - '0');
				part *= 10;
			}
	prefix = *text ? strchr(prefixes, *text) : NULL;
	if (*text && (!prefix || text[1]))
		return false;
	*prefixed = prefix != NULL;
	for (long i = prefix ? prefix - prefixes + 1 : 0; i > 0; i--)
		unit *= 1000;
	fraction = part <= unit ? fraction * (unit / part) : fraction / (part / unit);
	return !__builtin_mul_overflow(whole, unit, value) &&
	       !__builtin_add_overflow(*value, fraction, value);
}

/* Takes -S or -C for *blocks: 0, or 1 after a message. */
static int take_si(const struct nvme_target *target, const char *option, const char *text,
		   uint8_t flbas, uint64_t *blocks)
{
	const struct nvme_identify_namespace *id;
	const struct nvme_lba_format *format;
	unsigned index;
	bool prefixed;

	if (!text)
		return 0;
	if (*blocks) {
		err("Invalid specification of both %s and its SI argument, please specify only "
		    "one\n",
		    option);
		return 1;
	}
	if (!parse_si(text, blocks, &prefixed)) {
		err("Expected long suffixed integer argument for '%s-si' but got '%s'!\n", option,
		    text);
		return 1;
	}
	if (!prefixed)
		return 0;
	id = common_to_all(target);
	index = NVME_FLBAS_INDEX(flbas, NVME_LBA_FORMATS_MAX);
	format = &id->lbaf[index];
	if (!format->data_size_shift || format->data_size_shift >= 64) {
		err("create-ns: LBA format %u is not available\n", index);
		return 1;
	}
	*blocks /= (1ull << format->data_size_shift) + format->metadata_size;
	return 0;
}

/* Chooses FLBAS by -b: 0, or 1 after a message. */
static int choose_format(const struct nvme_target *target, struct create *create)
{
	const struct nvme_identify_namespace *id;

	if (create->flbas != NVME_FORMAT_NONE && create->block_size)
		return nvme_refuse("Invalid specification of both FLBAS and Block Size, please "
				   "specify only one");
	if (create->block_size & (create->block_size - 1)) {
		err("Invalid value for block size (%llu). Block size must be a power of two\n",
		    (unsigned long long)create->block_size);
		return 1;
	}
	if (create->block_size) {
		id = common_to_all(target);
		create->flbas = nvme_format_of(id, create->block_size);
		/* Its upper bits have a place of their own. */
		if (create->flbas != NVME_FORMAT_NONE)
			create->flbas = (uint8_t)NVME_FLBAS(create->flbas);
	}
	if (create->flbas != NVME_FORMAT_NONE)
		return 0;
	err("FLBAS corresponding to block size %llu not found\n"
	    "Please correct block size, or specify FLBAS directly\n",
	    (unsigned long long)create->block_size);
	return 1;
}

static int create_main(int argc, char **argv)
{
	struct create create = {.flbas = NVME_FORMAT_NONE, .timeout_ms = TIMEOUT_MS};
	struct nvme_target target = nvme_arguments(argc, argv, create_options, &create);
	const struct nvme_command command = {
		.opcode = NVME_ADMIN_NAMESPACE_MANAGEMENT,
		.cdw10 = NVME_NAMESPACE_CREATE,
		.cdw11 = (uint32_t)create.csi << NVME_NAMESPACE_CSI_SHIFT,
	};
	struct nvme_namespace_create *data = alloc_or_fail(sizeof(*data));
	struct nvme_reply reply = {0};

	if (choose_format(&target, &create) ||
	    take_si(&target, "nsze", create.nsze_si, create.flbas, &create.nsze) ||
	    take_si(&target, "ncap", create.ncap_si, create.flbas, &create.ncap))
		return 1;
	*data = (struct nvme_namespace_create){
		.nsze = create.nsze,
		.ncap = create.ncap,
		.flbas = create.flbas,
		.dps = create.dps,
		.nmic = create.nmic,
		.anagrpid = create.anagrpid,
		.nvmsetid = create.nvmsetid,
		.lbstm = create.lbstm,
	};
	if (nvme_admin_run(&target,
			   &(struct nvme_passthrough){.command = &command,
						      .data = data,
						      .size = sizeof(*data),
						      .timeout_ms = create.timeout_ms,
						      .reply = &reply},
			   "create namespace"))
		return 1;
	out("%s: Success, created nsid:%u\n", argv[0], reply.result);
	return 0;
}

NVME_SUBCOMMAND(create_ns, "create-ns", create_main, "DEVICE [OPTIONS]",
		"Creates a namespace with the provided parameters", create_options);

struct namespace_options {
	uint32_t nsid, timeout_ms;
	const char *controllers;
};

static const struct nvme_option delete_options[] = {
	NVME_NUMBER(struct namespace_options, nsid, "namespace-id", 'n', "namespace to delete"),
	NVME_NUMBER(struct namespace_options, timeout_ms, "timeout", 't',
		    "timeout value, in milliseconds"),
	NVME_OPTIONS_END,
};

static int delete_main(int argc, char **argv)
{
	struct namespace_options options = {.timeout_ms = TIMEOUT_MS};
	struct nvme_target target = nvme_arguments(argc, argv, delete_options, &options);
	struct nvme_command command = {.opcode = NVME_ADMIN_NAMESPACE_MANAGEMENT,
				       .cdw10 = NVME_NAMESPACE_DELETE};

	if (!options.nsid && !target.nsid)
		return nvme_refuse("get-namespace-id: Inappropriate ioctl for device");
	command.nsid = nvme_io_nsid(&target, options.nsid);
	files_sync_all();
	if (nvme_admin_run(&target,
			   &(struct nvme_passthrough){.command = &command,
						      .timeout_ms = options.timeout_ms},
			   "delete namespace"))
		return 1;
	out("%s: Success, deleted nsid:%u\n", argv[0], command.nsid);
	return 0;
}

NVME_SUBCOMMAND(delete_ns, "delete-ns", delete_main, "DEVICE [OPTIONS]",
		"Deletes a namespace from the controller", delete_options);

static const struct nvme_option attach_options[] = {
	NVME_NSID_OPTION(struct namespace_options),
	NVME_TEXT(struct namespace_options, controllers, "LIST", "controllers", 'c',
		  "identifiers of controllers"),
	NVME_NUMBER(struct namespace_options, timeout_ms, "timeout", 't', ""),
	NVME_OPTIONS_END,
};

/* Identifiers with commas between; false where they are something else, or too many. */
static bool parse_controllers(const char *text, struct nvme_controller_list *list)
{
	uint64_t number;

	while (text && *text) {
		if (number_parse_prefix(text, &text, 0, &number) || number > UINT16_MAX ||
		    (*text && *text != ',') || list->count == NVME_CONTROLLER_LIST_MAX)
			return false;
		list->controllers[list->count++] = (uint16_t)number;
		if (*text)
			text++;
	}
	return true;
}

static int change(int argc, char **argv, unsigned how, const char *what)
{
	struct namespace_options options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, attach_options, &options);
	struct nvme_controller_list *list = alloc_or_fail(sizeof(*list));
	const struct nvme_command command = {
		.opcode = NVME_ADMIN_NAMESPACE_ATTACHMENT, .nsid = options.nsid, .cdw10 = how};

	if (!options.nsid) {
		err("%s: namespace-id parameter required\n", argv[0]);
		return 1;
	}
	memset(list, 0, sizeof(*list));
	if (!parse_controllers(options.controllers, list)) {
		err("%s: controller id list is malformed\n", argv[0]);
		return 1;
	}
	if (!list->count)
		err("warning: empty controller-id list will result in no actual change in "
		    "namespace attachment\n");
	if (how == NVME_NAMESPACE_DETACH)
		files_sync_all();
	if (nvme_admin_run(&target,
			   &(struct nvme_passthrough){.command = &command,
						      .data = list,
						      .size = sizeof(*list),
						      .timeout_ms = options.timeout_ms},
			   what))
		return 1;
	out("%s: Success, nsid:%u\n", argv[0], options.nsid);
	return 0;
}

static int attach_main(int argc, char **argv)
{
	return change(argc, argv, NVME_NAMESPACE_ATTACH, "attach namespace");
}

NVME_SUBCOMMAND(attach_ns, "attach-ns", attach_main, "DEVICE [OPTIONS]",
		"Attaches a namespace to requested controller(s)", attach_options);

static int detach_main(int argc, char **argv)
{
	return change(argc, argv, NVME_NAMESPACE_DETACH, "detach namespace");
}

NVME_SUBCOMMAND(detach_ns, "detach-ns", detach_main, "DEVICE [OPTIONS]",
		"Detaches a namespace from requested controller(s)", attach_options);

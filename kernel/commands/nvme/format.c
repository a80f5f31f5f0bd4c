/* nvme format */
#include "kernel/commands/nvme/format.h"

#include "drivers/nvme/spec/spec.h"
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/io.h"
#include "kernel/commands/nvme/log.h"
#include "kernel/commands/support/interval.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "kernel/x86/time.h"
#include "lib/errno.h"

struct format {
	uint64_t block_size;
	uint32_t nsid, timeout_ms;
	uint8_t lbaf, ses, pi, pil, mset;
	bool reset, force;
};

static const struct nvme_option format_options[] = {
	NVME_NSID_OPTION(struct format),
	NVME_NUMBER(struct format, timeout_ms, "timeout", 't', "timeout value, in milliseconds"),
	NVME_NUMBER(struct format, lbaf, "lbaf", 'l', "LBA format; default: as it is"),
	NVME_NUMBER(struct format, ses, "ses", 's', "secure erase: 1 user data, 2 crypto"),
	NVME_NUMBER(struct format, pi, "pi", 'i', "protection information: type 0 to 3"),
	NVME_NUMBER(struct format, pil, "pil", 'p', "1: PI in the metadata's first bytes"),
	NVME_NUMBER(struct format, mset, "ms", 'm', "1: metadata at the end of the block"),
	NVME_FLAG(struct format, reset, "reset", 'r', "reset the controller afterwards"),
	NVME_FLAG(struct format, force, "force", 0, "do not warn, do not wait"),
	NVME_SUFFIXED(struct format, block_size, "block-size", 'b',
		      "the LBA format with such blocks"),
	NVME_OPTIONS_END,
};

#define WAIT_S 10 /* for Ctrl-C */

uint8_t nvme_format_of(const struct nvme_identify_namespace *id, uint64_t block_size)
{
	for (unsigned i = 0; i < NVME_LBA_FORMATS(id) && i < NVME_LBA_FORMATS_MAX; i++) {
		unsigned shift = id->lbaf[i].data_size_shift;

		if (shift && shift < 64 && !id->lbaf[i].metadata_size &&
		    1ull << shift == block_size)
			return (uint8_t)i;
	}
	return NVME_FORMAT_NONE;
}

/* The format that is meant, where that is up to the namespace. 0, or 1 after a message. */
static int choose(const struct nvme_target *target, struct format *format)
{
	struct nvme_identify_namespace *id = alloc_or_fail(sizeof(*id));
	struct nvme_reply reply = {0};
	int error;

	if (format->nsid == NVME_NSID_ALL) {
		if (format->lbaf == NVME_FORMAT_NONE)
			format->lbaf = 0;
		return 0;
	}
	error = nvme_identify_command(target->controller, NVME_CNS_NAMESPACE, format->nsid, id,
				      &reply);
	if (reply.status)
		err("identify failed\n");
	if (nvme_check("identify-namespace", error, &reply))
		return 1;
	if (format->block_size) {
		format->lbaf = nvme_format_of(id, format->block_size);
		if (format->lbaf != NVME_FORMAT_NONE)
			return 0;
		err("LBAF corresponding to given block size %llu not found\n"
		    "Please correct block size, or specify LBAF directly\n",
		    (unsigned long long)format->block_size);
		return 1;
	}
	if (format->lbaf == NVME_FORMAT_NONE)
		format->lbaf = (uint8_t)NVME_FLBAS_INDEX(id->flbas, NVME_LBA_FORMATS(id));
	/* One that is not attached is described by zeroes. */
	if (id->nsze && format->lbaf >= NVME_LBA_FORMATS(id)) {
		err("invalid lbaf:%u\n", format->lbaf);
		return 1;
	}
	return 0;
}

static int refuse(const char *what, unsigned value)
{
	err("invalid %s:%u\n", what, value);
	return 1;
}

static int check(const struct format *format)
{
	if (format->ses > 7)
		return refuse("secure erase settings", format->ses);
	if (format->lbaf >= NVME_LBA_FORMATS_MAX)
		return refuse("lbaf", format->lbaf);
	if (format->pi > 7)
		return refuse("pi", format->pi);
	if (format->pil > 1)
		return refuse("pil", format->pil);
	if (format->mset > 1)
		return refuse("ms", format->mset);
	return 0;
}

static void warn(const struct nvme_target *target, const struct format *format)
{
	err("You are about to format %s, namespace %#x%s.\n", nvme_target_name(target),
	    format->nsid, format->nsid == NVME_NSID_ALL ? "(ALL namespaces)" : "");
	err("WARNING: Format may irrevocably delete this device's data.\n"
	    "You have %u seconds to press Ctrl-C to cancel this operation.\n\n"
	    "Use the force [--force] option to suppress this warning.\n",
	    WAIT_S);
	interval_wait(WAIT_S * NS_PER_S);
	err("Sending format operation ... \n");
}

static int format_main(int argc, char **argv)
{
	struct format format = {.timeout_ms = 600000, .lbaf = NVME_FORMAT_NONE};
	struct nvme_target target = nvme_arguments(argc, argv, format_options, &format);
	struct nvme_command command = {.opcode = NVME_ADMIN_FORMAT_NVM};

	if (format.lbaf != NVME_FORMAT_NONE && format.block_size)
		return nvme_refuse("Invalid specification of both LBAF and Block Size, please "
				   "specify only one");
	if (format.block_size & (format.block_size - 1)) {
		err("Invalid value for block size (%llu), must be a power of two\n",
		    (unsigned long long)format.block_size);
		return 1;
	}
	if (nvme_identify(target.controller)->fna & NVME_FNA_FORMAT_ALL)
		format.nsid = NVME_NSID_ALL;
	else if (!format.nsid && !target.nsid)
		return nvme_refuse("get-namespace-id: Inappropriate ioctl for device");
	else
		format.nsid = nvme_io_nsid(&target, format.nsid);
	if (choose(&target, &format) || check(&format))
		return 1;
	if (!format.force)
		warn(&target, &format);
	files_sync_all();
	command.nsid = format.nsid;
	command.cdw10 = NVME_FORMAT_LBAF(format.lbaf) |
			(uint32_t)format.mset << NVME_FORMAT_MSET_SHIFT |
			(uint32_t)format.pi << NVME_FORMAT_PI_SHIFT |
			(uint32_t)format.pil << NVME_FORMAT_PIL_SHIFT |
			(uint32_t)format.ses << NVME_FORMAT_SES_SHIFT;
	if (nvme_admin_run(&target,
			   &(struct nvme_passthrough){.command = &command,
						      .timeout_ms = format.timeout_ms},
			   "format"))
		return 1;
	out("Success formatting namespace:%x\n", format.nsid);
	if (format.reset && !target.nsid && nvme_reset(target.controller))
		return 1;
	return 0;
}

NVME_SUBCOMMAND(format, "format", format_main, "DEVICE [OPTIONS]",
		"Format namespace with new block format", format_options);

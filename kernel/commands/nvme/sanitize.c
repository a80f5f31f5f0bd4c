/* nvme sanitize */
#include "drivers/nvme/spec/spec.h"
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/log.h"
#include "kernel/posix/file.h"
#include "lib/ctype.h"
#include "lib/string.h"

struct sanitize {
	uint32_t pattern, timeout_ms;
	uint8_t passes;
	bool invert, no_deallocate, unrestricted, verify;
	const char *action;
};

static const struct nvme_option sanitize_options[] = {
	NVME_FLAG(struct sanitize, no_deallocate, "no-dealloc", 'd', "do not deallocate after it"),
	NVME_FLAG(struct sanitize, invert, "oipbp", 'i', "invert the pattern between passes"),
	NVME_NUMBER(struct sanitize, passes, "owpass", 'n', "overwrite pass count, 0 is 16"),
	NVME_FLAG(struct sanitize, unrestricted, "ause", 'u', "allow unrestricted exit"),
	NVME_TEXT(struct sanitize, action, "ACT", "sanact", 'a',
		  "1 exit failure mode, 2 start block erase, 3 overwrite, 4 crypto erase"),
	NVME_NUMBER(struct sanitize, pattern, "ovrpat", 'p', "overwrite pattern"),
	NVME_FLAG(struct sanitize, verify, "emvs", 'e', "enter media verification state"),
	NVME_NUMBER(struct sanitize, timeout_ms, "timeout", 't', ""),
	NVME_OPTIONS_END,
};

/* Whether text is the beginning of a name, with so many letters at least, whatever their case. */
static bool begins(const char *text, const char *name, size_t least)
{
	size_t length = strlen(text);

	for (size_t i = 0; i < length; i++)
		if (to_lower(text[i]) != name[i])
			return false;
	return length >= least;
}

static unsigned action_of(const char *text)
{
	static const struct {
		const char *name;
		uint8_t least;
	} actions[] = {
		[NVME_SANITIZE_EXIT_FAILURE] = {"exit-failure", 1},
		[NVME_SANITIZE_BLOCK_ERASE] = {"start-block-erase", 7},
		[NVME_SANITIZE_OVERWRITE] = {"start-overwrite", 7},
		[NVME_SANITIZE_CRYPTO_ERASE] = {"start-crypto-erase", 7},
	};

	if (!text)
		return 0;
	for (unsigned i = 1; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (begins(text, actions[i].name, actions[i].least))
			return i;
	return (unsigned)nvme_number("sanact", text, UINT8_MAX);
}

static int sanitize_main(int argc, char **argv)
{
	struct sanitize options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, sanitize_options, &options);
	unsigned action = action_of(options.action);
	const struct nvme_command command = {
		.opcode = NVME_ADMIN_SANITIZE,
		.cdw10 = action | (options.unrestricted ? NVME_SANITIZE_AUSE : 0) |
			 (options.passes & 0xfu) << NVME_SANITIZE_OWPASS_SHIFT |
			 (options.invert ? NVME_SANITIZE_OIPBP : 0) |
			 (options.no_deallocate ? NVME_SANITIZE_NDAS : 0) |
			 (options.verify ? NVME_SANITIZE_EMVS : 0),
		.cdw11 = options.pattern,
	};

	if (action < NVME_SANITIZE_EXIT_FAILURE || action > NVME_SANITIZE_CRYPTO_ERASE)
		return nvme_refuse("Invalid Sanitize Action");
	if (action == NVME_SANITIZE_EXIT_FAILURE &&
	    (options.unrestricted || options.no_deallocate || options.verify))
		return nvme_refuse("SANACT is Exit Failure Mode");
	if (action == NVME_SANITIZE_OVERWRITE && options.passes > 16)
		return nvme_refuse("OWPASS out of range [0-16]");
	if (action != NVME_SANITIZE_OVERWRITE &&
	    (options.passes || options.invert || options.pattern))
		return nvme_refuse("SANACT is not Overwrite");
	files_sync_all();
	return nvme_admin_run(
		&target,
		&(struct nvme_passthrough){.command = &command, .timeout_ms = options.timeout_ms},
		"sanitize");
}

NVME_SUBCOMMAND(sanitize, "sanitize", sanitize_main, "DEVICE [OPTIONS]",
		"Submit a sanitize command", sanitize_options);

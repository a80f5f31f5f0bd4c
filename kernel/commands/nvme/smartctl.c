/* smartctl: identity and health of NVMe controllers, in the form of smartmontools 7.3. */
#include "kernel/commands/nvme/smartctl.h"

#include "kernel/commands/command.h"
#include "kernel/commands/nvme/nvme.h"
#include "lib/errno.h"
#include "lib/number.h"
#include "lib/string.h"

/* Bits of the exit status */
#define FAILED_USAGE  0x01
#define FAILED_DEVICE 0x02 /* it cannot be opened, or does not answer Identify */
#define FAILED_SMART  0x04 /* a log page cannot be read */
#define FAILED_STATUS 0x08 /* the device says that it is failing */

#define ERRORS_USUAL 16 /* entries of the error log, unless another number is asked for */
#define ALL	     UINT32_MAX

struct settings {
	bool information, capabilities, health, attributes, scan;
	unsigned errors; /* entries to read at most */
};

static const char *why(int error, const struct nvme_reply *reply)
{
	return reply->status ? nvme_status_name(reply->status) : error_text(-error);
}

/* Reads a log page of the whole subsystem; false after a message. */
static bool read_log(struct nvme_controller *controller, uint8_t lid, const char *what,
		     void *buffer, size_t size)
{
	struct nvme_log_request request = {.lid = lid, .nsid = ALL, .retain = true};
	struct nvme_reply reply = {0};
	int error = nvme_log_page(controller, &request, buffer, size, &reply);

	if (error)
		out("Read %s failed: %s\n\n", what, why(error, &reply));
	return !error;
}

static bool identify(struct nvme_controller *controller, unsigned cns, uint32_t nsid, void *buffer)
{
	struct nvme_reply reply = {0};
	int error = nvme_identify_command(controller, cns, nsid, buffer, &reply);

	if (!error)
		return true;
	if (nsid)
		out("Read NVMe Identify Namespace 0x%x failed: %s\n", nsid, why(error, &reply));
	else
		out("Read NVMe Identify Controller failed: %s\n", why(error, &reply));
	return false;
}

static int report(const struct settings *settings, const struct nvme_target *target)
{
	struct nvme_identify_controller *id = alloc_or_fail(sizeof(*id));
	struct nvme_identify_namespace *namespace = alloc_or_fail(sizeof(*namespace));
	struct nvme_smart_log *log = alloc_or_fail(sizeof(*log));
	struct nvme_controller *controller = target->controller;
	uint32_t nsid = target->nsid;
	int status = 0;

	memset(namespace, 0, sizeof(*namespace));
	if (!identify(controller, NVME_CNS_CONTROLLER, 0, id))
		return FAILED_DEVICE;
	if (settings->information || settings->capabilities) {
		out("=== START OF INFORMATION SECTION ===\n");
		/* A controller with one namespace speaks for it. */
		if (!nsid && id->nn == 1)
			nsid = 1;
		if (nsid && !identify(controller, NVME_CNS_NAMESPACE, nsid, namespace))
			return FAILED_DEVICE;
		if (settings->information)
			smartctl_print_information(id, nsid, namespace);
		if (settings->capabilities)
			smartctl_print_capabilities(id, nsid, namespace);
		out("\n");
	}
	if (settings->health || settings->attributes || settings->errors)
		out("=== START OF SMART DATA SECTION ===\n");
	if (settings->health || settings->attributes) {
		if (!read_log(controller, NVME_LOG_SMART, "NVMe SMART/Health Information", log,
			      sizeof(*log)))
			return FAILED_SMART;
		if (settings->health) {
			smartctl_print_health(log->critical_warning);
			status |= log->critical_warning ? FAILED_STATUS : 0;
		}
		if (settings->attributes)
			smartctl_print_attributes(log, id);
	}
	if (settings->errors) {
		unsigned all = id->elpe + 1u;
		unsigned wanted = settings->errors < all ? settings->errors : all;
		struct nvme_error_log_entry *entries = alloc_or_fail(wanted * sizeof(*entries));

		if (!read_log(controller, NVME_LOG_ERROR, "Error Information Log", entries,
			      wanted * sizeof(*entries)))
			return status | FAILED_SMART;
		smartctl_print_errors(entries, wanted, all);
	}
	return status;
}

static void select_all(struct settings *settings)
{
	settings->information = settings->capabilities = true;
	settings->health = settings->attributes = true;
	settings->errors = ERRORS_USUAL;
}

static _Noreturn void fail_argument(const char *option, const char *argument)
{
	complain("invalid argument to option %s: %s", option, quote(argument));
	fail_usage(FAILED_USAGE);
}

/* error[,COUNT] */
static unsigned error_count(const char *text)
{
	uint64_t count;

	if (strcmp(text, "error") == 0)
		return ERRORS_USUAL;
	if (strncmp(text, "error,", 6) != 0 || number_parse(text + 6, 10, &count) || !count ||
	    count > 256)
		fail_argument("-l", text);
	return (unsigned)count;
}

static const struct option long_options[] = {{"all", 0, 'a'},	       {"xall", 0, 'x'},
					     {"info", 0, 'i'},	       {"health", 0, 'H'},
					     {"capabilities", 0, 'c'}, {"attributes", 0, 'A'},
					     {"log", 1, 'l'},	       {"device", 1, 'd'},
					     {"scan", 0, 'S'},	       {NULL, 0, 0}};

static int smartctl_main(int argc, char **argv)
{
	struct settings settings = {0};
	struct getopt state = {0};
	struct nvme_target target;
	int option;

	while ((option = getopt_next(&state, argc, argv, "axiHcAl:d:", long_options)) != -1) {
		settings.information |= option == 'i';
		settings.health |= option == 'H';
		settings.capabilities |= option == 'c';
		settings.attributes |= option == 'A';
		settings.scan |= option == 'S';
		if (option == 'a' || option == 'x')
			select_all(&settings);
		else if (option == 'l')
			settings.errors = error_count(state.argument);
		else if (option == 'd' && strcmp(state.argument, "nvme") != 0 &&
			 strcmp(state.argument, "auto") != 0)
			fail_argument("-d", state.argument);
		else if (option == '?')
			fail_usage(FAILED_USAGE);
	}
	if (settings.scan) {
		for (struct nvme_controller *controller = nvme_first(); controller;
		     controller = nvme_next(controller))
			out("/dev/%s -d nvme # /dev/%s, NVMe device\n", nvme_name(controller),
			    nvme_name(controller));
		return 0;
	}
	if (argc - state.index != 1) {
		complain(state.index == argc ? "ERROR: smartctl requires a device name as the "
					       "final command-line argument."
					     : "ERROR: smartctl takes ONE device name as the "
					       "final command-line argument.");
		fail_usage(FAILED_USAGE);
	}
	out("smartctl: in the form of smartmontools 7.3\n\n");
	if (!nvme_find_target(argv[state.index], &target)) {
		out("Smartctl open device: %s failed: No such device\n", argv[state.index]);
		return FAILED_DEVICE;
	}
	if (!settings.information && !settings.capabilities && !settings.health &&
	    !settings.attributes && !settings.errors) {
		out("NVMe device successfully opened\n\n"
		    "Use 'smartctl -a' (or '-x') to print SMART (and more) information\n\n");
		return 0;
	}
	return report(&settings, &target);
}

static void smartctl_complete(struct completion *completion)
{
	completion->files = false;
	if (strcmp(completion->argv[completion->argc - 1], "-l") == 0)
		completion->offer(completion, "error");
	else
		nvme_complete_device(completion);
}

COMMAND(smartctl, "[-aiHcA] [-l error[,COUNT]] DEVICE", "Show the health of NVMe controllers",
	"  -i            identity; -c capabilities\n"
	"  -H            whether the device is failing; -A all of its health log\n"
	"  -l error[,N]  the latest 16 entries, or N, of the error log\n"
	"  -a, -x        all of these\n"
	"  --scan        list the controllers\n"
	"The status is the sum of 1 (wrong words), 2 (no such device), 4 (a log cannot be read)\n"
	"and 8 (the device is failing).\n",
	.complete = smartctl_complete);

/* nvme resv-acquire, resv-register, resv-release and resv-report. */
#include "drivers/nvme/spec/spec.h"
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/io.h"
#include "kernel/commands/nvme/nvme.h"
#include "lib/endian.h"
#include "lib/format.h"
#include "lib/json.h"
#include "lib/string.h"

struct reservation {
	uint32_t nsid, timeout_ms;
	uint64_t keys[2]; /* the current one, and the new one or that of who is to go */
	uint8_t action, type, persist;
	bool ignore_key;
};

#define COMMON_OPTIONS                                                   \
	NVME_NSID_OPTION(struct reservation),                            \
		NVME_SUFFIXED(struct reservation, keys[0], "crkey", 'c', \
			      "current reservation key"),                \
		NVME_FLAG(struct reservation, ignore_key, "iekey", 'i',  \
			  "ignore the existing key"),                    \
		NVME_NUMBER(struct reservation, timeout_ms, "timeout", 0, "")
#define ACTION_OPTION(long_name, letter) \
	NVME_NUMBER_OF(struct reservation, action, 3, long_name, letter, "action")
#define TYPE_OPTION NVME_NUMBER(struct reservation, type, "rtype", 't', "reservation type")

static const struct nvme_option acquire_options[] = {
	COMMON_OPTIONS,
	NVME_SUFFIXED(struct reservation, keys[1], "prkey", 'p', "key to be preempted"),
	ACTION_OPTION("racqa", 'a'),
	TYPE_OPTION,
	NVME_OPTIONS_END,
};
static const struct nvme_option register_options[] = {
	COMMON_OPTIONS,
	NVME_SUFFIXED(struct reservation, keys[1], "nrkey", 'k', "new reservation key"),
	ACTION_OPTION("rrega", 'r'),
	NVME_NUMBER_OF(struct reservation, persist, 2, "cptpl", 'p', "change of persistence"),
	NVME_OPTIONS_END,
};
static const struct nvme_option release_options[] = {
	COMMON_OPTIONS,
	ACTION_OPTION("rrela", 'a'),
	TYPE_OPTION,
	NVME_OPTIONS_END,
};

static int run(int argc, char **argv, const struct nvme_option *rows, uint8_t opcode,
	       const char *what, const char *success)
{
	struct reservation reservation = {.nsid = 0};
	struct nvme_target target = nvme_arguments(argc, argv, rows, &reservation);
	const struct nvme_command command = {
		.opcode = opcode,
		.nsid = nvme_io_nsid(&target, reservation.nsid),
		.cdw10 = reservation.action |
			 (reservation.ignore_key ? NVME_RESERVATION_IEKEY : 0) |
			 (uint32_t)reservation.type << NVME_RESERVATION_TYPE_SHIFT |
			 (uint32_t)reservation.persist << NVME_RESERVATION_CPTPL_SHIFT,
	};

	return nvme_io_run(&target,
			   &(struct nvme_passthrough){.command = &command,
						      .data = reservation.keys,
						      .size = nvme_command_row(true, opcode)->fixed,
						      .timeout_ms = reservation.timeout_ms},
			   what, success);
}

static int acquire_main(int argc, char **argv)
{
	return run(argc, argv, acquire_options, NVME_IO_RESERVATION_ACQUIRE, "reservation acquire",
		   "NVME Reservation Acquire success");
}

NVME_SUBCOMMAND(resv_acquire, "resv-acquire", acquire_main, "DEVICE [OPTIONS]",
		"Submit a Reservation Acquire, return results", acquire_options);

static int register_main(int argc, char **argv)
{
	return run(argc, argv, register_options, NVME_IO_RESERVATION_REGISTER,
		   "reservation register", "NVME Reservation  success");
}

NVME_SUBCOMMAND(resv_register, "resv-register", register_main, "DEVICE [OPTIONS]",
		"Submit a Reservation Register, return results", register_options);

static int release_main(int argc, char **argv)
{
	return run(argc, argv, release_options, NVME_IO_RESERVATION_RELEASE, "reservation release",
		   "NVME Reservation Release success");
}

NVME_SUBCOMMAND(resv_release, "resv-release", release_main, "DEVICE [OPTIONS]",
		"Submit a Reservation Release, return results", release_options);

struct report {
	uint32_t nsid, dwords, timeout_ms;
	bool extended;
	uint8_t output;
};

static const struct nvme_option report_options[] = {
	NVME_NSID_OPTION(struct report),
	NVME_NUMBER(struct report, dwords, "numd", 'd', "number of dwords to transfer, less one"),
	NVME_FLAG(struct report, extended, "eds", 'e', "request the extended data structure"),
	NVME_NUMBER(struct report, timeout_ms, "timeout", 't', ""),
	NVME_OUTPUT_OPTION(struct report),
	NVME_RAW_OPTION(struct report),
	NVME_OPTIONS_END,
};

#define DWORDS_MAX 1023u /* a page, 0's based */
#define DWORDS_MIN 3u

/* Registered controllers as they fit into what was read, whatever the count says. */
static unsigned entries(const struct nvme_reservation_status *status, size_t size, bool extended)
{
	size_t header = extended ? NVME_RESERVATION_EXTENDED_HEADER : sizeof(*status),
	       entry = extended ? sizeof(struct nvme_reservation_entry_extended)
				: sizeof(struct nvme_reservation_entry);
	size_t room = size < header ? 0 : (size - header) / entry;

	return get_le16(status->regctl) < room ? get_le16(status->regctl) : (unsigned)room;
}

/* A line of text, in hexadecimal, or a member of the object that json is in. */
static void field(struct json *json, bool extended, const char *name, uint64_t value)
{
	if (json)
		json_number(json, name, value);
	else
		out("  %-*s: %llx\n", extended ? 11 : 8, name, (unsigned long long)value);
}

static void header_field(struct json *json, const char *name, unsigned value)
{
	if (json)
		json_number(json, name, value);
	else
		out("%-10s: %u\n", name, value);
}

static void print_entry(struct json *json, const struct nvme_reservation_entry *entry)
{
	field(json, false, "cntlid", entry->cntlid);
	field(json, false, "rcsts", entry->rcsts);
	field(json, false, "hostid", entry->hostid);
	field(json, false, "rkey", entry->rkey);
}

static void print_extended(struct json *json, const struct nvme_reservation_entry_extended *entry)
{
	char host[2 * sizeof(entry->hostid) + 1];

	for (size_t i = 0; i < sizeof(entry->hostid); i++)
		snprintf(host + 2 * i, 3, "%02x", entry->hostid[i]);
	field(json, true, "cntlid", entry->cntlid);
	field(json, true, "rcsts", entry->rcsts);
	field(json, true, "rkey", entry->rkey);
	if (json)
		json_string(json, "hostid", host);
	else
		out("  hostid     : %s\n", host);
}

static void print_report(struct json *json, const struct nvme_reservation_status *status,
			 size_t size, bool extended)
{
	const struct nvme_reservation_entry_extended *wide =
		(const void *)((const uint8_t *)status + NVME_RESERVATION_EXTENDED_HEADER);
	const char *name = extended ? "regctlext" : json ? "regctls" : "regctl";

	header_field(json, "gen", status->gen);
	header_field(json, "rtype", status->rtype);
	header_field(json, "regctl", get_le16(status->regctl));
	header_field(json, "ptpls", status->ptpls);
	if (json)
		json_array_begin(json, name);
	for (unsigned i = 0; i < entries(status, size, extended); i++) {
		if (json)
			json_object_begin(json, NULL);
		else
			out("%s[%u] :\n", name, i);
		if (extended)
			print_extended(json, &wide[i]);
		else
			print_entry(json, &status->entries[i]);
		if (json)
			json_object_end(json);
	}
	if (json)
		json_array_end(json);
}

static void show_report(const struct nvme_reservation_status *status, size_t size,
			const struct report *report)
{
	struct json json;

	if (report->output == NVME_OUTPUT_BINARY) {
		out_bytes(status, size);
	} else if (report->output == NVME_OUTPUT_JSON) {
		json = nvme_json_begin();
		print_report(&json, status, size, report->extended);
		nvme_json_end(&json);
	} else {
		out("\nNVME Reservation status:\n\n");
		print_report(NULL, status, size, report->extended);
		out("\n");
	}
}

static int report_main(int argc, char **argv)
{
	struct report report = {.nsid = 0};
	struct nvme_target target = nvme_arguments(argc, argv, report_options, &report);
	struct nvme_command command = {.opcode = NVME_IO_RESERVATION_REPORT,
				       .nsid = nvme_io_nsid(&target, report.nsid),
				       .cdw11 = report.extended};
	struct nvme_reply reply = {0};
	struct nvme_passthrough passthrough = {
		.command = &command, .timeout_ms = report.timeout_ms, .reply = &reply};
	int error;

	command.cdw10 = report.dwords && report.dwords < DWORDS_MAX ? report.dwords : DWORDS_MAX;
	if (command.cdw10 < DWORDS_MIN)
		command.cdw10 = DWORDS_MIN;
	passthrough.size = (command.cdw10 + 1) * 4;
	/* Shorter than the header: what is behind is zero. */
	passthrough.data = alloc_or_fail((DWORDS_MAX + 1) * 4);
	memset(passthrough.data, 0, (DWORDS_MAX + 1) * 4);
	error = nvme_io_send(&target, &passthrough);
	if (nvme_check("reservation report", error, &reply))
		return 1;
	show_report(passthrough.data, passthrough.size, &report);
	return 0;
}

NVME_SUBCOMMAND(resv_report, "resv-report", report_main, "DEVICE [OPTIONS]",
		"Submit a Reservation Report, return results", report_options);

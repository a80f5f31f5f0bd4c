/* nvme self-test-log and sanitize-log: how long operations stand. */
#include "drivers/nvme/spec/spec.h"
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/log.h"
#include "lib/format.h"

#define TEXT_OF(texts, index, otherwise) \
	((index) < sizeof(texts) / sizeof((texts)[0]) ? (texts)[index] : (otherwise))

static const char *self_test_result(unsigned result)
{
	static const char *const results[] = {
		"Operation completed without error",
		"Operation was aborted by a Device Self-test command",
		"Operation was aborted by a Controller Level Reset",
		"Operation was aborted due to a removal of a namespace from the namespace "
		"inventory",
		"Operation was aborted due to the processing of a Format NVM command",
		"A fatal error or unknown test error occurred while the controller was executing "
		"the device self-test operation and the operation did not complete",
		"Operation completed with a segment that failed and the segment that failed is not "
		"known",
		"Operation completed with one or more failed segments and the first segment that "
		"failed is indicated in the SegmentNumber field",
		"Operation was aborted for unknown reason",
		"Operation was aborted due to a sanitize operation",
		"Reserved",
	};

	return TEXT_OF(results, result, "Entry not used (does not contain a result)");
}

static const char *self_test_code(unsigned code)
{
	return code == 1     ? "Short device self-test operation"
	       : code == 2   ? "Extended device self-test operation"
	       : code == 0xe ? "Vendor specific"
			     : "Reserved";
}

static void show_self_test(const struct nvme_self_test_result *entry, bool human)
{
	unsigned result = NVME_SELF_TEST_RESULT(entry->status);
	unsigned code = NVME_SELF_TEST_CODE(entry->status);
	unsigned status = entry->sct << 8 | entry->sc;

	out("  Operation Result             : %#x%s%s\n", result, human ? " " : "",
	    human ? self_test_result(result) : "");
	if (result == NVME_SELF_TEST_UNUSED)
		return;
	out("  Self Test Code               : %x%s%s\n", code, human ? " " : "",
	    human ? self_test_code(code) : "");
	if (result == NVME_SELF_TEST_SEGMENT_FAILED)
		out("  Segment Number               : %#x\n", entry->segment);
	out("  Valid Diagnostic Information : %#x\n", entry->valid);
	out("  Power on hours (POH)         : %#llx\n", (unsigned long long)entry->power_on_hours);
	if (entry->valid & NVME_SELF_TEST_NSID_VALID)
		out("  Namespace Identifier         : %#x\n", entry->nsid);
	if (entry->valid & NVME_SELF_TEST_LBA_VALID)
		out("  Failing LBA                  : %#llx\n",
		    (unsigned long long)entry->failing_lba);
	if (entry->valid & NVME_SELF_TEST_SCT_VALID)
		out("  Status Code Type             : %#x\n", entry->sct);
	if (entry->valid & NVME_SELF_TEST_SC_VALID) {
		const char *text = nvme_status_text(status);

		out("  Status Code                  : %#x", entry->sc);
		if (human)
			out(" %s%s%s", nvme_status_name(status), text ? ": " : "",
			    text ? text : "");
		out("\n");
	}
	out("  Vendor Specific              : %#x %#x\n", entry->vendor[0], entry->vendor[1]);
}

static void show_self_test_json(struct json *json, const struct nvme_self_test_result *entry)
{
	unsigned result = NVME_SELF_TEST_RESULT(entry->status);

	json_object_begin(json, NULL);
	json_number(json, "Self test result", result);
	if (result != NVME_SELF_TEST_UNUSED) {
		json_number(json, "Self test code", NVME_SELF_TEST_CODE(entry->status));
		json_number(json, "Segment number", entry->segment);
		json_number(json, "Valid Diagnostic Information", entry->valid);
		json_number(json, "Power on hours", entry->power_on_hours);
		if (entry->valid & NVME_SELF_TEST_NSID_VALID)
			json_number(json, "Namespace Identifier", entry->nsid);
		if (entry->valid & NVME_SELF_TEST_LBA_VALID)
			json_number(json, "Failing LBA", entry->failing_lba);
		if (entry->valid & NVME_SELF_TEST_SCT_VALID)
			json_number(json, "Status Code Type", entry->sct);
		if (entry->valid & NVME_SELF_TEST_SC_VALID)
			json_number(json, "Status Code", entry->sc);
		json_number(json, "Vendor Specific", entry->vendor[0] | entry->vendor[1] << 8);
	}
	json_object_end(json);
}

static const struct nvme_option self_test_log_options[] = {
	NVME_NUMBER(struct log_options, entries, "dst-entries", 'e',
		    "how many entries, by default all 20"),
	LOG_OUTPUT_OPTION,
	LOG_VERBOSE_OPTION,
	NVME_OPTIONS_END,
};

static int self_test_log_main(int argc, char **argv)
{
	struct log_options options = {.entries = NVME_SELF_TEST_RESULTS};
	struct nvme_target target = nvme_arguments(argc, argv, self_test_log_options, &options);
	const struct nvme_log_request request = {.lid = NVME_LOG_SELF_TEST, .nsid = NVME_NSID_ALL};
	const struct nvme_self_test_log *log =
		nvme_read_log(argv[0], &target, &request, sizeof(*log));
	unsigned count =
		options.entries < NVME_SELF_TEST_RESULTS ? options.entries : NVME_SELF_TEST_RESULTS;

	if (options.output == NVME_OUTPUT_BINARY) {
		out_bytes(log, offsetof(struct nvme_self_test_log, results[count]));
	} else if (options.output == NVME_OUTPUT_JSON) {
		struct json json = nvme_json_begin();

		json_number(&json, "Current Device Self-Test Operation", log->operation);
		json_number(&json, "Current Device Self-Test Completion", log->completion);
		json_array_begin(&json, "List of Valid Reports");
		for (unsigned i = 0; i < count; i++)
			show_self_test_json(&json, &log->results[i]);
		json_array_end(&json);
		nvme_json_end(&json);
	} else {
		out("Device Self Test Log for NVME device:%s\n", nvme_target_name(&target));
		out("Current operation  : %#x\nCurrent Completion : %u%%\n", log->operation,
		    log->completion);
		for (unsigned i = 0; i < count; i++) {
			out("Self Test Result[%u]:\n", i);
			show_self_test(&log->results[i], options.human);
		}
	}
	return 0;
}

NVME_SUBCOMMAND(self_test_log, "self-test-log", self_test_log_main, "DEVICE [OPTIONS]",
		"Retrieve the SELF-TEST Log, show it", self_test_log_options);

static const char *sanitize_state(unsigned state)
{
	static const char *const states[] = {
		"NVM Subsystem has never been sanitized.",
		"Most Recent Sanitize Command Completed Successfully.",
		"Sanitize in Progress.",
		"Most Recent Sanitize Command Failed.",
		("Most Recent Sanitize Command (No-Deallocate After Sanitize) Completed "
		 "Successfully."),
	};

	return TEXT_OF(states, state, "Unknown");
}

#define NO_TIME 0xffffffffu

static void show_sanitize(const struct nvme_sanitize_log *log, bool human)
{
	static const char *const times[] = {
		"Overwrite",
		"Block Erase",
		"Crypto Erase",
		"Overwrite (No-Deallocate)",
		"Block Erase (No-Deallocate)",
		"Crypto Erase (No-Deallocate)",
	};
	unsigned state = NVME_SANITIZE_STATE(log->status);

	/* nvme-cli shows three bits of SSTAT, and explains all. */
	out("Sanitize Progress                      (SPROG) :  %u", log->progress);
	if (human && state == NVME_SANITIZE_RUNS) {
		/* millionths of a per cent, rounded */
		unsigned long long part = (log->progress * 100000000ull + 32768) / 65536;

		out("\t(%llu.%06llu%%)", part / 1000000, part % 1000000);
	}
	out("\nSanitize Status                        (SSTAT) :  %#x\n", state);
	if (human) {
		out("\t[2:0]\t%s\n", sanitize_state(state));
		out("\t[7:3]\tNumber of completed passes if most recent operation was "
		    "overwrite:\t%u\n",
		    NVME_SANITIZE_PASSES(log->status));
		out("\t  [8]\tGlobal Data Erased %s\n",
		    NVME_SANITIZE_ERASED(log->status)
			    ? "set: no NS LB in the NVM subsystem has been written to and no PMR "
			      "in the NVM subsystem has been enabled"
			    : "cleared: a NS LB in the NVM subsystem has been written to or a PMR "
			      "in the NVM subsystem has been enabled");
	}
	out("Sanitize Command Dword 10 Information (SCDW10) :  %#x\n", log->cdw10);
	for (unsigned i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		out("Estimated Time For %-28s:  %u%s\n", times[i], log->times[i],
		    log->times[i] == NO_TIME ? " (No time period reported)" : "");
}

static void show_sanitize_json(const struct nvme_sanitize_log *log, const char *name)
{
	static const char *const times[] = {
		"time_over_write",
		"time_block_erase",
		"time_crypto_erase",
		"time_over_write_no_dealloc",
		"time_block_erase_no_dealloc",
		"time_crypto_erase_no_dealloc",
	};
	unsigned state = NVME_SANITIZE_STATE(log->status);
	struct json json = nvme_json_begin();
	char text[96];

	json_object_begin(&json, name);
	json_number(&json, "sprog", log->progress);
	json_object_begin(&json, "sstat");
	json_number(&json, "global_erased", NVME_SANITIZE_ERASED(log->status));
	json_number(&json, "no_cmplted_passes", NVME_SANITIZE_PASSES(log->status));
	snprintf(text, sizeof(text), "(%u) %s", state, sanitize_state(state));
	json_string(&json, "status", text);
	json_object_end(&json);
	json_number(&json, "cdw10_info", log->cdw10);
	for (unsigned i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		json_number(&json, times[i], log->times[i]);
	json_object_end(&json);
	nvme_json_end(&json);
}

static const struct nvme_option sanitize_log_options[] = {
	LOG_RETAIN_OPTION, LOG_OUTPUT_OPTION, LOG_HUMAN_OPTION, LOG_RAW_OPTION, NVME_OPTIONS_END,
};

static int sanitize_log_main(int argc, char **argv)
{
	struct log_options options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, sanitize_log_options, &options);
	const struct nvme_log_request request = {
		.lid = NVME_LOG_SANITIZE, .nsid = NVME_NSID_ALL, .retain = options.retain};
	const struct nvme_sanitize_log *log =
		nvme_read_log(argv[0], &target, &request, sizeof(*log));

	if (options.output == NVME_OUTPUT_BINARY)
		out_bytes(log, sizeof(*log));
	else if (options.output == NVME_OUTPUT_JSON)
		show_sanitize_json(log, nvme_target_name(&target));
	else
		show_sanitize(log, options.human);
	return 0;
}

NVME_SUBCOMMAND(sanitize_log, "sanitize-log", sanitize_log_main, "DEVICE [OPTIONS]",
		"Retrieve sanitize log, show it", sanitize_log_options);

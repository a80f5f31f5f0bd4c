/* nvme ana-log, lba-status-log and the lists of pending events: pages whose lengths they say
 * themselves, which is not believed. */
#include "drivers/nvme/spec/spec.h"
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/log.h"
#include "kernel/posix/process.h"

/* A walk through what follows a log's header: the next so many bytes, or NULL behind its end. */
struct walk {
	const uint8_t *at, *end;
};

static const void *step(struct walk *walk, uint64_t size)
{
	const uint8_t *at = walk->at;

	if ((uint64_t)(walk->end - at) < size)
		return NULL;
	walk->at += size;
	return at;
}

/* Its NSIDs, or as many as the page has room for. */
static uint32_t nsids(const struct nvme_ana_group *group, const struct walk *walk)
{
	size_t most = (size_t)(walk->end - walk->at) / sizeof(uint32_t);

	return group->nsid_count < most ? group->nsid_count : (uint32_t)most;
}

static const char *ana_state(unsigned state)
{
	/* Base, section 5.16.1.13: bits 3:0 */
	static const char *const states[16] = {
		[1] = "optimized",	 [2] = "non-optimized", [3] = "inaccessible",
		[4] = "persistent-loss", [15] = "change",
	};

	return states[state & 0xf] ? states[state & 0xf] : "invalid state";
}

static void show_ana(const struct nvme_ana_log *log, struct walk walk, const char *name)
{
	const struct nvme_ana_group *group;

	out("Asymmetric Namespace Access Log for NVMe device: %s\nANA LOG HEADER :-\n"
	    "chgcnt\t:\t%llu\nngrps\t:\t%u\nANA Log Desc :-\n",
	    name, (unsigned long long)log->change_count, log->groups);
	for (unsigned i = 0; i < log->groups && (group = step(&walk, sizeof(*group))); i++) {
		uint32_t count = nsids(group, &walk);
		const uint32_t *list = step(&walk, count * sizeof(*list));

		out("grpid\t:\t%u\nnnsids\t:\t%u\nchgcnt\t:\t%llu\nstate\t:\t%s\n", group->id,
		    group->nsid_count, (unsigned long long)group->change_count,
		    ana_state(group->state));
		for (uint32_t j = 0; j < count; j++)
			out("\tnsid\t:\t%u\n", list[j]);
		out("\n");
	}
}

static void show_ana_json(const struct nvme_ana_log *log, struct walk walk, const char *name)
{
	struct json json = nvme_json_begin();
	const struct nvme_ana_group *group;

	json_string(&json, "Asymmetric Namespace Access Log for NVMe device", name);
	json_number(&json, "chgcnt", log->change_count);
	json_number(&json, "ngrps", log->groups);
	json_array_begin(&json, "ANA DESC LIST ");
	for (unsigned i = 0; i < log->groups && (group = step(&walk, sizeof(*group))); i++) {
		uint32_t count = nsids(group, &walk);
		const uint32_t *list = step(&walk, count * sizeof(*list));

		json_object_begin(&json, NULL);
		json_number(&json, "grpid", group->id);
		json_number(&json, "nnsids", group->nsid_count);
		json_number(&json, "chgcnt", group->change_count);
		json_string(&json, "state", ana_state(group->state));
		json_array_begin(&json, "NSIDS");
		for (uint32_t j = 0; j < count; j++) {
			json_object_begin(&json, NULL);
			json_number(&json, "nsid", list[j]);
			json_object_end(&json);
		}
		json_array_end(&json);
		json_object_end(&json);
	}
	json_array_end(&json);
	nvme_json_end(&json);
}

static const struct nvme_option ana_log_options[] = {
	NVME_FLAG(struct log_options, groups, "groups", 'g', "return ANA groups only"),
	LOG_OUTPUT_OPTION,
	NVME_OPTIONS_END,
};

/* Bytes of the log as far as the first size of them say: more than those where it goes on,
 * UINT64_MAX at most. */
static uint64_t ana_length(const struct nvme_ana_log *log, uint64_t size)
{
	struct walk walk = {(const uint8_t *)(log + 1), (const uint8_t *)log + size};
	uint64_t length = sizeof(*log);

	for (unsigned i = 0; i < log->groups; i++) {
		const struct nvme_ana_group *group = step(&walk, sizeof(*group));

		length += sizeof(*group);
		if (!group)
			break;
		length += group->nsid_count * (uint64_t)sizeof(uint32_t);
		if (!step(&walk, group->nsid_count * (uint64_t)sizeof(uint32_t)))
			break;
	}
	return length;
}

/* All of the log, which is read from its beginning until it is there: it says only by its groups
 * how long it is, and NN is far more than there are namespaces. *size: its bytes, most of them. */
static const struct nvme_ana_log *read_ana(const char *what, const struct nvme_target *target,
					   const struct nvme_log_request *request, uint64_t most,
					   uint64_t *size)
{
	uint64_t length = most < NVME_PAGE_SIZE ? most : NVME_PAGE_SIZE;

	for (;;) {
		struct nvme_ana_log *log = nvme_read_log(what, target, request, length);
		uint64_t wanted = ana_length(log, length);

		if (wanted <= length || length == most) {
			*size = wanted < length ? wanted : length;
			return log;
		}
		process_free(log);
		length = wanted > 2 * length ? wanted : 2 * length;
		if (length > most)
			length = most;
	}
}

static int ana_log_main(int argc, char **argv)
{
	struct log_options options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, ana_log_options, &options);
	const struct nvme_log_request request = {.lid = NVME_LOG_ANA,
						 .lsp = options.groups ? NVME_ANA_GROUPS_ONLY : 0,
						 .retain = true};
	const struct nvme_identify_controller *id = nvme_identify(target.controller);
	const struct nvme_ana_log *log;
	/* There may be no more; MNAN 0 is NN. */
	uint64_t size, most = sizeof(*log) +
			      id->nanagrpid * (uint64_t)sizeof(struct nvme_ana_group) +
			      (options.groups ? 0 : (uint64_t)(id->mnan ? id->mnan : id->nn) * 4);
	struct walk walk;

	log = read_ana(argv[0], &target, &request, most, &size);
	walk = (struct walk){(const uint8_t *)(log + 1), (const uint8_t *)log + size};
	if (options.output == NVME_OUTPUT_BINARY)
		out_bytes(log, size);
	else if (options.output == NVME_OUTPUT_JSON)
		show_ana_json(log, walk, nvme_target_name(&target));
	else
		show_ana(log, walk, nvme_target_name(&target));
	return 0;
}

NVME_SUBCOMMAND(ana_log, "ana-log", ana_log_main, "DEVICE [OPTIONS]", "Retrieve ANA Log, show it",
		ana_log_options);

static void show_lba_status(const struct nvme_lba_status_log *log, struct walk walk,
			    const char *name)
{
	const struct nvme_lba_status_element *element;

	out("LBA Status Log for device: %s\nLBA Status Log Page Length: %u\n"
	    "Number of LBA Status Log Namespace Elements: %u\n"
	    "Estimate of Unrecoverable Logical Blocks: %u\nLBA Status Generation Counter: %u\n",
	    name, log->size, log->element_count, log->unrecoverable_estimate, log->generation);
	for (uint32_t i = 0; i < log->element_count && (element = step(&walk, sizeof(*element)));
	     i++) {
		const struct nvme_lba_status_range *range;

		out("Namespace Element Identifier: %u\nNumber of LBA Range Descriptors: %u\n"
		    "Recommended Action Type: %u\n",
		    element->nsid, element->range_count, element->action);
		for (uint32_t j = 0;
		     element->range_count != NVME_LBA_STATUS_ALL && j < element->range_count &&
		     (range = step(&walk, sizeof(*range)));
		     j++)
			out("RSLBA[%u]: %llu\nRNLB[%u]: %u\n", j, (unsigned long long)range->lba, j,
			    range->count);
	}
}

static void show_lba_status_json(const struct nvme_lba_status_log *log, struct walk walk)
{
	const struct nvme_lba_status_element *element;
	struct json json = nvme_json_begin();

	json_number(&json, "lslplen", log->size);
	json_number(&json, "nlslne", log->element_count);
	json_number(&json, "estulb", log->unrecoverable_estimate);
	json_number(&json, "lsgc", log->generation);
	json_array_begin(&json, "ns_elements");
	for (uint32_t i = 0; i < log->element_count && (element = step(&walk, sizeof(*element)));
	     i++) {
		const struct nvme_lba_status_range *range;

		json_object_begin(&json, NULL);
		json_number(&json, "neid", element->nsid);
		json_number(&json, "nlrd", element->range_count);
		json_number(&json, "ratype", element->action);
		json_array_begin(&json, "descs");
		for (uint32_t j = 0;
		     element->range_count != NVME_LBA_STATUS_ALL && j < element->range_count &&
		     (range = step(&walk, sizeof(*range)));
		     j++) {
			json_object_begin(&json, NULL);
			json_number(&json, "rslba", range->lba);
			json_number(&json, "rnlb", range->count);
			json_object_end(&json);
		}
		json_array_end(&json);
		json_object_end(&json);
	}
	json_array_end(&json);
	nvme_json_end(&json);
}

static const struct nvme_option lba_status_log_options[] = {
	LOG_RETAIN_OPTION,
	LOG_OUTPUT_OPTION,
	NVME_OPTIONS_END,
};

static int lba_status_log_main(int argc, char **argv)
{
	struct log_options options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, lba_status_log_options, &options);
	struct nvme_log_request request = {.lid = NVME_LOG_LBA_STATUS, .retain = true};
	const struct nvme_lba_status_log *log;
	uint32_t size = *(const uint32_t *)nvme_read_log(argv[0], &target, &request, sizeof(size));
	struct walk walk;

	/* It may have grown since then, or lie. */
	if (size < sizeof(*log))
		size = sizeof(*log);
	request.retain = options.retain;
	log = nvme_read_log(argv[0], &target, &request, size);
	walk = (struct walk){(const uint8_t *)(log + 1), (const uint8_t *)log + size};
	if (options.output == NVME_OUTPUT_BINARY)
		out_bytes(log, size);
	else if (options.output == NVME_OUTPUT_JSON)
		show_lba_status_json(log, walk);
	else
		show_lba_status(log, walk, nvme_target_name(&target));
	return 0;
}

NVME_SUBCOMMAND(lba_status_log, "lba-status-log", lba_status_log_main, "DEVICE [OPTIONS]",
		"Retrieve LBA Status Information Log, show it", lba_status_log_options);

#define PENDING_DEFAULT 2044

static const struct nvme_option pending_options[] = {
	NVME_NUMBER(struct log_options, entries, "log-entries", 'e', "number of entries at most"),
	LOG_RETAIN_OPTION,
	LOG_OUTPUT_OPTION,
	LOG_RAW_OPTION,
	NVME_OPTIONS_END,
};

/* Lists of what has events pending; there are no more than most of them. */
static int pending_log(int argc, char **argv, uint8_t lid, const char *title)
{
	struct log_options options = {.entries = PENDING_DEFAULT};
	struct nvme_target target = nvme_arguments(argc, argv, pending_options, &options);
	const struct nvme_identify_controller *id = nvme_identify(target.controller);
	const struct nvme_log_request request = {.lid = lid, .retain = options.retain};
	uint32_t most = lid == NVME_LOG_ENDURANCE_GROUP_EVENTS ? id->endgidmax : id->nsetidmax;
	uint32_t count = options.entries < most ? options.entries : most;
	const struct nvme_aggregate_log *log;
	size_t size = offsetof(struct nvme_aggregate_log, entries[count]);

	if (!options.entries)
		return nvme_refuse("non-zero log-entries is required param");
	log = nvme_read_log(argv[0], &target, &request, size);
	if (log->count < count)
		count = (uint32_t)log->count;
	if (options.output == NVME_OUTPUT_BINARY) {
		out_bytes(log, size);
	} else if (options.output == NVME_OUTPUT_JSON) {
		struct json json = nvme_json_begin();

		json_number(&json, "num_entries_avail", log->count);
		json_array_begin(&json, "list_of_entries");
		for (uint32_t i = 0; i < count; i++) {
			json_object_begin(&json, NULL);
			json_number(&json, "entry", log->entries[i]);
			json_object_end(&json);
		}
		json_array_end(&json);
		nvme_json_end(&json);
	} else {
		out("%s Event Aggregate Log for device: %s\nNumber of Entries Available: %llu\n",
		    title, nvme_target_name(&target), (unsigned long long)log->count);
		for (uint32_t i = 0; i < count; i++)
			out("Entry[%u]: %u\n", i + 1, log->entries[i]);
	}
	return 0;
}

static int pred_lat_event_agg_log_main(int argc, char **argv)
{
	return pending_log(argc, argv, NVME_LOG_PREDICTABLE_LATENCY_EVENTS, "Predictable Latency");
}

NVME_SUBCOMMAND(pred_lat_event_agg_log, "pred-lat-event-agg-log", pred_lat_event_agg_log_main,
		"DEVICE [OPTIONS]", "Retrieve Predictable Latency Event Aggregate Log, show it",
		pending_options);

static int endurance_event_agg_log_main(int argc, char **argv)
{
	return pending_log(argc, argv, NVME_LOG_ENDURANCE_GROUP_EVENTS, "Endurance Group");
}

NVME_SUBCOMMAND(endurance_event_agg_log, "endurance-event-agg-log", endurance_event_agg_log_main,
		"DEVICE [OPTIONS]", "Retrieve Endurance Group Event Aggregate Log, show it",
		pending_options);

/* nvme list-ns, list-ctrl, list-endgrp and get-ns-id: lists of identifiers. */
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/identify.h"
#include "kernel/commands/nvme/nvme.h"
#include "lib/errno.h"

/* A list as it is written, in text or JSON: '[   0]:0x1', {"nsid_list":[{"nsid":1}]}. */
struct identifier_list {
	struct json json;
	const char *key;
	unsigned count;
	bool in_json;
};

static void list_one(struct identifier_list *list, uint32_t identifier)
{
	if (list->in_json) {
		json_object_begin(&list->json, NULL);
		json_number(&list->json, list->key, identifier);
		json_object_end(&list->json);
	} else {
		out("[%4u]:%#x\n", list->count, identifier);
	}
	list->count++;
}

struct list_ns_options {
	uint32_t nsid;
	uint16_t csi; /* NO_CSI: whatever it is */
	uint8_t output;
	bool all;
};

#define NO_CSI 0x100

static const struct nvme_option list_ns_options[] = {
	NVME_NUMBER(struct list_ns_options, nsid, "namespace-id", 'n',
		    "the first that may be in the list"),
	NVME_NUMBER_OF(struct list_ns_options, csi, 8, "csi", 'y', "I/O command set identifier"),
	NVME_FLAG(struct list_ns_options, all, "all", 'a', "those that are not attached, too"),
	NVME_OUTPUT_OPTION(struct list_ns_options),
	NVME_OPTIONS_END,
};

static uint8_t list_ns_cns(const struct list_ns_options *options)
{
	if (options->csi == NO_CSI)
		return options->all ? NVME_CNS_ALLOCATED_NAMESPACES : NVME_CNS_ACTIVE_NAMESPACES;
	return options->all ? NVME_CNS_IOCS_ALLOCATED_NAMESPACES : NVME_CNS_IOCS_ACTIVE_NAMESPACES;
}

static int list_ns_main(int argc, char **argv)
{
	struct list_ns_options options = {.nsid = 1, .csi = NO_CSI};
	struct nvme_target target = nvme_arguments(argc, argv, list_ns_options, &options);
	struct nvme_identify_request request = {.cns = list_ns_cns(&options)};
	struct identifier_list list = {.key = "nsid",
				       .in_json = options.output == NVME_OUTPUT_JSON};
	const uint32_t *data;
	unsigned i;

	if (!options.nsid) {
		err("invalid nsid parameter\n");
		return 1;
	}
	if (options.csi != NO_CSI)
		request.csi = (uint8_t)options.csi;
	request.nsid = options.nsid - 1;
	data = nvme_identify_data(argv[0], target.controller, &request);
	if (options.output == NVME_OUTPUT_BINARY) {
		out_bytes(data, NVME_IDENTIFY_SIZE);
		return 0;
	}
	if (list.in_json) {
		list.json = nvme_json_begin();
		json_array_begin(&list.json, "nsid_list");
	}
	for (;;) {
		/* The list ascends; anything else ends it, so that it cannot go round. */
		for (i = 0; i < NVME_NAMESPACE_LIST_ENTRIES && data[i] > request.nsid; i++) {
			list_one(&list, data[i]);
			request.nsid = data[i];
		}
		if (i < NVME_NAMESPACE_LIST_ENTRIES)
			break;
		data = nvme_identify_data(argv[0], target.controller, &request);
	}
	if (list.in_json) {
		json_array_end(&list.json);
		nvme_json_end(&list.json);
	}
	return 0;
}

NVME_SUBCOMMAND(list_ns, "list-ns", list_ns_main, "DEVICE [OPTIONS]",
		"Send NVMe Identify List, display structure", list_ns_options);

/* How a list of 16-bit identifiers is called. */
struct names {
	const char *title, *count_key, *list_key, *key;
};

static void show_identifiers(const struct nvme_identifier_list *data, enum nvme_output output,
			     const struct names *names)
{
	struct identifier_list list = {.key = names->key, .in_json = output == NVME_OUTPUT_JSON};

	if (output == NVME_OUTPUT_BINARY) {
		out_bytes(data, sizeof(*data));
		return;
	}
	if (list.in_json) {
		list.json = nvme_json_begin();
		json_number(&list.json, names->count_key, data->num);
		json_array_begin(&list.json, names->list_key);
	} else {
		out("%s: %u\n", names->title, data->num);
	}
	for (unsigned i = 0; i < data->num && i < NVME_IDENTIFIERS_MAX; i++)
		list_one(&list, data->identifier[i]);
	if (list.in_json) {
		json_array_end(&list.json);
		nvme_json_end(&list.json);
	}
}

struct list_ctrl_options {
	uint32_t nsid;
	uint16_t id;
	uint8_t output;
};

static const struct nvme_option list_ctrl_options[] = {
	NVME_NUMBER(struct list_ctrl_options, id, "cntid", 'c', "controller to begin with"),
	NVME_NUMBER(struct list_ctrl_options, nsid, "namespace-id", 'n',
		    "only those that it is attached to"),
	NVME_OUTPUT_OPTION(struct list_ctrl_options),
	NVME_OPTIONS_END,
};

static int list_ctrl_main(int argc, char **argv)
{
	static const struct names names = {"num of ctrls present", "num_ctrl", "ctrl_list",
					   "ctrl_id"};
	struct list_ctrl_options options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, list_ctrl_options, &options);
	struct nvme_identify_request request = {
		.cns = options.nsid ? NVME_CNS_NAMESPACE_CONTROLLERS : NVME_CNS_CONTROLLERS,
		.nsid = options.nsid,
		.cntid = options.id,
	};

	show_identifiers(nvme_identify_data(argv[0], target.controller, &request), options.output,
			 &names);
	return 0;
}

NVME_SUBCOMMAND(list_ctrl, "list-ctrl", list_ctrl_main, "DEVICE [OPTIONS]",
		"Send NVMe Identify Controller List, display structure", list_ctrl_options);

static const struct nvme_option list_endgrp_options[] = {
	NVME_NUMBER(struct list_ctrl_options, id, "endgrp-id", 'i',
		    "endurance group to begin with"),
	NVME_OUTPUT_OPTION(struct list_ctrl_options),
	NVME_OPTIONS_END,
};

static int list_endgrp_main(int argc, char **argv)
{
	static const struct names names = {"num of endurance group ids", "num_endgrp_id",
					   "endgrp_list", "endgrp_id"};
	struct list_ctrl_options options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, list_endgrp_options, &options);
	struct nvme_identify_request request = {.cns = NVME_CNS_ENDURANCE_GROUPS,
						.cns_specific = options.id};

	show_identifiers(nvme_identify_data(argv[0], target.controller, &request), options.output,
			 &names);
	return 0;
}

NVME_SUBCOMMAND(list_endgrp, "list-endgrp", list_endgrp_main, "DEVICE [OPTIONS]",
		"Send NVMe Identify Endurance Group List, display structure", list_endgrp_options);

static int get_ns_id_main(int argc, char **argv)
{
	struct nvme_target target = nvme_arguments(argc, argv, nvme_no_options, NULL);

	if (!target.nsid) {
		err("get namespace ID: %s\n", error_text(ENOTTY));
		return 1;
	}
	out("%sn%u: namespace-id:%u\n", nvme_name(target.controller), target.nsid, target.nsid);
	return 0;
}

NVME_SUBCOMMAND(get_ns_id, "get-ns-id", get_ns_id_main, "DEVICE",
		"Retrieve the namespace ID of opened block device", nvme_no_options);

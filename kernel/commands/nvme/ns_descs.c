/* nvme ns-descs: the Namespace Identification Descriptors. */
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/identify.h"
#include "kernel/commands/nvme/nvme.h"
#include "lib/format.h"

struct ns_descs_options {
	uint32_t nsid;
	uint8_t output;
};

static const struct nvme_option ns_descs_options[] = {
	NVME_NSID_OPTION(struct ns_descs_options),
	NVME_OUTPUT_OPTION(struct ns_descs_options),
	NVME_RAW_OPTION(struct ns_descs_options),
	NVME_OPTIONS_END,
};

/* The types, by NIDT: Base, figure 277 */
static const struct {
	const char *name;
	uint8_t size;
} types[] = {
	[NVME_NIDT_EUI64] = {"eui64", 8},
	[NVME_NIDT_NGUID] = {"nguid", 16},
	[NVME_NIDT_UUID] = {"uuid", 16},
	[NVME_NIDT_CSI] = {"csi", 1},
};

/* The next descriptor of a known type and its length from *at on, which is where it stands then;
 * NULL at the end of the list, which one without a length, or too long, is as well. */
static const struct nvme_namespace_descriptor *next_descriptor(const uint8_t *list, unsigned *at)
{
	while (*at + sizeof(struct nvme_namespace_descriptor) <= NVME_IDENTIFY_SIZE) {
		const struct nvme_namespace_descriptor *descriptor = (const void *)(list + *at);

		if (!descriptor->nidl ||
		    *at + sizeof(*descriptor) + descriptor->nidl > NVME_IDENTIFY_SIZE)
			return NULL;
		if (descriptor->nidt < sizeof(types) / sizeof(types[0]) &&
		    types[descriptor->nidt].size == descriptor->nidl)
			return descriptor;
		*at += (unsigned)sizeof(*descriptor) + descriptor->nidl;
	}
	return NULL;
}

static void format_identifier(const struct nvme_namespace_descriptor *descriptor, char *text)
{
	if (descriptor->nidt == NVME_NIDT_CSI)
		snprintf(text, NVME_UUID_TEXT, "%#x", descriptor->nid[0]);
	else if (descriptor->nidt == NVME_NIDT_UUID)
		nvme_uuid(descriptor->nid, text);
	else
		nvme_hex(descriptor->nid, descriptor->nidl, text);
}

static void json_descriptor(struct json *json, const struct nvme_namespace_descriptor *descriptor,
			    unsigned at)
{
	const char *name = types[descriptor->nidt].name;
	char text[NVME_UUID_TEXT];

	format_identifier(descriptor, text);
	json_object_begin(json, NULL);
	json_number(json, "loc", at);
	json_number(json, "nidt", descriptor->nidt);
	json_number(json, "nidl", descriptor->nidl);
	json_string(json, "type", name);
	json_string(json, name, text);
	json_object_end(json);
}

static void show_json(const uint8_t *list)
{
	const struct nvme_namespace_descriptor *descriptor;
	struct json json = nvme_json_begin();

	json_array_begin(&json, "ns-descs");
	for (unsigned at = 0; (descriptor = next_descriptor(list, &at));
	     at += (unsigned)sizeof(*descriptor) + descriptor->nidl)
		json_descriptor(&json, descriptor, at);
	json_array_end(&json);
	nvme_json_end(&json);
}

static void show_text(const uint8_t *list, uint32_t nsid)
{
	const struct nvme_namespace_descriptor *descriptor;
	char text[NVME_UUID_TEXT];

	out("NVME Namespace Identification Descriptors NS %u:\n", nsid);
	for (unsigned at = 0; (descriptor = next_descriptor(list, &at));
	     at += (unsigned)sizeof(*descriptor) + descriptor->nidl) {
		format_identifier(descriptor, text);
		out("%-8s: %s\n", types[descriptor->nidt].name, text);
	}
}

static int ns_descs_main(int argc, char **argv)
{
	struct ns_descs_options options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, ns_descs_options, &options);
	struct nvme_identify_request request = {
		.cns = NVME_CNS_DESCRIPTORS,
		.nsid = nvme_operand_nsid(&target, options.nsid),
	};
	const uint8_t *list = nvme_identify_data(argv[0], target.controller, &request);

	if (options.output == NVME_OUTPUT_BINARY)
		out_bytes(list, NVME_IDENTIFY_SIZE);
	else if (options.output == NVME_OUTPUT_JSON)
		show_json(list);
	else
		show_text(list, request.nsid);
	return 0;
}

NVME_SUBCOMMAND(ns_descs, "ns-descs", ns_descs_main, "DEVICE [OPTIONS]",
		"Send NVMe Namespace Descriptor List, display structure", ns_descs_options);

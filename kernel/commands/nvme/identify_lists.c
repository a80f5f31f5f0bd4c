/* nvme's Identify lists of more than numbers: NVM sets, secondary controllers, granularities,
 * UUIDs, domains, I/O command sets, and the descriptors of a namespace. */
#include "drivers/nvme/spec/describe.h"
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/identify.h"
#include "kernel/commands/nvme/nvme.h"
#include "lib/format.h"
#include "lib/string.h"

struct list_options {
	uint32_t nsid;
	uint32_t entries;
	uint16_t id; /* of what the list begins with, or is about */
	uint8_t output;
	bool human;
};

static const char dots[] = ".................";

/* Sends Identify and shows what came, in the list's own words where that is text. */
static int show_list(const char *what, struct nvme_controller *controller,
		     const struct nvme_identify_request *request,
		     const struct nvme_structure *table, const struct list_options *options,
		     void (*print)(const void *list, const struct list_options *options))
{
	const void *list = nvme_identify_data(what, controller, request);

	if (options->output == NVME_OUTPUT_NORMAL)
		print(list, options);
	else
		nvme_print_structure(table, list, options->output, 0, "%s", "");
	return 0;
}

static void print_nvm_sets(const void *data, const struct list_options *options)
{
	const struct nvme_nvm_set_list *list = data;

	out("NVME Identify NVM Set List %u:\n", options->id);
	out("nid     : %u\n%s\n", list->nid, dots);
	for (unsigned i = 0; i < list->nid && i < NVME_NVM_SETS_MAX; i++) {
		out(" NVM Set Attribute Entry[%2u]\n%s\n", i, dots);
		nvme_show(&nvme_nvm_set_table, &list->ent[i], 0);
		out("%s\n", dots);
	}
}

static const struct nvme_option id_nvmset_options[] = {
	NVME_NUMBER(struct list_options, id, "nvmset_id", 'i', "NVM Set to begin with"),
	NVME_OUTPUT_OPTION(struct list_options),
	NVME_OPTIONS_END,
};

static int id_nvmset_main(int argc, char **argv)
{
	struct list_options options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, id_nvmset_options, &options);
	struct nvme_identify_request request = {.cns = NVME_CNS_NVM_SETS,
						.cns_specific = options.id};

	return show_list(argv[0], target.controller, &request, &nvme_nvm_set_list_table, &options,
			 print_nvm_sets);
}

NVME_SUBCOMMAND(id_nvmset, "id-nvmset", id_nvmset_main, "DEVICE [OPTIONS]",
		"Send NVMe Identify NVM Set List, display structure", id_nvmset_options);

static void print_secondaries(const void *data, const struct list_options *options)
{
	const struct nvme_secondary_controller_list *list = data;

	out("Identify Secondary Controller List:\n");
	out("   NUMID       : Number of Identifiers           : %u\n", list->num);
	for (unsigned i = 0; i < list->num && i < options->entries; i++) {
		const struct nvme_secondary_controller *entry = &list->sc_entry[i];

		out("   SCEntry[%-3u]:\n................\n", i);
		out("     SCID      : Secondary Controller Identifier : 0x%.04x\n", entry->scid);
		out("     PCID      : Primary Controller Identifier   : 0x%.04x\n", entry->pcid);
		out("     SCS       : Secondary Controller State      : 0x%.04x (%s)\n", entry->scs,
		    entry->scs & NVME_SECONDARY_ONLINE ? "Online" : "Offline");
		out("     VFN       : Virtual Function Number         : 0x%.04x\n", entry->vfn);
		out("     NVQ       : Num VQ Flex Resources Assigned  : 0x%.04x\n", entry->nvq);
		out("     NVI       : Num VI Flex Resources Assigned  : 0x%.04x\n", entry->nvi);
	}
}

static const struct nvme_option list_secondary_options[] = {
	NVME_NUMBER(struct list_options, id, "cntid", 'c', "lowest controller to show"),
	NVME_NUMBER(struct list_options, nsid, "namespace-id", 'n', "namespace that is attached"),
	NVME_NUMBER(struct list_options, entries, "num-entries", 'e', "entries to show"),
	NVME_OUTPUT_OPTION(struct list_options),
	NVME_OPTIONS_END,
};

static int list_secondary_main(int argc, char **argv)
{
	struct list_options options = {.entries = NVME_SECONDARY_CONTROLLERS_MAX};
	struct nvme_target target = nvme_arguments(argc, argv, list_secondary_options, &options);
	struct nvme_identify_request request = {
		.cns = NVME_CNS_SECONDARY_CONTROLLERS, .cntid = options.id, .nsid = options.nsid};

	if (!options.entries || options.entries > NVME_SECONDARY_CONTROLLERS_MAX)
		fail(1, "invalid num-entries: 1 to %u", NVME_SECONDARY_CONTROLLERS_MAX);
	return show_list(argv[0], target.controller, &request,
			 &nvme_secondary_controller_list_table, &options, print_secondaries);
}

NVME_SUBCOMMAND(list_secondary, "list-secondary", list_secondary_main, "DEVICE [OPTIONS]",
		"List Secondary Controllers associated with a Primary Controller",
		list_secondary_options);

static void print_granularities(const void *data, const struct list_options *options)
{
	const struct nvme_granularity_list *list = data;

	(void)options;
	out("Identify Namespace Granularity List:\n");
	out("   ATTR        : Namespace Granularity Attributes: %#x\n", list->attributes);
	out("   NUMD        : Number of Descriptors           : %u\n", list->num_descriptors);
	for (unsigned i = 0; i <= list->num_descriptors && i < NVME_GRANULARITIES_MAX; i++) {
		out("\n     Entry[%2u] :\n................\n", i);
		out("     NSG       : Namespace Size Granularity     : %#llx\n",
		    (unsigned long long)list->entry[i].nszegran);
		out("     NCG       : Namespace Capacity Granularity : %#llx\n",
		    (unsigned long long)list->entry[i].ncapgran);
	}
}

static const struct nvme_option plain_options[] = {
	NVME_OUTPUT_OPTION(struct list_options),
	NVME_OPTIONS_END,
};

static int id_ns_granularity_main(int argc, char **argv)
{
	struct list_options options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, plain_options, &options);
	struct nvme_identify_request request = {.cns = NVME_CNS_NAMESPACE_GRANULARITY};

	return show_list(argv[0], target.controller, &request, &nvme_granularity_list_table,
			 &options, print_granularities);
}

NVME_SUBCOMMAND(id_ns_granularity, "id-ns-granularity", id_ns_granularity_main, "DEVICE [OPTIONS]",
		"Send NVMe Identify Namespace Granularity List, display structure", plain_options);

static void print_uuid(const struct nvme_uuid_entry *entry, bool human)
{
	static const char *const associations[] = {
		"No association reported", "associated with PCI Vendor ID",
		"associated with PCI Subsystem Vendor ID", "Reserved"};
	static const struct nvme_uuid_entry invalid = {.uuid = {[0 ... 15] = 0xff}};
	unsigned association = NVME_UUID_ASSOCIATION(entry->header);
	char text[NVME_UUID_TEXT];

	nvme_uuid(entry->uuid, text);
	out("association  : 0x%x %s\n", association, human ? associations[association] : "");
	out("UUID         : %s%s\n%s\n", text,
	    memcmp(entry->uuid, invalid.uuid, sizeof(invalid.uuid)) == 0 ? " (Invalid UUID)" : "",
	    dots);
}

static void print_uuids(const void *data, const struct list_options *options)
{
	const struct nvme_uuid_list *list = data;
	const struct nvme_uuid_entry none = {0};

	out("NVME Identify UUID:\n");
	for (unsigned i = 0; i < NVME_UUIDS_MAX; i++) {
		const struct nvme_uuid_entry *entry = &list->entry[i];

		if (memcmp(entry->uuid, none.uuid, sizeof(none.uuid)) == 0)
			break;
		out(" Entry[%3u]\n%s\n", i + 1, dots);
		print_uuid(entry, options->human);
	}
}

static const struct nvme_option id_uuid_options[] = {
	NVME_OUTPUT_OPTION(struct list_options),
	NVME_RAW_OPTION(struct list_options),
	NVME_HUMAN_OPTION(struct list_options),
	NVME_OPTIONS_END,
};

static int id_uuid_main(int argc, char **argv)
{
	struct list_options options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, id_uuid_options, &options);
	struct nvme_identify_request request = {.cns = NVME_CNS_UUIDS};

	return show_list(argv[0], target.controller, &request, &nvme_uuid_list_table, &options,
			 print_uuids);
}

NVME_SUBCOMMAND(id_uuid, "id-uuid", id_uuid_main, "DEVICE [OPTIONS]",
		"Send NVMe Identify UUID List, display structure", id_uuid_options);

static void print_wide(const char *what, unsigned index, const uint8_t *bytes)
{
	char text[40];

	nvme_decimal128(bytes, text);
	out("%s for Attr Entry[%u]: %s\n", what, index, text);
}

static void print_domains(const void *data, const struct list_options *options)
{
	const struct nvme_domain_list *list = data;

	(void)options;
	out("NVMe Identify command for Domain List is successful:\nNVMe Identify Domain List:\n");
	out("Number of Domain Entries: %u\n", list->num);
	for (unsigned i = 0; i < list->num && i < NVME_DOMAINS_MAX; i++) {
		const struct nvme_domain *domain = &list->domain_attr[i];

		out("Domain Id for Attr Entry[%u]: %u\n", i, domain->dom_id);
		print_wide("Domain Capacity", i, domain->dom_cap);
		print_wide("Unallocated Domain Capacity", i, domain->unalloc_dom_cap);
		print_wide("Max Endurance Group Domain Capacity", i, domain->max_egrp_dom_cap);
	}
}

static const struct nvme_option id_domain_options[] = {
	NVME_NUMBER(struct list_options, id, "dom-id", 'd', "domain to begin with"),
	NVME_OUTPUT_OPTION(struct list_options),
	NVME_OPTIONS_END,
};

static int id_domain_main(int argc, char **argv)
{
	struct list_options options = {.id = 0xffff};
	struct nvme_target target = nvme_arguments(argc, argv, id_domain_options, &options);
	struct nvme_identify_request request = {.cns = NVME_CNS_DOMAINS,
						.cns_specific = options.id};

	return show_list(argv[0], target.controller, &request, &nvme_domain_list_table, &options,
			 print_domains);
}

NVME_SUBCOMMAND(id_domain, "id-domain", id_domain_main, "DEVICE [OPTIONS]",
		"Send NVMe Identify Domain List, display structure", id_domain_options);

static const struct nvme_option id_iocs_options[] = {
	NVME_NUMBER(struct list_options, id, "controller-id", 'c', "identifier of the controller"),
	NVME_OPTIONS_END,
};

static int id_iocs_main(int argc, char **argv)
{
	struct list_options options = {.id = NVME_CNTID_SELF >> 16};
	struct nvme_target target = nvme_arguments(argc, argv, id_iocs_options, &options);
	struct nvme_identify_request request = {.cns = NVME_CNS_COMMAND_SETS, .cntid = options.id};
	const uint64_t *list = nvme_identify_data(argv[0], target.controller, &request);

	out("NVMe Identify I/O Command Set:\n");
	for (unsigned i = 0; i < NVME_COMMAND_SET_COMBINATIONS && list[i]; i++)
		out("I/O Command Set Combination[%u]:%llx\n", i, (unsigned long long)list[i]);
	return 0;
}

NVME_SUBCOMMAND(id_iocs, "id-iocs", id_iocs_main, "DEVICE [OPTIONS]",
		"Send NVMe Identify I/O Command Set, display structure", id_iocs_options);

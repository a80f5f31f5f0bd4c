/* The tables of the lists that Identify returns. */
#include "drivers/nvme/spec/describe.h"
#include "drivers/nvme/spec/spec.h"

static unsigned at_most(unsigned count, unsigned max)
{
	return count < max ? count : max;
}

static const struct nvme_row nvm_set[] = {
	FIELD_AS(struct nvme_nvm_set, nvmsetid, "nvmset_id", DECIMAL),
	FIELD_AS(struct nvme_nvm_set, endgid, "endurance_group_id", DECIMAL),
	RESERVED(struct nvme_nvm_set, reserved4),
	FIELD_AS(struct nvme_nvm_set, rr4kt, "random_4k_read_typical", DECIMAL),
	FIELD_AS(struct nvme_nvm_set, ows, "optimal_write_size", DECIMAL),
	FIELD_AS(struct nvme_nvm_set, tnvmsetcap, "total_nvmset_cap", DECIMAL),
	FIELD_AS(struct nvme_nvm_set, unvmsetcap, "unalloc_nvmset_cap", DECIMAL),
	RESERVED(struct nvme_nvm_set, reserved48),
};
const struct nvme_structure nvme_nvm_set_table = STRUCTURE(struct nvme_nvm_set, nvm_set, 24);

static unsigned nvm_set_count(const void *structure)
{
	return at_most(((const struct nvme_nvm_set_list *)structure)->nid, NVME_NVM_SETS_MAX);
}

static const struct nvme_array nvm_sets = {
	.element = &nvme_nvm_set_table, .digits = 2, .count = nvm_set_count};

static const struct nvme_row nvm_set_list[] = {
	FIELD(struct nvme_nvm_set_list, nid, DECIMAL),
	RESERVED(struct nvme_nvm_set_list, reserved1),
	ARRAY(struct nvme_nvm_set_list, ent, "ent", &nvm_sets),
	KEY("NVMSet"),
};
const struct nvme_structure nvme_nvm_set_list_table =
	STRUCTURE(struct nvme_nvm_set_list, nvm_set_list, 8);

static const struct nvme_row secondary_controller[] = {
	FIELD(struct nvme_secondary_controller, scid, HEX),
	KEY("secondary-controller-identifier"),
	FIELD(struct nvme_secondary_controller, pcid, HEX),
	KEY("primary-controller-identifier"),
	FIELD(struct nvme_secondary_controller, scs, HEX),
	KEY("secondary-controller-state"),
	RESERVED(struct nvme_secondary_controller, reserved5),
	FIELD(struct nvme_secondary_controller, vfn, HEX),
	KEY("virtual-function-number"),
	FIELD(struct nvme_secondary_controller, nvq, HEX),
	KEY("num-virtual-queues"),
	FIELD(struct nvme_secondary_controller, nvi, HEX),
	KEY("num-virtual-interrupts"),
	RESERVED(struct nvme_secondary_controller, reserved14),
};
const struct nvme_structure nvme_secondary_controller_table =
	STRUCTURE(struct nvme_secondary_controller, secondary_controller, 4);

static unsigned secondary_count(const void *structure)
{
	return at_most(((const struct nvme_secondary_controller_list *)structure)->num,
		       NVME_SECONDARY_CONTROLLERS_MAX);
}

static const struct nvme_array secondaries = {
	.element = &nvme_secondary_controller_table, .digits = 3, .count = secondary_count};

static const struct nvme_row secondary_controller_list[] = {
	FIELD(struct nvme_secondary_controller_list, num, DECIMAL),
	RESERVED(struct nvme_secondary_controller_list, reserved1),
	ARRAY(struct nvme_secondary_controller_list, sc_entry, "sc_entry", &secondaries),
	KEY("secondary-controllers"),
};
const struct nvme_structure nvme_secondary_controller_list_table =
	STRUCTURE(struct nvme_secondary_controller_list, secondary_controller_list, 3);

static const struct nvme_row granularity[] = {
	FIELD(struct nvme_granularity, nszegran, HEX),
	KEY("namespace-size-granularity"),
	FIELD(struct nvme_granularity, ncapgran, HEX),
	KEY("namespace-capacity-granularity"),
};
const struct nvme_structure nvme_granularity_table =
	STRUCTURE(struct nvme_granularity, granularity, 8);

static unsigned granularity_count(const void *structure)
{
	return at_most(((const struct nvme_granularity_list *)structure)->num_descriptors + 1u,
		       NVME_GRANULARITIES_MAX);
}

static const struct nvme_array granularities = {
	.element = &nvme_granularity_table, .digits = 2, .count = granularity_count};

static const struct nvme_row granularity_list[] = {
	FIELD(struct nvme_granularity_list, attributes, HEX),
	FIELD(struct nvme_granularity_list, num_descriptors, DECIMAL),
	KEY("num-descriptors"),
	RESERVED(struct nvme_granularity_list, reserved5),
	ARRAY(struct nvme_granularity_list, entry, "entry", &granularities),
	KEY("namespace-granularity-list"),
	RESERVED(struct nvme_granularity_list, reserved288),
};
const struct nvme_structure nvme_granularity_list_table =
	STRUCTURE(struct nvme_granularity_list, granularity_list, 15);

static const struct nvme_row uuid_entry[] = {
	DIVIDED(struct nvme_uuid_entry, header),
	PART(1, 0, "association", DECIMAL, .flags = NVME_ROW_ONLY_JSON),
	RESERVED(struct nvme_uuid_entry, reserved1),
	FIELD(struct nvme_uuid_entry, uuid, UUID),
};
const struct nvme_structure nvme_uuid_entry_table =
	STRUCTURE(struct nvme_uuid_entry, uuid_entry, 6);

static unsigned uuid_count(const void *structure)
{
	const struct nvme_uuid_list *list = structure;
	unsigned count = 0;

	for (; count < NVME_UUIDS_MAX; count++) {
		const uint8_t *uuid = list->entry[count].uuid;
		unsigned any = 0;

		for (unsigned i = 0; i < sizeof(list->entry[count].uuid); i++)
			any |= uuid[i];
		if (!any)
			break;
	}
	return count;
}

static const struct nvme_array uuids = {
	.element = &nvme_uuid_entry_table, .digits = 3, .count = uuid_count};

static const struct nvme_row uuid_list[] = {
	RESERVED(struct nvme_uuid_list, reserved0),
	ARRAY(struct nvme_uuid_list, entry, "entry", &uuids),
	KEY("UUID-list"),
};
const struct nvme_structure nvme_uuid_list_table = STRUCTURE(struct nvme_uuid_list, uuid_list, 5);

static const struct nvme_row domain[] = {
	FIELD(struct nvme_domain, dom_id, DECIMAL),
	RESERVED(struct nvme_domain, reserved2),
	FIELD(struct nvme_domain, dom_cap, DECIMAL),
	FIELD(struct nvme_domain, unalloc_dom_cap, DECIMAL),
	FIELD(struct nvme_domain, max_egrp_dom_cap, DECIMAL),
	RESERVED(struct nvme_domain, reserved64),
};
const struct nvme_structure nvme_domain_table = STRUCTURE(struct nvme_domain, domain, 16);

static unsigned domain_count(const void *structure)
{
	return at_most(((const struct nvme_domain_list *)structure)->num, NVME_DOMAINS_MAX);
}

static const struct nvme_array domains = {
	.element = &nvme_domain_table, .digits = 2, .count = domain_count};

static const struct nvme_row domain_list[] = {
	FIELD(struct nvme_domain_list, num, DECIMAL),
	KEY("num_dom_entries"),
	RESERVED(struct nvme_domain_list, reserved1),
	ARRAY(struct nvme_domain_list, domain_attr, "domain_attr", &domains),
	KEY("domain_list"),
};
const struct nvme_structure nvme_domain_list_table =
	STRUCTURE(struct nvme_domain_list, domain_list, 11);

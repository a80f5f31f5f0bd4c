/* Identify: lists of namespaces and of controllers. */
#include "tests/conformance/conformance.h"

/* ---- Lists of namespaces ---- */

static void check_list(struct ct *ct, const uint32_t *list, uint32_t above)
{
	unsigned count = 0;

	for (; count < NVME_NAMESPACE_LIST_ENTRIES && list[count]; count++) {
		CT_EXPECT(list[count] > above && list[count] <= ct->identify->nn,
			  "expected an NSID above %u, up to NN %u, got %u in entry %u", above,
			  ct->identify->nn, list[count], count);
		above = list[count];
	}
	ct_all(ct, "entries behind the last one", 0, list + count,
	       (NVME_NAMESPACE_LIST_ENTRIES - count) * sizeof(*list));
}

static void need_list(struct ct *ct, unsigned cns)
{
	if (cns == NVME_CNS_ALLOCATED_NAMESPACES || cns == NVME_CNS_IOCS_ALLOCATED_NAMESPACES)
		CT_NEED(ct_has_oacs(ct, 3), "OACS has no Namespace Management");
	if (cns == NVME_CNS_IOCS_ACTIVE_NAMESPACES || cns == NVME_CNS_IOCS_ALLOCATED_NAMESPACES)
		CT_NEED(NVME_CAP_CSS(ct->registers.cap) & NVME_CAP_CSS_IOCS, "CAP.CSS bit 6 is 0");
}

static bool contains(const uint32_t *list, uint32_t nsid)
{
	for (unsigned i = 0; i < NVME_NAMESPACE_LIST_ENTRIES && list[i]; i++)
		if (list[i] == nsid)
			return true;
	return false;
}

/* Above each number there is: those above it. */
static void list_above(struct ct *ct)
{
	const uint32_t *all;
	unsigned cns = ct->argument;

	need_list(ct, cns);
	all = ct_identify_page(ct, cns, 0);
	check_list(ct, all, 0);
	for (unsigned i = 0; i < ct->namespace_count; i++) {
		const struct ct_namespace *ns = &ct->namespaces[i];
		bool nvm = ns->csi == NVME_CSI_NVM || cns == NVME_CNS_ACTIVE_NAMESPACES ||
			   cns == NVME_CNS_ALLOCATED_NAMESPACES;

		ct_equal(ct, "an entry of an active namespace", nvm, contains(all, ns->nsid));
	}
	for (unsigned i = 0; i < 4 && all[i]; i++) {
		const uint32_t *rest = ct_identify_page(ct, cns, all[i]);

		check_list(ct, rest, all[i]);
		ct_equal(ct, "the first NSID above one that there is", all[i + 1], rest[0]);
	}
	if (ct->identify->nn < NVME_NSID_ALL - 1)
		ct_all(ct, "the list above NN", 0, ct_identify_page(ct, cns, ct->identify->nn),
		       NVME_IDENTIFY_SIZE);
}

/* "Should": an empty list is no harm. */
static void list_wrong(struct ct *ct)
{
	uint32_t *list = ct_buffer(ct, NVME_IDENTIFY_SIZE);

	need_list(ct, ct->argument);
	for (uint32_t nsid = NVME_NSID_ALL - 1; nsid; nsid++) {
		struct ct_answer answer = ct_ask(ct, ct_identify(ct, ct->argument, nsid, list));

		ct_status_of(ct, "a list above this NSID",
			     CT_STATUSES(NVME_SC_INVALID_NAMESPACE, NVME_SC_SUCCESS), answer);
		if (!(answer.status & NVME_STATUS_MASK))
			ct_all(ct, "a list above this NSID", 0, list, NVME_IDENTIFY_SIZE);
	}
}

static void list_of_nobody(struct ct *ct)
{
	struct nvme_command command =
		ct_identify(ct, ct->argument, 0, ct_buffer(ct, NVME_IDENTIFY_SIZE));

	need_list(ct, ct->argument);
	command.cdw11 = 0xffu << NVME_IDENTIFY_CSI_SHIFT;
	ct_status_of(
		ct, "Identify with a CSI that there is not",
		CT_STATUSES(NVME_SC_INVALID_FIELD, NVME_SC_INVALID_IOCS, NVME_SC_IOCS_UNSUPPORTED),
		ct_ask(ct, command));
}

/* ---- Lists of controllers ---- */

static void controllers(struct ct *ct)
{
	unsigned cns = ct->argument;
	const struct nvme_identifier_list *list;
	bool found = false;

	CT_NEED(ct_has_oacs(ct, 3), "OACS has no Namespace Management");
	CT_NEED(ct->namespace_count, "there is no namespace");
	list = ct_identify_page(ct, cns,
				cns == NVME_CNS_NAMESPACE_CONTROLLERS ? ct->namespaces[0].nsid : 0);
	CT_EXPECT(list->num <= NVME_IDENTIFIERS_MAX, "expected at most 2,047 controllers, got %u",
		  list->num);
	for (unsigned i = 0; i < list->num; i++) {
		CT_EXPECT(!i || list->identifier[i] > list->identifier[i - 1],
			  "expected ascending CNTLIDs, got %xh behind %xh", list->identifier[i],
			  list->identifier[i ? i - 1 : 0]);
		found |= list->identifier[i] == ct->identify->cntlid;
	}
	CT_EXPECT(found, "expected the controller that is asked, CNTLID %xh, in the list",
		  ct->identify->cntlid);
	ct_all(ct, "entries behind the last one", 0, list->identifier + list->num,
	       (NVME_IDENTIFIERS_MAX - list->num) * sizeof(list->identifier[0]));
}

/* From CDW10.CNTID on; wanted 0: any number, of which each is asked for in turn. */
static void check_secondary(struct ct *ct, unsigned cntid, unsigned wanted)
{
	struct nvme_secondary_controller_list *list = ct_buffer(ct, sizeof(*list));
	struct ct_answer answer =
		ct_ask(ct, ct_identify(ct, NVME_CNS_SECONDARY_CONTROLLERS | cntid << 16, 0, list));
	unsigned after = 0;

	CT_NEED(!(answer.status & NVME_STATUS_MASK), "Identify has no CNS 15h");
	CT_EXPECT(list->num <= NVME_SECONDARY_CONTROLLERS_MAX,
		  "expected at most 127 secondary controllers, got %u", list->num);
	for (unsigned i = 0; i < list->num; i++) {
		unsigned scid = list->sc_entry[i].scid;

		CT_EXPECT(scid >= cntid && (!i || scid > after),
			  "expected ascending SCIDs from %xh on, got %xh behind %xh", cntid, scid,
			  after);
		after = scid;
	}
	ct_all(ct, "entries behind the last one", 0, list->sc_entry + list->num,
	       (NVME_SECONDARY_CONTROLLERS_MAX - list->num) * sizeof(list->sc_entry[0]));
	if (wanted)
		ct_equal(ct, "the number of secondary controllers from one on", wanted, list->num);
	else
		for (unsigned i = 0; i < list->num; i++)
			check_secondary(ct, list->sc_entry[i].scid, list->num - i);
}

static void secondary(struct ct *ct)
{
	check_secondary(ct, 0, 0);
}

static void combinations(struct ct *ct)
{
	const uint64_t *vectors;
	uint64_t all = 0;
	bool ended = false;

	CT_NEED(NVME_CAP_CSS(ct->registers.cap) & NVME_CAP_CSS_IOCS, "CAP.CSS bit 6 is 0");
	vectors = ct_identify_page(ct, NVME_CNS_COMMAND_SETS | NVME_CNTID_SELF, 0);
	for (unsigned i = 0; i < NVME_COMMAND_SET_COMBINATIONS; i++) {
		CT_EXPECT(!ended || !vectors[i], "expected no combination behind the last one");
		ended |= !vectors[i];
		all |= vectors[i];
	}
	CT_EXPECT(all, "expected a combination of command sets, got none");
	for (unsigned i = 0; i < ct->namespace_count; i++)
		CT_EXPECT(all >> ct->namespaces[i].csi & 1,
			  "expected a combination with command set %02xh, which a namespace has",
			  ct->namespaces[i].csi);
}

#define LIST_CASES(text, section, cns)                                                      \
	CT_CASE(text " ascends, and begins above CDW1.NSID", section, list_above, CT_ADMIN, \
		.argument = (cns)),                                                         \
		CT_CASE(text " above FFFFFFFEh and FFFFFFFFh: 00Bh, or empty", section,     \
			list_wrong, CT_ADMIN, .argument = (cns))

static const struct ct_case cases[] = {
	LIST_CASES("the list of active namespaces", "Base 5.17.2.2", NVME_CNS_ACTIVE_NAMESPACES),
	LIST_CASES("the list of CSI 00h (CNS 07h)", "Base 5.17.2.7",
		   NVME_CNS_IOCS_ACTIVE_NAMESPACES),
	LIST_CASES("the list of allocated namespaces", "Base 5.17.2.9",
		   NVME_CNS_ALLOCATED_NAMESPACES),
	LIST_CASES("the list of CSI 00h (CNS 1Ah)", "Base 5.17.2.19",
		   NVME_CNS_IOCS_ALLOCATED_NAMESPACES),
	CT_CASE("CNS 07h with CSI FFh is refused", "Base 5.17.2.7", list_of_nobody, CT_ADMIN,
		.argument = NVME_CNS_IOCS_ACTIVE_NAMESPACES),
	CT_CASE("the controllers of a namespace ascend, and have this one", "Base 5.17.2.11",
		controllers, CT_ADMIN, .argument = NVME_CNS_NAMESPACE_CONTROLLERS),
	CT_CASE("the controllers of the subsystem ascend, and have this one", "Base 5.17.2.12",
		controllers, CT_ADMIN, .argument = NVME_CNS_CONTROLLERS),
	CT_CASE("the secondary controllers ascend, and are as many as it says", "Base 5.17.2.14",
		secondary, CT_ADMIN),
	CT_CASE("CNS 1Ch has combinations with each namespace's command set", "Base 5.17.2.21",
		combinations, CT_ADMIN),
	{.name = NULL},
};
CONFORMANCE_GROUP("identify-lists", cases);

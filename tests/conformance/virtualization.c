/* Primary and secondary controllers: the resources that can be assigned, and Virtualization
 * Management. Only secondary controllers that are offline and have nothing are touched. */
#include "tests/conformance/conformance.h"

enum resource { VQ, VI };

#define CNTLIDS_RESERVED 0xfff0u /* from here on no controller has any: Base, section 3.1.2 */

static struct nvme_primary_capabilities *capabilities(struct ct *ct)
{
	CT_NEED(ct->identify->oacs & NVME_OACS_VIRTUALIZATION,
		"OACS has no Virtualization Management");
	return ct_identify_page(ct, NVME_CNS_PRIMARY_CAPABILITIES | ct->identify->cntlid << 16, 0);
}

static struct nvme_secondary_controller_list *secondaries(struct ct *ct, unsigned from)
{
	return ct_identify_page(ct, NVME_CNS_SECONDARY_CONTROLLERS | from << 16, 0);
}

/* One that is offline, without resources. */
static struct nvme_secondary_controller idle(struct ct *ct)
{
	const struct nvme_secondary_controller_list *list;

	(void)capabilities(ct);
	list = secondaries(ct, 0);
	for (unsigned i = 0; i < list->num; i++) {
		const struct nvme_secondary_controller *entry = &list->sc_entry[i];

		if (!(entry->scs & NVME_SECONDARY_ONLINE) && !entry->nvq && !entry->nvi)
			return *entry;
	}
	ct_skip(ct, "there is no secondary controller that is offline, without resources");
}

static struct ct_answer manage(struct ct *ct, unsigned action, unsigned cntlid,
			       enum resource resource, unsigned count)
{
	return ct_ask(ct, (struct nvme_command){.opcode = NVME_ADMIN_VIRTUALIZATION_MANAGEMENT,
						.cdw10 = action |
							 resource << NVME_VIRTUALIZATION_RT_SHIFT |
							 cntlid << NVME_VIRTUALIZATION_CNTLID_SHIFT,
						.cdw11 = count});
}

/* How many a secondary controller may have at once of those that nobody has. */
static unsigned assignable(struct ct *ct, enum resource resource)
{
	const struct nvme_primary_capabilities *page = capabilities(ct);
	unsigned total = resource == VI ? page->vifrt : page->vqfrt;
	unsigned used = resource == VI ? page->virfa + page->virfap : page->vqrfa + page->vqrfap;
	unsigned most = resource == VI ? page->vifrsm : page->vqfrsm;

	CT_NEED(page->crt >> resource & 1, "it has no such flexible resources");
	CT_NEED(total > used && most, "none of them is free");
	return total - used < most ? total - used : most;
}

static unsigned assigned(struct ct *ct, unsigned scid, enum resource resource)
{
	const struct nvme_secondary_controller *entry = secondaries(ct, scid)->sc_entry;

	ct_equal(ct, "the first SCID of a list from it on", scid, entry->scid);
	return resource == VI ? entry->nvi : entry->nvq;
}

static void primary(struct ct *ct)
{
	const struct nvme_primary_capabilities *page = capabilities(ct);
	const struct nvme_secondary_controller_list *list = secondaries(ct, 0);
	unsigned queues = 0, interrupts = 0;

	CT_NEED(list->num, "it has no secondary controllers");
	ct_equal(ct, "CNTLID", ct->identify->cntlid, page->cntlid);
	for (unsigned i = 0; i < list->num; i++) {
		ct_equal(ct, "PCID of a secondary controller", page->cntlid,
			 list->sc_entry[i].pcid);
		queues += list->sc_entry[i].nvq;
		interrupts += list->sc_entry[i].nvi;
	}
	if (page->crt >> VQ & 1) {
		ct_equal(ct, "VQRFA as the sum of NVQ", queues, page->vqrfa);
		CT_EXPECT(page->vqrfa + page->vqrfap <= page->vqfrt,
			  "expected VQRFA and VQRFAP to be at most VQFRT, %u, got %u and %u",
			  page->vqfrt, page->vqrfa, page->vqrfap);
	}
	if (page->crt >> VI & 1) {
		ct_equal(ct, "VIRFA as the sum of NVI", interrupts, page->virfa);
		CT_EXPECT(page->virfa + page->virfap <= page->vifrt,
			  "expected VIRFA and VIRFAP to be at most VIFRT, %u, got %u and %u",
			  page->vifrt, page->virfa, page->virfap);
	}
}

/* argument: of which resource */
static void assign(struct ct *ct)
{
	unsigned scid = idle(ct).scid, count = assignable(ct, ct->argument);
	struct ct_answer answer = manage(ct, NVME_VIRTUALIZATION_ASSIGN, scid, ct->argument, count);

	ct_success(ct, "Secondary Controller Assign", answer);
	ct_equal(ct, "Number of Controller Resources Modified", count, answer.dw0 & 0xffff);
	ct_equal(ct, "what it has then", count, assigned(ct, scid, ct->argument));
	primary(ct);
	answer = manage(ct, NVME_VIRTUALIZATION_ASSIGN, scid, ct->argument, 0);
	ct_success(ct, "Secondary Controller Assign of none", answer);
	ct_equal(ct, "what it has then", 0, assigned(ct, scid, ct->argument));
}

static void offline(struct ct *ct)
{
	unsigned scid = idle(ct).scid, count = assignable(ct, VQ);

	ct_success(ct, "Secondary Controller Assign",
		   manage(ct, NVME_VIRTUALIZATION_ASSIGN, scid, VQ, count));
	ct_success(ct, "Secondary Controller Offline",
		   manage(ct, NVME_VIRTUALIZATION_OFFLINE, scid, VQ, 0));
	ct_equal(ct, "what it has then", 0, assigned(ct, scid, VQ));
	primary(ct);
}

/* With two queues and an interrupt, which is the least that it needs; its function has to be there.
 */
static void goes_online(struct ct *ct)
{
	unsigned scid = idle(ct).scid, online;
	struct ct_answer on, assign, off;

	CT_NEED(assignable(ct, VQ) >= 2 && assignable(ct, VI), "too little of them is free");
	ct_success(ct, "Secondary Controller Assign of queues",
		   manage(ct, NVME_VIRTUALIZATION_ASSIGN, scid, VQ, 2));
	ct_success(ct, "Secondary Controller Assign of interrupts",
		   manage(ct, NVME_VIRTUALIZATION_ASSIGN, scid, VI, 1));
	on = manage(ct, NVME_VIRTUALIZATION_ONLINE, scid, VQ, 0);
	online = secondaries(ct, scid)->sc_entry[0].scs & NVME_SECONDARY_ONLINE;
	assign = manage(ct, NVME_VIRTUALIZATION_ASSIGN, scid, VQ, 1);
	off = manage(ct, NVME_VIRTUALIZATION_OFFLINE, scid, VQ, 0);
	CT_NEED((on.status & NVME_STATUS_MASK) != NVME_SC_INVALID_SECONDARY_STATE,
		"the virtual function is not enabled");
	ct_success(ct, "Secondary Controller Online", on);
	ct_equal(ct, "Secondary Controller State, online", NVME_SECONDARY_ONLINE, online);
	ct_status(ct, "Secondary Controller Assign to one that is online",
		  NVME_SC_INVALID_SECONDARY_STATE, assign);
	ct_success(ct, "Secondary Controller Offline", off);
	ct_equal(ct, "its state", 0, secondaries(ct, scid)->sc_entry[0].scs);
	ct_equal(ct, "its queues", 0, assigned(ct, scid, VQ));
	ct_equal(ct, "its interrupts", 0, assigned(ct, scid, VI));
	primary(ct);
}

static void too_many(struct ct *ct)
{
	unsigned scid = idle(ct).scid, most;
	const struct nvme_primary_capabilities *page = capabilities(ct);

	CT_NEED(page->crt >> ct->argument & 1, "it has no such flexible resources");
	most = ct->argument == VI ? page->vifrsm : page->vqfrsm;
	CT_NEED(most < 0xffff, "NR cannot be more");
	ct_status(ct, "Secondary Controller Assign of more than there may be",
		  NVME_SC_INVALID_RESOURCE_COUNT,
		  manage(ct, NVME_VIRTUALIZATION_ASSIGN, scid, ct->argument, most + 1));
	ct_equal(ct, "what it has then", 0, assigned(ct, scid, ct->argument));
}

/* With resources of its own it has enough, maybe. */
static void online(struct ct *ct)
{
	const struct nvme_primary_capabilities *page = capabilities(ct);
	unsigned scid = idle(ct).scid;

	CT_NEED(!page->vqprt && !page->viprt, "it has private resources");
	ct_status(ct, "Secondary Controller Online without resources",
		  NVME_SC_INVALID_SECONDARY_STATE,
		  manage(ct, NVME_VIRTUALIZATION_ONLINE, scid, VQ, 0));
	ct_equal(ct, "its state", 0, secondaries(ct, scid)->sc_entry[0].scs);
}

/* argument: the action, with a CNTLID of nobody */
static void nobody(struct ct *ct)
{
	const struct nvme_primary_capabilities *page = capabilities(ct);
	const struct nvme_secondary_controller_list *list = secondaries(ct, 0);
	unsigned cntlid = page->cntlid;

	CT_NEED(list->num, "it has no secondary controllers");
	if (list->sc_entry[list->num - 1].scid > cntlid)
		cntlid = list->sc_entry[list->num - 1].scid;
	CT_NEED(++cntlid < CNTLIDS_RESERVED, "there is no CNTLID above");
	ct_status(ct, "Virtualization Management of no controller", NVME_SC_INVALID_CONTROLLER_ID,
		  manage(ct, ct->argument, cntlid, VQ, 0));
}

static void own(struct ct *ct)
{
	(void)idle(ct);
	ct_status(ct, "Secondary Controller Assign to the primary one",
		  NVME_SC_INVALID_CONTROLLER_ID,
		  manage(ct, NVME_VIRTUALIZATION_ASSIGN, ct->identify->cntlid, VQ, 0));
}

#define OF_NOBODY(name, action) \
	CT_CASE(name " of no controller: 11Fh", "Base 5.28", nobody, CT_ADMIN, .argument = (action))

static const struct ct_case cases[] = {
	CT_CASE("the primary one's resources are those of all secondary ones", "Base 5.17.2.13",
		primary, CT_ADMIN),
	CT_CASE("queues are assigned, and taken back", "Base 5.28", assign, CT_ADMIN,
		.argument = VQ),
	CT_CASE("interrupts are assigned, and taken back", "Base 5.28", assign, CT_ADMIN,
		.argument = VI),
	CT_CASE("Secondary Controller Offline takes all queues away", "Base 5.28", offline,
		CT_ADMIN),
	CT_CASE("a secondary controller goes online, takes no resources then, and offline again",
		"Base 5.28", goes_online, CT_ADMIN),
	CT_CASE("more queues than VQFRSM: 121h", "Base 5.28", too_many, CT_ADMIN, .argument = VQ),
	CT_CASE("more interrupts than VIFRSM: 121h", "Base 5.28", too_many, CT_ADMIN,
		.argument = VI),
	CT_CASE("Secondary Controller Online without resources: 120h", "Base 5.28", online,
		CT_ADMIN),
	OF_NOBODY("Secondary Controller Offline", NVME_VIRTUALIZATION_OFFLINE),
	OF_NOBODY("Secondary Controller Assign", NVME_VIRTUALIZATION_ASSIGN),
	OF_NOBODY("Secondary Controller Online", NVME_VIRTUALIZATION_ONLINE),
	OF_NOBODY("Primary Controller Flexible Allocation", NVME_VIRTUALIZATION_PRIMARY),
	CT_CASE("Secondary Controller Assign to the primary one: 11Fh", "Base 5.28", own, CT_ADMIN),
	{.name = NULL},
};
CONFORMANCE_GROUP("virtualization", cases);

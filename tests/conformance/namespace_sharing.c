/* Namespaces of several controllers: Namespace Attachment for another one than that which executes
 * it. What is changed is put back before anything is looked at. */
#include "tests/conformance/conformance.h"

#include "lib/string.h"

struct sharing {
	struct ct_namespace *ns;
	uint16_t other; /* another controller's CNTLID */
};

static const struct nvme_identifier_list *controllers(struct ct *ct, unsigned cns, uint32_t nsid)
{
	return ct_identify_page(ct, cns, nsid);
}

static bool has(const struct nvme_identifier_list *list, uint16_t cntlid)
{
	for (unsigned i = 0; i < list->num && i < NVME_IDENTIFIERS_MAX; i++)
		if (list->identifier[i] == cntlid)
			return true;
	return false;
}

/* A namespace of the NVM command set that is shared or private, and attached here; and a controller
 * that is to have it as well, or not. */
static void find(struct ct *ct, struct sharing *s, bool shared, bool attached)
{
	const struct nvme_identifier_list *of_namespace;
	struct nvme_identifier_list *all;

	memset(s, 0, sizeof(*s));
	CT_NEED(ct->identify->oacs & NVME_OACS_NAMESPACES, "OACS has no Namespace Management");
	all = ct_buffer(ct, sizeof(*all));
	CT_NEED(!(ct_ask(ct, ct_identify(ct, NVME_CNS_CONTROLLERS, 0, all)).status &
		  NVME_STATUS_MASK),
		"there is no subsystem");
	for (unsigned i = 0; i < ct->namespace_count && !s->ns; i++)
		if (!!(ct->namespaces[i].identify->nmic & NVME_NMIC_SHARED) == shared &&
		    ct->namespaces[i].csi == NVME_CSI_NVM && !ct->namespaces[i].metadata.size)
			s->ns = &ct->namespaces[i];
	CT_NEED(s->ns, "there is no such namespace, private or shared");
	of_namespace = controllers(ct, NVME_CNS_NAMESPACE_CONTROLLERS, s->ns->nsid);
	for (unsigned i = 0; i < all->num && i < NVME_IDENTIFIERS_MAX; i++) {
		if (all->identifier[i] == ct->identify->cntlid ||
		    has(of_namespace, all->identifier[i]) != attached)
			continue;
		s->other = all->identifier[i];
		return;
	}
	ct_skip(ct, "there is no such other controller");
}

static struct ct_answer attach(struct ct *ct, const struct sharing *s, unsigned select,
			       const uint16_t *cntlids, unsigned count)
{
	struct nvme_identifier_list *list = ct_buffer(ct, sizeof(*list));
	struct nvme_command command = ct_nsid_command(NVME_ADMIN_NAMESPACE_ATTACHMENT, s->ns->nsid);

	memset(list, 0, sizeof(*list));
	list->num = (uint16_t)count;
	memcpy(list->identifier, cntlids, count * sizeof(*cntlids));
	command.cdw10 = select;
	command.prp1 = ct_bus(list);
	return ct_ask(ct, command);
}

static bool is_active(struct ct *ct, uint32_t nsid)
{
	const uint32_t *list = ct_identify_page(ct, NVME_CNS_ACTIVE_NAMESPACES, nsid - 1);

	return list[0] == nsid;
}

/* From the other one: it stays here, with its data. */
static void detach_other(struct ct *ct)
{
	struct ct_answer off, again, on;
	bool active, left, back;
	struct sharing s;

	find(ct, &s, true, true);
	ct_save(ct, s.ns, 0, 1);
	ct_write_pattern(ct, s.ns, 0, 1, 1);
	off = attach(ct, &s, NVME_NAMESPACE_DETACH, &s.other, 1);
	left = has(controllers(ct, NVME_CNS_NAMESPACE_CONTROLLERS, s.ns->nsid), s.other);
	active = is_active(ct, s.ns->nsid);
	again = attach(ct, &s, NVME_NAMESPACE_DETACH, &s.other, 1);
	on = attach(ct, &s, NVME_NAMESPACE_ATTACH, &s.other, 1);
	back = has(controllers(ct, NVME_CNS_NAMESPACE_CONTROLLERS, s.ns->nsid), s.other);
	ct_success(ct, "Namespace Attachment, detach from another controller", off);
	CT_EXPECT(!left, "expected CNS 12h without the controller that it was detached from");
	CT_EXPECT(active, "expected namespace %u to stay active here", s.ns->nsid);
	ct_status(ct, "Namespace Attachment, detach again", NVME_SC_NAMESPACE_NOT_ATTACHED, again);
	ct_success(ct, "Namespace Attachment, attach to another controller", on);
	CT_EXPECT(back, "expected CNS 12h with the controller that it was attached to");
	ct_expect_pattern(ct, s.ns, 0, 1, 1);
}

/* A list of both. */
static void both(struct ct *ct)
{
	struct ct_answer off, on;
	bool active, back;
	struct sharing s;
	uint16_t cntlids[2];

	find(ct, &s, true, true);
	cntlids[0] = ct->identify->cntlid < s.other ? ct->identify->cntlid : s.other;
	cntlids[1] = ct->identify->cntlid < s.other ? s.other : ct->identify->cntlid;
	off = attach(ct, &s, NVME_NAMESPACE_DETACH, cntlids, 2);
	active = is_active(ct, s.ns->nsid);
	on = attach(ct, &s, NVME_NAMESPACE_ATTACH, cntlids, 2);
	back = has(controllers(ct, NVME_CNS_NAMESPACE_CONTROLLERS, s.ns->nsid), s.other) &&
	       is_active(ct, s.ns->nsid);
	ct_success(ct, "Namespace Attachment, detach from two controllers", off);
	CT_EXPECT(!active, "expected namespace %u not to be active any more", s.ns->nsid);
	ct_success(ct, "Namespace Attachment, attach to two controllers", on);
	CT_EXPECT(back, "expected namespace %u to be attached to both", s.ns->nsid);
}

static void private(struct ct *ct)
{
	struct ct_answer answer;
	struct sharing s;
	bool attached;

	find(ct, &s, false, false);
	answer = attach(ct, &s, NVME_NAMESPACE_ATTACH, &s.other, 1);
	attached = has(controllers(ct, NVME_CNS_NAMESPACE_CONTROLLERS, s.ns->nsid), s.other);
	if (attached)
		attach(ct, &s, NVME_NAMESPACE_DETACH, &s.other, 1);
	ct_status(ct, "Namespace Attachment of a private namespace to a second controller",
		  NVME_SC_NAMESPACE_PRIVATE, answer);
	CT_EXPECT(!attached, "expected CNS 12h without that controller");
	CT_EXPECT(is_active(ct, s.ns->nsid), "expected namespace %u to stay active", s.ns->nsid);
}

#define CASE(text, function) CT_CASE(text, "Base 5.22", function, CT_IO, .destroys = true)

static const struct ct_case cases[] = {
	CASE("detach from another controller: it stays here", detach_other),
	CASE("a list of two controllers: both are detached, and attached", both),
	CASE("attach of a private namespace to a second controller: 119h", private),
	{.name = NULL},
};
CONFORMANCE_GROUP("namespace-sharing", cases);

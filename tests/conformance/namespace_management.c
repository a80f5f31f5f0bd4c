/* Namespace Management that succeeds: a namespace is made, attached, used, and deleted again. */
#include "tests/conformance/conformance.h"

#include "lib/endian.h"
#include "lib/string.h"

#define BLOCKS 64u /* of a namespace that is made */

static void need_management(struct ct *ct)
{
	CT_NEED(ct->identify->oacs & NVME_OACS_NAMESPACES, "OACS has no Namespace Management");
	CT_NEED(ct_effects(ct)->admin[NVME_ADMIN_NAMESPACE_MANAGEMENT] & NVME_EFFECTS_CSUPP,
		"the log of commands does not have it");
}

/* As ct->ns is formatted, without protection information. */
static struct ct_answer create(struct ct *ct, uint64_t blocks)
{
	struct nvme_identify_namespace *data = ct_buffer(ct, sizeof(*data));
	struct nvme_command command = ct_nsid_command(NVME_ADMIN_NAMESPACE_MANAGEMENT, 0);

	memset(data, 0, sizeof(*data));
	data->nsze = data->ncap = blocks;
	data->flbas = ct->ns->identify->flbas;
	command.cdw10 = NVME_NAMESPACE_CREATE;
	command.prp1 = ct_bus(data);
	return ct_ask(ct, command);
}

static struct ct_answer destroy(struct ct *ct, uint32_t nsid)
{
	struct nvme_command command = ct_nsid_command(NVME_ADMIN_NAMESPACE_MANAGEMENT, nsid);

	command.cdw10 = NVME_NAMESPACE_DELETE;
	return ct_ask(ct, command);
}

static struct ct_answer attach(struct ct *ct, uint32_t nsid, unsigned select)
{
	struct nvme_identifier_list *list = ct_buffer(ct, sizeof(*list));
	struct nvme_command command = ct_nsid_command(NVME_ADMIN_NAMESPACE_ATTACHMENT, nsid);

	memset(list, 0, sizeof(*list));
	list->num = 1;
	list->identifier[0] = ct->identify->cntlid;
	command.cdw10 = select;
	command.prp1 = ct_bus(list);
	return ct_ask(ct, command);
}

/* One more, of which nobody else knows. */
static uint32_t make(struct ct *ct, uint64_t blocks)
{
	struct ct_answer answer;

	need_management(ct);
	answer = create(ct, blocks);
	CT_NEED((answer.status & NVME_STATUS_MASK) != NVME_SC_NAMESPACE_INSUFFICIENT_CAPACITY &&
			(answer.status & NVME_STATUS_MASK) != NVME_SC_NAMESPACE_ID_UNAVAILABLE,
		"there is no room for another namespace");
	ct_success(ct, "Namespace Management, create", answer);
	return answer.dw0;
}

/* CNS: of active ones, or of allocated ones */
static bool is_listed(struct ct *ct, unsigned cns, uint32_t nsid)
{
	const uint32_t *list = ct_identify_page(ct, cns, nsid - 1);

	return list[0] == nsid;
}

static uint64_t unallocated(struct ct *ct)
{
	const struct nvme_identify_controller *id = ct_identify_page(ct, NVME_CNS_CONTROLLER, 0);

	return get_le64(id->unvmcap);
}

/* It is put away whatever the checks say, which come behind that. */
static void creates(struct ct *ct)
{
	const struct nvme_identify_namespace *id;
	uint64_t before, during, after, size;
	bool active, allocated, left;
	struct ct_answer gone;
	uint32_t nsid;

	need_management(ct);
	before = unallocated(ct);
	nsid = make(ct, BLOCKS);
	during = unallocated(ct);
	active = nsid && is_listed(ct, NVME_CNS_ACTIVE_NAMESPACES, nsid);
	allocated = nsid && is_listed(ct, NVME_CNS_ALLOCATED_NAMESPACES, nsid);
	id = ct_identify_page(ct, NVME_CNS_ALLOCATED_NAMESPACE, nsid);
	size = id->nsze;
	gone = destroy(ct, nsid);
	left = is_listed(ct, NVME_CNS_ALLOCATED_NAMESPACES, nsid);
	after = unallocated(ct);
	CT_EXPECT(nsid && nsid <= ct->identify->nn, "expected an NSID up to NN, got %xh", nsid);
	CT_EXPECT(!active, "expected namespace %u not to be active before it is attached", nsid);
	CT_EXPECT(allocated, "expected namespace %u to be allocated", nsid);
	CT_EXPECT(size >= BLOCKS, "expected NSZE of at least %u, got %llu", BLOCKS,
		  (unsigned long long)size);
	ct_success(ct, "Namespace Management, delete", gone);
	CT_EXPECT(!left, "expected namespace %u not to be allocated any more", nsid);
	CT_EXPECT(!before || before > during,
		  "expected less capacity to be unallocated with the namespace");
	ct_equal(ct, "UNVMCAP behind its deletion", before, after);
}

/* Attached, it is a namespace as others are. */
static void uses(struct ct *ct)
{
	struct ct_namespace made = *ct->ns;
	struct ct_answer on, off, gone;
	struct nvme_command read;
	uint8_t *wrote, *got;
	bool active;

	need_management(ct);
	wrote = ct_buffer(ct, ct->ns->block_size);
	got = ct_buffer(ct, ct->ns->block_size);
	ct_fill(wrote, ct->ns->block_size, 7);
	ct_save(ct, ct->ns, 0, 1);
	ct_write_pattern(ct, ct->ns, 0, 1, 1);
	made.nsid = make(ct, BLOCKS);
	made.size = BLOCKS;
	on = attach(ct, made.nsid, NVME_NAMESPACE_ATTACH);
	active = is_listed(ct, NVME_CNS_ACTIVE_NAMESPACES, made.nsid);
	ct_do(ct, ct_rw(ct, NVME_IO_WRITE, &made, 0, 1, wrote));
	read = ct_rw(ct, NVME_IO_READ, &made, 0, 1, got);
	ct_do(ct, read);
	off = attach(ct, made.nsid, NVME_NAMESPACE_DETACH);
	gone = destroy(ct, made.nsid);
	ct_success(ct, "Namespace Attachment, attach", on);
	CT_EXPECT(active, "expected namespace %u to be active", made.nsid);
	ct_same(ct, "what was written to it:", wrote, got, ct->ns->block_size);
	ct_success(ct, "Namespace Attachment, detach", off);
	ct_success(ct, "Namespace Management, delete", gone);
	ct_expect_pattern(ct, ct->ns, 0, 1, 1);
}

/* Deleting detaches it from every controller. */
static void deletes_attached(struct ct *ct)
{
	struct ct_answer on, gone, read;
	struct ct_namespace made = *ct->ns;
	bool active;

	made.nsid = make(ct, BLOCKS);
	on = attach(ct, made.nsid, NVME_NAMESPACE_ATTACH);
	gone = destroy(ct, made.nsid);
	active = is_listed(ct, NVME_CNS_ACTIVE_NAMESPACES, made.nsid);
	read = ct_do(ct, ct_rw(ct, NVME_IO_READ, &made, 0, 1, ct_buffer(ct, ct->ns->block_size)));
	ct_success(ct, "Namespace Attachment, attach", on);
	ct_success(ct, "Namespace Management, delete", gone);
	CT_EXPECT(!active, "expected namespace %u not to be active any more", made.nsid);
	ct_status_of(ct, "Read of it",
		     CT_STATUSES(NVME_SC_INVALID_FIELD, NVME_SC_INVALID_NAMESPACE), read);
}

static void two(struct ct *ct)
{
	uint32_t first = make(ct, BLOCKS), second = make(ct, BLOCKS);
	struct ct_answer answers[2] = {destroy(ct, first), destroy(ct, second)};

	CT_EXPECT(first != second, "expected two NSIDs, got %xh twice", first);
	ct_success(ct, "Namespace Management, delete", answers[0]);
	ct_success(ct, "Namespace Management, delete of the other", answers[1]);
}

static void deletes_twice(struct ct *ct)
{
	uint32_t nsid = make(ct, BLOCKS);

	ct_success(ct, "Namespace Management, delete", destroy(ct, nsid));
	ct_status_of(ct, "Namespace Management, delete again",
		     CT_STATUSES(NVME_SC_INVALID_FIELD, NVME_SC_INVALID_NAMESPACE),
		     destroy(ct, nsid));
	ct_status_of(ct, "Namespace Attachment of what is deleted",
		     CT_STATUSES(NVME_SC_INVALID_FIELD, NVME_SC_INVALID_NAMESPACE),
		     attach(ct, nsid, NVME_NAMESPACE_ATTACH));
}

#define CASE(text, function) CT_CASE(text, "Base 5.23", function, CT_WRITES, .destroys = true)

static const struct ct_case cases[] = {
	CASE("create: allocated, not active, and its capacity comes back", creates),
	CASE("create, attach, Write, Read, detach, delete", uses),
	CASE("delete of an attached namespace", deletes_attached),
	CASE("two that are created have two NSIDs", two),
	CASE("delete of what is deleted is refused", deletes_twice),
	{.name = NULL},
};
CONFORMANCE_GROUP("namespace-management", cases);

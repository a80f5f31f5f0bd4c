/* Registers: what they hold, and what they do not let anybody change. */
#include "tests/conformance/conformance.h"

static void mqes(struct ct *ct)
{
	uint64_t cap = ct_read(ct, NVME_REG_CAP, 4);

	CT_EXPECT(NVME_CAP_MQES(cap) >= 1, "expected CAP.MQES of at least 1h, got %xh",
		  NVME_CAP_MQES(cap));
}

static void page_sizes(struct ct *ct)
{
	uint64_t cap = ct_read(ct, NVME_REG_CAP + 4, 4) << 32;

	CT_EXPECT(NVME_CAP_MPSMIN(cap) <= NVME_CAP_MPSMAX(cap),
		  "expected CAP.MPSMIN of at most MPSMAX %u, got %u", NVME_CAP_MPSMAX(cap),
		  NVME_CAP_MPSMIN(cap));
}

/* Writes all ones and zeroes to a read-only register. */
static void read_only(struct ct *ct)
{
	unsigned offset = ct->argument;
	uint32_t before = nvme_get32(&ct->registers, offset);

	ct->dirty = true;
	nvme_set32(&ct->registers, offset, ~before);
	ct_equal(ct, "the register to stay", before, nvme_get32(&ct->registers, offset));
	nvme_set32(&ct->registers, offset, 0);
	ct_equal(ct, "the register to stay", before, nvme_get32(&ct->registers, offset));
}

static void halves(struct ct *ct)
{
	uint64_t whole = ct_read(ct, NVME_REG_CAP, 8);

	ct_equal(ct, "CAP in one access", ct->registers.cap, whole);
}

static const struct ct_case cases[] = {
	CT_CASE("CAP.MQES is at least 1", "Base 3.1.3.1", mqes, CT_DISABLED),
	CT_CASE("CAP.MPSMIN is at most MPSMAX", "Base 3.1.3.1", page_sizes, CT_DISABLED),
	CT_CASE("CAP is the same by 4 and by 8 bytes", "Base 3.1.2", halves, CT_DISABLED),
	CT_CASE("CAP is read only", "Base 3.1.3.1", read_only, CT_ADMIN, .argument = NVME_REG_CAP),
	CT_CASE("CAP's upper half is read only", "Base 3.1.3.1", read_only, CT_ADMIN,
		.argument = NVME_REG_CAP + 4),
	CT_CASE("VS is read only", "Base 3.1.3.2", read_only, CT_ADMIN, .argument = NVME_REG_VS),
	{.name = NULL},
};
CONFORMANCE_GROUP("registers", cases);

/* The Persistent Memory Region: when it is ready, and that it keeps what is in it. */
#include "tests/conformance/conformance.h"

#include "lib/string.h"

#define PMRCAP_RDS   0x8u
#define PMRCAP_WDS   0x10u
#define PMRCAP_CMSS  0x1000000u /* with an address of its own: PMRMSCL and PMRMSCU */
#define PMRMSCL_CMSE 0x2u
#define PAGE	     4096u

struct region {
	uint8_t *memory;
	uint64_t bus, size;
	uint32_t capabilities;
};

static void need(struct ct *ct)
{
	CT_NEED(NVME_CAP_PMRS(ct->registers.cap), "there is no persistent memory region");
}

static void enable(struct ct *ct, bool on)
{
	nvme_set32(&ct->registers, NVME_REG_PMRCTL, on);
	CT_UNTIL(!(nvme_get32(&ct->registers, NVME_REG_PMRSTS) & NVME_PMRSTS_NRDY) == on,
		 "PMRSTS.NRDY does not follow PMRCTL.EN");
}

/* A read of the status, which brings what was written there. */
static void expect_no_error(struct ct *ct)
{
	uint32_t status = nvme_get32(&ct->registers, NVME_REG_PMRSTS);

	ct_equal(ct, "PMRSTS.ERR", 0, NVME_PMRSTS_ERR(status));
}

static void open_region(struct ct *ct, struct region *r)
{
	need(ct);
	r->capabilities = nvme_get32(&ct->registers, NVME_REG_PMRCAP);
	r->memory =
		nvme_map_bar(ct->claim->pci, NVME_PMRCAP_BIR(r->capabilities), &r->size, &r->bus);
	CT_NEED(r->memory && r->size >= 4 * PAGE, "its BAR cannot be reached");
	enable(ct, true);
	if (r->capabilities & PMRCAP_CMSS) {
		nvme_set32(&ct->registers, NVME_REG_PMRMSCU, (uint32_t)(r->bus >> 32));
		nvme_set32(&ct->registers, NVME_REG_PMRMSCL, (uint32_t)r->bus | PMRMSCL_CMSE);
	}
}

static void plausible(struct ct *ct)
{
	uint32_t cap;

	need(ct);
	cap = nvme_get32(&ct->registers, NVME_REG_PMRCAP);
	CT_EXPECT(NVME_PMRCAP_BIR(cap) >= 2 && NVME_PMRCAP_BIR(cap) <= 5,
		  "expected PMRCAP.BIR 2h to 5h, got %xh", NVME_PMRCAP_BIR(cap));
	CT_EXPECT(NVME_PMRCAP_PMRTU(cap) <= 1, "expected PMRCAP.PMRTU 0h or 1h, got %xh",
		  NVME_PMRCAP_PMRTU(cap));
	CT_EXPECT(NVME_PMRCAP_PMRWBM(cap) & NVME_PMRWBM_ANY, "expected a PMRCAP.PMRWBM, got 0h");
}

static void read_only(struct ct *ct)
{
	uint32_t cap;

	need(ct);
	cap = nvme_get32(&ct->registers, NVME_REG_PMRCAP);
	nvme_set32(&ct->registers, NVME_REG_PMRCAP, ~cap);
	ct_equal(ct, "PMRCAP to stay", cap, nvme_get32(&ct->registers, NVME_REG_PMRCAP));
}

static void ready(struct ct *ct)
{
	need(ct);
	for (unsigned i = 0; i < 2; i++) {
		enable(ct, false);
		enable(ct, true);
		ct_equal(ct, "PMRCTL.EN", NVME_PMRCTL_EN,
			 nvme_get32(&ct->registers, NVME_REG_PMRCTL) & NVME_PMRCTL_EN);
		expect_no_error(ct);
	}
}

/* What is there is put back: it is persistent. */
enum { STAYS, OFF_AND_ON, RESET };

static void keeps(struct ct *ct)
{
	uint8_t *before = ct_buffer(ct, PAGE), *wanted = ct_buffer(ct, PAGE),
		*got = ct_buffer(ct, PAGE);
	struct region r;

	open_region(ct, &r);
	memcpy(before, r.memory + r.size - PAGE, PAGE);
	ct_fill(wanted, PAGE, 1);
	memcpy(r.memory + r.size - PAGE, wanted, PAGE);
	expect_no_error(ct);
	if (ct->argument == OFF_AND_ON) {
		enable(ct, false);
		enable(ct, true);
	} else if (ct->argument == RESET) {
		ct_bring_to(ct, CT_IO);
		ct_disable(ct);
		ct_bring_to(ct, CT_IO);
		enable(ct, true);
	}
	memcpy(got, r.memory + r.size - PAGE, PAGE);
	memcpy(r.memory + r.size - PAGE, before, PAGE);
	expect_no_error(ct);
	ct_same(ct, "the region's memory", wanted, got, PAGE);
}

static void data(struct ct *ct)
{
	uint8_t *before = ct_buffer(ct, 2 * PAGE), *flat, *got = ct_buffer(ct, 2 * PAGE), *at;
	bool read = ct->argument == NVME_IO_READ;
	struct nvme_command command;
	struct ct_answer answer;
	struct region r;
	unsigned blocks;

	open_region(ct, &r);
	CT_NEED(r.capabilities & (read ? PMRCAP_RDS : PMRCAP_WDS),
		"PMRCAP has no data of commands");
	ct_bring_to(ct, CT_WRITES);
	CT_NEED(ct->ns->block_size <= PAGE && ct->page_size == PAGE, "a block or a page is large");
	blocks = 2 * PAGE / ct->ns->block_size;
	CT_NEED(blocks <= ct->ns->blocks_max, "MDTS is less than %u blocks", blocks);
	ct_save(ct, ct->ns, 0, blocks);
	ct_write_pattern(ct, ct->ns, 0, blocks, 1);
	flat = ct_buffer(ct, 2 * PAGE);
	at = r.memory + PAGE;
	memcpy(before, at, 2 * PAGE);
	ct_fill(at, 2 * PAGE, 3);
	command = ct_rw(ct, ct->argument, ct->ns, 0, blocks, NULL);
	command.prp1 = r.bus + PAGE;
	command.prp2 = r.bus + 2 * PAGE;
	answer = ct_do(ct, command);
	memcpy(got, at, 2 * PAGE);
	memcpy(at, before, 2 * PAGE);
	ct_success(ct, "the command", answer);
	ct_move(ct, ct->ns, NVME_IO_READ, 0, blocks, flat);
	ct_same(ct, "the data in the region", flat, got, 2 * PAGE);
}

#define CASE(text, section, function, value) \
	CT_CASE(text, section, function, CT_DISABLED, .argument = value)

static const struct ct_case cases[] = {
	CASE("PMRCAP has values that there are", "Base 3.1.3.22", plausible, 0),
	CASE("PMRCAP is read only", "Base 3.1.3.22", read_only, 0),
	CASE("PMRSTS.NRDY follows PMRCTL.EN", "Base 3.1.3.24", ready, 0),
	CASE("the region keeps what is written to it", "Base 8.14", keeps, STAYS),
	CASE("the region keeps it while it is off", "Base 8.14", keeps, OFF_AND_ON),
	CASE("the region keeps it across a reset of the controller", "Base 8.14", keeps, RESET),
	CASE("Read into the region", "Base 8.14", data, NVME_IO_READ),
	CASE("Write out of the region", "Base 8.14", data, NVME_IO_WRITE),
	{.name = NULL},
};
CONFORMANCE_GROUP("memory-region", cases);

/* Identify: the controller's data structure, and what no structure may have. */
#include "tests/conformance/conformance.h"

#include "drivers/nvme/spec/describe.h"
#include "lib/format.h"
#include "lib/string.h"

static uint32_t version(struct ct *ct)
{
	return (uint32_t)ct_read(ct, NVME_REG_VS, 4);
}

/* ---- Reserved bytes ---- */

/* Bytes that versions up to 2.2 have given a meaning to, where the tables have none. Bits of fields
 * are left alone: what is in them may be from a later version as well. */
static const struct {
	const struct nvme_structure *structure;
	uint16_t first, last;
} later[] = {
	{&nvme_identify_controller_table, 102, 110},
	{&nvme_identify_controller_table, 134, 143},
	{&nvme_identify_controller_table, 358, 367},
	{&nvme_identify_controller_table, 384, 511},
	{&nvme_identify_controller_table, 564, 767},
	{&nvme_identify_namespace_table, 81, 91},
	{&nvme_identify_namespace_nvm_table, 268, 335},
	{&nvme_identify_controller_nvm_table, 16, 63},
};

static bool has_meaning(const struct nvme_structure *structure, unsigned at)
{
	for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++)
		if (later[i].structure == structure && at >= later[i].first && at <= later[i].last)
			return true;
	return false;
}

static void check_structure(struct ct *ct, const struct nvme_structure *structure,
			    const uint8_t *bytes)
{
	for (unsigned i = 0; i < structure->count; i++) {
		const struct nvme_row *row = &structure->rows[i];

		if (row->kind == NVME_ROW_RESERVED) {
			for (unsigned at = row->offset; at < row->offset + row->size; at++)
				CT_EXPECT(!bytes[at] || has_meaning(structure, at),
					  "expected 00h in byte %u, which is reserved, got %02xh",
					  at, bytes[at]);
		} else if (row->kind == NVME_ROW_ARRAY) {
			unsigned size = row->array->element->size, count = row->array->count(bytes);

			for (unsigned at = 0; at < count && (at + 1) * size <= row->size; at++)
				check_structure(ct, row->array->element,
						bytes + row->offset + at * size);
		}
	}
}

static void command_set_controller(struct ct *ct)
{
	CT_NEED(version(ct) >= NVME_VERSION(2, 0, 0), "VS is before 2.0");
	(void)ct_identify_page(ct, NVME_CNS_IOCS_CONTROLLER, 0);
}

/* Of those that a controller may leave out. */
static void reserved(struct ct *ct)
{
	static const struct {
		uint8_t cns;
		bool per_namespace;
		const struct nvme_structure *structure;
	} rows[] = {
		{NVME_CNS_CONTROLLER, false, &nvme_identify_controller_table},
		{NVME_CNS_NAMESPACE, true, &nvme_identify_namespace_table},
		{NVME_CNS_IOCS_NAMESPACE, true, &nvme_identify_namespace_nvm_table},
		{NVME_CNS_IOCS_CONTROLLER, false, &nvme_identify_controller_nvm_table},
		{NVME_CNS_INDEPENDENT_NAMESPACE, true, &nvme_identify_independent_namespace_table},
		{NVME_CNS_NVM_SETS, false, &nvme_nvm_set_list_table},
		{NVME_CNS_PRIMARY_CAPABILITIES, false, &nvme_primary_capabilities_table},
		{NVME_CNS_SECONDARY_CONTROLLERS, false, &nvme_secondary_controller_list_table},
		{NVME_CNS_NAMESPACE_GRANULARITY, false, &nvme_granularity_list_table},
		{NVME_CNS_UUIDS, false, &nvme_uuid_list_table},
		{NVME_CNS_DOMAINS, false, &nvme_domain_list_table},
	};
	uint8_t *page = ct_buffer(ct, NVME_IDENTIFY_SIZE);
	bool any = false;

	CT_NEED(version(ct) <= NVME_VERSION(2, 2, 0), "VS is after 2.2");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned count = rows[i].per_namespace ? ct->namespace_count : 1;

		if (rows[i].cns != ct->argument)
			continue;
		for (unsigned n = 0; n < count; n++) {
			uint32_t nsid = rows[i].per_namespace ? ct->namespaces[n].nsid : 0;
			struct ct_answer answer =
				ct_ask(ct, ct_identify(ct, rows[i].cns, nsid, page));

			if (answer.status & NVME_STATUS_MASK)
				continue;
			any = true;
			check_structure(ct, rows[i].structure, page);
		}
	}
	CT_NEED(any, "the controller does not have it");
}

/* ---- Fields of the controller ---- */

/* "ASCII": 20h to 7Eh; padded with spaces, so something comes before them. */
static void text(struct ct *ct)
{
	const struct nvme_identify_controller *id = ct_identify_page(ct, NVME_CNS_CONTROLLER, 0);
	const struct {
		const char *name;
		const char *text;
		size_t size;
	} rows[] = {{"SN", id->sn, sizeof(id->sn)},
		    {"MN", id->mn, sizeof(id->mn)},
		    {"FR", id->fr, sizeof(id->fr)}};
	const char *name = rows[ct->argument].name, *bytes = rows[ct->argument].text;

	for (size_t i = 0; i < rows[ct->argument].size; i++)
		CT_EXPECT(bytes[i] >= ' ' && bytes[i] <= '~',
			  "expected %s in ASCII, padded with spaces, got %02xh in byte %lu", name,
			  (uint8_t)bytes[i], (unsigned long)i);
}

static void ver(struct ct *ct)
{
	const struct nvme_identify_controller *id = ct_identify_page(ct, NVME_CNS_CONTROLLER, 0);

	CT_NEED(version(ct) >= 0x010200, "VS is before 1.2");
	ct_equal(ct, "VER to be as VS,", version(ct), id->ver);
}

static void type(struct ct *ct)
{
	const struct nvme_identify_controller *id = ct_identify_page(ct, NVME_CNS_CONTROLLER, 0);

	CT_NEED(version(ct) >= 0x010400, "VS is before 1.4");
	CT_EXPECT(id->cntrltype >= NVME_CNTRLTYPE_IO && id->cntrltype <= NVME_CNTRLTYPE_ADMIN,
		  "expected CNTRLTYPE 1h to 3h, got %xh", id->cntrltype);
	if (ct->namespace_count)
		ct_equal(ct, "CNTRLTYPE of a controller with namespaces", NVME_CNTRLTYPE_IO,
			 id->cntrltype);
}

#define CNTLID_MAX 0xffefu

static void cntlid(struct ct *ct)
{
	const struct nvme_identify_controller *id = ct_identify_page(ct, NVME_CNS_CONTROLLER, 0);

	CT_EXPECT(id->cntlid <= CNTLID_MAX, "expected CNTLID of at most FFEFh, got %xh",
		  id->cntlid);
}

static void entry_sizes(struct ct *ct)
{
	const struct nvme_identify_controller *id = ct_identify_page(ct, NVME_CNS_CONTROLLER, 0);

	ct_equal(ct, "SQES bits 3:0", NVME_SQ_ENTRY_SHIFT, id->sqes & 0xf);
	ct_equal(ct, "CQES bits 3:0", NVME_CQ_ENTRY_SHIFT, id->cqes & 0xf);
	CT_EXPECT(id->sqes >> 4 >= NVME_SQ_ENTRY_SHIFT,
		  "expected SQES bits 7:4 of at least 6h, got %xh", id->sqes >> 4);
	CT_EXPECT(id->cqes >> 4 >= NVME_CQ_ENTRY_SHIFT,
		  "expected CQES bits 7:4 of at least 4h, got %xh", id->cqes >> 4);
}

#define NQN_MAX 223u

static void nqn(struct ct *ct)
{
	const struct nvme_identify_controller *id = ct_identify_page(ct, NVME_CNS_CONTROLLER, 0);
	size_t length;

	CT_NEED(version(ct) >= 0x010201, "VS is before 1.2.1");
	length = strnlen(id->subnqn, sizeof(id->subnqn));
	CT_EXPECT(length > 4 && length <= NQN_MAX,
		  "expected SUBNQN of 5 to 223 bytes before a NUL, got %lu", (unsigned long)length);
	ct_same(ct, "SUBNQN to begin with nqn.:", "nqn.", id->subnqn, 4);
}

static void firmware_slots(struct ct *ct)
{
	const struct nvme_identify_controller *id = ct_identify_page(ct, NVME_CNS_CONTROLLER, 0);

	CT_EXPECT(id->frmw >> 1 & 7, "expected a firmware slot (FRMW bits 3:1), got none");
}

static void host_memory(struct ct *ct)
{
	const struct nvme_identify_controller *id = ct_identify_page(ct, NVME_CNS_CONTROLLER, 0);

	CT_EXPECT(id->hmmin <= id->hmpre, "expected HMMIN of at most HMPRE %xh, got %xh", id->hmpre,
		  id->hmmin);
}

static void power_states(struct ct *ct)
{
	const struct nvme_identify_controller *id = ct_identify_page(ct, NVME_CNS_CONTROLLER, 0);

	CT_EXPECT(id->npss < NVME_POWER_STATES_MAX, "expected NPSS of at most 1Fh, got %xh",
		  id->npss);
	CT_EXPECT(!(id->psd[0].flags & NVME_POWER_NOPS),
		  "expected power state 0 to be operational, got NOPS 1");
}

/* SGLS bits 1:0 and VWC bits 2:1 have values that are reserved. */
static void coded_values(struct ct *ct)
{
	const struct nvme_identify_controller *id = ct_identify_page(ct, NVME_CNS_CONTROLLER, 0);

	CT_EXPECT(NVME_SGLS_SUPPORT(id->sgls) != 3, "expected SGLS bits 1:0 0h to 2h, got 3h");
	CT_EXPECT(!(id->vwc & NVME_VWC_PRESENT) || NVME_VWC_BROADCAST(id->vwc) != 1,
		  "expected VWC bits 2:1 other than 1h, got 1h");
}

static void capacities(struct ct *ct)
{
	const struct nvme_identify_controller *id = ct_identify_page(ct, NVME_CNS_CONTROLLER, 0);

	CT_NEED(id->oacs & NVME_OACS_NAMESPACES, "OACS has no Namespace Management");
	for (unsigned i = 16; i-- > 0;) {
		if (id->unvmcap[i] < id->tnvmcap[i])
			return;
		CT_EXPECT(id->unvmcap[i] == id->tnvmcap[i], "expected UNVMCAP of at most TNVMCAP");
	}
}

static void nn(struct ct *ct)
{
	const struct nvme_identify_controller *id = ct_identify_page(ct, NVME_CNS_CONTROLLER, 0);

	CT_NEED(ct->namespace_count, "there is no namespace");
	for (unsigned i = 0; i < ct->namespace_count; i++)
		CT_EXPECT(ct->namespaces[i].nsid <= id->nn,
			  "expected NN of at least %u, an active NSID, got %u",
			  ct->namespaces[i].nsid, id->nn);
}

/* What a host knows the controller by does not change. */
static void stays(struct ct *ct)
{
	const struct nvme_identify_controller *id = ct->identify, *now;

	ct_disable(ct);
	ct_enable(ct);
	now = ct_identify_page(ct, NVME_CNS_CONTROLLER, 0);
	ct_same(ct, "SN, MN and FR to stay:", id->sn, now->sn,
		sizeof(id->sn) + sizeof(id->mn) + sizeof(id->fr));
	ct_equal(ct, "CNTLID to stay", id->cntlid, now->cntlid);
	ct_equal(ct, "NN to stay", id->nn, now->nn);
	ct_equal(ct, "OACS to stay", id->oacs, now->oacs);
	ct_equal(ct, "ONCS to stay", id->oncs, now->oncs);
	ct_same(ct, "SUBNQN to stay:", id->subnqn, now->subnqn, sizeof(id->subnqn));
}

/* ---- CNS ---- */

/* CNS that nobody has defined up to version 2.1. */
static void unknown(struct ct *ct)
{
	static const uint8_t values[] = {0x2f, 0x3f, 0x7f, 0x80, 0x81, 0x82, 0xbf};
	uint8_t *page = ct_buffer(ct, NVME_IDENTIFY_SIZE);

	for (size_t i = 0; i < sizeof(values); i++) {
		char what[24];

		snprintf(what, sizeof(what), "Identify CNS %02xh", values[i]);
		ct_status(ct, what, NVME_SC_INVALID_FIELD,
			  ct_ask(ct, ct_identify(ct, values[i], 0, page)));
	}
	ct_all(ct, "the buffer to stay", CT_FRESH, page, NVME_IDENTIFY_SIZE);
}

/* 4,096 bytes, whatever there is behind them. */
static void size(struct ct *ct)
{
	uint8_t *page = ct_buffer(ct, 2 * NVME_IDENTIFY_SIZE);
	struct nvme_command command = ct_identify(ct, ct->argument, 0, page);

	command.prp2 = ct_bus(page + NVME_IDENTIFY_SIZE);
	ct_success(ct, "Identify", ct_ask(ct, command));
	ct_all(ct, "the bytes behind the structure to stay", CT_FRESH, page + NVME_IDENTIFY_SIZE,
	       NVME_IDENTIFY_SIZE);
	CT_EXPECT(page[NVME_IDENTIFY_SIZE - 1] != CT_FRESH ||
			  page[NVME_IDENTIFY_SIZE - 2] != CT_FRESH,
		  "expected all 4,096 bytes to be written, the last ones are not");
}

#define RESERVED_CASE(text, section, cns) \
	CT_CASE("reserved bytes of " text " are 0h", section, reserved, CT_ADMIN, .argument = (cns))

static const struct ct_case cases[] = {
	RESERVED_CASE("Identify Controller", "Base 5.17.2.1", NVME_CNS_CONTROLLER),
	RESERVED_CASE("Identify Namespace", "NVM 4.1.5.1", NVME_CNS_NAMESPACE),
	RESERVED_CASE("the NVM command set's namespaces (CNS 05h)", "NVM 4.1.5.3",
		      NVME_CNS_IOCS_NAMESPACE),
	CT_CASE("there is the NVM command set's controller (CNS 06h) from 2.0 on", "Base 5.17.1",
		command_set_controller, CT_ADMIN),
	RESERVED_CASE("the NVM command set's controller (CNS 06h)", "NVM 4.1.5.4",
		      NVME_CNS_IOCS_CONTROLLER),
	RESERVED_CASE("independent namespaces (CNS 08h)", "Base 5.17.2.8",
		      NVME_CNS_INDEPENDENT_NAMESPACE),
	RESERVED_CASE("the NVM Set List (CNS 04h)", "Base 5.17.2.4", NVME_CNS_NVM_SETS),
	RESERVED_CASE("primary capabilities (CNS 14h)", "Base 5.17.2.13",
		      NVME_CNS_PRIMARY_CAPABILITIES),
	RESERVED_CASE("secondary controllers (CNS 15h)", "Base 5.17.2.14",
		      NVME_CNS_SECONDARY_CONTROLLERS),
	CT_CASE("SN is ASCII, padded with spaces", "Base 5.17.2.1", text, CT_ADMIN, .argument = 0),
	CT_CASE("MN is ASCII, padded with spaces", "Base 5.17.2.1", text, CT_ADMIN, .argument = 1),
	CT_CASE("FR is ASCII, padded with spaces", "Base 5.17.2.1", text, CT_ADMIN, .argument = 2),
	CT_CASE("VER is VS", "Base 5.17.2.1", ver, CT_ADMIN),
	CT_CASE("CNTRLTYPE says which type of controller it is", "Base 5.17.2.1", type, CT_ADMIN),
	CT_CASE("CNTLID is at most FFEFh", "Base 5.17.2.1", cntlid, CT_ADMIN),
	CT_CASE("SQES and CQES have 64 and 16 bytes", "Base 5.17.2.1", entry_sizes, CT_ADMIN),
	CT_CASE("SUBNQN is a name that ends", "Base 5.17.2.1", nqn, CT_ADMIN),
	CT_CASE("there is a firmware slot", "Base 5.17.2.1", firmware_slots, CT_ADMIN),
	CT_CASE("HMMIN is at most HMPRE", "Base 5.17.2.1", host_memory, CT_ADMIN),
	CT_CASE("NPSS is at most 1Fh, power state 0 is operational", "Base 5.17.2.1", power_states,
		CT_ADMIN),
	CT_CASE("SGLS and VWC have no reserved values", "Base 5.17.2.1", coded_values, CT_ADMIN),
	CT_CASE("UNVMCAP is at most TNVMCAP", "Base 5.17.2.1", capacities, CT_ADMIN),
	CT_CASE("no active NSID is above NN", "Base 5.17.2.1", nn, CT_ADMIN),
	CT_CASE("Identify Controller is the same after a reset", "Base 5.17.2.1", stays, CT_ADMIN),
	CT_CASE("CNS that are reserved: Invalid Field", "Base 5.17", unknown, CT_ADMIN),
	CT_CASE("Identify Controller has 4,096 bytes", "Base 5.17", size, CT_ADMIN,
		.argument = NVME_CNS_CONTROLLER),
	CT_CASE("the list of active namespaces has 4,096 bytes", "Base 5.17", size, CT_ADMIN,
		.argument = NVME_CNS_ACTIVE_NAMESPACES),
	{.name = NULL},
};
CONFORMANCE_GROUP("identify", cases);

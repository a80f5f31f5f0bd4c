/* Identify: namespaces, and what they are known by. */
#include "tests/conformance/conformance.h"

#include "lib/format.h"
#include "lib/string.h"

/* ---- Which NSIDs it takes ---- */

enum { ZERO, BEYOND, INACTIVE, ALL };
#define WRONG(cns, which) ((cns) | (which) << 8)

static void wrong_nsid(struct ct *ct)
{
	unsigned cns = ct->argument & 0xff, which = ct->argument >> 8;
	uint8_t *page = ct_buffer(ct, NVME_IDENTIFY_SIZE);
	uint32_t nsid = which == ZERO	  ? 0
			: which == BEYOND ? ct_invalid_nsid(ct)
			: which == ALL	  ? NVME_NSID_ALL
					  : ct_inactive_nsid(ct);
	struct ct_answer answer;

	if (cns == NVME_CNS_INDEPENDENT_NAMESPACE || cns == NVME_CNS_IOCS_NAMESPACE)
		CT_NEED(ct->namespace_count &&
				!(ct_ask(ct, ct_identify(ct, cns, ct->namespaces[0].nsid, page))
					  .status &
				  NVME_STATUS_MASK),
			"the controller does not have it");
	if (cns == NVME_CNS_ALLOCATED_NAMESPACE || which == ALL)
		CT_NEED(ct_has_oacs(ct, 3) == (which != ALL),
			"it depends on Namespace Management (OACS)");
	memset(page, CT_FRESH, NVME_IDENTIFY_SIZE);
	answer = ct_ask(ct, ct_identify(ct, cns, nsid, page));
	if (which == INACTIVE)
		ct_status_of(ct, "Identify of an inactive NSID",
			     CT_STATUSES(NVME_SC_INVALID_FIELD, NVME_SC_INVALID_NAMESPACE), answer);
	else
		ct_status(ct, "Identify of this NSID", NVME_SC_INVALID_NAMESPACE, answer);
	ct_all(ct, "the buffer to stay", CT_FRESH, page, NVME_IDENTIFY_SIZE);
}

/* A structure of zeroes says that it is not there. */
static void inactive_zeroes(struct ct *ct)
{
	uint32_t nsid = ct_inactive_nsid(ct);

	CT_NEED(ct->argument == NVME_CNS_NAMESPACE ||
			ct_read(ct, NVME_REG_VS, 4) >= NVME_VERSION(2, 0, 0),
		"VS is before 2.0");
	ct_all(ct, "Identify of an inactive NSID", 0, ct_identify_page(ct, ct->argument, nsid),
	       NVME_IDENTIFY_SIZE);
}

static void unallocated_zeroes(struct ct *ct)
{
	const uint32_t *list;
	uint32_t nsid = 1;

	CT_NEED(ct_has_oacs(ct, 3), "OACS has no Namespace Management");
	list = ct_identify_page(ct, NVME_CNS_ALLOCATED_NAMESPACES, 0);
	for (unsigned i = 0; i < NVME_NAMESPACE_LIST_ENTRIES && list[i] == nsid; i++)
		nsid++;
	CT_NEED(nsid <= ct->identify->nn, "all namespaces up to NN are allocated");
	ct_all(ct, "CNS 11h of an NSID that is not allocated", 0,
	       ct_identify_page(ct, NVME_CNS_ALLOCATED_NAMESPACE, nsid), NVME_IDENTIFY_SIZE);
}

/* Of an active namespace both say the same. */
static void allocated_same(struct ct *ct)
{
	unsigned compared = 0;

	CT_NEED(ct_has_oacs(ct, 3), "OACS has no Namespace Management");
	for (unsigned i = 0; i < ct->namespace_count; i++) {
		uint32_t nsid = ct->namespaces[i].nsid;

		if (ct->namespaces[i].csi != NVME_CSI_NVM)
			continue;
		compared++;
		ct_same(ct,
			"CNS 11h to be as CNS 00h:", ct_identify_page(ct, NVME_CNS_NAMESPACE, nsid),
			ct_identify_page(ct, NVME_CNS_ALLOCATED_NAMESPACE, nsid),
			NVME_IDENTIFY_SIZE);
	}
	CT_NEED(compared, "there is no namespace of the NVM command set");
}

/* Zones have logical blocks as well: the structure is theirs, or their command set has none. */
static void allocated_zoned(struct ct *ct)
{
	void *page = ct_buffer(ct, NVME_IDENTIFY_SIZE);
	unsigned i = 0;
	struct ct_answer answer;

	CT_NEED(ct_has_oacs(ct, 3), "OACS has no Namespace Management");
	while (i < ct->namespace_count && ct->namespaces[i].csi != NVME_CSI_ZONED)
		i++;
	CT_NEED(i < ct->namespace_count, "there is no zoned namespace");
	answer = ct_ask(
		ct, ct_identify(ct, NVME_CNS_ALLOCATED_NAMESPACE, ct->namespaces[i].nsid, page));
	ct_status_of(ct, "Identify CNS 11h of a zoned namespace",
		     CT_STATUSES(NVME_SC_SUCCESS, NVME_SC_INVALID_IOCS), answer);
	if (!(answer.status & NVME_STATUS_MASK))
		ct_same(ct, "CNS 11h to be as CNS 00h:",
			ct_identify_page(ct, NVME_CNS_NAMESPACE, ct->namespaces[i].nsid), page,
			NVME_IDENTIFY_SIZE);
}

/* ---- Fields of each namespace ---- */

static const struct nvme_identify_namespace *each(struct ct *ct, unsigned i)
{
	CT_NEED(ct->namespace_count, "there is no namespace with blocks");
	if (i >= ct->namespace_count)
		return NULL;
	return ct_identify_page(ct, NVME_CNS_NAMESPACE, ct->namespaces[i].nsid);
}

#define EACH(id) for (unsigned i_ = 0; ((id) = each(ct, i_)); i_++)

static void sizes(struct ct *ct)
{
	const struct nvme_identify_namespace *id;

	EACH(id)
	{
		CT_EXPECT(id->nsze, "expected NSZE other than 0h of an active namespace");
		CT_EXPECT(id->ncap <= id->nsze, "expected NCAP of at most NSZE %llxh, got %llxh",
			  (unsigned long long)id->nsze, (unsigned long long)id->ncap);
		CT_EXPECT(id->nuse <= id->ncap, "expected NUSE of at most NCAP %llxh, got %llxh",
			  (unsigned long long)id->ncap, (unsigned long long)id->nuse);
	}
}

static void formats(struct ct *ct)
{
	const struct nvme_identify_namespace *id;

	EACH(id)
	{
		unsigned count = NVME_LBA_FORMATS(id), used = NVME_FLBAS_INDEX(id->flbas, count);

		CT_EXPECT(count <= NVME_LBA_FORMATS_MAX, "expected at most 64 LBA formats, got %u",
			  count);
		CT_EXPECT(used < count, "expected FLBAS to name one of %u formats, got %u", count,
			  used);
		for (unsigned i = 0; i < count; i++) {
			unsigned shift = id->lbaf[i].data_size_shift;

			CT_EXPECT(shift >= 9 || (!shift && i != used),
				  "expected LBADS of format %u of at least 9h, or 0h for none, got "
				  "%xh",
				  i, shift);
		}
	}
}

/* What is in use is what there can be. */
static void metadata(struct ct *ct)
{
	const struct nvme_identify_namespace *id;

	EACH(id)
	{
		unsigned used = NVME_FLBAS_INDEX(id->flbas, NVME_LBA_FORMATS(id));
		unsigned type = NVME_DPS_TYPE(id->dps);

		if (id->lbaf[used % NVME_LBA_FORMATS_MAX].metadata_size)
			CT_EXPECT(id->mc & (id->flbas & NVME_FLBAS_EXTENDED ? 1 : 2),
				  "expected MC to have what FLBAS %xh uses, got %xh", id->flbas,
				  id->mc);
		CT_EXPECT(type <= 3, "expected DPS of type 0h to 3h, got %xh", type);
		CT_EXPECT(!type || id->dpc >> (type - 1) & 1,
			  "expected DPC to have protection information of type %u, got %xh", type,
			  id->dpc);
	}
}

/* CNS 08h says of a namespace what CNS 00h says. */
static void independent(struct ct *ct)
{
	const struct nvme_identify_independent_namespace *own = NULL;
	struct nvme_identify_independent_namespace *page = ct_buffer(ct, NVME_IDENTIFY_SIZE);
	const struct nvme_identify_namespace *id;
	unsigned i = 0;

	EACH(id)
	{
		struct ct_answer answer = ct_ask(ct, ct_identify(ct, NVME_CNS_INDEPENDENT_NAMESPACE,
								 ct->namespaces[i++].nsid, page));

		CT_NEED(!(answer.status & NVME_STATUS_MASK), "Identify has no CNS 08h");
		own = page;
		ct_equal(ct, "NMIC as in CNS 00h,", id->nmic, own->nmic);
		ct_equal(ct, "RESCAP as in CNS 00h,", id->rescap, own->rescap);
		ct_equal(ct, "FPI as in CNS 00h,", id->fpi, own->fpi);
		ct_equal(ct, "ANAGRPID as in CNS 00h,", id->anagrpid, own->anagrpid);
		ct_equal(ct, "NSATTR as in CNS 00h,", id->nsattr, own->nsattr);
		ct_equal(ct, "NVMSETID as in CNS 00h,", id->nvmsetid, own->nvmsetid);
		ct_equal(ct, "ENDGID as in CNS 00h,", id->endgid, own->endgid);
	}
}

/* NSTAT is of 2.0. A namespace may not be ready for a while; but one that is read is. */
static void is_ready(struct ct *ct)
{
	struct nvme_identify_independent_namespace *page = ct_buffer(ct, NVME_IDENTIFY_SIZE);
	void *block = ct_buffer(ct, ct->ns->block_size);
	struct ct_answer answer;

	CT_NEED(ct_read(ct, NVME_REG_VS, 4) >= NVME_VERSION(2, 0, 0), "VS is before 2.0");
	ct_success(ct, "Identify, CNS 08h",
		   ct_ask(ct, ct_identify(ct, NVME_CNS_INDEPENDENT_NAMESPACE, ct->ns->nsid, page)));
	answer = ct_do(ct, ct_rw(ct, NVME_IO_READ, ct->ns, 0, 1, block));
	CT_NEED(!(answer.status & NVME_STATUS_MASK), "it cannot be read");
	CT_EXPECT(page->nstat & 1, "expected NSTAT.NRDY 1 of a namespace that can be read, got 0");
}

/* ---- Descriptors ---- */

static bool any(const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (bytes[i])
			return true;
	return false;
}

/* One descriptor of the namespace, NULL: none. */
static const uint8_t *descriptor(const uint8_t *list, unsigned nidt)
{
	for (unsigned at = 0; at + 4 < NVME_IDENTIFY_SIZE && list[at]; at += 4u + list[at + 1])
		if (list[at] == nidt)
			return list + at + 4;
	return NULL;
}

static const uint8_t lengths[] = {
	[NVME_NIDT_EUI64] = 8, [NVME_NIDT_NGUID] = 16, [NVME_NIDT_UUID] = 16, [NVME_NIDT_CSI] = 1};

static const uint8_t *descriptors_of(struct ct *ct, unsigned i)
{
	CT_NEED(ct_read(ct, NVME_REG_VS, 4) >= 0x010300, "VS is before 1.3");
	CT_NEED(ct->namespace_count, "there is no namespace");
	return ct_identify_page(ct, NVME_CNS_DESCRIPTORS, ct->namespaces[i].nsid);
}

static void descriptors(struct ct *ct)
{
	unsigned i = 0;

	do {
		const uint8_t *list = descriptors_of(ct, i);
		unsigned at = 0, types = 0;

		while (at + 4 < NVME_IDENTIFY_SIZE && list[at]) {
			unsigned nidt = list[at], nidl = list[at + 1];

			CT_EXPECT(nidt < sizeof(lengths), "expected NIDT 1h to 4h, got %xh", nidt);
			ct_equal(ct, "NIDL of the descriptor", lengths[nidt], nidl);
			ct_all(ct, "reserved bytes of the descriptor", 0, list + at + 2, 2);
			CT_EXPECT(!(types >> nidt & 1), "expected one descriptor of type %xh",
				  nidt);
			types |= 1u << nidt;
			at += 4 + nidl;
		}
		CT_EXPECT(types, "expected a descriptor, got none");
		ct_all(ct, "bytes behind the descriptors", 0, list + at, NVME_IDENTIFY_SIZE - at);
	} while (++i < ct->namespace_count);
}

static void not_zero(struct ct *ct)
{
	unsigned i = 0;

	do {
		const uint8_t *list = descriptors_of(ct, i);

		for (unsigned nidt = NVME_NIDT_EUI64; nidt <= NVME_NIDT_UUID; nidt++) {
			const uint8_t *value = descriptor(list, nidt);

			CT_EXPECT(!value || any(value, lengths[nidt]),
				  "expected an identifier of type %xh of namespace %u that is not "
				  "0h",
				  nidt, ct->namespaces[i].nsid);
		}
	} while (++i < ct->namespace_count);
}

static void unique(struct ct *ct)
{
	const uint8_t *lists[CT_NAMESPACES_MAX];

	CT_NEED(ct->namespace_count > 1, "there is only one namespace");
	for (unsigned i = 0; i < ct->namespace_count; i++)
		lists[i] = descriptors_of(ct, i);
	for (unsigned nidt = NVME_NIDT_EUI64; nidt <= NVME_NIDT_UUID; nidt++)
		for (unsigned i = 0; i < ct->namespace_count; i++)
			for (unsigned j = 0; j < i; j++) {
				const uint8_t *a = descriptor(lists[i], nidt);
				const uint8_t *b = descriptor(lists[j], nidt);

				CT_EXPECT(!a || !b || memcmp(a, b, lengths[nidt]) != 0,
					  "expected other identifiers of type %xh of namespaces "
					  "%u and %u",
					  nidt, ct->namespaces[j].nsid, ct->namespaces[i].nsid);
			}
}

/* EUI-64 and NGUID stand in Identify Namespace as well; which of them have descriptors is the
 * controller's choice. */
static void as_in_namespace(struct ct *ct)
{
	const struct nvme_identify_namespace *id;
	unsigned i = 0;

	EACH(id)
	{
		const uint8_t *list = descriptors_of(ct, i++);
		const uint8_t *eui64 = descriptor(list, NVME_NIDT_EUI64);
		const uint8_t *nguid = descriptor(list, NVME_NIDT_NGUID);

		if (eui64)
			ct_same(ct, "EUI64 as in CNS 00h:", id->eui64, eui64, 8);
		if (nguid)
			ct_same(ct, "NGUID as in CNS 00h:", id->nguid, nguid, 16);
	}
}

static void command_set(struct ct *ct)
{
	unsigned i = 0;

	CT_NEED(NVME_CAP_CSS(ct->registers.cap) & NVME_CAP_CSS_IOCS, "CAP.CSS bit 6 is 0");
	do {
		const uint8_t *csi = descriptor(descriptors_of(ct, i), NVME_NIDT_CSI);

		CT_EXPECT(csi, "expected a descriptor with the command set of namespace %u",
			  ct->namespaces[i].nsid);
		ct_equal(ct, "CSI", ct->namespaces[i].csi, *csi);
	} while (++i < ct->namespace_count);
}

static const struct ct_case cases[] = {
	CT_CASE("CNS 00h, NSID 0h: Invalid Namespace or Format", "NVM 4.1.5.1", wrong_nsid,
		CT_ADMIN, .argument = WRONG(NVME_CNS_NAMESPACE, ZERO)),
	CT_CASE("CNS 00h, NSID above NN: Invalid Namespace or Format", "NVM 4.1.5.1", wrong_nsid,
		CT_ADMIN, .argument = WRONG(NVME_CNS_NAMESPACE, BEYOND)),
	CT_CASE("CNS 00h, NSID FFFFFFFFh without Namespace Management: 00Bh", "NVM 4.1.5.1",
		wrong_nsid, CT_ADMIN, .argument = WRONG(NVME_CNS_NAMESPACE, ALL)),
	CT_CASE("CNS 03h, NSID 0h: Invalid Namespace or Format", "Base 5.17.2.3", wrong_nsid,
		CT_ADMIN, .argument = WRONG(NVME_CNS_DESCRIPTORS, ZERO)),
	CT_CASE("CNS 03h, NSID above NN: Invalid Namespace or Format", "Base 5.17.2.3", wrong_nsid,
		CT_ADMIN, .argument = WRONG(NVME_CNS_DESCRIPTORS, BEYOND)),
	CT_CASE("CNS 03h, inactive NSID is refused", "Base 5.17.2.3", wrong_nsid, CT_ADMIN,
		.argument = WRONG(NVME_CNS_DESCRIPTORS, INACTIVE)),
	CT_CASE("CNS 05h, NSID above NN: Invalid Namespace or Format", "Base 5.17.2.5", wrong_nsid,
		CT_ADMIN, .argument = WRONG(NVME_CNS_IOCS_NAMESPACE, BEYOND)),
	CT_CASE("CNS 08h, NSID above NN: Invalid Namespace or Format", "Base 5.17.2.8", wrong_nsid,
		CT_ADMIN, .argument = WRONG(NVME_CNS_INDEPENDENT_NAMESPACE, BEYOND)),
	CT_CASE("CNS 11h, NSID above NN: Invalid Namespace or Format", "Base 5.17.2.10", wrong_nsid,
		CT_ADMIN, .argument = WRONG(NVME_CNS_ALLOCATED_NAMESPACE, BEYOND)),
	CT_CASE("CNS 00h, inactive NSID: all bytes are 0h", "NVM 4.1.5.1", inactive_zeroes,
		CT_ADMIN, .argument = NVME_CNS_NAMESPACE),
	CT_CASE("CNS 05h, inactive NSID: all bytes are 0h", "Base 5.17.2.5", inactive_zeroes,
		CT_ADMIN, .argument = NVME_CNS_IOCS_NAMESPACE),
	CT_CASE("CNS 08h, inactive NSID: all bytes are 0h", "Base 5.17.2.8", inactive_zeroes,
		CT_ADMIN, .argument = NVME_CNS_INDEPENDENT_NAMESPACE),
	CT_CASE("CNS 11h, NSID that is not allocated: all bytes are 0h", "Base 5.17.2.10",
		unallocated_zeroes, CT_ADMIN),
	CT_CASE("CNS 11h of a zoned namespace is as CNS 00h, or 12Ch", "Base 5.17.1",
		allocated_zoned, CT_ADMIN),
	CT_CASE("CNS 11h of an active namespace is as CNS 00h", "Base 5.17.2.10", allocated_same,
		CT_ADMIN),
	CT_CASE("NUSE is at most NCAP, and NCAP at most NSZE", "NVM 4.1.5.1", sizes, CT_ADMIN),
	CT_CASE("FLBAS names a format that there is", "NVM 4.1.5.1", formats, CT_ADMIN),
	CT_CASE("FLBAS and DPS use what MC and DPC have", "NVM 4.1.5.1", metadata, CT_ADMIN),
	CT_CASE("CNS 08h says the same as CNS 00h", "Base 5.17.2.8", independent, CT_ADMIN),
	CT_CASE("CNS 08h: a namespace that is read is ready", "Base 5.17.2.8", is_ready, CT_BLOCKS),
	CT_CASE("namespace descriptors have their lengths, and end", "Base 5.17.2.3", descriptors,
		CT_ADMIN),
	CT_CASE("no EUI-64, NGUID or UUID descriptor is all 0h", "Base 5.17.2.3", not_zero,
		CT_ADMIN),
	CT_CASE("EUI-64, NGUID and UUID of namespaces differ", "Base 5.17.2.3", unique, CT_ADMIN),
	CT_CASE("EUI64 and NGUID are as their descriptors", "Base 5.17.2.3", as_in_namespace,
		CT_ADMIN),
	CT_CASE("each namespace has a descriptor of its command set", "Base 5.17.2.3", command_set,
		CT_ADMIN),
	{.name = NULL},
};
CONFORMANCE_GROUP("identify-namespaces", cases);

/* Identify data structures (Base 2.0, section 5.17, and NVM Command Set 1.0, section 4.1.5). */
#include "tests/sim/internal.h"

#include <string.h>

static void put_text(uint8_t *field, size_t size, const char *text)
{
	size_t length = strlen(text);

	memset(field, ' ', size);
	memcpy(field, text, length < size ? length : size);
}

/* TNVMCAP and UNVMCAP */
static void put_namespace_capacity(const struct sim_controller *sim, uint8_t page[4096])
{
	uint64_t all = sim->unallocated;

	if (!(sim->config.oacs & SIM_OACS_NAMESPACES))
		return;
	for (unsigned i = 0; i < sim->namespace_count; i++)
		all += sim->namespaces[i].config.block_count
		       << sim->namespaces[i].config.block_shift;
	put64(page + 280, all);
	put64(page + 296, sim->unallocated);
}

static void identify_controller(const struct sim_controller *sim, uint8_t page[4096])
{
	const struct sim_config *config = &sim->config;

	put16(page, 0x1b36);
	put16(page + 2, 0x1af4);
	put_text(page + 4, 20, config->serial);
	put_text(page + 24, 40, config->model);
	put_text(page + 64, 8, config->firmware);
	page[72] = 6; /* RAB */
	page[77] = (uint8_t)config->mdts;
	put16(page + 78, SIM_CNTLID);
	put32(page + 80, config->version);
	put32(page + 92, config->oaes | 0x100); /* OAES: Namespace Attribute Notices */
	for (unsigned i = 0; i < sim->namespace_count; i++)
		if (sim->namespaces[i].config.guard || sim->namespaces[i].config.storage_tag)
			put32(page + 96, 0x8000); /* CTRATT: ELBAS */
	if (config->placement.groups)
		put32(page + 96, get32(page + 96) | 1 << 19);
	page[111] = 1; /* CNTRLTYPE: I/O controller */
	put16(page + 256, (uint16_t)config->oacs);
	page[258] = (uint8_t)config->abort_limit;
	page[259] = (uint8_t)config->events_limit;
	page[260] = 0x03; /* FRMW */
	/* LPA: Commands Supported and Effects, extended data */
	page[261] = sim->config.no_log_offsets ? 0x02 : 0x06;
	page[262] = 3;		/* ELPE */
	put16(page + 266, 343); /* WCTEMP */
	put16(page + 268, 373); /* CCTEMP */
	put_namespace_capacity(sim, page);
	put16(page + 320, config->keep_alive);	      /* KAS, of 100 ms */
	put32(page + 328, config->sanitizes ? 2 : 0); /* SANICAP */
	page[512] = 0x66;			      /* SQES */
	page[513] = 0x44;			      /* CQES */
	put32(page + 516, sim->nn);
	put16(page + 520, (uint16_t)config->oncs);
	put16(page + 522, config->fused); /* FUSES: Compare and Write */
	page[525] = config->volatile_cache ? 0x07 : 0x00;
	/* OCFS */
	put16(page + 534, (uint16_t)(config->oncs & SIM_ONCS_COPY ? 1 | config->copy_formats : 0));
	if (config->sgl) /* SGLS, with bit buckets */
		put32(page + 536, 0x10000 | (config->sgl_longer ? 0x40000u : 0) |
					  (config->sgl_threshold & 0xff) << 8 |
					  (config->sgl_dwords ? 2 : 1));
	put_text(page + 768, 0, "");
	strcpy((char *)page + 768, "nqn.2019-08.org.qemu:SIM0001");
	put16(page + 2048, 100); /* PSD0.MP, in 10 mW */
}

static void identify_namespace(const struct sim_namespace_config *ns, uint8_t page[4096])
{
	uint8_t *format = page + 128 + 4 * ns->format;

	put64(page, ns->block_count);
	put64(page + 8, ns->capacity);
	put64(page + 16, ns->block_count);
	page[24] = ns->dulbe ? 0x04 : 0;		       /* NSFEAT */
	page[25] = (uint8_t)(ns->format > 3 ? ns->format : 3); /* NLBAF */
	page[26] = (uint8_t)(ns->format | (ns->extended ? 0x10 : 0));
	page[27] = 0x03;			 /* MC */
	page[28] = ns->protection ? 0x1f : 0x00; /* DPC */
	page[29] = (uint8_t)ns->protection;
	page[30] = ns->shared; /* NMIC */
	page[33] = (uint8_t)ns->dlfeat;
	put16(page + 46, (uint16_t)ns->boundary); /* NOIOB */
	put16(page + 74, (uint16_t)ns->mssrl);
	put32(page + 76, ns->mcl);
	page[80] = (uint8_t)ns->msrc;
	page[99] = ns->read_only ? 1 : 0;	/* NSATTR */
	put16(page + 102, ns->handles ? 1 : 0); /* ENDGID */
	for (unsigned i = 0; i <= page[25]; i++)
		page[128 + 4 * i + 2] = i & 1 ? 12 : 9; /* LBADS */
	put16(format, (uint16_t)ns->metadata);
	format[2] = (uint8_t)ns->block_shift;
}

/* Namespaces above a number that are active, or allocated, of one command set or of any (-1). */
static void list(const struct sim_controller *sim, uint32_t after, bool allocated, int csi,
		 uint8_t page[4096])
{
	unsigned used = 0;

	while (used < 1024) {
		uint32_t next = 0;

		for (unsigned i = 0; i < sim->namespace_count; i++) {
			const struct sim_namespace_config *config = &sim->namespaces[i].config;

			/* Zones are there with all command sets only: CC.CSS. */
			if (config->csi && !allocated && (sim->cc >> 4 & 7) != 6)
				continue;
			if ((allocated || !config->inactive) && config->nsid > after &&
			    (csi < 0 || (unsigned)csi == config->csi) &&
			    (!next || config->nsid < next))
				next = config->nsid;
		}
		if (!next)
			return;
		put32(page + 4 * used++, next);
		after = next;
	}
}

/* CNS 02h, 07h, 10h and 1Ah */
static unsigned namespace_list(struct sim_controller *sim, const struct sim_command *command,
			       uint8_t page[4096])
{
	uint32_t nsid = dword(command, 1);
	uint8_t cns = (uint8_t)dword(command, 10);
	bool allocated = cns >= 0x10, of_set = cns == 0x07 || cns == 0x1a;
	unsigned csi = dword(command, 11) >> 24;

	if (allocated && !(sim->config.oacs & SIM_OACS_NAMESPACES))
		return sim_host_error(sim, command, SIM_SC_FIELD, "Identify CNS %02x", cns);
	if (of_set && !(sim->config.cap >> 43 & 1))
		return sim_host_error(sim, command, SIM_SC_FIELD, "Identify CNS %02x", cns);
	if (of_set && csi != 0 && csi != 2)
		return sim_host_error(sim, command, SIM_SC_FIELD, "CSI %02x", csi);
	if (nsid >= 0xfffffffe)
		return sim_host_error(sim, command, SIM_SC_NAMESPACE, "NSID %u", nsid);
	list(sim, nsid, allocated, of_set ? (int)csi : -1, page);
	return SIM_SC_SUCCESS;
}

static void add_controller(uint8_t page[4096], unsigned cntlid)
{
	page[0]++;
	put16(page + 2 * page[0], (uint16_t)cntlid);
}

/* CNS 12h and 13h */
static unsigned controller_list(struct sim_controller *sim, const struct sim_command *command,
				const struct sim_namespace *ns, uint8_t page[4096])
{
	uint32_t cdw10 = dword(command, 10);
	bool all = (uint8_t)cdw10 == 0x13;
	bool attached = all || (ns && !ns->config.inactive);
	bool elsewhere = all ? sim->config.other_controller : ns && ns->elsewhere;

	if (!(sim->config.oacs & SIM_OACS_NAMESPACES))
		return sim_host_error(sim, command, SIM_SC_FIELD, "Identify CNS %02x",
				      (uint8_t)cdw10);
	if ((uint8_t)cdw10 == 0x12 && !ns)
		return sim_host_error(sim, command, SIM_SC_FIELD, "NSID %u", dword(command, 1));
	if (attached && cdw10 >> 16 <= SIM_CNTLID)
		add_controller(page, SIM_CNTLID);
	if (elsewhere && cdw10 >> 16 <= SIM_OTHER_CNTLID)
		add_controller(page, SIM_OTHER_CNTLID);
	return SIM_SC_SUCCESS;
}

uint64_t sim_combination(const struct sim_controller *sim, unsigned index)
{
	uint64_t all = 1;

	for (unsigned i = 0; sim->config.combinations && i <= index; i++)
		if (i == index || !sim->config.combinations[i])
			return sim->config.combinations[i];
	for (unsigned i = 0; i < sim->namespace_count; i++)
		all |= 1ull << sim->namespaces[i].config.csi;
	return index ? 0 : all;
}

/* Namespace Identification Descriptor list: a UUID and the command set. */
static void descriptors(const struct sim_namespace_config *ns, uint8_t page[4096])
{
	static const uint8_t none[16];

	page[0] = 3;
	page[1] = 16;
	for (unsigned i = 0; i < 16; i++)
		page[4 + i] = (uint8_t)(i + ns->nsid);
	if (memcmp(ns->uuid, none, 16) != 0)
		memcpy(page + 4, ns->uuid, 16);
	page[20] = 4;
	page[21] = 1;
	page[24] = (uint8_t)ns->csi;
}

/* The CNS values that use CDW1.NSID: Base, figure 273 */
#define WITH_NSID                                                                                  \
	(1ull << 0x00 | 1ull << 0x02 | 1ull << 0x03 | 1ull << 0x05 | 1ull << 0x07 | 1ull << 0x08 | \
	 1ull << 0x10 | 1ull << 0x11 | 1ull << 0x12 | 1ull << 0x1a | 1ull << 0x1b)

unsigned sim_identify(struct sim_controller *sim, const struct sim_command *command,
		      uint8_t page[4096])
{
	uint32_t nsid = dword(command, 1), cdw10 = dword(command, 10);
	const struct sim_namespace *ns = sim_find_namespace(sim, nsid);
	uint8_t cns = (uint8_t)cdw10;
	bool managed = sim->config.oacs & SIM_OACS_NAMESPACES;

	for (const struct sim_identify *more = sim->config.identify; more && more->data; more++)
		if (more->cns == cns) {
			memcpy(page, more->data, 4096);
			return SIM_SC_SUCCESS;
		}
	if (nsid && !(cns < 64 && WITH_NSID >> cns & 1))
		sim_violation(sim, "Identify CNS %02x with NSID %u", cns, nsid);
	if (cns == 0x03 && sim->config.version < 0x10300 && !(sim->config.cap >> 43 & 1))
		return sim_host_error(sim, command, SIM_SC_FIELD, "Identify CNS 03h before 1.3");
	switch (cns) {
	case 0x00:
	case 0x11:
		if (cns == 0x11 && !managed)
			return sim_host_error(sim, command, SIM_SC_FIELD, "Identify CNS 11h");
		if (nsid == 0 || (nsid > sim->nn && (nsid != 0xffffffff || !managed || cns)))
			return sim_host_error(sim, command, SIM_SC_NAMESPACE, "NSID %u", nsid);
		if (ns && ns->config.csi != 0 && ns->config.csi != 2)
			return sim_host_error(sim, command, SIM_SC_COMMAND_SET,
					      "NSID %u has no blocks", nsid);
		if (nsid == 0xffffffff) /* what all have in common */
			identify_namespace(&(struct sim_namespace_config){.block_shift = 9}, page);
		else if (ns && (cns == 0x11 || !ns->config.inactive))
			identify_namespace(&ns->config, page);
		return SIM_SC_SUCCESS;
	case 0x01:
		identify_controller(sim, page);
		return SIM_SC_SUCCESS;
	case 0x02:
	case 0x07:
	case 0x10:
	case 0x1a:
		return namespace_list(sim, command, page);
	case 0x12:
	case 0x13:
		return controller_list(sim, command, ns, page);
	case 0x08:
		if (!nsid || nsid > sim->nn)
			return sim_host_error(sim, command, SIM_SC_NAMESPACE, "NSID %u", nsid);
		if (!ns || ns->config.inactive)
			return SIM_SC_SUCCESS;
		page[8] = ns->config.read_only ? 1 : 0;	      /* NSATTR */
		page[1] = ns->config.shared;		      /* NMIC */
		put16(page + 12, ns->config.handles ? 1 : 0); /* ENDGID */
		page[14] = 1;				      /* NSTAT: ready */
		return SIM_SC_SUCCESS;
	case 0x03:
		if (!ns || ns->config.inactive)
			return sim_host_error(sim, command, SIM_SC_NAMESPACE, "NSID %u", nsid);
		descriptors(&ns->config, page);
		return SIM_SC_SUCCESS;
	case 0x05: /* of the NVM command set */
		if (!nsid || nsid > sim->nn)
			return sim_host_error(sim, command, SIM_SC_NAMESPACE, "NSID %u", nsid);
		if (!ns || ns->config.inactive)
			return SIM_SC_SUCCESS;
		if (dword(command, 11) >> 24 == 2 && ns->zone_count) {
			sim_identify_zones(&ns->config, page);
			return SIM_SC_SUCCESS;
		}
		if (dword(command, 11) >> 24 || ns->config.csi)
			return sim_host_error(sim, command, SIM_SC_COMMAND_SET, "NSID %u", nsid);
		put32(page + 12 + 4 * ns->config.format,
		      ns->config.storage_tag | ns->config.guard << 7);
		return SIM_SC_SUCCESS;
	case 0x06: /* of the NVM command set */
		if (dword(command, 11) >> 24 == 2) {
			page[0] = 3; /* ZASL */
			return SIM_SC_SUCCESS;
		}
		if (dword(command, 11) >> 24)
			return sim_host_error(sim, command, SIM_SC_FIELD, "CSI %02x",
					      dword(command, 11) >> 24);
		page[0] = (uint8_t)sim->config.verify_limit;
		page[1] = (uint8_t)sim->config.write_zeroes_limit;
		page[3] = (uint8_t)sim->config.ranges_limit;
		put32(page + 4, sim->config.range_limit);
		put64(page + 8, sim->config.discard_limit);
		return SIM_SC_SUCCESS;
	case 0x14:
	case 0x15:
		if (!(sim->config.oacs & SIM_OACS_VIRTUALIZATION))
			return sim_host_error(sim, command, SIM_SC_FIELD, "Identify CNS %02x", cns);
		if (cns == 0x14)
			sim_primary_capabilities(sim, page);
		else
			sim_secondary_list(sim, cdw10 >> 16, page);
		return SIM_SC_SUCCESS;
	case 0x1c:
		if (!(sim->config.cap >> 43 & 1))
			return sim_host_error(sim, command, SIM_SC_FIELD,
					      "Identify CNS 1Ch, but CAP.CSS bit 6 is 0");
		if (cdw10 >> 16 != 0xffff && cdw10 >> 16 != 1)
			return sim_host_error(sim, command, SIM_SC_FIELD, "CNTID %u", cdw10 >> 16);
		for (unsigned i = 0; i < 512 && sim_combination(sim, i); i++)
			put64(page + 8 * i, sim_combination(sim, i));
		return SIM_SC_SUCCESS;
	default:
		return sim_host_error(sim, command, SIM_SC_FIELD, "Identify CNS %02x", cns);
	}
}

/* Controller properties (Base 2.0, section 3.1.3), and the transitions that CC starts. */
#include "tests/sim/internal.h"

#include <stdlib.h>

#define CC_EN  0x1u
#define CC_SHN 0xc000u

static unsigned cc_shutdown(uint32_t cc)
{
	return cc >> 14 & 3;
}

/* The name, first byte and width of each property. */
static const struct property {
	const char *name;
	unsigned offset, width;
	bool writable, disabled_only;
} properties[] = {
	{"CAP", 0x00, 8, false, false},	    {"VS", 0x08, 4, false, false},
	{"INTMS", 0x0c, 4, true, false},    {"INTMC", 0x10, 4, true, false},
	{"CC", 0x14, 4, true, false},	    {"CSTS", 0x1c, 4, true, false},
	{"NSSR", 0x20, 4, true, false},	    {"AQA", 0x24, 4, true, true},
	{"ASQ", 0x28, 8, true, true},	    {"ACQ", 0x30, 8, true, true},
	{"CMBLOC", 0x38, 4, false, false},  {"CMBSZ", 0x3c, 4, false, false},
	{"BPINFO", 0x40, 4, false, false},  {"BPRSEL", 0x44, 4, true, false},
	{"BPMBL", 0x48, 8, true, false},    {"CMBMSC", 0x50, 8, true, false},
	{"CMBSTS", 0x58, 4, false, false},  {"CMBEBS", 0x5c, 4, false, false},
	{"CMBSWTP", 0x60, 4, false, false}, {"NSSD", 0x64, 4, true, false},
	{"CRTO", 0x68, 4, false, false},    {"PMRCAP", 0xe00, 4, false, false},
	{"PMRCTL", 0xe04, 4, true, false},  {"PMRSTS", 0xe08, 4, false, false},
	{"PMREBS", 0xe0c, 4, false, false}, {"PMRSWTP", 0xe10, 4, false, false},
	{"PMRMSCL", 0xe14, 4, true, false}, {"PMRMSCU", 0xe18, 4, true, false},
};

static const struct property *find_property(uint64_t offset)
{
	for (unsigned i = 0; i < sizeof(properties) / sizeof(properties[0]); i++)
		if (offset >= properties[i].offset &&
		    offset < properties[i].offset + properties[i].width)
			return &properties[i];
	return NULL;
}

static uint64_t property_value(struct sim_controller *sim, unsigned offset)
{
	switch (offset) {
	case SIM_CAP:
		return sim->config.cap;
	case SIM_VS:
		return sim->config.version;
	case SIM_INTMS:
	case SIM_INTMC:
		return sim->intms;
	case SIM_CC:
		return sim->cc;
	case SIM_CSTS:
		return sim->csts;
	case SIM_AQA:
		return sim->aqa;
	case SIM_ASQ:
		return sim->asq;
	case SIM_ACQ:
		return sim->acq;
	case SIM_PMRCAP:
	case SIM_PMRCTL:
	case SIM_PMRSTS:
		return sim_pmr_property(sim, offset);
	default:
		return sim_cmb_property(sim, offset);
	}
}

uint64_t sim_property_read(struct sim_controller *sim, uint64_t offset, unsigned width)
{
	uint64_t ones = width == 8 ? UINT64_MAX : UINT32_MAX, value;
	const struct property *property = find_property(offset);
	unsigned start;

	sim_work(sim);
	if (sim->gone || sim->lost || sim->hidden || (width == 8 && sim->config.dwords_only))
		return ones;
	if (offset >= SIM_DOORBELLS) {
		sim_violation(sim, "read of a doorbell at %llxh", (unsigned long long)offset);
		return 0;
	}
	if (!property) {
		/* reserved ones read as 0; looking is not illegal, but 8 bytes are */
		if (width != 4)
			sim_violation(sim, "%u-byte read of reserved %llxh", width,
				      (unsigned long long)offset);
		return sim->config.hooks.property
			       ? sim->config.hooks.property(sim->config.hooks.context,
							    (unsigned)offset, 0) &
					 ones
			       : 0;
	}
	start = property->offset;
	if (width > property->width || offset % width)
		sim_violation(sim, "%u-byte read of %s at %llxh", width, property->name,
			      (unsigned long long)offset);
	value = property_value(sim, start);
	if (sim->config.hooks.property)
		value = sim->config.hooks.property(sim->config.hooks.context, start, value);
	if (start == SIM_CSTS && (uint32_t)value != sim->last_csts) {
		sim->last_csts = (uint32_t)value;
		sim_trace_add(sim, "read CSTS %08x", (unsigned)value);
	}
	return value >> 8 * (offset - start) & ones;
}

static void enable(struct sim_controller *sim)
{
	uint64_t cap = sim->config.cap;
	unsigned mps = sim->cc >> 7 & 0xf, css = sim->cc >> 4 & 7, ams = sim->cc >> 11 & 7;
	unsigned sq_size = (sim->aqa & 0xfff) + 1, cq_size = (sim->aqa >> 16 & 0xfff) + 1;

	if (sim->csts & SIM_CSTS_RDY)
		sim_violation(sim, "CC.EN set while CSTS.RDY is 1");
	if (sim->csts & SIM_CSTS_CFS)
		sim_trace_add(sim, "enabled with CSTS.CFS set");
	if (mps < (cap >> 48 & 0xf) || mps > (cap >> 52 & 0xf))
		sim_violation(sim, "CC.MPS %u is outside of CAP.MPSMIN %u to MPSMAX %u", mps,
			      (unsigned)(cap >> 48 & 0xf), (unsigned)(cap >> 52 & 0xf));
	if (css == 6 ? !(cap >> 43 & 1) : css == 7 ? !(cap >> 44 & 1) : css != 0)
		sim_violation(sim, "CC.CSS %u is not in CAP.CSS", css);
	if (ams && (ams != 1 || !(cap >> 17 & 1)))
		sim_violation(sim, "CC.AMS %u is not in CAP.AMS", ams);
	if (cc_shutdown(sim->cc))
		sim_violation(sim, "enabled with CC.SHN %u", cc_shutdown(sim->cc));
	if (sq_size < 2 || cq_size < 2)
		sim_violation(sim, "AQA %08x: an admin queue of one entry", sim->aqa);
	if (!sim->asq || !sim->acq)
		sim_violation(sim, "enabled without ASQ or ACQ");
	sim->page_size = 4096ull << mps;
	if ((sim->asq | sim->acq) & (sim->page_size - 1))
		sim_violation(sim, "ASQ %llx or ACQ %llx is not aligned to the page size",
			      (unsigned long long)sim->asq, (unsigned long long)sim->acq);
	if (sim_is_defective(sim, SIM_DEFECT_ENTRY_SIZES) && !(sim->cc >> 16 & 0xf))
		sim_set_fatal(sim);
	sim->enabled_at = sim_now();
	sim_queue_create_cq(sim, 0, sim->acq, cq_size);
	sim->cq[0].interrupts = true;
	sim->cq[0].vector = 0;
	sim_queue_create_sq(sim, 0, sim->asq, sq_size, 0);
	sim->ready_at = sim->config.never_ready ? UINT64_MAX : sim_now() + sim->config.ready_ns;
	sim->unready_at = UINT64_MAX;
	sim->csts &= ~0xcu;
}

static void disable(struct sim_controller *sim)
{
	uint64_t limit = (sim->config.cap >> 24 & 0xff) * 500000000ull;

	if (!(sim->csts & (SIM_CSTS_RDY | SIM_CSTS_CFS)) && sim_now() - sim->enabled_at < limit &&
	    !cc_shutdown(sim->cc))
		sim_violation(sim, "CC.EN cleared before CSTS.RDY was 1, within CAP.TO");
	sim->statistics.resets++;
	if (sim->heap_size && sim_is_defective(sim, SIM_DEFECT_WAITS_RESET))
		sim->config.never_unready = true;
	if (sim->heap_size && sim_is_defective(sim, SIM_DEFECT_BUSY_RESET)) {
		sim_remove(sim);
		return;
	}
	if (sim->config.finishes)
		sim_finish(sim);
	sim_reset_queues(sim);
	sim_reset_features(sim);
	sim->intms = 0;
	sim->ready_at = UINT64_MAX;
	sim->shutdown_at = UINT64_MAX;
	sim->unready_at =
		sim->config.never_unready ? UINT64_MAX : sim_now() + sim->config.unready_ns;
}

static void write_cc(struct sim_controller *sim, uint32_t value)
{
	uint32_t old = sim->cc, changed = old ^ value;

	sim_trace_add(sim, "write CC %08x", value);
	if (value & 0xfe00000eu)
		sim_violation(sim, "CC %08x has reserved bits set", value);
	if ((old & CC_EN) && (value & CC_EN) && (changed & 0x3ff0u))
		sim_violation(sim, "CC.MPS, CSS or AMS changed while enabled: %08x to %08x", old,
			      value);
	if (cc_shutdown(value) == 3)
		sim_violation(sim, "CC.SHN 11b is reserved");
	sim->cc = value;
	if (!(old & CC_EN) && (value & CC_EN)) {
		enable(sim);
	} else if ((old & CC_EN) && !(value & CC_EN)) {
		disable(sim);
	}
	if (cc_shutdown(value) && !cc_shutdown(old)) {
		if (!(value & CC_EN))
			sim_violation(sim, "CC.SHN written while disabled");
		sim->csts = (sim->csts & ~0xcu) | 1u << 2;
		sim->shutdown_at = sim->config.never_shut_down
					   ? UINT64_MAX
					   : sim_now() + sim->config.shutdown_ns;
	} else if (!cc_shutdown(value) && cc_shutdown(old) && (value & CC_EN) && (old & CC_EN)) {
		sim_violation(sim, "CC.SHN cleared while enabled: only a reset ends a shutdown");
	}
}

/* Parts of an 8-byte property may be written by two 4-byte accesses. */
static uint64_t merge(uint64_t old, uint64_t value, unsigned shift, unsigned width)
{
	uint64_t mask = width == 8 ? UINT64_MAX : ((1ull << 8 * width) - 1) << shift;

	return (old & ~mask) | (value << shift & mask);
}

/* The base of an admin queue: bits 11:00 are reserved. */
static void set_base(struct sim_controller *sim, uint64_t *base, uint64_t value)
{
	if (value & 0xfff)
		sim_violation(sim, "ASQ or ACQ %llx is not aligned", (unsigned long long)value);
	*base = value & ~0xfffull;
}

void sim_property_write(struct sim_controller *sim, uint64_t offset, uint64_t value, unsigned width)
{
	const struct property *property = find_property(offset);
	unsigned start, shift;

	sim_stir();
	sim_work(sim);
	if (sim->gone || sim->lost || sim->hidden || (width == 8 && sim->config.dwords_only))
		return;
	if (offset >= SIM_DOORBELLS) {
		if (width == 4)
			sim_doorbell(sim, offset, (uint32_t)value);
		else
			sim_violation(sim, "%u-byte write of a doorbell", width);
		return;
	}
	if (!property || !property->writable) {
		sim_violation(sim, "write of %s at %llxh", property ? property->name : "nothing",
			      (unsigned long long)offset);
		return;
	}
	start = property->offset;
	shift = 8 * (unsigned)(offset - start);
	if (width > property->width || offset % width)
		sim_violation(sim, "%u-byte write of %s at %llxh", width, property->name,
			      (unsigned long long)offset);
	if (property->disabled_only && (sim->cc & CC_EN))
		sim_violation(sim, "%s written while CC.EN is 1", property->name);
	if (property->disabled_only && (sim->csts & SIM_CSTS_RDY))
		sim_violation(sim, "%s written while CSTS.RDY is 1", property->name);
	if (start != SIM_CC)
		sim_trace_add(sim, "write %s %llx", property->name, (unsigned long long)value);
	if ((start == SIM_INTMS || start == SIM_INTMC) && sim->interrupts == SIM_MESSAGES)
		sim_violation(sim, "%s written while MSI-X is enabled", property->name);
	switch (start) {
	case SIM_INTMS:
		sim->intms |= (uint32_t)value;
		break;
	case SIM_INTMC:
		sim->intms &= ~(uint32_t)value;
		sim_deliver(sim);
		break;
	case SIM_CC:
		write_cc(sim, (uint32_t)value);
		break;
	case SIM_CSTS:
		if (value & ~0x10ull)
			sim_violation(sim, "CSTS written with %llx", (unsigned long long)value);
		sim->csts &= ~((uint32_t)value & SIM_CSTS_NSSRO);
		break;
	case SIM_NSSR:
		if (!(sim->config.cap >> 36 & 1))
			sim_violation(sim, "NSSR written, but CAP.NSSRS is 0");
		else if (value == 0x4e564d65)
			sim_subsystem_reset(sim);
		break;
	case SIM_AQA:
		if (value & 0xf000f000u)
			sim_violation(sim, "AQA %llx has reserved bits set",
				      (unsigned long long)value);
		sim->aqa = (uint32_t)value & 0x0fff0fffu;
		break;
	case SIM_ASQ:
		set_base(sim, &sim->asq, merge(sim->asq, value, shift, width));
		break;
	case SIM_ACQ:
		set_base(sim, &sim->acq, merge(sim->acq, value, shift, width));
		break;
	case SIM_PMRCTL:
		sim_pmr_control(sim, (uint32_t)value);
		break;
	case SIM_CMBMSC:
		if (!(sim->config.cap >> 57 & 1) || sim->csts & SIM_CSTS_RDY)
			sim_violation(sim,
				      "CMBMSC written without CAP.CMBS or while CSTS.RDY is 1");
		sim->cmbmsc = merge(sim->cmbmsc, value, shift, width);
		break;
	default:
		break;
	}
}

void sim_property_work(struct sim_controller *sim)
{
	uint64_t now = sim_now();

	if (sim->ready_at <= now) {
		sim->ready_at = UINT64_MAX;
		sim->csts |= SIM_CSTS_RDY;
		sim_stir();
	}
	if (sim->unready_at <= now) {
		sim->unready_at = UINT64_MAX;
		sim->csts &= SIM_CSTS_NSSRO;
		sim->fatal = false;
		sim_stir();
	}
	if (sim->shutdown_at <= now) {
		sim->shutdown_at = UINT64_MAX;
		sim->csts = (sim->csts & ~0xcu) | 2u << 2;
		for (unsigned i = 0; i < sim->namespace_count; i++)
			sim_store_flush(sim->namespaces[i].store);
		sim_stir();
	}
}

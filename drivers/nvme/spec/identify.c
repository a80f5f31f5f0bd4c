/* The tables of the Identify data structures. */
#include "drivers/nvme/spec/describe.h"
#include "drivers/nvme/spec/spec.h"

/* A power in the units of its scale: 1 is 0.0001 W, 2 is 0.01 W. */
static void print_power(nvme_print *print, unsigned power, unsigned scale)
{
	if (scale == 0)
		print("-");
	else if (scale == 1)
		print("%u.%04uW", power / 10000, power % 10000);
	else if (scale == 2)
		print("%u.%02uW", power / 100, power % 100);
	else
		print("reserved");
}

static void print_maximum_power(nvme_print *print, const void *structure)
{
	const struct nvme_power_state *state = structure;

	print_power(print, state->mp, state->flags & NVME_POWER_MXPS ? 1 : 2);
}

static void print_operational(nvme_print *print, const void *structure)
{
	const struct nvme_power_state *state = structure;

	print("%soperational", state->flags & NVME_POWER_NOPS ? "non-" : "");
}

static void print_idle_power(nvme_print *print, const void *structure)
{
	const struct nvme_power_state *state = structure;

	print_power(print, state->idlp, NVME_POWER_SCALE(state->ips));
}

static void print_active_power(nvme_print *print, const void *structure)
{
	const struct nvme_power_state *state = structure;

	print_power(print, state->actp, NVME_POWER_SCALE(state->apws));
}

static void print_workload(nvme_print *print, const void *structure)
{
	static const char *const workloads[] = {"-", "1MiB 32 RW, 30s idle", "80K 128KiB SW"};
	const struct nvme_power_state *state = structure;
	unsigned workload = NVME_POWER_WORKLOAD(state->apws);

	print("%s", workload < sizeof(workloads) / sizeof(workloads[0]) ? workloads[workload]
									: "reserved");
}

static const struct nvme_row power_state[] = {
	PROSE_FIELD(struct nvme_power_state, mp, "mp", print_maximum_power),
	RESERVED(struct nvme_power_state, reserved2),
	PROSE_FIELD(struct nvme_power_state, flags, "flags", print_operational,
		    .flags = NVME_ROW_UNNAMED),
	FIELD(struct nvme_power_state, enlat, DECIMAL),
	FIELD(struct nvme_power_state, exlat, DECIMAL),
	FIELD(struct nvme_power_state, rrt, DECIMAL),
	FIELD(struct nvme_power_state, rrl, DECIMAL),
	FIELD(struct nvme_power_state, rwt, DECIMAL, .flags = NVME_ROW_NEW_LINE),
	FIELD(struct nvme_power_state, rwl, DECIMAL),
	PROSE_FIELD(struct nvme_power_state, idlp, "idle_power", print_idle_power),
	FIELD(struct nvme_power_state, ips, HEX, .flags = NVME_ROW_HIDDEN),
	RESERVED(struct nvme_power_state, reserved19),
	PROSE_FIELD(struct nvme_power_state, actp, "active_power", print_active_power),
	PROSE_FIELD(struct nvme_power_state, apws, "active_power_workload", print_workload,
		    .flags = NVME_ROW_NEW_LINE),
	RESERVED(struct nvme_power_state, reserved23),
};
const struct nvme_structure nvme_power_state_table =
	STRUCTURE(struct nvme_power_state, power_state, 0);

static unsigned power_state_count(const void *structure)
{
	const struct nvme_identify_controller *id = structure;

	return id->npss < NVME_POWER_STATES_MAX ? id->npss + 1u : NVME_POWER_STATES_MAX;
}

static const struct nvme_array power_states = {
	.element = &nvme_power_state_table, .digits = 6, .count = power_state_count};

static const struct nvme_row identify_controller[] = {
	FIELD(struct nvme_identify_controller, vid, HEX),
	FIELD(struct nvme_identify_controller, ssvid, HEX),
	FIELD(struct nvme_identify_controller, sn, TEXT),
	FIELD(struct nvme_identify_controller, mn, TEXT),
	FIELD(struct nvme_identify_controller, fr, TEXT),
	FIELD(struct nvme_identify_controller, rab, DECIMAL),
	FIELD(struct nvme_identify_controller, ieee, OUI),
	FIELD(struct nvme_identify_controller, cmic, HEX),
	FIELD(struct nvme_identify_controller, mdts, DECIMAL),
	FIELD(struct nvme_identify_controller, cntlid, HEX),
	FIELD(struct nvme_identify_controller, ver, HEX),
	FIELD(struct nvme_identify_controller, rtd3r, HEX),
	FIELD(struct nvme_identify_controller, rtd3e, HEX),
	FIELD(struct nvme_identify_controller, oaes, HEX),
	FIELD(struct nvme_identify_controller, ctratt, HEX),
	FIELD(struct nvme_identify_controller, rrls, HEX),
	RESERVED(struct nvme_identify_controller, reserved102),
	FIELD(struct nvme_identify_controller, cntrltype, DECIMAL),
	FIELD(struct nvme_identify_controller, fguid, UUID),
	FIELD(struct nvme_identify_controller, crdt1, DECIMAL),
	FIELD(struct nvme_identify_controller, crdt2, DECIMAL),
	FIELD(struct nvme_identify_controller, crdt3, DECIMAL),
	RESERVED(struct nvme_identify_controller, reserved134),
	FIELD(struct nvme_identify_controller, nvmsr, DECIMAL),
	FIELD(struct nvme_identify_controller, vwci, DECIMAL),
	FIELD(struct nvme_identify_controller, mec, DECIMAL),
	FIELD(struct nvme_identify_controller, oacs, HEX),
	FIELD(struct nvme_identify_controller, acl, DECIMAL),
	FIELD(struct nvme_identify_controller, aerl, DECIMAL),
	FIELD(struct nvme_identify_controller, frmw, HEX),
	FIELD(struct nvme_identify_controller, lpa, HEX),
	FIELD(struct nvme_identify_controller, elpe, DECIMAL),
	FIELD(struct nvme_identify_controller, npss, DECIMAL),
	FIELD(struct nvme_identify_controller, avscc, HEX),
	FIELD(struct nvme_identify_controller, apsta, HEX),
	FIELD(struct nvme_identify_controller, wctemp, DECIMAL),
	FIELD(struct nvme_identify_controller, cctemp, DECIMAL),
	FIELD(struct nvme_identify_controller, mtfa, DECIMAL),
	FIELD(struct nvme_identify_controller, hmpre, DECIMAL),
	FIELD(struct nvme_identify_controller, hmmin, DECIMAL),
	FIELD(struct nvme_identify_controller, tnvmcap, DECIMAL),
	FIELD(struct nvme_identify_controller, unvmcap, DECIMAL),
	FIELD(struct nvme_identify_controller, rpmbs, HEX),
	FIELD(struct nvme_identify_controller, edstt, DECIMAL),
	FIELD(struct nvme_identify_controller, dsto, DECIMAL),
	FIELD(struct nvme_identify_controller, fwug, DECIMAL),
	FIELD(struct nvme_identify_controller, kas, DECIMAL),
	FIELD(struct nvme_identify_controller, hctma, HEX),
	FIELD(struct nvme_identify_controller, mntmt, DECIMAL),
	FIELD(struct nvme_identify_controller, mxtmt, DECIMAL),
	FIELD(struct nvme_identify_controller, sanicap, HEX),
	FIELD(struct nvme_identify_controller, hmminds, DECIMAL),
	FIELD(struct nvme_identify_controller, hmmaxd, DECIMAL),
	FIELD(struct nvme_identify_controller, nsetidmax, DECIMAL),
	FIELD(struct nvme_identify_controller, endgidmax, DECIMAL),
	FIELD(struct nvme_identify_controller, anatt, DECIMAL),
	FIELD(struct nvme_identify_controller, anacap, DECIMAL),
	FIELD(struct nvme_identify_controller, anagrpmax, DECIMAL),
	FIELD(struct nvme_identify_controller, nanagrpid, DECIMAL),
	FIELD(struct nvme_identify_controller, pels, DECIMAL),
	FIELD(struct nvme_identify_controller, domainid, DECIMAL),
	RESERVED(struct nvme_identify_controller, reserved358),
	FIELD(struct nvme_identify_controller, megcap, DECIMAL),
	RESERVED(struct nvme_identify_controller, reserved384),
	FIELD(struct nvme_identify_controller, sqes, HEX),
	FIELD(struct nvme_identify_controller, cqes, HEX),
	FIELD(struct nvme_identify_controller, maxcmd, DECIMAL),
	FIELD(struct nvme_identify_controller, nn, DECIMAL),
	FIELD(struct nvme_identify_controller, oncs, HEX),
	FIELD(struct nvme_identify_controller, fuses, HEX),
	FIELD(struct nvme_identify_controller, fna, HEX),
	FIELD(struct nvme_identify_controller, vwc, HEX),
	FIELD(struct nvme_identify_controller, awun, DECIMAL),
	FIELD(struct nvme_identify_controller, awupf, DECIMAL),
	FIELD(struct nvme_identify_controller, icsvscc, DECIMAL),
	FIELD(struct nvme_identify_controller, nwpc, DECIMAL),
	FIELD(struct nvme_identify_controller, acwu, DECIMAL),
	FIELD(struct nvme_identify_controller, ocfs, HEX),
	FIELD(struct nvme_identify_controller, sgls, HEX),
	FIELD(struct nvme_identify_controller, mnan, DECIMAL),
	FIELD(struct nvme_identify_controller, maxdna, DECIMAL),
	FIELD(struct nvme_identify_controller, maxcna, DECIMAL),
	RESERVED(struct nvme_identify_controller, reserved564),
	FIELD(struct nvme_identify_controller, subnqn, TEXT),
	RESERVED(struct nvme_identify_controller, reserved1024),
	FIELD(struct nvme_identify_controller, ioccsz, DECIMAL),
	FIELD(struct nvme_identify_controller, iorcsz, DECIMAL),
	FIELD(struct nvme_identify_controller, icdoff, DECIMAL),
	FIELD(struct nvme_identify_controller, fcatt, HEX),
	FIELD(struct nvme_identify_controller, msdbd, DECIMAL),
	FIELD(struct nvme_identify_controller, ofcs, DECIMAL),
	FIELD(struct nvme_identify_controller, dctype, DECIMAL, .flags = NVME_ROW_HIDDEN),
	RESERVED(struct nvme_identify_controller, reserved1807),
	ARRAY(struct nvme_identify_controller, psd, "ps", &power_states),
	VENDOR(struct nvme_identify_controller, vs),
};
const struct nvme_structure nvme_identify_controller_table =
	STRUCTURE(struct nvme_identify_controller, identify_controller, 10);

static const struct nvme_row lba_format[] = {
	FIELD_AS(struct nvme_lba_format, metadata_size, "ms", DECIMAL, .width = 3),
	FIELD_AS(struct nvme_lba_format, data_size_shift, "lbads", DECIMAL, .width = 2),
	FIELD_AS(struct nvme_lba_format, relative_performance, "rp", HEX),
};
const struct nvme_structure nvme_lba_format_table =
	STRUCTURE(struct nvme_lba_format, lba_format, 0);

static unsigned lba_format_count(const void *structure)
{
	const struct nvme_identify_namespace *id = structure;

	return NVME_LBA_FORMATS(id) < NVME_LBA_FORMATS_MAX ? NVME_LBA_FORMATS(id)
							   : NVME_LBA_FORMATS_MAX;
}

static unsigned lba_format_used(const void *structure)
{
	const struct nvme_identify_namespace *id = structure;

	return NVME_FLBAS_INDEX(id->flbas, NVME_LBA_FORMATS(id));
}

static const struct nvme_array lba_formats = {.element = &nvme_lba_format_table,
					      .digits = 2,
					      .count = lba_format_count,
					      .used = lba_format_used};

#define OPTIMAL WHEN(struct nvme_identify_namespace, nsfeat, NVME_NSFEAT_OPTPERF)

static const struct nvme_row identify_namespace[] = {
	FIELD(struct nvme_identify_namespace, nsze, HEX),
	FIELD(struct nvme_identify_namespace, ncap, HEX),
	FIELD(struct nvme_identify_namespace, nuse, HEX),
	FIELD(struct nvme_identify_namespace, nsfeat, HEX),
	FIELD(struct nvme_identify_namespace, nlbaf, DECIMAL),
	FIELD(struct nvme_identify_namespace, flbas, HEX),
	FIELD(struct nvme_identify_namespace, mc, HEX),
	FIELD(struct nvme_identify_namespace, dpc, HEX),
	FIELD(struct nvme_identify_namespace, dps, HEX),
	FIELD(struct nvme_identify_namespace, nmic, HEX),
	FIELD(struct nvme_identify_namespace, rescap, HEX),
	FIELD(struct nvme_identify_namespace, fpi, HEX),
	FIELD(struct nvme_identify_namespace, dlfeat, DECIMAL),
	FIELD(struct nvme_identify_namespace, nawun, DECIMAL),
	FIELD(struct nvme_identify_namespace, nawupf, DECIMAL),
	FIELD(struct nvme_identify_namespace, nacwu, DECIMAL),
	FIELD(struct nvme_identify_namespace, nabsn, DECIMAL),
	FIELD(struct nvme_identify_namespace, nabo, DECIMAL),
	FIELD(struct nvme_identify_namespace, nabspf, DECIMAL),
	FIELD(struct nvme_identify_namespace, noiob, DECIMAL),
	FIELD(struct nvme_identify_namespace, nvmcap, DECIMAL),
	FIELD(struct nvme_identify_namespace, npwg, DECIMAL, OPTIMAL),
	FIELD(struct nvme_identify_namespace, npwa, DECIMAL, OPTIMAL),
	FIELD(struct nvme_identify_namespace, npdg, DECIMAL, OPTIMAL),
	FIELD(struct nvme_identify_namespace, npda, DECIMAL, OPTIMAL),
	FIELD(struct nvme_identify_namespace, nows, DECIMAL, OPTIMAL),
	FIELD(struct nvme_identify_namespace, mssrl, DECIMAL),
	FIELD(struct nvme_identify_namespace, mcl, DECIMAL),
	FIELD(struct nvme_identify_namespace, msrc, DECIMAL),
	RESERVED(struct nvme_identify_namespace, reserved81),
	FIELD(struct nvme_identify_namespace, nulbaf, DECIMAL),
	RESERVED(struct nvme_identify_namespace, reserved83),
	FIELD(struct nvme_identify_namespace, anagrpid, DECIMAL),
	RESERVED(struct nvme_identify_namespace, reserved96),
	FIELD(struct nvme_identify_namespace, nsattr, DECIMAL, .flags = NVME_ROW_TAB),
	FIELD(struct nvme_identify_namespace, nvmsetid, DECIMAL),
	FIELD(struct nvme_identify_namespace, endgid, DECIMAL),
	FIELD(struct nvme_identify_namespace, nguid, BYTES),
	FIELD(struct nvme_identify_namespace, eui64, BYTES),
	ARRAY(struct nvme_identify_namespace, lbaf, "lbaf", &lba_formats),
	KEY("lbafs"),
	VENDOR(struct nvme_identify_namespace, vs),
};
const struct nvme_structure nvme_identify_namespace_table =
	STRUCTURE(struct nvme_identify_namespace, identify_namespace, 8);

/* libnvme's declarations in a file of their own: they have names of the tree for other things. */
#include "tests/unit/nvme_describe_reference.h"

#if defined(__has_include) && __has_include(<nvme/types.h>)

#include <stdint.h>

#include <nvme/types.h>

/* All but those that are reserved or the vendor's. */
static const struct reference_member controller[] = {
	MEMBER(nvme_id_ctrl, vid),	 MEMBER(nvme_id_ctrl, ssvid),
	MEMBER(nvme_id_ctrl, sn),	 MEMBER(nvme_id_ctrl, mn),
	MEMBER(nvme_id_ctrl, fr),	 MEMBER(nvme_id_ctrl, rab),
	MEMBER(nvme_id_ctrl, ieee),	 MEMBER(nvme_id_ctrl, cmic),
	MEMBER(nvme_id_ctrl, mdts),	 MEMBER(nvme_id_ctrl, cntlid),
	MEMBER(nvme_id_ctrl, ver),	 MEMBER(nvme_id_ctrl, rtd3r),
	MEMBER(nvme_id_ctrl, rtd3e),	 MEMBER(nvme_id_ctrl, oaes),
	MEMBER(nvme_id_ctrl, ctratt),	 MEMBER(nvme_id_ctrl, rrls),
	MEMBER(nvme_id_ctrl, cntrltype), MEMBER(nvme_id_ctrl, fguid),
	MEMBER(nvme_id_ctrl, crdt1),	 MEMBER(nvme_id_ctrl, crdt2),
	MEMBER(nvme_id_ctrl, crdt3),	 MEMBER(nvme_id_ctrl, nvmsr),
	MEMBER(nvme_id_ctrl, vwci),	 MEMBER(nvme_id_ctrl, mec),
	MEMBER(nvme_id_ctrl, oacs),	 MEMBER(nvme_id_ctrl, acl),
	MEMBER(nvme_id_ctrl, aerl),	 MEMBER(nvme_id_ctrl, frmw),
	MEMBER(nvme_id_ctrl, lpa),	 MEMBER(nvme_id_ctrl, elpe),
	MEMBER(nvme_id_ctrl, npss),	 MEMBER(nvme_id_ctrl, avscc),
	MEMBER(nvme_id_ctrl, apsta),	 MEMBER(nvme_id_ctrl, wctemp),
	MEMBER(nvme_id_ctrl, cctemp),	 MEMBER(nvme_id_ctrl, mtfa),
	MEMBER(nvme_id_ctrl, hmpre),	 MEMBER(nvme_id_ctrl, hmmin),
	MEMBER(nvme_id_ctrl, tnvmcap),	 MEMBER(nvme_id_ctrl, unvmcap),
	MEMBER(nvme_id_ctrl, rpmbs),	 MEMBER(nvme_id_ctrl, edstt),
	MEMBER(nvme_id_ctrl, dsto),	 MEMBER(nvme_id_ctrl, fwug),
	MEMBER(nvme_id_ctrl, kas),	 MEMBER(nvme_id_ctrl, hctma),
	MEMBER(nvme_id_ctrl, mntmt),	 MEMBER(nvme_id_ctrl, mxtmt),
	MEMBER(nvme_id_ctrl, sanicap),	 MEMBER(nvme_id_ctrl, hmminds),
	MEMBER(nvme_id_ctrl, hmmaxd),	 MEMBER(nvme_id_ctrl, nsetidmax),
	MEMBER(nvme_id_ctrl, endgidmax), MEMBER(nvme_id_ctrl, anatt),
	MEMBER(nvme_id_ctrl, anacap),	 MEMBER(nvme_id_ctrl, anagrpmax),
	MEMBER(nvme_id_ctrl, nanagrpid), MEMBER(nvme_id_ctrl, pels),
	MEMBER(nvme_id_ctrl, domainid),	 MEMBER(nvme_id_ctrl, megcap),
	MEMBER(nvme_id_ctrl, sqes),	 MEMBER(nvme_id_ctrl, cqes),
	MEMBER(nvme_id_ctrl, maxcmd),	 MEMBER(nvme_id_ctrl, nn),
	MEMBER(nvme_id_ctrl, oncs),	 MEMBER(nvme_id_ctrl, fuses),
	MEMBER(nvme_id_ctrl, fna),	 MEMBER(nvme_id_ctrl, vwc),
	MEMBER(nvme_id_ctrl, awun),	 MEMBER(nvme_id_ctrl, awupf),
	MEMBER(nvme_id_ctrl, icsvscc),	 MEMBER(nvme_id_ctrl, nwpc),
	MEMBER(nvme_id_ctrl, acwu),	 MEMBER(nvme_id_ctrl, ocfs),
	MEMBER(nvme_id_ctrl, sgls),	 MEMBER(nvme_id_ctrl, mnan),
	MEMBER(nvme_id_ctrl, maxdna),	 MEMBER(nvme_id_ctrl, maxcna),
	MEMBER(nvme_id_ctrl, subnqn),	 MEMBER(nvme_id_ctrl, ioccsz),
	MEMBER(nvme_id_ctrl, iorcsz),	 MEMBER(nvme_id_ctrl, icdoff),
	MEMBER(nvme_id_ctrl, fcatt),	 MEMBER(nvme_id_ctrl, msdbd),
	MEMBER(nvme_id_ctrl, ofcs),	 MEMBER(nvme_id_ctrl, dctype),
	MEMBER(nvme_id_ctrl, psd),
};
const struct reference reference_controller = REFERENCE(nvme_id_ctrl, controller);

static const struct reference_member namespace_zns[] = {
	MEMBER(nvme_zns_id_ns, zoc),	 MEMBER(nvme_zns_id_ns, ozcs),
	MEMBER(nvme_zns_id_ns, mar),	 MEMBER(nvme_zns_id_ns, mor),
	MEMBER(nvme_zns_id_ns, rrl),	 MEMBER(nvme_zns_id_ns, frl),
	MEMBER(nvme_zns_id_ns, rrl1),	 MEMBER(nvme_zns_id_ns, rrl2),
	MEMBER(nvme_zns_id_ns, rrl3),	 MEMBER(nvme_zns_id_ns, frl1),
	MEMBER(nvme_zns_id_ns, frl2),	 MEMBER(nvme_zns_id_ns, frl3),
	MEMBER(nvme_zns_id_ns, numzrwa), MEMBER(nvme_zns_id_ns, zrwafg),
	MEMBER(nvme_zns_id_ns, zrwasz),	 MEMBER(nvme_zns_id_ns, zrwacap),
};
const struct reference reference_namespace_zns = REFERENCE(nvme_zns_id_ns, namespace_zns);

static const struct reference_member controller_zns[] = {MEMBER(nvme_zns_id_ctrl, zasl)};
const struct reference reference_controller_zns = REFERENCE(nvme_zns_id_ctrl, controller_zns);

static const struct reference_member power_state[] = {
	MEMBER(nvme_id_psd, mp),    MEMBER(nvme_id_psd, flags), MEMBER(nvme_id_psd, enlat),
	MEMBER(nvme_id_psd, exlat), MEMBER(nvme_id_psd, rrt),	MEMBER(nvme_id_psd, rrl),
	MEMBER(nvme_id_psd, rwt),   MEMBER(nvme_id_psd, rwl),	MEMBER(nvme_id_psd, idlp),
	MEMBER(nvme_id_psd, ips),   MEMBER(nvme_id_psd, actp),	MEMBER(nvme_id_psd, apws),
};
const struct reference reference_power_state = REFERENCE(nvme_id_psd, power_state);

static const struct reference_member namespace[] = {
	MEMBER(nvme_id_ns, nsze),     MEMBER(nvme_id_ns, ncap),	  MEMBER(nvme_id_ns, nuse),
	MEMBER(nvme_id_ns, nsfeat),   MEMBER(nvme_id_ns, nlbaf),  MEMBER(nvme_id_ns, flbas),
	MEMBER(nvme_id_ns, mc),	      MEMBER(nvme_id_ns, dpc),	  MEMBER(nvme_id_ns, dps),
	MEMBER(nvme_id_ns, nmic),     MEMBER(nvme_id_ns, rescap), MEMBER(nvme_id_ns, fpi),
	MEMBER(nvme_id_ns, dlfeat),   MEMBER(nvme_id_ns, nawun),  MEMBER(nvme_id_ns, nawupf),
	MEMBER(nvme_id_ns, nacwu),    MEMBER(nvme_id_ns, nabsn),  MEMBER(nvme_id_ns, nabo),
	MEMBER(nvme_id_ns, nabspf),   MEMBER(nvme_id_ns, noiob),  MEMBER(nvme_id_ns, nvmcap),
	MEMBER(nvme_id_ns, npwg),     MEMBER(nvme_id_ns, npwa),	  MEMBER(nvme_id_ns, npdg),
	MEMBER(nvme_id_ns, npda),     MEMBER(nvme_id_ns, nows),	  MEMBER(nvme_id_ns, mssrl),
	MEMBER(nvme_id_ns, mcl),      MEMBER(nvme_id_ns, msrc),	  MEMBER(nvme_id_ns, nulbaf),
	MEMBER(nvme_id_ns, anagrpid), MEMBER(nvme_id_ns, nsattr), MEMBER(nvme_id_ns, nvmsetid),
	MEMBER(nvme_id_ns, endgid),   MEMBER(nvme_id_ns, nguid),  MEMBER(nvme_id_ns, eui64),
	MEMBER(nvme_id_ns, lbaf),     MEMBER(nvme_id_ns, lbstm),
};
const struct reference reference_namespace = REFERENCE(nvme_id_ns, namespace);

static const struct reference_member lba_format[] = {
	MEMBER(nvme_lbaf, ms),
	MEMBER(nvme_lbaf, ds),
	MEMBER(nvme_lbaf, rp),
};
const struct reference reference_lba_format = REFERENCE(nvme_lbaf, lba_format);

static const struct reference_member controller_nvm[] = {
	MEMBER(nvme_id_ctrl_nvm, vsl),	 MEMBER(nvme_id_ctrl_nvm, wzsl),
	MEMBER(nvme_id_ctrl_nvm, wusl),	 MEMBER(nvme_id_ctrl_nvm, dmrl),
	MEMBER(nvme_id_ctrl_nvm, dmrsl), MEMBER(nvme_id_ctrl_nvm, dmsl),
};
const struct reference reference_controller_nvm = REFERENCE(nvme_id_ctrl_nvm, controller_nvm);

static const struct reference_member namespace_nvm[] = {
	MEMBER(nvme_nvm_id_ns, lbstm),
	MEMBER(nvme_nvm_id_ns, pic),
	MEMBER(nvme_nvm_id_ns, elbaf),
};
const struct reference reference_namespace_nvm = REFERENCE(nvme_nvm_id_ns, namespace_nvm);

static const struct reference_member independent_namespace[] = {
	MEMBER(nvme_id_independent_id_ns, nsfeat),   MEMBER(nvme_id_independent_id_ns, nmic),
	MEMBER(nvme_id_independent_id_ns, rescap),   MEMBER(nvme_id_independent_id_ns, fpi),
	MEMBER(nvme_id_independent_id_ns, anagrpid), MEMBER(nvme_id_independent_id_ns, nsattr),
	MEMBER(nvme_id_independent_id_ns, nvmsetid), MEMBER(nvme_id_independent_id_ns, endgid),
	MEMBER(nvme_id_independent_id_ns, nstat),
};
const struct reference reference_independent_namespace =
	REFERENCE(nvme_id_independent_id_ns, independent_namespace);

static const struct reference_member primary_capabilities[] = {
	MEMBER(nvme_primary_ctrl_cap, cntlid), MEMBER(nvme_primary_ctrl_cap, portid),
	MEMBER(nvme_primary_ctrl_cap, crt),    MEMBER(nvme_primary_ctrl_cap, vqfrt),
	MEMBER(nvme_primary_ctrl_cap, vqrfa),  MEMBER(nvme_primary_ctrl_cap, vqrfap),
	MEMBER(nvme_primary_ctrl_cap, vqprt),  MEMBER(nvme_primary_ctrl_cap, vqfrsm),
	MEMBER(nvme_primary_ctrl_cap, vqgran), MEMBER(nvme_primary_ctrl_cap, vifrt),
	MEMBER(nvme_primary_ctrl_cap, virfa),  MEMBER(nvme_primary_ctrl_cap, virfap),
	MEMBER(nvme_primary_ctrl_cap, viprt),  MEMBER(nvme_primary_ctrl_cap, vifrsm),
	MEMBER(nvme_primary_ctrl_cap, vigran),
};
const struct reference reference_primary_capabilities =
	REFERENCE(nvme_primary_ctrl_cap, primary_capabilities);

static const struct reference_member secondary[] = {
	MEMBER(nvme_secondary_ctrl, scid), MEMBER(nvme_secondary_ctrl, pcid),
	MEMBER(nvme_secondary_ctrl, scs),  MEMBER(nvme_secondary_ctrl, vfn),
	MEMBER(nvme_secondary_ctrl, nvq),  MEMBER(nvme_secondary_ctrl, nvi),
};
const struct reference reference_secondary = REFERENCE(nvme_secondary_ctrl, secondary);

static const struct reference_member secondary_list[] = {
	MEMBER(nvme_secondary_ctrl_list, num),
	MEMBER(nvme_secondary_ctrl_list, sc_entry),
};
const struct reference reference_secondary_list =
	REFERENCE(nvme_secondary_ctrl_list, secondary_list);

static const struct reference_member nvm_set[] = {
	MEMBER(nvme_nvmset_attr, nvmsetid),   MEMBER(nvme_nvmset_attr, endgid),
	MEMBER(nvme_nvmset_attr, rr4kt),      MEMBER(nvme_nvmset_attr, ows),
	MEMBER(nvme_nvmset_attr, tnvmsetcap), MEMBER(nvme_nvmset_attr, unvmsetcap),
};
const struct reference reference_nvm_set = REFERENCE(nvme_nvmset_attr, nvm_set);

static const struct reference_member nvm_set_list[] = {
	MEMBER(nvme_id_nvmset_list, nid),
	MEMBER(nvme_id_nvmset_list, ent),
};
const struct reference reference_nvm_set_list = REFERENCE(nvme_id_nvmset_list, nvm_set_list);

static const struct reference_member granularity[] = {
	MEMBER(nvme_id_ns_granularity_desc, nszegran),
	MEMBER(nvme_id_ns_granularity_desc, ncapgran),
};
const struct reference reference_granularity = REFERENCE(nvme_id_ns_granularity_desc, granularity);

static const struct reference_member granularity_list[] = {
	MEMBER(nvme_id_ns_granularity_list, attributes),
	MEMBER(nvme_id_ns_granularity_list, num_descriptors),
	MEMBER(nvme_id_ns_granularity_list, entry),
};
const struct reference reference_granularity_list =
	REFERENCE(nvme_id_ns_granularity_list, granularity_list);

static const struct reference_member uuid_entry[] = {
	MEMBER(nvme_id_uuid_list_entry, header),
	MEMBER(nvme_id_uuid_list_entry, uuid),
};
const struct reference reference_uuid_entry = REFERENCE(nvme_id_uuid_list_entry, uuid_entry);

static const struct reference_member uuid_list[] = {
	MEMBER(nvme_id_uuid_list, entry),
};
const struct reference reference_uuid_list = REFERENCE(nvme_id_uuid_list, uuid_list);

static const struct reference_member domain[] = {
	MEMBER(nvme_id_domain_attr, dom_id),
	MEMBER(nvme_id_domain_attr, dom_cap),
	MEMBER(nvme_id_domain_attr, unalloc_dom_cap),
	MEMBER(nvme_id_domain_attr, max_egrp_dom_cap),
};
const struct reference reference_domain = REFERENCE(nvme_id_domain_attr, domain);

static const struct reference_member domain_list[] = {
	MEMBER(nvme_id_domain_list, num),
	MEMBER(nvme_id_domain_list, domain_attr),
};
const struct reference reference_domain_list = REFERENCE(nvme_id_domain_list, domain_list);

/* Of these libnvme has the offsets only. */
#define PROPERTY(name, member)              \
	{                                   \
#member, NVME_REG_##name, 0 \
	}
static const struct reference_member properties[] = {
	PROPERTY(CAP, cap),	    PROPERTY(VS, version),	PROPERTY(INTMS, intms),
	PROPERTY(INTMC, intmc),	    PROPERTY(CC, cc),		PROPERTY(CSTS, csts),
	PROPERTY(NSSR, nssr),	    PROPERTY(AQA, aqa),		PROPERTY(ASQ, asq),
	PROPERTY(ACQ, acq),	    PROPERTY(CMBLOC, cmbloc),	PROPERTY(CMBSZ, cmbsz),
	PROPERTY(BPINFO, bpinfo),   PROPERTY(BPRSEL, bprsel),	PROPERTY(BPMBL, bpmbl),
	PROPERTY(CMBMSC, cmbmsc),   PROPERTY(CMBSTS, cmbsts),	PROPERTY(CRTO, crto),
	PROPERTY(PMRCAP, pmrcap),   PROPERTY(PMRCTL, pmrctl),	PROPERTY(PMRSTS, pmrsts),
	PROPERTY(PMREBS, pmrebs),   PROPERTY(PMRSWTP, pmrswtp), PROPERTY(PMRMSCL, pmrmscl),
	PROPERTY(PMRMSCU, pmrmscu),
};
const struct reference reference_properties = {
	properties, sizeof(properties) / sizeof(properties[0]), 0, false};

const struct reference_opcode reference_opcodes[] = {
	{"Delete I/O Submission Queue", false, nvme_admin_delete_sq},
	{"Create I/O Submission Queue", false, nvme_admin_create_sq},
	{"Get Log Page", false, nvme_admin_get_log_page},
	{"Delete I/O Completion Queue", false, nvme_admin_delete_cq},
	{"Create I/O Completion Queue", false, nvme_admin_create_cq},
	{"Identify", false, nvme_admin_identify},
	{"Abort", false, nvme_admin_abort_cmd},
	{"Set Features", false, nvme_admin_set_features},
	{"Get Features", false, nvme_admin_get_features},
	{"Asynchronous Event Request", false, nvme_admin_async_event},
	{"Namespace Management", false, nvme_admin_ns_mgmt},
	{"Firmware Commit", false, nvme_admin_fw_commit},
	{"Firmware Image Download", false, nvme_admin_fw_download},
	{"Device Self-test", false, nvme_admin_dev_self_test},
	{"Namespace Attachment", false, nvme_admin_ns_attach},
	{"Keep Alive", false, nvme_admin_keep_alive},
	{"Directive Send", false, nvme_admin_directive_send},
	{"Directive Receive", false, nvme_admin_directive_recv},
	{"Virtualization Management", false, nvme_admin_virtual_mgmt},
	{"NVMe-MI Send", false, nvme_admin_nvme_mi_send},
	{"NVMe-MI Receive", false, nvme_admin_nvme_mi_recv},
	{"Capacity Management", false, nvme_admin_capacity_mgmt},
	{"Lockdown", false, nvme_admin_lockdown},
	{"Doorbell Buffer Config", false, nvme_admin_dbbuf},
	{"Fabrics Commands", false, nvme_admin_fabrics},
	{"Format NVM", false, nvme_admin_format_nvm},
	{"Security Send", false, nvme_admin_security_send},
	{"Security Receive", false, nvme_admin_security_recv},
	{"Sanitize", false, nvme_admin_sanitize_nvm},
	{"Get LBA Status", false, nvme_admin_get_lba_status},
	{"Flush", true, nvme_cmd_flush},
	{"Write", true, nvme_cmd_write},
	{"Read", true, nvme_cmd_read},
	{"Write Uncorrectable", true, nvme_cmd_write_uncor},
	{"Compare", true, nvme_cmd_compare},
	{"Write Zeroes", true, nvme_cmd_write_zeroes},
	{"Dataset Management", true, nvme_cmd_dsm},
	{"Verify", true, nvme_cmd_verify},
	{"Reservation Register", true, nvme_cmd_resv_register},
	{"Reservation Report", true, nvme_cmd_resv_report},
	{"Reservation Acquire", true, nvme_cmd_resv_acquire},
	{"Reservation Release", true, nvme_cmd_resv_release},
	{"Copy", true, nvme_cmd_copy},
	{"I/O Management Receive", true, nvme_cmd_io_mgmt_recv},
	{"I/O Management Send", true, nvme_cmd_io_mgmt_send},
	{"Zone Management Send", true, nvme_zns_cmd_mgmt_send},
	{"Zone Management Receive", true, nvme_zns_cmd_mgmt_recv},
	{"Zone Append", true, nvme_zns_cmd_append},
};
const size_t reference_opcode_count = sizeof(reference_opcodes) / sizeof(reference_opcodes[0]);

#else

const struct reference reference_controller, reference_power_state, reference_namespace,
	reference_lba_format, reference_properties, reference_controller_nvm,
	reference_namespace_nvm, reference_independent_namespace, reference_primary_capabilities,
	reference_secondary, reference_secondary_list, reference_nvm_set, reference_nvm_set_list,
	reference_granularity, reference_granularity_list, reference_uuid_entry,
	reference_uuid_list, reference_domain, reference_domain_list, reference_namespace_zns,
	reference_controller_zns;

const struct reference_opcode reference_opcodes[1];
const size_t reference_opcode_count;

#endif

/* libnvme's declarations of log pages. */
#include "tests/unit/nvme_describe_reference.h"

#if defined(__has_include) && __has_include(<nvme/types.h>)

#include <stdint.h>

#include <nvme/types.h>

static const struct reference_member error_log_entry[] = {
	MEMBER(nvme_error_log_page, error_count),
	MEMBER(nvme_error_log_page, sqid),
	MEMBER(nvme_error_log_page, cmdid),
	MEMBER(nvme_error_log_page, status_field),
	MEMBER(nvme_error_log_page, parm_error_location),
	MEMBER(nvme_error_log_page, lba),
	MEMBER(nvme_error_log_page, nsid),
	MEMBER(nvme_error_log_page, vs),
	MEMBER(nvme_error_log_page, trtype),
	MEMBER(nvme_error_log_page, cs),
	MEMBER(nvme_error_log_page, trtype_spec_info),
};
const struct reference reference_error_log_entry = REFERENCE(nvme_error_log_page, error_log_entry);

static const struct reference_member smart_log[] = {
	MEMBER(nvme_smart_log, critical_warning),
	MEMBER(nvme_smart_log, temperature),
	MEMBER(nvme_smart_log, avail_spare),
	MEMBER(nvme_smart_log, spare_thresh),
	MEMBER(nvme_smart_log, percent_used),
	MEMBER(nvme_smart_log, endu_grp_crit_warn_sumry),
	MEMBER(nvme_smart_log, data_units_read),
	MEMBER(nvme_smart_log, data_units_written),
	MEMBER(nvme_smart_log, host_reads),
	MEMBER(nvme_smart_log, host_writes),
	MEMBER(nvme_smart_log, ctrl_busy_time),
	MEMBER(nvme_smart_log, power_cycles),
	MEMBER(nvme_smart_log, power_on_hours),
	MEMBER(nvme_smart_log, unsafe_shutdowns),
	MEMBER(nvme_smart_log, media_errors),
	MEMBER(nvme_smart_log, num_err_log_entries),
	MEMBER(nvme_smart_log, warning_temp_time),
	MEMBER(nvme_smart_log, critical_comp_time),
	MEMBER(nvme_smart_log, temp_sensor[0]),
	MEMBER(nvme_smart_log, temp_sensor[7]),
	MEMBER(nvme_smart_log, thm_temp1_trans_count),
	MEMBER(nvme_smart_log, thm_temp2_trans_count),
	MEMBER(nvme_smart_log, thm_temp1_total_time),
	MEMBER(nvme_smart_log, thm_temp2_total_time),
};
const struct reference reference_smart_log = REFERENCE(nvme_smart_log, smart_log);

static const struct reference_member endurance_group_log[] = {
	MEMBER(nvme_endurance_group_log, critical_warning),
	MEMBER(nvme_endurance_group_log, avl_spare),
	MEMBER(nvme_endurance_group_log, avl_spare_threshold),
	MEMBER(nvme_endurance_group_log, percent_used),
	MEMBER(nvme_endurance_group_log, endurance_estimate),
	MEMBER(nvme_endurance_group_log, data_units_read),
	MEMBER(nvme_endurance_group_log, data_units_written),
	MEMBER(nvme_endurance_group_log, media_units_written),
	MEMBER(nvme_endurance_group_log, host_read_cmds),
	MEMBER(nvme_endurance_group_log, host_write_cmds),
	MEMBER(nvme_endurance_group_log, media_data_integrity_err),
	MEMBER(nvme_endurance_group_log, num_err_info_log_entries),
};
const struct reference reference_endurance_group_log =
	REFERENCE(nvme_endurance_group_log, endurance_group_log);

static const struct reference_member predictable_latency_log[] = {
	MEMBER(nvme_nvmset_predictable_lat_log, status),
	MEMBER(nvme_nvmset_predictable_lat_log, event_type),
	MEMBER(nvme_nvmset_predictable_lat_log, dtwin_rt),
	MEMBER(nvme_nvmset_predictable_lat_log, dtwin_wt),
	MEMBER(nvme_nvmset_predictable_lat_log, dtwin_tmax),
	MEMBER(nvme_nvmset_predictable_lat_log, ndwin_tmin_hi),
	MEMBER(nvme_nvmset_predictable_lat_log, ndwin_tmin_lo),
	MEMBER(nvme_nvmset_predictable_lat_log, dtwin_re),
	MEMBER(nvme_nvmset_predictable_lat_log, dtwin_we),
	MEMBER(nvme_nvmset_predictable_lat_log, dtwin_te),
};
const struct reference reference_predictable_latency_log =
	REFERENCE(nvme_nvmset_predictable_lat_log, predictable_latency_log);

static const struct reference_member reservation_log[] = {
	MEMBER(nvme_resv_notification_log, lpc),
	MEMBER(nvme_resv_notification_log, rnlpt),
	MEMBER(nvme_resv_notification_log, nalp),
	MEMBER(nvme_resv_notification_log, nsid),
};
const struct reference reference_reservation_log =
	REFERENCE(nvme_resv_notification_log, reservation_log);

static const struct reference_member fdp_configurations_log[] = {
	MEMBER(nvme_fdp_config_log, n),
	MEMBER(nvme_fdp_config_log, version),
	MEMBER(nvme_fdp_config_log, size),
};
const struct reference reference_fdp_configurations_log =
	REFERENCE(nvme_fdp_config_log, fdp_configurations_log);

static const struct reference_member fdp_configuration[] = {
	MEMBER(nvme_fdp_config_desc, size),  MEMBER(nvme_fdp_config_desc, fdpa),
	MEMBER(nvme_fdp_config_desc, vss),   MEMBER(nvme_fdp_config_desc, nrg),
	MEMBER(nvme_fdp_config_desc, nruh),  MEMBER(nvme_fdp_config_desc, maxpids),
	MEMBER(nvme_fdp_config_desc, nnss),  MEMBER(nvme_fdp_config_desc, runs),
	MEMBER(nvme_fdp_config_desc, erutl),
};
const struct reference reference_fdp_configuration =
	REFERENCE(nvme_fdp_config_desc, fdp_configuration);

static const struct reference_member fdp_handle[] = {
	MEMBER(nvme_fdp_ruh_desc, ruht),
};
const struct reference reference_fdp_handle = REFERENCE(nvme_fdp_ruh_desc, fdp_handle);

static const struct reference_member fdp_usage_log[] = {
	MEMBER(nvme_fdp_ruhu_log, nruh),
};
const struct reference reference_fdp_usage_log = REFERENCE(nvme_fdp_ruhu_log, fdp_usage_log);

static const struct reference_member fdp_usage[] = {
	MEMBER(nvme_fdp_ruhu_desc, ruha),
};
const struct reference reference_fdp_usage = REFERENCE(nvme_fdp_ruhu_desc, fdp_usage);

static const struct reference_member fdp_statistics_log[] = {
	MEMBER(nvme_fdp_stats_log, hbmw),
	MEMBER(nvme_fdp_stats_log, mbmw),
	MEMBER(nvme_fdp_stats_log, mbe),
};
const struct reference reference_fdp_statistics_log =
	REFERENCE(nvme_fdp_stats_log, fdp_statistics_log);

static const struct reference_member fdp_event[] = {
	MEMBER(nvme_fdp_event, type), MEMBER(nvme_fdp_event, flags),
	MEMBER(nvme_fdp_event, pid),  MEMBER(nvme_fdp_event, ts),
	MEMBER(nvme_fdp_event, nsid), MEMBER(nvme_fdp_event, type_specific),
	MEMBER(nvme_fdp_event, rgid), MEMBER(nvme_fdp_event, ruhid),
};
const struct reference reference_fdp_event = REFERENCE(nvme_fdp_event, fdp_event);

static const struct reference_member fdp_status[] = {
	MEMBER(nvme_fdp_ruh_status, nruhsd),
};
const struct reference reference_fdp_status = REFERENCE(nvme_fdp_ruh_status, fdp_status);

static const struct reference_member fdp_handle_status[] = {
	MEMBER(nvme_fdp_ruh_status_desc, pid),
	MEMBER(nvme_fdp_ruh_status_desc, ruhid),
	MEMBER(nvme_fdp_ruh_status_desc, earutr),
	MEMBER(nvme_fdp_ruh_status_desc, ruamw),
};
const struct reference reference_fdp_handle_status =
	REFERENCE(nvme_fdp_ruh_status_desc, fdp_handle_status);

static const struct reference_member streams[] = {
	MEMBER(nvme_streams_directive_params, msl),  MEMBER(nvme_streams_directive_params, nssa),
	MEMBER(nvme_streams_directive_params, nsso), MEMBER(nvme_streams_directive_params, nssc),
	MEMBER(nvme_streams_directive_params, sws),  MEMBER(nvme_streams_directive_params, sgs),
	MEMBER(nvme_streams_directive_params, nsa),  MEMBER(nvme_streams_directive_params, nso),
};
const struct reference reference_streams =
	REFERENCE_IN_ORDER(nvme_streams_directive_params, streams);

static const struct reference_member persistent_log[] = {
	MEMBER(nvme_persistent_event_log, lid),	   MEMBER(nvme_persistent_event_log, tnev),
	MEMBER(nvme_persistent_event_log, tll),	   MEMBER(nvme_persistent_event_log, rv),
	MEMBER(nvme_persistent_event_log, lhl),	   MEMBER(nvme_persistent_event_log, ts),
	MEMBER(nvme_persistent_event_log, poh),	   MEMBER(nvme_persistent_event_log, pcc),
	MEMBER(nvme_persistent_event_log, vid),	   MEMBER(nvme_persistent_event_log, ssvid),
	MEMBER(nvme_persistent_event_log, sn),	   MEMBER(nvme_persistent_event_log, mn),
	MEMBER(nvme_persistent_event_log, subnqn), MEMBER(nvme_persistent_event_log, gen_number),
	MEMBER(nvme_persistent_event_log, rci),	   MEMBER(nvme_persistent_event_log, seb),
};
const struct reference reference_persistent_log =
	REFERENCE_IN_ORDER(nvme_persistent_event_log, persistent_log);

static const struct reference_member persistent_event[] = {
	MEMBER(nvme_persistent_event_entry, etype),  MEMBER(nvme_persistent_event_entry, etype_rev),
	MEMBER(nvme_persistent_event_entry, ehl),    MEMBER(nvme_persistent_event_entry, ehai),
	MEMBER(nvme_persistent_event_entry, cntlid), MEMBER(nvme_persistent_event_entry, ets),
	MEMBER(nvme_persistent_event_entry, pelpid), MEMBER(nvme_persistent_event_entry, vsil),
	MEMBER(nvme_persistent_event_entry, el),
};
const struct reference reference_persistent_event =
	REFERENCE_IN_ORDER(nvme_persistent_event_entry, persistent_event);

static const struct reference_member persistent_firmware[] = {
	MEMBER(nvme_fw_commit_event, old_fw_rev),
	MEMBER(nvme_fw_commit_event, new_fw_rev),
	MEMBER(nvme_fw_commit_event, fw_commit_action),
	MEMBER(nvme_fw_commit_event, fw_slot),
	MEMBER(nvme_fw_commit_event, sct_fw),
	MEMBER(nvme_fw_commit_event, sc_fw),
	MEMBER(nvme_fw_commit_event, vndr_assign_fw_commit_rc),
};
const struct reference reference_persistent_firmware =
	REFERENCE_IN_ORDER(nvme_fw_commit_event, persistent_firmware);

static const struct reference_member persistent_timestamp[] = {
	MEMBER(nvme_time_stamp_change_event, previous_timestamp),
	MEMBER(nvme_time_stamp_change_event, ml_secs_since_reset),
};
const struct reference reference_persistent_timestamp =
	REFERENCE_IN_ORDER(nvme_time_stamp_change_event, persistent_timestamp);

static const struct reference_member persistent_reset[] = {
	MEMBER(nvme_power_on_reset_info_list, cid),
	MEMBER(nvme_power_on_reset_info_list, fw_act),
	MEMBER(nvme_power_on_reset_info_list, op_in_prog),
	MEMBER(nvme_power_on_reset_info_list, ctrl_power_cycle),
	MEMBER(nvme_power_on_reset_info_list, power_on_ml_seconds),
	MEMBER(nvme_power_on_reset_info_list, ctrl_time_stamp),
};
const struct reference reference_persistent_reset =
	REFERENCE_IN_ORDER(nvme_power_on_reset_info_list, persistent_reset);

static const struct reference_member persistent_namespace[] = {
	MEMBER(nvme_change_ns_event, nsmgt_cdw10), MEMBER(nvme_change_ns_event, nsze),
	MEMBER(nvme_change_ns_event, nscap),	   MEMBER(nvme_change_ns_event, flbas),
	MEMBER(nvme_change_ns_event, dps),	   MEMBER(nvme_change_ns_event, nmic),
	MEMBER(nvme_change_ns_event, ana_grp_id),  MEMBER(nvme_change_ns_event, nvmset_id),
	MEMBER(nvme_change_ns_event, nsid),
};
const struct reference reference_persistent_namespace =
	REFERENCE_IN_ORDER(nvme_change_ns_event, persistent_namespace);

static const struct reference_member persistent_format_start[] = {
	MEMBER(nvme_format_nvm_start_event, nsid),
	MEMBER(nvme_format_nvm_start_event, fna),
	MEMBER(nvme_format_nvm_start_event, format_nvm_cdw10),
};
const struct reference reference_persistent_format_start =
	REFERENCE_IN_ORDER(nvme_format_nvm_start_event, persistent_format_start);

static const struct reference_member persistent_format_end[] = {
	MEMBER(nvme_format_nvm_compln_event, nsid),
	MEMBER(nvme_format_nvm_compln_event, smallest_fpi),
	MEMBER(nvme_format_nvm_compln_event, format_nvm_status),
	MEMBER(nvme_format_nvm_compln_event, compln_info),
	MEMBER(nvme_format_nvm_compln_event, status_field),
};
const struct reference reference_persistent_format_end =
	REFERENCE_IN_ORDER(nvme_format_nvm_compln_event, persistent_format_end);

static const struct reference_member persistent_sanitize_start[] = {
	MEMBER(nvme_sanitize_start_event, sani_cap),
	MEMBER(nvme_sanitize_start_event, sani_cdw10),
	MEMBER(nvme_sanitize_start_event, sani_cdw11),
};
const struct reference reference_persistent_sanitize_start =
	REFERENCE_IN_ORDER(nvme_sanitize_start_event, persistent_sanitize_start);

static const struct reference_member persistent_sanitize_end[] = {
	MEMBER(nvme_sanitize_compln_event, sani_prog),
	MEMBER(nvme_sanitize_compln_event, sani_status),
	MEMBER(nvme_sanitize_compln_event, cmpln_info),
};
const struct reference reference_persistent_sanitize_end =
	REFERENCE_IN_ORDER(nvme_sanitize_compln_event, persistent_sanitize_end);

static const struct reference_member persistent_thermal[] = {
	MEMBER(nvme_thermal_exc_event, over_temp),
	MEMBER(nvme_thermal_exc_event, threshold),
};
const struct reference reference_persistent_thermal =
	REFERENCE_IN_ORDER(nvme_thermal_exc_event, persistent_thermal);

#else

const struct reference reference_error_log_entry, reference_smart_log,
	reference_endurance_group_log, reference_predictable_latency_log, reference_reservation_log,
	reference_fdp_configurations_log, reference_fdp_configuration, reference_fdp_handle,
	reference_fdp_usage_log, reference_fdp_usage, reference_fdp_statistics_log,
	reference_fdp_event, reference_fdp_status, reference_fdp_handle_status, reference_streams;

#endif

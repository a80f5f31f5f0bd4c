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

#else

const struct reference reference_error_log_entry, reference_smart_log,
	reference_endurance_group_log, reference_predictable_latency_log, reference_reservation_log;

#endif

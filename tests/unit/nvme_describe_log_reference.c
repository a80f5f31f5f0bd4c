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

#else

const struct reference reference_error_log_entry, reference_smart_log;

#endif

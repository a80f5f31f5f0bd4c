/* The sections of smartctl's report. */
#pragma once

#include <stdint.h>

struct nvme_error_log_entry;
struct nvme_identify_controller;
struct nvme_identify_namespace;
struct nvme_smart_log;

/* nsid: that of namespace, or 0 where none is meant. */
void smartctl_print_information(const struct nvme_identify_controller *id, uint32_t nsid,
				const struct nvme_identify_namespace *namespace);
void smartctl_print_capabilities(const struct nvme_identify_controller *id, uint32_t nsid,
				 const struct nvme_identify_namespace *namespace);
/* What the health log's critical warnings amount to. */
void smartctl_print_health(uint8_t warning);
void smartctl_print_attributes(const struct nvme_smart_log *log,
			       const struct nvme_identify_controller *id);
/* The first read of all entries. */
void smartctl_print_errors(const struct nvme_error_log_entry *entries, unsigned read, unsigned all);

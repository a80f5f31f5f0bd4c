/* Identify as the nvme subcommands send it. */
#pragma once

#include <stdint.h>

struct nvme_controller;

/* What is asked: Base, section 5.17. What a CNS value does not use is 0. */
struct nvme_identify_request {
	uint32_t nsid;
	uint16_t cntid;
	uint16_t cns_specific; /* NVM Set Identifier, Domain Identifier, LBA format, ... */
	uint8_t cns;
	uint8_t csi;
	uint8_t uuid_index;
};

/* The 4,096 bytes that the controller answers, in memory of the process, which ends with a message
 * of the subcommand, what, where the command fails. */
void *nvme_identify_data(const char *what, struct nvme_controller *controller,
			 const struct nvme_identify_request *request);
/* The same; NULL where it fails. */
void *nvme_identify_attempt(struct nvme_controller *controller,
			    const struct nvme_identify_request *request);

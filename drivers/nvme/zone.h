/* Zone commands as parts of block requests. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "drivers/nvme/channel.h"

struct block_request;
struct block_zone;
struct nvme_lane;
struct nvme_zone_descriptor;

/* Sends a command about the zones of a request from block first on; returns the blocks of those
 * that it is about, 0 when something has to be waited for. */
uint64_t nvme_zone_send(struct nvme_lane *lane, struct block_request *request, uint64_t first);

/* A descriptor, into the zone of size blocks at start. False where it is none of that: another
 * place, a state or a type that there is not, a write pointer outside. A zone without any capacity
 * is one. */
bool nvme_zone_take(const struct nvme_zone_descriptor *descriptor, uint64_t start, uint64_t size,
		    struct block_zone *zone);

/* Their ends */
nvme_done nvme_zone_part_done;
nvme_done nvme_zone_report_done;

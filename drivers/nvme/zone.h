/* Zone commands as parts of block requests. */
#pragma once

#include <stdint.h>

#include "drivers/nvme/channel.h"

struct block_request;
struct nvme_lane;

/* Sends a command about the zones of a request from block first on; returns the blocks of those
 * that it is about, 0 when something has to be waited for. */
uint64_t nvme_zone_send(struct nvme_lane *lane, struct block_request *request, uint64_t first);

/* Their ends */
nvme_done nvme_zone_part_done;
nvme_done nvme_zone_report_done;

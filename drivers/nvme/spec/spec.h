/* What the specifications say, and nothing of the driver: NVM Express Base 2.0 ("Base"), NVM
 * Command Set 1.0 ("NVM"), NVMe over PCIe Transport 1.0 ("PCIe"), Zoned Namespaces 1.1 ("ZNS").
 * All of it is little endian, as is every machine that this driver runs on. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* width bits of value from bit shift up. */
#define NVME_BITS(value, shift, width) \
	((unsigned)(((uint64_t)(value) >> (shift)) & ((1ull << (width)) - 1)))

#define NVME_ZERO_CELSIUS 273 /* kelvin: temperatures are in whole ones */

#include "drivers/nvme/spec/registers.h"
#include "drivers/nvme/spec/protection.h"
#include "drivers/nvme/spec/command.h"
#include "drivers/nvme/spec/feature.h"
#include "drivers/nvme/spec/status.h"
#include "drivers/nvme/spec/identify.h"
#include "drivers/nvme/spec/log.h"
#include "drivers/nvme/spec/fdp.h"
#include "drivers/nvme/spec/directive.h"
#include "drivers/nvme/spec/persistent.h"
#include "drivers/nvme/spec/zns.h"

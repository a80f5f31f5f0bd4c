/* What the subcommands of nvme's plugin zns share. */
#pragma once

#include "kernel/commands/nvme/nvme.h"

/* Each of them uses some. */
struct zns_options {
	uint64_t start;
	uint32_t nsid, count;
	uint8_t output, state, action;
	bool human, vendor, partial, extended, retain;
};

/* Identify Namespace of ZNS, and the format in use (of *formats). */
const struct nvme_identify_namespace_zns *zns_identify(const char *what,
						       const struct nvme_target *target,
						       uint32_t nsid, unsigned *formats,
						       unsigned *used);

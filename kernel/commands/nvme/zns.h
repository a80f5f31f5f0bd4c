/* What the subcommands of nvme's plugin zns share. */
#pragma once

#include "kernel/commands/nvme/nvme.h"

/* Each of them uses some. */
struct zns_options {
	uint64_t start, data_size, metadata_size, ref_tag;
	uint32_t nsid, timeout_ms, count, size;
	const char *data, *metadata;
	uint16_t app_tag, app_mask;
	uint8_t output, state, action, prinfo;
	bool human, vendor, all, partial, extended, option, retain, limited_retry, force, piremap,
		latency;
};

#define ZNS_START(name, letter, help) NVME_SUFFIXED(struct zns_options, start, name, letter, help)
#define ZNS_TIMEOUT                                                 \
	NVME_NUMBER(struct zns_options, timeout_ms, "timeout", 't', \
		    "how long it may take in milliseconds")

/* Identify Namespace of ZNS, and the format in use (of *formats). */
const struct nvme_identify_namespace_zns *zns_identify(const char *what,
						       const struct nvme_target *target,
						       uint32_t nsid, unsigned *formats,
						       unsigned *used);

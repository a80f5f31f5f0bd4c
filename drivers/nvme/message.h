/* What the driver says of a controller: one line each, beginning with its name. */
#pragma once

#include <stdint.h>

struct nvme_controller;

/* Written by message.c. */
struct nvme_messages {
	uint64_t second; /* of the limited ones below */
	unsigned lines;
	unsigned dropped;
};

#define NVME_LOG_ERR	     3
#define NVME_LOG_WARNING     4
#define NVME_LOG_INFO	     6
#define nvme_error(c, ...)   nvme_controller_log(c, NVME_LOG_ERR, __VA_ARGS__)
#define nvme_warning(c, ...) nvme_controller_log(c, NVME_LOG_WARNING, __VA_ARGS__)
#define nvme_info(c, ...)    nvme_controller_log(c, NVME_LOG_INFO, __VA_ARGS__)
/* What may have to be said of a thousand namespaces or commands: at most 20 of these in a second.
 */
#define NVME_LOG_LIMITED 8
#define nvme_error_limited(c, ...) \
	nvme_controller_log(c, NVME_LOG_ERR | NVME_LOG_LIMITED, __VA_ARGS__)
#define nvme_warning_limited(c, ...) nvme_controller_log(c, 4 | NVME_LOG_LIMITED, __VA_ARGS__)
void nvme_controller_log(struct nvme_controller *controller, int level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

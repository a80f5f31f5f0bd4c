/* Messages of a controller, some of them limited to so many in a second. */
#include "drivers/nvme/message.h"

#include "drivers/nvme/controller.h"
#include "lib/format.h"

#define LINES_MAX 20 /* of those that are limited, in a second */

/* Whether one more of the limited messages may be logged now. */
static bool allowed(struct nvme_controller *controller)
{
	struct nvme_messages *messages = &controller->messages;
	uint64_t second = nvme_time_ns() / (1000 * NVME_NS_PER_MS);

	if (second != messages->second) {
		if (messages->dropped)
			nvme_warning(controller, "%u more messages like these", messages->dropped);
		messages->second = second;
		messages->lines = messages->dropped = 0;
	}
	if (messages->lines < LINES_MAX) {
		messages->lines++;
		return true;
	}
	messages->dropped++;
	return false;
}

void nvme_controller_log(struct nvme_controller *controller, int level, const char *format, ...)
{
	char text[256];
	va_list args;

	if (level & NVME_LOG_LIMITED && !allowed(controller))
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	nvme_log(level & ~NVME_LOG_LIMITED, "%s: %s", controller->name, text);
}

/* How a command ended, as nvme-cli says it. */
#include "drivers/nvme/nvme.h"
#include "drivers/nvme/spec/spec.h"
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/nvme.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"

int nvme_check(const char *what, int error, const struct nvme_reply *reply)
{
	const char *text = nvme_status_text(reply->status);

	if (error == -EINTR)
		process_check_interrupt();
	/* Of the status field, what an ioctl on Linux gives: DNR, More, CRD, SCT and SC. */
	if (reply->status)
		err("NVMe status: %s%s%s(%#x)\n", nvme_status_name(reply->status), text ? ": " : "",
		    text ? text : "", reply->status);
	else if (error)
		err("%s: %s\n", what, error_text(-error));
	return error || reply->status;
}

int nvme_admin_run(const struct nvme_target *target, const struct nvme_passthrough *passthrough,
		   const char *what)
{
	struct nvme_passthrough sent = *passthrough;
	struct nvme_reply reply = {0};

	if (!sent.reply)
		sent.reply = &reply;
	return nvme_check(what, nvme_admin_command(target->controller, &sent), sent.reply);
}

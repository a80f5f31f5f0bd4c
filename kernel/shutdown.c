/* The order of ending, as kmain() has the order of beginning. */
#include "kernel/shutdown.h"

#include "drivers/nvme/nvme.h"
#include "kernel/commands/trace/trace.h"
#include "kernel/console.h"
#include "kernel/log.h"
#include "kernel/posix/file.h"
#include "kernel/x86/power.h"
#include "lib/errno.h"

int shutdown_prepare(void)
{
	int error;

	/* Ctrl-C from here on means this, and not what has ended by it. */
	console_clear_interrupt();
	error = files_sync_all();
	if (error != -EINTR) {
		nvme_shutdown_all();
		trace_end();
	}
	return error;
}

_Noreturn void shutdown_machine(int status)
{
	int error = shutdown_prepare();

	nvme_shutdown_all();
	trace_end();
	if (error)
		log_error("shutdown: not everything could be written back: %s", error_text(-error));
	power_off(status);
}

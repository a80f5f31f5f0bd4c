/* The trace from the first register access on, and what becomes of it when the machine ends. */
#include "kernel/cmdline.h"
#include "kernel/commands/trace/trace.h"
#include "kernel/log.h"
#include "kernel/memory.h"
#include "kernel/x86/port.h"
#include "lib/errno.h"

void trace_begin(void)
{
	uint64_t events = cmdline_number("trace", 0);
	int error = events ? nvme_record_start(events == 1 ? TRACE_EVENTS : (size_t)events) : 0;

	if (error)
		log_warning("trace: no trace: %s", error_text(-error));
}

static uint16_t port;

static void write_port(const char *text)
{
	while (*text)
		port_write8(port, (uint8_t)*text++);
}

void trace_end(void)
{
	void *scratch;

	port = (uint16_t)cmdline_number("trace.port", 0);
	if (!port || !nvme_record_size())
		return;
	nvme_record_stop();
	scratch = kmalloc(TRACE_JSON_SCRATCH);
	if (scratch)
		trace_json(&TRACE_ALL, write_port, scratch);
	else
		log_error("trace: no trace: %s", error_text(ENOMEM));
	kfree(scratch);
	nvme_record_free();
}

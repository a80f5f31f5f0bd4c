/* The trace from the first register access on, and what becomes of it when the machine ends. */
#include "drivers/pci/pci.h"
#include "kernel/cmdline.h"
#include "kernel/commands/trace/trace.h"
#include "kernel/log.h"
#include "kernel/memory.h"
#include "kernel/x86/panic.h"
#include "lib/errno.h"
#include "lib/string.h"

#define PANIC_EVENTS 16

/* The last events below a panic's report: what the controllers were about. */
static void testify(void)
{
	static char text[NVME_RECORD_TEXT]; /* the stack may be short */
	struct trace_filter filter = TRACE_ALL;
	struct nvme_record event;

	if (!nvme_record_is_running())
		return;
	nvme_record_stop();
	filter.last = PANIC_EVENTS;
	panic_write("trace:");
	for (uint64_t at = trace_first(&filter); at < nvme_record_end(); at++)
		if (nvme_record_get(at, &event)) {
			nvme_record_text(&event, text, sizeof(text));
			panic_write(text);
		}
}

void trace_begin(void)
{
	uint64_t events = cmdline_number("trace", 0);
	int error = events ? nvme_record_start(events == 1 ? TRACE_EVENTS : (size_t)events) : 0;

	panic_set_witness(testify);
	if (error)
		log_warning("trace: no trace: %s", error_text(-error));
}

/* Where QEMU's ivshmem device has memory that it shares with the host. */
#define SHARED_VENDOR 0x1af4
#define SHARED_DEVICE 0x1110
#define SHARED_BAR    2

static char *shared;
static uint64_t shared_size, shared_used;

static void find_shared(void)
{
	struct pci_device *device = pci_first();

	while (device && (device->vendor != SHARED_VENDOR || device->device != SHARED_DEVICE))
		device = device->next;
	if (!device || pci_wake(device) < 0)
		return;
	shared = (char *)(uintptr_t)pci_map_bar(device, SHARED_BAR);
	shared_size = shared ? pci_bar(device, SHARED_BAR)->size : 0;
}

/* What does not fit is counted. */
static void write_shared(const char *text)
{
	size_t length = strlen(text);

	if (length < shared_size && shared_used < shared_size - length)
		memcpy(shared + shared_used, text, length);
	shared_used += length;
}

void trace_end(void)
{
	void *scratch;

	if (!cmdline_get("trace.shared") || !nvme_record_size())
		return;
	nvme_record_stop();
	find_shared();
	scratch = shared ? kmalloc(TRACE_JSON_SCRATCH) : NULL;
	if (scratch)
		trace_json(&TRACE_ALL, write_shared, scratch);
	if (!shared)
		log_error("trace: there is no memory that is shared with the host");
	else if (!scratch)
		log_error("trace: %s", error_text(ENOMEM));
	else if (shared_used >= shared_size)
		log_error("trace: %llu bytes do not fit into the shared memory",
			  (unsigned long long)shared_used);
	if (shared)
		shared[shared_used < shared_size ? shared_used : 0] = '\0';
	kfree(scratch);
	nvme_record_free();
}

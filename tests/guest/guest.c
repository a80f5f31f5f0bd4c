/* What the cases use: outcomes, checks, buffers, and blocks that are put back. */
#include "tests/guest/guest.h"

#include "drivers/nvme/spec/spec.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"

struct guest_saved {
	struct guest_saved *next;
	bool by_file;
	uint64_t start; /* block or byte */
	uint64_t count;
	void *bytes;
};

static void set_outcome(struct guest *guest, enum guest_outcome outcome, const char *format,
			va_list args)
{
	if (guest->outcome != GUEST_PASS)
		return;
	guest->outcome = outcome;
	vsnprintf(guest->reason, sizeof(guest->reason), format, args);
}

void guest_fail(struct guest *guest, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	set_outcome(guest, GUEST_FAIL, format, args);
	va_end(args);
}

void guest_skip(struct guest *guest, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	set_outcome(guest, GUEST_SKIP, format, args);
	va_end(args);
}

void guest_xfail(struct guest *guest, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	set_outcome(guest, GUEST_XFAIL, format, args);
	va_end(args);
}

bool guest_over(const struct guest *guest)
{
	return guest->outcome != GUEST_PASS;
}

bool guest_equal(struct guest *guest, const char *what, uint64_t expected, uint64_t got)
{
	if (expected == got)
		return true;
	if (expected < 10 && got < 10)
		guest_fail(guest, "%s: expected %llu, got %llu", what, (unsigned long long)expected,
			   (unsigned long long)got);
	else
		guest_fail(guest, "%s: expected %llu (%#llx), got %llu (%#llx)", what,
			   (unsigned long long)expected, (unsigned long long)expected,
			   (unsigned long long)got, (unsigned long long)got);
	return false;
}

static const char *error_name(int error)
{
	return error ? error_text(error < 0 ? -error : error) : "success";
}

bool guest_error(struct guest *guest, const char *what, int expected, int got)
{
	if (expected == got)
		return true;
	guest_fail(guest, "%s: expected %s, got %s", what, error_name(expected), error_name(got));
	return false;
}

bool guest_same(struct guest *guest, const char *what, const void *expected, const void *got,
		size_t size)
{
	const uint8_t *a = expected, *b = got;

	if (memcmp(a, b, size) == 0)
		return true;
	for (size_t i = 0; i < size; i++) {
		if (a[i] == b[i])
			continue;
		guest_fail(guest, "%s: expected %02x, got %02x at byte %zu of %zu", what, a[i],
			   b[i], i, size);
		break;
	}
	return false;
}

/* Whether the controller completed the command at all. */
static bool answered(int error, unsigned status)
{
	return status == NVME_SC_SUCCESS ? !error : status != NVME_SC_ABORTED_BY_HOST;
}

bool guest_status(struct guest *guest, const char *command, unsigned status, int error,
		  const struct nvme_reply *reply)
{
	unsigned got = reply->status & NVME_STATUS_MASK;

	if (!answered(error, got)) {
		guest_fail(guest, "%s: expected %s (%03x), got no completion: %s", command,
			   nvme_status_name(status), status, error_name(error));
		return false;
	}
	if (got != status) {
		guest_fail(guest, "%s: expected %s (%03x), got %s (%03x)", command,
			   nvme_status_name(status), status, nvme_status_name(got), got);
		return false;
	}
	/* The same command ends in the same way: Base, section 3.3.3.2.1. QEMU 7.2 leaves the bit
	 * out here, later ones do not. */
	if (status == NVME_SC_COMPARE_FAILED && !(reply->status & NVME_STATUS_DNR)) {
		guest_xfail(guest, "%s without Do Not Retry", nvme_status_name(status));
		return false;
	}
	if (status != NVME_SC_SUCCESS && !(reply->status & NVME_STATUS_DNR)) {
		guest_fail(guest, "%s: expected %s (%03x) with Do Not Retry, got it without",
			   command, nvme_status_name(status), status);
		return false;
	}
	return guest_error(guest, "the error", nvme_status_errno(reply->status), error);
}

uint64_t guest_blocks(const struct guest *guest, size_t bytes)
{
	return (bytes + guest->block_size - 1) / guest->block_size;
}

void *guest_buffer(struct guest *guest, size_t size)
{
	void *buffer = process_alloc_pages(size ? size : 1);

	if (buffer)
		memset(buffer, 0, size);
	else
		guest_skip(guest, "no memory for %zu bytes", size);
	return buffer;
}

void guest_free(void *buffer)
{
	process_free(buffer);
}

int guest_wait(struct block_request *request)
{
	if (!block_wait_unless(request, process_interrupted))
		block_cancel(request);
	return block_wait(request);
}

static int transfer(struct guest *guest, enum block_operation operation, uint64_t lba,
		    uint64_t count, void *bytes)
{
	struct block_segment segment = {bytes, count * guest->block_size};
	struct block_request request = {
		.operation = operation,
		.lba = lba,
		.count = count,
		.segments = &segment,
		.segment_count = 1,
	};

	if (process_interrupted())
		return -EINTR;
	block_submit(guest->device, &request);
	return guest_wait(&request);
}

int guest_read(struct guest *guest, uint64_t lba, uint64_t count, void *bytes)
{
	return transfer(guest, BLOCK_READ, lba, count, bytes);
}

int guest_write(struct guest *guest, uint64_t lba, uint64_t count, const void *bytes)
{
	return transfer(guest, BLOCK_WRITE, lba, count, (void *)(uintptr_t)bytes);
}

static struct guest_saved *add_saved(struct guest *guest, size_t size)
{
	struct guest_saved *saved = process_alloc(sizeof(*saved));

	if (!saved) {
		guest_skip(guest, "no memory to save blocks");
		return NULL;
	}
	memset(saved, 0, sizeof(*saved));
	saved->bytes = guest_buffer(guest, size);
	return saved->bytes ? saved : NULL;
}

bool guest_save(struct guest *guest, uint64_t lba, uint64_t count)
{
	struct guest_saved *saved;
	int error;

	if (guest->device->read_only) {
		guest_skip(guest, "%s is read-only", guest->device->name);
		return false;
	}
	if (lba > guest->device->block_count || count > guest->device->block_count - lba) {
		guest_skip(guest, "%s is too small", guest->device->name);
		return false;
	}
	saved = add_saved(guest, count * guest->block_size);
	if (!saved)
		return false;
	error = guest_read(guest, lba, count, saved->bytes);
	if (error) {
		guest_fail(guest, "reading blocks %llu+%llu to save them: %s",
			   (unsigned long long)lba, (unsigned long long)count, error_name(error));
		return false;
	}
	saved->start = lba;
	saved->count = count;
	saved->next = guest->saved;
	guest->saved = saved;
	return true;
}

/* Reads or writes all of it; 0 or a negative errno. */
static int device_file(struct guest *guest, uint64_t offset, void *bytes, size_t size, bool write)
{
	char path[BLOCK_NAME_MAX + 8];
	struct file *file;
	int error, closed;

	snprintf(path, sizeof(path), "/dev/%s", guest->device->name);
	error = file_open(path, write ? O_WRONLY : O_RDONLY, 0, &file);
	if (error)
		return error;
	while (size && !error) {
		long done = write ? file_pwrite(file, bytes, size, offset)
				  : file_pread(file, bytes, size, offset);

		if (done <= 0) {
			error = done ? (int)done : -EIO;
			break;
		}
		bytes = (uint8_t *)bytes + done;
		offset += (uint64_t)done;
		size -= (size_t)done;
	}
	if (write && !error)
		error = file_sync(file);
	closed = file_close(file);
	return error ? error : closed;
}

bool guest_save_file(struct guest *guest, uint64_t offset, size_t size)
{
	struct guest_saved *saved;
	int error;

	if (guest->device->read_only) {
		guest_skip(guest, "%s is read-only", guest->device->name);
		return false;
	}
	if (guest->device->block_count < guest_blocks(guest, offset + size)) {
		guest_skip(guest, "%s is too small", guest->device->name);
		return false;
	}
	saved = add_saved(guest, size);
	if (!saved)
		return false;
	error = device_file(guest, offset, saved->bytes, size, false);
	if (error) {
		guest_fail(guest, "reading /dev/%s to save its bytes: %s", guest->device->name,
			   error_name(error));
		return false;
	}
	saved->by_file = true;
	saved->start = offset;
	saved->count = size;
	saved->next = guest->saved;
	guest->saved = saved;
	return true;
}

/* The latest first: where two overlap, the first one saved has what was there. */
void guest_restore(struct guest *guest)
{
	while (guest->saved) {
		struct guest_saved *saved = guest->saved;
		int error;

		guest->saved = saved->next;
		if (saved->by_file)
			error = device_file(guest, saved->start, saved->bytes, saved->count, true);
		else
			error = block_write(guest->device, saved->start, saved->count,
					    saved->bytes);
		if (error)
			guest_fail(guest, "putting back what was at %s %llu: %s",
				   saved->by_file ? "byte" : "block",
				   (unsigned long long)saved->start, error_name(error));
		process_free(saved->bytes);
		process_free(saved);
	}
}

/* The driver of the course as a block device, my_nvme0n1: starts it in the order of the steps, and
 * turns requests into its calls. What it has no function for yet is done without. */
#include "drivers/block/block.h"

#include "course/driver.h"
#include "course/machine/guard.h"
#include "drivers/nvme/nvme.h"
#include "kernel/log.h"
#include "kernel/memory.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"

#define PARTS	    64u
#define BOUNCE_SIZE 65536u

static struct driver_found found;
static struct driver_controller controller;
static struct driver_namespace namespace;

/* Of a request, what the driver has at once (step 7). */
static struct part {
	struct driver_request request;
	struct block_request *of; /* NULL: it is free */
} parts[PARTS];
static struct {
	bool many;	/* it takes many at once */
	bool plugged;	/* nothing is shown to the controller meanwhile */
	bool submitted; /* since it was shown something */
	void *bounce;	/* for segments that no command can carry */
} state;

static void fail_request(struct block_request *request, int error)
{
	if (!request->error)
		request->error = error;
}

/* Whether commands can carry that piece of memory as it is. */
static bool is_direct(const struct block_request *request)
{
	return request->segment_count == 1 && (uintptr_t)request->segments[0].address % 4 == 0;
}

/* Bytes between a request's segments, from that offset on, and a buffer. */
static void copy(const struct block_request *request, size_t offset, char *bytes, size_t size,
		 bool out)
{
	for (unsigned i = 0; i < request->segment_count && size; i++) {
		const struct block_segment *segment = &request->segments[i];
		size_t length;

		if (offset >= segment->size) {
			offset -= segment->size;
			continue;
		}
		length = segment->size - offset < size ? segment->size - offset : size;
		if (out)
			memcpy((char *)segment->address + offset, bytes, length);
		else
			memcpy(bytes, (char *)segment->address + offset, length);
		bytes += length;
		size -= length;
		offset = 0;
	}
}

static int move(bool write, uint64_t lba, unsigned blocks, void *buffer)
{
	return write ? COURSE_CALL(driver_write, lba, blocks, buffer)
		     : COURSE_CALL(driver_read, lba, blocks, buffer);
}

/* Through the buffer here, some of it at a time. */
static int move_bounced(struct block_request *request, bool write)
{
	unsigned step = BOUNCE_SIZE / request->device->block_size;
	size_t offset = 0;

	for (uint64_t done = 0; done < request->count;) {
		unsigned blocks =
			request->count - done < step ? (unsigned)(request->count - done) : step;
		size_t size = (size_t)blocks * request->device->block_size;
		int error;

		if (write)
			copy(request, offset, state.bounce, size, false);
		error = move(write, request->lba + done, blocks, state.bounce);
		if (error)
			return error;
		if (!write)
			copy(request, offset, state.bounce, size, true);
		offset += size;
		done += blocks;
	}
	return 0;
}

/* One command after the other. */
static void do_waiting(struct block_request *request)
{
	enum block_operation operation = block_operation(request);
	int error;

	if (operation == BLOCK_FLUSH)
		error = COURSE_CALL(driver_flush);
	else if (!is_direct(request) || request->count > UINT32_MAX)
		error = move_bounced(request, operation == BLOCK_WRITE);
	else
		error = move(operation == BLOCK_WRITE, request->lba, (unsigned)request->count,
			     request->segments[0].address);
	request->error_lba = request->lba;
	if (error == -ENOSYS && operation == BLOCK_FLUSH)
		error = 0;
	block_complete(request, error);
}

static void ring(void)
{
	if (state.submitted && COURSE_CALL(driver_ring) == 0)
		state.submitted = false;
}

/* Parts that are done; a request is when its last part is. */
static unsigned collect(void)
{
	unsigned count = 0;

	COURSE_CALL(driver_poll);
	for (unsigned i = 0; i < PARTS; i++) {
		struct block_request *request = parts[i].of;

		if (!request || !parts[i].request.done)
			continue;
		parts[i].of = NULL;
		count++;
		if (parts[i].request.error) {
			fail_request(request, parts[i].request.error);
			request->error_lba = parts[i].request.lba;
		}
		if (--request->parts_pending == 0)
			block_complete(request, request->error);
	}
	return count;
}

static struct part *free_part(void)
{
	for (unsigned i = 0; i < PARTS; i++)
		if (!parts[i].of)
			return &parts[i];
	return NULL;
}

/* Waits for a free part, and for room in the driver. */
static int submit_part(struct block_request *request, uint64_t lba, unsigned blocks, char *buffer)
{
	for (;;) {
		struct part *part = free_part();

		if (part) {
			int error;

			part->request = (struct driver_request){.write = block_operation(request) ==
									 BLOCK_WRITE,
								.lba = lba,
								.blocks = blocks,
								.buffer = buffer};
			error = COURSE_CALL(driver_submit, &part->request);
			if (!error) {
				part->of = request;
				state.submitted = true;
			}
			if (error != -EAGAIN)
				return error;
		}
		ring();
		collect();
	}
}

static void do_many(struct block_request *request)
{
	size_t part = DRIVER_PART;
	char *buffer = request->segments[0].address;
	unsigned step;

	if (controller.transfer_max && controller.transfer_max < part)
		part = controller.transfer_max;
	step = (unsigned)(part / request->device->block_size);
	request->parts_pending = 1; /* it is not over before all are submitted */
	for (uint64_t done = 0; done < request->count;) {
		unsigned blocks =
			request->count - done < step ? (unsigned)(request->count - done) : step;
		int error;

		request->parts_pending++;
		error = submit_part(request, request->lba + done, blocks, buffer);
		if (error) {
			request->parts_pending--;
			request->error_lba = request->lba + done;
			fail_request(request, error);
			break;
		}
		done += blocks;
		buffer += (size_t)blocks * request->device->block_size;
	}
	if (--request->parts_pending == 0)
		block_complete(request, request->error);
	if (!state.plugged)
		ring();
}

static void submit(struct block_device *device, struct block_request *request)
{
	(void)device;
	if (state.many && request->operation <= BLOCK_WRITE && is_direct(request))
		do_many(request);
	else
		do_waiting(request);
}

static unsigned poll(struct block_device *device)
{
	(void)device;
	if (!state.many)
		return 0;
	ring();
	return collect();
}

static void plug(struct block_device *device, bool plugged)
{
	(void)device;
	state.plugged = plugged;
	if (!plugged && state.many)
		ring();
}

static const struct block_operations operations = {
	.submit = submit, .submit_usual = submit, .poll = poll, .plug = plug};

static struct block_device disk = {.name = "my_nvme0n1", .operations = &operations};

/* What is not written yet is said, and the rest not tried. */
static bool step(const char *name, int error)
{
	if (error == -ENOSYS)
		log_warning("course: %s() is not written yet", name);
	else if (error)
		log_error("course: %s(): %s", name, error_text(-error));
	return error == 0;
}

#define STEP(function, ...) step(#function, COURSE_CALL(function, ##__VA_ARGS__))

static bool start(void)
{
	int error;

	if (!STEP(driver_find, &found) || !STEP(driver_disable) || !STEP(driver_admin_queue) ||
	    !STEP(driver_enable) || !STEP(driver_identify_controller, &controller) ||
	    !STEP(driver_identify_namespace, 1, &namespace))
		return false;
	error = COURSE_CALL(driver_interrupts);
	if (error && error != -ENOSYS)
		step("driver_interrupts", error);
	return STEP(driver_io_queues);
}

static bool is_block_size(unsigned size)
{
	return size >= 512 && size <= BOUNCE_SIZE && !(size & (size - 1));
}

static unsigned begin(void)
{
	struct driver_request nothing = {.blocks = 0};

	course_guard_init();
	if (!start())
		return 0;
	if (!is_block_size(namespace.block_size) || !namespace.blocks) {
		log_error("course: a namespace of %llu blocks of %u bytes",
			  (unsigned long long)namespace.blocks, namespace.block_size);
		return 0;
	}
	state.many = COURSE_CALL(driver_submit, &nothing) != -ENOSYS;
	state.bounce = pages_alloc(BOUNCE_SIZE / PAGE_SIZE);
	if (!state.bounce) {
		log_error("course: out of memory");
		return 0;
	}
	disk.block_size = namespace.block_size;
	disk.block_count = namespace.blocks;
	disk.transfer_max = DRIVER_PART;
	disk.model = controller.model;
	disk.serial = controller.serial;
	block_register(&disk);
	log_info("course: %s, %llu blocks of %u bytes, %s", disk.name,
		 (unsigned long long)disk.block_count, disk.block_size,
		 state.many ? "many commands at once" : "one command at a time");
	return 1;
}

NVME_DRIVER(course, begin);

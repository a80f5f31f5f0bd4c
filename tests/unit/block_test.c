/* The block layer over a device that only takes notes: what is checked before a driver sees it. */
#include "drivers/block/block.h"

#include "lib/errno.h"
#include "tests/unit/cmocka.h"

#include <stdlib.h>
#include <string.h>

#define BLOCKS 100

struct note {
	unsigned submitted, polled, waited, done;
	struct block_request *last;
	uint8_t data[BLOCKS * 512];
	unsigned delay; /* polls before it completes */
	int error;
	bool plugged;
};

static struct note note;

static void submit(struct block_device *device, struct block_request *request)
{
	(void)device;
	note.submitted++;
	note.last = request;
	if (!note.delay)
		block_complete(request, note.error);
}

static unsigned poll(struct block_device *device)
{
	struct block_request *request = note.last;
	uint8_t *at;

	(void)device;
	note.polled++;
	if (!request || (note.delay && --note.delay))
		return 0;
	note.last = NULL;
	at = note.data + request->lba * 512;
	for (unsigned i = 0; i < request->segment_count; i++) {
		const struct block_segment *segment = &request->segments[i];

		if (!segment->size)
			continue;
		if (request->operation == BLOCK_READ)
			memcpy(segment->address, at, segment->size);
		else if (request->operation == BLOCK_WRITE)
			memcpy(at, segment->address, segment->size);
		at += segment->size;
	}
	block_complete(request, note.error);
	return 1;
}

static void wait(struct block_device *device)
{
	(void)device;
	note.waited++;
}

static void plug(struct block_device *device, bool plugged)
{
	(void)device;
	note.plugged = plugged;
}

static const struct block_operations operations = {
	.submit = submit, .submit_usual = submit, .poll = poll, .wait = wait, .plug = plug};

static void done(struct block_request *request)
{
	assert_true(request->complete);
	note.done++;
}

static struct block_device make_device(const char *name)
{
	struct block_device device = {
		.block_size = 512, .block_count = BLOCKS, .operations = &operations};

	memset(&note, 0, sizeof(note));
	strcpy(device.name, name);
	return device;
}

static void test_registry(void **state)
{
	struct block_device a = make_device("a"), b = make_device("b"), again = make_device("a");

	(void)state;
	assert_null(block_first());
	assert_int_equal(block_register(&a), 0);
	assert_int_equal(block_register(&b), 0);
	assert_int_equal(block_register(&again), -EEXIST);
	assert_int_equal(block_register(&b), -EEXIST);
	assert_ptr_equal(block_first(), &a);
	assert_ptr_equal(a.next, &b);
	assert_ptr_equal(block_find("b"), &b);
	assert_null(block_find("c"));
	assert_null(block_find(""));
	block_unregister(&a);
	block_unregister(&a);
	assert_null(block_find("a"));
	assert_ptr_equal(block_first(), &b);
	assert_int_equal(block_register(&again), 0);
	assert_ptr_equal(block_find("a"), &again);
	block_unregister(&b);
	block_unregister(&again);
	assert_null(block_first());
}

/* A request that must not reach the driver. */
static void refuse(struct block_device *device, struct block_request request, int error)
{
	unsigned before = note.submitted, completed = note.done;

	request.done = done;
	block_submit(device, &request);
	assert_true(request.complete);
	assert_int_equal(request.error, error);
	assert_int_equal(note.submitted, before);
	assert_int_equal(note.done, completed + 1);
	assert_int_equal(block_wait(&request), error);
}

static void test_bounds(void **state)
{
	struct block_device device = make_device("a");
	uint8_t bytes[1024];
	struct block_segment segment = {bytes, 512};
	struct block_request request = {.segments = &segment, .segment_count = 1};

	(void)state;
	for (unsigned write = 0; write < 2; write++) {
		static const struct {
			uint64_t lba, count;
		} rows[] = {
			{BLOCKS, 1},	 {BLOCKS - 1, 2},	    {0, BLOCKS + 1},
			{1, UINT64_MAX}, {UINT64_MAX, 1},	    {UINT64_MAX, UINT64_MAX},
			{1ull << 63, 1}, {BLOCKS + 1, 0},	    {UINT64_MAX, 0},
			{0, 1ull << 55}, {0, UINT64_MAX / 512 + 2},
		};

		request.operation = write ? BLOCK_WRITE : BLOCK_READ;
		for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			request.lba = rows[i].lba;
			request.count = rows[i].count;
			refuse(&device, request, write ? -ENOSPC : -EIO);
		}
	}
}

static void test_segments(void **state)
{
	struct block_device device = make_device("a");
	uint8_t bytes[1024];
	struct block_segment segments[3] = {{bytes, 100}, {NULL, 0}, {bytes, 413}};
	struct block_request request = {
		.operation = BLOCK_READ, .count = 1, .segments = segments, .segment_count = 3};

	(void)state;
	refuse(&device, request, -EINVAL);
	segments[2].size = 411;
	refuse(&device, request, -EINVAL);
	segments[2].size = SIZE_MAX - 99 + 511;
	refuse(&device, request, -EINVAL);
	request.segment_count = 0;
	refuse(&device, request, -EINVAL);
	request.segment_count = 3;
	segments[2].size = 412;
	note.delay = 1;
	block_submit(&device, &request);
	assert_int_equal(note.submitted, 1);
	assert_int_equal(block_wait(&request), 0);
	request.operation = (enum block_operation)77;
	refuse(&device, request, -EINVAL);
}

static void test_states(void **state)
{
	struct block_device device = make_device("a");
	uint8_t bytes[512] = {0};
	struct block_segment segment = {bytes, 512};
	struct block_request request = {
		.operation = BLOCK_WRITE, .count = 1, .segments = &segment, .segment_count = 1};

	(void)state;
	device.read_only = true;
	refuse(&device, request, -EROFS);
	request.operation = BLOCK_READ;
	note.delay = 1;
	block_submit(&device, &request);
	assert_int_equal(block_wait(&request), 0);
	device.gone = true;
	refuse(&device, request, -ENODEV);
	request = (struct block_request){.operation = BLOCK_FLUSH};
	refuse(&device, request, -ENODEV);
	assert_int_equal(block_read(&device, 0, 1, bytes), -ENODEV);
	assert_int_equal(block_flush(&device), -ENODEV);
}

/* Nothing to move is nothing to do: done without the driver. */
static void test_no_blocks(void **state)
{
	struct block_device device = make_device("a");
	struct block_request request = {.operation = BLOCK_READ};

	(void)state;
	refuse(&device, request, 0);
	request.operation = BLOCK_WRITE;
	request.lba = BLOCKS;
	refuse(&device, request, 0);
	assert_int_equal(block_read(&device, 0, 0, NULL), 0);
	assert_int_equal(note.submitted, 0);
}

/* What a device does not offer it is not asked for. */
static void test_offered(void **state)
{
	struct block_device device = make_device("a");
	uint8_t bytes[512] = {0};
	struct block_segment segment = {bytes, 512};
	struct block_request write = {.operation = BLOCK_WRITE | BLOCK_FUA,
				      .count = 1,
				      .segments = &segment,
				      .segment_count = 1};
	struct block_request request = {.lba = BLOCKS - 1, .count = 1};
	static const struct {
		unsigned operation;
		int without, with, beyond;
	} rows[] = {
		{BLOCK_DISCARD, -EOPNOTSUPP, 0, -ENOSPC},
		{BLOCK_WRITE_ZEROES, -EOPNOTSUPP, 0, -ENOSPC},
		{BLOCK_WRITE_ZEROES | BLOCK_DEALLOCATE, -EOPNOTSUPP, 0, -ENOSPC},
		{BLOCK_WRITE_ZEROES | BLOCK_FUA, -EOPNOTSUPP, 0, -ENOSPC},
		{BLOCK_VERIFY, -EOPNOTSUPP, 0, -EIO},
		{BLOCK_VERIFY | BLOCK_FUA, -EINVAL, -EINVAL, -EINVAL},
		{BLOCK_DISCARD | BLOCK_DEALLOCATE, -EINVAL, -EINVAL, -EINVAL},
		{BLOCK_READ | BLOCK_FUA, -EINVAL, -EINVAL, -EINVAL},
		{BLOCK_FLUSH | BLOCK_FUA, -EINVAL, -EINVAL, -EINVAL},
		{BLOCK_ZONE_RESET + 1, -EINVAL, -EINVAL, -EINVAL},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		device.limits = (struct block_limits){0};
		request.operation = rows[i].operation;
		request.count = 1;
		refuse(&device, request, rows[i].without);
		refuse(&device, write, -EOPNOTSUPP);
		device.limits.discard_max = device.limits.write_zeroes_max =
			device.limits.verify_max = 1 << 20;
		device.limits.fua = true;
		request.count = 2;
		refuse(&device, request, rows[i].beyond);
		request.count = 0;
		refuse(&device, request, rows[i].with);
		request.count = 1;
		if (rows[i].with)
			continue;
		note.delay = 1;
		block_submit(&device, &request);
		assert_int_equal(block_wait(&request), 0);
		request.segments = &segment;
		request.segment_count = 1;
		refuse(&device, request, -EINVAL);
		request.segment_count = 0;
	}
	note.delay = 1;
	block_submit(&device, &write);
	assert_int_equal(block_wait(&write), 0);
	segment.size = 511;
	refuse(&device, write, -EINVAL);
	device.read_only = true;
	segment.size = 512;
	refuse(&device, write, -EROFS);
	request.operation = BLOCK_DISCARD;
	refuse(&device, request, -EROFS);
}

static void test_helpers(void **state)
{
	struct block_device device = make_device("a");
	uint8_t bytes[3 * 512], back[3 * 512];

	(void)state;
	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 13);
	note.delay = 5;
	assert_int_equal(block_write(&device, BLOCKS - 3, 3, bytes), 0);
	assert_int_equal(note.waited, 4);
	note.delay = 2;
	assert_int_equal(block_read(&device, BLOCKS - 3, 3, back), 0);
	assert_memory_equal(bytes, back, sizeof(bytes));
	note.delay = 1;
	assert_int_equal(block_flush(&device), 0);
	assert_int_equal(note.submitted, 3);
	note.error = -EIO;
	note.delay = 1;
	assert_int_equal(block_flush(&device), -EIO);
	note.delay = 1;
	assert_int_equal(block_read(&device, 0, 1, back), -EIO);
	note.delay = 0;
	assert_int_equal(block_write(&device, 0, 1, back), -EIO);
	assert_int_equal(block_read(&device, 0, UINT64_MAX, back), -EINVAL);
	block_plug(&device);
	assert_true(note.plugged);
	block_unplug(&device);
	assert_false(note.plugged);
}

/* What a request says of the time before is gone once it is started again. */
static void test_started_again(void **state)
{
	struct block_device device = make_device("a");
	struct block_request request = {.operation = BLOCK_FLUSH, .done = done};

	(void)state;
	request.error = -EIO;
	request.complete = true;
	request.status = 0x281;
	request.error_lba = 7;
	request.parts_pending = 3;
	note.delay = 3;
	block_submit(&device, &request);
	assert_false(request.complete);
	assert_int_equal(request.error, 0);
	assert_int_equal(request.status, 0);
	assert_int_equal(request.parts_pending, 1);
	assert_ptr_equal(request.device, &device);
	assert_int_equal(block_wait(&request), 0);
	assert_int_equal(note.done, 1);
}

TESTS(cmocka_unit_test(test_registry), cmocka_unit_test(test_bounds),
      cmocka_unit_test(test_segments), cmocka_unit_test(test_states),
      cmocka_unit_test(test_no_blocks), cmocka_unit_test(test_offered),
      cmocka_unit_test(test_helpers), cmocka_unit_test(test_started_again))

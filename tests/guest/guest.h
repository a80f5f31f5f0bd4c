/* Test cases that are compiled into the kernel and run by the selftest command against the real
 * device. A case uses a block device as a caller of the block layer or the driver would. Blocks
 * that it is going to write are saved first and put back when it has ended. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/block/block.h"
#include "drivers/nvme/nvme.h"
#include "lib/prng.h"

struct guest;

/* What a case cannot do without; where it is not there the case is skipped. */
enum guest_needs {
	GUEST_NAMESPACE,
	GUEST_PLAIN_NAMESPACE, /* without metadata, which it would have to pass through itself */
	GUEST_CONTROLLER,
};

struct guest_case {
	const char *name;
	void (*run)(struct guest *guest);
	enum guest_needs needs;
};

struct guest_group {
	const char *name;
	const struct guest_case *cases; /* until one without a name */
};

/* The linker collects the groups; in the order of their files. */
#define GUEST_GROUP(group_name, group_cases)                                                 \
	static const struct guest_group group = {.name = #group_name, .cases = group_cases}; \
	static const struct guest_group *const group_entry                                   \
		__attribute__((used, section("selftests"))) = &group

enum guest_outcome { GUEST_PASS, GUEST_FAIL, GUEST_SKIP, GUEST_XFAIL };

/* The case that is running, and what it runs on. */
struct guest {
	struct block_device *device; /* NULL, and namespace too, in a case that needs none */
	struct nvme_namespace *namespace;
	struct nvme_controller *controller;
	uint32_t block_size, blocks_max; /* of one command */
	struct prng prng;		 /* seeded alike for each case */

	/* private */
	enum guest_outcome outcome;
	char reason[200];
	struct guest_saved *saved;
};

/* A zeroed, page-aligned buffer that ends with the case. NULL, and the case is skipped, when memory
 * is out. */
void *guest_buffer(struct guest *guest, size_t size);
void guest_free(void *buffer); /* sooner */

/* Keeps what the blocks hold, to be put back after the case. False, and the case has failed or is
 * skipped, when that is impossible. By the device itself: */
bool guest_save(struct guest *guest, uint64_t lba, uint64_t count);
/* by the device file, for cases that go through files: */
bool guest_save_file(struct guest *guest, uint64_t offset, size_t size);

/* block_wait(), block_read(), block_write() that Ctrl-C hurries: -EINTR then, and the case is over.
 * Nothing is under way any more when they return. */
int guest_wait(struct block_request *request);
int guest_read(struct guest *guest, uint64_t lba, uint64_t count, void *bytes);
int guest_write(struct guest *guest, uint64_t lba, uint64_t count, const void *bytes);

/* Puts everything back that has been saved: what happens anyway when the case has ended. */
void guest_restore(struct guest *guest);

/* The case has failed ("expected …, got …"), cannot be run here, or fails for a known reason. Only
 * the first of them counts; the case returns after it. */
void guest_fail(struct guest *guest, const char *format, ...) __attribute__((format(printf, 2, 3)));
void guest_skip(struct guest *guest, const char *format, ...) __attribute__((format(printf, 2, 3)));
void guest_xfail(struct guest *guest, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* True once one of them has been called. */
bool guest_over(const struct guest *guest);

bool guest_equal(struct guest *guest, const char *what, uint64_t expected, uint64_t got);
bool guest_error(struct guest *guest, const char *what, int expected, int got);
bool guest_same(struct guest *guest, const char *what, const void *expected, const void *got,
		size_t size);

/* How a command that somebody sent ended: the function that sent it returned error, its completion
 * is in reply. It has to have this status, with Do Not Retry unless it is success, and the errno
 * that fits. */
bool guest_status(struct guest *guest, const char *command, unsigned status, int error,
		  const struct nvme_reply *reply);

/* Bytes as a number of blocks, rounded up. */
uint64_t guest_blocks(const struct guest *guest, size_t bytes);

/* In a case: checks, and leaves the case where the check fails. */
#define EXPECT_EQUAL(what, expected, got)                                             \
	do {                                                                          \
		if (!guest_equal(guest, what, (uint64_t)(expected), (uint64_t)(got))) \
			return;                                                       \
	} while (0)
#define EXPECT_ERROR(what, expected, got)                     \
	do {                                                  \
		if (!guest_error(guest, what, expected, got)) \
			return;                               \
	} while (0)
#define EXPECT_SAME(what, expected, got, size)                     \
	do {                                                       \
		if (!guest_same(guest, what, expected, got, size)) \
			return;                                    \
	} while (0)
#define EXPECT_STATUS(command, status, error, reply)                     \
	do {                                                             \
		if (!guest_status(guest, command, status, error, reply)) \
			return;                                          \
	} while (0)
#define EXPECT(condition, ...)                          \
	do {                                            \
		if (!(condition)) {                     \
			guest_fail(guest, __VA_ARGS__); \
			return;                         \
		}                                       \
	} while (0)

/* selftest --stress: random requests and resets for so long; overwrites the first 65,536 blocks.
 * The same seed draws the same requests. 0, 1 on failure, or STATUS_INTERRUPTED. */
int guest_stress(struct block_device *device, uint64_t seconds, uint64_t seed);

/* Writes count random blocks at lba from a buffer at the given offset into a page, reads them back
 * into another such buffer, compares, and looks at the guard bytes around the buffer. Saves and
 * restores; the case may call it many times. False when the case is over. */
bool guest_round_trip(struct guest *guest, uint64_t lba, uint64_t count, size_t page_offset);

/* Block devices and requests: the seam between files and drivers. Addresses and counts are in
 * logical blocks. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/block/segment.h"

#define BLOCK_NAME_MAX 32

struct block_device;
struct block_request;

enum block_operation {
	BLOCK_READ,
	BLOCK_WRITE,
	/* The others move no data: no segments. */
	BLOCK_FLUSH,
	BLOCK_DISCARD, /* nobody needs the blocks: what they hold from now on is not said */
	BLOCK_WRITE_ZEROES,
	BLOCK_VERIFY, /* whether the blocks could be read */
	/* Of zoned devices, about whole zones */
	BLOCK_ZONE_REPORT, /* into the one segment: a struct block_zone for each */
	BLOCK_ZONE_OPEN,
	BLOCK_ZONE_CLOSE,
	BLOCK_ZONE_FINISH,
	BLOCK_ZONE_RESET,
};

/* Flags beside the operation */
#define BLOCK_FUA	 0x10u /* of writes and zeroes: on stable media once it is complete */
#define BLOCK_DEALLOCATE 0x20u /* of zeroes: the blocks need not keep their place there */
#define BLOCK_FLAGS	 (BLOCK_FUA | BLOCK_DEALLOCATE)

/* One request of any size. The caller fills the first part and keeps everything alive and unmoved
 * until done. */
struct block_request {
	unsigned operation; /* enum block_operation, and flags */
	uint64_t lba;
	uint64_t count;
	const struct block_segment *segments; /* in sum count * block_size bytes, or none */
	unsigned segment_count;
	void (*done)(struct block_request *request); /* called once, from block_poll() or
							block_submit(); may be NULL */
	void *context;				     /* the caller's own */

	/* filled by the block layer and the driver */
	int error;		/* 0 or a negative errno, valid once complete is true */
	unsigned parts_pending; /* of it at the device, and one more until all has been sent */
	uint16_t status; /* the device's own status of the first failed part (NVMe: SCT << 8 | SC),
			    0 if none */
	bool complete;
	bool cancelled;	    /* block_cancel() was called */
	bool repeated;	    /* some of it was sent to the device more than once */
	uint64_t error_lba; /* where error is: first logical block of the first failed part */
	struct block_device *device;
	struct block_request *next; /* driver's queue of requests or parts that wait for a slot */
};

struct block_operations {
	/* Starts the request (checked: inside the device, segments add up). Does not wait; when the
	 * device's queue is full the driver queues the rest itself. Completes it by
	 * block_complete(), perhaps before returning. */
	void (*submit)(struct block_device *device, struct block_request *request);
	/* The same for what nearly all are: a read or a write, without flags, of one segment. May
	 * be the same function. */
	void (*submit_usual)(struct block_device *device, struct block_request *request);
	/* Reaps completions; returns how many requests or parts made progress. Never waits. */
	unsigned (*poll)(struct block_device *device);
	/* One turn of a waiting loop after poll() found nothing: rests, for as long as nothing can
	 * happen at most. May be NULL. */
	void (*wait)(struct block_device *device);
	/* Hurries a request that nobody wants any more: see block_cancel(). May be NULL. */
	void (*cancel)(struct block_device *device, struct block_request *request);
	/* While plugged, started requests need not be shown to the device: they are all at once
	 * when unplugged or polled. May be NULL. */
	void (*plug)(struct block_device *device, bool plugged);
};

/* The states of a zone, numbered as in ZNS */
enum block_zone_state {
	BLOCK_ZONE_IS_EMPTY = 0x1,
	BLOCK_ZONE_IS_IMPLICITLY_OPEN = 0x2,
	BLOCK_ZONE_IS_EXPLICITLY_OPEN = 0x3,
	BLOCK_ZONE_IS_CLOSED = 0x4,
	BLOCK_ZONE_IS_READ_ONLY = 0xd,
	BLOCK_ZONE_IS_FULL = 0xe,
	BLOCK_ZONE_IS_OFFLINE = 0xf,
};

/* Its first blocks, as many as its capacity, are written in order at the write pointer, and all
 * again after a reset. */
struct block_zone {
	uint64_t start;
	uint64_t capacity;
	uint64_t write_pointer; /* its end where the zone takes no more */
	uint8_t state;
	bool reset_recommended;
};

/* Of a host-managed device; what is 0 else. */
struct block_zones {
	uint64_t size;	     /* blocks of each zone */
	uint64_t count;	     /* zones; blocks behind the last one cannot be written */
	uint32_t max_open;   /* 0: any number */
	uint32_t max_active; /* 0: any number */
	uint32_t append_max; /* bytes of a Zone Append */
};

/* What a device prefers, and how much it does at once, in bytes. Requests may be larger or lie
 * elsewhere. */
struct block_limits {
	uint32_t physical_size; /* is written whole or not at all, even without power */
	uint32_t io_min;	/* less is written at a cost */
	uint32_t io_optimal;	/* 0: not said, as below */
	uint32_t boundary;	/* reads and writes are better not across multiples of it */
	uint32_t discard_granularity;
	/* 0: such requests are refused. */
	uint64_t discard_max; /* of a range; a command may have several */
	uint64_t write_zeroes_max;
	uint64_t verify_max;
	/* Of copies within the device, for who sends them past the block layer: bytes of a range
	 * and of a command, and its ranges; 0: there are none */
	uint64_t copy_range_max, copy_max;
	uint32_t copy_ranges_max;
	bool fua;	  /* false: those with BLOCK_FUA are refused */
	bool fua_ignored; /* nevertheless only a Flush brings them to stable media */
};

struct block_device {
	char name[BLOCK_NAME_MAX]; /* "my_nvme0n1" */
	uint32_t block_size;	   /* bytes, a power of two from 512 */
	uint64_t block_count;
	uint32_t
		transfer_max; /* bytes one device command carries; a hint, requests may be larger */
	union {
		struct {
			bool read_only; /* the device says so */
			bool locked;	/* and so does somebody here: block_lock() */
			bool gone;	/* removed or failed: new requests complete with -ENODEV */
		};
		uint32_t restricted; /* any of them */
	};
	const char *model, *serial; /* for lsblk, may be "" or NULL */
	const struct block_operations *operations;
	void *driver_data;
	void *file_data; /* the file layer's buffer for this device */
	void (*file_removed)(struct block_device *device); /* its hook in block_unregister() */
	struct block_device *next;
	struct block_limits limits;
	struct block_zones zones;
};

/* Registered devices are found by name and listed in the order of their registration. 0 or -EEXIST.
 */
int block_register(struct block_device *device);
void block_unregister(struct block_device *device);
struct block_device *block_find(const char *name);
struct block_device *block_first(void);

/* Whether writes fail with -EROFS: for the device's own reason, or because it was locked. */
static inline bool block_read_only(const struct block_device *device)
{
	return device->read_only || device->locked;
}
void block_lock(struct block_device *device, bool locked);

/* Checks the request and starts it; bad ones complete at once with -EINVAL, -ENOSPC (write past the
 * end), -EIO (read past the end), -EROFS, -ENODEV, -EOPNOTSUPP (see struct block_limits). */
static inline void block_submit(struct block_device *device, struct block_request *request);
unsigned block_poll(struct block_device *device);
/* In a loop that waits for the device, after block_poll() found nothing: rests, for as long as
 * nothing can happen at most. False: the device has no way to, and the loop goes on. */
bool block_rest(struct block_device *device);
/* Between block_plug() and block_unplug() requests are only collected: the device learns of all of
 * them together, which is cheaper. Polling shows them too. */
void block_plug(struct block_device *device);
void block_unplug(struct block_device *device);
/* Polls until the request is complete; returns its error. Drivers complete every request within
 * their deadlines, so this ends. Not from done(). */
int block_wait(struct block_request *request);
/* The same, but no longer than until give_up() says so: false then, and the request is under way.
 */
bool block_wait_unless(struct block_request *request, bool (*give_up)(void));
/* Nobody wants the request any more: what the device has of it is aborted as far as it can be, and
 * nothing more is sent. It completes as ever, perhaps at once, perhaps much later (with -EINTR,
 * unless it succeeds): its memory is the device's until then. */
void block_cancel(struct block_request *request);
/* Whether it is what nearly all are: a read, or a write, of one segment that may go to the driver.
 */
static inline bool block_is_usual(const struct block_device *device,
				  const struct block_request *request)
{
	return request->operation <= BLOCK_WRITE && !device->restricted &&
	       request->lba < device->block_count &&
	       request->count - 1 < device->block_count - request->lba && /* nor 0 */
	       request->segment_count == 1 &&
	       request->segments->size == request->count * device->block_size;
}

/* Checks all others. */
void block_submit_unusual(struct block_device *device, struct block_request *request);

__attribute__((always_inline)) static inline void block_submit(struct block_device *device,
							       struct block_request *request)
{
	request->error = 0;
	request->parts_pending = 1;
	request->status = 0;
	request->complete = false;
	request->cancelled = false;
	request->device = device;
	if (__builtin_expect(block_is_usual(device, request), true))
		device->operations->submit_usual(device, request);
	else
		block_submit_unusual(device, request);
}

/* For drivers: the request is finished. */
static inline void block_complete(struct block_request *request, int error)
{
	request->error = error;
	request->complete = true;
	if (request->done)
		request->done(request);
}

/* What is left of a request's operation without its flags. */
static inline enum block_operation block_operation(const struct block_request *request)
{
	return (enum block_operation)(request->operation & ~BLOCK_FLAGS);
}
/* Whether it changes blocks: Flush does not. */
static inline bool block_changes(enum block_operation operation)
{
	return operation == BLOCK_WRITE || operation == BLOCK_DISCARD ||
	       operation == BLOCK_WRITE_ZEROES || operation >= BLOCK_ZONE_OPEN;
}

static inline bool block_is_zoned(const struct block_device *device)
{
	return device->zones.size != 0;
}

/* Synchronous helpers over one buffer, or none. 0 or a negative errno. */
int block_read(struct block_device *device, uint64_t lba, uint64_t count, void *buffer);
int block_write(struct block_device *device, uint64_t lba, uint64_t count, const void *buffer);
int block_flush(struct block_device *device);
int block_discard(struct block_device *device, uint64_t lba, uint64_t count);
int block_write_zeroes(struct block_device *device, uint64_t lba, uint64_t count, unsigned flags);
int block_verify(struct block_device *device, uint64_t lba, uint64_t count);
/* count zones from the one on that begins at lba: -EINVAL where none does, -EOPNOTSUPP where there
 * are none. BLOCK_ZONE_OPEN and so on. */
int block_zone_report(struct block_device *device, uint64_t lba, struct block_zone *zones,
		      uint64_t count);
int block_zone_manage(struct block_device *device, enum block_operation operation, uint64_t lba,
		      uint64_t count);

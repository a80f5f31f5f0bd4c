/* What the driver of the course consists of: the functions that a student writes in driver.c, step
 * by step. They are called in the order in which they stand here, for one controller. Each returns
 * 0 or a negative errno; -ENOSYS is for what is not written yet. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Step 1: the function, BAR0, and what the controller can do
 */

struct driver_found {
	unsigned bus, device, function;
	uint64_t bar0; /* its address */
	uint64_t cap;
	uint32_t vs;
	unsigned queue_entries;	  /* that a queue may have */
	unsigned doorbell_stride; /* bytes from one doorbell to the next */
	unsigned ready_ms;	  /* that CSTS.RDY may take, by CAP.TO: 0 where that is 0 */
};

/* Finds the first QEMU NVMe controller (1b36:0010) on bus 0, lets it decode memory and reach
 * memory, maps BAR0 as far as the doorbells of two queue pairs, and reads CAP and VS. -ENODEV:
 * there is none, or it reads all ones. */
int driver_find(struct driver_found *found);

/*
 * Step 2: off and on
 */

/* CC.EN = 0, whatever the firmware left, and waits until CSTS.RDY is 0. -ETIMEDOUT: it takes longer
 * than CAP.TO; -ENODEV: the controller reads all ones. */
int driver_disable(void);
/* CC.EN = 1 with the NVM command set, pages of 4,096 bytes and the entry sizes of I/O queues, and
 * waits until CSTS.RDY is 1. -ETIMEDOUT, -ENODEV; -EIO: CSTS.CFS. */
int driver_enable(void);

/*
 * Step 3: the admin queue. driver_admin_queue() is called between driver_disable() and
 * driver_enable(), the others after that.
 */

/* Makes the admin submission queue and completion queue, and tells AQA, ASQ and ACQ. -ENOMEM. */
int driver_admin_queue(void);

struct driver_controller {
	char serial[21], model[41], firmware[9]; /* without the blanks behind them */
	uint32_t namespaces;			 /* NN */
	size_t transfer_max;			 /* bytes of one command, by MDTS; 0: no limit */
	bool volatile_cache;			 /* VWC */
};

/* Identify Controller. -EIO: the command failed; -ETIMEDOUT: it takes longer than 5 s; -ENOMEM: no
 * page for its data. */
int driver_identify_controller(struct driver_controller *controller);

struct driver_namespace {
	uint64_t blocks; /* NSZE */
	unsigned block_size;
};

/* Identify Namespace: its size and the size of a block in the format that it has. The last one that
 * was identified is the one that is read and written from then on; a call that fails changes
 * nothing. Errors as above. */
int driver_identify_namespace(uint32_t nsid, struct driver_namespace *namespace);

/*
 * Step 4: I/O queues, and the block device
 */

/* Number of Queues, then one I/O completion queue and one I/O submission queue, both with ID 1.
 * -EIO, -ETIMEDOUT, -ENOMEM. */
int driver_io_queues(void);
/* Blocks of the namespace into the buffer, or out of it. The buffer may begin at any multiple of 4
 * and be of any size: it takes as many commands as MDTS asks for. -EINVAL: no blocks, or beyond the
 * namespace's end; -EIO: the command failed, or a block is more than one command may move;
 * -ETIMEDOUT. */
int driver_read(uint64_t lba, unsigned blocks, void *buffer);
int driver_write(uint64_t lba, unsigned blocks, const void *buffer);
/* What was written before is on stable media when it returns. */
int driver_flush(void);

/*
 * Step 5: interrupts
 */

/* Called before driver_io_queues(): from now on the driver waits for commands of the I/O queue by
 * halting until vector 1 interrupts. Where that cannot be had it polls, and returns 0 all the
 * same. */
int driver_interrupts(void);

/*
 * Step 6: when things go wrong. A command whose status allows it (DNR is 0) is repeated, some times.
 * One that takes longer than 5 s is aborted; where it does not end within a second more, the
 * controller is reset. Both ends in -ETIMEDOUT, for whatever was under way.
 */

/* SCT << 8 | SC of the last command that failed; 0 before one did. */
unsigned driver_status(void);
/* Off and on again: everything that step 2 to 4 made is there afterwards, and what was under way
 * is over. -ETIMEDOUT, -ENODEV, -EIO. */
int driver_reset(void);

/*
 * Step 7: how fast
 */

/* A read or a write of at most DRIVER_PART bytes. The driver has it from driver_submit() until it
 * is done. */
struct driver_request {
	bool write;
	uint64_t lba;
	unsigned blocks;
	void *buffer;
	int error; /* 0 or a negative errno, once it is done */
	bool done;
};

#define DRIVER_PART  131072u /* bytes */
#define DRIVER_DEPTH 32u     /* requests at the same time, at least, where CAP.MQES has room */

/* Puts a request's command into the submission queue. The controller need not know of it before
 * driver_ring(). -EAGAIN: the driver has as many as it can; -EINVAL. */
int driver_submit(struct driver_request *request);
/* Shows the controller all that was submitted, by one doorbell. */
int driver_ring(void);
/* Takes all completions that there are, without waiting for others, and sets done; looks after the
 * deadlines as well. Returns how many requests were done. */
int driver_poll(void);

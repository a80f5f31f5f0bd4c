/* The driver on a simulated controller: what its tests begin and end with. */
#pragma once

#include "drivers/block/block.h"
#include "drivers/nvme/nvme.h"
#include "lib/prng.h"
#include "tests/sim/controller.h"

/* Of I/O commands, where the options do not say another. */
#define DEADLINE (30 * S)

struct driver {
	struct sim_controller *sim;
	struct nvme_controller *controller;
	struct block_device *device; /* the first namespace; NULL if there is none */
};

/* Starts the driver; the test fails when it does not start. config and options may be NULL. */
void driver_start(struct driver *driver, const struct sim_config *config,
		  const struct nvme_options *options);
/* The same, but returns what nvme_attach() does. */
int driver_try(struct driver *driver, const struct sim_config *config,
	       const struct nvme_options *options);
/* The same, with a fault (NULL: none) in the controller from the beginning. */
int driver_try_with(struct driver *driver, const struct sim_config *config,
		    const struct nvme_options *options, const struct sim_fault *fault);
/* Orderly end. The test fails when the driver did something illegal, or keeps memory. */
void driver_stop(struct driver *driver);

/* The same, of one that must be at work at the end, whatever faults it had. */
void driver_finish(struct driver *driver);

/* For TESTS(): *state is a driver that was started without options; driver_finish() follows. */
int driver_set_up(void **state);
int driver_tear_down(void **state);
#define DRIVER_TEST(function) \
	cmocka_unit_test_setup_teardown(function, driver_set_up, driver_tear_down)

/* Valid until the next call. */
static inline const struct nvme_statistics *statistics(const struct driver *driver)
{
	static struct nvme_statistics now;

	now = nvme_statistics(driver->controller);
	return &now;
}
/* For sim_config.hooks.data: Identify Controller has Command Retry Delay Times of 200 ms, 1 s and
 * 6553.5 s. */
void driver_say_delays(void *context, uint16_t queue, const uint8_t command[64], uint8_t *bytes,
		       size_t size);
/* For nvme_options: what every driver here has that brings no bus_master() of its own. */
void driver_bus_master(struct nvme_pci *pci, bool on);
/* nvme_attach() for a controller that is there: 0 or its error. options may be NULL. */
int driver_attach(struct sim_controller *sim, const struct nvme_options *options,
		  struct nvme_controller **controller);
/* Value is the status, too. */
void driver_add_fault_to(struct driver *driver, int queue, enum sim_fault_kind kind, int opcode,
			 unsigned skip, unsigned count, uint64_t value);
/* In I/O queue 1. */
void driver_add_fault(struct driver *driver, enum sim_fault_kind kind, int opcode, unsigned skip,
		      unsigned count, uint64_t value);
/* An idle machine: polled now and then. */
void driver_idle(uint64_t ns);
/* Reads block 5 while it holds a pattern, and compares. The time that this took; in *error what the
 * read returned (error may be NULL: 0 then). */
uint64_t driver_read(struct driver *driver, int *error);
/* Fails the test unless driver_read() has that error, after least to most nanoseconds. */
void assert_read(struct driver *driver, int error, uint64_t least, uint64_t most);
/* Fails the test unless the controller is live, reads at once, and nothing was illegal. */
void assert_works(struct driver *driver);

/* Reads of the first blocks, one each, that are in flight together. */
#define READS_MAX    64
#define IN_TWO_LANES 33 /* so many at once: the last one goes to the second lane (io.c) */
struct reads {
	struct block_request requests[READS_MAX];
	struct block_segment segments[READS_MAX];
	uint8_t bytes[READS_MAX][512];
	unsigned count;
};

void reads_start(struct reads *reads, struct driver *driver, unsigned count);
/* Starts the driver on a controller with delays, and a read that waits for one of 200 ms. */
void reads_start_delayed(struct reads *reads, struct driver *driver);
/* Waits for all of them; the test fails unless each ends with that error. */
void reads_finish(struct reads *reads, int error);

/* Fails the test unless the words occur in text in this order; NULL ends them. */
void assert_order(const char *text, const char *const *words);
/* Fails the test unless text is in the driver's log. */
void assert_logged(const char *text);
void assert_not_logged(const char *text);
/* Fails the test if the host did something illegal so far. */
void assert_legal(struct driver *driver);

/* A device file in memory: what each block ought to hold. Writes go to both, reads are compared. */
struct model {
	struct block_device *device;
	uint8_t *bytes;
	uint64_t blocks;
	struct prng prng;
	struct transfer *transfers;
	unsigned running, started, finished, failed, repeated;
	bool may_fail; /* errors are counted, not fatal */
	bool aligned;  /* only buffers that need no bounce buffer */
};

struct model *model_create(struct block_device *device, uint64_t seed);
/* Does count random requests (reads, writes, flushes; sizes up to blocks_max; aligned and scattered
 * buffers), at most depth at once, none overlapping another. */
void model_run(struct model *model, unsigned count, unsigned depth, unsigned blocks_max);
/* All that in one: a model, so many requests, everything compared. */
void model_exercise(struct block_device *device, uint64_t seed, unsigned count, unsigned depth,
		    unsigned blocks_max);
/* Starts up to depth requests and does not wait. */
void model_start(struct model *model, unsigned depth, unsigned blocks_max);
/* Waits until nothing runs. The test fails when simulated time passes limit_ns before. */
void model_finish(struct model *model, uint64_t limit_ns);
/* Compares the whole device with the model, by reads through the driver. */
void model_verify(struct model *model);
void model_destroy(struct model *model);
/* Both, one after the other. */
void model_end(struct model *model);

/* A job while it runs: its commands, its counters, and the states that it goes through. */
#pragma once

#include "kernel/commands/fio/histogram.h"
#include "kernel/commands/fio/order.h"
#include "kernel/commands/fio/target.h"
#include "kernel/commands/fio/zones.h"

#define FIO_TARGETS_MAX	   8
#define FIO_LEVELS	   7
#define FIO_LATENCY_RANGES 32
/* How often bandwidth is sampled. */
#define FIO_SAMPLE_NS (500 * NS_PER_MS)

/* Of one direction. */
struct fio_counters {
	struct fio_histogram clat; /* from its submission to its end, ns */
	struct fio_summary slat, lat;
	struct fio_summary bandwidth, iops; /* samples: KiB/s, commands/s */
	uint64_t bytes;
	uint64_t runtime_ms;
	uint64_t sampled_bytes, sampled_count;
};

struct fio_results {
	struct fio_counters directions[FIO_DIRECTIONS];
	uint64_t levels[FIO_LEVELS];			     /* by depth: 1, 2, 4 .. >=64 */
	uint64_t submits[FIO_LEVELS], completes[FIO_LEVELS]; /* at once: 0, 4, 8 .. >=64 */
	uint64_t latencies[FIO_LATENCY_RANGES];		     /* fio_latency_limits */
	uint64_t zone_resets;
	uint64_t errors;
	uint64_t elapsed_ms;
	int error; /* the first, positive */
};

/* The ends of the ranges of latencies in ns; the last has none. */
extern const uint64_t fio_latency_limits[FIO_LATENCY_RANGES - 1];

enum fio_state { FIO_WAITS, FIO_RUNS, FIO_VERIFIES, FIO_ENDED };

struct fio_job {
	struct fio_options options;
	unsigned number, group, member; /* of all; the group's; of its numjobs */
	struct fio_target targets[FIO_TARGETS_MAX];
	struct fio_order orders[FIO_TARGETS_MAX];
	struct fio_zones zones[FIO_TARGETS_MAX];
	unsigned target_count, turn;
	struct fio_unit *free;
	unsigned in_flight;

	enum fio_state state;
	bool stopping; /* no more commands in this state */
	bool killed;   /* no verification follows either */
	bool ramping;
	uint64_t start_ns, next_sample_ns;
	uint64_t begun_bytes, limit_bytes;
	uint64_t begun, limit;
	uint64_t written; /* commands that a verification repeats */
	/* rate=: when the next command is due, ns to the byte or command in 2^-20 */
	uint64_t due_ns[FIO_DIRECTIONS], byte_cost[FIO_DIRECTIONS], command_cost[FIO_DIRECTIONS];
	bool held; /* held_place is next, and not due yet */
	struct fio_place held_place;
	unsigned held_target;
	uint64_t ended; /* commands since the last turn */

	struct fio_results results;
};

/* Opens what it works on and gets its memory. Ends the process with a message where it cannot be
 * run. Nothing is written. */
void fio_job_prepare(struct fio_job *job);
/* Begins: its delay counts from now_ns. */
void fio_job_start(struct fio_job *job, uint64_t now_ns);
/* Starts what is due and ends what is finished; whether anything was. */
bool fio_job_turn(struct fio_job *job, uint64_t now_ns);
/* Ends as soon as its commands have. */
void fio_job_stop(struct fio_job *job);
/* Adds the results of another job of its group. */
void fio_results_merge(struct fio_results *into, const struct fio_results *from);

/* A job while it runs: its commands, its counters, and the states that it goes through. */
#pragma once

#include "kernel/commands/fio/log.h"
#include "kernel/commands/fio/order.h"
#include "kernel/commands/fio/results.h"
#include "kernel/commands/fio/target.h"
#include "kernel/commands/fio/units.h"
#include "kernel/commands/fio/zones.h"

#define FIO_TARGETS_MAX 8
/* How often bandwidth is sampled. */
#define FIO_SAMPLE_NS (500 * NS_PER_MS)

enum fio_state { FIO_WAITS, FIO_RUNS, FIO_FLUSHES, FIO_VERIFIES, FIO_ENDED };

/* What is next, and has not begun yet. */
struct fio_next {
	struct fio_place place;
	unsigned target;
	bool known;
	bool new_pass;	  /* the first of another pass over all targets */
	uint64_t skipped; /* since the last one that began */
};

struct fio_bare;
struct fio_loop;

struct fio_job {
	struct fio_options options;
	unsigned number, group, member; /* of all; the group's; of its numjobs */
	struct fio_target targets[FIO_TARGETS_MAX];
	struct fio_order orders[FIO_TARGETS_MAX];
	struct fio_zones *zones[FIO_TARGETS_MAX]; /* NULL: places stay where they are */
	unsigned target_count, turn;
	struct fio_units units;
	unsigned in_flight;
	bool one_by_one;       /* of what it writes: never two commands at a time */
	bool collects;	       /* all of its targets do */
	uint64_t together_ns;  /* since when commands are sent that go out together; 0: none are */
	struct fio_unit *sent; /* the last of those */

	enum fio_state state;
	bool is_loop;
	struct fio_loop *loop; /* written by loop.c; NULL: it goes through the block layer */
	struct fio_bare *bare; /* written by loop.c; NULL: each command is one of its units */
	bool rests;	       /* an interrupt tells that some of its commands have ended */
	/* The first command that failed, once untold is set; CPU 0 tells it, and resets that. */
	struct fio_unit failure;
	bool untold;

	bool stopping; /* no more commands in this state */
	bool killed;   /* no verification follows either */
	bool resumes;  /* what runs is verified now and then: verify_backlog= */
	bool ramping;
	uint64_t start_ns, next_sample_ns; /* of the state */
	uint64_t spent_ns[FIO_DIRECTIONS], elapsed_ns;
	uint64_t killed_ns; /* when somebody wanted its commands to end; 0: nobody did */
	uint64_t begun_bytes, limit_bytes;
	uint64_t begun, limit;
	/* What a verification repeats: commands, from the first of those that are checked */
	uint64_t written, written_from;
	bool sizes_vary;		     /* of the commands */
	struct fio_written_list writes_kept; /* where it does not repeat the order */
	/* rate=: when the next command is due, ns to the byte or command in 2^-20 */
	uint64_t due_ns[FIO_DIRECTIONS], byte_cost[FIO_DIRECTIONS], command_cost[FIO_DIRECTIONS];
	struct fio_next next;
	/* what was found, and due, when a verification came between: it begins behind that */
	struct fio_next next_then;
	bool syncs_then;
	uint64_t writes;  /* begun; fsync= counts them */
	bool syncs;	  /* a Flush is due before the next command */
	unsigned flushed; /* targets that the flush at the end has come to */

	struct fio_results results;
	struct fio_log log;
	uint64_t counted_ns; /* when counting began, and the times in the log do */
};

/* Opens what it works on and gets its memory; zones are those that the jobs have so far. Nothing is
 * written. 0, or the negative errno for which the job is not run: it has been told. */
int fio_job_prepare(struct fio_job *job, struct fio_zones **zones);
/* Begins: its delay counts from now_ns. */
void fio_job_start(struct fio_job *job, uint64_t now_ns);
/* Ends what is finished and starts what is due. False: another turn is of no use before a command
 * of its ends, or time passes. */
bool fio_job_turn(struct fio_job *job, uint64_t now_ns);
/* When something changes with time alone, while it runs. */
uint64_t fio_job_due_ns(const struct fio_job *job);
/* Ends as soon as its commands have. */
void fio_job_stop(struct fio_job *job);
/* The same, and nobody wants its commands any more: what does not end soon is left behind. */
void fio_job_kill(struct fio_job *job, uint64_t now_ns);
/* Whether somebody wanted its commands to end, and gave them time for it, in vain. */
bool fio_job_is_stuck(const struct fio_job *job, uint64_t now_ns);
/* Whether nothing can be done for it before a command of its ends. */
bool fio_job_waits(const struct fio_job *job);

/* write_bw_log=, write_iops_log=, write_lat_log=: each command, or what there was in each of so
 * many milliseconds, kept in memory until the job is over. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kernel/commands/fio/options.h"

/* A command, or count of them that ended within span_ms. */
struct fio_log_entry {
	uint32_t ms, span_ms; /* since the job began; 0: one command */
	uint32_t count;
	uint32_t direction;
	uint64_t bytes, offset;
	uint64_t slat, clat; /* ns, in sum */
};

struct fio_log {
	struct fio_log_entry *entries;
	uint64_t count, room;
	struct fio_log_entry sums[FIO_DIRECTIONS]; /* log_avg_msec= */
	uint64_t begin_ms, last_ms;		   /* of the time that they are about */
	bool lost;				   /* there was no memory for all of it */
};

static inline bool fio_log_wanted(const struct fio_options *options)
{
	return options->bandwidth_log.wanted || options->iops_log.wanted ||
	       options->latency_log.wanted;
}
/* One more command. */
void fio_log_add(struct fio_log *log, const struct fio_options *options,
		 const struct fio_log_entry *entry);
/* Writes the files, each with the number in its name. 0, or a negative errno that has been told. */
int fio_log_write(struct fio_log *log, const struct fio_options *options, unsigned number);

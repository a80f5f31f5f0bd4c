/* The results in fio's forms. */
#pragma once

#include "kernel/commands/fio/job.h"

/* What is reported as one: a job, or with group_reporting those of a group. */
struct fio_entry {
	const struct fio_job *job; /* the first */
	unsigned jobs;
	struct fio_results *results;
};

struct fio_group {
	struct {
		uint64_t bytes, min_run, max_run, min_bw, max_bw; /* ms, bytes/s */
	} directions[FIO_DIRECTIONS];
};

struct fio_report {
	const struct fio_entry *entries;
	unsigned entry_count;
	const struct fio_group *groups;
	unsigned group_count;
	const struct fio_options *global;
	uint64_t wall_s, wall_ms;
	bool bins;		/* json+ */
	unsigned terse_version; /* 3 or 4 */
};

#define FIO_VERSION "fio-3.33"

void fio_report_normal(const struct fio_report *report);
void fio_report_json(const struct fio_report *report);
void fio_report_terse(const struct fio_report *report);

/* What the forms have in common. Shares are millionths of a percent. */
#define FIO_TIME_TEXT 32
char *fio_time_text(char text[FIO_TIME_TEXT], uint64_t seconds);
uint64_t fio_per_second(uint64_t amount, uint64_t ms);
/* The share of a count, at least `least` where there is any. */
uint64_t fio_share(uint64_t count, uint64_t total, uint64_t least);
/* Bandwidth of a job in percent of its group's. */
uint64_t fio_of_group(const struct fio_report *report, const struct fio_entry *entry,
		      enum fio_direction direction);
uint64_t fio_total(const struct fio_results *results);
extern const char *const fio_direction_names[FIO_DIRECTIONS];
/* Of iodepth, and of what is submitted or completed at once. */
extern const char *const fio_depth_names[FIO_LEVELS], *const fio_batch_names[FIO_LEVELS];
void fio_level_shares(const uint64_t counts[FIO_LEVELS], uint64_t shares[FIO_LEVELS]);
/* The ranges of latencies whose ends are named in nanoseconds, microseconds and milliseconds begin
 * here; the last one is the end. */
#define FIO_RANGE_UNITS 3
extern const unsigned fio_range_first[FIO_RANGE_UNITS + 1];
/* The end of a range in its unit: "250"; of the last the beginning: ">=2000". */
char *fio_range_name(char text[FIO_NUMBER_TEXT], unsigned range);
uint64_t fio_range_share(const struct fio_results *results, unsigned range);

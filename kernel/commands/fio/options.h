/* What a job is asked to do, and the table of the options that ask for it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The directions of a command, as they are counted. */
enum fio_direction { FIO_READ, FIO_WRITE, FIO_TRIM, FIO_DIRECTIONS };

/* rw=: the directions, and what else it says. */
#define FIO_RW_READ   (1u << FIO_READ)
#define FIO_RW_WRITE  (1u << FIO_WRITE)
#define FIO_RW_TRIM   (1u << FIO_TRIM)
#define FIO_RW_RANDOM 0x08u
#define FIO_RW_ZEROES 0x10u /* writes are Write Zeroes */

/* verify=: numbered as in the header of a verified block. */
enum fio_verify {
	FIO_VERIFY_NONE = 0,
	FIO_VERIFY_META = 1,
	FIO_VERIFY_MD5 = 2,
	FIO_VERIFY_CRC32 = 4,
	FIO_VERIFY_CRC32C = 5,
	FIO_VERIFY_SHA256 = 9,
	FIO_VERIFY_PATTERN = 18,
	FIO_VERIFY_NULL = 20,
};

/* random_distribution= */
enum fio_distribution_kind { FIO_UNIFORM, FIO_ZIPF, FIO_PARETO, FIO_ZONED };

#define FIO_AREAS_MAX	    16
#define FIO_NAME_MAX	    64
#define FIO_PATH_MAX	    256
#define FIO_SPLITS_MAX	    16
#define FIO_PERCENTILES_MAX 20
#define FIO_PATTERN_MAX	    64
#define FIO_GIVEN_MAX	    1024
#define FIO_NO_VALUE	    "\1"
/* A share of the device instead of a number of bytes: percents above this bit. */
#define FIO_PERCENT (1ull << 63)

/* One size of bssplit=, and the percents of it and of those before it. */
struct fio_split {
	uint64_t size;
	uint64_t up_to;
};

/* Percents of the accesses and of the file, with those of the areas before it. */
struct fio_area {
	uint64_t accesses, sizes;
};

/* write_lat_log= and the like: whether there is one, and what its name begins with; "": the job's
 */
struct fio_log_option {
	bool wanted;
	char prefix[FIO_NAME_MAX];
};

/* Every number is a uint64_t: the table below writes them. */
struct fio_options {
	char name[FIO_NAME_MAX];
	char filename[FIO_PATH_MAX];
	char description[FIO_NAME_MAX];
	uint64_t rw;
	uint64_t bs[FIO_DIRECTIONS], bs_max[FIO_DIRECTIONS];
	struct fio_split splits[FIO_DIRECTIONS][FIO_SPLITS_MAX];
	unsigned split_count[FIO_DIRECTIONS];
	uint64_t size, io_size, offset, offset_increment;
	uint64_t iodepth, numjobs, loops, number_ios;
	uint64_t runtime_us, ramp_us, delay_us;
	uint64_t time_based, norandommap, rwmixread, rwmixwrite;
	uint64_t randseed;
	uint64_t distribution, distribution_parameter; /* millionths */
	struct fio_area areas[FIO_AREAS_MAX];
	uint64_t rate[FIO_DIRECTIONS], rate_iops[FIO_DIRECTIONS];
	uint64_t verify, do_verify, verify_fatal, verify_interval, verify_backlog, verify_dump;
	unsigned char pattern[FIO_PATTERN_MAX];
	unsigned pattern_size;
	uint64_t zero_buffers;
	uint64_t fsync, fdatasync; /* a Flush behind so many writes */
	uint64_t end_fsync;
	struct fio_log_option bandwidth_log, iops_log, latency_log;
	uint64_t log_average_ms, log_offset;
	uint64_t zoned;
	uint64_t cpus;		 /* a bit for each that may run it; 0: any */
	uint64_t without_effect; /* the last number that is checked and changes nothing */
	uint64_t stonewall, new_group, group_reporting;
	uint64_t percentiles[FIO_PERCENTILES_MAX];
	unsigned percentile_count;
	/* What was written for this job alone, for JSON: name, NUL, value, NUL, and so on;
	 * FIO_NO_VALUE for a value that is none. */
	char given[FIO_GIVEN_MAX];
	unsigned given_size;
};

void fio_options_init(struct fio_options *options);
enum fio_option_result { FIO_OPTION_TAKEN, FIO_OPTION_UNKNOWN, FIO_OPTION_BAD };
/* Takes NAME with its value, NULL where none is given. */
enum fio_option_result fio_option_set(struct fio_options *options, const char *name,
				      const char *value);
/* Lines for a message, each behind a line break, that say which values NAME may have; "" where there
 * is no list of them and no limit. */
void fio_option_values(const char *name, char *text, size_t size);
/* The name that reports have for it, in text or name itself where there is no other. */
const char *fio_option_first_name(const char *name, char text[32]);
/* The names one by one, for Tab; NULL behind the last. *value: whether one follows. */
const char *fio_option_name(unsigned index, bool *value);
/* The name that rw= has for it. */
const char *fio_rw_name(uint64_t rw);

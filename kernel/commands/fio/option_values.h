/* How the values of options are read. 0 or -EINVAL. */
#pragma once

#include "kernel/commands/fio/options.h"

/* "4k", "1g", "10%" (FIO_PERCENT), "0x1000". */
int fio_parse_size(const char *text, uint64_t *value);
/* "10", "5m", "100ms": microseconds, seconds where there is no unit. */
int fio_parse_time(const char *text, uint64_t *us);
/* "0,2-3": a bit for each CPU, 0 to 63. */
int fio_parse_cpus(const char *text, uint64_t *cpus);
/* bsrange=, bssplit=, verify_pattern=, percentile_list=. */
int fio_parse_range(struct fio_options *options, const char *text);
int fio_parse_splits(struct fio_options *options, const char *text);
int fio_parse_pattern(struct fio_options *options, const char *text);
int fio_parse_percentiles(struct fio_options *options, const char *text);
/* random_distribution= */
int fio_parse_distribution(struct fio_options *options, const char *text);
/* Up to so many bytes of text as a string of its own; false where there is no room. */
bool fio_piece(char *to, size_t room, const char *text, size_t size);

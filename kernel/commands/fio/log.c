/* Logs of a job's commands, in fio's form. */
#include "kernel/commands/fio/log.h"

#include "kernel/commands/command.h"
#include "kernel/commands/fio/number.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"

#define FIRST	 1024u
#define PATH	 (FIO_NAME_MAX + 32)
#define LINE	 128
#define BUFFER	 (32u << 10)
#define NS_IN_MS 1000000ull

enum value { BANDWIDTH, IOPS, SLAT, CLAT, LAT };

static void append(struct fio_log *log, const struct fio_log_entry *entry)
{
	if (log->count == log->room) {
		uint64_t room = log->room ? 2 * log->room : FIRST;
		struct fio_log_entry *more =
			process_realloc(log->entries, room * sizeof(log->entries[0]));

		if (!more) {
			log->lost = true;
			return;
		}
		log->entries = more;
		log->room = room;
	}
	log->entries[log->count++] = *entry;
}

/* What has come together by now becomes entries. */
static void close_span(struct fio_log *log, uint64_t ms)
{
	for (unsigned i = 0; i < FIO_DIRECTIONS; i++) {
		struct fio_log_entry *sum = &log->sums[i];

		if (!sum->count)
			continue;
		sum->ms = (uint32_t)ms;
		sum->span_ms = ms > log->begin_ms ? (uint32_t)(ms - log->begin_ms) : 1;
		sum->direction = i;
		append(log, sum);
	}
	memset(log->sums, 0, sizeof(log->sums));
	log->begin_ms = ms;
}

void fio_log_add(struct fio_log *log, const struct fio_options *options,
		 const struct fio_log_entry *entry)
{
	struct fio_log_entry *sum = &log->sums[entry->direction];

	if (!options->log_average_ms) {
		append(log, entry);
		return;
	}
	if (entry->ms - log->begin_ms >= options->log_average_ms)
		close_span(log, entry->ms);
	log->last_ms = entry->ms;
	sum->count++;
	sum->bytes += entry->bytes;
	sum->slat += entry->slat;
	sum->clat += entry->clat;
}

static uint64_t value_of(const struct fio_log_entry *entry, enum value value)
{
	uint64_t span = entry->span_ms;

	switch (value) {
	case BANDWIDTH:
		return span ? fio_divide((fio_wide)entry->bytes * 1000, span * 1024)
			    : fio_divide((fio_wide)entry->bytes * NS_IN_MS, entry->clat);
	case IOPS:
		return span ? fio_divide((fio_wide)entry->count * 1000, span) : entry->count;
	case SLAT:
		return entry->slat / entry->count;
	case CLAT:
		return entry->clat / entry->count;
	default:
		return (entry->slat + entry->clat) / entry->count;
	}
}

static long put(int fd, const char *text, size_t size)
{
	while (size) {
		long count = process_write(fd, text, size);

		if (count < 0)
			return count;
		text += count;
		size -= (size_t)count;
	}
	return 0;
}

static int write_entries(const struct fio_log *log, const struct fio_options *options, int fd,
			 enum value value, char *buffer)
{
	size_t size = 0;
	long error = 0;

	for (uint64_t i = 0; i < log->count && !error; i++) {
		const struct fio_log_entry *entry = &log->entries[i];
		int length = snprintf(buffer + size, LINE, "%u, %llu, %u, %llu", entry->ms,
				      (unsigned long long)value_of(entry, value), entry->direction,
				      entry->span_ms ? 0ull : (unsigned long long)entry->bytes);

		size += (size_t)length;
		if (options->log_offset)
			size += (size_t)snprintf(buffer + size, LINE, ", %llu",
						 (unsigned long long)entry->offset);
		size += (size_t)snprintf(buffer + size, LINE, ", 0\n"); /* its priority */
		if (size > BUFFER - 3 * LINE || i + 1 == log->count) {
			error = put(fd, buffer, size);
			size = 0;
		}
	}
	return (int)error;
}

static int write_log(const struct fio_log *log, const struct fio_options *options,
		     const struct fio_log_option *of, const char *kind, enum value value,
		     unsigned number, char *buffer)
{
	char path[PATH];
	int fd, error;

	if (!of->wanted)
		return 0;
	snprintf(path, sizeof(path), "%s_%s.%u.log", of->prefix[0] ? of->prefix : options->name,
		 kind, number);
	fd = process_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	error = fd < 0 ? fd : write_entries(log, options, fd, value, buffer);
	if (error >= 0)
		error = process_set_file(fd, NULL);
	else if (fd >= 0)
		process_set_file(fd, NULL);
	if (error)
		complain("%s: %s", path, error_text(-error));
	return error;
}

int fio_log_write(struct fio_log *log, const struct fio_options *options, unsigned number)
{
	static const struct {
		const char *kind;
		enum value value;
		size_t option;
	} files[] = {
		{"bw", BANDWIDTH, offsetof(struct fio_options, bandwidth_log)},
		{"iops", IOPS, offsetof(struct fio_options, iops_log)},
		{"slat", SLAT, offsetof(struct fio_options, latency_log)},
		{"clat", CLAT, offsetof(struct fio_options, latency_log)},
		{"lat", LAT, offsetof(struct fio_options, latency_log)},
	};
	char *buffer = process_alloc(BUFFER);
	int error = buffer ? 0 : -ENOMEM;

	if (log->lost || !buffer)
		complain("%s: no memory for all of its log", options->name);
	close_span(log, log->last_ms);
	for (unsigned i = 0; i < sizeof(files) / sizeof(files[0]) && !error; i++)
		error = write_log(log, options,
				  (const void *)((const char *)options + files[i].option),
				  files[i].kind, files[i].value, number, buffer);
	process_free(buffer);
	return error;
}

/* Commands that have ended: counted, verified, or complained of. */
#include "kernel/commands/fio/settle.h"

#include "kernel/commands/command.h"
#include "kernel/commands/fio/dump.h"
#include "kernel/commands/fio/verify.h"
#include "kernel/x86/time.h"
#include "lib/errno.h"

static void print_hex(const uint8_t *bytes, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		err("%02x", bytes[i]);
	err("\n");
}

static void describe_failure(const struct fio_unit *unit, const struct fio_verify_failure *failure)
{
	const char *name = unit->target->name;
	unsigned long long offset = failure->offset, size = failure->size;

	if (!failure->what) {
		err("verify: bad header %s at file %s offset %llu, length %llu (requested block: "
		    "offset=%llu, length=%llu)\n",
		    failure->header, name, offset, size, (unsigned long long)unit->offset,
		    (unsigned long long)unit->size);
		return;
	}
	err("%s: verify failed at file %s offset %llu, length %llu (requested block: offset=%llu, "
	    "length=%llu)\n",
	    failure->what, name, offset, size, (unsigned long long)unit->offset,
	    (unsigned long long)unit->size);
	if (!failure->digest_size)
		return;
	err("       Expected CRC: ");
	print_hex(failure->expected, failure->digest_size);
	err("       Received CRC: ");
	print_hex(failure->received, failure->digest_size);
}

void fio_fail(struct fio_job *job, int error)
{
	if (!job->results.error)
		job->results.error = error;
	job->results.errors++;
}

static void check(struct fio_job *job, struct fio_unit *unit)
{
	struct fio_verify_failure failure;

	/* Somebody has reset the zone meanwhile. */
	if (unit->zone && unit->zone->pass != unit->zone_pass)
		return;
	if (fio_verify_check(&job->options, unit->buffer, unit->size, unit->offset, &failure))
		return;
	if (!job->killed || !job->results.error) {
		describe_failure(unit, &failure);
		if (job->options.verify_dump)
			fio_dump(&job->options, unit, &failure);
	}
	fio_fail(job, EILSEQ);
	if (job->options.verify_fatal)
		fio_job_stop(job);
}

static const char *name_of(const struct fio_unit *unit)
{
	static const char *const names[] = {"read", "write", "trim"};

	if (unit->kind == FIO_UNIT_IO)
		return names[unit->direction];
	return unit->kind == FIO_UNIT_RESET ? "zone reset" : "sync";
}

void fio_failed(struct fio_job *job, const struct fio_unit *unit)
{
	int error = -unit->request.error;

	/* Nobody wanted it any more. */
	if (error == EINTR && job->killed_ns)
		return;
	if (!job->results.error) {
		job->failure = *unit;
		__atomic_store_n(&job->untold, true, __ATOMIC_RELEASE);
	}
	fio_fail(job, error);
	fio_job_stop(job);
}

/* Of what is done at once the end comes before it has been counted as submitted. */
static uint64_t submitted_ns(const struct fio_unit *unit)
{
	return unit->submitted < unit->ended ? unit->submitted : unit->ended;
}

static void keep(struct fio_job *job, const struct fio_unit *unit)
{
	uint64_t submitted = submitted_ns(unit);
	const struct fio_log_entry entry = {
		.ms = (uint32_t)((unit->ended - job->counted_ns) / NS_PER_MS),
		.count = 1,
		.direction = unit->direction,
		.bytes = unit->size,
		.offset = unit->offset,
		.slat = submitted - unit->begun,
		.clat = unit->ended - submitted};

	fio_log_add(&job->log, &job->options, &entry);
}

void fio_tell_failure(struct fio_job *job)
{
	const struct fio_unit *unit = &job->failure;

	if (!__atomic_load_n(&job->untold, __ATOMIC_ACQUIRE))
		return;
	job->untold = false;
	err("fio: %s: %s error on file %s: %s: offset=%llu, length=%llu\n", job->options.name,
	    name_of(unit), unit->target->name, error_text(-unit->request.error),
	    (unsigned long long)unit->offset, (unsigned long long)unit->size);
}

/* Adds a command to those that it was sent and found with, or counts these and begins anew. */
static void count(struct fio_results *results, const struct fio_unit *unit,
		  struct fio_together *together)
{
	if (!together->count || unit->ended != together->ended || unit->begun != together->begun) {
		if (together->count)
			fio_results_add(results, unit->direction, together);
		*together =
			(struct fio_together){unit->begun, submitted_ns(unit), unit->ended, 0, 0};
	}
	together->bytes += unit->size;
	together->count++;
}

static void settle_sync(struct fio_results *results, const struct fio_unit *unit)
{
	results->fsyncs += unit->kind == FIO_UNIT_FSYNC;
	fio_histogram_add(&results->flushes, unit->ended - submitted_ns(unit), 1);
}

static inline void settle(struct fio_job *job, struct fio_unit *unit, struct fio_together *together)
{
	if (unit->zone)
		fio_zone_done(unit->zone, unit->direction, unit->request.error);
	if (unit->request.error) {
		fio_failed(job, unit);
		return;
	}
	if (unit->kind != FIO_UNIT_IO) {
		if (unit->kind == FIO_UNIT_FSYNC || unit->kind == FIO_UNIT_FDATASYNC)
			settle_sync(&job->results, unit);
		return;
	}
	count(&job->results, unit, &together[unit->direction]);
	if (fio_log_wanted(&job->options))
		keep(job, unit);
	if (unit->checks)
		check(job, unit);
}

void fio_settle(struct fio_job *job)
{
	struct fio_together together[FIO_DIRECTIONS];
	struct fio_unit *unit = fio_units_ended(&job->units), *next;
	unsigned settled = 0;

	if (!unit)
		return;
	for (unsigned i = 0; i < FIO_DIRECTIONS; i++)
		together[i].count = 0;
	for (; unit; unit = next) {
		next = unit->next;
		settle(job, unit, together);
		fio_units_put(&job->units, unit);
		settled++;
	}
	job->in_flight -= settled;
	for (unsigned i = 0; i < FIO_DIRECTIONS; i++)
		if (together[i].count)
			fio_results_add(&job->results, (enum fio_direction)i, &together[i]);
	fio_results_batch(job->results.completes, settled);
}

/* fio: runs jobs of reads, writes and trims and reports how fast they were. Options, job files and
 * reports are those of fio 3.33. */
#include "kernel/commands/command.h"
#include "kernel/commands/fio/arguments.h"
#include "kernel/commands/fio/report.h"
#include "kernel/commands/fio/run.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "kernel/x86/time.h"
#include "lib/errno.h"
#include "lib/number.h"
#include "lib/string.h"

#define JOBS_MAX 64u
/* What fio ends with on Ctrl-C. */
#define STATUS_TERMINATED 128

struct run {
	struct fio_run run; /* first: what runs */
	struct fio_settings settings;
	unsigned group_count;
	struct fio_zones *zones; /* of the zoned devices */
};

/* numjobs makes several of one; stonewall begins a new group. */
static void make_jobs(struct run *run, const struct fio_job_list *list)
{
	bool any = false;

	run->run.jobs = alloc_or_fail(JOBS_MAX * sizeof(run->run.jobs[0]));
	for (unsigned i = 0; i < list->count; i++) {
		const struct fio_options *options = &list->jobs[i];

		if (run->settings.section && strcmp(run->settings.section, options->name) != 0)
			continue;
		if (run->settings.read_only && options->rw & (FIO_RW_WRITE | FIO_RW_TRIM))
			fail(1, "%s: job writes, but --readonly was given", options->name);
		if (any && (options->stonewall || options->new_group))
			run->group_count++;
		any = true;
		for (unsigned member = 0; member < options->numjobs; member++) {
			struct fio_job *job;

			if (run->run.job_count == JOBS_MAX)
				fail(1, "maximum number of jobs (%u) reached.", JOBS_MAX);
			job = alloc_or_fail(sizeof(*job));
			memset(job, 0, sizeof(*job));
			job->options = *options;
			job->number = run->run.job_count;
			job->group = run->group_count;
			job->member = member;
			run->run.jobs[run->run.job_count++] = job;
		}
	}
	if (!run->run.job_count)
		fail(1, "No job(s) defined");
	run->group_count++;
}

/* One that is refused costs itself: the others run. False: none does. */
static bool prepare_jobs(struct run *run)
{
	bool any = false;

	for (unsigned i = 0; i < run->run.job_count; i++) {
		struct fio_job *job = run->run.jobs[i];
		int error = fio_job_prepare(job, &run->zones);

		if (error) {
			job->results.error = -error;
			job->results.errors = 1;
			job->state = FIO_ENDED;
		}
		any |= !error;
	}
	return any;
}

static void announce(const struct run *run)
{
	static const char letters[] = "RWT";
	char low[FIO_NUMBER_TEXT], high[FIO_NUMBER_TEXT];

	for (unsigned i = 0; i < run->run.job_count; i++) {
		const struct fio_options *options = &run->run.jobs[i]->options;

		if (run->run.jobs[i]->member) {
			if (run->run.jobs[i]->member == 1)
				out("...\n");
			continue;
		}
		out("%s: (g=%u): rw=%s, bs=", options->name, run->run.jobs[i]->group,
		    fio_rw_name(options->rw));
		for (unsigned at = 0; at < FIO_DIRECTIONS; at++)
			out("(%c) %sB-%sB, ", letters[at], fio_short(low, options->bs[at], 4, 1024),
			    fio_short(high, options->bs_max[at], 4, 1024));
		out("ioengine=my_nvme, iodepth=%llu\n", (unsigned long long)options->iodepth);
	}
	out(FIO_VERSION "\nStarting %u process%s\n", run->run.job_count,
	    run->run.job_count == 1 ? "" : "es");
	out_flush();
}

/* Files that are open on the jobs' devices are written back before commands go past them, and read
 * anew behind. What concerns a device that has gone concerns no job. 0, or a negative errno that
 * has been told. */
static int settle_files(const struct run *run)
{
	int first = 0;

	for (unsigned i = 0; i < run->run.job_count; i++)
		for (unsigned at = 0; at < run->run.jobs[i]->target_count; at++) {
			struct fio_target *target = &run->run.jobs[i]->targets[at];
			int error = target->device ? files_refresh(target->device) : 0;

			if (!error || error == -ENODEV || first)
				continue;
			complain("cannot write back %s: %s", target->name, error_text(-error));
			first = error;
		}
	return first;
}

static void add_to_group(struct fio_group *group, const struct fio_results *results)
{
	for (unsigned i = 0; i < FIO_DIRECTIONS; i++) {
		const struct fio_counters *counters = &results->directions[i];
		uint64_t ms = counters->runtime_ms, bandwidth = fio_per_second(counters->bytes, ms);

		if (!ms)
			continue;
		if (!group->directions[i].max_run || ms < group->directions[i].min_run)
			group->directions[i].min_run = ms;
		if (!group->directions[i].max_run || bandwidth < group->directions[i].min_bw)
			group->directions[i].min_bw = bandwidth;
		if (ms > group->directions[i].max_run)
			group->directions[i].max_run = ms;
		if (bandwidth > group->directions[i].max_bw)
			group->directions[i].max_bw = bandwidth;
		group->directions[i].bytes += counters->bytes;
	}
}

static int report(const struct run *run, const struct fio_job_list *list)
{
	struct fio_entry *entries = alloc_or_fail(run->run.job_count * sizeof(*entries));
	struct fio_group *groups = alloc_or_fail(run->group_count * sizeof(*groups));
	struct fio_report report = {.entries = entries,
				    .groups = groups,
				    .group_count = run->group_count,
				    .global = &list->global,
				    .bins = run->settings.format == FIO_JSON_PLUS,
				    .terse_version = (unsigned)run->settings.terse_version};
	int status = run->run.interrupted ? STATUS_TERMINATED : 0;

	memset(groups, 0, run->group_count * sizeof(*groups));
	report.wall_s = time_wall_s();
	report.wall_ms = report.wall_s * 1000;
	for (unsigned i = 0; i < run->run.job_count; i++) {
		struct fio_job *job = run->run.jobs[i];
		struct fio_entry *last = &entries[report.entry_count - !!report.entry_count];

		if (job->results.error)
			status = 1;
		add_to_group(&groups[job->group], &job->results);
		if (job->options.group_reporting && report.entry_count &&
		    last->job->group == job->group) {
			fio_results_merge(last->results, &job->results);
			last->jobs++;
			continue;
		}
		entries[report.entry_count++] = (struct fio_entry){job, 1, &job->results};
	}
	if (run->settings.format == FIO_NORMAL)
		fio_report_normal(&report);
	else if (run->settings.format == FIO_TERSE)
		fio_report_terse(&report);
	else
		fio_report_json(&report);
	return status;
}

/* False: not all could be written. */
static bool write_logs(const struct run *run)
{
	bool written = true;

	for (unsigned i = 0; i < run->run.job_count; i++) {
		struct fio_job *job = run->run.jobs[i];

		if (fio_log_wanted(&job->options) && job->target_count)
			written &= !fio_log_write(&job->log, &job->options, i + 1);
	}
	return written;
}

static int fio_main(int argc, char **argv)
{
	struct run *run = alloc_or_fail(sizeof(*run));
	struct fio_job_list *list = alloc_or_fail(sizeof(*list));
	bool failed;
	int status;

	memset(run, 0, sizeof(*run));
	fio_arguments(&run->settings, list, argc, argv);
	if (run->settings.show) {
		fio_show_jobs(list);
		return 0;
	}
	make_jobs(run, list);
	if (run->settings.parse_only)
		return 0;
	process_hold_devices();
	if (!prepare_jobs(run) || !fio_run_choose_loops(&run->run) || settle_files(run))
		return 1;
	if (run->settings.format == FIO_NORMAL)
		announce(run);
	fio_run(&run->run);
	failed = settle_files(run) != 0;
	status = report(run, list);
	out_flush();
	failed |= !write_logs(run);
	return status ? status : failed;
}

static void fio_complete(struct completion *completion)
{
	char text[FIO_NAME_MAX];
	const char *names;
	bool value;

	for (unsigned i = 0; (names = fio_option_name(i, &value)); i++) {
		size_t length = strcspn(names, " ");

		memcpy(text, "--", 2);
		memcpy(text + 2, names, length);
		memcpy(text + 2 + length, value ? "=" : "", 2);
		text[2 + length + value] = '\0';
		completion->offer(completion, text);
	}
}

COMMAND(fio, "[--OPTION=VALUE]... [JOBFILE]...", "Measure how fast a device reads and writes",
	"  --name=NAME        begins a job; --filename=/dev/my_nvme0n1, --rw=randread, --bs=4k,\n"
	"                     --iodepth=32, --runtime=10 and the like say what it does\n"
	"  --output-format=F  normal, terse, json or json+\n"
	"  --output=FILE      where the report goes\n"
	"  --parse-only       only check the options\n"
	"  --showcmd          print job files as options, run nothing\n"
	"  --version          print the version of fio that this follows\n",
	.complete = fio_complete);

/* selftest: runs the cases of tests/guest and prints a line for each. */
#include "tests/guest/guest.h"

#include "kernel/commands/command.h"
#include "kernel/commands/nvme/nvme.h"
#include "kernel/posix/process.h"
#include "kernel/x86/time.h"
#include "lib/format.h"
#include "lib/number.h"
#include "lib/string.h"

extern const struct guest_group *const __start_selftests[], *const __stop_selftests[];
#define groups	    __start_selftests
#define GROUP_COUNT ((size_t)(__stop_selftests - __start_selftests))

#define SECONDS_MAX	      1000000
#define STATUS_NOTHING_TESTED 77 /* as automake has it for a skipped test */

struct totals {
	unsigned tests, failures, skipped;
};

/* '*' and '?' in pattern match as in file names. */
static bool matches(const char *pattern, const char *text)
{
	const char *star = NULL, *resume = NULL;

	while (*text) {
		if (*pattern == '*') {
			star = ++pattern;
			resume = text;
		} else if (*pattern == '?' || *pattern == *text) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star;
			text = ++resume;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

/* Operands name a group, a case, or "group: case", with wild cards. None: everything. */
static bool wanted(const struct guest_group *group, const struct guest_case *test, int count,
		   char **patterns)
{
	char full[128];

	if (!count)
		return true;
	snprintf(full, sizeof(full), "%s: %s", group->name, test->name);
	for (int i = 0; i < count; i++)
		if (matches(patterns[i], group->name) || matches(patterns[i], test->name) ||
		    matches(patterns[i], full))
			return true;
	return false;
}

static void print_outcome(const struct guest *guest, const struct guest_group *group,
			  const struct guest_case *test)
{
	switch (guest->outcome) {
	case GUEST_PASS:
		out("PASS: %s: %s\n", group->name, test->name);
		break;
	case GUEST_FAIL:
		out("FAIL: %s: %s: %s\n", group->name, test->name, guest->reason);
		break;
	case GUEST_SKIP:
		out("SKIP: %s: %s (%s)\n", group->name, test->name, guest->reason);
		break;
	case GUEST_XFAIL:
		out("XFAIL: %s: %s (%s)\n", group->name, test->name, guest->reason);
		break;
	}
}

static const struct guest_case *current_case;
static struct guest *current_guest;

/* A case runs as a process: its buffers end with it. */
static int case_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	process_catch_interrupt(true); /* restore before ending */
	current_case->run(current_guest);
	guest_restore(current_guest);
	return process_interrupted() ? STATUS_INTERRUPTED : 0;
}

static int run_case(const struct guest_group *group, const struct guest_case *test,
		    struct guest *guest, struct totals *totals)
{
	static char name[] = "selftest";
	char *argv[] = {name, NULL};
	int status = 0;

	guest->outcome = GUEST_PASS;
	guest->reason[0] = '\0';
	prng_seed(&guest->prng, 1);
	current_case = test;
	current_guest = guest;
	if (test->needs != GUEST_CONTROLLER && !guest->namespace)
		guest_skip(guest, "%s has no usable namespace", nvme_name(guest->controller));
	else if (test->needs == GUEST_PLAIN_NAMESPACE && guest->namespace->metadata.size)
		guest_skip(guest, "%s has metadata", guest->device->name);
	else
		status = process_run(case_main, 1, argv);
	if (status && status != STATUS_INTERRUPTED)
		guest_fail(guest, "expected the case to return, got status %d", status);
	totals->tests++;
	totals->failures += guest->outcome == GUEST_FAIL;
	totals->skipped += guest->outcome == GUEST_SKIP;
	print_outcome(guest, group, test);
	return status == STATUS_INTERRUPTED ? status : 0;
}

/* "my_nvme0" or "/dev/my_nvme0" */
static const char *device_name(const char *text)
{
	return strncmp(text, "/dev/", 5) == 0 ? text + 5 : text;
}

/* The namespace of that name; NULL if there is none. */
static struct nvme_namespace *find_namespace(const char *name)
{
	struct block_device *device = block_find(device_name(name));

	return device ? nvme_namespace_of(device) : NULL;
}

/* The first namespace that is a block device, of that controller unless it is NULL; NULL if there
 * is none. */
static struct nvme_namespace *first_namespace(const struct nvme_controller *controller)
{
	for (struct block_device *device = block_first(); device; device = device->next) {
		struct nvme_namespace *namespace = nvme_namespace_of(device);

		if (namespace && (!controller || namespace->controller == controller))
			return namespace;
	}
	return NULL;
}

/* What the cases run on: what is asked for, a namespace or a controller, else the first namespace,
 * else the first controller. */
static void choose(struct guest *guest, const char *name)
{
	if (name) {
		guest->namespace = find_namespace(name);
		if (!guest->namespace) {
			guest->controller = nvme_find(device_name(name));
			if (!guest->controller)
				fail(1, "%s: not an NVMe controller or namespace", name);
			guest->namespace = first_namespace(guest->controller);
		}
	} else {
		guest->namespace = first_namespace(NULL);
		guest->controller = nvme_first();
		if (!guest->controller)
			fail(1, "there is no NVMe controller");
	}
	if (!guest->namespace)
		return;
	guest->controller = guest->namespace->controller;
	guest->device = &guest->namespace->block;
	guest->block_size = guest->device->block_size;
	guest->blocks_max = guest->namespace->blocks_max;
}

static void list(int count, char **patterns)
{
	for (unsigned i = 0; i < GROUP_COUNT; i++)
		for (const struct guest_case *test = groups[i]->cases; test->name; test++)
			if (wanted(groups[i], test, count, patterns))
				out("%s: %s\n", groups[i]->name, test->name);
}

static void check_patterns(int count, char **patterns)
{
	for (int p = 0; p < count; p++) {
		bool found = false;

		for (unsigned i = 0; i < GROUP_COUNT; i++)
			for (const struct guest_case *test = groups[i]->cases; test->name; test++)
				found |= wanted(groups[i], test, 1, &patterns[p]);
		if (!found)
			fail(1, "no case matches %s", quote(patterns[p]));
	}
}

static int run_all(const char *device, int count, char **patterns)
{
	struct totals totals = {0};
	struct guest guest = {0};
	int status = 0;

	choose(&guest, device);
	for (unsigned i = 0; i < GROUP_COUNT && !status; i++)
		for (const struct guest_case *test = groups[i]->cases; test->name && !status;
		     test++)
			if (wanted(groups[i], test, count, patterns))
				status = run_case(groups[i], test, &guest, &totals);
	out("SUMMARY: %u tests, %u failures, %u skipped\n", totals.tests, totals.failures,
	    totals.skipped);
	if (status)
		return status;
	if (totals.failures)
		return 1;
	return totals.skipped == totals.tests ? STATUS_NOTHING_TESTED : 0;
}

static uint64_t number_argument(const char *what, const char *text, uint64_t min, uint64_t max)
{
	uint64_t value;

	if (number_parse(text, 0, &value) || value < min || value > max)
		fail(2, "invalid number of %s %s", what, quote(text));
	return value;
}

static int selftest_main(int argc, char **argv)
{
	static const struct option options[] = {{"list", 0, 'l'},
						{"device", 1, 'd'},
						{"stress", 1, 's'},
						{"seed", 1, 'S'},
						{NULL, 0, 0}};
	struct getopt state = {0};
	uint64_t seconds = 0, seed = time_ns();
	struct nvme_namespace *namespace;
	const char *device = NULL;
	bool listing = false;
	int option;

	process_hold_devices();
	while ((option = getopt_next(&state, argc, argv, "ld:", options)) != -1) {
		switch (option) {
		case 'l':
			listing = true;
			break;
		case 'd':
			device = state.argument;
			break;
		case 's':
			seconds = number_argument("seconds", state.argument, 1, SECONDS_MAX);
			break;
		case 'S':
			seed = number_argument("seed", state.argument, 0, UINT64_MAX);
			break;
		default:
			fail_usage(2);
		}
	}
	argc -= state.index;
	argv += state.index;
	if (seconds) {
		if (!device)
			fail(2, "--stress overwrites a device: name it with -d");
		if (argc)
			fail(2, "extra operand %s", quote(argv[0]));
		namespace = find_namespace(device);
		if (!namespace)
			fail(1, "%s: not an NVMe namespace", device);
		return guest_stress(&namespace->block, seconds, seed);
	}
	check_patterns(argc, argv);
	if (listing) {
		list(argc, argv);
		return 0;
	}
	return run_all(device, argc, argv);
}

static void selftest_complete(struct completion *completion)
{
	static const char *const options[] = {"--device=", "--list", "--stress=", "--seed="};
	const char *before = completion->argv[completion->argc - 1];

	completion->files = false;
	if (strcmp(before, "-d") == 0 || strcmp(before, "--device") == 0) {
		nvme_complete_device(completion);
		return;
	}
	for (unsigned i = 0; completion->word[0] == '-' && i < 4; i++)
		completion->offer(completion, options[i]);
	for (unsigned i = 0; i < GROUP_COUNT; i++) {
		completion->offer(completion, groups[i]->name);
		/* All cases are too many to look at. */
		for (const struct guest_case *test = groups[i]->cases;
		     completion->word[0] && test->name; test++)
			completion->offer(completion, test->name);
	}
}

COMMAND(selftest, "[-l] [-d DEVICE] [--stress SECONDS [--seed N]] [GROUP|PATTERN]...",
	"Test the NVMe driver on a real device, one line for each case",
	"Run the cases whose group, name or \"group: name\" matches an operand ('*' and '?'\n"
	"as in file names), all of them without operands.\n"
	"\n"
	"  -d, --device=DEVICE  the namespace to use, or the controller, of which it is the\n"
	"                       first one; default the first one of all\n"
	"  -l, --list           list the cases, do not run them\n"
	"\n"
	"      --stress=SECONDS  random reads, writes, flushes and resets instead, all data\n"
	"                       verified; overwrites the first 65,536 blocks of DEVICE, which\n"
	"                       has to be named; with other CPUs, each writes and verifies\n"
	"                       up to 32 MiB behind those, by a queue pair of its own\n"
	"      --seed=N         draw the same requests as the run that printed this seed\n"
	"\n"
	"Each line is PASS, FAIL, SKIP, XFAIL (a known deviation of the device) or INFO, the\n"
	"last one counts them. Cases write to the device: the blocks they overwrite are\n"
	"saved before and put back after each case. A reset or power cut in between loses\n"
	"them, so do not run this on a device that holds the only copy of something.\n"
	"\n"
	"Exit status: 0 if nothing failed, 1 otherwise, 2 on misuse, 77 if all cases were\n"
	"skipped.\n",
	.complete = selftest_complete);

/* conformance: takes a controller from the driver, runs the cases on it, gives it back. */
#include "tests/conformance/fuzz.h"

#include "drivers/nvme/nvme.h"
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/nvme.h"
#include "kernel/commands/support/input.h"
#include "kernel/posix/process.h"
#include "kernel/x86/port.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/number.h"
#include "lib/string.h"

#define STATUS_NOTHING_TESTED 77 /* as automake has it for a skipped test */
/* QEMU's isa-debugcon: who starts us with one knows which case was running when the model died. It
 * reads as its own number where it is. */
#define DEBUG_CONSOLE 0xe9

static void announce(void *context, const char *text)
{
	(void)context;
	if (port_read8(DEBUG_CONSOLE) != DEBUG_CONSOLE)
		return;
	for (; *text; text++)
		port_write8(DEBUG_CONSOLE, (uint8_t)*text);
	port_write8(DEBUG_CONSOLE, '\n');
}

static void line(void *context, const char *text)
{
	(void)context;
	out("%s\n", text);
}

static bool list_one(void *context, const struct ct_group *group, const struct ct_case *test)
{
	(void)context;
	out("%s: %s (%s)\n", group->name, test->name, test->section);
	return true;
}

static bool find_one(void *context, const struct ct_group *group, const struct ct_case *test)
{
	return !conformance_matches(context, group, test);
}

static void check_patterns(const struct ct_options *options)
{
	static const struct ct_options all;

	for (int i = 0; i < options->pattern_count; i++)
		if (conformance_each(&all, find_one,
				     options->patterns[i] + (options->patterns[i][0] == '!')))
			fail(2, "no case matches %s", quote(options->patterns[i]));
	if (options->after && conformance_each(&all, find_one, (void *)(uintptr_t)options->after))
		fail(2, "no case is called %s", quote(options->after));
}

static uint64_t number_argument(const char *what, const char *text, uint64_t min, uint64_t max)
{
	uint64_t value;

	if (number_parse(text, 0, &value) || value < min || value > max)
		fail(2, "invalid %s %s", what, quote(text));
	return value;
}

/* "my_nvme0", "/dev/my_nvme0", or the first one. */
static const char *choose(const char *name)
{
	const struct nvme_controller *controller;

	if (name && strncmp(name, "/dev/", 5) == 0)
		name += 5;
	controller = name ? nvme_find(name) : nvme_first();
	if (!controller && name)
		fail(2, "%s: not an NVMe controller", quote(name));
	if (!controller)
		fail(2, "there is no NVMe controller");
	return nvme_name(controller);
}

static const struct ct_host host = {.line = line, .announce = announce};

/* Claims it, works on it, gives it back: whatever happens in between. */
static void with_controller(const char *device, int (*work)(const struct nvme_claim *, void *),
			    void *context)
{
	char name[NVME_NAME_MAX];
	struct nvme_claim claim;
	int error, released;

	/* The name goes with the driver's controller. */
	snprintf(name, sizeof(name), "%s", choose(device));
	error = nvme_claim(name, &claim);
	if (error)
		fail_about("cannot claim", name, error);
	claim.name = name;
	process_catch_interrupt(true); /* the controller goes back */
	error = work(&claim, context);
	released = nvme_release(&claim);
	if (error == -EINVAL) /* of a script: has been said */
		process_exit(2);
	if (error)
		fail_about("cannot begin on", name, error);
	if (released)
		fail_about("cannot give back", name, released);
}

struct run {
	const struct ct_options *options;
	struct ct_totals totals;
};

static int run_cases(const struct nvme_claim *claim, void *context)
{
	struct run *run = context;

	return conformance_run(claim, run->options, &host, &run->totals);
}

static int run(const char *device, const struct ct_options *options)
{
	struct run run = {options, {0}};

	with_controller(device, run_cases, &run);
	if (!options->tap)
		out("SUMMARY: %u tests, %u failures, %u skipped\n", run.totals.tests,
		    run.totals.failures, run.totals.skipped);
	if (run.totals.interrupted)
		return STATUS_INTERRUPTED;
	if (run.totals.failures || run.totals.lost)
		return 1;
	return run.totals.skipped == run.totals.tests ? STATUS_NOTHING_TESTED : 0;
}

struct fuzzing {
	const struct fuzz_options *options;
	unsigned found;
};

static int run_fuzzer(const struct nvme_claim *claim, void *context)
{
	struct fuzzing *fuzzing = context;

	return fuzz_run(claim, fuzzing->options, &host, &fuzzing->found);
}

static const char *next_line(void *context)
{
	size_t length;

	return input_line(context, &length, NULL);
}

/* The fuzzer, or a script of it. */
static int fuzz(const char *device, struct fuzz_options *options, const char *script)
{
	struct fuzzing fuzzing = {options, 0};
	struct input input;
	int fd;

	if (script) {
		fd = input_open(script);
		if (fd < 0)
			return 2;
		input_start(&input, fd, script, NULL);
		options->line = next_line;
		options->context = &input;
		options->rounds = 1;
		options->seconds = 0;
	}
	with_controller(device, run_fuzzer, &fuzzing);
	if (process_interrupted())
		return STATUS_INTERRUPTED;
	return fuzzing.found ? 1 : 0;
}

enum {
	OPTION_READ_ONLY = 256,
	OPTION_REPEAT,
	OPTION_SEED,
	OPTION_TIME,
	OPTION_TAP,
	OPTION_AFTER,
	OPTION_FUZZ,
	OPTION_REPLAY,
	OPTION_SECONDS,
	OPTION_ROUNDS,
	OPTION_ROUND,
	OPTION_OPERATIONS,
	OPTION_DESTROY,
	OPTION_PRINT,
};

static int conformance_main(int argc, char **argv)
{
	static const struct option options[] = {{"list", 0, 'l'},
						{"device", 1, 'd'},
						{"read-only", 0, OPTION_READ_ONLY},
						{"repeat", 1, OPTION_REPEAT},
						{"seed", 1, OPTION_SEED},
						{"time", 0, OPTION_TIME},
						{"tap", 0, OPTION_TAP},
						{"after", 1, OPTION_AFTER},
						{"fuzz", 0, OPTION_FUZZ},
						{"replay", 1, OPTION_REPLAY},
						{"seconds", 1, OPTION_SECONDS},
						{"rounds", 1, OPTION_ROUNDS},
						{"round", 1, OPTION_ROUND},
						{"operations", 1, OPTION_OPERATIONS},
						{"destroy", 0, OPTION_DESTROY},
						{"print", 0, OPTION_PRINT},
						{NULL, 0, 0}};
	struct ct_options given = {.seed = 1};
	struct fuzz_options fuzzing = {.rounds = 100, .operations = FUZZ_OPERATIONS};
	const char *script = NULL;
	bool is_fuzzing = false;
	struct getopt state = {0};
	const char *device = NULL;
	bool listing = false;
	int option;

	while ((option = getopt_next(&state, argc, argv, "ld:", options)) != -1) {
		switch (option) {
		case 'l':
			listing = true;
			break;
		case 'd':
			device = state.argument;
			break;
		case OPTION_READ_ONLY:
			given.read_only = true;
			break;
		case OPTION_REPEAT:
			given.repeat = (unsigned)number_argument("number of times", state.argument,
								 1, 1000000);
			break;
		case OPTION_SEED:
			given.seed = number_argument("seed", state.argument, 0, UINT64_MAX);
			break;
		case OPTION_TIME:
			given.time = true;
			break;
		case OPTION_TAP:
			given.tap = true;
			break;
		case OPTION_AFTER:
			given.after = state.argument;
			break;
		case OPTION_FUZZ:
			is_fuzzing = true;
			break;
		case OPTION_REPLAY:
			script = state.argument;
			break;
		case OPTION_SECONDS:
			fuzzing.seconds =
				number_argument("number of seconds", state.argument, 1, 1000000);
			break;
		case OPTION_ROUNDS:
			fuzzing.rounds =
				number_argument("number of rounds", state.argument, 1, UINT32_MAX);
			break;
		case OPTION_ROUND:
			fuzzing.first_round =
				number_argument("round", state.argument, 0, UINT32_MAX);
			break;
		case OPTION_OPERATIONS:
			fuzzing.operations = (unsigned)number_argument("number of operations",
								       state.argument, 1, 1000000);
			break;
		case OPTION_DESTROY:
			fuzzing.destroys = true;
			break;
		case OPTION_PRINT:
			fuzzing.print = true;
			break;
		default:
			fail_usage(2);
		}
	}
	if (is_fuzzing || script) {
		if (argc > state.index)
			fail(2, "extra operand %s", quote(argv[state.index]));
		fuzzing.seed = given.seed;
		return fuzz(device, &fuzzing, script);
	}
	given.patterns = argv + state.index;
	given.pattern_count = argc - state.index;
	check_patterns(&given);
	if (listing) {
		conformance_each(&given, list_one, NULL);
		return 0;
	}
	return run(device, &given);
}

static bool offer_one(void *context, const struct ct_group *group, const struct ct_case *test)
{
	struct completion *completion = context;

	if (test == group->cases)
		completion->offer(completion, group->name);
	return true;
}

static void conformance_complete(struct completion *completion)
{
	static const char *const options[] = {
		"--after=",   "--destroy",   "--device=", "--fuzz",    "--list",   "--operations=",
		"--print",    "--read-only", "--repeat=", "--replay=", "--round=", "--rounds=",
		"--seconds=", "--seed=",     "--tap",	  "--time"};
	static const struct ct_options all;
	const char *before = completion->argv[completion->argc - 1];

	completion->files = false;
	if (strcmp(before, "-d") == 0 || strcmp(before, "--device") == 0) {
		nvme_complete_device(completion);
		return;
	}
	for (unsigned i = 0; completion->word[0] == '-' && i < sizeof(options) / sizeof(*options);
	     i++)
		completion->offer(completion, options[i]);
	conformance_each(&all, offer_one, completion);
}

COMMAND(conformance, "[OPTION]... [PATTERN]...",
	"Test whether a controller keeps to the specification",
	"Takes a controller from its driver, does to it what the cases say, and gives it back.\n"
	"A PATTERN with * and ? is a group, a case, or 'group: case'; without one all are run.\n"
	"One that begins with ! leaves out what it matches.\n"
	"\n"
	"  -d, --device=NAME   the controller, else the first one\n"
	"  -l, --list          print the cases, as 'group: case (section)', and run none\n"
	"      --read-only     leave out the cases that change blocks\n"
	"      --repeat=N      run them so many times\n"
	"      --seed=N        what random choices are drawn from (1)\n"
	"      --after=CASE    begin behind this 'group: case'\n"
	"      --time          say how long each case took\n"
	"      --tap           print TAP 13\n"
	"\n"
	"  --fuzz              send commands, doorbells and register accesses at random, in "
	"rounds\n"
	"                      that begin with a reset, and look for what no controller may do\n"
	"      --seconds=N     for so long, else --rounds=N (100)\n"
	"      --round=N       begin with that round (0)\n"
	"      --operations=N  of a round (2000)\n"
	"      --destroy       Format NVM, Sanitize and Namespace Management as well\n"
	"      --print         print what the round does, and do nothing\n"
	"  --replay=SCRIPT     do what a file says, as --print prints it\n"
	"\n"
	"Blocks that a case changes are put back where that is possible. The status is 0 if all\n"
	"passed, 1 if one failed or something was found, 2 if nothing could be run, 77 if all\n"
	"were skipped.\n",
	.complete = conformance_complete);

/* The conformance suite's cases on simulated controllers: each passes on one that keeps to the
 * specification, and for each there is a fault that it sees. CONFORMANCE_FAULTS=1 in the
 * environment prints which; CONFORMANCE_CASE='group: case', or a group, looks at that only and
 * prints what it says. */
#include "tests/unit/cmocka.h"
#include "tests/unit/conformance_run.h"

/* ---- Faults ---- */

enum kind {
	NO_FAULT,
	DATA_FIRST, /* the first byte of a transfer to the host is another */
	DATA_ALL,   /* all of them are */
	DATA_LAST,
	SUCCEEDS, /* a command that fails succeeds */
	PROPERTY, /* what a property reads */
	PROPERTY_BIT,
	PROPERTY_ZERO,
	CONFIG, /* what configuration space reads */
	CONFIG_BIT,
	OTHER_ERROR,
	RESULT, /* dword 0 */
	RESULT_BIT,
	FAILS,
	TWICE,
	SILENT,	  /* its interrupt is left out */
	SPURIOUS, /* interrupts that are for nobody */
	LOST,
	HEAD, /* SQHD */
	KINDS,
};
static const char *const kind_names[KINDS] = {
	"none",
	"first byte of data",
	"all data",
	"last byte of data",
	"success instead of a failure",
	"property read",
	"bit 0 of a property read",
	"0 from a property",
	"configuration space read",
	"bit 0 of configuration space read",
	"another failure",
	"dword 0",
	"bit 0 of dword 0",
	"failure instead of success",
	"completed twice",
	"no interrupt",
	"interrupts for nobody",
	"never completed",
	"SQHD",
};

/* What happened while the case ran, and the one event that is to be wrong. */
static struct world {
	struct conformance_run run;
	enum kind kind;
	unsigned target;
	unsigned completions, transfers, properties, configs;
} world;
static bool show;

static uint16_t get_status(const uint8_t *entry)
{
	return (uint16_t)((entry[14] | entry[15] << 8) >> 1);
}

static void put_status(uint8_t *entry, unsigned status)
{
	entry[14] = (uint8_t)((entry[14] & 1) | (status << 1 & 0xfe));
	entry[15] = (uint8_t)(status >> 7);
}

static bool on_completion(void *context, uint16_t queue, uint8_t entry[16])
{
	unsigned status = get_status(entry) & 0x7ff;

	(void)context;
	(void)queue;
	if (!world.run.running || world.completions++ != world.target)
		return true;
	switch (world.kind) {
	case SUCCEEDS:
		if (status)
			put_status(entry, 0);
		break;
	case FAILS:
		if (!status)
			put_status(entry, 0x4006);
		break;
	case OTHER_ERROR:
		if (status)
			put_status(entry, status == 6 ? 0x4004 : 0x4006);
		break;
	case RESULT:
		memset(entry, ~entry[0], 4);
		break;
	case RESULT_BIT:
		entry[0] ^= 1;
		break;
	case HEAD:
		entry[8] ^= 0xff;
		entry[9] ^= 0xff;
		break;
	case SPURIOUS:
		for (unsigned vector = 0; vector < 3; vector++)
			sim_interrupt(world.run.sim, vector);
		break;
	case LOST:
		return false;
	default:
		break;
	}
	return true;
}

static void on_data(void *context, uint16_t queue, const uint8_t command[64], uint8_t *bytes,
		    size_t size)
{
	(void)context;
	(void)queue;
	(void)command;
	if (!world.run.running || !size || world.transfers++ != world.target)
		return;
	if (world.kind == DATA_FIRST)
		bytes[0] ^= 0xff;
	else if (world.kind == DATA_LAST)
		bytes[size - 1] ^= 0xff;
	else if (world.kind == DATA_ALL)
		for (size_t i = 0; i < size; i++)
			bytes[i] ^= 0xff;
}

static uint64_t on_property(void *context, unsigned offset, uint64_t value)
{
	(void)context;
	(void)offset;
	if (!world.run.running || world.properties++ != world.target)
		return value;
	if (world.kind == PROPERTY_ZERO)
		return 0;
	if (world.kind == PROPERTY)
		return ~value ^ 1; /* not all ones */
	return world.kind == PROPERTY_BIT ? value ^ 1 : value;
}

/* ---- One run ---- */

static void on_begin(void *context)
{
	(void)context;
	if (world.kind == TWICE || world.kind == SILENT)
		sim_add_fault(world.run.sim,
			      &(struct sim_fault){.kind = world.kind == TWICE ? SIM_DUPLICATE
									      : SIM_NO_INTERRUPT,
						  .queue = SIM_ANY,
						  .opcode = SIM_ANY,
						  .skip = world.target});
}

static uint32_t on_config(void *context, unsigned width, uint32_t value)
{
	(void)context;
	if (!world.run.running || world.configs++ != world.target)
		return value;
	if (world.kind == CONFIG)
		return ~value & (0xffffffffu >> (32 - 8 * width));
	return world.kind == CONFIG_BIT ? value ^ 1 : value;
}

/* Runs one case on a new controller with at most one fault. */
static void run_one(const struct conformance_controller *controller, char *name, enum kind kind,
		    unsigned target)
{
	world = (struct world){
		.kind = kind,
		.target = target,
		.run = {.controller = controller,
			.name = name,
			.show = show && kind == NO_FAULT,
			.hooks = {.completion = on_completion,
				  .data = on_data,
				  .property = on_property},
			.begins = on_begin,
			.config_read = on_config},
	};
	conformance_run_case(&world.run);
}

/* ---- The tests ---- */

static bool chosen(const struct ct_group *group, const struct ct_case *test)
{
	const char *only = getenv("CONFORMANCE_CASE");

	show = only != NULL;
	return !only || conformance_matches(only, group, test);
}

/* Where each case of the table runs, in its order: found by the first test, for the second one. */
#define CASES_MAX 2000
static const struct conformance_controller *runs_on[CASES_MAX];
static unsigned next_case;

/* The first controller on which the case runs; NULL: it is skipped everywhere. Fails the test
 * where it does not pass. */
static const struct conformance_controller *passes_on(char *name)
{
	const struct conformance_controller *found = NULL, *controller;

	for (controller = conformance_controllers; controller->name; controller++) {
		run_one(controller, name, NO_FAULT, 0);
		if (world.run.outcome != CT_PASS && world.run.outcome != CT_SKIP)
			fail_msg("%s, controller %s: %s", name, controller->name, world.run.reason);
		if (world.run.outcome == CT_PASS && !found)
			found = controller;
	}
	return found;
}

static bool pass_one(void *context, const struct ct_group *group, const struct ct_case *test)
{
	unsigned *skipped = context;
	char name[160];

	snprintf(name, sizeof(name), "%s: %s", group->name, test->name);
	assert_true(next_case < CASES_MAX);
	if (chosen(group, test)) {
		runs_on[next_case] = passes_on(name);
		if (!runs_on[next_case]) {
			print_message("%s: is skipped on every controller: %s\n", name,
				      world.run.reason);
			++*skipped;
		}
	}
	next_case++;
	return true;
}

static void test_cases_pass(void **state)
{
	const struct ct_options all = {0};
	unsigned skipped = 0;

	(void)state;
	conformance_each(&all, pass_one, &skipped);
	assert_int_equal(skipped, 0);
}

/* What a run had that could be wrong. */
static unsigned events(const struct world *run, enum kind kind)
{
	switch (kind) {
	case DATA_FIRST:
	case DATA_ALL:
	case DATA_LAST:
		return run->transfers;
	case PROPERTY:
	case PROPERTY_BIT:
	case PROPERTY_ZERO:
		return run->properties;
	case CONFIG:
	case CONFIG_BIT:
		return run->configs;
	default:
		return run->completions;
	}
}

#define EVENTS_MAX 40 /* that are tried for each kind, from the last one on */

/* Whether there is a fault that the case sees. */
static bool find_fault(const struct conformance_controller *controller, char *name)
{
	struct world good;

	run_one(controller, name, NO_FAULT, 0);
	good = world;
	for (enum kind kind = NO_FAULT + 1; kind < KINDS; kind++) {
		unsigned count = events(&good, kind), tried = 0;

		while (count-- > 0 && tried++ < EVENTS_MAX) {
			run_one(controller, name, kind, count);
			if (world.run.outcome != CT_FAIL &&
			    !(kind == LOST && world.run.outcome == CT_HANG))
				continue;
			if (getenv("CONFORMANCE_FAULTS"))
				print_message("%s | %s %u | %s\n", name, kind_names[kind], count,
					      world.run.reason);
			return true;
		}
	}
	return false;
}

static bool fail_one(void *context, const struct ct_group *group, const struct ct_case *test)
{
	const struct conformance_controller *controller;
	unsigned *blind = context;
	char name[160];

	snprintf(name, sizeof(name), "%s: %s", group->name, test->name);
	controller = runs_on[next_case++];
	if (controller && !find_fault(controller, name)) {
		print_message("%s: sees none of the faults\n", name);
		++*blind;
	}
	return true;
}

static void test_cases_fail(void **state)
{
	const struct ct_options all = {0};
	unsigned blind = 0;

	(void)state;
	next_case = 0;
	conformance_each(&all, fail_one, &blind);
	assert_int_equal(blind, 0);
}

/* Cases about what no event of a run says: each sees a controller that does it wrong. */
static const struct {
	char name[120];
	unsigned defect;
} defects[] = {
	{"interrupt-masks: a masked vector is pending, and comes once it is not masked",
	 SIM_DEFECT_NO_MASK},
	{"interrupt-masks: a masked vector is pending, and comes once it is not masked",
	 SIM_DEFECT_DROPS_MASKED},
	{"interrupt-masks: other vectors come while one is masked", SIM_DEFECT_MASKS_ALL},
	{"interrupt-masks: the function's mask holds all of them back",
	 SIM_DEFECT_NO_FUNCTION_MASK},
	{"interrupt-masks: the function's mask holds all of them back", SIM_DEFECT_DROPS_MASKED},
	{"interrupt-masks: a masked vector stays so behind the function's mask",
	 SIM_DEFECT_UNMASKS},
	{"interrupt-masks: a vector is unmasked below the function's mask: it waits for that",
	 SIM_DEFECT_NO_FUNCTION_MASK},
	{"interrupt-masks: what was not pending does not come behind a mask",
	 SIM_DEFECT_UNMASK_SENDS},
};

static void test_defects_are_seen(void **state)
{
	unsigned blind = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(defects) / sizeof(defects[0]); i++) {
		char name[sizeof(defects[i].name)];

		memcpy(name, defects[i].name, sizeof(name));
		world = (struct world){.run = {.controller = conformance_controllers,
					       .name = name,
					       .defects = defects[i].defect}};
		conformance_run_case(&world.run);
		if (world.run.outcome != CT_FAIL) {
			print_message("%s: does not see defect %u\n", name, defects[i].defect);
			blind++;
		}
	}
	assert_int_equal(blind, 0);
}

TESTS(cmocka_unit_test(test_cases_pass), cmocka_unit_test(test_cases_fail),
      cmocka_unit_test(test_defects_are_seen))

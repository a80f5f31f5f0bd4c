/* Faults that models of controllers have had: for each there is a conformance case that passes
 * without it and finds it. CONFORMANCE_FAULT=n looks at one row, and prints what its case says. */
#include "drivers/nvme/spec/spec.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/conformance_models.h"

static struct conformance_run run;

static uint32_t dword_of(const uint8_t command[64], unsigned n)
{
	uint32_t value;

	memcpy(&value, command + 4 * (size_t)n, sizeof(value));
	return value;
}

static bool is_meant(const struct model_fault *fault, uint16_t queue, const uint8_t command[64])
{
	return fault->of == (queue ? IO : ADMIN) &&
	       (fault->any_opcode || fault->opcode == command[0]) &&
	       (dword_of(command, fault->dword) & fault->mask) == fault->value;
}

static unsigned on_command(void *context, uint16_t queue, uint8_t command[64])
{
	const struct model_fault *fault = context;
	uint32_t value;

	if (fault->misread)
		return fault->misread(run.sim, queue, command);
	if (!is_meant(fault, queue, command))
		return SIM_EXECUTE;
	switch (fault->does) {
	case ENDS:
		return fault->status;
	case DIES:
		sim_remove(run.sim);
		return SIM_FORGET;
	case FORGETS:
		return SIM_FORGET;
	case TAKES:
		value = (dword_of(command, fault->at) & ~fault->clear) | fault->set;
		memcpy(command + 4 * (size_t)fault->at, &value, sizeof(value));
		return SIM_EXECUTE;
	default:
		return SIM_EXECUTE;
	}
}

static void on_data(void *context, uint16_t queue, const uint8_t command[64], uint8_t *bytes,
		    size_t size)
{
	const struct model_fault *fault = context;

	if (fault->data)
		fault->data(command, bytes);
	if (fault->does == HANDS && is_meant(fault, queue, command) &&
	    fault->at + fault->count <= size)
		memset(bytes + fault->at, (int)fault->set, fault->count);
}

static bool on_completion(void *context, uint16_t queue, uint8_t entry[16])
{
	const struct model_fault *fault = context;

	if (fault->completion)
		fault->completion(queue, entry);
	return true;
}

static void on_begin(void *context)
{
	const struct model_fault *fault = context;

	if (fault->strikes.kind)
		sim_add_fault(run.sim, &fault->strikes);
}

static const struct conformance_controller *controller_of(const struct model_fault *fault)
{
	const struct conformance_controller *controller = conformance_controllers;

	while (controller->name && strcmp(controller->name, fault->controller) != 0)
		controller++;
	assert_non_null(controller->name);
	return controller;
}

static const char *const outcomes[] = {"passes", "fails", "is skipped", "hangs"};

/* How the case of the fault ends, on a controller that has it or does not. */
static enum ct_outcome outcome_of(const struct model_fault *fault, bool faulty, bool show)
{
	struct conformance_controller controller = *controller_of(fault);
	char name[200];

	snprintf(name, sizeof(name), "%s", fault->found_by);
	run = (struct conformance_run){.controller = &controller, .name = name, .show = show};
	if (faulty) {
		controller.sim.doorbell_race = fault->doorbell_race;
		run.defects = fault->defects;
		run.hooks = (struct sim_hooks){.context = (void *)(uintptr_t)fault,
					       .misread = on_command,
					       .data = on_data,
					       .completion = on_completion};
		run.begins = on_begin;
	}
	conformance_run_case(&run);
	return run.outcome;
}

static void test_faults_are_found(void **state)
{
	const char *only = getenv("CONFORMANCE_FAULT");
	unsigned missed = 0;

	(void)state;
	for (const struct model_fault *fault = model_faults; fault->fault; fault++) {
		enum ct_outcome good, bad;

		if (only && atoi(only) != fault - model_faults)
			continue;
		good = outcome_of(fault, false, only);
		bad = outcome_of(fault, true, only);
		if (good == CT_PASS && (bad == CT_FAIL || bad == CT_HANG))
			continue;
		print_message("%d, %s: %s: %s without the fault, %s with it\n",
			      (int)(fault - model_faults), fault->fault, fault->found_by,
			      outcomes[good], outcomes[bad]);
		missed++;
	}
	assert_int_equal(missed, 0);
}

TESTS(cmocka_unit_test(test_faults_are_found))

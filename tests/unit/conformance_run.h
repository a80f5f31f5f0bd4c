/* One conformance case on a simulated controller, which a test makes faulty. */
#pragma once

#include "tests/conformance/conformance.h"
#include "tests/sim/controller.h"

struct conformance_controller {
	const char *name;
	struct sim_config sim;
};
/* In conformance_controllers.c, ended by one without a name. */
extern const struct conformance_controller conformance_controllers[];

struct conformance_run {
	const struct conformance_controller *controller;
	char *name; /* "group: case" */
	bool show;  /* print what it says */

	/* What is wrong with the controller. The context is that of the hooks. */
	struct sim_hooks hooks;
	unsigned defects;
	void (*begins)(void *context); /* the case; NULL: nothing to do */
	uint32_t (*config_read)(void *context, unsigned width, uint32_t value); /* or NULL */

	struct sim_controller *sim; /* while it is there */
	bool running; /* the case, and not what brings the controller to where it begins */

	enum ct_outcome outcome;
	char reason[400];
};

/* Fails the test where there is not one such case. */
void conformance_run_case(struct conformance_run *run);

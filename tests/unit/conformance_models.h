/* Faults that models of controllers have had, and the conformance cases that find them. */
#pragma once

#include "tests/unit/conformance_run.h"

enum fault_of { NO_COMMAND, ADMIN, IO };

/* What becomes of the commands that are meant. */
enum fault_does {
	ENDS, /* with status, and nothing is done */
	FORGETS,
	DIES,  /* the controller: registers read as ones */
	TAKES, /* for another one: bits of dword "at" are cleared, then set */
	HANDS, /* over other data: "count" bytes from "at" on are "set" */
};

/* A fault as a guest sees it. What is not given is not wrong. */
struct model_fault {
	const char *fault, *model; /* who had it */
	const char *found_by;	   /* "group: case" */
	const char *controller;	   /* that it runs on */

	/* A command is meant whose dword has this value below the mask; no opcode: any one. */
	enum fault_of of;
	uint8_t opcode;
	bool any_opcode;
	unsigned dword;
	uint32_t mask, value;
	enum fault_does does;
	unsigned status;
	unsigned at, count;
	uint32_t clear, set;

	/* Or what a table cannot say; returns as sim_hooks.misread. */
	unsigned (*misread)(struct sim_controller *sim, uint16_t queue, uint8_t command[64]);
	void (*data)(const uint8_t command[64], uint8_t *bytes);
	void (*completion)(uint16_t queue, uint8_t entry[16]);
	struct sim_fault strikes; /* kind 0, SIM_STATUS: none */
	unsigned defects;
	bool doorbell_race; /* as in struct sim_config */
};

/* Ended by one without a fault. */
extern const struct model_fault model_faults[];

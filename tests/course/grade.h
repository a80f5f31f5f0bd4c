/* The grader of the course: what its checks, its machine and its report share. A check is a row: a
 * machine to make, and a function that calls the driver and says what is wrong. It runs in a
 * process of its own, so that whatever the driver does ends the check and nothing else. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "course/driver.h"
#include "tests/sim/controller.h"

/* The machine of a check. All zero: the seven functions of the seed, with the controller at
 * 00:04.0, its BAR0 of 64 bits below 4 GiB, memory space and bus mastering on, and QEMU's CAP. */
struct setting {
	struct sim_config sim;
	unsigned device, function; /* 0, 0: 4, 0 */
	uint64_t bar0;		   /* 0: SETTING_BAR0 */
	bool bar_32;		   /* BAR0 has 32 bits, and BAR1 is another one */
	bool prefetchable;
	bool off;	   /* firmware left memory space and bus mastering off */
	bool absent;	   /* there is no such controller */
	bool dead;	   /* it reads all ones */
	uint64_t clock_ns; /* that reading the clock takes */
	bool stranger;	   /* before it there is one of another vendor */
};
#define SETTING_BAR0 0xfebc0000ull

struct check {
	const char *number, *what, *section; /* of Base 2.0, if nothing else is said */
	void (*run)(void);
	struct setting setting;
};
/* A row; the setting is what follows, if anything. */
#define CHECK(number, what, section, run, ...) \
	{                                      \
		number, what, section, run,    \
		{                              \
			__VA_ARGS__            \
		}                              \
	}

struct step {
	const char *chapter; /* below course/en */
	const struct check *checks;
	unsigned count;
};
extern const struct step *const steps[];
#define STEPS 7
#define STEP(chapter, checks)                                         \
	{                                                             \
		chapter, checks, sizeof(checks) / sizeof((checks)[0]) \
	}

/*
 * For checks
 */

extern struct sim_controller *sim;
extern const struct setting *setting; /* of the check that runs */

/* Ends the check as failed; what happened is said in a line, or has been. */
_Noreturn void fail_said(void);
/* Ends it as passed. */
_Noreturn void pass(void);
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
#define expect(condition, ...)             \
	do {                               \
		if (!(condition))          \
			fail(__VA_ARGS__); \
	} while (0)

/* Calls the driver: it has to return 0, or that error, or any error. How long it took is in call_ns
 * then, in simulated time. */
#define CALL(call)		CALL_RETURNS(call, 0)
#define CALL_FAILS(call, error) CALL_RETURNS(call, -(error))
#define CALL_RETURNS(call, value)                      \
	do {                                           \
		const char *name_ = call_begin(#call); \
		call_end(name_, call, value);          \
	} while (0)
#define CALL_REFUSES(call)                             \
	do {                                           \
		const char *name_ = call_begin(#call); \
		call_refuses(name_, call);             \
	} while (0)
const char *call_begin(const char *text);
void call_end(const char *name, int result, int expected);
void call_refuses(const char *name, int result);
extern uint64_t call_ns;
/* "-ETIMEDOUT" */
const char *error_name(int error);

/* Steps that come before, in short: errors in them end the check as its own would. */
void start_disabled(void); /* step 1, and disabled */
void start_admin(void);	   /* and the admin queue, enabled */
void start_io(void);	   /* and both Identify commands and the I/O queues */

/*
 * The machine (platform.c)
 */

void machine_create(const struct setting *setting);
/* The queues as the controller has them, on standard output. */
void machine_say_queues(void);
/* What the controller saw is judged: ends the check if something was not right. */
void machine_judge(void);
/* What the driver asked of it. */
struct machine_seen {
	unsigned reads, writes; /* of registers */
	unsigned config_writes;
	unsigned cc_writes;
	uint64_t mapped; /* bytes of BAR0 */
	unsigned relaxes, time_reads;
	unsigned interrupt_waits, interrupt_begins;
	bool handler;
};
extern struct machine_seen seen;
/* Memory of the driver's that the controller may be told of besides platform_dma_alloc()'s: the
 * buffer of a request. */
void machine_buffer(const void *buffer, size_t size);
/* Whether a bus address begins memory of at least that size which the driver has. */
bool machine_owns(uint64_t bus, size_t size);
/* Whether it is where the driver finds such memory, or the buffer. */
bool machine_is_pointer(uint64_t address);
size_t machine_dma(void); /* bytes that the driver has of it */
/* The command register of the controller's function. */
uint16_t machine_command(void);
/* The last command with that opcode that the controller executed on a queue; NULL: none. */
const uint8_t *machine_executed(unsigned queue, uint8_t opcode);
unsigned machine_executed_count(unsigned queue, uint8_t opcode);
uint32_t machine_cc(void);
uint32_t machine_aqa(void);
uint64_t machine_asq(void);
uint64_t machine_acq(void);

/* Called for each command that the controller fetched, before it is executed; NULL: none. */
extern void (*machine_before)(unsigned queue, const uint8_t entry[64]);

/*
 * What lies behind a failure (hint.c)
 */

void hint_command(unsigned queue, const uint8_t entry[64]);
void hint_violation(const char *violation);
/* Of a call that should have returned 0. */
void hint_result(int result);

/*
 * What is said of a failure (report.c)
 */

/* The driver's source file: what stands behind the last slash. */
extern const char *driver_source;
void report_begin(void);
/* The check has used up its time. */
extern bool report_endless;
/* The first of some violations (tests/sim), on standard output. */
void report_violation(const char *violations);
/* The last accesses, and what the driver logged, on standard output. */
void report_accesses(void);
/* The line of the driver that runs, and who called it. */
void report_place(void);
void report_log(const char *text);
/* The end of a process that a sanitizer or a signal has ended: what its standard error says. */
void report_death(FILE *errors, int status);

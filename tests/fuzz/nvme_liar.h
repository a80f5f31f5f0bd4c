/* The controller of nvme_fuzz.c: tests/sim's, with everything that it tells the driver changed as
 * the input says, and the memory that it may write to. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/nvme/nvme.h"
#include "tests/fuzz/input.h"

extern struct input in;
extern struct sim_controller *sim;
extern struct nvme_controller *controller; /* the driver's; NULL while it has none */

/* Ends the program with the driver's log. */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The next size bytes of what is done; a number below bound; and of what is answered. */
uint64_t take(unsigned size);
unsigned below(unsigned bound);
uint64_t answer(unsigned size);

void make_controller(struct nvme_options *options);
/* One more thing that is done to a property whenever it is read. */
void add_rule(void);
void forget_rules(void);
/* Something happens to the controller. */
void happen(void);
/* Ends the program for illegal things that the host did. A controller that lies makes the driver do
 * many of them; what counts is where the driver reads and writes. */
void check_violations(void);
/* The driver's own data pages, which the controller writes to, are gone. */
void forget_pages(void);

/* Memory for a request, with nothing accessible around it as long as the controller has not lied
 * about where it writes. NULL when there is no more. */
void *buffer(size_t size, size_t alignment);
void free_buffers(void);

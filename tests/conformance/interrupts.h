/* Cases with interrupts, between the files that have some. */
#pragma once

#include "tests/conformance/conformance.h"

/* MSI-X on, vectors 0 to this one counted; so many I/O queue pairs can be had, the suite's own
 * among them. How many vectors there are; skips the case where these are too few. */
unsigned ct_begin_messages(struct ct *ct, unsigned vector, unsigned queues);
/* Messages of the vector so far. */
unsigned ct_interrupt_count(unsigned vector);
/* One more than there were before comes soon; none comes, which "what" says the reason of. */
void ct_expect_interrupt(struct ct *ct, unsigned vector, unsigned before);
void ct_expect_quiet(struct ct *ct, unsigned vector, unsigned before, const char *what);

/* A queue pair whose completion queue has this vector, and IEN or not. */
struct ct_sq *ct_interrupt_pair(struct ct *ct, unsigned id, unsigned vector, bool enabled);
/* Sends a command until its completion is there, which stays in the queue; takes one. */
void ct_leave_one(struct ct *ct, struct ct_sq *sq);
void ct_take_one(struct ct *ct, struct ct_sq *sq);

/* Interrupts: which kind, who gets which vector, and how a wait goes on that finds nothing. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "drivers/nvme/nvme.h"

/* What waits that ended by completions came to. */
struct nvme_waits {
	uint64_t ns;
	uint64_t completions;
	unsigned number;
};

/* How waits go on that find nothing at first. */
struct nvme_waiting {
	uint64_t begun_ns; /* of the wait that is going on */
	uint64_t spin_ns;  /* how long it spins before it halts, if it does */
	bool spins;
	bool measured;		    /* the faster way is taken, else spins stays what it is */
	unsigned number;	    /* of waits */
	struct nvme_waits waits[2]; /* those that halted at once, those that span */
};

/* Written by interrupts.c, and by the functions below. */
struct nvme_interrupts {
	enum nvme_irq irq;	   /* in use: never NVME_IRQ_BEST */
	unsigned idle_turns;	   /* in a row without progress */
	volatile bool noted;	   /* an interrupt came since the last turn began */
	volatile bool admin_noted; /* one that the admin queue may have sent */
	bool suspicious;	   /* the last halt ended without one */
	bool failed;		   /* polling instead, until the next reset */
	bool lost_reported;
	unsigned lost_in_row;
	uint64_t lost; /* in all */
	struct nvme_vector *vectors;
	unsigned vector_count; /* registered; 0 is the admin queue's */
	unsigned vector_limit; /* that the function has */
	struct nvme_waiting waiting;
	uint64_t look_at_ns; /* when a halt ends with a look at deadlines */
};

/* Before the controller is enabled: takes the interrupts that the options ask for, or sets up again
 * what there is. Where there are none the driver polls. */
void nvme_interrupts_start(struct nvme_controller *controller);
void nvme_interrupts_stop(struct nvme_controller *controller);
/* A vector for each of so many I/O queues, as far as there are. */
void nvme_interrupts_add_queues(struct nvme_controller *controller, unsigned queues);
unsigned nvme_interrupts_vector(const struct nvme_controller *controller, unsigned queue);
/* Coalescing, as far as the controller knows it. 0, or an error that ends the start. */
int nvme_interrupts_setup(struct nvme_controller *controller);
/* Behind a turn that found nothing: spins, or halts until an interrupt. False: it does no more than
 * spin, and the same queues may be looked at again at once. */
bool nvme_interrupts_rest(struct nvme_controller *controller);
/* The turn of who looks at I/O queues begins: what comes behind the look is noted again. */
static inline void nvme_interrupts_look(struct nvme_interrupts *interrupts)
{
	interrupts->noted = false;
}

/* The same of who looks at all queues: whether the admin queue may have something. */
static inline bool nvme_interrupts_look_at_all(struct nvme_interrupts *interrupts)
{
	bool noted = interrupts->admin_noted;

	interrupts->noted = interrupts->admin_noted = false;
	return noted;
}

/* The turn is over: what the last halt ended with has been looked at. */
static inline void nvme_interrupts_turned(struct nvme_interrupts *interrupts)
{
	interrupts->suspicious = false;
}

/* Behind a turn that found something where no wait is measured. */
static inline void nvme_interrupts_busy(struct nvme_interrupts *interrupts)
{
	interrupts->idle_turns = 0;
}

/* Behind a turn that found so many, and others that found nothing before. */
void nvme_interrupts_wait_over(struct nvme_controller *controller, unsigned completions);
/* A queue had completions after a halt that no interrupt ended: perhaps one was lost. */
void nvme_interrupts_found(struct nvme_controller *controller, unsigned queue);

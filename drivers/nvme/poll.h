/* Polling: completions are taken by whoever waits, and what has to be looked at now and then is
 * looked at on the way: deadlines, doorbells, and whether the controller is well. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct nvme_controller;

/* Written by poll.c. */
struct nvme_polling {
	uint64_t busy; /* bit ID - 1: the channel may have commands in flight, or some to send */
	unsigned turns;
	bool inside;	       /* nvme_poll(): recovery may call done(), which must not poll */
	uint64_t health_at_ns; /* when to look at CSTS next while waiting */
	uint64_t paused_at_ns; /* since when CSTS.PP is set; 0: it is not */
};

/* Takes completions, serves events, and recovers where that is needed. Returns how many completions
 * there were. */
unsigned nvme_poll(struct nvme_controller *controller);
/* What nvme_poll() does but for serving events; may be called from within it. */
unsigned nvme_turn(struct nvme_controller *controller);
/* A turn of who waits for an admin command while the controller is being started or ended: nobody
 * else takes care of deadlines and faults then, so they end the wait: -ETIMEDOUT, -EIO, -ENODEV. */
int nvme_turn_alone(struct nvme_controller *controller, uint64_t deadline_ns);
/* One turn of a waiting loop that found nothing: spins first, then relaxes. */
void nvme_rest(struct nvme_controller *controller);
/* Makes the next turn look at deadlines and at the controller's health. */
void nvme_check_soon(struct nvme_controller *controller);
/* Between the two nobody polls, but who waits for a command of his own. */
void nvme_poll_suspend(struct nvme_controller *controller);
void nvme_poll_resume(struct nvme_controller *controller);
/* The controller is reset: commands are not paused any more. */
void nvme_poll_reset(struct nvme_controller *controller);

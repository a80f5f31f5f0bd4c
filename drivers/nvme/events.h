/* Asynchronous events (Base, section 5.2): what the controller tells by itself. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct nvme_controller;

/* Written by events.c. */
struct nvme_events {
	unsigned requests; /* for events, outstanding */
	unsigned requests_max;
	unsigned failures;	  /* requests that ended with a status, in a row */
	bool refused;		  /* has been said */
	bool pending;		  /* there is something to serve */
	bool namespaces_changed;  /* an event or the driver itself said so */
	uint64_t serve_at_ns;	  /* not before */
	uint64_t pending_logs[4]; /* log pages to read so that their events come again: bits by LID
				   */
	uint16_t groups[8];	  /* endurance groups whose logs are to be read, and how many */
	unsigned group_count;
	unsigned last_log;     /* of them */
	bool reading_log;      /* it is under way */
	unsigned log_failures; /* in a row */
	uint64_t told;	       /* events so far */
};

/* Asks the controller for what it is to tell. 0, also where it refuses, or an error that ends the
 * start. */
int nvme_events_setup(struct nvme_controller *controller);
/* Sends as many requests for events as the controller takes, once it is live. */
void nvme_events_start(struct nvme_controller *controller);
void nvme_events_stop(struct nvme_controller *controller);
/* What nvme_poll() does while events are pending. */
void nvme_events_serve(struct nvme_controller *controller);
/* The namespaces are to be read again when that is possible. */
void nvme_events_rescan(struct nvme_controller *controller);
/* Admin commands that are out for events, and hold no memory of anybody else's. */
unsigned nvme_events_in_flight(const struct nvme_controller *controller);

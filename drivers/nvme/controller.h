/* A controller as the driver keeps it: inside drivers/nvme only. */
#pragma once

#include "drivers/nvme/channel.h"
#include "drivers/nvme/deadline.h"
#include "drivers/nvme/events.h"
#include "drivers/nvme/interrupts.h"
#include "drivers/nvme/message.h"
#include "drivers/nvme/nvme.h"
#include "drivers/nvme/transport/platform.h"
#include "drivers/nvme/transport/registers.h"
#include "drivers/nvme/poll.h"
#include "drivers/nvme/quirks.h"
#include "drivers/nvme/recovery.h"
#include "drivers/nvme/shadow.h"
#include "drivers/nvme/transport/sgl.h"
#include "drivers/nvme/spec/spec.h"

#define NVME_ADMIN_ENTRIES  32u
#define NVME_EVENTS_MAX	    4u	/* Asynchronous Event Requests kept outstanding */
#define NVME_QUEUES_MAX	    64u /* I/O queue pairs */
#define NVME_NAMESPACES_MAX 1024u
#define NVME_SCRATCH_LOG    (2 * NVME_PAGE_SIZE) /* where logs of events are read to */
#define NVME_SCRATCH_SIZE   (3 * NVME_PAGE_SIZE)
#define NVME_TRANSFER_LIMIT (4u << 20)
#define NVME_NS_PER_MS	    1000000ull
#define NVME_STALL_NS	    (NVME_NS_PER_MS / 2)

struct nvme_lane;

struct nvme_controller {
	unsigned channel_count;	     /* with the admin one */
	struct nvme_lane *next_lane; /* for the next request */
	enum nvme_state state;
	struct nvme_polling polling;
	struct nvme_recovery recovery;
	bool initialising; /* timeouts fail the command instead of resetting */
	struct nvme_registers registers;
	struct nvme_pci *pci;
	struct nvme_controller *next;
	struct nvme_namespace *namespaces; /* by ascending NSID */

	struct nvme_interrupts interrupts;
	uint64_t command_sets; /* enabled ones, bits by CSI; 0: not known */
	uint64_t io_timeout_ns;
	uint64_t admin_timeout_ns;
	uint64_t setup_until_ns; /* while it is started or ended: nothing more is sent then; or 0 */
	uint64_t scan_until_ns;
	unsigned io_entries;
	uint32_t transfer_max; /* bytes of one command */
	uint32_t block_limit;  /* what that may grow to for large blocks, as far as MDTS allows */
	struct nvme_sgl_rules sgl;
	struct nvme_aborts aborts;
	struct nvme_events events;
	struct nvme_shadow shadow;

	/* Copies of what the controller said, which it cannot change afterwards. */
	struct nvme_identify_controller *identify;
	struct nvme_identify_namespace *identify_namespace; /* the last one looked at */
	uint32_t *namespace_list;			    /* the last part of it */
	uint8_t *scratch; /* DMA memory for the driver's own commands: what they send, what they get
			   */
	uint64_t scratch_bus;

	struct nvme_messages messages;

	/* Large ones last: instructions are shorter for what is near the beginning. */
	unsigned number;
	char name[NVME_NAME_MAX];
	char address[16];
	char model[41];
	char serial[20]; /* of the controller that was started */
	struct nvme_options options;
	struct nvme_channel *channels[1 + NVME_QUEUES_MAX]; /* 0: admin; the others are lanes' */
};

/* bytes, or as many of them as MDTS allows a command to carry: it counts in pages of CAP.MPSMIN,
 * which is 4 KiB here. */
static inline uint32_t nvme_within_mdts(const struct nvme_controller *controller, uint32_t bytes)
{
	unsigned mdts = controller->identify->mdts;

	return mdts && mdts < 20 && NVME_PAGE_SIZE << mdts < bytes ? NVME_PAGE_SIZE << mdts : bytes;
}

/* I/O commands that the controller has, or that wait to be sent to it again. */
static inline unsigned nvme_in_flight(const struct nvme_controller *controller)
{
	unsigned count = 0;

	for (unsigned i = 1; i < controller->channel_count; i++)
		count += nvme_channel_in_flight(controller->channels[i]);
	return count;
}

/* enable.c: the controller's own state (Base, sections 3.5 and 3.6) */
int nvme_read_capabilities(struct nvme_controller *controller);
int nvme_disable(struct nvme_controller *controller);
/* One that is not seen to stop must not write into memory that is not its own any more: it loses
 * bus mastering. So does one that reads all ones: it may be back as it was. */
void nvme_silence(struct nvme_controller *controller);
int nvme_enable(struct nvme_controller *controller);
int nvme_shut_down(struct nvme_controller *controller);

/* setup.c: from an enabled controller to one that takes I/O; first: the channels do not exist yet
 */
int nvme_setup(struct nvme_controller *controller, bool first);
/* command_set.c */
/* Where several I/O command sets are enabled together (CC.CSS 110b): selects as many as can be. 0,
 * also where it is refused, or an error that ends the start. */
int nvme_select_command_sets(struct nvme_controller *controller);
/* Fills in the identifiers and the command set of a namespace as its identification descriptors
 * have them (Base, section 5.17.2.3). 0, also where there are none: reply tells; or an error when
 * the controller does not answer. */
int nvme_identify_descriptors(struct nvme_controller *controller, uint32_t nsid,
			      struct nvme_namespace *ns, struct nvme_reply *reply);

/* namespace.c */
int nvme_scan_namespaces(struct nvme_controller *controller);
void nvme_register_namespaces(struct nvme_controller *controller);
void nvme_namespaces_gone(struct nvme_controller *controller);
void nvme_namespaces_free(struct nvme_controller *controller);

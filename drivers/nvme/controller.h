/* A controller as the driver keeps it: inside drivers/nvme only. */
#pragma once

#include "drivers/nvme/channel.h"
#include "drivers/nvme/deadline.h"
#include "drivers/nvme/events.h"
#include "drivers/nvme/interrupts.h"
#include "drivers/nvme/limits.h"
#include "drivers/nvme/load_control.h"
#include "drivers/nvme/message.h"
#include "drivers/nvme/namespace.h"
#include "drivers/nvme/nvme.h"
#include "drivers/nvme/poll.h"
#include "drivers/nvme/quirks.h"
#include "drivers/nvme/recovery.h"
#include "drivers/nvme/setup.h"
#include "drivers/nvme/shadow.h"
#include "drivers/nvme/spec/spec.h"
#include "drivers/nvme/transport/cmb_pages.h"
#include "drivers/nvme/transport/platform.h"
#include "drivers/nvme/transport/registers.h"
#include "drivers/nvme/transport/sgl.h"

#define NVME_ADMIN_ENTRIES  32u
#define NVME_QUEUES_MAX	    64u			 /* I/O queue pairs */
#define NVME_SCRATCH_LOG    (2 * NVME_PAGE_SIZE) /* where logs of events are read to */
#define NVME_SCRATCH_SIZE   (3 * NVME_PAGE_SIZE)
#define NVME_TRANSFER_LIMIT (4u << 20)
#define NVME_NS_PER_MS	    1000000ull

struct nvme_lane;
struct nvme_pmr;

/* What has no comment of its own is written by controller.c, when the controller is attached. */
struct nvme_controller {
	/* what each I/O request looks at first */
	struct nvme_lane *next_lane; /* for the next request; setup.c, io.c, poll.c */
	unsigned channel_count;	     /* with the admin one; setup.c */
	enum nvme_state state;	     /* recovery.c */

	struct nvme_polling polling;
	struct nvme_interrupts interrupts;
	struct nvme_registers registers;
	struct nvme_setup setup;
	struct nvme_recovery recovery;
	struct nvme_aborts aborts;
	struct nvme_events events;
	struct nvme_shadow shadow;
	struct nvme_cmb cmb;
	struct nvme_loads loads;
	struct nvme_pmr *pmr; /* NULL: there is none; pmr.c */
	struct nvme_namespaces namespaces;
	struct nvme_limits limits;
	struct nvme_messages messages;
	uint64_t command_sets; /* enabled ones, bits by CSI; 0: not known; command_set.c */

	struct nvme_pci *pci;
	struct nvme_controller *next;
	uint64_t io_timeout_ns;
	uint64_t admin_timeout_ns;
	struct nvme_identify_controller *identify; /* a copy, not the controller's any more */
	uint8_t *scratch; /* DMA memory for data of the driver's own commands */
	uint64_t scratch_bus;
	struct nvme_options options;
	unsigned number;
	char name[NVME_NAME_MAX];
	char address[16];
	char model[41], serial_text[21];
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

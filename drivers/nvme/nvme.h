/* The NVMe driver as the rest of the kernel sees it: start and end, the controllers and namespaces
 * that there are, commands passed through, and resets. Everything else goes through the block
 * devices (drivers/block/block.h). Not one of these functions waits without a deadline. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/block/block.h"
#include "drivers/nvme/quirks.h"
#include "drivers/nvme/spec/spec.h"
#include "drivers/nvme/zone_write.h"

#define NVME_NAME_MAX 16 /* "my_nvme0" */

struct nvme_controller;
struct nvme_pci;
struct pci_device;

/*
 * The machine (probe.c)
 */

/* Finds and starts every controller (1b36:0010; any of class 010802 with nvme.any=1 on the command
 * line) and registers its namespaces as block devices. Returns how many controllers run. Reads
 * nvme.timeout_ms, nvme.admin_timeout_ms, nvme.queues, nvme.depth, nvme.max_transfer, nvme.shadow,
 * nvme.data (auto, prp, sgl), nvme.pi (driver, controller, off), nvme.irq (poll, intx, msix),
 * nvme.spin_us, nvme.driver, nvme.coalesce (completions,time in 100 us) and nvme.cmb (sq, list,
 * data) from the command line. */
unsigned nvme_init(void);
/* Another driver for the controllers, which is built in and takes the place of this one with
 * nvme.driver=NAME: begin() is called by nvme_init(), and returns as that does. */
struct nvme_driver {
	const char *name;
	unsigned (*begin)(void);
};
#define NVME_DRIVER(name, begin)                           \
	static const struct nvme_driver nvme_driver_##name \
		__attribute__((section("nvme_drivers"), used)) = {#name, begin}

/* Looks for controllers that came or went since; returns how many were added. The one of a virtual
 * function is there while its secondary controller is on line, as its primary controller says. */
unsigned nvme_rescan(void);
/* Whether a primary controller was reset since nvme_rescan(): its secondary ones are off line then,
 * which that is to find. */
bool nvme_rescan_wanted(void);
/* The controller on a function; NULL if there is none. */
struct nvme_controller *nvme_on(const struct pci_device *device);
/* The PCI function is taken away: ends the controller that is on it, if there is one, with an
 * orderly shutdown where it is still there. */
void nvme_remove(struct pci_device *device, bool there);
/* Orderly shutdown of all controllers (CC.SHN), before the machine is switched off or restarted;
 * waits no longer than RTD3E (5 to 60 s) for each. */
void nvme_shutdown_all(void);

/*
 * Controllers and namespaces
 */

enum nvme_state {
	NVME_STARTING,
	NVME_LIVE,
	NVME_RESETTING,
	NVME_DEAD, /* nvme_reset() may bring it back */
	NVME_GONE, /* reads all ones: unplugged */
	NVME_SHUT_DOWN,
};

/* Who makes and checks protection information. */
enum nvme_pi {
	NVME_PI_DRIVER,
	NVME_PI_CONTROLLER, /* PRACT */
	NVME_PI_OFF,	    /* nobody checks what is read; the driver makes what is written */
};

/* How much one command of those that move no data may be about, in logical blocks; 0: it is not
 * offered. */
struct nvme_range_limits {
	uint16_t discard_ranges; /* of a Dataset Management command */
	uint32_t discard_range;	 /* blocks of each */
	uint64_t discard_blocks; /* and of all */
	uint32_t write_zeroes;
	uint32_t verify;
	bool deallocates; /* Write Zeroes takes DEAC */
};

/* A namespace of another command set than NVM and ZNS, or with metadata or zones that the driver
 * cannot work with, is not a disk: it has no block device, its block is gone from the start and
 * never registered. */
struct nvme_namespace {
	struct block_device block; /* "my_nvme0n1"; block.gone once the namespace is */
	struct nvme_controller *controller;
	struct nvme_namespace *next; /* by ascending NSID */
	uint32_t nsid;
	uint32_t blocks_max; /* of one command */
	uint32_t small_max; /* blocks that always fit PRP1 and PRP2; 0 where there is another way */
	uint32_t boundary;  /* NOIOB: blocks; 0: none */
	struct nvme_range_limits ranges;
	bool volatile_cache;
	uint8_t block_shift; /* 0: no disk, and not known */
	uint8_t format;	     /* index of the LBA format in use */
	uint8_t csi;	     /* enum nvme_csi */
	struct nvme_metadata_format metadata;
	enum nvme_pi pi;
	bool zero_tuples;		/* NVME_QUIRK_ZERO_TUPLES */
	const char *unsupported;	/* what of it is; NULL: nothing */
	struct nvme_zone_writer writer; /* of a zoned one */
	bool zones_changed;		/* written by events.c: an event said so */
	bool active;
	bool seen; /* by the scan that is going on */
	bool registered;
	uint64_t capacity; /* NCAP, NUSE: logical blocks */
	uint64_t used;
	uint8_t nguid[16];
	uint8_t eui64[8];
	uint8_t uuid[16];
};

/* In the order in which they were found; NULL at the end. */
struct nvme_controller *nvme_first(void);
struct nvme_controller *nvme_next(const struct nvme_controller *controller);
/* By "my_nvme0"; NULL if there is none. */
struct nvme_controller *nvme_find(const char *name);
/* The namespace behind a block device, NULL if the device is not ours. */
struct nvme_namespace *nvme_namespace_of(struct block_device *device);
struct nvme_namespace *nvme_namespace_first(struct nvme_controller *controller);
static inline bool nvme_namespace_is_disk(const struct nvme_namespace *namespace)
{
	return (namespace->csi == NVME_CSI_NVM || namespace->csi == NVME_CSI_ZONED) &&
	       !namespace->unsupported;
}
/* Whether a namespace can be used by commands: as a disk, or by those passed through only. */
static inline bool nvme_namespace_usable(const struct nvme_namespace *namespace)
{
	return namespace->active && (!namespace->block.gone || !nvme_namespace_is_disk(namespace));
}

const char *nvme_name(const struct nvme_controller *controller);
enum nvme_state nvme_state(const struct nvme_controller *controller);
const char *nvme_state_name(enum nvme_state state);
/* Identify Controller as read at the last start; all zero before the first one. */
const struct nvme_identify_controller *nvme_identify(const struct nvme_controller *controller);
/* Where it sits, as "00:04.0"; "" on the host. */
const char *nvme_address(const struct nvme_controller *controller);

struct nvme_statistics {
	uint64_t commands;   /* completed, I/O only */
	uint64_t retries;    /* repeated after a status without DNR, a timeout or a reset */
	uint64_t timeouts;   /* deadlines that passed */
	uint64_t aborts;     /* Abort commands sent */
	uint64_t resets;     /* controller resets, successful or not */
	uint64_t violations; /* completions that were not believed */
	uint64_t stalls;     /* doorbells rung again because a queue stood still */
	uint64_t events;     /* asynchronous events */
	uint64_t bounced;    /* parts that went through a bounce buffer */
	uint64_t sgls;	     /* parts described by an SGL */
	uint64_t lost_interrupts;
};
struct nvme_statistics nvme_statistics(const struct nvme_controller *controller);
/* Entries of each I/O queue, number of I/O queue pairs, bytes of one command at most. */
unsigned nvme_queue_entries(const struct nvme_controller *controller);
unsigned nvme_queue_count(const struct nvme_controller *controller);
uint32_t nvme_transfer_max(const struct nvme_controller *controller);

/* "MSI-X", "INTx" or "polling", and how many vectors it uses (0 when polling). */
const char *nvme_interrupt_kind(const struct nvme_controller *controller);
unsigned nvme_interrupt_vectors(const struct nvme_controller *controller);

/* Reads a property of 4 or 8 bytes. -EINVAL if it is misaligned or not inside BAR0, -ENODEV if the
 * controller is gone (*value is then all ones). */
int nvme_property(struct nvme_controller *controller, uint32_t offset, unsigned size,
		  uint64_t *value);
/* Writes a property behind the driver's back, which finds out as if somebody else had. -EPERM where
 * only the driver may: CC, CSTS, NSSR, NSSD and PMRCTL can be set. Else as nvme_property(). */
int nvme_set_property(struct nvme_controller *controller, uint32_t offset, unsigned size,
		      uint64_t value);

/*
 * Commands
 */

struct nvme_reply {
	uint32_t result;      /* completion DW0 */
	uint32_t result_high; /* completion DW1 */
	uint16_t status;      /* without the phase bit: DNR, M, CRD, SCT, SC; 0 on success */
};

/* Bytes of data that a command moves as its own fields say (blocks, dwords, ranges, descriptors, or
 * a structure of fixed size); given where they do not say it, UINT64_MAX (and a line in the log)
 * where they say it in blocks of a namespace that is not in use. */
uint64_t nvme_data_size(struct nvme_controller *controller, bool io,
			const struct nvme_command *command, uint64_t given);

/* The same of the metadata that it moves by a buffer of their own: 0 where it has none. */
uint64_t nvme_metadata_size(const struct nvme_controller *controller, bool io,
			    const struct nvme_command *command);

/* A command that is passed through, with the memory for what it moves: of any alignment, NULL where
 * there is none of it. The direction is that of the opcode's bits 1:0. */
struct nvme_passthrough {
	const struct nvme_command *command; /* the driver fills in CID and pointers */
	void *data;
	size_t size; /* at most nvme_transfer_max(), at least nvme_data_size() */
	void *metadata;
	size_t metadata_size;	  /* at least nvme_metadata_size() */
	unsigned timeout_ms;	  /* 0: the default */
	struct nvme_reply *reply; /* may be NULL */
};

/* Sends an admin command and waits for it.
 *
 * 0; -EIO or the errno that fits when the controller completed it with a status (see
 * nvme_status_errno(); reply->status tells which); -ETIMEDOUT when it did not complete (the
 * controller has been reset by then), -ENODEV when it is dead or gone, -ENOMEM, -EINVAL (sizes; or
 * a command that only the driver may send: creation and deletion of queues, Asynchronous Event
 * Request, Doorbell Buffer Config), -EBUSY while resetting, -EINTR when Ctrl-C ended the wait: the
 * controller was asked to abort it, and the memory is not used any more. */
int nvme_admin_command(struct nvme_controller *controller,
		       const struct nvme_passthrough *passthrough);

/* Whether only the driver may send the admin command. */
bool nvme_reserved_for_driver(const struct nvme_command *command);

/* The same on an I/O queue. The namespace is command->nsid. It is never repeated. */
int nvme_io_command(struct nvme_controller *controller, const struct nvme_passthrough *passthrough);

/* Identify into buffer (4096 bytes). */
int nvme_identify_command(struct nvme_controller *controller, unsigned cns, uint32_t nsid,
			  void *buffer, struct nvme_reply *reply);
/* What Get Log Page is asked for: Base, section 5.16. What a page does not use is 0. */
struct nvme_log_request {
	uint32_t nsid;
	uint16_t lsi; /* Log Specific Identifier */
	uint8_t lid;
	uint8_t lsp;	    /* Log Specific Field: 7 bits */
	uint8_t uuid_index; /* 7 bits */
	uint8_t csi;
	bool retain;   /* RAE: an event that points at this page is not cleared */
	bool by_index; /* OT: offset is the index of an entry */
	uint64_t offset;
	uint32_t piece; /* bytes of a command at most; 0: a page of 4 KiB */
};

/* The command for size bytes, a multiple of 4. */
struct nvme_command nvme_log_command(const struct nvme_log_request *request, size_t size);

/* A log page's bytes [offset, offset + size), both multiples of 4, in pieces, with 4 KiB whatever
 * MDTS; in one command from an index on, or where the controller takes no offset. -EOPNOTSUPP where
 * it would need one.
 *
 * Reading a page to its end clears the event that points there, unless it is retained; all pieces
 * but the last retain it. The driver reads the page of each event itself, to clear it: what is
 * cleared before it comes to that is read once more, and what it has cleared first is not in the
 * Changed Namespace List any more, as on Linux. It rescans the namespaces whatever the list says,
 * so that no event is lost on it either way. */
int nvme_log_page(struct nvme_controller *controller, const struct nvme_log_request *request,
		  void *buffer, size_t size, struct nvme_reply *reply);
int nvme_get_feature(struct nvme_controller *controller, unsigned feature, unsigned select,
		     uint32_t nsid, uint32_t cdw11, void *buffer, size_t size,
		     struct nvme_reply *reply);
int nvme_set_feature(struct nvme_controller *controller, unsigned feature, bool save, uint32_t nsid,
		     uint32_t value, void *buffer, size_t size, struct nvme_reply *reply);

/* Resets the controller, builds its queues anew and sends again what was in flight. 0, -ENODEV,
 * -EIO. */
int nvme_reset(struct nvme_controller *controller);
/* Writes NSSR where CAP.NSSRS allows it (else -EOPNOTSUPP), then as nvme_reset(). */
int nvme_subsystem_reset(struct nvme_controller *controller);
/* Resets the PCI function with all that is in it, then as nvme_reset(). -EOPNOTSUPP, with nothing
 * done, where it has no such reset. */
int nvme_reset_function(struct nvme_controller *controller);
/* Reads the namespaces anew: new ones are registered, lost ones unregistered, sizes corrected. */
int nvme_rescan_namespaces(struct nvme_controller *controller);

/* Reaps, checks deadlines, serves events; for idle loops. Returns the progress made. */
unsigned nvme_poll_all(void);
/* Whether an interrupt came since a controller was last polled: there may be an event to serve.
 * idle: asked before the machine halts; from then on an event interrupts. */
bool nvme_attention(bool idle);

/*
 * Without PCI: what nvme_init() does for each controller, and what tests do.
 */

/* How reads and writes tell where their data is. */
enum nvme_data {
	NVME_DATA_AUTO, /* PRPs where they fit, else an SGL if it may be one, else bounced */
	NVME_DATA_PRP,
	NVME_DATA_SGL, /* always where the controller takes it */
};

/* How the driver learns of completions. */
enum nvme_irq {
	NVME_IRQ_POLL,
	NVME_IRQ_BEST, /* MSI-X, else the pin, else polling; waits spin where that is faster */
	NVME_IRQ_INTX, /* no wait spins */
	NVME_IRQ_MSIX,
};

struct nvme_options {
	unsigned timeout_ms;	   /* of I/O commands; 0: 30,000 */
	unsigned admin_timeout_ms; /* 0: 10,000 */
	unsigned queues;	   /* I/O queue pairs wished for; 0: 1; at most 64 */
	unsigned loads;		   /* more of them, for load loops (load.h); 0: none */
	unsigned depth;		   /* entries of each, rounded down to a power of two; 0: 256 */
	uint32_t max_transfer;	   /* bytes; 0: 1 MiB, or a block; at most 4 MiB */
	enum nvme_irq irq;
	unsigned spin_us; /* how long each wait spins before it halts; 0: not at all, or what turns
			   * out to be faster if NVME_IRQ_BEST */
	uint8_t coalesce_threshold; /* completions for one interrupt, at most; 0 or 1: no more */
	uint8_t coalesce_time;	    /* the longest delay of an interrupt by it, in 100 us */
	bool shadow_doorbells;	    /* use Doorbell Buffer Config where offered */
	enum nvme_data data;
	enum nvme_pi pi;
	unsigned cmb; /* what is put into a Controller Memory Buffer: NVME_CMBSZ_SQS, _LISTS, _RDS,
		       * _WDS */
	unsigned quirks;     /* of its model: enum nvme_quirk */
	const char *address; /* for nvme_address(), copied */
	/* Turns bus mastering of the function on or off; NULL where there is no PCI. It is turned
	 * off for a controller that cannot be stopped otherwise. */
	void (*bus_master)(struct nvme_pci *pci, bool on);
	/* Makes the function answer as it did when it was attached: awake, with its addresses;
	 * whatever a reset or somebody else has done to it. Bus mastering stays as it is. 0,
	 * -ENODEV (it does not answer), or another negative errno. May be NULL. */
	int (*restore)(struct nvme_pci *pci);
	/* Resets the function with all that is in it, and restores it, bus mastering off: what is
	 * left to try with a controller that nothing else brings back. 0 or a negative errno. May
	 * be NULL. */
	int (*reset)(struct nvme_pci *pci);
	/* It was reset, whoever wanted that, and however it ended. May be NULL. */
	void (*was_reset)(struct nvme_pci *pci);
};

/* Starts a controller behind a mapped BAR0 and registers its namespaces. options may be NULL. 0 and
 * *controller; on errors everything is undone: -ENODEV (reads all ones), -EOPNOTSUPP (capabilities
 * that the driver cannot work with), -ETIMEDOUT, -EIO, -ENOMEM. */
int nvme_attach(volatile void *bar, uint64_t bar_size, struct nvme_pci *pci,
		const struct nvme_options *options, struct nvme_controller **controller);
/* Ends it: requests in flight fail with -ENODEV, the block devices are unregistered, the controller
 * is disabled (shut down first when orderly) and the memory given back. */
void nvme_detach(struct nvme_controller *controller, bool orderly);

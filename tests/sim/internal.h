/* What the parts of the simulated controller share. The driver and its tests do not see this. */
#pragma once

#include "tests/sim/controller.h"

#include <stdarg.h>

/* Properties (Base 2.0, figure 35) */
#define SIM_CAP	      0x00
#define SIM_VS	      0x08
#define SIM_INTMS     0x0c
#define SIM_INTMC     0x10
#define SIM_CC	      0x14
#define SIM_CSTS      0x1c
#define SIM_NSSR      0x20
#define SIM_AQA	      0x24
#define SIM_ASQ	      0x28
#define SIM_ACQ	      0x30
#define SIM_CMBLOC    0x38
#define SIM_CMBSZ     0x3c
#define SIM_CMBMSC    0x50
#define SIM_CMBSTS    0x58
#define SIM_CRTO      0x68
#define SIM_PMRCAP    0xe00
#define SIM_PMRCTL    0xe04
#define SIM_PMRSTS    0xe08
#define SIM_DOORBELLS 0x1000

#define SIM_CSTS_RDY   0x1u
#define SIM_CSTS_CFS   0x2u
#define SIM_CSTS_NSSRO 0x10u

/* Status codes, SCT << 8 | SC (figures 93 to 97, and NVM Command Set 1.0, figure 9) */
#define SIM_SC_SUCCESS		0x000
#define SIM_SC_OPCODE		0x001
#define SIM_SC_FIELD		0x002
#define SIM_SC_ABORTED		0x007
#define SIM_SC_FUSED_FAILED	0x009
#define SIM_SC_FUSED_MISSING	0x00a
#define SIM_SC_NAMESPACE	0x00b
#define SIM_SC_SEQUENCE		0x00c
#define SIM_SC_SGL_SEGMENT	0x00d
#define SIM_SC_SGL_COUNT	0x00e
#define SIM_SC_SGL_LENGTH	0x00f
#define SIM_SC_SGL_TYPE		0x011
#define SIM_SC_PRP_OFFSET	0x013
#define SIM_SC_SGL_OFFSET	0x016
#define SIM_SC_SGL_GRANULARITY	0x01e
#define SIM_SC_READ_ONLY	0x020
#define SIM_SC_PLACEMENT_OFF	0x029
#define SIM_SC_LBA_RANGE	0x080
#define SIM_SC_CQ_INVALID	0x100
#define SIM_SC_QUEUE_ID		0x101
#define SIM_SC_QUEUE_SIZE	0x102
#define SIM_SC_EVENT_LIMIT	0x105
#define SIM_SC_FIRMWARE_SLOT	0x106
#define SIM_SC_FIRMWARE_IMAGE	0x107
#define SIM_SC_VECTOR		0x108
#define SIM_SC_LOG_PAGE		0x109
#define SIM_SC_FORMAT		0x10a
#define SIM_SC_QUEUE_DELETION	0x10c
#define SIM_SC_NOT_SAVEABLE	0x10d
#define SIM_SC_NOT_CHANGEABLE	0x10e
#define SIM_SC_NOT_NAMESPACE	0x10f
#define SIM_SC_NO_CAPACITY	0x115
#define SIM_SC_NO_NSID		0x116
#define SIM_SC_ATTACHED		0x118
#define SIM_SC_PRIVATE		0x119
#define SIM_SC_NOT_ATTACHED	0x11a
#define SIM_SC_THIN		0x11b
#define SIM_SC_CONTROLLER_LIST	0x11c
#define SIM_SC_CONTROLLER_ID	0x11f
#define SIM_SC_SECONDARY_STATE	0x120
#define SIM_SC_RESOURCE_COUNT	0x121
#define SIM_SC_RESOURCE_ID	0x122
#define SIM_SC_IOCS_UNSUPPORTED 0x129
#define SIM_SC_COMBINATION	0x12b
#define SIM_SC_COMMAND_SET	0x12c
#define SIM_SC_STREAMS		0x17f
#define SIM_SC_PROTECTION	0x181
#define SIM_SC_SIZE_LIMIT	0x183
#define SIM_SC_INCOMPATIBLE	0x185
#define SIM_SC_ZONE_OPERATION	0x1b6
#define SIM_SC_NO_AREA		0x1b7
#define SIM_SC_ZONE_BOUNDARY	0x1b8
#define SIM_SC_ZONE_FULL	0x1b9
#define SIM_SC_ZONE_READ_ONLY	0x1ba
#define SIM_SC_ZONE_OFFLINE	0x1bb
#define SIM_SC_ZONE_WRITE	0x1bc
#define SIM_SC_TOO_MANY_ACTIVE	0x1bd
#define SIM_SC_TOO_MANY_OPEN	0x1be
#define SIM_SC_ZONE_TRANSITION	0x1bf
#define SIM_SC_GUARD		0x282
#define SIM_SC_APPLICATION_TAG	0x283
#define SIM_SC_REFERENCE_TAG	0x284
#define SIM_SC_READ_ERROR	0x281
#define SIM_SC_COMPARE		0x285
#define SIM_SC_UNWRITTEN	0x287
#define SIM_SC_STORAGE_TAG	0x288
#define SIM_SC_NONE		0xffff /* completes later (asynchronous events) */

#define SIM_CNTLID		1
#define SIM_OTHER_CNTLID	9u /* with config.other_controller */
#define SIM_SECONDARIES		2u /* with SIM_OACS_VIRTUALIZATION: the CNTLIDs behind it */
#define SIM_EVENT_TYPES		8
#define SIM_RECLAIM_GROUPS_MAX	2
#define SIM_RECLAIM_HANDLES_MAX 8
#define SIM_PLACEMENT_EVENTS	63
#define SIM_STREAMS_MAX		8

/* Opcodes */
enum {
	SIM_DELETE_SQ = 0x00,
	SIM_CREATE_SQ = 0x01,
	SIM_GET_LOG = 0x02,
	SIM_DELETE_CQ = 0x04,
	SIM_CREATE_CQ = 0x05,
	SIM_IDENTIFY = 0x06,
	SIM_ABORT = 0x08,
	SIM_SET_FEATURES = 0x09,
	SIM_GET_FEATURES = 0x0a,
	SIM_EVENT_REQUEST = 0x0c,
	SIM_NAMESPACE_MANAGEMENT = 0x0d,
	SIM_FIRMWARE_COMMIT = 0x10,
	SIM_FIRMWARE_DOWNLOAD = 0x11,
	SIM_SELF_TEST = 0x14,
	SIM_NAMESPACE_ATTACHMENT = 0x15,
	SIM_KEEP_ALIVE = 0x18,
	SIM_DIRECTIVE_SEND = 0x19,
	SIM_DIRECTIVE_RECEIVE = 0x1a,
	SIM_VIRTUALIZATION = 0x1c,
	SIM_DOORBELL_BUFFER = 0x7c,
	SIM_FORMAT = 0x80,
	SIM_SECURITY_SEND = 0x81,
	SIM_SECURITY_RECEIVE = 0x82,
	SIM_SANITIZE = 0x84,

	SIM_FLUSH = 0x00,
	SIM_WRITE = 0x01,
	SIM_READ = 0x02,
	SIM_WRITE_UNCORRECTABLE = 0x04,
	SIM_COMPARE = 0x05,
	SIM_WRITE_ZEROES = 0x08,
	SIM_DSM = 0x09,
	SIM_VERIFY = 0x0c,
	SIM_IO_MANAGEMENT_RECEIVE = 0x12,
	SIM_COPY = 0x19,
	SIM_IO_MANAGEMENT_SEND = 0x1d,
	SIM_ZONE_SEND = 0x79,
	SIM_ZONE_RECEIVE = 0x7a,
	SIM_ZONE_APPEND = 0x7d,
};

struct sim_store; /* sparse memory, block by block */

struct sim_namespace {
	struct sim_namespace_config config;
	struct sim_store *store;
	struct sim_zone *zones;
	struct sim_zone_more {
		bool area;     /* it has a Zone Random Write Area */
		bool extended; /* its extension is valid */
		uint8_t extension[64];
	} * zones_more;
	uint64_t zone_count; /* 0: none */
	uint32_t recovery;   /* Error Recovery */
	bool elsewhere;	     /* attached to the other controller */
	struct sim_streams {
		bool enabled;
		unsigned allocated, open_count;
		uint16_t open[SIM_STREAMS_MAX];
	} streams;
	/* The Changed Zone List; 512: more than it has room for */
	uint64_t changed[511];
	unsigned changed_count;
};

struct sim_command {
	uint8_t entry[64];
	uint16_t queue; /* submission queue ID */
	uint16_t cid;
	uint16_t head; /* of its queue behind it */
	uint64_t due, sequence;
	bool lost;
	struct sim_fault fault; /* that strikes this command */
	bool has_fault;
};

struct sim_sq {
	bool exists;
	uint64_t base;
	unsigned size, head, tail;
	unsigned told_head; /* the furthest SQHD posted */
	uint16_t cq;
	unsigned in_flight;
	uint8_t cids[65536 / 8]; /* outstanding */
	uint32_t event_index;	 /* with shadow doorbells */
	uint64_t awake_until;
	bool has_first; /* the command before was the first of two that are fused */
	unsigned first_status;
	uint8_t first[64];
};

struct sim_posting {
	uint8_t entry[16];
	uint16_t queue;
	bool silent, old_phase, head_given;
	struct sim_posting *next;
};

struct sim_cq {
	bool exists, phase;
	uint64_t base;
	unsigned size, head, tail;
	bool interrupts;
	unsigned vector;
	bool raised;	/* by pin: since it was last empty */
	unsigned users; /* submission queues */
	struct sim_posting *waiting, **waiting_end;
	uint8_t last[16]; /* posted last */
	bool has_last;
};

struct sim_fault_slot {
	struct sim_fault fault;
	unsigned skip, left;
	struct sim_fault_slot *next;
};

struct sim_text {
	char *bytes;
	size_t size, room;
};

enum sim_interrupts { SIM_NO_INTERRUPTS, SIM_PIN, SIM_MESSAGES };

struct sim_controller {
	struct sim_config config;
	struct sim_controller *next;

	uint8_t *bar;
	uint64_t bar_size, bar_room;
	uint8_t *cmb_bar; /* the BAR that has the Controller Memory Buffer */
	uint64_t cmb_bar_size;
	uint8_t *pmr, *pmr_durable;
	uint32_t pmrctl, pmr_status;
	uint64_t pmr_ready_at;

	/* derived from the configuration */
	unsigned queue_entries_max; /* MQES + 1 */
	unsigned stride;
	uint64_t page_size_min, page_size;

	/* properties */
	uint32_t cc, csts, aqa, intms;
	uint64_t asq, acq, cmbmsc;
	uint32_t last_csts; /* that the host has seen */
	uint64_t ready_at, unready_at, shutdown_at, enabled_at;
	bool gone, stopped, fatal, no_dma;
	bool lost;   /* its PCI function's configuration */
	bool hidden; /* by the test */
	uint64_t answers_at;
	unsigned function_resets;

	struct sim_sq *sq[SIM_QUEUES_MAX];
	struct sim_cq cq[SIM_QUEUES_MAX];
	bool queues_set;

	struct sim_command **heap; /* by due time */
	unsigned heap_size, heap_room;
	struct sim_command *events[256]; /* Asynchronous Event Requests */
	unsigned event_count;
	uint64_t event_waits[4];	      /* by log page: told, and not cleared */
	unsigned event_masked, event_pending; /* by type */
	uint32_t event_result[SIM_EVENT_TYPES];
	unsigned event_kept; /* by type: SIM_DEFECT_KEEPS_EVENTS */
	struct sim_log {
		const uint8_t *data; /* NULL: what the controller has of its own */
		size_t size;
	} logs[256];
	uint64_t sequence, last_due;

	uint64_t shadow, event_indices; /* Doorbell Buffer Config; 0: none */

	struct sim_namespace *namespaces;
	unsigned namespace_count, namespace_room;
	uint64_t unallocated; /* UNVMCAP */
	struct sim_secondary {
		uint16_t resources[2]; /* queues, interrupts */
		bool online;
	} secondaries[SIM_SECONDARIES];
	struct sim_reclaim {
		uint32_t left[SIM_RECLAIM_GROUPS_MAX]; /* blocks of its unit in each group */
		uint8_t told;			       /* events, by their order in the list */
	} reclaim[SIM_RECLAIM_HANDLES_MAX];
	struct sim_placement_events {
		uint8_t list[SIM_PLACEMENT_EVENTS][64];
		unsigned count;
	} placement_events[2]; /* of the controller, of the host */
	uint64_t placed_bytes;
	uint32_t nn;
	uint32_t features[256];
	uint32_t saved; /* of the feature that is saveable */
	bool has_saved;
	uint8_t host_behavior[512];
	uint32_t temperature_low; /* the threshold; the other one is a feature */
	uint64_t timestamp, timestamp_at;
	uint8_t timestamp_origin;

	struct sim_fault_slot *faults;
	unsigned fault_hits;
	unsigned chatter; /* completions for nobody that are left */

	uint64_t random;
	struct sim_statistics statistics;
	struct sim_text trace, violations, taken;
	unsigned violation_count;
	struct sim_posting *recycled;
	bool working, delivering;
	enum sim_interrupts interrupts;
	bool forgotten; /* a reset of the whole function: no messages before it is set up again */
	uint8_t pending[2048 / 8]; /* vectors to raise */
	uint8_t held[2048 / 8];	   /* by the test */
	uint8_t masked[2048 / 8];  /* by the host */
	bool all_masked;
};

/* text.c */
void sim_text_add(struct sim_text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void sim_text_add_list(struct sim_text *text, const char *format, va_list args);
void sim_text_clear(struct sim_text *text);
void sim_text_free(struct sim_text *text);

/* platform.c: simulated time, and the host's memory as the device sees it. Copies of what is not
 * the driver's are violations and fail. */
uint64_t sim_now(void);
bool sim_dma_read(struct sim_controller *sim, uint64_t bus, void *buffer, size_t size,
		  const char *what);
bool sim_dma_write(struct sim_controller *sim, uint64_t bus, const void *buffer, size_t size,
		   const char *what);
void sim_attach(struct sim_controller *sim);
void sim_detach(struct sim_controller *sim);
struct sim_controller *sim_first(void);
void sim_stir(void); /* something happened: waiting turns are short again */

/* controller.c */
void sim_violation(struct sim_controller *sim, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void sim_trace_add(struct sim_controller *sim, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
uint64_t sim_random(struct sim_controller *sim);
/* Completes at once what is in flight and not lost. */
void sim_finish(struct sim_controller *sim);
void sim_reset_queues(struct sim_controller *sim);
void sim_power_on(struct sim_controller *sim);
void sim_subsystem_reset(struct sim_controller *sim);
struct sim_namespace *sim_find_namespace(struct sim_controller *sim, uint32_t nsid);

/* properties.c */
uint64_t sim_property_read(struct sim_controller *sim, uint64_t offset, unsigned width);
void sim_property_write(struct sim_controller *sim, uint64_t offset, uint64_t value,
			unsigned width);
void sim_property_work(struct sim_controller *sim); /* transitions that are due */

/* pmr.c */
void sim_pmr_create(struct sim_controller *sim);
void sim_pmr_destroy(struct sim_controller *sim);
void sim_pmr_power_on(struct sim_controller *sim);
/* What bus address is in the region while it is ready, as sim_cmb_memory(). */
uint8_t *sim_pmr_memory(struct sim_controller *sim, uint64_t bus, size_t *size);
uint64_t sim_pmr_property(struct sim_controller *sim, unsigned offset);
void sim_pmr_control(struct sim_controller *sim, uint32_t value);

/* cmb.c */
#define SIM_BAR_BUS 0xfe00000000ull /* where a BAR other than 0 is on the bus */
void sim_cmb_create(struct sim_controller *sim);
void sim_cmb_destroy(struct sim_controller *sim);
/* The bus address of memory behind its BAR, for the host; 0: it is other memory. */
uint64_t sim_bar_address(const void *memory);
/* The value of one of its properties. */
uint64_t sim_cmb_property(const struct sim_controller *sim, unsigned offset);
/* What bus address is in the buffer, and how much of it is contiguous; NULL: it is elsewhere. */
uint8_t *sim_cmb_memory(struct sim_controller *sim, uint64_t bus, size_t *size);
/* The controller reads what lies in the buffer: whether it may be there. */
void sim_cmb_check(struct sim_controller *sim, const char *what, bool to_host);
/* A list of a command is there, or is not: whether the command may be where it is. */
void sim_cmb_check_list(struct sim_controller *sim, const struct sim_command *command,
			uint64_t list);

/* queues.c */
bool sim_queue_create_cq(struct sim_controller *sim, unsigned id, uint64_t base, unsigned size);
void sim_queue_create_sq(struct sim_controller *sim, unsigned id, uint64_t base, unsigned size,
			 unsigned cq);
void sim_fetch(struct sim_controller *sim, unsigned id); /* takes new entries out of the queue */
void sim_drain(struct sim_controller *sim, unsigned id); /* posts what waits for room */
/* Does everything that is due at sim_now(); sim_next() is when the next thing is, UINT64_MAX for
 * nothing. */
void sim_work(struct sim_controller *sim);
uint64_t sim_next(struct sim_controller *sim);
void sim_complete(struct sim_controller *sim, struct sim_command *command, unsigned status,
		  uint64_t result);
/* Takes an outstanding command out; NULL if it is not there (any more). */
struct sim_command *sim_take_command(struct sim_controller *sim, uint16_t queue, uint16_t cid);
void sim_heap_push(struct sim_controller *sim, struct sim_command *command);
/* A status that the host brought upon itself: a violation unless config.tolerant. Returns status.
 */
unsigned sim_host_error(struct sim_controller *sim, const struct sim_command *command,
			unsigned status, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* doorbells.c */
#define SIM_AWAKE_NS 20000ull
void sim_doorbell(struct sim_controller *sim, uint64_t offset, uint32_t value);
void sim_shadow_work(struct sim_controller *sim);
uint64_t sim_shadow_next(struct sim_controller *sim);

struct nvme_pci;
bool sim_line_works(struct nvme_pci *pci); /* false: by pin, and the line is off */
/* interrupt.c: a completion was posted to a queue; handlers run in sim_deliver(). */
void sim_signal(struct sim_controller *sim, struct sim_cq *cq);
void sim_deliver(struct sim_controller *sim);

/* admin.c, io.c: execute; the status, *result dword 0 and 1 */
unsigned sim_admin(struct sim_controller *sim, struct sim_command *command, uint64_t *result);
unsigned sim_io(struct sim_controller *sim, struct sim_command *command, uint64_t *result);
/* As sim_host_error(), for a reason without arguments. */
unsigned sim_fail(struct sim_controller *sim, const struct sim_command *command, unsigned status,
		  const char *why);
/* feature.c */
void sim_reset_features(struct sim_controller *sim);
unsigned sim_set_features(struct sim_controller *sim, struct sim_command *command,
			  uint64_t *result);
unsigned sim_get_features(struct sim_controller *sim, struct sim_command *command,
			  uint64_t *result);
bool sim_is_hot(const struct sim_controller *sim);
/* event.c: a request arrives, or is to be aborted (false: there is none with that CID); something
 * happens; its log page was read. */
unsigned sim_event_request(struct sim_controller *sim, struct sim_command *command);
bool sim_event_abort(struct sim_controller *sim, uint16_t cid);
void sim_event_occurs(struct sim_controller *sim, unsigned type, unsigned info, unsigned log_page);
void sim_event_clear(struct sim_controller *sim, unsigned log_page);
/* optional.c: whether it has an admin command; the commands that not each controller has. */
unsigned sim_oacs_bit(uint8_t opcode);
bool sim_has_admin(const struct sim_controller *sim, uint8_t opcode);
bool sim_has_io(const struct sim_controller *sim, uint8_t opcode);
unsigned sim_optional(struct sim_controller *sim, struct sim_command *command, uint64_t *result);

/* virtualization.c: pages are zero before. */
void sim_primary_capabilities(const struct sim_controller *sim, uint8_t page[4096]);
void sim_secondary_list(const struct sim_controller *sim, unsigned from, uint8_t page[4096]);
unsigned sim_virtualization(struct sim_controller *sim, const struct sim_command *command,
			    uint64_t *result);
/* identify.c: bits by CSI of a combination of command sets; 0: there is none with this index */
uint64_t sim_combination(const struct sim_controller *sim, unsigned index);
/* 0 or a status */
unsigned sim_get_log(struct sim_controller *sim, struct sim_command *command);
unsigned sim_identify(struct sim_controller *sim, const struct sim_command *command,
		      uint8_t page[4096]);

#define sim_is_defective(sim, defect) (((sim)->config.defects & (defect)) != 0)

/* transfer.c: copies size bytes between buffer and the command's PRPs or SGL. A status. */
unsigned sim_transfer(struct sim_controller *sim, const struct sim_command *command, void *buffer,
		      size_t size, bool to_host);

/* placement.c: statuses. The command is Write, one of I/O Management, Get Features or Set Features
 * of 1Dh and 1Eh, or Get Log Page of 20h to 23h. */
void sim_placement_create(struct sim_controller *sim);
bool sim_placement_is_on(const struct sim_controller *sim);
unsigned sim_placement_check(const struct sim_controller *sim, const struct sim_command *command);
void sim_placement_write(struct sim_controller *sim, const struct sim_command *command,
			 const struct sim_namespace *ns);
unsigned sim_placement_io(struct sim_controller *sim, struct sim_command *command,
			  const struct sim_namespace *ns);
unsigned sim_placement_get(struct sim_controller *sim, const struct sim_command *command,
			   uint64_t *result);
unsigned sim_placement_set(struct sim_controller *sim, const struct sim_command *command);
unsigned sim_placement_log(struct sim_controller *sim, const struct sim_command *command,
			   uint8_t log[4096], size_t *size);

/* streams.c: statuses of the commands of directives; what a Write does besides. */
unsigned sim_directive_receive(struct sim_controller *sim, struct sim_command *command,
			       uint64_t *result);
unsigned sim_directive_send(struct sim_controller *sim, const struct sim_command *command);
void sim_streams_write(struct sim_controller *sim, const struct sim_command *command,
		       struct sim_namespace *ns);

/* copy.c: a status. */
unsigned sim_copy(struct sim_controller *sim, struct sim_command *command,
		  struct sim_namespace *ns);

/* protection.c: a block is data and metadata behind each other, index says how far it is behind the
 * first of the command. */
/* Bytes of a tuple; 0: none. */
unsigned sim_protection_size(const struct sim_namespace_config *ns);
/* Whether the fields about it are what they have to be. A status. */
unsigned sim_protection_legal(struct sim_controller *sim, const struct sim_command *command,
			      const struct sim_namespace_config *ns);
void sim_protection_make(const struct sim_namespace_config *ns, const struct sim_command *command,
			 uint8_t *block, uint64_t index);
unsigned sim_protection_check(const struct sim_namespace_config *ns,
			      const struct sim_command *command, uint8_t *block, uint64_t index);
/* What is compared is the rest: the tuple becomes the other block's. */
void sim_protection_copy(const struct sim_namespace_config *ns, uint8_t *block, uint8_t *from);
void sim_protection_unwritten(const struct sim_controller *sim,
			      const struct sim_namespace_config *ns, uint8_t *block);

/* store.c */
struct sim_store *sim_store_create(unsigned block_size);
void sim_store_destroy(struct sim_store *store);
void sim_store_read(struct sim_store *store, uint64_t block, uint64_t count, uint8_t *bytes);
/* durable: past the volatile cache. bytes NULL: zeroes. */
void sim_store_write(struct sim_store *store, uint64_t block, uint64_t count, const uint8_t *bytes,
		     bool durable);
/* Whether the block was written since it was deallocated. */
bool sim_store_holds(struct sim_store *store, uint64_t block);
/* Blocks that cannot be read until they are written again; whether there is one among these. */
void sim_store_spoil(struct sim_store *store, uint64_t number, uint64_t count);
bool sim_store_is_spoiled(struct sim_store *store, uint64_t number, uint64_t count);
void sim_store_flush(struct sim_store *store);
void sim_store_lose(struct sim_store *store, struct sim_controller *sim);

/* io.c: what keeps blocks from being read, by which command ever: they are uncorrectable or, with
 * DULBE, deallocated. A status. */
unsigned sim_check_readable(const struct sim_namespace *ns, uint64_t lba, uint64_t count);

/* zone.c: statuses, as the commands end with */
void sim_zones_create(struct sim_namespace *ns);
unsigned sim_zone_write(struct sim_namespace *ns, uint64_t lba, uint64_t blocks);
/* Where Zone Append to the zone that begins at *lba writes. */
unsigned sim_zone_append(const struct sim_namespace *ns, uint64_t *lba);
unsigned sim_zone_read(const struct sim_namespace *ns, uint64_t lba, uint64_t blocks);
unsigned sim_zone_command(struct sim_controller *sim, struct sim_command *command,
			  struct sim_namespace *ns);
/* The log page; it is empty afterwards unless retained. */
void sim_changed_zones(struct sim_namespace *ns, uint8_t page[4096], bool retain);
void sim_identify_zones(const struct sim_namespace_config *config, uint8_t page[4096]);

/* fault.c */
bool sim_fault_find(struct sim_controller *sim, const struct sim_command *command,
		    struct sim_fault *fault);

static inline uint16_t get16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static inline uint32_t get32(const uint8_t *bytes)
{
	return get16(bytes) | (uint32_t)get16(bytes + 2) << 16;
}

static inline uint64_t get64(const uint8_t *bytes)
{
	return get32(bytes) | (uint64_t)get32(bytes + 4) << 32;
}

static inline void put16(uint8_t *bytes, uint16_t value)
{
	bytes[0] = (uint8_t)value;
	bytes[1] = (uint8_t)(value >> 8);
}

static inline void put32(uint8_t *bytes, uint32_t value)
{
	put16(bytes, (uint16_t)value);
	put16(bytes + 2, (uint16_t)(value >> 16));
}

static inline void put64(uint8_t *bytes, uint64_t value)
{
	put32(bytes, (uint32_t)value);
	put32(bytes + 4, (uint32_t)(value >> 32));
}

/* Dword n of a submission queue entry. */
static inline uint32_t dword(const struct sim_command *command, unsigned n)
{
	return get32(command->entry + 4 * n);
}

/* memory.c: as it was in the beginning, for sim_start_again(). */
void sim_memory_start_again(void);

/* A simulated NVMe controller for the driver on the host: every capability is a knob, every fault
 * can be scripted, and everything that the host does is held against the specification (NVM Express
 * Base 2.0, NVM Command Set 1.0). What the host must not do is recorded as a violation;
 * sim_destroy() aborts the program when there are violations that nobody took. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Simulated nanoseconds. */
#define US 1000ull
#define MS 1000000ull
#define S  1000000000ull

struct sim_controller;

/* CAP of QEMU 7.2, and of the course that the project started from. */
#define SIM_CAP_QEMU 0x004018200f0107ffull
#define SIM_CAP_SEED 0x000000040001000full

#define SIM_NAMESPACES_MAX 1024
#define SIM_QUEUES_MAX	   256 /* queue IDs below this are possible */

/* Optional commands (Identify Controller, ONCS and OACS) */
#define SIM_ONCS_COMPARE	0x0001
#define SIM_ONCS_UNCORRECT	0x0002
#define SIM_ONCS_DSM		0x0004
#define SIM_ONCS_WRITE_ZEROES	0x0008
#define SIM_ONCS_SAVE		0x0010 /* and Select of Get Features */
#define SIM_ONCS_TIMESTAMP	0x0040
#define SIM_ONCS_VERIFY		0x0080
#define SIM_ONCS_COPY		0x0100
#define SIM_OACS_FORMAT		0x0002
#define SIM_OACS_FIRMWARE	0x0004
#define SIM_OACS_NAMESPACES	0x0008
#define SIM_OACS_SELF_TEST	0x0010
#define SIM_OACS_DIRECTIVES	0x0020
#define SIM_OACS_VIRTUALIZATION 0x0080
#define SIM_OACS_DOORBELLS	0x0100

struct sim_namespace_config {
	uint32_t nsid;	      /* 0: one more than the one before */
	uint64_t block_count; /* 0: 2048 */
	unsigned block_shift; /* 9 to 23; 0: 9 */
	unsigned metadata;    /* bytes per block */
	bool extended;	      /* metadata at the end of each block rather than in a buffer */
	unsigned protection;  /* DPS */
	unsigned guard;	      /* format of protection information: 0 16 bits, 1 32, 2 64 */
	unsigned storage_tag; /* bits of it */
	unsigned format;      /* index of the LBA format in use, 0 to 15 */
	uint64_t capacity;    /* NCAP; 0: block_count */
	bool read_only;	      /* NSATTR bit 0 */
	unsigned boundary;    /* NOIOB: reads and writes across it are violations */
	unsigned dlfeat;      /* DLFEAT */
	bool dulbe;	      /* NSFEAT bit 2: Error Recovery may have DULBE set */
	unsigned mssrl, mcl;  /* of Copy, as MSRC; 0: none that it has a limit for */
	unsigned msrc;
	bool inactive; /* allocated, but not attached */
	bool shared;   /* NMIC: with the other controller, which has it, too */
	unsigned csi;  /* command set; other than NVM it takes no I/O commands here, but
			  of the zoned one that has zones */
	uint64_t zone_size;
	uint64_t zone_capacity; /* 0: zone_size */
	unsigned zones_open;	/* MOR, MAR; 0: any number */
	unsigned zones_active;
	bool zone_extension;   /* of 64 bytes for each zone */
	unsigned zone_area;    /* blocks of a Zone Random Write Area; 0: none */
	unsigned zone_granule; /* in which it is flushed */
	unsigned zone_areas;   /* NUMZRWA */
	uint8_t uuid[16];      /* all 0: made of the NSID */
	/* Placement handles, as the reclaim unit handles from this one on */
	unsigned handles, first_handle;
};

/* What it answers to Identify with a CNS value, whatever it has of its own. */
struct sim_identify {
	uint8_t cns;
	const void *data; /* 4,096 bytes; NULL ends the list */
};

struct sim_hooks {
	void *context;
	/* Change a completion queue entry before it is posted; false: it is not posted. */
	bool (*completion)(void *context, uint16_t queue, uint8_t entry[16]);
	/* Change what the controller hands over: identify data, logs and what is read. */
	void (*data)(void *context, uint16_t queue, const uint8_t command[64], uint8_t *bytes,
		     size_t size);
	/* A command that the test executes: what it moves, of *size bytes, goes between the host
	 * and the test's memory that is returned, and it succeeds. NULL: it is the controller's. */
	void *(*command)(void *context, uint16_t queue, const uint8_t command[64], size_t *size);
	/* A controller that takes a command for another: changes what it reads of it and returns
	 * SIM_EXECUTE; SIM_FORGET: it never ends; a status: it ends with that, and does nothing. */
	unsigned (*misread)(void *context, uint16_t queue, uint8_t command[64]);
	/* Change the value of a property that the host reads. */
	uint64_t (*property)(void *context, unsigned offset, uint64_t value);
};

#define SIM_EXECUTE 0x10000u
#define SIM_FORGET  0x10001u

/* What a controller does wrong that no hook can do: bits of config.defects. */
enum sim_defect {
	SIM_DEFECT_OVERWRITES = 1 << 0,	       /* completions are written where there is no room */
	SIM_DEFECT_NEVER_RESUMES = 1 << 1,     /* what waited for room stays when there is some */
	SIM_DEFECT_OLD_PHASE = 1 << 2,	       /* the admin CQ goes on behind a reset */
	SIM_DEFECT_KEEPS_QUEUES = 1 << 3,      /* I/O queues are there behind a reset, */
	SIM_DEFECT_KEEPS_SHADOW = 1 << 4,      /* so are shadow doorbells, */
	SIM_DEFECT_KEEPS_PIN = 1 << 5,	       /* and so is the pin's level */
	SIM_DEFECT_BUSY_RESET = 1 << 6,	       /* a reset with commands inside kills it */
	SIM_DEFECT_NO_MASK = 1 << 7,	       /* no mask of interrupts does anything */
	SIM_DEFECT_NO_PIN = 1 << 8,	       /* the pin is there, and never active */
	SIM_DEFECT_KEEPS_EVENTS = 1 << 9,      /* masked events are told behind the log page */
	SIM_DEFECT_PRP1_WHOLE = 1 << 10,       /* PRP1 has a whole page, whatever its offset */
	SIM_DEFECT_SGL_CIRCLE = 1 << 11,       /* SGL segments are followed for ever */
	SIM_DEFECT_DOORBELL_DIES = 1 << 12,    /* one while disabled, or bits 31:16, kill it */
	SIM_DEFECT_ENTRY_SIZES = 1 << 13,      /* CC.IOSQES of 0 is CSTS.CFS */
	SIM_DEFECT_COPY_SOURCE = 1 << 14,      /* ranges of its own behind another namespace's */
	SIM_DEFECT_MASKS_ALL = 1 << 15,	       /* MSI-X: a vector's mask holds every one back, */
	SIM_DEFECT_NO_FUNCTION_MASK = 1 << 16, /* the function's none, */
	SIM_DEFECT_UNMASKS = 1 << 17,	       /* or its end is the end of every vector's; */
	SIM_DEFECT_DROPS_MASKED = 1 << 18,     /* what comes meanwhile is lost, */
	SIM_DEFECT_UNMASK_SENDS = 1 << 19,     /* or something comes behind a mask anyway */
	SIM_DEFECT_WAITS_RESET = 1 << 20,      /* CC.EN = 0 waits for all that is inside */
};

/* A Controller Memory Buffer. What the host must not put there, as CMBSZ and CMBLOC say it, is a
 * violation. */
struct sim_cmb {
	uint32_t location; /* CMBLOC */
	uint32_t size;	   /* CMBSZ; 0: there is none */
	uint64_t bar_size; /* of its BAR; 0: as large as it must be */
	bool legacy;	   /* it is there without CMBMSC: CAP.CMBS is 0 */
	bool refuses;	   /* CMBSTS.CBAI whatever the address */
};

/* A Persistent Memory Region, behind a BAR of its own. */
struct sim_pmr {
	uint32_t capabilities; /* PMRCAP */
	uint64_t size;	       /* 0: there is none */
	uint64_t ready_ns;     /* PMRCTL.EN = 1 to PMRSTS.NRDY = 0 */
};

/* Flexible Data Placement. */
struct sim_placement {
	unsigned groups;  /* reclaim groups, up to 2; 0: it does not have it */
	unsigned handles; /* reclaim unit handles, up to 8 */
	bool off;	  /* it has it, and it is disabled */
};

/* All zero is a good controller without limits: QEMU's CAP, one namespace of 1 MiB. */
struct sim_config {
	uint64_t cap;	   /* 0: SIM_CAP_QEMU */
	uint32_t version;  /* 0: 0x10400 */
	uint64_t bar_size; /* 0: as much as the doorbells need, from 16 KiB */

	uint64_t ready_ns;    /* CC.EN = 1 to CSTS.RDY = 1; 0: 1 ms */
	uint64_t unready_ns;  /* CC.EN = 0 to CSTS.RDY = 0; 0: 1 ms */
	uint64_t shutdown_ns; /* CC.SHN to CSTS.SHST = 10b; 0: 1 ms */
	bool enabled;	      /* firmware has left it running */
	bool never_ready, never_unready, never_shut_down;
	bool function_reset; /* its PCI function can be reset, which helps whatever is wrong */
	bool forgetful;	     /* a subsystem reset makes it lose its configuration space */
	bool dwords_only;    /* 8-byte accesses read as ones and write nothing */

	unsigned mdts;		 /* as in Identify Controller; 0: no limit */
	unsigned queues;	 /* I/O queues of each kind that it grants; 0: 64 */
	unsigned queues_claimed; /* what it says that it grants; 0: queues */
	unsigned oncs, oacs;
	uint32_t oaes; /* notices besides those of namespace attributes */
	/* VSL, WZSL, DMRL, DMRSL, DMSL; 0: no limit. The command is there without its bit in oncs
	 * as well; with it a host should not go beyond what is only a recommendation then. */
	unsigned verify_limit, write_zeroes_limit, ranges_limit;
	uint32_t range_limit;
	uint64_t discard_limit;
	uint8_t saveable;      /* a feature whose value can be saved, with SIM_ONCS_SAVE; 0: none */
	unsigned copy_formats; /* OCFS, besides format 0h: bits 1 to 3 */
	bool volatile_cache;
	bool fused; /* Compare and Write */
	bool sgl;
	bool sgl_longer;	/* it takes SGLs of more bytes than the data */
	bool sgl_dwords;	/* it takes whole dwords only */
	unsigned sgl_threshold; /* SDT: more descriptors than this are a violation; 0: any number */
	unsigned streams;	/* MSL, up to 8, with SIM_OACS_DIRECTIVES; 0: none */
	bool keep_alive;	/* KAS */
	bool sanitizes;		/* SANICAP: block erase, which no command starts here */
	/* There is another controller that namespaces are attached to, and nothing else of it */
	bool other_controller;
	/* UNVMCAP, in bytes, with SIM_OACS_NAMESPACES */
	uint64_t unallocated;
	unsigned abort_limit;  /* ACL, 0's based */
	unsigned events_limit; /* AERL, 0's based */
	unsigned interrupts;   /* MSI-X vectors; 0: 65 */
	bool no_messages;      /* no MSI-X */
	bool no_pin;
	unsigned cpu_vectors; /* that the machine has for all controllers; 0: enough */
	bool no_coalescing;   /* refuses features 08h and 09h */
	bool write_protects;  /* takes feature 84h, for one namespace */
	bool no_log_offsets;  /* LPA bit 2: log pages from their beginning only, 4,096 dwords */

	unsigned namespace_count;		       /* 0: one */
	const struct sim_namespace_config *namespaces; /* NULL: all default */
	uint32_t nn;				       /* 0: the highest NSID */
	/* I/O command set combinations, ended by 0; NULL: one, of all that the namespaces have */
	const uint64_t *combinations;

	const struct sim_identify *identify; /* NULL: nothing but what it knows */
	struct sim_cmb cmb;
	struct sim_pmr pmr;
	struct sim_placement placement;

	uint64_t latency_ns; /* of every command; 0: 2 us */
	uint64_t jitter_ns;  /* random 0 to this on top: completions change order */
	unsigned fetch_max;  /* commands per submission queue inside the controller; 0: any */
	uint64_t random;     /* seed */
	bool head_of_fetch;  /* SQHD is the head when the command was fetched: it goes back as well
			      */
	bool finishes;	     /* CC.EN = 0: what it has fetched is completed before CSTS.RDY falls */
	bool doorbell_race;  /* misses a shadow doorbell while it goes idle, as QEMU's TCG */
	bool zero_tuples;    /* blocks that were never written have such, as QEMU's may */
	unsigned defects;    /* enum sim_defect */
	bool tolerant;	     /* the host may send commands that fail (pass-through tests) */
	const char *serial, *model, *firmware;

	struct sim_hooks hooks;
};

/* CAP put together. mqes is 0's based; timeout in units of 500 ms. */
uint64_t sim_cap(unsigned mqes, bool cqr, unsigned timeout, unsigned dstrd, unsigned css,
		 unsigned mpsmin, unsigned mpsmax);

struct sim_controller *sim_create(const struct sim_config *config);
/* Aborts with the list on violations left. */
void sim_destroy(struct sim_controller *sim);

/* What the driver gets as its mapped BAR0. */
volatile void *sim_bar(struct sim_controller *sim);
uint64_t sim_bar_size(struct sim_controller *sim);

/* Illegal things that the host did, oldest first, one per line; "" if none. sim_take_violations()
 * also forgets them; valid until the next call. */
unsigned sim_violation_count(struct sim_controller *sim);
const char *sim_violations(struct sim_controller *sim);
const char *sim_take_violations(struct sim_controller *sim);

/* Everything of interest to the order of things, one per line: "write CC 00464000", "read CSTS
 * 00000001" (only changes), "admin Identify cns 1 nsid 0 -> 0000". */
const char *sim_trace(struct sim_controller *sim);
void sim_trace_clear(struct sim_controller *sim);

/*
 * Faults. A fault waits for a command that matches, lets "skip" of them pass, then strikes "count"
 * times.
 */
enum sim_fault_kind {
	SIM_STATUS,	  /* completes with status (SCT << 8 | SC, plus SIM_DNR and SIM_CRD()) */
	SIM_DELAY,	  /* completes value nanoseconds later */
	SIM_LOSE,	  /* never completes by itself; Abort finds it */
	SIM_LOSE_HARD,	  /* never completes, Abort does not find it */
	SIM_DUPLICATE,	  /* completes twice */
	SIM_UNKNOWN_CID,  /* before its own, a completion with CID value (65536: one not in use) */
	SIM_STALE,	  /* before its own, the previous completion of that queue again */
	SIM_WRONG_CID,	  /* its completion carries CID value */
	SIM_WRONG_PHASE,  /* its completion has the old phase; never seen, in effect */
	SIM_WRONG_SQID,	  /* its completion names submission queue value */
	SIM_BAD_SQHD,	  /* its completion reports head value */
	SIM_CORRUPT,	  /* the data handed to the host is random */
	SIM_FATAL,	  /* CSTS.CFS, and nothing completes any more */
	SIM_GONE,	  /* all ones from now on: surprise removal */
	SIM_NO_INTERRUPT, /* completes without its interrupt */
	SIM_ABORT_FAILS,  /* an Abort command reports "not aborted" though the command is there */
	SIM_RESULT,	  /* dword 0 of the completion is value */
};

#define SIM_DNR	    0x4000
#define SIM_CRD(n)  ((unsigned)(n) << 11 & 0x1800)
#define SIM_ANY	    (-1)
#define SIM_FOREVER 0xffffffffu

struct sim_fault {
	enum sim_fault_kind kind;
	int queue;		      /* submission queue ID or SIM_ANY */
	int opcode;		      /* or SIM_ANY */
	uint64_t lba_first, lba_last; /* I/O that touches one of them; both 0: any */
	unsigned skip;		      /* matching commands that pass first */
	unsigned count;		      /* 0: once */
	unsigned status;
	uint64_t value;
};

void sim_add_fault(struct sim_controller *sim, const struct sim_fault *fault);
void sim_clear_faults(struct sim_controller *sim);
/* How many times faults have struck. */
unsigned sim_fault_hits(struct sim_controller *sim);

/* At once. */
void sim_set_fatal(struct sim_controller *sim); /* CSTS.CFS */
void sim_remove(struct sim_controller *sim);	/* gone: all ones, no DMA */
void sim_plug(struct sim_controller *sim);	/* back again, as after power-on */
/* Bus mastering of its PCI function: without, it cannot reach memory. On at the start. */
/* Its PCI function has no addresses any more, or sleeps: registers read as ones, no DMA, and what
 * it did is forgotten. It does not even answer for so long. */
void sim_lose_configuration(struct sim_controller *sim, uint64_t ns);
/* Undoes that; -ENODEV while it does not answer. */
int sim_restore(struct sim_controller *sim);
/* 0, -EOPNOTSUPP, -ENODEV; no bus mastering afterwards. */
int sim_reset_function(struct sim_controller *sim);
unsigned sim_function_resets(struct sim_controller *sim);
/* Memory space off, or asleep: registers read as ones, writes go nowhere. */
void sim_set_hidden(struct sim_controller *sim, bool hidden);
void sim_set_bus_master(struct sim_controller *sim, bool on);
bool sim_is_bus_master(struct sim_controller *sim);
/* Nothing is fetched and nothing completes while stopped (QEMU's stop and cont). */
void sim_stop(struct sim_controller *sim, bool stopped);
void sim_set_never_ready(struct sim_controller *sim, bool never);
void sim_set_never_unready(struct sim_controller *sim, bool never);
/* Posts a bare completion to the queue, whatever it says. */
void sim_post(struct sim_controller *sim, uint16_t completion_queue, const uint8_t entry[16]);
/* From now on each time that completions are taken out of a queue another one follows at once,
 * which is for nobody; count times. */
void sim_chatter(struct sim_controller *sim, unsigned count);
/* Completes one outstanding Asynchronous Event Request; false if there is none. */
bool sim_event(struct sim_controller *sim, unsigned type, unsigned info, unsigned log_page);
/* The same with a namespace in dword 1. */
bool sim_event_of(struct sim_controller *sim, unsigned type, unsigned info, unsigned log_page,
		  uint32_t nsid);
/* Whether an event points at the log page that no read without RAE has cleared. */
bool sim_event_waits(const struct sim_controller *sim, uint8_t log_page);
/* The log page from now on; data stays the caller's. NULL: the controller's own, or none. */
void sim_set_log(struct sim_controller *sim, uint8_t id, const void *data, size_t size);
/* Loses power: what the volatile cache holds is gone (each block that was not flushed at random
 * stays or goes), then as sim_remove() and sim_plug(). */
void sim_power_cut(struct sim_controller *sim);

/* A spurious interrupt: the vector, or the pin's line, without a reason. */
void sim_interrupt(struct sim_controller *sim, unsigned vector);
/* Masks a vector behind the driver's back: what it says meanwhile stays pending. */
void sim_hold_vector(struct sim_controller *sim, unsigned vector, bool hold);
bool sim_vector_pending(struct sim_controller *sim, unsigned vector);
/* Another device drives the line that all pins share, and nobody makes it stop. */
void sim_hold_line(bool hold);
/* How many vectors and pins are registered, of all controllers. */
unsigned sim_handlers(void);

/* The namespace's data, behind the driver's back; each block's metadata follows it. */
void sim_namespace_read(struct sim_controller *sim, uint32_t nsid, uint64_t lba, uint64_t count,
			void *buffer);
void sim_namespace_write(struct sim_controller *sim, uint32_t nsid, uint64_t lba, uint64_t count,
			 const void *buffer);
void sim_namespace_attach(struct sim_controller *sim, uint32_t nsid, bool attached);
void sim_namespace_resize(struct sim_controller *sim, uint32_t nsid, uint64_t block_count);
/* As Format NVM: blocks of another size, all zero. */
void sim_namespace_format(struct sim_controller *sim, uint32_t nsid, unsigned block_shift);

enum sim_zone_state {
	SIM_ZONE_EMPTY = 0x1,
	SIM_ZONE_IMPLICITLY_OPEN,
	SIM_ZONE_EXPLICITLY_OPEN,
	SIM_ZONE_CLOSED,
	SIM_ZONE_READ_ONLY = 0xd,
	SIM_ZONE_FULL,
	SIM_ZONE_OFFLINE,
};
struct sim_zone {
	enum sim_zone_state state;
	uint64_t pointer;
};
/* A zone, behind the driver's back, into a state that it has no command for. */
void sim_zone_set(struct sim_controller *sim, uint32_t nsid, uint64_t index,
		  enum sim_zone_state state);
/* As by the controller itself: it is in the Changed Zone List then, and told by an event where the
 * host has asked for that. */
void sim_zone_change(struct sim_controller *sim, uint32_t nsid, uint64_t index,
		     enum sim_zone_state state);
struct sim_zone sim_zone_get(struct sim_controller *sim, uint32_t nsid, uint64_t index);

/* What the Persistent Memory Region would still hold without power: with PMRWBM bit 1, what was
 * written before PMRSTS was read last. */
const uint8_t *sim_pmr_durable(struct sim_controller *sim);
/* HSTS and ERR of PMRSTS from now on. */
void sim_pmr_status(struct sim_controller *sim, uint32_t status);

struct sim_statistics {
	uint64_t commands[2][256]; /* executed, by [I/O][opcode] */
	uint64_t blocks_read, blocks_written;
	uint64_t forced, deallocating; /* commands with FUA, with DEAC */
	uint64_t ranges;	       /* of Dataset Management commands */
	uint64_t doorbell_writes;
	uint64_t resets;  /* CC.EN 1 to 0 */
	uint64_t dropped; /* commands that a reset took from the controller */
	unsigned in_flight, in_flight_max;
	uint64_t largest_transfer; /* bytes of one command */
	uint64_t interrupts;
	uint64_t spurious; /* vectors that nobody had registered */
	uint64_t cmb_commands,
		cmb_lists; /* read from the Controller Memory Buffer: 64 bytes each, 8 or 16 */
	uint64_t cmb_read, cmb_written; /* data of commands to and from there: bytes */
};
const struct sim_statistics *sim_statistics(struct sim_controller *sim);

/* Whether the controller is enabled and ready; queues that exist. */
bool sim_is_ready(struct sim_controller *sim);
unsigned sim_queue_size(struct sim_controller *sim, uint16_t id, bool completion);

/*
 * The machine.
 */
/* Time passes: ns nanoseconds in which the controllers work. */
void sim_advance(uint64_t ns);
/* How long it takes from an interrupt until a halted CPU goes on, and how often it halted. */
void sim_wake_time(uint64_t ns);
uint64_t sim_halts(void);
/* Calls a function, once, when so much time has passed otherwise; NULL: not any more. */
void sim_limit(uint64_t ns, void (*reached)(void));

/* Ctrl-C is typed once so much time has passed, and stays typed until sim_interrupt_clear(). */
void sim_interrupt_after(uint64_t ns);
void sim_interrupt_clear(void);

/* The driver's log since the last clear, one line each: "4 my_nvme0: …" (level first). */
const char *sim_log(void);
void sim_log_clear(void);

/* Allocations of the driver (nvme_alloc, nvme_dma_alloc): how many are alive; the one after "after"
 * more fails, and all later ones (negative: none fails). */
unsigned sim_allocations(void);
void sim_fail_allocations(long after);
/* DMA memory that there is for the driver in all, in bytes; UINT64_MAX: enough. */
void sim_limit_memory(uint64_t bytes);
/* How much of it is in use. */
uint64_t sim_memory(void);

/* Forgets which memory the driver handed to controllers by nvme_dma_address(): DMA to it from now
 * on is a violation. */
void sim_dma_forget(void);
/* The machine as it was when the program began; no controller and no allocation may be left. */
void sim_start_again(void);

/* A conformance suite for NVMe controllers. It stands on drivers/nvme/transport alone: a case has
 * the controller for itself, and sends it what it likes: any 64 bytes, any register access of any
 * width, any doorbell, queues of any size and order. All that comes back is looked at: a completion
 * for nobody, an impossible SQHD or a byte written beside a buffer fails the case that sees it.
 *
 * A case is a function that returns when all is well. A check that does not hold leaves it at once
 * (longjmp), so a case holds nothing that needs to be given back: buffers, queues, saved blocks and
 * changed features are put in order behind it. The same cases run in the kernel (command.c) and on
 * the simulated controller (tests/unit/conformance_test.c). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/nvme/claim.h"
#include "drivers/nvme/transport/queue.h"
#include "lib/prng.h"
#include "lib/setjmp.h"

struct ct; /* the case that runs, and what it runs on */

/* What a case finds when it begins, and may do. Each implies the ones above it. */
enum ct_level {
	CT_DISABLED, /* CC.EN = 0, CSTS.RDY = 0: nothing else is promised */
	CT_ADMIN,    /* enabled; ct->admin is the admin queue pair */
	CT_IO,	     /* ct->io is an I/O queue pair with QID 1, without interrupts */
	CT_BLOCKS,   /* ct->ns is a namespace with logical blocks and without metadata */
	CT_WRITES,   /* and its blocks are changed: see ct_save() */
};

struct ct_case {
	const char *name;    /* what is true where it passes: "CSTS.RDY follows CC.EN" */
	const char *section; /* "Base 3.1.3.6" */
	void (*run)(struct ct *ct);
	uint8_t level;	   /* enum ct_level */
	bool destroys;	   /* data beyond what ct_save() puts back (Format NVM ...) */
	uint32_t argument; /* for functions that stand behind several cases: ct->argument */
};

/* What not every case has may follow: .destroys = true, .argument = 5. */
#define CT_CASE(name_text, section_text, function, begins_at, ...)                               \
	{                                                                                        \
		.name = name_text, .section = section_text, .run = function, .level = begins_at, \
		##__VA_ARGS__                                                                    \
	}

struct ct_group {
	const char *name;
	const struct ct_case *cases; /* until one without a name */
	bool first;		     /* before those that are not */
};

/* The linker collects the groups, in the order of their files; on the host as well. .first = true
 * may follow. */
#define CONFORMANCE_GROUP(group_name, group_cases, ...)                   \
	static const struct ct_group group = {                            \
		.name = group_name, .cases = group_cases, ##__VA_ARGS__}; \
	static const struct ct_group *const group_entry                   \
		__attribute__((used, section("conformance"))) = &group

/* A completion queue, of any size. */
struct ct_cq {
	struct nvme_queue view; /* for the trace, and its doorbell */
	const volatile struct nvme_completion *entries;
	uint64_t bus;
	uint16_t id;
	unsigned size, head;
	unsigned rung; /* the head that the controller knows */
	bool phase;    /* of new entries */
	struct ct_cq *next;
};

/* A submission queue, of any size. */
struct ct_sq {
	struct nvme_queue view;
	struct nvme_command *entries;
	uint64_t bus;
	uint16_t id;
	unsigned size, tail, rung;
	struct ct_cq *cq;
	struct ct_sq *next;
};

struct ct_answer {
	uint32_t dw0, dw1;
	uint16_t status; /* SCT << 8 | SC, with DNR, M and CRD, also where it is a success */
	uint16_t sqhd, sqid, cid;
};

/* A namespace with logical blocks. */
struct ct_namespace {
	uint32_t nsid;
	uint32_t block_size;
	uint64_t size;	     /* NSZE, in blocks */
	uint64_t blocks_max; /* of one command: MDTS */
	struct nvme_metadata_format metadata;
	uint8_t csi;
	struct nvme_identify_namespace *identify;
};

#define CT_NAMESPACES_MAX  16
#define CT_OUTSTANDING_MAX 1100

enum ct_outcome { CT_PASS, CT_FAIL, CT_SKIP, CT_HANG };

struct ct {
	/* The controller. */
	struct nvme_registers registers;
	const struct nvme_claim *claim;
	uint32_t cc;	    /* what it is enabled with, EN aside */
	uint32_t page_size; /* of CC.MPS, which buffers and PRPs go by; a case may change both */
	struct nvme_identify_controller *identify; /* CNS 01h */
	struct {				   /* CNS 06h, NVM; 0: none */
		bool known;			   /* there is such a page */
		uint8_t vsl, wzsl, wusl;
		bool dataset; /* DMRL, DMRSL or DMSL */
	} limits;
	struct ct_namespace namespaces[CT_NAMESPACES_MAX]; /* active ones, ascending */
	unsigned namespace_count;

	/* What ct_level promises. */
	struct ct_sq *admin, *io;
	struct ct_namespace *ns;

	uint32_t argument;
	struct prng prng;     /* seeded alike for each case */
	uint64_t patience_ns; /* how long a command may take before it counts as hanging */

	/* private: suite.c, exchange.c, memory.c, blocks.c */
	const struct ct_host *host;
	uint64_t journal, journal_end; /* numbers of the case's first event, and behind its last */
	enum ct_outcome outcome;
	char reason[400];
	jmp_buf leave;
	enum ct_level state;
	bool known;	 /* identify and namespaces are filled in */
	bool dirty;	 /* another state than ct->state says: reset before the next case */
	bool lost;	 /* it does not come back */
	bool interrupts; /* are on */
	uint16_t next_cid;
	struct ct_outstanding {
		uint16_t sqid, cid;
		uint8_t opcode;
	} outstanding[CT_OUTSTANDING_MAX];
	unsigned outstanding_count;
	struct ct_answer early[CT_OUTSTANDING_MAX]; /* taken, and not yet asked for */
	unsigned early_count;
	struct ct_sq *sqs;
	struct ct_cq *cqs;
	struct ct_memory *memory;
	struct ct_saved *saved;
	struct ct_feature *features;
	struct ct_base { /* what outlives the cases: ends of the lists, and two queue pairs */
		struct ct_memory *memory;
		struct ct_sq *sqs, *admin, *io;
		struct ct_cq *cqs;
	} base;
};

/*
 * Ends of a case. None of these returns, but where the condition holds.
 */
_Noreturn void ct_fail(struct ct *ct, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
_Noreturn void ct_skip(struct ct *ct, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Skipped where the controller does not have what the case is about. */
#define CT_NEED(condition, ...)                   \
	do {                                      \
		if (!(condition))                 \
			ct_skip(ct, __VA_ARGS__); \
	} while (0)
#define CT_EXPECT(condition, ...)                 \
	do {                                      \
		if (!(condition))                 \
			ct_fail(ct, __VA_ARGS__); \
	} while (0)
/* "expected WHAT 5h, got 6h" */
void ct_equal(struct ct *ct, const char *what, uint64_t expected, uint64_t got);
void ct_same(struct ct *ct, const char *what, const void *expected, const void *got, size_t size);
/* All of the bytes are this one. */
void ct_all(struct ct *ct, const char *what, uint8_t expected, const void *got, size_t size);
/* The command ended with this status (SCT << 8 | SC). */
void ct_status(struct ct *ct, const char *command, unsigned status, struct ct_answer answer);
#define ct_success(ct, command, answer) ct_status(ct, command, NVME_SC_SUCCESS, answer)
/* With one of several that the specification leaves room for, as CT_STATUSES(a, b). */
void ct_status_of(struct ct *ct, const char *command, const uint16_t *statuses,
		  struct ct_answer answer);
#define CT_STATUSES(...) ((const uint16_t[]){__VA_ARGS__, 0xffff})
/* With any error. */
void ct_refused(struct ct *ct, const char *command, struct ct_answer answer);

/*
 * Commands
 */
/* An SQ entry: what is not given is 0. The CID is given when it is sent. */
struct nvme_command ct_identify(struct ct *ct, unsigned cns, uint32_t nsid, void *page);
struct nvme_command ct_get_log(struct ct *ct, unsigned lid, uint32_t nsid, void *buffer,
			       size_t size);
struct nvme_command ct_get_feature(unsigned fid, unsigned select, uint32_t nsid);
struct nvme_command ct_set_feature(unsigned fid, uint32_t nsid, uint32_t cdw11);
/* Read, Write, Compare ... of blocks (1's based); buffer NULL: without data pointers. */
struct nvme_command ct_rw(struct ct *ct, unsigned opcode, const struct ct_namespace *ns,
			  uint64_t slba, unsigned blocks, void *buffer);
/* Dataset Management with CDW11's attributes, and Copy of format 0h to an LBA, of so many ranges.
 */
struct nvme_command ct_dsm(struct ct *ct, const struct ct_namespace *ns,
			   const struct nvme_dsm_range *ranges, unsigned count,
			   uint32_t attributes);
struct nvme_command ct_copy(struct ct *ct, const struct ct_namespace *ns, uint64_t to,
			    const struct nvme_copy_range *ranges, unsigned count);
struct nvme_command ct_nsid_command(unsigned opcode, uint32_t nsid);
/* A command that every I/O queue takes, and whose answer does not matter: Flush, or what a
 * controller without namespaces says to it. */
struct nvme_command ct_any(const struct ct *ct);
/* PRP1, PRP2 and a list for size bytes from anywhere in a buffer of ct_buffer(). */
void ct_prp(struct ct *ct, struct nvme_command *command, void *data, size_t size);

/* Sends one command and waits for its end; on the admin queue, on ct->io, or on any queue. */
struct ct_answer ct_ask(struct ct *ct, struct nvme_command command);
struct ct_answer ct_do(struct ct *ct, struct nvme_command command);
struct ct_answer ct_run(struct ct *ct, struct ct_sq *sq, struct nvme_command command);
/* ct_any() so many times, one after the other. */
void ct_run_any(struct ct *ct, struct ct_sq *sq, unsigned count);

/* In pieces. ct_push() writes the entry with a CID of its own and returns that; ct_push_cid() with
 * the one that is in it; the doorbell is for ct_ring(). */
uint16_t ct_push(struct ct *ct, struct ct_sq *sq, struct nvme_command command);
void ct_push_cid(struct ct *ct, struct ct_sq *sq, struct nvme_command command);
void ct_ring(struct ct *ct, struct ct_sq *sq);
/* The completion of one command, the others are kept; of the next one that ends, whichever. */
struct ct_answer ct_wait(struct ct *ct, struct ct_sq *sq, uint16_t cid);
struct ct_answer ct_wait_any(struct ct *ct, struct ct_cq *cq);
/* Takes a completion where there is one. */
bool ct_look(struct ct *ct, struct ct_cq *cq, struct ct_answer *answer);
/* The same, but the CQ head doorbell is left to ct_ring_cq(). */
bool ct_look_only(struct ct *ct, struct ct_cq *cq, struct ct_answer *answer);
/* The same, and nobody asks what it is for. */
bool ct_peek(struct ct_cq *cq, struct ct_answer *answer);
void ct_ring_cq(struct ct *ct, struct ct_cq *cq);
/* Nothing new in the queue for so long, and nothing that came while another command was waited for.
 */
void ct_silence(struct ct *ct, struct ct_cq *cq, uint64_t ns);
/* Time passes. */
void ct_pause(struct ct *ct, uint64_t ns);
/* Until the condition holds; where it does not within ct->patience_ns the case hangs. */
#define CT_UNTIL(condition, ...)                                                \
	for (uint64_t until_ = nvme_time_ns() + ct->patience_ns; !(condition);) \
	ct_patient(ct, until_, __VA_ARGS__)
void ct_patient(struct ct *ct, uint64_t until_ns, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Commands that are outstanding will not end any more, or nobody cares (before a reset). */
void ct_forget(struct ct *ct);

/* Any doorbell, any value, whether there is a queue or not. */
void ct_sq_doorbell(struct ct *ct, unsigned id, uint32_t value);
void ct_cq_doorbell(struct ct *ct, unsigned id, uint32_t value);

/*
 * Queues
 */
/* Memory for rings; the controller does not know of it yet. */
struct ct_cq *ct_cq(struct ct *ct, unsigned id, unsigned entries);
struct ct_sq *ct_sq(struct ct *ct, unsigned id, unsigned entries, struct ct_cq *cq);
/* The commands that a host would send for them, to be changed and sent. */
struct nvme_command ct_create_cq(const struct ct_cq *cq);
struct nvme_command ct_create_sq(const struct ct_sq *sq);
struct nvme_command ct_delete_cq(unsigned id);
struct nvme_command ct_delete_sq(unsigned id);
/* A pair that works, both with this QID; the case fails where it cannot be had. */
struct ct_sq *ct_pair(struct ct *ct, unsigned id, unsigned entries);
/* Asks for as many as there can be: once after a reset, before any I/O queue. */
void ct_ask_queues(struct ct *ct);
/* How many I/O queue pairs can be made; what Number of Queues granted. */
unsigned ct_queues(struct ct *ct);
/* The largest size of an I/O queue: CAP.MQES + 1. */
unsigned ct_entries_max(const struct ct *ct);
/* So many, or as many as there can be. */
unsigned ct_entries(const struct ct *ct, unsigned wanted);
/* Skips the case where so many commands at once do not fit into ct->io. */
#define CT_NEED_ROOM(ct, count) \
	CT_NEED((ct)->io->size > (count), "CAP.MQES allows %u entries", (ct)->io->size)

/* Interrupts by messages or by the pin, until the case ends: nvme_interrupt_begin(). */
int ct_interrupts(struct ct *ct, bool messages);

/*
 * Memory. Everything lasts until the case ends.
 */
/* Whole pages for the controller, of which size bytes are the case's, filled with CT_FRESH; what is
 * behind them, and a page on either side, is watched: the case fails if a byte of it changes. */
#define CT_FRESH 0x5e
void *ct_buffer(struct ct *ct, size_t size);
/* A number that has no other meaning than to be told from others. */
void ct_fill(void *buffer, size_t size, uint64_t seed);
uint64_t ct_bus(const void *memory);

/*
 * Registers, by width in bytes (1, 2, 4, 8), one access each. Whoever changes CC leaves the rest to
 * the suite: the controller is reset behind the case.
 */
uint64_t ct_read(struct ct *ct, unsigned offset, unsigned width);
void ct_write(struct ct *ct, unsigned offset, unsigned width, uint64_t value);
uint32_t ct_csts(struct ct *ct);
/* CC.EN = 0 and RDY = 0, in a decided time; queues and what is outstanding are forgotten. */
void ct_disable(struct ct *ct);
/* Enables it with ct->admin as it is (emptied), and this CC: RDY = 1, or CSTS.CFS (false). */
bool ct_enable_with(struct ct *ct, uint32_t cc);
/* The usual way: ct->cc, and fails where it does not get ready. */
void ct_enable(struct ct *ct);
/* The admin queue pair of another size, before ct_enable(). */
void ct_admin_queue(struct ct *ct, unsigned sq_entries, unsigned cq_entries);

/*
 * Blocks and features
 */
/* Keeps blocks, and puts them back behind the case. Cases of CT_WRITES call it before they change
 * any. */
void ct_save(struct ct *ct, struct ct_namespace *ns, uint64_t lba, uint64_t blocks);
/* Blocks with contents that follow from NSID, LBA and generation; one of another place or
 * generation is told from them. */
void ct_write_pattern(struct ct *ct, struct ct_namespace *ns, uint64_t lba, unsigned blocks,
		      unsigned generation);
void ct_expect_pattern(struct ct *ct, struct ct_namespace *ns, uint64_t lba, unsigned blocks,
		       unsigned generation);
void ct_expect_zeroes(struct ct *ct, struct ct_namespace *ns, uint64_t lba, unsigned blocks);
/* Read or Write of any number of blocks. */
void ct_move(struct ct *ct, struct ct_namespace *ns, unsigned opcode, uint64_t lba, uint64_t blocks,
	     void *bytes);
/* The pattern into memory: one block's. */
void ct_pattern(const struct ct_namespace *ns, uint64_t lba, unsigned generation, void *block);
/* Sets a feature that is set back behind the case. */
struct ct_answer ct_change_feature(struct ct *ct, unsigned fid, uint32_t nsid, uint32_t cdw11);
uint32_t ct_feature(struct ct *ct, unsigned fid, uint32_t nsid);

/* Another namespace with logical blocks of the NVM command set and without metadata than ct->ns;
 * skipped where there is none. */
struct ct_namespace *ct_other_namespace(struct ct *ct);

/* Whether the commands are there, by Identify Controller. */
bool ct_has_oacs(const struct ct *ct, unsigned bit);
/* An I/O command of the NVM command set that is mandatory, or that ONCS has. */
bool ct_has_oncs(const struct ct *ct, unsigned opcode);
/* The same, or the command has a limit of its own, which says that it is there up to that (NVM,
 * section 4.1.5.4). */
bool ct_has_command(const struct ct *ct, unsigned opcode);
/* Skipped where there is not, or with a limit that is less than what cases send. */
void ct_need_command(struct ct *ct, unsigned opcode);
/* VSL, WZSL or WUSL in blocks of ct->ns; 0: none. Where ONCS has the command, it is no more than a
 * recommendation. */
uint64_t ct_size_limit(const struct ct *ct, unsigned opcode);

/* What Identify returns, by CNS (CDW10), and so many bytes of a log page; the case fails where the
 * controller refuses. */
void *ct_identify_page(struct ct *ct, unsigned cns, uint32_t nsid);
void *ct_log(struct ct *ct, unsigned lid, size_t size);
/* Which commands there are; skipped where LPA does not say so. */
const struct nvme_commands_log *ct_effects(struct ct *ct);
/* An NSID above NN; one that is valid, and not active. Skipped where there is none. */
uint32_t ct_invalid_nsid(struct ct *ct);
uint32_t ct_inactive_nsid(struct ct *ct);

/*
 * Running it: for command.c and the unit test.
 */
struct ct_options {
	bool read_only;	 /* no case that writes */
	unsigned repeat; /* 0: once */
	uint64_t seed;
	bool time;
	bool tap;
	const char *after; /* "group: case": begins behind that one; NULL: with the first */
	char **patterns;   /* of what is run; with ! in front, of what is not */
	int pattern_count;
	uint64_t patience_ns; /* 0: 10 s */
};

/* Where its words go, and who wants to know of what; all but line may be NULL. */
struct ct_host {
	void (*line)(void *context, const char *text);
	/* A case is about to begin: "group: case". */
	void (*announce)(void *context, const char *text);
	/* Its function runs from here, and until here. */
	void (*running)(void *context, bool running);
	/* It has ended, with ct->outcome and ct->reason. */
	void (*finished)(void *context, const struct ct *ct);
	void *context;
};

struct ct_totals {
	unsigned tests, failures, skipped;
	bool interrupted, lost;
};

/* Runs what is chosen on a claimed controller. 0, or a negative errno where it could not begin
 * (-ENOMEM, -ENODEV), said by a line. */
int conformance_run(const struct nvme_claim *claim, const struct ct_options *options,
		    const struct ct_host *host, struct ct_totals *totals);
/* Calls function for every case that is chosen, in order; false ends it, and is returned. */
bool conformance_each(const struct ct_options *options,
		      bool (*function)(void *context, const struct ct_group *group,
				       const struct ct_case *test),
		      void *context);
/* Whether a pattern with '*' and '?' names a group, a case, or "group: case". */
bool conformance_matches(const char *pattern, const struct ct_group *group,
			 const struct ct_case *test);

/* private, between the files of the suite */
/* A claimed controller, with what cases stand on. 0, or a negative errno. */
int ct_open(const struct nvme_claim *claim, const struct ct_host *host, uint64_t patience_ns,
	    struct ct **opened);
/* Stops the controller; false: it cannot be stopped, and is cut off. */
bool ct_close(struct ct *ct);
/* Runs a part of a case; false when it was left. */
bool ct_guarded(struct ct *ct, void (*part)(struct ct *ct, const void *context),
		const void *context);
/* The controller as a case of that level wants it. */
void ct_bring_to(struct ct *ct, enum ct_level level);
/* After anything: reset, if need be with its function. False: it does not come back. */
bool ct_revive(struct ct *ct);
/* Whether all bytes, if there are any, are this one. */
bool ct_all_are(const uint8_t *bytes, uint8_t byte, size_t size);
void ct_memory_check(struct ct *ct);
void ct_memory_free(struct ct *ct);
void ct_restore(struct ct *ct); /* blocks and features */
void ct_restore_drop(struct ct *ct);
_Noreturn void ct_hang(struct ct *ct, const char *what);
_Noreturn void ct_leave(struct ct *ct, enum ct_outcome outcome, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void ct_queue_clear_cq(struct ct_cq *cq);
void ct_queue_clear_sq(struct ct_sq *sq);

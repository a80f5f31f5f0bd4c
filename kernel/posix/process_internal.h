/* A process from inside: for process.c and signal.c. */
#pragma once

#include "kernel/posix/process.h"
#include "lib/setjmp.h"

struct owned_memory;
struct owned_pages;

struct process_signals {
	uint64_t ignored, caught, pending; /* bit N-1 for signal N; pending: caught ones */
	unsigned interrupts_seen;	   /* of console_interrupts() */
	int fatal;			   /* the signal that ends it, 0: none */
	bool background;		   /* what is typed at the console is not for it */
	bool leads;			   /* what its children took note of is dealt with */
	bool hands_over;		   /* its next child takes its place */
	bool stands_in;			   /* has its parent's number */
};

struct process {
	struct process *parent;
	struct process *previous, *next; /* all there are */
	int id;
	const char *name;
	char *directory; /* NULL: "/" */
	struct owned_memory *memory;
	struct owned_pages *pages;
	struct process_guard *guards;
	uint64_t start_ns;
	const struct process_hooks *hooks; /* NULL: none */
	_Alignas(16) char room[PROCESS_ROOM];
	struct process_signals signals;
	bool killed; /* ended by a signal */
	bool catches;
	bool holds_devices;
	unsigned file_mask;
	unsigned columns, lines;
	const char *(*variable)(void *context, const char *name); /* NULL: there are none */
	void *variable_context;
	int status;
	struct file *files[PROCESS_FILES_MAX];
	jmp_buf end;
};

/* signal.c: a new process inherits from its parent, and is found by its number. */
void process_begin_signals(struct process *process);
void process_end_signals(struct process *process);
/* Ends the current process as the signal does. */
_Noreturn void process_end_by(int signal);
/* Whether a read that waits is to be given up: the process is to end, or has a signal to handle. */
bool process_wakes(void);

/* What a process keeps for the functions of kernel/commands/support: nobody else includes this. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct process_output {
	char *buffer; /* OUTPUT_BUFFER_SIZE bytes from the first write on */
	size_t length;
	size_t kept;	     /* room in buffer while all is kept; 0: it is not */
	int error;	     /* the first one, negative */
	bool ends;	     /* the process ends with it, at once */
	const char *failure; /* what its message says; NULL: "write error" */
	int failure_status;  /* 0: 1 */
	enum { OUTPUT_UNKNOWN, OUTPUT_BY_LINE, OUTPUT_BY_BLOCK } mode;
};

struct process_progress {
	bool started;
	bool off;		 /* nobody watches */
	uint64_t next_ns;	 /* when the line is due again */
	uint64_t done, since_ns; /* bytes, and when that counter started */
};

struct process_state {
	bool killed;	    /* by Ctrl-C or a broken pipe: what is buffered is not written */
	bool command;	    /* what runs is a command, not a shell */
	bool messages_lost; /* standard error failed: a command does not succeed then */
	uint64_t start_ns;
	struct process_output output;
	struct process_progress progress;
	/* Runs in the process when it ends, before its files are closed: takes the status and
	 * gives the one to end with. */
	int (*finish)(int status);
	/* Runs before descriptor 1 is replaced, and before a child starts to write. */
	void (*flush)(void);
};

/* The current process's; NULL while there is none (start of the kernel). */
struct process_state *process_state(void);

/* What the commands' standard output, messages and progress line keep for each process. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stdio_output {
	char *buffer; /* OUTPUT_BUFFER_SIZE bytes from the first write on */
	size_t length;
	size_t kept;	     /* room in buffer while all is kept; 0: it is not */
	int error;	     /* the first one, negative */
	bool ends;	     /* the process ends with it, at once */
	const char *failure; /* what its message says; NULL: "write error" */
	int failure_status;  /* 0: 1 */
	enum { OUTPUT_UNKNOWN, OUTPUT_BY_LINE, OUTPUT_BY_BLOCK } mode;
};

struct stdio_progress {
	bool started;
	bool off;		 /* nobody watches */
	uint64_t next_ns;	 /* when the line is due again */
	uint64_t done, since_ns; /* bytes, and when that counter started */
};

struct stdio {
	bool command;	    /* what runs is a command, not a shell */
	bool messages_lost; /* standard error failed: a command does not succeed then */
	struct stdio_output output;
	struct stdio_progress progress;
};

/* The current process's; NULL while there is none (start of the kernel). */
struct stdio *stdio(void);
/* Makes the end of the process flush its output and clear its progress line. */
void stdio_attach(void);

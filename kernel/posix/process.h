/* Processes: what a running command owns, its open files, memory and working directory, so that
 * however it ends, by return, exit, Ctrl-C or a broken pipe, all of it is given back. Not
 * scheduled: a process runs on the stack of the thread that called process_run(). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROCESS_FILES_MAX 16

struct file;
struct process;

/* Statuses beyond a command's own, as a shell shows them. */
#define STATUS_NOT_EXECUTABLE 126
#define STATUS_NOT_FOUND      127
#define STATUS_SIGNAL	      128 /* and the number of the signal that ended it */
#define STATUS_INTERRUPTED    130 /* Ctrl-C */
#define STATUS_BROKEN_PIPE    141

/* Signals, with Linux's numbers. */
enum signal {
	SIGNAL_HUP = 1,
	SIGNAL_INT = 2, /* Ctrl-C */
	SIGNAL_QUIT = 3,
	SIGNAL_KILL = 9,
	SIGNAL_PIPE = 13,
	SIGNAL_TERM = 15,
	SIGNAL_CHLD = 17,
	SIGNAL_CONT = 18,
	SIGNAL_STOP = 19,
	SIGNAL_TSTP = 20,
	SIGNAL_TTIN = 21,
	SIGNAL_TTOU = 22,
	SIGNAL_URG = 23,
	SIGNAL_WINCH = 28,
	SIGNAL_MAX = 64,
};

/* Runs entry(argc, argv) as a new process named argv[0] that shares the parent's open files (each
 * one more reference) and starts in its working directory; frees what it leaves behind, flushes its
 * standard output, and returns its exit status. A process without a parent starts in "/" with the
 * console as standard input, output and error. A new thread runs its part as a process of its own:
 * what it ends (process_exit()) must have started on its own stack. */
int process_run(int (*entry)(int argc, char **argv), int argc, char **argv);

_Noreturn void process_exit(int status);

/* What those above keep for each process, all zero at first; NULL while there is no process (start
 * of the kernel). */
#define PROCESS_ROOM 128
void *process_room(void);
/* What they have done in it. */
struct process_hooks {
	/* When the process ends, before its files are closed: takes the status and gives the one to
	 * end with. */
	int (*finish)(int status);
	/* Before descriptor 1 is replaced, and before a child starts to write. */
	void (*flush)(void);
	/* Descriptor 1 is about to be another file. */
	void (*redirected)(void);
};
void process_set_hooks(const struct process_hooks *hooks);
/* By a signal or a broken pipe: what is buffered is not written. */
bool process_killed(void);
uint64_t process_start_ns(void);

/* The open files of the current process by descriptor. NULL where closed. */
struct file *process_file(int fd);
/* Puts file (whose reference it takes over; NULL closes) at fd and closes what was there;
 * file_close()'s result. */
int process_set_file(int fd, struct file *file);
/* The lowest free descriptor gets file: the descriptor, or -EMFILE (the reference stays with the
 * caller). */
int process_add_file(struct file *file);
/* file_open() as the lowest free descriptor, so that the file is closed however the process ends:
 * the descriptor or a negative errno. */
int process_open(const char *path, int flags, unsigned mode);

/* The mode bits that files and directories do not get when they are made; children inherit them.
 * None before there is a process. */
unsigned process_file_mask(void);
void process_set_file_mask(unsigned mask);

const char *process_directory(void);
int process_change_directory(const char *path);
const char *process_name(void); /* argv[0] */

/* The size of the screen as COLUMNS and LINES give it to this process and those that it runs; 0
 * where they do not, and the terminal's counts (kernel/console_size.h). */
void process_set_screen(unsigned columns, unsigned lines);
unsigned process_columns(void);
unsigned process_lines(void);

/* Who knows the environment of the processes that this one runs: variable() gives the value of a
 * variable in it, or NULL. The context outlives them. */
void process_set_environment(const char *(*variable)(void *context, const char *name),
			     void *context);
/* NULL: it is not set. */
const char *process_environment(const char *name);

/* Memory that ends with the current process. NULL when memory is out. */
void *process_alloc(size_t size);
void *process_realloc(void *old, size_t size);
void process_free(void *memory);
/* Page-aligned, for large I/O buffers. */
void *process_alloc_pages(size_t bytes);

/* Ends the process with 130 if Ctrl-C was typed (128 + N if it was sent signal N), unless the
 * process catches interrupts. Called by everything below; long computations call it themselves: it
 * is also where other threads get their turn. */
void process_check_interrupt(void);
/* A catching process (the shell, dd) gets -EINTR from the functions below instead of ending. */
void process_catch_interrupt(bool catches);
bool process_interrupted(void);
/* The signal behind it; 0: none. */
int process_fatal_signal(void);

/* Each process has a number of its own, from 1 on. */
int process_id(void);
/* Sends the signal (0: none, is there such a process?): 0 or -ESRCH. It ends the process, and what
 * that runs, unless the process ignores or catches it. */
int process_kill(int id, int signal);
/* What a signal does to the current process. Children inherit what is ignored. */
enum signal_action { SIGNAL_DEFAULT, SIGNAL_IGNORED, SIGNAL_CAUGHT };
void process_set_signal(int signal, enum signal_action action);
#define SIGNAL_BIT(signal) (1ull << ((signal)-1))
uint64_t process_ignored(void); /* a bit for each */
/* Caught signals that have come: whether there are any, and the next one (0: none). While there
 * are, process_read() gives -EINTR. */
uint64_t process_pending(void);
int process_take_signal(void);
/* Ctrl-C typed so far is dealt with. */
void process_forget_interrupts(void);
/* The signal that was sent to the process that process_run() ran last and ended it; 0: none. To be
 * asked at once. */
int process_last_signal(void);
/* The process goes on for itself, when the one that started it ends as well: it has no parent any
 * more and is no business of the console's. */
void process_detach(bool ignore_keyboard);
bool process_in_background(void);
/* The process runs one more, and ends when that does, as if that had taken its place: the next that
 * it runs has its number, so that signals go there, and what ends that has ended both. */
void process_hand_over(void);
/* The process (an interactive shell) need not know of a Ctrl-C that a child of it has dealt with.
 */
void process_lead(void);

/* Something that uses the process's memory and has to end before that does: end() is called when
 * the process ends, however it ends, before its files are closed. The record is part of that
 * memory. */
struct process_guard {
	struct process_guard *next;
	void (*end)(struct process_guard *guard);
};
void process_guard(struct process_guard *guard);

/* From here to its end the process, or one that it runs, works with devices that must not go:
 * nothing is done in thread_attend(). */
void process_hold_devices(void);
bool process_holds_devices(void);

/* file_read() and file_write() on descriptors of the current process. Before it reads, devices may
 * come and go (thread_attend()): the caller holds open files, but no device. -EINTR only reaches
 * catching processes; a broken pipe ends the process with 141. -EBADF where fd is closed. */
long process_read(int fd, void *buffer, size_t size);
long process_write(int fd, const void *buffer, size_t size);

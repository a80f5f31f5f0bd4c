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
#define STATUS_INTERRUPTED    130 /* 128 + SIGINT: Ctrl-C */
#define STATUS_BROKEN_PIPE    141 /* 128 + SIGPIPE */

/* Runs entry(argc, argv) as a new process named argv[0] that shares the parent's open files (each
 * one more reference) and starts in its working directory; frees what it leaves behind, flushes its
 * standard output, and returns its exit status. A process without a parent starts in "/" with the
 * console as standard input, output and error. A new thread runs its part as a process of its own:
 * what it ends (process_exit()) must have started on its own stack. */
int process_run(int (*entry)(int argc, char **argv), int argc, char **argv);

_Noreturn void process_exit(int status);

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

const char *process_directory(void);
int process_change_directory(const char *path);
const char *process_name(void); /* argv[0] */

/* The size of the screen as COLUMNS and LINES give it to this process and those that it runs; 0
 * where they do not, and the terminal's counts (kernel/console_size.h). */
void process_set_screen(unsigned columns, unsigned lines);
unsigned process_columns(void);
unsigned process_lines(void);

/* Memory that ends with the current process. NULL when memory is out. */
void *process_alloc(size_t size);
void *process_realloc(void *old, size_t size);
void process_free(void *memory);
/* Page-aligned, for large I/O buffers. */
void *process_alloc_pages(size_t bytes);

/* Ends the process with 130 if Ctrl-C was typed, unless the process catches interrupts. Called by
 * everything below; long computations call it themselves. */
void process_check_interrupt(void);
/* A catching process (the shell, dd) gets -EINTR from the functions below instead of ending. */
void process_catch_interrupt(bool catches);
bool process_interrupted(void);

/* From here to its end the process, or one that it runs, works with devices that must not go:
 * nothing is done in thread_attend(). */
void process_hold_devices(void);
bool process_holds_devices(void);

/* file_read() and file_write() on descriptors of the current process. Before it reads, devices may
 * come and go (thread_attend()): the caller holds open files, but no device. -EINTR only reaches
 * catching processes; a broken pipe ends the process with 141. -EBADF where fd is closed. */
long process_read(int fd, void *buffer, size_t size);
long process_write(int fd, const void *buffer, size_t size);

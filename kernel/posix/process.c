/* Processes: see process.h. A process is a record on the heap; it ends by a long jump back into
 * process_run(), which then gives back all that it owned. */
#include "kernel/posix/process.h"

#include "kernel/console.h"
#include "kernel/log.h"
#include "kernel/posix/file.h"
#include "kernel/memory.h"
#include "kernel/posix/process_internal.h"
#include "kernel/thread.h"
#include "kernel/x86/time.h"
#include "lib/errno.h"
#include "lib/string.h"

#define FILE_MASK 022 /* as long as nobody says otherwise */

/* Stands before every piece of memory that a process owns; 32 bytes keep the 16-byte alignment. */
struct owned_memory {
	struct owned_memory *previous, *next;
	struct process *owner;
	size_t unused;
};

struct owned_pages {
	struct owned_pages *next;
	void *address;
	size_t count;
};

static void free_memory(struct process *process)
{
	while (process->memory) {
		struct owned_memory *next = process->memory->next;

		kfree(process->memory);
		process->memory = next;
	}
	while (process->pages) {
		struct owned_pages *next = process->pages->next;

		pages_free(process->pages->address, process->pages->count);
		kfree(process->pages);
		process->pages = next;
	}
}

static char *duplicate(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = kmalloc(size);

	if (copy)
		memcpy(copy, text, size);
	return copy;
}

/* The first process has the console as its standard input, output and error. */
static void open_console(struct process *process)
{
	struct file *console;

	if (file_open("/dev/console", O_RDWR, 0, &console))
		return;
	for (int fd = 0; fd < 3; fd++)
		process->files[fd] = fd ? file_get(console) : console;
}

static struct process *create(struct process *parent, const char *name)
{
	struct process *process = kzalloc(sizeof(*process));

	if (!process)
		return NULL;
	process->parent = parent;
	process->name = name;
	process->start_ns = time_ns();
	if (parent) {
		process->columns = parent->columns;
		process->lines = parent->lines;
		process->variable = parent->variable;
		process->variable_context = parent->variable_context;
	}
	if (parent && parent->directory) {
		process->directory = duplicate(parent->directory);
		if (!process->directory) {
			kfree(process);
			return NULL;
		}
	}
	process->file_mask = parent ? parent->file_mask : FILE_MASK;
	process_begin_signals(process);
	if (!parent) {
		open_console(process);
		return process;
	}
	for (int fd = 0; fd < PROCESS_FILES_MAX; fd++)
		if (parent->files[fd])
			process->files[fd] = file_get(parent->files[fd]);
	return process;
}

static void destroy(struct process *process)
{
	for (struct process_guard *guard = process->guards; guard; guard = guard->next)
		guard->end(guard);
	/* Write-back errors of a device closed here are in the log. */
	for (int fd = 0; fd < PROCESS_FILES_MAX; fd++)
		if (process->files[fd])
			file_close(process->files[fd]);
	free_memory(process);
	process_end_signals(process);
	kfree(process->directory);
	kfree(process);
}

/* Calls entry, or the finishing function where entry is NULL, and comes back however it ends. */
static void run_until_end(struct process *process, int (*entry)(int, char **), int argc,
			  char **argv)
{
	if (setjmp(process->end) != 0)
		return;
	if (entry)
		process->status = entry(argc, argv);
	else
		process->status = process->hooks->finish(process->status);
}

int process_run(int (*entry)(int argc, char **argv), int argc, char **argv)
{
	struct process *parent = process_current();
	struct process *process;
	int status;

	/* What the parent printed comes before what the child prints. */
	if (parent && parent->hooks)
		parent->hooks->flush();
	thread_attend();
	process = create(parent, argc > 0 && argv[0] ? argv[0] : "");
	if (!process) {
		log_error("%s: cannot start: out of memory", argc > 0 ? argv[0] : "process");
		return STATUS_NOT_EXECUTABLE;
	}
	process_set_current(process);
	run_until_end(process, entry, argc, argv);
	if (process->hooks)
		run_until_end(process, NULL, 0, NULL);
	status = process->status & 0xff;
	parent = process->parent; /* NULL where it has been detached since */
	destroy(process);
	process_set_current(parent);
	return status;
}

void process_exit(int status)
{
	struct process *process = process_current();

	process->status = status;
	longjmp(process->end, 1);
}

void *process_room(void)
{
	struct process *process = process_current();

	return process ? process->room : NULL;
}

void process_set_hooks(const struct process_hooks *hooks)
{
	process_current()->hooks = hooks;
}

bool process_killed(void)
{
	return process_current()->killed;
}

uint64_t process_start_ns(void)
{
	return process_current()->start_ns;
}

/* Open files */

struct file *process_file(int fd)
{
	struct process *process = process_current();

	if (!process || fd < 0 || fd >= PROCESS_FILES_MAX)
		return NULL;
	return process->files[fd];
}

int process_set_file(int fd, struct file *file)
{
	struct process *process = process_current();
	struct file *old;

	if (!process || fd < 0 || fd >= PROCESS_FILES_MAX) {
		if (file)
			file_close(file);
		return -EBADF;
	}
	if (fd == 1 && process->hooks) {
		process->hooks->flush();
		process->hooks->redirected();
	}
	old = process->files[fd];
	process->files[fd] = file;
	return old ? file_close(old) : 0;
}

static int lowest_free(void)
{
	struct process *process = process_current();

	for (int fd = 0; process && fd < PROCESS_FILES_MAX; fd++)
		if (!process->files[fd])
			return fd;
	return -EMFILE;
}

int process_add_file(struct file *file)
{
	int fd = lowest_free();

	if (fd >= 0)
		process_current()->files[fd] = file;
	return fd;
}

/* Directory and name */

int process_open(const char *path, int flags, unsigned mode)
{
	struct file *file;
	int fd = lowest_free(); /* before opening makes or empties a file */
	int error = fd < 0 ? fd : file_open(path, flags, mode, &file);

	return error ? error : process_add_file(file);
}

void process_set_screen(unsigned columns, unsigned lines)
{
	struct process *process = process_current();

	if (process) {
		process->columns = columns;
		process->lines = lines;
	}
}

unsigned process_columns(void)
{
	struct process *process = process_current();

	return process ? process->columns : 0;
}

unsigned process_lines(void)
{
	struct process *process = process_current();

	return process ? process->lines : 0;
}

void process_set_environment(const char *(*variable)(void *context, const char *name),
			     void *context)
{
	struct process *process = process_current();

	process->variable = variable;
	process->variable_context = context;
}

const char *process_environment(const char *name)
{
	const struct process *process = process_current();

	return process->variable ? process->variable(process->variable_context, name) : NULL;
}

unsigned process_file_mask(void)
{
	struct process *process = process_current();

	return process ? process->file_mask : 0;
}

void process_set_file_mask(unsigned mask)
{
	process_current()->file_mask = mask;
}

const char *process_directory(void)
{
	struct process *process = process_current();

	return process && process->directory ? process->directory : "/";
}

int process_change_directory(const char *path)
{
	struct process *process = process_current();
	struct file_stat stat;
	char *absolute, *copy;
	int error;

	/* ".." is taken from the name, so that it leads out of a directory that is gone. */
	absolute = kmalloc(PATH_MAX);
	if (!absolute)
		return -ENOMEM;
	error = path_absolute(path, absolute, PATH_MAX);
	if (!error)
		error = path_stat(absolute, &stat);
	if (!error && stat.type != FILE_DIRECTORY)
		error = -ENOTDIR;
	copy = error ? NULL : duplicate(absolute);
	kfree(absolute);
	if (error)
		return error;
	if (!copy)
		return -ENOMEM;
	kfree(process->directory);
	process->directory = copy;
	return 0;
}

void process_guard(struct process_guard *guard)
{
	struct process *process = process_current();

	guard->next = process->guards;
	process->guards = guard;
}

void process_hold_devices(void)
{
	process_current()->holds_devices = true;
}

bool process_holds_devices(void)
{
	for (struct process *process = process_current(); process; process = process->parent)
		if (process->holds_devices)
			return true;
	return false;
}

const char *process_name(void)
{
	struct process *process = process_current();

	return process ? process->name : "my_nvme";
}

/* Memory */

void *process_alloc(size_t size)
{
	struct process *process = process_current();
	struct owned_memory *memory;

	if (size > SIZE_MAX - sizeof(*memory))
		return NULL;
	memory = kmalloc(sizeof(*memory) + size);
	if (!memory)
		return NULL;
	memory->owner = process;
	memory->previous = NULL;
	memory->next = process->memory;
	if (memory->next)
		memory->next->previous = memory;
	process->memory = memory;
	return memory + 1;
}

void *process_alloc_pages(size_t bytes)
{
	struct process *process = process_current();
	struct owned_pages *pages;

	if (bytes > SIZE_MAX - PAGE_SIZE)
		return NULL;
	pages = kmalloc(sizeof(*pages));
	if (!pages)
		return NULL;
	pages->count = bytes ? (bytes + PAGE_SIZE - 1) / PAGE_SIZE : 1;
	pages->address = pages_alloc(pages->count);
	if (!pages->address) {
		kfree(pages);
		return NULL;
	}
	pages->next = process->pages;
	process->pages = pages;
	return pages->address;
}

static bool free_pages(struct process *process, void *address)
{
	for (struct owned_pages **link = &process->pages; *link; link = &(*link)->next) {
		struct owned_pages *pages = *link;

		if (pages->address == address) {
			*link = pages->next;
			pages_free(pages->address, pages->count);
			kfree(pages);
			return true;
		}
	}
	return false;
}

void process_free(void *address)
{
	struct owned_memory *memory;

	if (!address)
		return;
	if ((uintptr_t)address % PAGE_SIZE == 0 && free_pages(process_current(), address))
		return;
	memory = (struct owned_memory *)address - 1;
	if (memory->next)
		memory->next->previous = memory->previous;
	if (memory->previous)
		memory->previous->next = memory->next;
	else
		memory->owner->memory = memory->next;
	kfree(memory);
}

void *process_realloc(void *old, size_t size)
{
	struct owned_memory *memory;

	if (!old)
		return process_alloc(size);
	if (size > SIZE_MAX - sizeof(*memory))
		return NULL;
	memory = krealloc((struct owned_memory *)old - 1, sizeof(*memory) + size);
	if (!memory)
		return NULL;
	if (memory->next)
		memory->next->previous = memory;
	if (memory->previous)
		memory->previous->next = memory;
	else
		memory->owner->memory = memory;
	return memory + 1;
}

/* Reading and writing */

long process_read(int fd, void *buffer, size_t size)
{
	struct file *file = process_file(fd);
	long count;

	process_check_interrupt();
	thread_attend();
	if (!file)
		return -EBADF;
	do {
		if (process_wakes())
			return -EINTR;
		count = file_read(file, buffer, size);
		if (count == -EINTR)
			process_check_interrupt();
	} while (count == -EINTR && !process_wakes());
	return count;
}

long process_write(int fd, const void *buffer, size_t size)
{
	struct file *file = process_file(fd);
	long count;

	process_check_interrupt();
	if (!file)
		return -EBADF;
	/* Not at all others: Ctrl-C may have come since, and they end at the next call. */
	if (process_current()->catches && process_interrupted())
		return -EINTR;
	count = file_write(file, buffer, size);
	if (count == -EINTR)
		process_check_interrupt();
	if (count == -EPIPE && !(process_ignored() & SIGNAL_BIT(SIGNAL_PIPE)))
		process_end_by(SIGNAL_PIPE);
	return count;
}

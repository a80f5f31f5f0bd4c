/* The kernel's machine on Linux: between the files host*.c. They make the primitives of
 * kernel/{memory,time,thread_stack,console,machine,random}.h out of a process, so that files, shell
 * and commands run on the host unchanged, under sanitizers.
 *
 * Environment: HOST_MEMORY=BYTES limits the memory (256 MiB else), HOST_ALLOC_FAIL=N makes the N-th
 * allocation and every later one fail, HOST_LOG=LEVEL is the loglevel=, HOST_SEED=N makes random
 * bytes repeatable. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The first thread, terminal, environment: before anything else. */
void host_init(void);
/* With files: what a group of cmocka's tests begins with. */
int host_set_up(void **state);

void host_set_cmdline(const char *text);
void host_set_memory_limit(uint64_t bytes);
/* The n-th allocation from now on and every later one fails; 0: none. */
void host_fail_allocations(uint64_t n);

/* Registers FILE[:OPTION]... as the next my_nvmeXn1. Options: a block size in bytes, "ro",
 * "plain" (reads, writes and flushes only), "bad=FIRST-LAST" (logical blocks that cannot be read or
 * written), "badread=", "badwrite=". 0 or a negative errno. */
struct block_device;
int host_disk_add(const char *specification, struct block_device **device);
/* The same over memory, of count blocks. */
struct block_device *host_disk_memory(uint32_t block_size, uint64_t count);
/* Unplugs and frees it. */
void host_disk_remove(struct block_device *device);
void host_disk_set_bad(struct block_device *device, uint64_t first, uint64_t last, bool read,
		       bool write);
/* It reads, writes and flushes, nothing else. */
void host_disk_offer_nothing(struct block_device *device);
/* Nothing ends while it is stalled, but what is cancelled where that is possible. */
void host_disk_stall(struct block_device *device, bool stalled, bool abortable);
struct host_disk_counts {
	uint64_t reads, writes, flushes, blocks_read, blocks_written;
	uint64_t forced, clears, blocks_cleared; /* writes with FUA; discards and zeroes */
};
void host_disk_counts(const struct block_device *device, struct host_disk_counts *counts);
char *host_disk_data(struct block_device *device); /* of a memory disk */

/* The PCI bus is that of a dump of the host's (lspci -xxxx). 0 or a negative errno. */
int host_pci_load(const char *path);

/* As if Ctrl-C had been typed. */
void host_interrupt(void);

/* Runs entry as the first process, with descriptors 0, 1 and 2 on the host's. Its status. */
int host_run(int (*entry)(int argc, char **argv), int argc, char **argv);
/* Copies between the host and the tree. 0 or a negative errno. */
int host_import(const char *host_path, const char *path);
int host_export(const char *path, const char *host_path);

/* The kernel's machine for fuzz targets over files, shell and commands: like tests/host/host.c,
 * with which it shares tests/host/memory.c. Time is simulated, the console reads from memory and
 * writes to nowhere, memory is small, and Ctrl-C comes when a run takes too long. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How often a run looks for Ctrl-C before it comes; from then on it comes again and again. */
#define MACHINE_BUDGET 1000u

/* Once: files, and a block device of 64 KiB, my_nvme0n1. */
void machine_start(void);
/* Before each run: everything as after the start. size bytes are what is typed on the console;
 * then its input ends. */
void machine_begin(const void *typed, size_t size, bool interactive);
/* After each run: removes what was left in the tree. Aborts when memory was lost. */
void machine_end(void);
/* Runs entry as the first process; its status. */
int machine_run(int (*entry)(int argc, char **argv), int argc, char **argv);

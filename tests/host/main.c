/* The shell on the host:
 *   build/host/shell [--disk FILE[:OPTION]...]... [--pci DUMP] [--import HOSTFILE:PATH]...
 *                    [--export PATH:HOSTFILE]... [--append CMDLINE] [--stats]
 *                    [-c STRING [NAME [ARGUMENT]...] | SCRIPT [ARGUMENT]...]
 * A SCRIPT of the host is copied to /tmp/NAME first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/block/block.h"
#include "kernel/commands/command.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "kernel/shell/shell.h"
#include "lib/errno.h"
#include "tests/host/host.h"

#define EXPORTS_MAX 64

/* The shell may be missing while only commands are tested. */
__attribute__((weak)) int shell_main(int argc, char **argv);

/* Splits on blanks. */
static int run_words(int argc, char **argv)
{
	char *words[64];
	const struct command *command;
	int count = 0;

	if (argc < 3 || strcmp(argv[1], "-c") != 0)
		fail(2, "no shell here: use -c 'COMMAND OPERAND...'");
	for (char *word = strtok(argv[2], " "); word && count < 63; word = strtok(NULL, " "))
		words[count++] = word;
	words[count] = NULL;
	if (!count)
		return 0;
	command = command_find(words[0]);
	if (!command)
		fail(STATUS_NOT_FOUND, "%s: not found", words[0]);
	return command_run(command, count, words);
}

_Noreturn static void give_up(const char *what, int error)
{
	fprintf(stderr, "shell: %s: %s\n", what, strerror(-error));
	exit(2);
}

/* "A:B": the part before the last colon, and the part behind it. */
static char *split(char *text)
{
	char *colon = strrchr(text, ':');

	if (!colon)
		give_up(text, -EINVAL);
	*colon = '\0';
	return colon + 1;
}

static void print_counts(void)
{
	for (struct block_device *device = block_first(); device; device = device->next) {
		struct host_disk_counts counts;

		host_disk_counts(device, &counts);
		fprintf(stderr,
			"%s: %llu reads of %llu blocks, %llu writes of %llu blocks, %llu flushes\n",
			device->name, (unsigned long long)counts.reads,
			(unsigned long long)counts.blocks_read, (unsigned long long)counts.writes,
			(unsigned long long)counts.blocks_written,
			(unsigned long long)counts.flushes);
	}
}

int main(int argc, char **argv)
{
	struct {
		char *from, *to;
	} exports[EXPORTS_MAX];
	unsigned export_count = 0;
	bool stats = false;
	char *shell[64] = {"sh"}, script[512];
	int at = 1, count = 1, status, error;

	host_init();
	if (files_init())
		give_up("files_init", -ENOMEM);
	command_files_init();
	for (; at + 1 < argc && strncmp(argv[at], "--", 2) == 0; at += 2) {
		char *value = argv[at + 1];

		error = 0;
		if (strcmp(argv[at], "--stats") == 0) {
			stats = true;
			at--;
		} else if (strcmp(argv[at], "--disk") == 0) {
			error = host_disk_add(value, NULL);
		} else if (strcmp(argv[at], "--pci") == 0) {
			error = host_pci_load(value);
		} else if (strcmp(argv[at], "--append") == 0) {
			host_set_cmdline(value);
		} else if (strcmp(argv[at], "--import") == 0) {
			char *to = split(value);

			error = host_import(value, to);
		} else if (strcmp(argv[at], "--export") == 0 && export_count < EXPORTS_MAX) {
			exports[export_count].to = split(value);
			exports[export_count++].from = value;
		} else {
			break;
		}
		if (error)
			give_up(value, error);
	}
	if (at < argc && argv[at][0] != '-') {
		const char *name = strrchr(argv[at], '/');

		snprintf(script, sizeof(script), "/tmp/%s", name ? name + 1 : argv[at]);
		error = host_import(argv[at], script);
		if (error)
			give_up(argv[at], error);
		argv[at] = script;
	}
	while (at < argc && count < 63)
		shell[count++] = argv[at++];
	status = host_run(shell_main ? shell_main : run_words, count, shell);
	files_sync_all();
	for (unsigned i = 0; i < export_count; i++) {
		error = host_export(exports[i].from, exports[i].to);
		if (error)
			give_up(exports[i].from, error);
	}
	if (stats)
		print_counts();
	return status;
}

/* free: how much memory is in use. */
#include "kernel/commands/command.h"
#include "kernel/commands/support/size.h"
#include "kernel/memory.h"
#include "kernel/x86/smp.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"

/* As free -h writes them: "23Gi", "8.7Mi", "512B". */
static const char *human(uint64_t bytes, char text[HUMAN_TEXT])
{
	static const char letters[] = "KMGTPE";
	uint64_t unit = 1;
	int exponent = -1;

	while (bytes / unit >= 1024 && exponent < 5) {
		unit *= 1024;
		exponent++;
	}
	if (exponent < 0)
		snprintf(text, HUMAN_TEXT, "%lluB", (unsigned long long)bytes);
	else if (bytes / unit < 10)
		snprintf(text, HUMAN_TEXT, "%llu.%llu%ci", (unsigned long long)(bytes / unit),
			 (unsigned long long)(bytes % unit * 10 / unit), letters[exponent]);
	else
		snprintf(text, HUMAN_TEXT, "%llu%ci", (unsigned long long)(bytes / unit),
			 letters[exponent]);
	return text;
}

static void print_amount(uint64_t bytes, uint64_t unit, int width)
{
	char text[HUMAN_TEXT];

	if (unit)
		out("%*llu", width, (unsigned long long)(bytes / unit));
	else
		out("%*s", width, human(bytes, text));
}

static void print_line(const char *name, const uint64_t *amounts, unsigned count, uint64_t unit)
{
	out("%-8s", name);
	for (unsigned i = 0; i < count; i++)
		print_amount(amounts[i], unit, 12);
	out_char('\n');
}

/* What each of the other CPUs has for itself, of what is in use: its stacks and tables. */
static void print_cpus(uint64_t unit)
{
	for (unsigned cpu = 1; cpu < smp_started(); cpu++) {
		uint64_t memory = smp_figures(cpu).memory;
		char name[16];

		snprintf(name, sizeof(name), "CPU%u:", cpu);
		print_line(name, (const uint64_t[]){memory, memory}, 2, unit);
	}
}

static const struct option long_options[] = {
	{"bytes", 0, 'b'}, {"kibi", 0, 'k'},  {"mebi", 0, 'm'}, {"gibi", 0, 'g'},
	{"human", 0, 'h'}, {"total", 0, 't'}, {NULL, 0, 0}};

static int free_main(int argc, char **argv)
{
	uint64_t unit = 1024;
	struct memory_stats stats;
	bool total = false;
	struct getopt state = {0};
	int option;

	while ((option = getopt_next(&state, argc, argv, "bkmght", long_options)) != -1) {
		switch (option) {
		case 'b':
			unit = 1;
			break;
		case 'k':
			unit = 1 << 10;
			break;
		case 'm':
			unit = 1 << 20;
			break;
		case 'g':
			unit = 1 << 30;
			break;
		case 'h':
			unit = 0;
			break;
		case 't':
			total = true;
			break;
		default:
			fail_usage(1);
		}
	}
	if (state.index < argc)
		fail_extra_operand(argv[state.index]);
	memory_stats(&stats);

	uint64_t available = stats.total - stats.used;
	uint64_t memory[] = {stats.total, stats.used, available, 0, 0, available};
	uint64_t none[] = {0, 0, 0};

	out("               total        used        free      shared  buff/cache   available\n");
	print_line("Mem:", memory, 6, unit);
	print_line("Swap:", none, 3, unit);
	print_cpus(unit);
	if (total)
		print_line("Total:", memory, 3, unit);
	return 0;
}

COMMAND(free, "[-bkmght]", "Show how much memory is in use",
	"  -b -k -m -g   in bytes, KiB (the default), MiB, GiB; -h with units\n"
	"  -t            a line of totals, too\n"
	"Where other CPUs have been started, a line for each: what it has of the memory in use.\n"
	"Files in memory count as used. There is no swap, and nothing is cached but in buffers\n"
	"of block devices.\n");

/* What is said of a check that fails: the line of the driver, the last accesses as the trace shows
 * them, and what sanitizers had to say. */
#include <execinfo.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sanitizer/common_interface_defs.h>

#include "drivers/nvme/spec/names.h"
#include "drivers/nvme/transport/record.h"
#include "tests/course/grade.h"
#include "tests/sim/internal.h"

#define EVENTS	    4096
#define SHOWN	    12 /* of the last accesses */
#define CALLERS	    4  /* lines of the driver */
#define LOGGED	    8
#define CPU_SECONDS 3 /* that a check may compute */

const char *driver_source = "driver.c";

bool report_endless;

static char logged[LOGGED][512];
static unsigned logged_count;

void report_log(const char *text)
{
	snprintf(logged[logged_count++ % LOGGED], sizeof(logged[0]), "%s", text);
}

/* "queue 0, opcode 06, CID 1: NSID 0 (status 00b)" says what the numbers mean as well. */
void report_violation(const char *violation)
{
	size_t length = strcspn(violation, "\n");
	const char *status = strstr(violation, " (status ");
	unsigned queue, opcode, code;
	int head = 0;

	if (sscanf(violation, "queue %u, opcode %2x%n", &queue, &opcode, &head) == 2 && head)
		printf("queue %u, opcode %02xh (%s)", queue, opcode,
		       queue ? nvme_io_name(opcode) : nvme_admin_name(opcode));
	if (!status || status > violation + length || sscanf(status, " (status %3x)", &code) != 1) {
		printf("%.*s\n", (int)length - head, violation + head);
		return;
	}
	printf("%.*s (status %03xh: %s)\n", (int)(status - violation) - head, violation + head, code,
	       nvme_status_name(code));
}

/* "driver.c:88 in driver_find", where the address is in the driver's source. */
static bool place_of(uintptr_t address, char *text, size_t size)
{
	char line[600], *slash;
	const char *at;

	__sanitizer_symbolize_pc((void *)address, "%s:%l in %f", line, sizeof(line));
	slash = strrchr(line, '/');
	at = slash ? slash + 1 : line;
	if (strncmp(at, driver_source, strlen(driver_source)) != 0 ||
	    at[strlen(driver_source)] != ':')
		return false;
	snprintf(text, size, "%s", at);
	return true;
}

void report_place(void)
{
	void *frames[64];
	int count = backtrace(frames, 64);
	unsigned shown = 0;
	char text[600];

	for (int i = 0; i < count && shown < CALLERS; i++)
		if (place_of((uintptr_t)frames[i], text, sizeof(text)))
			printf("%s%s", shown++ ? ", called by " : "  line: ", text);
	if (shown)
		printf("\n");
}

static void text_of(uint64_t number, char *text, size_t size)
{
	struct nvme_record event;
	char queue[8], words[NVME_RECORD_TEXT];

	*text = 0;
	if (!nvme_record_get(number, &event))
		return;
	nvme_record_queue(&event, queue, sizeof(queue));
	nvme_record_words(&event, words, sizeof(words));
	snprintf(text, size, "%-5s %s", queue, words);
}

static void show(uint64_t number, const char *text, unsigned times)
{
	struct nvme_record event;

	if (!nvme_record_get(number, &event))
		return;
	printf("    %5llu.%06llu %s", (unsigned long long)(event.time_ns / S),
	       (unsigned long long)(event.time_ns / US % 1000000), text);
	if (times > 1)
		printf(" (and %u times before)", times - 1);
	printf("\n");
}

/* Where the same is read again and again, the last of it counts. */
void report_accesses(void)
{
	char text[NVME_RECORD_TEXT + 8], before[NVME_RECORD_TEXT + 8];
	uint64_t lines[SHOWN];
	unsigned times[SHOWN], count = 0;
	uint64_t end = nvme_record_end();

	for (uint64_t at = end; at-- > nvme_record_begin();) {
		text_of(at, text, sizeof(text));
		if (count && strcmp(text, before) == 0) {
			times[count - 1]++;
			continue;
		}
		if (count == SHOWN)
			break;
		lines[count] = at;
		times[count++] = 1;
		strcpy(before, text);
	}
	if (count)
		printf("  last accesses:\n");
	while (count-- > 0) {
		text_of(lines[count], text, sizeof(text));
		show(lines[count], text, times[count]);
	}
	if (sim)
		machine_say_queues();
	for (unsigned i = logged_count > LOGGED ? logged_count - LOGGED : 0; i < logged_count; i++)
		printf("  log: %s\n", logged[i % LOGGED]);
}

static void dies(void)
{
	if (sim)
		fprintf(stderr, "registers: %p %p\n", sim->bar, (char *)sim->bar + sim->bar_room);
	report_accesses();
	fflush(stdout);
}

/* It computes, and calls nothing of the machine in which time would go on. */
static void computes(int number)
{
	(void)number;
	report_endless = true;
	fail("%d s of computing, and it still goes on: a loop that never ends, or one that waits "
	     "without platform_relax()",
	     CPU_SECONDS);
}

void report_begin(void)
{
	struct sigaction action = {.sa_handler = computes, .sa_flags = SA_ONSTACK};
	struct itimerval limit = {.it_value.tv_sec = CPU_SECONDS};

	__sanitizer_set_death_callback(dies);
	nvme_record_start(EVENTS);
	sigaction(SIGPROF, &action, NULL);
	setitimer(ITIMER_PROF, &limit, NULL);
}

/* The first line of the driver that a report names. */
static void say_line(const char *report)
{
	char name[300];
	const char *at;

	snprintf(name, sizeof(name), "/%s:", driver_source);
	at = strstr(report, name);
	if (at)
		printf("  line: %.*s\n", (int)strcspn(at + 1, " \n"), at + 1);
}

/* The line says at the end what pc, bp and sp were. */
static size_t length_without_registers(const char *line)
{
	size_t length = strcspn(line, "\n");

	for (size_t i = 0; i < length; i++)
		if (strncmp(line + i, " at pc ", 7) == 0 || strncmp(line + i, " (pc ", 5) == 0)
			return i;
	return length;
}

/* A fault at an address that is a register's. */
static void say_register(const char *report)
{
	const char *fault = strstr(report, "SEGV on unknown address ");
	const char *registers = strstr(report, "registers: ");
	unsigned long long address, start, end;

	if (fault && registers && sscanf(fault + 24, "%llx", &address) == 1 &&
	    sscanf(registers + 11, "%llx %llx", &start, &end) == 2 && address >= start &&
	    address < end)
		printf("  it is a register: they are reached by platform_read32() and its like\n");
}

void report_death(FILE *errors, int status)
{
	static char report[65536];
	const char *undefined, *address;
	size_t size;

	rewind(errors);
	size = fread(report, 1, sizeof(report) - 1, errors);
	report[size] = 0;
	undefined = strstr(report, "runtime error: ");
	address = strstr(report, "AddressSanitizer: ");
	if (undefined)
		printf("  seen: undefined behaviour: %.*s\n", (int)strcspn(undefined + 15, "\n"),
		       undefined + 15);
	else if (address)
		printf("  seen: %.*s\n", (int)length_without_registers(address), address);
	else if (WIFSIGNALED(status))
		printf("  seen: %s\n", strsignal(WTERMSIG(status)));
	else
		printf("  seen: it ended with status %d\n%s", WEXITSTATUS(status), report);
	say_line(report);
	say_register(report);
}

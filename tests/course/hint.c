/* What lies behind a failure, where the last command or completion tells: a line below what was
 * seen. */
#include "tests/course/grade.h"

#include <errno.h>
#include <string.h>

#include "tests/sim/internal.h"

#define PAGE 4096u

static unsigned fetched[SIM_QUEUES_MAX]; /* commands */
static uint8_t last[64];
static unsigned last_queue;

void hint_command(unsigned queue, const uint8_t entry[64])
{
	fetched[queue % SIM_QUEUES_MAX]++;
	last_queue = queue;
	memcpy(last, entry, sizeof(last));
}

static void say_identify(void)
{
	if (!(get32(last + 40) & 0xff) && get32(last + 44) & 0xff)
		printf("  dword 10 is %08xh and dword 11 %08xh: CNS is in bits 7:0 of dword 10\n",
		       get32(last + 40), get32(last + 44));
}

static void say_size(void)
{
	unsigned entries = (get32(last + 40) >> 16) + 1,
		 most = (uint16_t)sim_property_read(sim, SIM_CAP, 8) + 1u;

	if (entries > most)
		printf("  QSIZE asks for %u entries, and CAP.MQES allows %u\n", entries, most);
}

static void say_pages(void)
{
	uint64_t prp1 = get64(last + 24);

	if (prp1 % PAGE && !get64(last + 32))
		printf("  PRP1 has %u bytes, from offset %llxh to the end of its page, and PRP2 is "
		       "0\n",
		       (unsigned)(PAGE - prp1 % PAGE), (unsigned long long)(prp1 % PAGE));
}

static void say_pointer(const char *violation)
{
	const char *at = strstr(violation, "DMA at ");
	unsigned long long address;

	if (at && sscanf(at + 7, "%llx", &address) == 1 && machine_is_pointer(address))
		printf("  %llxh is a pointer of the driver's: the controller takes the bus "
		       "address\n",
		       address);
}

void hint_violation(const char *violation)
{
	bool memory = strstr(violation, "nobody's memory");

	if (memory)
		say_pointer(violation);
	if (last_queue && memory)
		say_pages();
	if (!last_queue && last[0] == SIM_IDENTIFY)
		say_identify();
	if (!last_queue && (last[0] == SIM_CREATE_CQ || last[0] == SIM_CREATE_SQ))
		say_size();
	if (strncmp(violation, "admin opcode 00", 15) == 0)
		printf("  opcode 00h on queue 0 is Delete I/O Submission Queue: Flush goes to "
		       "queue 1\n");
}

static void say_doorbells(void)
{
	for (unsigned id = 0; id < SIM_QUEUES_MAX; id++)
		if (sim->sq[id] && sim->sq[id]->exists && !fetched[id])
			printf("  the tail doorbell of submission queue %u was never rung\n", id);
}

void hint_result(int result)
{
	const struct sim_cq *cq = &sim->cq[last_queue % SIM_QUEUES_MAX];

	if (result == -ETIMEDOUT)
		say_doorbells();
	if (result == -EIO && cq->has_last && get16(cq->last + 14) == 1)
		printf("  the status word is 0001h: bit 0 is the phase, SC and SCT are 0\n");
}

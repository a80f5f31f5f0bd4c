/* Other CPUs: each runs functions, sees what was stored before, and what it stores is seen. */
#include "kernel/x86/smp.h"

#include "kernel/x86/time.h"
#include "lib/errno.h"
#include "tests/guest/guest.h"

#define LIMIT_NS   (60 * NS_PER_S)
#define PING_TURNS 20 /* each may take the host a change of threads */

struct words {
	unsigned cpu;
	uint64_t plain[8], sum;
	uint64_t ping, pong, stop;
};

static bool several(struct guest *guest)
{
	if (smp_count() > 1)
		return true;
	guest_skip(guest, "there is one CPU");
	return false;
}

static void add(void *argument)
{
	struct words *words = argument;

	words->cpu = interrupts_cpu();
	for (unsigned i = 0; i < 8; i++)
		words->sum += words->plain[i];
}

static void functions(struct guest *guest)
{
	struct words words;

	if (!several(guest))
		return;
	for (unsigned turn = 0; turn < 10; turn++) {
		for (unsigned cpu = 1; cpu < smp_count(); cpu++) {
			words = (struct words){.plain = {turn, 2, 3, 4, 5, 6, 7, cpu}};
			EXPECT_ERROR("smp_run()", 0, smp_run(cpu, add, &words));
			smp_wait(cpu);
			EXPECT_EQUAL("the CPU that ran it", cpu, words.cpu);
			EXPECT_EQUAL("what it summed up", turn + 27 + cpu, words.sum);
		}
	}
	EXPECT_ERROR("smp_run() on CPU 0", -ENODEV, smp_run(0, add, &words));
	EXPECT_ERROR("smp_run() on no CPU", -ENODEV, smp_run(smp_count(), add, &words));
}

/* Answers each ping by a pong, until it is told to stop. */
static void answer(void *argument)
{
	struct words *words = argument;

	while (!__atomic_load_n(&words->stop, __ATOMIC_ACQUIRE)) {
		uint64_t ping = __atomic_load_n(&words->ping, __ATOMIC_ACQUIRE);

		words->plain[ping % 8] = ping;
		__atomic_store_n(&words->pong, ping, __ATOMIC_RELEASE);
	}
}

/* All at once; and the one that is asked to do more meanwhile is busy. */
static void at_once(struct guest *guest)
{
	static struct words words[CPUS_MAX];
	unsigned cpus;

	if (!several(guest))
		return;
	cpus = smp_count();
	for (unsigned cpu = 1; cpu < cpus; cpu++) {
		words[cpu] = (struct words){0};
		guest_error(guest, "smp_run()", 0, smp_run(cpu, answer, &words[cpu]));
		guest_error(guest, "smp_run() of a busy one", -EBUSY,
			    smp_run(cpu, add, &words[cpu]));
	}
	guest_equal(guest, "idle CPU", 0, smp_idle());
	for (uint64_t turn = 1; turn <= PING_TURNS; turn++)
		for (unsigned cpu = 1; cpu < cpus; cpu++) {
			uint64_t start = time_ns();

			__atomic_store_n(&words[cpu].ping, turn, __ATOMIC_RELEASE);
			while (__atomic_load_n(&words[cpu].pong, __ATOMIC_ACQUIRE) != turn)
				if (time_ns() - start > LIMIT_NS)
					break;
			if (words[cpu].plain[turn % 8] != turn)
				guest_fail(guest, "CPU %u did not answer ping %llu", cpu,
					   (unsigned long long)turn);
		}
	for (unsigned cpu = 1; cpu < cpus; cpu++) {
		__atomic_store_n(&words[cpu].stop, 1, __ATOMIC_RELEASE);
		smp_wait(cpu);
	}
}

/* The clock is the TSC's; that all of them are in step is what intervals between CPUs rely upon. */
static void tell_time(void *argument)
{
	struct words *words = argument;

	words->plain[0] = time_ns();
}

static void clocks(struct guest *guest)
{
	struct words words = {0};

	if (!several(guest))
		return;
	for (unsigned cpu = 1; cpu < smp_count(); cpu++) {
		uint64_t before = time_ns();

		EXPECT_ERROR("smp_run()", 0, smp_run(cpu, tell_time, &words));
		smp_wait(cpu);
		EXPECT(words.plain[0] >= before && words.plain[0] <= time_ns(),
		       "CPU %u: expected a time between those before and after, got %llu", cpu,
		       (unsigned long long)words.plain[0]);
	}
}

static const struct guest_case cases[] = {
	{"functions on every CPU", functions, GUEST_CONTROLLER},
	{"all CPUs at once", at_once, GUEST_CONTROLLER},
	{"clocks in step", clocks, GUEST_CONTROLLER},
	{NULL, NULL, 0},
};

GUEST_GROUP(smp, cases);

/* The other CPUs: how they are started (Intel SDM volume 3, section 8.4), run functions, and stop.
 */
#include "kernel/x86/smp.h"

#include <stddef.h>

#include "boot/layout.h"
#include "kernel/log.h"
#include "kernel/memory.h"
#include "kernel/memory_map.h"
#include "kernel/thread.h"
#include "kernel/x86/acpi.h"
#include "kernel/x86/apic.h"
#include "kernel/x86/cpu.h"
#include "kernel/x86/paging.h"
#include "kernel/x86/thread_stack.h"
#include "kernel/x86/time.h"
#include "lib/errno.h"
#include "lib/string.h"

#define INIT_NS	   (10 * NS_PER_MS)  /* from INIT to the first start-up message */
#define STARTUP_NS (200 * NS_PER_US) /* to the second one */
#define ARRIVAL_NS NS_PER_S
#define STOP_NS	   (100 * NS_PER_MS)
#define LOOK_NS	   NS_PER_MS /* between two looks at a CPU that works */

struct cpu {
	uint32_t apic_id;
	struct thread_stack stack;
	bool here;			  /* it has arrived */
	void (*function)(void *argument); /* NULL: it has nothing to do */
	void *argument;
	uint64_t functions, busy_ns; /* written by the CPU itself */
};

extern const char smp_start_code[], smp_start_code_end[];
/* What smp_start.S reads: the page tables, and the stack of the CPU that is being started. */
extern uint64_t smp_start_root, smp_start_stack;
uint64_t smp_start_root, smp_start_stack;
_Noreturn void smp_enter(void);

static struct cpu cpus[CPUS_MAX];
static unsigned started = 1; /* of cpus */
static unsigned starting;    /* the one that is */
static bool tried;
static int wake_vector;

static bool stopping;
static unsigned stopped;

/* Having been woken is all. */
static void wake(void *context)
{
	(void)context;
}

/* The first C function of another CPU, on its own stack. */
_Noreturn void smp_enter(void)
{
	unsigned number = starting;
	struct cpu *cpu = &cpus[number];

	paging_init_cpu();
	interrupts_init_cpu(number);
	apic_init_cpu();
	__atomic_store_n(&cpu->here, true, __ATOMIC_RELEASE);
	for (;;) {
		void (*function)(void *argument);
		uint64_t start;

		/* As in thread.c: what comes after the look ends the halt. */
		cpu_interrupts_off();
		function = __atomic_load_n(&cpu->function, __ATOMIC_ACQUIRE);
		if (!function) {
			cpu_interrupts_on_and_halt();
			continue;
		}
		cpu_interrupts_on();
		paging_load();
		start = time_ns();
		function(cpu->argument);
		cpu->busy_ns += time_ns() - start;
		cpu->functions++;
		__atomic_store_n(&cpu->function, NULL, __ATOMIC_RELEASE);
	}
}

static bool arrived(const struct cpu *cpu, uint64_t ns)
{
	uint64_t start = time_ns();

	do {
		if (__atomic_load_n(&cpu->here, __ATOMIC_ACQUIRE))
			return true;
		cpu_relax();
	} while (time_ns() - start < ns);
	return false;
}

/* One whose INIT was sent long enough ago. */
static int start(uint32_t id)
{
	struct cpu *cpu = &cpus[started];
	int error;

	memset(cpu, 0, sizeof(*cpu));
	error = thread_stack_create(&cpu->stack, NULL);
	if (error)
		return error;
	error = interrupts_prepare_cpu(started);
	if (error) {
		thread_stack_destroy(&cpu->stack);
		return error;
	}
	cpu->apic_id = id;
	starting = started;
	__atomic_store_n(&smp_start_stack, cpu->stack.high, __ATOMIC_SEQ_CST);
	for (unsigned i = 0; i < 2; i++) {
		apic_send_startup(id, SMP_START_PAGE);
		if (arrived(cpu, i == 0 ? STARTUP_NS : ARRIVAL_NS)) {
			started++;
			return 0;
		}
	}
	/* Back to where it waits for a start-up message, so that it does not come later. Its memory
	 * stays its own: how far it has come nobody knows. */
	__atomic_store_n(&smp_start_stack, 0, __ATOMIC_SEQ_CST);
	apic_send_init(id);
	return -ETIMEDOUT;
}

/* The page below 1 MiB: RAM by the memory map, and kept back (kernel/main.c). */
static bool start_page_there(void)
{
	const struct memory_map *ram = memory_ram();

	for (unsigned i = 0; i < ram->count; i++)
		if (ram->spans[i].start <= SMP_START_PAGE &&
		    ram->spans[i].end >= SMP_START_PAGE + PAGE_SIZE)
			return true;
	return false;
}

static void start_all(void)
{
	const struct acpi_info *acpi = acpi_info();
	uint32_t own;

	if (!apic_present() || acpi->apic_id_count < 2)
		return;
	own = cpus[0].apic_id = apic_id();
	if (!start_page_there()) {
		log_warning("smp: no memory at 0x%x, other CPUs are not started", SMP_START_PAGE);
		return;
	}
	wake_vector = interrupt_allocate_named(wake, NULL, "function for a CPU");
	if (wake_vector < 0) {
		log_warning("smp: no vector left, other CPUs are not started");
		return;
	}
	memcpy((void *)SMP_START_PAGE, smp_start_code,
	       (size_t)(smp_start_code_end - smp_start_code));
	smp_start_root = paging_root();
	for (unsigned i = 0; i < acpi->apic_id_count; i++)
		if (acpi->apic_ids[i] != own && apic_reaches(acpi->apic_ids[i]))
			apic_send_init(acpi->apic_ids[i]);
	time_delay_ns(INIT_NS);
	for (unsigned i = 0; i < acpi->apic_id_count && started < CPUS_MAX; i++) {
		uint32_t id = acpi->apic_ids[i];
		int error;

		if (!apic_reaches(id)) {
			log_warning("smp: the CPU with APIC identifier %u needs an x2APIC, it is "
				    "not used",
				    id);
			continue;
		}
		error = id == own ? 0 : start(id);
		if (error == -ETIMEDOUT)
			log_error("smp: the CPU with APIC identifier %u does not come, it is not "
				  "used",
				  id);
		else if (error)
			log_error("smp: no memory for the CPU with APIC identifier %u", id);
	}
	log_info("smp: %u CPUs", started);
}

unsigned smp_count(void)
{
	if (!tried) {
		tried = true;
		start_all();
	}
	return started;
}

unsigned smp_started(void)
{
	return started;
}

int smp_run(unsigned number, void (*function)(void *argument), void *argument)
{
	struct cpu *cpu = &cpus[number];

	if (number == 0 || number >= started)
		return -ENODEV;
	if (smp_running(number))
		return -EBUSY;
	cpu->argument = argument;
	__atomic_store_n(&cpu->function, function, __ATOMIC_RELEASE);
	apic_send(cpu->apic_id, (unsigned)wake_vector);
	return 0;
}

bool smp_running(unsigned cpu)
{
	return __atomic_load_n(&cpus[cpu].function, __ATOMIC_ACQUIRE);
}

static bool has_returned(void *argument)
{
	return !smp_running((unsigned)(uintptr_t)argument);
}

void smp_wait(unsigned cpu)
{
	while (!thread_wait_until(has_returned, (void *)(uintptr_t)cpu, time_ns() + LOOK_NS))
		;
}

unsigned smp_idle(void)
{
	for (unsigned i = 1; i < started; i++)
		if (!smp_running(i))
			return i;
	return 0;
}

struct smp_figures smp_figures(unsigned number)
{
	const struct cpu *cpu = &cpus[number];

	return (struct smp_figures){
		.functions = __atomic_load_n(&cpu->functions, __ATOMIC_RELAXED),
		.busy_ns = __atomic_load_n(&cpu->busy_ns, __ATOMIC_RELAXED),
		.memory = cpu->stack.high - cpu->stack.low + PAGE_SIZE + interrupts_cpu_memory(),
	};
}

static void stop(void)
{
	__atomic_fetch_add(&stopped, 1, __ATOMIC_SEQ_CST);
	cpu_halt_for_ever();
}

void smp_stop_others(void)
{
	uint64_t begin = time_ns();
	unsigned own = interrupts_cpu();

	if (started == 1 || __atomic_exchange_n(&stopping, true, __ATOMIC_SEQ_CST))
		return;
	for (unsigned i = 0; i < started; i++)
		if (i != own)
			apic_send_nmi(cpus[i].apic_id);
	while (__atomic_load_n(&stopped, __ATOMIC_SEQ_CST) < started - 1 &&
	       time_ns() - begin < STOP_NS)
		cpu_relax();
}

void smp_stop_here(void)
{
	if (__atomic_load_n(&stopping, __ATOMIC_SEQ_CST))
		stop();
}

bool smp_stack_of(uintptr_t address, uintptr_t *low, uintptr_t *high)
{
	for (unsigned i = 1; i <= started && i < CPUS_MAX; i++) {
		const struct thread_stack *stack = &cpus[i].stack;

		if (address >= stack->low && address < stack->high) {
			*low = stack->low;
			*high = stack->high;
			return true;
		}
	}
	return false;
}

bool smp_guards(uintptr_t address)
{
	uintptr_t low, high;

	return smp_stack_of(address + PAGE_SIZE, &low, &high) && address < low;
}

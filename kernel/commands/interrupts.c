/* interrupts: how often each interrupt was taken. */
#include "kernel/x86/interrupts.h"

#include "drivers/nvme/nvme.h"
#include "kernel/x86/apic.h"
#include "kernel/x86/smp.h"
#include "kernel/x86/time.h"
#include "kernel/commands/command.h"
#include "lib/format.h"
#include "lib/number.h"

static const struct option long_options[] = {{"raise", 1, 'r'}, {NULL, 0, 0}};

/* What other CPUs have run (kernel/x86/smp.h); CPU 0 runs everything else. */
static void print_functions(unsigned cpus)
{
	out("%6s %12s", "", "");
	for (unsigned cpu = 1; cpu < cpus; cpu++)
		out(" %12llu", (unsigned long long)smp_figures(cpu).functions);
	out("  functions run\n%6s %12s", "", "");
	for (unsigned cpu = 1; cpu < cpus; cpu++)
		out(" %12llu", (unsigned long long)(smp_figures(cpu).busy_ns / NS_PER_MS));
	out("  ms in them\n");
}

static void print_counts(void)
{
	unsigned cpus = smp_started();
	char name[16];

	out("VECTOR");
	for (unsigned cpu = 0; cpu < cpus; cpu++) {
		snprintf(name, sizeof(name), "CPU%u", cpu);
		out(" %12s", name);
	}
	out("  DEVICE\n");
	for (unsigned i = INTERRUPT_EXCEPTIONS; i < INTERRUPT_VECTORS; i++) {
		const char *device = interrupt_name(i);

		if (!device)
			continue;
		out("%6u", i);
		for (unsigned cpu = 0; cpu < cpus; cpu++)
			out(" %12llu", (unsigned long long)interrupt_counts(cpu, i));
		out("  %s\n", device);
	}
	out("%6s", "");
	for (unsigned cpu = 0; cpu < cpus; cpu++)
		out(" %12llu", (unsigned long long)interrupt_spurious_count(cpu));
	out("  taken by nobody\n");
	if (cpus > 1)
		print_functions(cpus);
}

static void print_controllers(void)
{
	for (struct nvme_controller *c = nvme_first(); c; c = nvme_next(c)) {
		unsigned vectors = nvme_interrupt_vectors(c);

		out("%s: %s", nvme_name(c), nvme_interrupt_kind(c));
		if (vectors)
			out(", %u vector%s for %u I/O queue%s, %llu interrupts lost", vectors,
			    vectors == 1 ? "" : "s", nvme_queue_count(c),
			    nvme_queue_count(c) == 1 ? "" : "s",
			    (unsigned long long)nvme_statistics(c).lost_interrupts);
		out_char('\n');
	}
}

static int interrupts_main(int argc, char **argv)
{
	struct getopt state = {0};
	uint64_t vector = 0;
	int option;

	while ((option = getopt_next(&state, argc, argv, "r:", long_options)) != -1) {
		if (option != 'r')
			fail_usage(1);
		if (number_parse(state.argument, 10, &vector) || vector < INTERRUPT_LEGACY_FIRST ||
		    vector >= INTERRUPT_VECTORS)
			fail(1, "invalid vector %s", quote(state.argument));
		if (!apic_interrupt_self((unsigned)vector))
			fail(1, "there is no local APIC");
	}
	if (state.index < argc)
		fail_extra_operand(argv[state.index]);
	if (!vector) {
		print_counts();
		print_controllers();
	}
	return 0;
}

COMMAND(interrupts, "[-r VECTOR]...", "Show how often each interrupt was taken",
	"  -r, --raise=VECTOR   interrupt the CPU with it (32 to 255), and print nothing\n"
	"Vectors that belong to a device are listed; then what each NVMe controller uses.\n"
	"Of CPUs that have been started beside the first one: how many functions (load loops of\n"
	"fio, and the like) each has run, and how long.\n"
	"nvme.irq=poll|intx|msix on the kernel command line chooses that.\n");

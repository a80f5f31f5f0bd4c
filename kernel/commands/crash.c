/* crash: provokes each kind of fatal error on purpose, to show (and to test) that it is caught,
 * named and ends QEMU with a failing status. */
#include "kernel/commands/command.h"
#include "kernel/x86/panic.h"
#include "kernel/x86/smp.h"
#include "lib/number.h"
#include "lib/string.h"

static void crash_panic(void)
{
	panic("asked for by the crash command");
}

static void crash_null(void)
{
	volatile uintptr_t null = 0;

	/* Not 0, which is written by and-ing it: a read first. */
	*(volatile uint32_t *)null = 1;
}

static void crash_write(void)
{
	/* The text is executable and so must not be writable. */
	*(volatile uint8_t *)(uintptr_t)crash_panic = 0;
}

static void crash_execute(void)
{
	static uint8_t instruction = 0xc3; /* ret, in data */

	((void (*)(void))(uintptr_t)&instruction)();
}

static void crash_divide(void)
{
	volatile unsigned number = 100, zero = 0; /* 1 / zero would be compiled to zero == 1 */
	volatile unsigned result = number / zero;

	(void)result;
}

static void crash_opcode(void)
{
	__asm__ volatile("ud2");
}

static unsigned recurse(volatile unsigned *depth)
{
	volatile unsigned next = *depth + 1;

	return next ? recurse(&next) + next : 0;
}

static void crash_stack(void)
{
	volatile unsigned depth = 0;

	recurse(&depth);
}

static void crash_smash(void)
{
	char buffer[16];
	volatile size_t size = 64;

	memset(buffer, 'x', size);
	__asm__ volatile("" : : "r"(buffer) : "memory");
}

static const struct {
	const char *name;
	void (*run)(void);
} kinds[] = {
	{"panic", crash_panic},	    {"null", crash_null},     {"write", crash_write},
	{"execute", crash_execute}, {"divide", crash_divide}, {"opcode", crash_opcode},
	{"stack", crash_stack},	    {"smash", crash_smash},
};

/* What another CPU runs. */
static void crash_there(void *run)
{
	((void (*)(void))(uintptr_t)run)();
}

static void crash(void (*run)(void), unsigned cpu)
{
	if (cpu) {
		if (smp_run(cpu, crash_there, (void *)(uintptr_t)run))
			fail(1, "CPU %u is busy", cpu);
		smp_wait(cpu);
	} else {
		run();
	}
}

static int crash_main(int argc, char **argv)
{
	static const struct option long_options[] = {{"cpu", 1, 'c'}, {NULL, 0, 0}};
	struct getopt state = {0};
	uint64_t cpu = 0;
	int option;

	while ((option = getopt_next(&state, argc, argv, "c:", long_options)) != -1) {
		if (option != 'c')
			fail_usage(1);
		if (number_parse(state.argument, 10, &cpu))
			fail(1, "invalid CPU %s", quote(state.argument));
	}
	if (state.index == argc)
		complain("missing operand");
	else if (state.index + 1 < argc)
		complain("extra operand %s", quote(argv[state.index + 1]));
	if (state.index + 1 != argc)
		fail_usage(1);
	if (cpu && cpu >= smp_count())
		fail(1, "there is no CPU %llu", (unsigned long long)cpu);
	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(argv[state.index], kinds[i].name) == 0)
			crash(kinds[i].run, (unsigned)cpu);
	fail(1, "no crash of kind %s", quote(argv[state.index]));
}

COMMAND(crash, "[-c CPU] KIND", "Crash the kernel on purpose",
	"KIND is one of:\n"
	"  panic     the kernel's own last resort\n"
	"  null      write to page 0\n"
	"  write     write to the kernel's text\n"
	"  execute   execute data\n"
	"  divide    divide by zero\n"
	"  opcode    execute an undefined instruction\n"
	"  stack     recurse into the guard page\n"
	"  smash     overwrite a stack canary\n"
	"  -c, --cpu=CPU   on that CPU, where there are several\n"
	"The machine stops with status 120. Nothing is written to any device.\n");

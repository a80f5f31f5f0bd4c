/* crash: provokes each kind of fatal error on purpose, to show (and to test) that it is caught,
 * named and ends QEMU with a failing status. */
#include "kernel/commands/command.h"
#include "kernel/x86/panic.h"
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

static int crash_main(int argc, char **argv)
{
	if (argc < 2)
		complain("missing operand");
	else if (argc > 2)
		complain("extra operand %s", quote(argv[2]));
	if (argc != 2)
		fail_usage(1);
	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(argv[1], kinds[i].name) == 0)
			kinds[i].run();
	fail(1, "no crash of kind %s", quote(argv[1]));
}

COMMAND(crash, "KIND", "Crash the kernel on purpose",
	"KIND is one of:\n"
	"  panic     the kernel's own last resort\n"
	"  null      write to page 0\n"
	"  write     write to the kernel's text\n"
	"  execute   execute data\n"
	"  divide    divide by zero\n"
	"  opcode    execute an undefined instruction\n"
	"  stack     recurse into the guard page\n"
	"  smash     overwrite a stack canary\n"
	"The machine stops with status 120. Nothing is written to any device.\n");

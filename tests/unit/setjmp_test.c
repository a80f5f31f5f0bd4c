/* setjmp() and longjmp(). */
#include "tests/unit/cmocka.h"
#include "tests/unit/renamed.h"

static lib_jmp_buf place;

__attribute__((noinline)) static void deeper(int depth, int value)
{
	volatile char used[64] = {0};

	if (depth)
		deeper(depth - 1, value);
	else if (!used[0])
		lib_longjmp(place, value);
	used[1] = 1;
}

static void test_returns(void **state)
{
	volatile int rounds = 0;
	int value;

	(void)state;
	value = lib_setjmp(place);
	if (rounds == 0) {
		assert_int_equal(value, 0);
		rounds++;
		deeper(0, 42);
	} else if (rounds == 1) {
		assert_int_equal(value, 42);
		rounds++;
		deeper(10, 0);
	} else if (rounds == 2) {
		/* longjmp() with 0 gives 1. */
		assert_int_equal(value, 1);
		rounds++;
		deeper(3, -7);
	} else {
		assert_int_equal(value, -7);
		rounds++;
	}
	assert_int_equal(rounds, 4);
}

/* Sets the registers that a function must preserve, calls lib_setjmp(), spoils them, calls
 * lib_longjmp(), and stores what they are then. In assembly, so that no compiler is in between. */
void spoil_registers(lib_jmp_buf environment, unsigned long after[7]);
__asm__("	.text\n"
	"	.globl spoil_registers\n"
	"spoil_registers:\n"
	"	push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
	"	push %rdi; push %rsi; sub $8, %rsp\n"
	"	mov $0x1212, %r12d; mov $0x1313, %r13d; mov $0x1414, %r14d; mov $0x1515, %r15d\n"
	"	mov $0x0b0b, %ebx; mov $0x0505, %ebp\n"
	"	call lib_setjmp\n"
	"	test %eax, %eax\n"
	"	jnz 1f\n"
	"	mov 16(%rsp), %rdi\n"
	"	mov $5, %esi\n"
	"	xor %r12d, %r12d; xor %r13d, %r13d; xor %r14d, %r14d; xor %r15d, %r15d\n"
	"	xor %ebx, %ebx; xor %ebp, %ebp\n"
	"	sub $64, %rsp\n"
	"	call lib_longjmp\n"
	"1:	mov 8(%rsp), %rsi\n"
	"	mov %r12, (%rsi); mov %r13, 8(%rsi); mov %r14, 16(%rsi); mov %r15, 24(%rsi)\n"
	"	mov %rbx, 32(%rsi); mov %rbp, 40(%rsi); movslq %eax, %rax; mov %rax, 48(%rsi)\n"
	"	add $24, %rsp\n"
	"	pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx\n"
	"	ret\n");

static void test_registers(void **state)
{
	static const unsigned long expected[7] = {0x1212, 0x1313, 0x1414, 0x1515, 0xb0b, 0x505, 5};
	unsigned long after[7] = {0};

	(void)state;
	spoil_registers(place, after);
	assert_memory_equal(after, expected, sizeof(after));
}

TESTS(cmocka_unit_test(test_returns), cmocka_unit_test(test_registers))

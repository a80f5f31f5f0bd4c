/* The way of another CPU from its start-up message to smp_enter(): real mode on the page that
 * smp_start_code is copied to, protected mode, long mode. No stack on the way. */
#include "boot/layout.h"

#define CR0_PE (1 << 0)

	.section .text.smp_start, "ax"
	.globl smp_start_code, smp_start_code_end
	.code16
smp_start_code:
	cli
	cld
	movw %cs, %ax			/* the page, as the message said */
	movw %ax, %ds
	lgdtl smp_start_gdt_pointer - smp_start_code
	movl %cr0, %eax
	orl $CR0_PE, %eax
	movl %eax, %cr0
	ljmpl $BOOT_CODE32_SELECTOR, $smp_start_32

	.balign 4
smp_start_gdt_pointer:
	.word BOOT_GDT_SIZE - 1
	.long boot_gdt
smp_start_code_end:

	.code32
smp_start_32:
	movl $BOOT_DATA_SELECTOR, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	movl $smp_start_64, %ebx
	jmp boot_long_mode

	.code64
smp_start_64:
	xorl %eax, %eax
	movl %eax, %fs
	movl %eax, %gs
	movq smp_start_root, %rax	/* the stack may be above what boot.S maps */
	movq %rax, %cr3
	/* Taken once: a CPU that comes when nobody waits for it any more finds none. */
	xorl %eax, %eax
	xchgq %rax, smp_start_stack
	testq %rax, %rax
	jz 1f
	movq %rax, %rsp
	xorl %ebp, %ebp			/* where backtraces end */
	call smp_enter
	ud2
1:	cli
	hlt
	jmp 1b

	.section .note.GNU-stack, "", @progbits

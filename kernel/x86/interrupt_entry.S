/* The 256 interrupt entries, 8 bytes each: the vector less 128 (so that it fits into a byte) goes to
 * where struct interrupt_frame has it, with an error code of 0 before it where the CPU pushed none;
 * then all registers. */

	.section .text
	.balign 16
	.globl interrupt_entries
interrupt_entries:
	.set vector, 0
	.rept 256
	.balign 8
	pushq $(vector - 128)
	/* Exceptions with an error code: Intel SDM volume 3, table 6-1. */
	.if vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21 || vector == 29 || vector == 30
	jmp interrupt_common
	.else
	jmp without_error
	.endif
	.set vector, vector + 1
	.endr

	.balign 8
without_error:
	pushq (%rsp)
	movq $0, 8(%rsp)

	.globl interrupt_common
	.type interrupt_common, @function
interrupt_common:
	addq $128, (%rsp)
	pushq %rax
	pushq %rbx
	pushq %rcx
	pushq %rdx
	pushq %rsi
	pushq %rdi
	pushq %rbp
	pushq %r8
	pushq %r9
	pushq %r10
	pushq %r11
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	cld
	/* The CPU aligned the stack to 16 before its five words; with our 17 it is aligned again. */
	movq %rsp, %rdi
	call interrupt_dispatch
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %r11
	popq %r10
	popq %r9
	popq %r8
	popq %rbp
	popq %rdi
	popq %rsi
	popq %rdx
	popq %rcx
	popq %rbx
	popq %rax
	addq $16, %rsp
	iretq
	.size interrupt_common, . - interrupt_common

	.section .note.GNU-stack, "", @progbits

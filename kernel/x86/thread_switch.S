/* thread_switch() (kernel/x86/thread_stack.h). Only the registers that a function has to keep (System V
 * ABI, figure 3.4); interrupts are on and the direction flag is clear on both sides. A stack's
 * pointer is its first member. */

	.section .text
	.balign 16
	.globl thread_switch
	.type thread_switch, @function
thread_switch:
	pushq %rbp
	pushq %rbx
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	movq %rsp, (%rdi)
	movq (%rsi), %rsp
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbx
	popq %rbp
	ret
	.size thread_switch, . - thread_switch

	.section .note.GNU-stack, "", @progbits

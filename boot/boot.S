/* Power-on to kmain(): both boot headers, and one 32-bit entry into long mode.
 *
 *	GRUB		multiboot2 header below	-> multiboot_start (EAX magic, EBX information)
 *	qemu -kernel	Xen note below		-> pvh_start (EBX hvm_start_info)
 *
 * Both arrive in flat 32-bit protected mode without paging and without a stack. The low 4 GiB are
 * identity mapped, writable and executable, until paging_init() builds the final tables.
 */
#include "boot/layout.h"

#define CR0_PE	     (1 << 0)
#define CR0_ET	     (1 << 4)
#define CR0_NE	     (1 << 5)
#define CR0_WP	     (1 << 16)
#define CR0_PG	     (1 << 31)
#define CR4_PAE	     (1 << 5)
#define MSR_EFER     0xc0000080
#define EFER_LME     (1 << 8)
#define EFER_NXE     (1 << 11)
#define PTE_PRESENT  1
#define PTE_WRITABLE 2
#define PTE_LARGE    0x80

#define CPUID_LONG_MODE (1 << 29)
#define CPUID_NX	(1 << 20)

#define SERIAL	   0x3f8

	/* Multiboot2 1.6/2.0, section 3.1: in the first 32 KiB of the file, 8-byte aligned. */
	.section .multiboot, "a"
	.balign 8
multiboot_header:
	.long 0xe85250d6		/* magic */
	.long 0				/* architecture: 32-bit protected mode of i386 */
	.long multiboot_end - multiboot_header
	.long -(0xe85250d6 + 0 + (multiboot_end - multiboot_header))
	.balign 8
	.short 6, 0			/* modules start at page boundaries */
	.long 8
	.balign 8
	.short 0, 0			/* end */
	.long 8
multiboot_end:

	/* Xen's PVH boot ABI: the note names the 32-bit entry. */
	.section .note.pvh, "a", @note
	.balign 4
	.long 4				/* size of the name */
	.long 8				/* size of the value */
	.long 18			/* XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz "Xen"
	.quad pvh_start

	.section .text.boot, "ax"
	.code32
	.globl multiboot_start, pvh_start, boot_start
multiboot_start:
	movl %eax, %edi
	movl %ebx, %esi
	jmp boot_start
pvh_start:
	movl $PVH_MAGIC, %edi
	movl %ebx, %esi

boot_start:				/* EDI which boot protocol, ESI its information */
	cli
	cld
	movl $boot_stack_top, %esp

	movl $0x80000000, %eax
	cpuid
	cmpl $0x80000001, %eax
	jb too_old
	movl $0x80000001, %eax
	cpuid
	andl $(CPUID_LONG_MODE | CPUID_NX), %edx
	cmpl $(CPUID_LONG_MODE | CPUID_NX), %edx
	jne too_old

	movl $(boot_pdpt + PTE_PRESENT + PTE_WRITABLE), %eax
	movl %eax, boot_pml4
	movl $0, boot_pml4 + 4

	movl $(boot_pd + PTE_PRESENT + PTE_WRITABLE), %eax
	xorl %ecx, %ecx
1:	movl %eax, boot_pdpt(, %ecx, 8)
	movl $0, boot_pdpt + 4(, %ecx, 8)
	addl $4096, %eax
	incl %ecx
	cmpl $4, %ecx
	jb 1b

	movl $(PTE_PRESENT + PTE_WRITABLE + PTE_LARGE), %eax
	xorl %ecx, %ecx
1:	movl %eax, boot_pd(, %ecx, 8)
	movl $0, boot_pd + 4(, %ecx, 8)
	addl $0x200000, %eax
	incl %ecx
	cmpl $(4 * 512), %ecx
	jb 1b

	movl $long_start, %ebx

	/* To 64-bit code at EBX, on the first tables; without a stack, and for other CPUs as well
	 * (kernel/x86/smp_start.S). */
	.globl boot_long_mode
boot_long_mode:
	movl $boot_pml4, %eax
	movl %eax, %cr3
	movl $CR4_PAE, %eax
	movl %eax, %cr4
	movl $MSR_EFER, %ecx
	rdmsr
	orl $(EFER_LME | EFER_NXE), %eax
	wrmsr
	movl $(CR0_PG | CR0_WP | CR0_NE | CR0_ET | CR0_PE), %eax
	movl %eax, %cr0
	lgdt boot_gdt_pointer
	ljmp $BOOT_CODE_SELECTOR, $in_long_mode

	/* No long mode or no NX: say so on the serial line, and end with the status of a panic. */
too_old:
	movl $too_old_text, %esi
1:	movw $(SERIAL + 5), %dx
	inb %dx, %al
	testb $0x20, %al
	jz 1b
	lodsb
	testb %al, %al
	jz 2f
	movw $SERIAL, %dx
	outb %al, %dx
	jmp 1b
2:	movl $too_old_status, %esi
	movw $DEBUG_CON_PORT, %dx
	movl $4, %ecx
	rep outsb
	movl $PANIC_STATUS, %eax
	movw $DEBUG_EXIT_PORT, %dx
	outb %al, %dx
3:	hlt
	jmp 3b

	.code64
in_long_mode:
	movl %ebx, %ebx			/* what the upper half holds is undefined */
	jmp *%rbx

long_start:
	movl $BOOT_DATA_SELECTOR, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	xorl %eax, %eax
	movl %eax, %fs
	movl %eax, %gs
	movl $boot_stack_top, %esp
	xorl %ebp, %ebp			/* where backtraces end */
	call kmain			/* EDI and ESI are zero-extended: (magic, information) */
	ud2

	.section .rodata.boot, "a"
	.balign 8
	.globl boot_gdt
boot_gdt:
	.quad 0
	.quad 0x00af9b000000ffff	/* 64-bit code, accessed bit set: the table is read-only */
	.quad 0x00cf93000000ffff	/* data */
	.quad 0x00cf9b000000ffff	/* 32-bit code, for other CPUs on their way */
boot_gdt_pointer:
	.word BOOT_GDT_SIZE - 1
	.quad boot_gdt
too_old_text:
	.asciz "my_nvme: this CPU has no long mode with NX, an x86-64 CPU is needed\r\n"
too_old_status:
	.ascii "120\n"

	/* The first tables: paging_init() has others; CPUs that start later begin with them. */
	.section .bss.boot_tables, "aw", @nobits
	.balign 4096
boot_pml4:
	.skip 4096
boot_pdpt:
	.skip 4096
boot_pd:
	.skip 4 * 4096

	/* The main stack, a guard page below it. */
	.section .bss.boot_stack, "aw", @nobits
	.balign 4096
	.globl boot_stack_guard, boot_stack, boot_stack_top
boot_stack_guard:
	.skip 4096
boot_stack:
	.skip BOOT_STACK_SIZE
boot_stack_top:

	.section .note.GNU-stack, "", @progbits

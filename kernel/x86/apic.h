/* Interrupt controllers: local APIC (Intel SDM volume 3, chapter 11), I/O APIC (82093AA), and the
 * 8259s, which are masked. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* After acpi_init(). Turns interrupts on. Without a local APIC the kernel works by polling. */
void apic_init(void);
bool apic_present(void);

/* On another CPU, while it starts: its local APIC in the same mode as that of CPU 0, everything of
 * it masked. */
void apic_init_cpu(void);
/* Of the CPU that asks. */
uint32_t apic_id(void);
/* Whether messages can be sent to the CPU with that identifier: without x2APIC it has eight bits,
 * and FFh is everybody. */
bool apic_reaches(uint32_t id);
/* To the CPU with an identifier: an interrupt, a non-maskable one, and the two messages that start
 * it (Intel SDM volume 3, section 8.4.4.1). page: where it begins, below 1 MiB. */
void apic_send(uint32_t id, unsigned vector);
void apic_send_nmi(uint32_t id);
void apic_send_init(uint32_t id);
void apic_send_startup(uint32_t id, uintptr_t page);

/* Sends an interrupt line to a vector, masked until ioapic_unmask(). Below 16 an ISA interrupt, for
 * which the MADT's override, if there is one, decides number, trigger and polarity; else a global
 * system interrupt. 0, -ENODEV where no I/O APIC has that input, -EBUSY where it is somebody's and
 * not masked, -EINVAL for a vector below 16. */
int ioapic_route(unsigned gsi_or_isa_irq, unsigned vector, bool level, bool active_low);
void ioapic_mask(unsigned gsi_or_isa_irq);
void ioapic_unmask(unsigned gsi_or_isa_irq);

/* For interrupt_dispatch(). */
bool apic_in_service(unsigned vector);
void apic_end_of_interrupt(void);

/* The message that a device writes to interrupt this CPU: MSI and MSI-X (Intel SDM volume 3,
 * section 11.11). Edge triggered, fixed delivery. */
void msi_message(unsigned vector, uint64_t *address, uint32_t *data);

/* The one-shot timer. apic_timer_calibrate() is time_source_init()'s: it compares the timer, which
 * runs since apic_init(), with the clock. */
void apic_timer_calibrate(void);
/* An interrupt when time_ns() reaches deadline_ns, or earlier when that is farther away than the
 * timer counts. False: there is no timer, do not halt. A new deadline replaces the old one. */
bool apic_timer_set(uint64_t deadline_ns);
/* The same, but an earlier deadline that has not passed yet stays: for waits that are many and
 * short, and that do not mind being woken too early. With interrupts off. */
bool apic_timer_before(uint64_t deadline_ns);

/* Interrupts this CPU with a vector (16 to 255), as a device's message would. False: there is no
 * local APIC. */
bool apic_interrupt_self(unsigned vector);

/* Where time comes from. */
#pragma once

/* Finds out how fast the TSC counts, by CPUID or against the ACPI PM timer or the PIT (5 ms), how
 * fast the APIC's timer does, and what the date is. */
void time_source_init(void);

/* Interrupt controllers: 8259s off, local APIC and I/O APICs on. */

#include "kernel/x86/apic.h"

#include <stddef.h>

#include "kernel/x86/acpi.h"
#include "kernel/log.h"
#include "kernel/x86/cpu.h"
#include "kernel/x86/interrupts.h"
#include "kernel/x86/paging.h"
#include "kernel/x86/port.h"
#include "kernel/x86/time.h"
#include "lib/errno.h"

/* 8259A (Intel 8259A data sheet, "Initialization command words") */
#define PIC1_COMMAND 0x20
#define PIC1_DATA    0x21
#define PIC2_COMMAND 0xa0
#define PIC2_DATA    0xa1
#define ICW1	     0x11 /* edge triggered, cascaded, ICW4 follows */
#define ICW4_8086    0x01
#define PIC_CASCADE  2

/* Local APIC (Intel SDM volume 3, section 11.4.1): offsets in the page; in x2APIC mode the MSR is
 * 0x800 + offset / 16. */
#define MSR_APIC_BASE	   0x1b
#define APIC_BASE_X2APIC   (1u << 10)
#define APIC_BASE_ENABLE   (1u << 11)
#define APIC_BASE_ADDRESS  0x000ffffffffff000ull
#define MSR_X2APIC_FIRST   0x800
#define LOCAL_ID	   0x020
#define LOCAL_VERSION	   0x030
#define LOCAL_TPR	   0x080
#define LOCAL_EOI	   0x0b0
#define LOCAL_SPURIOUS	   0x0f0
#define LOCAL_ENABLE	   0x100
#define LOCAL_ISR	   0x100
#define LOCAL_LVT_CMCI	   0x2f0
#define LOCAL_COMMAND	   0x300
#define LOCAL_DESTINATION  0x310
#define LOCAL_LVT_TIMER	   0x320
#define LOCAL_LVT_THERMAL  0x330
#define LOCAL_LVT_COUNTERS 0x340
#define LOCAL_LVT_LINT0	   0x350
#define LOCAL_LVT_LINT1	   0x360
#define LOCAL_LVT_ERROR	   0x370
#define LOCAL_TIMER_START  0x380
#define LOCAL_TIMER_COUNT  0x390
#define LOCAL_TIMER_DIVIDE 0x3e0
#define LVT_MASKED	   (1u << 16)
#define LVT_NMI		   (4u << 8)
#define DIVIDE_BY_16	   3
#define COMMAND_TO_SELF	   (1u << 18)
#define COMMAND_ASSERT	   (1u << 14)
#define COMMAND_PENDING	   (1u << 12)
#define COMMAND_NMI	   (4u << 8)
#define COMMAND_INIT	   (5u << 8)
#define COMMAND_STARTUP	   (6u << 8)
#define COMMAND_TURNS	   1000000 /* looks at the pending bit */

/* I/O APIC (Intel 82093AA data sheet, section 3) */
#define IOAPIC_SELECT	     0x00
#define IOAPIC_WINDOW	     0x10
#define IOAPIC_VERSION	     0x01
#define IOAPIC_ENTRIES	     0x10 /* two registers each */
#define IOAPIC_DEFAULT	     0xfec00000u
#define ROUTE_ACTIVE_LOW     (1u << 13)
#define ROUTE_LEVEL	     (1u << 15)
#define ROUTE_MASKED	     (1u << 16)
#define ROUTE_DESTINATION(x) ((uint32_t)(x) << 24)

#define MSI_ADDRESS 0xfee00000u

#define TIMER_CALIBRATION_NS NS_PER_MS
#define TIMER_COUNT_MAX	     0xffffffffu
#define TIMER_SAMPLES	     8

struct ioapic {
	volatile uint32_t *registers;
	uint32_t gsi_base;
	unsigned inputs;
};

static volatile uint32_t *local; /* NULL in x2APIC mode */
static bool x2apic, present;
static struct ioapic ioapics[ACPI_IOAPICS_MAX];
static unsigned ioapic_count;

static int timer_vector = -1;
/* The timer and the TSC at one moment after the timer began to run, for its calibration. */
static uint64_t timer_start_tsc;
static uint32_t timer_start_count;
static uint64_t timer_rate; /* counts per nanosecond, times 2^32; 0 before calibration */
static volatile uint64_t timer_deadline; /* that it is set to; 0 once it has come */

static uint32_t local_read(unsigned offset)
{
	if (x2apic)
		return (uint32_t)cpu_read_msr(MSR_X2APIC_FIRST + offset / 16);
	return local[offset / 4];
}

static void local_write(unsigned offset, uint32_t value)
{
	if (x2apic)
		cpu_write_msr(MSR_X2APIC_FIRST + offset / 16, value);
	else
		local[offset / 4] = value;
}

/* The vectors of the 8259s are moved away from the exceptions first: even masked ones raise
 * spurious interrupts. */
static void mask_8259(void)
{
	port_write8(PIC1_COMMAND, ICW1);
	port_write8(PIC2_COMMAND, ICW1);
	port_write8(PIC1_DATA, INTERRUPT_LEGACY_FIRST);
	port_write8(PIC2_DATA, INTERRUPT_LEGACY_FIRST + 8);
	port_write8(PIC1_DATA, 1 << PIC_CASCADE);
	port_write8(PIC2_DATA, PIC_CASCADE);
	port_write8(PIC1_DATA, ICW4_8086);
	port_write8(PIC2_DATA, ICW4_8086);
	port_write8(PIC1_DATA, 0xff);
	port_write8(PIC2_DATA, 0xff);
}

static void timer_interrupt(void *context)
{
	(void)context; /* waking the CPU was all */
	timer_deadline = 0;
}

/* Everything masked but what apic_interrupt_self() and other CPUs send. */
static void local_reset(void)
{
	unsigned lvt_max = local_read(LOCAL_VERSION) >> 16 & 0xff;

	local_write(LOCAL_LVT_TIMER, LVT_MASKED);
	local_write(LOCAL_LVT_LINT0, LVT_MASKED); /* the 8259s */
	local_write(LOCAL_LVT_LINT1, LVT_MASKED);
	local_write(LOCAL_LVT_ERROR, LVT_MASKED);
	if (lvt_max >= 4)
		local_write(LOCAL_LVT_COUNTERS, LVT_MASKED);
	if (lvt_max >= 5)
		local_write(LOCAL_LVT_THERMAL, LVT_MASKED);
	if (lvt_max >= 6)
		local_write(LOCAL_LVT_CMCI, LVT_MASKED);
	local_write(LOCAL_TPR, 0);
	local_write(LOCAL_SPURIOUS, LOCAL_ENABLE | INTERRUPT_LOCAL_SPURIOUS);
}

static bool local_init(void)
{
	uint64_t base;

	if (!(cpu_id(1, 0).edx & 1u << 9))
		return false;
	base = cpu_read_msr(MSR_APIC_BASE);
	if (!(base & APIC_BASE_ENABLE)) {
		base |= APIC_BASE_ENABLE;
		cpu_write_msr(MSR_APIC_BASE, base);
	}
	x2apic = base & APIC_BASE_X2APIC;
	if (!x2apic) {
		if (paging_map_device(base & APIC_BASE_ADDRESS, 4096))
			return false;
		local = (volatile uint32_t *)(base & APIC_BASE_ADDRESS);
	}
	local_reset();
	local_write(LOCAL_LVT_LINT1, LVT_NMI);
	/* Firmware may have left interrupts in service, each blocks those of its priority. */
	for (unsigned i = 0; i < INTERRUPT_VECTORS; i++) {
		bool busy = false;

		for (unsigned word = 0; word < 8; word++)
			busy = busy || local_read(LOCAL_ISR + word * 16) != 0;
		if (!busy)
			break;
		local_write(LOCAL_EOI, 0);
	}
	return true;
}

/* Of several readings the one that took the shortest time: the host may stop us in any. */
static void timer_sample(uint32_t *count, uint64_t *tsc)
{
	uint64_t shortest = UINT64_MAX;

	for (unsigned i = 0; i < TIMER_SAMPLES; i++) {
		uint64_t before = cpu_tsc();
		uint32_t now = local_read(LOCAL_TIMER_COUNT);
		uint64_t after = cpu_tsc();

		if (after - before < shortest) {
			shortest = after - before;
			*count = now;
			*tsc = before + (after - before) / 2;
		}
	}
}

static void timer_init(void)
{
	timer_vector = interrupt_allocate_named(timer_interrupt, NULL, "timer");
	if (timer_vector < 0)
		return;
	local_write(LOCAL_TIMER_DIVIDE, DIVIDE_BY_16);
	/* It runs, masked, until time_source_init() has a clock to compare it with. */
	local_write(LOCAL_TIMER_START, TIMER_COUNT_MAX);
	timer_sample(&timer_start_count, &timer_start_tsc);
}

static uint32_t ioapic_read(const struct ioapic *ioapic, unsigned reg)
{
	ioapic->registers[IOAPIC_SELECT / 4] = reg;
	return ioapic->registers[IOAPIC_WINDOW / 4];
}

static void ioapic_write(const struct ioapic *ioapic, unsigned reg, uint32_t value)
{
	ioapic->registers[IOAPIC_SELECT / 4] = reg;
	ioapic->registers[IOAPIC_WINDOW / 4] = value;
}

static void ioapic_add(uint32_t address, uint32_t gsi_base)
{
	struct ioapic *ioapic = &ioapics[ioapic_count];

	if (paging_map_device(address, 4096)) {
		log_warning("apic: cannot map the I/O APIC at 0x%x", address);
		return;
	}
	ioapic->registers = (volatile uint32_t *)(uintptr_t)address;
	ioapic->gsi_base = gsi_base;
	if (ioapic_read(ioapic, IOAPIC_VERSION) == 0xffffffff)
		return;
	ioapic->inputs = (ioapic_read(ioapic, IOAPIC_VERSION) >> 16 & 0xff) + 1;
	for (unsigned i = 0; i < ioapic->inputs; i++)
		ioapic_write(ioapic, IOAPIC_ENTRIES + 2 * i, ROUTE_MASKED);
	ioapic_count++;
}

void apic_init(void)
{
	const struct acpi_info *acpi = acpi_info();

	mask_8259();
	present = local_init();
	if (!present) {
		log_warning("apic: no local APIC, working without interrupts");
		return;
	}
	timer_init();
	for (unsigned i = 0; i < acpi->ioapic_count; i++)
		ioapic_add(acpi->ioapics[i].address, acpi->ioapics[i].gsi_base);
	if (!acpi->madt)
		ioapic_add(IOAPIC_DEFAULT, 0);
	if (ioapic_count == 0)
		log_warning("apic: no I/O APIC, device interrupts only by message");
	cpu_interrupts_on();
}

bool apic_present(void)
{
	return present;
}

static const struct acpi_override *find_override(unsigned irq)
{
	const struct acpi_info *acpi = acpi_info();

	for (unsigned i = 0; i < acpi->override_count; i++)
		if (acpi->overrides[i].irq == irq)
			return &acpi->overrides[i];
	return NULL;
}

/* The I/O APIC and the number of its register for a line, NULL if there is none. */
static const struct ioapic *find_input(unsigned irq, unsigned *reg)
{
	const struct acpi_override *override = irq < 16 ? find_override(irq) : NULL;
	uint32_t gsi = override ? override->gsi : irq;

	for (unsigned i = 0; i < ioapic_count; i++) {
		if (gsi < ioapics[i].gsi_base || gsi - ioapics[i].gsi_base >= ioapics[i].inputs)
			continue;
		*reg = IOAPIC_ENTRIES + 2 * (gsi - ioapics[i].gsi_base);
		return &ioapics[i];
	}
	return NULL;
}

void apic_init_cpu(void)
{
	uint64_t base = cpu_read_msr(MSR_APIC_BASE) | APIC_BASE_ENABLE;

	/* x2APIC mode only from the enabled one (Intel SDM volume 3, section 11.12.5). */
	cpu_write_msr(MSR_APIC_BASE, base);
	if (x2apic)
		cpu_write_msr(MSR_APIC_BASE, base | APIC_BASE_X2APIC);
	local_reset();
}

uint32_t apic_id(void)
{
	return x2apic ? local_read(LOCAL_ID) : local_read(LOCAL_ID) >> 24;
}

bool apic_reaches(uint32_t id)
{
	return x2apic || id < 0xff;
}

static void send(uint32_t id, uint32_t command)
{
	/* What is stored in memory is stored before: a write of this MSR waits for nothing
	 * (Intel SDM volume 3, section 11.12.3). */
	__asm__ volatile("mfence" : : : "memory");
	if (x2apic) {
		cpu_write_msr(MSR_X2APIC_FIRST + LOCAL_COMMAND / 16,
			      (uint64_t)id << 32 | COMMAND_ASSERT | command);
		return;
	}
	local_write(LOCAL_DESTINATION, id << 24);
	local_write(LOCAL_COMMAND, COMMAND_ASSERT | command);
	for (unsigned i = 0; i < COMMAND_TURNS && local_read(LOCAL_COMMAND) & COMMAND_PENDING; i++)
		cpu_relax();
}

void apic_send(uint32_t id, unsigned vector)
{
	uint64_t flags = cpu_interrupts_save();

	send(id, vector);
	cpu_interrupts_restore(flags);
}

void apic_send_nmi(uint32_t id)
{
	send(id, COMMAND_NMI);
}

void apic_send_init(uint32_t id)
{
	send(id, COMMAND_INIT);
}

void apic_send_startup(uint32_t id, uintptr_t page)
{
	send(id, COMMAND_STARTUP | (uint32_t)(page >> 12));
}

static unsigned local_id(void)
{
	/* The message and the routing entry have 8 bits for it. */
	return apic_id() & 0xff;
}

int ioapic_route(unsigned irq, unsigned vector, bool level, bool active_low)
{
	const struct acpi_override *override = irq < 16 ? find_override(irq) : NULL;
	const struct ioapic *ioapic;
	uint32_t route = vector | ROUTE_MASKED;
	uint64_t flags;
	unsigned reg;
	bool taken;

	if (vector < 16 || vector >= INTERRUPT_VECTORS)
		return -EINVAL;
	ioapic = find_input(irq, &reg);
	if (!ioapic)
		return -ENODEV;
	if (override) {
		level = override->level;
		active_low = override->active_low;
	}
	route |= (level ? ROUTE_LEVEL : 0) | (active_low ? ROUTE_ACTIVE_LOW : 0);
	/* As in set_mask(): a handler may mask a line between select and window. */
	flags = cpu_interrupts_save();
	taken = !(ioapic_read(ioapic, reg) & ROUTE_MASKED);
	if (!taken) {
		ioapic_write(ioapic, reg + 1, ROUTE_DESTINATION(local_id()));
		ioapic_write(ioapic, reg, route);
	}
	cpu_interrupts_restore(flags);
	return taken ? -EBUSY : 0;
}

static void set_mask(unsigned irq, bool mask)
{
	unsigned reg;
	const struct ioapic *ioapic = find_input(irq, &reg);
	uint64_t flags;
	uint32_t route;

	if (!ioapic)
		return;
	/* Select and window are two steps; a handler may mask a line as well. */
	flags = cpu_interrupts_save();
	route = ioapic_read(ioapic, reg) & ~ROUTE_MASKED;
	ioapic_write(ioapic, reg, route | (mask ? ROUTE_MASKED : 0));
	cpu_interrupts_restore(flags);
}

void ioapic_mask(unsigned irq)
{
	set_mask(irq, true);
}

void ioapic_unmask(unsigned irq)
{
	set_mask(irq, false);
}

bool apic_in_service(unsigned vector)
{
	if (!present)
		return false;
	return local_read(LOCAL_ISR + vector / 32 * 16) >> vector % 32 & 1;
}

void apic_end_of_interrupt(void)
{
	if (present)
		local_write(LOCAL_EOI, 0);
}

void msi_message(unsigned vector, uint64_t *address, uint32_t *data)
{
	*address = MSI_ADDRESS | (uint64_t)(present ? local_id() : 0) << 12;
	*data = vector & 0xff;
}

void apic_timer_calibrate(void)
{
	uint64_t start, elapsed, counted, tsc = 0;
	uint32_t count = 0;

	if (!present || timer_vector < 0)
		return;
	start = time_of_tsc(timer_start_tsc);
	elapsed = time_ns() - start;
	if (elapsed < TIMER_CALIBRATION_NS)
		time_delay_ns(TIMER_CALIBRATION_NS - elapsed);
	timer_sample(&count, &tsc);
	local_write(LOCAL_TIMER_START, 0);
	elapsed = time_of_tsc(tsc) - start;
	counted = timer_start_count - count;
	if (elapsed == 0 || count == 0 || count >= timer_start_count) {
		log_warning("apic: the timer does not count, waiting without halting");
		return;
	}
	timer_rate = (counted << 32) / elapsed;
	local_write(LOCAL_LVT_TIMER, (uint32_t)timer_vector);
	log_debug("apic: timer counts %llu in %llu us", (unsigned long long)counted,
		  (unsigned long long)(elapsed / NS_PER_US));
}

bool apic_timer_set(uint64_t deadline_ns)
{
	uint64_t now = time_ns();
	unsigned __int128 count;

	if (timer_rate == 0)
		return false;
	if (deadline_ns <= now)
		count = 1;
	else
		count = ((unsigned __int128)(deadline_ns - now) * timer_rate >> 32) + 1;
	timer_deadline = deadline_ns;
	if (count > TIMER_COUNT_MAX) {
		count = TIMER_COUNT_MAX;
		timer_deadline = UINT64_MAX;
	}
	local_write(LOCAL_TIMER_START, (uint32_t)count);
	return true;
}

bool apic_timer_before(uint64_t deadline_ns)
{
	if (timer_rate && timer_deadline && timer_deadline <= deadline_ns)
		return true;
	return apic_timer_set(deadline_ns);
}

bool apic_interrupt_self(unsigned vector)
{
	if (!present || vector < 16 || vector >= INTERRUPT_VECTORS)
		return false;
	local_write(LOCAL_COMMAND, COMMAND_TO_SELF | COMMAND_ASSERT | vector);
	return true;
}

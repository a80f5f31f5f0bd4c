/* Interrupts of the real device: that they come, whose they are, and what happens when they do not
 * come or come for nothing. With nvme.irq=poll most cases have nothing to look at. */
#include "tests/guest/guest.h"

#include "drivers/pci/intx.h"
#include "drivers/pci/msix.h"
#include "drivers/pci/pci.h"
#include "drivers/serial/serial.h"
#include "kernel/x86/apic.h"
#include "kernel/cmdline.h"
#include "kernel/x86/interrupts.h"
#include "kernel/x86/time.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"

#define COM1_IRQ   4
#define READS	   200u
#define ARRIVAL_NS (100 * NS_PER_MS) /* an interrupt that has not come by then does not come */
#define STORM_NS   (20 * NS_PER_S)   /* a storm that is not over by then never ends */

/* Whether every wait that halts has to end by an interrupt. */
static bool by_interrupt_only(const struct guest *guest)
{
	const char *irq = cmdline_get("nvme.irq");

	return nvme_interrupt_vectors(guest->controller) && irq &&
	       (strcmp(irq, "msix") == 0 || strcmp(irq, "intx") == 0) &&
	       !cmdline_get("nvme.spin_us");
}

static bool is_mine(const struct guest *guest, unsigned vector)
{
	const char *name = interrupt_name(vector);

	return name && strstr(name, nvme_name(guest->controller));
}

static uint64_t counts(const struct guest *guest)
{
	uint64_t sum = 0;

	for (unsigned i = INTERRUPT_DYNAMIC_FIRST; i <= INTERRUPT_DYNAMIC_LAST; i++)
		if (is_mine(guest, i))
			sum += interrupt_counts(0, i);
	return sum;
}

static uint64_t lost(const struct guest *guest)
{
	return nvme_statistics(guest->controller).lost_interrupts;
}

static struct pci_device *function_of(const struct guest *guest)
{
	char name[8];

	for (struct pci_device *d = pci_first(); d; d = d->next)
		if (strcmp(pci_name(d, name), nvme_address(guest->controller)) == 0)
			return d;
	return NULL;
}

/* Reads the first blocks many times, each read by itself. */
static bool read_many(struct guest *guest, unsigned count, uint32_t blocks)
{
	void *buffer = guest_buffer(guest, (size_t)blocks * guest->block_size);

	for (unsigned i = 0; buffer && i < count; i++)
		if (!guest_error(guest, "read", 0, guest_read(guest, 0, blocks, buffer)))
			return false;
	guest_free(buffer);
	return buffer;
}

static bool read_blocks(struct guest *guest, unsigned count)
{
	return read_many(guest, count, 1);
}

/* Interrupts come while blocks are read. A message comes for every completion; the pin's does not
 * for those that are there already when the reader looks for the first time, as small ones often
 * are on a fast emulator, so the reads are large. */
static bool interrupts_come(struct guest *guest)
{
	uint64_t before = counts(guest), lost_before = lost(guest);
	bool pin = strcmp(nvme_interrupt_kind(guest->controller), "INTx") == 0;
	uint32_t blocks = guest->blocks_max;

	if (guest->device->block_count < blocks)
		blocks = (uint32_t)guest->device->block_count;
	if (!read_many(guest, READS, blocks))
		return false;
	if (counts(guest) - before < (pin ? 1 : READS * 9 / 10)) {
		guest_fail(guest, "interrupts for %u reads: expected %s, got %llu", READS,
			   pin ? "some" : "as many", (unsigned long long)(counts(guest) - before));
		return false;
	}
	return guest_equal(guest, "lost interrupts", lost_before, lost(guest));
}

static void waits(struct guest *guest)
{
	void *log = guest_buffer(guest, 4096);
	uint64_t before;

	if (!log)
		return;
	if (!by_interrupt_only(guest)) {
		guest_skip(guest, "nvme.irq is neither msix nor intx");
		return;
	}
	if (!interrupts_come(guest))
		return;
	before = lost(guest);
	EXPECT_ERROR("Get Log Page", 0,
		     nvme_log_page(guest->controller,
				   &(struct nvme_log_request){.lid = NVME_LOG_SMART,
							      .nsid = NVME_NSID_ALL},
				   log, 512, NULL));
	EXPECT_EQUAL("lost interrupts of the admin queue", before, lost(guest));
}

static void queues(struct guest *guest)
{
	unsigned count = nvme_queue_count(guest->controller);
	uint64_t before[INTERRUPT_VECTORS];
	unsigned own = 0;

	if (!by_interrupt_only(guest) || nvme_interrupt_vectors(guest->controller) < 2) {
		guest_skip(guest, "no queue has a vector of its own");
		return;
	}
	for (unsigned i = 0; i < INTERRUPT_VECTORS; i++)
		before[i] = interrupt_counts(0, i);
	if (!read_blocks(guest, 3 * count))
		return;
	for (unsigned i = INTERRUPT_DYNAMIC_FIRST; i <= INTERRUPT_DYNAMIC_LAST; i++) {
		if (!is_mine(guest, i) || !strstr(interrupt_name(i), " q"))
			continue;
		own++;
		EXPECT(interrupt_counts(0, i) > before[i], "%s: expected interrupts, got none",
		       interrupt_name(i));
	}
	EXPECT_EQUAL("vectors of I/O queues", nvme_interrupt_vectors(guest->controller) - 1, own);
}

static void self_interrupt(unsigned vector, uint64_t *count)
{
	uint64_t start = time_ns(), before = interrupt_counts(0, vector);

	apic_interrupt_self(vector);
	while (interrupt_counts(0, vector) == before && time_ns() - start < ARRIVAL_NS)
		;
	*count = interrupt_counts(0, vector) - before;
}

static void spurious(struct guest *guest)
{
	uint64_t before = interrupt_spurious_count(0), count;
	unsigned raised = 0;

	if (!apic_present()) {
		guest_skip(guest, "there is no local APIC");
		return;
	}
	for (unsigned i = INTERRUPT_LEGACY_FIRST; i < INTERRUPT_VECTORS; i++) {
		if (interrupt_name(i))
			continue;
		self_interrupt(i, &count);
		EXPECT_EQUAL("interrupts of a vector raised once", 1, count);
		raised++;
	}
	EXPECT_EQUAL("spurious interrupts", before + raised, interrupt_spurious_count(0));
	guest_round_trip(guest, 0, 8, 0);
}

static void unfounded(struct guest *guest)
{
	uint64_t violations = nvme_statistics(guest->controller).violations, count;
	uint64_t lost_before = lost(guest);

	if (!nvme_interrupt_vectors(guest->controller)) {
		guest_skip(guest, "the controller is polled");
		return;
	}
	for (unsigned round = 0; round < 20; round++) {
		for (unsigned i = INTERRUPT_DYNAMIC_FIRST; i <= INTERRUPT_DYNAMIC_LAST; i++) {
			if (!is_mine(guest, i))
				continue;
			self_interrupt(i, &count);
			EXPECT(count, "%s: expected the interrupt that was raised, got none",
			       interrupt_name(i));
		}
		if (!guest_round_trip(guest, round, 1, 0))
			return;
	}
	EXPECT_EQUAL("violations", violations, nvme_statistics(guest->controller).violations);
	EXPECT_EQUAL("lost interrupts", lost_before, lost(guest));
}

/* Reads a block three times, each found by looking: nobody waits for an interrupt. */
static void read_by_polling(struct guest *guest)
{
	void *buffer = guest_buffer(guest, guest->block_size);
	struct block_segment segment = {buffer, guest->block_size};

	for (unsigned i = 0; buffer && i < 3; i++) {
		struct block_request request = {.operation = BLOCK_READ,
						.count = 1,
						.segments = &segment,
						.segment_count = 1};

		block_submit(guest->device, &request);
		while (!request.complete)
			block_poll(guest->device);
		EXPECT_ERROR("read", 0, request.error);
	}
}

static void masked(struct guest *guest)
{
	struct pci_device *device = function_of(guest);
	uint64_t lost_before = lost(guest), before, start;
	bool pending = false;
	struct pci_msix msix;

	if (!device || strcmp(nvme_interrupt_kind(guest->controller), "MSI-X") != 0) {
		guest_skip(guest, "no MSI-X");
		return;
	}
	EXPECT_ERROR("MSI-X", 0, pci_msix_init(&msix, device));
	pci_msix_mask_function(&msix, true);
	before = counts(guest);
	read_by_polling(guest);
	for (unsigned i = 0; i < nvme_interrupt_vectors(guest->controller); i++)
		pending |= pci_msix_pending(&msix, i);
	EXPECT_EQUAL("interrupts while the function is masked", before, counts(guest));
	start = time_ns();
	pci_msix_mask_function(&msix, false);
	if (guest_over(guest))
		return;
	EXPECT(pending, "pending bits: expected one set, got none");
	if (by_interrupt_only(guest)) {
		while (counts(guest) == before && time_ns() - start < ARRIVAL_NS)
			;
		EXPECT(counts(guest) > before,
		       "interrupts behind the mask: expected some, got none");
		/* From here on all is as it was. */
		interrupts_come(guest);
	}
	EXPECT_EQUAL("lost interrupts", lost_before, lost(guest));
}

static void after_reset(struct guest *guest)
{
	uint64_t lost_before = lost(guest);

	EXPECT_ERROR("reset", 0, nvme_reset(guest->controller));
	if (by_interrupt_only(guest) ? interrupts_come(guest) : read_blocks(guest, READS))
		EXPECT_EQUAL("lost interrupts", lost_before, lost(guest));
}

/* Intel 8254x (Software Developer's Manual, section 13.4): a network card that nobody drives, told
 * to interrupt. Its pin stays active until somebody reads the cause. */
#define E1000_CAUSE_READ 0x00c0
#define E1000_CAUSE_SET	 0x00c8
#define E1000_MASK_SET	 0x00d0
#define E1000_MASK_CLEAR 0x00d8
#define E1000_LINK	 0x0004 /* a cause: link status change */

static struct pci_device *neighbour_of(const struct pci_device *device)
{
	for (struct pci_device *d = pci_first(); d; d = d->next)
		if (d->vendor == 0x8086 && d->device == 0x100e &&
		    d->interrupt_line == device->interrupt_line && d->interrupt_pin)
			return d;
	return NULL;
}

static void storm(struct guest *guest)
{
	struct pci_device *device = function_of(guest);
	struct pci_device *other = device ? neighbour_of(device) : NULL;
	volatile uint32_t *card;
	uint64_t before, start;

	if (strcmp(nvme_interrupt_kind(guest->controller), "INTx") != 0 || !other) {
		guest_skip(guest, "no network card on the controller's interrupt line");
		return;
	}
	card = pci_map_bar(other, 0);
	EXPECT(card, "BAR0 of the network card: expected memory, got none");
	before = counts(guest);
	start = time_ns();
	card[E1000_MASK_SET / 4] = E1000_LINK;
	card[E1000_CAUSE_SET / 4] = E1000_LINK;
	/* The line is active now: little but the handlers of that line runs, until it is switched
	 * off. */
	while (counts(guest) < before + PCI_INTX_UNCLAIMED_MAX && time_ns() - start < STORM_NS)
		;
	read_blocks(guest, 20);
	card[E1000_MASK_CLEAR / 4] = UINT32_MAX;
	(void)card[E1000_CAUSE_READ / 4];
	if (guest_over(guest))
		return;
	EXPECT(counts(guest) >= before + PCI_INTX_UNCLAIMED_MAX,
	       "a storm: expected %u interrupts, got %u", PCI_INTX_UNCLAIMED_MAX,
	       (unsigned)(counts(guest) - before));
	EXPECT_ERROR("reset", 0, nvme_reset(guest->controller));
	if (by_interrupt_only(guest))
		interrupts_come(guest);
}

/* A function whose Interrupt Line names the console's gets no interrupts by pin; the console keeps
 * its own. */
static void taken(struct guest *guest)
{
	if (!serial_input_by_interrupt()) {
		guest_skip(guest, "the console is polled");
		return;
	}
	EXPECT_ERROR("the console's line", -EBUSY,
		     ioapic_route(COM1_IRQ, INTERRUPT_DYNAMIC_LAST, true, true));
}

static const struct guest_case cases[] = {
	{"waits end by interrupts", waits, GUEST_NAMESPACE},
	{"each queue by its own vector", queues, GUEST_NAMESPACE},
	{"spurious vectors", spurious, GUEST_NAMESPACE},
	{"the controller's vectors without a reason", unfounded, GUEST_NAMESPACE},
	{"masked while completions arrive", masked, GUEST_NAMESPACE},
	{"after a reset", after_reset, GUEST_NAMESPACE},
	{"a line that another device holds", storm, GUEST_NAMESPACE},
	{"a line that is taken", taken, GUEST_CONTROLLER},
	{NULL, NULL, 0},
};

GUEST_GROUP(interrupt, cases);

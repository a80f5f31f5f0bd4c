/* The controller's PCI function: configuration space, and what it does to the controller. */
#include "tests/conformance/conformance.h"

#include "drivers/pci/pci.h"
#include "lib/string.h"

static uint32_t config(struct ct *ct, unsigned offset, unsigned width)
{
	CT_NEED(ct->claim->config_read, "there is no configuration space");
	return ct->claim->config_read(ct->claim->pci, offset, width);
}

static void config_set(struct ct *ct, unsigned offset, unsigned width, uint32_t value)
{
	ct->claim->config_write(ct->claim->pci, offset, width, value);
}

/* A virtual function has no IDs and no BARs of its own (PCIe Base, section 9.3.4). */
static void need_physical(struct ct *ct)
{
	CT_NEED(config(ct, PCI_VENDOR_ID, 4) != 0xffffffff, "it is a virtual function");
}

/* Its offset, or 0. */
static unsigned capability(struct ct *ct, unsigned id)
{
	unsigned at = config(ct, PCI_CAPABILITY_POINTER, 1) & ~3u;

	for (unsigned i = 0; at >= 0x40 && i < 48; i++) {
		if (config(ct, at, 1) == id)
			return at;
		at = config(ct, at + 1, 1) & ~3u;
	}
	return 0;
}

static unsigned need_capability(struct ct *ct, unsigned id)
{
	unsigned at = capability(ct, id);

	CT_NEED(at, "it does not have the capability");
	return at;
}

static void works(struct ct *ct)
{
	uint8_t *page = ct_buffer(ct, NVME_IDENTIFY_SIZE);

	ct_success(ct, "Identify Controller behind it",
		   ct_ask(ct, ct_identify(ct, NVME_CNS_CONTROLLER, 0, page)));
}

/* ---- The header ---- */

static void ids(struct ct *ct)
{
	need_physical(ct);
	for (unsigned at = PCI_VENDOR_ID; at <= PCI_DEVICE_ID; at += 2) {
		unsigned id = config(ct, at, 2);

		CT_EXPECT(id != 0xffff && (id || at == PCI_DEVICE_ID),
			  "expected an ID that there is, got %04xh", id);
		ct_equal(ct, "half of the dword", id,
			 config(ct, PCI_VENDOR_ID, 4) >> 8 * at & 0xffff);
	}
}

static void class_code(struct ct *ct)
{
	ct_equal(ct, "class code", 0x010802, config(ct, PCI_REVISION, 4) >> 8);
}

static void header_type(struct ct *ct)
{
	ct_equal(ct, "header type", 0, config(ct, PCI_HEADER_TYPE, 1) & 0x7f);
}

static void widths(struct ct *ct)
{
	for (unsigned at = 0; at < 0x40; at += 4) {
		uint32_t whole = config(ct, at, 4);

		for (unsigned i = 0; i < 4; i += 2) {
			uint32_t half = config(ct, at + i, 2);

			ct_equal(ct, "half of a dword", whole >> 8 * i & 0xffff, half);
			ct_equal(ct, "a byte", half & 0xff, config(ct, at + i, 1));
			ct_equal(ct, "a byte", half >> 8, config(ct, at + i + 1, 1));
		}
	}
}

static void interrupt_pin(struct ct *ct)
{
	unsigned pin = config(ct, PCI_INTERRUPT_PIN, 1);

	CT_EXPECT(pin <= 4, "expected an interrupt pin of 0 to 4, got %u", pin);
}

static void identify_ids(struct ct *ct)
{
	need_physical(ct);
	ct_equal(ct, "the vendor ID as Identify Controller's VID", ct->identify->vid,
		 config(ct, PCI_VENDOR_ID, 2));
	ct_equal(ct, "the subsystem vendor ID as SSVID", ct->identify->ssvid,
		 config(ct, PCI_SUBSYSTEM_VENDOR, 2));
}

/* ---- What can be written ---- */

static void read_only(struct ct *ct)
{
	unsigned at = ct->argument;
	uint32_t before = config(ct, at, 2);

	config_set(ct, at, 2, ~before & 0xffff);
	ct_equal(ct, "the field to stay", before, config(ct, at, 2));
	config_set(ct, at, 2, before);
	ct_equal(ct, "the field to stay", before, config(ct, at, 2));
}

static void command_bit(struct ct *ct)
{
	uint32_t before = config(ct, PCI_COMMAND, 2), other;

	need_physical(ct);
	/* It may be 0 for ever where there is no pin. */
	CT_NEED(ct->argument != PCI_COMMAND_INTX_OFF || config(ct, PCI_INTERRUPT_PIN, 1),
		"there is no interrupt pin");
	ct->dirty = true;
	config_set(ct, PCI_COMMAND, 2, before ^ ct->argument);
	other = config(ct, PCI_COMMAND, 2);
	config_set(ct, PCI_COMMAND, 2, before);
	ct_equal(ct, "the command register as written", before ^ ct->argument, other);
	ct_equal(ct, "the command register as written", before, config(ct, PCI_COMMAND, 2));
}

static void interrupt_line(struct ct *ct)
{
	uint32_t before = config(ct, PCI_INTERRUPT_LINE, 1), other;

	need_physical(ct);
	CT_NEED(config(ct, PCI_INTERRUPT_PIN, 1), "there is no interrupt pin");
	config_set(ct, PCI_INTERRUPT_LINE, 1, before ^ 0xff);
	other = config(ct, PCI_INTERRUPT_LINE, 1);
	config_set(ct, PCI_INTERRUPT_LINE, 1, before);
	ct_equal(ct, "the interrupt line as written", before ^ 0xff, other);
}

/* ---- BAR0 ---- */

static void bar_type(struct ct *ct)
{
	uint32_t bar;

	need_physical(ct);
	bar = config(ct, PCI_BAR0, 4);
	CT_EXPECT(!(bar & 1), "expected memory in BAR0, got I/O space (%08xh)", bar);
	CT_EXPECT(!(bar & 2), "expected BAR0 of 32 or 64 bits, got %08xh", bar);
	CT_EXPECT(!(bar & 8), "expected BAR0 that is not prefetchable, got %08xh", bar);
}

/* Its size: what of ones that are written is kept. */
static uint64_t bar_mask(struct ct *ct)
{
	uint32_t command = config(ct, PCI_COMMAND, 2), low = config(ct, PCI_BAR0, 4),
		 high = config(ct, PCI_BAR0 + 4, 4), new_low, new_high = 0xffffffff;
	bool wide = (low >> 1 & 3) == 2;

	ct->dirty = true;
	config_set(ct, PCI_COMMAND, 2, command & ~(uint32_t)PCI_COMMAND_MEMORY);
	config_set(ct, PCI_BAR0, 4, 0xffffffff);
	new_low = config(ct, PCI_BAR0, 4) & ~0xfu;
	if (wide) {
		config_set(ct, PCI_BAR0 + 4, 4, 0xffffffff);
		new_high = config(ct, PCI_BAR0 + 4, 4);
		config_set(ct, PCI_BAR0 + 4, 4, high);
	}
	config_set(ct, PCI_BAR0, 4, low);
	config_set(ct, PCI_COMMAND, 2, command);
	return (uint64_t)new_high << 32 | new_low;
}

static void bar_size(struct ct *ct)
{
	uint64_t mask, size;

	need_physical(ct);
	mask = bar_mask(ct);
	size = ~mask + 1;
	CT_EXPECT(size && !(size & (size - 1)), "expected a power of 2, got a BAR0 of %llxh bytes",
		  (unsigned long long)size);
	CT_EXPECT(size >= 0x4000, "expected a BAR0 of at least 4000h bytes, got %llxh",
		  (unsigned long long)size);
	ct_equal(ct, "CAP behind it", ct->registers.cap, nvme_get64(&ct->registers, NVME_REG_CAP));
	works(ct);
}

static void bar_doorbells(struct ct *ct)
{
	unsigned queues = ct_queues(ct), limit = 0;

	while (limit < queues && nvme_has_doorbells(&ct->registers, limit + 1))
		limit++;
	ct_equal(ct, "I/O queues with doorbells inside BAR0", queues, limit);
}

/* ---- Capabilities ---- */

/* Those that a function has one of */
static bool known(unsigned id)
{
	return id == PCI_CAP_PM || id == PCI_CAP_MSI || id == PCI_CAP_MSIX || id == PCI_CAP_PCIE;
}

static void list(struct ct *ct)
{
	unsigned at = config(ct, PCI_CAPABILITY_POINTER, 1), count = 0, seen = 0, id;

	CT_EXPECT(config(ct, PCI_STATUS, 2) & PCI_STATUS_CAPABILITIES,
		  "expected a capability list in the status register, got none");
	for (; at; at = config(ct, at + 1, 1), count++) {
		CT_EXPECT(at >= 0x40 && !(at & 3),
			  "expected capabilities from 40h on and aligned, got %02xh", at);
		CT_EXPECT(count < 48, "expected an end of the capability list, got none");
		id = config(ct, at, 1);
		CT_EXPECT(!(known(id) && seen >> id & 1),
			  "expected capability %02xh once, got another one at %02xh", id, at);
		if (known(id))
			seen |= 1u << id;
	}
	CT_EXPECT(count, "expected a capability, got none");
}

static void msix(struct ct *ct)
{
	unsigned at = need_capability(ct, PCI_CAP_MSIX),
		 entries = (config(ct, at + 2, 2) & 0x7ff) + 1;
	uint64_t start[2], end[2];
	unsigned bir[2];

	for (unsigned i = 0; i < 2; i++) {
		uint32_t where = config(ct, at + 4 + 4 * i, 4);

		bir[i] = where & 7;
		start[i] = where & ~7u;
		end[i] = start[i] + (i ? (entries + 63) / 64 * 8 : entries * 16);
		CT_EXPECT(bir[i] <= 5, "expected BIR of a BAR, got %u", bir[i]);
		CT_EXPECT(bir[i] || end[i] <= ct->claim->bar_size,
			  "expected %s inside BAR0 of %llxh bytes, got %llxh to %llxh",
			  i ? "the PBA" : "the table", (unsigned long long)ct->claim->bar_size,
			  (unsigned long long)start[i], (unsigned long long)end[i]);
		CT_EXPECT(bir[i] || start[i] >= NVME_REG_DOORBELLS,
			  "expected %s behind the properties, got %llxh",
			  i ? "the PBA" : "the table", (unsigned long long)start[i]);
	}
	CT_EXPECT(bir[0] != bir[1] || end[0] <= start[1] || end[1] <= start[0],
		  "expected the table and the PBA apart, got %llxh to %llxh and %llxh to %llxh",
		  (unsigned long long)start[0], (unsigned long long)end[0],
		  (unsigned long long)start[1], (unsigned long long)end[1]);
}

static void express(struct ct *ct)
{
	unsigned at = capability(ct, PCI_CAP_PCIE), flags, type;

	CT_NEED(at, "it is not on PCI Express");
	flags = config(ct, at + 2, 2);
	type = flags >> 4 & 0xf;
	CT_EXPECT(flags & 0xf, "expected a capability version of at least 1, got 0");
	CT_EXPECT(type == 0 || type == 1 || type == 9, "expected an endpoint, got port type %u",
		  type);
}

static void express_flr(struct ct *ct)
{
	unsigned at = need_capability(ct, PCI_CAP_PCIE);

	ct_equal(ct, "FLRC of the Device Capabilities", 1, config(ct, at + 4, 4) >> 28 & 1);
	ct_equal(ct, "Initiate Function Level Reset", 0, config(ct, at + 8, 2) >> 15);
}

#define PMCSR 4

static void power(struct ct *ct)
{
	unsigned at = need_capability(ct, PCI_CAP_PM), version = config(ct, at + 2, 2) & 7;

	CT_EXPECT(version >= 2 && version <= 3, "expected version 2 or 3, got %u", version);
	ct_equal(ct, "the power state D0", 0, config(ct, at + PMCSR, 2) & 3);
}

/* ---- What it does to the controller ---- */

/* Everything as at first: no CC, and the queues are not known. */
static void expect_reset_values(struct ct *ct)
{
	ct_equal(ct, "CC.EN", 0, nvme_get32(&ct->registers, NVME_REG_CC) & NVME_CC_EN);
	ct_equal(ct, "CSTS", 0, ct_csts(ct) & ~NVME_CSTS_NSSRO);
}

static void function_reset(struct ct *ct)
{
	int error;

	CT_NEED(ct->claim->reset, "the function cannot be reset");
	ct->dirty = true;
	nvme_set32(&ct->registers, NVME_REG_INTMS, 1);
	for (unsigned i = 0; i < 20; i++)
		ct_push(ct, ct->admin, ct_get_feature(NVME_FEATURE_ARBITRATION, 0, 0));
	ct_ring(ct, ct->admin);
	error = ct->claim->reset(ct->claim->pci);
	ct_forget(ct);
	ct->state = CT_DISABLED;
	CT_EXPECT(!error, "expected the function back, got error %d", error);
	ct->claim->bus_master(ct->claim->pci, true);
	expect_reset_values(ct);
	ct_equal(ct, "INTMS", 0, nvme_get32(&ct->registers, NVME_REG_INTMS));
	ct_equal(ct, "CAP", ct->registers.cap, nvme_get64(&ct->registers, NVME_REG_CAP));
	ct_enable(ct);
	ct_silence(ct, ct->admin->cq, 50000);
	works(ct);
}

/* A reset of another kind than CC.EN does not keep it. The other two may read anything. */
static void function_reset_queue(struct ct *ct)
{
	CT_NEED(ct->claim->reset, "the function cannot be reset");
	ct->dirty = true;
	CT_EXPECT(!ct->claim->reset(ct->claim->pci), "expected the function back, got an error");
	ct->state = CT_DISABLED;
	ct->claim->bus_master(ct->claim->pci, true);
	ct_equal(ct, "AQA", 0, nvme_get32(&ct->registers, NVME_REG_AQA));
	ct_enable(ct);
	works(ct);
}

static void sleep_and_wake(struct ct *ct)
{
	unsigned at = need_capability(ct, PCI_CAP_PM);
	uint32_t before = config(ct, at + PMCSR, 2), vendor = config(ct, PCI_VENDOR_ID, 4), state;

	CT_NEED(ct->claim->restore, "the function cannot be restored");
	if (!ct->argument)
		ct_disable(ct);
	ct->dirty = true;
	config_set(ct, at + PMCSR, 2, (before & 0x7ffcu) | 3);
	ct_pause(ct, 10000000); /* PCI Power Management, section 5.6.1 */
	state = config(ct, at + PMCSR, 2) & 3;
	ct_equal(ct, "the IDs in D3hot", vendor, config(ct, PCI_VENDOR_ID, 4));
	CT_EXPECT(!ct->claim->restore(ct->claim->pci), "expected it to wake, got an error");
	ct->claim->bus_master(ct->claim->pci, true);
	ct_equal(ct, "the power state D3hot", 3, state);
	ct_equal(ct, "the power state D0", 0, config(ct, at + PMCSR, 2) & 3);
	ct->registers.was_ready = false;
	ct_disable(ct);
	ct_enable(ct);
	works(ct);
}

/* Without bus mastering it moves nothing, whatever it then makes of the command. */
static void no_master(struct ct *ct)
{
	uint8_t *page = ct_buffer(ct, NVME_IDENTIFY_SIZE);
	struct ct_cq *cq = ct->admin->cq;
	struct nvme_completion *copy = ct_buffer(ct, cq->size * sizeof(*copy));
	size_t size = cq->size * sizeof(*copy);
	const void *entries = (const void *)(uintptr_t)cq->entries;
	bool same;

	ct->dirty = true;
	memcpy(copy, entries, size);
	ct->claim->bus_master(ct->claim->pci, false);
	ct_push(ct, ct->admin, ct_identify(ct, NVME_CNS_CONTROLLER, 0, page));
	ct_ring(ct, ct->admin);
	ct_pause(ct, 500000);
	same = !memcmp(copy, entries, size);
	ct->claim->bus_master(ct->claim->pci, true);
	CT_EXPECT(same, "expected no completion without bus mastering, got one");
	ct_disable(ct);
	ct_enable(ct);
	works(ct);
}

/* Without memory space it is not there: what is written does nothing. */
static void no_memory(struct ct *ct)
{
	uint32_t command = config(ct, PCI_COMMAND, 2);
	uint64_t cap;

	need_physical(ct);
	ct->dirty = true;
	config_set(ct, PCI_COMMAND, 2, command & ~(uint32_t)PCI_COMMAND_MEMORY);
	cap = nvme_get64(&ct->registers, NVME_REG_CAP);
	nvme_set32(&ct->registers, NVME_REG_CC, 0);
	config_set(ct, PCI_COMMAND, 2, command);
	CT_EXPECT(cap != ct->registers.cap, "expected no answer without memory space, got CAP");
	ct_equal(ct, "CSTS.RDY behind it", NVME_CSTS_RDY, ct_csts(ct) & ~NVME_CSTS_NSSRO);
	works(ct);
}

static const struct ct_case cases[] = {
	CT_CASE("vendor and device ID are there", "PCIe 3.8", ids, CT_ADMIN),
	CT_CASE("class code 010802h", "PCIe 3.8", class_code, CT_ADMIN),
	CT_CASE("header type 0", "PCIe 3.8", header_type, CT_ADMIN),
	CT_CASE("the header is the same by 1, 2 and 4 bytes", "PCI 3.2.2.3", widths, CT_ADMIN),
	CT_CASE("interrupt pin none or A to D", "PCIe 3.8", interrupt_pin, CT_ADMIN),
	CT_CASE("vendor and subsystem vendor ID as in Identify", "Base 5.17.2.1", identify_ids,
		CT_ADMIN),
	CT_CASE("vendor ID is read only", "PCIe 3.8", read_only, CT_ADMIN,
		.argument = PCI_VENDOR_ID),
	CT_CASE("device ID is read only", "PCIe 3.8", read_only, CT_ADMIN,
		.argument = PCI_DEVICE_ID),
	CT_CASE("class code is read only", "PCIe 3.8", read_only, CT_ADMIN,
		.argument = PCI_SUBCLASS),
	CT_CASE("subsystem vendor ID is read only", "PCIe 3.8", read_only, CT_ADMIN,
		.argument = PCI_SUBSYSTEM_VENDOR),
	CT_CASE("subsystem ID is read only", "PCIe 3.8", read_only, CT_ADMIN,
		.argument = PCI_SUBSYSTEM_ID),
	CT_CASE("Memory Space Enable can be written", "PCIe 3.8", command_bit, CT_ADMIN,
		.argument = PCI_COMMAND_MEMORY),
	CT_CASE("Bus Master Enable can be written", "PCIe 3.8", command_bit, CT_ADMIN,
		.argument = PCI_COMMAND_MASTER),
	CT_CASE("Interrupt Disable can be written", "PCIe 3.8", command_bit, CT_ADMIN,
		.argument = PCI_COMMAND_INTX_OFF),
	CT_CASE("interrupt line can be written", "PCIe 3.8", interrupt_line, CT_ADMIN),
	CT_CASE("BAR0 is memory that is not prefetchable", "PCIe 3.8", bar_type, CT_ADMIN),
	CT_CASE("BAR0 is a power of 2 of at least 16 KiB", "PCIe 3.8", bar_size, CT_ADMIN),
	CT_CASE("BAR0 has the doorbells of all queues", "PCIe 3.1.2", bar_doorbells, CT_IO),
	CT_CASE("the capability list ends, is aligned, has each of them once", "PCI 6.7", list,
		CT_ADMIN),
	CT_CASE("MSI-X table and PBA are inside their BARs, and apart", "PCIe 3.8", msix, CT_ADMIN),
	CT_CASE("PCI Express capability of an endpoint", "PCIe 3.8", express, CT_ADMIN),
	CT_CASE("Function Level Reset is there", "PCIe 3.8", express_flr, CT_ADMIN),
	CT_CASE("Power Management is of version 2 or 3, in D0", "PCIe 3.8", power, CT_ADMIN),
	CT_CASE("function level reset with commands in flight", "Base 3.7.2", function_reset,
		CT_ADMIN),
	CT_CASE("function level reset clears AQA", "Base 3.7.2", function_reset_queue, CT_ADMIN),
	CT_CASE("D3hot and back, disabled", "PCIe 3.8", sleep_and_wake, CT_ADMIN, .argument = 0),
	CT_CASE("D3hot and back, enabled", "PCIe 3.8", sleep_and_wake, CT_ADMIN, .argument = 1),
	CT_CASE("no completion without Bus Master Enable", "PCIe 3.8", no_master, CT_ADMIN),
	CT_CASE("no answer without Memory Space Enable", "PCIe 3.8", no_memory, CT_ADMIN),
	{.name = NULL},
};
CONFORMANCE_GROUP("pci", cases);

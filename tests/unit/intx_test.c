/* Pin-based interrupts: shared lines, lines that nobody knows about, and what runs out. */
#include "drivers/pci/intx.h"
#include "kernel/x86/apic.h"
#include "kernel/log.h"
#include "kernel/x86/cpu.h"
#include "kernel/x86/interrupts.h"
#include "lib/errno.h"
#include "tests/unit/cmocka.h"

#define VECTORS 32

static struct {
	void (*handler)(void *context);
	void *context;
	const char *name;
} vectors[VECTORS];
static unsigned vectors_left;
static int route_error;
static struct {
	unsigned vector;
	bool routed, open;
} inputs[256];
static bool interrupts_on = true;
static char logged[512];

int interrupt_allocate_named(void (*handler)(void *context), void *context, const char *name)
{
	if (!vectors_left)
		return -ENOSPC;
	for (int i = 0; i < VECTORS; i++)
		if (!vectors[i].handler) {
			vectors[i].handler = handler;
			vectors[i].context = context;
			vectors[i].name = name;
			vectors_left--;
			return i;
		}
	fail();
	return -1;
}

void interrupt_free(int vector)
{
	assert_non_null(vectors[vector].handler);
	vectors[vector].handler = NULL;
	vectors_left++;
}

int ioapic_route(unsigned irq, unsigned vector, bool level, bool active_low)
{
	assert_true(level && active_low);
	inputs[irq].vector = vector;
	inputs[irq].routed = !route_error;
	inputs[irq].open = false;
	return route_error;
}

void ioapic_mask(unsigned irq)
{
	inputs[irq].open = false;
}

void ioapic_unmask(unsigned irq)
{
	assert_true(inputs[irq].routed);
	inputs[irq].open = true;
}

uint64_t cpu_interrupts_save(void)
{
	bool was = interrupts_on;

	interrupts_on = false;
	return was ? CPU_FLAG_INTERRUPTS : 0;
}

void cpu_interrupts_restore(uint64_t flags)
{
	interrupts_on = flags & CPU_FLAG_INTERRUPTS;
}

void klog(int level, const char *format, ...)
{
	size_t length = strlen(logged);
	va_list args;

	assert_int_equal(level, 4); /* log_warning() */
	assert_true(interrupts_on);
	va_start(args, format);
	vsnprintf(logged + length, sizeof(logged) - length, format, args);
	va_end(args);
}

/* A function: its command register, and whether it drives its pin. */
struct function {
	struct pci_device device;
	struct pci_intx intx;
	uint16_t command;
	bool drives;
	unsigned asked, served;
};

static struct function *function_of(const struct pci_device *device)
{
	return (struct function *)((char *)device - offsetof(struct function, device));
}

uint16_t pci_read16(const struct pci_device *device, unsigned offset)
{
	assert_int_equal(offset, PCI_COMMAND);
	return function_of(device)->command;
}

void pci_write16(const struct pci_device *device, unsigned offset, uint16_t value)
{
	assert_int_equal(offset, PCI_COMMAND);
	function_of(device)->command = value;
}

static bool serve(void *context)
{
	struct function *function = context;
	bool driven = function->drives;

	function->asked++;
	function->served += driven;
	function->drives = false;
	return driven;
}

static struct function function_on(uint8_t line)
{
	vectors_left = VECTORS;
	route_error = 0;
	logged[0] = '\0';
	return (struct function){
		.device = {.interrupt_pin = 1, .interrupt_line = line},
		.command = PCI_COMMAND_MASTER | PCI_COMMAND_INTX_OFF,
	};
}

static int attach(struct function *function, const char *name)
{
	return pci_intx_attach(&function->intx, &function->device, serve, function, name);
}

/* A line is driven: true if an interrupt comes of it. */
static bool interrupt(unsigned irq)
{
	unsigned vector = inputs[irq].vector;

	if (!inputs[irq].open)
		return false;
	assert_non_null(vectors[vector].handler);
	interrupts_on = false;
	vectors[vector].handler(vectors[vector].context);
	interrupts_on = true;
	return true;
}

static unsigned storm(unsigned irq)
{
	unsigned count = 0;

	while (count < 100000 && interrupt(irq))
		count++;
	return count;
}

static void test_one(void **state)
{
	struct function one = function_on(11);

	(void)state;
	assert_int_equal(attach(&one, "my_nvme0"), 0);
	assert_int_equal(one.command, PCI_COMMAND_MASTER);
	/* What had switched it off behind its back does not count */
	one.command |= PCI_COMMAND_INTX_OFF;
	pci_intx_revive(&one.intx);
	assert_int_equal(one.command, PCI_COMMAND_MASTER);
	assert_string_equal(vectors[inputs[11].vector].name, "irq 11: my_nvme0");
	assert_true(pci_intx_works(&one.intx));
	one.drives = true;
	assert_true(interrupt(11));
	assert_int_equal(one.served, 1);

	pci_intx_detach(&one.intx);
	assert_int_equal(one.command, PCI_COMMAND_MASTER | PCI_COMMAND_INTX_OFF);
	assert_false(interrupt(11));
	assert_int_equal(vectors_left, VECTORS);
	assert_false(pci_intx_works(&one.intx));
	/* and nothing happens to what is not attached */
	pci_intx_revive(&one.intx);
	pci_intx_detach(&one.intx);
	assert_false(interrupt(11));
	assert_int_equal(vectors_left, VECTORS);
	assert_string_equal(logged, "");
}

static void test_shared(void **state)
{
	struct function one = function_on(10), two = function_on(10), other = function_on(11);

	(void)state;
	assert_int_equal(attach(&one, "one"), 0);
	assert_int_equal(attach(&two, "two"), 0);
	assert_int_equal(attach(&other, "other"), 0);
	assert_int_equal(vectors_left, VECTORS - 2);
	assert_string_equal(vectors[inputs[10].vector].name, "irq 10: two, one");
	one.drives = two.drives = true;
	assert_true(interrupt(10));
	assert_int_equal(one.served, 1);
	assert_int_equal(two.served, 1);
	assert_int_equal(other.asked, 0);
	/* Who stays is served on, whoever goes. */
	pci_intx_detach(&one.intx);
	assert_string_equal(vectors[inputs[10].vector].name, "irq 10: two");
	two.drives = true;
	assert_true(interrupt(10));
	assert_int_equal(two.served, 2);
	assert_int_equal(one.asked, 1);
	assert_int_equal(attach(&one, "one"), 0);
	pci_intx_detach(&two.intx);
	one.drives = true;
	assert_true(interrupt(10));
	assert_int_equal(one.served, 2);
	pci_intx_detach(&one.intx);
	pci_intx_detach(&other.intx);
	assert_int_equal(vectors_left, VECTORS);
}

/* A function without a driver holds the line. */
static void test_nobodys(void **state)
{
	struct function one = function_on(5), two = function_on(5);

	(void)state;
	attach(&one, "one");
	attach(&two, "two");
	/* Some that nobody knows about are harmless, with known ones in between. */
	for (unsigned i = 0; i < 10; i++) {
		for (unsigned j = 0; j < PCI_INTX_UNCLAIMED_MAX - 1; j++)
			assert_true(interrupt(5));
		*(i % 2 ? &one.drives : &two.drives) = true;
		assert_true(interrupt(5));
	}
	assert_true(pci_intx_works(&one.intx));
	assert_int_equal(storm(5), PCI_INTX_UNCLAIMED_MAX);
	assert_string_equal(logged, "");
	assert_false(pci_intx_works(&one.intx));
	assert_string_equal(
		logged, "pci: irq 5: 1000 interrupts that no driver knows of; it is switched off");
	assert_false(pci_intx_works(&two.intx));
	assert_int_equal(strlen(logged), 71);

	pci_intx_revive(&two.intx);
	assert_true(pci_intx_works(&one.intx));
	assert_int_equal(storm(5), PCI_INTX_UNCLAIMED_MAX);
	/* Nobody asked meanwhile: told all the same. */
	logged[0] = '\0';
	pci_intx_revive(&two.intx);
	assert_non_null(strstr(logged, "irq 5"));
	storm(5);
	logged[0] = '\0';
	pci_intx_detach(&one.intx);
	assert_non_null(strstr(logged, "irq 5"));
	/* Who comes starts the line again. */
	assert_false(interrupt(5));
	attach(&one, "one");
	assert_true(interrupt(5));
	pci_intx_detach(&one.intx);
	pci_intx_detach(&two.intx);
}

static void test_no_pin(void **state)
{
	struct function one = function_on(0), two = function_on(0xff), three = function_on(9);

	(void)state;
	three.device.interrupt_pin = 0;
	assert_int_equal(attach(&one, "one"), -ENODEV);
	assert_int_equal(attach(&two, "two"), -ENODEV);
	assert_int_equal(attach(&three, "three"), -ENODEV);
	assert_int_equal(one.command, PCI_COMMAND_MASTER | PCI_COMMAND_INTX_OFF);
	assert_int_equal(vectors_left, VECTORS);
}

static void test_no_vector_no_route(void **state)
{
	struct function one = function_on(9);

	(void)state;
	vectors_left = 0;
	assert_int_equal(attach(&one, "one"), -ENOSPC);
	vectors_left = 1;
	route_error = -ENODEV;
	assert_int_equal(attach(&one, "one"), -ENODEV);
	assert_int_equal(vectors_left, 1);
	assert_false(pci_intx_works(&one.intx));
	assert_int_equal(one.command, PCI_COMMAND_MASTER | PCI_COMMAND_INTX_OFF);
	route_error = 0;
	assert_int_equal(attach(&one, "one"), 0);
	pci_intx_detach(&one.intx);
}

static void test_many_lines(void **state)
{
	static struct function functions[17];

	(void)state;
	for (unsigned i = 0; i < 17; i++) {
		functions[i] = function_on((uint8_t)(16 + i));
		vectors_left = VECTORS - (i < 16 ? i : 16);
		assert_int_equal(attach(&functions[i], "one"), i < 16 ? 0 : -ENOSPC);
	}
	pci_intx_detach(&functions[3].intx);
	assert_int_equal(attach(&functions[16], "one"), 0);
	functions[16].drives = true;
	assert_true(interrupt(32));
	assert_int_equal(functions[16].served, 1);
	for (unsigned i = 0; i < 17; i++)
		pci_intx_detach(&functions[i].intx);
	assert_int_equal(vectors_left, VECTORS);
}

/* A list of names that is too long is cut, everybody is served, and so is the next line. */
static void test_long_name(void **state)
{
	struct function functions[8], other = function_on(8);

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		functions[i] = function_on(7);
		vectors_left = VECTORS - 2;
		assert_int_equal(attach(&functions[i], "my_nvme0"), 0);
		if (i == 0)
			assert_int_equal(attach(&other, "other"), 0);
	}
	vectors_left = VECTORS - 2;
	assert_string_equal(vectors[inputs[7].vector].name, "irq 7: my_nvme0, my_nvme0, my_n");
	functions[0].drives = functions[7].drives = other.drives = true;
	assert_true(interrupt(7));
	assert_int_equal(functions[0].served + functions[7].served, 2);
	assert_true(interrupt(8));
	assert_int_equal(other.served, 1);
	for (unsigned i = 0; i < 8; i++)
		pci_intx_detach(&functions[i].intx);
	pci_intx_detach(&other.intx);
	assert_int_equal(vectors_left, VECTORS);
}

/* A function that is gone reads all ones, and is not written to. */
static void test_gone(void **state)
{
	struct function one = function_on(3);

	(void)state;
	assert_int_equal(attach(&one, "one"), 0);
	one.command = 0xffff;
	pci_intx_detach(&one.intx);
	assert_int_equal(one.command, 0xffff);
	assert_int_equal(vectors_left, VECTORS);
	assert_int_equal(attach(&one, "one"), 0);
	assert_int_equal(one.command, 0xffff);
	pci_intx_detach(&one.intx);
}

TESTS(cmocka_unit_test(test_one), cmocka_unit_test(test_shared), cmocka_unit_test(test_nobodys),
      cmocka_unit_test(test_no_pin), cmocka_unit_test(test_no_vector_no_route),
      cmocka_unit_test(test_many_lines), cmocka_unit_test(test_long_name),
      cmocka_unit_test(test_gone))

/* lspci -t: the buses as a tree. A bus is behind the last bridge whose range it is in, else a root.
 */
#include <stdarg.h>

#include "drivers/pci/names.h"
#include "kernel/commands/command.h"
#include "kernel/commands/pci/lspci.h"
#include "kernel/commands/pci/selector.h"
#include "lib/format.h"
#include "lib/string.h"

#define LINE_MAX     1024
#define CLASS_BRIDGE 6
#define HOST	     NULL /* the bridge above all roots */

struct tree {
	const struct lspci *view;
	const struct pci_selector *selector;
	char line[LINE_MAX];
};

/* What a bridge leads to. */
struct range {
	unsigned first, last;
};

static bool is_bridge(const struct pci_device *device)
{
	return device->header_type == 1 && device->class_code >> 16 == CLASS_BRIDGE;
}

static struct range range_of(const struct pci_device *bridge)
{
	return (struct range){pci_read8(bridge, PCI_SECONDARY_BUS),
			      pci_read8(bridge, PCI_SUBORDINATE_BUS)};
}

static const struct pci_device *bridge_above(unsigned bus)
{
	const struct pci_device *found = HOST;

	for (struct pci_device *device = pci_first(); device && bus; device = device->next) {
		if (is_bridge(device)) {
			struct range range = range_of(device);

			if (range.first <= bus && bus <= range.last)
				found = device;
		}
	}
	return found;
}

/* The next function on the bus behind device, the first one for NULL. */
static struct pci_device *next_on(unsigned bus, struct pci_device *device)
{
	device = device ? device->next : pci_first();
	while (device && device->bus != bus)
		device = device->next;
	return device;
}

static bool bus_wanted(const struct tree *tree, const struct pci_device *bridge, unsigned bus);

/* Whether the function, or one behind it, is selected. */
static bool wanted(const struct tree *tree, const struct pci_device *device)
{
	if (!tree->selector || pci_selected(tree->selector, device))
		return true;
	if (is_bridge(device))
		for (unsigned bus = 0; bus < PCI_BUSES; bus++)
			if (bus_wanted(tree, device, bus))
				return true;
	return false;
}

static bool bus_wanted(const struct tree *tree, const struct pci_device *bridge, unsigned bus)
{
	struct pci_device *device = next_on(bus, NULL);

	if (!device || bridge_above(bus) != bridge)
		return false;
	while (device && !wanted(tree, device))
		device = next_on(bus, device);
	return device;
}

static __attribute__((format(printf, 3, 4))) unsigned add(struct tree *tree, unsigned at,
							  const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(tree->line + at, LINE_MAX - at, format, args);
	va_end(args);
	return at + (unsigned)length < LINE_MAX ? at + (unsigned)length : LINE_MAX - 1;
}

/* Prints the line, with the function's name behind it; what stays of it are the branches. */
static void end_line(struct tree *tree, unsigned at, const struct pci_device *device)
{
	tree->line[at] = '\0';
	out("%s%s", tree->line, at == LINE_MAX - 1 ? "..." : "");
	if (device && tree->view->verbose) {
		out("  ");
		lspci_name(device->vendor, device->device,
			   pci_device_name(device->vendor, device->device), tree->view->numeric);
	}
	out("\n");
	for (char *c = tree->line; *c; c++)
		*c = *c == '+' || *c == '|' ? '|' : ' ';
}

static void show_bridge(struct tree *tree, unsigned at, const struct pci_device *bridge);

static void show_function(struct tree *tree, unsigned at, const struct pci_device *device)
{
	struct range range;

	at = add(tree, at, "%02x.%x", device->slot, device->function);
	if (!is_bridge(device)) {
		end_line(tree, at, device);
		return;
	}
	range = range_of(device);
	if (!range.first)
		at = add(tree, at, "-");
	else if (range.first == range.last)
		at = add(tree, at, "-[%02x]-", range.first);
	else
		at = add(tree, at, "-[%02x-%02x]-", range.first, range.last);
	show_bridge(tree, at, device);
}

/* The next function of the bus that is to be shown. */
static struct pci_device *next_wanted(const struct tree *tree, unsigned bus,
				      struct pci_device *device)
{
	do {
		device = next_on(bus, device);
	} while (device && !wanted(tree, device));
	return device;
}

static void show_bus(struct tree *tree, unsigned at, const struct pci_device *bridge, unsigned bus)
{
	struct pci_device *device = next_wanted(tree, bus, NULL), *last = NULL;
	bool alone;

	if (!device || bridge_above(bus) != bridge) {
		end_line(tree, at, NULL);
		return;
	}
	for (struct pci_device *any = next_on(bus, NULL); any; any = next_on(bus, any))
		last = any;
	alone = next_on(bus, NULL) == last;
	for (; device; device = next_wanted(tree, bus, device))
		show_function(tree,
			      add(tree, at,
				  alone		   ? "--"
				  : device == last ? "\\-"
						   : "+-"),
			      device);
}

static void show_bridge(struct tree *tree, unsigned at, const struct pci_device *bridge)
{
	unsigned own = bridge ? range_of(bridge).first : 0, count = 0, shown = 0;
	bool any = false;

	/* Its own bus is there in any case, and others that lie in its range. */
	for (unsigned bus = 0; bus < PCI_BUSES; bus++)
		count += bus != own && next_on(bus, NULL) && bridge_above(bus) == bridge;
	at = add(tree, at, "-");
	for (unsigned bus = 0; bus < PCI_BUSES && !any; bus++)
		any = !tree->selector || bus_wanted(tree, bridge, bus);
	if (!any) {
		end_line(tree, at, NULL);
		return;
	}
	if (!count) {
		if (!bridge)
			at = add(tree, at, "[0000:%02x]-", own);
		show_bus(tree, at, bridge, own);
		return;
	}
	for (unsigned i = 0; i <= PCI_BUSES; i++) {
		unsigned bus = i ? i - 1 : own;

		if (i && (bus == own || !next_on(bus, NULL) || bridge_above(bus) != bridge))
			continue;
		shown++;
		if (!tree->selector || bus_wanted(tree, bridge, bus))
			show_bus(tree,
				 add(tree, at, "%s[0000:%02x]-", shown > count ? "\\-" : "+-", bus),
				 bridge, bus);
	}
}

void lspci_tree(const struct lspci *view, const struct pci_selector *selector)
{
	struct tree *tree = alloc_or_fail(sizeof(*tree));

	*tree = (struct tree){.view = view, .selector = selector};
	show_bridge(tree, 0, HOST);
}

/* Finds controllers on PCI and starts them. QEMU makes one by
 *     -drive file=nvme.img,format=raw,if=none,id=disk -device nvme,drive=disk,serial=1
 * The only file of the driver that knows PCI and the kernel. */

#include "drivers/nvme/nvme.h"

#include "drivers/nvme/claim.h"
#include "drivers/nvme/load_control.h"
#include "drivers/nvme/transport/platform.h"
#include "drivers/pci/pci.h"
#include "kernel/cmdline.h"
#include "kernel/log.h"
#include "lib/errno.h"
#include "lib/string.h"

#define QEMU_VENDOR 0x1b36
#define QEMU_NVME   0x0010
#define CLASS_NVME  0x010802 /* mass storage, non-volatile memory, NVM Express I/O controller */

/* A function with a controller that was started. */
struct binding {
	struct nvme_pci pci;
	struct nvme_controller *controller; /* NULL while it is claimed */
	struct binding *next;
};

static struct binding *bindings;
static bool rescan_wanted;

static void bus_master(struct nvme_pci *pci, bool on)
{
	pci_set_master(pci->device, on);
}

/* As it was saved, but with the pin as it is used now. */
static const struct pci_state *state_of(struct nvme_pci *pci)
{
	pci->state.command |= PCI_COMMAND_INTX_OFF;
	if (pci->interrupts == NVME_PCI_PIN && pci->handlers[0].handler)
		pci->state.command &= (uint16_t)~PCI_COMMAND_INTX_OFF;
	return &pci->state;
}

static int restore(struct nvme_pci *pci)
{
	return pci_restore(pci->device, state_of(pci));
}

static int reset(struct nvme_pci *pci)
{
	return pci_reset_function(pci->device, state_of(pci));
}

/* A primary controller's secondary ones are off line behind that. */
static void was_reset(struct nvme_pci *pci)
{
	for (struct binding *b = bindings; b; b = b->next)
		rescan_wanted |= b->pci.device->physical == pci->device;
}

bool nvme_rescan_wanted(void)
{
	return rescan_wanted;
}

/* The pin is off until it is asked for. */
static void pin_off(struct pci_device *device)
{
	pci_write16(device, PCI_COMMAND, pci_read16(device, PCI_COMMAND) | PCI_COMMAND_INTX_OFF);
}

static enum nvme_irq wanted_irq(void)
{
	const char *word = cmdline_get("nvme.irq");

	if (!word)
		return NVME_IRQ_BEST;
	if (strcmp(word, "poll") == 0)
		return NVME_IRQ_POLL;
	if (strcmp(word, "intx") == 0)
		return NVME_IRQ_INTX;
	if (strcmp(word, "msix") == 0)
		return NVME_IRQ_MSIX;
	return NVME_IRQ_BEST;
}

/* nvme.coalesce=COMPLETIONS,TIME (in 100 us) */
static void wanted_coalescing(struct nvme_options *options)
{
	uint64_t values[2] = {0, 0};

	cmdline_pair("nvme.coalesce", values);
	options->coalesce_threshold = (uint8_t)values[0];
	options->coalesce_time = (uint8_t)values[1];
}

static bool wanted(const struct pci_device *device, bool any)
{
	if (device->vendor == QEMU_VENDOR && device->device == QEMU_NVME)
		return true;
	return any && device->class_code == CLASS_NVME;
}

static struct binding *binding_of(const struct pci_device *device)
{
	struct binding *binding = bindings;

	while (binding && binding->pci.device != device)
		binding = binding->next;
	return binding;
}

struct nvme_controller *nvme_on(const struct pci_device *device)
{
	const struct binding *binding = binding_of(device);

	return binding ? binding->controller : NULL;
}

static bool has_online(const struct nvme_secondary_controller_list *list, unsigned number)
{
	for (unsigned i = 0; i < list->num && i < NVME_SECONDARY_CONTROLLERS_MAX; i++)
		if (list->sc_entry[i].vfn == number)
			return list->sc_entry[i].scs & NVME_SECONDARY_ONLINE;
	return false;
}

/* Whether the controller of a virtual function is on line. What cannot be asked stays as it is;
 * where nobody drives the primary controller, others may have put it on line. */
static bool is_online(const struct pci_device *device)
{
	const struct binding *primary = device->virtual ? binding_of(device->physical) : NULL;
	struct nvme_secondary_controller_list *list;
	bool online = binding_of(device) != NULL;

	if (!primary)
		return true;
	list = nvme_alloc(sizeof(*list));
	if (list && primary->controller &&
	    nvme_identify_command(primary->controller, NVME_CNS_SECONDARY_CONTROLLERS, 0, list,
				  NULL) == 0)
		online = has_online(list, device->virtual);
	nvme_free(list);
	return online;
}

static enum nvme_data data_option(void)
{
	const char *text = cmdline_get("nvme.data");

	if (!text || strcmp(text, "auto") == 0)
		return NVME_DATA_AUTO;
	if (strcmp(text, "prp") == 0)
		return NVME_DATA_PRP;
	if (strcmp(text, "sgl") == 0)
		return NVME_DATA_SGL;
	return NVME_DATA_AUTO;
}

static enum nvme_pi pi_option(void)
{
	const char *text = cmdline_get("nvme.pi");

	if (text && strcmp(text, "controller") == 0)
		return NVME_PI_CONTROLLER;
	if (text && strcmp(text, "off") == 0)
		return NVME_PI_OFF;
	return NVME_PI_DRIVER;
}

static unsigned wanted_in_cmb(void)
{
	return (cmdline_has("nvme.cmb", "sq") ? NVME_CMBSZ_SQS : 0) |
	       (cmdline_has("nvme.cmb", "list") ? NVME_CMBSZ_LISTS : 0) |
	       (cmdline_has("nvme.cmb", "data") ? NVME_CMBSZ_DATA : 0);
}

/* Starts the driver on a function; 0, or as nvme_attach(). */
static int attach(struct binding *binding)
{
	struct pci_device *device = binding->pci.device;
	char address[8];
	struct nvme_options options = {
		.timeout_ms = (unsigned)cmdline_number("nvme.timeout_ms", 0),
		.admin_timeout_ms = (unsigned)cmdline_number("nvme.admin_timeout_ms", 0),
		.queues = (unsigned)cmdline_number("nvme.queues", 0),
		.loads = NVME_LOADS_MAX,
		.depth = (unsigned)cmdline_number("nvme.depth", 0),
		.max_transfer = (uint32_t)cmdline_number("nvme.max_transfer", 0),
		.irq = wanted_irq(),
		.spin_us = (unsigned)cmdline_number("nvme.spin_us", 0),
		.shadow_doorbells = cmdline_number("nvme.shadow", 0) != 0,
		.data = data_option(),
		.pi = pi_option(),
		.cmb = wanted_in_cmb(),
		.quirks = nvme_quirks(device->vendor, device->device),
		.address = pci_name(device, address),
		.bus_master = bus_master,
		.restore = restore,
		.reset = reset,
		.was_reset = was_reset,
	};

	wanted_coalescing(&options);
	return nvme_attach(pci_map_bar(device, 0), pci_bar(device, 0)->size, &binding->pci,
			   &options, &binding->controller);
}

static bool bind(struct pci_device *device)
{
	struct binding *binding;
	char address[8];

	if (pci_wake(device) < 0)
		return false;
	if (pci_bar(device, 0)->io || !pci_bar(device, 0)->size) {
		log_error("nvme: %s: BAR0 is no memory", pci_name(device, address));
		return false;
	}
	if (!pci_map_bar(device, 0))
		return false;
	binding = nvme_alloc(sizeof(*binding));
	if (!binding) {
		log_error("nvme: %s: out of memory", pci_name(device, address));
		return false;
	}
	binding->pci.device = device;
	pin_off(device);
	pci_save(device, &binding->pci.state);
	if (attach(binding) < 0) {
		nvme_free(binding);
		return false;
	}
	device->driver = "my_nvme";
	binding->next = bindings;
	bindings = binding;
	return true;
}

/* Starts those that are there; how many of the *found ones could be. */
static unsigned bind_all(unsigned *found)
{
	bool any = cmdline_number("nvme.any", 0) != 0;
	unsigned count = 0;

	*found = 0;
	for (struct pci_device *device = pci_first(); device; device = device->next) {
		if (!wanted(device, any) || binding_of(device) || !is_online(device))
			continue;
		++*found;
		count += bind(device);
	}
	return count;
}

/* What the linker has collected; nothing where only this driver is built in. */
extern const struct nvme_driver __start_nvme_drivers[] __attribute__((weak));
extern const struct nvme_driver __stop_nvme_drivers[] __attribute__((weak));

/* Whether the controllers are another driver's. */
static bool are_others(void)
{
	const char *wanted = cmdline_get("nvme.driver");

	return wanted && strcmp(wanted, "my_nvme") != 0;
}

static unsigned begin_other(void)
{
	const struct nvme_driver *driver = __start_nvme_drivers;

	while (driver < __stop_nvme_drivers &&
	       strcmp(driver->name, cmdline_get("nvme.driver")) != 0)
		driver++;
	if (driver < __stop_nvme_drivers)
		return driver->begin();
	log_error("nvme: the driver of nvme.driver=%s is not in this kernel (make run DRIVER=%s)",
		  cmdline_get("nvme.driver"), cmdline_get("nvme.driver"));
	return 0;
}

unsigned nvme_init(void)
{
	unsigned found, count;

	if (are_others())
		return begin_other();
	count = bind_all(&found);
	/* Firmware may have left out a host bridge. */
	if (!found && !nvme_first() && pci_search())
		count = bind_all(&found);
	/* Why one that was found is not used has been said. */
	if (!found && !nvme_first())
		log_warning("nvme: no controller found (looked for 1b36:0010; nvme.any=1 takes any "
			    "NVMe controller)");
	return count;
}

void nvme_remove(struct pci_device *device, bool there)
{
	for (struct binding **link = &bindings; *link; link = &(*link)->next) {
		struct binding *binding = *link;

		if (binding->pci.device != device)
			continue;
		/* Who has claimed it finds it gone, and gives it back. */
		if (!binding->controller)
			return;
		*link = binding->next;
		device->driver = NULL;
		nvme_detach(binding->controller, there);
		nvme_free(binding);
		return;
	}
}

unsigned nvme_rescan(void)
{
	struct binding **link = &bindings;
	unsigned found;

	rescan_wanted = false;
	if (are_others())
		return 0;
	while (*link) {
		struct binding *binding = *link;

		if (!binding->controller || (pci_present(binding->pci.device) &&
					     nvme_state(binding->controller) != NVME_GONE &&
					     is_online(binding->pci.device))) {
			link = &binding->next;
			continue;
		}
		*link = binding->next;
		binding->pci.device->driver = NULL;
		nvme_detach(binding->controller, false);
		if (!pci_present(binding->pci.device))
			pci_remove(binding->pci.device);
		nvme_free(binding);
	}
	pci_search();
	return bind_all(&found);
}

static uint32_t config_read(struct nvme_pci *pci, unsigned offset, unsigned width)
{
	switch (width) {
	case 1:
		return pci_read8(pci->device, offset);
	case 2:
		return pci_read16(pci->device, offset);
	default:
		return pci_read32(pci->device, offset);
	}
}

static void config_write(struct nvme_pci *pci, unsigned offset, unsigned width, uint32_t value)
{
	switch (width) {
	case 1:
		pci_write8(pci->device, offset, (uint8_t)value);
		break;
	case 2:
		pci_write16(pci->device, offset, (uint16_t)value);
		break;
	default:
		pci_write32(pci->device, offset, value);
	}
}

int nvme_claim(const char *name, struct nvme_claim *claim)
{
	struct nvme_controller *controller = nvme_find(name);

	if (!controller)
		return -ENODEV;
	for (struct binding *binding = bindings; binding; binding = binding->next) {
		if (binding->controller != controller)
			continue;
		binding->controller = NULL;
		nvme_detach(controller, true);
		*claim = (struct nvme_claim){
			.bar = pci_map_bar(binding->pci.device, 0),
			.bar_size = pci_bar(binding->pci.device, 0)->size,
			.bar_bus = pci_bar(binding->pci.device, 0)->address,
			.pci = &binding->pci,
			.bus_master = bus_master,
			.restore = restore,
			.reset = reset,
			.config_read = config_read,
			.config_write = config_write,
		};
		return 0;
	}
	return -ENODEV;
}

int nvme_release(struct nvme_claim *claim)
{
	for (struct binding **link = &bindings; *link; link = &(*link)->next) {
		struct binding *binding = *link;
		int error;

		if (&binding->pci != claim->pci)
			continue;
		error = restore(&binding->pci);
		if (!error)
			error = attach(binding);
		if (!error)
			return 0;
		/* The next look at the bus tries it again. */
		*link = binding->next;
		binding->pci.device->driver = NULL;
		nvme_free(binding);
		return error;
	}
	return -ENODEV;
}

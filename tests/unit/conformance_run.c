/* One conformance case on a simulated controller, which a test makes faulty. */
#include "tests/unit/conformance_run.h"

#include "tests/sim/space.h"
#include "tests/unit/cmocka.h"

static struct conformance_run *now; /* the one there is */
static struct sim_space space;

static void on_line(void *context, const char *text)
{
	(void)context;
	if (now->show)
		print_message("%s\n", text);
}

static void on_running(void *context, bool running)
{
	(void)context;
	now->running = running;
	if (!running)
		sim_clear_faults(now->sim);
	else if (now->begins)
		now->begins(now->hooks.context);
}

static void on_finished(void *context, const struct ct *ct)
{
	(void)context;
	now->outcome = ct->outcome;
	snprintf(now->reason, sizeof(now->reason), "%s", ct->reason);
}

static void bus_master(struct nvme_pci *pci, bool on)
{
	uint32_t command = sim_space_read(&space, 4, 2);

	sim_space_write(&space, 4, 2, on ? command | 4 : command & ~4u);
	(void)pci;
}

static int restore(struct nvme_pci *pci)
{
	(void)pci;
	sim_space_write(&space, 0x44, 2, 0); /* D0 */
	sim_space_write(&space, 4, 2, 0x402);
	return sim_restore(now->sim);
}

static uint32_t config_read(struct nvme_pci *pci, unsigned offset, unsigned width)
{
	uint32_t value = sim_space_read(&space, offset, width);

	(void)pci;
	return now->config_read ? now->config_read(now->hooks.context, width, value) : value;
}

static void config_write(struct nvme_pci *pci, unsigned offset, unsigned width, uint32_t value)
{
	(void)pci;
	sim_space_write(&space, offset, width, value);
}

static int reset(struct nvme_pci *pci)
{
	(void)pci;
	return sim_reset_function(now->sim);
}

static const struct ct_host host = {
	.line = on_line, .running = on_running, .finished = on_finished};

#define BAR_BUS 0xfd00000000ull /* of registers, which no simulated controller writes to */

void conformance_run_case(struct conformance_run *run)
{
	struct sim_config config = run->controller->sim;
	struct nvme_claim claim = {.name = "sim",
				   .bar_bus = BAR_BUS,
				   .bus_master = bus_master,
				   .restore = restore,
				   .reset = reset,
				   .config_read = config_read,
				   .config_write = config_write};
	struct ct_options options = {
		.patterns = &run->name, .pattern_count = 1, .seed = 1, .patience_ns = 100000000};
	struct ct_totals totals = {0};

	now = run;
	config.tolerant = true;
	config.function_reset = true;
	config.hooks = run->hooks;
	config.defects = run->defects;
	run->sim = sim_create(&config);
	sim_space_create(&space, run->sim);
	claim.pci = (struct nvme_pci *)run->sim;
	claim.bar = sim_bar(run->sim);
	claim.bar_size = sim_bar_size(run->sim);
	assert_int_equal(conformance_run(&claim, &options, &host, &totals), 0);
	assert_int_equal(totals.tests, 1);
	sim_take_violations(run->sim);
	sim_destroy(run->sim);
	run->sim = NULL;
}

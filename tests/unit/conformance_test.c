/* The conformance suite's cases on simulated controllers: each passes on one that keeps to the
 * specification, and for each there is a fault that it sees. CONFORMANCE_FAULTS=1 in the
 * environment prints which; CONFORMANCE_CASE='group: case', or a group, looks at that only and
 * prints what it says. */
#include "tests/conformance/conformance.h"
#include "tests/sim/controller.h"
#include "tests/sim/space.h"
#include "tests/unit/cmocka.h"

/* ---- Controllers ---- */

static const struct sim_namespace_config two_namespaces[] = {{.nsid = 1}, {.nsid = 2}};
static const struct sim_namespace_config zoned_namespace[] = {
	{.nsid = 1},
	{.nsid = 2,
	 .csi = 2,
	 .zone_size = 64,
	 .zone_capacity = 48,
	 .zones_open = 3,
	 .zones_active = 4},
	{.nsid = 3,
	 .csi = 2,
	 .zone_size = 64,
	 .zone_capacity = 48,
	 .zones_open = 3,
	 .zones_active = 4},
};

/* Larger than a command can be. */
static const struct sim_namespace_config large_namespaces[] = {
	{.nsid = 1, .block_count = 70000, .dlfeat = 9, .mssrl = 64, .mcl = 128, .msrc = 3},
	{.nsid = 3, .dlfeat = 9, .mssrl = 64, .mcl = 128, .msrc = 3},
	{.nsid = 5, .inactive = true},
};
static const struct sim_namespace_config copied_namespaces[] = {
	{.nsid = 1, .dlfeat = 1, .mssrl = 16, .mcl = 40, .msrc = 7}};
static const struct sim_namespace_config metadata_namespaces[] = {
	{.nsid = 1, .metadata = 16}, {.nsid = 2, .metadata = 8, .protection = 1}};
/* At the end of more metadata behind each block. */
static const struct sim_namespace_config guarded_namespaces[] = {{.nsid = 1,
								  .block_shift = 12,
								  .metadata = 64,
								  .extended = true,
								  .protection = 1,
								  .guard = 2}};
/* Structures that it has, with nothing in them but what they need: 1 NVM set, CNTLID, 1 secondary
 * controller */
static const uint8_t nvm_sets[4096] = {1, [128] = 1, [130] = 1};
static const uint8_t primary[4096] = {1, [4] = 3};
static const uint8_t secondary[4096] = {1, [32] = 2, [34] = 1};
static const struct sim_identify more_identify[] = {
	{0x04, nvm_sets}, {0x14, primary}, {0x15, secondary}, {0, NULL}};
#define COMMANDS                                                                        \
	(SIM_ONCS_COMPARE | SIM_ONCS_UNCORRECT | SIM_ONCS_DSM | SIM_ONCS_WRITE_ZEROES | \
	 SIM_ONCS_VERIFY | SIM_ONCS_COPY)

static const struct configuration {
	const char *name;
	struct sim_config sim;
} configurations[] = {
	{"plain", {.namespaces = two_namespaces, .namespace_count = 2, .volatile_cache = true}},
	{"version-2", {.version = 0x20000}},
	{"management",
	 {.namespaces = large_namespaces,
	  .namespace_count = 3,
	  .nn = 8,
	  .oncs = SIM_ONCS_SAVE | SIM_ONCS_TIMESTAMP,
	  .events_limit = 3,
	  .oacs = SIM_OACS_FORMAT | SIM_OACS_FIRMWARE | SIM_OACS_NAMESPACES | SIM_OACS_SELF_TEST |
		  SIM_OACS_DIRECTIVES | SIM_OACS_VIRTUALIZATION | SIM_OACS_DOORBELLS,
	  .identify = more_identify,
	  .unallocated = 4 << 20,
	  .volatile_cache = true,
	  .keep_alive = true,
	  .sanitizes = true}},
	{"commands",
	 {.namespaces = large_namespaces,
	  .namespace_count = 3,
	  .oncs = COMMANDS,
	  .mdts = 3,
	  .sgl = true,
	  .volatile_cache = true}},
	{"limits",
	 {.namespaces = copied_namespaces,
	  .namespace_count = 1,
	  .oncs = COMMANDS,
	  .fused = true,
	  .ranges_limit = 7,
	  .range_limit = 20,
	  .discard_limit = 24,
	  .mdts = 3,
	  .verify_limit = 4,
	  .write_zeroes_limit = 2,
	  .sgl = true,
	  .sgl_longer = true,
	  .sgl_dwords = true}},
	{"buffer", {.cmb = {.location = 2 | NVME_CMBLOC_CDPCILS, .size = 0x1f | 64 << 12}}},
	{"region",
	 {.pmr = {.capabilities = 1 << 4 | 1 << 3 | 2 << 5 | 2 << 10 | 4 << 16,
		  .size = 65536,
		  .ready_ns = MS}}},
	/* weighted round robin, resets of the subsystem, CC.CSS 000b alone */
	{"modes",
	 {.cap = (SIM_CAP_QEMU & ~(3ull << 43)) | 1ull << 17 | 1ull << 36, .namespace_count = 1}},
	{"doorbells", {.oacs = SIM_OACS_DOORBELLS}},
	{"metadata", {.namespaces = metadata_namespaces, .namespace_count = 2}},
	{"guard-64", {.namespaces = guarded_namespaces, .namespace_count = 1}},
	{"zoned",
	 {.oncs = SIM_ONCS_WRITE_ZEROES,
	  .namespaces = zoned_namespace,
	  .namespace_count = 3,
	  .oaes = 0x8000000}},
};
#define CONFIGURATIONS (sizeof(configurations) / sizeof(configurations[0]))

/* ---- Faults ---- */

enum kind {
	NO_FAULT,
	DATA_FIRST, /* the first byte of a transfer to the host is another */
	DATA_ALL,   /* all of them are */
	DATA_LAST,
	SUCCEEDS, /* a command that fails succeeds */
	PROPERTY, /* what a property reads */
	PROPERTY_BIT,
	PROPERTY_ZERO,
	CONFIG, /* what configuration space reads */
	CONFIG_BIT,
	OTHER_ERROR,
	NO_DNR,
	RESULT, /* dword 0 */
	RESULT_BIT,
	FAILS,
	TWICE,
	SILENT,	  /* its interrupt is left out */
	SPURIOUS, /* interrupts that are for nobody */
	LOST,
	HEAD, /* SQHD */
	KINDS,
};
static const char *const kind_names[KINDS] = {
	"none",
	"first byte of data",
	"all data",
	"last byte of data",
	"success instead of a failure",
	"property read",
	"bit 0 of a property read",
	"0 from a property",
	"configuration space read",
	"bit 0 of configuration space read",
	"another failure",
	"failure without DNR",
	"dword 0",
	"bit 0 of dword 0",
	"failure instead of success",
	"completed twice",
	"no interrupt",
	"interrupts for nobody",
	"never completed",
	"SQHD",
};

/* What happened while the case ran, and the one event that is to be wrong. */
static struct world {
	struct sim_controller *sim;
	struct sim_space space;
	bool running;
	enum kind kind;
	unsigned target;
	unsigned completions, transfers, properties, configs;
	enum ct_outcome outcome;
	char reason[400];
	bool show;
} world;

static uint16_t get_status(const uint8_t *entry)
{
	return (uint16_t)((entry[14] | entry[15] << 8) >> 1);
}

static void put_status(uint8_t *entry, unsigned status)
{
	entry[14] = (uint8_t)((entry[14] & 1) | (status << 1 & 0xfe));
	entry[15] = (uint8_t)(status >> 7);
}

static bool on_completion(void *context, uint16_t queue, uint8_t entry[16])
{
	unsigned status = get_status(entry) & 0x7ff;

	(void)context;
	(void)queue;
	if (!world.running || world.completions++ != world.target)
		return true;
	switch (world.kind) {
	case SUCCEEDS:
		if (status)
			put_status(entry, 0);
		break;
	case FAILS:
		if (!status)
			put_status(entry, 0x4006);
		break;
	case OTHER_ERROR:
		if (status)
			put_status(entry, status == 6 ? 0x4004 : 0x4006);
		break;
	case NO_DNR:
		if (status)
			put_status(entry, get_status(entry) & ~0x4000u);
		break;
	case RESULT:
		memset(entry, ~entry[0], 4);
		break;
	case RESULT_BIT:
		entry[0] ^= 1;
		break;
	case HEAD:
		entry[8] ^= 0xff;
		entry[9] ^= 0xff;
		break;
	case SPURIOUS:
		for (unsigned vector = 0; vector < 3; vector++)
			sim_interrupt(world.sim, vector);
		break;
	case LOST:
		return false;
	default:
		break;
	}
	return true;
}

static void on_data(void *context, uint16_t queue, const uint8_t command[64], uint8_t *bytes,
		    size_t size)
{
	(void)context;
	(void)queue;
	(void)command;
	if (!world.running || !size || world.transfers++ != world.target)
		return;
	if (world.kind == DATA_FIRST)
		bytes[0] ^= 0xff;
	else if (world.kind == DATA_LAST)
		bytes[size - 1] ^= 0xff;
	else if (world.kind == DATA_ALL)
		for (size_t i = 0; i < size; i++)
			bytes[i] ^= 0xff;
}

static uint64_t on_property(void *context, unsigned offset, uint64_t value)
{
	(void)context;
	(void)offset;
	if (!world.running || world.properties++ != world.target)
		return value;
	if (world.kind == PROPERTY_ZERO)
		return 0;
	if (world.kind == PROPERTY)
		return ~value ^ 1; /* not all ones */
	return world.kind == PROPERTY_BIT ? value ^ 1 : value;
}

/* ---- One run ---- */

static void on_line(void *context, const char *text)
{
	(void)context;
	if (world.show)
		print_message("%s\n", text);
}

static void on_running(void *context, bool running)
{
	(void)context;
	world.running = running;
	if (!running) {
		sim_clear_faults(world.sim);
	} else if (world.kind == TWICE || world.kind == SILENT) {
		sim_add_fault(world.sim,
			      &(struct sim_fault){.kind = world.kind == TWICE ? SIM_DUPLICATE
									      : SIM_NO_INTERRUPT,
						  .queue = SIM_ANY,
						  .opcode = SIM_ANY,
						  .skip = world.target});
	}
}

static void on_finished(void *context, const struct ct *ct)
{
	(void)context;
	world.outcome = ct->outcome;
	snprintf(world.reason, sizeof(world.reason), "%s", ct->reason);
}

static void bus_master(struct nvme_pci *pci, bool on)
{
	uint32_t command = sim_space_read(&world.space, 4, 2);

	sim_space_write(&world.space, 4, 2, on ? command | 4 : command & ~4u);
	(void)pci;
}

static int restore(struct nvme_pci *pci)
{
	(void)pci;
	sim_space_write(&world.space, 0x44, 2, 0); /* D0 */
	sim_space_write(&world.space, 4, 2, 0x402);
	return sim_restore(world.sim);
}

static uint32_t config_read(struct nvme_pci *pci, unsigned offset, unsigned width)
{
	uint32_t value = sim_space_read(&world.space, offset, width);

	(void)pci;
	if (!world.running || world.configs++ != world.target)
		return value;
	if (world.kind == CONFIG)
		return ~value & (0xffffffffu >> (32 - 8 * width));
	return world.kind == CONFIG_BIT ? value ^ 1 : value;
}

static void config_write(struct nvme_pci *pci, unsigned offset, unsigned width, uint32_t value)
{
	(void)pci;
	sim_space_write(&world.space, offset, width, value);
}

static int reset(struct nvme_pci *pci)
{
	(void)pci;
	return sim_reset_function(world.sim);
}

static const struct ct_host host = {
	.line = on_line, .running = on_running, .finished = on_finished};

#define BAR_BUS 0xfd00000000ull /* of registers, which no simulated controller writes to */

/* Runs one case on a new controller with at most one fault. */
static void run_one(const struct configuration *configuration, char *name, enum kind kind,
		    unsigned target)
{
	struct sim_config config = configuration->sim;
	struct nvme_claim claim = {.name = "sim",
				   .bar_bus = BAR_BUS,
				   .bus_master = bus_master,
				   .restore = restore,
				   .reset = reset};
	struct ct_options options = {
		.patterns = &name, .pattern_count = 1, .seed = 1, .patience_ns = 100000000};
	struct ct_totals totals = {0};
	bool show = world.show;

	memset(&world, 0, sizeof(world));
	world.show = show && kind == NO_FAULT;
	config.tolerant = true;
	config.function_reset = true;
	config.hooks = (struct sim_hooks){
		.completion = on_completion, .data = on_data, .property = on_property};
	world.sim = sim_create(&config);
	world.kind = kind;
	world.target = target;
	sim_space_create(&world.space, world.sim);
	claim.config_read = config_read;
	claim.config_write = config_write;
	claim.pci = (struct nvme_pci *)world.sim;
	claim.bar = sim_bar(world.sim);
	claim.bar_size = sim_bar_size(world.sim);
	assert_int_equal(conformance_run(&claim, &options, &host, &totals), 0);
	assert_int_equal(totals.tests, 1);
	sim_take_violations(world.sim);
	sim_destroy(world.sim);
	world.show = show;
}

/* ---- The tests ---- */

static bool chosen(const struct ct_group *group, const struct ct_case *test)
{
	const char *only = getenv("CONFORMANCE_CASE");

	world.show = only != NULL;
	return !only || conformance_matches(only, group, test);
}

/* Where each case of the table runs, in its order: found by the first test, for the second one. */
#define CASES_MAX 2000
static const struct configuration *runs_on[CASES_MAX];
static unsigned next_case;

/* The first configuration on which the case runs; NULL: it is skipped everywhere. Fails the test
 * where it does not pass. */
static const struct configuration *passes_on(char *name)
{
	const struct configuration *found = NULL;

	for (size_t i = 0; i < CONFIGURATIONS; i++) {
		run_one(&configurations[i], name, NO_FAULT, 0);
		if (world.outcome != CT_PASS && world.outcome != CT_SKIP)
			fail_msg("%s, controller %s: %s", name, configurations[i].name,
				 world.reason);
		if (world.outcome == CT_PASS && !found)
			found = &configurations[i];
	}
	return found;
}

static bool pass_one(void *context, const struct ct_group *group, const struct ct_case *test)
{
	unsigned *skipped = context;
	char name[160];

	snprintf(name, sizeof(name), "%s: %s", group->name, test->name);
	assert_true(next_case < CASES_MAX);
	if (chosen(group, test)) {
		runs_on[next_case] = passes_on(name);
		if (!runs_on[next_case]) {
			print_message("%s: is skipped on every controller: %s\n", name,
				      world.reason);
			++*skipped;
		}
	}
	next_case++;
	return true;
}

static void test_cases_pass(void **state)
{
	const struct ct_options all = {0};
	unsigned skipped = 0;

	(void)state;
	conformance_each(&all, pass_one, &skipped);
	assert_int_equal(skipped, 0);
}

/* What a run had that could be wrong. */
static unsigned events(const struct world *run, enum kind kind)
{
	switch (kind) {
	case DATA_FIRST:
	case DATA_ALL:
	case DATA_LAST:
		return run->transfers;
	case PROPERTY:
	case PROPERTY_BIT:
	case PROPERTY_ZERO:
		return run->properties;
	case CONFIG:
	case CONFIG_BIT:
		return run->configs;
	default:
		return run->completions;
	}
}

#define EVENTS_MAX 40 /* that are tried for each kind, from the last one on */

/* Whether there is a fault that the case sees. */
static bool find_fault(const struct configuration *configuration, char *name)
{
	struct world good;

	run_one(configuration, name, NO_FAULT, 0);
	good = world;
	for (enum kind kind = NO_FAULT + 1; kind < KINDS; kind++) {
		unsigned count = events(&good, kind), tried = 0;

		while (count-- > 0 && tried++ < EVENTS_MAX) {
			run_one(configuration, name, kind, count);
			if (world.outcome != CT_FAIL && !(kind == LOST && world.outcome == CT_HANG))
				continue;
			if (getenv("CONFORMANCE_FAULTS"))
				print_message("%s | %s %u | %s\n", name, kind_names[kind], count,
					      world.reason);
			return true;
		}
	}
	return false;
}

static bool fail_one(void *context, const struct ct_group *group, const struct ct_case *test)
{
	const struct configuration *configuration;
	unsigned *blind = context;
	char name[160];

	snprintf(name, sizeof(name), "%s: %s", group->name, test->name);
	configuration = runs_on[next_case++];
	if (configuration && !find_fault(configuration, name)) {
		print_message("%s: sees none of the faults\n", name);
		++*blind;
	}
	return true;
}

static void test_cases_fail(void **state)
{
	const struct ct_options all = {0};
	unsigned blind = 0;

	(void)state;
	next_case = 0;
	conformance_each(&all, fail_one, &blind);
	assert_int_equal(blind, 0);
}

TESTS(cmocka_unit_test(test_cases_pass), cmocka_unit_test(test_cases_fail))

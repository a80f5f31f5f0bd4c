/* The fuzzer of the device on a simulated controller: one that is good gives it nothing to find,
 * and each of its oracles sees the fault that it is for. */
#include "tests/conformance/fuzz.h"
#include "tests/sim/controller.h"
#include "tests/unit/cmocka.h"

#include <errno.h>
#include <glob.h>

static struct sim_controller *sim;
static char lines[64 * 1024];
static unsigned rounds;
static void (*at_round)(unsigned round);

static void on_line(void *context, const char *text)
{
	(void)context;
	if (strlen(lines) + strlen(text) + 2 < sizeof(lines)) {
		strcat(lines, text);
		strcat(lines, "\n");
	}
}

/* What its owner has in some of the first blocks, and behind them. */
#define OWNED 1040u
static uint8_t owned[OWNED][512];
static bool written_over, put_back;

/* Whether the namespace has them. */
static bool has_owned(uint32_t nsid)
{
	static uint8_t now[OWNED][512];

	sim_namespace_read(sim, nsid, 0, OWNED, now);
	return memcmp(now, owned, sizeof(now)) == 0;
}

static void on_announce(void *context, const char *text)
{
	(void)context;
	assert_non_null(strstr(text, "fuzz: seed "));
	written_over |= !has_owned(1) && !has_owned(2);
	if (at_round)
		at_round(rounds);
	rounds++;
}

static const struct ct_host host = {.line = on_line, .announce = on_announce};

static void bus_master(struct nvme_pci *pci, bool on)
{
	(void)pci;
	sim_set_bus_master(sim, on);
}

static int reset(struct nvme_pci *pci)
{
	(void)pci;
	return sim_reset_function(sim);
}

static const struct sim_namespace_config two[] = {{.nsid = 1}, {.nsid = 2}};

static int expected_error;

/* How many findings there are. */
static unsigned run(struct fuzz_options options)
{
	struct sim_config config = {.namespaces = two,
				    .namespace_count = 2,
				    .tolerant = true,
				    .function_reset = true,
				    .oacs = SIM_OACS_DOORBELLS};
	struct nvme_claim claim = {.name = "sim", .bus_master = bus_master, .reset = reset};
	unsigned found = 0;

	lines[0] = 0;
	rounds = 0;
	options.operations = options.operations ? options.operations : 500;
	sim = sim_create(&config);
	claim.pci = (struct nvme_pci *)sim;
	claim.bar = sim_bar(sim);
	claim.bar_size = sim_bar_size(sim);
	claim.bar_bus = 0xfebd0000;
	ct_fill(owned, sizeof(owned), 3);
	for (uint32_t nsid = 1; nsid <= 2; nsid++)
		sim_namespace_write(sim, nsid, 0, OWNED, owned);
	written_over = false;
	assert_int_equal(fuzz_run(&claim, &options, &host, &found), expected_error);
	put_back = has_owned(1) && has_owned(2);
	sim_take_violations(sim);
	sim_destroy(sim);
	return found;
}

static void test_good(void **state)
{
	(void)state;
	at_round = NULL;
	assert_int_equal(run((struct fuzz_options){.seed = 7, .rounds = 60}), 0);
	assert_non_null(strstr(lines, "FUZZ: 60 rounds, "));
	assert_null(strstr(lines, "FOUND"));
	assert_int_equal(rounds, 60);
}

/* Blocks are as they were before: those that it writes as well as those that it watches. */
static void test_puts_back(void **state)
{
	(void)state;
	at_round = NULL;
	assert_int_equal(run((struct fuzz_options){.seed = 7, .rounds = 4}), 0);
	assert_true(written_over);
	assert_true(put_back);
}

static unsigned struck_round;
static enum sim_fault_kind kind;
static int fault_queue;

static void strike(unsigned round)
{
	if (round == struck_round)
		sim_add_fault(sim, &(struct sim_fault){.kind = kind,
						       .queue = fault_queue,
						       .opcode = SIM_ANY,
						       .skip = 20,
						       .status = 0x0ff,
						       .value = 65536});
	else
		sim_clear_faults(sim);
}

/* A fault in a calm round is found, in that round, and what follows is good again. */
static void find(enum sim_fault_kind what, int queue, const char *text)
{
	struct fuzz_options options = {.seed = 7, .rounds = 8};

	at_round = strike;
	struck_round = 2;
	kind = what;
	fault_queue = queue;
	assert_int_equal(run(options), 1);
	if (!strstr(lines, text))
		fail_msg("no '%s' in: %s", text, lines);
	assert_non_null(strstr(lines, "(seed 7, round 2, operation "));
	assert_non_null(strstr(lines, "FUZZ: 8 rounds, "));
}

static void test_lost(void **state)
{
	(void)state;
	find(SIM_LOSE_HARD, 1, "FOUND: hang: lost: a command has no completion; outstanding: ");
}

static void test_twice(void **state)
{
	(void)state;
	find(SIM_DUPLICATE, 1, "FOUND: expected a completion for a command that is outstanding");
}

static void test_status(void **state)
{
	(void)state;
	find(SIM_STATUS, 1, "FOUND: status: a command ended with 0ffh, which is no status");
}

static void write_elsewhere(unsigned round)
{
	static const uint8_t bytes[512] = {1};

	if (round == 2)
		sim_namespace_write(sim, 2, 1024 + 3, 1, bytes);
}

static void test_blocks(void **state)
{
	(void)state;
	at_round = write_elsewhere;
	assert_true(run((struct fuzz_options){.seed = 7, .rounds = 3}) >= 1);
	assert_non_null(strstr(lines, "in byte 0 of LBA 1027 of namespace 2"));
}

static void die(unsigned round)
{
	if (round == 3)
		sim_remove(sim);
}

static void test_dead(void **state)
{
	(void)state;
	at_round = die;
	assert_int_equal(run((struct fuzz_options){.seed = 7, .rounds = 9}), 2);
	assert_non_null(strstr(lines, "FOUND: dead: the controller does not come back"));
	assert_int_equal(rounds, 4);
}

/* ---- Scripts ---- */

static char script[256 * 1024];
static char *script_at;

static const char *next_line(void *context)
{
	char *line = script_at, *end = strchr(script_at, '\n');

	(void)context;
	if (!*line)
		return NULL;
	if (end)
		*end = 0;
	script_at = end ? end + 1 : line + strlen(line);
	return line;
}

/* What a round prints is what the round does: the same happens when it is repeated. */
static void test_replay(void **state)
{
	struct fuzz_options options = {.seed = 3, .rounds = 1, .first_round = 4, .operations = 400};
	char *summary;

	(void)state;
	at_round = NULL;
	options.print = true;
	run(options);
	assert_memory_equal(lines, "calm\n", 5);
	strcpy(script, lines);
	options.print = false;
	run(options);
	summary = strdup(strstr(lines, " rounds, 400 operations"));
	script_at = script;
	options.line = next_line;
	run(options);
	assert_memory_equal(strstr(lines, " rounds, "), summary, strcspn(summary, ")"));
	free(summary);
}

static void test_bad_script(void **state)
{
	static const char *const bad[] = {
		"nonsense",    "ring",		 "ring 99",
		"put 1 x+0",   "put 10000 x+0",	 "read 14 3",
		"read 14 4 5", "write 14 4 q+1", "command 0 1 2 3 4 5 6 7 8 9 a x+0 x+0",
		"wait for it"};
	struct fuzz_operation operation;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (fuzz_parse(bad[i], &operation))
			fail_msg("'%s' was taken", bad[i]);
	assert_true(fuzz_parse("write 14 4 x+460001", &operation));
	assert_int_equal(operation.offset, 0x14);
	assert_int_equal(operation.value.offset, 0x460001);
	at_round = NULL;
	strcpy(script, "# a comment\n\ncalm\nwait\nring 7f\n");
	script_at = script;
	expected_error = -EINVAL;
	run((struct fuzz_options){.seed = 1, .rounds = 1, .line = next_line});
	expected_error = 0;
	assert_non_null(strstr(lines, "conformance: line 5 is no operation: ring 7f"));
}

/* The scripts that are kept: every line is an operation still. */
static void test_kept_scripts(void **state)
{
	struct fuzz_operation operation;
	char line[256];
	glob_t found;

	(void)state;
	assert_int_equal(glob("tests/conformance/findings/*.fuzz", 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		FILE *file = fopen(found.gl_pathv[i], "r");
		unsigned operations = 0;

		assert_non_null(file);
		while (fgets(line, sizeof(line), file)) {
			line[strcspn(line, "\n")] = 0;
			if (!line[0] || line[0] == '#' || strcmp(line, "calm") == 0 ||
			    strcmp(line, "wild") == 0)
				continue;
			if (!fuzz_parse(line, &operation))
				fail_msg("%s: no operation: %s", found.gl_pathv[i], line);
			operations++;
		}
		fclose(file);
		if (!operations)
			fail_msg("%s has no operation", found.gl_pathv[i]);
	}
	globfree(&found);
}

TESTS(cmocka_unit_test(test_good), cmocka_unit_test(test_kept_scripts),
      cmocka_unit_test(test_puts_back), cmocka_unit_test(test_lost), cmocka_unit_test(test_twice),
      cmocka_unit_test(test_status), cmocka_unit_test(test_blocks), cmocka_unit_test(test_dead),
      cmocka_unit_test(test_replay), cmocka_unit_test(test_bad_script))

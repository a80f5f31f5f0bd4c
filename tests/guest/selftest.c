/* selftest: runs the cases of tests/guest and prints a line for each. */
#include "tests/guest/guest.h"

#include "kernel/commands/command.h"
#include "kernel/files/file.h"
#include "kernel/process.h"
#include "kernel/time.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/number.h"
#include "lib/string.h"

static const struct guest_group *const groups[] = {
	&guest_shell,	   &guest_geometry, &guest_buffers, &guest_queue,     &guest_bounds,
	&guest_controller, &guest_commands, &guest_speed,   &guest_interrupt,
};

#define SECONDS_MAX 1000000
#define GROUP_COUNT (sizeof(groups) / sizeof(groups[0]))

struct totals {
	unsigned tests, failures, skipped;
};

struct guest_saved {
	struct guest_saved *next;
	bool by_file;
	uint64_t start; /* block or byte */
	uint64_t count;
	void *bytes;
};

/* '*' and '?' in pattern match as in file names. */
static bool matches(const char *pattern, const char *text)
{
	const char *star = NULL, *resume = NULL;

	while (*text) {
		if (*pattern == '*') {
			star = ++pattern;
			resume = text;
		} else if (*pattern == '?' || *pattern == *text) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star;
			text = ++resume;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

/* Operands name a group, a case, or "group: case", with wild cards. None: everything. */
static bool wanted(const struct guest_group *group, const struct guest_case *test, int count,
		   char **patterns)
{
	char full[128];

	if (!count)
		return true;
	snprintf(full, sizeof(full), "%s: %s", group->name, test->name);
	for (int i = 0; i < count; i++)
		if (matches(patterns[i], group->name) || matches(patterns[i], test->name) ||
		    matches(patterns[i], full))
			return true;
	return false;
}

static void set_outcome(struct guest *guest, enum guest_outcome outcome, const char *format,
			va_list args)
{
	if (guest->outcome != GUEST_PASS)
		return;
	guest->outcome = outcome;
	vsnprintf(guest->reason, sizeof(guest->reason), format, args);
}

void guest_fail(struct guest *guest, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	set_outcome(guest, GUEST_FAIL, format, args);
	va_end(args);
}

void guest_skip(struct guest *guest, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	set_outcome(guest, GUEST_SKIP, format, args);
	va_end(args);
}

void guest_xfail(struct guest *guest, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	set_outcome(guest, GUEST_XFAIL, format, args);
	va_end(args);
}

bool guest_over(const struct guest *guest)
{
	return guest->outcome != GUEST_PASS;
}

bool guest_equal(struct guest *guest, const char *what, uint64_t expected, uint64_t got)
{
	if (expected == got)
		return true;
	if (expected < 10 && got < 10)
		guest_fail(guest, "%s: expected %llu, got %llu", what, (unsigned long long)expected,
			   (unsigned long long)got);
	else
		guest_fail(guest, "%s: expected %llu (%#llx), got %llu (%#llx)", what,
			   (unsigned long long)expected, (unsigned long long)expected,
			   (unsigned long long)got, (unsigned long long)got);
	return false;
}

static const char *error_name(int error)
{
	return error ? error_text(error < 0 ? -error : error) : "success";
}

bool guest_error(struct guest *guest, const char *what, int expected, int got)
{
	if (expected == got)
		return true;
	guest_fail(guest, "%s: expected %s, got %s", what, error_name(expected), error_name(got));
	return false;
}

bool guest_same(struct guest *guest, const char *what, const void *expected, const void *got,
		size_t size)
{
	const uint8_t *a = expected, *b = got;

	if (memcmp(a, b, size) == 0)
		return true;
	for (size_t i = 0; i < size; i++) {
		if (a[i] == b[i])
			continue;
		guest_fail(guest, "%s: expected %02x, got %02x at byte %zu of %zu", what, a[i],
			   b[i], i, size);
		break;
	}
	return false;
}

void *guest_buffer(struct guest *guest, size_t size)
{
	void *buffer = process_alloc_pages(size ? size : 1);

	if (buffer)
		memset(buffer, 0, size);
	else
		guest_skip(guest, "no memory for %zu bytes", size);
	return buffer;
}

void guest_free(void *buffer)
{
	process_free(buffer);
}

static struct guest_saved *add_saved(struct guest *guest, size_t size)
{
	struct guest_saved *saved = process_alloc(sizeof(*saved));

	if (!saved) {
		guest_skip(guest, "no memory to save blocks");
		return NULL;
	}
	memset(saved, 0, sizeof(*saved));
	saved->bytes = guest_buffer(guest, size);
	return saved->bytes ? saved : NULL;
}

bool guest_save(struct guest *guest, uint64_t lba, uint64_t count)
{
	struct guest_saved *saved;
	int error;

	if (guest->device->read_only) {
		guest_skip(guest, "%s is read-only", guest->device->name);
		return false;
	}
	if (lba > guest->device->block_count || count > guest->device->block_count - lba) {
		guest_skip(guest, "%s is too small", guest->device->name);
		return false;
	}
	saved = add_saved(guest, count * guest->block_size);
	if (!saved)
		return false;
	error = block_read(guest->device, lba, count, saved->bytes);
	if (error) {
		guest_fail(guest, "reading blocks %llu+%llu to save them: %s",
			   (unsigned long long)lba, (unsigned long long)count, error_name(error));
		return false;
	}
	saved->start = lba;
	saved->count = count;
	saved->next = guest->saved;
	guest->saved = saved;
	return true;
}

/* Reads or writes all of it; 0 or a negative errno. */
static int device_file(struct guest *guest, uint64_t offset, void *bytes, size_t size, bool write)
{
	char path[BLOCK_NAME_MAX + 8];
	struct file *file;
	int error, closed;

	snprintf(path, sizeof(path), "/dev/%s", guest->device->name);
	error = file_open(path, write ? O_WRONLY : O_RDONLY, 0, &file);
	if (error)
		return error;
	while (size && !error) {
		long done = write ? file_pwrite(file, bytes, size, offset)
				  : file_pread(file, bytes, size, offset);

		if (done <= 0) {
			error = done ? (int)done : -EIO;
			break;
		}
		bytes = (uint8_t *)bytes + done;
		offset += (uint64_t)done;
		size -= (size_t)done;
	}
	if (write && !error)
		error = file_sync(file);
	closed = file_close(file);
	return error ? error : closed;
}

bool guest_save_file(struct guest *guest, uint64_t offset, size_t size)
{
	struct guest_saved *saved;
	int error;

	if (guest->device->read_only) {
		guest_skip(guest, "%s is read-only", guest->device->name);
		return false;
	}
	if (guest->device->block_count < (offset + size) / guest->block_size) {
		guest_skip(guest, "%s is too small", guest->device->name);
		return false;
	}
	saved = add_saved(guest, size);
	if (!saved)
		return false;
	error = device_file(guest, offset, saved->bytes, size, false);
	if (error) {
		guest_fail(guest, "reading /dev/%s to save its bytes: %s", guest->device->name,
			   error_name(error));
		return false;
	}
	saved->by_file = true;
	saved->start = offset;
	saved->count = size;
	saved->next = guest->saved;
	guest->saved = saved;
	return true;
}

/* The latest first: where two overlap, the first one saved has what was there. */
void guest_restore(struct guest *guest)
{
	while (guest->saved) {
		struct guest_saved *saved = guest->saved;
		int error;

		guest->saved = saved->next;
		if (saved->by_file)
			error = device_file(guest, saved->start, saved->bytes, saved->count, true);
		else
			error = block_write(guest->device, saved->start, saved->count,
					    saved->bytes);
		if (error)
			guest_fail(guest, "putting back what was at %s %llu: %s",
				   saved->by_file ? "byte" : "block",
				   (unsigned long long)saved->start, error_name(error));
		process_free(saved->bytes);
		process_free(saved);
	}
}

static void print_outcome(const struct guest *guest, const struct guest_group *group,
			  const struct guest_case *test)
{
	switch (guest->outcome) {
	case GUEST_PASS:
		out("PASS: %s: %s\n", group->name, test->name);
		break;
	case GUEST_FAIL:
		out("FAIL: %s: %s: %s\n", group->name, test->name, guest->reason);
		break;
	case GUEST_SKIP:
		out("SKIP: %s: %s (%s)\n", group->name, test->name, guest->reason);
		break;
	case GUEST_XFAIL:
		out("XFAIL: %s: %s (%s)\n", group->name, test->name, guest->reason);
		break;
	}
}

static const struct guest_case *current_case;
static struct guest *current_guest;

/* A case runs as a process: its buffers end with it. */
static int case_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	process_catch_interrupt(true); /* restore before ending */
	current_case->run(current_guest);
	guest_restore(current_guest);
	return process_interrupted() ? STATUS_INTERRUPTED : 0;
}

static int run_case(const struct guest_group *group, const struct guest_case *test,
		    struct guest *guest, struct totals *totals)
{
	static char name[] = "selftest";
	char *argv[] = {name, NULL};
	int status;

	guest->outcome = GUEST_PASS;
	guest->reason[0] = '\0';
	prng_seed(&guest->prng, 1);
	current_case = test;
	current_guest = guest;
	status = process_run(case_main, 1, argv);
	if (status && status != STATUS_INTERRUPTED)
		guest_fail(guest, "expected the case to return, got status %d", status);
	totals->tests++;
	totals->failures += guest->outcome == GUEST_FAIL;
	totals->skipped += guest->outcome == GUEST_SKIP;
	print_outcome(guest, group, test);
	return status == STATUS_INTERRUPTED ? status : 0;
}

/* The first NVMe namespace that is a block device, or the one that is asked for. */
static struct block_device *choose_device(const char *name)
{
	struct block_device *device;

	if (name) {
		if (strncmp(name, "/dev/", 5) == 0)
			device = block_find(name + 5);
		else
			device = block_find(name);
		if (!device || !nvme_namespace_of(device))
			fail(1, "%s: not an NVMe namespace", name);
		return device;
	}
	for (device = block_first(); device; device = device->next)
		if (nvme_namespace_of(device))
			return device;
	fail(1, "there is no NVMe namespace");
}

static void list(int count, char **patterns)
{
	for (unsigned i = 0; i < GROUP_COUNT; i++)
		for (const struct guest_case *test = groups[i]->cases; test->name; test++)
			if (wanted(groups[i], test, count, patterns))
				out("%s: %s\n", groups[i]->name, test->name);
}

static void check_patterns(int count, char **patterns)
{
	for (int p = 0; p < count; p++) {
		bool found = false;

		for (unsigned i = 0; i < GROUP_COUNT; i++)
			for (const struct guest_case *test = groups[i]->cases; test->name; test++)
				found |= wanted(groups[i], test, 1, &patterns[p]);
		if (!found)
			fail(1, "no case matches %s", quote(patterns[p]));
	}
}

static int run_all(struct block_device *device, int count, char **patterns)
{
	struct totals totals = {0};
	struct guest guest = {.device = device};
	int status = 0;

	guest.namespace = nvme_namespace_of(device);
	guest.controller = guest.namespace->controller;
	guest.block_size = device->block_size;
	guest.blocks_max = guest.namespace->blocks_max;
	for (unsigned i = 0; i < GROUP_COUNT && !status; i++)
		for (const struct guest_case *test = groups[i]->cases; test->name && !status;
		     test++)
			if (wanted(groups[i], test, count, patterns))
				status = run_case(groups[i], test, &guest, &totals);
	out("SUMMARY: %u tests, %u failures, %u skipped\n", totals.tests, totals.failures,
	    totals.skipped);
	if (status)
		return status;
	return totals.failures ? 1 : 0;
}

static uint64_t number_argument(const char *what, const char *text, uint64_t min, uint64_t max)
{
	uint64_t value;

	if (number_parse(text, 0, &value) || value < min || value > max)
		fail(2, "invalid number of %s %s", what, quote(text));
	return value;
}

static int selftest_main(int argc, char **argv)
{
	static const struct option options[] = {{"list", 0, 'l'},
						{"device", 1, 'd'},
						{"stress", 1, 's'},
						{"seed", 1, 'S'},
						{NULL, 0, 0}};
	struct getopt state = {0};
	uint64_t seconds = 0, seed = time_ns();
	const char *device = NULL;
	bool listing = false;
	int option;

	process_hold_devices();
	while ((option = getopt_next(&state, argc, argv, "ld:", options)) != -1) {
		switch (option) {
		case 'l':
			listing = true;
			break;
		case 'd':
			device = state.argument;
			break;
		case 's':
			seconds = number_argument("seconds", state.argument, 1, SECONDS_MAX);
			break;
		case 'S':
			seed = number_argument("seed", state.argument, 0, UINT64_MAX);
			break;
		default:
			fail_usage(2);
		}
	}
	argc -= state.index;
	argv += state.index;
	if (seconds) {
		if (!device)
			fail(2, "--stress overwrites a device: name it with -d");
		if (argc)
			fail(2, "extra operand %s", quote(argv[0]));
		return guest_stress(choose_device(device), seconds, seed);
	}
	check_patterns(argc, argv);
	if (listing) {
		list(argc, argv);
		return 0;
	}
	return run_all(choose_device(device), argc, argv);
}

COMMAND(selftest, "[-l] [-d DEVICE] [--stress SECONDS [--seed N]] [GROUP|PATTERN]...",
	"Test the NVMe driver on a real device, one line for each case",
	"Run the cases whose group, name or \"group: name\" matches an operand ('*' and '?'\n"
	"as in file names), all of them without operands.\n"
	"\n"
	"  -d, --device=DEVICE  the namespace to use; default the first one\n"
	"  -l, --list           list the cases, do not run them\n"
	"\n"
	"      --stress=SECONDS  random reads, writes, flushes and resets instead, all data\n"
	"                       verified; overwrites the first 65,536 blocks of DEVICE, which\n"
	"                       has to be named\n"
	"      --seed=N         draw the same requests as the run that printed this seed\n"
	"\n"
	"Each line is PASS, FAIL, SKIP, XFAIL (a known deviation of the device) or INFO, the\n"
	"last one counts them. Cases write to the device: the blocks they overwrite are\n"
	"saved before and put back after each case. A reset or power cut in between loses\n"
	"them, so do not run this on a device that holds the only copy of something.\n"
	"\n"
	"Exit status: 0 if nothing failed, 1 otherwise, 2 on misuse.\n");

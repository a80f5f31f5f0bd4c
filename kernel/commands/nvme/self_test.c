/* nvme device-self-test */
#include "drivers/nvme/spec/spec.h"
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/log.h"
#include "kernel/commands/support/interval.h"
#include "kernel/posix/process.h"
#include "kernel/x86/time.h"

struct self_test {
	uint32_t nsid, timeout_ms;
	uint8_t code;
	bool wait;
};

static const struct nvme_option self_test_options[] = {
	NVME_NUMBER(struct self_test, nsid, "namespace-id", 'n', "namespace to test; default all"),
	NVME_NUMBER(struct self_test, code, "self-test-code", 's',
		    "0 show state, 1 start short, 2 start extended, 0xe vendor's, 0xf abort"),
	NVME_FLAG(struct self_test, wait, "wait", 'w', "wait for the test to finish"),
	NVME_NUMBER(struct self_test, timeout_ms, "timeout", 't', ""),
	NVME_OPTIONS_END,
};

#define BAR 50 /* columns */

static void show_progress(unsigned percent, unsigned turn)
{
	static const char dashes[BAR + 1] = "--------------------------------------------------";
	unsigned done = percent < 100 ? percent * BAR / 100 : BAR - 1;

	out("\r[%.*s%c%*s] %3u%%", (int)done, dashes, "-\\|/"[turn % 4], (int)(BAR - 1 - done), "",
	    percent);
	out_flush();
}

static int send(const struct nvme_target *target, const struct self_test *test, unsigned code)
{
	const struct nvme_command command = {
		.opcode = NVME_ADMIN_DEVICE_SELF_TEST, .nsid = test->nsid, .cdw10 = code};

	return nvme_admin_run(
		target,
		&(struct nvme_passthrough){.command = &command, .timeout_ms = test->timeout_ms},
		"Device self-test");
}

static struct nvme_self_test_log *read_log(const struct nvme_target *target)
{
	const struct nvme_log_request request = {.lid = NVME_LOG_SELF_TEST, .nsid = NVME_NSID_ALL};

	return nvme_read_log("self test log", target, &request, sizeof(struct nvme_self_test_log));
}

/* Until it ends, or has made no progress for longer than it may take: Ctrl-C aborts it. */
static int wait(const struct nvme_target *target, const struct self_test *test)
{
	static const char finished[] = "\r[--------------------------------------------------] "
				       "100%\n";
	unsigned most = nvme_identify(target->controller)->edstt * 60u / 100 + 60;
	unsigned percent = 0, still = 0;

	out("Waiting for self test completion...\n");
	for (unsigned turn = 0;; turn++) {
		struct nvme_self_test_log *log;
		unsigned completion;

		show_progress(percent, turn);
		process_catch_interrupt(true);
		if (!interval_wait(NS_PER_S)) {
			process_forget_interrupts();
			out("\nInterrupted device self-test operation by Interrupt\n");
			if (!send(target, test, NVME_SELF_TEST_ABORT))
				out("Aborting device self-test operation\n");
			process_exit(STATUS_INTERRUPTED);
		}
		process_catch_interrupt(false);
		log = read_log(target);
		completion = NVME_SELF_TEST_COMPLETION(log->completion);
		if (!NVME_SELF_TEST_OPERATION(log->operation)) {
			out("%s", finished);
			return 0;
		}
		if (completion < percent) {
			out("\n");
			return nvme_refuse("progress broken");
		}
		still = completion == percent ? still + 1 : 0;
		percent = completion;
		process_free(log);
		if (still > most) {
			err("no progress for %u seconds, stop waiting\n", most);
			return 1;
		}
	}
}

static int show_state(const struct nvme_target *target, const struct self_test *test)
{
	const struct nvme_self_test_log *log = read_log(target);

	if (!NVME_SELF_TEST_OPERATION(log->operation)) {
		out("no self test running\n");
		return 0;
	}
	if (test->wait)
		return wait(target, test);
	out("progress %u%%\n", NVME_SELF_TEST_COMPLETION(log->completion));
	return 0;
}

static int self_test_main(int argc, char **argv)
{
	struct self_test test = {.nsid = NVME_NSID_ALL};
	struct nvme_target target = nvme_arguments(argc, argv, self_test_options, &test);

	if (!test.code)
		return show_state(&target, &test);
	if (send(&target, &test, test.code))
		return 1;
	if (test.code == NVME_SELF_TEST_ABORT)
		out("Aborting device self-test operation\n");
	else if (test.code == NVME_SELF_TEST_EXTENDED)
		out("Extended Device self-test started\n");
	else if (test.code == NVME_SELF_TEST_SHORT)
		out("Short Device self-test started\n");
	return test.wait && test.code != NVME_SELF_TEST_ABORT ? wait(&target, &test) : 0;
}

NVME_SUBCOMMAND(self_test, "device-self-test", self_test_main, "DEVICE [OPTIONS]",
		"Perform the necessary tests to observe the performance", self_test_options);

/* The grader of the course: runs the checks of a step on a driver, each in a process of its own,
 * and prints what kvm-unit-tests print: PASS: 2.2: ..., FAIL: ..., and what was wrong below. lab
 * [--source NAME] [--brief] [--all] STEP
 */
#include "tests/course/grade.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/sim/internal.h"

/* How the process of a check ends; a driver that calls exit() has not passed. */
#define PASSED	5
#define FAILED	3
#define ENDLESS 4 /* and others would take as long */

uint64_t call_ns;

static uint64_t call_start;
static bool in_call;

const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0:exitcode=99:handle_abort=1:allocator_may_return_null=1";
}

void fail_said(void)
{
	if (in_call)
		report_place();
	report_accesses();
	fflush(stdout);
	_exit(report_endless ? ENDLESS : FAILED);
}

void pass(void)
{
	machine_judge();
	fflush(stdout);
	_exit(PASSED);
}

void fail(const char *format, ...)
{
	va_list args;

	printf("  seen: ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	fail_said();
}

const char *error_name(int error)
{
	static const struct {
		int error;
		const char *name;
	} names[] = {{ENODEV, "-ENODEV"}, {EIO, "-EIO"},       {ETIMEDOUT, "-ETIMEDOUT"},
		     {ENOMEM, "-ENOMEM"}, {EINVAL, "-EINVAL"}, {EAGAIN, "-EAGAIN"},
		     {ENOSYS, "-ENOSYS"}, {EBUSY, "-EBUSY"},   {EOPNOTSUPP, "-EOPNOTSUPP"}};
	static char other[16];

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].error == -error)
			return names[i].name;
	snprintf(other, sizeof(other), "%d", error);
	return other;
}

const char *call_begin(const char *text)
{
	static char name[64];

	snprintf(name, sizeof(name), "%.*s()", (int)strcspn(text, "("), text);
	call_start = sim_now();
	in_call = true;
	return name;
}

static void returned(const char *name, int result)
{
	call_ns = sim_now() - call_start;
	machine_judge();
	in_call = false;
	if (result == -ENOSYS)
		fail("%s is not written yet: it returned -ENOSYS", name);
}

void call_end(const char *name, int result, int expected)
{
	returned(name, result);
	if (result == expected)
		return;
	printf("  seen: %s returned %s after %llu ms, and should return ", name, error_name(result),
	       (unsigned long long)(call_ns / MS));
	printf("%s\n", error_name(expected));
	if (!expected)
		hint_result(result);
	fail_said();
}

void call_refuses(const char *name, int result)
{
	returned(name, result);
	if (result >= 0)
		fail("%s returned %d, and should return an error", name, result);
}

void start_disabled(void)
{
	static struct driver_found found;

	CALL(driver_find(&found));
	CALL(driver_disable());
}

void start_admin(void)
{
	start_disabled();
	CALL(driver_admin_queue());
	CALL(driver_enable());
}

void start_io(void)
{
	static struct driver_controller controller;
	static struct driver_namespace namespace;

	start_admin();
	CALL(driver_identify_controller(&controller));
	CALL(driver_identify_namespace(1, &namespace));
	CALL(driver_io_queues());
}

/* In the process of the check. */
static _Noreturn void run(const struct check *check)
{
	report_begin();
	machine_create(&check->setting);
	check->run();
	pass();
}

static void copy_out(FILE *from)
{
	char line[1024];

	rewind(from);
	while (fgets(line, sizeof(line), from))
		fputs(line, stdout);
}

static bool is_section(const char *section)
{
	return section[0] >= '0' && section[0] <= '9';
}

/* The chapters are there in both languages. */
static const char *language(void)
{
	const char *locale = getenv("LC_ALL");

	if (!locale || !*locale)
		locale = getenv("LANG");
	return locale && strncmp(locale, "ko", 2) == 0 ? "ko" : "en";
}

static void explain(const struct step *step, const struct check *check, FILE *output, FILE *errors,
		    int status)
{
	int result = WIFEXITED(status) ? WEXITSTATUS(status) : -1;

	if (result != FAILED && result != ENDLESS)
		report_death(errors, status);
	copy_out(output);
	printf("  read: course/%s/%s; %s%s\n", language(), step->chapter,
	       is_section(check->section) ? "Base 2.0, section " : "", check->section);
}

/* PASSED, FAILED or ENDLESS. */
static int run_check(const struct step *step, const struct check *check, bool explained)
{
	FILE *output = tmpfile(), *errors = tmpfile();
	int status = 0, result;
	pid_t child;

	fflush(stdout);
	child = output && errors ? fork() : -1;
	if (child == 0) {
		dup2(fileno(output), STDOUT_FILENO);
		dup2(fileno(errors), STDERR_FILENO);
		run(check);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0) {
		perror("lab");
		exit(2);
	}
	result = WIFEXITED(status) ? WEXITSTATUS(status) : FAILED;
	printf("%s: %s: %s\n", result == PASSED ? "PASS" : "FAIL", check->number, check->what);
	if (result != PASSED && explained)
		explain(step, check, output, errors, status);
	fclose(output);
	fclose(errors);
	return result == PASSED || result == ENDLESS ? result : FAILED;
}

int main(int argc, char **argv)
{
	unsigned failed = 0, tried = 0, number = 0;
	const struct step *step;
	bool all = false;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--all") == 0)
			all = true;
		else if (strcmp(argv[i], "--source") == 0 && i + 1 < argc)
			driver_source = argv[++i];
		else
			number = (unsigned)atoi(argv[i]);
	}
	if (number < 1 || number > STEPS) {
		fprintf(stderr, "usage: lab [--source NAME] [--all] STEP\n");
		return 2;
	}
	step = steps[number - 1];
	for (unsigned i = 0; i < step->count; i++) {
		int result = run_check(step, &step->checks[i], all || !failed);

		tried++;
		failed += result != PASSED;
		if (result == ENDLESS) {
			printf("the rest is not tried: each may take as long\n");
			break;
		}
	}
	printf("SUMMARY: %u tests, %u unexpected failures\n", tried, failed);
	return failed ? 1 : 0;
}

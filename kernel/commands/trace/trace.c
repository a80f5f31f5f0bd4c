/* trace: what goes to NVMe controllers and what comes back. */
#include "kernel/commands/trace/trace.h"

#include "drivers/nvme/load.h"
#include "drivers/nvme/nvme.h"
#include "kernel/commands/command.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/number.h"
#include "lib/string.h"

#define EVENTS_MAX (16u << 20)

static const struct option long_options[] = {{"buffer", 1, 'b'}, {"lines", 1, 'n'},
					     {"output", 1, 'o'}, {"queue", 1, 'q'},
					     {"type", 1, 't'},	 {NULL, 0, 0}};
static const char *const actions[] = {"on", "off", "show", "clear"};
enum action { ON, OFF, SHOW, CLEAR, STATE };
static const char *const outputs[] = {"text", "json"};

/* What -t takes. */
static const struct {
	const char *name;
	uint8_t kinds;
} types[] = {
	{"command", 1 << NVME_RECORD_COMMAND},
	{"completion", 1 << NVME_RECORD_COMPLETION},
	{"register", 1 << NVME_RECORD_READ | 1 << NVME_RECORD_WRITE},
	{"doorbell", 1 << NVME_RECORD_DOORBELL | 1 << NVME_RECORD_SHADOW},
	{"interrupt", 1 << NVME_RECORD_INTERRUPT},
};
#define TYPES (sizeof(types) / sizeof(types[0]))

bool trace_shows(const struct trace_filter *filter, const struct nvme_record *event)
{
	uint16_t queue = event->kind == NVME_RECORD_COMPLETION
				 ? nvme_queue_entry_sqid(&event->entry)
				 : event->queue;
	bool has_queue = event->kind != NVME_RECORD_READ && event->kind != NVME_RECORD_WRITE &&
			 event->kind != NVME_RECORD_INTERRUPT;

	if (!(filter->kinds & 1 << event->kind))
		return false;
	if (filter->queue >= 0 && (!has_queue || queue != filter->queue))
		return false;
	return !filter->controller ||
	       strcmp(filter->controller, nvme_record_controller_name(event->controller)) == 0;
}

uint64_t trace_first(const struct trace_filter *filter)
{
	uint64_t at = nvme_record_end(), begin = nvme_record_begin(), shown = 0;
	struct nvme_record event;

	if (filter->last == UINT64_MAX)
		return begin;
	while (at > begin && shown < filter->last)
		shown += nvme_record_get(--at, &event) && trace_shows(filter, &event);
	return at;
}

static void write_out(const char *text)
{
	out_bytes(text, strlen(text));
}

/* Whether anything is recorded of that controller (NULL: of any) and that queue (-1: of any). */
static bool has_events(const char *controller, int queue)
{
	struct trace_filter filter = TRACE_ALL;
	struct nvme_record event;

	filter.controller = controller;
	filter.queue = queue;
	for (uint64_t at = nvme_record_begin(); at < nvme_record_end(); at++)
		if (nvme_record_get(at, &event) && trace_shows(&filter, &event))
			return true;
	return false;
}

static void show(const struct trace_filter *filter, bool json)
{
	struct nvme_record event;
	char text[NVME_RECORD_TEXT];
	uint64_t end = nvme_record_end();

	if (!nvme_record_size())
		fail(1, "nothing is recorded (trace on begins)");
	if (filter->controller && !has_events(filter->controller, -1))
		fail(1, "nothing is recorded of %s", quote(filter->controller));
	if (filter->queue >= 0 && !has_events(filter->controller, filter->queue))
		fail(1, "nothing is recorded of queue %d", filter->queue);
	if (json) {
		trace_json(filter, write_out, alloc_or_fail(TRACE_JSON_SCRATCH));
		return;
	}
	if (nvme_record_lost() && filter->last == UINT64_MAX)
		out("(%llu older events were overwritten)\n",
		    (unsigned long long)nvme_record_lost());
	for (uint64_t at = trace_first(filter); at < end; at++) {
		if (!nvme_record_get(at, &event) || !trace_shows(filter, &event))
			continue;
		nvme_record_text(&event, text, sizeof(text));
		out("%s\n", text);
	}
}

static void print_state(void)
{
	out("trace: %s, %llu events", nvme_record_is_running() ? "on" : "off",
	    (unsigned long long)(nvme_record_end() - nvme_record_begin()));
	if (nvme_record_size())
		out(", room for %zu, %llu overwritten", nvme_record_size(),
		    (unsigned long long)nvme_record_lost());
	out_char('\n');
}

static void turn_off(void)
{
	nvme_loads_hold();
	nvme_record_stop();
	nvme_loads_release();
}

static void clear(void)
{
	nvme_loads_hold();
	nvme_record_clear();
	nvme_loads_release();
}

static void turn_on(size_t events)
{
	int error;

	if (nvme_record_is_running() && (!events || events == nvme_record_size()))
		return;
	nvme_loads_hold();
	nvme_record_stop();
	if (!events && !nvme_record_size())
		events = TRACE_EVENTS;
	error = nvme_record_start(events);
	nvme_loads_release();
	if (error)
		fail(1, "cannot record: %s", error_text(-error));
}

static unsigned find_word(const char *what, const char *const *words, unsigned count,
			  const char *text)
{
	for (unsigned i = 0; i < count; i++)
		if (strcmp(words[i], text) == 0)
			return i;
	complain("invalid %s %s", what, quote(text));
	fail_usage(1);
}

/* max UINT64_MAX: any. */
static uint64_t number(const char *what, const char *text, uint64_t min, uint64_t max)
{
	uint64_t value;
	int error = number_parse(text, 0, &value);

	if (error && max == UINT64_MAX)
		fail(1, "invalid %s %s", what, quote(text));
	if (error || value < min || value > max)
		fail(1, "invalid %s %s: %llu to %llu", what, quote(text), (unsigned long long)min,
		     (unsigned long long)max);
	return value;
}

static uint8_t parse_types(const char *list)
{
	uint8_t kinds = 0;

	for (;;) {
		size_t length = strcspn(list, ","), i = 0;

		while (i < TYPES && (strlen(types[i].name) != length ||
				     strncmp(types[i].name, list, length) != 0))
			i++;
		if (i == TYPES) {
			complain("invalid type %s", quote(list));
			fail_usage(1);
		}
		kinds |= types[i].kinds;
		list += length;
		if (!*list++)
			return kinds;
	}
}

static int trace_main(int argc, char **argv)
{
	struct trace_filter filter = TRACE_ALL;
	struct getopt state = {0};
	enum action action = STATE;
	size_t events = 0;
	bool json = false, shows = false;
	int option;

	while ((option = getopt_next(&state, argc, argv, "b:n:o:q:t:", long_options)) != -1) {
		if (option == 'b')
			events = (size_t)number("buffer", state.argument, 2, EVENTS_MAX);
		else if (option == 'n')
			filter.last = number("number of lines", state.argument, 0, UINT64_MAX);
		else if (option == 'q')
			filter.queue = strcmp(state.argument, "admin") == 0
					       ? 0
					       : (int)number("queue", state.argument, 0, 65535);
		else if (option == 't')
			filter.kinds = parse_types(state.argument);
		else if (option == 'o')
			json = find_word("output", outputs, 2, state.argument) == 1;
		else
			fail_usage(1);
		shows |= option != 'b';
	}
	argv += state.index;
	argc -= state.index;
	if (argc)
		action = (enum action)find_word("action", actions, STATE, *argv);
	else if (shows)
		action = SHOW;
	if (action == SHOW && argc > 1) {
		filter.controller = strncmp(argv[1], "/dev/", 5) == 0 ? argv[1] + 5 : argv[1];
		argv++;
		argc--;
	}
	if (argc > 1)
		fail_extra_operand(argv[1]);
	if (events && action != ON)
		fail(1, "-b is for trace on");
	if (shows && action != SHOW)
		fail(1, "-n, -o, -q and -t are for trace show");
	if (action == ON)
		turn_on(events);
	else if (action == OFF)
		turn_off();
	else if (action == CLEAR)
		clear();
	else if (action == SHOW)
		show(&filter, json);
	else
		print_state();
	return 0;
}

static void trace_complete(struct completion *completion)
{
	const char *before = completion->argv[completion->argc - 1];
	bool has_action = false;

	completion->files = false;
	if (strcmp(before, "-o") == 0 || strcmp(before, "--output") == 0) {
		for (unsigned i = 0; i < 2; i++)
			completion->offer(completion, outputs[i]);
		return;
	}
	if (strcmp(before, "-t") == 0 || strcmp(before, "--type") == 0) {
		for (unsigned i = 0; i < TYPES; i++)
			completion->offer(completion, types[i].name);
		return;
	}
	if (completion->word[0] == '-') {
		for (const struct option *o = long_options; o->name; o++) {
			char name[16];

			snprintf(name, sizeof(name), "--%s=", o->name);
			completion->offer(completion, name);
		}
		return;
	}
	for (int i = 1; i < completion->argc; i++)
		for (unsigned j = 0; j < STATE; j++)
			has_action |= strcmp(completion->argv[i], actions[j]) == 0;
	if (!has_action)
		for (unsigned i = 0; i < STATE; i++)
			completion->offer(completion, actions[i]);
	else
		for (struct nvme_controller *c = nvme_first(); c; c = nvme_next(c))
			completion->offer(completion, nvme_name(c));
}

COMMAND(trace, "[on|off|clear|show [CONTROLLER]] [OPTION]...",
	"Record what goes to NVMe controllers and what comes back",
	"  on      record commands, completions, accesses to registers, doorbells, interrupts\n"
	"  off     do so no longer; what was recorded stays\n"
	"  show    print it, a line for each event\n"
	"  clear   forget it\n"
	"With neither, print whether it is on, and how much there is.\n"
	"  -b, --buffer=EVENTS   on: room for so many (16384), the oldest are overwritten\n"
	"  -n, --lines=N         show: the last N\n"
	"  -q, --queue=ID        show: what belongs to that queue; admin is 0\n"
	"  -t, --type=LIST       show: command, completion, register, doorbell, interrupt,\n"
	"                        with commas between them\n"
	"  -o, --output=FORMAT   show: text, or json: Chrome's trace format, for Perfetto\n"
	"trace=1 on the kernel command line begins before the controllers are started; another\n"
	"number is the room for events.\n",
	.complete = trace_complete);

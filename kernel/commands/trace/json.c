/* The trace in Chrome's trace event format, which Perfetto and chrome://tracing show. */
#include "kernel/commands/trace/trace.h"

#include "lib/format.h"
#include "lib/json.h"
#include "lib/string.h"

#define LANES	   1024 /* rows of one queue; what is beyond shares the last */
#define OPEN_MAX   4096
#define QUEUES_MAX 2048

/* Rows, by their "thread": two, then the queues. */
#define ROW_REGISTERS  1u
#define ROW_INTERRUPTS 2u
#define ROW_QUEUE(id)  ((id)*LANES + LANES)

/* A command that has not ended. */
struct open {
	uint64_t sequence;
	uint16_t queue, cid, lane;
	uint8_t controller;
};

/* How many of its rows have a name. */
struct queue_rows {
	uint8_t controller;
	uint16_t queue, named;
};

struct state {
	struct json json;
	uint64_t last_ns;
	unsigned open_count, queue_count;
	bool known[NVME_RECORD_NOBODY + 1];
	struct open open[OPEN_MAX];
	struct queue_rows queues[QUEUES_MAX];
};
_Static_assert(sizeof(struct state) <= TRACE_JSON_SCRATCH, "scratch");

static void json_us(struct json *json, const char *key, uint64_t ns)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu.%03u", (unsigned long long)(ns / 1000),
		 (unsigned)(ns % 1000));
	json_literal(json, key, text);
}

/* Begins an event of a phase in a row. */
static void begin(struct json *json, const char *phase, const char *name, unsigned controller,
		  unsigned row)
{
	json_object_begin(json, NULL);
	json_string(json, "ph", phase);
	json_string(json, "name", name);
	json_number(json, "pid", controller + 1);
	json_number(json, "tid", row);
}

static void name_row(struct json *json, unsigned controller, unsigned row, const char *name)
{
	begin(json, "M", "thread_name", controller, row);
	json_object_begin(json, "args");
	json_string(json, "name", name);
	json_object_end(json);
	json_object_end(json);
	begin(json, "M", "thread_sort_index", controller, row);
	json_object_begin(json, "args");
	json_number(json, "sort_index", row);
	json_object_end(json);
	json_object_end(json);
}

static void name_controller(struct state *state, unsigned controller)
{
	struct json *json = &state->json;

	if (state->known[controller])
		return;
	state->known[controller] = true;
	begin(json, "M", "process_name", controller, 0);
	json_object_begin(json, "args");
	json_string(json, "name", nvme_record_controller_name(controller));
	json_object_end(json);
	json_object_end(json);
	name_row(json, controller, ROW_REGISTERS, "registers");
	name_row(json, controller, ROW_INTERRUPTS, "interrupts");
}

/* The row of one of a queue's lanes. */
static unsigned queue_row(struct state *state, unsigned controller, uint16_t queue, unsigned lane)
{
	struct queue_rows *rows = state->queues, *end = rows + state->queue_count;
	char name[32];

	while (rows < end && (rows->controller != controller || rows->queue != queue))
		rows++;
	if (rows == end && state->queue_count < QUEUES_MAX) {
		*rows = (struct queue_rows){(uint8_t)controller, queue, 0};
		state->queue_count++;
		end++;
	}
	for (; rows < end && rows->named <= lane; rows->named++) {
		if (queue)
			snprintf(name, sizeof(name), rows->named ? "q%u +%u" : "q%u", queue,
				 rows->named);
		else
			snprintf(name, sizeof(name), rows->named ? "admin +%u" : "admin",
				 rows->named);
		name_row(&state->json, controller, ROW_QUEUE(queue) + rows->named, name);
	}
	return ROW_QUEUE(queue) + lane;
}

static const char *category(const struct nvme_record *event)
{
	switch (event->kind) {
	case NVME_RECORD_COMMAND:
	case NVME_RECORD_COMPLETION:
		return "command";
	case NVME_RECORD_DOORBELL:
	case NVME_RECORD_SHADOW:
		return "doorbell";
	case NVME_RECORD_INTERRUPT:
		return "interrupt";
	default:
		return "register";
	}
}

static void put_instant(struct state *state, const struct nvme_record *event)
{
	struct json *json = &state->json;
	char text[NVME_RECORD_TEXT];
	unsigned row = ROW_REGISTERS;

	if (event->kind == NVME_RECORD_COMPLETION)
		row = queue_row(state, event->controller, nvme_queue_entry_sqid(&event->entry), 0);
	else if (event->kind == NVME_RECORD_DOORBELL || event->kind == NVME_RECORD_SHADOW)
		row = queue_row(state, event->controller, event->queue, 0);
	else if (event->kind == NVME_RECORD_INTERRUPT)
		row = ROW_INTERRUPTS;
	nvme_record_subject(event, text, sizeof(text));
	begin(json, "i", text, event->controller, row);
	json_string(json, "cat", category(event));
	json_string(json, "s", "t");
	json_us(json, "ts", event->time_ns);
	nvme_record_words(event, text, sizeof(text));
	json_object_begin(json, "args");
	json_string(json, "text", text);
	if (event->kind != NVME_RECORD_INTERRUPT && event->kind != NVME_RECORD_COMPLETION) {
		json_number(json, "offset", event->access.offset);
		json_number(json, "value", event->access.value);
	}
	if (event->kind == NVME_RECORD_READ || event->kind == NVME_RECORD_WRITE)
		json_bool(json, "write", event->kind == NVME_RECORD_WRITE);
	json_object_end(json);
	json_object_end(json);
}

/* A lane of its queue that no other command is in. */
static uint16_t free_lane(const struct state *state, unsigned controller, uint16_t queue)
{
	uint8_t used[LANES / 8] = {0};
	unsigned lane = 0;

	for (unsigned i = 0; i < state->open_count; i++)
		if (state->open[i].controller == controller && state->open[i].queue == queue)
			used[state->open[i].lane / 8] |= (uint8_t)(1 << state->open[i].lane % 8);
	while (lane < LANES - 1 && used[lane / 8] & 1 << lane % 8)
		lane++;
	return (uint16_t)lane;
}

/* Its span ends: with a completion, or without one, for a reason. */
static void put_command(struct state *state, unsigned index, const struct nvme_record *completion,
			uint64_t end_ns, const char *reason)
{
	struct open open = state->open[index];
	struct json *json = &state->json;
	struct nvme_record event;
	char text[NVME_RECORD_TEXT];
	unsigned row;

	state->open[index] = state->open[--state->open_count];
	if (!nvme_record_get(open.sequence, &event))
		return; /* overwritten since */
	row = queue_row(state, open.controller, open.queue, open.lane);
	nvme_record_subject(&event, text, sizeof(text));
	begin(json, "X", text, open.controller, row);
	json_string(json, "cat", "command");
	json_us(json, "ts", event.time_ns);
	json_us(json, "dur", end_ns - event.time_ns);
	json_object_begin(json, "args");
	nvme_record_words(&event, text, sizeof(text));
	json_string(json, "command", text);
	json_number(json, "cid", open.cid);
	if (completion) {
		nvme_record_words(completion, text, sizeof(text));
		json_string(json, "completion", text);
		json_number(json, "status", nvme_queue_entry_status(&completion->entry));
	} else {
		json_string(json, "ended", reason);
	}
	json_object_end(json);
	json_object_end(json);
}

static unsigned find_open(const struct state *state, unsigned controller, uint16_t queue,
			  uint16_t cid)
{
	unsigned i = 0;

	while (i < state->open_count &&
	       (state->open[i].controller != controller || state->open[i].queue != queue ||
		state->open[i].cid != cid))
		i++;
	return i;
}

static void add_command(struct state *state, const struct nvme_record *event)
{
	unsigned index = find_open(state, event->controller, event->queue, event->command.cid);

	if (index < state->open_count)
		put_command(state, index, NULL, event->time_ns, "its CID was used again");
	if (state->open_count == OPEN_MAX)
		put_command(state, 0, NULL, event->time_ns, "not followed any longer");
	state->open[state->open_count] = (struct open){
		.sequence = event->sequence,
		.queue = event->queue,
		.cid = event->command.cid,
		.lane = free_lane(state, event->controller, event->queue),
		.controller = event->controller,
	};
	state->open_count++;
}

static void add_completion(struct state *state, const struct nvme_record *event)
{
	unsigned index = find_open(state, event->controller, nvme_queue_entry_sqid(&event->entry),
				   nvme_queue_entry_cid(&event->entry));

	if (index < state->open_count)
		put_command(state, index, event, event->time_ns, NULL);
	else
		put_instant(state, event);
}

/* CC.EN = 0: nothing that is outstanding ends any more. */
static void see_reset(struct state *state, const struct nvme_record *event)
{
	if (event->kind != NVME_RECORD_WRITE || event->access.offset != NVME_REG_CC ||
	    event->access.value & NVME_CC_EN)
		return;
	for (unsigned i = state->open_count; i-- > 0;)
		if (state->open[i].controller == event->controller)
			put_command(state, i, NULL, event->time_ns, "the controller was disabled");
}

static void add(struct state *state, const struct nvme_record *event)
{
	name_controller(state, event->controller);
	state->last_ns = event->time_ns;
	switch (event->kind) {
	case NVME_RECORD_COMMAND:
		add_command(state, event);
		break;
	case NVME_RECORD_COMPLETION:
		add_completion(state, event);
		break;
	default:
		see_reset(state, event);
		put_instant(state, event);
	}
}

void trace_json(const struct trace_filter *filter, void (*write)(const char *text), void *scratch)
{
	struct state *state = scratch;
	struct nvme_record event;
	uint64_t end = nvme_record_end();

	memset(state, 0, sizeof(*state));
	state->json = (struct json){.write = write, .compact = 2};
	json_object_begin(&state->json, NULL);
	json_string(&state->json, "displayTimeUnit", "ns");
	json_object_begin(&state->json, "otherData");
	json_number(&state->json, "overwritten", nvme_record_lost());
	json_object_end(&state->json);
	json_array_begin(&state->json, "traceEvents");
	for (uint64_t at = trace_first(filter); at < end; at++)
		if (nvme_record_get(at, &event) && trace_shows(filter, &event))
			add(state, &event);
	while (state->open_count)
		put_command(state, state->open_count - 1, NULL, state->last_ns, "outstanding");
	json_array_end(&state->json);
	json_object_end(&state->json);
	write("\n");
}

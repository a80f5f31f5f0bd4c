/* Where a match is: all ways through the program side by side, a byte at a time. A thread is an
 * instruction that takes a byte, with the start of its match and its groups; of two threads at one
 * instruction only the preferred one lives, so there are never more than instructions. */
#include "lib/errno.h"
#include "lib/regex_program.h"
#include "lib/string.h"

#define PAUSE_STEPS 100000
#define NO_PLACE    UINT32_MAX

/* Groups in threads: where they begin and end; [0] is where the match begins. With optional groups
 * as many again behind them: what the groups were when one last ended that was not empty. */
struct list {
	uint16_t *at;	  /* instructions, in the order of preference */
	uint32_t *places; /* width for each */
	unsigned count;
};

struct regex_threads {
	unsigned groups; /* that there is room for */
	unsigned width;	 /* places of a thread */
	uint32_t *mark;	 /* by instruction: the step in which it was last reached */
	uint32_t step;
	struct list now, then;
	/* Ways that are still to be gone in this step, and the way that is being gone. */
	uint16_t *stack;
	uint32_t *stack_places;
	uint32_t *places;
	uint32_t *best; /* of the best match so far */
	uint64_t pause_at;
};

static void *room(struct regex *regex, unsigned count, size_t size)
{
	return regex->host.alloc(count * size);
}

void regex_threads_free(struct regex *regex)
{
	struct regex_threads *threads = regex->threads;

	if (!threads)
		return;
	regex->host.free(threads->mark);
	regex->host.free(threads->now.at);
	regex->host.free(threads->now.places);
	regex->host.free(threads->then.at);
	regex->host.free(threads->then.places);
	regex->host.free(threads->stack);
	regex->host.free(threads->stack_places);
	regex->host.free(threads->places);
	regex->host.free(threads->best);
	regex->host.free(threads);
	regex->threads = NULL;
}

static int create(struct regex *regex, unsigned groups)
{
	const struct regex_program *program = regex->program;
	struct regex_threads *threads = regex->host.alloc(sizeof(*threads));
	unsigned count = program->length + 1;

	if (!threads)
		return -ENOMEM;
	memset(threads, 0, sizeof(*threads));
	regex->threads = threads;
	threads->groups = groups;
	threads->width = groups > 1 ? 2 * groups * (program->optional ? 2 : 1) : 1;
	threads->mark = room(regex, count, sizeof(uint32_t));
	threads->now.at = room(regex, count, sizeof(uint16_t));
	threads->now.places = room(regex, count, threads->width * sizeof(uint32_t));
	threads->then.at = room(regex, count, sizeof(uint16_t));
	threads->then.places = room(regex, count, threads->width * sizeof(uint32_t));
	threads->stack = room(regex, count, sizeof(uint16_t));
	threads->stack_places = room(regex, count, threads->width * sizeof(uint32_t));
	threads->places = room(regex, 1, threads->width * sizeof(uint32_t));
	threads->best = room(regex, 1, threads->width * sizeof(uint32_t));
	if (!threads->mark || !threads->now.at || !threads->now.places || !threads->then.at ||
	    !threads->then.places || !threads->stack || !threads->stack_places ||
	    !threads->places || !threads->best) {
		regex_threads_free(regex);
		return -ENOMEM;
	}
	memset(threads->mark, 0, count * sizeof(uint32_t));
	return 0;
}

static void copy_places(uint32_t *to, const uint32_t *from, unsigned width)
{
	for (unsigned i = 0; i < width; i++)
		to[i] = from[i];
}

static void open_group(struct regex_threads *threads, unsigned group, uint32_t at)
{
	if (group >= threads->groups)
		return;
	threads->places[2 * group] = at;
	threads->places[2 * group + 1] = NO_PLACE;
}

/* A group that is empty, as a repetition's round behind another one, takes nothing back: the groups
 * are then what they were. */
static void close_group(const struct regex *regex, const struct regex_instruction *instruction,
			uint32_t at)
{
	struct regex_threads *threads = regex->threads;
	unsigned group = instruction->value, half = 2 * threads->groups;
	uint32_t *places = threads->places;

	if (group >= threads->groups)
		return;
	if (places[2 * group] == at && instruction->optional &&
	    places[half + 2 * group] != NO_PLACE) {
		copy_places(places + 2, places + half + 2, half - 2);
		return;
	}
	places[2 * group + 1] = at;
	if (regex->program->optional && places[2 * group] < at)
		copy_places(places + half + 2, places + 2, half - 2);
}

struct place {
	uint32_t at;
	unsigned before, behind; /* CONTEXT_... */
};

/* Follows the way from instruction pc on, with threads->places, to all that take a byte. */
static void follow(struct regex *regex, unsigned pc, const struct place *place)
{
	const struct regex_program *program = regex->program;
	struct regex_threads *threads = regex->threads;
	struct list *list = &threads->then;
	unsigned depth = 0, width = threads->width;

	for (;;) {
		const struct regex_instruction *instruction = &program->code[pc];
		bool goes_on = threads->mark[pc] != threads->step;

		threads->mark[pc] = threads->step;
		regex->steps++;
		if (goes_on) {
			switch (instruction->operation) {
			case OP_SPLIT:
				threads->stack[depth] = (uint16_t)(pc + instruction->y);
				copy_places(threads->stack_places + depth * width, threads->places,
					    width);
				depth++;
				pc = (uint16_t)(pc + instruction->x);
				continue;
			case OP_JUMP:
				pc = (uint16_t)(pc + instruction->x);
				continue;
			case OP_OPEN:
				open_group(threads, instruction->value, place->at);
				pc++;
				continue;
			case OP_CLOSE:
				close_group(regex, instruction, place->at);
				pc++;
				continue;
			case OP_ASSERT:
				if (!regex_holds(instruction->value, place->before, place->behind))
					break;
				pc++;
				continue;
			default:
				list->at[list->count] = (uint16_t)pc;
				copy_places(list->places + list->count * width, threads->places,
					    width);
				list->count++;
				break;
			}
		}
		if (!depth)
			return;
		pc = threads->stack[--depth];
		copy_places(threads->places, threads->stack_places + depth * width, width);
	}
}

static struct place place_at(const struct regex *regex, const unsigned char *text, size_t size,
			     size_t at)
{
	bool newline = regex->flags & REGEX_NEWLINE;

	return (struct place){(uint32_t)at, at ? context_of(text[at - 1], newline) : CONTEXT_TEXT,
			      at < size ? context_of(text[at], newline) : CONTEXT_TEXT};
}

static void next_step(struct regex_threads *threads, const struct regex_program *program)
{
	threads->then.count = 0;
	if (++threads->step == 0) {
		memset(threads->mark, 0, program->length * sizeof(uint32_t));
		threads->step = 1;
	}
}

static bool takes(const struct regex_program *program, unsigned pc, unsigned char c)
{
	const struct regex_instruction *instruction = &program->code[pc];

	if (instruction->operation == OP_BYTE)
		return instruction->value == c;
	return instruction->operation == OP_SET && set_has(&program->sets[instruction->value], c);
}

/* The threads of then become those of now; the match among them, if it is better, becomes the best.
 * end: where that is, or NO_PLACE. */
static void take_match(struct regex *regex, uint32_t at, uint32_t *end)
{
	struct regex_threads *threads = regex->threads;
	struct list list = threads->then;

	threads->then = threads->now;
	threads->now = list;
	for (unsigned i = 0; i < list.count; i++) {
		const uint32_t *places = list.places + i * threads->width;

		if (regex->program->code[list.at[i]].operation != OP_MATCH)
			continue;
		if (*end == NO_PLACE || places[0] <= threads->best[0]) {
			copy_places(threads->best, places, threads->width);
			*end = at;
		}
	}
}

/* Runs until no thread can give a match that is further left or longer; the match's end. */
static uint32_t run(struct regex *regex, const unsigned char *text, size_t size, size_t from)
{
	const struct regex_program *program = regex->program;
	struct regex_threads *threads = regex->threads;
	uint32_t end = NO_PLACE;

	threads->now.count = 0;
	for (size_t at = from;; at++) {
		struct place place = place_at(regex, text, size, at);

		next_step(threads, program);
		for (unsigned i = 0; at > from && i < threads->now.count; i++) {
			const uint32_t *places = threads->now.places + i * threads->width;

			regex->steps++;
			if (end != NO_PLACE && places[0] > threads->best[0])
				continue;
			if (!takes(program, threads->now.at[i], text[at - 1]))
				continue;
			copy_places(threads->places, places, threads->width);
			follow(regex, threads->now.at[i] + 1u, &place);
		}
		if (end == NO_PLACE) {
			for (unsigned i = 0; i < threads->width; i++)
				threads->places[i] = NO_PLACE;
			threads->places[0] = place.at;
			follow(regex, 0, &place);
		}
		take_match(regex, place.at, &end);
		if (at == size || (end != NO_PLACE && !threads->now.count))
			return end;
		if (regex->host.pause && regex->steps >= threads->pause_at) {
			threads->pause_at = regex->steps + PAUSE_STEPS;
			regex->host.pause();
		}
	}
}

int regex_threads_search(struct regex *regex, const unsigned char *text, size_t size, size_t from,
			 struct regex_match *matches, unsigned count)
{
	unsigned groups = count < regex->groups + 1 ? count : regex->groups + 1;

	if (regex->threads && regex->threads->groups < groups)
		regex_threads_free(regex);
	if (!regex->threads) {
		int error = create(regex, groups);

		if (error)
			return error;
	}
	uint32_t end = run(regex, text, size, from);

	for (unsigned i = 0; i < count; i++)
		matches[i] = (struct regex_match){REGEX_NONE, REGEX_NONE};
	if (end == NO_PLACE)
		return 0;
	matches[0] = (struct regex_match){regex->threads->best[0], end};
	for (unsigned i = 1; i < groups; i++) {
		uint32_t start = regex->threads->best[2 * i],
			 stop = regex->threads->best[2 * i + 1];

		if (start != NO_PLACE && stop != NO_PLACE)
			matches[i] = (struct regex_match){start, stop};
	}
	return 1;
}

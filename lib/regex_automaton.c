/* Whether there is a match: a deterministic automaton, built as far as the text needs it. Its
 * states are sets of instructions that take a byte (or ask for the next one, or match); each next
 * state is worked out once, from the set, and is a look-up from then on. */
#include "lib/errno.h"
#include "lib/regex_program.h"
#include "lib/string.h"

#define TABLE_BYTES   (256 * 1024)
#define MEMBERS_LEAST (64 * 1024)
#define PAUSE_BYTES   (64 * 1024)

enum {
	STATE_UNKNOWN, /* not worked out yet */
	STATE_MATCH,
	STATE_FIRST, /* the first real one */
};

struct state {
	uint32_t members; /* where they begin */
	uint16_t count;
	uint8_t before; /* what the last byte was: CONTEXT_... as far as assertions ask */
	uint16_t chain; /* the next state with the same hash; 0: none */
};

#define HASHES 256

struct regex_automaton {
	unsigned classes; /* bytes that no instruction tells apart are one class */
	unsigned stride;  /* classes, and the end of the text */
	uint8_t mask;	  /* of CONTEXT_... that assertions ask for */
	uint8_t class[256];
	uint8_t sample[256]; /* one byte of each class */
	uint16_t *next;	     /* [state][class] */
	struct state *states;
	unsigned state_count, state_max;
	uint16_t *members;
	uint32_t member_count, member_max;
	uint16_t hashes[HASHES];
	uint16_t first[CONTEXTS]; /* the state that a search starts in, by what stands before */
	/* working space: a set of instructions in the making */
	uint64_t *bits;
	uint16_t *stack;
	uint16_t *decided;
};

static unsigned words_of(const struct regex_program *program)
{
	return (program->length + 63) / 64;
}

/* Splits the classes by whether their bytes are in set. */
static void refine(struct regex_automaton *automaton, const struct regex_set *set)
{
	uint16_t inside[256]; /* the new class of those inside, by old class; 0: none yet */
	bool outside[256] = {false};
	unsigned classes = automaton->classes;

	memset(inside, 0, sizeof(inside));
	for (unsigned c = 0; c < 256; c++)
		if (!set_has(set, (unsigned char)c))
			outside[automaton->class[c]] = true;
	for (unsigned c = 0; c < 256; c++) {
		unsigned old = automaton->class[c];

		if (!set_has(set, (unsigned char)c) || !outside[old])
			continue;
		if (!inside[old])
			inside[old] = (uint16_t)classes++;
		automaton->class[c] = (uint8_t)inside[old];
	}
	automaton->classes = classes;
}

static void find_classes(struct regex_automaton *automaton, const struct regex_program *program,
			 bool newline)
{
	struct regex_set bytes = {{0}}, words = {{0}};

	automaton->classes = 1;
	for (unsigned i = 0; i < program->length; i++)
		if (program->code[i].operation == OP_BYTE)
			set_add(&bytes, (unsigned char)program->code[i].value);
	if (newline)
		set_add(&bytes, '\n');
	for (unsigned c = 0; c < 256; c++) {
		struct regex_set one = {{0}};

		if (is_word_byte((unsigned char)c))
			set_add(&words, (unsigned char)c);
		if (!set_has(&bytes, (unsigned char)c))
			continue;
		set_add(&one, (unsigned char)c);
		refine(automaton, &one);
	}
	if (automaton->mask & CONTEXT_WORD)
		refine(automaton, &words);
	for (unsigned i = 0; i < program->set_count; i++)
		refine(automaton, &program->sets[i]);
	for (unsigned c = 0; c < 256; c++)
		automaton->sample[automaton->class[c]] = (uint8_t)c;
	automaton->stride = automaton->classes + 1;
}

static uint8_t context_mask(const struct regex_program *program)
{
	const unsigned lines = 1u << ASSERT_LINE_BEGIN | 1u << ASSERT_LINE_END;
	const unsigned texts = 1u << ASSERT_TEXT_BEGIN | 1u << ASSERT_TEXT_END | lines;
	unsigned used = program->assertions;

	return (used & lines ? CONTEXT_LINE : 0) | (used & texts ? CONTEXT_TEXT : 0) |
	       (used & ~texts ? CONTEXT_WORD : 0);
}

static int create(struct regex *regex)
{
	const struct regex_program *program = regex->program;
	struct regex_automaton *automaton = regex->host.alloc(sizeof(*automaton));

	if (!automaton)
		return -ENOMEM;
	memset(automaton, 0, sizeof(*automaton));
	regex->automaton = automaton;
	automaton->mask = context_mask(program);
	find_classes(automaton, program, regex->flags & REGEX_NEWLINE);
	automaton->state_max = TABLE_BYTES / (automaton->stride * sizeof(*automaton->next));
	if (automaton->state_max > 4096)
		automaton->state_max = 4096;
	automaton->member_max = 4 * program->length;
	if (automaton->member_max < MEMBERS_LEAST)
		automaton->member_max = MEMBERS_LEAST;
	automaton->next = regex->host.alloc(automaton->state_max * automaton->stride *
					    sizeof(*automaton->next));
	automaton->states = regex->host.alloc(automaton->state_max * sizeof(*automaton->states));
	automaton->members = regex->host.alloc(automaton->member_max * sizeof(*automaton->members));
	automaton->bits = regex->host.alloc(words_of(program) * sizeof(*automaton->bits));
	automaton->stack = regex->host.alloc((program->length + 1) * sizeof(*automaton->stack));
	automaton->decided = regex->host.alloc((program->length + 1) * sizeof(*automaton->decided));
	if (!automaton->next || !automaton->states || !automaton->members || !automaton->bits ||
	    !automaton->stack || !automaton->decided) {
		regex_automaton_free(regex);
		return -ENOMEM;
	}
	automaton->state_count = STATE_FIRST;
	return 0;
}

void regex_automaton_free(struct regex *regex)
{
	struct regex_automaton *automaton = regex->automaton;

	if (!automaton)
		return;
	regex->host.free(automaton->next);
	regex->host.free(automaton->states);
	regex->host.free(automaton->members);
	regex->host.free(automaton->bits);
	regex->host.free(automaton->stack);
	regex->host.free(automaton->decided);
	regex->host.free(automaton);
	regex->automaton = NULL;
}

static void forget_states(struct regex_automaton *automaton)
{
	automaton->state_count = STATE_FIRST;
	automaton->member_count = 0;
	memset(automaton->hashes, 0, sizeof(automaton->hashes));
	memset(automaton->first, 0, sizeof(automaton->first));
}

/* Adds the instruction at `at` and all that can be reached from it without a byte to the set in the
 * making; from assertions on only with decided, where those that hold lead on. */
static void add(struct regex *regex, unsigned at, bool decided, unsigned before, unsigned behind)
{
	const struct regex_program *program = regex->program;
	struct regex_automaton *automaton = regex->automaton;
	unsigned depth = 0;

	if (automaton->bits[at / 64] >> at % 64 & 1)
		return;
	automaton->bits[at / 64] |= 1ull << at % 64;
	automaton->stack[depth++] = (uint16_t)at;
	while (depth) {
		unsigned pc = automaton->stack[--depth], targets[2], count = 0;
		const struct regex_instruction *instruction = &program->code[pc];

		regex->steps++;
		switch (instruction->operation) {
		case OP_SPLIT:
			targets[count++] = (uint16_t)(pc + instruction->y);
			targets[count++] = (uint16_t)(pc + instruction->x);
			break;
		case OP_JUMP:
			targets[count++] = (uint16_t)(pc + instruction->x);
			break;
		case OP_OPEN:
		case OP_CLOSE:
			targets[count++] = pc + 1;
			break;
		case OP_ASSERT:
			if (decided && regex_holds(instruction->value, before, behind))
				targets[count++] = pc + 1;
			break;
		default:
			break;
		}
		for (unsigned i = 0; i < count; i++) {
			uint64_t *word = &automaton->bits[targets[i] / 64];
			uint64_t bit = 1ull << targets[i] % 64;

			if (*word & bit)
				continue;
			*word |= bit;
			automaton->stack[depth++] = (uint16_t)targets[i];
		}
	}
}

static bool takes_byte(const struct regex_program *program, unsigned pc, unsigned char c)
{
	const struct regex_instruction *instruction = &program->code[pc];

	if (instruction->operation == OP_BYTE)
		return instruction->value == c;
	return instruction->operation == OP_SET && set_has(&program->sets[instruction->value], c);
}

/* The set in the making becomes a state: a known one, or a new one. 0 where there is no room. */
static unsigned find_state(struct regex *regex, unsigned before)
{
	const struct regex_program *program = regex->program;
	struct regex_automaton *automaton = regex->automaton;
	uint16_t *members = automaton->members + automaton->member_count;
	uint32_t hash = before, count = 0;
	unsigned words = words_of(program);

	regex->steps += words;
	if (automaton->member_max - automaton->member_count < program->length ||
	    automaton->state_count == automaton->state_max)
		return 0;
	for (unsigned i = 0; i < words; i++) {
		for (uint64_t word = automaton->bits[i]; word; word &= word - 1) {
			unsigned pc = i * 64 + (unsigned)__builtin_ctzll(word);
			unsigned operation = program->code[pc].operation;

			if (operation == OP_MATCH)
				return STATE_MATCH;
			if (operation != OP_BYTE && operation != OP_SET && operation != OP_ASSERT)
				continue;
			members[count++] = (uint16_t)pc;
			hash = (hash ^ pc) * 16777619u;
		}
	}
	hash = (hash ^ hash >> 16) % HASHES;
	for (unsigned i = automaton->hashes[hash]; i; i = automaton->states[i].chain) {
		const struct state *state = &automaton->states[i];

		regex->steps++;
		if (state->count == count && state->before == before &&
		    !memcmp(automaton->members + state->members, members, count * sizeof(*members)))
			return i;
	}
	unsigned made = automaton->state_count++;

	automaton->states[made] = (struct state){automaton->member_count, (uint16_t)count,
						 (uint8_t)before, automaton->hashes[hash]};
	automaton->hashes[hash] = (uint16_t)made;
	automaton->member_count += count;
	memset(automaton->next + made * automaton->stride, 0,
	       automaton->stride * sizeof(*automaton->next));
	return made;
}

static void clear(struct regex *regex)
{
	unsigned words = words_of(regex->program);

	regex->steps += words;
	memset(regex->automaton->bits, 0, words * sizeof(*regex->automaton->bits));
}

/* The state at the start of a search. */
static unsigned first_state(struct regex *regex, unsigned before)
{
	struct regex_automaton *automaton = regex->automaton;

	if (!automaton->first[before]) {
		clear(regex);
		add(regex, 0, false, 0, 0);
		unsigned state = find_state(regex, before);

		if (!state) {
			forget_states(automaton);
			state = find_state(regex, before);
		}
		automaton->first[before] = (uint16_t)state;
	}
	return automaton->first[before];
}

/* Makes the set of what follows members when the byte c (-1: the end) comes; true where it is a
 * match before that byte already. */
static bool follow(struct regex *regex, const uint16_t *members, unsigned count, unsigned before,
		   int c)
{
	const struct regex_program *program = regex->program;
	struct regex_automaton *automaton = regex->automaton;
	unsigned behind =
		c < 0 ? CONTEXT_TEXT : context_of((unsigned char)c, regex->flags & REGEX_NEWLINE);
	uint16_t *decided = automaton->decided;
	unsigned decided_count = 0;

	/* first what assertions lead to, then a step from all of it */
	clear(regex);
	for (unsigned i = 0; i < count; i++)
		add(regex, members[i], true, before, behind);
	for (unsigned i = 0; i < words_of(program); i++)
		for (uint64_t word = automaton->bits[i]; word; word &= word - 1) {
			unsigned pc = i * 64 + (unsigned)__builtin_ctzll(word);

			if (program->code[pc].operation == OP_MATCH)
				return true;
			decided[decided_count++] = (uint16_t)pc;
		}
	clear(regex);
	regex->steps += decided_count;
	if (c < 0)
		return false;
	for (unsigned i = 0; i < decided_count; i++)
		if (takes_byte(program, decided[i], (unsigned char)c))
			add(regex, decided[i] + 1, false, 0, 0);
	add(regex, 0, false, 0, 0);
	return false;
}

/* Where class leads from state; *state is another number for the same if all had to be forgotten.
 */
static unsigned work_out(struct regex *regex, unsigned state, unsigned class)
{
	struct regex_automaton *automaton = regex->automaton;
	const struct state *from = &automaton->states[state];
	int c = class == automaton->classes ? -1 : automaton->sample[class];
	bool newline = regex->flags & REGEX_NEWLINE;
	unsigned to;

	if (follow(regex, automaton->members + from->members, from->count, from->before, c)) {
		to = STATE_MATCH;
	} else {
		unsigned before = c < 0 ? 0 : context_of((unsigned char)c, newline);

		to = find_state(regex, before & automaton->mask);
		if (!to) {
			/* full: begin anew with this one, to which no state leads yet */
			forget_states(automaton);
			return find_state(regex, before & automaton->mask);
		}
	}
	automaton->next[state * automaton->stride + class] = (uint16_t)to;
	return to;
}

int regex_automaton_search(struct regex *regex, const unsigned char *text, size_t size, size_t from)
{
	unsigned before = CONTEXT_TEXT;

	if (!regex->automaton) {
		int error = create(regex);

		if (error)
			return error;
	}
	struct regex_automaton *automaton = regex->automaton;

	if (from > 0)
		before = context_of(text[from - 1], regex->flags & REGEX_NEWLINE);
	unsigned state = first_state(regex, before & automaton->mask);

	for (size_t at = from; state != STATE_MATCH && at < size;) {
		size_t end = size - at > PAUSE_BYTES ? at + PAUSE_BYTES : size;

		if (regex->host.pause && at > from)
			regex->host.pause();
		regex->steps += end - at;
		for (; at < end; at++) {
			unsigned class = automaton->class[text[at]];
			unsigned next = automaton->next[state * automaton->stride + class];

			if (next == STATE_UNKNOWN)
				next = work_out(regex, state, class);
			state = next;
			if (state == STATE_MATCH)
				return 1;
		}
	}
	if (state != STATE_MATCH) {
		unsigned next = automaton->next[state * automaton->stride + automaton->classes];

		state = next == STATE_UNKNOWN ? work_out(regex, state, automaton->classes) : next;
	}
	return state == STATE_MATCH;
}

/* The code of a pattern: written from front to back; what repeats is the end of the code so far. */
#include "lib/ctype.h"
#include "lib/regex_compiler.h"
#include "lib/string.h"

/* Memory for count elements of size, of which used are copied from old, which is freed; NULL: none
 * is left, and old is as it was. */
static void *grow(struct regex *regex, void *old, unsigned used, unsigned count, size_t size)
{
	void *memory = regex->host.alloc(count * size);

	if (memory && old) {
		memcpy(memory, old, used * size);
		regex->host.free(old);
	}
	return memory;
}

/* Room for count more instructions; false where that is too much. */
static bool reserve(struct regex_compiler *compiler, unsigned count)
{
	struct regex_program *program = compiler->program;
	unsigned needed = program->length + count, capacity = program->capacity;

	if (compiler->error)
		return false;
	if (count > REGEX_PROGRAM_MAX || needed > REGEX_PROGRAM_MAX) {
		regex_fail(compiler, REGEX_TOO_BIG);
		return false;
	}
	if (needed <= capacity)
		return true;
	while (capacity < needed)
		capacity = capacity ? 2 * capacity : 32;
	void *code = grow(compiler->regex, program->code, program->length, capacity,
			  sizeof(*program->code));

	if (!code) {
		regex_fail(compiler, REGEX_NO_MEMORY);
		return false;
	}
	program->code = code;
	program->capacity = capacity;
	return true;
}

/* The instruction's place; 0 without memory, where it may be written to all the same unless there
 * is an error. */
unsigned regex_emit(struct regex_compiler *compiler, enum regex_operation operation, unsigned value)
{
	struct regex_program *program = compiler->program;

	if (!reserve(compiler, 1))
		return 0;
	program->code[program->length] = (struct regex_instruction){
		.operation = (uint8_t)operation, .value = (uint16_t)value, .x = 1, .y = 1};
	return program->length++;
}

void regex_split(struct regex_compiler *compiler, unsigned at, unsigned x, unsigned y)
{
	if (compiler->error)
		return;
	struct regex_instruction *instruction = &compiler->program->code[at];

	instruction->operation = OP_SPLIT;
	instruction->x = (uint16_t)(x - at);
	instruction->y = (uint16_t)(y - at);
}

void regex_jump(struct regex_compiler *compiler, unsigned at, unsigned to)
{
	if (!compiler->error)
		compiler->program->code[at].x = (uint16_t)(to - at);
}

void regex_emit_set(struct regex_compiler *compiler, const struct regex_set *set)
{
	struct regex_program *program = compiler->program;
	unsigned i = 0;

	while (i < program->set_count && memcmp(&program->sets[i], set, sizeof(*set)) != 0)
		i++;
	if (i == program->set_capacity) {
		unsigned capacity = i ? 2 * i : 8;
		void *sets = grow(compiler->regex, program->sets, i, capacity, sizeof(*set));

		if (!sets) {
			regex_fail(compiler, REGEX_NO_MEMORY);
			return;
		}
		program->sets = sets;
		program->set_capacity = capacity;
	}
	if (i == program->set_count)
		program->sets[program->set_count++] = *set;
	regex_emit(compiler, OP_SET, i);
}

void regex_emit_byte(struct regex_compiler *compiler, unsigned char c)
{
	struct regex_set set = {{0}};

	if (!(compiler->flags & REGEX_FOLD) || !is_alpha(c)) {
		regex_emit(compiler, OP_BYTE, c);
		return;
	}
	set_add(&set, (unsigned char)to_lower(c));
	set_add(&set, (unsigned char)to_upper(c));
	regex_emit_set(compiler, &set);
}

void regex_emit_assertion(struct regex_compiler *compiler, enum regex_assertion assertion)
{
	compiler->program->assertions |= (uint16_t)(1u << assertion);
	regex_emit(compiler, OP_ASSERT, assertion);
}

void regex_emit_any(struct regex_compiler *compiler)
{
	struct regex_set set = {{0}};

	if (compiler->flags & REGEX_NEWLINE)
		set_add(&set, '\n');
	regex_set_negate(&set);
	regex_emit_set(compiler, &set);
}

/* The code from start on, once more at the end. */
static void copy_code(struct regex_compiler *compiler, unsigned start, unsigned length)
{
	struct regex_program *program = compiler->program;

	if (!reserve(compiler, length))
		return;
	memcpy(program->code + program->length, program->code + start,
	       length * sizeof(*program->code));
	/* The GNU C library knows no optional groups in copies. */
	for (unsigned i = 0; i < length; i++)
		program->code[program->length++].optional = 0;
}

/* count instructions that are to be written come before the code from start on. */
static void make_room(struct regex_compiler *compiler, unsigned start, unsigned count)
{
	struct regex_program *program = compiler->program;

	if (!reserve(compiler, count))
		return;
	memmove(program->code + start + count, program->code + start,
		(program->length - start) * sizeof(*program->code));
	for (unsigned i = start; i < start + count; i++)
		program->code[i] = (struct regex_instruction){.operation = OP_JUMP, .x = 1, .y = 1};
	program->length += count;
}

/* A group that repeats: an empty round behind another one leaves what that one found. */
static void mark_optional(struct regex_compiler *compiler, unsigned start)
{
	struct regex_program *program = compiler->program;
	const struct regex_instruction *first = &program->code[start];
	struct regex_instruction *last = &program->code[program->length - 1];
	unsigned closes = 0;

	if (compiler->error || first->operation != OP_OPEN)
		return;
	for (unsigned i = start; i < program->length; i++)
		closes += program->code[i].operation == OP_CLOSE &&
			  program->code[i].value == first->value;
	if (closes != 1 || last->operation != OP_CLOSE || last->value != first->value)
		return;
	last->optional = 1;
	program->optional = true;
}

/* The code from start on, any number of times. The loop's end asks again instead of going back to
 * the first question: a round that took nothing then ends it. */
static void repeat_star(struct regex_compiler *compiler, unsigned start)
{
	mark_optional(compiler, start);
	make_room(compiler, start, 1);
	unsigned end = regex_emit(compiler, OP_SPLIT, 0);

	regex_split(compiler, start, start + 1, end + 1);
	regex_split(compiler, end, start + 1, end + 1);
}

/* The code from start on, at most count times, as ((x?x)?x)?: count questions come first. */
static void repeat_optional(struct regex_compiler *compiler, unsigned start, unsigned count)
{
	struct regex_program *program = compiler->program;
	unsigned length = program->length - start;

	mark_optional(compiler, start);
	if ((uint64_t)count * (length + 1) > REGEX_PROGRAM_MAX) {
		regex_fail(compiler, REGEX_TOO_BIG);
		return;
	}
	make_room(compiler, start, count);
	for (unsigned i = 1; i < count; i++)
		copy_code(compiler, start + count, length);
	/* The question at start + i, if answered with no, leads behind copy count - 1 - i. */
	for (unsigned i = 0; i < count; i++)
		regex_split(compiler, start + i, start + i + 1,
			    start + count + (count - i) * length);
}

void regex_repeat(struct regex_compiler *compiler, unsigned start, unsigned least, int most)
{
	struct regex_program *program = compiler->program;
	unsigned length = program->length - start;

	if (!length || compiler->error)
		return;
	if (most == 0) {
		program->length = start;
		return;
	}
	if (least > 1 && (uint64_t)(least - 1) * length > REGEX_PROGRAM_MAX) {
		regex_fail(compiler, REGEX_TOO_BIG);
		return;
	}
	for (unsigned i = 1; i < least; i++)
		copy_code(compiler, start, length);
	if (most == (int)least)
		return;
	if (least > 0) {
		start = program->length;
		copy_code(compiler, start - length, length);
	}
	if (compiler->error)
		return;
	if (most < 0)
		repeat_star(compiler, start);
	else
		repeat_optional(compiler, start, (unsigned)most - least);
}

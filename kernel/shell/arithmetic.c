/* $((…)): C's integer operators on 64 bits; overflow wraps. */
#include "kernel/shell/arena.h"
#include "kernel/shell/arithmetic.h"
#include "kernel/shell/name.h"
#include "kernel/shell/state.h"
#include "kernel/shell/unwind.h"
#include "kernel/shell/variables.h"
#include "lib/format.h"
#include "lib/string.h"

enum operator{
	/* assignments, in the order of the operators that they end in */
	OP_END,
	OP_NUMBER,
	OP_NAME,
	OP_OPEN,
	OP_CLOSE,
	OP_QUESTION,
	OP_COLON,
	OP_ASSIGN,
	OP_OR,
	OP_AND,
	OP_BIT_OR,
	OP_BIT_XOR,
	OP_BIT_AND,
	OP_EQUAL,
	OP_NOT_EQUAL,
	OP_LESS,
	OP_GREATER,
	OP_LESS_EQUAL,
	OP_GREATER_EQUAL,
	OP_SHIFT_LEFT,
	OP_SHIFT_RIGHT,
	OP_ADD,
	OP_SUBTRACT,
	OP_MULTIPLY,
	OP_DIVIDE,
	OP_REMAINDER,
	OP_NOT,
	OP_COMPLEMENT,
	OP_BAD,
};

struct calculation {
	struct shell *sh;
	const char *expression; /* for messages */
	const char *next;
	enum operator operator; /* the token */
	enum operator combined; /* of "+=": OP_ADD; OP_BAD for "=" */
	int64_t number;
	const char *name;
	size_t name_length;
};

static int64_t assignment(struct calculation *calculation, bool live);

static _Noreturn void arithmetic_error(struct calculation *calculation, const char *message)
{
	shell_error(calculation->sh, "arithmetic expression: %s: \"%s\"", message,
		    calculation->expression);
}

/* A number without a sign as strtoumax() reads it in base 0; too large ones become the largest. */
static const char *read_number(const char *text, uint64_t *number)
{
	unsigned base = 10, digit;
	uint64_t value = 0;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X') &&
	    (is_digit(text[2]) ||
	     (((unsigned char)text[2] | 32) >= 'a' && ((unsigned char)text[2] | 32) <= 'f'))) {
		base = 16;
		text += 2;
	} else if (text[0] == '0') {
		base = 8;
	}
	for (;; text++) {
		unsigned char c = (unsigned char)*text, lower = c | 32;

		if (is_digit(c))
			digit = c - '0';
		else if (lower >= 'a' && lower <= 'f')
			digit = lower - 'a' + 10u;
		else
			break;
		if (digit >= base)
			break;
		if (value > (UINT64_MAX - digit) / base)
			value = UINT64_MAX;
		else
			value = value * base + digit;
	}
	*number = value;
	return text;
}

static void next_operator(struct calculation *calculation)
{
	static const struct {
		char text[4];
		unsigned char operator, combined;
	} operators[] = {
		{"<<=", OP_ASSIGN, OP_SHIFT_LEFT},
		{">>=", OP_ASSIGN, OP_SHIFT_RIGHT},
		{"<<", OP_SHIFT_LEFT, 0},
		{">>", OP_SHIFT_RIGHT, 0},
		{"<=", OP_LESS_EQUAL, 0},
		{">=", OP_GREATER_EQUAL, 0},
		{"<", OP_LESS, 0},
		{">", OP_GREATER, 0},
		{"==", OP_EQUAL, 0},
		{"=", OP_ASSIGN, OP_BAD},
		{"!=", OP_NOT_EQUAL, 0},
		{"!", OP_NOT, 0},
		{"||", OP_OR, 0},
		{"|=", OP_ASSIGN, OP_BIT_OR},
		{"|", OP_BIT_OR, 0},
		{"&&", OP_AND, 0},
		{"&=", OP_ASSIGN, OP_BIT_AND},
		{"&", OP_BIT_AND, 0},
		{"^=", OP_ASSIGN, OP_BIT_XOR},
		{"^", OP_BIT_XOR, 0},
		{"+=", OP_ASSIGN, OP_ADD},
		{"+", OP_ADD, 0},
		{"-=", OP_ASSIGN, OP_SUBTRACT},
		{"-", OP_SUBTRACT, 0},
		{"*=", OP_ASSIGN, OP_MULTIPLY},
		{"*", OP_MULTIPLY, 0},
		{"/=", OP_ASSIGN, OP_DIVIDE},
		{"/", OP_DIVIDE, 0},
		{"%=", OP_ASSIGN, OP_REMAINDER},
		{"%", OP_REMAINDER, 0},
		{"(", OP_OPEN, 0},
		{")", OP_CLOSE, 0},
		{"?", OP_QUESTION, 0},
		{":", OP_COLON, 0},
		{"~", OP_COMPLEMENT, 0},
	};
	const char *text = calculation->next + strspn(calculation->next, " \t\n");
	unsigned i;

	if (is_digit(*text)) {
		uint64_t number;

		calculation->operator= OP_NUMBER;
		calculation->next = read_number(text, &number);
		calculation->number = number < INT64_MAX ? (int64_t)number : INT64_MAX;
		return;
	}
	if (is_name_start(*text)) {
		calculation->operator= OP_NAME;
		calculation->name = text;
		while (is_name_char(*text))
			text++;
		calculation->name_length = (size_t)(text - calculation->name);
		calculation->next = text;
		return;
	}
	calculation->operator= * text ? OP_BAD : OP_END;
	for (i = 0; *text && i < sizeof(operators) / sizeof(*operators); i++) {
		size_t length = strlen(operators[i].text);

		if (strncmp(text, operators[i].text, length))
			continue;
		calculation->operator=(enum operator) operators[i].operator;
		calculation->combined = (enum operator)operators[i].combined;
		text += length;
		break;
	}
	calculation->next = text;
}

static int64_t wrap(uint64_t value)
{
	return (int64_t)value;
}

static int64_t apply(struct calculation *calculation, enum operator operator, int64_t a, int64_t b)
{
	uint64_t ua = (uint64_t)a, ub = (uint64_t)b;

	switch (operator) {
	case OP_BIT_OR:
		return a | b;
	case OP_BIT_XOR:
		return a ^ b;
	case OP_BIT_AND:
		return a & b;
	case OP_EQUAL:
		return a == b;
	case OP_NOT_EQUAL:
		return a != b;
	case OP_LESS:
		return a < b;
	case OP_GREATER:
		return a > b;
	case OP_LESS_EQUAL:
		return a <= b;
	case OP_GREATER_EQUAL:
		return a >= b;
	case OP_SHIFT_LEFT: /* counts wrap, as the machine's own do */
		return wrap(ua << (ub & 63));
	case OP_SHIFT_RIGHT:
		return a >> (ub & 63);
	case OP_ADD:
		return wrap(ua + ub);
	case OP_SUBTRACT:
		return wrap(ua - ub);
	case OP_MULTIPLY:
		return wrap(ua * ub);
	case OP_DIVIDE:
	case OP_REMAINDER:
		if (!b)
			arithmetic_error(calculation, "division by zero");
		if (b == -1) /* the quotient of the smallest number wraps */
			return operator== OP_DIVIDE ? wrap(0 - ua) : 0;
		return operator== OP_DIVIDE ? a / b : a % b;
	default:
		return b;
	}
}

static int64_t variable_number(struct calculation *calculation, const char *name)
{
	const char *text = variable_get(calculation->sh, name), *start = text, *end;
	bool negative;
	uint64_t number = 0;

	if (!text)
		return 0;
	text += strspn(text, " \t\n\v\f\r");
	if (!*text)
		return 0;
	negative = *text == '-';
	if (*text == '-' || *text == '+')
		text++;
	end = is_digit(*text) ? read_number(text, &number) : text;
	if (end == text || end[strspn(end, " \t\n\v\f\r")] ||
	    number > (uint64_t)INT64_MAX + negative)
		shell_error(calculation->sh, "Illegal number: %s", start);
	return wrap(negative ? 0 - number : number);
}

static char *copy_name(struct calculation *calculation)
{
	return arena_copy(&calculation->sh->arena, calculation->name, calculation->name_length);
}

static int64_t conditional(struct calculation *calculation, bool live);

/* NAME = …, NAME += … and so on, or a conditional expression. */
static int64_t assignment(struct calculation *calculation, bool live)
{
	struct calculation start = *calculation;
	enum operator combined;
	int64_t value;
	char *name;

	shell_check_stack(calculation->sh);
	if (calculation->operator!= OP_NAME)
		return conditional(calculation, live);
	next_operator(calculation);
	if (calculation->operator!= OP_ASSIGN) {
		*calculation = start;
		return conditional(calculation, live);
	}
	combined = calculation->combined;
	next_operator(calculation);
	value = assignment(calculation, live);
	if (!live)
		return value;
	name = copy_name(&start);
	if (combined != OP_BAD)
		value = apply(calculation, combined, variable_number(calculation, name), value);
	variable_set_number(calculation->sh, name, value);
	return value;
}

static int64_t primary(struct calculation *calculation, bool live)
{
	int64_t value;

	shell_check_stack(calculation->sh);
	switch (calculation->operator) {
	case OP_OPEN:
		next_operator(calculation);
		value = assignment(calculation, live);
		if (calculation->operator!= OP_CLOSE)
			arithmetic_error(calculation, "expecting ')'");
		next_operator(calculation);
		return value;
	case OP_NUMBER:
		value = calculation->number;
		next_operator(calculation);
		return value;
	case OP_NAME:
		value = live ? variable_number(calculation, copy_name(calculation)) : 0;
		next_operator(calculation);
		return value;
	case OP_ADD:
		next_operator(calculation);
		return primary(calculation, live);
	case OP_SUBTRACT:
		next_operator(calculation);
		return wrap(0 - (uint64_t)primary(calculation, live));
	case OP_NOT:
		next_operator(calculation);
		return !primary(calculation, live);
	case OP_COMPLEMENT:
		next_operator(calculation);
		return ~primary(calculation, live);
	default:
		arithmetic_error(calculation, "expecting primary");
	}
}

static int precedence(enum operator operator)
{
	switch (operator) {
	case OP_OR:
		return 1;
	case OP_AND:
		return 2;
	case OP_BIT_OR:
		return 3;
	case OP_BIT_XOR:
		return 4;
	case OP_BIT_AND:
		return 5;
	case OP_EQUAL:
	case OP_NOT_EQUAL:
		return 6;
	case OP_LESS:
	case OP_GREATER:
	case OP_LESS_EQUAL:
	case OP_GREATER_EQUAL:
		return 7;
	case OP_SHIFT_LEFT:
	case OP_SHIFT_RIGHT:
		return 8;
	case OP_ADD:
	case OP_SUBTRACT:
		return 9;
	case OP_MULTIPLY:
	case OP_DIVIDE:
	case OP_REMAINDER:
		return 10;
	default:
		return 0;
	}
}

/* Operators that bind at least as tightly as minimum. Not live: parsed only. */
static int64_t binary(struct calculation *calculation, int minimum, bool live)
{
	int64_t left = primary(calculation, live), right;
	int level;

	while ((level = precedence(calculation->operator)) >= minimum) {
		enum operator operator= calculation->operator;

		next_operator(calculation);
		if (operator== OP_AND || operator== OP_OR) {
			right = binary(calculation, level + 1,
				       live && (operator== OP_AND ? left != 0 : left == 0));
			left = operator== OP_AND ? left && right : left || right;
		} else {
			right = binary(calculation, level + 1, live);
			left = live ? apply(calculation, operator, left, right) : 0;
		}
	}
	return left;
}

static int64_t conditional(struct calculation *calculation, bool live)
{
	int64_t condition = binary(calculation, 1, live), yes, no;

	if (calculation->operator!= OP_QUESTION)
		return condition;
	next_operator(calculation);
	yes = assignment(calculation, live && condition);
	if (calculation->operator!= OP_COLON)
		arithmetic_error(calculation, "expecting ':'");
	next_operator(calculation);
	no = conditional(calculation, live && !condition);
	return condition ? yes : no;
}

int64_t arithmetic_evaluate(struct shell *sh, const char *expression)
{
	struct calculation calculation = {.sh = sh, .expression = expression, .next = expression};
	int64_t value;

	next_operator(&calculation);
	value = assignment(&calculation, true);
	if (calculation.operator!= OP_END)
		arithmetic_error(&calculation, "expecting EOF");
	return value;
}

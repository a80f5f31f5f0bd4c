/* The fuzzer's operations as lines of a script. */
#include "tests/conformance/fuzz.h"

#include "lib/ctype.h"
#include "lib/format.h"
#include "lib/string.h"

static const char *const kinds[FUZZ_KINDS] = {
	"put", "command", "ring", "sq-doorbell", "cq-doorbell", "read", "write", "wait", "reset"};
static const char bases[] = {'x', 's', 'd', 'b'};

struct text {
	char *at;
	size_t room;
};

static void add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(struct text *text, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(text->at, text->room, format, args);
	va_end(args);
	if (length < 0 || (size_t)length >= text->room)
		length = text->room ? (int)text->room - 1 : 0;
	text->at += length;
	text->room -= (size_t)length;
}

/* " s+1f0", " x+ffff" */
static void add_pointer(struct text *text, struct fuzz_pointer pointer)
{
	add(text, " %c+%llx", bases[pointer.base], (unsigned long long)pointer.offset);
}

/* The dwords of a command that are written as they are: 0, 1, 2, 3, 10 to 15. */
static uint32_t *dword(struct nvme_command *command, unsigned index)
{
	static const uint8_t numbers[] = {0, 1, 2, 3, 10, 11, 12, 13, 14, 15};

	return (uint32_t *)command + numbers[index];
}
#define DWORDS 10u

void fuzz_print(const struct fuzz_operation *operation, char *bytes, size_t size)
{
	struct nvme_command command = operation->command;
	struct text text = {bytes, size};

	add(&text, "%s", kinds[operation->kind]);
	switch (operation->kind) {
	case FUZZ_PUT:
		add(&text, " %x", operation->offset);
		add_pointer(&text, operation->value);
		break;
	case FUZZ_COMMAND:
		add(&text, " %x", operation->queue);
		for (unsigned i = 0; i < DWORDS; i++)
			add(&text, " %x", *dword(&command, i));
		add_pointer(&text, operation->mptr);
		add_pointer(&text, operation->prp1);
		add_pointer(&text, operation->prp2);
		break;
	case FUZZ_RING:
		add(&text, " %x", operation->queue);
		break;
	case FUZZ_SQ_DOORBELL:
	case FUZZ_CQ_DOORBELL:
		add(&text, " %x", operation->queue);
		add_pointer(&text, operation->value);
		break;
	case FUZZ_READ:
		add(&text, " %x %x", operation->offset, operation->width);
		break;
	case FUZZ_WRITE:
		add(&text, " %x %x", operation->offset, operation->width);
		add_pointer(&text, operation->value);
		break;
	default:
		break;
	}
}

static bool take_hex(const char **text, uint64_t *value)
{
	unsigned digits = 0;

	while (**text == ' ')
		++*text;
	for (*value = 0; digits < 16; digits++, ++*text) {
		char c = **text;
		unsigned digit = c >= '0' && c <= '9'	? (unsigned)(c - '0')
				 : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
							: 16;

		if (digit > 15)
			break;
		*value = *value << 4 | digit;
	}
	return digits > 0;
}

static bool take_number(const char **text, uint64_t max, uint64_t *value)
{
	return take_hex(text, value) && *value <= max;
}

static bool take_pointer(const char **text, struct fuzz_pointer *pointer)
{
	while (**text == ' ')
		++*text;
	for (unsigned i = 0; i < sizeof(bases); i++)
		if (**text == bases[i] && (*text)[1] == '+') {
			*text += 2;
			pointer->base = (uint8_t)i;
			return take_hex(text, &pointer->offset);
		}
	return false;
}

static bool take_command(const char **text, struct fuzz_operation *operation)
{
	uint64_t value;

	for (unsigned i = 0; i < DWORDS; i++) {
		if (!take_number(text, UINT32_MAX, &value))
			return false;
		*dword(&operation->command, i) = (uint32_t)value;
	}
	return take_pointer(text, &operation->mptr) && take_pointer(text, &operation->prp1) &&
	       take_pointer(text, &operation->prp2);
}

static bool take_rest(const char **text, struct fuzz_operation *operation)
{
	uint64_t value = 0, width = 0;
	bool good = true;

	switch (operation->kind) {
	case FUZZ_PUT:
		good = take_number(text, FUZZ_SIZE - 8, &value) && value % 8 == 0 &&
		       take_pointer(text, &operation->value);
		operation->offset = (uint32_t)value;
		break;
	case FUZZ_COMMAND:
	case FUZZ_RING:
		good = take_number(text, FUZZ_WILD + FUZZ_WILD_COUNT - 1, &value);
		operation->queue = (uint16_t)value;
		if (good && operation->kind == FUZZ_COMMAND)
			good = take_command(text, operation);
		break;
	case FUZZ_SQ_DOORBELL:
	case FUZZ_CQ_DOORBELL:
		good = take_number(text, UINT16_MAX, &value) &&
		       take_pointer(text, &operation->value);
		operation->queue = (uint16_t)value;
		break;
	case FUZZ_READ:
	case FUZZ_WRITE:
		good = take_number(text, UINT32_MAX, &value) && take_number(text, 8, &width) &&
		       (width & (width - 1)) == 0 && width;
		operation->offset = (uint32_t)value;
		operation->width = (uint8_t)width;
		if (good && operation->kind == FUZZ_WRITE)
			good = take_pointer(text, &operation->value);
		break;
	default:
		break;
	}
	return good;
}

bool fuzz_parse(const char *text, struct fuzz_operation *operation)
{
	memset(operation, 0, sizeof(*operation));
	for (unsigned kind = 0; kind < FUZZ_KINDS; kind++) {
		size_t length = strlen(kinds[kind]);

		if (strncmp(text, kinds[kind], length) != 0 ||
		    (text[length] != ' ' && text[length] != '\0'))
			continue;
		text += length;
		operation->kind = (uint8_t)kind;
		if (!take_rest(&text, operation))
			return false;
		while (*text == ' ')
			text++;
		return *text == '\0';
	}
	return false;
}

/* setpci: reads and writes registers of configuration space, in the words of pciutils. Everything
 * is read, and checked against the functions that are meant, before anything is written. */
#include "drivers/pci/extended.h"
#include "kernel/commands/command.h"
#include "kernel/commands/pci/registers.h"
#include "kernel/commands/pci/selector.h"
#include "lib/number.h"
#include "lib/string.h"

struct value {
	uint32_t bits, mask;
};

/* REGISTER[=VALUE,...], for every function that is selected before it */
struct operation {
	const char *text; /* its name, for messages */
	struct pci_register_name reg;
	unsigned instance; /* of the capability, from 0 */
	struct value *values;
	unsigned count; /* of values; 0: read */
};

struct group {
	struct pci_selector selector;
	int first, end; /* of the operands that are operations */
	struct group *next;
};

static bool verbose, only_show;

static uint32_t ones(unsigned width)
{
	return UINT32_MAX >> (32 - 8 * width);
}

static _Noreturn void fail_parse(const char *what, const char *text)
{
	complain("%s %s.", what, quote_text(text));
	fail_usage(1);
}

/* Hexadecimal, all of it. */
static bool parse_hex(const char *text, uint32_t max, uint32_t *value)
{
	uint64_t number;

	if (text[0] == '0' && (text[1] | 0x20) == 'x')
		text += 2;
	if (!*text || number_parse(text, 16, &number) || number > max)
		return false;
	*value = (uint32_t)number;
	return true;
}

/* Cuts text at the separator: what is behind it, NULL if there is none. */
static char *cut(char *text, char separator)
{
	char *at = strchr(text, separator);

	if (at)
		*at++ = '\0';
	return at;
}

/* VALUE[:MASK]; a negative one too, as FFFFFFFE of a byte. */
static struct value parse_value(char *text, unsigned width)
{
	struct value value = {.mask = UINT32_MAX};
	char *mask = cut(text, ':');
	uint32_t limit = ones(width);

	if (!parse_hex(text, UINT32_MAX, &value.bits))
		fail_parse("Invalid value", text);
	if (value.bits > limit && value.bits < UINT32_MAX - limit)
		fail_parse("Value out of range:", text);
	if (mask && !parse_hex(mask, UINT32_MAX, &value.mask))
		fail_parse("Invalid mask", mask);
	if (value.mask > limit && value.mask < UINT32_MAX - limit)
		fail_parse("Mask out of range:", mask);
	value.bits &= value.mask & limit;
	value.mask &= limit;
	return value;
}

static void parse_values(struct operation *operation, char *text)
{
	if (!*text)
		fail_parse("Missing value of", operation->text);
	operation->values = alloc_or_fail((strlen(text) / 2 + 1) * sizeof(struct value));
	for (char *next; text; text = next) {
		next = cut(text, ',');
		operation->values[operation->count++] = parse_value(text, operation->reg.width);
	}
}

/* BASE[+OFFSET][.WIDTH][@INSTANCE][=VALUES] */
static struct operation parse_operation(const char *operand)
{
	struct operation operation = {0};
	struct pci_register_name *reg = &operation.reg;
	char *base = alloc_or_fail(strlen(operand) + 1), *values, *instance, *width, *offset;
	uint32_t more = 0;

	memcpy(base, operand, strlen(operand) + 1);
	values = cut(base, '=');
	instance = cut(base, '@');
	width = cut(base, '.');
	offset = cut(base, '+');
	operation.text = base;
	if (!parse_hex(base, UINT32_MAX, &more) && !pci_register_find(base, reg))
		fail_parse("Unknown register", base);
	if (width) {
		const char *letter = memchr("bwl", *width | 0x20, 3);

		if (!letter || width[1])
			fail_parse("Invalid width", width);
		reg->width = *letter == 'b' ? 1 : *letter == 'w' ? 2 : 4;
	}
	if (!reg->width)
		fail_parse("Missing width of", base);
	if (more >= PCI_EXTENDED_SIZE)
		fail_parse("Register number out of range:", operand);
	reg->offset = (uint16_t)(reg->offset + more);
	if (offset && (!parse_hex(offset, PCI_EXTENDED_SIZE - 1, &more)))
		fail_parse("Invalid offset", offset);
	if (offset)
		reg->offset = (uint16_t)(reg->offset + more);
	if (reg->offset & (reg->width - 1u))
		fail_parse("Unaligned register address:", operand);
	if (instance && !parse_hex(instance, INT32_MAX, &operation.instance))
		fail_parse("Invalid number", instance);
	if (values)
		parse_values(&operation, values);
	if (reg->offset + reg->width * (operation.count ? operation.count : 1) > PCI_EXTENDED_SIZE)
		fail_parse("Register number out of range:", operand);
	return operation;
}

/* Where the register is in the function; ends the process where it has none. */
static unsigned locate(const struct operation *operation, const struct pci_device *device)
{
	const struct pci_register_name *reg = &operation->reg;
	unsigned count = operation->count ? operation->count : 1, at = 0, end;
	char name[8];

	pci_name(device, name);
	if (reg->capability) {
		unsigned found;

		at = pci_capability_nth(device, reg, operation->instance, &found);
		if (!at && !found)
			fail(1,
			     "0000:%s: Instance #%u of %s %04x not found - there are no "
			     "capabilities with that id.",
			     name, operation->instance,
			     reg->extended ? "Extended capability" : "Capability", reg->capability);
		if (!at)
			fail(1,
			     "0000:%s: Instance #%u of %s %04x not found - there %s only %u %s "
			     "with that id.",
			     name, operation->instance,
			     reg->extended ? "Extended capability" : "Capability", reg->capability,
			     found == 1 ? "is" : "are", found,
			     found == 1 ? "capability" : "capabilities");
	}
	if (reg->headers && !(device->header_type <= 2 && reg->headers >> device->header_type & 1))
		fail(1, "0000:%s: Does not have register %s.", name, operation->text);
	at += reg->offset;
	end = at + count * reg->width;
	if (at & (reg->width - 1u))
		fail(1, "0000:%s: Unaligned access of width %u to register %04x", name, reg->width,
		     at);
	if (end > pci_config_size(device))
		fail(1, "0000:%s: Access of width %u to register %04x out of range", name,
		     reg->width, end - reg->width);
	return at;
}

static void trace_place(const struct operation *operation, const struct pci_device *device,
			unsigned at)
{
	const struct pci_register_name *reg = &operation->reg;
	char name[8];

	out("0000:%s ", pci_name(device, name));
	if (reg->capability)
		out(reg->extended ? "(ecap %04x @%03x) " : "(cap %02x @%02x) ", reg->capability,
		    at - reg->offset);
	out("@%02x", at);
}

static void execute(const struct operation *operation, const struct pci_device *device)
{
	unsigned at = locate(operation, device), width = operation->reg.width;
	int digits = 2 * (int)width;

	if (verbose)
		trace_place(operation, device, at);
	if (!operation->count)
		out("%s%0*x\n", verbose ? " = " : "", digits, pci_config_read(device, at, width));
	for (unsigned i = 0; i < operation->count; i++, at += width) {
		const struct value *value = &operation->values[i];
		uint32_t bits = value->bits, old;

		if (value->mask != ones(width)) {
			old = pci_config_read(device, at, width);
			bits |= old & ~value->mask;
			if (verbose)
				out(" %0*x->(%0*x:%0*x)->%0*x", digits, old, digits, value->bits,
				    digits, value->mask, digits, bits);
		} else if (verbose) {
			out(" %0*x", digits, bits);
		}
		if (!only_show)
			pci_config_write(device, at, width, bits);
	}
	if (operation->count && verbose)
		out("\n");
}

/* What is to be done to each function that a group selects. False where there is none. */
static bool for_each(const struct group *group, const struct operation *operations,
		     void (*action)(const struct operation *operation,
				    const struct pci_device *device))
{
	bool any = false;

	for (struct pci_device *device = pci_first(); device; device = device->next) {
		if (!pci_selected(&group->selector, device))
			continue;
		any = true;
		for (int i = group->first; i < group->end; i++)
			action(&operations[i], device);
	}
	return any;
}

static void check(const struct operation *operation, const struct pci_device *device)
{
	locate(operation, device);
}

/* -s SLOT or -d ID, in one word or two, at *index; moves it behind. */
static void parse_selector(struct group *group, int argc, char **argv, int *index)
{
	const char *option = argv[(*index)++], *text = option + 2;

	if (option[1] != 's' && option[1] != 'd')
		fail_parse("Invalid or misplaced option", option);
	if (!*text && *index == argc)
		fail_parse("Missing argument of option", option);
	if (!*text)
		text = argv[(*index)++];
	else if (*text == '=')
		text++;
	if (option[1] == 's' ? !pci_select_slot(&group->selector, text)
			     : !pci_select_id(&group->selector, text))
		fail_parse(option[1] == 's' ? "Unable to parse filter -s"
					    : "Unable to parse filter -d",
			   text);
}

/* The options in front; the index of what follows. */
static int parse_options(int argc, char **argv, bool *quiet)
{
	int index = 1;

	for (; index < argc && argv[index][0] == '-'; index++) {
		const char *letter = argv[index] + 1;

		if (*letter == 's' || *letter == 'd')
			break;
		for (; *letter; letter++) {
			verbose |= *letter == 'v';
			*quiet |= *letter == 'f';
			only_show |= *letter == 'D';
			if (!strchr("vfD", *letter))
				fail_parse("Invalid or misplaced option", argv[index]);
		}
	}
	return index;
}

static int setpci_main(int argc, char **argv)
{
	struct operation *operations;
	struct group *first = NULL, **last = &first, *group = NULL;
	bool quiet = false;
	unsigned number = 0;
	int index;

	verbose = only_show = false;
	if (argc == 2 && strcmp(argv[1], "--dumpregs") == 0) {
		pci_register_list();
		return 0;
	}
	index = parse_options(argc, argv, &quiet);
	operations = alloc_or_fail((size_t)argc * sizeof(*operations));
	while (index < argc) {
		if (argv[index][0] == '-') {
			if (!group || group->end > group->first) {
				group = alloc_or_fail(sizeof(*group));
				*group = (struct group){.selector = PCI_SELECT_ALL};
				*last = group;
				last = &group->next;
			}
			parse_selector(group, argc, argv, &index);
			group->first = group->end = index;
			continue;
		}
		if (!group)
			fail_parse("Filter specification expected before", argv[index]);
		operations[index] = parse_operation(argv[index]);
		group->end = ++index;
	}
	if (!first) {
		complain("No operation specified.");
		fail_usage(1);
	}
	for (group = first; group; group = group->next) {
		number++;
		if (!for_each(group, operations, check) && !quiet)
			complain("Warning: No devices selected for operation group %u.", number);
	}
	for (group = first; group; group = group->next)
		for_each(group, operations, execute);
	return 0;
}

static void setpci_complete(struct completion *completion)
{
	const char *before = completion->argv[completion->argc - 1];

	completion->files = false;
	if (strcmp(before, "-s") == 0)
		pci_complete_slot(completion);
	else if (completion->word[0] != '-' && completion->argc > 1)
		pci_complete_register(completion);
}

COMMAND(setpci, "[-vfD] (SELECTOR... REGISTER[=VALUE[:MASK],...]...)...",
	"Read and write PCI configuration registers",
	"A SELECTOR is -s [[[domain]:]bus:][slot][.[function]] or -d [vendor]:[device]; every\n"
	"REGISTER behind it is that of each function selected. It is BASE[+OFFSET][.W][@N]: a\n"
	"hexadecimal address, a name, CAP_name or CAPid, ECAP_name or ECAPid; W is b, w or l,\n"
	"its width; @N the N-th capability of that id. Numbers are hexadecimal; of a VALUE:MASK\n"
	"only bits in MASK change. Nothing is written where anything is wrong.\n"
	"  -v           show where registers are, and what is written\n"
	"  -D           write nothing\n"
	"  -f           be silent where nothing is selected\n"
	"  --dumpregs   list all names of registers\n",
	.complete = setpci_complete);

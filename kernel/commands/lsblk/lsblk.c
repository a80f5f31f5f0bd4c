/* lsblk: the block devices, in the columns and layouts of util-linux 2.38. */
#include "drivers/block/block.h"
#include "kernel/commands/command.h"
#include "kernel/commands/lsblk/columns.h"
#include "kernel/commands/support/paths.h"
#include "kernel/posix/file.h"
#include "lib/ctype.h"
#include "lib/format.h"
#include "lib/json.h"
#include "lib/number.h"
#include "lib/string.h"

#define COLUMNS_MAX    72
#define EXIT_ALLFAILED 32
#define EXIT_SOMEOK    64

/* Lists of columns, as -o takes them */
#define USUAL "NAME,MAJ:MIN,RM,SIZE,RO,TYPE,MOUNTPOINTS"

enum layout { TABLE, RAW, PAIRS, JSON };

struct settings {
	enum layout layout;
	bool bytes, no_headings, paths, variables;
	const struct column *shown[COLUMNS_MAX];
	int widths[COLUMNS_MAX];
	unsigned count;
	struct block_device **devices;
	unsigned device_count;
};

/* Adds one that is not there yet. */
static void add_column(struct settings *settings, const struct column *column)
{
	for (unsigned i = 0; i < settings->count; i++)
		if (settings->shown[i] == column)
			return;
	if (settings->count < COLUMNS_MAX)
		settings->shown[settings->count++] = column;
}

static void add_columns(struct settings *settings, const char *list)
{
	while (*list) {
		size_t length = strcspn(list, ",");
		const struct column *column = column_find(list, length);

		if (!column)
			fail(1, "unknown column: %.*s", (int)length, list);
		add_column(settings, column);
		list += length + (list[length] == ',');
	}
}

/* What stands in a cell; "" where nothing is known. */
static const char *cell(const struct settings *settings, const struct column *column,
			const struct block_device *device)
{
	char *text;
	uint64_t number;

	if (column->text && settings->paths &&
	    (strcmp(column->name, "NAME") == 0 || strcmp(column->name, "KNAME") == 0))
		return path_join("/dev", device->name);
	if (column->text) {
		const char *known = column->text(device);

		return known ? known : "";
	}
	if (!column->number)
		return "";
	number = column->number(device);
	text = alloc_or_fail(24);
	if (column->kind == COLUMN_SIZE && !settings->bytes)
		number_format_iec(number, text, 24);
	else
		snprintf(text, 24, "%llu", (unsigned long long)number);
	return text;
}

/* The tree of util-linux has the colon of all numbers in one column. */
static const char *aligned(const struct column *column, const char *text)
{
	size_t before = strcspn(text, ":");
	char *padded;

	if (column->kind != COLUMN_NODE || !text[before])
		return text;
	padded = alloc_or_fail(24);
	snprintf(padded, 24, "%*.*s:%-3s", 3, (int)before, text, text + before + 1);
	return padded;
}

static void print_table(struct settings *settings)
{
	for (unsigned i = 0; i < settings->count; i++) {
		const struct column *column = settings->shown[i];
		int width = settings->no_headings ? 0 : (int)strlen(column->name);

		for (unsigned j = 0; j < settings->device_count; j++) {
			const char *text =
				aligned(column, cell(settings, column, settings->devices[j]));

			if ((int)strlen(text) > width)
				width = (int)strlen(text);
		}
		settings->widths[i] = width;
	}
	for (int j = settings->no_headings ? 0 : -1; j < (int)settings->device_count; j++) {
		for (unsigned i = 0; i < settings->count; i++) {
			const struct column *column = settings->shown[i];
			const char *text = j < 0 ? column->name
						 : aligned(column, cell(settings, column,
									settings->devices[j]));
			bool last = i + 1 == settings->count;
			int width = column_right(column) ? settings->widths[i]
				    : last		 ? 0
							 : -settings->widths[i];

			out("%*s%s", width, text, last ? "\n" : " ");
		}
	}
}

/* As libsmartcols writes what a program will read. */
static void print_escaped(const char *text, const char *special)
{
	for (; *text; text++)
		if (*text < ' ' || *text >= 0x7f || strchr(special, *text))
			out("\\x%02x", (unsigned char)*text);
		else
			out_char(*text);
}

static void print_raw(const struct settings *settings)
{
	for (int j = settings->no_headings ? 0 : -1; j < (int)settings->device_count; j++) {
		for (unsigned i = 0; i < settings->count; i++) {
			const struct column *column = settings->shown[i];

			print_escaped(j < 0 ? column->name
					    : cell(settings, column, settings->devices[j]),
				      " \\");
			out_char(i + 1 == settings->count ? '\n' : ' ');
		}
	}
}

static void print_pairs(const struct settings *settings)
{
	for (unsigned j = 0; j < settings->device_count; j++) {
		for (unsigned i = 0; i < settings->count; i++) {
			const struct column *column = settings->shown[i];

			for (const char *c = column->name; *c; c++)
				if (!settings->variables || is_alnum(*c))
					out_char(*c);
				else
					out("%s", *c == '%' ? "_PCT" : "_");
			out("=\"");
			print_escaped(cell(settings, column, settings->devices[j]), "\"\\`$");
			out(i + 1 == settings->count ? "\"\n" : "\" ");
		}
	}
}

static void write_json(const char *text)
{
	out("%s", text);
}

static void print_member(struct json *json, const struct settings *settings,
			 const struct column *column, const struct block_device *device)
{
	const char *text = cell(settings, column, device);
	char key[16];
	unsigned i;

	for (i = 0; column->name[i] && i < sizeof(key) - 1; i++)
		key[i] = (char)to_lower(column->name[i]);
	key[i] = '\0';
	if (column->kind == COLUMN_LIST) {
		json_array_begin(json, key);
		json_literal(json, NULL, " null"); /* libsmartcols' own blank */
		json_array_end(json);
	} else if (!*text) {
		json_literal(json, key, "null");
	} else if (column->kind == COLUMN_FLAG) {
		json_bool(json, key, *text != '0');
	} else if (column->kind == COLUMN_NUMBER ||
		   (column->kind == COLUMN_SIZE && settings->bytes)) {
		json_literal(json, key, text);
	} else {
		json_string(json, key, text);
	}
}

static void print_json(const struct settings *settings)
{
	struct json json = {.write = write_json, .indent = 3, .colon = ": "};

	json_object_begin(&json, NULL);
	json_array_begin(&json, "blockdevices");
	for (unsigned j = 0; j < settings->device_count; j++) {
		json_object_begin(&json, NULL);
		for (unsigned i = 0; i < settings->count; i++)
			print_member(&json, settings, settings->shown[i], settings->devices[j]);
		json_object_end(&json);
	}
	json_array_end(&json);
	json_object_end(&json);
	out("\n");
}

static struct block_device *find(const char *operand)
{
	struct file_stat stat;
	int error = path_stat(operand, &stat);
	struct block_device *device = NULL;

	if (!error && stat.type == FILE_BLOCK)
		device = block_find(path_last(operand));
	if (!device)
		complain("%s: not a block device", operand);
	return device;
}

/* The devices that operands name, or all; the exit status. */
static int choose_devices(struct settings *settings, char **operands, int operand_count)
{
	unsigned count = (unsigned)operand_count;

	for (struct block_device *device = block_first(); device; device = device->next)
		count++;
	settings->devices = alloc_or_fail((count + 1) * sizeof(struct block_device *));
	if (!operand_count)
		for (struct block_device *device = block_first(); device; device = device->next)
			settings->devices[settings->device_count++] = device;
	for (int i = 0; i < operand_count; i++) {
		struct block_device *device = find(operands[i]);

		if (device)
			settings->devices[settings->device_count++] = device;
	}
	if (settings->device_count == (unsigned)operand_count || !operand_count)
		return 0;
	return settings->device_count ? EXIT_SOMEOK : EXIT_ALLFAILED;
}

static const struct option long_options[] = {
	{"all", 0, 'a'},   {"bytes", 0, 'b'},	   {"nodeps", 0, 'd'}, {"discard", 0, 'D'},
	{"fs", 0, 'f'},	   {"ascii", 0, 'i'},	   {"json", 0, 'J'},   {"list", 0, 'l'},
	{"perms", 0, 'm'}, {"noheadings", 0, 'n'}, {"output", 1, 'o'}, {"output-all", 0, 'O'},
	{"paths", 0, 'p'}, {"pairs", 0, 'P'},	   {"raw", 0, 'r'},    {"topology", 0, 't'},
	{"shell", 0, 'y'}, {"zoned", 0, 'z'},	   {NULL, 0, 0}};

/* Columns that an option of one letter stands for */
static const char *columns_of(int option)
{
	switch (option) {
	case 'D':
		return "NAME,DISC-ALN,DISC-GRAN,DISC-MAX,DISC-ZERO";
	case 'f':
		return "NAME,FSTYPE,FSVER,LABEL,UUID,FSAVAIL,FSUSE%,MOUNTPOINTS";
	case 'm':
		return "NAME,SIZE,OWNER,GROUP,MODE";
	case 't':
		return "NAME,ALIGNMENT,MIN-IO,OPT-IO,PHY-SEC,LOG-SEC,ROTA,SCHED,RQ-SIZE,RA,WSAME";
	case 'z':
		return "NAME,ZONED,ZONE-SZ,ZONE-NR,ZONE-AMAX,ZONE-OMAX,ZONE-APP,ZONE-WGRAN";
	default:
		return NULL;
	}
}

static void parse_options(struct settings *settings, struct getopt *state, int argc, char **argv)
{
	const char *wanted = NULL;
	int option;

	while ((option = getopt_next(state, argc, argv, "abdDfiJlmno:OpPrtyz", long_options)) !=
	       -1) {
		if (option == 'b')
			settings->bytes = true;
		else if (option == 'n')
			settings->no_headings = true;
		else if (option == 'p')
			settings->paths = true;
		else if (option == 'y')
			settings->variables = true;
		else if (option == 'J')
			settings->layout = JSON;
		else if (option == 'r')
			settings->layout = RAW;
		else if (option == 'P')
			settings->layout = PAIRS;
		else if (option == 'o')
			wanted = state->argument;
		else if (option == 'O')
			for (size_t i = 0; i < column_count; i++)
				add_column(settings, &columns[i]);
		else if (columns_of(option))
			add_columns(settings, columns_of(option));
		else if (option == '?')
			fail_usage(1);
	}
	if (wanted && *wanted != '+')
		settings->count = 0;
	if (!settings->count && (!wanted || *wanted == '+'))
		add_columns(settings, USUAL);
	if (wanted)
		add_columns(settings, wanted + (*wanted == '+'));
	if (!settings->count)
		fail(1, "no column is asked for");
}

static int lsblk_main(int argc, char **argv)
{
	struct settings *settings = alloc_or_fail(sizeof(*settings));
	struct getopt state = {0};
	int status;

	*settings = (struct settings){.layout = TABLE};
	parse_options(settings, &state, argc, argv);
	status = choose_devices(settings, argv + state.index, argc - state.index);
	if (!settings->device_count && settings->layout != JSON)
		return status;
	if (settings->layout == JSON)
		print_json(settings);
	else if (settings->layout == PAIRS)
		print_pairs(settings);
	else if (settings->layout == RAW)
		print_raw(settings);
	else
		print_table(settings);
	return status;
}

static void lsblk_complete(struct completion *completion)
{
	if (strcmp(completion->argv[completion->argc - 1], "-o") != 0)
		return;
	completion->files = false;
	for (size_t i = 0; i < column_count; i++)
		completion->offer(completion, columns[i].name);
}

static void describe(void)
{
	out("Columns:");
	for (size_t i = 0; i < column_count; i++)
		out("%s%s", i % 8 ? " " : "\n  ", columns[i].name);
	out("\n");
}

COMMAND(lsblk, "[-abdDfJlmnOpPrtyz] [-o COLUMN[,COLUMN]...] [DEVICE]...", "List block devices",
	"  -o COLUMNS   these columns; after a + they are added to the usual ones; -O all\n"
	"  -t, -D, -z   limits, discarding, zones; -f, -m file systems, permissions\n"
	"  -b           sizes in bytes; -n no heading; -p whole paths\n"
	"  -J           JSON; -P NAME=\"value\" pairs (-y with names for a shell); -r raw\n"
	"  -a, -d, -l   nothing: there are no empty devices and no partitions\n",
	.describe = describe, .complete = lsblk_complete);

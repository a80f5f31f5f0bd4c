/* The kernel command line. Quotes as in a shell, '…', "…" and \c, keep blanks together. */
#include "kernel/cmdline.h"

#include "kernel/log.h"
#include "lib/ctype.h"
#include "lib/format.h"
#include "lib/number.h"
#include "lib/string.h"

#define TEXT_MAX 2048

/* docs/boot.md has the same list; a test compares them. */
static struct cmdline_word table[] = {
	{"autorun", CMDLINE_FLAG, 0, 0, NULL, NULL, "",
	 "run the first boot module as a script instead of the interactive shell"},
	{"loglevel", CMDLINE_NUMBER, 0, 8, NULL, NULL, "4",
	 "the console shows log lines up to it: 3 errors, 4 warnings, 6 information, 7 "
	 "debug"},
	{"columns", CMDLINE_NUMBER, 2, 1000, NULL, NULL, "80",
	 "width of the terminal; it is not asked then"},
	{"lines", CMDLINE_NUMBER, 2, 1000, NULL, NULL, "24",
	 "height of a terminal that does not say it"},
	{"files.reserve", CMDLINE_NUMBER, 0, UINT64_MAX, NULL, "bytes, up to all RAM",
	 "an eighth of RAM, at most 8 MiB", "RAM that files in the RAM file system leave free"},
	{"console.mark", CMDLINE_TEXT, 0, 0, NULL, NULL, "",
	 "printed as a line before anything else: where run-qemu lets the output begin"},
	{"nvme.any", CMDLINE_NUMBER, 0, 1, NULL, NULL, "0",
	 "1: bind every function of class 010802h, not only 1b36:0010"},
	{"nvme.driver", CMDLINE_CHOICE, 0, 0, "my_nvme course", NULL, "my_nvme",
	 "course: the driver of the course, in a kernel that was built with DRIVER=course"},
	{"nvme.irq", CMDLINE_CHOICE, 0, 0, "poll intx msix", NULL, "best there is",
	 "how completions are noticed"},
	{"nvme.spin_us", CMDLINE_NUMBER, 0, 1000000, NULL, NULL, "0",
	 "microseconds that every wait spins before it halts; 0 without nvme.irq=: up to 100 where "
	 "that is faster"},
	{"nvme.coalesce", CMDLINE_PAIR, 0, 255, NULL, "COMPLETIONS,TIME, each 0 to 255", "0,0",
	 "interrupt coalescing: threshold, and time in 100 us"},
	{"nvme.queues", CMDLINE_NUMBER, 1, 64, NULL, NULL, "1", "I/O queue pairs to ask for"},
	{"nvme.depth", CMDLINE_NUMBER, 2, 1024, NULL, NULL, "256",
	 "entries of each I/O queue, rounded down to a power of two"},
	{"nvme.max_transfer", CMDLINE_NUMBER, 4096, 4u << 20, NULL, "bytes, 4096 to 4194304",
	 "1048576",
	 "the most that one command carries; MDTS may say less, and a larger block more where this "
	 "is "
	 "not given"},
	{"nvme.data", CMDLINE_CHOICE, 0, 0, "auto prp sgl", NULL, "auto",
	 "how data is described to the controller"},
	{"nvme.pi", CMDLINE_CHOICE, 0, 0, "driver controller off", NULL, "driver",
	 "who makes and checks protection information; off: nobody checks it"},
	{"nvme.shadow", CMDLINE_NUMBER, 0, 1, NULL, NULL, "0",
	 "1: shadow doorbells, where the controller offers them"},
	{"nvme.cmb", CMDLINE_LIST, 0, 0, "sq list data",
	 "sq, list or data, or more of them with commas between", "nothing",
	 "what is put into a controller memory buffer: I/O submission queues, their PRP lists and "
	 "SGL segments, data of reads and writes"},
	{"nvme.timeout_ms", CMDLINE_NUMBER, 1, 3600000, NULL, NULL, "30000",
	 "deadline of I/O commands"},
	{"nvme.admin_timeout_ms", CMDLINE_NUMBER, 1, 3600000, NULL, NULL, "10000",
	 "deadline of admin commands"},
	{"trace", CMDLINE_NUMBER, 0, 16u << 20, NULL, NULL, "0",
	 "1: the traffic with controllers is recorded from its start on, 16384 events of it; "
	 "another number: so many"},
	{"trace.shared", CMDLINE_FLAG, 0, 0, NULL, NULL, "",
	 "the trace goes into memory shared with the host (ivshmem), as JSON, when the machine "
	 "ends: run-qemu --trace"},
	{"BOOT_IMAGE", CMDLINE_TEXT, 0, 0, NULL, NULL, "", "added by boot loaders; not used"},
	{"initrd", CMDLINE_TEXT, 0, 0, NULL, NULL, "", "added by boot loaders; not used"},
};

#define WORDS (sizeof(table) / sizeof(table[0]))

static char text[TEXT_MAX];
static char words[TEXT_MAX + 1]; /* "key=value" NUL … with the quotes gone, an empty word ends it */

void cmdline_init(const char *line)
{
	size_t length = strnlen(line, TEXT_MAX - 1), out = 0;
	size_t word = 0; /* where the current word starts */
	char quote = 0;

	memcpy(text, line, length);
	text[length] = '\0';

	for (const char *c = text; *c; c++) {
		if (!quote && (*c == ' ' || *c == '\t' || *c == '\n' || *c == '\r')) {
			if (out > word)
				words[out++] = '\0';
			word = out;
			continue;
		}
		if (quote && *c == quote)
			quote = 0;
		else if (!quote && (*c == '"' || *c == '\''))
			quote = *c;
		else if (*c == '\\' && quote != '\'' && c[1] != '\0')
			words[out++] = *++c;
		else
			words[out++] = *c;
	}
	if (out > word)
		words[out++] = '\0';
	words[out] = '\0';
}

const char *cmdline_text(void)
{
	return text;
}

const struct cmdline_word *cmdline_word_at(unsigned index)
{
	return index < WORDS ? &table[index] : NULL;
}

/* The value of word, "key" or "key=value", where its key is this one; else NULL. */
static const char *value_of(const char *word, const char *key)
{
	size_t length = strlen(key);

	if (strncmp(word, key, length) != 0)
		return NULL;
	if (word[length] == '=')
		return word + length + 1;
	return word[length] == '\0' ? word + length : NULL;
}

static bool is_in_range(const struct cmdline_word *word, const char *value, uint64_t *number)
{
	return !number_parse(value, 0, number) && *number >= word->min && *number <= word->max;
}

static bool read_pair(const struct cmdline_word *word, const char *value, uint64_t numbers[2])
{
	for (unsigned i = 0; i < 2; i++) {
		const char *start = value;

		for (numbers[i] = 0; is_digit(*value) && numbers[i] <= word->max; value++)
			numbers[i] = numbers[i] * 10 + (unsigned)(*value - '0');
		if (value == start || numbers[i] < word->min || numbers[i] > word->max ||
		    *value++ != (i ? '\0' : ','))
			return false;
	}
	return true;
}

/* Whether the first bytes of value are one of the items of a list. */
static bool is_item(const char *list, char separator, const char *value, size_t size)
{
	const char separators[] = {separator, '\0'};

	for (;;) {
		size_t length = strcspn(list, separators);

		if (size == length && memcmp(list, value, length) == 0)
			return true;
		if (!list[length])
			return false;
		list += length + 1;
	}
}

static bool is_list(const struct cmdline_word *word, const char *value)
{
	for (;; value++) {
		size_t length = strcspn(value, ",");

		if (!is_item(word->choices, ' ', value, length))
			return false;
		value += length;
		if (!*value)
			return true;
	}
}

static bool is_valid(const struct cmdline_word *word, const char *value)
{
	uint64_t numbers[2];

	switch (word->kind) {
	case CMDLINE_FLAG:
		return !*value;
	case CMDLINE_TEXT:
		return true;
	case CMDLINE_NUMBER:
		return is_in_range(word, value, numbers);
	case CMDLINE_PAIR:
		return read_pair(word, value, numbers);
	case CMDLINE_CHOICE:
		return is_item(word->choices, ' ', value, strlen(value));
	case CMDLINE_LIST:
		return is_list(word, value);
	}
	return false;
}

/* The row of word, "key" or "key=value", and its value. */
static struct cmdline_word *find(const char *word, const char **value)
{
	for (unsigned i = 0; i < WORDS; i++) {
		*value = value_of(word, table[i].name);
		if (*value)
			return &table[i];
	}
	return NULL;
}

void cmdline_limit(const char *key, uint64_t max)
{
	const char *unused;
	struct cmdline_word *word = find(key, &unused);

	if (word && max < word->max)
		word->max = max;
}

void cmdline_check(void)
{
	if (strlen(text) == TEXT_MAX - 1)
		log_warning("command line: only its first %u bytes are used", TEXT_MAX - 1);
	for (const char *word = words; *word; word += strlen(word) + 1) {
		char values[CMDLINE_VALUES];
		const char *value;
		const struct cmdline_word *known = find(word, &value);

		if (!known)
			log_warning("command line: %s: unknown word, ignored (\"help boot\" lists "
				    "those there are)",
				    word);
		else if (!is_valid(known, value) && known->kind == CMDLINE_FLAG)
			log_warning("command line: %s: takes no value, ignored", word);
		else if (!is_valid(known, value))
			log_warning("command line: %s: expected %s, ignored", word,
				    cmdline_values(known, values));
	}
}

const char *cmdline_get(const char *key)
{
	const char *value, *last = NULL;
	const struct cmdline_word *known = find(key, &value);

	for (const char *word = words; *word; word += strlen(word) + 1) {
		value = value_of(word, key);
		/* the last one wins: what is appended overrides */
		if (value && known && is_valid(known, value))
			last = value;
	}
	return last;
}

uint64_t cmdline_number(const char *key, uint64_t fallback)
{
	const char *value = cmdline_get(key);
	uint64_t number;

	return value && !number_parse(value, 0, &number) ? number : fallback;
}

bool cmdline_pair(const char *key, uint64_t numbers[2])
{
	const char *value = cmdline_get(key), *unused;
	uint64_t pair[2];

	if (!value || !read_pair(find(key, &unused), value, pair))
		return false;
	memcpy(numbers, pair, sizeof(pair));
	return true;
}

bool cmdline_has(const char *key, const char *item)
{
	const char *value = cmdline_get(key);

	return value && is_item(value, ',', item, strlen(item));
}

const char *cmdline_values(const struct cmdline_word *word, char shown[CMDLINE_VALUES])
{
	size_t length = 0;

	shown[0] = '\0';
	if (word->values) {
		snprintf(shown, CMDLINE_VALUES, "%s", word->values);
	} else if (word->kind == CMDLINE_TEXT) {
		snprintf(shown, CMDLINE_VALUES, "text");
	} else if (word->kind == CMDLINE_NUMBER) {
		snprintf(shown, CMDLINE_VALUES, "%llu%s%llu", (unsigned long long)word->min,
			 word->max == word->min + 1 ? " or " : " to ",
			 (unsigned long long)word->max);
	} else if (word->kind == CMDLINE_CHOICE) {
		for (const char *c = word->choices; *c && length + 3 < CMDLINE_VALUES; c++) {
			if (*c == ' ')
				shown[length++] = ',';
			shown[length++] = *c;
		}
		shown[length] = '\0';
	}
	return shown;
}

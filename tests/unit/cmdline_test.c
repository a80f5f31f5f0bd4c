/* The kernel command line. */
#include "kernel/cmdline.h"

#include <stdarg.h>
#include <stdio.h>

#include "kernel/log.h"
#include "lib/format.h"
#include "tests/unit/cmocka.h"

static unsigned warnings;
static char warned[4096]; /* each with a newline behind */

void klog(int level, const char *format, ...)
{
	size_t length = strlen(warned);
	va_list arguments;

	assert_int_equal(level, 4);
	va_start(arguments, format);
	vsnprintf(warned + length, sizeof(warned) - length, format, arguments);
	va_end(arguments);
	strcat(warned, "\n");
	warnings++;
}

static void check(const char *line, const char *warning)
{
	warned[0] = '\0';
	cmdline_init(line);
	cmdline_check();
	assert_string_equal(warned, warning);
}

static void words(void **state)
{
	(void)state;
	cmdline_init(
		"  autorun BOOT_IMAGE=1\tconsole.mark=x=y BOOT_IMAGE=2 initrd='p  q'\"r's\" \"\" "
		"=g \\\"");
	assert_string_equal(cmdline_get("autorun"), "");
	assert_string_equal(cmdline_get("BOOT_IMAGE"), "2"); /* the last one */
	assert_string_equal(cmdline_get("console.mark"), "x=y");
	assert_null(cmdline_get("console"));
	assert_string_equal(cmdline_get("initrd"), "p  qr's");
	assert_null(cmdline_get("nothing"));
	assert_string_equal(
		cmdline_text() + 2,
		"autorun BOOT_IMAGE=1\tconsole.mark=x=y BOOT_IMAGE=2 initrd='p  q'\"r's\" "
		"\"\" =g \\\"");
	cmdline_init("console.mark= console.mark=e\\ f=\\'\\\\");
	assert_string_equal(cmdline_get("console.mark"), "e f='\\");
	cmdline_init("console.mark=x console.mark=");
	assert_string_equal(cmdline_get("console.mark"), "");
	cmdline_init("");
	assert_null(cmdline_get("autorun"));
	cmdline_init("console.mark='quote and \\");
	assert_string_equal(cmdline_get("console.mark"), "quote and \\");
}

static void longest(void **state)
{
	static char line[5000];
	static const char word[] = "console.mark=";

	(void)state;
	for (size_t i = 0; i < sizeof(line) - 1; i++)
		line[i] = i % 2 ? ' ' : 'x';
	cmdline_init(line);
	assert_int_equal(strlen(cmdline_text()), 2047);
	memset(line, 'y', sizeof(line) - 1);
	memcpy(line, word, sizeof(word) - 1);
	cmdline_init(line);
	assert_int_equal(strlen(cmdline_get("console.mark")), 2047 - (sizeof(word) - 1));
	cmdline_check();
	assert_string_equal(warned, "command line: only its first 2047 bytes are used\n");
	warned[0] = '\0';
}

static void numbers(void **state)
{
	static const char *const wrong[] = {"0",  "65", "-1", "5x", "", "18446744073709551617",
					    " 5", "1,2"};
	char line[64];

	(void)state;
	cmdline_init("nvme.queues=10 nvme.depth=0x10 nvme.spin_us=010 nvme.any=0");
	assert_int_equal(cmdline_number("nvme.queues", 1), 10);
	assert_int_equal(cmdline_number("nvme.depth", 1), 16);
	assert_int_equal(cmdline_number("nvme.spin_us", 1), 8);
	assert_int_equal(cmdline_number("nvme.any", 1), 0);
	assert_int_equal(cmdline_number("nvme.shadow", 7), 7);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		snprintf(line, sizeof(line), "nvme.queues='%s'", wrong[i]);
		cmdline_init(line);
		assert_int_equal(cmdline_number("nvme.queues", 3), 3);
		assert_null(cmdline_get("nvme.queues"));
	}
	/* what is wrong hides nothing */
	cmdline_init("nvme.queues=5 nvme.queues=500");
	assert_int_equal(cmdline_number("nvme.queues", 3), 5);
	cmdline_init("files.reserve=18446744073709551615");
	assert_true(cmdline_number("files.reserve", 0) == UINT64_MAX);
}

static void pairs(void **state)
{
	uint64_t numbers[2] = {77, 78};

	(void)state;
	cmdline_init("nvme.coalesce=8,255");
	assert_true(cmdline_pair("nvme.coalesce", numbers));
	assert_int_equal(numbers[0], 8);
	assert_int_equal(numbers[1], 255);
	cmdline_init("nvme.coalesce=1,256");
	assert_false(cmdline_pair("nvme.coalesce", numbers));
	assert_int_equal(numbers[0], 8);
	assert_int_equal(numbers[1], 255);
}

/* Every word that does nothing is said. */
static void warnings_at_start(void **state)
{
	(void)state;
	check("", "");
	check("autorun loglevel=7 columns=132 console.mark=x nvme.irq=poll nvme.data=sgl "
	      "nvme.coalesce=1,2 BOOT_IMAGE=/boot/my_nvme.elf initrd=autorun",
	      "");
	check("nvme.quueues=4",
	      "command line: nvme.quueues=4: unknown word, ignored (\"help boot\" "
	      "lists those there are)\n");
	check("nvme.queue nvme.queues2=1 NVME.ANY=1 =x",
	      "command line: nvme.queue: unknown word, ignored (\"help boot\" lists those there "
	      "are)\n"
	      "command line: nvme.queues2=1: unknown word, ignored (\"help boot\" lists those "
	      "there "
	      "are)\n"
	      "command line: NVME.ANY=1: unknown word, ignored (\"help boot\" lists those there "
	      "are)\n"
	      "command line: =x: unknown word, ignored (\"help boot\" lists those there are)\n");
	check("nvme.queues=65 nvme.queues nvme.any=2 nvme.queues=4",
	      "command line: nvme.queues=65: expected 1 to 64, ignored\n"
	      "command line: nvme.queues: expected 1 to 64, ignored\n"
	      "command line: nvme.any=2: expected 0 or 1, ignored\n");
	check("nvme.irq=msi nvme.irq= nvme.irq=poll,intx nvme.data=prpx nvme.data=pr",
	      "command line: nvme.irq=msi: expected poll, intx, msix, ignored\n"
	      "command line: nvme.irq=: expected poll, intx, msix, ignored\n"
	      "command line: nvme.irq=poll,intx: expected poll, intx, msix, ignored\n"
	      "command line: nvme.data=prpx: expected auto, prp, sgl, ignored\n"
	      "command line: nvme.data=pr: expected auto, prp, sgl, ignored\n");
	check("autorun=no nvme.coalesce=1",
	      "command line: autorun=no: takes no value, ignored\n"
	      "command line: nvme.coalesce=1: expected COMPLETIONS,TIME, each 0 to 255, ignored\n");
	assert_null(cmdline_get("autorun"));
	check("files.reserve=2000", "");
	cmdline_limit("files.reserve", 1999);
	check("files.reserve=1999", "");
	check("files.reserve=2000",
	      "command line: files.reserve=2000: expected bytes, up to all RAM, ignored\n");
}

static void lists(void **state)
{
	static const struct {
		const char *line;
		bool sq, list;
	} rows[] = {
		{"", false, false},
		{"nvme.cmb=sq", true, false},
		{"nvme.cmb=list", false, true},
		{"nvme.cmb=list,sq", true, true},
		{"nvme.cmb=sq,sq", true, false},
		{"nvme.cmb=sq,list nvme.cmb=list", false, true},
		{"nvme.cmb=", false, false},
		{"nvme.cmb=s", false, false},
		{"nvme.cmb=sq,", false, false},
		{"nvme.cmb=,sq", false, false},
		{"nvme.cmb=sq,data", true, false},
		{"nvme.cmb=sq,more", false, false},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cmdline_init(rows[i].line);
		assert_int_equal(cmdline_has("nvme.cmb", "sq"), rows[i].sq);
		assert_int_equal(cmdline_has("nvme.cmb", "list"), rows[i].list);
		assert_false(cmdline_has("nvme.cmb", "s"));
	}
	check("nvme.cmb=sq;list",
	      "command line: nvme.cmb=sq;list: expected sq, list or data, or more of "
	      "them with commas between, ignored\n");
}

/* What the table says of a word is enough to choose a value. */
static void table(void **state)
{
	const struct cmdline_word *word;
	char values[CMDLINE_VALUES];

	(void)state;
	for (unsigned i = 0; (word = cmdline_word_at(i)); i++) {
		cmdline_values(word, values);
		assert_true(strlen(values) + 1 < sizeof(values));
		assert_true((*values != '\0') == (word->kind != CMDLINE_FLAG));
		assert_true(*word->help && word->min <= word->max);
		assert_true((word->choices != NULL) ==
			    (word->kind == CMDLINE_CHOICE || word->kind == CMDLINE_LIST));
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(word->name, cmdline_word_at(j)->name);
	}
}

TESTS(cmocka_unit_test(words), cmocka_unit_test(longest), cmocka_unit_test(numbers),
      cmocka_unit_test(pairs), cmocka_unit_test(lists), cmocka_unit_test(warnings_at_start),
      cmocka_unit_test(table))

/* The JSON writer: what it writes is what json-c's pretty form has. */
#include "lib/json.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/cmocka.h"

static char written[4096];

static void collect(const char *text)
{
	assert_true(strlen(written) + strlen(text) < sizeof(written));
	strcat(written, text);
}

static struct json begin(void)
{
	written[0] = '\0';
	return (struct json){.write = collect};
}

static void test_layout(void **state)
{
	struct json json = begin();

	(void)state;
	json_object_begin(&json, NULL);
	json_string(&json, "name", "my_nvme0");
	json_array_begin(&json, "list");
	json_number(&json, NULL, UINT64_MAX);
	json_signed(&json, NULL, INT64_MIN);
	json_object_begin(&json, NULL);
	json_bool(&json, "yes", true);
	json_literal(&json, "nothing", "null");
	json_object_end(&json);
	json_array_end(&json);
	json_number(&json, "last", 0);
	json_object_end(&json);
	assert_string_equal(written, "{\n"
				     "  \"name\":\"my_nvme0\",\n"
				     "  \"list\":[\n"
				     "    18446744073709551615,\n"
				     "    -9223372036854775808,\n"
				     "    {\n"
				     "      \"yes\":true,\n"
				     "      \"nothing\":null\n"
				     "    }\n"
				     "  ],\n"
				     "  \"last\":0\n"
				     "}");
}

static void test_compact(void **state)
{
	struct json json = begin();

	(void)state;
	json.compact = 2;
	json_object_begin(&json, NULL);
	json_array_begin(&json, "list");
	for (unsigned i = 0; i < 2; i++) {
		json_object_begin(&json, NULL);
		json_number(&json, "number", i);
		json_object_begin(&json, "more");
		json_bool(&json, "yes", true);
		json_object_end(&json);
		json_object_end(&json);
	}
	json_array_end(&json);
	json_object_end(&json);
	assert_string_equal(written, "{\n"
				     "  \"list\":[\n"
				     "    {\"number\":0,\"more\":{\"yes\":true}},\n"
				     "    {\"number\":1,\"more\":{\"yes\":true}}\n"
				     "  ]\n"
				     "}");
}

static void test_any_bytes_make_valid_text(void **state)
{
	struct json json = begin();

	(void)state;
	json_text(&json, NULL, "a\"b\\c\n\x7f\xe9/", 32);
	assert_string_equal(written, "\"a\\\"b\\\\c\\u000a\\u007f\\u00e9/\"");
	json = begin();
	json_text(&json, NULL, "no more than three", 3);
	assert_string_equal(written, "\"no \"");
}

/* However deep a caller goes, levels are counted in 32 bits. */
static void test_deepest(void **state)
{
	struct json json = begin();

	(void)state;
	for (unsigned i = 0; i < JSON_DEPTH_MAX; i++)
		json_array_begin(&json, NULL);
	json_number(&json, NULL, 1);
	json_number(&json, NULL, 2);
	for (unsigned i = 0; i < JSON_DEPTH_MAX; i++)
		json_array_end(&json);
	assert_int_equal(json.depth, 0);
	assert_non_null(strstr(written, "1,\n"));
}

TESTS(cmocka_unit_test(test_layout), cmocka_unit_test(test_compact),
      cmocka_unit_test(test_any_bytes_make_valid_text), cmocka_unit_test(test_deepest))

/* A writer of JSON. */
#include "lib/json.h"

#include "lib/format.h"
#include "lib/string.h"

static void indent(struct json *json)
{
	for (unsigned i = 0; i < json->depth * (json->indent ? json->indent : 2); i++)
		json->write(" ");
}

static void new_line(struct json *json)
{
	if (json->compact && json->depth > json->compact)
		return;
	json->write("\n");
	indent(json);
}

static void quoted(struct json *json, const char *text, uint32_t size)
{
	char piece[80] = "\"";
	size_t length = 1;

	for (uint32_t i = 0; i < size && text[i]; i++) {
		unsigned char c = (unsigned char)text[i];

		if (length + sizeof("\\u0000") > sizeof(piece)) {
			json->write(piece);
			length = 0;
		}
		if (c == '"' || c == '\\')
			piece[length++] = '\\';
		if (c < ' ' || c >= 0x7f)
			length += (size_t)snprintf(piece + length, sizeof(piece) - length,
						   "\\u%04x", c);
		else
			piece[length++] = (char)c;
		piece[length] = '\0';
	}
	json->write(piece);
	json->write("\"");
}

/* What comes before a value: the comma behind the one before, a line of its own, and the key. */
static void begin_value(struct json *json, const char *key)
{
	uint32_t level = 1u << json->depth;

	if (json->depth) {
		if (json->filled & level)
			json->write(",");
		new_line(json);
	}
	json->filled |= level;
	if (key) {
		quoted(json, key, UINT32_MAX);
		json->write(json->colon ? json->colon : ":");
	}
}

static void begin(struct json *json, const char *key, const char *bracket)
{
	begin_value(json, key);
	json->write(bracket);
	if (json->depth < JSON_DEPTH_MAX)
		json->depth++;
	json->filled &= ~(1u << json->depth);
}

static void end(struct json *json, const char *bracket)
{
	bool lines = !json->compact || json->depth <= json->compact;

	if (json->depth)
		json->depth--;
	if (lines) {
		json->write("\n");
		indent(json);
	}
	json->write(bracket);
}

void json_object_begin(struct json *json, const char *key)
{
	begin(json, key, "{");
}

void json_object_end(struct json *json)
{
	end(json, "}");
}

void json_array_begin(struct json *json, const char *key)
{
	begin(json, key, "[");
}

void json_array_end(struct json *json)
{
	end(json, "]");
}

void json_text(struct json *json, const char *key, const char *text, uint32_t size)
{
	begin_value(json, key);
	quoted(json, text, size);
}

void json_string(struct json *json, const char *key, const char *text)
{
	json_text(json, key, text, UINT32_MAX);
}

void json_literal(struct json *json, const char *key, const char *text)
{
	begin_value(json, key);
	json->write(text);
}

void json_number(struct json *json, const char *key, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	json_literal(json, key, text);
}

void json_signed(struct json *json, const char *key, int64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)value);
	json_literal(json, key, text);
}

void json_bool(struct json *json, const char *key, bool value)
{
	json_literal(json, key, value ? "true" : "false");
}

/* A writer of JSON: text goes out as it is made, laid out as json-c's "pretty" form has it, two
 * blanks for each level, or as somebody else has it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define JSON_DEPTH_MAX 31

struct json {
	/* Takes a piece of the text. */
	void (*write)(const char *text);
	unsigned indent;  /* blanks for each level; 0: two */
	unsigned compact; /* 0, or so many levels have lines of their own, what is below has none */
	const char *colon; /* behind a key; NULL: ":" */
	uint32_t filled;   /* by level: something stands there already */
	unsigned depth;
};

/* The key is NULL for elements of an array, and for the document itself. Keys are plain names;
 * begin and end come in pairs, no deeper than JSON_DEPTH_MAX. */
void json_object_begin(struct json *json, const char *key);
void json_object_end(struct json *json);
void json_array_begin(struct json *json, const char *key);
void json_array_end(struct json *json);
/* Up to size bytes of text, fewer where a NUL ends it. Bytes that are no ASCII are taken as
 * Latin-1, so that the text is valid whatever the device says. */
void json_text(struct json *json, const char *key, const char *text, uint32_t size);
void json_string(struct json *json, const char *key, const char *text);
void json_number(struct json *json, const char *key, uint64_t value);
void json_signed(struct json *json, const char *key, int64_t value);
void json_bool(struct json *json, const char *key, bool value);
/* A number that is written already, or null. */
void json_literal(struct json *json, const char *key, const char *text);

/* Growing text for traces, violations and the driver's log. */
#include "tests/sim/internal.h"

#include <stdio.h>
#include <stdlib.h>

void sim_text_add_list(struct sim_text *text, const char *format, va_list args)
{
	va_list again;
	int length;

	va_copy(again, args);
	length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (text->size + (size_t)length + 2 > text->room) {
		text->room = (text->size + (size_t)length + 2) * 2;
		text->bytes = realloc(text->bytes, text->room);
	}
	vsnprintf(text->bytes + text->size, (size_t)length + 1, format, args);
	text->size += (size_t)length;
	text->bytes[text->size++] = '\n';
	text->bytes[text->size] = '\0';
}

void sim_text_add(struct sim_text *text, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	sim_text_add_list(text, format, args);
	va_end(args);
}

void sim_text_clear(struct sim_text *text)
{
	text->size = 0;
	if (text->bytes)
		text->bytes[0] = '\0';
}

void sim_text_free(struct sim_text *text)
{
	free(text->bytes);
	*text = (struct sim_text){0};
}

/* sed: texts that grow. */
#include "kernel/commands/command.h"
#include "kernel/commands/sed/sed.h"
#include "kernel/posix/process.h"
#include "lib/string.h"

void sed_add(struct sed_text *text, const void *bytes, size_t length)
{
	if (length > SPACE_LIMIT - text->length)
		fail(STATUS_PANIC, "line too long (%u MiB at most)", SPACE_LIMIT >> 20);
	if (text->length + length > text->room) {
		text->room = 2 * (text->length + length) + 32;
		text->bytes = process_realloc(text->bytes, text->room);
		if (!text->bytes)
			fail(STATUS_PANIC, "memory exhausted");
	}
	if (length)
		memcpy(text->bytes + text->length, bytes, length);
	text->length += length;
}

void sed_add_byte(struct sed_text *text, char c)
{
	sed_add(text, &c, 1);
}

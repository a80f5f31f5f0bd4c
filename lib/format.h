/* Formatted output: %d %i %u %x %X %o %c %s %p %% with flags "-+ 0#", width and precision (also
 * '*'), and the length modifiers hh h l ll z j t. No floating point. On the host these are the C
 * library's. */
#pragma once

#include <stdarg.h>
#include <stddef.h>

#if __STDC_HOSTED__
#include <stdio.h>
#else
/* Return the length that the whole text has (without its NUL), however little of it fitted into
 * size bytes. */
int snprintf(char *buffer, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int vsnprintf(char *buffer, size_t size, const char *format, va_list args)
	__attribute__((format(printf, 3, 0)));
#endif

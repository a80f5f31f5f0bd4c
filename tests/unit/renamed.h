/* The functions of lib/ that the C library has as well, under the names that tests.mk gives them
 * when it compiles them for tests, so that the two can be compared. */
#pragma once

#include <stdarg.h>
#include <stddef.h>

void *lib_memcpy(void *restrict to, const void *restrict from, size_t size);
void *lib_memmove(void *to, const void *from, size_t size);
void *lib_memset(void *to, int byte, size_t size);
int lib_memcmp(const void *a, const void *b, size_t size);
void *lib_memchr(const void *s, int byte, size_t size);
void *lib_memrchr(const void *s, int byte, size_t size);
size_t lib_strlen(const char *s);
size_t lib_strnlen(const char *s, size_t max);
int lib_strcmp(const char *a, const char *b);
int lib_strncmp(const char *a, const char *b, size_t max);
char *lib_strchr(const char *s, int c);
char *lib_strrchr(const char *s, int c);
char *lib_strstr(const char *haystack, const char *needle);
size_t lib_strspn(const char *s, const char *accept);
size_t lib_strcspn(const char *s, const char *reject);

int lib_snprintf(char *buffer, size_t size, const char *format, ...);
int lib_vsnprintf(char *buffer, size_t size, const char *format, va_list args);

typedef unsigned long lib_jmp_buf[8];
int lib_setjmp(lib_jmp_buf environment) __attribute__((returns_twice));
_Noreturn void lib_longjmp(lib_jmp_buf environment, int value);

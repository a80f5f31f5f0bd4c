/* What commands that read files have in common. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INPUT_BUFFER (128 * 1024)

/* "NAME: FILE: reason", FILE quoted if needed; returns 1, the usual status then. error is a
 * negative errno. */
int input_complain(const char *name, long error);

/* Opens name to read, "-" being standard input: its descriptor, or a negative errno after
 * input_complain(). */
int input_open(const char *name);
/* Nothing for standard input. */
void input_close(int fd);

/* Calls each() for every operand, or once for standard input ("-") where there is none. Returns 1
 * if a file could not be opened or each() did not return 0, else 0. */
int input_for_each(char **operands, int count, int (*each)(int fd, const char *name, void *context),
		   void *context);

/* A file read through a buffer, byte by byte or line by line. */
struct input {
	int fd;
	const char *name;
	unsigned char *buffer;
	size_t at, end;
	char *line; /* input_line()'s, grows */
	size_t line_size;
	char end_of_line; /* a newline, unless set otherwise after input_start() */
	bool failed;	  /* a read error has been complained about */
	bool quiet;	  /* set after input_start(): the caller complains about error itself */
	long error;
};

/* buffer is INPUT_BUFFER bytes from input_buffer() or NULL (one is allocated). */
void input_start(struct input *input, int fd, const char *name, void *buffer);
/* Page-aligned, INPUT_BUFFER bytes; ends the process where memory is out. */
void *input_buffer(void);
/* Makes bytes available at buffer + at … buffer + end; false at the end or on an error. */
bool input_fill(struct input *input);
/* The next byte, or -1. */
static inline int input_byte(struct input *input)
{
	if (input->at == input->end && !input_fill(input))
		return -1;
	return input->buffer[input->at++];
}
/* The next line without its newline, with a NUL behind; NULL at the end. *complete tells whether a
 * newline was there (may be NULL). Valid until the next call. */
char *input_line(struct input *input, size_t *length, bool *complete);

/* Bytes over whole words: how many bytes equal c, and how many bytes at the start of a and b are
 * the same. */
size_t bytes_count(const void *bytes, size_t size, unsigned char c);
size_t bytes_same(const void *a, const void *b, size_t size);

/* fio's numbers: fractions without floating point, and sizes in few digits. */
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef unsigned __int128 fio_wide;

/* One, as fractions are kept: in millionths. */
#define FIO_ONE 1000000ull

/* Rounded down; 0 where divisor, below 2^127, is 0. */
fio_wide fio_divide_wide(fio_wide number, fio_wide divisor);
/* The same, UINT64_MAX where it is more. */
uint64_t fio_divide(fio_wide number, fio_wide divisor);
/* part * FIO_ONE * times / whole; 0 of nothing. */
uint64_t fio_fraction(uint64_t part, uint64_t times, uint64_t whole);
/* The square root, rounded down. */
uint64_t fio_root(fio_wide number);

#define FIO_NUMBER_TEXT 32
/* Millionths with so many decimals, rounded. Returns text. */
char *fio_decimal(char text[FIO_NUMBER_TEXT], uint64_t millionths, unsigned decimals);
/* In at most so many digits, with a prefix of powers of 1000, or of 1024: "10.6k", "38.8Mi". */
char *fio_short(char text[FIO_NUMBER_TEXT], uint64_t number, unsigned digits, unsigned power);

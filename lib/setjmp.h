/* setjmp() and longjmp(). On the host they are the C library's. */
#pragma once

#if __STDC_HOSTED__
#include <setjmp.h>
#else
/* rbx, rbp, r12 to r15, rsp, rip: all that a function must preserve. */
typedef unsigned long jmp_buf[8];

int setjmp(jmp_buf environment) __attribute__((returns_twice));
/* Makes setjmp() return value again (1 for 0). */
_Noreturn void longjmp(jmp_buf environment, int value);
#endif

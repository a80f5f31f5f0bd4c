/* Error numbers with Linux's values; functions return them negated. On the host they are the C
 * library's. */
#pragma once

#if __STDC_HOSTED__
#include <errno.h>
#else
#define EPERM	     1
#define ENOENT	     2
#define ESRCH	     3
#define EINTR	     4
#define EIO	     5
#define ENXIO	     6
#define E2BIG	     7
#define ENOEXEC	     8
#define EBADF	     9
#define EAGAIN	     11
#define ENOMEM	     12
#define EACCES	     13
#define EFAULT	     14
#define EBUSY	     16
#define EEXIST	     17
#define EXDEV	     18
#define ENODEV	     19
#define ENOTDIR	     20
#define EISDIR	     21
#define EINVAL	     22
#define ENFILE	     23
#define EMFILE	     24
#define ENOTTY	     25
#define EFBIG	     27
#define ENOSPC	     28
#define ESPIPE	     29
#define EROFS	     30
#define EPIPE	     32
#define EDOM	     33
#define ERANGE	     34
#define ENAMETOOLONG 36
#define ENOSYS	     38
#define ENOTEMPTY    39
#define ELOOP	     40
#define ENODATA	     61
#define EPROTO	     71
#define EOVERFLOW    75
#define EILSEQ	     84
#define EOPNOTSUPP   95
#define ETIMEDOUT    110
#define EALREADY     114
#define ECANCELED    125
#endif

/* The text that strerror() of the GNU C library gives for one of these numbers, and for 0; for any
 * other "Unknown error N". */
const char *error_text(int error);

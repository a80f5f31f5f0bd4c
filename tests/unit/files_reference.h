/* The operating system's own files, called as kernel/posix/file.h has it: negative errno. */
#pragma once

#include <stdint.h>

/* A new empty directory, deep enough for some "..". */
const char *reference_start(void);
void reference_end(void);

struct reference_stat {
	int type; /* as enum file_type */
	uint64_t size;
};

int reference_open(const char *path, int flags, unsigned mode);
int reference_close(int fd);
long reference_read(int fd, void *buffer, unsigned long size);
long reference_write(int fd, const void *buffer, unsigned long size);
long reference_pread(int fd, void *buffer, unsigned long size, uint64_t offset);
long reference_pwrite(int fd, const void *buffer, unsigned long size, uint64_t offset);
int64_t reference_seek(int fd, int64_t offset, int whence);
int reference_truncate(int fd, uint64_t size);
int reference_stat(const char *path, struct reference_stat *stat);
int reference_unlink(const char *path);
int reference_rename(const char *from, const char *to);
int reference_mkdir(const char *path);
int reference_rmdir(const char *path);
/* The names in a directory in byte order, a newline behind each. 0 or a negative errno. */
int reference_list(const char *path, char *names, unsigned long size);

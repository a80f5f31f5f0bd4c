/* Files: one tree of names over RAM files, directories, device files and block devices; POSIX
 * semantics, negative errno. Everything is owned by root, mode bits are kept for show. Paths are
 * absolute or relative to the current process's working directory; "." and ".." work; there are no
 * links. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PATH_MAX 4096
#define NAME_MAX 255

/* open flags, with Linux's values */
#define O_RDONLY    0
#define O_WRONLY    1
#define O_RDWR	    2
#define O_ACCMODE   3
#define O_CREAT	    0100
#define O_EXCL	    0200
#define O_TRUNC	    01000
#define O_APPEND    02000
#define O_NONBLOCK  04000
#define O_DSYNC	    010000
#define O_DIRECT    040000
#define O_DIRECTORY 0200000
#define O_SYNC	    04010000

enum file_type { FILE_REGULAR, FILE_DIRECTORY, FILE_CHARACTER, FILE_BLOCK, FILE_PIPE };

struct file_stat {
	enum file_type type;
	unsigned mode; /* permission bits, 0644 … */
	uint64_t inode;
	unsigned links;
	uint64_t size;	       /* bytes; a block device's capacity as well */
	uint64_t blocks;       /* 512-byte blocks in use */
	unsigned block_size;   /* preferred I/O size: 4096 */
	unsigned major, minor; /* of device files */
	uint64_t mtime_s;      /* seconds since 1970 */
	unsigned mtime_ns;
};

struct file; /* an open file description: position, flags, reference count */
struct block_device;

/* All return 0 (or a count) or a negative errno. */
int file_open(const char *path, int flags, unsigned mode, struct file **file);
struct file *file_get(struct file *file); /* one more reference */
int file_close(
	struct file *file); /* the last close of a block device writes back: errors are real */

long file_read(struct file *file, void *buffer, size_t size);
long file_write(struct file *file, const void *buffer, size_t size);
long file_pread(struct file *file, void *buffer, size_t size, uint64_t offset);
long file_pwrite(struct file *file, const void *buffer, size_t size, uint64_t offset);
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
int64_t file_seek(struct file *file, int64_t offset, int whence);
int file_stat(struct file *file, struct file_stat *stat);
int file_truncate(struct file *file, uint64_t size);
int file_sync(struct file *file); /* data on stable media: write back, then Flush */
/* Of a block device, in whole blocks: their content is not needed any more, or is zero; zeroes are
 * written where the device has no command for it. -EBADF (cannot be written), -ENOTTY (no block
 * device), -EINVAL (outside, or part of a block), -EOPNOTSUPP (does not discard). */
int file_discard(struct file *file, uint64_t offset, uint64_t size);
int file_zero(struct file *file, uint64_t offset, uint64_t size);
int file_get_flags(struct file *file);
int file_set_flags(struct file *file, int flags); /* O_APPEND, O_DIRECT, O_NONBLOCK as F_SETFL */
bool file_is_console(struct file *file);
struct block_device *file_block_device(struct file *file); /* NULL if it is none */
/* True if a read (write) would not wait. */
bool file_readable(struct file *file);

int file_pipe(struct file **read_end, struct file **write_end);

struct directory_entry {
	char name[NAME_MAX + 1];
	enum file_type type;
	uint64_t inode;
};
/* Entries in byte order of their names, "." and ".." not among them. *cursor starts at 0. 1, 0 at
 * the end, or an error. */
int directory_read(struct file *directory, uint64_t *cursor, struct directory_entry *entry);

int path_stat(const char *path, struct file_stat *stat);
/* Whether it can be called by its name: a regular file with a bit for that or "#!" in front. */
bool path_is_program(const char *path, const struct file_stat *stat);
int path_unlink(const char *path);
int path_rename(const char *from, const char *to);
int path_mkdir(const char *path, unsigned mode);
int path_chmod(const char *path, unsigned mode);
int path_rmdir(const char *path);
/* The normalised absolute form of path, relative to the current process; -ENAMETOOLONG. Need not
 * exist. */
int path_absolute(const char *path, char *absolute, size_t size);

/* Writes back every block device's buffer and flushes the devices. The first error. */
int files_sync_all(void);
/* Writes the device's buffer back, and lets files read the device anew: blocks are about to change
 * past them. */
int files_refresh(struct block_device *device);

/* At start: the tree with /dev, /tmp and /root; a device file per registered block device appears
 * by itself, later ones too. */
int files_init(void);
/* Who knows controllers hands in their names: name_at(0), name_at(1), … NULL behind the last. Each
 * is a character device in /dev as long as it is named; reading and writing it is -EINVAL. */
void files_set_controllers(const char *(*name_at)(unsigned index));
/* Puts memory into the tree as a regular file (boot modules); the bytes are copied. */
int files_add(const char *path, const void *bytes, size_t size);

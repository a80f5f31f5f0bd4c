/* Inside the file layer: inodes (what exists in the tree) and open files (what a descriptor
 * means). */
#pragma once

#include "drivers/block/block.h"
#include "kernel/posix/file.h"

struct block_file;
struct directory_item;

/* Content of a regular file: a radix tree of pages, 512 to a node. A page that is not there is a
 * hole. */
struct ram_data {
	void *root;	 /* height 0: the only page; else a node of 512 pointers */
	unsigned height; /* the tree holds 512^height pages */
	uint64_t pages;
};

/* Names in byte order. */
struct directory_data {
	struct directory_item **items;
	size_t count, capacity;
	struct inode *parent; /* the root's is the root itself */
	bool removed;
};

struct directory_item {
	struct inode *inode;
	uint16_t length;
	char name[];
};

struct file_operations {
	/* All but read and write may be NULL. */
	int (*open)(struct file *file);
	int (*close)(struct file *file);
	long (*read)(struct file *file, void *buffer, size_t size, uint64_t offset);
	long (*write)(struct file *file, const void *buffer, size_t size, uint64_t offset);
	uint64_t (*size)(struct inode *inode);
	int (*truncate)(struct inode *inode, uint64_t size);
	int (*sync)(struct file *file); /* NULL: -EINVAL */
	bool (*readable)(struct file *file);
	bool (*writable)(struct file *file);
	/* Where seeking in it leads: anywhere, nowhere (position stays 0), -ESPIPE. */
	enum { SEEK_ANYWHERE, SEEK_STAYS, SEEK_NOT } seeking;
};

struct inode {
	enum file_type type;
	unsigned mode;
	unsigned references; /* its name in the tree and every open file */
	unsigned links;
	unsigned major, minor;
	uint64_t number;
	uint64_t size;	      /* of a regular file */
	uint64_t modified_ns; /* as time_ns() counts */
	const struct file_operations *operations;
	union {
		struct ram_data ram;
		struct directory_data directory;
		struct block_file *block;
		struct pipe *pipe;
		int redirect; /* descriptor that opening it duplicates, where type is FILE_CHARACTER
				 and operations is NULL */
	};
};

struct file {
	struct inode *inode;
	int flags;
	unsigned references;
	uint64_t position;
	union {
		uint64_t next_read;    /* block device: where a sequential reader goes on */
		char *directory_after; /* directory: the name that directory_read() gave last */
		bool write_end;	       /* pipe */
	};
	unsigned errors_seen; /* block device: write-back errors reported here */
	unsigned read_ahead;  /* block device: bytes to read ahead the next time */
};

/* inode.c */
struct inode *inode_create(enum file_type type, unsigned mode, const struct file_operations *ops);
struct inode *inode_get(struct inode *inode);
void inode_put(struct inode *inode);
void inode_touch(struct inode *inode);
/* Wall clock of a moment on time_ns()'s scale. */
void inode_time(uint64_t ns, uint64_t *seconds, unsigned *nanoseconds);
/* -ENOSPC when the RAM file system may not grow by a page more; asked before each one. */
int ram_reserve(void);

/* ram.c */
extern const struct file_operations ram_operations;
void ram_free(struct inode *inode);

/* directory.c */
extern const struct file_operations directory_operations;
struct inode *directory_find(struct inode *directory, const char *name);
/* Takes over the caller's reference to inode on success. */
int directory_add(struct inode *directory, const char *name, struct inode *inode);
/* Puts inode (whose reference it takes over) in the place of what is there under name. */
void directory_replace(struct inode *directory, const char *name, struct inode *inode);
/* Marks what is about to lose its name. */
void directory_unlink(struct inode *inode);
/* Drops the directory's reference. */
void directory_remove(struct inode *directory, const char *name);
void directory_free(struct inode *directory);

/* path.c */
struct path_result {
	struct inode *directory; /* of the last component; NULL if the path is the root */
	struct inode *inode;	 /* NULL where it does not exist */
	enum { LAST_NAME, LAST_DOT, LAST_DOTDOT, LAST_ROOT } last;
	bool slash; /* a slash stands behind it */
	char name[NAME_MAX + 1];
};
/* 0 also where only the last component is missing. No references are taken. */
int path_lookup(const char *path, struct path_result *result);
/* Makes what was looked for; the reference is the directory's. 0, -EEXIST, -ENOSPC; -EROFS below
 * /dev, where a regular file would be taken for a device that is not there. */
int path_create(const struct path_result *place, enum file_type type, unsigned mode,
		const struct file_operations *operations, struct inode **made);
extern struct inode *files_root, *files_dev;

/* device_files.c */
/* Puts nodes for the block devices that appeared into /dev, takes those away that went. */
void device_files_refresh(void);
int device_files_init(void);
/* A character device in the tree. */
int device_file_add(const char *path, unsigned major, unsigned minor, unsigned mode,
		    const struct file_operations *operations);

/* block_file.c */
extern const struct file_operations block_file_operations;
struct block_file *block_file_create(struct block_device *device);
void block_file_destroy(struct block_file *block);
struct block_device *block_file_device(struct block_file *block);
/* Writes back; flushes the device as well. */
int block_file_sync(struct block_file *block);
/* Writes back, and forgets what has been read. */
int block_file_refresh(struct block_file *block);
/* BLOCK_DISCARD or BLOCK_WRITE_ZEROES: see file_discard(), file_zero(). */
int block_file_clear(struct block_file *block, enum block_operation operation, uint64_t offset,
		     uint64_t size);

/* pipe.c */
void pipe_free(struct inode *inode);

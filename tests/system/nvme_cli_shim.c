/*
 * Preloaded into the distribution's nvme-cli so that it prints data that the test kernel dumped:
 * the same program text on both sides of the comparison, no NVMe device on the host needed.
 * Identify commands are answered from the files identify-CNS-NSID in the folder named by NVME_SHIM;
 * the registers are its file "registers". Any character device serves as the "device" on nvme's
 * command line.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/nvme_ioctl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/types.h>
#include <unistd.h>

#define IDENTIFY 0x06

static int answer_identify(struct nvme_passthru_cmd *command)
{
	char path[4096];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "%s/identify-%u-%u", getenv("NVME_SHIM"),
		 command->cdw10 & 0xff, command->nsid);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return 0x4002; /* Invalid Field in Command, Do Not Retry */
	length = read(fd, (void *)(uintptr_t)command->addr, command->data_len);
	close(fd);
	return length == (ssize_t)command->data_len ? 0 : 0x4002;
}

int ioctl(int fd, unsigned long request, ...)
{
	struct nvme_passthru_cmd *command;
	va_list args;

	(void)fd;
	va_start(args, request);
	command = va_arg(args, struct nvme_passthru_cmd *);
	va_end(args);
	if (request == (unsigned long)NVME_IOCTL_ID)
		return 1;
	if (request == NVME_IOCTL_ADMIN_CMD && command->opcode == IDENTIFY) {
		command->result = 0;
		return answer_identify(command);
	}
	errno = ENOTTY;
	return -1;
}

int open(const char *path, int flags, ...)
{
	int (*real_open)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
	char registers[4096];
	mode_t mode = 0;

	if (flags & (O_CREAT | O_TMPFILE)) {
		va_list args;

		va_start(args, flags);
		mode = va_arg(args, mode_t);
		va_end(args);
	}
	if (strstr(path, "/resource0")) {
		snprintf(registers, sizeof(registers), "%s/registers", getenv("NVME_SHIM"));
		path = registers;
	}
	return real_open(path, flags, mode);
}

/* What a device operand of a subcommand names. */
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/nvme.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/string.h"

#define DEVICE_PREFIX "/dev/"

/* The controller part of a name such as my_nvme0n1, and its namespace. */
static bool find_name(const char *name, struct nvme_target *target)
{
	struct block_device *device = block_find(name);
	struct nvme_namespace *namespace = device ? nvme_namespace_of(device) : NULL;

	if (namespace) {
		target->controller = namespace->controller;
		target->nsid = namespace->nsid;
		return true;
	}
	target->controller = nvme_find(name);
	target->nsid = 0;
	return target->controller;
}

/* What a path below /dev names there; anything else as it is. */
static const char *device_name(const char *operand)
{
	char *path = alloc_or_fail(PATH_MAX);

	if (!strchr(operand, '/') || path_absolute(operand, path, PATH_MAX) ||
	    strncmp(path, DEVICE_PREFIX, strlen(DEVICE_PREFIX)) != 0)
		return operand;
	return path + strlen(DEVICE_PREFIX);
}

bool nvme_find_target(const char *operand, struct nvme_target *target)
{
	return find_name(device_name(operand), target);
}

_Noreturn static void fail_no_device(const char *operand)
{
	struct file_stat stat;
	int error = path_stat(operand, &stat);

	if (error)
		fail(1, "%s: %s", operand, error_text(-error));
	if (stat.type != FILE_CHARACTER && stat.type != FILE_BLOCK)
		fail(1, "%s is not a block or character device", operand);
	fail(1, "%s: %s", operand, error_text(ENOTTY));
}

struct nvme_target nvme_operand(int argc, char **argv, int index)
{
	struct nvme_target target;

	if (index >= argc)
		fail(1, "%s: missing device", argv[0]);
	if (index + 1 < argc)
		fail(1, "%s: extra operand %s", argv[0], quote(argv[index + 1]));
	if (!nvme_find_target(argv[index], &target))
		fail_no_device(argv[index]);
	return target;
}

uint32_t nvme_operand_nsid(const struct nvme_target *target, uint32_t nsid)
{
	if (!nsid)
		nsid = target->nsid;
	if (!nsid)
		fail(1, "a namespace is needed: name one (%sn1) or give its number with -n",
		     nvme_name(target->controller));
	return nsid;
}

/* grep: the operands, and what is below directories. */
#include "kernel/commands/command.h"
#include "kernel/commands/grep/grep.h"
#include "kernel/commands/support/expression.h"
#include "kernel/commands/support/paths.h"
#include "kernel/commands/support/tree.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/string.h"

const char *grep_name(const struct grep *grep, const char *name)
{
	if (strcmp(name, "-") != 0)
		return name;
	return grep->label ? grep->label : "(standard input)";
}

void grep_complain(struct grep *grep, const char *name, long error)
{
	if (!grep->suppress)
		complain("%s: %s", name, error_text((int)-error));
	grep->trouble = true;
}

/* Whether --include and --exclude leave name out: the last glob that fits decides, without one
 * whether there is any --include before all others. */
static bool is_left_out(const struct grep *grep, const char *name, bool directory)
{
	const struct grep_glob *first = NULL;

	for (const struct grep_glob *glob = grep->globs; glob; glob = glob->next) {
		if (glob->directories != directory)
			continue;
		if (expression_search((struct regex *)&glob->regex, name, strlen(name), 0, NULL, 0,
				      STATUS_TROUBLE))
			return !glob->include;
		first = glob;
	}
	return first && first->include;
}

static bool is_own_output(const struct grep *grep, int fd)
{
	struct file_stat in, out_stat;
	struct file *file = process_file(1);

	return !grep->quiet && !grep->list && !grep->list_without && grep->most > 1 && file &&
	       file_stat(process_file(fd), &in) == 0 && file_stat(file, &out_stat) == 0 &&
	       in.type == FILE_REGULAR && out_stat.type == FILE_REGULAR &&
	       in.inode == out_stat.inode;
}

static void scan_file(struct grep *grep, const char *name)
{
	bool standard = strcmp(name, "-") == 0;
	int fd = standard ? 0 : process_open(name, O_RDONLY, 0);

	if (fd < 0 || !process_file(fd)) {
		grep_complain(grep, grep_name(grep, name), fd < 0 ? fd : -EBADF);
		return;
	}
	if (is_own_output(grep, fd)) {
		if (!grep->suppress)
			complain("%s: input file is also the output", grep_name(grep, name));
		grep->trouble = true;
	} else {
		grep_scan(grep, fd, name);
	}
	if (fd)
		process_set_file(fd, NULL);
}

static void visit(struct grep *grep, struct tree_path *path, bool as_dot, struct tree_path **list)
{
	bool operand = path->depth == 0;
	const char *name = operand ? path->path : path_last(path->path);
	struct file_stat stat;
	int error = path_stat(path->path, &stat);
	bool directory = !error && stat.type == FILE_DIRECTORY;
	bool device = !error && !directory && stat.type != FILE_REGULAR;

	if (!as_dot || !operand)
		if (is_left_out(grep, name, directory))
			return;
	if (directory && grep->skip_directories)
		return;
	if (device && (grep->skip_devices || !operand))
		return;
	if (directory && grep->recursive) {
		if (!operand && !path_is_walked(&stat))
			return;
		error = tree_descend(path, as_dot && operand, list);
		if (error)
			grep_complain(grep, path->path, error);
		return;
	}
	scan_file(grep, path->path);
}

void grep_operand(struct grep *grep, const char *name)
{
	bool as_dot = !name;
	struct tree_path *list;

	if (name && strcmp(name, "-") == 0) {
		scan_file(grep, name);
		return;
	}
	list = tree_begin(name ? name : ".");
	while (list && !(grep->quiet && grep->selected)) {
		struct tree_path *path = list;

		list = path->next;
		visit(grep, path, as_dot, &list);
		process_free(path);
	}
}

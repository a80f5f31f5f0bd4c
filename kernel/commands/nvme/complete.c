/* Tab behind nvme: options and devices. */
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/nvme.h"
#include "lib/format.h"
#include "lib/string.h"

#define DEVICE_PREFIX "/dev/"

void nvme_complete_device(struct completion *completion)
{
	/* With a slash in it, it is a path like any other. */
	completion->files = strchr(completion->word, '/') != NULL;
	for (struct nvme_controller *controller = nvme_first(); controller;
	     controller = nvme_next(controller)) {
		const char *prefix = completion->word[0] ? "" : DEVICE_PREFIX;
		char name[sizeof(DEVICE_PREFIX) + BLOCK_NAME_MAX];

		snprintf(name, sizeof(name), "%s%s", prefix, nvme_name(controller));
		completion->offer(completion, name);
		for (struct nvme_namespace *namespace = nvme_namespace_first(controller); namespace;
		     namespace = namespace->next) {
			snprintf(name, sizeof(name), "%s%s", prefix, namespace->block.name);
			if (namespace->registered)
				completion->offer(completion, name);
		}
	}
}

/* Whether the word before the cursor is an option whose value is to follow. */
static const struct nvme_option *waiting(const struct completion *completion,
					 const struct nvme_option *options)
{
	const char *word = completion->argv[completion->argc - 1];

	if (word[0] != '-')
		return NULL;
	for (; options->text; options++)
		if (*nvme_option_argument(options) &&
		    ((word[1] == '-' && strcmp(word + 2, options->text) == 0) ||
		     (word[1] == options->letter && !word[2])))
			return options;
	return NULL;
}

bool nvme_complete_option(struct completion *completion, const struct nvme_option *options)
{
	const struct nvme_option *option = waiting(completion, options);

	if (option) {
		completion->files = strcmp(nvme_option_argument(option), "FILE") == 0;
		return true;
	}
	if (completion->word[0] != '-')
		return false;
	for (; options->text; options++) {
		char name[40];

		if (!*nvme_option_help(options))
			continue;
		snprintf(name, sizeof(name), "--%s%s", options->text,
			 *nvme_option_argument(options) ? "=" : "");
		completion->offer(completion, name);
	}
	completion->offer(completion, "--help");
	return true;
}

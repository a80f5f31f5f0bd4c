/* nvme list-subsys and show-topology: NVM subsystems, and what belongs to each. */
#include "kernel/commands/nvme/subsystem.h"

#include "kernel/commands/command.h"
#include "kernel/commands/nvme/nvme.h"
#include "lib/format.h"
#include "lib/string.h"

/* A controller from before NVM Express 1.2.1 has no NQN: this one is made as the specification
 * says, of its vendor and its serial number (Base, section 4.5). */
static void format_nqn(const struct nvme_controller *controller, char *nqn)
{
	const struct nvme_identify_controller *id = nvme_identify(controller);

	if (id->subnqn[0])
		snprintf(nqn, NVME_NQN_MAX, "%.*s", (int)sizeof(id->subnqn), id->subnqn);
	else
		snprintf(nqn, NVME_NQN_MAX, "nqn.2014.08.org.nvmexpress:%04x%04x%.20s%.40s",
			 id->vid, id->ssvid, id->sn, id->mn);
}

bool nvme_subsystem_has(const struct nvme_subsystem *subsystem,
			const struct nvme_controller *controller)
{
	char nqn[NVME_NQN_MAX];

	format_nqn(controller, nqn);
	return strcmp(nqn, subsystem->nqn) == 0;
}

static bool same(const struct nvme_controller *one, const struct nvme_controller *other)
{
	struct nvme_subsystem subsystem;

	format_nqn(one, subsystem.nqn);
	return nvme_subsystem_has(&subsystem, other);
}

/* The subsystem of the first controller from this one on that is the first of its own. */
static bool take(struct nvme_subsystem *subsystem, struct nvme_controller *controller)
{
	for (; controller; controller = nvme_next(controller)) {
		struct nvme_controller *before = nvme_first();

		while (before != controller && !same(before, controller))
			before = nvme_next(before);
		if (before != controller)
			continue;
		subsystem->first = controller;
		format_nqn(controller, subsystem->nqn);
		snprintf(subsystem->name, sizeof(subsystem->name), "my_nvme-subsys%s",
			 nvme_name(controller) + strlen("my_nvme"));
		return true;
	}
	return false;
}

bool nvme_subsystem_first(struct nvme_subsystem *subsystem)
{
	return take(subsystem, nvme_first());
}

bool nvme_subsystem_following(struct nvme_subsystem *subsystem)
{
	return take(subsystem, nvme_next(subsystem->first));
}

struct nvme_controller *nvme_subsystem_next(struct nvme_controller *controller)
{
	struct nvme_controller *next = nvme_next(controller);

	while (next && !same(controller, next))
		next = nvme_next(next);
	return next;
}

void nvme_full_address(const struct nvme_controller *controller, char *text)
{
	snprintf(text, NVME_ADDRESS_TEXT, "0000:%s", nvme_address(controller));
}

struct topology_options {
	const char *ranking;
	uint8_t output;
	bool verbose;
};

static void print_controller(struct nvme_controller *controller)
{
	char address[NVME_ADDRESS_TEXT];

	nvme_full_address(controller, address);
	out("%s pcie %s", nvme_name(controller), address);
}

static void json_path(struct json *json, struct nvme_controller *controller)
{
	char address[NVME_ADDRESS_TEXT];

	nvme_full_address(controller, address);
	json_object_begin(json, NULL);
	json_string(json, "Name", nvme_name(controller));
	json_string(json, "Transport", "pcie");
	json_string(json, "Address", address);
	json_string(json, "State", nvme_state_name(nvme_state(controller)));
	json_object_end(json);
}

/* The controllers of a subsystem, in text and JSON. */
static void print_paths(struct nvme_controller *first)
{
	for (struct nvme_controller *controller = first; controller;
	     controller = nvme_subsystem_next(controller)) {
		out(" +- ");
		print_controller(controller);
		out(" %s\n", nvme_state_name(nvme_state(controller)));
	}
}

static void json_paths(struct json *json, struct nvme_controller *first)
{
	json_array_begin(json, "Paths");
	for (struct nvme_controller *controller = first; controller;
	     controller = nvme_subsystem_next(controller))
		json_path(json, controller);
	json_array_end(json);
}

/* The namespaces of a subsystem, each below or above its controller. */
static void print_namespaces(struct nvme_controller *first)
{
	for (struct nvme_controller *controller = first; controller;
	     controller = nvme_subsystem_next(controller))
		for (struct nvme_namespace *namespace = nvme_namespace_first(controller); namespace;
		     namespace = namespace->next) {
			if (!nvme_namespace_usable(namespace))
				continue;
			out(" +- ns %u\n \\\n  +- ", namespace->nsid);
			print_controller(controller);
			out(" %s\n", nvme_state_name(nvme_state(controller)));
		}
}

static void print_by_controller(struct nvme_controller *first)
{
	for (struct nvme_controller *controller = first; controller;
	     controller = nvme_subsystem_next(controller)) {
		out(" +- ");
		print_controller(controller);
		out("\n \\\n");
		for (struct nvme_namespace *namespace = nvme_namespace_first(controller); namespace;
		     namespace = namespace->next)
			if (nvme_namespace_usable(namespace))
				out("  +- ns %u %s\n", namespace->nsid,
				    nvme_state_name(nvme_state(controller)));
	}
}

static void json_namespaces(struct json *json, struct nvme_controller *first)
{
	json_array_begin(json, "Namespaces");
	for (struct nvme_controller *controller = first; controller;
	     controller = nvme_subsystem_next(controller))
		for (struct nvme_namespace *namespace = nvme_namespace_first(controller); namespace;
		     namespace = namespace->next) {
			if (!nvme_namespace_usable(namespace))
				continue;
			json_object_begin(json, NULL);
			json_number(json, "NSID", namespace->nsid);
			json_array_begin(json, "Controller");
			json_path(json, controller);
			json_array_end(json);
			json_object_end(json);
		}
	json_array_end(json);
}

/* How the inside of a subsystem is shown. */
struct inside {
	void (*print)(struct nvme_controller *first);
	void (*json)(struct json *json, struct nvme_controller *first);
};

static void show_json(const struct inside *inside, const struct nvme_controller *only)
{
	struct nvme_subsystem subsystem;
	struct json json = nvme_json_list_begin();

	json_object_begin(&json, NULL);
	json_string(&json, "HostNQN", NVME_HOST_NQN);
	json_array_begin(&json, "Subsystems");
	for (bool more = nvme_subsystem_first(&subsystem); more;
	     more = nvme_subsystem_following(&subsystem)) {
		if (only && !nvme_subsystem_has(&subsystem, only))
			continue;
		json_object_begin(&json, NULL);
		json_string(&json, "Name", subsystem.name);
		json_string(&json, "NQN", subsystem.nqn);
		inside->json(&json, subsystem.first);
		json_object_end(&json);
	}
	json_array_end(&json);
	json_object_end(&json);
	nvme_json_list_end(&json);
}

static void show(const struct inside *inside, const struct nvme_controller *only)
{
	struct nvme_subsystem subsystem;

	for (bool more = nvme_subsystem_first(&subsystem); more;
	     more = nvme_subsystem_following(&subsystem)) {
		if (only && !nvme_subsystem_has(&subsystem, only))
			continue;
		out("%s - NQN=%s\n\\\n", subsystem.name, subsystem.nqn);
		inside->print(subsystem.first);
	}
}

static int show_as(const struct topology_options *options, const struct inside *inside,
		   const struct nvme_controller *only)
{
	if (options->output == NVME_OUTPUT_BINARY)
		fail(1, "there is no binary form of it");
	if (options->output == NVME_OUTPUT_JSON)
		show_json(inside, only);
	else
		show(inside, only);
	return 0;
}

#define VERBOSE_OPTION NVME_FLAG(struct topology_options, verbose, "verbose", 'v', "as without it")

static const struct nvme_option list_subsys_options[] = {
	NVME_OUTPUT_OPTION(struct topology_options),
	VERBOSE_OPTION,
	NVME_OPTIONS_END,
};

static int list_subsys_main(int argc, char **argv)
{
	static const struct inside inside = {print_paths, json_paths};
	struct topology_options options = {0};
	struct nvme_target target =
		nvme_arguments_optional(argc, argv, list_subsys_options, &options);

	return show_as(&options, &inside, target.controller);
}

NVME_SUBCOMMAND(list_subsys, "list-subsys", list_subsys_main, "[DEVICE] [OPTIONS]",
		"List nvme subsystems", list_subsys_options);

static const struct nvme_option topology_options[] = {
	NVME_OUTPUT_OPTION(struct topology_options),
	VERBOSE_OPTION,
	NVME_TEXT(struct topology_options, ranking, "ORDER", "ranking", 'r',
		  "ranking order: namespace|ctrl"),
	NVME_OPTIONS_END,
};

static int topology_main(int argc, char **argv)
{
	struct inside inside = {print_namespaces, json_namespaces};
	struct topology_options options = {.ranking = "namespace"};
	struct nvme_target target = nvme_arguments_optional(argc, argv, topology_options, &options);

	if (strcmp(options.ranking, "ctrl") == 0)
		inside.print = print_by_controller;
	else if (strcmp(options.ranking, "namespace") != 0)
		fail(1, "invalid ranking %s: namespace or ctrl", quote(options.ranking));
	return show_as(&options, &inside, target.controller);
}

NVME_SUBCOMMAND(show_topology, "show-topology", topology_main, "[DEVICE] [OPTIONS]",
		"Show the topology", topology_options);

/* Structures and opcodes of the specification as libnvme declares them, where its headers are
 * installed. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct reference_member {
	const char *name;
	size_t offset, size;
};

struct reference {
	const struct reference_member *members; /* NULL: the headers are not there */
	size_t count;
	size_t size;
	bool in_order; /* names differ: the table's fields are these, one after the other */
};

extern const struct reference reference_controller, reference_power_state, reference_namespace,
	reference_lba_format, reference_properties, reference_controller_nvm,
	reference_namespace_nvm, reference_independent_namespace, reference_primary_capabilities,
	reference_secondary, reference_secondary_list, reference_nvm_set, reference_nvm_set_list,
	reference_granularity, reference_granularity_list, reference_uuid_entry,
	reference_uuid_list, reference_domain, reference_domain_list;

/* Log pages: nvme_describe_log_reference.c */
extern const struct reference reference_error_log_entry, reference_smart_log,
	reference_endurance_group_log, reference_predictable_latency_log, reference_reservation_log,
	reference_namespace_zns, reference_controller_zns, reference_fdp_configurations_log,
	reference_fdp_configuration, reference_fdp_handle, reference_fdp_usage_log,
	reference_fdp_usage, reference_fdp_statistics_log, reference_fdp_event,
	reference_fdp_status, reference_fdp_handle_status, reference_streams,
	reference_persistent_log, reference_persistent_event, reference_persistent_firmware,
	reference_persistent_timestamp, reference_persistent_reset, reference_persistent_namespace,
	reference_persistent_format_start, reference_persistent_format_end,
	reference_persistent_sanitize_start, reference_persistent_sanitize_end,
	reference_persistent_thermal;

#define MEMBER(type, member)                                                               \
	{                                                                                  \
#member, offsetof(struct type, member), sizeof(((struct type *)0)->member) \
	}
#define REFERENCE(type, table)                                                        \
	{                                                                             \
		table, sizeof(table) / sizeof((table)[0]), sizeof(struct type), false \
	}
#define REFERENCE_IN_ORDER(type, table)                                        \
	{                                                                      \
		.members = (table), .count = sizeof(table) / sizeof(*(table)), \
		.size = sizeof(struct type), .in_order = true                  \
	}

struct reference_opcode {
	const char *name; /* this tree's */
	bool io;
	unsigned opcode;
};

extern const struct reference_opcode reference_opcodes[];
extern const size_t reference_opcode_count; /* 0: the headers are not there */

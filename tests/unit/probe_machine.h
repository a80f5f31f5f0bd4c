/* What drivers/nvme/probe.c stands on, in tests: PCI functions that a test plugs in, memory, the
 * log, and controllers that do nothing. */
#pragma once

#include "drivers/nvme/nvme.h"
#include "drivers/pci/pci.h"

#define FUNCTIONS_MAX 8

struct nvme_controller {
	struct nvme_pci *pci;
	struct nvme_options options;
	char address[8];
	volatile void *bar;
	uint64_t bar_size;
	enum nvme_state state;
	struct nvme_controller *next;
};

struct function {
	struct pci_device device;
	uint16_t command;
	bool plugged, listed, awake;
};

extern struct probe_machine {
	struct function functions[FUNCTIONS_MAX];
	unsigned function_count;
	struct nvme_controller *controllers;
	unsigned allocations, detached, detached_in_order, removed;
	bool out_of_memory, no_mapping, sleeps_on;
	int attach_error, identify_error;
	struct nvme_secondary_controller_list secondaries; /* of the first function */
	char logged[1024];
} probe_machine;

/* A function more, that is plugged in and listed. */
struct function *probe_add(uint16_t vendor, uint16_t id, uint32_t class_code);
struct function *probe_add_ours(void);

/* Set-up and tear-down of each test: an empty machine; everything is taken away, and nothing is
 * kept. */
int probe_start(void **state);
int probe_end(void **state);
#define PROBE_TEST(name) cmocka_unit_test_setup_teardown(name, probe_start, probe_end)

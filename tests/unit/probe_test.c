/* Controllers on PCI: which functions are taken, and what becomes of them when they go. */
#include "kernel/cmdline.h"
#include "lib/errno.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/probe_machine.h"

static void test_found(void **state)
{
	struct function *disk, *ours, *foreign;

	(void)state;
	disk = probe_add(0x8086, 0x2922, 0x010601);
	ours = probe_add_ours();
	foreign = probe_add(0x144d, 0xa808, 0x010802);
	assert_int_equal(nvme_init(), 1);
	assert_string_equal(probe_machine.controllers->address, "00:05.0");
	assert_ptr_equal((void *)probe_machine.controllers->bar, (void *)0xfebc0000);
	assert_int_equal(probe_machine.controllers->bar_size, 0x4000);
	assert_string_equal(ours->device.driver, "my_nvme");
	assert_null(disk->device.driver);
	assert_null(foreign->device.driver);
	/* The pin is off until it is asked for; the others' are their own. */
	assert_true(ours->command & PCI_COMMAND_INTX_OFF);
	assert_false(foreign->command & PCI_COMMAND_INTX_OFF);
	assert_int_equal(nvme_init(), 0);
	assert_string_equal(probe_machine.logged, "");
	/* QEMU's has its quirks, others have not. */
	assert_int_equal(probe_machine.controllers->options.quirks, NVME_QUIRK_STICKY_PIN);
	cmdline_init("nvme.any=1");
	assert_int_equal(nvme_rescan(), 1);
	assert_string_equal(probe_machine.controllers->address, "00:06.0");
	assert_int_equal(probe_machine.controllers->options.quirks, 0);
	assert_null(disk->device.driver);
}

/* What the driver may do to the function while it has the controller */
static void test_function(void **state)
{
	struct function *ours;
	const struct nvme_options *options;

	(void)state;
	ours = probe_add_ours();
	probe_machine.sleeps_on = true;
	assert_int_equal(nvme_init(), 0);
	assert_null(probe_machine.controllers);
	probe_machine.sleeps_on = false;
	assert_int_equal(nvme_rescan(), 1);
	options = &probe_machine.controllers->options;
	ours->command = 0;
	assert_int_equal(options->restore(probe_machine.controllers->pci), -ENODEV);
	assert_int_equal(ours->command,
			 PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_INTX_OFF);
	ours->command = 0;
	assert_int_equal(options->reset(probe_machine.controllers->pci), -EOPNOTSUPP);
	assert_true(ours->command & PCI_COMMAND_MEMORY);
}

/* One on a bus that was not looked at in the beginning. */
static void test_left_out_by_firmware(void **state)
{
	(void)state;
	probe_add_ours()->listed = false;
	assert_int_equal(nvme_init(), 1);
	assert_string_equal(probe_machine.logged, "");
}

static void test_none(void **state)
{
	(void)state;
	probe_add(0x8086, 0x5845, 0x010802);
	assert_int_equal(nvme_init(), 0);
	assert_string_equal(probe_machine.logged,
			    "<4>nvme: no controller found (looked for 1b36:0010; "
			    "nvme.any=1 takes any NVMe controller)");
}

/* What cannot be started is left alone, whole, and the next one is started. */
static void test_failures(void **state)
{
	struct function *io, *bare, *ours;

	(void)state;
	io = probe_add_ours();
	io->device.bars[0].io = true;
	bare = probe_add_ours();
	bare->device.bars[0].size = 0;
	ours = probe_add_ours();
	assert_int_equal(nvme_init(), 1);
	assert_string_equal(probe_machine.controllers->address, "00:06.0");
	assert_string_equal(probe_machine.logged, "<3>nvme: 00:04.0: BAR0 is no memory"
						  "<3>nvme: 00:05.0: BAR0 is no memory");
	assert_null(io->device.driver);
	nvme_remove(&io->device, true);
	assert_int_equal(probe_machine.detached, 0);
	nvme_remove(&ours->device, true);

	io->listed = bare->listed = false;
	probe_machine.no_mapping = true;
	assert_int_equal(nvme_init(), 0);
	probe_machine.no_mapping = false;
	probe_machine.out_of_memory = true;
	probe_machine.logged[0] = '\0';
	assert_int_equal(nvme_init(), 0);
	assert_non_null(strstr(probe_machine.logged, "<3>nvme: 00:06.0: out of memory"));
	probe_machine.out_of_memory = false;
	probe_machine.attach_error = -5;
	assert_int_equal(nvme_init(), 0);
	assert_null(strstr(probe_machine.logged, "no controller found"));
	assert_int_equal(probe_machine.allocations, 0);
	assert_null(ours->device.driver);
	/* and later it works */
	probe_machine.attach_error = 0;
	assert_int_equal(nvme_rescan(), 1);
	assert_string_equal(ours->device.driver, "my_nvme");
}

static void test_remove(void **state)
{
	struct function *one, *two;

	(void)state;
	one = probe_add_ours();
	two = probe_add_ours();
	assert_int_equal(nvme_init(), 2);
	nvme_remove(&one->device, true);
	assert_int_equal(probe_machine.detached, 1);
	assert_int_equal(probe_machine.detached_in_order, 1);
	assert_null(one->device.driver);
	assert_non_null(two->device.driver);
	nvme_remove(&one->device, true);
	assert_int_equal(probe_machine.detached, 1);
	two->plugged = false;
	nvme_remove(&two->device, false);
	assert_int_equal(probe_machine.detached, 2);
	assert_int_equal(probe_machine.detached_in_order, 1);
}

static void test_rescan(void **state)
{
	struct function *one, *two, *three;

	(void)state;
	one = probe_add_ours();
	two = probe_add_ours();
	three = probe_add_ours();
	three->plugged = three->listed = false;
	assert_int_equal(nvme_init(), 2);
	assert_int_equal(nvme_rescan(), 0);
	assert_int_equal(probe_machine.detached, 0);
	/* One was pulled out, another one came. */
	one->plugged = false;
	three->plugged = true;
	assert_int_equal(nvme_rescan(), 1);
	assert_int_equal(probe_machine.detached, 1);
	assert_int_equal(probe_machine.detached_in_order, 0);
	assert_int_equal(probe_machine.removed, 1);
	assert_null(one->device.driver);
	assert_non_null(three->device.driver);
	/* Out and in again between two looks: the controller knows that it was gone. */
	for (struct nvme_controller *c = probe_machine.controllers; c; c = c->next)
		if (strcmp(c->address, "00:05.0") == 0)
			c->state = NVME_GONE;
	assert_int_equal(nvme_rescan(), 1);
	assert_int_equal(probe_machine.detached, 2);
	assert_int_equal(probe_machine.removed, 1);
	assert_non_null(two->device.driver);
	/* All are gone; and all come back. */
	two->plugged = three->plugged = false;
	assert_int_equal(nvme_rescan(), 0);
	assert_null(probe_machine.controllers);
	one->plugged = two->plugged = three->plugged = true;
	assert_int_equal(nvme_rescan(), 3);
	assert_int_equal(probe_machine.removed, 3);
}

/* The driver's way to keep a controller that it cannot stop off its memory. */
static void test_bus_master(void **state)
{
	struct function *ours;
	struct nvme_controller *controller;

	(void)state;
	ours = probe_add_ours();
	assert_int_equal(nvme_init(), 1);
	controller = probe_machine.controllers;
	controller->options.bus_master(controller->pci, false);
	assert_int_equal(ours->command, PCI_COMMAND_MEMORY | PCI_COMMAND_INTX_OFF);
	controller->options.bus_master(controller->pci, true);
	assert_int_equal(ours->command,
			 PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_INTX_OFF);
	ours->plugged = false;
	controller->options.bus_master(controller->pci, false);
	assert_int_equal(ours->command,
			 PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_INTX_OFF);
}

/* Controllers of virtual functions come and go with what their primary controller says of them. */
static void test_virtual_functions(void **state)
{
	struct nvme_secondary_controller *entry = probe_machine.secondaries.sc_entry;
	struct function *physical, *virtual[2];
	const struct nvme_options *options;

	(void)state;
	physical = probe_add_ours();
	for (unsigned i = 0; i < 2; i++) {
		virtual[i] = probe_add_ours();
		virtual[i] -> device.virtual = (uint16_t)(i + 1);
		virtual[i] -> device.physical = &physical->device;
		entry[i].vfn = (uint16_t)(i + 1);
		entry[i].scid = 9;
	}
	probe_machine.secondaries.num = 2;
	assert_int_equal(nvme_init(), 1);
	options = &nvme_on(&physical->device)->options;
	options->was_reset(nvme_on(&physical->device)->pci);
	assert_false(nvme_rescan_wanted()); /* there is nothing that it could change */
	entry[1].scs = NVME_SECONDARY_ONLINE;
	assert_int_equal(nvme_rescan(), 1);
	assert_null(nvme_on(&virtual[0] -> device));
	assert_non_null(nvme_on(&virtual[1] -> device));
	assert_int_equal(nvme_rescan(), 0);
	/* What is off line is not asked anything more, what cannot be asked stays. */
	nvme_on(&virtual[1] -> device)->options.was_reset(nvme_on(&virtual[1] -> device)->pci);
	assert_false(nvme_rescan_wanted());
	options->was_reset(nvme_on(&physical->device)->pci);
	assert_true(nvme_rescan_wanted());
	entry[1].scs = 0;
	entry[0].scs = NVME_SECONDARY_ONLINE;
	probe_machine.identify_error = -EIO;
	assert_int_equal(nvme_rescan(), 0);
	assert_false(nvme_rescan_wanted());
	assert_int_equal(probe_machine.detached, 0);
	probe_machine.identify_error = 0;
	assert_int_equal(nvme_rescan(), 1);
	assert_int_equal(probe_machine.detached, 1);
	assert_int_equal(probe_machine.detached_in_order, 0);
	assert_non_null(nvme_on(&virtual[0] -> device));
	assert_null(virtual[1] -> device.driver);
	/* A list that is longer than it says, or says more than it has room for */
	probe_machine.secondaries.num = 255;
	entry[NVME_SECONDARY_CONTROLLERS_MAX - 1] =
		(struct nvme_secondary_controller){.vfn = 2, .scs = NVME_SECONDARY_ONLINE};
	entry[1].vfn = 7;
	assert_int_equal(nvme_rescan(), 1);
	probe_machine.secondaries.num = 1;
	assert_int_equal(nvme_rescan(), 0);
	assert_null(nvme_on(&virtual[1] -> device));
	/* Without its primary controller */
	virtual[0] -> device.physical = NULL;
	virtual[0] -> plugged = false;
	assert_int_equal(nvme_rescan(), 0);
	assert_null(nvme_on(&virtual[0] -> device));
}

TESTS(PROBE_TEST(test_virtual_functions), PROBE_TEST(test_found), PROBE_TEST(test_function),
      PROBE_TEST(test_left_out_by_firmware), PROBE_TEST(test_none), PROBE_TEST(test_failures),
      PROBE_TEST(test_remove), PROBE_TEST(test_rescan), PROBE_TEST(test_bus_master))

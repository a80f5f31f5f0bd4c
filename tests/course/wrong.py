"""Wrong drivers of the course: each is the reference with one typical mistake, which the grader finds.

A row: what is wrong; text of tests/course/reference.c, and what stands there instead; the check that
fails first; and words of what is said of it.
"""

WRONG = [
    # Step 1
    ("Function 0 of each device only", "function < 8", "function < 1", "1.2", "driver_find() returned -ENODEV"),
    ("Any function with the class code is taken", "if (id != (PCI_DEVICE_NVME << 16 | PCI_VENDOR_QEMU))",
     "if (platform_pci_read32(0, device, function, PCI_CLASS) >> 8 != PCI_CLASS_NVME || id == ALL_ONES)",
     "1.3", "which is not the controller"),
    ("BAR1 is the upper half whatever the type", "if ((low & 0x6) == 0x4)", "if (low != ALL_ONES)", "1.5", "BAR0 is 4000 bytes at febc0000h"),
    ("Flags stay in the address", "low & ~0xfu", "low & ~0x7u", "1.6", "8-byte read of VS at 8h"),
    ("Upper half of BAR0 forgotten", "if ((low & 0x6) == 0x4)", "if (0)", "1.7", "the controller's BAR0 is 4000 bytes at 38000000000h"),
    ("Bus mastering not turned on", "PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;", "PCI_COMMAND_MEMORY;", "1.8", "bus mastering (bit 2) is off"),
    ("Memory space not turned on", "PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;", "PCI_COMMAND_MASTER;", "1.8", "returned -ENODEV"),
    ("The command register overwritten", "command |= PCI", "command = PCI", "1.8", "bit 10 was set, and is not any more"),
    ("Half of CAP read", "platform_read64(nvme.bar + NVME_CAP)", "get32(NVME_CAP)", "1.9", "cap is 000000000f0107ffh, CAP 004018200f0107ffh"),
    ("MQES taken for a number of entries", "(found->cap & 0xffff) + 1", "found->cap & 0xffff", "1.11", "CAP.MQES 2047, which counts from 0"),
    ("DSTRD ignored", "4u << (found->cap >> 32 & 0xf)", "4", "1.14", "CAP.DSTRD 4: 2^(2 + DSTRD) bytes"),
    ("CAP.TO taken for milliseconds", "(found->cap >> 24 & 0xff) * 500", "found->cap >> 24 & 0xff", "1.15", "in units of 500 ms"),
    ("A fixed size mapped", "NVME_DOORBELLS + 4ull * found->doorbell_stride", "0x2000", "1.16", "the doorbells of two queue pairs end at 5000h"),
    ("A controller that is gone is believed", "if (found->vs == ALL_ONES)", "if (0)", "1.17", "platform_map(febc0000h, 81000h)"),

    # Step 2
    ("CC.EN left as the firmware had it", "if (cc & CC_EN)\n\t\tset32(NVME_CC, cc & ~CC_EN);", "", "2.1", "driver_disable() returned -ETIMEDOUT"),
    ("No wait for CSTS.RDY = 0", "if (!(csts & CSTS_RDY))", "if (csts)", "2.2", "driver_disable() returned while CSTS.RDY was 1"),
    ("No end to the wait for CSTS.RDY = 0", "if (platform_time_ns() > deadline)\n\t\t\treturn -ETIMEDOUT;", "", "2.4", "it still waits"),
    ("No wait for CSTS.RDY = 1", "if (csts & CSTS_RDY)\n", "if (!csts)\n", "2.6", "driver_enable() returned while CSTS.RDY was 0"),
    ("A fixed second instead of CAP.TO", "(nvme.found.ready_ms + 500) * MS", "1000 * MS", "2.4", "CAP.TO is 7500 ms"),
    ("IOSQES forgotten", "CC_IOSQES | CC_IOCQES | CC_EN", "CC_IOCQES | CC_EN", "2.8", "CC.IOSQES is 0: submission queue entries have 2^6 bytes"),
    ("IOCQES is the size, not its power", "#define CC_IOCQES   (4u << 20)", "#define CC_IOCQES (16u << 20)", "2.8", "CC.IOCQES is 0"),
    ("No time where CAP.TO is 0", "nvme.found.ready_ms + 500)", "nvme.found.ready_ms)", "2.10", "driver_enable() returned -ETIMEDOUT"),
    ("CSTS.CFS ignored", "if (csts & CSTS_CFS)", "if (0)", "2.11", "driver_enable() returned -ETIMEDOUT"),

    ("All ones taken for CSTS", "if (csts == ALL_ONES)\n\t\t\treturn -ENODEV;\n\t\tif (csts & CSTS_CFS)", "if (csts & CSTS_CFS)",
     "2.12", "driver_enable() returned -EIO"),

    # Step 3
    ("AQA's sizes counted from 1", "(ADMIN_SIZE - 1) << 16 | (ADMIN_SIZE - 1)", "ADMIN_SIZE << 16 | 64", "3.2", "where the driver has less memory"),
    ("Low half of ASQ only", "platform_write64(nvme.bar + NVME_ASQ, nvme.admin.sq_bus)", "set32(NVME_ASQ, (uint32_t)nvme.admin.sq_bus)",
     "3.1", "ASQ is 0"),
    ("ASQ is a pointer, not a bus address", "NVME_ASQ, nvme.admin.sq_bus", "NVME_ASQ, (uintptr_t)nvme.admin.sq", "3.1", "where the driver has no memory"),
]

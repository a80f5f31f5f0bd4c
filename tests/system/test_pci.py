"""PCI functions in states that firmware, or somebody before, may have left them in."""

import os

from gdb import Stopper
from machine import Console, make_disk
from qtest import COMMAND, Qtest

MIB = 1 << 20
NVME = 4  # its slot
CAPABILITIES, POWER, PMCSR = 0x34, 1, 4


class Guest:
    """A guest whose configuration space prepare(qtest) has changed just before the driver looks at it."""

    def __init__(self, directory, prepare, *arguments):
        gdb, path = (os.path.relpath(directory / name) for name in ("gdb", "qtest"))

        def act():
            self.qtest = Qtest(path)
            prepare(self.qtest)

        stopper = Stopper(gdb, "pci_init", act)
        self.console = Console(*arguments, *([] if "--" in arguments else ["--"]), *Qtest.arguments(path), *Stopper.arguments(gdb))
        stopper.join()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.qtest.close()
        self.console.close()


def find_capability(qtest, slot, number):
    offset = qtest.config(slot, CAPABILITIES) & 0xff
    while qtest.config(slot, offset) & 0xff != number:
        offset = qtest.config(slot, offset) >> 8 & 0xff
    return offset


def sleep(qtest):
    qtest.config(NVME, find_capability(qtest, NVME, POWER) + PMCSR, 3)


def is_awake(qtest):
    return qtest.config(NVME, find_capability(qtest, NVME, POWER) + PMCSR) & 3 == 0


def test_asleep(tmp_path):
    """A function in D3hot is woken before it is used, before a reset, and in the middle of I/O where it does not answer any more."""
    disk = make_disk(tmp_path / "disk.img", 64 * MIB, b"text\n")
    with Guest(tmp_path, sleep, "--disk", disk) as guest:
        assert is_awake(guest.qtest)
        assert guest.console.run("head -n 1 /dev/my_nvme0n1") == "text\n"
        sleep(guest.qtest)
        assert guest.console.run("nvme reset /dev/my_nvme0; echo status $?").endswith("status 0\n")
        assert is_awake(guest.qtest)
        sleep(guest.qtest)
        # A QEMU in which D3hot means nothing reads all the same.
        text = guest.console.run("dd if=/dev/my_nvme0n1 of=/read bs=1M count=4 status=none; head -n 1 /read")
        assert text.endswith("text\n"), text
        assert is_awake(guest.qtest) or "controller reset" not in text
        assert guest.qtest.config(NVME, COMMAND) & 6 == 6
        assert guest.console.poweroff() == 0

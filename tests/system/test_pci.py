"""PCI functions in states that firmware, or somebody before, may have left them in."""

import os
import re

import pytest

from gdb import Stopper
from machine import Console, make_disk, nvme_on, run_script
from qmp import Qmp, path_for
from qtest import COMMAND, MASTER, MEMORY, Qtest

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


SLOTS = ["-device", "pcie-root-port,id=port0,chassis=1,addr=5", "-device", "pcie-root-port,id=port1,chassis=2,addr=6",
         "-global", "ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off"]


def test_closed_bridges(tmp_path):
    """Ports that pass on neither accesses nor DMA are opened for what is behind them; where a table of vectors is does not matter."""
    disks = [make_disk(tmp_path / name, 16 * MIB, f"{name}\n".encode()) for name in ("first", "second")]
    path = path_for(tmp_path)
    arguments = nvme_on(disks[0], "first", ",bus=port0") + nvme_on(disks[1], "second")[:2] + Qmp.arguments(path)

    def close(qtest):
        for port in (5, 6):
            qtest.switch(port, MEMORY | MASTER, False)

    with Guest(tmp_path, close, "--machine", "q35", "--disk", "none", "--", *SLOTS, *arguments) as guest, Qmp(path) as qmp:
        assert guest.console.run("head -n 1 /dev/my_nvme0n1") == "first\n"
        guest.qtest.switch(6, MEMORY | MASTER, False)
        qmp.add("nvme", id="late", drive="second", serial="second", bus="port1", msix_exclusive_bar=True)
        assert guest.console.run("until test -e /dev/my_nvme1n1; do sleep 0.1; done; head -n 1 /dev/my_nvme1n1") == "second\n"
        text = guest.console.run("interrupts")
        assert len(re.findall(r"my_nvme1.*MSI-X", text)) >= 1 and "MSI-X:" not in guest.console.run("dmesg"), text
        assert guest.console.poweroff() == 0


@pytest.mark.parametrize("machine", ["pc", "q35"])
def test_firmware_without_addresses(tmp_path, machine):
    """QEMU's qboot gives no BAR an address and no bridge a window. What they were given then is there behind a reset as well."""
    qboot = [path for path in ("/usr/share/qemu/qboot.rom", "/usr/share/qboot/qboot.rom") if os.path.exists(path)]
    if not qboot:
        pytest.skip("no qboot.rom")
    disks = [make_disk(tmp_path / name, 16 * MIB, f"{name}\n".encode()) for name in ("first", "second")]
    bridge = SLOTS[:2] if machine == "q35" else ["-device", "pci-bridge,id=port0,chassis_nr=1,addr=5"]
    result = run_script(tmp_path, "head -n 1 /dev/my_nvme0n1; head -n 1 /dev/my_nvme1n1; lspci -x > /before; nvme reset /dev/my_nvme0; nvme reset /dev/my_nvme1; "
                        "lspci -x | cmp - /before && selftest shell geometry", "--machine", machine, "--disk", disks[0], "--nvme", "msix-exclusive-bar=on",
                        "--", "-bios", qboot[0], *bridge, *nvme_on(disks[1], "second", ",bus=port0,addr=0" if machine == "q35" else ",bus=port0,addr=1"))
    assert result.stdout.startswith("first\nsecond\n"), result.stdout
    assert result.returncode == 0, result.stdout


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


ROOTS = {
    "pc": ["-device", "pxb,id=root,bus_nr=128", "-device", "nvme,drive=first,serial=first,bus=root,addr=3"],
    "q35": ["-device", "pxb-pcie,id=root,bus_nr=128", "-device", "pcie-root-port,id=port0,bus=root,chassis=1,addr=5",
            "-device", "pcie-root-port,id=port1,bus=root,chassis=2,addr=6", "-device", "nvme,drive=first,serial=first,bus=port0",
            "-global", "ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off"],
}


@pytest.mark.parametrize("machine", ROOTS)
@pytest.mark.parametrize("tables", ["", "acpi=off"])
def test_second_root_bus(tmp_path, machine, tables):
    """What is behind a second host bridge is found, by firmware's tables or without, and a slot there is looked after."""
    first, second = (make_disk(tmp_path / name, 16 * MIB, f"{name}\n".encode()) for name in ("first", "second"))
    path = path_for(tmp_path)
    arguments = nvme_on(first, "first")[:2] + nvme_on(second, "second")[:2] + ROOTS[machine] + Qmp.arguments(path)
    with Console("--machine", machine, "--disk", "none", "--", *arguments, *(["-machine", tables] if tables else [])) as console, Qmp(path) as qmp:
        assert console.run("head -n 1 /dev/my_nvme0n1") == "first\n"
        assert "\n81:0" in console.run("lspci")
        if machine == "q35":
            qmp.add("nvme", id="late", drive="second", serial="second", bus="port1")
            assert console.run("until test -e /dev/my_nvme1n1; do sleep 0.1; done; head -n 1 /dev/my_nvme1n1") == "second\n"
            qmp.remove("late")
            qmp.wait_event("DEVICE_DELETED", device="late")
            assert console.run("head -n 1 /dev/my_nvme0n1") == "first\n"

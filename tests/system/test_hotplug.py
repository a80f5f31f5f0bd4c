"""Controllers that come and go on q35 while the machine runs: device_del and device_add over QMP."""

import re
import time

import pytest

from guest import Guest
from machine import make_disk

MIB = 1 << 20
# So that the root port's own hot-plug controller does it, not ACPI.
NATIVE = ["-global", "ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off"]


class Slots(Guest):
    """A q35 with two hot-plug slots; in the first a controller."""

    def __init__(self, directory, *arguments):
        self.disks = [make_disk(directory / f"disk{i}.img", 64 * MIB) for i in range(2)]
        devices = list(arguments)
        for i, disk in enumerate(self.disks):
            devices += ["-drive", f"file={disk},if=none,id=d{i},format=raw", "-device", f"pcie-root-port,id=slot{i},chassis={i + 1}"]
        devices += ["-device", "nvme,drive=d0,serial=s0,bus=slot0,id=n0"]
        super().__init__(directory, self.disks[0], ["--machine", "q35"], devices)

    def plug(self, number=0):
        self.qmp.add("nvme", id=f"n{number}", drive=f"d{number}", serial=f"s{number}", bus=f"slot{number}")

    def unplug(self, number=0):
        self.qmp.remove(f"n{number}")
        self.qmp.wait_event("DEVICE_DELETED", device=f"n{number}")

    def wait_for(self, path, there=True):
        for _ in range(100):
            if (self.console.run(f"test -e {path} && echo there") == "there\n") == there:
                return
            time.sleep(0.05)
        pytest.fail(f"{path} {'does not come' if there else 'does not go'}: " + self.console.run("dmesg | tail"))

    def intact(self):
        return self.console.run("cmp -n 1M /first /dev/my_nvme0n1 && echo intact") == "intact\n"


def test_at_the_prompt(tmp_path):
    """Nobody types anything: the slot is served all the same. No memory stays behind."""
    with Slots(tmp_path, *NATIVE) as guest:
        used = set()
        for _ in range(4):
            guest.unplug()
            guest.wait_for("/dev/my_nvme0n1", there=False)
            assert "my_nvme0" not in guest.console.run("nvme list; lsblk; ls /dev; lspci")
            assert guest.console.run("test -c /dev/my_nvme0 || echo gone") == "gone\n"
            text = guest.console.run("dd if=/dev/my_nvme0n1 of=/dev/null; echo status $?")
            assert "No such file or directory\nstatus 1\n" in text, text
            guest.plug()
            guest.wait_for("/dev/my_nvme0n1")
            assert guest.intact()
            assert guest.console.run("test -c /dev/my_nvme0 && echo back") == "back\n"
            used.add(guest.console.run("free -b | head -2 | tail -1").split()[2])
        assert len(used) <= 2, used  # the first round also grows tables
        guest.check()


def test_another_controller_in_an_empty_slot(tmp_path):
    with Slots(tmp_path, *NATIVE) as guest:
        guest.plug(1)
        guest.wait_for("/dev/my_nvme1n1")
        assert re.search(r"^02:00\.0 Class 0108: 1b36:0010$", guest.console.run("lspci -nn"), re.MULTILINE)
        assert "status 0\n" in guest.console.run("dd if=/first of=/dev/my_nvme1n1 conv=fsync status=none; echo status $?")
        guest.unplug(0)
        guest.wait_for("/dev/my_nvme0n1", there=False)
        assert guest.console.run("cmp -n 1M /first /dev/my_nvme1n1 && echo intact") == "intact\n"
        guest.plug(0)
        guest.wait_for("/dev/my_nvme0n1")
        assert guest.intact()
        guest.check()
        assert guest.has_first(guest.disks[1])


@pytest.mark.parametrize("work", [
    "dd if=/dev/urandom of=/dev/my_nvme0n1 bs=64K seek=16",
    "dd if=/dev/urandom of=/dev/my_nvme0n1 bs=4K seek=256 oflag=direct",
    "dd if=/dev/my_nvme0n1 of=/dev/null bs=512 iflag=direct",
    "while dd if=/dev/my_nvme0n1 of=/dev/null bs=1M status=none; do :; done",
    "while cat /dev/my_nvme0n1 > /dev/null; do :; done",
    "while sha256sum /dev/my_nvme0n1 > /dev/null; do :; done",
    "while cat /dev/my_nvme0n1 2> /log | wc -c && test ! -s /log; do :; done; cat /log; rm /log",
])
def test_during_io(tmp_path, work):
    """The command that uses the device ends with an error, the shell lives; the device comes back with its data."""
    with Slots(tmp_path, *NATIVE) as guest:
        for _ in range(2):
            guest.console.child.sendline(work)
            guest.console.child.expect_exact("\n")
            time.sleep(0.3)
            guest.unplug()
            text = guest.console.wait_prompt()
            assert re.search("No such (device|file)", text), text
            guest.plug()
            guest.wait_for("/dev/my_nvme0n1")
            assert guest.intact()
        guest.check()


def test_what_was_written_reaches_the_device_before_it_leaves(tmp_path):
    """An open file's buffer is written back when the removal is asked for."""
    with Slots(tmp_path, *NATIVE) as guest:
        guest.console.run("exec 9> /dev/my_nvme0n1")
        guest.console.run("echo written late >&9")
        guest.unplug()
        guest.console.run("exec 9>&-")
        with open(guest.disks[0], "rb") as image:
            assert image.read(13) == b"written late\n"
        assert guest.console.poweroff() == 0


def test_rescan_by_hand(tmp_path):
    """Where ACPI does the hot-plugging nothing tells the kernel: nvme rescan finds what came."""
    with Slots(tmp_path) as guest:
        guest.plug(1)
        time.sleep(0.3)
        assert guest.console.run("test -e /dev/my_nvme1n1 || echo not yet") == "not yet\n"
        text = guest.console.run("nvme rescan")
        assert text.endswith("1 controller added\n"), text
        assert "status 0\n" in guest.console.run("dd if=/first of=/dev/my_nvme1n1 conv=fsync status=none; echo status $?")
        assert guest.console.run("nvme rescan") == "0 controllers added\n"
        guest.check()

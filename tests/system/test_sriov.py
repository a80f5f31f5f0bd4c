"""Virtual functions of an NVMe controller on q35: switched on, on line, used as disks, and gone again."""

import re

import pytest

from machine import Console, make_disk

MIB = 1 << 20
# Queues and an interrupt of its own for the first secondary controller, and it is on line.
ONLINE = [
    "nvme virt-mgmt /dev/my_nvme0 -c {0} -r 0 -a 8 -n 2",
    "nvme virt-mgmt /dev/my_nvme0 -c {0} -r 1 -a 8 -n 1",
    "nvme virt-mgmt /dev/my_nvme0 -c {0} -a 9",
]


class Machine(Console):
    def __init__(self, directory, namespaces=1):
        self.disks = [make_disk(directory / f"disk{i}.img", 16 * MIB) for i in range(namespaces)]
        devices = ["-device", "pcie-root-port,id=root,slot=1,chassis=1", "-device", "nvme-subsys,id=subsystem,nqn=sriov", "-device",
                   "nvme,id=controller,bus=root,serial=sriov,subsys=subsystem,sriov_max_vfs=2,sriov_vq_flexible=4,sriov_vi_flexible=2,"
                   "max_ioqpairs=6,msix_qsize=7"]
        for i, disk in enumerate(self.disks):
            devices += ["-drive", f"file={disk},if=none,id=d{i},format=raw", "-device", f"nvme-ns,bus=controller,nsid={i + 1},drive=d{i}"]
        super().__init__("--machine", "q35", "--disk", "none", "--", *devices)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def good(self, line):
        text = self.run(line)
        assert self.status() == 0, text
        return text

    def controllers(self):
        return set(self.good("ls /dev").split()) & {"my_nvme0", "my_nvme1", "my_nvme2"}

    def functions(self):
        return re.findall(r"^01:00\.\d", self.good("lspci"), re.MULTILINE)

    def states(self):
        return re.findall(r"\((Online|Offline)\)", self.good("nvme list-secondary /dev/my_nvme0"))

    def bring_up(self, count=2, online=(1,)):
        self.good(f"pci sriov 01:00.0 {count}")
        for number in online:
            for line in ONLINE:
                self.good(line.format(number))


def test_a_disk_behind_a_virtual_function(tmp_path):
    with Machine(tmp_path) as machine:
        assert machine.good("pci sriov 01:00.0") == "0 of 2\n"
        machine.bring_up(online=())
        assert machine.good("pci sriov 01:00.0") == "2 of 2\n"
        assert machine.functions() == ["01:00.0", "01:00.1", "01:00.2"]
        assert machine.controllers() == {"my_nvme0"}
        assert machine.states() == ["Offline", "Offline"]
        for line in ONLINE:
            machine.good(line.format(1))
        assert machine.states() == ["Online", "Offline"]
        assert machine.controllers() == {"my_nvme0", "my_nvme1"}
        text = machine.good("lspci -vv -s 01:00.1")
        assert re.search(r"^\tRegion 0: \[virtual\] Memory at [0-9a-f]+ \(64-bit, non-prefetchable\) \[size=16K\]$", text, re.MULTILINE)
        assert "Kernel driver in use: my_nvme\n" in text
        # What is written through one is read through the other.
        machine.good("dd if=/dev/urandom of=/data bs=1M count=4 status=none")
        machine.good("dd if=/data of=/dev/my_nvme1n1 bs=64K oflag=direct conv=fsync status=none")
        machine.good("dd if=/dev/my_nvme0n1 of=/back bs=64K count=64 iflag=direct status=none && cmp /data /back")
        machine.good("dd if=/data of=/dev/my_nvme0n1 bs=64K seek=64 oflag=direct conv=fsync status=none")
        machine.good("dd if=/dev/my_nvme1n1 of=/back bs=64K skip=64 count=64 iflag=direct status=none && cmp /data /back")
        # The second one as well, and a reset of one alone.
        for line in ONLINE:
            machine.good(line.format(2))
        assert machine.controllers() == {"my_nvme0", "my_nvme1", "my_nvme2"}
        machine.good("nvme reset /dev/my_nvme2; cmp -n 4M /data /dev/my_nvme2n1; cmp -n 4M /data /dev/my_nvme1n1")
        # Off line it goes; what files had for it is there.
        machine.good("exec 9> /dev/my_nvme1n1; echo written late >&9")
        machine.good("nvme virt-mgmt /dev/my_nvme0 -c 1 -a 7")
        machine.run("exec 9>&-")
        assert machine.controllers() == {"my_nvme0", "my_nvme2"}
        assert machine.good("dd if=/dev/my_nvme2n1 bs=512 count=1 iflag=direct status=none | head -n 1") == "written late\n"
        # And all at once, with the functions.
        machine.good("pci sriov 01:00.0 0")
        assert machine.controllers() == {"my_nvme0"}
        assert machine.functions() == ["01:00.0"]
        assert machine.states() == ["Offline", "Offline"]
        assert machine.good("dmesg | grep -c -e error -e warning -e dead -e gone || true") == "0\n"
        # Twice is as once.
        machine.bring_up(count=1)
        machine.good("cmp -n 1M /dev/my_nvme1n1 /dev/my_nvme0n1")
        assert machine.poweroff() == 0


@pytest.mark.parametrize("line,controllers,functions", [
    # A controller reset takes the secondary ones off line; a reset of the function has no virtual ones any more.
    ("nvme reset /dev/my_nvme0", {"my_nvme0"}, 3),
    ("pci reset 01:00.0", {"my_nvme0"}, 1),
    # Of a virtual one: it stays.
    ("pci reset 01:00.1", {"my_nvme0", "my_nvme1"}, 3),
    ("nvme reset /dev/my_nvme1", {"my_nvme0", "my_nvme1"}, 3),
])
def test_resets(tmp_path, line, controllers, functions):
    with Machine(tmp_path) as machine:
        machine.bring_up()
        machine.good("dd if=/dev/urandom of=/data bs=1M count=1 status=none; dd if=/data of=/dev/my_nvme1n1 conv=fsync status=none")
        machine.good(line)
        assert machine.controllers() == controllers
        assert len(machine.functions()) == functions
        for name in sorted(controllers):
            machine.good(f"cmp -n 1M /data /dev/{name}n1")
        # From there everything can be had again.
        machine.good("pci sriov 01:00.0 0")
        machine.bring_up()
        machine.good("cmp -n 1M /data /dev/my_nvme1n1")
        assert machine.poweroff() == 0


def test_by_setpci(tmp_path):
    """What others switch on in the capability is found by nvme rescan, and what they switch off is given up."""
    with Machine(tmp_path) as machine:
        machine.good("setpci -s 01:00.0 ECAP_SRIOV+10.w=2 ECAP_SRIOV+8.w=1:1; nvme rescan")
        assert machine.functions() == ["01:00.0", "01:00.1", "01:00.2"]
        for line in ONLINE:
            machine.good(line.format(2))
        assert machine.controllers() == {"my_nvme0", "my_nvme1"}
        machine.good("dd if=/dev/urandom of=/dev/my_nvme1n1 bs=64K count=4 oflag=direct status=none; "
                     "cmp -n 256K /dev/my_nvme0n1 /dev/my_nvme1n1")
        machine.good("setpci -s 01:00.0 ECAP_SRIOV+8.w=0:9; nvme rescan")
        assert machine.functions() == ["01:00.0"]
        assert machine.controllers() == {"my_nvme0"}
        assert machine.poweroff() == 0


def test_refusals(tmp_path):
    with Machine(tmp_path) as machine:
        for line, message in [
                ("pci sriov 01:00.0 3", "pci: 01:00.0: Numerical result out of range\n"),
                ("pci sriov 01:00.0 x", "pci: 01:00.0: Invalid argument\n"),
                ("pci sriov 00:00.0 1", "pci: 00:00.0: Operation not supported\n"),
                ("pci sriov 07:00.0 1", "pci: 07:00.0: No such device\n"),
                ("pci reset 00:00.0", "pci: 00:00.0: Operation not supported\n"),
                ("pci sriov 00: 1", "pci: '00:' is more than one function\n"),
                ("pci sriov :::", "pci: ':::' is not [[[domain]:]bus:][slot][.[function]]\n"),
                ("pci sriov 01:00.0 2; pci sriov 01:00.0 2; pci sriov 01:00.0 1", "pci: 01:00.0: Device or resource busy\n"),
                ("pci sriov 01:00.1 1", "pci: 01:00.1: Operation not supported\n"),
        ]:
            assert machine.run(line) == message
            assert machine.status() == 1
        assert machine.poweroff() == 0

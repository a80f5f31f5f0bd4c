"""lspci against the distribution's (pciutils), which reads the hexadecimal dump that the kernel's prints."""

import os
import re
import subprocess

import pytest

from machine import make_disk, nvme_on, run_script

MIB = 1 << 20
BRIDGES = {
    "pc": ["-device", "pci-bridge,id=behind,chassis_nr=1,addr=5,bus=pci.0", "-device", "pxb,id=root,bus_nr=128,addr=6,bus=pci.0"],
    "q35": ["-device", "pcie-root-port,id=behind,chassis=1,addr=5,bus=pcie.0", "-device", "ahci,addr=7,bus=pcie.0", "-device", "pxb-pcie,id=root,bus_nr=128,addr=6,bus=pcie.0",
            "-device", "pcie-root-port,bus=root,chassis=2"],
}
SELECTORS = [
    "-s 00:04.0", "-s 4", "-s .1", "-s 1f", "-s 1f.2", "-s 1:", "-s 0:0:4.0", "-s 0000:00:04.0", "-s 0001:00:04.0", "-s 1:0:", "-s '*:*:4.*'", "-s :4", "-s .",
    "-s ''", "-s 99:99.9", "-s 100:4", "-s 00:20.0", "-s 4.8", "-s zz", "-s 80000000:0:4.0", "-s 7fffffff:0:4.0", "-s 0:0:4.0.0",
    "-d 1b36:0010", "-d 1b36:", "-d :0010", "-d :", "-d '*:*'", "-d 1b36", "-d 1b36:10:108", "-d ::0108", "-d ::0108:02", "-d ::0108:01", "-d ::06xx", "-d ::xX04",
    "-d 1b36:*:0604", "-d 10000:1", "-d 1:10000", "-d ::10000", "-d ::0108:100", "-d ::0108:02:1", "-d g:1",
]


def real(dump, options):
    """What the distribution's lspci prints, and its status."""
    environment = dict(os.environ, PATH=os.environ["PATH"] + ":/usr/sbin:/sbin")
    return subprocess.run(f"lspci -F {dump} {options}", shell=True, env=environment, capture_output=True, encoding="latin-1", check=False)


def comparable(text):
    """Without the sizes of BARs, which are not in a dump, the driver, and what versions of pciutils call differently."""
    text = re.sub(r"(\t(?:Memory|I/O ports) at .*?) \[size=[0-9]+[KMGT]?\]", r"\1", text)
    text = re.sub(r", (?:MSI|IntMsgNum) ([0-9a-f]+)\n", lambda match: f", message {int(match[1], 16)}\n", text)
    return re.sub(r"\tKernel driver in use: .*\n", "", text)


@pytest.mark.parametrize("machine", BRIDGES)
def test_against_pciutils(tmp_path, machine):
    disk = make_disk(tmp_path / "disk.img", 16 * MIB)
    commands = [f"lspci -n {selector}" for selector in SELECTORS] + ["lspci -nv", "lspci -nvx -s 00:04.0", "lspci -nxxx"]
    script = "lspci -xxx > /dump; cat /dump; echo =====\n" + "".join(f"{command}\necho status $?\necho =====\n" for command in commands)
    result = run_script(tmp_path, script, "--machine", machine, "--disk", disk, "--", *BRIDGES[machine],
                        *nvme_on(disk, "second", ",bus=behind,addr=0,share-rw=on" if machine == "q35" else ",bus=behind,addr=3,share-rw=on"), "-snapshot")
    dump, *answers = result.stdout.split("=====\n")
    (tmp_path / "dump").write_text(dump, encoding="latin-1")
    assert len(answers) == len(commands) + 1, result.stdout + result.stderr
    for command, answer in zip(commands, answers):
        expected = real(tmp_path / "dump", command.removeprefix("lspci "))
        text, _, status = answer.rpartition("status ")
        assert int(status) == expected.returncode, (command, answer, expected)
        if expected.returncode == 0:
            assert comparable(text) == comparable(expected.stdout), command


def test_sizes_and_numbers(tmp_path):
    """In the form of pciutils, too: sizes, and the subsystem's numbers where numbers are wanted."""
    disk = make_disk(tmp_path / "disk.img", 16 * MIB)
    result = run_script(tmp_path, "lspci -v -s 3; lspci -nv -s 3 | head -n 2; lspci -nnv -s 3 | head -n 2\n", "--disk", disk)
    assert re.search(r"\tMemory at [0-9a-f]{8} \(32-bit, non-prefetchable\) \[size=128K\]\n\tI/O ports at [0-9a-f]{4} \[size=64\]\n", result.stdout), result.stdout
    assert result.stdout.endswith("\n00:03.0 0200: 8086:100e (rev 03)\n\tSubsystem: 1af4:1100\n"
                                  "00:03.0 Class 0200: 8086:100e (rev 03)\n\tSubsystem: Red Hat, Inc. Device [1af4:1100]\n"), result.stdout

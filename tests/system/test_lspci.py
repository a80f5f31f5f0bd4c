"""lspci against the distribution's (pciutils), which reads the hexadecimal dump that the kernel's prints."""

import os
import re
import subprocess

import pytest

import pci_cases
from machine import ROOT, make_disk, nvme_on, run_script

MIB = 1 << 20
SHELL = os.environ.get("HOST_SHELL_PROGRAM") or os.path.join(ROOT, "build", "host", "shell")
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


LISTINGS = ["-nv", "-nvv", "-nvvv", "-nvx -s 00:04.0", "-nxxx", "-nxxxx", "-nk", "-nD", "-nDvm", "-nm", "-nmm", "-nvm", "-nvmm", "-nvmmk", "-t", "-tvn", "-t -s 4"]


def real(dump, options, program="lspci -F "):
    """What the distribution's lspci (or setpci) prints, and its status."""
    environment = dict(os.environ, PATH=os.environ["PATH"] + ":/usr/sbin:/sbin")
    return subprocess.run(f"{program}{dump} {options}", shell=True, env=environment, capture_output=True, encoding="latin-1", check=False)


def on_host(dump, script):
    """Output of the shell on the host, whose PCI bus is that of the dump."""
    return subprocess.run([SHELL, "--pci", dump, "-c", script], capture_output=True, encoding="latin-1", check=False)


def comparable(text):
    """Without the sizes of BARs, which are not in a dump, the driver, and what versions of pciutils call differently."""
    text = re.sub(r"(\t(?:Region \d: )?(?:Memory|I/O ports) at .*?) \[size=[0-9]+[KMGT]?\]", r"\1", text)
    text = re.sub(r", (?:MSI|IntMsgNum) ([0-9a-f]+)\n", lambda match: f", message {int(match[1], 16)}\n", text)
    return re.sub(r"\tKernel driver in use: .*\n|^Driver:\t.*\n", "", text, flags=re.MULTILINE)


@pytest.mark.parametrize("machine", BRIDGES)
def test_against_pciutils(tmp_path, machine):
    disk = make_disk(tmp_path / "disk.img", 16 * MIB)
    commands = [f"lspci -n {selector}" for selector in SELECTORS] + [f"lspci {options}" for options in LISTINGS]
    script = "lspci -xxxx > /dump; cat /dump; echo =====\n" + "".join(f"{command}\necho status $?\necho =====\n" for command in commands)
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
                                  "00:03.0 Class 0200: 8086:100e (rev 03)\n\tSubsystem: Red Hat, Inc. QEMU Virtual Machine [1af4:1100]\n"), result.stdout


@pytest.mark.parametrize("first", range(0, 24, 8))
def test_random_buses(tmp_path, first):
    """Capabilities that say anything, and registers of them."""
    for seed in range(first, first + 8):
        text, places = pci_cases.dump(seed)
        dump = tmp_path / "dump"
        dump.write_text(text, encoding="latin-1")
        commands = [f"lspci {options} -s {places[-1]}" for options in LISTINGS] + [f"lspci {options}" for options in LISTINGS]
        commands += [f"setpci -D {words}" for words in pci_cases.setpci_words(seed, places)]
        result = on_host(dump, "".join(f"{command} 2>&1\necho status $?\necho =====\n" for command in commands))
        for command, answer in zip(commands, result.stdout.split("=====\n"), strict=False):
            name, words = command.split(" ", 1)
            expected = real(dump, words, "setpci -A dump -O dump.name=" if name == "setpci" else "lspci -F ")
            answer, _, status = answer.rpartition("status ")
            assert int(status) == expected.returncode, (seed, command, answer, expected)
            if expected.returncode == 0 and name == "lspci":
                assert comparable(answer) == comparable(expected.stdout), (seed, command)
            elif expected.returncode == 0:  # pciutils has the functions of a dump from the last on
                assert sorted(answer.splitlines()) == sorted((expected.stdout + expected.stderr).splitlines()), (seed, command)
        assert result.stderr == "" and result.stdout.count("=====") == len(commands)


SETPCI_BAD = [
    "", "-s 0", "INTERRUPT_LINE=6", "-s zz INTERRUPT_LINE=6", "-x -s {0} INTERRUPT_LINE=6", "-s", "-s {0} INTERRUPT_LINE=6 BAD=1", "-s {0} INTERRUPT_LINE=6 3c.b=",
    "-s {0} INTERRUPT_LINE=6 3c=6", "-s {0} INTERRUPT_LINE=6 3c.x=6", "-s {0} 3c.b=100", "-s {0} 3c.b=6:100", "-s {0} 3c.b=6:", "-s {0} 3c.b=6,", "-s {0} 3d.w=6", "-s {0} 1000.b=6",
    "-s {0} INTERRUPT_LINE=6 CAP_HT.b=1", "-s {0} INTERRUPT_LINE=6 ECAP_AER.b=1", "-s {0} INTERRUPT_LINE=6 CAP_PM.b@1=6", "-s {0} INTERRUPT_LINE=6 100.b=1", "-s {0} INTERRUPT_LINE=6 fc.l=1,2",
    "-s {0} INTERRUPT_LINE=6 PRIMARY_BUS=1", "-s {0} INTERRUPT_LINE=6 CAP_PM+1.w=1",
]


def test_setpci_writes(tmp_path):
    """What is asked for, of every function selected; nothing at all where anything of it is wrong."""
    space = ["86 80 0e 10 00 00 10 00 00 00 00 02 00 00 00 00", "00 " * 16, "00 " * 16, "00 00 00 00 40 00 00 00 00 00 00 00 0b 01 00 00", "01 00 03 00 00 00 00 00 00 00 00 00 00 00 00 00"]
    functions = ["00:03.0", "00:04.0"]
    (tmp_path / "dump").write_text("".join(f"{function} x\n" + "".join(f"{16 * i:02x}: {space[i] if i < 5 else '00 ' * 16}\n" for i in range(16)) + "\n" for function in functions))
    script = "".join(f"setpci {words.format('3')}; echo $?\n" for words in SETPCI_BAD)
    result = on_host(tmp_path / "dump", script + "lspci -xxx > after; setpci -s 3 INTERRUPT_LINE\n")
    assert result.stdout.replace("0\n0b\n", "0b\n") == "1\n" * 1 + "0\n" + "1\n" * (len(SETPCI_BAD) - 2) + "0b\n", result
    assert result.stderr.count("setpci: ") == len(SETPCI_BAD)
    result = on_host(tmp_path / "dump", "setpci -v -d 8086: 3c.b=5 50.w=1234,5678 COMMAND=7:3; setpci -s 4 interrupt_line 52.w 4.w CAP_PM+2.w; setpci -f -s 9 0.b=1; setpci -s 9 0.b=1\n")
    assert result.stdout == ("0000:00:03.0 @3c 05\n0000:00:03.0 @50 1234 5678\n0000:00:03.0 @04 0000->(0003:0003)->0003\n"
                             "0000:00:04.0 @3c 05\n0000:00:04.0 @50 1234 5678\n0000:00:04.0 @04 0000->(0003:0003)->0003\n05\n5678\n0003\n0003\n")
    assert result.stderr == "setpci: Warning: No devices selected for operation group 1.\n"

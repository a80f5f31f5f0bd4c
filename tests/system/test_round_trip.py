"""TEST1 and TEST2, typed as they stand in the README, on every boot path and machine; and the host's view of the image."""

import itertools
import re

import pytest

from machine import Console, make_disk, run_script

MIB = 1 << 20
BOOTS = ["direct", "bios", "uefi"]
MACHINES = ["pc", "q35"]
RECORDS_1M = r"2048\+0 records in\n2048\+0 records out\n1048576 bytes \(1\.0 MB, 1\.0 MiB\) copied, [0-9.e-]+ s, .*B/s\n"


@pytest.mark.parametrize("boot,machine", [pytest.param(*pair, marks=pytest.mark.long) if pair == ("uefi", "q35") else pair
                                          for pair in itertools.product(BOOTS, MACHINES)])
def test_round_trip(tmp_path, boot, machine):
    disk = make_disk(tmp_path / "disk.img", 64 * MIB)
    with Console("--boot", boot, "--machine", machine, "--disk", disk) as console:
        # TEST1
        assert "1048576 bytes (1.0 MB, 1.0 MiB) copied" in console.run("dd if=/dev/random of=origin.bin bs=1M count=1")
        assert re.fullmatch(RECORDS_1M, console.run("dd if=origin.bin of=/dev/my_nvme0n1"))
        assert "1+0 records out\n1048576 bytes" in console.run("dd if=/dev/my_nvme0n1 of=readback.bin bs=1M count=1")
        assert console.run("cmp origin.bin readback.bin") == ""
        assert console.status() == 0
        origin_sum = console.run("sha256sum origin.bin").split()[0]

        # TEST2, on the second MiB so that TEST1's bytes stay for the host to see, then as in the README
        assert console.run('echo "[WRITE SOMETHING]" > origin.txt') == ""
        assert console.run("SIZE=$(wc -c < origin.txt)") == ""
        assert console.run("echo $SIZE") == "18\n"
        assert "0+1 records in\n0+1 records out\n18 bytes copied" in console.run("dd if=origin.txt of=/dev/my_nvme0n1 seek=2048")
        assert "18+0 records in" in console.run("dd if=/dev/my_nvme0n1 of=readback.txt bs=1 count=$SIZE skip=1048576")
        assert console.run("cmp origin.txt readback.txt") == ""
        assert console.status() == 0
        assert console.run("cat readback.txt") == "[WRITE SOMETHING]\n"
        assert console.poweroff() == 0

    import hashlib
    with open(disk, "rb") as image:
        assert hashlib.sha256(image.read(MIB)).hexdigest() == origin_sum
        assert image.read(512) == b"[WRITE SOMETHING]\n".ljust(512, b"\0")

    # The data is there after poweroff and a new boot; now TEST2 at the start of the device, exactly as in the README.
    with Console("--boot", boot, "--machine", machine, "--disk", disk) as console:
        assert console.run("dd if=/dev/my_nvme0n1 bs=1M count=1 status=none | sha256sum").split()[0] == origin_sum
        console.run('echo "[WRITE SOMETHING]" > origin.txt')
        console.run("SIZE=$(wc -c < origin.txt)")
        assert "18 bytes copied" in console.run("dd if=origin.txt of=/dev/my_nvme0n1")
        assert "18+0 records out" in console.run("dd if=/dev/my_nvme0n1 of=readback.txt bs=1 count=$SIZE")
        assert console.run("cmp origin.txt readback.txt && cat readback.txt") == "[WRITE SOMETHING]\n"
        assert console.poweroff() == 0
    with open(disk, "rb") as image:
        assert image.read(18) == b"[WRITE SOMETHING]\n"


def test_guest_reads_what_the_host_wrote(tmp_path):
    import hashlib
    import random

    content = random.Random(7).randbytes(3 * MIB + 512)
    disk = make_disk(tmp_path / "disk.img", 16 * MIB, content)
    with Console("--disk", disk) as console:
        text = console.run(f"dd if=/dev/my_nvme0n1 bs=64k count={len(content)} iflag=count_bytes status=none | sha256sum")
        assert text.split()[0] == hashlib.sha256(content).hexdigest()
        assert console.poweroff() == 0


def test_lspci_lists_the_seven_functions(tmp_path):
    disk = make_disk(tmp_path / "disk.img", MIB)
    with Console("--disk", disk) as console:
        assert console.run("lspci -nn") == (
            "00:00.0 Class 0600: 8086:1237\n"
            "00:01.0 Class 0601: 8086:7000\n"
            "00:01.1 Class 0101: 8086:7010\n"
            "00:01.3 Class 0680: 8086:7113\n"
            "00:02.0 Class 0300: 1234:1111\n"
            "00:03.0 Class 0200: 8086:100e\n"
            "00:04.0 Class 0108: 1b36:0010\n")
        assert console.run("lspci -s 4") == (
            "00:04.0 Non-Volatile memory controller: Red Hat, Inc. QEMU NVM Express Controller (rev 02)\n")
        details = console.run("lspci -v -s 00:04.0")
        assert "Memory at " in details and "[size=16K]" in details
        assert "Capabilities: [40] MSI-X: Enable" in details
        assert "Kernel driver in use: my_nvme" in details
        dump = console.run("lspci -x -d 1b36:")
        assert "00: 36 1b 10 00" in dump and "30: " in dump and "40: " not in dump
        assert console.run("lspci -s 1f.9; echo $?").endswith("1\n")


def test_without_a_controller_both_fail(tmp_path):
    """No device is there, and no ordinary file takes its place."""
    device = "/dev/my_nvme0n1"
    refused = "Read-only file system\n"
    checks = {  # a line of the shell: its status, what it says
        f"dd if=origin.bin of={device}": (1, f"dd: failed to open '{device}': {refused}"),
        f"dd if={device} of=readback.bin bs=1M count=1": (1, f"dd: failed to open '{device}': No such file or directory\n"),
        "cmp origin.bin readback.bin": (2, "cmp: readback.bin: No such file or directory\n"),
        f"dd if=origin.txt of={device}": (1, f"dd: failed to open '{device}': {refused}"),
        f"cp origin.bin {device}": (1, f"cp: cannot create regular file '{device}': {refused}"),
        "cp origin.bin /dev": (1, f"cp: cannot create regular file '/dev/origin.bin': {refused}"),
        f"mv origin.bin {device}": (1, f"mv: cannot move 'origin.bin' to '{device}': {refused}"),
        f"touch {device}": (1, f"touch: cannot touch '{device}': {refused}"),
        f"mkdir {device}": (1, f"mkdir: cannot create directory '{device}': {refused}"),
        f"tee {device} < origin.txt": (1, f"tee: {device}: {refused}[WRITE SOMETHING]\n"),
        f"cat origin.txt > {device}": (2, f"/boot/autorun: cannot create {device}: {refused}"),
        f"cat origin.txt >> {device}": (2, f"/boot/autorun: cannot create {device}: {refused}"),
        f"ls {device}": (2, f"ls: cannot access '{device}': No such file or directory\n"),
    }
    script = "dd if=/dev/random of=origin.bin bs=1M count=1 status=none; echo '[WRITE SOMETHING]' > origin.txt\n"
    script += "".join(f"echo '@ {line}'; {line}; echo status $?\n" for line in checks)
    result = run_script(tmp_path, script, "--disk", "none", "--append", "loglevel=3", check=True)
    answers = result.stdout.split("@ ")
    for line, (status, message) in checks.items():
        (answer,) = [answer for answer in answers if answer.startswith(line + "\n")]
        assert re.sub(r"autorun: \d+: ", "autorun: ", answer) == f"{line}\n{message}status {status}\n"

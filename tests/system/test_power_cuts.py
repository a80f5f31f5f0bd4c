"""Power cuts: QEMU killed at random moments of a stream of writes; what the console acknowledged is in the image.

The guest writes records over a ring of slots, one after the other, and prints its number once dd or sync said that it is on
the medium. After the cut every slot holds the last record acknowledged for it; the one record that was on its way may have
reached any of its slot's blocks, each of them whole (the controller's atomic write unit is one block). A raw image tells
whether the data were sent at all; a qcow2 image has a write cache in QEMU itself, which a kill loses: without Flush the data
are not there. POWER_CUT_SEED asks for other moments.
"""

import os
import random
import re
import shutil
import signal
import subprocess
import time

import pytest

from machine import RUN_QEMU, TIMEOUT

SEED = int(os.environ.get("POWER_CUT_SEED", "1"))
SLOTS = {"raw": 48, "qcow2": 256}  # many overwritten, many allocated
BLOCK = 512

WRITERS = {
    "fsync": "yes $r | dd of=/dev/my_nvme0n1 iflag=fullblock bs=$b count=1 seek=$s conv=fsync status=none",
    "direct": "yes $r | dd of=/dev/my_nvme0n1 iflag=fullblock bs=$b count=1 seek=$s oflag=direct,sync status=none",
    "sync": "yes $r | dd of=/dev/my_nvme0n1 iflag=fullblock bs=$b count=1 seek=$s status=none && sync",
}


def script(writer, slots, first, size):
    # Held open, so that it is fsync or sync that writes, not the last close.
    return (f"exec 9< /dev/my_nvme0n1\ni={first}; b={size}\nwhile :; do\n  r=record-$i; s=$((i % {slots}))\n"
            f"  {WRITERS[writer]} || exit\n  echo ack $i\n  i=$((i + 1))\ndone\n")


def record(number, size):
    line = b"record-%d\n" % number
    return (line * (size // len(line) + 1))[:size]


class Image:
    """The disk, and what the host finds on it."""

    def __init__(self, directory, kind, size):
        self.kind, self.path, self.slots = kind, str(directory / "disk"), SLOTS[kind]
        self.bytes = self.slots * size
        self.fresh()

    def fresh(self):
        if self.kind == "raw":
            with open(self.path, "wb") as file:
                file.truncate(1 << 24)
        else:
            subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-o", "lazy_refcounts=on,cluster_size=4096", self.path, "16M"], check=True)

    def drive(self):
        return f"file={self.path},if=none,id=d,format={self.kind}"

    def read(self):
        if self.kind == "raw":
            with open(self.path, "rb") as file:
                return file.read(self.bytes)
        subprocess.run(["qemu-img", "convert", "-f", "qcow2", "-O", "raw", self.path, self.path + ".raw"], check=True)
        with open(self.path + ".raw", "rb") as file:
            return file.read(self.bytes)


def cut(directory, image, writer, first, size, delay):
    """Boots, lets it write, kills QEMU delay seconds after the first acknowledgement; the last record acknowledged."""
    path, pid = directory / "script.sh", directory / "pid"
    path.write_text(script(writer, image.slots, first, size))
    qemu = subprocess.Popen([RUN_QEMU, "--disk", "none", "--script", str(path), "--timeout", str(TIMEOUT), "--", "-pidfile", str(pid),
                             "-drive", image.drive(), "-device", "nvme,drive=d,serial=d"],
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    text = b""
    while b"ack" not in text:
        chunk = os.read(qemu.stdout.fileno(), 65536)
        assert chunk, "the guest ended: " + text.decode("latin-1")
        text += chunk
    end = time.monotonic() + delay
    os.set_blocking(qemu.stdout.fileno(), False)
    while time.monotonic() < end:
        text += qemu.stdout.read() or b""
        time.sleep(0.001)
    os.kill(int(pid.read_text()), signal.SIGKILL)
    os.set_blocking(qemu.stdout.fileno(), True)
    text += qemu.stdout.read()
    qemu.wait()
    return int(re.findall(rb"^ack (\d+)\n", text, re.MULTILINE)[-1])


def verify(data, slots, last, size, cut_number):
    """Every slot against the records 0 to last, and last + 1 which was on its way."""
    for slot in range(min(slots, last + 1)):
        acknowledged = last - (last - slot) % slots
        expected = [record(acknowledged, size)]
        if (last + 1) % slots == slot:
            expected.append(record(last + 1, size))
        for at in range(0, size, BLOCK):
            found = data[slot * size + at:slot * size + at + BLOCK]
            assert found in [content[at:at + BLOCK] for content in expected], \
                f"cut {cut_number}: slot {slot}, block {at // BLOCK}: expected record {acknowledged}, found {found[:32]!r}"


def cuts(directory, kind, writer, size, count):
    if kind == "qcow2" and not shutil.which("qemu-img"):
        pytest.skip("qemu-img is not installed")
    noise = random.Random(f"{SEED} {kind} {writer} {size}")
    image = Image(directory, kind, size)
    next_record = 0
    for number in range(count):
        if kind == "qcow2" and number % 4 != 3:  # clusters that are allocated are where a lost Flush shows
            image.fresh()
            next_record = 0
        last = cut(directory, image, writer, next_record, size, noise.uniform(0, 0.25))
        data = image.read()
        verify(data, image.slots, last, size, number)
        next_record = last + 1
        # The record on its way counts as written from here on: the stream starts with it again.


ROWS = [(kind, writer, size) for kind in ("raw", "qcow2") for writer, size in (("fsync", 4096), ("sync", 4096), ("direct", 65536))]


@pytest.mark.parametrize("kind,writer,size", ROWS)
def test_power_cuts(tmp_path, kind, writer, size):
    cuts(tmp_path, kind, writer, size, 2)


@pytest.mark.long
@pytest.mark.parametrize("kind,writer,size", ROWS)
def test_many_power_cuts(tmp_path, kind, writer, size):
    cuts(tmp_path, kind, writer, size, 20)

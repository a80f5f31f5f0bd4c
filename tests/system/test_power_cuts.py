"""Power cuts: QEMU killed at random moments of a stream of writes; what the console acknowledged is in the image.

The guest writes records over a ring of slots, one after the other, and prints its number once dd or sync said that it is on
the medium. After the cut every slot holds the last record acknowledged for it; the one record that was on its way may have
reached any of its slot's blocks, each of them whole (the controller's atomic write unit is one block). A raw image tells
whether the data were sent at all; a qcow2 image has a write cache in QEMU itself, which a kill loses: without Flush the data
are not there. With protection information the blocks of what was acknowledged have their tuples, and a block that was
on its way is either whole or found wrong. After the last cut the guest itself reads what was acknowledged, which checks
these as well. Zones are filled one behind the other, and reset before they are written again; QEMU keeps no write
pointers: behind a cut all zones are empty for it, and are written anew. POWER_CUT_SEED asks for other moments.
"""

import hashlib
import os
import random
import re
import shutil
import signal
import subprocess
import time

import pytest

from machine import RUN_QEMU, TIMEOUT, run_script
from protection import Format

SEED = int(os.environ.get("POWER_CUT_SEED", "1"))
SLOTS = {"raw": 48, "qcow2": 256}  # many overwritten, many allocated
BLOCK = 512

WRITERS = {
    "fsync": "yes $r | dd of=/dev/my_nvme0n1 iflag=fullblock bs=$b count=1 seek=$s conv=fsync status=none",
    "direct": "yes $r | dd of=/dev/my_nvme0n1 iflag=fullblock bs=$b count=1 seek=$s oflag=direct,sync status=none",
    "forced": "yes $r | dd of=/dev/my_nvme0n1 iflag=fullblock bs=$b count=1 seek=$s oflag=dsync status=none",
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

    def __init__(self, directory, kind, size, format_=None):
        self.kind, self.path, self.slots, self.format = kind, str(directory / "disk"), SLOTS[kind], format_
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

    def devices(self):
        if not self.format:
            return ["-drive", self.drive(), "-device", "nvme,drive=d,serial=d"]
        return ["-drive", self.drive(), "-device", "nvme,serial=d", "-device", f"nvme-ns,drive=d,logical_block_size={BLOCK},{self.format}"]

    def read(self):
        """All of it."""
        if self.kind == "raw":
            with open(self.path, "rb") as file:
                return file.read()
        subprocess.run(["qemu-img", "convert", "-f", "qcow2", "-O", "raw", self.path, self.path + ".raw"], check=True)
        with open(self.path + ".raw", "rb") as file:
            return file.read()


def cut(directory, image, text, delay):
    """Boots, lets the script write, kills QEMU delay seconds after the first acknowledgement; the last record acknowledged."""
    path, pid = directory / "script.sh", directory / "pid"
    path.write_text(text)
    qemu = subprocess.Popen([RUN_QEMU, "--disk", "none", "--script", str(path), "--timeout", str(TIMEOUT), "--", "-pidfile", str(pid),
                             *image.devices()],
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


def verify(image, last, size, cut_number):
    """Every slot against the records 0 to last, and last + 1 which was on its way."""
    data, slots = image.read(), image.slots
    for slot in range(min(slots, last + 1)):
        acknowledged = last - (last - slot) % slots
        expected = [record(acknowledged, size)]
        on_its_way = (last + 1) % slots == slot
        if on_its_way:
            expected.append(record(last + 1, size))
        elif image.format:
            for lba in range(slot * size // BLOCK, (slot + 1) * size // BLOCK):
                assert image.format.check(data, lba), f"cut {cut_number}: slot {slot}: LBA {lba} has not its own tuple"
        for at in range(0, size, BLOCK):
            found = data[slot * size + at:slot * size + at + BLOCK]
            assert found in [content[at:at + BLOCK] for content in expected], \
                f"cut {cut_number}: slot {slot}, block {at // BLOCK}: expected record {acknowledged}, found {found[:32]!r}"


def read_again(directory, image, last, size):
    """The guest reads what the records acknowledged have left, but for the slot of the one that was on its way."""
    slots, lines, expected = image.slots, [], []
    for slot in range(min(slots, last + 1)):
        if slot == (last + 1) % slots:
            continue
        lines.append(f"dd if=/dev/my_nvme0n1 bs={size} skip={slot} count=1 status=none | sha256sum")
        expected.append(hashlib.sha256(record(last - (last - slot) % slots, size)).hexdigest() + "  -")
    result = run_script(directory, "\n".join(lines) + "\n", "--disk", "none", "--", *image.devices())
    assert [line for line in result.stdout.splitlines() if line.endswith("  -")] == expected, result.stdout


def cuts(directory, kind, writer, size, count, format_=None):
    if kind == "qcow2" and not shutil.which("qemu-img"):
        pytest.skip("qemu-img is not installed")
    noise = random.Random(f"{SEED} {kind} {writer} {size} {format_}")
    image = Image(directory, kind, size, format_)
    next_record = 0
    for number in range(count):
        if kind == "qcow2" and number % 4 != 3:  # clusters that are allocated are where a lost Flush shows
            image.fresh()
            next_record = 0
        last = cut(directory, image, script(writer, image.slots, next_record, size), noise.uniform(0, 0.25))
        verify(image, last, size, number)
        next_record = last + 1
        # The record on its way counts as written from here on: the stream starts with it again.
    read_again(directory, image, last, size)


ROWS = [(kind, writer, size) for kind in ("raw", "qcow2") for writer, size in (("fsync", 4096), ("sync", 4096), ("direct", 65536), ("forced", 4096))]


@pytest.mark.parametrize("kind,writer,size", ROWS)
def test_power_cuts(tmp_path, kind, writer, size):
    cuts(tmp_path, kind, writer, size, 2)


@pytest.mark.long
@pytest.mark.parametrize("kind,writer,size", ROWS)
def test_many_power_cuts(tmp_path, kind, writer, size):
    cuts(tmp_path, kind, writer, size, 20)


PROTECTED = [("raw", "fsync", 4096, Format(8, 0, 1)), ("qcow2", "sync", 4096, Format(16, 1, 2, 1, 2)),
             ("raw", "forced", 4096, Format(8, 0, 1)), ("qcow2", "forced", 4096, Format(8, 1, 3, 1)),
             ("raw", "direct", 65536, Format(64, 0, 1, 0, 2)), ("qcow2", "direct", 65536, Format(8, 1, 1))]


@pytest.mark.parametrize("kind,writer,size,format_", PROTECTED[:2], ids=str)
def test_power_cuts_with_protection(tmp_path, kind, writer, size, format_):
    cuts(tmp_path, kind, writer, size, 2, format_)


@pytest.mark.long
@pytest.mark.parametrize("kind,writer,size,format_", PROTECTED, ids=str)
def test_many_power_cuts_with_protection(tmp_path, kind, writer, size, format_):
    cuts(tmp_path, kind, writer, size, 20, format_)


ZONE, CAPACITY, ZONES = 256 << 10, 192 << 10, 4  # bytes, and how many are used of those that there are


class ZonedImage(Image):
    def devices(self):
        return ["-drive", self.drive(), "-device", "nvme,serial=d", "-device",
                f"nvme-ns,drive=d,logical_block_size={BLOCK},zoned=on,zoned.zone_size={ZONE},zoned.zone_capacity={CAPACITY}"]


def zoned_script(writer, size):
    return (f"exec 9< /dev/my_nvme0n1\ni=0; b={size}\nwhile :; do\n  r=record-$i; z=$((i / {CAPACITY // size} % {ZONES}))\n"
            f"  n=$((i % {CAPACITY // size})); s=$((z * {ZONE // size} + n))\n"
            f"  if test $n = 0; then blkzone reset -o $((z * {ZONE // 512})) -c 1 /dev/my_nvme0n1 || exit; fi\n"
            f"  {WRITERS[writer]} || exit\n  echo ack $i\n  i=$((i + 1))\ndone\n")


def place(number, size):
    """The zone of a record, and its byte on the disk."""
    zone = number // (CAPACITY // size) % ZONES
    return zone, zone * ZONE + number % (CAPACITY // size) * size


def verify_zones(image, last, size, cut_number):
    """The records of the zones that no reset has been sent for since, which the one on its way may have begun with."""
    data, in_zone = image.read(), CAPACITY // size
    oldest = max(0, ((last + 1) // in_zone - ZONES + 1) * in_zone)
    for number in range(oldest, last + 1):
        _, at = place(number, size)
        assert data[at:at + size] == record(number, size), f"cut {cut_number}: record {number} of {last}: found {data[at:at + 32]!r}"


def restart_zones(directory, image, last, size):
    """Behind the cut each zone's pointer is inside it, and where it says that something was written, all that was acknowledged is
    before it. The first zone is written at its pointer, and nowhere else."""
    write = f"yes after | dd of=/dev/my_nvme0n1 iflag=fullblock bs={size} count=1 oflag=dsync status=none"
    result = run_script(directory, "blkzone report /dev/my_nvme0n1; blkzone reset -o 0 -c 1 /dev/my_nvme0n1\n"
                        f"{write}; echo wrote $?; {write} seek=2; echo ahead $?; blkzone report -c 1 /dev/my_nvme0n1\n",
                        "--disk", "none", "--", *image.devices())
    zones = re.findall(r"start: (0x\w+), len (0x\w+), cap (0x\w+), wptr (0x\w+) .*zcond: ?(\d+)", result.stdout)
    zones = [[int(field, 16) * 512 for field in zone[:4]] + [int(zone[4])] for zone in zones]
    assert len(zones) == (1 << 24) // ZONE + 1, result.stdout
    ends = {}
    for number in range(max(0, last + 1 - CAPACITY // size), last + 1):
        zone, at = place(number, size)
        ends[zone] = at + size - zone * ZONE
    for number, (start, length, capacity, pointer, state) in enumerate(zones[:-1]):
        assert (start, length, capacity) == (number * ZONE, ZONE, CAPACITY), result.stdout
        assert pointer == 0 if state == 1 else ends.get(number, 0) <= pointer <= ZONE, result.stdout
    assert re.search("^wrote 0$", result.stdout, re.MULTILINE) and re.search("^ahead 1$", result.stdout, re.MULTILINE), result.stdout
    assert zones[-1][3] == size, result.stdout


def zoned_cuts(directory, kind, writer, size, count):
    if kind == "qcow2" and not shutil.which("qemu-img"):
        pytest.skip("qemu-img is not installed")
    noise = random.Random(f"{SEED} zones {kind} {writer} {size}")
    image = ZonedImage(directory, kind, size)
    for number in range(count):
        image.fresh()
        last = cut(directory, image, zoned_script(writer, size), noise.uniform(0, 0.5))
        verify_zones(image, last, size, number)
    restart_zones(directory, image, last, size)


ZONED = [("raw", "forced", 4096), ("qcow2", "forced", 16384), ("raw", "direct", 65536), ("qcow2", "fsync", 4096)]


@pytest.mark.parametrize("kind,writer,size", ZONED[:2])
def test_power_cuts_with_zones(tmp_path, kind, writer, size):
    zoned_cuts(tmp_path, kind, writer, size, 2)


@pytest.mark.long
@pytest.mark.parametrize("kind,writer,size", ZONED)
def test_many_power_cuts_with_zones(tmp_path, kind, writer, size):
    zoned_cuts(tmp_path, kind, writer, size, 20)

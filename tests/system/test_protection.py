"""Metadata and protection information: dd sees data only, and the host finds the right tuples in the image.

Every format of QEMU's controller is a namespace of one machine. Tuples are checked by protection.py, which has nothing in common
with the driver's; then bytes of some are changed, and the driver has to name what is wrong, and where.
"""

import re

import pytest

from machine import make_disk, run_script
from protection import BLOCK, Format

SIZE = 1 << 20
FIRST, COUNT = 3, 128  # blocks that are written; more than a bounce buffer holds
FORMATS = [Format(ms, mset) for ms in (8, 16, 64) for mset in (0, 1)] + \
    [Format(ms, mset, pi, pil, pif) for ms in (8, 16, 64) for pif in (0, 2) for pi in (1, 2, 3) for pil in (0, 1) for mset in (0, 1)
     if ms >= (16 if pif else 8)]
WRONG = FIRST + 70


def machine(disks, mode):
    """QEMU's arguments for a controller with the disks as namespaces, each of its format."""
    arguments = ["--disk", "none", "--append", f"nvme.pi={mode}", "--", "-device", "nvme,serial=pi,id=pi"]
    for nsid, (format_, disk) in enumerate(disks, 1):
        arguments += ["-drive", f"file={disk},if=none,id=d{nsid},format=raw",
                      "-device", f"nvme-ns,drive=d{nsid},bus=pi,nsid={nsid},logical_block_size={BLOCK},{format_}"]
    return arguments


def change(disk, offset):
    with open(disk, "r+b") as image:
        image.seek(offset)
        byte = image.read(1)[0]
        image.seek(offset)
        image.write(bytes([byte ^ 0x40]))


@pytest.mark.parametrize("mode", ["driver", "controller"])
def test_every_format(tmp_path, mode):
    data = "".join(f"{number}\n" for number in range(100000, 120000)).encode()[:COUNT * BLOCK]
    disks = [(format_, make_disk(tmp_path / f"{nsid}.img", SIZE)) for nsid, format_ in enumerate(FORMATS, 1)]
    script = f"seq 100000 119999 | head -c {len(data)} > data\nfor d in /dev/my_nvme0n*; do\n" \
        f"  dd if=data of=$d bs={BLOCK} seek={FIRST} oflag=direct conv=fsync status=none || exit 2\n" \
        f"  dd if=$d bs={BLOCK * COUNT} count=1 iflag=direct,skip_bytes skip={FIRST * BLOCK} status=none | cmp - data || exit 3\n" \
        f"  printf word | dd of=$d bs=1 seek=700 conv=notrunc,fsync status=none || exit 4\n" \
        "done\necho all the same\n"
    result = run_script(tmp_path, script, *machine(disks, mode))
    assert result.stdout.endswith("all the same\n"), result.stdout
    for format_, disk in disks:
        with open(disk, "rb") as file:
            image = file.read()
        assert image[FIRST * BLOCK:(FIRST + COUNT) * BLOCK] == data, format_
        assert image[700:704] == b"word"
        for lba in (1, FIRST, FIRST + 31, FIRST + COUNT - 1):
            assert format_.check(image, lba), f"{format_}: LBA {lba}"


@pytest.mark.parametrize("mode", ["driver", "controller"])
def test_wrong_tuples(tmp_path, mode):
    """Guard, application tag and reference tag, in each layout: an error at this block, and nowhere else."""
    formats = [Format(8, 0, 1), Format(8, 1, 1), Format(16, 0, 2, 0, 2), Format(64, 1, 3, 1, 2)]
    parts = {0: "guard", 1: "application tag", 2: "reference tag"}
    disks, expected = [], []
    for format_ in formats:
        for part, name in parts.items():
            if format_.pi == 3 and part == 2:
                continue  # it has none
            disk = make_disk(tmp_path / f"{len(disks)}.img", SIZE)
            disks.append((format_, disk))
            at = format_.metadata_at(WRONG, SIZE) + (0 if format_.pil else format_.ms - format_.tuple_size)
            guard = 8 if format_.pif else 2
            expected.append((disk, at + (0, guard, format_.tuple_size - 1)[part], name))
    run_script(tmp_path, f"for d in /dev/my_nvme0n*; do dd if=/dev/urandom of=$d bs={BLOCK} count={2 * COUNT} status=none; done\n",
               *machine(disks, mode), check=True)
    for disk, offset, _ in expected:
        change(disk, offset)
    script = "for d in /dev/my_nvme0n*; do\n" \
        f"  dd if=$d of=/dev/null bs={BLOCK} skip={WRONG} count=1 iflag=direct status=none && exit 1\ndone\necho phase two\nsleep 1\n" \
        "for d in /dev/my_nvme0n*; do\n" \
        f"  dd if=$d of=/dev/null bs={BLOCK * COUNT} count=2 iflag=direct status=none && exit 2\n" \
        f"  dd if=$d of=/dev/null bs={BLOCK} count={WRONG} status=none || exit 3\n" \
        f"  dd if=$d of=/dev/null bs={BLOCK} skip={WRONG + 1} count=20 iflag=direct status=none || exit 4\n" \
        f"  dd if=/dev/zero of=$d bs={BLOCK} seek={WRONG} count=1 oflag=direct status=none || exit 5\n" \
        f"  dd if=$d of=/dev/null bs={BLOCK} count={2 * COUNT} status=none || exit 6\n" \
        "done\necho mended\n"
    result = run_script(tmp_path, script, *machine(disks, mode))
    assert result.stdout.endswith("mended\n"), result.stdout
    said = re.findall(r"my_nvme0: Read LBA (\d+) of namespace (\d+): (.*) [0-9a-f]+h is not .* [0-9a-f]+h\n", result.stdout.partition("phase two")[0])
    assert sorted(said, key=lambda line: int(line[1])) == [(str(WRONG), str(nsid), name) for nsid, (_, _, name) in enumerate(expected, 1)], result.stdout
    assert set(re.findall(r"my_nvme0: Read LBA (\d+)", result.stdout)) == {str(WRONG)}
    assert result.stdout.count("Input/output error") == 2 * len(expected), result.stdout


def test_nobody_checks(tmp_path):
    """With nvme.pi=off what has a wrong tuple can be read, and what is written has a right one."""
    format_ = Format(8, 0, 1)
    disk = make_disk(tmp_path / "disk.img", SIZE, b"x" * BLOCK * 8)
    script = f"dd if=/dev/my_nvme0n1 bs={BLOCK} count=8 status=none | tr -d x | wc -c\n" \
        f"dd if=/dev/zero of=/dev/my_nvme0n1 bs={BLOCK} seek=5 count=1 conv=fsync status=none\n"
    result = run_script(tmp_path, script, *machine([(format_, disk)], "off"), check=True)
    assert result.stdout.endswith("\n0\n") or result.stdout == "0\n", result.stdout
    result = run_script(tmp_path, f"dd if=/dev/my_nvme0n1 of=/dev/null bs={BLOCK} skip=5 count=1 iflag=direct status=none\n"
                        f"dd if=/dev/my_nvme0n1 of=/dev/null bs={BLOCK} skip=6 count=1 iflag=direct status=none && exit 1\nexit 0\n",
                        *machine([(format_, disk)], "driver"), check=True)
    assert "Read LBA 6 of namespace 1: guard 0h is not the data's" in result.stdout


def test_selftest(tmp_path):
    """All that a block device has to be able to do, in both layouts."""
    disks = [(format_, make_disk(tmp_path / f"{nsid}.img", 16 * SIZE)) for nsid, format_ in enumerate((Format(8, 0, 1), Format(64, 1, 2, 1, 2)), 1)]
    result = run_script(tmp_path, "selftest -d my_nvme0n1 && selftest -d my_nvme0n2\n", *machine(disks, "driver"))
    assert result.returncode == 0 and len(re.findall(r"SUMMARY: [5-9]\d tests, 0 failures", result.stdout)) == 2, result.stdout


def test_formatted_to_and_fro(tmp_path):
    """Format NVM: the device has another layout each time, also blocks of 4 KiB, and none at all."""
    disk = make_disk(tmp_path / "disk.img", 16 * SIZE)
    formats = [1 | 1 << 5, 2 | 1 << 4 | 2 << 5 | 1 << 8, 7 | 3 << 5, 3, 0, 5 | 1 << 4 | 1 << 5]  # LBAF, MSET, PI, PIL
    script = f"seq 100000 119999 | head -c {COUNT * BLOCK} > data\nd=/dev/my_nvme0n1\nfor f in {' '.join(map(str, formats))}; do\n" \
        "  nvme admin-passthru /dev/my_nvme0 -o 0x80 -n 1 --cdw10=$f > /dev/null || exit 1\n" \
        "  dd if=data of=$d bs=64k conv=fsync status=none || exit 2\n" \
        "  dd if=$d bs=64k count=1 iflag=direct status=none | cmp - data || exit 3\n" \
        "  dd if=$d of=/dev/null bs=1M count=4 status=none || exit 4\n" \
        "  nvme list | tail -n 1\ndone\n"
    result = run_script(tmp_path, script, "--disk", "none", "--", "-device", "nvme,serial=pi",
                        "-drive", f"file={disk},if=none,id=d,format=raw", "-device", "nvme-ns,drive=d")
    assert result.returncode == 0, result.stdout
    layouts = [" ".join(layout.split()) for layout in re.findall(r"\d+ +(?:Ki)?B \+ +\d+ B\b", result.stdout)]
    assert layouts == ["512 B + 8 B", "512 B + 16 B", "4 KiB + 64 B", "512 B + 64 B", "512 B + 0 B", "4 KiB + 8 B"], result.stdout

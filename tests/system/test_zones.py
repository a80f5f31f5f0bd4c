"""Zoned namespaces on QEMU's controller: written in order, and nothing else reaches the media."""

import os
import re

from machine import make_disk, run_script

MIB = 1 << 20

ZONED = "zoned=on,zoned.zone_size=1M,zoned.zone_capacity=768K,zoned.max_open=3,zoned.max_active=4,logical_block_size=4096,physical_block_size=4096"
CAPACITY = 768 * 1024

SCRIPT = """
    lsblk -no NAME,ZONED,ZONE-SZ,ZONE-NR,ZONE-OMAX,ZONE-AMAX
    head -c 2359296 /dev/my_nvme0n1 > data
    for zone in 0 1 2; do
        # buffered, with blocks larger and smaller than what a buffer would hold; and past a buffer
        case $zone in 0) how="bs=256K";; 1) how="bs=4K";; 2) how="bs=96K oflag=direct";; esac
        dd if=data iflag=skip_bytes,count_bytes skip=$((zone * 786432)) count=786432 of=/dev/my_nvme0n2 oflag=seek_bytes \\
            seek=$((zone * 1048576)) conv=notrunc,fsync status=none $how && echo "zone $zone written"
    done
    cmp -n 786432 data /dev/my_nvme0n2 && cmp -n 786432 -i 786432:1048576 data /dev/my_nvme0n2 && echo same
    dd if=data of=/dev/my_nvme0n2 bs=4K count=1 seek=1 status=none 2>&1; echo "full $?"
    dd if=data of=/dev/my_nvme0n2 bs=4K count=1 seek=769 status=none 2>&1; echo "ahead $?"
    dd if=data of=/dev/my_nvme0n2 bs=1M count=1 seek=3 status=none 2>&1; echo "too long $?"
    dd if=data of=/dev/my_nvme0n2 bs=512 count=1 seek=6144 status=none 2>&1; echo "part $?"
    printf x | dd of=/dev/my_nvme0n2 bs=4K seek=768 status=none 2>&1; echo "byte $?"
    dd if=data of=/dev/my_nvme0n2 bs=4K count=8 seek=1024 status=none; echo "open $?"
    dd if=data of=/dev/my_nvme0n2 bs=4K count=8 seek=1032 skip=8 status=none; echo "on $?"
    nvme reset /dev/my_nvme0
    dd if=data of=/dev/my_nvme0n2 bs=4K count=8 seek=1040 skip=16 status=none; echo "after a reset $?"
    for zone in 5 6 7; do blkzone open -o $((zone * 2048)) -c 1 /dev/my_nvme0n2; echo "zone $zone $?"; done
    dd if=data of=/dev/my_nvme0n2 bs=4K count=1 seek=2048 status=none 2>&1; echo "no more $?"
    blkzone report -o 8192 -c 5 /dev/my_nvme0n2 | cut -c 3-73
    blkzone close -o 10240 -c 2 /dev/my_nvme0n2 && blkzone finish -o 14336 -c 1 /dev/my_nvme0n2
    blkzone reset -o 2048 -l 2048 /dev/my_nvme0n2
    blkzone report /dev/my_nvme0n2 | cut -d " " -f 4,9-
    blkzone capacity /dev/my_nvme0n2
    blkzone reset -o 10240 /dev/my_nvme0n2
    blkzone capacity -c 3 /dev/my_nvme0n2
    nvme list
    """


def test_writes_in_order(tmp_path):
    """dd into several zones, compared in the image; what a zone does not take is a clear error; limits; resets."""
    disk = make_disk(tmp_path / "disk.img", 4 * MIB)
    pattern = os.urandom(3 * CAPACITY)
    with open(disk, "r+b") as file:
        file.write(pattern)
    zoned = tmp_path / "zoned.img"
    zoned.write_bytes(b"\0" * (16 * MIB))
    result = run_script(tmp_path, SCRIPT, "--disk", "none", "--", "-device", "nvme,id=c,serial=c,zoned.zasl=5",
                        "-drive", f"file={disk},if=none,id=one,format=raw", "-device", "nvme-ns,drive=one,bus=c,nsid=1",
                        "-drive", f"file={zoned},if=none,id=two,format=raw", "-device", f"nvme-ns,drive=two,bus=c,nsid=2,{ZONED}")
    output = result.stdout
    lines = output.splitlines()
    assert lines[1].split() == ["my_nvme0n2", "host-managed", "1M", "16", "3", "4"], output
    for zone in range(3):
        assert f"zone {zone} written" in lines, output
    assert "same" in lines, output
    for words, status in ("full", 1), ("ahead", 1), ("too long", 1), ("part", 1), ("byte", 1), ("open", 0), ("on", 0), ("after a reset", 0), \
            ("zone 5", 0), ("zone 6", 0), ("zone 7", 0), ("no more", 1):
        assert f"{words} {status}" in lines, (words, output)
    assert "Write LBA 2048+1: Too Many " in output, output
    assert "Write LBA 1+1 of namespace 2 is not sent: Zone Is Full (zone at LBA 0, write pointer 256, end 192)" in output, output
    assert "Write LBA 769+1 of namespace 2 is not sent: Zone Invalid Write (zone at LBA 768, write pointer 768, end 960)" in output
    assert "Write LBA 768+256 of namespace 2 is not sent: Zoned Boundary Error" in output
    assert output.count("Invalid argument\n") == 2, output
    assert re.search(r"start: 0x000002000, len 0x000800, cap 0x000600, wptr 0x0000c0", output), output
    states = re.findall(r"^0x(\w{9}), .*zcond: ?\d+\((..)\)", output, re.MULTILINE)
    assert [state for _, state in states[:9]] == ["fu", "em", "fu", "em", "cl", "cl", "cl", "fu", "em"] or \
        [state for _, state in states[:9]] == ["fu", "em", "fu", "em", "oi", "cl", "cl", "fu", "em"], output
    assert "0x000006000" in lines and "0x000001200" in lines, output
    assert re.search(r"^/dev/my_nvme0n2 .* 4 KiB \+  0 B", output, re.MULTILINE), output
    with open(zoned, "rb") as file:
        image = file.read()
    zone = [image[i * MIB:(i + 1) * MIB] for i in range(16)]
    data = [pattern[i * CAPACITY:(i + 1) * CAPACITY] for i in range(3)]
    assert zone[0] == data[0].ljust(MIB, b"\0") and zone[2] == data[2].ljust(MIB, b"\0")
    assert zone[4] == pattern[:24 * 4096].ljust(MIB, b"\0")
    assert not any(any(zone[i]) for i in (3, 5, 6, 7, 8))

"""blkdiscard on several namespaces: what was asked for changes, and nothing else of it, its neighbours or what is buffered."""

import pytest

from machine import make_disk, run_script

MIB = 1 << 20
SIZE = 4 * MIB  # of each namespace
# Name, properties: the last has protection information, which Write Zeroes would have to make.
NAMESPACES = [("one", ""), ("two", "logical_block_size=4096,physical_block_size=4096"), ("three", "logical_block_size=512,ms=8,pi=1"),
              ("four", "")]

# /e holds what a device ought to; $b is the size of its blocks.
SCRIPT = """
yes 0123456789abcde | dd of=/r bs=64k count=64 iflag=fullblock status=none
zero() { blkdiscard -z -o $1 -l $2 $d && dd if=/dev/zero of=/e bs=512 seek=$(($1 / 512)) count=$(($2 / 512)) conv=notrunc status=none; }
same() { cmp /e $d && echo $d $1 same; }
for d in /dev/my_nvme0n?; do cp /r $d; done
for d in /dev/my_nvme0n[123]; do
  b=$(blockdev --getss $d)
  cp /r /e
  zero 0 $b
  zero $((4194304 - b)) $b
  zero 1048576 0
  zero $((128 * 1024 + b)) 69632
  same edges
  # held open with blocks in the buffer, some of them dirty
  exec 5< $d
  dd bs=64k count=16 of=/dev/null status=none <&5
  printf dirty | dd of=$d bs=1 seek=$((3 * b)) conv=notrunc status=none
  printf dirty | dd of=/e bs=1 seek=$((3 * b)) conv=notrunc status=none
  zero $((2 * b)) $b
  zero $((4 * b)) 8192
  same buffered
  printf dirty | dd of=$d bs=1 seek=$((3 * b)) conv=notrunc status=none
  zero $((3 * b)) $b
  same dirty
  exec 5<&-
  cp $d /e
  blkdiscard -o 1M -l 64K $d
  cmp -n 1048576 /e $d && cmp -i 1114112 /e $d && echo $d around discard same
  echo $d left $(dd if=$d bs=64k skip=16 count=1 status=none | tr -d '\\000' | wc -c)
done
cmp /r /dev/my_nvme0n4 && echo neighbour same
blkdiscard -s /dev/my_nvme0n1; echo $?
blkdiscard -v /dev/my_nvme0n4; echo $?
tr -d '\\000' < /dev/my_nvme0n4 | wc -c
"""


@pytest.fixture(name="output", scope="module")
def run(tmp_path_factory):
    directory = tmp_path_factory.mktemp("discard")
    devices = ["-device", "nvme,id=controller,serial=discard"]
    for number, (name, properties) in enumerate(NAMESPACES, 1):
        image = make_disk(directory / name, SIZE if "ms=" not in properties else SIZE + SIZE // 512 * 8)
        devices += ["-drive", f"file={image},if=none,id={name},format=raw,discard=unmap",
                    "-device", f"nvme-ns,drive={name},bus=controller,nsid={number}{',' if properties else ''}{properties}"]
    return run_script(directory, SCRIPT, "--disk", "none", "--", *devices, check=True).stdout


def test_only_what_was_asked_for_changes(output):
    for number in (1, 2, 3):
        for what in ("edges same", "buffered same", "dirty same", "around discard same"):
            assert f"/dev/my_nvme0n{number} {what}\n" in output, output
    assert "neighbour same\n" in output, output


def test_discarded_blocks_are_zero_where_the_image_has_holes(output):
    for number in (1, 2):
        assert f"/dev/my_nvme0n{number} left 0\n" in output, output
    assert "blkdiscard: /dev/my_nvme0n1: BLKSECDISCARD ioctl failed: Operation not supported\n1\n" in output
    assert f"/dev/my_nvme0n4: Discarded {SIZE} bytes from the offset 0\n0\n0\n" in output, output

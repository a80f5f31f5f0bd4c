"""nvme's I/O commands on QEMU: only the blocks that were asked for change, whatever stands beside them."""

import re

from machine import make_disk, run_script

MIB = 1 << 20
BLOCK = 512


def pattern(name):
    """1 MiB in which every block is different, and in every namespace."""
    return b"".join(f"{name} {block:8} ".encode().ljust(16, b".") * (BLOCK // 16) for block in range(MIB // BLOCK))


def test_only_what_was_asked_for_changes(tmp_path):
    """Two plain namespaces, and three with metadata: in a buffer of their own, with the data, and protected."""
    extra, expected = [], {}
    for nsid, name, options in [(1, "one", ""), (2, "two", ""), (3, "apart", ",ms=8"), (4, "within", ",ms=8,mset=1"), (5, "pi", ",ms=8,pi=1")]:
        image = make_disk(tmp_path / f"{name}.img", 2 * MIB, pattern(name))
        expected[name] = bytearray(pattern(name).ljust(2 * MIB, b"\0"))
        extra += ["-drive", f"file={image},if=none,id={name},format=raw,discard=unmap", "-device", f"nvme-ns,drive={name},bus=c,nsid={nsid}{options}"]
    result = run_script(tmp_path, """
        yes | head -c 1024 > y
        yes no | head -c 16 > m
        check() { "$@"; echo "$? $*"; }
        check nvme write /dev/my_nvme0n1 -s 9 -c 1 -z 1024 -d y
        check nvme compare /dev/my_nvme0n1 -s 9 -c 1 -z 1024 -d y
        check nvme compare /dev/my_nvme0n1 -s 10 -c 1 -z 1024 -d y
        check nvme write-zeroes /dev/my_nvme0n1 -s 100 -c 2
        check nvme copy /dev/my_nvme0n1 -d 200 -s 9,50 -b 0,2
        check nvme verify /dev/my_nvme0n1 -c 99
        check nvme dsm /dev/my_nvme0n2 -d -s 0,64 -b 8,16
        check nvme dsm /dev/my_nvme0n2 -r -s 100 -b 8
        check nvme write-uncor /dev/my_nvme0n2 -s 5
        echo hi | check nvme write /dev/my_nvme0n2 -s 300 -z 512
        check nvme io-passthru /dev/my_nvme0n2 -o 1 -l 512 -i y --cdw10=301
        check nvme flush /dev/my_nvme0n2
        check nvme write /dev/my_nvme0 -n 3 -s 7 -c 1 -z 1024 -y 16 -d y -M m
        check nvme read /dev/my_nvme0 -n 3 -s 7 -c 1 -z 1024 -y 16 -d d -M n
        check cmp d y; check cmp n m
        check nvme read /dev/my_nvme0 -n 3 -s 7 -z 512
        check nvme write /dev/my_nvme0 -n 4 -s 7 -z 520 -d y
        check nvme read /dev/my_nvme0 -n 4 -s 7 -z 520 -d d
        check cmp -n 520 d y
        check nvme write /dev/my_nvme0 -n 5 -s 7 -z 512 -p 15 -r 7 -d y
        rm n
        check nvme read /dev/my_nvme0 -n 5 -s 7 -z 512 -y 8 -p 7 -r 7 -d d -M n
        check nvme read /dev/my_nvme0 -n 5 -s 7 -z 512 -y 8 -p 2 -a 1 -m 0xffff
        check cmp -n 512 d y
        od -A n -t x1 n
        nvme read /dev/my_nvme0n1 -s 9 -z 512 -t > d
        nvme list | tail -n 3
        """, "--disk", "none", "--", "-device", "nvme,id=c,serial=c", *extra, check=True)
    output = result.stdout
    ended = {line: int(status) for status, line in re.findall(r"^(\d+) ((?:nvme|cmp) .*)$", output, re.MULTILINE)}
    failed = [line for line, status in ended.items() if status]
    assert failed == ["nvme compare /dev/my_nvme0n1 -s 10 -c 1 -z 1024 -d y", "nvme write-uncor /dev/my_nvme0n2 -s 5",
                      "nvme read /dev/my_nvme0 -n 3 -s 7 -z 512", "nvme read /dev/my_nvme0 -n 5 -s 7 -z 512 -y 8 -p 2 -a 1 -m 0xffff"], output
    assert "nvme: read: Read moves 8 bytes of metadata by its own fields, 0 are given\n" in output
    assert "NVMe status: End-to-end Application Tag Check Error" in output
    assert re.search(r"^ [0-9a-f]{2} [0-9a-f]{2} 00 00 00 00 00 07$", output, re.MULTILINE), output
    assert output.count("512   B +  8 B") == 3, output

    def put(name, block, data):
        expected[name][block * BLOCK:block * BLOCK + len(data)] = data

    yes = b"y\n" * 512
    put("one", 9, yes)
    put("one", 100, bytes(3 * BLOCK))
    put("one", 200, yes[:BLOCK] + pattern("one")[50 * BLOCK:53 * BLOCK])
    put("two", 300, b"hi\n".ljust(BLOCK, b"\0") + yes[:BLOCK])
    for name in ("apart", "within", "pi"):
        put(name, 7, yes[:BLOCK])
    put("apart", 8, yes[BLOCK:])
    for name, blocks in expected.items():
        with open(tmp_path / f"{name}.img", "rb") as file:
            found = bytearray(file.read())
        for first, count in ((0, 8), (64, 16)) if name == "two" else ():  # deallocated: zeroes, or what was there
            if not any(found[first * BLOCK:][:count * BLOCK]):
                found[first * BLOCK:(first + count) * BLOCK] = blocks[first * BLOCK:(first + count) * BLOCK]
        data = len(found) // BLOCK * BLOCK if name in ("one", "two") else MIB  # metadata stand behind the data
        changed = [block for block in range(data // BLOCK) if found[block * BLOCK:][:BLOCK] != blocks[block * BLOCK:][:BLOCK]]
        assert not changed, (name, changed)


def test_open_files_are_in_step(tmp_path):
    """Blocks that an open file has in its buffer, read or written, and commands that go past it."""
    disk = make_disk(tmp_path / "disk", MIB, pattern("old"))
    result = run_script(tmp_path, """
        exec 7<> /dev/my_nvme0n1
        dd bs=4k count=2 status=none <&7 > /dev/null
        yes new | head -c 512 > new
        nvme write /dev/my_nvme0n1 -s 1 -z 512 -d new
        nvme io-passthru /dev/my_nvme0n1 -o 1 -l 512 -w -i new --cdw10=3
        nvme write-zeroes /dev/my_nvme0n1 -s 5
        for n in 0 1 2 3 4 5; do dd if=/dev/my_nvme0n1 bs=512 skip=$n count=1 status=none | head -c 3 | tr '\\000' 0; echo; done
        dd if=new of=/dev/my_nvme0n1 bs=512 seek=9 conv=notrunc status=none
        nvme read /dev/my_nvme0n1 -s 9 -z 512 | head -c 3; echo
        """, "--any-disk", "--disk", disk, check=True)
    lines = [line for line in result.stdout.splitlines() if line in ("old", "new", "000")]
    assert lines == ["old", "new", "old", "new", "old", "000", "new"], result.stdout


def test_limits_are_shown(tmp_path):
    image = make_disk(tmp_path / "disk", 2 * MIB)
    result = run_script(tmp_path, "lsblk -bnro zero-max,verify-max,copy-max,copy-range,copy-nr", "--disk", "none", "--",
                        "-device", "nvme,id=c,serial=c,mdts=5,vsl=4", "-drive", f"file={image},if=none,id=disk,format=raw",
                        "-device", "nvme-ns,drive=disk,bus=c,logical_block_size=4096,physical_block_size=4096,mssrl=64,mcl=256,msrc=9", check=True)
    assert result.stdout.split() == ["131072", "65536", "1048576", "262144", "10"]

"""Machines of many shapes: memory, many controllers and namespaces, large ones, BAR0 above 4 GiB, a long paste."""

import hashlib
import re

import pytest

from machine import Console, make_disk, run_script

MIB = 1 << 20
TIB = 1 << 40


@pytest.mark.parametrize("memory", ["32M", "128M", "4G", "8G"])
@pytest.mark.parametrize("machine", ["pc", "q35"])
def test_selftest_in_memory(tmp_path, memory, machine):
    """Every case of selftest; with little memory those that need much are skipped, none fails."""
    disk = make_disk(tmp_path / "disk.img", 16 * MIB)
    result = run_script(tmp_path, "selftest\n", "--machine", machine, "--mem", memory, "--disk", disk)
    assert result.returncode == 0, result.stdout[-3000:]
    assert re.search(r"SUMMARY: [5-9]\d tests, 0 failures", result.stdout), result.stdout[-3000:]


def test_dma_above_4_gib(tmp_path):
    """RAM below 4 GiB is filled first, so that what is transferred lies above."""
    disk = make_disk(tmp_path / "disk.img", 64 * MIB)
    result = run_script(tmp_path, "dd if=/dev/zero of=/low bs=1M count=240 status=none\n"
                        "dd if=/dev/urandom of=/high bs=1M count=32 status=none; dd if=/high of=/dev/my_nvme0n1 bs=1M conv=fsync status=none\n"
                        "sha256sum /high; cmp -n 32M /high /dev/my_nvme0n1 && echo same\n", "--mem", "1G", "--disk", disk,
                        "--", "-machine", "max-ram-below-4g=256M")
    assert result.stdout.endswith("same\n"), result.stdout
    with open(disk, "rb") as image:
        assert hashlib.sha256(image.read(32 * MIB)).hexdigest() in result.stdout


@pytest.mark.parametrize("boot,machine,properties", [("uefi", "pc", ""), pytest.param("uefi", "q35", "", marks=pytest.mark.long), ("direct", "q35", "cmb_size_mb=1024")])
def test_bar0_above_4_gib(tmp_path, boot, machine, properties):
    """OVMF puts 64-bit BARs there by itself; SeaBIOS does when a large one leaves no room below."""
    disk = make_disk(tmp_path / "disk.img", 16 * MIB)
    result = run_script(tmp_path, "lspci -v -s 00:04.0\nselftest shell geometry queue\n", "--boot", boot, "--machine", machine,
                        "--disk", disk, "--nvme", properties)
    bar = re.search(r"Memory at ([0-9a-f]+) \(64-bit, non-prefetchable\)", result.stdout)
    assert int(bar.group(1), 16) >= 1 << 32, result.stdout
    assert result.returncode == 0 and re.search(r"SUMMARY: [1-9]\d tests, 0 failures", result.stdout), result.stdout


def namespaces(directory, controller, count, size):
    """Images and -device options of that many namespaces on the controller with this ID."""
    extra, disks = [], []
    for nsid in range(1, count + 1):
        disks.append(make_disk(directory / f"{controller}-{nsid}.img", size))
        extra += ["-drive", f"file={disks[-1]},if=none,id={controller}n{nsid},format=raw",
                  "-device", f"nvme-ns,drive={controller}n{nsid},bus={controller},nsid={nsid}"]
    return extra, disks


def test_four_controllers_with_four_namespaces_each(tmp_path):
    """Sixteen devices, each with text of its own; the host finds each text in the right image."""
    extra, disks = [], []
    for i in range(4):
        more, images = namespaces(tmp_path, f"c{i}", 4, MIB)
        extra += ["-device", f"nvme,id=c{i},serial=c{i}", *more]
        disks += images
    result = run_script(tmp_path, "for c in 0 1 2 3; do for n in 1 2 3 4; do echo device $c $n > /dev/my_nvme${c}n$n || echo bad; done; done\n"
                        "for c in 0 1 2 3; do nvme reset /dev/my_nvme$c; done\nsync\n"
                        "for c in 0 1 2 3; do for n in 1 2 3 4; do head -n 1 /dev/my_nvme${c}n$n; done; done\nls /dev/my_nvme?n* | wc -l\n",
                        "--disk", "none", "--append", "nvme.queues=2", "--", *extra, check=True)
    lines = [f"device {c} {n}\n" for c in range(4) for n in range(1, 5)]
    assert "".join(lines) in result.stdout and "bad\n" not in result.stdout and result.stdout.endswith("16\n"), result.stdout
    for line, disk in zip(lines, disks):
        with open(disk, "rb") as image:
            assert image.read(len(line)) == line.encode()


def test_256_namespaces(tmp_path):
    extra, disks = namespaces(tmp_path, "c", 256, MIB)
    result = run_script(tmp_path, "ls /dev/my_nvme0n* | wc -l\ni=1\nwhile [ $i -le 256 ]; do echo namespace $i > /dev/my_nvme0n$i || echo bad; i=$((i + 1)); done\n"
                        "nvme list | tail -n +3 | wc -l\nfree -b\n", "--disk", "none", "--", "-device", "nvme,id=c,serial=c", *extra, check=True)
    assert result.stdout.count("256\n") == 2 and "bad\n" not in result.stdout, result.stdout
    assert int(re.search(r"Mem: +\d+ +(\d+)", result.stdout).group(1)) < 8 * MIB
    for nsid, disk in enumerate(disks, 1):
        line = f"namespace {nsid}\n".encode()
        with open(disk, "rb") as image:
            assert image.read(len(line)) == line


def test_a_namespace_of_16_tib(tmp_path):
    """Sparse. The last block is written and read; the one behind it is not there."""
    disk = tmp_path / "disk.img"
    try:
        make_disk(disk, 16 * TIB - 4096)  # a file on ext4 is not longer
    except OSError as error:
        pytest.skip(f"no sparse file of 16 TiB: {error.strerror}")
    last = (16 * TIB - 4096) // 512 - 1
    result = run_script(tmp_path, "selftest geometry\n", "--disk", disk, check=True)
    assert "PASS: geometry: across 4 GiB\n" in result.stdout and "11 tests, 0 failures, 0 skipped" in result.stdout, result.stdout
    result = run_script(tmp_path, f"d=/dev/my_nvme0n1\nlsblk -b\nblockdev --getsize64 $d\necho the last block | dd of=$d bs=512 seek={last} conv=sync,fsync status=none\n"
                        f"dd if=$d bs=512 skip={last} status=none | head -n 1\ndd if=$d bs=512 skip={last} count=9 iflag=direct of=/dev/null\n"
                        f"echo x | dd of=$d bs=512 seek={last + 1}; echo status $?\n"
                        f"echo 8 TiB | dd of=$d bs=512 seek=17179869184 conv=sync,fsync status=none\n", "--disk", disk)
    output = result.stdout
    assert f"\n{16 * TIB - 4096}\nthe last block\n1+0 records in\n1+0 records out\n" in output, output
    assert "No space left on device" in output and "status 1\n" in output, output
    with open(disk, "rb") as image:
        image.seek(last * 512)
        assert image.read(15) == b"the last block\n"
        image.seek(8 * TIB)
        assert image.read(6) == b"8 TiB\n"


def test_blocks_of_4096_bytes(tmp_path):
    """Partial blocks are read, modified and written: what dd and the host see is what was written, byte by byte."""
    disk = make_disk(tmp_path / "disk.img", 16 * MIB, b"\xaa" * 65536)
    result = run_script(tmp_path, "d=/dev/my_nvme0n1\nblockdev --getss $d\nprintf hello | dd of=$d bs=1 seek=4093 conv=fsync status=none\n"
                        "dd if=/dev/zero of=$d bs=512 seek=17 count=3 conv=fsync status=none\ndd if=/dev/zero of=$d bs=512 count=1 oflag=direct; echo status $?\n"
                        "dd if=$d bs=1 skip=4093 count=5 status=none; echo\n",
                        "--disk", disk, "--nvme", "logical_block_size=4096,physical_block_size=4096")
    assert result.stdout.startswith("4096\n") and "Invalid argument" in result.stdout and "status 1\nhello\n" in result.stdout, result.stdout
    expected = bytearray(b"\xaa" * 65536)
    expected[4093:4098] = b"hello"
    expected[17 * 512:20 * 512] = bytes(3 * 512)
    with open(disk, "rb") as image:
        assert image.read(65536) == expected


@pytest.mark.parametrize("lines", [4000, pytest.param(15500, marks=pytest.mark.long)])
def test_a_long_script_is_pasted(lines):
    """Typed as fast as the line takes it: every command runs, in order, none is lost or damaged."""
    text = "".join(f"x=$((x + {i % 7})); : filler {'y' * 40} {i}\r" for i in range(lines))
    with Console("--disk", "none") as console:
        console.child.timeout = 900
        console.run("x=0")
        console.child.searchwindowsize = 1000
        console.paste("cat > /script << 'END OF SCRIPT'\r" + text + "END OF SCRIPT\r")
        console.wait_prompt()
        script = text.replace("\r", "\n").encode()
        assert console.run("sha256sum < /script").split()[0] == hashlib.sha256(script).hexdigest()
        console.run(". /script")
        assert console.run("echo $x") == f"{sum(i % 7 for i in range(lines))}\n"

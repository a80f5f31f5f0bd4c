"""The nvme command, and the driver on real device models of many shapes."""

import hashlib
import re

import pytest

from machine import Console, make_disk, nvme_on, run_script

MIB = 1 << 20


def test_help_lists_subcommands_and_options(tmp_path):
    """Every subcommand that is listed explains itself; help NAME is the same as NAME --help; nothing else is done."""
    result = run_script(tmp_path, "nvme --help\necho @\nnvme help\n"
                        "for c in $(nvme help | while read name rest; do case $rest in [A-Z]*) echo $name;; esac; done); do\n"
                        "nvme $c --help > a; nvme help $c > b; nvme $c /dev/my_nvme0 x -h > c; cmp a b && cmp a c && echo @@ $c && cat a\ndone\n",
                        "--disk", make_disk(tmp_path / "disk.img", MIB), check=True)
    listed, rest = result.stdout.split("@\n", 1)
    names = re.findall(r"^  ([a-z-]+) +[A-Z]", listed, re.MULTILINE)
    assert {"list", "id-ctrl", "io-passthru", "reset", "help"} <= set(names)
    explained = dict(re.findall(r"^@@ (\S+)\n((?:(?!@@).*\n)*)", rest, re.MULTILINE))
    assert set(names) <= set(explained)
    assert all(text.startswith(f"Usage: nvme {name}") for name, text in explained.items())
    for option in ["--opcode=<NUM>, -o <NUM>", "--dry-run, -d", "--prefill=<NUM>", "--timeout=<NUM>", "--flags=<NUM>"]:
        assert option in explained["io-passthru"]
    assert "--output-format=<FMT>" in explained["id-ns"] and "--verbose, -v" in explained["show-regs"]


# Letters of options that are others in nvme-cli 2.16 than in 2.3: both are taken.
MOVED = ["id-ctrl /dev/my_nvme0 -[vV]", "id-ns /dev/my_nvme0n1 -[vV]", "get-log /dev/my_nvme0 -i 3 -l 16 -[oL] 16", "get-property /dev/my_nvme0 -[oO] 8",
         "set-property /dev/my_nvme0 -[oO] 0x24 -v 0x1f001f", "set-property /dev/my_nvme0 -o 0x24 -[vV] 0x1f001f", "telemetry-log /dev/my_nvme0 -[oO] f",
         "set-feature /dev/my_nvme0 -f 4 -[vV] 0x157", "fw-download /dev/my_nvme0 -f /f -[oO] 4", "capacity-mgmt /dev/my_nvme0 -[oO] 1",
         "admin-passthru /dev/my_nvme0 -[oO] 10 --cdw10=7", "io-passthru /dev/my_nvme0n1 -[oO] 0", "lockdown /dev/my_nvme0 -[oO] 1",
         "read /dev/my_nvme0n1 -z 512 -w -[vV] | grep -v addr", "write /dev/my_nvme0n1 -z 512 -w -[vV] -d /dev/zero | grep -v addr",
         "compare /dev/my_nvme0n1 -z 512 -w -[vV] -d /dev/zero | grep -v addr"]


def test_letters_that_moved_are_both_taken(tmp_path):
    lines = [re.sub(r"\[(.)(.)\]", rf"\{which}", line) for line in MOVED for which in (1, 2)]
    script = "printf 1234 > /f\n" + "".join(f"nvme {line} 2>&1; echo $?; echo @@\n" for line in lines)
    answers = run_script(tmp_path, script, "--disk", make_disk(tmp_path / "disk.img", MIB), "--append", "loglevel=0", check=True).stdout.split("@@\n")
    for line, one, other in zip(MOVED, answers[::2], answers[1::2], strict=False):
        assert one == other and "invalid option" not in one, line


def test_controllers_are_character_devices(tmp_path):
    """What nvme takes stands in /dev, by whatever path; stat and ls show what it is."""
    result = run_script(tmp_path, "ls -l /dev/my_nvme*\nstat -c '%n %F %A' /dev/my_nvme?\ncd /dev\nnvme list-ns ./my_nvme0\n"
                        "nvme list-ns ../dev/my_nvme1 || echo none\n",
                        "--disk", make_disk(tmp_path / "disk.img", MIB), "--", "-device", "nvme,serial=second", check=True)
    assert re.search(r"^crw------- 1 root root +\d+, 0 .* /dev/my_nvme0\nbrw-rw---- .* /dev/my_nvme0n1\ncrw------- 1 root root +\d+, 1 .* /dev/my_nvme1$",
                     result.stdout, re.MULTILINE)
    assert "/dev/my_nvme1 character special file crw-------\n[   0]:0x1\n" in result.stdout


def test_controllers_and_namespaces_are_named(tmp_path):
    """Two controllers; the first with namespaces 1, 2 and 5 of different formats, the second with one."""
    extra = []
    for nsid, size, block in [(1, 8, 512), (2, 16, 4096), (5, 4, 512)]:
        disk = make_disk(tmp_path / f"n{nsid}.img", size * MIB)
        extra += ["-drive", f"file={disk},if=none,id=n{nsid},format=raw", "-device",
                  f"nvme-ns,drive=n{nsid},bus=first,nsid={nsid},logical_block_size={block},physical_block_size={block}"]
    second = make_disk(tmp_path / "second.img", 2 * MIB)
    result = run_script(tmp_path, "lsblk -b\nnvme list\nls /dev/my_nvme*\nblockdev --getss --getsize64 /dev/my_nvme0n2\n"
                        "dd if=/dev/urandom of=/r bs=4096 count=100 status=none\n"
                        "for d in /dev/my_nvme?n?; do dd if=/r of=$d conv=fsync status=none && cmp -n 409600 /r $d && echo $d good; done\n",
                        "--disk", "none", "--", "-device", "nvme,id=first,serial=first", *extra,
                        "-drive", f"file={second},if=none,id=second,format=raw", "-device", "nvme,drive=second,serial=second", check=True)
    for name, size in [("my_nvme0n1", 8), ("my_nvme0n2", 16), ("my_nvme0n5", 4), ("my_nvme1n1", 2)]:
        assert re.search(rf"^{name} +259:\d+ +0 +{size * MIB} +0 disk", result.stdout, re.MULTILINE)
        assert f"/dev/{name} good\n" in result.stdout
    assert f"4096\n{16 * MIB}\n" in result.stdout
    contents = [open(tmp_path / f"{name}.img", "rb").read(409600) for name in ("n1", "n2", "n5", "second")]
    assert contents[0].strip(b"\0") and all(content == contents[0] for content in contents)


@pytest.mark.parametrize("block", [512, 1024, 2048, 4096])
def test_block_sizes(tmp_path, block):
    disk = make_disk(tmp_path / "disk.img", 16 * MIB)
    result = run_script(tmp_path, "selftest\n", "--disk", disk, "--nvme", f"logical_block_size={block},physical_block_size={block}")
    assert result.returncode == 0, result.stdout
    assert not re.search("^FAIL", result.stdout, re.MULTILINE)
    assert re.search(r"SUMMARY: \d+ tests, 0 failures", result.stdout)


@pytest.mark.parametrize("block,mdts", [(131072, 7), (2097152, 9), (2097152, 8)])
def test_large_blocks(tmp_path, block, mdts):
    """Blocks of more than a command usually carries, as far as MDTS allows; in pieces, too."""
    disk = make_disk(tmp_path / "disk.img", 16 * MIB)
    result = run_script(tmp_path, """
        dmesg
        dd if=/dev/random of=/r bs=1M count=5 status=none
        dd if=/r of=/dev/my_nvme0n1 bs=1000 conv=fsync status=none && cmp -n 5242880 /r /dev/my_nvme0n1 && echo same
        selftest commands bounds | tail -n 1
        """, "--disk", disk, "--nvme", f"mdts={mdts},logical_block_size={block},physical_block_size={block}")
    if block > 4096 << mdts:
        assert f"namespace 1: blocks of {block} bytes are longer than a command may carry (MDTS {mdts})\n" in result.stdout
        return
    assert "same\n" in result.stdout and re.search(r"SUMMARY: \d+ tests, 0 failures", result.stdout), result.stdout + result.stderr
    with open(disk, "rb") as file:
        assert file.read(5 * MIB).strip(b"\0")


@pytest.mark.parametrize("properties", ["mdts=0", "mdts=1", "mdts=3", "max_ioqpairs=1", "cmb_size_mb=16", "use-intel-id=on"])
def test_device_properties(tmp_path, properties):
    disk = make_disk(tmp_path / "disk.img", 16 * MIB)
    result = run_script(tmp_path, "selftest\n", "--disk", disk, "--nvme", properties, "--append", "nvme.any=1")
    if "mdts exceeds IOV_MAX" in result.stderr:
        pytest.skip("this QEMU has no controller without a limit")
    assert result.returncode == 0, result.stdout + result.stderr
    assert re.search(r"SUMMARY: [1-9]\d+ tests, 0 failures", result.stdout)


@pytest.mark.parametrize("data", ["auto", "prp", "sgl", "sgl nvme.max_transfer=4194304"])
def test_data_pointers(tmp_path, data):
    """PRPs, SGLs, or what the driver prefers: PRPs, and SGLs for what does not fit them."""
    trace = tmp_path / "trace.log"
    disk = make_disk(tmp_path / "disk.img", 16 * MIB)
    result = run_script(tmp_path, "selftest\n", "--disk", disk, "--append", f"nvme.data={data}", "--",
                        "-trace", f"pci_nvme_map_sgl,file={trace}", "-trace", f"pci_nvme_map_prp,file={trace}")
    assert result.returncode == 0, result.stdout
    assert re.search(r"SUMMARY: [1-9]\d+ tests, 0 failures", result.stdout)
    text = trace.read_text()
    sgls, prps = text.count("pci_nvme_map_sgl "), text.count("pci_nvme_map_prp ")
    assert (sgls > 0) == (data != "prp")
    assert sgls > 10 * prps if data.startswith("sgl") else prps > 10 * sgls


@pytest.mark.parametrize("properties", ["cmb_size_mb=16", "cmb_size_mb=16,legacy-cmb=on"])
@pytest.mark.parametrize("line,uses", [
    ("nvme.cmb=sq,list", "submission queues and lists"),
    ("nvme.cmb=data", "data"),
    ("nvme.cmb=sq,list,data", "submission queues, lists and data"),
    ("nvme.cmb=data,sq nvme.data=sgl", "submission queues and data"),
])
def test_controller_memory_buffer(tmp_path, properties, line, uses):
    """What was asked for is in the controller's own memory, before and behind a reset."""
    disk = make_disk(tmp_path / "disk.img", 16 * MIB)
    result = run_script(tmp_path, """
        dmesg | grep 'memory buffer'
        selftest | tail -n 1
        dd if=/dev/random of=/r bs=1M count=4 status=none
        nvme reset /dev/my_nvme0
        dd if=/r of=/dev/my_nvme0n1 bs=1M oflag=direct status=none
        dd if=/dev/my_nvme0n1 of=/q bs=1M count=4 iflag=direct status=none && cmp /r /q && echo same
        """, "--disk", disk, "--nvme", properties, "--append", f"{line} nvme.queues=2")
    assert re.search(rf"\d+ of 16384 KiB used for {uses}\n", result.stdout), result.stdout
    assert re.search(r"SUMMARY: [1-9]\d+ tests, 0 failures", result.stdout) and "same\n" in result.stdout, result.stdout


def test_persistent_memory_region(tmp_path):
    """A device whose bytes are those of the file behind it; who switches it off gets errors until a reset."""
    disk, region = make_disk(tmp_path / "disk.img", 16 * MIB), tmp_path / "region.bin"
    region.write_bytes(b"before" + bytes(2 * MIB - 6))
    result = run_script(tmp_path, """
        xxd -p -l 6 /dev/my_nvme0pmr
        dd if=/dev/random of=/r bs=1000 count=300 status=none
        dd if=/r of=/dev/my_nvme0pmr bs=1000 seek=1 conv=fsync status=none && cat /r | xxd -p -l 16
        nvme set-reg /dev/my_nvme0 -O 0xe04 -V 0
        dd if=/dev/my_nvme0pmr of=/q iflag=direct count=1
        nvme reset /dev/my_nvme0
        dd if=/dev/my_nvme0pmr of=/q bs=1000 skip=1 count=300 status=none && cmp /r /q && echo same
        blockdev --getsize64 /dev/my_nvme0pmr
        """, "--disk", disk, "--nvme", "pmrdev=region", "--", "-object",
        f"memory-backend-file,id=region,share=on,mem-path={region},size=2M")
    lines = result.stdout.splitlines()
    assert lines[0] == b"before".hex() and lines[-2:] == ["same", str(2 * MIB)], result.stdout
    assert "dd: error reading '/dev/my_nvme0pmr': Input/output error" in result.stdout
    content = region.read_bytes()
    assert content[:1000] == b"before" + bytes(994) and content[1000:1016].hex() == lines[1]


def test_other_controllers_need_nvme_any(tmp_path):
    disk = make_disk(tmp_path / "disk.img", 16 * MIB)
    script = "ls /dev/my_nvme0n1\n"
    assert run_script(tmp_path, script, "--disk", disk, "--nvme", "use-intel-id=on").returncode == 2
    assert run_script(tmp_path, script, "--disk", disk, "--nvme", "use-intel-id=on", "--append", "nvme.any=1").returncode == 0


def test_a_format_with_too_much_metadata_is_refused(tmp_path):
    """Only that namespace; its neighbour works."""
    one = make_disk(tmp_path / "one.img", 4 * MIB)
    two = make_disk(tmp_path / "two.img", 4 * MIB)
    result = run_script(tmp_path, "dmesg\nls /dev/my_nvme0n1; ls /dev/my_nvme0n2\n", "--disk", "none", "--",
                        "-device", "nvme,id=c,serial=c", "-drive", f"file={one},if=none,id=one,format=raw",
                        "-device", "nvme-ns,drive=one,bus=c,nsid=1,ms=8192", "-drive", f"file={two},if=none,id=two,format=raw",
                        "-device", "nvme-ns,drive=two,bus=c,nsid=2", check=True)
    assert re.search(r"my_nvme0: namespace 1: so much metadata is not supported \(LBA format \d+, 8192 bytes of metadata per block,", result.stdout)
    assert "cannot access '/dev/my_nvme0n1'" in result.stdout
    assert result.stdout.endswith("/dev/my_nvme0n2\n")


def test_more_queues_than_memory(tmp_path):
    """As many as memory allows are used, and it is said."""
    disk = make_disk(tmp_path / "disk.img", 4 * MIB)
    result = run_script(tmp_path, "dd if=/dev/my_nvme0n1 of=/r bs=1M iflag=direct status=none && cmp /r /dev/my_nvme0n1 && echo good\n",
                        "--mem", "64M", "--disk", disk, "--append", "nvme.queues=64 nvme.depth=1024 nvme.max_transfer=4194304", check=True)
    assert re.search(r"my_nvme0: no memory for 64 queues of 1024 entries and \d+ KiB transfers: uses \d+ of 1024\n", result.stdout)
    assert "no controller found" not in result.stdout and result.stdout.endswith("good\n")


def test_a_controller_behind_a_bridge(tmp_path):
    disk = make_disk(tmp_path / "disk.img", 4 * MIB)
    result = run_script(tmp_path, "lspci -nn\ndd if=/dev/my_nvme0n1 of=/dev/null bs=1M\n", "--machine", "q35", "--disk", "none", "--",
                        "-device", "pcie-root-port,id=bridge,chassis=1", *nvme_on(disk, "d", ",bus=bridge"), check=True)
    assert re.search(r"^01:00.0 Class 0108: 1b36:0010$", result.stdout, re.MULTILINE)
    assert "4194304 bytes" in result.stdout + result.stderr


def test_errors_name_what_went_wrong(tmp_path):
    """A back end that fails reads of one sector: the status is decoded, the LBA named, the rest of the device still readable."""
    disk = make_disk(tmp_path / "disk.img", 4 * MIB)
    rules = tmp_path / "blkdebug.conf"
    rules.write_text('[inject-error]\nevent = "none"\nsector = "100"\niotype = "read"\nerrno = "5"\nonce = "off"\n')
    result = run_script(tmp_path, "dd if=/dev/my_nvme0n1 of=/dev/null bs=512 iflag=direct\necho status $?\n"
                        "dd if=/dev/my_nvme0n1 of=/dev/null bs=512 iflag=direct conv=noerror,sync\necho status $?\ndmesg\n",
                        "--disk", "none", "--", "-drive", f"file=blkdebug:{rules}:{disk},if=none,id=d,format=raw",
                        "-device", "nvme,drive=d,serial=d")
    output = result.stdout
    assert "dd: error reading '/dev/my_nvme0n1': Input/output error\n100+0 records in" in output
    assert output.count("status 1\n") == 2
    assert re.search(r"my_nvme0: Read LBA 100\+1: .*\(sct \d sc [0-9a-f]+\)", output)


def test_shutdown_notification_reaches_the_device(tmp_path):
    trace = tmp_path / "trace.log"
    disk = make_disk(tmp_path / "disk.img", MIB)
    with Console("--disk", disk, "--", "-trace", f"pci_nvme_mmio_shutdown*,file={trace}") as console:
        assert console.poweroff() == 0
    text = trace.read_text()
    assert "pci_nvme_mmio_shutdown_set" in text


def test_format_to_another_block_size(tmp_path):
    """Format NVM by hand: the device has the new blocks at once, and no read brings more than its buffer holds."""
    disk = make_disk(tmp_path / "disk.img", 16 * MIB, b"old" * 1000)
    result = run_script(tmp_path, """
        dd if=/dev/my_nvme0n1 of=/dev/null bs=512 iflag=direct count=1 status=none && echo small blocks
        nvme admin-passthru /dev/my_nvme0 -o 0x80 -n 1 --cdw10=4
        dd if=/dev/my_nvme0n1 of=/dev/null bs=512 iflag=direct count=1 status=none || echo large blocks
        dd if=/dev/random of=out bs=4k count=300 status=none
        dd if=out of=/dev/my_nvme0n1 bs=4k conv=fsync status=none
        dd if=/dev/my_nvme0n1 of=in bs=4k count=300 status=none
        cmp out in && dd if=/dev/my_nvme0n1 of=/dev/null bs=64k status=none && sha256sum out
        """, "--disk", disk, check=True)
    assert re.search(r"small blocks\n.*Format NVM is Success[^\n]*\n.*large blocks\n", result.stdout, re.DOTALL)
    with open(disk, "rb") as file:
        digest = hashlib.sha256(file.read(300 * 4096)).hexdigest()
    assert digest + "  out" in result.stdout

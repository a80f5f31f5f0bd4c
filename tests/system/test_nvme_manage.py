"""nvme's subcommands that change what a controller has: formats, attachments; and what becomes of disks and open files."""

import hashlib
import random

import pytest

from machine import Console, make_disk, run_script

MIB = 1 << 20
SIZE = 4 * MIB


def pattern(seed):
    return random.Random(seed).randbytes(SIZE)


def digest(content):
    return hashlib.sha256(content).hexdigest()


def namespaces(directory, count, bus, properties=""):
    """Images with patterns, and QEMU's arguments for namespaces over them."""
    disks, arguments = [], []
    for nsid in range(1, count + 1):
        disks.append(make_disk(directory / f"disk{nsid}.img", SIZE, pattern(nsid)))
        arguments += ["-drive", f"file={disks[-1]},if=none,id=d{nsid},format=raw", "-device", f"nvme-ns,drive=d{nsid},bus={bus},nsid={nsid}{properties}"]
    return disks, arguments


def content(path):
    with open(path, "rb") as image:
        return image.read()


def test_only_the_namespace_that_is_named_is_formatted(tmp_path):
    """Three namespaces full of data: one is formatted, twice; the others are as they were, and so are the files open on them."""
    disks, arguments = namespaces(tmp_path, 3, "c")
    result = run_script(tmp_path, """
        exec 7< /dev/my_nvme0n1
        exec 8< /dev/my_nvme0n2
        exec 9< /dev/my_nvme0n3
        for fd in 7 8 9; do dd bs=4k count=1 status=none <&$fd > /dev/null; done
        nvme format /dev/my_nvme0n2 --force
        dd bs=4k count=1 status=none <&8 || echo gone
        head -c 4096 /dev/my_nvme0n2 | tr -d '\\000' | wc -c
        sha256sum /dev/my_nvme0n1 /dev/my_nvme0n3
        (dd bs=4k count=1 status=none; dd bs=4k skip=1 status=none) <&7 | sha256sum
        nvme format /dev/my_nvme0 -n 2 -b 4096 --force
        blockdev --getss /dev/my_nvme0n1 /dev/my_nvme0n2 /dev/my_nvme0n3 2>&1
        for n in 1 2 3; do blockdev --getss /dev/my_nvme0n$n; done
        dd bs=4k count=1 status=none <&9 > /dev/null && echo open
        """, "--disk", "none", "--", "-device", "nvme,id=c,serial=x", *arguments)
    output = result.stdout
    assert result.returncode == 0, output + result.stderr
    assert output.count("Success formatting namespace:2\n") == 2, output
    assert "dd: error reading 'standard input': No such device\ngone\n0\n" in output, output
    assert f"{digest(pattern(1))}  /dev/my_nvme0n1\n{digest(pattern(3))}  /dev/my_nvme0n3\n" in output, output
    assert output.endswith("512\n4096\n512\nopen\n"), output
    assert content(disks[0]) == pattern(1) and content(disks[2]) == pattern(3)
    assert not content(disks[1]).strip(b"\0")


def test_all_namespaces_are_formatted(tmp_path):
    disks, arguments = namespaces(tmp_path, 2, "c")
    result = run_script(tmp_path, "nvme format /dev/my_nvme0 -n 0xffffffff -l 4 --force --reset\n"
                        "for n in 1 2; do blockdev --getss /dev/my_nvme0n$n; done\n",
                        "--disk", "none", "--", "-device", "nvme,id=c,serial=x", *arguments)
    assert "Success formatting namespace:ffffffff\n" in result.stdout and result.stdout.endswith("4096\n4096\n"), result.stdout
    assert not any(content(disk).strip(b"\0") for disk in disks)


def test_what_is_refused_changes_nothing(tmp_path):
    """Formats that there are not, commands that there are not: data, devices and open files stay, and each says one thing."""
    disks, arguments = namespaces(tmp_path, 2, "c")
    lines = ["format /dev/my_nvme0n1 -l 20 --force", "format /dev/my_nvme0n1 -b 1024 --force", "format /dev/my_nvme0n1 -l 0 -i 1 --force",
             "format /dev/my_nvme0n1 -n 2 --force", "format /dev/my_nvme0 --force", "sanitize /dev/my_nvme0 -a 2", "sanitize /dev/my_nvme0 -a 9",
             "capacity-mgmt /dev/my_nvme0 -o 2 -i 1", "create-ns /dev/my_nvme0 -f 0 -s 1 -c 1", "delete-ns /dev/my_nvme0 -n 1",
             "attach-ns /dev/my_nvme0 -n 1 -c 0,9", "detach-ns /dev/my_nvme0 -n 9 -c 0", "fw-commit /dev/my_nvme0 -s 1 -a 1",
             "fw-download /dev/my_nvme0 -f /dev/null", "device-self-test /dev/my_nvme0 -s 1", "lockdown /dev/my_nvme0 -s 2 -o 9",
             "dir-send /dev/my_nvme0 -O 1 -T 1", "security-send /dev/my_nvme0 -t 8"]
    script = ["exec 8< /dev/my_nvme0n1", "exec 9< /dev/my_nvme0n2"]
    script += [f"nvme {line} < /dev/null > /out 2> /err && echo 'done: {line}'; test -s /err || echo 'silent: {line}'" for line in lines]
    script += ["ls /dev/my_nvme0*", "sha256sum <&8", "sha256sum <&9"]
    result = run_script(tmp_path, "\n".join(script) + "\n", "--disk", "none", "--", "-device", "nvme,id=c,serial=x", *arguments)
    assert result.stdout == f"/dev/my_nvme0  /dev/my_nvme0n1\t/dev/my_nvme0n2\n{digest(pattern(1))}  -\n{digest(pattern(2))}  -\n", result.stdout
    assert [content(disk) for disk in disks] == [pattern(1), pattern(2)]


def test_a_format_can_be_cancelled(tmp_path):
    """Without --force it warns and waits: Ctrl-C, and nothing was sent."""
    disk = make_disk(tmp_path / "disk.img", SIZE, pattern(1))
    with Console("--disk", disk) as console:
        console.child.sendline("nvme format /dev/my_nvme0n1 -l 4")
        console.child.expect_exact("You are about to format my_nvme0n1, namespace 0x1.")
        console.child.expect_exact("You have 10 seconds to press Ctrl-C to cancel this operation.")
        console.child.expect_exact("Use the force [--force] option to suppress this warning.")
        console.type("\x03")
        assert "Sending" not in console.wait_prompt()
        assert console.status() == 130
        assert console.run("blockdev --getss /dev/my_nvme0n1") == "512\n"
        console.poweroff()
    assert content(disk) == pattern(1)


def test_a_format_is_sent_after_the_warning(tmp_path):
    disk = make_disk(tmp_path / "disk.img", SIZE, pattern(1))
    result = run_script(tmp_path, "nvme format /dev/my_nvme0n1 -l 4\nblockdev --getss /dev/my_nvme0n1\n", "--disk", disk)
    assert "suppress this warning.\nSending format operation ... \n" in result.stdout, result.stdout
    assert result.stdout.endswith("Success formatting namespace:1\n4096\n"), result.stdout
    assert not content(disk).strip(b"\0")


@pytest.mark.parametrize("through", [0, 1])
def test_a_namespace_is_detached_from_one_of_two_controllers(tmp_path, through):
    """Whichever of them carries the command: the device of one goes, with what is open on it; the other's stays, and its files."""
    disks, arguments = namespaces(tmp_path, 2, "c0", ",shared=on")
    result = run_script(tmp_path, f"""
        exec 8< /dev/my_nvme0n1
        exec 9< /dev/my_nvme1n1
        dd bs=4k count=1 status=none <&8 > /dev/null; dd bs=4k count=1 status=none <&9 > /dev/null
        echo written | dd of=/dev/my_nvme0n1 bs=4k status=none
        nvme detach-ns /dev/my_nvme{through} -n 1 -c 0
        ls /dev/my_nvme?n?
        dd bs=4k count=1 <&8; echo status $?
        sha256sum <&9
        nvme attach-ns /dev/my_nvme{through} -n 1 -c 0
        ls /dev/my_nvme?n?
        dd bs=4k count=1 <&8; echo status $?
        head -n 1 /dev/my_nvme0n1
        nvme detach-ns /dev/my_nvme{through} -n 1 -c 0,1
        ls /dev/my_nvme?n?
        nvme detach-ns /dev/my_nvme{through} -n 1 -c 1; echo status $?
        sha256sum /dev/my_nvme1n2
        """, "--append", "loglevel=0", "--disk", "none", "--", "-device", "nvme-subsys,id=s", "-device", "nvme,subsys=s,serial=x,id=c0",
                        "-device", "nvme,subsys=s,serial=x,id=c1", *arguments)
    rest = hashlib.sha256(pattern(1)[4096:]).hexdigest()
    lost = "dd: error reading 'standard input': No such device\n0+0 records in\n0+0 records out\n"
    lines = [line for line in result.stdout.splitlines(keepends=True) if not line.startswith("0 bytes copied")]
    assert "".join(lines) == (
        "detach-ns: Success, nsid:1\n/dev/my_nvme0n2  /dev/my_nvme1n1  /dev/my_nvme1n2\n" + lost + f"status 1\n{rest}  -\n"
        "attach-ns: Success, nsid:1\n/dev/my_nvme0n1  /dev/my_nvme0n2  /dev/my_nvme1n1  /dev/my_nvme1n2\n" + lost + "status 1\nwritten\n"
        "detach-ns: Success, nsid:1\n/dev/my_nvme0n2  /dev/my_nvme1n2\n"
        "NVMe status: Namespace Not Attached: The controller does not have the namespace(0x411a)\nstatus 1\n"
        f"{digest(pattern(2))}  /dev/my_nvme1n2\n"), result.stdout
    assert content(disks[0])[8:] == pattern(1)[8:] and content(disks[1]) == pattern(2)

"""Commands where GNU's cannot be asked: on the kernel's own devices, and at the limits of its memory.

Run in the shell that is built for the host.
"""

import os
import subprocess

import machine

SHELL = os.environ.get("HOST_SHELL_PROGRAM") or os.path.join(machine.ROOT, "build", "host", "shell")


def run(script, *options):
    return subprocess.run([SHELL, *options, "-c", script], stdin=subprocess.DEVNULL, capture_output=True, text=True)


def test_block_devices_have_no_size(tmp_path):
    """As on Linux, where only opening one tells how large it is."""
    disk = machine.make_disk(str(tmp_path / "disk"), 1 << 20)
    result = run("test -s /dev/my_nvme0n1; echo $?; stat -c %s /dev/my_nvme0n1; wc -c </dev/my_nvme0n1", "--disk", disk)
    assert result.stdout == "1\n0\n1048576\n"


def test_printf_says_which_widths_it_cannot_do():
    result = run("printf 'a%99999999999db' 1; echo $?; printf '%.*d' 2147483648 1; echo $?")
    assert result.stdout == "a2\n2\n"
    assert result.stderr == "printf: %99999999999: width or precision too large\nprintf: %.*: width or precision too large\n"


def test_rm_keeps_the_root():
    result = run("for i in / // ///; do rm -rf $i; echo $?; done; ls -d /dev")
    assert result.stdout == "1\n1\n1\n/dev\n"
    assert result.stderr == "".join(
        f"rm: it is dangerous to operate recursively on {name}\nrm: use --no-preserve-root to override this failsafe\n"
        for name in ("'/'", "'//' (same as '/')", "'/'"))


def test_walks_stay_out_of_the_descriptors():
    """/dev/fd has those of whoever looks: the walk's own would be among them."""
    result = run("cd /; grep -r zzzz dev; echo $?; ls -R /dev | grep fd; chmod -R u+r /dev/fd; echo $?; "
                 "cp -r /dev/fd /tmp/fd; echo $?; ls /tmp/fd; rm -r /dev/fd; echo $?; ls -d /dev/fd")
    assert result.stdout == "1\nfd\n0\n0\n1\n/dev/fd\n"
    assert result.stderr == "rm: cannot remove '/dev/fd': Operation not permitted\n"


def test_help_among_options_and_operands():
    """As GNU's: wherever an option may stand, and not behind --."""
    result = run("for line in 'cmp a b' 'head -c 5' 'ls -l /'; do $line --help | head -n 1; done; cat -- --help; ls --helpless; echo $?")
    assert [line.split()[:2] for line in result.stdout.splitlines()] == [["Usage:", "cmp"], ["Usage:", "head"], ["Usage:", "ls"], ["2"]]
    assert result.stderr.startswith("cat: --help: No such file or directory\nls: unrecognized option '--helpless'\n")

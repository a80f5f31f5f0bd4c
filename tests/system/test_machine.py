"""The machine: memory sizes, fatal errors, exit statuses, boot paths with scripts."""

import os
import re
import shlex
import subprocess

import pexpect
import pytest

from machine import FATAL, ROOT, RUN_QEMU, Console, make_disk, run_script

MIB = 1 << 20


@pytest.mark.parametrize("kind", FATAL)
def test_fatal_errors_are_named_and_fail(tmp_path, kind):
    result = run_script(tmp_path, f"crash {kind}\necho still alive\n", "--disk", "none")
    assert result.returncode == 120
    assert FATAL[kind] in result.stdout.lower()
    assert "still alive" not in result.stdout
    # A backtrace with the names of functions: who crashed, and the way down.
    frames = re.findall(r"^  0x[0-9a-f]{16} (\w+)\+0x", result.stdout, re.MULTILINE)
    assert {"stack": "recurse", "execute": "crash_execute"}.get(kind, "crash_" + kind) in frames
    assert kind == "smash" or frames[-2:] == ["kmain", "long_start"]
    if kind not in ("panic", "smash"):
        assert re.search(r"rip.*[0-9a-f]{16}", result.stdout, re.IGNORECASE)


@pytest.mark.parametrize("memory", ["32M", "64M", "128M", "3G", "5G", "16G"])
def test_memory_sizes(tmp_path, memory):
    disk = make_disk(tmp_path / "disk.img", 16 * MIB)
    result = run_script(tmp_path,
                        "free -b\n"
                        "dd if=/dev/urandom of=/a bs=1M count=4 status=none && dd if=/a of=/dev/my_nvme0n1 status=none &&\n"
                        "dd if=/dev/my_nvme0n1 bs=1M count=4 status=none | cmp - /a && echo same\n",
                        "--mem", memory, "--disk", disk, check=True)
    total, used = map(int, re.search(r"Mem: +(\d+) +(\d+)", result.stdout).groups())
    size = int(memory[:-1]) << (20 if memory.endswith("M") else 30)
    # What is missing is below 1 MiB, firmware tables at the top, and the PCI hole does not take RAM away.
    assert size - 2 * MIB <= total <= size
    assert used <= 8 * MIB
    assert result.stdout.endswith("same\n")


@pytest.mark.parametrize("boot,status", [("direct", 0), ("direct", 1), ("direct", 126), ("direct", 130), ("direct", 255),
                                         ("bios", 0), ("bios", 3), ("uefi", 3), pytest.param("uefi", 0, marks=pytest.mark.long)])
def test_script_status_is_the_exit_status(tmp_path, boot, status):
    result = run_script(tmp_path, f"echo hello\nexit {status}\n", "--boot", boot, "--disk", "none")
    assert result.returncode == status
    assert result.stdout.endswith("hello\n")


def test_script_sees_the_command_line(tmp_path):
    result = run_script(tmp_path, "dmesg\n", "--disk", "none", "--append", "an.option=42 loglevel=3")
    assert result.returncode == 0
    assert "an.option=42" in result.stdout


def test_timeout_is_124(tmp_path):
    assert run_script(tmp_path, "while :; do :; done\n", "--disk", "none", timeout=5).returncode == 124


TERMINAL = r"""
import fcntl, os, termios
state = termios.tcgetattr(0)
print("echo", bool(state[3] & termios.ECHO), "lines", bool(state[3] & termios.ICANON),
      "returns", bool(state[0] & termios.ICRNL), "blocks", not fcntl.fcntl(0, fcntl.F_GETFL) & os.O_NONBLOCK)
"""


@pytest.mark.parametrize("arguments,key,status", [
    (["--timeout", "2"], None, 124),
    (["--script", "SCRIPT", "--timeout", "2"], None, 124),
    (["--script", "SCRIPT"], "\x03", 130),
    ([], "\x01x", 0),
])
def test_the_terminal_is_left_as_it_was(tmp_path, arguments, key, status):
    (tmp_path / "SCRIPT").write_text("echo started; sleep 1000\n")
    (tmp_path / "terminal.py").write_text(TERMINAL)
    # The shell around it lives on, as somebody's would.
    words = " ".join([RUN_QEMU, "--disk", "none", *arguments])
    with pexpect.spawn("/bin/sh", ["-c", f"trap : INT; {words}; echo status $?; /usr/bin/python3 terminal.py"],
                       cwd=str(tmp_path), encoding="latin-1", timeout=60) as child:
        if key:
            child.expect("started\r?\n" if "--script" in arguments else "my_nvme# ")
            child.send(key)
        child.expect(f"status {status}\r?\n")
        child.expect("echo True lines True returns True blocks True")


def test_reboot_in_a_script_is_no_success(tmp_path):
    assert run_script(tmp_path, "reboot\n", "--disk", "none").returncode == 125


@pytest.mark.parametrize("status", [None, 0, 3, 200])
def test_poweroff_status(tmp_path, status):
    with Console("--disk", "none") as console:
        assert console.poweroff(status) == (status or 0)


def test_no_controller_leaves_a_shell(tmp_path):
    result = run_script(tmp_path, "dmesg\nls /dev/my_nvme0n1\necho status $?\nnvme list\necho alive\n", "--disk", "none")
    assert result.returncode == 0
    assert "nvme: no controller found (looked for 1b36:0010; nvme.any=1 takes any NVMe controller)" in result.stdout
    assert "ls: cannot access '/dev/my_nvme0n1': No such file or directory\nstatus 2\n" in result.stdout
    assert result.stdout.endswith("alive\n")


@pytest.mark.parametrize("arguments,message", [
    (["--machine", "foo"], "run-qemu: argument --machine: invalid choice: 'foo'"),
    (["--disk", "/missing.img"], "run-qemu: /missing.img: no such disk image"),
    (["--kernel", "/missing.elf", "--disk", "none"], "run-qemu: /missing.elf: not built yet"),
    (["--timeout=-1", "--disk", "none"], "run-qemu: argument --timeout: not a number of seconds: -1"),
    (["--timeout=1e30", "--disk", "none"], "run-qemu: argument --timeout: not a number of seconds: 1e+30"),
    (["--boot", "bios", "--iso", "/missing.iso", "--disk", "none"], "run-qemu: /missing.iso: not built yet"),
])
def test_what_cannot_run_says_why(tmp_path, arguments, message):
    result = run_script(tmp_path, "echo no\n", *arguments)
    assert result.returncode == 125
    assert result.stderr.startswith(message)


@pytest.mark.parametrize("name", ["a b.img", "a,b=c.img", "a:b.img", "a'b.img"])
def test_disk_images_of_any_name(tmp_path, monkeypatch, name):
    make_disk(tmp_path / name, 1 << 20)
    monkeypatch.chdir(tmp_path)
    result = run_script(tmp_path, "blockdev --getsize64 /dev/my_nvme0n1\n", "--disk", name)
    assert result.stdout == "1048576\n", result.stderr


def test_variables_of_make_are_single_words():
    values = {"SCRIPT": "it's a script.sh", "DISK": "a 'disk', b.img", "NVME": "serial=it's", "APPEND": "an.option='a b'",
              "QEMU": "/opt/it's/qemu"}
    # As somebody types it, though this may run below a make of its own.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE") and name != "MFLAGS"}
    result = subprocess.run(["make", "-n", "run", *(f"{name}={value}" for name, value in values.items())],
                            cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8")
    line = [line for line in result.stdout.splitlines() if line.startswith("tools/run-qemu")]
    assert line, result.stderr
    words = shlex.split(line[0])
    for name, value in values.items():
        assert words[words.index("--" + name.lower()) + 1] == value

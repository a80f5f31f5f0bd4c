"""Every command ends when its output fails: at once, with one message and status 1, or by the broken pipe.

Run in the shell that is built for the host: what is endless here would never end if it did not.
"""

import os
import pathlib
import re
import subprocess

import pytest

import machine

SHELL = os.environ.get("HOST_SHELL_PROGRAM") or os.path.join(machine.ROOT, "build", "host", "shell")

# What each command writes for ever, or for longer than anybody waits.
ENDLESS = {
    "less": "less /dev/zero", "more": "more /dev/zero",
    "cat": "yes | cat -n",
    "cat -v": "cat -v /dev/zero",
    "cat plain": "cat /dev/zero",
    "head": "head -n 2000000000 /dev/zero",
    "head -c": "head -c 1000000000000 /dev/zero",
    "head -n -": "yes | head -n -1",
    "head -c -": "head -c -1 /dev/zero",
    "hd": "hd -v /dev/zero",
    "hexdump": "hexdump -v /dev/zero",
    "hexdump -C": "yes | hexdump -C -v",
    "cmp": "yes | cmp -l - /dev/zero",
    "dd": "dd if=/dev/zero status=none",
    "grep": "yes | grep y",
    "egrep": "yes | egrep y",
    "fgrep": "yes | fgrep -v x",
    "less": "yes | less",
    "more": "yes | more",
    "sed": "yes | sed s/y/x/",
    "tac": "seq 100000 | tac",
    "rev": "yes | rev",
    "paste": "yes | paste - -",
    "paste -s": "yes | paste -s",
    "comm": "yes | comm - /dev/null",
    "od": "od -v /dev/zero",
    "xxd": "xxd /dev/zero",
    "xxd -p": "yes | xxd -p",
    "xxd -i": "xxd -i /dev/zero",
    "xxd -r": "yes '0: 41' | xxd -r",
    "seq": "seq 1 2000000000",
    "cut": "yes | cut -b 1",
    "cut -f": "yes a:b | cut -d : -f 1",
    "sort -m": "seq 100000 >f; sort f",
    "tail": "yes | tail -n +1",
    "tail -c": "tail -c +1 /dev/zero",
    "tee": "yes | tee /dev/full",
    "tr": "tr '\\\\0' x </dev/zero",
    "uniq": "seq 1000000000 | uniq",
    "uniq --group": "yes | uniq --group",
    "yes": "yes",
}

# Those with another status than 1, or another name for what they write.
STATUS = {"cmp": 2, "egrep": 2, "fgrep": 2, "grep": 2, "sed": 4, "sort": 2}
MESSAGE = {
    "dd": "dd: writing to 'standard output': No space left on device\n",
    "head": "head: error writing 'standard output': No space left on device\n",
    "sort": "sort: write failed: 'standard output': No space left on device\n",
    "tail": "tail: error writing 'standard output': No space left on device\n",
    "tee": "tee: 'standard output': No space left on device\ntee: /dev/full: No space left on device\n",
    "yes": "yes: standard output: No space left on device\n",
}

# Commands that have no more to say than their operands ask for: their output fails when they end.
SHORT = {
    "basename": "basename a", "blockdev": "blockdev --report", "clear": "clear", "crc32": "crc32 /dev/null",
    "chmod": "touch o; chmod -v 600 o", "cp": "cp -v /dev/null o", "date": "date", "dirname": "dirname a", "echo": "echo a", "expr": "expr 1 + 1", "fio": "fio --name=a --size=4k --rw=write --minimal", "find": "find /dev", "free": "free",
    "help": "help", "ls": "ls /dev", "mkdir": "mkdir -v d", "mv": "touch o; mv -v o p",
    "printf": "printf a", "rm": "touch o; rm -v o", "rmdir": "mkdir d; rmdir -v d", "setpci": "setpci --dumpregs",
    "cksum": "cksum /dev/null", "md5sum": "md5sum /dev/null", "sha256sum": "sha256sum /dev/null", "stat": "stat /dev/null", "uname": "uname", "uptime": "uptime",
    "wc": "wc /dev/null",
}
SHORT_STATUS = {"expr": 3, "ls": 2}

# They write nothing on standard output, or need the machine.
SILENT = {"blkdiscard", "blkzone", "crash", "dmesg", "false", "interrupts", "lsblk", "lspci", "nvme", "pci", "poweroff", "reboot", "sleep", "smartctl",
          "sync", "test", "time", "touch", "trace", "true", "truncate"}


# Every command that there is, but for those of the shell.
NAMES = {"hd"}
for path in pathlib.Path(machine.ROOT, "kernel", "commands").rglob("*.c"):
    NAMES |= set(re.findall(r"^COMMAND\((\w+),", path.read_text(), re.M))


def run(script):
    return subprocess.run([SHELL, "-c", script], stdin=subprocess.DEVNULL, capture_output=True, text=True)


@pytest.mark.parametrize("name", [name for name in ENDLESS if name.split()[0] in NAMES])
def test_endless_output_to_a_full_device(name):
    command = name.split()[0]
    result = run(f"{ENDLESS[name]} >/dev/full")
    assert result.stderr == MESSAGE.get(command, f"{command}: write error: No space left on device\n")
    assert result.returncode == STATUS.get(command, 1)


@pytest.mark.parametrize("name", [name for name in ENDLESS if name.split()[0] in NAMES])
def test_endless_output_to_a_closed_pipe(name):
    result = run(f"{{ {ENDLESS[name].replace('/dev/full', '')}; echo $? >status; }} | true; cat status")
    assert (result.stdout, result.stderr) == ("141\n", "")


@pytest.mark.parametrize("name", [name for name in SHORT if name in NAMES or name == "dirname"])
def test_short_output_to_a_full_device(name):
    result = run(f"cd /tmp; {{ {SHORT[name]}; }} >/dev/full")
    assert result.stderr == f"{name}: write error: No space left on device\n"
    assert result.returncode == SHORT_STATUS.get(name, 1)


def test_every_command_is_here():
    known = {name.split()[0] for name in ENDLESS} | set(SHORT) | SILENT
    assert NAMES - known == set()

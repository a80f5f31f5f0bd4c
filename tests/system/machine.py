"""The test kernel in QEMU as the tests see it: a console to type at, or a script and its exit status."""

import importlib.machinery
import importlib.util
import os
import re
import subprocess
import sys
import threading

import pexpect
import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RUN_QEMU = os.path.join(ROOT, "tools", "run-qemu")
PROMPT = "my_nvme# "
# Not the one that the line editor writes anew, behind an erase sequence, when it changes the line.
NEW_PROMPT = re.compile(r"(?<!\x1b\[J)" + re.escape(PROMPT))
# Generous: it ends a hanging guest, it measures nothing. UEFI alone takes a minute on a machine that does eight other things.
TIMEOUT = 300
# What fits on the terminal behind the prompt.
LINE = 80 - len(PROMPT)
# The command crash: what it is asked for, and what the report of the end says, in small letters.
FATAL = {
    "panic": "asked for by the crash command",
    "null": "null pointer",
    "write": "page fault",
    "execute": "page fault",
    "divide": "divide",
    "opcode": "invalid opcode",
    "stack": "stack overflow",
    "smash": "stack smashing",
}


def load_tool(name):
    """A tool of tools/ as a module."""
    directory = os.path.join(ROOT, "tools")
    if directory not in sys.path:
        sys.path.insert(0, directory)
    loader = importlib.machinery.SourceFileLoader(name.replace("-", "_"), os.path.join(directory, name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


class Console:
    """A guest at its prompt; run() types a line and gives what it printed."""

    def __init__(self, *arguments, log=None):
        self.child = pexpect.spawn(RUN_QEMU, list(map(str, arguments)), encoding="latin-1", timeout=TIMEOUT)
        self.child.setecho(False)
        self.child.delaybeforesend = None
        self.child.logfile_read = log
        self.child.expect(NEW_PROMPT)

    def type(self, text):
        self.child.send(text)

    def paste(self, text):
        """Sends a long text while the echo is read: neither side may wait for the other."""
        data = text.encode("latin-1")

        def send():
            sent = 0
            while sent < len(data):
                sent += os.write(self.child.child_fd, data[sent:sent + 4096])

        threading.Thread(target=send, daemon=True).start()

    def wait_prompt(self):
        self.child.expect(NEW_PROMPT)
        return clean(self.child.before)

    def run(self, line):
        """What the command line printed, without its own echo."""
        self.child.sendline(line)
        text = self.wait_prompt()
        echo, _, text = text.partition("\n")
        while len(line) > LINE and len(echo) < len(line):  # long ones wrap
            part, _, text = text.partition("\n")
            echo += part
        return text

    def checksum(self, command):
        """The SHA-256 that command prints, whatever the kernel's log puts on the console meanwhile."""
        self.child.sendline(command)
        # What the line before it was taken away with may end in a letter.
        self.child.expect(r"(?<![0-9a-f])([0-9a-f]{64})(?![0-9a-f])")
        value = self.child.match.group(1)
        self.wait_prompt()
        return value

    def status(self):
        return int(self.run("echo $?").strip())

    def poweroff(self, status=None):
        """Turns the machine off and returns the exit status of run-qemu."""
        self.child.sendline("poweroff" if status is None else f"poweroff {status}")
        return self.wait_end()

    def wait_end(self):
        self.child.expect(pexpect.EOF)
        self.tail = clean(self.child.before)
        self.child.close()
        return self.child.exitstatus

    def close(self):
        self.child.close(force=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


# What a command that takes longer than a second says about its progress, and takes away again.
PROGRESS = re.compile(r"(?:\r[^\r\n\x1b]*\x1b\[K)*\r\x1b\[K")


def clean(text):
    """Console output as it stays on the screen: without progress, carriage returns and the editor's escape sequences."""
    text = PROGRESS.sub("", text)
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text).replace("\r", "")


def run_script(directory, script, *arguments, timeout=TIMEOUT, check=False):
    """Runs script (text) in a fresh guest: a CompletedProcess with what the guest printed as stdout."""
    path = os.path.join(str(directory), "script.sh")
    with open(path, "w", encoding="latin-1") as file:
        file.write(script)
    result = subprocess.run(
        [RUN_QEMU, "--timeout", str(timeout), "--script", path, *map(str, arguments)],
        stdin=subprocess.DEVNULL, capture_output=True, encoding="latin-1")
    if check:
        assert result.returncode == 0, result.stdout + result.stderr
    return result


def mount_namespace():
    """The words before a command that may mount what it likes, unseen by others; the test is skipped where nobody may."""
    for words in (["unshare", "-m"], ["unshare", "-Urm"]):  # as root, as anybody
        tried = subprocess.run([*words, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, encoding="utf-8")
        if tried.returncode == 0:
            return words
    pytest.skip("no mount namespace to be had (it takes CAP_SYS_ADMIN or user namespaces): " + tried.stderr.strip())


def make_disk(path, size, content=b""):
    """A sparse raw image that starts with content."""
    with open(path, "wb") as file:
        file.write(content)
        file.truncate(size)
    return str(path)


def nvme_on(image, name, properties=""):
    """QEMU's arguments for a controller over a raw image, with drive and serial called name."""
    return ["-drive", f"file={image},if=none,id={name},format=raw", "-device", f"nvme,drive={name},serial={name}{properties}"]

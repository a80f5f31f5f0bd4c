"""tools/fuzz-device: what it makes of models that die, hang and are found out; on a QEMU that is none and does what it is told."""

import os
import re
import subprocess

import pytest

from machine import ROOT, load_tool

FUZZ_DEVICE = os.path.join(ROOT, "tools", "fuzz-device")

# Plays guest and model. Rounds are printed as eight operations; "write 14 4 x+1" kills the model, "ring 1" behind "put 0 s+0" is found.
FAKE = r'''#!/usr/bin/python3 -ES
import os, re, resource, signal, sys
resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
arguments = sys.argv[1:]
if arguments == ["--version"]:
    print("QEMU emulator version 9.9.1")
    sys.exit()
if arguments[-1].endswith(",help"):
    print("  drive=<str>\n  serial=<str>")
    sys.exit()
script = open(arguments[arguments.index("-initrd") + 1]).read()
debug = open(re.search(r"id=status,path=([^ ]+)", " ".join(arguments)).group(1), "w")

def say(text):
    print(text, flush=True)

def end(status):
    debug.write("%d\n" % status)
    debug.flush()
    sys.exit(2 * status + 1 if status else 0)

def do(lines):
    """Whether it was found."""
    debug.write("fuzz: seed 1, round %d\n" % number)
    debug.flush()
    if "write 14 4 x+1" in lines and "wild" in lines:
        sys.stderr.write("qemu: ../hw/nvme/ctrl.c:77: nvme_x: Assertion `y' failed.\n")
        sys.stderr.flush()
        os.kill(os.getpid(), signal.SIGABRT)
    if "put 0 s+0" in lines and "ring 1" in lines[lines.index("put 0 s+0"):]:
        say("FOUND: memory: byte 7 was changed to 5fh (seed 1, round %d, operation 5)" % number)
        return True
    return False

def made(number):
    middle = {1: ["put 8 s+8", "write 14 4 x+1"], 2: ["put 0 s+0", "wait", "ring 1"], 3: ["put 0 s+0", "ring 1"]}.get(number, [])
    return ["wild" if number & 1 else "calm", "ring 0", "ring 2", *middle, "reset", "read 14 4"]

number = int((re.search(r"--round (\d+)", script) or [0, 0])[1])
if "--print" in script:
    say("\n".join(made(number)))
    end(0)
if "--replay" in script:
    if "refused" in script:
        say("conformance: line 2 is no operation: refused")
        end(2)
    end(do(script.split("<<'END'\n")[1].split("\nEND")[0].split("\n")))
found = 0
last = max(6, number + 1)
while number < last:
    found += do(made(number))
    number += 1
say("FUZZ: 6 rounds, 48 operations (1 commands, 2 doorbells, 3 register accesses), 7 per second, %d found" % found)
end(1 if found else 0)
'''


@pytest.fixture(name="fuzz")
def fixture_fuzz(tmp_path):
    qemu = tmp_path / "qemu"
    qemu.write_text(FAKE)
    qemu.chmod(0o755)
    (tmp_path / "matrix").write_text("[default]\ndevice = nvme,serial=x,drive=one\n[other]\ndevice = nvme,serial=y,drive=one,new=1\n")
    (tmp_path / "kernel").write_bytes(b"")

    def run(*arguments):
        done = subprocess.run([FUZZ_DEVICE, "--qemu", str(qemu), "--kernel", str(tmp_path / "kernel"), "--matrix", str(tmp_path / "matrix"),
                               "--seconds", "1", *arguments], cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=300, check=False)
        return done.returncode, done.stdout
    return run


BACKTRACE = """\
Program terminated with signal SIGABRT, Aborted.
#0  0x00007f0000001010 in ?? () from /usr/lib/libc.so.6
PC 0x7f0000001010
#0  0x00007f0000001010 in ?? () from /usr/lib/libc.so.6
#1  0x00007f0000001020 in abort () from /usr/lib/libc.so.6
#2  0x0000555500002345 in ?? ()
#3  0x0000555500003456 in nvme_copy (n=0x1, req=0x2) at ../hw/nvme/ctrl.c:77
#4  nvme_io_cmd (n=0x1)
#5  0x0000555500004567 in  ()
          Start Addr           End Addr       Size     Offset objfile
      0x555500000000     0x555500010000    0x10000   0x100000 /usr/bin/qemu
      0x7f0000000000     0x7f0000100000   0x100000        0x0 /usr/lib/libc.so.6
"""


DIED_AT_ONCE = """\
Program terminated with signal SIGSEGV, Segmentation fault.
#0  0x000055fde48f3240 in blk_bs ()
[Current thread is 1 (Thread 0x7f5a668c8ec0 (LWP 675))]
PC 0x55fde48f3240
#0  0x000055fde48f3240 in blk_bs ()
#1  0x000055fde45c2578 in nvme_dif_mangle_mdata ()
"""


def test_frames_of_a_backtrace():
    """The library's way to die is left out, and what gdb shows twice; what has no name is an offset in its module."""
    frames = load_tool("backtrace.py").frames
    assert frames(BACKTRACE) == ["qemu+102345h", "nvme_copy (ctrl.c:77)", "nvme_io_cmd", "qemu+104567h"]
    assert frames(DIED_AT_ONCE) == ["blk_bs", "nvme_dif_mangle_mdata"]
    assert frames("") == []


def test_findings(fuzz, tmp_path):
    """A model that dies, and what the guest sees: one script for each kind, as short as it gets; the next QEMU goes on behind it."""
    status, text = fuzz()
    assert status == 1, text
    lines = text.splitlines()
    assert lines[0].endswith("qemu: QEMU 9.9.1")
    assert "FOUND: default: SIGABRT at ../hw/nvme/ctrl.c:77: nvme_x: Assertion `y' failed. (seed 1, round 1)" in lines
    assert "FOUND: default: memory: byte 7 was changed to 5fh (seed 1, round 2)" in lines
    assert text.count("FOUND: ") == 2
    assert re.fullmatch(r"default: [\d,]+ rounds, [\d,]+ operations \([\d,]+ commands, [\d,]+ doorbells, [\d,]+ register accesses\), "
                        r"[\d,]+ a second, [\d,]+ QEMUs, kinds found: 2", lines[-1]), lines[-1]
    assert any(line.startswith("default: ") and "x memory: byte N was changed to N" in line for line in lines)
    scripts = sorted(os.listdir(tmp_path / "fuzz-device"))
    assert [name.split("-")[1] for name in scripts] == ["memory", "sigabrt"]
    memory, died = ((tmp_path / "fuzz-device" / name).read_text().splitlines() for name in scripts)
    assert memory[0] == "# memory: byte 7 was changed to 5fh"
    assert memory[1] == "# QEMU 9.9.1, configuration default, seed 1, round 2"
    assert memory[2:] == ["calm", "put 0 s+0", "ring 1"]
    assert died[2:] == ["wild", "write 14 4 x+1"]


@pytest.mark.parametrize("text,kind", [
    ("memory: byte 7 was changed to 5fh", "memory: byte N was changed to N"),
    ("hang: lost; outstanding: Read (SQ 1, CID 4290h)", "hang: lost; outstanding: Read"),
    ("hang: lost; outstanding: Asynchronous Event Request (SQ 0, CID 391eh), Write (SQ 1, CID 38ffh), Read (SQ 1, CID 3900h)", "hang: lost; outstanding: Write"),
    ("hang: lost; outstanding: Asynchronous Event Request (SQ 0, CID 391eh)", "hang: lost; outstanding: Asynchronous Event Request"),
])
def test_kinds(text, kind):
    """What is outstanding beside the command that hangs is chance."""
    assert load_tool("fuzz-device").kind_of(text) == kind


def test_no_scripts(fuzz, tmp_path):
    status, text = fuzz("--no-scripts")
    assert status == 1 and "FOUND: default: SIGABRT" in text
    assert not (tmp_path / "fuzz-device").exists()


def test_replay(fuzz, tmp_path):
    """A script is done once more on the configuration that it names, or on another; QEMU's messages follow; nothing is written."""
    script = tmp_path / "script"
    script.write_text("# SIGABRT\n# QEMU 9.9.1, configuration default, seed 1, round 1\nwild\nwrite 14 4 x+1\n")
    status, text = fuzz("--replay", str(script))
    assert status == 1
    assert text.splitlines()[1:] == [f"{script}: SIGABRT",
                                     "FOUND: default: SIGABRT at ../hw/nvme/ctrl.c:77: nvme_x: Assertion `y' failed. (run 1)",
                                     "  qemu: ../hw/nvme/ctrl.c:77: nvme_x: Assertion `y' failed."]
    status, text = fuzz("--replay", str(script), "--config", "other")
    assert status == 0 and "SKIP: other" in text
    script.write_text("# QEMU 9.9.1, configuration other, seed 1, round 1\nwild\nwrite 14 4 x+1\n")
    status, text = fuzz("--replay", str(script))
    assert status == 0 and "SKIP: other" in text
    script.write_text("calm\nring 1\n")
    status, text = fuzz("--replay", str(script))
    assert status == 0 and text.splitlines()[1:] == ["default: nothing found in 50 runs"]
    script.write_text("calm\nrefused\n")
    status, text = fuzz("--replay", str(script))
    assert status == 2 and text.endswith("\nfuzz-device: default: conformance: line 2 is no operation: refused\n")
    script.write_text("# SIGABRT\n")
    assert fuzz("--replay", str(script)) == (2, f"fuzz-device: {script}: not a script of operations\n")
    assert not (tmp_path / "fuzz-device").exists()


def test_configuration_that_cannot_be(fuzz):
    status, text = fuzz("--config", "other")
    assert status == 0
    assert "SKIP: other (nvme of QEMU 9.9 has no property new)" in text


@pytest.mark.parametrize("arguments, message", [
    (["--config", "none"], "none: no such configuration"),
    (["--seconds", "0"], "argument --seconds: not a number from 1: '0' (see fuzz-device --help)"),
    (["--matrix", "missing"], "missing: No such file or directory"),
    (["--qemu", "missing"], "missing: not found"),
    (["--replay", "missing"], "missing: No such file or directory"),
    (["--what"], "unrecognized arguments: --what (see fuzz-device --help)"),
])
def test_bad_arguments(fuzz, arguments, message):
    status, text = fuzz(*arguments)
    assert (status, text) == (2, f"fuzz-device: {message}\n")

"""make and the tools on the host: variables reach what they are for, or are refused; make -n runs nothing."""

import os
import re
import shutil
import signal
import subprocess
import time
import xml.etree.ElementTree

import pytest

from machine import ROOT, RUN_QEMU, Console, run_script

VARIABLES = ["BOOT", "MACHINE", "MEM", "SMP", "ACCEL", "DISK", "ANY_DISK", "NVME", "APPEND", "SCRIPT", "TIMEOUT", "QEMU"]
QEMU = os.environ.get("QEMU") or "qemu-system-x86_64"


def make(*words, cwd=ROOT, environment=()):
    """As somebody types it, though this may run below a make of its own."""
    clean = {name: value for name, value in os.environ.items()
             if not name.startswith("MAKE") and name not in ("MFLAGS", *VARIABLES)}
    return subprocess.run(["make", *words], cwd=cwd, env={**clean, **dict(environment)}, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")


@pytest.fixture
def recorded(tmp_path):
    """A QEMU that notes what it is called with: its path, and a function that gives the calls."""
    wrapper, log = tmp_path / "qemu", tmp_path / "log"
    wrapper.write_text(f'#!/bin/sh\necho "$*" >> \'{log}\'\nexec {QEMU} "$@"\n')
    wrapper.chmod(0o755)
    return str(wrapper), lambda: log.read_text() if log.exists() else ""


def test_a_qemu_that_is_none_fails():
    result = make("guest", "QEMU=/bin/false")
    assert result.returncode == 2
    assert "guest: /bin/false --version: status 1\n" in result.stdout
    assert "\n0 passed, 1 failed\n" in result.stdout, result.stdout


@pytest.mark.parametrize("environment", [False, True])
def test_variables_reach_the_guest(recorded, environment):
    qemu, calls = recorded
    values = {"QEMU": qemu, "MACHINE": "q35", "MEM": "300M", "SMP": "2", "ACCEL": "tcg", "NVME": "mdts=3", "APPEND": "nvme.irq=poll"}
    words = [] if environment else [f"{name}={value}" for name, value in values.items()]
    result = make("guest", *words, environment=values.items() if environment else ())
    assert result.returncode == 0, result.stdout
    assert re.search(rf"^guest: {qemu}: QEMU emulator version \d", result.stdout, re.MULTILINE), result.stdout
    assert re.search(r"^\d+ passed, 0 failed\n\Z", result.stdout, re.MULTILINE), result.stdout
    for words in ["-machine q35", "-m 300M", "-smp 2", ",mdts=3", "nvme.irq=poll"]:
        assert words in calls()


def test_the_environment_names_the_qemu(tmp_path, monkeypatch, recorded):
    """So that it reaches every test, and one that somebody starts by hand."""
    qemu, calls = recorded
    monkeypatch.setenv("QEMU", qemu)
    assert run_script(tmp_path, "echo hello\n", "--disk", "none").stdout.endswith("hello\n")
    assert "-machine pc" in calls()


@pytest.mark.parametrize("target,taken", [
    ("unit", []), ("fuzz-replay", []), ("fuzz", []), ("coverage", []),
    ("guest", ["BOOT", "MACHINE", "MEM", "SMP", "ACCEL", "NVME", "APPEND", "QEMU"]),
    ("system", ["QEMU"]), ("test", ["QEMU"]), ("test-long", ["QEMU"]),
    ("bench", ["MACHINE", "APPEND", "QEMU"]), ("conformance", ["QEMU"]), ("dist", []),
    ("run", VARIABLES), ("debug", VARIABLES),
])
def test_what_has_no_meaning_is_refused(target, taken):
    assert make("-n", target, *(f"{name}=x" for name in taken)).returncode == 0
    refused = [name for name in VARIABLES if name not in taken]
    for name in refused if target in ("guest", "bench") else refused[:1] + refused[-1:]:
        result = make("-n", target, f"{name}=x")
        assert f"*** make {target} takes no {name}=: " in result.stdout and result.returncode != 0, result.stdout


@pytest.mark.parametrize("target", ["all", "iso", "run", "test", "unit", "guest", "system", "fuzz-replay", "test-long", "fuzz", "coverage",
                                    "debug", "console", "bench", "conformance", "dist", "toolchain", "deps", "clean", "host-shell"])
def test_make_n_runs_nothing(tmp_path, target):
    tree = tmp_path / "tree"
    shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns("build", ".git", "corpus", "__pycache__"))
    ran = tmp_path / "ran"
    for tool in ["tools/dependencies", "tools/run-qemu", "tools/conformance", "tools/dist", "tools/build-toolchain", "tests/run", "tests/coverage", "tests/bench/run",
                 "tests/system/shell_differential.py"]:
        (tree / tool).write_text("#!/usr/bin/python3\n" f"open({str(ran)!r}, 'a').write({tool!r})\n")
    before = sorted(path.relative_to(tree) for path in tree.rglob("*"))
    result = make("-n", target, cwd=tree)
    assert result.returncode == 0, result.stdout
    assert not ran.exists(), ran.read_text()
    assert before == sorted(path.relative_to(tree) for path in tree.rglob("*"))


KIB = 1 << 10


def image(path, *pieces, size=1 << 20):
    """A file with pieces, (offset, bytes), in it."""
    with open(path, "wb") as file:
        file.truncate(size)
        for offset, data in pieces:
            file.seek(offset)
            file.write(data)
    return path


MBR = (446, bytes([0x80, 0, 2, 0, 0x83, 0, 0, 0, 1, 0, 0, 0, 0, 8, 0, 0]) + bytes(48) + b"\x55\xaa")
OWNED = {
    "a text file": [(0, (b"Words and words.\n" * 62000)[:1 << 20])],
    "an ext file system": "mkfs.ext4 -q {}",
    "a FAT file system": [(54, b"FAT16   ")],
    "swap space": "mkswap {} > /dev/null 2>&1",
    "a partitioned disk": [MBR],
    "a partitioned disk (GPT)": [(512, b"EFI PART")],
    "a tar archive": "rm {0}; tar cf {0} /etc/passwd 2> /dev/null",
    "an ISO 9660 image": [(0x8001, b"CD001")],
    "a qcow2 image": "rm {0}; qemu-img create -q -f qcow2 {0} 4M; truncate -s %4096 {0}",
    "a VMDK image": "rm {0}; qemu-img create -q -f vmdk {0} 4M; truncate -s %4096 {0}",
    "a VDI image": "rm {0}; qemu-img create -q -f vdi {0} 4M; truncate -s %4096 {0}",
    "a VHDX image": "rm {0}; qemu-img create -q -f vhdx {0} 4M; truncate -s %4096 {0}",
}


def boot(path, *options):
    # Not QEMU: what is asked here is answered before it starts, or it ends at once.
    return subprocess.run([RUN_QEMU, "--qemu", "/bin/false", "--disk", str(path), *options], stdin=subprocess.DEVNULL,
                          capture_output=True, encoding="utf-8")


@pytest.mark.parametrize("kind", OWNED)
def test_images_with_another_owner_are_refused(tmp_path, kind):
    path = image(tmp_path / "disk.img", *(OWNED[kind] if isinstance(OWNED[kind], list) else []))
    if isinstance(OWNED[kind], str):
        if not shutil.which(OWNED[kind].split()[0 if "qemu-img" not in OWNED[kind] else 2]):
            pytest.skip("not installed: " + OWNED[kind])
        subprocess.run(OWNED[kind].format(path), shell=True, check=True)
    before = path.read_bytes()
    result = boot(path)
    assert result.returncode == 125
    assert result.stderr == f"run-qemu: {path}: {kind}, which would be written to (--any-disk or, with make, ANY_DISK=1 uses it all the same)\n"
    assert f"written to: {path}\n" in boot(path, "--any-disk").stderr
    assert path.read_bytes() == before


@pytest.mark.parametrize("path,reason", [
    ("README.md", "which is not a whole number of blocks"), ("build", "not a file"), ("/dev/null", "not a file"),
    ("EMPTY", "an empty file"), ("ODD", "1000 bytes, which is not a whole number of blocks"),
])
def test_what_is_no_image_is_refused(tmp_path, monkeypatch, path, reason):
    image(tmp_path / "EMPTY", size=0)
    image(tmp_path / "ODD", size=1000)
    path = tmp_path / path if path.isupper() else os.path.join(ROOT, path)
    for options in ([], ["--any-disk"]):
        result = boot(path, *options)
        assert result.returncode == 125 and result.stderr.startswith(f"run-qemu: {path}: ") and result.stderr.endswith(reason + "\n")


def test_a_file_of_git_is_refused(tmp_path):
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b"]
    path = image(tmp_path / "disk.img")
    assert "written to: " in boot(path).stderr
    subprocess.run([*git, "init", "-q"], check=True)
    assert "written to: " in boot(path).stderr
    subprocess.run([*git, "add", "disk.img"], check=True)
    assert "a file of a git repository" in boot(path).stderr
    (tmp_path / "link").symlink_to("disk.img")
    assert "a file of a git repository" in boot(tmp_path / "link").stderr


def test_what_the_guest_left_is_an_image(tmp_path):
    """Zeroes, random bytes, a short text at the beginning: all as the kernel's user writes them."""
    for pieces in ([], [(0, os.urandom(512 * KIB))], [(0, b"[WRITE SOMETHING]\n")], [(0, b"x" * 512 * KIB)]):
        assert "written to: " in boot(image(tmp_path / "disk.img", *pieces)).stderr


PURPOSES = ["run", "test", "debug", "fuzz", "coverage", "bench", "toolchain"]


def has_package_lists():
    return shutil.which("apt-cache") and subprocess.run(["apt-cache", "show", "clang"], capture_output=True).returncode == 0


def missing_packages(names):
    shown = subprocess.run(["apt-cache", "show", *sorted(names)], capture_output=True, encoding="utf-8").stdout
    return sorted(set(names) - {line.split()[1] for line in shown.splitlines() if line.startswith("Package: ")})


@pytest.mark.long  # asks for each of some hundred packages
@pytest.mark.skipif(not has_package_lists(), reason="no apt with package lists")
def test_the_packages_of_every_purpose_exist():
    names = set()
    for purpose in PURPOSES:
        listed = subprocess.run(["tools/dependencies", "--list", "apt", purpose], cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
        names.update(listed.stdout.split())
    assert "libclang-rt" not in names and len(names) > 30
    assert missing_packages(names) == []


@pytest.mark.skipif(not has_package_lists(), reason="no apt with package lists")
@pytest.mark.parametrize("purpose", ["test", "toolchain"])
def test_without_root_the_command_is_printed(tmp_path, purpose):
    """It can be run as it stands. Nothing but these is on PATH: all the rest is missing."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ["sh", "dirname", "uname", "sed", "head", "sort", "tail", "apt-cache", "apt-get"]:
        (tools / name).symlink_to(shutil.which(name))
    (tools / "id").write_text("#!/bin/sh\necho 1000\n")
    (tools / "id").chmod(0o755)
    result = subprocess.run(["tools/dependencies", purpose], cwd=ROOT, env={"PATH": str(tools)}, capture_output=True, encoding="utf-8")
    assert result.returncode == 1 and "neither root nor sudo" in result.stderr
    (line,) = re.findall(r"^  apt-get install (.+)$", result.stderr, re.MULTILINE)
    assert len(line.split()) > 5
    assert missing_packages(line.split()) == []


@pytest.mark.long  # builds the kernel once more
@pytest.mark.skipif(not shutil.which("gdb"), reason="no gdb")
def test_gdb_shows_queue_entries(tmp_path, monkeypatch):
    """The commands that docs/extending.md has for the kernel of make debug."""
    monkeypatch.chdir(tmp_path)  # a socket's path is short
    with open(os.path.join(ROOT, "docs", "extending.md"), encoding="utf-8") as file:
        documented = re.search(r"^```gdb\n(.*?)^```$", file.read(), re.MULTILINE | re.DOTALL).group(1)
    built = make("-s", "debug-kernel")
    assert built.returncode == 0, built.stdout
    kernel = os.path.join(ROOT, "build", "debug-kernel", "my_nvme.elf")
    (tmp_path / "script").write_text("dd if=/dev/my_nvme0n1 of=/dev/null skip=64 count=8\n")
    (tmp_path / "commands").write_text("set pagination off\nset confirm off\ntarget remote gdb\nhbreak kmain\ncontinue\n" + documented)
    guest = subprocess.Popen([RUN_QEMU, "--kernel", kernel, "--disk", str(image("disk.img")), "--script", "script", "--",
                              "-S", "-gdb", "unix:gdb,server=on,wait=off"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        while not os.path.exists("gdb"):
            assert guest.poll() is None
            time.sleep(0.05)
        shown = subprocess.run(["gdb", "-q", "-nx", "-batch", "-x", "commands", kernel], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8").stdout
        assert guest.wait() == 0
    finally:
        guest.terminate()
        guest.wait()
    entries = re.findall(r"^\$\d+ = \{opcode = 0x2, flags = 0x0, cid = 0x(\w+), nsid = 0x1, .*cdw10 = 0x40, cdw11 = 0x0, cdw12 = 0x7,", shown, re.MULTILINE)
    assert len(entries) == 2, shown
    assert re.search(r"^\$\d+ = \{sq = 0x\w+, cq = 0x\w+, .*\bid = 1, sq_tail = 1,", shown, re.MULTILINE), shown
    completion = re.search(r"sq_head = 0x1, sq_id = 0x1, cid = 0x(\w+), status = 0x1\}", shown)
    assert completion and completion.group(1) == entries[1], shown
    assert re.search(r"^#\d+ +0x\w+ in dd_main \(argc=5, ", shown, re.MULTILINE), shown
    assert "optimized out" not in shown


REPORTED = """echo before
echo 'PASS: one: a (x) (12.3 ms)'
echo 'FAIL: one: b: expected 1h, got #2 [Base 3.1.4]'
echo '  [    0.1] sq 1 <&> 2'
echo 'SKIP: two: c (none (there))'
echo 'XFAIL: two: d (known (very))'
echo 'PASS: two: e # f'
echo 'SUMMARY: 5 tests, 1 failures, 1 skipped'
"""
TAP = """TAP version 13
# before
ok 1 - one: a (x)
not ok 2 - one: b
# FAIL: one: b: expected 1h, got #2 [Base 3.1.4]
#   [    0.1] sq 1 <&> 2
ok 3 - two: c # SKIP none (there)
not ok 4 - two: d # TODO known (very)
ok 5 - two: e \\# f
# SUMMARY: 5 tests, 1 failures, 1 skipped
1..5
"""


@pytest.mark.parametrize("status", [1, 0])
def test_tap_and_junit(tmp_path, status):
    path = tmp_path / "junit.xml"
    result = run_script(tmp_path, REPORTED + f"exit {status}\n", "--disk", "none", "--append", "loglevel=0", "--tap", "--junit", path)
    assert (result.returncode, result.stdout) == (status, TAP)
    root = xml.etree.ElementTree.parse(path).getroot()
    assert [root.get(name) for name in ("tests", "failures", "skipped")] == ["5", "1", "2"]
    cases = {(case.get("classname"), case.get("name")): case for case in root.iter("testcase")}
    assert list(cases) == [("one", "a (x)"), ("one", "b"), ("two", "c"), ("two", "d"), ("two", "e # f")]
    assert cases["one", "a (x)"].get("time") == "0.012"
    failure = cases["one", "b"].find("failure")
    assert failure.get("message") == "FAIL: expected 1h, got #2 [Base 3.1.4]" and "\n[    0.1] sq 1 <&> 2" in failure.text
    assert cases["two", "c"].find("skipped").get("message") == "none (there)"


@pytest.mark.parametrize("script,status", [("exit 3\n", 3), ("reboot\n", 125), ("echo 'PASS: a: b'\nexit 3\n", 3)])
def test_tap_says_what_no_test_does(tmp_path, script, status):
    """A script that failed without a test that did: TAP's own word for it, and a failure in JUnit's."""
    path = tmp_path / "junit.xml"
    result = run_script(tmp_path, script, "--disk", "none", "--tap", "--junit", path)
    assert result.returncode == status
    assert result.stdout.endswith(f"\nBail out! status {status}\n")
    assert [failure.get("message") for failure in xml.etree.ElementTree.parse(path).iter("failure")] == [f"CRASH: status {status}"]


def test_junit_alone_leaves_the_output(tmp_path):
    """Also behind a boot loader."""
    path = tmp_path / "junit.xml"
    result = run_script(tmp_path, REPORTED, "--boot", "bios", "--disk", "none", "--append", "loglevel=0", "--junit", path, check=True)
    assert result.stdout == REPORTED.replace("echo ", "").replace("'", "")
    assert len(list(xml.etree.ElementTree.parse(path).iter("testcase"))) == 5


def test_the_serial_log(tmp_path):
    log = tmp_path / "a, b.log"
    result = run_script(tmp_path, "echo hello\n", "--disk", "none", "--log", log, check=True)
    assert result.stdout.endswith("hello\n") and log.read_bytes().replace(b"\r", b"").decode() == result.stdout.replace("\r", "")
    with Console("--disk", "none", "--log", log) as console:
        assert console.run("echo hel''lo") == "hello\n"
        assert console.poweroff() == 0
    assert b"\nhello" in log.read_bytes().replace(b"\r", b"")


def test_temporary_disks(tmp_path, monkeypatch):
    """Empty, of the run alone, and gone with it: two at a time do not meet."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    (tmp_path / "script").write_text("dd if=/dev/my_nvme0n1 of=/dev/null bs=1M status=none && printf x > /dev/my_nvme0n1 && head -c 1 /dev/my_nvme0n1\n"
                                     "blockdev --getsize64 /dev/my_nvme0n1\n")
    runs = [subprocess.Popen([RUN_QEMU, "--disk", "tmp", "--script", str(tmp_path / "script")], stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8") for _ in range(2)]
    for run in runs:
        output, errors = run.communicate()
        assert (run.returncode, output, errors) == (0, f"x{256 << 20}\n", "")
    assert [path.name for path in tmp_path.iterdir()] == ["script"]


@pytest.mark.parametrize("options,message", [
    (["--tap"], "argument --tap: only with --script (see run-qemu --help)"),
    (["--junit", "x"], "argument --junit: only with --script (see run-qemu --help)"),
    (["--log", "x", "--debug"], "argument --log: not with --debug, which has a log of its own (see run-qemu --help)"),
    (["--log", "/missing/x"], "/missing/x: No such file or directory"),
    (["--script", "/dev/null", "--junit", "/missing/x"], "/missing/x: No such file or directory"),
])
def test_reports_that_cannot_be(options, message):
    result = boot("none", *options)
    assert (result.returncode, result.stderr) == (125, f"run-qemu: {message}\n")


@pytest.mark.parametrize("number,name,model", [(signal.SIGSEGV, "SIGSEGV", True), (signal.SIGABRT, "SIGABRT", True), (signal.SIGKILL, "SIGKILL", False),
                                               (signal.SIGRTMIN + 3, f"signal {signal.SIGRTMIN + 3}", False)])
def test_qemu_dies(tmp_path, number, name, model):
    """The signal is named; and where somebody need not have sent it, what is at fault."""
    qemu = tmp_path / "qemu"
    qemu.write_text(f"#!/bin/sh\nulimit -c 0\nkill -{int(number)} $$\n")
    qemu.chmod(0o755)
    result = subprocess.run([RUN_QEMU, "--qemu", str(qemu), "--disk", "none"], stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8")
    lines = [f"run-qemu: {qemu} was killed by {name}"]
    if model:
        lines.append("run-qemu: QEMU must bear whatever a guest does: this is a fault of its device model, not of the kernel")
    assert (result.returncode, result.stderr.splitlines()) == (125, lines)


def test_scripts_end_in_time():
    """Without a time-out of their own; nothing is ended where nobody asked for it."""
    shown = subprocess.run([RUN_QEMU, "--help"], capture_output=True, encoding="utf-8").stdout
    seconds = re.search(r"default (\d+)\s+with\s+--script", shown).group(1)
    loaded = f"""
import importlib.machinery, importlib.util, sys
loader = importlib.machinery.SourceFileLoader("run_qemu", {RUN_QEMU!r})
module = importlib.util.module_from_spec(importlib.util.spec_from_loader("run_qemu", loader))
sys.path.insert(0, {os.path.dirname(RUN_QEMU)!r})
loader.exec_module(module)
print(*(module.parse_arguments(words).timeout for words in ([], ["--script", "x"], ["--script", "x", "--timeout", "0"])))
"""
    assert subprocess.run(["/usr/bin/python3", "-c", loaded], capture_output=True, encoding="utf-8").stdout == f"0 {seconds} 0.0\n"

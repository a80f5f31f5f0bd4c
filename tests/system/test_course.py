"""The course: the reference passes, each wrong driver fails where it should, and says why (tests/course)."""

import fcntl
import os
import re
import subprocess
import sys

import pytest

from machine import ROOT, run_script

sys.path.insert(0, os.path.join(ROOT, "tests", "course"))
from wrong import WRONG  # noqa: E402

LAB = os.path.join(ROOT, "tools", "lab")
REFERENCE = os.path.join(ROOT, "tests", "course", "reference.c")


@pytest.fixture(scope="session", autouse=True)
def grader():
    """One worker makes it where nobody has yet."""
    with open(os.path.join(ROOT, "build", "course-lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.run(["make", "-s", "lab-programs"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def lab(*arguments, locale="C.UTF-8"):
    return subprocess.run([LAB, *arguments], cwd=ROOT, env=os.environ | {"LC_ALL": locale}, capture_output=True, encoding="utf-8", check=False)


def reference():
    with open(REFERENCE, encoding="utf-8") as file:
        return file.read()


def test_the_reference_passes():
    result = lab("--source", REFERENCE)
    assert "all steps are done" in result.stdout, result.stdout
    assert re.search(r"^step 4: .*, and 3 in QEMU: make lab STEP=4$", result.stdout, re.M), result.stdout
    assert result.returncode == 0 and result.stderr == ""


def test_another_driver_passes():
    """It is written otherwise than the reference, up to step 4."""
    result = lab("--source", os.path.join(ROOT, "tests", "course", "plain.c"))
    steps = re.findall(r"^step (\d): +(\d+) of +(\d+)", result.stdout, re.M)
    assert [passed == all_of_it for _, passed, all_of_it in steps] == [True, True, True, True, False], result.stdout
    assert "driver_interrupts() is not written yet" in result.stdout


def test_the_skeleton_begins_at_the_beginning():
    result = lab()
    assert re.search(r"^step 1: +0 of \d+ checks pass", result.stdout), result.stdout
    assert "seen: driver_find() is not written yet: it returned -ENOSYS" in result.stdout
    assert "read: course/en/1-registers.md" in result.stdout
    assert result.returncode == 1 and result.stderr == ""


def test_who_reads_korean_is_sent_to_that():
    assert "read: course/ko/1-registers.md" in lab(locale="ko_KR.UTF-8").stdout


@pytest.mark.parametrize("step,machine", [(4, "pc"), (4, "q35"), (5, "q35"), (6, "pc"), (7, "pc")])
def test_the_reference_in_qemu(step, machine):
    result = lab("--source", REFERENCE, "--step", str(step), "--machine", machine)
    assert "FAIL" not in result.stdout and result.stdout.count("PASS: ") > 8, result.stdout
    assert re.search(r"^PASS: [\d.]+: QEMU: ", result.stdout, re.M), result.stdout
    assert (step == 7) == bool(re.search(r"^measured: depth 32: \S+ reads of 4 KiB a second$", result.stdout, re.M)), result.stdout
    assert result.returncode == 0, result.stdout


def mistake(tmp_path, row):
    _, text, instead, _, _ = row
    assert text in reference()
    source = tmp_path / "driver.c"
    source.write_text(reference().replace(text, instead, 1), encoding="utf-8")
    return str(source)


@pytest.mark.parametrize("row", WRONG, ids=[row[0] for row in WRONG])
def test_a_mistake_is_found(tmp_path, row):
    _, _, _, check, words = row
    result = lab("--source", mistake(tmp_path, row), "--step", check.split(".")[0], "--host")
    first = re.search(r"^FAIL: ([\d.]+): .*\n((?: .*\n)*)", result.stdout, re.M)
    assert first, result.stdout
    assert first.group(1) == check, result.stdout
    assert words in first.group(2), result.stdout
    assert "  read: course/en/" in first.group(2), result.stdout
    assert result.returncode == 1 and result.stderr == ""


@pytest.mark.long
@pytest.mark.parametrize("row", WRONG, ids=[row[0] for row in WRONG])
def test_a_mistake_is_found_at_its_step(tmp_path, row):
    """The steps before it pass."""
    result = lab("--source", mistake(tmp_path, row))
    assert re.search(r"^next:\nFAIL: ([\d.]+): ", result.stdout, re.M).group(1) == row[3], result.stdout


def test_the_table():
    """docs/course.md has the rows of wrong.py."""
    with open(os.path.join(ROOT, "docs", "course.md"), encoding="utf-8") as file:
        shown = re.findall(r"^\| ([^|]*) \| ([\d.]+) \| (.*) \|$", file.read(), re.M)
    assert shown == [(name, check, words) for name, _, _, check, words in WRONG]


BAD = [
    ("empty", "", "has no driver_find(), no driver_disable()"),
    ("not C", "int driver_find(", "does not compile: see above"),
    ("a function that is not there", "int other(void); int driver_poll(void) { return other(); }", "calls other(), which is not in course/platform.h"),
    ("a main", "int main(void) { return 0; }", "has a main that the grader has as well"),
    ("exit", "void exit(int); int driver_find(struct driver_found *f) { (void)f; exit(0); }", "it ended with status 0"),
    ("endless", "int driver_find(struct driver_found *f) { for (volatile int i = 0;; i++) f->vs = i; }", "a loop that never ends"),
    ("recursion", "int driver_find(struct driver_found *f) { struct driver_found g = *f; return driver_find(&g) + (int)g.vs; }", "stack-overflow"),
    ("null", "int driver_find(struct driver_found *f) { f = (void *)8; f->vs = 1; return 0; }", "AddressSanitizer: SEGV"),
    ("a register by pointer", """int driver_find(struct driver_found *f)
{
	volatile uint32_t *bar = platform_map(0xfebc0000, 4096);

	f->vs = bar[2];
	return 0;
}""", "it is a register: they are reached by platform_read32()"),
    ("undefined", "int driver_find(struct driver_found *f) { int i = 40; f->vs = 1u << i; return 0; }", "undefined behaviour: shift exponent 40"),
]


@pytest.mark.parametrize("text,words", [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_bad_input(tmp_path, text, words):
    """Each has one clear message, and those that run the line of the file."""
    with open(os.path.join(ROOT, "course", "driver.c"), encoding="utf-8") as file:
        skeleton = file.read()
    source = tmp_path / "mine.c"
    for name in re.findall(r"(driver_\w+)\([^)]*\)\s*\{", text):
        skeleton = re.sub(rf"^int {name}\([^)]*\)\n\{{.*?^\}}$", "", skeleton, flags=re.M | re.S)
    source.write_text(skeleton + text + "\n" if text else text, encoding="utf-8")
    result = lab("--source", str(source), "--step", "1")
    assert words in result.stdout, result.stdout
    assert result.returncode == 1 and result.stderr == ""
    if "seen: " in result.stdout and "ended with" not in result.stdout:
        assert re.search(r"^  line: mine.c:\d+", result.stdout, re.M), result.stdout


def test_no_file(tmp_path):
    result = lab("--source", str(tmp_path / "none.c"))
    assert "none.c: no such file" in result.stdout and result.returncode == 1


def run_course(directory, source, script, *variables):
    """`make run DRIVER=course` of a script."""
    path = directory / "script"
    path.write_text(script)
    return subprocess.run(["make", "-s", "run", "DRIVER=course", f"SOURCE={source}", f"COURSE={directory}", "DISK=tmp", f"SCRIPT={path}",
                           *variables], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", errors="replace", check=False)


def test_the_shell_on_it(tmp_path):
    """The disk, the trace and the rest of the kernel are there as with the usual driver; what needs that says so."""
    script = """lspci -k | grep course
lsblk -n
echo hello > /dev/my_nvme0n1; sync; head -c 6 /dev/my_nvme0n1
dd if=/dev/my_nvme0n1 of=/dev/null bs=1000 skip=3 count=2
trace show -t command | sed 's/.*q1 //' | tail -n 1
nvme id-ctrl /dev/my_nvme0 || echo status $?
"""
    result = run_course(tmp_path, REFERENCE, script, "APPEND=trace=1")
    for line in (r"^\tKernel driver in use: course$", r"^my_nvme0n1 .* disk", r"^hello$", r"^2000 bytes", r"^ +-> Read cid \d+ nsid 0x1 ",
                 r"^nvme: /dev/my_nvme0: No such file or directory$"):
        assert re.search(line, result.stdout.replace("\r", ""), re.M), result.stdout


def test_the_skeleton_in_the_kernel(tmp_path):
    result = run_course(tmp_path, os.path.join(ROOT, "course", "driver.c"), "lsblk; echo still here\n")
    assert "course: driver_find() is not written yet" in result.stdout and "still here" in result.stdout, result.stdout


def test_a_kernel_without_it(tmp_path):
    result = run_script(tmp_path, "lsblk\n", "--append", "nvme.driver=course")
    assert "the driver of nvme.driver=course is not in this kernel (make run DRIVER=course)" in result.stdout


def test_other_drivers_are_refused():
    result = subprocess.run(["make", "run", "DRIVER=other"], cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert "DRIVER=other: course, or my_nvme" in result.stderr and result.returncode == 2


IN_THE_KERNEL = [
    ("null", "queue->sq[queue->tail] = *command;", "queue->sq[queue->tail] = *command;\n\tif (queue->id)\n\t\t*(volatile int *)16 = 1;",
     "page fault: write at 0x10, page not present: null pointer", "queue_push"),
    ("beyond its memory", "queue->sq[queue->tail] = *command;", "queue->sq[queue->tail] = *command;\n\tif (queue->id)\n\t\tqueue->sq[64] = *command;",
     "page not present", "queue_push"),
    ("endless", "int driver_flush(void)\n{\n", "int driver_flush(void)\n{\n\tfor (volatile int i = 0;; i++)\n\t\tcontinue;\n",
     "driver_flush() has not returned for 20 s; it is at 0x", "driver_flush"),
    ("waits for ever", "int driver_flush(void)\n{\n", "int driver_flush(void)\n{\n\tfor (;;)\n\t\tplatform_relax();\n",
     "driver_flush() has not returned for 20 s", "driver_flush"),
]


@pytest.mark.parametrize("text,instead,words,function", [row[1:] for row in IN_THE_KERNEL], ids=[row[0] for row in IN_THE_KERNEL])
def test_a_bad_driver_in_the_kernel(tmp_path, text, instead, words, function):
    """It ends in a panic with the line of the driver, and the machine in a status."""
    source = mistake(tmp_path, ("", text, instead, "", ""))
    result = run_course(tmp_path, source, "dd if=/dev/zero of=/dev/my_nvme0n1 count=1\nsync\n", "APPEND=trace=1")
    assert "seen: " in result.stdout and words in result.stdout, result.stdout
    assert re.search(rf"^  line: driver.c:\d+ in {function}$", result.stdout, re.M), result.stdout
    assert "last accesses:" in result.stdout

"""The rules of the house: they hold, and whoever breaks one is named (tests/house)."""

import os
import shutil
import subprocess

import pytest

from machine import ROOT

HOUSE = os.path.join(ROOT, "tests", "house")


def house(*arguments):
    return subprocess.run([HOUSE, *arguments], capture_output=True, text=True)


def test_the_rules_hold():
    result = house()
    assert result.stdout == ""
    assert result.returncode == 0


@pytest.mark.parametrize("path,include,message", [
    ("kernel/log.c", "kernel/console.h", "which kernel/log.c never does"),
    ("kernel/x86/time.c", "drivers/nvme/nvme.h", "which kernel/x86 never does"),
    ("kernel/posix/pipe.c", "kernel/commands/command.h", "which kernel/posix never does"),
    ("kernel/memory.c", "kernel/posix/file.h", "which kernel never does"),
    ("lib/string.c", "kernel/memory.h", "which lib never does"),
    ("drivers/nvme/transport/queue.c", "drivers/nvme/controller.h", "which drivers/nvme/transport never does"),
    ("drivers/nvme/channel.c", "drivers/nvme/io.h", "which drivers/nvme/channel.c never does"),
    ("drivers/nvme/spec/names.c", "kernel/log.h", "which drivers/nvme/spec never does"),
    ("drivers/pci/pci.c", "kernel/posix/process.h", "which drivers never does"),
    ("kernel/commands/cat.c", "kernel/shell/shell.h", "which kernel/commands never does"),
    ("drivers/nvme/io.c", "tests/sim/nvme_platform.h", "which the product never does"),
    ("kernel/main.c", "course/driver.h", "which the product never does"),
    ("course/driver.c", "kernel/log.h", "which course/driver.c never does"),
    ("course/machine/observer.c", "kernel/log.h", "which course/machine/observer.c never does"),
])
def test_a_forbidden_include_is_named(tmp_path, path, include, message):
    for top in ("boot", "kernel", "drivers", "lib", "course"):
        shutil.copytree(os.path.join(ROOT, top), tmp_path / top)
    text = (tmp_path / path).read_text(encoding="utf-8") + f'#include "{include}"\n'
    (tmp_path / path).write_text(text, encoding="utf-8")
    line = text.count("\n")
    result = house("--root", str(tmp_path))
    assert f'{path}:{line}: includes "{include}", {message}' in result.stdout.splitlines()
    assert result.returncode == 1


def test_what_a_file_looks_like(tmp_path):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/one.c").write_text("/* One: sizeof(x), __asm__. */\nint one = sizeof(int);\n")
    (tmp_path / "lib/two.c").write_text("int two = sizeof two;\nasm volatile(\"\");\n")
    result = house("--root", str(tmp_path))
    assert result.stdout.splitlines() == ["lib/two.c:1: does not begin with a comment that says what it is",
                                          "lib/two.c:1: sizeof without parentheses",
                                          "lib/two.c:2: asm, not __asm__"]
    assert result.returncode == 1


def test_a_second_writer_is_named(tmp_path):
    for top in ("boot", "kernel", "drivers", "lib"):
        shutil.copytree(os.path.join(ROOT, top), tmp_path / top)
    path = tmp_path / "drivers/nvme/admin.c"
    text = path.read_text(encoding="utf-8") + "void f(struct nvme_controller *c) { c->events.pending = c->recovery.wanted == 0; }\n"
    path.write_text(text, encoding="utf-8")
    result = house("--root", str(tmp_path))
    assert result.stdout == f"drivers/nvme/admin.c:{text.count(chr(10))}: writes events.pending, which is events.c's\n"
    assert result.returncode == 1


def test_circles_are_found(tmp_path):
    """Two objects of two rooms that need each other; and seventeen of one room in a ring."""
    def compile_object(name, text):
        target = tmp_path / (name + ".o")
        target.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["gcc", "-x", "c", "-c", "-o", str(target), "-"], input=text, text=True, check=True)
        (tmp_path / name).write_text(text)

    compile_object("kernel/log.c", "void a(void); void b(void) { a(); }")
    compile_object("drivers/pci/pci.c", "void b(void); void a(void) { b(); }")
    for i in range(17):
        compile_object(f"kernel/shell/s{i}.c", f"void s{(i + 1) % 17}(void); void s{i}(void) {{ s{(i + 1) % 17}(); }}")
    result = house("--root", str(tmp_path), "--objects", str(tmp_path))
    assert "a circle through drivers/pci, kernel: drivers/pci/pci.c kernel/log.c" in result.stdout
    assert "a circle of 17 objects, 16 at most: kernel/shell/s0.c" in result.stdout
    assert result.returncode == 1

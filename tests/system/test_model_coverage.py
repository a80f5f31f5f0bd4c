"""tools/model-coverage: the counts that gcov gives, by file, line and function, and what is no build."""

import os
import shutil
import subprocess

import pytest

from machine import ROOT, load_tool

TOOL = os.path.join(ROOT, "tools", "model-coverage")
MODEL = """int reached(int x)
{
\tif (x)
\t\treturn 1;

\tx++;
\treturn 2;
}

int never(void)
{
\treturn 3;
}
"""
MAIN = "int reached(int x);\nint main(void)\n{\n\treturn reached(1) != 1;\n}\n"


@pytest.fixture(name="build")
def fixture_build(tmp_path):
    """Objects as meson names them: lib.p/hw_nvme_model.c.o."""
    if not shutil.which("gcc") or not shutil.which("gcov"):
        pytest.skip("no gcc with gcov")
    (tmp_path / "hw" / "nvme").mkdir(parents=True)
    (tmp_path / "hw" / "nvme" / "model.c").write_text(MODEL)
    (tmp_path / "main.c").write_text(MAIN)
    build = tmp_path / "b"
    (build / "lib.p").mkdir(parents=True)
    for source, name in ("../hw/nvme/model.c", "hw_nvme_model.c.o"), ("../main.c", "main.c.o"):
        subprocess.run(["gcc", "--coverage", "-O0", "-c", source, "-o", "lib.p/" + name], cwd=build, check=True)
    subprocess.run(["gcc", "--coverage", "lib.p/hw_nvme_model.c.o", "lib.p/main.c.o", "-o", "program"], cwd=build, check=True)
    return build


def test_counts(build, capsys):
    tool = load_tool("model-coverage")
    notes = tool.notes_of(str(build), "hw/nvme")
    assert [os.path.basename(path) for path in notes] == ["hw_nvme_model.c.gcno"]
    none = tool.measure(str(build), notes, "hw/nvme")
    subprocess.run([build / "program"], check=True)
    some = tool.measure(str(build), notes, "hw/nvme")
    model = some["hw/nvme/model.c"]
    assert model.unreached() == [(6, 12)]
    assert [name for (_, name), count in model.functions.items() if not count] == ["never"]
    tool.report([("before", none), ("behind", some)])
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].split() == ["hw/nvme/model.c", "7", "0", "0.0", "3", "42.8"]
    assert lines[3].split() == ["all", "7", "0", "0.0", "3", "42.8"]
    tool.forget(notes)
    assert tool.measure(str(build), notes, "hw/nvme")["hw/nvme/model.c"].covered() == 0


@pytest.mark.parametrize("make,message", [
    (lambda path: None, "{}/qemu-system-x86_64: there is no QEMU"),
    (lambda path: (path / "qemu-system-x86_64").symlink_to("/bin/true"), "{}: no object of hw/nvme was compiled with gcov: configure QEMU with --enable-gcov"),
])
def test_what_is_no_build(tmp_path, make, message):
    make(tmp_path)
    done = subprocess.run([TOOL, str(tmp_path)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 2 and done.stdout == f"model-coverage: {message.format(tmp_path)}\n"

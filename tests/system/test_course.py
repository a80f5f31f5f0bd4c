"""The course: the reference passes, each wrong driver fails where it should, and says why (tests/course)."""

import os
import re
import subprocess
import sys

import pytest

from machine import ROOT

sys.path.insert(0, os.path.join(ROOT, "tests", "course"))
from wrong import WRONG  # noqa: E402

LAB = os.path.join(ROOT, "tools", "lab")
REFERENCE = os.path.join(ROOT, "tests", "course", "reference.c")


@pytest.fixture(scope="session", autouse=True)
def grader():
    subprocess.run(["make", "-s", "build/course/lab.o"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def lab(*arguments):
    return subprocess.run([LAB, *arguments], cwd=ROOT, capture_output=True, encoding="utf-8", check=False)


def reference():
    with open(REFERENCE, encoding="utf-8") as file:
        return file.read()


def test_the_reference_passes():
    result = lab("--source", REFERENCE)
    assert "all steps are done" in result.stdout, result.stdout
    assert result.returncode == 0 and result.stderr == ""


@pytest.mark.parametrize("row", WRONG, ids=[row[0] for row in WRONG])
def test_a_mistake_is_found(tmp_path, row):
    _, text, instead, check, words = row
    assert reference().count(text) >= 1
    source = tmp_path / "driver.c"
    source.write_text(reference().replace(text, instead, 1), encoding="utf-8")
    result = lab("--source", str(source))
    first = re.search(r"^next:\nFAIL: ([\d.]+): .*\n((?: .*\n)*)", result.stdout, re.M)
    assert first, result.stdout
    assert first.group(1) == check, result.stdout
    assert words in first.group(2), result.stdout
    assert result.returncode == 1 and result.stderr == ""

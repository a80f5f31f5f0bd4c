"""The conformance suite on the QEMU under test: nothing but the deviations that its baseline has, each with its reason."""

import os
import re
import subprocess

import pytest

from machine import ROOT

QEMU = os.environ.get("QEMU") or "qemu-system-x86_64"
BASELINES = os.path.join(ROOT, "tests", "conformance", "baseline")


def run(*arguments):
    version = re.search(r"version (\d+\.\d+)", subprocess.run([QEMU, "--version"], capture_output=True, text=True, check=True).stdout).group(1)
    if not os.path.exists(os.path.join(BASELINES, "qemu-" + version)):
        pytest.skip(f"no baseline of QEMU {version}")
    done = subprocess.run([os.path.join(ROOT, "tools", "conformance"), "--qemu", QEMU, *arguments], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_default_configuration():
    text = run("--config", "default")
    passed = int(re.search(r"^default: (\d+) passed, 0 failed", text, re.M).group(1))
    assert passed > 250
    assert "GONE" not in text


@pytest.mark.long
def test_matrix():
    """Every configuration; what has gone is taken out of the baseline."""
    assert "GONE" not in run()


def test_baselines():
    """Every row has a reason."""
    for name in os.listdir(BASELINES):
        with open(os.path.join(BASELINES, name), encoding="utf-8") as file:
            rows = [re.split(r" ?\| ?", line, maxsplit=4) for line in file.read().splitlines() if line and not line.startswith("#")]
        assert not [row for row in rows if len(row) != 5 or not row[4].strip()], name

"""nvme, lspci and others as in Debian's Linux with nvme-cli on the same devices (nvme_differential.py): every row of nvme_cases.py."""

import os
import subprocess

import pytest

from nvme_cases import CASES, cases_of
from nvme_configurations import CONFIGURATIONS
from nvme_differential import difference, run_both


def offers(configuration):
    """Whether this QEMU has all that the configuration needs."""
    qemu = os.environ.get("QEMU") or "qemu-system-x86_64"
    listed = subprocess.run([qemu, "-device", "nvme-subsys,help"], capture_output=True, text=True, check=True).stdout
    return all(word in listed for word in configuration.needs)


def test_rows_name_configurations():
    assert {name for case in CASES for name in case.configurations} == set(CONFIGURATIONS)
    rows = [(name, case.line) for case in CASES for name in case.configurations]
    assert len(rows) == len(set(rows)), "a line has two rows"


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_as_on_linux(name):
    if not offers(CONFIGURATIONS[name]):
        pytest.skip(f"this QEMU has no {' '.join(CONFIGURATIONS[name].needs)}")
    cases = cases_of(name)
    linux, ours = run_both(name, [case.line for case in cases])
    failures = [f"{case.line}\n{text}" for case, one, other in zip(cases, linux, ours) if (text := difference(one, other, case.rules))]
    assert not failures, "\n".join(failures)

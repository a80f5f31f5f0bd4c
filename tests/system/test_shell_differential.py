"""The shell against dash: tests/system/shell_cases/*.sh and generated scripts, in both builds.

DIFFERENTIAL_SEED and DIFFERENTIAL_COUNT ask for other scripts, or for more of them.
"""

import os
import shutil
import tempfile

import pytest

import machine
import shell_differential
import shell_generator

SEED = int(os.environ.get("DIFFERENTIAL_SEED", "1"))
COUNT = int(os.environ.get("DIFFERENTIAL_COUNT", "200"))
CHUNK = 80
SHELL = os.environ.get("HOST_SHELL_PROGRAM") or os.path.join(machine.ROOT, "build", "host", "shell")

WRITTEN = shell_differential.read_cases()
CASES = [case for case in WRITTEN if not shell_differential.needs_root(case)] + shell_generator.generate(SEED, COUNT)
ROOT_CASES = [case for case in WRITTEN if shell_differential.needs_root(case)]

pytestmark = pytest.mark.skipif(not shutil.which("dash"), reason="dash is the reference shell")


def run_guest(cases):
    with tempfile.TemporaryDirectory() as directory:
        result = machine.run_script(directory, shell_differential.master_script(cases),
                                    "--disk", "none", timeout=machine.TIMEOUT)
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr
    return shell_differential.parse_output(machine.clean(result.stdout))


@pytest.mark.parametrize("start", range(0, len(CASES), CHUNK))
def test_scripts(start):
    compare(CASES[start:start + CHUNK])


@pytest.mark.skipif(os.geteuid() != 0, reason="the reference shell has to be root's")
def test_scripts_of_root():
    compare(ROOT_CASES)


def compare(cases):
    expected = shell_differential.run_dash(cases)
    # the few that never end were only made by chance
    ending = [i for i in range(len(cases)) if expected[i][2] != -1]
    cases, expected = [cases[i] for i in ending], dict(enumerate(expected[i] for i in ending))
    failures = []
    for where, got in (("host", shell_differential.run_ours(SHELL, cases)), ("guest", run_guest(cases))):
        failures += [f"in the {where} build:\n{shell_differential.describe(failure)}"
                     for failure in shell_differential.compare(cases, expected, got)]
    assert not failures, f"{len(failures)} scripts differ, the first ones:\n\n" + "\n".join(failures[:5])

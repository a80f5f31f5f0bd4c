"""dd, cmp and the small commands against GNU's: tests/system/differential.py with fixed seeds.

DIFFERENTIAL_SEED and DIFFERENTIAL_COUNT ask for other cases, or for more of them.
"""

import os
import shutil

import pytest

import differential

SEED = int(os.environ.get("DIFFERENTIAL_SEED", "1"))
COUNT = int(os.environ.get("DIFFERENTIAL_COUNT", "0"))

pytestmark = [
    pytest.mark.skipif(not shutil.which("dash"), reason="dash is the reference shell"),
]

HOST = [("dd", 500), ("cmp", 500), ("device", 150), ("tools", 300), ("grep", 300), ("expr", 300), ("sed", 200), ("filters", 300)]
GUEST = [("dd", 200), ("cmp", 200), ("device", 60), ("tools", 150), ("grep", 100), ("expr", 100), ("sed", 100), ("filters", 200)]


def check(kind, count, backend):
    found = differential.differences(kind, SEED, COUNT or count, backend)
    assert not found, f"{len(found)} cases differ, the first ones:\n\n" + "\n".join(found[:5])


@pytest.mark.parametrize("kind, count", HOST)
def test_host(kind, count):
    """The commands built for this machine, with sanitizers."""
    check(kind, count, "host")


@pytest.mark.parametrize("kind, count", GUEST)
def test_guest(kind, count):
    """The commands in the kernel, in QEMU."""
    check(kind, count, "guest")

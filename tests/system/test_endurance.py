"""selftest --stress: random reads, writes, flushes and resets, every byte verified, no memory lost."""

import re

import pytest

from machine import TIMEOUT, make_disk, run_script

MIB = 1 << 20


def stress(directory, seconds, *arguments, seed=None, append="", size=64):
    disk = make_disk(directory / "disk.img", size * MIB)
    seeded = "" if seed is None else f" --seed {seed}"
    result = run_script(directory, f"selftest --stress {seconds}{seeded} -d /dev/my_nvme0n1\n", "--disk", disk, "--append", "loglevel=3 " + append,
                        *arguments, timeout=seconds + TIMEOUT)
    assert result.returncode == 0, result.stdout[-10000:] + result.stderr
    assert re.search(r"^PASS: stress: seed \d+: [1-9]\d* reads, [1-9]\d* writes, [1-9]\d* flushes, \d+ resets,", result.stdout, re.MULTILINE), result.stdout
    return result.stdout


def test_five_seconds(tmp_path):
    text = stress(tmp_path, 5)
    assert int(re.search(r"(\d+) resets", text).group(1)) >= 5


SHAPES = {
    "4096-byte blocks": ([ "--nvme", "logical_block_size=4096,physical_block_size=4096"], ""),
    "commands of 8 KiB": (["--nvme", "mdts=1"], ""),
    "queues of 2 entries": ([], "nvme.depth=2"),
    "8 queues": ([], "nvme.queues=8 nvme.depth=16"),
    "32 MiB of RAM": (["--mem", "32M"], ""),
    "q35": (["--machine", "q35"], "nvme.queues=4"),
    "shadow doorbells": ([], "nvme.shadow=1"),
    "polling": ([], "nvme.irq=poll"),
    "INTx": ([], "nvme.irq=intx"),
    "MSI-X": ([], "nvme.irq=msix nvme.queues=4"),
    "4 CPUs": (["--smp", "4"], "nvme.queues=4"),
    "2 CPUs, shadow doorbells": (["--smp", "2"], "nvme.shadow=1"),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes(tmp_path, shape):
    arguments, append = SHAPES[shape]
    stress(tmp_path, 1, *arguments, append=append, size=16)


def test_the_seed_is_printed_and_taken(tmp_path):
    assert "seed 4711\n" in stress(tmp_path, 1, seed=4711, size=16)


def test_it_overwrites_only_what_is_named(tmp_path):
    disk = make_disk(tmp_path / "disk.img", 4 * MIB, b"precious" * 64)
    result = run_script(tmp_path, "selftest --stress 1\n", "--disk", disk)
    assert result.returncode == 2 and "selftest: --stress overwrites a device: name it with -d\n" in result.stdout, result.stdout
    with open(disk, "rb") as image:
        assert image.read(512) == b"precious" * 64


def test_loops_on_other_cpus(tmp_path):
    text = stress(tmp_path, 5, "--smp", "4")
    assert re.search(r"^stress: 3 loops on other CPUs: [1-9]\d* reads, [1-9]\d* writes$", text, re.MULTILINE), text


@pytest.mark.long
@pytest.mark.parametrize("cpus", [1, 4])
def test_ten_minutes(tmp_path, cpus):
    stress(tmp_path, 600, "--smp", cpus, append="nvme.queues=4")


@pytest.mark.long
@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_for_a_minute(tmp_path, shape):
    arguments, append = SHAPES[shape]
    stress(tmp_path, 60, *arguments, append=append)

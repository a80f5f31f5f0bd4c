"""The bench with tiny counts: rows that can be read, tables and plots made of them, bad options. No figure is judged."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from machine import ROOT

sys.path[:0] = [os.path.join(ROOT, "tests", "bench"), os.path.join(ROOT, "tools")]

import document  # noqa: E402
import tables  # noqa: E402
from rows import GOALS, Goal, Rows, load, save  # noqa: E402

RUN = os.path.join(ROOT, "tests", "bench", "run")
ABOUT = {"processor": "P", "cores": 2, "system": "S", "host_kernel": "K", "qemu": "Q", "machine": "pc", "append": "", "linux": "L",
         "compiler": "C", "revision": "R", "rounds": 2, "seconds": 1, "date": "D", "load_average": 0}


def bench(*arguments):
    return subprocess.run([RUN, "--rounds", "1", "--seconds", "0.02", *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True)


def some_rows():
    rows = Rows()
    for ours, linux, limit in ((900, 100, 1000), (1200, 200, 1000)):
        for peer, value in (("ours", ours), ("Linux, polled", linux), ("Linux, interrupts", 50), ("limit", limit)):
            for depth in (1, 32, 128):
                for figure in ("iops", "p99_us", "cpu_us"):
                    rows.add("load", figure, "1/s" if figure == "iops" else "us", peer, value, True, rw="randread", bs="4k", iodepth=depth, numjobs=1)
    return rows


def test_a_round(tmp_path):
    """The groups that boot most kinds of machines; each figure once, all above 0."""
    result = bench("--without", "linux", "--only", "start", "--only", "instructions", "--only", "whole", "--only", "cpus", "--json",
                   tmp_path / "a.json", "--plots", tmp_path / "plots")
    assert result.returncode == 0, result.stderr
    data = json.loads((tmp_path / "a.json").read_text())
    assert {row["group"] for row in data["rows"]} == {"start", "instructions", "whole", "cpus"}
    assert all(value > 0 for row in data["rows"] for value in row["values"]), data["rows"]
    assert {row["peer"] for row in data["rows"] if row["group"] == "start"} >= {"ours", "limit"}
    assert {row["axes"]["cpus"] for row in data["rows"] if row["group"] == "cpus"} == {1, 2, 3, 4}
    assert {row["peer"] for row in data["rows"] if row["group"] == "instructions"} == {"ours", "ours, load loop", "limit"}
    assert data["about"]["qemu"].startswith("QEMU emulator version ") and data["about"]["rounds"] == 1
    assert "Guest instructions for a 4 KiB read\n" in result.stdout
    assert "<svg" in (tmp_path / "plots/bench-cpus.svg").read_text()


def test_beside_the_limit(tmp_path):
    """Both are there at each depth, and nobody is left stopped."""
    result = bench("--only", "beside", "--json", tmp_path / "a.json", "--plots", tmp_path)
    assert result.returncode == 0, result.stderr
    _, goals, rows = load(tmp_path / "a.json")
    assert {(row.peer, row.axes["iodepth"]) for row in rows} == {(peer, depth) for peer in ("ours", "limit") for depth in (1, 32, 128)}
    assert all(value > 0 for row in rows for value in row.values)
    assert {goal["goal"] for goal in goals} == {"4 KiB random reads at depth 128, ours to the limit"}
    assert "beside the limit, in short runs that take turns\n" in result.stdout


@pytest.mark.long
def test_loads_of_all_peers(tmp_path):
    result = bench("--only", "load", "--json", tmp_path / "a.json", "--plots", tmp_path)
    assert result.returncode == 0, result.stderr
    about, goals, rows = load(tmp_path / "a.json")
    assert about["linux"].endswith("-amd64")
    assert len(goals) == sum(goal.group == "load" for goal in GOALS) or about["cores"] == 1
    assert {row.peer for row in rows} == {"ours", "ours, second CPU", "Linux, polled", "Linux, interrupts", "limit"}
    assert all(value > 0 for row in rows for value in row.values if row.figure != "cpu_us")
    assert {row.figure for row in rows} == {"iops", "bytes_s", "p50_us", "p99_us", "cpu_us"}


@pytest.mark.parametrize("arguments,message", [
    (["--rounds", "0"], "argument --rounds: not a number from 1 to 1000: '0'"),
    (["--seconds", "x"], "argument --seconds: not a number from 0.01 to 3600: 'x'"),
    (["--without", "ours"], "argument --without: invalid choice: 'ours'"),
    (["--only", "nothing"], "argument --only: invalid choice: 'nothing'"),
    (["--json", "/nowhere/a"], "argument --json: /nowhere/a: no such directory"),
    (["word"], "unrecognized arguments: word"),
])
def test_bad_options(arguments, message):
    result = subprocess.run([RUN, *arguments], capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(f"bench: {message}") and result.stderr.count("\n") == 1, result.stderr


def test_no_qemu():
    result = subprocess.run([RUN], env={**os.environ, "QEMU": "/nowhere/qemu"}, capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (1, "bench: /nowhere/qemu: no QEMU\n")


def test_no_earlier_run(tmp_path):
    for path, reason in ((tmp_path / "missing.json", "No such file or directory"), (tmp_path, "Is a directory")):
        result = subprocess.run([RUN, "--from", path], capture_output=True, text=True)
        assert (result.returncode, result.stdout, result.stderr) == (1, "", f"bench: {path}: {reason}\n")


def test_rows_are_kept(tmp_path):
    rows = some_rows()
    save(tmp_path / "a.json", ABOUT, rows)
    about, goals, again = load(tmp_path / "a.json")
    assert about == ABOUT
    assert [row.data() for row in again] == [row.data() for row in rows]
    first = goals[0]
    assert (first["over"], first["under"], first["values"], first["judgement"]) == ("ours", "Linux, polled", [9, 6], "missed in the middle")


@pytest.mark.parametrize("bound,at_most,judgement", [(6, False, "met"), (7, False, "met in the middle"), (8, False, "missed in the middle"),
                                                     (10, False, "missed"), (9, True, "met"), (5, True, "missed")])
def test_goals(bound, at_most, judgement):
    goal = Goal("g", bound, "load", "iops", ("ours",), ("Linux, interrupts", "Linux, polled"), True, rw="randread", bs="4k", iodepth=1)
    goal.at_most = False  # the best of the others is the largest
    spread = goal.spread(some_rows())
    goal.at_most = at_most
    assert (spread.median, spread.low, spread.high) == (7.5, 6, 9)
    assert goal.judgement(spread) == judgement
    assert Goal("g", 1, "load", "iops", ("nobody",), ("limit",), True).data(some_rows()) is None


def test_a_document(tmp_path):
    """Tables and plots come between the marks, what is around them stays, and a second time replaces them."""
    shutil.copy(os.path.join(ROOT, "docs", "performance.md"), tmp_path)
    before = (tmp_path / "performance.md").read_text().partition(document.BEGIN)[0]
    save(tmp_path / "a.json", ABOUT, some_rows())
    for _ in range(2):
        result = subprocess.run([RUN, "--from", tmp_path / "a.json", "--plots", tmp_path / "plots", "--document", tmp_path / "performance.md"],
                                capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
    text = (tmp_path / "performance.md").read_text()
    assert text.startswith(before) and text.endswith(document.END)
    assert "| randread 4k, depth 32 | one core | 1.05 k/s (0.9 to 1.2) | 150 /s (100 to 200) | 50 /s (50 to 50) |" in text
    assert text.count("### Goals") == 1 and "(bench-throughput-pinned.svg)" in text
    assert (tmp_path / "bench-throughput-pinned.svg").exists() and not (tmp_path / "bench-cpus.svg").exists()
    (tmp_path / "other.md").write_text("nothing\n")
    result = subprocess.run([RUN, "--from", tmp_path / "a.json", "--plots", tmp_path / "plots", "--document", tmp_path / "other.md"],
                            capture_output=True, text=True)
    assert result.returncode == 1 and "other.md: without the lines" in result.stderr


def test_numbers_are_short():
    def text(unit, *values):
        rows = Rows()
        for value in values:
            rows.add("g", "f", unit, "ours", value)
        return tables.shown(*rows)
    assert text("1/s", 301234.5) == "301 k/s"
    assert text("us", 2670, 1000, 4000) == "2.67 ms (1 to 4)"
    assert text("B", 1.5 * (1 << 20)) == "1.5 MiB"
    assert text("s", 0.151, 0.149) == "150 ms (149 to 151)"
    assert text("1", 5188) == "5,188"

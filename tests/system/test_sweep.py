"""tools/sweep: its statistics, its axes and tables of jobs, runs with tiny counts, and what a wrong option says."""

import csv
import itertools
import json
import os
import subprocess
import sys
from fractions import Fraction

import pytest

from machine import ROOT, load_tool

sys.path.insert(0, os.path.join(ROOT, "tools"))

import measure  # noqa: E402
import plot  # noqa: E402
import spread  # noqa: E402

SWEEP = os.path.join(ROOT, "tools", "sweep")
QEMU = os.environ.get("QEMU") or "qemu-system-x86_64"


def sweep(*arguments):
    return subprocess.run([SWEEP, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True)


# ---- Statistics ----

@pytest.mark.parametrize("first,second", itertools.product(range(1, 6), repeat=2))
def test_rank_test_by_counting(first, second):
    """Against all arrangements of so many ranks, each as likely as any other."""
    every = range(first + second)

    def above(chosen):
        return sum(a > b for a in chosen for b in set(every) - set(chosen))
    counts = [above(chosen) for chosen in itertools.combinations(every, first)]
    for chosen in itertools.combinations(every, first):
        least = min(above(chosen), first * second - above(chosen))
        expected = min(Fraction(1), 2 * Fraction(sum(count <= least for count in counts), len(counts)))
        assert spread.rank_test(chosen, sorted(set(every) - set(chosen))) == expected


def test_rank_test_with_ties():
    assert spread.rank_test([1, 1, 1], [1, 1, 1]) == 1
    assert spread.rank_test([1, 2, 2], [2, 3, 4]) >= spread.rank_test([1, 2, 2], [2.1, 3, 4])


def test_rank_test_of_many_rounds():
    """The exact chances and those of the normal distribution meet where one takes over from the other."""
    first, second = range(0, 60, 2), [value + 7 for value in range(0, 60, 2)]
    exact = spread.rank_test(first, second)
    assert 0.05 < exact < 0.2 and abs(spread.rank_test(first, [*second, 35]) - exact) < 0.03
    assert spread.rank_test(range(200), range(200, 400)) < 1e-60


@pytest.mark.parametrize("before,after,more,verdict", [
    ([1, 2, 3, 4, 5], [6, 7, 8, 9, 10], True, spread.FASTER),
    ([1, 2, 3, 4, 5], [6, 7, 8, 9, 10], False, spread.SLOWER),
    ([6, 7, 8, 9, 10], [1, 2, 3, 4, 5], True, spread.SLOWER),
    ([6, 7, 8, 9, 10], [1, 2, 3, 4, 5], False, spread.FASTER),
    ([1, 2, 3, 4, 6], [5, 7, 8, 9, 10], True, spread.SAME),  # 2 of 126
    ([1, 2, 3, 4, 500], [6, 7, 8, 9, 10], True, spread.SAME),  # one disturbed round of five does not decide
    ([1, 2, 3, 4], [6, 7, 8, 9], True, spread.FEW),
    ([1] * 5, [1] * 5, True, spread.SAME),
])
def test_verdicts(before, after, more, verdict):
    assert spread.verdict(before, after, more) == verdict


def test_false_verdicts_are_rare():
    """Of all ways to deal ten different rounds to two equal sides, at most one in a hundred is called a difference."""
    every = range(10)
    called = [spread.verdict(chosen, sorted(set(every) - set(chosen))) for chosen in itertools.combinations(every, 5)]
    assert 0 < sum(verdict != spread.SAME for verdict in called) <= len(called) / 100


def test_spread_and_ratio():
    found = spread.Spread([3, 1, 2])
    assert (found.median, found.low, found.high, found.text("{:g}")) == (2, 1, 3, "2 (1 to 3)")
    assert spread.Spread([2]).text() == "2.00"
    assert spread.ratio([4, 9, 1], [2, 3, 0]).values == [2, 3]
    assert spread.ratio([1], [0]) is None


# ---- What is measured ----

def test_reports():
    side = {"total_ios": 10, "iops": 5.0, "io_bytes": 4096, "runtime": 1000, "clat_ns": {"percentile": {"50.000000": 1000, "99.000000": 3000}}}
    none = {"total_ios": 0}
    text = json.dumps({"jobs": [{"error": 0, "read": side, "write": {**side, "iops": 1.0}, "trim": none}]})
    assert measure.parse_report("some words\r\n" + text + "\r\n# ") == {"iops": 6, "bytes_s": 8192, "p50_us": 1, "p99_us": 3, "ios": 20}
    for bad in ("", "{}", text[:-3], text.replace('"error": 0', '"error": 5'), text.replace("10", "0")):
        with pytest.raises(measure.Unusable):
            measure.parse_report(bad)


def test_cpu_time_of_a_process():
    busy = subprocess.Popen([sys.executable, "-c", "import sys\nprint(flush=True)\nwhile True: pass"], stdout=subprocess.PIPE)
    try:
        busy.stdout.readline()
        first = measure.cpu_seconds(busy.pid)
        while measure.cpu_seconds(busy.pid) <= first:
            pass
        assert measure.children(os.getpid()).count(busy.pid) == 1
    finally:
        busy.kill()
        busy.wait()
        busy.stdout.close()
    assert measure.cpu_seconds(busy.pid) is None


def test_plots(tmp_path):
    """Sizes are numbers on an axis of doublings; words stand in their order; nothing in a name is a command of gnuplot."""
    names = ["it's", "`id`", "a_b @x {/Bold c}", "\\n"]
    plot.draw(str(tmp_path / "a's.svg"), names[0], names[1], names[2], [plot.Line(name, [(1, spread.Spread([1, 2])), (64, spread.Spread([5]))]) for name in names])
    text = (tmp_path / "a's.svg").read_text()
    assert "uid=" not in text and "it's" in text and "{/Bold c}" in text
    plot.draw(str(tmp_path / "b.svg"), "t", "x", "y", [plot.Line("l", [("read", spread.Spread([1])), ("write", spread.Spread([2]))])])
    assert ">write<" in (tmp_path / "b.svg").read_text()


# ---- Axes ----

@pytest.mark.parametrize("text,values", [
    ("bs=4k,128k", ("bs", ["4k", "128k"])), ("bs=4k", ("bs", ["4k"])), ("bs=4k,4k", ("bs", ["4k"])),
    ("nvme=mdts=3,ioeventfd=on;mdts=5", ("nvme", ["mdts=3,ioeventfd=on", "mdts=5"])), ("nvme=mdts=3,ioeventfd=on;", ("nvme", ["mdts=3,ioeventfd=on"])),
    ("nvme=;mdts=3", ("nvme", ["", "mdts=3"])), ("nvme=\n  mdts=3,msix_qsize=4\n  mdts=5", ("nvme", ["mdts=3,msix_qsize=4", "mdts=5"])),
])
def test_axes(text, values):
    assert load_tool("sweep").axis(text) == values


def test_tables_of_jobs(tmp_path):
    tool = load_tool("sweep")
    sections = dict(tool.read_table(os.path.join(ROOT, "tests", "bench", "jobs.ini")))
    assert sections["depth"] == {"rw": ["randread", "randwrite"], "iodepth": ["1", "8", "32", "128"]}
    assert sections["properties"]["nvme"] == ["max_ioqpairs=64", "ioeventfd=on", "mdts=0"]
    (tmp_path / "a.ini").write_text("[DEFAULT]\nbs = 8k\n[one]\niodepth = 1,2\n[two]\nrw = read\n")
    made = tool.sweeps(tool.parse_arguments([str(tmp_path / "a.ini"), "--axis", "iodepth=4", "--compare", "a", "b"]))
    assert [one.name() for one in made[0].combinations] == [f"rw=randread bs=8k iodepth=4 numjobs=1 qemu={qemu}" for qemu in ("a", "b")]
    assert made[1].axes["rw"] == ["read"]


@pytest.mark.parametrize("arguments,message", [
    (["--axis", "bs"], "argument --axis: not NAME=VALUE,...: 'bs'"),
    (["--axis", "bs=4k,"], "argument --axis: not NAME=VALUE,...: 'bs=4k,'"),
    (["--axis", "runtime=4"], "argument --axis: runtime is not an axis: --seconds says it"),
    (["--rounds", "0"], "argument --rounds: not a number from 1 to 1000: '0'"),
    (["--compare", "a"], "argument --compare: expected 2 arguments"),
    (["--compare", "a", "a"], "argument --compare: twice the same"),
    (["--compare", "a", "b", "--qemu", "c"], "argument --compare: not with other QEMUs"),
    (["--qemu", "/nowhere/qemu"], "/nowhere/qemu: no QEMU"),
    (["/nowhere/jobs.ini"], "/nowhere/jobs.ini: No such file or directory"),
    ([os.path.join(ROOT, "README.md")], "README.md: File contains no section headers"),
    (["--csv", "/nowhere/a.csv"], "/nowhere/a.csv: no such directory"),
    (["--kernel", "/nowhere/k"], "/nowhere/k: not built yet: make"),
    (["--core", "4095"], "argument --core: there is no core 4095"),
    (["--frobnicate"], "unrecognized arguments: --frobnicate"),
])
def test_bad_options(arguments, message):
    result = sweep(*arguments)
    assert (result.returncode, result.stdout) == (2, ""), result
    assert message in result.stderr and result.stderr.startswith("sweep: ") and result.stderr.count("\n") == 1, result.stderr


# ---- Runs ----

def test_a_sweep(tmp_path):
    (tmp_path / "jobs.ini").write_text("[first]\nbs = 4k,16k\nnvme =\n    mdts=4,ioeventfd=on\n    max_ioqpairs=4\n[second]\nrw = randrw\n")
    result = sweep(tmp_path / "jobs.ini", "--rounds", 2, "--seconds", 0.05, "--axis", "iodepth=2", "--csv", tmp_path / "a.csv", "--json",
                   tmp_path / "a.json", "--plot", tmp_path / "plots")
    assert result.returncode == 0, result.stderr
    with open(tmp_path / "a.csv", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 2 * (4 + 1) and all(float(line["iops"]) > 0 and float(line["bytes_s"]) > 0 for line in lines)
    assert {(line["section"], line["bs"], line["nvme"], line["round"]) for line in lines if line["section"] == "first"} == \
        set(itertools.product(["first"], ["4k", "16k"], ["mdts=4,ioeventfd=on", "max_ioqpairs=4"], ["1", "2"]))
    data = json.loads((tmp_path / "a.json").read_text())
    assert [(entry["section"], len(entry["runs"])) for entry in data["sweeps"]] == [("first", 4), ("second", 1)]
    run = data["sweeps"][1]["runs"][0]
    assert run["point"]["rw"] == "randrw" and run["iops"]["low"] <= run["iops"]["median"] <= run["iops"]["high"] and len(run["iops"]["values"]) == 2
    assert sorted(os.listdir(tmp_path / "plots")) == [f"first-{axis}-{figure}.svg" for axis in ("bs", "nvme") for figure in ("cpu_us", "iops", "p99_us")]
    assert result.stdout.startswith("first: rw=randread iodepth=2 numjobs=1 qemu=")


def test_two_qemus(tmp_path):
    """The same QEMU by two names: all is compared; what the verdicts are is not for a test to say."""
    other = tmp_path / "qemu"
    other.write_text(f'#!/bin/sh\nexec {QEMU} "$@"\n')
    other.chmod(0o755)
    result = sweep("--compare", QEMU, other, "--rounds", 5, "--seconds", 0.3, "--json", tmp_path / "a.json")
    assert result.returncode == 0, result.stderr
    entry, = json.loads((tmp_path / "a.json").read_text())["sweeps"]
    assert [found["figure"] for found in entry["compare"]] == ["iops", "p99_us", "cpu_us"]
    assert all(found["verdict"] in (spread.FASTER, spread.SLOWER, spread.SAME) for found in entry["compare"])
    assert all(len(found["ratios"]) == 5 and found["point"]["bs"] == "4k" for found in entry["compare"]), entry
    assert f"A is {QEMU}: QEMU emulator version " in result.stdout and f"B is {other}: QEMU emulator version " in result.stdout


def test_a_slower_model_is_called_slower(tmp_path):
    """A drive that takes a tenth of a second, against one that takes nothing: no noise is as large."""
    slow = tmp_path / "slow"
    slow.write_text(f"""#!/bin/sh
for word; do
	shift
	case $word in *null-co*) word=$word,file.latency-ns=100000000 ;; esac
	set -- "$@" "$word"
done
exec {QEMU} "$@"
""")
    slow.chmod(0o755)
    result = sweep("--compare", QEMU, slow, "--seconds", 0.3, "--axis", "iodepth=1", "--json", tmp_path / "a.json")
    assert result.returncode == 0, result.stderr
    entry, = json.loads((tmp_path / "a.json").read_text())["sweeps"]
    assert [found["verdict"] for found in entry["compare"] if found["figure"] == "iops"] == [spread.SLOWER]
    assert "  B is slower\n" in result.stdout


def test_what_ran_before_a_failure_is_kept(tmp_path):
    result = sweep("--rounds", 1, "--seconds", 0.02, "--axis", "bs=4k,3", "--csv", tmp_path / "a.csv", "--json", tmp_path / "a.json")
    assert result.returncode == 1 and "bs=3" in result.stderr.splitlines()[-1]
    with open(tmp_path / "a.csv", encoding="utf-8") as file:
        assert [line["bs"] for line in csv.DictReader(file)] == ["4k"]
    data = json.loads((tmp_path / "a.json").read_text())
    assert [run["point"]["bs"] for run in data["sweeps"][0]["runs"]] == ["4k"]
    assert data["qemus"][QEMU].startswith("QEMU emulator version ")


@pytest.mark.parametrize("arguments,message", [
    (["--axis", "bs=3"], "bs=3"), (["--axis", "frobnicate=1"], "frobnicate"), (["--axis", "nvme=frobnicate=1"], "frobnicate"),
    (["--axis", "machine=none"], "invalid choice: 'none'"),
])
def test_what_a_run_refuses(arguments, message):
    """A word of fio's, of QEMU's or of run-qemu's, passed on."""
    result = sweep("--rounds", 1, *arguments)
    assert result.returncode == 1
    last = result.stderr.splitlines()[-1]
    assert last.startswith("sweep: rw=randread") and message in last.partition(": rw")[2], result.stderr

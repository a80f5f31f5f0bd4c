"""tools/conformance: what it makes of models that pass, fail, die and hang; on a QEMU that is none and does what it is told."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
import xml.etree.ElementTree

import pytest

from machine import ROOT

CONFORMANCE = os.path.join(ROOT, "tools", "conformance")

# Plays the guest: "scenario" beside it has, for each serial number of the controller, cases and what becomes of each.
FAKE = r'''#!/usr/bin/python3 -ES
import json, os, re, shlex, signal, sys, time
arguments = sys.argv[1:]
with open(os.path.join(os.path.dirname(__file__), "scenario")) as file:
    scenario = json.load(file)
if arguments == ["--version"]:
    print(scenario["version"])
    sys.exit()
if arguments[-1].endswith(",help"):
    print(scenario["help"].get(arguments[-1][:-5], ""))
    sys.exit()
with open(os.path.join(os.path.dirname(__file__), "calls"), "a") as file:
    file.write(" ".join(arguments) + "\n")
words = " ".join(arguments)
with open(arguments[arguments.index("-initrd") + 1]) as file:
    script = file.read()
with open(os.path.join(os.path.dirname(__file__), "scripts"), "a") as file:
    file.write(script)
debug = open(re.search(r"id=status,path=([^ ]+)", words).group(1), "w")
config = re.search(r"serial=([\w-]+)", words).group(1)
cases = scenario["cases"][config]
words = shlex.split(script.splitlines()[-1])
patterns = [word for word in words if "*" in word and word[0] != "!"]
others = tuple(word[1:].rstrip("*") for word in words if word[0] == "!")
chosen = [case for case in cases if not case[0].startswith(others or "?") and (not patterns or case[0].startswith(patterns[0].rstrip("*")))]

dies = False

def say(text):
    sys.stdout.write(text + "\r\n")
    sys.stdout.flush()

def end(status):
    debug.write("%d\n" % status)
    debug.flush()
    if dies:
        os.kill(os.getpid(), signal.SIGSEGV)
    sys.exit(2 * status + 1 if status else 0)

say("[    0.010000] nvme: ready")
say("conformance-list")
if not chosen:
    say("conformance: %s: no such case" % patterns[0])
    say("conformance-run")
    say("conformance: %s: no such case" % patterns[0])
    end(2)
for name, section, *_ in chosen:
    if section != "unlisted":
        say("%s (%s)" % (name, section))
say("conformance-run")
if "--after" in words:
    names = [case[0] for case in chosen]
    chosen = chosen[names.index(words[words.index("--after") + 1]) + 1:]
counts = dict.fromkeys(("tests", "failures", "skipped"), 0)
for name, section, act, *more in chosen:
    debug.write(name + "\n")
    debug.flush()
    dies |= act == "off"
    for act in {"flaky": ["fail", "pass"], "off": ["pass"]}.get(act, [act]):
        if act in ("pass", "fail", "skip", "timeout", "lost"):
            counts["tests"] += 1
        if act == "pass":
            say("PASS: %s (7.250 ms)" % name)
        elif act == "fail":
            counts["failures"] += 1
            say("FAIL: %s: expected %s, got 2h [%s] (0.500 ms)" % (name, *(more or ["1h"]), section))
            say("  [    0.1] Read <cid 7>")
            say("[    0.2] nvme: a line of the log")
        elif act == "skip":
            counts["skipped"] += 1
            say("SKIP: %s (none there (really)) (0.125 ms)" % name)
        elif act in ("timeout", "lost"):
            counts["failures"] += 1
            say("HANG: %s: Identify, CID 3 [%s] (1000.5 ms)" % (name, section))
            say("  [    0.1] Identify")
        elif act == "torn":
            counts["tests"] += 1
            say("PASS: %s [0.3] nvme: %s" % (name[:4], name[4:]))
        elif act == "panic":
            say("panic: page fault")
            end(120)
        elif act == "status":
            end(5)
        elif act == "exit":
            sys.stderr.write("qemu: Unexpected thing\n")
            sys.exit(1)
        elif act == "abort":
            sys.stderr.write("qemu: hw/nvme/ctrl.c:7: Assertion `x' failed.\n")
            sys.stderr.flush()
            os.kill(os.getpid(), signal.SIGABRT)
        elif act == "die":
            sys.stdout.write("PASS: a: half a li")
            sys.stdout.flush()
            debug.write("b: half")
            debug.flush()
            os.kill(os.getpid(), signal.SIGSEGV)
        elif act == "stall":
            time.sleep(600)
        elif act == "babble":
            while True:
                say("nvme: again")
                time.sleep(0.05)
    if act == "lost":
        break
say("SUMMARY: %(tests)d tests, %(failures)d failures, %(skipped)d skipped" % counts)
end(77 if counts["tests"] == counts["skipped"] else 1 if counts["failures"] else 0)
'''
PASSING = [["a: one", "Base 1", "pass"], ["a: two (x)", "Base 2", "pass"], ["b: three", "NVM 3 (new)", "skip"]]
MATRIX = """[first]
about = one
device = nvme,serial=first,drive=d

[second]
about = two
device =
    nvme,id=c,serial=second
    nvme-ns,bus=c,drive=d
"""
HELP = {"nvme": "nvme options:\n  drive=<str>   - x\n  serial=<str>", "nvme-ns": "  drive=<str>\n  ms=<uint16>"}


class Bench:
    """A directory with a fake QEMU, a matrix, and reports."""

    def __init__(self, path):
        self.path = path
        self.matrix = path / "matrix"
        self.matrix.write_text(MATRIX)
        self.baseline = path / "baseline"
        self.qemu = self.fake("qemu", first=PASSING, second=PASSING)
        (path / "kernel").write_text("")

    def fake(self, name, version="QEMU emulator version 9.8.7 (Debian)", **cases):
        directory = self.path / (name + ".d")
        directory.mkdir(exist_ok=True)
        (directory / "scenario").write_text(json.dumps({"version": version, "help": HELP, "cases": cases}))
        program = directory / "qemu"
        program.write_text(FAKE)
        program.chmod(0o755)
        return str(program)

    def run(self, *words, qemu=True, **cases):
        if cases:
            self.fake("qemu", **{"first": PASSING, "second": PASSING, **cases})
        arguments = ["--qemu", self.qemu] if qemu else []
        return subprocess.run([CONFORMANCE, *arguments, "--kernel", self.path / "kernel", "--matrix", self.matrix, *map(str, words)],
                              cwd=self.path, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8")

    def json(self, *words, **cases):
        """{(configuration, name): result}, and the whole document."""
        result = self.run("--json", self.path / "json", *words, **cases)
        assert result.stderr == ""
        document = json.loads((self.path / "json").read_text())
        return {(config["name"], f"{entry['group']}: {entry['case']}" if entry["group"] != entry["case"] else entry["case"]): entry
                for config in document["configurations"] for entry in config["results"]}, document, result

    def calls(self):
        return (self.path / "qemu.d" / "calls").read_text().splitlines()

    def scripts(self):
        return (self.path / "qemu.d" / "scripts").read_text()


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


def lines(result):
    """Without the first, which names QEMU, and without times."""
    return re.sub(r"\d+\.\d s", "T", result.stdout).splitlines()[1:]


def test_all_is_well(bench):
    result = bench.run()
    assert result.returncode == 0 and result.stderr == ""
    assert result.stdout.splitlines()[0] == f"{bench.qemu}: QEMU 9.8.7; no baseline"
    assert lines(result) == ["first: 2 passed, 0 failed, 0 known, 1 skipped (T)", "second: 2 passed, 0 failed, 0 known, 1 skipped (T)",
                             "SUMMARY: 6 tests, 0 failures, 0 known, 0 gone, 2 skipped"]
    first, second = sorted(bench.calls(), key=lambda call: "serial=second" in call)
    assert re.search(r"-drive if=none,id=d,\S*,file=\S+ -device nvme,serial=first,drive=d$", first)
    assert second.endswith("-device nvme,id=c,serial=second -device nvme-ns,bus=c,drive=d")
    assert re.search(r",file=(\S+)", first).group(1) != re.search(r",file=(\S+)", second).group(1)


def test_failures_and_time_outs(bench):
    result = bench.run("--config", "first", first=[*PASSING, ["c: four", "Base 4", "fail"], ["c: five: six", "Base 5", "timeout"]])
    assert result.returncode == 1
    assert lines(result) == [
        "FAIL: first: c: four: expected 1h, got 2h [Base 4]", "  [    0.1] Read <cid 7>",
        "HANG: first: c: five: six: Identify, CID 3 [Base 5]", "  [    0.1] Identify",
        "first: 2 passed, 2 failed, 0 known, 1 skipped (T)", "SUMMARY: 5 tests, 2 failures, 0 known, 0 gone, 1 skipped"]


@pytest.mark.parametrize("act,outcome,text", [
    ("die", "CRASH", "SIGSEGV"),
    ("abort", "CRASH", "SIGABRT: qemu: hw/nvme/ctrl.c:7: Assertion `x' failed."),
    ("exit", "CRASH", "QEMU ended with status 1: qemu: Unexpected thing"),
    ("panic", "CRASH", "the test kernel panicked"),
    ("status", "CRASH", "the suite ended with status 5: [    0.2] nvme: a line of the log"),
    ("stall", "HANG", "nothing came for 1 s"),
    ("babble", "HANG", "it came to no end in 3 s"),
    ("lost", "HANG", "Identify, CID 3"),
    ("mute", "CRASH", "it began, and no result came"),
    ("torn", "CRASH", "it began, and no result came"),
])
def test_the_rest_runs_in_another_qemu(bench, act, outcome, text):
    cases = [["a: one", "Base 1", "fail"], ["it's: two (x)", "Base 2", act], ["b: three", "Base 3", "pass"], ["b: four", "Base 4", "fail"]]
    found, _, result = bench.json("--config", "first", "--silence", "1", first=cases)
    assert result.returncode == 1
    assert list(found) == [("first", name) for name, *_ in cases]
    assert [entry["outcome"] for entry in found.values()] == ["FAIL", outcome, "PASS", "FAIL"]
    ended = found["first", "it's: two (x)"]
    assert (ended["message"], ended["section"]) == (text, "Base 2")
    if act not in ("mute", "torn"):
        assert len(bench.calls()) == 2 and """ --after 'it'"'"'s: two (x)'""" in bench.scripts()
    if act == "die":
        assert "CRASH: first: it's: two (x) (SIGSEGV) [Base 2]\n" in result.stdout and ended["journal"][-1] == "PASS: a: half a li"
        assert "2 QEMUs)" in result.stdout


def test_a_known_hang_is_waited_for_shortly(bench):
    bench.baseline.write_text("# x\n# y\n* | HANG | b: known | Base 2 | it does\n")
    found, _, result = bench.json("--baseline", bench.baseline, "--config", "first", "--silence", "600",
                                  first=[["a: one", "Base 1", "pass"], ["b: known", "Base 2", "stall"], ["b: three", "Base 3", "pass"]])
    assert result.returncode == 0
    assert [entry["outcome"] for entry in found.values()] == ["PASS", "HANG", "PASS"]
    assert found["first", "b: known"]["message"] == "nothing came for 3 s"


def test_several_die_and_the_last(bench):
    found, _, _ = bench.json("--config", "first", first=[[f"a: {number}", "S", act] for number, act in enumerate(("die", "pass", "die", "die"))])
    assert [entry["outcome"] for entry in found.values()] == ["CRASH", "PASS", "CRASH", "CRASH"]
    assert len(bench.calls()) == 3


def test_one_that_dies_when_the_machine_goes_off(bench):
    found, _, result = bench.json("--config", "first", first=[["a: one", "S", "off"], ["a: two", "S", "pass"]])
    assert [(name, entry["outcome"]) for (_, name), entry in found.items()] == [("a: one", "PASS"), ("a: two", "PASS"), ("(end)", "CRASH")]
    assert found["first", "(end)"]["message"] == "SIGSEGV" and result.returncode == 1
    assert len(bench.calls()) == 1


def test_a_qemu_that_never_begins(bench):
    """It refuses the device, for example."""
    bench.matrix.write_text(MATRIX + "[third]\ndevice = nvme,serial=none-such,drive=d\n")
    found, _, result = bench.json()
    assert result.returncode == 1
    (start,) = [entry for (config, _), entry in found.items() if config == "third"]
    assert (start["outcome"], start["case"]) == ("CRASH", "(start)") and "KeyError" in start["message"]


def test_cases_without_a_result(bench):
    """What is listed and never runs is not forgotten."""
    found, _, result = bench.json("--config", "first", first=[["a: one", "S", "pass"], ["a: two", "S", "lost"]] + [["a: last", "unlisted", "pass"]])
    assert "(rest)" not in str(found)
    cases = [["a: one", "S", "lost"], ["a: two", "S", "pass"]]
    bench.fake("qemu", first=cases, second=PASSING)
    fake = bench.path / "qemu.d" / "qemu"
    fake.write_text(FAKE.replace("+ 1:]", ":]"))  # begins with the same case again
    found, _, result = bench.json("--config", "first")
    assert result.returncode == 1
    assert found["first", "(rest)"]["message"] == "1 of 2 cases did not run"


def test_repeated(bench):
    """The worst outcome counts."""
    found, _, result = bench.json("--config", "first", "--repeat", "2", "--seed", "5", first=[["a: one", "S", "flaky"]])
    assert result.returncode == 1 and [entry["outcome"] for entry in found.values()] == ["FAIL"]
    assert " --repeat 2 --seed 5" in bench.scripts()


def test_set_up(bench):
    """What a row says runs before the suite, which is not asked where that fails."""
    bench.matrix.write_text(MATRIX + "before =\n    pci sriov 01:00.0 2\n    true\ncontroller = my_nvme1\n")
    assert bench.run("--config", "second").returncode == 0
    assert bench.scripts().startswith("pci sriov 01:00.0 2 || exit 1\ntrue || exit 1\necho ") and " -d my_nvme1\n" in bench.scripts()


def test_skipped(bench):
    """A property that this QEMU does not have, and a device; a suite that skips all."""
    bench.matrix.write_text(MATRIX + "[third]\ndevice =\n    nvme,serial=x\n    nvme-ns,zoned=on,ms=1\n\n[fourth]\ndevice = nvme-subsys,nqn=a\n")
    result = bench.run()
    assert result.returncode == 0
    assert "SKIP: third (nvme-ns of QEMU 9.8 has no property zoned)\nSKIP: fourth (QEMU 9.8 has no device nvme-subsys)\n" in result.stdout
    listed = bench.run("--list")
    assert listed.stdout.splitlines()[1:3] == ["second  two", "third    (skipped: nvme-ns of QEMU 9.8 has no property zoned)"]
    assert bench.run("--config", "third").returncode == 77
    assert bench.run("--config", "first", first=[["a: one", "S", "skip"]]).returncode == 77
    assert bench.run("--config", "first", "--tap", first=[["a: one", "S", "skip"]]).returncode == 0


KNOWN = """# About this.
first | FAIL | a: one | Base 1 | it is old
# Two of them.
* | FAIL | c: five | Base 5 | everywhere | with a bar
first | CRASH | a: one | Base 1 | was worse
second | FAIL | b: three | NVM 3 (new) |
"""


def test_baseline(bench):
    """Known ones fail nothing, new ones do, and those that have gone are named."""
    bench.baseline.write_text(KNOWN)
    failing = [["a: one", "Base 1", "fail"], *PASSING[1:], ["c: five", "Base 5", "fail"]]
    result = bench.run("--baseline", bench.baseline, first=failing, second=[*PASSING, ["c: five", "Base 5", "fail"]])
    assert result.returncode == 0
    assert lines(result) == [
        "first: 1 passed, 0 failed, 2 known, 1 skipped (T)", "second: 2 passed, 0 failed, 1 known, 1 skipped (T)",
        "GONE: first | CRASH | a: one | Base 1 | was worse", "GONE: second | FAIL | b: three | NVM 3 (new) |",
        "SUMMARY: 8 tests, 0 failures, 3 known, 2 gone, 2 skipped"]
    found, document, result = bench.json("--baseline", bench.baseline, second=failing)
    assert result.returncode == 1
    assert found["second", "a: one"]["known"] is None and found["second", "c: five"]["known"] == "everywhere | with a bar"
    assert [(row["config"], row["name"]) for row in document["gone"]] == [("first", "a: one"), ("first", "a: one"), ("second", "b: three")]
    # What was not run has not gone.
    assert "GONE" not in bench.run("--baseline", bench.baseline, "--config", "second", "--filter", "c*", second=failing).stdout


def test_baseline_of_what_shows_now_and_then(bench):
    """It is known where it shows, and is not gone where it does not."""
    row = "first | FAIL? | a: one | Base 1 | two at the same time\n"
    bench.baseline.write_text("# About this.\n" + row)
    for cases, summary in (PASSING, "0 known, 0 gone"), ([["a: one", "Base 1", "fail"], *PASSING[1:]], "1 known, 0 gone"):
        result = bench.run("--baseline", bench.baseline, first=cases)
        assert result.returncode == 0 and summary in lines(result)[-1] and "GONE" not in result.stdout
    bench.run("--baseline", bench.baseline, "--update-baseline", first=PASSING)
    assert bench.baseline.read_text() == "# About this.\n" + row
    result = bench.run("--baseline", bench.baseline, first=[["a: one", "Base 1", "lost"], *PASSING[1:]])
    assert result.returncode == 1


def test_update_baseline(bench):
    bench.baseline.write_text(KNOWN)
    failing = [["a: one", "Base 1", "fail"], ["a: two (x)", "Base 2", "die"], ["b: three", "", "pass"], ["c: five", "Base 5", "fail"]]
    cases = {"first": failing, "second": [["a: one", "Base 1", "pass"], *failing[1:3], ["c: four", "Base 4", "fail"]]}
    result = bench.run("--baseline", bench.baseline, "--update-baseline", **cases)
    assert result.returncode == 0
    assert lines(result)[-2] == "baseline: 2 rows added, 2 removed, 2 without a reason"
    assert bench.baseline.read_text() == """# About this.
first | FAIL | a: one | Base 1 | it is old
* | CRASH | a: two (x) | Base 2 |
# Two of them.
* | FAIL | c: five | Base 5 | everywhere | with a bar
second | FAIL | c: four | Base 4 |
"""
    before = bench.baseline.read_text()
    again = bench.run("--baseline", bench.baseline, "--update-baseline", **cases)
    assert again.returncode == 0 and bench.baseline.read_text() == before
    # Of one configuration: the rows of others stay.
    bench.run("--baseline", bench.baseline, "--update-baseline", "--config", "first", first=PASSING)
    assert bench.baseline.read_text() == before.replace("first | FAIL | a: one | Base 1 | it is old\n", "")
    # Nor does one that could not start say that anything has gone; when it starts again, that has.
    kept = bench.baseline.read_text().splitlines()
    bench.fake("qemu", first=failing)
    assert bench.run("--baseline", bench.baseline, "--update-baseline").returncode == 0
    assert set(bench.baseline.read_text().splitlines()) - set(kept) == {"first | FAIL | a: one | Base 1 |", "second | CRASH | (start) |  |"}
    assert set(kept) <= set(bench.baseline.read_text().splitlines())
    bench.run("--baseline", bench.baseline, "--update-baseline", **cases)
    assert "(start)" not in bench.baseline.read_text() and set(kept) <= set(bench.baseline.read_text().splitlines())
    # A file that is not there yet is made.
    bench.baseline.unlink()
    assert bench.run("--baseline", bench.baseline, "--update-baseline", "--config", "second", **cases).returncode == 0
    assert bench.baseline.read_text().splitlines()[0] == "# Known deviations of QEMU 9.8, for tools/conformance: they fail no run. A row is"
    assert "\nsecond | FAIL | c: four | Base 4 |\n" in bench.baseline.read_text()


def test_the_baseline_of_the_version(tmp_path):
    """Found beside the program, by what --version says."""
    tree = tmp_path / "tree"
    shutil.copytree(os.path.join(ROOT, "tools"), tree / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    (tree / "tests/conformance/baseline").mkdir(parents=True)
    (tree / "tests/conformance/baseline/qemu-9.8").write_text("first | FAIL | a: one | S | old\n")
    bench = Bench(tmp_path)
    bench.fake("qemu", first=[["a: one", "S", "fail"]])
    command = [tree / "tools/conformance", "--qemu", bench.qemu, "--kernel", tmp_path / "kernel", "--matrix", bench.matrix, "--config", "first"]
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", cwd=tree)
    assert result.returncode == 0 and result.stdout.startswith(f"{bench.qemu}: QEMU 9.8.7; baseline: tests/conformance/baseline/qemu-9.8\n")
    assert not list(tree.rglob("__pycache__"))


def test_tap(bench):
    bench.baseline.write_text("first | FAIL | a: one | Base 1 | it is old # yes\n")
    bench.matrix.write_text(MATRIX + "[third]\ndevice = nvme-subsys,nqn=a\n")
    result = bench.run("--tap", "--baseline", bench.baseline, first=[["a: one", "Base 1", "fail"], *PASSING[1:]],
                       second=[["a: #1", "Base 1", "fail"], ["a: two", "Base 2", "die"]])
    assert result.returncode == 1
    assert re.sub(r"\d+\.\d s", "T", result.stdout).splitlines() == [
        "TAP version 13", f"# {bench.qemu}: QEMU 9.8.7; baseline: baseline",
        "not ok 1 - first: a: one # TODO it is old # yes", "# FAIL: expected 1h, got 2h [Base 1]",
        "ok 2 - first: a: two (x)", "ok 3 - first: b: three # SKIP none there (really)",
        "not ok 4 - second: a: \\#1", "# FAIL: expected 1h, got 2h [Base 1]", "#   [    0.1] Read <cid 7>",
        "not ok 5 - second: a: two", "# CRASH: SIGSEGV [Base 2]", "#   [    0.2] nvme: a line of the log", "#   PASS: a: half a li",
        "ok 6 - third # SKIP QEMU 9.8 has no device nvme-subsys",
        "# SUMMARY: 5 tests, 2 failures, 1 known, 0 gone, 1 skipped", "1..6"]


def test_junit(bench):
    bench.baseline.write_text("first | FAIL | a: one | Base 1 | it is old\n")
    path = bench.path / "junit.xml"
    result = bench.run("--junit", path, "--baseline", bench.baseline, first=[["a: one", "Base 1", "fail"], *PASSING[1:]],
                       second=[["a: one", "Base 1", "fail"], ["a: two", "Base 2", "abort"]])
    assert result.returncode == 1
    root = xml.etree.ElementTree.parse(path).getroot()
    assert root.tag == "testsuites" and [suite.get("name") for suite in root] == ["first", "second"]
    assert [[suite.get(name) for name in ("tests", "failures", "skipped")] for suite in root] == [["3", "0", "2"], ["2", "2", "0"]]
    cases = {(case.get("classname"), case.get("name")): case for case in root.iter("testcase")}
    assert cases["first.a", "one"].find("skipped").get("message") == "known: it is old; FAIL: expected 1h, got 2h [Base 1]"
    assert cases["first.a", "two (x)"].get("time") == "0.007" and len(cases["first.a", "two (x)"]) == 0
    assert "[    0.1] Read <cid 7>" in cases["second.a", "one"].find("failure").text
    assert cases["second.a", "two"].find("failure").get("type") == "CRASH"


def test_json(bench):
    found, document, _ = bench.json(second=[["a: one", "Base 1", "fail"], *PASSING[1:]])
    assert (document["version"], document["status"]) == ("9.8.7", 1)
    assert found["second", "a: one"] == {"outcome": "FAIL", "group": "a", "case": "one", "section": "Base 1", "message": "expected 1h, got 2h",
                                         "known": None, "seconds": 0.0005, "journal": ["[    0.1] Read <cid 7>"]}
    assert found["first", "a: two (x)"]["seconds"] == 0.00725 and found["first", "a: two (x)"]["section"] == "Base 2"
    assert found["first", "b: three"]["message"] == "none there (really)" and found["first", "b: three"]["section"] == "NVM 3 (new)"


def test_compare(bench):
    old = bench.fake("old", first=[*PASSING, ["c: four", "S", "fail"]], second=PASSING)
    new = bench.fake("new", version="QEMU emulator version 10.0.1", first=[*PASSING, ["c: four", "S", "fail", "3h"]],
                     second=[["a: one", "S", "die"], *PASSING[1:], ["c: five", "S", "pass"]])
    result = bench.run("--compare", old, new, qemu=False)
    assert result.returncode == 1
    assert result.stdout.splitlines() == [
        f"--- {old}: QEMU 9.8.7", f"+++ {new}: QEMU 10.0.1",
        "- first: c: four: FAIL: expected 1h, got 2h [S]", "+ first: c: four: FAIL: expected 3h, got 2h [S]",
        "- second: a: one: PASS", "+ second: a: one: CRASH", "- second: c: five: not there", "+ second: c: five: PASS", "SUMMARY: 3 differ"]
    # What one of them does not have is no difference; what one of them refuses is a single one.
    bench.matrix.write_text(MATRIX.replace("drive=d", "drive=d,ms=8") + "[third]\ndevice = nvme,serial=none-such,drive=d\n")
    result = bench.run("--compare", old, bench.fake("new", **{"first": PASSING, "second": PASSING, "none-such": PASSING}), qemu=False)
    assert re.sub(r"ended with.*", "ended", result.stdout).splitlines()[2:] == [
        "SKIP: first (nvme of QEMU 9.8 has no property ms)", "- third: CRASH: QEMU ended", "+ third: runs", "SUMMARY: 1 differ"]
    bench.matrix.write_text(MATRIX)
    same = bench.run("--compare", old, old, qemu=False)
    assert same.returncode == 0 and same.stdout.endswith("\nSUMMARY: 0 differ\n")


def test_log(bench):
    log = bench.path / "log"
    bench.run("--log", log, first=[["a: one", "S", "abort"], ["a: two", "S", "pass"]])
    assert (log / "first.log").read_bytes().count(b"\r\nconformance-run\r\n") == 2
    assert "Assertion `x' failed.\n" in (log / "first.qemu").read_text() and bench.qemu in (log / "first.qemu").read_text()
    bench.run("--log", log)
    assert (log / "first.log").read_bytes().count(b"\r\nconformance-run\r\n") == 2


def test_filters(bench):
    assert bench.run("--config", "first", "--filter", "a*").stdout.endswith("SUMMARY: 2 tests, 0 failures, 0 known, 0 gone, 0 skipped\n")
    assert bench.run("--config", "first", "--filter", "a*", "--skip", "a: one").stdout.endswith("SUMMARY: 1 tests, 0 failures, 0 known, 0 gone, 0 skipped\n")
    result = bench.run("--filter", "x*")
    assert (result.returncode, result.stderr) == (2, "conformance: x*: no such case\n")


@pytest.mark.parametrize("words,message", [
    (["--jobs", "0"], "argument --jobs: not a number from 1 to 1024: '0' (see conformance --help)"),
    (["--repeat", "x"], "argument --repeat: not a number from 1 to 1000000: 'x' (see conformance --help)"),
    (["--bogus"], "unrecognized arguments: --bogus (see conformance --help)"),
    (["--config", "fourth"], "fourth: no such configuration (--list prints them)"),
    (["--matrix", "missing"], "missing: No such file or directory"),
    (["--matrix", "BAD"], "BAD: [a]: shape: no such key (there are about, device, object, machine, size, append, before, controller)"),
    (["--baseline", "missing"], "missing: No such file or directory (--update-baseline makes it)"),
    (["--baseline", "BAD"], "BAD:1: not \"config | outcome | group: case | section | reason\" with an outcome of FAIL, HANG, CRASH"),
    (["--qemu", "/missing"], "/missing: not found"),
    (["--qemu", "/bin/true"], "/bin/true: no QEMU: --version says nothing of a version"),
    (["--kernel", "/missing.elf"], "/missing.elf: not built yet: make, for the ISO make iso"),
    (["--junit", "/missing/x"], "/missing/x: No such file or directory"),
    (["--compare", "a", "b", "--tap"], "argument --qemu: not with --compare (see conformance --help)"),
])
def test_what_cannot_be_done(bench, words, message):
    (bench.path / "BAD").write_text("[a]\nshape = x\n")
    result = bench.run(*words)
    assert (result.returncode, result.stderr) == (2, f"conformance: {message}\n")


def test_told_to_end(bench):
    """No QEMU is left behind."""
    bench.fake("qemu", first=[["a: one", "S", "stall"]], second=[["a: one", "S", "stall"]])
    run = subprocess.Popen([CONFORMANCE, "--qemu", bench.qemu, "--kernel", bench.path / "kernel", "--matrix", bench.matrix],
                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "TMPDIR": str(bench.path)})
    while len(list(bench.path.glob("conformance-*/status"))) < 2:
        assert run.poll() is None
        time.sleep(0.02)
    run.send_signal(signal.SIGTERM)
    _, errors = run.communicate()
    assert (run.returncode, errors) == (128 + signal.SIGTERM, b"")
    assert not list(bench.path.glob("conformance-*"))


def test_the_archive(bench):
    """Runs where it is unpacked, without the tree, and its checksums hold."""
    (bench.path / "iso").write_text("")
    archive = bench.path / "my_nvme-conformance.tar.gz"
    subprocess.run([os.path.join(ROOT, "tools", "dist"), bench.path / "kernel", bench.path / "iso", archive], check=True)
    subprocess.run(["tar", "xzf", archive], cwd=bench.path, check=True)
    top = bench.path / "my_nvme-conformance"
    subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=top, check=True)
    summed = [line.split("  ./")[1] for line in (top / "SHA256SUMS").read_text().splitlines()]
    assert sorted([*summed, "SHA256SUMS"]) == sorted(str(path.relative_to(top)) for path in top.rglob("*") if path.is_file())
    run = subprocess.run([top / "tools/conformance", "--qemu", bench.qemu, "--matrix", bench.matrix], cwd="/", stdin=subprocess.DEVNULL,
                         capture_output=True, encoding="utf-8")
    assert (run.returncode, run.stderr) == (0, "") and f"-kernel {top}/build/my_nvme.elf" in bench.calls()[0]
    assert subprocess.run([top / "tools/conformance", "--qemu", bench.qemu, "--list"], capture_output=True).returncode == 0
    told = subprocess.run([top / "tools/run-qemu", "--help"], capture_output=True)
    assert told.returncode == 0
    for name in re.findall(r"`((?:tools|tests|docs|build)/[\w./-]+)`", (top / "README.md").read_text()):
        assert (top / name).exists(), name


def test_every_row_of_the_matrix():
    """QEMU takes it, and the suite's command finds its controller."""
    result = subprocess.run([CONFORMANCE, "--filter", "registers"], stdin=subprocess.DEVNULL,
                            capture_output=True, encoding="utf-8")
    assert result.returncode == 0 and result.stderr == "", result.stdout
    assert len(re.findall(r": [1-9]\d* passed, 0 failed", result.stdout)) > 20

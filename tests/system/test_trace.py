"""The trace: what it shows of a machine, as text and as a picture."""

import json
import os
import re
import subprocess
import sys

import pytest

from machine import ROOT, RUN_QEMU, Console, make_disk, run_script

sys.path.insert(0, os.path.join(ROOT, "tools"))
import trace_file  # noqa: E402

READ = "dd if=/dev/my_nvme0n1 of=/dev/null bs=4K count=1 iflag=direct status=none\n"


def spans_of(events):
    """The commands, once it is sure that the picture holds together: rows are named, and spans in a row lie apart or within each other."""
    named = {(e["pid"], e["tid"]): e["args"]["name"] for e in events if e["name"] == "thread_name"}
    processes = {e["pid"]: e["args"]["name"] for e in events if e["name"] == "process_name"}
    rows, spans = {}, []
    for event in events:
        assert event["ph"] in ("M", "X", "i"), event
        if event["ph"] == "M":
            continue
        assert (event["pid"], event["tid"]) in named and event["pid"] in processes, event
        assert event["ts"] >= 0 and event.get("dur", 0) >= 0, event
        if event["ph"] == "X":
            assert ("completion" in event["args"]) != ("ended" in event["args"]), event
            rows.setdefault((event["pid"], event["tid"]), []).append(event)
            spans.append({**event, "row": named[event["pid"], event["tid"]], "controller": processes[event["pid"]]})
        else:
            assert event["s"] == "t" and event["cat"] in ("doorbell", "register", "interrupt", "command", "device"), event
    for row in rows.values():
        open_ends = []
        for event in sorted(row, key=lambda e: (e["ts"], -e["dur"])):
            while open_ends and open_ends[-1] <= event["ts"]:
                open_ends.pop()
            end = event["ts"] + event["dur"]
            assert not open_ends or end <= open_ends[-1], event
            open_ends.append(end)
    return spans


def test_from_the_first_register_on(tmp_path):
    """With trace=1 the first line is of the first register, and all commands of the start are there."""
    result = run_script(tmp_path, READ + "trace off; trace show\n",
                        "--disk", make_disk(tmp_path / "disk", 1 << 20), "--append", "trace=1", check=True)
    lines = [line.split(None, 1)[1] for line in result.stdout.splitlines()]
    assert lines[0].startswith("my_nvme0       CAP[31:0] read 0x"), lines[0]
    wanted = ["CC write 0x460061: EN 1 ", "-> Identify cid 1024 nsid 0 prp1 0x", "SQ0 tail write 1", "interrupt by vector 0", "<- Identify cid 1024 sqhd 1: success",
              "CQ0 head write 1", "-> Create I/O Submission Queue", "-> Read cid 1024 nsid 0x1 prp1 0x", "<- Read cid 1024 sqhd 1: success"]
    at = 0
    for text in wanted:
        at = next((i for i in range(at, len(lines)) if text in lines[i]), None)
        assert at is not None, text


def test_picture(tmp_path):
    """Commands in flight together, those that stay, and those that a reset ends; each command of the text is a span."""
    script = ("trace on -b 100000; dd if=/dev/my_nvme0n1 of=/dev/null bs=4M count=4 iflag=direct status=none\n"
              "nvme reset /dev/my_nvme0; selftest ranges >/dev/null || exit 2; trace off; trace show -t command | wc -l; trace show -o json\n")
    result = run_script(tmp_path, script, "--disk", make_disk(tmp_path / "disk", 16 << 20), "--append", "nvme.max_transfer=65536", check=True)
    count, _, text = result.stdout.partition("\n")
    picture = json.loads(text)
    assert picture["otherData"]["overwritten"] == 0
    spans = spans_of(picture["traceEvents"])
    assert len(spans) == int(count)
    reads = [span for span in spans if span["name"] == "Read"]
    assert all(span["controller"] == "my_nvme0" and span["row"].startswith("q1") for span in reads)
    assert {"q1", "q1 +1", "q1 +2"} <= {span["row"] for span in reads}
    assert [span for span in spans if span["args"].get("ended") == "outstanding" and span["name"] == "Asynchronous Event Request"]
    kinds = {event["cat"] for event in picture["traceEvents"] if event["ph"] == "i"}
    assert kinds == {"doorbell", "register", "interrupt"}


def test_one_that_is_reset(tmp_path):
    """What the controller held when it was disabled ends there."""
    script = "nvme reset /dev/my_nvme0; trace show -o json\n"
    result = run_script(tmp_path, script, "--disk", make_disk(tmp_path / "disk", 1 << 20), "--append", "trace=5000", check=True)
    spans = spans_of(json.loads(result.stdout)["traceEvents"])
    assert [span for span in spans if span["args"].get("ended") == "the controller was disabled" and span["name"] == "Asynchronous Event Request"]


def test_completion(tmp_path):
    with Console("--disk", make_disk(tmp_path / "disk", 1 << 20)) as console:
        console.type("trace sh\tmy_nvme\t-t comp\t\n")
        assert "nothing is recorded" in console.wait_prompt()
        console.type("trace o\t\t")
        console.child.expect("off +on")
        console.type("n\n")
        console.wait_prompt()
        console.type("trace --o\tj\t\n")
        console.child.expect("--output=j")
        assert console.poweroff() == 0


def traced(directory, script, *arguments, boot="direct"):
    """What run-qemu --trace leaves of a script: the events."""
    run_script(directory, script, "--boot", boot, "--disk", make_disk(directory / "disk", 1 << 20), "--trace", str(directory / "trace.json"), *arguments, check=True)
    with open(directory / "trace.json", encoding="ascii") as file:
        return json.load(file)["traceEvents"]


@pytest.mark.parametrize("machine", ["pc", "q35"])
def test_file_of_run_qemu(tmp_path, machine):
    """From the first register to the end of the shutdown."""
    events = traced(tmp_path, READ, "--machine", machine)
    spans = spans_of(events)
    assert [span["name"] for span in spans if span["row"] == "q1"][0] == "Read"
    registers = [event for event in events if event.get("cat") == "register"]
    assert registers[0]["name"] == "CAP[31:0]"
    assert registers[-1]["name"] == "CSTS" and "SHST 2" in registers[-1]["args"]["text"]


@pytest.mark.parametrize("boot, script", [("direct", READ), ("bios", READ), ("direct", READ + "trace off\n" + READ + READ + "trace on\n" + READ)])
def test_device_on_the_same_line(tmp_path, boot, script):
    """What QEMU does for a command lies within it; of firmware, which uses the controller before, there is nothing."""
    events = traced(tmp_path, script, "--trace-device", boot=boot)
    spans_of(events)
    times = [event["ts"] for event in events if "ts" in event and event["pid"] != trace_file.QEMU]
    device = [event for event in events if "ts" in event and event["pid"] == trace_file.QEMU]
    assert min(event["ts"] for event in device) >= min(times) - 1000
    reads = [event for event in events if event["name"] == "Read"]
    assert reads
    for read in reads:
        seen = [event for event in device if event["name"] == "io_cmd" and f"cid {read['args']['cid']} " in event["args"]["text"] and
                read["ts"] - 1000 <= event["ts"] <= read["ts"] + read["dur"] + 1000]
        assert seen, read
    assert trace_file.kernel_writes(events)


@pytest.mark.parametrize("time", ["9242@1795854362.280315:", "1795854362.280315:", "2026-11-28T08:26:02.280315Z "])
def test_forms_of_the_log(tmp_path, time):
    """Of QEMU 7.2 and 11.1."""
    (tmp_path / "log").write_text(f"{time}pci_nvme_mmio_write addr 0x14 data 0x0 size 4\nqemu: something else\n")
    assert trace_file.read_log(tmp_path / "log") == [(1795854362280315, "mmio_write", "addr 0x14 data 0x0 size 4")]


def test_clocks():
    """The same writes are found among those that only one has seen, and the shortest distance counts."""
    def log(*writes):
        return [(us, "mmio_write", f"addr {offset:#x} data {value:#x} size 4") for us, offset, value in writes]

    theirs = [(5, 0x14, 1), (9, 0x1000, 1), (1003010, 0x14, 1), (1003025, 0x1000, 1), (1003030, 0x1004, 1), (1703040, 0x1000, 2), (1753050, 0x14, 2)]
    ours = [(3000, 0x14, 1), (3020, 0x1000, 1), (703031, 0x1000, 2), (703035, 0x9999, 9), (753040, 0x14, 2)]
    pairs = trace_file.distances(ours, trace_file.qemu_writes(log(*theirs)))
    assert pairs == [(1003010, 1000010), (1003025, 1000005), (1703040, 1000009), (1753050, 1000010)]
    clock = trace_file.Clock(pairs)
    assert [clock.kernel_us(us) for us in (1003010, 1703040, 0, 9000000)] == [3005, 703031, -1000005, 7999991]
    with pytest.raises(trace_file.Unusable):
        trace_file.distances(ours, [(1, 2, 3)])
    with pytest.raises(trace_file.Unusable):
        trace_file.distances([], trace_file.qemu_writes(log(*theirs)))


@pytest.mark.parametrize("arguments, message", [
    (["--trace-device"], "argument --trace-device: only with --trace"),
    (["--trace", "x", "--debug"], "argument --trace: not with --debug"),
    (["--trace", "/nowhere/trace"], "/nowhere/trace: No such file or directory"),
])
def test_what_run_qemu_refuses(arguments, message):
    result = subprocess.run([RUN_QEMU, "--disk", "tmp", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert (result.returncode, result.stderr.count("\n")) == (125, 1)
    assert message in result.stderr


@pytest.mark.parametrize("script, arguments, status", [("crash panic\n", [], 120), ("while :; do :; done\n", ["--timeout", "5"], 124)])
def test_without_an_end_there_is_no_trace(tmp_path, script, arguments, status):
    trace = str(tmp_path / "trace.json")
    result = run_script(tmp_path, script, "--disk", "tmp", "--trace", trace, *arguments)
    assert result.returncode == status
    assert f"run-qemu: {trace}: no trace: the kernel did not end in order" in result.stderr


@pytest.mark.parametrize("kind", ["panic", "null", "stack"])
@pytest.mark.parametrize("before, told", [("trace on", True), ("trace on; trace off", False), (":", False)])
def test_a_panic_tells_the_last_events(tmp_path, kind, before, told):
    read = "dd if=/dev/my_nvme0n1 of=/dev/null bs=512 count=1 skip=77 iflag=direct status=none\n" * 9
    result = run_script(tmp_path, f"{before}\n{read}crash {kind}\n", "--disk", "tmp")
    report, _, events = result.stdout.partition("\ntrace:\n")
    assert result.returncode == 120 and "kmain" in report
    lines = events.splitlines()
    assert len(lines) == (16 if told else 0)
    if told:
        assert all(re.fullmatch(r" +\d+\.\d{6} my_nvme0 .+", line) for line in lines)
        assert sum("-> Read" in line and "SLBA 77 NLB 0" in line for line in lines) >= 2
        # A look at the controller's health comes when its time has come.
        assert re.search("CQ1 head write", [line for line in lines if "CSTS read" not in line][-1])


def test_more_than_there_is_room_for(tmp_path):
    """The oldest are missing, and the file says how many."""
    trace = str(tmp_path / "trace.json")
    run_script(tmp_path, READ, "--disk", "tmp", "--trace", trace, "--append", "trace=20", check=True)
    with open(trace, encoding="ascii") as file:
        picture = json.load(file)
    assert picture["otherData"]["overwritten"] > 0
    spans_of(picture["traceEvents"])


def test_nothing_traced_is_said(tmp_path):
    """Without a controller."""
    trace = tmp_path / "trace.json"
    result = run_script(tmp_path, "true\n", "--disk", "none", "--trace", trace, check=True)
    assert f"run-qemu: {trace}: nothing was traced\n" in result.stderr

"""The trace: what it shows of a machine, as text and as a picture."""

import json

from machine import Console, make_disk, run_script


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
            assert event["s"] == "t" and event["cat"] in ("doorbell", "register", "interrupt", "command"), event
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
    result = run_script(tmp_path, "dd if=/dev/my_nvme0n1 of=/dev/null bs=4K count=1 iflag=direct status=none; trace off; trace show\n",
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

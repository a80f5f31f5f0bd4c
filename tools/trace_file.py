"""The trace that the kernel hands over when it ends, and what QEMU's device model says meanwhile, on one time line.

The kernel's is a file in Chrome's trace event format, in microseconds since its start; QEMU's a log of its trace events pci_nvme_*,
in seconds since 1970 or, of newer ones, with date and time of day. Writes to registers and doorbells are in both: they tell how far the
clocks are apart.
"""

import bisect
import calendar
import json
import re
import time

SIZE = "64M"  # of the memory in which the kernel leaves its own
QEMU = 1000  # the process of QEMU's events
NEAR = 10000  # us by which the clocks' distance may change from one write to the one before: more is another write
WINDOW = 250000  # us, and those beside it, in which the shortest distance counts
CANDIDATES, TRIAL = 50, 200  # writes that may be the last common one, and how many before it are compared then
LINE = re.compile(r"(?:(?:\d+@)?(?P<s>\d+)\.(?P<us>\d{6}):|(?P<date>\d+-\d+-\d+T\d+:\d+:\d+)\.(?P<date_us>\d{6})Z )"
                  r"pci_nvme_(?P<name>\w+) ?(?P<text>.*)")
WRITE = re.compile(r"addr (0x[0-9a-f]+) data (0x[0-9a-f]+) size")


class Unusable(Exception):
    """A message for the user."""


def read(path):
    """What the kernel left in the memory that this file is; a NUL ends it."""
    with open(path, "rb") as file:
        text, _, _ = file.read().partition(b"\0")
    if not text:
        raise Unusable("no trace: the kernel did not end in order, or it did not fit")
    return json.loads(text)


def time_of(match):
    """In microseconds since 1970."""
    if match["date"]:
        return calendar.timegm(time.strptime(match["date"], "%Y-%m-%dT%H:%M:%S")) * 1000000 + int(match["date_us"])
    return int(match["s"]) * 1000000 + int(match["us"])


def read_log(path):
    """[(us, name, text)] of QEMU's events."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            matches = (LINE.match(line) for line in file)
            return [(time_of(m), m["name"], m["text"]) for m in matches if m]
    except FileNotFoundError:
        return []


def kernel_writes(events):
    """[(us, offset, value)] of what reaches the controllers, in order."""
    return [(e["ts"], e["args"]["offset"], e["args"]["value"]) for e in events if e["ph"] == "i" and not e["name"].endswith(" shadow") and
            (e["cat"] == "doorbell" or (e["cat"] == "register" and e["args"]["write"]))]


def qemu_writes(log):
    matches = ((us, WRITE.match(text)) for us, name, text in log if name == "mmio_write")
    return [(us, int(m[1], 16), int(m[2], 16)) for us, m in matches if m]


def pairs_from(ours, theirs, at, where, begin):
    """Backwards from ours[at] and theirs[where], which are the same: [(us of theirs, distance)]. Either may have writes that the other has not."""
    distance = theirs[where][0] - ours[at][0]
    pairs = []
    for us, *what in reversed(ours[begin:at + 1]):
        other = where
        while other >= 0 and theirs[other][0] >= us + distance - NEAR:
            if theirs[other][1:] == tuple(what) and theirs[other][0] <= us + distance + NEAR:
                distance = theirs[other][0] - us
                pairs.append((theirs[other][0], distance))
                where = other - 1
                break
            other -= 1
    return pairs


def distances(ours, theirs):
    """The pairs of writes that are the same one, ascending."""
    for at in range(len(ours) - 1, -1, -1):
        found = [i for i in range(len(theirs) - 1, -1, -1) if theirs[i][1:] == ours[at][1:]][:CANDIDATES]
        if found:
            best = max(found, key=lambda where: len(pairs_from(ours, theirs, at, where, max(0, at - TRIAL))))
            return sorted(pairs_from(ours, theirs, at, best, 0))
    raise Unusable("no write to a register is in the kernel's trace and in QEMU's: they cannot be put on one time line")


class Clock:
    """The kernel's time of QEMU's: a write is told by the kernel first, so the shortest distance is the truest."""

    def __init__(self, pairs):
        shortest = {}
        for us, distance in pairs:
            window = us // WINDOW
            shortest[window] = min(distance, shortest.get(window, distance))
        self.windows = sorted(shortest)
        self.shortest = [min(shortest.get(window + i, shortest[window]) for i in (-1, 0, 1)) for window in self.windows]

    def kernel_us(self, us):
        """By the window that it is in, or by the last one before it, or by the first."""
        return us - self.shortest[max(0, bisect.bisect_right(self.windows, us // WINDOW) - 1)]


def qemu_events(log, clock, begin):
    """QEMU's events as instants, a row for each queue, without those from before the kernel's first."""
    rows, events = {}, []
    for us, name, text in log:
        time = clock.kernel_us(us)
        if time < begin:
            continue
        queue = re.search(r"\b[sc]qid[ =](\d+)", text)
        row = int(queue[1]) + 2 if queue else 1
        if row not in rows:
            rows[row] = f"q{queue[1]}" if queue and queue[1] != "0" else "admin" if queue else "device"
            events.append({"ph": "M", "name": "thread_name", "pid": QEMU, "tid": row, "args": {"name": rows[row]}})
        events.append({"ph": "i", "name": name, "pid": QEMU, "tid": row, "cat": "device", "s": "t", "ts": round(time, 3), "args": {"text": text}})
    return [{"ph": "M", "name": "process_name", "pid": QEMU, "tid": 0, "args": {"name": "QEMU pci_nvme"}}, *events]


def merge(picture, log):
    """Adds QEMU's events to the kernel's."""
    events = picture["traceEvents"]
    ours = kernel_writes(events)
    clock = Clock(distances(ours, qemu_writes(log)))
    begin = min(event["ts"] for event in events if "ts" in event) - 1000  # a read is told behind it
    events += qemu_events(log, clock, begin)


def write(picture, path):
    with open(path, "w", encoding="ascii") as file:
        head = {key: value for key, value in picture.items() if key != "traceEvents"}
        file.write(json.dumps(head, separators=(",", ":"))[:-1] + ',"traceEvents":[\n')
        file.write(",\n".join(json.dumps(event, separators=(",", ":")) for event in picture["traceEvents"]))
        file.write("\n]}\n")

"""How a run of fio in a guest is asked for and understood, and what QEMU's process used meanwhile."""

import json
import os
import time

# A drive that answers at once and keeps nothing: what is left is the guest and the model of the controller.
NULL_DRIVE = "format=raw,file.driver=null-co,file.size=1G"


class Unusable(Exception):
    """A message about what a guest printed."""


def drive_arguments(drive=NULL_DRIVE, properties=""):
    """QEMU's arguments for a controller with one namespace on that drive."""
    device = "nvme,id=nvme0,drive=drive0,serial=measured" + (f",{properties}" if properties else "")
    return ["-drive", f"if=none,id=drive0,{drive}", "-device", device]


def fio_line(device, options):
    """A command line of fio: one job with these options on that device, reported as JSON."""
    words = [f"--{name}={value}" for name, value in options.items()]
    return " ".join(["fio", "--name=job", f"--filename={device}", *words, "--group_reporting", "--output-format=json"])


def parse_report(text):
    """What fio measured, of a text that has its report as JSON in it: commands and bytes a second, latencies in microseconds."""
    begin, end = text.find("{"), text.rfind("}")
    try:
        job, = json.loads(text[begin:end + 1])["jobs"]
        sides = [job[name] for name in ("read", "write", "trim") if job[name]["total_ios"]]
        total = sum(side["total_ios"] for side in sides)
        if job["error"] or not total:
            raise Unusable(f"fio: error {job['error']}, {total} commands")
        clat = [side.get("clat_ns") or side["lat_ns"] for side in sides]
        return {
            "iops": sum(side["iops"] for side in sides),
            "bytes_s": sum(side["io_bytes"] / side["runtime"] * 1000 for side in sides if side["runtime"]),
            "p50_us": max(side["percentile"]["50.000000"] for side in clat) / 1000,
            "p99_us": max(side["percentile"]["99.000000"] for side in clat) / 1000,
            "ios": total,
        }
    except (ValueError, KeyError, TypeError) as error:
        raise Unusable(f"not a report of fio: {text.strip()[-300:]!r}") from error


def children(pid):
    """The processes that a process started, as /proc has them."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", encoding="latin-1") as file:
                if int(file.read().rpartition(")")[2].split()[1]) == pid:
                    found.append(int(name))
        except OSError:  # it has ended
            pass
    return found


def qemu_pid(run_qemu):
    """QEMU's process below that of tools/run-qemu: the last one, where there is a script around it. None where there is none."""
    found = None
    below = children(run_qemu)
    while below:
        found = below[0]
        below = children(found)
    return found


def cpu_seconds(pid):
    """The CPU time of a process so far, with all of its threads; None where it is not there."""
    try:
        return time.clock_gettime(~pid << 3 | 2)  # clock_getcpuclockid(3), which Python has for its own process only
    except OSError:
        return None


def cpu_rate(pid, seconds):
    """The CPU time that a process uses in a second, in the middle of a load that begins now and takes so many seconds: what
    comes before it and behind does not count. 0 where the process is not there."""
    time.sleep(seconds * 0.2)
    before, since = cpu_seconds(pid), time.monotonic()
    time.sleep(seconds * 0.6)
    after, passed = cpu_seconds(pid), time.monotonic() - since
    return 0.0 if before is None or after is None else (after - before) / passed

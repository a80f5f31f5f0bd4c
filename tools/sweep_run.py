"""The runs of a sweep: every combination of its axes, round by round."""

import itertools
import os
import re
import subprocess
import tempfile

import measure
from spread import Spread

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RUN_QEMU = os.path.join(ROOT, "tools", "run-qemu")
DEFAULTS = {"rw": ["randread"], "bs": ["4k"], "iodepth": ["32"], "numjobs": ["1"]}
MACHINE = ("qemu", "machine", "smp", "append", "nvme", "drive", "mem")  # axes that are not fio's
# Options of fio that a sweep gives by itself.
FIXED = {"name": "there is one job", "filename": "it is the device", "runtime": "--seconds says it", "time_based": "--seconds says it",
         "output-format": "the report is read here", "group_reporting": "the report is read here", "stonewall": "there is one job"}
FIGURES = ("iops", "bytes_s", "p50_us", "p99_us", "cpu_us")


class Failure(Exception):
    """A message for the user."""


class Combination:
    """A value for each axis, and what its rounds measured."""

    def __init__(self, point):
        self.point = point
        self.results = []

    def values(self, figure):
        return [result[figure] for result in self.results]

    def spread(self, figure):
        return Spread(self.values(figure))

    def name(self, axes=None):
        return " ".join(f"{axis}={value}" for axis, value in self.point.items() if axes is None or axis in axes)


class Sweep:
    def __init__(self, name, axes):
        self.name, self.axes = name, axes
        self.combinations = [Combination(dict(zip(axes, point))) for point in itertools.product(*axes.values())]

    @property
    def varied(self):
        """The axes that have several values."""
        return [axis for axis, values in self.axes.items() if len(values) > 1]

    @property
    def done(self):
        """The combinations that have run, which is all of them where nothing went wrong."""
        return [combination for combination in self.combinations if combination.results]

    def run(self, options, say):
        """All combinations in turn in each round, and every other round in the other direction."""
        for number in range(options.rounds):
            for combination in self.combinations if number % 2 == 0 else reversed(self.combinations):
                say(f"{self.name + ': ' if self.name else ''}round {number + 1}: {combination.name(self.varied) or combination.name()}")
                combination.results.append(run(combination.point, options))


def version(qemu):
    """The first line of what a QEMU says of itself."""
    try:
        return subprocess.run([qemu, "--version"], capture_output=True, text=True, check=False).stdout.partition("\n")[0]
    except OSError as error:
        return error.strerror


def command(point, options, script):
    """The command line of a run."""
    arguments = ["taskset", "-c", str(options.core)] if options.core is not None else []
    arguments += [RUN_QEMU, "--kernel", options.kernel, "--qemu", point["qemu"], "--disk", "none", "--script", script]
    for name in ("machine", "smp", "append", "mem"):
        if point.get(name):
            arguments += [f"--{name}", point[name]]
    return [*arguments, "--", *measure.drive_arguments(point.get("drive") or measure.NULL_DRIVE, point.get("nvme", ""))]


def script(point, options):
    """Between the two marks the load runs, and nothing but that."""
    load = {name: value for name, value in point.items() if name not in MACHINE}
    load.update({"runtime": f"{options.seconds * 1000:.0f}ms", "time_based": 1})
    return (f"echo @@begin\n{measure.fio_line('/dev/my_nvme0n1', load)} > report 2> errors || {{ cat errors report; exit 1; }}\n"
            "echo @@end\ncat report\n")


def run(point, options):
    """One run: what fio reports, and QEMU's CPU time for each command."""
    with tempfile.TemporaryDirectory(prefix="sweep-") as directory:
        path = os.path.join(directory, "script")
        with open(path, "w", encoding="utf-8") as file:
            file.write(script(point, options))
        process = subprocess.Popen(command(point, options, path), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   encoding="latin-1")
        try:
            used, text = watch(process, options.seconds)
            errors = process.stderr.read()
        finally:
            process.terminate()
            process.wait()
            process.stdout.close()
            process.stderr.close()
    try:
        result = measure.parse_report(text.partition("@@end")[2])
    except measure.Unusable as error:
        said = re.sub(r"@@begin\s*", "", text).strip() or errors.strip() or str(error)
        raise Failure(f"{' '.join(f'{name}={value}' for name, value in point.items())}: {' '.join(said.split())[-500:]}") from error
    result["cpu_us"] = used * 1e6 / result["iops"]
    return result


def watch(process, seconds):
    """The CPU time that QEMU used in a second in the middle of the load, and all that was printed."""
    text, used = "", 0.0
    for line in process.stdout:
        text += line
        if line.strip() == "@@begin":
            used = measure.cpu_rate(measure.qemu_pid(process.pid) or process.pid, seconds)
    return used, text

"""What a sweep measured: a table, a comparison of two QEMUs, CSV, JSON and plots."""

import csv
import json
import os
import re

import plot
import spread
from plot import Unusable
from sweep_run import FIGURES, version

# A figure's name for people, its form, and whether more of it is better.
SHOWN = {"iops": ("commands/s", "{:,.0f}", True), "bytes_s": ("MB/s", "{:,.1f}", True), "p50_us": ("median us", "{:,.1f}", False),
         "p99_us": ("p99 us", "{:,.1f}", False), "cpu_us": ("CPU us", "{:,.2f}", False)}
COMPARED = ("iops", "p99_us", "cpu_us")
TITLE = "median of the rounds, and the least and the largest of them"


def cell(combination, figure):
    values = combination.values(figure)
    return spread.Spread(value / 1e6 if figure == "bytes_s" else value for value in values).text(SHOWN[figure][1])


def aligned(lines):
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    return "\n".join("  ".join(f"{word:{width}}" for word, width in zip(line, widths)).rstrip() for line in lines)


def pairs(sweep, compare):
    """The combinations of the first QEMU and those of the second, side by side."""
    def others(combination):
        return {axis: value for axis, value in combination.point.items() if axis != "qemu"}
    first, second = ([one for one in sweep.done if one.point["qemu"] == qemu] for qemu in compare)
    return [(one, other) for one in first for other in second if others(one) == others(other)]


def judged(one, other):
    """(figure, ratio, verdict) of the second against the first."""
    for figure in COMPARED:
        before, after = one.values(figure), other.values(figure)
        yield figure, spread.ratio(after, before), spread.verdict(before, after, SHOWN[figure][2])


def text(sweep, compare=None):
    fixed = " ".join(f"{axis}={values[0]}" for axis, values in sweep.axes.items() if len(values) == 1 and values[0])
    head = f"{sweep.name + ': ' if sweep.name else ''}{fixed}: {TITLE}"
    lines = [[*sweep.varied, *(name for name, _, _ in SHOWN.values())]]
    lines += [[*(one.point[axis] or "-" for axis in sweep.varied), *(cell(one, figure) for figure in SHOWN)] for one in sweep.done]
    out = [head, aligned(lines)]
    if compare:
        varied = [axis for axis in sweep.varied if axis != "qemu"]
        lines = [[*varied, "of", "B / A", ""]]
        for one, other in pairs(sweep, compare):
            for figure, found, verdict in judged(one, other):
                lines.append([*(one.point[axis] or "-" for axis in varied), SHOWN[figure][0], found.text("{:.3f}") if found else "-",
                              f"B is {verdict}" if verdict in (spread.FASTER, spread.SLOWER) else verdict])
        out += ["", *(f"{name} is {qemu}: {version(qemu)}" for name, qemu in zip("AB", compare)),
                f"The ratio is that of rounds that ran in turn, a verdict is the rank test's at {float(spread.LEVEL):g}.", aligned(lines)]
    return "\n".join(out) + "\n"


def write_csv(path, sweeps):
    axes = list(dict.fromkeys(axis for sweep in sweeps for axis in sweep.axes))
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["section", *axes, "round", *FIGURES])
        for sweep in sweeps:
            for one in sweep.done:
                for number, result in enumerate(one.results, 1):
                    writer.writerow([sweep.name, *(one.point.get(axis, "") for axis in axes), number, *(result[figure] for figure in FIGURES)])


def write_json(path, sweeps, options):
    def figures(one):
        return {figure: one.spread(figure).data() for figure in FIGURES}

    qemus = {qemu: version(qemu) for sweep in sweeps for qemu in sweep.axes["qemu"]}
    data = {"rounds": options.rounds, "seconds": options.seconds, "qemus": qemus, "sweeps": []}
    for sweep in sweeps:
        entry = {"section": sweep.name, "axes": sweep.axes, "runs": [{"point": one.point, **figures(one)} for one in sweep.done]}
        if options.compare:
            entry["compare"] = [
                {"point": {axis: value for axis, value in one.point.items() if axis != "qemu"}, "figure": figure, "verdict": verdict,
                 "ratios": found.values if found else [], "ratio": found.median if found else None}
                for one, other in pairs(sweep, options.compare) for figure, found, verdict in judged(one, other)]
        data["sweeps"].append(entry)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(data, file, indent=1)
        file.write("\n")


def as_number(value):
    """4096 of "4k", so that an axis of sizes is one of numbers; other values as they are."""
    match = re.fullmatch(r"(\d+)([kmg]?)", value.lower())
    return int(match[1]) << {"": 0, "k": 10, "m": 20, "g": 30}[match[2]] if match else value


def plots(directory, sweeps):
    """SECTION-AXIS-FIGURE.svg of each axis with several values: a line for each combination of the others."""
    for sweep in sweeps:
        for axis in sweep.varied:
            others = [other for other in sweep.varied if other != axis]
            lines = {}
            for one in sweep.done:
                lines.setdefault(one.name(others) or "all", []).append(one)
            for figure in ("iops", "p99_us", "cpu_us"):
                drawn = [plot.Line(name, [(as_number(one.point[axis]), one.spread(figure)) for one in found]) for name, found in lines.items()]
                name = re.sub(r"[^\w.-]+", "_", f"{sweep.name}-{axis}-{figure}").strip("-")
                plot.draw(os.path.join(directory, name + ".svg"), f"{sweep.name or 'fio'} over {axis}", axis, SHOWN[figure][0], drawn)

"""The plots of a run, and its place in docs/performance.md: tables and plots stand between two marks there, and nobody copies
a number by hand."""

import os
import shutil
import sys

import machines
import plot
from tables import as_markdown, peers_of, tables

BEGIN, END = "<!-- figures: written by tests/bench/run --document -->\n", "<!-- figures: end -->\n"


class Picture:
    """A plot over an axis: a line for each peer that has the figure there."""

    def __init__(self, name, title, unit, group, figure, axis, pinned, log_y=False, **axes):
        self.name, self.title, self.unit, self.log_y = name, title, unit, log_y
        self.group, self.figure, self.axis, self.pinned, self.axes = group, figure, axis, pinned, axes

    def lines(self, rows):
        found = rows.find(self.group, self.figure, None, self.pinned, **self.axes)
        return [plot.Line(peer, [(row.axes[self.axis], row.spread) for row in found if row.peer == peer]) for peer in peers_of(found)]


READS = {"rw": "randread", "bs": "4k"}
PICTURES = [
    Picture("bench-throughput-pinned", "4 KiB random reads, QEMU on one core", "commands a second", "load", "iops", "iodepth", True, True, **READS),
    Picture("bench-throughput", "4 KiB random reads, QEMU on all cores", "commands a second", "load", "iops", "iodepth", False, True, **READS),
    Picture("bench-p99-pinned", "4 KiB random reads, QEMU on one core", "99th percentile, us", "load", "p99_us", "iodepth", True, True, **READS),
    Picture("bench-p99", "4 KiB random reads, QEMU on all cores", "99th percentile, us", "load", "p99_us", "iodepth", False, True, **READS),
    Picture("bench-queues", "4 KiB random reads at depth 32", "guest instructions of a read", "queues", "instructions", "queues", True),
    Picture("bench-queues-time", "4 KiB random reads at depth 32, QEMU on one core", "CPU time of QEMU for a read, us", "queues", "cpu_us", "queues", True),
    Picture("bench-namespaces", "4 KiB random reads at depth 32", "guest instructions of a read", "namespaces", "instructions", "namespaces", True),
    Picture("bench-cpus", "4 KiB random reads, a job of depth 32 for each CPU", "commands a second", "cpus", "iops", "cpus", False),
]


def drawn(rows):
    return [picture for picture in PICTURES if any(line.points for line in picture.lines(rows))]


def plots(rows, directory):
    for picture in drawn(rows):
        try:
            plot.draw(os.path.join(directory, picture.name + ".svg"), picture.title, picture.axis, picture.unit, picture.lines(rows),
                      log_y=picture.log_y)
        except plot.Unusable as error:
            print(f"bench: no plots: {error}", file=sys.stderr)
            return


def write(path, about, goals, rows, directory):
    """Puts tables and plots, which are in directory, between the marks of a document; the plots go beside it."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise machines.Failure(f"{path}: without the lines {BEGIN.strip()} and {END.strip()}")
    pictures = []
    for picture in drawn(rows):
        name = picture.name + ".svg"
        shutil.copyfile(os.path.join(directory, name), os.path.join(os.path.dirname(path), name))
        pictures.append(f"![{picture.title}: {picture.unit} over {picture.axis}]({name})\n")
    with open(path, "w", encoding="utf-8") as file:
        file.write(before + begin + "\n" + as_markdown(tables(about, goals, rows)) + "\n".join(["### Plots", "", *pictures]) + "\n" + end + after)

"""Plots by gnuplot, as SVG: lines over an axis, each with the spread of its rounds."""

import os
import subprocess


class Unusable(Exception):
    """A message for the user."""


class Line:
    """points are (x, Spread)."""

    def __init__(self, name, points):
        self.name, self.points = name, sorted(points, key=lambda point: point[0])


COLOURS = ["#2f7a2e", "#8db94f", "#3b6ea5", "#c0603f", "#8a5a9e", "#555555"]


def quoted(text):
    """A string of gnuplot's in which nothing is a variable."""
    return "'" + text.replace("'", "''").replace("\n", " ") + "'"


def number(value):
    return isinstance(value, (int, float)) and value > 0


def script(path, title, x_name, y_name, lines, log_y=False):
    """What gnuplot is told. An axis of numbers is one of doublings; any other values stand side by side in their order."""
    values = list(dict.fromkeys(x for line in lines for x, _ in line.points))
    numbers = all(number(value) for value in values)
    places = {value: value if numbers else place for place, value in enumerate(sorted(values) if numbers else values)}
    tics = ", ".join(f"{quoted(str(value))} {place}" for value, place in places.items())
    out = [
        "set terminal svg size 820,460 font 'Helvetica,13' background '#fcfcfa'", f"set output {quoted(path)}",
        f"set title {quoted(title)} noenhanced", f"set xlabel {quoted(x_name)} noenhanced", f"set ylabel {quoted(y_name)} noenhanced",
        *(f"set linetype {at} linecolor rgb '{colour}'" for at, colour in enumerate(COLOURS, 1)),
        "set key outside right top noenhanced", "set grid", f"set xtics ({tics}) noenhanced", "set format y '%.0s %c'",
    ]
    if numbers:
        out += ["set logscale x 2", f"set xrange [{min(places.values()) / 1.2}:{max(places.values()) * 1.2}]"]
    else:
        out += [f"set xrange [-0.5:{len(places) - 0.5}]"]
    out += ["set logscale y" if log_y else "set yrange [0:*]"]
    for number_of, line in enumerate(lines):
        out.append(f"$line{number_of} << EOD")
        out += [f"{places[x]} {spread.median} {spread.low} {spread.high}" for x, spread in line.points]
        out.append("EOD")
    shown = [f"$line{i} using 1:2:3:4 with yerrorlines linewidth 1.6 pointtype 7 pointsize 0.5 title {quoted(line.name)}"
             for i, line in enumerate(lines)]
    return "\n".join([*out, "plot " + ", ".join(shown)]) + "\n"


def draw(path, *arguments, **options):
    """Writes the SVG. Unusable where gnuplot is missing or complains."""
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    try:
        made = subprocess.run(["gnuplot"], input=script(path, *arguments, **options), capture_output=True, text=True, check=False)
    except OSError as error:
        raise Unusable(f"gnuplot: {error.strerror}") from error
    if made.returncode != 0:
        raise Unusable(f"gnuplot: {made.stderr.strip()[-500:]}")

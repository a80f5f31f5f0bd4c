"""Figures as rows of data: what was measured of whom, where, and the value of each round; and ratios of two of them."""

import itertools
import json

from spread import Spread, ratio


class Row:
    """One figure of one peer. axes say of which load or machine; values are of the rounds."""

    def __init__(self, group, figure, unit, peer, pinned, axes, values=()):
        self.group, self.figure, self.unit, self.peer, self.pinned = group, figure, unit, peer, pinned
        self.axes, self.values = dict(axes), list(values)

    @property
    def key(self):
        return (self.group, self.figure, self.peer, self.pinned, tuple(sorted(self.axes.items())))

    @property
    def spread(self):
        return Spread(self.values)

    def data(self):
        return {"group": self.group, "figure": self.figure, "unit": self.unit, "peer": self.peer, "pinned": self.pinned,
                "axes": self.axes, **self.spread.data()}


class Rows:
    def __init__(self, rows=()):
        self.by_key = {row.key: row for row in rows}

    def __iter__(self):
        return iter(self.by_key.values())

    def add(self, group, figure, unit, peer, value, pinned=False, **axes):
        row = Row(group, figure, unit, peer, pinned, axes)
        self.by_key.setdefault(row.key, row).values.append(value)

    def find(self, group, figure, peer=None, pinned=None, **axes):
        """The rows that have these; axes that are not named may be any."""
        return [row for row in self if row.group == group and row.figure == figure and peer in (None, row.peer)
                and pinned in (None, row.pinned) and all(row.axes.get(name) == value for name, value in axes.items())]

    def one(self, *arguments, **axes):
        """The only row that has these; None where there is none."""
        found = self.find(*arguments, **axes)
        return found[0] if len(found) == 1 else None


class Goal:
    """What a ratio should be: peers of the first side against the best of the second one's, which may be what is lower."""

    def __init__(self, name, bound, group, figure, over, under, pinned, at_most=False, **axes):
        self.name, self.bound, self.at_most, self.pinned = name, bound, at_most, pinned
        self.group, self.figure, self.over, self.under, self.axes = group, figure, over, under, axes

    def best(self, rows, peers):
        found = [row for peer in peers if (row := rows.one(self.group, self.figure, peer, self.pinned, **self.axes))]
        return max(found, key=lambda row: row.spread.median * (-1 if self.at_most else 1), default=None)

    def spread(self, rows):
        over, under = self.best(rows, self.over), self.best(rows, self.under)
        return ratio(over.values, under.values) if over and under else None

    def judgement(self, spread):
        def meets(value):
            return value <= self.bound if self.at_most else value >= self.bound
        if meets(spread.low) == meets(spread.high):
            return "met" if meets(spread.low) else "missed"
        return "met in the middle" if meets(spread.median) else "missed in the middle"

    def data(self, rows):
        spread = self.spread(rows)
        if not spread:
            return None
        return {"goal": self.name, "pinned": self.pinned, "bound": f"at {'most' if self.at_most else 'least'} {self.bound:g}",
                **spread.data(), "over": self.best(rows, self.over).peer, "under": self.best(rows, self.under).peer,
                "judgement": self.judgement(spread)}


# Ours as it is without a word on its command line, against the best that the others have.
OURS, LINUX, LIMIT = ("ours",), ("Linux, polled", "Linux, interrupts"), ("limit",)
GOALS = [
    *(Goal("4 KiB random reads at depth 32, ours to Linux", 8, "load", "iops", OURS, LINUX, pinned, rw="randread", bs="4k", iodepth=32)
      for pinned in (True, False)),
    Goal("4 KiB random reads at depth 1, ours to Linux", 4, "load", "iops", OURS, LINUX, True, rw="randread", bs="4k", iodepth=1),
    Goal("4 KiB random reads at depth 1, ours to Linux", 1, "load", "iops", OURS, LINUX, False, rw="randread", bs="4k", iodepth=1),
    *(Goal(f"128 KiB sequential {rw}s at depth 16, ours to Linux", 2, "load", "iops", OURS, LINUX, pinned, rw=rw, bs="128k", iodepth=16)
      for rw, pinned in itertools.product(("read", "write"), (True, False))),
    *(Goal("4 KiB random reads at depth 128, ours to the limit", 0.95, "beside", "iops", OURS, LIMIT, pinned, rw="randread", bs="4k",
           iodepth=128) for pinned in (True, False)),
    *(Goal("start to prompt, ours to the limit", 1.3, "start", "seconds", OURS, LIMIT, pinned, at_most=True, boot="direct")
      for pinned in (True, False)),
]


def save(path, about, rows):
    goals = [data for goal in GOALS if (data := goal.data(rows))]
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"about": about, "goals": goals, "rows": [row.data() for row in rows]}, file, indent=1)
        file.write("\n")


def load(path):
    """(about, goals, rows) of a file that save() wrote."""
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    names = ("group", "figure", "unit", "peer", "pinned", "axes", "values")
    return data["about"], data["goals"], Rows(Row(*(row[name] for name in names)) for row in data["rows"])

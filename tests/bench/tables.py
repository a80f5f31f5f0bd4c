"""The rows of a run as tables, for a terminal and for a document."""

from spread import ratio

SCALES = {"1/s": [(1e6, "M/s"), (1e3, "k/s"), (1, "/s")], "B/s": [(1e9, "GB/s"), (1e6, "MB/s"), (1, "B/s")],
          "B": [(1 << 20, "MiB"), (1 << 10, "KiB"), (1, "B")], "us": [(1e6, "s"), (1e3, "ms"), (1, "us")], "s": [(1, "s"), (1e-3, "ms")],
          "1": [(1, "")]}
PEERS = ["ours", "ours, load loop", "ours, second CPU", "Linux", "Linux, polled", "Linux, interrupts", "U-Boot", "limit"]


class Table:
    def __init__(self, title, header, rows):
        self.title, self.header, self.rows = title, header, rows


def digits(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def shown(row):
    """`49.2 k/s (41.5 to 50.3)`."""
    if not row:
        return ""
    spread = row.spread
    scale, unit = next((pair for pair in SCALES[row.unit] if spread.median >= pair[0]), SCALES[row.unit][-1])
    text = f"{digits(spread.median / scale)} {unit}".strip()
    return text if len(spread.values) < 2 else f"{text} ({digits(spread.low / scale)} to {digits(spread.high / scale)})"


def peers_of(rows):
    return sorted({row.peer for row in rows}, key=PEERS.index)



def ratio_text(over, under):
    spread = over and under and ratio(over.values, under.values)
    return spread.text() if spread else ""


def best_linux(rows, *arguments, **axes):
    found = [row for row in rows.find(*arguments, **axes) if row.peer.startswith("Linux")]
    return max(found, key=lambda row: row.spread.median, default=None)


def load_tables(rows):
    for figure, title in (("iops", "Commands a second"), ("p99_us", "Latency that 99 of 100 commands keep"),
                          ("cpu_us", "CPU time of QEMU for each command")):
        found = rows.find("load", figure)
        if not found:
            continue
        peers = peers_of(found)
        lines = []
        for key in dict.fromkeys((row.pinned, tuple(row.axes.items())) for row in found):
            pinned, axes = key[0], dict(key[1])
            line = {peer: rows.one("load", figure, peer, pinned, **axes) for peer in peers}
            name = f"{axes['rw']} {axes['bs']}, depth {axes['iodepth']}"
            ratios = []
            if figure == "iops":
                ratios = [ratio_text(line.get("ours"), best_linux(rows, "load", figure, None, pinned, **axes)),
                          ratio_text(line.get("ours"), line.get("limit"))]
            lines.append([name, "one core" if pinned else "all cores", *(shown(line[peer]) for peer in peers), *ratios])
        yield Table(title, ["load", "QEMU on", *peers, *(["ours / Linux' best", "ours / limit"] if figure == "iops" else [])], lines)


def beside_table(rows):
    lines = []
    for ours in rows.find("beside", "iops", "ours"):
        limit = rows.one("beside", "iops", "limit", ours.pinned, **ours.axes)
        lines.append([f"{ours.axes['rw']} {ours.axes['bs']}, depth {ours.axes['iodepth']}", "one core" if ours.pinned else "all cores",
                      shown(ours), shown(limit), ratio_text(ours, limit)])
    return Table("Commands a second beside the limit, in short runs that take turns",
                 ["load", "QEMU on", "ours", "limit", "ours / limit"], lines) if lines else None


def plain_table(rows, title, group, figure, axis):
    """A line for each place, a column for each peer."""
    found = rows.find(group, figure)
    peers = peers_of(found)
    lines = [[str(value), "one core" if pinned else "all cores",
              *(shown(rows.one(group, figure, peer, pinned, **({axis: value} if axis else {}))) for peer in peers)]
             for pinned, value in dict.fromkeys((row.pinned, row.axes.get(axis, "")) for row in found)]
    return Table(title, [axis or "", "QEMU on", *peers], lines) if found else None


def cost_table(rows, group, axis, extra):
    """Figures of ours over an axis, a line for each value of it."""
    figures = [("instructions", "ours", "guest instructions of a read"), ("instructions", "ours, load loop", "in a load loop"),
               ("cpu_us", "ours", "QEMU's CPU time"), ("iops", "ours", "reads"), extra]
    there = [row for figure, peer, _ in figures for row in rows.find(group, figure, peer)]
    lines = [[str(value), *(shown(rows.one(group, figure, peer, **{axis: value})) for figure, peer, _ in figures)]
             for value in dict.fromkeys(row.axes[axis] for row in there)]
    return Table(f"4 KiB random reads at depth 32 over {axis}", [axis, *(name for _, _, name in figures)], lines) if there else None


def goal_table(goals):
    lines = [[f"{goal['goal']}, {'one core' if goal['pinned'] else 'all cores'}", goal["bound"],
              f"{goal['median']:.2f} ({goal['low']:.2f} to {goal['high']:.2f})", goal["under"], goal["judgement"]] for goal in goals]
    return Table("Goals", ["ratio", "should be", "is", "against", ""], lines) if goals else None


def about_table(about):
    lines = [["machine", f"{about['processor']}, {about['cores']} cores used; {about['system']}, Linux {about['host_kernel']}"],
             ["QEMU", f"{about['qemu']}, machine {about['machine']}, TCG"], ["the kernel", f"{about['revision']}, {about['compiler']}"],
             ["Linux in the guest", about["linux"]], ["when", f"{about['date']}, {about['rounds']} rounds, loads of {about['seconds']:g} s; "
                                                    f"load average at the end {about['load_average']:g}"]]
    return Table("On what", ["", ""], lines)


def tables(about, goals, rows):
    made = [about_table(about), goal_table(goals), *load_tables(rows), beside_table(rows),
            plain_table(rows, "From starting QEMU to the prompt", "start", "seconds", "boot"),
            plain_table(rows, "From kmain() to the prompt, by the guest's clock", "memory", "seconds", ""),
            plain_table(rows, "Memory in use at the prompt", "memory", "used", ""), plain_table(rows, "Size of the image", "memory", "image", ""),
            plain_table(rows, "Guest instructions for a 4 KiB read", "instructions", "instructions", "iodepth"),
            plain_table(rows, "A cached image of 256 MiB, read as a whole", "whole", "bytes_s", "when"),
            cost_table(rows, "queues", "queues", ("used", "ours", "memory in use")), cost_table(rows, "namespaces", "namespaces", ("seconds", "ours", "QEMU start to prompt")),
            plain_table(rows, "4 KiB random reads, a job of depth 32 for each CPU", "cpus", "iops", "cpus")]
    return [table for table in made if table]


def as_text(made):
    out = []
    for table in made:
        lines = [table.header, *table.rows]
        widths = [max(len(line[i]) for line in lines) for i in range(len(table.header))]
        out.append(table.title)
        out += ["  " + "  ".join(f"{cell:{width}}" for cell, width in zip(line, widths)).rstrip() for line in lines if any(line)]
        out.append("")
    return "\n".join(out)


def as_markdown(made):
    out = []
    for table in made:
        out += [f"### {table.title}", "", "| " + " | ".join(table.header) + " |", "|" + " --- |" * len(table.header)]
        out += ["| " + " | ".join(line) + " |" for line in table.rows]
        out.append("")
    return "\n".join(out)

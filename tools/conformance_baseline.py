"""Known deviations: rows "config | outcome | group: case | section | reason" of a text file."""

import fnmatch
import os

import results
from conformance_machine import Failure

HEAD = """# Known deviations of {title}, for tools/conformance: they fail no run. A row is
# config | outcome | group: case | section | reason
# where config may have * and ? in it, and FAIL? is one that does not show each time.
"""


class Row:
    def __init__(self, config, outcome, name, section, reason):
        self.config, self.name, self.section, self.reason = config, name, section, reason
        self.outcome, self.sometimes = outcome.removesuffix("?"), outcome.endswith("?")
        self.above = ""  # comments

    def covers(self, config, result):
        return self.outcome == result.outcome and self.name == result.name and fnmatch.fnmatchcase(config, self.config)

    def text(self):
        return " | ".join((self.config, self.outcome + "?" * self.sometimes, self.name, self.section, self.reason)).rstrip()


class Baseline:
    """The rows of a file, and what stands above them."""

    def __init__(self, path, title, required):
        self.path = path
        self.head = HEAD.format(title=title)
        self.rows = []
        try:
            with open(path, encoding="utf-8") as file:
                lines = file.read().splitlines()
        except FileNotFoundError as error:
            if required:
                raise Failure(f"{path}: {error.strerror} (--update-baseline makes it)") from error
            return
        except OSError as error:
            raise Failure(f"{path}: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise Failure(f"{path}: not UTF-8") from error
        above = []
        for number, line in enumerate(lines, 1):
            if not line.strip() or line.startswith("#"):
                above.append(line + "\n")
                continue
            columns = [column.strip() for column in line.split("|", 4)]
            if len(columns) < 4 or columns[1].removesuffix("?") not in results.BAD or not columns[0] or not columns[2]:
                raise Failure(f"{path}:{number}: not \"config | outcome | group: case | section | reason\" "
                              f"with an outcome of {', '.join(results.BAD)}")
            row = Row(*columns, *[""] * (5 - len(columns)))
            if self.rows:
                row.above = "".join(above)
            else:
                self.head = "".join(above)
            above = []
            self.rows.append(row)

    def apply(self, runs):
        """Marks the results that are known."""
        for run in runs:
            for result in run.worst():
                row = next((row for row in self.rows if row.covers(run.configuration.name, result)), None)
                if row:
                    result.known = row.reason or "no reason given"

    def gone(self, runs, whole, every):
        """Rows that no configuration shows any more, of those that were run. whole: with all cases, so that one that is missing
        is gone as well; every: all configurations, so that a row that is for several can be gone."""
        def has_run(row, run):
            return not run.skipped and fnmatch.fnmatchcase(run.configuration.name, row.config) and (
                any(result.name == row.name for result in run.results) or (whole and run.whole()))

        names = [run.configuration.name for run in runs]
        return [row for row in self.rows if not row.sometimes and any(has_run(row, run) for run in runs) and (every or row.config in names)
                and not any(row.covers(run.configuration.name, result) for run in runs for result in run.worst())]

    def update(self, runs, whole, every):
        """Rows as the runs have it, with the reasons that are there. (added, removed)"""
        gone = self.gone(runs, whole, every)
        self.rows = [row for row in self.rows if row not in gone]
        new = {}  # (outcome, name, section): configurations
        for run in runs:
            for result in run.worst():
                if result.known is None:
                    new.setdefault((result.outcome, result.name), (result.section, []))[1].append(run.configuration.name)
        added = []
        for (outcome, name), (section, configs) in new.items():
            ran = [run for run in runs if any(result.name == name and result.outcome != "SKIP" for result in run.results)]
            if every and len(configs) > 1 and len(configs) == len(ran):
                configs = ["*"]
            added += [Row(config, outcome, name, section, "") for config in configs]
        self.rows += added
        order = {run.configuration.name: number for number, run in enumerate(runs)}
        self.rows.sort(key=lambda row: (row.name, order.get(row.config, -1)))
        os.makedirs(os.path.dirname(os.path.abspath(self.path)), exist_ok=True)
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(self.head + "".join(row.above + row.text() + "\n" for row in self.rows))
        return added, gone

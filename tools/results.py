"""What selftest and conformance print, line by line, as results; and results as TAP 13 and as JUnit's XML."""

import re
import xml.etree.ElementTree

BAD = ("FAIL", "HANG", "CRASH")
OUTCOMES = ("PASS", "SKIP", "XFAIL", *BAD)
TEST_LINE = re.compile(r"(PASS|FAIL|SKIP|HANG|XFAIL): (.+)")
TIME = re.compile(r"(.*) \((\d+(?:\.\d+)?) ms\)")
BEHIND_NAME = re.compile(r"(?=: | \()")  # what was said about it
SECTION = re.compile(r"(.*) \[([^][]+)\]")
# What a command says about its progress and takes away again, and other sequences of the terminal.
ERASED = re.compile(r"(?:\r[^\r\n\x1b]*\x1b\[K)*\r\x1b\[K|\x1b\[[0-9;?]*[A-Za-z]")


class Result:
    """One test: its outcome, its name ("group: case"), and what was said about it."""

    def __init__(self, outcome, name, text="", section="", seconds=None):
        self.outcome, self.name, self.text, self.section, self.seconds = outcome, name, text, section, seconds
        self.journal = []  # the lines behind it that begin with two blanks
        self.known = None  # why a bad one was expected: a string

    @property
    def bad(self):
        return self.outcome in BAD and self.known is None

    @property
    def group(self):
        return self.name.partition(": ")[0]

    @property
    def case(self):
        return self.name.partition(": ")[2] or self.name


def split_reason(text):
    """("a (b)", "c (d)") of "a (b) (c (d))"."""
    depth = 0
    for at in range(len(text) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(text[at], 0)
        if depth == 0:
            break
    if text.endswith(")") and text[at - 1:at] == " ":
        return text[:at - 1], text[at + 1:-1]
    return text, ""


def split_message(text):
    """("group: case", what was said); without further knowledge a case's name may have a colon as well."""
    at = text.find(": expected ")
    if at < 0:
        at = text.find(": ", text.find(": ") + 2)
    return (text, "") if at < 0 else (text[:at], text[at + 2:])


def longest_name(rest, names):
    """The longest of the names that it may begin with, or None."""
    ends = [match.start() for match in BEHIND_NAME.finditer(rest)] + [len(rest)]
    return next((rest[:end] for end in reversed(ends) if rest[:end] in names), None)


def parse_line(line, names=frozenset()):
    """The result that a line tells, or None. names: those that there are, where they are known."""
    match = TEST_LINE.fullmatch(line)
    if not match:
        return None
    outcome, rest = match.groups()
    section, seconds = "", None
    match = TIME.fullmatch(rest)
    if match:
        rest, seconds = match.group(1), float(match.group(2)) / 1000
    if outcome in ("FAIL", "HANG"):
        match = SECTION.fullmatch(rest)
        if match:
            rest, section = match.groups()
    known = longest_name(rest, names)
    if known is not None:
        text = rest[len(known):]
        text = text[2:] if text.startswith(": ") else text[2:-1] if text.endswith(")") else text
        return Result(outcome, known, text, section, seconds)
    if outcome in ("SKIP", "XFAIL"):
        name, text = split_reason(rest)
    elif outcome in ("FAIL", "HANG"):
        name, text = split_message(rest)
    else:
        name, text = rest, ""
    return Result(outcome, name, text, section, seconds)


def clean(text):
    """A console's output as it stays on the screen."""
    return ERASED.sub("", text).replace("\r", "")


class Lines:
    """Takes the console's bytes as they come, and hands on whole lines, clean."""

    def __init__(self, take):
        self.take = take
        self.rest = b""

    def feed(self, data):
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            self.take(clean(line.decode("utf-8", "replace")))

    def end(self):
        if self.rest:
            self.feed(b"\n")


class Collector:
    """Results of the lines that it is given."""

    def __init__(self, names=()):
        self.results = []
        self.names = frozenset(names)

    def line(self, line):
        """The result that the line belongs to, or None; what goes on with one begins with blanks."""
        result = parse_line(line, self.names)
        if result:
            self.results.append(result)
        elif line.startswith("  ") and self.results and self.results[-1].outcome in BAD:
            result = self.results[-1]
            result.journal.append(line[2:])
        return result


def tap_words(text):
    """In a description, a number sign would begin a directive."""
    return text.replace("\\", "\\\\").replace("#", "\\#")


def tap_line(number, result, prefix=""):
    """The test line of a result, without what was said about a bad one."""
    name = tap_words(prefix + result.name)
    if result.outcome == "SKIP":
        return f"ok {number} - {name} # SKIP {result.text}".rstrip()
    if result.outcome == "XFAIL" or result.known is not None:
        reason = result.text if result.outcome == "XFAIL" else result.known
        return f"not ok {number} - {name} # TODO {reason}".rstrip()
    return f"{'not ok' if result.outcome in BAD else 'ok'} {number} - {name}"


def message(result):
    """What was said about a bad one, with its section: one line."""
    return f"{result.outcome}: {result.text}" + (f" [{result.section}]" if result.section else "")


XML_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text):
    return XML_FORBIDDEN.sub("\ufffd", text)


def junit_suite(root, name, results, seconds=None, class_prefix=""):
    """A suite of results below root; what was expected to fail counts as skipped, since JUnit knows nothing else for it."""
    suite = xml.etree.ElementTree.SubElement(
        root, "testsuite", name=xml_text(name), tests=str(len(results)), errors="0", failures=str(sum(result.bad for result in results)),
        skipped=str(sum(not result.bad and result.outcome != "PASS" for result in results)))
    if seconds is not None:
        suite.set("time", f"{seconds:.3f}")
    for result in results:
        case = xml.etree.ElementTree.SubElement(
            suite, "testcase", classname=xml_text(class_prefix + result.group), name=xml_text(result.case), time=f"{result.seconds or 0:.3f}")
        if result.bad:
            failure = xml.etree.ElementTree.SubElement(case, "failure", type=result.outcome, message=xml_text(message(result)))
            failure.text = xml_text("\n".join([message(result), *result.journal]))
        elif result.outcome == "SKIP":
            xml.etree.ElementTree.SubElement(case, "skipped", message=xml_text(result.text))
        elif result.outcome != "PASS":
            reason = result.text if result.outcome == "XFAIL" else f"known: {result.known}; {message(result)}"
            xml.etree.ElementTree.SubElement(case, "skipped", message=xml_text(reason))


def junit_write(path, root):
    """Adds up the suites of a root element "testsuites" and writes it."""
    for count in ("tests", "errors", "failures", "skipped"):
        root.set(count, str(sum(int(suite.get(count)) for suite in root)))
    xml.etree.ElementTree.indent(root)
    xml.etree.ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)

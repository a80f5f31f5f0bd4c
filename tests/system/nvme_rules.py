"""Rules for what may differ between what a command line prints on Linux and here: the rows of nvme_cases.py have them."""

import re


class Rule:
    """What may differ between two texts of the same command line."""

    def __init__(self, pattern, why):
        self.pattern = re.compile(pattern)
        self.why = why


class Form(Rule):
    """Numbers on the lines that match are compared by their form alone: they count what the host did, or tell the time."""

    def apply(self, lines):
        return [re.sub(r"\b(0x[0-9a-fA-F]+|\d[\d,.]*|[0-9a-f]{4,})\b", "N", line) if self.pattern.search(line) else line for line in lines]


class Blanks(Rule):
    """Any number of blanks is one: columns that are as wide as the longest name, and names are longer here."""

    def __init__(self):
        super().__init__("", "names are longer here")

    def apply(self, lines):
        return [re.sub(" +", " ", line) for line in lines]


class Differs(Rule):
    """Lines that match are left out, and with each those below it that are indented deeper."""

    def apply(self, lines):
        kept, dropped = [], None
        for line in lines:
            depth = len(line) - len(line.lstrip())
            if dropped is not None and depth > dropped:
                continue
            dropped = depth if self.pattern.search(line) else None
            if dropped is None:
                kept.append(line)
        return kept


class Instead(Rule):
    """What matches is another text on both sides."""

    def __init__(self, pattern, text, why):
        super().__init__(pattern, why)
        self.text = text

    def apply(self, lines):
        return [self.pattern.sub(self.text, line) for line in lines]


class Order(Rule):
    """Lines that match come in any order."""

    def apply(self, lines):
        places = [number for number, line in enumerate(lines) if self.pattern.search(line)]
        lines = list(lines)
        for place, line in zip(places, sorted(lines[place] for place in places)):
            lines[place] = line
        return lines


class Masked(Rule):
    """What group 1 matches is not compared."""

    def apply(self, lines):
        masked = []
        for line in lines:
            match = self.pattern.search(line)
            masked.append(line[:match.start(1)] + "..." + line[match.end(1):] if match else line)
        return masked

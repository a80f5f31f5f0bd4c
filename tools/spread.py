"""What several rounds of a measurement say: their middle, how far they are apart, and whether two sets differ.

Spread is from the least to the largest of the rounds. Two sets differ where the rank test of Mann and Whitney,
two-sided, says so at LEVEL: it asks only which values are above which, so one disturbed round cannot decide it.
"""

import fractions
import functools
import math
import statistics

LEVEL = fractions.Fraction(1, 100)
EXACT_MAX = 60  # rounds of both sets; of more the normal distribution is close enough


class Spread:
    """The median of values, and the least and the largest of them."""

    def __init__(self, values):
        self.values = list(values)
        self.median = statistics.median(self.values)
        self.low, self.high = min(self.values), max(self.values)

    def data(self):
        """For JSON."""
        return {"values": self.values, "median": self.median, "low": self.low, "high": self.high}

    def text(self, form="{:.2f}"):
        """`9.81 (8.90 to 10.40)`; without the spread where there is none to be known."""
        middle, low, high = (form.format(value) for value in (self.median, self.low, self.high))
        return middle if len(self.values) < 2 else f"{middle} ({low} to {high})"


def ratio(over, under):
    """The spread of the ratios of rounds that ran in turn: the first to the first, and so on. None where there is none."""
    ratios = [a / b for a, b in zip(over, under) if b]
    return Spread(ratios) if ratios else None


@functools.lru_cache(None)
def arrangements(first, second):
    """How many ways there are to deal first + second ranks so that those of the first are above others COUNT times, by COUNT:
    the coefficients of the product of (1 - x^(second + i)) / (1 - x^i)."""
    ways = [1] + [0] * (first * second)
    for i in range(1, first + 1):
        for count in range(len(ways) - 1, second + i - 1, -1):
            ways[count] -= ways[count - second - i]
        for count in range(i, len(ways)):
            ways[count] += ways[count - i]
    return ways


def rank_test(first, second):
    """The chance that two sets of the same kind are ordered as clearly as these, either way. Equal values count half."""
    twice = sum((a > b) + (a >= b) for a in first for b in second)
    twice = min(twice, 2 * len(first) * len(second) - twice)
    if len(first) + len(second) > EXACT_MAX:
        deviation = math.sqrt(len(first) * len(second) * (len(first) + len(second) + 1) / 12)
        return math.erfc((len(first) * len(second) - twice) / 2 / deviation / math.sqrt(2))
    ways = arrangements(len(first), len(second))
    # Half of a tie is counted to where it says less.
    return min(fractions.Fraction(1), fractions.Fraction(2 * sum(ways[:(twice + 1) // 2 + 1]), sum(ways)))


def can_tell(first, second):
    """Whether so many rounds could differ at all at LEVEL: they do not where even complete separation is too likely."""
    return fractions.Fraction(2, math.comb(first + second, first)) <= LEVEL


FASTER, SLOWER, SAME, FEW = "faster", "slower", "no difference that this spread allows", "too few rounds to tell"


def verdict(before, after, more_is_better=True):
    """What after is, against before."""
    if not can_tell(len(before), len(after)):
        return FEW
    if rank_test(before, after) > LEVEL:
        return SAME
    larger = statistics.median(after) > statistics.median(before)
    return FASTER if larger == more_is_better else SLOWER

"""What several rounds of a measurement say: their middle, how far they are apart, and whether two sets differ.

Spread is from the least to the largest of the rounds. Two sets differ where the rank test of Mann and Whitney, exact and
two-sided, says so at LEVEL: it asks only which values are above which, so one disturbed round cannot decide it.
"""

import fractions
import functools
import statistics

LEVEL = fractions.Fraction(1, 100)


class Spread:
    """The median of values, and the least and the largest of them."""

    def __init__(self, values):
        self.values = list(values)
        self.median = statistics.median(self.values)
        self.low, self.high = min(self.values), max(self.values)

    def text(self, form="{:.2f}"):
        """`9.81 (8.90 to 10.40)`; without the spread where there is none to be known."""
        middle, low, high = (form.format(value) for value in (self.median, self.low, self.high))
        return middle if len(self.values) < 2 else f"{middle} ({low} to {high})"


def ratio(over, under):
    """The spread of the ratios of rounds that ran in turn: the first to the first, and so on. None where there is none."""
    ratios = [a / b for a, b in zip(over, under) if b]
    return Spread(ratios) if ratios else None


@functools.lru_cache(None)
def arrangements(first, second, rank_sum):
    """How many ways there are for so many values among the others to be above others rank_sum times."""
    if rank_sum < 0:
        return 0
    if first == 0 or second == 0:
        return int(rank_sum == 0)
    return arrangements(first - 1, second, rank_sum - second) + arrangements(first, second - 1, rank_sum)


def rank_test(first, second):
    """The chance that two sets of the same kind are ordered as clearly as these, either way. Equal values count half."""
    above = sum(fractions.Fraction((a > b) + (a >= b), 2) for a in first for b in second)
    pairs = len(first) * len(second)
    least = int(min(above, pairs - above))  # a tie is counted to where it says less
    if min(above, pairs - above) != least:
        least += 1
    ways = sum(arrangements(len(first), len(second), count) for count in range(least + 1))
    return min(fractions.Fraction(1), fractions.Fraction(2 * ways, arrangements_in_all(len(first), len(second))))


def arrangements_in_all(first, second):
    return sum(arrangements(first, second, count) for count in range(first * second + 1))


def can_tell(first, second):
    """Whether so many rounds could differ at all at LEVEL: they do not where even complete separation is too likely."""
    return fractions.Fraction(2, arrangements_in_all(first, second)) <= LEVEL


FASTER, SLOWER, SAME, FEW = "faster", "slower", "no difference that this spread allows", "too few rounds to tell"


def verdict(before, after, more_is_better=True):
    """What after is, against before."""
    if not can_tell(len(before), len(after)):
        return FEW
    if rank_test(before, after) > LEVEL:
        return SAME
    larger = statistics.median(after) > statistics.median(before)
    return FASTER if larger == more_is_better else SLOWER

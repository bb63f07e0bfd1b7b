"""How two guests compare when the host's own load changes all the time.

Each round measures Linux, dirql and Linux again, one right after the other. dirql is held
against the (geometric) mean of the two, which takes a slow drift out; and the second of the two
against the first, which tells what a ratio is worth: where Linux differs from itself by a
third, a ratio of 1.2 says nothing. What is printed of the rounds are their median and the
middle half of them."""

import math
import statistics
from collections import namedtuple

AIM = 1.5  # times as good as Linux, in every row

# what: for people. unit: of the figure. more: whether more of it is better.
Row = namedtuple("Row", "key what unit more")
# The three figures of a round, in the order they were taken.
Slice = namedtuple("Slice", "before here after")
Summary = namedtuple("Summary", "row here linux ratio low high self_low self_high")


def gain(row, one, other):
    """How many times as good as the other the one is."""
    if one <= 0 or other <= 0:
        raise ValueError(f"{row.what}: {one} and {other} cannot be compared")
    return one / other if row.more else other / one


def middle_half(values):
    """(lower, upper) quartile; of one value, that value twice."""
    if len(values) == 1:
        return values[0], values[0]
    lower, _, upper = statistics.quantiles(values, n=4, method="inclusive")
    return lower, upper


def summarize(row, slices):
    """The Summary of a row's rounds, at least one."""
    gains = [gain(row, each.here, math.sqrt(each.before * each.after)) for each in slices]
    itself = [gain(row, each.after, each.before) for each in slices]
    linux = [figure for each in slices for figure in (each.before, each.after)]
    return Summary(row, statistics.median(each.here for each in slices),
                   statistics.median(linux), statistics.median(gains),
                   *middle_half(gains), *middle_half(itself))


def reaches(summary):
    return summary.ratio >= AIM


def figure(value):
    """A number with as many digits as it is worth."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def line(summary):
    """One line of the table."""
    row = summary.row
    mark = "" if reaches(summary) else f"  under {AIM}"
    return (f"{row.what:44} {figure(summary.here):>11} {figure(summary.linux):>11} "
            f"{row.unit:13} {summary.ratio:>6.2f} "
            f"{f'{summary.low:.2f}-{summary.high:.2f}':>11} "
            f"{f'{summary.self_low:.2f}-{summary.self_high:.2f}':>11}{mark}")


def heading():
    return (f"{'':44} {'dirql':>11} {'Linux':>11} {'':13} {'ratio':>6} {'half of it':>11} "
            f"{'Linux/Linux':>11}")


def as_json(summary):
    """What is written to a file: the figures without the words."""
    return {name: value for name, value in summary._asdict().items() if name != "row"}

"""What is known at one point of a driver's code: level, locks, values, conditions.

A state is immutable and hashable: paths that know the same are followed once."""

import re
from dataclasses import dataclass, replace

from .contract import HIGHEST, LEVELS
from .names import shown

NAMES = {0: "PASSIVE_LEVEL", 1: "APC_LEVEL", 2: "DISPATCH_LEVEL", 12: "SYNCH_LEVEL",
         13: "CLOCK_LEVEL", 14: "IPI_LEVEL", 15: "HIGH_LEVEL"}
DISPATCH = LEVELS["DISPATCH_LEVEL"]


@dataclass(frozen=True)
class Level:
    """An IRQL or another number between two bounds. entry: it is the level the function
    analysed was entered at, whichever that is."""
    low: int
    high: int
    entry: bool = False

    def __str__(self):
        if self.low == self.high:
            return NAMES.get(self.low, str(self.low))
        if self.low > DISPATCH:
            return "DIRQL"
        return f"{NAMES.get(self.low, self.low)} to {NAMES.get(self.high, self.high)}"


ANY = Level(0, HIGHEST)
NONZERO = "nonzero"


@dataclass(frozen=True)
class Held:
    """One lock that is held. raised: its acquire raised and kept the level before. None for
    raised or shared: it may be released either way."""
    names: tuple
    raised: bool
    shared: bool
    where: tuple
    by: str

    def __str__(self):
        return shown(self.names[0])

    def renamed(self):
        """The lock after something in its name has changed: which it is, nobody can say."""
        return replace(self, names=tuple(name if name.startswith(LOST) else LOST + name
                                         for name in self.names))

    def lost(self):
        return self.names[0].startswith(LOST)


LOST = "?"


def within(place, name):
    """Whether a lock's name is built on the place: a pointer in it, or an index."""
    return re.search(r"(?<![\w@.>])" + re.escape(place) + r"(?![\w.@(]|->\w+\()", name) \
        is not None and name != place


@dataclass(frozen=True)
class State:
    """Values maps places to numbers, facts maps conditions to what they came out as."""
    level: Level
    locks: tuple = ()
    values: frozenset = frozenset()
    facts: frozenset = frozenset()

    def value(self, place):
        """The value a place is known to hold, or None."""
        return next((value for name, value in self.values if name == place), None)

    def store(self, place, value):
        """The place holds the value; None: one nobody knows."""
        values = {pair for pair in self.values
                  if pair[0] != place and not within(place, pair[0])}
        if value is not None:
            values.add((place, value))
        facts = frozenset(fact for fact in self.facts if place not in fact[0])
        locks = tuple(held.renamed() if any(within(place, name) for name in held.names)
                      else held for held in self.locks)
        return replace(self, values=frozenset(values), facts=facts, locks=locks)

    def fact(self, condition):
        """TRUE or FALSE when the condition came out so before, else None."""
        return next((truth for text, truth in self.facts if text == condition), None)

    def assume(self, condition, truth):
        return replace(self, facts=self.facts | {(condition, truth)})

    def forget(self, facts=True, values=False):
        """The state with less known, for loops and where there are too many states."""
        return replace(self, facts=frozenset() if facts else self.facts,
                       values=frozenset() if values else self.values)

    def without_locals(self, suffix):
        """What a function's caller keeps of it: the names of its own variables are gone."""
        return replace(
            self, values=frozenset(pair for pair in self.values if suffix not in pair[0]),
            facts=frozenset(fact for fact in self.facts if suffix not in fact[0]))

    def holding(self, name):
        """The lock held under this name, or None."""
        return next((held for held in reversed(self.locks) if name in held.names), None)

    def describe(self):
        """The level and the locks, for a message."""
        locks = ", ".join(f"{held} since line {held.where[1]}" for held in self.locks)
        return f"{self.level}" + (f" holding {locks}" if locks else "")

"""What a routine or a role asks of its caller and does to level and locks: its annotations."""

import re
from dataclasses import dataclass, field

from .syntax import notes

LEVELS = {"PASSIVE_LEVEL": 0, "LOW_LEVEL": 0, "APC_LEVEL": 1, "DISPATCH_LEVEL": 2,
          "CMCI_LEVEL": 5, "SYNCH_LEVEL": 12, "CLOCK_LEVEL": 13, "IPI_LEVEL": 14,
          "DRS_LEVEL": 14, "POWER_LEVEL": 14, "PROFILE_LEVEL": 15, "HIGH_LEVEL": 15}
HIGHEST = 15
DEVICE = (3, 12)  # DIRQL: whatever the device's interrupt has

# The words as they stand in the text of a _When_, and the notes they leave elsewhere.
WORDS = {"_IRQL_requires_": "level", "_IRQL_requires_max_": "max",
         "_IRQL_requires_min_": "min", "_IRQL_raises_": "raises",
         "_IRQL_saves_global_": "saves_global", "_Acquires_lock_": "acquires",
         "_Acquires_exclusive_lock_": "acquires",
         "_Acquires_nonreentrant_lock_": "acquires",
         "_Acquires_shared_lock_": "acquires_shared", "_Releases_lock_": "releases",
         "_Lock_becomes_exclusive_": "converts"}
WORD = re.compile(r"(_\w+_)\(([^()]*)\)")


def level_range(text):
    """(lowest, highest) of a level written in an annotation; None for an expression."""
    text = text.strip("() ")
    if text == "DIRQL":
        return DEVICE
    number = LEVELS.get(text, int(text) if text.isdigit() else None)
    return None if number is None else (number, number)


@dataclass
class Contract:
    """The notes of one declaration, sorted. Locks and levels are texts over parameters."""
    lowest: int = 0
    highest: int = HIGHEST
    level: tuple = None          # entered at exactly this level
    mostly: tuple = None         # entered there as a rule
    raises: str = None
    same: bool = False
    saves: list = field(default_factory=list)      # parameters, "return"
    keeps: list = field(default_factory=list)      # objects that keep the level
    restores: list = field(default_factory=list)   # parameters
    gives_back: list = field(default_factory=list)  # objects whose level comes back
    acquires: list = field(default_factory=list)   # (lock, shared)
    releases: list = field(default_factory=list)   # (lock, shared)
    held: list = field(default_factory=list)
    converts: str = None         # a lock that is held shared, and exclusive afterwards
    when: list = field(default_factory=list)       # (condition, Contract)
    inspect: bool = False
    no_locks: bool = False
    role: str = None
    parameters: list = field(default_factory=list)
    noreturn: bool = False

    def has_level(self):
        """Whether it says anything of the level it is entered at."""
        return bool(self.level or self.mostly or self.lowest or self.highest < HIGHEST)

    def matters(self):
        """Whether calling it can be wrong, or changes level or locks."""
        return self.has_level() or bool(self.raises or self.restores or self.acquires or
                                        self.releases or self.held or self.when or
                                        self.gives_back or self.noreturn or
                                        self.no_locks)

    def entries(self):
        """The levels it can be entered at, each to be tried alone."""
        if self.level or self.mostly:
            return [self.level or self.mostly]
        if self.lowest:
            return [(self.lowest, self.lowest)]
        if self.highest < HIGHEST:
            return [(level, level) for level in sorted({0, self.highest})]
        return [(0, HIGHEST)]

    def take(self, word, *arguments):
        """Adds one note."""
        bounds = level_range(arguments[0]) if arguments else None
        if word == "level" and bounds:
            self.level, (self.lowest, self.highest) = bounds, bounds
        elif word == "max" and bounds:
            self.highest = min(self.highest, bounds[1])
        elif word == "min" and bounds:
            self.lowest = max(self.lowest, bounds[0])
        elif word == "mostly":
            self.mostly = bounds
        elif word in ("raises", "converts"):
            setattr(self, word, arguments[0])
        elif word == "saves":
            self.saves.append("return")
        elif word == "saves_global":
            self.keeps.append(arguments[1])
        elif word == "restores_global":
            self.gives_back.append(arguments[1])
        elif word in ("acquires", "acquires_shared"):
            self.acquires.append((arguments[0], word == "acquires_shared"))
        elif word in ("releases", "releases_shared"):
            self.releases.append((arguments[0], word == "releases_shared"))
        elif word == "held":
            self.held.append(arguments[0])
        elif word == "role":
            self.role = arguments[0]
        elif word in ("same", "inspect", "no_locks"):
            setattr(self, word, True)
        elif word == "when":
            inner = Contract()
            for name, text in WORD.findall(arguments[1]):
                if name in WORDS:
                    inner.take(WORDS[name], *[part.strip() for part in text.split(",")])
            self.when.append((arguments[0], inner))


def contract_of(declaration):
    """The contract a function's or a role type's declaration states."""
    contract = Contract()
    for note in notes(declaration):
        contract.take(*note)
    for child in declaration.get("inner", []):
        if child.get("kind") == "ParmVarDecl":
            name = child.get("name", "")
            contract.parameters.append(name)
            for note in notes(child):
                if note[0] == "saves":
                    contract.saves.append(name)
                elif note[0] == "restores":
                    contract.restores.append(name)
        elif child.get("kind") in ("NoReturnAttr", "C11NoReturnAttr"):
            contract.noreturn = True
    return contract

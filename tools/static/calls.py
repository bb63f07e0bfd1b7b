"""What a call of an annotated routine asks for, and what it does to level and locks."""

import re
from dataclasses import replace

from .contract import HIGHEST, level_range
from .evaluate import FALSE, TRUE, Evaluator, compare
from .names import dereference, member, shown
from .state import DISPATCH, NAMES, Held, Level

# Arguments that the routine only reads, though it is given a pointer.
READ_ONLY = {"Timeout", "Interval", "DueTime"}
COMPARISON = re.compile(r"^\s*(\w+)(?:->(\w+))?\s*(==|!=)\s*(\w+)\s*$")


def short(name):
    """The name a driver's author wrote."""
    return {"KeAcquireSpinLockRaiseToDpc": "KeAcquireSpinLock",
            "KfRaiseIrql": "KeRaiseIrql",
            "IofCompleteRequest": "IoCompleteRequest"}.get(name, name.rpartition(":")[2])


def last_part(name):
    """The member a lock's name ends with."""
    return re.split(r"->|\.", name)[-1]


class Calls(Evaluator):
    """Applies contracts. A subclass follows the functions that have a body."""

    @staticmethod
    def lock_name(text, bound):
        """The name of a lock written in an annotation, at this call."""
        match = re.match(r"^(\**&?)(\w+)((?:(?:->|\.)\w+)*)$", text.strip())
        if not match:
            return text
        prefix, first, rest = match.groups()
        name = bound.get(first, first)
        for arrow, part in re.findall(r"(->|\.)(\w+)", rest):
            name = member(name, part, arrow == "->")
        for _ in range(prefix.count("*")):
            name = dereference(name)
        return name

    def check_bounds(self, contract, name, where, state):
        """Whether the level allows the call; the state afterwards knows that it did."""
        level = state.level
        wanted = NAMES.get(contract.highest, "DIRQL")
        if level.low > contract.highest:
            rule = "IRQL-22" if contract.highest == 1 and "Wait" in name else "IRQL-20"
            self.report(where, rule, f"{short(name)} at {state.describe()}: allowed up to "
                                     f"{wanted}")
        elif level.high < contract.lowest:
            rule = "LCK-5" if contract.acquires else "IRQL-20"
            self.report(where, rule, f"{short(name)} at {state.describe()}: allowed from "
                                     f"{NAMES.get(contract.lowest, 'DIRQL')} on")
        else:
            low, high = max(level.low, contract.lowest), min(level.high, contract.highest)
            return replace(state, level=replace(level, low=low, high=high))
        return state

    def apply(self, contract, name, where, texts, values, state):
        """[(state, value)] after a call of a routine that is known by its contract."""
        bound = dict(zip(contract.parameters, texts))
        given = dict(zip(contract.parameters, values))
        asked = [inner for condition, inner in contract.when
                 if "return" not in condition and self.holds(condition, bound, given, state)]
        for inner in asked or [contract]:
            state = self.check_bounds(inner, name, where, state)
        if contract.no_locks and any(held.by != "the caller" and not held.lost()
                                     for held in state.locks):
            self.report(where, "LCK-10", f"{short(name)} while holding "
                                         f"{', '.join(map(str, state.locks))}")
        for text in contract.held:
            self.check_held(self.lock_name(text, bound), name, where, state)
        if contract.noreturn:
            return []
        outcomes = [inner for condition, inner in contract.when
                    if "return" in condition and (inner.acquires or inner.converts)]
        after, value = self.effects(contract, name, where, bound, given, state)
        for parameter, text in bound.items():
            if text.startswith("&") and parameter not in READ_ONLY and \
                    parameter not in contract.saves:
                after = after.store(text[1:], None)
        if not outcomes:
            return [(after, value)]
        if any(state.holding(self.lock_name(lock, bound)) for lock, _ in outcomes[0].acquires):
            return [(after, FALSE)]
        if outcomes[0].converts:
            lock = self.lock_name(outcomes[0].converts, bound)
            after = replace(after, locks=tuple(
                replace(held, shared=None) if lock in held.names else held
                for held in after.locks))
            return [(after, None)]
        tried = self.effects(outcomes[0], name, where, bound, given, after)[0]
        if not outcomes[0].raises:
            tried = replace(tried, locks=tried.locks[:-1] + (
                replace(tried.locks[-1], raised=None),))
        return [(tried, TRUE), (after, FALSE)]

    def holds(self, condition, bound, given, state):
        """Whether the condition of a _When_ is surely true at this call."""
        for part in condition.split("||"):
            match = COMPARISON.match(part)
            if not match or match[1] not in bound:
                continue
            value = given[match[1]]
            if match[2]:
                value = state.value(member(bound[match[1]], match[2], True))
            if compare(match[3], value, FALSE):
                return True
        return False

    def check_held(self, lock, name, where, state):
        """A routine that is called with a lock held."""
        if state.holding(lock) is None and not self.similar(lock, state):
            self.report(where, "LCK-2", f"{short(name)} without its lock {shown(lock)}")

    @staticmethod
    def similar(lock, state):
        """The lock that is held under a name with the same end: another way to the same."""
        same = [held for held in state.locks
                if held.lost() or any(last_part(name) == last_part(lock) and
                                      ("->" in name or "." in name or "*" in name)
                                      for name in held.names)]
        return same[-1] if same else None

    def effects(self, contract, name, where, bound, given, state):
        """(state, value): what the routine does to level and locks."""
        value = state.level if "return" in contract.saves else None
        old = state.level
        for lock, shared in contract.releases:
            state = self.release(contract, name, where, self.lock_name(lock, bound), shared,
                                 state)
        for text in contract.restores:
            state = self.lower(given.get(text), name, where, state)
        for text in contract.gives_back:
            place = dereference(bound.get(text, text)) + ".OldIrql"
            kept = state.value(place)
            state = self.lower(kept, name, where, state).store(place, None)
        if contract.acquires:
            state = self.acquire(contract, name, where, bound, state)
        if contract.raises:
            state = self.raise_level(contract, name, where, given, state)
        for text in contract.saves:
            if text != "return" and text in bound:
                state = state.store(dereference(bound[text]), old)
        for text in contract.keeps:
            state = state.store(dereference(bound.get(text, text)) + ".OldIrql", old)
        return state, value

    def raise_level(self, contract, name, where, given, state):
        """The level after a raise."""
        bounds = level_range(contract.raises)
        value = Level(*bounds) if bounds else given.get(contract.raises)
        level = state.level
        if not isinstance(value, Level):
            return replace(state, level=Level(level.low, HIGHEST))
        if value.high < level.low:
            if not contract.acquires:
                self.report(where, "IRQL-12", f"{short(name)} to {value} at "
                                              f"{state.describe()}: a raise never lowers")
            return state
        if level.low == level.high == value.low == value.high:
            return state
        return replace(state, level=Level(max(value.low, level.low),
                                          max(value.high, level.low)))

    def lower(self, value, name, where, state):
        """The level after a lower to a value that was kept."""
        if not isinstance(value, Level):
            return replace(state, level=Level(0, state.level.high))
        if value.low > state.level.high:
            self.report(where, "IRQL-13", f"{short(name)} to {value} at {state.describe()}: "
                                          f"a lower never raises")
        spinning = [held for held in state.locks if "Mutex" not in held.by and
                    held.by != "the caller"]
        if value.high < DISPATCH and spinning and value.high < state.level.low:
            self.report(where, "LCK-3", f"{short(name)} lowers to {value} while "
                                        f"{spinning[-1]} is held")
        return replace(state, level=value)

    def acquire(self, contract, name, where, bound, state):
        """The locks after an acquire."""
        names = tuple(self.lock_name(lock, bound) for lock, _ in contract.acquires)
        for lock in names:
            held = state.holding(lock)
            if held and not (held.shared and contract.acquires[0][1]):
                self.report(where, "LCK-4", f"{short(name)} of {shown(lock)}, which is "
                                            f"held since line {held.where[1]}")
        raised = bool(contract.raises)
        held = Held(names, raised, contract.acquires[0][1], where, short(name))
        return replace(state, locks=state.locks + (held,))

    def release(self, contract, name, where, lock, shared, state):
        """The locks after a release."""
        held = state.holding(lock) or self.similar(lock, state)
        if held is None:
            self.unheld(name, where, lock, state)
            return state
        restores = bool(contract.restores or contract.gives_back)
        if held.raised is not None:
            queued = len(held.names) > 1
            if held.raised != restores:
                self.report(where, "LCK-6", f"{short(name)} of {held}, which {held.by} took "
                                            f"at line {held.where[1]}")
            elif queued and lock == held.names[0]:
                self.report(where, "LCK-7", f"{short(name)} of {held}, which is held by a "
                                            f"queue handle")
            elif held.shared not in (None, shared):
                self.report(where, "LCK-9", f"{short(name)} of {held}, which {held.by} took "
                                            f"at line {held.where[1]}")
        locks = list(state.locks)
        locks.remove(held)
        return replace(state, locks=tuple(locks))

    def unheld(self, name, where, lock, state):
        """A release of what is not held. Where nobody states how the root is entered, its
        caller may hold it."""
        root = self.program.contract(self.root)
        if root.has_level() or self.root in self.program.role_of:
            self.report(where, "LCK-2", f"{short(name)} of {shown(lock)}, which is not "
                                        f"held here ({state.level})")

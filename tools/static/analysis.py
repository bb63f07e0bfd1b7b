"""Follows every path of a driver from the functions the kernel enters, with the level they
are entered at, through the calls between its functions, and says where a rule is broken.

Only what is sure is reported: a level is a range, and a call is wrong when no level in the
range is allowed. A function whose entry level nobody states is followed with any level."""

from dataclasses import dataclass, replace

from .calls import Calls
from .contract import HIGHEST, Contract
from .flow import Flow
from .names import is_pure, spell, strip
from .state import Held, Level, State
from .syntax import children, place

MOST_STATES = 120     # at one node
MOST_STEPS = 60000    # for one root
DEEPEST = 14          # calls inside calls


class TooMuch(Exception):
    """A root with more paths than are worth following."""


@dataclass(frozen=True, order=True)
class Finding:
    """One broken rule."""
    file: str
    line: int
    rule: str
    text: str


class Frame:
    """What the names of one function stand for while it is followed."""

    def __init__(self, function, bindings):
        self.function = function
        self.suffix = f"@{function.name.rpartition(':')[2]}"
        self.bindings = bindings
        self.resolving = set()

    def local(self, declaration):
        return declaration.get("name", "?") + self.suffix

    def name_of(self, declaration):
        """The place a name means."""
        identity = declaration["id"]
        if identity in self.bindings:
            return self.bindings[identity]
        start = self.function.aliases.get(identity)
        if start is not None and identity not in self.resolving:
            self.resolving.add(identity)
            text = spell(start, self)
            self.resolving.discard(identity)
            return text
        if identity in self.function.locals:
            return self.local(declaration)
        return declaration.get("name", "?")


class Analysis(Calls):
    """Follows one program; findings is the result."""

    def __init__(self, program):
        self.program = program
        self.findings = set()
        self.given_up = set()
        self.stack = []
        self.cache = {}
        self.steps = 0
        self.root = None

    def report(self, where, rule, text):
        self.findings.add(Finding(*where, rule, text))

    def run(self):
        """Follows every root at every level it can be entered at."""
        for function, contract in self.program.roots():
            if not function.relevant and not contract.held:
                continue
            self.root = function.name
            self.steps = 0
            try:
                for low, high in contract.entries():
                    self.enter(function, contract, Level(low, high, True))
            except (TooMuch, RecursionError):
                self.given_up.add(function.name)
                self.stack.clear()
        return self.findings

    def enter(self, function, contract, level):
        """Follows one root and looks at how it returns."""
        names = dict(zip(contract.parameters, function.parameters))
        frame = Frame(function, {})
        locks = []
        for text in contract.held + [lock for lock, _ in contract.releases
                                     if lock not in contract.held]:
            spelt = self.lock_name(text, {name: frame.local(node)
                                          for name, node in names.items()})
            locks.append(Held((spelt,), None, None, function.where, "the caller"))
        start = State(level, tuple(locks))
        own = self.program.contracts.get(function.name) or Contract()
        self.check_exits(function, own if own.has_level() else contract, start,
                         self.follow(function.flow, start, frame))

    def check_exits(self, function, contract, start, exits):
        """Locks and level at the returns of a root."""
        kept = [after.level.entry for after, _, _ in exits]
        releases = bool(contract.releases)
        name = function.name.rpartition(":")[2]
        for after, _, where in exits:
            left = [held for held in after.locks if not held.lost() and
                    (held not in start.locks or releases) and not contract.acquires]
            for held in left:
                self.report(where, "LCK-2", f"{name} returns holding {held}, taken at line "
                                            f"{held.where[1]}")
            if not left:
                self.check_level(name, contract, start, after, where, kept)
            for held in start.locks:
                if held not in after.locks and not releases:
                    self.report(where, "LCK-2", f"{name} returns without {held}, which its "
                                                f"caller holds")

    def check_level(self, name, contract, start, after, where, kept):
        """The level at one return of a root."""
        level, entered = after.level, start.level
        if level.entry or contract.raises or contract.restores or contract.releases or \
                contract.acquires:
            return
        apart = level.low > entered.high or level.high < entered.low
        raised = entered.low == 0 and entered.high == HIGHEST and level.low > 0 and any(kept)
        if apart or raised:
            text = f"{name} returns at {level}"
            self.report(where, "IRQL-23", text + (f", entered at {entered}" if apart else
                                                  ", but not on every path"))

    def follow(self, flow, state, frame):
        """[(state, value, where)] at the function's returns."""
        seen, pending, exits = {}, [(flow.entry, state)], {}
        while pending:
            node, state = pending.pop()
            if node.loop:
                state = state.forget()
            known = seen.setdefault(node, set())
            if len(known) > MOST_STATES // 2:
                state = state.forget(values=len(known) > MOST_STATES)
            if state in known:
                continue
            known.add(state)
            self.steps += 1
            if self.steps > MOST_STEPS or len(known) > 4 * MOST_STATES:
                raise TooMuch
            if node.kind in ("return", "end"):
                found = self.evaluate(node.expression, state, frame) if node.expression \
                    else [(state, None)]
                exits.update({(after, value, node.where): None for after, value in found})
            else:
                pending += self.step(node, state, frame)
        return list(exits)

    def step(self, node, state, frame):
        """[(node, state)] that come after a node that is no return."""
        expression = node.expression
        if expression is None:
            return [(following, state) for following in node.next[:1]]
        if node.kind == "test":
            return [(node.next[0 if outcome else 1], after)
                    for after, outcome in self.branch(expression, state, frame)]
        if node.kind == "step" and expression["kind"] == "CallExpr":
            self.check_ignored(expression, frame)
        targets = node.next if node.kind == "choice" else node.next[:1]
        return [(following, after) for after, _ in self.evaluate(expression, state, frame)
                for following in targets]

    def run_block(self, node, state, frame):
        flow = Flow(node, node)
        return list(dict.fromkeys(after for after, _, _ in self.follow(flow, state, frame)))

    def callee(self, node, frame):
        """The name of the function a call names, or None."""
        target = strip(children(node)[0]).get("referencedDecl", {})
        if target.get("kind") != "FunctionDecl":
            return None
        return self.program.key(frame.function.unit, target["name"], frame.function.statics)

    def check_ignored(self, node, frame):
        """A call whose result is thrown away though it must be looked at."""
        name = self.callee(node, frame)
        contract = self.program.contracts.get(name)
        if contract and contract.inspect:
            self.report(place(node), "RESULT", f"the result of {name} is not looked at")

    def call(self, node, state, frame):
        target, *arguments = children(node)
        name = self.callee(node, frame)
        states = self.sequence([] if name else [target], state, frame)
        passed = [(each, []) for each in states]
        for argument in arguments:
            passed = [(after, values + [value]) for before, values in passed
                      for after, value in self.evaluate(argument, before, frame)]
        texts = [spell(argument, frame) if is_pure(argument) else
                 f"value#{argument.get('id')}" for argument in arguments]
        return [pair for before, values in passed for pair in
                dict.fromkeys(self.call_with(name, node, texts, values, before))]

    def call_with(self, name, node, texts, values, state):
        """[(state, value)] of a call whose arguments are evaluated."""
        where = place(node)
        special = self.level_register(name, values, state)
        if special:
            return special
        function = self.program.functions.get(name)
        contract = self.program.contracts.get(name) if name else None
        if function is None:
            if contract is None:
                return [(self.after_unknown(texts, state), None)]
            return self.apply(contract, name, where, texts, values, state)
        if contract and contract.has_level():
            state = self.check_bounds(contract, name, where, state)
        bound = dict(zip(contract.parameters, texts)) if contract else {}
        for lock in contract.held if contract else ():
            self.check_held(self.lock_name(lock, bound), name, where, state)
        if not function.relevant or name in self.stack or len(self.stack) > DEEPEST:
            return [(self.after_unknown(texts, state), None)]
        return self.inline(function, texts, values, state)

    def inline(self, function, texts, values, state):
        """[(state, value)] of a call of the driver's own function, by following it."""
        key = (function.name, tuple(texts), tuple(values), state)
        if key not in self.cache:
            bindings, start = {}, state
            for parameter, text, value in zip(function.parameters, texts, values):
                if parameter["id"] in function.changed or value is not None:
                    start = start.store(parameter.get("name", "?") +
                                        Frame(function, {}).suffix, value)
                if parameter["id"] not in function.changed and value is None or \
                        text.startswith("&"):
                    bindings[parameter["id"]] = text
            frame = Frame(function, bindings)
            self.stack.append(function.name)
            exits = self.follow(function.flow, start, frame)
            self.stack.pop()
            self.cache[key] = list(dict.fromkeys(
                (after.without_locals(frame.suffix), value) for after, value, _ in exits))
        return self.cache[key]

    @staticmethod
    def after_unknown(texts, state):
        """The state after a call that can write where its arguments point."""
        for text in texts:
            if text.startswith("&"):
                state = state.store(text[1:], None)
        return state

    @staticmethod
    def level_register(name, values, state):
        """[(state, value)] of reading and writing CR8, or None for another call."""
        if name in ("KeGetCurrentIrql", "__readcr8"):
            return [(state, state.level)]
        if name == "__writecr8":
            value = values[0] if values and isinstance(values[0], Level) else Level(0, HIGHEST)
            return [(replace(state, level=value), None)]
        return None

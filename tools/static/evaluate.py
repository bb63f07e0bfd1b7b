"""What one expression does to a state: the values it gives, the ways a condition goes, and
the calls in it."""

import re
from dataclasses import replace

from .names import is_pure, spell, strip
from .state import NONZERO, Level
from .syntax import children

FALSE, TRUE = Level(0, 0), Level(1, 1)
OPPOSITE = {"!=": "==", "<": ">=", ">": "<="}
MIRROR = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}


def truth(value):
    """TRUE, FALSE, or None for a value that can be either."""
    if value == NONZERO:
        return True
    if value is None or value.low <= 0 <= value.high and value.low != value.high:
        return None
    return bool(value.low)


def compare(operator, left, right):
    """How a comparison comes out, or None."""
    if operator in OPPOSITE:
        opposite = compare(OPPOSITE[operator], left, right)
        return None if opposite is None else not opposite
    if NONZERO in (left, right):
        other = right if left == NONZERO else left
        return False if operator == "==" and other == FALSE else None
    if left is None or right is None:
        return None
    if operator == "<=":
        return compare(">=", right, left)
    if operator == ">=":
        return True if left.low >= right.high else False if left.high < right.low else None
    if left.high < right.low or right.high < left.low:
        return False
    return True if left.low == left.high == right.low == right.high else None


def narrowed(level, operator, bound, outcome):
    """The level after it was compared with a constant."""
    if not outcome:
        operator = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=",
                    "<=": ">"}[operator]
    low, high = {"==": (bound, bound), "!=": (0, 15), "<": (0, bound - 1),
                 "<=": (0, bound), ">": (bound + 1, 15), ">=": (bound, 15)}[operator]
    return replace(level, low=max(level.low, low), high=min(level.high, high))


class Evaluator:
    """Follows expressions. A subclass says what a call does."""

    def call(self, node, state, frame):
        """[(state, value)] after the call."""
        raise NotImplementedError

    def run_block(self, node, state, frame):
        """[state] after a block that stands inside an expression."""
        raise NotImplementedError

    def evaluate(self, node, state, frame):
        """[(state, value)] after the expression."""
        method = getattr(self, "evaluate_" + node.get("kind", "none"), None)
        if method:
            return method(node, state, frame)
        return [(state, None) for state in self.sequence(children(node), state, frame)]

    def sequence(self, nodes, state, frame):
        """The states after the expressions one after the other."""
        states = [state]
        for node in nodes:
            states = list(dict.fromkeys(after for before in states
                                        for after, _ in self.evaluate(node, before, frame)))
        return states

    def evaluate_none(self, _node, state, _frame):
        return [(state, None)]

    def pass_through(self, node, state, frame):
        return self.evaluate(children(node)[-1], state, frame)

    evaluate_ParenExpr = evaluate_ImplicitCastExpr = evaluate_ConstantExpr = pass_through

    def evaluate_CStyleCastExpr(self, node, state, frame):
        return self.evaluate(children(node)[-1], state, frame)

    def evaluate_IntegerLiteral(self, node, state, _frame):
        number = int(node["value"])
        return [(state, Level(number, number))]

    def evaluate_UnaryExprOrTypeTraitExpr(self, _node, state, _frame):
        return [(state, NONZERO)]

    def read(self, node, state, frame):
        """The value of a place."""
        return [(after, after.value(spell(node, frame)))
                for after in self.sequence(children(node), state, frame)]

    evaluate_DeclRefExpr = evaluate_MemberExpr = evaluate_ArraySubscriptExpr = read

    def evaluate_StmtExpr(self, node, state, frame):
        return [(after, None) for after in self.run_block(children(node)[0], state, frame)]

    def evaluate_CallExpr(self, node, state, frame):
        return self.call(node, state, frame)

    def evaluate_UnaryOperator(self, node, state, frame):
        inner = children(node)[0]
        operator = node["opcode"]
        if operator == "!":
            return self.as_value(node, state, frame)
        if operator in ("++", "--"):
            return [(after.store(spell(inner, frame), None), None)
                    for after in self.sequence([inner], state, frame)]
        if operator == "*":
            return self.read(node, state, frame)
        if operator == "&":
            return [(after, NONZERO) for after in self.sequence([inner], state, frame)]
        found = self.evaluate(inner, state, frame)
        if operator == "-":
            return [(after, Level(-value.high, -value.low) if isinstance(value, Level)
                     else value) for after, value in found]
        return [(after, None) for after, _ in found]

    def evaluate_BinaryOperator(self, node, state, frame):
        left, right = children(node)
        operator = node["opcode"]
        if operator in ("&&", "||") or operator in MIRROR:
            return self.as_value(node, state, frame)
        if operator == "=":
            return [(after.store(spell(left, frame), value), value)
                    for before in self.sequence(children(strip(left)), state, frame)
                    for after, value in self.evaluate(right, before, frame)]
        found = []
        for before, first in self.evaluate(left, state, frame):
            for after, second in self.evaluate(right, before, frame):
                found.append((after, second if operator == "," else
                              self.compute(operator, first, second)))
        return found

    @staticmethod
    def compute(operator, first, second):
        """Arithmetic, as far as it matters: constants, and what is surely not zero."""
        known = [value for value in (first, second) if isinstance(value, Level)]
        if len(known) == 2 and all(value.low == value.high for value in known):
            one, two = first.low, second.low
            result = {"+": one + two, "-": one - two, "*": one * two, "|": one | two,
                      "&": one & two}.get(operator)
            return None if result is None else Level(result, result)
        if operator == "*" and any(truth(value) for value in (first, second)):
            return NONZERO
        return None

    def evaluate_CompoundAssignOperator(self, node, state, frame):
        left, right = children(node)
        return [(after.store(spell(left, frame), None), None)
                for after in self.sequence([left, right], state, frame)]

    def evaluate_ConditionalOperator(self, node, state, frame):
        condition, yes, no = children(node)
        if is_pure(node):
            return [(state, None)]
        return [pair for after, outcome in self.branch(condition, state, frame)
                for pair in self.evaluate(yes if outcome else no, after, frame)]

    def evaluate_DeclStmt(self, node, state, frame):
        states = [state]
        for variable in children(node):
            if variable["kind"] == "VarDecl":
                states = [after for before in states
                          for after in self.declare(variable, before, frame)]
        return [(after, None) for after in states]

    def declare(self, variable, state, frame):
        """The states after a local variable's declaration."""
        place = frame.local(variable)
        if not variable.get("init"):
            return [state.store(place, None)]
        start = next(part for part in children(variable) if "Attr" not in part["kind"])
        if start["kind"] != "InitListExpr":
            return [after.store(place, value)
                    for after, value in self.evaluate(start, state, frame)]
        if "LARGE_INTEGER" not in variable["type"]["qualType"]:
            return [after.store(place, None)
                    for after in self.sequence(children(start), state, frame)]
        found = [value for part in children(start)
                 for _, value in self.evaluate_leaf(part, state, frame)]
        value = NONZERO if any(truth(each) for each in found) else FALSE
        return [state.store(place, None).store(place + ".QuadPart", value)]

    def evaluate_leaf(self, node, state, frame):
        """The values in an initializer list, one for each number in it."""
        if node["kind"] == "InitListExpr":
            return [pair for part in children(node)
                    for pair in self.evaluate_leaf(part, state, frame)]
        return self.evaluate(node, state, frame)

    def as_value(self, node, state, frame):
        """A condition whose outcome is used as a number."""
        if is_pure(node):
            return [(state, None)]
        if node.get("opcode") in MIRROR:
            return [(after, None) for after in self.sequence(children(node), state, frame)]
        return [(after, TRUE if outcome else FALSE)
                for after, outcome in self.branch(node, state, frame)]

    def branch(self, node, state, frame):
        """[(state, outcome)] of a condition."""
        node = strip(node)
        operator = node.get("opcode")
        if node["kind"] == "UnaryOperator" and operator == "!":
            return [(after, not outcome)
                    for after, outcome in self.branch(children(node)[0], state, frame)]
        if node["kind"] == "BinaryOperator" and operator in ("&&", "||"):
            left, right = children(node)
            found = []
            for after, outcome in self.branch(left, state, frame):
                if outcome == (operator == "||"):
                    found.append((after, outcome))
                else:
                    found += self.branch(right, after, frame)
            return found
        if node["kind"] == "BinaryOperator" and operator in MIRROR:
            return self.comparison(node, state, frame)
        return [pair for after, value in self.evaluate(node, state, frame)
                for pair in self.outcomes(node, spell(node, frame), True, truth(value), after)]

    def comparison(self, node, state, frame):
        """[(state, outcome)] of a comparison."""
        left, right = children(node)
        operator = node["opcode"]
        found = []
        for before, first in self.evaluate(left, state, frame):
            for after, second in self.evaluate(right, before, frame):
                known = compare(operator, first, second)
                if known is None and self.reads_level(left) and second and \
                        second != NONZERO and second.low == second.high:
                    found += [(replace(after, level=narrowed(after.level, operator,
                                                             second.low, outcome)), outcome)
                              for outcome in (True, False)]
                    continue
                text, polarity = self.condition(operator, left, right, second, frame)
                found += self.outcomes(node, text, polarity, known, after)
        return found

    @staticmethod
    def reads_level(node):
        """Whether the expression is the present level itself."""
        node = strip(node)
        return node["kind"] == "CallExpr" and strip(children(node)[0]).get(
            "referencedDecl", {}).get("name") == "KeGetCurrentIrql"

    @staticmethod
    def condition(operator, left, right, second, frame):
        """(text, polarity): conditions that say the same or the opposite share a text."""
        if operator in ("==", "!=") and second == FALSE:
            return spell(left, frame), operator == "!="
        polarity = operator not in OPPOSITE
        operator = OPPOSITE.get(operator, operator)
        return f"{spell(left, frame)} {operator} {spell(right, frame)}", polarity

    @staticmethod
    def outcomes(node, text, polarity, known, state):
        """The ways a condition can go, remembered so that it goes the same way again."""
        if known is not None:
            return [(state, known)]
        if not is_pure(node) or re.search(r"#0x", text):
            return [(state, True), (state, False)]
        before = state.fact(text)
        if before is not None:
            return [(state, before == polarity)]
        return [(state.assume(text, outcome == polarity), outcome)
                for outcome in (True, False)]

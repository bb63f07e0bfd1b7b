"""The control flow of a function: its statements as a graph.

A node evaluates one expression. Its successors: one, or for a condition (if true, if false),
or for a switch any of its cases."""

from .syntax import children, place


class Node:
    """One step: kind is step, test, choice, return or end."""
    __slots__ = ("kind", "expression", "next", "where", "loop")

    def __init__(self, kind, where, expression=None, following=()):
        self.kind = kind
        self.where = where
        self.expression = expression
        self.next = list(following)
        self.loop = False


class Flow:
    """Lowers a function's body; entry is its first node."""

    def __init__(self, function, body):
        self.labels = {}
        self.cases = None
        self.end = Node("end", place(function, end=True))
        self.entry = self.lower(body, self.end, None, None)

    def lower(self, statement, after, out, again):
        """The first node of the statement; after follows it, out and again are where break
        and continue lead."""
        method = getattr(self, "lower_" + statement["kind"], None)
        if method:
            return method(statement, after, out, again)
        return Node("step", place(statement), statement, [after])

    def lower_CompoundStmt(self, statement, after, out, again):
        for child in reversed(children(statement)):
            after = self.lower(child, after, out, again)
        return after

    def lower_NullStmt(self, _statement, after, _out, _again):
        return after

    def lower_AttributedStmt(self, statement, after, out, again):
        return self.lower(children(statement)[-1], after, out, again)

    def lower_IfStmt(self, statement, after, out, again):
        parts = children(statement)
        condition, *arms = parts[-3:] if statement.get("hasElse") else parts[-2:]
        node = Node("test", place(condition), condition)
        node.next = [self.lower(arms[0], after, out, again),
                     self.lower(arms[1], after, out, again) if arms[1:] else after]
        return node

    def lower_WhileStmt(self, statement, after, _out, _again):
        condition, body = children(statement)[-2:]
        head = Node("test", place(condition), condition)
        head.loop = True
        head.next = [self.lower(body, head, after, head), after]
        return head

    def lower_DoStmt(self, statement, after, _out, _again):
        body, condition = children(statement)
        test = Node("test", place(condition), condition)
        first = self.lower(body, test, after, test)
        test.loop = True
        test.next = [first, after]
        return first

    def lower_ForStmt(self, statement, after, _out, _again):
        start, _, condition, step, body = statement["inner"]
        head = Node("test", place(condition if condition.get("kind") else statement),
                    condition if condition.get("kind") else None)
        head.loop = True
        back = head
        if step.get("kind"):
            back = Node("step", place(step), step, [head])
        head.next = [self.lower(body, back, after, back), after]
        return self.lower(start, head, None, None) if start.get("kind") else head

    def lower_SwitchStmt(self, statement, after, _out, again):
        condition, body = children(statement)[-2:]
        outer, self.cases = self.cases, []
        node = Node("choice", place(condition), condition)
        self.lower(body, after, after, again)
        node.next = [case for case, _ in self.cases]
        if not any(default for _, default in self.cases):
            node.next.append(after)
        self.cases = outer
        return node

    def lower_CaseStmt(self, statement, after, out, again):
        first = self.lower(children(statement)[-1], after, out, again)
        self.cases.append((first, False))
        return first

    def lower_DefaultStmt(self, statement, after, out, again):
        first = self.lower(children(statement)[-1], after, out, again)
        self.cases.append((first, True))
        return first

    def lower_BreakStmt(self, statement, _after, out, _again):
        return Node("step", place(statement), None, [out])

    def lower_ContinueStmt(self, statement, _after, _out, again):
        return Node("step", place(statement), None, [again])

    def lower_ReturnStmt(self, statement, _after, _out, _again):
        value = children(statement)
        return Node("return", place(statement), value[0] if value else None)

    def label(self, identity, where):
        return self.labels.setdefault(identity, Node("step", where))

    def lower_GotoStmt(self, statement, _after, _out, _again):
        return self.label(statement["targetLabelDeclId"], place(statement))

    def lower_LabelStmt(self, statement, after, out, again):
        node = self.label(statement["declId"], place(statement))
        node.next = [self.lower(children(statement)[-1], after, out, again)]
        node.loop = True
        return node

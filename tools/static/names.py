"""One spelling for each thing that source can spell in several ways: p->Lock, (*p).Lock and
what a parameter stands for at the call are the same place."""

import re

from .syntax import children

TRANSPARENT = {"ParenExpr", "ImplicitCastExpr", "CStyleCastExpr", "ConstantExpr"}
LOCAL = re.compile(r"@[\w.]+")


def strip(node):
    """The expression under parentheses and casts."""
    while node.get("kind") in TRANSPARENT and children(node):
        node = children(node)[-1]
    return node


def dereference(text):
    """What the pointer spelt so points at."""
    return text[1:] if text.startswith("&") else "*" + text


def address(text):
    """The pointer to the place spelt so."""
    return text[1:] if text.startswith("*") else "&" + text


def member(text, name, arrow):
    """A member of the structure, or of the one pointed at."""
    if not arrow:
        return f"{text[1:]}->{name}" if text.startswith("*") else f"{text}.{name}"
    return f"{text[1:]}.{name}" if text.startswith("&") else f"{text}->{name}"


def spell(node, frame):
    """The spelling of an expression, in terms of what the frame's names stand for."""
    node = strip(node)
    kind = node.get("kind")
    parts = children(node)
    if kind == "DeclRefExpr":
        return frame.name_of(node["referencedDecl"])
    if kind == "MemberExpr":
        base = spell(parts[0], frame)
        if not node.get("name"):
            return base
        return member(base, node["name"], node["isArrow"])
    if kind == "UnaryOperator":
        inner = spell(parts[0], frame)
        if node["opcode"] == "*":
            return dereference(inner)
        if node["opcode"] == "&":
            return address(inner)
        return node["opcode"] + inner
    if kind == "ArraySubscriptExpr":
        return f"{spell(parts[0], frame)}[{spell(parts[1], frame)}]"
    if kind in ("IntegerLiteral", "CharacterLiteral"):
        return str(node["value"])
    if kind == "BinaryOperator":
        return f"{spell(parts[0], frame)} {node['opcode']} {spell(parts[1], frame)}"
    if kind == "CallExpr":
        return f"{spell(parts[0], frame)}({', '.join(spell(p, frame) for p in parts[1:])})"
    return f"{kind}#{node.get('id')}"


def shown(text):
    """A spelling as a message shows it."""
    return LOCAL.sub("", text)


def is_pure(node):
    """Whether evaluating the expression again gives the same and does nothing."""
    if node.get("kind") in ("CallExpr", "CompoundAssignOperator", "StmtExpr", "AtomicExpr"):
        return False
    if node.get("kind") == "BinaryOperator" and node["opcode"] == "=":
        return False
    if node.get("kind") == "UnaryOperator" and node["opcode"] in ("++", "--"):
        return False
    return all(is_pure(child) for child in children(node))

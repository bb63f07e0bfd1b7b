"""A driver: all functions of its sources, their contracts and roles, and what calls what."""

from pathlib import Path

from .contract import contract_of
from .flow import Flow
from .names import strip
from .syntax import ROOT, children, place

PUBLIC = str(ROOT / "include")


class Function:
    """One function with a body."""

    def __init__(self, name, node, body, unit, statics):
        self.name = name
        self.unit = unit
        self.statics = statics
        self.where = place(node)
        self.flow = Flow(node, body)
        self.parameters = [child for child in node["inner"] if child["kind"] == "ParmVarDecl"]
        self.aliases, self.changed = stable_locals(body)
        self.locals = {part["id"] for part in [*walk(body), *self.parameters]
                       if part["kind"] in ("VarDecl", "ParmVarDecl")}
        self.called = False
        self.relevant = False


def walk(node):
    """The node and all nodes under it."""
    yield node
    for child in children(node):
        yield from walk(child)


def stable_locals(body):
    """(id -> initial value, of locals that have one and are never changed; ids of what is
    changed)."""
    initial, changed = {}, set()
    for node in walk(body):
        if node["kind"] == "VarDecl" and node.get("init") and children(node):
            initial[node["id"]] = children(node)[0]
        elif node["kind"] in ("BinaryOperator", "CompoundAssignOperator", "UnaryOperator"):
            target = strip(children(node)[0])
            if target["kind"] == "DeclRefExpr" and node["opcode"] in (
                    "=", "++", "--", "&") or node["kind"] == "CompoundAssignOperator":
                changed.add(target.get("referencedDecl", {}).get("id"))
    stable = {name: value for name, value in initial.items()
              if name not in changed and names_only(value)}
    return stable, changed


def names_only(node):
    """Whether the expression is made of names, members and pointers alone."""
    node = strip(node)
    return node["kind"] in ("DeclRefExpr", "MemberExpr", "UnaryOperator") and all(
        names_only(child) for child in children(node)) and node.get("opcode") in (
            None, "&", "*")


class Program:
    """Reads trees one by one; names are the driver's own, static ones by source."""

    def __init__(self):
        self.functions = {}
        self.contracts = {}      # function -> Contract, own annotations
        self.roles = {}          # role type -> Contract
        self.role_of = {}        # function -> role type
        self.pointers = {}       # pointer type -> role type
        self.calls = {}          # function -> names it calls

    def add(self, unit, tree):
        """Takes in one source's tree."""
        statics = {child["name"] for child in children(tree)
                   if child["kind"] == "FunctionDecl" and child.get("storageClass") == "static"}
        for node in children(tree):
            if node["kind"] == "TypedefDecl":
                self.add_type(node)
            elif node["kind"] == "FunctionDecl":
                self.add_function(unit, node, statics)
            elif node["kind"] == "VarDecl":
                self.find_roles(unit, statics, node)

    def key(self, unit, name, statics):
        """The name a function has in the whole driver."""
        return f"{unit}:{name}" if name in statics else name

    def add_type(self, node):
        spelt = node["type"]["qualType"].replace("*restrict", "*")
        if spelt.endswith("*") and spelt[:-1].strip() in self.roles:
            self.pointers[node["name"]] = spelt[:-1].strip()
        elif spelt in self.roles:
            self.roles[node["name"]] = self.roles[spelt]
        elif any(child["kind"] == "FunctionProtoType" or "Function" in child["kind"]
                 for part in children(node) for child in [part, *children(part)]):
            contract = contract_of(node)
            if contract.has_level() or contract.releases or contract.acquires:
                self.roles[node["name"]] = contract

    def add_function(self, unit, node, statics):
        key = self.key(unit, node["name"], statics)
        stated = contract_of(node)
        known = self.contracts.setdefault(key, stated)
        if known is not stated and stated.matters() and not known.matters():
            self.contracts[key] = stated
        known = self.contracts[key]
        if not any(known.parameters) or len(known.parameters) < len(stated.parameters):
            known.parameters = stated.parameters
        role = stated.role or node["type"]["qualType"]
        if role in self.roles:
            self.role_of[key] = role
        elif role in self.pointers:
            self.role_of[key] = self.pointers[role]
        body = next((part for part in children(node) if part["kind"] == "CompoundStmt"), None)
        if body is None:
            return
        if not Path(place(node)[0]).resolve().is_relative_to(PUBLIC):
            known.parameters = stated.parameters
            self.functions[key] = Function(key, node, body, unit, statics)
            self.find_roles(unit, statics, node)
            targets = (strip(children(part)[0]).get("referencedDecl", {})
                       for part in walk(body) if part["kind"] == "CallExpr")
            self.calls[key] = {self.key(unit, target["name"], statics) for target in targets
                               if target.get("kind") == "FunctionDecl"}

    def find_roles(self, unit, statics, node):
        """Functions that are given where a pointer to a role is wanted have the role."""
        for part in walk(node):
            wanted = []
            parts = children(part)
            if part["kind"] == "CallExpr":
                callee = strip(parts[0])
                spelt = callee.get("type", {}).get("qualType", "")
                types = spelt[spelt.find("(") + 1:-1].split(", ") if "(" in spelt else []
                wanted = list(zip(types, parts[1:]))
            elif part["kind"] == "BinaryOperator" and part["opcode"] == "=":
                wanted = [(parts[0]["type"]["qualType"], parts[1])]
            elif part["kind"] == "VarDecl" and part.get("init") and parts:
                wanted = [(part["type"]["qualType"], parts[0])]
            for type_, value in wanted:
                value = strip(value)
                if value["kind"] == "UnaryOperator" and value["opcode"] == "&":
                    value = strip(children(value)[0])
                if type_ in self.pointers and value["kind"] == "DeclRefExpr" and \
                        value["referencedDecl"]["kind"] == "FunctionDecl":
                    key = self.key(unit, value["referencedDecl"]["name"], statics)
                    self.role_of.setdefault(key, self.pointers[type_])

    def finish(self):
        """When all sources are in: who is called, and whose calls are worth following."""
        for caller, names in self.calls.items():
            for name in names - {caller}:
                if name in self.functions:
                    self.functions[name].called = True
        pending = [name for name, calls in self.calls.items()
                   if any(call in self.contracts and self.contracts[call].matters() or
                          call in CHANGES_LEVEL for call in calls)]
        users = {}
        for caller, names in self.calls.items():
            for name in names:
                users.setdefault(name, set()).add(caller)
        while pending:
            function = self.functions[pending.pop()]
            if not function.relevant:
                function.relevant = True
                pending += users.get(function.name, ())

    def contract(self, name):
        """What entering the function means: its own words, or else its role's."""
        own = self.contracts.get(name)
        if own and own.has_level():
            return own
        if name in self.role_of:
            return self.roles[self.role_of[name]]
        if name == "DriverEntry" and "DRIVER_INITIALIZE" in self.roles:
            return self.roles["DRIVER_INITIALIZE"]
        return own

    def roots(self):
        """The functions somebody else enters."""
        for name, function in self.functions.items():
            contract = self.contract(name)
            if contract.has_level() or name in self.role_of or not function.called:
                yield function, contract


# The registers a driver's inline code reads and writes the level with.
CHANGES_LEVEL = {"__writecr8", "__readcr8", "KeGetCurrentIrql"}

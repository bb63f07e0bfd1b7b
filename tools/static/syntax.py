"""The syntax tree of a driver's sources, as clang prints it, and what the headers' notes say.

clang leaves the file and the line out of a position where they are those of the position
printed before; positions are completed while the text is read, in its order."""

import json
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FLAGS = ["-target", "x86_64-w64-mingw32", "-std=gnu11", "-ffreestanding", "-fshort-wchar",
         "-fms-extensions", "-Wno-everything", "-Dnaked=", f"-I{ROOT / 'include'}"]
WARNING = re.compile(r"^([^\s:][^:]*):(\d+):\d+: (error|warning): (.*?)(?: \[-W[\w-]+\])?$",
                     re.M)


class CompileError(Exception):
    """A source that clang does not compile; the text is clang's."""


def run_clang(source, includes, notes, *options):
    """(syntax tree text, messages) of one source, at one strength of DIRQL_LINT."""
    command = ["clang", *FLAGS, *[f"-I{folder}" for folder in includes],
               f"-DDIRQL_LINT={notes}", "-fsyntax-only", *options, str(source)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        raise CompileError(result.stderr)
    return result.stdout, result.stderr


def thread_safety(source, includes):
    """(file, line, text) of each warning of -Wthread-safety. A driver whose annotations clang
    cannot take as capabilities is left to the other analysis."""
    try:
        _, messages = run_clang(source, includes, 2, "-Wthread-safety")
    except CompileError:
        return []
    return [(found[1], int(found[2]), found[4]) for found in WARNING.finditer(messages)]


def load(source, includes):
    """The tree of one source with whole positions."""
    text, _ = run_clang(source, includes, 1, "-Xclang", "-ast-dump=json")
    last = {"file": str(source), "line": 0}

    def complete(item):
        if "offset" in item:
            last.update((key, item[key]) for key in ("file", "line") if key in item)
            item.update(last)
        return item

    return json.loads(text, object_hook=complete)


def place(node, end=False):
    """(file, line) of a node, where it stands in the source and not in a macro's text."""
    where = node.get("range", {}).get("end" if end else "begin", {})
    where = where.get("expansionLoc", where)
    return where.get("file", "?"), where.get("line", 0)


def children(node):
    """The nodes under a node; clang prints an empty object for a part that is missing."""
    return [child for child in node.get("inner", []) if child.get("kind")]


def literals(node):
    """The string literals under an annotation, in their order."""
    if node.get("kind") == "StringLiteral":
        return [json.loads(node["value"])]
    return [text for child in children(node) for text in literals(child)]


def notes(node):
    """What the annotations of a declaration say: a list of [word, argument...]."""
    found = [literals(child) for child in children(node) if child["kind"] == "AnnotateAttr"]
    return [note for note in found if note]

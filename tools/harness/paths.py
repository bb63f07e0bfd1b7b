"""Where things are: the tree, its build folder, and the files of one NT profile."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("DIRQL_BUILD", ROOT / "build"))
TOOLS = ROOT / "tools"


def kernel(nt):
    """The kernel with its DWARF."""
    return BUILD / nt / "dirql.elf"


def iso(nt):
    return BUILD / nt / "dirql.iso"


def objects(nt):
    """The folder that holds <kernel folder>/*.o of the profile."""
    return BUILD / nt

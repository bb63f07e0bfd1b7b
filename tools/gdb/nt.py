"""The `nt` commands of gdb, for a kernel in QEMU or a dump of its memory.

tools/debug.py loads this; in any gdb that has the kernel's symbols and is attached to the
guest, or reads a core file of QMP's dump-guest-memory (paging=true): source tools/gdb/nt.py
`help nt` lists the commands; docs/gdb.md shows them. Sourcing it again takes changed files."""

import importlib
import os
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))
FAMILIES = ("images", "interrupts", "processors", "apic", "threads", "iomanager", "pool", "stop",
            "locks", "trace")

if FOLDER not in sys.path:
    sys.path.insert(0, FOLDER)
for name in [name for name in sys.modules if name.split(".")[0] == "ntcommands"]:
    del sys.modules[name]
for family in FAMILIES:
    importlib.import_module(f"ntcommands.{family}")

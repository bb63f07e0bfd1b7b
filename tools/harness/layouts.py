"""KINTERRUPT and ISRDPCSTATS of every NT version, from two sides: as the facts files of
tests/data have them, and as pahole finds them in the DWARF of something compiled.

Both sides are {member: (offset, size)} with the size of the whole under TOTAL. In a facts
file the row of the total closes a structure; its type column is the structure's name."""

import csv
import re
import subprocess

from harness import paths

DATA = paths.ROOT / "tests/data"
FACTS = [DATA / "isrdpcstats.csv", DATA / "kinterrupt.csv"]
TOTAL = "__sizeof__"

# "VOID (*Name)(VOID); /* 80 8 */", "ULONG Name[4]; /* 144 16 */"
MEMBER = re.compile(r"(\w+)(?:\[\d+\])?(?:\)\([^)]*\))?(?: __attribute__\(\(.*\)\))?;"
                    r"\s*/\*\s*(\d+)\s+(\d+)\s*\*/")


def facts(arch, version):
    """{structure: {member: (offset, size)}} of a version; KeyError if no file has it."""
    structures = {}
    for path in FACTS:
        members = {}
        with path.open() as file:
            for row in csv.DictReader(file):
                if (row["arch"], row["version"]) != (arch, version):
                    continue
                members[row["member"]] = (int(row["offset"], 16), int(row["size"], 16))
                if row["member"] == TOTAL:
                    structures[row["type"]] = members
                    members = {}
    if "KINTERRUPT" not in structures:
        raise KeyError(f"no KINTERRUPT of {arch} {version} in tests/data")
    return structures


def versions(arch):
    """The versions the facts have for x86 or x64, oldest first."""
    with FACTS[-1].open() as file:
        return list(dict.fromkeys(row["version"] for row in csv.DictReader(file)
                                  if row["arch"] == arch))


def static_assert(left, value, label):
    return f'_Static_assert({left} == 0x{value:X}, "{label}");'


def static_asserts(arch, version):
    """The facts as C: a compiler that accepts the lines lays the structures out alike."""
    lines = []
    for structure, members in facts(arch, version).items():
        for name, (offset, size) in members.items():
            label = f"{arch} {version}: {structure}.{name}"
            if name == TOTAL:
                lines.append(static_assert(f"sizeof({structure})", size, label))
                continue
            lines.append(static_assert(f"__builtin_offsetof({structure}, {name})", offset,
                                       label + " offset"))
            lines.append(static_assert(f"sizeof((({structure} *)0)->{name})", size,
                                       label + " size"))
    return "\n".join(lines) + "\n"


def compiled(file, structure):
    """One structure as the DWARF of an object or a kernel has it."""
    text = subprocess.run(["pahole", "-C", f"_{structure}", str(file)],
                          capture_output=True, text=True, check=True).stdout
    members = {name: (int(offset), int(size))
               for name, offset, size in MEMBER.findall(text)}
    total = re.search(r"/\* size: (\d+)", text)
    return members | ({TOTAL: (0, int(total.group(1)))} if total else {})

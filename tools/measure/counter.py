"""Counted instructions: the plugin counter.c, and what it wrote."""

import bisect
import subprocess
from collections import Counter
from dataclasses import dataclass, field

from harness import paths

SOURCE = paths.TOOLS / "measure/counter.c"
PLUGIN = paths.BUILD / "tools/counter.so"


def build():
    """Compiles the plugin when it is older than its source; returns its path."""
    sources = [SOURCE, SOURCE.with_name("qemuplugin.h")]
    newest = max(file.stat().st_mtime for file in sources)
    if not PLUGIN.exists() or PLUGIN.stat().st_mtime < newest:
        PLUGIN.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["gcc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-fPIC",
                        "-fvisibility=hidden", "-shared", "-o", str(PLUGIN), str(SOURCE)],
                       check=True)
    return PLUGIN


def arguments(output, path=False):
    """For QEMU's command line; what was counted is added to the file `output`."""
    output.unlink(missing_ok=True)
    return ["-plugin", f"{build()},output={output}" + (",path=on" if path else "")]


@dataclass
class Count:
    """What was executed between an arm and a disarm."""
    blocks: list = field(default_factory=list)  # (address, instructions, [of each processor])
    path: tuple = ()  # smallest, median, how many

    def total(self, exclude=()):
        """Instructions of all processors, but for those in [low, high) ranges."""
        return sum(size * sum(counts) for address, size, counts in self.blocks
                   if not any(low <= address < high for low, high in exclude))

    def by_processor(self):
        sums = [size * count for _, size, counts in self.blocks for count in counts]
        width = len(self.blocks[0][2]) if self.blocks else 0
        return [sum(sums[index::width]) for index in range(width)]

    def by_function(self, symbols):
        """Instructions by function; symbols: sorted (address, name) pairs."""
        starts, sums = [address for address, _ in symbols], Counter()
        for address, size, counts in self.blocks:
            place = bisect.bisect_right(starts, address) - 1
            name = symbols[place][1] if place >= 0 else f"{address:#x}"
            sums[name] += size * sum(counts)
        return sums


def read(file):
    """All counts in a file, the oldest first. One that is not finished is not there."""
    counts, current = [], None
    for line in file.read_text().splitlines() if file.exists() else []:
        words = line.split()
        if words[0] == "armed":
            current = Count()
        elif words[0] == "tb" and current:
            current.blocks.append((int(words[1], 16), int(words[2]),
                                   [int(word) for word in words[3:]]))
        elif words[0] == "path" and current:
            current.path = tuple(int(word) for word in words[1:])
        elif words[0] == "end" and current:
            counts.append(current)
            current = None
    return counts


def symbols(*files):
    """Sorted (address, name) of the code in ELF files at the addresses they are linked to."""
    found = []
    for file in files:
        text = subprocess.run(["nm", "-n", str(file)], capture_output=True, text=True,
                              check=True).stdout
        for line in text.splitlines():
            words = line.split()
            if len(words) == 3 and words[1] in "tTwW":
                found.append((int(words[0], 16), words[2]))
    return sorted(found)

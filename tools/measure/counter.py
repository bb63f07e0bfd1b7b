"""Counted instructions: the plugin counter.c, and what it wrote."""

import bisect
import re
import struct
import subprocess
from collections import Counter
from dataclasses import dataclass, field

from harness import paths

SOURCE = paths.TOOLS / "measure/counter.c"
PLUGIN = paths.BUILD / "tools/counter.so"
LINKED = 0x140000000  # the address that tools/build_driver links drivers to


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
    path_blocks: list = field(default_factory=list)  # as blocks, of what is in the paths

    def total(self, exclude=()):
        """Instructions of all processors, but for those in [low, high) ranges."""
        return sum(size * sum(counts) for address, size, counts in self.blocks
                   if not any(low <= address < high for low, high in exclude))

    def by_processor(self):
        sums = [size * count for _, size, counts in self.blocks for count in counts]
        width = len(self.blocks[0][2]) if self.blocks else 0
        return [sum(sums[index::width]) for index in range(width)]

    def by_address(self):
        return _by_address(self.blocks)

    def by_function(self, symbols):
        """Instructions by function; symbols: sorted (address, name) pairs."""
        return by_function(self.by_address(), symbols)

    def each_path(self):
        """Instructions of one path on average, by the address of their block."""
        found = _by_address(self.path_blocks)
        return {address: found[address] / self.path[2] for address in found}


def _by_address(blocks):
    sums = Counter()
    for address, size, counts in blocks:
        sums[address] += size * sum(counts)
    return sums


def by_function(by_address, symbols):
    """Numbers by the address of a block as numbers by function; symbols: sorted (address,
    name) pairs."""
    starts, sums = [address for address, _ in symbols], Counter()
    for address, number in by_address.items():
        place = bisect.bisect_right(starts, address) - 1
        sums[symbols[place][1] if place >= 0 else f"{address:#x}"] += number
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
        elif words[0] == "pb" and current:
            current.path_blocks.append((int(words[1], 16), int(words[2]), [int(words[3])]))
        elif words[0] == "path" and current:
            current.path = tuple(int(word) for word in words[1:])
        elif words[0] == "end" and current:
            counts.append(current)
            current = None
    return counts


def _code(file):
    """(address, name) of the code in a file, at the addresses it is linked to."""
    text = subprocess.run(["nm", "-n", str(file)], capture_output=True, text=True,
                          check=True).stdout
    lines = [line.split() for line in text.splitlines()]
    return [(int(words[0], 16), words[2]) for words in lines
            if len(words) == 3 and words[1] in "tTwW" and words[2][0] != "."]


def symbols(*files):
    """Sorted (address, name) of the code in ELF files at the addresses they are linked to."""
    return sorted(pair for file in files for pair in _code(file))


def _words(machine, address, count):
    """Words of 64 bits of a machine's memory, while it runs."""
    text = machine.qmp.hmp(f"x /{count}gx {address:#x}")
    return [int(word, 16) for line in text.splitlines() for word in line.split(":")[1].split()]


def _images(machine, kernel):
    """(name, base, size) of the drivers that are loaded: the kernel's list LdrpImages of
    KLDR_DATA_TABLE_ENTRY (include/internal/ldr.h)."""
    text = subprocess.run(["nm", str(kernel)], capture_output=True, text=True,
                          check=True).stdout
    head = int(re.search(r"^(\w+) \w LdrpImages$", text, re.MULTILINE)[1], 16)
    entry = _words(machine, head, 1)[0]
    while entry != head:
        bytes_of = struct.pack("<13Q", *_words(machine, entry, 13))
        entry, _, base, _, size = struct.unpack_from("<QQQQI", bytes_of)
        yield bytes_of[36:].partition(b"\0")[0].decode(), base, size


def symbols_of_machine(machine, kernel, files):
    """Sorted (address, name) of a machine's kernel and of the drivers it has loaded, as far as
    their files are among those given: "module!name" there."""
    linked = {file.name: file for file in files}
    found = symbols(kernel)
    for name, base, size in _images(machine, kernel):
        code = _code(linked[name]) if name in linked else [(LINKED, "")]
        found += [(address - LINKED + base, f"{name}!{symbol}") for address, symbol in code]
        found.append((base + size, "?"))
    return sorted(found)

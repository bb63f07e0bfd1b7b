"""The disk image: made from a seed, summed by an independent program, compared afterwards."""

import random
import struct
import subprocess

MIB = 1 << 20
SIZE = 64 * MIB
SECTOR = 512
WORD_MASK = 2**64 - 1


def make(path, seed, size=SIZE):
    """Pseudo-random content, the same for the same seed."""
    generator = random.Random(seed)
    with open(path, "wb") as image:
        for _ in range(size // MIB):
            image.write(generator.randbytes(MIB))


def crc32c(path):
    """CRC-32C of the file, by rhash: whoever wrote the kernel did not write this."""
    result = subprocess.run(["rhash", "--crc32c", "--printf=%{crc32c}", str(path)],
                            capture_output=True, text=True, check=True)
    return int(result.stdout, 16)


def differing_mebibytes(path, seed):
    """Indexes of the MiB that no longer hold what make() wrote."""
    generator = random.Random(seed)
    changed = []
    with open(path, "rb") as image:
        index = 0
        while block := image.read(MIB):
            if block != generator.randbytes(MIB):
                changed.append(index)
            index += 1
    return changed


def mix(value):
    """SplitMix64, as apps/diskcheck/pattern.h describes it."""
    value = (value + 0x9E3779B97F4A7C15) & WORD_MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & WORD_MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & WORD_MASK
    return value ^ (value >> 31)


def pattern_sector(lba):
    """What diskcheck writes into one sector of its scratch MiB."""
    words = [lba] + [mix((lba * 64 + index) & WORD_MASK) for index in range(1, 64)]
    return struct.pack("<64Q", *words)


def complaint(path, seed, size=SIZE):
    """None when the last MiB holds diskcheck's pattern and all before it is untouched."""
    offset = size - MIB
    with open(path, "rb") as image:
        image.seek(offset)
        for lba in range(offset // SECTOR, size // SECTOR):
            if image.read(SECTOR) != pattern_sector(lba):
                return f"the image does not hold diskcheck's pattern at sector {lba}"
    changed = [index for index in differing_mebibytes(path, seed) if index * MIB != offset]
    if changed:
        return f"the image changed outside the scratch MiB, in MiB {changed[0]}"
    return None

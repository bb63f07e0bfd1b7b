"""The images of drivers: where they lie, their symbols; `nt sys`."""

import os
import struct

import gdb

from . import base

FOLDERS = ("drivers", "apps", "tests", "gdb", "run")
loaded = {}  # (base, name) of an image: the file whose symbols gdb has for it


class Image:
    """One KLDR_DATA_TABLE_ENTRY."""

    def __init__(self, entry):
        self.base = base.pointer(entry["DllBase"])
        self.size = int(entry["SizeOfImage"])
        self.name = entry["BaseName"].string(errors="replace")
        self.stem = self.name.rsplit(".", 1)[0]


def images():
    head = base.known("LdrpImages")
    return [Image(entry) for _, entry in
            base.walk(base.pointer(head.address), "_KLDR_DATA_TABLE_ENTRY", "InLoadOrderLinks")]


def find(address):
    """The image an address lies in, or None, also when the list cannot be read yet."""
    try:
        return next((image for image in images()
                     if image.base <= address < image.base + image.size), None)
    except (base.NtError, gdb.error):
        return None


def pages(size):
    return (size + 0xFFF) // 0x1000


def headers(file):
    """(preferred base, pages in memory, the same without its DWARF) that a PE32+ file says, or
    None if it is none. Sections of DWARF are last, and their names are too long for a header:
    a slash and a number stand for them."""
    try:
        with open(file, "rb") as stream:
            data = stream.read(4096)
        pe = struct.unpack_from("<I", data, 0x3C)[0]
        if data[pe:pe + 4] != b"PE\0\0":
            return None
        count, optional = struct.unpack_from("<H12xH", data, pe + 6)
        end = 0
        for index in range(count):
            name, length, start = struct.unpack_from("<8sII", data, pe + 24 + optional + 40 * index)
            if not name.startswith(b"/"):
                end = max(end, start + length)
        return (struct.unpack_from("<Q", data, pe + 24 + 24)[0],
                pages(struct.unpack_from("<I", data, pe + 24 + 56)[0]), pages(end))
    except (OSError, struct.error):
        return None


def load(image):
    """Has gdb read the symbols of an image, once; the file, or None when there is none whose
    size is that of the image."""
    key = (image.base, image.name)
    if key in loaded:
        return loaded[key]
    loaded[key] = None
    for folder in FOLDERS:
        file = os.path.join(base.build_folder(), folder, os.path.basename(image.name))
        found = headers(file)
        if found and pages(image.size) in found[1:]:
            offset = image.base - found[0]
            gdb.execute(f'add-symbol-file "{file}" -o {offset}', to_string=True)
            loaded[key] = file
            break
    return loaded[key]


@base.command("sys")
def show_images(words):
    """Add the symbols of every loaded driver: nt sys (or sys)

    Image, base, size, and the file the symbols are from."""
    found = images()
    for image in found:
        file = load(image)
        print(f"{image.base:016x} {image.size:08x} {image.name:<16} "
              f"{file or '(no file of its size in the build folder)'}")
    if not found:
        print("no driver is loaded")


class Sys(gdb.Command):
    """Add the symbols of every loaded driver (the same as nt sys)."""

    def __init__(self):
        super().__init__("sys", gdb.COMMAND_FILES)

    def invoke(self, argument, from_tty):
        gdb.execute("nt sys")


Sys()

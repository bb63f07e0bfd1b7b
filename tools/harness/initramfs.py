"""The archive that a Linux guest starts from: an init, modules, and the order to load them.

The format is cpio's "newc": a header of hexadecimal fields, the name, the contents, each
padded to four bytes. A module names what it needs in its section .modinfo ("depends=a,b"), so
no modules.dep is needed, which only an installed kernel has."""

import re

MAGIC = "070701"
DIRECTORY, FILE, DEVICE = 0o040755, 0o100755, 0o020600


def padded(data):
    return data + b"\0" * (-len(data) % 4)


def entry(inode, name, mode, contents=b"", device=(0, 0)):
    """One archive member."""
    fields = [inode, mode, 0, 0, 1, 0, len(contents), 0, 0, *device, len(name) + 1, 0]
    header = MAGIC + "".join(f"{field:08X}" for field in fields)
    return padded(header.encode() + name.encode() + b"\0") + padded(contents)


def archive(folders, files):
    """The archive's bytes. Folders by name, files as {name: contents}; and the console that
    the kernel opens for init."""
    members = [(name, DIRECTORY, b"", (0, 0)) for name in folders]
    members.append(("dev/console", DEVICE, b"", (5, 1)))
    members += [(name, FILE, contents, (0, 0)) for name, contents in files.items()]
    body = b"".join(entry(inode, name, mode, contents, device)
                    for inode, (name, mode, contents, device) in enumerate(members, 1))
    return body + entry(0, "TRAILER!!!", 0)


def dependencies(module):
    """Names of the modules that a module's file says it needs."""
    match = re.search(rb"\0depends=([\w,-]*)\0", b"\0" + module)
    if match is None:
        raise ValueError("no module: it does not say what it depends on")
    return [name for name in match[1].decode().split(",") if name]


def load_order(wanted, read):
    """The wanted modules and all they need, each after what it needs. read(name) gives a
    module's contents, None when it is part of the kernel."""
    order = {}

    def visit(name, above):
        if name in above:
            raise ValueError(f"modules need each other: {' '.join(above)} {name}")
        contents = None if name in order else read(name)
        if contents is not None:
            for needed in dependencies(contents):
                visit(needed, above + [name])
            order[name] = contents

    for name in wanted:
        visit(name, [])
    return order

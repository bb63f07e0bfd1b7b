"""What the commands share: how one is declared, and how the guest's memory is read.

The guest may be stopped anywhere, so nothing here depends on the selected frame: types and
variables are looked up in the kernel's own symbols (a driver has its own, poorer idea of
KINTERRUPT), and every list is walked with an end in sight. Whatever goes wrong, the user
gets one line."""

import os
import re

import gdb

MASK = (1 << 64) - 1
LIST_LIMIT = 4096


class NtError(Exception):
    """What the user is told, in one line."""


class Prefix(gdb.Command):
    """The NT side of the guest: interrupts, processors, threads, requests."""

    def __init__(self):
        super().__init__("nt", gdb.COMMAND_DATA, prefix=True)


Prefix()


def command(name):
    """Makes a function of the words after the command into `nt name`; its docstring is the
    help. It prints as it goes: what was good before damaged memory is still shown."""
    def declare(function):
        class Command(gdb.Command):
            __doc__ = function.__doc__

            def __init__(self):
                super().__init__(f"nt {name}", gdb.COMMAND_DATA)

            def invoke(self, argument, from_tty):
                self.dont_repeat()
                try:
                    function(gdb.string_to_argv(argument))
                except (NtError, gdb.error, ValueError, OverflowError) as error:
                    line = " ".join(str(error).split())
                    raise gdb.GdbError(f"nt {name}: {line}") from None
        Command()
        return function
    return declare


# ---- symbols ------------------------------------------------------------------------

def kernel():
    """The object file of the kernel: the program that gdb was started with."""
    program = gdb.current_progspace().filename
    for objfile in gdb.objfiles():
        if program and objfile.filename == program:
            return objfile
    raise NtError("no kernel symbols; start gdb with build/<NT>/dirql.elf")


def build_folder():
    """The folder that holds <NT>/dirql.elf and drivers/."""
    return os.path.dirname(os.path.dirname(kernel().filename))


def structure(tag):
    symbol = kernel().lookup_static_symbol(tag, gdb.SYMBOL_STRUCT_DOMAIN)
    if symbol is None:
        raise NtError(f"this kernel has no {tag}; is it dirql.elf with its DWARF?")
    return symbol.type


def variable(name):
    """A variable of the kernel, or None when this profile has none of that name."""
    objfile = kernel()
    symbol = objfile.lookup_global_symbol(name) or objfile.lookup_static_symbol(name)
    return symbol.value() if symbol else None


def known(name):
    value = variable(name)
    if value is None:
        raise NtError(f"this kernel has no {name}")
    return value


def has(value, member):
    return any(field.name == member for field in value.type.strip_typedefs().fields())


def function_at(address):
    """(name, offset) of the function, not one inlined in it, or (None, 0)."""
    block, found = gdb.block_for_pc(address), None
    while block is not None and not block.is_static and not block.is_global:
        found = block if block.function is not None else found
        block = block.superblock
    if found is None or address < found.start:
        return None, 0
    return found.function.name, address - found.start


def describe(address):
    """As WinDbg names code: nt!KiIdleLoop+0x12, e1000!E1000Isr, else the bare number."""
    from . import images
    address &= MASK
    image = images.find(address)
    if image is not None:
        images.load(image)
    module = image.stem if image is not None else "nt"
    function, offset = function_at(address)
    if function:
        return f"{module}!{function}" + (f"+0x{offset:x}" if offset else "")
    # Behind a call that does not return there may be no code any more: one byte back is.
    for back in (0, 1):
        text = gdb.execute(f"info symbol 0x{max(address - back, 0):x}", to_string=True)
        match = re.match(r"(\S+)(?: \+ (\d+))? in section ", text)
        if match:
            offset = int(match[2] or 0) + back
            return f"{module}!{match[1]}" + (f"+0x{offset:x}" if offset else "")
    return f"{module}+0x{address - image.base:x}" if image is not None else f"0x{address:x}"


# ---- memory -------------------------------------------------------------------------

def at(address, tag):
    """The structure at an address, read as a whole: NtError when that cannot be."""
    value = gdb.Value(int(address) & MASK).cast(structure(tag).pointer()).dereference()
    try:
        value.fetch_lazy()
    except gdb.error:
        raise NtError(f"0x{int(address) & MASK:016x} is not mapped") from None
    return value


def pointer(value):
    return int(value) & MASK


def read(address, length):
    try:
        return bytes(gdb.selected_inferior().read_memory(address & MASK, length))
    except gdb.error:
        raise NtError(f"0x{address & MASK:016x} is not mapped") from None


def word(address, length=8):
    return int.from_bytes(read(address, length), "little")


def unicode_string(value):
    """The text of a UNICODE_STRING."""
    length, buffer = int(value["Length"]), pointer(value["Buffer"])
    return read(buffer, length).decode("utf-16-le", "replace") if length else ""


def offset_of(tag, member):
    """The offset in bytes of a member, of an unnamed structure or union's too."""
    def search(kind):
        for field in kind.strip_typedefs().fields():
            if field.name == member:
                return field.bitpos // 8
            if field.name is None or field.name == "":
                inner = search(field.type)
                if inner is not None:
                    return inner + field.bitpos // 8
        return None
    found = search(structure(tag))
    if found is None:
        raise NtError(f"{tag} has no {member}")
    return found


def walk(head, tag, member):
    """The structures linked through their LIST_ENTRY member into the list at head."""
    offset, entry = offset_of(tag, member), word(head)
    for _ in range(LIST_LIMIT):
        if entry == head:
            return
        if not entry:
            raise NtError(f"the list at 0x{head:016x} is not set up, or broken")
        yield entry - offset, at(entry - offset, tag)
        entry = word(entry)
    raise NtError(f"the list at 0x{head:016x} does not come back to its head")


def address_argument(words, usage):
    """The only argument: an expression of gdb, or hex digits as WinDbg prints them."""
    if len(words) < 1:
        raise NtError(f"usage: nt {usage}")
    text = " ".join(words)
    if re.fullmatch(r"[0-9A-Fa-f`]{9,17}", text):
        return int(text.replace("`", ""), 16)
    return pointer(gdb.parse_and_eval(text))


# ---- processors ---------------------------------------------------------------------

def processors():
    """(number, address of its KPRCB) of each processor that was started."""
    table = known("KiProcessorBlock")
    count = table.type.sizeof // 8
    words = read(pointer(table.address), count * 8)
    found = [(number, int.from_bytes(words[number * 8:number * 8 + 8], "little"))
             for number in range(count)]
    found = [(number, prcb) for number, prcb in found if prcb]
    if not found:
        raise NtError("no processor is known: the kernel has not started, or the symbols "
                      "are those of another build")
    return found


def pcr_of(prcb):
    return prcb - offset_of("_KPCR", "Prcb")


def prcb_at(address):
    return at(address, "_KPRCB")


def on_each_thread(visit):
    """Calls visit(thread) with each of gdb's threads (a processor each) selected; what was
    selected before is selected again."""
    thread, frame = gdb.selected_thread(), None
    if thread is None:
        raise NtError("no guest: use target remote, or core-file with a dump")
    try:
        frame = gdb.selected_frame()
        for other in sorted(gdb.selected_inferior().threads(), key=lambda item: item.num):
            other.switch()
            visit(other)
    finally:
        thread.switch()
        if frame is not None and frame.is_valid():
            frame.select()


def register(name):
    """A register of the selected thread, or None where there is none (a dump has no CR8)."""
    try:
        return int(gdb.newest_frame().read_register(name)) & MASK
    except (ValueError, gdb.error):
        return None


def threads_of_processors():
    """{address of the KPRCB: gdb's thread that is this processor}. GS says which it is."""
    found = {}

    def visit(thread):
        base = register("gs_base")
        if base:
            found[base + offset_of("_KPCR", "Prcb")] = thread
    on_each_thread(visit)
    return found


def chosen(words, default_all=False):
    """The processors a command is about: those of its argument, or the one selected."""
    all_of_them = processors()
    if words and words[0] == "*":
        return all_of_them
    if words:
        number = pointer(gdb.parse_and_eval(words[0]))
        mine = [item for item in all_of_them if item[0] == number]
        if not mine:
            raise NtError(f"Cannot get PRCB address: there is no processor {words[0]}")
        return mine
    if default_all:
        return all_of_them
    base = register("gs_base")
    return [item for item in all_of_them if base and pcr_of(item[1]) == base] or all_of_them[:1]

"""Vectors and the objects behind them: `nt idt`, `nt interrupts`, `nt kinterrupt`."""

import gdb

from . import base

INTERRUPT_OBJECT_TYPE = 22
GATE_SIZE = 16
STUB_SIZE = 16  # arch/x86_64/vectors.asm
CHAIN_LIMIT = 64


def gates(pcr):
    """(target, IST index) of the 256 gates of a processor."""
    table = base.read(base.pointer(pcr["IdtBase"]), 256 * GATE_SIZE)
    for vector in range(256):
        gate = table[vector * GATE_SIZE:(vector + 1) * GATE_SIZE]
        yield (int.from_bytes(gate[0:2] + gate[6:12], "little"), gate[4] & 7)


def interrupt_at(address):
    """The KINTERRUPT at an address; NtError when that is something else."""
    interrupt = base.at(address, "_KINTERRUPT")
    if int(interrupt["Type"]) != INTERRUPT_OBJECT_TYPE:
        raise base.NtError(f"0x{address:016x} is no KINTERRUPT (its Type is "
                           f"0n{int(interrupt['Type'])}, not 0n{INTERRUPT_OBJECT_TYPE})")
    return interrupt


def chain(head):
    """(address, KINTERRUPT) of the head of a vector and those that share it."""
    offset, address = base.offset_of("_KINTERRUPT", "InterruptListEntry"), head
    for _ in range(CHAIN_LIMIT):
        interrupt = interrupt_at(address)
        yield address, interrupt
        address = base.pointer(interrupt["InterruptListEntry"]["Flink"]) - offset
        if address == head:
            return
    raise base.NtError(f"the chain of 0x{head:016x} does not come back to it")


def extension(interrupt):
    """The kernel's KE_INTERRUPT_EXTENSION, where the layout has room for the pointer."""
    member = "DisconnectData" if base.has(interrupt, "DisconnectData") else "Reserved"
    address = base.pointer(interrupt[member])
    return base.at(address, "_KE_INTERRUPT_EXTENSION") if address else None


def service_routine(interrupt):
    """The driver's own ISR: its message ISR where it has one."""
    more = extension(interrupt)
    message = base.pointer(more["MessageServiceRoutine"]) if more is not None else 0
    return message or base.pointer(interrupt["ServiceRoutine"])


def count(interrupt):
    """How often the ISR was called, wherever the layout counts it."""
    calls = int(interrupt["DispatchCount"])
    if base.has(interrupt, "IsrDpcStats"):
        calls = max(calls, int(interrupt["IsrDpcStats"]["IsrCount"]))
    return calls


def first_stub():
    """Where the stubs of vectors that nobody connected begin."""
    return base.pointer(gdb.parse_and_eval("(unsigned long)&ArchVectorStubs"))


def is_stub(target):
    return 0 <= target - first_stub() < 256 * STUB_SIZE


def print_gate(vector, target, stack, head):
    """One vector: what the gate leads to, and the ISRs behind it."""
    tail = f" Stack = 0x{stack:016x}" if stack else ""
    if not head:
        name = (f"nt!ArchVectorStubs+0x{target - first_stub():x}" if is_stub(target)
                else base.describe(target))
        print(f"{vector:02x}:\t{target:016x} {name}{tail}")
        return
    for address, interrupt in chain(head):
        place = f"{vector:02x}:\t{target:016x}" if address == head else "\t" + " " * 16
        print(f"{place} {base.describe(service_routine(interrupt))} "
              f"(KINTERRUPT {address:016x}){tail}")


@base.command("idt")
def show_idt(words):
    """The interrupt descriptor tables: nt idt [-a] [VECTOR]

    The vectors with a handler of their own on every processor; -a: all 256. The address is
    the gate's target, the name the ISR's. VECTOR is in hex."""
    everything = "-a" in words
    wanted = [int(word, 16) for word in words if word != "-a"]
    if any(vector > 0xFF for vector in wanted):
        raise base.NtError("a vector is 0 to ff")
    for number, address in base.processors():
        prcb, pcr = base.prcb_at(address), base.at(base.pcr_of(address), "_KPCR")
        tss = base.at(base.pointer(pcr["TssBase"]), "_KTSS64")
        print(f"Dumping IDT: {base.pointer(pcr['IdtBase']):016x} (processor {number})\n")
        for vector, (target, ist) in enumerate(gates(pcr)):
            head = base.pointer(prcb["InterruptObject"][vector])
            owned = head or not is_stub(target)
            if vector in wanted or (not wanted and (everything or owned)):
                print_gate(vector, target, base.pointer(tss["Ist"][ist]) if ist else 0, head)
        print()


@base.command("interrupts")
def show_interrupts(words):
    """Every connected interrupt object: nt interrupts

    Processor, vector, Irql, SynchronizeIrql, mode, whether it shares, calls of the ISR."""
    print("CPU Vec Irql Sync Mode  Share    Calls KINTERRUPT       ISR")
    for number, address in base.processors():
        prcb = base.prcb_at(address)
        for vector in range(256):
            head = base.pointer(prcb["InterruptObject"][vector])
            for place, interrupt in (chain(head) if head else ()):
                mode = "edge " if int(interrupt["Mode"]) else "level"
                print(f"{number:3} {vector:3x} {int(interrupt['Irql']):4} "
                      f"{int(interrupt['SynchronizeIrql']):4} {mode} "
                      f"{'yes' if int(interrupt['ShareVector']) else 'no ':<5} "
                      f"{count(interrupt):8} {place:016x} "
                      f"{base.describe(service_routine(interrupt))}")


def member_text(value):
    """A member as `dt` shows it."""
    kind = value.type.strip_typedefs()
    if kind.code == gdb.TYPE_CODE_PTR:
        number = base.pointer(value)
        code = kind.target().strip_typedefs().code == gdb.TYPE_CODE_FUNC
        name = f" {base.describe(number)}" if code and number else ""
        return f"0x{number:016x}{name}" if number else "(null)"
    if kind.code == gdb.TYPE_CODE_ENUM:
        return f"{int(value)} ( {value} )"
    if kind.code == gdb.TYPE_CODE_ARRAY:
        return f"[{kind.range()[1] + 1}] 0x{int(value[0]) & MASKS[kind.target().sizeof]:x}"
    if kind.code == gdb.TYPE_CODE_STRUCT:
        name = value.type.strip_typedefs().tag or str(value.type)
        if base.has(value, "Flink"):
            return (f"{name} [ 0x{base.pointer(value['Flink']):016x} - "
                    f"0x{base.pointer(value['Blink']):016x} ]")
        return name
    number = int(value)
    if kind.sizeof == 1:
        return f"0x{number & 0xFF:x} ''" if number else "0 ''"
    return f"0n{number}" if kind.is_signed else f"0x{number:x}" if number else "0"


MASKS = {1: 0xFF, 2: 0xFFFF, 4: 0xFFFFFFFF, 8: base.MASK}


def print_members(value, start=0):
    for field in value.type.strip_typedefs().fields():
        print(f"   +0x{start + field.bitpos // 8:03x} {field.name:<18} : "
              f"{member_text(value[field])}")


def disassemble(address, length):
    architecture = gdb.selected_inferior().architecture()
    for line in architecture.disassemble(address, address + length - 1):
        print(f"{line['addr']:016x} {line['asm']}")


@base.command("kinterrupt")
def show_kinterrupt(words):
    """One interrupt object: nt kinterrupt ADDRESS

    Its members as dt shows them, then the code its gate leads to: the object's DispatchCode,
    or from NT 10.0 on the thunk of its vector."""
    address = base.address_argument(words, "kinterrupt ADDRESS")
    interrupt = interrupt_at(address)
    print("nt!_KINTERRUPT")
    print_members(interrupt)
    if base.has(interrupt, "DispatchCode"):
        code = address + base.offset_of("_KINTERRUPT", "DispatchCode")
        print(f"\nDispatchCode at {code:016x}:")
        disassemble(code, interrupt["DispatchCode"].type.sizeof)
        return
    number, vector = int(interrupt["Number"]) & 0xFF, int(interrupt["Vector"])
    for other, prcb in base.processors():
        if other == number and vector < 256:
            target, _ = list(gates(base.at(base.pcr_of(prcb), "_KPCR")))[vector]
            print(f"\nGate {vector:02x} of processor {number}: {base.describe(target)}")
            disassemble(target, 8)

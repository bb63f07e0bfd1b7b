"""The interrupt controllers: `nt apic`, `nt ioapic`.

gdb's way to memory goes around devices, and reading an I/O APIC moves its index register;
so the state is what QEMU's monitor says of it, which disturbs nothing. A dump of memory
holds no device."""

import re

import gdb

from . import base

LVT_ROWS = (("Timer..", "LVTT"), ("Linti0.", "LVT0"), ("Linti1.", "LVT1"))
MODES = {0: "FixedDel", 1: "LowestDl", 2: "SMI     ", 4: "NMI     ", 5: "INIT    ",
         6: "Startup ", 7: "ExtINT  "}
LEVEL = 0x8000
SHORTHANDS = {1: "Self", 2: "All", 3: "AllBut"}


def monitor(line):
    """What QEMU's monitor answers."""
    try:
        return gdb.execute(f"monitor {line}", to_string=True)
    except gdb.error:
        raise base.NtError("no state of devices here: a dump holds memory and registers "
                           "only, and a live guest needs QEMU's stub") from None


def number(pattern, text, radix=16):
    match = re.search(pattern, text, re.MULTILINE)
    if not match:
        raise base.NtError("QEMU's monitor says nothing of it here")
    return int(match[1], radix)


def flags(entry):
    """The part of a row that entries of both controllers share."""
    return (f"{'lvl' if entry & LEVEL else 'edg'} {'low ' if entry & 0x2000 else 'high'}"
            f"{' m' if entry & 0x10000 else ''}{' rirr' if entry & 0x4000 else ''}")


def quad(entry):
    return f"{entry >> 32:08x}`{entry & 0xFFFFFFFF:08x}"


def vectors(text, name):
    """The vectors of IRR or ISR in hex, and those of them that are level."""
    match = re.search(rf"^{name}\s+(.*)$", text, re.MULTILINE)
    found = re.findall(r"(\d+)(\(level\))?", match[1]) if match else []
    return [f"{int(vector):02X}" for vector, _ in found], \
           [f"{int(vector):02X}" for vector, level in found if level]


@base.command("apic")
def show_apic(words):
    """The local APIC: nt apic [CPU|*]

    Of the processor that is selected, or another. TMR shows the vectors in IRR and ISR that
    came as a level; the version is not known to QEMU's monitor."""
    for _, address in base.chosen(words):
        prcb = base.prcb_at(address)
        apic_id = int(prcb["ApicId"])
        text = monitor(f"info lapic {apic_id}")
        register = {name: number(rf"^{name}\s+0x([0-9a-f]+)", text)
                    for name in ("LVTT", "LVT0", "LVT1", "LVTERR", "SPIV", "ICR", "ICR2", "ESR")}
        count = number(r"initial_count = (\d+)", text, 10)
        # QEMU keeps of LDR and DFR only the bits that are not constant.
        logical = number(r"LDR 0x([0-9a-f]+)", text) << 24
        form = number(r"DFR 0x([0-9a-f]+)", text) << 28 | 0x0FFFFFFF
        print(f"Apic @ fffe0000  ID:{apic_id:x}  LogDesc:{logical:08x}  DestFmt:{form:08x}  "
              f"TPR {number(r'TPR 0x([0-9a-f]+)', text):02X}")
        print(f"TimeCnt: {count:08x}clk  SpurVec:{register['SPIV'] & 0xFF:02x}  "
              f"FaultVec:{register['LVTERR'] & 0xFF:02x}  error:{register['ESR']:x}")
        command, target = register["ICR"], register["ICR2"] >> 24
        where = SHORTHANDS.get(command >> 18 & 3, f"{target:02X}")
        print(f"Ipi Cmd: {quad(register['ICR2'] << 32 | command)}  Vec:{command & 0xFF:02X}  "
              f"{MODES.get(command >> 8 & 7, 'reserved')}  Dest={where}  "
              f"{flags(command & LEVEL)}")
        for label, name in LVT_ROWS:
            entry = register[name]
            print(f"{label}: {quad(entry)}  Vec:{entry & 0xFF:02X}  "
                  f"{MODES.get(entry >> 8 & 7, 'reserved')}  Dest=Self  {flags(entry)}")
        requested, requested_level = vectors(text, "IRR")
        serviced, serviced_level = vectors(text, "ISR")
        for label, items in (("TMR", sorted({*requested_level, *serviced_level})),
                             ("IRR", requested), ("ISR", serviced)):
            print(f"{label}: {', '.join(items)}")


def windows():
    """The physical address of each I/O APIC, as the kernel took them from the MADT."""
    madt = base.known("HalpPlatform")["Madt"]
    return [int(madt["IoApics"][index]["Address"])
            for index in range(int(madt["IoApicCount"]))]


@base.command("ioapic")
def show_ioapic(words):
    """The I/O APICs: nt ioapic

    A row an input: the redirection entry, vector, delivery, destination (Ph: an APIC id,
    Lg: a logical one), trigger, polarity, m: masked, rirr: remote IRR."""
    text = monitor("info pic")
    parts = re.split(r"^ioapic\d+: ", text, flags=re.MULTILINE)[1:]
    if not parts:
        raise base.NtError("QEMU's monitor knows no I/O APIC here")
    for part, address in zip(parts, windows()):
        print(f"IoApic @ {address:08X}  ID:{number(r'id=0x([0-9a-f]+)', part):x} "
              f"({number(r'ver=0x([0-9a-f]+)', part):x})  Arb:0")
        for pin, raw in re.findall(r"^\s+pin (\d+)\s+0x([0-9a-f]+)", part, re.MULTILINE):
            entry = int(raw, 16)
            kind = "Lg" if entry & 0x800 else "Ph"
            print(f"Inti{int(pin):02X}.: {quad(entry)}  Vec:{entry & 0xFF:02X}  "
                  f"{MODES.get(entry >> 8 & 7, 'reserved')}  {kind}:{entry >> 56:08X}  "
                  f"{flags(entry)}")

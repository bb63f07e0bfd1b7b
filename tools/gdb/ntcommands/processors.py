"""The processors themselves: `nt irql`, `nt pcr`, `nt prcb`, `nt dpcs`."""

from . import base

LEVELS = {0: "LOW_LEVEL", 1: "APC_LEVEL", 2: "DISPATCH_LEVEL", 12: "SYNCH_LEVEL",
          13: "CLOCK_LEVEL", 14: "IPI_LEVEL", 15: "HIGH_LEVEL"}
DPC_TYPES = ("Normal", "Threaded")
QUEUE_LIMIT = 4096


def levels():
    """{KPRCB: CR8}, without those of whom gdb cannot say it (a dump has no CR8)."""
    found = {}

    def visit(thread):
        gs, level = base.register("gs_base"), base.register("cr8")
        if gs and level is not None:
            found[gs + base.offset_of("_KPCR", "Prcb")] = level
    base.on_each_thread(visit)
    return found


def level_of(address, known):
    """(level or None, where it is from). A processor that a bug check stopped has it in the
    frame it was stopped with."""
    prcb = base.prcb_at(address)
    frame = base.pointer(prcb["FrozenFrame"])
    if int(prcb["Frozen"]) and frame:
        return int(base.at(frame, "_KTRAP_FRAME")["PreviousIrql"]), "frozen"
    return known.get(address), "cr8"


@base.command("irql")
def show_irql(words):
    """The interrupt request level: nt irql [CPU|*]

    Of the processor that is selected, of another, or of all. It is the processor's CR8; on
    one that a bug check stopped, what it was then."""
    known = levels()
    for number, address in base.chosen(words):
        level, _ = level_of(address, known)
        if level is None:
            text = "? (CR8 is not in a dump)"
        else:
            text = f"{level} ({LEVELS.get(level, 'DIRQL')})"
        print(f"Debugger saved IRQL for processor 0x{number:x} -- {text}")


def queued(data):
    """(address, KDPC) in a KDPC_DATA."""
    offset = base.offset_of("_KDPC", "DpcListEntry")
    entry = base.pointer(data["DpcList"]["ListHead"]["Next"])
    for _ in range(QUEUE_LIMIT):
        if not entry:
            return
        yield entry - offset, base.at(entry - offset, "_KDPC")
        entry = base.word(entry)
    raise base.NtError("a DPC queue does not end")


@base.command("dpcs")
def show_dpcs(words):
    """The DPCs that wait to run: nt dpcs [CPU]

    Of every processor, unless one is named."""
    print("CPU Type      KDPC       Function")
    for number, address in base.chosen(words, default_all=True):
        prcb = base.prcb_at(address)
        for kind, name in enumerate(DPC_TYPES):
            for place, dpc in queued(prcb["DpcData"][kind]):
                routine = base.pointer(dpc["DeferredRoutine"])
                print(f"{number:2}: {name:<8}: 0x{place:016x} 0x{routine:016x} "
                      f"{base.describe(routine)}")


def print_fields(fields):
    for name, value in fields:
        print(f"{name:>26}: {value:016x}")


@base.command("pcr")
def show_pcr(words):
    """The processor control region: nt pcr [CPU]

    As WinDbg prints it: on x64 the NtTib lines show the words that lie there, which are
    GdtBase, TssBase, UserRsp, Self, CurrentPrcb, LockArray and Used_Self."""
    known = levels()
    for number, prcb_address in base.chosen(words):
        address = base.pcr_of(prcb_address)
        pcr, prcb = base.at(address, "_KPCR"), base.prcb_at(prcb_address)
        level, _ = level_of(prcb_address, known)
        print(f"KPCR for Processor {number} at {address:016x}:")
        print(f"    Major {int(pcr['MajorVersion'])} Minor {int(pcr['MinorVersion'])}")
        tib = ("ExceptionList", "StackBase", "StackLimit", "SubSystemTib", "Version",
               "UserPointer", "SelfTib")
        print_fields((f"NtTib.{name}", base.word(address + 8 * index))
                     for index, name in enumerate(tib))
        print()
        print_fields([("SelfPcr", base.pointer(pcr["Self"])),
                      ("Prcb", base.pointer(pcr["CurrentPrcb"]))])
        print(f"{'Irql':>26}: {'?' if level is None else format(level, '016x')}")
        print_fields([("IRR", 0), ("IDR", 0), ("InterruptMode", 0),
                      ("IDT", base.pointer(pcr["IdtBase"])),
                      ("GDT", base.pointer(pcr["GdtBase"])),
                      ("TSS", base.pointer(pcr["TssBase"]))])
        print()
        print_fields((name, base.pointer(prcb[name]))
                     for name in ("CurrentThread", "NextThread", "IdleThread"))
        print(f"\n{'DpcQueue':>26}:")
        for place, dpc in queued(prcb["DpcData"][0]):
            routine = base.pointer(dpc["DeferredRoutine"])
            print(f"{'':28}0x{place:016x} 0x{routine:016x} {base.describe(routine)}")


@base.command("prcb")
def show_prcb(words):
    """The processor control block: nt prcb [CPU]

    Of processor 0, unless one is named. Counts and times (clock ticks) are in hex."""
    for number, address in base.chosen(words or ["0"]):
        prcb = base.prcb_at(address)
        print(f"PRCB for Processor {number} at {address:016x}:")
        print("Threads--  " + " ".join(
            f"{name} {base.pointer(prcb[name + 'Thread']):016x}"
            for name in ("Current", "Next", "Idle")))
        print(f"Number {number} SetMember {1 << number:x}")
        print(f"Interrupt Count -- {int(prcb['InterruptCount']):08x}")
        print(f"Times -- Dpc    {int(prcb['DpcTicks']):08x} "
              f"Interrupt {int(prcb['InterruptTicks']):08x}")
        print(f"         Kernel {int(prcb['KernelTicks']):08x} "
              f"User      {0:08x}")

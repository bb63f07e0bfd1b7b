"""After, or in, a bug check: `nt bugcheck`."""

import gdb

from . import base

CODE_MASK = 0xFFFFFFFF
FRAME_LIMIT = 64
REPORTER = "KiBugCheckReport"


def words_of(code):
    """(name, meaning) from the kernel's own table."""
    names = base.known("KiCodeNames")
    for index in range(names.type.range()[1] + 1):
        if int(names[index]["Code"]) == code:
            return names[index]["Name"].string(), names[index]["Meaning"].string()
    return "UNKNOWN", "a code of the caller's own"


def frames():
    """The frames of the selected processor, the innermost first."""
    frame = gdb.newest_frame()
    for _ in range(FRAME_LIMIT):
        if frame is None or not frame.is_valid():
            return
        yield frame
        frame = frame.older()


def recorded():
    """(PRCB, code, parameters, trap frame, whether of a trap) as the kernel keeps them from
    the start of its report, or None before that."""
    if not int(base.known("KiBugCheckEntries")):
        return None
    owner = int(base.known("KiBugCheckOwner")) - 1
    data, stop = base.known("KiBugCheckData"), base.known("KiStop")
    return (base.pointer(base.known("KiProcessorBlock")[owner]), int(data[0]),
            [int(data[index]) for index in range(1, 5)], stop["Frame"], int(stop["IsTrap"]))


def arriving():
    """The same from the arguments of a processor that is about to report, or None."""
    found = []

    def visit(thread):
        gs = base.register("gs_base")
        for frame in frames():
            if frame.name() != REPORTER or not gs or found:
                continue
            values = {name: frame.read_var(name)
                      for name in ("Code", "Parameters", "Frame", "IsTrap")}
            if any(value.is_optimized_out for value in values.values()):
                continue
            parameters = base.pointer(values["Parameters"])
            found.append((gs + base.offset_of("_KPCR", "Prcb"), int(values["Code"]),
                          [base.word(parameters + 8 * index) for index in range(4)],
                          base.at(base.pointer(values["Frame"]), "_KTRAP_FRAME"),
                          int(values["IsTrap"])))
    base.on_each_thread(visit)
    return found[0] if found else None


def print_report(address, code, parameters, state, is_trap):
    """The stop report, as ke/stopreport.c words it."""
    prcb = base.prcb_at(address)
    name, meaning = words_of(code & CODE_MASK)
    text = ", ".join(f"0x{value & base.MASK:016X}" for value in parameters)
    print(f"*** STOP: 0x{code & CODE_MASK:08X} ({text})")
    print(f"*** {name} processor {int(prcb['Number'])} irql {int(state['PreviousIrql'])} "
          f"thread {base.pointer(prcb['CurrentThread']):016X}"
          f"{' in a DPC' if int(prcb['DpcRoutineActive']) else ''}"
          f"{' in an ISR' if base.pointer(prcb['ActiveInterrupt']) else ''}")
    print(f"*** {meaning}")
    rip = base.pointer(state["Rip"])
    print(f"at {base.describe(rip)}")
    print(f"rip {rip:016X} rsp {base.pointer(state['Rsp']):016X} "
          f"rbp {base.pointer(state['Rbp']):016X} rflags {base.pointer(state['EFlags']):08X}")
    for row in (("Rax", "Rbx", "Rcx", "Rdx"), ("Rsi", "Rdi", "R8", "R9")):
        print(" ".join(f"{name.lower():<3} {base.pointer(state[name]):016X}" for name in row))
    if is_trap & 0xFF:
        print(f"cr2 {base.pointer(state['FaultAddress']):016X} "
              f"error code {base.pointer(state['ErrorCode']):X}")
    stack = base.pointer(state["Rbp"])
    for _ in range(FRAME_LIMIT):
        try:
            address, stack = base.word(stack + 8), base.word(stack)
        except base.NtError:
            return
        if not address:
            return
        print(f"    {base.describe(address)}")


@base.command("bugcheck")
def show_bugcheck(words):
    """What the stop report says: nt bugcheck

    From the kernel's entry into KiBugCheckReport on, and in a dump made afterwards: code,
    parameters, what they mean, who, the registers the stop is about, and the return addresses
    its frame pointers lead to."""
    found = recorded() or arriving()
    if found is None:
        print("There was no bug check.")
        return
    print_report(*found)

"""After, or in, a bug check: `nt bugcheck`."""

import gdb

from . import base

CODE_MASK = 0xFFFFFFFF
FRAME_LIMIT = 64
REPORTERS = ("KiBugCheckReport", "KiPrintStopReport")
CALL = "KiBugCheckCall"  # of KeBugCheckEx; it finds the parameters and the frame on the stack
PARAMETERS_LENGTH = 0x20


def code_name(code):
    """The name from the kernel's own table."""
    names = base.known("KiCodeNames")
    for index in range(names.type.range()[1] + 1):
        if int(names[index]["Code"]) == code:
            return names[index]["Name"].string()
    return "UNKNOWN"


def frames():
    """The frames of the selected processor, the innermost first."""
    frame = gdb.newest_frame()
    for _ in range(FRAME_LIMIT):
        if frame is None or not frame.is_valid():
            return
        yield frame
        frame = frame.older()


def arguments_of(frame):
    """What a reporting function was called with, or None once the compiler let go of it."""
    found = {}
    for name in ("Code", "Parameters", "Irql", "Frame", "IsTrap"):
        value = frame.read_var(name)
        if value.is_optimized_out:
            return None
        found[name] = base.pointer(value)
    return found


def stack_of_call(frame):
    """The same from what KeBugCheckEx left on the stack (ke/bugentry.asm): it stays there
    to the end."""
    parameters = int(frame.older().read_register("rsp")) & base.MASK
    state = base.at(parameters + PARAMETERS_LENGTH, "_KTRAP_FRAME")
    return {"Code": int(state["Rcx"]), "Parameters": parameters,
            "Irql": int(state["PreviousIrql"]), "Frame": parameters + PARAMETERS_LENGTH,
            "IsTrap": 0}


def report():
    """(whether the selected processor is reporting, what is reported or None)."""
    reporting = False
    for frame in frames():
        found = None
        if frame.name() in REPORTERS:
            reporting, found = True, arguments_of(frame)
        elif frame.name() == CALL and frame.older() is not None:
            reporting, found = True, stack_of_call(frame)
        if found is not None:
            return True, found
    return reporting, None


def print_report(prcb, report):
    """The stop report, as ke/stopreport.c words it."""
    code = report["Code"] & CODE_MASK
    parameters = [base.word(report["Parameters"] + 8 * index) for index in range(4)]
    state = base.at(report["Frame"], "_KTRAP_FRAME")
    text = ", ".join(f"0x{value:016X}" for value in parameters)
    print(f"*** STOP: 0x{code:08X} ({text})")
    print(f"*** {code_name(code)} processor {int(prcb['Number'])} irql {report['Irql'] & 0xFF} "
          f"thread {base.pointer(prcb['CurrentThread']):016X}"
          f"{' in a DPC' if int(prcb['DpcRoutineActive']) else ''}"
          f"{' in an ISR' if base.pointer(prcb['ActiveInterrupt']) else ''}")
    rip = base.pointer(state["Rip"])
    print(f"at {base.describe(rip)}")
    print(f"rip {rip:016X} rsp {base.pointer(state['Rsp']):016X} "
          f"rbp {base.pointer(state['Rbp']):016X} rflags {base.pointer(state['EFlags']):08X}")
    for row in (("Rax", "Rbx", "Rcx", "Rdx"), ("Rsi", "Rdi", "R8", "R9")):
        print(" ".join(f"{name.lower():<3} {base.pointer(state[name]):016X}" for name in row))
    if report["IsTrap"] & 0xFF:
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

    While a processor is in KiBugCheckReport, or in a dump made there: code, parameters, who,
    the registers the stop is about, and the return addresses its frame pointers lead to.
    After the report of a trap its code is lost; KeBugCheckEx's is not."""
    found = []

    def visit(thread):
        reporting, what = report()
        gs = base.register("gs_base")
        if reporting and gs:
            found.append((gs + base.offset_of("_KPCR", "Prcb"), what))
    base.on_each_thread(visit)
    if not found:
        active = base.known("KiBugCheckActive")
        print("A bug check is under way, but no processor stands in KiBugCheckReport."
              if int(active) else "There was no bug check.")
        return
    prcb, what = found[0]
    if what is None:
        raise base.NtError("the report is made and its arguments are gone; stop at "
                           "KiBugCheckReport to see them")
    print_report(base.prcb_at(prcb), what)

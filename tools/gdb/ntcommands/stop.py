"""After, or in, a bug check: `nt bugcheck`."""

import gdb

from . import base

CODE_MASK = 0xFFFFFFFF
FRAME_LIMIT = 64
REPORTERS = ("KiBugCheckReport", "KiPrintStopReport")


def code_name(code):
    """The name from the kernel's own table."""
    names = base.known("KiCodeNames")
    for index in range(names.type.range()[1] + 1):
        if int(names[index]["Code"]) == code:
            return names[index]["Name"].string()
    return "UNKNOWN"


def reporting_frame():
    """The frame of the selected processor that knows all of the report, or None."""
    frame = gdb.newest_frame()
    for _ in range(FRAME_LIMIT):
        if frame is None or not frame.is_valid():
            return None
        if frame.name() in REPORTERS:
            return frame
        frame = frame.older()
    return None


def report_of(frame):
    """The arguments of the frame, read; NtError when gdb has lost one."""
    found = {}
    for name in ("Code", "Parameters", "Irql", "Frame", "IsTrap"):
        value = frame.read_var(name)
        if value.is_optimized_out:
            raise base.NtError(f"gdb cannot tell {name} here; stop at KiBugCheckReport")
        found[name] = base.pointer(value)
    return found


def print_report(prcb, report):
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
    the registers the stop is about, and the return addresses its frame pointers lead to."""
    found = []

    def visit(thread):
        frame = reporting_frame()
        gs = base.register("gs_base")
        if frame is not None and gs and not found:
            found.append((gs + base.offset_of("_KPCR", "Prcb"), report_of(frame)))
    base.on_each_thread(visit)
    if not found:
        active = base.variable("KiBugCheckActive")
        print("A bug check is under way, but no processor stands in KiBugCheckReport."
              if active is not None and int(active) else "There was no bug check.")
        return
    print_report(base.prcb_at(found[0][0]), found[0][1])

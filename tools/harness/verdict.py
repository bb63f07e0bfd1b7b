"""What became of a run, told from the exit status and the serial lines: None when it
passed, else one phrase that says which way it failed."""

from harness import machine as qemu


def stop_details(run):
    """What else the report says, as far as it does: processor, irql, where ("in a DPC"),
    driver and guilty ("bad.sys!Routine"), meaning."""
    found = {}
    head = run.find(r"^\*\*\* [A-Z][A-Z0-9_]+ processor (\d+) irql (\d+) thread \S+(.*)")
    if head:
        found = {"processor": int(head[0].group(1)), "irql": int(head[0].group(2)),
                 "where": head[0].group(3).strip()}
        following = run.lines[run.lines.index(head[0].string) + 1:]
        found["meaning"] = following[0].removeprefix("*** ") if following else ""
    driver = run.find(r"^\*\*\* driver (\S+) at ([^\s+]+)(\S*)")
    if driver:
        found["driver"], found["guilty"] = driver[0].group(1), driver[0].group(2)
        found["place"] = driver[0].group(2) + driver[0].group(3)
    return found


def stop_report(run):
    """(code, [four parameters], name) of the stop report on the serial port, or None."""
    head = run.find(r"^\*\*\* STOP: 0x([0-9A-Fa-f]{8}) \(([^)]*)\)")
    if not head:
        return None
    parameters = [int(word, 16) for word in head[0].group(2).split(",")]
    name = run.find(r"^\*\*\* ([A-Z][A-Z0-9_]+)\s+processor (\d+)")
    return int(head[0].group(1), 16), parameters, name[0].group(1) if name else "?"


def cause(run, timeout):
    """run: a Machine after wait(timeout). With isa-debug-exit in the machine."""
    stop = stop_report(run)
    if stop:
        parameters = ", ".join(f"0x{value:X}" for value in stop[1])
        details = stop_details(run)
        place = f" in {details['place']}" if "place" in details else ""
        meaning = f": {details['meaning']}" if details.get("meaning") else ""
        return f"bugcheck 0x{stop[0]:08X} {stop[2]} ({parameters}){place}{meaning}"
    refused = run.find(r"^dirql: cannot start: (.*)")
    if refused:
        return f"the kernel refused to start: {refused[0].group(1)}"
    if run.status is None:
        last, at = next(((line, at) for line, at in zip(reversed(run.lines), reversed(run.times))
                         if line.strip()), ("nothing", 0))
        return f"hang: no end within {timeout:g} s; last line, at {at:.1f} s: {last}"
    failed = run.find(r"^dirql: verdict: failed: (.*)")
    if failed:
        program = run.find(r"^io: (\S+ (?:ended with status|still runs after) .*)")
        return program[0].group(1) if program else failed[0].group(1)
    if run.status == qemu.PASSED:
        if run.find(r"^dirql: verdict: passed"):
            return None
        return "exit status says passed, but there is no verdict on the serial port"
    if run.errors() and not run.find(r"^dirql: "):
        return f"QEMU: {run.errors().splitlines()[-1]}"
    if run.status == 0:
        return "the machine reset or powered off by itself (triple fault?)"
    return f"QEMU ended with status {run.status}"

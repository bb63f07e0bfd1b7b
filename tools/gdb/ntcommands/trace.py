"""The rings of the trace, live or in a dump: `nt trace`."""

import os
import sys

import gdb

from . import base

TOOLS = os.path.normpath(os.path.join(os.path.dirname(__file__), "../../trace"))
if TOOLS not in sys.path:
    sys.path.insert(0, TOOLS)

import stream  # noqa: E402

HEAD = 32  # bytes before the events
MOST = 1 << 20
DEFAULT_COUNT = 20


def ring(number, prcb):
    """(events of one processor, how many were overwritten), or None without a trace."""
    if not base.has(prcb, "TraceRing") or not base.pointer(prcb["TraceRing"]):
        return None
    address = base.pointer(prcb["TraceRing"])
    written, mask = base.word(address), base.word(address + 8)
    capacity = mask + 1
    if not mask or capacity & mask or capacity > MOST:
        raise base.NtError(f"the ring of processor {number} at 0x{address:016x} is damaged: "
                           f"its mask is 0x{mask:x}")
    data = base.read(address + HEAD, capacity * stream.EVENT.size)

    def record(slot):
        return data[slot * stream.EVENT.size:(slot + 1) * stream.EVENT.size]
    return stream.decode_ring(number, written, capacity, record), max(written - capacity, 0)


def words_of(event):
    """Object, data and value as the type of the event has them."""
    value = f"0x{event.value:x}" if event.type in stream.UNNAMED else \
        base.describe(event.value) if event.value else ""
    return f"{event.data:04x} {event.object:016x} {value}"


@base.command("trace")
def show_trace(words):
    """The last events of the trace: nt trace [COUNT]

    Of all processors, the oldest first: microseconds before the last one, processor, level,
    type, data, object, routine or value. Needs the boot option trace=."""
    count = base.pointer(gdb.parse_and_eval(words[0])) if words else DEFAULT_COUNT
    if not 0 < count <= MOST:
        raise base.NtError(f"a count from 1 to {MOST}")
    events, lost, rings = [], 0, 0
    for number, address in base.processors():
        found = ring(number, base.prcb_at(address))
        if found:
            events += found[0]
            lost += found[1]
            rings += 1
    if not rings:
        raise base.NtError("there is no trace; boot with trace=on")
    events.sort(key=lambda event: (event.time, event.processor, event.number))
    scale = int(base.at(base.pcr_of(base.processors()[0][1]), "_KPCR")["StallScaleFactor"]) or 1
    print("      us before CPU IRQL Event           Data Object           Routine or value")
    for event in events[-count:]:
        before = (events[-1].time - event.time) / scale
        print(f"{before:15.3f} {event.processor:3} {event.irql:4} {event.type:<15} "
              f"{words_of(event)}")
    print(f"{len(events)} events in {rings} rings, {lost} overwritten")

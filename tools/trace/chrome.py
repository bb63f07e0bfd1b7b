"""The timeline as a trace file for ui.perfetto.dev and chrome://tracing: the JSON format with
a process for each processor (IRQL, what it does, marks) and one for the threads."""

LEVEL_NAMES = {0: "PASSIVE_LEVEL", 1: "APC_LEVEL", 2: "DISPATCH_LEVEL", 12: "SYNCH_LEVEL",
               13: "CLOCK_LEVEL", 14: "IPI_LEVEL", 15: "HIGH_LEVEL"}
IRQL_ROW, WORK_ROW, MARK_ROW = 1, 2, 3
THREADS = 1000  # the process id of the threads
ARROWS = {"isr-dpc": "ISR to DPC", "dpc": "DPC queued", "completion": "completion",
          "ipi": "IPI", "work": "work item"}


def level_name(level):
    return LEVEL_NAMES.get(level, f"DIRQL {level}")


def level_slices(levels, end):
    """(begin, end, level) of nested slices: a level lasts until the first one below it."""
    open_levels, slices = [], []
    for time, level in levels:
        while open_levels and open_levels[-1][1] > level:
            begin, above = open_levels.pop()
            slices.append((begin, time, above))
        if not open_levels or open_levels[-1][1] < level:
            open_levels.append((time, level))
    slices += [(begin, end, level) for begin, level in open_levels]
    return sorted(slices, key=lambda item: (item[0], item[2]))


def complete(timeline, pid, tid, begin, end, name, category, **arguments):
    return {"ph": "X", "pid": pid, "tid": tid, "ts": timeline.microseconds(begin),
            "dur": timeline.duration(end - begin), "name": name, "cat": category,
            "args": arguments}


def named(pid, tid, name, sort):
    kind = "thread" if tid else "process"
    base = {"ph": "M", "pid": pid, "tid": tid}
    return [base | {"name": f"{kind}_name", "args": {"name": name}},
            base | {"name": f"{kind}_sort_index", "args": {"sort_index": sort}}]


def processor_events(timeline, lane):
    pid, trace = lane.number + 1, timeline.trace
    events = named(pid, 0, f"Processor {lane.number}", pid)
    for row, name in ((IRQL_ROW, "IRQL"), (WORK_ROW, "interrupts, ISRs, DPCs"),
                      (MARK_ROW, "events")):
        events += named(pid, row, name, row)
    for begin, end, level in level_slices(lane.levels, timeline.end):
        events.append(complete(timeline, pid, IRQL_ROW, begin, end, level_name(level),
                               "irql", level=level))
    for item in lane.slices:
        if not item.thread:
            events.append(complete(timeline, pid, WORK_ROW, item.begin, item.end,
                                   trace.name(item.routine), item.kind, irql=item.irql,
                                   object=f"{item.object:016x}", data=item.data,
                                   result=item.result))
    for mark in lane.marks:
        events.append({"ph": "i", "s": "t", "pid": pid, "tid": MARK_ROW, "name": mark.text,
                       "ts": timeline.microseconds(mark.event.time), "cat": mark.event.type})
    return events


def thread_events(timeline):
    events = named(THREADS, 0, "Threads", THREADS)
    rows = {thread: index + 1 for index, thread in enumerate(timeline.threads)}
    for thread, row in rows.items():
        events += named(THREADS, row, timeline.thread_name(thread), row)
    for lane in timeline.lanes.values():
        for run in lane.runs:
            events.append(complete(timeline, THREADS, rows[run.thread], run.begin, run.end,
                                   f"on processor {run.processor}", "thread",
                                   priority=run.priority))
    return events


def flow_events(timeline):
    for number, flow in enumerate(timeline.flows, 1):
        common = {"id": number, "name": ARROWS[flow.kind], "cat": flow.kind}
        yield common | {"ph": "s", "pid": flow.from_processor + 1, "tid": WORK_ROW,
                        "ts": timeline.microseconds(flow.from_time)}
        yield common | {"ph": "f", "bp": "e", "pid": flow.to_processor + 1, "tid": WORK_ROW,
                        "ts": timeline.microseconds(flow.to_time)}


def document(timeline):
    """The whole file, as an object for json.dump."""
    events = [event for number in sorted(timeline.lanes)
              for event in processor_events(timeline, timeline.lanes[number])]
    events += thread_events(timeline)
    events += flow_events(timeline)
    trace = timeline.trace
    return {"displayTimeUnit": "ns", "traceEvents": events,
            "otherData": {"kernel": f"dirql, NT {trace.profile}", "damage": trace.damage,
                          "overwritten": sum(item.overwritten
                                             for item in trace.processors.values())}}

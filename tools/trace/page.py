"""The timeline as one HTML file that needs nothing else: page.html with the data put in."""

import json
from pathlib import Path

import timeline as lines

TEMPLATE = Path(__file__).with_name("page.html")
KINDS = ("interrupt", "isr", "dpc", "lock", "work", "passive", "sync")
FLOWS = ("isr-dpc", "dpc", "completion", "ipi", "work")


class Names:
    """Strings by number, in the order they came."""

    def __init__(self):
        self.numbers = {}

    def __call__(self, text):
        return self.numbers.setdefault(text, len(self.numbers))


def short(value):
    """Microseconds with nanoseconds: what a TSC of GHz can tell."""
    return round(value, 3)


def lane_data(timeline, lane, names, threads):
    at, trace = timeline.microseconds, timeline.trace
    item = trace.processors[lane.number]
    return {
        "number": lane.number, "apic": item.apic_id, "written": item.written,
        "overwritten": item.overwritten,
        "levels": [[short(at(time)), level] for time, level in lane.levels],
        "slices": [[short(at(entry.begin)), short(timeline.duration(entry.end - entry.begin)),
                    KINDS.index(entry.kind), names(trace.name(entry.routine)),
                    f"{entry.object:x}", entry.irql, entry.depth, entry.data, entry.result,
                    threads.get(entry.thread, -1)] for entry in lane.slices],
        "runs": [[short(at(run.begin)), short(timeline.duration(run.end - run.begin)),
                  threads[run.thread], run.priority] for run in lane.runs],
        "marks": [[short(at(mark.event.time)), names(mark.event.type), names(mark.text),
                   mark.event.irql] for mark in lane.marks],
    }


def latency_data(timeline):
    result = lines.summary(timeline)
    for key, entry in result.items():
        found = sorted(timeline.latencies[key], key=lambda pair: pair[0])
        entry["values"] = [[short(timeline.duration(ticks)),
                            short(timeline.microseconds(item.begin)), item.processor]
                           for ticks, item in found]
        for figure in ("p50", "p99", "max"):
            entry[figure] = short(entry[figure])
    return result


def data(timeline):
    """What the page is drawn from."""
    trace, names = timeline.trace, Names()
    threads = {thread: index for index, thread in enumerate(timeline.threads)}
    lanes = [lane_data(timeline, timeline.lanes[number], names, threads)
             for number in sorted(timeline.lanes)]
    flows = [[FLOWS.index(flow.kind), flow.from_processor,
              short(timeline.microseconds(flow.from_time)), flow.from_depth, flow.to_processor,
              short(timeline.microseconds(flow.to_time)), flow.to_depth]
             for flow in timeline.flows]
    return {"profile": trace.profile, "frequency": trace.frequency, "events": trace.events(),
            "duration": short(timeline.microseconds(timeline.end)), "damage": trace.damage,
            "torn": timeline.torn, "kinds": KINDS, "flowKinds": FLOWS,
            "threads": [{"name": timeline.thread_name(thread), "id": f"{thread:x}"}
                        for thread in threads],
            "lanes": lanes, "flows": flows, "latencies": latency_data(timeline),
            "names": list(names.numbers)}


def render(timeline):
    """The page. "</" is written so that nothing in the data can end the script element."""
    text = json.dumps(data(timeline), separators=(",", ":")).replace("</", "<\\/")
    return TEMPLATE.read_text(encoding="utf-8").replace("/*DATA*/null", text, 1)

"""From events to a timeline: slices that nest on each processor, the staircase of its IRQL,
which thread ran, what led to what, and how long that took.

Interrupts, ISRs, ordinary DPCs and waits for spin locks belong to the processor. Work items,
passive-level ISRs and threaded DPCs belong to the thread that runs them, which may be switched
out in between. A slice whose begin was overwritten begins with the trace; one that has no end
ends with it."""

from dataclasses import dataclass

OPENS = {"interrupt-enter": "interrupt", "isr-enter": "isr", "dpc-enter": "dpc",
         "lock-wait": "lock", "work-enter": "work", "passive-enter": "passive",
         "sync-enter": "sync"}
CLOSES = {"interrupt-leave": "interrupt", "isr-leave": "isr", "dpc-leave": "dpc",
          "lock-got": "lock", "work-leave": "work", "passive-leave": "passive",
          "sync-leave": "sync"}
OF_THREAD = {"work", "passive"}
RAISING = {"interrupt", "isr", "sync"}  # what happens at a level of its own
LATENCIES = {"vector_to_isr": "vector to ISR", "isr_to_dpc": "ISR to DPC",
             "dpc_to_completion": "DPC to completion"}


@dataclass
class Slice:
    kind: str
    processor: int
    begin: int
    end: int
    routine: int
    object: int
    irql: int
    depth: int = 0
    data: int = 0        # vector of an interrupt or ISR; 1: a threaded DPC
    result: int = -1     # of an ISR: whether it claimed the interrupt
    thread: int = 0      # whose it is; 0: the processor's
    completed: int = 0   # IRPs, in a DPC


@dataclass
class Run:
    """A thread on a processor."""
    thread: int
    processor: int
    begin: int
    end: int
    priority: int


@dataclass
class Mark:
    """Something that takes no time."""
    event: object
    text: str


@dataclass
class Flow:
    kind: str
    from_processor: int
    from_time: int
    to_processor: int
    to_time: int
    from_depth: int = -1  # of the slice it starts from; -1: a mark
    to_depth: int = -1


class Lane:
    """One processor."""

    def __init__(self, number, begin):
        self.number = number
        self.begin = begin
        self.slices, self.runs, self.marks = [], [], []
        self.levels = []  # (time, level) where it changes
        self.stack = []   # open slices of the processor
        self.returns = [] # level under each of them
        self.thread = 0

    def level(self, time, irql):
        if not self.levels or self.levels[-1][1] != irql:
            self.levels.append((time, irql))


class Timeline:
    """What the page and the Perfetto file are made of. `torn` counts ends that fit no begin:
    0 in a whole trace that lost nothing."""

    def __init__(self, trace):
        self.trace = trace
        times = [event.time for item in trace.processors.values() for event in item.events]
        self.begin, self.end = (min(times), max(times)) if times else (0, 0)
        self.lanes = {number: Lane(number, self.begin) for number in trace.processors}
        self.threads = {}  # KTHREAD: start routine
        self.flows = []
        self.latencies = {key: [] for key in LATENCIES}
        self.torn = 0
        self._lost = any(item.overwritten for item in trace.processors.values())
        self._of_thread = {}  # thread: its open slices
        self._queued = {}     # KDPC: (insertion, the ISR's slice or None)
        self._work = {}       # WORK_QUEUE_ITEM: when and where it was queued
        self._ipis = {}       # processor: (sender, time) of IPIs under way
        self._irps = {}       # IRP: where it was started
        events = sorted((event for item in trace.processors.values() for event in item.events),
                        key=lambda event: (event.time, event.processor, event.number))
        for event in events:
            self._take(self.lanes[event.processor], event)
        self._finish()

    # ---- slices ---------------------------------------------------------------------

    def _stack(self, lane, kind, threaded):
        if kind in OF_THREAD or kind == "dpc" and threaded:
            return self._of_thread.setdefault(lane.thread, []), lane.thread
        return lane.stack, 0

    def _take(self, lane, event):
        if event.type in OPENS and OPENS[event.type] in RAISING:
            # The level before it is what it goes back to.
            lane.returns.append(lane.levels[-1][1] if lane.levels else 0)
        lane.level(event.time, event.irql)
        if event.type in OPENS:
            self._open(lane, event, OPENS[event.type])
        elif event.type in CLOSES:
            self._close(lane, event, CLOSES[event.type])
        else:
            getattr(self, "_" + event.type.replace("-", "_"))(lane, event)

    def _open(self, lane, event, kind):
        stack, thread = self._stack(lane, kind, event.data)
        item = Slice(kind, lane.number, event.time, self.end, event.value, event.object,
                     event.irql, len(stack), event.data, thread=thread)
        stack.append(item)
        lane.slices.append(item)
        arrived = getattr(self, "_arrived_" + kind, None)
        if arrived:
            arrived(lane, item)

    def _close(self, lane, event, kind):
        stack, _ = self._stack(lane, kind, event.data)
        if stack and stack[-1].kind == kind and stack[-1].object == event.object:
            item = stack.pop()
            item.end = event.time
            if kind in ("isr", "passive"):
                item.result = event.data
        elif stack:
            self.torn += not self._lost
        else:
            # Before the first begin there may be ends of what began before the trace.
            self.torn += not self._lost and any(item.kind == kind for item in lane.slices)
            lane.slices.append(Slice(kind, lane.number, self.begin, event.time, event.value,
                                     event.object, event.irql, 0, event.data))
        if kind in RAISING and lane.returns:
            lane.level(event.time, lane.returns.pop())

    def _finish(self):
        for lane in self.lanes.values():
            for run in lane.runs[-1:]:
                run.end = self.end
            lane.slices.sort(key=lambda item: (item.begin, item.depth))

    # ---- what leads to what ---------------------------------------------------------

    def _flow(self, kind, start, lane, time, from_depth=-1, to_depth=-1):
        self.flows.append(Flow(kind, *start, lane.number, time, from_depth, to_depth))

    def _arrived_interrupt(self, lane, item):
        waiting = self._ipis.get(lane.number)
        if item.object == 0 and waiting and self.trace.name(item.routine).endswith("Ipi"):
            self._flow("ipi", waiting.pop(0), lane, item.begin, -1, item.depth)

    def _arrived_isr(self, lane, item):
        outer = lane.stack[-2] if len(lane.stack) > 1 else None
        if outer and outer.kind == "interrupt":
            self.latencies["vector_to_isr"].append((item.begin - outer.begin, item))

    def _arrived_dpc(self, lane, item):
        insertion, isr = self._queued.pop(item.object, (None, None))
        if isr is not None:
            self._flow("isr-dpc", (isr.processor, min(isr.end, item.begin)), lane, item.begin,
                       isr.depth, item.depth)
            self.latencies["isr_to_dpc"].append((item.begin - min(isr.end, item.begin), item))
        elif insertion is not None:
            self._flow("dpc", (insertion.processor, insertion.time), lane, item.begin,
                       -1, item.depth)

    def _arrived_work(self, lane, item):
        if item.object in self._work:
            self._flow("work", self._work.pop(item.object), lane, item.begin)

    def _dpc_insert(self, lane, event):
        isr = next((item for item in reversed(lane.stack) if item.kind == "isr"), None)
        inner = lane.stack[-1] if lane.stack else None
        self._queued[event.object] = (event, isr if inner is isr else None)
        self._mark(lane, event, f"queues DPC {self.trace.name(event.value)} on processor "
                                f"{event.data}")

    def _dpc_remove(self, lane, event):
        self._queued.pop(event.object, None)
        self._mark(lane, event, f"removes DPC {self.trace.name(event.value)}")

    def _irp_start(self, lane, event):
        self._irps[event.object] = (lane.number, event.time)
        self._mark(lane, event, f"IRP {event.object:x} to {self.trace.name(event.value)}")

    def _irp_complete(self, lane, event):
        self._mark(lane, event, f"completes IRP {event.object:x}, "
                                f"status 0x{event.value & 0xFFFFFFFF:08x}")
        dpc = next((item for item in reversed(lane.stack) if item.kind == "dpc"), None)
        if dpc is not None:
            self._flow("completion", (lane.number, dpc.begin), lane, event.time, dpc.depth)
            # The first: what it goes on to complete may not have been done when it began.
            if dpc.completed == 0:
                self.latencies["dpc_to_completion"].append((event.time - dpc.begin, dpc))
            dpc.completed += 1
        self._irps.pop(event.object, None)

    def _ipi_send(self, lane, event):
        self._ipis.setdefault(event.data, []).append((lane.number, event.time))
        self._mark(lane, event, f"IPI to processor {event.data}")

    def _work_queue(self, lane, event):
        self._work[event.object] = (lane.number, event.time)
        self._mark(lane, event, f"queues work item {self.trace.name(event.value)}")

    # ---- the rest -------------------------------------------------------------------

    def _mark(self, lane, event, text):
        lane.marks.append(Mark(event, text))

    def _switch(self, lane, event):
        for run in lane.runs[-1:]:
            run.end = event.time
        lane.thread = event.object
        self.threads.setdefault(event.object, event.value)
        lane.runs.append(Run(event.object, lane.number, event.time, self.end, event.data))

    def _irql_raise(self, lane, event):
        pass  # the event's own level says it

    def _irql_lower(self, lane, event):
        lane.level(event.time, event.data)

    def _timer_expire(self, lane, event):
        routine = f", DPC {self.trace.name(event.value)}" if event.value else ""
        self._mark(lane, event, f"timer {event.object:x} expires{routine}")

    def _bugcheck(self, lane, event):
        self._mark(lane, event, f"bug check 0x{event.object:08x} (0x{event.value:x}, ...)")

    # ---- for those who draw ---------------------------------------------------------

    def microseconds(self, time):
        return (time - self.begin) * 1e6 / self.trace.frequency

    def duration(self, ticks):
        return ticks * 1e6 / self.trace.frequency

    def thread_name(self, thread):
        start = self.threads.get(thread, 0)
        if not start:
            return "idle"
        return f"{self.trace.name(start)} {thread & 0xFFFFFF:06x}"


def percentile(values, percent):
    """The least value that at least so many percent of them do not exceed."""
    ordered = sorted(values)
    return ordered[max(-(-len(ordered) * percent // 100), 1) - 1] if ordered else 0


def summary(timeline):
    """{key: count, p50, p99, max (microseconds) and all values} of each latency."""
    result = {}
    for key, title in LATENCIES.items():
        values = [timeline.duration(ticks) for ticks, _ in timeline.latencies[key]]
        result[key] = {"title": title, "count": len(values), "p50": percentile(values, 50),
                       "p99": percentile(values, 99), "max": max(values, default=0),
                       "values": values}
    return result

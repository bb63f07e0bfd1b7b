"""Threads and the timers they and others wait for: `nt threads`, `nt timers`."""

from . import base

STATES = ("Initialized", "Ready", "Running", "Standby", "Terminated", "Waiting")
WAIT_LIMIT = 65
OBJECTS = {0: "NotificationEvent", 1: "SynchronizationEvent", 2: "Mutant", 5: "Semaphore",
           6: "Thread", 8: "NotificationTimer", 9: "SynchronizationTimer"}
SHARED_INTERRUPT_TIME = 0xFFFFF78000000008


def waited_for(thread):
    """The objects a waiting thread waits for, in words."""
    block, first, found = base.pointer(thread["WaitBlockList"]), None, []
    for _ in range(WAIT_LIMIT):
        if not block or block == first:
            break
        first = first or block
        value = base.at(block, "_KWAIT_BLOCK")
        place = base.pointer(value["Object"])
        if place:
            kind = base.read(place, 1)[0] & 0x7F
            found.append(f"{OBJECTS.get(kind, 'object')} {place:016x}")
        block = base.pointer(value["NextWaitBlock"])
    return ", ".join(found)


def print_thread(address, thread, cid):
    state = int(thread["State"])
    name = STATES[state] if state < len(STATES) else f"state {state}"
    start = base.pointer(thread["StartRoutine"])
    wait = f" on {waited_for(thread)}" if name == "Waiting" else ""
    print(f"{address:016x} {cid:<10} {name:<11} {int(thread['Priority']):3} "
          f"{int(thread['NextProcessor']):3} {int(thread['ContextSwitches']):8} "
          f"{base.describe(start) if start else '(none)'}{wait}")


@base.command("threads")
def show_threads(words):
    """Every thread: nt threads

    Those of PsCreateSystemThread, then each processor's idle thread: state, priority, the
    processor it is on or is to run on, context switches, start routine, what it waits for."""
    print("Thread           Cid        State       Pri CPU Switches Start")
    head = base.pointer(base.known("PspThreads").address)
    for address, thread in base.walk(head, "_ETHREAD", "ThreadListEntry"):
        cid = thread["Cid"]
        print_thread(address, thread["Tcb"], f"{base.pointer(cid['UniqueProcess']):04x}."
                                             f"{base.pointer(cid['UniqueThread']):04x}")
    for _, prcb in base.processors():
        idle = base.pointer(base.prcb_at(prcb)["IdleThread"])
        if idle:
            print_thread(idle, base.at(idle, "_KTHREAD"), "idle")


def wheel_lists():
    """The lists of every processor's timer wheel that hold a timer, those due among them."""
    for _, address in base.processors():
        wheel = base.prcb_at(address)["TimerWheel"]
        start = base.pointer(wheel.address)
        size = wheel["Slots"].type.sizeof + wheel["Due"].type.sizeof
        table = base.read(start, size)
        for offset in range(0, size, 16):
            first = int.from_bytes(table[offset:offset + 8], "little")
            if first not in (0, start + offset):
                yield start + offset


def timer_target(timer):
    """What happens when it expires: a DPC, or the wait of a thread ends."""
    dpc = base.pointer(timer["Dpc"])
    if dpc:
        routine = base.pointer(base.at(dpc, "_KDPC")["DeferredRoutine"])
        return f"DPC {dpc:016x} {base.describe(routine)}"
    head = base.pointer(timer["Header"]["WaitListHead"].address)
    threads = [f"thread {base.pointer(block['Thread']):016x}" for _, block in
               base.walk(head, "_KWAIT_BLOCK", "WaitListEntry")]
    return ", ".join(threads) or "nobody"


@base.command("timers")
def show_timers(words):
    """Every timer that is set: nt timers

    Due time in interrupt time, the same from now in milliseconds, the period in milliseconds,
    and who it is for."""
    now = base.word(SHARED_INTERRUPT_TIME)
    print(f"Interrupt time {now:016x}")
    print("Timer            Due              In ms      Period For")
    for head in wheel_lists():
        for address, timer in base.walk(head, "_KTIMER", "TimerListEntry"):
            due = int(timer["DueTime"]["QuadPart"])
            print(f"{address:016x} {due:016x} {(due - now) / 10000:10.1f} "
                  f"{int(timer['Period']):6} {timer_target(timer)}")

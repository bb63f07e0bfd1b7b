"""Who holds what: `nt locks`.

A spin lock is a bit, or the last handle of a queue: it says that it is held, not by whom. What
waits on a processor is known, and so are the owners of mutexes, resources and fast mutexes."""

import re

import gdb

from . import base, interrupts

QUEUE_FLAGS = 3
QUEUE_LIMIT = 64
THREAD_WAITS = 65


def named_locks():
    """(name, address) of every spin lock that is a variable of the kernel."""
    text = gdb.execute("info variables -q -t KSPIN_LOCK", to_string=True)
    for name in re.findall(r"KSPIN_LOCK (\w+);", text):
        value = base.variable(name)
        if value is not None and value.address is not None:
            yield name, base.pointer(value.address)


def queue(last):
    """The handles of a queued lock that lead to its last one cannot be found from there; the
    last tells whether it waits."""
    waits = base.word(last + base.offset_of("_KSPIN_LOCK_QUEUE", "Lock")) & QUEUE_FLAGS
    return f"queued, last handle {last:016x} {'waits' if waits & 1 else 'holds it'}"


def spin_state(address):
    """None: free; else in words."""
    value = base.word(address)
    if not value:
        return None
    return "held" if value == 1 else queue(value)


def spin_locks():
    """(name, address) of the spin locks that can be found: named, of interrupts, of queues."""
    yield from named_locks()
    for number, address in base.processors():
        prcb = base.prcb_at(address)
        for index, kind in enumerate(("normal", "threaded")):
            yield (f"DpcLock ({kind}) of processor {number}",
                   base.pointer(prcb["DpcData"][index]["DpcLock"].address))
        for vector in range(256):
            head = base.pointer(prcb["InterruptObject"][vector])
            for _, item in interrupts.chain(head) if head else ():
                yield (f"{base.describe(interrupts.service_routine(item))} (processor {number}, "
                       f"vector {vector:02x})", base.pointer(item["ActualLock"]))


def threads():
    """(address, KTHREAD) of every thread."""
    head = base.pointer(base.known("PspThreads").address)
    for address, thread in base.walk(head, "_ETHREAD", "ThreadListEntry"):
        yield address, thread["Tcb"]


def thread_name(address):
    start = base.pointer(base.at(address, "_KTHREAD")["StartRoutine"])
    return f"{address:016x} {base.describe(start) if start else '(none)'}"


def fast_mutex_of(event, known):
    """The FAST_MUTEX whose event a thread waits for, if its owner is a thread we know."""
    address = event - base.offset_of("_FAST_MUTEX", "Event")
    try:
        mutex = base.at(address, "_FAST_MUTEX")
    except base.NtError:
        return None
    return address if base.pointer(mutex["Owner"]) in known else None


def waited_objects(thread):
    block, first = base.pointer(thread["WaitBlockList"]), None
    for _ in range(THREAD_WAITS):
        if not block or block == first:
            return
        first = first or block
        value = base.at(block, "_KWAIT_BLOCK")
        yield base.pointer(value["Object"])
        block = base.pointer(value["NextWaitBlock"])


def print_owned(found):
    """Mutexes by owner, and fast mutexes by who waits for them."""
    known, fast = {address for address, _ in found}, {}
    for address, thread in found:
        head = base.pointer(thread["MutantListHead"].address)
        for mutant, value in base.walk(head, "_KMUTANT", "MutantListEntry"):
            depth = 1 - int(value["Header"]["SignalState"])
            print(f"Mutex      {mutant:016x} {depth} times by thread {thread_name(address)}")
        if int(thread["State"]) != 5:  # Waiting
            continue
        for event in waited_objects(thread):
            mutex = fast_mutex_of(event, known)
            if mutex:
                fast.setdefault(mutex, []).append(address)
    for mutex, waiters in fast.items():
        owner = base.pointer(base.at(mutex, "_FAST_MUTEX")["Owner"])
        print(f"FastMutex  {mutex:016x} by thread {thread_name(owner)}, {len(waiters)} wait")


def print_resources():
    head = base.variable("ExpSystemResources")
    if head is None:
        return
    for address, resource in base.walk(base.pointer(head.address), "_ERESOURCE",
                                       "SystemResourcesList"):
        if not int(resource["ActiveEntries"]):
            continue
        owner = base.pointer(resource["OwnerEntry"]["OwnerThread"])
        who = f"thread {owner:016x}" if owner else "threads of its table"
        print(f"ERESOURCE  {address:016x} {int(resource['ActiveEntries'])} have it: {who}; "
              f"{int(resource['NumberOfSharedWaiters'])} shared and "
              f"{int(resource['NumberOfExclusiveWaiters'])} exclusive waiters")


def print_spin_locks():
    seen, held = set(), 0
    for name, address in spin_locks():
        if address in seen:
            continue
        seen.add(address)
        state = spin_state(address)
        if state:
            held += 1
            print(f"Spin lock  {address:016x} {state:<8} {name}")
    print(f"{len(seen)} spin locks looked at, {held} held")


def print_spinning():
    for number, address in base.processors():
        prcb = base.prcb_at(address)
        lock = base.pointer(prcb["SpinningFor"]) if base.has(prcb, "SpinningFor") else 0
        if lock:
            print(f"Waiting    processor {number} spins for {lock:016x}")


@base.command("locks")
def show_locks(words):
    """Locks that are held: nt locks [ADDR]

    Spin locks of the kernel, of interrupts and of the DPC queues; processors that have spun for
    one for long; mutexes, resources, and fast mutexes that somebody waits for, with their
    owners. ADDR: one spin lock, whoever's it is."""
    if words:
        address = base.address_argument(words, "locks [ADDR]")
        print(f"Spin lock  {address:016x} {spin_state(address) or 'free'}")
        return
    print_spin_locks()
    print_spinning()
    print_owned(list(threads()))
    print_resources()

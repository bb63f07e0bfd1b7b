#!/usr/bin/python3
"""What `make bench` does: counts guest instructions on the interrupt path.

Under -icount shift=0 the TSC advances by one for each guest instruction, so the figures are
whole numbers and the same in every run. Seven boots: bench.sys measures the paths of one
processor, and the dispatcher, from inside, by line on one processor and on four, and by
message; benchkmdf.sys the interrupt path of the framework and its requests; a boot with the
network driver tells when the first device interrupt came; and with two processors gdb steps
from the IPI vector to the handler's first instruction, because the two processors'
instructions share one clock and cannot be told apart by it. In the same way it steps through
an event of the trace."""

import argparse
import json
import re
import subprocess
import sys
import time

from harness import disk, iso, paths
from harness.machine import Machine, PASSED

ICOUNT = ["-icount", "shift=0,sleep=off"]

# key: (what, aim, Linux 6.1 on the same QEMU and devices)
FIGURES = {
    "vector_to_isr": ("vector to the ISR's first instruction", 45, "179"),
    "vector_to_isr_4cpus": ("the same on a machine of four processors", 45, ""),
    "isr_to_iretq": ("ISR's return to iretq, inclusive", 35, "330"),
    "isr_to_dpc": ("ISR's return to the DPC's first instruction", 120, "433"),
    "interrupt_with_dpc": ("an interrupt and its DPC, all of it", None, ""),
    "kmdf_overhead": ("what the framework adds to that, ISR and DPC together", 60, ""),
    "kmdf_request_present": ("IoCallDriver to the handler of a KMDF queue", 600, ""),
    "kmdf_request_complete": ("WdfRequestComplete to the sender's routine", 520, ""),
    "dpc_insert_to_run": ("KeInsertQueueDpc at PASSIVE_LEVEL to the DPC", 180, ""),
    "chained_extra_isr": ("each further ISR on a shared line", None, ""),
    "msi_vector_to_isr": ("the same by message (MSI), message ISR", None, ""),
    "msi_isr_to_iretq": ("message ISR's return to iretq", None, ""),
    "vector_to_passive_isr": ("vector to a passive-level ISR in its thread", None, ""),
    "spinlock_pair": ("KeAcquireSpinLock and KeReleaseSpinLock, calls included", 14, "31"),
    "ipi_to_handler": ("IPI vector to the handler on the other processor", 60, "93-122"),
    "dpc_insert_to_run_remote": ("KeInsertQueueDpc to the DPC on another processor", 300, ""),
    "dpcs_per_million_depth_1": ("DPCs in a million instructions, one at a time", 3500, ""),
    "dpcs_per_million_depth_256": ("the same, 256 at a time", 7500, ""),
    "event_to_waiter": ("KeSetEvent to its waiter running", 400, ""),
    "event_to_waiter_200_threads": ("the same with 200 more threads ready", 400, ""),
    "event_to_waiter_4cpus": ("the same on a machine of four processors", 400, ""),
    "event_to_waiter_remote": ("KeSetEvent to its waiter on another processor", 650, ""),
    "context_switch": ("a wait, to the next thread running", 350, ""),
    "context_switch_200_threads": ("the same with 200 more threads ready", 350, ""),
    "context_switch_4cpus": ("the same on a machine of four processors", 350, ""),
    "work_item_round_trip": ("IoQueueWorkItem to its event's waiter running", 1250, ""),
    "timer_insert_10": ("KeSetTimer among 10 timers", 175, ""),
    "timer_insert_1000": ("the same among 1,000", 175, ""),
    "timer_insert_100000": ("the same among 100,000", 175, ""),
    "timer_expire_10": ("a timer's expiry among 10", 150, ""),
    "timer_expire_1000": ("the same among 1,000", 150, ""),
    "timer_expire_100000": ("the same among 100,000", 150, ""),
    "queued_lock_pair": ("a queued lock taken and released", 45, ""),
    "queued_lock_2_processors": ("the same, 2 processors at it, all their work", 80, ""),
    "queued_lock_4_processors": ("the same, 4 processors", 80, ""),
    "trace_event": ("an event of the trace, when it is on", 40, ""),
    "entry_to_first_interrupt": ("kernel entry to the first device interrupt", 30000000, ""),
}

AT_LEAST = {"dpcs_per_million_depth_1", "dpcs_per_million_depth_256"}  # others: at most


def make_image(nt, folder, words):
    module = r"bench.sys kind=app hwid=PCI\VEN_1234&DEV_11E8 " + words
    return iso.make(folder / "bench.iso", paths.kernel(nt), iso.standard_modules() + [
        (paths.BUILD / "apps/bench.sys", module.strip())])


def boot(image, folder, modules, cpus=1, hard_disk=None, extra=()):
    machine = Machine(image, folder=folder, cpus=cpus, disk=hard_disk,
                      options=f"modules={modules}", extra=ICOUNT + list(extra))
    machine.report_file.unlink(missing_ok=True)
    with machine:
        machine.wait(120)
    if machine.status != PASSED:
        sys.exit(f"bench: the boot with {modules} ended with status {machine.status}; "
                 "last lines:\n" + "\n".join(machine.lines[-5:]))
    return machine


def printed_figures(machine):
    return {match[1]: int(match[2])
            for match in (re.match(r"bench: (\w+) (\d+)$", line) for line in machine.lines)
            if match}


def measure_inside(image, folder, cpus=1):
    machine = boot(image, folder, "bench.sys", cpus=cpus, extra=["-device", "edu"])
    return printed_figures(machine)


def measure_framework(nt, folder):
    """The same interrupt and DPC as callbacks of a KMDF driver, and its requests."""
    image = iso.make(folder / "benchkmdf.iso", paths.kernel(nt), [
        (paths.BUILD / "apps/benchkmdf.sys",
         r"benchkmdf.sys kind=app hwid=PCI\VEN_1234&DEV_11E8")])
    machine = boot(image, folder, "benchkmdf.sys", extra=["-device", "edu"])
    return printed_figures(machine)


def measure_start(image, folder):
    """The disk's: a network adapter has nothing to say before a frame comes."""
    hard_disk = folder / "disk.img"
    disk.make(hard_disk, 2)
    machine = boot(image, folder, "ahci.sys,diskcheck.sys", hard_disk=hard_disk)
    report = json.loads(machine.report_file.read_text())
    return {"entry_to_first_interrupt": report["boot"]["entry_to_first_interrupt"]}


GDB_SCRIPT = """
set pagination off
set confirm off
target remote {socket}
hbreak {function}
continue
delete
set scheduler-locking step
python
def step():
    gdb.execute('stepi', to_string=True)
    return int(gdb.parse_and_eval('$pc'))
def steps_to(address):
    count = 0
    while int(gdb.parse_and_eval('$pc')) != address and count < 1000:
        step()
        count += 1
    return count
{steps}
end
kill
"""

# From the vector's first instruction to the first of the routine that is broadcast.
IPI_STEPS = """
print('ipi_to_handler', steps_to(int(gdb.parse_and_eval('(unsigned long)&KiFlushTbWorker'))))
"""

# From the test of whether the event is wanted to the return of who records it.
EVENT_STEPS = """
def instruction():
    return gdb.selected_frame().architecture().disassemble(int(gdb.parse_and_eval('$pc')))[0]
def steps_while(unwanted):
    count = 0
    while unwanted(instruction()['asm']) and count < 1000:
        step()
        count += 1
    return count
steps_while(lambda text: 'KeTraceEvents' not in text or not text.startswith('test'))
before = steps_while(lambda text: not text.startswith('call'))
call = instruction()
print('trace_event', before + steps_to(call['addr'] + call['length']))
"""


def step_through(image, folder, kernel, key, function, steps, options):
    """The figure that gdb prints on a machine of two processors, stopped at a function."""
    socket = folder / "gdb"
    machine = Machine(image, folder=folder, cpus=2, options=f"modules=none {options}".strip(),
                      extra=ICOUNT + ["-S", "-gdb", f"unix:{socket},server=on,wait=off"])
    script = folder / f"{key}.gdb"
    script.write_text(GDB_SCRIPT.format(socket=socket, function=function, steps=steps))
    socket.unlink(missing_ok=True)
    with machine:
        while not socket.exists():
            time.sleep(0.05)
        result = subprocess.run(["gdb", "-nx", "-batch", "-x", str(script), str(kernel)],
                                capture_output=True, text=True, timeout=120)
    match = re.search(rf"^{key} (\d+)$", result.stdout, re.M)
    if not match:
        sys.exit(f"bench: gdb found no {key}:\n" + result.stdout[-800:]
                 + result.stderr[-800:])
    return {key: int(match[1])}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nt", default="6.3")
    nt = parser.parse_args().nt
    folder = paths.BUILD / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    figures = measure_inside(make_image(nt, folder, "msi=1"), folder)
    image = make_image(nt, folder, "")
    crowd = measure_inside(image, folder, cpus=4)
    alone = measure_inside(image, folder)
    for key in ("vector_to_isr", "event_to_waiter", "context_switch"):
        figures[key + "_4cpus"] = crowd[key]
    figures.update(crowd | alone)
    figures.update(measure_framework(nt, folder))
    figures["kmdf_overhead"] = (figures.pop("kmdf_interrupt_with_dpc")
                                - figures["interrupt_with_dpc"])
    figures.update(measure_start(image, folder))
    kernel = paths.kernel(nt)
    figures.update(step_through(image, folder, kernel, "ipi_to_handler", "KiIpiInterrupt",
                                IPI_STEPS, ""))
    figures.update(step_through(image, folder, kernel, "trace_event", "KiSetTraceWorker",
                                EVENT_STEPS, "trace=on"))
    missing = [key for key in FIGURES if key not in figures]
    if missing:
        sys.exit(f"bench: no figure for {', '.join(missing)}")

    print(f"\n{'guest instructions, NT ' + nt:62} {'here':>9} {'aim':>9} {'Linux':>7}")
    for key, (what, aim, linux) in FIGURES.items():
        late = ""
        if aim and key in AT_LEAST:
            late = " under" if figures[key] < aim else ""
        elif aim:
            late = " over" if figures[key] > aim else ""
        print(f"{what:62} {figures[key]:>9} {aim or '':>9} {linux:>7}{late}")
    output = paths.BUILD / "bench.json"
    output.write_text(json.dumps(figures, indent=2, sort_keys=True) + "\n")
    print(f"\nwritten to {output.relative_to(paths.BUILD.parent)}")


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""What `make perf` does: boots the machine that obeys the measuring protocol and measures it
from outside: frames received and sent back, disk blocks read; with --count it counts the
instructions of each instead. docs/performance.md."""

import argparse
import json
import sys

from harness import machine, paths
from measure import counter, figures
from measure.dirql import NVME_DISK, PerfMachine
from measure.guest import GuestError

DEPTHS = (1, 32)


def measure(perf, seconds):
    """name: (value, unit) of each figure, in the order they are taken."""
    guest, frames = perf.guest, perf.frames
    found = {}

    def add(name, value, unit):
        found[name] = value
        print(f"{name:24} {value:>12,.1f} {unit}", flush=True)

    rate = figures.measure_rx(guest, frames, seconds)
    add("rx", rate.rate, "frames/s")
    add("rx_per_interrupt", rate.count / max(rate.irq, 1), "frames")
    rate = figures.measure_echo(guest, frames, seconds)
    add("echo", rate.rate, "frames/s")
    add("echo_per_interrupt", rate.count / max(rate.irq, 1), "frames")
    add("rx_irp", figures.measure_rx(guest, frames, seconds, "irp").rate, "frames/s")
    add("echo_irp", figures.measure_echo(guest, frames, seconds, how="irp").rate, "frames/s")
    times = figures.measure_rtt(guest, frames, int(500 * seconds))
    add("rtt_smallest", times.smallest * 1e6, "us")
    add("rtt_median", times.median * 1e6, "us")
    for disk, drive in (("", "disk"), (NVME_DISK, "nvme0")):
        for depth in DEPTHS:
            name = f"{'nvme' if disk else 'ahci'}_{depth}"
            count = int((1500 if depth == 1 else 5000) * seconds)
            rate = figures.measure_blk(guest, depth, count, disk, drive)
            add(name, rate.rate, "reads/s")
    return found


# What: at most so many instructions.
AIMS = {"rx": 400, "isr_to_sent": 350, "ahci_1": 1500, "ahci_32": 1500, "nvme_1": 1500,
        "nvme_32": 1500}


def print_functions(value, symbols):
    """Which functions they are executed in, as far as it is one instruction or more."""
    for name, number in counter.by_function(value.places, symbols).most_common():
        if number >= 1:
            print(f"    {number:>10,.1f}  {name}", flush=True)


def count(perf, file, functions):
    """name: instructions, as above."""
    guest, frames = perf.guest, perf.frames
    symbols = perf.symbols() if functions else []
    found = {}

    def add(name, value):
        found[name] = round(value, 1)
        aim = f"aim {AIMS[name]}" if name in AIMS else ""
        print(f"{name:24} {value:>12,.1f} instructions  {aim}", flush=True)
        if functions:
            print_functions(value, symbols)

    add("rx", figures.count_rx(guest, frames, file, 2000))
    add("rx_irp", figures.count_rx(guest, frames, file, 2000, how="irp"))
    add("rx_alone", figures.count_rx(guest, frames, file, 200, gap=0.002))
    whole, path = figures.count_echo(guest, frames, file, 200)
    add("echo_alone", whole)
    add("isr_to_sent", path)
    for disk, drive in (("", "disk"), (NVME_DISK, "nvme0")):
        for depth in DEPTHS:
            name = f"{'nvme' if disk else 'ahci'}_{depth}"
            add(name, figures.count_blk(guest, file, depth, 500, disk, drive))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nt", default="6.3")
    parser.add_argument("--cpus", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=3, help="of each measurement")
    parser.add_argument("--count", action="store_true", help="instructions, not rates")
    parser.add_argument("--functions", action="store_true",
                        help="instructions, and under each figure in which functions they are")
    arguments = parser.parse_args()
    arguments.count |= arguments.functions
    name = "perf-count" if arguments.count else "perf"
    file = paths.BUILD / f"{name}/counted"
    try:
        extra = counter.arguments(file, path=True) if arguments.count else []
        with PerfMachine(arguments.nt, file.parent, cpus=arguments.cpus, extra=extra) as perf:
            found = count(perf, file, arguments.functions) if arguments.count \
                else measure(perf, arguments.seconds)
            status = perf.quit()
    except (GuestError, OSError, RuntimeError) as error:
        sys.exit(f"perf: FAILED: {error}")
    if status != machine.PASSED:
        sys.exit(f"perf: FAILED: QEMU ended with status {status}")
    output = paths.BUILD / f"{name}.json"
    output.write_text(json.dumps(found, indent=2) + "\n")
    print(f"perf: passed, nothing lost; written to {output.relative_to(paths.BUILD.parent)}")


if __name__ == "__main__":
    main()

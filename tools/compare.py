#!/usr/bin/python3
"""What `make bench PEER=linux` does: measures dirql and a Linux guest from outside, in
alternating slices, on the same QEMU, devices and host, and prints how they compare.

Three parts: rates and times of two machines that run side by side, one of them idle while the
other is measured; instructions, counted in two more by a plugin of QEMU; and the start, with
instructions for a clock. docs/performance.md says what the figures mean."""

import argparse
import contextlib
import json
import re
import sys
from collections import namedtuple

from harness import paths
from measure import counter, figures, linux, ratios
from measure.dirql import NVME_DISK, PerfMachine
from measure.guest import GuestError
from measure.ratios import Row, Slice

SECONDS = 1  # of one slice of frames
ROUND_TRIPS = 2000
COUNTED = 1000  # frames or reads, and twice as many, when instructions are counted

# Reads of one slice: about a second of them on a host that has nothing else to do.
READS = {("", 1): 10000, ("", 32): 30000, (NVME_DISK, 1): 10000, (NVME_DISK, 32): 60000}

# QEMU's e1000 leaves at least 128 us between two interrupts, whatever the guest asks for,
# unless it is told not to: that would be the round trip of any guest.
NO_MITIGATION = ["-global", "e1000.mitigation=off"]


# One of the two guests: its machine, and where its instructions are counted.
Side = namedtuple("Side", "name peer file")


def received(side):
    return figures.measure_rx(side.peer.guest, side.peer.frames, SECONDS).rate


def echoed(side):
    return figures.measure_echo(side.peer.guest, side.peer.frames, SECONDS).rate


def round_trip(side):
    return figures.measure_rtt(side.peer.guest, side.peer.frames, ROUND_TRIPS).median * 1e6


def drive(disk):
    return "nvme0" if disk else "disk"


def reads(disk, depth):
    return lambda side: figures.measure_blk(side.peer.guest, depth, READS[disk, depth], disk,
                                            drive(disk)).rate


def rx_count(side):
    return figures.count_rx(side.peer.guest, side.peer.frames, side.file, COUNTED)


def sent_count(side):
    return figures.count_echo(side.peer.guest, side.peer.frames, side.file, 200)[1]


def echo_count(side):
    return figures.count_echo(side.peer.guest, side.peer.frames, side.file, 200)[0]


def read_count(disk, depth):
    return lambda side: figures.count_blk(side.peer.guest, side.file, depth, COUNTED, disk,
                                          drive(disk))


RATES = [
    (Row("rx", "60-byte frames received", "a second", True), received),
    (Row("echo", "60-byte frames received and sent back", "a second", True), echoed),
    (Row("rtt", "frame and its echo, round trip", "us", False), round_trip),
    (Row("ahci_1", "AHCI, 4 KiB reads, one at a time", "a second", True), reads("", 1)),
    (Row("ahci_32", "the same, 32 at a time", "a second", True), reads("", 32)),
    (Row("nvme_1", "NVMe, 4 KiB reads, one at a time", "a second", True),
     reads(NVME_DISK, 1)),
    (Row("nvme_32", "the same, 32 at a time", "a second", True), reads(NVME_DISK, 32)),
]

COUNTS = [
    (Row("rx_count", "a frame received, of many", "instructions", False), rx_count),
    (Row("sent_count", "from the ISR to its frame sent back", "instructions", False),
     sent_count),
    (Row("echo_count", "a frame alone and its echo, all of it", "instructions", False),
     echo_count),
    (Row("ahci_1_count", "an AHCI read, one at a time", "instructions", False),
     read_count("", 1)),
    (Row("ahci_32_count", "the same, 32 at a time", "instructions", False),
     read_count("", 32)),
    (Row("nvme_1_count", "an NVMe read, one at a time", "instructions", False),
     read_count(NVME_DISK, 1)),
    (Row("nvme_32_count", "the same, 32 at a time", "instructions", False),
     read_count(NVME_DISK, 32)),
]

START = Row("start", "kernel's start to the first device interrupt", "million", False)


def named(row, measure, side):
    """A figure; what goes wrong says whose and which it was."""
    try:
        return measure(side)
    except (GuestError, OSError) as error:
        raise GuestError(f"{side.name}: {row.what}: {error}") from None


def measure_rows(rows, here, there, rounds):
    """The summaries of rows, printed as they are known. The rounds of one row follow each
    other, so that its line can be read while the next is measured."""
    summaries = []
    for row, measure in rows:
        slices = [Slice(*(named(row, measure, side) for side in (there, here, there)))
                  for _ in range(rounds)]
        summaries.append(ratios.summarize(row, slices))
        print(ratios.line(summaries[-1]), flush=True)
    return summaries


def compare_pair(rows, nt, folder, rounds, counted):
    """Rows that two machines are measured for, side by side."""
    with contextlib.ExitStack() as stack:
        def start(name, machine, *arguments):
            work = folder / name
            work.mkdir(parents=True, exist_ok=True)
            file = work / "counted"
            extra = counter.arguments(file, path=True) if counted else []
            peer = machine(*arguments, work, extra=NO_MITIGATION + extra)
            return Side(name, stack.enter_context(peer), file)

        here = start("dirql", PerfMachine, nt)
        there = start("Linux", linux.LinuxMachine)
        summaries = measure_rows(rows, here, there, rounds)
        for side in (here, there):
            side.peer.quit()
    return summaries


def entry_to_first_interrupt(nt, work):
    """What dirql's report says of it, on the machine that is measured."""
    with PerfMachine(nt, work, cpus=1, extra=linux.ICOUNT) as peer:
        peer.quit()
        report = peer.machine.report_file.read_text(errors="replace")
    match = re.search(r'"entry_to_first_interrupt": *(\d+)', report)
    if not match:
        raise GuestError("dirql: no report of its start")
    return int(match[1])


def compare_starts(nt, folder):
    """Once: with instructions for a clock every start is as long as the last."""
    ticks = entry_to_first_interrupt(nt, folder / "dirql-start")
    peer = linux.entry_to_first_interrupt(folder / "linux-start")
    summary = ratios.summarize(START, [Slice(peer / 1e6, ticks / 1e6, peer / 1e6)])
    print(ratios.line(summary), flush=True)
    return summary


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nt", default="6.3")
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    folder = paths.BUILD / "compare"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        linux.build()
        print(f"dirql, NT {arguments.nt}, and Linux {linux.release()}\n{ratios.heading()}")
        summaries = compare_pair(RATES, arguments.nt, folder, arguments.rounds, False)
        summaries += compare_pair(COUNTS, arguments.nt, folder, 1, True)
        summaries.append(compare_starts(arguments.nt, folder))
    except (GuestError, linux.NoPeer) as error:
        sys.exit(f"compare: {error}")
    output = paths.BUILD / "compare.json"
    output.write_text(json.dumps({each.row.key: ratios.as_json(each) for each in summaries},
                                 indent=2) + "\n")
    under = sum(not ratios.reaches(each) for each in summaries)
    print(f"{len(summaries) - under} rows at {ratios.AIM} times Linux or better, {under} under; "
          f"written to {output.relative_to(paths.BUILD.parent)}")


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""What `make bench PEER=linux` does: measures dirql and a Linux guest from outside, in
alternating slices, on the same QEMU, devices and host, and prints how they compare.

Three parts: rates and times of two machines that run side by side, one of them idle while the
other is measured; instructions, counted in two more by a plugin of QEMU; and the start, with
instructions for a clock. docs/performance.md says what the figures mean."""

import argparse
import contextlib
import json
import sys

import bench
from harness import paths
from measure import figures, linux, ratios
from measure.dirql import NVME_DISK, PerfMachine
from measure.guest import GuestError
from measure.ratios import Row, Slice

SECONDS = 1  # of one slice of frames
ROUND_TRIPS = 2000

# Reads of one slice: about a second of them on a host that has nothing else to do.
READS = {("", 1): 10000, ("", 32): 30000, (NVME_DISK, 1): 10000, (NVME_DISK, 32): 60000}

# QEMU's e1000 leaves at least 128 us between two interrupts, whatever the guest asks for,
# unless it is told not to: that would be the round trip of any guest.
NO_MITIGATION = ["-global", "e1000.mitigation=off"]


def received(peer):
    return figures.measure_rx(peer.guest, peer.frames, SECONDS).rate


def echoed(peer):
    return figures.measure_echo(peer.guest, peer.frames, SECONDS).rate


def round_trip(peer):
    return figures.measure_rtt(peer.guest, peer.frames, ROUND_TRIPS).median * 1e6


def reads(disk, depth):
    drive = "nvme0" if disk else "disk"
    return lambda peer: figures.measure_blk(peer.guest, depth, READS[disk, depth], disk,
                                            drive).rate


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

START = Row("start", "kernel's start to the first device interrupt", "million", False)


def named(name, row, measure, peer):
    """A figure; what goes wrong says whose and which it was."""
    try:
        return measure(peer)
    except (GuestError, OSError) as error:
        raise GuestError(f"{name}: {row.what}: {error}") from None


def measure_slice(row, measure, here, there):
    return Slice(named("Linux", row, measure, there), named("dirql", row, measure, here),
                 named("Linux", row, measure, there))


def measure_rounds(rows, here, there, rounds):
    """The summaries of rows, printed as they are known. The rounds of one row follow each
    other, so that its line can be read while the next is measured."""
    summaries = []
    for row, measure in rows:
        slices = [measure_slice(row, measure, here, there) for _ in range(rounds)]
        summaries.append(ratios.summarize(row, slices))
        print(ratios.line(summaries[-1]), flush=True)
    return summaries


def compare_rates(nt, folder, rounds):
    with contextlib.ExitStack() as stack:
        here = stack.enter_context(PerfMachine(nt, folder / "dirql", extra=NO_MITIGATION))
        there = stack.enter_context(linux.LinuxMachine(folder / "linux", extra=NO_MITIGATION))
        summaries = measure_rounds(RATES, here, there, rounds)
        here.quit()
        there.quit()
    return summaries


def compare_starts(nt, folder):
    """Once: with instructions for a clock every start is as long as the last."""
    image = bench.make_image(nt, folder, "")
    ticks = bench.measure_start(image, folder / "start")["entry_to_first_interrupt"]
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
        summaries = compare_rates(arguments.nt, folder, arguments.rounds)
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

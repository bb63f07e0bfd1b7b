#!/usr/bin/python3
"""What `make run` does once everything is built: boots the machine with its devices, shows
the serial console as it comes, and judges the run.

The kernel's own word is one of several here. The disk is summed by rhash and compared byte
by byte, the report must add up, the IRPs must all have come back. The last line is either
`run: passed ...` or `run: FAILED: <which>`, and the exit status says the same."""

import argparse
import json
import random
import shlex
import sys
import time

from harness import disk, driver, iso, paths, report, verdict
from harness.machine import Machine

ECHOES = 100
SILENCE = 2  # seconds after which a person would wonder


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nt", default="6.3")
    parser.add_argument("--cpus", type=int, default=4)
    parser.add_argument("--machine", default="q35")
    parser.add_argument("--firmware", choices=["bios", "uefi"], default="bios")
    parser.add_argument("--driver", default="", help="a .sys, or a folder of .c files")
    parser.add_argument("--hwid", default="", help=r"as in PCI\VEN_1234&DEV_11E8")
    parser.add_argument("--words", default="",
                        help="more for the driver's module line: msi=1, cpu=all, KEY=VALUE")
    parser.add_argument("--timeout", type=float, default=60, metavar="SECONDS")
    parser.add_argument("--seed", type=int, help="content of the disk; default: a new one")
    parser.add_argument("--qemu-arg", action="append", default=[],
                        help="more for QEMU's command line, split like a shell would")
    parser.add_argument("--append", default="", help="boot options")
    parser.add_argument("--verifier", default="", help="on, off, or names of drivers")
    parser.add_argument("--output", default="run", help="name of the files in build/")
    return parser.parse_args()


class Printer:
    """Shows serial lines from the kernel's first on; firmware and GRUB stay in the log.
    Called by the thread that reads the port; breaks a silence when the main one asks."""

    def __init__(self):
        self.started = False
        self.shown = self.begun = time.monotonic()

    def __call__(self, line):
        self.started = self.started or line.startswith(("dirql:", "***"))
        if self.started:
            self.show(line)

    def show(self, line):
        print(line, flush=True)
        self.shown = time.monotonic()

    def break_silence(self):
        now = time.monotonic()
        if now - self.shown >= SILENCE:
            who = "the kernel is silent" if self.started else "firmware and GRUB are at work"
            self.show(f"run: {who}, {now - self.begun:.0f} s")


def wait(machine, printer, timeout):
    """To the machine's end, or to the timeout, which ends it."""
    deadline = time.monotonic() + timeout
    while machine.runs_for(SILENCE / 4) and time.monotonic() < deadline:
        printer.break_silence()
    machine.wait(max(deadline - time.monotonic(), 0.1))


def boot(arguments, folder, image):
    """Runs the machine to its end. DriverError when DRIVER= cannot be had."""
    extra = [word for text in arguments.qemu_arg for word in shlex.split(text)]
    image_iso = paths.iso(arguments.nt)
    if arguments.driver:
        file = driver.build(arguments.driver, folder)
        words = driver.words(file, arguments.hwid, arguments.words)
        modules = iso.standard_modules() + [(file, words)]
        image_iso = iso.make(folder / "dirql.iso", paths.kernel(arguments.nt), modules)
        extra += driver.device_arguments(arguments.hwid, extra)
    printer = Printer()
    options = arguments.append
    if arguments.verifier:
        options = f"verifier={arguments.verifier} {options}".strip()
    machine = Machine(image_iso, folder=folder, cpus=arguments.cpus,
                      machine=arguments.machine, firmware=arguments.firmware, disk=image,
                      options=options, on_line=printer, extra=extra)
    machine.report_file.unlink(missing_ok=True)
    with machine:
        wait(machine, printer, arguments.timeout)
    (folder / "com1.log").write_text(machine.text() + "\n")
    return machine


def examine(machine, image, seed, expected_crc):
    """What the host sees of the run: (facts for run.json, complaints)."""
    echoes = machine.find(r"netecho: (\d+) of (\d+) ")
    sums = machine.find(r"diskcheck: crc32c 0x([0-9A-Fa-f]{1,8})\b")
    replies = [int(word) for word in echoes[-1].groups()] if echoes else [0, ECHOES]
    kernel_crc = int(sums[-1].group(1), 16) if sums else None
    bad = []
    if replies != [ECHOES, ECHOES]:
        bad.append(f"netecho: {replies[0]} of {ECHOES} echo replies")
    if kernel_crc is None:
        bad.append("diskcheck printed no checksum")
    elif kernel_crc != expected_crc:
        bad.append(f"wrong checksum: diskcheck says 0x{kernel_crc:08x}, "
                   f"rhash says 0x{expected_crc:08x}")
    scratch = disk.complaint(image, seed)
    if scratch:
        bad.append(scratch)
    facts = {"seed": seed, "echo_replies": replies[0], "crc32c_host": f"0x{expected_crc:08x}",
             "crc32c_kernel": None if kernel_crc is None else f"0x{kernel_crc:08x}",
             "crc32c_equal": kernel_crc == expected_crc, "scratch_on_disk": scratch is None}
    return facts, bad


def judge(arguments, machine, image, seed, expected_crc):
    """Every complaint about the run, the root cause first. Writes build/run.json."""
    cause = verdict.cause(machine, arguments.timeout)
    bad = [cause] if cause else []
    facts, seen = examine(machine, image, seed, expected_crc)
    try:
        document = report.load(machine.report_file)
        bad += report.complaints(document, arguments.nt, arguments.cpus)
    except report.BadReport as error:
        document = {}
        bad.append(str(error))
    bad += seen
    document["host"] = facts | {"exit_status": machine.status, "complaints": bad}
    (paths.BUILD / f"{arguments.output}.json").write_text(json.dumps(document, indent=2) + "\n")
    return bad, document


def processors(count):
    return f"{count} processor" + ("s" if count != 1 else "")


def main():
    arguments = parse_arguments()
    folder = paths.BUILD / arguments.output
    folder.mkdir(parents=True, exist_ok=True)
    seed = random.SystemRandom().getrandbits(32) if arguments.seed is None else arguments.seed
    image = folder / "disk.img"
    disk.make(image, seed)
    expected_crc = disk.crc32c(image)
    print(f"run: NT {arguments.nt}, {arguments.machine}, {arguments.firmware}, "
          f"{processors(arguments.cpus)}; disk seed {seed}, crc32c 0x{expected_crc:08x}",
          flush=True)
    start = time.monotonic()
    try:
        machine = boot(arguments, folder, image)
    except (driver.DriverError, OSError, RuntimeError, ValueError) as error:
        print(f"run: FAILED: {error}")
        return 1
    bad, document = judge(arguments, machine, image, seed, expected_crc)
    sys.stdout.flush()
    if bad:
        # After a bugcheck or a hang the rest is missing too, and would hide the cause.
        if not verdict.cause(machine, arguments.timeout):
            for complaint in bad[1:]:
                print(f"run: also: {complaint}")
        print(f"run: FAILED: {bad[0]}")
        return 1
    interrupts = sum(item["interrupts"] for item in document["interrupt_objects"])
    print(f"run: passed: {processors(len(document['processors']))}, {ECHOES} of {ECHOES} "
          f"echoes, 64 MiB with crc32c 0x{expected_crc:08x}, {interrupts} device "
          f"interrupts, lost 0, in {time.monotonic() - start:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())

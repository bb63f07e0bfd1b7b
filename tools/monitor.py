#!/usr/bin/python3
"""What `make monitor` does: boots the machine with its devices and makes this terminal the one
on its COM1, where apps/monitor answers. The kernel's own lines go to build/monitor/log.

Keys go to the machine as they are typed, Ctrl-C too; Ctrl-] ends the machine. Without a
terminal, lines of standard input are typed one after the other, each when the prompt is back,
and `quit` at their end. Exit status 0: it ended by `quit`, and nothing was lost."""

import argparse
import os
import select
import shlex
import sys
import termios
import tty

from harness import disk, monitor, paths, verdict
from harness.machine import BUGCHECK

LEAVE = b"\x1d"
SEED = 1
GRACE = 5  # seconds for the kernel's report, after `quit`


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nt", default="6.3")
    parser.add_argument("--cpus", type=int, default=4)
    parser.add_argument("--machine", default="q35")
    parser.add_argument("--firmware", choices=["bios", "uefi"], default="bios")
    parser.add_argument("--append", default="", help="boot options")
    parser.add_argument("--verifier", default="", help="on, off, or names of drivers")
    parser.add_argument("--qemu-arg", action="append", default=[],
                        help="more for QEMU's command line, split like a shell would")
    return parser.parse_args()


class RawKeys:
    """Standard input without echo, line editing and signals, while it lasts."""

    def __enter__(self):
        self.before = termios.tcgetattr(sys.stdin)
        tty.setraw(sys.stdin)

    def __exit__(self, *_):
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self.before)


def show(data):
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def greeting(terminal):
    """Up to the first prompt. What comes before the greeting is firmware's and GRUB's."""
    text = terminal.read_until(monitor.PROMPT, 60)
    return text[max(text.rfind(monitor.GREETING), 0):].encode()


def talk(terminal):
    """Both ways until the machine is gone, or raises KeyboardInterrupt for Ctrl-]. Who sees the
    prompt may type: keys are raw by then, since becoming so throws away what was typed."""
    first = greeting(terminal)
    with RawKeys():
        show(first)
        while True:
            ready, _, _ = select.select([terminal, sys.stdin], [], [])
            if terminal in ready:
                data = terminal.receive()
                if not data:
                    return
                show(data)
            if sys.stdin in ready:
                keys = os.read(sys.stdin.fileno(), 64)
                if not keys or LEAVE in keys:
                    raise KeyboardInterrupt
                terminal.send(keys)


def play(terminal):
    """Types the lines of standard input."""
    try:
        show(greeting(terminal))
        for line in sys.stdin.read().splitlines() + ["quit"]:
            terminal.send(line.encode() + b"\r")
            show(terminal.read_until(monitor.PROMPT, 60).encode())
    except EOFError as end:
        show(str(end).encode())


def converse(run):
    """From the first prompt to the end. How long the machine may still take."""
    terminal = monitor.Terminal(run)
    try:
        if sys.stdin.isatty():
            talk(terminal)
        else:
            play(terminal)
    except (EOFError, TimeoutError) as error:
        print(f"monitor: the machine says no more: {error}")
    except KeyboardInterrupt:  # Ctrl-], or Ctrl-C before the first prompt
        print()
        return 0
    finally:
        terminal.close()
    return GRACE


def report(run, grace):
    """What is to be said of the end; the exit status."""
    log = os.path.relpath(paths.BUILD / "monitor/log")
    left = run.status is None and grace == 0
    cause = "ended by Ctrl-]" if left else verdict.cause(run, grace)
    if run.status == BUGCHECK:
        start = next((number for number, line in enumerate(run.lines)
                      if line.startswith("***")), 0)
        print("\n".join(run.lines[start:]))
    print(f"monitor: {cause or 'powered off, nothing lost'}; the kernel's log: {log}")
    return 1 if cause else 0


def main():
    arguments = parse_arguments()
    folder = paths.BUILD / "monitor"
    folder.mkdir(parents=True, exist_ok=True)
    image = folder / "disk.img"
    disk.make(image, SEED)
    options = arguments.append
    if arguments.verifier:
        options = f"verifier={arguments.verifier} {options}"
    with (folder / "log").open("w") as log:
        run = monitor.machine(
            monitor.make_iso(arguments.nt), folder=folder, disk=image, options=options,
            cpus=arguments.cpus, machine=arguments.machine, firmware=arguments.firmware,
            on_line=lambda line: print(line, file=log, flush=True),
            extra=[word for text in arguments.qemu_arg for word in shlex.split(text)])
        with run:
            print("monitor: Ctrl-] ends the machine", flush=True)
            grace = converse(run)
            run.wait(grace)
    return report(run, grace)


if __name__ == "__main__":
    sys.exit(main())

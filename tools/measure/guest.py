"""The measuring protocol: commands and answers on COM1."""

import re
from collections import namedtuple

Stat = namedtuple("Stat", "rx irq")


class GuestError(RuntimeError):
    """The guest refused, fell silent, or lost something."""


class Guest:
    """A machine (harness.machine.Machine with console=True) that obeys commands."""

    def __init__(self, machine):
        self.machine = machine
        self.seen = 0

    def ready(self, timeout=60):
        if not self.machine.wait_for(r"^READY", timeout):
            raise GuestError(f"no READY within {timeout:g} s; last lines:\n"
                             + "\n".join(self.machine.lines[-8:]))
        self.seen = next(index for index, line in enumerate(self.machine.lines)
                         if line.startswith("READY")) + 1
        return self

    def _last_words(self):
        """What the kernel said last on its other port, where a stop report would be."""
        log = self.machine.report_file
        lines = log.read_text(errors="replace").splitlines() if log.exists() else []
        stop = next((number for number, line in enumerate(lines) if line.startswith("***")),
                    len(lines) - 3)
        return "".join("\n" + line for line in lines[max(stop, 0):][:20])

    def type(self, line):
        """Sends a command whose answer is somebody else's to wait for."""
        try:
            self.machine.send(line + "\n")
        except OSError:
            raise GuestError(f"{line}: QEMU has ended: {self.machine.errors()}") from None

    def answer(self, what, timeout=30):
        """The next line. GuestError when there is none in time, or it is an error."""
        fresh = self.machine.wait_for_new(self.seen, timeout)
        if not fresh:
            raise GuestError(f"{what}: no answer within {timeout:g} s{self._last_words()}")
        self.seen += 1
        if fresh[0].startswith("ERROR"):
            raise GuestError(f"{what}: {fresh[0]}")
        if fresh[0].startswith("***"):
            raise GuestError(f"{what}: {fresh[0]}")
        return fresh[0]

    def command(self, line, timeout=30):
        """Sends a command and returns its answer."""
        self.type(line)
        return self.answer(line, timeout)

    def result(self, line, timeout=30):
        """The numbers NAME=N of an answer, as a dictionary."""
        return self.numbers(line, self.command(line, timeout))

    @staticmethod
    def numbers(what, answer):
        if not answer.startswith("RESULT"):
            raise GuestError(f"{what}: {answer!r} is no result")
        return {name: int(value) for name, value in re.findall(r"(\w+)=(\d+)", answer)}

    def stat(self):
        found = self.result("stat")
        return Stat(found["rx"], found["irq"])

    def quit(self):
        self.type("quit")

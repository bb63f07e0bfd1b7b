"""The machine of `make monitor`: COM1 is a terminal that apps/monitor serves, the kernel's own
lines go to COM2, which is this machine's text."""

import socket
import time

from harness import iso, paths
from harness.machine import Machine

PROMPT = "dirql> "
GREETING = "dirql monitor;"
MODULES = paths.TOOLS / "monitor.txt"
AT_BOOT = ("e1000", "ahci", "nvme", "edu", "serial", "monitor")
OPTIONS = ("console=com2", "applimit=0",
           "modules=" + ",".join(f"{name}.sys" for name in AT_BOOT))


def make_iso(nt):
    """The ISO with every module that the monitor can start; made anew each time."""
    return iso.make(paths.BUILD / nt / "dirql-monitor.iso", paths.kernel(nt),
                    iso.standard_modules(MODULES))


def machine(image_iso, *, folder, disk, options="", extra=(), **arguments):
    """The standard machine with an edu, a second disk at an NVMe controller, and its terminal.
    edu's slot is one whose line no other device of the machine has."""
    second = folder / "disk1.img"
    second.write_bytes(bytes(1 << 20))
    return Machine(
        image_iso, folder=folder, disk=disk, terminal=True,
        options=" ".join([*OPTIONS, *options.split()]),
        extra=["-device", "edu,addr=5",
               "-drive", f"if=none,id=disk1,format=raw,file={second}",
               "-device", "nvme,drive=disk1,serial=dirql", *extra], **arguments)


class Terminal:
    """The other end of COM1."""

    def __init__(self, run, timeout=30):
        self.text = ""
        self.socket = socket.socket(socket.AF_UNIX)
        deadline = time.monotonic() + timeout
        while True:
            try:
                self.socket.connect(str(run.terminal))
                return
            except (FileNotFoundError, ConnectionRefusedError):
                if time.monotonic() > deadline or not run.runs_for(0.05):
                    raise

    def fileno(self):
        return self.socket.fileno()

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def receive(self):
        """What has come, waited for; empty when the machine is gone."""
        try:
            return self.socket.recv(4096)
        except ConnectionResetError:
            return b""

    def read_until(self, wanted, timeout=30):
        """What comes until `wanted` has; TimeoutError or EOFError with what did come."""
        deadline = time.monotonic() + timeout
        while wanted not in self.text:
            self.socket.settimeout(max(deadline - time.monotonic(), 0.01))
            try:
                data = self.receive()
            except TimeoutError as error:
                raise TimeoutError(f"no {wanted!r} in {self.text!r}") from error
            if not data:
                raise EOFError(self.text)
            self.text += data.decode("ascii", "replace")
        before, _, self.text = self.text.partition(wanted)
        self.socket.settimeout(None)
        return before + wanted

    def command(self, line, timeout=30):
        """Types a line; the lines of its answer."""
        self.send(line.encode() + b"\r")
        text = self.read_until(PROMPT, timeout).replace("\r\n", "\n")
        echo, _, answer = text.partition("\n")
        if echo != line:
            raise AssertionError(f"typed {line!r}, echoed {echo!r}")
        return answer.removesuffix(PROMPT).splitlines()

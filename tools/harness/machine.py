"""One run of QEMU: its command line, its serial ports, its exit status.

COM1 is text and is read line by line while the machine runs. COM2 is a file that holds the
kernel's report afterwards. With a terminal, COM1 is a socket for whoever types, text is on COM2
(the kernel's option console=com2) and there is no report. isa-debug-exit carries the verdict in
the exit status."""

import contextlib
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from harness.qmp import Qmp

# What isa-debug-exit makes of the verdicts: value * 2 + 1.
PASSED, BUGCHECK, FAILED, REFUSED = 33, 35, 37, 39

FIRMWARE = [Path("/usr/share/OVMF/OVMF_CODE_4M.fd"), Path("/usr/share/OVMF/OVMF_CODE.fd")]
FAULTS = (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL)
ESCAPES = re.compile(r"\x1b\[[0-9;=?]*[A-Za-z]")


class Machine:
    """Starts with start() or `with`; a machine that still runs at the end is killed."""

    def __init__(self, iso, *, folder=None, cpus=4, machine="q35", firmware="bios",
                 memory=256, cpu="max", disk=None, net=True, options="", debug_exit=True,
                 qmp=False, terminal=False, console=False, on_line=None, extra=()):
        self._own_folder = folder is None
        self.folder = Path(folder or tempfile.mkdtemp(prefix="dirql-"))
        self.folder.mkdir(parents=True, exist_ok=True)
        self.report_file = self.folder / "com2.json"
        self.terminal = self.folder / "com1" if terminal else None
        self.lines = []
        self.times = []  # when each of them came: seconds since the start
        self.status = None
        self.qmp = None
        self._wants_qmp = qmp
        self._on_line = on_line
        self._console = console
        self._changed = threading.Condition()
        self._process = None
        self._ended = False
        self.command = self._base(cpus, machine, memory, cpu) + self._media(
            iso, disk, machine) + self._firmware(firmware)
        if net is True:
            self.command += ["-netdev", "user,id=net0", "-device", "e1000,netdev=net0"]
        elif not net:
            self.command += ["-nic", "none"]
        if debug_exit:
            self.command += ["-device", "isa-debug-exit,iobase=0xf4,iosize=4"]
        if options:
            # QEMU splits its own options at commas; a doubled one stands for itself.
            self.command += ["-fw_cfg", "name=opt/dirql/cmdline,string="
                             + options.replace(",", ",,")]
        if qmp:
            self.command += ["-qmp", f"unix:{self.folder}/qmp,server=on,wait=off"]
        self.command += list(extra)

    def _base(self, cpus, machine, memory, cpu):
        return ["qemu-system-x86_64", "-machine", machine, "-cpu", cpu, "-smp", str(cpus),
                "-m", str(memory), "-no-reboot", "-nodefaults", "-display", "none",
                "-vga", "std", "-chardev", "stdio,id=text,signal=off", *self._ports()]

    def _ports(self):
        if self.terminal:
            self.terminal.unlink(missing_ok=True)
            return ["-chardev", f"socket,id=terminal,path={self.terminal},server=on,wait=off",
                    "-serial", "chardev:terminal", "-serial", "chardev:text"]
        return ["-serial", "chardev:text", "-serial", f"file:{self.report_file}"]

    @staticmethod
    def _media(iso, disk, machine):
        """The ISO where the firmware looks for it, the disk on port 0 of an ICH9 AHCI."""
        arguments = []
        bus = "ide."
        if machine.startswith("pc"):
            arguments += ["-device", "ich9-ahci,id=ahci"]
            bus = "ahci."
        if iso:
            arguments += ["-drive", f"if=none,id=cd,media=cdrom,readonly=on,file={iso}",
                          "-device", "ide-cd,drive=cd,bootindex=0,bus="
                          + ("ide.1" if machine.startswith("pc") else "ide.2")]
        if disk:
            arguments += ["-drive", f"if=none,id=disk,format=raw,file={disk}",
                          "-device", f"ide-hd,drive=disk,bus={bus}0"]
        return arguments

    def _firmware(self, firmware):
        if firmware != "uefi":
            return []
        code = next((file for file in FIRMWARE if file.exists()), None)
        if code is None:
            raise FileNotFoundError(f"no UEFI firmware at {FIRMWARE[0]} (package ovmf)")
        variables = self.folder / "efivars.fd"
        shutil.copy(str(code).replace("_CODE", "_VARS"), variables)
        return ["-drive", f"if=pflash,format=raw,readonly=on,file={code}",
                "-drive", f"if=pflash,format=raw,file={variables}"]

    def start(self):
        self._errors = (self.folder / "qemu.stderr").open("w")
        self._started = time.monotonic()
        self._process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE if self._console else subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=self._errors)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if self._wants_qmp:
            self.qmp = Qmp(self.folder / "qmp")
        return self

    def _read(self):
        for raw in self._process.stdout:
            line = ESCAPES.sub("", raw.decode("utf-8", "replace")).strip("\r\n")
            with self._changed:
                self.lines.append(line)
                self.times.append(time.monotonic() - self._started)
                self._changed.notify_all()
            if self._on_line:
                self._on_line(line)
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def wait_for(self, pattern, timeout=30):
        """The match of the first serial line with the pattern, waited for; None: never came."""
        expression, seen = re.compile(pattern), 0
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                for line in self.lines[seen:]:
                    match = expression.search(line)
                    if match:
                        return match
                seen = len(self.lines)
                left = deadline - time.monotonic()
                if self._ended or left <= 0:
                    return None
                self._changed.wait(left)

    def send(self, text):
        """Types text on COM1 of a machine with console=True; OSError when QEMU is gone."""
        self._process.stdin.write(text.encode())
        self._process.stdin.flush()

    def wait_for_new(self, seen, timeout):
        """The lines behind the first `seen` ones, as soon as there is one; [] when none
        came in time or QEMU ended."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while len(self.lines) <= seen and not self._ended:
                left = deadline - time.monotonic()
                if left <= 0:
                    break
                self._changed.wait(left)
            return self.lines[seen:]

    def runs_for(self, seconds):
        """Whether QEMU still runs after so many seconds; returns at once when it ends."""
        try:
            self._process.wait(seconds)
            return False
        except subprocess.TimeoutExpired:
            return True

    def wait(self, timeout=60):
        """QEMU's exit status, or None when it ran longer and had to be killed."""
        try:
            self.status = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(10)
        if self.qmp:
            self.qmp.drain()
        return self.status

    def crash(self):
        """The signal QEMU died of by a fault of its own, as text; None when it did not."""
        status = self._process.poll() if self._process else None
        if status is None or -status not in FAULTS:
            return None
        return signal.Signals(-status).name

    def close(self):
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        if self._process:
            self._reader.join(10)
            self._process.stdout.close()
            if self._process.stdin:
                with contextlib.suppress(OSError):
                    self._process.stdin.close()
            self._errors.close()
        if self.qmp:
            self.qmp.close()
        if self._own_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()

    def errors(self):
        """What QEMU itself complained about."""
        return (self.folder / "qemu.stderr").read_text().strip()

    def text(self):
        return "\n".join(self.lines)

    def story(self):
        """The lines with their times and, of a machine with QMP that still runs, what its
        processors are at: for who asks why something never came. A host that was too slow
        shows in the first times, a kernel that stands still in the last and the registers."""
        text = "\n".join(f"{at:7.2f} {line}" for at, line in zip(self.times, self.lines))
        text += f"\n{time.monotonic() - self._started:7.2f} is now"
        if self.qmp and not self._ended:
            with contextlib.suppress(OSError, RuntimeError, ConnectionError):
                text += "\n" + self.qmp.hmp("info registers -a")
        return text

    def find(self, pattern):
        """The matches of all serial lines with the pattern."""
        found = (re.search(pattern, line) for line in list(self.lines))
        return [match for match in found if match]

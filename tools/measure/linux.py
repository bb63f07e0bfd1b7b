"""A Linux guest as a machine that is measured: Debian's kernel with our module (tools/peer),
on the same devices as dirql's.

Linux is booted as somebody would who wants it fast: no mitigations of processor bugs, no
zeroing of new memory, no audit, no watchdog, its clock the TSC. All interrupts go to processor
0, as dirql's do. What it prints goes to COM2; COM1 is the protocol's."""

import re
import subprocess
import time

from harness import paths
from harness.machine import Machine
from measure import image
from measure.frames import FrameChannel
from measure.guest import Guest, GuestError

OPTIONS = ("console=ttyS1 rdinit=/init panic=-1 irqaffinity=0 nokaslr mitigations=off "
           "init_on_alloc=0 tsc=reliable clocksource=tsc nowatchdog audit=0 apparmor=0 "
           "ipv6.disable=1")


# Where Linux's boot protocol starts the kernel's 32-bit code (code32_start).
KERNEL_ENTRY = 0x100000

# Instructions are the clock, so that a start takes as long on any host.
ICOUNT = ["-icount", "shift=0,sleep=off"]

# Stops at the kernel's first instruction and reads the TSC there, by running an RDTSC that is
# put into memory that nobody has yet, and goes on as if nothing had been.
ENTRY_SCRIPT = f"""
set pagination off
set confirm off
set architecture i386:x86-64
target remote {{socket}}
hbreak *{KERNEL_ENTRY:#x}
continue
delete
set $rax_before = $rax
set $rdx_before = $rdx
set {{{{unsigned short}}}}0x500 = 0x310f
set $pc = 0x500
stepi
printf "entry %lu\\n", ($rdx << 32) | ($rax & 0xffffffff)
set $rax = $rax_before
set $rdx = $rdx_before
set $pc = {KERNEL_ENTRY:#x}
detach
"""


class NoPeer(RuntimeError):
    """The guest could not be fetched or built; its text is one line for the user."""


def folder():
    return paths.BUILD / "peer"


def build():
    """Fetches and builds what is not there yet. NoPeer when that cannot be done."""
    steps = [[paths.TOOLS / "peer/fetch", folder()],
             ["make", "--no-print-directory", "-s", "-C", paths.TOOLS / "peer"]]
    for step in steps:
        result = subprocess.run([str(word) for word in step], stderr=subprocess.PIPE, text=True)
        if result.returncode != 0:
            lines = result.stderr.strip().splitlines() or [f"{step[0]} failed"]
            raise NoPeer(lines[-1])


def release():
    return (folder() / "release").read_text().strip()


class LinuxMachine:
    """The machine with its wire and its guest: a context manager, ready when entered."""

    def __init__(self, work, *, cpus=4, extra=()):
        work.mkdir(parents=True, exist_ok=True)
        nvme = image.make(work / "nvme.img")
        self.frames = FrameChannel(work)
        self.machine = Machine(
            None, folder=work, cpus=cpus, disk=image.make(work / "disk.img"), net=False,
            qmp=True, console=True, debug_exit=False,
            extra=["-kernel", str(folder() / "vmlinuz"),
                   "-initrd", str(folder() / "initramfs.cpio"), "-append", OPTIONS,
                   *self.frames.arguments(),
                   "-drive", f"if=none,id=nvme0,format=raw,file={nvme}",
                   "-device", "nvme,drive=nvme0,serial=1", *extra])
        self.guest = Guest(self.machine)

    def __enter__(self):
        self.machine.start()
        self.frames.accept()
        self.guest.ready(timeout=120)
        return self

    def quit(self, timeout=30):
        """Ends the machine; its exit status, 0 when it powered off."""
        self.guest.quit()
        return self.machine.wait(timeout)

    def __exit__(self, *_):
        self.machine.close()
        self.frames.close()


def _entry_time(socket, script):
    """The TSC at the kernel's first instruction, of a machine that is stopped at its reset."""
    script.write_text(ENTRY_SCRIPT.format(socket=socket))
    while not socket.exists():
        time.sleep(0.05)
    result = subprocess.run(["gdb", "-nx", "-batch", "-x", str(script)], capture_output=True,
                            text=True, timeout=120)
    match = re.search(r"^entry (\d+)$", result.stdout, re.M)
    if not match:
        raise GuestError("gdb saw no kernel start:\n" + result.stdout[-400:]
                         + result.stderr[-400:])
    return int(match[1])


def entry_to_first_interrupt(work):
    """Ticks of one nanosecond, an instruction each, from the kernel's first instruction to
    the first interrupt of a network or disk device; one processor."""
    work.mkdir(parents=True, exist_ok=True)
    socket = work / "gdb"
    socket.unlink(missing_ok=True)
    peer = LinuxMachine(work, cpus=1, extra=[
        *ICOUNT, "-S", "-gdb", f"unix:{socket},server=on,wait=off"])
    try:
        peer.machine.start()
        peer.frames.accept()
        entry = _entry_time(socket, work / "entry.gdb")
        peer.guest.ready(timeout=300)
        return peer.guest.result("first")["first_interrupt"] - entry
    finally:
        peer.__exit__()

"""e1000's counters of frames of a wrong size, asked for by a client with a
handle, and its limit to interrupts, read from the chip's register."""

import re
import subprocess
import time

import pytest
from conftest import ROOT
from test_echo import MAC, dashed, ping, udp, wire  # noqa: F401

from harness import iso, paths, report

LIMIT_MICROSECONDS = 5000
REGISTERS, ITR, ITR_NANOSECONDS = 0x20000, 0xC4, 256


@pytest.fixture
def nic(boot, nt, tmp_path):
    """Starts a machine with netecho, and with words for e1000."""
    def start(backend, seconds, words="", extra=(), qmp=False):
        image = tmp_path / "nic.iso"
        iso.make(image, paths.kernel(nt), [
            (paths.BUILD / "drivers/e1000.sys",
             rf"e1000.sys hwid=PCI\VEN_8086&DEV_100E {words}"),
            (paths.BUILD / "apps/netecho.sys",
             f"netecho.sys kind=app Count=0 Serve={seconds}"), *extra])
        machine = boot(image, net="own", qmp=qmp, extra=[
            "-netdev", backend + ",id=net0", "-device", f"e1000,netdev=net0,mac={dashed(MAC)}"])
        assert machine.wait_for(r"^netecho: serving", 60), machine.text()
        return machine
    return start


def test_frames_of_wrong_size_are_counted(nic, wire):  # noqa: F811
    driver = paths.BUILD / "tests/nicstats.sys"
    driver.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([str(ROOT / "tools/build_driver"), str(driver),
                    str(ROOT / "tests/system/nicstats/nicstats.c")], check=True)
    machine = nic(wire.backend, 12, extra=[(driver, "nicstats.sys kind=app")])
    assert machine.wait_for(r"^nicstats: unknown 0xC00000BB short 0xC0000023", 30), \
        machine.text()
    whole = ping(2, bytes(56)) + bytes(16000)
    # QEMU itself pads the short ones. The chip drops the last, the driver the one before it.
    for size in (1, 13, 1519, 16000):
        wire.send(whole[:size])
    assert machine.wait_for(r"^nicstats: undersize 0 oversize 2$", 30), machine.text()
    assert wire.drain() == 0
    assert machine.wait(90) is not None
    assert report.load(machine.report_file)["accounting"]["lost"] == 0


def test_interrupts_are_limited(nic, wire):  # noqa: F811
    """A flood of three seconds: answered, with no more interrupts than the time allows."""
    begun = time.monotonic()
    machine = nic(wire.backend, 8, f"InterruptMicroseconds={LIMIT_MICROSECONDS}", qmp=True)
    base = next(int(first, 16) for first, last in re.findall(
        r"memory at (0x[0-9a-f]+) .(0x[0-9a-f]+)", machine.qmp.hmp("info pci"))
        if int(last, 16) - int(first, 16) == REGISTERS - 1)
    value = machine.qmp.hmp(f"xp /1wx {base + ITR:#x}").split(":")[1]
    assert int(value, 16) == LIMIT_MICROSECONDS * 1000 // ITR_NANOSECONDS
    wire.socket.setblocking(False)
    deadline, came = time.monotonic() + 3, 0
    while time.monotonic() < deadline:
        try:
            wire.send(udp(b"flood").ljust(60, b"\0"))
        except BlockingIOError:
            pass
        try:
            came += bool(wire.socket.recv(2048))
        except BlockingIOError:
            pass
    assert machine.wait(90) is not None, machine.text()
    seconds = time.monotonic() - begun
    interrupts = sum(each["interrupts"] for each in
                     report.load(machine.report_file)["interrupt_objects"]
                     if each["driver"] == "e1000.sys")
    print(f"{came} frames came back, {interrupts} interrupts in {seconds:.1f} s")
    assert came > 0
    assert 0 < interrupts <= seconds * 1000000 / LIMIT_MICROSECONDS * 1.2

"""Devices that come and go: an e1000 in a hot-plug slot, taken out and put in through QMP.

The slot is a PCI Express root port of q35. `device_del` pushes its button, which asks for an
orderly removal. Switching its power off behind the kernel's back is a removal without
notice: QEMU's monitor writes the port's slot control register as the kernel would."""

import subprocess
import time

import pytest

from conftest import ROOT
from harness import iso, paths

ADAPTER = r"hwid=PCI\VEN_8086&DEV_100E"
PORT = "pcie-root-port,id=rp7,bus=pcie.0,chassis=1,slot=7,addr=8"
SLOT_CONTROL = 0x18
# Power and its indicator off; the events that the kernel had enabled stay so.
POWERED_OFF = 0x1000 | 0x0400 | 0x0300 | 0x0020 | 0x0008 | 0x0001


@pytest.fixture(scope="module")
def unplug_iso(nt, kernel):
    """The ISO with e1000 and the client that keeps it busy."""
    driver = paths.BUILD / "tests/unplug.sys"
    driver.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([str(ROOT / "tools/build_driver"), str(driver),
                    str(ROOT / "tests/system/unplug/unplug.c")], check=True)
    return iso.make(paths.BUILD / nt / "dirql-unplug.iso", kernel, [
        (paths.BUILD / "drivers/e1000.sys", f"e1000.sys {ADAPTER}"),
        (driver, "unplug.sys kind=app")])


@pytest.fixture
def slotted(boot, unplug_iso):
    """A machine with an e1000 in the slot; options: of the kernel."""
    def start(cpus, populated=True, options=""):
        extra = ["-global", "ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off",
                 "-device", PORT, "-netdev", "user,id=net0"]
        if populated:
            extra += ["-device", "e1000,id=nic,netdev=net0,bus=rp7"]
        return boot(unplug_iso, cpus=cpus, net="own", qmp=True, options=options, extra=extra)
    return start


def capability(run, wanted):
    """Where the root port's PCI Express capability is: config space read through 0xCF8."""
    pointer = read_config(run, 0x34, "b")
    while pointer:
        if read_config(run, pointer, "b") == wanted:
            return pointer
        pointer = read_config(run, pointer + 1, "b")
    raise AssertionError("no such capability")


def select(run, offset):
    run.qmp.hmp(f"o /w 0xcf8 {0x80000000 | 8 << 11 | offset & ~3:#x}")


def read_config(run, offset, size):
    select(run, offset)
    text = run.qmp.hmp(f"i /{size} {0xCFC + (offset & 3):#x}")
    return int(text.split("=")[1], 16)


def pull(run):
    """Takes the device out of the slot without asking."""
    offset = capability(run, 0x10) + SLOT_CONTROL
    select(run, offset)
    run.qmp.hmp(f"o /h {0xCFC + (offset & 3):#x} {POWERED_OFF:#x}")


def plug(run, name):
    run.qmp.command("device_add", driver="e1000", id=name, netdev="net0", bus="rp7")


def wait_times(run, pattern, times, timeout=30):
    """Until so many lines have the pattern."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        found = run.find(pattern)
        if len(found) >= times:
            return found[times - 1]
        time.sleep(0.05)
    raise AssertionError(f"{times} times {pattern}: never\n" + run.text())


# On two processors one run in ten waits for ever after a pull: the cause is not known, and it
# is left out here until it is (docs/deviations.md).
@pytest.mark.parametrize("cpus", [1, 4])
def test_pulled_under_load(slotted, cpus):
    """Three adapters one after the other, each pulled out in the middle of its work."""
    run = slotted(cpus)
    in_flight = 0
    for turn in range(1, 4):
        wait_times(run, r"^unplug: busy", turn)
        pull(run)
        counts = wait_times(run, r"^unplug: all back: removed (\d+), gone (\d+), "
                                 r"pending (\d+), others (\d+)", turn)
        removed, gone, pending, others = map(int, counts.groups())
        assert removed + gone == 32 and pending == others == 0
        in_flight += removed
        afterwards = wait_times(run, r"^unplug: afterwards: (\S+)", turn)
        assert afterwards.group(1) == "0xC000000E"
        wait_times(run, r"^unplug: in use", turn)
        if turn < 3:
            plug(run, f"nic{turn}")
    first, *later = [match.string for match in run.find(r"^unplug: in use")]
    assert later == [first, first], "something is left of an adapter"
    assert in_flight > 0, "no adapter was pulled out with a request in its hands"
    assert run.wait(60) == 33, run.text()


def test_button_of_a_slot_in_use(slotted):
    """The adapter is open: it stays and works on, until it is pulled out all the same."""
    run = slotted(2)
    wait_times(run, r"^unplug: busy", 1)
    run.qmp.command("device_del", id="nic")
    wait_times(run, r"^io: PCI 01:00.0 stays: its removal is refused with status 0x80000011", 1)
    assert not run.find(r"^unplug: all back")
    pull(run)
    wait_times(run, r"^unplug: all back: removed (\d+), gone (\d+), pending 0, others 0", 1)
    wait_times(run, r"^unplug: closed", 1)


def test_slot_that_is_empty_at_boot(slotted):
    """Whether it is line or slot: the first adapter ever comes while the system runs."""
    run = slotted(2, populated=False)
    wait_times(run, r"^io: e1000.sys: no device ", 1)
    plug(run, "late")
    wait_times(run, r"^io: e1000.sys started on PCI 01:00.0", 1)
    wait_times(run, r"^unplug: busy", 1)


@pytest.mark.parametrize("cpus", [1, 4])
def test_orderly_removal_and_return(slotted, cpus):
    """Nobody has the adapter open: the button is enough, and QEMU sees the slot let go."""
    run = slotted(cpus, options="modules=e1000.sys hold")
    wait_times(run, r"^dirql: holding", 1)
    for turn in range(1, 4):
        name = "nic" if turn == 1 else f"nic{turn}"
        run.qmp.command("device_del", id=name)
        wait_times(run, r"^io: PCI 01:00.0 is removed", turn)
        deadline = time.monotonic() + 20
        while not any(event["event"] == "DEVICE_DELETED" and
                      event["data"].get("device") == name for event in run.qmp.events):
            assert time.monotonic() < deadline, "QEMU still has the adapter\n" + run.text()
            run.qmp.command("query-status")
            time.sleep(0.05)
        plug(run, f"nic{turn + 1}")
        wait_times(run, r"^io: e1000.sys started on PCI 01:00.0", turn + 1)
    assert not run.find("BUGCHECK|STOP")

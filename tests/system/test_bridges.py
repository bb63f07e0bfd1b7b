"""Bridges that come while the system runs, with what is behind them, and windows that are
full: what is put into a hot-plug slot of q35, through QMP."""

import re

import pytest

from harness import iso, paths
from test_unplug import ADAPTER, wait_times

EDU = r"hwid=PCI\VEN_1234&DEV_11E8"
NO_ACPI = ["-global", "ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off"]


@pytest.fixture(scope="module")
def bridge_iso(nt, kernel):
    """The ISO with the drivers of what is plugged in."""
    return iso.make(paths.BUILD / nt / "dirql-bridges.iso", kernel, [
        (paths.BUILD / "drivers/e1000.sys", f"e1000.sys {ADAPTER}"),
        (paths.BUILD / "drivers/edu.sys", f"edu.sys {EDU}")])


def add(run, driver, name, bus, **options):
    run.qmp.command("device_add", driver=driver, id=name, bus=bus, **options)


def memory_ranges(run):
    """Of QEMU's own list: bus number to the memory regions of its functions and the memory
    windows of its bridges."""
    regions, windows, bus = {}, {}, None
    for line in run.qmp.hmp("info pci").splitlines():
        if match := re.match(r"\s+Bus\s+(\d+), device", line):
            bus = int(match.group(1))
        elif match := re.search(r"secondary bus (\d+)", line):
            secondary = int(match.group(1))
        elif match := re.search(r" memory range \[0x(\w+), 0x(\w+)\]", line):
            windows.setdefault(secondary, (int(match.group(1), 16), int(match.group(2), 16)))
        elif match := re.search(r"BAR0: 32 bit memory at 0x(\w+) \[0x(\w+)\]", line):
            regions.setdefault(bus, []).append(
                (int(match.group(1), 16), int(match.group(2), 16)))
    return regions, windows


@pytest.mark.parametrize("cpus", [1, 2, 4])
def test_bridges_in_a_slot(boot, bridge_iso, cpus):
    """A bridge with an adapter and one more bridge behind it, which has an adapter too:
    numbered, given windows one inside the other, and both adapters run."""
    run = boot(bridge_iso, cpus=cpus, net="own", qmp=True, options="hold", extra=NO_ACPI + [
        "-device", "pcie-root-port,id=rp7,chassis=1,slot=7,addr=8,bus-reserve=3,"
                   "mem-reserve=8M,io-reserve=4k"])
    wait_times(run, r"^dirql: holding", 1)
    run.qmp.command("stop")  # the kernel sees them at once, as if on one card
    add(run, "pcie-pci-bridge", "outer", "rp7")
    add(run, "e1000", "near", "outer", addr="1")
    add(run, "pci-bridge", "inner", "outer", addr="2", chassis_nr=9)
    add(run, "e1000", "far", "inner", addr="1")
    run.qmp.command("cont")
    wait_times(run, r"^io: PCI 01:00.0: the bus behind it has number 2", 1)
    wait_times(run, r"^io: PCI 02:02.0: the bus behind it has number 3", 1)
    wait_times(run, r"^io: e1000.sys started on PCI 02:01.0", 1)
    wait_times(run, r"^io: e1000.sys started on PCI 03:01.0", 1)
    regions, windows = memory_ranges(run)
    for bus in (2, 3):
        low, high = regions[bus][0]
        assert all(windows[above][0] <= low and high <= windows[above][1]
                   for above in range(1, bus + 1)), (regions, windows)
    near, far = regions[2][0], regions[3][0]
    assert near[1] < far[0] or far[1] < near[0], "the two adapters overlap"


@pytest.mark.parametrize("cpus", [1, 4])
def test_full_window(boot, bridge_iso, cpus):
    """Three functions of a megabyte each, and a window of two: two run, the third one is
    refused by name, and all can be taken out."""
    run = boot(bridge_iso, cpus=cpus, net="own", qmp=True, options="hold", extra=NO_ACPI + [
        "-device", "pcie-root-port,id=rp7,chassis=1,slot=7,addr=8,mem-reserve=2M"])
    wait_times(run, r"^dirql: holding", 1)
    for function in (2, 1, 0):
        add(run, "edu", f"edu{function}", "rp7", addr=f"0.{function}", multifunction=True)
    wait_times(run, r"^io: edu.sys started on PCI 01:00.1", 1)
    refused = wait_times(run, r"^io: PCI 01:00.2 gets no resources: 0x100000 bytes of memory "
                              r"between 0x(\w+) and 0x(\w+), in the way is PCI 01:00.[01]", 1)
    wait_times(run, r"^io: edu.sys: the start of PCI 01:00.2 failed with status 0xC0000018, "
                    r"problem 12", 1)
    low, high = (int(text, 16) for text in refused.groups())
    regions, windows = memory_ranges(run)
    assert windows[1] == (low, high)
    assert sorted(regions[1])[:2] == [(low, low + 0xFFFFF), (low + 0x100000, high)]
    run.qmp.command("device_del", id="edu0")
    wait_times(run, r"^io: PCI 01:00.0 is removed", 1)

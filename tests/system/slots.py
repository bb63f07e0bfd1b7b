"""Hot-plug slots of the machine under test: PCI Express root ports of q35.

`device_del` pushes a slot's button, which asks for an orderly removal. Switching its power
off behind the kernel's back is a removal without notice: QEMU's monitor writes the port's
slot control register as the kernel would."""

import subprocess
import time

from harness import paths

FIRST_PORT = 8  # its device number on bus 0
SLOT_CONTROL = 0x18
# Power and its indicator off; the events that the kernel had enabled stay so.
POWERED_OFF = 0x1000 | 0x0400 | 0x0300 | 0x0020 | 0x0008 | 0x0001


def build_client(kind):
    """The client that keeps a device busy, of a kind that tests/system/unplug has."""
    output = paths.BUILD / f"tests/unplug-{kind}.sys"
    folder = paths.ROOT / "tests/system/unplug"
    subprocess.run([str(paths.TOOLS / "build_driver"), str(output),
                    str(folder / "unplug.c"), str(folder / f"{kind}.c")], check=True)
    return output


def ports(count=1):
    """QEMU's arguments for root ports rp0, rp1 and so on."""
    arguments = ["-global", "ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off"]
    for slot in range(count):
        arguments += ["-device", f"pcie-root-port,id=rp{slot},bus=pcie.0,chassis={slot + 1},"
                                 f"slot={slot + 7},addr={FIRST_PORT + slot:#x}"]
    return arguments


def _select(run, slot, offset):
    address = 0x80000000 | (FIRST_PORT + slot) << 11 | offset & ~3
    run.qmp.hmp(f"o /w 0xcf8 {address:#x}")


def _read_config(run, slot, offset):
    """A byte of the port's configuration space, through 0xCF8."""
    _select(run, slot, offset)
    text = run.qmp.hmp(f"i /b {0xCFC + (offset & 3):#x}")
    return int(text.split("=")[1], 16)


def _capability(run, slot, wanted):
    """Where the root port's PCI Express capability is."""
    pointer = _read_config(run, slot, 0x34)
    while pointer:
        if _read_config(run, slot, pointer) == wanted:
            return pointer
        pointer = _read_config(run, slot, pointer + 1)
    raise AssertionError("no such capability")


def pull(run, slot=0):
    """Takes the device out of the slot without asking. The machine stands still meanwhile:
    QEMU destroys the device in another thread than those that run the processors, and aborts
    (`pci_irq_handler: Assertion`) if one of them waits inside a register of the device."""
    run.qmp.command("stop")
    offset = _capability(run, slot, 0x10) + SLOT_CONTROL
    _select(run, slot, offset)
    run.qmp.hmp(f"o /h {0xCFC + (offset & 3):#x} {POWERED_OFF:#x}")
    run.qmp.command("cont")


def plug(run, name, slot=0, **device):
    run.qmp.command("device_add", id=name, bus=f"rp{slot}", **device)


def wait_times(run, pattern, times, timeout=30):
    """Until so many lines have the pattern; the last of them."""
    deadline = time.monotonic() + timeout
    runs = True
    while True:
        found = run.find(pattern)
        if len(found) >= times:
            return found[times - 1]
        if not runs or time.monotonic() > deadline:
            raise AssertionError(f"{times} times {pattern}: never\n{run.text()}\n{run.errors()}")
        runs = run.runs_for(0.05)
        if not runs:
            run.wait(1)  # for its last lines


def wait_deleted(run, name, timeout=20):
    """Until QEMU has let go of a device that was asked for."""
    deadline = time.monotonic() + timeout
    while not any(event["event"] == "DEVICE_DELETED" and event["data"].get("device") == name
                  for event in run.qmp.events):
        assert time.monotonic() < deadline, f"QEMU still has {name}\n" + run.text()
        run.qmp.command("query-status")
        time.sleep(0.05)

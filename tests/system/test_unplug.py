"""Devices that come and go: an e1000 in a hot-plug slot, taken out and put in through QMP."""

import pytest

from harness import iso, paths
from slots import build_client, plug, ports, pull, wait_deleted, wait_times

ADAPTER = r"hwid=PCI\VEN_8086&DEV_100E"
NIC = {"driver": "e1000", "netdev": "net0"}


@pytest.fixture(scope="module")
def unplug_iso(nt, kernel):
    """The ISO with e1000 and the client that keeps it busy."""
    return iso.make(paths.BUILD / nt / "dirql-unplug.iso", kernel, [
        (paths.BUILD / "drivers/e1000.sys", f"e1000.sys {ADAPTER}"),
        (build_client("adapter"), r"unplug.sys kind=app Device=\Device\E1000_")])


@pytest.fixture
def slotted(boot, unplug_iso):
    """A machine with an e1000 in the slot; options: of the kernel."""
    def start(cpus, populated=True, options=""):
        extra = [*ports(), "-netdev", "user,id=net0"]
        if populated:
            extra += ["-device", "e1000,id=nic,netdev=net0,bus=rp0"]
        return boot(unplug_iso, cpus=cpus, net="own", qmp=True, options=options, extra=extra)
    return start


@pytest.mark.parametrize("cpus", [1, 2, 4])
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
            plug(run, f"nic{turn}", **NIC)
    first, *later = [match.string for match in run.find(r"^unplug: in use")]
    assert later == [first, first], "something is left of an adapter"
    # QEMU finishes what it has when it is stopped; one processor takes that first.
    assert in_flight > 0 or cpus == 1, "no adapter was pulled out with a request in its hands"
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
    plug(run, "late", **NIC)
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
        wait_deleted(run, name)
        plug(run, f"nic{turn + 1}", **NIC)
        wait_times(run, r"^io: e1000.sys started on PCI 01:00.0", turn + 1)
    assert not run.find("BUGCHECK|STOP")
